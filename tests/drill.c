/* SPDX-License-Identifier: MIT */
/* A long load over sockets with an oracle: every request ends once, every row is its key's own, every
 * acknowledged write is there in the end, errors are of documented kinds, and memory, descriptors and
 * stream ids are what they were in the beginning. On a ring of this process whose nodes fail all the
 * time, or, with --hosts, on a ring of somebody who makes it fail (tests/cassandra/drill): the keyspace
 * "drill" is made anew there.
 *
 *	tests/drill                                  a short one, as `make check` runs it
 *	tests/drill --requests 1000000 --loops 4     `make drill` runs this, and with one loop
 *	tests/drill --hosts 127.0.77.1,127.0.77.2 --rate 300 --seconds 600
 */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <coodie.h>

#include "tests/drill_box.h"
#include "tests/drill_load.h"
#include "tests/failalloc.h"

enum {
	FEW = 20000,  /* requests of `make check` */
	FEWER = 2000, /* the same, instrumented */
	MOST_OPTIONS = 16,
	CALM_S = 90, /* for the last answers that nobody waits for */
};

struct drill {
	struct drill_plan plan;
	uint32_t loops, every_s; /* a line so often; 0: none */
	const char *hosts, *listen;
	const char *options[MOST_OPTIONS]; /* NAME=VALUE */
	size_t option_count;

	struct cd_failalloc client, server;
	struct drill_box *box;
	coodie_session *session;
	struct drill_load *load;
	pthread_t teller;
	atomic_bool over;
	size_t descriptors; /* before all */
};

/* ---- arguments --------------------------------------------------------------------------------- */

static int misuse(const char *what)
{
	fprintf(stderr,
		"drill: %s\n"
		"usage: drill [--requests N] [--loops N] [--concurrency N] [--seed N]\n"
		"             [--rate PER_SECOND] [--seconds N] [--replication N] [--tell SECONDS]\n"
		"             [--hosts HOST,...] [--listen 127.0.0.1:0] [--set NAME=VALUE]...\n",
		what);
	return 2;
}

static bool set_number(struct drill *d, const char *name, const char *text)
{
	const struct {
		const char *name;
		uint32_t *number;
	} numbers[] = {
		{ "--requests", &d->plan.requests },
		{ "--loops", &d->loops },
		{ "--concurrency", &d->plan.concurrency },
		{ "--rate", &d->plan.rate },
		{ "--seconds", &d->plan.seconds },
		{ "--replication", &d->plan.replication },
		{ "--tell", &d->every_s },
	};

	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		if (strcmp(name, numbers[i].name) == 0) {
			*numbers[i].number = (uint32_t)strtoul(text, NULL, 10);
			return true;
		}
	return false;
}

static bool set_one(struct drill *d, const char *name, const char *text)
{
	if (strcmp(name, "--seed") == 0)
		d->plan.seed = strtoull(text, NULL, 10);
	else if (strcmp(name, "--hosts") == 0)
		d->hosts = text;
	else if (strcmp(name, "--listen") == 0)
		d->listen = text;
	else if (strcmp(name, "--set") == 0 && d->option_count < MOST_OPTIONS)
		d->options[d->option_count++] = text;
	else
		return set_number(d, name, text);
	return true;
}

static bool is_instrumented(void)
{
	const char *said = getenv("CD_INSTRUMENTED");

	return getenv("COODIE_VALGRIND") || (said && strcmp(said, "yes") == 0);
}

static bool read_arguments(struct drill *d, int argc, char **argv)
{
	d->loops = 1;
	d->listen = "127.0.83.1:0";
	d->plan = (struct drill_plan){ .concurrency = 128, .replication = 3, .seed = 1 };
	for (int i = 1; i < argc; i += 2)
		if (i + 1 == argc || !set_one(d, argv[i], argv[i + 1]))
			return false;
	d->plan.is_box = !d->hosts;
	if (!d->plan.requests && d->plan.rate && d->plan.seconds)
		d->plan.requests = d->plan.rate * d->plan.seconds;
	if (!d->plan.requests)
		d->plan.requests = is_instrumented() ? FEWER : FEW;
	return d->plan.concurrency > 0;
}

/* ---- the session ------------------------------------------------------------------------------- */

/* Short times, so that much happens; others where all is slow. Those that were asked for come later. */
static const struct {
	const char *name, *value, *slow;
} usual[] = {
	{ "request_timeout_ms", "1000", "20000" }, { "connect_timeout_ms", "500", "20000" },
	{ "heartbeat_ms", "500", "5000" },         { "idle_kill_ms", "2000", "20000" },
	{ "reconnect_max_ms", "500", "1000" },     { "speculative_delay_ms", "40", "1000" },
	{ "connections_per_host", "2", "2" },      { "metadata_timeout_ms", "2000", "20000" },
	{ "opening_per_second", "1000", "1000" },
};

static bool set_option(coodie_options *o, const char *said, coodie_error *err)
{
	const char *value = strchr(said, '=');
	char name[64];

	snprintf(name, sizeof name, "%.*s", (int)(value ? value - said : 0), said);
	return coodie_options_set(o, name, value ? value + 1 : "", err);
}

static bool set_options(struct drill *d, coodie_options *o, coodie_error *err)
{
	char loops[16];
	bool ok;

	snprintf(loops, sizeof loops, "%" PRIu32, d->loops);
	coodie_options_set_allocator(o, &d->client.allocator);
	ok = coodie_options_set(o, "loops", loops, err) &&
	     coodie_options_set(o, "consistency", "QUORUM", err) &&
	     coodie_options_set(o, "compression", d->plan.seed % 2 ? "lz4" : "none", err);
	for (size_t i = 0; ok && d->box && i < sizeof usual / sizeof usual[0]; i++)
		ok = coodie_options_set(o, usual[i].name,
					is_instrumented() ? usual[i].slow : usual[i].value, err);
	for (size_t i = 0; ok && i < d->option_count; i++)
		ok = set_option(o, d->options[i], err);
	if (!d->box)
		return ok && coodie_options_set(o, "contact_points", d->hosts, err);
	for (uint32_t i = 0; ok && drill_box_address(d->box, i); i++)
		ok = coodie_options_add_contact_point(o, drill_box_address(d->box, i), err);
	return ok;
}

static bool open_session(struct drill *d, coodie_error *err)
{
	coodie_options *o = coodie_options_new(err);

	if (o && set_options(d, o, err))
		d->session = coodie_session_new(o, err);
	coodie_options_free(o);
	return d->session != NULL; /* its first request connects */
}

/* ---- what is told ------------------------------------------------------------------------------ */

static void tell_errors(const struct drill_sums *s)
{
	for (unsigned i = 0; i < 64; i++)
		if (s->errors[i])
			printf(" %s=%" PRIu64, coodie_errc_name((enum coodie_errc)i), s->errors[i]);
	for (size_t i = 0; i < DRILL_SERVER_CODES; i++)
		if (s->server[i].count)
			printf(" 0x%04" PRIx32 "=%" PRIu64, (uint32_t)s->server[i].code,
			       s->server[i].count);
}

static void tell(struct drill *d)
{
	struct drill_sums s;

	drill_load_sum(d->load, &s);
	printf("drill: %" PRIu64 " begun, %" PRIu64 " ended, %" PRIu64
	       " writes acknowledged, %" PRIu64 " rows, %" PRIu64 " pages, %" PRIu64
	       " cancelled, %" PRIu64 " refused, %" PRIu64 " repeated, %" PRIu64 " stale; errors:",
	       s.begun, s.completed, s.acknowledged, s.rows, s.pages, s.cancelled, s.refused,
	       s.repeated, s.stale);
	tell_errors(&s);
	printf("; %zu pieces of memory; %" PRIu64 " wrong\n", (size_t)d->client.live, s.wrong);
	fflush(stdout);
}

static void *tell_now_and_then(void *user)
{
	struct drill *d = user;

	for (uint32_t s = 1; !atomic_load(&d->over); s++) {
		nanosleep(&(struct timespec){ 1, 0 }, NULL);
		if (s % d->every_s == 0)
			tell(d);
	}
	return NULL;
}

static void tell_weather(const struct drill_box *b)
{
	struct drill_weather t;

	drill_box_told(b, &t);
	printf("drill: %" PRIu64 " faults, nodes were down %" PRIu64 " times, moved %" PRIu64
	       " times, joined %" PRIu64 " times, left %" PRIu64 " times\n",
	       t.faults, t.downs, t.moves, t.joins, t.leaves);
}

/* ---- in the end -------------------------------------------------------------------------------- */

static size_t open_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	size_t n = 0;

	if (!dir)
		return 0;
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

static bool read_metrics(struct drill *d, coodie_metrics *m)
{
	coodie_error err;

	*m = (coodie_metrics){ .size = sizeof *m };
	return coodie_session_metrics(d->session, NULL, m, &err);
}

/* No stream id is taken once the last answers are there, or their connections are gone. The session's
 * own questions may be under way. */
static bool streams_return(struct drill *d)
{
	coodie_metrics m;

	for (int i = 0; i < CALM_S * 10; i++) {
		if (read_metrics(d, &m) && !m.in_flight && !m.orphans && !m.waiting)
			return true;
		nanosleep(&(struct timespec){ 0, 100000000 }, NULL);
	}
	fprintf(stderr,
		"drill: WRONG: %" PRIu64 " in flight, %" PRIu64 " orphans, %" PRIu64 " waiting\n",
		m.in_flight, m.orphans, m.waiting);
	return false;
}

static bool returned(const char *what, size_t now, size_t then)
{
	if (now == then)
		return true;
	fprintf(stderr, "drill: WRONG: %s: %zu at first, %zu in the end\n", what, then, now);
	return false;
}

static void close_all(struct drill *d)
{
	drill_load_free(d->load);
	coodie_session_free(d->session);
	drill_box_close(d->box);
	d->load = NULL;
	d->session = NULL;
	d->box = NULL;
}

/* ---- the run ----------------------------------------------------------------------------------- */

static bool open_all(struct drill *d, coodie_error *err)
{
	cd_failalloc_init(&d->client, 0);
	cd_failalloc_init(&d->server, 0);
	d->descriptors = open_descriptors();
	if (!d->hosts)
		d->box = drill_box_open(d->listen, &d->server.allocator, d->plan.seed, err);
	if (!d->hosts && !d->box)
		return false;
	if (!open_session(d, err))
		return false;
	d->load = drill_load_new(d->session, &d->plan);
	return d->load && drill_load_prepare(d->load, err);
}

static bool run(struct drill *d, coodie_error *err)
{
	if (d->box && !drill_box_begin(d->box, err))
		return false;
	drill_load_run(d->load);
	if (d->box && !drill_box_end(d->box, err))
		return false;
	return drill_load_check(d->load, err);
}

static bool run_and_tell(struct drill *d, coodie_error *err)
{
	bool tells = d->every_s && pthread_create(&d->teller, NULL, tell_now_and_then, d) == 0;
	bool ok = run(d, err);

	atomic_store(&d->over, true);
	if (tells)
		pthread_join(d->teller, NULL);
	return ok;
}

static bool finish(struct drill *d, size_t pieces)
{
	struct drill_sums s;
	bool ok = streams_return(d);

	tell(d);
	if (d->box)
		tell_weather(d->box);
	drill_load_sum(d->load, &s);
	printf("drill: %zu pieces of memory when it began, %zu when it ended\n", pieces,
	       (size_t)d->client.live);
	close_all(d);
	ok = returned("requests", s.completed, s.begun) && ok;
	ok = returned("pieces of memory", d->client.live, 0) && ok;
	ok = returned("pieces of the nodes' memory", d->server.live, 0) && ok;
	ok = returned("descriptors", open_descriptors(), d->descriptors) && ok;
	if (!s.acknowledged || !s.rows || !s.pages) {
		fprintf(stderr, "drill: WRONG: nothing was done\n");
		ok = false;
	}
	return ok && !s.wrong;
}

int main(int argc, char **argv)
{
	struct drill d = { 0 };
	coodie_error err = { 0 };
	size_t pieces;

	if (!read_arguments(&d, argc, argv))
		return misuse("these arguments are not known");
	if (!open_all(&d, &err)) {
		fprintf(stderr, "drill: %s\n", err.message);
		close_all(&d);
		return 1;
	}
	pieces = d.client.live;
	if (!run_and_tell(&d, &err)) {
		fprintf(stderr, "drill: %s\n", err.message);
		tell(&d);
		close_all(&d);
		return 1;
	}
	return finish(&d, pieces) ? 0 : 1;
}
