/* SPDX-License-Identifier: MIT */
/* The `coodie` command: a table of subcommands and the way to them. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tools/nearest.h"
#include "tools/tool.h"

static tool_fn help, version;

static const struct command {
	const char *name, *summary;
	tool_fn *run;
	tool_models_fn *run_with; /* one of the two */
} commands[] = {
#define COMMAND(name, function, summary) { name, summary, function, NULL },
#define MODELS_COMMAND(name, function, summary) { name, summary, NULL, function },
#include "tools/commands.def"
#undef COMMAND
#undef MODELS_COMMAND
	{ "version", "print the version of the command and of the library it runs on", version,
	  NULL },
	{ "help", "print this text, or that of a command: coodie help ping", help, NULL },
};

enum { COMMANDS = sizeof commands / sizeof commands[0] };

static const struct command *find(const char *name)
{
	for (size_t i = 0; i < COMMANDS; i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

static const char *nth_name(const void *list, size_t i)
{
	(void)list;
	return i < COMMANDS ? commands[i].name : NULL;
}

static int unknown(const char *command, const char *name)
{
	const char *near = nearest(name, strlen(name), nth_name, NULL);

	return tool_misuse(command, "there is no command %s%s%s%s", name,
			   near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
}

static void print_usage(FILE *to)
{
	fputs("Usage: coodie COMMAND [ARGUMENT...]\n\nCommands:\n", to);
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(to, "  %-13s %s\n", commands[i].name, commands[i].summary);
	fputs("\nExit codes:\n", to);
#define X(name, code, text) fprintf(to, "  %-13d %s\n", code, text);
#include "tools/exits.def"
#undef X
	fputs("\n`coodie COMMAND --help` tells about one command, and `man coodie-COMMAND`.\n", to);
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

static int start(const struct command *command, int argc, char **argv, const coodie_models *models)
{
	return command->run ? command->run(argc, argv) : command->run_with(argc, argv, models);
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
		return unknown("help", argv[1]);
	if (command->run == help || command->run == version) {
		printf("Usage: coodie %s\n\n%s\n", command->name, command->summary);
		return TOOL_OK;
	}
	return start(command, 2, (char *[]){ argv[1], ask, NULL }, NULL);
}

static int run(int argc, char **argv, const coodie_models *models)
{
	const struct command *command;

	if (argc < 2) { /* who asks nothing is told all, and a script that forgot its command fails */
		print_usage(stdout);
		return TOOL_FAILED;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))
		return help(1, argv + 1);
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V"))
		return version(1, argv + 1);
	command = find(argv[1]);
	if (!command)
		return unknown("", argv[1]);
	return start(command, argc - 1, argv + 1, models);
}

/* Where the standard input or an output is closed no socket and no file may come to its number: it would be read from, or
 * get what is printed. What takes its place fails as a closed one does. */
static void claim_standard_files(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 &&
		    open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
			return; /* there is not even that */
}

/* What was printed must have arrived: a full disk or a closed pipe is a failure. */
int coodie_main(int argc, char **argv, const coodie_models *models)
{
	int outcome;

	claim_standard_files();
	signal(SIGPIPE, SIG_IGN);
	outcome = run(argc, argv, models);
	errno = 0;
	if (!fflush(stdout) && !ferror(stdout))
		return outcome;
	fprintf(stderr, "coodie: standard output: %s\n",
		errno ? strerror(errno) : "what was printed did not arrive");
	return outcome == TOOL_OK ? TOOL_FAILED : outcome;
}
