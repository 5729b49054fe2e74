/* SPDX-License-Identifier: MIT */
/* What is known of a loaded row: read again from its bytes, texts terminated or not, and what saves
 * made of it. */
#include <stdlib.h>

#include <coodie/query.h>

#include "tests/orm/fixture.h"
#include "tests/orm/models.h"

#define UPDATE_NOTE \
	"UPDATE shop.notes SET \"text\" = ?, \"stars\" = ?, \"tags\" = ? WHERE \"id\" = ?"

static const coodie_column_spec note_specs[] = {
	{ "id", "int" }, { "text", "text" }, { "stars", "int" }, { "tags", "set<text>" }
};

static coodie_rows *load_notes(const cql_value *values, size_t rows)
{
	coodie_query *q = coodie_find(mock.session, &note_model, NULL, CQL_ARGS());
	coodie_error err = { 0 };
	coodie_rows *found;

	mock_answer(&mock, coodie_result_new_rows(note_specs, 4, values, rows, &err));
	found = coodie_all(q, &err);
	ok(found, &err);
	coodie_query_free(q);
	return found;
}

static void save(note *n)
{
	coodie_error err = { 0 };

	ok(coodie_save(mock.session, &note_model, n, NULL, &err), &err);
}

/* ---- rows that are read again --------------------------------------------------------------- */

/* A NUL went over the length of the null behind it: that is still null. */
static void nulls_behind_texts(void **state)
{
	const cql_value values[] = {
		cql(1), cql("one"), cql_null(), cql_null(),
		cql(2), cql(""),    cql_null(), cql(CQL_SET(cql("a"))),
		cql(3), cql_null(), cql_null(), cql(CQL_SET(cql("b"))),
	};
	coodie_error err = { 0 };
	coodie_rows *rows = load_notes(values, 3);
	note *n;

	(void)state;
	while ((n = coodie_next(rows, &err))) {
		assert_null(n->stars);
		save(n); /* nothing has changed */
		assert_int_equal(mock.sent, n->id == 1 ? 1 : 2 * n->id - 1);
		n->stars = &(int32_t){ 5 };
		save(n);
		mock_expect(&mock, UPDATE_NOTE,
			    n->id == 1   ? "unset|5|unset|1"
			    : n->id == 2 ? "unset|5|unset|2"
					 : "unset|5|unset|3");
		n->stars = NULL;
		save(n);
	}
	coodie_rows_free(rows);
}

/* The null is the first cell of the next row, which is read after the text. */
static void null_in_the_next_row(void **state)
{
	static const coodie_column_spec specs[] = { { "id", "int" }, { "text", "text" } };
	const cql_value values[] = { cql(1), cql("a"), cql_null(), cql("b"), cql_null(), cql("c") };
	coodie_query *q = coodie_find(mock.session, &note_model, NULL, CQL_ARGS());
	coodie_error err = { 0 };
	coodie_rows *rows;
	note *n;

	(void)state;
	coodie_only(q, "text");
	mock_answer(&mock, coodie_result_new_rows(specs, 2, values, 3, &err));
	rows = coodie_all(q, &err);
	ok(rows, &err);
	for (int i = 0; i < 3; i++) {
		n = coodie_next(rows, &err);
		assert_int_equal(n->id, i ? 0 : 1);
		assert_string_equal(n->text, &"a\0b\0c"[2 * i]);
		save(n);
	}
	assert_int_equal(mock.sent, 1); /* the query */
	coodie_rows_free(rows);
	coodie_query_free(q);
}

typedef struct file {
	coodie_row row;
	int32_t id;
	const char *name, *kind;
	cql_blob bytes;
} file;

static const coodie_column file_columns[] = {
	COODIE_COLUMN(file, id, "int", .partition_key = 1),
	COODIE_COLUMN(file, name, "text"),
	COODIE_COLUMN(file, kind, "text"),
	COODIE_COLUMN(file, bytes, "blob"),
};
static const coodie_model file_model = COODIE_MODEL(file, file_columns, "files",
						    .keyspace = "shop");

/* A cell as long as a null's length is once a NUL has gone over it: nothing is written into such a
 * block. */
static void large_page(void **state)
{
	static const coodie_column_spec specs[] = {
		{ "id", "int" }, { "name", "text" }, { "kind", "text" }, { "bytes", "blob" }
	};
	static const size_t lengths[] = { 0x00FFFFFE, 0x00FFFFFF, 0x01000000 };

	(void)state;
	for (size_t i = 0; i < CD_COUNT(lengths); i++) {
		uint8_t *bytes = calloc(1, lengths[i]);
		const cql_value values[] = {
			cql(1), cql("name"),  cql_null(),      cql(cql_blob_of(bytes, lengths[i])),
			cql(2), cql("other"), cql("a kind"),   cql_null(),
			cql(3), cql_null(),   cql("the last"), cql(cql_blob_of(bytes, lengths[i]))
		};
		coodie_query *q = coodie_find(mock.session, &file_model, NULL, CQL_ARGS());
		coodie_error err = { 0 };
		size_t sent;
		coodie_rows *rows;
		file *f;

		assert_non_null(bytes);
		mock_answer(&mock, coodie_result_new_rows(specs, 4, values, 3, &err));
		rows = coodie_all(q, &err);
		ok(rows, &err);
		f = coodie_next(rows, &err);
		assert_string_equal(f->name, "name");
		assert_int_equal(f->bytes.len, lengths[i]);
		f = coodie_next(rows, &err);
		assert_string_equal(f->name, "other");
		assert_string_equal(f->kind, "a kind");
		assert_null(f->bytes.data);
		f = coodie_next(rows, &err);
		assert_string_equal(f->kind, "the last");
		assert_int_equal(f->bytes.len, lengths[i]);
		sent = mock.sent;
		ok(coodie_save(mock.session, &file_model, f, NULL, &err), &err);
		assert_int_equal(mock.sent, sent);
		f->kind = "another";
		ok(coodie_save(mock.session, &file_model, f, NULL, &err), &err);
		mock_expect(&mock,
			    "UPDATE shop.files SET \"name\" = ?, \"kind\" = ?, \"bytes\" = ? "
			    "WHERE \"id\" = ?",
			    "unset|'another'|unset|3");
		coodie_rows_free(rows);
		coodie_query_free(q);
		free(bytes);
	}
}

/* A length that does not fit is an error, whichever cell it is of. */
static void broken_rows(void **state)
{
	const cql_value values[] = { cql(1), cql("one"), cql(7), cql(CQL_SET(cql("a"))) };
	/* the row from its end: 13 bytes of a set, 4 + 4 of an int, 3 of a text, 4 of an id */
	static const size_t lengths_at[] = { 13, 21, 28, 36 };

	(void)state;
	for (size_t i = 0; i < CD_COUNT(lengths_at); i++) {
		static const uint32_t wrong[] = { 3, 5, 100, 0x00FFFFFF, 0x01000000, 0x7FFFFFFF };

		for (size_t k = 0; k < CD_COUNT(wrong); k++) {
			coodie_query *q = coodie_find(mock.session, &note_model, NULL, CQL_ARGS());
			coodie_error err = { 0 };
			coodie_result *r = coodie_result_new_rows(note_specs, 4, values, 1, &err);
			uint8_t *at = coodie_result_own_block(r) - lengths_at[i];

			for (int b = 0; b < 4; b++)
				at[b] = (uint8_t)(wrong[k] >> (24 - 8 * b));
			if (i == 2 && wrong[k] == 3) /* the right one */
				at[3] = 6;
			mock_answer(&mock, r);
			if (coodie_all(q, &err))
				fail_msg("length %zu, %u", i, (unsigned)wrong[k]);
			/* a text that is too long runs into the NULs of the next length */
			assert_int_equal(err.code, i == 2 && wrong[k] <= 6 ? COODIE_ERR_TYPE
									   : COODIE_ERR_PROTOCOL);
			coodie_query_free(q);
		}
	}
}

/* ---- saves ---------------------------------------------------------------------------------- */

static void on_status(const coodie_error *err, void *user)
{
	*(enum coodie_errc *)user = err->code;
}

static note *load_one(coodie_rows **rows)
{
	const cql_value values[] = { cql(1), cql("zero"), cql(0), cql_null() };
	coodie_error err = { 0 };

	*rows = load_notes(values, 1);
	return coodie_next(*rows, &err);
}

static void save_async(note *n, const char *text, enum coodie_errc *code)
{
	coodie_error err = { 0 };

	n->text = text;
	ok(coodie_save_async(mock.session, &note_model, n, NULL, on_status, code, &err), &err);
}

/* Two saves under way: the one that was submitted last is what is loaded, whichever is answered
 * first. LC-19 */
static void answers_out_of_order(void **state)
{
	enum coodie_errc first = COODIE_ERR_CLOSED, second = COODIE_ERR_CLOSED, third;
	coodie_rows *rows;
	note *n = load_one(&rows);

	(void)state;
	save_async(n, "one", &first);
	save_async(n, "two", &second);
	mock_deliver(&mock, 2);
	assert_int_equal(second, COODIE_OK);
	assert_int_equal(first, COODIE_ERR_CLOSED);
	save_async(n, "two", &third); /* clean: that is there */
	assert_int_equal(mock.sent, 3);
	mock_deliver(&mock, 1);
	assert_int_equal(first, COODIE_OK);
	save(n);
	assert_int_equal(mock.sent, 3);
	n->text = "one";
	save(n);
	mock_expect(&mock, UPDATE_NOTE, "'one'|unset|unset|1");
	coodie_rows_free(rows);
}

/* In their order; and the later one fails: what the earlier one wrote is loaded. */
static void answers_in_order(void **state)
{
	enum coodie_errc first, second;
	coodie_rows *rows;
	note *n = load_one(&rows);

	(void)state;
	save_async(n, "one", &first);
	mock_answer_error(&mock, COODIE_ERR_TIMEOUT, "late");
	save_async(n, "two", &second);
	mock_deliver(&mock, 1);
	mock_deliver(&mock, 2);
	assert_int_equal(first, COODIE_OK);
	assert_int_equal(second, COODIE_ERR_TIMEOUT);
	n->text = "one";
	save(n);
	assert_int_equal(mock.sent, 3);
	n->text = "zero";
	save(n);
	mock_expect(&mock, UPDATE_NOTE, "'zero'|unset|unset|1");
	coodie_rows_free(rows);
}

/* Different columns in each: both count. */
static void answers_of_columns(void **state)
{
	enum coodie_errc first, second;
	int32_t five = 5;
	coodie_rows *rows;
	note *n = load_one(&rows);

	(void)state;
	save_async(n, "one", &first);
	n->text = "zero"; /* as loaded: not in the second */
	n->stars = &five;
	save_async(n, "zero", &second);
	mock_expect(&mock, UPDATE_NOTE, "unset|5|unset|1");
	mock_deliver(&mock, 2);
	mock_deliver(&mock, 1);
	save(n); /* the first one has changed it meanwhile */
	mock_expect(&mock, UPDATE_NOTE, "'zero'|unset|unset|1");
	save(n);
	assert_int_equal(mock.sent, 4);
	coodie_rows_free(rows);
}

/* Touched once more while the save is under way: it is written once more, same as it is. */
static void touched_meanwhile(void **state)
{
	enum coodie_errc code = COODIE_ERR_CLOSED;
	coodie_error err = { 0 };
	coodie_rows *rows;
	note *n = load_one(&rows);

	(void)state;
	ok(coodie_touch(n, "text", &err), &err);
	save_async(n, "zero", &code);
	ok(coodie_touch(n, "text", &err), &err);
	mock_deliver(&mock, 1);
	assert_int_equal(code, COODIE_OK);
	save(n);
	assert_int_equal(mock.sent, 3);
	mock_expect(&mock, UPDATE_NOTE, "'zero'|unset|unset|1");
	save(n); /* clean at last */
	assert_int_equal(mock.sent, 3);
	coodie_rows_free(rows);
}

/* ---- memory --------------------------------------------------------------------------------- */

static size_t live;

static void *count_alloc(size_t size, void *user)
{
	(void)user;
	live++;
	return malloc(size);
}

static void *count_resize(void *ptr, size_t size, void *user)
{
	(void)user;
	live += !ptr;
	return realloc(ptr, size);
}

static void count_release(void *ptr, void *user)
{
	(void)user;
	live -= ptr != NULL;
	free(ptr);
}

/* An object that is saved for years holds what it holds now. */
static void saved_for_years(void **state)
{
	static const coodie_allocator counting = { count_alloc, count_resize, count_release, NULL };
	coodie_error err = { 0 };
	size_t after_two = 0;
	char text[3] = "a0";
	note *n;

	(void)state;
	live = 0;
	ok(mock_open_with(&mock, &counting, &err), &err);
	n = coodie_new(mock.session, &note_model, &err);
	ok(n, &err);
	n->text = text;
	for (int i = 0; i < 40; i++) {
		text[1] = (char)('0' + i);
		n->tags = i % 2 ? CQL_SET(cql("x")) : CQL_SET(cql("y"), cql("z"));
		save(n);
		if (i == 2)
			after_two = live;
	}
	assert_int_equal(live, after_two);
	coodie_object_free(n);
	mock_close(&mock);
	assert_int_equal(live, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nulls_behind_texts), TEST(null_in_the_next_row),        TEST(large_page),
		TEST(broken_rows),        TEST(answers_out_of_order),        TEST(answers_in_order),
		TEST(answers_of_columns), TEST(touched_meanwhile), cmocka_unit_test(saved_for_years),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
