/* SPDX-License-Identifier: MIT */
/* What stands behind WITH in the statement of a table or a view. */
#include <coodie/uuid.h>
#include <coodie/value.h>

#include "node/describe/describe_text.h"
#include "node/schema/schema_change.h"

/* Cassandra's order, which is that of names but for one. */
static const struct {
	const char *name;
	bool not_of_views;
} order[] = {
	{ "additional_write_policy", false },
	{ "allow_auto_snapshot", false },
	{ "bloom_filter_fp_chance", false },
	{ "caching", false },
	{ "cdc", false },
	{ "comment", false },
	{ "compaction", false },
	{ "compression", false },
	{ "memtable", false },
	{ "crc_check_chance", false },
	{ "default_time_to_live", true },
	{ "extensions", false },
	{ "gc_grace_seconds", false },
	{ "incremental_backups", false },
	{ "max_index_interval", false },
	{ "memtable_flush_period_in_ms", false },
	{ "min_index_interval", false },
	{ "read_repair", false },
	{ "speculative_retry", false },
};

static const char and[] = "\n    AND ";

static void put_value(struct cd_buffer *out, const struct nd_property *p)
{
	if (p->kind == ND_EXPR_MAP)
		nd_describe_put_pairs(out, p->pairs, p->count);
	else if (p->kind == ND_EXPR_STRING)
		nd_describe_put_quoted(out, p->text);
	else
		cd_buffer_text(out, p->text);
}

static void put_option(struct cd_buffer *out, const struct nd_table *t, const char *name)
{
	cd_buffer_text(out, name);
	cd_buffer_text(out, " = ");
	put_value(out, nd_properties_find(&t->options, name));
}

static void put_options(struct cd_buffer *out, const struct nd_table *t)
{
	for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
		if (t->view && order[i].not_of_views)
			continue;
		if (i)
			cd_buffer_text(out, and);
		put_option(out, t, order[i].name);
	}
}

static void put_id(struct cd_buffer *out, const struct nd_table *t)
{
	char text[CQL_UUID_TEXT_SIZE];

	cd_buffer_text(out, "ID = ");
	cd_buffer_text(out, cql_uuid_format(t->id, text));
	cd_buffer_text(out, and);
}

static void put_column_order(struct cd_buffer *out, const struct nd_column *c)
{
	nd_describe_put_column_name(out, c);
	cd_buffer_text(out, c->descending ? " DESC" : " ASC");
}

static void put_clustering_order(struct cd_buffer *out, const struct nd_table *t)
{
	cd_buffer_text(out, "CLUSTERING ORDER BY (");
	nd_describe_put_columns(out, t->columns + t->partition_key_count, t->clustering_count,
				put_column_order);
	cd_buffer_text(out, ")");
	cd_buffer_text(out, and);
}

void nd_describe_put_options(struct cd_buffer *out, const struct nd_table *t, bool internals)
{
	if (internals)
		put_id(out, t);
	if (t->clustering_count)
		put_clustering_order(out, t);
	if (t->keyspace->is_virtual)
		put_option(out, t, "comment");
	else
		put_options(out, t);
	cd_buffer_text(out, ";");
}
