/* SPDX-License-Identifier: MIT */
/* One statement of a migration: run once, whatever happens to the run.
 *
 * Before it is sent, a row says that it is being run, and afterwards that it is done. A run that finds a
 * statement begun and not done asks the schema whether it is; where the schema cannot say, the user has to. */
#include <string.h>

#include "base/identifier.h"
#include "migrate/ask.h"
#include "migrate/context.h"
#include "migrate/live.h"
#include "migrate/lock.h"

enum { TEXT_KEPT = 4000 };

/* A statement while it runs. */
struct attempt {
	coodie_migration *c;
	const struct mg_work *work;
	struct mg_ddl ddl;
	struct mg_progress row;
	bool resumed; /* an earlier run had begun it */
};

coodie_migrate_event mg_event(const coodie_migration *c, enum coodie_migrate_event_kind kind)
{
	return (coodie_migrate_event){
		.size = sizeof(coodie_migrate_event),
		.kind = kind,
		.migration = c->name,
		.description = c->description,
		.downgrade = c->downgrade,
		.dry_run = c->migrator->options.dry_run,
		.statement = c->statement,
		.statement_count = c->statement_count,
	};
}

static void tell(const struct attempt *a, enum coodie_migrate_step step, uint64_t elapsed_us)
{
	coodie_migrate_event event = mg_event(a->c, COODIE_MIGRATE_STATEMENT);

	event.step = step;
	event.cql = a->work->cql;
	event.elapsed_us = elapsed_us;
	mg_tell(a->c->migrator, &event);
}

/* Says which statement an error is of. */
static bool of_statement(const struct attempt *a, coodie_error *err)
{
	if (a->work->line)
		cd_error_prefix(err, "%s:%u", a->c->path, (unsigned)a->work->line);
	else
		cd_error_prefix(err, "%s: statement %u", a->c->path, (unsigned)a->c->statement);
	return false;
}

static bool refuse(const struct attempt *a, enum coodie_migrate_cause cause, coodie_error *err,
		   const char *text)
{
	mg_fail(a->c->migrator, cause, err, COODIE_ERR_CONFLICT, "%s", text);
	return of_statement(a, err);
}

/* ---- what it is ------------------------------------------------------------------------------ */

static bool digest_of(const struct attempt *a, char out[MG_DIGEST_SIZE], coodie_error *err)
{
	const cql_args args = a->work->args;
	struct cd_buffer b;
	bool ok;

	cd_buffer_init(&b, a->c->migrator->options.allocator, 0);
	cd_buffer_text(&b, a->work->cql);
	for (size_t i = 0; i < args.count; i++) {
		const size_t len = cql_value_format(args.values[i], NULL, 0);
		char *at;

		cd_buffer_u8(&b, '\0');
		at = (char *)cd_buffer_grow(&b, len + 1);
		if (at)
			cql_value_format(args.values[i], at, len + 1);
	}
	ok = b.failed ? cd_no_memory(err, "a statement") : mg_digest(b.data, b.len, out, err);
	cd_buffer_deinit(&b);
	return ok;
}

static bool describe(struct attempt *a, coodie_error *err)
{
	struct cd_arena *arena = &a->c->migrator->work;
	const size_t len = strlen(a->work->cql);
	char digest[MG_DIGEST_SIZE];

	if (!mg_ddl_parse(arena, a->work->cql, &a->ddl))
		return cd_no_memory(err, "a statement");
	if (!digest_of(a, digest, err))
		return false;
	a->row.name = a->c->name;
	a->row.downgrade = a->c->downgrade;
	a->row.statement = a->c->statement;
	a->row.digest = cd_arena_strndup(arena, digest, sizeof digest - 1);
	a->row.cql = len > TEXT_KEPT ? "" : a->work->cql;
	return a->row.digest || cd_no_memory(err, "a statement");
}

/* What drops, truncates or deletes needs leave, and to be announced by the upgrade that does it. */
static bool may_run(const struct attempt *a, coodie_error *err)
{
	if (!a->ddl.destructive)
		return true;
	if (!a->c->downgrade && !a->c->destructive)
		return refuse(
			a, COODIE_CAUSE_DESTRUCTIVE, err,
			"the statement is destructive, and the migration does not say that it is");
	if (!a->c->migrator->options.allow_destructive && !a->c->migrator->options.dry_run)
		return refuse(a, COODIE_CAUSE_DESTRUCTIVE, err,
			      "the statement is destructive, and leave for that was not given");
	return true;
}

/* ---- what an earlier run left ---------------------------------------------------------------- */

static const struct mg_progress *earlier(const struct attempt *a)
{
	const struct mg_progress *p = a->c->history->progress;

	while (p && (p->statement != a->row.statement || p->downgrade != a->row.downgrade ||
		     strcmp(p->name, a->row.name) != 0))
		p = p->next;
	return p;
}

static bool judge(const struct attempt *a, enum mg_verdict *verdict, coodie_error *err)
{
	*verdict = MG_NO_VERDICT;
	return a->ddl.effect != MG_JUDGED || mg_live_judge(a->c->migrator, &a->ddl, verdict, err);
}

/* What the user says of it. */
static bool resolve(const struct attempt *a, enum mg_verdict *verdict, coodie_error *err)
{
	coodie_migrator *m = a->c->migrator;

	if (!m->options.resolve || m->resolved)
		return refuse(
			a, COODIE_CAUSE_UNJUDGED, err,
			"an earlier run was stopped while it ran this statement, and nothing "
			"tells whether it is done: look, then say resolve \"done\" or \"again\"");
	m->resolved = true;
	*verdict = strcmp(m->options.resolve, "done") == 0 ? MG_DONE : MG_NOT_DONE;
	return true;
}

/* A statement that was begun: is it done? */
static bool look_back(struct attempt *a, const struct mg_progress *p, bool *done, coodie_error *err)
{
	enum mg_verdict verdict = MG_NOT_DONE;

	a->resumed = true;
	a->row.was_done = p->was_done;
	/* What was so before it ran, says nothing; running it again does no harm either. */
	if (!a->work->idempotent && a->ddl.effect != MG_AGAIN && !p->was_done) {
		if (!judge(a, &verdict, err))
			return false;
		if (verdict == MG_NO_VERDICT && !resolve(a, &verdict, err))
			return false;
	}
	*done = verdict == MG_DONE;
	if (!*done || a->c->migrator->options.dry_run)
		return true;
	mg_note(a->c->migrator, a->c->name, "statement %u was done by a run that was stopped",
		(unsigned)a->c->statement);
	return mg_progress_done(a->c->migrator, &a->row, err);
}

/* Whether there is nothing more to do. */
static bool is_done(struct attempt *a, bool *done, coodie_error *err)
{
	const struct mg_progress *p = earlier(a);

	*done = false;
	if (!p)
		return true;
	if (strcmp(p->digest, a->row.digest) != 0)
		return refuse(a, COODIE_CAUSE_CHECKSUM, err,
			      "an earlier run that was stopped had another statement here: put it "
			      "back, what is new can follow behind it");
	*done = p->done;
	return p->done || look_back(a, p, done, err);
}

/* ---- running it ------------------------------------------------------------------------------ */

/* Errors after which it is known that nothing was done. */
static bool did_nothing(const coodie_error *err)
{
	static const uint16_t refusals[] = { 0x1000, 0x1001, 0x1002, 0x2000, 0x2100,
					     0x2200, 0x2300, 0x2400, 0x2500 };
	static const enum coodie_errc own[] = {
		COODIE_ERR_INVALID, COODIE_ERR_UNSUPPORTED, COODIE_ERR_WOULD_BLOCK,
		COODIE_ERR_LIMIT,   COODIE_ERR_TYPE,        COODIE_ERR_RANGE,
		COODIE_ERR_RESOLVE, COODIE_ERR_CONNECT,     COODIE_ERR_TLS,
		COODIE_ERR_AUTH,    COODIE_ERR_VERSION,     COODIE_ERR_OVERLOAD,
	};

	for (size_t i = 0; err->code == COODIE_ERR_SERVER && i < sizeof refusals / sizeof *refusals;
	     i++) {
		if (err->server_code == refusals[i])
			return true;
	}
	for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
		if (err->code == own[i])
			return true;
	}
	return false;
}

static bool send(const struct attempt *a, bool *agreed, coodie_error *err)
{
	coodie_migrator *m = a->c->migrator;
	coodie_request r = mg_request(m, MG_AT_QUORUM);
	coodie_result *result;

	r.timeout_ms = m->options.statement_timeout_ms;
	r.keyspace = m->request_keyspace;
	r.idempotent = a->work->idempotent;
	result = coodie_session_query(m->session, a->work->cql, a->work->args, &r, err);
	*agreed = !a->ddl.is_ddl || (result && coodie_result_schema_agreed(result));
	coodie_result_free(result);
	return result;
}

/* A failure: was it done all the same? The schema may know; else the row that says "running" stays when
 * it can have been, and the next run asks. */
static bool on_failure(struct attempt *a, coodie_error *err)
{
	const bool nothing = did_nothing(err);
	coodie_migrator *m = a->c->migrator;
	enum mg_verdict verdict = MG_NO_VERDICT;

	if ((a->resumed || !nothing) && !a->row.was_done && mg_agree(m, NULL) &&
	    judge(a, &verdict, NULL) && verdict == MG_DONE) {
		cd_clear(err);
		return true;
	}
	m->cause = COODIE_CAUSE_NONE;
	mg_because(m, COODIE_CAUSE_STATEMENT);
	of_statement(a, err);
	if (!nothing || !mg_progress_undo(m, &a->row, NULL))
		a->c->fatal = *err;
	return false;
}

static bool run(struct attempt *a, coodie_error *err)
{
	const uint64_t begun_us = mg_now_us();
	coodie_migrator *m = a->c->migrator;
	enum mg_verdict verdict;
	bool agreed = false;

	if (!mg_goes_on(m, err))
		return of_statement(a, err);
	if (!mg_lock_prove(m, err) || (!a->resumed && !judge(a, &verdict, err)))
		return false;
	if (!a->resumed)
		a->row.was_done = verdict == MG_DONE;
	if (!mg_progress_begin(m, &a->row, err))
		return false;
	tell(a, COODIE_MIGRATE_BEGUN, 0);
	if (!send(a, &agreed, err) && !on_failure(a, err))
		return false;
	if (!mg_progress_done(m, &a->row, err)) {
		cd_error_prefix(err, "the statement has run, and that could not be recorded");
		return of_statement(a, err);
	}
	if (!agreed && !mg_agree(m, err))
		return of_statement(a, err);
	tell(a, COODIE_MIGRATE_RUN, mg_now_us() - begun_us);
	return true;
}

bool mg_work_run(coodie_migration *c, const struct mg_work *work, coodie_error *err)
{
	struct attempt a = { .c = c, .work = work };
	coodie_error own = { 0 };
	bool done = false, ok;

	if (c->fatal.code != COODIE_OK) {
		cd_error_copy(err, &c->fatal);
		return false;
	}
	c->statement++;
	c->migrator->cause =
		COODIE_CAUSE_NONE; /* of a refusal that the migration has passed over */
	ok = describe(&a, &own) && may_run(&a, &own) && is_done(&a, &done, &own);
	if (ok && done)
		tell(&a, COODIE_MIGRATE_SKIPPED, 0);
	else if (ok && c->migrator->options.dry_run)
		tell(&a, COODIE_MIGRATE_PLANNED, 0);
	else if (ok)
		ok = run(&a, &own);
	/* All but a plain refusal by the server ends the migration. */
	if (!ok && c->migrator->cause != COODIE_CAUSE_STATEMENT)
		c->fatal = own;
	cd_error_copy(err, &own);
	return ok;
}

/* ---- the calls of migration.h ---------------------------------------------------------------- */

const char *mg_stored_name(const coodie_migration *c, const char *name)
{
	return name ? cd_identifier_name(&c->migrator->work, name) : c->migrator->keyspace;
}
