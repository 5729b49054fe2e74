/* SPDX-License-Identifier: MIT */
/* The inside of a crew, shared by its files: crew.c (threads), crew_mail.c (what a loop takes),
 * crew_submit.c (requests), crew_close.c, crew_wait.c (who waits), crew_ask.c (questions to loops),
 * crew_news.c (what loops tell each other). */
#ifndef NET_CREW_IMPL_H
#define NET_CREW_IMPL_H

#include <pthread.h>

#include "net/crew/crew.h"
#include "net/crew/parcel.h"
#include "net/engine/fellows.h"

/* What a loop is to look after, by itself: bits of cd_worker.news. */
enum cd_news {
	CD_NEWS_SNAPSHOT = 1, /* there is a newer one */
	CD_NEWS_LEAD = 2,     /* another loop needs what this one reads */
	CD_NEWS_MISSED = 4    /* something could not be told */
};

struct cd_worker {
	struct cd_crew *crew;
	uint32_t index;
	pthread_t thread;
	bool started;
	coodie_loop loop;
	struct cd_engine *engine; /* NULL: it has freed itself */
	struct cd_mailbox mailbox;
	struct cd_parcel *stop;   /* kept for the end, which needs no memory then */
	_Atomic uint32_t waiting; /* requests that were sent and not yet taken */
	_Atomic uint32_t hearsay; /* the same of other loops' news */
	_Atomic unsigned news;
};

/* A text that was handed out, and lives as long as the session. */
struct cd_saying {
	struct cd_saying *next;
	char text[];
};

struct cd_crew {
	coodie_allocator allocator;
	struct coodie_options *options;
	uint32_t count;
	_Atomic uint32_t max_waiting;
	struct cd_worker *workers; /* the first one leads */
	struct cd_homes homes;     /* their engines, but where a hook is to be asked first */
	pthread_key_t key;         /* the worker that a thread is */
	bool has_key;
	struct cd_parcels parcels;
	_Atomic uint32_t next; /* worker to take the next request from outside */
	_Atomic uint64_t ids;
	_Atomic uint32_t alive; /* threads, and who made them */
	atomic_bool closed;
	struct cd_fellows fellows;
	/* what was last read of the cluster */
	pthread_mutex_t board;
	coodie_metadata *snapshot; /* NULL: nothing yet */
	struct cd_saying *said;    /* each once */
	/* who waits in run() */
	_Atomic uint32_t waiters;
	pthread_mutex_t mutex;
	pthread_cond_t told;
	void (*gone)(void *user);
	void *gone_user;
};

/* The worker that this thread is; NULL: none of them. */
static inline struct cd_worker *cd_crew_myself(const struct cd_crew *c)
{
	return pthread_getspecific(c->key);
}

/* The one that reads the topology and the schema. */
static inline struct cd_worker *cd_crew_leader(const struct cd_crew *c)
{
	return c->workers;
}

/* ---- crew_mail.c ----------------------------------------------------------------------------- */

/* A mailbox's function: takes all there is. */
void cd_crew_on_mail(void *worker);
/* Sends it; a request counts as waiting. */
void cd_crew_post(struct cd_worker *w, struct cd_parcel *p);

/* ---- crew_wait.c ----------------------------------------------------------------------------- */

/* Callbacks have run on a loop: somebody may wait for what they left behind. */
void cd_crew_turned(void *crew);
bool cd_crew_run(void *crew, const bool *until, coodie_error *err);

/* ---- crew_submit.c --------------------------------------------------------------------------- */

bool cd_crew_submit(void *crew, const coodie_statement *st, coodie_done_fn *done, void *user,
		    coodie_error *err);
bool cd_crew_cancel(void *crew, uint64_t id);

/* ---- crew_news.c ----------------------------------------------------------------------------- */

/* Fills in what the engines tell each other by. */
void cd_crew_befriend(struct cd_crew *c);
/* A loop looks at its bits. */
void cd_crew_hear(struct cd_worker *w);

#endif
