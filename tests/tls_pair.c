/* SPDX-License-Identifier: MIT */
/* Bytes from one engine to the other. */
#include "tests/test.h"

#include "tests/tls_pair.h"

static void end_open(struct end *e, struct cd_tls_context *context, const char *host)
{
	cd_tls_context_ref(context);
	e->context = context;
	e->tls = cd_tls_new(context, host, NULL, &e->err);
	if (!e->tls)
		fail_msg("%s", e->err.message);
}

void pair_open(struct pair *p, struct cd_tls_context *client, struct cd_tls_context *server,
	       const char *host, const char *peer)
{
	memset(p, 0, sizeof *p);
	end_open(&p->client, client, host);
	end_open(&p->server, server, NULL);
	assert_true(!peer || cd_tls_set_peer(p->client.tls, peer, &p->client.err));
	assert_int_equal(cd_tls_start(p->client.tls, &p->client.err), CD_TLS_OK);
	assert_int_equal(cd_tls_start(p->server.tls, &p->server.err), CD_TLS_OK);
}

static void end_deinit(struct end *e)
{
	cd_tls_free(e->tls);
	cd_tls_context_free(e->context);
	cd_buffer_deinit(&e->plain);
}

void pair_deinit(struct pair *p)
{
	end_deinit(&p->client);
	end_deinit(&p->server);
}

bool carry(struct end *from, struct end *to, size_t chunk)
{
	struct cd_buffer wire = { 0 };

	assert_true(cd_tls_drain(from->tls, &wire));
	for (size_t at = 0; at < wire.len && to->status == CD_TLS_OK;) {
		size_t n = chunk && chunk < wire.len - at ? chunk : wire.len - at;
		to->status = cd_tls_feed(to->tls, wire.data + at, n, &to->plain, &to->err);
		at += n;
	}
	bool any = wire.len != 0;
	cd_buffer_deinit(&wire);
	return any;
}

void pump(struct pair *p)
{
	bool any = true;

	for (int turns = 0; any && turns < 1000; turns++) {
		any = carry(&p->client, &p->server, p->chunk);
		any = carry(&p->server, &p->client, p->chunk) || any;
	}
}
