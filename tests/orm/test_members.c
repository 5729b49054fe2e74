/* SPDX-License-Identifier: MIT */
/* Members by name: read, set, cleared, compared and printed; what a save would write. */
#include <coodie.h>

#include "tests/orm/fixture.h"
#include "tests/orm/models.h"

#define UPDATE_NOTE \
	"UPDATE shop.notes SET \"text\" = ?, \"stars\" = ?, \"tags\" = ? WHERE \"id\" = ?"

static note *load_note(cql_value text, cql_value stars, cql_value tags)
{
	static const coodie_column_spec specs[] = {
		{ "id", "int" }, { "text", "text" }, { "stars", "int" }, { "tags", "set<text>" }
	};
	const cql_value values[] = { cql(1), text, stars, tags };
	coodie_error err = { 0 };
	note *n;

	mock_answer(&mock, coodie_result_new_rows(specs, 4, values, 1, &err));
	n = coodie_get(mock.session, &note_model, CQL_ARGS(cql(1)), NULL, &err);
	ok(n != NULL, &err);
	return n;
}

static note *load_usual(void)
{
	return load_note(cql("hello"), cql(3), cql(CQL_SET(cql("a"), cql("b"))));
}

static void save(note *n)
{
	coodie_error err = { 0 };

	ok(coodie_save(mock.session, &note_model, n, NULL, &err), &err);
}

/* MD-29: reading and setting by name is the same as by the struct. */
static void by_name(void **state)
{
	note *n = load_usual();
	coodie_error err = { 0 };
	cql_value v;
	char text[] = "mine";

	(void)state;
	ok(coodie_object_value(n, "stars", &v, &err), &err);
	assert_int_equal(v.as.integer, 3);
	ok(coodie_object_set(n, "text", cql((const char *)text), &err), &err);
	ok(coodie_object_set(n, "stars", cql(5), &err), &err);
	ok(coodie_object_set(n, "tags", cql(CQL_SET(cql((const char *)text))), &err), &err);
	memset(text, 'x', 4); /* copied */
	assert_string_equal(n->text, "mine");
	assert_int_equal(*n->stars, 5);
	ok(coodie_object_value(n, "tags", &v, &err), &err);
	assert_int_equal(v.is.tag, CQL_TAG_SET);
	save(n);
	assert_non_null(strstr(mock_last(&mock)->cql, "\"tags\" = \"tags\" + ?"));
	assert_int_equal(coodie_object_changes(n, NULL, 0), 0);
	ok(coodie_object_set(n, "text", cql("yours"), &err), &err);
	save(n);
	mock_expect(&mock, UPDATE_NOTE, "'yours'|unset|unset|1");
	ok(coodie_object_set(n, "stars", cql_null(), &err), &err);
	ok(coodie_object_value(n, "stars", &v, &err), &err);
	assert_int_equal(v.is.tag, CQL_TAG_NULL);
	save(n);
	mock_expect(&mock, UPDATE_NOTE, "unset|null|unset|1");
	coodie_object_free(n);
}

/* What is set by name is written, read or not. */
static void set_unread(void **state)
{
	coodie_query *q = coodie_find(mock.session, &note_model, NULL, CQL_ARGS());
	static const coodie_column_spec specs[] = { { "id", "int" } };
	const cql_value cells[] = { cql(1) };
	coodie_error err = { 0 };
	note *n;

	(void)state;
	coodie_only(q, "id");
	mock_answer(&mock, coodie_result_new_rows(specs, 1, cells, 1, &err));
	n = coodie_first(q, &err);
	ok(n != NULL, &err);
	ok(coodie_object_set(n, "stars", cql(7), &err), &err);
	assert_true(coodie_object_is_changed(n, "stars"));
	assert_false(coodie_object_is_changed(n, "text"));
	save(n);
	mock_expect(&mock, UPDATE_NOTE, "unset|7|unset|1");
	assert_false(coodie_object_is_changed(n, "stars"));
	coodie_object_free(n);
	coodie_query_free(q);
}

/* Control characters do not reach a log; and a place for nothing is the caller's mistake. */
static void shown_safely(void **state)
{
	note *n = load_usual();
	coodie_error err = { 0 };
	char out[200];
	size_t len;

	(void)state;
	n->text = "a\nb\x1b[2J";
	len = coodie_object_format(n, out, sizeof(out));
	assert_int_equal(len, strlen(out));
	assert_non_null(strstr(out, "'a\\nb\\x1b[2J'"));
	assert_int_equal(coodie_object_format(n, out, 12), len);
	assert_true(strlen(out) < 12);
	assert_int_equal(coodie_object_format(n, NULL, 0), len);
	refused(coodie_object_value(n, "text", NULL, &err), &err, COODIE_ERR_INVALID, "is NULL");
	refused(coodie_object_raw(n, "text", NULL, &err), &err, COODIE_ERR_INVALID, "is NULL");
	coodie_object_free(n);
}

/* MD-29, MD-31: a member that is not there, and a value that does not fit, are refused, and the object is as
 * it was. */
static void refused_members(void **state)
{
	note *n = load_usual(), own = { .id = 1 }, copy;
	coodie_error err = { 0 };
	coodie_cell cell;
	cql_value v;

	(void)state;
	copy = *n;
	refused(coodie_object_set(n, "texd", cql("x"), &err), &err, COODIE_ERR_INVALID,
		"note has no member texd; did you mean text");
	refused(coodie_object_set(n, "text", cql(1), &err), &err, COODIE_ERR_TYPE,
		"column text (text): an integer was given for text");
	refused(coodie_object_set(n, "stars", cql(1LL << 40), &err), &err, COODIE_ERR_RANGE,
		"does not fit int");
	refused(coodie_object_set(n, "text", cql(((cql_text){ "a\0b", 3 })), &err), &err,
		COODIE_ERR_TYPE, "NUL");
	refused(coodie_object_value(&own, "text", &v, &err), &err, COODIE_ERR_INVALID,
		"is not tracked");
	refused(coodie_object_value(&copy, "text", &v, &err), &err, COODIE_ERR_INVALID,
		"copied from a tracked object");
	refused(coodie_object_value(NULL, "text", &v, &err), &err, COODIE_ERR_INVALID,
		"object is NULL");
	refused(coodie_object_raw(&own, "text", &cell, &err), &err, COODIE_ERR_INVALID,
		"is not tracked");
	assert_false(coodie_object_is_changed(&own, "text"));
	assert_false(coodie_object_is_loaded(&copy, "text"));
	assert_false(coodie_object_is_loaded(n, "texd"));
	assert_int_equal(coodie_object_changes(&own, NULL, 0), 0);
	save(n); /* nothing has changed */
	assert_int_equal(mock.sent, 1);
	coodie_object_free(n);
}

/* MD-30, LC-18: a member that is cleared is deleted by the next save, also one that was not read. */
static void cleared(void **state)
{
	static const coodie_column_spec specs[] = { { "id", "int" }, { "text", "text" } };
	const cql_value values[] = { cql(1), cql("x") };
	coodie_query *q = coodie_find(mock.session, &note_model, NULL, CQL_ARGS());
	coodie_error err = { 0 };
	user *u;
	note *n;

	(void)state;
	coodie_only(q, "text");
	mock_answer(&mock, coodie_result_new_rows(specs, 2, values, 1, &err));
	n = coodie_first(q, &err);
	ok(n != NULL, &err);
	ok(coodie_object_clear(n, "text", &err), &err);
	ok(coodie_object_clear(n, "stars", &err), &err);
	assert_null(n->text);
	save(n);
	mock_expect(&mock, UPDATE_NOTE, "null|null|unset|1");
	refused(coodie_object_clear(n, "id", &err), &err, COODIE_ERR_INVALID, "primary key");
	coodie_object_free(n);
	n = coodie_new(mock.session, &note_model, &err);
	n->id = 2;
	ok(coodie_object_set(n, "text", cql("a"), &err), &err);
	ok(coodie_object_clear(n, "text", &err), &err);
	save(n); /* new: nothing to be deleted, no tombstone */
	mock_expect(&mock,
		    "INSERT INTO shop.notes (\"id\", \"text\", \"stars\", \"tags\") VALUES (?, ?, "
		    "?, ?)",
		    "2|unset|unset|unset");
	coodie_object_free(n);
	u = coodie_new(mock.session, &user_model, &err);
	refused(coodie_object_clear(u, "visits", &err), &err, COODIE_ERR_INVALID,
		"cannot say null; make the member a pointer");
	coodie_object_free(u);
	coodie_query_free(q);
}

/* LC-19: what changed, and no more: a value that is set back has not. */
static void what_changed(void **state)
{
	note *n = load_usual();
	coodie_error err = { 0 };
	const char *names[4] = { 0 };

	(void)state;
	assert_int_equal(coodie_object_changes(n, names, 4), 0);
	n->text = "other";
	n->tags = CQL_SET(cql("b"), cql("a"));
	*n->stars = 4;
	assert_true(coodie_object_is_changed(n, "text") && coodie_object_is_changed(n, "stars"));
	assert_false(coodie_object_is_changed(n, "tags")); /* the same set */
	assert_false(coodie_object_is_changed(n, "id"));
	assert_int_equal(coodie_object_changes(n, names, 1), 2);
	assert_string_equal(names[0], "text");
	assert_null(names[1]);
	*n->stars = 3;
	assert_int_equal(coodie_object_changes(n, NULL, 0), 1);
	ok(coodie_touch(n, "stars", &err), &err);
	assert_int_equal(coodie_object_changes(n, names, 4), 2);
	assert_string_equal(names[1], "stars");
	save(n);
	mock_expect(&mock, UPDATE_NOTE, "'other'|3|unset|1");
	assert_int_equal(coodie_object_changes(n, names, 4), 0);
	n->text = "hello"; /* as it was read, not as it is */
	assert_true(coodie_object_is_changed(n, "text"));
	coodie_object_free(n);
	n = coodie_new(mock.session, &note_model, &err);
	n->text = "set";
	assert_int_equal(coodie_object_changes(n, names, 4), 2); /* its key and this */
	assert_true(coodie_object_is_changed(n, "text"));
	assert_false(coodie_object_is_changed(n, "stars"));
	assert_false(coodie_object_is_loaded(n, "text"));
	save(n);
	assert_true(coodie_object_is_loaded(n, "text") && coodie_object_is_loaded(n, "stars"));
	coodie_object_free(n);
}

/* MD-27, LZ-03: equal values in every column, whatever they came from; an object is no other model's equal. */
static void equal_objects(void **state)
{
	note *a = load_usual(),
	     *b = load_note(cql("hello"), cql(3), cql(CQL_SET(cql("b"), cql("a"))));
	note own = { .id = 1 }, *fresh;
	coodie_error err = { 0 };
	user *u;

	(void)state;
	assert_true(coodie_object_equal(a, b));
	assert_true(coodie_object_equal(a, a));
	*b->stars = 4;
	assert_false(coodie_object_equal(a, b));
	assert_true(coodie_object_same_key(a, b));
	save(b);
	b->id = 2;
	assert_false(coodie_object_same_key(a, b));
	fresh = coodie_new(mock.session, &note_model, &err);
	fresh->id = 1;
	assert_false(coodie_object_equal(a, fresh));
	ok(coodie_object_clear(a, "text", &err) && coodie_object_clear(a, "stars", &err), &err);
	a->tags = CQL_SET();
	assert_true(coodie_object_equal(a, fresh)); /* an empty set is none */
	u = coodie_new(mock.session, &user_model, &err);
	assert_false(coodie_object_equal(a, u) || coodie_object_same_key(a, u));
	assert_false(coodie_object_equal(a, &own) || coodie_object_equal(NULL, a));
	coodie_object_free(a);
	coodie_object_free(b);
	coodie_object_free(fresh);
	coodie_object_free(u);
}

/* MD-28: as a person reads it, in whatever room there is. */
static void printed(void **state)
{
	static const char whole[] = "note(id: 1, text: 'it''s', stars: null, tags: {'a'})";
	note *n = load_note(cql("it's"), cql_null(), cql(CQL_SET(cql("a"))));
	coodie_error err = { 0 };
	user *u = coodie_new(mock.session, &user_model, &err);
	char out[64], long_out[400];

	(void)state;
	for (size_t size = 0; size < sizeof(out); size++) {
		memset(out, '#', sizeof(out));
		assert_int_equal(coodie_object_format(n, size ? out : NULL, size),
				 sizeof(whole) - 1);
		if (size) {
			size_t shown = size < sizeof(whole) ? size - 1 : sizeof(whole) - 1;

			assert_memory_equal(out, whole, shown);
			assert_int_equal(out[shown], '\0');
			assert_int_equal(out[size], '#');
		}
	}
	u->taste[1] = 0.5f;
	coodie_object_format(u, long_out, sizeof(long_out));
	assert_non_null(strstr(long_out, "taste: [0"));
	assert_non_null(strstr(long_out, "visits: 0, motto: null"));
	assert_int_equal(coodie_object_format(&(note){ .id = 1 }, out, sizeof(out)), 0);
	assert_string_equal(out, "");
	save(n);
	coodie_object_free(n);
	coodie_object_free(u);
}

/* LZ-01, LZ-06: the bytes as the server sent them are still there, whatever has become of the member. */
static void raw_cells(void **state)
{
	note *n = load_note(cql("hello"), cql_null(), cql(CQL_SET(cql("a")))), *copy;
	coodie_error err = { 0 };
	coodie_cell cell;

	(void)state;
	n->text = "other";
	n->stars = &(int32_t){ 1 };
	save(n);
	ok(coodie_object_raw(n, "id", &cell, &err), &err);
	assert_int_equal(cell.len, 4);
	assert_memory_equal(cell.data, "\0\0\0\1", 4);
	ok(coodie_object_raw(n, "text", &cell, &err), &err);
	assert_int_equal(cell.len, 5);
	assert_memory_equal(cell.data, "hello", 5);
	ok(coodie_object_raw(n, "stars", &cell, &err), &err); /* behind a text */
	assert_null(cell.data);
	ok(coodie_object_raw(n, "tags", &cell, &err), &err);
	assert_int_equal(cell.len, 9);
	copy = coodie_dup(mock.session, &note_model, n, &err);
	refused(coodie_object_raw(copy, "text", &cell, &err), &err, COODIE_ERR_INVALID,
		"note.text came from no row");
	coodie_object_free(copy);
	coodie_object_free(n);
}

/* LZ-05: what coodie_only() left out is not loaded, which is no mistake. */
static void not_read(void **state)
{
	static const coodie_column_spec specs[] = { { "id", "int" }, { "text", "text" } };
	const cql_value values[] = { cql(1), cql("x") };
	coodie_query *q = coodie_find(mock.session, &note_model, NULL, CQL_ARGS());
	coodie_error err = { 0 };
	coodie_cell cell;
	note *n;

	(void)state;
	coodie_only(q, "text");
	mock_answer(&mock, coodie_result_new_rows(specs, 2, values, 1, &err));
	n = coodie_first(q, &err);
	ok(n != NULL, &err);
	assert_true(coodie_object_is_loaded(n, "text"));
	assert_false(coodie_object_is_loaded(n, "stars"));
	assert_false(coodie_object_is_changed(n, "stars"));
	refused(coodie_object_raw(n, "stars", &cell, &err), &err, COODIE_ERR_INVALID,
		"note.stars was not read");
	coodie_object_free(n);
	coodie_query_free(q);
}

/* An array that was forgotten is no empty member. */
static void forgotten_array(void **state)
{
	coodie_error err = { 0 };
	note n = { .id = 1, .tags = cql_set_of(NULL, 5) };

	(void)state;
	refused(coodie_save(mock.session, &note_model, &n, NULL, &err), &err, COODIE_ERR_INVALID,
		"5 items, but their array is NULL");
	assert_int_equal(mock.sent, 0);
	n.tags = cql_set_of(NULL, 0);
	ok(coodie_save(mock.session, &note_model, &n, NULL, &err), &err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(forgotten_array),
		TEST(set_unread), TEST(shown_safely), TEST(by_name),       TEST(refused_members), TEST(cleared),   TEST(what_changed),
		TEST(equal_objects), TEST(printed),         TEST(raw_cells), TEST(not_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
