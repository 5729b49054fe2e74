/* SPDX-License-Identifier: MIT */
/* A source of version 1 uuids: one atomic word is all that its threads share. */
#include "base/timeuuid.h"

#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/entropy.h"
#include "base/error.h"

#define SEQUENCES 0x4000 /* of 14 bits */

static uint64_t ticks_now(void *user)
{
	struct timespec now;

	(void)user;
	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)(CD_TICKS_TO_1970 + (int64_t)now.tv_sec * 10000000 + now.tv_nsec / 100);
}

cql_uuid cd_timeuuid_of(uint64_t ticks, uint64_t tail)
{
	uint64_t head = ticks << 32 | (ticks >> 16 & 0xffff0000) | 0x1000 | (ticks >> 48 & 0x0fff);
	cql_uuid u;

	for (int i = 7; i >= 0; i--, head >>= 8, tail >>= 8) {
		u.bytes[i] = (uint8_t)head;
		u.bytes[8 + i] = (uint8_t)tail;
	}
	return u;
}

uint64_t cd_ticks_of(int64_t milliseconds)
{
	const int64_t first = -CD_TICKS_TO_1970 / CD_TICKS_PER_MS;
	const int64_t whole = (int64_t)CD_TICKS_MOST -
			      (CD_TICKS_PER_MS - 1); /* its last tick too */
	const int64_t last = (whole - CD_TICKS_TO_1970) / CD_TICKS_PER_MS;

	if (milliseconds < first)
		milliseconds = first;
	if (milliseconds > last)
		milliseconds = last;
	return (uint64_t)(milliseconds * CD_TICKS_PER_MS + CD_TICKS_TO_1970);
}

bool cd_timeuuid_source_init(cql_timeuuid_source *s, const uint8_t *node, cd_ticks_fn *now,
			     void *user, coodie_error *err)
{
	uint8_t random[8];

	if (!cd_entropy(random, sizeof random))
		return cd_fail(err, COODIE_ERR_UNSUPPORTED,
			       "the system gives no random bytes: getrandom() and /dev/urandom "
			       "both failed");
	memcpy(s->node, node ? node : random, sizeof s->node);
	if (!node)
		s->node[0] |= 1; /* multicast: no network card has it (RFC 9562 section 6.10) */
	s->clock_sequence = (uint16_t)((random[6] << 8 | random[7]) % SEQUENCES);
	s->now = now;
	s->user = user;
	atomic_init(&s->last, 0);
	atomic_init(&s->placed, 0);
	return true;
}

static cql_timeuuid_source *source_new(const coodie_allocator *allocator, const uint8_t *node,
				       coodie_error *err)
{
	cql_timeuuid_source *s = cd_alloc_zero(allocator, sizeof *s);

	cd_clear(err);
	if (!s) {
		cd_no_memory(err, "a source of timeuuids");
		return NULL;
	}
	s->allocator = allocator ? *allocator : cd_malloc_allocator;
	if (cd_timeuuid_source_init(s, node, ticks_now, NULL, err))
		return s;
	cql_timeuuid_source_free(s);
	return NULL;
}

cql_timeuuid_source *cql_timeuuid_source_new(const coodie_allocator *allocator, coodie_error *err)
{
	return source_new(allocator, NULL, err);
}

cql_timeuuid_source *cql_timeuuid_source_new_node(const coodie_allocator *allocator,
						  const uint8_t node[6], coodie_error *err)
{
	return source_new(allocator, node, err);
}

void cql_timeuuid_source_free(cql_timeuuid_source *source)
{
	if (!source)
		return;
	coodie_allocator allocator = source->allocator;
	cd_release(&allocator, source);
}

static uint64_t tail_of(const cql_timeuuid_source *s, uint64_t sequence)
{
	uint64_t tail = 0x8000 | sequence % SEQUENCES; /* the variant in front */

	for (int i = 0; i < 6; i++)
		tail = tail << 8 | s->node[i];
	return tail;
}

cql_uuid cql_timeuuid_next(cql_timeuuid_source *source)
{
	uint64_t now = source->now(source->user);
	uint64_t last = atomic_load_explicit(&source->last, memory_order_relaxed), next;

	do {
		next = now > last ? now : last + 1;
	} while (!atomic_compare_exchange_weak_explicit(
		&source->last, &last, next, memory_order_relaxed, memory_order_relaxed));
	return cd_timeuuid_of(next & CD_TICKS_MOST, tail_of(source, source->clock_sequence));
}

/* The other clock sequences, each with all ticks of the millisecond. */
cql_uuid cql_timeuuid_at(cql_timeuuid_source *source, cql_timestamp when)
{
	uint64_t n = atomic_fetch_add_explicit(&source->placed, 1, memory_order_relaxed);
	uint64_t turn = n / CD_TICKS_PER_MS % (SEQUENCES - 1) + 1;

	return cd_timeuuid_of(cd_ticks_of(when.milliseconds) + n % CD_TICKS_PER_MS,
			      tail_of(source, source->clock_sequence + turn));
}
