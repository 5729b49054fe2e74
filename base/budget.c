/* SPDX-License-Identifier: MIT */
/* Each piece has its size in front, and a reference to the budget: what is held by a user may be given
 * back long after its session. */
#include "base/budget.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "base/alloc.h"

struct cd_budget {
	coodie_allocator below;
	atomic_size_t held;
	atomic_size_t refs; /* pieces, and the owner */
};

/* What stands in front of a piece. */
union head {
	size_t size;
	max_align_t aligned;
};

static void let_go(struct cd_budget *b)
{
	if (atomic_fetch_sub_explicit(&b->refs, 1, memory_order_acq_rel) == 1) {
		const coodie_allocator below = b->below;
		cd_release(&below, b);
	}
}

static void *count(struct cd_budget *b, union head *at, size_t size)
{
	if (!at)
		return NULL;
	at->size = size;
	atomic_fetch_add_explicit(&b->held, size, memory_order_relaxed);
	return at + 1;
}

static void *budget_alloc(size_t size, void *user)
{
	struct cd_budget *b = user;
	void *piece = size <= SIZE_MAX - sizeof(union head)
			      ? count(b, cd_alloc(&b->below, sizeof(union head) + size), size)
			      : NULL;

	if (piece)
		atomic_fetch_add_explicit(&b->refs, 1, memory_order_relaxed);
	return piece;
}

static void *budget_resize(void *ptr, size_t size, void *user)
{
	struct cd_budget *b = user;
	union head *at = ptr;

	if (!at)
		return budget_alloc(size, user);
	if (size > SIZE_MAX - sizeof *at)
		return NULL;
	const size_t before = (--at)->size;
	void *piece = count(b, cd_resize(&b->below, at, sizeof *at + size), size);
	if (piece)
		atomic_fetch_sub_explicit(&b->held, before, memory_order_relaxed);
	return piece;
}

static void budget_release(void *ptr, void *user)
{
	struct cd_budget *b = user;
	union head *at = ptr;

	if (!at)
		return;
	atomic_fetch_sub_explicit(&b->held, (--at)->size, memory_order_relaxed);
	cd_release(&b->below, at);
	let_go(b);
}

struct cd_budget *cd_budget_new(const coodie_allocator *below, coodie_allocator *out)
{
	struct cd_budget *b = cd_alloc_zero(below, sizeof *b);

	if (!b)
		return NULL;
	b->below = below ? *below : cd_malloc_allocator;
	atomic_init(&b->refs, 1);
	*out = (coodie_allocator){ budget_alloc, budget_resize, budget_release, b };
	return b;
}

void cd_budget_drop(struct cd_budget *b)
{
	if (b)
		let_go(b);
}

const struct cd_budget *cd_budget_of(const coodie_allocator *a)
{
	return a->alloc == budget_alloc ? a->user : NULL;
}

size_t cd_budget_held(const struct cd_budget *b)
{
	return atomic_load_explicit(&b->held, memory_order_relaxed);
}
