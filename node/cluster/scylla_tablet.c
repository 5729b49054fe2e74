/* SPDX-License-Identifier: MIT */
/* Tablets: a table's tokens in equal parts, each with shards of its own; what an answer says of one
 * when a request came to a wrong place. */
#include <string.h>

#include <coodie/token.h>

#include "node/cluster/scylla.h"

/* ---- where things are --------------------------------------------------------------------------- */

bool nd_scylla_has_tablets(const struct nd_keyspace *k)
{
	return !k->is_system && !k->is_virtual && !k->has_no_tablets &&
	       nd_ring_is_by_data_center(k);
}

/* Any number will do that is always the same, and not the next one's. */
static uint64_t mix(uint64_t n)
{
	n = (n ^ n >> 33) * UINT64_C(0xff51afd7ed558ccd);
	n = (n ^ n >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
	return n ^ n >> 33;
}

static uint64_t moves_of(const struct nd_scylla *s)
{
	return s->moves ? *s->moves : 0;
}

static uint64_t seed_of(const struct nd_scylla *s, const struct nd_table *table, uint64_t number)
{
	uint64_t seed = 0;

	memcpy(&seed, table->id.bytes, sizeof seed);
	return mix(seed + mix(number + ND_SCYLLA_TABLETS * moves_of(s)));
}

void nd_scylla_tablet(const struct nd_scylla *s, const struct nd_table *table, int64_t token,
		      struct nd_tablet *out)
{
	const uint64_t width = UINT64_MAX / ND_SCYLLA_TABLETS + 1;
	uint64_t number = ((uint64_t)token + (UINT64_C(1) << 63)) / width;
	uint64_t from = (UINT64_C(1) << 63) + number * width; /* wraps to where it belongs */
	struct nd_replicas nodes;

	/* the least token belongs to nobody: the first part is open there too */
	out->tablet = (cql_tablet){
		.first_token = number ? (int64_t)(from - 1) : INT64_MIN,
		.last_token = (int64_t)(from + width - 1),
		.replicas = out->replicas,
		.version = seed_of(s, table, number),
	};
	nd_ring_replicas(s->ring, table->keyspace, out->tablet.last_token, s->index, false, &nodes);
	out->tablet.replica_count = nodes.count;
	for (uint32_t i = 0; i < nodes.count; i++)
		out->replicas[i] = (cql_tablet_replica){
			s->ring->nodes[nodes.at[i]].host_id,
			(int32_t)(mix(out->tablet.version + nodes.at[i]) % s->shards),
		};
}

static bool is_here(const struct nd_scylla *s, const cql_tablet *t, uint32_t shard)
{
	for (uint32_t i = 0; i < t->replica_count; i++)
		if (memcmp(t->replicas[i].host_id.bytes, s->host_id.bytes,
			   sizeof s->host_id.bytes) == 0 &&
		    t->replicas[i].shard == (int32_t)shard)
			return true;
	return false;
}

/* Without tablets: a replica by the ring, and the shard of the token. */
static bool is_home(const struct nd_scylla *s, const struct nd_scylla_visit *v)
{
	struct nd_replicas nodes;

	nd_ring_replicas(s->ring, v->table->keyspace, v->token, s->index, false, &nodes);
	for (uint32_t i = 0; i < nodes.count; i++)
		if (nodes.at[i] == s->index)
			return cql_shard_of_token(v->token, s->shards, ND_SCYLLA_IGNORE_MSB) ==
			       v->shard;
	return false;
}

/* ---- the payload -------------------------------------------------------------------------------- */

static uint8_t *put_be32(uint8_t *at, uint32_t n)
{
	cd_put_be32(at, n);
	return at + 4;
}

static uint8_t *put_be64(uint8_t *at, uint64_t n)
{
	cd_put_be64(put_be32(at, 8), n);
	return at + 12;
}

/* tuple<bigint, bigint, list<tuple<uuid, int>>>, and a bigint more in v2 */
static bool write_payload(const cql_tablet *t, bool v2, struct cd_arena *a, cql_payload *out)
{
	static const char names[][19] = { "tablets-routing-v1", "tablets-routing-v2" };
	enum { REPLICA = 4 + 4 + 16 + 4 + 4 };
	size_t list = 4 + (size_t)t->replica_count * REPLICA, len = 12 + 12 + 4 + list + 12 * v2;
	uint8_t *data = cd_arena_take(a, len), *at = data;

	if (!data)
		return false;
	at = put_be64(at, (uint64_t)t->first_token);
	at = put_be64(at, (uint64_t)t->last_token);
	at = put_be32(at, (uint32_t)list);
	at = put_be32(at, t->replica_count);
	for (uint32_t i = 0; i < t->replica_count; i++) {
		at = put_be32(put_be32(at, REPLICA - 4), 16);
		memcpy(at, t->replicas[i].host_id.bytes, 16);
		at = put_be32(put_be32(at + 16, 4), (uint32_t)t->replicas[i].shard);
	}
	if (v2)
		put_be64(at, t->version);
	out->key = (cql_text){ names[v2], sizeof names[v2] - 1 };
	out->value = (cql_blob){ data, len };
	return true;
}

/* Whether the client's four bits of the version are ours. */
static bool is_known(const cql_tablet *t, int block)
{
	unsigned shift = 4 * ((unsigned)block >> 4);

	return ((t->version >> shift) & 15) == ((unsigned)block & 15);
}

bool nd_scylla_visited(struct nd_scylla *s, const struct nd_scylla_agreed *agreed,
		       const struct nd_scylla_visit *v, struct cd_arena *a, cql_payload *out)
{
	struct nd_tablet tablet;
	bool here, told;

	*out = (cql_payload){ .value = { NULL, 0 } };
	s->requests[v->shard]++;
	if (!nd_scylla_has_tablets(v->table->keyspace)) {
		here = is_home(s, v);
		s->misrouted += !here;
		s->untold += !here;
		return true;
	}
	nd_scylla_tablet(s, v->table, v->token, &tablet);
	here = is_here(s, &tablet.tablet, v->shard);
	told = agreed->tablets_v2 ? v->block >= 0 && !is_known(&tablet.tablet, v->block)
				  : agreed->tablets_v1 && !here;
	s->misrouted += !here;
	s->untold += !here && !told;
	return !told || write_payload(&tablet.tablet, agreed->tablets_v2, a, out);
}
