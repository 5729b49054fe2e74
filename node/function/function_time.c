/* SPDX-License-Identifier: MIT */
/* Functions of times: now(), to_date(), min_timeuuid(), floor() and the like. */
#include <inttypes.h>
#include <string.h>

#include <coodie/text.h>
#include <coodie/uuid.h>

#include "base/entropy.h"
#include "base/timeuuid.h"
#include "node/function/function.h"
#include "node/value/native_text.h"
#include "proto/value.h"

#define MS_PER_DAY INT64_C(86400000)
#define NANOS_PER_DAY INT64_C(86400000000000)

/* A null, or an empty value, gives null. */
static bool is_nothing(const struct nd_call *c, uint32_t i)
{
	return c->arguments[i].presence != ND_VALUE || c->arguments[i].len == 0;
}

static int64_t floor_divide(int64_t n, int64_t by)
{
	return n / by - (n % by != 0 && (n < 0) != (by < 0));
}

/* ---- now -------------------------------------------------------------------------------------- */

bool nd_call_now(const struct nd_call *c, struct nd_value *out)
{
	struct nd_database *db = c->request->db;
	uint64_t ticks = cd_ticks_of(c->request->now_us / 1000) +
			 (uint64_t)(c->request->now_us % 1000) * 10;
	uint8_t tail[8];

	/* each later than the one before, whatever the clock does */
	if (ticks <= db->last_ticks)
		ticks = db->last_ticks + 1;
	db->last_ticks = ticks;
	if (!cd_entropy(tail, sizeof tail))
		return nd_refuse(c->problem, ND_SERVER_ERROR, "the system has no random bytes");
	tail[0] = (uint8_t)((tail[0] & 0x3F) | 0x80);
	tail[2] |= 1; /* a node of nobody's: the multicast bit */
	cql_uuid uuid = cd_timeuuid_of(ticks, cd_get_be64(tail));
	return nd_value_of_bytes(c, uuid.bytes, sizeof uuid.bytes, out);
}

bool nd_call_uuid(const struct nd_call *c, struct nd_value *out)
{
	uint8_t bytes[16];

	if (!cd_entropy(bytes, sizeof bytes))
		return nd_refuse(c->problem, ND_SERVER_ERROR, "the system has no random bytes");
	bytes[6] = (uint8_t)((bytes[6] & 0x0F) | 0x40);
	bytes[8] = (uint8_t)((bytes[8] & 0x3F) | 0x80);
	return nd_value_of_bytes(c, bytes, sizeof bytes, out);
}

static bool of_date(const struct nd_call *c, int64_t days, struct nd_value *out)
{
	return nd_value_of_integer(c, days - INT32_MIN, 4, out);
}

bool nd_call_current_timestamp(const struct nd_call *c, struct nd_value *out)
{
	return nd_value_of_integer(c, floor_divide(c->request->now_us, 1000), 8, out);
}

bool nd_call_current_date(const struct nd_call *c, struct nd_value *out)
{
	return of_date(c, floor_divide(c->request->now_us, MS_PER_DAY * 1000), out);
}

bool nd_call_current_time(const struct nd_call *c, struct nd_value *out)
{
	int64_t day = floor_divide(c->request->now_us, MS_PER_DAY * 1000);

	return nd_value_of_integer(c, (c->request->now_us - day * MS_PER_DAY * 1000) * 1000, 8,
				   out);
}

/* ---- between types ---------------------------------------------------------------------------- */

/* Milliseconds of a timestamp, timeuuid or date. */
static bool milliseconds(const struct nd_call *c, uint32_t i, int64_t *out)
{
	enum cql_kind kind = c->function->arguments[i]->kind;
	struct nd_value v = c->arguments[i];
	cql_timestamp time;
	cql_uuid uuid;

	*out = nd_value_integer(v);
	if (kind == CQL_KIND_DATE && v.len != 4)
		return nd_refuse(c->problem, ND_INVALID, "Expected 4 byte long for date (%zu)",
				 v.len);
	if (kind == CQL_KIND_DATE)
		*out = ((int64_t)cd_get_be32(v.data) + INT32_MIN) * MS_PER_DAY;
	if (kind != CQL_KIND_TIMEUUID)
		return true;
	if (v.len != sizeof uuid.bytes)
		return nd_refuse(c->problem, ND_INVALID, "Not a timeuuid");
	memcpy(uuid.bytes, v.data, sizeof uuid.bytes);
	if (!cql_uuid_timestamp(uuid, &time, NULL))
		return nd_refuse(c->problem, ND_INVALID, "Not a timeuuid");
	*out = time.milliseconds;
	return true;
}

bool nd_call_to_timestamp(const struct nd_call *c, struct nd_value *out)
{
	int64_t ms;

	return is_nothing(c, 0) || (milliseconds(c, 0, &ms) && nd_value_of_integer(c, ms, 8, out));
}

bool nd_call_to_date(const struct nd_call *c, struct nd_value *out)
{
	int64_t ms;

	return is_nothing(c, 0) ||
	       (milliseconds(c, 0, &ms) && of_date(c, ms / MS_PER_DAY, out)); /* towards 1970 */
}

/* The first or last timeuuid of a millisecond. Times that none can hold run over, and into the
 * version, as in Cassandra, which sends what is no timeuuid. */
static bool bound_of(const struct nd_call *c, uint64_t tick, uint64_t tail, struct nd_value *out)
{
	uint64_t ticks = (uint64_t)nd_value_integer(c->arguments[0]) * CD_TICKS_PER_MS +
			 CD_TICKS_TO_1970 + tick;
	uint8_t bytes[16];

	cd_put_be32(bytes, (uint32_t)ticks);
	cd_put_be16(bytes + 4, (uint16_t)(ticks >> 32));
	cd_put_be16(bytes + 6, (uint16_t)(ticks >> 48 | 0x1000));
	cd_put_be64(bytes + 8, tail);
	return nd_value_of_bytes(c, bytes, sizeof bytes, out);
}

bool nd_call_min_timeuuid(const struct nd_call *c, struct nd_value *out)
{
	return is_nothing(c, 0) || bound_of(c, 0, UINT64_C(0x8080808080808080), out);
}

bool nd_call_max_timeuuid(const struct nd_call *c, struct nd_value *out)
{
	return is_nothing(c, 0) ||
	       bound_of(c, CD_TICKS_PER_MS - 1, UINT64_C(0x7f7f7f7f7f7f7f7f), out);
}

/* ---- floor ------------------------------------------------------------------------------------ */

static bool duration_of(const struct nd_call *c, uint32_t i, cql_duration *out)
{
	cql_value v;

	if (!cd_value_decode(cd_type_native(CQL_KIND_DURATION),
			     (struct cd_span){ c->arguments[i].data, c->arguments[i].len }, &v,
			     NULL) ||
	    v.is.tag != CQL_TAG_DURATION)
		return nd_refuse(c->problem, ND_INVALID, "Not a duration");
	*out = v.as.duration;
	if (out->months < 0 || out->days < 0 || out->nanoseconds < 0)
		return nd_refuse(c->problem, ND_INVALID,
				 "Negative durations are not supported by the floor function");
	return true;
}

/* The same day of another month, or its last one. */
static int64_t add_months(int64_t ms, int64_t months)
{
	int64_t days = floor_divide(ms, MS_PER_DAY), year;
	unsigned month, day;

	nd_day_of(days, &year, &month, &day);
	int64_t all = year * 12 + (int64_t)month - 1 + months, next = all + 1;
	year = floor_divide(all, 12);
	int64_t first = nd_days_of(year, all - year * 12 + 1, 1);
	year = floor_divide(next, 12);
	int64_t length = nd_days_of(year, next - year * 12 + 1, 1) - first;
	return ms +
	       (first + ((int64_t)day < length ? (int64_t)day : length) - 1 - days) * MS_PER_DAY;
}

/* The last start + n * duration that is not behind `ms`. */
static bool floor_to(const struct nd_call *c, int64_t ms, cql_duration d, int64_t start,
		     int64_t *out)
{
	const int64_t month = 28 * MS_PER_DAY, most = INT64_C(1) << 60;
	int64_t step = d.days * MS_PER_DAY + d.nanoseconds / 1000000, low = 0, high;

	if (ms < start)
		return nd_refuse(c->problem, ND_INVALID,
				 "The floor function starting time is greater than the provided "
				 "time");
	if (ms > most || start < -most)
		return nd_refuse(c->problem, ND_INVALID, "The floor of such a time is not known");
	*out = ms;
	if (d.months == 0 && step == 0)
		return true;
	/* months have no one length: look for n, which is not larger than if they had 28 days */
	high = d.months ? (ms - start) / month / d.months + 1 : (ms - start) / step + 1;
	if (step && high > (ms - start) / step + 1)
		high = (ms - start) / step + 1;
	while (low < high) {
		int64_t n = low + (high - low + 1) / 2;
		if (add_months(start, n * d.months) + n * step > ms)
			high = n - 1;
		else
			low = n;
	}
	*out = add_months(start, low * d.months) + low * step;
	return true;
}

bool nd_time_move(const struct nd_call *c, int sign, cql_duration d, struct nd_value *out)
{
	int64_t ms;

	if (!milliseconds(c, 0, &ms))
		return false;
	/* sums wrap around, as Java's do */
	uint64_t sum = (uint64_t)ms;
	if (d.months && ms > -(INT64_C(1) << 60) && ms < INT64_C(1) << 60)
		sum = (uint64_t)add_months(ms, sign * (int64_t)d.months);
	sum += (uint64_t)(sign * d.days * MS_PER_DAY) +
	       (uint64_t)(sign * (d.nanoseconds / 1000000));
	if (c->function->arguments[0]->kind == CQL_KIND_DATE)
		return of_date(c, floor_divide((int64_t)sum, MS_PER_DAY), out);
	return nd_value_of_integer(c, (int64_t)sum, 8, out);
}

static bool too_precise(const struct nd_call *c, cql_duration d, const char *before,
			const char *behind)
{
	char text[128];

	cql_duration_format(d, text, sizeof text);
	return nd_refuse(c->problem, ND_INVALID, "%s%s%s", before, text, behind);
}

bool nd_call_floor_timestamp(const struct nd_call *c, struct nd_value *out)
{
	int64_t ms, start = 0;
	cql_duration d;

	for (uint32_t i = 0; i < c->count; i++)
		if (is_nothing(c, i))
			return true;
	if (!milliseconds(c, 0, &ms) || !duration_of(c, 1, &d) ||
	    (c->count == 3 && !milliseconds(c, 2, &start)))
		return false;
	if (d.nanoseconds % 1000000 != 0)
		return too_precise(c, d, "The floor cannot be computed for the ",
				   " duration as precision is below 1 millisecond");
	return floor_to(c, ms, d, start, &ms) && nd_value_of_integer(c, ms, 8, out);
}

bool nd_call_floor_date(const struct nd_call *c, struct nd_value *out)
{
	int64_t ms, start = 0;
	cql_duration d;

	for (uint32_t i = 0; i < c->count; i++)
		if (is_nothing(c, i))
			return true;
	if (!milliseconds(c, 0, &ms) || !duration_of(c, 1, &d) ||
	    (c->count == 3 && !milliseconds(c, 2, &start)))
		return false;
	if (d.nanoseconds != 0)
		return too_precise(c, d, "The floor on date values cannot be computed for the ",
				   " duration as precision is below 1 day");
	return floor_to(c, ms, d, start, &ms) && of_date(c, floor_divide(ms, MS_PER_DAY), out);
}

bool nd_call_floor_time(const struct nd_call *c, struct nd_value *out)
{
	cql_duration d;

	if (is_nothing(c, 0) || is_nothing(c, 1))
		return true;
	if (!duration_of(c, 1, &d))
		return false;
	if (d.months || d.days || d.nanoseconds > NANOS_PER_DAY)
		return nd_refuse(
			c->problem, ND_INVALID,
			"For time values, the floor can only be computed for durations smaller that a day");
	int64_t nanos = nd_value_integer(c->arguments[0]);
	return nd_value_of_integer(c, d.nanoseconds ? nanos - nanos % d.nanoseconds : nanos, 8,
				   out);
}
