/* SPDX-License-Identifier: MIT */
/* Values in order, and what sets and maps hold in that order. */
#ifndef ORM_VALUE_ITEMS_H
#define ORM_VALUE_ITEMS_H

#include "orm/value/datum.h"

/* An item of a set (its second value null) or a pair of a map. */
struct cd_item {
	cql_value key, value;
};

/* Below, at or above zero; total, and zero only where the server would see the same value. Sets and maps
 * compare in the order that they are in. */
int cd_datum_order(const cql_value *a, const cql_value *b);
/* The same of items: by key, then by value. */
int cd_item_order(const struct cd_item *a, const struct cd_item *b);
/* What a set or map holds, v.as.seq.count of them in order, from `a`; NULL when out of memory or broken. */
struct cd_item *cd_items_sorted(cql_value v, struct cd_arena *a);

#endif
