/* SPDX-License-Identifier: MIT */
/* node/select*.c: SELECT by example. */
#include "tests/test.h"

#include <stdlib.h>

#include "tests/failalloc.h"
#include "tests/node_fixture.h"

static const char *const tables[] = {
	"CREATE TABLE t (k int, c int, d int, s int STATIC, v int, w text, PRIMARY KEY (k, c, d))",
	"CREATE TABLE one (k int PRIMARY KEY, v int)",
	"CREATE TABLE r (k int, c int, v int, PRIMARY KEY (k, c)) WITH CLUSTERING ORDER BY (c DESC)",
	"CREATE TABLE vec (k int PRIMARY KEY, v vector<float, 2>, n int)",
	"CREATE TABLE ts (k int, at timestamp, v int, PRIMARY KEY (k, at))",
	"CREATE CUSTOM INDEX ON vec (v) USING 'StorageAttachedIndex' WITH OPTIONS = {'similarity_function': 'euclidean'}",
	"INSERT INTO t (k, c, d, s, v, w) VALUES (1, 1, 1, 9, 111, 'a')",
	"INSERT INTO t (k, c, d, v) VALUES (1, 1, 2, 112)",
	"INSERT INTO t (k, c, d, v) VALUES (1, 2, 1, 121)",
	"INSERT INTO t (k, c, d, v) VALUES (2, 1, 1, 211)",
	"INSERT INTO t (k, c, d, v) VALUES (2, 3, 1, 231)",
	"INSERT INTO t (k, s) VALUES (3, 33)",
	"INSERT INTO one (k, v) VALUES (1, 1)",
	"INSERT INTO one (k, v) VALUES (2, 2)",
	"INSERT INTO r (k, c, v) VALUES (1, 1, 11)",
	"INSERT INTO r (k, c, v) VALUES (1, 2, 12)",
	"INSERT INTO r (k, c, v) VALUES (2, 1, 21)",
	"INSERT INTO r (k, c, v) VALUES (2, 3, 23)",
	"INSERT INTO vec (k, v, n) VALUES (1, [1, 0], 1)",
	"INSERT INTO vec (k, v, n) VALUES (2, [0, 1], 2)",
	"INSERT INTO vec (k, v, n) VALUES (3, [5, 5], 3)",
	"INSERT INTO vec (k, n) VALUES (4, 4)",
	"INSERT INTO ts (k, at, v) VALUES (1, '2026-01-01T10:05:00Z', 1)",
	"INSERT INTO ts (k, at, v) VALUES (1, '2026-01-01T10:55:00Z', 2)",
	"INSERT INTO ts (k, at, v) VALUES (1, '2026-01-01T11:05:00Z', 4)",
	"CREATE TABLE cos (k int PRIMARY KEY, v vector<float, 2>)",
	"CREATE CUSTOM INDEX ON cos (v) USING 'sai'",
	"INSERT INTO cos (k, v) VALUES (1, [9, 0])",
	"INSERT INTO cos (k, v) VALUES (2, [9, 8])",
	"INSERT INTO cos (k, v) VALUES (3, [-1, -1])",
	"CREATE TABLE plain (k int PRIMARY KEY, v vector<float, 2>)",
	"CREATE TABLE ab (a int, b int, v int, PRIMARY KEY ((a, b)))",
	"CREATE TABLE t3 (k int, at timestamp, c int, v int, PRIMARY KEY (k, at, c))",
	"CREATE TABLE ix (k int, c int, v int, PRIMARY KEY (k, c))",
	"CREATE INDEX ON ix (v)",
	"INSERT INTO ix (k, c, v) VALUES (1, 1, 5)",
	"CREATE TABLE nobody (k int PRIMARY KEY, v int)",
};

static const struct fixture_row rows[] = {
	{ "all", "SELECT * FROM t", NULL,
	  "rows: k=1 c=1 d=1 s=9 v=111 w='a' | k=1 c=1 d=2 s=9 v=112 w=null | k=1 c=2 d=1 s=9 v=121 w=null | k=2 c=1 d=1 s=null v=211 w=null | k=2 c=3 d=1 s=null v=231 w=null | k=3 c=null d=null s=33 v=null w=null" },
	{ "static ones with each row", "SELECT k, s FROM t", NULL,
	  "rows: k=1 s=9 | k=1 s=9 | k=1 s=9 | k=2 s=null | k=2 s=null | k=3 s=33" },
	{ "one partition", "SELECT v FROM t WHERE k = 1", NULL, "rows: v=111 | v=112 | v=121" },
	{ "only static ones", "SELECT k, c, s FROM t WHERE k = 3", NULL, "rows: k=3 c=null s=33" },
	{ "static ones of no rows, a slice", "SELECT k, s FROM t WHERE k = 3 AND c > 0", NULL,
	  "0x2200 Cannot restrict clustering columns when selecting only static columns" },
	{ "nothing there", "SELECT v FROM t WHERE k = 77", NULL, "rows:" },
	{ "as JSON", "SELECT JSON k, v FROM one", NULL,
	  "rows: [json]='{\"k\": 1, \"v\": 1}' | [json]='{\"k\": 2, \"v\": 2}'" },
};

static const struct fixture_row limits[] = {
	{ "all", "SELECT v FROM t LIMIT 2", NULL, "rows: v=111 | v=112" },
	{ "of each partition", "SELECT v FROM t PER PARTITION LIMIT 1", NULL,
	  "rows: v=111 | v=211 | v=null" },
	{ "of both", "SELECT v FROM t PER PARTITION LIMIT 1 LIMIT 2", NULL, "rows: v=111 | v=211" },
	{ "of IN", "SELECT v FROM t WHERE k IN (1, 2) PER PARTITION LIMIT 2 LIMIT 3", NULL,
	  "rows: v=111 | v=112 | v=211" },
	{ "bound", "SELECT v FROM one LIMIT ?", "1", "rows: v=1" },
	{ "unset", "SELECT v FROM one LIMIT ?", "unset", "rows: v=1 | v=2" },
	{ "null", "SELECT v FROM one LIMIT ?", "null", "0x2200 Invalid null value of limit" },
	{ "zero", "SELECT v FROM one LIMIT ?", "0", "0x2200 LIMIT must be strictly positive" },
	{ "less", "SELECT v FROM one LIMIT ?", "-1", "0x2200 LIMIT must be strictly positive" },
	{ "zero of each", "SELECT v FROM t PER PARTITION LIMIT ?", "0",
	  "0x2200 LIMIT must be strictly positive" },
	{ "written", "SELECT v FROM one LIMIT 0", NULL, "0x2200 LIMIT must be strictly positive" },
	{ "of filtered ones", "SELECT v FROM t WHERE v > 111 LIMIT 2 ALLOW FILTERING", NULL,
	  "rows: v=112 | v=121" },
};

static const struct fixture_row orders[] = {
	{ "backwards", "SELECT v FROM t WHERE k = 1 ORDER BY c DESC LIMIT 1", NULL, "rows: v=121" },
	{ "IN of rows, backwards",
	  "SELECT v FROM t WHERE k = 1 AND c IN (1, 2) ORDER BY c DESC, d DESC", NULL,
	  "rows: v=121 | v=112 | v=111" },
	{ "one behind an equal one", "SELECT v FROM t WHERE k = 1 AND c = 1 ORDER BY d DESC", NULL,
	  "rows: v=112 | v=111" },
	{ "a falling table", "SELECT v FROM r WHERE k = 1", NULL, "rows: v=12 | v=11" },
	{ "a falling table, rising", "SELECT v FROM r WHERE k = 1 ORDER BY c", NULL,
	  "rows: v=11 | v=12" },
	{ "several partitions", "SELECT v FROM t WHERE k IN (1, 2) ORDER BY c DESC", NULL,
	  "rows: v=231 | v=121 | v=112 | v=111 | v=211" },
	{ "several, limited", "SELECT v FROM t WHERE k IN (1, 2) ORDER BY c LIMIT 2", NULL,
	  "rows: v=111 | v=112" },
	{ "several, each limited",
	  "SELECT v FROM t WHERE k IN (1, 2) ORDER BY c DESC PER PARTITION LIMIT 1", NULL,
	  "rows: v=231 | v=121" },
	{ "several of a falling table, rising", "SELECT v FROM r WHERE k IN (2, 1) ORDER BY c ASC",
	  NULL, "rows: v=11 | v=21 | v=12 | v=23" },
	{ "several of a falling table", "SELECT v FROM r WHERE k IN (2, 1) ORDER BY c DESC", NULL,
	  "rows: v=23 | v=12 | v=11 | v=21" },
	{ "several, and no rows", "SELECT v FROM t WHERE k IN (7, 8) ORDER BY c DESC", NULL,
	  "rows:" },
	{ "static ones come first", "SELECT k, c FROM t WHERE k IN (2, 3) ORDER BY c", NULL,
	  "rows: k=3 c=null | k=2 c=1 | k=2 c=3" },
	{ "static ones, backwards", "SELECT k, c FROM t WHERE k IN (2, 3) ORDER BY c DESC", NULL,
	  "rows: k=2 c=3 | k=2 c=1 | k=3 c=null" },
	{ "one twice: the last word counts", "SELECT v FROM t WHERE k = 1 ORDER BY c DESC, c ASC",
	  NULL, "rows: v=111 | v=112 | v=121" },
	{ "no partition", "SELECT v FROM t ORDER BY c", NULL,
	  "0x2200 ORDER BY is only supported when the partition key is restricted by an EQ or an IN." },
	{ "another column", "SELECT v FROM t WHERE k = 1 ORDER BY v", NULL,
	  "0x2200 Order by is currently only supported on the clustered columns of the PRIMARY KEY, got v" },
	{ "a column left out", "SELECT v FROM t WHERE k = 1 ORDER BY d", NULL,
	  "0x2200 Order by currently only supports the ordering of columns following their declared order in the PRIMARY KEY" },
	{ "both ways", "SELECT v FROM t WHERE k = 1 ORDER BY c DESC, d ASC", NULL,
	  "0x2200 Unsupported order by relation" },
	{ "no such column", "SELECT v FROM t WHERE k = 1 ORDER BY nope", NULL,
	  "0x2200 Undefined column name nope in table ks.t" },
	{ "with an index", "SELECT v FROM ix WHERE k = 1 AND v = 5 ORDER BY c", NULL,
	  "0x2200 ORDER BY with 2ndary indexes is not supported, except for ANN queries." },
};

static const struct fixture_row distinct[] = {
	{ "partitions", "SELECT DISTINCT k FROM t", NULL, "rows: k=1 | k=2 | k=3" },
	{ "static ones", "SELECT DISTINCT k, s FROM t", NULL,
	  "rows: k=1 s=9 | k=2 s=null | k=3 s=33" },
	{ "filtered", "SELECT DISTINCT k, s FROM t WHERE s = 33 ALLOW FILTERING", NULL,
	  "rows: k=3 s=33" },
	{ "limited", "SELECT DISTINCT k FROM t LIMIT 2", NULL, "rows: k=1 | k=2" },
	{ "of one", "SELECT DISTINCT s FROM t WHERE k = 3", NULL, "rows: s=33" },
	{ "of IN", "SELECT DISTINCT k FROM t WHERE k IN (3, 9, 1)", NULL, "rows: k=1 | k=3" },
	{ "without the key", "SELECT DISTINCT s FROM t", NULL,
	  "0x2200 SELECT DISTINCT queries must request all the partition key columns (missing k)" },
	{ "other columns", "SELECT DISTINCT k, v FROM t", NULL,
	  "0x2200 SELECT DISTINCT queries must only request partition key columns and/or static columns (not v)" },
	{ "all columns", "SELECT DISTINCT * FROM t", NULL,
	  "0x2200 SELECT DISTINCT queries must only request partition key columns and/or static columns (not c)" },
	{ "with rows", "SELECT DISTINCT k FROM t WHERE k = 1 AND c = 1", NULL,
	  "0x2200 SELECT DISTINCT with WHERE clause only supports restriction by partition key and/or static columns." },
	{ "limited by partition", "SELECT DISTINCT k FROM t PER PARTITION LIMIT 1", NULL,
	  "0x2200 PER PARTITION LIMIT is not allowed with SELECT DISTINCT queries" },
};

static const struct fixture_row groups[] = {
	{ "by two columns", "SELECT k, c, max(v) FROM t GROUP BY k, c", NULL,
	  "warning Aggregation query used without partition key; rows: k=1 c=1 system.max(v)=112 | k=1 c=2 system.max(v)=121 | k=2 c=1 system.max(v)=211 | k=2 c=3 system.max(v)=231 | k=3 c=null system.max(v)=null" },
	{ "without aggregates: the first row", "SELECT k, c, v FROM t GROUP BY k, c", NULL,
	  "warning Aggregation query used without partition key; rows: k=1 c=1 v=111 | k=1 c=2 v=121 | k=2 c=1 v=211 | k=2 c=3 v=231 | k=3 c=null v=null" },
	{ "limited", "SELECT k, max(v) FROM t GROUP BY k LIMIT 2", NULL,
	  "warning Aggregation query used without partition key; rows: k=1 system.max(v)=121 | k=2 system.max(v)=231" },
	{ "limited by partition", "SELECT k, c, max(v) FROM t GROUP BY k, c PER PARTITION LIMIT 1",
	  NULL,
	  "warning Aggregation query used without partition key; rows: k=1 c=1 system.max(v)=112 | k=2 c=1 system.max(v)=211 | k=3 c=null system.max(v)=null" },
	{ "limited both ways",
	  "SELECT k, c, max(v) FROM t GROUP BY k, c PER PARTITION LIMIT 1 LIMIT 2", NULL,
	  "warning Aggregation query used without partition key; rows: k=1 c=1 system.max(v)=112 | k=2 c=1 system.max(v)=211" },
	{ "behind an equal one", "SELECT max(v) FROM t WHERE k = 1 GROUP BY c", NULL,
	  "rows: system.max(v)=112 | system.max(v)=121" },
	{ "a gap that is equal", "SELECT max(v) FROM t WHERE c = 1 GROUP BY k, d ALLOW FILTERING",
	  NULL,
	  "warning Aggregation query used without partition key; rows: system.max(v)=111 | system.max(v)=112 | system.max(v)=211" },
	{ "a function", "SELECT sum(v), at FROM ts WHERE k = 1 GROUP BY k, floor(at, 1h)", NULL,
	  "rows: system.sum(v)=3 at='2026-01-01T10:05:00.000Z' | system.sum(v)=4 at='2026-01-01T11:05:00.000Z'" },
	{ "backwards", "SELECT c, max(v) FROM t WHERE k = 1 GROUP BY c ORDER BY c DESC", NULL,
	  "rows: c=2 system.max(v)=121 | c=1 system.max(v)=112" },
	{ "of several partitions, in order",
	  "SELECT k, c, count(*) FROM t WHERE k IN (1, 2) GROUP BY k, c ORDER BY c DESC", NULL,
	  "warning Aggregation query used on multiple partition keys (IN restriction); "
	  "rows: k=2 c=3 count=1 | k=1 c=2 count=1 | k=1 c=1 count=2 | k=2 c=1 count=1" },
	{ "of several partitions, in order, limited",
	  "SELECT k, c, v FROM t WHERE k IN (1, 2) GROUP BY k, c ORDER BY c LIMIT 3", NULL,
	  "warning Aggregation query used on multiple partition keys (IN restriction); "
	  "rows: k=1 c=1 v=111 | k=2 c=1 v=211 | k=1 c=2 v=121" },
	{ "of several partitions, in order, limited by partition",
	  "SELECT k, c, v FROM t WHERE k IN (1, 2) GROUP BY k, c ORDER BY c DESC PER PARTITION LIMIT 1",
	  NULL,
	  "warning Aggregation query used on multiple partition keys (IN restriction); "
	  "rows: k=2 c=3 v=231 | k=1 c=2 v=121" },
	{ "everything of several partitions, in order",
	  "SELECT count(*) FROM t WHERE k IN (1, 2) ORDER BY c DESC", NULL,
	  "warning Aggregation query used on multiple partition keys (IN restriction); rows: count=5" },
	{ "a function of another column",
	  "SELECT sum(v) FROM ts WHERE k = 1 GROUP BY k, floor(v, 1h)", NULL,
	  "0x2200 Group by functions are only supported on clustering columns, got v" },
	{ "a function in front", "SELECT sum(v) FROM t3 WHERE k = 1 GROUP BY k, floor(at, 1h), c",
	  NULL, "0x2200 Functions are only supported on the last element of the GROUP BY clause" },
	{ "no partition key", "SELECT max(v) FROM t GROUP BY c", NULL,
	  "0x2200 Group by currently only support groups of columns following their declared order in the PRIMARY KEY" },
	{ "a part of the key", "SELECT v FROM ab GROUP BY a", NULL,
	  "0x2200 Group by is not supported on only a part of the partition key" },
	{ "a gap", "SELECT max(v) FROM t GROUP BY k, d", NULL,
	  "0x2200 Group by currently only support groups of columns following their declared order in the PRIMARY KEY" },
	{ "another column", "SELECT max(v) FROM t GROUP BY v", NULL,
	  "0x2200 Group by is currently only supported on the columns of the PRIMARY KEY, got v" },
	{ "twice", "SELECT max(v) FROM t GROUP BY k, c, d, c", NULL,
	  "0x2200 Group by currently only support groups of columns following their declared order in the PRIMARY KEY" },
	{ "an aggregate", "SELECT max(v) FROM t GROUP BY k, max(c)", NULL,
	  "0x2200 Aggregate functions are not supported within the GROUP BY clause, got: system.max" },
	{ "distinct and rows", "SELECT DISTINCT k FROM t GROUP BY k, c", NULL,
	  "0x2200 Grouping on clustering columns is not allowed for SELECT DISTINCT queries" },
};

static const struct fixture_row aggregates[] = {
	{ "count", "SELECT count(*) FROM t", NULL,
	  "warning Aggregation query used without partition key; rows: count=6" },
	{ "of nothing", "SELECT count(*), max(v) FROM t WHERE k = 9", NULL,
	  "rows: count=0 system.max(v)=null" },
	{ "of no partition", "SELECT count(*) FROM t WHERE k IN ()", NULL,
	  "warning Aggregation query used on multiple partition keys (IN restriction); rows: count=0" },
	{ "of several", "SELECT count(*) FROM t WHERE k IN (1, 2)", NULL,
	  "warning Aggregation query used on multiple partition keys (IN restriction); rows: count=5" },
	{ "limited", "SELECT count(*) FROM t LIMIT 1", NULL,
	  "warning Aggregation query used without partition key; rows: count=6" },
	{ "limited by partition", "SELECT count(*) FROM t PER PARTITION LIMIT 1", NULL,
	  "0x2200 PER PARTITION LIMIT is not allowed with aggregate queries." },
	{ "filtered", "SELECT count(*) FROM t WHERE v > 200 ALLOW FILTERING", NULL,
	  "warning Aggregation query used without partition key; rows: count=2" },
};

static const struct fixture_row nearest[] = {
	{ "two", "SELECT k FROM vec ORDER BY v ANN OF [4, 4] LIMIT 2", NULL, "rows: k=3 | k=1" },
	{ "all that have one", "SELECT k FROM vec ORDER BY v ANN OF [1, 0] LIMIT 9", NULL,
	  "rows: k=1 | k=2 | k=3" },
	{ "bound", "SELECT k FROM vec ORDER BY v ANN OF ? LIMIT 1", "[0, 1]", "rows: k=2" },
	{ "null", "SELECT k FROM vec ORDER BY v ANN OF ? LIMIT 1", "null",
	  "0x2200 Unsupported null value for column v" },
	{ "by cosine", "SELECT k FROM cos ORDER BY v ANN OF [1, 1] LIMIT 3", NULL,
	  "rows: k=2 | k=1 | k=3" },
	{ "without a limit", "SELECT k FROM vec ORDER BY v ANN OF [1, 0]", NULL,
	  "0x2200 Top-K queries must have a limit specified and the limit must be less than the query page size" },
	{ "limited by partition",
	  "SELECT k FROM vec ORDER BY v ANN OF [1, 0] PER PARTITION LIMIT 1 LIMIT 2", NULL,
	  "0x2200 Top-K queries do not support per-partition limits" },
	{ "with an aggregate", "SELECT count(*) FROM vec ORDER BY v ANN OF [1, 0] LIMIT 2", NULL,
	  "0x2200 Top-K queries can not be run with aggregation" },
	{ "another column", "SELECT k FROM vec WHERE n = 1 ORDER BY v ANN OF [1, 0] LIMIT 3", NULL,
	  "0x2200 ANN ordering by vector requires all restricted column(s) to be indexed" },
	{ "of no index", "SELECT k FROM plain ORDER BY v ANN OF [1, 0] LIMIT 3", NULL,
	  "0x2200 ANN ordering by vector requires the column to be indexed" },
	{ "asked for a value", "SELECT k FROM vec WHERE v = [1, 0]", NULL,
	  "0x2200 Vector indexes only support ANN queries" },
	{ "from the farthest", "SELECT k FROM vec ORDER BY v ANN OF [1, 0] DESC LIMIT 3", NULL,
	  "0x2200 Descending ANN ordering is not supported" },
	{ "with another order", "SELECT k FROM vec ORDER BY v ANN OF [1, 0], k LIMIT 3", NULL,
	  "0x2200 ANN ordering does not support any other ordering" },
	{ "twice", "SELECT k FROM vec ORDER BY v ANN OF [1, 0], v ANN OF [1, 0] LIMIT 3", NULL,
	  "0x2200 Cannot specify more than one ANN ordering" },
};

static const struct fixture_row names[] = {
	{ "no such table", "SELECT v FROM nothere", NULL, "0x2200 table nothere does not exist" },
	{ "no such keyspace", "SELECT v FROM nowhere.t", NULL,
	  "0x2200 keyspace nowhere does not exist" },
	{ "no such column", "SELECT nope FROM t", NULL,
	  "0x2200 Undefined column name nope in table ks.t" },
	{ "no such column in a function", "SELECT max(nope) FROM t", NULL,
	  "0x2200 Undefined column name nope in table ks.t" },
};

/* ---- what the message says ---------------------------------------------------------------------- */

static struct nd_request request_of(struct fixture *f, struct cd_arena *a)
{
	struct nd_request x = { .db = &f->db,
				.arena = a,
				.keyspace = "ks",
				.version = 5,
				.consistency = CQL_CONSISTENCY_ONE,
				.now_us = f->now_us };

	nd_problem_init(&x.problem, a);
	return x;
}

static void test_metadata(void **state)
{
	struct fixture *f = *state;
	const struct nd_plan *plan = fixture_plan(f, "SELECT k, v FROM one");
	struct nd_request x = request_of(f, &f->arena);

	assert_non_null(plan);
	assert_true(nd_plan_run(plan, &x));
	assert_ptr_equal(x.result.metadata.columns, plan->metadata.columns);
	assert_int_equal(x.result.metadata.column_count, 2);
	x.skip_metadata = true;
	assert_true(nd_plan_run(plan, &x));
	assert_null(x.result.metadata.columns);
	assert_int_equal(x.result.metadata.column_count, 2);
	assert_int_equal(x.result.row_count, 2);
	fixture_forget(f);
}

static void test_consistency(void **state)
{
	struct fixture *f = *state;

	f->consistency = CQL_CONSISTENCY_ANY;
	assert_string_equal(fixture_run(f, "SELECT v FROM one"),
			    "0x2200 ANY ConsistencyLevel is only supported for writes");
	f->consistency = CQL_CONSISTENCY_SERIAL;
	assert_string_equal(fixture_run(f, "SELECT v FROM one WHERE k = 1"), "rows: v=1");
	assert_string_equal(fixture_run(f, "SELECT v FROM one WHERE k IN (1, 2)"),
			    "0x2200 SERIAL/LOCAL_SERIAL consistency may only be requested for one "
			    "partition at a time");
	f->consistency = CQL_CONSISTENCY_LOCAL_QUORUM;
	assert_string_equal(fixture_run(f, "SELECT k FROM vec ORDER BY v ANN OF [1, 0] LIMIT 1"),
			    "warning Top-K queries can only be run with consistency level ONE / "
			    "LOCAL_ONE / NODE_LOCAL. Consistency level LOCAL_QUORUM was requested. "
			    "Downgrading the consistency level to LOCAL_ONE.; rows: k=1");
	f->consistency = CQL_CONSISTENCY_ONE;
	fixture_forget(f);
}

/* ---- cells that nobody asks for ------------------------------------------------------------------- */

static void test_forgotten(void **state)
{
	struct fixture *f = *state;

	fixture_run(f, "CREATE TABLE fo (k int, c int, v int, w int, PRIMARY KEY (k, c))");
	fixture_run(f, "INSERT INTO fo (k, c) VALUES (1, 1) USING TIMESTAMP 10 AND TTL 10");
	fixture_run(f, "UPDATE fo USING TIMESTAMP 9 SET v = 5 WHERE k = 1 AND c = 1");
	fixture_run(f, "INSERT INTO fo (k, c) VALUES (1, 2) USING TIMESTAMP 10 AND TTL 10");
	fixture_run(f, "UPDATE fo USING TIMESTAMP 10 SET v = 6 WHERE k = 1 AND c = 2");
	assert_string_equal(fixture_run(f, "SELECT c, w FROM fo"), "rows: c=1 w=null | c=2 w=null");
	fixture_sleep(f, 11);
	/* the first row's only cell is older than its marker, which has expired */
	assert_string_equal(fixture_run(f, "SELECT c, v FROM fo"), "rows: c=1 v=5 | c=2 v=6");
	assert_string_equal(fixture_run(f, "SELECT * FROM fo WHERE k = 1 AND c = 1"),
			    "rows: k=1 c=1 v=5 w=null");
	assert_string_equal(fixture_run(f, "SELECT c FROM fo"), "rows: c=1 | c=2");
	assert_string_equal(fixture_run(f, "SELECT c, w FROM fo"), "rows: c=2 w=null");
	assert_string_equal(fixture_run(f, "SELECT c, w FROM fo WHERE k = 1 AND c = 1"), "rows:");
	assert_string_equal(fixture_run(f, "SELECT c, w FROM fo WHERE v > 0 ALLOW FILTERING"),
			    "rows: c=1 w=null | c=2 w=null");
	fixture_forget(f);
}

/* ---- the ring ------------------------------------------------------------------------------------ */

struct asked {
	unsigned count;
	int64_t tokens[8];
	enum nd_access access;
	unsigned refuse_at; /* the call that is refused, from 1; 0: none */
};

static bool admit(void *user, struct nd_request *x, const struct nd_keyspace *keyspace,
		  int64_t token, enum nd_access access)
{
	struct asked *a = user;

	assert_string_equal(keyspace->name, "ks");
	a->access = access;
	if (a->count < CD_COUNT(a->tokens))
		a->tokens[a->count] = token;
	return ++a->count != a->refuse_at ||
	       nd_refuse(&x->problem, ND_UNAVAILABLE, "Cannot achieve consistency level ONE");
}

static void test_admission(void **state)
{
	struct fixture *f = *state;
	struct asked a = { 0 };

	f->db.admit = admit;
	f->db.ring = &a;
	assert_string_equal(fixture_run(f, "SELECT v FROM one WHERE k IN (1, 9)"), "rows: v=1");
	assert_int_equal(a.count, 2);
	assert_int_equal(a.access, ND_READ);
	assert_true(a.tokens[0] == INT64_C(-4069959284402364209)); /* of 1 */
	a = (struct asked){ .refuse_at = 2 };
	assert_string_equal(fixture_run(f, "SELECT v FROM one WHERE k IN (1, 2)"),
			    "0x1000 Cannot achieve consistency level ONE");
	a = (struct asked){ .refuse_at = 1 };
	assert_string_equal(fixture_run(f, "SELECT v FROM nobody"),
			    "0x1000 Cannot achieve consistency level ONE");
	a = (struct asked){ .refuse_at = 0 };
	f->consistency = CQL_CONSISTENCY_LOCAL_SERIAL;
	assert_string_equal(fixture_run(f, "SELECT v FROM one WHERE k = 2"), "rows: v=2");
	assert_int_equal(a.access, ND_SERIAL_READ);
	f->consistency = CQL_CONSISTENCY_ONE;
	f->db.admit = NULL;
	fixture_forget(f);
}

/* ---- many rows, little memory -------------------------------------------------------------------- */

static const char *const memory_rows[] = {
	"SELECT * FROM t",
	"SELECT * FROM t WHERE k = 1 AND c = 1 AND d = 1",
	"SELECT v FROM t WHERE k IN (1, 2) AND (c, d) > (1, 1) AND c <= 3 ORDER BY c DESC",
	"SELECT k, c, max(v) FROM t GROUP BY k, c",
	"SELECT k, c, max(v) FROM t WHERE k IN (1, 2) GROUP BY k, c ORDER BY c",
	"SELECT v FROM t WHERE w = 'a' AND c IN (1, 2) ALLOW FILTERING",
	"SELECT sum(v), at FROM ts WHERE k = 1 GROUP BY k, floor(at, 1h)",
	"SELECT k FROM vec ORDER BY v ANN OF [4, 4] LIMIT 2",
	"SELECT DISTINCT k, s FROM t",
	"SELECT JSON * FROM t",
};

struct memory {
	struct fixture *f;
	const char *cql;
};

/* Parses, plans and runs with one allocator for everything but the tables. */
static bool select_once(const coodie_allocator *allocator, void *user)
{
	const struct memory *m = user;
	const coodie_allocator *old = m->f->db.allocator;
	struct cd_arena a, plans = m->f->arena;
	bool ok = false;

	cd_arena_init(&a, allocator, 0);
	cd_arena_init(&m->f->arena, allocator, 0);
	m->f->db.allocator = allocator;
	{
		const struct nd_plan *plan = fixture_plan(m->f, m->cql);
		struct nd_request x = request_of(m->f, &a);

		x.has_page_rows = plan && !strstr(m->cql, "IN (");
		x.page_rows = 2;
		ok = plan && nd_plan_run(plan, &x);
		if (plan && !ok)
			assert_int_equal(x.problem.error.code, ND_SERVER_ERROR);
	}
	m->f->db.allocator = old;
	cd_arena_deinit(&m->f->arena);
	m->f->arena = plans;
	cd_arena_deinit(&a);
	return ok;
}

static void test_memory(void **state)
{
	for (size_t i = 0; i < CD_COUNT(memory_rows); i++) {
		struct memory m = { *state, memory_rows[i] };

		CD_CHECK(cd_failalloc_each(m.cql, select_once, &m), m.cql);
	}
}

/* ---- all ----------------------------------------------------------------------------------------- */

static int begin(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	assert_non_null(f);
	fixture_begin(f, NULL);
	for (size_t i = 0; i < CD_COUNT(tables); i++) {
		const char *got = fixture_run(f, tables[i]);

		if (strncmp(got, "0x", 2) == 0)
			fail_msg("%s: %s", tables[i], got);
	}
	fixture_forget(f);
	*state = f;
	return 0;
}

static int end(void **state)
{
	fixture_end(*state);
	free(*state);
	return 0;
}

#define TABLE_TEST(table) \
	static void test_##table(void **state) \
	{ \
		fixture_rows(*state, table, CD_COUNT(table)); \
	}

TABLE_TEST(rows)
TABLE_TEST(limits)
TABLE_TEST(orders)
TABLE_TEST(distinct)
TABLE_TEST(groups)
TABLE_TEST(aggregates)
TABLE_TEST(nearest)
TABLE_TEST(names)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),      cmocka_unit_test(test_limits),
		cmocka_unit_test(test_orders),    cmocka_unit_test(test_distinct),
		cmocka_unit_test(test_groups),    cmocka_unit_test(test_aggregates),
		cmocka_unit_test(test_nearest),   cmocka_unit_test(test_names),
		cmocka_unit_test(test_metadata),  cmocka_unit_test(test_consistency),
		cmocka_unit_test(test_forgotten), cmocka_unit_test(test_admission),
		cmocka_unit_test(test_memory),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
