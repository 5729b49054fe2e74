/* SPDX-License-Identifier: MIT */
/* The cache of parsed fragments: a few for each model, found by their text. */
#include "orm/cql/fragment.h"

#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "orm/cql/parser.h"

/* What a fragment may say, by its kind. */
static const struct {
	const char *what; /* for messages */
	bool (*parse)(struct cd_parser *p);
} grammars[] = {
	[CD_FRAGMENT_WHERE] = { "where", cd_parse_where },
	[CD_FRAGMENT_SET] = { "set", cd_parse_assignments },
	[CD_FRAGMENT_IF] = { "if", cd_parse_condition },
	[CD_FRAGMENT_CELLS] = { "delete", cd_parse_cells },
	[CD_FRAGMENT_LIST] = { "coodie_select", cd_parse_list },
};

static uint64_t hash_text(enum cd_fragment_kind kind, const char *text)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325) + (uint64_t)kind;

	for (; *text; text++)
		h = (h ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
	return h ^ h >> 32;
}

static struct cd_fragment *fragment_new(const struct cd_parser *p, enum cd_fragment_kind kind,
					const char *text, uint64_t hash)
{
	size_t binds = p->bind_count * sizeof(struct cd_bind), text_len = strlen(text) + 1;
	size_t relations = p->relation_count * sizeof(struct cd_relation);
	struct cd_fragment *f = cd_alloc(&p->model->allocator, sizeof(*f) + binds + relations +
								       text_len + p->cql.len + 1);
	char *at;

	if (!f)
		return NULL;
	f->hash = hash;
	f->kind = kind;
	f->what = p->what;
	f->bind_count = p->bind_count;
	f->binds = (struct cd_bind *)(void *)(f + 1);
	memcpy(f->binds, p->binds, binds);
	f->aggregates = p->aggregates;
	f->relation_count = p->relation_count;
	f->relations = (struct cd_relation *)(void *)((char *)(f + 1) + binds);
	memcpy(f->relations, p->relations, relations);
	at = (char *)(f + 1) + binds + relations;
	f->text = memcpy(at, text, text_len);
	at += text_len;
	if (p->cql.len)
		memcpy(at, p->cql.data, p->cql.len);
	at[p->cql.len] = '\0';
	f->cql = at;
	return f;
}

static struct cd_fragment *parse(struct cd_model *m, enum cd_fragment_kind kind, const char *text,
				 uint64_t hash, coodie_error *err)
{
	struct cd_parser p = {
		.model = m, .what = grammars[kind].what, .lexer = cd_lexer_over(text), .err = err
	};
	struct cd_fragment *f = NULL;

	cd_buffer_init(&p.cql, &m->allocator, 0);
	if (grammars[kind].parse(&p)) {
		f = p.cql.failed ? NULL : fragment_new(&p, kind, text, hash);
		if (!f)
			cd_no_memory(err, "a fragment");
	}
	cd_buffer_deinit(&p.cql);
	return f;
}

struct cd_fragment *cd_fragment_take(struct cd_model *m, enum cd_fragment_kind kind,
				     const char *text, coodie_error *err)
{
	uint64_t hash = hash_text(kind, text);
	struct cd_fragment *f = atomic_exchange(&m->fragments[hash % CD_FRAGMENTS], NULL);

	if (f && f->hash == hash && f->kind == kind && !strcmp(f->text, text))
		return f;
	if (f)
		cd_fragment_give(m, f);
	return parse(m, kind, text, hash, err);
}

void cd_fragment_give(struct cd_model *m, struct cd_fragment *take_f)
{
	cd_release(&m->allocator,
		   atomic_exchange(&m->fragments[take_f->hash % CD_FRAGMENTS], take_f));
}
