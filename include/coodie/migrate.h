/* SPDX-License-Identifier: MIT */
/**
 * @file migrate.h
 * Migrations: files that change a schema, each applied once, in order, whatever interrupts it.
 *
 *     coodie_migrator *m = coodie_migrator_new(s, COODIE_MIGRATE(.directory = "migrations"), &err);
 *     if (m && !coodie_migrator_apply(m, &err))
 *         fprintf(stderr, "%s: %s\n", coodie_migrate_cause_name(coodie_migrator_cause(m)), err.message);
 *     coodie_migrator_free(m);
 *
 * A library of its own, libcoodie-migrate (pkg-config: coodie-migrate), over a session of libcoodie.
 * docs/guide/migrations.md has the files, and what is in the cluster: the tables `_coodie_migrations`
 * and `_coodie_migrations_lock` are those of Python coodie, with the same values in them.
 *
 * **Blocking.** Every call blocks, and a migrator belongs to one thread at a time. The session may be
 * one with a private loop or with loop threads, not one on a loop of the caller's.
 *
 * **Events** are called on the thread that called, one at a time.
 */
#ifndef COODIE_MIGRATE_H
#define COODIE_MIGRATE_H

#include <coodie/session.h>

COODIE_BEGIN

/** Why a call of a migrator failed; one row of migrate_causes.def each. */
enum coodie_migrate_cause {
#define X(name, number, text) COODIE_CAUSE_##name = (number),
#include <coodie/migrate_causes.def>
#undef X
};

/** @return "LOCK_HELD"; "UNKNOWN" for a number outside the table */
COODIE_API const char *coodie_migrate_cause_name(enum coodie_migrate_cause cause);

/* ---- events ------------------------------------------------------------------------------ */

enum coodie_migrate_event_kind {
	COODIE_MIGRATE_BEGIN,     /**< of a migration */
	COODIE_MIGRATE_STATEMENT, /**< `step` says what of it */
	COODIE_MIGRATE_SCAN,      /**< how far a scan of a table is */
	COODIE_MIGRATE_END,       /**< of a migration: it is recorded */
	COODIE_MIGRATE_NOTE       /**< `text` is for the reader */
};

enum coodie_migrate_step {
	COODIE_MIGRATE_PLANNED, /**< a dry run would run it */
	COODIE_MIGRATE_BEGUN,   /**< it is sent now */
	COODIE_MIGRATE_RUN,     /**< it is done */
	COODIE_MIGRATE_SKIPPED  /**< an earlier run has done it */
};

/** What happens; texts live during the call. */
typedef struct coodie_migrate_event {
	size_t size; /**< sizeof(coodie_migrate_event), set by the library */
	enum coodie_migrate_event_kind kind;
	const char *migration;   /**< its name; NULL: a note that belongs to none */
	const char *description; /**< "" when it has none */
	bool downgrade, dry_run;
	/* of a statement */
	enum coodie_migrate_step step;
	uint32_t statement, statement_count; /**< from 1; how many there are, 0: not known (C) */
	const char *cql;
	uint64_t elapsed_us; /**< of a statement that was run, of a migration at its end */
	/* of a scan */
	const char *table; /**< as CQL writes it, with its keyspace */
	uint32_t ranges_done, ranges;
	uint32_t per_mille; /**< of the ring of tokens, ranges that are half read too */
	uint64_t rows, rows_per_second;
	uint32_t seconds_left; /**< an estimate; UINT32_MAX: not known yet */
	/* of a note */
	const char *text;
} coodie_migrate_event;

typedef void coodie_migrate_event_fn(const coodie_migrate_event *event, void *user);

/* ---- the migrator ------------------------------------------------------------------------ */

/** What a run is told; written as COODIE_MIGRATE(.dry_run = true). Copied. */
typedef struct coodie_migrate_options {
	size_t size;          /**< filled by COODIE_MIGRATE */
	const char *keyspace; /**< of the state, and of statements that name none, as CQL writes it;
				  NULL: the session's */
	const char *directory;  /**< NULL: "migrations"; one that is not there holds nothing */
	bool dry_run;           /**< tells what would be done; takes no lock, writes nothing */
	bool allow_destructive; /**< what drops, truncates or deletes may run */
	bool allow_changed;     /**< files may differ from what was applied of them */
	bool break_lock;        /**< takes the lock away from who holds it now */
	const char *target;  /**< apply: the last one to apply, or how its name begins; NULL: all */
	uint32_t steps;      /**< rollback: how many; 0: 1 */
	uint32_t lock_ttl_s; /**< 0: 300; renewed at a third of it */
	uint32_t statement_timeout_ms; /**< 0: 120000 */
	uint32_t agreement_timeout_ms; /**< 0: 30000 */
	/** What became of the statement that could not be judged: "done" or "again"; NULL: not known.
	 * It counts for one statement. */
	const char *resolve;
	const char *compiler;       /**< of migrations in C; NULL: "cc" */
	const char *compiler_flags; /**< NULL: what pkg-config says of coodie-migrate */
	const char *
		build_directory; /**< where plug-ins are built, in a private directory; NULL: "/tmp" */
	coodie_migrate_event_fn *event; /**< NULL: nobody listens */
	void *user;
	const coodie_allocator *allocator; /**< NULL: the session's */
} coodie_migrate_options;

#ifndef __cplusplus
#define COODIE_MIGRATE(...) \
	(&(const coodie_migrate_options){ .size = sizeof(coodie_migrate_options), __VA_ARGS__ })
#endif

typedef struct coodie_migrator coodie_migrator;

/**
 * Makes a migrator. No I/O.
 * @param s    must outlive it
 * @param err  COODIE_ERR_INVALID: no keyspace, a word that `resolve` does not know
 * @return freed with coodie_migrator_free()
 */
COODIE_API coodie_migrator *
coodie_migrator_new(coodie_session *s, const coodie_migrate_options *options, coodie_error *err);
/** NULL is fine. */
COODIE_API void coodie_migrator_free(coodie_migrator *m);
/** Why the last call failed; COODIE_CAUSE_NONE when it did not. */
COODIE_API enum coodie_migrate_cause coodie_migrator_cause(const coodie_migrator *m);

/**
 * Applies what is pending, in the order of names. Everything is read and checked before the first
 * statement runs. A failure leaves what was applied before it recorded, and the lock released.
 */
COODIE_API bool coodie_migrator_apply(coodie_migrator *m, coodie_error *err);
/**
 * Rolls back the newest that are applied and have a file here. One that a run which was stopped has rolled back to the
 * end without saying so is told of, and is one of the steps.
 */
COODIE_API bool coodie_migrator_rollback(coodie_migrator *m, coodie_error *err);

/**
 * Ends the run that is under way before its next statement, or the next page of a scan: what was done stays done, the
 * lock is given back, and the next run goes on there. The run fails with COODIE_ERR_CANCELLED, COODIE_CAUSE_STOPPED.
 * Where none is under way, the next one ends so. From any thread, and from the handler of a signal.
 */
COODIE_API void coodie_migrator_stop(coodie_migrator *m);

/**
 * Gives back the lock of a run that will never go on: for a handler of atexit(), where a migration in C has called
 * exit(). Such a migration stays half done, and the next run goes on with it. On the thread of the run alone; behind it
 * nothing is called of this migrator any more.
 * @return false: nobody answered, or nothing may block here; the lock ends by itself, which was told as a note
 */
COODIE_API bool coodie_migrator_abandon(coodie_migrator *m);

/** How a row of the state compares with the files of its name. */
enum coodie_migration_match {
	COODIE_MIGRATION_PENDING,  /**< there is no row */
	COODIE_MIGRATION_SAME,     /**< a file has the digest of the row */
	COODIE_MIGRATION_CHANGED,  /**< no file of the name has it */
	COODIE_MIGRATION_ELSEWHERE /**< there is no file of the name: another tool applied it */
};

/** A migration; texts live during the call. */
typedef struct coodie_migration_status {
	size_t size; /**< sizeof(coodie_migration_status), set by the library */
	const char *name;
	const char *description; /**< as applied; "" when it is pending */
	const char *checksum;    /**< as applied; "" when it is pending */
	int64_t applied_at_ms;   /**< since 1970; 0 when it is pending, or not known */
	enum coodie_migration_match match;
	bool has_py, has_cql, has_c; /**< its files */
	/** What a run that did not end has left: statements done, 0 of 0 when nothing. */
	bool in_progress, downgrade;
	uint32_t statements_done;
	const char *statement; /**< the one that was being run; NULL: none */
	/** A run that was stopped has rolled it back to the end, and had not said so yet: the next rollback clears that up,
	 * as the first of its steps. */
	bool rolled_back;
} coodie_migration_status;

typedef void coodie_migration_status_fn(const coodie_migration_status *status, void *user);

/** Tells of every migration, files and rows, in the order of names. Writes nothing. */
COODIE_API bool coodie_migrator_status(coodie_migrator *m, coodie_migration_status_fn *each,
				       void *user, coodie_error *err);

/** Who holds the lock. */
typedef struct coodie_migrate_lock {
	size_t size; /**< sizeof(coodie_migrate_lock), set by the caller */
	bool held;
	char owner[200];        /**< "coodie-migrate" is Python's */
	int64_t acquired_at_ms; /**< by the owner's clock; 0: not known */
	int32_t seconds_left;   /**< until it ends by itself; -1: never */
} coodie_migrate_lock;

/** Reads the lock, at SERIAL. Writes nothing. */
COODIE_API bool coodie_migrator_lock(coodie_migrator *m, coodie_migrate_lock *lock,
				     coodie_error *err);

/* ---- writing one ------------------------------------------------------------------------- */

struct coodie_diff;

/**
 * Writes a migration that leads from one schema to another (diff.h): YYYYMMDD_NNN_description.cql, the
 * day here, the number behind the highest of all that are there. A directory that is not there is made. The
 * file is there whole or not at all, and none is written over. A change that no statement does is a line
 * "-- impossible: ...", with which the file does not run until somebody has written what does.
 * @param description  the first line of the file's head, and its name in small letters and underscores;
 *                     "": "migration"
 * @param path         out: where it is, cut at `size`
 * @param err          COODIE_ERR_INVALID: why not; COODIE_ERR_LIMIT: there is a number 999
 */
COODIE_API bool coodie_migration_write(const char *directory, const char *description,
				       const struct coodie_diff *diff, char *path, size_t size,
				       coodie_error *err);

COODIE_END

#endif
