/* SPDX-License-Identifier: MIT */
/* Replication maps to numbers. */
#include "net/ring/replication.h"

#include <stdlib.h>
#include <string.h>

/* More hosts than a cluster has: what is above means as much. */
enum { MOST = 1000000 };

static enum cd_strategy strategy_of(const char *name)
{
	static const struct {
		const char *name;
		enum cd_strategy strategy;
	} known[] = {
		{ "NetworkTopologyStrategy", CD_STRATEGY_NETWORK_TOPOLOGY },
		{ "SimpleStrategy", CD_STRATEGY_SIMPLE },
		{ "LocalStrategy", CD_STRATEGY_LOCAL },
		{ "EverywhereStrategy", CD_STRATEGY_EVERYWHERE },
	};
	const char *dot = strrchr(name, '.');

	name = dot ? dot + 1 : name;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strcmp(name, known[i].name) == 0)
			return known[i].strategy;
	return CD_STRATEGY_UNKNOWN;
}

/* Digits; false: there are none, or too many. */
static bool read_number(const char **text, uint32_t *out)
{
	const char *at = *text;
	uint32_t n = 0;

	for (; *at >= '0' && *at <= '9' && n <= MOST; at++)
		n = n * 10 + (uint32_t)(*at - '0');
	if (at == *text || n > MOST)
		return false;
	*text = at;
	*out = n;
	return true;
}

static bool read_factor(const char *text, struct cd_replication_factor *f)
{
	uint32_t all, transient = 0;

	if (!read_number(&text, &all))
		return false;
	if (*text == '/') {
		text++;
		if (!read_number(&text, &transient) || transient > all)
			return false;
	}
	if (*text)
		return false;
	f->all = all;
	f->transient = transient;
	return true;
}

static int compare_factors(const void *a, const void *b)
{
	const struct cd_replication_factor *x = a, *y = b;

	return strcmp(x->datacenter, y->datacenter);
}

static bool add_center(struct cd_replication *r, struct cd_replication_factor *list,
		       struct cd_arena *a, const char *name, const char *factor)
{
	struct cd_replication_factor f = { .all = 0 };

	if (!read_factor(factor, &f))
		return true;
	f.datacenter = cd_arena_strndup(a, name, strlen(name));
	if (!f.datacenter)
		return false;
	list[r->factor_count++] = f;
	return true;
}

static bool read_centers(const char *const *pairs, uint32_t count, struct cd_arena *a,
			 struct cd_replication *r)
{
	struct cd_replication_factor *list = cd_arena_take_array(a, count, sizeof *list);

	if (!list)
		return false;
	for (uint32_t i = 0; i < count; i++) {
		const char *key = pairs[2 * i];
		if (strcmp(key, "class") != 0 && strcmp(key, "replication_factor") != 0 &&
		    !add_center(r, list, a, key, pairs[2 * i + 1]))
			return false;
	}
	qsort(list, r->factor_count, sizeof *list, compare_factors);
	r->factors = list;
	return true;
}

bool cd_replication_parse(const char *const *pairs, uint32_t pair_count, struct cd_arena *a,
			  struct cd_replication *out)
{
	struct cd_replication r = { .otherwise.datacenter = "" };

	for (uint32_t i = 0; i < pair_count; i++)
		if (strcmp(pairs[2 * i], "class") == 0)
			r.strategy = strategy_of(pairs[2 * i + 1]);
	if (r.strategy == CD_STRATEGY_SIMPLE || r.strategy == CD_STRATEGY_NETWORK_TOPOLOGY)
		for (uint32_t i = 0; i < pair_count; i++)
			if (strcmp(pairs[2 * i], "replication_factor") == 0)
				read_factor(pairs[2 * i + 1], &r.otherwise);
	if (r.strategy == CD_STRATEGY_NETWORK_TOPOLOGY && !read_centers(pairs, pair_count, a, &r))
		return false;
	*out = r;
	return true;
}

static bool same_factor(const struct cd_replication_factor *a,
			const struct cd_replication_factor *b)
{
	return a->all == b->all && a->transient == b->transient &&
	       strcmp(a->datacenter, b->datacenter) == 0;
}

bool cd_replication_same(const struct cd_replication *a, const struct cd_replication *b)
{
	if (a->strategy != b->strategy || a->factor_count != b->factor_count ||
	    !same_factor(&a->otherwise, &b->otherwise))
		return false;
	for (uint32_t i = 0; i < a->factor_count; i++)
		if (!same_factor(&a->factors[i], &b->factors[i]))
			return false;
	return true;
}

uint32_t cd_replication_in(const struct cd_replication *r, const char *datacenter)
{
	uint32_t low = 0, high = r->factor_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = strcmp(r->factors[middle].datacenter, datacenter);
		if (order == 0)
			return r->factors[middle].all;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return r->otherwise.all;
}
