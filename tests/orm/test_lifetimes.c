/* SPDX-License-Identifier: MIT */
/* How long things live, a pair for each line of the table in docs/guide/objects.md: used to the last
 * moment, and, where AddressSanitizer watches, once more behind it, in a process that must die of it. */
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <coodie.h>

#include "base/poison.h"
#include "tests/orm/fixture.h"
#include "tests/orm/models.h"

static volatile int sink;
static void (*volatile give_back)(void *) =
	free; /* the compiler cannot see what is used behind it */

/* ---- uses behind the end ---------------------------------------------------------------------- */

#ifdef CD_HAS_ASAN
static void die(void (*misuse)(void), int report)
{
	dup2(report, STDOUT_FILENO);
	dup2(report, STDERR_FILENO);
	misuse();
	_exit(0);
}

static void is_reported(void (*misuse)(void))
{
	char said[65536];
	size_t len = 0;
	ssize_t got;
	int report[2], status;
	pid_t child;

	assert_return_code(pipe(report), 0);
	child = fork();
	assert_return_code(child, 0);
	if (!child)
		die(misuse, report[1]);
	close(report[1]);
	while (len < sizeof(said) - 1 &&
	       (got = read(report[0], said + len, sizeof(said) - 1 - len)) > 0)
		len += (size_t)got;
	said[len] = '\0';
	close(report[0]);
	assert_return_code(waitpid(child, &status, 0), 0);
	if ((WIFEXITED(status) && WEXITSTATUS(status) == 0) || !strstr(said, "AddressSanitizer"))
		fail_msg("nothing was reported: %.300s", said);
}
#else
static void is_reported(void (*misuse)(void))
{
	(void)misuse;
}
#endif

/* ---- rows that are answered ------------------------------------------------------------------- */

static void answer_one(void)
{
	static const coodie_column_spec specs[] = {
		{ "id", "int" }, { "text", "text" }, { "stars", "int" }, { "tags", "set<text>" }
	};
	const cql_value values[] = { cql(1), cql("hello"), cql(3), cql(CQL_SET(cql("a"))) };
	coodie_error err = { 0 };
	coodie_result *r = coodie_result_new_rows(specs, 4, values, 1, &err);

	ok(r, &err);
	mock_answer(&mock, r);
}

static coodie_rows *load_rows(void)
{
	coodie_query *q = coodie_find(mock.session, &note_model, NULL, CQL_ARGS());
	coodie_error err = { 0 };
	coodie_rows *rows;

	answer_one();
	rows = coodie_all(q, &err);
	ok(rows, &err);
	coodie_query_free(q);
	return rows;
}

static int read_note(const note *n)
{
	cql_iter it = cql_set_iter(n->tags);
	int sum = n->id + *n->stars + (int)strlen(n->text);
	cql_value tag;

	while (cql_iter_next(&it, &tag))
		sum += tag.as.text.data[0];
	return sum;
}

enum { READ = 1 + 3 + 5 + 'a' };

/* ---- a bind, an option literal, a fragment: until the call returns ------------------------------ */

static void *heap(const void *data, size_t size)
{
	void *copy = malloc(size);

	assert_non_null(copy);
	return memcpy(copy, data, size);
}

static void what_a_call_is_given(void **state)
{
	const coodie_read read_options = { .size = sizeof(read_options), .timeout_ms = 50 };
	coodie_read *options = heap(&read_options, sizeof(read_options));
	char *where = heap("text = ?", 9), *bind = heap("hello", 6);
	cql_value *value = heap(
		&(cql_value){ .is = { CQL_TAG_TEXT }, .as = { .text = { bind, 5 } } },
		sizeof(*value));
	coodie_error err = { 0 };
	coodie_query *q = coodie_find(mock.session, &note_model, where, cql_args_of(value, 1));
	coodie_rows *rows;
	note *n;

	(void)state;
	free(where);
	free(bind);
	free(value);
	coodie_allow_filtering(q);
	answer_one();
	rows = coodie_all(q, &err);
	ok(rows, &err);
	mock_expect(&mock, mock_last(&mock)->cql, "'hello'");
	coodie_rows_free(rows);
	coodie_query_free(q);
	answer_one();
	n = coodie_get(mock.session, &note_model, CQL_ARGS(cql(1)), options, &err);
	free(options);
	ok(n, &err);
	coodie_object_free(n);
}

/* ---- an object in an asynchronous call ---------------------------------------------------------- */

static void on_status(const coodie_error *err, void *user)
{
	*(enum coodie_errc *)user = err->code;
}

/* One's own: until the call returns. */
static void an_object_of_ones_own(void **state)
{
	const note local = { .id = 1, .text = "own" };
	note *own = heap(&local, sizeof(local));
	enum coodie_errc code = COODIE_ERR_CLOSED;
	coodie_error err = { 0 };

	(void)state;
	ok(coodie_save_async(mock.session, &note_model, own, NULL, on_status, &code, &err), &err);
	free(own);
	ok(coodie_session_run(mock.session, NULL, &err), &err);
	assert_int_equal(code, COODIE_OK);
}

static void save_and_free(void)
{
	enum coodie_errc code;
	coodie_error err;
	note *n;

	answer_one();
	n = coodie_get(mock.session, &note_model, CQL_ARGS(cql(1)), NULL, &err);
	n->text = "other";
	coodie_save_async(mock.session, &note_model, n, NULL, on_status, &code, &err);
	coodie_object_free(n);
	coodie_session_run(mock.session, NULL, &err);
}

static void free_object(const coodie_error *err, void *user)
{
	sink = (int)err->code;
	coodie_object_free(user);
}

/* A tracked one: until the callback, which may free it. */
static void a_tracked_object(void **state)
{
	coodie_error err = { 0 };
	note *n;

	(void)state;
	answer_one();
	n = coodie_get(mock.session, &note_model, CQL_ARGS(cql(1)), NULL, &err);
	ok(n, &err);
	n->text = "other";
	ok(coodie_save_async(mock.session, &note_model, n, NULL, free_object, n, &err), &err);
	ok(coodie_session_run(mock.session, NULL, &err), &err);
	is_reported(save_and_free);
}

/* ---- a query: until coodie_query_free(); a running call holds its own --------------------------- */

static void on_rows(coodie_rows *take_rows, const coodie_error *err, void *user)
{
	sink = (int)err->code;
	*(coodie_rows **)user = take_rows;
}

static void limit_a_freed_query(void)
{
	coodie_query *q = coodie_find(mock.session, &note_model, NULL, CQL_ARGS());

	coodie_query_free(q);
	coodie_limit(q, 1);
}

static void a_query(void **state)
{
	coodie_query *q = coodie_find(mock.session, &note_model, NULL, CQL_ARGS());
	coodie_error err = { 0 };
	coodie_rows *rows = NULL;

	(void)state;
	answer_one();
	ok(coodie_all_async(q, on_rows, &rows, &err), &err);
	coodie_query_free(q);
	ok(coodie_session_run(mock.session, NULL, &err), &err);
	assert_int_equal(read_note(coodie_next(rows, &err)), READ);
	coodie_rows_free(rows);
	is_reported(limit_a_freed_query);
}

/* ---- objects, texts and collections of rows: until coodie_rows_free() --------------------------- */

static void read_an_object_of_freed_rows(void)
{
	coodie_rows *rows = load_rows();
	note *n = coodie_next(rows, NULL);

	coodie_rows_free(rows);
	sink = n->id;
}

static void read_a_text_of_freed_rows(void)
{
	coodie_rows *rows = load_rows();
	const char *text = ((note *)coodie_next(rows, NULL))->text;

	coodie_rows_free(rows);
	sink = text[0];
}

static void read_a_set_of_freed_rows(void)
{
	coodie_rows *rows = load_rows();
	cql_iter it = cql_set_iter(((note *)coodie_next(rows, NULL))->tags);
	cql_value tag;

	coodie_rows_free(rows);
	sink = cql_iter_next(&it, &tag);
}

/* Longer than the session, too. */
static void what_rows_hold(void **state)
{
	coodie_rows *rows = load_rows();
	note *n = coodie_next(rows, NULL);

	(void)state;
	is_reported(read_an_object_of_freed_rows);
	is_reported(read_a_text_of_freed_rows);
	is_reported(read_a_set_of_freed_rows);
	coodie_session_free(mock.session);
	assert_int_equal(read_note(n), READ);
	coodie_rows_free(rows);
}

/* ---- an object of its own: until coodie_object_free() ------------------------------------------- */

static void read_a_freed_object(void)
{
	note *n;

	answer_one();
	n = coodie_get(mock.session, &note_model, CQL_ARGS(cql(1)), NULL, NULL);
	coodie_object_free(n);
	sink = n->id;
}

static void read_a_freed_copy(void)
{
	note *copy = coodie_dup(mock.session, &note_model, &(note){ .text = "x" }, NULL);
	const char *text = copy->text;

	coodie_object_free(copy);
	sink = text[0];
}

static void set_a_freed_new_object(void)
{
	note *n = coodie_new(mock.session, &note_model, NULL);

	coodie_object_free(n);
	n->id = 1;
}

static void objects_of_their_own(void **state)
{
	coodie_rows *rows = load_rows();
	coodie_error err = { 0 };
	note *n, *copy, *fresh;

	(void)state;
	copy = coodie_dup(mock.session, &note_model, coodie_next(rows, &err), &err);
	ok(copy, &err);
	coodie_rows_free(rows);
	answer_one();
	n = coodie_get(mock.session, &note_model, CQL_ARGS(cql(1)), NULL, &err);
	ok(n, &err);
	fresh = coodie_new(mock.session, &note_model, &err);
	ok(fresh, &err);
	ok(coodie_object_set(fresh, "text", cql("set"), &err), &err);
	is_reported(read_a_freed_object);
	is_reported(read_a_freed_copy);
	is_reported(set_a_freed_new_object);
	coodie_session_free(mock.session);
	assert_int_equal(read_note(copy), READ);
	assert_int_equal(read_note(n), READ);
	assert_string_equal(fresh->text, "set");
	coodie_object_free(copy);
	coodie_object_free(n);
	coodie_object_free(fresh);
}

/* ---- a view from a cursor: until coodie_result_free() ------------------------------------------- */

static coodie_result *one_text(cql_text *out)
{
	static const coodie_column_spec specs[] = { { "text", "text" } };
	const cql_value value = cql("seen");
	coodie_result *r = coodie_result_new_rows(specs, 1, &value, 1, NULL);
	coodie_cursor c = coodie_result_cursor(r);

	assert_true(coodie_cursor_next(&c) && coodie_cursor_text(&c, 0, out, NULL));
	return r;
}

static void read_a_view_of_a_freed_result(void)
{
	cql_text text;

	coodie_result_free(one_text(&text));
	sink = text.data[0];
}

static void a_view_from_a_cursor(void **state)
{
	cql_text text;
	coodie_result *r = one_text(&text);

	(void)state;
	assert_memory_equal(text.data, "seen", 4);
	coodie_result_free(r);
	is_reported(read_a_view_of_a_freed_result);
}

/* ---- a model: until every session that used it is freed ----------------------------------------- */

static void use_a_freed_model(void)
{
	coodie_model *m = heap(&note_model, sizeof(note_model));

	coodie_model_check(mock.session, m, NULL);
	give_back(m);
	coodie_model_check(mock.session, m, NULL);
}

static void a_model(void **state)
{
	coodie_model *m = heap(&note_model, sizeof(note_model));
	coodie_error err = { 0 };

	(void)state;
	is_reported(use_a_freed_model);
	ok(coodie_model_check(mock.session, m, &err), &err);
	coodie_session_free(mock.session);
	free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_a_call_is_given), TEST(an_object_of_ones_own),
		TEST(a_tracked_object),     TEST(a_query),
		TEST(what_rows_hold),       TEST(objects_of_their_own),
		TEST(a_view_from_a_cursor), TEST(a_model),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
