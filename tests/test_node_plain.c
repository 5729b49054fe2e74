/* SPDX-License-Identifier: MIT */
/* INSERTs that go the short way leave what they would leave on the long one, and are answered alike. */
#include <stdlib.h>

#include "node/dump/dump.h"
#include "node/plan/plain.h"
#include "tests/node_fixture.h"
#include "tests/test.h"

enum { ROUNDS = 20000, ITEMS = 8, MARKERS = 8, VALUE_MOST = 300 };

static const char *const tables[] = {
	("CREATE TABLE t (k int, c int, a text, b blob, n bigint, f frozen<set<int>>, s int STATIC, l list<int>, "
	 "PRIMARY KEY (k, c))"),
	"CREATE TABLE p (x int, y text, a text, n int, PRIMARY KEY ((x, y)))",
	"CREATE TABLE d (k int, a text, c text, PRIMARY KEY (k, c)) WITH CLUSTERING ORDER BY (c DESC)",
	"CREATE TABLE e (k int PRIMARY KEY, a text) WITH default_time_to_live = 100",
	"CREATE TABLE i (k int PRIMARY KEY, a text)",
	"CREATE INDEX ON i (a)",
	"CREATE TABLE g (k int PRIMARY KEY, a text) WITH gc_grace_seconds = 0",
};

static const struct {
	const char *cql;
	bool is_plain;
} inserts[] = {
	{ "INSERT INTO t (k, c, a, b, n) VALUES (?, ?, ?, ?, ?)", true },
	{ "INSERT INTO t (n, c, b, k) VALUES (?, ?, ?, ?)", true },
	{ "INSERT INTO t (k, c, a) VALUES (?, ?, 'the same')", true },
	{ "INSERT INTO t (k, c) VALUES (?, 1)", true },
	{ "INSERT INTO p (x, y, a, n) VALUES (?, ?, ?, ?)", true },
	{ "INSERT INTO d (k, c, a) VALUES (?, ?, ?)", true },
	{ "INSERT INTO e (k, a) VALUES (?, ?)", true },
	{ "INSERT INTO i (k, a) VALUES (?, ?)", true },
	{ "INSERT INTO g (k, a) VALUES (?, ?)", true },
	{ "INSERT INTO t (k, c, f) VALUES (?, ?, ?)", false },
	{ "INSERT INTO t (k, c, l) VALUES (?, ?, null)", false },
	{ "INSERT INTO t (k, c, s, a) VALUES (?, ?, ?, ?)", false },
	{ "INSERT INTO t (k, s) VALUES (?, ?)", false },
	{ "INSERT INTO t (k, c, a) VALUES (?, ?, ?) USING TTL 100", false },
	{ "INSERT INTO t (k, c, a) VALUES (?, ?, ?) USING TIMESTAMP 1795262400000005", false },
	{ "INSERT INTO t (k, c, a) VALUES (?, ?, ?) IF NOT EXISTS", false },
	{ "INSERT INTO t (k, c, b) VALUES (?, ?, intAsBlob(?))", false },
};

/* What else happens to rows. */
static const char *const others[] = {
	"DELETE a FROM t WHERE k = 1 AND c = 1",
	"DELETE FROM t WHERE k = 1 AND c = 2",
	"DELETE FROM t WHERE k = 2 AND c > 1",
	"DELETE FROM t WHERE k = 2",
	"DELETE FROM p WHERE x = 1 AND y = 'a'",
	"UPDATE t SET a = 'a text of some length', n = 7 WHERE k = 1 AND c = 3",
	"UPDATE t USING TTL 50 SET b = 0x0102030405060708 WHERE k = 0 AND c = 1",
	"UPDATE p SET a = 'more', n = 1 WHERE x = 2 AND y = 'aa'",
};

enum { INSERTS = CD_COUNT(inserts), SIDES = 2 };

/* Two databases that get the same: the second one's statements have no short way. */
struct world {
	uint64_t random;
	struct fixture *sides[SIDES];
	struct nd_plan *plans[SIDES][INSERTS];
	struct cd_arena arena; /* of a request */
	uint32_t went_short, went_long;
};

static uint32_t pick(struct world *w, uint32_t below)
{
	w->random = w->random * UINT64_C(6364136223846793005) + 1;
	return (uint32_t)(w->random >> 33) % below;
}

static void prepare(struct world *w, int side)
{
	for (uint32_t i = 0; i < INSERTS; i++) {
		struct nd_plan *plan = fixture_plan(w->sides[side], inserts[i].cql);
		struct nd_write *write = (struct nd_write *)(void *)plan;

		if (!plan)
			fail_msg("%s: %s", inserts[i].cql, w->sides[side]->text);
		if (inserts[i].is_plain != (write->plain != NULL))
			fail_msg("%s: plain is %d", inserts[i].cql, write->plain != NULL);
		if (side)
			write->plain = NULL;
		w->plans[side][i] = plan;
	}
}

static int begin(void **state)
{
	struct world *w = calloc(1, sizeof *w);

	assert_non_null(w);
	w->random = 11;
	cd_arena_init(&w->arena, NULL, 0);
	for (int side = 0; side < SIDES; side++) {
		w->sides[side] = fixture_with(tables, CD_COUNT(tables));
		prepare(w, side);
	}
	*state = w;
	return 0;
}

static int end(void **state)
{
	struct world *w = *state;

	for (int side = 0; side < SIDES; side++) {
		void *fixture = w->sides[side];
		fixture_teardown(&fixture);
	}
	cd_arena_deinit(&w->arena);
	free(w);
	return 0;
}

/* ---- what is bound ------------------------------------------------------------------------------ */

struct bound {
	struct nd_batch_item items[SIDES][ITEMS];
	struct nd_value values[ITEMS][MARKERS];
	uint8_t bytes[ITEMS][MARKERS][VALUE_MOST];
	uint32_t count;
};

static size_t length_of(struct world *w, enum cql_kind kind)
{
	static const uint16_t lengths[] = { 0, 1, 2, 8, 21, 40, 256, 257, 300 };

	if (!pick(w, 60))
		return 3; /* wrong, of a number */
	switch (kind) {
	case CQL_KIND_INT:
		return 4;
	case CQL_KIND_BIGINT:
		return 8;
	case CQL_KIND_SET:
		return 12;
	default:
		return lengths[pick(w, pick(w, 4) ? 6 : CD_COUNT(lengths))];
	}
}

/* Keys are few: rows are to be written over. */
static struct nd_value make_value(struct world *w, const cql_column_spec *spec, uint8_t *bytes)
{
	struct nd_value v = { ND_VALUE, bytes, length_of(w, spec->type->kind) };
	bool is_key = spec->name.len == 1 && strchr("kcxy", *spec->name.data);

	if (!pick(w, is_key ? 300 : 12))
		v = (struct nd_value){ pick(w, 2) ? ND_NULL : ND_UNSET, NULL, 0 };
	memset(bytes, 0, VALUE_MOST);
	if (spec->type->kind == CQL_KIND_SET)
		memcpy(bytes, "\0\0\0\1\0\0\0\4\0\0\0\7", 12);
	else if (spec->type->kind == CQL_KIND_INT || spec->type->kind == CQL_KIND_BIGINT)
		bytes[spec->type->kind == CQL_KIND_INT ? 3 : 7] = (uint8_t)pick(w, 4);
	else
		memset(bytes, pick(w, 100) ? 'a' + (int)pick(w, 3) : 0xff, VALUE_MOST);
	if (is_key && spec->type->kind == CQL_KIND_TEXT && v.len > 3)
		v.len = 1 + v.len % 2;
	return v;
}

static void bind(struct world *w, struct bound *b)
{
	uint32_t kinds = pick(w, 3) ? 9 : INSERTS, only = pick(w, 2) ? pick(w, kinds) : INSERTS;

	b->count = 1 + pick(w, pick(w, 3) ? 2 : ITEMS);
	for (uint32_t i = 0; i < b->count; i++) {
		uint32_t which = only < INSERTS ? only : pick(w, kinds);
		const cql_markers *markers = &w->plans[0][which]->markers;

		for (uint32_t k = 0; k < markers->column_count; k++)
			b->values[i][k] = make_value(w, &markers->columns[k], b->bytes[i][k]);
		for (int side = 0; side < SIDES; side++)
			b->items[side][i] = (struct nd_batch_item){ w->plans[side][which],
								    b->values[i],
								    markers->column_count -
									    (pick(w, 400) == 0) };
	}
	for (uint32_t i = 0; i < b->count; i++)
		b->items[1][i].value_count = b->items[0][i].value_count;
}

/* ---- what is done ------------------------------------------------------------------------------- */

struct how {
	enum nd_batch_type type;
	bool is_alone;
	cql_consistency consistency;
	bool is_ordinary_user, has_timestamp, has_now;
	int64_t timestamp_us;
	int32_t now_in_seconds;
};

static struct how choose(struct world *w, const struct bound *b)
{
	static const enum nd_batch_type types[] = { ND_BATCH_LOGGED, ND_BATCH_UNLOGGED,
						    ND_BATCH_UNLOGGED, ND_BATCH_COUNTER };
	int64_t now_us = w->sides[0]->now_us;

	return (struct how){
		.type = types[pick(w, 40) ? pick(w, 3) : 3],
		.is_alone = b->count == 1 && pick(w, 2),
		.consistency = pick(w, 40) ? CQL_CONSISTENCY_ONE : CQL_CONSISTENCY_SERIAL,
		.is_ordinary_user = !pick(w, 20),
		.has_timestamp = pick(w, 4) != 0,
		.timestamp_us = now_us - (int64_t)pick(w, 6),
		.has_now = !pick(w, 20),
		.now_in_seconds = (int32_t)(now_us / 1000000) + (pick(w, 2) ? 5 : -5000),
	};
}

static struct nd_request request(struct world *w, int side, const struct how *how)
{
	struct fixture *f = w->sides[side];
	struct nd_request x;

	cd_arena_reset(&w->arena);
	nd_request_init(&x, &f->db, &w->arena);
	x.keyspace = f->keyspace;
	x.version = 5;
	x.consistency = how->consistency;
	x.serial_consistency = CQL_CONSISTENCY_SERIAL;
	x.is_ordinary_user = how->is_ordinary_user;
	x.has_timestamp = how->has_timestamp;
	x.timestamp_us = how->timestamp_us;
	x.has_now = how->has_now;
	x.now_in_seconds = how->now_in_seconds;
	x.now_us = f->now_us;
	return x;
}

static void say(const struct nd_request *x, bool ok, char *out, size_t size)
{
	const cql_text *message = &x->problem.error.message;
	int len = ok ? snprintf(out, size, "kind %d, %u asked", (int)x->result.kind, x->admitted)
		     : snprintf(out, size, "0x%04x %.*s", (unsigned)x->problem.error.code,
				(int)message->len, message->data);

	for (uint16_t i = 0; i < x->warning_count && (size_t)len < size; i++)
		len += snprintf(out + len, size - (size_t)len, "; %.*s", (int)x->warnings[i].len,
				x->warnings[i].data);
}

static void run(struct world *w, int side, const struct bound *b, const struct how *how,
		char *answer, size_t size)
{
	const struct nd_batch_item *items = b->items[side];
	struct nd_request x = request(w, side, how);
	bool ok;

	if (how->is_alone) {
		x.values = items->values;
		x.value_count = items->value_count;
		ok = nd_plan_run(items->plan, &x);
	} else {
		ok = nd_batch_run(items, b->count, how->type, &x);
	}
	say(&x, ok, answer, size);
}

static void note_way(struct world *w, const struct bound *b, const struct how *how)
{
	struct nd_request x = request(w, 0, how);
	struct nd_plain_rows rows;
	bool found = nd_plain_find(b->items[0], b->count, false, &x, &rows);

	assert_false(x.problem.happened);
	w->went_short += found;
	w->went_long += !found;
}

/* ---- what is left ------------------------------------------------------------------------------- */

static bool write_down(void *user, const void *data, size_t len)
{
	cd_buffer_bytes(user, data, len);
	return true;
}

static char *dump(struct fixture *f)
{
	struct cd_buffer text;
	struct nd_dump_sink sink = { write_down, &text };
	struct nd_problem problem;
	struct cd_arena arena;

	cd_arena_init(&arena, NULL, 0);
	cd_buffer_init(&text, NULL, 0);
	nd_problem_init(&problem, &arena);
	assert_true(nd_dump(&f->db, f->now_us, &sink, &problem));
	cd_buffer_u8(&text, 0);
	cd_arena_deinit(&arena);
	return (char *)text.data;
}

static void compare_dumps(struct world *w, int round)
{
	char *dumps[SIDES] = { dump(w->sides[0]), dump(w->sides[1]) };

	if (strcmp(dumps[0], dumps[1]) != 0)
		fail_msg("round %d: short:\n%s\nlong:\n%s", round, dumps[0], dumps[1]);
	for (int side = 0; side < SIDES; side++)
		free(dumps[side]);
}

static void do_another(struct world *w)
{
	uint32_t which = pick(w, CD_COUNT(others)), seconds = pick(w, 10) ? 0 : 30 + pick(w, 700);
	int64_t timestamp_us = w->sides[0]->now_us - (int64_t)pick(w, 6);

	for (int side = 0; side < SIDES; side++) {
		w->sides[side]->has_timestamp = true;
		w->sides[side]->timestamp_us = timestamp_us;
		assert_string_equal(fixture_run(w->sides[side], others[which]), "void");
		fixture_sleep(w->sides[side], seconds);
	}
}

static void both_ways_are_one(void **state)
{
	struct world *w = *state;
	static struct bound b;
	char answers[SIDES][2000];

	for (int round = 0; round < ROUNDS; round++) {
		struct how how;

		bind(w, &b);
		how = choose(w, &b);
		note_way(w, &b, &how);
		for (int side = 0; side < SIDES; side++)
			run(w, side, &b, &how, answers[side], sizeof answers[side]);
		if (strcmp(answers[0], answers[1]) != 0)
			fail_msg("round %d: %s, but %s", round, answers[0], answers[1]);
		if (!pick(w, 6))
			do_another(w);
		if (round % 16 == 0)
			compare_dumps(w, round);
	}
	compare_dumps(w, ROUNDS);
	if (w->went_short < ROUNDS / 8 || w->went_long < ROUNDS / 4)
		fail_msg("%u went short, %u long", w->went_short, w->went_long);
}

/* A value that another one has made short in the same batch has its room. */
static void a_row_may_be_named_twice(void **state)
{
	static const char *const twice[][2] = {
		{ "INSERT INTO p (x, y, a) VALUES (?, ?, ?)", "1 | 'y' | 'c'" },
		{ "INSERT INTO p (x, y, a) VALUES (?, ?, ?)",
		  "1 | 'y' | 'dddddddddddddddddddddd'" },
	};
	struct world *w = *state;
	struct fixture *f = w->sides[0];

	f->has_timestamp = true;
	f->timestamp_us = 1;
	fixture_run(
		f,
		"INSERT INTO p (x, y, a) VALUES (1, 'y', 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb')");
	f->timestamp_us = 2;
	assert_string_equal(fixture_batch(f, ND_BATCH_UNLOGGED, 2, twice), "void");
	assert_string_equal(fixture_run(f, "SELECT a FROM p WHERE x = 1 AND y = 'y'"),
			    "rows: a='dddddddddddddddddddddd'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(both_ways_are_one, begin, end),
		cmocka_unit_test_setup_teardown(a_row_may_be_named_twice, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
