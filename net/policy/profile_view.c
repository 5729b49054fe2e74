/* SPDX-License-Identifier: MIT */
/* What a loop makes of the profiles of its session. */
#include "net/policy/profile_view.h"

#include <string.h>

#include "base/alloc.h"
#include "base/error.h"

/* What one set needs: made as a whole, so that the old one stays when memory ends. */
struct made {
	struct cd_profile_use *uses;
	struct cd_profile_balancer *balancers; /* those that are new */
};

static struct cd_balancer *find_in(struct cd_profile_balancer *list,
				   const struct cd_balancer_rules *rules)
{
	for (; list; list = list->next)
		if (list->balancer.rules == rules)
			return &list->balancer;
	return NULL;
}

static void free_list(struct cd_profile_view *v, struct cd_profile_balancer *list)
{
	while (list) {
		struct cd_profile_balancer *next = list->next;
		cd_balancer_deinit(&list->balancer);
		cd_release(v->allocator, list);
		list = next;
	}
}

static void free_uses(struct cd_profile_view *v, struct cd_profile_use *uses, uint32_t count)
{
	for (uint32_t i = 0; uses && i < count; i++)
		cd_release(v->allocator, uses[i].latencies);
	cd_release(v->allocator, uses);
}

/* The balancer of these rules: there already, made for another profile, or made now. */
static struct cd_balancer *balancer_of(struct cd_profile_view *v, struct made *made,
				       struct cd_balancer_rules *rules, const coodie_host *hosts,
				       size_t count, coodie_error *err)
{
	struct cd_balancer *b = find_in(v->balancers, rules);

	if (b || (b = find_in(made->balancers, rules)))
		return b;
	struct cd_profile_balancer *one = cd_alloc(v->allocator, sizeof *one);
	if (!one)
		return cd_no_memory(err, "a balancer"), NULL;
	if (!cd_balancer_init(&one->balancer, rules, v->datacenter, v->allocator, err)) {
		cd_release(v->allocator, one);
		return NULL;
	}
	one->next = made->balancers;
	made->balancers = one;
	return cd_balancer_refresh(&one->balancer, hosts, count, err) ? &one->balancer : NULL;
}

static bool make(struct cd_profile_view *v, const struct cd_profiles *set, struct made *made,
		 const coodie_host *hosts, size_t count, coodie_error *err)
{
	*made = (struct made){ cd_alloc_array(v->allocator, set->count, sizeof *made->uses), NULL };
	if (!made->uses)
		return cd_no_memory(err, "profiles");
	for (uint32_t i = 0; i < set->count; i++) {
		struct cd_profile_use *use = &made->uses[i];
		use->profile = &set->at[i];
		use->balancer = balancer_of(v, made, set->at[i].balancer, hosts, count, err);
		if (!use->balancer)
			return false;
		if (!(set->at[i].speculation.percentile > 0))
			continue;
		use->latencies = cd_alloc_zero(v->allocator, sizeof *use->latencies);
		if (!use->latencies)
			return cd_no_memory(err, "profiles");
	}
	return true;
}

/* Profiles with a percentile before and after go on with what they measured. */
static void keep_latencies(struct cd_profile_view *v, struct made *made)
{
	uint32_t count = v->set ? v->set->count : 0; /* sets only grow */

	for (uint32_t i = 0; i < count; i++) {
		if (!made->uses[i].latencies || !v->uses[i].latencies)
			continue;
		cd_release(v->allocator, made->uses[i].latencies);
		made->uses[i].latencies = v->uses[i].latencies;
		v->uses[i].latencies = NULL;
	}
}

static bool used(const struct cd_profile_view *v, const struct cd_balancer *b)
{
	for (uint32_t i = 0; i < v->set->count; i++)
		if (v->uses[i].balancer == b)
			return true;
	return false;
}

/* Frees the balancers that no profile has any more. */
static void sweep(struct cd_profile_view *v)
{
	struct cd_profile_balancer **link = &v->balancers, *unused = NULL;

	while (*link) {
		struct cd_profile_balancer *one = *link;
		if (used(v, &one->balancer)) {
			link = &one->next;
			continue;
		}
		*link = one->next;
		one->next = unused;
		unused = one;
	}
	free_list(v, unused);
}

bool cd_profile_view_update(struct cd_profile_view *v, const coodie_host *hosts, size_t count,
			    coodie_error *err)
{
	uint32_t generation;
	struct cd_profiles *set = cd_profile_board_take(v->board, &generation);
	struct cd_profile_balancer **end;
	struct made made;

	if (!make(v, set, &made, hosts, count, err)) {
		free_uses(v, made.uses, set->count);
		free_list(v, made.balancers);
		cd_profiles_free(set);
		return false;
	}
	keep_latencies(v, &made);
	free_uses(v, v->uses, v->set ? v->set->count : 0);
	struct cd_profiles *old = v->set;
	v->set = set;
	v->uses = made.uses;
	v->generation = generation;
	for (end = &v->balancers; *end;)
		end = &(*end)->next;
	*end = made.balancers;
	sweep(v);
	cd_profiles_free(old);
	return true;
}

bool cd_profile_view_init(struct cd_profile_view *v, struct cd_profile_board *board,
			  const coodie_allocator *a, coodie_error *err)
{
	*v = (struct cd_profile_view){ .allocator = a, .board = board };
	return cd_profile_view_update(v, NULL, 0, err);
}

void cd_profile_view_deinit(struct cd_profile_view *v)
{
	free_uses(v, v->uses, v->set ? v->set->count : 0);
	free_list(v, v->balancers);
	cd_profiles_free(v->set);
	cd_release(v->allocator, v->datacenter);
	*v = (struct cd_profile_view){ 0 };
}

/* ---- all balancers -------------------------------------------------------------------------- */

bool cd_profile_view_refresh(struct cd_profile_view *v, const coodie_host *hosts, size_t count,
			     coodie_error *err)
{
	bool ok = true;

	for (struct cd_profile_balancer *b = v->balancers; b; b = b->next)
		ok &= cd_balancer_refresh(&b->balancer, hosts, count, err);
	return ok;
}

bool cd_profile_view_infer(struct cd_profile_view *v, const char *datacenter,
			   const coodie_host *hosts, size_t count, coodie_error *err)
{
	bool ok = true;

	if (!datacenter || !*datacenter)
		return true;
	if (!v->datacenter)
		v->datacenter = cd_strndup(v->allocator, datacenter, strlen(datacenter));
	if (!v->datacenter)
		return cd_no_memory(err, "a datacenter");
	for (struct cd_profile_balancer *b = v->balancers; b; b = b->next)
		ok &= cd_balancer_infer(&b->balancer, v->datacenter, err);
	return cd_profile_view_refresh(v, hosts, count, err) && ok;
}

enum coodie_distance cd_profile_view_distance(const struct cd_profile_view *v, uint32_t slot)
{
	enum coodie_distance nearest = COODIE_DISTANCE_IGNORED;

	for (const struct cd_profile_balancer *b = v->balancers; b; b = b->next) {
		enum coodie_distance d = cd_balancer_distance(&b->balancer, slot);
		nearest = d < nearest ? d : nearest;
	}
	return nearest;
}
