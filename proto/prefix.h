/* SPDX-License-Identifier: MIT */
/* What stands before a message, by its header's flags: trace id, warnings, custom payload, in this
 * order (v4 section 2.2, v5 section 2.1.2). */
#ifndef PROTO_PREFIX_H
#define PROTO_PREFIX_H

#include <coodie/value.h>

#include "proto/frame.h"
#include "proto/notation.h"

/* Spans are borrowed. Whether warnings and a payload are there is said by `at`, not by their
 * number. */
struct cd_prefix {
	bool has_tracing_id;
	cql_uuid tracing_id;
	struct cd_span warnings; /* a [string list] from its first string on; at NULL: none */
	uint16_t warning_count;
	struct cd_span payload; /* a [bytes map] from its first key on; at NULL: none */
	uint16_t payload_count;
};

/* Reads the prefix of a response and leaves `r` at the message. */
bool cd_read_prefix(struct cd_reader *r, uint8_t flags, struct cd_prefix *out, coodie_error *err);
/* A request has a custom payload at most: its tracing flag adds no bytes. */
bool cd_read_request_prefix(struct cd_reader *r, uint8_t flags, struct cd_prefix *out,
			    coodie_error *err);

/* The value of a payload's key; at NULL when it is null or not there. */
struct cd_span cd_prefix_payload(const struct cd_prefix *p, const char *key);

/* The flags a header must have for this prefix. */
uint8_t cd_prefix_flags(const struct cd_prefix *p);
void cd_write_prefix(struct cd_buffer *b, const struct cd_prefix *p);

#endif
