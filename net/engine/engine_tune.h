/* SPDX-License-Identifier: MIT */
/* What tune.h asks of one engine. On its loop's thread. */
#ifndef NET_ENGINE_TUNE_H
#define NET_ENGINE_TUNE_H

#include <coodie/tune.h>

#include "net/options/tune.h"

struct cd_engine;

/* `by_name` NULL: as `tune` says, else one option from text. */
struct cd_tuning {
	const coodie_tune *tune;
	const char *by_name, *value;
};

bool cd_engine_tune(struct cd_engine *e, const struct cd_tuning *t, coodie_error *err);
/* The options as they are now. */
const struct coodie_options *cd_engine_options(const struct cd_engine *e);
void cd_engine_load(const struct cd_engine *e, coodie_load *out);
bool cd_engine_ready(struct cd_engine *e, coodie_status_fn *done, void *user, coodie_error *err);

#endif
