/* SPDX-License-Identifier: MIT */
/* CQL text to trees (Cassandra's grammar, 5.0). */
#ifndef NODE_PARSER_H
#define NODE_PARSER_H

#include "node/cql/ast.h"
#include "node/cql/problem.h"

/* The most nesting of terms and types, and the longest statement in bytes. */
enum { ND_PARSER_DEPTH = 64, ND_PARSER_MAX = 16 * 1024 * 1024 };

/* Parses one statement, with or without its semicolon. NULL: `problem` says what Cassandra would:
 * SYNTAX_ERROR with "line 1:7 ...", or INVALID where its parser already checks more. The text need
 * not be terminated and is not kept. */
struct nd_statement *nd_parse(struct cd_arena *a, const char *text, size_t len,
			      struct nd_problem *problem);

#endif
