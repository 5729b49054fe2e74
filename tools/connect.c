/* SPDX-License-Identifier: MIT */
/* Makes a session from command line options. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/connect.h"
#include "tools/tool.h"

enum { HOST_SIZE = 256, DEFAULT_TIMEOUT_MS = 5000 };

struct argument_table connect_arguments(struct connect *c)
{
	const struct argument rows[CONNECT_ARGUMENTS] = {
		{ "config", "FILE", "options of a session, one `name = value` a line",
		  .text = &c->config },
		{ "uri", "URI", "cassandra://USER:PASSWORD@HOST,HOST/KEYSPACE?NAME=VALUE",
		  .text = &c->uri },
		{ "set", "NAME=VALUE", "any other option of a session (may be repeated)",
		  .list = &c->sets },
		{ "user", "NAME", "log in as this role", .text = &c->user },
		{ "password-file", "FILE", "its password: the first line of FILE, - for stdin",
		  .text = &c->password_file },
		{ "password", "TEXT", "its password, which other users of the machine can see",
		  .text = &c->password },
		{ "tls", NULL, "speak TLS; the options below turn it on too", .flag = &c->tls },
		{ "ca", "FILE", "trust these authorities (PEM) instead of the system's",
		  .text = &c->ca },
		{ "cert", "FILE", "our certificate (PEM), for servers that ask for one",
		  .text = &c->cert },
		{ "key", "FILE", "the private key of --cert (PEM)", .text = &c->key },
		{ "server-name", "NAME", "the name in the server's certificate, if not HOST",
		  .text = &c->server_name },
		{ "insecure", NULL, "verify nothing about the server", .flag = &c->insecure },
		{ "protocol", "4|5", "use this version only (default: 5, then 4)",
		  .number = &c->protocol, .least = 4, .most = 5 },
		{ "compression", "lz4|none", "default: none", .text = &c->compression,
		  .words = "lz4 none" },
		{ "timeout", "MS", "to connect and for each answer (default: 5000)",
		  .number = &c->timeout_ms, .least = 1, .most = 3600000 },
	};

	memset(c, 0, sizeof *c);
	memcpy(c->rows, rows, sizeof rows);
	return (struct argument_table){ "Connection", c->rows, CONNECT_ARGUMENTS };
}

bool connect_check(const struct connect *c, const char *command)
{
	const char *wrong = NULL;

	if (c->password && c->password_file)
		wrong = "--password and --password-file exclude each other";
	else if (c->user && !c->password && !c->password_file)
		wrong = "--user needs --password-file (or --password)";
	else if (!c->user && (c->password || c->password_file))
		wrong = "a password needs --user";
	else if (!c->cert != !c->key)
		wrong = "--cert and --key belong together";
	else if (c->insecure && c->ca)
		wrong = "--insecure verifies nothing, so --ca has no use";
	if (wrong)
		tool_misuse(command, "%s", wrong);
	return !wrong;
}

static bool fail(coodie_error *err, enum coodie_errc code, const char *what, const char *why)
{
	*err = (coodie_error){ .code = code, .server_code = -1 };
	snprintf(err->message, sizeof err->message, "%.100s: %.120s", what, why);
	return false;
}

/* Overwrites a secret; volatile, so that the compiler keeps it. */
void connect_wipe(char *secret, size_t len)
{
	volatile char *at = secret;

	while (len--)
		*at++ = 0;
}

/* The name in HOST[:PORT] or srv:NAME. False: it is a number, or the path of a socket. */
static bool take_name(const char *where, char name[HOST_SIZE])
{
	unsigned char number[sizeof(struct in6_addr)];
	size_t len;

	if (strncmp(where, "srv:", 4) == 0)
		where += 4;
	len = strcspn(where, ":");
	if (strchr("[/", *where) || len >= HOST_SIZE || strncmp(where, "unix:/", 6) == 0 ||
	    inet_pton(AF_INET6, where, number) == 1)
		return false;
	memcpy(name, where, len);
	name[len] = '\0';
	return inet_pton(AF_INET, name, number) != 1;
}

bool connect_read_password(const char *path, char secret[SECRET_SIZE], coodie_error *err)
{
	FILE *file = strcmp(path, "-") ? fopen(path, "r") : stdin;
	bool ok = false;

	if (!file)
		return fail(err, COODIE_ERR_INVALID, path, strerror(errno));
	setvbuf(file, NULL, _IONBF, 0); /* no copy of the password in stdio's buffer */
	if (!fgets(secret, SECRET_SIZE, file)) {
		fail(err, COODIE_ERR_INVALID, path,
		     ferror(file) ? "it cannot be read" : "it is empty");
	} else if (!strchr(secret, '\n') && !feof(file)) {
		fail(err, COODIE_ERR_INVALID, path, "its first line is too long for a password");
	} else {
		secret[strcspn(secret, "\r\n")] = 0;
		ok = true;
	}
	if (file != stdin)
		fclose(file);
	return ok;
}

static bool set_credentials(coodie_options *o, const struct connect *c, coodie_error *err)
{
	char secret[SECRET_SIZE] = "";
	bool ok;

	if (!c->user)
		return true;
	if (c->password)
		return coodie_options_set_credentials(o, c->user, c->password, err);
	ok = connect_read_password(c->password_file, secret, err) &&
	     coodie_options_set_credentials(o, c->user, secret, err);
	connect_wipe(secret, sizeof secret);
	return ok;
}

/* Sets options by name; a row without a value is left out. */
static bool set_all(coodie_options *o, const char *const (*rows)[2], size_t count,
		    coodie_error *err)
{
	for (size_t i = 0; i < count; i++)
		if (rows[i][1] && !coodie_options_set(o, rows[i][0], rows[i][1], err))
			return false;
	return true;
}

static bool set_flags(coodie_options *o, const struct connect *c, coodie_error *err)
{
	bool tls = c->tls || c->ca || c->cert || c->server_name || c->insecure;
	const char *const rows[][2] = {
		{ "tls", c->insecure ? "unverified"
			 : tls       ? "full"
				     : NULL },
		{ "tls_ca", c->ca },
		{ "tls_cert", c->cert },
		{ "tls_key", c->key },
		{ "tls_server_name", c->server_name },
		{ "compression", c->compression },
	};

	if (c->timeout_ms) {
		coodie_options_set_connect_timeout_ms(o, c->timeout_ms);
		coodie_options_set_request_timeout_ms(o, c->timeout_ms);
	}
	return set_all(o, rows, sizeof rows / sizeof *rows, err) &&
	       (!c->protocol || coodie_options_set_protocol_version(o, c->protocol, err)) &&
	       set_credentials(o, c, err);
}

/* The options of --set, each NAME=VALUE. */
static bool set_named(coodie_options *o, const struct connect *c, coodie_error *err)
{
	for (size_t i = 0; i < c->sets.count; i++) {
		const char *given = c->sets.at[i], *equals = strchr(given, '=');
		char name[64];
		if (!equals || (size_t)(equals - given) >= sizeof name)
			return fail(err, COODIE_ERR_INVALID, "--set", "it takes NAME=VALUE");
		memcpy(name, given, (size_t)(equals - given));
		name[equals - given] = '\0';
		if (!coodie_options_set(o, name, equals + 1, err))
			return false;
	}
	return true;
}

/* HOST takes the place of the nodes of --uri and --config. Every node's certificate is to have its
 * name: what a cluster says of its nodes are numbers. */
static bool set_host(coodie_options *o, const char *where, coodie_error *err)
{
	char host[HOST_SIZE], tls[16], name[8];

	if (!where)
		return true;
	if (!coodie_options_set(o, "contact_points", NULL, err) ||
	    !coodie_options_add_contact_point(o, where, err))
		return false;
	coodie_options_get(o, "tls", tls, sizeof tls, NULL);
	coodie_options_get(o, "tls_server_name", name, sizeof name, NULL);
	return !strcmp(tls, "off") || *name || !take_name(where, host) ||
	       coodie_options_set(o, "tls_server_name", host, err);
}

coodie_session *connect_session(const struct connect *c, const char *where, coodie_error *err)
{
	return connect_attach(c, where, NULL, err);
}

/* What is more special comes later, and wins. */
coodie_session *connect_attach(const struct connect *c, const char *where, const coodie_loop *loop,
			       coodie_error *err)
{
	coodie_options *o = coodie_options_new(err);
	coodie_session *s = NULL;

	if (!o)
		return NULL;
	coodie_options_set_connect_timeout_ms(o, DEFAULT_TIMEOUT_MS);
	coodie_options_set_request_timeout_ms(o, DEFAULT_TIMEOUT_MS);
	if (coodie_options_set_application(o, "coodie", coodie_version(), err) &&
	    (!c->config || coodie_options_load_file(o, c->config, err)) &&
	    (!c->uri || coodie_options_set_uri(o, c->uri, err)) && set_flags(o, c, err) &&
	    set_named(o, c, err) && set_host(o, where, err))
		s = loop ? coodie_session_attach(o, loop, err) : coodie_session_new(o, err);
	coodie_options_free(o);
	return s;
}

bool connect_has_host(const struct connect *c, const char *where)
{
	bool has = where || c->uri || c->config;

	for (size_t i = 0; i < c->sets.count; i++)
		has = has || !strncmp(c->sets.at[i], "contact_points=", 15);
	return has;
}
