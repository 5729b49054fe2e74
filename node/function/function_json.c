/* SPDX-License-Identifier: MIT */
/* to_json() and from_json(). */
#include <string.h>

#include "node/function/function.h"
#include "node/value/json_print.h"
#include "node/value/json_read.h"

static bool is_named(const struct nd_expr *e, const char *name, const char *old_name)
{
	return e->kind == ND_EXPR_CALL && (!e->keyspace || strcmp(e->keyspace, "system") == 0) &&
	       (strcmp(e->name, name) == 0 || strcmp(e->name, old_name) == 0);
}

/* ---- to_json ---------------------------------------------------------------------------------- */

bool nd_is_to_json(const struct nd_expr *e)
{
	return is_named(e, "to_json", "tojson");
}

static bool to_json(const struct nd_call *c, struct nd_value *out)
{
	struct cd_buffer b;
	bool ok;

	cd_buffer_init(&b, c->arena->allocator, INT32_MAX);
	ok = nd_json_value(&b, c->function->arguments[0], c->arguments[0], c->arena, c->problem);
	if (ok)
		ok = b.failed ? nd_no_memory(c->problem) : nd_value_of_bytes(c, b.data, b.len, out);
	cd_buffer_deinit(&b);
	return ok;
}

const struct nd_function *nd_function_to_json(struct nd_planner *p, const char *name,
					      const cql_type *from)
{
	struct nd_candidates c = { .p = p, .name = name };
	struct nd_function *f = nd_candidates_add(&c, name, cd_type_native(CQL_KIND_TEXT), 1,
						  to_json);

	if (f)
		f->arguments[0] = from;
	return f;
}

/* ---- from_json -------------------------------------------------------------------------------- */

bool nd_is_from_json(const struct nd_expr *e)
{
	return is_named(e, "from_json", "fromjson");
}

/* What goes wrong inside is told as the function's failure. */
static bool failed(const struct nd_call *c, const char *name, const char *class, cql_text why)
{
	static const cql_text argument = { "text", 4 };

	nd_refuse(c->problem, ND_FUNCTION_FAILURE, "%s%.*s", class, (int)why.len, why.data);
	c->problem->error.keyspace = (cql_text){ "system", 6 };
	c->problem->error.function = (cql_text){ name, strlen(name) };
	c->problem->error.arguments = (cql_texts){ &argument, 1 };
	return false;
}

static bool from_json(const struct nd_call *c, struct nd_value *out)
{
	struct nd_value text = c->arguments[0];
	struct nd_problem inner;
	struct nd_json_error err;
	struct nd_json *json;
	const char *reason;

	if (text.presence != ND_VALUE)
		return true;
	json = nd_json_parse(c->arena, (const char *)text.data, text.len, &err);
	if (!json && !err.message)
		return nd_no_memory(c->problem);
	if (!json) {
		reason = nd_text(c->problem, c->arena,
				 "execution of 'system.from_json[text]' failed: Could not decode "
				 "JSON string '%.*s': %s: %s",
				 (int)text.len, (const char *)text.data, err.exception,
				 err.message);
		return reason && failed(c, "from_json", "", (cql_text){ reason, strlen(reason) });
	}
	nd_problem_init(&inner, c->arena);
	if (nd_json_decode(json, c->function->result, c->arena, out, &inner))
		return true;
	if (inner.error.code == ND_SERVER_ERROR)
		return nd_no_memory(c->problem);
	return failed(c, c->function->name,
		      "org.apache.cassandra.serializers.MarshalException: ", inner.error.message);
}

bool nd_function_from_json(struct nd_candidates *c, const struct nd_expr *call,
			   const cql_type *receiver)
{
	struct nd_function *f;

	if (!receiver)
		return nd_refuse(c->p->problem, ND_INVALID,
				 "system.%s() cannot be used in the selection clause of a SELECT "
				 "statement",
				 call->name);
	if (!(f = nd_candidates_add(c, call->name, receiver, 1, from_json)))
		return false;
	f->arguments[0] = cd_type_native(CQL_KIND_TEXT);
	return true;
}
