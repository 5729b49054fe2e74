/* SPDX-License-Identifier: MIT */
/* Calls of native functions: finding the overload, and running it. */
#include "node/function/function.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/reader.h"

/* ---- candidates ------------------------------------------------------------------------------- */

struct nd_function *nd_candidates_add(struct nd_candidates *c, const char *name,
				      const cql_type *result, uint32_t count, nd_call_fn *run)
{
	struct nd_function *f;

	if (c->count == c->room) {
		uint32_t room = c->room ? 2 * c->room : 8;
		struct nd_function *at = cd_arena_take_array(c->p->arena, room, sizeof *at);
		if (!at) {
			nd_no_memory(c->p->problem);
			return NULL;
		}
		if (c->count)
			memcpy(at, c->at, c->count * sizeof *at);
		c->at = at;
		c->room = room;
	}
	f = &c->at[c->count];
	*f = (struct nd_function){ .name = name, .result = result, .count = count, .run = run };
	f->arguments = cd_arena_take_array(c->p->arena, count + 1, sizeof *f->arguments);
	if (!f->arguments) {
		nd_no_memory(c->p->problem);
		return NULL;
	}
	c->count++;
	return f;
}

struct nd_function *nd_candidates_add_native(struct nd_candidates *c, const char *name,
					     enum cql_kind result, uint32_t count,
					     const enum cql_kind *arguments, nd_call_fn *run)
{
	struct nd_function *f = nd_candidates_add(c, name, cd_type_native(result), count, run);

	for (uint32_t i = 0; f && i < count; i++)
		f->arguments[i] = cd_type_native(arguments[i]);
	return f;
}

bool nd_function_fixed(struct nd_candidates *c)
{
	static const struct {
		const char *name;
		enum cql_kind result;
		uint32_t count;
		enum cql_kind arguments[ND_FUNCTION_ARGUMENTS];
		bool impure;
		nd_call_fn *run;
	} rows[] = {
#define X(name, result, count, a, b, c, impure, run) \
	{ #name,  CQL_KIND_##result, count, { CQL_KIND_##a, CQL_KIND_##b, CQL_KIND_##c }, \
	  impure, nd_call_##run },
#include "node/function/function.def"
#undef X
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct nd_function *f;
		if (strcmp(rows[i].name, c->name) != 0)
			continue;
		f = nd_candidates_add_native(c, rows[i].name, rows[i].result, rows[i].count,
					     rows[i].arguments, rows[i].run);
		if (!f)
			return false;
		f->is_impure = rows[i].impure;
	}
	return true;
}

/* ---- token ------------------------------------------------------------------------------------ */

/* The only function whose arguments are those of a table: its partition key. */
static bool add_token(struct nd_candidates *c, const struct nd_receiver *receiver)
{
	struct nd_planner *p = c->p;
	const struct nd_keyspace *k = receiver->keyspace ? nd_schema_keyspace(&p->db->schema,
									      receiver->keyspace)
							 : NULL;
	const struct nd_table *t = k && receiver->table ? nd_keyspace_table(k, receiver->table)
							: NULL;
	struct nd_function *f;

	if (!t)
		return nd_refuse(p->problem, ND_INVALID, "The function token needs a table");
	f = nd_candidates_add(c, "token", cd_type_native(CQL_KIND_BIGINT), t->partition_key_count,
			      nd_call_token);
	for (uint32_t i = 0; f && i < t->partition_key_count; i++)
		f->arguments[i] = t->columns[i]->type;
	return f != NULL;
}

/* Whether a literal is of a kind that Cassandra looks for in the type itself: of maps it does not. */
static bool asks_for_type(const struct nd_expr *e, const cql_type *type)
{
	bool is_udt = type->kind == CQL_KIND_UDT;

	switch (e->kind) {
	case ND_EXPR_LIST:
		return !is_udt;
	case ND_EXPR_MAP:
		return is_udt;
	default:
		return e->kind == ND_EXPR_SET || e->kind == ND_EXPR_UDT;
	}
}

static bool is_made_by_literals(const cql_type *type)
{
	return cd_type_is_collection(type) || type->kind == CQL_KIND_VECTOR ||
	       type->kind == CQL_KIND_UDT;
}

/* A view's partition key keeps the descending type of its base's column, which is no collection's: a
 * literal does not fit. */
static bool check_token(struct nd_planner *p, const struct nd_expr *call,
			const struct nd_receiver *receiver)
{
	const struct nd_keyspace *k = nd_schema_keyspace(&p->db->schema, receiver->keyspace);
	const struct nd_table *t = nd_keyspace_table(k, receiver->table);

	for (uint32_t i = 0; t->view && call->count == t->partition_key_count && i < call->count;
	     i++) {
		const struct nd_column *c = nd_table_column(t->view->base, t->columns[i]->name);

		if (c && c->descending && is_made_by_literals(c->type) &&
		    asks_for_type(call->items[i], c->type))
			return nd_refuse_argument(p, call, i, "token", c->type);
	}
	return true;
}

/* ---- finding ---------------------------------------------------------------------------------- */

enum { FACTORY_ARGUMENTS = 4 };

static const struct {
	const char *name;
	uint32_t least, most; /* arguments */
	nd_factory_fn *make;
	const char *signature; /* as messages show it */
	bool same_as_first;    /* the second argument has the type of the first */
	bool infers;           /* an argument without a type has the receiver's */
	bool fixed;            /* the arguments behind the first have types of their own */
} factories[] = {
	{ "min", 1, 1, nd_function_least, "any", false, true, false },
	{ "max", 1, 1, nd_function_greatest, "any", false, true, false },
	{ "map_keys", 1, 1, nd_function_map_keys, "map", false, false, false },
	{ "map_values", 1, 1, nd_function_map_values, "map", false, false, false },
	{ "collection_count", 1, 1, nd_function_collection_count, "collection", false, false,
	  false },
	{ "collection_min", 1, 1, nd_function_collection_least, "numeric_set_or_list", false, false,
	  false },
	{ "collection_max", 1, 1, nd_function_collection_greatest, "numeric_set_or_list", false,
	  false, false },
	{ "collection_sum", 1, 1, nd_function_collection_sum, "numeric_set_or_list", false, false,
	  false },
	{ "collection_avg", 1, 1, nd_function_collection_average, "numeric_set_or_list", false,
	  false, false },
	{ "similarity_cosine", 2, 2, nd_function_similarity, "vector<float, n>, vector<float, n>",
	  true, true, false },
	{ "similarity_euclidean", 2, 2, nd_function_similarity,
	  "vector<float, n>, vector<float, n>", true, true, false },
	{ "similarity_dot_product", 2, 2, nd_function_similarity,
	  "vector<float, n>, vector<float, n>", true, true, false },
	{ "mask_default", 1, 1, nd_function_mask_default, "any", false, false, false },
	{ "mask_null", 1, 1, nd_function_mask_null, "any", false, false, false },
	{ "mask_replace", 2, 2, nd_function_mask_replace, "any, any", true, true, false },
	{ "mask_inner", 3, 4, nd_function_mask_partly, "[text|varchar|ascii], int, int, [text]",
	  false, false, true },
	{ "mask_outer", 3, 4, nd_function_mask_partly, "[text|varchar|ascii], int, int, [text]",
	  false, false, true },
	{ "mask_hash", 1, 2, nd_function_mask_hash, "any, [text]", false, false, true },
};

static enum nd_fit match(struct nd_planner *p, const struct nd_function *f,
			 const struct nd_expr *call, const struct nd_receiver *receiver)
{
	enum nd_fit fit = f->count == call->count ? ND_FIT_EXACT : ND_FIT_NONE;
	struct nd_receiver argument;

	for (uint32_t i = 0; i < call->count && fit; i++) {
		argument = *receiver;
		argument.type = f->arguments[i];
		argument.name = f->name;
		fit = nd_fit_least(fit, nd_term_fit(p, call->items[i], &argument));
	}
	return fit;
}

/* "system.f : (int) -> int, ..." */
static const char *signatures(struct nd_planner *p, const struct nd_function *const *at,
			      uint32_t count)
{
	struct cd_buffer b;
	const char *text;

	cd_buffer_init(&b, p->arena->allocator, 64 * 1024);
	for (uint32_t i = 0; i < count; i++) {
		char line[512];
		int len = snprintf(line, sizeof line, "%ssystem.%s : (", i ? ", " : "",
				   at[i]->name);
		cd_buffer_bytes(&b, line,
				(size_t)len < sizeof line ? (size_t)len : sizeof line - 1);
		for (uint32_t n = 0; n <= at[i]->count; n++) {
			const char *type = nd_type_text(
				p->arena, n < at[i]->count ? at[i]->arguments[n] : at[i]->result);
			const char *before = n == at[i]->count ? ") -> " : n ? ", " : "";
			cd_buffer_bytes(&b, before, strlen(before));
			cd_buffer_bytes(&b, type, strlen(type));
		}
	}
	text = cd_arena_strndup(p->arena, b.len ? (const char *)b.data : "", b.failed ? 0 : b.len);
	cd_buffer_deinit(&b);
	return text ? text : "";
}

const char *nd_candidates_text(const struct nd_candidates *c)
{
	const struct nd_function **all = cd_arena_take_array(c->p->arena, c->count, sizeof *all);

	for (uint32_t i = 0; all && i < c->count; i++)
		all[i] = &c->at[i];
	return signatures(c->p, all, all ? c->count : 0);
}

static const char *argument_text(struct nd_planner *p, const struct nd_expr *e)
{
	if (!p->columns)
		return nd_expr_text(p->arena, e);
	return nd_selected_text(p->arena, e, p->columns->keyspace->name);
}

bool nd_refuse_argument(struct nd_planner *p, const struct nd_expr *call, uint32_t i,
			const char *name, const cql_type *type)
{
	return nd_refuse(p->problem, ND_INVALID,
			 "Type error: %s cannot be passed as argument %" PRIu32
			 " of function system.%s of type %s",
			 argument_text(p, call->items[i]), i, name, nd_type_text(p->arena, type));
}

/* There is one of that name only: say what is wrong with the call. */
static const struct nd_function *check_only(struct nd_planner *p, const struct nd_function *f,
					    const struct nd_expr *call,
					    const struct nd_receiver *receiver)
{
	struct nd_receiver argument;

	if (call->count != f->count) {
		nd_refuse(p->problem, ND_INVALID,
			  "Invalid number of arguments in call to function system.%s: %" PRIu32
			  " required but %" PRIu32 " provided",
			  f->name, f->count, call->count);
		return NULL;
	}
	for (uint32_t i = 0; i < call->count; i++) {
		if (!nd_function_receiver(p, f, i, receiver, &argument))
			return NULL;
		if (nd_term_fit(p, call->items[i], &argument))
			continue;
		nd_refuse_argument(p, call, i, f->name, f->arguments[i]);
		return NULL;
	}
	return f;
}

static const struct nd_function *make(struct nd_candidates *c, size_t n, const struct nd_expr *call,
				      const struct nd_receiver *receiver)
{
	const cql_type *types[FACTORY_ARGUMENTS] = { NULL };

	if (call->count < factories[n].least || call->count > factories[n].most) {
		nd_refuse(c->p->problem, ND_INVALID,
			  "Invalid number of arguments for function system.%s(%s)", c->name,
			  factories[n].signature);
		return NULL;
	}
	for (uint32_t i = 0; i < call->count; i++) {
		if (factories[n].make == nd_function_similarity &&
		    call->items[i]->kind == ND_EXPR_LIST && call->items[i]->count == 0) {
			nd_refuse(c->p->problem, ND_INVALID,
				  "vectors may only have positive dimensions; given 0");
			return NULL;
		}
		types[i] = nd_expr_likely_type(c->p, call->items[i]);
		if (!types[i] && factories[n].infers)
			types[i] = receiver->type;
		if (!types[i] && i && factories[n].same_as_first)
			types[i] = types[0];
		if (types[i] || (i && factories[n].fixed && !c->p->problem->happened))
			continue;
		nd_refuse(c->p->problem, ND_INVALID,
			  "Cannot infer type of argument %s in call to function system.%s(%s): use "
			  "type casts to disambiguate",
			  argument_text(c->p, call->items[i]), c->name, factories[n].signature);
		return NULL;
	}
	return factories[n].make(c, call, types) && c->count
		       ? check_only(c->p, &c->at[0], call, receiver)
		       : NULL;
}

static bool has_marker(const struct nd_expr *call)
{
	for (uint32_t i = 0; i < call->count; i++)
		if (call->items[i]->kind == ND_EXPR_MARKER)
			return true;
	return false;
}

/* More than one would do. */
static const struct nd_function *ambiguous(struct nd_planner *p, const struct nd_expr *call,
					   const struct nd_receiver *receiver,
					   const struct nd_function *const *at, uint32_t count)
{
	if (call->kind == ND_EXPR_NEGATE) {
		nd_refuse(p->problem, ND_INVALID,
			  "Ambiguous negation: use type casts to disambiguate");
		return NULL;
	}
	if (call->kind != ND_EXPR_BINARY) {
		nd_refuse(p->problem, ND_INVALID,
			  "Ambiguous call to function %s (can be matched by following signatures: "
			  "%s): use type casts to disambiguate",
			  nd_function_name(p, call), signatures(p, at, count));
		return NULL;
	}
	for (uint32_t i = 0; receiver->type && !has_marker(call) && i < count; i++)
		if (cql_type_equal(receiver->type, at[i]->arguments[0]) &&
		    cql_type_equal(receiver->type, at[i]->arguments[1]))
			return at[i];
	nd_refuse(p->problem, ND_INVALID,
		  "Ambiguous '%c' operation with args %s and %s: use type hint to disambiguate, "
		  "example '(int) ?'",
		  call->op, argument_text(p, call->items[0]), argument_text(p, call->items[1]));
	return NULL;
}

static const struct nd_function *none_fits(struct nd_candidates *c, const struct nd_expr *call)
{
	struct nd_planner *p = c->p;

	if (call->kind == ND_EXPR_BINARY) {
		nd_refuse(p->problem, ND_INVALID,
			  "the '%c' operation is not supported between %s and %s", call->op,
			  argument_text(p, call->items[0]), argument_text(p, call->items[1]));
		return NULL;
	}
	nd_refuse(p->problem, ND_INVALID,
		  "Invalid call to function %s, none of its type signatures match (known type "
		  "signatures: %s)",
		  nd_function_name(p, call), nd_candidates_text(c));
	return NULL;
}

static const struct nd_function *choose(struct nd_candidates *c, const struct nd_expr *call,
					const struct nd_receiver *receiver)
{
	const struct nd_function **fits = cd_arena_take_array(c->p->arena, (size_t)c->count + 1,
							      sizeof *fits);
	uint32_t count = 0;

	if (!fits) {
		nd_no_memory(c->p->problem);
		return NULL;
	}
	for (uint32_t i = 0; i < c->count; i++) {
		const struct nd_function *f = &c->at[i];
		if (receiver->type && !nd_type_fit(f->result, receiver->type))
			continue;
		enum nd_fit fit = match(c->p, f, call, receiver);
		if (c->p->problem->happened)
			return NULL;
		if (fit == ND_FIT_EXACT)
			return f;
		if (fit)
			fits[count++] = f;
	}
	if (count == 0)
		return none_fits(c, call);
	return count == 1 ? fits[0] : ambiguous(c->p, call, receiver, fits, count);
}

static const char *plain_name(struct nd_planner *p, const struct nd_expr *call)
{
	static const struct {
		char op;
		const char *name;
	} operators[] = { { '+', "_add" },
			  { '-', "_substract" },
			  { '*', "_multiply" },
			  { '/', "_divide" },
			  { '%', "_modulo" } };

	if (call->kind == ND_EXPR_NEGATE)
		return "_negate";
	if (call->kind == ND_EXPR_CAST)
		return nd_text(p->problem, p->arena, "cast_as_%s",
			       nd_type_text(p->arena, call->type));
	for (size_t i = 0;
	     call->kind == ND_EXPR_BINARY && i < sizeof operators / sizeof operators[0]; i++)
		if (operators[i].op == call->op)
			return operators[i].name;
	return call->name;
}

const char *nd_function_name(struct nd_planner *p, const struct nd_expr *call)
{
	const char *name = plain_name(p, call), *full;

	if (call->kind == ND_EXPR_CALL && !call->keyspace)
		return name;
	full = nd_text(p->problem, p->arena, "%s.%s", call->keyspace ? call->keyspace : "system",
		       name);
	return full ? full : name;
}

/* The overloads of a name, which a statement full of sums asks for again and again. */
static struct nd_candidates *overloads(struct nd_planner *p, const char *name)
{
	static nd_candidates_fn *const sources[] = { nd_function_fixed, nd_function_blobs,
						     nd_function_math,  nd_function_operators,
						     nd_function_sums,  nd_function_casts };
	struct nd_candidates *c = p->overloads;

	while (c && strcmp(c->name, name) != 0)
		c = c->next;
	if (c)
		return c;
	if (!(c = cd_arena_take_zero(p->arena, sizeof *c))) {
		nd_no_memory(p->problem);
		return NULL;
	}
	c->p = p;
	c->name = name;
	for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++)
		if (!sources[i](c))
			return NULL;
	c->next = p->overloads;
	p->overloads = c;
	return c;
}

static const struct nd_function *resolve(struct nd_planner *p, const struct nd_expr *call,
					 const struct nd_receiver *receiver)
{
	struct nd_candidates c = { .p = p, .name = plain_name(p, call) }, *all;

	if (!c.name)
		return NULL;
	if (call->keyspace && strcmp(call->keyspace, "system") != 0)
		return NULL;
	if (nd_is_from_json(call))
		return nd_function_from_json(&c, call, receiver->type)
			       ? check_only(p, &c.at[0], call, receiver)
			       : NULL;
	if (call->kind == ND_EXPR_CALL && strcmp(c.name, "count") == 0)
		return nd_function_count(&c, call) ? check_only(p, &c.at[0], call, receiver) : NULL;
	if (call->kind == ND_EXPR_CALL && strcmp(c.name, "token") == 0)
		return add_token(&c, receiver) && check_token(p, call, receiver)
			       ? check_only(p, &c.at[0], call, receiver)
			       : NULL;
	for (size_t i = 0; i < sizeof factories / sizeof factories[0]; i++)
		if (call->kind == ND_EXPR_CALL && strcmp(factories[i].name, c.name) == 0)
			return make(&c, i, call, receiver);
	if (!(all = overloads(p, c.name)) || all->count == 0)
		return NULL;
	return all->count == 1 ? check_only(p, &all->at[0], call, receiver)
			       : choose(all, call, receiver);
}

/* ---- what was found already ------------------------------------------------------------------- */

/* Calls inside calls are asked for again with each overload of the outer one, so what was found is
 * kept: for each call and each type of a receiver. */
struct nd_found {
	const struct nd_expr *call;
	const cql_type *type;
	const struct nd_function *function;
	struct nd_problem problem; /* that stood in the way, or none */
	struct nd_found *next;
};

enum { BUCKETS = 64 };

static struct nd_found **bucket(struct nd_planner *p, const struct nd_expr *call)
{
	if (!p->found)
		p->found = cd_arena_take_array(p->arena, BUCKETS, sizeof *p->found);
	return p->found ? &p->found[((uintptr_t)call / sizeof *call) % BUCKETS] : NULL;
}

const struct nd_function *nd_function_resolve(struct nd_planner *p, const struct nd_expr *call,
					      const struct nd_receiver *receiver)
{
	struct nd_found **at = bucket(p, call), *new;

	if (p->problem->happened)
		return NULL;
	if (!at || !(new = cd_arena_take_zero(p->arena, sizeof *new))) {
		nd_no_memory(p->problem);
		return NULL;
	}
	for (struct nd_found *f = *at; f; f = f->next)
		if (f->call == call && f->type == receiver->type) {
			*p->problem = f->problem;
			return f->function;
		}
	new->call = call;
	new->type = receiver->type;
	new->function = resolve(p, call, receiver);
	new->problem = *p->problem;
	new->next = *at;
	*at = new;
	return new->function;
}

/* ---- names ------------------------------------------------------------------------------------ */

bool nd_function_receiver(struct nd_planner *p, const struct nd_function *f, uint32_t i,
			  const struct nd_receiver *of, struct nd_receiver *out)
{
	*out = *of;
	out->type = f->arguments[i];
	out->name = strcmp(f->name, "token") == 0
			    ? nd_text(p->problem, p->arena, "arg%" PRIu32 "(system.token)", i)
			    : nd_text(p->problem, p->arena, "arg%" PRIu32 "(system.%s)", i,
				      f->name);
	return out->name != NULL;
}

const char *nd_function_column(struct nd_planner *p, const struct nd_function *f,
			       const char *const *names, uint32_t count)
{
	const char *text = "";

	switch (f->style) {
	case ND_STYLE_COUNT:
		return "count";
	case ND_STYLE_BINARY:
		return nd_text(p->problem, p->arena, "%s %c %s", names[0], f->op, names[1]);
	case ND_STYLE_NEGATE:
		return nd_text(p->problem, p->arena, "-%s", names[0]);
	case ND_STYLE_CAST:
		return nd_text(p->problem, p->arena, "cast(%s as %s)", names[0],
			       nd_type_text(p->arena, f->result));
	default:
		for (uint32_t i = 0; text && i < count; i++)
			text = nd_text(p->problem, p->arena, "%s%s%s", text, i ? ", " : "",
				       names[i]);
		return text ? nd_text(p->problem, p->arena, "system.%s(%s)", f->name, text) : NULL;
	}
}

/* ---- running ---------------------------------------------------------------------------------- */

bool nd_function_run(const struct nd_function *f, const struct nd_value *arguments,
		     struct nd_request *x, struct cd_arena *a, struct nd_problem *p,
		     struct nd_value *out)
{
	const struct nd_call c = { f, arguments, f->count, x, a, p };

	*out = (struct nd_value){ ND_NULL, NULL, 0 };
	return f->run(&c, out);
}

int64_t nd_value_integer(struct nd_value v)
{
	switch (v.presence == ND_VALUE ? v.len : 0) {
	case 1:
		return (int8_t)v.data[0];
	case 2:
		return (int16_t)cd_get_be16(v.data);
	case 4:
		return (int32_t)cd_get_be32(v.data);
	case 8:
		return (int64_t)cd_get_be64(v.data);
	default:
		return 0;
	}
}

bool nd_value_of_bytes(const struct nd_call *c, const void *data, size_t len, struct nd_value *out)
{
	uint8_t *copy = cd_arena_copy(c->arena, data, len);

	*out = (struct nd_value){ ND_VALUE, copy, len };
	return copy || nd_no_memory(c->problem);
}

bool nd_value_of_integer(const struct nd_call *c, int64_t n, size_t size, struct nd_value *out)
{
	uint8_t bytes[8];

	cd_put_be64(bytes, (uint64_t)n);
	return nd_value_of_bytes(c, bytes + 8 - size, size, out);
}
