/* SPDX-License-Identifier: MIT */
/* Options read from a text that may turn out to be wrong: set aside, then taken over as a whole. */
#ifndef NET_DRAFT_H
#define NET_DRAFT_H

#include "net/options/option.h"

/* `base` has what is not set here; `given` are the options that were, each only once. */
struct cd_draft {
	const struct coodie_options *base;
	struct coodie_options *options;
	struct cd_changes given;
};

bool cd_draft_init(struct cd_draft *d, const struct coodie_options *base, coodie_error *err);
/* Sets an option; COODIE_ERR_INVALID when it was set before. */
bool cd_draft_set(struct cd_draft *d, const char *name, const char *value, coodie_error *err);
/* Base and draft as one, to look at: it owns nothing. */
struct coodie_options cd_draft_view(const struct cd_draft *d);
/* Exchanges what was given, and the profiles, with what `o` has. */
void cd_draft_take(struct cd_draft *d, struct coodie_options *o);
void cd_draft_deinit(struct cd_draft *d);

#endif
