/* SPDX-License-Identifier: MIT */
/**
 * @file loop.h
 * What the engine asks of an event loop: readable, writable, a timer, and the time.
 *
 * libev's is shipped (libev.h). To run coodie on another loop fill one `coodie_loop` in: about a
 * page of code. All functions are called on the loop's thread only.
 */
#ifndef COODIE_LOOP_H
#define COODIE_LOOP_H

#include <coodie/error.h>

COODIE_BEGIN

enum coodie_io_event {
	COODIE_IO_READ = 1, /**< the descriptor can be read, or has failed */
	COODIE_IO_WRITE = 2 /**< the descriptor can be written, or has failed */
};

/** A descriptor being watched, a timer, or a hook; the loop's own type, opaque to the engine. */
typedef struct coodie_watch coodie_watch;

typedef void coodie_io_fn(int events, void *user);
typedef void coodie_timer_fn(void *user);

/** The table a loop implements; `size` is sizeof(coodie_loop_vtable), so that rows can be added at
 * its end. */
typedef struct coodie_loop_vtable {
	size_t size;

	/** Watches `fd` for `events` (a mask of coodie_io_event, may be 0). @return NULL when out
	 * of memory. */
	coodie_watch *(*io_new)(void *loop, int fd, int events, coodie_io_fn *fn, void *user);
	/** Changes the mask of a watch; 0 stops it without freeing it. */
	void (*io_set)(void *loop, coodie_watch *w, int events);
	/** Ends a watch before its descriptor is closed. Legal inside its own callback. */
	void (*io_free)(void *loop, coodie_watch *w);

	/** Makes a timer, not yet running. */
	coodie_watch *(*timer_new)(void *loop, coodie_timer_fn *fn, void *user);
	/** Arms a timer once, `delay_us` microseconds from `now_us()`; a running one is moved. */
	void (*timer_set)(void *loop, coodie_watch *w, uint64_t delay_us);
	void (*timer_stop)(void *loop, coodie_watch *w);
	void (*timer_free)(void *loop, coodie_watch *w);

	/**
	 * Makes a hook that runs once per loop turn just before the loop sleeps, while it is armed:
	 * where what was submitted during a turn is written with one system call.
	 */
	coodie_watch *(*turn_new)(void *loop, coodie_timer_fn *fn, void *user);
	/** Arms (true) or disarms a hook; an armed hook also keeps the loop from sleeping this
	 * turn. */
	void (*turn_set)(void *loop, coodie_watch *w, bool armed);
	void (*turn_free)(void *loop, coodie_watch *w);

	/** @return microseconds of a monotonic clock; may be the time the current turn began */
	uint64_t (*now_us)(void *loop);

	/** Runs one turn, sleeping for events if nothing is ready. NULL where coodie is only
	 * attached. */
	void (*run_once)(void *loop);
} coodie_loop_vtable;

/** A loop: its table and its state. Copied by who takes it; the state must outlive every session on
 * it. */
typedef struct coodie_loop {
	const coodie_loop_vtable *vtable;
	void *state;
} coodie_loop;

COODIE_END

#endif
