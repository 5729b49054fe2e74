/* SPDX-License-Identifier: MIT */
/* net/ring/routes.c and net/ring/sharding.c: what ScyllaDB says of the ways to its hosts and shards. */
#include "tests/test.h"

#include "net/ring/routes.h"
#include "net/ring/sharding.h"
#include "tests/failalloc.h"
#include "tests/table.h"
#include "tests/town.h"

/* ---- client routes ------------------------------------------------------------------------------ */

#define ID(n) "00000000-0000-4000-8000-00000000000" n
static const char columns[] =
	"connection_id text, host_id uuid, address text, port int, tls_port int";
static const char *const table[] = {
	"'link-2' | " ID("1") " | 'second.example.org' | 9042 | 9142",
	"'link-1' | " ID("1") " | 'first.example.org' | 9043 | null",
	"'link-2' | " ID("2") " | '10.0.0.2' | null | 9143",
	"'other' | " ID("3") " | '10.0.0.3' | 9042 | 9142",
	"'link-1' | " ID("4") " | null | 9042 | 9142",
	"'link-1' | " ID("5") " | '' | 9042 | 9142",
	"'link-1' | " ID("6") " | '10.0.0.6' | 0 | 70000",
	"null | " ID("7") " | '10.0.0.7' | 9042 | 9142",
	"'link-1' | null | '10.0.0.8' | 9042 | 9142",
};
static const char *const ids[] = { "link-1", "link-2" };

static bool use_routes(const coodie_allocator *a, void *user)
{
	cql_uuid one = town_host_id(1), two = town_host_id(2), three = town_host_id(3);
	const struct cd_routes_route *route;
	coodie_error err;
	struct cd_routes *r = cd_routes_new(a, user, ids, 2, &err);

	if (!r) {
		assert_int_equal(err.code, COODIE_ERR_NO_MEMORY);
		return false;
	}
	assert_int_equal(r->count, 2);
	assert_int_equal(r->skipped, 6);
	route = cd_routes_find(r, &one);
	assert_string_equal(route->address, "first.example.org");
	assert_true(route->port == 9043 && route->tls_port == 0);
	route = cd_routes_find(r, &two);
	assert_string_equal(route->address, "10.0.0.2");
	assert_true(route->port == 0 && route->tls_port == 9143);
	assert_null(cd_routes_find(r, &three));
	struct cd_routes *same = cd_routes_ref(r);
	cd_routes_free(r);
	cd_routes_free(same);
	return true;
}

static void test_routes(void **state)
{
	coodie_result *rows = table_result(NULL, columns, table, CD_COUNT(table));
	coodie_result *none = table_result(NULL, columns, NULL, 0);
	coodie_result *other = table_result(NULL, "connection_id text, host_id uuid", NULL, 0);
	coodie_error err;

	(void)state;
	assert_true(use_routes(NULL, rows));
	assert_true(cd_failalloc_each("client routes", use_routes, rows));
	assert_null(cd_routes_new(NULL, other, ids, 2, &err));
	assert_int_equal(err.code, COODIE_ERR_PROTOCOL);
	struct cd_routes *r = cd_routes_new(NULL, none, ids, 2, &err);
	assert_int_equal(r->count, 0);
	cd_routes_free(r);
	cd_routes_free(NULL);
	assert_null(cd_routes_ref(NULL));
	coodie_result_free(rows);
	coodie_result_free(none);
	coodie_result_free(other);
}

/* ---- SUPPORTED ------------------------------------------------------------------------------------ */

#define GOOD \
	"SCYLLA_SHARD", "3", "SCYLLA_NR_SHARDS", "8", "SCYLLA_SHARDING_IGNORE_MSB", "12", \
		"SCYLLA_SHARDING_ALGORITHM", "biased-token-round-robin"
#define WITH(shard, shards, msb, algorithm) \
	"SCYLLA_SHARD", shard, "SCYLLA_NR_SHARDS", shards, "SCYLLA_SHARDING_IGNORE_MSB", msb, \
		"SCYLLA_SHARDING_ALGORITHM", algorithm
#define ROUND "biased-token-round-robin"

static const struct {
	const char *name;
	const char *pairs[16];
	struct cd_sharding_offer want;
} offers[] = {
	{ "Cassandra", { "CQL_VERSION", "3.4.7" }, { .count = 0 } },
	{ "shards", { GOOD }, { .count = 8, .shard = 3, .ignore_msb = 12, .is_scylla = true } },
	{ "ports",
	  { GOOD, "SCYLLA_SHARD_AWARE_PORT", "19042", "SCYLLA_SHARD_AWARE_PORT_SSL", "19142" },
	  { .count = 8,
	    .shard = 3,
	    .ignore_msb = 12,
	    .port = 19042,
	    .tls_port = 19142,
	    .is_scylla = true } },
	{ "ports that are none",
	  { GOOD, "SCYLLA_SHARD_AWARE_PORT", "70000", "SCYLLA_SHARD_AWARE_PORT_SSL", "" },
	  { .count = 8, .shard = 3, .ignore_msb = 12, .is_scylla = true } },
	{ "a host id",
	  { "SCYLLA_HOST_ID", ID("9") },
	  { .is_scylla = true,
	    .has_host_id = true,
	    .host_id = { { [6] = 0x40, [8] = 0x80, [15] = 9 } } } },
	{ "a host id that is none", { "SCYLLA_HOST_ID", "me" }, { .is_scylla = true } },
	{ "a host id of another length", { "SCYLLA_HOST_ID", ID("x") }, { .is_scylla = true } },
	{ "no shards", { WITH("0", "0", "12", ROUND) }, { .is_scylla = true } },
	{ "not one of them", { WITH("8", "8", "12", ROUND) }, { .is_scylla = true } },
	{ "too many", { WITH("0", "65535", "12", ROUND) }, { .is_scylla = true } },
	{ "far too many", { WITH("0", "99999999999", "12", ROUND) }, { .is_scylla = true } },
	{ "below nothing", { WITH("-1", "8", "12", ROUND) }, { .is_scylla = true } },
	{ "no number", { WITH("0", "8x", "12", ROUND) }, { .is_scylla = true } },
	{ "all bits ignored", { WITH("0", "8", "64", ROUND) }, { .is_scylla = true } },
	{ "another algorithm", { WITH("0", "8", "12", "by-the-moon") }, { .is_scylla = true } },
	{ "a part of it", { "SCYLLA_SHARD", "0", "SCYLLA_NR_SHARDS", "8" }, { .is_scylla = true } },
};

static void test_offers(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(offers); i++) {
		cql_option options[8];
		cql_text values[8];
		uint16_t count = 0;
		struct cd_sharding_offer o;
		const struct cd_sharding_offer *want = &offers[i].want;
		for (; count < 8 && offers[i].pairs[2 * count]; count++) {
			values[count] = cql_text_of(offers[i].pairs[2 * count + 1]);
			options[count] = (cql_option){ cql_text_of(offers[i].pairs[2 * count]),
						       &values[count], 1 };
		}
		cd_sharding_read(options, count, &o);
		CD_CHECK(o.count == want->count && o.shard == want->shard, offers[i].name);
		CD_CHECK(o.ignore_msb == want->ignore_msb, offers[i].name);
		CD_CHECK(o.port == want->port && o.tls_port == want->tls_port, offers[i].name);
		CD_CHECK(o.is_scylla == want->is_scylla, offers[i].name);
		CD_CHECK(o.has_host_id == want->has_host_id, offers[i].name);
		if (o.has_host_id)
			CD_CHECK(memcmp(&o.host_id, &want->host_id, 16) == 0, offers[i].name);
		for (uint16_t j = 0; j < count; j++)
			options[j].value_count = 0; /* keys without values */
		cd_sharding_read(options, count, &o);
		CD_CHECK(o.count == 0 && !o.has_host_id, offers[i].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_routes),
		cmocka_unit_test(test_offers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
