/* SPDX-License-Identifier: MIT */
/* Functions and aggregates of users, which are disabled as Cassandra comes, and triggers, for which
 * there are no classes: all is checked as far as Cassandra gets. */
#include <stdio.h>
#include <string.h>

#include "node/schema/ddl.h"
#include "node/schema/settings.h"

/* ---- signatures ---------------------------------------------------------------------------------- */

enum { SIGNATURE_MOST = 1024 };

static bool add_type(struct nd_ddl *d, const cql_type *type, bool is_first, char *out)
{
	size_t len = strlen(out);
	const cql_type *found;

	found = nd_schema_resolve(d->schema, d->keyspace_name, type, d->x->arena, &d->x->problem);
	if (!found)
		return false;
	if (!is_first && len + 2 < SIGNATURE_MOST) {
		strcat(out, ", ");
		len += 2;
	}
	nd_type_format(found, out + len, SIGNATURE_MOST - len);
	return true;
}

/* "ks.f(int, text)"; `state`: the first argument, or NULL. */
static bool format_signature(struct nd_ddl *d, const char *name, const cql_type *state,
			     const struct nd_function_def *s, char out[SIGNATURE_MOST])
{
	size_t len;

	snprintf(out, SIGNATURE_MOST - 1, "%s.%s(", d->keyspace_name, name);
	if (state && !add_type(d, state, true, out))
		return false;
	for (uint32_t i = 0; i < s->argument_count; i++)
		if (!add_type(d, s->arguments[i], !state && i == 0, out))
			return false;
	len = strlen(out);
	snprintf(out + len, SIGNATURE_MOST - len, ")");
	return true;
}

/* Arguments are frozen by themselves; a tuple always says so. */
static bool check_arguments(struct nd_ddl *d, const struct nd_function_def *s)
{
	char text[512];

	for (uint32_t i = 0; i < s->argument_count; i++) {
		const cql_type *t = s->arguments[i];
		if (!t->frozen || t->kind == CQL_KIND_TUPLE || t->kind == CQL_KIND_VECTOR)
			continue;
		nd_type_format(t, text, sizeof text);
		return nd_ddl_refuse(d,
				     "Argument '%s' cannot be frozen; remove frozen<> modifier "
				     "from '%s'",
				     text, text);
	}
	return true;
}

static bool check_directives(struct nd_ddl *d, const struct nd_function_def *s)
{
	return !s->or_replace || !s->if_not_exists ||
	       nd_ddl_refuse(d, "Cannot use both 'OR REPLACE' and 'IF NOT EXISTS' directives");
}

/* ---- CREATE -------------------------------------------------------------------------------------- */

bool nd_ddl_create_function(struct nd_ddl *d)
{
	if (!check_directives(d, &d->statement->as.function))
		return false;
	if (!d->x->db->settings.user_defined_functions_enabled)
		return nd_ddl_refuse(d, "User-defined functions are disabled in cassandra.yaml - "
					"set user_defined_functions_enabled=true to enable");
	return nd_ddl_refuse(d, "a function of a user is not supported by the node");
}

bool nd_ddl_create_aggregate(struct nd_ddl *d)
{
	const struct nd_function_def *s = &d->statement->as.function;
	char signature[SIGNATURE_MOST];

	if (!d->keyspace)
		return nd_refuse(&d->x->problem, ND_CONFIG_ERROR, "Keyspace %s doesn't exist",
				 d->keyspace_name);
	if (!check_directives(d, s) || !check_arguments(d, s) ||
	    !format_signature(d, s->state_function, s->state_type, s, signature))
		return false;
	return nd_ddl_refuse(d, "State function %s doesn't exist", signature);
}

/* ---- DROP ---------------------------------------------------------------------------------------- */

static bool drop(struct nd_ddl *d, const char *what)
{
	const struct nd_function_def *s = &d->statement->as.function;
	char signature[SIGNATURE_MOST];

	if (!check_arguments(d, s))
		return false;
	if (!s->has_arguments)
		snprintf(signature, sizeof signature, "%s.%s", d->keyspace_name,
			 d->statement->on.name);
	else if (!format_signature(d, d->statement->on.name, NULL, s, signature))
		return false;
	return s->if_exists || nd_ddl_refuse(d, "%s '%s' doesn't exist", what, signature);
}

bool nd_ddl_drop_function(struct nd_ddl *d)
{
	return drop(d, "Function");
}

bool nd_ddl_drop_aggregate(struct nd_ddl *d)
{
	return drop(d, "Aggregate");
}

/* ---- triggers ------------------------------------------------------------------------------------ */

bool nd_ddl_create_trigger(struct nd_ddl *d)
{
	const struct nd_trigger_def *s = &d->statement->as.trigger;
	const char *name = d->statement->on.name;
	struct nd_table *t;

	if (!nd_ddl_need_keyspace(d))
		return false;
	t = nd_keyspace_table(d->keyspace, name);
	if (!t)
		return nd_ddl_refuse(d, "Table '%s' doesn't exist", name);
	if (t->view)
		return nd_ddl_refuse(d, "Cannot CREATE TRIGGER for a materialized view");
	return nd_ddl_refuse(d, "Trigger class '%s' couldn't be loaded", s->class_name);
}

bool nd_ddl_drop_trigger(struct nd_ddl *d)
{
	const struct nd_trigger_def *s = &d->statement->as.trigger;

	return s->if_exists || nd_ddl_refuse(d, "Trigger '%s' on '%s.%s' doesn't exist", s->name,
					     d->keyspace_name, d->statement->on.name);
}
