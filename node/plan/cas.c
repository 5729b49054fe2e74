/* SPDX-License-Identifier: MIT */
/* Conditional writes: places, conditions, and the write when they hold. */
#include "node/plan/cas.h"

#include <string.h>

#include "node/plan/cas_result.h"

/* ---- values ------------------------------------------------------------------------------------ */

/* While a statement of a batch runs, its values are the request's. */
static void bind(struct nd_request *x, const struct nd_cas_item *item)
{
	x->values = item->values;
	x->value_count = item->value_count;
}

/* ---- levels ------------------------------------------------------------------------------------ */

static bool is_serial(cql_consistency c)
{
	return c == CQL_CONSISTENCY_SERIAL || c == CQL_CONSISTENCY_LOCAL_SERIAL;
}

static bool check_consistency(struct nd_request *x)
{
	if (x->serial_consistency != CQL_CONSISTENCY_UNSET && !is_serial(x->serial_consistency))
		return nd_refuse(
			&x->problem, ND_INVALID,
			"Invalid consistency for conditional update. Must be one of SERIAL "
			"or LOCAL_SERIAL");
	if (is_serial(x->consistency))
		return nd_refuse(
			&x->problem, ND_INVALID,
			"%s is not supported as conditional update commit consistency. Use "
			"ANY if you mean \"make sure it is accepted but I don't care how many "
			"replicas commit it for non-SERIAL reads\"",
			x->consistency == CQL_CONSISTENCY_SERIAL ? "SERIAL" : "LOCAL_SERIAL");
	return true;
}

/* ---- places ------------------------------------------------------------------------------------ */

static bool refuse_in(const struct nd_write *w, const char *what, struct nd_request *x)
{
	return nd_refuse(&x->problem, ND_INVALID, "IN on %s not supported with conditional %s",
			 what, w->kind == ND_UPDATE ? "updates" : "deletions");
}

static bool same_key(const struct nd_places *a, const struct nd_places *b)
{
	return a->key_count && b->key_count && a->keys[0].len == b->keys[0].len &&
	       !memcmp(a->keys[0].data, b->keys[0].data, a->keys[0].len);
}

static bool find_place(struct nd_cas_item *items, uint32_t at, bool is_batch, struct nd_request *x)
{
	struct nd_cas_item *item = &items[at];
	const struct nd_write *w = item->write;

	bind(x, item);
	if (!nd_write_keys(w, x, &item->places))
		return false;
	if (w->where && nd_where_has_key_in(w->where))
		return is_batch
			       ? nd_refuse(
					 &x->problem, ND_SERVER_ERROR,
					 "java.lang.IllegalArgumentException: Batch with conditions "
					 "cannot span multiple partitions (you cannot use IN on the "
					 "partition key)")
			       : refuse_in(w, "the partition key is", x);
	if (at && !same_key(&items[0].places, &item->places))
		return nd_refuse(&x->problem, ND_INVALID,
				 "Batch with conditions cannot span multiple partitions");
	if (w->where && nd_where_has_row_in(w->where))
		return refuse_in(w, "the clustering key columns is", x);
	return nd_write_places(w, x, &item->places);
}

/* The static row, which has no clustering, or the one row that is named. */
static bool is_static(const struct nd_cas_item *item)
{
	return !item->write->touches_rows;
}

static bool same_row(const struct nd_cas_item *a, const struct nd_cas_item *b)
{
	if (is_static(a) || is_static(b))
		return is_static(a) && is_static(b);
	return !nd_clustering_compare(a->write->plan.table, a->places.slices[0].from.prefix,
				      b->places.slices[0].from.prefix);
}

/* Conditions of two statements on one row have to be of one kind. */
static bool check_mix(const struct nd_cas_item *first, const struct nd_cas_item *second,
		      struct nd_request *x)
{
	const struct nd_conditions *a = &first->write->conditions, *b = &second->write->conditions;
	bool a_exists = a->if_exists || a->if_not_exists;
	bool b_exists = b->if_exists || b->if_not_exists;

	if (!nd_conditions_are(a) || !nd_conditions_are(b) || !same_row(first, second) ||
	    (!a_exists && !b_exists) || (a->if_exists && b->if_exists) ||
	    (a->if_not_exists && b->if_not_exists))
		return true;
	if (a_exists && b_exists)
		return nd_refuse(&x->problem, ND_INVALID,
				 "Cannot mix IF EXISTS and IF NOT EXISTS "
				 "conditions for the same row");
	return nd_refuse(&x->problem, ND_INVALID,
			 "Cannot mix IF conditions and IF %sEXISTS for the same row",
			 b->if_exists ? "" : "NOT ");
}

static bool find_places(struct nd_cas_item *items, uint32_t count, bool is_batch,
			struct nd_request *x)
{
	for (uint32_t i = 0; i < count; i++) {
		if (!find_place(items, i, is_batch, x))
			return false;
		for (uint32_t k = 0; k < i; k++)
			if (!check_mix(&items[k], &items[i], x))
				return false;
	}
	return true;
}

/* ---- conditions -------------------------------------------------------------------------------- */

/* A row as it is, or NULL. */
static bool find_row(const struct nd_cas_item *item, struct nd_request *x, bool statics,
		     struct nd_row *row, const struct nd_row **out)
{
	struct nd_partition *p = nd_store_partition(item->write->plan.table->store,
						    item->places.keys[0]);
	int64_t now = nd_request_now_seconds(x);
	bool found = false, no_memory = false;

	if (p && statics)
		found = nd_partition_static(p, now, x->arena, row, &no_memory);
	else if (p)
		found = nd_partition_row(p, item->places.slices[0].from.prefix, now, x->arena, row,
					 &no_memory);
	*out = found ? row : NULL;
	return !no_memory || nd_no_memory(&x->problem);
}

/* The conditions of one statement on the static row, or on its row. */
static bool ask(const struct nd_cas_item *item, bool statics, struct nd_request *x, bool *hold)
{
	const struct nd_conditions *c = &item->write->conditions;
	bool exists = c->if_exists || c->if_not_exists;
	const struct nd_row *row;
	struct nd_row storage;

	*hold = true;
	if (exists ? is_static(item) != statics : !(statics ? c->on_statics : c->on_rows))
		return true;
	if (!find_row(item, x, statics, &storage, &row))
		return false;
	if (exists) {
		*hold = (row != NULL) == c->if_exists;
		return true;
	}
	bind(x, item);
	return nd_conditions_hold(c, statics, row, x, hold);
}

static bool ask_all(const struct nd_cas_item *items, uint32_t count, struct nd_request *x,
		    bool *hold)
{
	*hold = true;
	for (uint32_t i = 0; i < 2 * count && *hold; i++)
		if (!ask(&items[i % count], i < count, x, hold))
			return false;
	return true;
}

/* ---- the write --------------------------------------------------------------------------------- */

static bool write_all(const struct nd_cas_item *items, uint32_t count, struct nd_request *x)
{
	struct nd_build b;

	nd_build_init(&b, x, nd_request_own_timestamp(x));
	b.is_cas = true;
	for (uint32_t i = 0; i < count; i++) {
		bind(x, &items[i]);
		if (!nd_write_build(items[i].write, &b, &items[i].places))
			return false;
	}
	/* the answer first: without memory for it nothing is written */
	return nd_build_check_indexes(&b) && nd_cas_applied(items[0].write->plan.table, x) &&
	       nd_build_store(&b);
}

bool nd_cas_items_run(struct nd_cas_item *items, uint32_t count, bool is_batch,
		      struct nd_request *x)
{
	const struct nd_table *t = items[0].write->plan.table;
	bool hold;

	if (!find_places(items, count, is_batch, x) || !check_consistency(x) ||
	    !nd_request_admit(x, t->keyspace, items[0].places.tokens[0], ND_CAS) ||
	    !ask_all(items, count, x, &hold))
		return false;
	if (!hold)
		return nd_cas_not_applied(items, count, is_batch, x);
	return nd_request_admit(x, t->keyspace, items[0].places.tokens[0], ND_CAS_COMMIT) &&
	       write_all(items, count, x);
}

bool nd_cas_run(const struct nd_write *w, struct nd_request *x)
{
	struct nd_cas_item item = { .write = w,
				    .values = x->values,
				    .value_count = x->value_count };

	return nd_cas_items_run(&item, 1, false, x);
}
