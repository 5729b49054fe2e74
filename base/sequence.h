/* SPDX-License-Identifier: MIT */
/* Several numbers written by one thread and read together by others without a lock: the writer
 * counts up before and after, a reader begins again when it saw a count that is odd or has moved. No
 * fences: between begin and end, what is written is stored with release and what is read is loaded
 * with acquire, which on most processors are plain moves. */
#ifndef BASE_SEQUENCE_H
#define BASE_SEQUENCE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct cd_sequence {
	_Atomic uint32_t n;
};

/* A writer that is stopped in the middle must not stop its readers: they give up after so many
 * rounds and take what is there. */
enum { CD_SEQUENCE_ROUNDS = 1000 };

static inline void cd_sequence_begin(struct cd_sequence *s)
{
	atomic_store_explicit(&s->n, atomic_load_explicit(&s->n, memory_order_relaxed) + 1,
			      memory_order_relaxed);
}

static inline void cd_sequence_end(struct cd_sequence *s)
{
	atomic_store_explicit(&s->n, atomic_load_explicit(&s->n, memory_order_relaxed) + 1,
			      memory_order_release);
}

static inline uint32_t cd_sequence_look(const struct cd_sequence *s)
{
	return atomic_load_explicit(&s->n, memory_order_acquire);
}

/* Whether what was read since cd_sequence_look() gave `seen` belongs together. */
static inline bool cd_sequence_held(const struct cd_sequence *s, uint32_t seen)
{
	return !(seen & 1) && atomic_load_explicit(&s->n, memory_order_relaxed) == seen;
}

#endif
