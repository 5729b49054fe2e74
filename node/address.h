/* SPDX-License-Identifier: MIT */
/* Socket addresses from text, and the ones behind them. */
#ifndef NODE_ADDRESS_H
#define NODE_ADDRESS_H

#include <netinet/in.h>
#include <sys/socket.h>

#include <coodie/error.h>
#include <coodie/value.h>

struct nd_address {
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} of;
	socklen_t len;
	char text[64]; /* "127.0.0.1:9042", "[::1]:9042" */
};

/* "127.0.0.1:9042" or "[::1]:9042"; COODIE_ERR_INVALID. */
bool nd_address_parse(const char *text, struct nd_address *out, coodie_error *err);
/* An address without a port. */
bool nd_address_parse_host(const char *host, uint16_t port, struct nd_address *out,
			   coodie_error *err);
/* The i-th behind `first`, on the same port; false: there is none. */
bool nd_address_after(const struct nd_address *first, uint32_t i, struct nd_address *out);
uint16_t nd_address_port(const struct nd_address *a);
void nd_address_set_port(struct nd_address *a, uint16_t port);
cql_inet nd_address_inet(const struct nd_address *a);
/* The same with or without its port. */
bool nd_address_same_host(const struct nd_address *a, const struct nd_address *b);
/* `of` was filled in by the kernel: makes the text. */
void nd_address_name(struct nd_address *a);

#endif
