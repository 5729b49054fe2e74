/* SPDX-License-Identifier: MIT */
/* Options changed all at once or not at all: coodie_tune, and live ones by name. */
#ifndef NET_TUNE_H
#define NET_TUNE_H

#include "net/options/option.h"

/* Sets what `t` names in `live`, or nothing. `changed` (may be NULL) becomes what has another value
 * than before. */
bool cd_options_tune(struct coodie_options *live, const coodie_tune *t, struct cd_changes *changed,
		     coodie_error *err);
/* Sets one row that is LIVE by its name; COODIE_ERR_INVALID also for one that is not. */
bool cd_options_tune_by_name(struct coodie_options *live, const char *name, const char *value,
			     struct cd_changes *changed, coodie_error *err);
/* The values in force, as many as out->size has room for. */
void cd_options_tuning(const struct coodie_options *o, coodie_tune *out);

#endif
