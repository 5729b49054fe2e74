/* SPDX-License-Identifier: MIT */
/* Integration: queries made in steps, of every operator, with options that the server is seen to
 * get; elsewhere, as JSON, as raw CQL; texts by LIKE, indexes that are attached, neighbours. */
#include "tests/integration.h"

#include <stdio.h>
#include <string.h>

static void ok(bool worked, const coodie_error *err, const char *doing)
{
	integration_ok(worked, err, doing);
}

/* ---- the table: two columns in the partition's key, two behind it -------------------------- */

typedef struct reading {
	coodie_row row;
	const char *sensor;
	int32_t day;
	int32_t hour;
	const char *unit;
	double value;
	cql_map labels;
} reading;

static const coodie_column reading_columns[] = {
	COODIE_COLUMN(reading, sensor, "text", .partition_key = 1),
	COODIE_COLUMN(reading, day, "int", .partition_key = 2),
	COODIE_COLUMN(reading, hour, "int", .clustering_key = 1, .order = COODIE_DESC),
	COODIE_COLUMN(reading, unit, "text", .clustering_key = 2),
	COODIE_COLUMN(reading, value, "double"),
	COODIE_COLUMN(reading, labels, "map<text, int>"),
};
static const coodie_model reading_model = COODIE_MODEL(reading, reading_columns, "readings");

enum { DAYS = 4, HOURS = 5, UNITS = 2, READINGS = DAYS * HOURS * UNITS };

static void test_table(void **state)
{
	struct integration *it = *state;
	coodie_error err = { 0 };

	ok(coodie_sync_table(it->session, &reading_model, NULL, &err), &err, "sync");
	for (int i = 0; i < READINGS; i++) {
		reading r = { .sensor = "s",
			      .day = i / HOURS / UNITS,
			      .hour = i / UNITS % HOURS,
			      .unit = i % UNITS ? "volt" : "amp",
			      .value = i };

		r.labels = CQL_MAP(cql(i % 2 ? "odd" : "even"), cql(i));
		ok(coodie_save(it->session, &reading_model, &r, NULL, &err), &err, "save");
	}
}

static coodie_query *find(const struct integration *it, const char *where, cql_args args)
{
	return coodie_find(it->session, &reading_model, where, args);
}

static void expect(coodie_query *take_q, size_t rows)
{
	coodie_error err = { 0 };
	coodie_rows *found = coodie_all(take_q, &err);

	ok(found, &err, "all");
	assert_int_equal(coodie_rows_count(found), rows);
	coodie_rows_free(found);
	coodie_query_free(take_q);
}

/* ---- conditions ---------------------------------------------------------------------------- */

/* OP-12, OP-15, OP-06: the token of a whole composite key, lists of any length, parts of
 * collections. */
static void test_operators(void **state)
{
	struct integration *it = *state;
	const cql_value s = cql("s");
	coodie_query *q;

	expect(find(it, "token(sensor, day) = token(?, ?)", CQL_ARGS(s, cql(1))), HOURS * UNITS);
	expect(find(it, "token(sensor, day) >= ? AND token(sensor, day) <= ?",
		    CQL_ARGS(cql(INT64_MIN), cql(INT64_MAX))),
	       READINGS);
	for (int n = 0; n <= 3; n++) {
		const cql_value days[] = { cql(0), cql(2), cql(3) };

		expect(find(it, "sensor = ? AND day IN ?",
			    CQL_ARGS(s, cql(cql_list_of(days, (size_t)n)))),
		       (size_t)n * HOURS * UNITS);
	}
	expect(find(it, "sensor = ? AND day = ? AND hour IN ? AND unit IN ?",
		    CQL_ARGS(s, cql(1), cql(CQL_LIST(cql(1), cql(2), cql(99))),
			     cql(CQL_LIST(cql("amp"))))),
	       2);
	expect(find(it, "sensor = ? AND day = ? AND hour < ? AND hour >= ?",
		    CQL_ARGS(s, cql(1), cql(3), cql(1))),
	       2 * UNITS);
	q = find(it, "labels CONTAINS KEY ? AND labels CONTAINS ?", CQL_ARGS(cql("odd"), cql(3)));
	coodie_allow_filtering(q);
	expect(q, 1);
}

/* QS-01, QS-02: a copy goes its own way; conditions add up. */
static void test_steps(void **state)
{
	struct integration *it = *state;
	coodie_query *all = find(it, "sensor = ?", CQL_ARGS(cql("s"))), *some;

	coodie_where(all, "day = ?", CQL_ARGS(cql(2)));
	some = coodie_query_dup(all);
	coodie_where(some, "hour > ?", CQL_ARGS(cql(1)));
	coodie_where(some, "hour < ?", CQL_ARGS(cql(4)));
	coodie_limit(some, 3);
	assert_false(coodie_query_equal(all, some));
	expect(some, 3);
	expect(all, HOURS * UNITS);
}

/* QS-08, QS-10, QS-42: is there any, the i-th, the only one. */
static void test_rows(void **state)
{
	struct integration *it = *state;
	coodie_query *q = find(it, "sensor = ? AND day = ?", CQL_ARGS(cql("s"), cql(3)));
	coodie_error err = { 0 };
	bool exists = false;
	coodie_rows *rows;
	reading *r;

	ok(coodie_exists(q, &exists, &err), &err, "exists");
	assert_true(exists);
	rows = coodie_all(q, &err);
	ok(rows, &err, "all");
	r = coodie_rows_at(rows, 9, &err);
	ok(r, &err, "the last");
	assert_int_equal(r->hour, 0);
	r = coodie_rows_at(rows, 0, &err);
	assert_int_equal(r->hour, HOURS - 1);
	assert_null(coodie_rows_at(rows, 10, &err));
	coodie_rows_free(rows);
	assert_null(coodie_one(q, &err));
	assert_int_equal(err.code, COODIE_ERR_MULTIPLE_FOUND);
	coodie_query_free(q);
	q = find(it, "sensor = ? AND day = ?", CQL_ARGS(cql("s"), cql(99)));
	ok(coodie_exists(q, &exists, &err), &err, "exists");
	assert_false(exists);
	assert_null(coodie_one(q, &err));
	assert_int_equal(err.code, COODIE_ERR_NOT_FOUND);
	coodie_query_free(q);
}

/* ---- lists --------------------------------------------------------------------------------- */

/* QS-18, QS-19, QS-21, QS-22: columns, limits per partition, groups of a part of the key. */
static void test_groups(void **state)
{
	struct integration *it = *state;
	coodie_query *q = find(it, NULL, CQL_ARGS());
	coodie_error err = { 0 };
	coodie_result *r;
	coodie_cursor c;

	coodie_per_partition_limit(q, 3);
	expect(q, 3 * DAYS);
	q = find(it, "sensor = ? AND day = ?", CQL_ARGS(cql("s"), cql(0)));
	coodie_group_by(q, "hour");
	r = coodie_select(q, "hour, count(*), max(value), min(value)", &err);
	ok(r, &err, "groups");
	assert_int_equal(coodie_result_row_count(r), HOURS);
	c = coodie_result_cursor(r);
	for (int hour = HOURS; hour-- > 0;) {
		int64_t n = 0;
		double most = 0, least = 0;

		assert_true(coodie_cursor_next(&c) && coodie_cursor_int64(&c, 1, &n, &err));
		assert_true(coodie_cursor_double(&c, 2, &most, &err) &&
			    coodie_cursor_double(&c, 3, &least, &err));
		assert_int_equal(n, UNITS);
		assert_true(most == 2 * hour + 1 && least == 2 * hour);
	}
	coodie_result_free(r);
	coodie_query_free(q);
}

/* QS-26, LC-08: what was saved as JSON is read as JSON, and as an object. */
static void test_json(void **state)
{
	struct integration *it = *state;
	coodie_query *q = find(it, "sensor = ? AND day = ?", CQL_ARGS(cql("json"), cql(1)));
	const char *json = "{\"sensor\": \"json\", \"day\": 1, \"hour\": 7, \"unit\": \"\xc3\xa9\", "
			   "\"value\": 1.5, \"labels\": {\"a\": 1}}",
		   *keyed = "{\"sensor\": \"json\", \"day\": 1, \"hour\": 7, \"unit\": "
			    "\"\xc3\xa9\", \"value\": 1.5}";
	coodie_error err = { 0 };
	coodie_result *r;
	coodie_cursor c;
	cql_text text;
	reading *read;

	ok(coodie_save_json(it->session, &reading_model, cql_text_of(json), NULL, &err), &err,
	   "save");
	read = coodie_one(q, &err);
	ok(read, &err, "one");
	assert_true(read->hour == 7 && read->value == 1.5 && read->labels.seq.count == 1);
	coodie_object_free(read);
	coodie_only(q, "value"); /* and the key, as always */
	r = coodie_json(q, &err);
	ok(r, &err, "json");
	c = coodie_result_cursor(r);
	assert_true(coodie_cursor_next(&c) && coodie_cursor_text(&c, 0, &text, &err));
	assert_int_equal(text.len, strlen(keyed));
	assert_memory_equal(text.data, keyed, text.len);
	coodie_result_free(r);
	coodie_query_free(q);
}

/* QS-46: a statement of one's own, into objects; what it leaves out is not loaded. */
static void test_raw(void **state)
{
	struct integration *it = *state;
	coodie_error err = { 0 };
	coodie_rows *rows = coodie_raw(it->session, &reading_model,
				       "SELECT hour, unit, sensor, day FROM readings WHERE sensor "
				       "= ? AND day = 0 AND hour = 2",
				       CQL_ARGS(cql("s")), &err);
	reading *r;

	ok(rows, &err, "raw");
	assert_int_equal(coodie_rows_count(rows), UNITS);
	r = coodie_next(rows, &err);
	assert_string_equal(r->unit, "amp");
	assert_false(coodie_object_is_loaded(r, "value"));
	r->value = -1;
	ok(coodie_touch(r, "value", &err) &&
		   coodie_save(it->session, &reading_model, r, NULL, &err),
	   &err, "save");
	coodie_rows_free(rows);
	integration_shows(it->session,
			  "SELECT value FROM readings WHERE sensor = 's' AND day = 0 AND hour = 2 "
			  "AND unit = 'amp'",
			  CQL_ARGS(), "-1");
	rows = coodie_raw(it->session, &reading_model, "SELECT * FROM readings WHERE day = 7 ALLOW "
						       "FILTERING",
			  CQL_ARGS(), &err);
	ok(rows, &err, "no rows");
	assert_int_equal(coodie_rows_count(rows), 0);
	coodie_rows_free(rows);
}

/* ---- options ------------------------------------------------------------------------------- */

static void unavailable(bool worked, coodie_error *err)
{
	assert_false(worked);
	assert_int_equal(err->server_code, 0x1000);
	*err = (coodie_error){ 0 };
}

/* QS-37, QS-38, LC-22, CN-24: the server is asked for the consistency of each call, and of the
 * model: two replicas where there is one node are refused. QS-40: in another keyspace, which has
 * two. */
static void test_consistency(void **state)
{
	struct integration *it = *state;
	char elsewhere[64];
	coodie_model strict = reading_model; /* of this call alone */
	reading r = { .sensor = "s", .day = 1, .unit = "" };
	coodie_error err = { 0 };
	coodie_query *q = find(it, "sensor = ? AND day = ?", CQL_ARGS(cql("s"), cql(1)));
	uint64_t n = 0;
	bool exists;

	snprintf(elsewhere, sizeof(elsewhere), "%s_rf2", it->keyspace);
	integration_do(it->session, "DROP KEYSPACE IF EXISTS %s", elsewhere);
	ok(coodie_create_keyspace(it->session, elsewhere, COODIE_KEYSPACE(.replication_factor = 2),
				  &err),
	   &err, "keyspace");
	strict.keyspace = elsewhere;
	ok(coodie_sync_table(it->session, &strict, NULL, &err), &err, "sync");
	coodie_using(q, elsewhere, NULL);
	ok(coodie_count(q, &n, &err), &err, "count");
	assert_int_equal(n, 0); /* it is the other table */
	coodie_consistency(q, CQL_CONSISTENCY_TWO);
	unavailable(coodie_all(q, &err), &err);
	unavailable(coodie_first(q, &err), &err);
	unavailable(coodie_count(q, &n, &err), &err);
	unavailable(coodie_exists(q, &exists, &err), &err);
	unavailable(coodie_select(q, "hour", &err), &err);
	unavailable(coodie_json(q, &err), &err);
	coodie_consistency(q, CQL_CONSISTENCY_LOCAL_ONE);
	ok(coodie_count(q, &n, &err), &err, "count");
	coodie_query_free(q);
	unavailable(coodie_save(it->session, &strict, &r,
				COODIE_WRITE(.consistency = CQL_CONSISTENCY_ALL), &err),
		    &err);
	unavailable(coodie_get(it->session, &strict,
			       CQL_ARGS(cql("s"), cql(1), cql(0), cql("")),
			       COODIE_READ(.consistency = CQL_CONSISTENCY_TWO), &err),
		    &err);
	ok(coodie_save(it->session, &strict, &r, NULL, &err), &err, "save"); /* it does not stick */
	integration_do(it->session, "DROP KEYSPACE %s", elsewhere);
}

/* QS-32, QS-31: a page's token goes on in another session. */
static void test_page_elsewhere(void **state)
{
	struct integration *it = *state;
	coodie_options *o = integration_options(it);
	coodie_session *other;
	coodie_query *q = find(it, NULL, CQL_ARGS());
	coodie_error err = { 0 };
	coodie_rows *rows;
	char token[600];
	size_t seen = 0;

	assert_true(coodie_options_set_keyspace(o, it->keyspace, &err));
	other = integration_open(o);
	coodie_page_rows(q, 7);
	rows = coodie_page(q, &err);
	ok(rows, &err, "a page");
	while (rows) {
		const char *next = coodie_rows_token(rows);

		seen += coodie_rows_count(rows);
		if (next)
			next = strcpy(token, next);
		coodie_rows_free(rows);
		coodie_query_free(q);
		q = coodie_find(other, &reading_model, NULL, CQL_ARGS());
		coodie_page_rows(q, 7);
		coodie_after(q, next);
		rows = next ? coodie_page(q, &err) : NULL;
		ok(!next || rows, &err, "the next page");
	}
	assert_int_equal(seen, READINGS + 1); /* and the one of test_json */
	coodie_query_free(q);
	coodie_session_free(other);
}

/* ---- indexes ------------------------------------------------------------------------------- */

typedef struct article {
	coodie_row row;
	int32_t id;
	const char *title;
	const char *author;
	int32_t year;
	cql_set tags;
	cql_map marks;
	float about[2];
} article;

#define ATTACHED(...) COODIE_INDEX(.class_name = "StorageAttachedIndex", __VA_ARGS__)

static const coodie_column article_columns[] = {
	COODIE_COLUMN(article, id, "int", .partition_key = 1),
	COODIE_COLUMN(article, title, "text"),
	COODIE_COLUMN(article, author, "text",
		      .index = ATTACHED(.name = "AuthorIdx",
					.options = "{'case_sensitive': 'false'}")),
	COODIE_COLUMN(article, year, "int", .index = ATTACHED(.name = NULL)),
	COODIE_COLUMN(article, tags, "set<text>", .index = ATTACHED(.name = NULL)),
	COODIE_COLUMN(article, marks, "map<text, int>", .index = ATTACHED(.target = "ENTRIES")),
	COODIE_COLUMN(article, about, "vector<float, 2>",
		      .index = COODIE_INDEX(.similarity = COODIE_SIMILARITY_EUCLIDEAN)),
};
static const coodie_model article_model = COODIE_MODEL(article, article_columns, "articles");

static size_t found(const struct integration *it, const char *where, cql_args args)
{
	coodie_query *q = coodie_find(it->session, &article_model, where, args);
	coodie_error err = { 0 };
	coodie_rows *rows = coodie_all(q, &err);
	size_t count = coodie_rows_count(rows);

	ok(rows, &err, where);
	coodie_rows_free(rows);
	coodie_query_free(q);
	return count;
}

/* SM-18: an index under a name of its own is seen under it, and answers. */
static void test_attached(void **state)
{
	struct integration *it = *state;
	coodie_error err = { 0 };
	coodie_rows *rows;

	ok(coodie_sync_table(it->session, &article_model, NULL, &err), &err, "sync");
	integration_shows(it->session,
			  "SELECT index_name FROM system_schema.indexes WHERE keyspace_name = ? AND "
			  "table_name = 'articles' AND index_name = 'AuthorIdx'",
			  CQL_ARGS(cql((const char *)it->keyspace)), "'AuthorIdx'");
	for (int i = 0; i < 10; i++) {
		article a = { .id = i,
			      .title = i % 2 ? "Winter" : "Windows",
			      .author = i % 5 ? "Ada" : "Bob",
			      .year = 2000 + i,
			      .about = { (float)i, 1 } };

		a.tags = CQL_SET(cql(i < 3 ? "old" : "new"), cql("any"));
		a.marks = CQL_MAP(cql("stars"), cql(i));
		ok(coodie_save(it->session, &article_model, &a, NULL, &err), &err, "save");
	}
	assert_int_equal(found(it, "author = ?", CQL_ARGS(cql("bOB"))), 2);
	assert_int_equal(found(it, "year >= ? AND year < ?", CQL_ARGS(cql(2002), cql(2005))), 3);
	assert_int_equal(found(it, "tags CONTAINS ? AND year > ?", CQL_ARGS(cql("old"), cql(2000))),
			 2);
	rows = coodie_raw(it->session, &article_model,
			  "SELECT * FROM articles WHERE marks['stars'] = 7", CQL_ARGS(), &err);
	ok(rows, &err, "entries");
	assert_int_equal(coodie_rows_count(rows), 1);
	coodie_rows_free(rows);
}

/* The n nearest to `to`: each further away than the one before. */
static void nearest(const struct integration *it, const char *where, cql_args args, float to,
		    uint32_t n, const int32_t *want)
{
	coodie_query *q = coodie_find(it->session, &article_model, where, args);
	coodie_error err = { 0 };
	coodie_rows *rows;

	coodie_nearest(q, "about", cql_floats_of((const float[]){ to, 1 }, 2));
	coodie_limit(q, n);
	rows = coodie_all(q, &err);
	ok(rows, &err, "nearest");
	assert_int_equal(coodie_rows_count(rows), n);
	for (uint32_t i = 0; i < n; i++)
		assert_int_equal(((article *)coodie_next(rows, &err))->id, want[i]);
	coodie_rows_free(rows);
	coodie_query_free(q);
}

/* VX-05, VX-07: also beside other conditions that have indexes; a vector that was replaced is
 * found where it is now. */
static void test_nearest(void **state)
{
	struct integration *it = *state;
	article a = { .id = 9 };
	coodie_error err = { 0 };

	nearest(it, NULL, CQL_ARGS(), 3.2f, 3, (const int32_t[]){ 3, 4, 2 });
	nearest(it, "year > ?", CQL_ARGS(cql(2005)), 0, 2, (const int32_t[]){ 6, 7 });
	ok(coodie_update(it->session, &article_model, &a, "about = ?",
			 CQL_ARGS(cql_from_floats(cql_floats_of((const float[]){ -1, 1 }, 2))), NULL,
			 &err),
	   &err, "update");
	nearest(it, NULL, CQL_ARGS(), -2, 2, (const int32_t[]){ 9, 0 });
}

/* VX-06, VX-02: a vector of another length and a search without a limit are refused before they
 * are sent; VX-10: where the index is not there (yet), the error is the server's. */
static void test_wrong_nearest(void **state)
{
	static const coodie_column columns[] = {
		COODIE_COLUMN(article, id, "int", .partition_key = 1),
		COODIE_COLUMN(article, about, "vector<float, 2>"),
	};
	static const coodie_model bare = COODIE_MODEL(article, columns, "bare");
	static const coodie_column indexed_columns[] = {
		COODIE_COLUMN(article, id, "int", .partition_key = 1),
		COODIE_COLUMN(article, about, "vector<float, 2>", .index = COODIE_INDEX()),
	};
	static const coodie_model indexed = COODIE_MODEL(article, indexed_columns, "bare");
	struct integration *it = *state;
	struct integration_counter c;
	coodie_session *s = integration_count(it, &c);
	coodie_query *q = coodie_find(s, &indexed, NULL, CQL_ARGS());
	coodie_error err = { 0 };
	coodie_rows *rows;

	coodie_nearest(q, "about", cql_floats_of((const float[]){ 1, 1, 1 }, 3));
	coodie_limit(q, 2);
	assert_null(coodie_all(q, &err));
	assert_int_equal(err.code, COODIE_ERR_RANGE);
	assert_int_equal(c.sent, 0);
	coodie_query_free(q);
	ok(coodie_sync_table(it->session, &bare, NULL, &err), &err, "sync");
	q = coodie_find(s, &indexed, NULL, CQL_ARGS());
	coodie_nearest(q, "about", cql_floats_of((const float[]){ 1, 1 }, 2));
	assert_null(coodie_all(q, &err)); /* without a limit */
	assert_int_equal(c.sent, 0);
	coodie_limit(q, 2);
	assert_null(coodie_all(q, &err));
	assert_int_equal(err.server_code, 0x2200);
	ok(coodie_sync_table(it->session, &indexed, NULL, &err), &err, "sync");
	integration_await(it->session, "SELECT id FROM bare ORDER BY about ANN OF [1, 1] LIMIT 2",
			  CQL_ARGS());
	rows = coodie_all(q, &err);
	ok(rows, &err, "nearest");
	coodie_rows_free(rows);
	coodie_query_free(q);
	coodie_session_free(s);
}

/* LIKE wants an index of SASI's. */
typedef struct word {
	coodie_row row;
	int32_t id;
	const char *text;
} word;

static const coodie_column word_columns[] = {
	COODIE_COLUMN(word, id, "int", .partition_key = 1),
	COODIE_COLUMN(word, text, "text",
		      .index = COODIE_INDEX(
			      .class_name = "org.apache.cassandra.index.sasi.SASIIndex",
			      .options = "{'mode': 'CONTAINS'}")),
};
static const coodie_model word_model = COODIE_MODEL(word, word_columns, "words");

static size_t like(const struct integration *it, const char *pattern)
{
	coodie_query *q = coodie_find(it->session, &word_model, "text LIKE ?",
				      CQL_ARGS(cql(pattern)));
	coodie_error err = { 0 };
	coodie_rows *rows = coodie_all(q, &err);
	size_t count = coodie_rows_count(rows);

	ok(rows, &err, pattern);
	coodie_rows_free(rows);
	coodie_query_free(q);
	return count;
}

/* OP-07: at the start, at the end, inside, and the whole. */
static void test_like(void **state)
{
	static const struct {
		const char *pattern;
		size_t rows;
	} rows[] = { { "win%", 2 }, { "%ter", 2 }, { "%in%", 3 }, { "winter", 1 }, { "%x%", 0 } };
	static const char *const words[] = { "winter", "window", "printer" };
	struct integration *it = *state;
	coodie_error err = { 0 };

	ok(coodie_sync_table(it->session, &word_model, NULL, &err), &err, "sync");
	for (int i = 0; i < 3; i++) {
		word w = { .id = i, .text = words[i] };

		ok(coodie_save(it->session, &word_model, &w, NULL, &err), &err, "save");
	}
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_int_equal(like(it, rows[i].pattern), rows[i].rows);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_table),
	cmocka_unit_test(test_operators),
	cmocka_unit_test(test_steps),
	cmocka_unit_test(test_rows),
	cmocka_unit_test(test_groups),
	cmocka_unit_test(test_json),
	cmocka_unit_test(test_raw),
	cmocka_unit_test(test_consistency),
	cmocka_unit_test(test_page_elsewhere),
	cmocka_unit_test(test_attached),
	cmocka_unit_test(test_nearest),
	cmocka_unit_test(test_wrong_nearest),
	cmocka_unit_test(test_like),
};

const struct integration_group integration_reads = INTEGRATION_GROUP("reads", tests,
								     INTEGRATION_VERSIONS);
