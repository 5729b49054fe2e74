/* SPDX-License-Identifier: MIT */
/* Schemas, data and queries by chance, on a Cassandra and on the node of this library, in step; each
 * answer has to be the same.
 *
 *     random_cql [HOST:PORT | node] [--seed N] [--seconds N | --rounds N] [--statements N] [--brief]
 *                [--print]
 *
 * A round is a keyspace and so many statements, all of one seed; the next round has the next seed.
 * HOST:PORT is that of COODIE_TEST_PLAIN when it is not given: twenty rounds that are always the same, and
 * where COODIE_RANDOM_TODAY is set, half a minute of those of the day. Without that, and as `node`, two
 * nodes are asked in different ways, which makes no difference either (tests/random_twin.h). A difference
 * is made small (not with --brief), and printed as a script for tests/differential. --print writes the
 * statements of a seed and runs nothing. tests/cql/random.known has what is explained.
 *
 * Where Cassandra and the node differ, Cassandra is asked the round again (tests/random_again.h). When it
 * answers otherwise than it did, it has flushed on its own, or looked at its clock: that is told and
 * counted apart. The node has no part in it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <coodie/node.h>

#include "tests/random_again.h"
#include "tests/random_pair.h"
#include "tests/random_round.h"
#include "tests/random_shrink.h"
#include "tests/warm.h"

enum { SHRINK_S = 120 };

struct run {
	const char *where; /* NULL: the second node */
	coodie_node *nodes[2];
	uint64_t seed;
	unsigned seconds, rounds, statements;
	bool is_brief, is_printing;
	struct cd_arena arena; /* of `known` */
	struct random_known *known;
	unsigned asked, different, unsteady;
	time_t begun;
};

/* ---- rounds --------------------------------------------------------------------------------- */

static void print_statements(const struct random_round *round, unsigned first)
{
	for (unsigned i = first; i < round->count; i++)
		random_statement_write(stdout, &round->statements[i]);
}

/* What differed in a round, kept until it is over: who asks again needs its keyspace. */
struct differences {
	struct random_pair *pair;
	struct random_round *round;
	struct difference {
		unsigned at;
		char *answers[2];
	} * list; /* in the round's arena, with room for all its statements */
	unsigned count;
};

/* The pair's answers are those of the difference from now on. */
static void take_answers(struct random_pair *p, struct difference *d)
{
	for (int i = 0; i < 2; i++) {
		free(p->answers[i]);
		p->answers[i] = d->answers[i];
		d->answers[i] = NULL;
	}
}

/* The same the other way round. */
static void keep(struct differences *all, unsigned at)
{
	struct difference *d = &all->list[all->count++];

	d->at = at;
	for (int i = 0; i < 2; i++) {
		d->answers[i] = all->pair->answers[i];
		all->pair->answers[i] = NULL;
	}
}

/* The statement that showed it; or, made small, all that it needs. */
static void report(struct run *run, struct differences *all, struct difference *d)
{
	struct random_pair *p = all->pair;

	run->different++;
	printf("==== seed %" PRIu64 ", statement %u\n", run->seed, d->at + 1);
	take_answers(p, d);
	if (run->is_brief) {
		random_statement_write(stdout, &all->round->statements[d->at]);
	} else {
		random_shrink(p, all->round, d->at + 1, SHRINK_S);
		print_statements(all->round, 0);
	}
	if (p->answers[0] && p->answers[1])
		printf("--- wanted\n%s+++ got\n%s\n", p->answers[0], p->answers[1]);
	fflush(stdout);
}

/* Cassandra against Cassandra. */
static bool is_unsteady(struct run *run, const struct differences *all, const struct difference *d)
{
	struct replay again = { .where = all->pair->where[0], .version = all->pair->version };
	char *second;
	bool differs;

	if (all->pair->has_twins)
		return false;
	differs = random_again_differs(&again, all->pair->keyspace, all->round, d->at,
				       d->answers[0], &second);
	if (!second)
		printf("==== seed %" PRIu64 " again: %s\n", run->seed, again.reason);
	if (differs) {
		run->unsteady++;
		printf("==== seed %" PRIu64 ", statement %u: Cassandra differs from itself\n",
		       run->seed, d->at + 1);
		random_statement_write(stdout, &all->round->statements[d->at]);
		printf("--- first\n%s+++ second\n%s\n", d->answers[0], second);
	}
	free(second);
	return differs;
}

static void judge(struct run *run, struct differences *all)
{
	for (unsigned i = 0; i < all->count; i++) {
		struct difference *d = &all->list[i];
		if (!is_unsteady(run, all, d))
			report(run, all, d);
		for (int j = 0; j < 2; j++)
			free(d->answers[j]);
	}
}

static bool has_failed(const char *answer)
{
	return strstr(answer, "error 0x");
}

/* Whether both sides hold the same data still. */
static bool are_in_step(const struct random_pair *p, const struct script_statement *s)
{
	return !strncmp(s->cql, "SELECT", 6) ||
	       (s->how == SCRIPT_QUERY && has_failed(p->answers[0]) && has_failed(p->answers[1]));
}

static void run_statements(struct run *run, struct differences *all)
{
	struct random_pair *p = all->pair;
	struct random_round *round = all->round;

	for (unsigned i = 0; i < round->count; i++) {
		const struct script_statement *s = &round->statements[i];
		if (!random_pair_run(p, s)) {
			printf("==== seed %" PRIu64 ", statement %u: %s\n%s\n", run->seed, s->line,
			       random_pair_reason(p), s->cql);
			run->different++;
			return;
		}
		run->asked++;
		bool goes_on = (p->is_same && !p->explained) ||
			       (are_in_step(p, s) && (p->explained || run->is_brief));
		if (!p->is_same)
			keep(all, i);
		if (!goes_on)
			return;
	}
}

static void run_pair(struct run *run, struct random_pair *p, struct random_round *round)
{
	struct differences all = { .pair = p, .round = round };

	all.list = cd_arena_take_array(&round->arena, round->count, sizeof *all.list);
	if (!all.list) {
		printf("out of memory\n");
		run->different++;
		return;
	}
	run_statements(run, &all);
	random_pair_end(p);
	judge(run, &all);
}

static void run_round(struct run *run)
{
	const char *node = coodie_node_address(run->nodes[0], 0);
	char keyspace[40];
	struct random_pair pair = {
		.where = { run->where ? run->where : coodie_node_address(run->nodes[1], 0), node },
		.keyspace = keyspace,
		.version = 5,
		.known = run->known,
		.has_twins = !run->where
	};
	struct random_round round;

	snprintf(keyspace, sizeof keyspace, "r%" PRIu64, run->seed);
	if (!random_round_make(&round, run->seed, run->statements)) {
		printf("out of memory\n");
		run->different++;
	} else if (run->is_printing) {
		print_statements(&round, 0);
	} else if (!random_pair_begin(&pair)) {
		printf("==== seed %" PRIu64 ": %s\n", run->seed, random_pair_reason(&pair));
		run->different++;
	} else {
		run_pair(run, &pair, &round);
	}
	random_pair_end(&pair);
	random_round_deinit(&round);
}

static bool is_over(const struct run *run, unsigned rounds)
{
	return run->seconds ? time(NULL) - run->begun >= (time_t)run->seconds
			    : rounds >= run->rounds;
}

static void run_rounds(struct run *run)
{
	for (unsigned rounds = 0; !is_over(run, rounds); rounds++, run->seed++)
		run_round(run);
}

/* What nobody has tried before, and what can be tried again tomorrow: the seed is printed. */
static void run_rounds_of_today(struct run *run)
{
	run->seed = (uint64_t)time(NULL) / 86400 * 1000;
	run->seconds = 30;
	run->begun = time(NULL);
	printf("the seeds of today begin with %" PRIu64 "\n", run->seed);
	run_rounds(run);
}

/* ---- the program ---------------------------------------------------------------------------- */

static coodie_node *start_node(void)
{
	coodie_error err = { 0 };
	coodie_node_options *o = coodie_node_options_new(&err);
	coodie_node *node = NULL;

	if (o && coodie_node_options_add_data_center(o, "dc1", 1, 1, &err))
		node = coodie_node_start(o, &err);
	coodie_node_options_free(o);
	if (!node)
		printf("the node does not start: %s\n", err.message);
	return node;
}

static bool start(struct run *run)
{
	const char *top = getenv("srcdir");
	char path[600], reason[300] = "out of memory";

	snprintf(path, sizeof path, "%s/tests/cql/random.known", top ? top : ".");
	if (!random_known_read(path, &run->arena, &run->known, reason)) {
		printf("%s\n", reason);
		return false;
	}
	run->nodes[0] = start_node();
	run->nodes[1] = run->where ? NULL : start_node();
	if (run->where && !run->is_printing && !warm_server(run->where, (struct dialog_login){ 0 }))
		return false;
	return run->nodes[0] && (run->where || run->nodes[1]);
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
		else if (!strcmp(argv[i], "--print"))
			run->is_printing = true;
		else if (i + 1 < argc && take_number(argv[i], argv[i + 1], run))
			i++;
		else if (*argv[i] == '-')
			return false;
		else
			run->where = argv[i];
	}
	if (run->where && !strcmp(run->where, "node"))
		run->where = NULL;
	return run->statements;
}

static int sum_up(const struct run *run)
{
	for (const struct random_known *k = run->known; k; k = k->next)
		if (k->count)
			printf("%u times: %s\n", k->count, k->reason);
	if (run->unsteady)
		printf("%u times: Cassandra differs from itself\n", run->unsteady);
	/* the form that scripts/tally counts */
	printf("[  PASSED  ] %u test(s).\n",
	       run->asked - (run->different < run->asked ? run->different : run->asked));
	if (run->different)
		printf("[  FAILED  ] %u test(s).\n", run->different);
	return run->different ? 1 : 0;
}

int main(int argc, char **argv)
{
	struct run run = { .seed = 1, .rounds = 20, .statements = 150, .begun = time(NULL) };
	int status = 2;

	cd_arena_init(&run.arena, NULL, 0);
	if (!take_options(&run, argc, argv)) {
		fputs("usage: random_cql [HOST:PORT | node] [--seed N] [--seconds N | --rounds N] "
		      "[--statements N] [--brief] [--print]\n",
		      stderr);
	} else if (start(&run)) {
		run_rounds(&run);
		if (run.where && getenv("COODIE_RANDOM_TODAY"))
			run_rounds_of_today(&run);
		status = sum_up(&run);
	}
	coodie_node_stop(run.nodes[0]);
	coodie_node_stop(run.nodes[1]);
	cd_arena_deinit(&run.arena);
	return status;
}
