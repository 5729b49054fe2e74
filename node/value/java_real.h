/* SPDX-License-Identifier: MIT */
/* The decimal digits of floats and doubles as Java makes them. */
#ifndef NODE_JAVA_REAL_H
#define NODE_JAVA_REAL_H

#include <stdbool.h>
#include <stddef.h>

struct nd_java_digits {
	char at[32]; /* no NUL behind them */
	size_t count;
	int exponent; /* of ten, for the first of them */
};

/* `d` is finite, and not below zero. Those of `single` are a float's.
 *
 * They are Java 17's, the newest that Cassandra 5.0 runs on: enough to read the number again, but not always
 * the fewest (2.14748365E9), nor the nearest of those (2.0E23 is 1.9999999999999998E23). */
void nd_java_digits(double d, bool single, struct nd_java_digits *out);

#endif
