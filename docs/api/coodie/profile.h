/* SPDX-License-Identifier: MIT */
/**
 * @file profile.h
 * Profiles of queries: what is still to be built of policy.h.
 *
 * Adds to coodie_request:
 *
 *     const cql_args *key;    partition key for routing, where the binds do not tell (MD-19)
 *
 * Adds to coodie_read and coodie_write: `profile`. Serves CN-14, CN-24, LW-13, MD-19, MD-21.
 */
#ifndef COODIE_PROFILE_H
#define COODIE_PROFILE_H

#include <coodie/policy.h>
#include <coodie/query.h>

COODIE_BEGIN

/** The profile of a query. */
COODIE_API void coodie_profile(coodie_query *q, const char *name);

COODIE_END

#endif
