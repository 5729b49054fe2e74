/* SPDX-License-Identifier: MIT */
/* The times that writes bear (E4): none, the clock's and never one twice, or those of a function of
 * the user's. */
#ifndef NET_TIMESTAMPS_H
#define NET_TIMESTAMPS_H

#include <stdatomic.h>

#include <coodie/policy.h>

struct coodie_options;

/* One per session; any thread. */
struct cd_timestamps {
	coodie_timestamping settings; /* zeros filled in */
	_Atomic int64_t last;
	_Atomic int64_t warned_us; /* when the last warning was due */
};

/* Checks and fills in what a user said; NULL: the server's time. */
bool cd_timestamps_check(coodie_timestamping *out, const coodie_timestamping *t, coodie_error *err);
/* What the options say. */
void cd_timestamps_of(const struct coodie_options *o, coodie_timestamping *out);
/* `settings` as cd_timestamps_check() left them. */
void cd_timestamps_init(struct cd_timestamps *t, const coodie_timestamping *settings);

/* The next one; false: none, the server gives its own. `wall_us`: the time of day, microseconds
 * since 1970. `ahead_us`: how far the timestamp is ahead of it when a warning is due, else 0. */
bool cd_timestamps_next(struct cd_timestamps *t, int64_t wall_us, int64_t *out, int64_t *ahead_us);

#endif
