/* SPDX-License-Identifier: MIT */
/* Options changed all at once or not at all: coodie_tune, and live ones by name. */
#ifndef NET_TUNE_H
#define NET_TUNE_H

#include "net/option.h"

/* Which rows a change touched, by their index. */
struct cd_changes {
	uint64_t bits[(CD_OPTION_COUNT + 63) / 64];
};

static inline bool cd_changes_has(const struct cd_changes *c, enum cd_option_id id)
{
	return c->bits[id / 64] >> (id % 64) & 1;
}

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
