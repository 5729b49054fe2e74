/* SPDX-License-Identifier: MIT */
/* Literals of user types: named fields in any order, the missing ones null. */
#include <inttypes.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "proto/literal.h"

enum { FEW = 16 };

/* Where a field is in the output; no bytes: not given. */
struct place {
	size_t at, len;
};

struct fields {
	struct place few[FEW], *places;
	uint32_t next; /* the field behind the newest */
	bool in_order; /* from the first on, none left out */
};

/* ---- names ---------------------------------------------------------------------------------- */

struct entry {
	const char *name;
	uint32_t field;
};

struct cd_literal_index {
	const cql_type *type;
	struct cd_literal_index *older;
	struct entry entries[];
};

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

/* Made once for each user type in the type. */
static struct cd_literal_index *index_of(struct cd_literal *l, const cql_type *type)
{
	struct cd_literal_index *x = l->indexes;

	while (x && x->type != type)
		x = x->older;
	if (x)
		return x;
	x = cd_arena_take(l->arena, sizeof *x + type->count * sizeof x->entries[0]);
	if (!x)
		return NULL;
	for (uint32_t i = 0; i < type->count; i++)
		x->entries[i] = (struct entry){ type->of.udt->fields[i], i };
	qsort(x->entries, type->count, sizeof x->entries[0], by_name);
	x->type = type;
	x->older = l->indexes;
	return l->indexes = x;
}

/* UINT32_MAX: no such field. False: out of memory. */
static bool find_field(struct cd_literal *l, const cql_type *type, const char *name,
		       uint32_t likely, uint32_t *out)
{
	const char **names = type->of.udt->fields;

	*out = UINT32_MAX;
	if (likely < type->count && strcmp(names[likely], name) == 0) {
		*out = likely;
		return true;
	}
	for (uint32_t i = 0; type->count <= FEW && i < type->count; i++)
		if (strcmp(names[i], name) == 0)
			*out = i;
	if (type->count <= FEW)
		return true;
	const struct cd_literal_index *x = index_of(l, type);
	if (!x)
		return cd_literal_no_memory(l);
	const struct entry key = { name, 0 };
	const struct entry *e = bsearch(&key, x->entries, type->count, sizeof x->entries[0],
					by_name);
	if (e)
		*out = e->field;
	return true;
}

static bool is_letter(char c)
{
	c = cd_scan_lower(c);
	return (c >= 'a' && c <= 'z') || cd_scan_is_digit(c) || c == '_';
}

/* Moves behind a name. @return its length without quotes */
static size_t skip_name(struct cd_scan *s, bool quoted)
{
	const char *from = s->at;

	while (s->at < s->end) {
		if (quoted && *s->at == '"' && s->end - s->at > 1 && s->at[1] == '"')
			s->at++; /* two for one */
		else if (quoted ? *s->at == '"' : !is_letter(*s->at))
			break;
		s->at++;
	}
	return (size_t)(s->at - from);
}

/* Folded to lower case, or as it stands in quotes. */
static bool scan_name(struct cd_literal *l, const char **out)
{
	cd_literal_skip_space(l);
	const char *from = l->s.at;
	bool quoted = cd_scan_take(&l->s, '"');
	const char *at = l->s.at;
	size_t len = skip_name(&l->s, quoted);

	if (quoted && !cd_scan_take(&l->s, '"'))
		return CD_LITERAL_FAIL_AT(l, from, COODIE_ERR_TYPE, "the quote is not closed");
	if (len == 0 && !quoted) /* in quotes, a type may have it */
		return CD_LITERAL_FAIL_AT(l, from, COODIE_ERR_TYPE, "expected the name of a field");
	char *name = cd_arena_take(l->arena, len + 1), *to = name;
	if (!name)
		return cd_literal_no_memory(l);
	for (const char *end = at + len; at < end; at++) {
		*to++ = quoted ? *at : cd_scan_lower(*at);
		at += *at == '"';
	}
	*to = '\0';
	*out = name;
	return true;
}

/* ---- fields --------------------------------------------------------------------------------- */

static bool write_field(struct cd_literal *l, const cql_type *type, struct fields *f)
{
	const char *name = NULL, *from = (cd_literal_skip_space(l), l->s.at);
	uint32_t field;

	if (!scan_name(l, &name) || !find_field(l, type, name, f->next, &field))
		return false;
	if (field == UINT32_MAX)
		return CD_LITERAL_FAIL_AT(l, from, COODIE_ERR_TYPE, "%s has no such field",
					  type->of.udt->name);
	if (f->places[field].len)
		return CD_LITERAL_FAIL_AT(l, from, COODIE_ERR_TYPE, "the field is there twice");
	if (!cd_literal_accept(l, ':'))
		return cd_scan_fail(&l->s, COODIE_ERR_TYPE, "expected ':' behind the field");
	size_t at = l->out.len;
	if (!cd_literal_write(l, type->inner[field]))
		return false;
	f->in_order &= field == f->next;
	f->next = field + 1;
	f->places[field] = (struct place){ at, l->out.len - at };
	return true;
}

static bool write_fields(struct cd_literal *l, const cql_type *type, struct fields *f)
{
	if (!cd_literal_accept(l, '{'))
		return cd_scan_fail(&l->s, COODIE_ERR_TYPE,
				    "expected '{', where a user type begins");
	if (cd_literal_accept(l, '}'))
		return true;
	do {
		if (!write_field(l, type, f))
			return false;
	} while (cd_literal_accept(l, ','));
	return cd_literal_accept(l, '}') ||
	       cd_scan_fail(&l->s, COODIE_ERR_TYPE, "expected ',' or '}'");
}

/* Puts the fields in the order of the type; nulls where there are none. */
static bool arrange(struct cd_literal *l, const cql_type *type, const struct fields *f,
		    size_t start)
{
	size_t len = l->out.len - start;
	uint8_t *copy;

	if (f->in_order) {
		for (uint32_t i = f->next; i < type->count; i++)
			cd_buffer_be32(&l->out, UINT32_MAX);
		return true;
	}
	if (l->out.failed)
		return true;
	if (!(copy = cd_alloc(l->out.allocator, len)))
		return cd_literal_no_memory(l);
	memcpy(copy, l->out.data + start, len);
	l->out.len = start;
	for (uint32_t i = 0; i < type->count; i++) {
		const struct place *p = &f->places[i];
		if (p->len)
			cd_buffer_bytes(&l->out, copy + (p->at - start), p->len);
		else
			cd_buffer_be32(&l->out, UINT32_MAX);
	}
	cd_release(l->out.allocator, copy);
	return true;
}

bool cd_literal_write_udt(struct cd_literal *l, const cql_type *type)
{
	struct fields f = { .places = f.few, .in_order = true };
	size_t start = l->out.len;

	if (type->count > FEW &&
	    !(f.places = cd_alloc_array(l->out.allocator, type->count, sizeof *f.places)))
		return cd_literal_no_memory(l);
	cd_buffer_be32(&l->out, 0);
	bool ok = write_fields(l, type, &f) && arrange(l, type, &f, start + 4);
	if (f.places != f.few)
		cd_release(l->out.allocator, f.places);
	if (ok)
		cd_literal_close(l, start);
	return ok;
}
