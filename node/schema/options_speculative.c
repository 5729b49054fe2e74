/* SPDX-License-Identifier: MIT */
/* The policies of speculative_retry and additional_write_policy. */
#include <stdio.h>
#include <string.h>

#include "node/schema/options.h"

enum { MOST = 64 }; /* characters of a policy that means anything */

/* Lower case, without blanks; false: too long to mean anything. */
static bool fold(const char *text, char out[MOST])
{
	size_t len = 0;

	for (; *text; text++) {
		if (*text == ' ' || *text == '\t')
			continue;
		if (len + 1 == MOST)
			return false;
		out[len++] = (char)(*text >= 'A' && *text <= 'Z' ? *text - 'A' + 'a' : *text);
	}
	out[len] = '\0';
	return true;
}

/* "99.5": up to four digits behind the point, without zeros at the end. */
static void put_percentile(double value, char *out, size_t size)
{
	long long scaled = (long long)(value * 10000 + 0.5);
	size_t len = (size_t)snprintf(out, size, "%lld.%04lld", scaled / 10000, scaled % 10000);

	while (out[len - 1] == '0')
		out[--len] = '\0';
	if (out[len - 1] == '.')
		out[--len] = '\0';
	snprintf(out + len, size - len, "p");
}

/* One of the simple ones. `*range`: a percentile that is none. */
static bool read_simple(const char *text, char *out, size_t size, bool *range)
{
	static const char *const marks[] = { "percentile", "p", "ms" };
	char number[MOST];
	double value;

	for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
		size_t len = strlen(text), mark = strlen(marks[i]);

		if (len <= mark || len - mark >= sizeof number ||
		    strcmp(text + len - mark, marks[i]) != 0)
			continue;
		memcpy(number, text, len - mark);
		number[len - mark] = '\0';
		if (!nd_option_double(number, &value) || value < 0 || value > 1e9)
			return false;
		if (i == 2) {
			snprintf(out, size, "%lldms", (long long)value);
			return true;
		}
		*range = value <= 0 || value >= 100;
		put_percentile(value, out, size);
		return true;
	}
	return false;
}

static bool read_words(const char *text, char *out, size_t size)
{
	static const struct {
		const char *word, *canonical;
	} words[] = { { "none", "NEVER" }, { "never", "NEVER" }, { "always", "ALWAYS" } };

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcmp(words[i].word, text) == 0)
			return snprintf(out, size, "%s", words[i].canonical) > 0;
	return false;
}

/* min(99p,50ms) */
static bool read_hybrid(char *text, char *out, size_t size, bool *range)
{
	char one[MOST + 16], two[MOST + 16];
	size_t len = strlen(text);
	char *comma = strchr(text, ',');
	bool is_min = strncmp(text, "min(", 4) == 0;

	if ((!is_min && strncmp(text, "max(", 4) != 0) || !comma || text[len - 1] != ')')
		return false;
	text[len - 1] = *comma = '\0';
	if (!read_simple(text + 4, one, sizeof one, range) ||
	    !read_simple(comma + 1, two, sizeof two, range) ||
	    (one[strlen(one) - 1] == 'p') == (two[strlen(two) - 1] == 'p'))
		return false;
	return snprintf(out, size, "%s(%s,%s)", is_min ? "MIN" : "MAX",
			one[strlen(one) - 1] == 'p' ? one : two,
			one[strlen(one) - 1] == 'p' ? two : one) > 0;
}

const char *nd_option_speculative(struct nd_ddl *d, const char *name, const char *text)
{
	char folded[MOST], out[3 * MOST];
	bool range = false;
	const char *copy;

	(void)name;
	if (!fold(text, folded) || (!read_words(folded, out, sizeof out) &&
				    !read_simple(folded, out, sizeof out, &range) &&
				    !read_hybrid(folded, out, sizeof out, &range))) {
		nd_option_bad(d, "Invalid value %s for option 'speculative_retry'", text);
		return NULL;
	}
	if (range) {
		nd_option_bad(d,
			      "Invalid value %s for PERCENTILE option 'speculative_retry': must be "
			      "between (0.0 and 100.0)",
			      text);
		return NULL;
	}
	copy = cd_arena_strndup(d->x->arena, out, strlen(out));
	if (!copy)
		nd_ddl_no_memory(d);
	return copy;
}
