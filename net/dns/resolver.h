/* SPDX-License-Identifier: MIT */
/* Names to addresses on a loop: numbers and paths, the hosts file, DNS, services (SRV), or the
 * user's function in place of all but the first. And addresses to names. */
#ifndef NET_RESOLVER_H
#define NET_RESOLVER_H

#include <coodie/loop.h>
#include <coodie/resolve.h>

#include "base/address.h"

struct cd_search; /* net/dns/search.h */

/* NULL and 0: the system's. Texts outlive the resolver. */
struct cd_resolver_options {
	const char *hosts_path, *resolv_path;
	uint16_t dns_port;
	coodie_resolve_fn *fn; /* in place of ours */
	void *fn_user;
};

/* One per loop. */
struct cd_resolver {
	coodie_loop loop;
	const coodie_allocator *allocator;
	struct cd_resolver_options options;
	struct cd_search *searches; /* that go on */
};

/* A look-up, inside whoever wants it. Zeroed: none. */
struct cd_lookup {
	struct cd_search *search; /* NULL: over, or not begun */
};

/* One or more addresses in the order in which they should be tried, or none and why
 * (COODIE_ERR_RESOLVE, COODIE_ERR_NO_MEMORY). Both live until it returns. Called once, from the loop;
 * the look-up is over: it may be begun anew inside, and lookup and resolver may be freed. */
typedef void cd_resolver_fn(void *user, const struct cd_address *at, size_t count,
			    const coodie_error *err);

struct cd_ask {
	const char *host; /* as cd_endpoint_parse() gives it: a number, a name, "srv:NAME",
			     "unix:/PATH"; copied */
	uint16_t port;
	uint32_t timeout_ms; /* 0: no limit */
	cd_resolver_fn *done;
	void *user;
};

/* The name of an address; NULL and why: it has none. Otherwise as cd_resolver_fn. */
typedef void cd_resolver_named_fn(void *user, const char *name, const coodie_error *err);

/* `options` NULL: as if zeroed. Loop and options are copied. */
void cd_resolver_init(struct cd_resolver *r, const coodie_loop *loop,
		      const coodie_allocator *allocator, const struct cd_resolver_options *options);
/* Ends every look-up; none is told. */
void cd_resolver_deinit(struct cd_resolver *r);
/* Begins one; `l` is idle and does not move until it is over. False: out of memory, and `done` is
 * not called. */
bool cd_resolver_start(struct cd_resolver *r, struct cd_lookup *l, const struct cd_ask *ask,
		       coodie_error *err);
/* Begins to look for the name of an address, in the hosts file and in DNS (PTR). The user's function is
 * not asked: it does not know this question. */
bool cd_resolver_name(struct cd_resolver *r, struct cd_lookup *l, const cql_inet *inet,
		      uint32_t timeout_ms, cd_resolver_named_fn *done, void *user,
		      coodie_error *err);
/* Ends one without a word; fine when it is idle. */
void cd_lookup_cancel(struct cd_lookup *l);

#endif
