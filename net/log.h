/* SPDX-License-Identifier: MIT */
/* The log callback of a session, with a formatter in front. */
#ifndef NET_LOG_H
#define NET_LOG_H

#include "net/options.h"

static inline bool cd_log_wanted(const struct coodie_options *o, enum coodie_log_level level)
{
	return o->log && level <= o->log_level;
}

/* Formats one line and gives it to the callback; nothing when the level is not wanted. */
void cd_log(const struct coodie_options *o, enum coodie_log_level level, const char *format, ...)
	COODIE_PRINTF(3, 4);

#endif
