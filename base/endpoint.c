/* SPDX-License-Identifier: MIT */
/* Contact points taken apart. */
#include "base/endpoint.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"

static const char srv[] = "srv:", unix_path[] = "unix:/";

enum { SRV = sizeof srv - 1, UNIX = sizeof unix_path - 2 };

static bool parse_port(const char *text, const char *digits, uint16_t *port, coodie_error *err)
{
	unsigned value = 0;

	for (const char *at = digits; *at; at++) {
		if (*at < '0' || *at > '9' || value > 65535)
			value = 65536;
		else
			value = value * 10 + (unsigned)(*at - '0');
	}
	if (!*digits || value == 0 || value > 65535)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "contact point \"%s\": the port must be 1 to 65535", text);
	*port = (uint16_t)value;
	return true;
}

/* Where the host ends; NULL when the brackets do not match. `*digits` is the port's text or NULL.
 */
static const char *split(const char **text, const char **digits)
{
	const char *end, *colon;

	*digits = NULL;
	if (**text == '[') {
		end = strchr(++*text, ']');
		if (!end || (end[1] && end[1] != ':'))
			return NULL;
		*digits = end[1] ? end + 2 : NULL;
		return end;
	}
	end = *text + strlen(*text);
	colon = strchr(*text, ':');
	if (colon && !strchr(colon + 1, ':')) { /* more than one: a bare v6 address */
		*digits = colon + 1;
		return colon;
	}
	return end;
}

/* A name; "srv:9042" is a port of a host called srv. */
bool cd_endpoint_is_service(const char *host)
{
	return strncmp(host, srv, SRV) == 0 && host[SRV + strspn(host + SRV, "0123456789")];
}

static bool is_path(const char *host)
{
	return strncmp(host, unix_path, UNIX + 1) == 0;
}

const char *cd_endpoint_name(const char *host)
{
	if (is_path(host))
		return NULL;
	return cd_endpoint_is_service(host) ? host + SRV : host;
}

/* Both forms of a path to one. */
static bool parse_path(const char *text, char host[CD_HOST_SIZE], coodie_error *err)
{
	struct cd_address a;
	char whole[CD_HOST_SIZE];
	int len = snprintf(whole, sizeof whole, "%s%s", *text == '/' ? "unix:" : "", text);

	if (len >= CD_HOST_SIZE)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "contact point \"%.100s...\": too long a path for a socket", text);
	if (!cd_address_parse_path(whole, &a, err))
		return false;
	memcpy(host, whole, (size_t)len + 1);
	return true;
}

static bool is_v6(const char *host)
{
	struct in6_addr address;

	return inet_pton(AF_INET6, host, &address) == 1;
}

bool cd_endpoint_parse(const char *text, uint16_t default_port, char host[CD_HOST_SIZE],
		       uint16_t *port, coodie_error *err)
{
	const char *at = text, *digits = NULL, *end;
	uint16_t number = default_port;

	if (!text || !*text)
		return cd_fail(err, COODIE_ERR_INVALID, "contact point: no host was given");
	if (*text == '/' || is_path(text)) {
		if (!parse_path(text, host, err))
			return false;
		*port = default_port;
		return true;
	}
	bool service = cd_endpoint_is_service(text);
	end = service ? text + strlen(text) : split(&at, &digits);
	if (!end)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "contact point \"%s\": expected [address]:port", text);
	size_t len = (size_t)(end - at);
	if (len == 0 || len >= CD_HOST_SIZE)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "contact point \"%s\": a host has 1 to %d bytes", text,
			       CD_HOST_SIZE - 1);
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)at[i] <= ' ' || strchr("/@[]\\\"'", at[i]) ||
		    (service && i >= SRV && at[i] == ':'))
			return cd_fail(err, COODIE_ERR_INVALID,
				       "contact point \"%s\": '%c' is in no host name; expected "
				       "host, host:port or [v6]:port",
				       text, at[i]);
	if (digits && !parse_port(text, digits, &number, err))
		return false;
	char name[CD_HOST_SIZE];
	memcpy(name, at, len);
	name[len] = '\0';
	if (!service && (*text == '[' || strchr(name, ':')) && !is_v6(name))
		return cd_fail(err, COODIE_ERR_INVALID,
			       "contact point \"%s\": \"%s\" is no IPv6 address", text, name);
	memcpy(host, name, len + 1);
	*port = number;
	return true;
}
