/* SPDX-License-Identifier: MIT */
/* How often which durations occurred: microseconds from 0 to over an hour, each within 1 % of what
 * it was. One loop writes, any thread reads, without a lock. */
#ifndef BASE_HISTOGRAM_H
#define BASE_HISTOGRAM_H

#include <coodie/alloc.h>

#include "base/sequence.h"

/*
 * A value v is kept in piece k, where 128 * 2^k <= v + 128 < 128 * 2^(k + 1), which has 128 slots of
 * 2^k microseconds each: the middle of a slot is at most 0.8 % away from what is counted in it.
 * Pieces are allocated when their first value comes; most programs touch three to six of them.
 */
enum {
	CD_HISTOGRAM_SLOTS = 128,
	CD_HISTOGRAM_PIECES = 25, /* the last ends at 1 h 11 min, and takes what is longer */
	CD_HISTOGRAM_KINDS = CD_HISTOGRAM_PIECES * CD_HISTOGRAM_SLOTS
};

struct cd_histogram_piece {
	_Atomic uint64_t counts[CD_HISTOGRAM_SLOTS];
};

struct cd_histogram {
	/* [0] is being written; with a window [1] is what was before it. They change places within
	 * `turn`, as `began_us` changes. */
	struct cd_histogram_piece *_Atomic pieces[2][CD_HISTOGRAM_PIECES];
	struct cd_sequence turn;
	_Atomic bool turned; /* the first window is over; until then it is shown as it grows */
	_Atomic uint64_t began_us; /* when the window that is written began */
	uint64_t window_us;        /* 0: nothing is ever forgotten */
	_Atomic uint64_t lost;     /* values without a place: no memory */
	const coodie_allocator *allocator;
};

void cd_histogram_init(struct cd_histogram *h, const coodie_allocator *a, uint64_t window_us,
		       uint64_t now_us);
void cd_histogram_deinit(struct cd_histogram *h);
/* A value whose piece is not there yet, or that is longer than any. */
void cd_histogram_record_rare(struct cd_histogram *h, uint64_t us);
/* Ends windows that are over. Before values are recorded, once per turn of the loop; nothing has to
 * call it while nothing is recorded. */
void cd_histogram_forget(struct cd_histogram *h, uint64_t now_us);

/* Adds what another one of the same loop has, which is empty then: with windows, what either shows is
 * of the same time but for a part of one. Nobody may be reading. */
void cd_histogram_move(struct cd_histogram *to, struct cd_histogram *from, uint64_t now_us);

static inline void cd_histogram_tick(struct cd_histogram *h, uint64_t now_us)
{
	if (h->window_us &&
	    now_us - atomic_load_explicit(&h->began_us, memory_order_relaxed) >= h->window_us)
		cd_histogram_forget(h, now_us);
}

/* The piece of a value; at least CD_HISTOGRAM_PIECES when it is longer than any. */
static inline unsigned cd_histogram_piece_of(uint64_t us)
{
	return 63 - 7 - (unsigned)__builtin_clzll(us + CD_HISTOGRAM_SLOTS);
}

static inline void cd_histogram_record(struct cd_histogram *h, uint64_t us)
{
	unsigned k = cd_histogram_piece_of(us);
	struct cd_histogram_piece *piece;
	_Atomic uint64_t *count;

	if (k >= CD_HISTOGRAM_PIECES ||
	    !(piece = atomic_load_explicit(&h->pieces[0][k], memory_order_relaxed))) {
		cd_histogram_record_rare(h, us);
		return;
	}
	count = &piece->counts[((us + CD_HISTOGRAM_SLOTS) >> k) - CD_HISTOGRAM_SLOTS];
	atomic_store_explicit(count, atomic_load_explicit(count, memory_order_relaxed) + 1,
			      memory_order_relaxed);
}

/* What several histograms hold together, to be asked: a copy, 26 KB. */
struct cd_histogram_sum {
	uint64_t counts[CD_HISTOGRAM_KINDS];
	uint64_t count;
};

/* Adds the last whole window, or without windows all there ever was. Any thread. */
void cd_histogram_add(struct cd_histogram_sum *sum, const struct cd_histogram *h, uint64_t now_us);
/* The duration that `permille` of 1000 do not exceed; 0 when there are none. */
uint64_t cd_histogram_quantile(const struct cd_histogram_sum *sum, uint32_t permille);
uint64_t cd_histogram_min(const struct cd_histogram_sum *sum);
uint64_t cd_histogram_max(const struct cd_histogram_sum *sum);
double cd_histogram_mean(const struct cd_histogram_sum *sum);
double cd_histogram_stddev(const struct cd_histogram_sum *sum);
/* How many were at most `us`, give or take those of one slot. */
uint64_t cd_histogram_at_most(const struct cd_histogram_sum *sum, uint64_t us);

#endif
