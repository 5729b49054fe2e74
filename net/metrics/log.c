/* SPDX-License-Identifier: MIT */
/* Log lines: made on the stack, cut when too long, given to the user's callback; repeated ones
 * counted. */
#include "net/metrics/log.h"

#include <stdarg.h>
#include <stdio.h>

enum { LINE_SIZE = 512 };

static const char *const kind_texts[CD_LOG_KINDS] = {
#define X(name, text) [CD_LOG_##name] = (text),
	CD_LOG_KIND_TABLE(X)
#undef X
};

void cd_log_write(const struct coodie_options *o, enum coodie_log_level level, const char *format,
		  ...)
{
	char line[LINE_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof line, format, args);
	va_end(args);
	o->log(level, line, o->log_user);
}

/* "... and 41 more like it within 60 s (connecting failed)" */
static void say_rest(const struct coodie_options *o, struct cd_log_limits *limits,
		     enum cd_log_kind kind)
{
	uint32_t more = limits->of[kind].more;
	enum coodie_log_level level = (enum coodie_log_level)limits->of[kind].level;

	limits->of[kind].more = 0;
	if (more)
		cd_log(o, level, "... and %u more like it within %d s (%s)", (unsigned)more,
		       CD_LOG_SILENCE_S, kind_texts[kind]);
}

bool cd_log_pass(const struct coodie_options *o, struct cd_log_limits *limits,
		 enum cd_log_kind kind, uint64_t now_us, enum coodie_log_level level)
{
	uint32_t now_s = (uint32_t)(now_us / 1000000);

	if (limits->of[kind].until_s && now_s < limits->of[kind].until_s) {
		if (limits->of[kind].more < (1u << 29) - 1)
			limits->of[kind].more++;
		return false;
	}
	say_rest(o, limits, kind);
	limits->of[kind].until_s = now_s + CD_LOG_SILENCE_S;
	limits->of[kind].level = (unsigned)level & 7;
	return true;
}

enum cd_log_kind cd_log_kind_of(enum coodie_errc code, enum cd_log_kind usual)
{
	static const struct {
		enum coodie_errc code;
		enum cd_log_kind kind;
	} kinds[] = {
		{ COODIE_ERR_AUTH, CD_LOG_AUTH },	  { COODIE_ERR_TLS, CD_LOG_TLS },
		{ COODIE_ERR_PROTOCOL, CD_LOG_PROTOCOL }, { COODIE_ERR_NOT_CQL, CD_LOG_PROTOCOL },
		{ COODIE_ERR_LIMIT, CD_LOG_PROTOCOL },
	};

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (kinds[i].code == code)
			return kinds[i].kind;
	return usual;
}

void cd_log_settle(const struct coodie_options *o, struct cd_log_limits *limits)
{
	for (int kind = 0; kind < CD_LOG_KINDS; kind++) {
		say_rest(o, limits, (enum cd_log_kind)kind);
		limits->of[kind].until_s = 0;
	}
}
