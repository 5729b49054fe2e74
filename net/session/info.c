/* SPDX-License-Identifier: MIT */
/* What a session knows about itself: its connection, what the server supports, its numbers. */
#include "base/error.h"
#include "base/sized.h"
#include "net/session/session.h"

bool coodie_session_info(const coodie_session *s, coodie_connection_info *info, coodie_error *err)
{
	coodie_connection_info own = { .size = sizeof own };

	cd_clear(err);
	if (!info)
		return cd_fail(err, COODIE_ERR_INVALID, "info: no place for it");
	if (info->size < sizeof info->size)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "coodie_connection_info: its `size` is %zu; it must be "
			       "sizeof(coodie_connection_info)",
			       info->size);
	s = cd_session_carrier(s, NULL);
	if (!s || (!s->engine && !s->crew))
		return cd_fail(err, COODIE_ERR_UNSUPPORTED, "info: this session has no connection");
	if (!(s->crew ? cd_crew_info(s->crew, &own, err) : cd_engine_info(s->engine, &own, err)))
		return false;
	cd_give_struct(info, &own, sizeof own);
	return true;
}

const char *coodie_session_supported(const coodie_session *s, const char *key, size_t i)
{
	s = cd_session_carrier(s, NULL);
	if (!s || !key)
		return NULL;
	if (s->crew)
		return cd_crew_supported(s->crew, key, i);
	return s->engine ? cd_engine_supported(s->engine, key, i) : NULL;
}

void coodie_session_get_stats(const coodie_session *s, coodie_session_stats *stats)
{
	coodie_session_stats own = { .size = sizeof own };

	s = cd_session_carrier(s, NULL);
	if (!stats)
		return;
	if (s && s->crew)
		cd_crew_stats(s->crew, &own);
	else if (s && s->engine)
		cd_engine_stats(s->engine, &own);
	cd_give_struct(stats, &own, sizeof own);
}
