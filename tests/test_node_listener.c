/* SPDX-License-Identifier: MIT */
/* A box on real sockets, with our own client: every framing, TLS and password; ports, and the end. */
#include "tests/test.h"

#include <arpa/inet.h>
#include <coodie.h>
#include <coodie/node.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/loop_ev.h"
#include "tests/failalloc.h"

static coodie_node *start(coodie_node_options *o)
{
	coodie_error err;
	coodie_node *n = coodie_node_start(o, &err);

	if (!n)
		fail_msg("%s", err.message);
	coodie_node_options_free(o);
	return n;
}

static coodie_node_options *options(void)
{
	coodie_node_options *o = coodie_node_options_new(NULL);

	assert_non_null(o);
	return o;
}

static coodie_node_stats stats_of(const coodie_node *n, uint32_t i)
{
	coodie_node_stats stats = { .size = sizeof stats };

	assert_true(coodie_node_get_stats(n, i, &stats));
	return stats;
}

/* ---- with our own client -------------------------------------------------------------------- */

enum { V5 = 1, LZ4 = 2, TLS = 4, PASSWORD = 8, COMBINATIONS = 16 };

static coodie_session *client(const coodie_node *n, unsigned how, const char *password)
{
	coodie_options *o = coodie_options_new(NULL);
	coodie_error err;

	assert_true(coodie_options_add_contact_point(o, coodie_node_address(n, 0), &err));
	assert_true(coodie_options_set_protocol_version(o, how & V5 ? 5 : 4, &err));
	coodie_options_set_compression(o, how & LZ4 ? COODIE_COMPRESSION_LZ4
						    : COODIE_COMPRESSION_NONE);
	if (how & PASSWORD)
		assert_true(coodie_options_set_credentials(o, "ada", password, &err));
	if (how & TLS) {
		coodie_tls *tls = coodie_tls_new(&err);
		const char *pem = coodie_node_ca_pem(n);
		assert_non_null(pem);
		assert_true(coodie_tls_add_ca_pem(tls, pem, strlen(pem), &err));
		assert_true(coodie_options_set_tls(o, tls, &err));
		coodie_tls_free(tls);
	}
	coodie_session *s = coodie_session_new(o, &err);
	assert_non_null(s);
	coodie_options_free(o);
	return s;
}

static void test_combinations(void **state)
{
	(void)state;
	for (unsigned how = 0; how < COMBINATIONS; how++) {
		coodie_node_options *o = options();
		coodie_connection_info info = { .size = sizeof info };
		coodie_error err;
		if (how & TLS)
			coodie_node_options_set_tls_generated(o);
		if (how & PASSWORD)
			assert_true(
				coodie_node_options_set_credentials(o, "ada", "lovelace", &err));
		coodie_node *n = start(o);
		coodie_session *s = client(n, how, "lovelace");
		if (!coodie_session_connect(s, &err))
			fail_msg("%u: %s", how, err.message);
		assert_true(coodie_session_info(s, &info, &err));
		assert_int_equal(info.protocol_version, how & V5 ? 5 : 4);
		assert_string_equal(info.compression, how & LZ4 ? "lz4" : "none");
		assert_int_equal(!*info.tls_version, !(how & TLS));
		coodie_session_free(s);
		coodie_node_stats stats = stats_of(n, 0);
		assert_int_equal(stats.accepted, 1);
		assert_true(stats.bytes_received > 0 && stats.bytes_sent > 0);
		coodie_node_stop(n);
	}
}

static void test_wrong_password(void **state)
{
	coodie_node_options *o = options();
	coodie_error err;

	(void)state;
	assert_true(coodie_node_options_set_credentials(o, "ada", "lovelace", &err));
	coodie_node *n = start(o);
	coodie_session *s = client(n, V5 | PASSWORD, "byron");
	assert_false(coodie_session_connect(s, &err));
	assert_int_equal(err.code, COODIE_ERR_AUTH);
	assert_non_null(strstr(err.message, "Provided username ada and/or password are incorrect"));
	coodie_session_free(s);
	assert_int_equal(stats_of(n, 0).errors, 1);
	coodie_node_stop(n);
}

static void test_untrusted(void **state)
{
	coodie_node_options *o = options();
	coodie_node_options *other = options();
	coodie_error err;

	(void)state;
	coodie_node_options_set_tls_generated(o);
	coodie_node_options_set_tls_generated(other);
	coodie_node *n = start(o), *stranger = start(other);
	/* the authority of one is nobody to the other */
	coodie_options *c = coodie_options_new(NULL);
	coodie_tls *tls = coodie_tls_new(&err);
	const char *pem = coodie_node_ca_pem(stranger);
	assert_true(coodie_tls_add_ca_pem(tls, pem, strlen(pem), &err));
	assert_true(coodie_options_set_tls(c, tls, &err));
	assert_true(coodie_options_add_contact_point(c, coodie_node_address(n, 0), &err));
	coodie_session *s = coodie_session_new(c, &err);
	assert_false(coodie_session_connect(s, &err));
	assert_int_equal(err.code, COODIE_ERR_TLS);
	coodie_session_free(s);
	coodie_tls_free(tls);
	coodie_options_free(c);
	coodie_node_stop(stranger);
	coodie_node_stop(n);
}

/* ---- raw sockets ---------------------------------------------------------------------------- */

static int dial(const char *address)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	char host[64];
	const char *colon = strrchr(address, ':');
	struct timeval limit = { .tv_sec = 20 };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	snprintf(host, sizeof host, "%.*s", (int)(colon - address), address);
	assert_int_equal(inet_pton(AF_INET, host, &to.sin_addr), 1);
	to.sin_port = htons((uint16_t)strtoul(colon + 1, NULL, 10));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
	if (connect(fd, (struct sockaddr *)&to, sizeof to)) {
		close(fd);
		return -1;
	}
	return fd;
}

static size_t read_all(int fd, uint8_t *to, size_t size)
{
	size_t len = 0;
	ssize_t n;

	while (len < size && (n = recv(fd, to + len, size - len, 0)) > 0)
		len += (size_t)n;
	return len;
}

/* Many requests and no reader: the node stops reading, and answers all when it is read from. */
static void test_backpressure(void **state)
{
	enum { REQUESTS = 100000 };
	static const char ask[] = "\x04\0\0\x01\x05\0\0\0\0";
	coodie_node *n = start(options());
	int fd = dial(coodie_node_address(n, 0));
	uint8_t *bytes = malloc(9 * REQUESTS), answer[9];
	size_t sent = 0, answers = 0;

	(void)state;
	assert_true(fd >= 0 && bytes);
	for (size_t i = 0; i < REQUESTS; i++)
		memcpy(bytes + 9 * i, ask, 9);
	while (sent < 9 * REQUESTS) {
		ssize_t some = send(fd, bytes + sent, 9 * REQUESTS - sent,
				    MSG_DONTWAIT | MSG_NOSIGNAL);
		if (some < 0)
			break;
		sent += (size_t)some;
	}
	while (answers < sent / 9) {
		uint8_t body[1024];
		assert_int_equal(read_all(fd, answer, 9), 9);
		size_t len = (size_t)answer[7] << 8 | answer[8];
		assert_true(len < sizeof body);
		assert_int_equal(read_all(fd, body, len), len);
		answers++;
		if (sent < 9 * REQUESTS) {
			ssize_t some = send(fd, bytes + sent, 9 * REQUESTS - sent,
					    MSG_DONTWAIT | MSG_NOSIGNAL);
			sent += some > 0 ? (size_t)some : 0;
		}
	}
	assert_int_equal(stats_of(n, 0).requests, sent / 9);
	close(fd);
	free(bytes);
	coodie_node_stop(n);
}

/* A refusal arrives whole, and then the end. */
static void test_refusal_arrives(void **state)
{
	static const char bytes[] = "\x03\0\0\x01\x05\0\0\0\0and more that nobody reads";
	coodie_node *n = start(options());
	uint8_t answer[256];

	(void)state;
	for (int i = 0; i < 20; i++) {
		int fd = dial(coodie_node_address(n, 0));
		assert_int_equal(send(fd, bytes, sizeof bytes, MSG_NOSIGNAL), sizeof bytes);
		assert_int_equal(read_all(fd, answer, sizeof answer), 9 + 6 + 80);
		assert_int_equal(answer[0], 0x83);
		close(fd);
	}
	coodie_node_stop(n);
}

/* A client that says its last is still answered. */
static void test_half_close(void **state)
{
	coodie_node *n = start(options());
	int fd = dial(coodie_node_address(n, 0));
	uint8_t answer[1024];

	(void)state;
	assert_int_equal(send(fd, "\x05\0\0\x01\x05\0\0\0\0", 9, MSG_NOSIGNAL), 9);
	shutdown(fd, SHUT_WR);
	assert_true(read_all(fd, answer, sizeof answer) > 40);
	assert_int_equal(answer[4], 6);
	close(fd);
	coodie_node_stop(n);
}

/* ---- nodes that go and come ----------------------------------------------------------------- */

static void test_ring(void **state)
{
	coodie_node_options *o = options();
	coodie_error err;
	uint32_t added;

	(void)state;
	assert_true(coodie_node_options_add_data_center(o, "here", 2, 2, &err));
	assert_true(coodie_node_options_add_data_center(o, "there", 1, 1, &err));
	coodie_node *n = start(o);
	assert_int_equal(coodie_node_count(n), 3);
	for (uint32_t i = 0; i < 3; i++) {
		char want[64];
		snprintf(want, sizeof want, "127.0.0.%u:%u", (unsigned)i + 1, coodie_node_port(n));
		assert_string_equal(coodie_node_address(n, i), want);
		int fd = dial(want);
		assert_true(fd >= 0);
		close(fd);
	}
	assert_null(coodie_node_address(n, 3));

	int fd = dial(coodie_node_address(n, 1));
	uint8_t byte;
	send(fd, "\x05\0\0\x01\x05\0\0\0\0", 9, MSG_NOSIGNAL);
	assert_int_equal(recv(fd, &byte, 1, 0), 1);
	assert_true(coodie_node_take_down(n, 1, &err));
	assert_true(coodie_node_take_down(n, 1, &err));
	while (recv(fd, &byte, 1, 0) > 0)
		;
	assert_int_equal(errno, ECONNRESET);
	close(fd);
	assert_int_equal(dial(coodie_node_address(n, 1)), -1);
	assert_false(coodie_node_move(n, 0, "127.0.0.9", &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	assert_false(coodie_node_move(n, 1, "127.0.0.3", &err));
	assert_true(coodie_node_move(n, 1, "127.0.0.77", &err));
	assert_true(coodie_node_bring_up(n, 1, &err));
	fd = dial(coodie_node_address(n, 1));
	assert_true(fd >= 0);
	close(fd);

	assert_true(coodie_node_add(n, "there", "rack9", &added, &err));
	assert_int_equal(added, 3);
	fd = dial(coodie_node_address(n, added));
	assert_true(fd >= 0);
	close(fd);
	for (uint32_t i = 0; i < 3; i++)
		assert_true(coodie_node_remove(n, i, &err));
	assert_false(coodie_node_remove(n, 2, &err));
	assert_false(coodie_node_remove(n, 3, &err));
	assert_false(coodie_node_take_down(n, 7, &err));
	coodie_node_stop(n);
}

/* A test looks in and seeds while no replica is alive. */
static void test_execute_while_down(void **state)
{
	coodie_error err = { 0 };
	coodie_node *n = coodie_node_start(NULL, &err);

	(void)state;
	assert_non_null(n);
	assert_true(coodie_node_execute(n,
					"CREATE KEYSPACE k WITH replication = {'class': "
					"'SimpleStrategy', 'replication_factor': 1};"
					"CREATE TABLE k.t (a int PRIMARY KEY);",
					&err));
	assert_true(coodie_node_take_down(n, 0, &err));
	assert_true(coodie_node_execute(n, "INSERT INTO k.t (a) VALUES (1)", &err));
	coodie_node_stop(n);
}

/* ---- events and seeds ----------------------------------------------------------------------- */

static int listen_for_events(const char *address)
{
	static const char hello[] = "\x04\0\0\x01\x01\0\0\0\x16\0\x01\0\x0b"
				    "CQL_VERSION\0\x05"
				    "3.0.0"
				    "\x04\0\0\x02\x0b\0\0\0\x31\0\x03\0\x0fTOPOLOGY_CHANGE\0\x0d"
				    "STATUS_CHANGE\0\x0d"
				    "SCHEMA_CHANGE";
	uint8_t ready[18];
	int fd = dial(address);

	assert_int_equal(send(fd, hello, sizeof hello - 1, MSG_NOSIGNAL), sizeof hello - 1);
	assert_int_equal(read_all(fd, ready, sizeof ready), sizeof ready);
	assert_int_equal(ready[4], 2);
	assert_int_equal(ready[13], 2);
	return fd;
}

/* The next event holds these bytes. */
static void expect_event(int fd, const char *part, size_t part_len)
{
	uint8_t header[9], body[256];

	assert_int_equal(read_all(fd, header, sizeof header), sizeof header);
	assert_int_equal(header[4], 0x0c);
	assert_int_equal(header[2] << 8 | header[3], 0xffff);
	size_t len = (size_t)header[7] << 8 | header[8];
	assert_true(len < sizeof body && read_all(fd, body, len) == len);
	for (size_t i = 0; i + part_len <= len; i++)
		if (!memcmp(body + i, part, part_len))
			return;
	fail_msg("an event without %s", part);
}

static void test_events(void **state)
{
	coodie_node_options *o = options();
	coodie_error err;

	(void)state;
	assert_true(coodie_node_options_set_nodes(o, 2, &err));
	coodie_node *n = start(o);
	int fd = listen_for_events(coodie_node_address(n, 0));
	assert_true(coodie_node_take_down(n, 1, &err));
	expect_event(fd, "DOWN\x04\x7f\0\0\x02", 9);
	assert_true(coodie_node_move(n, 1, "127.0.0.9", &err));
	assert_true(coodie_node_bring_up(n, 1, &err));
	expect_event(fd, "UP\x04\x7f\0\0\x09", 7);
	assert_true(coodie_node_add(n, NULL, NULL, NULL, &err));
	expect_event(fd, "NEW_NODE\x04\x7f\0\0\x03", 13);
	expect_event(fd, "UP\x04\x7f\0\0\x03", 7);
	assert_true(coodie_node_remove(n, 2, &err));
	expect_event(fd, "REMOVED_NODE\x04\x7f\0\0\x03", 17);
	assert_true(coodie_node_execute(n,
					"CREATE KEYSPACE shop WITH replication = {'class': "
					"'SimpleStrategy', 'replication_factor': 1};"
					"USE shop; CREATE TABLE t (id int PRIMARY KEY)",
					&err));
	expect_event(fd, "CREATED\0\x08KEYSPACE\0\x04shop", 22);
	expect_event(fd, "CREATED\0\x05TABLE\0\x04shop\0\x01t", 22);
	assert_int_equal(stats_of(n, 0).events, 7);
	close(fd);
	coodie_node_stop(n);
}

static void test_execute(void **state)
{
	coodie_node *n = start(options());
	coodie_error err;

	(void)state;
	assert_false(coodie_node_execute(
		n,
		"CREATE KEYSPACE k WITH replication = {'class': 'SimpleStrategy', "
		"'replication_factor': 1}; -- it stays\nUSE k; SELEC 1; DROP KEYSPACE k;",
		&err));
	assert_int_equal(err.code, COODIE_ERR_SERVER);
	assert_int_equal(err.server_code, 0x2000);
	assert_non_null(strstr(err.message, "SELEC"));
	assert_true(coodie_node_execute(n, "DROP KEYSPACE k", &err));
	assert_false(coodie_node_execute(n, "USE k", &err));
	assert_int_equal(err.server_code, 0x2200);
	assert_true(coodie_node_execute(n, "", &err));
	coodie_node_stop(n);
}

/* Certificates from files, and clients that have to show theirs. */
static void test_certificates(void **state)
{
	const char *certs = getenv("COODIE_TEST_CERTS");
	coodie_node_options *o = options();
	coodie_error err;
	char path[4][512];
	static const char *const names[] = { "server.pem", "server.key", "ca.pem", "client.pem" };

	(void)state;
	for (size_t i = 0; i < 4; i++)
		snprintf(path[i], sizeof path[i], "%s/%s", certs && *certs ? certs : "tests/certs",
			 names[i]);
	if (access(path[0], R_OK) != 0) {
		coodie_node_options_free(o);
		skip();
	}
	assert_true(coodie_node_options_set_tls_files(o, path[0], path[1], path[2], &err));
	coodie_node *n = start(o);
	for (unsigned shown = 0; shown < 2; shown++) {
		coodie_options *c = coodie_options_new(NULL);
		coodie_tls *tls = coodie_tls_new(NULL);
		char key[512];
		snprintf(key, sizeof key, "%.*skey", (int)strlen(path[3]) - 3, path[3]);
		assert_true(coodie_tls_add_ca_file(tls, path[2], &err));
		if (shown && !coodie_tls_set_certificate_file(tls, path[3], key, NULL, &err))
			fail_msg("%s", err.message);
		assert_true(coodie_options_set_tls(c, tls, &err));
		assert_true(coodie_options_add_contact_point(c, coodie_node_address(n, 0), &err));
		coodie_session *s = coodie_session_new(c, &err);
		assert_int_equal(coodie_session_connect(s, &err), shown);
		assert_int_equal(err.code, shown ? COODIE_OK : COODIE_ERR_TLS);
		coodie_session_free(s);
		coodie_tls_free(tls);
		coodie_options_free(c);
	}
	assert_null(coodie_node_ca_pem(n));
	coodie_node_stop(n);
}

/* ---- ports and other mistakes --------------------------------------------------------------- */

static void test_mistakes(void **state)
{
	static const char *const wrong[] = {
		"",      "127.0.0.1", "127.0.0.1:", "localhost:1", "127.0.0.1:x", "127.0.0.1:65536",
		"[::1]", "::1",       "[::1:9042"
	};
	coodie_node *n = start(options());
	coodie_node_options *o = options();
	coodie_error err;

	(void)state;
	for (size_t i = 0; i < CD_COUNT(wrong); i++) {
		CD_CHECK(!coodie_node_options_set_address(o, wrong[i], &err), wrong[i]);
		CD_CHECK(err.code == COODIE_ERR_INVALID, wrong[i]);
	}
	assert_true(coodie_node_options_set_address(o, coodie_node_address(n, 0), &err));
	assert_null(coodie_node_start(o, &err));
	assert_int_equal(err.code, COODIE_ERR_CONNECT);
	assert_non_null(strstr(err.message, coodie_node_address(n, 0)));
	assert_true(coodie_node_options_set_address(o, "192.0.2.1:0", &err));
	assert_null(coodie_node_start(o, &err));
	assert_int_equal(err.code, COODIE_ERR_CONNECT);
	assert_true(coodie_node_options_set_address(o, "127.0.0.1:0", &err));
	assert_true(coodie_node_options_set_tls_files(o, "/nowhere", "/nowhere", NULL, &err));
	assert_null(coodie_node_start(o, &err));
	assert_int_equal(err.code, COODIE_ERR_TLS);
	assert_false(coodie_node_options_set_nodes(o, 0, &err));
	assert_false(coodie_node_options_set_nodes(o, 65, &err));
	assert_false(coodie_node_options_set_shards(o, 257, &err));
	assert_false(coodie_node_options_set_highest_version(o, 3, &err));
	assert_false(coodie_node_options_set_credentials(o, "ada", NULL, &err));
	assert_false(coodie_node_options_add_data_center(o, "a", 2, 3, &err));
	assert_true(coodie_node_options_add_data_center(o, "a", 60, 3, &err));
	assert_false(coodie_node_options_add_data_center(o, "a", 1, 1, &err));
	assert_false(coodie_node_options_add_data_center(o, "b", 5, 1, &err));
	coodie_node_options_free(o);
	coodie_node_stop(n);
	coodie_node_stop(NULL);
	coodie_node_options_free(NULL);
}

/* Without descriptors left a connection waits, and is served when there are some. */
static void test_no_descriptors(void **state)
{
	coodie_node *n = start(options());
	struct rlimit before, tight;
	struct timespec nap = { .tv_nsec = 300000000 };
	uint8_t answer[9];

	(void)state;
	if (getenv("COODIE_VALGRIND")) { /* which closes what it thinks is one too many */
		coodie_node_stop(n);
		skip();
	}
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	/* the client's own is the last */
	int last = dup(0);
	assert_true(last >= 0);
	close(last);
	tight = (struct rlimit){ .rlim_cur = (rlim_t)last + 1, .rlim_max = before.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &tight), 0);
	int fd = dial(coodie_node_address(n, 0));
	nanosleep(&nap, NULL);
	assert_true(fd >= 0);
	assert_int_equal(stats_of(n, 0).accepted, 0);
	setrlimit(RLIMIT_NOFILE, &before);
	assert_int_equal(send(fd, "\x05\0\0\x01\x05\0\0\0\0", 9, MSG_NOSIGNAL), 9);
	assert_int_equal(read_all(fd, answer, 9), 9);
	close(fd);
	coodie_node_stop(n);
}

/* ---- attached ------------------------------------------------------------------------------- */

static void test_attached(void **state)
{
	coodie_loop loop;
	coodie_error err;
	uint8_t answer[1024];
	size_t len = 0;

	(void)state;
	assert_true(cd_loop_ev_new(&loop, &err));
	coodie_node *n = coodie_node_attach(NULL, &loop, &err);
	assert_non_null(n);
	int fd = dial(coodie_node_address(n, 0));
	assert_int_equal(send(fd, "\x05\0\0\x01\x05\0\0\0\0", 9, MSG_NOSIGNAL), 9);
	while (len < 9) {
		loop.vtable->run_once(loop.state);
		ssize_t some = recv(fd, answer + len, sizeof answer - len, MSG_DONTWAIT);
		len += some > 0 ? (size_t)some : 0;
	}
	assert_int_equal(answer[4], 6);
	assert_int_equal(stats_of(n, 0).open, 1);
	coodie_node_stop(n);
	close(fd);
	cd_loop_ev_free(&loop);
}

/* ---- many, and without a leak --------------------------------------------------------------- */

static void test_many(void **state)
{
	enum { MANY = 1000, AT_ONCE = 20 };
	coodie_node *nodes[AT_ONCE] = { NULL };
	struct cd_failalloc f;

	(void)state;
	cd_failalloc_init(&f, 0);
	for (size_t i = 0; i < MANY; i++) {
		coodie_node_options *o = options();
		coodie_node_options_set_allocator(o, &f.allocator);
		coodie_node_stop(nodes[i % AT_ONCE]);
		nodes[i % AT_ONCE] = start(o);
		if (i % 50 == 0) {
			int fd = dial(coodie_node_address(nodes[i % AT_ONCE], 0));
			assert_true(fd >= 0);
			close(fd);
		}
	}
	for (size_t i = 0; i < AT_ONCE; i++)
		coodie_node_stop(nodes[i]);
	assert_int_equal(f.live, 0);
}

static bool begin_and_end(const coodie_allocator *a, void *user)
{
	coodie_node_options *o = options();
	coodie_node *n;

	(void)user;
	coodie_node_options_set_allocator(o, a);
	assert_true(coodie_node_options_set_nodes(o, 2, NULL));
	n = coodie_node_start(o, NULL);
	coodie_node_options_free(o);
	coodie_node_stop(n);
	return n;
}

static void test_memory(void **state)
{
	(void)state;
	assert_true(cd_failalloc_each("start and stop", begin_and_end, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_execute_while_down),
		cmocka_unit_test(test_combinations),
		cmocka_unit_test(test_wrong_password),
		cmocka_unit_test(test_untrusted),
		cmocka_unit_test(test_backpressure),
		cmocka_unit_test(test_refusal_arrives),
		cmocka_unit_test(test_half_close),
		cmocka_unit_test(test_ring),
		cmocka_unit_test(test_events),
		cmocka_unit_test(test_execute),
		cmocka_unit_test(test_certificates),
		cmocka_unit_test(test_mistakes),
		cmocka_unit_test(test_no_descriptors),
		cmocka_unit_test(test_attached),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
