/* SPDX-License-Identifier: MIT */
/* node/text: letters of one case, NFC, ASCII and words, as Java and Lucene make them; what they made was
 * recorded from them. */
#include "tests/test.h"

#include "base/arena.h"
#include "node/text/analyzer.h"

static cql_blob blob_of(const char *text)
{
	return (cql_blob){ (const uint8_t *)text, strlen(text) };
}

static const char *text_of(struct cd_arena *a, cql_blob b)
{
	return cd_arena_strndup(a, (const char *)b.data, b.len);
}

/* ---- one text of one -------------------------------------------------------------------------- */

static const struct {
	nd_text_fn *make;
	const char *text, *want;
} made[] = {
	{ nd_text_lower, "", "" },
	{ nd_text_lower, "Hello, WORLD 1", "hello, world 1" },
	{ nd_text_lower, "ÀÞßŸ", "àþßÿ" },
	{ nd_text_lower, "ĀĂŹŽ", "āăźž" }, /* every other one */
	{ nd_text_lower, "ПРИВЕТ", "привет" },
	{ nd_text_lower, "ǅ", "ǆ" },
	{ nd_text_lower, "İ", "i̇" },
	{ nd_text_lower, "ΣΟΦΟΣ", "σοφος" },
	{ nd_text_lower, "Σ", "σ" },
	{ nd_text_lower, "ΑΣ Α", "ας α" },
	{ nd_text_lower, "ΑΣ\xcc\x81", "ας\xcc\x81" },
	{ nd_text_lower, "\xf0\x90\x90\x80", "\xf0\x90\x90\xa8" }, /* beyond 16 bits */
	{ nd_text_lower, "漢", "漢" },
	{ nd_text_upper, "straße", "STRASSE" },
	{ nd_text_upper, "ﬁn ŉ ΐ", "FIN \xca\xbcN \xce\x99\xcc\x88\xcc\x81" },
	{ nd_text_upper, "ÿ дом", "Ÿ ДОМ" },
	{ nd_text_upper, "ǆ", "Ǆ" },
	{ nd_text_ascii, "Æon ﬁn Łódź", "AEon fin Lodz" },
	{ nd_text_ascii, "①⑴ “x”", "1(1) \"x\"" },
	{ nd_text_ascii, "дом", "дом" },
	{ nd_text_nfc, "abc", "abc" },
	{ nd_text_nfc, "Cafe\xcc\x81", "Café" },
	{ nd_text_nfc, "\xe2\x84\xab", "Å" },                      /* the sign of a unit */
	{ nd_text_nfc, "q\xcc\x87\xcc\xa3", "q\xcc\xa3\xcc\x87" }, /* put in order */
	{ nd_text_nfc, "a\xcc\xa3\xcc\x82", "ậ" },                 /* two in turn */
	{ nd_text_nfc, "e\xcc\xb1\xcc\x81", "é\xcc\xb1" },         /* over one of another class */
	{ nd_text_nfc, "e\xcc\x80\xcc\x81", "è\xcc\x81" },         /* not over one of its own */
	{ nd_text_nfc, "\xe1\x84\x80\xe1\x85\xa1\xe1\x86\xa8", "각" }, /* Hangul */
	{ nd_text_nfc, "가\xe1\x86\xa8", "각" },
	{ nd_text_nfc, "\xe0\xa5\x98", "\xe0\xa4\x95\xe0\xa4\xbc" }, /* never put together */
	{ nd_text_nfc, "\xef\xac\xac", "\xd7\xa9\xd6\xbc\xd7\x81" }, /* of three */
	{ nd_text_nfc, "\xcc\x81x", "\xcc\x81x" },                   /* of nothing */
};

static void texts(void **state)
{
	struct cd_arena a;

	(void)state;
	cd_arena_init(&a, NULL, 0);
	for (size_t i = 0; i < CD_COUNT(made); i++) {
		cql_blob out = { NULL, 0 };

		assert_true(made[i].make(blob_of(made[i].text), &a, &out));
		assert_string_equal(text_of(&a, out), made[i].want);
	}
	cd_arena_deinit(&a);
}

/* ---- words ------------------------------------------------------------------------------------- */

/* Words with a bar behind each. */
static const struct {
	const char *text, *want;
} cut[] = {
	{ "", "" },
	{ " ,;- ", "" },
	{ "The quick brown fox", "The|quick|brown|fox|" },
	{ "a.b a:b a,b a'b a·b", "a.b|a:b|a|b|a'b|a·b|" },
	{ "1.2 1,2 1;2 1'2 1:2 .1 1.", "1.2|1,2|1;2|1'2|1|2|1|1|" },
	{ "a1 1a a1.b2 1.a a.1 0x1F 3e5", "a1|1a|a1|b2|1|a|a|1|0x1F|3e5|" },
	{ "a_b _a_ __ a__b 1_000", "a_b|_a_|a__b|1_000|" },
	{ "don't. x..y a-b a/b a@b", "don't|x|y|a|b|a|b|a|b|" },
	{ "a’b a‘b a․b a．b a＇b", "a’b|a‘b|a․b|a．b|a＇b|" },
	{ "日本語テスト ひらがな カタカナ", "日|本|語|テスト|ひ|ら|が|な|カタカナ|" },
	{ "カタ_カナ カa", "カタ_カナ|カ|a|" },
	{ "한국어 안녕", "한국어|안녕|" },
	{ "ไทยภาษา", "ไทยภาษา|" },
	{ "עברית אב\"ג א' \"", "עברית|אב\"ג|א'|" },
	{ "e\xcc\x81x \xcc\x81 x\xc2\xadx x\xe2\x80\x8bx", "e\xcc\x81x|x\xc2\xadx|x|x|" },
	{ "😀 smile 😀x", "smile|x|" },
	{ "١٢٣ abc१२", "١٢٣|abc१२|" },
	{ "x㋐y ①②", "x|㋐|y|" },
};

static void words(void **state)
{
	char got[512];

	(void)state;
	for (size_t i = 0; i < CD_COUNT(cut); i++) {
		size_t at = 0;
		cql_blob word;

		*got = '\0';
		while (nd_word_next(blob_of(cut[i].text), &at, &word)) {
			strncat(got, (const char *)word.data, word.len);
			strcat(got, "|");
		}
		assert_string_equal(got, cut[i].want);
	}
}

static void long_words_are_passed_over(void **state)
{
	char text[600];
	size_t at = 0;
	cql_blob word;

	(void)state;
	memset(text, 'x', sizeof text);
	text[255] = ' ';
	text[512] = '\0'; /* words of 255 and 256 */
	assert_true(nd_word_next(blob_of(text), &at, &word));
	assert_int_equal(word.len, 255);
	assert_false(nd_word_next(blob_of(text), &at, &word));
}

/* ---- analyzers --------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	struct nd_analyzer z;
	const char *text, *want;
} analyzed[] = {
	{ "as it is", { 0 }, "A b", "A b|" },
	{ "nothing is a token too", { 0 }, "", "|" },
	{ "but not to SASI", { .drops_empty = true }, "", "" },
	{ "steps in turn",
	  { .steps = { nd_text_lower, nd_text_nfc, nd_text_ascii } },
	  "CAFE\xcc\x81",
	  "cafe|" },
	{ "words", { .cut = ND_CUT_WORDS, .steps = { nd_text_lower } }, "The Fox.", "the|fox|" },
	{ "delimited", { .cut = ND_CUT_DELIMITED, .delimiter = ',' }, ",a,, b,", "a| b|" },
	{ "delimiters only", { .cut = ND_CUT_DELIMITED, .delimiter = ',' }, ",,", "" },
};

static void analyzers(void **state)
{
	struct cd_arena a;

	(void)state;
	cd_arena_init(&a, NULL, 0);
	for (size_t i = 0; i < CD_COUNT(analyzed); i++) {
		char got[128] = "";
		struct nd_tokens tokens;

		assert_true(nd_analyze(&analyzed[i].z, blob_of(analyzed[i].text), &a, &tokens));
		for (uint32_t k = 0; k < tokens.count; k++) {
			strncat(got, (const char *)tokens.at[k].data, tokens.at[k].len);
			strcat(got, "|");
		}
		if (strcmp(got, analyzed[i].want) != 0)
			fail_msg("%s: %s", analyzed[i].name, got);
	}
	assert_true(nd_analyzer_is_plain(&analyzed[0].z));
	for (size_t i = 2; i < CD_COUNT(analyzed); i++)
		assert_false(nd_analyzer_is_plain(&analyzed[i].z));
	cd_arena_deinit(&a);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts),
		cmocka_unit_test(words),
		cmocka_unit_test(long_words_are_passed_over),
		cmocka_unit_test(analyzers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
