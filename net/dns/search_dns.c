/* SPDX-License-Identifier: MIT */
/* Names by the hosts file and DNS: every name that the search list makes of one, AAAA and A
 * together; a service is a question for SRV, then a look-up for each of its hosts; the name of an address is a
 * question for PTR. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/entropy.h"
#include "base/error.h"
#include "net/dns/hosts.h"
#include "net/dns/search.h"

/* With addresses of one kind in hand the other is not waited for much longer (RFC 8305 section 3).
 */
enum { GRACE_MS = 250 };

static void next_candidate(struct cd_search *s);

static void end_questions(struct cd_search *s)
{
	for (size_t i = 0; i < CD_SEARCH_QUESTIONS; i++)
		cd_dns_exchange_end(&s->questions[i]);
	s->asked = 0;
}

void cd_search_end_dns(struct cd_search *s)
{
	end_questions(s);
	for (size_t i = 0; s->targets && i < s->service_count; i++) {
		cd_lookup_cancel(&s->targets[i].lookup);
		cd_addresses_deinit(&s->targets[i].found);
	}
	cd_release(&s->allocator, s->targets);
	cd_release(&s->allocator, s->services);
	s->targets = NULL;
	s->services = NULL;
}

/* ---- services ------------------------------------------------------------------------------- */

/* All hosts are through: their addresses, in the order of the hosts. */
static void merge_targets(struct cd_search *s)
{
	bool ok = true;

	for (size_t i = 0; i < s->service_count; i++)
		for (size_t j = 0; j < s->targets[i].found.count && ok; j++)
			ok = cd_addresses_add(&s->found, &s->targets[i].found.at[j]);
	if (!ok)
		cd_no_memory(&s->err, "addresses");
	cd_search_finish(s);
}

static void on_target(void *user, const struct cd_address *at, size_t count,
		      const coodie_error *err)
{
	struct cd_target *t = user;
	struct cd_search *s = t->search;
	bool ok = true;

	for (size_t i = 0; i < count && ok; i++)
		ok = cd_addresses_add(&t->found, &at[i]);
	if (!ok)
		cd_no_memory(&s->err, "addresses");
	else if (!count && !s->err.code)
		s->err = *err;
	if (--s->targets_left == 0)
		merge_targets(s);
}

/* A host of a service is a whole name: never a number, a path or one of the search list. */
static bool start_target(struct cd_search *s, size_t i)
{
	char host[CD_DNS_NAME_SIZE + 1];
	const struct cd_ask ask = { .host = host,
				    .port = s->services[i].port,
				    .timeout_ms = cd_search_left_ms(s),
				    .done = on_target,
				    .user = &s->targets[i] };

	snprintf(host, sizeof host, "%s.", s->services[i].target);
	s->targets[i] = (struct cd_target){ .search = s, .found = { .allocator = &s->allocator } };
	return cd_search_start(s->resolver, &s->targets[i].lookup, &ask, false, &s->err);
}

static uint32_t chance(void *user)
{
	uint32_t bits = 0;

	(void)user;
	cd_entropy(&bits, sizeof bits); /* without: the first is as good as any */
	return bits;
}

/* Hosts that are named twice are looked up twice: their ports differ. */
static void start_targets(struct cd_search *s)
{
	bool ok = true;

	end_questions(s);
	cd_dns_order(s->services, s->service_count, chance, NULL);
	s->targets = cd_alloc_array(&s->allocator, s->service_count, sizeof *s->targets);
	if (!s->targets)
		ok = cd_no_memory(&s->err, "the hosts of a service");
	for (size_t i = 0; i < s->service_count && ok; i++)
		ok = start_target(s, i);
	s->targets_left = s->service_count;
	if (!ok)
		cd_search_finish(s);
}

static bool take_service(const struct cd_dns_record *record, void *user)
{
	struct cd_search *s = user;

	if (s->service_count < CD_SEARCH_TARGETS && *record->of.srv.target && record->of.srv.port)
		s->services[s->service_count++] = record->of.srv;
	return s->service_count < CD_SEARCH_TARGETS;
}

/* ---- answers -------------------------------------------------------------------------------- */

static bool take_address(const struct cd_dns_record *record, void *user)
{
	struct cd_search *s = user;
	struct cd_address a;

	if (!cd_address_from_inet(&record->of.address, s->port, &a) ||
	    cd_addresses_add(&s->found, &a))
		return true;
	cd_no_memory(&s->err, "addresses");
	return false;
}

/* The first one is taken: it is what the others would do, too. */
static bool take_name(const struct cd_dns_record *record, void *user)
{
	struct cd_search *s = user;

	if (cd_dns_is_name(record->of.target))
		memcpy(s->name, record->of.target, sizeof s->name);
	return !*s->name;
}

/* The name is of one kind, or of none: what next? */
static void settle(struct cd_search *s)
{
	if (s->service_count) {
		start_targets(s);
	} else if (s->found.count && s->asked) {
		cd_search_wait(s, GRACE_MS);
	} else if (s->found.count) {
		cd_addresses_interleave(&s->found);
		cd_search_finish(s);
	} else if (!s->asked) {
		end_questions(s);
		if (s->err.code)
			cd_search_finish(s);
		else
			next_candidate(s);
	}
}

static void end_naming(struct cd_search *s)
{
	if (!*s->name && !s->err.code)
		cd_fail(&s->err, COODIE_ERR_RESOLVE,
			"%s: it has no name in the hosts file or in DNS", s->host);
	else if (!*s->name)
		cd_error_prefix(&s->err, "%s: its name", s->host);
	cd_search_finish(s);
}

static bool on_answer(const struct cd_dns_message *m, const coodie_error *err, void *user)
{
	struct cd_search *s = user;

	if (m && !cd_dns_find(m,
			      s->named     ? take_name
			      : s->service ? take_service
					   : take_address,
			      s)) {
		*s->name = '\0';
		return false;
	}
	if (!m)
		s->err = *err;
	s->asked--;
	if (s->named)
		end_naming(s);
	else
		settle(s);
	return true;
}

/* ---- questions ------------------------------------------------------------------------------ */

/* What a try may take, so that every server has its chance before the deadline. */
static uint32_t try_ms(const struct cd_search *s)
{
	uint32_t left = cd_search_left_ms(s), most = s->conf.timeout_ms;
	uint32_t share = left / (uint32_t)(s->conf.attempts * s->conf.server_count);

	if (left && share < most)
		most = share;
	return most ? most : 1;
}

static bool ask(struct cd_search *s, size_t i, enum cd_dns_type type, const char *name)
{
	struct cd_dns_exchange *x = &s->questions[i];

	*x = (struct cd_dns_exchange){ .loop = s->loop,
				       .conf = &s->conf,
				       .question = { .type = (uint16_t)type },
				       .try_ms = try_ms(s),
				       .done = on_answer,
				       .user = s };
	memcpy(x->question.name, name, strlen(name) + 1);
	if (!cd_dns_exchange_start(x, &s->allocator, &s->err))
		return false;
	s->asked++;
	return true;
}

static bool ask_all(struct cd_search *s, const char *name)
{
	if (s->service)
		return ask(s, 0, CD_DNS_SRV, name);
	return ask(s, 0, CD_DNS_AAAA, name) && ask(s, 1, CD_DNS_A, name);
}

/* Nobody is asked for these (RFC 6761 section 6.4). */
static bool is_invalid(const char *host)
{
	static const char ending[] = ".invalid";
	size_t len = strlen(host), own = sizeof ending - 1;

	len -= len && host[len - 1] == '.';
	return len >= own && strncasecmp(host + len - own, ending, own) == 0;
}

static void next_candidate(struct cd_search *s)
{
	char name[CD_DNS_NAME_SIZE];

	while (!is_invalid(s->host) &&
	       cd_resolv_conf_candidate(&s->conf, s->host, s->candidate++, name)) {
		if (!cd_dns_is_name(name))
			continue;
		if (!ask_all(s, name))
			cd_search_finish(s);
		return;
	}
	cd_fail(&s->err, COODIE_ERR_RESOLVE, "%s: no %s has this name in the hosts file or in DNS",
		s->host, s->service ? "service" : "address");
	cd_search_finish(s);
}

/* "_cql._tcp." before the name of a cluster; one that says itself which service stays. */
static bool name_service(struct cd_search *s)
{
	static const char prefix[] = "_cql._tcp.";
	size_t len = strlen(s->host), more = sizeof prefix - 1;

	if (s->host[0] != '_') {
		if (len + more >= sizeof s->host)
			return cd_fail(&s->err, COODIE_ERR_RESOLVE, "%s: too long a name", s->host);
		memmove(s->host + more, s->host, len + 1);
		memcpy(s->host, prefix, more);
	}
	s->services = cd_alloc_array(&s->allocator, CD_SEARCH_TARGETS, sizeof *s->services);
	return s->services || cd_no_memory(&s->err, "services");
}

/* Without the dot that makes a name complete. */
static bool look_into_hosts(struct cd_search *s)
{
	char name[CD_HOST_SIZE];
	size_t len = strlen(s->host);

	memcpy(name, s->host, len + 1);
	if (len && name[len - 1] == '.')
		name[len - 1] = '\0';
	return cd_hosts_find(s->resolver->options.hosts_path, name, s->port, &s->found) ||
	       cd_no_memory(&s->err, "addresses");
}

void cd_search_hosts(struct cd_search *s)
{
	const struct cd_resolver_options *o = &s->resolver->options;

	if (!(s->service ? name_service(s) : look_into_hosts(s)) || s->found.count) {
		cd_addresses_interleave(&s->found);
		cd_search_finish(s);
		return;
	}
	cd_resolv_conf_read(o->resolv_path, o->dns_port, &s->conf);
	next_candidate(s);
}

/* ---- addresses to names ---------------------------------------------------------------------- */

/* "4.3.2.1.in-addr.arpa" (RFC 1035 section 3.5), or nibbles under ip6.arpa (RFC 3596 section 2.5). */
static void write_pointer(const cql_inet *inet, char out[CD_DNS_NAME_SIZE])
{
	const uint8_t *at = inet->address;
	size_t len = 0;

	if (inet->length == 4) {
		snprintf(out, CD_DNS_NAME_SIZE, "%u.%u.%u.%u.in-addr.arpa", at[3], at[2], at[1],
			 at[0]);
		return;
	}
	for (size_t i = inet->length; i-- > 0; len += 4)
		snprintf(out + len, CD_DNS_NAME_SIZE - len, "%x.%x.", at[i] & 15u, at[i] >> 4u);
	snprintf(out + len, CD_DNS_NAME_SIZE - len, "ip6.arpa");
}

void cd_search_name(struct cd_search *s)
{
	const struct cd_resolver_options *o = &s->resolver->options;
	char pointer[CD_DNS_NAME_SIZE];

	if (!cd_hosts_name(o->hosts_path, &s->inet, s->name)) {
		cd_resolv_conf_read(o->resolv_path, o->dns_port, &s->conf);
		write_pointer(&s->inet, pointer);
		if (ask(s, 0, CD_DNS_PTR, pointer))
			return;
	}
	cd_search_finish(s);
}
