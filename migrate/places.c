/* SPDX-License-Identifier: MIT */
/* Where a scan is, range by range. */
#include "migrate/places.h"

#include <string.h>

#include "migrate/ask.h"
#include "migrate/live.h"
#include "migrate/put.h"
#include "migrate/ring.h"

static const char table_name[] = "_coodie_migrations_scan";

/* Which rows are those of a scan. */
#define NAME_ARGS(name) \
	cql((name)->migration), cql((name)->direction), cql((int32_t)(name)->statement)

/* ---- reading --------------------------------------------------------------------------------- */

static bool keep_text(struct mg_places *p, const coodie_cursor *row, size_t column,
		      const char **out, coodie_error *err)
{
	cql_text text = { "", 0 };

	if (!coodie_cursor_text(row, column, &text, err))
		return false;
	*out = cd_arena_strndup(&p->arena, text.data, text.len);
	return *out || cd_no_memory(err, "the places of a scan");
}

static bool read_place(coodie_migrator *m, const coodie_cursor *row, void *user, coodie_error *err)
{
	struct mg_places *p = user;
	struct mg_place place = { 0 };
	int32_t range;
	int64_t rows, at_us;

	if (!coodie_cursor_int32(row, 0, &range, err) ||
	    !coodie_cursor_bool(row, 1, &place.done, err) ||
	    !coodie_cursor_int64(row, 2, &place.first, err) ||
	    !coodie_cursor_int64(row, 3, &place.token, err) ||
	    !keep_text(p, row, 4, &place.page, err) || !coodie_cursor_int64(row, 5, &rows, err) ||
	    !coodie_cursor_int64(row, 6, &at_us, err))
		return false;
	mg_put_met(m, at_us);
	if (range < 0 || (uint32_t)range >= p->ranges)
		return cd_fail(err, COODIE_ERR_CONFLICT, "\"%s\" has a range %d of %u", table_name,
			       (int)range, (unsigned)p->ranges);
	place.rows = (uint64_t)rows;
	p->at[range] = place;
	p->found = true;
	p->done += place.done;
	p->rows += place.rows;
	return true;
}

static bool make(struct mg_places *p, uint32_t ranges, coodie_error *err)
{
	p->at = cd_arena_take_array(&p->arena, ranges, sizeof *p->at);
	if (!p->at)
		return cd_no_memory(err, "the places of a scan");
	for (uint32_t i = 0; i < ranges; i++) {
		const int64_t first = mg_ring_span(ranges, i).first;

		p->at[i] = (struct mg_place){ .first = first, .token = first, .page = "" };
	}
	return true;
}

/* The values of a row but its time. */
#define PLACE_ARGS(name, range, place) \
	NAME_ARGS(name), cql((int32_t)(range)), cql((place)->done), cql((place)->first), \
		cql((place)->token), cql((place)->page), cql((int64_t)(place)->rows)

/* Nobody looks at places when they are written: whether they are seen, the first one tells. */
static bool begin(const struct mg_places *p, coodie_error *err)
{
	const struct mg_put put = {
		.cql = MG_SAVE_PLACE,
		.args = CQL_ARGS(PLACE_ARGS(&p->name, 0, &p->at[0])),
		.look = MG_LOOK_PLACE,
		.key = CQL_ARGS(NAME_ARGS(&p->name), cql(0)),
		.text = p->at[0].page,
	};

	return p->found || mg_put(p->name.migrator, &put, err);
}

bool mg_places_open(struct mg_places *p, const struct mg_scan_name *name, uint32_t ranges,
		    bool again, coodie_error *err)
{
	coodie_migrator *m = name->migrator;

	*p = (struct mg_places){ .name = *name, .ranges = ranges };
	cd_arena_init(&p->arena, m->options.allocator, 0);
	return make(p, ranges, err) && mg_make_table(m, MG_MAKE_PLACES, table_name, err) &&
	       (!again || mg_places_forget(name, err)) &&
	       mg_each(m, MG_READ_PLACES, CQL_ARGS(NAME_ARGS(name)), MG_AT_QUORUM, read_place, p,
		       err) &&
	       begin(p, err);
}

void mg_places_close(struct mg_places *p)
{
	cd_arena_deinit(&p->arena);
}

/* ---- writing --------------------------------------------------------------------------------- */

bool mg_places_save_async(const struct mg_places *p, uint32_t range, const struct mg_place *place,
			  coodie_done_fn *done, void *user, coodie_error *err)
{
	coodie_migrator *m = p->name.migrator;
	const coodie_request r = mg_request(m, MG_AT_QUORUM);

	return coodie_session_query_async(
		m->session, m->cql[MG_SAVE_PLACE],
		CQL_ARGS(PLACE_ARGS(&p->name, range, place), mg_put_time(m)), &r, done, user, err);
}

bool mg_places_forget(const struct mg_scan_name *name, coodie_error *err)
{
	return mg_erase(name->migrator, MG_FORGET_PLACES, MG_LOOK_PLACES, CQL_ARGS(NAME_ARGS(name)),
			err);
}

bool mg_places_end(coodie_migrator *m, const char *migration, const char *direction,
		   coodie_error *err)
{
	bool there;

	return mg_live_has_table(m, m->keyspace, table_name, &there, err) &&
	       (!there || mg_erase(m, MG_END_PLACES, MG_LOOK_ALL_PLACES,
				   CQL_ARGS(cql(migration), cql(direction)), err));
}
