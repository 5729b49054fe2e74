/* SPDX-License-Identifier: MIT */
/* The order of numbers of any length. */
#ifndef NODE_COMPARE_DECIMAL_H
#define NODE_COMPARE_DECIMAL_H

#include <coodie/value.h>

/* Big-endian two's complement of at least one byte each. */
int nd_compare_varint(cql_blob a, cql_blob b);
/* a x 10^-scale_a with b x 10^-scale_b, by value: 1.0 and 1.00 are equal. Exact up to 2,000 digits,
 * and beyond when the scales are the same; longer ones of different scales that agree in their first
 * 2,000 digits (in 100 from 20,000 digits on) count as equal. */
int nd_compare_decimal(cql_blob a, int32_t scale_a, cql_blob b, int32_t scale_b);

#endif
