/* SPDX-License-Identifier: MIT */
/* Sessions on an encrypted node that asks for a login: authenticators on a real loop, credentials
 * that change, and new certificates while the session runs. */
#include <ev.h>

#include "tests/test.h"

#include <coodie/auth.h>
#include <coodie/libev.h>
#include <coodie/node.h>
#include <coodie/resolve.h>
#include <coodie/session.h>

#include "net/options/options.h"

#include "tests/certs.h"

enum { PATIENT_MS = 60000 };

static const char token[] = "\0ada\0pw";

static coodie_node *start_node(bool encrypted)
{
	coodie_node_options *o = coodie_node_options_new(NULL);
	coodie_error err;

	assert_true(coodie_node_options_set_credentials(o, "ada", "pw", NULL));
	if (encrypted)
		coodie_node_options_set_tls_generated(o);
	coodie_node *n = coodie_node_start(o, &err);
	if (!n)
		fail_msg("%s", err.message);
	coodie_node_options_free(o);
	return n;
}

static coodie_options *options_for(const coodie_node *n)
{
	coodie_options *o = coodie_options_new(NULL);

	assert_true(coodie_options_add_contact_point(o, coodie_node_address(n, 0), NULL));
	coodie_options_set_connect_timeout_ms(o, PATIENT_MS);
	coodie_options_set_request_timeout_ms(o, PATIENT_MS);
	return o;
}

static coodie_tls *trusting(const char *pem)
{
	coodie_tls *tls = coodie_tls_new(NULL);
	coodie_error err;

	if (!coodie_tls_add_ca_pem(tls, pem, strlen(pem), &err))
		fail_msg("%s", err.message);
	return tls;
}

static void ask(coodie_session *s)
{
	coodie_error err;
	coodie_result *r = coodie_session_query(s, "SELECT release_version FROM system.local",
						CQL_ARGS(), NULL, &err);

	if (!r)
		fail_msg("%s", err.message);
	coodie_result_free(r);
}

static coodie_session *open_session(const coodie_options *o)
{
	coodie_error err;
	coodie_session *s = coodie_session_new(o, &err);

	if (!s)
		fail_msg("%s", err.message);
	return s;
}

/* ---- TLS ------------------------------------------------------------------------------------ */

static void check_refused(const coodie_options *o, enum coodie_errc code, const char *says)
{
	coodie_session *s = open_session(o);
	coodie_error err;

	assert_false(coodie_session_connect(s, &err));
	if (err.code != code || !strstr(err.message, says))
		fail_msg("%s: %s", coodie_errc_name(err.code), err.message);
	coodie_session_free(s);
}

static void look_up(coodie_resolve *take_request, const coodie_resolve_question *q, void *user)
{
	const coodie_node *n = user;
	const coodie_resolved here = { { { 127, 0, 0, 1 }, 4 }, (uint16_t)coodie_node_port(n) };

	assert_string_equal(q->name, "elsewhere.test");
	coodie_resolve_done(take_request, &here, 1, NULL);
}

static coodie_node *start_named_node(void)
{
	coodie_node_options *o = coodie_node_options_new(NULL);
	char cert[300], key[300];
	coodie_error err;

	snprintf(cert, sizeof cert, "%s/wronghost.pem", getenv("COODIE_TEST_CERTS"));
	snprintf(key, sizeof key, "%s/wronghost.key", getenv("COODIE_TEST_CERTS"));
	assert_true(coodie_node_options_set_tls_files(o, cert, key, NULL, &err));
	coodie_node *n = coodie_node_start(o, &err);
	if (!n)
		fail_msg("%s", err.message);
	coodie_node_options_free(o);
	return n;
}

/* Its certificate has a name and no address: the others of its pool are connected by that name, too. */
static void test_name_is_kept(void **state)
{
	coodie_options *o = coodie_options_new(NULL);
	coodie_tls *tls = coodie_tls_new(NULL);
	coodie_node *n = start_named_node();
	coodie_node_stats stats = { .size = sizeof stats };
	char ca[300];
	coodie_error err;

	(void)state;
	snprintf(ca, sizeof ca, "%s/ca.pem", getenv("COODIE_TEST_CERTS"));
	assert_true(coodie_tls_add_ca_file(tls, ca, &err));
	assert_true(coodie_options_set_tls(o, tls, NULL));
	coodie_tls_free(tls);
	assert_true(coodie_options_add_contact_point(o, "elsewhere.test", &err));
	coodie_options_set_resolver(o, look_up, n);
	coodie_options_set_request_timeout_ms(o, PATIENT_MS);
	assert_true(coodie_options_tune(o, COODIE_TUNE(.connections_per_host = 3), &err));
	coodie_session *s = open_session(o);
	do {
		ask(s);
		assert_true(coodie_node_get_stats(n, 0, &stats));
	} while (stats.open < 3);
	ask(s);
	assert_true(coodie_node_get_stats(n, 0, &stats));
	assert_int_equal(stats.accepted, 3);
	coodie_session_free(s);
	coodie_options_free(o);
	coodie_node_stop(n);
}

/* The sessions share the options' TLS: the second one's first connection is a short handshake. */
static void test_resumed(void **state)
{
	coodie_node *n = start_node(true);
	coodie_options *o = options_for(n);
	coodie_tls *tls = trusting(coodie_node_ca_pem(n));
	uint64_t full, resumed;

	(void)state;
	assert_true(coodie_options_set_credentials(o, "ada", "pw", NULL));
	assert_true(coodie_options_set_tls(o, tls, NULL));
	coodie_tls_free(tls);
	for (int i = 0; i < 2; i++) {
		coodie_session *s = open_session(o);
		ask(s);
		coodie_session_free(s);
	}
	cd_tls_context_counts(o->tls_context, &full, &resumed);
	assert_true(full >= 1);
	assert_true(resumed >= 1);
	coodie_options_free(o);
	coodie_node_stop(n);
}

/* What options by name say arrives: secrets are in the file, of the cipher that is wanted. */
static void test_by_name(void **state)
{
	coodie_node *n = start_node(true);
	coodie_options *o = options_for(n);
	coodie_connection_info info = { .size = sizeof info };
	char ca[64], log[64], line[200] = "";
	coodie_error err;

	(void)state;
	cert_write(coodie_node_ca_pem(n), ca);
	cert_write("", log);
	assert_true(coodie_options_set_credentials(o, "ada", "pw", NULL));
	const char *const set[][2] = {
		{ "tls", "full" },       { "tls_ca", ca },
		{ "tls_key_log", log },  { "tls_tickets", "none" },
		{ "tls_lowest", "1.3" }, { "tls_suites", "TLS_CHACHA20_POLY1305_SHA256" }
	};
	for (size_t i = 0; i < CD_COUNT(set); i++)
		if (!coodie_options_set(o, set[i][0], set[i][1], &err))
			fail_msg("%s", err.message);
	coodie_session *s = open_session(o);
	ask(s);
	assert_true(coodie_session_info(s, &info, &err));
	assert_string_equal(info.tls_cipher, "TLS_CHACHA20_POLY1305_SHA256");
	FILE *file = fopen(log, "re");
	assert_non_null(fgets(line, sizeof line, file));
	assert_non_null(strstr(line, "SECRET"));
	fclose(file);
	coodie_session_free(s);
	coodie_options_free(o);
	coodie_node_stop(n);
	assert_int_equal(unlink(ca) | unlink(log), 0);
}

static void test_reload(void **state)
{
	coodie_node *n = start_node(true), *other = start_node(true);
	coodie_options *o = options_for(n), *plain = options_for(n);
	coodie_tls *good = trusting(coodie_node_ca_pem(n));
	coodie_tls *strange = trusting(coodie_node_ca_pem(other));
	coodie_error err;

	(void)state;
	assert_true(coodie_options_set_credentials(o, "ada", "pw", NULL));
	assert_true(coodie_options_set_tls(o, good, NULL));
	coodie_session *s = open_session(o);
	ask(s);
	assert_true(coodie_session_reload_tls(s, strange, &err));
	ask(s); /* on the connection that is there */
	check_refused(o, COODIE_ERR_TLS, "no trusted authority");
	/* what contradicts itself changes nothing */
	coodie_tls_set_verify(good, COODIE_TLS_VERIFY_NONE);
	assert_false(coodie_session_reload_tls(s, good, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	check_refused(o, COODIE_ERR_TLS, "no trusted authority");
	coodie_tls_set_verify(good, COODIE_TLS_VERIFY_FULL);
	assert_true(coodie_session_reload_tls(s, good, &err));
	coodie_session *again = open_session(o);
	ask(again);
	ask(s);
	coodie_session_free(again);
	coodie_session_free(s);
	/* nothing to reload */
	s = open_session(plain);
	assert_false(coodie_session_reload_tls(s, good, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	assert_false(coodie_session_reload_tls(s, NULL, &err));
	assert_false(coodie_session_reload_tls(NULL, good, &err));
	coodie_session_free(s);
	coodie_tls_free(good);
	coodie_tls_free(strange);
	coodie_options_free(o);
	coodie_options_free(plain);
	coodie_node_stop(n);
	coodie_node_stop(other);
}

/* ---- logins --------------------------------------------------------------------------------- */

static bool change(cql_inet address, char *name, size_t name_size, char *password,
		   size_t password_size, void *user, coodie_error *err)
{
	(void)err;
	assert_int_equal(address.length, 4);
	assert_int_equal(address.address[0], 127);
	snprintf(name, name_size, "ada");
	snprintf(password, password_size, "%s", (const char *)user);
	return true;
}

static void test_credentials(void **state)
{
	coodie_node *n = start_node(false);
	coodie_options *o = options_for(n);
	char password[16] = "old";

	(void)state;
	check_refused(o, COODIE_ERR_AUTH, "coodie_options_set_credentials()");
	coodie_options_set_credentials_fn(o, change, password);
	check_refused(o, COODIE_ERR_AUTH, "AUTH_RESPONSE was refused");
	snprintf(password, sizeof password, "pw"); /* it is asked for anew */
	coodie_session *s = open_session(o);
	ask(s);
	coodie_session_free(s);
	assert_true(coodie_options_set_allowed_authenticators(o, "com.example.Other", NULL));
	check_refused(o, COODIE_ERR_AUTH, "coodie_options_set_allowed_authenticators()");
	coodie_options_free(o);
	coodie_node_stop(n);
}

/* An application that asks somebody else for the token, on its own loop. */
struct app {
	struct ev_loop *ev;
	ev_timer timer;
	coodie_auth *auth;
	coodie_session *session;
	unsigned initial, success, cleanup, ended;
	enum coodie_errc code;
	char message[COODIE_ERROR_MESSAGE_SIZE];
	bool never, fails;
};

static void on_timer(struct ev_loop *ev, ev_timer *timer, int events)
{
	struct app *a = timer->data;

	(void)ev;
	(void)events;
	if (a->fails)
		coodie_auth_fail(a->auth, "the key server is down");
	else
		coodie_auth_respond(a->auth, token, sizeof token - 1);
	a->auth = NULL;
}

static void app_initial(coodie_auth *auth, void *user)
{
	struct app *a = user;
	uint16_t port;

	assert_int_equal(coodie_auth_address(auth, &port).length, 4);
	assert_true(port != 0);
	a->initial++;
	a->auth = auth;
	if (!a->never)
		ev_timer_start(a->ev, &a->timer);
}

static void app_success(coodie_auth *auth, const uint8_t *data, size_t len, void *user)
{
	(void)auth;
	(void)data;
	(void)len;
	((struct app *)user)->success++;
}

static void app_cleanup(coodie_auth *auth, void *user)
{
	(void)auth;
	((struct app *)user)->cleanup++;
}

static const coodie_authenticator app_table = {
	.size = sizeof app_table,
	.initial = app_initial,
	.success = app_success,
	.cleanup = app_cleanup,
};

static void on_connected(const coodie_error *err, void *user)
{
	struct app *a = user;

	a->ended++;
	a->code = err->code;
	memcpy(a->message, err->message, sizeof a->message);
	ev_break(a->ev, EVBREAK_ALL);
}

static void app_open(struct app *a, const coodie_node *n, uint32_t timeout_ms)
{
	coodie_options *o = options_for(n);
	coodie_tls *tls = trusting(coodie_node_ca_pem(n));
	coodie_error err;

	a->ev = ev_loop_new(EVFLAG_NOENV);
	ev_timer_init(&a->timer, on_timer, 0.01, 0);
	a->timer.data = a;
	assert_true(coodie_options_set_tls(o, tls, NULL));
	coodie_tls_free(tls);
	coodie_options_set_connect_timeout_ms(o, timeout_ms);
	assert_true(coodie_options_set_authenticator(o, &app_table, a, NULL));
	coodie_loop loop = coodie_loop_libev(a->ev);
	a->session = coodie_session_attach(o, &loop, &err);
	if (!a->session)
		fail_msg("%s", err.message);
	coodie_options_free(o);
	assert_true(coodie_session_connect_async(a->session, on_connected, a, &err));
}

static void app_close(struct app *a)
{
	coodie_session_free(a->session);
	ev_run(a->ev, 0); /* comes back: nothing is left in it */
	assert_int_equal(a->cleanup, a->initial);
	ev_loop_destroy(a->ev);
}

static void test_later(void **state)
{
	coodie_node *n = start_node(true);

	(void)state;
	for (int fails = 0; fails < 2; fails++) {
		struct app a = { .fails = fails };
		app_open(&a, n, PATIENT_MS);
		ev_run(a.ev, 0);
		assert_int_equal(a.ended, 1);
		assert_int_equal(a.code, fails ? COODIE_ERR_AUTH : COODIE_OK);
		assert_true(!fails || strstr(a.message, "the key server is down"));
		assert_true(a.initial >= 1);
		assert_int_equal(a.success > 0, !fails);
		app_close(&a);
	}
	coodie_node_stop(n);
}

/* Nobody answers: the connect timeout says who was waited for. */
static void test_never(void **state)
{
	coodie_node *n = start_node(true);
	struct app a = { .never = true };

	(void)state;
	app_open(&a, n, 300);
	ev_run(a.ev, 0);
	assert_int_equal(a.ended, 1);
	assert_int_equal(a.code, COODIE_ERR_TIMEOUT);
	assert_int_equal(a.cleanup, a.initial);
	if (a.initial) /* a slow machine may not have come so far */
		assert_non_null(strstr(a.message, "the application's authenticator"));
	coodie_auth_respond(a.auth, "late", 4); /* gives it back */
	app_close(&a);
	coodie_node_stop(n);
}

/* The session goes while its authenticator is asked. */
static void test_freed_meanwhile(void **state)
{
	coodie_node *n = start_node(true);
	struct app a = { .never = true };

	(void)state;
	app_open(&a, n, PATIENT_MS);
	while (!a.auth)
		ev_run(a.ev, EVRUN_ONCE);
	coodie_session_free(a.session);
	a.session = NULL;
	while (!a.ended)
		ev_run(a.ev, EVRUN_ONCE);
	assert_int_equal(a.code, COODIE_ERR_CLOSED);
	assert_int_equal(a.cleanup, a.initial);
	coodie_auth_fail(a.auth, "late");
	app_close(&a);
	coodie_node_stop(n);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_resumed),     cmocka_unit_test(test_name_is_kept),
		cmocka_unit_test(test_by_name),     cmocka_unit_test(test_reload),
		cmocka_unit_test(test_credentials), cmocka_unit_test(test_later),
		cmocka_unit_test(test_never),       cmocka_unit_test(test_freed_meanwhile),
	};

	return cmocka_run_group_tests_name("login", tests, NULL, NULL);
}
