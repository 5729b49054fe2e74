/* SPDX-License-Identifier: MIT */
/* The failing allocator: malloc behind a counter. */
#include "tests/failalloc.h"

#include <stdio.h>
#include <stdlib.h>

/* A decoder that allocates more often than this per call is broken in itself. */
#define MOST_CALLS 100000

static bool refuse(struct cd_failalloc *f)
{
	size_t call = atomic_fetch_add(&f->calls, 1) + 1;

	if (!f->fail_at || call < f->fail_at || (call > f->fail_at && !f->fail_on))
		return false;
	atomic_fetch_add(&f->failed, 1);
	return true;
}

static void *counted_alloc(size_t size, void *user)
{
	struct cd_failalloc *f = user;
	void *ptr = refuse(f) ? NULL : malloc(size ? size : 1);

	if (ptr)
		atomic_fetch_add(&f->live, 1);
	return ptr;
}

static void *counted_resize(void *ptr, size_t size, void *user)
{
	struct cd_failalloc *f = user;
	void *moved = refuse(f) ? NULL : realloc(ptr, size ? size : 1);

	if (moved && !ptr)
		atomic_fetch_add(&f->live, 1);
	return moved;
}

static void counted_release(void *ptr, void *user)
{
	struct cd_failalloc *f = user;

	if (!ptr)
		return;
	atomic_fetch_sub(&f->live, 1);
	free(ptr);
}

void cd_failalloc_init(struct cd_failalloc *f, size_t fail_at)
{
	f->allocator = (coodie_allocator){
		.alloc = counted_alloc,
		.resize = counted_resize,
		.release = counted_release,
		.user = f,
	};
	atomic_init(&f->calls, 0);
	atomic_init(&f->failed, 0);
	atomic_init(&f->live, 0);
	f->fail_at = fail_at;
	f->fail_on = false;
}

bool cd_failalloc_each(const char *name, cd_failalloc_fn *fn, void *user)
{
	struct cd_failalloc f;

	for (size_t n = 1; n <= MOST_CALLS; n++) {
		for (int fail_on = 1; fail_on >= 0; fail_on--) {
			cd_failalloc_init(&f, n);
			f.fail_on = fail_on;
			bool worked = fn(&f.allocator, user);
			if (f.live) {
				fprintf(stderr,
					"%s: %zu pieces leaked when allocation %zu failed%s\n",
					name, (size_t)f.live, n,
					fail_on ? " and all after it" : "");
				return false;
			}
			if (f.failed)
				continue;
			if (!worked)
				fprintf(stderr, "%s: does not work with %zu allocations\n", name,
					(size_t)f.calls);
			return worked;
		}
	}
	fprintf(stderr, "%s: more than %d allocations\n", name, MOST_CALLS);
	return false;
}
