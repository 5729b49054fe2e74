/* SPDX-License-Identifier: MIT */
/* What connections tell beside their answers: the ring of their last events, and what compression has
 * saved. */
#include "tests/test.h"

#include <string.h>

#include "proto/opcode.h"
#include "tests/pool_world.h"
#include "tests/stage.h"

enum { MOST = 20000 };

/* The events of the last connection that was read, as text. */
struct page {
	char text[MOST];
	size_t len;
	uint64_t connection;
	int count, stop_at;
};

static bool on_event(uint64_t connection, const coodie_wire_event *e, void *user)
{
	struct page *p = user;

	if (connection != p->connection)
		p->len = 0;
	p->connection = connection;
	if (e->is_frame)
		p->len += (size_t)snprintf(p->text + p->len, sizeof p->text - p->len,
					   "%c0x%02x/%d/%u ", e->is_sent ? '>' : '<', e->opcode,
					   e->stream, (unsigned)e->body_len);
	else
		p->len += (size_t)snprintf(p->text + p->len, sizeof p->text - p->len, "=%s ",
					   e->state);
	assert_true(p->len < sizeof p->text);
	return ++p->count != p->stop_at;
}

static struct page read_ring(const coodie_session *s)
{
	struct page p = { .len = 0 };
	coodie_error err;

	if (!coodie_session_wire(s, on_event, &p, &err))
		fail_msg("%s", err.message);
	return p;
}

static void set_ring(coodie_options *o)
{
	assert_true(coodie_options_set(o, "wire_ring", "on", NULL));
}

static void set_ring_v4(coodie_options *o)
{
	set_ring(o);
	assert_true(coodie_options_set_protocol_version(o, 4, NULL));
}

static void must_run(struct pool_world *w, const char *cql)
{
	coodie_error err;
	struct pool_ask *a = pool_query(w, cql, CQL_ARGS(), NULL, &err);

	assert_non_null(a);
	pool_wait(w, a);
	assert_int_equal(a->code, COODIE_OK);
}

/* From connect() on, in order; a body is as long as its header says. */
static void test_ring(void **state)
{
	static void (*const sets[])(coodie_options * o) = { set_ring, set_ring_v4 };
	static const char begin[] = "=CONNECTING =OPTIONS =STARTUP =READY >0x0b/";
	static const char cql[] = "SELECT v FROM ks.t WHERE k = 1";

	(void)state;
	for (size_t i = 0; i < CD_COUNT(sets); i++) {
		struct pool_world w;
		char want[40];
		assert_true(pool_open(&w, &(struct pool_wish){ .set = sets[i] }));
		must_run(&w, cql);
		pool_sleep(&w, 3000);
		must_run(&w, cql);
		struct page p = read_ring(w.session);
		if (strncmp(p.text, begin, strlen(begin)) != 0)
			fail_msg("%.200s", p.text);
		/* [long string], consistency, flags, page size, serial consistency or not */
		const char *at = strstr(p.text, ">0x07/");
		snprintf(want, sizeof want, "/%zu ", 4 + strlen(cql) + 2 + (i ? 1u : 4u) + 4);
		if (!at || !strstr(p.text, want))
			fail_msg("no %s in %s", want, p.text);
		assert_non_null(strstr(p.text, "<0x08/"));
		p = (struct page){ .stop_at = 2 };
		assert_true(coodie_session_wire(w.session, on_event, &p, NULL));
		assert_int_equal(p.count, 2);
		pool_close(&w);
	}
}

/* How often a frame of that kind was sent, on any connection. */
struct tally {
	uint8_t opcode;
	int sent, unknown;
};

static bool count_sent(uint64_t connection, const coodie_wire_event *e, void *user)
{
	struct tally *t = user;

	(void)connection;
	if (e->is_frame && e->is_sent) {
		t->sent += e->opcode == t->opcode;
		t->unknown += e->opcode == 0;
	}
	return true;
}

/* A PREPARE that is spread to all nodes is told as what it is. */
static void test_spread(void **state)
{
	struct pool_world w;
	struct tally t = { .opcode = CQL_OP_PREPARE };
	coodie_error err;

	(void)state;
	assert_true(pool_open(&w, &(struct pool_wish){ .nodes = 3, .set = set_ring }));
	must_run(&w, "SELECT v FROM ks.t WHERE k = 1");
	pool_sleep(&w, 3000);
	struct pool_ask *a = pool_prepare(&w, "SELECT v FROM ks.t WHERE k = ?", &err);
	assert_non_null(a);
	pool_wait(&w, a);
	pool_sleep(&w, 3000);
	assert_true(coodie_session_wire(w.session, count_sent, &t, NULL));
	assert_int_equal(t.sent, 3);
	assert_int_equal(t.unknown, 0);
	pool_close(&w);
}

static void test_refused(void **state)
{
	struct pool_world w;
	struct page p = { .len = 0 };
	coodie_error err;

	(void)state;
	assert_true(pool_open(&w, &(struct pool_wish){ .nodes = 1 }));
	must_run(&w, "SELECT v FROM ks.t");
	assert_false(coodie_session_wire(w.session, on_event, &p, &err));
	assert_int_equal(err.code, COODIE_ERR_UNSUPPORTED);
	assert_false(coodie_session_wire(w.session, NULL, NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	assert_false(coodie_session_wire(NULL, on_event, &p, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	pool_close(&w);
}

/* ---- the log --------------------------------------------------------------------------------- */

struct lines {
	char text[4000];
	size_t len;
};

static void on_line(enum coodie_log_level level, const char *line, void *user)
{
	struct lines *l = user;

	if (level == COODIE_LOG_WARN && strncmp(line, "wire ", 5) == 0)
		l->len += (size_t)snprintf(l->text + l->len, sizeof l->text - l->len, "%s\n", line);
	assert_true(l->len < sizeof l->text);
}

/* After a mistake of the protocol what came before it is written down. Of a login there is nothing but
 * that there was one. */
static void test_log(void **state)
{
	struct lines lines = { .len = 0 };
	struct stage st = { 0 };
	coodie_error err;

	(void)state;
	st.peer = peer_new(&(struct peer_options){
		.user = "ada", .password = "secret", .at = PEER_AT_QUERY, .damage = PEER_OPCODE });
	coodie_options *o = make_options(&st, &(struct wish){ 0 });
	set_ring(o);
	coodie_options_set_single_node(o, true);
	coodie_options_set_log(o, COODIE_LOG_WARN, on_line, &lines);
	assert_true(coodie_options_set_credentials(o, "ada", "secret", &err));
	st.session = coodie_session_new(o, &err);
	coodie_options_free(o);
	assert_non_null(st.session);
	assert_null(coodie_session_query(st.session, "SELECT 1", CQL_ARGS(), NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_PROTOCOL);
	coodie_session_free(st.session);
	peer_free(st.peer);
	if (!strstr(lines.text, "=CONNECTING") || !strstr(lines.text, " =AUTH, ") ||
	    !strstr(lines.text, " =READY, ") || !strstr(lines.text, " >QUERY ") ||
	    !strstr(lines.text, " =BROKEN"))
		fail_msg("%s", lines.text);
	assert_null(strstr(lines.text, "AUTH_RESPONSE"));
	assert_null(strstr(lines.text, "secret"));
}

/* ---- loops of the session's own --------------------------------------------------------------- */

static void test_loops(void **state)
{
	coodie_node *box = coodie_node_start(NULL, NULL);
	coodie_options *o = coodie_options_new(NULL);
	coodie_error err;

	(void)state;
	assert_true(coodie_options_add_contact_point(o, coodie_node_address(box, 0), &err));
	assert_true(coodie_options_set_loops(o, 2, &err));
	set_ring(o);
	coodie_session *s = coodie_session_new(o, &err);
	coodie_options_free(o);
	coodie_result_free(
		coodie_session_query(s, "SELECT key FROM system.local", CQL_ARGS(), NULL, &err));
	struct page p = read_ring(s);
	assert_true(p.count > 4);
	coodie_session_free(s);
	coodie_node_stop(box);
}

/* ---- compression ------------------------------------------------------------------------------ */

static void set_lz4(coodie_options *o)
{
	coodie_options_set_compression(o, COODIE_COMPRESSION_LZ4);
}

static void set_lz4_v4(coodie_options *o)
{
	set_lz4(o);
	assert_true(coodie_options_set_protocol_version(o, 4, NULL));
}

static void test_compressed(void **state)
{
	static const struct {
		void (*set)(coodie_options *o);
		bool any;
	} rows[] = { { NULL, false }, { set_lz4, true }, { set_lz4_v4, true } };
	char cql[3000];

	(void)state;
	snprintf(cql, sizeof cql, "SELECT v FROM ks.t %2500s", "WHERE k = 1");
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct pool_world w;
		coodie_metrics before = { .size = sizeof before }, after = { .size = sizeof after };
		coodie_error err;
		assert_true(pool_open(&w, &(struct pool_wish){ .set = rows[i].set }));
		must_run(&w, "SELECT v FROM ks.t WHERE k = 1");
		pool_sleep(&w, 3000);
		assert_true(coodie_session_metrics(w.session, NULL, &before, &err));
		must_run(&w, cql);
		pool_sleep(&w, 10);
		assert_true(coodie_session_metrics(w.session, NULL, &after, &err));
		uint64_t from = after.bytes_before_compression - before.bytes_before_compression,
			 to = after.bytes_after_compression - before.bytes_after_compression;
		if (rows[i].any) {
			assert_true(from > 2400);
			assert_true(to > 0 && to < from / 4);
			assert_true(after.bytes_sent - before.bytes_sent < 2400);
		} else {
			assert_int_equal(from + to, 0);
			assert_int_equal(after.bytes_after_compression, 0);
		}
		pool_close(&w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ring),       cmocka_unit_test(test_refused),
		cmocka_unit_test(test_log),        cmocka_unit_test(test_loops),
		cmocka_unit_test(test_compressed), cmocka_unit_test(test_spread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
