/* SPDX-License-Identifier: MIT */
/* Addresses without DNS: numbers, the hosts file, and localhost, which needs neither (RFC 6761). */
#include "net/resolve.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"

enum { LINE_SIZE = 1024 };

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

static bool is_v6(const char *host)
{
	struct in6_addr address;

	return inet_pton(AF_INET6, host, &address) == 1;
}

bool cd_endpoint_parse(const char *text, uint16_t default_port, char host[CD_HOST_SIZE],
		       uint16_t *port, coodie_error *err)
{
	const char *at = text, *digits, *end;
	uint16_t number = default_port;

	if (!text || !*text)
		return cd_fail(err, COODIE_ERR_INVALID, "contact point: no host was given");
	end = split(&at, &digits);
	if (!end)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "contact point \"%s\": expected [address]:port", text);
	size_t len = (size_t)(end - at);
	if (len == 0 || len >= CD_HOST_SIZE)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "contact point \"%s\": a host has 1 to %d bytes", text,
			       CD_HOST_SIZE - 1);
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)at[i] <= ' ' || strchr("/@[]\\\"'", at[i]))
			return cd_fail(err, COODIE_ERR_INVALID,
				       "contact point \"%s\": '%c' is in no host name; expected "
				       "host, host:port or [v6]:port",
				       text, at[i]);
	if (digits && !parse_port(text, digits, &number, err))
		return false;
	char name[CD_HOST_SIZE];
	memcpy(name, at, len);
	name[len] = '\0';
	if ((*text == '[' || strchr(name, ':')) && !is_v6(name))
		return cd_fail(err, COODIE_ERR_INVALID,
			       "contact point \"%s\": \"%s\" is no IPv6 address", text, name);
	memcpy(host, name, len + 1);
	*port = number;
	return true;
}

/* ---- to socket addresses -------------------------------------------------------------------- */

static bool from_number(const char *host, uint16_t port, struct cd_address *out)
{
	return cd_address_parse_host(host, port, out, NULL);
}

/* Whether a line of the hosts file has this name; its first word, the address, is cut off in place.
 */
static bool line_names(char *line, const char *host)
{
	static const char blanks[] = " \t\r\n";
	char *rest = line, *word;
	bool found = false;

	line[strcspn(line, "#")] = '\0';
	rest += strspn(rest, blanks);
	if (rest != line)
		memmove(line, rest, strlen(rest) + 1);
	rest = line + strcspn(line, blanks);
	if (!*rest)
		return false;
	*rest++ = '\0';
	while (!found && *(word = rest + strspn(rest, blanks))) {
		size_t len = strcspn(word, blanks);
		found = len == strlen(host) && strncasecmp(word, host, len) == 0;
		rest = word + len;
	}
	return found;
}

/* The first line wins, but a v4 address is preferred to a v6 one: nodes listen there. */
static bool from_hosts_file(const char *path, const char *host, uint16_t port,
			    struct cd_address *out)
{
	FILE *file = fopen(path, "re");
	char line[LINE_SIZE];
	bool found = false;

	if (!file)
		return false;
	while (fgets(line, sizeof line, file)) {
		struct cd_address a;
		if (!line_names(line, host) || !from_number(line, port, &a))
			continue;
		if (!found || (out->of.any.sa_family == AF_INET6 && a.of.any.sa_family == AF_INET))
			*out = a;
		found = true;
		if (out->of.any.sa_family == AF_INET)
			break;
	}
	fclose(file);
	return found;
}

bool cd_resolve(const char *host, uint16_t port, const char *hosts_path, struct cd_address *out,
		coodie_error *err)
{
	struct cd_address a;

	memset(&a, 0, sizeof a);
	if (from_number(host, port, &a) ||
	    from_hosts_file(hosts_path ? hosts_path : "/etc/hosts", host, port, &a) ||
	    (strcasecmp(host, "localhost") == 0 && from_number("127.0.0.1", port, &a))) {
		*out = a;
		return true;
	}
	return cd_fail(err, COODIE_ERR_RESOLVE,
		       "%s: no address in the hosts file; names that only DNS knows are not looked "
		       "up yet: give the node's address to coodie_options_add_contact_point()",
		       host);
}
