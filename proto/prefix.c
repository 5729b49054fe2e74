/* SPDX-License-Identifier: MIT */
/* Trace id, warnings and custom payload: skipped as they are read, written as they were. */
#include "proto/prefix.h"

#include "base/error.h"

static void skip_warnings(struct cd_reader *r, struct cd_prefix *out)
{
	out->warning_count = cd_reader_be16(r);
	const uint8_t *from = r->at;
	for (uint16_t i = 0; i < out->warning_count && !r->failed; i++)
		cd_read_string(r);
	out->warnings = (struct cd_span){ from, (size_t)(r->at - from) };
}

static void skip_payload(struct cd_reader *r, struct cd_prefix *out)
{
	out->payload_count = cd_reader_be16(r);
	const uint8_t *from = r->at;
	for (uint16_t i = 0; i < out->payload_count && !r->failed; i++) {
		cd_read_string(r);
		cd_read_bytes(r);
	}
	out->payload = (struct cd_span){ from, (size_t)(r->at - from) };
}

static bool read_prefix(struct cd_reader *r, unsigned flags, struct cd_prefix *out,
			coodie_error *err)
{
	struct cd_prefix p = { .has_tracing_id = flags & CQL_FLAG_TRACING };

	if (p.has_tracing_id) {
		const uint8_t *id = cd_reader_take(r, sizeof p.tracing_id.bytes);
		if (id)
			memcpy(p.tracing_id.bytes, id, sizeof p.tracing_id.bytes);
	}
	if (flags & CQL_FLAG_WARNINGS)
		skip_warnings(r, &p);
	if (flags & CQL_FLAG_CUSTOM_PAYLOAD)
		skip_payload(r, &p);
	if (r->failed)
		return cd_fail(err, COODIE_ERR_PROTOCOL,
			       "trace id, warnings or custom payload: the body ends too early");
	*out = p;
	return true;
}

bool cd_read_prefix(struct cd_reader *r, uint8_t flags, struct cd_prefix *out, coodie_error *err)
{
	return read_prefix(r, flags, out, err);
}

bool cd_read_request_prefix(struct cd_reader *r, uint8_t flags, struct cd_prefix *out,
			    coodie_error *err)
{
	return read_prefix(r, flags & CQL_FLAG_CUSTOM_PAYLOAD, out, err);
}

struct cd_span cd_prefix_payload(const struct cd_prefix *p, const char *key)
{
	struct cd_reader r = cd_reader_over(p->payload.at, p->payload.len);
	size_t len = strlen(key);

	for (uint16_t i = 0; i < p->payload_count; i++) {
		struct cd_span name = cd_read_string(&r), value = cd_read_bytes(&r);
		if (name.at && name.len == len && memcmp(name.at, key, len) == 0)
			return value;
	}
	return (struct cd_span){ NULL, 0 };
}

uint8_t cd_prefix_flags(const struct cd_prefix *p)
{
	return (uint8_t)((p->has_tracing_id ? CQL_FLAG_TRACING : 0) |
			 (p->warnings.at ? CQL_FLAG_WARNINGS : 0) |
			 (p->payload.at ? CQL_FLAG_CUSTOM_PAYLOAD : 0));
}

void cd_write_prefix(struct cd_buffer *b, const struct cd_prefix *p)
{
	if (p->has_tracing_id)
		cd_buffer_bytes(b, p->tracing_id.bytes, sizeof p->tracing_id.bytes);
	if (p->warnings.at) {
		cd_buffer_be16(b, p->warning_count);
		cd_buffer_bytes(b, p->warnings.at, p->warnings.len);
	}
	if (p->payload.at) {
		cd_buffer_be16(b, p->payload_count);
		cd_buffer_bytes(b, p->payload.at, p->payload.len);
	}
}
