/* SPDX-License-Identifier: MIT */
/* SELECT: looked up and checked once, run as often as it is asked. */
#include "node/plan/guardrail.h"
#include "node/plan/select_plan.h"

#include <stddef.h>
#include <string.h>

#include "base/alloc.h"
#include "base/reader.h"

enum {
	NO_LIMIT = INT32_MAX,
	RESULT_MAX = 255 << 20, /* bytes: an envelope ends at 256 MiB */
	ROWS_KEPT = 4 << 20     /* bytes of an answer that are kept for the next one */
};

/* ---- making ------------------------------------------------------------------------------------- */

static bool limit_new(struct nd_planner *p, const struct nd_table *t, const char *name,
		      const struct nd_expr *e, struct nd_term **out)
{
	struct nd_receiver receiver = { t->keyspace->name, t->name, name,
					cd_type_native(CQL_KIND_INT) };

	if (!e)
		return true;
	*out = nd_term_new(p, e, &receiver);
	return *out != NULL;
}

static bool where_new(struct nd_planner *p, struct nd_table *t, const struct nd_select *s,
		      bool static_only, struct nd_select_plan *plan)
{
	struct nd_where_options options = { .use = ND_WHERE_SELECT,
					    .static_only = static_only,
					    .allow_filtering = s->allow_filtering,
					    .ann = plan->ordering.near };

	plan->where = nd_where_new(p, t, &s->where, &options);
	return plan->where && nd_select_asked(p, t, s, plan->where, &plan->asked);
}

/* In the order in which Cassandra looks, so that the first mistake is the one it tells. */
static bool look_up(struct nd_planner *p, const struct nd_select *s, struct nd_table *t,
		    struct nd_select_plan *plan)
{
	bool static_only;

	plan->distinct = s->distinct;
	plan->wants_statics = t->static_count > 0;
	if (!nd_select_columns(p, t, s, &static_only) || !nd_ordering_new(p, t, s, &plan->ordering))
		return false;
	plan->ordering.near_index = nd_table_attached_index(t, plan->ordering.near);
	if (!where_new(p, t, s, static_only, plan) ||
	    !(plan->selectors = nd_selectors_new(p, t, s, &plan->plan.metadata)))
		return false;
	if (s->distinct && s->per_partition_limit)
		return nd_refuse(p->problem, ND_INVALID,
				 "PER PARTITION LIMIT is not allowed with SELECT DISTINCT queries");
	if (s->distinct && !nd_select_check_distinct(p, t, s, plan->where))
		return false;
	if (!nd_grouping_new(p, t, s, plan->where, &plan->grouping))
		return false;
	plan->aggregates = nd_selectors_aggregate(plan->selectors);
	if (plan->aggregates && !s->group_count && s->per_partition_limit)
		return nd_refuse(p->problem, ND_INVALID,
				 "PER PARTITION LIMIT is not allowed with aggregate queries.");
	return nd_ordering_check(p, t, plan->where, &plan->ordering) &&
	       nd_where_check_filtering(plan->where, p->problem) &&
	       limit_new(p, t, "[limit]", s->limit, &plan->limit) &&
	       limit_new(p, t, "[per_partition_limit]", s->per_partition_limit,
			 &plan->partition_limit);
}

/* Whether rows can be taken as they are stored, in the order in which they are. */
static void look_for_short_way(struct nd_planner *p, struct nd_select_plan *plan)
{
	if (!plan->wants_statics && !plan->distinct && !plan->grouping.is_set &&
	    !plan->ordering.sorts && !plan->ordering.near)
		plan->stored = nd_selectors_stored(plan->selectors, plan->plan.table, p->arena,
						   &plan->stored_count);
	plan->only_row = plan->stored && nd_where_is_only_row(plan->where) &&
			 !nd_where_has_filters(plan->where);
}

/* ---- running ------------------------------------------------------------------------------------ */

static bool limit_value(struct nd_request *x, const struct nd_term *term, uint32_t *out)
{
	struct nd_value v;
	int32_t limit;

	*out = NO_LIMIT;
	if (!term)
		return true;
	if (!nd_term_value(term, x, &v))
		return false;
	if (v.presence == ND_UNSET)
		return true;
	if (v.presence == ND_NULL)
		return nd_refuse(&x->problem, ND_INVALID, "Invalid null value of limit");
	if (v.len != 4)
		return nd_refuse(&x->problem, ND_INVALID, "Invalid limit value");
	limit = (int32_t)cd_get_be32(v.data);
	if (limit <= 0)
		return nd_refuse(&x->problem, ND_INVALID, "LIMIT must be strictly positive");
	*out = (uint32_t)limit;
	return true;
}

/* The bytes of rows are the database's from one request to the next: large ones do not grow anew. */
static void take_rows(struct nd_select_run *r, struct nd_database *db)
{
	if (db->rows.cap > ROWS_KEPT)
		cd_buffer_deinit(&db->rows);
	r->rows = db->rows;
	cd_buffer_clear(&r->rows);
	r->rows.max = RESULT_MAX;
}

static bool run_init(struct nd_select_run *r, const struct nd_select_plan *plan,
		     struct nd_request *x)
{
	const struct nd_table *t = plan->plan.table;
	size_t columns = t->partition_key_count + 2u * t->clustering_count;
	cql_blob *room = columns <= FEW_KEYS ? r->few
					     : cd_arena_take(x->arena, columns * sizeof *room);

	memset(r, 0, plan->stored ? offsetof(struct nd_select_run, places) : sizeof *r);
	r->plan = plan;
	r->table = plan->plan.table;
	r->x = x;
	take_rows(r, x->db);
	if (!plan->only_row) {
		cd_arena_init(&r->row_arena, x->db->allocator, 0);
		cd_arena_init(&r->static_arena, x->db->allocator, 0);
	}
	r->now_seconds = nd_request_now_seconds(x);
	r->paged = x->has_page_rows && x->page_rows > 0;
	r->left_on_page = r->paged ? (uint32_t)x->page_rows : 0;
	if (!room)
		return nd_no_memory(&x->problem);
	r->key_columns = room;
	r->at_clustering = room + t->partition_key_count;
	if (plan->stored)
		return true;
	r->group_clustering = r->at_clustering + t->clustering_count;
	cd_buffer_init(&r->group_now, x->db->allocator, 0);
	cd_buffer_init(&r->group_then, x->db->allocator, 0);
	return true;
}

static void run_deinit(struct nd_select_run *r)
{
	r->x->db->rows = r->rows;
	if (r->selection)
		nd_selection_end(r->selection);
	if (!r->plan->only_row) {
		cd_arena_deinit(&r->row_arena);
		cd_arena_deinit(&r->static_arena);
	}
	if (r->plan->stored)
		return;
	if (r->group_run)
		nd_selection_end(r->group_run);
	if (r->waiting)
		cd_release(r->x->db->allocator, r->waiting);
	cd_buffer_deinit(&r->group_now);
	cd_buffer_deinit(&r->group_then);
}

static bool check_consistency(const struct nd_select_run *r)
{
	struct nd_request *x = r->x;
	bool serial = x->consistency == CQL_CONSISTENCY_SERIAL ||
		      x->consistency == CQL_CONSISTENCY_LOCAL_SERIAL;

	if (x->consistency == CQL_CONSISTENCY_ANY)
		return nd_refuse(&x->problem, ND_INVALID,
				 "ANY ConsistencyLevel is only supported for writes");
	if (serial && r->places.has_keys && r->places.key_count > 1)
		return nd_refuse(&x->problem, ND_INVALID,
				 "SERIAL/LOCAL_SERIAL consistency may only be requested for one "
				 "partition at a time");
	return true;
}

static bool check_order(const struct nd_select_run *r)
{
	const struct nd_select_plan *plan = r->plan;
	bool folded = plan->aggregates || plan->grouping.is_set;

	if (!r->x->has_page_rows || r->x->page_rows <= 0 || !plan->ordering.sorts ||
	    plan->ordering.near || (!folded && r->places.nothing))
		return true;
	return nd_refuse(&r->x->problem, ND_INVALID,
			 "Cannot page queries with both ORDER BY and a IN restriction on the "
			 "partition key; you must either remove the ORDER BY or the IN and "
			 "sort client side, or disable paging for this query");
}

/* Groups that are each all there is of a partition that is named: those of DISTINCT come in one page, and
 * so do others that one is asked of at a time. */
static bool is_page_of_partitions(const struct nd_select_run *r)
{
	return r->plan->grouping.is_set && r->places.has_keys &&
	       (r->plan->distinct || (!r->table->clustering_count && r->left_on_page == 1));
}

/* Whether the answer comes in pages, and where this one begins. */
static bool start_page(struct nd_select_run *r, uint32_t limit)
{
	const struct nd_select_plan *plan = r->plan;
	bool folded = plan->aggregates || plan->grouping.is_set;
	struct nd_request *x = r->x;

	if (x->paging_state.data &&
	    !nd_page_read(x->paging_state, r->table, x->arena, &r->from, &x->problem))
		return false;
	if (plan->ordering.near)
		return true;
	if (!folded && limit <= r->left_on_page)
		r->paged = false;
	if ((plan->aggregates && !plan->grouping.is_set) || is_page_of_partitions(r))
		r->paged = false;
	r->left = limit;
	if (plan->ordering.sorts)
		r->left = NO_LIMIT;
	if (r->paged && r->from.key.data)
		r->left = r->from.left < limit ? r->from.left : limit;
	return true;
}

static void warn_of_aggregates(const struct nd_select_run *r)
{
	if (!r->plan->aggregates && !r->plan->grouping.is_set)
		return;
	if (!nd_where_restricts_key(r->plan->where))
		nd_request_warn(r->x, "Aggregation query used without partition key");
	else if (nd_where_has_key_in(r->plan->where))
		nd_request_warn(r->x, "Aggregation query used on multiple partition keys (IN "
				      "restriction)");
}

/* What an ordinary user may ask for at all. */
static bool guard_select(const struct nd_select_run *r)
{
	const struct nd_select *s = &r->plan->plan.statement->as.select;
	struct nd_request *x = r->x;

	if (s->group_count && !nd_guard_use(x, ND_FLAG_group_by_enabled, NULL))
		return false;
	if (s->allow_filtering && !r->table->keyspace->is_system &&
	    !nd_guard_use(x, ND_FLAG_allow_filtering_enabled, NULL))
		return false;
	return x->consistency == CQL_CONSISTENCY_ANY || nd_guard_read_level(x);
}

/* An aggregate, which comes whole, is still read by pages. */
static bool guard_page(const struct nd_select_run *r)
{
	bool reads_pages = r->paged || (r->plan->aggregates && r->x->has_page_rows);

	return !reads_pages ||
	       nd_guard(r->x, ND_THRESHOLD_page_size, r->x->page_rows, r->table->name);
}

/* In Cassandra's order: what is selected and filtered by is bound before the keys are. */
static bool bind(struct nd_select_run *r, uint32_t *limit)
{
	const struct nd_select_plan *plan = r->plan;
	struct nd_request *x = r->x;

	if (!guard_select(r))
		return false;
	if (!limit_value(x, plan->limit, limit) ||
	    !limit_value(x, plan->partition_limit, &r->partition_limit) ||
	    (!plan->stored && !nd_select_from_rows(r)) ||
	    (nd_where_has_filters(plan->where) && !(r->filter = nd_where_filter(plan->where, x))) ||
	    !nd_where_bind(plan->where, x, &r->places))
		return false;
	return check_consistency(r);
}

/* Groups, aggregates and orders: there are none where rows are taken as they are stored. */
static bool start_folding(struct nd_select_run *r)
{
	const struct nd_select_plan *plan = r->plan;

	warn_of_aggregates(r);
	if (!check_order(r))
		return false;
	if (plan->grouping.function &&
	    !(r->group_run = nd_selectors_run(plan->grouping.function, r->x)))
		return false;
	return nd_select_from_rows(r);
}

static bool start(struct nd_select_run *r, uint32_t *limit)
{
	const struct nd_select_plan *plan = r->plan;
	struct nd_request *x = r->x;

	if (!bind(r, limit) || (plan->ordering.near && !nd_near_start(r, *limit)))
		return false;
	if (!start_page(r, *limit) || !guard_page(r) ||
	    (r->filter && !nd_near_check_equal(r, *limit)))
		return false;
	r->arena = r->plan->only_row || (r->places.names_rows && r->places.key_count == 1 &&
					 r->places.slice_count == 1)
			   ? x->arena
			   : &r->row_arena;
	if (!plan->stored && !start_folding(r))
		return false;
	if (r->filter && !nd_select_from_rows(r))
		return false;
	return !r->table->refresh || r->table->refresh(r->table, x);
}

/* The last group, and the one row of an aggregate over nothing. */
static bool close_last_group(struct nd_select_run *r)
{
	if (r->stop || !(r->group_open || (r->plan->aggregates && !r->plan->grouping.is_set)))
		return true;
	return nd_select_close_group(r);
}

/* What rows wait for that are not taken as they are stored. */
static bool finish(struct nd_select_run *r, uint32_t limit)
{
	return close_last_group(r) && (!r->waiting || nd_ordering_finish(r, limit));
}

static bool answer(struct nd_select_run *r)
{
	struct nd_request *x = r->x;
	cql_result *out = &x->result;

	out->kind = COODIE_RESULT_ROWS;
	out->metadata = r->plan->plan.metadata;
	if (x->skip_metadata)
		out->metadata.columns = NULL;
	out->row_count = r->row_count;
	out->rows = (cql_blob){ r->rows.data ? r->rows.data : (const uint8_t *)"", r->rows.len };
	if (!r->has_more)
		return true;
	return nd_page_write(&r->at, r->table, x->arena, &out->metadata.paging_state, &x->problem);
}

static bool run_select(const struct nd_plan *base, struct nd_request *x)
{
	const struct nd_select_plan *plan = (const struct nd_select_plan *)base;
	struct nd_select_run r;
	uint32_t limit;
	bool ok = run_init(&r, plan, x) && start(&r, &limit) && nd_select_read(&r) &&
		  (plan->stored || finish(&r, limit)) && answer(&r);

	run_deinit(&r);
	return ok;
}

struct nd_plan *nd_plan_select(struct nd_planner *p, const struct nd_statement *s)
{
	struct nd_table *t = nd_schema_find_table(&p->db->schema, p->keyspace, &s->on, p->problem);
	struct nd_select_plan *plan;

	if (!t)
		return NULL;
	plan = cd_arena_take_zero(p->arena, sizeof *plan);
	if (!plan) {
		nd_no_memory(p->problem);
		return NULL;
	}
	plan->plan.table = t;
	plan->plan.run = run_select;
	if (!look_up(p, &s->as.select, t, plan))
		return NULL;
	look_for_short_way(p, plan);
	return &plan->plan;
}
