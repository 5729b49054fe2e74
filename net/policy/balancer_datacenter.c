/* SPDX-License-Identifier: MIT */
/* The local datacenter: configured, or inferred, and what is wrong with it. */
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "net/policy/balancer_impl.h"

bool cd_balancer_wants_datacenter(const struct cd_balancer *b)
{
	const coodie_balancing *rules = &b->rules->shipped;

	return !b->rules->custom.plan && !b->datacenter && !rules->not_datacenter_aware;
}

bool cd_balancer_infer(struct cd_balancer *b, const char *datacenter, coodie_error *err)
{
	if (!cd_balancer_wants_datacenter(b) || cd_no_name(datacenter))
		return true;
	b->datacenter = cd_strndup(b->allocator, datacenter, strlen(datacenter));
	return b->datacenter ? true : cd_no_memory(err, "a balancer");
}

/* Whether the i-th of `slots` names a datacenter that none before it does. NULL: all slots. */
static const char *new_datacenter(const coodie_host *hosts, size_t count, const uint32_t *slots,
				  size_t i)
{
	size_t at = slots ? slots[i] : i;
	const char *name = at < count && hosts[at].size ? hosts[at].datacenter : NULL;

	if (cd_no_name(name))
		return NULL;
	for (size_t j = 0; j < i; j++) {
		size_t before = slots ? slots[j] : j;
		if (before < count && hosts[before].size &&
		    cd_same_name(hosts[before].datacenter, name))
			return NULL;
	}
	return name;
}

/* Writes "dc1, dc2", cut at the end of `out`; returns how many there are. */
static size_t list_datacenters(const coodie_host *hosts, size_t count, const uint32_t *slots,
			       size_t slot_count, char *out, size_t size)
{
	size_t found = 0, len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < slot_count; i++) {
		const char *name = new_datacenter(hosts, count, slots, i);
		if (!name)
			continue;
		int n = snprintf(out + len, size - len, "%s%s", found++ ? ", " : "", name);
		len = n < 0 || (size_t)n >= size - len ? size - 1 : len + (size_t)n;
	}
	return found;
}

bool cd_balancer_complaint(const struct cd_balancer *b, const coodie_host *hosts, size_t count,
			   const uint32_t *points, size_t point_count, char *out, size_t size)
{
	const coodie_balancing *rules = &b->rules->shipped;
	char names[160];
	bool found = false, found_rack = !rules->local_rack;

	if (!b->datacenter)
		return false;
	if (!rules->local_datacenter) {
		if (list_datacenters(hosts, count, points, point_count, names, sizeof names) < 2)
			return false;
		snprintf(out, size,
			 "contact points are in several datacenters (%s); \"%s\" is taken for the "
			 "local one: set local_datacenter",
			 names, b->datacenter);
		return true;
	}
	for (size_t i = 0; i < count; i++) {
		bool local = hosts[i].size && cd_same_name(hosts[i].datacenter, b->datacenter);
		found |= local;
		found_rack |= local && cd_same_name(hosts[i].rack, rules->local_rack);
	}
	if (found && found_rack)
		return false;
	if (found) {
		snprintf(out, size, "no node of datacenter \"%s\" is in the local rack \"%s\"",
			 b->datacenter, rules->local_rack);
		return true;
	}
	if (list_datacenters(hosts, count, NULL, count, names, sizeof names) == 0)
		return false;
	snprintf(out, size, "no node is in the local datacenter \"%s\"; there are: %s",
		 b->datacenter, names);
	return true;
}
