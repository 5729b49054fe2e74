/* SPDX-License-Identifier: MIT */
/* Reads a command line by its table of options and prints the table for --help. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/arguments.h"
#include "tools/nearest.h"
#include "tools/tool.h"

static const struct argument *find(const struct argument_table *tables, const char *name,
				   size_t len)
{
	for (const struct argument_table *t = tables; t->count; t++)
		for (size_t i = 0; i < t->count; i++)
			if (strlen(t->rows[i].name) == len && !memcmp(t->rows[i].name, name, len))
				return &t->rows[i];
	return NULL;
}

/* Is `text` one of the words, which are parted by single spaces? */
static bool is_word(const char *words, const char *text)
{
	size_t len = strlen(text);

	for (const char *at = words; len && (at = strstr(at, text)); at += len)
		if ((at == words || at[-1] == ' ') && (!at[len] || at[len] == ' '))
			return true;
	return false;
}

/* `shown` is what a mistake is told of: "--port", "COODIE_PORT". */
static bool store_number(const struct argument *a, const char *shown, const char *command,
			 const char *value)
{
	char *end;
	unsigned long n;

	errno = 0;
	n = strtoul(value, &end, 10);
	if (errno || *end || *value < '0' || *value > '9' || n < a->least || n > a->most) {
		tool_misuse(command, "%s %s: it must be a number from %lu to %lu", shown, value,
			    (unsigned long)a->least, (unsigned long)a->most);
		return false;
	}
	*a->number = (uint32_t)n;
	return true;
}

static bool store(const struct argument *a, const char *shown, const char *command,
		  const char *value)
{
	if (a->text) {
		if (a->words && !is_word(a->words, value)) {
			tool_misuse(command, "%s %s: it must be one of: %s", shown, value,
				    a->words);
			return false;
		}
		*a->text = value;
		return true;
	}
	if (a->list) {
		if (a->list->count == sizeof a->list->at / sizeof a->list->at[0]) {
			tool_misuse(command, "%s is given too often", shown);
			return false;
		}
		a->list->at[a->list->count++] = value;
		return true;
	}
	return store_number(a, shown, command, value);
}

static const char *nth_name(const void *list, size_t i)
{
	for (const struct argument_table *t = list; t->count; t++) {
		if (i < t->count)
			return t->rows[i].name;
		i -= t->count;
	}
	return NULL;
}

static void report_unknown(const struct argument_table *tables, const char *command,
			   const char *name, size_t len)
{
	const char *near = nearest(name, len, nth_name, tables);

	tool_misuse(command, "there is no option --%.*s%s%s%s", (int)len, name,
		    near ? "; did you mean --" : "", near ? near : "", near ? "?" : "");
}

/* The words behind the value of an option that takes several. Returns how many, or -1. */
static int take_more(const struct argument *a, const char *shown, const char *command, int argc,
		     char **argv)
{
	int took = 0;

	while (took < argc && argv[took][0] != '-') {
		if (!store(a, shown, command, argv[took]))
			return -1;
		took++;
	}
	return took;
}

/* Takes the option at argv[0]. Returns how many arguments it took; 0 after a mistake, which has
 * been reported. */
static int take_option(const struct argument_table *tables, const char *command, int argc,
		       char **argv)
{
	const char *name = argv[0] + 2, *equals = strchr(name, '=');
	size_t len = equals ? (size_t)(equals - name) : strlen(name);
	const struct argument *a = find(tables, name, len);
	char shown[64];
	int more = 0;

	if (!a) {
		report_unknown(tables, command, name, len);
		return 0;
	}
	if (a->flag) {
		if (equals) {
			tool_misuse(command, "--%s takes no value", a->name);
			return 0;
		}
		*a->flag = true;
		return 1;
	}
	if (!equals && argc < 2) {
		tool_misuse(command, "--%s needs a value: --%s %s", a->name, a->name, a->value);
		return 0;
	}
	snprintf(shown, sizeof shown, "--%s", a->name);
	if (!store(a, shown, command, equals ? equals + 1 : argv[1]))
		return 0;
	if (a->several && !equals)
		more = take_more(a, shown, command, argc - 2, argv + 2);
	if (more < 0)
		return 0;
	return equals ? 1 : 2 + more;
}

enum arguments_outcome arguments_parse(const struct argument_table *tables, const char *command,
				       int argc, char **argv, const char **operand)
{
	int took;

	for (int i = 1; i < argc; i += took) {
		took = 1;
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h"))
			return ARGUMENTS_HELP;
		if (!strncmp(argv[i], "--", 2)) {
			took = take_option(tables, command, argc - i, argv + i);
			if (!took)
				return ARGUMENTS_WRONG;
		} else if (argv[i][0] == '-' && argv[i][1]) {
			tool_misuse(command, "there is no option %s; options begin with two dashes",
				    argv[i]);
			return ARGUMENTS_WRONG;
		} else if (*operand) {
			tool_misuse(command, "one operand is enough, and %s is a second one",
				    argv[i]);
			return ARGUMENTS_WRONG;
		} else {
			*operand = argv[i];
		}
	}
	return ARGUMENTS_OK;
}

/* ---- the environment ------------------------------------------------------------------------ */

static void variable_of(const char *option, char out[64])
{
	size_t len = (size_t)snprintf(out, 64, "COODIE_%s", option);

	for (size_t i = 0; i < len && i < 63; i++)
		out[i] = out[i] == '-' ? '_' : (char)toupper((unsigned char)out[i]);
}

static bool has_value(const struct argument *a)
{
	if (a->text)
		return *a->text;
	if (a->list)
		return a->list->count;
	return a->flag ? *a->flag : *a->number;
}

static bool store_flag(const struct argument *a, const char *variable, const char *command,
		       const char *value)
{
	if (!is_word("on off true false yes no 1 0", value)) {
		tool_misuse(command, "%s %s: it must be on or off", variable, value);
		return false;
	}
	*a->flag = is_word("on true yes 1", value);
	return true;
}

bool arguments_environment(const struct argument *rows, size_t count, const char *command)
{
	char variable[64];

	for (size_t i = 0; i < count; i++) {
		const struct argument *a = &rows[i];
		const char *value;
		variable_of(a->name, variable);
		value = getenv(variable);
		if (!value || !*value || has_value(a))
			continue;
		if (!(a->flag ? store_flag : store)(a, variable, command, value))
			return false;
	}
	return true;
}

/* ---- help ----------------------------------------------------------------------------------- */

void arguments_print(const struct argument_table *tables)
{
	for (const struct argument_table *t = tables; t->count; t++) {
		printf("\n%s:\n", t->title);
		for (size_t i = 0; i < t->count; i++) {
			const struct argument *a = &t->rows[i];
			char left[64];
			snprintf(left, sizeof left, "--%s%s%s", a->name, a->value ? " " : "",
				 a->value ? a->value : "");
			printf("  %-21s  %s\n", left, a->help);
		}
	}
}
