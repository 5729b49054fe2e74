/* SPDX-License-Identifier: MIT */
/* The bodies of responses (v4 section 4.2) except RESULT: read as a client, written as a server does. */
#ifndef PROTO_RESPONSE_H
#define PROTO_RESPONSE_H

#include <coodie/value.h>

#include "proto/frame.h"
#include "proto/notation.h"

/* What stands before a response's message, by its header's flags: trace id, warnings, custom payload, in this order. */
struct cd_prefix {
	bool has_tracing_id;
	cql_uuid tracing_id;
	struct cd_span warnings; /* a [string list] from its first string on */
	uint16_t warning_count;
	struct cd_span payload; /* a [bytes map] from its first key on */
	uint16_t payload_count;
};

/* Reads the prefix and leaves `r` at the message. */
bool cd_read_prefix(struct cd_reader *r, uint8_t flags, struct cd_prefix *out, coodie_error *err);

/* ERROR: fills `out` with code, details and the server's message ("... [0x2200 invalid]"). `*unprepared_id` for 0x2500.
 * False (with `err`) only when the body is broken; unknown codes are fine. */
bool cd_read_error(struct cd_reader *r, unsigned version, coodie_error *out,
		   struct cd_span *unprepared_id, coodie_error *err);

/* SUPPORTED: copies into the arena. */
struct cd_supported {
	struct cd_option {
		const char *key;
		const char **values; /* NULL behind the last */
		uint16_t value_count;
	} * at;
	uint16_t count;
};
bool cd_read_supported(struct cd_reader *r, struct cd_arena *a, struct cd_supported *out,
		       coodie_error *err);
/* The i-th value of a key; NULL when there is none. */
const char *cd_supported_value(const struct cd_supported *s, const char *key, size_t i);
/* Whether a value is in the list of a key, in any case. */
bool cd_supported_has(const struct cd_supported *s, const char *key, const char *value);

/* AUTHENTICATE: the authenticator's class name, borrowed. */
bool cd_read_authenticate(struct cd_reader *r, struct cd_span *class_name, coodie_error *err);

/* SCHEMA_CHANGE, of an EVENT or of a RESULT; borrowed. */
struct cd_schema_change {
	struct cd_span change, target, keyspace, name;
};
bool cd_read_schema_change(struct cd_reader *r, struct cd_schema_change *out, coodie_error *err);

#endif
