/* SPDX-License-Identifier: MIT */
/* node/cql/lexer.h: texts to tokens. */
#include "tests/test.h"

#include "node/cql/lexer.h"
#include "tests/guard.h"

enum {
	KW = ND_TOKEN_KEYWORD,
	ID = ND_TOKEN_IDENT,
	QN = ND_TOKEN_QUOTED,
	STR = ND_TOKEN_STRING,
	INT = ND_TOKEN_INTEGER,
	FLT = ND_TOKEN_FLOAT,
	SPC = ND_TOKEN_SPECIAL_FLOAT,
	DUR = ND_TOKEN_DURATION,
	UU = ND_TOKEN_UUID,
	HEX = ND_TOKEN_HEX,
	END = ND_TOKEN_EOF,
	BAD = ND_TOKEN_BROKEN
};

#define C(c) ND_PUNCTUATION(c)

static const struct {
	const char *text;
	int kinds[12];
} rows[] = {
	{ "", { END } },
	{ " \t\r\n", { END } },
	{ "select SELECT SeLeCt selects", { KW, KW, KW, ID, END } },
	{ "a _", { ID, BAD } },
	{ "a_1 A9", { ID, ID, END } },
	{ "\"a\" \"a\"\"b\" \"\"", { QN, QN, ND_TOKEN_EMPTY_QUOTED, END } },
	{ "'' 'a''b' $$$$ $$a'$b$$", { STR, STR, STR, STR, END } },
	{ "1 -1 007", { INT, INT, INT, END } },
	{ "1. 1.5 -1.5 1e5 1.e5 1E-5 1.5e+5", { FLT, FLT, FLT, FLT, FLT, FLT, FLT, END } },
	{ "1..2 1...2", { INT, ND_TOKEN_RANGE, INT, FLT, ND_TOKEN_RANGE, INT, END } },
	{ ".5", { C('.'), INT, END } },
	{ "nan NaN -nan infinity -Infinity", { SPC, SPC, SPC, SPC, SPC, END } },
	{ "true FALSE truely", { ND_TOKEN_BOOLEAN, ND_TOKEN_BOOLEAN, ID, END } },
	{ "0x 0xAb -0x1", { HEX, HEX, INT, ID, END } },
	{ "1h 1H30m 1mo 1ms -5us 5\xc2\xb5s 1y2w3d", { DUR, DUR, DUR, DUR, DUR, DUR, DUR, END } },
	{ "P1Y P1Y2M3DT4H5M6S PT5S P3W -P1D P0001-02-03T04:05:06",
	  { DUR, DUR, DUR, DUR, DUR, DUR, END } },
	{ "P p1y PT P1 P1Yx", { ID, ID, ID, ID, ID, END } },
	{ "cfd66ccc-d857-4e90-b1e5-df98a3d40cd6 12345678-1234-1234-1234-123456789ABC",
	  { UU, UU, END } },
	{ "? : ; , . ( ) [ ] { }",
	  { ND_TOKEN_MARKER, C(':'), C(';'), C(','), C('.'), C('('), C(')'), C('['), C(']'), C('{'),
	    C('}'), END } },
	{ "= < <= > >= != + - * / %",
	  { C('='), C('<'), ND_TOKEN_LE, C('>'), ND_TOKEN_GE, ND_TOKEN_NE, C('+'), C('-'), C('*'),
	    C('/'), C('%'), END } },
	{ "+= -= a-1", { ND_TOKEN_ADD_ASSIGN, ND_TOKEN_SUBTRACT_ASSIGN, ID, INT, END } },
	{ "a--b\n//c\rd/*e\n*/f", { ID, ID, ID, END } },
	{ "expr( expr (", { ND_TOKEN_EXPR, ID, C('('), END } },
	{ "'a", { BAD } },
	{ "a ! b", { ID, BAD } },
	{ "\xc3\xa9", { BAD } },
};

static void test_tokens(void **state)
{
	struct cd_guard g;

	(void)state;
	assert_true(cd_guard_init(&g, 4096));
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		size_t len = strlen(rows[i].text);
		struct cd_arena arena;
		struct nd_problem problem;
		struct nd_lexer l;
		int kind;

		cd_arena_init(&arena, NULL, 0);
		nd_problem_init(&problem, &arena);
		nd_lexer_init(&l, (char *)cd_guard_copy(&g, rows[i].text, len), len, &problem);
		for (size_t n = 0; n < CD_COUNT(rows[i].kinds); n++) {
			kind = nd_lexer_next(&l).kind;
			if (kind != rows[i].kinds[n])
				fail_msg("row \"%s\": token %zu is %d, not %d", rows[i].text, n,
					 kind, rows[i].kinds[n]);
			if (kind == END || kind == BAD)
				break;
		}
		CD_CHECK((kind == BAD) == problem.happened, rows[i].text);
		cd_arena_deinit(&arena);
	}
	cd_guard_deinit(&g);
}

static const struct {
	const char *text, *message;
} broken[] = {
	{ "a\n 'b", "line 2:3 mismatched character '<EOF>' expecting '''" },
	{ "\"", "line 1:1 no viable alternative at character '<EOF>'" },
	{ "\"a", "line 1:2 mismatched character '<EOF>' expecting '\"'" },
	{ "#", "line 1:0 no viable alternative at character '#'" },
	{ "$a", "line 1:1 mismatched character 'a' expecting '$'" },
	{ "!a", "line 1:1 mismatched character 'a' expecting '='" },
	{ "/* a", "line 1:4 mismatched character '<EOF>' expecting '*'" },
	{ "-- a", "line 1:4 mismatched character '<EOF>' expecting set null" },
	{ "// a", "line 1:4 mismatched character '<EOF>' expecting set null" },
	{ "-nn", "line 1:2 mismatched character 'n' expecting set null" },
	{ "1abc", "line 1:4 mismatched character '<EOF>' expecting set null" },
	{ "1e+x", "line 1:3 required (...)+ loop did not match anything at character 'x'" },
	{ "1h5x", "line 1:3 no viable alternative at character 'x'" },
	{ "cfd66ccc-d857x", "line 1:13 mismatched character 'x' expecting '-'" },
	/* columns are counted in units of UTF-16 */
	{ "'\xf0\x9f\x98\x80\xc3\xa9' #", "line 1:6 no viable alternative at character '#'" },
	{ "\xc3\xa9", "line 1:0 no viable alternative at character '\xc3\xa9'" },
};

static void test_broken(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(broken); i++) {
		struct cd_arena arena;
		struct nd_problem problem;
		struct nd_lexer l;
		int kind;

		cd_arena_init(&arena, NULL, 0);
		nd_problem_init(&problem, &arena);
		nd_lexer_init(&l, broken[i].text, strlen(broken[i].text), &problem);
		do
			kind = nd_lexer_next(&l).kind;
		while (kind != END && kind != BAD);
		CD_CHECK(kind == BAD && problem.error.code == ND_SYNTAX_ERROR, broken[i].text);
		if (problem.error.message.len != strlen(broken[i].message) ||
		    memcmp(problem.error.message.data, broken[i].message,
			   problem.error.message.len) != 0)
			fail_msg("%s: %.*s", broken[i].text, (int)problem.error.message.len,
				 problem.error.message.data);
		cd_arena_deinit(&arena);
	}
}

/* The search for keywords wants them sorted, and each found as itself. */
static void test_keywords(void **state)
{
	static const struct {
		const char *spelling;
		enum nd_keyword keyword;
	} keywords[] = {
#define X(name, spelling, use) { spelling, ND_KW_##name },
#define ALIAS(name, spelling, use) X(name, spelling, use)
#include "node/cql/keyword.def"
#undef X
#undef ALIAS
	};
	struct nd_lexer l;

	(void)state;
	for (size_t i = 0; i < CD_COUNT(keywords); i++) {
		CD_CHECK(i == 0 || strcmp(keywords[i - 1].spelling, keywords[i].spelling) < 0,
			 keywords[i].spelling);
		nd_lexer_init(&l, keywords[i].spelling, strlen(keywords[i].spelling), NULL);
		CD_CHECK(nd_lexer_next(&l).keyword == keywords[i].keyword, keywords[i].spelling);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tokens),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_keywords),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
