/* SPDX-License-Identifier: MIT */
/* ScyllaDB's tablets: what a custom payload says about where a row lives (tablets-routing-v1 and
 * -v2). */
#include <coodie/message.h>

#include "base/error.h"
#include "base/cql_arena.h"
#include "proto/coder.h"

/* A [bytes] of a fixed size, as the fields of a tuple are. */
static struct cd_reader field(struct cd_reader *r, size_t size)
{
	struct cd_span s = cd_read_bytes(r);

	r->failed |= s.len != size;
	return cd_reader_over(s.at, r->failed ? 0 : s.len);
}

static uint64_t read_u64(struct cd_reader *r)
{
	struct cd_reader f = field(r, 8);

	return cd_reader_be64(&f);
}

/* tuple<uuid, int> */
static void read_replica(struct cd_reader *list, cql_tablet_replica *out)
{
	struct cd_span item = cd_read_bytes(list);
	struct cd_reader r = cd_reader_over(item.at, item.len);
	struct cd_reader host = field(&r, sizeof out->host_id.bytes);
	const uint8_t *id = cd_reader_take(&host, sizeof out->host_id.bytes);
	struct cd_reader shard = field(&r, 4);

	if (id)
		memcpy(out->host_id.bytes, id, sizeof out->host_id.bytes);
	out->shard = (int32_t)cd_reader_be32(&shard);
	list->failed |= r.failed;
}

/* list<tuple<uuid, int>>: a replica takes 32 bytes. */
static bool read_replicas(struct cd_reader *r, struct cd_arena *a, cql_tablet *out,
			  coodie_error *err)
{
	struct cd_span bytes = cd_read_bytes(r);
	struct cd_reader list = cd_reader_over(bytes.at, bytes.len);
	uint32_t count = cd_reader_be32(&list);

	if (list.failed || count > cd_reader_left(&list) / 32) {
		r->failed = true;
		return true;
	}
	cql_tablet_replica *at = cd_arena_take_array(a, count ? count : 1u, sizeof *at);
	if (!at)
		return cd_no_memory(err, "a tablet");
	for (uint32_t i = 0; i < count; i++)
		read_replica(&list, &at[i]);
	r->failed |= list.failed;
	out->replicas = at;
	out->replica_count = count;
	return true;
}

static bool read_tablet(cql_blob value, bool v2, struct cd_arena *a, cql_tablet *out,
			coodie_error *err)
{
	struct cd_reader r = cd_reader_over(value.data, value.len);
	cql_tablet t = { .has_version = v2 };

	t.first_token = (int64_t)read_u64(&r);
	t.last_token = (int64_t)read_u64(&r);
	if (!read_replicas(&r, a, &t, err))
		return false;
	if (v2)
		t.version = read_u64(&r);
	if (r.failed)
		return cd_fail(err, COODIE_ERR_PROTOCOL,
			       "tablets-routing-v%d: not a tuple of tokens and replicas",
			       v2 ? 2 : 1);
	*out = t;
	return true;
}

bool cql_message_tablet(const cql_message *m, cql_arena *arena, cql_tablet *out, coodie_error *err)
{
	cd_clear(err);
	for (uint16_t i = 0; i < m->payload_count; i++) {
		bool v2 = cd_text_is_word(m->payload[i].key, "tablets-routing-v2");
		if (v2 || cd_text_is_word(m->payload[i].key, "tablets-routing-v1"))
			return read_tablet(m->payload[i].value, v2, &arena->arena, out, err);
	}
	return false;
}
