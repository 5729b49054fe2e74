/* SPDX-License-Identifier: MIT */
/* A skip list whose links are part of what it orders: putting in and taking out never allocate, so
 * neither can fail half-way. */
#ifndef NODE_SKIP_H
#define NODE_SKIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Levels; a quarter of each level is on the next: good for millions. */
enum { ND_SKIP_HEIGHT = 10 };

/* The start of whatever is ordered. Its owner gives it a height and, behind `next`, as many slots. */
struct nd_link {
	struct nd_link *prev;
	struct nd_link **next;
	unsigned height;
	bool is_marked; /* its owner's own: here, because there is room for it */
};

struct nd_skip {
	struct nd_link *first[ND_SKIP_HEIGHT];
	struct nd_link *last;
	size_t count;
	uint64_t random; /* zeroed at first: the same heights each time */
};

/* < 0 when the item comes before the place, > 0 behind it. */
typedef int nd_skip_fn(const void *place, const struct nd_link *item);

/* The height the next item is to have. */
unsigned nd_skip_height(struct nd_skip *o);
/* The first item that is not before the place; NULL: none. */
struct nd_link *nd_skip_seek(const struct nd_skip *o, nd_skip_fn *fn, const void *place);
/* `place` is where the item belongs; nothing may be there yet. */
void nd_skip_insert(struct nd_skip *o, struct nd_link *item, nd_skip_fn *fn, const void *place);
/* `place` is where the item is. */
void nd_skip_remove(struct nd_skip *o, struct nd_link *item, nd_skip_fn *fn, const void *place);

static inline struct nd_link *nd_skip_next(const struct nd_link *item)
{
	return item->next[0];
}

#endif
