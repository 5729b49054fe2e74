/* SPDX-License-Identifier: MIT */
/* The options every command that talks to a cluster takes, and the session they make. */
#ifndef TOOLS_CONNECT_H
#define TOOLS_CONNECT_H

#include <coodie.h>

#include "tools/arguments.h"

enum { CONNECT_ARGUMENTS = 19, SECRET_SIZE = 1024 };

/* What one place says: the command line, or the environment. */
struct connect_layer {
	const char *config, *uri;
	struct argument_list hosts, sets;
	const char *keyspace, *datacenter, *consistency;
	const char *user, *password, *password_file;
	const char *ca, *cert, *key, *server_name;
	const char *compression;
	uint32_t port, protocol, timeout_ms; /* 0: not given */
	bool tls, insecure;
	const char *schema_management; /* of the environment alone: a machine's, not a call's */
};

/* What is later wins: a file of options, the environment, the command line. */
struct connect {
	struct connect_layer flags, environment;
	struct argument rows[CONNECT_ARGUMENTS];
	bool has_keyspace;            /* --keyspace is an option of the command: connect_keyspace() */
	uint32_t request_timeout_ms;  /* where nobody says one */
	coodie_options *options;      /* NULL, or what connect_options() gave: used by each session */
};

/* Sets the defaults and makes the table of options that write to `c`, which must stay where it
 * is. */
struct argument_table connect_arguments(struct connect *c);

/* The row of --keyspace, for the command's own table; call it after connect_arguments(). */
struct argument connect_keyspace(struct connect *c, const char *help);

/* Reads the environment and says what is wrong with the options taken together, on stderr; true when
 * nothing is. */
bool connect_check(struct connect *c, const char *command);

/* Reads the files and puts all together. `where` is HOST, HOST:PORT, or NULL; nobody at all is
 * 127.0.0.1. Freed with coodie_options_free(), which wipes the password. */
coodie_options *connect_options(const struct connect *c, const char *where, coodie_error *err);
/* A session of them; no connection yet. */
coodie_session *connect_session(const struct connect *c, const char *where, coodie_error *err);
/* The same on a loop of the caller's. */
coodie_session *connect_attach(const struct connect *c, const char *where, const coodie_loop *loop,
			       coodie_error *err);

/* Whether any node to connect to was named. */
bool connect_has_host(const struct connect *c, const char *where);

/* The first line of a file, or of stdin for "-". The caller wipes it. */
bool connect_read_password(const char *path, char secret[SECRET_SIZE], coodie_error *err);
void connect_wipe(char *secret, size_t len);

#endif
