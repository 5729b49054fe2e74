/* SPDX-License-Identifier: MIT */
/* `coodie shell`: what it is set to, and what it is made of. */
#ifndef TOOLS_SHELL_SHELL_H
#define TOOLS_SHELL_SHELL_H

#include <stdio.h>

#include "tools/connect.h"
#include "tools/shell/cluster.h"
#include "tools/shell/csv.h"
#include "tools/shell/printer.h"
#include "tools/shell/terminal.h"
#include "tools/shell/token.h"
#include "tools/shell/typed.h"

/* Where statements come from: a file, standard input, or the text of an argument. */
struct input {
	const char *name; /* of a file, for messages; NULL: the terminal, or an argument */
	FILE *file;       /* NULL: all of it is there already */
	size_t line;      /* of the statement that runs */
	size_t depth;     /* of files that are read by SOURCE of others */
};

struct shell {
	coodie_options *options;
	struct cluster cluster;
	struct out out;
	struct terminal terminal;
	struct typed typed; /* ahead */
	struct input *input;
	enum printer_form form;
	cql_consistency consistency, serial_consistency; /* UNSET: the session's */
	int32_t page_rows;                               /* -1: no paging */
	bool interactive, keep_going, expand, tracing;
	bool colours; /* of messages */
	bool quit;
	int outcome;    /* the exit code of the last error */
	char *keyspace; /* that USE named, as it is stored; NULL */
};

/* ---- statements ------------------------------------------------------------------------------------ */

/* Runs a statement or a command, and tells what comes of it. False: it failed, which has been told. */
bool shell_run(struct shell *sh, const char *text, size_t len);
/* A statement of CQL: prints its rows. */
bool shell_query(struct shell *sh, const char *cql);
/* After USE the prompt names another keyspace. */
void shell_follow_keyspace(struct shell *sh, const coodie_result *page, const char *cql);
/* The request that statements are sent with, as the shell is set. */
coodie_request shell_request(const struct shell *sh);
/* All statements of an input, up to the first that fails. */
bool shell_run_input(struct shell *sh, struct input *input);
/* The same of a text. */
bool shell_run_text(struct shell *sh, const char *text, size_t len);

/* ---- messages -------------------------------------------------------------------------------------- */

/* On stderr, with the file and line it is about. Both return false. */
bool shell_fail(struct shell *sh, const coodie_error *err);
bool shell_complain(struct shell *sh, const char *format, ...) COODIE_PRINTF(2, 3);
/* The line of a statement that the server's message points to. */
void shell_point(struct shell *sh, const char *cql, const coodie_error *err);
void shell_warn(struct shell *sh, const char *text);
/* A line of the shell's own, where results go. */
void shell_say(struct shell *sh, const char *format, ...) COODIE_PRINTF(2, 3);

/* ---- commands -------------------------------------------------------------------------------------- */

/* The tokens of a command, without its name. */
struct words {
	const struct token *at;
	size_t count;
	const char *text; /* the whole command */
	size_t len;
	struct pool *pool;
};

bool words_is(const struct words *w, size_t i, const char *word);
bool words_is_sign(const struct words *w, size_t i, char sign);
/* NULL past the end. */
const char *words_text(const struct words *w, size_t i);

/* False: it failed, which has been told. */
typedef bool command_fn(struct shell *sh, const struct words *w);
command_fn command_copy, command_describe, command_help, command_login, command_show,
	command_source;

/* The function of a command; NULL: there is none of that name. `describe`, in any case. */
command_fn *command_find(const char *word, size_t len);
bool command_is(const char *word, size_t len);
/* The i-th name; NULL past the end. */
const char *command_name(size_t i);
bool command_run(struct shell *sh, command_fn *fn, const char *text, size_t len);

/* Results go to the terminal again. False: not all that was captured is in the file, which has been told. */
bool shell_end_capture(struct shell *sh);

/* ---- the rest -------------------------------------------------------------------------------------- */

/* Reads statements from the terminal until the user has enough. */
bool shell_converse(struct shell *sh);
/* Some of a line that is typed, at the end of `out`, and its newline with the last of it. False: there is none, for
 * Ctrl-D or Ctrl-C was pressed, which `cluster.interrupted` tells. `shown`: what was typed ahead is shown now. */
bool shell_read_typed(struct shell *sh, struct bytes *out, bool shown);
/* A line that is not shown, as a password; without its newline. False: there is none. */
bool shell_read_secret(struct shell *sh, const char *prompt, char *out, size_t size);
/* Prints the trace of a request. */
bool shell_trace(struct shell *sh, cql_uuid id);
/* What the user wants at --More--. */
enum out_more shell_ask_more(void *user);
/* Connects with the options there are, and says so on a terminal. */
bool shell_connect(struct shell *sh, coodie_error *err);

#endif
