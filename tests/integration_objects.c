/* SPDX-License-Identifier: MIT */
/* Integration: the life of objects: what saves of two readers leave, what conditions do to them,
 * what a batch tells of them; counters from many at once; models that go to sessions by name. */
#include "tests/integration.h"

#include <stdio.h>
#include <string.h>

static void ok(bool worked, const coodie_error *err, const char *doing)
{
	integration_ok(worked, err, doing);
}

typedef struct paper {
	coodie_row row;
	int32_t id;
	int32_t part;
	const char *title;
	int32_t *version;
	cql_list log;
	cql_set tags;
	cql_map notes;
} paper;

static const coodie_column paper_columns[] = {
	COODIE_COLUMN(paper, id, "int", .partition_key = 1),
	COODIE_COLUMN(paper, part, "int", .clustering_key = 1),
	COODIE_COLUMN(paper, title, "text"),
	COODIE_COLUMN(paper, version, "int"),
	COODIE_COLUMN(paper, log, "list<int>"),
	COODIE_COLUMN(paper, tags, "set<text>"),
	COODIE_COLUMN(paper, notes, "map<text, text>"),
};
static const coodie_model paper_model = COODIE_MODEL(paper, paper_columns, "papers");

static paper *get(coodie_session *s, int id)
{
	coodie_error err = { 0 };
	paper *p = coodie_get(s, &paper_model, CQL_ARGS(cql(id), cql(0)), NULL, &err);

	ok(p, &err, "get");
	return p;
}

static void save(coodie_session *s, paper *p)
{
	coodie_error err = { 0 };

	ok(coodie_save(s, &paper_model, p, NULL, &err), &err, "save");
}

/* What a column of part 0 is. */
static void is(const struct integration *it, int id, const char *column, const char *want)
{
	char cql[100];

	snprintf(cql, sizeof(cql), "SELECT %s FROM papers WHERE id = ? AND part = 0", column);
	integration_shows(it->session, cql, CQL_ARGS(cql(id)), want);
}

static void make(const struct integration *it, int id)
{
	paper p = { .id = id, .title = "old", .version = &(int32_t){ 1 } };

	p.log = CQL_LIST(cql(1), cql(2));
	p.tags = CQL_SET(cql("a"), cql("b"));
	p.notes = CQL_MAP(cql("k"), cql("1"), cql("l"), cql("2"));
	save(it->session, &p);
}

/* ---- saves --------------------------------------------------------------------------------- */

/* CO-11 to CO-13, LC-04: two who read the same row and save what they did both find it done. */
static void test_two_readers(void **state)
{
	struct integration *it = *state;
	coodie_error err = { 0 };
	paper *one, *two;

	ok(coodie_sync_table(it->session, &paper_model, NULL, &err), &err, "sync");
	make(it, 1);
	one = get(it->session, 1);
	two = get(it->session, 1);
	one->log = CQL_LIST(cql(0), cql(1), cql(2));
	two->log = CQL_LIST(cql(1), cql(2), cql(3));
	one->tags = CQL_SET(cql("a"), cql("b"), cql("c"));
	two->tags = CQL_SET(cql("b"));
	one->notes = CQL_MAP(cql("k"), cql("9"), cql("l"), cql("2"));
	two->notes = CQL_MAP(cql("k"), cql("1"), cql("m"), cql("3"));
	one->title = "new";
	two->version = &(int32_t){ 2 };
	save(it->session, one);
	save(it->session, two);
	is(it, 1, "log", "[0, 1, 2, 3]");
	is(it, 1, "tags", "{'b', 'c'}");
	is(it, 1, "notes", "{'k': '9', 'm': '3'}");
	is(it, 1, "title", "'new'");
	is(it, 1, "version", "2");
	coodie_object_free(one);
	coodie_object_free(two);
}

/* LC-05, LC-19, LZ-06: a changed key is refused, a member with its old value again is unchanged;
 * the bytes that came are still there. */
static void test_members(void **state)
{
	struct integration *it = *state;
	struct integration_counter c;
	coodie_session *s = integration_count(it, &c);
	paper *p;
	coodie_error err = { 0 };
	coodie_cell cell;

	make(it, 2);
	p = get(s, 2);
	p->id = 3;
	assert_false(coodie_save(s, &paper_model, p, NULL, &err));
	assert_int_equal(c.sent, 1); /* the get */
	p->id = 2;
	p->title = "new";
	assert_true(coodie_object_is_changed(p, "title"));
	p->title = "old";
	p->version = &(int32_t){ 1 };
	p->tags = CQL_SET(cql("b"), cql("a"));
	assert_false(coodie_object_is_changed(p, "title"));
	save(s, p);
	assert_int_equal(c.sent, 1);
	ok(coodie_object_raw(p, "version", &cell, &err), &err, "raw");
	assert_int_equal(cell.len, 4);
	assert_memory_equal(cell.data, "\0\0\0\1", 4);
	coodie_object_free(p);
	coodie_session_free(s);
}

/* LZ-04, LC-17: collections that were never written are empty, texts and pointers NULL. */
static void test_nothing(void **state)
{
	struct integration *it = *state;
	paper *p;

	integration_do(it->session, "INSERT INTO papers (id, part) VALUES (4, 0)");
	p = get(it->session, 4);
	assert_null(p->title);
	assert_null(p->version);
	assert_int_equal(p->log.seq.count + p->tags.seq.count + p->notes.seq.count, 0);
	coodie_object_free(p);
}

/* ---- conditions ---------------------------------------------------------------------------- */

static void outcome(coodie_lwt *take_lwt, bool applied, const coodie_error *err)
{
	ok(take_lwt, err, "a condition");
	assert_int_equal(coodie_lwt_applied(take_lwt), applied);
	coodie_lwt_free(take_lwt);
}

/* LC-10, CO-20: the object follows an update when it was applied, and only then. */
static void test_followed(void **state)
{
	struct integration *it = *state;
	coodie_error err = { 0 };
	paper *p;

	make(it, 5);
	p = get(it->session, 5);
	outcome(coodie_update_if(it->session, &paper_model, p, "title = ?, log = log + ?",
				 "version = ?", CQL_ARGS(cql("no"), cql(CQL_LIST(cql(9))), cql(7)),
				 NULL, &err),
		false, &err);
	assert_string_equal(p->title, "old");
	outcome(coodie_update_if(it->session, &paper_model, p, "title = ?, log = ? + log, tags = "
							       "tags - ?, notes[?] = ?",
				 "version = ? AND title IN ?",
				 CQL_ARGS(cql("yes"), cql(CQL_LIST(cql(0))), cql(CQL_SET(cql("a"))),
					  cql("k"), cql("9"), cql(1),
					  cql(CQL_LIST(cql("new"), cql("old")))),
				 NULL, &err),
		true, &err);
	assert_string_equal(p->title, "yes");
	is(it, 5, "log", "[0, 1, 2]");
	is(it, 5, "tags", "{'b'}");
	is(it, 5, "notes", "{'k': '9', 'l': '2'}");
	coodie_object_free(p);
}

/* LW-06, LW-08: a condition of a query is that of its update and its delete. */
static void test_by_query(void **state)
{
	struct integration *it = *state;
	coodie_query *q = coodie_find(it->session, &paper_model, "id = ? AND part = ?",
				      CQL_ARGS(cql(6), cql(0)));
	coodie_error err = { 0 };
	coodie_lwt *lwt;

	make(it, 6);
	coodie_if(q, "version > ?", CQL_ARGS(cql(1)));
	lwt = coodie_query_update_if(q, "title = ?", CQL_ARGS(cql("no")), NULL, &err);
	ok(lwt, &err, "update");
	assert_int_equal(*((const paper *)coodie_lwt_existing(lwt))->version, 1);
	outcome(lwt, false, &err);
	assert_false(coodie_query_delete(q, NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_NOT_APPLIED);
	integration_do(it->session, "UPDATE papers SET version = 2 WHERE id = 6 AND part = 0 IF "
				    "EXISTS");
	outcome(coodie_query_update_if(q, "title = ?", CQL_ARGS(cql("yes")), NULL, &err), true,
		&err);
	is(it, 6, "title", "'yes'");
	outcome(coodie_query_delete_if(q, NULL, &err), true, &err);
	is(it, 6, "title", "no row");
	coodie_query_free(q);
}

/* LW-12, LW-13: null and values in one conditional save, at a serial consistency of its own. */
static void test_conditional_save(void **state)
{
	struct integration *it = *state;
	coodie_error err = { 0 };
	paper *p;

	make(it, 7);
	p = get(it->session, 7);
	p->title = NULL;
	p->version = &(int32_t){ 2 };
	p->tags = CQL_SET();
	outcome(coodie_save_if(it->session, &paper_model, p, "title = ? AND version != ?",
			       CQL_ARGS(cql("old"), cql_null()),
			       COODIE_WRITE(.serial_consistency = CQL_CONSISTENCY_LOCAL_SERIAL),
			       &err),
		true, &err);
	is(it, 7, "title", "null");
	is(it, 7, "version", "2");
	is(it, 7, "tags", "null");
	is(it, 7, "log", "[1, 2]");
	p->title = "again";
	outcome(coodie_save_if(it->session, &paper_model, p, "title = ?", CQL_ARGS(cql_null()),
			       NULL, &err),
		true, &err);
	is(it, 7, "title", "'again'");
	coodie_object_free(p);
}

/* ---- batches ------------------------------------------------------------------------------- */

static void count_call(void *user)
{
	++*(int *)user;
}

static void count_done(const coodie_error *err, void *user)
{
	*(int *)user += err->code == COODIE_OK ? 100 : 1000;
}

/* BA-10, BA-11, BA-14: the server is asked for the batch's consistency; callbacks are told of
 * what was applied, and of nothing else. */
static void test_batch(void **state)
{
	struct integration *it = *state;
	paper p = { .id = 8, .title = "in a batch" };
	coodie_batch *b = coodie_batch_new(it->session,
					   COODIE_BATCH(.consistency = CQL_CONSISTENCY_TWO));
	coodie_error err = { 0 };
	int calls = 0;

	coodie_batch_save(b, &paper_model, &p, NULL);
	coodie_batch_on_applied(b, count_call, &calls);
	assert_false(coodie_batch_run(b, &err));
	assert_int_equal(err.server_code, 0x1000);
	assert_int_equal(calls, 0);
	coodie_batch_free(b);
	b = coodie_batch_new(it->session, NULL);
	coodie_batch_save(b, &paper_model, &p, NULL);
	coodie_batch_on_applied(b, count_call, &calls);
	ok(coodie_batch_run_async(b, count_done, &calls, &err), &err, "run_async");
	ok(coodie_session_run(it->session, NULL, &err), &err, "run");
	assert_int_equal(calls, 101);
	is(it, 8, "title", "'in a batch'");
	coodie_batch_insert(b, &paper_model, &p, NULL); /* it is there */
	assert_false(coodie_batch_run(b, &err));
	assert_int_equal(err.code, COODIE_ERR_NOT_APPLIED);
	assert_int_equal(calls, 101);
	coodie_batch_free(b);
}

static bool fill_and_fail(coodie_batch *b, void *user, coodie_error *err)
{
	coodie_batch_save(b, &paper_model, user, NULL);
	err->code = COODIE_ERR_INVALID;
	strcpy(err->message, "changed my mind");
	return false;
}

/* BA-05: a scope that fails sends what it has, if one likes, and still fails. */
static void test_in_spite_of_an_error(void **state)
{
	struct integration *it = *state;
	paper p = { .id = 9, .title = "sent" };
	coodie_error err = { 0 };

	assert_false(coodie_batch_scope(it->session, NULL, fill_and_fail, &p, &err));
	is(it, 9, "title", "no row");
	assert_false(coodie_batch_scope(it->session, COODIE_BATCH(.run_on_error = true),
					fill_and_fail, &p, &err));
	assert_string_equal(err.message, "changed my mind");
	is(it, 9, "title", "'sent'");
}

/* ---- counters ------------------------------------------------------------------------------ */

typedef struct tally {
	coodie_row row;
	int32_t id;
	int64_t up, down;
} tally;

static const coodie_column tally_columns[] = {
	COODIE_COLUMN(tally, id, "int", .partition_key = 1),
	COODIE_COLUMN(tally, up, "counter"),
	COODIE_COLUMN(tally, down, "counter"),
};
static const coodie_model tally_model = COODIE_MODEL(tally, tally_columns, "tallies");

/* CT-03, CT-04: whoever adds at the same time, all of it counts; several counters in one
 * statement. */
static void test_many_counts(void **state)
{
	struct integration *it = *state;
	tally t = { .id = 1 }, *read;
	coodie_error err = { 0 };
	int done = 0;

	ok(coodie_sync_table(it->session, &tally_model, NULL, &err), &err, "sync");
	for (int i = 1; i <= 100; i++)
		ok(coodie_increment_async(it->session, &tally_model, &t, "up, down",
					  CQL_ARGS(cql(i), cql(-1)), NULL, count_done, &done, &err),
		   &err, "increment");
	ok(coodie_session_run(it->session, NULL, &err), &err, "run");
	assert_int_equal(done, 100 * 100);
	read = coodie_get(it->session, &tally_model, CQL_ARGS(cql(1)), NULL, &err);
	ok(read, &err, "get");
	assert_int_equal(read->up, 5050);
	assert_int_equal(read->down, -100);
	coodie_object_free(read);
	/* CT-09, CT-10: neither conditions nor a ttl */
	assert_false(coodie_increment(it->session, &tally_model, &t, "up", CQL_ARGS(cql(1)),
				      COODIE_WRITE(.ttl = 5), &err));
	assert_int_equal(err.server_code, -1);
}

/* ---- sessions by name ---------------------------------------------------------------------- */

static const coodie_model here_model = COODIE_MODEL(paper, paper_columns, "papers",
						    .connection = "here");
static const coodie_model away_model = COODIE_MODEL(paper, paper_columns, "papers",
						    .connection = "away");
static const coodie_model lost_model = COODIE_MODEL(paper, paper_columns, "papers",
						    .connection = "lost");

static void register_session(const struct integration *it, coodie_session *registry,
			     const char *name, const char *keyspace)
{
	coodie_options *o = integration_options(it);
	coodie_error err = { 0 };

	ok(coodie_options_set_keyspace(o, keyspace, &err), &err, "keyspace");
	ok(coodie_session_register_options(registry, name, o, &err), &err, name);
	coodie_options_free(o);
}

/* CN-05 to CN-08, CN-10, CN-27, LC-24: models go where their connection says, each session with
 * its own keyspace, opened by the first call. */
static void test_connections(void **state)
{
	struct integration *it = *state;
	coodie_session *registry;
	paper p = { .id = 10, .title = "away" };
	coodie_error err = { 0 };
	char away[64];

	snprintf(away, sizeof(away), "%s_away", it->keyspace);
	integration_do(it->session, "DROP KEYSPACE IF EXISTS %s", away);
	ok(coodie_create_keyspace(it->session, away, NULL, &err), &err, "keyspace");
	registry = coodie_session_new_registry(&err);
	register_session(it, registry, "here", it->keyspace);
	register_session(it, registry, "away", away);
	ok(coodie_sync_table(registry, &away_model, NULL, &err), &err, "sync");
	ok(coodie_save(registry, &away_model, &p, NULL, &err), &err, "save");
	assert_null(coodie_get(registry, &here_model, CQL_ARGS(cql(10), cql(0)), NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_NOT_FOUND);
	ok(coodie_session_set_default(registry, "away", &err), &err, "default");
	coodie_object_free(get(registry, 10));
	assert_false(coodie_save(registry, &lost_model, &p, NULL, &err));
	assert_non_null(strstr(err.message, "lost"));
	coodie_session_free(registry);
	integration_do(it->session, "DROP KEYSPACE %s", away);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(test_two_readers),
	cmocka_unit_test(test_members),
	cmocka_unit_test(test_nothing),
	cmocka_unit_test(test_followed),
	cmocka_unit_test(test_by_query),
	cmocka_unit_test(test_conditional_save),
	cmocka_unit_test(test_batch),
	cmocka_unit_test(test_in_spite_of_an_error),
	cmocka_unit_test(test_many_counts),
	cmocka_unit_test(test_connections),
};

const struct integration_group integration_objects = INTEGRATION_GROUP("objects", tests,
								       INTEGRATION_VERSIONS);
