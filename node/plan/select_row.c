/* SPDX-License-Identifier: MIT */
/* What happens to a row that was found: it is asked, added, counted. */
#include <string.h>

#include "node/plan/select_plan.h"

enum { PAGE_BYTES = 64 << 20 }; /* a page ends when it is longer than that */

/* Remembers the row as the last one that was used. */
static void note_place(struct nd_select_run *r, const struct nd_row_view *view)
{
	uint32_t count = r->table->clustering_count;

	r->at.key = r->key;
	r->at.in_rows = view->row && count && !r->plan->distinct;
	r->at.clustering = (struct nd_clustering){ 0, r->at_clustering };
	if (!r->at.in_rows)
		return;
	memcpy(r->at_clustering, view->row->clustering.values, count * sizeof *r->at_clustering);
	r->at.clustering.count = count;
}

/* Counts one row of the result and decides whether it was the last one: of all, of its partition,
 * of its page. */
static void count_row(struct nd_select_run *r, bool whole_partition)
{
	bool named = r->places.has_keys && r->is_last_partition;

	r->row_count++;
	r->left--;
	r->left_in_partition = whole_partition ? 0 : r->left_in_partition - 1;
	if (r->paged && r->left_on_page)
		r->left_on_page--;
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

bool nd_select_close_group(struct nd_select_run *r)
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
	count_row(r, false);
	return true;
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
	if (!nd_select_close_group(r))
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
	note_place(r, view);
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
	if (r->paged)
		note_place(r, view);
	count_row(r, !view->row || r->plan->distinct || !r->table->clustering_count);
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
