/* SPDX-License-Identifier: MIT */
/* The engines of loops by the threads that run them, for who asks with each request: am I on a loop? A
 * thread writes only about itself, so no other has to be waited for. */
#ifndef NET_HOMES_H
#define NET_HOMES_H

#include <stdatomic.h>
#include <stdint.h>

#include "base/thread_self.h"

struct cd_engine;

/* Two threads of one place: the second goes without, and is found another way. */
enum { CD_HOMES = 64, CD_HOME_SHIFT = 12 /* what stacks are aligned to */ };

struct cd_homes {
	struct cd_home {
		_Atomic uintptr_t thread;
		struct cd_engine *engine; /* read by that thread */
	} at[CD_HOMES];
};

/* Where a thread stands. */
static inline struct cd_home *cd_homes_place(struct cd_homes *h, uintptr_t thread)
{
	return &h->at[(thread >> CD_HOME_SHIFT) % CD_HOMES];
}

/* The engine of the loop that this thread runs; NULL: none that is known here. */
static inline struct cd_engine *cd_homes_mine(struct cd_homes *h)
{
	uintptr_t self = cd_thread_self();
	const struct cd_home *home = cd_homes_place(h, self);

	return atomic_load_explicit(&home->thread, memory_order_relaxed) == self ? home->engine
										 : NULL;
}

/* This thread runs that engine from now on; NULL: none any more. */
static inline void cd_homes_set(struct cd_homes *h, struct cd_engine *engine)
{
	uintptr_t self = cd_thread_self(), nobody = 0;
	struct cd_home *home = cd_homes_place(h, self);

	if (engine && atomic_compare_exchange_strong(&home->thread, &nobody, self))
		home->engine = engine;
	else if (!engine && atomic_load(&home->thread) == self)
		atomic_store(&home->thread, 0);
}

#endif
