/* SPDX-License-Identifier: MIT */
/* `coodie shell`: statements from a terminal, an argument, a file or a pipe, and what comes of them. */
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/shell/shell.h"
#include "tools/tool.h"

enum { PAGE_ON_TERMINAL = 100, PAGE_ELSEWHERE = 1000 };

/* What the command line says. */
struct options {
	struct connect connect;
	const char *where, *execute, *file, *format;
	bool no_color;
};

/* The short names that people know from cqlsh. */
static const char *const short_names[][2] = {
	{ "-e", "--execute" }, { "-f", "--file" },     { "-k", "--keyspace" },
	{ "-u", "--user" },    { "-p", "--password" },
};

static char *long_name(char *argument)
{
	for (size_t i = 0; i < sizeof short_names / sizeof short_names[0]; i++)
		if (!strcmp(argument, short_names[i][0]))
			return (char *)(uintptr_t)short_names[i][1]; /* arguments are only read */
	return argument;
}

static void print_help(const struct argument_table *tables)
{
	puts("Usage: coodie shell [HOST[:PORT]] [OPTION...]\n\n"
	     "Runs statements of CQL and shows what comes of them: those that are typed, with history and\n"
	     "completion; those of --execute or of --file; or those that come through a pipe. HELP, typed there,\n"
	     "lists the commands of the shell. HOST is 127.0.0.1 when nothing says otherwise.");
	arguments_print(tables);
	puts("\n-e, -f, -k, -u and -p are --execute, --file, --keyspace, --user and --password.\n\n"
	     "Exit codes: 0 all went well, 1 a statement failed, 2 wrong usage, 8 the cluster could not be reached, 9 the\n"
	     "login was refused, 10 the role may not do this, 12 there is no such keyspace (the reason is on stderr); `coodie\n"
	     "help` lists all.\n\n"
	     "Examples:\n"
	     "  coodie shell 10.0.0.1 --user app --password-file secret\n"
	     "  coodie shell -e 'SELECT * FROM shop.users' --format json\n"
	     "  coodie shell -f schema.cql --keyspace shop");
}

/* ---- connecting ---------------------------------------------------------------------------------------- */

static bool enter_keyspace(struct shell *sh, const char *keyspace, coodie_error *err)
{
	struct bytes cql = { 0 };
	coodie_result *r;

	text_printf(&cql, "USE %s", keyspace);
	r = cluster_query(&sh->cluster, text_of(&cql), NULL, err);
	if (r)
		shell_follow_keyspace(sh, r, text_of(&cql));
	bytes_free(&cql);
	coodie_result_free(r);
	return r != NULL;
}

bool shell_connect(struct shell *sh, coodie_error *err)
{
	struct bytes name = { 0 };
	bool ok = cluster_connect(&sh->cluster, sh->options, err);

	if (ok && sh->keyspace) {
		cell_add_name(&name, sh->keyspace);
		ok = enter_keyspace(sh, text_of(&name), err);
	}
	bytes_free(&name);
	if (ok && (sh->interactive || sh->out.colours))
		cluster_learn(&sh->cluster);
	return ok;
}

/* The keyspace that the options name, as it is stored. */
static bool enter_first_keyspace(struct shell *sh, coodie_error *err)
{
	char keyspace[256];

	coodie_options_get(sh->options, "keyspace", keyspace, sizeof keyspace, NULL);
	return !*keyspace || enter_keyspace(sh, keyspace, err);
}

static void greet(struct shell *sh)
{
	static const char *const shown[] = { "SHOW HOST", "SHOW VERSION" };

	for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++)
		command_run(sh, command_show, shown[i], strlen(shown[i]));
	shell_say(sh, "HELP lists the commands; Ctrl-D ends.");
}

/* ---- what is run --------------------------------------------------------------------------------------- */

static bool run_file(struct shell *sh, const char *path)
{
	struct input input = { .name = path, .file = fopen(path, "re") };
	bool ok;

	if (!input.file) {
		shell_complain(sh, "%s: %s", path, strerror(errno));
		sh->outcome = TOOL_USAGE;
		return false;
	}
	ok = shell_run_input(sh, &input);
	fclose(input.file);
	return ok;
}

static bool run(struct shell *sh, const struct options *o)
{
	struct input piped = { .name = "stdin", .file = stdin };

	if (o->execute)
		return shell_run_text(sh, o->execute, strlen(o->execute));
	if (o->file)
		return run_file(sh, o->file);
	if (sh->interactive) {
		greet(sh);
		return shell_converse(sh);
	}
	return shell_run_input(sh, &piped);
}

static void set_up(struct shell *sh, const struct options *o)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
	bool colours = !o->no_color && !(no_color && *no_color) && term &&
		       strcmp(term, "dumb") != 0;

	sh->interactive = !o->execute && !o->file && terminal_is_there();
	sh->colours = colours && isatty(STDERR_FILENO);
	sh->page_rows = sh->interactive ? PAGE_ON_TERMINAL : PAGE_ELSEWHERE;
	sh->out = (struct out){ .to = stdout,
				.colours = colours && isatty(STDOUT_FILENO),
				.terminal = isatty(STDOUT_FILENO),
				.ask = sh->interactive ? shell_ask_more : NULL,
				.user = sh };
}

/* Who waits for the shell learns that it was ended, and by what. */
static void end_by_signal(int number)
{
	if (!number)
		return;
	fflush(stdout);
	signal(number, SIG_DFL);
	raise(number);
}

static int start(struct shell *sh, const struct options *o)
{
	coodie_error err = { 0 };
	int outcome = TOOL_OK;
	bool ok;

	set_up(sh, o);
	sh->options = connect_options(&o->connect, o->where, &err);
	ok = sh->options && cluster_open(&sh->cluster, sh->interactive, &err) &&
	     shell_connect(sh, &err) && enter_first_keyspace(sh, &err);
	if (!ok)
		outcome = err.code == COODIE_ERR_INVALID ? tool_misuse("shell", "%s", err.message)
							 : tool_fail("shell", &err);
	else if (!run(sh, o))
		outcome = sh->outcome ? sh->outcome : TOOL_FAILED;
	if (!shell_end_capture(sh))
		outcome = TOOL_FAILED;
	terminal_restore(&sh->terminal);
	typed_free(&sh->typed);
	cluster_close(&sh->cluster);
	coodie_options_free(sh->options);
	free(sh->keyspace);
	end_by_signal(sh->cluster.signal);
	return outcome;
}

int tool_shell(int argc, char **argv)
{
	struct shell sh = { .form = PRINTER_TABLE };
	struct options o = { 0 };
	const struct argument_table connection = connect_arguments(&o.connect);
	const struct argument own[] = {
		{ .name = "execute",
		  .value = "CQL",
		  .help = "runs these statements, and ends",
		  .text = &o.execute },
		{ .name = "file",
		  .value = "FILE",
		  .help = "runs the statements of a file, and ends",
		  .text = &o.file },
		connect_keyspace(&o.connect, "of tables that are named without one"),
		{ .name = "format",
		  .value = "NAME",
		  .help = "table (default), json (an object a line) or csv",
		  .text = &o.format,
		  .words = "table json csv" },
		{ .name = "keep-going",
		  .help = "does not stop at a statement that fails",
		  .flag = &sh.keep_going },
		{ .name = "no-color",
		  .help = "no colours on a terminal; NO_COLOR=1 too",
		  .flag = &o.no_color },
	};
	const struct argument_table tables[] = {
		{ "Options", own, sizeof own / sizeof own[0] },
		connection,
		{ NULL, NULL, 0 },
	};
	enum arguments_outcome outcome;

	for (int i = 1; i < argc; i++)
		argv[i] = long_name(argv[i]);
	outcome = arguments_parse(tables, "shell", argc, argv, &o.where);
	if (outcome == ARGUMENTS_HELP) {
		print_help(tables);
		return TOOL_OK;
	}
	if (outcome == ARGUMENTS_WRONG || !connect_check(&o.connect, "shell"))
		return TOOL_USAGE;
	if (o.execute && o.file)
		return tool_misuse("shell", "--execute and --file exclude each other");
	if (o.format)
		printer_form_parse(o.format, &sh.form);
	return start(&sh, &o);
}
