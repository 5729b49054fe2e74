/* SPDX-License-Identifier: MIT */
/* UPDATE looked up. */
#include "node/write.h"

static bool new_operation(struct nd_planner *p, struct nd_write *w, const struct nd_assign *a)
{
	const struct nd_table *t = w->plan.table;
	const struct nd_column *c = nd_table_find_column(t, a->column, p->problem);
	struct nd_operation o;

	if (!c)
		return false;
	if (c->kind == ND_PARTITION_KEY || c->kind == ND_CLUSTERING)
		return nd_refuse(p->problem, ND_INVALID, "PRIMARY KEY part %s found in SET part",
				 c->name);
	if (!nd_operation_new(p, t, c, a, nd_conditions_are(&w->conditions), &o))
		return false;
	nd_write_add(w, &o);
	return true;
}

struct nd_plan *nd_plan_update(struct nd_planner *p, const struct nd_statement *s)
{
	const struct nd_modify *m = &s->as.modify;
	struct nd_write *w = nd_write_new(p, s, &m->using, false, m->if_exists, &m->conditions);

	if (!w || !nd_write_reserve(p, w, m->assign_count))
		return NULL;
	for (uint32_t i = 0; i < m->assign_count; i++)
		if (!new_operation(p, w, &m->assigns[i]))
			return NULL;
	return nd_write_where(p, w, m) ? nd_write_finish(p, w) : NULL;
}
