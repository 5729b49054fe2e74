/* SPDX-License-Identifier: MIT */
/* Objects that were read where coodie_using() said: they are written there, or not at all. What
 * changed of a row would otherwise become a new row of another place, with nothing else in it. */
#include <coodie.h>

#include "tests/orm/fixture.h"
#include "tests/orm/models.h"

/* What the note says of itself, and what a read of it is answered with. */
static void answer(struct mock *m)
{
	static const coodie_column_spec columns[] = { { "id", "int" },
						      { "text", "text" },
						      { "stars", "int" },
						      { "tags", "set<text>" } };
	const cql_value row[] = { cql(1), cql("old"), cql(5), cql_null() };
	coodie_error err = { 0 };

	mock_answer(m, coodie_result_new_rows(columns, 4, row, 1, &err));
}

static coodie_query *find(const char *keyspace)
{
	coodie_query *q = coodie_find(mock.session, &note_model, "id = ?", CQL_ARGS(cql(1)));

	coodie_using(q, keyspace, NULL);
	return q;
}

static note *first(const char *keyspace)
{
	coodie_query *q = find(keyspace);
	coodie_error err = { 0 };
	note *n;

	answer(&mock);
	n = coodie_first(q, &err);
	ok(n, &err);
	coodie_query_free(q);
	return n;
}

static const char says[] =
	"the object was read from other.notes (coodie_using()), the model is for shop.notes; copy the "
	"model, give the copy that .keyspace, and write with the copy";

/* Every call that writes by an object. */
static void refuses(coodie_session *s, note *n, const char *words)
{
	size_t sent = mock.sent;
	coodie_batch *b = coodie_batch_new(s, NULL);
	coodie_error err = { 0 };

	n->text = "new";
	refused(coodie_save(s, &note_model, n, NULL, &err), &err, COODIE_ERR_INVALID, words);
	refused(coodie_save(s, &note_model, n, COODIE_WRITE(.full = true), &err), &err,
		COODIE_ERR_INVALID, words);
	refused(coodie_save_if(s, &note_model, n, "EXISTS", CQL_ARGS(), NULL, &err), &err,
		COODIE_ERR_INVALID, words);
	refused(coodie_update(s, &note_model, n, "text = ?", CQL_ARGS(cql("x")), NULL, &err), &err,
		COODIE_ERR_INVALID, words);
	refused(coodie_delete(s, &note_model, n, NULL, &err), &err, COODIE_ERR_INVALID, words);
	refused(coodie_delete_if(s, &note_model, n, "EXISTS", CQL_ARGS(), NULL, &err), &err,
		COODIE_ERR_INVALID, words);
	refused(coodie_delete_columns(s, &note_model, n, "text", CQL_ARGS(), NULL, &err), &err,
		COODIE_ERR_INVALID, words);
	coodie_batch_save(b, &note_model, n, NULL);
	refused(coodie_batch_run(b, &err), &err, COODIE_ERR_INVALID, words);
	coodie_batch_free(b);
	assert_int_equal(mock.sent, sent);
}

/* QS-40: read from there, it is not written here; nor is a copy of it. */
static void not_written_here(void **state)
{
	note *n = first("other"), *copy;
	coodie_error err = { 0 };

	(void)state;
	refuses(mock.session, n, says);
	copy = coodie_dup(mock.session, &note_model, n, &err);
	ok(copy, &err);
	refuses(mock.session, copy, says);
	coodie_object_free(copy);
	coodie_object_free(n);
}

/* What was in the way of a conditional write is of the place that was written. */
static void in_the_way(void **state)
{
	static const coodie_column_spec columns[] = { { "[applied]", "boolean" },
						      { "text", "text" } };
	const cql_value row[] = { cql((bool)false), cql("old") };
	coodie_query *q = find("other");
	coodie_error err = { 0 };
	coodie_lwt *lwt;

	(void)state;
	coodie_if(q, "text = ?", CQL_ARGS(cql("x")));
	mock_answer(&mock, coodie_result_new_rows(columns, 2, row, 1, &err));
	lwt = coodie_query_update_if(q, "stars = ?", CQL_ARGS(cql(1)), NULL, &err);
	ok(lwt && coodie_lwt_existing(lwt), &err);
	refuses(mock.session, coodie_lwt_existing(lwt), says);
	coodie_lwt_free(lwt);
	coodie_query_free(q);
}

static bool each(void *object, void *user)
{
	*(note **)user = coodie_dup(mock.session, &note_model, object, NULL);
	return true;
}

/* However it was read. */
static void of_every_read(void **state)
{
	coodie_query *q = find("other"), *twin = coodie_query_dup(q), *all;
	coodie_error err = { 0 };
	coodie_stream *stream;
	coodie_rows *rows;
	note *seen = NULL;

	(void)state;
	answer(&mock);
	rows = coodie_all(twin, &err);
	ok(rows, &err);
	refuses(mock.session, coodie_next(rows, &err), says);
	coodie_rows_free(rows);
	answer(&mock);
	stream = coodie_stream_new(q, NULL, &err);
	ok(stream, &err);
	refuses(mock.session, coodie_stream_next(stream, &err), says);
	coodie_stream_free(stream);
	coodie_query_free(twin);
	coodie_query_free(q);
	all = coodie_find(mock.session, &note_model, NULL, CQL_ARGS());
	coodie_using(all, "other", NULL);
	answer(&mock);
	ok(coodie_scan(all, COODIE_SCAN(.ranges = 1), each, &seen, &err), &err);
	refuses(mock.session, seen, says);
	coodie_object_free(seen);
	coodie_query_free(all);
}

/* The advice: a copy of the model that says where. */
static void written_there(void **state)
{
	note *n = first("other");
	coodie_model there = note_model;
	coodie_error err = { 0 };
	note *copy;

	(void)state;
	there.keyspace = "other";
	n->text = "new";
	ok(coodie_save(mock.session, &there, n, NULL, &err), &err);
	mock_expect(&mock, mock_last(&mock)->cql, "'new'|unset|unset|1");
	assert_non_null(strstr(mock_last(&mock)->cql, "UPDATE other.notes SET"));
	ok(coodie_save(mock.session, &there, n, NULL, &err), &err); /* nothing is left to say */
	copy = coodie_dup(mock.session, &there, n, &err);
	ok(copy, &err);
	ok(coodie_delete(mock.session, &there, copy, NULL, &err), &err);
	mock_expect(&mock, "DELETE FROM other.notes WHERE \"id\" = ?", "1");
	coodie_object_free(copy);
	coodie_object_free(n);
}

/* Another copy, or one of another table, is another model all the same. */
static void no_other_copy(void **state)
{
	note *n = first("other"), *own = first(NULL);
	coodie_model third = note_model, other = note_model, value = note_model;
	coodie_error err = { 0 };

	(void)state;
	third.keyspace = "third";
	refused(coodie_save(mock.session, &third, n, NULL, &err), &err, COODIE_ERR_INVALID,
		"the object is a note of shop.notes, the model given is for a note of third.notes");
	other.keyspace = "other";
	refused(coodie_save(mock.session, &other, own, NULL, &err), &err, COODIE_ERR_INVALID,
		"for a note of other.notes");
	value.keyspace = "other";
	value.column_count--; /* not the same columns */
	refused(coodie_save(mock.session, &value, n, NULL, &err), &err, COODIE_ERR_INVALID,
		"for a note of other.notes");
	coodie_object_free(own);
	coodie_object_free(n);
}

/* The keyspace of the model itself is nowhere else. */
static void here_is_not_elsewhere(void **state)
{
	note *n = first("shop");
	coodie_error err = { 0 };

	(void)state;
	n->text = "new";
	ok(coodie_save(mock.session, &note_model, n, NULL, &err), &err);
	coodie_object_free(n);
}

/* QS-41, CN-27: the same of another session of a registry. */
static void another_connection(void **state)
{
	coodie_session *registry = coodie_session_new_registry(NULL);
	coodie_model there = note_model;
	coodie_error err = { 0 };
	struct mock other;
	coodie_query *q;
	note *n;

	(void)state;
	mock_open(&other);
	ok(coodie_session_register(registry, "main", mock.session, &err), &err);
	ok(coodie_session_register(registry, "archive", other.session, &err), &err);
	q = coodie_find(registry, &note_model, "id = ?", CQL_ARGS(cql(1)));
	coodie_using(q, NULL, "archive");
	answer(&other);
	n = coodie_first(q, &err);
	ok(n, &err);
	refuses(registry, n,
		"the object was read from shop.notes of archive (coodie_using()), the model is for "
		"shop.notes; copy the model, give the copy that .connection");
	there.connection = "archive";
	ok(coodie_save(registry, &there, n, NULL, &err), &err);
	assert_int_equal(other.sent, 2);
	assert_int_equal(mock.sent, 0);
	coodie_object_free(n);
	coodie_using(q, NULL, "main"); /* where the model is anyway */
	answer(&mock);
	n = coodie_first(q, &err);
	ok(n, &err);
	n->text = "new";
	ok(coodie_save(registry, &note_model, n, NULL, &err), &err);
	coodie_object_free(n);
	coodie_query_free(q);
	coodie_session_free(registry);
	mock_close(&other);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(not_written_here), TEST(of_every_read), TEST(in_the_way),
		TEST(written_there),    TEST(no_other_copy), TEST(here_is_not_elsewhere),
		TEST(another_connection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
