/* SPDX-License-Identifier: MIT */
/* The tables of docs/options.md are those of net/options/option.def. With --update they are written. */
#include "tests/test.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "net/options/option.h"

static const char begins[] =
	"<!-- from net/options/option.def: tests/test_option_page --update -->\n";
static const char ends[] = "<!-- end -->\n";

static void put(struct cd_buffer *b, const char *text)
{
	cd_buffer_bytes(b, text, strlen(text));
}

/* "`none`, `lz4`" */
static void put_words(struct cd_buffer *b, const char *words)
{
	put(b, "`");
	for (; *words; words++)
		put(b, *words == ' ' ? "`, `" : (char[2]){ *words, '\0' });
	put(b, "`");
}

static void put_values(struct cd_buffer *b, const struct cd_option *row)
{
	char text[160];

	switch (row->kind) {
	case CD_OPTION_CHOICE:
		put_words(b, row->words);
		break;
	case CD_OPTION_CONSISTENCY:
		put(b, "a consistency");
		break;
	case CD_OPTION_LIST:
	case CD_OPTION_POINTS:
		put(b, "list");
		break;
	case CD_OPTION_TEXT:
	case CD_OPTION_SECRET:
		put(b, row->kind == CD_OPTION_TEXT ? "text" : "secret");
		break;
	case CD_OPTION_REFUSED:
		put(b, "refused");
		break;
	case CD_OPTION_SWITCH:
		put(b, "switch");
		break;
	default:
		snprintf(text, sizeof text, "%" PRIu64 " - %" PRIu64 "%s%s%s%s%s", row->least,
			 row->most, *row->unit ? " " : "", row->unit, row->words ? ", *" : "",
			 row->words ? row->words : "", row->words ? "*" : "");
		put(b, text);
	}
}

static void put_row(struct cd_buffer *b, const coodie_options *o, const struct cd_option *row)
{
	char text[256];

	put(b, "| `");
	put(b, row->name);
	put(b, "` | ");
	put_values(b, row);
	put(b, " | ");
	cd_option_format(o, row, text, sizeof text);
	put(b, text);
	put(b, *text ? " | " : "| ");
	put(b, row->live ? "live | " : "| ");
	put(b, row->help);
	put(b, " |\n");
}

static void put_group(struct cd_buffer *b, const char *title)
{
	put(b, "\n## ");
	put(b, title);
	put(b, "\n\n| option | values | default | | |\n|---|---|---|---|---|\n");
}

static void put_tables(struct cd_buffer *b)
{
	coodie_options *o = coodie_options_new(NULL);

	assert_non_null(o);
#define G(title) put_group(b, title);
#define X(kind, name, ...) put_row(b, o, cd_option_at(CD_ID_##name));
#include "net/options/option.def"
#undef X
#undef G
	put(b, "\n");
	cd_buffer_u8(b, '\0');
	assert_false(b->failed);
	coodie_options_free(o);
}

static char *read_page(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = calloc(1, 1 << 18);

	if (!file)
		fail_msg("%s cannot be opened", path);
	assert_true(fread(text, 1, (1 << 18) - 1, file) > 0);
	fclose(file);
	return text;
}

static char path[512];

static void test_page(void **state)
{
	struct cd_buffer b;
	char *page = read_page(path), *from = strstr(page, begins), *end;

	(void)state;
	cd_buffer_init(&b, NULL, 0);
	put_tables(&b);
	assert_non_null(from);
	from += strlen(begins);
	end = strstr(from, ends);
	assert_non_null(end);
	size_t len = (size_t)(end - from);
	if (len != b.len - 1 || memcmp(from, b.data, len) != 0)
		fail_msg(
			"docs/options.md is not what net/options/option.def says: in the build directory "
			"run srcdir=... tests/test_option_page --update");
	cd_buffer_deinit(&b);
	free(page);
}

static void update(void)
{
	struct cd_buffer b;
	char *page = read_page(path), *from = strstr(page, begins), *end;

	cd_buffer_init(&b, NULL, 0);
	put_tables(&b);
	from += strlen(begins);
	end = strstr(from, ends);
	FILE *file = fopen(path, "w");
	fprintf(file, "%.*s%s%s", (int)(from - page), page, (const char *)b.data, end);
	fclose(file);
	cd_buffer_deinit(&b);
	free(page);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_page) };
	const char *top = getenv("srcdir");

	snprintf(path, sizeof path, "%s/docs/options.md", top ? top : ".");
	if (argc > 1 && !strcmp(argv[1], "--update"))
		update();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
