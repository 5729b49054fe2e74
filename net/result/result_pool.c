/* SPDX-License-Identifier: MIT */
/* Blocks come back by a stack that any thread pushes to without a lock, and that is taken as a whole. */
#include "net/result/result_pool.h"

#include <stdatomic.h>
#include <stdint.h>

#include "base/alloc.h"
#include "base/poison.h"

enum { MOST = 64 }; /* blocks that there ever are */

/* What a block begins with while nobody has it. */
struct block {
	struct block *next;
};

struct cd_result_pool {
	coodie_allocator allocator;
	struct block *free;          /* the taker's */
	struct block *_Atomic given; /* CLOSED: given blocks are freed */
	uint32_t made;
	atomic_int left; /* once it is closed: blocks out there */
};

/* Only its address is used. */
static const struct block closed_mark;
#define CLOSED ((struct block *)(uintptr_t)&closed_mark)

static void hide(struct block *b)
{
	CD_POISON(b + 1, CD_RESULT_BLOCK - sizeof *b);
}

static void release(struct cd_result_pool *p, struct block *b)
{
	CD_UNPOISON(b, CD_RESULT_BLOCK);
	cd_release(&p->allocator, b);
}

static void destroy(struct cd_result_pool *p)
{
	coodie_allocator a = p->allocator;

	cd_release(&a, p);
}

struct cd_result_pool *cd_result_pool_new(const coodie_allocator *a)
{
	struct cd_result_pool *p = cd_alloc_zero(a, sizeof *p);

	if (p)
		p->allocator = a ? *a : cd_malloc_allocator;
	return p;
}

static uint32_t release_all(struct cd_result_pool *p, struct block *list)
{
	uint32_t n = 0;

	for (struct block *next; list; list = next, n++) {
		next = list->next;
		release(p, list);
	}
	return n;
}

void cd_result_pool_end(struct cd_result_pool *p)
{
	if (!p)
		return;
	uint32_t home = release_all(p, p->free);
	home += release_all(p, atomic_exchange_explicit(&p->given, CLOSED, memory_order_acq_rel));
	int out = (int)(p->made - home);
	/* those given back since are counted there already, below nothing */
	if (atomic_fetch_add_explicit(&p->left, out, memory_order_acq_rel) + out == 0)
		destroy(p);
}

static struct block *make(struct cd_result_pool *p)
{
	struct block *b = p->made < MOST ? cd_alloc_zero(&p->allocator, CD_RESULT_BLOCK) : NULL;

	p->made += b != NULL;
	if (b)
		b->next = NULL;
	return b;
}

void *cd_result_pool_take(struct cd_result_pool *p)
{
	struct block *b = p->free;

	if (!b && atomic_load_explicit(&p->given, memory_order_relaxed))
		b = atomic_exchange_explicit(&p->given, NULL, memory_order_acquire);
	if (!b && !(b = make(p)))
		return NULL;
	p->free = b->next;
	CD_UNPOISON(b, CD_RESULT_BLOCK);
	return b;
}

void cd_result_pool_give(struct cd_result_pool *p, void *block)
{
	struct block *b = block, *head = atomic_load_explicit(&p->given, memory_order_relaxed);

	do {
		if (head == CLOSED) {
			release(p, b);
			if (atomic_fetch_sub_explicit(&p->left, 1, memory_order_acq_rel) == 1)
				destroy(p);
			return;
		}
		b->next = head;
		hide(b);
	} while (!atomic_compare_exchange_weak_explicit(&p->given, &head, b, memory_order_release,
							memory_order_relaxed));
}
