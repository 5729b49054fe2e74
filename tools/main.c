/* SPDX-License-Identifier: MIT */
/* The `coodie` command: a table of subcommands and the way to them. */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <coodie/main.h>

#include "tools/tool.h"

static tool_fn help, version;

static const struct command {
	const char *name, *summary;
	tool_fn *run;
} commands[] = {
#define COMMAND(name, function, summary) { name, summary, function },
#include "tools/commands.def"
#undef COMMAND
	{ "version", "print the version of the command and of the library it runs on", version },
	{ "help", "print this text, or that of a command: coodie help ping", help },
};

enum { COMMANDS = sizeof commands / sizeof commands[0] };

/* What the flags of the command line can do about an error of the library. */
static const struct {
	enum coodie_errc code;
	const char *text;
} remedies[] = {
	{ COODIE_ERR_RESOLVE, "check the spelling of the name, or give an address" },
	{ COODIE_ERR_CONNECT,
	  "check that a node runs there and that HOST:PORT is its CQL port (9042 by default)" },
	{ COODIE_ERR_TIMEOUT, "a longer --timeout, or --tls if the port speaks TLS" },
	{ COODIE_ERR_CLOSED, "--tls if the port speaks TLS, and the server's log" },
	{ COODIE_ERR_TLS,
	  "--ca with the authority that signed the server, --server-name with the name in its "
	  "certificate, --cert and --key if it wants ours; no --tls if it speaks none" },
	{ COODIE_ERR_AUTH, "--user with --password-file" },
	{ COODIE_ERR_VERSION, "without --protocol, the highest version of both sides is found" },
	{ COODIE_ERR_NOT_CQL,
	  "another port: CQL is on 9042 by default; --tls if the port speaks TLS" },
};

static const struct command *find(const char *name)
{
	for (size_t i = 0; i < COMMANDS; i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

static void print_usage(FILE *to)
{
	fputs("Usage: coodie COMMAND [ARGUMENT...]\n\nCommands:\n", to);
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(to, "  %-9s %s\n", commands[i].name, commands[i].summary);
	fputs("\n`coodie COMMAND --help` tells about one command.\n"
	      "Exit codes: 0 done, 1 it failed (the reason is on stderr), 2 wrong usage.\n",
	      to);
}

static int version(int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		return tool_misuse("version", "takes no argument");
	printf("coodie %s\n", COODIE_VERSION_STRING);
	if (strcmp(coodie_version(), COODIE_VERSION_STRING) != 0)
		printf("libcoodie %s\n", coodie_version());
	return TOOL_OK;
}

static int help(int argc, char **argv)
{
	const struct command *command;
	char ask[] = "--help";

	if (argc < 2) {
		print_usage(stdout);
		return TOOL_OK;
	}
	command = find(argv[1]);
	if (!command)
		return tool_misuse("help", "there is no command %s", argv[1]);
	if (command->run == help || command->run == version) {
		printf("Usage: coodie %s\n\n%s\n", command->name, command->summary);
		return TOOL_OK;
	}
	return command->run(2, (char *[]){ argv[1], ask, NULL });
}

int tool_misuse(const char *command, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fprintf(stderr, "coodie%s%s: ", *command ? " " : "", command);
	vfprintf(stderr, format, args);
	fprintf(stderr, "\nTry: coodie %s%s--help\n", command, *command ? " " : "");
	va_end(args);
	return TOOL_USAGE;
}

int tool_fail(const char *command, const coodie_error *err)
{
	fprintf(stderr, "coodie %s: %s (%s)\n", command, err->message, coodie_errc_name(err->code));
	for (size_t i = 0; i < sizeof remedies / sizeof remedies[0]; i++)
		if (remedies[i].code == err->code)
			fprintf(stderr, "Try: %s\n", remedies[i].text);
	return TOOL_FAILED;
}

static int run(int argc, char **argv)
{
	const struct command *command;

	if (argc < 2) {
		print_usage(stderr);
		return TOOL_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))
		return help(1, argv + 1);
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V"))
		return version(1, argv + 1);
	command = find(argv[1]);
	if (!command)
		return tool_misuse("", "there is no command %s", argv[1]);
	return command->run(argc - 1, argv + 1);
}

/* What was printed must have arrived: a full disk or a closed pipe is a failure. */
int coodie_main(int argc, char **argv, const coodie_models *models)
{
	int outcome;

	(void)models;
	signal(SIGPIPE, SIG_IGN);
	outcome = run(argc, argv);
	errno = 0;
	if (!fflush(stdout) && !ferror(stdout))
		return outcome;
	fprintf(stderr, "coodie: standard output: %s\n",
		errno ? strerror(errno) : "what was printed did not arrive");
	return outcome == TOOL_OK ? TOOL_FAILED : outcome;
}
