/* SPDX-License-Identifier: MIT */
/* Numbers of every CQL type: what operators, sums and casts work with. */
#ifndef NODE_NUMBER_H
#define NODE_NUMBER_H

#include "node/function/function.h"
#include "node/value/bignum.h"

enum { ND_NUMBER_KINDS = 9 };
extern const enum cql_kind nd_number_kinds[ND_NUMBER_KINDS];

bool nd_number_is(enum cql_kind kind);

/* A number as it was stored. */
struct nd_number {
	enum { ND_NUMBER_INTEGER, ND_NUMBER_REAL, ND_NUMBER_DECIMAL } form;
	int64_t integer;
	double real;
	bool is_single;            /* a real that becomes a decimal as a float's text says it */
	struct nd_decimal decimal; /* a varint has scale 0 */
};

/* Reads a value of a type; false: refused. */
bool nd_number_read(const struct nd_call *c, enum cql_kind kind, struct nd_value v,
		    struct nd_number *out);
/* As Java's Number: longValue(), doubleValue(), and BigDecimal. */
int64_t nd_number_integer(const struct nd_number *n);
double nd_number_real(const struct nd_number *n);
/* False: NaN or infinite. */
bool nd_number_decimal(const struct nd_call *c, const struct nd_number *n, struct nd_decimal *out);

/* Writes a number as a value of a type: cut as Java's casts cut it. */
bool nd_number_write(const struct nd_call *c, enum cql_kind kind, const struct nd_number *n,
		     struct nd_value *out);
bool nd_number_write_decimal(const struct nd_call *c, enum cql_kind kind, struct nd_decimal d,
			     struct nd_value *out);
struct nd_number nd_number_of_integer(int64_t n);
struct nd_number nd_number_of_real(double d);

/* ---- number_sum.c ----------------------------------------------------------------------------- */

bool nd_number_add_up(const struct nd_call *c, enum cql_kind kind, struct nd_value v,
		      struct nd_fold *fold);
bool nd_number_sum(const struct nd_call *c, enum cql_kind kind, const struct nd_fold *fold,
		   struct nd_value *out);
bool nd_number_average(const struct nd_call *c, enum cql_kind kind, const struct nd_fold *fold,
		       struct nd_value *out);

#endif
