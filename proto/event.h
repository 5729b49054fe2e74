/* SPDX-License-Identifier: MIT */
/* EVENT, and the schema change that a RESULT can be as well (v4 sections 4.2.6 and 4.2.5.5). */
#ifndef PROTO_EVENT_H
#define PROTO_EVENT_H

#include <coodie/value.h>

#include "proto/notation.h"

enum cd_event_kind {
	CD_EVENT_OTHER, /* a type that is not in the table: to be ignored */
#define X(name, body) CD_EVENT_##name,
#include "proto/event.def"
#undef X
};

/* Borrowed. The words are as on the wire: servers may know more of them than we do. */
struct cd_schema_change {
	struct cd_span change, target, keyspace,
		name;             /* name: at NULL when the target is a keyspace */
	struct cd_span arguments; /* of a function or aggregate: a [string list] from its first
				     string on */
	uint16_t argument_count;
};

bool cd_read_schema_change(struct cd_reader *r, struct cd_schema_change *out, coodie_error *err);
void cd_write_schema_change(struct cd_buffer *b, const struct cd_schema_change *c);

struct cd_event {
	enum cd_event_kind kind;
	struct cd_span type;
	struct cd_span change; /* of a node: "UP", "NEW_NODE", ... */
	cql_inet address;
	int32_t port;
	struct cd_schema_change schema; /* of SCHEMA_CHANGE */
};

/* "STATUS_CHANGE", as REGISTER wants it; "" for CD_EVENT_OTHER. */
const char *cd_event_name(enum cd_event_kind kind);
/* Of an unknown type only `type` is set: it is no error. */
bool cd_read_event(struct cd_reader *r, struct cd_event *out, coodie_error *err);
/* The type is written by its kind. */
void cd_write_event(struct cd_buffer *b, const struct cd_event *e);

#endif
