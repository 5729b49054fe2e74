/* SPDX-License-Identifier: MIT */
/* What options and profiles have in common: one taken for the other. */
#ifndef NET_PROFILE_OPTIONS_H
#define NET_PROFILE_OPTIONS_H

#include <coodie/policy.h>

#include "net/options/draft.h"

/* The options of a session as those of a profile. Texts are borrowed; p->balancing is `b`. */
void cd_profile_options_read(const struct coodie_options *o, coodie_profile_options *p,
			     coodie_balancing *b);
/* Whether a profile has an option of its own. */
bool cd_profile_options_has(enum cd_option_id id);
/* Makes a profile of what a section of a file says. */
bool cd_profile_options_set(coodie_options *o, const char *name, const struct cd_draft *section,
			    coodie_error *err);

#endif
