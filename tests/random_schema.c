/* SPDX-License-Identifier: MIT */
/* Pairs of schemas by chance, the second mostly a change of the first:
 *
 *     random_schema [HOST:PORT | node] [--pairs N] [--seed N] [--print]
 *
 * Each is made in a keyspace of its own. What is read of the first makes an equal one in an empty keyspace;
 * the difference, applied, makes the second of it, or what remains is impossible and says why; a second
 * difference has nothing to do; and where nothing was impossible or lost, taking the changes back in reverse
 * gives the first again. HOST:PORT is COODIE_TEST_PLAIN's when it is not given, and without that a node
 * inside. A pair has its seed: `--seed N --pairs 1` runs that again, `--print` shows its statements. */
#include "tests/random_schema.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <coodie.h>
#include <coodie/node.h>

struct run {
	coodie_session *session;
	bool print;
	unsigned long seed, pairs, failures;
	unsigned long impossible, destructive, taken_back, refused, changes;
};

/* What a pair was found wrong by, once. */
static bool wrong(struct run *run, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	printf("seed %lu: ", run->seed);
	vprintf(format, args);
	printf("\n");
	va_end(args);
	fflush(stdout);
	return false;
}

static bool execute(struct run *run, const char *cql, coodie_error *err)
{
	coodie_result *r = coodie_session_query(run->session, cql, CQL_ARGS(), NULL, err);

	if (run->print)
		printf("    %s;%s%s\n", cql, r ? "" : " -- ", r ? "" : err->message);
	coodie_result_free(r);
	return r != NULL;
}

/* What a server refuses was not made. */
static void make_each(const char *cql, void *user)
{
	struct run *run = user;
	coodie_error err;

	if (!execute(run, cql, &err))
		run->refused++;
}

/* What was told of a schema has to work. */
struct remaking {
	struct run *run;
	bool ok;
};

static void remake_each(const char *cql, void *user)
{
	struct remaking *r = user;
	coodie_error err;

	if (r->ok && !execute(r->run, cql, &err))
		r->ok = wrong(r->run, "its own statement is refused: %s: %s", cql, err.message);
}

/* No change leads from one to the other, either way; those that are impossible may. */
static bool is_same(struct run *run, const coodie_schema *a, const coodie_schema *b,
		    bool but_impossible, const char *when)
{
	coodie_error err;
	coodie_diff *d = coodie_schema_compare(a, b, COODIE_DIFF(.drop_objects = true), &err);
	bool ok = d || wrong(run, "%s: compare: %s", when, err.message);

	for (size_t i = 0; ok && i < coodie_diff_count(d); i++) {
		const coodie_change *c = coodie_diff_at(d, i);

		if (c->safety == COODIE_CHANGE_IMPOSSIBLE && but_impossible && c->reason)
			continue;
		ok = wrong(run, "%s: left: %s %s.%s: %s -> %s (%s)", when,
			   coodie_change_kind_name(c->kind), c->object ? c->object : "",
			   c->part ? c->part : "", c->is ? c->is : "", c->should ? c->should : "",
			   c->up ? c->up : c->reason);
	}
	coodie_diff_free(d);
	return ok;
}

static coodie_schema *read_schema(struct run *run, const char *keyspace)
{
	coodie_error err;
	coodie_schema *s = coodie_schema_read(run->session, keyspace, &err);

	if (!s)
		wrong(run, "read %s: %s", keyspace, err.message);
	return s;
}

/* Reads a keyspace and compares it with a schema, both ways. */
static bool is_now(struct run *run, const char *keyspace, const coodie_schema *should,
		   bool but_impossible, const char *when)
{
	coodie_schema *is = read_schema(run, keyspace);
	bool ok = is && is_same(run, is, should, but_impossible, when) &&
		  (but_impossible || is_same(run, should, is, false, when));

	coodie_schema_free(is);
	return ok;
}

static bool remake(struct run *run, const char *keyspace, const coodie_schema *s)
{
	struct remaking r = { run, true };
	coodie_error err;
	char drop[100];

	snprintf(drop, sizeof(drop), "DROP KEYSPACE %s", keyspace);
	if (!execute(run, drop, &err))
		return wrong(run, "%s: %s", drop, err.message);
	return coodie_schema_statements(s, remake_each, &r, &err) && r.ok &&
	       is_now(run, keyspace, s, false, "made again");
}

static bool apply(struct run *run, const coodie_diff *d)
{
	coodie_error err;

	if (!coodie_diff_safety_count(d, COODIE_CHANGE_IMPOSSIBLE) && !run->print)
		return coodie_diff_apply(run->session, d, COODIE_SYNC(.allow_destructive = true),
					 &err) ||
		       wrong(run, "apply: %s", err.message);
	for (size_t i = 0; i < coodie_diff_count(d); i++) {
		const coodie_change *c = coodie_diff_at(d, i);

		if (c->safety == COODIE_CHANGE_IMPOSSIBLE && run->print)
			printf("    -- %s\n", c->reason);
		if (c->safety != COODIE_CHANGE_IMPOSSIBLE && !execute(run, c->up, &err))
			return wrong(run, "up: %s: %s", c->up, err.message);
	}
	return true;
}

static bool can_go_back(const coodie_diff *d)
{
	for (size_t i = 0; i < coodie_diff_count(d); i++) {
		const coodie_change *c = coodie_diff_at(d, i);

		if (c->safety == COODIE_CHANGE_IMPOSSIBLE || !c->down || c->no_way_back)
			return false;
	}
	return true;
}

static bool take_back(struct run *run, const coodie_diff *d, const char *keyspace,
		      const coodie_schema *first)
{
	coodie_error err;

	if (!can_go_back(d))
		return true;
	run->taken_back++;
	for (size_t i = coodie_diff_count(d); i-- > 0;) {
		const coodie_change *c = coodie_diff_at(d, i);

		if (!execute(run, c->down, &err))
			return wrong(run, "down: %s: %s", c->down, err.message);
	}
	return is_now(run, keyspace, first, false, "taken back");
}

static bool go(struct run *run, const char *keyspace, const coodie_schema *first,
	       const coodie_schema *second)
{
	coodie_error err;
	coodie_diff *d = coodie_schema_compare(first, second, COODIE_DIFF(.drop_objects = true),
					       &err);
	bool impossible, ok;

	if (!d)
		return wrong(run, "compare: %s", err.message);
	run->changes += coodie_diff_count(d);
	run->impossible += coodie_diff_safety_count(d, COODIE_CHANGE_IMPOSSIBLE);
	run->destructive += coodie_diff_safety_count(d, COODIE_CHANGE_DESTRUCTIVE);
	impossible = coodie_diff_safety_count(d, COODIE_CHANGE_IMPOSSIBLE) > 0;
	ok = apply(run, d) && is_now(run, keyspace, second, impossible, "applied") &&
	     take_back(run, d, keyspace, first);
	coodie_diff_free(d);
	return ok;
}

static void drop_both(struct run *run)
{
	coodie_error err;

	execute(run, "DROP KEYSPACE IF EXISTS engine_a", &err);
	execute(run, "DROP KEYSPACE IF EXISTS engine_b", &err);
}

/* Both keyspaces are there. */
static bool check_pair(struct run *run)
{
	coodie_schema *first, *second;
	bool ok;

	first = read_schema(run, "engine_a");
	second = read_schema(run, "engine_b");
	ok = first && second && remake(run, "engine_a", first) &&
	     go(run, "engine_a", first, second);
	coodie_schema_free(first);
	coodie_schema_free(second);
	return ok;
}

static bool run_pair(struct run *run)
{
	struct dice dice = { .state = run->seed };
	struct made_schema a, b;

	made_schema_new(&a, &dice);
	b = a;
	if (dice_chance(&dice, 80))
		made_schema_change(&b, &dice);
	else
		made_schema_new(&b, &dice);
	drop_both(run);
	made_schema_write(&a, "engine_a", make_each, run);
	made_schema_write(&b, "engine_b", make_each, run);
	return check_pair(run);
}

/* ---- pairs that were wrong once ---------------------------------------------------------------- */

static const char keyspace_cql[] =
	"CREATE KEYSPACE %s WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}";

/* Each by itself: the fields of the first one's types stay, and so does its key. */
static const struct known_pair {
	const char *first[4], *second[4]; /* %s is the keyspace */
	unsigned long impossible;         /* changes */
} known[] = {
	/* an index of what becomes the only column of the partition key */
	{ { "CREATE TABLE %s.t (k int, c int, PRIMARY KEY (k, c))" },
	  { "CREATE TABLE %s.t (k int, d int, PRIMARY KEY ((k, d)))", "CREATE INDEX ON %s.t (k)" }, 3 },
	/* types that would be made of each other */
	{ { "CREATE TYPE %s.x (a int)", "CREATE TYPE %s.y (b frozen<x>)" },
	  { "CREATE TYPE %s.y (c int)", "CREATE TYPE %s.x (a int, d list<frozen<y>>)" }, 2 },
	/* the same with one in between, which is new */
	{ { "CREATE TYPE %s.x (a int)", "CREATE TYPE %s.y (b frozen<x>)" },
	  { "CREATE TYPE %s.y (c int)", "CREATE TYPE %s.z (e frozen<y>)",
	    "CREATE TYPE %s.x (a int, d frozen<z>)" }, 2 },
	/* durations, which stay, in an index, in a key, in that of a view */
	{ { "CREATE TYPE %s.x (a duration, b int)" },
	  { "CREATE TYPE %s.x (b int)", "CREATE TABLE %s.t (k int PRIMARY KEY, v set<frozen<x>>)",
	    "CREATE INDEX ON %s.t (v)" }, 2 },
	{ { "CREATE TYPE %s.x (a duration, b int)" },
	  { "CREATE TYPE %s.x (b int)", "CREATE TABLE %s.t (k frozen<x> PRIMARY KEY, v int)",
	    "CREATE INDEX ON %s.t (v)" }, 3 },
	{ { "CREATE TYPE %s.x (a duration, b int)" },
	  { "CREATE TYPE %s.x (b int)", "CREATE TABLE %s.t (k int PRIMARY KEY, v frozen<x>)",
	    "CREATE MATERIALIZED VIEW %s.w AS SELECT * FROM %s.t WHERE k IS NOT NULL AND v IS NOT NULL "
	    "PRIMARY KEY (v, k)" }, 2 },
	/* a view that cannot be made again keeps a column, and no other one is made again for that */
	{ { "CREATE TABLE %s.t (k int PRIMARY KEY, gone int, v list<int>)",
	    "CREATE MATERIALIZED VIEW %s.w AS SELECT * FROM %s.t WHERE k IS NOT NULL AND gone IS NOT "
	    "NULL PRIMARY KEY (k, gone)",
	    "CREATE MATERIALIZED VIEW %s.a AS SELECT k FROM %s.t WHERE k IS NOT NULL PRIMARY KEY (k)" },
	  { "CREATE TABLE %s.t (k int PRIMARY KEY, v int)",
	    "CREATE MATERIALIZED VIEW %s.w AS SELECT * FROM %s.t WHERE k IS NOT NULL PRIMARY KEY (k)",
	    "CREATE MATERIALIZED VIEW %s.a AS SELECT k FROM %s.t WHERE k IS NOT NULL PRIMARY KEY (k)" },
	  3 },
	/* types that are called as CQL's own, which are told without quotes */
	{ { "CREATE TYPE %s.\"int\" (a int)", "CREATE TABLE %s.t (k int PRIMARY KEY, v int)" },
	  { "CREATE TYPE %s.\"int\" (a int, b list<int>)",
	    "CREATE TABLE %s.t (k int PRIMARY KEY, v int)" }, 0 },
	{ { "CREATE TYPE %s.\"int\" (a set<int>)", "CREATE TABLE %s.t (k int PRIMARY KEY, v int)" },
	  { "CREATE TABLE %s.t (k int PRIMARY KEY, w int)" }, 0 },
	{ { "CREATE TYPE %s.\"int\" (a int, b duration)" },
	  { "CREATE TYPE %s.\"int\" (a int)", "CREATE TABLE %s.t (k int PRIMARY KEY, v int)",
	    "CREATE INDEX ON %s.t (v)" }, 1 },
	{ { "CREATE TYPE %s.x (b int)" },
	  { "CREATE TYPE %s.\"duration\" (b int)",
	    "CREATE TABLE %s.t (k frozen<\"duration\"> PRIMARY KEY, v int)",
	    "CREATE INDEX ON %s.t (v)" }, 0 },
};

static bool make_known(struct run *run, const char *const statements[4], const char *keyspace)
{
	coodie_error err;
	char cql[300];

	snprintf(cql, sizeof(cql), keyspace_cql, keyspace);
	for (size_t i = 0; execute(run, cql, &err); i++) {
		if (i == 4 || !statements[i])
			return true;
		snprintf(cql, sizeof(cql), statements[i], keyspace, keyspace);
	}
	return wrong(run, "%s: %s", cql, err.message);
}

static bool run_known(struct run *run, const struct known_pair *pair)
{
	const unsigned long before = run->impossible;

	drop_both(run);
	return make_known(run, pair->first, "engine_a") &&
	       make_known(run, pair->second, "engine_b") && check_pair(run) &&
	       (run->impossible - before == pair->impossible ||
		wrong(run, "%s: %lu changes are impossible, not %lu", pair->second[0],
		      run->impossible - before, pair->impossible));
}

/* ---- beginning --------------------------------------------------------------------------------- */

static coodie_session *connect_to(const char *where, coodie_node **node)
{
	static const char plain[] = "COODIE_TEST_PLAIN";
	coodie_node_options *no = NULL;
	coodie_options *o = coodie_options_new(NULL);
	coodie_session *s = NULL;
	coodie_error err = { 0 };

	if (!where)
		where = getenv(plain);
	if (!where || !strcmp(where, "node")) {
		no = coodie_node_options_new(&err);
		coodie_node_options_set_setting(no, "materialized_views_enabled", "true", &err);
		coodie_node_options_set_setting(no, "sasi_indexes_enabled", "true", &err);
		coodie_node_options_set_setting(no, "cdc_enabled", "true", &err);
		*node = coodie_node_start(no, &err);
		coodie_node_options_free(no);
		where = *node ? coodie_node_address(*node, 0) : NULL;
	}
	if (where && o && coodie_options_add_contact_point(o, where, &err) &&
	    coodie_options_set_schema_metadata(o, false, NULL, &err))
		s = coodie_session_new(o, &err);
	if (!s)
		fprintf(stderr, "%s\n", err.message);
	coodie_options_free(o);
	return s;
}

static bool read_arguments(struct run *run, int argc, char **argv, const char **where)
{
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--print"))
			run->print = true;
		else if (!strcmp(argv[i], "--pairs") && i + 1 < argc)
			run->pairs = strtoul(argv[++i], NULL, 10);
		else if (!strcmp(argv[i], "--seed") && i + 1 < argc)
			run->seed = strtoul(argv[++i], NULL, 10);
		else if (*argv[i] != '-')
			*where = argv[i];
		else
			return false;
	}
	return true;
}

int main(int argc, char **argv)
{
	struct run run = { .seed = 1 };
	const char *where = NULL;
	coodie_node *node = NULL;

	if (!read_arguments(&run, argc, argv, &where)) {
		fprintf(stderr, "usage: %s [HOST:PORT | node] [--pairs N] [--seed N] [--print]\n",
			argv[0]);
		return 2;
	}
	run.session = connect_to(where, &node);
	if (!run.session)
		return 2;
	if (!run.pairs)
		run.pairs = node ? 200 : 60; /* a real server takes seconds for each */
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		run.failures += !run_known(&run, &known[i]);
	for (unsigned long end = run.seed + run.pairs; run.seed < end; run.seed++)
		run.failures += !run_pair(&run);
	drop_both(&run);
	printf("%lu pairs, %lu changes (%lu destructive, %lu impossible), %lu pairs taken back, "
	       "%lu statements refused when they were made: %lu failed\n",
	       run.pairs + sizeof(known) / sizeof(known[0]), run.changes, run.destructive, run.impossible, run.taken_back, run.refused,
	       run.failures);
	coodie_session_free(run.session);
	coodie_node_stop(node);
	return run.failures != 0;
}
