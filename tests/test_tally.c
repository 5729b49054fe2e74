/* SPDX-License-Identifier: MIT */
/* net/engine/tally.h: hosts that go leave their numbers, and nothing else. */
#include "tests/test.h"

#include "net/engine/tally.h"
#include "tests/failalloc.h"
#include "tests/pool_world.h"

enum { ROUNDS = 500, SHARDS = 8, EACH = 3, SECOND = 1000000 };

static bool is_named(const void *user, const struct cd_tally_host *host)
{
	return strcmp(user, host->host.address) == 0;
}

static void count_all(const struct cd_metric_row *row, void *user)
{
	uint64_t *sum = user;

	*sum += cd_counters_get(row->counters, CD_METRIC_RESPONSES);
}

/* What a reader of the session is told. */
static coodie_metrics sum(const struct cd_tally *t, uint64_t now_us, coodie_histogram *durations)
{
	const struct cd_tallies tallies = { &t, 1 };
	const struct cd_metric_source source = { .each = cd_tally_each,
						 .owner = &tallies,
						 .now_us = now_us };
	coodie_metrics m = { .size = sizeof m };
	coodie_error err;

	*durations = (coodie_histogram){ .size = sizeof *durations };
	assert_true(cd_metric_sum(&source, NULL, &m, &err));
	assert_true(cd_metric_histogram(&source, NULL, COODIE_HISTOGRAM_QUEUE, durations, &err));
	return m;
}

static void use_host(struct cd_tally *t, const coodie_host *host, uint64_t now_us)
{
	for (int32_t shard = 0; shard < SHARDS; shard++) {
		struct cd_counters *c = cd_tally_of(t, host, shard, now_us);
		for (int i = 0; i < EACH; i++)
			cd_counters_response(c, now_us);
		cd_counters_record(c, COODIE_HISTOGRAM_QUEUE, UINT64_C(100) << shard, now_us);
	}
}

/* One node after the other: as much memory as for two, and all is counted. */
static void test_replaced(void **state)
{
	static const uint64_t windows[] = { 0, 60 * (uint64_t)SECOND };
	char named[COODIE_ADDRESS_SIZE];

	(void)state;
	for (size_t w = 0; w < CD_COUNT(windows); w++) {
		struct cd_failalloc memory;
		struct cd_tally t;
		coodie_histogram durations;
		uint64_t now_us = SECOND, live = 0;
		cd_failalloc_init(&memory, 0);
		cd_tally_init(&t, &memory.allocator, windows[w], is_named, named, now_us);
		for (int i = 0; i < ROUNDS; i++, now_us += SECOND / 10) {
			coodie_host host = { .size = sizeof host, .host_id.bytes[0] = (uint8_t)i };
			snprintf(host.address, sizeof host.address, "10.0.%d.%d:9042", i / 250,
				 i % 250);
			memcpy(named, host.address, sizeof named);
			use_host(&t, &host, now_us);
			live = i == 3 ? memory.live : live;
			assert_true(i <= 3 || memory.live <= live + 2);
		}
		coodie_metrics m = sum(&t, now_us, &durations);
		assert_int_equal(m.responses, ROUNDS * SHARDS * EACH);
		/* ten hosts a second, all along: as if it had been one */
		assert_true(m.rate_1m > 0.5 * 10 * SHARDS * EACH &&
			    m.rate_1m < 1.5 * 10 * SHARDS * EACH);
		assert_int_equal(durations.count, ROUNDS * SHARDS);
		assert_in_range(durations.max, 12600, 13000);
		cd_tally_deinit(&t);
		assert_int_equal(memory.live, 0);
	}
}

/* A host that somebody reads about stays for now, and so does one that is there. */
static void test_read(void **state)
{
	struct cd_tally t;
	uint64_t seen = 0;
	const struct cd_tally *one = &t;
	const struct cd_tallies tallies = { &one, 1 };
	coodie_host host = { .size = sizeof host, .address = "10.0.0.1:9042" };

	(void)state;
	cd_tally_init(&t, NULL, 0, is_named, "10.0.0.1:9042", SECOND);
	use_host(&t, &host, SECOND);
	const struct cd_counters *first = cd_tally_of(&t, &host, 0, SECOND);
	memcpy(host.address, "10.0.0.2:9042", sizeof "10.0.0.2:9042");
	host.host_id.bytes[0] = 2;
	use_host(&t, &host, SECOND);
	assert_true(cd_tally_has(t.hosts->next, first));
	assert_int_equal(pthread_mutex_lock(&t.walk), 0);
	memcpy(host.address, "10.0.0.3:9042", sizeof "10.0.0.3:9042");
	use_host(&t, &host, SECOND);
	assert_non_null(t.hosts->next->next);
	assert_int_equal(pthread_mutex_unlock(&t.walk), 0);
	memcpy(host.address, "10.0.0.4:9042", sizeof "10.0.0.4:9042");
	use_host(&t, &host, SECOND);
	assert_null(t.hosts->next->next);
	cd_tally_each(&tallies, count_all, &seen);
	assert_int_equal(seen, 4 * SHARDS * EACH);
	cd_tally_deinit(&t);
}

/* A session whose cluster replaces a node again and again. */
static void test_session(void **state)
{
	enum { GUESTS = 25, SETTLED = 5, WORLD_SHARDS = 4 };
	struct pool_world w;
	coodie_metrics m = { .size = sizeof m };
	coodie_error err;
	uint64_t live = 0;

	(void)state;
	assert_true(pool_open(&w, &(struct pool_wish){ .shards = WORLD_SHARDS, .plain = true }));
	assert_non_null(pool_connect(&w, &err));
	pool_wait_all(&w);
	for (uint32_t guest = 1; guest <= GUESTS; guest++) {
		uint32_t added;
		assert_true(coodie_node_add(w.box, NULL, NULL, &added, &err));
		assert_int_equal(added, guest);
		pool_expect(&w, 1 | UINT64_C(1) << guest, WORLD_SHARDS, 1);
		assert_true(coodie_node_remove(w.box, guest, &err));
		pool_expect(&w, 1, WORLD_SHARDS, 1);
		live = guest == SETTLED ? w.client->live : live;
		assert_in_range(w.client->live, 0, guest > SETTLED ? live + 8 : SIZE_MAX);
	}
	assert_true(coodie_session_metrics(w.session, NULL, &m, &err));
	assert_int_equal(m.connections, WORLD_SHARDS);
	assert_true(m.connects >= (GUESTS + 1) * WORLD_SHARDS);
	pool_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_replaced),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_session),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
