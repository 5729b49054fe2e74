/* SPDX-License-Identifier: MIT */
/* Sessions behind a private link (S14): nodes are found where system.client_routes says, and nowhere else. */
#include "tests/test.h"

#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

#include <coodie/resolve.h>

#include "base/error.h"
#include "tests/pool_world.h"

enum { NODES = 3, SHARDS = 2, DOORS = 8, PATIENT_MS = 300000, PATIENCE = 20000000 };

/* ---- the link -------------------------------------------------------------------------------- */

/* What leads to a node: an address that is no node's. */
struct door {
	char address[COODIE_ADDRESS_SIZE];
	uint32_t node;
	int used; /* times */
};

/* Between a session and a box. Transports and options have no place for it. */
static struct link {
	const struct pool_world *world;
	struct door doors[DOORS];
	size_t count;
	int strays;      /* connections to where no door is, but for the contact point */
	int lookups;     /* of names */
	bool is_deaf;    /* names lead nowhere */
	char log[65536]; /* warnings, and worse */
	size_t log_len;
} link;

static void open_door(const char *address, uint32_t node)
{
	struct door *d = &link.doors[link.count++];

	assert_true(link.count <= DOORS);
	*d = (struct door){ .node = node };
	snprintf(d->address, sizeof d->address, "%s", address);
}

static int used(const char *address)
{
	for (size_t i = 0; i < link.count; i++)
		if (!strcmp(link.doors[i].address, address))
			return link.doors[i].used;
	return 0;
}

static int (*inner_connect)(void *transport, const char *address);

static int connect_through(void *transport, const char *address)
{
	char real[COODIE_ADDRESS_SIZE];

	for (size_t i = 0; i < link.count; i++) {
		struct door *d = &link.doors[i];
		if (strcmp(d->address, address) != 0)
			continue;
		d->used++;
		snprintf(real, sizeof real, "%s", coodie_node_address(link.world->box, d->node));
		return inner_connect(transport, real);
	}
	if (!strcmp(address, coodie_node_address(link.world->box, 0)))
		return inner_connect(transport, address);
	link.strays++;
	return -ECONNREFUSED;
}

/* "door-5.test" is 10.9.0.5; "two.test" is 10.9.0.8, where nobody is, and 10.9.0.2. */
static void look_up(coodie_resolve *take_request, const coodie_resolve_question *q, void *user)
{
	coodie_resolved at[2] = { { { { 10, 9, 0, 8 }, 4 }, 0 }, { { { 10, 9, 0, 2 }, 4 }, 0 } };
	size_t count = link.is_deaf ? 0 : 1;
	unsigned n;

	(void)user;
	link.lookups++;
	if (sscanf(q->name, "door-%u.test", &n) == 1)
		at[0].address.address[3] = (uint8_t)n;
	else if (!strcmp(q->name, "two.test"))
		count *= 2;
	else
		count = 0;
	coodie_resolve_done(take_request, at, count, NULL);
}

static void on_log(enum coodie_log_level level, const char *line, void *user)
{
	size_t room = sizeof link.log - link.log_len;
	int len = snprintf(link.log + link.log_len, room, "%s\n", line);

	(void)level;
	(void)user;
	if (len > 0 && (size_t)len < room)
		link.log_len += (size_t)len;
}

static bool logged(const char *text)
{
	return strstr(link.log, text) != NULL;
}

static void set_link(coodie_options *o)
{
	static coodie_transport_vtable table;
	coodie_transport t = simulation_transport(link.world->sim);
	coodie_error err;

	table = *t.vtable;
	inner_connect = table.connect;
	table.connect = connect_through;
	t.vtable = &table;
	coodie_options_set_transport(o, &t);
	coodie_options_set_resolver(o, look_up, NULL);
	coodie_options_set_log(o, COODIE_LOG_WARN, on_log, NULL);
	assert_true(coodie_options_set(o, "client_routes", "mine, spare", &err));
}

static void open_world(struct pool_world *w, const char *name, uint32_t shards)
{
	link = (struct link){ .world = w };
	assert_true(pool_open(
		w, &(struct pool_wish){
			   .name = name, .nodes = NODES, .shards = shards, .set = set_link }));
}

static void set_route(const struct pool_world *w, uint32_t node, const char *address, uint16_t port)
{
	coodie_error err;

	if (!coodie_node_set_route(w->box, node, "mine", address, port, 0, &err))
		fail_msg("%s", err.message);
}

static void connect(struct pool_world *w)
{
	coodie_error err;
	const struct pool_ask *a = pool_connect(w, &err);

	pool_wait(w, a);
	if (a->code != COODIE_OK)
		fail_msg("%s", a->message);
}

/* Doors to all nodes, and their routes: by number, and by one name with two ports. */
static void set_routes(const struct pool_world *w)
{
	open_door("10.9.0.1:9101", 0);
	open_door("10.9.0.5:9102", 1);
	open_door("10.9.0.5:9103", 2);
	set_route(w, 0, "10.9.0.1", 9101);
	set_route(w, 1, "door-5.test", 9102);
	set_route(w, 2, "door-5.test", 9103);
}

/* Every shard has its one connection through the door; the contact point is a way of its own. */
static void check_pools(struct pool_world *w, uint64_t nodes, uint64_t each)
{
	for (int tries = 0; tries < 1000; tries++) {
		bool exact = true;
		for (uint32_t i = 0; i < NODES; i++)
			exact &= pool_connections(w, i) == (nodes >> i & 1 ? each : 0) + (i == 0);
		if (exact)
			return;
		pool_sleep(w, 100);
	}
	fail_msg("%s: connections: %u, %u, %u\n%s", w->name, (unsigned)pool_connections(w, 0),
		 (unsigned)pool_connections(w, 1), (unsigned)pool_connections(w, 2), link.log);
}

/* ---- at connect, and by an event ---------------------------------------------------------------- */

static void test_connect(void **state)
{
	struct pool_world w;

	(void)state;
	open_world(&w, "at connect", SHARDS);
	set_routes(&w);
	connect(&w);
	check_pools(&w, 7, SHARDS);
	assert_int_equal(link.strays, 0);
	assert_int_equal(link.lookups, 1); /* one name, two routes */
	assert_true(used("10.9.0.1:9101") >= SHARDS && used("10.9.0.5:9102") >= SHARDS &&
		    used("10.9.0.5:9103") >= SHARDS);
	assert_string_equal(link.log, "");
	pool_must_work(&w);
	pool_finish(&w);
	pool_close(&w);
}

/* Connections of a node go where its route goes; those of others stay. */
static void test_change(void **state)
{
	struct pool_world w;
	int before;

	(void)state;
	open_world(&w, "a change", SHARDS);
	set_routes(&w);
	connect(&w);
	check_pools(&w, 7, SHARDS);
	before = used("10.9.0.5:9103");
	open_door("10.9.0.6:9102", 1);
	set_route(&w, 1, "door-6.test", 9102);
	pool_sleep(&w, 1000);
	check_pools(&w, 7, SHARDS);
	assert_true(used("10.9.0.6:9102") >= SHARDS);
	assert_int_equal(used("10.9.0.5:9103"), before);
	/* one that is another link's is nobody's here */
	before = link.lookups;
	assert_true(coodie_node_set_route(w.box, 1, "other", "door-7.test", 9102, 0, NULL));
	pool_sleep(&w, 1000);
	assert_int_equal(link.lookups, before);
	assert_int_equal(link.strays, 0);
	pool_must_work(&w);
	pool_finish(&w);
	pool_close(&w);
}

/* Of two connections the first that is named is taken. */
static void test_two_links(void **state)
{
	struct pool_world w;

	(void)state;
	open_world(&w, "two links", 1);
	set_routes(&w);
	open_door("10.9.0.7:9109", 0);
	assert_true(coodie_node_set_route(w.box, 0, "spare", "10.9.0.7", 9109, 0, NULL));
	connect(&w);
	check_pools(&w, 7, 1);
	assert_int_equal(used("10.9.0.7:9109"), 0);
	pool_finish(&w);
	pool_close(&w);
}

/* ---- what is not as it should be ----------------------------------------------------------------- */

/* It is not connected to, the log says so, and its route is taken when it comes. */
static void test_missing(void **state)
{
	struct pool_world w;

	(void)state;
	open_world(&w, "a route is missing", SHARDS);
	open_door("10.9.0.1:9101", 0);
	set_route(&w, 0, "10.9.0.1", 9101);
	connect(&w);
	check_pools(&w, 1, SHARDS);
	assert_true(logged("is not connected to: system.client_routes has no route to it"));
	pool_must_work(&w);
	open_door("10.9.0.2:9102", 1);
	set_route(&w, 1, "10.9.0.2", 9102);
	check_pools(&w, 3, SHARDS);
	/* and one of another kind */
	assert_true(coodie_node_set_route(w.box, 2, "mine", "10.9.0.3", 0, 9103, NULL));
	pool_sleep(&w, 1000);
	check_pools(&w, 3, SHARDS);
	assert_true(logged("its route has no port without TLS"));
	assert_int_equal(link.strays, 0);
	pool_finish(&w);
	pool_close(&w);
}

static void test_garbage(void **state)
{
	static const struct {
		const char *address, *says;
	} rows[] = {
		{ "unix:/tmp/elsewhere", "neither a name nor an address" },
		{ "srv:door-5.test", "neither a name nor an address" },
		{ "/tmp/elsewhere", "neither a name nor an address" },
		{ "two words", "neither a name nor an address" },
		{ "", "rows are of no use" },
		{ "no-door.test", "no-door.test" },
	};
	struct pool_world w;

	(void)state;
	open_world(&w, "garbage", SHARDS);
	set_routes(&w);
	connect(&w);
	check_pools(&w, 7, SHARDS);
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		link.log_len = 0;
		link.log[0] = '\0';
		set_route(&w, 1, rows[i].address, 9102);
		check_pools(&w, 5, SHARDS);
		pool_sleep(&w, 1000);
		CD_CHECK(logged(rows[i].says), rows[i].address);
		CD_CHECK(logged("is not connected to"), rows[i].address);
		set_route(&w, 1, "10.9.0.5", 9102);
		check_pools(&w, 7, SHARDS);
	}
	assert_int_equal(link.strays, 0);
	pool_finish(&w);
	pool_close(&w);
}

/* A route that leads to another node: what answers there is not taken for the one that was meant. */
static void test_wrong_door(void **state)
{
	struct pool_world w;

	(void)state;
	open_world(&w, "a wrong door", SHARDS);
	set_routes(&w);
	open_door("10.9.0.6:9102", 2);
	set_route(&w, 1, "10.9.0.6", 9102);
	connect(&w);
	check_pools(&w, 5, SHARDS);
	pool_sleep(&w, 20000);
	check_pools(&w, 5, SHARDS);
	assert_true(used("10.9.0.6:9102") > 0);
	assert_true(logged("another host than"));
	pool_must_work(&w);
	set_route(&w, 1, "10.9.0.5", 9102);
	check_pools(&w, 7, SHARDS);
	assert_int_equal(link.strays, 0);
	pool_finish(&w);
	pool_close(&w);
}

/* Names are looked up again when nobody is there, and their addresses tried in turn. */
static void test_next_address(void **state)
{
	struct pool_world w;

	(void)state;
	open_world(&w, "two addresses", 1);
	set_routes(&w);
	open_door("10.9.0.2:9102", 1);
	set_route(&w, 1, "two.test", 9102);
	connect(&w);
	check_pools(&w, 7, 1);
	assert_int_equal(used("10.9.0.2:9102"), 1);
	assert_true(link.strays > 0);
	/* what it goes by stays, while the name cannot be looked up */
	link.is_deaf = true;
	set_route(&w, 0, "10.9.0.1", 9101);
	pool_sleep(&w, 10000);
	check_pools(&w, 7, 1);
	assert_int_equal(used("10.9.0.2:9102"), 1);
	pool_finish(&w);
	pool_close(&w);
}

/* A server without routes, or without their event: what it has otherwise is used. */
static void check_refused(uint32_t shards, const char *fault, const char *says, uint64_t nodes)
{
	struct pool_world w;
	coodie_error err;

	open_world(&w, says, shards);
	if (shards)
		set_routes(&w);
	if (fault && !coodie_node_add_fault(w.box, fault, NULL, &err))
		fail_msg("%s", err.message);
	connect(&w);
	check_pools(&w, nodes, shards);
	pool_sleep(&w, 5000);
	if (!logged(says))
		fail_msg("\"%s\" should say \"%s\"", link.log, says);
	pool_must_work(&w);
	assert_int_equal(link.strays, 0);
	pool_finish(&w);
	pool_close(&w);
}

static void test_refused(void **state)
{
	(void)state;
	check_refused(0, NULL, "is not ScyllaDB", 0);
	check_refused(1, "match=client_routes,do=error:INVALID", "only ScyllaDB has them", 0);
	check_refused(1, "match=client_routes,times=2,do=error:OVERLOADED", "client routes: ", 7);
	check_refused(1, "opcode=REGISTER,after=1,do=error:PROTOCOL_ERROR",
		      "no events of client routes", 7);
}

/* ---- options -------------------------------------------------------------------------------------- */

static bool translate(cql_inet *address, uint16_t *port, const cql_uuid *host_id, void *user)
{
	(void)address;
	(void)port;
	(void)host_id;
	(void)user;
	return true;
}

static void check_option(coodie_options *o, const char *says)
{
	coodie_error err;

	assert_null(coodie_session_new(o, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	if (!strstr(err.message, says))
		fail_msg("%s", err.message);
}

static void test_options(void **state)
{
	coodie_options *o = coodie_options_new(NULL);
	char many[400] = "";
	coodie_error err;

	(void)state;
	assert_true(coodie_options_add_contact_point(o, "127.0.0.1", &err));
	memset(many, 'x', 2 * 65 - 1);
	for (size_t i = 1; i < 2 * 65 - 1; i += 2)
		many[i] = ',';
	if (!coodie_options_set(o, "client_routes", many, &err))
		fail_msg("%s", err.message);
	check_option(o, "65 connection ids");
	assert_false(coodie_options_set(o, "client_routes", " , ", &err));
	assert_true(coodie_options_set(o, "client_routes", "mine", &err));
	coodie_options_set_single_node(o, true);
	check_option(o, "client_routes and single_node both");
	coodie_options_set_single_node(o, false);
	coodie_options_set_translation(o, translate, NULL);
	check_option(o, "coodie_options_set_translation()");
	coodie_options_free(o);
}

/* ---- without memory ------------------------------------------------------------------------------- */

/* @return whether there were so many allocations at all */
static bool run(size_t fail_at)
{
	struct cd_failalloc client;
	struct pool_world w;
	coodie_error err;
	bool struck;

	cd_failalloc_init(&client, fail_at);
	link = (struct link){ .world = &w };
	bool opened = pool_open(&w, &(struct pool_wish){ .name = "without memory",
							 .nodes = NODES,
							 .shards = 1,
							 .set = set_link,
							 .client = &client });
	set_routes(&w);
	if (opened && pool_connect(&w, &err))
		pool_wait_all(&w);
	if (opened)
		pool_sleep(&w, 300);
	struck = client.failed;
	client.fail_at = 0;
	if (opened) {
		pool_must_work(&w);
		for (uint32_t i = 0; i < NODES; i++)
			while (!pool_connections(&w, i)) /* the contact point may be gone */
				pool_sleep(&w, 100);
	}
	assert_int_equal(link.strays, 0);
	pool_finish(&w);
	pool_close(&w);
	if (client.live)
		fail_msg("allocation %zu: %zu pieces leaked", fail_at, (size_t)client.live);
	return struck;
}

static void test_memory(void **state)
{
	size_t n = 1;

	(void)state;
	while (run(n))
		n += test_samples() ? 7 : 1;
	assert_true(n > 100);
}

/* ---- TLS, and loops on threads ----------------------------------------------------------------------- */

struct secret {
	coodie_node *box;
	atomic_bool complained; /* of a certificate */
};

static void look_up_real(coodie_resolve *take_request, const coodie_resolve_question *q, void *user)
{
	const coodie_resolved here = { { { 127, 0, 0, 1 }, 4 }, 0 };

	(void)q;
	(void)user;
	coodie_resolve_done(take_request, &here, 1, NULL);
}

static void on_secret_log(enum coodie_log_level level, const char *line, void *user)
{
	struct secret *s = user;

	(void)level;
	if (strstr(line, "does not name it"))
		atomic_store(&s->complained, true);
}

static coodie_node *start_secret_box(void)
{
	coodie_node_options *o = coodie_node_options_new(NULL);
	char cert[300], key[300];
	coodie_error err;

	snprintf(cert, sizeof cert, "%s/wronghost.pem", getenv("COODIE_TEST_CERTS"));
	snprintf(key, sizeof key, "%s/wronghost.key", getenv("COODIE_TEST_CERTS"));
	assert_true(coodie_node_options_set_shards(o, SHARDS, &err));
	assert_true(coodie_node_options_set_tls_files(o, cert, key, NULL, &err));
	coodie_node *n = coodie_node_start(o, &err);
	if (!n)
		fail_msg("%s", err.message);
	coodie_node_options_free(o);
	return n;
}

static coodie_session *open_secret_session(struct secret *s, unsigned loops)
{
	coodie_options *o = coodie_options_new(NULL);
	char text[300];
	coodie_error err;

	snprintf(text, sizeof text, "elsewhere.test:%u", coodie_node_port(s->box));
	assert_true(coodie_options_add_contact_point(o, text, &err));
	snprintf(text, sizeof text, "%s/ca.pem", getenv("COODIE_TEST_CERTS"));
	assert_true(coodie_options_set(o, "tls", "full", &err));
	assert_true(coodie_options_set(o, "tls_ca", text, &err));
	assert_true(coodie_options_set(o, "client_routes", "mine", &err));
	assert_true(coodie_options_set_loops(o, loops, &err));
	coodie_options_set_resolver(o, look_up_real, NULL);
	coodie_options_set_log(o, COODIE_LOG_WARN, on_secret_log, s);
	coodie_options_set_connect_timeout_ms(o, PATIENT_MS);
	coodie_options_set_request_timeout_ms(o, PATIENT_MS);
	coodie_session *session = coodie_session_new(o, &err);
	if (!session || !coodie_session_connect(session, &err))
		fail_msg("%s", err.message);
	coodie_options_free(o);
	return session;
}

/* Until each shard has so many connections. */
static void await_shards(const coodie_node *box, uint64_t each)
{
	for (int i = 0; i < PATIENCE; i++) {
		coodie_node_stats stats = { .size = sizeof stats };
		assert_true(coodie_node_get_stats(box, 0, &stats));
		if (stats.by_shard[0] == each && stats.by_shard[1] == each)
			return;
		sched_yield();
	}
	fail_msg("it never has %u connections to a shard", (unsigned)each);
}

/* The TLS port is taken, and the certificate is checked against the route's name, by all loops. */
static void test_tls(void **state)
{
	struct secret s = { .box = start_secret_box() };
	uint16_t port = (uint16_t)coodie_node_port(s.box);
	enum { LOOPS = 2 };
	coodie_error err;

	(void)state;
	if (!coodie_node_set_route(s.box, 0, "mine", "elsewhere.test", 1, port, &err))
		fail_msg("%s", err.message);
	coodie_session *session = open_secret_session(&s, LOOPS);
	await_shards(s.box, LOOPS);
	assert_false(atomic_load(&s.complained));
	assert_true(coodie_node_set_route(s.box, 0, "mine", "other.test", 1, port, &err));
	for (int i = 0; !atomic_load(&s.complained); i++) {
		assert_true(i < PATIENCE);
		coodie_result_free(coodie_session_query(session, "SELECT key FROM system.local",
							CQL_ARGS(), NULL, &err));
	}
	assert_true(coodie_node_set_route(s.box, 0, "mine", "elsewhere.test", 1, port, &err));
	await_shards(s.box, LOOPS);
	coodie_session_free(session);
	coodie_node_stop(s.box);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_connect),    cmocka_unit_test(test_change),
		cmocka_unit_test(test_two_links),  cmocka_unit_test(test_missing),
		cmocka_unit_test(test_garbage),    cmocka_unit_test(test_next_address),
		cmocka_unit_test(test_wrong_door), cmocka_unit_test(test_refused),
		cmocka_unit_test(test_options),    cmocka_unit_test(test_memory),
		cmocka_unit_test(test_tls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
