/* SPDX-License-Identifier: MIT */
/* What a balancer was told: copied, checked and parsed once, then shared by every loop. */
#ifndef NET_BALANCER_RULES_H
#define NET_BALANCER_RULES_H

#include <stdatomic.h>

#include <coodie/alloc.h>
#include <coodie/policy.h>

struct cd_network {
	cql_inet inet;
	uint8_t bits; /* of the address that count */
};

struct cd_networks {
	struct cd_network *at;
	uint32_t count;
	bool given; /* an empty list of allowed ones allows nobody; none at all everybody */
};

/* Constant once made, but for the state of a custom one. Any thread. */
struct cd_balancer_rules {
	coodie_allocator allocator;
	atomic_uint refs;
	coodie_balancer custom; /* `plan` NULL: the shipped one */
	void *state;
	coodie_balancing shipped; /* zeros filled in; its texts are copies */
	struct cd_networks allow, deny;
};

/* NULL: the defaults. COODIE_ERR_INVALID: a list that cannot be read, numbers out of range. */
struct cd_balancer_rules *cd_balancer_rules_new(const coodie_balancing *b,
						const coodie_allocator *a, coodie_error *err);
/* One of the user's own; `state` is taken unless it fails. */
struct cd_balancer_rules *cd_balancer_rules_custom(const coodie_balancer *b, void *take_state,
						   const coodie_allocator *a, coodie_error *err);
struct cd_balancer_rules *cd_balancer_rules_ref(struct cd_balancer_rules *r);
/* NULL is fine. The last one frees the user's state. */
void cd_balancer_rules_free(struct cd_balancer_rules *r);

/* Whether the lists let anybody connect to this host. A datacenter that is not known yet ("")
 * is let in: who it is can only be asked. */
bool cd_balancer_rules_accept(const struct cd_balancer_rules *r, const coodie_host *host);

#endif
