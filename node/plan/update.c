/* SPDX-License-Identifier: MIT */
/* UPDATE looked up. */
#include "node/plan/write.h"

struct nd_plan *nd_plan_update(struct nd_planner *p, const struct nd_statement *s)
{
	const struct nd_modify *m = &s->as.modify;
	struct nd_write *w = nd_write_new(p, s, &m->using, false, m->if_exists, &m->conditions);

	if (!w || !nd_write_reserve(p, w, m->assign_count))
		return NULL;
	for (uint32_t i = 0; i < m->assign_count; i++)
		if (!nd_write_assign(p, w, &m->assigns[i], "PRIMARY KEY part %s found in SET part"))
			return NULL;
	return nd_write_where(p, w, m) ? nd_write_finish(p, w) : NULL;
}
