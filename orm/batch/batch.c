/* SPDX-License-Identifier: MIT */
/* A batch: made, emptied, ended; and whom it tells. */
#include "orm/batch/batch.h"

#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/sized.h"

/* ---- made and ended -------------------------------------------------------------------------- */

static void read_options(coodie_batch *b, const coodie_batch_options *o)
{
	coodie_batch_options *own = &b->options;

	if (o && !cd_take_struct(own, sizeof(*own), o, "coodie_batch_options", &b->err))
		return;
	if (!cd_arena_keep(&b->lasting, &own->profile))
		cd_no_memory(&b->err, "a batch");
	if ((unsigned)own->kind > COODIE_BATCH_COUNTER)
		cd_fail(&b->err, COODIE_ERR_INVALID, "coodie_batch_new: %u is no kind of batch",
			(unsigned)own->kind);
}

/* With a connection of its own all statements go there, whatever their models say (BA-12). */
static void find_session(coodie_batch *b, coodie_session *s)
{
	b->given = s;
	if (!s)
		cd_fail(&b->err, COODIE_ERR_INVALID, "coodie_batch_new: the session is NULL");
	else if (b->options.connection)
		b->given = coodie_session_named(s, b->options.connection, &b->err);
	b->options.connection = NULL; /* the caller's text */
}

coodie_batch *coodie_batch_new(coodie_session *s, const coodie_batch_options *options)
{
	const coodie_allocator *a = s ? coodie_session_allocator(s) : NULL;
	coodie_batch *b;

	if (!a)
		a = &cd_malloc_allocator;
	b = cd_alloc_zero(a, sizeof(*b));
	if (!b)
		return NULL;
	atomic_init(&b->refs, 1);
	b->allocator = *a;
	b->last_listener = &b->listeners;
	cd_arena_init(&b->lasting, &b->allocator, 256);
	cd_arena_init(&b->arena, &b->allocator, 0);
	read_options(b, options);
	if (b->err.code == COODIE_OK)
		find_session(b, s);
	return b;
}

coodie_batch *cd_batch_ref(coodie_batch *b)
{
	atomic_fetch_add_explicit(&b->refs, 1, memory_order_relaxed);
	return b;
}

void cd_batch_empty(coodie_batch *b)
{
	for (size_t i = 0; i < b->count; i++) {
		struct cd_orm *orm = b->entries[i].write.place.orm;

		if (!b->entries[i].planned)
			continue;
		cd_write_deinit(&b->entries[i].write);
		cd_orm_free(orm);
	}
	cd_arena_reset(&b->arena);
	b->session = NULL;
	b->count = 0;
	b->bytes = 0;
}

void coodie_batch_free(coodie_batch *b)
{
	coodie_allocator a;

	if (!b || atomic_fetch_sub_explicit(&b->refs, 1, memory_order_acq_rel) != 1)
		return;
	cd_batch_empty(b);
	a = b->allocator;
	cd_release(&a, b->entries);
	cd_arena_deinit(&b->arena);
	cd_arena_deinit(&b->lasting);
	cd_release(&a, b);
}

void coodie_batch_clear(coodie_batch *b)
{
	if (!b || b->running)
		return;
	cd_batch_empty(b);
	if (b->given)
		cd_clear(&b->err);
}

size_t coodie_batch_count(const coodie_batch *b)
{
	return b ? b->count : 0;
}

/* ---- whom it tells --------------------------------------------------------------------------- */

void coodie_batch_on_applied(coodie_batch *b, void (*fn)(void *user), void *user)
{
	struct cd_listener *listener;

	if (!b || b->err.code != COODIE_OK)
		return;
	if (!fn) {
		cd_fail(&b->err, COODIE_ERR_INVALID,
			"coodie_batch_on_applied: the callback is NULL");
		return;
	}
	listener = cd_arena_take(&b->lasting, sizeof(*listener));
	if (!listener) {
		cd_no_memory(&b->err, "a batch");
		return;
	}
	*listener = (struct cd_listener){ NULL, fn, user };
	*b->last_listener = listener;
	b->last_listener = &listener->next;
}
