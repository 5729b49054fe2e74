/* SPDX-License-Identifier: MIT */
/* Which failed attempts are made again, where, and at what price. */
#include "tests/test.h"

#include "net/policy/retry.h"
#include "proto/error_body.h"
#include "tests/failalloc.h"

enum { MS = 1000, SECOND = 1000000 };

/* Kinds of requests. */
enum { WRITE = 0, READ = 1, IDEMPOTENT = 2, LWT = 4 };

/* Errors. */
#define SAID(c) \
	{ \
		.code = COODIE_ERR_SERVER, .server_code = CD_SERVER_##c \
	}
#define SAID_WITH(c, ...) \
	{ \
		.code = COODIE_ERR_SERVER, .server_code = CD_SERVER_##c, __VA_ARGS__ \
	}
#define OURS(c) \
	{ \
		.code = COODIE_ERR_##c, .server_code = -1 \
	}
#define RETURN COODIE_RETRY_RETURN
#define SAME COODIE_RETRY_SAME
#define NEXT COODIE_RETRY_NEXT
#define IGNORE COODIE_RETRY_IGNORE

static const struct {
	const char *name;
	coodie_error err;
	int kind;
	bool sent;
	uint32_t attempt;
	enum coodie_retry_answer want; /* of the default policy */
} defaults[] = {
	/* R2: what may have been executed, and may not be twice */
	{ "a write that was lost", OURS(CLOSED), WRITE, true, 1, RETURN },
	{ "a write that was never sent", OURS(CLOSED), WRITE, false, 1, NEXT },
	{ "an idempotent write that was lost", OURS(CLOSED), IDEMPOTENT, true, 1, NEXT },
	{ "a read that was lost", OURS(CLOSED), READ, true, 1, NEXT },
	{ "a write on a late connection", OURS(TIMEOUT), WRITE, true, 1, RETURN },
	{ "a write and a broken peer", OURS(PROTOCOL), WRITE, true, 1, RETURN },
	{ "a write and no connection", OURS(CONNECT), WRITE, false, 1, NEXT },
	{ "a write and a refused login", OURS(AUTH), WRITE, false, 1, NEXT },
	{ "a write to an overloaded server", SAID(OVERLOADED), WRITE, true, 1, RETURN },
	{ "an idempotent one", SAID(OVERLOADED), IDEMPOTENT, true, 1, NEXT },
	{ "and again", SAID(OVERLOADED), IDEMPOTENT, true, 5, NEXT },
	{ "a write and a server error", SAID(SERVER_ERROR), WRITE, true, 1, RETURN },
	{ "a read and a server error", SAID(SERVER_ERROR), READ, true, 1, NEXT },
	{ "a truncation", SAID(TRUNCATE_ERROR), WRITE, true, 1, RETURN },
	{ "a write that timed out", SAID_WITH(WRITE_TIMEOUT, .write_type = "SIMPLE"), WRITE, true,
	  1, RETURN },
	{ "a batch log", SAID_WITH(WRITE_TIMEOUT, .write_type = "BATCH_LOG"), WRITE, true, 1,
	  RETURN },
	{ "an idempotent batch's log", SAID_WITH(WRITE_TIMEOUT, .write_type = "BATCH_LOG"),
	  IDEMPOTENT, true, 1, SAME },
	{ "its log again", SAID_WITH(WRITE_TIMEOUT, .write_type = "BATCH_LOG"), IDEMPOTENT, true, 2,
	  RETURN },
	{ "an idempotent write", SAID_WITH(WRITE_TIMEOUT, .write_type = "SIMPLE"), IDEMPOTENT, true,
	  1, RETURN },
	{ "a counter", SAID_WITH(WRITE_TIMEOUT, .write_type = "COUNTER"), IDEMPOTENT, true, 1,
	  RETURN },
	{ "unavailable", SAID(UNAVAILABLE), WRITE, true, 1, NEXT },
	{ "unavailable once more", SAID(UNAVAILABLE), WRITE, true, 2, RETURN },
	{ "bootstrapping", SAID(IS_BOOTSTRAPPING), WRITE, true, 3, NEXT },
	{ "not prepared there", SAID(UNPREPARED), WRITE, true, 1, NEXT },
	{ "a failed write", SAID(WRITE_FAILURE), IDEMPOTENT, true, 1, RETURN },
	{ "an error nobody knows",
	  { .code = COODIE_ERR_SERVER, .server_code = 0x7777 },
	  READ,
	  true,
	  1,
	  RETURN },
	/* reads */
	{ "only the data was late", SAID_WITH(READ_TIMEOUT, .received = 2, .block_for = 2), READ,
	  true, 1, SAME },
	{ "and again", SAID_WITH(READ_TIMEOUT, .received = 2, .block_for = 2), READ, true, 2,
	  RETURN },
	{ "data came", SAID_WITH(READ_TIMEOUT, .received = 2, .block_for = 2, .data_present = 1),
	  READ, true, 1, RETURN },
	{ "too few", SAID_WITH(READ_TIMEOUT, .received = 1, .block_for = 2), READ, true, 1,
	  RETURN },
	{ "a failed read", SAID(READ_FAILURE), READ, true, 1, RETURN },
	{ "a function that failed", SAID(FUNCTION_FAILURE), READ, true, 1, RETURN },
	/* R4 */
	{ "LWT: the same host", SAID(OVERLOADED), LWT | IDEMPOTENT, true, 1, SAME },
	{ "LWT: unavailable", SAID(UNAVAILABLE), LWT, true, 1, SAME },
	{ "LWT: a host that is gone", OURS(CONNECT), LWT, false, 1, NEXT },
	{ "LWT: no part of the ring", SAID(IS_BOOTSTRAPPING), LWT, true, 1, NEXT },
	{ "LWT: its condition was not read", SAID_WITH(READ_TIMEOUT, .received = 2, .block_for = 2),
	  LWT, true, 1, RETURN },
	{ "a serial read", SAID_WITH(READ_TIMEOUT, .received = 2, .block_for = 2), LWT | READ, true,
	  1, SAME },
	{ "LWT: nobody knows", SAID(CAS_WRITE_UNKNOWN), LWT | IDEMPOTENT, true, 1, RETURN },
	/* what would be the same again */
	{ "a misspelt statement", SAID(SYNTAX_ERROR), READ | IDEMPOTENT, true, 1, RETURN },
	{ "not allowed", SAID(UNAUTHORIZED), READ | IDEMPOTENT, true, 1, RETURN },
	{ "cancelled", OURS(CANCELLED), READ | IDEMPOTENT, true, 1, RETURN },
	{ "no memory", OURS(NO_MEMORY), READ | IDEMPOTENT, false, 1, RETURN },
	{ "the rate limit", OURS(RATE_LIMIT), READ | IDEMPOTENT, true, 1, RETURN }, /* S9 */
};

static coodie_intent intent_of(int kind, cql_consistency consistency)
{
	return (coodie_intent){ .size = sizeof(coodie_intent),
				.consistency = consistency,
				.is_read = kind & READ,
				.is_idempotent = kind & IDEMPOTENT,
				.is_lwt = kind & LWT };
}

static struct cd_retry_policy *policy(enum coodie_retry_kind kind)
{
	struct cd_retry_policy *p = cd_retry_policy_new(kind, NULL, NULL, NULL, NULL);

	assert_non_null(p);
	return p;
}

static void test_defaults(void **state)
{
	struct cd_retry_policy *unset = policy(COODIE_RETRY_UNSET);
	struct cd_retry_policy *none = policy(COODIE_RETRY_FALLTHROUGH);

	(void)state;
	for (size_t i = 0; i < CD_COUNT(defaults); i++) {
		coodie_intent intent = intent_of(defaults[i].kind, CQL_CONSISTENCY_QUORUM);
		struct cd_retry_case c = { .intent = &intent,
					   .err = &defaults[i].err,
					   .attempt = defaults[i].attempt,
					   .sent = defaults[i].sent,
					   .now_us = SECOND,
					   .deadline_us = 20 * SECOND };
		struct cd_retry_verdict v;
		cd_retry_decide(unset, NULL, &c, &v);
		CD_CHECK(v.answer == defaults[i].want, defaults[i].name);
		CD_CHECK(v.consistency == CQL_CONSISTENCY_UNSET, defaults[i].name);
		CD_CHECK(v.why, defaults[i].name);
		cd_retry_decide(none, NULL, &c, &v);
		CD_CHECK(v.answer == RETURN, defaults[i].name);
		c.now_us = c.deadline_us; /* too late for anything */
		cd_retry_decide(unset, NULL, &c, &v);
		CD_CHECK(v.answer == RETURN, defaults[i].name);
	}
	cd_retry_policy_free(unset);
	cd_retry_policy_free(none);
}

#define CL(c) CQL_CONSISTENCY_##c
#define TIMED_OUT(type, r) \
	SAID_WITH(WRITE_TIMEOUT, .write_type = type, .received = (r), .block_for = 9)

static const struct {
	const char *name;
	coodie_error err;
	int kind;
	uint32_t attempt;
	cql_consistency was;
	enum coodie_retry_answer want;
	cql_consistency level;
} downgrades[] = {
	{ "three of ALL", SAID_WITH(UNAVAILABLE, .received = 3), READ, 1, CL(ALL), SAME,
	  CL(THREE) },
	{ "two of QUORUM", SAID_WITH(UNAVAILABLE, .received = 2), READ, 1, CL(QUORUM), SAME,
	  CL(TWO) },
	{ "one of QUORUM", SAID_WITH(UNAVAILABLE, .received = 1), WRITE, 1, CL(QUORUM), SAME,
	  CL(ONE) },
	{ "none", SAID_WITH(UNAVAILABLE, .received = 0), READ, 1, CL(QUORUM), RETURN, CL(UNSET) },
	{ "a claim below none", SAID_WITH(UNAVAILABLE, .received = -7), READ, 1, CL(QUORUM), RETURN,
	  CL(UNSET) },
	{ "many", SAID_WITH(UNAVAILABLE, .received = 77), READ, 1, CL(EACH_QUORUM), SAME,
	  CL(THREE) },
	{ "two of THREE", SAID_WITH(UNAVAILABLE, .received = 2), READ, 1, CL(THREE), SAME,
	  CL(TWO) },
	{ "never the same", SAID_WITH(UNAVAILABLE, .received = 3), READ, 1, CL(THREE), SAME,
	  CL(TWO) },
	{ "one of TWO", SAID_WITH(UNAVAILABLE, .received = 1), READ, 1, CL(TWO), SAME, CL(ONE) },
	{ "below ONE is nothing", SAID_WITH(UNAVAILABLE, .received = 1), READ, 1, CL(ONE), RETURN,
	  CL(UNSET) },
	{ "LOCAL_QUORUM stays local", SAID_WITH(UNAVAILABLE, .received = 2), READ, 1,
	  CL(LOCAL_QUORUM), SAME, CL(LOCAL_ONE) },
	{ "LOCAL_ONE", SAID_WITH(UNAVAILABLE, .received = 1), READ, 1, CL(LOCAL_ONE), RETURN,
	  CL(UNSET) },
	{ "once", SAID_WITH(UNAVAILABLE, .received = 2), READ, 2, CL(QUORUM), RETURN, CL(UNSET) },
	{ "never of LWT", SAID_WITH(UNAVAILABLE, .received = 2), LWT, 1, CL(QUORUM), SAME,
	  CL(UNSET) },
	{ "never of a serial read", SAID_WITH(UNAVAILABLE, .received = 2), READ, 1, CL(SERIAL),
	  RETURN, CL(UNSET) },
	{ "too few answered", SAID_WITH(READ_TIMEOUT, .received = 1, .block_for = 2), READ, 1,
	  CL(QUORUM), SAME, CL(ONE) },
	{ "the data was late", SAID_WITH(READ_TIMEOUT, .received = 2, .block_for = 2), READ, 1,
	  CL(QUORUM), SAME, CL(UNSET) },
	{ "somebody wrote it", TIMED_OUT("SIMPLE", 1), IDEMPOTENT, 1, CL(ALL), IGNORE, CL(UNSET) },
	{ "nobody wrote it", TIMED_OUT("SIMPLE", 0), IDEMPOTENT, 1, CL(ALL), RETURN, CL(UNSET) },
	{ "the batch will be", TIMED_OUT("BATCH", 1), IDEMPOTENT, 1, CL(ALL), IGNORE, CL(UNSET) },
	{ "an unlogged batch", TIMED_OUT("UNLOGGED_BATCH", 2), IDEMPOTENT, 1, CL(ALL), SAME,
	  CL(TWO) },
	{ "the batch log", TIMED_OUT("BATCH_LOG", 0), IDEMPOTENT, 1, CL(ALL), SAME, CL(UNSET) },
	{ "a counter", TIMED_OUT("COUNTER", 1), IDEMPOTENT, 1, CL(ALL), RETURN, CL(UNSET) },
	{ "not idempotent", TIMED_OUT("UNLOGGED_BATCH", 2), WRITE, 1, CL(ALL), RETURN, CL(UNSET) },
	{ "lost", OURS(CLOSED), READ, 1, CL(ALL), NEXT, CL(UNSET) },
	{ "overloaded", SAID(OVERLOADED), READ, 1, CL(ALL), NEXT, CL(UNSET) },
};

static void test_downgrades(void **state)
{
	struct cd_retry_policy *p = policy(COODIE_RETRY_DOWNGRADING);

	(void)state;
	for (size_t i = 0; i < CD_COUNT(downgrades); i++) {
		coodie_intent intent = intent_of(downgrades[i].kind, downgrades[i].was);
		struct cd_retry_case c = { .intent = &intent,
					   .err = &downgrades[i].err,
					   .attempt = downgrades[i].attempt,
					   .sent = true,
					   .deadline_us = SECOND };
		struct cd_retry_verdict v;
		cd_retry_decide(p, NULL, &c, &v);
		CD_CHECK(v.answer == downgrades[i].want, downgrades[i].name);
		CD_CHECK(v.consistency == downgrades[i].level, downgrades[i].name);
	}
	cd_retry_policy_free(p);
}

/* ---- delays and budgets --------------------------------------------------------------------- */

static void test_delays(void **state)
{
	static const coodie_error overloaded = SAID(OVERLOADED);
	struct cd_retry_policy *p = policy(COODIE_RETRY_DEFAULT);
	coodie_intent intent = intent_of(READ, CL(ONE));
	struct cd_retry_case c = { .intent = &intent, .err = &overloaded, .sent = true };
	struct cd_retry_verdict v;

	(void)state;
	for (c.attempt = 1; c.attempt < 40; c.attempt++) {
		uint64_t least = c.attempt < 8 ? 10u * MS << (c.attempt - 1) : SECOND;
		c.deadline_us = 10 * SECOND;
		c.random = 0;
		cd_retry_decide(p, NULL, &c, &v);
		assert_int_equal(v.delay_us, least);
		c.random = UINT64_MAX;
		cd_retry_decide(p, NULL, &c, &v);
		assert_in_range(v.delay_us, least * 149 / 100, least * 3 / 2);
		c.deadline_us = v.delay_us; /* it would only begin then */
		cd_retry_decide(p, NULL, &c, &v);
		assert_int_equal(v.answer, RETURN);
		assert_string_equal(v.why, "the deadline");
	}
	cd_retry_policy_free(p);
}

static void test_budget_of_decisions(void **state)
{
	static const coodie_error closed = OURS(CLOSED);
	struct cd_retry_policy *p = policy(COODIE_RETRY_DEFAULT);
	coodie_intent intent = intent_of(READ, CL(ONE));
	struct cd_retry_case c = {
		.intent = &intent, .err = &closed, .attempt = 1, .sent = true, .deadline_us = SECOND
	};
	struct cd_retry_budget budget;
	struct cd_retry_verdict v;
	int made = 0;

	(void)state;
	cd_retry_budget_init(&budget, 10, 0);
	for (; made < 1000; made++) {
		cd_retry_decide(p, &budget, &c, &v);
		if (v.answer != NEXT)
			break;
	}
	assert_int_equal(made, 100);
	assert_string_equal(v.why, "the retry budget");
	c.sent = false; /* what was never sent costs nothing */
	cd_retry_decide(p, &budget, &c, &v);
	assert_int_equal(v.answer, NEXT);
	cd_retry_policy_free(p);
}

static uint32_t drain(struct cd_retry_budget *b, uint64_t now_us)
{
	uint32_t n = 0;

	while (n < 1000000 && cd_retry_budget_take(b, now_us))
		n++;
	return n;
}

static void test_budget(void **state)
{
	struct cd_retry_budget b;
	uint64_t now = 5 * SECOND;

	(void)state;
	cd_retry_budget_init(&b, 10, now);
	assert_int_equal(drain(&b, now), 100); /* the reserve */
	assert_int_equal(drain(&b, now + SECOND - 1), 0);
	assert_int_equal(drain(&b, now + SECOND), 10);
	assert_int_equal(drain(&b, now), 0); /* a clock that goes back */
	for (int i = 0; i < 1000; i++)
		cd_retry_budget_add(&b, now + SECOND);
	assert_int_equal(drain(&b, now + SECOND), 100); /* a tenth of the requests */
	now += 1000 * SECOND; /* much later, when nobody has asked for long */
	for (int i = 0; i < 10000; i++)
		cd_retry_budget_add(&b, now);
	assert_int_equal(b.balance / 100, 1100);
	assert_true(cd_retry_budget_take(&b, now + 10 * SECOND));
	assert_in_range(b.balance / 100, 350, 650); /* ten seconds ago */
	assert_in_range(drain(&b, now + 500 * SECOND), 100, 101);
	assert_int_equal(drain(&b, UINT64_MAX / 2), 100);
	cd_retry_budget_init(&b, 0, 0);
	cd_retry_budget_add(&b, 0);
	assert_int_equal(drain(&b, 0), 100); /* a reserve there is in any case */
}

/* ---- policies of one's own ------------------------------------------------------------------ */

struct own {
	coodie_retry_decision say;
	int asked, freed;
	uint32_t attempt;
};

static void own_decide(void *state, const coodie_intent *intent, const coodie_host *host,
		       const coodie_error *err, uint32_t attempt, coodie_retry_decision *out)
{
	struct own *own = state;

	(void)intent, (void)host, (void)err;
	assert_int_equal(out->size, sizeof *out);
	assert_int_equal(out->answer, RETURN);
	own->asked++;
	own->attempt = attempt;
	*out = own->say;
}

static void own_free(void *state)
{
	((struct own *)state)->freed++;
}

static const coodie_retry own_retry = { sizeof own_retry, own_decide, own_free };

static const struct {
	const char *name;
	coodie_error err;
	int kind;
	coodie_retry_decision say;
	bool asked;
	enum coodie_retry_answer want;
	cql_consistency level;
} owns[] = {
	{ "as it says", OURS(CLOSED), READ, { 0, SAME, CL(ONE), 0 }, true, SAME, CL(ONE) },
	{ "success",
	  OURS(CLOSED),
	  IDEMPOTENT,
	  { 0, IGNORE, CL(UNSET), 0 },
	  true,
	  IGNORE,
	  CL(UNSET) },
	{ "reads have no success without rows",
	  OURS(CLOSED),
	  READ,
	  { 0, IGNORE, CL(UNSET), 0 },
	  true,
	  RETURN,
	  CL(UNSET) },
	{ "nonsense",
	  OURS(CLOSED),
	  READ,
	  { 0, (enum coodie_retry_answer)9, (cql_consistency)99, 0 },
	  true,
	  RETURN,
	  CL(UNSET) },
	{ "not asked: executed",
	  OURS(CLOSED),
	  WRITE,
	  { 0, NEXT, CL(UNSET), 0 },
	  false,
	  RETURN,
	  CL(UNSET) },
	{ "not asked: final",
	  SAID(INVALID),
	  READ,
	  { 0, NEXT, CL(UNSET), 0 },
	  false,
	  RETURN,
	  CL(UNSET) },
	{ "not asked: rate limit",
	  OURS(RATE_LIMIT),
	  READ,
	  { 0, NEXT, CL(UNSET), 0 },
	  false,
	  RETURN,
	  CL(UNSET) },
	{ "not serial", OURS(CLOSED), READ, { 0, NEXT, CL(SERIAL), 0 }, true, NEXT, CL(UNSET) },
	{ "LWT keeps its level",
	  SAID(OVERLOADED),
	  LWT | IDEMPOTENT,
	  { 0, NEXT, CL(ONE), 0 },
	  true,
	  SAME,
	  CL(UNSET) },
	{ "very late",
	  OURS(CLOSED),
	  READ,
	  { 0, NEXT, CL(UNSET), UINT32_MAX },
	  true,
	  RETURN,
	  CL(UNSET) },
};

static void test_own(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(owns); i++) {
		struct own own = { .say = owns[i].say };
		struct cd_retry_policy *p = cd_retry_policy_new(COODIE_RETRY_UNSET, &own_retry,
								&own, NULL, NULL);
		coodie_intent intent = intent_of(owns[i].kind, CL(QUORUM));
		struct cd_retry_case c = { .intent = &intent,
					   .err = &owns[i].err,
					   .attempt = 3,
					   .sent = true,
					   .deadline_us = SECOND,
					   .random = UINT64_MAX };
		struct cd_retry_verdict v;
		cd_retry_decide(p, NULL, &c, &v);
		CD_CHECK(own.asked == owns[i].asked, owns[i].name);
		CD_CHECK(!own.asked || own.attempt == 3, owns[i].name);
		CD_CHECK(v.answer == owns[i].want, owns[i].name);
		CD_CHECK(v.consistency == owns[i].level, owns[i].name);
		CD_CHECK(!own.freed, owns[i].name);
		cd_retry_policy_free(p);
		CD_CHECK(own.freed == 1, owns[i].name);
	}
	cd_retry_policy_free(NULL);
}

static void test_refused(void **state)
{
	static const coodie_retry empty = { .size = sizeof empty };
	coodie_error err = { 0 };

	(void)state;
	assert_null(cd_retry_policy_new(COODIE_RETRY_UNSET, &empty, NULL, NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	assert_null(cd_retry_policy_new((enum coodie_retry_kind)4, NULL, NULL, NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
}

static void test_describe(void **state)
{
	static const coodie_error unavailable = SAID_WITH(UNAVAILABLE, .received = 1),
				  closed = OURS(CLOSED);
	struct cd_retry_policy *p = policy(COODIE_RETRY_DOWNGRADING);
	coodie_host host = { .size = sizeof host, .address = "10.0.0.1:9042" };
	coodie_intent intent = intent_of(WRITE, CL(QUORUM));
	struct cd_retry_case c = { .intent = &intent,
				   .host = &host,
				   .err = &unavailable,
				   .attempt = 1,
				   .deadline_us = 9 };
	struct cd_retry_verdict v;
	char text[160], cut[8];

	(void)state;
	cd_retry_decide(p, NULL, &c, &v);
	cd_retry_describe(&c, &v, text, sizeof text);
	assert_string_equal(text, "attempt 1 on 10.0.0.1:9042: unavailable: once more at ONE "
				  "instead of QUORUM (the retry policy)");
	cd_retry_describe(&c, &v, cut, sizeof cut);
	assert_string_equal(cut, "attempt");
	c.sent = true;
	c.err = &closed;
	c.host = NULL;
	cd_retry_decide(p, NULL, &c, &v);
	cd_retry_describe(&c, &v, text, sizeof text);
	assert_string_equal(text, "attempt 1: CLOSED: reported (it may have been executed, and is "
				  "not idempotent)");
	v = (struct cd_retry_verdict){ .answer = NEXT, .delay_us = 12345, .why = "x" };
	cd_retry_describe(&c, &v, text, sizeof text);
	assert_string_equal(text, "attempt 1: CLOSED: the next node in 12 ms (x)");
	cd_retry_policy_free(p);
}

static bool use(const coodie_allocator *a, void *user)
{
	struct own own = { .freed = 0 };
	struct cd_retry_policy *p = cd_retry_policy_new(COODIE_RETRY_UNSET, &own_retry, &own, a,
							NULL);

	(void)user;
	cd_retry_policy_free(p);
	assert_int_equal(own.freed, p != NULL);
	return p != NULL;
}

static void test_memory(void **state)
{
	(void)state;
	assert_true(cd_failalloc_each("a retry policy", use, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults), cmocka_unit_test(test_downgrades),
		cmocka_unit_test(test_delays),   cmocka_unit_test(test_budget_of_decisions),
		cmocka_unit_test(test_budget),   cmocka_unit_test(test_own),
		cmocka_unit_test(test_refused),  cmocka_unit_test(test_describe),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
