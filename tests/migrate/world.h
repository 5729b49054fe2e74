/* SPDX-License-Identifier: MIT */
/* What tests of migrations begin with: nodes, a session, a directory of files, and what a run tells. */
#ifndef TESTS_MIGRATE_WORLD_H
#define TESTS_MIGRATE_WORLD_H

#include <coodie.h>
#include <coodie/migrate.h>
#include <coodie/node.h>

struct world {
	coodie_node *node;
	coodie_session *session;
	char directory[64];
	coodie_migrate_options
		options; /* of the next migrator: keyspace, directory, events into `told` */
	enum coodie_migrate_cause cause; /* of the last run */
	coodie_error err;                /* likewise */
	char told[8000];                 /* what it told, a line each */
	char text[4000];                 /* what world_rows() gives */
};

/* Whether the tests run on a Cassandra, COODIE_TEST_PLAIN, with COODIE_TEST_REPLICAS of its keyspaces (default: 1); there is no
 * node then. */
bool world_is_real(void);
/* Of the first node. */
const char *world_address(const struct world *w);
/* For cmocka: a world of one node (or of the Cassandra) with the keyspace "shop", which is the session's; and its end. */
int world_setup(void **state);
int world_teardown(void **state);
/* The same for so many nodes, on one thread or on loop threads. */
struct world *world_begin(uint32_t nodes, unsigned loops);
void world_end(struct world *w);
/* Another session to the same nodes. */
coodie_session *world_session(const struct world *w, unsigned loops);

/* Writes a file of the directory, in place of the one before. */
void world_file(struct world *w, const char *name, const char *text);
void world_remove(struct world *w, const char *name);
/* A run: whether it worked; `cause`, `err` and `told` are of it. */
bool world_apply(struct world *w);
bool world_rollback(struct world *w, uint32_t steps);
/* The status as lines: "20260115_001_a SAME cql" */
const char *world_status(struct world *w);
/* Fails the test unless the last run failed so, and its message says this. */
void world_failed(struct world *w, bool worked, enum coodie_migrate_cause cause, const char *says);
/* Fails the test with the error unless it worked. */
void world_ok(struct world *w, bool worked);

/* Runs a statement in the node, as nobody's client. */
void world_execute(struct world *w, const char *cql);
/* Rows as text: "1, 'a'; 2, null". */
const char *world_rows(struct world *w, const char *cql);
/* Adds a fault; its id. */
uint32_t world_fault(struct world *w, const char *spec);

#endif
