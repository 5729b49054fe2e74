/* SPDX-License-Identifier: MIT */
/* A DNS server on the test's own loop, by UDP and TCP, that does what it is told for each name. */
#ifndef TESTS_DNS_SERVER_H
#define TESTS_DNS_SERVER_H

#include <coodie/loop.h>

#include "tests/dns_wire.h"

/* What a name has. `data`: a number, "target" (of an alias, of a pointer), "priority weight port target"; of the deeds below
 * nothing, or a number. */
enum dns_deed {
	DNS_ADDRESS,
	DNS_ALIAS,
	DNS_SERVICE,
	DNS_POINTER,
	DNS_RCODE,    /* fails so */
	DNS_SILENT,   /* never answers */
	DNS_DROP,     /* answers only when asked once more often than so */
	DNS_LONG,     /* truncated by UDP */
	DNS_FORGED,   /* before the answer come others, of which none is to be believed */
	DNS_CUT,      /* a broken answer, where there is one */
	DNS_HANG_UP,  /* truncated, and by TCP no more than half an answer */
	DNS_SLOW_TCP, /* truncated, and by TCP a byte at a time */
	DNS_NO_V6,    /* silent about AAAA */
	DNS_NOTHING   /* is a name, and has nothing */
};

struct dns_row {
	const char *name;
	enum dns_deed deed;
	const char *data;
};

struct dns_server;

/* On `address` ("127.0.0.1") and `*port`, which gets a free one when it is 0. Rows end with a name
 * of NULL. */
struct dns_server *dns_server_new(const coodie_loop *loop, const char *address, uint16_t *port,
				  const struct dns_row *rows);
void dns_server_free(struct dns_server *s);
/* The questions so far: "A node.example, " each; those by TCP as "tcp A node.example, ". */
const char *dns_server_log(const struct dns_server *s);
void dns_server_forget(struct dns_server *s);

#endif
