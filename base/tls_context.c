/* SPDX-License-Identifier: MIT */
/* The context of a session's connections: who may replace its state, and when. */
#include "base/tls_context.h"

#include "base/alloc.h"
#include "base/error.h"
#include "base/tls_options.h"

struct cd_tls_context *cd_tls_context_new_of(struct cd_tls_state *take_state, coodie_error *err)
{
	struct cd_tls_context *c = take_state ? cd_alloc_zero(NULL, sizeof *c) : NULL;

	if (!c) {
		if (take_state)
			cd_no_memory(err, "a TLS context");
		cd_tls_state_free(take_state);
		return NULL;
	}
	atomic_init(&c->references, 1);
	atomic_init(&c->full, 0);
	atomic_init(&c->resumed, 0);
	pthread_mutex_init(&c->lock, NULL);
	c->state = take_state;
	return c;
}

struct cd_tls_context *cd_tls_context_new(const coodie_tls *options, coodie_error *err)
{
	if (!cd_tls_options_check(options, err))
		return NULL;
	return cd_tls_context_new_of(cd_tls_state_new(options, err), err);
}

void cd_tls_context_ref(struct cd_tls_context *c)
{
	atomic_fetch_add_explicit(&c->references, 1, memory_order_relaxed);
}

void cd_tls_context_free(struct cd_tls_context *c)
{
	if (!c || atomic_fetch_sub_explicit(&c->references, 1, memory_order_acq_rel) != 1)
		return;
	cd_tls_state_free(c->state);
	pthread_mutex_destroy(&c->lock);
	cd_release(NULL, c);
}

struct cd_tls_state *cd_tls_context_state(struct cd_tls_context *c)
{
	pthread_mutex_lock(&c->lock);
	struct cd_tls_state *s = c->state;
	atomic_fetch_add_explicit(&s->references, 1, memory_order_relaxed);
	pthread_mutex_unlock(&c->lock);
	return s;
}

bool cd_tls_context_reload(struct cd_tls_context *c, const coodie_tls *options, coodie_error *err)
{
	struct cd_tls_state *fresh = cd_tls_options_check(options, err)
					     ? cd_tls_state_new(options, err)
					     : NULL;

	if (!fresh)
		return false;
	pthread_mutex_lock(&c->lock);
	struct cd_tls_state *old = c->state;
	c->state = fresh;
	pthread_mutex_unlock(&c->lock);
	cd_tls_state_free(old); /* with its tickets, unless a connection still has it */
	return true;
}

bool cd_tls_context_has_certificate(struct cd_tls_context *c)
{
	struct cd_tls_state *s = cd_tls_context_state(c);
	bool has = SSL_CTX_get0_certificate(s->ssl) != NULL;

	cd_tls_state_free(s);
	return has;
}

void cd_tls_context_counts(const struct cd_tls_context *c, uint64_t *full, uint64_t *resumed)
{
	*full = atomic_load_explicit(&c->full, memory_order_relaxed);
	*resumed = atomic_load_explicit(&c->resumed, memory_order_relaxed);
}
