/* SPDX-License-Identifier: MIT */
/* An allocator for tests: counts, fails at a chosen call, and knows what was not given back.
 *
 *	static bool use(const coodie_allocator *a, void *user) { ... return worked; }
 *	assert_true(cd_failalloc_each("decode Rows", use, NULL));
 */
#ifndef TESTS_FAILALLOC_H
#define TESTS_FAILALLOC_H

#include <stdatomic.h>

#include <coodie/alloc.h>

struct cd_failalloc {
	coodie_allocator allocator; /* pass a pointer to it */
	atomic_size_t calls;        /* of alloc and resize so far */
	size_t fail_at;             /* the call that fails, from 1; 0: none */
	bool fail_on;               /* every call after it fails as well */
	atomic_size_t failed;       /* calls that were refused */
	atomic_size_t live;         /* pieces not yet released */
};

/* The struct must not move afterwards. Any thread may allocate. */
void cd_failalloc_init(struct cd_failalloc *f, size_t fail_at);

/* Does something with the allocator, undoes it, and says whether it worked. */
typedef bool cd_failalloc_fn(const coodie_allocator *a, void *user);

/* Runs `fn` with each allocation failed in turn (once alone, once with all that follow), until a
 * run sees no failure. False, with a line on stderr that names `name`, when something leaked or
 * when the run without failure did not work. */
bool cd_failalloc_each(const char *name, cd_failalloc_fn *fn, void *user);

#endif
