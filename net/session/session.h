/* SPDX-License-Identifier: MIT */
/* The public session: a driver and what is kept beside it. Everything a statement needs is behind
 * the driver. */
#ifndef NET_SESSION_H
#define NET_SESSION_H

#include <stdatomic.h>

#include <coodie/driver.h>

#include "net/crew/crew.h"
#include "net/engine/engine.h"

struct cd_policies;
struct cd_session_data;
struct cd_registry;

struct coodie_session {
	coodie_allocator allocator;
	long pid; /* of the process that made it */
	bool guards_schema;
	char *keyspace;
	coodie_driver driver;         /* all NULL in a registry */
	void *state;                  /* of the driver */
	struct cd_engine *engine;     /* the same when the driver is ours; else NULL */
	struct cd_crew *crew;         /* likewise, with loops of its own */
	struct cd_homes *homes;       /* of the crew; NULL: there is none */
	struct cd_policies *policies; /* of an engine, or a crew */
	struct cd_budget *budget;     /* behind `allocator`; NULL: none */
	/* what was added last, first */
	_Atomic(struct cd_session_data *) data;
	struct cd_registry *members;     /* of a registry; NULL: it is none */
	struct coodie_session *registry; /* that has it; NULL: none */
};

/* An empty session. */
coodie_session *cd_session_new(const coodie_allocator *a, const char *keyspace, coodie_error *err);
/* Frees the struct with its data: the last callback has run. */
void cd_session_destroy(coodie_session *s);
/* The session that carries statements: `s`, or a registry's default. NULL with COODIE_ERR_INVALID.
 */
coodie_session *cd_session_carrier(const coodie_session *s, coodie_error *err);
/* Its threads; NULL: it has none. */
struct cd_crew *cd_session_crew(const coodie_session *s);
/* Its only engine: COODIE_ERR_UNSUPPORTED says that `what` needs a cluster. */
struct cd_engine *cd_session_engine(const coodie_session *s, const char *what, coodie_error *err);
/* Begins what ends with a status, where `start` says, or on the session's only engine. */
bool cd_session_start(coodie_session *s, const struct cd_start *start, coodie_status_fn *done,
		      void *user, coodie_error *err);
/* Calls `fn` with an engine, and waits for it: the session's only one, that of the loop this is, or the
 * one that leads. */
bool cd_session_ask(const coodie_session *s, const char *what, void (*fn)(void *engine, void *user),
		    void *user, coodie_error *err);
/* The same with each of its engines, one after the other; on a loop only with that one's. An engine that
 * cannot be asked is passed over. False: the session has none. */
bool cd_session_each(const coodie_session *s, const char *what,
		     void (*fn)(void *engine, void *user), void *user, coodie_error *err);
/* A statement of a caller's, that lies in a struct of our own, becomes whole: its request is the plain one
 * or one as long as we know it (in `*request`, if it has to be copied), its values are there. */
bool cd_statement_adopt(coodie_statement *st, coodie_request *request, coodie_error *err);
/* coodie_session_run() of a registry: all private loops of its members are turned. */
bool cd_registry_run(coodie_session *registry, const bool *until, coodie_error *err);
/* Frees a registry's members, and the registry itself when the last of them is gone. */
void cd_registry_end(coodie_session *registry);
/* A member is gone. */
void cd_registry_drop(coodie_session *registry);

#endif
