/* SPDX-License-Identifier: MIT */
/* CREATE TABLE and DROP TABLE. */
#include <stdio.h>
#include <string.h>

#include "node/schema/ddl_view.h"
#include "node/schema/options.h"
#include "node/value/custom.h"
#include "proto/type.h"

/* A CREATE TABLE being read: the columns in the order they were written. */
struct maker {
	struct nd_ddl *d;
	const struct nd_create_table *def;
	struct nd_column **columns;
	uint32_t count;
	struct nd_table *draft;
};

static struct nd_column *find(const struct maker *m, const char *name)
{
	for (uint32_t i = 0; i < m->count; i++)
		if (strcmp(m->columns[i]->name, name) == 0)
			return m->columns[i];
	return NULL;
}

/* Cassandra quotes a user type with its keyspace as if it were one name. */
static const char *spelled(const cql_type *type, char *out, size_t size)
{
	if (type->kind == CQL_KIND_UDT)
		snprintf(out, size, "\"%s.%s\"", type->of.udt->keyspace, type->of.udt->name);
	else
		nd_type_format(type, out, size);
	return out;
}

/* ---- columns --------------------------------------------------------------------------------- */

bool nd_ddl_check_nested(struct nd_ddl *d, const cql_type *type, const char *more)
{
	if (type->kind != CQL_KIND_UDT || type->frozen)
		return true;
	for (uint32_t i = 0; i < type->count; i++)
		if (nd_type_is_multi_cell(type->inner[i]))
			return nd_ddl_refuse(d,
					     "Non-frozen UDTs with nested non-frozen collections "
					     "are not supported%s",
					     more);
	return true;
}

static bool read_columns(struct maker *m)
{
	struct nd_ddl *d = m->d;
	struct nd_table none = { 0 };

	if (!nd_ddl_check_count(d, m->def->column_count) ||
	    !nd_ddl_check_count(d, m->def->order_count))
		return false;
	m->columns = nd_table_columns(&none, m->def->column_count, d->x->arena);
	if (!m->columns)
		return nd_ddl_no_memory(d);
	for (uint32_t i = 0; i < m->def->column_count; i++) {
		const struct nd_column_def *def = &m->def->columns[i];
		struct nd_column *c = m->columns[i];

		if (!nd_ddl_check_name(d, def->name))
			return false;
		if (find(m, def->name))
			return nd_ddl_refuse(d, "Duplicate column '%s' declaration for table '%s'",
					     def->name, d->statement->on.name);
		if (def->is_masked)
			return nd_ddl_refuse(
				d, "Cannot mask columns because dynamic data masking is not "
				   "enabled. You can enable it with the "
				   "dynamic_data_masking_enabled property on "
				   "cassandra.yaml");
		*c = (struct nd_column){ .name = def->name,
					 .kind = def->is_static ? ND_STATIC : ND_REGULAR,
					 .id = ND_NEW_COLUMN };
		m->count++;
		c->type = nd_schema_resolve(d->schema, d->keyspace_name, def->type, d->x->arena,
					    &d->x->problem);
		if (!c->type || !nd_ddl_guard_type(d, "Column", def->name, def->type))
			return false;
	}
	for (uint32_t i = 0; i < m->count; i++)
		if (!nd_ddl_check_nested(d, m->columns[i]->type, ""))
			return false;
	return true;
}

/* ---- the primary key -------------------------------------------------------------------------- */

bool nd_ddl_check_key_type(struct nd_ddl *d, const char *name, const cql_type *type)
{
	char spelling[1024];

	if (nd_type_is_multi_cell(type))
		return nd_ddl_refuse(d, "Invalid non-frozen %s type %s for PRIMARY KEY column '%s'",
				     type->kind == CQL_KIND_UDT ? "user-defined" : "collection",
				     spelled(type, spelling, sizeof spelling), name);
	if (type->kind == CQL_KIND_COUNTER)
		return nd_ddl_refuse(d, "counter type is not supported for PRIMARY KEY column '%s'",
				     name);
	if (nd_type_has_duration(type))
		return nd_ddl_refuse(
			d, "duration type is not supported for PRIMARY KEY column '%s'", name);
	return true;
}

static bool set_key_column(struct maker *m, const char *name, enum nd_column_kind kind,
			   uint32_t position)
{
	struct nd_column *c = find(m, name);
	const char *table = m->d->statement->on.name;

	if (!c)
		return nd_ddl_refuse(m->d,
				     "Unknown column '%s' referenced in PRIMARY KEY for table '%s'",
				     name, table);
	if (c->kind == ND_PARTITION_KEY || c->kind == ND_CLUSTERING)
		return nd_ddl_refuse(m->d,
				     "Duplicate column '%s' in PRIMARY KEY clause for table '%s'",
				     name, table);
	if (!nd_ddl_check_key_type(m->d, name, c->type))
		return false;
	if (c->kind == ND_STATIC)
		return nd_ddl_refuse(m->d, "Static column '%s' cannot be part of the PRIMARY KEY",
				     name);
	c->kind = kind;
	c->position = (uint16_t)position;
	return true;
}

/* Columns of a key come first, in its order: that is how a draft says which is which. */
static bool sort_key(struct maker *m)
{
	struct nd_column **list = cd_arena_take_array(m->d->x->arena, (size_t)m->count + 1,
						      sizeof(*list));
	uint32_t n = 0;

	if (!list)
		return nd_ddl_no_memory(m->d);
	for (uint32_t i = 0; i < m->def->partition_key_count; i++)
		list[n++] = find(m, m->def->partition_key[i]);
	for (uint32_t i = 0; i < m->def->clustering_count; i++)
		list[n++] = find(m, m->def->clustering[i]);
	for (uint32_t i = 0; i < m->count; i++)
		if (m->columns[i]->kind >= ND_STATIC)
			list[n++] = m->columns[i];
	m->columns = list;
	return true;
}

static bool read_key(struct maker *m)
{
	if (m->def->partition_key_count + m->def->clustering_count > UINT16_MAX / 2)
		return nd_ddl_refuse(m->d, "more key columns than the node has room for");
	for (uint32_t i = 0; i < m->def->partition_key_count; i++)
		if (!set_key_column(m, m->def->partition_key[i], ND_PARTITION_KEY, i))
			return false;
	for (uint32_t i = 0; i < m->def->clustering_count; i++)
		if (!set_key_column(m, m->def->clustering[i], ND_CLUSTERING, i))
			return false;
	return sort_key(m);
}

static const struct nd_order *find_order(const struct maker *m, const char *name, uint32_t before)
{
	for (uint32_t i = 0; i < before; i++)
		if (strcmp(m->def->clustering_order[i].column, name) == 0)
			return &m->def->clustering_order[i];
	return NULL;
}

/* Columns that are none of the clustering key: all of them are told. */
static bool check_order_names(struct maker *m)
{
	char others[1024] = "";
	size_t len = 0;

	for (uint32_t i = 0; i < m->def->order_count; i++) {
		const char *name = m->def->clustering_order[i].column;
		const struct nd_column *c = find(m, name);

		if ((!c || c->kind != ND_CLUSTERING) && len < sizeof others)
			len += (size_t)snprintf(others + len, sizeof others - len, "%s%s",
						len ? ", " : "", name);
	}
	return !len || nd_ddl_refuse(m->d,
				     "Only clustering key columns can be defined in CLUSTERING "
				     "ORDER directive: [%s] are not clustering columns",
				     others);
}

static bool read_order(struct maker *m)
{
	const struct nd_create_table *def = m->def;

	for (uint32_t i = 0; i < def->order_count; i++)
		if (find_order(m, def->clustering_order[i].column, i))
			return nd_ddl_refuse(
				m->d,
				"Duplicate column '%s' in CLUSTERING ORDER BY clause for table '%s'",
				def->clustering_order[i].column, m->d->statement->on.name);
	if (!check_order_names(m))
		return false;
	for (uint32_t i = 0; i < def->order_count; i++) {
		const char *want = def->clustering[i], *got = def->clustering_order[i].column;

		if (strcmp(want, got) == 0)
			find(m, want)->descending = def->clustering_order[i].descending;
		else if (find_order(m, want, def->order_count))
			return nd_ddl_refuse(m->d,
					     "The order of columns in the CLUSTERING ORDER "
					     "directive must match that of the clustering columns "
					     "(%s must appear before %s)",
					     want, got);
		else
			return nd_ddl_refuse(m->d, "Missing CLUSTERING ORDER for column %s", want);
	}
	return true;
}

/* ---- what goes together ------------------------------------------------------------------------ */

static bool check_statics(struct maker *m)
{
	for (uint32_t i = 0; !m->def->clustering_count && i < m->count; i++)
		if (m->columns[i]->kind == ND_STATIC)
			return nd_ddl_refuse(m->d,
					     "Static columns are only useful (and thus allowed) if "
					     "the table has at least one clustering column");
	return true;
}

/* By its class: Cassandra looks at that only when it has counted the counters. */
static bool check_classes(struct maker *m)
{
	for (uint32_t i = 0; i < m->count; i++)
		if (m->columns[i]->type->kind == CQL_KIND_CUSTOM &&
		    nd_custom_like(m->columns[i]->type)->kind == CQL_KIND_COUNTER)
			return nd_refuse(&m->d->x->problem, ND_CONFIG_ERROR,
					 "%s.%s: Cannot have a counter column (\"%s\") in a non "
					 "counter table",
					 m->d->keyspace_name, m->draft->name, m->columns[i]->name);
	return true;
}

static bool check_counters(struct maker *m)
{
	uint32_t counters = 0, others = 0;

	for (uint32_t i = 0; i < m->count; i++) {
		if (m->columns[i]->type->kind == CQL_KIND_COUNTER)
			counters++;
		else if (m->columns[i]->kind >= ND_STATIC)
			others++;
	}
	if (counters && others)
		return nd_ddl_refuse(
			m->d, "Cannot mix counter and non counter columns in the same table");
	if (counters && m->draft->default_ttl > 0)
		return nd_ddl_refuse(m->d,
				     "Cannot set default_time_to_live on a table with counters");
	m->draft->is_counter = counters > 0;
	return check_classes(m);
}

bool nd_ddl_draft_table(struct nd_ddl *d, struct nd_table *draft)
{
	struct maker m = { .d = d, .def = &d->statement->as.table, .draft = draft };

	*draft = (struct nd_table){ .name = d->statement->on.name,
				    .id = nd_ddl_table_id(d, d->statement->on.name) };
	if (m.def->compact_storage)
		return nd_ddl_refuse(d, "COMPACT STORAGE is not supported by the node");
	if (!nd_options_table(d, &d->properties, NULL, draft) || !nd_ddl_guard_options(d, draft) ||
	    !read_columns(&m) || !read_key(&m) || !read_order(&m) || !check_statics(&m) ||
	    !check_counters(&m))
		return false;
	draft->columns = m.columns;
	draft->column_count = m.count;
	return true;
}

static bool check_name(struct nd_ddl *d, const char *name)
{
	enum { MOST = 222 }; /* characters: Cassandra's files have the name in theirs */

	if (strlen(name) > MOST)
		return nd_ddl_refuse(d,
				     "Table name must not be more than %d characters long (got "
				     "%zu characters for \"%s\")",
				     MOST, strlen(name), name);
	if (nd_ddl_name_legal(name))
		return true;
	return nd_refuse(&d->x->problem, ND_CONFIG_ERROR,
			 "%s.%s: Table name must not be empty or not contain "
			 "non-alphanumeric-underscore characters (got \"%s\")",
			 d->keyspace_name, name, name);
}

/* WITH id = ...: Cassandra's map of tables by id says it in its own way. */
static bool check_id(struct nd_ddl *d, const struct nd_table *draft)
{
	char id[CQL_UUID_TEXT_SIZE];

	for (uint32_t i = 0; i < d->schema->keyspace_count; i++) {
		const struct nd_keyspace *k = d->schema->keyspaces[i];

		for (uint32_t n = 0; n < k->table_count; n++) {
			if (memcmp(k->tables[n]->id.bytes, draft->id.bytes, sizeof draft->id.bytes))
				continue;
			cql_uuid_format(draft->id, id);
			return nd_refuse(&d->x->problem, ND_SERVER_ERROR,
					 "java.lang.IllegalArgumentException: Multiple entries "
					 "with same key: %s=%s.%s and %s=%s.%s",
					 id, d->keyspace->name, d->statement->on.name, id, k->name,
					 k->tables[n]->name);
		}
	}
	return true;
}

bool nd_ddl_create_table(struct nd_ddl *d)
{
	const char *name = d->statement->on.name;
	struct nd_table draft;

	if (!nd_options_check_forms(d, &d->properties) || !nd_ddl_need_keyspace(d))
		return false;
	if (nd_keyspace_table(d->keyspace, name))
		return d->statement->as.table.if_not_exists || nd_ddl_exists(d, name);
	if (!nd_ddl_draft_table(d, &draft) || !check_name(d, name) || !check_id(d, &draft))
		return false;
	return nd_schema_add_table(d->schema, d->keyspace, &draft,
				   nd_ddl_change(d, "CREATED", "TABLE", name)) ||
	       nd_ddl_no_memory(d);
}

bool nd_ddl_drop_table(struct nd_ddl *d)
{
	struct nd_table *t = d->keyspace ? nd_keyspace_table(d->keyspace, d->statement->on.name)
					 : NULL;
	const cql_schema_change *change;

	if (!t && d->statement->as.drop.if_exists)
		return true;
	if (!nd_ddl_need_table(d) || !nd_ddl_check_drop(d, t))
		return false;
	change = nd_ddl_change(d, "DROPPED", "TABLE", t->name);
	if (d->x->problem.happened)
		return false;
	nd_schema_drop_table(d->schema, t, change);
	return true;
}
