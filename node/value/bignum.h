/* SPDX-License-Identifier: MIT */
/* Integers of any size, and decimals made of them. Numbers are immutable; their words live in the
 * arena they were made in. */
#ifndef NODE_BIGNUM_H
#define NODE_BIGNUM_H

#include <coodie/value.h>

#include "base/arena.h"

/* The largest: the work of a multiplication grows with the square of the length. */
enum { ND_BIG_WORDS = 2048 };

struct nd_big {
	bool minus;
	bool failed;           /* too large, or out of memory: so is all that is made of it */
	uint32_t count;        /* words; the last is not 0, and zero has none */
	const uint32_t *words; /* the least first */
};

struct nd_big nd_big_of(struct cd_arena *a, int64_t n);
/* Two's complement. */
struct nd_big nd_big_read(struct cd_arena *a, const uint8_t *data, size_t len);
/* The shortest form; `len` 0: failed. */
cql_varint nd_big_write(struct cd_arena *a, struct nd_big n);
struct nd_big nd_big_add(struct cd_arena *a, struct nd_big x, struct nd_big y);
struct nd_big nd_big_negate(struct nd_big n);
struct nd_big nd_big_multiply(struct cd_arena *a, struct nd_big x, struct nd_big y);
/* Towards zero, as Java divides; `rest` has the sign of x. y is not 0. */
struct nd_big nd_big_divide(struct cd_arena *a, struct nd_big x, struct nd_big y,
			    struct nd_big *rest);
/* The order of their sizes, whatever their signs. */
int nd_big_compare_size(struct nd_big x, struct nd_big y);
struct nd_big nd_big_power_of_ten(struct cd_arena *a, uint32_t exponent);
/* How many decimal digits: 1 for zero. */
uint32_t nd_big_digits(struct cd_arena *a, struct nd_big n);
/* The low 64 bits, as two's complement. */
int64_t nd_big_low(struct nd_big n);
double nd_big_real(struct nd_big n);

/* unscaled x 10^-scale */
struct nd_decimal {
	struct nd_big unscaled;
	int32_t scale;
};

/* How a quotient that is between two numbers becomes one of them. */
enum nd_rounding { ND_ROUND_DOWN, ND_ROUND_HALF_UP, ND_ROUND_HALF_EVEN };

struct nd_decimal nd_decimal_add(struct cd_arena *a, struct nd_decimal x, struct nd_decimal y);
struct nd_decimal nd_decimal_multiply(struct cd_arena *a, struct nd_decimal x, struct nd_decimal y);
struct nd_decimal nd_decimal_divide(struct cd_arena *a, struct nd_decimal x, struct nd_decimal y,
				    int32_t scale, enum nd_rounding rounding);
/* Without zeros at the end. */
struct nd_decimal nd_decimal_strip(struct cd_arena *a, struct nd_decimal d);
struct nd_decimal nd_decimal_rescale(struct cd_arena *a, struct nd_decimal d, int32_t scale,
				     enum nd_rounding rounding);

#endif
