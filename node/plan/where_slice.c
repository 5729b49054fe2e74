/* SPDX-License-Identifier: MIT */
/* Slices of clustering keys: what =, IN and comparisons say together, in clustering order. */
#include <string.h>

#include "node/plan/where_plan.h"

enum { SLICES_MAX = 1 << 20 }; /* of one request */

/* Slices being collected. */
struct slices {
	struct nd_request *x;
	const struct nd_table *table;
	uint32_t count, room;
	struct nd_slice *at;
};

static bool push(struct slices *s, struct nd_slice slice)
{
	if (s->count == s->room) {
		uint32_t room = s->room ? s->room * 2 : 4;
		struct nd_slice *at;

		if (room > SLICES_MAX)
			return nd_refuse(&s->x->problem, ND_INVALID,
					 "more than %d slices of rows are not supported by the "
					 "node",
					 SLICES_MAX);
		at = cd_arena_take_array(s->x->arena, room, sizeof *at);
		if (!at)
			return nd_no_memory(&s->x->problem);
		if (s->count)
			memcpy(at, s->at, s->count * sizeof *at);
		s->at = at;
		s->room = room;
	}
	s->at[s->count++] = slice;
	return true;
}

/* ---- places between rows ------------------------------------------------------------------------ */

/* The order of two ends: `after_a` and `after_b` say whether they lie behind all rows that begin with
 * their prefix, or before them. */
static int compare_places(const struct nd_table *t, const struct nd_bound *a, bool after_a,
			  const struct nd_bound *b, bool after_b)
{
	int c = nd_clustering_compare(t, a->prefix, b->prefix);

	if (c)
		return c;
	if (a->prefix.count == b->prefix.count)
		return (int)after_a - (int)after_b;
	if (a->prefix.count < b->prefix.count)
		return after_a ? 1 : -1;
	return after_b ? -1 : 1;
}

static int compare_from(const struct nd_table *t, const struct nd_bound *a,
			const struct nd_bound *b)
{
	return compare_places(t, a, !a->inclusive, b, !b->inclusive);
}

static int compare_to(const struct nd_table *t, const struct nd_bound *a, const struct nd_bound *b)
{
	return compare_places(t, a, a->inclusive, b, b->inclusive);
}

/* Pushes what both have, if anything. */
static bool push_common(struct slices *s, const struct nd_slice *a, const struct nd_slice *b)
{
	struct nd_slice both;

	both.from = compare_from(s->table, &a->from, &b->from) >= 0 ? a->from : b->from;
	both.to = compare_to(s->table, &a->to, &b->to) <= 0 ? a->to : b->to;
	if (compare_places(s->table, &both.from, !both.from.inclusive, &both.to,
			   both.to.inclusive) >= 0)
		return true;
	return push(s, both);
}

bool nd_slice_cut(const struct nd_table *t, struct nd_slice *slice, struct nd_clustering row,
		  bool reversed)
{
	struct nd_bound at = { row, false };

	if (!reversed && compare_from(t, &at, &slice->from) > 0)
		slice->from = at;
	if (reversed && compare_to(t, &at, &slice->to) < 0)
		slice->to = at;
	return compare_places(t, &slice->from, !slice->from.inclusive, &slice->to,
			      slice->to.inclusive) < 0;
}

/* ---- comparisons -------------------------------------------------------------------------------- */

static const struct nd_column *row_column(const struct nd_table *t, uint32_t i)
{
	return t->columns[t->partition_key_count + i];
}

/* The slice of rows behind `prefix` whose next column compares as `start`, `inclusive` say. */
static struct nd_slice half_slice(const struct nd_table *t, struct nd_clustering prefix, bool start,
				  bool inclusive)
{
	const struct nd_column *c = row_column(t, prefix.count - 1);
	struct nd_bound near = { prefix, inclusive };
	struct nd_bound far = { { prefix.count - 1, prefix.values }, true };

	/* what is greater comes first where the order is descending */
	return start != c->descending ? (struct nd_slice){ near, far }
				      : (struct nd_slice){ far, near };
}

/* (a, b, c) > (x, y, z) is: a > x, or a = x and b > y, or a = x and b = y and c > z. Each of them is
 * a slice; where all columns have one direction, all of them together are one. */
static bool end_slices(struct slices *s, struct nd_clustering before, const cql_blob *values,
		       uint32_t count, bool start, bool inclusive)
{
	const struct nd_table *t = s->table;
	uint32_t first = before.count;
	bool mixed = false, down = row_column(t, first)->descending;
	struct nd_slice piece;

	for (uint32_t i = 1; i < count; i++)
		mixed |= row_column(t, first + i)->descending != down;
	if (!mixed) {
		struct nd_bound near = { { first + count, values }, inclusive };
		struct nd_bound far = { { first, values }, true };

		return push(s, start != down ? (struct nd_slice){ near, far }
					     : (struct nd_slice){ far, near });
	}
	/* Pieces that lie before the point first, from the widest to the nearest; then those
	 * behind it, from the nearest to the widest. */
	for (uint32_t i = 0; i < count; i++) {
		struct nd_clustering prefix = { first + i + 1, values };

		piece = half_slice(t, prefix, start, i + 1 == count && inclusive);
		if (start == row_column(t, first + i)->descending && !push(s, piece))
			return false;
	}
	for (uint32_t i = count; i-- > 0;) {
		struct nd_clustering prefix = { first + i + 1, values };

		piece = half_slice(t, prefix, start, i + 1 == count && inclusive);
		if (start != row_column(t, first + i)->descending && !push(s, piece))
			return false;
	}
	return true;
}

/* The whole prefix in front of an end's values, in one array. */
static cql_blob *join_values(struct nd_request *x, struct nd_clustering before,
			     const struct nd_value *values, uint32_t count)
{
	cql_blob *at = cd_arena_take_array(x->arena, before.count + (size_t)count, sizeof *at);

	if (!at) {
		nd_no_memory(&x->problem);
		return NULL;
	}
	if (before.count)
		memcpy(at, before.values, before.count * sizeof *at);
	for (uint32_t i = 0; i < count; i++)
		at[before.count + i] = nd_value_blob(values[i]);
	return at;
}

/* The values of an end of a slice; `count` 0: it bounds nothing. */
struct end {
	uint32_t count;
	struct nd_value *at;
};

static bool add_slices(struct slices *out, const struct nd_restriction *r,
		       struct nd_clustering before, const struct end ends[2])
{
	struct slices parts[2] = { { out->x, out->table, 0, 0, NULL },
				   { out->x, out->table, 0, 0, NULL } };

	for (int i = ND_WHERE_START; i <= ND_WHERE_END; i++) {
		cql_blob *values;

		if (!ends[i].count) {
			struct nd_bound all = { before, true };

			if (!push(&parts[i], (struct nd_slice){ all, all }))
				return false;
			continue;
		}
		values = join_values(out->x, before, ends[i].at, ends[i].count);
		if (!values || !end_slices(&parts[i], before, values, ends[i].count,
					   i == ND_WHERE_START, r->ends[i].inclusive))
			return false;
	}
	for (uint32_t a = 0; a < parts[0].count; a++)
		for (uint32_t b = 0; b < parts[1].count; b++)
			if (!push_common(out, &parts[0].at[a], &parts[1].at[b]))
				return false;
	return true;
}

/* ---- = and IN ----------------------------------------------------------------------------------- */

static int compare_tuples(const struct nd_restriction *r, const struct nd_value *a,
			  const struct nd_value *b)
{
	for (uint32_t i = 0; i < r->count; i++) {
		int c = nd_compare(r->columns[i]->type, nd_value_blob(a[i]), nd_value_blob(b[i]));

		if (c)
			return r->columns[i]->descending ? -c : c;
	}
	return 0;
}

/* A merge sort: stable, without recursion, with room from the arena. */
static bool sort_tuples(const struct nd_restriction *r, struct nd_request *x, struct nd_tuples *t)
{
	size_t size = (size_t)t->count * t->width, w = t->width;
	struct nd_value *from = t->at, *to = cd_arena_take_array(x->arena, size + 1, sizeof *to);

	if (!to)
		return nd_no_memory(&x->problem);
	for (uint32_t run = 1; run < t->count; run *= 2) {
		struct nd_value *swap = from;

		for (uint32_t low = 0; low < t->count; low += 2 * run) {
			uint32_t a = low, mid = low + run < t->count ? low + run : t->count;
			uint32_t b = mid, high = mid + run < t->count ? mid + run : t->count;

			for (uint32_t at = low; at < high; at++) {
				bool left = b == high ||
					    (a < mid &&
					     compare_tuples(r, from + a * w, from + b * w) <= 0);

				memcpy(to + at * w, from + (left ? a++ : b++) * w, w * sizeof *to);
			}
		}
		from = to;
		to = swap;
	}
	t->at = from;
	return true;
}

bool nd_where_sorted(const struct nd_restriction *r, struct nd_request *x, struct nd_tuples *out)
{
	uint32_t kept = 0;

	if (!nd_where_tuples(r, x, out))
		return false;
	if (out->count < 2)
		return true;
	if (!sort_tuples(r, x, out))
		return false;
	for (uint32_t i = 0; i < out->count; i++) {
		struct nd_value *at = out->at + (size_t)i * out->width;
		struct nd_value *last = out->at + (size_t)(kept ? kept - 1 : 0) * out->width;

		if (kept && compare_tuples(r, last, at) == 0)
			continue;
		memmove(out->at + (size_t)kept++ * out->width, at, out->width * sizeof *at);
	}
	out->count = kept;
	return true;
}

/* Prefixes being made longer: `count` of them, `width` columns each. */
struct prefixes {
	uint32_t count, width;
	cql_blob *at;
};

static bool multiply(struct nd_request *x, struct prefixes *p, const struct nd_tuples *by)
{
	size_t count = (size_t)p->count * by->count, width = p->width + (size_t)by->width;
	cql_blob *at, *to;

	if (count > SLICES_MAX)
		return nd_refuse(&x->problem, ND_INVALID,
				 "more than %d combinations of IN values are not supported by the "
				 "node",
				 SLICES_MAX);
	at = to = cd_arena_take_array(x->arena, count * width + 1, sizeof *at);
	if (!at)
		return nd_no_memory(&x->problem);
	for (uint32_t i = 0; i < p->count; i++)
		for (uint32_t k = 0; k < by->count; k++) {
			if (p->width)
				memcpy(to, p->at + (size_t)i * p->width, p->width * sizeof *to);
			for (uint32_t c = 0; c < by->width; c++)
				to[p->width + c] = nd_value_blob(by->at[(size_t)k * by->width + c]);
			to += width;
		}
	*p = (struct prefixes){ (uint32_t)count, (uint32_t)width, at };
	return true;
}

bool nd_where_product(struct nd_restriction *const *at, uint32_t columns, struct nd_request *x,
		      uint32_t *count, cql_blob **out)
{
	struct prefixes p = { 1, 0, NULL };

	while (p.width < columns && p.count) {
		const struct nd_restriction *r = at[p.width];
		struct nd_tuples t;

		if (!r || r->kind > ND_WHERE_IN)
			break;
		if (!nd_where_sorted(r, x, &t) || !multiply(x, &p, &t))
			return false;
	}
	*count = p.count;
	*out = p.at;
	return true;
}

/* ---- all of it ---------------------------------------------------------------------------------- */

static uint32_t equal_columns(const struct nd_where *w)
{
	uint32_t i = 0;

	while (i < w->bound_rows && w->rows[i] && w->rows[i]->kind <= ND_WHERE_IN)
		i += w->rows[i]->count;
	return i;
}

/* Null comes before all values, in either order: what lies behind it is everything, what lies before
 * it is `nothing`. Beside another end that is not even a slice. */
static bool read_ends(const struct nd_restriction *r, struct nd_request *x, struct end out[2],
		      bool *nothing, bool *no_slice)
{
	uint32_t values = 0;

	for (int i = ND_WHERE_START; i <= ND_WHERE_END; i++) {
		struct end *end = &out[i];

		if (!r->ends[i].is_set)
			continue;
		end->at = cd_arena_take_array(x->arena, r->ends[i].count, sizeof *end->at);
		if (!end->at)
			return nd_no_memory(&x->problem);
		if (!nd_where_end_values(r, &r->ends[i], x, end->at, &end->count))
			return false;
		if (end->count && end->at[0].presence == ND_NULL) {
			*nothing |= (i == ND_WHERE_END) != r->columns[0]->descending;
			end->count = 0;
		}
		values += end->count;
	}
	*no_slice = *nothing && values;
	return true;
}

bool nd_where_slices(const struct nd_where *w, struct nd_request *x, struct nd_places *out)
{
	struct slices s = { x, w->table, 0, 0, NULL };
	uint32_t width = equal_columns(w), count = 1;
	const struct nd_restriction *slice = width < w->bound_rows ? w->rows[width] : NULL;
	struct end ends[2] = { { 0, NULL }, { 0, NULL } };
	bool nothing = false, no_slice = false;
	cql_blob *prefixes = NULL;

	if (!nd_where_product(w->rows, width, x, &count, &prefixes) ||
	    (slice && count && !read_ends(slice, x, ends, &nothing, &no_slice)))
		return false;
	if (no_slice)
		count = 0;
	for (uint32_t i = 0; i < count; i++) {
		struct nd_clustering prefix = { width,
						width ? prefixes + (size_t)i * width : NULL };
		struct nd_bound all = { prefix, true };

		if (slice ? !add_slices(&s, slice, prefix, ends)
			  : !push(&s, (struct nd_slice){ all, all }))
			return false;
	}
	out->slices = s.at;
	out->slice_count = s.count;
	out->names_rows = w->names_rows;
	out->nothing |= nothing || s.count == 0;
	return true;
}
