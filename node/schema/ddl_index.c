/* SPDX-License-Identifier: MIT */
/* CREATE INDEX and DROP INDEX. */
#include <stdio.h>
#include <string.h>

#include "node/schema/ddl_index_class.h"
#include "node/schema/options.h"

#define LEGACY "legacy_local_table"

/* A CREATE INDEX being read. */
struct maker {
	struct nd_ddl *d;
	const struct nd_create_index *def;
	struct nd_table *table;
	struct nd_index index;
};

/* ---- the class and its options ------------------------------------------------------------------ */

static bool same_word(const char *a, const char *b)
{
	for (; *a && *b; a++, b++)
		if ((*a >= 'A' && *a <= 'Z' ? *a - 'A' + 'a' : *a) != *b)
			return false;
	return *a == *b;
}

static bool is_sai(const char *name)
{
	return same_word(name, "sai") || same_word(name, "storageattachedindex") ||
	       strcmp(name, "org.apache.cassandra.index.sai.StorageAttachedIndex") == 0;
}

/* The user's options, and the class as it was written, which system_schema.indexes shows. */
static bool keep_options(struct maker *m, const struct nd_property *options)
{
	uint32_t count = options ? options->count : 0;
	struct nd_property *at = cd_arena_take_array(m->d->x->arena, (size_t)count + 2, sizeof *at);

	if (!at)
		return nd_ddl_no_memory(m->d);
	for (uint32_t i = 0; i < count; i++)
		at[i] = (struct nd_property){ options->pairs[2 * i], ND_EXPR_STRING,
					      options->pairs[2 * i + 1], 0, NULL };
	at[count] = (struct nd_property){ "class_name", ND_EXPR_STRING, m->def->class_name, 0,
					  NULL };
	m->index.options = (struct nd_properties){ at, count + 1 };
	return true;
}

static bool read_options(struct maker *m, const struct nd_property **out)
{
	static const char *const names[] = { "options", NULL };
	const struct nd_properties *given = &m->def->properties;
	const struct nd_property *p = nd_properties_find(given, "options");

	*out = p;
	if (!nd_option_check_names(m->d, given, names))
		return false;
	if (p && p->kind != ND_EXPR_MAP)
		return nd_option_syntax(
			m->d, "Invalid value for property '%s'. It should be a map.", p->name);
	for (uint32_t i = 0; p && i < p->count; i++)
		if (strcmp(p->pairs[2 * i], "class_name") == 0 ||
		    strcmp(p->pairs[2 * i], "target") == 0)
			return nd_ddl_refuse(m->d, "Cannot specify %s as a CUSTOM option",
					     p->pairs[2 * i]);
	return true;
}

/* Runs before the table is looked up. */
static bool read_class(struct maker *m)
{
	const char *name = m->def->class_name;
	bool is_legacy = !m->def->custom && (!name || strcmp(name, LEGACY) == 0);
	const struct nd_property *options;

	if (!read_options(m, &options))
		return false;
	if (is_legacy && m->def->properties.count)
		return nd_ddl_refuse(m->d, "Cannot specify options for a non-CUSTOM index");
	if (is_legacy)
		return true;
	if (name && strcmp(name, ND_CLASS_SASI) == 0 && !m->d->x->db->settings.sasi_indexes_enabled)
		return nd_ddl_refuse(m->d,
				     "SASI indexes are disabled. Enable in cassandra.yaml to use.");
	m->index.class_name = name && is_sai(name) ? ND_CLASS_SAI : name ? name : LEGACY;
	return !name || keep_options(m, options);
}

/* What the class says to the rest; it is made only when all else is fine. */
static bool check_class(struct maker *m)
{
	static const struct {
		const char *name;
		nd_index_check_fn *check;
		bool of_scylla; /* and of nobody else */
	} classes[] = { { ND_CLASS_SAI, nd_index_check_attached, false },
			{ ND_CLASS_SASI, nd_index_check_sasi, false },
			{ ND_CLASS_VECTOR, nd_index_check_vector, true } };
	const char *name = m->index.class_name;
	size_t i = 0, count = sizeof classes / sizeof classes[0];

	while (name && i < count && strcmp(name, classes[i].name) != 0)
		i++;
	if (i == count || (name && classes[i].of_scylla && !m->d->x->db->is_scylla))
		return nd_option_bad(m->d, "Unable to find custom indexer class '%s'", name);
	return nd_index_check_others(m->d, m->table, &m->index) &&
	       (!name || classes[i].check(m->d, &m->index, m->def));
}

/* Said when all went well, and when there was nothing to do. */
static bool warn_of_sasi(struct maker *m)
{
	if (m->index.class_name && strcmp(m->index.class_name, ND_CLASS_SASI) == 0)
		nd_request_warn(m->d->x, "SASI indexes are experimental and are not recommended "
					 "for production use.");
	return true;
}

/* ---- the column ---------------------------------------------------------------------------------- */

static const char *const target_names[] = {
	[ND_INDEX_SIMPLE] = "",         [ND_INDEX_VALUES] = "values", [ND_INDEX_KEYS] = "keys",
	[ND_INDEX_ENTRIES] = "entries", [ND_INDEX_FULL] = "full",
};

static bool check_durations(struct nd_ddl *d, const cql_type *type)
{
	const char *what = cd_type_is_collection(type)    ? "collections containing durations"
			   : type->kind == CQL_KIND_TUPLE ? "tuples containing durations"
			   : type->kind == CQL_KIND_UDT   ? "UDTs containing durations"
							  : "duration columns";

	return !nd_type_has_duration(type) ||
	       nd_ddl_refuse(d, "Secondary indexes are not supported on %s", what);
}

/* An index of a class of its own becomes files named after its column. */
static bool check_spelling(struct maker *m, const struct nd_column *c)
{
	return !m->index.class_name || nd_ddl_name_legal(c->name) ||
	       nd_ddl_refuse(m->d, "Column '%s' contains non-alphanumeric-underscore characters",
			     c->name);
}

/* What is in descending order is no collection here, but one when it is checked. */
static enum nd_index_target target_of(const struct maker *m, const struct nd_column *c)
{
	bool is_bare = m->def->target == ND_INDEX_SIMPLE && !c->descending;

	return is_bare && cd_type_is_collection(c->type) ? ND_INDEX_VALUES : m->def->target;
}

static bool check_target(struct maker *m, const struct nd_column *c)
{
	enum nd_index_target target = target_of(m, c);
	bool frozen = cd_type_is_collection(c->type) && !nd_type_is_multi_cell(c->type);
	const char *name = target_names[target];
	char quoted[600];

	nd_name_format(c->name, quoted, sizeof quoted);
	if (!check_spelling(m, c) || !check_durations(m->d, c->type))
		return false;
	if (c->kind == ND_PARTITION_KEY && m->table->partition_key_count == 1)
		return nd_ddl_refuse(m->d,
				     "Cannot create secondary index on the only partition key "
				     "column %s",
				     c->name);
	if (frozen && target != ND_INDEX_FULL)
		return nd_ddl_refuse(m->d,
				     "Cannot create %s() index on frozen column %s. Frozen "
				     "collections are immutable and must be fully indexed by using "
				     "the 'full(%s)' modifier",
				     name, c->name, quoted);
	if (!frozen && target == ND_INDEX_FULL)
		return nd_ddl_refuse(m->d,
				     "full() indexes can only be created on frozen collections");
	if (!cd_type_is_collection(c->type) && target != ND_INDEX_SIMPLE)
		return nd_ddl_refuse(m->d,
				     "Cannot create %s() index on %s. Non-collection columns only "
				     "support simple indexes",
				     name, c->name);
	if ((target == ND_INDEX_KEYS || target == ND_INDEX_ENTRIES) &&
	    c->type->kind != CQL_KIND_MAP)
		return nd_ddl_refuse(m->d,
				     "Cannot create index on %s of column %s with non-map type",
				     name, c->name);
	if (c->type->kind == CQL_KIND_UDT && !c->type->frozen)
		return nd_ddl_refuse(m->d, "Cannot create index on non-frozen UDT column %s",
				     c->name);
	return true;
}

static bool read_target(struct maker *m)
{
	const struct nd_create_index *def = m->def;

	if (!nd_ddl_check_count(m->d, def->column_count))
		return false;
	for (uint32_t i = 0; i < def->column_count; i++)
		if (!nd_table_find_column(m->table, def->columns[i], &m->d->x->problem))
			return false;
	if (!m->index.class_name && def->column_count != 1)
		return nd_ddl_refuse(m->d, def->column_count
						   ? "Only CUSTOM indexes support multiple columns"
						   : "Only CUSTOM indexes can be created without "
						     "specifying a target column");
	for (uint32_t i = 1; i < def->column_count; i++)
		for (uint32_t k = 0; k < i; k++)
			if (strcmp(def->columns[i], def->columns[k]) == 0)
				return nd_ddl_refuse(m->d,
						     "Duplicate column '%s' in index target list",
						     def->columns[i]);
	for (uint32_t i = 0; i < def->column_count; i++)
		if (!check_target(m, nd_table_column(m->table, def->columns[i])))
			return false;
	if (def->column_count != 1)
		return true; /* its class will say what that is */
	m->index.column = nd_table_column(m->table, def->columns[0]);
	m->index.target = target_of(m, m->index.column);
	return true;
}

/* ---- the name ------------------------------------------------------------------------------------ */

/* The table with an index of this name; NULL: there is none. */
static struct nd_table *find_index(const struct nd_keyspace *k, const char *name, uint32_t *at)
{
	for (uint32_t i = 0; i < k->table_count; i++)
		for (uint32_t j = 0; j < k->tables[i]->index_count; j++) {
			if (strcmp(k->tables[i]->indexes[j].name, name) != 0)
				continue;
			*at = j;
			return k->tables[i];
		}
	return NULL;
}

/* table_column_idx, of letters, digits and underscores; with a number when it is taken. */
static bool make_name(struct maker *m)
{
	char name[512];
	size_t len = 0, most;
	uint32_t at;

	snprintf(name, sizeof name, "%s_%.200s_idx", m->table->name,
		 m->def->column_count ? m->def->columns[0] : "");
	for (const char *c = name; *c; c++)
		if (nd_ddl_name_legal((const char[]){ *c, '\0' }))
			name[len++] = *c;
	name[len] = '\0';
	most = len;
	for (unsigned n = 1; find_index(m->d->keyspace, name, &at); n++)
		snprintf(name + most, sizeof name - most, "_%u", n);
	m->index.name = cd_arena_strndup(m->d->x->arena, name, strlen(name));
	return m->index.name || nd_ddl_no_memory(m->d);
}

static bool same_options(const struct nd_properties *a, const struct nd_properties *b)
{
	if (a->count != b->count)
		return false;
	for (uint32_t i = 0; i < a->count; i++) {
		const struct nd_property *p = nd_properties_find(b, a->at[i].name);

		if (!p || strcmp(p->text, a->at[i].text) != 0)
			return false;
	}
	return true;
}

static const struct nd_index *find_equal(const struct maker *m)
{
	for (uint32_t i = 0; i < m->table->index_count; i++) {
		const struct nd_index *other = &m->table->indexes[i];

		if (other->column == m->index.column && other->target == m->index.target &&
		    !other->class_name == !m->index.class_name &&
		    same_options(&other->options, &m->index.options))
			return other;
	}
	return NULL;
}

/* ---- the statements ------------------------------------------------------------------------------ */

static bool commit(struct maker *m)
{
	struct nd_table draft = *m->table;
	struct nd_index *list = cd_arena_take_array(
		m->d->x->arena, (size_t)m->table->index_count + 1, sizeof *list);
	uint32_t at = 0;

	if (!list)
		return nd_ddl_no_memory(m->d);
	while (at < draft.index_count && strcmp(draft.indexes[at].name, m->index.name) < 0)
		at++;
	for (uint32_t i = 0; i < draft.index_count; i++)
		list[i + (i >= at)] = draft.indexes[i];
	for (uint32_t i = 0; i < draft.index_count; i++)
		if (m->index.number <= draft.indexes[i].number)
			m->index.number = draft.indexes[i].number + 1;
	list[at] = m->index;
	draft.indexes = list;
	draft.index_count++;
	return nd_ddl_alter(m->d, m->table, &draft);
}

static bool check_legal(struct maker *m)
{
	if (!nd_ddl_check_name(m->d, m->index.name))
		return false;
	return nd_ddl_name_legal(m->index.name) ||
	       nd_option_bad(m->d, "Illegal index name %s", m->index.name);
}

bool nd_ddl_create_index(struct nd_ddl *d)
{
	struct maker m = { .d = d, .def = &d->statement->as.index };
	const struct nd_index *equal;
	uint32_t at;

	if (!read_class(&m) || !nd_ddl_need_keyspace(d))
		return false;
	if (!(m.table = nd_keyspace_table(d->keyspace, d->statement->on.name)))
		return nd_ddl_refuse(d, "Table '%s' doesn't exist", d->statement->on.name);
	m.index.name = m.def->name;
	if (m.def->name && find_index(d->keyspace, m.def->name, &at))
		return m.def->if_not_exists
			       ? warn_of_sasi(&m)
			       : nd_ddl_refuse(d, "Index '%s' already exists", m.def->name);
	if (m.table->view)
		return nd_ddl_refuse(d, "Secondary indexes on materialized views aren't supported");
	if (m.table->is_counter)
		return nd_ddl_refuse(d, "Secondary indexes on counter tables aren't supported");
	if (!nd_ddl_guard_index(d, m.table, m.def->name))
		return false;
	if (!read_target(&m) || (!m.index.name && !make_name(&m)))
		return false;
	if ((equal = find_equal(&m)) != NULL)
		return m.def->if_not_exists
			       ? warn_of_sasi(&m)
			       : nd_ddl_refuse(d, "Index %s is a duplicate of existing index %s",
					       m.index.name, equal->name);
	return check_legal(&m) && check_class(&m) && commit(&m) && warn_of_sasi(&m);
}

bool nd_ddl_drop_index(struct nd_ddl *d)
{
	const char *name = d->statement->on.name;
	uint32_t at = 0;
	struct nd_table *t = d->keyspace ? find_index(d->keyspace, name, &at) : NULL;
	struct nd_table draft;
	struct nd_index *list;

	if (!t)
		return d->statement->as.drop.if_exists ||
		       nd_ddl_refuse(d, "Index '%s.%s' doesn't exist'", d->keyspace_name, name);
	draft = *t;
	list = cd_arena_take_array(d->x->arena, t->index_count, sizeof *list);
	if (!list)
		return nd_ddl_no_memory(d);
	draft.index_count--;
	for (uint32_t i = 0; i < draft.index_count; i++)
		list[i] = t->indexes[i + (i >= at)];
	draft.indexes = list;
	return nd_ddl_alter(d, t, &draft);
}
