/* SPDX-License-Identifier: MIT */
/* `name = value` lines and [profile NAME] sections into options. */
#include "net/options/option_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/reader.h"
#include "base/secret.h"
#include "net/options/profile_options.h"

enum { MOST_PROFILES = 64 };

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

/* A file being read. `section` is the draft of a profile; without options, none has begun. `part`
 * has room for any line, in two texts. */
struct reader {
	struct cd_draft *draft, section;
	struct cd_span names[MOST_PROFILES]; /* of the sections so far, in the text */
	size_t name_count;
	struct coodie_options view; /* base of `section` */
	char *part;
	coodie_error *err;
};

/* ---- sections --------------------------------------------------------------------------------- */

/* What a section says is known when it ends. */
static bool end_section(struct reader *r)
{
	struct cd_span name;

	if (!r->section.options)
		return true;
	name = r->names[r->name_count - 1];
	memcpy(r->part, name.at, name.len);
	r->part[name.len] = '\0';
	bool ok = cd_profile_options_set(r->draft->options, r->part, &r->section, r->err);
	if (!ok)
		cd_error_prefix(r->err, "[profile %.64s]", r->part);
	cd_draft_deinit(&r->section);
	r->section.options = NULL;
	return ok;
}

static bool is_known(const struct reader *r, struct cd_span name)
{
	for (size_t i = 0; i < r->name_count; i++)
		if (r->names[i].len == name.len && !memcmp(r->names[i].at, name.at, name.len))
			return true;
	return false;
}

/* [profile NAME] */
static bool begin_section(struct reader *r, const char *from, const char *end)
{
	static const char word[] = "profile";
	const size_t len = sizeof word - 1;
	const char *name = from + 1;

	if (end[-1] != ']' || (size_t)(end - name) <= len || memcmp(name, word, len) != 0 ||
	    !is_blank(name[len]))
		return cd_fail(r->err, COODIE_ERR_INVALID, "a section is [profile NAME]");
	name += len;
	end--;
	trim(&name, &end);
	const struct cd_span span = { (const uint8_t *)name, (size_t)(end - name) };
	if (is_known(r, span))
		return cd_fail(r->err, COODIE_ERR_INVALID, "this profile has a section already");
	if (r->name_count == MOST_PROFILES)
		return cd_fail(r->err, COODIE_ERR_LIMIT, "at most %d profiles", MOST_PROFILES);
	r->names[r->name_count++] = span;
	/* The options above all sections are the base of each. */
	r->view = cd_draft_view(r->draft);
	return cd_draft_init(&r->section, &r->view, r->err);
}

/* ---- lines ------------------------------------------------------------------------------------ */

static bool set(struct reader *r, const char *name, const char *value)
{
	const struct cd_option *row = cd_option_find(name, r->err);

	if (!row)
		return false;
	if (!r->section.options)
		return cd_draft_set(r->draft, name, value, r->err);
	if (!cd_profile_options_has(cd_option_id_of(row)))
		return cd_fail(r->err, COODIE_ERR_INVALID,
			       "%s: a profile does not have it; it stands above the first section",
			       row->name);
	return cd_draft_set(&r->section, name, value, r->err);
}

/* Name and value of a line go to `part` as texts of their own. */
static bool read_option(struct reader *r, const char *from, const char *end)
{
	const char *equals = memchr(from, '=', (size_t)(end - from));

	if (!equals)
		return cd_fail(r->err, COODIE_ERR_INVALID, "an option is name = value");
	const char *name_end = equals, *value = equals + 1;
	trim(&from, &name_end);
	trim(&value, &end);
	size_t name_len = (size_t)(name_end - from), value_len = (size_t)(end - value);
	memcpy(r->part, from, name_len);
	r->part[name_len] = '\0';
	memcpy(r->part + name_len + 1, value, value_len);
	r->part[name_len + 1 + value_len] = '\0';
	return set(r, r->part, r->part + name_len + 1);
}

static bool read_line(struct reader *r, const char *from, const char *end)
{
	trim(&from, &end);
	if (from == end || *from == '#' || *from == ';')
		return true;
	if (memchr(from, '\0', (size_t)(end - from)))
		return cd_fail(r->err, COODIE_ERR_INVALID, "it has a byte of 0");
	if (*from == '[')
		return end_section(r) && begin_section(r, from, end);
	return read_option(r, from, end);
}

static bool read_lines(struct reader *r, const char *text, size_t len, const char *path)
{
	const char *at = text, *end = text + len;

	if (len >= 3 && !memcmp(at, "\xef\xbb\xbf", 3))
		at += 3;
	for (size_t line = 1; at < end; line++) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *line_end = newline ? newline : end;
		if (!read_line(r, at, line_end)) {
			cd_error_prefix(r->err, "%.100s:%zu", path, line);
			return false;
		}
		at = newline ? newline + 1 : end;
	}
	if (end_section(r))
		return true;
	cd_error_prefix(r->err, "%.100s", path);
	return false;
}

bool cd_option_file_read(struct cd_draft *d, const char *text, size_t len, const char *path,
			 coodie_error *err)
{
	struct reader *r = cd_alloc_zero(NULL, sizeof *r);
	char *part = cd_alloc(NULL, len + 2);
	bool ok = false;

	if (r && part) {
		r->draft = d;
		r->part = part;
		r->err = err;
		ok = read_lines(r, text, len, path);
		cd_draft_deinit(&r->section);
		cd_wipe(part, len + 2);
	} else {
		cd_no_memory(err, "a file of options");
	}
	cd_release(NULL, part);
	cd_release(NULL, r);
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
	if (!cd_draft_init(&d, o, err))
		return false;
	bool ok = load(&d, path, err);
	if (ok)
		cd_draft_take(&d, o);
	cd_draft_deinit(&d);
	return ok;
}
