/* SPDX-License-Identifier: MIT */
/* Tablets by their tables: arrays sorted by last token, in which a new one takes the place of those it
 * overlaps. */
#include "net/ring/tablets.h"

#include <string.h>

#include "base/alloc.h"
#include "base/error.h"

enum { STRANGERS = 4096 };

void cd_tablets_init(struct cd_tablets *t, const coodie_allocator *a, uint32_t most)
{
	*t = (struct cd_tablets){ .allocator = a, .most = most };
}

static void release_arrays(const struct cd_tablets *t, struct cd_tablets_table *table)
{
	cd_release(t->allocator, table->lasts);
	cd_release(t->allocator, table->tablets);
	cd_release(t->allocator, table->replicas);
	table->lasts = NULL;
	table->tablets = NULL;
	table->replicas = NULL;
	table->count = table->room = table->stride = 0;
}

static void clear(struct cd_tablets *t, struct cd_tablets_table *table)
{
	t->count -= table->count;
	release_arrays(t, table);
}

void cd_tablets_deinit(struct cd_tablets *t)
{
	for (uint32_t i = 0; i < t->table_count; i++) {
		release_arrays(t, t->tables[i]);
		cd_release(t->allocator, (void *)(uintptr_t)t->tables[i]->keyspace.data);
		cd_release(t->allocator, t->tables[i]);
	}
	cd_release(t->allocator, t->tables);
	cd_release(t->allocator, t->by_name);
	cd_release(t->allocator, t->strangers);
	cd_topology_free(t->topology);
	cd_tablets_init(t, t->allocator, t->most);
}

/* ---- tables ---------------------------------------------------------------------------------- */

static int compare_texts(cql_text a, cql_text b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	int order = len ? memcmp(a.data, b.data, len) : 0;

	return order ? order : a.len < b.len ? -1 : a.len > b.len;
}

static int compare_names(const struct cd_tablets_table *table, cql_text keyspace, cql_text name)
{
	int order = compare_texts(table->keyspace, keyspace);

	return order ? order : compare_texts(table->name, name);
}

/* Where it stands in by_name, or would. */
static uint32_t find_name(const struct cd_tablets *t, cql_text keyspace, cql_text name)
{
	uint32_t low = 0, high = t->table_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (compare_names(t->tables[t->by_name[middle]], keyspace, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* An array with room for one more; NULL: out of memory, and it is as before. */
static void *grown(const struct cd_tablets *t, void *array, uint32_t room, size_t size)
{
	return cd_resize(t->allocator, array, room * size);
}

static bool make_table_room(struct cd_tablets *t)
{
	uint32_t room = t->table_room ? t->table_room * 2 : 8;

	if (t->table_count < t->table_room)
		return true;
	void *tables = grown(t, t->tables, room, sizeof *t->tables);
	if (tables)
		t->tables = tables;
	void *by_name = tables ? grown(t, t->by_name, room, sizeof *t->by_name) : NULL;
	if (!by_name)
		return false;
	t->by_name = by_name;
	t->table_room = room;
	return true;
}

static struct cd_tablets_table *new_table(const struct cd_tablets *t, cql_text keyspace,
					  cql_text name)
{
	struct cd_tablets_table *table = cd_alloc_zero(t->allocator, sizeof *table);
	char *texts = table ? cd_alloc(t->allocator, keyspace.len + name.len + 1) : NULL;

	if (!texts) {
		cd_release(t->allocator, table);
		return NULL;
	}
	if (keyspace.len)
		memcpy(texts, keyspace.data, keyspace.len);
	if (name.len)
		memcpy(texts + keyspace.len, name.data, name.len);
	table->keyspace = (cql_text){ texts, keyspace.len };
	table->name = (cql_text){ texts + keyspace.len, name.len };
	return table;
}

uint32_t cd_tablets_table(struct cd_tablets *t, cql_text keyspace, cql_text name)
{
	uint32_t at = find_name(t, keyspace, name), number = t->table_count;
	struct cd_tablets_table *table;

	if (at < t->table_count && compare_names(t->tables[t->by_name[at]], keyspace, name) == 0)
		return t->by_name[at];
	if (number == CD_TABLETS_TABLES || !make_table_room(t) ||
	    !(table = new_table(t, keyspace, name)))
		return CD_TABLETS_NO_TABLE;
	memmove(&t->by_name[at + 1], &t->by_name[at], (number - at) * sizeof *t->by_name);
	t->by_name[at] = number;
	t->tables[number] = table;
	t->table_count++;
	return number;
}

void cd_tablets_forget(struct cd_tablets *t, cql_text keyspace, cql_text name)
{
	for (uint32_t at = find_name(t, keyspace, name); at < t->table_count; at++) {
		struct cd_tablets_table *table = t->tables[t->by_name[at]];
		if (compare_texts(table->keyspace, keyspace) != 0 ||
		    (name.data && compare_texts(table->name, name) != 0))
			break;
		clear(t, table);
	}
}

/* ---- hosts ----------------------------------------------------------------------------------- */

static bool make_stranger_room(struct cd_tablets *t)
{
	uint32_t room = t->stranger_room ? t->stranger_room * 2 : 8;

	if (t->stranger_count < t->stranger_room)
		return true;
	cql_uuid *strangers = grown(t, t->strangers, room, sizeof *strangers);
	if (!strangers)
		return false;
	t->strangers = strangers;
	t->stranger_room = room;
	return true;
}

/* The slot of a host, or the number of a stranger. */
static bool slot_of(struct cd_tablets *t, const cql_uuid *host_id, uint16_t *out, coodie_error *err)
{
	const struct cd_topology_host *host = t->topology ? cd_topology_find(t->topology, host_id)
							  : NULL;
	uint32_t i = 0;

	while (!host && i < t->stranger_count &&
	       memcmp(&t->strangers[i], host_id, sizeof *host_id) != 0)
		i++;
	if (!host && i == STRANGERS)
		return cd_fail(err, COODIE_ERR_LIMIT, "tablets on %d hosts that are not known",
			       STRANGERS);
	if (!host && i == t->stranger_count) {
		if (!make_stranger_room(t))
			return cd_no_memory(err, "the hosts of tablets");
		t->strangers[t->stranger_count++] = *host_id;
	}
	*out = host ? host->slot : (uint16_t)(CD_TABLETS_STRANGER + i);
	return true;
}

/* The host of a slot, or the stranger of a number. */
static const cql_uuid *host_id_of(const struct cd_tablets *t, uint16_t slot)
{
	return slot < CD_TABLETS_STRANGER ? &cd_topology_at(t->topology, slot)->host_id
					  : &t->strangers[slot - CD_TABLETS_STRANGER];
}

/* A replica as the next topology has it. False: its host is gone. */
static bool follow(const struct cd_tablets *t, const struct cd_topology *next,
		   struct cd_tablet_replica *r, bool *strangers)
{
	const struct cd_topology_host *host = cd_topology_find(next, host_id_of(t, r->slot));

	if (!host) {
		*strangers = true;
		return r->slot >= CD_TABLETS_STRANGER;
	}
	r->slot = host->slot;
	return true;
}

static void move_tablet(struct cd_tablets_table *table, uint32_t from, uint32_t to)
{
	if (from == to)
		return;
	table->lasts[to] = table->lasts[from];
	table->tablets[to] = table->tablets[from];
	memmove(table->replicas + (size_t)to * table->stride,
		table->replicas + (size_t)from * table->stride,
		table->stride * sizeof *table->replicas);
}

static void follow_table(struct cd_tablets *t, const struct cd_topology *next,
			 struct cd_tablets_table *table, bool *strangers)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < table->count; i++) {
		struct cd_tablet_replica *r = table->replicas + (size_t)i * table->stride;
		bool is_there = true;
		for (uint32_t j = 0; j < table->tablets[i].count; j++)
			is_there &= follow(t, next, &r[j], strangers);
		if (is_there)
			move_tablet(table, i, kept++);
	}
	t->count -= table->count - kept;
	table->count = kept;
}

void cd_tablets_set_topology(struct cd_tablets *t, struct cd_topology *topology)
{
	bool strangers = false;

	if (!t->topology || !cd_topology_same_slots(t->topology, topology)) {
		for (uint32_t i = 0; i < t->table_count; i++)
			follow_table(t, topology, t->tables[i], &strangers);
		if (!strangers)
			t->stranger_count = 0;
	}
	cd_topology_ref(topology);
	cd_topology_free(t->topology);
	t->topology = topology;
}

/* ---- learning -------------------------------------------------------------------------------- */

static bool make_stride(const struct cd_tablets *t, struct cd_tablets_table *table, uint32_t stride)
{
	if (stride <= table->stride)
		return true;
	struct cd_tablet_replica *wider = cd_alloc_array(
		t->allocator, (size_t)(table->room ? table->room : 1) * stride, sizeof *wider);
	if (!wider)
		return false;
	for (uint32_t i = 0; i < table->count; i++)
		memcpy(wider + (size_t)i * stride, table->replicas + (size_t)i * table->stride,
		       table->stride * sizeof *wider);
	cd_release(t->allocator, table->replicas);
	table->replicas = wider;
	table->stride = stride;
	return true;
}

/* Each array grows by itself: one that did keeps its room when the next does not. */
static bool make_room(const struct cd_tablets *t, struct cd_tablets_table *table)
{
	uint32_t room = table->room ? table->room * 2 : 8;
	size_t width = table->stride * sizeof *table->replicas;

	if (table->count < table->room)
		return true;
	void *lasts = grown(t, table->lasts, room, sizeof *table->lasts);
	if (lasts)
		table->lasts = lasts;
	void *tablets = lasts ? grown(t, table->tablets, room, sizeof *table->tablets) : NULL;
	if (tablets)
		table->tablets = tablets;
	void *replicas = tablets ? grown(t, table->replicas, room, width) : NULL;
	if (!replicas)
		return false;
	table->replicas = replicas;
	table->room = room;
	return true;
}

/* Forgets tables until one more tablet has a place: those first that were asked for least since the last
 * time. `but` is forgotten last. */
static void make_way(struct cd_tablets *t, struct cd_tablets_table *but)
{
	while (t->count >= t->most && t->count) {
		struct cd_tablets_table *least = NULL;
		for (uint32_t i = 0; i < t->table_count; i++) {
			struct cd_tablets_table *table = t->tables[i];
			if (table->count && table != but &&
			    (!least ||
			     table->hits - table->hits_then < least->hits - least->hits_then))
				least = table;
		}
		clear(t, least ? least : but);
	}
	for (uint32_t i = 0; i < t->table_count; i++)
		t->tables[i]->hits_then = t->tables[i]->hits;
}

/* Makes one place out of those from `from` to before `to`. */
static void open_place(struct cd_tablets *t, struct cd_tablets_table *table, uint32_t from,
		       uint32_t to)
{
	size_t behind = table->count - to, stride = table->stride;

	memmove(table->lasts + from + 1, table->lasts + to, behind * sizeof *table->lasts);
	memmove(table->tablets + from + 1, table->tablets + to, behind * sizeof *table->tablets);
	memmove(table->replicas + (from + 1) * stride, table->replicas + to * stride,
		behind * stride * sizeof *table->replicas);
	t->count += 1 - (to - from);
	table->count += 1 - (to - from);
}

static void insert(struct cd_tablets *t, struct cd_tablets_table *table, const cql_tablet *from,
		   const struct cd_tablet_replica *replicas, uint32_t count)
{
	uint32_t at = cd_tablets_place(table, from->first_token + 1), end = at;

	while (end < table->count && table->tablets[end].first < from->last_token)
		end++;
	open_place(t, table, at, end);
	table->lasts[at] = from->last_token;
	table->tablets[at] = (struct cd_tablet){ from->first_token, from->version,
						 from->has_version, (uint8_t)count };
	memcpy(table->replicas + (size_t)at * table->stride, replicas, count * sizeof *replicas);
}

bool cd_tablets_learn(struct cd_tablets *t, uint32_t number, const cql_tablet *from,
		      coodie_error *err)
{
	struct cd_tablet_replica replicas[CD_TABLETS_REPLICAS];
	uint32_t count = from->replica_count;

	if (number >= t->table_count || !t->most)
		return true;
	if (from->first_token >= from->last_token || !count)
		return cd_fail(err, COODIE_ERR_PROTOCOL,
			       "tablets-routing: a tablet without tokens or replicas");
	if (count > CD_TABLETS_REPLICAS)
		count = CD_TABLETS_REPLICAS;
	for (uint32_t i = 0; i < count; i++) {
		int32_t shard = from->replicas[i].shard;
		if (!slot_of(t, &from->replicas[i].host_id, &replicas[i].slot, err))
			return false;
		replicas[i].shard = shard >= 0 && shard < CD_TABLETS_ANY_SHARD
					    ? (uint16_t)shard
					    : CD_TABLETS_ANY_SHARD;
	}
	struct cd_tablets_table *table = t->tables[number];
	if (t->count >= t->most)
		make_way(t, table);
	if (!make_stride(t, table, count) || !make_room(t, table))
		return cd_no_memory(err, "a tablet");
	insert(t, table, from, replicas, count);
	return true;
}
