/* SPDX-License-Identifier: MIT */
/* Integration: materialized views: of some columns and of all, with a condition of their own,
 * read as tables, written by nobody. */
#include "tests/integration.h"

#include <stdlib.h>
#include <string.h>

static void ok(bool worked, const coodie_error *err, const char *doing)
{
	integration_ok(worked, err, doing);
}

typedef struct song {
	coodie_row row;
	const char *artist;
	int32_t number;
	const char *title;
	const char *genre;
	int64_t plays;
	cql_set tags;
} song;

static const coodie_column song_columns[] = {
	COODIE_COLUMN(song, artist, "text", .partition_key = 1),
	COODIE_COLUMN(song, number, "int", .clustering_key = 1),
	COODIE_COLUMN(song, title, "text", .db_name = "Title"),
	COODIE_COLUMN(song, genre, "text"),
	COODIE_COLUMN(song, plays, "bigint"),
	COODIE_COLUMN(song, tags, "set<text>"),
};
static const coodie_model song_model = COODIE_MODEL(song, song_columns, "songs");

/* Only what the struct has. */
typedef struct titled {
	coodie_row row;
	const char *title;
	int32_t number;
	const char *artist;
} titled;

static const coodie_column titled_columns[] = {
	COODIE_COLUMN(titled, title, "text", .partition_key = 1, .db_name = "Title"),
	COODIE_COLUMN(titled, number, "int", .clustering_key = 1, .order = COODIE_DESC),
	COODIE_COLUMN(titled, artist, "text", .clustering_key = 2),
};
static const coodie_model titled_model = COODIE_MODEL(titled, titled_columns, "\"ByTitle\"",
						      .view = COODIE_VIEW(&song_model));

/* All of the base, and only some of its rows. */
static const coodie_column later_columns[] = {
	COODIE_COLUMN(song, genre, "text", .partition_key = 1),
	COODIE_COLUMN(song, artist, "text", .clustering_key = 1),
	COODIE_COLUMN(song, number, "int", .clustering_key = 2),
	COODIE_COLUMN(song, tags, "set<text>"),
};
static const coodie_model later_model = COODIE_MODEL(
	song, later_columns, "later", .comment = "it's later",
	.view = COODIE_VIEW(&song_model, .all_columns = true, .options = "gc_grace_seconds = 61",
			    .where = "genre IS NOT NULL AND artist IS NOT NULL AND number > 1"));

/* MV-01, MV-03, MV-04, MV-09: what the models say is what the cluster has. */
static void test_made(void **state)
{
	struct integration *it = *state;
	coodie_error err = { 0 };

	ok(coodie_sync_table(it->session, &song_model, NULL, &err), &err, "songs");
	ok(coodie_sync_view(it->session, &titled_model, NULL, &err), &err, "by title");
	ok(coodie_sync_view(it->session, &later_model, NULL, &err), &err, "later");
	integration_shows(it->session,
			  "SELECT include_all_columns FROM system_schema.views WHERE keyspace_name "
			  "= ? AND view_name = 'ByTitle'",
			  CQL_ARGS(cql((const char *)it->keyspace)), "false");
	integration_shows(it->session,
			  "SELECT include_all_columns FROM system_schema.views WHERE keyspace_name "
			  "= ? AND view_name = 'later'",
			  CQL_ARGS(cql((const char *)it->keyspace)), "true");
	integration_shows(it->session,
			  "SELECT comment FROM system_schema.views WHERE keyspace_name = ? AND "
			  "view_name = 'later'",
			  CQL_ARGS(cql((const char *)it->keyspace)), "'it''s later'");
	integration_shows(it->session,
			  "SELECT gc_grace_seconds FROM system_schema.views WHERE keyspace_name = ? "
			  "AND view_name = 'later'",
			  CQL_ARGS(cql((const char *)it->keyspace)), "61");
}

/* Views follow a little later: asks until there are so many. */
static coodie_rows *await(coodie_query *q, size_t count)
{
	coodie_error err = { 0 };
	coodie_rows *rows = NULL;

	for (int i = 0; i < 1000; i++) {
		rows = coodie_all(q, &err);
		ok(rows, &err, "all");
		if (coodie_rows_count(rows) == count)
			return rows;
		coodie_rows_free(rows);
	}
	fail_msg("the view does not get to %zu rows", count);
	return NULL;
}

static void save_songs(struct integration *it)
{
	static const song songs[] = {
		{ .artist = "a", .number = 1, .title = "blue", .genre = "jazz", .plays = 10 },
		{ .artist = "a", .number = 2, .title = "blue", .genre = "rock", .plays = 20 },
		{ .artist = "b", .number = 3, .title = "blue", .plays = 30 },
		{ .artist = "b", .number = 4, .title = "red", .genre = "jazz", .plays = 40 },
		{ .artist = "b", .number = 5, .genre = "jazz" },
	};
	coodie_error err = { 0 };

	for (size_t i = 0; i < sizeof(songs) / sizeof(*songs); i++) {
		song s = songs[i];

		s.tags = CQL_SET(cql("x"));
		ok(coodie_save(it->session, &song_model, &s, NULL, &err), &err, "save");
	}
}

/* MV-05, MV-08: by its own key, in its own order, with limits and pages. */
static void test_read(void **state)
{
	struct integration *it = *state;
	coodie_query *q = coodie_find(it->session, &titled_model, "title = ?",
				      CQL_ARGS(cql("blue")));
	coodie_error err = { 0 };
	int32_t last = 9;
	coodie_rows *rows;
	titled *first;

	save_songs(it);
	coodie_page_rows(q, 2);
	rows = await(q, 3);
	for (titled *t; (t = coodie_next(rows, &err)); last = t->number)
		assert_true(t->number < last);
	coodie_rows_free(rows);
	coodie_where(q, "number < ?", CQL_ARGS(cql(3)));
	first = coodie_first(q, &err);
	ok(first, &err, "first");
	assert_int_equal(first->number, 2);
	assert_string_equal(first->artist, "a");
	coodie_object_free(first);
	coodie_query_free(q);
}

/* MV-04: only what the condition lets in, as long as it does; collections come with it. */
static void test_condition(void **state)
{
	struct integration *it = *state;
	coodie_query *q = coodie_find(it->session, &later_model, "genre = ?",
				      CQL_ARGS(cql("jazz")));
	song red = { .artist = "b", .number = 4 };
	coodie_error err = { 0 };
	coodie_rows *rows;

	rows = await(q, 2);
	assert_int_equal(((song *)coodie_next(rows, &err))->tags.seq.count, 1);
	coodie_rows_free(rows);
	ok(coodie_update(it->session, &song_model, &red, "genre = ?", CQL_ARGS(cql("pop")), NULL,
			 &err),
	   &err, "update");
	coodie_rows_free(await(q, 1));
	ok(coodie_delete(it->session, &song_model, &(song){ .artist = "b", .number = 5 }, NULL,
			 &err),
	   &err, "delete");
	coodie_rows_free(await(q, 0));
	coodie_query_free(q);
}

/* MV-07, MV-10: nothing writes a view, and nothing is sent; IS NOT NULL is for its condition. */
static void test_refused(void **state)
{
	struct integration *it = *state;
	struct integration_counter c;
	coodie_session *s = integration_count(it, &c);
	titled t = { .title = "blue", .artist = "a" };
	coodie_error err = { 0 };
	coodie_query *q = coodie_find(s, &song_model, "genre IS NOT NULL", CQL_ARGS());

	assert_false(coodie_save(s, &titled_model, &t, NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_MODEL);
	assert_false(coodie_delete(s, &titled_model, &t, NULL, &err));
	assert_false(coodie_sync_table(s, &titled_model, NULL, &err));
	assert_false(coodie_truncate(s, &titled_model, &err));
	assert_null(coodie_all(q, &err));
	assert_int_equal(err.code, COODIE_ERR_QUERY);
	assert_int_equal(c.sent, 0);
	coodie_query_free(q);
	coodie_session_free(s);
}

/* The rows the other way round. */
static const coodie_column upwards_columns[] = {
	COODIE_COLUMN(titled, title, "text", .partition_key = 1, .db_name = "Title"),
	COODIE_COLUMN(titled, number, "int", .clustering_key = 1),
	COODIE_COLUMN(titled, artist, "text", .clustering_key = 2),
};
static const coodie_model upwards_model = COODIE_MODEL(titled, upwards_columns, "\"ByTitle\"",
						       .view = COODIE_VIEW(&song_model));

/* MV-02, MV-06: one that is another is refused, until it is dropped; the base goes after its
 * views. */
static void test_changed(void **state)
{
	struct integration *it = *state;
	coodie_error err = { 0 };

	assert_false(coodie_sync_view(it->session, &upwards_model, NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_CONFLICT);
	assert_false(coodie_drop_table(it->session, &song_model, &err));
	assert_int_equal(err.code, COODIE_ERR_SERVER);
	ok(coodie_drop_view(it->session, &titled_model, &err), &err, "drop");
	ok(coodie_sync_view(it->session, &upwards_model, NULL, &err), &err, "sync");
	ok(coodie_drop_view(it->session, &upwards_model, &err), &err, "drop");
	ok(coodie_drop_view(it->session, &later_model, &err), &err, "drop");
	ok(coodie_drop_table(it->session, &song_model, &err), &err, "drop the base");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_made),      cmocka_unit_test(test_read),
	cmocka_unit_test(test_condition), cmocka_unit_test(test_refused),
	cmocka_unit_test(test_changed),
};

const struct integration_group integration_views = INTEGRATION_GROUP("views", tests,
								     INTEGRATION_VERSIONS);
