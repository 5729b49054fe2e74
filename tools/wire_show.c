/* SPDX-License-Identifier: MIT */
/* Prints the messages and the complaints of `coodie wire decode`. */
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

#include "tools/wire_print.h"
#include "tools/wire_stream.h"

static const struct {
	unsigned flag;
	const char *name;
} flags[] = {
	{ CQL_FLAG_COMPRESSED, "compressed" },
	{ CQL_FLAG_TRACING, "tracing" },
	{ CQL_FLAG_CUSTOM_PAYLOAD, "custom payload" },
	{ CQL_FLAG_WARNINGS, "warnings" },
	{ CQL_FLAG_BETA, "beta" },
};

static void print_time(FILE *to, double time)
{
	time_t seconds = (time_t)time;
	struct tm tm;
	char text[32];

	if (!(time > 0 && time < 1e11) || !gmtime_r(&seconds, &tm))
		return;
	strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &tm);
	fprintf(to, "%s.%06dZ ", text, (int)((time - (double)seconds) * 1e6));
}

/* Where it was found: in a capture who sent it and when, else at which byte. */
static void print_place(const struct wire_stream *s, bool is_request, uint64_t offset)
{
	const struct wire_connection *c = s->connection;
	FILE *to = c->sink->to;

	if (!*c->client) {
		fprintf(to, "@%" PRIu64 " ", offset);
		return;
	}
	print_time(to, s->time);
	fprintf(to, "%s > %s ", is_request ? c->client : c->server,
		is_request ? c->server : c->client);
}

static void put_place(struct json *out, const struct wire_stream *s, bool is_request,
		      uint64_t offset)
{
	const struct wire_connection *c = s->connection;
	struct pool *pool = &c->sink->memory.pool;
	const char *from = is_request ? c->client : c->server;
	const char *to = is_request ? c->server : c->client;
	const char *time;

	json_put(out, "offset", json_int(pool, (int64_t)offset));
	if (!*c->client)
		return;
	time = pool_printf(pool, "%.6f", s->time);
	json_put(out, "time", json_text(pool, time, strlen(time)))->kind = JSON_NUMBER;
	json_put(out, "from", json_text(pool, from, strlen(from)));
	json_put(out, "to", json_text(pool, to, strlen(to)));
}

static void print_json_line(struct wire_sink *sink, const struct json *j)
{
	json_print(sink->to, j);
	putc('\n', sink->to);
}

void wire_complain(const struct wire_stream *s, uint64_t offset, const char *format, ...)
{
	struct wire_sink *sink = s->connection->sink;
	struct json *j;
	char text[400];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	sink->errors++;
	if (sink->json) {
		j = json_new(&sink->memory.pool, JSON_OBJECT);
		put_place(j, s, s->direction == 1, offset);
		json_put(j, "error", json_text(&sink->memory.pool, text, strlen(text)));
		print_json_line(sink, j);
		return;
	}
	print_place(s, s->direction == 1, offset);
	fputs("! ", sink->to);
	wire_print_text(sink->to, text, strlen(text));
	putc('\n', sink->to);
}

void wire_show_segment(const struct wire_stream *s, uint64_t offset, const cql_segment *segment)
{
	FILE *to = s->connection->sink->to;

	if (s->connection->sink->json)
		return;
	print_place(s, s->direction == 1, offset);
	fprintf(to, "segment, %zu bytes, payload %u", segment->size,
		(unsigned)segment->payload_len);
	if (segment->plain_len)
		fprintf(to, " unpacked to %u", (unsigned)segment->plain_len);
	fputs(segment->is_self_contained ? "\n" : ", part of an envelope\n", to);
}

/* ---- messages ------------------------------------------------------------------------------- */

static void print_header(const struct wire_origin *origin, const cql_envelope *e)
{
	FILE *to = origin->stream->connection->sink->to;
	const char *name = cql_opcode_name(e->opcode);
	size_t wire = origin->size - CQL_HEADER_SIZE;

	print_place(origin->stream, origin->is_request, origin->offset);
	fprintf(to, "%s v%u %s, stream %d, %zu byte%s", origin->is_request ? "request" : "response",
		e->version, name, e->stream, e->body.len, e->body.len == 1 ? "" : "s");
	if (wire != e->body.len)
		fprintf(to, " out of %zu", wire);
	for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
		if (e->flags & flags[i].flag)
			fprintf(to, ", %s", flags[i].name);
	putc('\n', to);
}

void wire_show(struct wire_connection *c, const struct wire_origin *origin, struct wire_view *view,
	       const cql_message *message, const cql_envelope *envelope)
{
	struct json *j = wire_message_json(view, message), *line, *next;
	struct wire_sink *sink = c->sink;

	sink->messages++;
	if (sink->json) {
		line = json_new(&sink->memory.pool, JSON_OBJECT);
		put_place(line, origin->stream, origin->is_request, origin->offset);
		for (struct json *item = j->first; item; item = next) {
			next = item->next;
			item->next = NULL;
			json_add(line, item);
		}
		print_json_line(sink, line);
		return;
	}
	print_header(origin, envelope);
	for (struct json *item = j->first; item; item = next) {
		struct json alone = { .kind = JSON_OBJECT, .len = 1 };
		next = item->next;
		item->next = NULL;
		alone.first = alone.last = item;
		if (!strcmp(item->key, "body"))
			wire_print_fields(sink->to, item, 4);
		else if (item->kind == JSON_ARRAY || !strcmp(item->key, "tracing_id"))
			wire_print_fields(sink->to, &alone, 4);
	}
}

void wire_show_broken(struct wire_connection *c, const struct wire_origin *origin,
		      const cql_envelope *e, const coodie_error *err)
{
	enum { SHOWN = 64 };
	struct wire_sink *sink = c->sink;
	struct pool *pool = &sink->memory.pool;
	bool secret = e->opcode == CQL_OP_AUTH_RESPONSE;
	size_t shown = e->body.len > SHOWN ? SHOWN : e->body.len;
	const char *hex = secret ? "(secret)" : json_hex(pool, e->body.data, shown)->text;
	struct json *j;

	sink->errors++;
	if (!sink->json) {
		print_header(origin, e);
		fprintf(sink->to, "  ! %s\n    bytes: %s%s\n", err->message, hex,
			shown < e->body.len ? "..." : "");
		return;
	}
	j = json_new(pool, JSON_OBJECT);
	put_place(j, origin->stream, origin->is_request, origin->offset);
	json_put(j, "version", json_int(pool, e->version));
	json_put(j, "direction",
		 json_text(pool, origin->is_request ? "request" : "response",
			   origin->is_request ? 7 : 8));
	json_put(j, "opcode",
		 json_text(pool, cql_opcode_name(e->opcode), strlen(cql_opcode_name(e->opcode))));
	json_put(j, "stream", json_int(pool, e->stream));
	json_put(j, "flags", json_int(pool, e->flags));
	json_put(j, "error", json_text(pool, err->message, strlen(err->message)));
	json_put(j, "bytes",
		 secret ? json_text(pool, hex, strlen(hex))
			: json_hex(pool, e->body.data, e->body.len));
	print_json_line(sink, j);
}
