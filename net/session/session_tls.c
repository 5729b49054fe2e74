/* SPDX-License-Identifier: MIT */
/* New certificates for a session that runs. */
#include "base/error.h"
#include "net/engine/engine_impl.h"
#include "net/session/session.h"

bool coodie_session_reload_tls(coodie_session *s, const coodie_tls *tls, coodie_error *err)
{
	cd_clear(err);
	if (!s || !tls)
		return cd_fail(err, COODIE_ERR_INVALID, "coodie_session_reload_tls: %s is NULL",
			       s ? "tls" : "the session");
	struct cd_crew *crew = cd_session_crew(s);
	struct cd_engine *e = crew ? NULL : cd_session_engine(s, "reload_tls", err);
	if (!crew && !e)
		return false;
	/* one context for all loops, which has a lock of its own */
	const struct coodie_options *o = crew ? cd_crew_options(crew) : e->options;
	if (!o->tls_context)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "coodie_session_reload_tls: the session does not use TLS");
	return cd_tls_context_reload(o->tls_context, tls, err);
}
