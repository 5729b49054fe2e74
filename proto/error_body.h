/* SPDX-License-Identifier: MIT */
/* ERROR: its code, its message, and what each code adds (v4 section 9, v5 section 8). */
#ifndef PROTO_ERROR_BODY_H
#define PROTO_ERROR_BODY_H

#include "proto/notation.h"

/* Codes by name: CD_SERVER_UNPREPARED. */
enum cd_server_error {
#define X(name, code, text, body) CD_SERVER_##name = (code),
#include "proto/server_error.def"
#undef X
};

/* A whole ERROR. The code decides which fields it has; the others are zero. Spans are borrowed. */
struct cd_error_body {
	int32_t code;
	struct cd_span message;
	cql_consistency consistency;
	int32_t required, received, block_for; /* Unavailable's `alive` is in received */
	int32_t failures;
	struct cd_span reasons; /* v5: an [inetaddr] and a [short] for each failure */
	bool data_present;
	struct cd_span write_type;
	uint16_t contentions;     /* v5, of write type CAS */
	struct cd_span keyspace;  /* of a function, or of what exists already */
	struct cd_span name;      /* of a function or table */
	struct cd_span arguments; /* a [string list] from its first string on */
	uint16_t argument_count;
	struct cd_span id; /* of the statement that is not prepared */
};

/* Codes that are not in the table have no more than a message. */
bool cd_read_error_body(struct cd_reader *r, unsigned version, struct cd_error_body *out,
			coodie_error *err);
void cd_write_error_body(struct cd_buffer *b, unsigned version, const struct cd_error_body *e);

/* The same for those who hand it on: fills `out` with code, details and the server's message
 * ("[0x2200 invalid] ..."). `*unprepared_id` (may be NULL) for 0x2500. False, with `err`, only when
 * the body is broken; unknown codes are fine. */
bool cd_read_error(struct cd_reader *r, unsigned version, coodie_error *out,
		   struct cd_span *unprepared_id, coodie_error *err);

#endif
