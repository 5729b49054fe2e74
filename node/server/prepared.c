/* SPDX-License-Identifier: MIT */
/* Prepared statements: found by id, made once, forgotten when they are old or no longer true. */
#include "node/server/prepared.h"

#include <coodie/wire.h>

#include "base/alloc.h"
#include "base/buffer.h"
#include "base/reader.h"
#include "node/cql/parser.h"
#include "proto/frame.h"
#include "proto/result.h"

enum { MOST_MARKERS = 65535, TYPE_TEXT = 256 };

void nd_prepared_init(struct nd_prepared *p, struct nd_database *db, uint32_t most)
{
	*p = (struct nd_prepared){ .db = db, .allocator = db->allocator, .most = most };
}

/* ---- lists ---------------------------------------------------------------------------------- */

static struct nd_prepared_statement **bucket(const struct nd_prepared *p, const uint8_t *id)
{
	return &p->buckets[cd_get_be32(id) % ND_PREPARED_BUCKETS];
}

static void unlink_use(struct nd_prepared *p, struct nd_prepared_statement *s)
{
	*(s->newer ? &s->newer->older : &p->newest) = s->older;
	*(s->older ? &s->older->newer : &p->oldest) = s->newer;
}

static void link_newest(struct nd_prepared *p, struct nd_prepared_statement *s)
{
	s->newer = NULL;
	s->older = p->newest;
	*(p->newest ? &p->newest->newer : &p->oldest) = s;
	p->newest = s;
}

static void free_statement(struct nd_prepared_statement *s)
{
	const coodie_allocator *a = s->arena.allocator;

	cd_arena_deinit(&s->arena);
	cd_release(a, s);
}

static void forget(struct nd_prepared *p, struct nd_prepared_statement *s)
{
	struct nd_prepared_statement **at = bucket(p, s->id);

	while (*at != s)
		at = &(*at)->next;
	*at = s->next;
	unlink_use(p, s);
	p->count--;
	s->known = false;
	if (!s->holds)
		free_statement(s);
}

static void remember(struct nd_prepared *p, struct nd_prepared_statement *s)
{
	struct nd_prepared_statement **at = bucket(p, s->id);

	if (p->count >= p->most)
		forget(p, p->oldest);
	s->next = *at;
	*at = s;
	link_newest(p, s);
	p->count++;
	s->known = true;
}

void nd_prepared_hold(struct nd_prepared_statement *s)
{
	s->holds++;
}

void nd_prepared_drop(struct nd_prepared_statement *s)
{
	if (--s->holds == 0 && !s->known)
		free_statement(s);
}

void nd_prepared_clear(struct nd_prepared *p)
{
	while (p->newest)
		forget(p, p->newest);
}

void nd_prepared_deinit(struct nd_prepared *p)
{
	nd_prepared_clear(p);
	cd_release(p->allocator, p->buckets);
	p->buckets = NULL;
}

struct nd_prepared_statement *nd_prepared_find(struct nd_prepared *p, cql_blob id)
{
	struct nd_prepared_statement *s;

	if (id.len != CD_MD5_SIZE || !p->buckets)
		return NULL;
	s = *bucket(p, id.data);
	while (s && memcmp(s->id, id.data, CD_MD5_SIZE) != 0)
		s = s->next;
	if (s && s != p->newest) {
		unlink_use(p, s);
		link_newest(p, s);
	}
	return s;
}

void nd_prepared_forget(struct nd_prepared *p, cql_blob id)
{
	struct nd_prepared_statement *s = nd_prepared_find(p, id);

	if (s)
		forget(p, s);
}

/* ---- ids ------------------------------------------------------------------------------------ */

static bool digest(struct cd_arena *a, const char *keyspace, cql_text cql, uint8_t id[CD_MD5_SIZE])
{
	size_t len = keyspace ? strlen(keyspace) : 0;
	char *joined = cd_arena_take(a, len + cql.len + 1);

	if (!joined)
		return false;
	if (len)
		memcpy(joined, keyspace, len);
	memcpy(joined + len, cql.data, cql.len);
	return cd_md5(joined, len + cql.len, id);
}

static void put_type(struct cd_buffer *b, const cql_type *type)
{
	char text[TYPE_TEXT];
	size_t len = cql_type_format_class(type, text, sizeof text);

	if (len < sizeof text) {
		cd_buffer_bytes(b, text, len);
		return;
	}
	char *at = (char *)cd_buffer_grow(b, len + 1);
	if (at)
		cql_type_format_class(type, at, len + 1);
	if (at)
		b->len--;
}

bool nd_metadata_id(const cql_metadata *m, struct cd_arena *a, uint8_t id[CD_MD5_SIZE])
{
	struct cd_buffer b;
	bool ok;

	cd_buffer_init(&b, a->allocator, 0);
	for (uint32_t i = 0; m->columns && i < m->column_count; i++) {
		cd_buffer_bytes(&b, m->columns[i].name.data, m->columns[i].name.len);
		cd_buffer_u8(&b, 0);
		put_type(&b, m->columns[i].type);
		cd_buffer_be16(&b, 0);
	}
	ok = !b.failed && cd_md5(b.data ? b.data : (const uint8_t *)"", b.len, id);
	cd_buffer_deinit(&b);
	return ok;
}

/* ---- what answers begin with ---------------------------------------------------------------------- */

static bool write_head(struct nd_prepared_statement *s, const cql_column_spec *columns,
		       cql_blob *head)
{
	cql_message m = { .opcode = CQL_OP_RESULT };
	struct cd_buffer b;
	struct cd_encoder w = { &b, &cd_terms_default, s->version, "RESULT", false, NULL };

	m.as.result = (cql_result){ .kind = COODIE_RESULT_ROWS,
				    .metadata = s->plan->metadata,
				    .rows = { (const uint8_t *)"", 0 } };
	m.as.result.metadata.columns = columns;
	cd_buffer_init(&b, s->arena.allocator, 0);
	cd_write_result(&w, &m);
	*head = (cql_blob){ b.failed ? NULL : cd_arena_copy(&s->arena, b.data, b.len), b.len };
	cd_buffer_deinit(&b);
	return head->data;
}

static bool write_heads(struct nd_prepared_statement *s)
{
	return !s->plan->metadata.columns ||
	       (write_head(s, NULL, &s->heads[0]) &&
		write_head(s, s->plan->metadata.columns, &s->heads[1]));
}

const cql_blob *nd_prepared_head(const struct nd_prepared_statement *s, unsigned version,
				 const cql_metadata *m)
{
	if (!s->heads[0].data || version != s->version || m->paging_state.data ||
	    m->new_metadata_id.data || (m->columns && m->columns != s->plan->metadata.columns))
		return NULL;
	return &s->heads[m->columns != NULL];
}

/* ---- making --------------------------------------------------------------------------------- */

/* Whether a statement says the keyspace of every table itself: then the session's means nothing. */
static bool is_qualified(const struct nd_statement *s)
{
	if (s->kind == ND_BATCH) {
		for (uint32_t i = 0; i < s->as.batch.count; i++)
			if (!s->as.batch.statements[i]->on.keyspace)
				return false;
		return true;
	}
	return s->on.keyspace &&
	       (s->kind == ND_SELECT || s->kind == ND_INSERT || s->kind == ND_UPDATE ||
		s->kind == ND_DELETE || s->kind == ND_TRUNCATE);
}

/* Parses and plans into the statement's own arena. */
static bool fill(struct nd_prepared *p, struct nd_prepared_statement *s, cql_text cql,
		 const char *keyspace, unsigned version, struct nd_problem *problem)
{
	const char *copy = cd_arena_strndup(&s->arena, cql.data, cql.len);
	struct nd_statement *tree;

	if (!copy)
		return nd_no_memory(problem);
	if (keyspace && !(keyspace = cd_arena_strndup(&s->arena, keyspace, strlen(keyspace))))
		return nd_no_memory(problem);
	s->cql = copy;
	tree = nd_parse(&s->arena, copy, cql.len, problem);
	if (!tree)
		return false;
	if (tree->marker_count > MOST_MARKERS)
		return nd_refuse(problem, ND_INVALID,
				 "Too many markers(?). %u markers exceed the allowed maximum of %d",
				 (unsigned)tree->marker_count, MOST_MARKERS);
	s->keyspace = is_qualified(tree) ? NULL : keyspace;
	s->version = version;
	s->plan = nd_plan_new(p->db, &s->arena, tree, keyspace, version, problem);
	if (!s->plan)
		return problem->happened ? false : nd_no_memory(problem);
	return (digest(problem->arena, s->keyspace, cql, s->id) &&
		nd_metadata_id(&s->plan->metadata, &s->arena, s->metadata_id) && write_heads(s)) ||
	       nd_no_memory(problem);
}

static struct nd_prepared_statement *make(struct nd_prepared *p, cql_text cql, const char *keyspace,
					  unsigned version, struct nd_problem *problem)
{
	struct nd_prepared_statement *s = cd_alloc_zero(p->allocator, sizeof *s);
	struct cd_arena *arena = problem->arena;

	if (!p->buckets)
		p->buckets = cd_alloc_array(p->allocator, ND_PREPARED_BUCKETS, sizeof *p->buckets);
	if (!s || !p->buckets) {
		cd_release(p->allocator, s);
		nd_no_memory(problem);
		return NULL;
	}
	cd_arena_init(&s->arena, p->allocator, 0);
	if (fill(p, s, cql, keyspace, version, problem))
		return s;
	nd_problem_keep(problem, arena);
	free_statement(s);
	return NULL;
}

struct nd_prepared_statement *nd_prepared_make(struct nd_prepared *p, cql_text cql,
					       const char *keyspace, unsigned version,
					       struct nd_problem *problem)
{
	struct nd_prepared_statement *s, *there;
	uint8_t id[CD_MD5_SIZE];

	/* with the keyspace first: the text alone may be prepared for no keyspace at all */
	for (int i = 0; i < 2; i++) {
		const char *of = i ? NULL : keyspace;
		if (i && !keyspace)
			break;
		if (!digest(problem->arena, of, cql, id)) {
			nd_no_memory(problem);
			return NULL;
		}
		there = nd_prepared_find(p, (cql_blob){ id, sizeof id });
		if (there)
			return there;
	}
	s = make(p, cql, keyspace, version, problem);
	if (!s)
		return NULL;
	there = nd_prepared_find(p, (cql_blob){ s->id, sizeof s->id });
	if (there)
		forget(p, there);
	remember(p, s);
	return s;
}

/* ---- changes -------------------------------------------------------------------------------- */

static bool names(const struct nd_prepared_statement *s, const struct nd_statement *tree,
		  const char *keyspace, const struct nd_table *table)
{
	const char *of = tree->on.keyspace ? tree->on.keyspace : s->keyspace;

	return of && !strcmp(of, keyspace) &&
	       (!table || (tree->on.name && !strcmp(tree->on.name, table->name)));
}

static bool is_about(const struct nd_prepared_statement *s, const char *keyspace,
		     const struct nd_table *table)
{
	const struct nd_statement *tree = s->plan->statement;

	if ((table && s->plan->table == table) || names(s, tree, keyspace, table))
		return true;
	for (uint32_t i = 0; tree->kind == ND_BATCH && i < tree->as.batch.count; i++)
		if (names(s, tree->as.batch.statements[i], keyspace, table))
			return true;
	return false;
}

void nd_prepared_changed(struct nd_prepared *p, const char *keyspace, const struct nd_table *table)
{
	for (struct nd_prepared_statement *s = p->newest, *next; s; s = next) {
		next = s->older;
		if (is_about(s, keyspace, table))
			forget(p, s);
	}
}
