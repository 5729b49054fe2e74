/* SPDX-License-Identifier: MIT */
/* What sets and maps hold, in order. */
#include "orm/value/items.h"

int cd_item_order(const struct cd_item *a, const struct cd_item *b)
{
	int order = cd_datum_order(&a->key, &b->key);

	return order ? order : cd_datum_order(&a->value, &b->value);
}

static void sift_down(struct cd_item *items, size_t at, size_t count)
{
	for (size_t child; (child = 2 * at + 1) < count; at = child) {
		struct cd_item swap = items[at];

		if (child + 1 < count && cd_item_order(&items[child], &items[child + 1]) < 0)
			child++;
		if (cd_item_order(&items[at], &items[child]) >= 0)
			return;
		items[at] = items[child];
		items[child] = swap;
	}
}

/* A heap sort: qsort() may take memory of its own. */
static void sort_items(struct cd_item *items, size_t count)
{
	for (size_t i = count / 2; i-- > 0;)
		sift_down(items, i, count);
	for (size_t i = count; i-- > 1;) {
		struct cd_item swap = items[0];

		items[0] = items[i];
		items[i] = swap;
		sift_down(items, 0, i);
	}
}

struct cd_item *cd_items_sorted(cql_value v, struct cd_arena *scratch)
{
	struct cd_item *items = cd_arena_take_array(scratch, (size_t)v.as.seq.count + 1,
						 sizeof(*items));
	cql_iter it = v.is.tag == CQL_TAG_MAP ? cql_map_iter((cql_map){ v.as.seq })
					      : cql_set_iter((cql_set){ v.as.seq });
	size_t i = 0;

	if (!items)
		return NULL;
	while (i < v.as.seq.count &&
	       (v.is.tag == CQL_TAG_MAP ? cql_iter_next_pair(&it, &items[i].key, &items[i].value)
					: cql_iter_next(&it, &items[i].key)))
		i++;
	sort_items(items, i);
	return i == v.as.seq.count ? items : NULL;
}
