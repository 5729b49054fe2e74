/* SPDX-License-Identifier: MIT */
/* What happens to a row that was found: it is asked, added, counted. */
#include <string.h>

#include "node/plan/select_plan.h"

enum { PAGE_BYTES = 64 << 20 }; /* a page ends when it is longer than that */

/* Remembers a row as the last one that was used. `clustering` NULL: of a partition without rows. */
static void note_place(struct nd_select_run *r, const struct nd_clustering *clustering)
{
	uint32_t count = r->table->clustering_count;

	r->at.key = r->key;
	r->at.in_rows = clustering && count && !r->plan->distinct;
	r->at.clustering = (struct nd_clustering){ 0, r->at_clustering };
	if (!r->at.in_rows)
		return;
	memcpy(r->at_clustering, clustering->values, count * sizeof *r->at_clustering);
	r->at.clustering.count = count;
}

static const struct nd_clustering *clustering_of(const struct nd_row_view *view)
{
	return view->row ? &view->row->clustering : NULL;
}

/* Counts rows of the result, no more than there is room for, and decides whether the last was the last
 * one: of all, of its partition, of its page. */
static void count_rows(struct nd_select_run *r, uint32_t count, bool whole_partition)
{
	bool named = r->places.has_keys && r->is_last_partition;

	r->row_count += count;
	r->left -= count;
	r->left_in_partition = whole_partition ? 0 : r->left_in_partition - count;
	if (r->paged && r->left_on_page)
		r->left_on_page -= count;
	if (r->paged && r->rows.len >= PAGE_BYTES)
		r->left_on_page = 0;
	if (!r->left_in_partition)
		r->skip_partition = true;
	if (!r->left) {
		r->stop = true;
	} else if (r->paged && !r->left_on_page) {
		r->stop = true;
		r->has_more = !(named && !r->left_in_partition);
		r->at.left = r->left;
		r->at.left_in_partition = r->left_in_partition;
	}
}

static bool waits(const struct nd_select_run *r)
{
	return r->plan->ordering.sorts || r->plan->ordering.near;
}

static bool is_grouped(const struct nd_select_run *r)
{
	return r->plan->grouping.is_set || r->plan->aggregates;
}

/* ---- groups ------------------------------------------------------------------------------------- */

/* `whole`: there cannot be another one in its partition. */
static bool close_group(struct nd_select_run *r, bool whole)
{
	r->group_open = false;
	if (r->plan->aggregates && !nd_selection_flush(r->selection, &r->rows))
		return false;
	if (!r->plan->grouping.is_set) {
		r->row_count++;
		return true;
	}
	if (r->plan->ordering.sorts && !nd_ordering_keep(r, r->group_from))
		return false;
	count_rows(r, 1, whole);
	return true;
}

bool nd_select_close_group(struct nd_select_run *r)
{
	return close_group(r, !r->at.in_rows);
}

/* The first row of a group says where it stands in order. */
static bool open_group(struct nd_select_run *r, const struct nd_row_view *view)
{
	bool keep;

	r->group_open = true;
	r->group_from = r->rows.len;
	return !r->plan->ordering.sorts || nd_ordering_note(r, view, &keep);
}

/* Closes a group because another begins. When that is of another partition, what is left of this one
 * does not change, and nothing is left of the one before. */
static bool close_before(struct nd_select_run *r)
{
	bool same_partition = r->at.key.data == r->key.data;
	uint32_t left = r->left_in_partition;

	if (same_partition)
		return nd_select_close_group(r);
	r->left_in_partition = UINT32_MAX;
	if (!close_group(r, false))
		return false;
	r->left_in_partition = left;
	r->at.left_in_partition = 0;
	r->skip_partition = false;
	return true;
}

/* A row of a group: the first one opens it, and closes the one before. That may be the last group
 * there is place for: then this row is left for the next page. */
static bool add_to_group(struct nd_select_run *r, const struct nd_row_view *view)
{
	bool other, fresh;

	if (!nd_grouping_next(r, view, &other))
		return false;
	if (other && !close_before(r))
		return false;
	if (other && (r->stop || r->skip_partition))
		return true;
	fresh = !r->group_open;
	if (fresh && !open_group(r, view))
		return false;
	if ((fresh || r->plan->aggregates) && !nd_selection_add(r->selection, view, &r->rows))
		return false;
	note_place(r, clustering_of(view));
	return true;
}

/* ---- rows --------------------------------------------------------------------------------------- */

/* A row that will get its place at the end. */
static bool add_waiting(struct nd_select_run *r, const struct nd_row_view *view, size_t from)
{
	bool keep;

	if (!nd_ordering_note(r, view, &keep))
		return false;
	if (!keep) {
		cd_buffer_truncate(&r->rows, from);
		return true;
	}
	if (!nd_ordering_keep(r, from))
		return false;
	r->row_count++;
	if (--r->left_in_partition == 0)
		r->skip_partition = true;
	return true;
}

static bool add_row(struct nd_select_run *r, const struct nd_row_view *view)
{
	size_t from = r->rows.len;

	if (!nd_selection_add(r->selection, view, &r->rows))
		return false;
	if (waits(r))
		return add_waiting(r, view, from);
	count_rows(r, 1, !view->row || r->plan->distinct || !r->table->clustering_count);
	if (r->has_more)
		note_place(r, clustering_of(view));
	return true;
}

bool nd_select_from_rows(struct nd_select_run *r)
{
	if (!r->selection)
		r->selection = nd_selectors_run(r->plan->selectors, r->x);
	return r->selection;
}

/* How many rows there is room for. */
static uint32_t room(const struct nd_select_run *r)
{
	uint32_t most = r->left < r->left_in_partition ? r->left : r->left_in_partition;

	if (r->paged && r->left_on_page && r->left_on_page < most)
		most = r->left_on_page;
	return most;
}

bool nd_select_stored(struct nd_select_run *r, struct nd_walk *walk, uint32_t *taken)
{
	const struct nd_stored_columns of = { r->plan->stored, r->plan->stored_count,
					      r->key_columns,
					      r->paged ? PAGE_BYTES : SIZE_MAX };
	struct nd_clustering last;

	*taken = nd_walk_put(walk, &of, room(r), &r->rows, &last);
	if (r->rows.failed)
		return nd_selection_cannot_grow(r->x, &r->rows);
	if (*taken)
		count_rows(r, *taken, !r->table->clustering_count);
	if (*taken && r->has_more)
		note_place(r, &last);
	return true;
}

bool nd_select_row(struct nd_select_run *r, const struct nd_row_view *view)
{
	bool accepted = true;

	if (r->filter && !nd_filter_accepts(r->filter, view, r->x, r->arena, &accepted))
		return false;
	if (!accepted)
		return true;
	return is_grouped(r) ? add_to_group(r, view) : add_row(r, view);
}
