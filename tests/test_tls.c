/* SPDX-License-Identifier: MIT */
/* base/tls.c: a client and a server in memory; good and bad certificates, versions, bytes and
 * endings. */
#include "tests/test.h"

#include <openssl/pem.h>
#include <stdlib.h>

#include "base/tls.h"
#include "tests/failalloc.h"
#include "tests/tls_pair.h"

/* A path in the folder of make-certs; the buffers are recycled, four are enough for one call. */
static const char *cert(const char *file)
{
	static char paths[4][512];
	static unsigned next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof paths[0], "%s/%s", getenv("COODIE_TEST_CERTS"), file);
	return path;
}

/* What differs between cases; zero is the good case. */
struct setup {
	const char *ca;          /* whom the client trusts; NULL: ca.pem */
	const char *server;      /* NULL: server */
	const char *host;        /* NULL: localhost */
	const char *client;      /* NULL: no client certificate */
	const char *server_name; /* NULL: no override */
	bool ask;                /* the server wants a client certificate */
	enum coodie_tls_verify verify;
	int lowest, highest; /* 0: the defaults */
};

static const char *pem(const char *name)
{
	char file[64];

	snprintf(file, sizeof file, "%s.pem", name);
	return cert(file);
}

static const char *key(const char *name)
{
	char file[64];

	snprintf(file, sizeof file, "%s.key", name);
	return cert(file);
}

static coodie_tls *make_options(const struct setup *s)
{
	coodie_error err;
	coodie_tls *o = coodie_tls_new(&err);

	assert_non_null(o);
	if (s->verify != COODIE_TLS_VERIFY_NONE &&
	    !coodie_tls_add_ca_file(o, cert(s->ca ? s->ca : "ca.pem"), &err))
		fail_msg("%s", err.message);
	if (s->client &&
	    !coodie_tls_set_certificate_file(o, pem(s->client), key(s->client), NULL, &err))
		fail_msg("%s", err.message);
	coodie_tls_set_verify(o, s->verify);
	assert_true(coodie_tls_set_server_name(o, s->server_name, &err));
	if (s->lowest)
		assert_true(coodie_tls_set_versions(o, (enum coodie_tls_version)s->lowest,
						    (enum coodie_tls_version)s->highest, &err));
	return o;
}

static void pair_init(struct pair *p, const struct setup *s)
{
	coodie_tls *o = make_options(s);
	const char *server = s->server ? s->server : "server";

	coodie_error err;
	struct cd_tls_context *client = cd_tls_context_new(o, &err);
	struct cd_tls_context *serving = cd_tls_context_new_server(
		pem(server), key(server), s->ask ? cert("ca.pem") : NULL, &err);

	coodie_tls_free(o); /* the context keeps nothing of it */
	if (!client || !serving)
		fail_msg("%s", err.message);
	pair_open(p, client, serving, s->host ? s->host : "localhost", NULL);
	cd_tls_context_free(client);
	cd_tls_context_free(serving);
}

/* ---- handshakes */

static const struct {
	const char *name;
	struct setup setup;
	const char *client_says[2], *server_says[2]; /* parts of the message; NULL: no failure */
} handshakes[] = {
	{ .name = "good, by name" },
	{ .name = "good, by another name", .setup = { .host = "node.test" } },
	{ .name = "names know no case", .setup = { .host = "LOCALHOST" } },
	{ .name = "good, by address", .setup = { .host = "127.0.0.1" } },
	{ .name = "good, by a name that ends in a dot", .setup = { .host = "node.test." } },
	{ .name = "good, TLS 1.2", .setup = { .lowest = 12, .highest = 12 } },
	{ .name = "good, TLS 1.3", .setup = { .lowest = 13, .highest = 13 } },
	{ .name = "good, with a client certificate", .setup = { .ask = true, .client = "client" } },
	{ .name = "good, with a client certificate, TLS 1.2",
	  .setup = { .ask = true, .client = "client", .lowest = 12, .highest = 12 } },
	{ .name = "a client certificate nobody asked for", .setup = { .client = "client" } },
	{ .name = "server name overridden",
	  .setup = { .host = "10.0.0.1", .server_name = "node.test" } },
	{ .name = "wrong authority",
	  .setup = { .ca = "otherca.pem" },
	  .client_says = { "localhost is signed by \"ca\"", "coodie_tls_add_ca_file()" },
	  .server_says = { "TLS alert 48 unknown_ca", NULL } },
	{ .name = "expired",
	  .setup = { .server = "expired" },
	  .client_says = { "the certificate of localhost (\"expired\") expired on 2021-01-01",
			   NULL },
	  .server_says = { "TLS alert 45 certificate_expired", NULL } },
	{ .name = "not yet valid",
	  .setup = { .server = "future" },
	  .client_says = { "is not valid before 2090-01-01", "clock" },
	  .server_says = { "TLS alert 42 bad_certificate", NULL } },
	{ .name = "another host",
	  .setup = { .server = "wronghost" },
	  .client_says = { "does not name it: it is for elsewhere.test",
			   "coodie_tls_set_server_name()" },
	  .server_says = { "TLS alert", NULL } },
	{ .name = "another address",
	  .setup = { .host = "10.9.8.7" },
	  .client_says = { "10.9.8.7 does not name it", "localhost, node.test, 127.0.0.1" },
	  .server_says = { "TLS alert", NULL } },
	{ .name = "an IPv6 address it does not have",
	  .setup = { .host = "::1" },
	  .client_says = { "::1 does not name it", NULL },
	  .server_says = { "TLS alert", NULL } },
	{ .name = "any host, when only the chain is verified",
	  .setup = { .server = "wronghost", .verify = COODIE_TLS_VERIFY_CHAIN } },
	{ .name = "the chain is still verified then",
	  .setup = { .server = "stranger", .verify = COODIE_TLS_VERIFY_CHAIN },
	  .client_says = { "signed by \"otherca\"", NULL },
	  .server_says = { "TLS alert 48", NULL } },
	{ .name = "anything, when nothing is verified",
	  .setup = { .server = "stranger",
		     .host = "nobody.test",
		     .verify = COODIE_TLS_VERIFY_NONE } },
	{ .name = "no client certificate, TLS 1.3",
	  .setup = { .ask = true },
	  .client_says = { "TLS alert 116 certificate_required",
			   "coodie_tls_set_certificate_file()" },
	  .server_says = { "the client sent no certificate", NULL } },
	{ .name = "no client certificate, TLS 1.2",
	  .setup = { .ask = true, .lowest = 12, .highest = 12 },
	  .client_says = { "TLS alert 40 handshake_failure", "client certificate" },
	  .server_says = { "the client sent no certificate", NULL } },
	{ .name = "a stranger's client certificate",
	  .setup = { .ask = true, .client = "stranger" },
	  .client_says = { "TLS alert 48 unknown_ca: our certificate", NULL },
	  .server_says = { "the certificate of the client is signed by \"otherca\"", NULL } },
	{ .name = "an expired client certificate",
	  .setup = { .ask = true, .client = "expiredclient" },
	  .client_says = { "TLS alert 45 certificate_expired: our certificate has expired", NULL },
	  .server_says = { "expired on 2021-01-01", NULL } },
};

static void test_handshakes(void **state)
{
	static const size_t chunks[] = { 0, 1, 100 };
	(void)state;

	for (size_t i = 0; i < CD_COUNT(handshakes) * CD_COUNT(chunks); i++) {
		size_t row = i / CD_COUNT(chunks);
		struct pair p;
		pair_init(&p, &handshakes[row].setup);
		p.chunk = chunks[i % CD_COUNT(chunks)];
		pump(&p);
		bool fails = handshakes[row].client_says[0];
		CD_CHECK(cd_tls_ready(p.client.tls) == !fails, handshakes[row].name);
		CD_CHECK(cd_tls_ready(p.server.tls) == !fails, handshakes[row].name);
		for (int part = 0; part < 2; part++) {
			const char *client = handshakes[row].client_says[part],
				   *server = handshakes[row].server_says[part];
			if (client && !strstr(p.client.err.message, client))
				fail_msg("%s: the client says: %s", handshakes[row].name,
					 p.client.err.message);
			if (server && !strstr(p.server.err.message, server))
				fail_msg("%s: the server says: %s", handshakes[row].name,
					 p.server.err.message);
		}
		CD_CHECK(!fails || p.client.err.code == COODIE_ERR_TLS, handshakes[row].name);
		pair_deinit(&p);
	}
}

static void test_versions(void **state)
{
	static const struct {
		const char *name;
		int lowest, highest;
		const char *version;
	} rows[] = {
		{ "the default is the best", 0, 0, "TLSv1.3" },
		{ "limited to 1.2", 12, 12, "TLSv1.2" },
		{ "1.3 only", 13, 13, "TLSv1.3" },
	};
	(void)state;

	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct setup s = { .lowest = rows[i].lowest, .highest = rows[i].highest };
		struct pair p;
		pair_init(&p, &s);
		CD_CHECK(!*cd_tls_version(p.client.tls) && !*cd_tls_cipher(p.client.tls),
			 rows[i].name);
		pump(&p);
		CD_CHECK(!strcmp(cd_tls_version(p.client.tls), rows[i].version), rows[i].name);
		CD_CHECK(strstr(cd_tls_cipher(p.client.tls), "AES") ||
				 strstr(cd_tls_cipher(p.client.tls), "CHACHA"),
			 rows[i].name);
		pair_deinit(&p);
	}
}

/* ---- data */

static void test_data(void **state)
{
	static const size_t lengths[] = { 1, 100, 16384, 16385, 300000 };
	static const size_t chunks[] = { 0, 1000, 7 };
	(void)state;

	for (size_t i = 0; i < CD_COUNT(lengths) * CD_COUNT(chunks); i++) {
		size_t len = lengths[i / CD_COUNT(chunks)];
		struct pair p;
		pair_init(&p, &(struct setup){ 0 });
		p.chunk = chunks[i % CD_COUNT(chunks)];
		pump(&p);
		uint8_t *data = malloc(len);
		assert_non_null(data);
		for (size_t k = 0; k < len; k++)
			data[k] = (uint8_t)(k * 31);
		assert_int_equal(cd_tls_write(p.client.tls, data, len, NULL), CD_TLS_OK);
		assert_int_equal(cd_tls_write(p.client.tls, NULL, 0, NULL), CD_TLS_OK);
		assert_int_equal(cd_tls_write(p.server.tls, data, len, NULL), CD_TLS_OK);
		pump(&p);
		assert_int_equal(p.server.plain.len, len);
		assert_int_equal(p.client.plain.len, len);
		assert_memory_equal(p.server.plain.data, data, len);
		assert_memory_equal(p.client.plain.data, data, len);
		free(data);
		pair_deinit(&p);
	}
}

static void test_maximum(void **state)
{
	static const struct {
		const char *name;
		size_t max, len;
		bool ok;
	} rows[] = {
		{ "just fits", 1000, 1000, true },
		{ "one too many", 1000, 1001, false },
		{ "over two records", 20000, 20000, true },
		{ "over two records, too many", 20000, 40000, false },
	};
	static const uint8_t data[40000];
	(void)state;

	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct pair p;
		pair_init(&p, &(struct setup){ 0 });
		pump(&p);
		cd_buffer_deinit(&p.client.plain);
		cd_buffer_init(&p.client.plain, NULL, rows[i].max);
		cd_tls_write(p.server.tls, data, rows[i].len, NULL);
		pump(&p);
		CD_CHECK((p.client.status == CD_TLS_OK) == rows[i].ok, rows[i].name);
		CD_CHECK(rows[i].ok || p.client.err.code == COODIE_ERR_LIMIT, rows[i].name);
		CD_CHECK(!rows[i].ok || p.client.plain.len == rows[i].len, rows[i].name);
		pair_deinit(&p);
	}
}

/* ---- endings */

static void test_close_notify(void **state)
{
	struct pair p;
	(void)state;

	pair_init(&p, &(struct setup){ 0 });
	cd_tls_shutdown(p.client.tls); /* before the handshake: nothing to say */
	pump(&p);
	cd_tls_write(p.server.tls, "last words", 10, NULL);
	cd_tls_shutdown(p.server.tls);
	pump(&p);
	assert_int_equal(p.client.status, CD_TLS_CLOSED);
	assert_int_equal(p.client.plain.len, 10);
	assert_true(cd_tls_write(p.client.tls, "x", 1, NULL) ==
		    CD_TLS_OK); /* our direction is still open */
	pair_deinit(&p);
}

static void test_eof(void **state)
{
	struct pair p;
	coodie_error err;
	(void)state;

	pair_init(&p, &(struct setup){ 0 });
	cd_tls_eof(p.client.tls, &err);
	assert_non_null(strstr(err.message, "without an answer to our TLS hello"));
	carry(&p.client, &p.server, 0);
	struct cd_buffer wire = { 0 };
	cd_tls_drain(p.server.tls, &wire);
	assert_int_equal(cd_tls_feed(p.client.tls, wire.data, 20, &p.client.plain, &err),
			 CD_TLS_OK);
	cd_buffer_deinit(&wire);
	cd_tls_eof(p.client.tls, &err);
	assert_non_null(strstr(err.message, "during the TLS handshake"));
	assert_int_equal(err.code, COODIE_ERR_TLS);
	pair_deinit(&p);

	pair_init(&p, &(struct setup){ 0 });
	pump(&p);
	cd_tls_eof(p.client.tls, &err);
	assert_int_equal(err.code, COODIE_ERR_CLOSED);
	pair_deinit(&p);

	/* TLS 1.3: the client is ready before the server has looked at its certificates */
	pair_init(&p, &(struct setup){ .ask = true });
	carry(&p.client, &p.server, 0);
	carry(&p.server, &p.client, 0);
	assert_true(cd_tls_ready(p.client.tls));
	cd_tls_eof(p.client.tls, &err);
	assert_non_null(strstr(err.message, "asked for a client certificate and none is set"));
	pair_deinit(&p);
}

static void test_not_tls(void **state)
{
	static const struct {
		const char *name, *bytes;
		size_t len;
	} rows[] = {
		{ "a CQL error frame",
		  "\x84\x00\x00\x00\x00\x00\x00\x00\x0a\x00\x00\x00\x0a\x00\x04oops", 19 },
		{ "HTTP", "HTTP/1.1 400 Bad Request\r\n\r\n", 28 },
		{ "zeros", "\0\0\0\0\0\0\0\0\0\0\0\0", 12 },
	};
	(void)state;

	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct pair p;
		pair_init(&p, &(struct setup){ 0 });
		struct end *c = &p.client;
		CD_CHECK(cd_tls_feed(c->tls, rows[i].bytes, rows[i].len, &c->plain, &c->err) ==
				 CD_TLS_FAILED,
			 rows[i].name);
		CD_CHECK(strstr(c->err.message, "does not speak TLS on this port"), rows[i].name);
		/* and from then on it stays failed */
		CD_CHECK(cd_tls_feed(c->tls, "x", 1, &c->plain, &c->err) == CD_TLS_FAILED,
			 rows[i].name);
		CD_CHECK(cd_tls_write(c->tls, "x", 1, &c->err) == CD_TLS_FAILED, rows[i].name);
		CD_CHECK(!cd_tls_ready(c->tls), rows[i].name);
		pair_deinit(&p);
	}
}

/* Each byte of the server's first flight and of a data record changed in turn: an error or
 * nothing, never a crash. */
static void test_changed_bytes(void **state)
{
	(void)state;
	for (size_t at = 0; at < 1200; at += 7) {
		struct pair p;
		struct cd_buffer wire = { 0 };
		pair_init(&p, &(struct setup){ 0 });
		carry(&p.client, &p.server, 0);
		cd_tls_drain(p.server.tls, &wire);
		if (at < wire.len)
			wire.data[at] ^= 0x41;
		p.client.status = cd_tls_feed(p.client.tls, wire.data, wire.len, &p.client.plain,
					      &p.client.err);
		assert_true(p.client.status != CD_TLS_FAILED || *p.client.err.message);
		assert_true(at >= wire.len || !cd_tls_ready(p.client.tls));
		cd_buffer_deinit(&wire);
		pair_deinit(&p);
	}

	struct pair p;
	struct cd_buffer wire = { 0 };
	pair_init(&p, &(struct setup){ 0 });
	pump(&p);
	cd_tls_write(p.server.tls, "secret", 6, NULL);
	cd_tls_drain(p.server.tls, &wire);
	wire.data[wire.len - 1] ^= 1;
	assert_int_equal(
		cd_tls_feed(p.client.tls, wire.data, wire.len, &p.client.plain, &p.client.err),
		CD_TLS_FAILED);
	assert_int_equal(p.client.plain.len, 0);
	cd_buffer_deinit(&wire);
	pair_deinit(&p);
}

static void test_early_write(void **state)
{
	struct pair p;
	(void)state;

	pair_init(&p, &(struct setup){ 0 });
	assert_int_equal(cd_tls_write(p.client.tls, "x", 1, &p.client.err), CD_TLS_FAILED);
	assert_int_equal(p.client.err.code, COODIE_ERR_INVALID);
	pump(&p); /* our mistake does not cost the connection */
	assert_true(cd_tls_ready(p.client.tls));
	pair_deinit(&p);
}

/* ---- options */

static void expect(bool ok, const coodie_error *err, const char *part, const char *row)
{
	if (part ? ok || !strstr(err->message, part) : !ok)
		fail_msg("row \"%s\": %s", row, ok ? "no failure" : err->message);
}

/* client.enc.key: the client's key under the passphrase "cassandra". */
static void encrypt_key(void)
{
	FILE *in = fopen(key("client"), "r"), *out = fopen(cert("client.enc.key"), "w");
	EVP_PKEY *k = in ? PEM_read_PrivateKey(in, NULL, NULL, NULL) : NULL;

	assert_true(k && out);
	assert_int_equal(
		PEM_write_PKCS8PrivateKey(out, k, EVP_aes_256_cbc(), "cassandra", 9, NULL, NULL),
		1);
	EVP_PKEY_free(k);
	fclose(in);
	fclose(out);
}

static void test_options(void **state)
{
	static const struct {
		const char *name, *cert, *key, *passphrase, *says;
	} certificates[] = {
		{ "good", "client.pem", "client.key", NULL, NULL },
		{ "both in one file", "client.bundle.pem", "client.bundle.pem", NULL, NULL },
		{ "encrypted key", "client.pem", "client.enc.key", "cassandra", NULL },
		{ "no passphrase", "client.pem", "client.enc.key", NULL,
		  "no passphrase was given" },
		{ "wrong passphrase", "client.pem", "client.enc.key", "wrong", "wrong passphrase" },
		{ "another's key", "client.pem", "server.key", NULL,
		  "is not that of the certificate" },
		{ "no such certificate", "missing.pem", "client.key", NULL, "No such file" },
		{ "no such key", "client.pem", "missing.key", NULL, "No such file" },
		{ "a key as certificate", "client.key", "client.key", NULL,
		  "holds no certificate" },
		{ "a certificate as key", "client.pem", "client.pem", NULL,
		  "holds no private key" },
	};
	static const struct {
		const char *name, *pem, *says;
	} texts[] = {
		{ "empty", "", "holds no certificate" },
		{ "no certificate", "hello\n", "holds no certificate" },
		{ "a broken one", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
		  "1 is broken" },
		{ "a cut one", "-----BEGIN CERTIFICATE-----\nMIIB", "1 is broken" },
	};
	coodie_error err;
	coodie_tls *o = coodie_tls_new(&err);
	(void)state;

	encrypt_key();
	for (size_t i = 0; i < CD_COUNT(certificates); i++)
		expect(coodie_tls_set_certificate_file(o, cert(certificates[i].cert),
						       cert(certificates[i].key),
						       certificates[i].passphrase, &err),
		       &err, certificates[i].says, certificates[i].name);
	for (size_t i = 0; i < CD_COUNT(texts); i++)
		expect(coodie_tls_add_ca_pem(o, texts[i].pem, strlen(texts[i].pem), &err), &err,
		       texts[i].says, texts[i].name);
	expect(coodie_tls_add_ca_file(o, cert("missing.pem"), &err), &err, "No such file",
	       "missing CA");
	expect(coodie_tls_add_ca_file(o, cert(""), &err), &err, NULL, "a directory of authorities");
	expect(coodie_tls_add_ca_file(o, NULL, &err), &err, "NULL", "no path");
	expect(coodie_tls_set_versions(o, COODIE_TLS_1_3, COODIE_TLS_1_2, &err), &err, "below",
	       "versions swapped");
	expect(coodie_tls_set_versions(o, (enum coodie_tls_version)11, COODIE_TLS_1_2, &err), &err,
	       "only COODIE_TLS", "TLS 1.1");
	char name[300];
	memset(name, 'a', sizeof name);
	name[256] = '\0';
	expect(coodie_tls_set_server_name(o, name, &err), &err, "255 is the most", "a long name");
	name[255] = '\0';
	expect(coodie_tls_set_server_name(o, name, &err), &err, NULL, "the longest name");
	coodie_tls_free(o);
	coodie_tls_free(NULL);

	assert_null(cd_tls_context_new_server(cert("missing.pem"), key("server"), NULL, &err));
	assert_null(cd_tls_context_new_server(pem("server"), key("client"), NULL, &err));
	assert_null(
		cd_tls_context_new_server(pem("server"), key("server"), cert("missing.pem"), &err));
	assert_int_equal(err.code, COODIE_ERR_TLS);
	cd_tls_context_free(NULL);
	cd_tls_free(NULL);
}

static void test_system_authorities(void **state)
{
	coodie_error err;
	coodie_tls *o = coodie_tls_new(&err);
	struct cd_tls_context *c = cd_tls_context_new(o, &err);
	(void)state;

	assert_non_null(c);
	assert_null(cd_tls_new(c, NULL, NULL, &err)); /* verified, but against which name? */
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	struct cd_tls *t = cd_tls_new(c, "localhost", NULL, &err);
	assert_non_null(t);
	cd_tls_context_free(c); /* the connection keeps it */
	assert_int_equal(cd_tls_start(t, &err), CD_TLS_OK);
	cd_tls_free(t);
	coodie_tls_free(o);
}

/* ---- memory: the client's allocations failed in turn (OpenSSL's own are the stated exception) */

static bool talk(const coodie_allocator *a, void *user)
{
	struct pair *p = user;
	struct end *c = &p->client;
	bool ok = false;

	cd_tls_free(c->tls);
	cd_tls_free(p->server.tls);
	p->server.tls = cd_tls_new(p->server.context, NULL, NULL, NULL);
	p->server.status = c->status = CD_TLS_OK;
	cd_buffer_clear(&p->server.plain);
	cd_buffer_init(&c->plain, a, 0);
	c->tls = cd_tls_new(c->context, "localhost", a, &c->err);
	if (c->tls)
		c->status = cd_tls_start(c->tls, &c->err);
	if (c->tls && c->status == CD_TLS_OK) {
		pump(p);
		if (cd_tls_ready(c->tls) && cd_tls_write(c->tls, "ping", 4, &c->err) == CD_TLS_OK &&
		    cd_tls_write(p->server.tls, "pong", 4, NULL) == CD_TLS_OK) {
			pump(p);
			ok = c->status == CD_TLS_OK && c->plain.len == 4 &&
			     p->server.plain.len == 4;
		}
	}
	assert_true(ok || c->err.code == COODIE_ERR_NO_MEMORY);
	cd_tls_free(c->tls);
	c->tls = NULL;
	cd_buffer_deinit(&c->plain);
	return ok;
}

static void test_no_memory(void **state)
{
	struct pair p;
	(void)state;

	pair_init(&p, &(struct setup){ 0 });
	assert_true(cd_failalloc_each("TLS connection", talk, &p));
	pair_deinit(&p);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_handshakes),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_data),
		cmocka_unit_test(test_maximum),
		cmocka_unit_test(test_close_notify),
		cmocka_unit_test(test_eof),
		cmocka_unit_test(test_not_tls),
		cmocka_unit_test(test_changed_bytes),
		cmocka_unit_test(test_early_write),
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_system_authorities),
		cmocka_unit_test(test_no_memory),
	};
	char probe[512];
	const char *certs = getenv("COODIE_TEST_CERTS");

	snprintf(probe, sizeof probe, "%s/ca.pem", certs ? certs : "");
	FILE *f = certs ? fopen(probe, "r") : NULL;
	if (!f) {
		puts("no certificates: COODIE_TEST_CERTS names no folder of tests/cassandra/make-certs");
		return 77;
	}
	fclose(f);
	return cmocka_run_group_tests_name("tls", tests, NULL, NULL);
}
