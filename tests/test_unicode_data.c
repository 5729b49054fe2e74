/* SPDX-License-Identifier: MIT */
/* The demo's reader of the Unicode character database, on lines that differ in kind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "demos/unicode_data.h"

static void write_file(char path[32], const char *text)
{
	strcpy(path, "/tmp/coodie-demo-XXXXXX");
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

static const struct {
	const char *what, *line, *name;
	int32_t code, upper, lower;
	int digit;
	bool has_numeric, mirrored;
	double numeric;
	size_t decomposition, words;
	const char *utf8;
} lines[] = {
	{ "a capital letter", "0041;LATIN CAPITAL LETTER A;Lu;0;L;;;;;N;;;;0061;\n",
	  "LATIN CAPITAL LETTER A", 0x41, -1, 0x61, -1, false, false, 0, 0, 4, "A" },
	{ "a fraction",
	  "00BD;VULGAR FRACTION ONE HALF;No;0;ON;<fraction> 0031 2044 0032;;;1/2;N;X;;;;\n",
	  "VULGAR FRACTION ONE HALF", 0xBD, -1, -1, -1, true, false, 0.5, 3, 4, "\xC2\xBD" },
	{ "a digit", "0037;DIGIT SEVEN;Nd;0;EN;;7;7;7;N;;;;;\n", "DIGIT SEVEN", 0x37, -1, -1, 7,
	  true, false, 7, 0, 2, "7" },
	{ "a mirrored sign", "2208;ELEMENT OF;Sm;0;ON;;;;;Y;;;;;\n", "ELEMENT OF", 0x2208, -1, -1,
	  -1, false, true, 0, 0, 2, "\xE2\x88\x88" },
	{ "a word twice", "1F600;FACE GRINNING FACE;So;0;ON;;;;;N;;;;;\n", "FACE GRINNING FACE",
	  0x1F600, -1, -1, -1, false, false, 0, 0, 2, "\xF0\x9F\x98\x80" },
	{ "no newline at the end", "00E9;E ACUTE;Ll;0;L;0065 0301;;;;N;;;00C9;;00C9", "E ACUTE",
	  0xE9, 0xC9, -1, -1, false, false, 0, 2, 2, "\xC3\xA9" },
};

static void test_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		struct unicode_reader r;
		struct unicode_char u;
		char path[32];

		print_message("%s\n", lines[i].what);
		write_file(path, lines[i].line);
		assert_true(unicode_open(&r, path));
		assert_int_equal(unicode_count(&r), 1);
		assert_int_equal(unicode_next(&r, &u), 1);
		assert_string_equal(u.name, lines[i].name);
		assert_int_equal(u.code, lines[i].code);
		assert_int_equal(u.upper, lines[i].upper);
		assert_int_equal(u.lower, lines[i].lower);
		assert_int_equal(u.digit, lines[i].digit);
		assert_int_equal(u.has_numeric, lines[i].has_numeric);
		assert_true(u.numeric == lines[i].numeric);
		assert_int_equal(u.mirrored, lines[i].mirrored);
		assert_int_equal(u.decomposition_len, lines[i].decomposition);
		assert_int_equal(u.words_len, lines[i].words);
		assert_int_equal(u.utf8_len, strlen(lines[i].utf8));
		assert_memory_equal(u.utf8, lines[i].utf8, u.utf8_len);
		assert_int_equal(unicode_next(&r, &u), 0);
		unicode_close(&r);
		unlink(path);
	}
}

static void test_broken_lines(void **state)
{
	static const char *const broken[] = { "0041;TOO FEW\n", "110000;A;B;0;L;;;;;N;;;;;\n", "\n",
					      "" };

	(void)state;
	for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
		struct unicode_reader r;
		struct unicode_char u;
		char path[32];

		write_file(path, broken[i]);
		assert_true(unicode_open(&r, path));
		assert_int_equal(unicode_next(&r, &u), -1);
		unicode_close(&r);
		unlink(path);
	}
}

static void test_blocks(void **state)
{
	struct unicode_blocks b;
	char path[32];

	(void)state;
	write_file(path, "# comment\n\n0000..007F; Basic Latin\n0400..04FF; Cyrillic\n");
	assert_true(unicode_blocks_load(&b, path));
	assert_int_equal(b.len, 2);
	assert_string_equal(unicode_blocks_find(&b, 0x7F), "Basic Latin");
	assert_string_equal(unicode_blocks_find(&b, 0x80), "No_Block");
	assert_string_equal(unicode_blocks_find(&b, 0x4FF), "Cyrillic");
	unicode_blocks_free(&b);
	unlink(path);
	assert_false(unicode_blocks_load(&b, "/nonexistent/Blocks.txt"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_broken_lines),
		cmocka_unit_test(test_blocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
