/* SPDX-License-Identifier: MIT */
/* Profiles: what was said is kept as it is, and what follows is worked out anew for each set. */
#include "net/policy/profile.h"

#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/sized.h"
#include "net/options/options.h"
#include "net/options/profile_options.h"

enum { LONGEST_NAME = 255 };

static const char default_name[] = "default";

/* ---- what was said -------------------------------------------------------------------------- */

static bool check(const coodie_profile_options *p, coodie_error *err)
{
	if ((unsigned)p->consistency > CQL_CONSISTENCY_NODE_LOCAL)
		return cd_fail(err, COODIE_ERR_INVALID, "there is no consistency %d",
			       (int)p->consistency);
	if (p->serial_consistency != CQL_CONSISTENCY_UNSET &&
	    p->serial_consistency != CQL_CONSISTENCY_SERIAL &&
	    p->serial_consistency != CQL_CONSISTENCY_LOCAL_SERIAL)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "serial_consistency: expected SERIAL or LOCAL_SERIAL, not %s",
			       cql_consistency_name(p->serial_consistency));
	if (p->balancing && p->balancer)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "balancing and balancer: one of them, not both");
	if (p->retry && p->retry_kind != COODIE_RETRY_UNSET)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "retry_kind and retry: one of them, not both");
	if ((p->take_balancer_state && !p->balancer) || (p->take_retry_state && !p->retry))
		return cd_fail(err, COODIE_ERR_INVALID, "a state without its policy");
	return true;
}

/* The policies of `p`. */
static bool take_policies(struct cd_profile_said *said, const coodie_profile_options *p,
			  coodie_error *err)
{
	const coodie_allocator *a = &said->allocator;

	if (p->balancing || p->balancer) {
		said->balancer = p->balancer ? cd_balancer_rules_custom(
						       p->balancer, p->take_balancer_state, a, err)
					     : cd_balancer_rules_new(p->balancing, a, err);
		if (!said->balancer)
			return false;
	}
	if (p->retry || p->retry_kind != COODIE_RETRY_UNSET) {
		said->retry = cd_retry_policy_new(p->retry_kind, p->retry, p->take_retry_state, a,
						  err);
		if (!said->retry)
			return false;
	}
	return true;
}

static struct cd_profile_said *make(const char *name, const coodie_profile_options *p,
				    const coodie_allocator *a, coodie_error *err)
{
	coodie_profile_options given;
	struct cd_speculation speculation;
	size_t len = strlen(name);

	if (!cd_take_struct(&given, sizeof given, p, "coodie_profile_options", err) ||
	    !check(&given, err) || !cd_speculation_check(&speculation, &given, err))
		return NULL;
	struct cd_profile_said *said = cd_alloc_zero(a, sizeof *said + len + 1);
	if (!said)
		return cd_no_memory(err, "a profile"), NULL;
	said->allocator = a ? *a : cd_malloc_allocator;
	atomic_init(&said->refs, 1);
	said->consistency = given.consistency;
	said->serial_consistency = given.serial_consistency;
	said->timeout_ms = given.timeout_ms;
	said->idempotent = given.idempotent;
	said->log_retries = given.log_retries;
	said->not_speculative = given.not_speculative;
	said->speculation = speculation;
	memcpy(said->name, name, len);
	if (take_policies(said, &given, err))
		return said;
	cd_profile_said_give_back(said);
	return NULL;
}

struct cd_profile_said *cd_profile_said_new(const char *name, const coodie_profile_options *p,
					    const coodie_allocator *a, coodie_error *err)
{
	if (!name || !*name || strlen(name) > LONGEST_NAME)
		return cd_fail_null(err, COODIE_ERR_INVALID,
				    "a profile has a name of 1 to %d bytes", (int)LONGEST_NAME);
	if (!p)
		return cd_fail_null(err, COODIE_ERR_INVALID, "profile \"%s\": no options", name);
	struct cd_profile_said *said = make(name, p, a, err);
	if (!said)
		cd_error_prefix(err, "profile \"%s\"", name);
	return said;
}

void cd_profile_said_free(struct cd_profile_said *said)
{
	if (!said || atomic_fetch_sub_explicit(&said->refs, 1, memory_order_acq_rel) != 1)
		return;
	const coodie_allocator a = said->allocator;
	cd_balancer_rules_free(said->balancer);
	cd_retry_policy_free(said->retry);
	cd_release(&a, said);
}

void cd_profile_said_give_back(struct cd_profile_said *said)
{
	if (said->balancer)
		said->balancer->custom.free = NULL;
	if (said->retry)
		said->retry->custom.free = NULL;
	cd_profile_said_free(said);
}

static struct cd_profile_said *ref(struct cd_profile_said *said)
{
	if (said)
		atomic_fetch_add_explicit(&said->refs, 1, memory_order_relaxed);
	return said;
}

/* ---- what follows --------------------------------------------------------------------------- */

/* Fills the gaps of `p`. */
static void overlay(struct cd_profile *p, const struct cd_profile_said *said)
{
	if (p->consistency == CQL_CONSISTENCY_UNSET)
		p->consistency = said->consistency;
	if (p->serial_consistency == CQL_CONSISTENCY_UNSET)
		p->serial_consistency = said->serial_consistency;
	if (p->timeout_ms == 0)
		p->timeout_ms = said->timeout_ms;
	if (!p->balancer)
		p->balancer = said->balancer;
	if (!p->retry)
		p->retry = said->retry;
	p->log_retries |= said->log_retries;
}

/* What `own` says, then "default", then the options. */
static struct cd_profile follow(const struct cd_profile_said *own,
				const struct cd_profile_said *general,
				const struct cd_profile_said *base)
{
	const struct cd_profile_said *const layers[] = { own, general, base };
	struct cd_profile p = { .name = own->name, .idempotent = own->idempotent };
	bool settled = false;

	for (size_t i = 0; i < sizeof layers / sizeof *layers; i++) {
		overlay(&p, layers[i]);
		if (!settled && layers[i]->speculation.max > 0)
			p.speculation = layers[i]->speculation;
		settled |= layers[i]->speculation.max > 0 || layers[i]->not_speculative;
	}
	return p;
}

/* ---- sets ----------------------------------------------------------------------------------- */

/* A copy of `old` (NULL: empty) with room for one more and for what follows. */
static struct cd_profiles *copy(const struct cd_profiles *old, const coodie_allocator *a,
				coodie_error *err)
{
	size_t count = old ? old->count : 0;
	struct cd_profiles *set = cd_alloc_zero(
		a, sizeof *set + (count + 1) * (sizeof *set->at + sizeof *set->said));

	if (!set)
		return cd_no_memory(err, "a profile"), NULL;
	set->allocator = a ? *a : cd_malloc_allocator;
	atomic_init(&set->refs, 1);
	set->at = (void *)(set + 1);
	set->said = (void *)(set->at + count + 1);
	set->count = (uint32_t)count;
	for (size_t i = 0; i < count; i++)
		set->said[i] = ref(old->said[i]);
	set->base = ref(old ? old->base : NULL);
	return set;
}

/* Puts it where one of its name is, or behind all. */
static void put(struct cd_profiles *set, struct cd_profile_said *said)
{
	uint32_t i = 0;

	while (i < set->count && strcmp(set->said[i]->name, said->name) != 0)
		i++;
	if (i == set->count)
		set->count++;
	else
		cd_profile_said_free(set->said[i]);
	set->said[i] = ref(said);
}

static void work_out(struct cd_profiles *set)
{
	for (uint32_t i = 0; set->base && i < set->count; i++)
		set->at[i] = follow(set->said[i], set->said[0], set->base);
}

/* The first, and empty, of every set. */
static struct cd_profiles *begin(const coodie_allocator *a, coodie_error *err)
{
	static const coodie_profile_options nothing = { .size = sizeof nothing };
	struct cd_profile_said *said = make(default_name, &nothing, a, err);
	struct cd_profiles *set = said ? copy(NULL, a, err) : NULL;

	if (set)
		put(set, said);
	cd_profile_said_free(said);
	return set;
}

struct cd_profiles *cd_profiles_with(const struct cd_profiles *old, struct cd_profile_said *said,
				     const coodie_allocator *a, coodie_error *err)
{
	struct cd_profiles *first = old ? NULL : begin(a, err);

	if (!old && !first)
		return NULL;
	struct cd_profiles *set = copy(old ? old : first, a, err);
	cd_profiles_free(first);
	if (!set)
		return NULL;
	put(set, said);
	work_out(set);
	return set;
}

struct cd_profiles *cd_profiles_ref(struct cd_profiles *set)
{
	atomic_fetch_add_explicit(&set->refs, 1, memory_order_relaxed);
	return set;
}

void cd_profiles_free(struct cd_profiles *set)
{
	if (!set || atomic_fetch_sub_explicit(&set->refs, 1, memory_order_acq_rel) != 1)
		return;
	for (uint32_t i = 0; i < set->count; i++)
		cd_profile_said_free(set->said[i]);
	cd_profile_said_free(set->base);
	const coodie_allocator a = set->allocator;
	cd_release(&a, set);
}

/* ---- options -------------------------------------------------------------------------------- */

static struct cd_profile_said *said_by(const struct coodie_options *o, coodie_error *err)
{
	coodie_balancing balancing;
	coodie_profile_options p;

	cd_profile_options_read(o, &p, &balancing);
	return make("", &p, &o->allocator, err);
}

struct cd_profiles *cd_profiles_of(const struct coodie_options *o, coodie_error *err)
{
	struct cd_profiles *first = o->profiles ? NULL : begin(&o->allocator, err);
	struct cd_profiles *set = NULL;
	struct cd_profile_said *base = NULL;

	if ((o->profiles || first) && (base = said_by(o, err)))
		set = copy(o->profiles ? o->profiles : first, &o->allocator, err);
	if (set) {
		set->base = ref(base);
		work_out(set);
	}
	cd_profile_said_free(base);
	cd_profiles_free(first);
	return set;
}

bool coodie_options_set_profile(coodie_options *o, const char *name,
				const coodie_profile_options *profile, coodie_error *err)
{
	cd_clear(err);
	if (!o)
		return cd_options_missing(err);
	struct cd_profile_said *said = cd_profile_said_new(name, profile, NULL, err);
	if (!said)
		return false;
	struct cd_profiles *set = cd_profiles_with(o->profiles, said, NULL, err);
	if (!set) {
		cd_profile_said_give_back(said);
		return false;
	}
	cd_profile_said_free(said);
	cd_profiles_free(o->profiles);
	o->profiles = set;
	return true;
}
