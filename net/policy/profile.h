/* SPDX-License-Identifier: MIT */
/* Execution profiles (E1): what was said of each, and what follows from it once "default" and the
 * options have filled the gaps. A set of them never changes; changing a profile makes another set,
 * in which each has its index still. */
#ifndef NET_PROFILE_H
#define NET_PROFILE_H

#include <stdatomic.h>

#include "net/policy/balancer_rules.h"
#include "net/policy/retry.h"
#include "net/policy/speculation.h"

struct coodie_options;

/* What a user said of one profile; shared, constant. NULL and zero: as elsewhere. */
struct cd_profile_said {
	coodie_allocator allocator;
	atomic_uint refs;
	cql_consistency consistency, serial_consistency;
	uint32_t timeout_ms;
	bool idempotent, log_retries, not_speculative;
	struct cd_balancer_rules *balancer;
	struct cd_retry_policy *retry;
	struct cd_speculation speculation; /* `max` 0: not said */
	char name[];
};

/* What holds for requests that name it. */
struct cd_profile {
	const char *name;
	cql_consistency consistency, serial_consistency; /* the latter UNSET: none is sent */
	uint32_t timeout_ms;                             /* 0: the session's */
	bool idempotent, log_retries;
	struct cd_balancer_rules *balancer; /* all borrowed from the set */
	struct cd_retry_policy *retry;
	struct cd_speculation speculation;
};

/* Constant, shared. The first profile is "default". */
struct cd_profiles {
	coodie_allocator allocator;
	atomic_uint refs;
	uint32_t count;
	struct cd_profile *at;         /* NULL in a set of options: nothing follows yet */
	struct cd_profile_said *base;  /* what the options say; NULL likewise */
	struct cd_profile_said **said; /* `count` */
};

/* The states are taken unless it fails. */
struct cd_profile_said *cd_profile_said_new(const char *name, const coodie_profile_options *p,
					    const coodie_allocator *a, coodie_error *err);
/* NULL is fine. */
void cd_profile_said_free(struct cd_profile_said *said);
/* The same, but a user's states stay his: whoever took them has failed. */
void cd_profile_said_give_back(struct cd_profile_said *said);

/* A set with one profile more, or one changed; `said` is referenced. `old` NULL: an empty one. */
struct cd_profiles *cd_profiles_with(const struct cd_profiles *old, struct cd_profile_said *said,
				     const coodie_allocator *a, coodie_error *err);
/* What holds in a session of these options. */
struct cd_profiles *cd_profiles_of(const struct coodie_options *o, coodie_error *err);
struct cd_profiles *cd_profiles_ref(struct cd_profiles *set);
/* NULL is fine. */
void cd_profiles_free(struct cd_profiles *set);

#endif
