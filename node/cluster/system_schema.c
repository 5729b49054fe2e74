/* SPDX-License-Identifier: MIT */
/* system_schema and system_virtual_schema: the schema as rows, a partition for each keyspace. */
#include <string.h>

#include "node/cluster/system_parts.h"
#include "node/schema/options.h"
#include "node/schema/schema_change.h"
#include "proto/type.h"

/* ---- values ------------------------------------------------------------------------------------ */

static void *take(struct nd_rows *r, size_t count, size_t size)
{
	void *piece = r->failed ? NULL : cd_arena_take_array(r->x->arena, count + 1, size);

	if (!piece && !r->failed) {
		nd_no_memory(&r->x->problem);
		r->failed = true;
	}
	return piece;
}

static cql_value type_text(struct nd_rows *r, const cql_type *type)
{
	size_t len = nd_type_format(type, NULL, 0);
	char *text = take(r, len, 1);

	if (text)
		nd_type_format(type, text, len + 1);
	return cql_from_str(text);
}

/* A map of texts, sorted by key as it has to be. */
static cql_value sorted_map(struct nd_rows *r, const char *const *pairs, uint32_t count)
{
	cql_value *items = take(r, 2 * (size_t)count, sizeof *items);

	for (uint32_t n = 0; items && n < count; n++) {
		uint32_t at = n;

		for (; at && strcmp(items[2 * at - 2].as.text.data, pairs[2 * n]) > 0; at--) {
			items[2 * at] = items[2 * at - 2];
			items[2 * at + 1] = items[2 * at - 1];
		}
		items[2 * at] = cql_from_str(pairs[2 * n]);
		items[2 * at + 1] = cql_from_str(pairs[2 * n + 1]);
	}
	return items ? cql_from_map(cql_map_of(items, count)) : cql_null();
}

/* Properties that are texts, as a map. */
static cql_value texts_map(struct nd_rows *r, const struct nd_properties *p, const char *key,
			   const char *value)
{
	const char **pairs = take(r, 2 * ((size_t)p->count + 1), sizeof(*pairs));
	uint32_t count = 0;

	if (!pairs)
		return cql_null();
	for (uint32_t i = 0; i < p->count; i++, count++) {
		pairs[2 * count] = p->at[i].name;
		pairs[2 * count + 1] = p->at[i].text;
	}
	if (key) {
		pairs[2 * count] = key;
		pairs[2 * count++ + 1] = value;
	}
	return sorted_map(r, pairs, count);
}

/* ---- rows of one keyspace ---------------------------------------------------------------------------- */

typedef void rows_fn(struct nd_rows *r, const struct nd_keyspace *k);

static void keyspace_rows(struct nd_rows *r, const struct nd_keyspace *k)
{
	nd_rows_row(r, NULL);
	if (k->is_virtual)
		return;
	nd_rows_put(r, "durable_writes", cql_from_bool(k->durable_writes));
	nd_rows_put(r, "replication", texts_map(r, &k->replication, NULL, NULL));
}

static void put_option(struct nd_rows *r, const struct nd_property *p)
{
	static const char *const defaults[][2] = {
		/* left out as long as they are what they are everywhere */
		{ "allow_auto_snapshot", "true" },
		{ "incremental_backups", "true" },
		{ "memtable", "default" },
	};
	double real = 0;
	int32_t n = 0;

	for (size_t i = 0; i < sizeof defaults / sizeof defaults[0]; i++)
		if (strcmp(p->name, defaults[i][0]) == 0 && strcmp(p->text, defaults[i][1]) == 0)
			return;
	if (strcmp(p->name, "cdc") == 0 && !r->x->db->settings.cdc_enabled)
		return;
	if (p->kind == ND_EXPR_MAP)
		nd_rows_put(r, p->name, sorted_map(r, p->pairs, p->count));
	else if (p->kind == ND_EXPR_BOOLEAN)
		nd_rows_put(r, p->name, cql_from_bool(strcmp(p->text, "true") == 0));
	else if (p->kind == ND_EXPR_INTEGER && nd_option_int(p->text, &n))
		nd_rows_put(r, p->name, cql_from_int(n));
	else if (p->kind == ND_EXPR_FLOAT && nd_option_double(p->text, &real))
		nd_rows_put(r, p->name, cql_from_double(real));
	else
		nd_rows_put(r, p->name, cql_from_str(p->text));
}

/* What views have as well. */
static void put_options(struct nd_rows *r, const struct nd_table *t)
{
	for (uint32_t j = 0; j < t->options.count; j++)
		put_option(r, &t->options.at[j]);
	nd_rows_put(r, "dclocal_read_repair_chance", cql_from_double(0));
	nd_rows_put(r, "id", cql_from_uuid(t->id));
	nd_rows_put(r, "read_repair_chance", cql_from_double(0));
}

static void table_rows(struct nd_rows *r, const struct nd_keyspace *k)
{
	static const struct cql_value flags[] = {
		{ .is = { CQL_TAG_TEXT }, .as.text = { "compound", 8 } },
		{ .is = { CQL_TAG_TEXT }, .as.text = { "counter", 7 } },
	};

	for (uint32_t i = 0; i < k->table_count; i++) {
		const struct nd_table *t = k->tables[i];
		cql_value name = cql_from_str(t->name);

		if (t->view)
			continue;
		nd_rows_row(r, &name);
		put_options(r, t);
		nd_rows_put(r, "flags", cql_from_set(cql_set_of(flags, t->is_counter ? 2 : 1)));
	}
}

static void view_rows(struct nd_rows *r, const struct nd_keyspace *k)
{
	for (uint32_t i = 0; i < k->table_count; i++) {
		const struct nd_table *t = k->tables[i];
		cql_value name = cql_from_str(t->name);

		if (!t->view)
			continue;
		nd_rows_row(r, &name);
		put_options(r, t);
		nd_rows_put(r, "base_table_id", cql_from_uuid(t->view->base->id));
		nd_rows_put(r, "base_table_name", cql_from_str(t->view->base->name));
		nd_rows_put(r, "include_all_columns", cql_from_bool(t->view->includes_all));
		nd_rows_put(r, "where_clause", cql_from_str(t->view->where));
	}
}

/* They are built as soon as there is anything to be read of them. */
static void built_view_rows(struct nd_rows *r, const struct nd_keyspace *k)
{
	for (uint32_t i = 0; i < k->table_count; i++) {
		cql_value name = cql_from_str(k->tables[i]->name);

		if (!k->tables[i]->view)
			continue;
		nd_rows_row(r, &name);
		nd_rows_put(r, "status_replicated", cql_from_bool(true));
	}
}

static void virtual_table_rows(struct nd_rows *r, const struct nd_keyspace *k)
{
	for (uint32_t i = 0; i < k->table_count; i++) {
		const struct nd_table *t = k->tables[i];
		cql_value name = cql_from_str(t->name);

		nd_rows_row(r, &name);
		nd_rows_put(r, "comment",
			    cql_from_str(nd_properties_find(&t->options, "comment")->text));
	}
}

static const char *const kinds[] = { [ND_PARTITION_KEY] = "partition_key",
				     [ND_CLUSTERING] = "clustering",
				     [ND_STATIC] = "static",
				     [ND_REGULAR] = "regular" };

static void put_column(struct nd_rows *r, const struct nd_table *t, const struct nd_column *c)
{
	cql_value names[] = { cql_from_str(t->name), cql_from_str(c->name) };

	nd_rows_row(r, names);
	nd_rows_put(r, "clustering_order",
		    cql_from_str(c->kind != ND_CLUSTERING ? "none"
				 : c->descending          ? "desc"
							  : "asc"));
	nd_rows_put(r, "column_name_bytes", cql_from_blob(cql_blob_of(c->name, strlen(c->name))));
	nd_rows_put(r, "kind", cql_from_str(kinds[c->kind]));
	nd_rows_put(r, "position", cql_from_int(c->kind < ND_STATIC ? c->position : -1));
	nd_rows_put(r, "type", type_text(r, c->type));
}

static void column_rows(struct nd_rows *r, const struct nd_keyspace *k)
{
	for (uint32_t i = 0; i < k->table_count; i++)
		for (uint32_t j = 0; j < k->tables[i]->column_count; j++)
			put_column(r, k->tables[i], k->tables[i]->columns[j]);
}

static void dropped_column_rows(struct nd_rows *r, const struct nd_keyspace *k)
{
	for (uint32_t i = 0; i < k->table_count; i++)
		for (uint32_t j = 0; j < k->tables[i]->dropped_count; j++) {
			const struct nd_dropped_column *c = &k->tables[i]->dropped[j];
			cql_value names[] = { cql_from_str(k->tables[i]->name),
					      cql_from_str(c->name) };

			nd_rows_row(r, names);
			nd_rows_put(r, "dropped_time",
				    cql_from_timestamp((cql_timestamp){ c->dropped_us / 1000 }));
			nd_rows_put(r, "kind", cql_from_str(kinds[c->kind]));
			nd_rows_put(r, "type", type_text(r, c->type));
		}
}

static void type_rows(struct nd_rows *r, const struct nd_keyspace *k)
{
	for (uint32_t i = 0; i < k->type_count; i++) {
		const cql_type *type = k->types[i].type;
		cql_value *names = take(r, type->count, sizeof *names);
		cql_value *types = take(r, type->count, sizeof *types);
		cql_value name = cql_from_str(k->types[i].name);

		for (uint32_t j = 0; names && types && j < type->count; j++) {
			names[j] = cql_from_str(cql_type_field(type, j));
			types[j] = type_text(r, type->inner[j]);
		}
		nd_rows_row(r, &name);
		if (r->failed)
			return;
		nd_rows_put(r, "field_names", cql_from_list(cql_list_of(names, type->count)));
		nd_rows_put(r, "field_types", cql_from_list(cql_list_of(types, type->count)));
	}
}

/* "values(c)", or the column alone. */
static const char *target_text(struct nd_rows *r, const struct nd_index *index)
{
	static const char *const names[] = {
		[ND_INDEX_SIMPLE] = "",    [ND_INDEX_VALUES] = "values(",
		[ND_INDEX_KEYS] = "keys(", [ND_INDEX_ENTRIES] = "entries(",
		[ND_INDEX_FULL] = "full(",
	};
	size_t before = strlen(names[index->target]);
	size_t len = nd_name_format(index->column->name, NULL, 0);
	char *text = take(r, before + len + 1, 1);

	if (!text)
		return NULL;
	memcpy(text, names[index->target], before);
	nd_name_format(index->column->name, text + before, len + 1);
	memcpy(text + before + len, before ? ")" : "", before ? 2 : 1);
	return text;
}

static void index_rows(struct nd_rows *r, const struct nd_keyspace *k)
{
	for (uint32_t i = 0; i < k->table_count; i++)
		for (uint32_t j = 0; j < k->tables[i]->index_count; j++) {
			const struct nd_index *index = &k->tables[i]->indexes[j];
			cql_value names[] = { cql_from_str(k->tables[i]->name),
					      cql_from_str(index->name) };
			const char *target = target_text(r, index);

			nd_rows_row(r, names);
			if (r->failed)
				return;
			nd_rows_put(r, "kind",
				    cql_from_str(index->class_name ? "CUSTOM" : "COMPOSITES"));
			nd_rows_put(r, "options", texts_map(r, &index->options, "target", target));
		}
}

/* Each node says of each view that it has built it. */
static void build_status_rows(struct nd_rows *r, const struct nd_table *view)
{
	cql_value key[] = { cql_from_str(view->keyspace->name), cql_from_str(view->name) };
	struct nd_system_node node;

	nd_rows_partition_of(r, key, 2);
	for (uint32_t i = 0; !r->failed && nd_system_node(r->x, i, &node); i++) {
		cql_value host = cql_from_uuid(node.host_id);

		nd_rows_row(r, &host);
		nd_rows_put(r, "status", cql_from_str("SUCCESS"));
	}
}

/* ---- what has changed ------------------------------------------------------------------------------ */

/* Keyspaces that have rows and are no more. */
static void clear_dropped(struct nd_rows *r)
{
	struct nd_store *store = r->table->store;
	struct nd_partition *p = nd_store_after(store, INT64_MIN, (cql_blob){ NULL, 0 });

	for (; p && !r->failed;
	     p = nd_store_after(store, nd_partition_token(p), nd_partition_key(p))) {
		cql_blob key = nd_partition_key(p);
		char *name = cd_arena_strndup(r->x->arena, (const char *)key.data, key.len);

		if (!name) {
			nd_no_memory(&r->x->problem);
			r->failed = true;
			return;
		}
		if (nd_schema_keyspace(&r->x->db->schema, name))
			continue;
		nd_rows_partition(r, cql_from_str(name));
		nd_rows_clear(r);
	}
}

static bool refresh(struct nd_table *t, struct nd_request *x, rows_fn *rows)
{
	const struct nd_schema *s = &x->db->schema;
	struct nd_rows r;

	if (t->refreshed == s->change)
		return true;
	nd_rows_begin(&r, t, x);
	clear_dropped(&r);
	for (uint32_t i = 0; !r.failed && i < s->keyspace_count; i++) {
		const struct nd_keyspace *k = s->keyspaces[i];

		if (k->is_virtual != t->keyspace->is_virtual || k->changed <= t->refreshed)
			continue;
		nd_rows_partition(&r, cql_from_str(k->name));
		nd_rows_clear(&r);
		rows(&r, k);
	}
	if (!nd_rows_end(&r))
		return false;
	t->refreshed = s->change;
	return true;
}

bool nd_system_keyspaces(struct nd_table *t, struct nd_request *x)
{
	return refresh(t, x, keyspace_rows);
}

bool nd_system_tables(struct nd_table *t, struct nd_request *x)
{
	return refresh(t, x, table_rows);
}

bool nd_system_views(struct nd_table *t, struct nd_request *x)
{
	return refresh(t, x, view_rows);
}

bool nd_system_built_views(struct nd_table *t, struct nd_request *x)
{
	return refresh(t, x, built_view_rows);
}

/* Made anew as a whole: its partitions are not the schema's keyspaces. */
bool nd_system_build_status(struct nd_table *t, struct nd_request *x)
{
	const struct nd_schema *s = &x->db->schema;
	struct nd_rows r;

	if (t->refreshed == s->change)
		return true;
	nd_store_truncate(t->store);
	nd_rows_begin(&r, t, x);
	for (uint32_t i = 0; i < s->keyspace_count; i++)
		for (uint32_t j = 0; j < s->keyspaces[i]->table_count; j++)
			if (s->keyspaces[i]->tables[j]->view)
				build_status_rows(&r, s->keyspaces[i]->tables[j]);
	if (!nd_rows_end(&r))
		return false;
	t->refreshed = s->change;
	return true;
}

bool nd_system_columns(struct nd_table *t, struct nd_request *x)
{
	return refresh(t, x, column_rows);
}

bool nd_system_dropped_columns(struct nd_table *t, struct nd_request *x)
{
	return refresh(t, x, dropped_column_rows);
}

bool nd_system_types(struct nd_table *t, struct nd_request *x)
{
	return refresh(t, x, type_rows);
}

bool nd_system_indexes(struct nd_table *t, struct nd_request *x)
{
	return refresh(t, x, index_rows);
}

bool nd_system_virtual_keyspaces(struct nd_table *t, struct nd_request *x)
{
	return refresh(t, x, keyspace_rows);
}

bool nd_system_virtual_tables(struct nd_table *t, struct nd_request *x)
{
	return refresh(t, x, virtual_table_rows);
}

bool nd_system_virtual_columns(struct nd_table *t, struct nd_request *x)
{
	return refresh(t, x, column_rows);
}
