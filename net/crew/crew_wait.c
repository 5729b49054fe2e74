/* SPDX-License-Identifier: MIT */
/* How callers wait for what callbacks on the loops leave behind. */
#include "base/error.h"
#include "net/crew/crew_impl.h"

void cd_crew_turned(void *crew)
{
	struct cd_crew *c = crew;

	atomic_thread_fence(memory_order_seq_cst);
	if (!atomic_load_explicit(&c->waiters, memory_order_relaxed))
		return;
	pthread_mutex_lock(&c->mutex);
	pthread_cond_broadcast(&c->told);
	pthread_mutex_unlock(&c->mutex);
}

bool cd_crew_may_block(const struct cd_crew *c, coodie_error *err)
{
	return !cd_crew_myself(c) ||
	       cd_fail(err, COODIE_ERR_WOULD_BLOCK,
		       "blocking calls cannot be made inside a callback: use the _async call");
}

static bool is_set(const bool *until)
{
	return __atomic_load_n(until, __ATOMIC_ACQUIRE);
}

bool cd_crew_run(void *crew, const bool *until, coodie_error *err)
{
	struct cd_crew *c = crew;

	if (!cd_crew_may_block(c, err))
		return false;
	if (!until)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "the session's loops run by themselves: there is nothing to turn");
	pthread_mutex_lock(&c->mutex);
	atomic_fetch_add(&c->waiters, 1);
	while (!is_set(until))
		pthread_cond_wait(&c->told, &c->mutex);
	atomic_fetch_sub(&c->waiters, 1);
	pthread_mutex_unlock(&c->mutex);
	return true;
}
