/* SPDX-License-Identifier: MIT */
/* The life of look-ups: begun, told on a later turn, cancelled. */
#include "net/dns/resolver.h"

#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "net/dns/search.h"

void cd_resolver_init(struct cd_resolver *r, const coodie_loop *loop,
		      const coodie_allocator *allocator, const struct cd_resolver_options *options)
{
	*r = (struct cd_resolver){ .loop = *loop, .allocator = allocator };
	if (options)
		r->options = *options;
}

void cd_resolver_deinit(struct cd_resolver *r)
{
	while (r->searches)
		cd_lookup_cancel(r->searches->lookup);
}

/* ---- ends ----------------------------------------------------------------------------------- */

/* Out of everybody's sight: no callback comes any more. */
static void detach(struct cd_search *s)
{
	cd_search_end_dns(s);
	cd_search_end_user(s);
	s->loop.vtable->timer_free(s->loop.state, s->timer);
	*s->link = s->next;
	if (s->next)
		s->next->link = s->link;
	s->lookup->search = NULL;
}

static void release(struct cd_search *s)
{
	coodie_allocator a = s->allocator;

	cd_addresses_deinit(&s->found);
	cd_release(&a, s);
}

void cd_lookup_cancel(struct cd_lookup *l)
{
	struct cd_search *s = l->search;

	if (!s)
		return;
	detach(s);
	release(s);
}

static bool has_found(const struct cd_search *s)
{
	return s->named ? *s->name != '\0' : s->found.count > 0;
}

void cd_search_finish(struct cd_search *s)
{
	coodie_error none;

	detach(s);
	if (!has_found(s) && s->err.code == COODIE_OK)
		cd_fail(&s->err, COODIE_ERR_RESOLVE, "%s: no such name", s->host);
	cd_clear(&none);
	if (s->named)
		s->named(s->user, *s->name ? s->name : NULL, *s->name ? &none : &s->err);
	else
		s->done(s->user, s->found.at, s->found.count, s->found.count ? &none : &s->err);
	release(s);
}

/* ---- time ----------------------------------------------------------------------------------- */

static uint64_t now(const struct cd_search *s)
{
	return s->loop.vtable->now_us(s->loop.state);
}

uint32_t cd_search_left_ms(const struct cd_search *s)
{
	uint64_t at = now(s);

	if (s->deadline_us == UINT64_MAX)
		return 0;
	return s->deadline_us < at + 1000 ? 1 : (uint32_t)((s->deadline_us - at) / 1000);
}

static void on_timer(void *user)
{
	struct cd_search *s = user;
	void (*step)(struct cd_search *) = s->step;

	s->step = NULL;
	if (step) {
		cd_search_wait(s, UINT32_MAX);
		step(s);
		return;
	}
	if (!has_found(s))
		cd_fail(&s->err, COODIE_ERR_RESOLVE, "%s: not found within %" PRIu32 " ms", s->host,
			s->timeout_ms);
	cd_search_finish(s);
}

void cd_search_later(struct cd_search *s, void (*step)(struct cd_search *s))
{
	s->step = step;
	s->loop.vtable->timer_set(s->loop.state, s->timer, 0);
}

void cd_search_wait(struct cd_search *s, uint32_t most_ms)
{
	uint64_t at = now(s), until = s->deadline_us;

	if (most_ms != UINT32_MAX && until > at + (uint64_t)most_ms * 1000)
		until = at + (uint64_t)most_ms * 1000;
	if (until == UINT64_MAX)
		s->loop.vtable->timer_stop(s->loop.state, s->timer);
	else
		s->loop.vtable->timer_set(s->loop.state, s->timer, until > at ? until - at : 0);
}

/* ---- the beginning -------------------------------------------------------------------------- */

static struct cd_search *new_search(struct cd_resolver *r, struct cd_lookup *l,
				    const struct cd_ask *ask, coodie_error *err)
{
	struct cd_search *s = cd_alloc_zero(r->allocator, sizeof *s);

	if (s) {
		s->loop = r->loop;
		s->allocator = r->allocator ? *r->allocator : cd_malloc_allocator;
		s->timer = s->loop.vtable->timer_new(s->loop.state, on_timer, s);
	}
	if (!s || !s->timer) {
		cd_release(r->allocator, s);
		cd_no_memory(err, "a look-up");
		return NULL;
	}
	s->resolver = r;
	s->lookup = l;
	s->done = ask->done;
	s->user = ask->user;
	s->port = ask->port;
	s->timeout_ms = ask->timeout_ms;
	s->deadline_us = UINT64_MAX;
	if (ask->timeout_ms)
		s->deadline_us = now(s) + (uint64_t)ask->timeout_ms * 1000;
	s->found.allocator = &s->allocator;
	s->link = &r->searches;
	s->next = r->searches;
	if (s->next)
		s->next->link = &s->next;
	r->searches = s;
	l->search = s;
	return s;
}

bool cd_search_start(struct cd_resolver *r, struct cd_lookup *l, const struct cd_ask *ask,
		     bool service, coodie_error *err)
{
	size_t len = strlen(ask->host);
	struct cd_search *s = new_search(r, l, ask, err);

	if (!s)
		return false;
	s->service = service;
	if (len < sizeof s->host) {
		memcpy(s->host, ask->host, len + 1);
		cd_search_later(s, cd_search_hosts);
	} else {
		cd_fail(&s->err, COODIE_ERR_RESOLVE, "%.100s...: a name has at most %zu bytes",
			ask->host, sizeof s->host - 1);
		cd_search_later(s, cd_search_finish);
	}
	return true;
}

bool cd_resolver_start(struct cd_resolver *r, struct cd_lookup *l, const struct cd_ask *ask,
		       coodie_error *err)
{
	struct cd_address a;
	struct cd_ask name = *ask;
	bool service = cd_endpoint_is_service(ask->host);

	if (service)
		name.host = cd_endpoint_name(ask->host);
	if (!cd_search_start(r, l, &name, service, err))
		return false;
	if (!service && (cd_address_parse_host(ask->host, ask->port, &a, NULL) ||
			 cd_address_parse_path(ask->host, &a, NULL))) {
		if (!cd_addresses_add(&l->search->found, &a)) {
			cd_lookup_cancel(l);
			return cd_no_memory(err, "an address");
		}
		cd_search_later(l->search, cd_search_finish);
	} else if (r->options.fn && !l->search->err.code) {
		cd_search_later(l->search, cd_search_ask_user);
	}
	return true;
}

bool cd_resolver_name(struct cd_resolver *r, struct cd_lookup *l, const cql_inet *inet,
		      uint32_t timeout_ms, cd_resolver_named_fn *done, void *user,
		      coodie_error *err)
{
	const struct cd_ask ask = { .host = "", .timeout_ms = timeout_ms, .user = user };
	struct cd_search *s = new_search(r, l, &ask, err);

	if (!s)
		return false;
	s->inet = *inet;
	s->named = done;
	cql_inet_format(*inet, s->host);
	cd_search_later(s, cd_search_name);
	return true;
}
