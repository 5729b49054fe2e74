/* SPDX-License-Identifier: MIT */
/* tools/shell/splitter.h: where statements end, also when their text comes a line, or a byte, at a time. */
#include "tests/test.h"

#include "tools/shell/splitter.h"

static bool is_command(const char *word, size_t len)
{
	return text_same(word, len, "HELP") || text_same(word, len, "SOURCE") ||
	       text_same(word, len, "USE");
}

static const struct {
	const char *name, *text, *statements; /* each in brackets; ... behind one that has no end */
} rows[] = {
	{ "nothing", "", "" },
	{ "one", "a b;", "[a b]" },
	{ "two in a line", "a; b;", "[a][b]" },
	{ "over lines", "a\n b\n;", "[a\n b]" },
	{ "an empty one", ";;a;", "[][][a]" },
	{ "without an end", "a; b", "[a]..." },
	{ "a string", "a ';' b;", "[a ';' b]" },
	{ "a quote in a string", "a 'it''s;' b;", "[a 'it''s;' b]" },
	{ "a string over lines", "a 'x\n;\ny';", "[a 'x\n;\ny']" },
	{ "a string without an end", "a 'x;", "..." },
	{ "a name in quotes", "a \"x;\"\"y\" b;", "[a \"x;\"\"y\" b]" },
	{ "dollars", "a $$ ; ' $$ b;", "[a $$ ; ' $$ b]" },
	{ "dollars over lines", "a $$\nx;\n$$;", "[a $$\nx;\n$$]" },
	{ "dollars without an end", "a $$ x;", "..." },
	{ "one dollar", "a $ b;", "[a $ b]" },
	{ "a comment", "a -- x;\n b;", "[a -- x;\n b]" },
	{ "a comment with slashes", "a // x;\n b;", "[a // x;\n b]" },
	{ "a block", "a /* ; ' */ b;", "[a /* ; ' */ b]" },
	{ "a block over lines", "a /*\n;\n*/ b;", "[a /*\n;\n*/ b]" },
	{ "a comment in a string", "a '-- ' b;", "[a '-- ' b]" },
	{ "a minus", "a - b;", "[a - b]" },
	{ "comments in front", "-- x\n/* y; */ a;", "[a]" },
	{ "comments behind", "a; -- x;", "[a]" },
	{ "a comment in front of the end", "a /* x */;", "[a]" },
	{ "a batch", "BEGIN BATCH a; b; APPLY BATCH; c;", "[BEGIN BATCH a; b; APPLY BATCH][c]" },
	{ "a batch in small letters", "begin unlogged batch\n a;\napply batch;",
	  "[begin unlogged batch\n a;\napply batch]" },
	{ "a counter batch", "BEGIN COUNTER BATCH USING TIMESTAMP 1 a; APPLY BATCH;",
	  "[BEGIN COUNTER BATCH USING TIMESTAMP 1 a; APPLY BATCH]" },
	{ "a batch without an end", "BEGIN BATCH a; b;", "..." },
	{ "batch is a name here", "a batch; b;", "[a batch][b]" },
	{ "begin is a name here", "a begin batch; b;", "[a begin batch][b]" },
	{ "apply batch in a string", "BEGIN BATCH 'APPLY BATCH;' ; APPLY BATCH;",
	  "[BEGIN BATCH 'APPLY BATCH;' ; APPLY BATCH]" },
	{ "a command", "HELP\na;", "[HELP][a]" },
	{ "a command with its semicolon", "HELP; a;", "[HELP][a]" },
	{ "a command with words", "help me now  \na;", "[help me now][a]" },
	{ "a command with a file", "SOURCE 'a;b'\nc;", "[SOURCE 'a;b'][c]" },
	{ "a command with an open quote", "HELP it's\na;", "[HELP it's][a]" },
	{ "a command at the end of a text", "HELP", "..." },
	{ "a command in the middle is none", "a HELP\nb;", "[a HELP\nb]" },
	{ "USE without a semicolon", "USE k\na;", "[USE k][a]" },
	{ "letters that are no ASCII", "a\xc3\xbc 'x\xe2\x98\x83;';",
	  "[a\xc3\xbc 'x\xe2\x98\x83;']" },
	{ "a carriage return", "HELP\r\na;\r\n", "[HELP][a]" },
};

/* What comes `step` bytes at a time; with 0, a line at a time. */
static void split(const char *text, size_t step, struct bytes *out)
{
	struct splitter s = { .is_command = is_command };
	struct bytes have = { 0 };
	size_t len = strlen(text);

	for (size_t at = 0, part; at < len; at += part) {
		size_t line = strcspn(text + at, "\n") + 1;
		part = step ? step : line;
		part = part < len - at ? part : len - at;
		bytes_add(&have, text + at, part);
		while (splitter_next(&s, (const char *)have.at, have.len)) {
			size_t from = s.begun ? s.first : 0, end = s.begun ? s.end : 0;
			text_printf(out, "[%.*s]", (int)(end - from), (const char *)have.at + from);
			bytes_drop(&have, s.at);
			splitter_reset(&s);
		}
	}
	if (have.len) {
		struct tokens rest = { (const char *)have.at, (const char *)have.at + have.len };
		struct token t = token_next(&rest);
		if (t.kind != TOKEN_END || !t.whole)
			text_add(out, "...");
	}
	bytes_free(&have);
}

static void test_split(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++)
		for (size_t step = 0; step < 12; step++) {
			struct bytes got = { 0 };
			split(rows[i].text, step, &got);
			if (strcmp(text_of(&got), rows[i].statements) != 0)
				fail_msg("row \"%s\", %zu at a time: %s", rows[i].name, step,
					 text_of(&got));
			bytes_free(&got);
		}
	print_message("%zu rows\n", CD_COUNT(rows));
}

static void test_whole(void **state)
{
	static const struct {
		const char *text;
		bool whole;
	} texts[] = {
		{ "", true },           { "  ", true },       { "a;", true },
		{ "a; b;", true },      { "a", false },       { "a; b", false },
		{ "HELP", true },       { "a; HELP", true },  { "-- x", true },
		{ "a; -- x", true },    { "a -- x;", false }, { "/* x", false },
		{ "a; /* x */", true }, { "'", false },       { "BEGIN BATCH;", false },
	};

	(void)state;
	for (size_t i = 0; i < CD_COUNT(texts); i++)
		CD_CHECK(splitter_is_whole(is_command, texts[i].text, strlen(texts[i].text)) ==
				 texts[i].whole,
			 texts[i].text);
}

static void test_tokens(void **state)
{
	static const char text[] = "Ab \"C\"\"d\" 'e''f' $$g'h$$ 12.5 ; Ü /* x */ -";
	static const char *const values[] = { "ab", "C\"d", "e'f", "g'h", "12",
					      ".",  "5",    ";",   "Ü",   "-" };
	struct tokens tokens = { text, text + strlen(text) };
	struct pool pool = { 0 };

	(void)state;
	for (size_t i = 0; i < CD_COUNT(values); i++) {
		struct token t = token_next(&tokens);
		assert_string_equal(token_value(&t, &pool), values[i]);
	}
	assert_int_equal(token_next(&tokens).kind, TOKEN_END);
	pool_free(&pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_split),
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_tokens),
	};
	return cmocka_run_group_tests_name("tools/shell/splitter", tests, NULL, NULL);
}
