/* SPDX-License-Identifier: MIT */
/* Attempts as they are told to the user who asked for it; options without the hook: nothing happens. */
#ifndef NET_ATTEMPT_H
#define NET_ATTEMPT_H

#include <coodie/metrics.h>

#include "net/engine/request.h"

struct cd_engine;

/* What is said of an attempt, while it is there: it ends with `err`, NULL: well. */
coodie_attempt cd_attempt_describe(const struct cd_engine *e, const struct cd_attempt *a,
				   const coodie_error *err);
/* What an attempt ends with when another one of its request was answered. */
extern const coodie_error cd_attempt_overtaken;

/* Its request was answered: those that are out besides are told first. */
void cd_attempt_won(struct cd_engine *e, const struct cd_attempt *a);
/* It is over, but not its request. */
void cd_attempt_over(struct cd_engine *e, const struct cd_attempt *a, const coodie_error *err);
/* All attempts that are out end with their request. */
void cd_attempts_end(struct cd_engine *e, const struct cd_request *r, const coodie_error *err);

#endif
