/* SPDX-License-Identifier: MIT */
/* The main job: loads the Unicode character table through a model into Cassandra, many rows in
 * flight, then answers queries on it. One thread, no loop of its own: coodie_session_run() turns
 * the session's. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "demos/progress.h"
#include "demos/unicode_data.h"
#include "demos/unicode_options.h"
#include "demos/unicode_query.h"

struct load {
	coodie_session *s;
	struct unicode_blocks blocks;
	struct progress progress;
	unsigned long submitted, saved, failed;
	unsigned long low_water; /* go on submitting when so few are in flight */
	bool room;
	coodie_error first_error;
	cql_timestamp now;
};

static unsigned long in_flight(const struct load *l)
{
	return l->submitted - l->saved - l->failed;
}

static void on_saved(const coodie_error *err, void *user)
{
	struct load *l = user;

	if (err->code == COODIE_OK)
		l->saved++;
	else if (l->failed++ == 0)
		l->first_error = *err;
	l->room = in_flight(l) <= l->low_water;
	progress_show(&l->progress, l->saved);
}

/* A code's lower, upper and title case forms, where it has them. */
static cql_map cases_of(const struct unicode_char *u, cql_value pairs[6])
{
	const struct {
		const char *name;
		int32_t code;
	} forms[] = { { "upper", u->upper }, { "lower", u->lower }, { "title", u->title } };
	size_t n = 0;

	for (size_t i = 0; i < 3; i++)
		if (forms[i].code >= 0) {
			pairs[2 * n] = cql(forms[i].name);
			pairs[2 * n++ + 1] = cql(forms[i].code);
		}
	return cql_map_of(pairs, n);
}

static bool save(struct load *l, const struct unicode_char *u, coodie_error *err)
{
	cql_value codes[UNICODE_MAX_DECOMPOSITION], words[UNICODE_MAX_WORDS], pairs[6];
	int8_t digit = u->digit;
	double numeric = u->numeric;

	for (size_t i = 0; i < u->decomposition_len; i++)
		codes[i] = cql(u->decomposition[i]);
	for (size_t i = 0; i < u->words_len; i++)
		words[i] = cql(((cql_text){ u->words[i].at, u->words[i].len }));
	character c = {
		.page = u->code / 256,
		.code = u->code,
		.name = u->name,
		.block = unicode_blocks_find(&l->blocks, u->code),
		.category = u->category,
		.combining_class = u->combining_class,
		.digit = digit >= 0 ? &digit : NULL,
		.numeric = u->has_numeric ? &numeric : NULL,
		.mirrored = u->mirrored,
		.utf8 = { u->utf8, u->utf8_len },
		.decomposition = cql_list_of(codes, u->decomposition_len),
		.words = cql_set_of(words, u->words_len),
		.cases = cases_of(u, pairs),
		.loaded_at = l->now,
	};
	return coodie_save_async(l->s, &character_model, &c, NULL, on_saved, l, err);
}

/* Keeps up to `window` saves on their way until the file ends. */
static bool load_all(struct load *l, struct unicode_reader *reader, unsigned window,
		     coodie_error *err)
{
	struct unicode_char u;
	int got;

	l->low_water = window / 2;
	while ((got = unicode_next(reader, &u)) > 0 && l->failed == 0) {
		if (in_flight(l) >= window) {
			l->room = false;
			if (!coodie_session_run(l->s, &l->room, err))
				return false;
			if (l->failed)
				break;
		}
		if (!save(l, &u, err))
			return false;
		l->submitted++;
	}
	if (!coodie_session_run(l->s, NULL, err))
		return false;
	if (l->failed)
		*err = l->first_error;
	else if (got < 0)
		snprintf(err->message, sizeof err->message, "the file is broken");
	return !l->failed && got == 0;
}

static double cpu_us(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e6 +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

static double wall_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static bool count_rows(coodie_session *s, uint64_t *count, coodie_error *err)
{
	coodie_query *q = coodie_find(s, &character_model, NULL, CQL_ARGS());
	bool ok = coodie_count(q, count, err);

	coodie_query_free(q);
	return ok;
}

static bool load_file(coodie_session *s, const struct unicode_options *o, coodie_error *err)
{
	struct load l = { .s = s, .now = cql_timestamp_now() };
	struct unicode_reader reader = { 0 };
	char blocks[4096];
	bool ok = false;
	uint64_t count = 0;
	const char *slash = strrchr(o->file, '/');

	snprintf(blocks, sizeof blocks, "%.*sBlocks.txt", slash ? (int)(slash + 1 - o->file) : 0,
		 o->file);
	snprintf(err->message, sizeof err->message, "nothing was loaded");
	if (!unicode_blocks_load(&l.blocks, o->blocks ? o->blocks : blocks) ||
	    !unicode_open(&reader, o->file))
		goto out;
	if (!coodie_sync_table(s, &character_model, NULL, err))
		goto out;
	progress_begin(&l.progress, unicode_count(&reader), "characters");
	double wall = wall_s(), cpu = cpu_us();
	ok = load_all(&l, &reader, o->in_flight, err);
	wall = wall_s() - wall;
	cpu = cpu_us() - cpu;
	progress_end(&l.progress, l.saved);
	printf("%lu rows saved, %lu failed in %.2f s: %.0f rows/s, client CPU %.2f us per row\n",
	       l.saved, l.failed, wall, (double)l.saved / wall,
	       cpu / (double)(l.saved ? l.saved : 1));
	ok = ok && count_rows(s, &count, err);
	if (ok) {
		printf("the table holds %llu rows: %lld lost\n", (unsigned long long)count,
		       (long long)l.submitted - (long long)count);
		ok = count == l.submitted;
	}
out:
	unicode_close(&reader);
	unicode_blocks_free(&l.blocks);
	return ok;
}

/* A keyspace that does not exist cannot be connected to: a session without one makes it. */
static bool make_keyspace(const struct unicode_options *o, coodie_error *err)
{
	coodie_session *s = unicode_connect(o, NULL, err);
	bool ok = s && coodie_create_keyspace(s, o->keyspace, NULL, err);

	coodie_session_free(s);
	return ok;
}

int main(int argc, char **argv)
{
	struct unicode_options o;
	coodie_error err = { 0 };

	if (!unicode_options_parse(&o, argc, argv))
		return 2;
	coodie_session *s = NULL;
	bool ok = (o.query || make_keyspace(&o, &err)) &&
		  (s = unicode_connect(&o, o.keyspace, &err)) &&
		  (o.query ? unicode_query(s, o.query, &err) : load_file(s, &o, &err));
	if (!ok)
		fprintf(stderr, "unicode_load: %s\n", err.message);
	coodie_session_free(s);
	return ok ? 0 : 1;
}
