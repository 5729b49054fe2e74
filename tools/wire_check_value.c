/* SPDX-License-Identifier: MIT */
/* Golden vectors of values, types, notations, tokens and shards. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/wire_check.h"

/* ---- values --------------------------------------------------------------------------------- */

struct value {
	const cql_type *type;
	cql_blob bytes;
	cql_value meant; /* by the vector */
};

static bool get_type(struct check *c, const cql_type **out)
{
	const char *text;
	coodie_error err;

	if (!check_get_text(c, "type", &text))
		return false;
	*out = wire_type_parse(&c->memory, text, &err);
	return *out || check_error(c, "reading the type", &err);
}

static bool get_value(struct check *c, struct value *v)
{
	const struct json *j = json_get(c->vector, "value");
	coodie_error err;

	if (!get_type(c, &v->type) || !check_get_hex(c, "hex", &v->bytes))
		return false;
	if (!j)
		return check_fail(c, "the vector is broken: there is no \"value\"");
	return wire_value_read(&c->memory, v->type, j, &v->meant, &err) ||
	       check_error(c, "reading the value", &err);
}

/* decode(type, hex) == value. Both sides go through the same printer, which loses nothing. */
static bool decodes(struct check *c, const struct value *v, cql_value *out)
{
	struct pool *pool = &c->memory.pool;
	coodie_error err;

	if (!cql_decode(v->type, v->bytes, out, &err))
		return check_error(c, "decoding", &err);
	return check_json(c, "decoding", wire_value_json(pool, v->type, v->meant),
			  wire_value_json(pool, v->type, *out));
}

static bool encodes(struct check *c, const char *what, const struct value *v, cql_value value)
{
	coodie_error err;
	cql_blob bytes;

	if (!cql_encode(v->type, value, c->memory.arena, &bytes, &err))
		return check_error(c, what, &err);
	return check_bytes(c, what, v->bytes, bytes);
}

void check_value(struct check *c)
{
	struct value v;
	cql_value decoded;

	if (get_value(c, &v) && encodes(c, "encoding", &v, v.meant) && decodes(c, &v, &decoded))
		encodes(c, "encoding what was decoded", &v, decoded);
}

void check_value_decode(struct check *c)
{
	struct value v;
	cql_value decoded;

	if (get_value(c, &v))
		decodes(c, &v, &decoded);
}

void check_value_reject(struct check *c)
{
	const cql_type *type;
	cql_blob bytes;
	cql_value value;
	coodie_error err;

	if (!get_type(c, &type) || !check_get_hex(c, "hex", &bytes))
		return;
	if (cql_decode(type, bytes, &value, &err))
		check_fail(c, "decoding: wanted a failure, got %s",
			   wire_value_literal(&c->memory.pool, type, value));
}

/* ---- types ---------------------------------------------------------------------------------- */

static const char *class_of(struct check *c, const cql_type *type)
{
	size_t len = cql_type_format_class(type, NULL, 0);
	char *text = pool_get(&c->memory.pool, len + 1, 1);

	cql_type_format_class(type, text, len + 1);
	return text;
}

static bool same_type(struct check *c, const char *what, const cql_type *wanted,
		      const cql_type *got)
{
	struct pool *pool = &c->memory.pool;

	return cql_type_equal(wanted, got) ||
	       check_fail(c, "%s: wanted %s, got %s", what, wire_type_spell(pool, wanted),
			  wire_type_spell(pool, got));
}

static bool option_of(struct check *c, const cql_type *type, const char *key, unsigned version)
{
	const char *encoding = pool_printf(&c->memory.pool, "encoding for %s", key);
	const char *decoding = pool_printf(&c->memory.pool, "decoding of %s", key);
	const cql_type *decoded;
	cql_blob wanted, got;
	coodie_error err;

	if (!check_get_hex(c, key, &wanted))
		return false;
	if (!cql_type_write(type, version, c->memory.arena, &got, &err))
		return check_error(c, encoding, &err);
	if (!check_bytes(c, encoding, wanted, got))
		return false;
	decoded = cql_type_read(wanted, NULL, c->memory.arena, &err);
	if (!decoded)
		return check_error(c, decoding, &err);
	return same_type(c, decoding, type, decoded);
}

void check_type_option(struct check *c)
{
	const cql_type *type, *by_class;
	const char *class_name;
	coodie_error err;

	if (!get_type(c, &type) || !check_get_text(c, "class", &class_name) ||
	    !option_of(c, type, "v4", 4) || !option_of(c, type, "v5", 5) ||
	    !check_text(c, "class", class_name, class_of(c, type)))
		return;
	by_class = wire_type_parse(&c->memory, class_name, &err);
	if (!by_class)
		check_error(c, "reading the class", &err);
	else
		same_type(c, "reading the class", type, by_class);
}

/* ---- notations ------------------------------------------------------------------------------ */

static bool get_unsigned(struct check *c, uint64_t *out)
{
	const char *text;
	char *end;

	if (!check_get_text(c, "value", &text))
		return false;
	errno = 0;
	*out = strtoull(text, &end, 10);
	return (*text >= '0' && *text <= '9' && !*end && !errno) ||
	       check_fail(c, "the vector is broken: \"value\" should be a whole number");
}

static void check_unsigned_vint(struct check *c, cql_blob bytes)
{
	uint8_t out[CQL_VINT_SIZE];
	uint64_t wanted, got;
	size_t len;

	if (!get_unsigned(c, &wanted))
		return;
	len = cql_unsigned_vint_write(wanted, out);
	if (!check_bytes(c, "encoding", bytes, (cql_blob){ out, len }))
		return;
	len = cql_unsigned_vint_read(bytes, &got);
	if (check_number(c, "decoding: bytes taken", (int64_t)bytes.len, (int64_t)len))
		check_number(c, "decoding", (int64_t)wanted, (int64_t)got);
}

static void check_vint(struct check *c, cql_blob bytes)
{
	uint8_t out[CQL_VINT_SIZE];
	int64_t wanted, got;
	size_t len;

	if (!check_get_number(c, "value", &wanted))
		return;
	len = cql_vint_write(wanted, out);
	if (!check_bytes(c, "encoding", bytes, (cql_blob){ out, len }))
		return;
	len = cql_vint_read(bytes, &got);
	if (check_number(c, "decoding: bytes taken", (int64_t)bytes.len, (int64_t)len))
		check_number(c, "decoding", wanted, got);
}

static void check_crc(struct check *c, cql_blob bytes,
		      uint32_t (*crc)(const void *data, size_t len), size_t size)
{
	uint8_t wire[4];
	cql_blob data;
	uint64_t wanted;
	uint32_t got;

	if (!check_get_hex(c, "data", &data) || !get_unsigned(c, &wanted))
		return;
	got = crc(data.data, data.len);
	for (size_t i = 0; i < size; i++)
		wire[i] = (uint8_t)(got >> 8 * i);
	if (check_number(c, "checksum", (int64_t)wanted, got))
		check_bytes(c, "checksum on the wire", bytes, (cql_blob){ wire, size });
}

void check_notation(struct check *c)
{
	const char *notation;
	cql_blob bytes;

	if (!check_get_text(c, "notation", &notation) || !check_get_hex(c, "hex", &bytes))
		return;
	if (!strcmp(notation, "vint"))
		check_vint(c, bytes);
	else if (!strcmp(notation, "unsigned vint"))
		check_unsigned_vint(c, bytes);
	else if (!strcmp(notation, "crc24"))
		check_crc(c, bytes, cql_crc24, 3);
	else if (!strcmp(notation, "crc32"))
		check_crc(c, bytes, cql_crc32, 4);
	else
		check_fail(c, "nobody knows the notation \"%s\"", notation);
}

/* ---- tokens and shards ---------------------------------------------------------------------- */

static bool routing_key(struct check *c, cql_blob wanted)
{
	const struct json *components = json_get(c->vector, "components");
	cql_blob *columns, got;
	coodie_error err;
	size_t i = 0;

	if (!json_is(components, JSON_ARRAY))
		return check_fail(c, "the vector is broken: \"components\" should be an array");
	columns = pool_get(&c->memory.pool, components->len + 1, sizeof *columns);
	for (const struct json *j = components->first; j; j = j->next)
		if (!check_hex(c, "components", j, &columns[i++]))
			return false;
	if (!cql_routing_key(columns, i, c->memory.arena, &got, &err))
		return check_error(c, "routing key", &err);
	return check_bytes(c, "routing key", wanted, got);
}

void check_token(struct check *c)
{
	char random[CQL_RANDOM_TOKEN_SIZE];
	const char *wanted_random;
	int64_t murmur3;
	cql_blob key;

	if (!check_get_hex(c, "key", &key) || !check_get_number(c, "murmur3", &murmur3) ||
	    !check_get_text(c, "random", &wanted_random) || !routing_key(c, key) ||
	    !check_number(c, "murmur3", murmur3, cql_murmur3_token(key.data, key.len)))
		return;
	if (!cql_random_token(key.data, key.len, random))
		check_fail(c, "random: this machine's crypto library refuses MD5");
	else
		check_text(c, "random", wanted_random, random);
}

void check_shard(struct check *c)
{
	int64_t token, shards, ignored, shard;

	if (check_get_number(c, "token", &token) && check_get_number(c, "nr_shards", &shards) &&
	    check_get_number(c, "ignore_msb", &ignored) && check_get_number(c, "shard", &shard)) {
		if (shards < 1 || shards > UINT32_MAX || ignored < 0 || ignored > 64)
			check_fail(c, "the vector is broken: no such number of shards or bits");
		else
			check_number(
				c, "shard", shard,
				cql_shard_of_token(token, (uint32_t)shards, (unsigned)ignored));
	}
}

void check_shard_port(struct check *c)
{
	int64_t port, shards, shard;

	if (check_get_number(c, "source_port", &port) &&
	    check_get_number(c, "nr_shards", &shards) && check_get_number(c, "shard", &shard)) {
		if (shards < 1 || shards > UINT32_MAX || port != (uint16_t)port)
			check_fail(c, "the vector is broken: no such port or number of shards");
		else
			check_number(c, "shard", shard,
				     cql_shard_of_port((uint16_t)port, (uint32_t)shards));
	}
}
