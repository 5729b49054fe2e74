/* SPDX-License-Identifier: MIT */
/* What is inside a uuid, and the bounds and the order of time-based ones in Cassandra. */
#include <string.h>

#include "base/error.h"
#include "base/reader.h"
#include "base/timeuuid.h"

/* The ends of the order of signed bytes; no node writes them, since the variant is wrong. */
#define LEAST_TAIL UINT64_C(0x8080808080808080)
#define MOST_TAIL UINT64_C(0x7f7f7f7f7f7f7f7f)

/* The first eight bytes in the order of their weight, the version on top. */
static uint64_t weighed(const cql_uuid *u)
{
	uint64_t low = cd_get_be32(u->bytes), middle = cd_get_be16(u->bytes + 4);

	return (uint64_t)cd_get_be16(u->bytes + 6) << 48 | middle << 32 | low;
}

cql_uuid cql_timeuuid_min(cql_timestamp when)
{
	return cd_timeuuid_of(cd_ticks_of(when.milliseconds), LEAST_TAIL);
}

cql_uuid cql_timeuuid_max(cql_timestamp when)
{
	return cd_timeuuid_of(cd_ticks_of(when.milliseconds) + CD_TICKS_PER_MS - 1, MOST_TAIL);
}

unsigned cql_uuid_version(cql_uuid uuid)
{
	return uuid.bytes[6] >> 4;
}

bool cql_uuid_timestamp(cql_uuid uuid, cql_timestamp *out, coodie_error *err)
{
	cd_clear(err);
	if (cql_uuid_version(uuid) != 1)
		return cd_fail(err, COODIE_ERR_TYPE,
			       "a uuid of version %u has no time: only version 1, a timeuuid, has",
			       cql_uuid_version(uuid));
	int64_t ticks = (int64_t)(weighed(&uuid) & CD_TICKS_MOST) - CD_TICKS_TO_1970;
	out->milliseconds = ticks / CD_TICKS_PER_MS - (ticks % CD_TICKS_PER_MS < 0);
	return true;
}

bool cql_uuid_equal(cql_uuid a, cql_uuid b)
{
	return memcmp(a.bytes, b.bytes, sizeof a.bytes) == 0;
}

int cql_timeuuid_compare(cql_uuid a, cql_uuid b)
{
	int64_t x = (int64_t)weighed(&a), y = (int64_t)weighed(&b);

	if (x != y)
		return x < y ? -1 : 1;
	/* the sign bits turned, signed bytes compare as unsigned ones do */
	uint64_t s = cd_get_be64(a.bytes + 8) ^ LEAST_TAIL;
	uint64_t t = cd_get_be64(b.bytes + 8) ^ LEAST_TAIL;
	return (s > t) - (s < t);
}
