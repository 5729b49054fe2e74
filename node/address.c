/* SPDX-License-Identifier: MIT */
/* Addresses are numbers here: a node never asks for a name. */
#include "node/address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"

enum { HOST_SIZE = 48 };

static bool is_v6(const struct nd_address *a)
{
	return a->of.any.sa_family == AF_INET6;
}

uint16_t nd_address_port(const struct nd_address *a)
{
	return ntohs(is_v6(a) ? a->of.v6.sin6_port : a->of.v4.sin_port);
}

void nd_address_name(struct nd_address *a)
{
	char host[HOST_SIZE] = "?";

	if (is_v6(a))
		inet_ntop(AF_INET6, &a->of.v6.sin6_addr, host, sizeof host);
	else
		inet_ntop(AF_INET, &a->of.v4.sin_addr, host, sizeof host);
	snprintf(a->text, sizeof a->text, is_v6(a) ? "[%s]:%u" : "%s:%u", host,
		 (unsigned)nd_address_port(a));
}

void nd_address_set_port(struct nd_address *a, uint16_t port)
{
	if (is_v6(a))
		a->of.v6.sin6_port = htons(port);
	else
		a->of.v4.sin_port = htons(port);
	nd_address_name(a);
}

static bool parse_number(const char *host, struct nd_address *out)
{
	*out = (struct nd_address){ .len = sizeof out->of.v4 };
	if (inet_pton(AF_INET, host, &out->of.v4.sin_addr) == 1) {
		out->of.v4.sin_family = AF_INET;
		return true;
	}
	out->len = sizeof out->of.v6;
	out->of.v6.sin6_family = AF_INET6;
	return inet_pton(AF_INET6, host, &out->of.v6.sin6_addr) == 1;
}

bool nd_address_parse_host(const char *host, uint16_t port, struct nd_address *out,
			   coodie_error *err)
{
	struct nd_address a;

	if (!parse_number(host, &a))
		return cd_fail(err, COODIE_ERR_INVALID,
			       "\"%.100s\" is not an address in numbers, such as 127.0.0.1", host);
	nd_address_set_port(&a, port);
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

bool nd_address_parse(const char *text, struct nd_address *out, coodie_error *err)
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
	return nd_address_parse_host(host, (uint16_t)port, out, err);
}

bool nd_address_after(const struct nd_address *first, uint32_t i, struct nd_address *out)
{
	struct nd_address a = *first;
	uint8_t *last = is_v6(&a) ? &a.of.v6.sin6_addr.s6_addr[12]
				  : (uint8_t *)&a.of.v4.sin_addr.s_addr;
	uint32_t number = (uint32_t)last[0] << 24 | (uint32_t)last[1] << 16 |
			  (uint32_t)last[2] << 8 | last[3];

	if (number > UINT32_MAX - i)
		return false;
	number += i;
	for (unsigned j = 0; j < 4; j++)
		last[j] = (uint8_t)(number >> (24 - 8 * j));
	nd_address_name(&a);
	*out = a;
	return true;
}

cql_inet nd_address_inet(const struct nd_address *a)
{
	cql_inet out = { .length = is_v6(a) ? 16 : 4 };

	memcpy(out.address,
	       is_v6(a) ? (const void *)&a->of.v6.sin6_addr : (const void *)&a->of.v4.sin_addr,
	       out.length);
	return out;
}

bool nd_address_same_host(const struct nd_address *a, const struct nd_address *b)
{
	cql_inet x = nd_address_inet(a), y = nd_address_inet(b);

	return x.length == y.length && !memcmp(x.address, y.address, x.length);
}
