/* SPDX-License-Identifier: MIT */
/* The schema: what there is, by name. */
#include "node/schema/schema.h"

#include <string.h>

#include "base/alloc.h"
#include "node/schema/schema_change.h"

bool nd_schema_init(struct nd_schema *s, const coodie_allocator *allocator)
{
	*s = (struct nd_schema){ .allocator = allocator };
	nd_schema_digest(s);
	return true;
}

void nd_schema_deinit(struct nd_schema *s)
{
	s->listener = (struct nd_schema_listener){ 0 };
	while (s->keyspace_count)
		nd_schema_drop_keyspace(s, s->keyspaces[s->keyspace_count - 1], NULL);
	cd_release(s->allocator, s->keyspaces);
	s->keyspaces = NULL;
}

struct nd_keyspace *nd_schema_keyspace(const struct nd_schema *s, const char *name)
{
	uint32_t low = 0, high = s->keyspace_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = strcmp(name, s->keyspaces[middle]->name);

		if (order == 0)
			return s->keyspaces[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

struct nd_table *nd_keyspace_table(const struct nd_keyspace *k, const char *name)
{
	uint32_t low = 0, high = k->table_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = strcmp(name, k->tables[middle]->name);

		if (order == 0)
			return k->tables[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

const struct nd_user_type *nd_keyspace_type(const struct nd_keyspace *k, const char *name)
{
	for (uint32_t i = 0; i < k->type_count; i++)
		if (strcmp(name, k->types[i].name) == 0)
			return &k->types[i];
	return NULL;
}

const struct nd_column *nd_table_column(const struct nd_table *t, const char *name)
{
	for (uint32_t i = 0; i < t->column_count; i++)
		if (strcmp(name, t->columns[i]->name) == 0)
			return t->columns[i];
	return NULL;
}

struct nd_table *nd_schema_find_table(const struct nd_schema *s, const char *session_keyspace,
				      const struct nd_table_name *name, struct nd_problem *p)
{
	const char *in = name->keyspace ? name->keyspace : session_keyspace;
	struct nd_keyspace *k;
	struct nd_table *t;

	if (!in) {
		nd_refuse(p, ND_INVALID,
			  "No keyspace has been specified. USE a keyspace, or explicitly specify "
			  "keyspace.tablename");
		return NULL;
	}
	if (!(k = nd_schema_keyspace(s, in))) {
		nd_refuse(p, ND_INVALID, "keyspace %s does not exist", in);
		return NULL;
	}
	if (!*name->name) {
		nd_refuse(p, ND_INVALID, "non-empty table is required");
		return NULL;
	}
	t = nd_keyspace_table(k, name->name);
	if (!t)
		nd_refuse(p, ND_INVALID, "table %s does not exist", name->name);
	return t;
}

const struct nd_column *nd_table_find_column(const struct nd_table *t, const char *name,
					     struct nd_problem *p)
{
	const struct nd_column *c = nd_table_column(t, name);
	char quoted[2 * 1024], keyspace[256], table[256];

	if (c)
		return c;
	nd_name_format(name, quoted, sizeof quoted);
	nd_name_format(t->keyspace->name, keyspace, sizeof keyspace);
	nd_name_format(t->name, table, sizeof table);
	nd_refuse(p, ND_INVALID, "Undefined column name %s in table %s.%s", quoted, keyspace,
		  table);
	return NULL;
}

const struct nd_property *nd_properties_find(const struct nd_properties *p, const char *name)
{
	for (uint32_t i = 0; i < p->count; i++)
		if (strcmp(p->at[i].name, name) == 0)
			return &p->at[i];
	return NULL;
}
