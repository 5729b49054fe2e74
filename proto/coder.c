/* SPDX-License-Identifier: MIT */
/* Fields of messages, with the name of the one that is wrong. */
#include "proto/coder.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/error.h"

/* ---- reading -------------------------------------------------------------------------------- */

void cd_decode_fail(struct cd_decoder *d, enum coodie_errc code, const char *format, ...)
{
	char text[COODIE_ERROR_MESSAGE_SIZE];
	va_list args;

	if (!d->told) {
		va_start(args, format);
		vsnprintf(text, sizeof text, format, args);
		va_end(args);
		cd_fail(d->err, code, "%s: %s", d->what, text);
	}
	d->told = d->r.failed = true;
}

void cd_decode_told(struct cd_decoder *d)
{
	cd_error_prefix(d->err, "%s", d->what);
	d->told = d->r.failed = true;
}

bool cd_decode_end(struct cd_decoder *d)
{
	if (!d->r.failed)
		return true;
	return d->told || !d->field
		       ? false
		       : cd_fail(d->err, COODIE_ERR_PROTOCOL,
				 "%s: the body ends inside its %s, or a length there is wrong",
				 d->what, d->field);
}

static void note(struct cd_decoder *d, const char *field)
{
	if (d->r.failed && !d->field)
		d->field = field;
}

uint8_t cd_decode_u8(struct cd_decoder *d, const char *field)
{
	uint8_t v = cd_reader_u8(&d->r);

	note(d, field);
	return v;
}

uint16_t cd_decode_u16(struct cd_decoder *d, const char *field)
{
	uint16_t v = cd_reader_be16(&d->r);

	note(d, field);
	return v;
}

int32_t cd_decode_i32(struct cd_decoder *d, const char *field)
{
	uint32_t v = cd_reader_be32(&d->r);

	note(d, field);
	return (int32_t)v;
}

cql_consistency cd_decode_level(struct cd_decoder *d, const char *field)
{
	cql_consistency level = cd_read_consistency(&d->r);

	note(d, field);
	return level;
}

cql_text cd_decode_text(struct cd_decoder *d, const char *field)
{
	struct cd_span s = cd_read_string(&d->r);

	note(d, field);
	return cd_text_of(s);
}

cql_text cd_decode_long_text(struct cd_decoder *d, const char *field)
{
	struct cd_span s = cd_read_long_string(&d->r);

	note(d, field);
	return cd_text_of(s);
}

cql_blob cd_decode_bytes(struct cd_decoder *d, const char *field)
{
	struct cd_span s = cd_read_bytes(&d->r);

	note(d, field);
	return cd_blob_of(s);
}

cql_blob cd_decode_short_bytes(struct cd_decoder *d, const char *field)
{
	struct cd_span s = cd_read_short_bytes(&d->r);

	note(d, field);
	return cd_blob_of(s);
}

cql_inet cd_decode_inetaddr(struct cd_decoder *d, const char *field)
{
	cql_inet inet = { .length = 0 };

	cd_read_inetaddr(&d->r, inet.address, &inet.length);
	note(d, field);
	return inet;
}

/* The count is a claim: compared with the bytes there are before anything is taken for it. */
void *cd_decode_list(struct cd_decoder *d, uint32_t count, size_t least, size_t size,
		     const char *field)
{
	if (d->r.failed || count == 0)
		return NULL;
	if (count > cd_reader_left(&d->r) / least) {
		cd_decode_fail(d, COODIE_ERR_PROTOCOL, "%" PRIu32 " %s in %zu bytes", count, field,
			       cd_reader_left(&d->r));
		return NULL;
	}
	if (count > d->terms->max_items) {
		cd_decode_fail(d, COODIE_ERR_LIMIT, "%" PRIu32 " %s; the limit is %" PRIu32, count,
			       field, d->terms->max_items);
		return NULL;
	}
	void *items = cd_arena_take_array(d->arena, count, size);
	if (!items)
		cd_decode_fail(d, COODIE_ERR_NO_MEMORY, "out of memory for its %s", field);
	return items;
}

cql_texts cd_decode_texts(struct cd_decoder *d, const char *field)
{
	uint16_t count = cd_decode_u16(d, field);
	cql_text *at = cd_decode_list(d, count, 2, sizeof *at, field);

	for (uint16_t i = 0; at && i < count; i++)
		at[i] = cd_decode_text(d, field);
	return (cql_texts){ at, at ? count : 0 };
}

/* ---- writing -------------------------------------------------------------------------------- */

void cd_refuse(struct cd_encoder *w, const char *format, ...)
{
	char text[COODIE_ERROR_MESSAGE_SIZE];
	va_list args;

	if (!w->told) {
		va_start(args, format);
		vsnprintf(text, sizeof text, format, args);
		va_end(args);
		cd_fail(w->err, COODIE_ERR_INVALID, "%s: %s", w->what, text);
	}
	w->told = w->b->failed = true;
}

/* The length that `size` bytes can hold. */
static bool fits(struct cd_encoder *w, const void *data, size_t len, size_t most, const char *field)
{
	if (!data && len)
		cd_refuse(w, "%s: %zu bytes at NULL", field, len);
	else if (len > most)
		cd_refuse(w, "%s: %zu bytes; at most %zu can be sent", field, len, most);
	else
		return true;
	return false;
}

void cd_encode_text(struct cd_encoder *w, cql_text text, const char *field)
{
	if (fits(w, text.data, text.len, UINT16_MAX, field))
		cd_write_string(w->b, text.data, text.len);
}

void cd_encode_long_text(struct cd_encoder *w, cql_text text, const char *field)
{
	if (fits(w, text.data, text.len, INT32_MAX, field))
		cd_write_long_string(w->b, text.data, text.len);
}

void cd_encode_bytes(struct cd_encoder *w, cql_blob bytes, const char *field)
{
	if (fits(w, bytes.data, bytes.len, INT32_MAX, field))
		cd_write_bytes(w->b, bytes.data, bytes.len);
}

void cd_encode_short_bytes(struct cd_encoder *w, cql_blob bytes, const char *field)
{
	if (fits(w, bytes.data, bytes.len, UINT16_MAX, field))
		cd_write_short_bytes(w->b, bytes.data, bytes.len);
}

void cd_encode_inetaddr(struct cd_encoder *w, const cql_inet *inet, const char *field)
{
	if (inet->length != 4 && inet->length != 16) {
		cd_refuse(w, "%s: an address of %u bytes; 4 or 16 can be sent", field,
			  (unsigned)inet->length);
		return;
	}
	cd_buffer_u8(w->b, inet->length);
	cd_buffer_bytes(w->b, inet->address, inet->length);
}

void cd_encode_texts(struct cd_encoder *w, cql_texts texts, const char *field)
{
	cd_buffer_be16(w->b, texts.count);
	for (uint16_t i = 0; i < texts.count; i++)
		cd_encode_text(w, texts.at[i], field);
}

void cd_encode_level(struct cd_encoder *w, cql_consistency level, const char *field)
{
	if (level == CQL_CONSISTENCY_UNSET)
		cd_refuse(w, "%s: not set", field);
	else
		cd_write_consistency(w->b, level);
}
