/* SPDX-License-Identifier: MIT */
/* Rows of system_auth, as walks over the store. */
#include "node/auth/auth_table.h"

#include <string.h>

#include <coodie/token.h>

struct nd_table *nd_auth_table(const struct nd_database *db, const char *name)
{
	return nd_keyspace_table(nd_schema_keyspace(&db->schema, "system_auth"), name);
}

struct nd_partition *nd_auth_partition(const struct nd_table *t, const char *key)
{
	return nd_store_partition(t->store, (cql_blob){ (const uint8_t *)key, strlen(key) });
}

struct nd_partition *nd_auth_after(const struct nd_table *t, const struct nd_partition *p)
{
	if (!p)
		return nd_store_after(t->store, INT64_MIN, (cql_blob){ NULL, 0 });
	return nd_store_after(t->store, nd_partition_token(p), nd_partition_key(p));
}

const char *nd_auth_text(struct nd_request *x, cql_blob bytes)
{
	const char *text = cd_arena_strndup(x->arena, (const char *)bytes.data, bytes.len);

	if (!text)
		nd_no_memory(&x->problem);
	return text;
}

const char *nd_auth_key(struct nd_request *x, const struct nd_partition *p)
{
	return nd_auth_text(x, nd_partition_key(p));
}

void nd_auth_walk(struct nd_auth_walk *w, struct nd_request *x, const struct nd_partition *p)
{
	static const struct nd_bound all = { .inclusive = true };

	w->x = x;
	nd_walk_init(&w->walk, p, all, all, false, nd_request_now_seconds(x), x->arena);
}

bool nd_auth_next(struct nd_auth_walk *w)
{
	bool no_memory = false;

	if (!w->walk.partition)
		return false;
	if (nd_walk_next(&w->walk, &w->row, &no_memory))
		return true;
	if (no_memory)
		nd_no_memory(&w->x->problem);
	return false;
}

const char *nd_auth_clustering(const struct nd_auth_walk *w)
{
	return nd_auth_text(w->x, w->row.clustering.values[0]);
}

const struct nd_cell *nd_auth_cell(const struct nd_auth_walk *w, const char *column)
{
	for (uint32_t i = 0; i < w->row.cell_count; i++)
		if (strcmp(w->row.cells[i].column->name, column) == 0)
			return &w->row.cells[i];
	return NULL;
}

bool nd_auth_flag(const struct nd_auth_walk *w, const char *column)
{
	const struct nd_cell *c = nd_auth_cell(w, column);

	return c && c->value.len == 1 && *c->value.data;
}
