/* SPDX-License-Identifier: MIT */
/* Durations to and from text, in the three forms that CQL knows. */
#include <inttypes.h>

#include "proto/text.h"

enum part { MONTHS, DAYS, NANOS, PARTS };

/* Where a unit counts, and for how much; each is used once, in this order. */
struct unit {
	char name[4];
	uint8_t part;
	uint64_t worth;
};

static const struct unit units[] = {
	{ "y", MONTHS, 12 },
	{ "mo", MONTHS, 1 },
	{ "w", DAYS, 7 },
	{ "d", DAYS, 1 },
	{ "h", NANOS, UINT64_C(3600000000000) },
	{ "m", NANOS, UINT64_C(60000000000) },
	{ "s", NANOS, 1000000000 },
	{ "ms", NANOS, 1000000 },
	{ "us", NANOS, 1000 },
	{ "ns", NANOS, 1 },
};

enum { YEAR, MONTH, WEEK, DAY, HOUR, MINUTE, SECOND, UNITS = sizeof units / sizeof units[0] };

/* A duration being summed up. */
struct sum {
	uint64_t most[PARTS], parts[PARTS];
	unsigned next; /* the first unit that may still come */
};

static bool add(struct cd_scan *s, struct sum *sum, const struct unit *u, uint64_t n,
		const char *from)
{
	static const char *const names[] = { "months", "days", "nanoseconds" };

	if (n > (sum->most[u->part] - sum->parts[u->part]) / u->worth) {
		s->at = from;
		return cd_scan_fail(s, COODIE_ERR_RANGE, "more than %" PRIu64 " %s",
				    sum->most[u->part], names[u->part]);
	}
	sum->parts[u->part] += n * u->worth;
	return true;
}

/* ---- 1y2mo3w4d5h6m7s8ms9us10ns -------------------------------------------------------------- */

/* Takes the longest name of a unit; UNITS when there is none. */
static unsigned scan_unit(struct cd_scan *s)
{
	char first = cd_scan_lower(cd_scan_peek(s));
	char second = cd_scan_left(s) > 1 ? cd_scan_lower(s->at[1]) : '\0';
	unsigned found = UNITS;

	/* the micro sign, U+00B5, for u */
	if (cd_scan_left(s) > 2 && memcmp(s->at, "\xc2\xb5", 2) == 0) {
		s->at++;
		first = 'u';
		second = cd_scan_lower(s->at[1]);
	}
	for (unsigned i = 0; i < UNITS; i++)
		if (units[i].name[0] == first &&
		    (units[i].name[1] == second || (!units[i].name[1] && found == UNITS)))
			found = i;
	if (found < UNITS)
		s->at += strlen(units[found].name);
	return found;
}

static bool scan_units(struct cd_scan *s, struct sum *sum)
{
	do {
		const char *from = s->at, *name;
		uint64_t n;
		if (!cd_scan_digits(s, SIZE_MAX, &n))
			return cd_scan_fail(s, COODIE_ERR_TYPE,
					    "expected a duration as 1y2mo3d4h5m6s or P1Y2M3DT4H");
		name = s->at;
		unsigned i = scan_unit(s);
		if (i == UNITS)
			return cd_scan_fail(s, COODIE_ERR_TYPE,
					    "expected a unit: y, mo, w, d, h, m, s, ms, us or ns");
		if (i < sum->next) {
			s->at = name;
			return cd_scan_fail(s, COODIE_ERR_TYPE,
					    "units go from y to ns, and each is there once");
		}
		sum->next = i + 1;
		if (!add(s, sum, &units[i], n, from))
			return false;
	} while (cd_scan_is_digit(cd_scan_peek(s)));
	return true;
}

/* ---- P1Y2M3DT4H5M6S, P2W -------------------------------------------------------------------- */

static bool scan_designators(struct cd_scan *s, struct sum *sum)
{
	static const struct {
		char letter;
		uint8_t unit;
		bool time;
	} designators[] = {
		{ 'Y', YEAR, false }, { 'M', MONTH, false }, { 'D', DAY, false },
		{ 'H', HOUR, true },  { 'M', MINUTE, true }, { 'S', SECOND, true },
	};
	enum { COUNT = sizeof designators / sizeof designators[0] };
	bool time = false, seen = false;
	unsigned next = 0;

	while (cd_scan_is_digit(cd_scan_peek(s)) || (!time && cd_scan_peek(s) == 'T')) {
		const char *from = s->at;
		uint64_t n;
		time |= cd_scan_take(s, 'T');
		if (!cd_scan_digits(s, SIZE_MAX, &n))
			return cd_scan_fail(s, COODIE_ERR_TYPE, "expected digits behind T");
		char letter = cd_scan_peek(s);
		if (letter == 'W' && !seen && !time) {
			s->at++;
			return add(s, sum, &units[WEEK], n, from);
		}
		while (next < COUNT &&
		       (designators[next].letter != letter || designators[next].time != time))
			next++;
		if (next == COUNT)
			return cd_scan_fail(s, COODIE_ERR_TYPE,
					    "expected Y, M, D, then T and H, M, S, each once, or W "
					    "alone");
		s->at++;
		seen = true;
		if (!add(s, sum, &units[designators[next++].unit], n, from))
			return false;
	}
	return seen || cd_scan_fail(s, COODIE_ERR_TYPE, "expected digits behind P");
}

/* ---- P0001-02-03T04:05:06 ------------------------------------------------------------------- */

static bool scan_alternative(struct cd_scan *s, struct sum *sum)
{
	static const struct {
		uint8_t unit, digits;
		char behind;
	} fields[] = {
		{ YEAR, 4, '-' }, { MONTH, 2, '-' },  { DAY, 2, 'T' },
		{ HOUR, 2, ':' }, { MINUTE, 2, ':' }, { SECOND, 2, '\0' },
	};

	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
		const char *from = s->at;
		uint64_t n;
		if (cd_scan_digits(s, fields[i].digits, &n) != fields[i].digits ||
		    (fields[i].behind && !cd_scan_take(s, fields[i].behind)))
			return cd_scan_fail(s, COODIE_ERR_TYPE,
					    "expected a duration as P0001-02-03T04:05:06");
		if (!add(s, sum, &units[fields[i].unit], n, from))
			return false;
	}
	return true;
}

/* ---- all of them ---------------------------------------------------------------------------- */

bool cd_scan_duration(struct cd_scan *s, cql_duration *out)
{
	bool minus = cd_scan_take(s, '-'), ok;
	struct sum sum = {
		.most = { (uint64_t)INT32_MAX + minus, (uint64_t)INT32_MAX + minus,
			  (uint64_t)INT64_MAX + minus },
	};

	if (!cd_scan_take(s, 'P'))
		ok = scan_units(s, &sum);
	else if (cd_scan_left(s) > 4 && s->at[4] == '-')
		ok = scan_alternative(s, &sum);
	else
		ok = scan_designators(s, &sum);
	if (!ok)
		return false;
	int64_t sign = minus ? -1 : 1;
	out->months = (int32_t)(sign * (int64_t)sum.parts[MONTHS]);
	out->days = (int32_t)(sign * (int64_t)sum.parts[DAYS]);
	out->nanoseconds = (int64_t)(minus ? 0 - sum.parts[NANOS] : sum.parts[NANOS]);
	return true;
}

/* As Cassandra prints them, but "0ns" where that prints nothing. */
void cd_print_duration(struct cd_print *p, cql_duration v)
{
	bool minus = v.months < 0 || v.days < 0 || v.nanoseconds < 0, some = false;
	uint64_t parts[PARTS] = { (uint64_t)v.months, (uint64_t)v.days, (uint64_t)v.nanoseconds };

	if (minus)
		cd_print_char(p, '-');
	for (unsigned i = 0; minus && i < PARTS; i++)
		parts[i] = 0 - parts[i];
	for (unsigned i = 0; i < UNITS; i++) {
		uint64_t n = parts[units[i].part] / units[i].worth;
		if (n == 0 || i == WEEK)
			continue;
		cd_print_number(p, n, 1);
		cd_print_text(p, units[i].name);
		parts[units[i].part] -= n * units[i].worth;
		some = true;
	}
	if (!some)
		cd_print_text(p, "0ns");
}

bool cql_duration_parse(const char *text, cql_duration *out, coodie_error *err)
{
	struct cd_scan s;
	cql_duration v;

	if (!cd_scan_over(&s, text, err) || !cd_scan_duration(&s, &v) ||
	    !cd_scan_end(&s, "a duration"))
		return false;
	*out = v;
	return true;
}

size_t cql_duration_format(cql_duration duration, char *out, size_t size)
{
	struct cd_print p = { out, size, 0 };

	cd_print_duration(&p, duration);
	return cd_print_end(&p);
}
