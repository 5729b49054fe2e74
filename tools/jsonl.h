/* SPDX-License-Identifier: MIT */
/* What --format json prints: a line for each thing that happened, an object that says which in "event". */
#ifndef TOOLS_JSONL_H
#define TOOLS_JSONL_H

#include <coodie.h>

#include "tools/json.h"

struct jsonl {
	struct pool pool;
	struct json *object;
};

struct jsonl jsonl_begin(const char *event);
void jsonl_text(struct jsonl *l, const char *key, const char *text); /* NULL: null */
void jsonl_int(struct jsonl *l, const char *key, int64_t value);
void jsonl_bool(struct jsonl *l, const char *key, bool value);
/* Prints it on stdout, at once: who reads along wants to know now. */
void jsonl_end(struct jsonl *l);

/* {"event": "error", ...}: the last line of what failed. `cause` may be NULL. */
void jsonl_error(const coodie_error *err, const char *cause, int exit_code);

#endif
