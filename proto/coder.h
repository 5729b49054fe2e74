/* SPDX-License-Identifier: MIT */
/* Reading and writing a message's fields. A coder that failed stays failed, and keeps the first
 * reason: a message is straight lines, with one check at its end. */
#ifndef PROTO_CODER_H
#define PROTO_CODER_H

#include <coodie/message.h>

#include "proto/notation.h"

struct cd_decoder {
	struct cd_reader r;
	struct cd_arena *arena; /* of lists and types */
	const cql_terms *terms; /* no zeros among its limits */
	unsigned version;
	const char *what;  /* the message's name */
	const char *field; /* where it failed; NULL: not yet */
	bool told;         /* `err` says why */
	coodie_error *err;
};

struct cd_encoder {
	struct cd_buffer *b;
	const cql_terms *terms;
	unsigned version;
	const char *what;
	bool told;
	coodie_error *err;
};

static inline cql_text cd_text_of(struct cd_span s)
{
	return (cql_text){ (const char *)s.at, s.len };
}

static inline cql_blob cd_blob_of(struct cd_span s)
{
	return (cql_blob){ s.at, s.len };
}

static inline bool cd_text_is_word(cql_text t, const char *word)
{
	return t.len == strlen(word) && memcmp(t.data, word, t.len) == 0;
}

/* ---- reading -------------------------------------------------------------------------------- */

/* Fails for a reason of its own; the message's name is put in front. */
void cd_decode_fail(struct cd_decoder *d, enum coodie_errc code, const char *format, ...)
	COODIE_PRINTF(3, 4);
/* Fails with what is in `err` already. */
void cd_decode_told(struct cd_decoder *d);
/* False, with `err` filled, when anything has failed. */
bool cd_decode_end(struct cd_decoder *d);

uint8_t cd_decode_u8(struct cd_decoder *d, const char *field);
uint16_t cd_decode_u16(struct cd_decoder *d, const char *field);
int32_t cd_decode_i32(struct cd_decoder *d, const char *field);
/* The wire value plus one; a code that is not known is kept. */
cql_consistency cd_decode_level(struct cd_decoder *d, const char *field);
cql_text cd_decode_text(struct cd_decoder *d, const char *field);      /* [string] */
cql_text cd_decode_long_text(struct cd_decoder *d, const char *field); /* [long string] */
cql_blob cd_decode_bytes(struct cd_decoder *d, const char *field);
cql_blob cd_decode_short_bytes(struct cd_decoder *d, const char *field);
cql_inet cd_decode_inetaddr(struct cd_decoder *d, const char *field);
/* Zeroed room for a list of `count` items, each of which takes `least` bytes on the wire. NULL:
 * failed, or there are none. */
void *cd_decode_list(struct cd_decoder *d, uint32_t count, size_t least, size_t size,
		     const char *field);
cql_texts cd_decode_texts(struct cd_decoder *d, const char *field); /* [string list] */

/* ---- writing -------------------------------------------------------------------------------- */

/* Refuses what cannot be sent: COODIE_ERR_INVALID. */
void cd_refuse(struct cd_encoder *w, const char *format, ...) COODIE_PRINTF(2, 3);

void cd_encode_text(struct cd_encoder *w, cql_text text, const char *field);
void cd_encode_long_text(struct cd_encoder *w, cql_text text, const char *field);
void cd_encode_bytes(struct cd_encoder *w, cql_blob bytes, const char *field);
void cd_encode_short_bytes(struct cd_encoder *w, cql_blob bytes, const char *field);
void cd_encode_inetaddr(struct cd_encoder *w, const cql_inet *inet, const char *field);
void cd_encode_texts(struct cd_encoder *w, cql_texts texts, const char *field);
/* A cql_consistency that was said. */
void cd_encode_level(struct cd_encoder *w, cql_consistency level, const char *field);

#endif
