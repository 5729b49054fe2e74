/* SPDX-License-Identifier: MIT */
/* The lock of migrations: one row in the cluster, with an owner and a time to live. It is Python coodie's
 * row; what is ours is that the owner is one run, and that it is renewed while the run works. */
#ifndef MIGRATE_LOCK_H
#define MIGRATE_LOCK_H

#include "migrate/migrator.h"

/* Takes it into `m->lock`. Held by another: COODIE_ERR_CONFLICT, with the owner and the age. */
bool mg_lock_take(coodie_migrator *m, coodie_error *err);
/* Whether it is ours now: asked of the cluster, and renewed by that, before each statement. */
bool mg_lock_prove(coodie_migrator *m, coodie_error *err);
/* Whether it is ours as far as we know: for what comes often, and may come once too often. */
bool mg_lock_check(coodie_migrator *m, coodie_error *err);
/* Gives it back, when it is ours. None held: fine. False: it could not, which is told. */
bool mg_lock_release(coodie_migrator *m);

#endif
