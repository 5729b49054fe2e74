/* SPDX-License-Identifier: MIT */
/* The inside of a look-up, shared by resolver.c (life), search_dns.c (addresses and services) and
 * search_user.c (the user's function). */
#ifndef NET_SEARCH_H
#define NET_SEARCH_H

#include "base/endpoint.h"
#include "net/dns/addresses.h"
#include "net/dns/dns_exchange.h"
#include "net/dns/resolver.h"

enum { CD_SEARCH_TARGETS = 32, CD_SEARCH_QUESTIONS = 2 };

/* A host of a service, and what came of it. */
struct cd_target {
	struct cd_search *search;
	struct cd_lookup lookup;
	struct cd_addresses found;
};

struct cd_search {
	struct cd_resolver *resolver;
	struct cd_search *next, **link; /* among the resolver's */
	struct cd_lookup *lookup;
	coodie_loop loop; /* copies: they are needed after the resolver */
	coodie_allocator allocator;
	coodie_watch *timer;  /* its end, or the next step */
	uint64_t deadline_us; /* UINT64_MAX: none */
	uint32_t timeout_ms;
	cd_resolver_fn *done;
	void *user;
	void (*step)(struct cd_search *s); /* for the next turn; NULL: the deadline is next */

	char host[CD_HOST_SIZE]; /* a name */
	uint16_t port;
	bool service;                /* it is one's */
	cql_inet inet;               /* whose name is wanted; of length 0: `host` is a name */
	cd_resolver_named_fn *named; /* who is told the name, in place of `done` */
	char name[CD_DNS_NAME_SIZE]; /* "": none was found */
	struct cd_addresses found;
	coodie_error err; /* why nothing was */

	/* search_dns.c */
	struct cd_resolv_conf conf;
	size_t candidate;
	struct cd_dns_exchange questions[CD_SEARCH_QUESTIONS]; /* AAAA and A, or SRV */
	unsigned asked;                                        /* of them without an end */
	struct cd_dns_srv *services;                           /* CD_SEARCH_TARGETS, NULL: none */
	size_t service_count;
	struct cd_target *targets; /* service_count of them, NULL: not looked up yet */
	size_t targets_left;

	coodie_resolve *request; /* search_user.c: what the user holds */
};

/* ---- resolver.c ----------------------------------------------------------------------------- */

/* Looks `host` up as a name, whatever it looks like. */
bool cd_search_start(struct cd_resolver *r, struct cd_lookup *l, const struct cd_ask *ask,
		     bool service, coodie_error *err);
/* Runs `step` on the next turn. */
void cd_search_later(struct cd_search *s, void (*step)(struct cd_search *s));
/* Wakes at the deadline, or after `most_ms` with what there is. */
void cd_search_wait(struct cd_search *s, uint32_t most_ms);
/* Milliseconds to the deadline, at least 1; 0: there is none. */
uint32_t cd_search_left_ms(const struct cd_search *s);
/* Tells what was found, or s->err; the search is gone then. From the loop only. */
void cd_search_finish(struct cd_search *s);

/* ---- search_dns.c --------------------------------------------------------------------------- */

void cd_search_hosts(struct cd_search *s); /* a step */
void cd_search_name(struct cd_search *s);  /* a step */
void cd_search_end_dns(struct cd_search *s);

/* ---- search_user.c -------------------------------------------------------------------------- */

void cd_search_ask_user(struct cd_search *s); /* a step */
void cd_search_end_user(struct cd_search *s);

#endif
