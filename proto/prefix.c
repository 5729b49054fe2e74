/* SPDX-License-Identifier: MIT */
/* Trace id, warnings and custom payload. */
#include "proto/prefix.h"

static void read_tracing_id(struct cd_decoder *d, cql_message *m)
{
	const uint8_t *id = cd_reader_take(&d->r, sizeof m->tracing_id.bytes);

	m->has_tracing_id = true;
	if (id)
		memcpy(m->tracing_id.bytes, id, sizeof m->tracing_id.bytes);
	else
		d->field = "trace id";
}

static void read_payload(struct cd_decoder *d, cql_message *m)
{
	uint16_t count = cd_decode_u16(d, "custom payload");
	cql_payload *at = cd_decode_list(d, count, 6, sizeof *at, "entries of a custom payload");

	for (uint16_t i = 0; at && i < count; i++) {
		at[i].key = cd_decode_text(d, "custom payload");
		at[i].value = cd_decode_bytes(d, "custom payload");
	}
	m->has_payload = true;
	m->payload = at;
	m->payload_count = count;
}

void cd_read_prefix(struct cd_decoder *d, cql_message *m)
{
	bool request = cql_opcode_is_request(m->opcode);

	if (m->flags & CQL_FLAG_TRACING && !request)
		read_tracing_id(d, m);
	m->has_warnings = m->flags & CQL_FLAG_WARNINGS && !request;
	if (m->has_warnings)
		m->warnings = cd_decode_texts(d, "warnings");
	if (m->flags & CQL_FLAG_CUSTOM_PAYLOAD)
		read_payload(d, m);
}

void cd_write_prefix(struct cd_encoder *w, const cql_message *m)
{
	if ((m->has_tracing_id || m->has_warnings) && cql_opcode_is_request(m->opcode))
		cd_refuse(w, "%s: of responses only", m->has_warnings ? "warnings" : "tracing_id");
	if (m->has_tracing_id)
		cd_buffer_bytes(w->b, m->tracing_id.bytes, sizeof m->tracing_id.bytes);
	if (m->has_warnings)
		cd_encode_texts(w, m->warnings, "a warning");
	if (!m->has_payload)
		return;
	cd_buffer_be16(w->b, m->payload_count);
	for (uint16_t i = 0; i < m->payload_count; i++) {
		cd_encode_text(w, m->payload[i].key, "a key of the payload");
		cd_encode_bytes(w, m->payload[i].value, "a value of the payload");
	}
}

uint8_t cd_message_flags(const cql_message *m)
{
	unsigned kept = CQL_FLAG_BETA |
			(cql_opcode_is_request(m->opcode) ? (unsigned)CQL_FLAG_TRACING : 0u);

	return (uint8_t)((m->flags & kept) | (m->has_tracing_id ? CQL_FLAG_TRACING : 0u) |
			 (m->has_warnings ? CQL_FLAG_WARNINGS : 0u) |
			 (m->has_payload ? CQL_FLAG_CUSTOM_PAYLOAD : 0u));
}
