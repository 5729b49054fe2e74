/* SPDX-License-Identifier: MIT */
/* Clustering keys and the places between them. */
#include "base/reader.h"
#include "node/store/store_parts.h"

/* Numbers, the usual case, at once. */
static inline int compare_values(const cql_type *type, cql_blob a, cql_blob b)
{
	if (type->kind == CQL_KIND_INT && a.len == 4 && b.len == 4) {
		int32_t left = (int32_t)cd_get_be32(a.data), right = (int32_t)cd_get_be32(b.data);
		return (left > right) - (left < right);
	}
	return nd_compare(type, a, b);
}

int nd_clustering_compare(const struct nd_table *t, struct nd_clustering a, struct nd_clustering b)
{
	uint32_t count = a.count < b.count ? a.count : b.count;
	struct nd_column *const *columns = t->columns + t->partition_key_count;

	for (uint32_t i = 0; i < count; i++) {
		int order = compare_values(columns[i]->type, a.values[i], b.values[i]);
		if (order)
			return columns[i]->descending ? -order : order;
	}
	return 0;
}

struct nd_place nd_place_from(const struct nd_table *t, struct nd_bound from)
{
	return (struct nd_place){ t, from.prefix, from.inclusive ? -1 : 1 };
}

struct nd_place nd_place_to(const struct nd_table *t, struct nd_bound to)
{
	return (struct nd_place){ t, to.prefix, to.inclusive ? 1 : -1 };
}

/* All that begins with a prefix lies between its two sides. */
int nd_place_compare(const struct nd_place *a, const struct nd_place *b)
{
	int order = nd_clustering_compare(a->table, a->key, b->key);

	if (order)
		return order;
	if (a->key.count < b->key.count)
		return a->side;
	if (a->key.count > b->key.count)
		return -b->side;
	return a->side - b->side;
}

int nd_row_order(const void *place, const struct nd_link *item)
{
	const struct nd_place *p = place;
	const struct nd_stored_row *row = (const struct nd_stored_row *)item;
	int order = nd_clustering_compare(p->table, row->key, p->key);

	return order ? order : -p->side;
}
