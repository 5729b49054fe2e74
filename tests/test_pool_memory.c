/* SPDX-License-Identifier: MIT */
/* A session of which each allocation fails in turn, from connecting to three nodes to closing: each
 * callback that was promised runs once, nothing leaks, and with memory back it works. */
#include "tests/test.h"

#include "tests/pool_world.h"

enum { MOST_CALLS = 100000, SAMPLE = 11 };

static void on_outgoing(coodie_outgoing *request, void *user)
{
	coodie_outgoing_add(request, "added", user, 1, NULL);
}

static void set_hook(coodie_options *o)
{
	static char one = '1';

	coodie_options_set_outgoing(o, on_outgoing, &one);
}

/* What a session does in its life. False: something was refused, or has failed. */
static bool live(struct pool_world *w)
{
	const cql_payload mine = { { "mine", 4 }, { (const uint8_t *)"1", 1 } };
	coodie_error err;
	struct pool_ask *a;
	coodie_prepared *p;

	pool_connect(w, &err);
	pool_wait_all(w);
	pool_sleep(w, 300); /* the others are connected, the schema is read */
	a = pool_prepare(w, "SELECT v FROM ks.t WHERE k = ?", &err);
	pool_wait_all(w);
	p = a ? a->prepared : NULL;
	if (a)
		a->prepared = NULL;
	for (int k = 0; p && k < 4; k++)
		pool_execute(w, p, CQL_ARGS(cql(k)), &err);
	pool_query(w, "SELECT k FROM ks.t WHERE v = ? ALLOW FILTERING", CQL_ARGS(cql(100)),
		   COODIE_REQUEST(.payload = &mine, .payload_count = 1), &err);
	pool_query(w, "SELECT v FROM ks.t", CQL_ARGS(), COODIE_REQUEST(.page_rows = 3), &err);
	pool_wait_all(w);
	coodie_prepared_free(p);
	pool_query(w, "INSERT INTO ks.t (k, v) VALUES (?, ?)", CQL_ARGS(cql(50), cql(1)), NULL,
		   &err);
	pool_query(w, "CREATE TABLE IF NOT EXISTS ks.u (k int PRIMARY KEY)", CQL_ARGS(), NULL,
		   &err);
	pool_wait_all(w);
	return w->failed == 0 && w->begun == 10;
}

/* A run in which this allocation fails, or it and all that follow until the memory is back. @return
 * whether there were so many at all. */
static bool run(size_t fail_at, bool fail_on, uint32_t shards)
{
	struct cd_failalloc client;
	struct pool_world w;
	char name[60];
	bool struck, opened;

	cd_failalloc_init(&client, fail_at);
	client.fail_on = fail_on;
	snprintf(name, sizeof name, "allocation %zu%s, %u shards", fail_at,
		 fail_on ? " and those after it" : "", shards);
	opened = pool_open(&w, &(struct pool_wish){ .name = name,
						    .nodes = 3,
						    .shards = shards,
						    .plain = true,
						    .set = shards ? set_hook : NULL,
						    .client = &client });
	if (opened && !live(&w) && !client.failed)
		fail_msg("%s: it does not work with all the memory there is", name);
	struck = client.failed;
	client.fail_at = 0;
	client.fail_on = false;
	if (opened) {
		pool_must_work(&w);
		pool_expect(&w, 7, shards, 1);
	}
	pool_finish(&w);
	pool_close(&w);
	if (client.live)
		fail_msg("%s: %zu pieces leaked", name, (size_t)client.live);
	return struck;
}

static void each(uint32_t shards)
{
	assert_false(run(0, false, shards));
	for (size_t n = 1; n < MOST_CALLS; n += test_samples() ? SAMPLE : 1) {
		bool there = run(n, false, shards);
		if (!run(n, true, shards) && !there)
			return;
	}
	fail_msg("no end");
}

static void test_each(void **state)
{
	(void)state;
	each(0);
}

static void test_each_with_shards(void **state)
{
	(void)state;
	each(2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each),
		cmocka_unit_test(test_each_with_shards),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
