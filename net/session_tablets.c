/* SPDX-License-Identifier: MIT */
/* What a session has learned of tablets, for its users: numbers, and bytes for the next process. */
#include <string.h>

#include <coodie/route.h>

#include "base/error.h"
#include "net/engine_impl.h"
#include "net/session.h"

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
	const struct cd_engine *e = cd_session_engine(s, "tablet_stats", err);
	if (!e || i >= e->router.tablets.table_count)
		return false;
	const struct cd_tablets_table *t = e->router.tablets.tables[i];
	own = (coodie_tablet_stats){ size, t->keyspace, t->name, t->count, t->hits, t->misses };
	memcpy(out, &own, size < sizeof own ? size : sizeof own);
	return true;
}

size_t coodie_session_save_tablets(coodie_session *s, void *out, size_t size, coodie_error *err)
{
	struct cd_buffer bytes;
	size_t len = 0;

	cd_clear(err);
	struct cd_engine *e = cd_session_engine(s, "save_tablets", err);
	if (!e)
		return 0;
	cd_buffer_init(&bytes, e->allocator, 0);
	cd_tablets_write(&e->router.tablets, &bytes);
	if (bytes.failed)
		cd_no_memory(err, "tablets");
	else
		len = bytes.len;
	if (out && len && len <= size)
		memcpy(out, bytes.data, len);
	cd_buffer_deinit(&bytes);
	return len;
}

bool coodie_session_load_tablets(coodie_session *s, const void *data, size_t len, coodie_error *err)
{
	cd_clear(err);
	struct cd_engine *e = cd_session_engine(s, "load_tablets", err);

	return e && cd_tablets_read(&e->router.tablets, data, len, err);
}
