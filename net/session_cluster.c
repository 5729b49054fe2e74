/* SPDX-License-Identifier: MIT */
/* What a session says of its cluster. */
#include <coodie/cluster.h>

#include "base/error.h"
#include "net/engine_impl.h"
#include "net/session.h"

coodie_metadata *coodie_session_metadata(coodie_session *s, coodie_error *err)
{
	cd_clear(err);
	struct cd_engine *e = cd_session_engine(s, "metadata", err);
	if (!e)
		return NULL;
	if (e->snapshot)
		return cd_snapshot_ref(e->snapshot);
	if (e->options->single_node)
		return cd_fail_null(err, COODIE_ERR_UNSUPPORTED,
				    "single_node: nothing is read of the cluster");
	return cd_fail_null(err, COODIE_ERR_CLOSED, "nothing is known of the cluster yet");
}

bool coodie_session_refresh_async(coodie_session *s, coodie_status_fn *done, void *user,
				  coodie_error *err)
{
	cd_clear(err);
	if (!done)
		return cd_fail(err, COODIE_ERR_INVALID, "refresh: no callback was given");
	struct cd_engine *e = cd_session_engine(s, "refresh", err);
	return e && cd_engine_reread(e, done, user, err);
}

bool coodie_schema_agreement_async(coodie_session *s, uint32_t timeout_ms, coodie_status_fn *done,
				   void *user, coodie_error *err)
{
	cd_clear(err);
	if (!done)
		return cd_fail(err, COODIE_ERR_INVALID, "schema_agreement: no callback was given");
	struct cd_engine *e = cd_session_engine(s, "schema_agreement", err);
	return e && cd_engine_agree(e, timeout_ms, done, user, err);
}
