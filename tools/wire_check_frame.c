/* SPDX-License-Identifier: MIT */
/* Golden vectors of frames, and recorded exchanges. */
#include <stdlib.h>
#include <string.h>

#include "tools/wire_check.h"
#include "tools/wire_message.h"

/* ---- envelopes ------------------------------------------------------------------------------ */

cql_inbox *check_inbox(struct check *c, enum cql_role role, unsigned version,
		       enum cql_compression compression, const cql_terms *terms)
{
	coodie_error err;
	cql_inbox *in = cql_inbox_new(role, terms, NULL, &err);

	if (!in) {
		check_error(c, "an inbox", &err);
		exit(EXIT_FAILURE); /* out of memory */
	}
	if (version)
		cql_inbox_switch(in, version, compression);
	return in;
}

enum cql_role check_reader(cql_blob envelope)
{
	return envelope.len && envelope.data[0] & 0x80 ? CQL_CLIENT : CQL_SERVER;
}

cql_blob check_envelope_bytes(struct check *c, const cql_envelope *e, enum cql_role reader)
{
	uint8_t *out = pool_get(&c->memory.pool, CQL_HEADER_SIZE + e->body.len, 1);
	uint32_t len = (uint32_t)e->body.len;
	const uint8_t header[CQL_HEADER_SIZE] = {
		(uint8_t)(e->version | (reader == CQL_CLIENT ? 0x80 : 0)),
		(uint8_t)(e->flags & ~CQL_FLAG_COMPRESSED),
		(uint8_t)((uint16_t)e->stream >> 8),
		(uint8_t)e->stream,
		e->opcode,
		(uint8_t)(len >> 24),
		(uint8_t)(len >> 16),
		(uint8_t)(len >> 8),
		(uint8_t)len,
	};

	memcpy(out, header, sizeof header);
	if (len)
		memcpy(out + sizeof header, e->body.data, len);
	return (cql_blob){ out, sizeof header + len };
}

/* The one envelope that the bytes are. Borrowed from the inbox. */
static bool take(struct check *c, const char *what, cql_inbox *in, cql_blob bytes, cql_envelope *e)
{
	coodie_error err;

	if (!cql_inbox_feed(in, bytes.data, bytes.len, &err))
		return check_error(c, what, &err);
	switch (cql_inbox_next(in, e, &err)) {
	case CQL_INBOX_FAILED:
		return check_error(c, what, &err);
	case CQL_INBOX_MORE:
		return check_fail(c, "%s: wanted an envelope, got a call for more bytes", what);
	default:
		return cql_inbox_is_empty(in) ||
		       check_fail(c, "%s: bytes were left over behind the envelope", what);
	}
}

static bool get_direction(struct check *c, enum cql_role *reader)
{
	const char *direction;

	if (!check_get_text(c, "direction", &direction))
		return false;
	*reader = strcmp(direction, "request") == 0 ? CQL_SERVER : CQL_CLIENT;
	return *reader == CQL_SERVER || !strcmp(direction, "response") ||
	       check_fail(c, "the vector is broken: \"direction\" should be request or response");
}

/* ---- what was wanted, in the one way we print it -------------------------------------------- */

static bool normalise_columns(struct check *c, struct json *array)
{
	coodie_error err;

	for (struct json *column = array->first; column; column = column->next) {
		struct json *type = (struct json *)json_get(column, "type");
		const cql_type *parsed;
		if (!json_is(type, JSON_STRING))
			continue;
		parsed = wire_type_parse(&c->memory, type->text, &err);
		if (!parsed)
			return check_error(c, "reading the type of a column", &err);
		type->text = wire_type_spell(&c->memory.pool, parsed);
		type->len = strlen(type->text);
	}
	return true;
}

static bool normalise_address(struct check *c, struct json *j)
{
	char text[CQL_INET_TEXT_SIZE];
	coodie_error err;
	cql_inet inet;

	if (!json_is(j, JSON_STRING))
		return true;
	if (!cql_inet_parse(j->text, &inet, &err))
		return check_error(c, "reading an address", &err);
	j->text = pool_printf(&c->memory.pool, "%s", cql_inet_format(inet, text));
	j->len = strlen(j->text);
	return true;
}

bool check_normalise(struct check *c, struct json *j)
{
	bool ok = true;

	for (struct json *item = j->first; item && ok; item = item->next) {
		if (item->key && !strcmp(item->key, "columns") && item->kind == JSON_ARRAY) {
			ok = normalise_columns(c, item);
		} else if (item->key && !strcmp(item->key, "address")) {
			ok = normalise_address(c, item);
		} else if (item->key && !strcmp(item->key, "reasons")) {
			for (struct json *pair = item->first; pair && ok; pair = pair->next)
				ok = !pair->first || normalise_address(c, pair->first);
		} else if (item->kind == JSON_OBJECT) {
			ok = check_normalise(c, item);
		}
	}
	return ok;
}

/* Those of the message's fields that the vector has, and that it must not have. */
static struct json *comparable(struct check *c, const struct json *all, bool whole)
{
	static const char *const keys[] = { "version",  "direction",      "opcode",
					    "stream",   "flags",          "tracing_id",
					    "warnings", "custom_payload", "body" };
	struct json *out = json_new(&c->memory.pool, JSON_OBJECT);

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		const struct json *item = json_get(all, keys[i]);
		struct json *copy;
		if (!item || (!whole && !json_get(c->vector, keys[i])))
			continue;
		copy = json_new(&c->memory.pool, item->kind);
		*copy = *item;
		copy->next = NULL;
		json_put(out, keys[i], copy);
	}
	return out;
}

/* ---- frames --------------------------------------------------------------------------------- */

static void features(const struct json *vector, cql_terms *terms)
{
	const struct json *f = json_get(vector, "features");
	int64_t code;

	*terms = (cql_terms){ .size = sizeof *terms };
	terms->metadata_id = json_is(json_get(f, "metadata_id"), JSON_TRUE);
	terms->tablets_v2 = json_is(json_get(f, "tablets_v2"), JSON_TRUE);
	if (json_to_int(json_get(f, "rate_limit_error"), &code))
		terms->rate_limit_error = (int32_t)code;
}

static bool encodes(struct check *c, enum cql_role reader, const cql_terms *terms, cql_blob wanted)
{
	cql_outbox *out;
	cql_message message;
	coodie_error err;
	bool ok;

	if (!wire_message_read(&c->memory, c->vector, &message, &err))
		return check_error(c, "reading the fields", &err);
	out = cql_outbox_new(reader == CQL_SERVER ? CQL_CLIENT : CQL_SERVER, terms, NULL, &err);
	if (!out)
		return check_error(c, "an outbox", &err);
	if (cql_message_write(out, &message, terms, &err))
		ok = check_bytes(c, "encoding", wanted, cql_outbox_pending(out, &err));
	else
		ok = check_error(c, "encoding", &err);
	cql_outbox_free(out);
	return ok;
}

static void view_of(struct check *c, const cql_terms *terms, enum cql_role reader,
		    struct wire_view *view)
{
	*view = (struct wire_view){ .memory = &c->memory,
				    .is_request = reader == CQL_SERVER,
				    .has_tablets = terms->tablets_v2,
				    .rate_limit_error = terms->rate_limit_error };
}

/* The custom payload of a tablet, by its CQL type and by our own reader. */
static bool tablet(struct check *c, const cql_message *message)
{
	const struct json *wanted = json_get(c->vector, "payload_value");
	const char *text = json_string_at(c->vector, "payload_type");
	const cql_type *type;
	cql_value value, meant;
	coodie_error err;
	cql_tablet t;

	if (!text)
		return true;
	if (!wanted || !message->payload_count)
		return check_fail(c, "the vector is broken: no \"payload_value\", or no payload");
	type = wire_type_parse(&c->memory, text, &err);
	if (!type || !wire_value_read(&c->memory, type, wanted, &meant, &err))
		return check_error(c, "reading the payload's value", &err);
	if (!cql_decode(type, message->payload[0].value, &value, &err))
		return check_error(c, "decoding the payload", &err);
	if (!cql_message_tablet(message, c->memory.arena, &t, &err))
		return check_error(c, "reading the tablet", &err);
	return check_json(c, "payload", wire_value_json(&c->memory.pool, type, meant),
			  wire_value_json(&c->memory.pool, type, value));
}

static void decodes(struct check *c, enum cql_role reader, const cql_terms *terms, cql_blob bytes,
		    bool whole)
{
	cql_inbox *in = check_inbox(c, reader, 0, CQL_COMPRESSION_NONE, terms);
	struct wire_view view;
	cql_message message;
	cql_envelope e;
	coodie_error err;

	view_of(c, terms, reader, &view);
	if (check_normalise(c, c->vector) && take(c, "decoding", in, bytes, &e)) {
		if (!cql_message_read(&e, terms, c->memory.arena, &message, &err))
			check_error(c, "decoding", &err);
		else if (check_json(c, "decoding", comparable(c, c->vector, true),
				    comparable(c, wire_message_json(&view, &message), whole)))
			tablet(c, &message);
	}
	cql_inbox_free(in);
}

void check_frame(struct check *c)
{
	enum cql_role reader;
	cql_terms terms;
	cql_blob bytes;

	features(c->vector, &terms);
	if (get_direction(c, &reader) && check_get_hex(c, "hex", &bytes) &&
	    encodes(c, reader, &terms, bytes))
		decodes(c, reader, &terms, bytes, true);
}

void check_frame_tolerated(struct check *c)
{
	cql_terms terms;
	cql_blob bytes;

	features(c->vector, &terms);
	if (!check_get_hex(c, "hex", &bytes))
		return;
	if (!json_get(c->vector, "body") || !json_get(c->vector, "opcode"))
		check_fail(c, "the vector is broken: there is no \"opcode\" or no \"body\"");
	else
		decodes(c, check_reader(bytes), &terms, bytes, false);
}

/* ---- compressed frames ---------------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
	const cql_bound *x = a, *y = b;
	size_t least = x->name.len < y->name.len ? x->name.len : y->name.len;
	int order = least ? memcmp(x->name.data, y->name.data, least) : 0;

	return order ? order : (x->name.len > y->name.len) - (x->name.len < y->name.len);
}

/* Named values are a set: an encoder may write them in any order. */
static void sort_names(struct check *c, cql_message *message)
{
	cql_params *p = &message->as.query.params;
	cql_bound *copy;

	if (message->opcode != CQL_OP_QUERY || !p->value_count || !p->values[0].name.data)
		return;
	copy = pool_get(&c->memory.pool, p->value_count, sizeof *copy);
	memcpy(copy, p->values, p->value_count * sizeof *copy);
	qsort(copy, p->value_count, sizeof *copy, by_name);
	p->values = copy;
}

static struct json *meaning(struct check *c, const char *what, enum cql_role reader,
			    cql_envelope *e)
{
	struct wire_view view;
	cql_message message;
	coodie_error err;

	view_of(c, CQL_TERMS(), reader, &view);
	e->flags &= (uint8_t)~CQL_FLAG_COMPRESSED;
	if (!cql_message_read(e, NULL, c->memory.arena, &message, &err)) {
		check_error(c, what, &err);
		return NULL;
	}
	sort_names(c, &message);
	return wire_message_json(&view, &message);
}

void check_frame_compressed(struct check *c)
{
	enum cql_compression compression;
	cql_inbox *packed, *plain;
	cql_blob bytes, plain_bytes;
	struct json *wanted, *got;
	cql_envelope e, f;
	enum cql_role reader;

	if (!get_direction(c, &reader) || !check_get_compression(c, &compression) ||
	    !check_get_hex(c, "hex", &bytes) || !check_get_hex(c, "plain_hex", &plain_bytes))
		return;
	packed = check_inbox(c, reader, 4, compression, NULL);
	plain = check_inbox(c, reader, 0, CQL_COMPRESSION_NONE, NULL);
	if (take(c, "decoding", packed, bytes, &e) &&
	    take(c, "decoding plain_hex", plain, plain_bytes, &f)) {
		got = meaning(c, "decoding", reader, &e);
		wanted = got ? meaning(c, "decoding plain_hex", reader, &f) : NULL;
		if (wanted)
			check_json(c, "decoding", wanted, got);
	}
	cql_inbox_free(packed);
	cql_inbox_free(plain);
}

/* ---- malformed frames ----------------------------------------------------------------------- */

static const char *outcome(enum cql_inbox_status status)
{
	static const char *const names[] = { "a call for more bytes", "an envelope", "refusal" };

	return names[status];
}

static void refused_body(struct check *c, const cql_terms *terms, const cql_envelope *e)
{
	cql_message message;
	coodie_error err;

	if (cql_message_read(e, terms, c->memory.arena, &message, &err))
		check_fail(c, "decoding the body: wanted refusal, got a message");
}

void check_frame_malformed(struct check *c)
{
	static const struct {
		const char *name;
		enum cql_inbox_status wanted;
	} classes[] = {
		{ "incomplete", CQL_INBOX_MORE },    { "header", CQL_INBOX_FAILED },
		{ "version", CQL_INBOX_FAILED },     { "body", CQL_INBOX_ENVELOPE },
		{ "compression", CQL_INBOX_FAILED },
	};
	enum cql_inbox_status status = CQL_INBOX_FAILED;
	enum cql_compression compression;
	cql_terms terms;
	size_t class = 0;
	enum cql_role reader;
	const char *name;
	cql_envelope e;
	coodie_error err;
	cql_inbox *in;
	cql_blob bytes;

	if (!get_direction(c, &reader) || !check_get_text(c, "class", &name) ||
	    !check_get_compression(c, &compression) || !check_get_hex(c, "hex", &bytes))
		return;
	while (class < sizeof classes / sizeof classes[0] && strcmp(classes[class].name, name) != 0)
		class ++;
	if (class == sizeof classes / sizeof classes[0]) {
		check_fail(c, "nobody knows the class \"%s\"", name);
		return;
	}
	features(c->vector, &terms);
	in = check_inbox(c, reader, compression ? 4 : 0, compression, &terms);
	if (cql_inbox_feed(in, bytes.data, bytes.len, &err))
		status = cql_inbox_next(in, &e, &err);
	if (status != classes[class].wanted)
		check_fail(c, "decoding: wanted %s, got %s", outcome(classes[class].wanted),
			   outcome(status));
	else if (status == CQL_INBOX_ENVELOPE)
		refused_body(c, &terms, &e);
	cql_inbox_free(in);
}

/* ---- recorded exchanges --------------------------------------------------------------------- */

static bool understood(struct check *c, const char *what, const cql_envelope *e)
{
	cql_message message;
	coodie_error err;

	return cql_message_read(e, NULL, c->memory.arena, &message, &err) ||
	       check_error(c, what, &err);
}

/* What arrived gives exactly these envelopes, and each is a message. */
static bool gives(struct check *c, const char *what, cql_inbox *in, enum cql_role reader,
		  cql_blob bytes, const struct json *envelopes, bool one)
{
	const struct json *j = one ? envelopes : envelopes->first;
	enum cql_inbox_status status;
	coodie_error err;
	cql_envelope e;
	cql_blob wanted;

	if (!cql_inbox_feed(in, bytes.data, bytes.len, &err))
		return check_error(c, what, &err);
	while ((status = cql_inbox_next(in, &e, &err)) == CQL_INBOX_ENVELOPE) {
		if (!j)
			return check_fail(c, "%s: more envelopes than wanted", what);
		if (!check_hex(c, what, j, &wanted) ||
		    !check_bytes(c, what, wanted, check_envelope_bytes(c, &e, reader)) ||
		    !understood(c, what, &e))
			return false;
		j = one ? NULL : j->next;
	}
	if (status == CQL_INBOX_FAILED)
		return check_error(c, what, &err);
	if (j)
		return check_fail(c, "%s: fewer envelopes than wanted", what);
	return cql_inbox_is_empty(in) || check_fail(c, "%s: bytes were left over", what);
}

/* Segments begin behind the answer to STARTUP: until then a v5 request is its envelope. */
void check_capture(struct check *c)
{
	const struct json *request = json_get(c->vector, "request_envelope");
	const struct json *responses = json_get(c->vector, "response_envelopes");
	enum cql_compression compression;
	cql_inbox *server, *client;
	cql_blob sent, received, plain;
	int64_t version;
	bool framed;

	if (!check_get_number(c, "version", &version) || !check_get_compression(c, &compression) ||
	    !check_get_hex(c, "request", &sent) || !check_get_hex(c, "response", &received) ||
	    !check_get_hex(c, "request_envelope", &plain))
		return;
	if (!json_is(responses, JSON_ARRAY) || (version != 4 && version != 5)) {
		check_fail(c,
			   "the vector is broken: no \"response_envelopes\", or no such version");
		return;
	}
	framed = version == 4 || sent.len != plain.len ||
		 (sent.len && memcmp(sent.data, plain.data, sent.len) != 0);
	server = check_inbox(c, CQL_SERVER, framed ? (unsigned)version : 0, compression, NULL);
	client = check_inbox(c, CQL_CLIENT, framed ? (unsigned)version : 0, compression, NULL);
	if (gives(c, "request", server, CQL_SERVER, sent, request, true))
		gives(c, "response", client, CQL_CLIENT, received, responses, false);
	cql_inbox_free(server);
	cql_inbox_free(client);
}
