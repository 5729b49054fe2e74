/* SPDX-License-Identifier: MIT */
/* The lock of migrations.
 *
 * It is renewed from a timer of the session: on the session's threads, or whenever a blocking call turns
 * the private loop, so also while a long statement runs. When no loop turned for long (a migration in C
 * that computes), the check before the next statement renews it first. A renewal is conditional on the
 * owner; one that does not apply means that the lock is another's, and nothing more is done.
 *
 * A conditional write without an answer may have been made or not: the row, read at SERIAL, says which. */
#include "migrate/lock.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <coodie/driver.h>

#include "base/alloc.h"
#include "base/entropy.h"
#include "migrate/ask.h"
#include "migrate/live.h"

enum {
	OWNER_SIZE = 200,
	TICK_MS = 200,
	SETTLE_TRIES = 12, /* under contention: every run of several wants it now */
	SETTLE_MS = 40,    /* the first pause; each is twice as long, */
	SETTLE_MOST_MS = 2000,
	RENEW_TRIES = 5
};

/* Shared by the run and a timer of the session; the last one frees it. */
struct mg_lock {
	coodie_allocator allocator;
	pthread_mutex_t mutex; /* for all below */
	unsigned holders;
	bool released, lost, renewing;
	uint64_t renewed_at_us; /* when the last renewal that worked was sent */
	/* not changed any more */
	coodie_session *session;
	char *renew; /* the statement: the timer may outlive the migrator */
	coodie_request request;
	uint32_t ttl_s;
	cql_timestamp acquired_at;
	char owner[OWNER_SIZE];
	uint64_t renewal_sent_us;
};

/* ---- who we are ------------------------------------------------------------------------------ */

static bool write_owner(char out[OWNER_SIZE])
{
	char host[100] = "";
	uint64_t random;

	if (!cd_entropy(&random, sizeof random))
		return false;
	if (gethostname(host, sizeof host - 1) != 0)
		snprintf(host, sizeof host, "?");
	snprintf(out, OWNER_SIZE, "coodie %s %ld %016" PRIx64, host, (long)getpid(), random);
	return true;
}

static void drop(struct mg_lock *l)
{
	coodie_allocator a;
	bool last;

	pthread_mutex_lock(&l->mutex);
	last = --l->holders == 0;
	pthread_mutex_unlock(&l->mutex);
	if (!last)
		return;
	a = l->allocator;
	pthread_mutex_destroy(&l->mutex);
	cd_release(&a, l->renew);
	cd_release(&a, l);
}

/* ---- the row --------------------------------------------------------------------------------- */

static void read_row(const coodie_cursor *c, coodie_migrate_lock *lock)
{
	cql_timestamp at = { 0 };
	cql_text owner = { "", 0 };

	lock->held = true;
	lock->seconds_left = -1;
	coodie_cursor_text(c, 0, &owner, NULL);
	coodie_cursor_timestamp(c, 1, &at, NULL);
	coodie_cursor_int32(c, 2, &lock->seconds_left, NULL);
	lock->acquired_at_ms = at.milliseconds;
	snprintf(lock->owner, sizeof lock->owner, "%.*s", (int)owner.len,
		 owner.data ? owner.data : "");
}

static bool read_lock(coodie_migrator *m, coodie_migrate_lock *lock, coodie_error *err)
{
	coodie_result *r = mg_ask(m, MG_READ_LOCK, CQL_ARGS(), MG_AT_SERIAL, err);
	coodie_cursor c = coodie_result_cursor(r);

	*lock = (coodie_migrate_lock){ .size = sizeof *lock };
	if (r && coodie_cursor_next(&c))
		read_row(&c, lock);
	coodie_result_free(r);
	return r;
}

static void pause_ms(uint32_t ms)
{
	struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000 };

	nanosleep(&t, NULL);
}

/* Errors after which nobody knows whether the write was made, and those of a cluster that is busy, or whose
 * nodes do not all have the table yet: runs that begin at the same time make it (invalid). */
static bool is_open(const coodie_error *err)
{
	static const uint16_t codes[] = { 0x1000, 0x1001, 0x1100, 0x1200,
					  0x1300, 0x1500, 0x1700, 0x2200 };

	return mg_is_code(err, codes, sizeof codes / sizeof *codes) ||
	       err->code == COODIE_ERR_TIMEOUT || err->code == COODIE_ERR_CLOSED ||
	       err->code == COODIE_ERR_OVERLOAD;
}

/* A conditional write: whether it applied, or, where it was not answered, whether the row says so. */
enum outcome { FAILED, APPLIED, REFUSED, NOT_THERE /* not answered, and nobody has the lock */ };

static enum outcome settle(coodie_migrator *m, const char *owner, coodie_migrate_lock *lock,
			   coodie_error *err)
{
	uint32_t ms = SETTLE_MS;

	for (int i = 0; i < SETTLE_TRIES; i++) {
		if (read_lock(m, lock, err))
			return !lock->held                       ? NOT_THERE
			       : strcmp(lock->owner, owner) == 0 ? APPLIED
								 : REFUSED;
		if (!is_open(err))
			return FAILED;
		pause_ms(ms);
		ms = ms * 2 > SETTLE_MOST_MS ? SETTLE_MOST_MS : ms * 2;
	}
	return FAILED;
}

static enum outcome write_if(coodie_migrator *m, enum mg_cql cql, cql_args args, const char *owner,
			     coodie_migrate_lock *lock, coodie_error *err)
{
	coodie_error own = { 0 };
	coodie_result *r = mg_ask(m, cql, args, MG_CONDITIONAL, &own);
	enum outcome outcome = r && coodie_result_applied(r) ? APPLIED : REFUSED;

	coodie_result_free(r);
	cd_error_copy(err, &own);
	if (r)
		return outcome;
	return is_open(&own) ? settle(m, owner, lock, err) : FAILED;
}

/* ---- keeping it ------------------------------------------------------------------------------ */

static void on_renewed(coodie_result *take_res, const coodie_error *err, void *user)
{
	struct mg_lock *l = user;

	(void)err; /* not answered: the next tick asks again */
	pthread_mutex_lock(&l->mutex);
	l->renewing = false;
	if (take_res && coodie_result_applied(take_res))
		l->renewed_at_us = l->renewal_sent_us;
	else if (take_res && !l->released)
		l->lost = true;
	pthread_mutex_unlock(&l->mutex);
	coodie_result_free(take_res);
	drop(l);
}

/* Whether a renewal is due now; if so it is counted as begun. */
static bool begin_renewal(struct mg_lock *l)
{
	const uint64_t now = mg_now_us();
	bool due;

	pthread_mutex_lock(&l->mutex);
	due = !l->released && !l->lost && !l->renewing &&
	      now - l->renewed_at_us >= (uint64_t)l->ttl_s * 1000000 / 3;
	if (due) {
		l->renewing = true;
		l->renewal_sent_us = now;
		l->holders++;
	}
	pthread_mutex_unlock(&l->mutex);
	return due;
}

static void renew_soon(struct mg_lock *l)
{
	coodie_statement st = { .size = sizeof st, .cql = l->renew, .request = &l->request };
	const cql_value values[] = { cql((int)l->ttl_s), cql(l->acquired_at), cql(l->owner),
				     cql(l->owner) };

	st.args = cql_args_of(values, 4);
	if (begin_renewal(l) && !coodie_session_submit(l->session, &st, on_renewed, l, NULL))
		on_renewed(NULL, NULL, l);
}

static void tick(const coodie_error *err, void *user);

/* The next look. It holds the lock's memory; without one the checks alone renew. */
static void wait_for_tick(struct mg_lock *l)
{
	const uint32_t third_ms = l->ttl_s * 1000 / 3;

	if (!coodie_session_after(l->session, third_ms < TICK_MS * 4 ? third_ms / 4 : TICK_MS, tick,
				  l, NULL))
		drop(l);
}

static void tick(const coodie_error *err, void *user)
{
	struct mg_lock *l = user;
	bool over;

	pthread_mutex_lock(&l->mutex);
	over = l->released || l->lost || err->code != COODIE_OK;
	pthread_mutex_unlock(&l->mutex);
	if (over) {
		drop(l);
		return;
	}
	renew_soon(l);
	wait_for_tick(l);
}

/* ---- taking it ------------------------------------------------------------------------------- */

/* "held by X since 12 s, 288 s left" */
static bool held(coodie_migrator *m, const coodie_migrate_lock *lock, coodie_error *err)
{
	const int64_t age_ms = cql_timestamp_now().milliseconds - lock->acquired_at_ms;
	char left[60] = "it never ends by itself";

	if (lock->seconds_left >= 0)
		snprintf(left, sizeof left, "%d s left unless renewed", (int)lock->seconds_left);
	return mg_fail(m, COODIE_CAUSE_LOCK_HELD, err, COODIE_ERR_CONFLICT,
		       "migrations: the lock is held by \"%.80s\", taken %" PRId64
		       " s ago (%s); if that run is dead, break the lock",
		       lock->owner, age_ms > 0 ? age_ms / 1000 : 0, left);
}

static struct mg_lock *make_lock(coodie_migrator *m, coodie_error *err)
{
	struct mg_lock *l = cd_alloc_zero(m->options.allocator, sizeof *l);

	if (!l) {
		cd_no_memory(err, "the lock");
		return NULL;
	}
	l->allocator = m->options.allocator ? *m->options.allocator : cd_malloc_allocator;
	l->session = m->session;
	l->renew = cd_strndup(&l->allocator, m->cql[MG_RENEW], strlen(m->cql[MG_RENEW]));
	l->request = mg_request(m, MG_CONDITIONAL);
	l->ttl_s = m->options.lock_ttl_s;
	l->acquired_at = cql_timestamp_now();
	l->holders = 1;
	pthread_mutex_init(&l->mutex, NULL);
	if (l->renew && write_owner(l->owner))
		return l;
	if (l->renew)
		cd_fail(err, COODIE_ERR_UNSUPPORTED, "the lock: the system has no random numbers");
	else
		cd_no_memory(err, "the lock");
	drop(l);
	return NULL;
}

/* From who has it now, whose name may be missing or longer than ours. When another has taken it meanwhile, or
 * nobody has it any more, nothing is broken. */
static enum outcome unlock_of(coodie_migrator *m, const coodie_migrate_lock *lock, cql_value owner,
			      coodie_error *err)
{
	coodie_migrate_lock now;
	enum outcome outcome;
	int tries = 0;

	do {
		now.held = false;
		outcome = write_if(m, MG_UNLOCK, CQL_ARGS(owner), lock->owner, &now, err);
	} while (outcome == APPLIED && now.held && ++tries < SETTLE_TRIES);
	return outcome;
}

/* A row that was written with a time of the future is newer than what deletes it, and a deletion of that time
 * would hide the next lock as well. It is all that the table holds. */
static bool empty(coodie_migrator *m, const coodie_migrate_lock *broken, coodie_error *err)
{
	coodie_migrate_lock now;

	if (!read_lock(m, &now, err))
		return false;
	if (!now.held || strcmp(now.owner, broken->owner) != 0 ||
	    now.acquired_at_ms != broken->acquired_at_ms)
		return true;
	return mg_do(m, MG_EMPTY_LOCK, CQL_ARGS(), err);
}

static bool break_lock(coodie_migrator *m, coodie_error *err)
{
	coodie_result *r = mg_ask(m, MG_READ_LOCK, CQL_ARGS(), MG_AT_SERIAL, err);
	coodie_cursor c = coodie_result_cursor(r);
	coodie_migrate_lock lock = { 0 };
	cql_text owner = { NULL, 0 };
	enum outcome outcome = r ? REFUSED : FAILED;
	bool ok = r;

	if (r && coodie_cursor_next(&c)) {
		read_row(&c, &lock);
		coodie_cursor_text(&c, 0, &owner, NULL);
		outcome = unlock_of(m, &lock,
				    coodie_cursor_is_null(&c, 0) ? cql_null() : cql(owner), err);
		ok = outcome != FAILED && (outcome != APPLIED || empty(m, &lock, err));
	}
	coodie_result_free(r);
	if (ok && outcome == APPLIED)
		mg_note(m, NULL, "the lock of \"%s\" was broken", lock.owner);
	return ok;
}

static enum outcome try_to_take(coodie_migrator *m, struct mg_lock *l, coodie_migrate_lock *lock,
				coodie_error *err)
{
	enum outcome outcome;
	int tries = 0;

	do {
		l->renewed_at_us = mg_now_us();
		outcome = write_if(m, MG_LOCK,
				   CQL_ARGS(cql(l->acquired_at), cql(l->owner), cql((int)l->ttl_s)),
				   l->owner, lock, err);
		/* Whose it is; its own when an attempt that was sent again had worked. */
		if (outcome == REFUSED && !lock->held)
			outcome = settle(m, l->owner, lock, err);
	} while (outcome == NOT_THERE && ++tries < SETTLE_TRIES);
	return outcome;
}

bool mg_lock_take(coodie_migrator *m, coodie_error *err)
{
	coodie_migrate_lock lock = { .size = sizeof lock };
	struct mg_lock *l;
	enum outcome outcome;

	if (m->options.break_lock && !break_lock(m, err))
		return false;
	l = make_lock(m, err);
	if (!l)
		return false;
	outcome = try_to_take(m, l, &lock, err);
	if (outcome == APPLIED) {
		m->lock = l;
		l->holders++;
		wait_for_tick(l);
		cd_clear(err);
		return true;
	}
	drop(l);
	if (outcome == REFUSED)
		return held(m, &lock, err);
	if (outcome == NOT_THERE)
		cd_fail(err, COODIE_ERR_TIMEOUT, "migrations: the lock could not be taken");
	return false;
}

bool coodie_migrator_lock(coodie_migrator *m, coodie_migrate_lock *lock, coodie_error *err)
{
	coodie_migrate_lock own = { .size = sizeof own };
	size_t size = lock->size < sizeof own ? lock->size : sizeof own;
	bool there;

	cd_clear(err);
	m->cause = COODIE_CAUSE_NONE;
	if (!mg_live_has_table(m, m->keyspace, "_coodie_migrations_lock", &there, err) ||
	    (there && !read_lock(m, &own, err)))
		return mg_because(m, COODIE_CAUSE_OTHER);
	own.size = size;
	memcpy(lock, &own, size);
	return true;
}

/* ---- having it ------------------------------------------------------------------------------- */

static bool lost(coodie_migrator *m, coodie_error *err)
{
	coodie_migrate_lock lock;

	if (!read_lock(m, &lock, NULL) || !lock.held)
		return mg_fail(
			m, COODIE_CAUSE_LOCK_LOST, err, COODIE_ERR_CONFLICT,
			"migrations: the lock was lost: it ended, or was broken; nothing more "
			"was run");
	return mg_fail(m, COODIE_CAUSE_LOCK_LOST, err, COODIE_ERR_CONFLICT,
		       "migrations: the lock was lost to \"%.80s\"; nothing more was run",
		       lock.owner);
}

/* Renews it now. Not answered is not enough: it might end while the statement runs. */
static bool renew_now(coodie_migrator *m, struct mg_lock *l, coodie_error *err)
{
	for (uint32_t i = 0; i < RENEW_TRIES; i++) {
		const uint64_t now = mg_now_us();
		coodie_error own = { 0 };
		coodie_result *r = mg_ask(m, MG_RENEW,
					  CQL_ARGS(cql((int)l->ttl_s), cql(l->acquired_at),
						   cql(l->owner), cql(l->owner)),
					  MG_CONDITIONAL, &own);
		const bool applied = r && coodie_result_applied(r);

		coodie_result_free(r);
		cd_error_copy(err, &own);
		pthread_mutex_lock(&l->mutex);
		l->lost |= r && !applied;
		if (applied)
			l->renewed_at_us = now;
		pthread_mutex_unlock(&l->mutex);
		if (r)
			return applied || lost(m, err);
		if (!is_open(&own))
			break;
		pause_ms((uint32_t)SETTLE_MS << i);
	}
	return false;
}

static bool is_lost(struct mg_lock *l, uint64_t *age_us)
{
	bool is;

	pthread_mutex_lock(&l->mutex);
	is = l->lost;
	*age_us = mg_now_us() - l->renewed_at_us;
	pthread_mutex_unlock(&l->mutex);
	return is;
}

bool mg_lock_prove(coodie_migrator *m, coodie_error *err)
{
	uint64_t age_us;

	return is_lost(m->lock, &age_us) ? lost(m, err) : renew_now(m, m->lock, err);
}

bool mg_lock_check(coodie_migrator *m, coodie_error *err)
{
	uint64_t age_us;

	if (!mg_goes_on(m, err))
		return false;
	if (is_lost(m->lock, &age_us))
		return lost(m, err);
	return age_us < (uint64_t)m->lock->ttl_s * 1000000 / 2 || renew_now(m, m->lock, err);
}

bool mg_lock_release(coodie_migrator *m)
{
	struct mg_lock *l = m->lock;
	coodie_migrate_lock lock = { .size = sizeof lock };
	coodie_error err;
	bool is_gone;

	if (!l)
		return true;
	pthread_mutex_lock(&l->mutex);
	l->released = true;
	is_gone = l->lost;
	pthread_mutex_unlock(&l->mutex);
	/* Not answered and still ours: once more. */
	for (int i = 0; !is_gone && i < 3; i++) {
		enum outcome outcome = write_if(m, MG_UNLOCK, CQL_ARGS(cql(l->owner)), l->owner,
						&lock, &err);

		is_gone = outcome == REFUSED || outcome == NOT_THERE ||
			  (outcome == APPLIED && !lock.held);
		lock.held = false;
	}
	if (!is_gone)
		mg_note(m, NULL, "the lock could not be given back; it ends in %u s at most: %s",
			(unsigned)l->ttl_s, err.message);
	m->lock = NULL;
	drop(l);
	return is_gone;
}

bool coodie_migrator_abandon(coodie_migrator *m)
{
	return mg_lock_release(m);
}
