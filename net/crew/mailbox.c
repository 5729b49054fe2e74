/* SPDX-License-Identifier: MIT */
/* The mailbox: a stack that senders push to and the loop takes whole, turned around. */
#include "net/crew/mailbox.h"

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/error.h"

static void on_readable(int events, void *user)
{
	struct cd_mailbox *m = user;
	uint64_t count;

	(void)events;
	while (read(m->fd, &count, sizeof count) < 0 && errno == EINTR)
		;
	/* Before what is there is taken: whoever sends from now on wakes the loop again. */
	atomic_store(&m->awake, false);
	m->fn(m->user);
}

bool cd_mailbox_init(struct cd_mailbox *m, const coodie_loop *loop, void (*fn)(void *user),
		     void *user, coodie_error *err)
{
	*m = (struct cd_mailbox){ .loop = loop, .fn = fn, .user = user };
	m->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (m->fd < 0)
		return cd_fail(err, COODIE_ERR_CONNECT, "no descriptor to wake a loop with: %s",
			       strerror(errno));
	m->watch = loop->vtable->io_new(loop->state, m->fd, COODIE_IO_READ, on_readable, m);
	if (m->watch)
		return true;
	cd_mailbox_deinit(m);
	return cd_no_memory(err, "a loop's mailbox");
}

/* What was sent last may be why the mailbox goes, before its sender has rung the bell. */
static void await_senders(struct cd_mailbox *m)
{
	while (atomic_load_explicit(&m->senders, memory_order_acquire))
		sched_yield();
}

void cd_mailbox_deinit(struct cd_mailbox *m)
{
	await_senders(m);
	if (m->watch)
		m->loop->vtable->io_free(m->loop->state, m->watch);
	if (m->fd >= 0)
		close(m->fd);
	m->watch = NULL;
	m->fd = -1;
}

void cd_mailbox_wake(struct cd_mailbox *m)
{
	const uint64_t one = 1;

	while (write(m->fd, &one, sizeof one) < 0 && errno == EINTR)
		;
}

void cd_mailbox_rouse(struct cd_mailbox *m)
{
	if (!atomic_exchange(&m->awake, true))
		cd_mailbox_wake(m);
}

void cd_mailbox_send(struct cd_mailbox *m, struct cd_letter *letter)
{
	atomic_fetch_add_explicit(&m->senders, 1, memory_order_relaxed);
	struct cd_letter *newest = atomic_load_explicit(&m->newest, memory_order_relaxed);

	do
		letter->next = newest;
	while (!atomic_compare_exchange_weak_explicit(&m->newest, &newest, letter,
						      memory_order_release, memory_order_relaxed));
	cd_mailbox_rouse(m);
	atomic_fetch_sub_explicit(&m->senders, 1, memory_order_release);
}

struct cd_letter *cd_mailbox_take(struct cd_mailbox *m)
{
	struct cd_letter *at = atomic_exchange_explicit(&m->newest, NULL, memory_order_acquire);
	struct cd_letter *oldest = NULL;

	while (at) {
		struct cd_letter *next = at->next;
		at->next = oldest;
		oldest = at;
		at = next;
	}
	return oldest;
}
