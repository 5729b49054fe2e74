/* SPDX-License-Identifier: MIT */
/* A crowd: many requests of one call, so many of them at once. Their callbacks may run on any of a
 * session's loops, at the same time. */
#ifndef ORM_MANY_CROWD_H
#define ORM_MANY_CROWD_H

#include <pthread.h>

#include "orm/run/op.h"

struct cd_crowd;

/* One request under way: what its callback is given. */
struct cd_task {
	struct cd_crowd *crowd;
	struct cd_task *next; /* of those that are free */
	size_t first, count;  /* the items it is about */
	size_t item;          /* the one to blame when it does not begin; the first, unless said */
};

/* Begins a request about the items from task->first on, and says in task->count how many. It ends
 * with cd_crowd_end(), never before this returns. False: it did not begin. Only one runs at a time. */
typedef bool cd_crowd_start_fn(struct cd_crowd *c, struct cd_task *task, coodie_error *err);
/* Gives back what the struct holds: all are over, or none was begun. */
typedef void cd_crowd_settle_fn(struct cd_crowd *c, bool worked);

/* First in the struct of who has one. */
struct cd_crowd {
	struct cd_op *op; /* of the user's call */
	struct cd_arena arena;
	cd_crowd_start_fn *start;
	cd_crowd_settle_fn *settle; /* NULL: there is nothing to settle */
	const char *what;           /* one item is: for messages */
	size_t count;               /* of items */
	size_t *worked;             /* out: how many did; NULL: nobody asks */
	bool go_on;                 /* after a failure */
	/* its own: */
	pthread_mutex_t lock;
	struct cd_task *tasks, *idle;
	size_t next;      /* the first item nobody has begun */
	size_t under_way; /* requests, and whoever holds it */
	size_t done;      /* items that worked */
	bool busy;        /* somebody begins requests */
	bool stopped;     /* nothing more is begun */
	coodie_error err;
};

/* A crowd inside a zeroed struct of `size` bytes. NULL: no callback, or no memory. */
void *cd_crowd_new(size_t size, const struct cd_place *place, const char *verb,
		   coodie_status_fn *done, void *user, coodie_error *err);
/* Ends one that does not run. @return false */
bool cd_crowd_free(struct cd_crowd *c);
/* Begins, with so many requests at once; 0: 128. Whatever becomes of it, it ends itself; false: nothing
 * was sent, and the user is not told. */
bool cd_crowd_run(struct cd_crowd *c, uint32_t in_flight, coodie_error *err);
/* Whether the session is still there, in whose callbacks a user may have ended it; else
 * COODIE_ERR_CLOSED. */
bool cd_crowd_is_open(const struct cd_crowd *c, coodie_error *err);
/* A request is over, with COODIE_OK or why not; `item` is the one to blame. */
void cd_crowd_end(struct cd_task *take_task, size_t item, const coodie_error *err);
/* Nothing more is begun, and that is no failure. */
void cd_crowd_stop(struct cd_crowd *c);

/* Copies the profile, which is read after the call has returned. COODIE_ERR_INVALID: an id was asked
 * for, and there is no one request. */
bool cd_crowd_keep(struct cd_crowd *c, const uint64_t *id, const char **profile, coodie_error *err);

#endif
