/* SPDX-License-Identifier: MIT */
/* base/tls_tickets.c and what is shared by connections: short handshakes, each ticket once, nothing
 * mixed, and new certificates while connections are open. */
#include "tests/test.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/tls_engine.h"
#include "tests/certs.h"
#include "tests/failalloc.h"
#include "tests/tls_pair.h"

static struct cert authority, leaf, other_authority, other_leaf, brief;
static char *authority_pem, *other_pem;

/* ---- who talks ------------------------------------------------------------------------------ */

static struct cd_tls_context *serve(const struct cert *c)
{
	coodie_error err;
	struct cd_tls_context *s = cd_tls_context_new_server_of(c->x, c->key, &err);

	if (!s)
		fail_msg("%s", err.message);
	return s;
}

static coodie_tls *trusting(const char *pem, int version)
{
	coodie_error err;
	coodie_tls *o = coodie_tls_new(&err);

	assert_non_null(o);
	assert_true(coodie_tls_add_ca_pem(o, pem, strlen(pem), &err));
	if (version)
		assert_true(coodie_tls_set_versions(o, (enum coodie_tls_version)version,
						    (enum coodie_tls_version)version, &err));
	return o;
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

/* One connection from hello to the end. @return whether it was resumed */
static bool visit(struct cd_tls_context *client, struct cd_tls_context *server, const char *host,
		  const char *peer)
{
	struct pair p;

	pair_open(&p, client, server, host, peer);
	pump(&p);
	if (!cd_tls_ready(p.client.tls))
		fail_msg("%s", p.client.err.message);
	assert_true(cd_tls_ready(p.server.tls));
	assert_int_equal(cd_tls_write(p.server.tls, "hello", 5, NULL), CD_TLS_OK);
	pump(&p);
	assert_int_equal(p.client.plain.len, 5);
	bool resumed = cd_tls_resumed(p.client.tls);
	assert_int_equal(resumed, cd_tls_resumed(p.server.tls));
	pair_deinit(&p);
	return resumed;
}

static void check_counts(const struct cd_tls_context *c, uint64_t full, uint64_t resumed)
{
	uint64_t has_full, has_resumed;

	cd_tls_context_counts(c, &has_full, &has_resumed);
	assert_int_equal(has_full, full);
	assert_int_equal(has_resumed, resumed);
}

/* ---- resumption ----------------------------------------------------------------------------- */

static void test_resumed(void **state)
{
	static const int versions[] = { 12, 13, 0 };

	(void)state;
	for (size_t i = 0; i < CD_COUNT(versions); i++) {
		struct cd_tls_context *client = client_of(trusting(authority_pem, versions[i]));
		struct cd_tls_context *server = serve(&leaf);
		assert_false(visit(client, server, "localhost", "10.0.0.1"));
		for (int n = 0; n < 5; n++)
			assert_true(visit(client, server, "localhost", "10.0.0.1"));
		check_counts(client, 1, 5);
		check_counts(server, 1, 5);
		/* who does not name a peer is not mixed up with those that do */
		assert_false(visit(client, server, "localhost", NULL));
		check_counts(client, 2, 5);
		cd_tls_context_free(client);
		cd_tls_context_free(server);
	}
}

/* A connection that is opened to each shard before the first of them is closed: every ticket of
 * TLS 1.3 serves one of them, that of TLS 1.2 all. */
static void test_single_use(void **state)
{
	enum { SHARDS = 6 };
	static const struct {
		const char *name;
		int version;
		uint64_t resumed; /* of the second round, where nothing new comes in between */
	} rows[] = { { "1.3 gives two", 13, 2 }, { "1.2 gives one for all", 12, SHARDS } };

	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct cd_tls_context *client = client_of(trusting(authority_pem, rows[i].version));
		struct cd_tls_context *server = serve(&leaf);
		struct pair pairs[SHARDS];
		visit(client, server, "localhost", "a");
		for (int n = 0; n < SHARDS; n++)
			pair_open(&pairs[n], client, server, "localhost", "a");
		for (int n = 0; n < SHARDS; n++)
			pump(&pairs[n]);
		uint64_t full, resumed;
		cd_tls_context_counts(client, &full, &resumed);
		CD_CHECK(resumed == rows[i].resumed, rows[i].name);
		CD_CHECK(full + resumed == SHARDS + 1, rows[i].name);
		for (int n = 0; n < SHARDS; n++)
			pair_deinit(&pairs[n]);
		/* what those gave is enough for the next round */
		for (int n = 0; n < SHARDS; n++)
			pair_open(&pairs[n], client, server, "localhost", "a");
		for (int n = 0; n < SHARDS; n++)
			pump(&pairs[n]);
		cd_tls_context_counts(client, &full, &resumed);
		CD_CHECK(resumed == rows[i].resumed + SHARDS, rows[i].name);
		for (int n = 0; n < SHARDS; n++)
			pair_deinit(&pairs[n]);
		cd_tls_context_free(client);
		cd_tls_context_free(server);
	}
}

static void test_bounded(void **state)
{
	enum { KEPT = 3, ROUND = 8 };
	coodie_tls *o = trusting(authority_pem, 13);
	struct pair pairs[ROUND];
	struct cd_tls_context *server = serve(&leaf);

	(void)state;
	assert_true(coodie_tls_set_tickets(o, KEPT, NULL));
	struct cd_tls_context *client = client_of(o);
	for (int round = 0; round < 2; round++) { /* the first is all in full */
		for (int n = 0; n < ROUND; n++)
			pair_open(&pairs[n], client, server, "localhost", "a");
		for (int n = 0; n < ROUND; n++)
			pump(&pairs[n]);
		for (int n = 0; n < ROUND; n++)
			pair_deinit(&pairs[n]);
	}
	check_counts(client, 2 * ROUND - KEPT, KEPT);
	cd_tls_context_free(client);
	/* none at all */
	o = trusting(authority_pem, 0);
	assert_true(coodie_tls_set_tickets(o, 0, NULL));
	client = client_of(o);
	assert_false(visit(client, server, "localhost", "a"));
	assert_false(visit(client, server, "localhost", "a"));
	cd_tls_context_free(client);
	cd_tls_context_free(server);
}

/* More peers than are remembered: the one that was longest not talked to is forgotten. */
static void test_many_peers(void **state)
{
	enum { PEERS = 1025 };
	struct cd_tls_context *client = client_of(trusting(authority_pem, 12));
	struct cd_tls_context *server = serve(&leaf);
	SSL_SESSION *s;
	char peer[32];

	(void)state;
	visit(client, server, "localhost", "peer");
	s = cd_tls_tickets_take(&client->state->tickets, "localhost\npeer");
	assert_non_null(s);
	for (int i = 0; i < PEERS; i++) {
		snprintf(peer, sizeof peer, "%d", i);
		cd_tls_tickets_put(&client->state->tickets, peer, s);
	}
	SSL_SESSION_free(s);
	assert_int_equal(client->state->tickets.peers, 1024);
	assert_null(cd_tls_tickets_take(&client->state->tickets, "localhost\npeer"));
	assert_null(cd_tls_tickets_take(&client->state->tickets, "0"));
	s = cd_tls_tickets_take(&client->state->tickets, "1");
	assert_non_null(s);
	SSL_SESSION_free(s);
	cd_tls_context_free(client);
	cd_tls_context_free(server);
}

/* ---- nothing is mixed ----------------------------------------------------------------------- */

static void test_not_mixed(void **state)
{
	static const int versions[] = { 12, 13 };

	(void)state;
	for (size_t i = 0; i < CD_COUNT(versions); i++) {
		struct cd_tls_context *client = client_of(trusting(authority_pem, versions[i]));
		struct cd_tls_context *another = client_of(trusting(authority_pem, versions[i]));
		struct cd_tls_context *server = serve(&leaf);
		visit(client, server, "localhost", "a");
		assert_false(visit(client, server, "localhost", "b"));  /* another node */
		assert_false(visit(client, server, "node.test", "a"));  /* another name */
		assert_false(visit(another, server, "localhost", "a")); /* other settings */
		assert_true(visit(client, server, "localhost", "a"));
		assert_true(visit(client, server, "localhost", "b"));
		assert_true(visit(client, server, "node.test", "a"));
		cd_tls_context_free(client);
		cd_tls_context_free(another);
		cd_tls_context_free(server);
	}
}

/* The chain and the name are looked at in the first handshake alone: who would fail there cannot
 * come in by a ticket, and a server that does not know our ticket is looked at in full. */
static void test_still_verified(void **state)
{
	static const int versions[] = { 12, 13 };

	(void)state;
	for (size_t i = 0; i < CD_COUNT(versions); i++) {
		struct cd_tls_context *client = client_of(trusting(authority_pem, versions[i]));
		struct cd_tls_context *server = serve(&leaf), *impostor = serve(&other_leaf);
		struct pair p;
		visit(client, server, "localhost", "a");
		pair_open(&p, client, impostor, "localhost", "a");
		pump(&p);
		assert_false(cd_tls_ready(p.client.tls));
		assert_non_null(strstr(p.client.err.message, "no trusted authority"));
		pair_deinit(&p);
		/* the ticket may have been the reason: they are forgotten */
		assert_false(visit(client, server, "localhost", "a"));
		assert_true(visit(client, server, "localhost", "a"));
		cd_tls_context_free(client);
		cd_tls_context_free(server);
		cd_tls_context_free(impostor);
	}
}

/* A certificate that runs out ends what was begun with it. */
static void test_expired_meanwhile(void **state)
{
	struct cd_tls_context *client = client_of(trusting(authority_pem, 0));
	struct cd_tls_context *server = serve(&brief);
	struct pair p;

	(void)state;
	visit(client, server, "localhost", "a");
	assert_non_null(X509_gmtime_adj(X509_getm_notAfter(brief.x), -60));
	SSL_SESSION *s = cd_tls_tickets_take(&client->state->tickets, "localhost\na");
	assert_non_null(X509_gmtime_adj(X509_getm_notAfter(SSL_SESSION_get0_peer(s)), -60));
	cd_tls_tickets_put(&client->state->tickets, "localhost\na", s);
	SSL_SESSION_free(s);
	pair_open(&p, client, server, "localhost", "a");
	pump(&p);
	assert_false(cd_tls_resumed(p.client.tls));
	pair_deinit(&p);
	cd_tls_context_free(client);
	cd_tls_context_free(server);
}

/* A handshake that comes to nothing costs the tickets it may have come to nothing for. */
static void test_given_up(void **state)
{
	struct cd_tls_context *client = client_of(trusting(authority_pem, 12));
	struct cd_tls_context *server = serve(&leaf);
	struct pair p;

	(void)state;
	visit(client, server, "localhost", "a");
	pair_open(&p, client, server, "localhost", "a");
	carry(&p.client, &p.server, 0);
	pair_deinit(&p);
	assert_false(visit(client, server, "localhost", "a"));
	cd_tls_context_free(client);
	cd_tls_context_free(server);
}

/* Tickets a byte at a time, and between data. */
static void test_bytewise(void **state)
{
	struct cd_tls_context *client = client_of(trusting(authority_pem, 13));
	struct cd_tls_context *server = serve(&leaf);

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct pair p;
		pair_open(&p, client, server, "localhost", "a");
		p.chunk = 1;
		pump(&p);
		assert_true(cd_tls_ready(p.client.tls));
		assert_int_equal(cd_tls_resumed(p.client.tls), i);
		for (int n = 0; n < 3; n++) {
			assert_int_equal(SSL_new_session_ticket(p.server.tls->ssl), 1);
			assert_int_equal(cd_tls_write(p.server.tls, "data", 4, NULL), CD_TLS_OK);
			pump(&p);
			assert_int_equal(
				SSL_key_update(p.server.tls->ssl, SSL_KEY_UPDATE_NOT_REQUESTED), 1);
			assert_int_equal(cd_tls_write(p.server.tls, "more", 4, NULL), CD_TLS_OK);
			p.chunk = 0;
			pump(&p);
		}
		assert_int_equal(p.client.plain.len, 24);
		assert_memory_equal(p.client.plain.data, "datamoredatamore", 16);
		pair_deinit(&p);
	}
	check_counts(client, 1, 1);
	for (int i = 0; i < 2 + 3 + 2 + 3 - 1; i++) /* all that came were kept */
		assert_true(visit(client, server, "localhost", "a"));
	cd_tls_context_free(client);
	cd_tls_context_free(server);
}

/* The maximum of what is read counts data, not tickets. */
static void test_maximum(void **state)
{
	struct cd_tls_context *client = client_of(trusting(authority_pem, 13));
	struct cd_tls_context *server = serve(&leaf);
	struct pair p;

	(void)state;
	pair_open(&p, client, server, "localhost", "a");
	cd_buffer_init(&p.client.plain, NULL, 4);
	pump(&p);
	assert_int_equal(cd_tls_write(p.server.tls, "data", 4, NULL), CD_TLS_OK);
	assert_int_equal(SSL_new_session_ticket(p.server.tls->ssl), 1);
	assert_int_equal(SSL_do_handshake(p.server.tls->ssl), 1);
	pump(&p);
	assert_int_equal(p.client.status, CD_TLS_OK);
	cd_buffer_clear(&p.client.plain);
	assert_int_equal(cd_tls_write(p.server.tls, "again", 5, NULL), CD_TLS_OK);
	pump(&p);
	assert_int_equal(p.client.status, CD_TLS_FAILED);
	assert_int_equal(p.client.err.code, COODIE_ERR_LIMIT);
	pair_deinit(&p);
	cd_tls_context_free(client);
	cd_tls_context_free(server);
}

/* ---- a caller's SSL_CTX --------------------------------------------------------------------- */

static void test_own_context(void **state)
{
	(void)state;
	SSL_CTX *own = SSL_CTX_new(TLS_client_method());
	coodie_tls *o = coodie_tls_new(NULL);
	struct cd_tls_context *server = serve(&leaf), *impostor = serve(&other_leaf);
	struct pair p;

	assert_int_equal(X509_STORE_add_cert(SSL_CTX_get_cert_store(own), authority.x), 1);
	SSL_CTX_set_verify(own, SSL_VERIFY_PEER, NULL);
	long mode = SSL_CTX_get_mode(own), cache = SSL_CTX_get_session_cache_mode(own);
	uint64_t options = SSL_CTX_get_options(own);
	assert_true(coodie_tls_set_context(o, own, NULL));
	SSL_CTX_free(own); /* the options keep it */
	struct cd_tls_context *client = client_of(o);
	assert_false(visit(client, server, "localhost", "a"));
	assert_true(visit(client, server, "localhost", "a"));
	assert_true(visit(client, server, "localhost", "a"));
	/* nothing of it was changed */
	assert_int_equal(SSL_CTX_get_mode(client->state->ssl), mode);
	assert_int_equal(SSL_CTX_get_session_cache_mode(client->state->ssl), cache);
	assert_true(SSL_CTX_get_options(client->state->ssl) == options);
	assert_ptr_equal(SSL_CTX_sess_get_new_cb(client->state->ssl), NULL);
	/* its authorities, and our name */
	pair_open(&p, client, impostor, "localhost", "a");
	pump(&p);
	assert_false(cd_tls_ready(p.client.tls));
	assert_non_null(strstr(p.client.err.message, "certificate"));
	pair_deinit(&p);
	pair_open(&p, client, server, "elsewhere.test", "a");
	pump(&p);
	assert_false(cd_tls_ready(p.client.tls));
	assert_non_null(strstr(p.client.err.message, "ostname mismatch"));
	pair_deinit(&p);
	cd_tls_context_free(client);
	cd_tls_context_free(server);
	cd_tls_context_free(impostor);
}

/* ---- reload --------------------------------------------------------------------------------- */

/* New authorities while one connection is open and another is half made: those go on, later ones
 * are made anew, and what cannot be used changes nothing. */
static void test_reload(void **state)
{
	static const int versions[] = { 12, 13 };

	(void)state;
	for (size_t i = 0; i < CD_COUNT(versions); i++) {
		struct cd_tls_context *client = client_of(trusting(authority_pem, versions[i]));
		struct cd_tls_context *server = serve(&leaf), *later = serve(&other_leaf);
		struct pair open, half, fresh;
		coodie_error err;
		visit(client, server, "localhost", "a");
		pair_open(&open, client, server, "localhost", "b");
		pump(&open);
		pair_open(&half, client, server, "localhost", "c");
		carry(&half.client, &half.server, 0);
		/* refused: all is as before, tickets too */
		coodie_tls *bad = trusting(other_pem, 0);
		coodie_tls_set_verify(bad, COODIE_TLS_VERIFY_NONE);
		assert_false(cd_tls_context_reload(client, bad, &err));
		assert_int_equal(err.code, COODIE_ERR_INVALID);
		coodie_tls_free(bad);
		bad = trusting(other_pem, 0);
		assert_true(coodie_tls_set_key_log_file(bad, "/nowhere/at/all", NULL));
		assert_false(cd_tls_context_reload(client, bad, &err));
		assert_int_equal(err.code, COODIE_ERR_TLS);
		coodie_tls_free(bad);
		assert_true(visit(client, server, "localhost", "a"));
		/* taken */
		coodie_tls *good = trusting(other_pem, versions[i]);
		assert_true(cd_tls_context_reload(client, good, &err));
		coodie_tls_free(good);
		pump(&half);
		assert_true(cd_tls_ready(half.client.tls));
		assert_int_equal(cd_tls_write(open.server.tls, "still", 5, NULL), CD_TLS_OK);
		pump(&open);
		assert_int_equal(open.client.plain.len, 5);
		pair_open(&fresh, client, server, "localhost", "a");
		pump(&fresh);
		assert_false(cd_tls_ready(fresh.client.tls)); /* no trust, and no ticket either */
		pair_deinit(&fresh);
		pair_open(&fresh, client, server, "localhost", "c");
		pump(&fresh);
		assert_false(
			cd_tls_ready(fresh.client.tls)); /* what `half` got stayed with the old */
		pair_deinit(&fresh);
		assert_false(visit(client, later, "localhost", "a"));
		assert_true(visit(client, later, "localhost", "a"));
		pair_deinit(&open);
		pair_deinit(&half);
		cd_tls_context_free(client);
		cd_tls_context_free(server);
		cd_tls_context_free(later);
	}
}

/* Several loops on one context, while it is reloaded. */
struct crowd {
	struct cd_tls_context *client, *server;
};

static void *visit_often(void *user)
{
	const struct crowd *c = user;

	for (int i = 0; i < 40; i++) {
		struct pair p;
		pair_open(&p, c->client, c->server, "localhost", "a");
		pump(&p);
		bool ready = cd_tls_ready(p.client.tls);
		pair_deinit(&p);
		if (!ready)
			return user;
	}
	return NULL;
}

static void test_threads(void **state)
{
	enum { THREADS = 4, RELOADS = 10 };
	struct crowd c = { client_of(trusting(authority_pem, 0)), serve(&leaf) };
	pthread_t threads[THREADS];
	void *failed;
	uint64_t full, resumed;

	(void)state;
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, visit_often, &c), 0);
	for (int i = 0; i < RELOADS; i++) {
		coodie_tls *o = trusting(authority_pem, i & 1 ? 12 : 13);
		assert_true(cd_tls_context_reload(c.client, o, NULL));
		coodie_tls_free(o);
	}
	for (int i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(threads[i], &failed), 0);
		assert_null(failed);
	}
	cd_tls_context_counts(c.client, &full, &resumed);
	assert_int_equal(full + resumed, THREADS * 40);
	cd_tls_context_free(c.client);
	cd_tls_context_free(c.server);
}

/* ---- memory --------------------------------------------------------------------------------- */

static bool connect_with(const coodie_allocator *a, void *user)
{
	struct crowd *c = user;
	coodie_error err;
	struct cd_tls *t = cd_tls_new(c->client, "localhost", a, &err);
	bool ok = t && cd_tls_set_peer(t, "a", &err);

	assert_true(ok || err.code == COODIE_ERR_NO_MEMORY);
	cd_tls_free(t);
	return ok;
}

static void test_no_memory(void **state)
{
	struct crowd c = { client_of(trusting(authority_pem, 13)), serve(&leaf) };

	(void)state;
	for (int i = 0; i < 8; i++)
		visit(c.client, c.server, "localhost", "a");
	assert_true(cd_failalloc_each("a ticket", connect_with, &c));
	cd_tls_context_free(c.client);
	cd_tls_context_free(c.server);
}

static int make_all(void **state)
{
	static const char names[] = "DNS:localhost,DNS:node.test";

	(void)state;
	authority = cert_make(&(struct cert_wish){ .name = "authority", .is_authority = true });
	other_authority = cert_make(&(struct cert_wish){ .name = "other", .is_authority = true });
	leaf = cert_make(
		&(struct cert_wish){ .name = "leaf", .alternatives = names, .issuer = &authority });
	brief = cert_make(&(struct cert_wish){
		.name = "brief", .alternatives = names, .issuer = &authority });
	other_leaf = cert_make(&(struct cert_wish){
		.name = "other leaf", .alternatives = names, .issuer = &other_authority });
	authority_pem = cert_pem(&authority);
	other_pem = cert_pem(&other_authority);
	return 0;
}

static int free_all(void **state)
{
	(void)state;
	cert_free(&authority);
	cert_free(&other_authority);
	cert_free(&leaf);
	cert_free(&brief);
	cert_free(&other_leaf);
	free(authority_pem);
	free(other_pem);
	return 0;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_resumed),           cmocka_unit_test(test_single_use),
		cmocka_unit_test(test_bounded),           cmocka_unit_test(test_many_peers),
		cmocka_unit_test(test_not_mixed),         cmocka_unit_test(test_still_verified),
		cmocka_unit_test(test_expired_meanwhile), cmocka_unit_test(test_given_up),
		cmocka_unit_test(test_bytewise),          cmocka_unit_test(test_maximum),
		cmocka_unit_test(test_own_context),       cmocka_unit_test(test_reload),
		cmocka_unit_test(test_threads),           cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests_name("TLS tickets", tests, make_all, free_all);
}
