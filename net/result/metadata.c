/* SPDX-License-Identifier: MIT */
/* Columns of results and statements, shared by those who need them. */
#include "net/result/metadata.h"

#include <string.h>

#include "base/alloc.h"
#include "proto/type.h"

struct cd_metadata *cd_metadata_new(const coodie_allocator *a)
{
	struct cd_metadata *m = cd_alloc_zero(a, sizeof *m);

	if (!m)
		return NULL;
	atomic_init(&m->refs, 1);
	m->allocator = a ? *a : cd_malloc_allocator;
	cd_arena_init(&m->arena, &m->allocator, 0);
	return m;
}

void cd_metadata_end(struct cd_metadata *m)
{
	coodie_allocator a = m->allocator;
	cd_arena_deinit(&m->arena);
	cd_release(&a, m);
}

/* A text of `from`, now in `copy`, with a NUL in the place of what follows it. */
static cql_text own_text(char *copy, const char *from, cql_text text)
{
	char *at = copy + (text.data - from);

	at[text.len] = '\0';
	return (cql_text){ at, text.len };
}

bool cd_columns_set_kinds(struct cd_columns *c, struct cd_arena *a)
{
	enum cql_kind *kinds = cd_arena_take_array(a, c->count, sizeof *kinds);

	for (uint32_t i = 0; kinds && i < c->count; i++)
		kinds[i] = c->at[i].type->kind;
	c->kinds = kinds;
	return kinds;
}

/* The texts stand in the body in the order of the columns, a length in front of each: they are copied
 * in one piece. */
bool cd_columns_own(struct cd_columns *out, const cql_column_spec *columns, uint32_t count,
		    struct cd_arena *a)
{
	cql_column_spec *at = (cql_column_spec *)(uintptr_t)columns;

	*out = (struct cd_columns){ .at = at, .count = count };
	if (!count)
		return true;
	if (!cd_columns_set_kinds(out, a))
		return false;
	const char *from = at->keyspace.data,
		   *end = at[count - 1].name.data + at[count - 1].name.len;
	char *copy = cd_arena_take(a, (size_t)(end - from) + 1);
	if (!copy)
		return false;
	memcpy(copy, from, (size_t)(end - from));
	for (uint32_t i = 0; i < count; i++) {
		at[i].keyspace = own_text(copy, from, at[i].keyspace);
		at[i].table = own_text(copy, from, at[i].table);
		at[i].name = own_text(copy, from, at[i].name);
	}
	return true;
}

struct cd_metadata *cd_metadata_adopt(const coodie_allocator *a, struct cd_arena *take_arena,
				      const cql_metadata *from)
{
	struct cd_metadata *m = cd_metadata_new(a);

	if (!m)
		return NULL;
	m->arena = *take_arena;
	m->arena.allocator = &m->allocator;
	cd_arena_init(take_arena, a, 0);
	m->known.count = from->column_count;
	if (cd_columns_own(&m->columns, from->columns, from->column_count, &m->arena))
		return m;
	cd_metadata_free(m);
	return NULL;
}
