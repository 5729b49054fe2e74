/* SPDX-License-Identifier: MIT */
/* Settings of a balancer: texts copied, lists of networks parsed, numbers checked. */
#include "net/policy/balancer_rules.h"

#include <string.h>

#include "base/alloc.h"
#include "base/endpoint.h"
#include "base/error.h"
#include "base/list.h"
#include "base/sized.h"

enum { LONGEST_ITEM = 63 };

/* The settings that are texts; all are copied and freed alike. */
static const size_t texts[] = {
	offsetof(coodie_balancing, local_datacenter),
	offsetof(coodie_balancing, local_rack),
	offsetof(coodie_balancing, allow_datacenters),
	offsetof(coodie_balancing, deny_datacenters),
};

static char **text_at(coodie_balancing *b, size_t i)
{
	return (char **)(void *)((char *)b + texts[i]);
}

/* ---- lists ---------------------------------------------------------------------------------- */

static bool listed(const char *list, const char *name)
{
	size_t name_len = strlen(name), len;
	const char *item;

	while (cd_list_next(&list, &item, &len))
		if (len == name_len && memcmp(item, name, len) == 0)
			return true;
	return false;
}

/* "10.1.0.0/16" or an address. */
static bool parse_network(const char *what, const char *item, size_t len, struct cd_network *out,
			  coodie_error *err)
{
	char text[LONGEST_ITEM + 1];
	unsigned bits = 0;

	if (len > LONGEST_ITEM)
		return cd_fail(err, COODIE_ERR_INVALID, "%s: \"%.*s...\" is not an address", what,
			       LONGEST_ITEM, item);
	memcpy(text, item, len);
	text[len] = '\0';
	char *slash = strchr(text, '/');
	if (slash)
		*slash = '\0';
	if (!cql_inet_parse(text, &out->inet, NULL))
		return cd_fail(err, COODIE_ERR_INVALID,
			       "%s: \"%s\" is not an address; expected something like 10.0.0.1 or "
			       "10.1.0.0/16",
			       what, text);
	unsigned most = out->inet.length * 8u;
	out->bits = (uint8_t)most;
	if (!slash)
		return true;
	size_t digits = strspn(slash + 1, "0123456789");
	for (size_t i = 1; i <= digits && bits <= most; i++)
		bits = bits * 10 + (unsigned)(slash[i] - '0');
	if (digits == 0 || slash[1 + digits] != '\0' || bits > most)
		return cd_fail(err, COODIE_ERR_INVALID, "%s: %s/%s: a network has 0 to %u bits",
			       what, text, slash + 1, most);
	out->bits = (uint8_t)bits;
	return true;
}

static bool parse_networks(const char *what, const char *list, struct cd_networks *out,
			   const coodie_allocator *a, coodie_error *err)
{
	const char *at = list, *item;
	size_t len, count = 0;

	if (!list)
		return true;
	out->given = true;
	while (cd_list_next(&at, &item, &len))
		count++;
	if (count == 0)
		return true;
	out->at = cd_alloc_array(a, count, sizeof *out->at);
	if (!out->at)
		return cd_no_memory(err, what);
	for (at = list; cd_list_next(&at, &item, &len); out->count++)
		if (!parse_network(what, item, len, &out->at[out->count], err))
			return false;
	return true;
}

static bool same_network(const struct cd_network *n, const cql_inet *inet)
{
	uint32_t bytes = n->bits / 8u, rest = n->bits % 8u;

	if (n->inet.length != inet->length || memcmp(n->inet.address, inet->address, bytes) != 0)
		return false;
	return rest == 0 || ((n->inet.address[bytes] ^ inet->address[bytes]) >> (8 - rest)) == 0;
}

static bool in_networks(const struct cd_networks *list, const cql_inet *inet)
{
	for (uint32_t i = 0; i < list->count; i++)
		if (same_network(&list->at[i], inet))
			return true;
	return false;
}

bool cd_balancer_rules_accept(const struct cd_balancer_rules *r, const coodie_host *host)
{
	const coodie_balancing *b = &r->shipped;
	const char *dc = host->datacenter ? host->datacenter : "";
	char text[CD_HOST_SIZE];
	cql_inet inet = { 0 }; /* of length 0, that no network has: a unix socket */
	uint16_t port;

	if (b->allow_datacenters && *dc && !listed(b->allow_datacenters, dc))
		return false;
	if (b->deny_datacenters && *dc && listed(b->deny_datacenters, dc))
		return false;
	if (!r->allow.given && !r->deny.given)
		return true;
	if (!cd_endpoint_parse(host->address, 1, text, &port, NULL) ||
	    !cql_inet_parse(text, &inet, NULL))
		inet.length = 0;
	return (!r->allow.given || in_networks(&r->allow, &inet)) && !in_networks(&r->deny, &inet);
}

/* ---- life ----------------------------------------------------------------------------------- */

static uint32_t or_else(uint32_t value, uint32_t instead)
{
	return value ? value : instead;
}

/* What a zero stands for. */
static bool fill_in(coodie_balancing *b, coodie_error *err)
{
	if (b->local_rack && (!b->local_datacenter || b->not_datacenter_aware))
		return cd_fail(err, COODIE_ERR_INVALID,
			       "local_rack \"%s\" without local_datacenter: racks of different "
			       "datacenters bear the same names",
			       b->local_rack);
	if (b->latency_exclusion == 0)
		b->latency_exclusion = 2.0;
	if (!(b->latency_exclusion >= 1.0)) /* nor NaN */
		return cd_fail(err, COODIE_ERR_INVALID, "latency_exclusion %g is below 1",
			       b->latency_exclusion);
	b->latency_scale_ms = or_else(b->latency_scale_ms, 100);
	b->latency_retry_ms = or_else(b->latency_retry_ms, 10000);
	b->latency_update_ms = or_else(b->latency_update_ms, 100);
	b->latency_min_measured = or_else(b->latency_min_measured, 50);
	return true;
}

static struct cd_balancer_rules *make(const coodie_allocator *a, coodie_error *err)
{
	struct cd_balancer_rules *r = cd_alloc_zero(a, sizeof *r);

	if (!r)
		return cd_no_memory(err, "a balancer"), NULL;
	r->allocator = a ? *a : cd_malloc_allocator;
	atomic_init(&r->refs, 1);
	return r;
}

/* Replaces the caller's texts by copies; those that are not copied yet are NULL. */
static bool copy_texts(struct cd_balancer_rules *r, const coodie_balancing *from, coodie_error *err)
{
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		*text_at(&r->shipped, i) = NULL;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		const char *text = *text_at((coodie_balancing *)(void *)from, i);
		if (!text)
			continue;
		char *copy = cd_strndup(&r->allocator, text, strlen(text));
		if (!copy)
			return cd_no_memory(err, "a balancer");
		*text_at(&r->shipped, i) = copy;
	}
	return true;
}

struct cd_balancer_rules *cd_balancer_rules_new(const coodie_balancing *b,
						const coodie_allocator *a, coodie_error *err)
{
	coodie_balancing given = { .size = sizeof given };

	if (b && !cd_take_struct(&given, sizeof given, b, "coodie_balancing", err))
		return NULL;
	struct cd_balancer_rules *r = make(a, err);
	if (!r)
		return NULL;
	r->shipped = given;
	if (copy_texts(r, &given, err) && fill_in(&r->shipped, err) &&
	    parse_networks("allow", given.allow, &r->allow, &r->allocator, err) &&
	    parse_networks("deny", given.deny, &r->deny, &r->allocator, err)) {
		r->shipped.allow = r->shipped.deny = NULL;
		return r;
	}
	cd_balancer_rules_free(r);
	return NULL;
}

struct cd_balancer_rules *cd_balancer_rules_custom(const coodie_balancer *b, void *take_state,
						   const coodie_allocator *a, coodie_error *err)
{
	coodie_balancer given;

	if (!cd_take_struct(&given, sizeof given, b, "coodie_balancer", err))
		return NULL;
	if (!given.plan)
		return cd_fail_null(err, COODIE_ERR_INVALID, "a balancer without plan()");
	struct cd_balancer_rules *r = make(a, err);
	if (!r)
		return NULL;
	r->custom = given;
	r->state = take_state;
	return r;
}

struct cd_balancer_rules *cd_balancer_rules_ref(struct cd_balancer_rules *r)
{
	atomic_fetch_add_explicit(&r->refs, 1, memory_order_relaxed);
	return r;
}

void cd_balancer_rules_free(struct cd_balancer_rules *r)
{
	if (!r || atomic_fetch_sub_explicit(&r->refs, 1, memory_order_acq_rel) != 1)
		return;
	if (r->custom.free)
		r->custom.free(r->state);
	const coodie_allocator a = r->allocator;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		cd_release(&a, *text_at(&r->shipped, i));
	cd_release(&a, r->allow.at);
	cd_release(&a, r->deny.at);
	cd_release(&a, r);
}
