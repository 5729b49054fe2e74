/* SPDX-License-Identifier: MIT */
/* Durations from texts, with Cassandra's words for what is wrong with one. */
#include <string.h>

#include "node/value/native_text.h"
#include "proto/text.h"

/* The units in their order, and where each counts. */
static const struct unit {
	const char *symbol, *name, *total;
	uint64_t worth, most;
} units[] = {
	{ "y", "years", "months", 12, INT32_MAX },
	{ "mo", "months", "months", 1, INT32_MAX },
	{ "w", "weeks", "days", 7, INT32_MAX },
	{ "d", "days", "days", 1, INT32_MAX },
	{ "h", "hours", "nanoseconds", UINT64_C(3600000000000), INT64_MAX },
	{ "m", "minutes", "nanoseconds", UINT64_C(60000000000), INT64_MAX },
	{ "s", "seconds", "nanoseconds", 1000000000, INT64_MAX },
	{ "ms", "milliseconds", "nanoseconds", 1000000, INT64_MAX },
	{ "us", "microseconds", "nanoseconds", 1000, INT64_MAX },
	{ "ns", "nanoseconds", "nanoseconds", 1, INT64_MAX },
};

enum { UNITS = sizeof units / sizeof units[0] };

/* The longest symbol that is next; UNITS: none. */
static size_t scan_symbol(struct cd_scan *s)
{
	size_t found = UNITS, len = 0;

	if (cd_scan_left(s) > 2 && memcmp(s->at, "\xc2\xb5", 2) == 0 &&
	    cd_scan_lower(s->at[2]) == 's') {
		s->at += 3;
		return 8;
	}
	for (size_t i = 0; i < UNITS; i++) {
		size_t n = strlen(units[i].symbol), same = 0;
		while (same < n && same < cd_scan_left(s) &&
		       cd_scan_lower(s->at[same]) == units[i].symbol[same])
			same++;
		if (same == n && n > len) {
			found = i;
			len = n;
		}
	}
	s->at += len;
	return found;
}

/* Checks what the other forms leave unsaid: order and size of 1y2mo3d... True: nothing to say. */
static bool check_units(struct cd_scan *s, struct nd_problem *p)
{
	uint64_t n, totals[3] = { 0, 0, 0 };
	size_t last = UNITS;

	while (s->at != s->end) {
		if (cd_scan_digits(s, SIZE_MAX, &n) == 0)
			return true;
		size_t i = scan_symbol(s);
		if (i == UNITS)
			return true;
		const struct unit *u = &units[i];
		uint64_t *total = &totals[i < 2 ? 0 : i < 4 ? 1 : 2];
		if (last != UNITS && i == last)
			return nd_refuse(p, ND_INVALID,
					 "Invalid duration. The %s are specified multiple times",
					 u->name);
		if (last != UNITS && i < last)
			return nd_refuse(p, ND_INVALID,
					 "Invalid duration. The %s should be after %s",
					 units[last].name, u->name);
		if (n > (u->most - *total) / u->worth)
			return nd_refuse(p, ND_INVALID,
					 "Invalid duration. The total number of %s must be less or "
					 "equal to 2147483647",
					 u->total);
		*total += n * u->worth;
		last = i;
	}
	return true;
}

bool nd_read_duration(const char *text, cql_duration *out, struct nd_problem *p)
{
	struct cd_scan s = { text, text, text + strlen(text), NULL };

	if (cd_scan_duration(&s, out) && s.at == s.end)
		return true;
	s.at = s.start + (text[0] == '-');
	return check_units(&s, p) &&
	       nd_refuse(p, ND_INVALID, "Unable to convert '%s' to a duration",
			 text + (text[0] == '-'));
}
