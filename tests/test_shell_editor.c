/* SPDX-License-Identifier: MIT */
/* tools/shell/editor.h, and what it is made of: keys as bytes of a terminal, and what that terminal shows. */
#include "tests/test.h"

#include "tests/vt.h"
#include "tools/shell/editor.h"
#include "tools/shell/splitter.h"

#define UP "\033[A"
#define DOWN "\033[B"
#define RIGHT "\033[C"
#define LEFT "\033[D"
#define HOME "\033[H"
#define END "\033[F"
#define DELETE "\033[3~"
#define ALT_B "\033b"
#define ALT_F "\033f"
#define ALT_D "\033d"
#define PASTED(text) "\033[200~" text "\033[201~"
#define CTRL_A "\001"
#define CTRL_C "\003"
#define CTRL_D "\004"
#define CTRL_E "\005"
#define CTRL_G "\007"
#define CTRL_K "\013"
#define CTRL_L "\014"
#define CTRL_R "\022"
#define CTRL_U "\025"
#define CTRL_W "\027"
#define CTRL_Y "\031"
#define CTRL_Z "\032"
#define BACKSPACE "\177"
#define OLD "select 1;\n"

static bool no_command(const char *word, size_t len)
{
	return text_same(word, len, "help");
}

static bool is_whole(const char *text, size_t len, void *user)
{
	(void)user;
	return splitter_is_whole(no_command, text, len);
}

static void complete(const char *text, size_t at, struct candidates *found, void *user)
{
	static const char *const words[] = { "select", "set", "system.", "wide \xe6\x97\xa5" };
	size_t from = at;

	(void)user;
	while (from && text[from - 1] != ' ')
		from--;
	found->from = from;
	for (size_t i = 0; i < CD_COUNT(words); i++)
		if (text_begins(words[i], text + from, at - from))
			candidates_add(found, words[i]);
}

/* An editor, its history, and the terminal it is shown on. */
struct desk {
	struct editor editor;
	struct history history;
	struct vt vt;
};

static void begin(struct desk *d, size_t columns, size_t rows)
{
	*d = (struct desk){ .editor = { .prompt = "> ", .more = ". " } };
	d->editor.history = &d->history;
	d->editor.hooks = (struct editor_hooks){ is_whole, complete, NULL };
	vt_init(&d->vt, columns, rows);
	editor_resize(&d->editor, columns, rows);
	editor_begin(&d->editor);
}

static void show(struct desk *d)
{
	vt_write(&d->vt, d->editor.screen.out.at, d->editor.screen.out.len);
	text_clear(&d->editor.screen.out);
}

static void end(struct desk *d)
{
	editor_free(&d->editor);
	history_free(&d->history);
	vt_free(&d->vt);
}

/* Types all of it; what is entered goes to `entered`, with what ended the rest. */
static void type(struct desk *d, const char *bytes, size_t step, struct bytes *entered)
{
	size_t len = strlen(bytes);

	for (size_t at = 0; at < len; at += step) {
		enum editor_event event;
		editor_feed(&d->editor, bytes + at, at + step < len ? step : len - at);
		while ((event = editor_run(&d->editor)) != EDITOR_WAITS) {
			if (event == EDITOR_SUSPENDED) {
				text_add(entered, "<suspend>");
				editor_redraw(&d->editor);
				continue;
			}
			const struct bytes *line = &d->editor.line.text;
			if (event == EDITOR_ENTERED)
				text_printf(entered, "[%.*s]", (int)line->len,
					    line->len ? (const char *)line->at : "");
			else
				text_add(entered, event == EDITOR_ENDED ? "<end>" : "<cancel>");
			show(d);
			editor_begin(&d->editor);
		}
		show(d);
	}
}

static const struct {
	const char *name, *keys, *entered, *screen;
} rows[] = {
	{ "nothing", "", "", "> |" },
	{ "a line", "abc", "", "> abc|" },
	{ "a statement", "abc;\r", "[abc;]", "> abc;\n> |" },
	{ "an empty line", "\r", "[]", ">\n> |" },
	{ "a command needs no semicolon", "help\r", "[help]", "> help\n> |" },
	{ "a statement of two lines", "abc\rdef;\r", "[abc\ndef;]", "> abc\n. def;\n> |" },
	{ "two statements at once", "a;b;\r", "[a;b;]", "> a;b;\n> |" },
	{ "a quote holds it open", "a';\r';\r", "[a';\n';]", "> a';\n. ';\n> |" },
	{ "left and right", "abd" LEFT "c" RIGHT "e", "", "> abcde|" },
	{ "left stops at the start", "a" LEFT LEFT LEFT "b", "", "> b|a" },
	{ "home and end", "bc" CTRL_A "a" CTRL_E "d", "", "> abcd|" },
	{ "home and end by their keys", "bc" HOME "a" END "d", "", "> abcd|" },
	{ "home of the second line", "ab;'\rcd" CTRL_A "x", "", "> ab;'\n. x|cd" },
	{ "backspace", "abc" BACKSPACE BACKSPACE "d", "", "> ad|" },
	{ "backspace joins lines", "ab\rc" LEFT BACKSPACE, "", "> ab|c" },
	{ "delete", "abc" CTRL_A DELETE, "", "> |bc" },
	{ "Ctrl-D deletes", "abc" CTRL_A CTRL_D, "", "> |bc" },
	{ "Ctrl-D ends", CTRL_D, "<end>", ">\n> |" },
	{ "Ctrl-C", "abc" LEFT CTRL_C, "<cancel>", "> abc^C\n> |" },
	{ "Ctrl-Z", "abc" LEFT CTRL_Z "d", "<suspend>", "> abc\n> abd|c" },
	{ "Ctrl-K and Ctrl-Y", "abcd" LEFT LEFT CTRL_K CTRL_A CTRL_Y, "", "> cd|ab" },
	{ "Ctrl-U", "abcd" LEFT CTRL_U, "", "> |d" },
	{ "Ctrl-W", "one two" CTRL_W "x", "", "> one x|" },
	{ "Ctrl-W over a blank", "one two  " CTRL_W "x", "", "> one x|" },
	{ "Ctrl-K of the end keeps what was cut", "ab" CTRL_U CTRL_K CTRL_Y, "", "> ab|" },
	{ "words", "one two" ALT_B ALT_B "x" ALT_F "y", "", "> xoney| two" },
	{ "words by Ctrl and arrows", "one two\033[1;5D\033[1;5Dx\033[1;5Cy", "", "> xoney| two" },
	{ "Alt-D", "one two" CTRL_A ALT_D, "", "> | two" },
	{ "a wide character", "\xe6\x97\xa5\xe6\x9c\xac" LEFT "a", "",
	  "> \xe6\x97\xa5"
	  "a|\xe6\x9c\xac" },
	{ "a mark goes with its letter", "ae\xcc\x81" LEFT "b", "", "> ab|e\xcc\x81" },
	{ "a mark is deleted with its letter", "ae\xcc\x81" BACKSPACE, "", "> a|" },
	{ "no UTF-8",
	  "a\xff"
	  "b",
	  "",
	  "> a\xef\xbf\xbd"
	  "b|" },
	{ "a control character", PASTED("a\001b"), "", "> a^Ab|" },
	{ "orders to a terminal",
	  PASTED("a\xc2\x9b"
		 "2J\xe2\x80\xae"),
	  "", "> a\\u009b2J\\u202e|" },
	{ "a full row",
	  "12345678901234567890"
	  "1234567890"
	  "12345678",
	  "", "> 12345678901234567890123456789012345678\n|" },
	{ "a statement that fills its row",
	  "12345678901234567890"
	  "1234567890"
	  "1234567;\r",
	  "[1234567890123456789012345678901234567;]",
	  "> 1234567890123456789012345678901234567;\n> |" },
	{ "more than a row",
	  "12345678901234567890"
	  "1234567890"
	  "123456789",
	  "", "> 12345678901234567890123456789012345678\n9|" },
	{ "a wide character does not fit",
	  "12345678901234567890"
	  "1234567890"
	  "1234567\xe6\x97\xa5",
	  "", "> 1234567890123456789012345678901234567\n\xe6\x97\xa5|" },
	{ "a row is left again",
	  "12345678901234567890"
	  "1234567890"
	  "123456789" BACKSPACE BACKSPACE,
	  "", "> 1234567890123456789012345678901234567|" },
	{ "history", OLD "two;\r" UP, "[select 1;][two;]", "> select 1;\n> two;\n> two;|" },
	{ "history twice", OLD "two;\r" UP UP UP, "[select 1;][two;]",
	  "> select 1;\n> two;\n> select 1;|" },
	{ "back to what was written", OLD "dra" UP DOWN "ft", "[select 1;]",
	  "> select 1;\n> draft|" },
	{ "the same twice is once", OLD OLD "x" UP UP, "[select 1;][select 1;]",
	  "> select 1;\n> select 1;\n> select 1;|" },
	{ "up within lines", "abc\rde" UP "x", "", "> abx|c\n. de" },
	{ "down within lines", "abc\rde" UP DOWN "x", "", "> abc\n. dex|" },
	{ "an entry of two lines", "a\rb;\r" UP, "[a\nb;]", "> a\n. b;\n> a\n. b;|" },
	{ "up goes to the first line first", "a\rb;\r" UP UP "x", "[a\nb;]",
	  "> a\n. b;\n> ax|\n. b;" },
	{ "search", OLD "two;\r" CTRL_R "sel", "[select 1;][two;]",
	  "> select 1;\n> two;\n(search)`sel': |select 1;" },
	{ "search runs what it found", OLD "two;\r" CTRL_R "sel\r", "[select 1;][two;][select 1;]",
	  "> select 1;\n> two;\n> select 1;\n> |" },
	{ "search again", "a1;\ra2;\r" CTRL_R "a" CTRL_R, "[a1;][a2;]",
	  "> a1;\n> a2;\n(search)`a': |a1;" },
	{ "search gets shorter", "ab;\rac;\r" CTRL_R "ab" BACKSPACE, "[ab;][ac;]",
	  "> ab;\n> ac;\n(search)`a': |ac;" },
	{ "search finds nothing", OLD CTRL_R "zz", "[select 1;]", "> select 1;\n(search)`zz': |" },
	{ "search is given up", OLD "x" CTRL_R "sel" CTRL_G, "[select 1;]", "> select 1;\n> x|" },
	{ "what was found is edited", OLD CTRL_R "lect" RIGHT "x", "[select 1;]",
	  "> select 1;\n> selx|ect 1;" },
	{ "paste of lines", PASTED("a;\rb;") "\r", "[a;\nb;]", "> a;\n. b;\n> |" },
	{ "paste of lines with both of their ends", PASTED("a;\r\n\r\nb;\n") "\r", "[a;\n\nb;\n]",
	  "> a;\n.\n. b;\n.\n> |" },
	{ "a paste that ends with CR", PASTED("a;\r") PASTED("\nb;") "\r", "[a;\n\nb;]",
	  "> a;\n.\n. b;\n> |" },
	{ "paste does not run", PASTED("a;\r"), "", "> a;\n. |" },
	{ "tab completes", "wi\t", "", "> wide \xe6\x97\xa5 |" },
	{ "tab completes what all have", "s\t", "", "> s|" },
	{ "tab twice lists", "s\t\t", "", "> s\nselect   set      system.\n> s|" },
	{ "tab goes as far as it can", "se\tl\t", "", "> select |" },
	{ "no blank behind a point", "sy\t", "", "> system.|" },
	{ "tab on nothing that is known", "q\t\t", "", "> q|" },
	{ "clear", "a;\rbc" CTRL_L, "[a;]", "> bc|" },
	{ "a key that nobody knows", "a\033[15~b\033[99;5Xc\033Qd", "", "> abcd|" },
};

static void test_keys(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++)
		for (size_t step = 1; step < 5; step += 1) {
			struct bytes entered = { 0 };
			struct desk d;
			begin(&d, 40, 8);
			show(&d);
			type(&d, rows[i].keys, step, &entered);
			if (strcmp(text_of(&entered), rows[i].entered) != 0)
				fail_msg("row \"%s\": %s was entered", rows[i].name,
					 text_of(&entered));
			if (strcmp(vt_text(&d.vt), rows[i].screen) != 0)
				fail_msg("row \"%s\", %zu at a time:\n%s\nand not\n%s",
					 rows[i].name, step, vt_text(&d.vt), rows[i].screen);
			bytes_free(&entered);
			end(&d);
		}
	print_message("%zu rows\n", CD_COUNT(rows));
}

/* A text that is taller than the terminal: the rows around the cursor are shown. */
static void test_tall(void **state)
{
	struct bytes entered = { 0 };
	struct desk d;

	(void)state;
	begin(&d, 20, 3);
	type(&d, "a\rb\rc\rd\re", 1, &entered);
	assert_string_equal(vt_text(&d.vt), ". c\n. d\n. e|");
	type(&d, UP UP UP, 3, &entered);
	assert_string_equal(vt_text(&d.vt), "> a\n. b|\n. c");
	type(&d, DOWN DOWN DOWN, 3, &entered);
	assert_string_equal(vt_text(&d.vt), ". c\n. d\n. e|");
	bytes_free(&entered);
	end(&d);
}

/* A prompt that is wider than the terminal is broken like any other text. */
static void test_wide_prompt(void **state)
{
	struct bytes entered = { 0 };
	struct desk d;

	(void)state;
	begin(&d, 10, 6);
	d.editor.prompt = "coodie:shop> ";
	d.editor.more = "        ...> ";
	type(&d, CTRL_L "ab'\rc", 1, &entered);
	assert_string_equal(vt_text(&d.vt), "coodie:sho\np> ab'\n        ..\n.> c|");
	type(&d, UP "x", 1, &entered);
	assert_string_equal(vt_text(&d.vt), "coodie:sho\np> ax|b'\n        ..\n.> c");
	bytes_free(&entered);
	end(&d);
}

static void complete_many(const char *text, size_t at, struct candidates *found, void *user)
{
	char name[16];

	(void)text;
	(void)user;
	found->from = at;
	candidates_add(found, "\033[2J");
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof name, "t%03d", i);
		candidates_add(found, name);
	}
}

static void complete_nothing(const char *text, size_t at, struct candidates *found, void *user)
{
	const struct editor *e = user;

	found->from = at;
	assert_int_equal(strlen(text), e->line.text.len);
}

/* What was deleted is no part of the text that is completed. */
static void test_end_of_text(void **state)
{
	struct bytes entered = { 0 };
	struct desk d;

	(void)state;
	begin(&d, 40, 6);
	d.editor.hooks.complete = complete_nothing;
	d.editor.hooks.user = &d.editor;
	type(&d, "\tselect 1" BACKSPACE BACKSPACE "\t" CTRL_U "\t", 1, &entered);
	assert_string_equal(vt_text(&d.vt), "> |");
	bytes_free(&entered);
	end(&d);
}

/* No more of them than the terminal has room for, and none as an order to it. */
static void test_many_candidates(void **state)
{
	struct bytes entered = { 0 };
	struct desk d;

	(void)state;
	begin(&d, 20, 6);
	d.editor.hooks.complete = complete_many;
	type(&d, "\t\t", 1, &entered);
	assert_string_equal(
		vt_text(&d.vt),
		">\n\\x1b[2J  t000\nt001     t002\nt003     t004\n... and 995 more\n> |");
	bytes_free(&entered);
	end(&d);
}

/* A wider terminal shows the same in fewer rows. */
static void test_resize(void **state)
{
	struct bytes entered = { 0 };
	struct desk d;

	(void)state;
	begin(&d, 10, 6);
	type(&d, "12345678901", 1, &entered);
	assert_string_equal(vt_text(&d.vt), "> 12345678\n901|");
	vt_free(&d.vt);
	vt_init(&d.vt, 20, 6); /* which breaks no rows anew: the cursor is in the second one */
	vt_write(&d.vt, "> 12345678\r\n901", 15);
	editor_resize(&d.editor, 20, 6);
	show(&d);
	assert_string_equal(vt_text(&d.vt), "> 12345678901|");
	bytes_free(&entered);
	end(&d);
}

/* A narrower one has broken the row into three, of which the cursor is in the last. */
static void test_narrow(void **state)
{
	struct bytes entered = { 0 };
	struct desk d;

	(void)state;
	begin(&d, 20, 6);
	type(&d, "1234567890", 1, &entered);
	vt_free(&d.vt);
	vt_init(&d.vt, 5, 6);
	vt_write(&d.vt, "> 1234567890", 12);
	editor_resize(&d.editor, 5, 6);
	show(&d);
	assert_string_equal(vt_text(&d.vt), "> 123\n45678\n90|");
	bytes_free(&entered);
	end(&d);
}

/* Whatever is pressed, what the terminal shows is what a new one would show of the text. */
static void test_noise(void **state)
{
	static const char *const keys[] = {
		"a",    "\xe6\x97\xa5", "\xcc\x81", "\xff", " ",    "word ",
		"\r",   LEFT,           RIGHT,      UP,     DOWN,   HOME,
		END,    DELETE,         BACKSPACE,  CTRL_K, CTRL_U, CTRL_W,
		CTRL_Y, ALT_B,          ALT_F,      ALT_D,  "\t",   CTRL_R,
		CTRL_G, PASTED("x\ny"),
	};
	unsigned seed = 7;

	(void)state;
	for (int round = 0; round < (test_samples() ? 20 : 400); round++) {
		struct bytes entered = { 0 };
		struct desk d, fresh;
		begin(&d, 24, 12);
		for (int i = 0; i < 40; i++)
			type(&d, keys[(seed = seed * 1103515245 + 12345) / 65536 % CD_COUNT(keys)],
			     1, &entered);
		type(&d, CTRL_G CTRL_L, 1, &entered);
		begin(&fresh, 24, 12);
		line_set(&fresh.editor.line, (const char *)d.editor.line.text.at,
			 d.editor.line.text.len);
		fresh.editor.line.at = d.editor.line.at;
		type(&fresh, CTRL_L, 1, &entered);
		assert_string_equal(vt_text(&d.vt), vt_text(&fresh.vt));
		bytes_free(&entered);
		end(&d);
		end(&fresh);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_noise),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_tall),
		cmocka_unit_test(test_resize),
		cmocka_unit_test(test_narrow),
		cmocka_unit_test(test_wide_prompt),
		cmocka_unit_test(test_many_candidates),
		cmocka_unit_test(test_end_of_text),
	};
	return cmocka_run_group_tests_name("tools/shell/editor", tests, NULL, NULL);
}
