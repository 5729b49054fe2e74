/* SPDX-License-Identifier: MIT */
/* Profiles of a session that runs. */
#include "base/error.h"
#include "net/policy/policies.h"
#include "net/session/session.h"

bool coodie_session_set_profile(coodie_session *s, const char *name,
				const coodie_profile_options *profile, coodie_error *err)
{
	cd_clear(err);
	if (!s || !name)
		return cd_fail(err, COODIE_ERR_INVALID, "coodie_session_set_profile: %s is NULL",
			       s ? "the name" : "the session");
	s = cd_session_carrier(s, err);
	if (!s)
		return false;
	if (!s->policies)
		return cd_fail(
			err, COODIE_ERR_UNSUPPORTED,
			"set_profile: this session was made from a driver, not for a cluster");
	return cd_profile_board_set(&s->policies->board, name, profile, err);
}
