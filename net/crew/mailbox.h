/* SPDX-License-Identifier: MIT */
/* Letters from any thread to one loop: a queue without a lock, and one wake-up per burst. */
#ifndef NET_MAILBOX_H
#define NET_MAILBOX_H

#include <stdatomic.h>
#include <stdint.h>

#include <coodie/loop.h>

/* Inside whatever is sent. */
struct cd_letter {
	struct cd_letter *next;
};

struct cd_mailbox {
	_Atomic(struct cd_letter *) newest; /* the last one first */
	_Atomic uint32_t senders; /* that are still at it: what they sent may be read already */
	atomic_bool awake; /* the loop knows that there is something, or will look by itself */
	int fd;            /* what wakes it; -1: none */
	const coodie_loop *loop;
	coodie_watch *watch;
	void (*fn)(void *user);
	void *user;
};

/* `fn` runs on the loop when there is something to take. */
bool cd_mailbox_init(struct cd_mailbox *m, const coodie_loop *loop, void (*fn)(void *user),
		     void *user, coodie_error *err);
/* Nobody begins to send any more, and everything was taken; waits for senders that are not quite done. */
void cd_mailbox_deinit(struct cd_mailbox *m);
/* Any thread. */
void cd_mailbox_send(struct cd_mailbox *m, struct cd_letter *letter);
/* Makes the loop come by without a letter; rouse: unless it will anyway. Any thread. */
void cd_mailbox_wake(struct cd_mailbox *m);
void cd_mailbox_rouse(struct cd_mailbox *m);
/* The loop's thread: all there is, the oldest first, linked by `next`; NULL: none. */
struct cd_letter *cd_mailbox_take(struct cd_mailbox *m);

#endif
