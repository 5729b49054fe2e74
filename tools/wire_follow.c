/* SPDX-License-Identifier: MIT */
/* What a connection's messages say about those that follow: version, compression, extensions,
 * prepared statements. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tools/wire_stream.h"

enum { BUCKETS = 256 };

struct wire_startup {
	unsigned version;
	enum cql_compression compression;
};

struct wire_prepared {
	struct wire_prepared *next;
	struct bytes id;
	struct wire_columns markers, columns;
};

/* An EXECUTE without its answer. */
struct wire_pending {
	struct wire_pending *next;
	int16_t stream;
	struct wire_prepared *prepared;
};

struct wire_statements {
	struct wire_prepared *prepared[BUCKETS];
	struct wire_pending *pending[BUCKETS];
};

static void *must(void *memory)
{
	if (!memory) {
		fputs("coodie wire: out of memory\n", stderr);
		exit(EXIT_FAILURE);
	}
	return memory;
}

/* ---- prepared statements -------------------------------------------------------------------- */

static void free_columns(struct wire_columns *columns)
{
	for (size_t i = 0; i < columns->count; i++) {
		free(columns->at[i].name);
		cql_type_free(columns->at[i].type);
	}
	free(columns->at);
	*columns = (struct wire_columns){ NULL, 0 };
}

static void keep_columns(struct wire_columns *columns, const cql_column_spec *specs, size_t count)
{
	coodie_error err;

	free_columns(columns);
	if (!specs)
		return;
	columns->at = must(calloc(count + 1, sizeof *columns->at));
	columns->count = count;
	for (size_t i = 0; i < count; i++) {
		columns->at[i].name = must(
			strndup(specs[i].name.data ? specs[i].name.data : "", specs[i].name.len));
		columns->at[i].type = must(cql_type_dup(specs[i].type, &err));
	}
}

static struct wire_prepared **bucket_of(struct wire_statements *s, cql_blob id)
{
	uint32_t hash = 0;

	for (size_t i = 0; i < id.len; i++)
		hash = (hash ^ id.data[i]) * 16777619u;
	return &s->prepared[(hash ^ hash >> 16) % BUCKETS];
}

static struct wire_prepared *find_prepared(struct wire_connection *c, cql_blob id)
{
	struct wire_prepared *p = c->statements ? *bucket_of(c->statements, id) : NULL;

	while (p && (p->id.len != id.len || (id.len && memcmp(p->id.at, id.data, id.len) != 0)))
		p = p->next;
	return p;
}

static const struct wire_columns *find_markers(void *user, cql_blob id)
{
	struct wire_prepared *p = find_prepared(user, id);

	return p ? &p->markers : NULL;
}

static void learn_prepared(struct wire_connection *c, const cql_result *result)
{
	struct wire_prepared *p = find_prepared(c, result->id), **bucket;

	if (!c->statements)
		c->statements = must(calloc(1, sizeof *c->statements));
	if (!p) {
		bucket = bucket_of(c->statements, result->id);
		p = must(calloc(1, sizeof *p));
		bytes_add(&p->id, result->id.data, result->id.len);
		p->next = *bucket;
		*bucket = p;
	}
	keep_columns(&p->markers, result->markers.columns, result->markers.column_count);
	keep_columns(&p->columns, result->metadata.columns, result->metadata.column_count);
}

/* ---- requests that wait for their answers --------------------------------------------------- */

static void forget(struct wire_connection *c, int16_t stream)
{
	struct wire_pending **at;

	if (!c->statements)
		return;
	for (at = &c->statements->pending[(uint16_t)stream % BUCKETS]; *at; at = &(*at)->next)
		if ((*at)->stream == stream) {
			struct wire_pending *gone = *at;
			*at = gone->next;
			free(gone);
			return;
		}
}

static void remember(struct wire_connection *c, int16_t stream, struct wire_prepared *prepared)
{
	struct wire_pending **bucket, *p;

	forget(c, stream);
	if (!prepared)
		return;
	p = must(calloc(1, sizeof *p));
	p->stream = stream;
	p->prepared = prepared;
	bucket = &c->statements->pending[(uint16_t)stream % BUCKETS];
	p->next = *bucket;
	*bucket = p;
}

static struct wire_prepared *asked(struct wire_connection *c, int16_t stream)
{
	struct wire_pending *p;

	if (!c->statements)
		return NULL;
	p = c->statements->pending[(uint16_t)stream % BUCKETS];
	while (p && p->stream != stream)
		p = p->next;
	return p ? p->prepared : NULL;
}

/* ---- the handshake -------------------------------------------------------------------------- */

static bool is(cql_text text, const char *word)
{
	return text.len == strlen(word) && !strncasecmp(text.data, word, text.len);
}

static void learn_supported(struct wire_connection *c, const cql_message *m)
{
	static const char prefix[] = "ERROR_CODE=";

	for (uint16_t i = 0; i < m->as.options.count; i++) {
		const cql_option *o = &m->as.options.at[i];
		cql_text v = o->value_count ? o->values[0] : (cql_text){ NULL, 0 };
		char text[16];
		if (!is(o->key, "SCYLLA_RATE_LIMIT_ERROR") || v.len < sizeof prefix ||
		    memcmp(v.data, prefix, sizeof prefix - 1) != 0)
			continue;
		snprintf(text, sizeof text, "%.*s", (int)(v.len - sizeof prefix + 1),
			 v.data + sizeof prefix - 1);
		c->advertised_rate_limit = (int32_t)strtol(text, NULL, 10);
	}
}

static void learn_startup(struct wire_connection *c, const cql_message *m)
{
	struct wire_startup *startup = c->startup ? c->startup : must(calloc(1, sizeof *startup));

	*startup = (struct wire_startup){ .version = m->version };
	c->startup = startup;
	c->terms = (cql_terms){ .size = sizeof c->terms };
	for (uint16_t i = 0; i < m->as.options.count; i++) {
		const cql_option *o = &m->as.options.at[i];
		cql_text v = o->value_count ? o->values[0] : (cql_text){ NULL, 0 };
		if (is(o->key, "COMPRESSION"))
			startup->compression = is(v, "lz4")      ? CQL_COMPRESSION_LZ4
					       : is(v, "snappy") ? CQL_COMPRESSION_SNAPPY
								 : CQL_COMPRESSION_NONE;
		c->terms.metadata_id |= is(o->key, "SCYLLA_USE_METADATA_ID");
		c->terms.tablets_v2 |= is(o->key, "TABLETS_ROUTING_V2_EXPERIMENTAL");
		if (is(o->key, "SCYLLA_RATE_LIMIT_ERROR"))
			c->terms.rate_limit_error = c->advertised_rate_limit;
	}
	c->has_startup = true;
	c->mode = WIRE_ENVELOPES;
	c->version = m->version;
	c->compression = m->version < 5 ? startup->compression : CQL_COMPRESSION_NONE;
}

/* From the answer to STARTUP on, v5 travels in segments. */
static void learn_answer(struct wire_connection *c)
{
	if (wire_awaits_segments(c)) {
		c->mode = WIRE_SEGMENTS;
		c->compression = c->startup->compression;
	}
	free(c->startup);
	c->startup = NULL;
}

bool wire_awaits_segments(const struct wire_connection *c)
{
	return c->startup && c->startup->version >= 5;
}

static void learn(struct wire_connection *c, const cql_message *m)
{
	struct wire_prepared *prepared = NULL;

	switch (m->opcode) {
	case CQL_OP_SUPPORTED:
		learn_supported(c, m);
		break;
	case CQL_OP_STARTUP:
		learn_startup(c, m);
		break;
	case CQL_OP_READY:
	case CQL_OP_AUTHENTICATE:
		learn_answer(c);
		break;
	case CQL_OP_EXECUTE:
		remember(c, m->stream, find_prepared(c, m->as.execute.id));
		return;
	case CQL_OP_RESULT:
		if (m->as.result.kind == COODIE_RESULT_PREPARED)
			learn_prepared(c, &m->as.result);
		prepared = asked(c, m->stream);
		if (prepared && m->as.result.kind == COODIE_RESULT_ROWS &&
		    m->as.result.metadata.columns)
			keep_columns(&prepared->columns, m->as.result.metadata.columns,
				     m->as.result.metadata.column_count);
		break;
	default:
		break;
	}
	if (m->stream >= 0)
		forget(c, m->stream);
}

/* ---- messages ------------------------------------------------------------------------------- */

/* Where nothing is known of the compression of a body, what unpacks it is taken for it. */
static cql_inbox *unpack_as(struct wire_connection *c, enum cql_compression compression,
			    bool request, cql_blob bytes, cql_envelope *out, coodie_error *err)
{
	cql_inbox *in = must(cql_inbox_new(request ? CQL_SERVER : CQL_CLIENT, NULL, NULL, err));
	cql_envelope e;

	cql_inbox_switch(in, 4, compression);
	if (cql_inbox_feed(in, bytes.data, bytes.len, err) &&
	    cql_inbox_next(in, &e, err) == CQL_INBOX_ENVELOPE) {
		*out = e;
		c->compression = compression;
		return in;
	}
	cql_inbox_free(in);
	return NULL;
}

static cql_inbox *unpack(struct wire_connection *c, bool request, cql_blob bytes, cql_envelope *out,
			 coodie_error *err)
{
	cql_inbox *in;

	if (c->compression || c->has_startup)
		return unpack_as(c, c->compression, request, bytes, out, err);
	in = unpack_as(c, CQL_COMPRESSION_LZ4, request, bytes, out, err);
	return in ? in : unpack_as(c, CQL_COMPRESSION_SNAPPY, request, bytes, out, err);
}

static void show(struct wire_connection *c, const struct wire_origin *origin, const cql_envelope *e)
{
	struct wire_memory *memory = &c->sink->memory;
	struct wire_prepared *prepared;
	coodie_error err;
	cql_message message;

	if (!cql_message_read(e, &c->terms, memory->arena, &message, &err)) {
		wire_show_broken(c, origin, e, &err);
		return;
	}
	prepared = origin->is_request ? NULL : asked(c, message.stream);
	struct wire_view view = {
		.memory = memory,
		.columns = prepared ? &prepared->columns : NULL,
		.find = find_markers,
		.user = c,
		.rate_limit_error = c->terms.rate_limit_error,
		.has_tablets = c->terms.tablets_v2,
		.is_request = origin->is_request,
		.decode = true,
		.readable = !c->sink->json,
		.conceal = true,
	};
	wire_show(c, origin, &view, &message, e);
	learn(c, &message);
}

void wire_follow(struct wire_connection *c, const struct wire_origin *origin, cql_blob envelope)
{
	const uint8_t *at = envelope.data;
	cql_envelope e = { .version = at[0] & 0x7f,
			   .flags = at[1],
			   .stream = (int16_t)(at[2] << 8 | at[3]),
			   .opcode = at[4],
			   .body = { at + CQL_HEADER_SIZE, envelope.len - CQL_HEADER_SIZE } };
	cql_inbox *in = NULL;
	coodie_error err;

	if (e.version == 4 && c->mode == WIRE_UNKNOWN && !c->version)
		c->version = 4;
	if (e.version == 4 && e.flags & CQL_FLAG_COMPRESSED) {
		in = unpack(c, origin->is_request, envelope, &e, &err);
		if (!in)
			wire_show_broken(c, origin, &e, &err);
	}
	if (in || e.version != 4 || !(e.flags & CQL_FLAG_COMPRESSED))
		show(c, origin, &e);
	cql_inbox_free(in);
	wire_memory_reset(&c->sink->memory);
}

void wire_connection_init(struct wire_connection *c, struct wire_sink *sink)
{
	*c = (struct wire_connection){ .sink = sink, .terms = { .size = sizeof c->terms } };
}

void wire_connection_deinit(struct wire_connection *c)
{
	struct wire_statements *s = c->statements;

	for (size_t i = 0; s && i < BUCKETS; i++) {
		while (s->prepared[i]) {
			struct wire_prepared *p = s->prepared[i];
			s->prepared[i] = p->next;
			free_columns(&p->markers);
			free_columns(&p->columns);
			bytes_free(&p->id);
			free(p);
		}
		while (s->pending[i])
			forget(c, s->pending[i]->stream);
	}
	free(s);
	free(c->startup);
}
