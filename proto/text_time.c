/* SPDX-License-Identifier: MIT */
/* Dates, times and timestamps to and from text (ISO 8601, the calendar extended both ways). */
#include <inttypes.h>

#include "proto/text.h"

#define SECONDS_PER_DAY INT64_C(86400)
#define NANOS_PER_SECOND INT64_C(1000000000)
#define NANOS_PER_DAY (SECONDS_PER_DAY * NANOS_PER_SECOND)

/* ---- the calendar --------------------------------------------------------------------------- */

/* Eras of 400 years that begin on the first of March; day 0 is 1970-01-01. */
static int64_t days_of(int64_t year, unsigned month, unsigned day)
{
	int64_t y = month <= 2 ? year - 1 : year, era = (y >= 0 ? y : y - 399) / 400;
	int64_t of_era = y - era * 400, month_from_march = month > 2 ? month - 3 : month + 9;
	int64_t of_year = (153 * month_from_march + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static void print_day(struct cd_print *p, int64_t days, bool plus)
{
	int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097, yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
	int64_t month = mp < 10 ? mp + 3 : mp - 9, year = yoe + era * 400 + (month <= 2);

	if (year < 0)
		cd_print_char(p, '-');
	else if (plus && year > 9999)
		cd_print_char(p, '+');
	cd_print_number(p, (uint64_t)(year < 0 ? -year : year), 4);
	cd_print_char(p, '-');
	cd_print_number(p, (uint64_t)month, 2);
	cd_print_char(p, '-');
	cd_print_number(p, (uint64_t)(doy - (153 * mp + 2) / 5 + 1), 2);
}

static bool leap(int64_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Two digits from `least` to `most`. */
static bool scan_two(struct cd_scan *s, const char *what, unsigned least, unsigned most,
		     unsigned *out)
{
	const char *from = s->at;
	uint64_t n;

	if (cd_scan_digits(s, 2, &n) != 2) {
		s->at = from;
		return cd_scan_fail(s, COODIE_ERR_TYPE, "expected two digits of the %s", what);
	}
	if (n < least || n > most) {
		s->at = from;
		return cd_scan_fail(s, COODIE_ERR_RANGE, "the %s is %02u to %02u", what, least,
				    most);
	}
	*out = (unsigned)n;
	return true;
}

static bool scan_char(struct cd_scan *s, char c, const char *form)
{
	return cd_scan_take(s, c) ||
	       cd_scan_fail(s, COODIE_ERR_TYPE, "expected '%c', as in %s", c, form);
}

/* Up to nine digits of a year, so that its days fit 64 bits easily. */
static bool scan_year(struct cd_scan *s, int64_t *year)
{
	const char *from = s->at;
	bool minus = cd_scan_minus(s);
	uint64_t n;
	size_t digits = cd_scan_digits(s, SIZE_MAX, &n);

	if (digits < 4) {
		s->at = from;
		return cd_scan_fail(s, COODIE_ERR_TYPE, "expected a year of four digits or more");
	}
	if (n > 999999999) {
		s->at = from;
		return cd_scan_fail(s, COODIE_ERR_RANGE, "the year is out of range");
	}
	*year = minus ? -(int64_t)n : (int64_t)n;
	return true;
}

static bool scan_day(struct cd_scan *s, int64_t *days)
{
	static const char form[] = "2026-11-21";
	static const uint8_t lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	unsigned month = 1, day = 1;
	int64_t year = 0;

	if (!scan_year(s, &year) || !scan_char(s, '-', form) ||
	    !scan_two(s, "month", 1, 12, &month) || !scan_char(s, '-', form) ||
	    !scan_two(s, "day", 1, lengths[month - 1] + (month == 2 && leap(year) ? 1U : 0U), &day))
		return false;
	*days = days_of(year, month, day);
	return true;
}

/* ---- the clock ------------------------------------------------------------------------------ */

/* Up to nine digits behind the point. */
static bool scan_fraction(struct cd_scan *s, int64_t *nanoseconds)
{
	const char *from = s->at;
	uint64_t n = 0;
	size_t digits = cd_scan_digits(s, SIZE_MAX, &n);

	if (digits == 0)
		return cd_scan_fail(s, COODIE_ERR_TYPE, "expected digits behind the point");
	if (digits > 9) {
		s->at = from + 9;
		return cd_scan_fail(s, COODIE_ERR_RANGE, "more than nine digits of a second");
	}
	for (; digits < 9; digits++)
		n *= 10;
	*nanoseconds = (int64_t)n;
	return true;
}

/* Nanoseconds since midnight; seconds may be left out where a timestamp is read. */
static bool scan_clock(struct cd_scan *s, bool need_seconds, int64_t *out)
{
	unsigned hour = 0, minute = 0, second = 0;
	int64_t fraction = 0;

	if (!scan_two(s, "hour", 0, 23, &hour) || !scan_char(s, ':', "08:07:41") ||
	    !scan_two(s, "minute", 0, 59, &minute))
		return false;
	if (need_seconds || cd_scan_peek(s) == ':') {
		if (!scan_char(s, ':', "08:07:41") || !scan_two(s, "second", 0, 59, &second))
			return false;
		if (cd_scan_take(s, '.') && !scan_fraction(s, &fraction))
			return false;
	}
	*out = ((hour * 60 + minute) * 60 + second) * NANOS_PER_SECOND + fraction;
	return true;
}

static void print_clock(struct cd_print *p, int64_t nanoseconds, unsigned digits)
{
	uint64_t seconds = (uint64_t)(nanoseconds / NANOS_PER_SECOND);
	uint64_t fraction = (uint64_t)(nanoseconds % NANOS_PER_SECOND);

	cd_print_number(p, seconds / 3600, 2);
	cd_print_char(p, ':');
	cd_print_number(p, seconds / 60 % 60, 2);
	cd_print_char(p, ':');
	cd_print_number(p, seconds % 60, 2);
	cd_print_char(p, '.');
	cd_print_number(p, digits == 3 ? fraction / 1000000 : fraction, digits);
}

/* ---- date ----------------------------------------------------------------------------------- */

bool cd_scan_date(struct cd_scan *s, cql_date *out)
{
	const char *from = s->at;
	int64_t days = 0;

	if (!scan_day(s, &days))
		return false;
	if (days != (int32_t)days) {
		s->at = from;
		return cd_scan_fail(s, COODIE_ERR_RANGE,
				    "a date is -5877641-06-23 to +5881580-07-11");
	}
	out->days = (int32_t)days;
	return true;
}

void cd_print_date(struct cd_print *p, cql_date v)
{
	print_day(p, v.days, true);
}

bool cql_date_parse(const char *text, cql_date *out, coodie_error *err)
{
	struct cd_scan s;
	cql_date v = { 0 };

	if (!cd_scan_over(&s, text, err) || !cd_scan_date(&s, &v) || !cd_scan_end(&s, "a date"))
		return false;
	*out = v;
	return true;
}

size_t cql_date_format(cql_date date, char *out, size_t size)
{
	struct cd_print p = { out, size, 0 };

	cd_print_date(&p, date);
	return cd_print_end(&p);
}

/* ---- time ----------------------------------------------------------------------------------- */

bool cd_time_is_valid(cql_time v)
{
	return v.nanoseconds >= 0 && v.nanoseconds < NANOS_PER_DAY;
}

bool cd_scan_time(struct cd_scan *s, cql_time *out)
{
	return scan_clock(s, true, &out->nanoseconds);
}

void cd_print_time(struct cd_print *p, cql_time v)
{
	if (cd_time_is_valid(v))
		print_clock(p, v.nanoseconds, 9);
	else
		cd_print_integer(p, v.nanoseconds);
}

bool cql_time_parse(const char *text, cql_time *out, coodie_error *err)
{
	struct cd_scan s;
	cql_time v = { 0 };

	if (!cd_scan_over(&s, text, err) || !cd_scan_time(&s, &v) || !cd_scan_end(&s, "a time"))
		return false;
	*out = v;
	return true;
}

size_t cql_time_format(cql_time time, char *out, size_t size)
{
	struct cd_print p = { out, size, 0 };

	cd_print_time(&p, time);
	return cd_print_end(&p);
}

/* ---- timestamp ------------------------------------------------------------------------------ */

/* "Z", "+0000", "+01:00", "-05", with a blank in front or not; in seconds. */
static bool scan_offset(struct cd_scan *s, int64_t *out)
{
	unsigned hours = 0, minutes = 0;
	char sign;

	cd_scan_take(s, ' ');
	sign = cd_scan_peek(s);
	*out = 0;
	if (cd_scan_take(s, 'Z') || cd_scan_take(s, 'z'))
		return true;
	if (sign != '+' && sign != '-')
		return cd_scan_fail(s, COODIE_ERR_TYPE,
				    "expected the offset from UTC: Z, +01:00 or -0500");
	s->at++;
	if (!scan_two(s, "hours of the offset", 0, 18, &hours))
		return false;
	if ((cd_scan_take(s, ':') || cd_scan_is_digit(cd_scan_peek(s))) &&
	    !scan_two(s, "minutes of the offset", 0, hours == 18 ? 0 : 59, &minutes))
		return false;
	*out = (int64_t)hours * 3600 + minutes * 60;
	if (sign == '-')
		*out = -*out;
	return true;
}

/* Seconds, which may be negative, and milliseconds, which are not. */
static bool join(int64_t seconds, int64_t rest, int64_t *out)
{
	const int64_t most = INT64_MAX / 1000, least = INT64_MIN / 1000 - 1;

	if (seconds > most || (seconds == most && rest > INT64_MAX % 1000) || seconds < least ||
	    (seconds == least && rest < 1000 + INT64_MIN % 1000))
		return false;
	*out = seconds < 0 ? (seconds + 1) * 1000 + (rest - 1000) : seconds * 1000 + rest;
	return true;
}

bool cd_scan_timestamp(struct cd_scan *s, cql_timestamp *out)
{
	const char *from = s->at;
	int64_t days = 0, clock = 0, offset = 0;

	if (!scan_day(s, &days))
		return false;
	/* a blank is followed by the time, or by the offset */
	bool blank = cd_scan_left(s) > 1 && s->at[0] == ' ' && cd_scan_is_digit(s->at[1]);
	if (cd_scan_peek(s) == 'T' || cd_scan_peek(s) == 't' || blank) {
		s->at++;
		if (!scan_clock(s, false, &clock))
			return false;
		if (clock % 1000000)
			return cd_scan_fail(
				s, COODIE_ERR_RANGE,
				"a timestamp has no more than three digits of a second");
	}
	if (!scan_offset(s, &offset))
		return false;
	int64_t seconds = days * SECONDS_PER_DAY + clock / NANOS_PER_SECOND - offset;
	if (!join(seconds, clock % NANOS_PER_SECOND / 1000000, &out->milliseconds)) {
		s->at = from;
		return cd_scan_fail(s, COODIE_ERR_RANGE,
				    "the milliseconds since 1970 do not fit 64 bits");
	}
	return true;
}

/* Without a plus in front of long years, as Cassandra has it. */
void cd_print_timestamp(struct cd_print *p, cql_timestamp v)
{
	const int64_t day = SECONDS_PER_DAY * 1000;
	int64_t before = v.milliseconds % day < 0;

	/* milliseconds - days * day would overflow */
	print_day(p, v.milliseconds / day - before, false);
	cd_print_char(p, 'T');
	print_clock(p, (v.milliseconds % day + (before ? day : 0)) * 1000000, 3);
	cd_print_char(p, 'Z');
}

bool cql_timestamp_parse(const char *text, cql_timestamp *out, coodie_error *err)
{
	struct cd_scan s;
	cql_timestamp v = { 0 };

	if (!cd_scan_over(&s, text, err) || !cd_scan_timestamp(&s, &v) ||
	    !cd_scan_end(&s, "a timestamp"))
		return false;
	*out = v;
	return true;
}

size_t cql_timestamp_format(cql_timestamp timestamp, char *out, size_t size)
{
	struct cd_print p = { out, size, 0 };

	cd_print_timestamp(&p, timestamp);
	return cd_print_end(&p);
}
