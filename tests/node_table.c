/* SPDX-License-Identifier: MIT */
/* A table for tests of the node's store. */
#include "tests/node_table.h"

#include <string.h>

static void add(struct cd_node_table *t, size_t i, const struct cd_node_column *from)
{
	struct nd_column *c = &t->columns[i];
	bool has_items;

	t->types[i] = cql_type_parse(from->type, NULL);
	t->pointers[i] = c;
	has_items = cql_type_count(t->types[i]) > 0 && !cql_type_is_frozen(t->types[i]);
	*c = (struct nd_column){
		.name = from->name,
		.type = t->types[i],
		.kind = from->kind,
		.descending = from->descending,
		.is_multi_cell = from->kind > ND_CLUSTERING && has_items,
		.id = (uint32_t)(CD_NODE_COLUMNS - i),
	};
	if (c->kind == ND_PARTITION_KEY)
		c->position = t->table.partition_key_count++;
	else if (c->kind == ND_CLUSTERING)
		c->position = t->table.clustering_count++;
	t->table.static_count = (uint16_t)(t->table.static_count + (c->kind == ND_STATIC));
}

bool cd_node_table_init(struct cd_node_table *t, const struct cd_node_column *columns, size_t count,
			const coodie_allocator *allocator)
{
	*t = (struct cd_node_table){ .table = { .name = "t", .gc_grace = 864000, .version = 1 } };
	for (size_t i = 0; i < count; i++)
		add(t, i, &columns[i]);
	t->table.columns = t->pointers;
	t->table.column_count = (uint32_t)count;
	t->table.store = nd_store_new(&t->table, allocator);
	return t->table.store;
}

void cd_node_table_deinit(struct cd_node_table *t)
{
	nd_store_free(t->table.store);
	for (uint32_t i = 0; i < t->table.column_count; i++)
		cql_type_free(t->types[i]);
}

const struct nd_column *cd_node_table_column(const struct cd_node_table *t, const char *name)
{
	for (uint32_t i = 0; i < t->table.column_count; i++)
		if (strcmp(t->columns[i].name, name) == 0)
			return &t->columns[i];
	return NULL;
}
