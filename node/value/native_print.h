/* SPDX-License-Identifier: MIT */
/* Values of native types as texts: CAST AS text, to_json(). */
#ifndef NODE_NATIVE_PRINT_H
#define NODE_NATIVE_PRINT_H

#include "node/server/request.h"

struct cd_print;

/* Cassandra writes some types differently where it makes JSON. */
enum nd_print_form { ND_PRINT_CAST, ND_PRINT_JSON };

/* The text lives in the arena, NUL-terminated. An empty value is an empty text. */
bool nd_native_print(const cql_type *type, struct nd_value value, enum nd_print_form form,
		     struct cd_arena *a, cql_text *out, struct nd_problem *p);

/* As Java's Double.toString() and Float.toString(). */
void nd_print_java_real(struct cd_print *p, double d, bool single);

#endif
