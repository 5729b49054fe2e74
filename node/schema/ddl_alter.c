/* SPDX-License-Identifier: MIT */
/* ALTER TABLE. */
#include <stdlib.h>
#include <string.h>

#include "node/plan/guardrail.h"
#include "node/schema/ddl_index_class.h"
#include "node/schema/ddl_view.h"
#include "node/schema/options.h"
#include "node/store/store.h"
#include "proto/type.h"

/* A table being changed: `draft` has lists of its own, with room for what comes. */
struct change {
	struct nd_ddl *d;
	const struct nd_alter_table *def;
	struct nd_table *table;
	struct nd_table draft;
	uint32_t *ids; /* of the columns that go */
	uint32_t id_count;
};

static struct nd_column *find(const struct change *c, const char *name)
{
	for (uint32_t i = 0; i < c->draft.column_count; i++)
		if (strcmp(c->draft.columns[i]->name, name) == 0)
			return c->draft.columns[i];
	return NULL;
}

/* The newest drop of a column of this name. */
static const struct nd_dropped_column *find_dropped(const struct change *c, const char *name)
{
	for (uint32_t i = c->draft.dropped_count; i-- > 0;)
		if (strcmp(c->draft.dropped[i].name, name) == 0)
			return &c->draft.dropped[i];
	return NULL;
}

/* ---- ADD --------------------------------------------------------------------------------------- */

/* Whether bytes of one type can be read as the other. */
static bool reads_as(const cql_type *now, const cql_type *before)
{
	static const struct {
		enum cql_kind now, before;
	} pairs[] = {
		{ CQL_KIND_TEXT, CQL_KIND_ASCII },       { CQL_KIND_BLOB, CQL_KIND_ASCII },
		{ CQL_KIND_BLOB, CQL_KIND_TEXT },        { CQL_KIND_BLOB, CQL_KIND_VARINT },
		{ CQL_KIND_BLOB, CQL_KIND_DECIMAL },     { CQL_KIND_BLOB, CQL_KIND_INET },
		{ CQL_KIND_BLOB, CQL_KIND_DURATION },    { CQL_KIND_BIGINT, CQL_KIND_TIMESTAMP },
		{ CQL_KIND_TIMESTAMP, CQL_KIND_BIGINT }, { CQL_KIND_UUID, CQL_KIND_TIMEUUID },
	};

	if (nd_type_is_multi_cell(now) != nd_type_is_multi_cell(before))
		return false;
	if (now->kind == CQL_KIND_BLOB && !cd_type_native(before->kind) && before->fixed_size < 0)
		return true;
	if (cql_type_equal(now, before))
		return true;
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
		if (pairs[i].now == now->kind && pairs[i].before == before->kind)
			return true;
	return false;
}

/* The type as system_schema.dropped_columns keeps it: without names of user types. */
static const cql_type *without_names(struct nd_ddl *d, const cql_type *type)
{
	const cql_type *native = cd_type_native(type->kind);
	cql_type *t;

	if (native || type->kind == CQL_KIND_CUSTOM)
		return native ? native : type;
	t = cd_type_new(d->x->arena, type->kind == CQL_KIND_UDT ? CQL_KIND_TUPLE : type->kind,
			type->count);
	if (!t) {
		nd_ddl_no_memory(d);
		return NULL;
	}
	t->frozen = type->frozen;
	t->fixed_size = type->fixed_size;
	if (type->kind == CQL_KIND_VECTOR)
		t->of.dimension = type->of.dimension;
	for (uint32_t i = 0; i < type->count; i++)
		if (!(t->inner[i] = without_names(d, type->inner[i])))
			return NULL;
	return t;
}

/* A user type was kept as a tuple, and only a tuple comes back for it; in vectors names make no difference. */
static const cql_type *compared(struct nd_ddl *d, const cql_type *type)
{
	return type->kind == CQL_KIND_VECTOR ? without_names(d, type) : type;
}

static bool check_comeback(struct change *c, const struct nd_column_def *def, const cql_type *type,
			   const struct nd_dropped_column *old)
{
	char now[1024], before[1024];
	const cql_type *plain = compared(c->d, type);

	if (!plain)
		return false;
	nd_type_format(type, now, sizeof now);
	nd_type_format(old->type, before, sizeof before);
	if (!reads_as(plain, old->type))
		return nd_ddl_refuse(c->d,
				     "Cannot re-add previously dropped column '%s' of type %s, "
				     "incompatible with previous type %s",
				     def->name, now, before);
	if (def->is_static != (old->kind == ND_STATIC))
		return nd_ddl_refuse(c->d,
				     "Cannot re-add previously dropped column '%s' of kind %s, "
				     "incompatible with previous kind %s",
				     def->name, def->is_static ? "STATIC" : "REGULAR",
				     old->kind == ND_STATIC ? "STATIC" : "REGULAR");
	if (c->table->is_counter)
		return nd_ddl_refuse(c->d, "Cannot re-add previously dropped counter column %s",
				     def->name);
	return true;
}

static bool add_column(struct change *c, const struct nd_column_def *def)
{
	const struct nd_dropped_column *old = find_dropped(c, def->name);
	const cql_type *type = nd_schema_resolve(c->d->schema, c->d->keyspace_name, def->type,
						 c->d->x->arena, &c->d->x->problem);
	char more[512] = " for column ";

	if (!type || !nd_ddl_check_name(c->d, def->name) ||
	    !nd_ddl_guard_type(c->d, "Column", def->name, def->type))
		return false;
	if (find(c, def->name))
		return c->def->column_if_not_exists ||
		       nd_ddl_refuse(c->d, "Column with name '%s' already exists", def->name);
	if (def->is_static && !c->table->clustering_count)
		return nd_ddl_refuse(c->d, "Static columns are only useful (and thus allowed) if "
					   "the table has at least one clustering column");
	strncat(more, def->name, sizeof more - strlen(more) - 1);
	if (!nd_ddl_check_nested(c->d, type, more) || (old && !check_comeback(c, def, type, old)))
		return false;
	*c->draft.columns[c->draft.column_count++] = (struct nd_column){
		.name = def->name,
		.type = type,
		.kind = def->is_static ? ND_STATIC : ND_REGULAR,
		.id = old ? old->id : ND_NEW_COLUMN,
	};
	return true;
}

static bool check_counters(struct change *c)
{
	for (uint32_t i = 0; i < c->draft.column_count; i++) {
		const struct nd_column *column = c->draft.columns[i];
		bool is_counter = column->type->kind == CQL_KIND_COUNTER;

		if (column->kind < ND_STATIC || is_counter == c->table->is_counter)
			continue;
		return nd_refuse(&c->d->x->problem, ND_CONFIG_ERROR,
				 "%s.%s: Cannot have a %scounter column (\"%s\") in a %scounter "
				 "table",
				 c->d->keyspace_name, c->table->name, is_counter ? "" : "non ",
				 column->name, is_counter ? "non " : "");
	}
	return true;
}

static bool add(struct change *c)
{
	for (uint32_t i = 0; i < c->def->column_count; i++)
		if (c->def->columns[i].is_masked)
			return nd_ddl_refuse(c->d,
					     "Cannot mask columns because dynamic data masking is "
					     "not enabled. You can enable it with the "
					     "dynamic_data_masking_enabled property on "
					     "cassandra.yaml");
	for (uint32_t i = 0; i < c->def->column_count; i++)
		if (!add_column(c, &c->def->columns[i]))
			return false;
	return nd_guard(c->d->x, ND_THRESHOLD_columns_per_table, c->draft.column_count,
			c->table->name) &&
	       check_counters(c) && nd_index_check_others(c->d, c->table, NULL) &&
	       nd_ddl_alter_base(c->d, c->table, &c->draft, NULL, 0);
}

/* ---- DROP -------------------------------------------------------------------------------------- */

static bool check_indexes(struct change *c, const char *column, const char *verb)
{
	char names[1024] = "";

	for (uint32_t i = 0; i < c->table->index_count; i++) {
		if (strcmp(c->table->indexes[i].column->name, column) != 0)
			continue;
		strncat(names, *names ? ", " : "", sizeof names - strlen(names) - 1);
		strncat(names, c->table->indexes[i].name, sizeof names - strlen(names) - 1);
	}
	return !*names || nd_ddl_refuse(c->d,
					"%s column %s because it has dependent secondary "
					"indexes (%s)",
					verb, column, names);
}

/* "ks.t", each in quotes where CQL wants them. */
static const char *table_text(const struct change *c)
{
	struct nd_request *x = c->d->x;
	const char *keyspace = nd_name_text(x->arena, c->d->keyspace_name);
	const char *table = nd_name_text(x->arena, c->table->name);
	const char *both = NULL;

	if (keyspace && table)
		both = nd_text(&x->problem, x->arena, "%s.%s", keyspace, table);
	return both ? both : "";
}

static bool drop_column(struct change *c, const char *name, int64_t dropped_us)
{
	struct nd_column *column = find(c, name);
	const cql_type *type;
	char spelling[512];
	uint32_t at = 0;

	if (!column)
		return c->def->column_if_exists ||
		       nd_ddl_refuse(c->d, "Column %s was not found in table '%s'", name,
				     table_text(c));
	if (column->kind < ND_STATIC)
		return nd_ddl_refuse(c->d, "Cannot drop PRIMARY KEY column %s", name);
	nd_type_format(column->type, spelling, sizeof spelling);
	if (column->type->kind == CQL_KIND_UDT && !column->type->frozen)
		return nd_ddl_refuse(c->d, "Cannot drop non-frozen column %s of user type %s", name,
				     spelling);
	if (!check_indexes(c, name, "Cannot drop") ||
	    !nd_ddl_check_column_drop(c->d, c->table, name) ||
	    !(type = without_names(c->d, column->type)))
		return false;
	c->ids[c->id_count++] = column->id;
	while (c->draft.columns[at] != column)
		at++;
	c->draft.column_count--;
	memmove(c->draft.columns + at, c->draft.columns + at + 1,
		(c->draft.column_count - at) * sizeof(*c->draft.columns));
	/* one entry for a name: the newest */
	at = 0;
	while (at < c->draft.dropped_count && strcmp(c->draft.dropped[at].name, name) != 0)
		at++;
	c->draft.dropped[at] = (struct nd_dropped_column){ name, type, column->kind, column->id,
							   dropped_us };
	c->draft.dropped_count += at == c->draft.dropped_count;
	return true;
}

/* A literal's digits fit: the grammar takes no others. */
static bool read_timestamp(struct change *c, int64_t *out)
{
	char *end;

	*out = nd_ddl_now_us(c->d);
	if (!c->def->timestamp)
		return true;
	*out = strtoll(c->def->timestamp->text, &end, 10);
	return !*end || nd_ddl_refuse(c->d, "Invalid timestamp %s", c->def->timestamp->text);
}

static bool drop(struct change *c)
{
	struct nd_dropped_column *list = cd_arena_take_array(
		c->d->x->arena, (size_t)c->draft.dropped_count + c->def->column_count + 1,
		sizeof *list);
	int64_t dropped_us;

	c->ids = cd_arena_take_array(c->d->x->arena, (size_t)c->def->column_count + 1,
				     sizeof *c->ids);
	if (!list || !c->ids)
		return nd_ddl_no_memory(c->d);
	if (c->draft.dropped_count)
		memcpy(list, c->draft.dropped, c->draft.dropped_count * sizeof *list);
	c->draft.dropped = list;
	if (!read_timestamp(c, &dropped_us))
		return false;
	for (uint32_t i = 0; i < c->def->column_count; i++)
		if (!drop_column(c, c->def->columns[i].name, dropped_us))
			return false;
	if (!c->id_count)
		return true;
	if (!nd_ddl_alter(c->d, c->table, &c->draft))
		return false;
	for (uint32_t i = 0; i < c->id_count; i++)
		nd_store_drop_column(c->table->store, c->ids[i], dropped_us);
	return true;
}

/* ---- the others ---------------------------------------------------------------------------------- */

static bool rename_column(struct change *c, const char *from, const char *to)
{
	const struct nd_column *old = nd_table_find_column(c->table, from, &c->d->x->problem);
	struct nd_column *column = old ? find(c, from) : NULL;

	if (!column)
		return nd_ddl_refuse(c->d, "Column %s was not found in table %s.%s", from,
				     c->d->keyspace_name, c->table->name);
	if (column->kind >= ND_STATIC)
		return nd_ddl_refuse(c->d, "Cannot rename non PRIMARY KEY column %s", from);
	if (nd_table_column(c->table, to) || find(c, to))
		return nd_ddl_refuse(c->d,
				     "Cannot rename column %s to %s in table '%s'; another "
				     "column with that name already exists",
				     from, to, table_text(c));
	if (!check_indexes(c, from, "Can't rename") || !nd_ddl_check_name(c->d, to))
		return false;
	column->name = to;
	return true;
}

static bool rename_all(struct change *c)
{
	for (uint32_t i = 0; i < c->def->rename_count; i++)
		if (!rename_column(c, c->def->renames[2 * i], c->def->renames[2 * i + 1]))
			return false;
	return nd_ddl_alter_base(c->d, c->table, &c->draft, c->def->renames, c->def->rename_count);
}

static bool alter_type(struct change *c)
{
	return nd_ddl_refuse(c->d, "Altering column types is no longer supported");
}

static bool alter_mask(struct change *c)
{
	const struct nd_column_def *def = &c->def->columns[0];

	if (def->is_masked)
		return nd_ddl_refuse(c->d,
				     "Cannot mask columns because dynamic data masking is not "
				     "enabled. You can enable it with the "
				     "dynamic_data_masking_enabled property on cassandra.yaml");
	return find(c, def->name) || c->def->column_if_exists ||
	       nd_ddl_refuse(c->d, "Column with name '%s' doesn't exist on table '%s'", def->name,
			     c->table->name);
}

static bool alter_options(struct change *c)
{
	if (!nd_options_table(c->d, &c->d->properties, &c->table->options, &c->draft) ||
	    !nd_ddl_guard_options(c->d, &c->draft))
		return false;
	if (c->table->is_counter && c->draft.default_ttl > 0)
		return nd_ddl_refuse(c->d,
				     "Cannot set default_time_to_live on a table with counters");
	return nd_ddl_check_base_options(c->d, c->table, &c->draft) &&
	       nd_ddl_alter(c->d, c->table, &c->draft);
}

static bool drop_compact(struct change *c)
{
	return nd_ddl_refuse(
		c->d, c->d->x->db->settings.drop_compact_storage_enabled
			      ? "Cannot DROP COMPACT STORAGE on table without COMPACT STORAGE"
			      : "DROP COMPACT STORAGE is disabled. Enable in cassandra.yaml to use.");
}

bool nd_ddl_alter_table(struct nd_ddl *d)
{
	static bool (*const run[])(struct change * c) = {
		[ND_ALTER_ADD] = add,
		[ND_ALTER_DROP] = drop,
		[ND_ALTER_RENAME] = rename_all,
		[ND_ALTER_TYPE_OF] = alter_type,
		[ND_ALTER_MASK] = alter_mask,
		[ND_ALTER_WITH] = alter_options,
		[ND_ALTER_DROP_COMPACT] = drop_compact,
	};
	struct change c = { .d = d, .def = &d->statement->as.alter };

	if (!nd_options_check_forms(d, &d->properties))
		return false;
	if (c.def->if_exists &&
	    (!d->keyspace || !nd_keyspace_table(d->keyspace, d->statement->on.name)))
		return true;
	if (!(c.table = nd_ddl_need_table(d)) || !nd_ddl_check_alter(d, c.table))
		return false;
	if (!nd_ddl_check_count(d, (size_t)c.table->column_count + c.def->column_count) ||
	    !nd_ddl_check_count(d, c.def->rename_count))
		return false;
	c.draft = *c.table;
	c.draft.columns = nd_table_columns(c.table, c.def->column_count, d->x->arena);
	if (!c.draft.columns)
		return nd_ddl_no_memory(d);
	return run[c.def->alter](&c);
}
