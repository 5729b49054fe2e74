/* SPDX-License-Identifier: MIT */
/* Schemas, data and queries by chance, on a Cassandra and on the node of this library, in step; each
 * answer has to be the same.
 *
 *     random_cql [HOST:PORT | node] [--seed N] [--seconds N | --rounds N] [--statements N] [--brief]
 *
 * A round is a keyspace and so many statements, all of one seed; the next round has the next seed. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <coodie/node.h>

#include "tests/random_pair.h"
#include "tests/random_round.h"

struct run {
	const char *where; /* NULL: the node */
	coodie_node *node;
	uint64_t seed;
	unsigned seconds, rounds, statements;
	bool is_brief;
	unsigned asked, different;
	time_t begun;
};

/* ---- rounds --------------------------------------------------------------------------------- */

static void report_difference(const struct run *run, const struct random_pair *p,
			      const struct script_statement *s)
{
	printf("==== seed %" PRIu64 ", statement %u\n", run->seed, s->line);
	random_statement_write(stdout, s);
	printf("--- wanted\n%s+++ got\n%s\n", p->answers[0], p->answers[1]);
	fflush(stdout);
}

static bool is_error(const char *answer)
{
	return strstr(answer, "error 0x");
}

/* Whether both sides hold the same data still. */
static bool is_in_step(const struct random_pair *p, const struct script_statement *s)
{
	return !strncmp(s->cql, "SELECT", 6) ||
	       (s->how == SCRIPT_QUERY && is_error(p->answers[0]) && is_error(p->answers[1]));
}

static void run_statements(struct run *run, struct random_pair *p, const struct random_round *round)
{
	for (unsigned i = 0; i < round->count; i++) {
		const struct script_statement *s = &round->statements[i];
		if (getenv("SAY")) { random_statement_write(stderr, s); }
		if (!random_pair_run(p, s)) {
			printf("seed %" PRIu64 ", statement %u: %s\n%s\n", run->seed, s->line,
			       random_pair_reason(p), s->cql);
			run->different++;
			return;
		}
		if (getenv("SAY")) { fputs(p->answers[0], stderr); }
		run->asked++;
		if (p->is_same)
			continue;
		run->different++;
		report_difference(run, p, s);
		if (!is_in_step(p, s))
			return;
	}
}

static void run_round(struct run *run)
{
	const char *node = coodie_node_address(run->node, 0);
	char keyspace[40];
	struct random_pair pair = { .where = { run->where ? run->where : node, node },
				    .keyspace = keyspace,
				    .version = 5 };
	struct random_round round;

	snprintf(keyspace, sizeof keyspace, "r%" PRIu64, run->seed);
	if (!random_round_make(&round, run->seed, run->statements)) {
		printf("out of memory\n");
		run->different++;
	} else if (!random_pair_begin(&pair)) {
		printf("seed %" PRIu64 ": %s\n", run->seed, random_pair_reason(&pair));
		run->different++;
	} else {
		run_statements(run, &pair, &round);
	}
	random_pair_end(&pair);
	random_round_deinit(&round);
}

static bool is_over(const struct run *run, unsigned rounds)
{
	return run->seconds ? time(NULL) - run->begun >= (time_t)run->seconds
			    : rounds >= run->rounds;
}

/* ---- the program ---------------------------------------------------------------------------- */

static bool start_node(struct run *run)
{
	coodie_error err = { 0 };
	coodie_node_options *o = coodie_node_options_new(&err);

	if (o && coodie_node_options_add_data_center(o, "dc1", 1, 1, &err))
		run->node = coodie_node_start(o, &err);
	coodie_node_options_free(o);
	if (!run->node)
		printf("the node does not start: %s\n", err.message);
	return run->node;
}

static bool take_number(const char *option, const char *value, struct run *run)
{
	const struct {
		const char *name;
		unsigned *number;
	} options[] = { { "--seconds", &run->seconds },
			{ "--rounds", &run->rounds },
			{ "--statements", &run->statements } };

	if (!strcmp(option, "--seed")) {
		run->seed = strtoull(value, NULL, 10);
		return true;
	}
	for (size_t i = 0; i < sizeof options / sizeof *options; i++)
		if (!strcmp(option, options[i].name)) {
			*options[i].number = (unsigned)strtoul(value, NULL, 10);
			return true;
		}
	return false;
}

static bool take_options(struct run *run, int argc, char **argv)
{
	run->where = getenv("COODIE_TEST_PLAIN");
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--brief"))
			run->is_brief = true;
		else if (i + 1 < argc && take_number(argv[i], argv[i + 1], run))
			i++;
		else if (*argv[i] == '-')
			return false;
		else
			run->where = argv[i];
	}
	if (run->where && !strcmp(run->where, "node"))
		run->where = NULL;
	return true;
}

int main(int argc, char **argv)
{
	struct run run = { .seed = 1, .rounds = 5, .statements = 150, .begun = time(NULL) };

	if (!take_options(&run, argc, argv)) {
		fputs("usage: random_cql [HOST:PORT | node] [--seed N] [--seconds N | --rounds N] "
		      "[--statements N] [--brief]\n",
		      stderr);
		return 2;
	}
	if (!start_node(&run))
		return 2;
	for (unsigned rounds = 0; !is_over(&run, rounds); rounds++) {
		run_round(&run);
		run.seed++;
	}
	printf("[  PASSED  ] %u test(s).\n", run.asked - run.different);
	if (run.different)
		printf("[  FAILED  ] %u test(s).\n", run.different);
	coodie_node_stop(run.node);
	return run.different ? 1 : 0;
}
