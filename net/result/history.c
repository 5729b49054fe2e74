/* SPDX-License-Identifier: MIT */
/* Attempts in the order they were made, and our own warning. */
#include "net/result/history.h"

#include <stdio.h>

#include "base/alloc.h"

bool cd_history_add(struct cd_history_notes *n, struct cd_arena *arena,
		    const struct cd_place *place, const coodie_error *err)
{
	struct cd_trial *t = n->count < CD_HISTORY_MOST ? cd_arena_take(arena, sizeof *t) : NULL;

	if (!t)
		return false;
	*t = (struct cd_trial){ n->last, *place, err->code, err->server_code };
	n->last = t;
	n->count++;
	return true;
}

struct cd_history *cd_history_new(const coodie_allocator *a, const struct cd_history_notes *n)
{
	struct cd_history *h;
	uint32_t i = n->count;

	if (!n->count && n->asked == CQL_CONSISTENCY_UNSET)
		return NULL;
	h = cd_alloc_zero(a, sizeof *h + n->count * sizeof h->trials[0]);
	if (!h)
		return NULL;
	h->count = n->count;
	for (const struct cd_trial *t = n->last; t; t = t->next)
		h->trials[--i] = *t;
	if (n->asked != CQL_CONSISTENCY_UNSET)
		snprintf(h->warning, sizeof h->warning,
			 "coodie: the consistency was lowered from %s to %s",
			 cql_consistency_name(n->asked), cql_consistency_name(n->used));
	return h;
}
