/* SPDX-License-Identifier: MIT */
/* CREATE, ALTER and DROP TYPE. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <coodie/uuid.h>

#include "node/plan/guardrail.h"
#include "node/schema/ddl.h"
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
	if (!nd_ddl_check_count(d, def->field_count) || !nd_ddl_check_name(d, type_name(d)))
		return false;
	for (uint32_t i = 0; i < def->field_count; i++)
		if (!nd_ddl_check_name(d, def->fields[i].name))
			return false;
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
		if (!t->inner[i] ||
		    !nd_ddl_guard_type(d, "Field", def->fields[i].name, def->fields[i].type))
			return false;
	}
	if (!nd_type_fits(t))
		return nd_ddl_refuse(d, "types this large are not supported by the node");
	list[d->keyspace->type_count] = (struct nd_user_type){ type_name(d), t };
	return commit(d, list, d->keyspace->type_count + 1, NULL, 0, "CREATED");
}

/* ---- ALTER ----------------------------------------------------------------------------------- */

/* A user type's definition and what it becomes. */
struct change {
	struct nd_ddl *d;
	const struct nd_type_def *def;
	const cql_type *old;
	cql_type *new;
};

static int32_t find_field(const cql_type *type, const char *name)
{
	for (uint32_t i = 0; i < type->count; i++)
		if (strcmp(type->of.udt->fields[i], name) == 0)
			return (int32_t)i;
	return -1;
}

/* "ks.a, ks.b": the tables with the type in their partition key. */
static void list_keyed(const struct nd_ddl *d, char *out, size_t size)
{
	size_t len = 0;

	out[0] = '\0';
	for (uint32_t i = 0; i < d->keyspace->table_count; i++) {
		const struct nd_table *t = d->keyspace->tables[i];

		for (uint32_t j = 0; j < t->partition_key_count; j++) {
			if (!nd_type_uses(t->columns[j]->type, type_name(d)) || len >= size)
				continue;
			len += (size_t)snprintf(out + len, size - len, "%s%s.%s", len ? ", " : "",
						d->keyspace_name, t->name);
			break;
		}
	}
}

static bool add_field(struct change *c, bool *nothing)
{
	const struct nd_column_def *field = &c->def->fields[0];
	struct nd_ddl *d = c->d;
	char spelling[512], tables[1024];
	const cql_type *type;
	uint32_t n = c->old->count;

	if (field->type->kind == CQL_KIND_COUNTER)
		return nd_ddl_refuse(d, "A user type cannot contain counters");
	if (field->type->kind == CQL_KIND_UDT && !field->type->frozen)
		return nd_ddl_refuse(d, "A user type cannot contain non-frozen UDTs");
	if (find_field(c->old, field->name) >= 0) {
		*nothing = true;
		return c->def->field_if_not_exists ||
		       nd_ddl_refuse(d,
				     "Cannot add field %s to type %s.%s: a field with name %s "
				     "already exists",
				     field->name, d->keyspace_name, type_name(d), field->name);
	}
	type = nd_schema_resolve(d->schema, d->keyspace_name, field->type, d->x->arena,
				 &d->x->problem);
	if (!type || !nd_ddl_check_name(d, field->name))
		return false;
	nd_type_format(type, spelling, sizeof spelling);
	if (nd_type_uses(type, type_name(d)))
		return nd_ddl_refuse(d,
				     "Cannot add new field %s of type %s to user type %s.%s as it "
				     "would create a circular reference",
				     field->name, spelling, d->keyspace_name, type_name(d));
	list_keyed(d, tables, sizeof tables);
	if (*tables)
		return nd_ddl_refuse(d,
				     "Cannot add new field %s of type %s to user type %s.%s as the "
				     "type is being used in partition key by the following tables: "
				     "%s",
				     field->name, spelling, d->keyspace_name, type_name(d), tables);
	if (!nd_guard(d->x, ND_THRESHOLD_fields_per_udt, n + 1, type_name(d)) ||
	    !nd_ddl_guard_type(d, "Field", field->name, field->type))
		return false;
	if (!(c->new = new_type(d, n + 1)))
		return false;
	for (uint32_t i = 0; i <= n; i++) {
		c->new->of.udt->fields[i] = i < n ? c->old->of.udt->fields[i] : field->name;
		c->new->inner[i] = i < n ? c->old->inner[i] : type;
	}
	return true;
}

static bool rename_fields(struct change *c, bool *nothing)
{
	struct nd_ddl *d = c->d;

	*nothing = true;
	if (!(c->new = new_type(d, c->old->count)))
		return false;
	for (uint32_t i = 0; i < c->old->count; i++) {
		c->new->of.udt->fields[i] = c->old->of.udt->fields[i];
		c->new->inner[i] = c->old->inner[i];
	}
	for (uint32_t i = 0; i < c->def->rename_count; i++) {
		int32_t at = find_field(c->old, c->def->renames[2 * i]);

		if (at < 0 && !c->def->field_if_exists)
			return nd_ddl_refuse(d, "Unkown field %s in user type %s.%s",
					     c->def->renames[2 * i], d->keyspace_name,
					     type_name(d));
		if (at < 0)
			continue;
		if (!nd_ddl_check_name(d, c->def->renames[2 * i + 1]))
			return false;
		c->new->of.udt->fields[at] = c->def->renames[2 * i + 1];
		*nothing = false;
	}
	for (uint32_t i = 0; i < c->new->count; i++)
		if (find_field(c->new, c->new->of.udt->fields[i]) != (int32_t)i)
			return nd_ddl_refuse(d, "Duplicate field name %s in type %s",
					     c->new->of.udt->fields[i], d->keyspace_name);
	return true;
}

/* The type with the new definition wherever the old one stands. */
static const cql_type *replace(struct change *c, const cql_type *type)
{
	bool is_it = type->kind == CQL_KIND_UDT && strcmp(type->of.udt->name, type_name(c->d)) == 0;
	cql_type *t;

	if (!nd_type_uses(type, type_name(c->d)))
		return type;
	t = cd_arena_take(c->d->x->arena, sizeof *t);
	if (!t) {
		nd_ddl_no_memory(c->d);
		return NULL;
	}
	*t = is_it ? *c->new : *type;
	t->frozen = type->frozen;
	t->multicell = type->multicell;
	if (is_it)
		return t;
	if (type->kind == CQL_KIND_LIST || type->kind == CQL_KIND_SET)
		t->inner = &t->of.only;
	else if (!(t->inner = cd_arena_take_array(c->d->x->arena, t->count, sizeof *t->inner)))
		return nd_ddl_no_memory(c->d), NULL;
	for (uint32_t i = 0; i < t->count; i++)
		if (!(t->inner[i] = replace(c, type->inner[i])))
			return NULL;
	return t;
}

/* A table with the new type; `*uses` false: it has nothing of it. */
static bool replace_in_table(struct change *c, struct nd_table *t, struct nd_table *draft,
			     bool *uses)
{
	*uses = false;
	*draft = *t;
	draft->columns = nd_table_columns(t, 0, c->d->x->arena);
	if (!draft->columns)
		return nd_ddl_no_memory(c->d);
	for (uint32_t i = 0; i < t->column_count; i++) {
		const cql_type *type = replace(c, t->columns[i]->type);

		if (!type)
			return false;
		if (type != t->columns[i]->type && !nd_type_fits(type))
			return nd_ddl_refuse(c->d,
					     "types this large are not supported by the node");
		*uses = *uses || type != t->columns[i]->type;
		draft->columns[i]->type = type;
	}
	return true;
}

static bool replace_everywhere(struct change *c)
{
	struct nd_keyspace *k = c->d->keyspace;
	struct nd_table *drafts = cd_arena_take_array(c->d->x->arena, (size_t)k->table_count + 1,
						      sizeof *drafts);
	struct nd_table_change *changes = cd_arena_take_array(
		c->d->x->arena, (size_t)k->table_count + 1, sizeof *changes);
	struct nd_user_type *list = copy_list(c->d, 0);
	uint32_t count = 0;
	bool uses;

	if (!list || !drafts || !changes)
		return nd_ddl_no_memory(c->d);
	for (uint32_t i = 0; i < k->type_count; i++) {
		if (!(list[i].type = replace(c, list[i].type)))
			return false;
		if (!nd_type_fits(list[i].type))
			return nd_ddl_refuse(c->d,
					     "types this large are not supported by the node");
	}
	for (uint32_t i = 0; i < k->table_count; i++) {
		if (!replace_in_table(c, k->tables[i], &drafts[count], &uses))
			return false;
		changes[count] = (struct nd_table_change){ k->tables[i], &drafts[count] };
		count += uses;
	}
	return commit(c->d, list, k->type_count, changes, count, "UPDATED");
}

static const struct nd_user_type *find_type(const struct nd_ddl *d)
{
	return d->keyspace ? nd_keyspace_type(d->keyspace, type_name(d)) : NULL;
}

bool nd_ddl_alter_type(struct nd_ddl *d)
{
	struct change c = { .d = d, .def = &d->statement->as.type };
	const struct nd_user_type *known = find_type(d);
	bool nothing = false;

	if (!known)
		return c.def->if_exists ||
		       nd_ddl_refuse(d, "Type %s.%s doesn't exist", d->keyspace_name, type_name(d));
	if (c.def->is_alter_of)
		return nd_ddl_refuse(d, "Altering field types is no longer supported");
	if (!nd_ddl_check_count(d, c.def->rename_count))
		return false;
	c.old = known->type;
	if (!(c.def->rename_count ? rename_fields(&c, &nothing) : add_field(&c, &nothing)))
		return false;
	return nothing || replace_everywhere(&c);
}

/* ---- DROP ------------------------------------------------------------------------------------ */

/* By the time they were made. */
static int by_age(const void *a, const void *b)
{
	const struct nd_table *const *x = a, *const *y = b;

	return cql_timeuuid_compare((*x)->id, (*y)->id);
}

static bool table_uses(const struct nd_table *t, const char *type)
{
	for (uint32_t i = 0; i < t->column_count; i++)
		if (nd_type_uses(t->columns[i]->type, type))
			return true;
	return false;
}

static bool refuse_used(struct nd_ddl *d, const char *by, const char *names)
{
	return nd_ddl_refuse(d, "Cannot drop user type '%s.%s' as it is still used by %s %s",
			     d->keyspace_name, type_name(d), by, names);
}

static bool check_tables(struct nd_ddl *d)
{
	uint32_t count = d->keyspace->table_count;
	const struct nd_table **list = cd_arena_take_array(d->x->arena, (size_t)count + 1,
							   sizeof(*list));
	char names[1024] = "";

	if (!list)
		return nd_ddl_no_memory(d);
	if (count)
		memcpy(list, d->keyspace->tables, count * sizeof(*list));
	qsort(list, count, sizeof(*list), by_age);
	for (uint32_t i = 0; i < count; i++) {
		if (list[i]->view || !table_uses(list[i], type_name(d)))
			continue;
		strncat(names, *names ? ", " : "", sizeof names - strlen(names) - 1);
		strncat(names, list[i]->name, sizeof names - strlen(names) - 1);
	}
	return !*names || refuse_used(d, "tables", names);
}

static bool check_types(struct nd_ddl *d)
{
	char names[1024] = "";

	for (uint32_t i = 0; i < d->keyspace->type_count; i++) {
		const struct nd_user_type *t = &d->keyspace->types[i];

		if (strcmp(t->name, type_name(d)) == 0 || !nd_type_uses(t->type, type_name(d)))
			continue;
		strncat(names, *names ? ", " : "", sizeof names - strlen(names) - 1);
		strncat(names, t->name, sizeof names - strlen(names) - 1);
	}
	return !*names || refuse_used(d, "user types", names);
}

bool nd_ddl_drop_type(struct nd_ddl *d)
{
	const struct nd_user_type *known = find_type(d);
	struct nd_user_type *list;
	uint32_t at, count;

	if (!known)
		return d->statement->as.drop.if_exists ||
		       nd_ddl_refuse(d, "Type '%s.%s' doesn't exist", d->keyspace_name,
				     type_name(d));
	if (!check_types(d) || !check_tables(d) || !(list = copy_list(d, 0)))
		return false;
	at = (uint32_t)(known - d->keyspace->types);
	count = d->keyspace->type_count - 1;
	memmove(list + at, list + at + 1, (count - at) * sizeof *list);
	return commit(d, list, count, NULL, 0, "DROPPED");
}
