/* SPDX-License-Identifier: MIT */
/* What tests/model_torture is made of: kinds of members, CQL types, which fits which, and samples
 * of each pair that fits. */
#ifndef TESTS_TORTURE_H
#define TESTS_TORTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <coodie.h>

enum { FIRST, SECOND, EMPTY, SAMPLES };

/* ---- user types ---------------------------------------------------------------------------- */

/* A plain scalar cannot say null: such a struct, in place, is always set. */
typedef struct spot {
	int32_t n;
	const char *t;
} spot;

/* All of it can: such a struct, in place, is not set when it is zero. */
typedef struct nest {
	spot *at;
	cql_list spots;
	cql_tuple pair;
	const char *code;
} nest;

extern const coodie_udt torture_spot, torture_nest;

/* ---- kinds of members ---------------------------------------------------------------------- */

union member {
#define X(name, type, text) \
	type name; \
	type *name##_p;
#include <coodie/members.def>
#undef X
#define X(name, type, text) type name;
#include <coodie/views.def>
#undef X
	const char *STR;
	char CHARS[8];
	float FLOATS[3];
	spot SPOT, *SPOT_p;
	nest NEST, *NEST_p;
};

struct kind {
	const char *name; /* of the .def files */
	const char *text; /* as messages have it */
	uint32_t member, size;
	const coodie_udt *udt; /* of a struct */
	bool pointer;          /* to a scalar or a struct */
	bool nullable;         /* can say null */
	bool filled;
	cql_value (*value)(const void *at); /* what a member says; null where it points nowhere */
	union member samples[SAMPLES];
};

/* ---- types --------------------------------------------------------------------------------- */

struct type {
	enum cql_kind kind;
	const char *cql;
	const char *shown; /* in messages, where that differs: what is inside needs no frozen there */
	const char *items; /* what is inside, where the kind's own samples do not fit */
	const coodie_udt *udt, *key_udt;
	bool multicell;
	bool only_checked; /* no server has it by itself */
};

/* The tables; the `fill`s make the samples, once. */
const struct kind *torture_kinds(int *count);
const struct type *torture_types(int *count);
void torture_fill_kinds(void);
void torture_fill_types(void);

bool torture_fits(const struct kind *k, const struct type *t);
/* "list" alone is no type; "list<int>" is beside it in the table. */
bool torture_is_bare(const struct type *t);
/* A member's bytes, of the kind's size; NULL: there are none. */
const void *torture_sample(const struct kind *k, const struct type *t, int which);

#endif
