/* SPDX-License-Identifier: MIT */
/* What a session says of its cluster. */
#include <coodie/cluster.h>

#include "base/error.h"
#include "net/engine/engine_impl.h"
#include "net/session/session.h"

coodie_metadata *coodie_session_metadata(coodie_session *s, coodie_error *err)
{
	cd_clear(err);
	struct cd_crew *crew = cd_session_crew(s);
	struct cd_engine *e = crew ? NULL : cd_session_engine(s, "metadata", err);
	if (!crew && !e)
		return NULL;
	coodie_metadata *md = crew ? cd_crew_snapshot(crew) : cd_snapshot_ref(e->snapshot);
	if (md)
		return md;
	const struct coodie_options *o = crew ? cd_crew_options(crew) : e->options;
	if (o->single_node)
		return cd_fail_null(err, COODIE_ERR_UNSUPPORTED,
				    "single_node: nothing is read of the cluster");
	return cd_fail_null(err, COODIE_ERR_CLOSED, "nothing is known of the cluster yet");
}

static bool start_refresh(struct cd_engine *e, const void *args, coodie_status_fn *done, void *user,
			  coodie_error *err)
{
	(void)args;
	return cd_engine_reread(e, done, user, err);
}

bool coodie_session_refresh_async(coodie_session *s, coodie_status_fn *done, void *user,
				  coodie_error *err)
{
	static const struct cd_start start = { .what = "refresh", .fn = start_refresh };

	cd_clear(err);
	if (!done)
		return cd_fail(err, COODIE_ERR_INVALID, "refresh: no callback was given");
	return cd_session_start(s, &start, done, user, err);
}

static bool start_agreement(struct cd_engine *e, const void *args, coodie_status_fn *done,
			    void *user, coodie_error *err)
{
	const uint32_t *timeout_ms = args;

	return cd_engine_agree(e, *timeout_ms, done, user, err);
}

bool coodie_schema_agreement_async(coodie_session *s, uint32_t timeout_ms, coodie_status_fn *done,
				   void *user, coodie_error *err)
{
	const struct cd_start start = { .what = "schema_agreement",
					.fn = start_agreement,
					.args = &timeout_ms,
					.len = sizeof timeout_ms };

	cd_clear(err);
	if (!done)
		return cd_fail(err, COODIE_ERR_INVALID, "schema_agreement: no callback was given");
	return cd_session_start(s, &start, done, user, err);
}
