/* SPDX-License-Identifier: MIT */
/* A migrator from the inside: what a run was told, and what it knows. */
#ifndef MIGRATE_MIGRATOR_H
#define MIGRATE_MIGRATOR_H

#include <coodie/migrate.h>
#include <stdatomic.h>

#include "base/arena.h"
#include "base/error.h"

/* What a migrator sends. */
enum mg_cql {
#define X(name, text) MG_##name,
#include "migrate/cql.def"
#undef X
	MG_CQL_COUNT
};

struct mg_lock;

struct coodie_migrator {
	coodie_session *session;
	coodie_migrate_options
		options; /* texts are in `arena`, and so is all below; defaults are filled in */
	struct cd_arena arena;
	const char *keyspace;         /* as stored */
	const char *keyspace_cql;     /* as CQL writes it */
	const char *request_keyspace; /* NULL: the session's is the same */
	const char *cql[MG_CQL_COUNT];
	struct cd_arena work; /* of the call that is in progress */
	enum coodie_migrate_cause cause;
	struct mg_lock *lock; /* NULL: not held */
	int64_t ahead_us;     /* so far ahead was a clock that wrote what is there; put.h */
	bool resolved;        /* options.resolve was used up */
	atomic_bool stopped;  /* by coodie_migrator_stop() */
};

/* Says why the call fails, once: the innermost cause stays. False. */
bool mg_because(coodie_migrator *m, enum coodie_migrate_cause cause);
/* The same with its error. */
bool mg_fail(coodie_migrator *m, enum coodie_migrate_cause cause, coodie_error *err,
	     enum coodie_errc code, const char *format, ...) COODIE_PRINTF(5, 6);

/* Whether the run may go on; if not, the error says so. */
bool mg_goes_on(coodie_migrator *m, coodie_error *err);

/* Tells who listens. */
void mg_tell(coodie_migrator *m, const coodie_migrate_event *event);
/* A note about a migration; `migration` NULL: about none. */
void mg_note(coodie_migrator *m, const char *migration, const char *format, ...)
	COODIE_PRINTF(3, 4);

/* Microseconds of a clock that never goes back. */
uint64_t mg_now_us(void);

#endif
