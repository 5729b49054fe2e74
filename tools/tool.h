/* SPDX-License-Identifier: MIT */
/* What the subcommands of `coodie` have in common: their exit codes and how they report failure. */
#ifndef TOOLS_TOOL_H
#define TOOLS_TOOL_H

#include <coodie/main.h>

#include <coodie.h>

enum tool_exit {
#define X(name, code, text) TOOL_##name = (code),
#include "tools/exits.def"
#undef X
};

/* One subcommand: argv[0] is its name. Returns an exit code. */
typedef int tool_fn(int argc, char **argv);
/* One that is about models: those of the program, or NULL. */
typedef int tool_models_fn(int argc, char **argv, const coodie_models *models);

#define COMMAND(name, function, summary) tool_fn function;
#define MODELS_COMMAND(name, function, summary) tool_models_fn function;
#include "tools/commands.def"
#undef COMMAND
#undef MODELS_COMMAND

/* "coodie ping: <text>" and where help is, on stderr. Returns TOOL_USAGE. */
int tool_misuse(const char *command, const char *format, ...) COODIE_PRINTF(2, 3);
/* The error, its code and what to do about it, on stderr. Returns the exit code of its cause. */
int tool_fail(const char *command, const coodie_error *err);
/* Likewise, where the nodes of a cluster do not agree on its schema. */
int tool_fail_agreement(const char *command, const coodie_error *err);
/* The exit code of an error's cause, without a word. */
int tool_exit_of(const coodie_error *err);

#endif
