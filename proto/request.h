/* SPDX-License-Identifier: MIT */
/* The bodies of requests (v4 section 4.1), written into a buffer behind a header, and read as a
 * server does. */
#ifndef PROTO_REQUEST_H
#define PROTO_REQUEST_H

#include "proto/notation.h"
#include "proto/value.h"

struct cd_pair {
	const char *key, *value;
};

/* Everything a QUERY or EXECUTE can carry beside its statement (v4 section 4.1.4). */
struct cd_query_params {
	cql_consistency consistency;
	cql_consistency serial_consistency; /* UNSET: not sent */
	bool skip_metadata;
	bool named_values; /* a [string] stands before each value; without values nothing */
	int32_t page_rows; /* 0: not sent */
	struct cd_span paging_state; /* at NULL: none */
	bool has_timestamp;
	int64_t timestamp_us;
	const char *keyspace; /* v5; NULL: none */
	bool has_now;
	int32_t now_in_seconds; /* v5 */
};

void cd_write_startup(struct cd_buffer *b, const struct cd_pair *options, size_t count);
void cd_write_register(struct cd_buffer *b, const char *const *events, size_t count);
/* The SASL PLAIN token as a whole AUTH_RESPONSE: NUL user NUL password. */
void cd_write_auth_plain(struct cd_buffer *b, const char *user, const char *password);
void cd_write_prepare(struct cd_buffer *b, unsigned version, const char *cql, size_t len,
		      const char *keyspace);
void cd_write_query(struct cd_buffer *b, unsigned version, const char *cql, size_t len,
		    const struct cd_query_params *p);
/* QUERY with values, in three steps as EXECUTE below. */
void cd_write_query_begin(struct cd_buffer *b, unsigned version, const char *cql, size_t len,
			  const struct cd_query_params *p, uint16_t count);
/* EXECUTE in three steps, so that values are written where they go: begin, then `count` values by
 * cd_value_encode(), then end. `metadata_id` is v5's; {NULL, 0} writes an empty one. Without values
 * end follows begin. */
void cd_write_execute_begin(struct cd_buffer *b, unsigned version, struct cd_span id,
			    struct cd_span metadata_id, const struct cd_query_params *p,
			    uint16_t count);
void cd_write_params_end(struct cd_buffer *b, unsigned version, const struct cd_query_params *p);

/* ---- as a server reads them ----------------------------------------------------------------- */

struct cd_bound {
	struct cd_span name;  /* at NULL: not named */
	struct cd_span value; /* at NULL: null, or unset */
	bool unset;
};

/* A statement with its parameters; all borrowed from the body, `values` from the arena. */
struct cd_statement {
	struct cd_span cql;             /* of QUERY and PREPARE */
	struct cd_span id, metadata_id; /* of EXECUTE */
	struct cd_span keyspace;
	struct cd_query_params params; /* its keyspace is NULL: see above */
	struct cd_bound *values;
	uint16_t value_count;
};

bool cd_read_query(struct cd_span body, unsigned version, struct cd_arena *a,
		   struct cd_statement *out, coodie_error *err);
bool cd_read_prepare(struct cd_span body, unsigned version, struct cd_statement *out,
		     coodie_error *err);
bool cd_read_execute(struct cd_span body, unsigned version, struct cd_arena *a,
		     struct cd_statement *out, coodie_error *err);
/* Copies of STARTUP's options; `*count` of them. NULL with err. */
struct cd_pair *cd_read_startup(struct cd_span body, struct cd_arena *a, size_t *count,
				coodie_error *err);
/* REGISTER's event types. */
const char **cd_read_register(struct cd_span body, struct cd_arena *a, size_t *count,
			      coodie_error *err);

#endif
