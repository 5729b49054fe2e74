/* SPDX-License-Identifier: MIT */
/* What a SELECT goes over: too many tombstones are warned of, far too many end it. */
#include <stdint.h>

#include "node/cluster/system.h"
#include "node/plan/select_plan.h"

enum { TOO_MANY_TOMBSTONES = 1 }; /* in the map of reasons */

static uint32_t lesser(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

void nd_select_scan_begin(struct nd_select_run *r)
{
	bool folds = r->plan->aggregates || r->plan->grouping.is_set;
	uint32_t limit = r->left;

	r->scan.counts = nd_store_has_tombstones(r->table->store) && !r->table->keyspace->is_system;
	if (!r->scan.counts)
		return;
	if (r->paged)
		limit = lesser(limit, r->left_on_page);
	else if (folds && r->x->has_page_rows && r->x->page_rows > 0)
		limit = lesser(limit, (uint32_t)r->x->page_rows);
	r->scan.limit = limit;
	r->scan.last = NULL;
	r->scan.found = (struct nd_scanned){ 0, 0 };
}

static bool fail(struct nd_request *x)
{
	cql_failure *failure = cd_arena_take_zero(x->arena, sizeof *failure);
	struct nd_system_node node;
	char address[CQL_INET_TEXT_SIZE];

	if (!failure || !nd_system_node(x, 0, &node))
		return nd_no_memory(&x->problem);
	failure->node = node.address;
	failure->code = TOO_MANY_TOMBSTONES;
	cql_inet_format(node.address, address);
	nd_refuse(&x->problem, ND_READ_FAILURE,
		  "Operation failed - received 0 responses and 1 failures: "
		  "READ_TOO_MANY_TOMBSTONES from /%s:%u",
		  address, nd_system_storage_port(&node));
	x->problem.error.consistency = x->consistency;
	x->problem.error.block_for = 1;
	x->problem.error.num_failures = 1;
	x->problem.error.failures = failure;
	return false;
}

/* One too many ends it, in the middle of a row that is not counted then; `live`: those before. */
static bool check(struct nd_select_run *r, uint32_t live)
{
	int64_t most = r->x->db->settings.tombstone_failure_threshold;

	if (r->scan.found.tombstones <= most)
		return true;
	r->scan.found = (struct nd_scanned){ live, (uint32_t)(most + 1) };
	nd_select_scan_end(r);
	return fail(r->x);
}

bool nd_select_scan_rows(struct nd_select_run *r, const void *from, const struct nd_walk *to)
{
	const struct nd_stored_row *row;
	struct nd_walk walk;

	if (!r->scan.counts)
		return true;
	walk = *to;
	walk.at = from;
	while (walk.at != to->at && (row = nd_walk_step(&walk))) {
		uint32_t live = r->scan.found.live;
		nd_scan_row(walk.partition, row, r->now_seconds, &r->scan.found);
		r->scan.last = row;
		if (!check(r, live))
			return false;
	}
	return true;
}

/* Nobody looks at static cells that are not asked for, where rows are named. */
static bool reads_statics(const struct nd_select_run *r)
{
	const struct nd_table *t = r->table;
	uint32_t first = (uint32_t)t->partition_key_count + t->clustering_count;

	if (!r->plan->asked || nd_where_is_whole_partitions(r->plan->where))
		return true;
	for (uint32_t i = 0; i < t->static_count; i++)
		if (r->plan->asked[t->columns[first + i]->id])
			return true;
	return false;
}

bool nd_select_scan_partition(struct nd_select_run *r, const struct nd_partition *p)
{
	uint32_t live = r->scan.found.live;

	if (!r->scan.counts)
		return true;
	r->scan.token = nd_partition_token(p);
	if (reads_statics(r))
		nd_scan_statics(p, r->now_seconds, &r->scan.found);
	return check(r, live);
}

bool nd_select_scan_ranges(struct nd_select_run *r, const struct nd_walk *walk)
{
	bool stopped = r->stop || r->skip_partition;

	if (!r->scan.counts)
		return true;
	nd_scan_ranges(walk, stopped ? r->scan.last : NULL, &r->scan.found);
	return check(r, r->scan.found.live);
}

void nd_select_scan_end(struct nd_select_run *r)
{
	const struct nd_scanned *found = &r->scan.found;
	const char *text;

	if (!r->scan.counts || found->tombstones <= r->x->db->settings.tombstone_warn_threshold)
		return;
	text = nd_select_scan_text(r);
	if (text)
		nd_request_warn(r->x,
				"Read %u live rows and %u tombstone cells for query %.512s; token "
				"%lld (see tombstone_warn_threshold)",
				found->live, found->tombstones, text, (long long)r->scan.token);
}
