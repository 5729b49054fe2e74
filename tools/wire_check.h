/* SPDX-License-Identifier: MIT */
/* Golden vectors: what the checks of the kinds have in common. */
#ifndef TOOLS_WIRE_CHECK_H
#define TOOLS_WIRE_CHECK_H

#include "tools/wire_memory.h"

/* One vector under check. */
struct check {
	const char *file;
	size_t index; /* from 0 */
	struct json *vector;
	struct wire_memory memory;
	bool failed;
};

typedef void check_fn(struct check *c);

/* Reports the vector's first failure; returns false. */
bool check_fail(struct check *c, const char *format, ...) COODIE_PRINTF(2, 3);
bool check_error(struct check *c, const char *what, const coodie_error *err);
/* Each reports a difference, with what was wanted and what was got. */
bool check_bytes(struct check *c, const char *what, cql_blob wanted, cql_blob got);
bool check_number(struct check *c, const char *what, int64_t wanted, int64_t got);
bool check_text(struct check *c, const char *what, const char *wanted, const char *got);
bool check_json(struct check *c, const char *what, const struct json *wanted,
		const struct json *got);

/* Fields that the vector must have; each reports where it has not. */
bool check_get_hex(struct check *c, const char *key, cql_blob *out);
bool check_get_text(struct check *c, const char *key, const char **out);
bool check_get_number(struct check *c, const char *key, int64_t *out);
bool check_hex(struct check *c, const char *what, const struct json *j, cql_blob *out);
/* `compression`: null, lz4 or snappy. */
bool check_get_compression(struct check *c, enum cql_compression *out);

/* The envelope at the front of `bytes`, which must end there. Freed with the inbox. */
cql_inbox *check_inbox(struct check *c, enum cql_role role, unsigned version,
		       enum cql_compression compression, const cql_terms *terms);
/* The bytes of an envelope without compression. */
cql_blob check_envelope_bytes(struct check *c, const cql_envelope *e, enum cql_role reader);
/* Who reads what begins with this version byte. */
enum cql_role check_reader(cql_blob envelope);
/* Types and addresses of a wanted body in the one way in which we print them. */
bool check_normalise(struct check *c, struct json *j);

check_fn check_value, check_value_decode, check_value_reject, check_type_option, check_notation,
	check_token, check_shard, check_shard_port, check_frame, check_frame_compressed,
	check_frame_tolerated, check_frame_malformed, check_segment, check_segment_large,
	check_segment_corrupt, check_segment_stream, check_capture;

#endif
