/* SPDX-License-Identifier: MIT */
/* Searches a skip list from its highest level down. */
#include "node/store/skip.h"

unsigned nd_skip_height(struct nd_skip *o)
{
	unsigned height = 1;

	/* A step of a linear congruence; its upper bits are the random ones. */
	o->random = o->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	for (uint64_t bits = o->random >> 32; height < ND_SKIP_HEIGHT && (bits & 3) == 0;
	     bits >>= 2)
		height++;
	return height;
}

/* The slots that lead on from an item, or from the start. */
static struct nd_link *const *slots(const struct nd_skip *o, const struct nd_link *item)
{
	return item ? item->next : o->first;
}

/* Fills `before` with the last item before the place on each level; NULL: the start. */
static struct nd_link *search(const struct nd_skip *o, nd_skip_fn *fn, const void *place,
			      struct nd_link **before)
{
	struct nd_link *at = NULL, *behind = NULL;

	for (unsigned level = ND_SKIP_HEIGHT; level-- > 0;) {
		struct nd_link *next = slots(o, at)[level];
		/* what was found to be behind on a higher level need not be asked again */
		while (next && next != behind && fn(place, next) < 0) {
			at = next;
			next = slots(o, at)[level];
		}
		behind = next;
		if (before)
			before[level] = at;
	}
	return behind;
}

struct nd_link *nd_skip_seek(const struct nd_skip *o, nd_skip_fn *fn, const void *place)
{
	return search(o, fn, place, NULL);
}

static struct nd_link **slot(struct nd_skip *o, struct nd_link *item, unsigned level)
{
	return item ? &item->next[level] : &o->first[level];
}

void nd_skip_insert(struct nd_skip *o, struct nd_link *item, nd_skip_fn *fn, const void *place)
{
	struct nd_link *before[ND_SKIP_HEIGHT];

	search(o, fn, place, before);
	for (unsigned level = 0; level < item->height; level++) {
		struct nd_link **from = slot(o, before[level], level);
		item->next[level] = *from;
		*from = item;
	}
	item->prev = before[0];
	if (item->next[0])
		item->next[0]->prev = item;
	else
		o->last = item;
	o->count++;
}

void nd_skip_remove(struct nd_skip *o, struct nd_link *item, nd_skip_fn *fn, const void *place)
{
	struct nd_link *before[ND_SKIP_HEIGHT];

	search(o, fn, place, before);
	for (unsigned level = 0; level < item->height; level++) {
		struct nd_link **from = slot(o, before[level], level);
		if (*from == item)
			*from = item->next[level];
	}
	if (item->next[0])
		item->next[0]->prev = item->prev;
	else
		o->last = item->prev;
	o->count--;
}
