/* SPDX-License-Identifier: MIT */
/* Values of native types from texts, as Cassandra reads them (AbstractType.fromString). */
#ifndef NODE_NATIVE_TEXT_H
#define NODE_NATIVE_TEXT_H

#include "node/server/request.h"

/* Reads a text, NUL-terminated and `len` bytes long, as a value of a type that is no collection,
 * user type or vector. Refused: "Unable to make int from 'abc'". */
bool nd_native_read(const cql_type *type, const char *text, size_t len, struct cd_arena *a,
		    struct nd_value *out, struct nd_problem *p);
/* The bytes of a value; false: it does not fit, or `p` knows that there is no memory. */
bool nd_native_encode(const cql_type *type, const cql_value *v, struct cd_arena *a,
		      struct nd_value *out, struct nd_problem *p);

/* ---- native_time.c ---------------------------------------------------------------------------- */

/* False: not of that form. */
bool nd_read_timestamp(const char *text, size_t len, cql_timestamp *out);
bool nd_read_date(const char *text, size_t len, cql_date *out);
bool nd_read_time(const char *text, size_t len, cql_time *out);
/* Days from 1970-01-01 to a day of the calendar, which need not be valid; and back. */
int64_t nd_days_of(int64_t year, int64_t month, int64_t day);
void nd_day_of(int64_t days, int64_t *year, unsigned *month, unsigned *day);

/* ---- native_duration.c ------------------------------------------------------------------------ */

/* Refused: "Unable to convert '...' to a duration", "Invalid duration. ...". */
bool nd_read_duration(const char *text, cql_duration *out, struct nd_problem *p);

#endif
