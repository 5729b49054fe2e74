/* SPDX-License-Identifier: MIT */
/* Events: what happened to nodes and to the schema. */
#include "proto/event.h"

#include "base/error.h"

enum body { NONE, NODE, SCHEMA };

static const struct {
	const char *name;
	enum body body;
} events[] = {
	[CD_EVENT_OTHER] = { "", NONE },
#define X(name, body) [CD_EVENT_##name] = { #name, body },
#include "proto/event.def"
#undef X
};

static bool is(struct cd_span word, const char *name)
{
	return word.len == strlen(name) && memcmp(word.at, name, word.len) == 0;
}

static void write_span(struct cd_buffer *b, struct cd_span s)
{
	cd_write_string(b, (const char *)s.at, s.len);
}

static bool has_name(const struct cd_schema_change *c)
{
	return !is(c->target, "KEYSPACE");
}

static bool has_arguments(const struct cd_schema_change *c)
{
	return is(c->target, "FUNCTION") || is(c->target, "AGGREGATE");
}

static void read_change(struct cd_reader *r, struct cd_schema_change *c)
{
	c->change = cd_read_string(r);
	c->target = cd_read_string(r);
	c->keyspace = cd_read_string(r);
	if (has_name(c))
		c->name = cd_read_string(r);
	if (!has_arguments(c))
		return;
	c->argument_count = cd_reader_be16(r);
	const uint8_t *from = r->at;
	for (uint16_t i = 0; i < c->argument_count && !r->failed; i++)
		cd_read_string(r);
	c->arguments = (struct cd_span){ from, (size_t)(r->at - from) };
}

bool cd_read_schema_change(struct cd_reader *r, struct cd_schema_change *out, coodie_error *err)
{
	struct cd_schema_change c = { 0 };

	read_change(r, &c);
	if (r->failed)
		return cd_fail(err, COODIE_ERR_PROTOCOL, "SCHEMA_CHANGE: the body ends too early");
	*out = c;
	return true;
}

void cd_write_schema_change(struct cd_buffer *b, const struct cd_schema_change *c)
{
	write_span(b, c->change);
	write_span(b, c->target);
	write_span(b, c->keyspace);
	if (has_name(c))
		write_span(b, c->name);
	if (!has_arguments(c))
		return;
	cd_buffer_be16(b, c->argument_count);
	cd_buffer_bytes(b, c->arguments.at, c->arguments.len);
}

const char *cd_event_name(enum cd_event_kind kind)
{
	return (size_t)kind < sizeof events / sizeof events[0] ? events[kind].name : "";
}

static enum cd_event_kind kind_of(struct cd_span type)
{
	for (size_t i = CD_EVENT_OTHER + 1; i < sizeof events / sizeof events[0]; i++)
		if (is(type, events[i].name))
			return (enum cd_event_kind)i;
	return CD_EVENT_OTHER;
}

bool cd_read_event(struct cd_reader *r, struct cd_event *out, coodie_error *err)
{
	struct cd_event e = { .type = cd_read_string(r) };

	e.kind = kind_of(e.type);
	switch (events[e.kind].body) {
	case NODE:
		e.change = cd_read_string(r);
		cd_read_inetaddr(r, e.address.address, &e.address.length);
		e.port = (int32_t)cd_reader_be32(r);
		break;
	case SCHEMA:
		read_change(r, &e.schema);
		break;
	case NONE:
		break;
	}
	if (r->failed)
		return cd_fail(err, COODIE_ERR_PROTOCOL,
			       "EVENT: the body ends too early, or an address has a wrong length");
	*out = e;
	return true;
}

void cd_write_event(struct cd_buffer *b, const struct cd_event *e)
{
	cd_write_str(b, cd_event_name(e->kind));
	switch (events[e->kind].body) {
	case NODE:
		write_span(b, e->change);
		cd_buffer_u8(b, e->address.length);
		cd_buffer_bytes(b, e->address.address, e->address.length);
		cd_buffer_be32(b, (uint32_t)e->port);
		break;
	case SCHEMA:
		cd_write_schema_change(b, &e->schema);
		break;
	case NONE:
		break;
	}
}
