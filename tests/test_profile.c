/* SPDX-License-Identifier: MIT */
/* Profiles: what is checked, what follows from several, changes while they are in use, and what a
 * loop makes of them. */
#include "tests/test.h"

#include <pthread.h>

#include "net/options/options.h"
#include "net/policy/profile_view.h"
#include "tests/failalloc.h"

/* ---- policies of one's own ------------------------------------------------------------------ */

struct own {
	int frees;
};

static size_t plan(void *state, const coodie_intent *intent, const coodie_host *hosts,
		   size_t host_count, const uint32_t *replicas, size_t replica_count,
		   uint32_t *order)
{
	(void)state, (void)intent, (void)hosts, (void)host_count;
	(void)replicas, (void)replica_count, (void)order;
	return 0;
}

static void decide(void *state, const coodie_intent *intent, const coodie_host *host,
		   const coodie_error *err, uint32_t attempt, coodie_retry_decision *out)
{
	(void)state, (void)intent, (void)host, (void)err, (void)attempt, (void)out;
}

static void let_go(void *state)
{
	((struct own *)state)->frees++;
}

static const coodie_balancer balancer = { .size = sizeof balancer, .plan = plan, .free = let_go };
static const coodie_retry retry = { .size = sizeof retry, .decide = decide, .free = let_go };
static const coodie_balancer no_plan = { .size = sizeof no_plan, .free = let_go };
static const coodie_retry no_decide = { .size = sizeof no_decide, .free = let_go };

/* ---- what is refused ------------------------------------------------------------------------ */

static struct own unused;

static const struct {
	const char *name, *profile, *want;
	coodie_profile_options p;
} refused[] = {
	{ "no name", NULL, "1 to 255", { 0 } },
	{ "an empty name", "", "1 to 255", { 0 } },
	{ "a consistency", "x", "no consistency", { .consistency = (cql_consistency)99 } },
	{ "a serial one", "x", "not QUORUM", { .serial_consistency = CQL_CONSISTENCY_QUORUM } },
	{ "two balancers",
	  "x",
	  "not both",
	  { .balancing = COODIE_BALANCING(.remote_hosts = 1), .balancer = &balancer } },
	{ "two retry policies",
	  "x",
	  "not both",
	  { .retry_kind = COODIE_RETRY_DEFAULT, .retry = &retry } },
	{ "no such retry policy", "x", "policy 9", { .retry_kind = (enum coodie_retry_kind)9 } },
	{ "a state alone", "x", "without its policy", { .take_retry_state = &unused } },
	{ "a list", "x", "is not an address", { .balancing = COODIE_BALANCING(.deny = "?") } },
	{ "a size of 0", "x", "sizeof", { .balancing = &(coodie_balancing){ .size = 0 } } },
	{ "a balancer without plan",
	  "x",
	  "without plan",
	  { .balancer = &no_plan, .take_balancer_state = &unused } },
	{ "a retry policy without decide, behind a good balancer",
	  "x",
	  "without decide",
	  { .balancer = &balancer,
	    .take_balancer_state = &unused,
	    .retry = &no_decide,
	    .take_retry_state = &unused } },
	{ "speculation",
	  "x",
	  "profile \"x\": speculative_percentile",
	  { .speculative_percentile = 100 } },
};

static void test_refused(void **state)
{
	coodie_options *o = coodie_options_new(NULL);

	(void)state;
	for (size_t i = 0; i < CD_COUNT(refused); i++) {
		coodie_profile_options p = refused[i].p;
		coodie_error err = { 0 };
		p.size = sizeof p;
		CD_CHECK(!coodie_options_set_profile(o, refused[i].profile, &p, &err),
			 refused[i].name);
		CD_CHECK(err.code == COODIE_ERR_INVALID, refused[i].name);
		CD_CHECK(strstr(err.message, refused[i].want), err.message);
		CD_CHECK(!o->profiles && unused.frees == 0, refused[i].name);
	}
	char long_name[257] = { 0 };
	memset(long_name, 'x', 256);
	assert_false(
		coodie_options_set_profile(o, long_name, COODIE_PROFILE(.timeout_ms = 1), NULL));
	assert_true(coodie_options_set_profile(o, long_name + 1, COODIE_PROFILE(.timeout_ms = 1),
					       NULL));
	assert_false(coodie_options_set_profile(o, "x", NULL, NULL));
	assert_false(coodie_options_set_profile(NULL, "x", COODIE_PROFILE(.timeout_ms = 1), NULL));
	coodie_options_free(o);
}

/* ---- what follows --------------------------------------------------------------------------- */

/* The options of a session, with the texts of rows of option.def. */
static coodie_options *options(void)
{
	coodie_options *o = coodie_options_new(NULL);

	assert_non_null(o);
	o->consistency = CQL_CONSISTENCY_LOCAL_QUORUM;
	return o;
}

static const coodie_profile_options nothing = { .size = sizeof nothing };

static const struct {
	const char *name;
	coodie_profile_options general, own; /* of "default" and of "x" */
	cql_consistency consistency, serial;
	uint32_t timeout_ms;
	bool idempotent, log;
	enum coodie_retry_kind retry;
	struct cd_speculation speculation;
} rows[] = {
	{ "nothing said",
	  { 0 },
	  { 0 },
	  CQL_CONSISTENCY_LOCAL_QUORUM,
	  CQL_CONSISTENCY_UNSET,
	  0,
	  false,
	  false,
	  COODIE_RETRY_DEFAULT,
	  { 0 } },
	{ "its own",
	  { .consistency = CQL_CONSISTENCY_ALL, .timeout_ms = 7 },
	  { .consistency = CQL_CONSISTENCY_ONE,
	    .serial_consistency = CQL_CONSISTENCY_SERIAL,
	    .timeout_ms = 5,
	    .idempotent = true,
	    .log_retries = true,
	    .retry_kind = COODIE_RETRY_FALLTHROUGH,
	    .speculative_delay_ms = 9,
	    .speculative_max = 2 },
	  CQL_CONSISTENCY_ONE,
	  CQL_CONSISTENCY_SERIAL,
	  5,
	  true,
	  true,
	  COODIE_RETRY_FALLTHROUGH,
	  { 2, 9, 0 } },
	{ "that of default",
	  { .consistency = CQL_CONSISTENCY_ALL,
	    .serial_consistency = CQL_CONSISTENCY_LOCAL_SERIAL,
	    .timeout_ms = 7,
	    .idempotent = true,
	    .log_retries = true,
	    .retry_kind = COODIE_RETRY_DOWNGRADING,
	    .speculative_percentile = 99 },
	  { 0 },
	  CQL_CONSISTENCY_ALL,
	  CQL_CONSISTENCY_LOCAL_SERIAL,
	  7,
	  false, /* each statement's own affair */
	  true,
	  COODIE_RETRY_DOWNGRADING,
	  { 1, 0, 99 } },
	{ "against default",
	  { .retry_kind = COODIE_RETRY_DOWNGRADING, .speculative_delay_ms = 9 },
	  { .retry_kind = COODIE_RETRY_DEFAULT, .not_speculative = true },
	  CQL_CONSISTENCY_LOCAL_QUORUM,
	  CQL_CONSISTENCY_UNSET,
	  0,
	  false,
	  false,
	  COODIE_RETRY_DEFAULT,
	  { 0 } },
};

static void check_row(size_t i, const struct cd_profile *p)
{
	CD_CHECK(p->consistency == rows[i].consistency, rows[i].name);
	CD_CHECK(p->serial_consistency == rows[i].serial, rows[i].name);
	CD_CHECK(p->timeout_ms == rows[i].timeout_ms, rows[i].name);
	CD_CHECK(p->idempotent == rows[i].idempotent, rows[i].name);
	CD_CHECK(p->log_retries == rows[i].log, rows[i].name);
	CD_CHECK(p->retry->kind == rows[i].retry, rows[i].name);
	CD_CHECK(p->balancer, rows[i].name);
	CD_CHECK(p->speculation.max == rows[i].speculation.max, rows[i].name);
	CD_CHECK(p->speculation.delay_ms == rows[i].speculation.delay_ms, rows[i].name);
	CD_CHECK(p->speculation.percentile == rows[i].speculation.percentile, rows[i].name);
}

static void test_follows(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		coodie_profile_options general = rows[i].general, own = rows[i].own;
		coodie_options *o = options();
		general.size = own.size = sizeof own;
		/* in any order, and more than once */
		assert_true(
			coodie_options_set_profile(o, "x", COODIE_PROFILE(.timeout_ms = 1), NULL));
		assert_true(coodie_options_set_profile(o, "y", &nothing, NULL));
		assert_true(coodie_options_set_profile(o, "x", &own, NULL));
		assert_true(coodie_options_set_profile(o, "default", &general, NULL));
		struct cd_profiles *set = cd_profiles_of(o, NULL);
		coodie_options_free(o);
		assert_int_equal(set->count, 3);
		assert_string_equal(set->at[0].name, "default");
		assert_string_equal(set->at[1].name, "x");
		check_row(i, &set->at[1]);
		CD_CHECK(set->at[1].balancer == set->at[2].balancer, rows[i].name);
		cd_profiles_free(set);
	}
}

/* The options are those of the profile "default". */
static void test_of_options(void **state)
{
	coodie_options *o = options();
	coodie_error err = { 0 };

	(void)state;
	o->retry = COODIE_RETRY_DOWNGRADING;
	o->remote_hosts = 3;
	o->shuffle = false;
	o->speculative_delay_ms = 20;
	o->log_retries = true;
	struct cd_profiles *set = cd_profiles_of(o, NULL);
	assert_int_equal(set->count, 1);
	const struct cd_profile *p = &set->at[0];
	assert_int_equal(p->retry->kind, COODIE_RETRY_DOWNGRADING);
	assert_int_equal(p->balancer->shipped.remote_hosts, 3);
	assert_true(p->balancer->shipped.not_shuffled);
	assert_false(p->balancer->shipped.not_token_aware);
	assert_int_equal(p->speculation.delay_ms, 20);
	assert_true(p->log_retries);
	cd_profiles_free(set);
	o->latency_exclusion = 0.5;
	assert_null(cd_profiles_of(o, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	coodie_options_free(o);
}

/* ---- changes at run time -------------------------------------------------------------------- */

static void test_board(void **state)
{
	struct own first = { 0 }, second = { 0 };
	coodie_options *o = options();
	struct cd_profile_board b = { 0 };
	coodie_error err = { 0 };
	uint32_t index, was, generation;

	(void)state;
	cd_profile_board_deinit(&b);
	assert_true(coodie_options_set_profile(
		o, "slow", COODIE_PROFILE(.balancer = &balancer, .take_balancer_state = &first),
		NULL));
	assert_true(cd_profile_board_init(&b, o, NULL));
	coodie_options_free(o);
	assert_true(cd_profile_board_find(&b, NULL, &index, NULL));
	assert_int_equal(index, 0);
	assert_true(cd_profile_board_find(&b, "default", &index, NULL));
	assert_int_equal(index, 0);
	assert_true(cd_profile_board_find(&b, "slow", &index, NULL));
	assert_int_equal(index, 1);
	assert_false(cd_profile_board_find(&b, "slaw", &index, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	assert_non_null(strstr(err.message, "did you mean \"slow\"?"));
	assert_false(cd_profile_board_find(&b, "something else", &index, &err));
	assert_null(strstr(err.message, "mean"));

	struct cd_profiles *old = cd_profile_board_take(&b, &was);
	assert_true(cd_profile_board_set(&b, "fast", COODIE_PROFILE(.timeout_ms = 5), NULL));
	assert_true(cd_profile_board_set(
		&b, "slow", COODIE_PROFILE(.retry = &retry, .take_retry_state = &second), NULL));
	assert_true(cd_profile_board_find(&b, "fast", &index, NULL));
	assert_int_equal(index, 2);
	assert_true(cd_profile_board_find(&b, "slow", &index, NULL));
	assert_int_equal(index, 1);
	struct cd_profiles *now = cd_profile_board_take(&b, &generation);
	assert_int_equal(generation, was + 2);
	assert_int_equal(now->at[2].timeout_ms, 5);
	assert_int_equal(old->count, 2);
	assert_int_equal(first.frees, 0); /* somebody has the old ones still */
	cd_profiles_free(old);
	assert_int_equal(first.frees, 1);
	cd_profiles_free(now);
	assert_false(cd_profile_board_set(
		&b, "slow", COODIE_PROFILE(.balancer = &no_plan, .take_balancer_state = &first),
		NULL));
	cd_profile_board_deinit(&b);
	assert_int_equal(first.frees, 1);
	assert_int_equal(second.frees, 1);
}

enum { CHANGES = 400 };

static void *change(void *user)
{
	for (uint32_t i = 1; i <= CHANGES; i++)
		cd_profile_board_set(user, i % 3 ? "x" : "y", COODIE_PROFILE(.timeout_ms = i),
				     NULL);
	return NULL;
}

/* Two threads change profiles, a third reads them. */
static void test_threads(void **state)
{
	coodie_options *o = options();
	struct cd_profile_board b;
	pthread_t threads[2];
	uint32_t index, generation = 0;

	(void)state;
	assert_true(cd_profile_board_init(&b, o, NULL));
	coodie_options_free(o);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, change, &b), 0);
	while (generation < 2 * CHANGES) {
		bool there = cd_profile_board_find(&b, "y", &index, NULL);
		struct cd_profiles *set = cd_profile_board_take(&b, &generation);
		assert_true(!there || strcmp(set->at[index].name, "y") == 0);
		cd_profiles_free(set);
	}
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	struct cd_profiles *set = cd_profile_board_take(&b, &generation);
	assert_int_equal(set->count, 3);
	for (uint32_t i = 1; i < 3; i++) /* the last word of either */
		assert_in_range(set->at[i].timeout_ms, CHANGES - 1, CHANGES);
	cd_profiles_free(set);
	cd_profile_board_deinit(&b);
}

/* ---- a loop's view -------------------------------------------------------------------------- */

static coodie_host hosts[] = {
	{ .size = sizeof *hosts, .address = "10.0.0.1:9042", .datacenter = "a", .is_up = true },
	{ .size = sizeof *hosts, .address = "10.0.0.2:9042", .datacenter = "b", .is_up = true },
};

static size_t balancers(const struct cd_profile_view *v)
{
	size_t n = 0;

	for (const struct cd_profile_balancer *b = v->balancers; b; b = b->next)
		n++;
	return n;
}

static void test_view(void **state)
{
	coodie_options *o = options();
	struct cd_profile_board b;
	struct cd_profile_view v = { 0 };

	(void)state;
	cd_profile_view_deinit(&v);
	assert_true(coodie_options_set_profile(
		o, "x", COODIE_PROFILE(.timeout_ms = 1, .speculative_percentile = 90), NULL));
	assert_true(cd_profile_board_init(&b, o, NULL));
	coodie_options_free(o);
	assert_true(cd_profile_view_init(&v, &b, NULL, NULL));
	assert_int_equal(cd_profile_view_distance(&v, 0), COODIE_DISTANCE_IGNORED);
	assert_true(cd_profile_view_refresh(&v, hosts, 2, NULL));
	assert_int_equal(cd_profile_view_distance(&v, 1), COODIE_DISTANCE_LOCAL);
	assert_true(cd_profile_view_infer(&v, "", hosts, 2, NULL));
	assert_true(cd_profile_view_infer(&v, "a", hosts, 2, NULL));
	assert_true(cd_profile_view_infer(&v, "b", hosts, 2, NULL)); /* too late */
	assert_int_equal(cd_profile_view_distance(&v, 0), COODIE_DISTANCE_LOCAL);
	assert_int_equal(cd_profile_view_distance(&v, 1), COODIE_DISTANCE_IGNORED);
	assert_int_equal(balancers(&v), 1);
	assert_ptr_equal(cd_profile_view_at(&v, 0)->balancer, cd_profile_view_at(&v, 1)->balancer);
	assert_null(cd_profile_view_at(&v, 0)->latencies);
	assert_null(cd_profile_view_at(&v, 2));
	struct cd_balancer *was = cd_profile_view_at(&v, 0)->balancer;
	struct cd_latencies *latencies = cd_profile_view_at(&v, 1)->latencies;
	assert_non_null(latencies);

	/* one with a balancer of its own */
	assert_false(cd_profile_view_is_old(&v));
	assert_true(cd_profile_board_set(
		&b, "y", COODIE_PROFILE(.balancing = COODIE_BALANCING(.local_datacenter = "b")),
		NULL));
	assert_true(cd_profile_view_is_old(&v));
	assert_true(cd_profile_view_update(&v, hosts, 2, NULL));
	assert_false(cd_profile_view_is_old(&v));
	assert_int_equal(balancers(&v), 2);
	assert_ptr_equal(cd_profile_view_at(&v, 0)->balancer, was); /* it knows what it knew */
	assert_ptr_equal(cd_profile_view_at(&v, 1)->latencies, latencies);
	assert_int_equal(cd_profile_view_distance(&v, 1), COODIE_DISTANCE_LOCAL);
	assert_int_equal(cd_balancer_distance(was, 1), COODIE_DISTANCE_IGNORED);

	/* a new one hears of the datacenter; the one it stands for goes */
	assert_true(cd_profile_board_set(
		&b, "y", COODIE_PROFILE(.balancing = COODIE_BALANCING(.remote_hosts = 1)), NULL));
	assert_true(cd_profile_board_set(&b, "x", COODIE_PROFILE(.timeout_ms = 2), NULL));
	assert_true(cd_profile_view_update(&v, hosts, 2, NULL));
	assert_int_equal(balancers(&v), 2);
	assert_int_equal(cd_profile_view_distance(&v, 1), COODIE_DISTANCE_REMOTE);
	assert_null(cd_profile_view_at(&v, 1)->latencies);
	assert_int_equal(cd_profile_view_at(&v, 1)->profile->timeout_ms, 2);
	cd_profile_view_deinit(&v);
	cd_profile_board_deinit(&b);
}

/* ---- memory --------------------------------------------------------------------------------- */

static bool use(const coodie_allocator *a, void *user)
{
	struct cd_profile_board b = { 0 };
	struct cd_profile_view v = { 0 };
	struct own own = { 0 };
	coodie_options *o = options();
	coodie_error err = { 0 };

	(void)user;
	coodie_options_set_allocator(o, a);
	bool ok = cd_profile_board_init(&b, o, &err);
	coodie_options_free(o);
	ok = ok && cd_profile_view_init(&v, &b, a, &err) &&
	     cd_profile_view_refresh(&v, hosts, 2, &err) &&
	     cd_profile_view_infer(&v, "a", hosts, 2, &err);
	bool set = ok && cd_profile_board_set(&b, "x",
					      COODIE_PROFILE(.balancer = &balancer,
							     .take_balancer_state = &own,
							     .retry_kind = COODIE_RETRY_DEFAULT,
							     .speculative_percentile = 99),
					      &err);
	assert_int_equal(own.frees, 0);
	bool updated = set && cd_profile_view_update(&v, hosts, 2, &err);
	if (ok) /* the old ones serve as before */
		assert_int_equal(cd_profile_view_distance(&v, 0), COODIE_DISTANCE_LOCAL);
	if (set && !updated)
		assert_true(cd_profile_view_is_old(&v) && !cd_profile_view_at(&v, 1));
	assert_true(updated || err.code == COODIE_ERR_NO_MEMORY);
	cd_profile_view_deinit(&v);
	if (b.set)
		cd_profile_board_deinit(&b);
	assert_int_equal(own.frees, set);
	return updated;
}

static void test_memory(void **state)
{
	(void)state;
	assert_true(cd_failalloc_each("profiles", use, NULL));
}

/* ---- options -------------------------------------------------------------------------------- */

/* Copies of options share what they were told. */
static void test_copies(void **state)
{
	struct own own = { 0 };
	coodie_options *o = options();

	(void)state;
	assert_true(coodie_options_set_profile(
		o, "x", COODIE_PROFILE(.retry = &retry, .take_retry_state = &own), NULL));
	assert_true(coodie_options_add_contact_point(o, "127.0.0.1", NULL));
	struct coodie_options *one = cd_options_copy(o, NULL), *two = cd_options_copy(o, NULL);
	coodie_options_free(o);
	struct cd_profiles *first = cd_profiles_of(one, NULL), *second = cd_profiles_of(two, NULL);
	assert_ptr_equal(first->at[1].retry, second->at[1].retry);
	cd_options_free(one);
	cd_options_free(two);
	cd_profiles_free(first);
	assert_int_equal(own.frees, 0);
	cd_profiles_free(second);
	assert_int_equal(own.frees, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused),    cmocka_unit_test(test_follows),
		cmocka_unit_test(test_of_options), cmocka_unit_test(test_board),
		cmocka_unit_test(test_threads),    cmocka_unit_test(test_view),
		cmocka_unit_test(test_memory),     cmocka_unit_test(test_copies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
