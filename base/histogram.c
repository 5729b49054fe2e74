/* SPDX-License-Identifier: MIT */
/* Histograms: pieces made on demand, windows that end, and what a reader makes of the counts. */
#include "base/histogram.h"

#include <string.h>

#include "base/alloc.h"

void cd_histogram_init(struct cd_histogram *h, const coodie_allocator *a, uint64_t window_us,
		       uint64_t now_us)
{
	memset(h, 0, sizeof *h);
	h->allocator = a;
	h->window_us = window_us;
	atomic_store_explicit(&h->began_us, now_us, memory_order_relaxed);
}

void cd_histogram_deinit(struct cd_histogram *h)
{
	for (size_t w = 0; w < 2; w++)
		for (size_t k = 0; k < CD_HISTOGRAM_PIECES; k++)
			cd_release(h->allocator,
				   atomic_load_explicit(&h->pieces[w][k], memory_order_relaxed));
	memset(h, 0, sizeof *h);
}

static void count_one(_Atomic uint64_t *count)
{
	atomic_store_explicit(count, atomic_load_explicit(count, memory_order_relaxed) + 1,
			      memory_order_relaxed);
}

void cd_histogram_record_rare(struct cd_histogram *h, uint64_t us)
{
	uint64_t longest = ((uint64_t)CD_HISTOGRAM_SLOTS << CD_HISTOGRAM_PIECES) -
			   CD_HISTOGRAM_SLOTS - 1;
	struct cd_histogram_piece *_Atomic *at;

	us = us < longest ? us : longest;
	at = &h->pieces[0][cd_histogram_piece_of(us)];
	if (!atomic_load_explicit(at, memory_order_relaxed)) {
		struct cd_histogram_piece *piece = cd_alloc_zero(h->allocator, sizeof *piece);
		if (!piece) {
			count_one(&h->lost);
			return;
		}
		atomic_store_explicit(at, piece, memory_order_release);
	}
	cd_histogram_record(h, us);
}

static void clear(struct cd_histogram_piece *piece)
{
	for (size_t i = 0; piece && i < CD_HISTOGRAM_SLOTS; i++)
		atomic_store_explicit(&piece->counts[i], 0, memory_order_release);
}

void cd_histogram_forget(struct cd_histogram *h, uint64_t now_us)
{
	uint64_t began = atomic_load_explicit(&h->began_us, memory_order_relaxed);
	uint64_t windows = (now_us - began) / h->window_us;

	cd_sequence_begin(&h->turn);
	for (size_t k = 0; k < CD_HISTOGRAM_PIECES; k++) {
		struct cd_histogram_piece *written = atomic_load_explicit(&h->pieces[0][k],
									  memory_order_relaxed);
		struct cd_histogram_piece *other = atomic_load_explicit(&h->pieces[1][k],
									memory_order_relaxed);
		clear(other);
		if (windows > 1) /* nothing happened in the window before this one */
			clear(written);
		atomic_store_explicit(&h->pieces[0][k], other, memory_order_release);
		atomic_store_explicit(&h->pieces[1][k], written, memory_order_release);
	}
	atomic_store_explicit(&h->turned, true, memory_order_release);
	atomic_store_explicit(&h->began_us, began + windows * h->window_us, memory_order_release);
	cd_sequence_end(&h->turn);
}

static void add(_Atomic uint64_t *to, uint64_t n)
{
	atomic_store_explicit(to, atomic_load_explicit(to, memory_order_relaxed) + n,
			      memory_order_relaxed);
}

static uint64_t sum_of(const struct cd_histogram_piece *piece)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < CD_HISTOGRAM_SLOTS; i++)
		sum += atomic_load_explicit(&piece->counts[i], memory_order_relaxed);
	return sum;
}

/* What there is no memory for is lost, as when it is recorded. */
static void move_piece(struct cd_histogram *to, struct cd_histogram_piece *_Atomic *to_at,
		       struct cd_histogram_piece *_Atomic *from_at)
{
	struct cd_histogram_piece *from = atomic_load_explicit(from_at, memory_order_relaxed);
	struct cd_histogram_piece *own = atomic_load_explicit(to_at, memory_order_relaxed);

	if (!from)
		return;
	if (!own && (own = cd_alloc_zero(to->allocator, sizeof *own)))
		atomic_store_explicit(to_at, own, memory_order_release);
	for (size_t i = 0; own && i < CD_HISTOGRAM_SLOTS; i++)
		add(&own->counts[i], atomic_load_explicit(&from->counts[i], memory_order_relaxed));
	if (!own)
		add(&to->lost, sum_of(from));
	clear(from);
}

void cd_histogram_move(struct cd_histogram *to, struct cd_histogram *from, uint64_t now_us)
{
	cd_histogram_tick(to, now_us);
	cd_histogram_tick(from, now_us);
	for (size_t w = 0; w < 2; w++)
		for (size_t k = 0; k < CD_HISTOGRAM_PIECES; k++)
			move_piece(to, &to->pieces[w][k], &from->pieces[w][k]);
	add(&to->lost, atomic_load_explicit(&from->lost, memory_order_relaxed));
	atomic_store_explicit(&from->lost, 0, memory_order_relaxed);
}

/* ---- reading -------------------------------------------------------------------------------- */

/* Which of the two is to be shown; 2: neither, all is forgotten. */
static unsigned shown(const struct cd_histogram *h, uint64_t now_us)
{
	uint64_t began = atomic_load_explicit(&h->began_us, memory_order_acquire);
	uint64_t age = now_us > began ? now_us - began : 0;

	if (!h->window_us)
		return 0;
	if (age >= 2 * h->window_us)
		return 2;
	if (age >= h->window_us || !atomic_load_explicit(&h->turned, memory_order_acquire))
		return 0;
	return 1;
}

static void copy(uint64_t *to, const struct cd_histogram *h, unsigned w)
{
	for (size_t k = 0; k < CD_HISTOGRAM_PIECES; k++, to += CD_HISTOGRAM_SLOTS) {
		struct cd_histogram_piece *piece =
			w < 2 ? atomic_load_explicit(&h->pieces[w][k], memory_order_acquire) : NULL;
		for (size_t i = 0; i < CD_HISTOGRAM_SLOTS; i++)
			to[i] = piece ? atomic_load_explicit(&piece->counts[i],
							     memory_order_acquire)
				      : 0;
	}
}

void cd_histogram_add(struct cd_histogram_sum *sum, const struct cd_histogram *h, uint64_t now_us)
{
	uint64_t counts[CD_HISTOGRAM_KINDS];
	uint32_t seen;
	int round = 0;

	do {
		seen = cd_sequence_look(&h->turn);
		copy(counts, h, shown(h, now_us));
	} while (!cd_sequence_held(&h->turn, seen) && ++round < CD_SEQUENCE_ROUNDS);
	for (size_t i = 0; i < CD_HISTOGRAM_KINDS; i++) {
		sum->counts[i] += counts[i];
		sum->count += counts[i];
	}
}

/* The middle of a slot: what a value counted in it is shown as. */
static uint64_t middle(size_t slot)
{
	unsigned k = (unsigned)(slot / CD_HISTOGRAM_SLOTS);
	uint64_t low = (((uint64_t)CD_HISTOGRAM_SLOTS + slot % CD_HISTOGRAM_SLOTS) << k) -
		       CD_HISTOGRAM_SLOTS;

	return low + (((uint64_t)1 << k) - 1) / 2;
}

uint64_t cd_histogram_quantile(const struct cd_histogram_sum *sum, uint32_t permille)
{
	/* the smallest rank that leaves no more than the rest above it; counted from 1 */
	uint64_t rank = sum->count / 1000 * permille + (sum->count % 1000 * permille + 999) / 1000;
	uint64_t passed = 0;

	rank = rank ? rank : 1;
	for (size_t i = 0; i < CD_HISTOGRAM_KINDS; i++) {
		passed += sum->counts[i];
		if (passed >= rank)
			return middle(i);
	}
	return 0;
}

uint64_t cd_histogram_min(const struct cd_histogram_sum *sum)
{
	return cd_histogram_quantile(sum, 0);
}

uint64_t cd_histogram_max(const struct cd_histogram_sum *sum)
{
	return cd_histogram_quantile(sum, 1000);
}

double cd_histogram_mean(const struct cd_histogram_sum *sum)
{
	double total = 0;

	for (size_t i = 0; i < CD_HISTOGRAM_KINDS; i++)
		total += (double)sum->counts[i] * (double)middle(i);
	return sum->count ? total / (double)sum->count : 0;
}

/* Newton's way, so that nobody has to link libm. */
static double square_root(double x)
{
	double root = x > 1 ? x : 1;

	for (int i = 0; i < 200; i++) {
		double next = (root + x / root) / 2;
		if (next >= root)
			break;
		root = next;
	}
	return root;
}

double cd_histogram_stddev(const struct cd_histogram_sum *sum)
{
	double mean = cd_histogram_mean(sum), total = 0;

	for (size_t i = 0; i < CD_HISTOGRAM_KINDS; i++) {
		double off = (double)middle(i) - mean;
		total += (double)sum->counts[i] * off * off;
	}
	return sum->count ? square_root(total / (double)sum->count) : 0;
}

uint64_t cd_histogram_at_most(const struct cd_histogram_sum *sum, uint64_t us)
{
	uint64_t n = 0;

	for (size_t i = 0; i < CD_HISTOGRAM_KINDS && middle(i) <= us; i++)
		n += sum->counts[i];
	return n;
}
