/* SPDX-License-Identifier: MIT */
/* Socket addresses: numbers and paths from text, and the ones behind them. */
#ifndef BASE_ADDRESS_H
#define BASE_ADDRESS_H

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <coodie/error.h>
#include <coodie/value.h>

enum { CD_ADDRESS_TEXT = 120 };

struct cd_address {
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
		struct sockaddr_un path;
	} of;
	socklen_t len;
	char text[CD_ADDRESS_TEXT]; /* "127.0.0.1:9042", "[::1]:9042", "unix:/run/cql.sock" */
};

/* "127.0.0.1:9042" or "[::1]:9042"; COODIE_ERR_INVALID. */
bool cd_address_parse(const char *text, struct cd_address *out, coodie_error *err);
/* An address without a port. */
bool cd_address_parse_host(const char *host, uint16_t port, struct cd_address *out,
			   coodie_error *err);
/* "unix:/run/cql.sock": a socket of this machine. Of what follows only the text is for it. */
bool cd_address_parse_path(const char *text, struct cd_address *out, coodie_error *err);
bool cd_address_is_path(const struct cd_address *a);
/* False: it has neither 4 nor 16 bytes. */
bool cd_address_from_inet(const cql_inet *inet, uint16_t port, struct cd_address *out);
/* The i-th behind `first`, on the same port; false: there is none. */
bool cd_address_after(const struct cd_address *first, uint32_t i, struct cd_address *out);
/* A path has no port (0), and no number (length 0). */
uint16_t cd_address_port(const struct cd_address *a);
void cd_address_set_port(struct cd_address *a, uint16_t port);
cql_inet cd_address_inet(const struct cd_address *a);
/* The same with or without its port. */
bool cd_address_same_host(const struct cd_address *a, const struct cd_address *b);
/* `of` was filled in by the kernel: makes the text. */
void cd_address_name(struct cd_address *a);

#endif
