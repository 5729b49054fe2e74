/* SPDX-License-Identifier: MIT */
/* Addresses are numbers here, or paths: nobody is asked for a name. */
#include "base/address.h"

#include <arpa/inet.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"

enum { HOST_SIZE = 48 };

static const char path_prefix[] = "unix:";

static bool is_v6(const struct cd_address *a)
{
	return a->of.any.sa_family == AF_INET6;
}

bool cd_address_is_path(const struct cd_address *a)
{
	return a->of.any.sa_family == AF_UNIX;
}

uint16_t cd_address_port(const struct cd_address *a)
{
	if (cd_address_is_path(a))
		return 0;
	return ntohs(is_v6(a) ? a->of.v6.sin6_port : a->of.v4.sin_port);
}

void cd_address_name(struct cd_address *a)
{
	char host[HOST_SIZE] = "?";

	if (cd_address_is_path(a))
		return;
	if (is_v6(a))
		inet_ntop(AF_INET6, &a->of.v6.sin6_addr, host, sizeof host);
	else
		inet_ntop(AF_INET, &a->of.v4.sin_addr, host, sizeof host);
	snprintf(a->text, sizeof a->text, is_v6(a) ? "[%s]:%u" : "%s:%u", host,
		 (unsigned)cd_address_port(a));
}

void cd_address_set_port(struct cd_address *a, uint16_t port)
{
	if (cd_address_is_path(a))
		return;
	if (is_v6(a))
		a->of.v6.sin6_port = htons(port);
	else
		a->of.v4.sin_port = htons(port);
	cd_address_name(a);
}

static bool parse_number(const char *host, struct cd_address *out)
{
	*out = (struct cd_address){ .len = sizeof out->of.v4 };
	if (inet_pton(AF_INET, host, &out->of.v4.sin_addr) == 1) {
		out->of.v4.sin_family = AF_INET;
		return true;
	}
	out->len = sizeof out->of.v6;
	out->of.v6.sin6_family = AF_INET6;
	return inet_pton(AF_INET6, host, &out->of.v6.sin6_addr) == 1;
}

bool cd_address_parse_host(const char *host, uint16_t port, struct cd_address *out,
			   coodie_error *err)
{
	struct cd_address a;

	if (!parse_number(host, &a))
		return cd_fail(err, COODIE_ERR_INVALID,
			       "\"%.100s\" is not an address in numbers, such as 127.0.0.1", host);
	cd_address_set_port(&a, port);
	*out = a;
	return true;
}

bool cd_address_parse_path(const char *text, struct cd_address *out, coodie_error *err)
{
	static const size_t skip = sizeof path_prefix - 1;
	struct cd_address a = { .of.path.sun_family = AF_UNIX };
	size_t len = strlen(text);

	if (strncmp(text, path_prefix, skip) || text[skip] != '/')
		return cd_fail(err, COODIE_ERR_INVALID, "\"%.100s\" is not unix:/PATH", text);
	if (len - skip >= sizeof a.of.path.sun_path)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "\"%.100s...\": the path of a socket has at most %zu bytes", text,
			       sizeof a.of.path.sun_path - 1);
	memcpy(a.of.path.sun_path, text + skip, len - skip + 1);
	memcpy(a.text, text, len + 1);
	a.len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len - skip + 1);
	*out = a;
	return true;
}

bool cd_address_from_inet(const cql_inet *inet, uint16_t port, struct cd_address *out)
{
	struct cd_address a = { .len = 0 };

	if (inet->length == 4) {
		a.of.v4.sin_family = AF_INET;
		memcpy(&a.of.v4.sin_addr, inet->address, 4);
		a.len = sizeof a.of.v4;
	} else if (inet->length == 16) {
		a.of.v6.sin6_family = AF_INET6;
		memcpy(&a.of.v6.sin6_addr, inet->address, 16);
		a.len = sizeof a.of.v6;
	} else {
		return false;
	}
	cd_address_set_port(&a, port);
	*out = a;
	return true;
}

/* 0 to 65535; -1: something else. */
static long parse_port(const char *text)
{
	long port = 0;
	size_t i = 0;

	for (; text[i] >= '0' && text[i] <= '9' && i < 6; i++)
		port = 10 * port + (text[i] - '0');
	return i && !text[i] && port <= UINT16_MAX ? port : -1;
}

bool cd_address_parse(const char *text, struct cd_address *out, coodie_error *err)
{
	char host[HOST_SIZE];
	bool brackets = text[0] == '[';
	const char *end = strrchr(text, brackets ? ']' : ':'), *start = text + brackets;
	long port = !end || (brackets && end[1] != ':') ? -1 : parse_port(end + 1 + brackets);
	size_t len = end ? (size_t)(end - start) : 0;

	if (port < 0 || len >= sizeof host)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "\"%.100s\" is not ADDRESS:PORT, such as 127.0.0.1:9042 or [::1]:0",
			       text);
	memcpy(host, start, len);
	host[len] = '\0';
	return cd_address_parse_host(host, (uint16_t)port, out, err);
}

bool cd_address_after(const struct cd_address *first, uint32_t i, struct cd_address *out)
{
	struct cd_address a = *first;
	uint8_t *last = is_v6(&a) ? &a.of.v6.sin6_addr.s6_addr[12]
				  : (uint8_t *)&a.of.v4.sin_addr.s_addr;
	uint32_t number = (uint32_t)last[0] << 24 | (uint32_t)last[1] << 16 |
			  (uint32_t)last[2] << 8 | last[3];

	if (number > UINT32_MAX - i)
		return false;
	number += i;
	for (unsigned j = 0; j < 4; j++)
		last[j] = (uint8_t)(number >> (24 - 8 * j));
	cd_address_name(&a);
	*out = a;
	return true;
}

cql_inet cd_address_inet(const struct cd_address *a)
{
	cql_inet out = { .length = is_v6(a) ? 16 : 4 };

	if (cd_address_is_path(a))
		return (cql_inet){ .length = 0 };
	memcpy(out.address,
	       is_v6(a) ? (const void *)&a->of.v6.sin6_addr : (const void *)&a->of.v4.sin_addr,
	       out.length);
	return out;
}

bool cd_address_same_host(const struct cd_address *a, const struct cd_address *b)
{
	cql_inet x = cd_address_inet(a), y = cd_address_inet(b);

	if (cd_address_is_path(a) || cd_address_is_path(b))
		return !strcmp(a->text, b->text);
	return x.length == y.length && !memcmp(x.address, y.address, x.length);
}
