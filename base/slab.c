/* SPDX-License-Identifier: MIT */
/* The slab: blocks of equal objects on one free list; blocks go back at deinit only. */
#include "base/slab.h"

#include <stdalign.h>

#include "base/alloc.h"
#include "base/poison.h"

struct object {
	struct object *next;
};

struct block {
	struct block *next;
	alignas(max_align_t) unsigned char objects[];
};

void cd_slab_init(struct cd_slab *s, const coodie_allocator *allocator, size_t object_size,
		  size_t per_block)
{
	const size_t align = alignof(max_align_t);

	if (object_size < sizeof(struct object))
		object_size = sizeof(struct object);
	/* A size that cannot be rounded up stays huge, and its first take() fails. */
	if (object_size <= SIZE_MAX - align)
		object_size = (object_size + align - 1) / align * align;
	*s = (struct cd_slab){
		.allocator = allocator,
		.object_size = object_size,
		.per_block = per_block ? per_block : 1,
	};
}

void cd_slab_deinit(struct cd_slab *s)
{
	struct block *b = s->blocks;

	while (b) {
		struct block *next = b->next;
		CD_UNPOISON(b->objects, s->object_size * s->per_block);
		cd_release(s->allocator, b);
		b = next;
	}
	s->blocks = s->free_list = NULL;
	s->taken = 0;
}

/* Puts an object on the free list; its link is readable to the sanitizer, the rest of it is not. */
static void push(struct cd_slab *s, void *object)
{
	struct object *o = object;

	o->next = s->free_list;
	s->free_list = o;
	CD_POISON((unsigned char *)object + sizeof *o, s->object_size - sizeof *o);
}

static bool add_block(struct cd_slab *s)
{
	if (s->per_block > (SIZE_MAX - sizeof(struct block)) / s->object_size)
		return false;
	struct block *b = cd_alloc(s->allocator, sizeof *b + s->per_block * s->object_size);
	if (!b)
		return false;
	b->next = s->blocks;
	s->blocks = b;
	for (size_t i = s->per_block;
	     i-- > 0;) /* backwards: handed out in the order of addresses */
		push(s, b->objects + i * s->object_size);
	return true;
}

void *cd_slab_take(struct cd_slab *s)
{
	if (!s->free_list && !add_block(s))
		return NULL;
	struct object *o = s->free_list;
	s->free_list = o->next;
	s->taken++;
	CD_UNPOISON(o, s->object_size);
	return o;
}

void cd_slab_give(struct cd_slab *s, void *object)
{
	if (!object)
		return;
	s->taken--;
	push(s, object);
}
