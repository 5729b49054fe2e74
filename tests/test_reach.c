/* SPDX-License-Identifier: MIT */
/* How sessions reach nodes: names and all their addresses, clusters that have moved, sockets that are
 * paths, hooks, local addresses and ports, and addresses that are translated. */
#include "tests/test.h"

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include <coodie/node.h>
#include <coodie/resolve.h>
#include <coodie/session.h>
#include <coodie/socket.h>

#include "base/address.h"
#include "base/error.h"

enum { PATIENT_MS = 60000, MANY_FDS = 64 };

/* ---- the cast ------------------------------------------------------------------------------- */

static coodie_node *start_node(uint32_t nodes, uint32_t shards)
{
	coodie_node_options *o = coodie_node_options_new(NULL);
	coodie_error err;

	assert_true(coodie_node_options_set_nodes(o, nodes, NULL));
	assert_true(coodie_node_options_set_shards(o, shards, NULL));
	coodie_node *n = coodie_node_start(o, &err);
	if (!n)
		fail_msg("%s", err.message);
	coodie_node_options_free(o);
	return n;
}

static coodie_options *options_with(const char *point)
{
	coodie_options *o = coodie_options_new(NULL);
	coodie_error err;

	if (point && !coodie_options_add_contact_point(o, point, &err))
		fail_msg("%s", err.message);
	coodie_options_set_connect_timeout_ms(o, PATIENT_MS);
	coodie_options_set_request_timeout_ms(o, PATIENT_MS);
	return o;
}

static coodie_session *open_session(const coodie_options *o)
{
	coodie_error err;
	coodie_session *s = coodie_session_new(o, &err);

	if (!s)
		fail_msg("%s", err.message);
	return s;
}

static bool ask(coodie_session *s, coodie_error *err)
{
	coodie_result *r = coodie_session_query(s, "SELECT release_version FROM system.local",
						CQL_ARGS(), NULL, err);

	coodie_result_free(r);
	return r != NULL;
}

static void check_ask(coodie_session *s)
{
	coodie_error err;

	if (!ask(s, &err))
		fail_msg("%s", err.message);
}

static void check_reached(const coodie_options *o)
{
	coodie_session *s = open_session(o);

	check_ask(s);
	coodie_session_free(s);
}

static void check_refused(const coodie_options *o, enum coodie_errc code, const char *says)
{
	coodie_session *s = open_session(o);
	coodie_error err;

	assert_false(ask(s, &err));
	if (err.code != code || !strstr(err.message, says))
		fail_msg("%s: \"%s\" should say \"%s\"", coodie_errc_name(err.code), err.message,
			 says);
	coodie_session_free(s);
}

static uint16_t port_of(const coodie_node *n)
{
	return (uint16_t)coodie_node_port(n);
}

/* ---- names ---------------------------------------------------------------------------------- */

static void test_localhost(void **state)
{
	coodie_node *n = start_node(1, 0);
	char point[64];

	(void)state;
	snprintf(point, sizeof point, "localhost:%u", port_of(n));
	coodie_options *o = options_with(point);
	check_reached(o);
	coodie_options_set_single_node(o, true);
	check_reached(o);
	coodie_options_free(o);
	coodie_node_stop(n);
}

/* One that takes connections and is silent does not hold up the others. */
static void test_silent_first(void **state)
{
	coodie_node *n = start_node(1, 0);
	struct cd_address silent;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	(void)state;
	assert_true(cd_address_parse("127.0.0.1:0", &silent, NULL));
	assert_int_equal(bind(fd, &silent.of.any, silent.len) | listen(fd, 8), 0);
	assert_int_equal(getsockname(fd, &silent.of.any, &silent.len), 0);
	cd_address_name(&silent);
	coodie_options *o = options_with(silent.text);
	coodie_options_set_connect_timeout_ms(o, 100 * PATIENT_MS);
	assert_true(coodie_options_add_contact_point(o, silent.text, NULL));
	assert_true(coodie_options_add_contact_point(o, coodie_node_address(n, 0), NULL));
	check_reached(o);
	coodie_options_free(o);
	coodie_node_stop(n);
	close(fd);
}

struct names {
	coodie_resolved at[2];
	size_t count;
	int calls;
	bool service;
	char name[64];
};

static void my_resolver(coodie_resolve *take_request, const coodie_resolve_question *q, void *user)
{
	struct names *names = user;
	coodie_error err;

	names->calls++;
	names->service = q->service;
	snprintf(names->name, sizeof names->name, "%s", q->name);
	cd_fail(&err, COODIE_ERR_RESOLVE, "it is on holiday");
	coodie_resolve_done(take_request, names->at, names->count, names->count ? NULL : &err);
}

/* The first address is nobody's. */
static void test_all_addresses(void **state)
{
	coodie_node *n = start_node(1, 0);
	struct names names = { .at = { { { { 127, 0, 0, 9 }, 4 }, 1 },
				       { { { 127, 0, 0, 1 }, 4 }, port_of(n) } },
			       .count = 2 };
	static const char *const points[] = { "cluster.example", "srv:cluster.example" };

	(void)state;
	for (int i = 0; i < 2; i++) {
		coodie_options *o = options_with(points[i]);
		coodie_options_set_resolver(o, my_resolver, &names);
		check_reached(o);
		assert_string_equal(names.name, "cluster.example");
		assert_int_equal(names.service, i);
		assert_int_equal(names.calls, i + 1);
		coodie_options_free(o);
	}
	coodie_node_stop(n);
}

static void test_no_address(void **state)
{
	struct names names = { .count = 0 };
	coodie_options *o = options_with("one.example");

	(void)state;
	coodie_options_set_resolver(o, my_resolver, &names);
	check_refused(o, COODIE_ERR_RESOLVE, "one.example: it is on holiday");
	assert_true(coodie_options_add_contact_point(o, "two.example", NULL));
	check_refused(o, COODIE_ERR_RESOLVE, "two.example");
	names.at[0] = (coodie_resolved){ { { 127, 0, 0, 9 }, 4 }, 1 };
	names.count = 1;
	check_refused(o, COODIE_ERR_CONNECT, "127.0.0.9:1");
	coodie_options_free(o);
}

enum { POINTS = 5 };

struct order {
	char names[64];
};

static void note_name(coodie_resolve *take_request, const coodie_resolve_question *q, void *user)
{
	struct order *order = user;

	strncat(order->names, q->name, sizeof order->names - strlen(order->names) - 1);
	coodie_resolve_done(take_request, NULL, 0, NULL);
}

/* In the order in which they were added, or in any; each once. */
static void test_order_of_points(void **state)
{
	coodie_options *o = options_with(NULL);
	bool other = false;
	coodie_error err;

	(void)state;
	for (int i = 0; i < POINTS; i++)
		assert_true(
			coodie_options_add_contact_point(o, (char[]){ (char)('a' + i), 0 }, NULL));
	for (int random = 0; !other; random = 1) {
		struct order order = { .names = "" };
		coodie_options_set_resolver(o, note_name, &order);
		assert_true(coodie_options_set(o, "randomize_contact_points", random ? "on" : "off",
					       &err));
		check_refused(o, COODIE_ERR_RESOLVE, "no contact point works");
		assert_int_equal(strlen(order.names), POINTS);
		for (int i = 0; i < POINTS; i++)
			assert_non_null(strchr(order.names, 'a' + i));
		other = strcmp(order.names, "abcde") != 0;
		assert_true(random || !other);
	}
	coodie_options_free(o);
}

/* Every address the session knows is of the past: only the name still leads to the cluster. */
static void test_cluster_moves(void **state)
{
	coodie_node *n = start_node(1, 0);
	struct names names = { .at = { { { { 127, 0, 0, 1 }, 4 }, port_of(n) } }, .count = 1 };
	coodie_options *o = options_with("cluster.example");
	coodie_error err;

	(void)state;
	coodie_options_set_resolver(o, my_resolver, &names);
	coodie_session *s = open_session(o);
	check_ask(s);
	assert_true(coodie_node_take_down(n, 0, NULL));
	if (!coodie_node_move(n, 0, "127.0.0.77", &err))
		fail_msg("%s", err.message);
	names.at[0].address.address[3] = 77;
	assert_true(coodie_node_bring_up(n, 0, NULL));
	while (!ask(s, &err)) /* the first ones may find out that the connection is gone */
		assert_true(err.code == COODIE_ERR_CLOSED || err.code == COODIE_ERR_CONNECT);
	assert_true(names.calls >= 2);
	check_ask(s);
	coodie_session_free(s);
	coodie_options_free(o);
	coodie_node_stop(n);
}

/* ---- relays --------------------------------------------------------------------------------- */

/* Takes connections at one address and passes them on to another, one at a time. */
struct relay {
	struct cd_address from, to;
	int fd;
	atomic_int taken;
	atomic_bool over;
	pthread_t thread;
};

static bool pass(int from, int to)
{
	char bytes[4096];
	ssize_t n = recv(from, bytes, sizeof bytes, 0);

	return n > 0 && send(to, bytes, (size_t)n, MSG_NOSIGNAL) == n;
}

static void carry(struct relay *r, int a)
{
	int b = socket(r->to.of.any.sa_family, SOCK_STREAM, 0);
	struct pollfd p[] = { { .fd = a, .events = POLLIN }, { .fd = b, .events = POLLIN } };
	bool ok = b >= 0 && connect(b, &r->to.of.any, r->to.len) == 0;

	while (ok && !r->over) {
		if (poll(p, 2, 10) > 0)
			ok = (!p[0].revents || pass(a, b)) && (!p[1].revents || pass(b, a));
	}
	close(b);
}

static void *run_relay(void *user)
{
	struct relay *r = user;

	for (int fd; (fd = accept(r->fd, NULL, NULL)) >= 0; close(fd)) {
		if (r->over)
			continue;
		r->taken++;
		carry(r, fd);
	}
	return NULL;
}

static void start_relay(struct relay *r, const char *to)
{
	assert_true(cd_address_parse(to, &r->to, NULL));
	r->fd = socket(r->from.of.any.sa_family, SOCK_STREAM, 0);
	assert_int_equal(bind(r->fd, &r->from.of.any, r->from.len), 0);
	assert_int_equal(listen(r->fd, 8), 0);
	if (!cd_address_is_path(&r->from)) {
		assert_int_equal(getsockname(r->fd, &r->from.of.any, &r->from.len), 0);
		cd_address_name(&r->from);
	}
	assert_int_equal(pthread_create(&r->thread, NULL, run_relay, r), 0);
}

static void stop_relay(struct relay *r)
{
	r->over = true;
	shutdown(r->fd, SHUT_RDWR); /* ends accept() */
	assert_int_equal(pthread_join(r->thread, NULL), 0);
	close(r->fd);
}

static void test_path(void **state)
{
	char folder[] = "/tmp/coodie-reach-XXXXXX", point[80];
	coodie_node *n = start_node(1, 0);
	struct relay r = { .fd = -1 };

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(point, sizeof point, "unix:%s/maintenance", folder);
	coodie_options *o = options_with(point + 5);
	coodie_options_set_single_node(o, true);
	check_refused(o, COODIE_ERR_CONNECT, point);
	assert_true(cd_address_parse_path(point, &r.from, NULL));
	start_relay(&r, coodie_node_address(n, 0));
	check_reached(o);
	assert_true(r.taken > 0);
	stop_relay(&r);
	coodie_options_free(o);
	coodie_node_stop(n);
	assert_int_equal(unlink(r.from.of.path.sun_path) | rmdir(folder), 0);
}

/* ---- sockets -------------------------------------------------------------------------------- */

struct fds {
	int at[MANY_FDS];
	int count;
	bool refuse;
};

static bool keep(int fd, void *user, coodie_error *err)
{
	struct fds *fds = user;

	if (fds->refuse)
		return cd_fail(err, COODIE_ERR_LIMIT, "not one more");
	fds->at[fds->count++ % MANY_FDS] = dup(fd); /* for later looks */
	return true;
}

static void drop(struct fds *fds)
{
	for (int i = 0; i < fds->count && i < MANY_FDS; i++)
		close(fds->at[i]);
}

static struct cd_address local_of(int fd)
{
	struct cd_address a = { .len = sizeof a.of };

	assert_int_equal(getsockname(fd, &a.of.any, &a.len), 0);
	cd_address_name(&a);
	return a;
}

static void test_hook_and_local_address(void **state)
{
	coodie_node *n = start_node(1, 0);
	coodie_options *o = options_with(coodie_node_address(n, 0));
	struct fds fds = { .refuse = true };
	coodie_error err;

	(void)state;
	coodie_options_set_socket_hook(o, keep, &fds);
	check_refused(o, COODIE_ERR_LIMIT, "not one more");
	fds.refuse = false;
	if (!coodie_options_set_local_address(o, "127.0.0.33", &err))
		fail_msg("%s", err.message);
	check_reached(o);
	assert_true(fds.count > 0);
	assert_memory_equal(local_of(fds.at[0]).text, "127.0.0.33:", 11);
	drop(&fds);
	coodie_options_free(o);
	coodie_node_stop(n);
}

/* ---- source ports --------------------------------------------------------------------------- */

enum { SHARDS = 3, PORTS = 60, TAKEN = 24 };

/* Some ports of a range are taken; every shard gets its connection all the same. */
static uint16_t take_ports(int fds[TAKEN])
{
	struct cd_address a;

	for (unsigned base = 20000; base < 30000; base += 1000) {
		int count = 0;
		for (; count < TAKEN; count++) {
			assert_true(cd_address_parse("127.0.0.1:0", &a, NULL));
			cd_address_set_port(&a, (uint16_t)(base + (unsigned)count));
			fds[count] = socket(AF_INET, SOCK_STREAM, 0);
			if (bind(fds[count], &a.of.any, a.len) || listen(fds[count], 1))
				break;
		}
		if (count == TAKEN)
			return (uint16_t)base;
		for (; count >= 0; count--)
			close(fds[count]);
	}
	fail_msg("no ports");
	return 0;
}

static bool all_shards(const coodie_node *n)
{
	coodie_node_stats stats = { .size = sizeof stats };
	bool all = true;

	assert_true(coodie_node_get_stats(n, 0, &stats));
	for (int i = 0; i < SHARDS; i++)
		all = all && stats.by_shard[i] > 0;
	return all;
}

static void test_taken_ports(void **state)
{
	coodie_node *n = start_node(1, SHARDS);
	coodie_options *o = options_with(coodie_node_address(n, 0));
	struct fds fds = { .count = 0 };
	int taken[TAKEN], advanced = 0;
	uint16_t base = take_ports(taken);
	coodie_error err;

	(void)state;
	if (!coodie_options_set_local_ports(o, base, (uint16_t)(base + PORTS - 1), &err))
		fail_msg("%s", err.message);
	coodie_options_set_socket_hook(o, keep, &fds);
	coodie_session *s = open_session(o);
	do
		check_ask(s);
	while (!all_shards(n));
	for (int i = 0; i < fds.count && i < MANY_FDS; i++) {
		struct cd_address local = local_of(fds.at[i]);
		uint16_t port = cd_address_port(&local);
		assert_false(port >= base && port < base + TAKEN);
		advanced += port >= base && port < base + PORTS;
	}
	assert_true(advanced >= SHARDS - 1);
	coodie_session_free(s);
	drop(&fds);
	for (int i = 0; i < TAKEN; i++)
		close(taken[i]);
	coodie_options_free(o);
	coodie_node_stop(n);
}

/* ---- translation ---------------------------------------------------------------------------- */

struct translation {
	struct cd_address way; /* to the second node; `len` 0: there is none */
	int calls;
};

static bool translate(cql_inet *address, uint16_t *port, const cql_uuid *host_id, void *user)
{
	struct translation *t = user;
	static const cql_uuid none;

	assert_true(memcmp(host_id, &none, sizeof none) != 0);
	t->calls++;
	if (address->address[3] != 2) /* the first node is where it says */
		return true;
	*address = cd_address_inet(&t->way);
	*port = cd_address_port(&t->way);
	return t->way.len != 0;
}

static uint64_t accepted(const coodie_node *n, uint32_t i)
{
	coodie_node_stats stats = { .size = sizeof stats };

	assert_true(coodie_node_get_stats(n, i, &stats));
	return stats.accepted;
}

static void test_translation(void **state)
{
	coodie_node *n = start_node(2, 0);
	coodie_options *o = options_with(coodie_node_address(n, 0));
	struct translation t = { .calls = 0 };
	struct relay r = { .fd = -1 };

	(void)state;
	coodie_options_set_translation(o, translate, &t);
	coodie_session *s = open_session(o);
	while (t.calls < 2)
		check_ask(s);
	check_ask(s);
	assert_int_equal(accepted(n, 1), 0);
	coodie_session_free(s);

	assert_true(cd_address_parse("127.0.0.1:0", &r.from, NULL));
	start_relay(&r, coodie_node_address(n, 1));
	t.way = r.from;
	s = open_session(o);
	while (!accepted(n, 1))
		check_ask(s);
	assert_true(r.taken > 0);
	coodie_session_free(s);
	stop_relay(&r);
	coodie_options_free(o);
	coodie_node_stop(n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_localhost),    cmocka_unit_test(test_order_of_points),
		cmocka_unit_test(test_silent_first), cmocka_unit_test(test_all_addresses),
		cmocka_unit_test(test_no_address),   cmocka_unit_test(test_cluster_moves),
		cmocka_unit_test(test_path),         cmocka_unit_test(test_hook_and_local_address),
		cmocka_unit_test(test_taken_ports),  cmocka_unit_test(test_translation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
