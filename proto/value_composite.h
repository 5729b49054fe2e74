/* SPDX-License-Identifier: MIT */
/* Collections, tuples, user types and vectors, for the tables of value_encode.c and
 * value_decode.c. */
#ifndef PROTO_VALUE_COMPOSITE_H
#define PROTO_VALUE_COMPOSITE_H

#include "proto/value.h"

bool cd_encode_collection(struct cd_buffer *out, const cql_type *type, const cql_value *v,
			  coodie_error *err);
/* Of a UDT too: the same on the wire. */
bool cd_encode_tuple(struct cd_buffer *out, const cql_type *type, const cql_value *v,
		     coodie_error *err);
bool cd_encode_vector(struct cd_buffer *out, const cql_type *type, const cql_value *v,
		      coodie_error *err);

/* Elements of fixed size have no length in front, the others an unsigned vint (as servers do; v5
 * section 6.24 says [int]): takes the place of the four bytes at `start`. */
bool cd_close_element(struct cd_buffer *out, int32_t fixed_size, size_t start, coodie_error *err);

/* Look at lengths and counts of the outermost level, not at the items. */
bool cd_decode_collection(const cql_type *type, struct cd_span cell, cql_value *out);
bool cd_decode_tuple(const cql_type *type, struct cd_span cell, cql_value *out);
bool cd_decode_vector(const cql_type *type, struct cd_span cell, cql_value *out);

/* Takes one item of a collection, tuple, UDT or vector off the reader. */
struct cd_span cd_read_item(struct cd_reader *r, const cql_type *type);

#endif
