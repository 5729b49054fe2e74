/* SPDX-License-Identifier: MIT */
/* BATCH of CQL and of the protocol: what may be together, all or nothing. */
#include <coodie/token.h>

#include "tests/node_fixture.h"
#include "tests/test.h"

static int begin(void **state)
{
	static const char *const tables[] = {
		("CREATE TABLE t (k int, c int, s int STATIC, v int, l list<int>, PRIMARY "
		 "KEY (k, c))"),
		"CREATE TABLE o (k int PRIMARY KEY, v int)",
		"CREATE TABLE n (k int PRIMARY KEY, n counter)",
		"CREATE TABLE g (k int PRIMARY KEY) WITH gc_grace_seconds = 0",
	};

	*state = fixture_with(tables, CD_COUNT(tables));
	return 0;
}

static void statements_are_run(void **state)
{
	static const struct fixture_row rows[] = {
		{ "three",
		  "BEGIN BATCH INSERT INTO t (k, c, v) VALUES (1, 1, 1); UPDATE o SET v = 2 WHERE k = "
		  "1; DELETE FROM t WHERE k = 1 AND c = 2; APPLY BATCH",
		  NULL, "void" },
		{ "the one", "SELECT k, c, v FROM t", NULL, "rows: k=1 c=1 v=1" },
		{ "the other", "SELECT * FROM o", NULL, "rows: k=1 v=2" },
		{ "none", "BEGIN BATCH APPLY BATCH", NULL, "void" },
		{ "at one time",
		  "BEGIN BATCH USING TIMESTAMP ? UPDATE o SET v = ? WHERE k = ?; UPDATE o SET v "
		  "= ? WHERE k = ? APPLY BATCH",
		  "7 | 3 | 2 | 4 | 2", "void" },
		{ "the greater one wins", "SELECT v, writetime(v) FROM o WHERE k = 2", NULL,
		  "rows: v=4 writetime(v)=7" },
		{ "at times of their own",
		  "BEGIN UNLOGGED BATCH UPDATE o USING TIMESTAMP 9 SET v = 1 WHERE k = "
		  "2; UPDATE o USING TIMESTAMP 8 SET v = 5 WHERE k = 2; APPLY BATCH",
		  NULL, "void" },
		{ "the later one wins", "SELECT v, writetime(v) FROM o WHERE k = 2", NULL,
		  "rows: v=1 writetime(v)=9" },
		{ "counters",
		  "BEGIN COUNTER BATCH UPDATE n SET n += 1 WHERE k = 1; UPDATE n SET n += 2 WHERE k "
		  "= 1; APPLY BATCH",
		  NULL, "void" },
		{ "both count", "SELECT * FROM n", NULL, "rows: k=1 n=3" },
		{ "what was appended is in order",
		  "BEGIN BATCH UPDATE t SET l += [1, 2] WHERE k = 2 AND c = 1; UPDATE t SET l += [3] WHERE k = 2 "
		  "AND c = 1; UPDATE t SET l = [0] + l WHERE k = 2 AND c = 1; APPLY BATCH",
		  NULL, "void" },
		{ "it is", "SELECT l FROM t WHERE k = 2", NULL, "rows: l=[0, 1, 2, 3]" },
		{ "one that is wrong takes all with it",
		  "BEGIN BATCH UPDATE t SET v = 9 WHERE k = 1 AND c = 1; UPDATE t SET l[7] = 1 WHERE k = 2 AND c "
		  "= 1; APPLY BATCH",
		  NULL, "0x2200 List index 7 out of bound, list has size 4" },
		{ "nothing happened", "SELECT v FROM t WHERE k = 1", NULL, "rows: v=1" },
		{ "JSON",
		  "BEGIN BATCH INSERT INTO o JSON ?; INSERT INTO o JSON '{\"k\": 6}'; APPLY BATCH",
		  "'{\"k\": 5, \"v\": 55}'", "void" },
		{ "both", "SELECT * FROM o WHERE k IN (5, 6)", NULL,
		  "rows: k=5 v=55 | k=6 v=null" },
	};

	fixture_rows(*state, rows, CD_COUNT(rows));
}

static void rules_are_kept(void **state)
{
	static const struct fixture_row rows[] = {
		{ "a counter in a logged one",
		  "BEGIN BATCH UPDATE n SET n += 1 WHERE k = 1; APPLY BATCH", NULL,
		  "0x2200 Cannot include a counter statement in a logged batch" },
		{ "no counter in one of counters",
		  "BEGIN COUNTER BATCH UPDATE o SET v = 1 WHERE k = 1; APPLY BATCH", NULL,
		  "0x2200 Cannot include non-counter statement in a counter batch" },
		{ "both kinds",
		  "BEGIN UNLOGGED BATCH UPDATE o SET v = 1 WHERE k = 1; UPDATE n SET n += 1 WHERE k = 1; APPLY "
		  "BATCH",
		  NULL, "0x2200 Counter and non-counter mutations cannot exist in the same batch" },
		{ "two timestamps",
		  "BEGIN BATCH USING TIMESTAMP 1 UPDATE o USING TIMESTAMP 2 SET v = 1 WHERE k = 1; APPLY BATCH",
		  NULL, "0x2200 Timestamp must be set either on BATCH or individual statements" },
		{ "a timestamp of counters",
		  "BEGIN COUNTER BATCH USING TIMESTAMP 1 UPDATE n SET n += 1 WHERE k = 1; APPLY BATCH",
		  NULL, "0x2200 Cannot provide custom timestamp for counter BATCH" },
		{ "a timestamp of conditions",
		  "BEGIN BATCH USING TIMESTAMP 1 UPDATE o SET v = 1 WHERE k = 1 IF v = 1; APPLY BATCH",
		  NULL, "0x2200 Cannot provide custom timestamp for conditional BATCH" },
		{ "a TTL", "BEGIN BATCH USING TTL 1 UPDATE o SET v = 1 WHERE k = 1; APPLY BATCH",
		  NULL, "0x2200 Global TTL on the BATCH statement is not supported." },
		{ "conditions on two tables",
		  "BEGIN BATCH UPDATE o SET v = 1 WHERE k = 1 IF v = 1; UPDATE t SET v = 1 WHERE k = 1 AND c = "
		  "1; APPLY BATCH",
		  NULL, "0x2200 Batch with conditions cannot span multiple tables" },
		{ "conditions on two partitions",
		  "BEGIN BATCH UPDATE o SET v = 1 WHERE k = 1 IF v = 1; UPDATE o SET v = 1 WHERE k = 2; APPLY "
		  "BATCH",
		  NULL, "0x2200 Batch with conditions cannot span multiple partitions" },
		{ "conditions of two kinds",
		  "BEGIN BATCH INSERT INTO o (k) VALUES (1) IF NOT EXISTS; UPDATE o SET v = 1 WHERE k = 1 IF v = "
		  "1; APPLY BATCH",
		  NULL, "0x2200 Cannot mix IF conditions and IF NOT EXISTS for the same row" },
		{ "there and not there",
		  "BEGIN BATCH INSERT INTO o (k) VALUES (1) IF NOT EXISTS; UPDATE o SET v = 1 WHERE k = 1 IF "
		  "EXISTS; APPLY BATCH",
		  NULL,
		  "0x2200 Cannot mix IF EXISTS and IF NOT EXISTS conditions for the same row" },
	};

	fixture_rows(*state, rows, CD_COUNT(rows));
}

static void conditions_are_asked_before(void **state)
{
	static const struct fixture_row rows[] = {
		{ "two rows that are not there",
		  "BEGIN BATCH INSERT INTO t (k, c, v) VALUES (1, 1, 1) IF NOT EXISTS; INSERT INTO t (k, c, v) "
		  "VALUES (1, 2, 2) IF NOT EXISTS; APPLY BATCH",
		  NULL, "rows: [applied]=true" },
		{ "both are", "SELECT c, v FROM t", NULL, "rows: c=1 v=1 | c=2 v=2" },
		{ "each by what was there",
		  "BEGIN BATCH UPDATE t SET v = 2 WHERE k = 1 AND c = 1 IF v = 1; UPDATE t SET v = 1 WHERE k = 1 "
		  "AND c = 2 IF v = 2; APPLY BATCH",
		  NULL, "rows: [applied]=true" },
		{ "they changed places", "SELECT c, v FROM t", NULL, "rows: c=1 v=2 | c=2 v=1" },
		{ "one does not hold",
		  "BEGIN BATCH UPDATE t SET v = 9 WHERE k = 1 AND c = 2 IF v = 5; UPDATE t SET v = 9 WHERE k = 1 "
		  "AND c = 1 IF v = 2; APPLY BATCH",
		  NULL, "rows: [applied]=false k=1 c=1 v=2 | [applied]=false k=1 c=2 v=1" },
		{ "nothing was written", "SELECT c, v FROM t", NULL, "rows: c=1 v=2 | c=2 v=1" },
		{ "with one that asks nothing",
		  "BEGIN BATCH UPDATE t SET v = 4 WHERE k = 1 AND c = 1 IF v = 2; DELETE FROM t WHERE k = 1 AND c "
		  "> 1; APPLY BATCH",
		  NULL, "rows: [applied]=true" },
		{ "all of it", "SELECT c, v FROM t", NULL, "rows: c=1 v=4" },
		{ "the static row",
		  "BEGIN BATCH UPDATE t SET s = 1 WHERE k = 1 IF s = null; INSERT INTO t (k, c) VALUES (1, 5); "
		  "APPLY BATCH",
		  NULL, "rows: [applied]=true" },
		{ "it is asked",
		  "BEGIN BATCH UPDATE t SET s = 2 WHERE k = 1 IF s = 3; INSERT INTO t (k, c) VALUES (1, 6); APPLY "
		  "BATCH",
		  NULL, "rows: [applied]=false k=1 c=1 s=1" },
	};

	fixture_rows(*state, rows, CD_COUNT(rows));
}

static void messages_are_run(void **state)
{
	static const char *const two[][2] = {
		{ "INSERT INTO t (k, c, v) VALUES (?, ?, ?)", "1 | 2 | 3" },
		{ "INSERT INTO o JSON ?", "'{\"k\": 4, \"v\": 5}'" },
	};
	static const char *const cas[][2] = {
		{ "UPDATE t SET v = ? WHERE k = ? AND c = ? IF v = ?", "4 | 1 | 2 | 3" },
		{ "INSERT INTO t (k, c, v) VALUES (?, ?, ?)", "1 | 3 | 7" },
	};
	static const char *const select[][2] = { { "SELECT * FROM o", NULL } };
	static const char *const few[][2] = { { "INSERT INTO o (k, v) VALUES (?, ?)", "1" } };
	static const char *const raw[][2] = { { "INSERT INTO o (k, v) VALUES (?, ?)",
						"1 | raw 0x01" } };
	static const char *const counter[][2] = { { "UPDATE n SET n += ? WHERE k = ?", "1 | 1" } };
	struct fixture *f = *state;

	assert_string_equal(fixture_batch(f, ND_BATCH_LOGGED, 2, two), "void");
	assert_string_equal(fixture_run(f, "SELECT v FROM t"), "rows: v=3");
	assert_string_equal(fixture_run(f, "SELECT * FROM o"), "rows: k=4 v=5");
	assert_string_equal(fixture_batch(f, ND_BATCH_UNLOGGED, 2, cas), "rows: [applied]=true");
	assert_string_equal(fixture_batch(f, ND_BATCH_UNLOGGED, 2, cas),
			    "rows: [applied]=false k=1 c=2 v=4");
	assert_string_equal(fixture_run(f, "SELECT c, v FROM t"), "rows: c=2 v=4 | c=3 v=7");
	assert_string_equal(
		fixture_batch(f, ND_BATCH_LOGGED, 1, select),
		"0x2200 Invalid statement in batch: only UPDATE, INSERT and DELETE statements "
		"are allowed.");
	assert_string_equal(fixture_batch(f, ND_BATCH_LOGGED, 1, few),
			    "0x2200 There were 2 markers(?) in CQL but 1 bound variables");
	assert_string_equal(fixture_batch(f, ND_BATCH_LOGGED, 1, raw),
			    "0x2200 Expected 4 or 0 byte int (1)");
	assert_string_equal(fixture_batch(f, ND_BATCH_LOGGED, 1, counter),
			    "0x2200 Cannot include a counter statement in a logged batch");
	assert_string_equal(fixture_batch(f, ND_BATCH_COUNTER, 1, counter), "void");
	assert_string_equal(fixture_batch(f, ND_BATCH_LOGGED, 0, NULL), "void");
}

/* A ring that notes what it is asked for, and refuses the partition of one token. */
struct ring {
	unsigned count;
	enum nd_access last;
	bool refuses;
	int64_t token;
};

static bool admit(void *user, struct nd_request *x, const struct nd_keyspace *keyspace,
		  int64_t token, enum nd_access access)
{
	struct ring *ring = user;

	assert_string_equal(keyspace->name, "ks");
	ring->count++;
	ring->last = access;
	if (!ring->refuses || token != ring->token)
		return true;
	return nd_refuse(&x->problem, ND_UNAVAILABLE, "nobody is there");
}

static void the_ring_is_asked(void **state)
{
	static const struct {
		const char *cql;
		enum nd_access access;
		unsigned partitions;
	} rows[] = {
		{ "INSERT INTO o (k) VALUES (1)", ND_WRITE, 1 },
		{ "UPDATE o SET v = 1 WHERE k IN (1, 2, 3)", ND_WRITE, 3 },
		{ "DELETE FROM o WHERE k = 1", ND_WRITE, 1 },
		{ "UPDATE n SET n += 1 WHERE k = 1", ND_WRITE_COUNTER, 1 },
		{ "UPDATE o SET v = 1 WHERE k = 1 IF v = 2", ND_CAS, 1 },
		{ "UPDATE o SET v = 1 WHERE k = 9 IF v = null", ND_CAS_COMMIT, 2 },
		{ "BEGIN BATCH INSERT INTO o (k) VALUES (1); INSERT INTO o (k) VALUES (2); APPLY "
		  "BATCH",
		  ND_WRITE_BATCH, 2 },
		{ "BEGIN BATCH INSERT INTO o (k) VALUES (1); APPLY BATCH", ND_WRITE, 1 },
		{ "BEGIN UNLOGGED BATCH INSERT INTO o (k) VALUES (1); INSERT INTO o (k) VALUES (2); "
		  "APPLY BATCH",
		  ND_WRITE, 2 },
		{ "BEGIN BATCH INSERT INTO o (k) VALUES (7) IF NOT EXISTS; UPDATE o SET v = 1 WHERE k "
		  "= 7; APPLY BATCH",
		  ND_CAS_COMMIT, 2 },
	};
	struct fixture *f = *state;
	struct ring ring = { 0 };

	f->db.admit = admit;
	f->db.ring = &ring;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		ring.count = 0;
		assert_int_not_equal(*fixture_run(f, rows[i].cql), '0');
		CD_CHECK(ring.count == rows[i].partitions, rows[i].cql);
		CD_CHECK(ring.last == rows[i].access, rows[i].cql);
	}
	f->db.ring = NULL;
	f->db.admit = NULL;
}

/* One partition that cannot be had, and nothing is written to the others. */
static void the_ring_may_refuse(void **state)
{
	struct fixture *f = *state;
	struct ring ring = { .refuses = true };

	ring.token = cql_murmur3_token("\0\0\0\2", 4);
	f->db.admit = admit;
	f->db.ring = &ring;
	assert_string_equal(
		fixture_run(f, "BEGIN BATCH INSERT INTO o (k) VALUES (1); INSERT INTO o (k) "
			       "VALUES (2); APPLY BATCH"),
		"0x1000 nobody is there");
	assert_string_equal(fixture_run(f, "UPDATE o SET v = 1 WHERE k IN (3, 2)"),
			    "0x1000 nobody is there");
	assert_string_equal(fixture_run(f, "INSERT INTO o (k) VALUES (2) IF NOT EXISTS"),
			    "0x1000 nobody is there");
	f->db.ring = NULL;
	f->db.admit = NULL;
	assert_string_equal(fixture_run(f, "SELECT * FROM o"), "rows:");
}

static void warnings_are_given(void **state)
{
	struct fixture *f = *state;
	char cql[2048] = "BEGIN UNLOGGED BATCH ";

	for (int i = 0; i < 11; i++)
		snprintf(cql + strlen(cql), sizeof cql - strlen(cql),
			 "INSERT INTO o (k) VALUES (%d); ", i);
	strcat(cql, "APPLY BATCH");
	assert_string_equal(
		fixture_run(f, cql),
		"warning Unlogged batch covering 11 partitions detected against table [ks.o]. "
		"You should use a logged batch for atomicity, or asynchronous writes for "
		"performance.; void");
	assert_string_equal(
		fixture_run(f, "BEGIN BATCH INSERT INTO g (k) VALUES (1); APPLY BATCH"),
		"warning Executing a LOGGED BATCH on table [ks.g], configured with a gc_grace_seconds of 0. "
		"The gc_grace_seconds is used to TTL batchlog entries, so setting gc_grace_seconds too low "
		"on tables involved in an atomic batch might cause batchlog entries to expire before being "
		"replayed.; void");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(statements_are_run, begin, fixture_teardown),
		cmocka_unit_test_setup_teardown(rules_are_kept, begin, fixture_teardown),
		cmocka_unit_test_setup_teardown(conditions_are_asked_before, begin,
						fixture_teardown),
		cmocka_unit_test_setup_teardown(messages_are_run, begin, fixture_teardown),
		cmocka_unit_test_setup_teardown(the_ring_is_asked, begin, fixture_teardown),
		cmocka_unit_test_setup_teardown(the_ring_may_refuse, begin, fixture_teardown),
		cmocka_unit_test_setup_teardown(warnings_are_given, begin, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
