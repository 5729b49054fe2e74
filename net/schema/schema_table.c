/* SPDX-License-Identifier: MIT */
/* Tables and views: their columns in order, their indexes, and which view is whose. */
#include <string.h>

#include "base/error.h"
#include "net/schema/schema.h"

/* ---- columns --------------------------------------------------------------------------------- */

static enum coodie_column_kind kind_of(const coodie_meta_row *row)
{
	static const struct {
		const char *name;
		enum coodie_column_kind kind;
	} kinds[] = {
		{ "partition_key", COODIE_COLUMN_PARTITION_KEY },
		{ "clustering", COODIE_COLUMN_CLUSTERING },
		{ "static", COODIE_COLUMN_STATIC },
	};
	cql_text kind = cd_schema_text(row, "kind");

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (kind.len == strlen(kinds[i].name) &&
		    memcmp(kind.data, kinds[i].name, kind.len) == 0)
			return kinds[i].kind;
	return COODIE_COLUMN_REGULAR; /* "compact_value" too */
}

static bool is_descending(const coodie_meta_row *row)
{
	cql_text order = cd_schema_text(row, "clustering_order");

	return order.len == 4 &&
	       (memcmp(order.data, "desc", 4) == 0 || memcmp(order.data, "DESC", 4) == 0);
}

static bool read_column(coodie_keyspace_meta *ks, struct cd_schema_column *c,
			const struct cd_schema_row *row)
{
	int32_t position = cd_schema_int(&row->row, "position", 0);

	c->is.size = sizeof c->is;
	c->is.name = row->second;
	c->is.kind = kind_of(&row->row);
	c->is.position = position < 0 ? 0 : (uint32_t)position;
	if (c->is.kind == COODIE_COLUMN_CLUSTERING)
		c->is.order = is_descending(&row->row) ? COODIE_CLUSTERING_DESC
						       : COODIE_CLUSTERING_ASC;
	c->is.type = cd_schema_type_of(ks, cd_schema_text(&row->row, "type"));
	c->row = &row->row;
	return c->is.type != NULL;
}

enum { MAX_COLUMNS = 1 << 16, MAX_KEY = 256 };

/* Appends the columns of one kind by position; those that a server makes up are made to follow each
 * other. @return how many there are */
static uint32_t place_key(struct cd_schema_column **to, struct cd_schema_column *from,
			  uint32_t count, enum coodie_column_kind kind)
{
	uint32_t placed = 0, at;

	for (uint32_t i = 0; i < count; i++) {
		if (from[i].is.kind != kind)
			continue;
		at = placed++;
		for (; at && at < MAX_KEY && to[at - 1]->is.position > from[i].is.position; at--)
			to[at] = to[at - 1];
		to[at] = &from[i];
	}
	for (uint32_t i = 0; i < placed; i++)
		to[i]->is.position = i;
	return placed;
}

/* The key's columns first, then the others by name. */
static void order_columns(struct coodie_table_meta *t, struct cd_schema_column **to,
			  struct cd_schema_column *from)
{
	uint32_t at = place_key(to, from, t->column_count, COODIE_COLUMN_PARTITION_KEY);

	t->partition_key_count = at;
	t->clustering_count = place_key(to + at, from, t->column_count, COODIE_COLUMN_CLUSTERING);
	at += t->clustering_count;
	for (uint32_t i = 0; i < t->column_count; i++)
		if (from[i].is.kind == COODIE_COLUMN_REGULAR ||
		    from[i].is.kind == COODIE_COLUMN_STATIC) {
			from[i].is.position = 0;
			to[at++] = &from[i];
		}
}

/* The columns of a table lie one behind the other, by name; *rows is moved to them. */
static bool read_columns(coodie_keyspace_meta *ks, struct coodie_table_meta *t,
			 const struct cd_schema_row **rows)
{
	struct cd_schema_column *by_name, **ordered;
	const struct cd_schema_row *row;
	uint32_t count = 0;

	while (*rows && strcmp((*rows)->name, t->name) < 0)
		*rows = (*rows)->next;
	for (row = *rows; row && strcmp(row->name, t->name) == 0 && count < MAX_COLUMNS; count++)
		row = row->next;
	by_name = cd_arena_take_array(&ks->arena, (size_t)count + 1, sizeof *by_name);
	ordered = cd_arena_take_array(&ks->arena, (size_t)count + 1, sizeof(*ordered));
	if (!by_name || !ordered)
		return false;
	row = *rows;
	for (uint32_t i = 0; i < count; i++, row = row->next)
		if (!read_column(ks, &by_name[i], row))
			return false;
	t->column_count = count;
	order_columns(t, ordered, by_name);
	t->columns = (const struct cd_schema_column *const *)ordered;
	t->by_name = by_name;
	return true;
}

/* ---- indexes --------------------------------------------------------------------------------- */

static bool read_index(coodie_keyspace_meta *ks, const struct coodie_table_meta *t,
		       struct cd_schema_index *index, const struct cd_schema_row *row)
{
	const coodie_meta_row *r = &row->row;

	index->is.size = sizeof index->is;
	index->is.name = row->second;
	index->table = t;
	index->row = r;
	index->is.kind = cd_schema_copy(ks, cd_schema_text(r, "kind"));
	index->is.target = cd_schema_copy(ks, cd_schema_map_text(r, "options", "target"));
	return index->is.kind && index->is.target &&
	       cd_schema_copy_some(ks, cd_schema_map_text(r, "options", "class_name"),
				   &index->is.class_name);
}

static bool read_indexes(coodie_keyspace_meta *ks, struct coodie_table_meta *t,
			 const struct cd_schema_row **rows)
{
	struct cd_schema_index *indexes;
	const struct cd_schema_row *row;
	uint32_t count = 0;

	while (*rows && strcmp((*rows)->name, t->name) < 0)
		*rows = (*rows)->next;
	for (row = *rows; row && strcmp(row->name, t->name) == 0; row = row->next)
		count++;
	if (!count)
		return true;
	indexes = cd_arena_take_array(&ks->arena, count, sizeof *indexes);
	if (!indexes)
		return false;
	row = *rows;
	for (uint32_t i = 0; i < count; i++, row = row->next)
		if (!read_index(ks, t, &indexes[i], row))
			return false;
	t->indexes = indexes;
	t->index_count = count;
	return true;
}

/* ---- tables and views ------------------------------------------------------------------------ */

static bool read_partitioner(coodie_keyspace_meta *ks, struct coodie_table_meta *t,
			     const struct cd_schema_row **rows)
{
	while (*rows && strcmp((*rows)->name, t->name) < 0)
		*rows = (*rows)->next;
	t->partitioner = "";
	if (*rows && strcmp((*rows)->name, t->name) == 0)
		t->partitioner = cd_schema_copy(ks, cd_schema_text(&(*rows)->row, "partitioner"));
	return t->partitioner != NULL;
}

/* What a table is made of; `rows` go along, as tables are by name as well. */
static bool read_table(coodie_keyspace_meta *ks, struct coodie_table_meta *t,
		       const struct cd_schema_row **rows)
{
	return read_columns(ks, t, &rows[CD_SCHEMA_COLUMNS]) &&
	       read_indexes(ks, t, &rows[CD_SCHEMA_INDEXES]) &&
	       read_partitioner(ks, t, &rows[CD_SCHEMA_SCYLLA_TABLES]);
}

/* The next row of two sorted lists; views have a base. */
static bool begin_table(coodie_keyspace_meta *ks, struct coodie_table_meta *t,
			const struct cd_schema_row **tables, const struct cd_schema_row **views)
{
	bool is_view = !*tables || (*views && strcmp((*views)->name, (*tables)->name) < 0);
	const struct cd_schema_row **from = is_view ? views : tables;

	*t = (struct coodie_table_meta){ .keyspace = ks,
					 .name = (*from)->name,
					 .row = &(*from)->row };
	*from = (*from)->next;
	if (!is_view)
		return true;
	t->base = cd_schema_copy(ks, cd_schema_text(t->row, "base_table_name"));
	return t->base != NULL;
}

static struct coodie_table_meta *find_table(const coodie_keyspace_meta *ks, const char *name)
{
	return (struct coodie_table_meta *)(uintptr_t)coodie_keyspace_meta_table(ks, name);
}

/* Tells tables their views, which are counted first. */
static bool link_views(coodie_keyspace_meta *ks)
{
	struct coodie_table_meta *t = ks->tables, *end = t + ks->table_count, *base;

	for (; t < end; t++)
		if (t->base && (base = find_table(ks, t->base)) && !base->base)
			base->view_count++;
	for (t = ks->tables; t < end; t++) {
		if (t->view_count &&
		    !(t->views = cd_arena_take_array(&ks->arena, t->view_count, sizeof(*t->views))))
			return false;
		t->view_count = 0;
	}
	for (t = ks->tables; t < end; t++)
		if (t->base && (base = find_table(ks, t->base)) && !base->base)
			base->views[base->view_count++] = t;
	return true;
}

bool cd_schema_tables_build(coodie_keyspace_meta *ks, coodie_error *err)
{
	const struct cd_schema_row *rows[CD_SCHEMA_ROWS];
	uint32_t count = cd_schema_count(ks->rows[CD_SCHEMA_TABLES]) +
			 cd_schema_count(ks->rows[CD_SCHEMA_VIEWS]);

	memcpy(rows, ks->rows, sizeof rows);
	ks->tables = cd_arena_take_array(&ks->arena, (size_t)count + 1, sizeof *ks->tables);
	if (!ks->tables)
		return cd_schema_no_memory(err);
	for (uint32_t i = 0; i < count; i++)
		if (!begin_table(ks, &ks->tables[i], &rows[CD_SCHEMA_TABLES],
				 &rows[CD_SCHEMA_VIEWS]) ||
		    !read_table(ks, &ks->tables[i], rows))
			return cd_schema_no_memory(err);
	ks->table_count = count;
	return link_views(ks) || cd_schema_no_memory(err);
}
