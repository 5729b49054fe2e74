/* SPDX-License-Identifier: MIT */
/* Turns keys into statements: what is typed, history, search and completion. Reads and writes bytes that others
 * carry to and from a terminal. */
#ifndef TOOLS_SHELL_EDITOR_H
#define TOOLS_SHELL_EDITOR_H

#include "tools/shell/history.h"
#include "tools/shell/keys.h"
#include "tools/shell/line.h"
#include "tools/shell/screen.h"

/* What Tab finds. */
struct candidates {
	size_t from;        /* where the word begins that they take the place of */
	struct pool pool;   /* of the texts */
	struct bytes texts; /* a const char * each, sorted, none twice */
};

/* What the editor asks those who know CQL. */
struct editor_hooks {
	/* Whether Enter behind this text runs it: otherwise it goes on in a new line. */
	bool (*is_whole)(const char *text, size_t len, void *user);
	void (*complete)(const char *text, size_t at, struct candidates *found, void *user);
	void *user;
};

enum editor_event {
	EDITOR_WAITS,   /* for more bytes */
	EDITOR_ENTERED, /* a text: `line` has it until editor_begin() */
	EDITOR_CANCELLED /* with Ctrl-C */,
	EDITOR_ENDED /* with Ctrl-D */,
	EDITOR_SUSPENDED /* with Ctrl-Z: editor_redraw() goes on with the line */
};

struct editor {
	struct line line;
	struct keys keys;
	struct screen screen;
	struct history *history;
	struct editor_hooks hooks;
	const char *prompt, *more;
	size_t entry;                       /* of the history that is shown; its count: none */
	struct bytes draft;                 /* what was written before going through history */
	struct bytes wanted, search_prompt; /* of a search */
	size_t found;
	bool searching,
		tabbed; /* tabbed: the last key was Tab, and there is more than one way to go on */
};

/* Shows the prompt. */
void editor_begin(struct editor *e);
void editor_feed(struct editor *e, const void *bytes, size_t len);
/* Takes keys up to the first event; call it again after EDITOR_ENTERED and its like. */
enum editor_event editor_run(struct editor *e);
/* Draws the line again where the cursor is. */
void editor_redraw(struct editor *e);
void editor_resize(struct editor *e, size_t columns, size_t rows);
void editor_free(struct editor *e);

/* Texts that begin with the `len` bytes at `prefix`. */
void candidates_add(struct candidates *c, const char *text);
void candidates_sort(struct candidates *c);
size_t candidates_count(const struct candidates *c);
const char *candidates_at(const struct candidates *c, size_t i);
void candidates_free(struct candidates *c);

#endif
