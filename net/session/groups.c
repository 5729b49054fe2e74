/* SPDX-License-Identifier: MIT */
/* Keys sorted by where they are, and cut into groups. */
#include <stdlib.h>

#include "base/alloc.h"
#include "base/error.h"
#include "net/session/route.h"

struct coodie_groups {
	coodie_allocator allocator;
	struct cd_arena arena;
	coodie_group *groups;
	size_t count;
};

struct entry {
	struct cd_group_item is;
	uint32_t item;
};

/* By place, then by token, then as they were given. */
static int compare_entries(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->is.slot != y->is.slot)
		return x->is.slot < y->is.slot ? -1 : 1;
	if (x->is.shard != y->is.shard)
		return x->is.shard < y->is.shard ? -1 : 1;
	if (cd_token_is_less(x->is.token, y->is.token))
		return -1;
	if (cd_token_is_less(y->is.token, x->is.token))
		return 1;
	return x->item < y->item ? -1 : x->item > y->item;
}

static struct entry *sorted_entries(const coodie_allocator *a, const struct cd_group_item *items,
				    uint32_t count, cd_group_host_fn *host, void *user)
{
	struct entry *list = cd_alloc_array(a, (size_t)count + 1, sizeof *list);

	if (!list)
		return NULL;
	for (uint32_t i = 0; i < count; i++) {
		list[i] = (struct entry){ items[i], i };
		if (items[i].slot != CD_GROUP_NOWHERE && !host(user, items[i].slot))
			list[i].is = (struct cd_group_item){ CD_GROUP_NOWHERE, CD_ANY_SHARD,
							     items[i].token };
	}
	qsort(list, count, sizeof *list, compare_entries);
	return list;
}

static bool is_same_place(const struct entry *a, const struct entry *b)
{
	return a->is.slot == b->is.slot && a->is.shard == b->is.shard;
}

static bool begin_group(struct cd_arena *a, coodie_group *g, const struct entry *first,
			cd_group_host_fn *host, void *user)
{
	const coodie_host *h = first->is.slot != CD_GROUP_NOWHERE ? host(user, first->is.slot)
								  : NULL;

	*g = (coodie_group){ .size = sizeof *g,
			     .has_host = h,
			     .shard = first->is.shard == CD_ANY_SHARD ? -1 : first->is.shard };
	return !h || cd_route_copy_host(a, h, &g->host);
}

static size_t count_groups(const struct entry *list, uint32_t count, size_t most)
{
	size_t groups = 0, items = 0;

	for (uint32_t i = 0; i < count; i++) {
		bool is_next = !i || items == most || !is_same_place(&list[i - 1], &list[i]);
		groups += is_next;
		items = is_next ? 1 : items + 1;
	}
	return groups;
}

static bool fill(coodie_groups *g, const struct entry *list, uint32_t count, size_t most,
		 cd_group_host_fn *host, void *user)
{
	uint32_t *items = cd_arena_take_array(&g->arena, count, sizeof *items);
	coodie_group *last = NULL;

	g->groups = cd_arena_take_array(&g->arena, count_groups(list, count, most),
					sizeof *g->groups);
	if (!items || !g->groups)
		return false;
	for (uint32_t i = 0; i < count; i++) {
		if (!last || last->count == most || !is_same_place(&list[i - 1], &list[i])) {
			last = &g->groups[g->count++];
			if (!begin_group(&g->arena, last, &list[i], host, user))
				return false;
			last->items = &items[i];
		}
		items[i] = list[i].item;
		last->count++;
	}
	return true;
}

coodie_groups *cd_groups_new(const coodie_allocator *a, const struct cd_group_item *items,
			     uint32_t count, size_t most, cd_group_host_fn *host, void *user,
			     coodie_error *err)
{
	struct entry *list = sorted_entries(a, items, count, host, user);
	coodie_groups *g = list ? cd_alloc_zero(a, sizeof *g) : NULL;
	bool ok = false;

	if (g) {
		g->allocator = a ? *a : cd_malloc_allocator;
		cd_arena_init(&g->arena, &g->allocator, 0);
		ok = fill(g, list, count, most ? most : SIZE_MAX, host, user);
	}
	cd_release(a, list);
	if (ok)
		return g;
	cd_no_memory(err, "groups");
	coodie_groups_free(g);
	return NULL;
}

void coodie_groups_free(coodie_groups *groups)
{
	if (!groups)
		return;
	coodie_allocator a = groups->allocator;
	cd_arena_deinit(&groups->arena);
	cd_release(&a, groups);
}

size_t coodie_groups_count(const coodie_groups *groups)
{
	return groups ? groups->count : 0;
}

const coodie_group *coodie_groups_at(const coodie_groups *groups, size_t i)
{
	return groups && i < groups->count ? &groups->groups[i] : NULL;
}
