/* SPDX-License-Identifier: MIT */
/* CAST(x AS type). */
#include <string.h>

#include "node/value/native_print.h"
#include "node/value/number.h"

static bool to_number(const struct nd_call *c, struct nd_value *out)
{
	enum cql_kind kind = c->function->result->kind, from = c->function->arguments[0]->kind;
	struct nd_number n;

	if (c->arguments[0].presence != ND_VALUE || c->arguments[0].len == 0)
		return true;
	if (!nd_number_read(c, from, c->arguments[0], &n))
		return false;
	n.is_single = from == CQL_KIND_FLOAT;
	if (kind == CQL_KIND_VARINT) /* by way of a long, as large as it may be */
		n = nd_number_of_integer(nd_number_integer(&n));
	return nd_number_write(c, kind, &n, out);
}

static bool to_text(const struct nd_call *c, struct nd_value *out)
{
	cql_text text;

	if (c->arguments[0].presence != ND_VALUE)
		return true;
	if (!nd_native_print(c->function->arguments[0], c->arguments[0], ND_PRINT_CAST, c->arena,
			     &text, c->problem))
		return false;
	*out = (struct nd_value){ ND_VALUE, (const uint8_t *)text.data, text.len };
	return true;
}

static bool as_it_is(const struct nd_call *c, struct nd_value *out)
{
	*out = c->arguments[0];
	return true;
}

/* Casts that are not between numbers. */
static const struct {
	enum cql_kind from, to;
	nd_call_fn *run;
} casts[] = {
	{ CQL_KIND_ASCII, CQL_KIND_TEXT, as_it_is },
	{ CQL_KIND_INET, CQL_KIND_TEXT, to_text },
	{ CQL_KIND_BOOLEAN, CQL_KIND_TEXT, to_text },
	{ CQL_KIND_TIMEUUID, CQL_KIND_DATE, nd_call_to_date },
	{ CQL_KIND_TIMEUUID, CQL_KIND_TIMESTAMP, nd_call_to_timestamp },
	{ CQL_KIND_TIMEUUID, CQL_KIND_TEXT, to_text },
	{ CQL_KIND_TIMESTAMP, CQL_KIND_DATE, nd_call_to_date },
	{ CQL_KIND_TIMESTAMP, CQL_KIND_TEXT, to_text },
	{ CQL_KIND_DATE, CQL_KIND_TIMESTAMP, nd_call_to_timestamp },
	{ CQL_KIND_DATE, CQL_KIND_TEXT, to_text },
	{ CQL_KIND_TIME, CQL_KIND_TEXT, to_text },
	{ CQL_KIND_UUID, CQL_KIND_TEXT, to_text },
};

static nd_call_fn *cast_between(enum cql_kind from, enum cql_kind to)
{
	bool is_text = to == CQL_KIND_TEXT || to == CQL_KIND_ASCII;

	if (nd_number_is(from) && nd_number_is(to) && to != CQL_KIND_COUNTER)
		return to_number;
	if (nd_number_is(from))
		return is_text ? to_text : NULL;
	/* what can be a text can be an ascii too, but a text cannot */
	for (size_t i = 0; i < sizeof casts / sizeof casts[0]; i++)
		if (casts[i].from == from &&
		    (casts[i].to == to || (to == CQL_KIND_ASCII && casts[i].to == CQL_KIND_TEXT)))
			return casts[i].run;
	return NULL;
}

static const enum cql_kind kinds[] = {
#define X(name, id, cql, class_name, size) CQL_KIND_##name,
#include <coodie/types.def>
#undef X
};

/* All that can be cast to a type. */
static bool add_casts(struct nd_candidates *c, enum cql_kind to)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		nd_call_fn *run = cast_between(kinds[i], to);
		struct nd_function *f;

		if (!run || kinds[i] == to)
			continue;
		if (!(f = nd_candidates_add_native(c, c->name, to, 1, &kinds[i], run)))
			return false;
		f->style = ND_STYLE_CAST;
	}
	return true;
}

bool nd_function_casts(struct nd_candidates *c)
{
	static const char prefix[] = "cast_as_";
	if (strncmp(c->name, prefix, sizeof prefix - 1) != 0)
		return true;
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (!strcmp(c->name + sizeof prefix - 1, cql_kind_name(kinds[i])))
			return add_casts(c, kinds[i]);
	return true;
}
