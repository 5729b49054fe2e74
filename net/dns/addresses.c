/* SPDX-License-Identifier: MIT */
/* Lists of addresses, and the order of happy eyeballs. */
#include "net/dns/addresses.h"

#include <string.h>
#include <unistd.h>

#include "base/alloc.h"

enum { FIRST_ROOM = 4 };

static bool same(const struct cd_address *a, const struct cd_address *b)
{
	return a->len == b->len && !memcmp(&a->of, &b->of, a->len);
}

bool cd_addresses_add(struct cd_addresses *list, const struct cd_address *a)
{
	for (size_t i = 0; i < list->count; i++)
		if (same(&list->at[i], a))
			return true;
	if (list->count == CD_ADDRESSES_MAX)
		return true;
	if (list->count == list->room) {
		size_t room = list->room ? 2 * list->room : FIRST_ROOM;
		struct cd_address *at = cd_resize(list->allocator, list->at,
						  room * sizeof *list->at);
		if (!at)
			return false;
		list->at = at;
		list->room = room;
	}
	list->at[list->count++] = *a;
	return true;
}

/* Asks the kernel for a way; nothing is sent. */
static bool has_route(const struct cd_address *a)
{
	int fd = socket(a->of.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool found = fd >= 0 && connect(fd, &a->of.any, a->len) == 0;

	if (fd >= 0)
		close(fd);
	return found;
}

/* In which of four groups one is: v6, v4, v6 without a way, v4 without one. */
static uint8_t group_of(const struct cd_address *a)
{
	return (uint8_t)((a->of.any.sa_family != AF_INET6) + (has_route(a) ? 0 : 2));
}

/* The next one of a group from `*i` on; CD_ADDRESSES_MAX: none. */
static size_t next_of(const uint8_t *groups, size_t count, uint8_t group, size_t *i)
{
	while (*i < count && groups[*i] != group)
		++*i;
	return *i < count ? (*i)++ : CD_ADDRESSES_MAX;
}

/* Order of two groups that take turns. @return how many have been placed */
static size_t take_turns(const uint8_t *groups, size_t count, uint8_t first, uint16_t *order)
{
	size_t placed = 0, one = 0, two = 0;

	for (;;) {
		size_t a = next_of(groups, count, first, &one);
		size_t b = next_of(groups, count, (uint8_t)(first + 1), &two);
		if (a < CD_ADDRESSES_MAX)
			order[placed++] = (uint16_t)a;
		if (b < CD_ADDRESSES_MAX)
			order[placed++] = (uint16_t)b;
		if (a == CD_ADDRESSES_MAX && b == CD_ADDRESSES_MAX)
			return placed;
	}
}

/* Puts the i-th of the order to place i, with swaps: an entry of the order that has been used is
 * where its address went. */
static void rearrange(struct cd_address *at, size_t count, uint16_t *order)
{
	for (size_t i = 0; i < count; i++) {
		size_t from = order[i];
		while (from < i)
			from = order[from];
		struct cd_address moved = at[i];
		at[i] = at[from];
		at[from] = moved;
		order[i] = (uint16_t)from;
	}
}

void cd_addresses_interleave(struct cd_addresses *list)
{
	uint8_t groups[CD_ADDRESSES_MAX];
	uint16_t order[CD_ADDRESSES_MAX];
	bool v4 = false, v6 = false;
	size_t placed;

	for (size_t i = 0; i < list->count; i++) {
		v4 |= list->at[i].of.any.sa_family == AF_INET;
		v6 |= list->at[i].of.any.sa_family == AF_INET6;
	}
	if (!v4 || !v6)
		return;
	for (size_t i = 0; i < list->count; i++)
		groups[i] = group_of(&list->at[i]);
	placed = take_turns(groups, list->count, 0, order);
	placed += take_turns(groups, list->count, 2, order + placed);
	rearrange(list->at, placed, order);
}

void cd_addresses_deinit(struct cd_addresses *list)
{
	cd_release(list->allocator, list->at);
	list->at = NULL;
	list->count = list->room = 0;
}
