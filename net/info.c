/* SPDX-License-Identifier: MIT */
/* What a session knows about itself: its connection, what the server supports, its numbers. */
#include <string.h>

#include "base/error.h"
#include "net/session.h"

static const coodie_session *carrier(const coodie_session *s)
{
	/* a registry is only looked into */
	return cd_session_carrier((coodie_session *)(uintptr_t)s, NULL);
}

/* Gives the caller as much of a struct as it knows; its `size` stays its own. */
static void hand_out(void *to, const void *from, size_t from_size)
{
	size_t size;

	memcpy(&size, to, sizeof size);
	if (size > sizeof size)
		memcpy((char *)to + sizeof size, (const char *)from + sizeof size,
		       (size < from_size ? size : from_size) - sizeof size);
}

bool coodie_session_info(const coodie_session *s, coodie_connection_info *info, coodie_error *err)
{
	coodie_connection_info own = { .size = sizeof own };

	cd_clear(err);
	if (info->size < sizeof info->size)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "coodie_connection_info: its `size` is %zu; it must be "
			       "sizeof(coodie_connection_info)",
			       info->size);
	s = carrier(s);
	if (!s || (!s->engine && !s->crew))
		return cd_fail(err, COODIE_ERR_UNSUPPORTED, "info: this session has no connection");
	if (!(s->crew ? cd_crew_info(s->crew, &own, err) : cd_engine_info(s->engine, &own, err)))
		return false;
	hand_out(info, &own, sizeof own);
	return true;
}

const char *coodie_session_supported(const coodie_session *s, const char *key, size_t i)
{
	s = carrier(s);
	return s && s->engine ? cd_engine_supported(s->engine, key, i) : NULL;
}

void coodie_session_get_stats(const coodie_session *s, coodie_session_stats *stats)
{
	coodie_session_stats own = { .size = sizeof own };

	s = carrier(s);
	if (s && s->crew)
		cd_crew_stats(s->crew, &own);
	else if (s && s->engine)
		cd_engine_stats(s->engine, &own);
	hand_out(stats, &own, sizeof own);
}
