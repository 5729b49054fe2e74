/* SPDX-License-Identifier: MIT */
/* Reads files of CQL statements and the directives in front of them. */
#include "tests/script.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEN(array) (sizeof(array) / sizeof *(array))

struct reading {
	struct cd_arena *arena;
	struct script_statement now; /* what directives have said so far */
	char *problem;
	size_t problem_size;
};

char *script_slurp(const char *path, struct cd_arena *a, size_t *len)
{
	FILE *file = fopen(path, "rb");
	char *text = NULL;
	long size;

	if (!file)
		return NULL;
	if (!fseek(file, 0, SEEK_END) && (size = ftell(file)) >= 0 && !fseek(file, 0, SEEK_SET) &&
	    (text = cd_arena_take(a, (size_t)size + 1))) {
		*len = fread(text, 1, (size_t)size, file);
		text[*len] = 0;
	}
	fclose(file);
	return text;
}

/* ---- directives ----------------------------------------------------------------------------- */

typedef bool directive_fn(struct reading *r, const char *value);

static bool number(const char *text, int64_t least, int64_t most, int64_t *out)
{
	char *end;

	errno = 0;
	*out = strtoll(text, &end, 10);
	return !errno && *text && !*end && *out >= least && *out <= most;
}

static bool on_prepare(struct reading *r, const char *value)
{
	r->now.how = SCRIPT_PREPARE;
	return !*value;
}

static bool on_bind(struct reading *r, const char *value)
{
	if (r->now.bind_count == LEN(r->now.binds))
		return false;
	r->now.binds[r->now.bind_count++] = value;
	return *value;
}

static bool on_values(struct reading *r, const char *value)
{
	r->now.values = value;
	return *value;
}

static bool on_batch(struct reading *r, const char *value)
{
	r->now.how = SCRIPT_BATCH;
	r->now.batch = value;
	return !strcmp(value, "logged") || !strcmp(value, "unlogged") || !strcmp(value, "counter");
}

static bool on_page(struct reading *r, const char *value)
{
	int64_t n;
	bool ok = number(value, INT32_MIN, INT32_MAX, &n);

	r->now.page_rows = (int32_t)n;
	return ok;
}

static bool on_v4(struct reading *r, const char *value)
{
	r->now.is_v4 = true;
	return !*value;
}

static bool on_timestamp(struct reading *r, const char *value)
{
	r->now.has_timestamp = true;
	return number(value, INT64_MIN, INT64_MAX, &r->now.timestamp_us);
}

static bool on_now(struct reading *r, const char *value)
{
	int64_t n;
	bool ok = number(value, INT32_MIN, INT32_MAX, &n);

	r->now.has_now = true;
	r->now.now_seconds = (int32_t)n;
	return ok;
}

static bool on_keyspace(struct reading *r, const char *value)
{
	r->now.keyspace = value;
	return *value;
}

static bool on_as(struct reading *r, const char *value)
{
	r->now.as = value;
	return strchr(value, ' ') || !strcmp(value, "nobody");
}

static bool on_consistency(struct reading *r, const char *value)
{
	r->now.consistency = cql_consistency_parse(value);
	return r->now.consistency != CQL_CONSISTENCY_UNSET;
}

static bool on_serial(struct reading *r, const char *value)
{
	r->now.serial = cql_consistency_parse(value);
	return r->now.serial != CQL_CONSISTENCY_UNSET;
}

static bool on_sleep(struct reading *r, const char *value)
{
	int64_t n;
	bool ok = number(value, 1, 10000, &n);

	r->now.sleep_ms = (unsigned)n;
	return ok;
}

static bool on_loose(struct reading *r, const char *value)
{
	r->now.is_loose = true;
	return !*value;
}

static bool on_any_order(struct reading *r, const char *value)
{
	r->now.is_any_order = true;
	return !*value;
}

static const struct {
	const char *word;
	directive_fn *fn;
} directives[] = {
	{ "prepare", on_prepare },
	{ "bind", on_bind },
	{ "values", on_values },
	{ "batch", on_batch },
	{ "page", on_page },
	{ "v4", on_v4 },
	{ "timestamp", on_timestamp },
	{ "now", on_now },
	{ "as", on_as },
	{ "keyspace", on_keyspace },
	{ "consistency", on_consistency },
	{ "serial", on_serial },
	{ "sleep", on_sleep },
	{ "loose", on_loose },
	{ "any-order", on_any_order },
};

/* `text` is what follows the dashes. What begins with no known word is a remark. */
static bool take_directive(struct reading *r, char *text)
{
	size_t len;

	text += strspn(text, " ");
	len = strcspn(text, " ");
	for (size_t i = 0; i < LEN(directives); i++) {
		const char *word = directives[i].word;
		if (strlen(word) != len || strncmp(text, word, len) != 0)
			continue;
		text += len + strspn(text + len, " ");
		if (directives[i].fn(r, text))
			return true;
		snprintf(r->problem, r->problem_size, "%s does not take '%s'", word, text);
		return false;
	}
	return true;
}

/* ---- lines ---------------------------------------------------------------------------------- */

static void forget(struct reading *r)
{
	r->now = (struct script_statement){ .consistency = CQL_CONSISTENCY_ONE,
					    .serial = CQL_CONSISTENCY_UNSET };
}

/* Cuts the line at `at` off, and the indented lines behind it when it begins a statement; counts
 * them. Returns the text behind. */
static char *cut(char *at, bool is_statement, unsigned *lines)
{
	char *end = at + strcspn(at, "\n");

	*lines = 1;
	while (is_statement && *end && (end[1] == ' ' || end[1] == '\t')) {
		end += 1 + strcspn(end + 1, "\n");
		++*lines;
	}
	if (!*end)
		return end;
	*end = 0;
	return end + 1;
}

static bool take_line(struct reading *r, char *text, unsigned line, struct script_statement ***last)
{
	struct script_statement *s;

	if (!*text)
		return true;
	if (!strncmp(text, "--", 2))
		return take_directive(r, text + 2);
	r->now.line = line;
	r->now.cql = text;
	s = cd_arena_take(r->arena, sizeof *s);
	if (!s) {
		snprintf(r->problem, r->problem_size, "out of memory");
		return false;
	}
	*s = r->now;
	**last = s;
	*last = &s->next;
	forget(r);
	return true;
}

bool script_read(const char *path, struct cd_arena *a, struct script *out, char *reason,
		 size_t reason_size)
{
	char problem[200] = "";
	struct reading r = { .arena = a, .problem = problem, .problem_size = sizeof problem };
	struct script_statement **last = &out->first;
	unsigned line = 1, lines;
	size_t len;
	char *at = script_slurp(path, a, &len);

	*out = (struct script){ .path = path };
	if (!at) {
		snprintf(reason, reason_size, "%s: %s", path, strerror(errno));
		return false;
	}
	forget(&r);
	for (char *next; *at; at = next, line += lines) {
		next = cut(at, *at != '\n' && strncmp(at, "--", 2) != 0, &lines);
		if (!take_line(&r, at, line, &last)) {
			snprintf(reason, reason_size, "%s:%u: %s", path, line, problem);
			return false;
		}
	}
	for (const struct script_statement *s = out->first; s; s = s->next)
		out->count++;
	return true;
}
