/* SPDX-License-Identifier: MIT */
/* The bodies of the peer's messages: strings, types, values, and what a one-node cluster says
 * about itself. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tests/peer_internal.h"

static const char duration_class[] = "org.apache.cassandra.db.marshal.DurationType";

void peer_put_string(struct cd_buffer *b, const char *text)
{
	cd_buffer_be16(b, (uint16_t)strlen(text));
	cd_buffer_bytes(b, text, strlen(text));
}

/* [option], v4 section 4.2.5.2. Vectors are not known here. */
static void put_type(struct cd_buffer *b, unsigned version, const cql_type *type)
{
	enum cql_kind kind = cql_type_kind(type);

	peer_must(kind != CQL_KIND_VECTOR, "a type that the peer can write");
	if (kind == CQL_KIND_DURATION && version < 5) {
		cd_buffer_be16(b, CQL_KIND_CUSTOM);
		peer_put_string(b, duration_class);
		return;
	}
	cd_buffer_be16(b, (uint16_t)kind);
	if (kind == CQL_KIND_UDT) {
		peer_put_string(b, cql_type_keyspace(type));
		peer_put_string(b, cql_type_name(type));
	}
	if (kind == CQL_KIND_TUPLE || kind == CQL_KIND_UDT)
		cd_buffer_be16(b, (uint16_t)cql_type_count(type));
	for (size_t i = 0; i < cql_type_count(type); i++) {
		if (kind == CQL_KIND_UDT)
			peer_put_string(b, cql_type_field(type, i));
		put_type(b, version, cql_type_at(type, i));
	}
}

void peer_put_columns(struct cd_buffer *b, unsigned version, const struct peer_column *columns,
		      size_t count)
{
	if (!count)
		return;
	peer_put_string(b, "peer");
	peer_put_string(b, "statement");
	for (size_t i = 0; i < count; i++) {
		peer_put_string(b, columns[i].name);
		put_type(b, version, columns[i].type);
	}
}

static void put_bytes(struct cd_buffer *b, const void *data, size_t len)
{
	cd_buffer_be32(b, (uint32_t)len);
	cd_buffer_bytes(b, data, len);
}

static void put_integer(struct cd_buffer *b, const cql_type *type, int64_t v)
{
	static const struct {
		enum cql_kind kind;
		uint8_t size;
	} sizes[] = {
		{ CQL_KIND_TINYINT, 1 }, { CQL_KIND_SMALLINT, 2 }, { CQL_KIND_INT, 4 },
		{ CQL_KIND_BIGINT, 8 },  { CQL_KIND_COUNTER, 8 },  { CQL_KIND_TIMESTAMP, 8 },
	};
	uint8_t bytes[8];

	cd_put_be64(bytes, (uint64_t)v);
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
		if (sizes[i].kind == cql_type_kind(type)) {
			put_bytes(b, bytes + 8 - sizes[i].size, sizes[i].size);
			return;
		}
	peer_must(false, "an integer for a column of another type");
}

void peer_put_value(struct cd_buffer *b, const cql_type *type, cql_value v)
{
	uint64_t bits;
	uint8_t bytes[8];

	switch ((enum cql_tag)v.is.tag) {
	case CQL_TAG_NULL:
		cd_buffer_be32(b, UINT32_MAX);
		break;
	case CQL_TAG_BOOL:
		put_bytes(b, v.as.boolean ? "\1" : "\0", 1);
		break;
	case CQL_TAG_INT:
		put_integer(b, type, v.as.integer);
		break;
	case CQL_TAG_TIMESTAMP:
		put_integer(b, type, v.as.timestamp.milliseconds);
		break;
	case CQL_TAG_DOUBLE:
		memcpy(&bits, &v.as.real, sizeof bits);
		cd_put_be64(bytes, bits);
		put_bytes(b, bytes, 8);
		break;
	case CQL_TAG_TEXT:
		put_bytes(b, v.as.text.data, v.as.text.len);
		break;
	case CQL_TAG_BLOB:
	case CQL_TAG_ENCODED:
		put_bytes(b, v.as.blob.data, v.as.blob.len);
		break;
	case CQL_TAG_UUID:
		put_bytes(b, v.as.uuid.bytes, sizeof v.as.uuid.bytes);
		break;
	case CQL_TAG_INET:
		put_bytes(b, v.as.inet.address, v.as.inet.length);
		break;
	default:
		peer_must(false, "a value that the peer can write; others by cql_from_encoded()");
	}
}

/* ---- columns --------------------------------------------------------------------------------- */

static char *copy(const char *from, const char *to)
{
	char *text;

	while (from < to && isspace((unsigned char)*from))
		from++;
	while (to > from && isspace((unsigned char)to[-1]))
		to--;
	text = strndup(from, (size_t)(to - from));
	peer_must(text, "memory for a text");
	return text;
}

/* The end of the item that begins here: a comma outside of <>, or the end. */
static const char *item_end(const char *at)
{
	for (int depth = 0; *at && (depth || *at != ','); at++)
		depth += (*at == '<') - (*at == '>');
	return at;
}

struct peer_column *peer_parse_columns(const char *text, size_t *count)
{
	struct peer_column *columns = NULL;

	*count = 0;
	for (const char *at = text, *end; at && *at; at = *end ? end + 1 : end) {
		const char *space;
		coodie_error err = { 0 };
		char *type;
		while (isspace((unsigned char)*at))
			at++;
		end = item_end(at);
		space = strchr(at, ' ');
		peer_must(space && space < end, "columns are written: name type, name type");
		columns = realloc(columns, (*count + 1) * sizeof *columns);
		peer_must(columns, "memory for columns");
		columns[*count].name = copy(at, space);
		type = copy(space, end);
		columns[*count].type = cql_type_parse(type, &err);
		peer_must(columns[*count].type, err.message);
		free(type);
		++*count;
	}
	return columns;
}

void peer_free_columns(struct peer_column *columns, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(columns[i].name);
		cql_type_free(columns[i].type);
	}
	free(columns);
}

/* ---- system.local and system.peers ----------------------------------------------------------- */

enum { FACTS = 22 };

struct fact {
	const char *name, *type;
	cql_value value;
};

static cql_value uuid(const char *text)
{
	cql_uuid u;

	peer_must(cql_uuid_parse(text, &u, NULL), "a uuid");
	return cql(u);
}

static cql_value inet(const char *text)
{
	cql_inet i;

	peer_must(cql_inet_parse(text, &i, NULL), "an address");
	return cql(i);
}

static void know_facts(const struct peer *p, struct fact facts[FACTS])
{
	const char *host = p->options.address ? p->options.address : "127.0.0.1";
	/* the one token "0", as set<text> is written */
	static const uint8_t tokens[] = { 0, 0, 0, 1, 0, 0, 0, 1, '0' };
	const struct fact rows[FACTS] = {
		{ "key", "text", cql("local") },
		{ "bootstrapped", "text", cql("COMPLETED") },
		{ "broadcast_address", "inet", inet(host) },
		{ "broadcast_port", "int", cql(7000) },
		{ "cluster_name", "text", cql("Peer Cluster") },
		{ "cql_version", "text", cql("3.4.7") },
		{ "data_center", "text", cql("dc1") },
		{ "host_id", "uuid", uuid("01020304-0506-4708-890a-0b0c0d0e0f10") },
		{ "listen_address", "inet", inet(host) },
		{ "listen_port", "int", cql(7000) },
		{ "native_protocol_version", "text", cql("5") },
		{ "partitioner", "text", cql("org.apache.cassandra.dht.Murmur3Partitioner") },
		{ "rack", "text", cql("r1") },
		{ "release_version", "text", cql("5.0.6-peer") },
		{ "rpc_address", "inet", inet(host) },
		{ "rpc_port", "int", cql((int)p->port) },
		{ "schema_version", "uuid", uuid("11020304-0506-4708-890a-0b0c0d0e0f10") },
		{ "tokens", "set<text>", cql_from_encoded(tokens, sizeof tokens) },
		{ "peer", "inet", cql_null() },
		{ "peer_port", "int", cql_null() },
		{ "native_address", "inet", cql_null() },
		{ "native_port", "int", cql_null() },
	};
	memcpy(facts, rows, sizeof rows);
}

static void add_fact(struct peer_script *s, const struct fact *f)
{
	struct peer_column *c;
	coodie_error err = { 0 };

	s->columns = realloc(s->columns, (s->column_count + 1) * sizeof *s->columns);
	peer_must(s->columns, "memory for columns");
	c = &s->columns[s->column_count++];
	c->name = copy(f->name, f->name + strlen(f->name));
	c->type = cql_type_parse(f->type, &err);
	peer_must(c->type, err.message);
	peer_put_value(&s->cells, c->type, f->value);
}

/* One name of the list after SELECT; * is all of them. */
static void select_name(struct peer_script *s, const char *name, const struct fact facts[FACTS])
{
	char message[160];
	bool found = false;

	for (size_t i = 0; i < FACTS; i++)
		if (!strcmp(name, "*") || !strcasecmp(name, facts[i].name)) {
			add_fact(s, &facts[i]);
			found = true;
		}
	if (found || s->answer.kind == PEER_ERROR)
		return;
	snprintf(message, sizeof message, "Undefined column name %.40s in table system.local",
		 name);
	s->answer.kind = PEER_ERROR;
	s->answer.code = 0x2200;
	s->message = copy(message, message + strlen(message));
}

struct peer_script *peer_system_script(const struct peer *p, const char *cql)
{
	const char *from = strcasestr(cql, " FROM "), *at, *end;
	struct fact facts[FACTS];
	struct peer_script *s;

	if (!from || strncasecmp(cql, "SELECT ", 7) || strncasecmp(from + 6, "system.", 7))
		return NULL;
	if (strncasecmp(from + 13, "local", 5) && strncasecmp(from + 13, "peers", 5))
		return NULL;
	s = calloc(1, sizeof *s);
	peer_must(s, "memory for a script");
	s->references = 1;
	s->answer.kind = PEER_ROWS;
	s->row_count = !strncasecmp(from + 13, "local", 5);
	cd_buffer_init(&s->cells, NULL, 0);
	cd_buffer_init(&s->details, NULL, 0);
	know_facts(p, facts);
	for (at = cql + 7; at < from; at = end + 1) {
		char *name;
		end = item_end(at);
		end = end < from ? end : from;
		name = copy(at, end);
		select_name(s, name, facts);
		free(name);
	}
	if (!s->row_count)
		cd_buffer_clear(&s->cells);
	return s;
}
