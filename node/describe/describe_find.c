/* SPDX-License-Identifier: MIT */
/* What a DESCRIBE is about: looked up, or refused in Cassandra's words. */
#include <string.h>

#include "node/describe/describe_plan.h"

/* A statement being looked up. */
struct finder {
	struct nd_request *x;
	const struct nd_schema *schema;
	const struct nd_table_name *on;
	const struct nd_keyspace *keyspace;
	struct nd_elements *list;
};

/* ---- names ------------------------------------------------------------------------------------ */

static bool find_keyspace(struct finder *f, const char *name)
{
	if (!name)
		return nd_refuse(&f->x->problem, ND_INVALID,
				 "No keyspace specified and no current keyspace");
	f->keyspace = nd_schema_keyspace(f->schema, name);
	return f->keyspace ||
	       nd_refuse(&f->x->problem, ND_INVALID, "'%s' not found in keyspaces", name);
}

/* The keyspace in front of the name, or the session's. */
static bool find_own_keyspace(struct finder *f)
{
	return find_keyspace(f, f->on->keyspace ? f->on->keyspace : f->x->used_keyspace);
}

static bool not_found(struct finder *f, const char *what)
{
	return nd_refuse(&f->x->problem, ND_INVALID, "%s '%s' not found in '%s'", what, f->on->name,
			 f->keyspace->name);
}

static const struct nd_table *table_with_index(const struct nd_keyspace *k, const char *name,
					       const struct nd_index **out)
{
	for (uint32_t i = 0; i < k->table_count; i++)
		for (uint32_t j = 0; j < k->tables[i]->index_count; j++) {
			*out = &k->tables[i]->indexes[j];
			if (strcmp((*out)->name, name) == 0)
				return k->tables[i];
		}
	return NULL;
}

/* ---- one thing: each behind its keyspace -------------------------------------------------------- */

static bool find_table(struct finder *f)
{
	const struct nd_table *t = nd_keyspace_table(f->keyspace, f->on->name);

	if (!t || t->view)
		return nd_refuse(&f->x->problem, ND_INVALID,
				 "Table '%s' not found in keyspace '%s'", f->on->name,
				 f->keyspace->name);
	nd_elements_add_table(f->list, t);
	return true;
}

static bool find_view(struct finder *f)
{
	const struct nd_table *t = nd_keyspace_table(f->keyspace, f->on->name);

	if (!t || !t->view)
		return not_found(f, "Materialized view");
	nd_elements_add(f->list, &(struct nd_element){ ND_ELEMENT_VIEW, f->keyspace, t->name, NULL,
						       t, NULL });
	return true;
}

static bool find_index(struct finder *f)
{
	const struct nd_index *index;
	const struct nd_table *t = table_with_index(f->keyspace, f->on->name, &index);

	if (!t)
		return not_found(f, "Table for existing index");
	nd_elements_add(f->list, &(struct nd_element){ ND_ELEMENT_INDEX, f->keyspace, index->name,
						       NULL, t, index });
	return true;
}

static bool find_type(struct finder *f)
{
	const struct nd_user_type *type = nd_keyspace_type(f->keyspace, f->on->name);

	if (!type)
		return not_found(f, "User defined type");
	nd_elements_add(f->list, &(struct nd_element){ ND_ELEMENT_TYPE, f->keyspace, type->name,
						       type, NULL, NULL });
	return true;
}

static bool find_function(struct finder *f)
{
	return not_found(f, "User defined function");
}

static bool find_aggregate(struct finder *f)
{
	return not_found(f, "User defined aggregate");
}

static bool list_keyspace(struct finder *f)
{
	nd_elements_add_keyspace(f->list, f->keyspace);
	return true;
}

static bool list_keyspace_alone(struct finder *f)
{
	nd_elements_add(f->list, &(struct nd_element){ ND_ELEMENT_KEYSPACE, f->keyspace,
						       f->keyspace->name, NULL, NULL, NULL });
	return true;
}

/* ---- whatever has the name ----------------------------------------------------------------------- */

static bool find_name(struct finder *f)
{
	const char *in = f->on->keyspace, *name = f->on->name;
	const struct nd_index *index;
	const struct nd_table *t;

	if (!in && (f->keyspace = nd_schema_keyspace(f->schema, name)) != NULL)
		return list_keyspace(f);
	if (!in)
		in = f->x->used_keyspace ? f->x->used_keyspace : name;
	if (!find_keyspace(f, in))
		return false;
	t = nd_keyspace_table(f->keyspace, name);
	if (t && t->view)
		return find_view(f);
	if (t)
		return find_table(f);
	if (table_with_index(f->keyspace, name, &index))
		return find_index(f);
	return nd_refuse(&f->x->problem, ND_INVALID, "'%s' not found in keyspace '%s'", name, in);
}

/* ---- lists: of the session's keyspace, or of all ---------------------------------------------------- */

static void list_tables(struct finder *f)
{
	for (uint32_t i = 0; i < f->keyspace->table_count; i++) {
		const struct nd_table *t = f->keyspace->tables[i];

		if (!t->view)
			nd_elements_add(f->list,
					&(struct nd_element){ ND_ELEMENT_TABLE, f->keyspace,
							      t->name, NULL, t, NULL });
	}
}

static void list_types(struct finder *f)
{
	for (uint32_t i = 0; i < f->keyspace->type_count; i++) {
		const struct nd_user_type *type = &f->keyspace->types[i];

		nd_elements_add(f->list, &(struct nd_element){ ND_ELEMENT_TYPE, f->keyspace,
							       type->name, type, NULL, NULL });
	}
}

typedef void list_fn(struct finder *f);

static bool list_each(struct finder *f, list_fn *list)
{
	struct nd_elements keyspaces;
	uint32_t from;

	nd_elements_init(&keyspaces, f->list->arena);
	if (!f->x->used_keyspace)
		nd_elements_add_keyspaces(&keyspaces, f->schema, true);
	else if (!find_keyspace(f, f->x->used_keyspace))
		return false;
	else
		nd_elements_add(&keyspaces, &(struct nd_element){ .keyspace = f->keyspace });
	for (uint32_t i = 0; i < keyspaces.count; i++) {
		f->keyspace = keyspaces.at[i].keyspace;
		from = f->list->count;
		if (list)
			list(f);
		nd_elements_sort(f->list, from);
	}
	f->list->failed = f->list->failed || keyspaces.failed;
	return true;
}

/* ---- the statements ---------------------------------------------------------------------------------- */

typedef bool find_fn(struct finder *f);

/* What is looked up in a keyspace. */
static find_fn *const things[] = {
	[ND_DESCRIBE_KEYSPACE] = list_keyspace,
	[ND_DESCRIBE_ONLY_KEYSPACE] = list_keyspace_alone,
	[ND_DESCRIBE_TABLE] = find_table,
	[ND_DESCRIBE_INDEX] = find_index,
	[ND_DESCRIBE_VIEW] = find_view,
	[ND_DESCRIBE_TYPE] = find_type,
	[ND_DESCRIBE_FUNCTION] = find_function,
	[ND_DESCRIBE_AGGREGATE] = find_aggregate,
	[ND_DESCRIBE_NAME] = NULL,
};

/* What is listed; of functions and aggregates there are none. */
static list_fn *const lists[] = {
	[ND_DESCRIBE_TABLES] = list_tables,
	[ND_DESCRIBE_TYPES] = list_types,
	[ND_DESCRIBE_AGGREGATES] = NULL,
};

bool nd_describe_find(struct nd_request *x, const struct nd_statement *s, struct nd_elements *list)
{
	struct finder f = { x, &x->db->schema, &s->on, NULL, list };
	enum nd_describe_what what = s->as.describe.what;

	if (things[what])
		return find_own_keyspace(&f) && things[what](&f);
	if (what == ND_DESCRIBE_NAME)
		return find_name(&f);
	if (what == ND_DESCRIBE_KEYSPACES)
		nd_elements_add_keyspaces(list, f.schema, true);
	else if (what == ND_DESCRIBE_SCHEMA || what == ND_DESCRIBE_FULL_SCHEMA)
		nd_elements_add_schema(list, f.schema, what == ND_DESCRIBE_FULL_SCHEMA);
	else
		return list_each(&f, lists[what]);
	return true;
}
