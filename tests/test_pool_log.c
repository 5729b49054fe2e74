/* SPDX-License-Identifier: MIT */
/* What the log says of a node that is down for long: a line a minute, and each of the others is counted. */
#include "tests/test.h"

#include "tests/pool_world.h"

enum { MINUTES = 4, MINUTE_MS = 60000, EVERY_MS = 100 };

/* Lines about what the node does, and those that the lines in their place have counted. */
static struct heard {
	unsigned said, counted;
} heard;

static void hear(enum coodie_log_level level, const char *line, void *user)
{
	unsigned more;

	(void)level;
	(void)user;
	if (sscanf(line, "... and %u more like it within 60 s", &more) == 1)
		heard.counted += more;
	else
		heard.said++;
}

static void take_log(coodie_options *o)
{
	coodie_options_set_log(o, COODIE_LOG_WARN, hear, NULL);
}

static void open_world(struct pool_world *w, uint32_t shards)
{
	const coodie_tune tune = { .size = sizeof tune,
				   .reconnect_min_ms = EVERY_MS,
				   .reconnect_max_ms = EVERY_MS };
	coodie_error err;

	heard = (struct heard){ 0 };
	assert_true(pool_open(w, &(struct pool_wish){ .nodes = 2,
						      .shards = shards,
						      .plain = true,
						      .tune = &tune,
						      .set = take_log }));
	assert_non_null(pool_connect(w, &err));
	pool_wait_all(w);
	pool_expect(w, 3, shards, 1);
}

static uint64_t failures(const struct pool_world *w)
{
	coodie_metrics m = { .size = sizeof m };
	coodie_error err;

	assert_true(coodie_session_metrics(w->session, NULL, &m, &err));
	return m.connect_failures + m.connects_lost;
}

/* Of thousands of connections that fail none is left out, and few have a line. */
static void check_refused(uint32_t shards)
{
	struct pool_world w;
	coodie_error err;
	uint64_t failed;

	open_world(&w, shards);
	failed = failures(&w);
	assert_true(coodie_node_take_down(w.box, 1, &err));
	pool_sleep(&w, MINUTES * MINUTE_MS);
	assert_in_range(heard.said, MINUTES, MINUTES + 2); /* that it was lost, too */
	assert_true(heard.counted > MINUTES * (MINUTE_MS / EVERY_MS) / 2);
	assert_true(coodie_node_bring_up(w.box, 1, &err));
	pool_expect(&w, 3, shards, 1);
	assert_int_equal(heard.said + heard.counted, failures(&w) - failed);
	pool_close(&w);
}

static void test_refused(void **state)
{
	(void)state;
	check_refused(0);
	check_refused(4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
