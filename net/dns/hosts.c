/* SPDX-License-Identifier: MIT */
/* Reads the hosts file. */
#include "net/dns/hosts.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { LINE_SIZE = 1024 };

static const char blanks[] = " \t\r\n";

/* Cuts the first word of a line, the address, off in place. NULL: nothing follows it. */
static char *cut_address(char *line)
{
	char *rest = line;

	line[strcspn(line, "#")] = '\0';
	rest += strspn(rest, blanks);
	if (rest != line)
		memmove(line, rest, strlen(rest) + 1);
	rest = line + strcspn(line, blanks);
	if (!*rest)
		return NULL;
	*rest++ = '\0';
	return rest;
}

/* Whether a line has this name; its address is cut off. */
static bool line_names(char *line, const char *name)
{
	char *rest = cut_address(line), *word;
	bool found = false;

	if (!rest)
		return false;
	while (!found && *(word = rest + strspn(rest, blanks))) {
		size_t len = strcspn(word, blanks);
		found = len == strlen(name) && strncasecmp(word, name, len) == 0;
		rest = word + len;
	}
	return found;
}

/* A line, cut at what there is room for. */
static bool read_line(FILE *file, char line[LINE_SIZE])
{
	int c;

	if (!fgets(line, LINE_SIZE, file))
		return false;
	if (!strchr(line, '\n'))
		while ((c = getc(file)) != EOF && c != '\n')
			;
	return true;
}

static bool from_file(const char *path, const char *name, uint16_t port, struct cd_addresses *out)
{
	FILE *file = fopen(path, "re");
	char line[LINE_SIZE];
	bool ok = true;

	if (!file)
		return true;
	while (ok && read_line(file, line)) {
		struct cd_address a;
		if (line_names(line, name) && cd_address_parse_host(line, port, &a, NULL))
			ok = cd_addresses_add(out, &a);
	}
	fclose(file);
	return ok;
}

/* The first name of a line that is of this address, without a dot at its end. */
static bool name_in(char *line, const cql_inet *inet, char out[CD_DNS_NAME_SIZE])
{
	char *rest = cut_address(line);
	cql_inet own;

	if (!rest || !cql_inet_parse(line, &own, NULL) || own.length != inet->length ||
	    memcmp(own.address, inet->address, own.length) != 0)
		return false;
	rest += strspn(rest, blanks);
	size_t len = strcspn(rest, blanks);
	len -= len && rest[len - 1] == '.';
	if (!len || len >= CD_DNS_NAME_SIZE)
		return false;
	memcpy(out, rest, len);
	out[len] = '\0';
	return cd_dns_is_name(out);
}

bool cd_hosts_name(const char *path, const cql_inet *inet, char out[CD_DNS_NAME_SIZE])
{
	FILE *file = fopen(path ? path : "/etc/hosts", "re");
	char line[LINE_SIZE];
	bool found = false;

	while (file && !found && read_line(file, line))
		found = name_in(line, inet, out);
	if (file)
		fclose(file);
	return found;
}

static bool is_localhost(const char *name)
{
	static const char local[] = "localhost";
	size_t len = strlen(name), own = sizeof local - 1;

	return len >= own && strcasecmp(name + len - own, local) == 0 &&
	       (len == own || name[len - own - 1] == '.');
}

bool cd_hosts_find(const char *path, const char *name, uint16_t port, struct cd_addresses *out)
{
	static const char *const loopback[] = { "::1", "127.0.0.1" };
	size_t before = out->count;
	bool ok = from_file(path ? path : "/etc/hosts", name, port, out);

	if (!ok || out->count > before || !is_localhost(name))
		return ok;
	for (size_t i = 0; i < 2 && ok; i++) {
		struct cd_address a;
		ok = cd_address_parse_host(loopback[i], port, &a, NULL) &&
		     cd_addresses_add(out, &a);
	}
	return ok;
}
