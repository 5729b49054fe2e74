/* SPDX-License-Identifier: MIT */
/* Shards of connections, what SUPPORTED tells and STARTUP asks for (ScyllaDB's
 * protocol-extensions). */
#include "node/cluster/scylla.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <coodie/token.h>
#include <coodie/uuid.h>

uint32_t nd_scylla_shard(struct nd_scylla *s, uint16_t source_port)
{
	uint32_t shard = s->turn;

	if (source_port && !s->is_translated)
		return cql_shard_of_port(source_port, s->shards);
	s->turn = (s->turn + 1) % s->shards;
	return shard;
}

/* ---- SUPPORTED ---------------------------------------------------------------------------------- */

enum { MOST_OPTIONS = 24 };

struct list {
	struct cd_arena *arena;
	cql_option *at;
	uint16_t count;
	bool failed;
};

static void add_text(struct list *l, const char *key, const char *text)
{
	cql_text *value = cd_arena_take_zero(l->arena, sizeof *value);
	char *copy = cd_arena_strndup(l->arena, text, strlen(text));

	if (!value || !copy || l->count == MOST_OPTIONS) {
		l->failed = true;
		return;
	}
	*value = (cql_text){ copy, strlen(copy) };
	l->at[l->count++] = (cql_option){ { key, strlen(key) }, value, 1 };
}

static void add_number(struct list *l, const char *key, const char *before, uint32_t number)
{
	char text[64];

	snprintf(text, sizeof text, "%s%" PRIu32, before, number);
	add_text(l, key, text);
}

static void add_extensions(struct list *l, const struct nd_scylla *s, uint32_t shard)
{
	char host_id[CQL_UUID_TEXT_SIZE];

	add_number(l, "SCYLLA_SHARD", "", shard);
	add_number(l, "SCYLLA_NR_SHARDS", "", s->shards);
	add_text(l, "SCYLLA_SHARDING_ALGORITHM", "biased-token-round-robin");
	add_number(l, "SCYLLA_SHARDING_IGNORE_MSB", "", ND_SCYLLA_IGNORE_MSB);
	add_text(l, "SCYLLA_PARTITIONER", "org.apache.cassandra.dht.Murmur3Partitioner");
	if (s->shard_aware_port)
		add_number(l, s->tls ? "SCYLLA_SHARD_AWARE_PORT_SSL" : "SCYLLA_SHARD_AWARE_PORT",
			   "", s->shard_aware_port);
	add_number(l, "SCYLLA_LWT_ADD_METADATA_MARK",
		   "LWT_OPTIMIZATION_META_BIT_MASK=", ND_SCYLLA_LWT_MASK);
	add_number(l, "SCYLLA_RATE_LIMIT_ERROR", "ERROR_CODE=", ND_SCYLLA_LIMITED);
	add_text(l, "SCYLLA_USE_METADATA_ID", "");
	add_text(l, "TABLETS_ROUTING_V1", "");
	if (!s->tablets_v1)
		add_text(l, "TABLETS_ROUTING_V2_EXPERIMENTAL", "");
	cql_uuid_format(s->host_id, host_id);
	add_text(l, "SCYLLA_HOST_ID", host_id);
}

static bool is_key(const cql_option *o, const char *key)
{
	return o->key.len == strlen(key) && memcmp(o->key.data, key, o->key.len) == 0;
}

bool nd_scylla_supported(const struct nd_scylla *s, uint32_t shard, struct cd_arena *a,
			 cql_option **options, uint16_t *count)
{
	struct list l = { .arena = a, .at = cd_arena_take_array(a, MOST_OPTIONS, sizeof *l.at) };

	if (!l.at)
		return false;
	for (uint16_t i = 0; i < *count && l.count < MOST_OPTIONS; i++)
		if (!is_key(&(*options)[i], "PROTOCOL_VERSIONS"))
			l.at[l.count++] = (*options)[i];
	add_extensions(&l, s, shard);
	*options = l.at;
	*count = l.count;
	return !l.failed;
}

/* ---- STARTUP ------------------------------------------------------------------------------------ */

static bool has(const cql_option *options, uint16_t count, const char *key)
{
	for (uint16_t i = 0; i < count; i++)
		if (is_key(&options[i], key))
			return true;
	return false;
}

struct nd_scylla_agreed nd_scylla_agree(const cql_option *options, uint16_t count)
{
	struct nd_scylla_agreed out = { .terms = { .size = sizeof out.terms } };

	out.lwt_mark = has(options, count, "SCYLLA_LWT_ADD_METADATA_MARK");
	out.tablets_v2 = has(options, count, "TABLETS_ROUTING_V2_EXPERIMENTAL");
	out.tablets_v1 = !out.tablets_v2 && has(options, count, "TABLETS_ROUTING_V1");
	out.terms.metadata_id = has(options, count, "SCYLLA_USE_METADATA_ID");
	out.terms.tablets_v2 = out.tablets_v2;
	if (has(options, count, "SCYLLA_RATE_LIMIT_ERROR"))
		out.terms.rate_limit_error = ND_SCYLLA_LIMITED;
	return out;
}

void nd_scylla_mark(const struct nd_scylla_agreed *agreed, bool is_conditional,
		    cql_markers *markers)
{
	if (agreed->lwt_mark && is_conditional)
		markers->extra_flags |= ND_SCYLLA_LWT_MASK;
}

void nd_scylla_limit(struct nd_problem *p, const struct nd_scylla_agreed *agreed, bool is_write)
{
	int32_t code = agreed->terms.rate_limit_error;

	nd_refuse(p, code ? code : ND_CONFIG_ERROR,
		  "Per-partition rate limit reached for this partition, rejected by coordinator");
	if (p->error.code == code) {
		p->error.op_type = is_write;
		p->error.rejected_by_coordinator = true;
	}
}
