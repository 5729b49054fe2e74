/* SPDX-License-Identifier: MIT */
/* The guardrails of statements that change the schema. */
#include <stdio.h>
#include <string.h>

#include "node/plan/guardrail.h"
#include "node/schema/ddl.h"

/* ---- before the statement runs ------------------------------------------------------------- */

static bool is_users(const struct nd_keyspace *k)
{
	return !k->is_system && !k->is_virtual && strncmp(k->name, "system_", 7) != 0;
}

static bool guard_keyspaces(struct nd_ddl *d)
{
	int64_t count = 1;

	for (uint32_t i = 0; i < d->schema->keyspace_count; i++)
		count += is_users(d->schema->keyspaces[i]);
	return nd_guard(d->x, ND_THRESHOLD_keyspaces, count, d->keyspace_name);
}

static int64_t count_tables(const struct nd_schema *s)
{
	int64_t count = 0;

	for (uint32_t i = 0; i < s->keyspace_count; i++)
		for (uint32_t j = 0; is_users(s->keyspaces[i]) && j < s->keyspaces[i]->table_count;
		     j++)
			count += !s->keyspaces[i]->tables[j]->view;
	return count;
}

static bool guard_table(struct nd_ddl *d)
{
	const struct nd_create_table *def = &d->statement->as.table;
	const char *name = d->statement->on.name;

	return nd_guard_properties(d->x, &def->properties, &d->properties) &&
	       nd_guard(d->x, ND_THRESHOLD_columns_per_table, def->column_count, name) &&
	       nd_guard(d->x, ND_THRESHOLD_tables, count_tables(d->schema) + 1, name) &&
	       (!def->compact_storage || nd_guard_use(d->x, ND_FLAG_compact_tables_enabled, NULL));
}

static bool guard_alter(struct nd_ddl *d)
{
	const struct nd_alter_table *def = &d->statement->as.alter;
	bool of_columns = def->alter == ND_ALTER_ADD || def->alter == ND_ALTER_DROP ||
			  def->alter == ND_ALTER_RENAME;

	if (of_columns)
		return nd_guard_use(d->x, ND_FLAG_alter_table_enabled,
				    "ALTER TABLE changing columns");
	return nd_guard_properties(d->x, &def->properties, &d->properties);
}

static bool guard_type(struct nd_ddl *d)
{
	return nd_guard(d->x, ND_THRESHOLD_fields_per_udt, d->statement->as.type.field_count,
			d->statement->on.name);
}

static bool guard_index(struct nd_ddl *d)
{
	return nd_guard_use(d->x, ND_FLAG_secondary_indexes_enabled, "Creating secondary indexes");
}

static bool guard_drop_table(struct nd_ddl *d)
{
	return nd_guard_use(d->x, ND_FLAG_drop_truncate_table_enabled, NULL);
}

static bool guard_drop_keyspace(struct nd_ddl *d)
{
	return nd_guard_use(d->x, ND_FLAG_drop_keyspace_enabled, NULL);
}

bool nd_ddl_guard(struct nd_ddl *d)
{
	static nd_ddl_fn *const guards[ND_STATEMENT_KINDS] = {
		[ND_CREATE_KEYSPACE] = guard_keyspaces, [ND_DROP_KEYSPACE] = guard_drop_keyspace,
		[ND_CREATE_TABLE] = guard_table,        [ND_ALTER_TABLE] = guard_alter,
		[ND_DROP_TABLE] = guard_drop_table,     [ND_CREATE_TYPE] = guard_type,
		[ND_CREATE_INDEX] = guard_index,
	};
	nd_ddl_fn *guard = guards[d->statement->kind];

	return !guard || guard(d);
}

/* ---- when more is known --------------------------------------------------------------------- */

bool nd_ddl_guard_strategy(struct nd_ddl *d, const struct nd_properties *given)
{
	const struct nd_property *p = nd_properties_find(given, "replication");

	for (uint32_t i = 0; p && p->kind == ND_EXPR_MAP && i < p->count; i++)
		if (!strcmp(p->pairs[2 * i], "class") &&
		    !strcmp(p->pairs[2 * i + 1], "SimpleStrategy"))
			return nd_guard_use(d->x, ND_FLAG_simplestrategy_enabled, NULL);
	return true;
}

bool nd_ddl_guard_factor(struct nd_ddl *d, int32_t factor)
{
	return nd_guard(d->x, ND_THRESHOLD_minimum_replication_factor, factor, d->keyspace_name) &&
	       nd_guard(d->x, ND_THRESHOLD_maximum_replication_factor, factor, d->keyspace_name);
}

/* The type as it was written: what a user type has inside was looked at when that was made. */
bool nd_ddl_guard_type(struct nd_ddl *d, const char *what, const char *name, const cql_type *type)
{
	char column[512];

	if (!d->x->is_ordinary_user || type->kind == CQL_KIND_UDT)
		return true;
	if (type->kind == CQL_KIND_VECTOR) {
		snprintf(column, sizeof column, "%s %s", what, name);
		if (!nd_guard_use(d->x, ND_FLAG_vector_type_enabled, column) ||
		    !nd_guard(d->x, ND_THRESHOLD_vector_dimensions, type->of.dimension, column))
			return false;
	}
	for (uint32_t i = 0; i < type->count; i++)
		if (!nd_ddl_guard_type(d, what, name, type->inner[i]))
			return false;
	return true;
}

/* A value of an option that is a map; "" when there is none. */
static const char *sub_option(const struct nd_table *t, const char *option, const char *name)
{
	const struct nd_property *p = nd_properties_find(&t->options, option);

	for (uint32_t i = 0; p && i < p->count; i++)
		if (!strcmp(p->pairs[2 * i], name))
			return p->pairs[2 * i + 1];
	return "";
}

bool nd_ddl_guard_options(struct nd_ddl *d, const struct nd_table *draft)
{
	if (!draft->default_ttl &&
	    strstr(sub_option(draft, "compaction", "class"), "TimeWindowCompactionStrategy") &&
	    !nd_guard_use(d->x, ND_FLAG_zero_ttl_on_twcs_enabled, NULL))
		return false;
	return strcmp(sub_option(draft, "compression", "enabled"), "false") != 0 ||
	       nd_guard_use(d->x, ND_FLAG_uncompressed_tables_enabled, NULL);
}

bool nd_ddl_guard_index(struct nd_ddl *d, const struct nd_table *t, const char *name)
{
	char what[512];

	snprintf(what, sizeof what, "%s%son table %s", name ? name : "", name ? " " : "", t->name);
	return nd_guard(d->x, ND_THRESHOLD_secondary_indexes_per_table, (int64_t)t->index_count + 1,
			what);
}

bool nd_ddl_guard_view(struct nd_ddl *d, const struct nd_table *base,
		       const struct nd_properties *given)
{
	char what[512];

	snprintf(what, sizeof what, "%s on table %s", d->statement->on.name, base->name);
	return nd_guard_properties(d->x, given, &d->properties) &&
	       nd_guard(d->x, ND_THRESHOLD_materialized_views_per_table,
			(int64_t)base->view_count + 1, what);
}
