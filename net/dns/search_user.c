/* SPDX-License-Identifier: MIT */
/* Names the user's own function resolves. What it holds outlives the look-up, and the session. */
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "net/dns/search.h"
#include "net/options/options.h"

struct coodie_resolve {
	struct cd_search *search; /* NULL: nobody waits any more */
	coodie_allocator allocator;
};

void coodie_options_set_resolver(coodie_options *o, coodie_resolve_fn *fn, void *user)
{
	o->resolver = fn;
	o->resolver_user = user;
}

void coodie_options_set_translation(coodie_options *o, coodie_translate_fn *fn, void *user)
{
	o->translation = fn;
	o->translation_user = user;
}

void cd_search_end_user(struct cd_search *s)
{
	if (s->request)
		s->request->search = NULL;
	s->request = NULL;
}

void cd_search_ask_user(struct cd_search *s)
{
	const struct cd_resolver_options *o = &s->resolver->options;
	coodie_resolve *request = cd_alloc(&s->allocator, sizeof *request);
	const coodie_resolve_question question = { .size = sizeof question,
						   .name = s->host,
						   .port = s->port,
						   .service = s->service,
						   .timeout_ms = cd_search_left_ms(s) };

	if (!request) {
		cd_no_memory(&s->err, "a question to the resolver");
		cd_search_finish(s);
		return;
	}
	*request = (coodie_resolve){ .search = s, .allocator = s->allocator };
	s->request = request;
	o->fn(request, &question, o->fn_user); /* may free everything but the request */
}

static void take_addresses(struct cd_search *s, const coodie_resolved *addresses, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint16_t port = addresses[i].port ? addresses[i].port : s->port;
		struct cd_address a;
		if (cd_address_from_inet(&addresses[i].address, port, &a) &&
		    !cd_addresses_add(&s->found, &a)) {
			cd_no_memory(&s->err, "addresses");
			return;
		}
	}
}

static void explain(struct cd_search *s, const coodie_error *err)
{
	if (!err || err->code == COODIE_OK) {
		cd_fail(&s->err, COODIE_ERR_RESOLVE, "%s: the resolver has no address", s->host);
		return;
	}
	s->err = *err;
	if (!strstr(err->message, s->host))
		cd_error_prefix(&s->err, "%s", s->host);
}

void coodie_resolve_done(coodie_resolve *take_request, const coodie_resolved *addresses,
			 size_t count, const coodie_error *err)
{
	if (!take_request)
		return;
	struct cd_search *s = take_request->search;
	coodie_allocator a = take_request->allocator;
	if (s) {
		cd_search_end_user(s);
		take_addresses(s, addresses, addresses ? count : 0);
		if (!s->found.count && !s->err.code)
			explain(s, err);
		cd_search_later(s, cd_search_finish);
	}
	cd_release(&a, take_request);
}
