/* SPDX-License-Identifier: MIT */
/* One question to the servers of resolv.conf, in turn, until one answers: by UDP, and by TCP what
 * does not fit. */
#ifndef NET_DNS_EXCHANGE_H
#define NET_DNS_EXCHANGE_H

#include <coodie/loop.h>

#include "base/buffer.h"
#include "net/dns/resolv_conf.h"

struct cd_dns_exchange;

/* `m` NULL: nobody answered, and `err` says why. Called once, from the loop. The exchange may be
 * ended inside; the message's bytes live until then. False: the message is of no use, and the next
 * server is asked. */
typedef bool cd_dns_exchange_fn(const struct cd_dns_message *m, const coodie_error *err,
				void *user);

/* Zeroed: none. Does not move while it goes on. */
struct cd_dns_exchange {
	coodie_loop loop;
	const struct cd_resolv_conf *conf; /* outlives it */
	struct cd_dns_question question;   /* its id is drawn anew for every try */
	uint32_t try_ms;                   /* for each server */
	cd_dns_exchange_fn *done;
	void *user;
	coodie_watch *watch, *timer;
	int fd;                            /* -1: none */
	unsigned tries;                    /* that were begun */
	unsigned first;                    /* the server that is asked first */
	bool tcp;                          /* this try */
	uint8_t out[2 + CD_DNS_QUERY_MAX]; /* behind its length, which is for TCP */
	size_t out_len, sent;
	struct cd_buffer in;
	int reason; /* why the last try failed: errno, or a negative rcode */
};

/* Begins, on a later turn. `loop`, `conf`, `question`, `try_ms`, `done` and `user` are set. */
bool cd_dns_exchange_start(struct cd_dns_exchange *x, const coodie_allocator *allocator,
			   coodie_error *err);
/* Ends it, without a word; fine when it is over or was never begun. */
void cd_dns_exchange_end(struct cd_dns_exchange *x);

#endif
