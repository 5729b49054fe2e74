/* SPDX-License-Identifier: MIT */
/**
 * @file profile.h
 * Profiles of a session that runs, of its requests and queries, and custom payloads: what is still
 * to be built of policy.h.
 *
 * Adds to coodie_request:
 *
 *     const cql_args *key;    partition key for routing, where the binds do not tell (MD-19)
 *     const cql_payload *payload;  custom payload, v4 section 2.2 (P17)
 *     size_t payload_count;
 *
 * Adds to coodie_read and coodie_write: `profile`. Serves L9, P17, E1, E2, CN-14, CN-24,
 * LW-13, MD-19, MD-21.
 */
#ifndef COODIE_PROFILE_H
#define COODIE_PROFILE_H

#include <coodie/message.h>
#include <coodie/policy.h>
#include <coodie/query.h>

COODIE_BEGIN

/** The profile of a query. */
COODIE_API void coodie_profile(coodie_query *q, const char *name);

/** The custom payload of an answer (P17), borrowed from the result. */
COODIE_API size_t coodie_result_payload_count(const coodie_result *r);
COODIE_API bool coodie_result_payload_at(const coodie_result *r, size_t i, cql_payload *out);

COODIE_END

#endif
