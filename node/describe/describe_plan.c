/* SPDX-License-Identifier: MIT */
/* DESCRIBE as a plan: rows of names, or of names and statements, page by page. */
#include "node/describe/describe_plan.h"

#include "node/describe/describe_page.h"
#include "node/describe/describe_text.h"

static const char *const names[] = { "keyspace_name", "type", "name", "create_statement" };

/* Whether it answers with names alone. */
static bool is_listing(enum nd_describe_what what)
{
	return what == ND_DESCRIBE_KEYSPACES || what == ND_DESCRIBE_TABLES ||
	       what == ND_DESCRIBE_TYPES || what == ND_DESCRIBE_FUNCTIONS ||
	       what == ND_DESCRIBE_AGGREGATES;
}

static void put_name_cell(struct nd_describe_rows *r, const char *name)
{
	size_t began = nd_describe_cell_begin(r);

	nd_name_put(&r->rows, name);
	nd_describe_cell_end(r, began);
}

static void put_row(struct nd_describe_rows *r, const struct nd_describe *d,
		    const struct nd_element *e)
{
	size_t began;

	put_name_cell(r, e->keyspace->name);
	nd_describe_put_cell(r, nd_element_kind_name(e->kind));
	put_name_cell(r, e->name);
	if (!is_listing(d->what)) {
		began = nd_describe_cell_begin(r);
		nd_describe_element(&r->rows, e, d->with_internals);
		nd_describe_cell_end(r, began);
	}
	r->count++;
}

static bool answer(struct nd_request *x, const struct nd_describe *d,
		   const struct nd_elements *list, uint32_t from)
{
	uint32_t page = x->has_page_rows && x->page_rows > 0 ? (uint32_t)x->page_rows : UINT32_MAX;
	struct nd_describe_rows r;

	nd_describe_rows_init(&r, x);
	for (uint32_t i = from; i < list->count && r.count < page; i++)
		put_row(&r, d, &list->at[i]);
	if (!nd_describe_rows_end(&r, names, is_listing(d->what) ? 3 : 4, NULL))
		return false;
	/* a full page may be the last one: Cassandra does not look either */
	return r.count < page || nd_describe_page_write(x, from + page);
}

static bool run_describe(const struct nd_plan *plan, struct nd_request *x)
{
	const struct nd_statement *s = plan->statement;
	struct nd_elements list;
	uint32_t from;

	if (!nd_describe_page_read(x, &from))
		return false;
	if (s->as.describe.what == ND_DESCRIBE_CLUSTER)
		return nd_describe_cluster(x);
	nd_elements_init(&list, x->arena);
	if (!nd_describe_find(x, s, &list))
		return false;
	if (list.failed)
		return nd_no_memory(&x->problem);
	return answer(x, &s->as.describe, &list, from);
}

struct nd_plan *nd_plan_describe(struct nd_planner *p, const struct nd_statement *s)
{
	struct nd_plan *plan = cd_arena_take_zero(p->arena, sizeof *plan);

	(void)s;
	if (plan)
		plan->run = run_describe;
	else
		nd_no_memory(p->problem);
	return plan;
}
