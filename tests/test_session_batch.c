/* SPDX-License-Identifier: MIT */
/* Batches through a session: over the node, what they do; over the scripted peer, what is sent when. */
#include "tests/test.h"

#include <stdlib.h>

#include <coodie.h>
#include <coodie/node.h>

#include "tests/failalloc.h"
#include "tests/stage.h"

enum { OP_BATCH = 0x0d };

/* ---- over the node -------------------------------------------------------------------------- */

struct town {
	coodie_node *node;
	coodie_session *session;
	unsigned version;
};

static coodie_result *query(struct town *t, const char *cql)
{
	coodie_error err;
	coodie_result *r = coodie_session_query(t->session, cql, CQL_ARGS(), NULL, &err);

	if (!r)
		fail_msg("%s: %s", cql, err.message);
	return r;
}

static void run(struct town *t, const char *cql)
{
	coodie_result_free(query(t, cql));
}

/* The first column of the first row, in text. */
static int64_t number(struct town *t, const char *cql)
{
	coodie_result *r = query(t, cql);
	coodie_cursor c = coodie_result_cursor(r);
	coodie_error err;
	int64_t n = -1;

	if (coodie_cursor_next(&c) && !coodie_cursor_is_null(&c, 0) &&
	    !coodie_cursor_int64(&c, 0, &n, &err))
		fail_msg("%s: %s", cql, err.message);
	coodie_result_free(r);
	return n;
}

/* Batches may be larger than by default: what is tested is how they are written. */
static coodie_node *start_node(void)
{
	coodie_node_options *o = coodie_node_options_new(NULL);
	coodie_node *node = NULL;
	coodie_error err;

	if (coodie_node_options_set_setting(o, "batch_size_fail_threshold", "10MiB", &err))
		node = coodie_node_start(o, &err);
	if (!node)
		fail_msg("%s", err.message);
	coodie_node_options_free(o);
	return node;
}

static void open_town(struct town *t, unsigned version)
{
	coodie_error err;
	coodie_options *o = coodie_options_new(NULL);

	t->version = version;
	t->node = start_node();
	assert_true(coodie_options_add_contact_point(o, coodie_node_address(t->node, 0), &err));
	assert_true(coodie_options_set_protocol_version(o, version, &err));
	t->session = coodie_session_new(o, &err);
	assert_non_null(t->session);
	coodie_options_free(o);
	run(t, "CREATE KEYSPACE k WITH replication = {'class': 'SimpleStrategy', "
	       "'replication_factor': 1}");
	run(t, "USE k");
	run(t, "CREATE TABLE t (id int PRIMARY KEY, n bigint, s text)");
	run(t, "CREATE TABLE c (id int PRIMARY KEY, hits counter)");
}

static void close_town(struct town *t)
{
	coodie_session_free(t->session);
	coodie_node_stop(t->node);
}

static const char insert[] = "INSERT INTO t (id, n, s) VALUES (?, ?, ?)";
static const char hit[] = "UPDATE c SET hits = hits + ? WHERE id = ?";

static coodie_result *batch(struct town *t, enum coodie_batch_kind kind,
			    const coodie_statement *statements, size_t count,
			    const coodie_request *r)
{
	coodie_error err;
	coodie_result *result = coodie_session_batch(t->session, kind, statements, count, r, &err);

	if (!result)
		fail_msg("%s", err.message);
	return result;
}

static void test_kinds(void **state)
{
	(void)state;
	for (unsigned version = 4; version <= 5; version++) {
		struct town t;
		coodie_error err;
		open_town(&t, version);
		coodie_prepared *p = coodie_session_prepare(t.session, insert, &err);
		assert_non_null(p);
		const coodie_statement mixed[] = {
			COODIE_STATEMENT(insert, CQL_ARGS(cql(1), cql(INT64_C(10)), cql("a"))),
			COODIE_STATEMENT("INSERT INTO t (id, n) VALUES (2, 20)", CQL_ARGS()),
			{ .size = sizeof(coodie_statement),
			  .prepared = p,
			  .args = CQL_ARGS(cql(3), cql(INT64_C(30)), cql_unset()) },
			{ .size = sizeof(coodie_statement),
			  .cql = "INSERT INTO t (id, n) VALUES (4, 40)",
			  .prepare = true },
		};
		for (int kind = COODIE_BATCH_LOGGED; kind <= COODIE_BATCH_UNLOGGED; kind++) {
			run(&t, "TRUNCATE t");
			coodie_result *r = batch(&t, (enum coodie_batch_kind)kind, mixed, 4, NULL);
			assert_int_equal(coodie_result_kind(r), COODIE_RESULT_VOID);
			coodie_result_free(r);
			assert_int_equal(number(&t, "SELECT count(*) FROM t"), 4);
			assert_int_equal(number(&t, "SELECT sum(n) FROM t"), 100);
		}
		const coodie_statement hits[] = {
			COODIE_STATEMENT(hit, CQL_ARGS(cql(INT64_C(2)), cql(7))),
			COODIE_STATEMENT(hit, CQL_ARGS(cql(INT64_C(3)), cql(7))),
		};
		coodie_result_free(batch(&t, COODIE_BATCH_COUNTER, hits, 2, NULL));
		assert_int_equal(number(&t, "SELECT hits FROM c WHERE id = 7"), 5);
		assert_null(
			coodie_session_batch(t.session, COODIE_BATCH_LOGGED, hits, 2, NULL, &err));
		assert_int_equal(err.code, COODIE_ERR_SERVER);
		coodie_prepared_free(p);
		close_town(&t);
	}
}

/* Timestamps, keyspaces, conditions. */
static void test_parameters(void **state)
{
	struct town t;
	coodie_error err;
	const coodie_statement one[] = { COODIE_STATEMENT(
		insert, CQL_ARGS(cql(1), cql(INT64_C(1)), cql("x"))) };
	const coodie_statement once[] = { COODIE_STATEMENT(
		"INSERT INTO t (id, n) VALUES (?, ?) IF NOT EXISTS",
		CQL_ARGS(cql(1), cql(INT64_C(9)))) };

	(void)state;
	open_town(&t, 5);
	coodie_result_free(batch(&t, COODIE_BATCH_LOGGED, one, 1,
				 COODIE_REQUEST(.timestamp_us = 1234567, .tracing = true)));
	assert_int_equal(number(&t, "SELECT writetime(n) FROM t WHERE id = 1"), 1234567);
	coodie_result *r = batch(
		&t, COODIE_BATCH_LOGGED, once, 1,
		COODIE_REQUEST(.serial_consistency = CQL_CONSISTENCY_LOCAL_SERIAL));
	assert_int_equal(coodie_result_kind(r), COODIE_RESULT_ROWS);
	assert_string_equal(coodie_result_column_name(r, 0), "[applied]");
	coodie_result_free(r);
	assert_int_equal(number(&t, "SELECT n FROM t WHERE id = 1"), 1);
	run(&t, "USE system");
	coodie_result_free(batch(&t, COODIE_BATCH_LOGGED, one, 1, COODIE_REQUEST(.keyspace = "k")));
	assert_null(coodie_session_batch(t.session, COODIE_BATCH_LOGGED, one, 1, NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_SERVER);
	/* as in CQL, case counts only in quotes; of statements that are prepared, too */
	coodie_result_free(batch(&t, COODIE_BATCH_LOGGED, one, 1, COODIE_REQUEST(.keyspace = "K")));
	coodie_result_free(coodie_session_query(t.session, insert, one->args,
						COODIE_REQUEST(.keyspace = "K"), &err));
	assert_int_equal(err.code, COODIE_OK);
	assert_null(coodie_session_query(t.session, insert, one->args,
					 COODIE_REQUEST(.keyspace = "\"K\""), &err));
	assert_non_null(strstr(err.message, "'K'")); /* as the server was asked */
	assert_null(coodie_session_batch(t.session, COODIE_BATCH_LOGGED, one, 1,
					 COODIE_REQUEST(.keyspace = "a b"), &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	/* an empty one is no request */
	coodie_result_free(batch(&t, COODIE_BATCH_LOGGED, NULL, 0, NULL));
	close_town(&t);
}

static void test_many(void **state)
{
	enum { MANY = 2000 };
	struct town t;
	coodie_statement *rows = calloc(MANY, sizeof *rows);
	cql_value(*values)[3] = calloc(MANY, sizeof *values);

	(void)state;
	assert_non_null(rows);
	assert_non_null(values);
	open_town(&t, 4);
	for (int i = 0; i < MANY; i++) {
		values[i][0] = cql_from_int(i);
		values[i][1] = cql_from_llong(i);
		values[i][2] = cql_from_str("a text of some length");
		rows[i] = (coodie_statement){ .size = sizeof *rows,
					      .cql = insert,
					      .args = { 3, values[i] } };
	}
	for (int round = 0; round < 3; round++) { /* waits for PREPARE, and does not */
		run(&t, "TRUNCATE t");
		coodie_result_free(batch(&t, COODIE_BATCH_UNLOGGED, rows, MANY, NULL));
		assert_int_equal(number(&t, "SELECT count(*) FROM t"), MANY);
		assert_int_equal(number(&t, "SELECT sum(n) FROM t"), MANY / 2 * (MANY - 1));
	}
	close_town(&t);
	free(rows);
	free(values);
}

enum { ALIKE = 120 };

/* Rows of one prepared statement, some of them with values that are not as usual. */
struct rows {
	coodie_statement at[ALIKE];
	cql_value values[ALIKE][3];
	char text[3000];
};

static struct rows *new_rows(coodie_prepared *p)
{
	struct rows *r = calloc(1, sizeof *r);

	assert_non_null(r);
	memset(r->text, 'x', sizeof r->text - 1);
	for (int i = 0; i < ALIKE; i++) {
		r->values[i][0] = cql_from_int(i);
		r->values[i][1] = cql_from_llong(i);
		r->values[i][2] = cql_from_text((cql_text){ r->text, (size_t)i });
		r->at[i] = (coodie_statement){ .size = sizeof *r->at,
					       .prepared = p,
					       .args = { 3, r->values[i] } };
	}
	r->values[20][1] = cql_null();
	r->values[40][1] = cql_unset();
	r->values[60][2] = cql_from_str(r->text);
	r->values[80][2] = cql_from_str("caf\xc3\xa9");
	return r;
}

static void test_alike(void **state)
{
	(void)state;
	for (unsigned version = 4; version <= 5; version++) {
		struct town t;
		coodie_error err;
		open_town(&t, version);
		coodie_prepared *p = coodie_session_prepare(t.session, insert, &err);
		struct rows *r = new_rows(p);
		for (int round = 0; round < 4; round++) { /* into a cold buffer, and a warm one */
			if (round == 2)
				r->values[60][2] = r->values[80][2] = cql_from_str("as usual");
			run(&t, "TRUNCATE t");
			coodie_result_free(batch(&t, COODIE_BATCH_UNLOGGED, r->at, ALIKE, NULL));
			assert_int_equal(number(&t, "SELECT count(*) FROM t"), ALIKE);
			assert_int_equal(number(&t, "SELECT sum(n) FROM t"),
					 ALIKE / 2 * (ALIKE - 1) - 20 - 40);
		}
		free(r);
		coodie_prepared_free(p);
		close_town(&t);
	}
}

static void test_one_is_not(void **state)
{
	static const char *const names[] = { "id", "n", "s" };
	static const cql_value wrong[3] = { { .is = { CQL_TAG_TEXT },
					      .as = { .text = { "x", 1 } } } };
	static const struct {
		const char *name;
		coodie_statement change; /* what is set of it */
		enum coodie_errc code;
		const char *says;
	} rows[] = {
		{ "another type",
		  { .args = { 3, wrong } },
		  COODIE_ERR_TYPE,
		  "statement 91 of the batch: bind 1 (id int)" },
		{ "few values",
		  { .args = { 2, wrong } },
		  COODIE_ERR_INVALID,
		  "statement 91 of the batch: the statement has 3 markers, 2 values" },
		{ "no array",
		  { .args = { 3, NULL } },
		  COODIE_ERR_INVALID,
		  "or their array is NULL" },
		{ "by name",
		  { .args = { 3, wrong }, .names = names },
		  COODIE_ERR_INVALID,
		  "statement 91 of the batch: its values are by name" },
	};
	struct town t;
	coodie_error err;

	(void)state;
	open_town(&t, 5);
	coodie_prepared *p = coodie_session_prepare(t.session, insert, &err);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct rows *r = new_rows(p);
		r->at[90].args = rows[i].change.args;
		r->at[90].names = rows[i].change.names;
		for (int round = 0; round < 2; round++) {
			assert_null(coodie_session_batch(t.session, COODIE_BATCH_UNLOGGED, r->at,
							 ALIKE, NULL, &err));
			if (err.code != rows[i].code || !strstr(err.message, rows[i].says))
				fail_msg("%s: %s", rows[i].name, err.message);
		}
		free(r);
	}
	assert_int_equal(number(&t, "SELECT count(*) FROM t"), 0);
	coodie_prepared_free(p);
	close_town(&t);
}

/* On loops of other threads everything goes along as a copy, and a statement is told to each loop. */
static void test_threads(void **state)
{
	enum { LOOPS = 3, ROUNDS = 50 };
	struct town t;
	coodie_error err;

	(void)state;
	open_town(&t, 5);
	coodie_options *o = coodie_options_new(NULL);
	assert_true(coodie_options_add_contact_point(o, coodie_node_address(t.node, 0), &err));
	assert_true(coodie_options_set_loops(o, LOOPS, &err));
	assert_true(coodie_options_set_keyspace(o, "k", &err));
	coodie_session *threads = coodie_session_new(o, &err);
	assert_non_null(threads);
	coodie_options_free(o);
	coodie_prepared *p = coodie_session_prepare(threads, insert, &err);
	if (!p)
		fail_msg("%s", err.message);
	for (int i = 0; i < ROUNDS; i++) {
		const coodie_statement both[] = {
			COODIE_STATEMENT(insert, CQL_ARGS(cql(i), cql((int64_t)i), cql("a"))),
			{ .size = sizeof(coodie_statement),
			  .prepared = p,
			  .args = CQL_ARGS(cql(-1 - i), cql((int64_t)i), cql("b")) },
		};
		coodie_result *r = coodie_session_batch(threads, COODIE_BATCH_UNLOGGED, both, 2,
							NULL, &err);
		if (!r)
			fail_msg("%s", err.message);
		coodie_result_free(r);
	}
	const coodie_statement none[] = { { .size = sizeof(coodie_statement) } };
	assert_null(coodie_session_batch(threads, COODIE_BATCH_LOGGED, none, 1, NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	assert_int_equal(number(&t, "SELECT count(*) FROM t"), 2 * ROUNDS);
	coodie_prepared_free(p);
	coodie_session_free(threads);
	close_town(&t);
}

/* ---- over the peer -------------------------------------------------------------------------- */

static const char first[] = "INSERT INTO a (id) VALUES (?)";
static const char second[] = "INSERT INTO b (id) VALUES (?)";

static void teach(struct stage *st, const char *type)
{
	peer_on(st->peer, first, (struct peer_answer){ .binds = type });
	peer_on(st->peer, second, (struct peer_answer){ .binds = type });
}

static bool ask_batch(struct ask *a, const coodie_statement *statements, size_t count)
{
	coodie_error err;

	a->stage->registering = true;
	bool accepted = coodie_session_batch_async(a->stage->session, COODIE_BATCH_LOGGED,
						   statements, count, COODIE_REQUEST(.id = &a->id),
						   on_result, a, &err);
	a->stage->registering = false;
	if (!accepted) {
		a->code = err.code;
		memcpy(a->message, err.message, sizeof a->message);
	}
	return accepted;
}

static const cql_value five = { .is = { CQL_TAG_INT }, .as = { .integer = 5 } };
static const cql_value word = { .is = { CQL_TAG_TEXT }, .as = { .text = { "five", 4 } } };
static const coodie_statement three[] = {
	{ .size = sizeof(coodie_statement), .cql = first, .args = { 1, &five } },
	{ .size = sizeof(coodie_statement), .cql = second, .args = { 1, &five } },
	{ .size = sizeof(coodie_statement), .cql = first, .args = { 1, &five } },
};

/* Each statement that was forgotten is told again, with ids that are others now. */
static void test_unprepared(void **state)
{
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct stage st;
		struct ask asks[FEW];
		open_stage(&st, (struct wish){ .attached = i & 1, .version = i & 2 ? 4 : 5 });
		teach(&st, "id int");
		for (int round = 0; round < 3; round++) {
			memset(asks, 0, sizeof asks);
			for (int n = 0; n < FEW; n++) {
				asks[n].stage = &st;
				assert_true(ask_batch(&asks[n], three, 3));
			}
			wait_all(&st, asks, FEW);
			for (int n = 0; n < FEW; n++)
				check_ok(&asks[n]);
			assert_int_equal(peer_requests(st.peer, OP_PREPARE), 2 * (round + 1));
			peer_forget(st.peer);
		}
		close_stage(&st);
	}
}

/* The same where they are encoded as one: all of the ids are others. */
static void test_alike_forgotten(void **state)
{
	enum { ROWS = 50 };
	coodie_statement rows[ROWS];
	coodie_error err;

	(void)state;
	for (unsigned version = 4; version <= 5; version++) {
		struct stage st;
		open_stage(&st, (struct wish){ .version = version });
		teach(&st, "id int");
		coodie_prepared *p = coodie_session_prepare(st.session, first, &err);
		assert_non_null(p);
		for (int i = 0; i < ROWS; i++)
			rows[i] = (coodie_statement){ .size = sizeof *rows,
						      .prepared = p,
						      .args = { 1, &five } };
		for (unsigned round = 1; round < 5; round++) {
			struct ask a = { .stage = &st };
			assert_true(ask_batch(&a, rows, ROWS));
			wait_for(&st, &a);
			check_ok(&a);
			assert_int_equal(peer_requests(st.peer, OP_PREPARE), round);
			peer_forget(st.peer);
		}
		coodie_prepared_free(p);
		close_stage(&st);
	}
}

/* A server that forgets faster than it can be told: each statement once more, and no longer. */
static void test_changed(void **state)
{
	struct stage st;
	struct ask a = { .stage = &st }, b = { .stage = &st };

	(void)state;
	open_stage(&st, (struct wish){ 0 });
	teach(&st, "id int");
	assert_true(ask_batch(&a, three, 3));
	wait_for(&st, &a);
	check_ok(&a);
	teach(&st, "id text");
	peer_forget(st.peer);
	assert_true(ask_batch(&b, three, 3));
	wait_for(&st, &b);
	check_failed(&b, COODIE_ERR_CONFLICT, "prepare it again");
	close_stage(&st);
}

/* A type of theirs has got a field: what was encoded is sent again as it is. */
static void test_grown(void **state)
{
	const cql_value one[] = { cql(1) }, value = cql_from_udt(cql_udt_of(one, 1));
	const coodie_statement both[] = {
		{ .size = sizeof(coodie_statement), .cql = first, .args = { 1, &value } },
		{ .size = sizeof(coodie_statement), .cql = second, .args = { 1, &value } },
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct stage st;
		struct ask a = { .stage = &st }, b = { .stage = &st };
		open_stage(&st, (struct wish){ .version = i ? 4 : 5 });
		teach(&st, "id udt<shop.t, a:int>");
		assert_true(ask_batch(&a, both, 2));
		wait_for(&st, &a);
		check_ok(&a);
		teach(&st, "id udt<shop.t, a:int, b:text>");
		peer_forget(st.peer);
		assert_true(ask_batch(&b, both, 2));
		wait_for(&st, &b);
		check_ok(&b);
		assert_int_equal(peer_requests(st.peer, OP_PREPARE), 4);
		close_stage(&st);
	}
}

static void test_wrong(void **state)
{
	static const cql_value two[] = { { .is = { CQL_TAG_NULL } }, { .is = { CQL_TAG_NULL } } };
	static const struct row {
		const char *name;
		coodie_statement children[2];
		size_t count;
		unsigned kind;
		enum coodie_errc code;
		const char *says;
	} rows[] = {
		{ "no array", { { 0 } }, 0, 0, COODIE_ERR_INVALID, "NULL" },
		{ "no size", { { .cql = first } }, 1, 0, COODIE_ERR_INVALID, "size" },
		{ "sizes that differ",
		  { { .size = sizeof(coodie_statement), .cql = "UPDATE 1" }, { .size = 16 } },
		  2,
		  0,
		  COODIE_ERR_INVALID,
		  "statement 2 of the batch" },
		{ "no text",
		  { { .size = sizeof(coodie_statement) } },
		  1,
		  0,
		  COODIE_ERR_INVALID,
		  "statement 1 of the batch: it has no text" },
		{ "a batch in it",
		  { { .size = sizeof(coodie_statement), .cql = first, .children = three } },
		  1,
		  0,
		  COODIE_ERR_INVALID,
		  "a batch itself" },
		{ "values without their array",
		  { { .size = sizeof(coodie_statement), .cql = first, .args = { 1, NULL } } },
		  1,
		  0,
		  COODIE_ERR_INVALID,
		  "array is NULL" },
		{ "another kind",
		  { { .size = sizeof(coodie_statement), .cql = first } },
		  1,
		  3,
		  COODIE_ERR_INVALID,
		  "3 is no kind" },
		{ "too many",
		  { { .size = sizeof(coodie_statement), .cql = first } },
		  65536,
		  0,
		  COODIE_ERR_INVALID,
		  "65535" },
		{ "a value of another type",
		  { { .size = sizeof(coodie_statement), .cql = first, .args = { 1, &five } },
		    { .size = sizeof(coodie_statement), .cql = first, .args = { 1, &word } } },
		  2,
		  0,
		  COODIE_ERR_TYPE,
		  "statement 2 of the batch: bind 1 (id int)" },
		{ "too many values",
		  { { .size = sizeof(coodie_statement), .cql = second, .args = { 2, two } } },
		  1,
		  0,
		  COODIE_ERR_INVALID,
		  "statement 1 of the batch: the statement has 1 marker, 2 values" },
	};

	(void)state;
	for (int known = 0; known < 2; known++) {
		for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
			const struct row *row = &rows[i];
			struct stage st;
			struct ask warm = { .stage = &st };
			coodie_error err;
			bool no_array = !row->children[0].cql && !row->children[0].size;
			open_stage(&st, (struct wish){ 0 });
			teach(&st, "id int");
			if (known) {
				assert_true(ask_batch(&warm, three, 3));
				wait_for(&st, &warm);
			}
			if (coodie_session_batch(st.session, (enum coodie_batch_kind)row->kind,
						 no_array ? NULL : row->children,
						 no_array ? 2 : row->count, NULL, &err))
				fail_msg("%s: it was taken", row->name);
			if (err.code != row->code || !strstr(err.message, row->says))
				fail_msg("%s: %s: %s", row->name, coodie_errc_name(err.code),
					 err.message);
			assert_int_equal(peer_requests(st.peer, OP_BATCH), known);
			close_stage(&st);
		}
	}
}

/* Cancelled while a statement of its is prepared; freed while it is under way. */
static void test_given_up(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct stage st;
		struct ask a = { .stage = &st }, b = { .stage = &st }, c = { .stage = &st };
		open_stage(&st, private_and_attached[i]);
		teach(&st, "id int");
		assert_true(ask_batch(&a, three, 3));
		assert_true(coodie_session_cancel(st.session, a.id));
		assert_false(coodie_session_cancel(st.session, a.id));
		wait_for(&st, &a);
		check_failed(&a, COODIE_ERR_CANCELLED, "cancelled");
		assert_true(ask_batch(&b, three, 3));
		wait_for(&st, &b);
		check_ok(&b);
		assert_true(ask_batch(&c, three, 3));
		close_stage(&st);
		check_failed(&c, COODIE_ERR_CLOSED, "freed");
	}
}

/* A batch that waits for its statements, and one of statements that were forgotten. Whatever fails, it
 * says NO_MEMORY, every callback runs, and nothing is lost. */
static bool use_session(const coodie_allocator *allocator, void *user)
{
	struct stage st = { .peer = user };
	const struct wish w = { .allocator = allocator };
	struct ask asks[2] = { { .stage = &st }, { .stage = &st } };
	coodie_error err = { 0 };
	coodie_options *o = make_options(&st, &w);
	bool ok = true;

	st.session = coodie_session_new(o, &err);
	coodie_options_free(o);
	if (!st.session) {
		assert_int_equal(err.code, COODIE_ERR_NO_MEMORY);
		return false;
	}
	for (int i = 0; i < 2; i++) {
		bool accepted = ask_batch(&asks[i], three, 3);
		coodie_session_run(st.session, NULL, &err);
		assert_int_equal(asks[i].called, accepted);
		if (asks[i].code != COODIE_OK && asks[i].code != COODIE_ERR_NO_MEMORY)
			fail_msg("%s: %s", coodie_errc_name(asks[i].code), asks[i].message);
		ok = ok && asks[i].code == COODIE_OK;
		peer_forget(st.peer);
	}
	coodie_session_free(st.session);
	return ok;
}

static void test_no_memory(void **state)
{
	struct stage st = { .peer = peer_new(&(const struct peer_options){ 0 }) };

	(void)state;
	teach(&st, "id int");
	assert_true(cd_failalloc_each("a batch", use_session, st.peer));
	peer_free(st.peer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),      cmocka_unit_test(test_parameters),
		cmocka_unit_test(test_many),       cmocka_unit_test(test_threads),
		cmocka_unit_test(test_alike),      cmocka_unit_test(test_one_is_not),
		cmocka_unit_test(test_unprepared), cmocka_unit_test(test_alike_forgotten),
		cmocka_unit_test(test_changed),
		cmocka_unit_test(test_grown),    cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_given_up),   cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
