/* SPDX-License-Identifier: MIT */
/* What requests cost, and which connection they take: allocations, writes to the network, the least busy
 * connection, another shard's where their own has none. */
#include "tests/test.h"

#include <inttypes.h>

#include "net/options/options.h"
#include "tests/pool_world.h"

enum { WARM = 64, MEASURED = 200, BURST = 32 };

static void fault(struct pool_world *w, const char *spec)
{
	coodie_error err;

	if (!coodie_node_add_fault(w->box, spec, NULL, &err))
		fail_msg("%s: %s", spec, err.message);
}

static void open_filled(struct pool_world *w, const struct pool_wish *wish)
{
	coodie_error err;

	assert_true(pool_open(w, wish));
	assert_non_null(pool_connect(w, &err));
	pool_wait_all(w);
	pool_expect(w, 1, wish->shards, 1);
}

static coodie_prepared *prepare(struct pool_world *w, const char *cql)
{
	coodie_error err;
	struct pool_ask *a = pool_prepare(w, cql, &err);

	pool_wait_all(w);
	coodie_prepared *p = a->prepared;
	assert_non_null(p);
	a->prepared = NULL;
	return p;
}

/* ---- memory ------------------------------------------------------------------------------------ */

static void run_many(struct pool_world *w, coodie_prepared *p, int count, int at_once, bool read)
{
	coodie_error err;

	for (int i = 0; i < count; i++) {
		const cql_value values[] = { cql(i % 10), cql(i % 10 * 100) };
		const cql_args args = { .values = values, .count = read ? 1 : 2 };
		if (!pool_execute(w, p, args, &err))
			fail_msg("%s", err.message);
		if (i % at_once == at_once - 1)
			pool_wait_all(w);
	}
	pool_wait_all(w);
	assert_int_equal(w->failed, 0);
}

static void set_v4(coodie_options *o)
{
	coodie_error err;

	assert_true(coodie_options_set_protocol_version(o, 4, &err));
}

static const struct {
	const char *name, *cql;
	uint32_t shards;
	void (*set)(coodie_options *o);
	int at_once;
	bool read;
	size_t most; /* allocations of a request */
} costs[] = {
	{ "write", "INSERT INTO ks.t (k, v) VALUES (?, ?)", 0, NULL, 1, false, 0 },
	{ "write, v4", "INSERT INTO ks.t (k, v) VALUES (?, ?)", 0, set_v4, 1, false, 0 },
	{ "writes at once", "INSERT INTO ks.t (k, v) VALUES (?, ?)", 0, NULL, BURST, false, 0 },
	{ "writes to shards", "INSERT INTO ks.t (k, v) VALUES (?, ?)", 4, NULL, BURST, false, 0 },
	{ "read", "SELECT v FROM ks.t WHERE k = ?", 0, NULL, 1, true, 1 },
	{ "read, v4", "SELECT v FROM ks.t WHERE k = ?", 0, set_v4, 1, true, 1 },
	{ "reads at once", "SELECT v FROM ks.t WHERE k = ?", 0, NULL, BURST, true, 1 },
	{ "reads from shards", "SELECT v FROM ks.t WHERE k = ?", 4, NULL, BURST, true, 1 },
};

/* Once it has run for a while, a request takes no memory, and a result one piece. */
static void test_allocations(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(costs); i++) {
		struct pool_world w;
		open_filled(&w, &(struct pool_wish){ .name = costs[i].name,
						     .shards = costs[i].shards,
						     .plain = true,
						     .set = costs[i].set });
		coodie_prepared *p = prepare(&w, costs[i].cql);
		run_many(&w, p, WARM, costs[i].at_once, costs[i].read);
		size_t before = w.own.calls;
		run_many(&w, p, MEASURED, costs[i].at_once, costs[i].read);
		size_t calls = w.own.calls - before;
		if (calls > costs[i].most * MEASURED)
			fail_msg("%s: %zu allocations for %d requests", costs[i].name, calls,
				 MEASURED);
		coodie_prepared_free(p);
		pool_close(&w);
	}
}

/* ---- writes to the network --------------------------------------------------------------------- */

static coodie_transport_vtable counting, inner;
static int sends;

static int64_t count_send(void *transport, int handle, const void *data, size_t len)
{
	sends++;
	return inner.send(transport, handle, data, len);
}

static void count_sends(coodie_options *o)
{
	inner = counting = *o->transport.vtable;
	counting.send = count_send;
	o->transport.vtable = &counting;
}

/* What is asked for in one turn of the loop leaves in one piece. */
static void test_one_write(void **state)
{
	struct pool_world w;
	coodie_error err;

	(void)state;
	open_filled(&w, &(struct pool_wish){ .set = count_sends });
	coodie_prepared *p = prepare(&w, "INSERT INTO ks.t (k, v) VALUES (?, ?)");
	for (int round = 0; round < 3; round++) {
		sends = 0;
		for (int i = 0; i < BURST; i++)
			assert_non_null(pool_execute(&w, p, CQL_ARGS(cql(i), cql(i)), &err));
		assert_int_equal(sends, 0);
		pool_wait_all(&w);
		assert_int_equal(sends, 1);
	}
	assert_int_equal(w.failed, 0);
	coodie_prepared_free(p);
	pool_close(&w);
}

/* ---- which connection -------------------------------------------------------------------------- */

static uint64_t requests_of(const struct pool_world *w, uint32_t shard)
{
	coodie_node_stats stats = { .size = sizeof stats };

	assert_true(coodie_node_get_stats(w->box, 0, &stats));
	return stats.requests_by_shard[shard];
}

static uint64_t misrouted(const struct pool_world *w)
{
	coodie_node_stats stats = { .size = sizeof stats };

	assert_true(coodie_node_get_stats(w->box, 0, &stats));
	return stats.misrouted;
}

/* One whose answers do not come gets no more requests than its share of the first. */
static void test_least_busy(void **state)
{
	static const char cql[] = "SELECT v FROM ks.t WHERE k = 1";
	struct pool_world w;
	coodie_error err;

	(void)state;
	open_filled(&w, &(struct pool_wish){ .shards = 4, .plain = true });
	fault(&w, "shard=2,match=ks.t,do=stall");
	for (int i = 0; i < 4; i++)
		assert_non_null(pool_query(&w, cql, CQL_ARGS(), NULL, &err));
	pool_sleep(&w, 100);
	assert_int_equal(w.begun - w.ended, 1);
	uint64_t before = requests_of(&w, 2);
	for (int i = 0; i < 20; i++) {
		pool_wait(&w, pool_query(&w, cql, CQL_ARGS(), NULL, &err));
		assert_int_equal(w.begun - w.ended, 1);
	}
	assert_int_equal(requests_of(&w, 2), before);
	coodie_node_clear_faults(w.box);
	pool_wait_all(&w);
	pool_close(&w);
}

/* A request does not wait for the connection of its shard when others stand. */
static void test_other_shard(void **state)
{
	struct pool_world w;
	coodie_error err;

	(void)state;
	open_filled(&w, &(struct pool_wish){ .shards = 4, .plain = true });
	coodie_prepared *p = prepare(&w, "SELECT v FROM ks.t WHERE k = ?");
	uint64_t before = misrouted(&w);
	run_many(&w, p, 10, 10, true);
	assert_int_equal(misrouted(&w), before);
	fault(&w, "at=accept,do=refuse");
	fault(&w, "shard=1,opcode=EXECUTE,do=close");
	for (int k = 0; k < 10; k++) { /* reads are asked for again, elsewhere */
		const struct pool_ask *a = pool_execute(&w, p, CQL_ARGS(cql(k)), &err);
		pool_wait_all(&w);
		assert_int_equal(a->value, k * 100);
	}
	assert_int_equal(pool_shard(&w, 0, 1), 0);
	before = misrouted(&w);
	run_many(&w, p, 10, 1, true);
	assert_true(misrouted(&w) > before);
	coodie_node_clear_faults(w.box);
	pool_expect(&w, 1, 4, 1);
	before = misrouted(&w);
	run_many(&w, p, 10, 1, true);
	assert_int_equal(misrouted(&w), before);
	coodie_prepared_free(p);
	pool_close(&w);
}

/* ---- the rate limit ---------------------------------------------------------------------------- */

/* It has an error of its own, and who hit it is not asked to try again. */
static void test_rate_limit(void **state)
{
	struct pool_world w;
	coodie_error err;
	uint32_t id;

	(void)state;
	open_filled(&w, &(struct pool_wish){ .shards = 2, .plain = true });
	coodie_prepared *p = prepare(&w, "SELECT v FROM ks.t WHERE k = ?");
	assert_true(coodie_node_add_fault(w.box, "opcode=EXECUTE,do=rate-limit", &id, &err));
	for (int i = 1; i <= 5; i++) {
		const struct pool_ask *a = pool_execute(&w, p, CQL_ARGS(cql(i)), &err);
		pool_wait_all(&w);
		assert_int_equal(a->code, COODIE_ERR_RATE_LIMIT);
		assert_int_equal(coodie_node_fault_count(w.box, id), i);
	}
	coodie_node_clear_faults(w.box);
	w.failed = 0;
	run_many(&w, p, 5, 1, true);
	coodie_prepared_free(p);
	pool_close(&w);
}

/* ---- from time to time ------------------------------------------------------------------------- */

static void refresh_each_minute(coodie_options *o)
{
	coodie_options_set_refresh_s(o, 60);
}

/* Nodes and schema are read anew, without an event and also after it has failed. */
static void test_refresh(void **state)
{
	static void (*const sets[])(coodie_options * o) = { NULL, refresh_each_minute };

	(void)state;
	for (size_t i = 0; i < CD_COUNT(sets); i++) {
		struct pool_world w;
		uint32_t local, tables;
		coodie_error err;
		open_filled(&w, &(struct pool_wish){ .set = sets[i] });
		assert_true(coodie_node_add_fault(w.box, "match=system.local,do=delay:1ms", &local,
						  &err));
		assert_true(coodie_node_add_fault(w.box, "match=system_schema.tables,do=delay:1ms",
						  &tables, &err));
		pool_sleep(&w, 10 * 60000);
		uint64_t reads = coodie_node_fault_count(w.box, tables);
		assert_true(i ? reads >= 8 && reads <= 11 : reads == 0);
		reads = coodie_node_fault_count(w.box, local);
		assert_true(i ? reads >= 8 && reads <= 11 : reads == 0);
		coodie_node_clear_faults(w.box);
		fault(&w, "match=system,do=error:SERVER_ERROR");
		pool_sleep(&w, 10 * 60000);
		coodie_node_clear_faults(w.box);
		assert_true(coodie_node_add_fault(w.box, "match=system_schema.tables,do=delay:1ms",
						  &tables, &err));
		pool_sleep(&w, 10 * 60000);
		assert_true((coodie_node_fault_count(w.box, tables) >= 8) == (i == 1));
		pool_close(&w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_allocations), cmocka_unit_test(test_one_write),
		cmocka_unit_test(test_least_busy),  cmocka_unit_test(test_other_shard),
		cmocka_unit_test(test_rate_limit),  cmocka_unit_test(test_refresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
