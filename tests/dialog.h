/* SPDX-License-Identifier: MIT */
/* A conversation with a server, message by message, on the codec alone: nothing of an answer is
 * hidden, as a driver would hide it. */
#ifndef TESTS_DIALOG_H
#define TESTS_DIALOG_H

#include <coodie/codec.h>

struct dialog_body;

struct dialog {
	int fd; /* -1: closed */
	unsigned version;
	cql_inbox *in;
	cql_outbox *out;
	cql_arena *arena; /* for whatever should live as long as the answers do */
	struct dialog_body *bodies;
	char reason[300]; /* why the last call failed */
};

/* Who logs in when a server asks; `user` NULL: nobody. */
struct dialog_login {
	const char *user, *password;
};

/* Connects to "address:port" and starts the protocol `version` up, without compression.
 * False: `reason` says why; the dialog is closed. */
bool dialog_open(struct dialog *d, const char *where, unsigned version,
		 const struct dialog_login *login);
/* Of a zeroed struct, and twice: fine. */
void dialog_close(struct dialog *d);
bool dialog_is_open(const struct dialog *d);
/* Sends a request and waits for its answer, which lives until dialog_forget(). False: `reason`
 * says why, and the connection is gone. */
bool dialog_ask(struct dialog *d, const cql_message *request, cql_message *answer);
/* Forgets all answers and what is in the arena. */
void dialog_forget(struct dialog *d);

#endif
