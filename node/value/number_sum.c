/* SPDX-License-Identifier: MIT */
/* Sums and averages, type by type as Cassandra has them. */
#include <math.h>

#include "node/value/number.h"

static void add_integer(struct nd_fold *fold, int64_t n)
{
	uint64_t low = fold->low + (uint64_t)n;

	fold->high += (n < 0 ? -1 : 0) + (low < fold->low);
	fold->low = low;
}

/* Behind the largest double an average goes on with a decimal, in `value`. */
static bool add_behind_double(const struct nd_call *c, double sum, double d, struct nd_fold *fold)
{
	struct nd_number left = nd_number_of_real(sum), right = nd_number_of_real(d);
	struct nd_decimal x, y;

	if (fold->value.data && !nd_number_read(c, CQL_KIND_DECIMAL, fold->value, &left))
		return false;
	return nd_number_decimal(c, &left, &x) && nd_number_decimal(c, &right, &y) &&
	       nd_number_write_decimal(c, CQL_KIND_DECIMAL, nd_decimal_add(c->arena, x, y),
				       &fold->value);
}

static bool is_average(const struct nd_call *c)
{
	size_t len = strlen(c->function->name);

	return len >= 3 && strcmp(c->function->name + len - 3, "avg") == 0;
}

static bool add_real(const struct nd_call *c, double d, struct nd_fold *fold)
{
	double before = fold->real, corrected = d - fold->lost, sum = before + corrected;

	if (fold->value.data || (is_average(c) && isinf(sum) && !isinf(d)))
		return add_behind_double(c, before, d, fold);
	fold->plain += d;
	fold->lost = (sum - before) - corrected;
	fold->real = sum;
	return true;
}

static bool is_big(enum cql_kind kind)
{
	return kind == CQL_KIND_DECIMAL || kind == CQL_KIND_VARINT;
}

/* What was summed up so far; zero at first. */
static bool read_sum(const struct nd_call *c, enum cql_kind kind, const struct nd_fold *fold,
		     struct nd_number *out)
{
	if (fold->value.data)
		return nd_number_read(c, kind, fold->value, out);
	*out = (struct nd_number){ .form = ND_NUMBER_DECIMAL };
	return true;
}

/* An average of decimals moves with each value, and keeps the digits it has. */
static struct nd_decimal move_average(const struct nd_call *c, struct nd_decimal average,
				      struct nd_decimal value, int64_t count)
{
	struct nd_decimal minus = { nd_big_negate(average.unscaled), average.scale };
	struct nd_decimal by = { nd_big_of(c->arena, count), 0 };
	struct nd_decimal change = nd_decimal_add(c->arena, value, minus);

	change = nd_decimal_divide(c->arena, change, by, change.scale, ND_ROUND_HALF_EVEN);
	return nd_decimal_add(c->arena, average, change);
}

static bool add_big(const struct nd_call *c, enum cql_kind kind, const struct nd_number *n,
		    struct nd_fold *fold)
{
	struct nd_number sum;
	struct nd_decimal d;

	if (!read_sum(c, kind, fold, &sum))
		return false;
	d = kind == CQL_KIND_DECIMAL && is_average(c)
		    ? move_average(c, sum.decimal, n->decimal, fold->count)
		    : nd_decimal_add(c->arena, sum.decimal, n->decimal);
	return nd_number_write_decimal(c, kind, d, &fold->value);
}

bool nd_number_add_up(const struct nd_call *c, enum cql_kind kind, struct nd_value v,
		      struct nd_fold *fold)
{
	struct nd_number n;

	if (!nd_number_read(c, kind, v, &n))
		return false;
	fold->count++;
	if (is_big(kind))
		return add_big(c, kind, &n, fold);
	if (n.form == ND_NUMBER_REAL)
		return add_real(c, n.real, fold);
	add_integer(fold, n.integer);
	return true;
}

/* What was lost has the other sign, and is added all the same, as in Cassandra. */
static double real_sum(const struct nd_fold *fold)
{
	double sum = fold->real + fold->lost;

	return isnan(sum) && isinf(fold->plain) ? fold->plain : sum;
}

static bool real_average(const struct nd_call *c, const struct nd_fold *fold, struct nd_number *out)
{
	struct nd_decimal by = { nd_big_of(c->arena, fold->count), 0 };

	if (!fold->value.data) {
		*out = nd_number_of_real(real_sum(fold) / (double)fold->count);
		return true;
	}
	if (!nd_number_read(c, CQL_KIND_DECIMAL, fold->value, out))
		return false;
	out->decimal = nd_decimal_divide(c->arena, out->decimal, by, out->decimal.scale,
					 ND_ROUND_HALF_EVEN);
	return true;
}

bool nd_number_sum(const struct nd_call *c, enum cql_kind kind, const struct nd_fold *fold,
		   struct nd_value *out)
{
	bool is_real = kind == CQL_KIND_FLOAT || kind == CQL_KIND_DOUBLE;
	struct nd_number n = is_real ? nd_number_of_real(real_sum(fold))
				     : nd_number_of_integer((int64_t)fold->low);

	if (is_big(kind) && !read_sum(c, kind, fold, &n))
		return false;
	return nd_number_write(c, kind, &n, out);
}

/* 128 bits by a count. */
static int64_t integer_average(const struct nd_call *c, const struct nd_fold *fold)
{
	struct nd_big sum, shift, rest;

	if (fold->high == ((int64_t)fold->low < 0 ? -1 : 0))
		return (int64_t)fold->low / fold->count;
	shift = nd_big_of(c->arena, INT64_C(1) << 32);
	sum = nd_big_multiply(c->arena, nd_big_of(c->arena, fold->high), shift);
	sum = nd_big_add(c->arena, sum, nd_big_of(c->arena, (int64_t)(fold->low >> 32)));
	sum = nd_big_multiply(c->arena, sum, shift);
	sum = nd_big_add(c->arena, sum, nd_big_of(c->arena, (int64_t)(fold->low & 0xFFFFFFFF)));
	return nd_big_low(nd_big_divide(c->arena, sum, nd_big_of(c->arena, fold->count), &rest));
}

bool nd_number_average(const struct nd_call *c, enum cql_kind kind, const struct nd_fold *fold,
		       struct nd_value *out)
{
	struct nd_number n = nd_number_of_integer(0);
	struct nd_big rest;

	if (is_big(kind)) {
		if (!read_sum(c, kind, fold, &n))
			return false;
		if (kind == CQL_KIND_VARINT && fold->count)
			n.decimal.unscaled = nd_big_divide(c->arena, n.decimal.unscaled,
							   nd_big_of(c->arena, fold->count), &rest);
	} else if (fold->count == 0) {
		;
	} else if (kind == CQL_KIND_FLOAT || kind == CQL_KIND_DOUBLE) {
		if (!real_average(c, fold, &n))
			return false;
	} else {
		n = nd_number_of_integer(integer_average(c, fold));
	}
	return nd_number_write(c, kind, &n, out);
}
