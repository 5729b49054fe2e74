/* SPDX-License-Identifier: MIT */
/* Why a statement is refused: an ERROR message being made. */
#ifndef NODE_PROBLEM_H
#define NODE_PROBLEM_H

#include <coodie/message.h>

#include "base/arena.h"

/* The codes of ERROR (proto/server_error.def), for code that reads like the specification. */
enum nd_code {
#define X(name, code, text, body) ND_##name = (code),
#include "proto/server_error.def"
#undef X
};

/* The first reason stays: what fails later because something failed before is not told. */
struct nd_problem {
	struct cd_arena *arena; /* holds the message */
	bool happened;
	cql_error_message error; /* as it will be sent; of what has not happened, nothing */
};

void nd_problem_init(struct nd_problem *p, struct cd_arena *arena);
/* Fills code and message; the caller may fill in further fields of p->error. Returns false. */
bool nd_refuse(struct nd_problem *p, int32_t code, const char *format, ...) COODIE_PRINTF(3, 4);
/* Formats into an arena; NULL: out of memory, which `p` knows. */
const char *nd_text(struct nd_problem *p, struct cd_arena *a, const char *format, ...)
	COODIE_PRINTF(3, 4);
/* Moves all texts of the error to another arena: what they were made in is about to go. */
void nd_problem_keep(struct nd_problem *p, struct cd_arena *arena);
/* SERVER_ERROR: out of memory. Returns false. */
bool nd_no_memory(struct nd_problem *p);

#endif
