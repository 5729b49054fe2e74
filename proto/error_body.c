/* SPDX-License-Identifier: MIT */
/* ERROR bodies: which fields each code has is a table, and both directions follow it. */
#include "proto/error_body.h"

#include "base/error.h"
#include "proto/error_details.h"

/* What may follow the message. */
enum field {
	END,
	CONSISTENCY,
	REQUIRED,
	ALIVE,
	RECEIVED,
	BLOCK_FOR,
	FAILURES,
	DATA_PRESENT,
	WRITE_TYPE_, /* UnavailableException has none, hence no such name in the table */
	CONTENTIONS,
	KEYSPACE,
	TABLE,
	FUNCTION,
	ARGUMENTS,
	ID,
	OP_TYPE,
	BY_COORDINATOR,
	FIELDS,
	MOST_FIELDS = 6
};

/* The last column of server_error.def, in order. */
#define BODY_PLAIN END
#define BODY_UNAVAILABLE CONSISTENCY, REQUIRED, ALIVE
#define BODY_WRITE_TIMEOUT CONSISTENCY, RECEIVED, BLOCK_FOR, WRITE_TYPE_, CONTENTIONS
#define BODY_READ_TIMEOUT CONSISTENCY, RECEIVED, BLOCK_FOR, DATA_PRESENT
#define BODY_READ_FAILURE CONSISTENCY, RECEIVED, BLOCK_FOR, FAILURES, DATA_PRESENT
#define BODY_FUNCTION_FAILURE KEYSPACE, FUNCTION, ARGUMENTS
#define BODY_WRITE_FAILURE CONSISTENCY, RECEIVED, BLOCK_FOR, FAILURES, WRITE_TYPE_
#define BODY_CAS_WRITE_UNKNOWN CONSISTENCY, RECEIVED, BLOCK_FOR
#define BODY_ALREADY_EXISTS KEYSPACE, TABLE
#define BODY_UNPREPARED ID

static const uint8_t *fields_of(int32_t code, const cql_terms *terms)
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
	static const uint8_t rate_limit[] = { OP_TYPE, BY_COORDINATOR, END };

	if (terms && terms->rate_limit_error && code == terms->rate_limit_error)
		return rate_limit;
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

/* ---- fields of each form -------------------------------------------------------------------- */

static void read_level(struct cd_decoder *d, void *at, const char *name)
{
	*(cql_consistency *)at = cd_decode_level(d, name);
}

static void write_level(struct cd_encoder *w, const void *at, const char *name)
{
	cd_encode_level(w, *(const cql_consistency *)at, name);
}

static void read_int(struct cd_decoder *d, void *at, const char *name)
{
	*(int32_t *)at = cd_decode_i32(d, name);
}

static void write_int(struct cd_encoder *w, const void *at, const char *name)
{
	(void)name;
	cd_buffer_be32(w->b, (uint32_t) * (const int32_t *)at);
}

static void read_bool(struct cd_decoder *d, void *at, const char *name)
{
	*(bool *)at = cd_decode_u8(d, name) != 0;
}

static void write_bool(struct cd_encoder *w, const void *at, const char *name)
{
	(void)name;
	cd_buffer_u8(w->b, *(const bool *)at);
}

static void read_byte(struct cd_decoder *d, void *at, const char *name)
{
	*(uint8_t *)at = cd_decode_u8(d, name);
}

static void write_byte(struct cd_encoder *w, const void *at, const char *name)
{
	(void)name;
	cd_buffer_u8(w->b, *(const uint8_t *)at);
}

static void read_text(struct cd_decoder *d, void *at, const char *name)
{
	*(cql_text *)at = cd_decode_text(d, name);
}

static void write_text(struct cd_encoder *w, const void *at, const char *name)
{
	cd_encode_text(w, *(const cql_text *)at, name);
}

static void read_texts(struct cd_decoder *d, void *at, const char *name)
{
	*(cql_texts *)at = cd_decode_texts(d, name);
}

static void write_texts(struct cd_encoder *w, const void *at, const char *name)
{
	cd_encode_texts(w, *(const cql_texts *)at, name);
}

static void read_id(struct cd_decoder *d, void *at, const char *name)
{
	*(cql_blob *)at = cd_decode_short_bytes(d, name);
}

static void write_id(struct cd_encoder *w, const void *at, const char *name)
{
	cd_encode_short_bytes(w, *(const cql_blob *)at, name);
}

/* Only CAS has contentions, and only in v5. */
static bool has_contentions(unsigned version, const cql_error_message *e)
{
	return version >= 5 && cd_text_is_word(e->write_type, "CAS");
}

static void read_contentions(struct cd_decoder *d, void *at, const char *name)
{
	cql_error_message *e = at;

	if (!d->r.failed && has_contentions(d->version, e))
		e->contentions = cd_decode_u16(d, name);
}

static void write_contentions(struct cd_encoder *w, const void *at, const char *name)
{
	const cql_error_message *e = at;

	if (has_contentions(w->version, e))
		cd_buffer_be16(w->b, e->contentions);
	else if (e->contentions)
		cd_refuse(w, "%s: only in version 5, of write type CAS", name);
}

/* v4: how many; v5: how many, and each with its address and reason. */
static void read_failures(struct cd_decoder *d, void *at, const char *name)
{
	cql_error_message *e = at;

	e->num_failures = cd_decode_i32(d, name);
	if (d->version < 5 || e->num_failures < 0)
		return;
	cql_failure *all = cd_decode_list(d, (uint32_t)e->num_failures, 7, sizeof *all, name);
	for (int32_t i = 0; all && i < e->num_failures && !d->r.failed; i++) {
		all[i].node = cd_decode_inetaddr(d, name);
		all[i].code = cd_decode_u16(d, name);
	}
	e->failures = all;
}

static void write_failures(struct cd_encoder *w, const void *at, const char *name)
{
	const cql_error_message *e = at;

	cd_buffer_be32(w->b, (uint32_t)e->num_failures);
	if (w->version < 5)
		return;
	if (e->num_failures > 0 && !e->failures)
		cd_refuse(w, "%s: version 5 has a node and a reason for each", name);
	for (int32_t i = 0; i < e->num_failures && !w->told; i++) {
		cd_encode_inetaddr(w, &e->failures[i].node, name);
		cd_buffer_be16(w->b, e->failures[i].code);
	}
}

static const struct {
	const char *name;
	size_t offset; /* 0: the whole */
	void (*read)(struct cd_decoder *d, void *at, const char *name);
	void (*write)(struct cd_encoder *w, const void *at, const char *name);
} forms[FIELDS] = {
#define AT(field) offsetof(cql_error_message, field)
	[CONSISTENCY] = { "consistency", AT(consistency), read_level, write_level },
	[REQUIRED] = { "required", AT(required), read_int, write_int },
	[ALIVE] = { "alive", AT(alive), read_int, write_int },
	[RECEIVED] = { "received", AT(received), read_int, write_int },
	[BLOCK_FOR] = { "block_for", AT(block_for), read_int, write_int },
	[FAILURES] = { "failures", 0, read_failures, write_failures },
	[DATA_PRESENT] = { "data_present", AT(data_present), read_bool, write_bool },
	[WRITE_TYPE_] = { "write_type", AT(write_type), read_text, write_text },
	[CONTENTIONS] = { "contentions", 0, read_contentions, write_contentions },
	[KEYSPACE] = { "keyspace", AT(keyspace), read_text, write_text },
	[TABLE] = { "table", AT(table), read_text, write_text },
	[FUNCTION] = { "function", AT(function), read_text, write_text },
	[ARGUMENTS] = { "arguments", AT(arguments), read_texts, write_texts },
	[ID] = { "unprepared_id", AT(unprepared_id), read_id, write_id },
	[OP_TYPE] = { "op_type", AT(op_type), read_byte, write_byte },
	[BY_COORDINATOR] = { "rejected_by_coordinator", AT(rejected_by_coordinator), read_bool,
			     write_bool },
#undef AT
};

/* ---- ERROR ---------------------------------------------------------------------------------- */

void cd_read_error(struct cd_decoder *d, cql_message *m)
{
	cql_error_message *e = &m->as.error;

	e->code = cd_decode_i32(d, "code");
	e->message = cd_decode_text(d, "message");
	for (const uint8_t *f = fields_of(e->code, d->terms); *f != END && !d->r.failed; f++)
		forms[*f].read(d, (char *)e + forms[*f].offset, forms[*f].name);
}

void cd_write_error(struct cd_encoder *w, const cql_message *m)
{
	const cql_error_message *e = &m->as.error;

	cd_buffer_be32(w->b, (uint32_t)e->code);
	cd_encode_text(w, e->message, "message");
	for (const uint8_t *f = fields_of(e->code, w->terms); *f != END && !w->told; f++)
		forms[*f].write(w, (const char *)e + forms[*f].offset, forms[*f].name);
}

/* ---- as a client reports it ----------------------------------------------------------------- */

static void take_text(char *to, size_t size, cql_text from)
{
	size_t len = from.len < size - 1 ? from.len : size - 1;

	if (len)
		memcpy(to, from.data, len);
	to[len] = '\0';
}

void cd_error_of(const cql_error_message *e, coodie_error *out)
{
	const uint8_t *fields = fields_of(e->code, NULL);
	int shown = e->message.len > COODIE_ERROR_MESSAGE_SIZE ? COODIE_ERROR_MESSAGE_SIZE
							       : (int)e->message.len;

	cd_fail(out, COODIE_ERR_SERVER, "[0x%04x %s] %.*s", (unsigned)e->code,
		cql_error_name(e->code), shown, e->message.data ? e->message.data : "");
	out->server_code = e->code; /* cd_fail() has set every detail to "none" */
	if (has(fields, CONSISTENCY))
		out->consistency = (int32_t)e->consistency;
	if (has(fields, REQUIRED))
		out->required = e->required;
	if (has(fields, ALIVE))
		out->received = e->alive;
	if (has(fields, RECEIVED))
		out->received = e->received;
	if (has(fields, BLOCK_FOR))
		out->block_for = e->block_for;
	if (has(fields, FAILURES))
		out->failures = e->num_failures;
	if (has(fields, DATA_PRESENT))
		out->data_present = e->data_present;
	take_text(out->write_type, sizeof out->write_type, e->write_type);
	cd_error_details_set(out, e);
}
