/* SPDX-License-Identifier: MIT */
/* The pool of tickets: a short list of peers, each with a few sessions, newest last. What is kept
 * here is nobody else's object: sessions are copied on their way in and, where they stay, on their
 * way out, because OpenSSL writes to the one a connection has. */
#include "base/tls_tickets.h"

#include <string.h>

#include "base/alloc.h"
#include "base/openssl.h"

enum { MOST_PEERS = 1024 };

struct cd_tls_ticket_peer {
	struct cd_tls_ticket_peer *next;
	char *key; /* behind `at` */
	size_t count;
	SSL_SESSION *at[];
};

void cd_tls_tickets_init(struct cd_tls_tickets *t, size_t per_peer)
{
	*t = (struct cd_tls_tickets){ .per_peer = per_peer };
	pthread_mutex_init(&t->lock, NULL);
}

static void empty(struct cd_tls_ticket_peer *p)
{
	while (p->count)
		SSL_SESSION_free(p->at[--p->count]);
}

static void drop_peer(struct cd_tls_ticket_peer *p)
{
	empty(p);
	cd_release(NULL, p);
}

void cd_tls_tickets_deinit(struct cd_tls_tickets *t)
{
	while (t->first) {
		struct cd_tls_ticket_peer *p = t->first;
		t->first = p->next;
		drop_peer(p);
	}
	pthread_mutex_destroy(&t->lock);
}

/* A peer moves to the front when it is found. */
static struct cd_tls_ticket_peer *find(struct cd_tls_tickets *t, const char *key)
{
	for (struct cd_tls_ticket_peer **at = &t->first; *at; at = &(*at)->next) {
		struct cd_tls_ticket_peer *p = *at;
		if (strcmp(p->key, key) != 0)
			continue;
		*at = p->next;
		p->next = t->first;
		t->first = p;
		return p;
	}
	return NULL;
}

static void drop_last(struct cd_tls_tickets *t)
{
	struct cd_tls_ticket_peer **at = &t->first;

	while ((*at)->next)
		at = &(*at)->next;
	drop_peer(*at);
	*at = NULL;
	t->peers--;
}

static struct cd_tls_ticket_peer *add(struct cd_tls_tickets *t, const char *key)
{
	size_t ring = t->per_peer * sizeof(SSL_SESSION *), len = strlen(key) + 1;
	struct cd_tls_ticket_peer *p = cd_alloc_zero(NULL, sizeof *p + ring + len);

	if (!p)
		return NULL;
	p->key = (char *)(p->at + t->per_peer);
	memcpy(p->key, key, len);
	p->next = t->first;
	t->first = p;
	if (++t->peers > MOST_PEERS)
		drop_last(t);
	return p;
}

static bool is_used_once(const SSL_SESSION *s)
{
	return SSL_SESSION_get_protocol_version(s) >= TLS1_3_VERSION;
}

static void push(struct cd_tls_tickets *t, struct cd_tls_ticket_peer *p, SSL_SESSION *s)
{
	if (!is_used_once(s) || (p->count && !is_used_once(p->at[0])))
		empty(p); /* the newest of TLS 1.2 is enough */
	if (p->count == t->per_peer) {
		SSL_SESSION_free(p->at[0]);
		p->count--;
		memmove(p->at, p->at + 1, p->count * sizeof *p->at);
	}
	p->at[p->count++] = s;
}

/* Without memory there is no ticket, and the next handshake is a full one. */
static SSL_SESSION *copy_of(const SSL_SESSION *s)
{
	SSL_SESSION *copy = SSL_SESSION_dup((SSL_SESSION *)(uintptr_t)s);

	if (!copy)
		ERR_clear_error();
	return copy;
}

void cd_tls_tickets_put(struct cd_tls_tickets *t, const char *key, const SSL_SESSION *session)
{
	SSL_SESSION *copy = t->per_peer ? copy_of(session) : NULL;

	if (!copy)
		return;
	pthread_mutex_lock(&t->lock);
	struct cd_tls_ticket_peer *p = find(t, key);
	if (p || (p = add(t, key))) {
		push(t, p, copy);
		copy = NULL;
	}
	pthread_mutex_unlock(&t->lock);
	SSL_SESSION_free(copy);
}

SSL_SESSION *cd_tls_tickets_take(struct cd_tls_tickets *t, const char *key)
{
	SSL_SESSION *s = NULL;

	if (!t->per_peer)
		return NULL;
	pthread_mutex_lock(&t->lock);
	struct cd_tls_ticket_peer *p = find(t, key);
	if (p && p->count) {
		s = p->at[p->count - 1];
		if (is_used_once(s))
			p->count--;
		else
			s = copy_of(s);
	}
	pthread_mutex_unlock(&t->lock);
	return s;
}

void cd_tls_tickets_forget(struct cd_tls_tickets *t, const char *key)
{
	pthread_mutex_lock(&t->lock);
	struct cd_tls_ticket_peer *p = find(t, key);
	if (p)
		empty(p);
	pthread_mutex_unlock(&t->lock);
}
