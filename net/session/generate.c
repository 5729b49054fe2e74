/* SPDX-License-Identifier: MIT */
/* Values the operating system makes: random uuids and the wall clock. */
#include <coodie/value.h>

#include <time.h>

#include "base/entropy.h"

cql_uuid cql_uuid_random(void)
{
	cql_uuid u = { { 0 } };

	cd_entropy(u.bytes, sizeof u.bytes);
	u.bytes[6] = (uint8_t)((u.bytes[6] & 0x0f) | 0x40); /* version 4 (RFC 9562 section 5.4) */
	u.bytes[8] = (uint8_t)((u.bytes[8] & 0x3f) | 0x80); /* variant */
	return u;
}

cql_timestamp cql_timestamp_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (cql_timestamp){ (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 };
}
