/* SPDX-License-Identifier: MIT */
/* Runs the statements of a script on a server, and writes what was answered. */
#ifndef TESTS_REPLAY_H
#define TESTS_REPLAY_H

#include "tests/dialog.h"
#include "tests/script.h"

struct replay {
	const char *where;                      /* these five are the caller's to fill in */
	unsigned version;                       /* of statements that do not ask for one */
	struct dialog_login login;              /* of those that do not say `as` */
	void (*sleep)(unsigned ms, void *user); /* NULL: time passes by itself */
	void *user;
	char keyspace[64];        /* made for the script, and dropped after it */
	struct dialog dialogs[2]; /* by version: 4, 5 */
	char reason[400];
};

/* Makes the script's keyspace anew: "c_" and the file's name. False: `reason` says why. */
bool replay_begin(struct replay *r, const struct script *script);
/* Runs one statement; its answers are lines of text, freed with free(). NULL: `reason`. What goes
 * wrong with the connection is an answer too, and the next statement gets a new one. */
char *replay_run(struct replay *r, const struct script_statement *s);
void replay_end(struct replay *r);

#endif
