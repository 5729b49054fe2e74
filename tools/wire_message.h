/* SPDX-License-Identifier: MIT */
/* Messages between cql_message and JSON in the field names of tests/vectors/README.md. */
#ifndef TOOLS_WIRE_MESSAGE_H
#define TOOLS_WIRE_MESSAGE_H

#include "tools/wire_memory.h"

/* A marker of a prepared statement, or a column of its rows. */
struct wire_column {
	char *name;
	cql_type *type;
};

struct wire_columns {
	struct wire_column *at;
	size_t count;
};

/* How a message is shown. Zeroed but for `memory`: exactly as the vectors have it. */
struct wire_view {
	struct wire_memory *memory;
	const struct wire_columns *markers; /* of a statement; NULL: not known */
	const struct wire_columns *columns; /* of Rows that have no metadata of their own */
	/* The markers of a prepared id; NULL: nobody knows any. */
	const struct wire_columns *(*find)(void *user, cql_blob id);
	void *user;
	int32_t rate_limit_error; /* its code; 0: not agreed */
	bool has_tablets;         /* EXECUTE has its block */
	bool is_request;
	bool decode;   /* values beside their bytes */
	bool readable; /* values, columns and rows as texts for people, instead of the bytes */
	bool conceal;  /* the token of AUTH_RESPONSE */
	size_t work;   /* done for values so far: see wire_cell.c */
};

/* The fields of the body. */
struct json *wire_body_json(struct wire_view *view, const cql_message *message);
/* All: version, direction, opcode, stream, flags, what precedes the body, the body. */
struct json *wire_message_json(struct wire_view *view, const cql_message *message);
/* The other way. What `message` points to lives in the memory. */
bool wire_message_read(struct wire_memory *m, const struct json *vector, cql_message *message,
		       coodie_error *err);

/* ---- the parts ------------------------------------------------------------------------------ */

void wire_result_json(struct wire_view *view, const cql_result *result, struct json *body);
bool wire_result_read(struct wire_memory *m, const struct json *body, cql_result *result,
		      coodie_error *err);
void wire_schema_json(struct pool *pool, const cql_schema_change *change, struct json *body);
bool wire_schema_read(struct wire_memory *m, const struct json *body, cql_schema_change *change,
		      coodie_error *err);

/* Bound values: their bytes, and what they mean where that is known and wanted. */
void wire_values_json(struct wire_view *view, const cql_bound *values, size_t count,
		      struct json *object);
/* The rows of a result. */
void wire_rows_json(struct wire_view *view, const cql_result *result, struct json *object);

#endif
