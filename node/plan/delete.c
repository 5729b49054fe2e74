/* SPDX-License-Identifier: MIT */
/* DELETE looked up. */
#include "node/plan/write.h"

/* Conditions need one row, or the static one. */
static bool check_conditions(struct nd_planner *p, const struct nd_write *w)
{
	const char *text = NULL;

	if (!nd_conditions_are(&w->conditions) || nd_where_is_exact(w->where))
		return true;
	if (w->plan.table->keyspace->is_virtual)
		text = "";
	else if (w->regular_count || !w->operation_count)
		text = " in order to delete non static columns";
	else if (w->conditions.on_rows)
		text = " in order to use IF condition on non static columns";
	return !text || nd_refuse(p->problem, ND_INVALID,
				  "DELETE statements must restrict all PRIMARY KEY columns with "
				  "equality relations%s",
				  text);
}

struct nd_plan *nd_plan_delete(struct nd_planner *p, const struct nd_statement *s)
{
	const struct nd_modify *m = &s->as.modify;
	struct nd_write *w = nd_write_new(p, s, &m->using, false, m->if_exists, &m->conditions);
	struct nd_plan *plan;

	if (!w || !nd_write_reserve(p, w, m->assign_count))
		return NULL;
	for (uint32_t i = 0; i < m->assign_count; i++)
		if (!nd_write_assign(
			    p, w, &m->assigns[i],
			    "Invalid identifier %s for deletion (should not be a PRIMARY KEY "
			    "part)"))
			return NULL;
	if (!nd_write_where(p, w, m) || !(plan = nd_write_finish(p, w)))
		return NULL;
	return check_conditions(p, w) ? plan : NULL;
}
