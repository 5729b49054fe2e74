/* SPDX-License-Identifier: MIT */
/* Reads resolv.conf, and applies its search list. */
#include "net/dns/resolv_conf.h"

#include <net/if.h>
#include <stdio.h>
#include <string.h>

enum { LINE_SIZE = 2048, NDOTS_MAX = 15, TIMEOUT_MAX_S = 30, ATTEMPTS_MAX = 5 };

static const char blanks[] = " \t\r\n";

/* The next word of a line, ended in place; NULL: none. */
static char *next_word(char **line)
{
	char *word = *line + strspn(*line, blanks);
	size_t len = strcspn(word, blanks);

	*line = word + len + (word[len] != '\0');
	word[len] = '\0';
	return len ? word : NULL;
}

/* "fe80::1%eth0" names the way as well. */
static bool parse_server(char *text, uint16_t port, struct cd_address *out)
{
	char *scope = strchr(text, '%');

	if (scope)
		*scope++ = '\0';
	if (!cd_address_parse_host(text, port, out, NULL))
		return false;
	if (scope && out->of.any.sa_family == AF_INET6)
		out->of.v6.sin6_scope_id = if_nametoindex(scope);
	return true;
}

static void add_server(struct cd_resolv_conf *c, char *line, uint16_t port)
{
	char *word = next_word(&line);

	if (word && c->server_count < CD_DNS_SERVERS &&
	    parse_server(word, port, &c->servers[c->server_count]))
		c->server_count++;
}

/* The last list that is given counts. */
static void set_search(struct cd_resolv_conf *c, char *line)
{
	c->search_count = 0;
	for (char *word; c->search_count < CD_DNS_SEARCHES && (word = next_word(&line));) {
		size_t len = strlen(word);
		if (len && word[len - 1] == '.')
			word[--len] = '\0';
		if (cd_dns_is_name(word))
			memcpy(c->search[c->search_count++], word, len + 1);
	}
}

/* "ndots:3" with "ndots:": 3, at most `most`; else `now`. */
static unsigned number(const char *word, const char *key, unsigned most, unsigned now)
{
	size_t len = strlen(key);
	unsigned value = 0;

	if (strncmp(word, key, len) || !word[len])
		return now;
	for (const char *at = word + len; *at; at++) {
		if (*at < '0' || *at > '9')
			return now;
		value = value * 10 + (unsigned)(*at - '0');
		value = value < most ? value : most;
	}
	return value;
}

static void set_options(struct cd_resolv_conf *c, char *line)
{
	for (char *word; (word = next_word(&line));) {
		unsigned timeout_s = number(word, "timeout:", TIMEOUT_MAX_S, 0);
		unsigned attempts = number(word, "attempts:", ATTEMPTS_MAX, 0);
		c->ndots = number(word, "ndots:", NDOTS_MAX, c->ndots);
		if (timeout_s)
			c->timeout_ms = timeout_s * 1000;
		if (attempts)
			c->attempts = attempts;
		c->rotate |= strcmp(word, "rotate") == 0;
		c->tcp |= strcmp(word, "use-vc") == 0;
	}
}

static void read_line(struct cd_resolv_conf *c, char *line, uint16_t port)
{
	char *word = *line == '#' || *line == ';' ? NULL : next_word(&line);

	if (!word)
		return;
	if (strcmp(word, "nameserver") == 0)
		add_server(c, line, port);
	else if (strcmp(word, "search") == 0 || strcmp(word, "domain") == 0)
		set_search(c, line);
	else if (strcmp(word, "options") == 0)
		set_options(c, line);
}

void cd_resolv_conf_read(const char *path, uint16_t port, struct cd_resolv_conf *out)
{
	FILE *file = fopen(path ? path : "/etc/resolv.conf", "re");
	char line[LINE_SIZE];
	char local[] = "127.0.0.1";

	*out = (struct cd_resolv_conf){ .ndots = 1, .timeout_ms = 5000, .attempts = 2 };
	if (!port)
		port = CD_DNS_PORT;
	while (file && fgets(line, sizeof line, file))
		read_line(out, line, port);
	if (file)
		fclose(file);
	if (!out->server_count)
		add_server(out, local, port);
}

static unsigned count_dots(const char *name)
{
	unsigned dots = 0;

	for (; *name; name++)
		dots += *name == '.';
	return dots;
}

bool cd_resolv_conf_candidate(const struct cd_resolv_conf *conf, const char *name, size_t i,
			      char out[CD_DNS_NAME_SIZE])
{
	size_t len = strlen(name);
	bool complete = len && name[len - 1] == '.';
	size_t own = complete || count_dots(name) >= conf->ndots ? 0 : conf->search_count;
	const char *domain = NULL;

	if (i > (complete ? 0 : conf->search_count))
		return false;
	if (i != own)
		domain = conf->search[i - (i > own)];
	int n = snprintf(out, CD_DNS_NAME_SIZE, "%.*s%s%s", (int)(len - complete), name,
			 domain ? "." : "", domain ? domain : "");
	if (n >= CD_DNS_NAME_SIZE)
		out[0] = '\0'; /* too long: nobody has it */
	return true;
}
