/* SPDX-License-Identifier: MIT */
/* Prepared statements over the scripted peer: shared, forgotten by the server, changed, refused,
 * bounded; and a session whose memory runs out at any point. */
#include "tests/test.h"

#include "tests/failalloc.h"
#include "tests/stage.h"

/* ---- prepared statements -------------------------------------------------------------------- */

static const char by_id[] = "SELECT n FROM t WHERE id = ?";

static void teach_by_id(struct stage *st, const char *binds)
{
	static const cql_value seven = { .is = { CQL_TAG_INT }, .as = { .integer = 7 } };

	peer_on(st->peer, by_id,
		(struct peer_answer){ .kind = PEER_ROWS,
				      .binds = binds,
				      .columns = "n int",
				      .values = { 1, &seven } });
}

/* Who asks for the same text at the same time shares one PREPARE. */
static void test_shared_prepare(void **state)
{
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct stage st;
		struct ask prepares[FEW] = { 0 }, queries[FEW] = { 0 };
		open_stage(&st, (struct wish){ .attached = i & 1, .version = i & 2 ? 4 : 5 });
		teach_by_id(&st, "id int");
		for (int n = 0; n < FEW; n++) {
			char text[sizeof by_id]; /* at another address each time */
			memcpy(text, by_id, sizeof text);
			prepares[n].stage = queries[n].stage = &st;
			assert_true(ask_prepare(&prepares[n], text));
			assert_true(ask_query(&queries[n], text, CQL_ARGS(cql(n)), 0));
			memset(text, 'x', sizeof text - 1);
		}
		wait_all(&st, prepares, FEW);
		wait_all(&st, queries, FEW);
		for (int n = 0; n < FEW; n++) {
			check_ok(&prepares[n]);
			check_ok(&queries[n]);
			assert_int_equal(queries[n].value, 7);
			assert_ptr_equal(prepares[n].prepared, prepares[0].prepared);
		}
		assert_int_equal(peer_requests(st.peer, OP_PREPARE), 1);
		assert_int_equal(peer_requests(st.peer, OP_EXECUTE), FEW);
		const coodie_prepared *p = prepares[0].prepared;
		assert_int_equal(coodie_prepared_bind_count(p), 1);
		assert_string_equal(coodie_prepared_bind_name(p, 0), "id");
		assert_int_equal(cql_type_kind(coodie_prepared_bind_type(p, 0)), CQL_KIND_INT);
		assert_null(coodie_prepared_bind_name(p, 1));
		assert_null(coodie_prepared_bind_type(p, 1));
		assert_string_equal(coodie_prepared_cql(p), by_id);
		for (int n = 0; n < FEW; n++)
			coodie_prepared_free(prepares[n].prepared);
		close_stage(&st);
	}
}

/* More bytes than a request keeps for the next one. */
static void test_large_values(void **state)
{
	enum { ROUNDS = 20, LARGE = 10000 };
	char *large = malloc(LARGE);

	(void)state;
	assert_non_null(large);
	memset(large, 'x', LARGE);
	for (size_t i = 0; i < 4; i++) {
		struct stage st;
		struct ask prepare = { .stage = &st };
		open_stage(&st, (struct wish){ .attached = i & 1, .version = i & 2 ? 4 : 5 });
		teach_by_id(&st, "id text");
		assert_true(ask_prepare(&prepare, by_id));
		wait_for(&st, &prepare);
		check_ok(&prepare);
		for (int n = 0; n < ROUNDS; n++) {
			struct ask ask = { .stage = &st };
			const cql_text id = { large, n % 2 ? LARGE : 10 };
			assert_true(ask_execute(&ask, prepare.prepared, CQL_ARGS(cql(id))));
			wait_for(&st, &ask);
			check_ok(&ask);
			assert_int_equal(ask.value, 7);
		}
		coodie_prepared_free(prepare.prepared);
		close_stage(&st);
	}
	free(large);
}

static void test_unprepared(void **state)
{
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct stage st;
		struct ask prepare = { .stage = &st }, asks[FEW] = { 0 };
		open_stage(&st, (struct wish){ .attached = i & 1, .version = i & 2 ? 4 : 5 });
		teach_by_id(&st, "id int");
		assert_true(ask_prepare(&prepare, by_id));
		wait_for(&st, &prepare);
		check_ok(&prepare);
		for (int round = 0; round < 3; round++) {
			peer_forget(st.peer);
			memset(asks, 0, sizeof asks);
			for (int n = 0; n < FEW; n++) {
				asks[n].stage = &st;
				assert_true(
					ask_execute(&asks[n], prepare.prepared, CQL_ARGS(cql(n))));
			}
			wait_all(&st, asks, FEW);
			for (int n = 0; n < FEW; n++) {
				check_ok(&asks[n]);
				assert_int_equal(asks[n].value, 7);
			}
		}
		assert_int_equal(peer_requests(st.peer, OP_PREPARE), 4);
		coodie_prepared_free(prepare.prepared);
		close_stage(&st);
	}
}

/* A server that forgets faster than it can be told: once more, and no longer. */
static void test_never_prepared(void **state)
{
	static const uint8_t id[] = { 0, 1, 'x' };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct stage st;
		open_stage(&st, private_and_attached[i]);
		struct ask a = { .stage = &st };
		peer_on(st.peer, by_id,
			(struct peer_answer){ .kind = PEER_ERROR,
					      .code = 0x2500,
					      .message = "what statement?",
					      .details = { id, sizeof id } });
		assert_true(ask_query(&a, by_id, CQL_ARGS(cql("x")), 0));
		wait_for(&st, &a);
		check_failed(&a, COODIE_ERR_SERVER, "what statement?");
		assert_int_equal(a.server_code, 0x2500);
		assert_int_equal(peer_requests(st.peer, OP_PREPARE), 2);
		assert_int_equal(peer_requests(st.peer, OP_EXECUTE), 2);
		close_stage(&st);
	}
}

/* The table was made anew with another type: what the caller encodes would mean something else. */
static void test_changed_binds(void **state)
{
	struct stage st;
	struct ask prepare = { .stage = &st }, a = { .stage = &st }, b = { .stage = &st };

	(void)state;
	open_stage(&st, (struct wish){ 0 });
	teach_by_id(&st, "id int");
	assert_true(ask_prepare(&prepare, by_id));
	wait_for(&st, &prepare);
	teach_by_id(&st, "id bigint");
	peer_forget(st.peer);
	assert_true(ask_execute(&a, prepare.prepared, CQL_ARGS(cql(1))));
	wait_for(&st, &a);
	check_failed(&a, COODIE_ERR_CONFLICT, "prepare it again");
	coodie_prepared_free(prepare.prepared);
	assert_true(ask_query(&b, by_id, CQL_ARGS(cql(INT64_MAX)), 0)); /* the new one */
	wait_for(&st, &b);
	check_ok(&b);
	close_stage(&st);
}

/* ALTER TYPE ... ADD: values of before are values still, so that nobody who executes hears of it, neither a
 * text nor a handle; who gives the text afterwards may give the new field (v4 section 6.22). */
static void test_grown_binds(void **state)
{
	static const char was[] = "id map<int, udt<shop.t, a:int>>",
			  now[] = "id map<int, udt<shop.t, a:int, b:int>>";
	const cql_value one[] = { cql(1) }, two[] = { cql(1), cql(2) };
	const cql_value old[] = { cql(1), cql_from_udt(cql_udt_of(one, 1)) };
	const cql_value new[] = { cql(1), cql_from_udt(cql_udt_of(two, 2)) };
	const cql_value old_map = cql_from_map(cql_map_of(old, 1)),
			new_map = cql_from_map(cql_map_of(new, 1));

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct stage st;
		struct ask prepare = { .stage = &st }, asks[FEW] = { 0 };
		struct ask execute = { .stage = &st }, after = { .stage = &st };
		open_stage(&st, (struct wish){ .attached = i & 1, .version = i & 2 ? 4 : 5 });
		teach_by_id(&st, was);
		assert_true(ask_prepare(&prepare, by_id));
		wait_for(&st, &prepare);
		check_ok(&prepare);
		teach_by_id(&st, now);
		peer_forget(st.peer);
		for (int n = 0; n < FEW; n++) {
			asks[n].stage = &st;
			assert_true(ask_query(&asks[n], by_id, CQL_ARGS(old_map), 0));
		}
		wait_all(&st, asks, FEW);
		for (int n = 0; n < FEW; n++)
			check_ok(&asks[n]);
		assert_int_equal(peer_requests(st.peer, OP_PREPARE), 2);
		assert_int_equal(peer_requests(st.peer, OP_EXECUTE), 2 * FEW);
		assert_true(ask_execute(&execute, prepare.prepared, CQL_ARGS(old_map)));
		wait_for(&st, &execute);
		check_ok(&execute);
		assert_true(ask_query(&after, by_id, CQL_ARGS(new_map), 0));
		wait_for(&st, &after);
		check_ok(&after);
		assert_int_equal(peer_requests(st.peer, OP_PREPARE), 3);
		coodie_prepared_free(prepare.prepared);
		close_stage(&st);
	}
}

static void test_binds(void **state)
{
	static const struct {
		const char *name;
		cql_value values[2];
		size_t count;
		enum coodie_errc code;
		const char *says;
	} rows[] = {
		{ "right", { { { CQL_TAG_INT }, { .integer = 1 } } }, 1, COODIE_OK, "" },
		{ "too few",
		  { { { CQL_TAG_NULL }, { 0 } } },
		  0,
		  COODIE_ERR_INVALID,
		  "1 marker, 0 values" },
		{ "too many",
		  { { { CQL_TAG_NULL }, { 0 } } },
		  2,
		  COODIE_ERR_INVALID,
		  "1 marker, 2 values" },
		{ "a text",
		  { { { CQL_TAG_TEXT }, { .text = { "x", 1 } } } },
		  1,
		  COODIE_ERR_TYPE,
		  "bind 1 (id int)" },
		{ "too large",
		  { { { CQL_TAG_INT }, { .integer = INT64_MAX } } },
		  1,
		  COODIE_ERR_RANGE,
		  "bind 1 (id int)" },
	};

	(void)state;
	for (int known = 0; known < 2; known++) {
		for (size_t i = 0; i < CD_COUNT(rows); i++) {
			struct stage st;
			struct ask a = { .stage = &st }, prepare = { .stage = &st };
			const cql_args args = { rows[i].count, rows[i].values };
			open_stage(&st, (struct wish){ 0 });
			teach_by_id(&st, "id int");
			if (known) {
				assert_true(ask_prepare(&prepare, by_id));
				wait_for(&st, &prepare);
			}
			bool accepted = known ? ask_execute(&a, prepare.prepared, args)
					      : ask_query(&a, by_id, args, 0);
			if (!rows[i].count && !known) { /* goes as it is: the server knows better */
				wait_for(&st, &a);
				close_stage(&st);
				continue;
			}
			CD_CHECK(accepted == (!known || rows[i].code == COODIE_OK), rows[i].name);
			if (accepted)
				wait_for(&st, &a);
			CD_CHECK(a.called == accepted && a.code == rows[i].code, rows[i].name);
			if (rows[i].code != COODIE_OK && !strstr(a.message, rows[i].says))
				fail_msg("%s: %s", rows[i].name, a.message);
			coodie_prepared_free(prepare.prepared);
			close_stage(&st);
		}
	}
}

static void test_bounded_cache(void **state)
{
	struct stage st;
	static const char *const texts[] = { "SELECT a ?", "SELECT b ?", "SELECT a ?",
					     "SELECT c ?", "SELECT a ?", "SELECT b ?" };
	static const uint64_t prepares[] = {
		1, 2, 2, 3, 3, 4
	}; /* so far; b is the least recently used at c */

	(void)state;
	open_stage(&st, (struct wish){ .prepared = 2 });
	for (size_t i = 0; i < CD_COUNT(texts); i++) {
		struct ask a = { .stage = &st };
		assert_true(ask_query(&a, texts[i], CQL_ARGS(cql("x")), 0));
		wait_for(&st, &a);
		check_ok(&a);
		assert_int_equal(peer_requests(st.peer, OP_PREPARE), prepares[i]);
	}
	close_stage(&st);
}

static void test_prepare_refused(void **state)
{
	struct stage st;
	struct ask asks[FEW] = { 0 }, prepare = { .stage = &st };

	(void)state;
	open_stage(&st, (struct wish){ 0 });
	peer_on(st.peer, "SELEC ?",
		(struct peer_answer){ .kind = PEER_ERROR, .code = 0x2000, .message = "line 1:0" });
	assert_true(ask_prepare(&prepare, "SELEC ?"));
	for (int n = 0; n < FEW; n++) {
		asks[n].stage = &st;
		assert_true(ask_query(&asks[n], "SELEC ?", CQL_ARGS(cql("x")), 0));
	}
	wait_for(&st, &prepare);
	wait_all(&st, asks, FEW);
	if (prepare.code == COODIE_OK) { /* the peer prepares everything, and refuses to run it */
		coodie_prepared_free(prepare.prepared);
	} else {
		check_failed(&prepare, COODIE_ERR_SERVER, "line 1:0");
	}
	for (int n = 0; n < FEW; n++) {
		check_failed(&asks[n], COODIE_ERR_SERVER, "line 1:0");
		assert_int_equal(asks[n].server_code, 0x2000);
	}
	close_stage(&st);
}

/* ---- memory --------------------------------------------------------------------------------- */

struct shortage {
	struct peer *peer;
	unsigned version;
};

/* Connects, queries, prepares, executes. Whatever fails, it says NO_MEMORY, every callback runs,
 * and nothing is lost. */
static bool use_session(const coodie_allocator *a, void *user)
{
	const struct shortage *sh = user;
	struct stage st = { .peer = sh->peer };
	const struct wish w = { .version = sh->version, .allocator = a };
	coodie_error err = { 0 };
	coodie_options *o = make_options(&st, &w);
	struct ask asks[4] = {
		{ .stage = &st }, { .stage = &st }, { .stage = &st }, { .stage = &st }
	};
	bool ok = true, accepted[4];

	st.session = coodie_session_new(o, &err);
	coodie_options_free(o);
	if (!st.session) {
		assert_int_equal(err.code, COODIE_ERR_NO_MEMORY);
		return false;
	}
	accepted[0] = ask_query(&asks[0], "SELECT 1", CQL_ARGS(), 0);
	accepted[1] = ask_query(&asks[1], by_id, CQL_ARGS(cql(5)), 0);
	accepted[2] = ask_prepare(&asks[2], by_id);
	accepted[3] = ask_query(&asks[3], "SELECT list",
				CQL_ARGS(cql(CQL_LIST(cql("a"), cql("b")))), 0);
	coodie_session_run(st.session, NULL, &err);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(asks[i].called, accepted[i]);
		if (asks[i].code != COODIE_OK && asks[i].code != COODIE_ERR_NO_MEMORY)
			fail_msg("%s: %s", coodie_errc_name(asks[i].code), asks[i].message);
		ok = ok && asks[i].code == COODIE_OK;
	}
	coodie_prepared_free(asks[2].prepared);
	coodie_session_free(st.session);
	return ok;
}

static void test_no_memory(void **state)
{
	struct shortage sh = { .peer = peer_new(&(const struct peer_options){ 0 }) };
	struct stage st = { .peer = sh.peer };

	(void)state;
	teach_by_id(&st, "id int");
	peer_on(sh.peer, "SELECT list", (struct peer_answer){ .binds = "tags list<text>" });
	for (sh.version = 4; sh.version <= 5; sh.version++)
		assert_true(cd_failalloc_each("session", use_session, &sh));
	peer_free(sh.peer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shared_prepare), cmocka_unit_test(test_unprepared),
		cmocka_unit_test(test_large_values),   cmocka_unit_test(test_never_prepared),
		cmocka_unit_test(test_changed_binds),
		cmocka_unit_test(test_grown_binds),  cmocka_unit_test(test_binds),
		cmocka_unit_test(test_bounded_cache),  cmocka_unit_test(test_prepare_refused),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
