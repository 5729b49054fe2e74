/* SPDX-License-Identifier: MIT */
/* `coodie migrate`: applies the migrations of a directory, rolls them back, says which are applied. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tools/migrate.h"
#include "tools/migrate_exit.h"
#include "tools/migrate_signals.h"
#include "tools/tool.h"

static const char default_directory[] = "migrations";

struct migrate {
	struct project project;
	const char *directory, *target, *resolve, *compiler;
	bool dry_run, status, rollback, exit_code, verbose;
	bool allow_destructive, allow_changed, break_lock;
	uint32_t steps, lock_ttl_s, agreement_s;
	const char *operand;
};

/* What a migrator's causes end the command with; the others are those of the error itself. */
static const struct {
	enum coodie_migrate_cause cause;
	enum tool_exit exit;
	const char *remedy;
} causes[] = {
	{ COODIE_CAUSE_LOCK_HELD, TOOL_LOCKED,
	  "wait for it; --break-lock when you know that nobody works there any more" },
	{ COODIE_CAUSE_LOCK_LOST, TOOL_LOCKED, "`coodie migrate --status`, then again" },
	{ COODIE_CAUSE_CHECKSUM, TOOL_CHECKSUM,
	  "the file as it was applied, and a new migration for what changed; where it was "
	  "applied to its end also --allow-changed" },
	{ COODIE_CAUSE_FILE, TOOL_USAGE, NULL },
	{ COODIE_CAUSE_IRREVERSIBLE, TOOL_REFUSED, NULL },
	{ COODIE_CAUSE_DESTRUCTIVE, TOOL_REFUSED,
	  "--dry-run to see what is lost, then --allow-destructive" },
	{ COODIE_CAUSE_UNJUDGED, TOOL_UNJUDGED,
	  "look whether it was done, then --resolve done or --resolve again" },
	{ COODIE_CAUSE_AGREEMENT, TOOL_AGREEMENT, NULL },
	{ COODIE_CAUSE_TARGET, TOOL_USAGE, NULL },
	{ COODIE_CAUSE_INTERRUPTED, TOOL_REFUSED, NULL },
	{ COODIE_CAUSE_BUILD, TOOL_FAILED, NULL },
	{ COODIE_CAUSE_STOPPED, TOOL_FAILED, NULL },
};

/* A statement that fails is no wrong usage, whatever error a migration in C makes of it. */
static int exit_of_statement(const coodie_error *err)
{
	const int exit_code = tool_exit_of(err);

	return exit_code == TOOL_USAGE ? TOOL_FAILED : exit_code;
}

static int fail(const struct migrate *g, coodie_migrator *m, const coodie_error *err)
{
	enum coodie_migrate_cause cause = coodie_migrator_cause(m);

	for (size_t i = 0; i < sizeof causes / sizeof *causes; i++) {
		if (causes[i].cause != cause)
			continue;
		project_fail(&g->project, err, coodie_migrate_cause_name(cause),
			     (int)causes[i].exit);
		if (causes[i].remedy)
			fprintf(stderr, "Try: %s\n", causes[i].remedy);
		return (int)causes[i].exit;
	}
	return project_fail(&g->project, err, coodie_migrate_cause_name(cause),
			    cause == COODIE_CAUSE_STATEMENT ? exit_of_statement(err)
							    : tool_exit_of(err));
}

static int work(const struct migrate *g, coodie_migrator *m, struct migrate_report *report)
{
	coodie_error err = { 0 };
	int exit_code;
	bool ok;

	if (g->status) {
		exit_code = migrate_status(m, report, g->exit_code, &err);
		return err.code ? fail(g, m, &err) : exit_code;
	}
	migrate_signals_watch(m);
	migrate_exit_watch(&g->project, report, m);
	ok = (g->rollback ? coodie_migrator_rollback : coodie_migrator_apply)(m, &err);
	migrate_exit_leave();
	migrate_progress_clear(&report->progress);
	exit_code = ok ? TOOL_OK : fail(g, m, &err);
	migrate_signals_leave(coodie_migrator_cause(m) == COODIE_CAUSE_STOPPED);
	if (!ok)
		return exit_code;
	migrate_report_end(report, g->rollback, g->dry_run);
	return g->exit_code && g->dry_run && report->count ? TOOL_DIFFERS : TOOL_OK;
}

static bool is_missing(const char *directory)
{
	return access(directory, F_OK) != 0 && errno == ENOENT;
}

/* Of several things to do Python's command does the first one of these; here that is said. */
static void tell_passed_over(const struct migrate *g)
{
	if (g->status && (g->rollback || g->target))
		fprintf(stderr, "coodie migrate: --status lists them, and %s is passed over\n",
			g->rollback ? "--rollback" : "--target");
}

static int run(struct migrate *g)
{
	struct migrate_report report = {
		.json = project_is_json(&g->project),
		.verbose = g->verbose,
		.missing = g->directory || !is_missing(default_directory) ? NULL
									  : default_directory,
		.progress = { .to = stderr, .width = migrate_progress_width(stderr) }
	};
	coodie_error err = { 0 };
	coodie_session *s = project_session(&g->project, true, &err);
	coodie_migrator *m = NULL;
	int exit_code;

	tell_passed_over(g);
	if (s)
		m = coodie_migrator_new(
			s,
			COODIE_MIGRATE(.directory = g->directory, .dry_run = g->dry_run,
				       .allow_destructive = g->allow_destructive,
				       .allow_changed = g->allow_changed,
				       .break_lock = g->break_lock, .target = g->target,
				       .steps = g->steps, .lock_ttl_s = g->lock_ttl_s,
				       .agreement_timeout_ms = g->agreement_s * 1000,
				       .resolve = g->resolve, .compiler = g->compiler,
				       .event = migrate_report_event, .user = &report),
			&err);
	exit_code = m ? work(g, m, &report)
		      : project_fail(&g->project, &err, NULL, tool_exit_of(&err));
	coodie_migrator_free(m);
	coodie_session_free(s);
	project_close(&g->project);
	return exit_code;
}

/* ---- the command line ----------------------------------------------------------------------- */

static void print_help(const struct argument_table *tables)
{
	puts("Usage: coodie migrate --keyspace NAME [OPTION...]\n\n"
	     "Applies the migrations of a directory that are not applied yet, in the order of their\n"
	     "names, YYYYMMDD_NNN_what.cql or .c; or rolls back the newest; or lists them. What is applied\n"
	     "is kept in the keyspace, in the tables of Python coodie. A run that was killed is\n"
	     "continued by the next one.");
	arguments_print(tables);
	puts("\nExit codes: 0 done, 2 wrong usage, 3 pending (with --exit-code), 4 another run holds the\n"
	     "lock, 5 a file is not the one that was applied, 6 it drops something, or cannot be rolled\n"
	     "back, 7 whether a statement was done is not known, 8 no node answered, 9 the login was\n"
	     "refused, 11 no schema agreement, 12 no such keyspace, 1 anything else; `coodie help`\n"
	     "lists all.\n\n"
	     "Examples:\n"
	     "  coodie migrate --hosts 10.0.0.1 --keyspace shop --dry-run\n"
	     "  coodie migrate --keyspace shop --status\n"
	     "  coodie migrate --keyspace shop --rollback --steps 2");
}

static bool check(struct migrate *g)
{
	const char *wrong = NULL;

	if (!project_check(&g->project, g->operand))
		return false;
	if (g->rollback && g->target)
		wrong = "--target is of applying; --rollback takes --steps";
	else if (g->steps && !g->rollback)
		wrong = "--steps is of --rollback";
	else if (g->status && (g->break_lock || g->resolve))
		wrong = "--status changes nothing: --break-lock and --resolve are of a run";
	else if (g->dry_run && g->break_lock)
		wrong = "--dry-run takes no lock, and so breaks none";
	else if (g->directory && access(g->directory, F_OK) != 0) {
		tool_misuse("migrate", "--migrations-dir %s: %s", g->directory, strerror(errno));
		return false;
	}
	if (wrong)
		tool_misuse("migrate", "%s", wrong);
	return !wrong;
}

static int parse_and_run(struct migrate *g, const struct argument *own, size_t count, int argc,
			 char **argv)
{
	const struct argument_table connection = connect_arguments(&g->project.connect);
	const struct argument_table tables[] = {
		{ "Options", own, count },
		project_arguments(&g->project, "migrate"),
		connection,
		{ NULL, NULL, 0 },
	};
	enum arguments_outcome outcome = arguments_parse(tables, "migrate", argc, argv,
							 &g->operand);

	if (outcome == ARGUMENTS_HELP) {
		print_help(tables);
		return TOOL_OK;
	}
	if (outcome == ARGUMENTS_WRONG || !arguments_environment(own, 1, "migrate") || !check(g))
		return TOOL_USAGE;
	return run(g);
}

int tool_migrate(int argc, char **argv)
{
	struct migrate g = { 0 };
	const struct argument own[] = {
		/* the first one is in the environment, too */
		{ "migrations-dir", "DIR", "where the files are (default: migrations)",
		  .text = &g.directory },
		{ "dry-run", NULL, "say what would be done", .flag = &g.dry_run },
		{ "target", "NAME", "apply up to this one, or how its name begins",
		  .text = &g.target },
		{ "status", NULL, "list them instead", .flag = &g.status },
		{ "rollback", NULL, "roll back the newest instead", .flag = &g.rollback },
		{ "steps", "N", "so many of them (default: 1)", .number = &g.steps, .least = 1,
		  .most = 100000 },
		{ "allow-destructive", NULL, "what drops, truncates or deletes may run",
		  .flag = &g.allow_destructive },
		{ "allow-changed", NULL, "files may differ from what was applied of them",
		  .flag = &g.allow_changed },
		{ "break-lock", NULL, "take the lock from a run that has died",
		  .flag = &g.break_lock },
		{ "resolve", "done|again", "of the statement that could not be judged",
		  .text = &g.resolve, .words = "done again" },
		{ "lock-ttl", "S", "the lock ends by itself when not renewed (default: 300)",
		  .number = &g.lock_ttl_s, .least = 3, .most = 86400 },
		{ "agreement-timeout", "S", "for nodes to agree on a schema (default: 30)",
		  .number = &g.agreement_s, .least = 1, .most = 86400 },
		{ "compiler", "COMMAND", "of migrations in C (default: cc)", .text = &g.compiler },
		{ "exit-code", NULL, "end with 3 when something is pending (--status, --dry-run)",
		  .flag = &g.exit_code },
		{ "verbose", NULL, "say each statement, on stderr", .flag = &g.verbose },
	};

	return parse_and_run(&g, own, sizeof own / sizeof own[0], argc, argv);
}
