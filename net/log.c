/* SPDX-License-Identifier: MIT */
/* Log lines: made on the stack, cut when too long, given to the user's callback. */
#include "net/log.h"

#include <stdarg.h>
#include <stdio.h>

enum { LINE_SIZE = 512 };

void cd_log(const struct coodie_options *o, enum coodie_log_level level, const char *format, ...)
{
	char line[LINE_SIZE];
	va_list args;

	if (!cd_log_wanted(o, level))
		return;
	va_start(args, format);
	vsnprintf(line, sizeof line, format, args);
	va_end(args);
	o->log(level, line, o->log_user);
}
