/* SPDX-License-Identifier: MIT */
/* What a session has learned of tablets, for its users: numbers, and bytes for the next process. */
#include <string.h>

#include <coodie/route.h>

#include "base/error.h"
#include "base/sized.h"
#include "net/engine/engine_impl.h"
#include "net/session/session.h"

/* ---- numbers ----------------------------------------------------------------------------------- */

/* Tables of all loops, each once. */
struct tables {
	struct cd_buffer list; /* of coodie_tablet_stats */
};

static coodie_tablet_stats *find(const struct tables *all, const struct cd_tablets_table *t)
{
	coodie_tablet_stats *at = (coodie_tablet_stats *)(void *)all->list.data;

	for (size_t n = all->list.len / sizeof *at; n; n--, at++)
		if (at->keyspace.len == t->keyspace.len && at->table.len == t->name.len &&
		    memcmp(at->keyspace.data, t->keyspace.data, t->keyspace.len) == 0 &&
		    memcmp(at->table.data, t->name.data, t->name.len) == 0)
			return at;
	return NULL;
}

/* Loops tell each other what they learn: they know the same tablets, but count for themselves. */
static void add_tables(void *engine, void *user)
{
	const struct cd_engine *e = engine;
	struct tables *all = user;

	for (uint32_t i = 0; i < e->router.tablets.table_count; i++) {
		const struct cd_tablets_table *t = e->router.tablets.tables[i];
		coodie_tablet_stats *known = find(all, t);
		if (!known) {
			const coodie_tablet_stats one = { sizeof one, t->keyspace, t->name,
							  t->count,   t->hits,     t->misses };
			cd_buffer_bytes(&all->list, &one, sizeof one);
			continue;
		}
		known->tablets = known->tablets > t->count ? known->tablets : t->count;
		known->hits += t->hits;
		known->misses += t->misses;
	}
}

/* False: there is no such table. */
static bool count_tables(coodie_session *s, size_t i, coodie_tablet_stats *out, coodie_error *err)
{
	struct tables all;
	bool found;

	cd_buffer_init(&all.list, coodie_session_allocator(s), 0);
	cd_session_each(s, "tablet_stats", add_tables, &all, err);
	found = i < all.list.len / sizeof *out;
	if (found)
		memcpy(out, all.list.data + i * sizeof *out, sizeof *out);
	if (all.list.failed)
		cd_no_memory(err, "tablets");
	found &= !all.list.failed;
	cd_buffer_deinit(&all.list);
	return found;
}

bool coodie_session_tablet_stats(coodie_session *s, size_t i, coodie_tablet_stats *out,
				 coodie_error *err)
{
	coodie_tablet_stats own = { .size = 0 };
	size_t size = out ? out->size : 0;

	cd_clear(err);
	if (size < sizeof own.size)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "coodie_tablet_stats: its `size` is %zu; it must be "
			       "sizeof(coodie_tablet_stats)",
			       size);
	if (!cd_session_carrier(s, err) || !count_tables(s, i, &own, err))
		return false;
	cd_give_struct(out, &own, sizeof own);
	return true;
}

/* ---- bytes -------------------------------------------------------------------------------------- */

static void write_tablets(void *engine, void *user)
{
	const struct cd_engine *e = engine;

	cd_tablets_write(&e->router.tablets, user);
}

size_t coodie_session_save_tablets(coodie_session *s, void *out, size_t size, coodie_error *err)
{
	struct cd_buffer bytes;
	size_t len = 0;

	cd_clear(err);
	if (!cd_session_carrier(s, err))
		return 0;
	cd_buffer_init(&bytes, coodie_session_allocator(s), 0);
	bool asked = cd_session_ask(s, "save_tablets", write_tablets, &bytes, err);
	if (bytes.failed)
		cd_no_memory(err, "tablets");
	else if (asked)
		len = bytes.len;
	if (out && len && len <= size)
		memcpy(out, bytes.data, len);
	cd_buffer_deinit(&bytes);
	return len;
}

struct saved {
	const void *data;
	size_t len;
	coodie_error *err;
	bool ok;
};

static void read_tablets(void *engine, void *user)
{
	struct cd_engine *e = engine;
	struct saved *saved = user;

	saved->ok = cd_tablets_read(&e->router.tablets, saved->data, saved->len, saved->err);
}

/* What another loop could read: its length, and the bytes. */
static void hear_tablets(struct cd_engine *e, const void *data)
{
	const size_t *len = data;
	coodie_error err;

	if (!cd_tablets_read(&e->router.tablets, len + 1, *len, &err))
		cd_log(e->options, COODIE_LOG_WARN, "saved tablets: %s", err.message);
}

/* To the loops that were not asked. */
static bool pass_on(struct cd_crew *crew, const coodie_allocator *a, const struct saved *saved,
		    coodie_error *err)
{
	struct cd_buffer copy;

	cd_buffer_init(&copy, a, 0);
	cd_buffer_bytes(&copy, &saved->len, sizeof saved->len);
	cd_buffer_bytes(&copy, saved->data, saved->len);
	bool ok = !copy.failed && cd_crew_tell(crew, hear_tablets, copy.data, copy.len);
	cd_buffer_deinit(&copy);
	return ok || cd_no_memory(err, "tablets");
}

bool coodie_session_load_tablets(coodie_session *s, const void *data, size_t len, coodie_error *err)
{
	struct saved saved = { data, len, err, false };

	cd_clear(err);
	if (!cd_session_ask(s, "load_tablets", read_tablets, &saved, err) || !saved.ok)
		return false;
	struct cd_crew *crew = cd_session_crew(s);
	return !crew || pass_on(crew, coodie_session_allocator(s), &saved, err);
}
