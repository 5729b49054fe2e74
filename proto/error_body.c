/* SPDX-License-Identifier: MIT */
/* ERROR bodies: which fields each code has is a table, and both directions follow it. */
#include "proto/error_body.h"

#include "base/error.h"

/* What may follow the message. */
enum field {
	END,
	CONSISTENCY,
	REQUIRED,
	RECEIVED,
	BLOCK_FOR,
	FAILURES,
	DATA_PRESENT,
	WRITE_TYPE_, /* UnavailableException has none, hence no such name in the table */
	CONTENTIONS,
	KEYSPACE,
	NAME,
	ARGUMENTS,
	ID,
	MOST_FIELDS = 6
};

/* The last column of server_error.def, in order. */
#define BODY_PLAIN END
#define BODY_UNAVAILABLE CONSISTENCY, REQUIRED, RECEIVED
#define BODY_WRITE_TIMEOUT CONSISTENCY, RECEIVED, BLOCK_FOR, WRITE_TYPE_, CONTENTIONS
#define BODY_READ_TIMEOUT CONSISTENCY, RECEIVED, BLOCK_FOR, DATA_PRESENT
#define BODY_READ_FAILURE CONSISTENCY, RECEIVED, BLOCK_FOR, FAILURES, DATA_PRESENT
#define BODY_FUNCTION_FAILURE KEYSPACE, NAME, ARGUMENTS
#define BODY_WRITE_FAILURE CONSISTENCY, RECEIVED, BLOCK_FOR, FAILURES, WRITE_TYPE_
#define BODY_CAS_WRITE_UNKNOWN CONSISTENCY, RECEIVED, BLOCK_FOR
#define BODY_ALREADY_EXISTS KEYSPACE, NAME
#define BODY_UNPREPARED ID

static const uint8_t *fields_of(int32_t code)
{
	static const struct {
		int32_t code;
		uint8_t fields[MOST_FIELDS]; /* END behind the last */
	} bodies[] = {
#define X(name, wire, text, body) { wire, { BODY_##body } },
#include "proto/server_error.def"
#undef X
	};
	static const uint8_t none[] = { END };

	for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
		if (bodies[i].code == code)
			return bodies[i].fields;
	return none;
}

static bool has(const uint8_t *fields, enum field wanted)
{
	while (*fields != END && *fields != wanted)
		fields++;
	return *fields == wanted;
}

/* Only CAS has contentions, and only in v5. */
static bool has_contentions(unsigned version, const struct cd_error_body *e)
{
	return version >= 5 && e->write_type.len == 3 && memcmp(e->write_type.at, "CAS", 3) == 0;
}

/* v4: how many; v5: how many, and each with its address and reason. */
static void read_failures(struct cd_reader *r, unsigned version, struct cd_error_body *e)
{
	uint8_t address[16], len;

	e->failures = (int32_t)cd_reader_be32(r);
	const uint8_t *from = r->at;
	for (int32_t i = 0; version >= 5 && i < e->failures && !r->failed; i++) {
		cd_read_inetaddr(r, address, &len);
		cd_reader_be16(r);
	}
	e->reasons = (struct cd_span){ from, (size_t)(r->at - from) };
}

static void read_arguments(struct cd_reader *r, struct cd_error_body *e)
{
	e->argument_count = cd_reader_be16(r);
	const uint8_t *from = r->at;
	for (uint16_t i = 0; i < e->argument_count && !r->failed; i++)
		cd_read_string(r);
	e->arguments = (struct cd_span){ from, (size_t)(r->at - from) };
}

static void read_field(struct cd_reader *r, unsigned version, unsigned field,
		       struct cd_error_body *e)
{
	switch (field) {
	case CONSISTENCY:
		e->consistency = cd_read_consistency(r);
		break;
	case REQUIRED:
		e->required = (int32_t)cd_reader_be32(r);
		break;
	case RECEIVED:
		e->received = (int32_t)cd_reader_be32(r);
		break;
	case BLOCK_FOR:
		e->block_for = (int32_t)cd_reader_be32(r);
		break;
	case FAILURES:
		read_failures(r, version, e);
		break;
	case DATA_PRESENT:
		e->data_present = cd_reader_u8(r) != 0;
		break;
	case WRITE_TYPE_:
		e->write_type = cd_read_string(r);
		break;
	case CONTENTIONS:
		e->contentions = has_contentions(version, e) ? cd_reader_be16(r) : 0;
		break;
	case KEYSPACE:
		e->keyspace = cd_read_string(r);
		break;
	case NAME:
		e->name = cd_read_string(r);
		break;
	case ARGUMENTS:
		read_arguments(r, e);
		break;
	case ID:
		e->id = cd_read_short_bytes(r);
		break;
	}
}

bool cd_read_error_body(struct cd_reader *r, unsigned version, struct cd_error_body *out,
			coodie_error *err)
{
	struct cd_error_body e = { .code = (int32_t)cd_reader_be32(r) };

	e.message = cd_read_string(r);
	for (const uint8_t *field = fields_of(e.code); *field != END && !r->failed; field++)
		read_field(r, version, *field, &e);
	if (r->failed)
		return cd_fail(err, COODIE_ERR_PROTOCOL, "ERROR: the body ends too early");
	*out = e;
	return true;
}

static void write_span(struct cd_buffer *b, struct cd_span s)
{
	cd_write_string(b, (const char *)s.at, s.len);
}

static void write_field(struct cd_buffer *b, unsigned version, unsigned field,
			const struct cd_error_body *e)
{
	switch (field) {
	case CONSISTENCY:
		cd_write_consistency(b, e->consistency);
		break;
	case REQUIRED:
		cd_buffer_be32(b, (uint32_t)e->required);
		break;
	case RECEIVED:
		cd_buffer_be32(b, (uint32_t)e->received);
		break;
	case BLOCK_FOR:
		cd_buffer_be32(b, (uint32_t)e->block_for);
		break;
	case FAILURES:
		cd_buffer_be32(b, (uint32_t)e->failures);
		if (version >= 5)
			cd_buffer_bytes(b, e->reasons.at, e->reasons.len);
		break;
	case DATA_PRESENT:
		cd_buffer_u8(b, e->data_present);
		break;
	case WRITE_TYPE_:
		write_span(b, e->write_type);
		break;
	case CONTENTIONS:
		if (has_contentions(version, e))
			cd_buffer_be16(b, e->contentions);
		break;
	case KEYSPACE:
		write_span(b, e->keyspace);
		break;
	case NAME:
		write_span(b, e->name);
		break;
	case ARGUMENTS:
		cd_buffer_be16(b, e->argument_count);
		cd_buffer_bytes(b, e->arguments.at, e->arguments.len);
		break;
	case ID:
		write_span(b, e->id);
		break;
	}
}

void cd_write_error_body(struct cd_buffer *b, unsigned version, const struct cd_error_body *e)
{
	cd_buffer_be32(b, (uint32_t)e->code);
	write_span(b, e->message);
	for (const uint8_t *field = fields_of(e->code); *field != END; field++)
		write_field(b, version, *field, e);
}

/* ---- as a client reports it ----------------------------------------------------------------- */

static void take_text(char *to, size_t size, struct cd_span from)
{
	size_t len = from.len < size - 1 ? from.len : size - 1;

	if (len)
		memcpy(to, from.at, len);
	to[len] = '\0';
}

/* cd_fail() has set every detail to "none". */
static void take_details(coodie_error *to, const struct cd_error_body *e)
{
	const uint8_t *fields = fields_of(e->code);

	to->server_code = e->code;
	if (has(fields, CONSISTENCY))
		to->consistency = (int32_t)e->consistency;
	if (has(fields, REQUIRED))
		to->required = e->required;
	if (has(fields, RECEIVED))
		to->received = e->received;
	if (has(fields, BLOCK_FOR))
		to->block_for = e->block_for;
	if (has(fields, FAILURES))
		to->failures = e->failures;
	if (has(fields, DATA_PRESENT))
		to->data_present = e->data_present;
	take_text(to->write_type, sizeof to->write_type, e->write_type);
}

bool cd_read_error(struct cd_reader *r, unsigned version, coodie_error *out,
		   struct cd_span *unprepared_id, coodie_error *err)
{
	struct cd_error_body e;

	if (!cd_read_error_body(r, version, &e, err))
		return false;
	int shown = e.message.len > COODIE_ERROR_MESSAGE_SIZE ? COODIE_ERROR_MESSAGE_SIZE
							      : (int)e.message.len;
	cd_fail(out, COODIE_ERR_SERVER, "[0x%04x %s] %.*s", (unsigned)e.code,
		cql_error_name(e.code), shown, (const char *)e.message.at);
	take_details(out, &e);
	if (unprepared_id && e.id.at)
		*unprepared_id = e.id;
	return true;
}
