/* SPDX-License-Identifier: MIT */
/* CREATE, ALTER and DROP TYPE. */
#include <stdio.h>
#include <string.h>

#include "node/ddl.h"
#include "proto/type.h"

static const char *type_name(const struct nd_ddl *d)
{
	return d->statement->on.name;
}

/* The keyspace with another list of types. */
static bool commit(struct nd_ddl *d, struct nd_user_type *types, uint32_t count,
		   const struct nd_table_change *tables, uint32_t table_count, const char *verb)
{
	struct nd_keyspace draft = *d->keyspace;

	draft.types = types;
	draft.type_count = count;
	return nd_schema_alter_keyspace(d->schema, d->keyspace, &draft, tables, table_count,
					nd_ddl_change(d, verb, "TYPE", type_name(d))) ||
	       nd_ddl_no_memory(d);
}

static struct nd_user_type *copy_list(struct nd_ddl *d, uint32_t more)
{
	struct nd_user_type *list = cd_arena_take_array(
		d->x->arena, (size_t)d->keyspace->type_count + more + 1, sizeof *list);

	if (!list)
		nd_ddl_no_memory(d);
	else if (d->keyspace->type_count)
		memcpy(list, d->keyspace->types, d->keyspace->type_count * sizeof *list);
	return list;
}

/* ---- CREATE ---------------------------------------------------------------------------------- */

static bool check_fields(struct nd_ddl *d, const struct nd_type_def *def)
{
	for (uint32_t i = 0; i < def->field_count; i++)
		for (uint32_t j = 0; j < i; j++)
			if (strcmp(def->fields[i].name, def->fields[j].name) == 0)
				return nd_ddl_refuse(d, "Duplicate field name '%s' in type '%s'",
						     def->fields[i].name, type_name(d));
	for (uint32_t i = 0; i < def->field_count; i++) {
		const cql_type *type = def->fields[i].type;

		if (type->kind == CQL_KIND_COUNTER)
			return nd_ddl_refuse(d, "A user type cannot contain counters");
		if (type->kind == CQL_KIND_UDT && !type->frozen)
			return nd_ddl_refuse(d, "A user type cannot contain non-frozen UDTs");
	}
	return true;
}

/* A user type with room for fields; names of the first `count` are set by the caller. */
static cql_type *new_type(struct nd_ddl *d, uint32_t count)
{
	cql_type *t = cd_type_new(d->x->arena, CQL_KIND_UDT, count);

	if (!t) {
		nd_ddl_no_memory(d);
		return NULL;
	}
	t->of.udt->keyspace = d->keyspace_name;
	t->of.udt->name = type_name(d);
	return t;
}

bool nd_ddl_create_type(struct nd_ddl *d)
{
	const struct nd_type_def *def = &d->statement->as.type;
	struct nd_user_type *list;
	cql_type *t;

	if (!nd_ddl_need_keyspace(d))
		return false;
	if (nd_keyspace_type(d->keyspace, type_name(d)))
		return def->if_not_exists ||
		       nd_ddl_refuse(d, "A user type with name '%s' already exists", type_name(d));
	if (!check_fields(d, def) || !(t = new_type(d, def->field_count)) ||
	    !(list = copy_list(d, 1)))
		return false;
	for (uint32_t i = 0; i < def->field_count; i++) {
		t->of.udt->fields[i] = def->fields[i].name;
		t->inner[i] = nd_schema_resolve(d->schema, d->keyspace_name, def->fields[i].type,
						d->x->arena, &d->x->problem);
		if (!t->inner[i])
			return false;
	}
	list[d->keyspace->type_count] = (struct nd_user_type){ type_name(d), t };
	return commit(d, list, d->keyspace->type_count + 1, NULL, 0, "CREATED");
}
