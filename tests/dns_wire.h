/* SPDX-License-Identifier: MIT */
/* The other half of the DNS codec: answers, as a server writes them. */
#ifndef TESTS_DNS_WIRE_H
#define TESTS_DNS_WIRE_H

#include "net/dns/dns.h"

/* An answer being written. It never grows past its room: tests stay below. */
struct dns_out {
	uint8_t data[8192];
	size_t len;
};

enum { DNS_TRUNCATED = 0x0200 };

/* Header and question; `flags` beside those of every answer, such as an rcode. */
void dns_begin(struct dns_out *o, const struct cd_dns_question *q, unsigned flags);
/* A record; a name that is the question's is written as a pointer. */
void dns_add_address(struct dns_out *o, const char *name, const char *number);
void dns_add_alias(struct dns_out *o, const char *name, const char *target);
void dns_add_pointer(struct dns_out *o, const char *name, const char *target);
void dns_add_srv(struct dns_out *o, const char *name, const struct cd_dns_srv *srv);
/* One of a type nobody reads. */
void dns_add_other(struct dns_out *o, const char *name, uint16_t type, const char *bytes);

#endif
