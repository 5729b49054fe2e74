/* SPDX-License-Identifier: MIT */
/* What goes wrong at a node, at each step of a connection's life: the session tells, or gets over
 * it, and never hangs. */
#include "tests/test.h"

#include "tests/pool_world.h"

/* A connection's steps, by the request that is answered wrongly. "%s" is what happens. */
static const char *const steps[] = {
	"at=accept",       "opcode=OPTIONS",     "opcode=STARTUP",
	"opcode=REGISTER", "match=system.local", "match=system.peers",
	"opcode=PREPARE",  "opcode=EXECUTE",     "opcode=QUERY,match=ks.t",
};

static const struct {
	const char *what;
	bool accept, request; /* it can be had there; neither: only of EXECUTE */
} faults[] = {
	{ "delay:300ms", true, true },
	{ "delay:5s", true, true },
	{ "refuse", true, false },
	{ "limit:1", true, false },
	{ "stall", false, true },
	{ "drop", false, true },
	{ "reset", false, true },
	{ "close", false, true },
	{ "half-close", false, true },
	{ "truncate", false, true },
	{ "crc:payload", false, true },
	{ "crc:header", false, true },
	{ "stream", false, true },
	{ "opcode", false, true },
	{ "error:SERVER_ERROR", false, true },
	{ "error:OVERLOADED", false, true },
	{ "error:IS_BOOTSTRAPPING", false, true },
	{ "error:0x1234:unknown", false, true },
	{ "error:UNAVAILABLE:short:00", false, true },
	{ "unprepared", false, false },
};

/* All that a session does; what it comes to is not important. */
static void use(struct pool_world *w)
{
	coodie_error err;

	pool_connect(w, &err);
	pool_query(w, "SELECT v FROM ks.t WHERE k = ?", CQL_ARGS(cql(3)),
		   COODIE_REQUEST(.idempotent = true), &err);
	pool_query(w, "SELECT v FROM ks.t WHERE k = 4", CQL_ARGS(), NULL, &err);
	pool_query(w, "SELECT v FROM ks.t", CQL_ARGS(), COODIE_REQUEST(.page_rows = 3), &err);
	pool_prepare(w, "SELECT k FROM ks.t WHERE k = ?", &err);
	pool_wait_all(w);
}

static void check(const char *step, const char *what, uint32_t nodes, bool all, bool from_start)
{
	/* connections that say nothing are found out soon */
	const coodie_tune tune = { .size = sizeof tune,
				   .heartbeat_ms = 1000,
				   .idle_kill_ms = 2000 };
	struct pool_world w;
	char rule[80], name[120];
	coodie_error err;
	uint32_t id;

	snprintf(rule, sizeof rule, "%s%s%s,do=%s", all ? "" : "node=0,", step,
		 all ? "" : ",times=2", what);
	snprintf(name, sizeof name, "%s, %u nodes%s", rule, nodes,
		 from_start ? ", from the start" : "");
	assert_true(pool_open(
		&w, &(struct pool_wish){
			    .name = name, .nodes = nodes, .points = nodes, .tune = &tune }));
	if (!from_start) {
		pool_connect(&w, &err);
		pool_wait_all(&w);
		pool_must_work(&w);
	}
	if (!coodie_node_add_fault(w.box, rule, &id, &err))
		fail_msg("%s: %s", rule, err.message);
	for (int i = 0; i < 3; i++) {
		use(&w);
		pool_sleep(&w, 2000);
	}
	coodie_node_clear_faults(w.box);
	pool_must_work(&w);
	pool_expect(&w, (1u << nodes) - 1, 0, 1);
	pool_close(&w);
}

static bool can_be(size_t step, size_t fault)
{
	if (step == 0)
		return faults[fault].accept;
	return faults[fault].request ||
	       (!faults[fault].accept && strcmp(steps[step], "opcode=EXECUTE") == 0);
}

static void test_each(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(steps); i++)
		for (size_t k = 0; k < CD_COUNT(faults); k++) {
			if (!can_be(i, k))
				continue;
			for (unsigned how = 0; how < 8; how++) {
				if (test_samples() && how != (i + k) % 8)
					continue;
				check(steps[i], faults[k].what, how & 1 ? 3 : 1, how & 2, how & 4);
			}
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
