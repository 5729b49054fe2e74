/* SPDX-License-Identifier: MIT */
/* Reads OpenMetrics line by line: families in one piece with TYPE, UNIT and HELP in front, suffixes
 * as the type has them, labels escaped, no series twice, buckets that grow, and # EOF at the end. */
#include "tests/openmetrics.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SERIES = 4096, FAMILIES = 256 };

struct reader {
	const char *line, *end; /* of the line */
	size_t number;
	char family[128], kind[32], unit[32];
	char families[FAMILIES][128];
	size_t family_count;
	char *series[SERIES];
	size_t series_count;
	char bucket_of[512]; /* labels of the last bucket, without le */
	double bucket, bound;
	bool has_type, has_help, has_samples, ended;
	char *why;
	size_t size;
};

static bool wrong(struct reader *r, const char *what)
{
	snprintf(r->why, r->size, "line %zu: %s: %.*s", r->number, what, (int)(r->end - r->line),
		 r->line);
	return false;
}

static size_t name_length(const char *at)
{
	size_t n = 0;

	if (!isalpha((unsigned char)*at) && *at != '_' && *at != ':')
		return 0;
	while (isalnum((unsigned char)at[n]) || at[n] == '_' || at[n] == ':')
		n++;
	return n;
}

static bool ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);

	return n >= m && !strcmp(text + n - m, end);
}

static bool is_kind(const char *kind)
{
	static const char *const kinds[] = { "counter", "gauge",    "histogram", "gaugehistogram",
					     "info",    "stateset", "summary",   "unknown" };

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (!strcmp(kind, kinds[i]))
			return true;
	return false;
}

static bool begin_family(struct reader *r, const char *name)
{
	for (size_t i = 0; i < r->family_count; i++)
		if (!strcmp(r->families[i], name))
			return wrong(r, "a family in two pieces");
	if (r->family_count == FAMILIES)
		return wrong(r, "too many families");
	snprintf(r->families[r->family_count++], sizeof r->families[0], "%s", name);
	snprintf(r->family, sizeof r->family, "%s", name);
	r->kind[0] = r->unit[0] = r->bucket_of[0] = 0;
	r->has_type = r->has_help = r->has_samples = false;
	return true;
}

static bool read_comment(struct reader *r)
{
	char word[8], name[128], rest[512];
	char line[1024];

	snprintf(line, sizeof line, "%.*s", (int)(r->end - r->line), r->line);
	if (!strcmp(line, "# EOF")) {
		r->ended = true;
		return true;
	}
	if (sscanf(line, "# %7s %127s %511[^\n]", word, name, rest) != 3)
		return wrong(r, "a comment without word, name and text");
	if (name_length(name) != strlen(name))
		return wrong(r, "not a name");
	if (strcmp(name, r->family) && !begin_family(r, name))
		return false;
	if (r->has_samples)
		return wrong(r, "metadata behind the samples");
	if (!strcmp(word, "TYPE")) {
		if (r->has_type || !is_kind(rest))
			return wrong(r, "TYPE twice, or unknown");
		r->has_type = true;
		snprintf(r->kind, sizeof r->kind, "%.31s", rest);
	} else if (!strcmp(word, "UNIT")) {
		snprintf(r->unit, sizeof r->unit, "_%.30s", rest);
		if (!ends_with(name, r->unit))
			return wrong(r, "the name does not end with the unit");
	} else if (!strcmp(word, "HELP")) {
		if (r->has_help)
			return wrong(r, "HELP twice");
		r->has_help = true;
	} else {
		return wrong(r, "neither TYPE, UNIT, HELP nor EOF");
	}
	return true;
}

/* Steps over `name="value",...}`; le's value is copied, the other labels appended to `others`. */
static const char *read_labels(struct reader *r, const char *at, char le[32], char others[512])
{
	while (*at != '}') {
		size_t n = name_length(at);
		const char *value = at + n + 2, *begin = at;
		if (!n || memchr(at, ':', n) || at[n] != '=' || at[n + 1] != '"')
			return NULL;
		for (at = value; *at != '"'; at++) {
			if (at >= r->end || (unsigned char)*at < 0x20)
				return NULL;
			if (*at == '\\' && !strchr("\\\"n", *++at))
				return NULL;
		}
		if (n == 2 && !memcmp(begin, "le", 2))
			snprintf(le, 32, "%.*s", (int)(at - value), value);
		else
			snprintf(others + strlen(others), 512 - strlen(others), "%.*s,",
				 (int)(at - begin), begin);
		at++;
		if (*at == ',')
			at++;
		else if (*at != '}')
			return NULL;
	}
	return at + 1;
}

static bool suffix_fits(const struct reader *r, const char *suffix)
{
	static const char *const fits[][2] = {
		{ "counter", "_total" },
		{ "gauge", "" },
		{ "histogram", "_bucket" },
		{ "histogram", "_count" },
		{ "histogram", "_sum" },
		{ "gaugehistogram", "_bucket" },
		{ "gaugehistogram", "_gcount" },
		{ "gaugehistogram", "_gsum" },
		{ "info", "_info" },
	};

	for (size_t i = 0; i < sizeof fits / sizeof *fits; i++)
		if (!strcmp(fits[i][0], r->kind) && !strcmp(fits[i][1], suffix))
			return true;
	return false;
}

static bool check_bucket(struct reader *r, const char *le, const char *others, double value)
{
	bool infinite = !strcmp(le, "+Inf");
	double bound = infinite ? 1e300 : atof(le);

	if (!*le || (!infinite && !strchr(le, '.')))
		return wrong(r, "a bucket whose bound is no canonical number");
	if (!strcmp(r->bucket_of, others) && r->bound < 1e300 &&
	    (bound <= r->bound || value < r->bucket))
		return wrong(r, "buckets that do not grow");
	snprintf(r->bucket_of, sizeof r->bucket_of, "%s", others);
	r->bucket = value;
	r->bound = bound;
	return true;
}

static bool check_count(struct reader *r, const char *others, double value)
{
	if (strcmp(r->bucket_of, others) || r->bound < 1e300)
		return wrong(r, "a count without the bucket of all");
	return value > r->bucket || value < r->bucket
		       ? wrong(r, "a count that is not the last bucket")
		       : true;
}

static bool remember_series(struct reader *r, size_t len)
{
	for (size_t i = 0; i < r->series_count; i++)
		if (strlen(r->series[i]) == len && !memcmp(r->series[i], r->line, len))
			return wrong(r, "a series twice");
	if (r->series_count == SERIES)
		return wrong(r, "too many series");
	r->series[r->series_count] = strndup(r->line, len);
	return r->series[r->series_count++] != NULL;
}

static bool read_sample(struct reader *r)
{
	size_t n = name_length(r->line), f = strlen(r->family);
	char suffix[32], le[32] = "", others[512] = "-", *end;
	const char *at = r->line + n;
	double value;

	if (n < f || memcmp(r->line, r->family, f) || !r->has_type || !r->has_help)
		return wrong(r, "a sample outside of its family");
	snprintf(suffix, sizeof suffix, "%.*s", (int)(n - f), r->line + f);
	if (!suffix_fits(r, suffix))
		return wrong(r, "a suffix that the type does not have");
	if (*at == '{' && !(at = read_labels(r, at + 1, le, others)))
		return wrong(r, "broken labels");
	if (*at != ' ' || !remember_series(r, (size_t)(at - r->line)))
		return *at == ' ' ? false : wrong(r, "no space before the value");
	value = strtod(at + 1, &end);
	if (end == at + 1 || end != r->end || isspace((unsigned char)at[1]))
		return wrong(r, "not a number");
	if (value < 0)
		return wrong(r, "a count below zero");
	r->has_samples = true;
	if (!strcmp(suffix, "_bucket"))
		return check_bucket(r, le, others, value);
	if (!strcmp(suffix, "_count") || !strcmp(suffix, "_gcount"))
		return check_count(r, others, value);
	return true;
}

bool cd_openmetrics_check(const char *text, char *why, size_t size)
{
	struct reader *r = calloc(1, sizeof *r);
	bool ok = r != NULL;

	snprintf(why, size, "no memory");
	if (!r)
		return false;
	r->why = why;
	r->size = size;
	r->line = r->end = text;
	for (; ok && *r->line; r->line = r->end + 1) {
		r->number++;
		r->end = strchr(r->line, '\n');
		if (!r->end) {
			r->end = r->line + strlen(r->line);
			ok = wrong(r, "no line feed at its end");
		} else if (r->ended) {
			ok = wrong(r, "text behind # EOF");
		} else {
			ok = *r->line == '#' ? read_comment(r) : read_sample(r);
		}
	}
	if (ok && !r->ended) {
		snprintf(why, size, "no # EOF");
		ok = false;
	}
	for (size_t i = 0; i < r->series_count; i++)
		free(r->series[i]);
	free(r);
	return ok;
}

double cd_openmetrics_value(const char *text, const char *sample)
{
	size_t n = strlen(sample);

	for (const char *at = text; at && *at; at = strchr(at, '\n'), at += at ? 1 : 0)
		if (!strncmp(at, sample, n) && at[n] == ' ')
			return atof(at + n + 1);
	return -1;
}
