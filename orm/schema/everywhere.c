/* SPDX-License-Identifier: MIT */
/* coodie_sync_everywhere() and coodie_drop_everywhere(): one place after the other. */
#include "base/error.h"
#include "base/sized.h"
#include "orm/schema/job.h"

static bool is_view(const coodie_model *m)
{
	return m && cd_model_read(m).view;
}

/* Each keyspace of a session; none: the model's. */
static bool visit_session(const struct cd_verb *verb, struct cd_target *t, const coodie_places *p,
			  coodie_error *err)
{
	size_t at = 0;

	do {
		t->keyspace = p->keyspace_count ? p->keyspaces[at] : NULL;
		if (!cd_verb_wait(verb, t, err)) {
			if (t->keyspace)
				cd_error_prefix(err, "keyspace %s", t->keyspace);
			return false;
		}
	} while (++at < p->keyspace_count);
	return true;
}

static bool visit(const struct cd_verb *verb, struct cd_target *t, const coodie_places *where,
		  coodie_error *err)
{
	coodie_places p = { 0 };
	size_t at = 0;

	if (where && !cd_take_struct(&p, sizeof(p), where, "coodie_places", err))
		return false;
	do {
		if (p.session_count)
			t->session = p.sessions[at];
		if (!visit_session(verb, t, &p, err)) {
			if (p.session_count > 1)
				cd_error_prefix(err, "sessions[%zu]", at);
			return false;
		}
	} while (++at < p.session_count);
	return true;
}

bool coodie_sync_everywhere(coodie_session *s, const coodie_model *m, const coodie_places *where,
			    const coodie_sync *options, coodie_error *err)
{
	struct cd_target t = *CD_TARGET(s, m, options);

	return visit(is_view(m) ? &cd_sync_view : &cd_sync_table, &t, where, err);
}

bool coodie_drop_everywhere(coodie_session *s, const coodie_model *m, const coodie_places *where,
			    const coodie_sync *options, coodie_error *err)
{
	struct cd_target t = *CD_TARGET(s, m, options);

	return visit(is_view(m) ? &cd_drop_view : &cd_drop_table, &t, where, err);
}
