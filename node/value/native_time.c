/* SPDX-License-Identifier: MIT */
/* Dates, times and timestamps from texts, in the forms that Cassandra takes. */
#include <string.h>

#include "node/value/native_text.h"
#include "proto/scan.h"

#define SECONDS_PER_DAY INT64_C(86400)

/* ---- the calendar ----------------------------------------------------------------------------- */

/* Eras of 400 years that begin on the first of March. */
int64_t nd_days_of(int64_t year, int64_t month, int64_t day)
{
	int64_t y = month <= 2 ? year - 1 : year, era = (y >= 0 ? y : y - 399) / 400;
	int64_t of_era = y - era * 400, from_march = month > 2 ? month - 3 : month + 9;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 +
	       (153 * from_march + 2) / 5 + day - 1 - 719468;
}

void nd_day_of(int64_t days, int64_t *year, unsigned *month, unsigned *day)
{
	int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097, yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;

	*month = (unsigned)(mp < 10 ? mp + 3 : mp - 9);
	*day = (unsigned)(doy - (153 * mp + 2) / 5 + 1);
	*year = yoe + era * 400 + (*month <= 2);
}

static bool is_day(int64_t year, uint64_t month, uint64_t day)
{
	static const uint8_t lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return month >= 1 && month <= 12 && day >= 1 &&
	       day <= lengths[month - 1] + (uint64_t)(leap && month == 2);
}

/* ---- date: yyyy-MM-dd ------------------------------------------------------------------------- */

static bool two_digits(struct cd_scan *s, char before, uint64_t *out)
{
	return (!before || cd_scan_take(s, before)) && cd_scan_digits(s, 2, out) == 2;
}

/* Four digits; more have a plus in front, a minus goes with any but 0. */
static bool scan_year(struct cd_scan *s, int64_t *year)
{
	bool minus = cd_scan_peek(s) == '-', sign = minus || cd_scan_peek(s) == '+';
	uint64_t n;

	s->at += sign;
	size_t digits = cd_scan_digits(s, 9, &n);
	if (digits < 4 || (sign && !minus && digits == 4) || (!sign && digits > 4) ||
	    (minus && n == 0))
		return false;
	*year = minus ? -(int64_t)n : (int64_t)n;
	return true;
}

bool nd_read_date(const char *text, size_t len, cql_date *out)
{
	struct cd_scan s = { text, text, text + len, NULL };
	uint64_t month, day;
	int64_t y;

	if (!scan_year(&s, &y) || !two_digits(&s, '-', &month) || !two_digits(&s, '-', &day) ||
	    s.at != s.end || !is_day(y, month, day))
		return false;
	int64_t days = nd_days_of(y, (int64_t)month, (int64_t)day);
	if (days < INT32_MIN || days > INT32_MAX)
		return false;
	out->days = (int32_t)days;
	return true;
}

/* ---- time: hh:mm:ss[.fffffffff] --------------------------------------------------------------- */

/* Digits up to `most`, however many. */
static bool number_below(struct cd_scan *s, uint64_t most, uint64_t *out)
{
	return cd_scan_digits(s, SIZE_MAX, out) > 0 && *out < most;
}

bool nd_read_time(const char *text, size_t len, cql_time *out)
{
	struct cd_scan s = { text, text, text + len, NULL };
	uint64_t hour, minute, second, fraction = 0;
	size_t digits = 0;

	while (cd_scan_take(&s, ' '))
		;
	while (s.end > s.at && s.end[-1] == ' ')
		s.end--;
	if (!number_below(&s, 24, &hour) || !cd_scan_take(&s, ':') ||
	    !number_below(&s, 60, &minute) || !cd_scan_take(&s, ':') ||
	    !number_below(&s, 60, &second))
		return false;
	if (cd_scan_take(&s, '.') && (digits = cd_scan_digits(&s, 9, &fraction)) == 0)
		return false;
	for (; digits < 9; digits++)
		fraction *= 10;
	out->nanoseconds = (int64_t)(((hour * 60 + minute) * 60 + second) * 1000000000 + fraction);
	return s.at == s.end;
}

/* ---- timestamp -------------------------------------------------------------------------------- */

/* Z, +hh, +hhmm, +hh:mm; `name`: words as well, behind a blank. */
static bool scan_zone(struct cd_scan *s, bool name, int64_t *seconds)
{
	uint64_t hours, minutes = 0;

	*seconds = 0;
	if (s->at == s->end || cd_scan_take(s, 'Z'))
		return true;
	if (name && (cd_scan_word(s, "utc") || cd_scan_word(s, "gmt")) && s->at == s->end)
		return true;
	char sign = cd_scan_peek(s);
	if (sign != '+' && sign != '-')
		return false;
	s->at++;
	if (!two_digits(s, '\0', &hours) || hours > 18)
		return false;
	if (s->at != s->end) {
		cd_scan_take(s, ':');
		if (!two_digits(s, '\0', &minutes) || minutes > 59)
			return false;
	}
	*seconds = (int64_t)(hours * 3600 + minutes * 60) * (sign == '-' ? -1 : 1);
	return true;
}

/* H:m[:s][.fraction], of which milliseconds count; 24:00 is the end of the day. */
static bool scan_time_of_day(struct cd_scan *s, uint64_t *milliseconds)
{
	uint64_t hour, minute, second = 0, fraction = 0;
	size_t digits;

	if (!number_below(s, 25, &hour) || !cd_scan_take(s, ':') || !number_below(s, 60, &minute) ||
	    (cd_scan_take(s, ':') && !number_below(s, 60, &second)))
		return false;
	if (cd_scan_take(s, '.')) {
		if ((digits = cd_scan_digits(s, 9, &fraction)) == 0)
			return false;
		for (; digits < 9; digits++)
			fraction *= 10;
	}
	*milliseconds = ((hour * 60 + minute) * 60 + second) * 1000 + fraction / 1000000;
	return *milliseconds <= (uint64_t)SECONDS_PER_DAY * 1000;
}

/* y-M-d; a day behind the end of its month is its last one. */
static bool scan_day(struct cd_scan *s, int64_t *days, bool *padded)
{
	uint64_t year, month, day;
	const char *from = s->at;

	if (cd_scan_digits(s, 9, &year) == 0 || year == 0 || !cd_scan_take(s, '-') ||
	    !number_below(s, 13, &month) || month == 0 || !cd_scan_take(s, '-') ||
	    !number_below(s, 32, &day) || day == 0)
		return false;
	while (!is_day((int64_t)year, month, day))
		day--;
	*days = nd_days_of((int64_t)year, (int64_t)month, (int64_t)day);
	*padded = s->at - from == 10;
	return true;
}

/* A day alone, of any year, with Z, +hh:mm or, behind a blank, +hh:mm. */
static bool read_far_day(struct cd_scan s, cql_timestamp *out)
{
	enum { FARTHEST = 292000000 }; /* years that milliseconds reach */
	uint64_t month, day;
	int64_t year, zone;

	if (!scan_year(&s, &year) || year > FARTHEST || year < -FARTHEST ||
	    !two_digits(&s, '-', &month) || !two_digits(&s, '-', &day) || month == 0 ||
	    month > 12 || day == 0 || day > 31)
		return false;
	while (!is_day(year, month, day))
		day--;
	bool is_long = cd_scan_take(&s, ' ') || (s.at != s.end && *s.at != 'Z');
	if ((is_long && (cd_scan_left(&s) != 6 || s.at[3] != ':')) ||
	    !scan_zone(&s, false, &zone) || s.at != s.end)
		return false;
	out->milliseconds =
		(nd_days_of(year, (int64_t)month, (int64_t)day) * SECONDS_PER_DAY - zone) * 1000;
	return true;
}

bool nd_read_timestamp(const char *text, size_t len, cql_timestamp *out)
{
	struct cd_scan s = { text, text, text + len, NULL };
	uint64_t milliseconds = 0;
	int64_t days, zone;
	bool padded, timed;

	if (!scan_day(&s, &days, &padded))
		return read_far_day((struct cd_scan){ text, text, text + len, NULL }, out);
	timed = cd_scan_peek(&s) == 'T' ||
		(cd_scan_peek(&s) == ' ' && cd_scan_left(&s) > 1 && cd_scan_is_digit(s.at[1]));
	/* without a time, digits are not left out */
	if (!timed && !padded)
		return false;
	s.at += timed;
	if (timed && !scan_time_of_day(&s, &milliseconds))
		return false;
	bool blank = cd_scan_take(&s, ' ');
	if ((blank && s.at == s.end) || !scan_zone(&s, blank, &zone) || s.at != s.end)
		return false;
	out->milliseconds = (days * SECONDS_PER_DAY - zone) * 1000 + (int64_t)milliseconds;
	return true;
}
