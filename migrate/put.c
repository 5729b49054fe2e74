/* SPDX-License-Identifier: MIT */
/* Writing our tables so that it is seen.
 *
 * What hides a write is a row, whose time can be read, or a deletion, whose time cannot: behind that one the time is
 * found by doubling. How far ahead it was is remembered, so that it is looked for once. */
#include "migrate/put.h"

#include <string.h>
#include <time.h>

#define LEAST_AHEAD_US INT64_C(1000000)
#define MOST_AHEAD_US (INT64_C(60) * 86400 * 1000000)

enum { MOST_VALUES = 12, MOST_TRIES = 40 };

/* What is there now. */
struct seen {
	bool there;
	const char *text;
	int64_t at_us; /* the newest */
};

static int64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

cql_value mg_put_time(const coodie_migrator *m)
{
	return m->ahead_us ? cql(now_us() + m->ahead_us) : cql_unset();
}

void mg_put_met(coodie_migrator *m, int64_t at_us)
{
	const int64_t ahead_us = at_us - now_us() + 1;

	if (ahead_us > m->ahead_us && ahead_us <= MOST_AHEAD_US)
		m->ahead_us = ahead_us;
}

static bool add_seen(coodie_migrator *m, const coodie_cursor *row, void *user, coodie_error *err)
{
	struct seen *s = user;
	int64_t at_us = 0;

	s->there = true;
	if (!coodie_cursor_is_null(row, 1) && !coodie_cursor_int64(row, 1, &at_us, err))
		return false;
	s->at_us = at_us > s->at_us ? at_us : s->at_us;
	return mg_text(m, row, 0, &s->text, err);
}

static bool look(coodie_migrator *m, enum mg_cql cql, cql_args key, struct seen *out,
		 coodie_error *err)
{
	*out = (struct seen){ .text = "" };
	if (!mg_each(m, cql, key, MG_AT_QUORUM, add_seen, out, err))
		return false;
	mg_put_met(m, out->at_us);
	return true;
}

/* Sends it with its time in front of its values, or behind them. */
static bool send(coodie_migrator *m, enum mg_cql cql, cql_args args, cql_value time, bool in_front,
		 coodie_error *err)
{
	cql_value values[MOST_VALUES];

	values[in_front ? 0 : args.count] = time;
	memcpy(values + in_front, args.values, args.count * sizeof *values);
	return mg_do(m, cql, cql_args_of(values, args.count + 1), err);
}

/* Behind the row that hides it, which was met, or further behind the deletion that does. False: that is too far. */
static bool go_behind(coodie_migrator *m, const struct seen *s)
{
	if (s->there && s->at_us > now_us())
		return s->at_us <= now_us() + MOST_AHEAD_US;
	m->ahead_us = m->ahead_us < LEAST_AHEAD_US ? LEAST_AHEAD_US : m->ahead_us * 2;
	return m->ahead_us <= MOST_AHEAD_US;
}

bool mg_put(coodie_migrator *m, const struct mg_put *p, coodie_error *err)
{
	const int64_t before_us = m->ahead_us;
	struct seen s;

	for (int i = 0; i < MOST_TRIES; i++) {
		if (!send(m, p->cql, p->args, mg_put_time(m), false, err) ||
		    !look(m, p->look, p->key, &s, err))
			return false;
		if (s.there && strcmp(s.text, p->text) == 0)
			return true;
		if (!go_behind(m, &s))
			break;
	}
	m->ahead_us = before_us;
	return cd_fail(err, COODIE_ERR_CONFLICT,
		       "somebody whose clock is far ahead has written or deleted its row");
}

bool mg_erase(coodie_migrator *m, enum mg_cql cql, enum mg_cql where, cql_args key,
	      coodie_error *err)
{
	cql_value time = cql_unset();
	struct seen s = { .there = true };

	for (int i = 0; s.there && i < MOST_TRIES; i++) {
		if (!send(m, cql, key, time, true, err) || !look(m, where, key, &s, err))
			return false;
		time = cql(s.at_us);
	}
	return !s.there || cd_fail(err, COODIE_ERR_CONFLICT, "a row of ours cannot be deleted");
}
