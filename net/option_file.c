/* SPDX-License-Identifier: MIT */
/* `name = value` lines into options. */
#include "net/option_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/secret.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Moves both ends to what is not blank. */
static void trim(const char **from, const char **end)
{
	while (*from < *end && is_blank(**from))
		++*from;
	while (*end > *from && is_blank((*end)[-1]))
		--*end;
}

/* Name and value of a line go to `part` as texts of their own. */
static bool read_line(struct cd_draft *d, const char *from, const char *end, char *part,
		      coodie_error *err)
{
	const char *equals = memchr(from, '=', (size_t)(end - from));

	if (memchr(from, '\0', (size_t)(end - from)))
		return cd_fail(err, COODIE_ERR_INVALID, "it has a byte of 0");
	if (!equals)
		return cd_fail(err, COODIE_ERR_INVALID, "an option is name = value");
	const char *name_end = equals, *value = equals + 1;
	trim(&from, &name_end);
	trim(&value, &end);
	size_t name_len = (size_t)(name_end - from), value_len = (size_t)(end - value);
	memcpy(part, from, name_len);
	part[name_len] = '\0';
	memcpy(part + name_len + 1, value, value_len);
	part[name_len + 1 + value_len] = '\0';
	return cd_draft_set(d, part, part + name_len + 1, err);
}

static bool read_lines(struct cd_draft *d, const char *text, size_t len, const char *path,
		       char *part, coodie_error *err)
{
	const char *at = text, *end = text + len;

	if (len >= 3 && !memcmp(at, "\xef\xbb\xbf", 3))
		at += 3;
	for (size_t line = 1; at < end; line++) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *from = at, *line_end = newline ? newline : end;
		at = newline ? newline + 1 : end;
		trim(&from, &line_end);
		if (from == line_end || *from == '#' || *from == ';')
			continue;
		if (!read_line(d, from, line_end, part, err)) {
			cd_error_prefix(err, "%.100s:%zu", path, line);
			return false;
		}
	}
	return true;
}

bool cd_option_file_read(struct cd_draft *d, const char *text, size_t len, const char *path,
			 coodie_error *err)
{
	char *part = cd_alloc(NULL, len + 2);

	if (!part)
		return cd_no_memory(err, "a file of options");
	bool ok = read_lines(d, text, len, path, part, err);
	cd_wipe(part, len + 2);
	cd_release(NULL, part);
	return ok;
}

/* ---- the file --------------------------------------------------------------------------------- */

/* Unbuffered, so that stdio keeps no copy of a password. `*len` is at most `size`. */
static bool read_bytes(const char *path, char *text, size_t size, size_t *len, coodie_error *err)
{
	FILE *file = fopen(path, "re");

	if (!file)
		return cd_fail(err, COODIE_ERR_INVALID, "%.100s: %s", path, strerror(errno));
	setvbuf(file, NULL, _IONBF, 0);
	errno = 0;
	*len = fread(text, 1, size, file);
	int failed = ferror(file) ? errno : 0;
	fclose(file);
	if (failed)
		return cd_fail(err, COODIE_ERR_INVALID, "%.100s: %s", path, strerror(failed));
	if (*len == size)
		return cd_fail(err, COODIE_ERR_LIMIT, "%.100s: it is longer than %d bytes", path,
			       CD_OPTION_FILE_LONGEST);
	return true;
}

static bool load(struct cd_draft *d, const char *path, coodie_error *err)
{
	const size_t size = CD_OPTION_FILE_LONGEST + 1;
	char *text = cd_alloc(NULL, size);
	size_t len = 0;

	if (!text)
		return cd_no_memory(err, "a file of options");
	bool ok = read_bytes(path, text, size, &len, err) &&
		  cd_option_file_read(d, text, len, path, err);
	cd_wipe(text, size);
	cd_release(NULL, text);
	return ok;
}

bool coodie_options_load_file(coodie_options *o, const char *path, coodie_error *err)
{
	struct cd_draft d;

	cd_clear(err);
	if (!o)
		return cd_options_missing(err);
	if (!path)
		return cd_fail(err, COODIE_ERR_INVALID, "a file of options: no path was given");
	if (!cd_draft_init(&d, err))
		return false;
	bool ok = load(&d, path, err);
	if (ok)
		cd_draft_take(&d, o);
	cd_draft_deinit(&d);
	return ok;
}
