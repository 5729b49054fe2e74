/* SPDX-License-Identifier: MIT */
/* CREATE MATERIALIZED VIEW. Its checks come in the order of Cassandra's: the first mistake is told. */
#include <stdio.h>
#include <string.h>

#include <coodie/wire.h>

#include "node/plan/view.h"
#include "node/schema/ddl.h"
#include "node/schema/options.h"
#include "node/value/java_set.h"
#include "proto/type.h"

/* A statement while its view is put together. */
struct maker {
	struct nd_ddl *d;
	const struct nd_create_view *def;
	const char *name;
	struct nd_table *base;
	const char **key;  /* names: the partition key's, then the clustering columns' */
	const char **told; /* the same, in the order that Cassandra's words have them */
	uint32_t key_count;
	bool *selected; /* of each column of the base */
	struct nd_view view;
	struct nd_table draft;
};

/* ---- what is said when it is prepared ------------------------------------------------------------ */

static bool check_order_doubles(struct nd_planner *p, const struct nd_statement *s)
{
	const struct nd_create_view *def = &s->as.view;

	for (uint32_t i = 0; i < def->order_count; i++)
		for (uint32_t k = 0; k < i; k++)
			if (strcmp(def->clustering_order[i].column,
				   def->clustering_order[k].column) == 0)
				return nd_refuse(p->problem, ND_INVALID,
						 "Duplicate column '%s' in CLUSTERING ORDER BY "
						 "clause for view '%s'",
						 def->clustering_order[i].column, s->on.name);
	return true;
}

bool nd_ddl_check_view(struct nd_planner *p, const struct nd_statement *s)
{
	const char *keyspace = s->on.keyspace ? s->on.keyspace : p->keyspace;
	const char *base = s->as.view.base.keyspace;

	if (s->marker_count)
		return nd_refuse(p->problem, ND_INVALID,
				 "Bind variables are not allowed in CREATE MATERIALIZED VIEW "
				 "statements");
	if (base && strcmp(base, keyspace) != 0)
		return nd_refuse(p->problem, ND_INVALID,
				 "Cannot create a materialized view on a table in a different "
				 "keyspace");
	return check_order_doubles(p, s);
}

/* ---- the base ------------------------------------------------------------------------------------ */

static bool check_base(struct maker *m)
{
	const struct nd_table *base = m->base;

	if (base->is_counter)
		return nd_ddl_refuse(m->d,
				     "Materialized views are not supported on counter tables");
	return base->gc_grace != 0 ||
	       nd_ddl_refuse(m->d,
			     "Cannot create materialized view '%s' for base table '%s' with "
			     "gc_grace_seconds of 0, since this value is used to TTL undelivered "
			     "updates. Setting gc_grace_seconds too low might cause undelivered "
			     "updates to expire before being replayed.",
			     m->name, base->name);
}

/* ---- its columns --------------------------------------------------------------------------------- */

static uint32_t index_of(const struct nd_table *t, const struct nd_column *c)
{
	uint32_t i = 0;

	while (t->columns[i] != c)
		i++;
	return i;
}

/* The columns' names in the order of Cassandra's set of them. */
static uint32_t selected_names(struct maker *m, const char **out)
{
	uint32_t count = 0;

	for (uint32_t i = 0; m->view.includes_all && i < m->base->column_count; i++)
		out[count++] = m->base->columns[i]->name;
	for (uint32_t i = 0; i < m->def->column_count; i++) {
		uint32_t at = 0;

		while (at < count && strcmp(out[at], m->def->columns[i]) != 0)
			at++;
		out[at] = m->def->columns[i];
		count += at == count;
	}
	nd_java_buffer_order(out, count);
	return count;
}

static bool check_static(struct maker *m)
{
	const struct nd_table *base = m->base;
	const char **names = cd_arena_take_array(m->d->x->arena, base->column_count + 1u,
						 sizeof *names);
	uint32_t count;

	if (!names)
		return nd_ddl_no_memory(m->d);
	count = selected_names(m, names);
	for (uint32_t i = 0; i < count; i++)
		if (nd_table_column(base, names[i])->kind == ND_STATIC)
			return nd_ddl_refuse(m->d,
					     "Cannot include static column '%s' in materialized "
					     "view '%s'",
					     names[i], m->name);
	return true;
}

static bool read_columns(struct maker *m)
{
	const struct nd_table *base = m->base;

	m->view.includes_all = !m->def->column_count;
	m->selected = cd_arena_take_array(m->d->x->arena, base->column_count + 1u,
					  sizeof *m->selected);
	if (!m->selected)
		return nd_ddl_no_memory(m->d);
	for (uint32_t i = 0; i < base->column_count; i++)
		m->selected[i] = m->view.includes_all;
	for (uint32_t i = 0; i < m->def->column_count; i++) {
		const struct nd_column *c = nd_table_find_column(base, m->def->columns[i],
								 &m->d->x->problem);
		if (!c)
			return false;
		m->selected[index_of(base, c)] = true;
	}
	if (m->def->no_column) /* what follows the columns that were read */
		return nd_ddl_refuse(m->d, "%s", m->def->no_column);
	return check_static(m);
}

/* ---- its key --------------------------------------------------------------------------------------- */

static bool check_key_type(struct maker *m, const struct nd_column *c)
{
	char class_name[2048];

	if (!nd_type_is_multi_cell(c->type))
		return nd_ddl_check_key_type(m->d, c->name, c->type);
	cql_type_format_class(c->type, class_name, sizeof class_name);
	return nd_ddl_refuse(m->d, "Invalid non-frozen %s type '%s' for PRIMARY KEY column '%s'",
			     c->type->kind == CQL_KIND_UDT ? "user-defined" : "collection",
			     class_name, c->name);
}

static bool has_key(const struct maker *m, const char *name, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		if (strcmp(m->key[i], name) == 0)
			return true;
	return false;
}

static bool check_key_column(struct maker *m, uint32_t at)
{
	const char *name = m->key[at];
	const struct nd_column *c = nd_table_column(m->base, name);

	if (!c || !m->selected[index_of(m->base, c)])
		return nd_ddl_refuse(m->d,
				     "Unknown column '%s' referenced in PRIMARY KEY for "
				     "materialized view '%s'",
				     name, m->name);
	if (has_key(m, name, at))
		return nd_ddl_refuse(m->d,
				     "Duplicate column '%s' in PRIMARY KEY clause for "
				     "materialized view '%s'",
				     name, m->name);
	return check_key_type(m, c);
}

static bool check_order(struct maker *m)
{
	const struct nd_create_view *def = m->def;
	bool same = def->order_count == def->clustering_count;

	for (uint32_t i = 0; same && i < def->order_count; i++)
		same = strcmp(def->clustering_order[i].column, def->clustering[i]) == 0;
	return same || !def->order_count ||
	       nd_ddl_refuse(m->d, "Clustering key columns must exactly match columns in "
				   "CLUSTERING ORDER BY directive");
}

/* "a, b" of the base's columns: those of its key that are not in the view's (`of_key`), or those that
 * are in the view's key and not in its own. */
static uint32_t list_columns(const struct maker *m, bool of_key, char *out, size_t size)
{
	uint32_t count = 0;
	size_t len = 0;

	out[0] = '\0';
	for (uint32_t i = 0; i < (of_key ? m->base->column_count : m->key_count); i++) {
		const struct nd_column *c = of_key ? m->base->columns[i]
						   : nd_table_column(m->base, m->told[i]);

		if ((c->kind < ND_STATIC) != of_key ||
		    (of_key && has_key(m, c->name, m->key_count)))
			continue;
		if (len < size)
			len += (size_t)snprintf(out + len, size - len, "%s%s", count ? ", " : "",
						c->name);
		count++;
	}
	return count;
}

static bool check_keys(struct maker *m)
{
	char names[1024];

	if (list_columns(m, true, names, sizeof names))
		return nd_ddl_refuse(m->d,
				     "Cannot create materialized view '%s' without primary key "
				     "columns %s from base table '%s'",
				     m->name, names, m->base->name);
	m->draft.is_strict = list_columns(m, false, names, sizeof names) == 1;
	return m->draft.is_strict || !*names ||
	       nd_ddl_refuse(m->d,
			     "Cannot include more than one non-primary key column in materialized "
			     "view primary key (got %s)",
			     names);
}

static bool read_key(struct maker *m)
{
	const struct nd_create_view *def = m->def;

	if (!nd_ddl_check_count(m->d, (size_t)def->partition_key_count + def->clustering_count))
		return false;
	m->key_count = def->partition_key_count + def->clustering_count;
	m->key = cd_arena_take_array(m->d->x->arena, m->key_count + 1u, sizeof(*m->key));
	m->told = cd_arena_take_array(m->d->x->arena, m->key_count + 1u, sizeof(*m->told));
	if (!m->key || !m->told)
		return nd_ddl_no_memory(m->d);
	for (uint32_t i = 0; i < m->key_count; i++)
		m->key[i] = i < def->partition_key_count
				    ? def->partition_key[i]
				    : def->clustering[i - def->partition_key_count];
	for (uint32_t i = 0; i < m->key_count; i++)
		if (!check_key_column(m, i))
			return false;
	memcpy(m->told, m->key, m->key_count * sizeof(*m->told));
	nd_java_buffer_order(m->told, m->key_count);
	return check_order(m) && check_keys(m);
}

/* ---- WHERE, WITH and the name ----------------------------------------------------------------------- */

static bool read_where(struct maker *m)
{
	struct nd_request *x = m->d->x;
	struct nd_planner p = {
		.db = x->db,
		.arena = x->arena,
		.problem = &x->problem,
		.keyspace = m->d->keyspace_name,
		.version = x->version,
		.statement = m->d->statement,
	};

	m->view.base = m->base;
	p.markers = cd_arena_take_array(x->arena, 1, sizeof *p.markers);
	return p.markers ? nd_view_where(&p, x, m->base, &m->def->where, m->told, m->key_count,
					 &m->view)
			 : nd_ddl_no_memory(m->d);
}

static bool read_options(struct maker *m)
{
	if (!nd_options_table(m->d, &m->d->properties, NULL, &m->draft))
		return false;
	return !m->draft.default_ttl ||
	       nd_ddl_refuse(m->d, "Cannot set default_time_to_live for a materialized view. Data "
				   "in a materialized view always expire at the same time than the "
				   "corresponding data in the parent table.");
}

static bool check_name(struct maker *m)
{
	enum { MOST = 222 }; /* as a table's */

	if (strlen(m->name) > MOST)
		return nd_option_bad(m->d,
				     "%s.%s: Table name must not be more than %d characters long "
				     "(got %zu characters for \"%s\")",
				     m->d->keyspace_name, m->name, MOST, strlen(m->name), m->name);
	return nd_ddl_name_legal(m->name) ||
	       nd_option_bad(m->d,
			     "%s.%s: Table name must not be empty or not contain "
			     "non-alphanumeric-underscore characters (got \"%s\")",
			     m->d->keyspace_name, m->name, m->name);
}

/* ---- the whole --------------------------------------------------------------------------------------- */

static enum nd_column_kind kind_of(const struct maker *m, uint32_t key_column)
{
	return key_column < m->def->partition_key_count ? ND_PARTITION_KEY : ND_CLUSTERING;
}

/* Those of the key in its order, the others behind them; with the ids that the base has for them. */
static bool draft_columns(struct maker *m)
{
	struct nd_table *draft = &m->draft;
	const struct nd_table empty = { 0 }, *base = m->base;

	draft->columns = nd_table_columns(&empty, base->column_count, m->d->x->arena);
	if (!draft->columns)
		return nd_ddl_no_memory(m->d);
	for (uint32_t i = 0; i < m->key_count; i++) {
		struct nd_column *c = draft->columns[draft->column_count++];
		uint32_t at = i - m->def->partition_key_count;

		*c = *nd_table_column(base, m->key[i]);
		c->kind = kind_of(m, i);
		/* otherwise as in the base; a type in descending order is kept by the partition key, too */
		if (c->kind == ND_CLUSTERING && m->def->order_count)
			c->descending = m->def->clustering_order[at].descending;
	}
	for (uint32_t i = 0; i < base->column_count; i++) {
		if (!m->selected[i] || has_key(m, base->columns[i]->name, m->key_count))
			continue;
		*draft->columns[draft->column_count++] = *base->columns[i];
	}
	draft->next_column_id = base->next_column_id;
	return true;
}

static bool make(struct maker *m)
{
	struct nd_ddl *d = m->d;

	if (!check_base(m) || !nd_ddl_guard_view(d, m->base, &m->def->properties) ||
	    !read_columns(m) || !read_key(m) || !read_where(m) || !read_options(m) ||
	    !draft_columns(m) || !check_name(m))
		return false;
	m->draft.view = &m->view;
	m->draft.refresh = nd_view_refresh;
	m->draft.is_stale = true;
	if (!nd_schema_add_table(d->schema, d->keyspace, &m->draft,
				 nd_ddl_change(d, "CREATED", "TABLE", m->name)))
		return nd_ddl_no_memory(d);
	m->base->view_count++;
	return true;
}

static void warn(struct nd_ddl *d)
{
	if (!d->x->db->is_scylla)
		nd_request_warn(d->x, "Materialized views are experimental and are not recommended "
				      "for production use.");
}

bool nd_ddl_create_view(struct nd_ddl *d)
{
	struct maker m = { .d = d, .def = &d->statement->as.view, .name = d->statement->on.name };
	struct nd_table *there;

	if (!d->x->db->settings.materialized_views_enabled)
		return nd_ddl_refuse(
			d, "Materialized views are disabled. Enable in cassandra.yaml to use.");
	if (!nd_ddl_need_keyspace(d))
		return false;
	m.base = nd_keyspace_table(d->keyspace, m.def->base.name);
	if (!m.base || m.base->view)
		return nd_ddl_refuse(d, "Base table '%s' doesn't exist", m.def->base.name);
	there = nd_keyspace_table(d->keyspace, m.name);
	if (there && !there->view)
		return nd_ddl_refuse(d,
				     "Cannot create materialized view '%s' - a table with the same "
				     "name already exists",
				     m.name);
	if (there && !m.def->if_not_exists)
		return nd_ddl_exists(d, m.name);
	m.draft = (struct nd_table){ .name = m.name, .id = nd_ddl_table_id(d, m.name) };
	if (!there && !make(&m))
		return false;
	warn(d);
	return true;
}
