/* SPDX-License-Identifier: MIT */
/* net/engine/auth.c: logins between AUTHENTICATE and AUTH_SUCCESS, with a server made of the same codec:
 * authenticators that answer at once, later, too late and never, credentials, certificates, and
 * what is left of secrets in memory. */
#include "tests/test.h"

#include <stdlib.h>

#include <coodie/options.h>

#include "base/tls_context.h"
#include "net/engine/conn.h"
#include "tests/certs.h"
#include "tests/failalloc.h"

#define PASSWORD_CLASS "org.apache.cassandra.auth.PasswordAuthenticator"
#define MUTUAL_CLASS "org.apache.cassandra.auth.MutualTlsAuthenticator"
#define FALLBACK_CLASS "org.apache.cassandra.auth.MutualTlsWithPasswordFallbackAuthenticator"

/* ---- the server ----------------------------------------------------------------------------- */

/* What it does with a login. */
struct manners {
	const char *class_name; /* NULL: PASSWORD_CLASS */
	unsigned challenges;    /* before the end */
	int32_t refuses;        /* ends with an ERROR of this code */
	bool hasty_challenge;   /* right behind AUTHENTICATE, */
	bool hasty_success;     /* or this, */
	bool hasty_error;       /* or this */
};

struct table {
	struct manners is;
	struct cd_conn conn;
	struct cd_inbox in; /* the server's */
	struct cd_outbox out;
	coodie_options *options;
	unsigned version, asked;
	char got[512]; /* the tokens it got, with NUL as '|', each in brackets */
	coodie_error err;
	enum cd_conn_event event;
	unsigned wakes;
};

static void note_token(struct table *t, cql_blob token)
{
	size_t at = strlen(t->got);

	if (!token.data) {
		snprintf(t->got + at, sizeof t->got - at, "[null]");
		return;
	}
	t->got[at++] = '[';
	for (size_t i = 0; i < token.len && at + 2 < sizeof t->got; i++)
		t->got[at++] = token.data[i] ? (char)token.data[i] : '|';
	t->got[at++] = ']';
	t->got[at] = '\0';
}

static void say(struct table *t, const cql_message *m)
{
	coodie_error err;

	if (!cd_message_write(&t->out, m, NULL, &err))
		fail_msg("%s", err.message);
}

static void say_token(struct table *t, enum cql_opcode opcode, const char *text)
{
	const cql_message m = { .opcode = (uint8_t)opcode,
				.as.token = { (const uint8_t *)text, strlen(text) } };

	say(t, &m);
}

static void say_error(struct table *t, int32_t code)
{
	cql_message m = { .opcode = CQL_OP_ERROR };

	m.as.error.code = code;
	m.as.error.message = cql_text_of("said the server");
	say(t, &m);
}

static void on_startup(struct table *t)
{
	cql_message m = { .opcode = CQL_OP_AUTHENTICATE };

	m.as.authenticator = cql_text_of(t->is.class_name ? t->is.class_name : PASSWORD_CLASS);
	if (t->version < 5)
		cd_outbox_switch(&t->out, (uint8_t)t->version, false);
	cd_inbox_switch(&t->in, (uint8_t)t->version, false);
	say(t, &m);
}

static void on_token(struct table *t, cql_blob token)
{
	char challenge[16];

	note_token(t, token);
	snprintf(challenge, sizeof challenge, "c%u", t->asked);
	if (t->asked++ < t->is.challenges)
		say_token(t, CQL_OP_AUTH_CHALLENGE, challenge);
	else if (t->is.refuses)
		say_error(t, t->is.refuses);
	else
		say_token(t, CQL_OP_AUTH_SUCCESS, "welcome");
}

static void serve(struct table *t, const cql_envelope *e)
{
	cql_message asked, supported = { .opcode = CQL_OP_SUPPORTED };
	struct cd_arena arena;
	coodie_error err;

	cd_arena_init(&arena, NULL, 0);
	cd_outbox_set_version(&t->out, e->version);
	if (!cd_message_read(e, NULL, &arena, &asked, &err))
		fail_msg("%s", err.message);
	if (asked.opcode == CQL_OP_OPTIONS)
		say(t, &supported);
	else if (asked.opcode == CQL_OP_STARTUP)
		on_startup(t);
	else
		on_token(t, asked.as.token);
	cd_arena_deinit(&arena);
}

static void carry(struct cd_outbox *from, struct cd_inbox *to)
{
	coodie_error err;
	size_t room;

	assert_true(cd_outbox_seal(from, &err));
	struct cd_span bytes = cd_outbox_pending(from);
	if (!bytes.len)
		return;
	uint8_t *at = cd_inbox_space(to, bytes.len, &room);
	if (!at)
		return; /* out of memory, which is its test's business */
	memcpy(at, bytes.at, bytes.len);
	cd_inbox_filled(to, bytes.len);
	cd_outbox_sent(from, bytes.len);
}

static void be_hasty(struct table *t)
{
	if (t->is.hasty_challenge)
		say_token(t, CQL_OP_AUTH_CHALLENGE, "now");
	if (t->is.hasty_success)
		say_token(t, CQL_OP_AUTH_SUCCESS, "now");
	if (t->is.hasty_error)
		say_error(t, 0x1001);
	t->is.hasty_challenge = t->is.hasty_success = t->is.hasty_error = false;
}

/* One message each way. */
static void turn(struct table *t)
{
	cql_envelope e;
	coodie_error err;

	carry(&t->conn.out, &t->in);
	if (cd_inbox_next(&t->in, &e, &err) == CQL_INBOX_ENVELOPE)
		serve(t, &e);
	carry(&t->out, &t->conn.in);
	t->event = cd_conn_next(&t->conn, &e, &t->err);
	/* v5: everything behind the answer to STARTUP is in segments */
	if (t->in.version >= 5 && !t->out.segments)
		cd_outbox_switch(&t->out, 5, false);
	if (t->conn.state == CD_CONN_AUTH && t->event == CD_CONN_MORE)
		be_hasty(t);
}

/* Goes on until it is up, broken, or waits for the application. */
static void talk(struct table *t)
{
	for (int i = 0; i < 20; i++) {
		turn(t);
		if (t->event != CD_CONN_MORE || cd_auth_waits(&t->conn))
			return;
	}
}

static void on_wake(void *user)
{
	struct table *t = user;

	t->wakes++;
}

static void set_up(struct table *t, const struct manners *is, unsigned version,
		   coodie_options *take_options)
{
	*t = (struct table){ .is = *is, .version = version, .options = take_options };
	assert_true(coodie_options_set_protocol_version(take_options, version, NULL));
	cd_inbox_init(&t->in, CQL_SERVER, NULL, NULL);
	cd_outbox_init(&t->out, CQL_SERVER, NULL, cd_terms_default.max_body);
	cd_conn_init(&t->conn, take_options, NULL, (uint8_t)version);
	t->conn.auth.address = (cql_inet){ .address = { 127, 0, 0, 9 }, .length = 4 };
	t->conn.auth.port = 9042;
	t->conn.auth.wake = on_wake;
	t->conn.auth.wake_user = t;
	if (!cd_conn_start(&t->conn, &t->err))
		t->event = CD_CONN_BROKEN;
}

static void tear_down(struct table *t)
{
	cd_conn_deinit(&t->conn);
	cd_inbox_deinit(&t->in);
	cd_outbox_deinit(&t->out);
	coodie_options_free(t->options);
}

static void check_end(const struct table *t, enum coodie_errc code, const char *says,
		      const char *row)
{
	bool up = t->event == CD_CONN_UP;

	if (code == COODIE_OK ? !up
			      : t->event != CD_CONN_BROKEN || t->err.code != code ||
					!strstr(t->err.message, says))
		fail_msg("row \"%s\": %s", row, up ? "it is up" : t->err.message);
}

static coodie_options *new_options(const coodie_allocator *a)
{
	coodie_options *o = coodie_options_new(NULL);

	assert_non_null(o);
	coodie_options_set_allocator(o, a);
	return o;
}

/* ---- authenticators ------------------------------------------------------------------------- */

enum when { AT_ONCE = 0, LATER };

/* One of the application's: what it was called for, and how it is to answer. */
struct app {
	enum when when;
	const char *answers[4];      /* by question; NULL: a null token */
	const char *fails;           /* with this, instead of the last answer */
	unsigned questions, failing; /* the question that fails, from 1 */
	bool twice;                  /* answers once more, otherwise */
	bool in_cleanup;             /* answers there what is open */
	coodie_auth *auth;
	char log[512];
};

static void log_word(struct app *a, const char *word, const uint8_t *data, size_t len)
{
	size_t at = strlen(a->log);

	snprintf(a->log + at, sizeof a->log - at, "%s%s%.*s", at ? " " : "", word, (int)len,
		 data ? (const char *)data : "");
}

static void answer(struct app *a)
{
	const char *text = a->answers[a->questions - 1];

	if (a->failing == a->questions)
		coodie_auth_fail(a->auth, a->fails);
	else
		coodie_auth_respond(a->auth, text, text ? strlen(text) : 0);
	if (a->twice) {
		coodie_auth_respond(a->auth, "again", 5);
		coodie_auth_fail(a->auth, "again");
	}
}

static void asked(struct app *a, coodie_auth *auth)
{
	a->auth = auth;
	a->questions++;
	if (a->when == AT_ONCE)
		answer(a);
}

static void app_initial(coodie_auth *auth, void *user)
{
	struct app *a = user;
	const char *class_name = coodie_auth_class(auth);
	uint16_t port;
	cql_inet address = coodie_auth_address(auth, &port);

	assert_null(coodie_auth_data(auth));
	coodie_auth_set_data(auth, a->log);
	assert_int_equal(port, 9042);
	assert_int_equal(address.length, 4);
	assert_int_equal(address.address[3], 9);
	log_word(a, "initial:", (const uint8_t *)class_name, strlen(class_name));
	asked(a, auth);
}

static void app_challenge(coodie_auth *auth, const uint8_t *data, size_t len, void *user)
{
	assert_ptr_equal(coodie_auth_data(auth), ((struct app *)user)->log);
	log_word(user, "challenge:", data, len);
	asked(user, auth);
}

static void app_success(coodie_auth *auth, const uint8_t *data, size_t len, void *user)
{
	assert_ptr_equal(coodie_auth_data(auth), ((struct app *)user)->log);
	log_word(user, "success:", data, len);
}

static void app_cleanup(coodie_auth *auth, void *user)
{
	struct app *a = user;

	assert_ptr_equal(coodie_auth_data(auth), a->log);
	log_word(a, "cleanup", NULL, 0);
	if (a->in_cleanup)
		coodie_auth_fail(auth, "too late");
}

static const coodie_authenticator app_table = {
	.size = sizeof app_table,
	.initial = app_initial,
	.challenge = app_challenge,
	.success = app_success,
	.cleanup = app_cleanup,
};

static coodie_options *options_of(struct app *a, const coodie_allocator *allocator)
{
	coodie_options *o = new_options(allocator);

	assert_true(coodie_options_set_authenticator(o, &app_table, a, NULL));
	return o;
}

static const struct exchange {
	const char *name;
	const char *log, *got;
	enum coodie_errc code;
	const char *says;
	struct app app;
	struct manners server;
} exchanges[] = {
	{ "one answer", "initial:" PASSWORD_CLASS " success:welcome cleanup", "[one]",
	  .app = { .answers = { "one" } } },
	{ "a null token", "initial:" PASSWORD_CLASS " success:welcome cleanup", "[null]",
	  .app = { .answers = { NULL } } },
	{ "an empty token", "initial:" PASSWORD_CLASS " success:welcome cleanup", "[]",
	  .app = { .answers = { "" } } },
	{ "three rounds", "initial:X challenge:c0 challenge:c1 success:welcome cleanup",
	  "[a][b][c]", .app = { .answers = { "a", "b", "c" } },
	  .server = { .class_name = "X", .challenges = 2 } },
	{ "answers once more are ignored", "initial:X challenge:c0 success:welcome cleanup",
	  "[a][b]", .app = { .answers = { "a", "b" }, .twice = true },
	  .server = { .class_name = "X", .challenges = 1 } },
	{ "gives up at once", "initial:X cleanup", "", COODIE_ERR_AUTH, "no ticket to be had",
	  .app = { .fails = "no ticket to be had", .failing = 1 },
	  .server = { .class_name = "X" } },
	{ "gives up at a challenge", "initial:X challenge:c0 cleanup", "[a]", COODIE_ERR_AUTH,
	  "odd challenge", .app = { .answers = { "a" }, .fails = "odd challenge", .failing = 2 },
	  .server = { .class_name = "X", .challenges = 1 } },
	{ "gives up without a word", "initial:X cleanup", "", COODIE_ERR_AUTH, "gave up",
	  .app = { .failing = 1 }, .server = { .class_name = "X" } },
	{ "refused", "initial:X cleanup", "[a]", COODIE_ERR_AUTH, "said the server",
	  .app = { .answers = { "a" } }, .server = { .class_name = "X", .refuses = 0x0100 } },
	{ "the server has other troubles", "initial:X cleanup", "[a]", COODIE_ERR_SERVER,
	  "said the server", .app = { .answers = { "a" } },
	  .server = { .class_name = "X", .refuses = 0x1001 } },
	{ "a class of odd letters", "initial:a?b success:welcome cleanup", "[a]",
	  .app = { .answers = { "a" } }, .server = { .class_name = "a\nb" } },
};

/* Lets the application answer what it was asked. */
static void answer_later(struct table *t, struct app *a)
{
	unsigned wakes = t->wakes;

	assert_string_equal(cd_conn_phase(&t->conn),
			    "AUTHENTICATE by the application's authenticator");
	answer(a);
	assert_int_equal(t->wakes, wakes + 1);
}

static void check_exchange(const struct exchange *row, enum when when, unsigned version)
{
	struct cd_failalloc f;
	struct app app = row->app;
	struct table t;

	cd_failalloc_init(&f, 0);
	app.when = when;
	set_up(&t, &row->server, version, options_of(&app, &f.allocator));
	for (talk(&t); cd_auth_waits(&t.conn); talk(&t)) {
		CD_CHECK(when == LATER, row->name);
		answer_later(&t, &app);
	}
	check_end(&t, row->code, row->says, row->name);
	CD_CHECK(when == LATER || !t.wakes, row->name);
	if (strcmp(t.got, row->got) || strcmp(app.log, row->log))
		fail_msg("row \"%s\": the server got %s, the authenticator %s", row->name, t.got,
			 app.log);
	tear_down(&t);
	CD_CHECK(!strcmp(app.log, row->log), row->name); /* cleanup: not again */
	CD_CHECK(f.live == 0, row->name);
}

static void test_exchanges(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(exchanges); i++)
		for (unsigned version = 4; version <= 5; version++) {
			check_exchange(&exchanges[i], AT_ONCE, version);
			check_exchange(&exchanges[i], LATER, version);
		}
}

/* The connection goes while the application is asked: cleanup runs then, and what is answered
 * afterwards, or in it, goes nowhere. */
static void test_gone_meanwhile(void **state)
{
	static const struct {
		const char *name;
		bool in_cleanup, fails;
	} rows[] = { { "answered afterwards", false, false },
		     { "given up afterwards", false, true },
		     { "answered in cleanup", true, false } };

	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		const struct manners manners = { .class_name = "X" };
		struct app app = { .when = LATER,
				   .answers = { "late" },
				   .in_cleanup = rows[i].in_cleanup };
		struct cd_failalloc f;
		struct table t;
		cd_failalloc_init(&f, 0);
		set_up(&t, &manners, 5, options_of(&app, &f.allocator));
		talk(&t);
		CD_CHECK(cd_auth_waits(&t.conn), rows[i].name);
		tear_down(&t);
		CD_CHECK(!strcmp(app.log, "initial:X cleanup"), rows[i].name);
		CD_CHECK((f.live == 0) == rows[i].in_cleanup, rows[i].name);
		if (rows[i].fails)
			coodie_auth_fail(app.auth, "too late");
		else if (!rows[i].in_cleanup)
			coodie_auth_respond(app.auth, "too late", 8);
		CD_CHECK(!strcmp(app.log, "initial:X cleanup"), rows[i].name);
		CD_CHECK(f.live == 0 && t.wakes == 0, rows[i].name);
	}
}

/* A server that does not wait for the answer. */
static void test_hasty(void **state)
{
	static const struct {
		struct manners server;
		enum coodie_errc code;
		const char *says;
	} rows[] = {
		{ { .class_name = "X", .hasty_challenge = true },
		  COODIE_ERR_PROTOCOL,
		  "AUTH_CHALLENGE came before the AUTH_RESPONSE" },
		{ { .class_name = "X", .hasty_success = true },
		  COODIE_ERR_PROTOCOL,
		  "AUTH_SUCCESS came before the AUTH_RESPONSE" },
		{ { .class_name = "X", .hasty_error = true },
		  COODIE_ERR_SERVER,
		  "said the server" },
	};

	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct app app = { .when = LATER, .answers = { "a" }, .in_cleanup = true };
		struct cd_failalloc f;
		struct table t;
		cd_failalloc_init(&f, 0);
		set_up(&t, &rows[i].server, 4, options_of(&app, &f.allocator));
		talk(&t);
		talk(&t);
		check_end(&t, rows[i].code, rows[i].says, rows[i].says);
		assert_string_equal(app.log, "initial:X cleanup");
		tear_down(&t);
		assert_int_equal(f.live, 0);
	}
}

/* What an authenticator need not have. */
static void test_bare_table(void **state)
{
	static const coodie_authenticator bare = { .size = sizeof bare, .initial = app_initial };
	static const coodie_authenticator unsized = { .initial = app_initial };
	static const coodie_authenticator empty = { .size = sizeof empty };
	coodie_error err;

	(void)state;
	for (unsigned challenges = 0; challenges < 2; challenges++) {
		const struct manners manners = { .class_name = "X", .challenges = challenges };
		struct app app = { .answers = { "a" } };
		coodie_options *o = new_options(NULL);
		struct table t;
		assert_true(coodie_options_set_authenticator(o, &bare, &app, NULL));
		set_up(&t, &manners, 5, o);
		talk(&t);
		check_end(&t, challenges ? COODIE_ERR_AUTH : COODIE_OK, "no `challenge`", "bare");
		tear_down(&t);
	}
	coodie_options *o = new_options(NULL);
	assert_false(coodie_options_set_authenticator(o, &unsized, NULL, &err));
	assert_false(coodie_options_set_authenticator(o, &empty, NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	assert_false(coodie_options_set_authenticator(NULL, &bare, NULL, &err));
	assert_true(coodie_options_set_authenticator(o, NULL, NULL, &err));
	coodie_options_free(o);
	/* nobody's exchange */
	coodie_auth_respond(NULL, "x", 1);
	coodie_auth_fail(NULL, "x");
	coodie_auth_set_data(NULL, NULL);
	assert_null(coodie_auth_data(NULL));
	assert_string_equal(coodie_auth_class(NULL), "");
	assert_int_equal(coodie_auth_address(NULL, NULL).length, 0);
}

/* ---- credentials ---------------------------------------------------------------------------- */

/* A vault whose password changes. */
struct vault {
	unsigned asked;
	bool sealed, wordless, endless;
};

static bool open_vault(cql_inet address, char *name, size_t name_size, char *password,
		       size_t password_size, void *user, coodie_error *err)
{
	struct vault *v = user;

	assert_int_equal(address.address[3], 9);
	v->asked++;
	if (v->sealed) {
		if (!v->wordless)
			snprintf(err->message, sizeof err->message, "the vault is sealed");
		return false;
	}
	snprintf(name, name_size, "ada");
	snprintf(password, password_size, "secret-%u", v->asked);
	if (v->endless)
		memset(password, 'x', password_size);
	return true;
}

static void test_credentials_fn(void **state)
{
	struct vault v = { 0 };
	const struct manners manners = { 0 };
	coodie_options *o;
	struct table t;

	(void)state;
	for (unsigned i = 1; i <= 3; i++) {
		char got[64];
		o = new_options(NULL);
		assert_true(coodie_options_set_credentials(o, "nobody", "old", NULL));
		coodie_options_set_credentials_fn(o, open_vault, &v);
		set_up(&t, &manners, 5, o);
		talk(&t);
		check_end(&t, COODIE_OK, NULL, "a vault");
		snprintf(got, sizeof got, "[|ada|secret-%u]", i);
		assert_string_equal(t.got, got);
		tear_down(&t);
	}
	v.sealed = true;
	for (int i = 0; i < 2; i++) {
		v.wordless = i;
		o = new_options(NULL);
		coodie_options_set_credentials_fn(o, open_vault, &v);
		set_up(&t, &manners, 5, o);
		talk(&t);
		check_end(&t, COODIE_ERR_AUTH, i ? "no credentials" : "the vault is sealed",
			  "sealed");
		assert_string_equal(t.got, "");
		tear_down(&t);
	}
	v = (struct vault){ .endless = true };
	o = new_options(NULL);
	coodie_options_set_credentials_fn(o, open_vault, &v);
	set_up(&t, &manners, 5, o);
	talk(&t);
	check_end(&t, COODIE_OK, NULL, "no end of it");
	tear_down(&t);
	coodie_options_set_credentials_fn(NULL, open_vault, &v);
}

/* ---- who gets what -------------------------------------------------------------------------- */

static struct cert authority, client_cert;

enum { USER = 1, VAULT = 2, TLS = 4, CERTIFICATE = 8 };

static const struct {
	const char *name;
	const char *class_name, *allowed;
	int has;
	const char *got; /* NULL: nothing is sent */
	const char *says;
} logins[] = {
	{ "a password to whoever asks", "com.example.Any", NULL, USER, "[|ada|pw]", NULL },
	{ "to one that is listed", "b.B", "a.A, b.B", USER, "[|ada|pw]", NULL },
	{ "to the last of a list", "c.C", "a.A b.B,c.C", USER, "[|ada|pw]", NULL },
	{ "not to one that is not", "c.C", "a.A, b.B", USER, NULL, "allowed_authenticators" },
	{ "not to a part of a name", "b.B", "b.Bad, ab.B", USER, NULL, "allowed_authenticators" },
	{ "nor from the vault", "c.C", "a.A", VAULT, NULL, "allowed_authenticators" },
	{ "nobody to log in", PASSWORD_CLASS, NULL, 0, NULL, "coodie_options_set_credentials()" },
	{ "nobody, with a certificate", PASSWORD_CLASS, NULL, TLS | CERTIFICATE, NULL,
	  "coodie_options_set_credentials()" },
	{ "a certificate", MUTUAL_CLASS, NULL, TLS | CERTIFICATE, "[]", NULL },
	{ "a certificate is enough", MUTUAL_CLASS, NULL, TLS | CERTIFICATE | USER, "[]", NULL },
	{ "a certificate, and no list", MUTUAL_CLASS, "a.A", TLS | CERTIFICATE, "[]", NULL },
	{ "TLS, and no certificate", MUTUAL_CLASS, NULL, TLS, NULL,
	  "coodie_tls_set_certificate_file()" },
	{ "no TLS at all", MUTUAL_CLASS, NULL, 0, NULL, "coodie_tls_set_certificate_file()" },
	{ "either will do: a certificate", FALLBACK_CLASS, NULL, TLS | CERTIFICATE, "[]", NULL },
	{ "either will do: a password", FALLBACK_CLASS, NULL, TLS | USER, "[|ada|pw]", NULL },
	{ "it asks, so the certificate was not enough", FALLBACK_CLASS, NULL,
	  TLS | CERTIFICATE | USER, "[|ada|pw]", NULL },
	{ "either will do, and there is neither", FALLBACK_CLASS, NULL, 0, NULL,
	  "coodie_options_set_credentials()" },
};

static void give(coodie_options *o, int has)
{
	coodie_tls *tls = coodie_tls_new(NULL);
	char *cert = cert_pem(&client_cert), *key = cert_key_pem(&client_cert, NULL);

	if (has & USER)
		assert_true(coodie_options_set_credentials(o, "ada", "pw", NULL));
	if (has & VAULT)
		coodie_options_set_credentials_fn(o, open_vault, NULL);
	if (has & CERTIFICATE)
		assert_true(coodie_tls_set_certificate_pem(tls, cert, key, NULL, NULL));
	if (has & TLS)
		assert_true(coodie_options_set_tls(o, tls, NULL));
	free(cert);
	free(key);
	coodie_tls_free(tls);
}

static void test_logins(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(logins); i++) {
		const struct manners manners = { .class_name = logins[i].class_name };
		coodie_options *o = new_options(NULL);
		struct table t;
		give(o, logins[i].has);
		assert_true(coodie_options_set_allowed_authenticators(o, logins[i].allowed, NULL));
		set_up(&t, &manners, 5, o);
		talk(&t);
		check_end(&t, logins[i].got ? COODIE_OK : COODIE_ERR_AUTH, logins[i].says,
			  logins[i].name);
		CD_CHECK(!strcmp(t.got, logins[i].got ? logins[i].got : ""), logins[i].name);
		CD_CHECK(logins[i].got || strstr(t.err.message, logins[i].class_name),
			 logins[i].name);
		tear_down(&t);
	}
}

static void test_plain_challenged(void **state)
{
	const struct manners manners = { .challenges = 1 };
	coodie_options *o = new_options(NULL);
	coodie_error err;
	struct table t;

	(void)state;
	give(o, USER);
	set_up(&t, &manners, 4, o);
	talk(&t);
	check_end(&t, COODIE_ERR_AUTH, "coodie_options_set_authenticator()", "PLAIN challenged");
	tear_down(&t);
	o = new_options(NULL);
	assert_false(coodie_options_set_allowed_authenticators(o, " ,", &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	assert_false(coodie_options_set_allowed_authenticators(NULL, "a", &err));
	assert_true(coodie_options_set_allowed_authenticators(o, NULL, &err));
	coodie_options_free(o);
}

/* ---- secrets -------------------------------------------------------------------------------- */

static const char secret[] = "correct horse battery staple";

/* Looks into what is given back, and into what moves. */
struct snoop {
	coodie_allocator allocator;
	unsigned found;
	size_t live;
};

static void look(struct snoop *s, const void *ptr)
{
	const size_t *head = (const size_t *)ptr - 2;
	const char *at = ptr;

	for (size_t i = 0; i + sizeof secret - 1 <= *head; i++)
		if (!memcmp(at + i, secret, sizeof secret - 1)) {
			s->found++;
			return;
		}
}

static void *snoop_alloc(size_t size, void *user)
{
	struct snoop *s = user;
	size_t *head = calloc(1, 2 * sizeof *head + size);

	assert_non_null(head);
	*head = size;
	s->live++;
	return head + 2;
}

static void snoop_release(void *ptr, void *user)
{
	struct snoop *s = user;

	if (!ptr)
		return;
	look(s, ptr);
	s->live--;
	free((size_t *)ptr - 2);
}

/* Always moves. */
static void *snoop_resize(void *ptr, size_t size, void *user)
{
	void *moved = snoop_alloc(size, user);

	if (ptr) {
		size_t had = *((size_t *)ptr - 2);
		memcpy(moved, ptr, had < size ? had : size);
	}
	snoop_release(ptr, user);
	return moved;
}

enum whose { OF_OPTIONS, OF_VAULT, OF_APP };

static bool tell_secret(cql_inet address, char *name, size_t name_size, char *password,
			size_t password_size, void *user, coodie_error *err)
{
	(void)address;
	(void)user;
	(void)err;
	snprintf(name, name_size, "ada");
	snprintf(password, password_size, "%s", secret);
	return true;
}

/* However a login ends, no memory that is given back has the password in it. */
static void test_wiped(void **state)
{
	static const struct {
		const char *name;
		struct manners server;
		bool cut; /* the connection ends before the server has said anything */
		bool unsent;
	} rows[] = {
		{ "success", { 0 }, false, false },
		{ "refused", { .refuses = 0x0100 }, false, false },
		{ "challenged", { .challenges = 1 }, false, false },
		{ "cut off", { 0 }, true, false },
		{ "never sent", { 0 }, true, true },
	};

	(void)state;
	if (getenv("COODIE_VALGRIND")) { /* which does not like who looks between members */
		skip();
	}
	for (size_t i = 0; i < 3 * 2 * CD_COUNT(rows); i++) {
		size_t row = i / 6;
		enum whose whose = (enum whose)(i % 3);
		struct snoop s = { { snoop_alloc, snoop_resize, snoop_release, &s }, 0, 0 };
		struct app app = { .answers = { secret, secret } };
		coodie_options *o = whose == OF_APP ? options_of(&app, &s.allocator)
						    : new_options(&s.allocator);
		struct table t;
		if (whose == OF_OPTIONS)
			assert_true(coodie_options_set_credentials(o, "ada", secret, NULL));
		if (whose == OF_VAULT)
			coodie_options_set_credentials_fn(o, tell_secret, NULL);
		set_up(&t, &rows[row].server, i % 2 ? 4 : 5, o);
		if (rows[row].cut) {
			turn(&t);
			turn(&t); /* AUTHENTICATE has come, the token is in the outbox */
			if (!rows[row].unsent)
				carry(&t.conn.out, &t.in);
		} else {
			talk(&t);
			CD_CHECK(strstr(t.got, secret), rows[row].name);
		}
		tear_down(&t);
		CD_CHECK(s.live == 0, rows[row].name);
		CD_CHECK(s.found == 0, rows[row].name);
	}
}

static void on_log(enum coodie_log_level level, const char *message, void *user)
{
	unsigned *lines = user;

	(void)level;
	++*lines;
	assert_null(strstr(message, secret));
}

static void test_not_logged(void **state)
{
	static const struct manners servers[] = { { 0 },
						  { .refuses = 0x0100 },
						  { .challenges = 1 } };
	unsigned lines = 0;

	(void)state;
	for (size_t i = 0; i < CD_COUNT(servers); i++) {
		coodie_options *o = new_options(NULL);
		struct table t;
		assert_true(coodie_options_set_credentials(o, "ada", secret, NULL));
		coodie_options_set_log(o, COODIE_LOG_DEBUG, on_log, &lines);
		set_up(&t, &servers[i], 5, o);
		talk(&t);
		assert_null(strstr(t.err.message, secret));
		tear_down(&t);
	}
	assert_true(lines > 0);
}

/* ---- memory --------------------------------------------------------------------------------- */

struct memory_row {
	const char *name;
	struct app app;
	struct manners server;
	bool vault;
};

static bool log_in(const coodie_allocator *a, void *user)
{
	const struct memory_row *row = user;
	struct app app = row->app;
	coodie_options *o = new_options(a);
	struct table t;

	if (app.answers[0])
		assert_true(coodie_options_set_authenticator(o, &app_table, &app, NULL));
	else if (row->vault)
		coodie_options_set_credentials_fn(o, tell_secret, NULL);
	else
		assert_true(coodie_options_set_credentials(o, "ada", "pw", NULL));
	set_up(&t, &row->server, 5, o);
	for (int i = 0; i < 20 && t.event == CD_CONN_MORE; i++) {
		size_t room;
		if (!cd_outbox_seal(&t.conn.out, &t.err) ||
		    !cd_inbox_space(&t.conn.in, 4096, &room))
			break;
		turn(&t);
		if (cd_auth_waits(&t.conn))
			answer(&app);
	}
	bool ok = t.event == CD_CONN_UP;
	assert_true(ok || t.event == CD_CONN_MORE || t.err.code == COODIE_ERR_NO_MEMORY);
	if (!ok && cd_auth_waits(&t.conn))
		answer(&app);
	tear_down(&t);
	return ok;
}

static void test_no_memory(void **state)
{
	static const struct memory_row rows[] = {
		{ .name = "user and password" },
		{ .name = "credentials", .vault = true },
		{ .name = "an authenticator",
		  .app = { .answers = { "a", "b", "c" } },
		  .server = { .challenges = 2 } },
		{ .name = "an authenticator that takes its time",
		  .app = { .when = LATER, .answers = { "a", "b", "c" } },
		  .server = { .challenges = 2 } },
	};

	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++)
		assert_true(cd_failalloc_each(rows[i].name, log_in, (void *)(uintptr_t)&rows[i]));
}

static int make_all(void **state)
{
	(void)state;
	authority = cert_make(&(struct cert_wish){ .name = "authority", .is_authority = true });
	client_cert = cert_make(&(struct cert_wish){ .name = "client", .issuer = &authority });
	return 0;
}

static int free_all(void **state)
{
	(void)state;
	cert_free(&authority);
	cert_free(&client_cert);
	return 0;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exchanges),
		cmocka_unit_test(test_gone_meanwhile),
		cmocka_unit_test(test_hasty),
		cmocka_unit_test(test_bare_table),
		cmocka_unit_test(test_credentials_fn),
		cmocka_unit_test(test_logins),
		cmocka_unit_test(test_plain_challenged),
		cmocka_unit_test(test_wiped),
		cmocka_unit_test(test_not_logged),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests_name("auth", tests, make_all, free_all);
}
