/* SPDX-License-Identifier: MIT */
/* Tablets that move: each loop sends at most one request for each of them to the wrong place, and none
 * once it has heard. Under tablets-routing-v2 nodes compare four bits of a version: where these are
 * right by chance nobody hears, and the nodes count such requests apart. */
#include "tests/test.h"

#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#include <coodie.h>
#include <coodie/node.h>
#include <coodie/token.h>

enum {
	KEYS = 120,
	MOVES = 3,
	MOST_LOOPS = 4,
	TABLETS = 16, /* of a table of the box */
	VERSION = 16, /* requests that show all bits of a version */
	PATIENCE = 2000000,
	PATIENT_MS = 300000, /* under a memory checker */
};

struct row {
	const char *name;
	uint32_t nodes, shards, loops;
	bool v1;
};

static const struct row rows[] = {
	{ "v1, one shard", 3, 1, 1, true },
	{ "v1, one shard, four loops", 3, 1, 4, true },
	{ "v1, eight shards", 3, 8, 1, true },
	{ "v1, eight shards, four loops", 3, 8, 4, true },
	{ "v1, sixty shards", 2, 60, 1, true },
	{ "v1, sixty shards, four loops", 1, 60, 4, true },
	{ "v2, one shard", 3, 1, 1, false },
	{ "v2, one shard, four loops", 3, 1, 4, false },
	{ "v2, eight shards", 3, 8, 1, false },
	{ "v2, eight shards, four loops", 3, 8, 4, false },
	{ "v2, sixty shards", 2, 60, 1, false },
	{ "v2, sixty shards, four loops", 1, 60, 4, false },
};

static const char read_one[] = "SELECT v FROM ks.t WHERE k = ?";

struct stand {
	const struct row *row;
	coodie_node *box;
	coodie_session *session;
	coodie_prepared *prepared;
	/* which loop ended an attempt last */
	pthread_mutex_t mutex;
	pthread_t loops[MOST_LOOPS];
	uint32_t known, last;
	bool told[TABLETS]; /* some loop has heard of it, ever, and told the others */
	_Atomic int busy;   /* requests of a burst */
};

/* ---- a session ----------------------------------------------------------------------------------- */

static void tell_loop(const coodie_attempt *attempt, void *user)
{
	struct stand *s = user;
	uint32_t i = 0;

	(void)attempt;
	pthread_mutex_lock(&s->mutex);
	while (i < s->known && !pthread_equal(s->loops[i], pthread_self()))
		i++;
	if (i == s->known && i < MOST_LOOPS)
		s->loops[s->known++] = pthread_self();
	s->last = i;
	pthread_mutex_unlock(&s->mutex);
}

static uint32_t last_loop(struct stand *s)
{
	pthread_mutex_lock(&s->mutex);
	uint32_t last = s->last;
	pthread_mutex_unlock(&s->mutex);
	assert_in_range(last, 0, s->row->loops - 1);
	return last;
}

static void start_box(struct stand *s)
{
	coodie_node_options *o = coodie_node_options_new(NULL);
	coodie_error err;

	assert_true(coodie_node_options_set_nodes(o, s->row->nodes, &err));
	assert_true(coodie_node_options_set_shards(o, s->row->shards, &err));
	coodie_node_options_set_tablets_v1(o, s->row->v1);
	s->box = coodie_node_start(o, &err);
	coodie_node_options_free(o);
	if (!s->box || !coodie_node_execute(s->box,
					    "CREATE KEYSPACE ks WITH replication = {'class': "
					    "'NetworkTopologyStrategy', 'datacenter1': 1}; "
					    "CREATE TABLE ks.t (k int PRIMARY KEY, v int); "
					    "CREATE KEYSPACE three WITH replication = {'class': "
					    "'NetworkTopologyStrategy', 'datacenter1': 3}; "
					    "CREATE TABLE three.t (k int PRIMARY KEY, v int)",
					    &err))
		fail_msg("%s: %s", s->row->name, err.message);
}

static void start_session(struct stand *s)
{
	coodie_options *o = coodie_options_new(NULL);
	coodie_error err;

	assert_true(coodie_options_add_contact_point(o, coodie_node_address(s->box, 0), &err));
	assert_true(coodie_options_set_loops(o, s->row->loops, &err));
	assert_true(coodie_options_set(o, "opening_per_second", "unlimited", &err));
	coodie_options_set_connect_timeout_ms(o, PATIENT_MS);
	coodie_options_set_request_timeout_ms(o, PATIENT_MS);
	coodie_options_set_attempts(o, tell_loop, s);
	s->session = coodie_session_new(o, &err);
	coodie_options_free(o);
	/* what no tablet is known of goes by the ring, which has been read then */
	if (!s->session || !coodie_session_connect(s->session, &err) ||
	    !coodie_session_refresh(s->session, &err))
		fail_msg("%s: %s", s->row->name, err.message);
	s->prepared = coodie_session_prepare(s->session, read_one, &err);
	if (!s->prepared)
		fail_msg("%s: %s", s->row->name, err.message);
}

static bool is_filled(const struct stand *s)
{
	coodie_metrics m = { .size = sizeof m };
	const struct row *row = s->row;
	coodie_error err;
	bool filled;

	assert_true(coodie_session_metrics(s->session, NULL, &m, &err));
	filled = m.connections == (uint64_t)row->nodes * row->shards * row->loops;
	for (uint32_t i = 0; i < row->nodes; i++) {
		coodie_node_stats stats = { .size = sizeof stats };
		assert_true(coodie_node_get_stats(s->box, i, &stats));
		for (uint32_t shard = 0; shard < row->shards; shard++)
			filled &= stats.by_shard[shard] == row->loops;
	}
	return filled;
}

static void open_stand(struct stand *s, const struct row *row)
{
	*s = (struct stand){ .row = row, .mutex = PTHREAD_MUTEX_INITIALIZER };
	start_box(s);
	start_session(s);
	for (int i = 0; !is_filled(s); i++) {
		if (i == PATIENCE)
			fail_msg("%s: it is never filled", row->name);
		sched_yield();
	}
}

static void close_stand(struct stand *s)
{
	coodie_prepared_free(s->prepared);
	coodie_session_free(s->session);
	coodie_node_stop(s->box);
	pthread_mutex_destroy(&s->mutex);
}

/* ---- what went wrong --------------------------------------------------------------------------------- */

/* Requests at a wrong place, and those of them of which nobody heard. */
struct astray {
	uint64_t all, untold;
};

static struct astray sum(const struct stand *s)
{
	struct astray a = { 0 };

	for (uint32_t i = 0; i < s->row->nodes; i++) {
		coodie_node_stats stats = { .size = sizeof stats };
		assert_true(coodie_node_get_stats(s->box, i, &stats));
		a.all += stats.misrouted;
		a.untold += stats.untold;
	}
	return a;
}

static struct astray since(const struct stand *s, struct astray before)
{
	struct astray now = sum(s);

	return (struct astray){ now.all - before.all, now.untold - before.untold };
}

/* Of a key's token. */
static uint32_t tablet_of(int32_t key)
{
	const uint8_t bytes[] = { (uint8_t)(key >> 24), (uint8_t)(key >> 16), (uint8_t)(key >> 8),
				  (uint8_t)key };
	uint64_t place = (uint64_t)cql_murmur3_token(bytes, sizeof bytes) + (UINT64_C(1) << 63);

	return (uint32_t)(place / (UINT64_MAX / TABLETS + 1));
}

/* ---- one after the other ------------------------------------------------------------------------------- */

static struct astray ask(struct stand *s, int32_t key)
{
	struct astray before = sum(s);
	coodie_error err;
	coodie_result *r = coodie_session_execute(s->session, s->prepared, CQL_ARGS(cql(key)), NULL,
						  &err);

	if (!r)
		fail_msg("%s: %s", s->row->name, err.message);
	coodie_result_free(r);
	return since(s, before);
}

/* Each loop asks for each key, until nothing goes astray; no tablet is wrong twice on a loop that was
 * told. */
static void learn(struct stand *s)
{
	uint32_t told[TABLETS][MOST_LOOPS] = { 0 };
	struct astray before;
	int passes = 0;

	do {
		before = sum(s);
		for (int32_t i = 0; i < KEYS * (int32_t)s->row->loops; i++) {
			int32_t key = i / (int32_t)s->row->loops;
			struct astray a = ask(s, key);
			uint32_t *count = &told[tablet_of(key)][last_loop(s)];
			*count += a.all > a.untold;
			s->told[tablet_of(key)] |= *count > 0;
			if (*count > 1 || (s->row->v1 && a.untold))
				fail_msg("%s: %" PRIu32 " of tablet %" PRIu32
					 " went astray on one loop, of %" PRIu64 " nobody heard",
					 s->row->name, *count, tablet_of(key), a.untold);
		}
		assert_true(passes++ < 20);
		assert_int_equal(s->known, s->row->loops);
	} while (since(s, before).all);
}

static bool is_told(const struct stand *s)
{
	bool told = true;

	for (uint32_t tablet = 0; tablet < TABLETS; tablet++)
		told &= s->told[tablet];
	return told;
}

static void test_one_each(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i += test_samples() ? 3 : 1) {
		struct stand s;
		open_stand(&s, &rows[i]);
		learn(&s);
		struct astray learned = sum(&s);
		for (int move = 0; move < MOVES; move++) {
			coodie_node_move_tablets(s.box);
			learn(&s);
		}
		/* nodes of one shard only: there is no other place */
		CD_CHECK((since(&s, learned).all > 0) == (rows[i].shards > 1), rows[i].name);
		close_stand(&s);
	}
}

/* ---- many at a time -------------------------------------------------------------------------------------- */

static void ended(coodie_result *take_res, const coodie_error *err, void *user)
{
	struct stand *s = user;

	if (!take_res)
		fail_msg("%s: %s", s->row->name, err->message);
	coodie_result_free(take_res);
	atomic_fetch_sub(&s->busy, 1);
}

/* So many requests on each loop at once that all bits of a version have been compared. */
static struct astray burst(struct stand *s, int32_t key)
{
	struct astray before = sum(s);
	coodie_error err;
	int count = VERSION * (int)s->row->loops;

	atomic_store(&s->busy, count);
	for (int i = 0; i < count; i++)
		if (!coodie_session_execute_async(s->session, s->prepared, CQL_ARGS(cql(key)), NULL,
						  ended, s, &err))
			fail_msg("%s: %s", s->row->name, err.message);
	while (atomic_load(&s->busy))
		sched_yield();
	return since(s, before);
}

/* A place that was right by chance is no place that is known: under v1 nobody heard of it. */
static void learn_all(struct stand *s)
{
	for (int tries = 0; s->row->v1 && !is_told(s); tries++) {
		assert_true(tries < 100);
		coodie_node_move_tablets(s->box);
		learn(s);
	}
}

/* What is under way when a tablet moves may all be wrong; of what is sent after it was answered
 * nothing is. */
static void test_bursts(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i += test_samples() ? 3 : 1) {
		struct stand s;
		uint64_t astray = 0;
		open_stand(&s, &rows[i]);
		learn_all(&s);
		for (int move = 0; move < MOVES; move++) {
			coodie_node_move_tablets(s.box);
			for (int32_t key = 0; key < KEYS / 4; key++) {
				astray += burst(&s, key).all;
				struct astray late = burst(&s, key);
				if (late.all)
					fail_msg("%s: %" PRIu64 " of key %" PRId32
						 " went astray after move %d, of %" PRIu64
						 " nobody heard",
						 rows[i].name, late.all, key, move, late.untold);
			}
		}
		CD_CHECK(astray > 0 || rows[i].shards == 1, rows[i].name);
		close_stand(&s);
	}
}

/* ---- tablets of which nothing is said ---------------------------------------------------------------------- */

/* Under v1, where every place is a right one, nobody is ever told of it: all nodes are asked alike. */
static void test_never_told(void **state)
{
	enum { OP_EXECUTE = 0x0a };
	struct stand s;
	coodie_error err;

	(void)state;
	open_stand(&s, &rows[0]);
	coodie_prepared *p = coodie_session_prepare(s.session, "SELECT v FROM three.t WHERE k = ?",
						    &err);
	assert_non_null(p);
	for (int32_t key = 0; key < KEYS; key++) {
		coodie_result *r = coodie_session_execute(s.session, p, CQL_ARGS(cql(key)), NULL,
							  &err);
		assert_non_null(r);
		coodie_result_free(r);
	}
	for (uint32_t i = 0; i < s.row->nodes; i++) {
		coodie_node_stats stats = { .size = sizeof stats };
		assert_true(coodie_node_get_stats(s.box, i, &stats));
		assert_in_range(stats.by_opcode[OP_EXECUTE], KEYS / 6, KEYS * 2 / 3);
	}
	coodie_prepared_free(p);
	close_stand(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_each),
		cmocka_unit_test(test_bursts),
		cmocka_unit_test(test_never_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
