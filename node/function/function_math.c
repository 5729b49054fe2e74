/* SPDX-License-Identifier: MIT */
/* abs(), exp(), log(), log10(), round(), and the operators. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "node/value/native_text.h"
#include "node/value/number.h"
#include "proto/text.h"
#include "proto/value.h"

static enum cql_kind kind_of(const struct nd_call *c, uint32_t i)
{
	return c->function->arguments[i]->kind;
}

static bool is_nothing(const struct nd_call *c, uint32_t i)
{
	return c->arguments[i].presence != ND_VALUE || c->arguments[i].len == 0;
}

/* ---- of one number ---------------------------------------------------------------------------- */

static bool write_result(const struct nd_call *c, struct nd_number n, struct nd_value *out)
{
	enum cql_kind kind = c->function->result->kind;

	return n.form == ND_NUMBER_DECIMAL ? nd_number_write_decimal(c, kind, n.decimal, out)
					   : nd_number_write(c, kind, &n, out);
}

static bool absolute(const struct nd_call *c, struct nd_value *out)
{
	struct nd_number n;

	if (is_nothing(c, 0))
		return true;
	if (!nd_number_read(c, kind_of(c, 0), c->arguments[0], &n))
		return false;
	n.real = fabs(n.real);
	n.integer = n.integer < 0 ? (int64_t)(0 - (uint64_t)n.integer) : n.integer;
	n.decimal.unscaled.minus = false;
	return write_result(c, n, out);
}

static bool negative(const struct nd_call *c, struct nd_value *out)
{
	struct nd_number n;

	if (is_nothing(c, 0))
		return true;
	if (!nd_number_read(c, kind_of(c, 0), c->arguments[0], &n))
		return false;
	n.real = -n.real;
	n.integer = (int64_t)(0 - (uint64_t)n.integer);
	n.decimal.unscaled = nd_big_negate(n.decimal.unscaled);
	return write_result(c, n, out);
}

static bool rounded(const struct nd_call *c, struct nd_value *out)
{
	struct nd_number n;

	if (is_nothing(c, 0))
		return true;
	if (!nd_number_read(c, kind_of(c, 0), c->arguments[0], &n))
		return false;
	/* Java's Math.round(): halves go up, and what is too large stays at the end of the integers */
	if (n.form == ND_NUMBER_REAL) {
		bool single = kind_of(c, 0) == CQL_KIND_FLOAT;
		n.real = floor(n.real + 0.5);
		struct nd_number whole = nd_number_of_integer(nd_number_integer(&n));
		if (single && whole.integer > INT32_MAX)
			whole.integer = INT32_MAX;
		else if (single && whole.integer < INT32_MIN)
			whole.integer = INT32_MIN;
		n = nd_number_of_real((double)whole.integer);
	}
	if (n.form == ND_NUMBER_DECIMAL && n.decimal.scale != 0)
		n.decimal = nd_decimal_rescale(c->arena, n.decimal, 0, ND_ROUND_HALF_UP);
	return write_result(c, n, out);
}

static bool of_real(const struct nd_call *c, double (*f)(double), struct nd_value *out)
{
	struct nd_number n;

	if (is_nothing(c, 0))
		return true;
	if (!nd_number_read(c, kind_of(c, 0), c->arguments[0], &n))
		return false;
	if (n.form == ND_NUMBER_DECIMAL)
		return nd_refuse(c->problem, ND_INVALID,
				 "The function %s of a %s is not supported by the node",
				 c->function->name, cql_kind_name(kind_of(c, 0)));
	n = nd_number_of_real(f(nd_number_real(&n)));
	return nd_number_write(c, c->function->result->kind, &n, out);
}

static bool exponential(const struct nd_call *c, struct nd_value *out)
{
	return of_real(c, exp, out);
}

static bool logarithm(const struct nd_call *c, struct nd_value *out)
{
	return of_real(c, log, out);
}

static bool logarithm_10(const struct nd_call *c, struct nd_value *out)
{
	return of_real(c, log10, out);
}

bool nd_function_math(struct nd_candidates *c)
{
	static const struct {
		const char *name;
		nd_call_fn *run;
	} rows[] = {
		{ "abs", absolute },       { "exp", exponential }, { "log", logarithm },
		{ "log10", logarithm_10 }, { "round", rounded },   { "_negate", negative },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		for (size_t n = 0; strcmp(rows[i].name, c->name) == 0 && n < ND_NUMBER_KINDS; n++) {
			struct nd_function *f = nd_candidates_add_native(
				c, rows[i].name, nd_number_kinds[n], 1, &nd_number_kinds[n],
				rows[i].run);
			if (!f)
				return false;
			f->style = rows[i].name[0] == '_' ? ND_STYLE_NEGATE : ND_STYLE_CALL;
		}
	return true;
}

/* ---- operators -------------------------------------------------------------------------------- */

/* What Cassandra says when an operation throws. */
static bool failed(const struct nd_call *c, const char *why)
{
	static const char keyspace[] = "system";
	struct nd_problem *p = c->problem;
	cql_text *types = cd_arena_take_array(p->arena, 2, sizeof *types);

	if (p->happened || !types)
		return p->happened ? false : nd_no_memory(p);
	for (uint32_t i = 0; i < 2; i++) {
		const char *name = cql_kind_name(kind_of(c, i));
		types[i] = (cql_text){ name, strlen(name) };
	}
	nd_refuse(p, ND_FUNCTION_FAILURE, "the operation '%s %c %s' failed: %s", types[0].data,
		  c->function->op, types[1].data, why);
	p->error.keyspace = (cql_text){ keyspace, sizeof keyspace - 1 };
	p->error.function = (cql_text){ c->function->name, strlen(c->function->name) };
	p->error.arguments = (cql_texts){ types, 2 };
	return false;
}

static bool on_integers(const struct nd_call *c, int64_t x, int64_t y, struct nd_value *out)
{
	uint64_t a = (uint64_t)x, b = (uint64_t)y;
	struct nd_number n;

	if ((c->function->op == '/' || c->function->op == '%') && y == 0)
		return failed(c, "/ by zero");
	switch (c->function->op) {
	case '+':
		n = nd_number_of_integer((int64_t)(a + b));
		break;
	case '-':
		n = nd_number_of_integer((int64_t)(a - b));
		break;
	case '*':
		n = nd_number_of_integer((int64_t)(a * b));
		break;
	/* the least number by -1 is itself, as in Java */
	case '/':
		n = nd_number_of_integer(y == -1 ? (int64_t)(0 - a) : x / y);
		break;
	default:
		n = nd_number_of_integer(y == -1 ? 0 : x % y);
		break;
	}
	return nd_number_write(c, c->function->result->kind, &n, out);
}

static bool on_reals(const struct nd_call *c, double x, double y, struct nd_value *out)
{
	bool single = c->function->result->kind == CQL_KIND_FLOAT;
	struct nd_number n;

	switch (c->function->op) {
	case '+':
		n = nd_number_of_real(x + y);
		break;
	case '-':
		n = nd_number_of_real(x - y);
		break;
	case '*':
		n = nd_number_of_real(x * y);
		break;
	case '/':
		n = nd_number_of_real(x / y);
		break;
	default:
		n = nd_number_of_real(single ? (double)fmodf((float)x, (float)y) : fmod(x, y));
		break;
	}
	return nd_number_write(c, c->function->result->kind, &n, out);
}

/* Digits in front of the point. */
static int64_t whole_digits(const struct nd_call *c, struct nd_decimal d)
{
	return (int64_t)nd_big_digits(c->arena, d.unscaled) - d.scale;
}

/* 32 digits at least that count, and behind the point. */
static struct nd_decimal quotient(const struct nd_call *c, struct nd_decimal x, struct nd_decimal y)
{
	int64_t scale = 32 - (whole_digits(c, x) - whole_digits(c, y));

	scale = scale > x.scale ? scale : x.scale;
	scale = scale > y.scale ? scale : y.scale;
	scale = scale > 32 ? scale : 32;
	scale = scale < 1000 ? scale : 1000;
	return nd_decimal_strip(
		c->arena, nd_decimal_divide(c->arena, x, y, (int32_t)scale, ND_ROUND_HALF_UP));
}

/* The whole part of a quotient, as Java has it: its scale is the difference of the two, or as near to
 * that as zeros at its end allow. */
static struct nd_decimal whole_quotient(const struct nd_call *c, struct nd_decimal x,
					struct nd_decimal y)
{
	struct nd_decimal d = nd_decimal_divide(c->arena, x, y, 0, ND_ROUND_DOWN);
	int64_t scale = (int64_t)x.scale - y.scale;

	scale = scale > INT32_MAX ? INT32_MAX : scale < INT32_MIN ? INT32_MIN : scale;
	if (d.unscaled.count == 0) {
		d.scale = (int32_t)scale;
		return d;
	}
	if (scale < 0)
		d = nd_decimal_strip(c->arena, d);
	return d.scale < scale ? nd_decimal_rescale(c->arena, d, (int32_t)scale, ND_ROUND_DOWN) : d;
}

static struct nd_decimal remainder_of(const struct nd_call *c, struct nd_decimal x,
				      struct nd_decimal y)
{
	struct nd_decimal times = whole_quotient(c, x, y);
	struct nd_decimal all = nd_decimal_multiply(c->arena, times, y);

	all.unscaled = nd_big_negate(all.unscaled);
	return nd_decimal_add(c->arena, x, all);
}

static bool on_decimals(const struct nd_call *c, struct nd_decimal x, struct nd_decimal y,
			struct nd_value *out)
{
	bool whole = c->function->result->kind == CQL_KIND_VARINT;
	struct nd_decimal d;

	switch (c->function->op) {
	case '-':
		y.unscaled = nd_big_negate(y.unscaled);
		/* fall through */
	case '+':
		d = nd_decimal_add(c->arena, x, y);
		break;
	case '*':
		d = nd_decimal_multiply(c->arena, x, y);
		break;
	default:
		if (y.unscaled.count == 0)
			return failed(c, whole || c->function->op == '/'
						 ? "BigInteger divide by zero"
					 : x.unscaled.count == 0 ? "Division undefined"
								 : "Division by zero");
		d = c->function->op == '%' ? remainder_of(c, x, y)
		    : whole                ? nd_decimal_divide(c->arena, x, y, 0, ND_ROUND_DOWN)
					   : quotient(c, x, y);
		break;
	}
	return nd_number_write_decimal(c, c->function->result->kind, d, out);
}

static bool is_finite(const struct nd_number *n)
{
	return n->form != ND_NUMBER_REAL || isfinite(n->real);
}

/* Cassandra makes a decimal of an integer by way of a double. */
static bool operand(const struct nd_call *c, struct nd_number n, struct nd_decimal *out)
{
	if (n.form == ND_NUMBER_INTEGER && c->function->result->kind == CQL_KIND_DECIMAL)
		n = nd_number_of_real((double)n.integer);
	return nd_number_decimal(c, &n, out);
}

static bool operate(const struct nd_call *c, struct nd_value *out)
{
	enum cql_kind kind = c->function->result->kind;
	struct nd_number x, y;
	struct nd_decimal left, right;

	if (is_nothing(c, 0) || is_nothing(c, 1))
		return true;
	if (!nd_number_read(c, kind_of(c, 0), c->arguments[0], &x) ||
	    !nd_number_read(c, kind_of(c, 1), c->arguments[1], &y))
		return false;
	if (kind == CQL_KIND_FLOAT || kind == CQL_KIND_DOUBLE)
		return on_reals(c, nd_number_real(&x), nd_number_real(&y), out);
	if (kind != CQL_KIND_DECIMAL && kind != CQL_KIND_VARINT)
		return on_integers(c, nd_number_integer(&x), nd_number_integer(&y), out);
	if (!is_finite(&x) || !is_finite(&y))
		return failed(c, isnan(is_finite(&x) ? y.real : x.real)
					 ? "A NaN cannot be converted into a decimal"
					 : "An infinite number cannot be converted into a decimal");
	return operand(c, x, &left) && operand(c, y, &right) && on_decimals(c, left, right, out);
}

/* A time, and a duration that is added to it or taken away. */
static bool move_time(const struct nd_call *c, struct nd_value *out)
{
	bool is_date = kind_of(c, 0) == CQL_KIND_DATE;
	int sign = c->function->op == '-' ? -1 : 1;
	cql_value v;

	if (is_nothing(c, 0) || is_nothing(c, 1))
		return true;
	if (!cd_value_decode(cd_type_native(CQL_KIND_DURATION),
			     (struct cd_span){ c->arguments[1].data, c->arguments[1].len }, &v,
			     NULL))
		return nd_refuse(c->problem, ND_INVALID, "Not a duration");
	cql_duration d = v.as.duration;
	if (is_date && d.nanoseconds != 0) {
		char text[64], why[128];
		cql_duration_format(d, text, sizeof text);
		snprintf(why, sizeof why, "The duration must have a day precision. Was: %s", text);
		return failed(c, why);
	}
	return nd_time_move(c, sign, d, out);
}

/* Texts, one behind the other; one without letters is a text too. */
static bool concatenate(const struct nd_call *c, struct nd_value *out)
{
	struct nd_value x = c->arguments[0], y = c->arguments[1];
	uint8_t *bytes;

	if (x.presence != ND_VALUE || y.presence != ND_VALUE)
		return true;
	if (!(bytes = cd_arena_take(c->arena, x.len + y.len + 1)))
		return nd_no_memory(c->problem);
	if (x.len)
		memcpy(bytes, x.data, x.len);
	if (y.len)
		memcpy(bytes + x.len, y.data, y.len);
	*out = (struct nd_value){ ND_VALUE, bytes, x.len + y.len };
	return true;
}

static bool add_concatenations(struct nd_candidates *c, const char *name)
{
	static const enum cql_kind texts[][2] = {
		{ CQL_KIND_TEXT, CQL_KIND_TEXT },
		{ CQL_KIND_ASCII, CQL_KIND_ASCII },
		{ CQL_KIND_ASCII, CQL_KIND_TEXT },
		{ CQL_KIND_TEXT, CQL_KIND_ASCII },
	};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct nd_function *f = nd_candidates_add_native(
			c, name, i == 1 ? CQL_KIND_ASCII : CQL_KIND_TEXT, 2, texts[i], concatenate);
		if (!f)
			return false;
		f->style = ND_STYLE_BINARY;
		f->op = '+';
	}
	return true;
}

/* The larger of two sizes, real when one is; what has no size is largest. */
static enum cql_kind promoted(enum cql_kind x, enum cql_kind y)
{
	static const struct {
		enum cql_kind kind;
		unsigned size;
		bool real;
	} sizes[] = {
		{ CQL_KIND_TINYINT, 1, false }, { CQL_KIND_SMALLINT, 2, false },
		{ CQL_KIND_INT, 4, false },     { CQL_KIND_BIGINT, 8, false },
		{ CQL_KIND_FLOAT, 4, true },    { CQL_KIND_DOUBLE, 8, true },
		{ CQL_KIND_DECIMAL, 99, true }, { CQL_KIND_VARINT, 99, false },
		{ CQL_KIND_COUNTER, 8, false },
	};
	unsigned size = 0;
	bool real = false;

	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
		if (sizes[i].kind == x || sizes[i].kind == y) {
			real |= sizes[i].real;
			size = sizes[i].size > size ? sizes[i].size : size;
		}
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
		if (sizes[i].size == size && sizes[i].real == real)
			return sizes[i].kind;
	return CQL_KIND_DOUBLE;
}

static bool add_operator(struct nd_candidates *c, const char *name, char op)
{
	static const enum cql_kind times[] = { CQL_KIND_TIMESTAMP, CQL_KIND_DATE };
	struct nd_function *f;

	for (size_t i = 0; i < (size_t)ND_NUMBER_KINDS * ND_NUMBER_KINDS; i++) {
		const enum cql_kind both[] = { nd_number_kinds[i / ND_NUMBER_KINDS],
					       nd_number_kinds[i % ND_NUMBER_KINDS] };
		f = nd_candidates_add_native(c, name, promoted(both[0], both[1]), 2, both, operate);
		if (!f)
			return false;
		f->style = ND_STYLE_BINARY;
		f->op = op;
	}
	for (size_t i = 0; i < 2 && (op == '+' || op == '-'); i++) {
		const enum cql_kind both[] = { times[i], CQL_KIND_DURATION };
		if (!(f = nd_candidates_add_native(c, name, times[i], 2, both, move_time)))
			return false;
		f->style = ND_STYLE_BINARY;
		f->op = op;
	}
	return op != '+' || add_concatenations(c, name);
}

bool nd_function_operators(struct nd_candidates *c)
{
	static const struct {
		const char *name;
		char op;
	} rows[] = { { "_add", '+' },
		     { "_substract", '-' },
		     { "_multiply", '*' },
		     { "_divide", '/' },
		     { "_modulo", '%' } };

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (strcmp(rows[i].name, c->name) == 0)
			return add_operator(c, rows[i].name, rows[i].op);
	return true;
}
