/* SPDX-License-Identifier: MIT */
/* Makes a session of a file of options, the environment and the command line. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/connect.h"
#include "tools/tool.h"

enum { HOST_SIZE = 256, PATH_SIZE = 4096, DEFAULT_TIMEOUT_MS = 5000 };

static void fill_rows(struct argument *out, struct connect_layer *l)
{
	const struct argument rows[CONNECT_ARGUMENTS] = {
		{ "config", "FILE", "options of a session, one `name = value` a line",
		  .text = &l->config },
		{ "uri", "URI", "cassandra://USER:PASSWORD@HOST,HOST/KEYSPACE?NAME=VALUE",
		  .text = &l->uri },
		{ "hosts", "HOST,...", "nodes to start from (may be repeated, or parted by blanks)",
		  .list = &l->hosts, .several = true },
		{ "port", "N", "of those that name none (default: 9042)", .number = &l->port,
		  .least = 1, .most = 65535 },
		{ "set", "NAME=VALUE", "any other option of a session (may be repeated)",
		  .list = &l->sets },
		{ "user", "NAME", "log in as this role", .text = &l->user },
		{ "password-file", "FILE", "its password: the first line of FILE, - for stdin",
		  .text = &l->password_file },
		{ "password", "TEXT", "its password, which other users of the machine can see",
		  .text = &l->password },
		{ "tls", NULL, "speak TLS; the options below turn it on too", .flag = &l->tls },
		{ "ca", "FILE", "trust these authorities (PEM) instead of the system's",
		  .text = &l->ca },
		{ "cert", "FILE", "our certificate (PEM), for servers that ask for one",
		  .text = &l->cert },
		{ "key", "FILE", "the private key of --cert (PEM)", .text = &l->key },
		{ "server-name", "NAME", "the name in the server's certificate, if not HOST",
		  .text = &l->server_name },
		{ "insecure", NULL, "verify nothing about the server", .flag = &l->insecure },
		{ "datacenter", "NAME", "ask nodes of this one first", .text = &l->datacenter },
		{ "consistency", "LEVEL", "of requests: ONE, QUORUM, LOCAL_QUORUM, ...",
		  .text = &l->consistency },
		{ "protocol", "4|5", "use this version only (default: 5, then 4)",
		  .number = &l->protocol, .least = 4, .most = 5 },
		{ "compression", "lz4|none", "default: none", .text = &l->compression,
		  .words = "lz4 none" },
		{ "timeout", "MS", "to connect and for each answer (default: 5000)",
		  .number = &l->timeout_ms, .least = 1, .most = 3600000 },
	};

	memcpy(out, rows, sizeof rows);
}

struct argument_table connect_arguments(struct connect *c)
{
	memset(c, 0, sizeof *c);
	c->request_timeout_ms = DEFAULT_TIMEOUT_MS;
	fill_rows(c->rows, &c->flags);
	return (struct argument_table){ "Connection", c->rows, CONNECT_ARGUMENTS };
}

struct argument connect_keyspace(struct connect *c, const char *help)
{
	c->has_keyspace = true;
	return (struct argument){ "keyspace", "NAME", help, .text = &c->flags.keyspace };
}

/* ---- the environment ------------------------------------------------------------------------ */

static bool read_environment(struct connect *c, const char *command)
{
	struct argument rows[CONNECT_ARGUMENTS + 2] = { { 0 } };

	fill_rows(rows, &c->environment);
	rows[CONNECT_ARGUMENTS] = (struct argument){ "allow-schema-management", "on|off", "",
						     .text = &c->environment.schema_management };
	rows[CONNECT_ARGUMENTS + 1] = (struct argument){ "keyspace", "NAME", "",
							 .text = &c->environment.keyspace };
	return arguments_environment(rows, CONNECT_ARGUMENTS + 1 + c->has_keyspace, command);
}

/* The file of options that is read when none is named: ./coodie.conf, or the user's. */
static const char *default_config(char path[PATH_SIZE])
{
	const char *home = getenv("HOME"), *config = getenv("XDG_CONFIG_HOME");

	if (!access("coodie.conf", F_OK))
		return "coodie.conf";
	if (config && *config)
		snprintf(path, PATH_SIZE, "%s/coodie/config", config);
	else
		snprintf(path, PATH_SIZE, "%s/.config/coodie/config", home ? home : "");
	return access(path, F_OK) ? NULL : path;
}

static const char *config_of(const struct connect *c, char path[PATH_SIZE])
{
	if (c->flags.config)
		return c->flags.config;
	return c->environment.config ? c->environment.config : default_config(path);
}

/* ---- what is said together ------------------------------------------------------------------ */

/* The command line's; what it does not say, the environment's. */
static const char *either(const char *flag, const char *variable)
{
	return flag ? flag : variable;
}

static bool has_password(const struct connect_layer *l)
{
	return l->password || l->password_file;
}

/* Whether a file or a URI may have the other half of a login. */
static bool is_told_elsewhere(const struct connect *c)
{
	char path[PATH_SIZE];

	return c->flags.uri || c->environment.uri || config_of(c, path);
}

bool connect_check(struct connect *c, const char *command)
{
	const struct connect_layer *f = &c->flags, *e = &c->environment;
	const char *wrong = NULL, *user, *cert, *key;
	bool password;

	if (!read_environment(c, command))
		return false;
	user = either(f->user, e->user);
	cert = either(f->cert, e->cert);
	key = either(f->key, e->key);
	password = has_password(f) || has_password(e);
	if ((f->password && f->password_file) || (e->password && e->password_file))
		wrong = "--password and --password-file exclude each other";
	else if (user && !password && (f->user || !is_told_elsewhere(c)))
		wrong = "--user needs --password-file (or --password)";
	else if (!user && password && !is_told_elsewhere(c))
		wrong = "a password needs --user";
	else if (!cert != !key)
		wrong = "--cert and --key belong together";
	else if (f->insecure && f->ca)
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

/* Sets options by name; a row without a value is left out. */
static bool set_all(coodie_options *o, const char *const (*rows)[2], size_t count,
		    coodie_error *err)
{
	for (size_t i = 0; i < count; i++)
		if (rows[i][1] && !coodie_options_set(o, rows[i][0], rows[i][1], err))
			return false;
	return true;
}

static bool set_password(coodie_options *o, const struct connect_layer *l, coodie_error *err)
{
	char secret[SECRET_SIZE] = "";
	bool ok;

	if (!l->password_file)
		return !l->password || coodie_options_set(o, "password", l->password, err);
	ok = connect_read_password(l->password_file, secret, err) &&
	     coodie_options_set(o, "password", secret, err);
	connect_wipe(secret, sizeof secret);
	return ok;
}

/* The options of --set, each NAME=VALUE. */
static bool set_named(coodie_options *o, const struct connect_layer *l, coodie_error *err)
{
	for (size_t i = 0; i < l->sets.count; i++) {
		const char *given = l->sets.at[i], *equals = strchr(given, '=');
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

/* Each item may be several, parted by commas. */
static bool add_hosts(coodie_options *o, const struct argument_list *hosts, coodie_error *err)
{
	char host[HOST_SIZE];

	for (size_t i = 0; i < hosts->count; i++) {
		const char *at = hosts->at[i];
		do {
			size_t len = strcspn(at, ",");
			if (len >= sizeof host)
				return fail(err, COODIE_ERR_INVALID, at, "a host is too long");
			memcpy(host, at, len);
			host[len] = '\0';
			if (!coodie_options_add_contact_point(o, host, err))
				return false;
			at += len;
		} while (*at++ == ',');
	}
	return true;
}

/* Those that a more special place names take the place of the others'. */
static bool set_hosts(coodie_options *o, const struct connect_layer *l, coodie_error *err)
{
	if (!l->hosts.count)
		return true;
	return coodie_options_set(o, "contact_points", NULL, err) && add_hosts(o, &l->hosts, err);
}

static bool set_layer(coodie_options *o, const struct connect_layer *l, coodie_error *err)
{
	bool tls = l->tls || l->ca || l->cert || l->server_name || l->insecure;
	const char *const rows[][2] = {
		{ "tls", l->insecure ? "unverified"
			 : tls       ? "full"
				     : NULL },
		{ "tls_ca", l->ca },
		{ "tls_cert", l->cert },
		{ "tls_key", l->key },
		{ "tls_server_name", l->server_name },
		{ "compression", l->compression },
		{ "user", l->user },
		{ "keyspace", l->keyspace },
		{ "local_datacenter", l->datacenter },
		{ "consistency", l->consistency },
		{ "allow_schema_management", l->schema_management },
	};
	char port[16] = "", timeout[16] = "";

	if (l->uri && !coodie_options_set_uri(o, l->uri, err))
		return false;
	if (l->timeout_ms) {
		coodie_options_set_connect_timeout_ms(o, l->timeout_ms);
		coodie_options_set_request_timeout_ms(o, l->timeout_ms);
		snprintf(timeout, sizeof timeout, "%u", (unsigned)l->timeout_ms);
	}
	if (l->port)
		snprintf(port, sizeof port, "%u", (unsigned)l->port);
	return set_all(o, rows, sizeof rows / sizeof *rows, err) &&
	       (!l->port || coodie_options_set(o, "port", port, err)) &&
	       (!l->timeout_ms || coodie_options_set(o, "metadata_timeout_ms", timeout, err)) &&
	       (!l->protocol || coodie_options_set_protocol_version(o, l->protocol, err)) &&
	       set_password(o, l, err) && set_named(o, l, err) && set_hosts(o, l, err);
}

/* Every node's certificate is to have the name that was given for the one node: what a cluster says of
 * its nodes are numbers. */
static bool set_name(coodie_options *o, const char *where, coodie_error *err)
{
	char host[HOST_SIZE], tls[16], name[8];

	coodie_options_get(o, "tls", tls, sizeof tls, NULL);
	coodie_options_get(o, "tls_server_name", name, sizeof name, NULL);
	return !strcmp(tls, "off") || *name || !take_name(where, host) ||
	       coodie_options_set(o, "tls_server_name", host, err);
}

/* HOST takes the place of all the others; where there is none it is this machine. */
static bool set_where(coodie_options *o, const struct connect *c, const char *where,
		      coodie_error *err)
{
	char points[8];

	if (!where) {
		coodie_options_get(o, "contact_points", points, sizeof points, NULL);
		return *points || coodie_options_add_contact_point(o, "127.0.0.1", err);
	}
	return coodie_options_set(o, "contact_points", NULL, err) &&
	       coodie_options_add_contact_point(o, where, err) &&
	       add_hosts(o, &c->flags.hosts, err) &&
	       (c->flags.hosts.count || set_name(o, where, err));
}

coodie_options *connect_options(const struct connect *c, const char *where, coodie_error *err)
{
	char path[PATH_SIZE];
	const char *config = config_of(c, path);
	coodie_options *o = coodie_options_new(err);

	if (!o)
		return NULL;
	coodie_options_set_connect_timeout_ms(o, DEFAULT_TIMEOUT_MS);
	coodie_options_set_request_timeout_ms(o, c->request_timeout_ms);
	if (coodie_options_set(o, "metadata_timeout_ms", "5000", err) &&
	    coodie_options_set_application(o, "coodie", coodie_version(), err) &&
	    (!config || coodie_options_load_file(o, config, err)) &&
	    set_layer(o, &c->environment, err) && set_layer(o, &c->flags, err) &&
	    set_where(o, c, where, err))
		return o;
	coodie_options_free(o);
	return NULL;
}

coodie_session *connect_session(const struct connect *c, const char *where, coodie_error *err)
{
	return connect_attach(c, where, NULL, err);
}

coodie_session *connect_attach(const struct connect *c, const char *where, const coodie_loop *loop,
			       coodie_error *err)
{
	coodie_options *o = c->options ? c->options : connect_options(c, where, err);
	coodie_session *s = NULL;

	if (o)
		s = loop ? coodie_session_attach(o, loop, err) : coodie_session_new(o, err);
	if (o != c->options)
		coodie_options_free(o);
	return s;
}

static bool names_host(const struct connect_layer *l)
{
	bool names = l->uri || l->hosts.count;

	for (size_t i = 0; i < l->sets.count; i++)
		names = names || !strncmp(l->sets.at[i], "contact_points=", 15);
	return names;
}

/* A file that cannot be read will be told of when it has to be. */
static bool file_names_host(const struct connect *c)
{
	char path[PATH_SIZE], points[8] = "";
	const char *config = config_of(c, path);
	coodie_options *o = config ? coodie_options_new(NULL) : NULL;
	bool unread = o && !coodie_options_load_file(o, config, NULL);

	if (o)
		coodie_options_get(o, "contact_points", points, sizeof points, NULL);
	coodie_options_free(o);
	return unread || *points;
}

bool connect_has_host(const struct connect *c, const char *where)
{
	return where || names_host(&c->flags) || names_host(&c->environment) || file_names_host(c);
}
