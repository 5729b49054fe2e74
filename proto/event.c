/* SPDX-License-Identifier: MIT */
/* Events: what happened to nodes, to the schema, and to ScyllaDB's client routes. */
#include "proto/event.h"

/* ---- what follows the type ------------------------------------------------------------------ */

static bool has_name(const cql_schema_change *c)
{
	return !cd_text_is_word(c->target, "KEYSPACE");
}

static bool has_arguments(const cql_schema_change *c)
{
	return cd_text_is_word(c->target, "FUNCTION") || cd_text_is_word(c->target, "AGGREGATE");
}

void cd_read_schema_change(struct cd_decoder *d, cql_schema_change *c)
{
	c->change = cd_decode_text(d, "change");
	c->target = cd_decode_text(d, "target");
	c->keyspace = cd_decode_text(d, "keyspace");
	if (has_name(c))
		c->name = cd_decode_text(d, "name");
	if (has_arguments(c))
		c->arguments = cd_decode_texts(d, "argument types");
}

void cd_write_schema_change(struct cd_encoder *w, const cql_schema_change *c)
{
	cd_encode_text(w, c->change, "the change");
	cd_encode_text(w, c->target, "the target");
	cd_encode_text(w, c->keyspace, "the keyspace");
	if (has_name(c))
		cd_encode_text(w, c->name, "the name");
	else if (c->name.data)
		cd_refuse(w, "name: a keyspace has no other");
	if (has_arguments(c))
		cd_encode_texts(w, c->arguments, "an argument type");
	else if (c->arguments.count)
		cd_refuse(w, "arguments: only functions and aggregates have some");
}

static void read_schema(struct cd_decoder *d, cql_event *e)
{
	cd_read_schema_change(d, &e->schema);
}

static void write_schema(struct cd_encoder *w, const cql_event *e)
{
	cd_write_schema_change(w, &e->schema);
}

static void read_node(struct cd_decoder *d, cql_event *e)
{
	e->change = cd_decode_text(d, "change");
	e->address = cd_decode_inetaddr(d, "address");
	e->port = cd_decode_i32(d, "port");
}

static void write_node(struct cd_encoder *w, const cql_event *e)
{
	cd_encode_text(w, e->change, "the change");
	cd_encode_inetaddr(w, &e->address, "the address");
	cd_buffer_be32(w->b, (uint32_t)e->port);
}

static void read_routes(struct cd_decoder *d, cql_event *e)
{
	e->change = cd_decode_text(d, "change");
	e->connection_ids = cd_decode_texts(d, "connection ids");
	e->host_ids = cd_decode_texts(d, "host ids");
}

static void write_routes(struct cd_encoder *w, const cql_event *e)
{
	cd_encode_text(w, e->change, "the change");
	cd_encode_texts(w, e->connection_ids, "a connection id");
	cd_encode_texts(w, e->host_ids, "a host id");
}

/* ---- EVENT ---------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	void (*read)(struct cd_decoder *d, cql_event *e);
	void (*write)(struct cd_encoder *w, const cql_event *e);
} events[] = {
	[CQL_EVENT_OTHER] = { "", NULL, NULL },
#define X(name, body) [CQL_EVENT_##name] = { #name, read_##body, write_##body },
#include "proto/event.def"
#undef X
};

enum { EVENTS = sizeof events / sizeof events[0] };

static enum cql_event_kind kind_of(cql_text type)
{
	for (unsigned i = CQL_EVENT_OTHER + 1; i < EVENTS; i++)
		if (cd_text_is_word(type, events[i].name))
			return (enum cql_event_kind)i;
	return CQL_EVENT_OTHER;
}

void cd_read_event(struct cd_decoder *d, cql_message *m)
{
	cql_event *e = &m->as.event;

	e->type = cd_decode_text(d, "type");
	e->kind = d->r.failed ? CQL_EVENT_OTHER : kind_of(e->type);
	if (events[e->kind].read)
		events[e->kind].read(d, e);
}

void cd_write_event(struct cd_encoder *w, const cql_message *m)
{
	const cql_event *e = &m->as.event;

	if ((unsigned)e->kind >= EVENTS) {
		cd_refuse(w, "kind: %u is unknown", (unsigned)e->kind);
	} else if (e->kind == CQL_EVENT_OTHER) {
		cd_encode_text(w, e->type, "the type");
	} else {
		cd_write_str(w->b, events[e->kind].name);
		events[e->kind].write(w, e);
	}
}
