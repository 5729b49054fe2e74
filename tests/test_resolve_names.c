/* SPDX-License-Identifier: MIT */
/* Sessions that look up the names of addresses (N15 b): certificates and logins know nodes by them. */
#include <ev.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/test.h"

#include <coodie/auth.h>
#include <coodie/libev.h>
#include <coodie/node.h>
#include <coodie/session.h>

#include "net/engine/engine_impl.h"
#include "net/session/session.h"
#include "tests/dns_server.h"

enum { PATIENT_MS = 60000 };

/* The node's certificate names elsewhere.test alone. */
#define HERE "1.0.0.127.in-addr.arpa"
static const struct dns_row zones[][3] = {
	{ { HERE, DNS_POINTER, "elsewhere.test" } },
	{ { HERE, DNS_POINTER, "other.test" } },
	{ { HERE, DNS_NOTHING, "" } },
	{ { HERE, DNS_SILENT, "" } },
	{ { HERE, DNS_RCODE, "2" } },
};

static const struct row {
	const char *name;
	const char *option;
	unsigned zone;
	const char *point; /* "host:" before the port */
	const char *host;  /* that logs in; NULL: it does not come so far */
	const char *says;  /* of what goes wrong */
	unsigned asked;
} rows[] = {
	{ "a name", "on", 0, "127.0.0.1", "elsewhere.test", NULL, 1 },
	{ "switched off", "off", 0, "127.0.0.1", NULL, "the certificate of 127.0.0.1", 0 },
	{ "another name", "on", 1, "127.0.0.1", NULL, "the certificate of other.test", 1 },
	{ "no name", "on", 2, "127.0.0.1", NULL, "the certificate of 127.0.0.1", 1 },
	{ "no answer", "on", 3, "127.0.0.1", NULL, "the certificate of 127.0.0.1", 1 },
	{ "a failure", "on", 4, "127.0.0.1", NULL, "the certificate of 127.0.0.1", 1 },
	{ "a contact point with a name", "on", 1, "elsewhere.test", "elsewhere.test", NULL, 0 },
};

struct world {
	struct ev_loop *ev;
	coodie_loop loop;
	uint16_t dns_port;
	struct dns_server *dns;
	coodie_node *node;
	coodie_session *session;
	char hosts[40], resolv[40];
	char host[64]; /* that asked for a login last */
	bool ended;
	coodie_error err;
};

static void make_file(char path[40], const char *text)
{
	strcpy(path, "/tmp/coodie-names-XXXXXX");
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void log_in(coodie_auth *a, void *user)
{
	static const char token[] = "\0ada\0pw";
	struct world *w = user;

	snprintf(w->host, sizeof w->host, "%s", coodie_auth_host(a));
	coodie_auth_respond(a, token, sizeof token - 1);
}

static coodie_node *start_node(void)
{
	coodie_node_options *o = coodie_node_options_new(NULL);
	char cert[300], key[300];
	coodie_error err;

	snprintf(cert, sizeof cert, "%s/wronghost.pem", getenv("COODIE_TEST_CERTS"));
	snprintf(key, sizeof key, "%s/wronghost.key", getenv("COODIE_TEST_CERTS"));
	assert_true(coodie_node_options_set_credentials(o, "ada", "pw", NULL));
	if (!coodie_node_options_set_tls_files(o, cert, key, NULL, &err))
		fail_msg("%s", err.message);
	coodie_node *n = coodie_node_start(o, &err);
	if (!n)
		fail_msg("%s", err.message);
	coodie_node_options_free(o);
	return n;
}

static void open_session(struct world *w, const struct row *row)
{
	static const coodie_authenticator mine = { .size = sizeof mine, .initial = log_in };
	coodie_options *o = coodie_options_new(NULL);
	char text[300];
	coodie_error err;

	snprintf(text, sizeof text, "%s:%u", row->point, coodie_node_port(w->node));
	assert_true(coodie_options_add_contact_point(o, text, &err));
	snprintf(text, sizeof text, "%s/ca.pem", getenv("COODIE_TEST_CERTS"));
	assert_true(coodie_options_set(o, "tls", "full", &err));
	assert_true(coodie_options_set(o, "tls_ca", text, &err));
	assert_true(coodie_options_set(o, "resolve_names", row->option, &err));
	assert_true(coodie_options_set(o, "resolve_timeout_ms", "300", &err));
	assert_true(coodie_options_set(o, "connections_per_host", "3", &err));
	assert_true(coodie_options_set(o, "pool_opening", "first", &err));
	assert_true(coodie_options_set_authenticator(o, &mine, w, &err));
	coodie_options_set_connect_timeout_ms(o, PATIENT_MS);
	coodie_options_set_request_timeout_ms(o, PATIENT_MS);
	w->session = coodie_session_attach(o, &w->loop, &err);
	if (!w->session)
		fail_msg("%s", err.message);
	coodie_options_free(o);
	w->session->engine->resolver.options = (struct cd_resolver_options){
		.hosts_path = w->hosts, .resolv_path = w->resolv, .dns_port = w->dns_port
	};
}

static void on_connected(const coodie_error *err, void *user)
{
	struct world *w = user;

	w->err = *err;
	w->ended = true;
}

static unsigned count(const char *text, const char *word)
{
	unsigned n = 0;

	while ((text = strstr(text, word))) {
		text += strlen(word);
		n++;
	}
	return n;
}

static void check(const struct row *row, const struct world *w)
{
	if (row->host && w->err.code != COODIE_OK)
		fail_msg("%s: %s", row->name, w->err.message);
	if (!row->host && (w->err.code == COODIE_OK || !strstr(w->err.message, row->says)))
		fail_msg("%s: %s", row->name, w->err.message);
	CD_CHECK(!strcmp(w->host, row->host ? row->host : ""), row->name);
	/* the node knows what the contact point is called */
	unsigned asked = count(dns_server_log(w->dns), "PTR " HERE);
	if (asked != row->asked)
		fail_msg("%s: %s", row->name, dns_server_log(w->dns));
}

static void run(const struct row *row)
{
	struct world w = { .ev = ev_loop_new(EVFLAG_NOENV), .node = start_node() };
	char localhost[] = "127.0.0.1 elsewhere.test\n";

	w.loop = coodie_loop_libev(w.ev);
	make_file(w.hosts, strcmp(row->point, "elsewhere.test") ? "" : localhost);
	make_file(w.resolv, "nameserver 127.0.0.1\noptions attempts:1\n");
	w.dns = dns_server_new(&w.loop, "127.0.0.1", &w.dns_port, zones[row->zone]);
	open_session(&w, row);
	assert_true(coodie_session_connect_async(w.session, on_connected, &w, &w.err));
	while (!w.ended)
		ev_run(w.ev, EVRUN_ONCE);
	check(row, &w);
	coodie_session_free(w.session);
	dns_server_free(w.dns);
	ev_run(w.ev, 0); /* comes back: nothing is left in it */
	ev_loop_destroy(w.ev);
	coodie_node_stop(w.node);
	assert_int_equal(unlink(w.hosts) | unlink(w.resolv), 0);
}

static void test_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++)
		run(&rows[i]);
}

/* A session that ends while a name is looked up leaves nothing behind. */
static void test_given_up(void **state)
{
	struct world w = { .ev = ev_loop_new(EVFLAG_NOENV), .node = start_node() };
	const struct row row = { .option = "on", .zone = 3, .point = "127.0.0.1" };

	(void)state;
	w.loop = coodie_loop_libev(w.ev);
	make_file(w.hosts, "");
	make_file(w.resolv, "nameserver 127.0.0.1\n");
	w.dns = dns_server_new(&w.loop, "127.0.0.1", &w.dns_port, zones[row.zone]);
	open_session(&w, &row);
	assert_true(coodie_session_connect_async(w.session, on_connected, &w, &w.err));
	while (!*dns_server_log(w.dns))
		ev_run(w.ev, EVRUN_ONCE);
	coodie_session_free(w.session);
	while (!w.ended)
		ev_run(w.ev, EVRUN_NOWAIT);
	assert_int_equal(w.err.code, COODIE_ERR_CLOSED);
	dns_server_free(w.dns);
	ev_run(w.ev, 0);
	ev_loop_destroy(w.ev);
	coodie_node_stop(w.node);
	assert_int_equal(unlink(w.hosts) | unlink(w.resolv), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_given_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
