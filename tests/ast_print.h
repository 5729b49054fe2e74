/* SPDX-License-Identifier: MIT */
/* A statement's tree as a line of text. */
#ifndef TESTS_AST_PRINT_H
#define TESTS_AST_PRINT_H

#include "base/buffer.h"
#include "node/cql/ast.h"

/* Appends all of the tree, and a NUL. */
void nd_ast_print(struct cd_buffer *out, const struct nd_statement *s);

#endif
