/* SPDX-License-Identifier: MIT */
/* Bodies of responses, in the order of v4 section 4.2. */
#include "proto/response.h"

#include <strings.h>

#include "base/error.h"

static bool cut_short(const char *what, coodie_error *err)
{
	return cd_fail(err, COODIE_ERR_PROTOCOL, "%s: the body ends too early", what);
}

/* ---- what stands before the message ------------------------------------------------------------------------------ */

static void skip_warnings(struct cd_reader *r, struct cd_prefix *out)
{
	const uint8_t *from;

	out->warning_count = cd_reader_be16(r);
	from = r->at;
	for (uint16_t i = 0; i < out->warning_count && !r->failed; i++)
		cd_read_string(r);
	out->warnings = (struct cd_span){ from, (size_t)(r->at - from) };
}

static void skip_payload(struct cd_reader *r, struct cd_prefix *out)
{
	const uint8_t *from;

	out->payload_count = cd_reader_be16(r);
	from = r->at;
	for (uint16_t i = 0; i < out->payload_count && !r->failed; i++) {
		cd_read_string(r);
		cd_read_bytes(r);
	}
	out->payload = (struct cd_span){ from, (size_t)(r->at - from) };
}

bool cd_read_prefix(struct cd_reader *r, uint8_t flags, struct cd_prefix *out, coodie_error *err)
{
	*out = (struct cd_prefix){ 0 };
	if (flags & CD_FLAG_TRACING) {
		const uint8_t *id = cd_reader_take(r, sizeof out->tracing_id.bytes);
		out->has_tracing_id = id != NULL;
		if (id)
			memcpy(out->tracing_id.bytes, id, sizeof out->tracing_id.bytes);
	}
	if (flags & CD_FLAG_WARNINGS)
		skip_warnings(r, out);
	if (flags & CD_FLAG_CUSTOM_PAYLOAD)
		skip_payload(r, out);
	return !r->failed || cut_short("trace id, warnings or custom payload", err);
}

/* ---- ERROR ------------------------------------------------------------------------------------------------------- */

struct details {
	struct cd_reader *r;
	unsigned version;
	coodie_error *out;
	struct cd_span *unprepared_id;
};

static void take_text(char *to, size_t size, struct cd_span from)
{
	size_t len = from.len < size - 1 ? from.len : size - 1;

	if (len)
		memcpy(to, from.at, len);
	to[len] = '\0';
}

static int32_t read_int(const struct details *d)
{
	return (int32_t)cd_reader_be32(d->r);
}

static void read_write_type(const struct details *d)
{
	take_text(d->out->write_type, sizeof d->out->write_type, cd_read_string(d->r));
}

static void read_plain(const struct details *d)
{
	(void)d;
}

static void read_unavailable(const struct details *d)
{
	d->out->consistency = (int32_t)cd_read_consistency(d->r);
	d->out->required = read_int(d);
	d->out->received = read_int(d);
}

static void read_received(const struct details *d)
{
	d->out->consistency = (int32_t)cd_read_consistency(d->r);
	d->out->received = read_int(d);
	d->out->block_for = read_int(d);
}

static void read_write_timeout(const struct details *d)
{
	read_received(d);
	read_write_type(d);
	/* v5: <contentions> of CAS; not kept, but it has to be there */
	if (d->version >= 5 && strcmp(d->out->write_type, "CAS") == 0)
		cd_reader_be16(d->r);
}

static void read_read_timeout(const struct details *d)
{
	read_received(d);
	d->out->data_present = cd_reader_u8(d->r) != 0;
}

/* v4: how many; v5: how many, and each with its address and reason. */
static void read_failures(const struct details *d)
{
	uint8_t address[16], len;

	read_received(d);
	d->out->failures = read_int(d);
	for (int32_t i = 0; d->version >= 5 && i < d->out->failures && !d->r->failed; i++) {
		cd_read_inetaddr(d->r, address, &len);
		cd_reader_be16(d->r);
	}
}

static void read_read_failure(const struct details *d)
{
	read_failures(d);
	d->out->data_present = cd_reader_u8(d->r) != 0;
}

static void read_write_failure(const struct details *d)
{
	read_failures(d);
	read_write_type(d);
}

static void read_function_failure(const struct details *d)
{
	cd_read_string(d->r);
	cd_read_string(d->r);
	for (uint16_t n = cd_reader_be16(d->r); n > 0 && !d->r->failed; n--)
		cd_read_string(d->r);
}

static void read_cas_write_unknown(const struct details *d)
{
	read_received(d);
}

static void read_already_exists(const struct details *d)
{
	cd_read_string(d->r);
	cd_read_string(d->r);
}

static void read_unprepared(const struct details *d)
{
	*d->unprepared_id = cd_read_short_bytes(d->r);
}

/* What follows the message, by the table's last column. */
#define READ_PLAIN read_plain
#define READ_UNAVAILABLE read_unavailable
#define READ_WRITE_TIMEOUT read_write_timeout
#define READ_READ_TIMEOUT read_read_timeout
#define READ_READ_FAILURE read_read_failure
#define READ_FUNCTION_FAILURE read_function_failure
#define READ_WRITE_FAILURE read_write_failure
#define READ_CAS_WRITE_UNKNOWN read_cas_write_unknown
#define READ_ALREADY_EXISTS read_already_exists
#define READ_UNPREPARED read_unprepared

static void read_details(const struct details *d, int32_t code)
{
	static const struct {
		int32_t code;
		void (*read)(const struct details *d);
	} bodies[] = {
#define X(name, wire, text, body) { wire, READ_##body },
#include "proto/server_error.def"
#undef X
	};

	for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
		if (bodies[i].code == code)
			bodies[i].read(d);
}

bool cd_read_error(struct cd_reader *r, unsigned version, coodie_error *out,
		   struct cd_span *unprepared_id, coodie_error *err)
{
	struct cd_span ignored;
	coodie_error e;
	int32_t code = (int32_t)cd_reader_be32(r);
	struct cd_span message = cd_read_string(r);
	int shown = message.len > COODIE_ERROR_MESSAGE_SIZE ? COODIE_ERROR_MESSAGE_SIZE
							    : (int)message.len;

	cd_fail(&e, COODIE_ERR_SERVER, "[0x%04x %s] %.*s", (unsigned)code, cql_error_name(code),
		shown, message.at ? (const char *)message.at : "");
	e.server_code = code;
	read_details(&(struct details){ r, version, &e, unprepared_id ? unprepared_id : &ignored },
		     code);
	if (r->failed)
		return cut_short("ERROR", err);
	*out = e;
	return true;
}

/* ---- SUPPORTED --------------------------------------------------------------------------------------------------- */

static bool read_values(struct cd_reader *r, struct cd_arena *a, struct cd_option *o,
			bool *no_memory)
{
	o->value_count = cd_reader_be16(r);
	if (o->value_count > cd_reader_left(r) / 2)
		r->failed = true;
	if (r->failed)
		return false;
	o->values = cd_arena_take_array(a, o->value_count + 1u, sizeof *o->values);
	*no_memory |= !o->values;
	for (uint16_t i = 0; i < o->value_count && !r->failed && !*no_memory; i++)
		o->values[i] = cd_read_string_copy(r, a, no_memory);
	return !r->failed && !*no_memory;
}

bool cd_read_supported(struct cd_reader *r, struct cd_arena *a, struct cd_supported *out,
		       coodie_error *err)
{
	struct cd_supported s = { .count = cd_reader_be16(r) };
	bool no_memory = false;

	if (r->failed || s.count > cd_reader_left(r) / 4)
		return cut_short("SUPPORTED", err);
	s.at = cd_arena_take_array(a, s.count ? s.count : 1u, sizeof *s.at);
	no_memory = !s.at;
	for (uint16_t i = 0; i < s.count && !r->failed && !no_memory; i++) {
		s.at[i].key = cd_read_string_copy(r, a, &no_memory);
		read_values(r, a, &s.at[i], &no_memory);
	}
	if (no_memory)
		return cd_no_memory(err, "the server's options");
	if (r->failed)
		return cut_short("SUPPORTED", err);
	*out = s;
	return true;
}

static const struct cd_option *find(const struct cd_supported *s, const char *key)
{
	for (uint16_t i = 0; i < s->count; i++)
		if (strcasecmp(s->at[i].key, key) == 0)
			return &s->at[i];
	return NULL;
}

const char *cd_supported_value(const struct cd_supported *s, const char *key, size_t i)
{
	const struct cd_option *o = find(s, key);

	return o && i < o->value_count ? o->values[i] : NULL;
}

bool cd_supported_has(const struct cd_supported *s, const char *key, const char *value)
{
	const struct cd_option *o = find(s, key);

	for (uint16_t i = 0; o && i < o->value_count; i++)
		if (strcasecmp(o->values[i], value) == 0)
			return true;
	return false;
}

/* ---- the others -------------------------------------------------------------------------------------------------- */

bool cd_read_authenticate(struct cd_reader *r, struct cd_span *class_name, coodie_error *err)
{
	struct cd_span s = cd_read_string(r);

	if (r->failed)
		return cut_short("AUTHENTICATE", err);
	*class_name = s;
	return true;
}

static bool is(struct cd_span word, const char *name)
{
	return word.len == strlen(name) && memcmp(word.at, name, word.len) == 0;
}

bool cd_read_schema_change(struct cd_reader *r, struct cd_schema_change *out, coodie_error *err)
{
	struct cd_schema_change c = { 0 };

	c.change = cd_read_string(r);
	c.target = cd_read_string(r);
	c.keyspace = cd_read_string(r);
	if (!is(c.target, "KEYSPACE"))
		c.name = cd_read_string(r);
	if (is(c.target, "FUNCTION") || is(c.target, "AGGREGATE")) /* argument types, not kept */
		for (uint16_t n = cd_reader_be16(r); n > 0 && !r->failed; n--)
			cd_read_string(r);
	if (r->failed)
		return cut_short("SCHEMA_CHANGE", err);
	*out = c;
	return true;
}
