/* SPDX-License-Identifier: MIT */
/* The options every command that talks to a cluster takes, and the session they make. */
#ifndef TOOLS_CONNECT_H
#define TOOLS_CONNECT_H

#include <coodie.h>

#include "tools/arguments.h"

enum { CONNECT_ARGUMENTS = 15, SECRET_SIZE = 1024 };

/* Where the values of the options go. Zeroed by connect_arguments(). */
struct connect {
	const char *config, *uri;
	struct argument_list sets;
	const char *user, *password, *password_file;
	const char *ca, *cert, *key, *server_name;
	const char *compression;
	uint32_t protocol, timeout_ms; /* 0: not given */
	bool tls, insecure;
	struct argument rows[CONNECT_ARGUMENTS];
};

/* Sets the defaults and makes the table of options that write to `c`, which must stay where it
 * is. */
struct argument_table connect_arguments(struct connect *c);

/* Says what is wrong with the options taken together, on stderr; true when nothing is. */
bool connect_check(const struct connect *c, const char *command);

/* Reads the files and makes a session; no connection yet. `where` is HOST,
 * HOST:PORT, or NULL when connect_has_host() without it. */
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
