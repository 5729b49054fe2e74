/* SPDX-License-Identifier: MIT */
/* The bodies of responses (v4 section 4.2) except RESULT: read as a client, written as a server
 * does. */
#ifndef PROTO_RESPONSE_H
#define PROTO_RESPONSE_H

#include "proto/error_body.h"
#include "proto/event.h"
#include "proto/prefix.h"

struct cd_option {
	const char *key;
	const char **values; /* NULL behind the last */
	uint16_t value_count;
};

/* SUPPORTED: copies into the arena. */
struct cd_supported {
	struct cd_option *at;
	uint16_t count;
};

bool cd_read_supported(struct cd_reader *r, struct cd_arena *a, struct cd_supported *out,
		       coodie_error *err);
/* The i-th value of a key; NULL when there is none. */
const char *cd_supported_value(const struct cd_supported *s, const char *key, size_t i);
/* Whether a value is in the list of a key, in any case. */
bool cd_supported_has(const struct cd_supported *s, const char *key, const char *value);

void cd_write_supported(struct cd_buffer *b, const struct cd_supported *s);

/* AUTHENTICATE: the authenticator's class name, borrowed. */
bool cd_read_authenticate(struct cd_reader *r, struct cd_span *class_name, coodie_error *err);
void cd_write_authenticate(struct cd_buffer *b, const char *class_name);

/* AUTH_CHALLENGE, AUTH_SUCCESS and AUTH_RESPONSE are one [bytes]; at NULL: null. READY has no body.
 */
bool cd_read_auth_token(struct cd_span body, struct cd_span *token, coodie_error *err);
void cd_write_auth_token(struct cd_buffer *b, struct cd_span token);

#endif
