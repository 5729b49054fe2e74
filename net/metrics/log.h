/* SPDX-License-Identifier: MIT */
/* The log callback of a session: a line costs one comparison when its level is not wanted, and one
 * that would be said again and again is said once a minute. */
#ifndef NET_LOG_H
#define NET_LOG_H

#include "net/options/options.h"

static inline bool cd_log_wanted(const struct coodie_options *o, enum coodie_log_level level)
{
	return o->log && level <= o->log_level;
}

/* Formats one line and gives it to the callback. */
void cd_log_write(const struct coodie_options *o, enum coodie_log_level level, const char *format,
		  ...) COODIE_PRINTF(3, 4);

/* (options, level, format, ...): nothing is evaluated when the level is not wanted. */
#define cd_log(o, level, ...) \
	do { \
		if (cd_log_wanted((o), (level))) \
			cd_log_write((o), (level), __VA_ARGS__); \
	} while (0)

/* ---- lines that repeat (O9) ----------------------------------------------------------------- */

/* The kinds of lines that one host can cause again and again: X(NAME, "what it is called") */
#define CD_LOG_KIND_TABLE(X) \
	X(CONNECT, "connecting failed") \
	X(LOST, "lost connections") \
	X(PROTOCOL, "protocol errors") \
	X(WIRE, "last frames of a connection") \
	X(AUTH, "authentication failed") \
	X(TLS, "TLS failed") \
	X(RETRY, "retries at another consistency")

enum cd_log_kind {
#define X(name, text) CD_LOG_##name,
	CD_LOG_KIND_TABLE(X)
#undef X
		CD_LOG_KINDS
};

enum { CD_LOG_SILENCE_S = 60 };

/* What was said lately of a host, or of no host. Zeroed: nothing. */
struct cd_log_limits {
	struct {
		uint32_t until_s; /* lines are counted until then; 0: none was said */
		uint32_t more : 29, level : 3;
	} of[CD_LOG_KINDS];
};

/* Whether a line of this kind may be said now; otherwise it has been counted. Says how many were
 * counted before it. */
bool cd_log_pass(const struct coodie_options *o, struct cd_log_limits *limits,
		 enum cd_log_kind kind, uint64_t now_us, enum coodie_log_level level);
/* The kind of a connection's failure by its code; `usual` for most. */
enum cd_log_kind cd_log_kind_of(enum coodie_errc code, enum cd_log_kind usual);
/* Says what was counted and not yet told: when the host is well again, and before it goes away. */
void cd_log_settle(const struct coodie_options *o, struct cd_log_limits *limits);

/* (options, limits, kind, now_us, level, format, ...) */
#define cd_log_limited(o, limits, kind, now_us, level, ...) \
	do { \
		if (cd_log_wanted((o), (level)) && \
		    cd_log_pass((o), (limits), (kind), (now_us), (level))) \
			cd_log_write((o), (level), __VA_ARGS__); \
	} while (0)

#endif
