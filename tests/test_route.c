/* SPDX-License-Identifier: MIT */
/* net/session/route.c and net/session/groups.c: routes and groups as values, and each allocation failed. */
#include "tests/test.h"

#include <stdlib.h>

#include "net/session/route.h"
#include "tests/failalloc.h"

static coodie_host host_at(uint8_t slot)
{
	static const char *const centers[] = { "dc0", "dc1", "dc2", "dc3" };
	coodie_host h = {
		.size = sizeof h, .host_id.bytes[0] = slot, .rack = "r", .release = NULL
	};

	h.datacenter = centers[slot & 3];
	snprintf(h.address, sizeof h.address, "10.0.0.%u:9042", slot);
	return h;
}

static bool use_route(const coodie_allocator *a, void *user)
{
	const int64_t token = -7;
	coodie_target targets[3] = { { .shard = 5, .is_replica = true }, { .shard = -1 } };
	char rack[] = "rack1";
	coodie_error err;

	for (uint8_t i = 0; i < 3; i++)
		targets[i].host = host_at(i);
	targets[0].host.rack = rack;
	coodie_route *r = cd_route_new(a, user ? &token : NULL, targets, 3, &err);
	memset(rack, 'x', 5); /* it is a copy */
	memset(targets, 0, sizeof targets);
	if (!r) {
		assert_int_equal(err.code, COODIE_ERR_NO_MEMORY);
		return false;
	}
	int64_t got = 1;
	assert_int_equal(coodie_route_token(r, &got), user != NULL);
	assert_int_equal(got, user ? -7 : 1);
	assert_int_equal(coodie_route_count(r), 3);
	assert_string_equal(coodie_route_at(r, 0)->host.rack, "rack1");
	assert_string_equal(coodie_route_at(r, 0)->host.release, "");
	assert_string_equal(coodie_route_at(r, 2)->host.address, "10.0.0.2:9042");
	assert_int_equal(coodie_route_at(r, 0)->shard, 5);
	assert_true(coodie_route_at(r, 0)->is_replica && !coodie_route_at(r, 1)->is_replica);
	assert_int_equal(coodie_route_at(r, 2)->size, sizeof(coodie_target));
	assert_null(coodie_route_at(r, 3));
	coodie_route_free(r);
	return true;
}

static void test_routes(void **state)
{
	coodie_route *empty = cd_route_new(NULL, NULL, NULL, 0, NULL);
	int64_t token;

	assert_int_equal(coodie_route_count(empty), 0);
	assert_null(coodie_route_at(empty, 0));
	coodie_route_free(empty);
	assert_true(use_route(NULL, NULL));
	assert_true(cd_failalloc_each("a route", use_route, state));
	coodie_route_free(NULL);
	assert_int_equal(coodie_route_count(NULL), 0);
	assert_null(coodie_route_at(NULL, 0));
	assert_false(coodie_route_token(NULL, &token));
}

/* ---- groups ------------------------------------------------------------------------------------- */

#define AT(slot, shard, token) \
	{ \
		slot, shard, \
		{ \
			token, 0 \
		} \
	}
#define NOWHERE(token) \
	{ \
		CD_GROUP_NOWHERE, CD_ANY_SHARD, \
		{ \
			token, 0 \
		} \
	}

static const struct {
	const char *name;
	struct cd_group_item items[8];
	uint32_t count;
	size_t most;
	const char *want; /* slot/shard: items; host 9 is gone */
} rows[] = {
	{ "none", { NOWHERE(0) }, 0, 0, "" },
	{ "one", { AT(1, 2, 0) }, 1, 0, "1/2: 0; " },
	{ "by hosts and shards",
	  { AT(2, 0, 5), AT(1, 3, 5), AT(2, 0, 5), AT(1, 0, 5), AT(1, 3, 5) },
	  5,
	  0,
	  "1/0: 3; 1/3: 1 4; 2/0: 0 2; " },
	{ "by tokens",
	  { AT(1, 0, 5), AT(1, 0, -5), AT(1, 0, 9), AT(1, 0, 0) },
	  4,
	  0,
	  "1/0: 1 3 0 2; " },
	{ "without shards",
	  { AT(1, CD_ANY_SHARD, 5), AT(1, CD_ANY_SHARD, 6) },
	  2,
	  0,
	  "1/-1: 0 1; " },
	{ "nowhere comes last", { NOWHERE(3), AT(1, 0, 5), NOWHERE(2) }, 3, 0, "1/0: 1; -: 2 0; " },
	{ "a host that has gone",
	  { AT(9, 5, 3), AT(1, 0, 5), NOWHERE(2) },
	  3,
	  0,
	  "1/0: 1; -: 2 0; " },
	{ "not more than two",
	  { AT(1, 0, 1), AT(1, 0, 2), AT(1, 0, 3), AT(1, 0, 4), AT(1, 0, 5) },
	  5,
	  2,
	  "1/0: 0 1; 1/0: 2 3; 1/0: 4; " },
	{ "exactly two", { AT(1, 0, 1), AT(1, 0, 2), AT(2, 0, 3) }, 3, 2, "1/0: 0 1; 2/0: 2; " },
	{ "one each", { AT(1, 0, 1), AT(1, 0, 2) }, 2, 1, "1/0: 0; 1/0: 1; " },
};

static const coodie_host *find_host(void *user, uint32_t slot)
{
	coodie_host *h = user;

	*h = host_at((uint8_t)slot);
	return slot == 9 ? NULL : h;
}

static coodie_groups *make(const coodie_allocator *a, size_t row, coodie_error *err)
{
	coodie_host host;

	return cd_groups_new(a, rows[row].items, rows[row].count, rows[row].most, find_host, &host,
			     err);
}

static void say(const coodie_groups *g, char *out, size_t size)
{
	size_t len = 0;

	*out = '\0';
	for (size_t i = 0; i < coodie_groups_count(g); i++) {
		const coodie_group *group = coodie_groups_at(g, i);
		assert_int_equal(group->size, sizeof *group);
		len += (size_t)(group->has_host ? snprintf(out + len, size - len,
							   "%u/%d:", group->host.host_id.bytes[0],
							   (int)group->shard)
						: snprintf(out + len, size - len, "-:"));
		for (size_t j = 0; j < group->count; j++)
			len += (size_t)snprintf(out + len, size - len, " %u",
						(unsigned)group->items[j]);
		len += (size_t)snprintf(out + len, size - len, "; ");
	}
}

static void test_groups(void **state)
{
	char text[256];

	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		coodie_groups *g = make(NULL, i, NULL);
		CD_CHECK(g, rows[i].name);
		say(g, text, sizeof text);
		assert_string_equal(text, rows[i].want);
		assert_null(coodie_groups_at(g, coodie_groups_count(g)));
		coodie_groups_free(g);
	}
	coodie_groups_free(NULL);
	assert_int_equal(coodie_groups_count(NULL), 0);
	assert_null(coodie_groups_at(NULL, 0));
}

static bool use_groups(const coodie_allocator *a, void *user)
{
	const size_t *row = user;
	coodie_error err;
	coodie_groups *g = make(a, *row, &err);

	assert_true(g || err.code == COODIE_ERR_NO_MEMORY);
	if (g && coodie_groups_count(g))
		assert_string_equal(coodie_groups_at(g, 0)->host.datacenter, "dc1");
	coodie_groups_free(g);
	return g;
}

static void test_groups_without_memory(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++)
		assert_true(cd_failalloc_each(rows[i].name, use_groups, &i));
}

static void test_items(void **state)
{
	struct cd_replicas r = { .count = 2, .has_token = true, .token = { 5, 0 } };
	struct cd_group_item item;

	(void)state;
	r.slots[0] = 7;
	r.shards[0] = 3;
	item = cd_group_item_of(&r, 0);
	assert_true(item.slot == 7 && item.shard == 3 && item.token.high == 5);
	r.count = 0;
	item = cd_group_item_of(&r, 0);
	assert_true(item.slot == CD_GROUP_NOWHERE && item.shard == CD_ANY_SHARD &&
		    item.token.high == 5);
	r.has_token = false;
	item = cd_group_item_of(&r, 0);
	assert_true(item.slot == CD_GROUP_NOWHERE && item.token.high == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_routes),
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_groups_without_memory),
		cmocka_unit_test(test_items),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
