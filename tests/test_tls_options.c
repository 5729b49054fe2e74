/* SPDX-License-Identifier: MIT */
/* What the options of TLS do to a handshake, and which of them do not go together. */
#include "tests/test.h"

#include <openssl/err.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/tls_engine.h"
#include "tests/certs.h"
#include "tests/tls_pair.h"

/* root signs middle signs leaf and client; numbers is for addresses alone. */
static struct cert root, middle, leaf, numbers, client_cert, bare;
static char *root_pem, *middle_pem, *client_pem, *client_key, *client_locked;

enum { CRL_NONE = 0, CRL_CLEAN, CRL_REVOKED, CRL_OLD, CRL_OF_ROOT, CRL_MIDDLE_REVOKED };

static coodie_tls *new_options(void)
{
	coodie_error err;
	coodie_tls *o = coodie_tls_new(&err);

	assert_non_null(o);
	return o;
}

static void trust(coodie_tls *o, const char *pem)
{
	coodie_error err;

	if (!coodie_tls_add_ca_pem(o, pem, strlen(pem), &err))
		fail_msg("%s", err.message);
}

static struct cd_tls_context *client_of(coodie_tls *take_options)
{
	coodie_error err;
	struct cd_tls_context *c = cd_tls_context_new(take_options, &err);

	if (!c)
		fail_msg("%s", err.message);
	coodie_tls_free(take_options);
	return c;
}

/* With the intermediate authority, as servers should. */
static struct cd_tls_context *serve(const struct cert *c, bool with_middle)
{
	coodie_error err;
	struct cd_tls_context *s = cd_tls_context_new_server_of(c->x, c->key, &err);

	if (!s)
		fail_msg("%s", err.message);
	assert_true(!with_middle || SSL_CTX_add1_chain_cert(s->state->ssl, middle.x) == 1);
	return s;
}

/* Shakes hands; the pair is still open. Takes both. */
static void meet(struct pair *p, struct cd_tls_context *take_client,
		 struct cd_tls_context *take_server, const char *host)
{
	pair_open(p, take_client, take_server, host, NULL);
	cd_tls_context_free(take_client);
	cd_tls_context_free(take_server);
	pump(p);
}

static void check_end(struct pair *p, const char *says, const char *row)
{
	bool ready = cd_tls_ready(p->client.tls) && cd_tls_ready(p->server.tls);

	if (says ? ready || !strstr(p->client.err.message, says) : !ready)
		fail_msg("row \"%s\": %s %s", row, p->client.err.message, p->server.err.message);
	pair_deinit(p);
}

/* ---- names ---------------------------------------------------------------------------------- */

static const struct name_row {
	const char *name;
	const struct cert *cert;
	const char *host, *override;
	const char *sni;  /* what the server hears; NULL: nothing */
	const char *says; /* NULL: it succeeds */
} names[] = {
	{ "a name", &leaf, "node.test", NULL, "node.test", NULL },
	{ "a name with a dot at its end", &leaf, "node.test.", NULL, "node.test", NULL },
	{ "a name by a wildcard", &leaf, "a.wild.test", NULL, "a.wild.test", NULL },
	{ "not two labels by one", &leaf, "a.b.wild.test", NULL, "a.b.wild.test",
	  "does not name it" },
	{ "IPv4", &numbers, "192.0.2.7", NULL, NULL, NULL },
	{ "IPv6", &numbers, "2001:db8::7", NULL, NULL, NULL },
	{ "IPv6 written another way", &numbers, "2001:DB8:0:0::7", NULL, NULL, NULL },
	{ "IPv6 with a zone", &numbers, "2001:db8::7%lo", NULL, NULL, NULL },
	{ "another IPv4", &numbers, "192.0.2.8", NULL, NULL, "it is for 192.0.2.7, 2001:db8::7" },
	{ "another IPv6", &numbers, "2001:db8::8", NULL, NULL, "does not name it" },
	{ "an address that only the common name has", &bare, "192.0.2.9", NULL, NULL,
	  "does not name it" },
	{ "a common name, as there is nothing better", &client_cert, "client", NULL, "client",
	  NULL },
	{ "a name where there are addresses", &numbers, "node.test", NULL, "node.test",
	  "does not name it" },
	{ "an override by a name", &leaf, "192.0.2.99", "node.test", "node.test", NULL },
	{ "an override by an address", &numbers, "elsewhere.test", "192.0.2.7", NULL, NULL },
	{ "an override that is not there", &leaf, "node.test", "other.test", "other.test",
	  "does not name it" },
};

static void test_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(names); i++) {
		coodie_tls *o = new_options();
		struct pair p;
		trust(o, root_pem);
		assert_true(coodie_tls_set_server_name(o, names[i].override, NULL));
		meet(&p, client_of(o), serve(names[i].cert, true), names[i].host);
		const char *sni = SSL_get_servername(p.server.tls->ssl, TLSEXT_NAMETYPE_host_name);
		CD_CHECK((sni != NULL) == (names[i].sni != NULL), names[i].name);
		CD_CHECK(!sni || !strcmp(sni, names[i].sni), names[i].name);
		check_end(&p, names[i].says, names[i].name);
	}
}

/* ---- chains and CRLs ------------------------------------------------------------------------ */

static const struct chain_row {
	const char *name;
	bool trust_middle; /* and not the root */
	bool no_middle;    /* the server forgets it */
	enum coodie_tls_chain chain;
	int crl;
	const char *says;
} chains[] = {
	{ .name = "to the root" },
	{ .name = "to the root, to the letter", .chain = COODIE_TLS_CHAIN_STRICT },
	{ .name = "a server that forgets the middle",
	  .no_middle = true,
	  .says = "signed by \"middle\", which is no trusted authority" },
	{ .name = "an intermediate is not enough",
	  .trust_middle = true,
	  .says = "which is no trusted authority" },
	{ .name = "an intermediate is enough when that is said",
	  .trust_middle = true,
	  .chain = COODIE_TLS_CHAIN_PARTIAL },
	{ .name = "a CRL without it", .crl = CRL_CLEAN },
	{ .name = "revoked", .crl = CRL_REVOKED, .says = "(\"leaf\") was revoked" },
	{ .name = "an old CRL", .crl = CRL_OLD, .says = "has run out" },
	{ .name = "a CRL of somebody else",
	  .crl = CRL_OF_ROOT,
	  .says = "no CRL says whether the certificate of node.test (\"leaf\")" },
	{ .name = "an authority that was revoked",
	  .crl = CRL_MIDDLE_REVOKED,
	  .says = "(\"middle\") was revoked" },
};

static void add_crl(coodie_tls *o, const struct cert *issuer, const struct cert *revoked, int days)
{
	char *pem = cert_crl_pem(issuer, revoked, days), path[64];
	coodie_error err;

	cert_write(pem, path);
	free(pem);
	if (!coodie_tls_add_crl_file(o, path, &err))
		fail_msg("%s", err.message);
	unlink(path);
}

static void add_crls(coodie_tls *o, int kind)
{
	if (kind == CRL_CLEAN || kind == CRL_MIDDLE_REVOKED)
		add_crl(o, &middle, &client_cert, 7);
	if (kind == CRL_REVOKED)
		add_crl(o, &middle, &leaf, 7);
	if (kind == CRL_OLD)
		add_crl(o, &middle, NULL, -1);
	if (kind == CRL_OF_ROOT)
		add_crl(o, &root, NULL, 7);
	if (kind == CRL_MIDDLE_REVOKED)
		add_crl(o, &root, &middle, 7);
}

static void test_chains(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(chains); i++) {
		const struct chain_row *row = &chains[i];
		coodie_tls *o = new_options();
		struct pair p;
		trust(o, row->trust_middle ? middle_pem : root_pem);
		assert_true(coodie_tls_set_chain(o, row->chain, NULL));
		add_crls(o, row->crl);
		meet(&p, client_of(o), serve(&leaf, !row->no_middle), "node.test");
		check_end(&p, row->says, row->name);
	}
}

/* ---- ciphers, key logs, certificates from memory -------------------------------------------- */

static void test_ciphers(void **state)
{
	static const struct {
		const char *name, *ciphers, *suites, *got;
		int version;
	} rows[] = {
		{ "a cipher", "ECDHE-ECDSA-CHACHA20-POLY1305", NULL,
		  "ECDHE-ECDSA-CHACHA20-POLY1305", 12 },
		{ "a suite", NULL, "TLS_CHACHA20_POLY1305_SHA256", "TLS_CHACHA20_POLY1305_SHA256",
		  13 },
		{ "both, and the better version", "ECDHE-ECDSA-AES256-GCM-SHA384",
		  "TLS_AES_128_GCM_SHA256", "TLS_AES_128_GCM_SHA256", 0 },
		{ "a suite, the lowest version in range", NULL, "TLS_AES_128_GCM_SHA256",
		  "TLS_AES_128_GCM_SHA256", 0 },
	};
	coodie_error err;
	(void)state;

	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		coodie_tls *o = new_options();
		struct pair p;
		trust(o, root_pem);
		assert_true(coodie_tls_set_ciphers(o, rows[i].ciphers, rows[i].suites, &err));
		if (rows[i].version)
			assert_true(coodie_tls_set_versions(
				o, (enum coodie_tls_version)rows[i].version,
				(enum coodie_tls_version)rows[i].version, NULL));
		meet(&p, client_of(o), serve(&leaf, true), "node.test");
		CD_CHECK(!strcmp(cd_tls_cipher(p.client.tls), rows[i].got), rows[i].name);
		check_end(&p, NULL, rows[i].name);
	}
	coodie_tls *o = new_options();
	assert_false(coodie_tls_set_ciphers(o, "NONE-OF-THEM", NULL, &err));
	assert_non_null(strstr(err.message, "NONE-OF-THEM"));
	assert_false(coodie_tls_set_ciphers(o, NULL, "TLS_NOTHING", &err));
	assert_non_null(strstr(err.message, "TLS_NOTHING"));
	assert_int_equal(ERR_peek_error(), 0);
	coodie_tls_free(o);
}

struct lines {
	unsigned count;
	char first[32];
};

static void on_line(const char *line, void *user)
{
	struct lines *l = user;

	assert_null(strchr(line, '\n'));
	if (!l->count++)
		snprintf(l->first, sizeof l->first, "%.*s", (int)strcspn(line, " "), line);
}

static void test_key_log(void **state)
{
	static const struct {
		int version;
		const char *label;
		unsigned least;
	} rows[] = { { 12, "CLIENT_RANDOM", 1 }, { 13, "SERVER_HANDSHAKE_TRAFFIC_SECRET", 4 } };
	(void)state;

	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		coodie_tls *o = new_options();
		struct lines lines = { 0 };
		struct pair p;
		char path[64], text[4096];
		trust(o, root_pem);
		cert_write("before\n", path);
		coodie_tls_set_key_log(o, on_line, &lines);
		assert_true(coodie_tls_set_key_log_file(o, path, NULL));
		assert_true(coodie_tls_set_versions(o, (enum coodie_tls_version)rows[i].version,
						    (enum coodie_tls_version)rows[i].version,
						    NULL));
		meet(&p, client_of(o), serve(&leaf, true), "node.test");
		check_end(&p, NULL, rows[i].label);
		assert_true(lines.count >= rows[i].least);
		CD_CHECK(rows[i].version == 13 || !strcmp(lines.first, rows[i].label), lines.first);
		FILE *f = fopen(path, "r");
		assert_non_null(f);
		text[fread(text, 1, sizeof text - 1, f)] = '\0';
		fclose(f);
		unlink(path);
		unsigned count = 0;
		for (const char *at = text; (at = strchr(at, '\n')); at++)
			count++;
		assert_int_equal(count, lines.count + 1);
		assert_memory_equal(text, "before\n", 7);
		assert_non_null(strstr(text, rows[i].label));
	}
}

static void test_certificate_pem(void **state)
{
	static const struct {
		const char *name, *passphrase;
		bool locked, ok;
	} rows[] = {
		{ "an open key", NULL, false, true },
		{ "a passphrase nobody asks for", "x", false, true },
		{ "a locked key", "secret", true, true },
		{ "a wrong passphrase", "wrong", true, false },
		{ "no passphrase", NULL, true, false },
	};
	coodie_error err;
	(void)state;

	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		coodie_tls *o = new_options();
		bool ok = coodie_tls_set_certificate_pem(
			o, client_pem, rows[i].locked ? client_locked : client_key,
			rows[i].passphrase, &err);
		CD_CHECK(ok == rows[i].ok, rows[i].name);
		CD_CHECK(ok || strstr(err.message, "passphrase"), rows[i].name);
		CD_CHECK(ok || !strstr(err.message, "wrong") == !rows[i].passphrase, rows[i].name);
		if (!ok) {
			coodie_tls_free(o);
			continue;
		}
		struct cd_tls_context *server = serve(&leaf, true);
		struct pair p;
		trust(o, root_pem);
		assert_int_equal(
			X509_STORE_add_cert(SSL_CTX_get_cert_store(server->state->ssl), root.x), 1);
		server->state->verify = COODIE_TLS_VERIFY_CHAIN; /* it asks */
		struct cd_tls_context *client = client_of(o);
		CD_CHECK(cd_tls_context_has_certificate(client), rows[i].name);
		meet(&p, client, server, "node.test");
		check_end(&p, NULL, rows[i].name);
	}
	coodie_tls *o = new_options();
	assert_false(coodie_tls_set_certificate_pem(o, client_pem, "no key", NULL, &err));
	assert_non_null(strstr(err.message, "the text of the key"));
	assert_false(coodie_tls_set_certificate_pem(o, "nothing", client_key, NULL, &err));
	assert_non_null(strstr(err.message, "the text of the certificate holds no certificate"));
	char *other = cert_key_pem(&leaf, NULL);
	assert_false(coodie_tls_set_certificate_pem(o, client_pem, other, NULL, &err));
	assert_non_null(strstr(err.message, "is not that of the certificate"));
	free(other);
	assert_false(coodie_tls_set_certificate_pem(o, client_pem, NULL, NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	assert_false(coodie_tls_set_certificate_pem(NULL, client_pem, client_key, NULL, &err));
	struct cd_tls_context *without = client_of(o);
	assert_false(cd_tls_context_has_certificate(without));
	cd_tls_context_free(without);
}

/* ---- what does not go together -------------------------------------------------------------- */

enum {
	CA = 1,
	CRL = 2,
	CERTIFICATE = 4,
	VERSIONS = 8,
	CIPHERS = 16,
	SUITES = 32,
	LOG = 64,
	LOG_FILE = 128,
	STRICT = 256,
	NAME = 512,
	TICKETS = 1024,
	ONLY_12 = 2048,
	ONLY_13 = 4096,
	OWN = 8192,      /* an SSL_CTX that verifies */
	OWN_LAX = 16384, /* one that does not */
};

static const struct conflict {
	const char *name;
	int set;
	enum coodie_tls_verify verify;
	const char *says; /* NULL: it is fine */
} conflicts[] = {
	{ "nothing set", 0, 0, NULL },
	{ "everything of ours",
	  CA | CRL | CERTIFICATE | VERSIONS | CIPHERS | SUITES | LOG | STRICT | NAME | TICKETS, 0,
	  NULL },
	{ "authorities, nothing verified", CA, COODIE_TLS_VERIFY_NONE, "authorities are given" },
	{ "CRLs, nothing verified", CRL, COODIE_TLS_VERIFY_NONE, "CRLs are given" },
	{ "a kind of chain, nothing verified", STRICT, COODIE_TLS_VERIFY_NONE, "chain is given" },
	{ "a certificate, nothing verified", CERTIFICATE | NAME, COODIE_TLS_VERIFY_NONE, NULL },
	{ "only the chain", CA | CRL, COODIE_TLS_VERIFY_CHAIN, NULL },
	{ "1.2 ciphers, 1.3 alone", CIPHERS | ONLY_13, 0, "ciphers of TLS 1.2" },
	{ "1.3 suites, 1.2 alone", SUITES | ONLY_12, 0, "suites of TLS 1.3" },
	{ "1.3 suites, 1.3 alone", SUITES | ONLY_13, 0, NULL },
	{ "an own context", OWN | NAME | TICKETS, 0, NULL },
	{ "an own context, chain only", OWN, COODIE_TLS_VERIFY_CHAIN, NULL },
	{ "an own context, nothing of ours verified", OWN, COODIE_TLS_VERIFY_NONE, NULL },
	{ "an own context that verifies nothing", OWN_LAX, 0, "SSL_VERIFY_NONE" },
	{ "likewise, chain only", OWN_LAX, COODIE_TLS_VERIFY_CHAIN, "SSL_VERIFY_NONE" },
	{ "an own context that verifies nothing, on purpose", OWN_LAX, COODIE_TLS_VERIFY_NONE,
	  NULL },
	{ "own context and CA", OWN | CA, 0, "coodie_tls_add_ca_file()" },
	{ "own context and CRL", OWN | CRL, 0, "coodie_tls_add_crl_file()" },
	{ "own context and certificate", OWN | CERTIFICATE, 0,
	  "coodie_tls_set_certificate_file()" },
	{ "own context and versions", OWN | VERSIONS, 0, "coodie_tls_set_versions()" },
	{ "own context and ciphers", OWN | CIPHERS, 0, "coodie_tls_set_ciphers()" },
	{ "own context and suites", OWN | SUITES, 0, "coodie_tls_set_ciphers()" },
	{ "own context and key log", OWN | LOG, 0, "coodie_tls_set_key_log()" },
	{ "own context and key log file", OWN | LOG_FILE, 0, "coodie_tls_set_key_log_file()" },
	{ "own context and chain", OWN | STRICT, 0, "coodie_tls_set_chain()" },
};

static void set_own(coodie_tls *o, int verify)
{
	SSL_CTX *own = SSL_CTX_new(TLS_client_method());

	SSL_CTX_set_verify(own, verify, NULL);
	assert_true(coodie_tls_set_context(o, own, NULL));
	SSL_CTX_free(own);
}

static void set_versions(coodie_tls *o, enum coodie_tls_version lowest,
			 enum coodie_tls_version highest)
{
	assert_true(coodie_tls_set_versions(o, lowest, highest, NULL));
}

static void set_all(coodie_tls *o, int set)
{
	if (set & CA)
		trust(o, root_pem);
	if (set & CRL)
		add_crl(o, &middle, NULL, 7);
	if (set & CERTIFICATE)
		assert_true(coodie_tls_set_certificate_pem(o, client_pem, client_key, NULL, NULL));
	if (set & VERSIONS)
		set_versions(o, COODIE_TLS_1_2, COODIE_TLS_1_3);
	if (set & ONLY_12)
		set_versions(o, COODIE_TLS_1_2, COODIE_TLS_1_2);
	if (set & ONLY_13)
		set_versions(o, COODIE_TLS_1_3, COODIE_TLS_1_3);
	if (set & (CIPHERS | SUITES))
		assert_true(coodie_tls_set_ciphers(
			o, set & CIPHERS ? "ECDHE-ECDSA-AES256-GCM-SHA384" : NULL,
			set & SUITES ? "TLS_AES_128_GCM_SHA256" : NULL, NULL));
	if (set & LOG)
		coodie_tls_set_key_log(o, on_line, NULL);
	if (set & LOG_FILE)
		assert_true(coodie_tls_set_key_log_file(o, "/dev/null", NULL));
	if (set & STRICT)
		assert_true(coodie_tls_set_chain(o, COODIE_TLS_CHAIN_STRICT, NULL));
	if (set & NAME)
		assert_true(coodie_tls_set_server_name(o, "node.test", NULL));
	if (set & TICKETS)
		assert_true(coodie_tls_set_tickets(o, 7, NULL));
	if (set & OWN)
		set_own(o, SSL_VERIFY_PEER);
	if (set & OWN_LAX)
		set_own(o, SSL_VERIFY_NONE);
}

static void test_conflicts(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(conflicts); i++) {
		const struct conflict *row = &conflicts[i];
		coodie_tls *o = new_options();
		coodie_error err;
		set_all(o, row->set);
		coodie_tls_set_verify(o, row->verify);
		struct cd_tls_context *c = cd_tls_context_new(o, &err);
		if ((c == NULL) != (row->says != NULL) || (!c && !strstr(err.message, row->says)))
			fail_msg("row \"%s\": %s", row->name, c ? "it is taken" : err.message);
		CD_CHECK(c || err.code == COODIE_ERR_INVALID, row->name);
		cd_tls_context_free(c);
		coodie_tls_free(o);
	}
}

/* ---- arguments ------------------------------------------------------------------------------ */

static void test_arguments(void **state)
{
	coodie_tls *o = new_options();
	coodie_error err;
	char path[64];
	(void)state;

	assert_false(coodie_tls_add_crl_file(o, NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	assert_false(coodie_tls_add_crl_file(NULL, "x", &err));
	assert_false(coodie_tls_add_crl_file(o, "/no/such/file", &err));
	assert_non_null(strstr(err.message, "cannot read the CRLs"));
	cert_write(root_pem, path);
	assert_false(coodie_tls_add_crl_file(o, path, &err));
	assert_non_null(strstr(err.message, "holds no CRL"));
	unlink(path);
	cert_write("-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n", path);
	assert_false(coodie_tls_add_crl_file(o, path, &err));
	assert_non_null(strstr(err.message, "CRL 1 is broken"));
	unlink(path);
	assert_false(coodie_tls_set_chain(o, (enum coodie_tls_chain)3, &err));
	assert_false(coodie_tls_set_chain(NULL, COODIE_TLS_CHAIN_ROOT, &err));
	assert_false(coodie_tls_set_tickets(o, 1025, &err));
	assert_true(coodie_tls_set_tickets(o, 1024, &err));
	assert_false(coodie_tls_set_tickets(NULL, 1, &err));
	assert_false(coodie_tls_set_ciphers(NULL, NULL, NULL, &err));
	assert_true(coodie_tls_set_ciphers(o, NULL, NULL, &err));
	assert_false(coodie_tls_set_key_log_file(NULL, "x", &err));
	coodie_tls_set_key_log(NULL, on_line, NULL);
	coodie_tls_set_verify(NULL, COODIE_TLS_VERIFY_NONE);
	assert_false(coodie_tls_set_context(NULL, NULL, &err));
	SSL_CTX *server = SSL_CTX_new(TLS_server_method());
	assert_false(coodie_tls_set_context(o, server, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	SSL_CTX_free(server);
	set_own(o, SSL_VERIFY_PEER);
	assert_true(coodie_tls_set_context(o, NULL, &err)); /* and back */
	trust(o, root_pem);
	cd_tls_context_free(client_of(o));
}

static int make_all(void **state)
{
	(void)state;
	root = cert_make(&(struct cert_wish){ .name = "root", .is_authority = true });
	middle = cert_make(
		&(struct cert_wish){ .name = "middle", .is_authority = true, .issuer = &root });
	leaf = cert_make(&(struct cert_wish){ .name = "leaf",
					      .alternatives = "DNS:node.test,DNS:*.wild.test",
					      .issuer = &middle });
	numbers = cert_make(&(struct cert_wish){ .name = "numbers",
						 .alternatives = "IP:192.0.2.7,IP:2001:db8::7",
						 .issuer = &middle });
	client_cert = cert_make(&(struct cert_wish){ .name = "client", .issuer = &root });
	bare = cert_make(&(struct cert_wish){ .name = "192.0.2.9", .issuer = &middle });
	root_pem = cert_pem(&root);
	middle_pem = cert_pem(&middle);
	client_pem = cert_pem(&client_cert);
	client_key = cert_key_pem(&client_cert, NULL);
	client_locked = cert_key_pem(&client_cert, "secret");
	return 0;
}

static int free_all(void **state)
{
	struct cert *const certs[] = { &root, &middle, &leaf, &numbers, &client_cert, &bare };

	(void)state;
	for (size_t i = 0; i < CD_COUNT(certs); i++)
		cert_free(certs[i]);
	free(root_pem);
	free(middle_pem);
	free(client_pem);
	free(client_key);
	free(client_locked);
	return 0;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),           cmocka_unit_test(test_chains),
		cmocka_unit_test(test_ciphers),         cmocka_unit_test(test_key_log),
		cmocka_unit_test(test_certificate_pem), cmocka_unit_test(test_conflicts),
		cmocka_unit_test(test_arguments),
	};

	return cmocka_run_group_tests_name("TLS options", tests, make_all, free_all);
}
