/* SPDX-License-Identifier: MIT */
/* A table as the statement that makes it. */
#include <inttypes.h>
#include <stdio.h>

#include "node/describe/describe_text.h"

/* ---- columns --------------------------------------------------------------------------------- */

static void put_column(struct cd_buffer *out, const char *name, const cql_type *type,
		       enum nd_column_kind kind)
{
	nd_name_put(out, name);
	cd_buffer_text(out, " ");
	nd_type_put(out, type);
	if (kind == ND_STATIC)
		cd_buffer_text(out, " static");
}

static bool was_dropped(const struct nd_table *t, const char *name)
{
	for (uint32_t i = 0; i < t->dropped_count; i++)
		if (strcmp(t->dropped[i].name, name) == 0)
			return true;
	return false;
}

/* Columns being listed. With internals: those that were dropped come last, whether they came back
 * or not. */
struct columns {
	struct cd_buffer *out;
	const struct nd_table *table;
	bool internals;
	bool any;
};

static void start_line(struct columns *l)
{
	cd_buffer_text(l->out, l->any ? ",\n    " : "    ");
	l->any = true;
}

static void put_kind(struct columns *l, enum nd_column_kind kind, bool is_multi_cell)
{
	const struct nd_table *t = l->table;

	for (uint32_t i = 0; i < t->column_count; i++) {
		const struct nd_column *c = t->columns[i];

		if (c->kind != kind || c->is_multi_cell != is_multi_cell ||
		    (l->internals && was_dropped(t, c->name)))
			continue;
		start_line(l);
		put_column(l->out, c->name, c->type, c->kind);
		if (kind == ND_PARTITION_KEY && t->partition_key_count == 1 && !t->clustering_count)
			cd_buffer_text(l->out, " PRIMARY KEY");
	}
}

static void put_dropped(struct columns *l)
{
	const struct nd_dropped_column *c = NULL;

	while ((c = nd_describe_next_dropped(l->table, c)) != NULL) {
		start_line(l);
		put_column(l->out, c->name, c->type, c->kind);
	}
}

/* Of static and of regular columns, those that are stored item by item come last. */
static void put_columns(struct cd_buffer *out, const struct nd_table *t, bool internals)
{
	struct columns l = { out, t, internals, false };

	put_kind(&l, ND_PARTITION_KEY, false);
	put_kind(&l, ND_CLUSTERING, false);
	put_kind(&l, ND_STATIC, false);
	put_kind(&l, ND_STATIC, true);
	put_kind(&l, ND_REGULAR, false);
	put_kind(&l, ND_REGULAR, true);
	if (internals)
		put_dropped(&l);
}

void nd_describe_put_primary_key(struct cd_buffer *out, const struct nd_table *t)
{
	cd_buffer_text(out, "    PRIMARY KEY (");
	if (t->partition_key_count > 1)
		cd_buffer_text(out, "(");
	nd_describe_put_columns(out, t->columns, t->partition_key_count,
				nd_describe_put_column_name);
	if (t->partition_key_count > 1)
		cd_buffer_text(out, ")");
	if (t->clustering_count)
		cd_buffer_text(out, ", ");
	nd_describe_put_columns(out, t->columns + t->partition_key_count, t->clustering_count,
				nd_describe_put_column_name);
	cd_buffer_text(out, ")\n");
}

/* ---- what was dropped ------------------------------------------------------------------------- */

static void put_alter(struct cd_buffer *out, const struct nd_table *t)
{
	cd_buffer_text(out, "\nALTER TABLE ");
	nd_describe_put_full_name(out, t->keyspace->name, t->name);
}

/* Drops it again at the time it was dropped, and brings it back when it came back. */
static void put_drop(struct cd_buffer *out, const struct nd_table *t,
		     const struct nd_dropped_column *c)
{
	const struct nd_column *now = nd_table_column(t, c->name);
	char time[48];

	put_alter(out, t);
	cd_buffer_text(out, " DROP ");
	nd_name_put(out, c->name);
	snprintf(time, sizeof time, " USING TIMESTAMP %" PRId64 ";", c->dropped_us);
	cd_buffer_text(out, time);
	if (!now)
		return;
	put_alter(out, t);
	cd_buffer_text(out, " ADD ");
	put_column(out, now->name, now->type, now->kind);
	cd_buffer_text(out, ";");
}

/* ---- the statement ----------------------------------------------------------------------------- */

static void put_head(struct cd_buffer *out, const struct nd_table *t)
{
	if (t->keyspace->is_virtual) {
		cd_buffer_text(out, "/*\nWarning: Table ");
		nd_describe_put_full_name(out, t->keyspace->name, t->name);
		cd_buffer_text(out, " is a virtual table and cannot be recreated with CQL.\n"
				    "Structure, for reference:\n");
	}
	cd_buffer_text(out, t->keyspace->is_virtual ? "VIRTUAL TABLE " : "CREATE TABLE ");
	nd_describe_put_full_name(out, t->keyspace->name, t->name);
	cd_buffer_text(out, " (\n");
}

void nd_describe_table(struct cd_buffer *out, const struct nd_table *t, bool internals)
{
	const struct nd_dropped_column *c = NULL;

	put_head(out, t);
	put_columns(out, t, internals);
	if (t->partition_key_count > 1 || t->clustering_count) {
		cd_buffer_text(out, ",\n");
		nd_describe_put_primary_key(out, t);
	} else {
		cd_buffer_text(out, "\n");
	}
	cd_buffer_text(out, ") WITH ");
	nd_describe_put_options(out, t, internals);
	if (t->keyspace->is_virtual)
		cd_buffer_text(out, "\n*/");
	while (internals && (c = nd_describe_next_dropped(t, c)) != NULL)
		put_drop(out, t, c);
}
