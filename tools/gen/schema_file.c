/* SPDX-License-Identifier: MIT */
/* A look at the words of a file, not at its statements: a data center too many does no harm. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "tools/gen/schema_file.h"

/* ---- data centers ---------------------------------------------------------------------------- */

static void add(struct schema_file *f, const char *name, size_t len)
{
	static const char *const own[] = { "class", "replication_factor" };
	const char *copy = pool_printf(&f->pool, "%.*s", (int)len, name);

	for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
		if (strcasecmp(copy, own[i]) == 0)
			return;
	for (size_t i = 0; i < f->center_count; i++)
		if (strcmp(copy, f->centers[i]) == 0)
			return;
	if (len && f->center_count < CENTERS_MOST)
		f->centers[f->center_count++] = copy;
}

/* The keys of a map: texts that a colon follows. */
static void add_keys(struct schema_file *f, const char *map, const char *end)
{
	while (map < end) {
		const char *open = memchr(map, '\'', (size_t)(end - map));
		const char *close = open ? memchr(open + 1, '\'', (size_t)(end - open - 1)) : NULL;
		const char *colon = close ? close + 1 + strspn(close + 1, " \t\r\n") : NULL;

		if (!close)
			return;
		if (*colon == ':')
			add(f, open + 1, (size_t)(close - open - 1));
		map = close + 1;
	}
}

static bool has(const char *map, const char *end, const char *word)
{
	const char *at = strstr(map, word);

	return at && at < end;
}

static void find_centers(struct schema_file *f, const char *text)
{
	const char *end;

	for (const char *open = strchr(text, '{'); open; open = strchr(end, '{')) {
		end = open + strcspn(open, "}");
		if (has(open, end, "NetworkTopologyStrategy"))
			add_keys(f, open, end);
	}
}

/* ---- the file -------------------------------------------------------------------------------- */

static bool fail(coodie_error *err, const char *path)
{
	err->code = COODIE_ERR_INVALID;
	snprintf(err->message, sizeof err->message, "%s: %s", path,
		 errno ? strerror(errno) : "it could not be read");
	return false;
}

bool schema_file_read(struct schema_file *f, const char *path, coodie_error *err)
{
	struct bytes text = { 0 };
	char block[4096];
	FILE *in;
	size_t len;
	bool ok;

	errno = 0;
	in = fopen(path, "r");
	if (!in)
		return fail(err, path);
	while ((len = fread(block, 1, sizeof block, in)) > 0)
		bytes_add(&text, block, len);
	ok = !ferror(in) || fail(err, path);
	fclose(in);
	bytes_add(&text, "", 1);
	if (ok)
		find_centers(f, (const char *)text.at);
	bytes_free(&text);
	return ok;
}

void schema_file_free(struct schema_file *f)
{
	pool_free(&f->pool);
}
