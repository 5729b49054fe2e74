/* SPDX-License-Identifier: MIT */
/* What was entered before: kept in a file, of which nobody else reads, and without passwords. */
#ifndef TOOLS_SHELL_HISTORY_H
#define TOOLS_SHELL_HISTORY_H

#include <coodie/error.h>

#include "tools/shell/text.h"

enum { HISTORY_MOST = 1000 };

/* Zeroed: empty, without a file. */
struct history {
	struct bytes entries; /* a char * each, oldest first */
	char *path;
};

/* $XDG_STATE_HOME/coodie/history, or ~/.local/state/coodie/history; its folder is made. NULL: there is no
 * home. Freed by the caller. */
char *history_path(void);
/* Reads the file, if there is one, and keeps its path. */
bool history_open(struct history *h, const char *path, coodie_error *err);
/* Appends an entry, to the file too, unless it has a password or is the last one again. */
void history_add(struct history *h, const char *text, size_t len);
size_t history_count(const struct history *h);
const char *history_at(const struct history *h, size_t i);
/* The newest entry before `before` that contains a text. False: none does. */
bool history_search(const struct history *h, const char *text, size_t len, size_t before,
		    size_t *found);
/* Whether it may not be written down. */
bool history_is_secret(const char *text, size_t len);
void history_free(struct history *h);

#endif
