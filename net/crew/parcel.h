/* SPDX-License-Identifier: MIT */
/* What is on its way from any thread to a loop: a request with everything it needs, copied, or
 * something that is to be done there. Parcels are used again, with their memory. */
#ifndef NET_PARCEL_H
#define NET_PARCEL_H

#include <coodie/driver.h>
#include <coodie/metrics.h>

#include "base/arena.h"
#include "net/crew/mailbox.h"
#include "net/engine/fellows.h"

enum cd_parcel_kind {
	/* requests: each of them ends with its callback */
	CD_PARCEL_STATEMENT,
	CD_PARCEL_EXECUTE,
	CD_PARCEL_PREPARE,
	CD_PARCEL_START, /* of what ends with a status */
	CD_PARCEL_CLOSE,
	/* the loop's own */
	CD_PARCEL_CANCEL,
	CD_PARCEL_CALL, /* a function runs there, also when the engine is gone (NULL) */
	CD_PARCEL_NEWS, /* what another loop has to tell */
	CD_PARCEL_STOP
};

/* Begins something on the loop that it was sent to; `args` are a copy of what was given. */
typedef bool cd_start_fn(struct cd_engine *e, const void *args, coodie_status_fn *done, void *user,
			 coodie_error *err);

struct cd_parcel {
	struct cd_letter letter; /* first */
	uint32_t index;          /* of its store */
	_Atomic uint32_t free;   /* the next free one's index, plus one */
	enum cd_parcel_kind kind;
	struct cd_arena arena; /* of the copies */
	coodie_statement statement;
	coodie_request request;
	coodie_prepared *prepared; /* a reference */
	cd_start_fn *start;
	const void *args; /* its own copy */
	union {
		coodie_done_fn *result;
		coodie_status_fn *status;
		coodie_prepared_fn *prepared;
		void (*call)(struct cd_engine *e, void *user);
		cd_news_fn *news; /* with `args` */
	} done;
	void *user;
	void *context; /* of the tracing hook */
	uint64_t id;   /* what the caller knows the request by; of a CANCEL: whose */
};

static inline bool cd_parcel_is_request(const struct cd_parcel *p)
{
	return p->kind <= CD_PARCEL_CLOSE;
}

enum { CD_PARCEL_CHUNKS = 20, CD_PARCEL_FIRST = 64 };

/* Parcels, taken and given back by any thread without a lock. */
struct cd_parcels {
	const coodie_allocator *allocator;                    /* of many threads */
	_Atomic(struct cd_parcel *) chunks[CD_PARCEL_CHUNKS]; /* each twice the one before */
	_Atomic uint64_t free; /* index plus one below, a tag that changes above */
	_Atomic uint32_t made;
};

void cd_parcels_init(struct cd_parcels *s, const coodie_allocator *a);
/* All have been given back. */
void cd_parcels_deinit(struct cd_parcels *s);
/* An empty one; NULL: out of memory. */
struct cd_parcel *cd_parcel_take(struct cd_parcels *s, enum cd_parcel_kind kind);
void cd_parcel_give(struct cd_parcels *s, struct cd_parcel *p);
/* Copies a statement with its values and options into a parcel. */
bool cd_parcel_pack(struct cd_parcel *p, const coodie_statement *st, coodie_error *err);
/* Copies `len` bytes for the function that it will run; 0: it wants none. */
bool cd_parcel_set_args(struct cd_parcel *p, const void *args, size_t len);
/* Lets the tracing hook add to its custom payload, on the thread that makes the request. */
bool cd_parcel_adorn(struct cd_parcel *p, const char *cql, coodie_outgoing_fn *fn, void *user,
		     coodie_error *err);

#endif
