/* SPDX-License-Identifier: MIT */
/* Connection strings taken apart: one part after the other, each decoded into one buffer. */
#include "net/options/uri.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/secret.h"

/* `part` has room for any part, decoded, and a prefix; it may hold the password. */
struct parser {
	struct cd_draft *draft;
	const char *uri, *at;
	char *part;
	coodie_error *err;
	bool is_srv;
};

static const char srv[] = "srv:";

/* Says where: never more of the text than its position, which may hold a secret. */
static bool fail(struct parser *p, const char *at, const char *why)
{
	return cd_fail(p->err, COODIE_ERR_INVALID, "connection string, position %zu: %s",
		       (size_t)(at - p->uri) + 1, why);
}

static int digit_of(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

/* Decodes from..end behind the first `to` bytes of p->part. */
static bool decode(struct parser *p, const char *from, const char *end, size_t to)
{
	char *out = p->part + to;

	for (const char *at = from; at < end; at++) {
		int high, low;
		if ((unsigned char)*at <= ' ' || *at == 0x7f)
			return fail(p, at, "a blank or control character is written %XX");
		if (*at != '%') {
			*out++ = *at;
			continue;
		}
		if (end - at < 3 || (high = digit_of(at[1])) < 0 || (low = digit_of(at[2])) < 0)
			return fail(p, at, "% is followed by two hexadecimal digits; % is %25");
		if (!(high | low))
			return fail(p, at, "%00 ends a text, and can be in none");
		*out++ = (char)(high * 16 + low);
		at += 2;
	}
	*out = '\0';
	return true;
}

/* Sets an option to what p->part holds; `at` is where that begins. */
static bool set(struct parser *p, const char *at, const char *name, const char *value)
{
	if (cd_draft_set(p->draft, name, value, p->err))
		return true;
	cd_error_prefix(p->err, "connection string, position %zu", (size_t)(at - p->uri) + 1);
	return false;
}

static bool decode_and_set(struct parser *p, const char *from, const char *end, const char *name)
{
	return decode(p, from, end, 0) && set(p, from, name, p->part);
}

/* ---- its parts -------------------------------------------------------------------------------- */

static bool read_scheme(struct parser *p)
{
	static const struct {
		const char *text;
		bool is_srv;
	} schemes[] = {
		{ "cassandra://", false },
		{ "cql://", false },
		{ "cassandra+srv://", true },
		{ "cql+srv://", true },
	};

	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
		size_t len = strlen(schemes[i].text);
		if (!strncasecmp(p->uri, schemes[i].text, len)) {
			p->is_srv = schemes[i].is_srv;
			p->at += len;
			return true;
		}
	}
	return fail(p, p->at,
		    "it begins with cassandra://, cql://, cassandra+srv:// or cql+srv://");
}

/* user[:password]@ in front of the hosts, which end at `end`. */
static bool read_user(struct parser *p, const char *end)
{
	const char *at = memchr(p->at, '@', (size_t)(end - p->at));
	const char *colon = at ? memchr(p->at, ':', (size_t)(at - p->at)) : NULL;

	if (!at)
		return true;
	if (memchr(at + 1, '@', (size_t)(end - at - 1)))
		return fail(p, at, "@ in a user or password is written %40");
	const char *second = colon ? memchr(colon + 1, ':', (size_t)(at - colon - 1)) : NULL;
	if (second)
		return fail(p, second, ": in a password is written %3A");
	if (p->at == (colon ? colon : at))
		return fail(p, p->at, "a user is missing before @");
	if (!decode_and_set(p, p->at, colon ? colon : at, "user") ||
	    (colon && !decode_and_set(p, colon + 1, at, "password")))
		return false;
	p->at = at + 1;
	return true;
}

/* One name behind a +srv scheme, which has no port: those are in DNS. */
static bool read_name(struct parser *p, const char *end)
{
	const char *odd = p->at;

	while (odd < end && !strchr(",:[]", *odd))
		odd++;
	if (odd < end)
		return fail(p, odd, "+srv takes one name; nodes and their ports are in DNS");
	memcpy(p->part, srv, sizeof srv);
	return decode(p, p->at, end, sizeof srv - 1) && set(p, p->at, "contact_points", p->part);
}

static bool read_hosts(struct parser *p, const char *end)
{
	if (p->at == end)
		return fail(p, p->at, "a host is missing");
	bool ok = p->is_srv ? read_name(p, end) : decode_and_set(p, p->at, end, "contact_points");
	p->at = end;
	return ok;
}

static bool read_keyspace(struct parser *p)
{
	const char *end = p->at + strcspn(p->at, "?");

	if (*p->at != '/' || ++p->at == end)
		return true;
	const char *slash = memchr(p->at, '/', (size_t)(end - p->at));
	if (slash)
		return fail(p, slash, "after the keyspace comes ? or the end");
	bool ok = decode_and_set(p, p->at, end, "keyspace");
	p->at = end;
	return ok;
}

/* name=value, up to `end`. */
static bool read_pair(struct parser *p, const char *end)
{
	const char *equals = memchr(p->at, '=', (size_t)(end - p->at));

	if (!equals || equals == p->at)
		return fail(p, p->at, "an option is name=value");
	if (!decode(p, p->at, equals, 0))
		return false;
	size_t name_len = strlen(p->part) + 1;
	return decode(p, equals + 1, end, name_len) && set(p, p->at, p->part, p->part + name_len);
}

static bool read_options(struct parser *p)
{
	if (!*p->at || !p->at[1]) /* a lone ? */
		return true;
	do {
		p->at++; /* ? or & */
		const char *end = p->at + strcspn(p->at, "&");
		if (!read_pair(p, end))
			return false;
		p->at = end;
	} while (*p->at);
	return true;
}

static bool read_all(struct parser *p)
{
	const char *fragment = strchr(p->uri, '#');

	if (fragment)
		return fail(p, fragment, "# is written %23");
	if (!read_scheme(p))
		return false;
	const char *end = p->at + strcspn(p->at, "/?");
	if (*end == '/' && memchr(end, '@', strcspn(end, "?")))
		return fail(p, end, "/ in a user or password is written %2F");
	return read_user(p, end) && read_hosts(p, end) && read_keyspace(p) && read_options(p);
}

bool cd_uri_read(struct cd_draft *d, const char *uri, coodie_error *err)
{
	struct parser p = { .draft = d, .uri = uri, .at = uri, .err = err };
	size_t len = uri ? strlen(uri) : 0;

	if (!len)
		return cd_fail(err, COODIE_ERR_INVALID, "connection string: it is empty");
	if (len > CD_URI_LONGEST)
		return cd_fail(err, COODIE_ERR_LIMIT,
			       "connection string: it is longer than %d bytes", CD_URI_LONGEST);
	p.part = cd_alloc(NULL, len + sizeof srv + 2);
	if (!p.part)
		return cd_no_memory(err, "a connection string");
	bool ok = read_all(&p);
	cd_wipe(p.part, len + sizeof srv + 2);
	cd_release(NULL, p.part);
	return ok;
}

bool coodie_options_set_uri(coodie_options *o, const char *uri, coodie_error *err)
{
	struct cd_draft d;

	cd_clear(err);
	if (!o)
		return cd_options_missing(err);
	if (!cd_draft_init(&d, o, err))
		return false;
	bool ok = cd_uri_read(&d, uri, err);
	if (ok)
		cd_draft_take(&d, o);
	cd_draft_deinit(&d);
	return ok;
}
