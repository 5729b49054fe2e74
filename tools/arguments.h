/* SPDX-License-Identifier: MIT */
/* Command line options as a table: what parses them and what --help prints are the same rows. */
#ifndef TOOLS_ARGUMENTS_H
#define TOOLS_ARGUMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum argument_kind { ARGUMENT_FLAG, ARGUMENT_TEXT, ARGUMENT_NUMBER };

/* The values of an option that may be given several times, in their order. */
struct argument_list {
	const char *at[64];
	size_t count;
};

/* One option. Exactly one of `flag`, `text`, `number`, `list` is set: where its value goes. */
struct argument {
	const char *name;  /* without the dashes */
	const char *value; /* how --help calls its value; NULL for a flag */
	const char *help;
	bool *flag;
	const char **text;
	uint32_t *number;
	struct argument_list *list;
	uint32_t least, most; /* of a number */
	const char *words;    /* "lz4 none": the texts that are allowed; NULL: any */
	bool several; /* of a list: the words after it belong to it, up to the next option */
};

/* Several tables read as one. Ends with a table of no rows. */
struct argument_table {
	const char *title; /* of its part of --help */
	const struct argument *rows;
	size_t count;
};

enum arguments_outcome { ARGUMENTS_OK, ARGUMENTS_HELP, ARGUMENTS_WRONG };

/* Reads `--name value`, `--name=value` and `--flag`; the one operand goes to `operand`. A
 * mistake has been reported. */
enum arguments_outcome arguments_parse(const struct argument_table *tables, const char *command,
				       int argc, char **argv, const char **operand);
/* Where a row has no value yet, that of the environment: --password-file is COODIE_PASSWORD_FILE; a flag
 * says on or off. One that is empty is not there. A mistake has been reported. */
bool arguments_environment(const struct argument *rows, size_t count, const char *command);
/* The options' part of --help. */
void arguments_print(const struct argument_table *tables);

#endif
