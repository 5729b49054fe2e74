/* SPDX-License-Identifier: MIT */
/* Replays the corpus of CQL (tests/cql) on a server and compares each answer with the one recorded
 * from real Cassandra; or records them.
 *
 *     differential [HOST:PORT | node [FILE...]] [--record] [--known FILE] [--protocol 4]
 *                  [--user NAME --password WORD]
 *
 * HOST:PORT is that of COODIE_TEST_PLAIN when it is not given; without that, and as `node`, the node
 * of this library is started inside, and held to what tests/cql/known explains. FILE... are all of
 * tests/cql when none is given; those of tests/cql-auth follow, on a server with passwords whose
 * first role is cassandra/cassandra: COODIE_TEST_PASSWORDS, or another node inside. Each of
 * tests/cql-yaml says at its top the settings of the server it is for, which has passwords, too; they
 * are for the node inside, and recorded from a Cassandra that was started with them. The answers to x.cql are in x.answers. A difference that is known is
 * counted apart; one that is known and not found is an error, so that the list stays true. */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <coodie/node.h>

#include "tests/replay.h"
#include "tests/verdict.h"
#include "tests/warm.h"

#define YAML "-- yaml: "

struct run {
	const char *where; /* NULL: the node below */
	coodie_node *node;
	_Atomic int64_t ahead_us; /* of its clock: sleep is an addition there */
	unsigned version;
	struct dialog_login login; /* of the node inside too */
	bool is_recording;
	struct cd_arena arena; /* scripts and answers */
	char *known;           /* NULL: none */
	unsigned compared, different, explained, stale;
};

/* ---- the recorded answers ------------------------------------------------------------------- */

/* "> " and the statement, lines of its answer, an empty line. */
struct recorded {
	char *cql, *answer;
};

/* Undoes in place the "> " in front of each line of the statement. */
static char *take_statement(char **at)
{
	char *cql = *at, *to = cql, *from = cql;

	while (!strncmp(from, "> ", 2)) {
		size_t len = strcspn(from += 2, "\n");
		memmove(to, from, len);
		to += len;
		from += len + (from[len] == '\n');
		*to++ = '\n';
	}
	*at = from;
	if (to == cql)
		return NULL;
	to[-1] = 0;
	return cql;
}

static bool next_recorded(char **at, struct recorded *out)
{
	char *end;

	while (**at == '#' || **at == '\n')
		*at += strcspn(*at, "\n") + 1;
	out->cql = take_statement(at);
	out->answer = *at;
	end = strstr(*at, "\n\n");
	if (!out->cql || !end)
		return false;
	end[1] = 0;
	*at = end + 2;
	return true;
}

static void write_recorded(FILE *out, const char *cql, const char *answer)
{
	fputs("> ", out);
	for (const char *c = cql; *c; c++) {
		putc(*c, out);
		if (*c == '\n')
			fputs("> ", out);
	}
	fprintf(out, "\n%s\n", answer);
}

/* ---- known differences ---------------------------------------------------------------------- */

/* Lines of the file: "FILE.cql: the statement's first line", and behind it, indented, the reason. */
static bool is_known(const struct run *run, const char *path, const char *cql)
{
	const char *slash = strrchr(path, '/');
	char line[1200];

	if (!run->known)
		return false;
	snprintf(line, sizeof line, "\n%s: %.*s\n", slash ? slash + 1 : path,
		 (int)strcspn(cql, "\n"), cql);
	return strstr(run->known, line);
}

static void judge(struct run *run, const struct script *script, const struct script_statement *s,
		  char *want, char *got)
{
	bool same = verdict_is_same(s, want, got), known = is_known(run, script->path, s->cql);

	run->compared++;
	if (same && !known)
		return;
	if (same) {
		run->stale++;
		printf("%s:%u: a known difference is none any more: %s\n", script->path, s->line,
		       s->cql);
	} else if (known) {
		run->explained++;
	} else {
		run->different++;
		printf("%s:%u: %s\n--- wanted\n%s+++ got\n%s\n", script->path, s->line, s->cql,
		       want, got);
	}
}

/* ---- the node inside ------------------------------------------------------------------------ */

static void advance_clock(unsigned ms, void *user)
{
	struct run *run = user;

	run->ahead_us += (int64_t)ms * 1000;
}

static int64_t now_us(void *user)
{
	struct run *run = user;
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000 + run->ahead_us;
}

/* In the data center of the node whose answers were recorded. */
/* Lines "-- yaml: NAME=VALUE" at the top of a file: of the cassandra.yaml it is for. */
static bool set_lines(struct run *run, coodie_node_options *o, const char *path, coodie_error *err)
{
	size_t len;
	char *at = path ? script_slurp(path, &run->arena, &len) : NULL, *line, *value;

	while (at && !strncmp(at, YAML, sizeof YAML - 1)) {
		line = at + sizeof YAML - 1;
		at = strchr(line, '\n');
		if (at)
			*at++ = 0;
		value = strchr(line, '=');
		if (value)
			*value++ = 0;
		if (!coodie_node_options_set_setting(o, line, value ? value : "", err))
			return false;
	}
	return true;
}

/* `path`: a file that says settings; NULL: none does. */
static bool start_node(struct run *run, const char *path)
{
	coodie_error err = { 0 };
	coodie_node_options *o = coodie_node_options_new(&err);

	if (o && coodie_node_options_add_data_center(o, "dc1", 1, 1, &err) &&
	    set_lines(run, o, path, &err)) {
		coodie_node_options_set_clock(o, now_us, run);
		if (coodie_node_options_set_credentials(o, run->login.user, run->login.password,
							&err))
			run->node = coodie_node_start(o, &err);
	}
	coodie_node_options_free(o);
	if (!run->node)
		printf("the node does not start: %s\n", err.message);
	return run->node;
}

/* ---- files ---------------------------------------------------------------------------------- */

static const char *answers_path(struct run *run, const char *path)
{
	size_t len = strlen(path) + sizeof ".answers";
	char *out = cd_arena_take(&run->arena, len);
	const char *dot = strrchr(path, '.');

	if (out)
		snprintf(out, len, "%.*s.answers", (int)(dot ? dot - path : (long)strlen(path)),
			 path);
	return out;
}

static bool record(struct run *run, struct replay *replay, const struct script *script)
{
	FILE *out = fopen(answers_path(run, script->path), "w");
	bool ok = out;

	if (!out) {
		perror(script->path);
		return false;
	}
	fputs("# Recorded from Apache Cassandra 5.0 by tests/differential --record.\n\n", out);
	for (const struct script_statement *s = script->first; s && ok; s = s->next) {
		char *got = replay_run(replay, s);
		ok = got;
		if (ok && strstr(got, "the script is wrong"))
			printf("%s:%u: %s\n%s", script->path, s->line, s->cql, got);
		if (ok)
			write_recorded(out, s->cql, got);
		free(got);
		run->compared++;
	}
	return !fclose(out) && ok;
}

static bool compare(struct run *run, struct replay *replay, const struct script *script)
{
	size_t len;
	char *at = script_slurp(answers_path(run, script->path), &run->arena, &len);
	struct recorded want;

	if (!at) {
		snprintf(replay->reason, sizeof replay->reason, "its answers are not recorded");
		return false;
	}
	for (const struct script_statement *s = script->first; s; s = s->next) {
		char *got;
		if (!next_recorded(&at, &want) || strcmp(want.cql, s->cql) != 0) {
			snprintf(replay->reason, sizeof replay->reason,
				 "line %u: the answers are not of this script: record them anew",
				 s->line);
			return false;
		}
		got = replay_run(replay, s);
		if (!got)
			return false;
		judge(run, script, s, want.answer, got);
		free(got);
	}
	return true;
}

static void run_file(struct run *run, const char *path)
{
	struct replay replay;
	struct script script;
	char reason[300];
	bool ok;

	if (!script_read(path, &run->arena, &script, reason, sizeof reason)) {
		printf("%s\n", reason);
		run->different++;
		return;
	}
	replay = (struct replay){ .where = run->where,
				  .version = run->version,
				  .login = run->login };
	if (run->node) {
		replay.where = coodie_node_address(run->node, 0);
		replay.sleep = advance_clock;
		replay.user = run;
	}
	ok = replay_begin(&replay, &script) &&
	     (run->is_recording ? record(run, &replay, &script) : compare(run, &replay, &script));
	if (!ok) {
		printf("%s: %s\n", path, replay.reason);
		run->different++;
	}
	replay_end(&replay);
}

/* On a node of its own, with the settings that it says. A Cassandra would have to be started with them:
 * this folder is for the node alone. */
static void run_alone(struct run *run, const char *path)
{
	coodie_node_stop(run->node);
	run->node = NULL;
	run->login = (struct dialog_login){ "cassandra", "cassandra" };
	if (start_node(run, path))
		run_file(run, path);
	else
		run->different++;
}

static void run_folder(struct run *run, const char *folder,
		       void (*run_one)(struct run *run, const char *path))
{
	const char *top = getenv("srcdir");
	char pattern[600];
	glob_t found;

	snprintf(pattern, sizeof pattern, "%s/tests/%s/*.cql", top ? top : ".", folder);
	if (glob(pattern, 0, NULL, &found)) {
		printf("%s: there are none\n", pattern);
		run->different++;
		return;
	}
	for (size_t i = 0; i < found.gl_pathc; i++)
		run_one(run, found.gl_pathv[i]);
	globfree(&found);
}

/* A file of whichever folder. */
static void run_given(struct run *run, const char *path)
{
	if (!run->where && strstr(path, "cql-yaml/"))
		run_alone(run, path);
	else
		run_file(run, path);
}

/* All folders, each on its server. */
static bool run_all(struct run *run)
{
	const char *passwords = getenv("COODIE_TEST_PASSWORDS");

	run_folder(run, "cql", run_file);
	if (run->where && !passwords)
		return true; /* a server was said, and no other */
	coodie_node_stop(run->node);
	run->node = NULL;
	run->where = run->where ? passwords : NULL;
	run->login = (struct dialog_login){ "cassandra", "cassandra" };
	if (!run->where && !start_node(run, NULL))
		return false;
	run_folder(run, "cql-auth", run_file);
	if (!run->where)
		run_folder(run, "cql-yaml", run_alone);
	return true;
}

/* ---- the program ---------------------------------------------------------------------------- */

static int misuse(void)
{
	fputs("usage: differential [HOST:PORT | node [FILE...]] [--record] [--known FILE] "
	      "[--protocol 4] [--user NAME --password WORD]\n",
	      stderr);
	return 2;
}

static bool read_known(struct run *run, const char *path)
{
	size_t len;

	run->known = script_slurp(path, &run->arena, &len);
	if (!run->known)
		perror(path);
	return run->known;
}

/* The list that comes with the corpus. */
static bool read_our_known(struct run *run)
{
	const char *top = getenv("srcdir");
	char path[600];

	snprintf(path, sizeof path, "%s/tests/cql/known", top ? top : ".");
	return run->known || read_known(run, path);
}

/* Takes the options out of argv; the rest stays in order. False: misuse. */
static bool take_options(struct run *run, int *argc, char **argv)
{
	int kept = 1;

	for (int i = 1; i < *argc; i++) {
		if (!strcmp(argv[i], "--record")) {
			run->is_recording = true;
		} else if (!strcmp(argv[i], "--known") && i + 1 < *argc) {
			if (!read_known(run, argv[++i]))
				return false;
		} else if (!strcmp(argv[i], "--protocol") && i + 1 < *argc) {
			run->version = (unsigned)atoi(argv[++i]);
		} else if (!strcmp(argv[i], "--user") && i + 1 < *argc) {
			run->login.user = argv[++i];
		} else if (!strcmp(argv[i], "--password") && i + 1 < *argc) {
			run->login.password = argv[++i];
		} else if (argv[i][0] == '-') {
			return false;
		} else {
			argv[kept++] = argv[i];
		}
	}
	*argc = kept;
	run->where = kept > 1 ? argv[1] : getenv("COODIE_TEST_PLAIN");
	if (run->where && !strcmp(run->where, "node"))
		run->where = NULL;
	return (run->where || !run->is_recording) && (run->version == 4 || run->version == 5);
}

static int report(const struct run *run)
{
	unsigned wrong = run->different + run->stale;

	/* the form that scripts/tally counts */
	printf("[  PASSED  ] %u test(s).\n",
	       run->compared - (wrong < run->compared ? wrong : run->compared));
	if (run->explained)
		printf("%u of them are known differences\n", run->explained);
	if (wrong)
		printf("[  FAILED  ] %u test(s).\n", wrong);
	return wrong ? 1 : 0;
}

int main(int argc, char **argv)
{
	struct run run = { .version = 5 };
	int status = 2;

	cd_arena_init(&run.arena, NULL, 0);
	if (!take_options(&run, &argc, argv)) {
		misuse();
	} else if (run.where ? warm_server(run.where, run.login)
			     : (read_our_known(&run) && start_node(&run, NULL))) {
		for (int i = 2; i < argc; i++)
			run_given(&run, argv[i]);
		if (argc > 2 || run_all(&run))
			status = report(&run);
	}
	coodie_node_stop(run.node);
	cd_arena_deinit(&run.arena);
	return status;
}
