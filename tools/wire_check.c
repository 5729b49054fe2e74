/* SPDX-License-Identifier: MIT */
/* `coodie wire check`: runs files of golden vectors by their kinds. */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "tools/wire.h"
#include "tools/wire_check.h"

static const struct {
	const char *name;
	check_fn *run;
} kinds[] = {
	{ "value", check_value },
	{ "value_decode", check_value_decode },
	{ "value_reject", check_value_reject },
	{ "type_option", check_type_option },
	{ "frame", check_frame },
	{ "frame_compressed", check_frame_compressed },
	{ "frame_tolerated", check_frame_tolerated },
	{ "frame_malformed", check_frame_malformed },
	{ "segment", check_segment },
	{ "segment_large", check_segment_large },
	{ "segment_corrupt", check_segment_corrupt },
	{ "segment_stream", check_segment_stream },
	{ "notation", check_notation },
	{ "token", check_token },
	{ "shard", check_shard },
	{ "shard_port", check_shard_port },
	{ "capture", check_capture },
};

enum { KINDS = sizeof kinds / sizeof kinds[0], SHOWN = 160 };

struct totals {
	size_t passed, failed;
};

/* ---- failures ------------------------------------------------------------------------------- */

/* What tells the vector from its neighbours. */
static const char *label(struct check *c)
{
	static const char *const keys[] = { "name", "step", "type", "notation", "token", "key" };
	const char *connection = json_string_at(c->vector, "connection");

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		const char *text = json_string_at(c->vector, keys[i]);
		if (text)
			return pool_printf(&c->memory.pool, " (%s%s%.80s)",
					   connection ? connection : "", connection ? ", " : "",
					   text);
	}
	return "";
}

bool check_fail(struct check *c, const char *format, ...)
{
	va_list args;

	if (c->failed)
		return false;
	c->failed = true;
	printf("%s: vector %zu%s: ", c->file, c->index, label(c));
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	return false;
}

bool check_error(struct check *c, const char *what, const coodie_error *err)
{
	return check_fail(c, "%s: wanted success, got the error: %s (%s)", what, err->message,
			  coodie_errc_name(err->code));
}

static const char *hex_from(struct check *c, cql_blob b, size_t from)
{
	size_t left = b.len > from ? b.len - from : 0, most = left > 32 ? 32 : left;

	if (!b.data)
		return "nothing";
	if (!left)
		return "the end";
	return pool_printf(&c->memory.pool, "%s%s",
			   json_hex(&c->memory.pool, b.data + from, most)->text,
			   most < left ? "..." : "");
}

bool check_bytes(struct check *c, const char *what, cql_blob wanted, cql_blob got)
{
	size_t at = 0;

	while (at < wanted.len && at < got.len && wanted.data[at] == got.data[at])
		at++;
	if (at == wanted.len && at == got.len)
		return true;
	return check_fail(c, "%s: from byte %zu on, wanted %s, got %s (%zu bytes wanted, %zu got)",
			  what, at, hex_from(c, wanted, at), hex_from(c, got, at), wanted.len,
			  got.len);
}

bool check_number(struct check *c, const char *what, int64_t wanted, int64_t got)
{
	return wanted == got ||
	       check_fail(c, "%s: wanted %" PRId64 ", got %" PRId64, what, wanted, got);
}

bool check_text(struct check *c, const char *what, const char *wanted, const char *got)
{
	return !strcmp(wanted, got) || check_fail(c, "%s: wanted %s, got %s", what, wanted, got);
}

bool check_json(struct check *c, const char *what, const struct json *wanted,
		const struct json *got)
{
	struct json_difference d;

	if (json_same(wanted, got, &d))
		return true;
	return check_fail(c, "%s: %s%swanted %s, got %s", what, d.path, *d.path ? ": " : "",
			  json_line(&c->memory.pool, d.wanted, SHOWN),
			  json_line(&c->memory.pool, d.got, SHOWN));
}

/* ---- fields --------------------------------------------------------------------------------- */

bool check_hex(struct check *c, const char *what, const struct json *j, cql_blob *out)
{
	if (json_to_hex(&c->memory.pool, j, &out->data, &out->len))
		return true;
	return check_fail(c, "the vector is broken: \"%s\" should be hexadecimal digits", what);
}

bool check_get_hex(struct check *c, const char *key, cql_blob *out)
{
	return check_hex(c, key, json_get(c->vector, key), out);
}

bool check_get_text(struct check *c, const char *key, const char **out)
{
	*out = json_string_at(c->vector, key);
	return *out || check_fail(c, "the vector is broken: \"%s\" should be a string", key);
}

bool check_get_number(struct check *c, const char *key, int64_t *out)
{
	return json_to_int(json_get(c->vector, key), out) ||
	       check_fail(c, "the vector is broken: \"%s\" should be a whole number", key);
}

bool check_get_compression(struct check *c, enum cql_compression *out)
{
	static const char *const names[] = { "none", "lz4", "snappy" };
	const struct json *j = json_get(c->vector, "compression");

	*out = CQL_COMPRESSION_NONE;
	if (!j || j->kind == JSON_NULL)
		return true;
	for (int i = 0; i < 3; i++)
		if (j->kind == JSON_STRING && !strcmp(j->text, names[i])) {
			*out = (enum cql_compression)i;
			return true;
		}
	return check_fail(c, "the vector is broken: \"compression\" should be null, lz4 or snappy");
}

/* ---- files ---------------------------------------------------------------------------------- */

static void run_vector(const char *path, size_t index, struct json *vector, check_fn *run,
		       struct totals *totals)
{
	struct check c = { .file = path, .index = index, .vector = vector };

	wire_memory_init(&c.memory);
	if (vector->kind != JSON_OBJECT)
		check_fail(&c, "it should be an object");
	else
		run(&c);
	*(c.failed ? &totals->failed : &totals->passed) += 1;
	wire_memory_deinit(&c.memory);
}

static void refuse_file(const char *path, struct totals *totals, const char *format, ...)
{
	va_list args;

	printf("%s: ", path);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	totals->failed++;
}

static void run_tree(const char *path, const struct json *root, struct totals *totals)
{
	const struct json *vectors = json_get(root, "vectors");
	const char *kind = json_string_at(root, "kind");
	int64_t format, count;
	size_t index = 0, i = 0;

	if (!json_to_int(json_get(root, "format"), &format) || format != 1)
		refuse_file(path, totals, "\"format\" should be 1: other formats are not known");
	else if (!kind)
		refuse_file(path, totals, "\"kind\" should be a string");
	else if (!json_is(vectors, JSON_ARRAY))
		refuse_file(path, totals, "\"vectors\" should be an array");
	else {
		while (i < KINDS && strcmp(kinds[i].name, kind) != 0)
			i++;
		if (i == KINDS) {
			refuse_file(path, totals, "nobody knows the kind \"%s\"", kind);
			return;
		}
		if (!json_to_int(json_get(root, "count"), &count) || count != (int64_t)vectors->len)
			refuse_file(path, totals,
				    "\"count\" should be %zu: so many vectors are there",
				    vectors->len);
		for (struct json *v = vectors->first; v; v = v->next)
			run_vector(path, index++, v, kinds[i].run, totals);
	}
}

static void run_file(const char *path, struct totals *totals)
{
	struct bytes text = { 0 };
	struct pool pool = { 0 };
	struct json_error err;
	struct json *root;

	if (!wire_read_file(path, &text)) {
		totals->failed++;
		return;
	}
	root = json_parse(&pool, (const char *)text.at, text.len, &err);
	if (root)
		run_tree(path, root, totals);
	else
		refuse_file(path, totals, "line %zu, column %zu: %s", err.line, err.column,
			    err.message);
	pool_free(&pool);
	bytes_free(&text);
}

static void print_help(void)
{
	puts("Usage: coodie wire check FILE.json...\n\n"
	     "Runs golden vectors: encodes their fields and compares the bytes, decodes their bytes\n"
	     "and compares the fields. Prints a line for each vector that failed, with what was\n"
	     "wanted and what was got, and at the end how many passed and failed.\n\n"
	     "Kinds of files:");
	for (size_t i = 0; i < KINDS; i++)
		printf("  %s\n", kinds[i].name);
	puts("\nExit codes: 0 all passed, 1 something failed or nothing was there, 2 wrong usage.");
}

int wire_check(int argc, char **argv)
{
	struct totals totals = { 0, 0 };

	if (argc > 1 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
		print_help();
		return TOOL_OK;
	}
	if (argc < 2)
		return tool_misuse("wire check", "which files?");
	for (int i = 1; i < argc; i++)
		if (argv[i][0] == '-' && argv[i][1])
			return tool_misuse("wire check", "there is no option %s", argv[i]);
	for (int i = 1; i < argc; i++)
		run_file(argv[i], &totals);
	printf("%zu passed, %zu failed\n", totals.passed, totals.failed);
	return totals.failed || !totals.passed ? TOOL_FAILED : TOOL_OK;
}
