/* SPDX-License-Identifier: MIT */
/* The client against a friendly peer in every dress: versions, LZ4, TLS, passwords, one byte at
 * a time; and what the peer can be told to do: late answers, answers in reverse order, pages,
 * forgotten statements. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <coodie/session.h>

#include "tests/peer.h"

enum { OP_QUERY = 0x07, OP_PREPARE = 0x09, OP_EXECUTE = 0x0a };

/* A peer and a session on it. */
struct pair {
	struct peer *peer;
	coodie_session *session;
};

struct dress {
	unsigned version;
	bool lz4, tls, login, fragment;
};

static const char *certs(void)
{
	const char *path = getenv("CD_TEST_CERTS");

	return path && *path ? path : "tests/certs";
}

static void must(bool ok, const coodie_error *err, const char *doing)
{
	if (!ok)
		fail_msg("%s: %s (%s)", doing, err->message, coodie_errc_name(err->code));
}

static void trust(coodie_options *o)
{
	coodie_tls *tls = coodie_tls_new(NULL);
	coodie_error err = { 0 };
	char path[512];

	snprintf(path, sizeof path, "%s/ca.pem", certs());
	must(coodie_tls_add_ca_file(tls, path, &err), &err, path);
	must(coodie_tls_set_server_name(tls, "node.test", &err), &err, "the name");
	must(coodie_options_set_tls(o, tls, &err), &err, "TLS");
	coodie_tls_free(tls);
}

static struct pair open_pair(struct dress d)
{
	const struct peer_options po = {
		.highest = d.version,
		.certs = d.tls ? certs() : NULL,
		.user = d.login ? "ada" : NULL,
		.password = d.login ? "p\xc3\xa4ss" : NULL,
		.fragment = d.fragment,
	};
	struct pair pair = { .peer = peer_new(&po) };
	coodie_options *o = coodie_options_new(NULL);
	coodie_error err = { 0 };

	coodie_options_set_single_node(o, true); /* the peer hears only what a test asks */
	must(coodie_options_add_contact_point(o, peer_address(pair.peer), &err), &err,
	     "the contact point");
	if (d.lz4)
		coodie_options_set_compression(o, COODIE_COMPRESSION_LZ4);
	if (d.tls)
		trust(o);
	if (d.login)
		must(coodie_options_set_credentials(o, "ada", "p\xc3\xa4ss", &err), &err,
		     "credentials");
	coodie_options_set_connect_timeout_ms(o, 60000);
	coodie_options_set_request_timeout_ms(o, 60000);
	pair.session = coodie_session_new(o, &err);
	coodie_options_free(o);
	must(pair.session, &err, "coodie_session_new");
	return pair;
}

static void close_pair(struct pair pair)
{
	coodie_session_free(pair.session);
	peer_free(pair.peer);
}

static coodie_result *query(coodie_session *s, const char *cql, cql_args args)
{
	coodie_error err = { 0 };
	coodie_result *r = coodie_session_query(s, cql, args, NULL, &err);

	must(r, &err, cql);
	return r;
}

/* ---- every dress ----------------------------------------------------------------------------- */

static void check_info(coodie_session *s, struct dress d)
{
	coodie_connection_info info = { .size = sizeof info };
	coodie_error err = { 0 };

	must(coodie_session_info(s, &info, &err), &err, "coodie_session_info");
	assert_int_equal(info.protocol_version, d.version);
	assert_string_equal(info.compression, d.lz4 ? "lz4" : "none");
	assert_int_equal(*info.tls_version != 0, d.tls);
	assert_int_equal(info.shard_count, -1);
}

static void check_rows(coodie_session *s)
{
	coodie_result *r = query(s, "SELECT id, name FROM people", CQL_ARGS());
	coodie_cursor c = coodie_result_cursor(r);
	cql_text name;
	int32_t id = 0;

	assert_int_equal(coodie_result_row_count(r), 2);
	assert_true(coodie_cursor_next(&c));
	assert_true(coodie_cursor_int32(&c, 0, &id, NULL));
	assert_int_equal(id, 1);
	assert_true(coodie_cursor_text(&c, 1, &name, NULL));
	assert_int_equal(name.len, 3);
	assert_true(coodie_cursor_next(&c));
	assert_true(coodie_cursor_is_null(&c, 1));
	assert_false(coodie_cursor_next(&c));
	assert_int_equal(coodie_result_warning_count(r), 1);
	assert_string_equal(coodie_result_warning(r, 0), "mind the gap");
	coodie_result_free(r);
}

/* More than one segment holds, and well packed by LZ4. */
static void check_large(coodie_session *s, size_t len)
{
	coodie_result *r = query(s, "SELECT large FROM people", CQL_ARGS());
	coodie_cursor c = coodie_result_cursor(r);
	cql_blob blob;

	assert_true(coodie_cursor_next(&c));
	assert_true(coodie_cursor_blob(&c, 0, &blob, NULL));
	assert_int_equal(blob.len, len);
	for (size_t i = 0; i < len; i++)
		if (blob.data[i] != (uint8_t)(i / 1000))
			fail_msg("byte %zu", i);
	coodie_result_free(r);
}

static void run_dress(struct dress d)
{
	struct pair pair = open_pair(d);
	size_t len = d.fragment ? 3000 : 300000;
	uint8_t *large = malloc(len);

	assert_non_null(large);
	for (size_t i = 0; i < len; i++)
		large[i] = (uint8_t)(i / 1000);
	peer_on(pair.peer, "SELECT id, name FROM people",
		(struct peer_answer){ .kind = PEER_ROWS,
				      .columns = "id int, name text",
				      .warning = "mind the gap",
				      .values = CQL_ARGS(cql(1), cql("ada"), cql(2), cql_null()) });
	peer_on(pair.peer, "SELECT large FROM people",
		(struct peer_answer){ .kind = PEER_ROWS,
				      .columns = "large blob",
				      .values = CQL_ARGS(cql(cql_blob_of(large, len))) });
	peer_on(pair.peer, "INSERT INTO people (id, name, large) VALUES (?, ?, ?)",
		(struct peer_answer){ .binds = "id int, name text, large blob" });
	check_rows(pair.session);
	check_info(pair.session, d);
	check_large(pair.session, len);
	coodie_result_free(query(pair.session,
				 "INSERT INTO people (id, name, large) VALUES (?, ?, ?)",
				 CQL_ARGS(cql(1), cql("ada"), cql(cql_blob_of(large, len)))));
	assert_int_equal(peer_connections(pair.peer),
			 d.version == 5 ? 1 : 2); /* v5 was tried first */
	close_pair(pair);
	free(large);
}

static void test_every_dress(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 32; i++)
		run_dress((struct dress){ i & 1 ? 4 : 5, i & 2, i & 4, i & 8, i & 16 });
}

/* ---- answers in any order -------------------------------------------------------------------- */

struct order {
	int answers, seen[8], failed;
};

struct ask {
	struct order *order;
	int number;
};

static void note_answer(coodie_result *take_res, const coodie_error *err, void *user)
{
	struct ask *ask = user;
	int32_t got = -1;

	(void)err;
	if (take_res) {
		coodie_cursor c = coodie_result_cursor(take_res);
		if (coodie_cursor_next(&c))
			coodie_cursor_int32(&c, 0, &got, NULL);
	}
	ask->order->failed += got != ask->number;
	ask->order->seen[ask->order->answers++] = ask->number;
	coodie_result_free(take_res);
}

static void ask_eight(struct pair pair, struct ask asks[8], struct order *order)
{
	coodie_error err = { 0 };
	char cql[32];

	for (int i = 0; i < 8; i++) {
		snprintf(cql, sizeof cql, "SELECT %d", i);
		peer_on(pair.peer, cql,
			(struct peer_answer){ .kind = PEER_ROWS,
					      .columns = "n int",
					      .values = CQL_ARGS(cql(i)) });
		asks[i] = (struct ask){ order, i };
		must(coodie_session_query_async(pair.session, cql, CQL_ARGS(), NULL, note_answer,
						&asks[i], &err),
		     &err, cql);
	}
	must(coodie_session_run(pair.session, NULL, &err), &err, "coodie_session_run");
	assert_int_equal(order->answers, 8);
	assert_int_equal(order->failed, 0); /* each got its own answer */
}

static void test_reverse_order(void **state)
{
	struct pair pair = open_pair((struct dress){ .version = 5 });
	struct order order = { 0 };
	struct ask asks[8];

	(void)state;
	must(coodie_session_connect(pair.session, NULL), &(coodie_error){ 0 }, "connect");
	peer_hold(pair.peer, 8);
	ask_eight(pair, asks, &order);
	for (int i = 0; i < 8; i++)
		assert_int_equal(order.seen[i], 7 - i);
	peer_hold(pair.peer, 0);
	order = (struct order){ 0 };
	ask_eight(pair, asks, &order);
	close_pair(pair);
}

/* An answer that comes after its request was given up is nobody's, and the connection lives on. */
static void test_late_answer(void **state)
{
	struct pair pair = open_pair((struct dress){ .version = 5 });
	coodie_error err = { 0 };

	(void)state;
	peer_on(pair.peer, "SELECT delayed", (struct peer_answer){ .delay_ms = 20 });
	coodie_result_free(query(pair.session, "SELECT delayed", CQL_ARGS()));
	peer_hold(pair.peer, 2);
	assert_null(coodie_session_query(pair.session, "SELECT 1", CQL_ARGS(),
					 COODIE_REQUEST(.timeout_ms = 20), &err));
	assert_int_equal(err.code, COODIE_ERR_TIMEOUT);
	coodie_result_free(query(pair.session, "SELECT 2", CQL_ARGS()));
	peer_hold(pair.peer, 0);
	coodie_result_free(query(pair.session, "SELECT 3", CQL_ARGS()));
	assert_int_equal(peer_connections(pair.peer), 1);
	close_pair(pair);
}

/* ---- pages, forgotten statements, errors ----------------------------------------------------- */

static void test_pages(void **state)
{
	struct pair pair = open_pair((struct dress){ .version = 5 });
	cql_value values[25];
	cql_blob at = { NULL, 0 };
	uint8_t kept[16];
	int32_t next = 0;

	(void)state;
	for (int i = 0; i < 25; i++)
		values[i] = cql(i);
	peer_on(pair.peer, "SELECT n FROM numbers",
		(struct peer_answer){
			.kind = PEER_ROWS, .columns = "n int", .values = { 25, values } });
	do {
		coodie_error err = { 0 };
		int32_t n = -1;
		coodie_result *r = coodie_session_query(
			pair.session, "SELECT n FROM numbers", CQL_ARGS(),
			COODIE_REQUEST(.page_rows = 10, .paging_state = at), &err);
		must(r, &err, "a page");
		for (coodie_cursor c = coodie_result_cursor(r); coodie_cursor_next(&c); next++) {
			assert_true(coodie_cursor_int32(&c, 0, &n, NULL));
			assert_int_equal(n, next);
		}
		at = coodie_result_paging_state(r);
		assert_true(at.len <= sizeof kept);
		if (at.data)
			at.data = memcpy(kept, at.data, at.len);
		coodie_result_free(r);
	} while (at.data);
	assert_int_equal(next, 25);
	assert_int_equal(peer_requests(pair.peer, OP_QUERY), 3);
	close_pair(pair);
}

static void test_forgotten(void **state)
{
	(void)state;
	for (unsigned version = 4; version <= 5; version++) {
		struct pair pair = open_pair((struct dress){ .version = version });
		static const char insert[] = "INSERT INTO t (id) VALUES (?)";
		peer_on(pair.peer, insert, (struct peer_answer){ .binds = "id int" });
		for (int i = 0; i < 3; i++) {
			coodie_result_free(query(pair.session, insert, CQL_ARGS(cql(i))));
			coodie_result_free(query(pair.session, insert, CQL_ARGS(cql(i))));
			peer_forget(pair.peer);
		}
		assert_int_equal(peer_requests(pair.peer, OP_PREPARE), 3);
		assert_int_equal(peer_requests(pair.peer, OP_EXECUTE),
				 6 + 2); /* two were sent again */
		close_pair(pair);
	}
}

/* A table made anew with another type: what fits now is refused once at most. */
static void test_other_types(void **state)
{
	static const char insert[] = "INSERT INTO t (id) VALUES (?)";
	struct pair pair = open_pair((struct dress){ .version = 5 });
	coodie_error err = { 0 };
	coodie_result *r;

	(void)state;
	peer_on(pair.peer, insert, (struct peer_answer){ .binds = "id int" });
	coodie_result_free(query(pair.session, insert, CQL_ARGS(cql(1))));
	peer_on(pair.peer, insert, (struct peer_answer){ .binds = "id text" });
	peer_forget(pair.peer);
	r = coodie_session_query(pair.session, insert, CQL_ARGS(cql("x")), NULL, &err);
	if (!r)
		r = query(pair.session, insert, CQL_ARGS(cql("x")));
	coodie_result_free(r);
	close_pair(pair);
}

/* The errors of v4 section 9 with what they bring along. */
static void test_error_details(void **state)
{
	static const uint8_t unavailable[] = { 0, 4, 0, 0, 0, 2, 0, 0, 0, 1 };
	static const uint8_t write_timeout[] = { 0, 6, 0, 0,   0,   1,   0,   0,   0,
						 2, 0, 6, 'S', 'I', 'M', 'P', 'L', 'E' };
	static const uint8_t read_timeout[] = { 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1 };
	struct pair pair = open_pair((struct dress){ .version = 5 });
	coodie_error err = { 0 };

	(void)state;
	peer_on(pair.peer, "unavailable",
		(struct peer_answer){ .kind = PEER_ERROR,
				      .code = 0x1000,
				      .message = "Cannot achieve QUORUM",
				      .details = { unavailable, sizeof unavailable } });
	peer_on(pair.peer, "write timeout",
		(struct peer_answer){ .kind = PEER_ERROR,
				      .code = 0x1100,
				      .message = "Operation timed out",
				      .details = { write_timeout, sizeof write_timeout } });
	peer_on(pair.peer, "read timeout",
		(struct peer_answer){ .kind = PEER_ERROR,
				      .code = 0x1200,
				      .message = "Operation timed out",
				      .details = { read_timeout, sizeof read_timeout } });
	assert_null(coodie_session_query(pair.session, "unavailable", CQL_ARGS(), NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_SERVER);
	assert_int_equal(err.server_code, 0x1000);
	assert_int_equal(err.consistency, CQL_CONSISTENCY_QUORUM);
	assert_int_equal(err.required, 2);
	assert_int_equal(err.received, 1);
	assert_non_null(strstr(err.message, "Cannot achieve QUORUM"));
	assert_null(coodie_session_query(pair.session, "write timeout", CQL_ARGS(), NULL, &err));
	assert_int_equal(err.server_code, 0x1100);
	assert_int_equal(err.consistency, CQL_CONSISTENCY_LOCAL_QUORUM);
	assert_int_equal(err.received, 1);
	assert_int_equal(err.block_for, 2);
	assert_string_equal(err.write_type, "SIMPLE");
	assert_null(coodie_session_query(pair.session, "read timeout", CQL_ARGS(), NULL, &err));
	assert_int_equal(err.server_code, 0x1200);
	assert_int_equal(err.received, 0);
	assert_int_equal(err.block_for, 1);
	assert_int_equal(err.data_present, 1);
	assert_string_equal(err.write_type, "");
	close_pair(pair);
}

/* An answer for the first times only, then another; and one for all that begins so. */
static void test_script_order(void **state)
{
	struct pair pair = open_pair((struct dress){ .version = 4 });
	coodie_error err = { 0 };

	(void)state;
	peer_on(pair.peer, "SELECT x", (struct peer_answer){ .kind = PEER_VOID });
	peer_on(pair.peer, "SELECT x",
		(struct peer_answer){
			.kind = PEER_ERROR, .code = 0x2100, .message = "busy", .times = 1 });
	peer_on(pair.peer, "SELECT *",
		(struct peer_answer){ .kind = PEER_ERROR, .code = 0x2200, .message = "no" });
	assert_null(coodie_session_query(pair.session, "SELECT x", CQL_ARGS(), NULL, &err));
	assert_int_equal(err.server_code, 0x2100);
	coodie_result_free(query(pair.session, "SELECT x", CQL_ARGS()));
	assert_null(coodie_session_query(pair.session, "SELECT y", CQL_ARGS(), NULL, &err));
	assert_int_equal(err.server_code, 0x2200);
	close_pair(pair);
}

static void test_dropped_connection(void **state)
{
	struct pair pair = open_pair((struct dress){ .version = 5, .lz4 = true });
	coodie_error err = { 0 };

	(void)state;
	coodie_result_free(query(pair.session, "SELECT 1", CQL_ARGS()));
	for (int time = 0; time < 3; time++) {
		coodie_result *r;
		peer_drop(pair.peer);
		/* at most one request meets the end; the next one connects */
		r = coodie_session_query(pair.session, "SELECT 1", CQL_ARGS(), NULL, &err);
		if (!r) {
			assert_int_equal(err.code, COODIE_ERR_CLOSED);
			r = query(pair.session, "SELECT 1", CQL_ARGS());
		}
		coodie_result_free(r);
	}
	close_pair(pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_dress),        cmocka_unit_test(test_reverse_order),
		cmocka_unit_test(test_late_answer),        cmocka_unit_test(test_pages),
		cmocka_unit_test(test_forgotten),          cmocka_unit_test(test_other_types),
		cmocka_unit_test(test_error_details),      cmocka_unit_test(test_script_order),
		cmocka_unit_test(test_dropped_connection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
