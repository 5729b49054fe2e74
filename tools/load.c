/* SPDX-License-Identifier: MIT */
/* `coodie load`: keeps a cluster busy with prepared reads and writes, and says how fast it answered. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tools/load.h"
#include "tools/tool.h"

static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
	(void)number;
	interrupted = 1;
}

/* ---- before it begins ----------------------------------------------------------------------- */

/* Names are part of CQL texts here: letters, digits, underscores. */
static bool is_name(const char *name)
{
	return *name && strlen(name) <= 48 &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") ==
		       strlen(name);
}

static bool check(const struct load *l)
{
	const char *wrong = NULL;

	if (!connect_has_host(&l->connect, l->where))
		wrong = "which node? Give HOST, HOST:PORT, --uri or --config";
	else if (!is_name(l->keyspace) || !is_name(l->table))
		wrong = "--keyspace and --table take up to 48 letters, digits and underscores";
	else if (l->concurrency < l->loops)
		wrong = "--concurrency must be at least --loops";
	else if (l->requests && l->requests < l->loops)
		wrong = "--requests must be at least --loops";
	if (wrong)
		tool_misuse("load", "%s", wrong);
	return !wrong;
}

static bool run_cql(coodie_session *s, const char *cql, coodie_error *err)
{
	coodie_result *r = coodie_session_query(s, cql, (cql_args){ 0, NULL }, NULL, err);

	coodie_result_free(r);
	return r != NULL;
}

static bool make_table(const struct load *l, coodie_error *err)
{
	char cql[512];
	coodie_session *s = connect_session(&l->connect, l->where, err);
	bool ok;

	if (!s)
		return false;
	ok = coodie_session_connect(s, err);
	if (ok && !l->own) {
		snprintf(cql, sizeof cql,
			 "CREATE KEYSPACE IF NOT EXISTS %s WITH replication = "
			 "{'class': 'SimpleStrategy', 'replication_factor': %u}",
			 l->keyspace, (unsigned)l->replication);
		ok = run_cql(s, cql, err);
		snprintf(cql, sizeof cql,
			 "CREATE TABLE IF NOT EXISTS %s.%s (key bigint PRIMARY KEY, value blob)",
			 l->keyspace, l->table);
		ok = ok && run_cql(s, cql, err);
	}
	coodie_session_free(s);
	return ok;
}

static bool drop_table(const struct load *l, coodie_error *err)
{
	char cql[256];
	coodie_session *s = connect_session(&l->connect, l->where, err);
	bool ok;

	snprintf(cql, sizeof cql, "DROP TABLE IF EXISTS %s.%s", l->keyspace, l->table);
	ok = s && run_cql(s, cql, err);
	coodie_session_free(s);
	return ok;
}

static bool make_statements(struct load *l)
{
	if (l->own) {
		if (strlen(l->own) >= sizeof l->cql[LOAD_READ]) {
			tool_misuse("load", "--cql takes up to %zu bytes",
				    sizeof l->cql[LOAD_READ] - 1);
			return false;
		}
		strcpy(l->cql[LOAD_READ], l->own);
		return true;
	}
	snprintf(l->cql[LOAD_READ], sizeof l->cql[LOAD_READ],
		 "SELECT value FROM %s.%s WHERE key = ?", l->keyspace, l->table);
	snprintf(l->cql[LOAD_WRITE], sizeof l->cql[LOAD_WRITE],
		 "INSERT INTO %s.%s (key, value) VALUES (?, ?)", l->keyspace, l->table);
	return true;
}

/* ---- while it runs -------------------------------------------------------------------------- */

struct running {
	struct load *load;
	struct load_worker *workers[LOAD_LOOPS];
	uint32_t count;
	struct load_sum now, before;
};

/* `total` dealt to `parts`: what the index-th gets. */
static uint32_t share(uint32_t total, uint32_t parts, uint32_t index)
{
	return total / parts + (index < total % parts);
}

static bool all_done(const struct running *r)
{
	for (uint32_t i = 0; i < r->count; i++)
		if (!load_worker_done(r->workers[i]))
			return false;
	return true;
}

static void watch(struct running *r)
{
	const struct timespec nap = { .tv_nsec = 10000000 };
	uint64_t last = load_now_ns(), now;
	uint32_t second = 0;

	while (!all_done(r)) {
		nanosleep(&nap, NULL);
		now = load_now_ns();
		if (interrupted)
			atomic_store(&r->load->stop, true);
		if (now - last < 1000000000)
			continue;
		load_sum_up(&r->now, r->workers, r->count);
		if (!r->load->quiet)
			load_report_second(&r->now, &r->before, ++second,
					   (double)(now - last) / 1e9);
		r->before = r->now;
		last = now;
	}
}

/* Joins them all; the error is that of the first that could not begin. */
static bool join(struct running *r, double *seconds, coodie_error *err)
{
	uint64_t began = UINT64_MAX, ended = 0;
	bool ok = true;

	for (uint32_t i = 0; i < r->count; i++) {
		uint64_t from = 0, to = 0;
		coodie_error why;
		bool one = load_worker_join(r->workers[i], &from, &to, &why);
		if (!one && ok)
			*err = why;
		ok = ok && one;
		began = from && from < began ? from : began;
		ended = to > ended ? to : ended;
	}
	*seconds = ended > began ? (double)(ended - began) / 1e9 : 0;
	return ok;
}

static bool run_workers(struct running *r, double *seconds, coodie_error *err)
{
	struct load *l = r->load;
	bool ok = true;

	for (uint32_t i = 0; i < l->loops && ok; i++) {
		r->workers[i] = load_worker_start(l, i, share(l->concurrency, l->loops, i),
						  share(l->requests, l->loops, i), err);
		ok = r->workers[i] != NULL;
		r->count += ok;
	}
	if (!ok)
		atomic_store(&l->stop, true);
	watch(r);
	ok = join(r, seconds, ok ? err : &(coodie_error){ 0 }) && ok;
	load_sum_up(&r->now, r->workers, r->count);
	for (uint32_t i = 0; i < r->count; i++)
		load_worker_free(r->workers[i]);
	return ok;
}

static int run(struct load *l, struct running *r)
{
	coodie_error err = { 0 };
	double seconds = 0;

	if (!make_table(l, &err))
		return err.code == COODIE_ERR_INVALID ? tool_misuse("load", "%s", err.message)
						      : tool_fail("load", &err);
	r->load = l;
	if (!run_workers(r, &seconds, &err))
		return tool_fail("load", &err);
	load_report(l, &r->now, seconds);
	if (!l->own && !l->keep_table && !drop_table(l, &err))
		return tool_fail("load", &err);
	return load_sum_errors(&r->now) ? TOOL_FAILED : TOOL_OK;
}

/* Every loop connects: files are read once. */
static int run_with_options(struct load *l)
{
	struct running *r = calloc(1, sizeof *r);
	coodie_error err = { 0 };
	int outcome;

	l->connect.options = connect_options(&l->connect, l->where, &err);
	if (r && l->connect.options) {
		outcome = run(l, r);
	} else if (r) {
		outcome = tool_misuse("load", "%s", err.message);
	} else {
		fprintf(stderr, "coodie load: out of memory\n");
		outcome = TOOL_FAILED;
	}
	coodie_options_free(l->connect.options);
	free(r);
	return outcome;
}

/* ---- the command line ----------------------------------------------------------------------- */

static void print_help(const struct argument_table *tables)
{
	puts("Usage: coodie load HOST[:PORT] [OPTION...]\n\n"
	     "Keeps a cluster busy and prints how fast it answered: a line each second, a table at the\n"
	     "end. Reads and writes are prepared statements on a table made for them, with a random\n"
	     "key each, or --cql is run instead, with a value of the type of each of its markers.\n"
	     "With --rate, latency counts from when a request was due, not from when a slow server\n"
	     "let it be sent.");
	arguments_print(tables);
	puts("\nExit codes: 0 all requests were answered, 1 there were errors, 2 wrong usage, 8 the cluster\n"
	     "could not be reached; `coodie help` lists all. SIGINT ends it early, with the table.\n\n"
	     "Examples:\n"
	     "  coodie load 10.0.0.1 --duration 60 --concurrency 256 --loops 2\n"
	     "  coodie load 10.0.0.1 --rate 5000 --read-ratio 90 --format json\n"
	     "  coodie load 10.0.0.1 --cql 'SELECT * FROM shop.orders WHERE id = ?' --keys 1000");
}

static struct load defaults(void)
{
	return (struct load){ .keyspace = "coodie_load",
			      .table = "load",
			      .format = "text",
			      .read_ratio = 50,
			      .concurrency = 64,
			      .loops = 1,
			      .keys = 100000,
			      .value_size = 100,
			      .replication = 1 };
}

static int parse_and_run(struct load *l, const struct argument *own, size_t count, int argc,
			 char **argv)
{
	const struct argument_table tables[] = {
		{ "Options", own, count },
		connect_arguments(&l->connect),
		{ NULL, NULL, 0 },
	};
	enum arguments_outcome outcome = arguments_parse(tables, "load", argc, argv, &l->where);

	if (outcome == ARGUMENTS_HELP) {
		print_help(tables);
		return TOOL_OK;
	}
	if (outcome == ARGUMENTS_WRONG || !connect_check(&l->connect, "load") || !check(l) ||
	    !make_statements(l))
		return TOOL_USAGE;
	if (!l->duration_s && !l->requests)
		l->duration_s = 10;
	l->quiet = l->quiet || !strcmp(l->format, "json");
	signal(SIGINT, on_signal);
	return run_with_options(l);
}

int tool_load(int argc, char **argv)
{
	struct load l = defaults();
	const struct argument own[] = {
		{ "duration", "S", "run for S seconds (default: 10, unless --requests is given)",
		  .number = &l.duration_s, .least = 1, .most = 86400 },
		{ "requests", "N", "end after N requests", .number = &l.requests, .least = 1,
		  .most = UINT32_MAX },
		{ "rate", "N", "requests per second (default: as fast as answers come)",
		  .number = &l.rate, .least = 1, .most = 100000000 },
		{ "concurrency", "N", "requests in flight, of all loops (default: 64)",
		  .number = &l.concurrency, .least = 1, .most = 1000000 },
		{ "loops", "N", "threads, each with a session (default: 1)", .number = &l.loops,
		  .least = 1, .most = LOAD_LOOPS },
		{ "read-ratio", "PERCENT", "of the requests that are reads (default: 50)",
		  .number = &l.read_ratio, .least = 0, .most = 100 },
		{ "keys", "N", "distinct keys (default: 100000)", .number = &l.keys, .least = 1,
		  .most = UINT32_MAX },
		{ "value-size", "BYTES", "of a blob that is written (default: 100)",
		  .number = &l.value_size, .least = 0, .most = 1048576 },
		{ "keyspace", "NAME", "made when it is not there (default: coodie_load)",
		  .text = &l.keyspace },
		{ "table", "NAME", "made, and dropped at the end (default: load)",
		  .text = &l.table },
		{ "keep-table", NULL, "do not drop the table", .flag = &l.keep_table },
		{ "replication", "N", "factor of a keyspace that is made (default: 1)",
		  .number = &l.replication, .least = 1, .most = 100 },
		{ "cql", "TEXT", "run this statement instead", .text = &l.own },
		{ "format", "text|json", "of the end (default: text)", .text = &l.format,
		  .words = "text json" },
		{ "quiet", NULL, "print the end only", .flag = &l.quiet },
	};

	return parse_and_run(&l, own, sizeof own / sizeof own[0], argc, argv);
}
