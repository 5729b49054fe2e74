/* SPDX-License-Identifier: MIT */
/* tools/shell/csv.h, and values in CSV files: what is read, what is written, and that one reads the other. */
#include "tests/test.h"

#include <coodie/text.h>

#include "tools/shell/copy.h"

static const struct csv_format cqlsh = { ',', '"', '\\' }, rfc4180 = { ',', '"', '"' },
			       tabs = { '\t', '\'', '\\' };

/* A text that comes so many bytes at a time. */
struct source {
	const char *at;
	size_t left, step;
};

static size_t fill(void *user, char *out, size_t room)
{
	struct source *s = user;
	size_t len = s->step < s->left ? s->step : s->left;

	len = len < room ? len : room;
	memcpy(out, s->at, len);
	s->at += len;
	s->left -= len;
	return len;
}

static const struct {
	const char *name;
	const struct csv_format *format;
	const char *text,
		*rows; /* LINE:field|field; q in front of one that was in quotes; !problem */
} rows[] = {
	{ "nothing", &cqlsh, "", "" },
	{ "a row", &cqlsh, "a,b\n", "1:a|b;" },
	{ "no newline at the end", &cqlsh, "a,b", "1:a|b;" },
	{ "carriage returns", &cqlsh, "a,b\r\nc\r\n", "1:a|b;2:c;" },
	{ "empty fields", &cqlsh, ",,\n", "1:||;" },
	{ "an empty field at the end", &cqlsh, "a,", "1:a|;" },
	{ "empty lines", &cqlsh, "\n\na\n\nb\n", "3:a;5:b;" },
	{ "quotes", &cqlsh, "\"a,b\",c\n", "1:qa,b|c;" },
	{ "empty quotes", &cqlsh, "\"\",a\n", "1:q|a;" },
	{ "nothing but empty quotes", &cqlsh, "\"\"\n", "1:q;" },
	{ "a newline in quotes", &cqlsh, "\"a\nb\",c\nd\n", "1:qa\nb|c;3:d;" },
	{ "an escaped quote", &cqlsh, "\"a\\\"b\"\n", "1:qa\"b;" },
	{ "an escaped escape", &cqlsh, "\"a\\\\\",b\n", "1:qa\\|b;" },
	{ "an escape outside of quotes", &cqlsh, "a\\,b,c\n", "1:a,b|c;" },
	{ "an escape at the end", &cqlsh, "a\\", "1:a\\;" },
	{ "text behind quotes", &cqlsh, "\"a\"b,c\n", "1:qab|c;" },
	{ "a quote in the middle", &cqlsh, "a\"b,c\n", "1:a\"b|c;" },
	{ "doubled quotes", &rfc4180, "\"a\"\"b\",c\n", "1:qa\"b|c;" },
	{ "three quotes", &rfc4180, "\"\"\"\"\n", "1:q\";" },
	{ "a backslash is nothing special", &rfc4180, "a\\,b\n", "1:a\\|b;" },
	{ "another dialect", &tabs, "'a\tb'\tc,d\n", "1:qa\tb|c,d;" },
	{ "a mark in front", &cqlsh,
	  "\xef\xbb\xbf"
	  "a,b\n",
	  "1:a|b;" },
	{ "quotes without an end", &cqlsh, "a\n\"b,c\nd", "1:a;2:!a quoted field has no end;" },
	{ "a point", &cqlsh, "a\n\\.\nb\n", "1:a;" },
};

static void read_all(size_t i, size_t step, struct bytes *out)
{
	struct source s = { rows[i].text, strlen(rows[i].text), step };
	struct csv_reader r = {
		.format = *rows[i].format, .fill = fill, .user = &s, .ends_with_dot = true
	};

	while (csv_read(&r)) {
		text_printf(out, "%zu:", r.line);
		for (size_t f = 0; !r.problem && f < csv_count(&r); f++)
			text_printf(out, "%s%s%s", f ? "|" : "",
				    csv_field(&r, f)->quoted ? "q" : "", csv_field(&r, f)->text);
		text_printf(out, "%s%s;", r.problem ? "!" : "", r.problem ? r.problem : "");
	}
	csv_free(&r);
}

static void test_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++)
		for (size_t step = 1; step < 9; step++) {
			struct bytes got = { 0 };
			read_all(i, step, &got);
			if (strcmp(text_of(&got), rows[i].rows) != 0)
				fail_msg("row \"%s\", %zu at a time: %s", rows[i].name, step,
					 text_of(&got));
			bytes_free(&got);
		}
	print_message("%zu rows\n", CD_COUNT(rows));
}

static void test_raw(void **state)
{
	static const char text[] = "a,\"b\nc\"\r\nd\n";
	struct source s = { text, strlen(text), 3 };
	struct csv_reader r = { .format = cqlsh, .fill = fill, .user = &s };
	size_t len;
	const char *raw;

	(void)state;
	assert_true(csv_read(&r));
	raw = csv_raw(&r, &len);
	assert_int_equal(len, 7);
	assert_memory_equal(raw, "a,\"b\nc\"", 7);
	assert_true(csv_read(&r));
	raw = csv_raw(&r, &len);
	assert_int_equal(len, 1);
	assert_memory_equal(raw, "d", 1);
	assert_false(csv_read(&r));
	csv_free(&r);
}

/* Rows of any bytes come back, in each dialect; the buffer is emptied on the way. */
static void test_round_trip(void **state)
{
	const struct csv_format *formats[] = { &cqlsh, &rfc4180, &tabs };
	static const char alphabet[] = "ab,\"\\'\t\n\r \xc3\xbc.";
	unsigned seed = 1;

	(void)state;
	for (size_t f = 0; f < CD_COUNT(formats); f++) {
		struct bytes file = { 0 }, all = { 0 };
		struct source s;
		struct csv_reader r = { .format = *formats[f], .fill = fill, .user = &s };
		size_t count = test_samples() ? 2000 : 20000, at = 0;
		for (size_t i = 0; i < count; i++) {
			char field[12];
			size_t len = (seed = seed * 1103515245 + 12345) / 65536 % 11;
			for (size_t j = 0; j < len; j++)
				field[j] = alphabet[(seed = seed * 1103515245 + 12345) / 65536 %
						    (sizeof alphabet - 1)];
			csv_write(&file, formats[f], field, len, len == 0);
			text_add_char(&file, i % 3 == 2 ? '\n' : formats[f]->delimiter);
			bytes_add(&all, field, len);
			text_add_char(&all, '\0');
		}
		csv_write(&file, formats[f], "end", 3, false);
		s = (struct source){ (const char *)file.at, file.len, 999 };
		while (csv_read(&r)) {
			assert_null(r.problem);
			for (size_t i = 0; i < csv_count(&r) && at < all.len; i++) {
				const struct csv_field *got = csv_field(&r, i);
				assert_memory_equal(got->text, all.at + at, got->len + 1);
				at += got->len + 1;
			}
		}
		assert_int_equal(at, all.len);
		csv_free(&r);
		bytes_free(&file);
		bytes_free(&all);
	}
}

/* ---- values --------------------------------------------------------------------------------------------- */

static const struct copy defaults = {
	.format = { ',', '"', '\\' }, .null = "", .true_text = "True", .false_text = "False"
};

static const struct {
	const char *type, *field;
	bool quoted;
	const char *literal; /* NULL: it is refused */
} values[] = {
	{ "text", "a'b", false, "'a''b'" },
	{ "text", "", false, "null" },
	{ "text", "", true, "''" },
	{ "text", " a ", false, "' a '" },
	{ "text", "\xff", false, NULL },
	{ "int", "", false, "null" },
	{ "int", "", true, "null" },
	{ "int", " 12 ", false, "12" },
	{ "int", "12x", false, NULL },
	{ "int", "3000000000", false, NULL },
	{ "bigint", "-9223372036854775808", false, "-9223372036854775808" },
	{ "boolean", "True", false, "true" },
	{ "boolean", "false", false, "false" },
	{ "boolean", "yes", false, NULL },
	{ "double", "1.5e10", false, "15000000000" },
	{ "double", "NaN", false, "NaN" },
	{ "decimal", "1.50", false, "1.50" },
	{ "varint", "123456789012345678901234567890", false, "123456789012345678901234567890" },
	{ "blob", "0xCAFE", false, "0xcafe" },
	{ "inet", "127.0.0.1", false, "'127.0.0.1'" },
	{ "inet", "::1", false, "'::1'" },
	{ "inet", "nowhere", false, NULL },
	{ "date", "2026-11-22", false, "'2026-11-22'" },
	{ "time", "08:07:41.5", false, "'08:07:41.500000000'" },
	{ "timestamp", "2026-11-22 08:07:41.123+0000", false, "'2026-11-22 08:07:41.123+0000'" },
	{ "timestamp", "2026-11-22T08:07:41Z", false, "'2026-11-22 08:07:41.000+0000'" },
	{ "timestamp", "2026-11-22 08:07:41", false, "'2026-11-22 08:07:41.000+0000'" },
	{ "timestamp", "1000", false, "'1970-01-01 00:00:01.000+0000'" },
	{ "timestamp", "soon", false, NULL },
	{ "duration", "1mo2d3ns", false, "1mo2d3ns" },
	{ "uuid", "01020304-0506-0708-090a-0b0c0d0e0f10", false,
	  "01020304-0506-0708-090a-0b0c0d0e0f10" },
	{ "list<int>", "[1, 2]", false, "[1, 2]" },
	{ "set<text>", "{'a', 'b'}", false, "{'a', 'b'}" },
	{ "map<text, timestamp>", "{'a': '2026-11-22 08:07:41.123+0000'}", false,
	  "{'a': '2026-11-22 08:07:41.123+0000'}" },
	{ "tuple<int, text>", "(1, null)", false, "(1, null)" },
	{ "vector<float, 2>", "[1.0, 2.5]", false, "[1, 2.5]" },
	{ "udt<k.a, street:text, \"Zip\":int>", "{street: 'x', \"Zip\": 3}", false,
	  "{street: 'x', \"Zip\": 3}" },
	{ "udt<k.a, street:text, \"Zip\":int>", "{street: 'Zip: x', Zip: 3}", false,
	  "{street: 'Zip: x', \"Zip\": 3}" },
	{ "list<frozen<udt<k.a, \"Zip\":int>>>", "[{Zip: 3}, {\"Zip\": 4}]", false,
	  "[{\"Zip\": 3}, {\"Zip\": 4}]" },
	{ "udt<k.a, street:text, \"Zip\":int>", "{zip: 3}", false, NULL },
	{ "list<int>", "1, 2", false, NULL },
};

static void test_values(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(values); i++) {
		coodie_error err = { 0 };
		cql_type *type = cql_type_parse(values[i].type, &err);
		cql_arena *arena = cql_arena_new(NULL, NULL);
		char *copy = strdup(values[i].field);
		struct csv_field f = { copy, strlen(copy), values[i].quoted };
		struct bytes out = { 0 };
		cql_value v;
		bool ok;
		CD_CHECK(type, values[i].type);
		ok = copy_read_value(&defaults, &f, type, arena, &v, &err);
		CD_CHECK(ok == (values[i].literal != NULL), values[i].field);
		if (ok) {
			cell_add_literal(&out, type, v, cell_add_name);
			if (strcmp(text_of(&out), values[i].literal) != 0)
				fail_msg("%s %s: %s", values[i].type, values[i].field,
					 text_of(&out));
		} else {
			CD_CHECK(*err.message, values[i].field);
		}
		bytes_free(&out);
		free(copy);
		cql_arena_free(arena);
		cql_type_free(type);
	}
	print_message("%zu values\n", CD_COUNT(values));
}

/* Null is nothing; a text that looks like it is in quotes. */
static void test_null(void **state)
{
	cql_type *text = cql_type_parse("text", NULL);
	struct copy c = defaults;
	struct bytes out = { 0 };
	bool quoted;

	(void)state;
	copy_add_value(&out, &c, text, cql_null(), &quoted);
	assert_false(quoted);
	assert_int_equal(out.len, 0);
	copy_add_value(&out, &c, text, cql_from_str(""), &quoted);
	assert_true(quoted);
	c.null = "NULL";
	copy_add_value(&out, &c, text, cql_from_str("NULL"), &quoted);
	assert_true(quoted);
	text_clear(&out);
	copy_add_value(&out, &c, text, cql_null(), &quoted);
	assert_false(quoted);
	assert_string_equal(text_of(&out), "NULL");
	bytes_free(&out);
	cql_type_free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),       cmocka_unit_test(test_raw),
		cmocka_unit_test(test_round_trip), cmocka_unit_test(test_values),
		cmocka_unit_test(test_null),
	};
	return cmocka_run_group_tests_name("tools/shell/csv", tests, NULL, NULL);
}
