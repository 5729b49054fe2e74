/* SPDX-License-Identifier: MIT */
/* Guardrails: limits that cassandra.yaml sets to what clients may do. They hold for ordinary users:
 * neither for superusers nor where nobody has to log in, which makes superusers of all. */
#ifndef NODE_GUARDRAIL_H
#define NODE_GUARDRAIL_H

#include "node/schema/index.h"
#include "node/server/request.h"

enum nd_threshold {
#define THRESHOLD(name, bound, warning, failure, reason) ND_THRESHOLD_##name,
#include "node/plan/guardrail.def"
	ND_THRESHOLDS
};

enum nd_flag {
#define FLAG(setting, name, feature, reason) ND_FLAG_##setting,
#include "node/plan/guardrail.def"
	ND_FLAGS
};

/* Each warns, or refuses (false), or finds nothing wrong. */

/* `what` has this value: too much of it? */
bool nd_guard_ordinary(struct nd_request *x, enum nd_threshold which, int64_t value,
		       const char *what);
static inline bool nd_guard(struct nd_request *x, enum nd_threshold which, int64_t value,
			    const char *what)
{
	return !x->is_ordinary_user || nd_guard_ordinary(x, which, value, what);
}
/* What is asked of the terms of an attached index, and how long they may be at all. */
enum nd_threshold nd_index_threshold(const struct nd_index *index);
size_t nd_index_longest(const struct nd_request *x, const struct nd_index *index);
/* Whether it would say anything: for values that are work to find. */
bool nd_guard_is_set(const struct nd_request *x, enum nd_threshold which);
/* A timestamp, by how far it is from now. */
bool nd_guard_timestamp(struct nd_request *x, int64_t timestamp_us, const char *table);
/* Whether a feature may be used; `words` in place of the guardrail's own, NULL: those. */
bool nd_guard_use(struct nd_request *x, enum nd_flag which, const char *words);
/* The consistency of a read, or those of a write. */
bool nd_guard_read_level(struct nd_request *x);
bool nd_guard_write_levels(struct nd_request *x);
/* The properties of a table; `kept` has those that are not to be ignored. */
bool nd_guard_properties(struct nd_request *x, const struct nd_properties *given,
			 struct nd_properties *kept);

#endif
