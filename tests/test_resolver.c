/* SPDX-License-Identifier: MIT */
/* Look-ups on a loop: numbers, the hosts file, DNS servers that behave well and badly, services, and
 * a function of the user's. */
#include <ev.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/test.h"

#include <coodie/libev.h>

#include "base/error.h"
#include "net/dns/resolver.h"
#include "tests/dns_server.h"
#include "tests/failalloc.h"

enum { PATIENT_MS = 60000, SERVERS = 2 };

/* A loop, two files, up to two servers, a resolver, and what came of a look-up. */
struct world {
	struct ev_loop *ev;
	coodie_loop loop;
	char hosts[40], resolv[40];
	uint16_t port;
	struct dns_server *servers[SERVERS];
	struct cd_resolver resolver;
	struct cd_lookup lookup;
	bool starting;
	int called;
	char text[4000]; /* "10.0.0.1:9042 [::1]:9042", or what is wrong */
	enum coodie_errc code;
	void (*then)(struct world *w);
};

static void write_file(char path[40], const char *text)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void make_file(char path[40], const char *text)
{
	strcpy(path, "/tmp/coodie-resolver-XXXXXX");
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	close(fd);
	write_file(path, text);
}

static const char hosts[] = "127.0.0.1 localhost\n"
			    "10.1.0.1 both node1\n"
			    "fd00::1 both\n"
			    "10.1.0.2 both\n"
			    "10.1.0.1 both again\n";

#define TWO_SERVERS "nameserver 127.0.0.1\nnameserver 127.0.0.2\n"

static void open_world(struct world *w, const char *resolv, const struct dns_row *first,
		       const struct dns_row *second, const coodie_allocator *allocator)
{
	const struct dns_row *rows[SERVERS] = { first, second };

	*w = (struct world){ .ev = ev_loop_new(EVFLAG_NOENV) };
	w->loop = coodie_loop_libev(w->ev);
	make_file(w->hosts, hosts);
	make_file(w->resolv, resolv);
	for (size_t i = 0; i < SERVERS; i++) {
		const char *address = i ? "127.0.0.2" : "127.0.0.1";
		if (rows[i])
			w->servers[i] = dns_server_new(&w->loop, address, &w->port, rows[i]);
	}
	const struct cd_resolver_options o = { .hosts_path = w->hosts,
					       .resolv_path = w->resolv,
					       .dns_port = w->port ? w->port : 1 };
	cd_resolver_init(&w->resolver, &w->loop, allocator, &o);
}

static void close_world(struct world *w)
{
	cd_resolver_deinit(&w->resolver);
	for (size_t i = 0; i < SERVERS; i++)
		dns_server_free(w->servers[i]);
	ev_run(w->ev, 0); /* comes back: nothing is left in it */
	ev_loop_destroy(w->ev);
	assert_int_equal(unlink(w->hosts) | unlink(w->resolv), 0);
}

static void on_done(void *user, const struct cd_address *at, size_t count, const coodie_error *err)
{
	struct world *w = user;

	assert_false(w->starting);
	assert_null(w->lookup.search);
	assert_int_equal(count == 0, err->code != COODIE_OK);
	w->called++;
	w->code = err->code;
	snprintf(w->text, sizeof w->text, "%s", err->message);
	for (size_t i = 0; i < count; i++) {
		size_t len = strlen(w->text);
		snprintf(w->text + len, sizeof w->text - len, "%s%s", i ? " " : "", at[i].text);
	}
	if (w->then)
		w->then(w);
}

static bool start(struct world *w, const char *host, uint32_t timeout_ms)
{
	const struct cd_ask ask = { host, 9042, timeout_ms, on_done, w };

	w->called = 0;
	w->starting = true;
	bool ok = cd_resolver_start(&w->resolver, &w->lookup, &ask, NULL);
	w->starting = false;
	return ok;
}

static const char *look_up(struct world *w, const char *host, uint32_t timeout_ms)
{
	assert_true(start(w, host, timeout_ms));
	while (!w->called)
		ev_run(w->ev, EVRUN_ONCE);
	assert_int_equal(w->called, 1);
	return w->text;
}

/* ---- without a network ---------------------------------------------------------------------- */

static const struct {
	const char *host, *want; /* NULL: not found */
} known[] = {
	{ "192.0.2.1", "192.0.2.1:9042" },
	{ "::1", "[::1]:9042" },
	{ "unix:/run/cql.sock", "unix:/run/cql.sock" },
	{ "node1", "10.1.0.1:9042" },
	{ "NODE1.", "10.1.0.1:9042" },
	{ "again", "10.1.0.1:9042" },
	{ "localhost", "127.0.0.1:9042" },
	{ "10.0.0.256", NULL },
	{ "no name", NULL },
	{ "", NULL },
};

/* The DNS server of these tests is a port at which nobody is. */
static void test_known(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, "nameserver 127.0.0.1\noptions attempts:1\n", NULL, NULL, NULL);
	for (size_t i = 0; i < CD_COUNT(known); i++) {
		const char *text = look_up(&w, known[i].host, 0);
		if (known[i].want)
			CD_CHECK(!strcmp(text, known[i].want), known[i].host);
		else
			CD_CHECK(w.code == COODIE_ERR_RESOLVE && strstr(text, known[i].host),
				 known[i].host);
	}
	char name[400];
	memset(name, 'a', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	assert_non_null(strstr(look_up(&w, name, 0), "bytes"));
	name[254] = '\0';
	assert_int_equal((look_up(&w, name, 0), w.code), COODIE_ERR_RESOLVE);
	close_world(&w);
}

/* Each once, v6 and v4 in turns where there is a way to both. */
static void test_hosts_order(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, "", NULL, NULL, NULL);
	const char *text = look_up(&w, "both", 0);
	assert_true(!strcmp(text, "[fd00::1]:9042 10.1.0.1:9042 10.1.0.2:9042") ||
		    !strcmp(text, "10.1.0.1:9042 10.1.0.2:9042 [fd00::1]:9042"));
	write_file(w.hosts, "10.7.7.7 both\n"); /* a change is seen */
	assert_string_equal(look_up(&w, "both", 0), "10.7.7.7:9042");
	assert_int_equal(unlink(w.hosts), 0);
	look_up(&w, "localhost", 0); /* known without a file */
	assert_non_null(strstr(w.text, "127.0.0.1:9042"));
	assert_non_null(strstr(w.text, "[::1]:9042"));
	write_file(w.hosts, "");
	close_world(&w);
}

/* ---- DNS ------------------------------------------------------------------------------------ */

static const struct dns_row zone[] = {
	{ "four.example", DNS_ADDRESS, "127.1.0.1" },
	{ "four.example", DNS_ADDRESS, "127.1.0.2" },
	{ "six.example", DNS_ADDRESS, "::1" },
	{ "mixed.example", DNS_ADDRESS, "127.1.0.1" },
	{ "mixed.example", DNS_ADDRESS, "127.1.0.2" },
	{ "mixed.example", DNS_ADDRESS, "::1" },
	{ "alias.example", DNS_ALIAS, "other.example" },
	{ "other.example", DNS_ALIAS, "four.example" },
	{ "circle.example", DNS_ALIAS, "circle2.example" },
	{ "nothing.example", DNS_NOTHING, "" },
	{ "long.example", DNS_ADDRESS, "127.1.0.3" },
	{ "long.example", DNS_LONG, "" },
	{ "slow.example", DNS_ADDRESS, "127.1.0.4" },
	{ "slow.example", DNS_SLOW_TCP, "" },
	{ "forged.example", DNS_ADDRESS, "127.1.0.5" },
	{ "forged.example", DNS_FORGED, "" },
	{ "no-v6.example", DNS_ADDRESS, "127.1.0.6" },
	{ "no-v6.example", DNS_NO_V6, "" },
	{ "silent.example", DNS_SILENT, "" },
	{ "servfail.example", DNS_RCODE, "2" },
	{ "cut.example", DNS_ADDRESS, "127.1.0.7" },
	{ "cut.example", DNS_CUT, "" },
	{ "hang-up.example", DNS_ADDRESS, "127.1.0.8" },
	{ "hang-up.example", DNS_HANG_UP, "" },
	{ "short.search.example", DNS_ADDRESS, "127.1.0.9" },
	{ "a.b.second.example", DNS_ADDRESS, "127.1.0.10" },
	{ NULL, 0, NULL },
};

/* The second server knows better. */
static const struct dns_row better[] = {
	{ "servfail.example", DNS_ADDRESS, "127.2.0.1" },
	{ "cut.example", DNS_ADDRESS, "127.2.0.2" },
	{ "hang-up.example", DNS_ADDRESS, "127.2.0.3" },
	{ "silent.example", DNS_ADDRESS, "127.2.0.4" },
	{ NULL, 0, NULL },
};

static const struct {
	const char *host, *want, * or ; /* `or`: where there is no IPv6 */
} answered[] = {
	{ "four.example", "127.1.0.1:9042 127.1.0.2:9042", NULL },
	{ "FOUR.example.", "127.1.0.1:9042 127.1.0.2:9042", NULL },
	{ "six.example", "[::1]:9042", NULL },
	{ "mixed.example", "[::1]:9042 127.1.0.1:9042 127.1.0.2:9042",
	  "127.1.0.1:9042 127.1.0.2:9042 [::1]:9042" },
	{ "alias.example", "127.1.0.1:9042 127.1.0.2:9042", NULL },
	{ "long.example", "127.1.0.3:9042", NULL },
	{ "slow.example", "127.1.0.4:9042", NULL },
	{ "forged.example", "127.1.0.5:9042", NULL },
	{ "no-v6.example", "127.1.0.6:9042", NULL },
	{ "servfail.example", "127.2.0.1:9042", NULL },
	{ "cut.example", "127.2.0.2:9042", NULL },
	{ "hang-up.example", "127.2.0.3:9042", NULL },
};

static void test_answers(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, TWO_SERVERS "options timeout:30\n", zone, better, NULL);
	for (size_t i = 0; i < CD_COUNT(answered); i++) {
		const char *text = look_up(&w, answered[i].host, PATIENT_MS);
		CD_CHECK(!strcmp(text, answered[i].want) ||
				 (answered[i].or &&!strcmp(text, answered[i].or)),
			 answered[i].host);
	}
	assert_non_null(strstr(dns_server_log(w.servers[0]), "tcp A long.example"));
	assert_null(strstr(dns_server_log(w.servers[0]), "tcp A four.example"));
	close_world(&w);
}

/* By TCP from the beginning. */
static void test_tcp_only(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, "nameserver 127.0.0.1\noptions use-vc\n", zone, NULL, NULL);
	assert_string_equal(look_up(&w, "forged.example", PATIENT_MS), "127.1.0.5:9042");
	assert_null(strstr(dns_server_log(w.servers[0]), ", A "));
	assert_non_null(strstr(dns_server_log(w.servers[0]), "tcp A forged.example"));
	close_world(&w);
}

static const struct {
	const char *row, *host;
	uint32_t timeout_ms;
	const char *says;
} missing[] = {
	{ "nobody has it", "gone.example", PATIENT_MS, "gone.example" },
	{ "nobody is asked", "four.example.invalid", PATIENT_MS, "four.example.invalid" },
	{ "nor of a whole name", "four.Invalid.", PATIENT_MS, "four.Invalid" },
	{ "a name without addresses", "nothing.example", PATIENT_MS, "nothing.example" },
	{ "aliases in a circle", "circle.example", PATIENT_MS, "circle.example" },
	{ "the only server fails", "servfail.example", PATIENT_MS, "it failed" },
	{ "broken answers", "cut.example", PATIENT_MS, "of no use" },
	{ "broken streams", "hang-up.example", PATIENT_MS, "127.0.0.1:" },
	{ "no answer", "silent.example", 50, "silent.example" },
};

static void test_missing(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, "nameserver 127.0.0.1\n", zone, NULL, NULL);
	for (size_t i = 0; i < CD_COUNT(missing); i++) {
		const char *text = look_up(&w, missing[i].host, missing[i].timeout_ms);
		CD_CHECK(w.code == COODIE_ERR_RESOLVE, missing[i].row);
		CD_CHECK(strstr(text, missing[i].says), missing[i].row);
	}
	assert_null(strstr(dns_server_log(w.servers[0]), "nvalid"));
	close_world(&w);
}

/* A server that is not there, or silent, costs a try; a lost datagram is asked again. */
static void test_retries(void **state)
{
	static const struct dns_row lossy[] = {
		{ "lost.example", DNS_ADDRESS, "127.1.1.1" },
		{ "lost.example", DNS_DROP, "2" }, /* A and AAAA of the first round */
		{ NULL, 0, NULL },
	};
	struct world w;

	(void)state;
	open_world(&w, "nameserver 127.0.0.1\noptions timeout:1\n", lossy, NULL, NULL);
	assert_string_equal(look_up(&w, "lost.example", PATIENT_MS), "127.1.1.1:9042");
	close_world(&w);
	open_world(&w, TWO_SERVERS "options timeout:1\n", zone, better, NULL);
	assert_string_equal(look_up(&w, "silent.example", PATIENT_MS), "127.2.0.4:9042");
	close_world(&w);
	open_world(&w, "nameserver 127.0.0.3\n" TWO_SERVERS, zone, better, NULL);
	assert_string_equal(look_up(&w, "six.example", PATIENT_MS), "[::1]:9042");
	close_world(&w);
}

static const struct {
	const char *row, *resolv, *host, *want, *log; /* of the questions for A */
} searches[] = {
	{ "few dots: the list first", "search search.example second.example\n", "short",
	  "127.1.0.9:9042", "short.search.example, " },
	{ "the second of the list", "search search.example second.example\noptions ndots:2\n",
	  "a.b", "127.1.0.10:9042", "a.b.search.example, a.b.second.example, " },
	{ "enough dots: as it is first", "search search.example second.example\n", "a.b",
	  "127.1.0.10:9042", "a.b, a.b.search.example, a.b.second.example, " },
	{ "the list in vain", "search nowhere\noptions ndots:5\n", "four.example",
	  "127.1.0.1:9042 127.1.0.2:9042", "four.example.nowhere, four.example, " },
	{ "complete", "search search.example\noptions ndots:5\n", "four.example.",
	  "127.1.0.1:9042 127.1.0.2:9042", "four.example, " },
	{ "the last list counts", "search one two\ndomain search.example.\n", "short",
	  "127.1.0.9:9042", "short.search.example, " },
	{ "no list", "; search one\n# search two\n", "four.example",
	  "127.1.0.1:9042 127.1.0.2:9042", "four.example, " },
};

/* The names that were asked A for. */
static void names_of(const char *log, char out[1000])
{
	*out = '\0';
	for (const char *at = log; (at = strstr(at, "A ")); at++)
		if (at == log || at[-1] == ' ')
			strncat(out, at + 2, strcspn(at, ","));
}

static void test_search(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(searches); i++) {
		struct world w;
		char resolv[200], names[1000];
		snprintf(resolv, sizeof resolv, "nameserver 127.0.0.1\n%s", searches[i].resolv);
		open_world(&w, resolv, zone, NULL, NULL);
		CD_CHECK(!strcmp(look_up(&w, searches[i].host, PATIENT_MS), searches[i].want),
			 searches[i].row);
		names_of(dns_server_log(w.servers[0]), names);
		CD_CHECK(!strcmp(names, searches[i].log), searches[i].row);
		close_world(&w);
	}
}

/* A changed file is seen by the next look-up. */
static void test_changed_servers(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, "nameserver 127.0.0.1\n", zone, better, NULL);
	look_up(&w, "servfail.example", PATIENT_MS);
	assert_int_equal(w.code, COODIE_ERR_RESOLVE);
	write_file(w.resolv, "nameserver nonsense\nnameserver 127.0.0.2%lo\n");
	assert_string_equal(look_up(&w, "servfail.example", PATIENT_MS), "127.2.0.1:9042");
	close_world(&w);
}

/* ---- services ------------------------------------------------------------------------------- */

static const struct dns_row services[] = {
	{ "_cql._tcp.cluster.example", DNS_SERVICE, "20 0 9044 c.example" },
	{ "_cql._tcp.cluster.example", DNS_SERVICE, "10 0 9042 a.example" },
	{ "_cql._tcp.cluster.example", DNS_SERVICE, "15 7 9043 b.example" },
	{ "_other._tcp.cluster.example", DNS_SERVICE, "1 1 1 a.example" },
	{ "_cql._tcp.lame.example", DNS_SERVICE, "1 1 9042 gone.example" },
	{ "_cql._tcp.lame.example", DNS_SERVICE, "2 1 9042 a.example" },
	{ "_cql._tcp.dead.example", DNS_SERVICE, "1 1 9042 gone.example" },
	{ "_cql._tcp.none.example", DNS_SERVICE, "0 0 0" },
	{ "_cql._tcp.evil.example", DNS_SERVICE, "0 0 7 unix:/x" },
	{ "_cql._tcp.evil.example", DNS_SERVICE, "0 0 7 srv:evil.example" },
	{ "_cql._tcp.silent.example", DNS_SERVICE, "0 0 7 a.example" },
	{ "_cql._tcp.silent.example", DNS_SERVICE, "0 0 7 silent.example" },
	{ "silent.example", DNS_SILENT, "" },
	{ "_cql._tcp.mine.search.example", DNS_SERVICE, "0 0 7 a.example" },
	{ "a.example", DNS_ADDRESS, "127.1.0.1" },
	{ "b.example", DNS_ADDRESS, "127.1.0.2" },
	{ "b.example", DNS_ADDRESS, "127.1.0.3" },
	{ "c.example", DNS_ADDRESS, "127.1.0.1" },
	{ NULL, 0, NULL },
};

static const struct {
	const char *host, *want; /* NULL: none */
} served[] = {
	{ "srv:cluster.example", "127.1.0.1:9042 127.1.0.2:9043 127.1.0.3:9043 127.1.0.1:9044" },
	{ "srv:_other._tcp.cluster.example", "127.1.0.1:1" },
	{ "srv:lame.example", "127.1.0.1:9042" },
	{ "srv:mine", "127.1.0.1:7" },
	{ "srv:dead.example", NULL },
	{ "srv:none.example", NULL },
	{ "srv:evil.example", NULL },
	{ "srv:a.example", NULL },
	{ "srv:", NULL },
};

static void test_services(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, "nameserver 127.0.0.1\nsearch search.example\n", services, NULL, NULL);
	for (size_t i = 0; i < CD_COUNT(served); i++) {
		const char *text = look_up(&w, served[i].host, PATIENT_MS);
		if (served[i].want)
			CD_CHECK(!strcmp(text, served[i].want), served[i].host);
		else
			CD_CHECK(w.code == COODIE_ERR_RESOLVE, served[i].host);
	}
	close_world(&w);
}

static void test_weights(void **state)
{
	static const struct dns_row rows[] = {
		{ "_cql._tcp.two.example", DNS_SERVICE, "1 1 1 a.example" },
		{ "_cql._tcp.two.example", DNS_SERVICE, "1 1 2 a.example" },
		{ "a.example", DNS_ADDRESS, "127.1.0.1" },
		{ NULL, 0, NULL },
	};
	struct world w;
	unsigned seen = 0;

	(void)state;
	open_world(&w, "nameserver 127.0.0.1\n", rows, NULL, NULL);
	while (seen != 3) { /* sooner or later both come first */
		const char *text = look_up(&w, "srv:two.example", PATIENT_MS);
		seen |= strcmp(text, "127.1.0.1:1 127.1.0.1:2") == 0 ? 1 : 2;
	}
	close_world(&w);
}

/* ---- ends ----------------------------------------------------------------------------------- */

static const char *const long_ones[] = { "silent.example", "192.0.2.1", "srv:silent.example" };

/* At any turn. */
static void test_cancel(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(long_ones); i++) {
		for (int turns = 0; turns < 12; turns++) {
			struct world w;
			open_world(&w, "nameserver 127.0.0.1\n", services, NULL, NULL);
			assert_true(start(&w, long_ones[i], 3000));
			for (int t = 0; t < turns && !w.called; t++)
				ev_run(w.ev, EVRUN_NOWAIT);
			int called = w.called;
			cd_lookup_cancel(&w.lookup);
			cd_lookup_cancel(&w.lookup);
			assert_null(w.resolver.searches);
			ev_run(w.ev, EVRUN_NOWAIT);
			assert_int_equal(w.called, called);
			if (!called)
				assert_true(start(&w, long_ones[i], 3000)); /* for deinit */
			close_world(&w);
		}
	}
}

static void end_resolver(struct world *w)
{
	cd_resolver_deinit(&w->resolver);
	memset(&w->resolver, 0x55, sizeof w->resolver);
	w->resolver.searches = NULL;
}

static void start_again(struct world *w)
{
	w->then = NULL;
	assert_true(start(w, "again", 0));
}

static void test_inside_the_callback(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, "nameserver 127.0.0.1\n", services, NULL, NULL);
	w.then = start_again;
	assert_true(start(&w, "b.example", PATIENT_MS));
	while (!w.called || w.then)
		ev_run(w.ev, EVRUN_ONCE);
	assert_string_equal(w.text, "10.1.0.1:9042");
	w.then = end_resolver;
	look_up(&w, "srv:cluster.example", PATIENT_MS);
	close_world(&w);
}

static const char *const each_way[] = { "192.0.2.1", "both", "b.example", "srv:cluster.example",
					"gone.example" };

static bool run_once(const coodie_allocator *a, void *user)
{
	const char *host = user;
	struct world w;

	open_world(&w, "nameserver 127.0.0.1\nsearch example\n", services, NULL, a);
	bool ok = start(&w, host, PATIENT_MS);
	if (ok) {
		while (!w.called)
			ev_run(w.ev, EVRUN_ONCE);
		ok = w.code == COODIE_OK || w.code == COODIE_ERR_RESOLVE;
		assert_true(ok || w.code == COODIE_ERR_NO_MEMORY);
	}
	close_world(&w);
	return ok;
}

static void test_memory(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(each_way); i++)
		assert_true(
			cd_failalloc_each(each_way[i], run_once, (void *)(uintptr_t)each_way[i]));
}

/* ---- the user's function -------------------------------------------------------------------- */

struct custom {
	coodie_resolve *request;
	int calls;
	bool at_once, service;
	char name[100];
	uint16_t port;
};

static void answer(coodie_resolve *request)
{
	const coodie_resolved found[] = { { { { 10, 0, 0, 9 }, 4 }, 0 },
					  { { { 1 }, 7 }, 0 },
					  { { { [15] = 1 }, 16 }, 77 },
					  { { { 10, 0, 0, 9 }, 4 }, 0 } };

	coodie_resolve_done(request, found, CD_COUNT(found), NULL);
}

static void my_resolver(coodie_resolve *take_request, const coodie_resolve_question *q, void *user)
{
	struct custom *c = user;

	assert_int_equal(q->size, sizeof *q);
	c->calls++;
	c->service = q->service;
	c->port = q->port;
	snprintf(c->name, sizeof c->name, "%s", q->name);
	if (c->at_once)
		answer(take_request);
	else
		c->request = take_request;
}

static void wait_for_request(struct world *w, struct custom *c, const char *host, uint32_t ms)
{
	c->request = NULL;
	assert_true(start(w, host, ms));
	while (!c->request)
		ev_run(w->ev, EVRUN_ONCE);
	assert_int_equal(w->called, 0);
}

static void finish(struct world *w)
{
	assert_int_equal(w->called, 0); /* not before the next turn */
	while (!w->called)
		ev_run(w->ev, EVRUN_ONCE);
}

static void test_user(void **state)
{
	struct world w;
	struct custom c = { .at_once = true };
	coodie_error err;

	(void)state;
	open_world(&w, "", NULL, NULL, NULL);
	w.resolver.options.fn = my_resolver;
	w.resolver.options.fn_user = &c;
	assert_string_equal(look_up(&w, "192.0.2.1", 0), "192.0.2.1:9042");
	assert_int_equal(c.calls, 0);
	assert_string_equal(look_up(&w, "node1", 0), "10.0.0.9:9042 [::1]:77");
	assert_string_equal(c.name, "node1");
	assert_false(c.service);
	assert_int_equal(c.port, 9042);
	look_up(&w, "srv:cluster", 0);
	assert_true(c.service);
	assert_string_equal(c.name, "cluster");
	c.at_once = false;
	wait_for_request(&w, &c, "node2", 0);
	answer(c.request);
	finish(&w);
	assert_string_equal(w.text, "10.0.0.9:9042 [::1]:77");
	wait_for_request(&w, &c, "node3", 0);
	coodie_resolve_done(c.request, NULL, 5, NULL);
	finish(&w);
	assert_int_equal(w.code, COODIE_ERR_RESOLVE);
	assert_non_null(strstr(w.text, "node3"));
	wait_for_request(&w, &c, "node4", 0);
	cd_fail(&err, COODIE_ERR_LIMIT, "too tired");
	coodie_resolve_done(c.request, NULL, 0, &err);
	finish(&w);
	assert_int_equal(w.code, COODIE_ERR_LIMIT);
	assert_string_equal(w.text, "node4: too tired");
	coodie_resolve_done(NULL, NULL, 0, NULL);
	close_world(&w);
}

/* An answer that comes after nobody wants it any more. */
static void test_user_late(void **state)
{
	struct world w;
	struct custom c = { .at_once = false };

	(void)state;
	open_world(&w, "", NULL, NULL, NULL);
	w.resolver.options.fn = my_resolver;
	w.resolver.options.fn_user = &c;
	wait_for_request(&w, &c, "node1", 20);
	while (!w.called)
		ev_run(w.ev, EVRUN_ONCE);
	assert_int_equal(w.code, COODIE_ERR_RESOLVE);
	answer(c.request);
	wait_for_request(&w, &c, "node2", 0);
	cd_lookup_cancel(&w.lookup);
	answer(c.request);
	wait_for_request(&w, &c, "node3", 0);
	close_world(&w);
	answer(c.request);
	assert_int_equal(w.called, 0);
}

static bool ask_user_once(const coodie_allocator *a, void *user)
{
	struct world w;
	struct custom c = { .at_once = true };

	open_world(&w, "", NULL, NULL, a);
	w.resolver.options.fn = my_resolver;
	w.resolver.options.fn_user = &c;
	bool ok = start(&w, user, 0);
	while (ok && !w.called)
		ev_run(w.ev, EVRUN_ONCE);
	ok = ok && w.code == COODIE_OK;
	close_world(&w);
	return ok;
}

static void test_user_memory(void **state)
{
	char name[] = "node1";

	(void)state;
	assert_true(cd_failalloc_each("a resolver of one's own", ask_user_once, name));
}

/* ---- addresses to names ---------------------------------------------------------------------- */

#define ARPA(n) n ".0.9.10.in-addr.arpa"
static const struct dns_row pointers[] = {
	{ ARPA("1"), DNS_POINTER, "one.example" },
	{ ARPA("2"), DNS_ALIAS, "2.sub.example" }, /* RFC 2317 */
	{ "2.sub.example", DNS_POINTER, "two.example" },
	{ ARPA("3"), DNS_NOTHING, "" },
	{ ARPA("4"), DNS_POINTER, "" },
	{ ARPA("5"), DNS_POINTER, "first.example" },
	{ ARPA("5"), DNS_POINTER, "second.example" },
	{ ARPA("6"), DNS_SILENT, "" },
	{ ARPA("7"), DNS_POINTER, "cut.example" },
	{ ARPA("7"), DNS_CUT, "" },
	{ "2.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1.0.d.f.ip6.arpa", DNS_POINTER,
	  "six.example" },
	{ NULL, DNS_NOTHING, NULL },
};

static const struct {
	const char *address, *want; /* NULL: none */
} named[] = {
	{ "10.1.0.1", "both" }, /* of the hosts file: its first name */
	{ "fd00::1", "both" },         { "10.9.0.1", "one.example" },
	{ "10.9.0.2", "two.example" }, { "10.9.0.3", NULL },
	{ "10.9.0.4", NULL },          { "10.9.0.5", "first.example" },
	{ "10.9.0.6", NULL },          { "10.9.0.7", NULL },
	{ "10.9.0.8", NULL },          { "fd01::12", "six.example" },
};

static void on_named(void *user, const char *name, const coodie_error *err)
{
	struct world *w = user;

	assert_false(w->starting);
	assert_null(w->lookup.search);
	assert_int_equal(name == NULL, err->code != COODIE_OK);
	w->called++;
	w->code = err->code;
	snprintf(w->text, sizeof w->text, "%s", name ? name : err->message);
}

static bool start_naming(struct world *w, const char *address, uint32_t timeout_ms)
{
	cql_inet inet;

	assert_true(cql_inet_parse(address, &inet, NULL));
	w->called = 0;
	w->starting = true;
	bool ok = cd_resolver_name(&w->resolver, &w->lookup, &inet, timeout_ms, on_named, w, NULL);
	w->starting = false;
	while (ok && !w->called)
		ev_run(w->ev, EVRUN_ONCE);
	return ok;
}

static void test_names(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, "nameserver 127.0.0.1\nsearch example\noptions attempts:1\n", pointers, NULL,
		   NULL);
	for (size_t i = 0; i < CD_COUNT(named); i++) {
		const char *address = named[i].address, *want = named[i].want;
		assert_true(start_naming(&w, address, 200));
		if (want)
			CD_CHECK(!strcmp(w.text, want), address);
		else
			CD_CHECK(w.code == COODIE_ERR_RESOLVE && strstr(w.text, address), address);
	}
	assert_null(strstr(dns_server_log(w.servers[0]), "arpa.example")); /* the search list */
	assert_null(strstr(dns_server_log(w.servers[0]), "A "));
	close_world(&w);
}

static bool name_once(const coodie_allocator *a, void *user)
{
	struct world w;

	open_world(&w, "nameserver 127.0.0.1\n", pointers, NULL, a);
	bool ok = start_naming(&w, user, 0) && w.code == COODIE_OK;
	close_world(&w);
	return ok;
}

static void test_names_memory(void **state)
{
	char address[] = "10.9.0.2";

	(void)state;
	assert_true(cd_failalloc_each("a name", name_once, address));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),     cmocka_unit_test(test_hosts_order),
		cmocka_unit_test(test_answers),   cmocka_unit_test(test_tcp_only),
		cmocka_unit_test(test_missing),   cmocka_unit_test(test_retries),
		cmocka_unit_test(test_search),    cmocka_unit_test(test_changed_servers),
		cmocka_unit_test(test_services),  cmocka_unit_test(test_weights),
		cmocka_unit_test(test_cancel),    cmocka_unit_test(test_inside_the_callback),
		cmocka_unit_test(test_memory),    cmocka_unit_test(test_user),
		cmocka_unit_test(test_user_late), cmocka_unit_test(test_user_memory),
		cmocka_unit_test(test_names),     cmocka_unit_test(test_names_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
