/* SPDX-License-Identifier: MIT */
/* Stored values as terms of CQL that make the very same bytes again. */
#ifndef NODE_DUMP_LITERAL_H
#define NODE_DUMP_LITERAL_H

#include "base/buffer.h"
#include "base/reader.h"
#include "proto/type.h"

/* Appends the term of a value; `cell.at` NULL: null. False: the bytes are not a value of the type. */
bool nd_dump_literal(struct cd_buffer *out, const cql_type *type, struct cd_span cell);

#endif
