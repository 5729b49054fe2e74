/* SPDX-License-Identifier: MIT */
/* Everything that can be wrong between us and a node: each has its own error, in time, once, and
 * nothing leaks. The rows of the table are the lines of docs/errors.md, and the test holds the
 * two together. */
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include <coodie/libev.h>
#include <coodie/session.h>
#include <ev.h>

#include "tests/peer.h"

/* SHORT bounds what must wait for the end of a timeout, PATIENT is never reached even under
 * valgrind. */
enum { SHORT_MS = 300, PATIENT_MS = 60000 };

enum special { NOTHING_SPECIAL = 0, CLOSED_PORT, UNKNOWN_NAME };

struct client {
	const char *user, *password;
	const char *ca;          /* a file of make-certs turns TLS on */
	const char *server_name; /* default: node.test, which is in the good certificates */
	const char *cert;        /* our own */
	unsigned version;
	bool lz4, impatient;
	uint32_t max_response;
};

/* Parts of a row; clean ISO C11, and no warning about those left out. */
#define PEER(...) .peer = { __VA_ARGS__ }
#define CLIENT(...) .client = { __VA_ARGS__ }

static const struct row {
	const char *situation; /* the line of docs/errors.md */
	enum coodie_errc code;
	const char *says; /* part of the message, here and there */
	int32_t server_code;
	struct peer_options peer;
	struct client client;
	bool at_query; /* connecting works, the first query fails */
	enum special special;
} rows[] = {
	/* names and addresses */
	{ "nothing listens on the port", COODIE_ERR_CONNECT, "refused", -1,
	  .special = CLOSED_PORT },
	{ "the host does not answer", COODIE_ERR_TIMEOUT, "connect", -1,
	  PEER(.at = PEER_AT_CONNECT, .damage = PEER_STALL), CLIENT(.impatient = true) },
	{ "the name is not known", COODIE_ERR_RESOLVE, "nowhere.invalid", -1,
	  .special = UNKNOWN_NAME },
	/* logins */
	{ "wrong password", COODIE_ERR_AUTH, "incorrect", 0x0100,
	  PEER(.user = "ada", .password = "right"), CLIENT(.user = "ada", .password = "wrong") },
	{ "no credentials given", COODIE_ERR_AUTH, "coodie_options_set_credentials", -1,
	  PEER(.user = "ada", .password = "right") },
	/* certificates */
	{ "unknown authority", COODIE_ERR_TLS, "authority", -1, PEER(.certs = ""),
	  CLIENT(.ca = "otherca") },
	{ "expired certificate", COODIE_ERR_TLS, "expired", -1,
	  PEER(.certs = "", .cert = "expired"), CLIENT(.ca = "ca") },
	{ "certificate not yet valid", COODIE_ERR_TLS, "not valid before", -1,
	  PEER(.certs = "", .cert = "future"), CLIENT(.ca = "ca") },
	{ "certificate of another host", COODIE_ERR_TLS, "node.test", -1,
	  PEER(.certs = "", .cert = "wronghost"), CLIENT(.ca = "ca") },
	{ "the server wants our certificate", COODIE_ERR_TLS, "certificate", -1,
	  PEER(.certs = "", .client_auth = true), CLIENT(.ca = "ca") },
	{ "the server does not trust our certificate", COODIE_ERR_TLS, "certificate", -1,
	  PEER(.certs = "", .client_auth = true), CLIENT(.ca = "ca", .cert = "stranger") },
	/* somebody else */
	{ "an HTTP server", COODIE_ERR_NOT_CQL, "HTTP", -1,
	  PEER(.at = PEER_AT_OPTIONS, .damage = PEER_TEXT,
	       .text = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n") },
	{ "an SSH server", COODIE_ERR_NOT_CQL, "SSH", -1,
	  PEER(.at = PEER_AT_ACCEPT, .damage = PEER_TEXT, .text = "SSH-2.0-OpenSSH_9.2\r\n") },
	{ "the server speaks TLS and we do not", COODIE_ERR_CLOSED, "TLS", -1, PEER(.certs = "") },
	{ "the server answers in TLS and we do not", COODIE_ERR_NOT_CQL, "coodie_options_set_tls",
	  -1, PEER(.at = PEER_AT_OPTIONS, .damage = PEER_ALERT) },
	{ "we speak TLS and the server does not", COODIE_ERR_TLS, "TLS", -1, PEER(.highest = 5),
	  CLIENT(.ca = "ca") },
	{ "random bytes", COODIE_ERR_NOT_CQL, "", -1,
	  PEER(.at = PEER_AT_ACCEPT, .damage = PEER_GARBAGE) },
	{ "protocol version 3 only", COODIE_ERR_VERSION, "3", -1, PEER(.highest = 3) },
	{ "version 5 is pinned and the server has 4", COODIE_ERR_VERSION, "4", -1,
	  PEER(.highest = 4), CLIENT(.version = 5) },
	/* silence */
	{ "silence after connecting", COODIE_ERR_TIMEOUT, "OPTIONS", -1,
	  PEER(.at = PEER_AT_ACCEPT, .damage = PEER_STALL), CLIENT(.impatient = true) },
	{ "silence in the TLS handshake", COODIE_ERR_TIMEOUT, "TLS", -1,
	  PEER(.certs = "", .at = PEER_AT_TLS, .damage = PEER_STALL),
	  CLIENT(.ca = "ca", .impatient = true) },
	{ "silence after OPTIONS", COODIE_ERR_TIMEOUT, "OPTIONS", -1,
	  PEER(.at = PEER_AT_OPTIONS, .damage = PEER_STALL), CLIENT(.impatient = true) },
	{ "silence after STARTUP", COODIE_ERR_TIMEOUT, "STARTUP", -1,
	  PEER(.at = PEER_AT_STARTUP, .damage = PEER_STALL), CLIENT(.impatient = true) },
	{ "silence while logging in", COODIE_ERR_TIMEOUT, "AUTH", -1,
	  PEER(.user = "ada", .password = "right", .at = PEER_AT_AUTH, .damage = PEER_STALL),
	  CLIENT(.user = "ada", .password = "right", .impatient = true) },
	{ "silence after a query", COODIE_ERR_TIMEOUT, "", -1,
	  PEER(.at = PEER_AT_QUERY, .damage = PEER_STALL), CLIENT(.impatient = true),
	  .at_query = true },
	/* ends */
	{ "the peer closes at once", COODIE_ERR_CLOSED, "closed", -1,
	  PEER(.at = PEER_AT_ACCEPT, .damage = PEER_CLOSE) },
	{ "the peer resets at once", COODIE_ERR_CLOSED, "reset", -1,
	  PEER(.at = PEER_AT_OPTIONS, .damage = PEER_RESET) },
	{ "the peer closes in the TLS handshake", COODIE_ERR_TLS, "closed", -1,
	  PEER(.certs = "", .at = PEER_AT_TLS, .damage = PEER_CLOSE), CLIENT(.ca = "ca") },
	{ "the peer closes after STARTUP", COODIE_ERR_CLOSED, "closed", -1,
	  PEER(.at = PEER_AT_STARTUP, .damage = PEER_CLOSE) },
	{ "the peer closes in the middle of an answer", COODIE_ERR_CLOSED, "closed", -1,
	  PEER(.at = PEER_AT_QUERY, .damage = PEER_CUT), .at_query = true },
	{ "the peer closes with a query open", COODIE_ERR_CLOSED, "closed", -1,
	  PEER(.at = PEER_AT_QUERY, .damage = PEER_CLOSE), .at_query = true },
	/* a broken protocol */
	{ "a frame longer than the limit", COODIE_ERR_LIMIT, "the limit is", -1,
	  PEER(.at = PEER_AT_QUERY, .damage = PEER_LONG), .at_query = true },
	{ "a frame longer than the limit on v4", COODIE_ERR_LIMIT, "the limit is", -1,
	  PEER(.at = PEER_AT_QUERY, .damage = PEER_LONG, .highest = 4), .at_query = true },
	{ "a negative length", COODIE_ERR_PROTOCOL, "length", -1,
	  PEER(.at = PEER_AT_QUERY, .damage = PEER_NEGATIVE), .at_query = true },
	{ "a wrong checksum of a header", COODIE_ERR_PROTOCOL, "CRC", -1,
	  PEER(.at = PEER_AT_QUERY, .damage = PEER_HEADER_CRC), .at_query = true },
	{ "a wrong checksum of a payload", COODIE_ERR_PROTOCOL, "CRC", -1,
	  PEER(.at = PEER_AT_QUERY, .damage = PEER_PAYLOAD_CRC), .at_query = true },
	{ "a wrong checksum while logging in", COODIE_ERR_PROTOCOL, "CRC", -1,
	  PEER(.user = "ada", .password = "right", .at = PEER_AT_AUTH, .damage = PEER_HEADER_CRC),
	  CLIENT(.user = "ada", .password = "right", .lz4 = true) },
	{ "an answer nobody asked for", COODIE_ERR_PROTOCOL, "stream", -1,
	  PEER(.at = PEER_AT_QUERY, .damage = PEER_STREAM), .at_query = true },
	{ "an answer of the wrong kind", COODIE_ERR_PROTOCOL, "AUTH_SUCCESS", -1,
	  PEER(.at = PEER_AT_STARTUP, .damage = PEER_OPCODE) },
	{ "an answer that is a request", COODIE_ERR_PROTOCOL, "", -1,
	  PEER(.at = PEER_AT_QUERY, .damage = PEER_REQUEST), .at_query = true },
	{ "an answer that is too short", COODIE_ERR_PROTOCOL, "", -1,
	  PEER(.at = PEER_AT_QUERY, .damage = PEER_SHORT), .at_query = true },
	{ "random bytes after a query", COODIE_ERR_PROTOCOL, "", -1,
	  PEER(.at = PEER_AT_QUERY, .damage = PEER_GARBAGE), .at_query = true },
};

enum { ROWS = sizeof rows / sizeof rows[0] };

static const char query[] = "SELECT key FROM system.local WHERE key = 'local'";

/* On a slow machine the time is over before the peer gets to where it stalls: then more of it. */
static unsigned slowness = 1;

static bool too_hurried(const struct row *row, const coodie_error *err)
{
	if (!row->client.impatient || err->code != COODIE_ERR_TIMEOUT || slowness > 64 ||
	    strstr(err->message, row->says))
		return false;
	slowness *= 4;
	return true;
}

/* ---- an allocator that counts ---------------------------------------------------------------- */

struct counter {
	long blocks;
};

static void *count_alloc(size_t size, void *user)
{
	((struct counter *)user)->blocks++;
	return malloc(size);
}

static void *count_resize(void *ptr, size_t size, void *user)
{
	((struct counter *)user)->blocks += !ptr;
	return realloc(ptr, size);
}

static void count_release(void *ptr, void *user)
{
	((struct counter *)user)->blocks -= ptr != NULL;
	free(ptr);
}

/* ---- one row --------------------------------------------------------------------------------- */

struct stage {
	const struct row *row;
	struct peer *peer;
	int closed_fd; /* keeps a port that nobody listens on */
	char address[80];
	struct counter counter;
	coodie_allocator allocator;
};

static const char *certs(void)
{
	const char *path = getenv("CD_TEST_CERTS");

	return path && *path ? path : "tests/certs";
}

static const char *cert_path(const char *name, const char *end, char path[512])
{
	snprintf(path, 512, "%s/%s%s", certs(), name, end);
	return path;
}

static void take_closed_port(struct stage *st)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof a;

	st->closed_fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(st->closed_fd, (struct sockaddr *)&a, sizeof a), 0);
	assert_int_equal(getsockname(st->closed_fd, (struct sockaddr *)&a, &len), 0);
	snprintf(st->address, sizeof st->address, "127.0.0.1:%u", ntohs(a.sin_port));
}

static void open_stage(struct stage *st, const struct row *row, unsigned first)
{
	struct peer_options o = row->peer;

	memset(st, 0, sizeof *st);
	st->row = row;
	st->closed_fd = -1;
	st->allocator = (coodie_allocator){ count_alloc, count_resize, count_release,
					    &st->counter };
	if (row->special == CLOSED_PORT) {
		take_closed_port(st);
		return;
	}
	o.certs = o.certs ? certs() : NULL;
	o.first = first;
	st->peer = peer_new(&o);
	snprintf(st->address, sizeof st->address, "%s", peer_address(st->peer));
	if (row->special == UNKNOWN_NAME)
		snprintf(st->address, sizeof st->address, "nowhere.invalid:%u",
			 peer_port(st->peer));
}

static void close_stage(struct stage *st)
{
	peer_free(st->peer);
	if (st->closed_fd >= 0)
		close(st->closed_fd);
	if (st->counter.blocks)
		fail_msg("%s: %ld blocks are not freed", st->row->situation, st->counter.blocks);
}

static void set_tls(coodie_options *o, const struct client *c)
{
	coodie_tls *tls = coodie_tls_new(NULL);
	char path[512], key[512], ca[32];
	coodie_error err = { 0 };

	assert_non_null(tls);
	snprintf(ca, sizeof ca, "%s.pem", c->ca);
	if (!coodie_tls_add_ca_file(tls, cert_path(ca, "", path), &err))
		fail_msg("%s", err.message);
	if (c->cert &&
	    !coodie_tls_set_certificate_file(tls, cert_path(c->cert, ".pem", path),
					     cert_path(c->cert, ".key", key), NULL, &err))
		fail_msg("%s", err.message);
	assert_true(coodie_tls_set_server_name(tls, c->server_name ? c->server_name : "node.test",
					       &err));
	assert_true(coodie_options_set_tls(o, tls, &err));
	coodie_tls_free(tls);
}

static coodie_options *make_options(struct stage *st)
{
	const struct client *c = &st->row->client;
	coodie_options *o = coodie_options_new(NULL);
	coodie_error err = { 0 };

	assert_non_null(o);
	coodie_options_set_allocator(o, &st->allocator);
	coodie_options_set_connect_timeout_ms(o, c->impatient && !st->row->at_query ? SHORT_MS
										    : PATIENT_MS);
	coodie_options_set_request_timeout_ms(o, c->impatient && st->row->at_query ? SHORT_MS
										   : PATIENT_MS);
	coodie_options_set_compression(o,
				       c->lz4 ? COODIE_COMPRESSION_LZ4 : COODIE_COMPRESSION_NONE);
	if (c->max_response)
		coodie_options_set_max_response(o, c->max_response);
	if (!coodie_options_add_contact_point(o, st->address, &err) ||
	    !coodie_options_set_protocol_version(o, c->version, &err))
		fail_msg("%s: %s", st->row->situation, err.message);
	if (c->user)
		assert_true(coodie_options_set_credentials(o, c->user, c->password, &err));
	if (c->ca)
		set_tls(o, c);
	return o;
}

static void check_error(const struct row *row, const char *form, const coodie_error *err)
{
	if (err->code != row->code || err->server_code != row->server_code)
		fail_msg("%s (%s): %s, server code %ld instead of %s: %s", row->situation, form,
			 coodie_errc_name(err->code), (long)err->server_code,
			 coodie_errc_name(row->code), err->message);
	if (!strstr(err->message, row->says) || strlen(err->message) < 10)
		fail_msg("%s (%s): the message does not say \"%s\": %s", row->situation, form,
			 row->says, err->message);
	if (getenv("COODIE_TEST_SHOW")) /* for writing docs/errors.md */
		printf("| %s | %s | %s |\n", row->situation, coodie_errc_name(err->code),
		       err->message);
}

/* ---- blocking -------------------------------------------------------------------------------- */

static bool try_blocking(coodie_session *s, bool at_query, coodie_error *err)
{
	coodie_result *r;
	bool ok = coodie_session_connect(s, err);

	if (!ok || !at_query)
		return ok;
	r = coodie_session_query(s, query, CQL_ARGS(), NULL, err);
	coodie_result_free(r);
	return r != NULL;
}

/* False: it is to be done again, with more time. */
static bool run_blocking(const struct row *row)
{
	struct stage st;
	coodie_options *o;
	coodie_session *s;
	coodie_error err = { 0 };
	bool done = true;

	open_stage(&st, row, 0);
	o = make_options(&st);
	s = coodie_session_new(o, &err);
	coodie_options_free(o);
	assert_non_null(s);
	/* twice: after a failure the session is as good as before */
	for (int time = 0; time < 2 && done; time++) {
		memset(&err, 0xee, sizeof err);
		if (try_blocking(s, row->at_query, &err))
			fail_msg("%s: it should fail", row->situation);
		done = !too_hurried(row, &err);
		if (done)
			check_error(row, "blocking", &err);
	}
	coodie_session_free(s);
	close_stage(&st);
	return done;
}

static void test_blocking(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++)
		while (!run_blocking(&rows[i]))
			;
}

/* What goes wrong only once is forgotten: the same session connects the next time. */
static void test_second_time_lucky(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		struct stage st;
		coodie_options *o;
		coodie_session *s;
		coodie_error err = { 0 };
		if (!rows[i].peer.at || rows[i].peer.at == PEER_AT_CONNECT)
			continue;
		/* a peer that only has v4 sends the first connection away */
		open_stage(&st, &rows[i], rows[i].peer.highest == 4 ? 2 : 1);
		o = make_options(&st);
		coodie_options_set_connect_timeout_ms(o, PATIENT_MS);
		assert_true(coodie_options_set(o, "retry", "fallthrough", &err)); /* a read */
		if (rows[i].peer.damage == PEER_STALL && !rows[i].at_query)
			coodie_options_set_connect_timeout_ms(o, 4 * SHORT_MS * slowness);
		s = coodie_session_new(o, &err);
		coodie_options_free(o);
		assert_non_null(s);
		if (try_blocking(s, rows[i].at_query, &err))
			fail_msg("%s: it should fail the first time", rows[i].situation);
		if (!try_blocking(s, true, &err) && rows[i].peer.damage != PEER_STALL)
			fail_msg("%s: the second time: %s", rows[i].situation, err.message);
		coodie_session_free(s);
		close_stage(&st);
	}
}

/* ---- attached -------------------------------------------------------------------------------- */

struct attached {
	struct ev_loop *loop;
	coodie_session *session;
	bool at_query;
	int connects, queries; /* callbacks that ran */
	coodie_error err;
};

static void on_answer(coodie_result *take_res, const coodie_error *err, void *user)
{
	struct attached *a = user;

	a->queries++;
	a->err = *err;
	coodie_result_free(take_res);
	ev_break(a->loop, EVBREAK_ALL);
}

static void on_connect(const coodie_error *err, void *user)
{
	struct attached *a = user;

	a->connects++;
	a->err = *err;
	if (err->code == COODIE_OK && a->at_query &&
	    coodie_session_query_async(a->session, query, CQL_ARGS(), NULL, on_answer, a, &a->err))
		return;
	ev_break(a->loop, EVBREAK_ALL);
}

static bool run_attached(struct stage *st, struct ev_loop *ev)
{
	const struct row *row = st->row;
	struct attached a = { .loop = ev, .at_query = row->at_query };
	coodie_options *o = make_options(st);
	coodie_loop loop = coodie_loop_libev(ev);
	coodie_error err = { 0 };

	a.session = coodie_session_attach(o, &loop, &err);
	coodie_options_free(o);
	assert_non_null(a.session);
	assert_true(coodie_session_connect_async(a.session, on_connect, &a, &err));
	assert_int_equal(a.connects, 0);
	ev_run(ev, 0);
	assert_int_equal(a.connects, 1);
	assert_int_equal(a.queries, row->at_query);
	coodie_session_free(a.session);
	ev_run(ev, 0); /* nothing is left in it */
	assert_int_equal(a.connects, 1);
	assert_int_equal(a.queries, row->at_query);
	if (too_hurried(row, &a.err))
		return false;
	check_error(row, "attached", &a.err);
	return true;
}

static void test_attached(void **state)
{
	struct ev_loop *ev = ev_loop_new(EVFLAG_NOENV);

	(void)state;
	assert_non_null(ev);
	for (size_t i = 0; i < ROWS; i++) {
		struct stage st;
		bool done;
		do {
			open_stage(&st, &rows[i], 0);
			done = run_attached(&st, ev);
			close_stage(&st);
		} while (!done);
	}
	ev_loop_destroy(ev);
}

/* The session is freed while it is being refused, at each point where it can hang. */
static void test_free_while_connecting(void **state)
{
	struct ev_loop *ev = ev_loop_new(EVFLAG_NOENV);

	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		struct stage st;
		struct attached a = { .loop = ev };
		coodie_options *o;
		coodie_loop loop = coodie_loop_libev(ev);
		coodie_error err = { 0 };
		if (rows[i].peer.damage != PEER_STALL || rows[i].at_query)
			continue;
		open_stage(&st, &rows[i], 0);
		o = make_options(&st);
		a.session = coodie_session_attach(o, &loop, &err);
		coodie_options_free(o);
		assert_true(coodie_session_connect_async(a.session, on_connect, &a, &err));
		for (int turn = 0; turn < 5; turn++)
			ev_run(ev, EVRUN_NOWAIT);
		coodie_session_free(a.session);
		ev_run(ev, 0);
		assert_int_equal(a.connects, 1);
		assert_int_equal(a.err.code, COODIE_ERR_CLOSED);
		close_stage(&st);
	}
	ev_loop_destroy(ev);
}

/* ---- the documentation ----------------------------------------------------------------------- */

static char *read_errors_page(void)
{
	const char *srcdir = getenv("srcdir");
	char path[1024];
	char *text = calloc(1, 65536);
	FILE *file;

	snprintf(path, sizeof path, "%s/docs/errors.md", srcdir ? srcdir : ".");
	file = fopen(path, "r");
	if (!file || !text)
		fail_msg("%s cannot be read", path);
	assert_true(fread(text, 1, 65535, file) > 0);
	fclose(file);
	return text;
}

static void test_documented(void **state)
{
	char *text = read_errors_page();

	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		char start[160], code[64], *line, *end;
		snprintf(start, sizeof start, "\n| %s | ", rows[i].situation);
		snprintf(code, sizeof code, "`%s`", coodie_errc_name(rows[i].code));
		line = strstr(text, start);
		if (!line)
			fail_msg("docs/errors.md has no line \"%s\"", rows[i].situation);
		end = strchr(line + 1, '\n');
		*end = 0;
		if (!strstr(line + 1, code) || !strstr(line + 1, rows[i].says))
			fail_msg("docs/errors.md: this line should have %s and \"%s\": %s", code,
				 rows[i].says, line + 1);
		*end = '\n';
	}
	/* and every code there is */
#define X(name, number, sentence) \
	if ((number) != 0 && !strstr(text, "`" #name "`")) \
		fail_msg("docs/errors.md does not explain " #name);
#include <coodie/errors.def>
#undef X
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_documented),
		cmocka_unit_test(test_blocking),
		cmocka_unit_test(test_attached),
		cmocka_unit_test(test_second_time_lucky),
		cmocka_unit_test(test_free_while_connecting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
