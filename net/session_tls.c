/* SPDX-License-Identifier: MIT */
/* New certificates for a session that runs. */
#include "base/error.h"
#include "net/engine_impl.h"
#include "net/session.h"

bool coodie_session_reload_tls(coodie_session *s, const coodie_tls *tls, coodie_error *err)
{
	cd_clear(err);
	if (!s || !tls)
		return cd_fail(err, COODIE_ERR_INVALID, "coodie_session_reload_tls: %s is NULL",
			       s ? "tls" : "the session");
	struct cd_engine *e = cd_session_engine(s, "reload_tls", err);
	if (!e)
		return false;
	if (!e->options->tls_context)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "coodie_session_reload_tls: the session does not use TLS");
	return cd_tls_context_reload(e->options->tls_context, tls, err);
}
