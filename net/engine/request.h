/* SPDX-License-Identifier: MIT */
/* One request from its submission to its callback, the lists it stands in on the way, and the pool
 * it comes from. */
#ifndef NET_REQUEST_H
#define NET_REQUEST_H

#include <coodie/execute.h>
#include <coodie/session.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/slab.h"
#include "net/engine/wheel.h"
#include "net/result/result.h"
#include "proto/execute.h"

enum cd_request_kind {
	CD_REQUEST_VOID,     /* nothing to send */
	CD_REQUEST_QUERY,    /* a text as it is */
	CD_REQUEST_EXECUTE,  /* through a prepared statement */
	CD_REQUEST_BATCH,    /* several of the two */
	CD_REQUEST_PREPARE,  /* a user waits for a prepared statement */
	CD_REQUEST_LOAD,     /* the engine's own: sends PREPARE for all who wait for it */
	CD_REQUEST_TELL,     /* likewise, to a node that nobody waits for */
	CD_REQUEST_REGISTER, /* the engine's own, as the next ones */
	CD_REQUEST_REGISTER_ROUTES,
	CD_REQUEST_OPTIONS, /* a heartbeat */
	CD_REQUEST_CONNECT,
	CD_REQUEST_READY, /* a user waits for room */
	CD_REQUEST_WAIT,  /* a user waits for what the engine does */
	CD_REQUEST_CLOSE
};

struct cd_counters;
struct cd_extras;
struct cd_request;

/* One sending of a request: what a stream id belongs to until its answer. */
struct cd_attempt {
	struct cd_request *request;
	struct cd_attempt *next; /* of the request */
	struct cd_wire *wire;    /* NULL: not on its way */
	int32_t stream;
	uint32_t load;    /* which PREPARE's answer it was sent with */
	uint32_t number;  /* how many were made before it */
	bool speculative; /* another one was out */
	uint64_t sent_us;
	uint64_t sent_at;             /* bytes that its connection had sent before */
	struct cd_metadata *metadata; /* what a response without columns means; a reference */
};

/* A queue of requests. Each request stands in at most one. */
struct cd_requests {
	struct cd_request *first, *last;
	uint32_t count;
};

enum { CD_TRIED = 8 };

/* A statement of a BATCH, or several in a row that are encoded: net/engine/engine_batch.c. */
struct cd_child {
	struct coodie_prepared *prepared; /* a reference; NULL: a text */
	const cql_value *args;            /* until they are encoded */
	const char *cql;                  /* of a text, likewise */
	size_t at;                        /* where its bytes begin in `kept` */
	uint32_t times;                   /* so many are encoded there, with other values */
	uint64_t told;                    /* as in the request */
	uint32_t load;                    /* which PREPARE's answer its id is from */
	uint16_t value_count;
};

struct cd_children {
	struct cd_child *at;
	uint32_t count, room;
	uint32_t known; /* the first so many are known to a server */
	uint16_t statements;
	enum cql_batch_type type;
};

/* One more, of nothing; NULL: out of memory. */
struct cd_child *cd_children_add(struct cd_children *c, const coodie_allocator *a);
/* Without any; the memory is kept. */
void cd_children_clear(struct cd_children *c);

/* A piece of the request's `kept` bytes. */
struct cd_piece {
	size_t at, len;
};

/* A whole EXECUTE or BATCH in `kept`, and when it is what would be written. */
struct cd_whole {
	struct cd_piece bytes; /* of length 0: there is none */
	uint32_t load; /* its id is of this PREPARE's answer; of a BATCH each child has one */
	cql_consistency consistency;
	uint8_t version;
};

struct cd_request {
	struct cd_request *next, *prev;
	struct cd_requests *in; /* the list it stands in */
	struct cd_deadline deadline;
	struct cd_deadline retry; /* it is sent again, or, while it flies, once more */
	enum cd_request_kind kind;
	bool used;    /* taken from the pool */
	bool express; /* sent once, by net/engine/engine_express.c */
	bool encoded; /* `values` is complete; otherwise `args` are still to be encoded */
	bool plain;   /* it takes what its only attempt takes, which is counted at its end */
	bool failed;  /* `error` says why; otherwise `result` */
	bool dirty;   /* when free: its last life has left more behind than an express one does */
	bool tracing;
	bool idempotent; /* may be done twice */
	bool is_read, is_lwt;
	bool drawn;      /* `random` and `turn` are */
	bool own;        /* the engine's: nobody outside waits for it */
	bool speculated; /* two attempts were out at once */
	bool has_node;   /* it goes to `node`, to its `shard` (-1: any), or nowhere */
	int32_t shard;
	cql_inet node;
	uint32_t profile;    /* its index */
	uint32_t turn;       /* of the choice among hosts, */
	uint64_t random;     /* and chance: the same for all attempts */
	struct cd_wire *pin; /* goes there or nowhere; never waits */
	uint64_t told;       /* the number of the connection that had forgotten its statement, and
				 has been told */
	uint32_t index, generation; /* what its id is made of */
	uint32_t timeout_ms;
	uint64_t began_us;            /* when it was sent, or began to wait; 0: neither yet */
	struct cd_counters *counters; /* of where it was sent last; NULL: nowhere */
	struct cd_attempt first;      /* the attempt that most requests need only */
	struct cd_attempt *flying;    /* those that wait for an answer */
	uint32_t attempts;            /* ever made */
	uint32_t retries;             /* attempts that failed and were made again */
	uint32_t stay;                /* the slot of the host to ask once more, plus one; 0: none */
	uint16_t tried[CD_TRIED];     /* slots of the hosts they went to */
	union {
		coodie_done_fn *result;
		coodie_status_fn *status;
		coodie_prepared_fn *prepared;
	} done;
	void *user;
	uint64_t alias;                   /* another id to find it by; 0: none */
	struct cd_request *next_alias;    /* of the same chain */
	struct coodie_prepared *prepared; /* a reference */
	struct cd_request *next_load;     /* of the same statement */
	struct cd_requests waiters;       /* of a LOAD */
	cql_params params;                /* its pointers are set when it is sent */
	struct cd_buffer kept;            /* the text, the values, and what params points to */
	struct cd_piece text, values, paging_state, keyspace;
	struct cd_whole whole;
	struct cd_children children;
	uint16_t value_count;
	uint8_t tablet_block;  /* what EXECUTE ends with under tablets-routing-v2 */
	struct cd_arena arena; /* of `args` and `extras` */
	cql_value *args;
	const char *const *names; /* of `args`, in the arena; NULL: they are in order */
	struct cd_extras *extras; /* NULL: none */
	coodie_result *result;
	coodie_error error; /* also of the last attempt that failed */
};

void cd_requests_push(struct cd_requests *list, struct cd_request *r);
void cd_requests_push_front(struct cd_requests *list, struct cd_request *r);
/* Takes it out of the list it stands in, if any. */
void cd_requests_remove(struct cd_request *r);
struct cd_request *cd_requests_pop(struct cd_requests *list);
/* Moves all of `from` to the end of `to`. */
void cd_requests_move(struct cd_requests *to, struct cd_requests *from);

/* Requests are recycled with the memory of their bytes, so that the steady path takes none. */
struct cd_request_pool {
	const coodie_allocator *allocator;
	struct cd_slab slab;
	struct cd_request **all; /* by index */
	uint32_t count, size;
	struct cd_request *free;     /* by `next` */
	size_t large;                /* bytes that free ones keep beyond the usual */
	struct cd_request **aliases; /* chains of those that have one; NULL: none, or no memory */
	uint32_t chains;             /* a power of two */
};

void cd_request_pool_init(struct cd_request_pool *p, const coodie_allocator *a);
/* Every request must have been given back. */
void cd_request_pool_deinit(struct cd_request_pool *p);
/* Gives the bytes back that free ones keep. */
void cd_request_pool_trim(struct cd_request_pool *p);
/* An empty one; NULL: out of memory. */
struct cd_request *cd_request_take(struct cd_request_pool *p, enum cd_request_kind kind);
/* Drops what it holds, but not `result`, and not its place in a list or on a wheel. */
void cd_request_give(struct cd_request_pool *p, struct cd_request *r);

/* ---- other ids -------------------------------------------------------------------------------- */

/* Gives one another id, which is not 0 and nobody else's, until it is given back. */
void cd_request_name(struct cd_request_pool *p, struct cd_request *r, uint64_t alias);
void cd_request_unname(struct cd_request_pool *p, struct cd_request *r);
/* NULL when the request of that id is over. */
struct cd_request *cd_request_find_alias(const struct cd_request_pool *p, uint64_t alias);

/* ---- express ones: what they never touch need not be cleared between two of them ------------- */

/* The most bytes that a free request may keep uncounted. */
enum { CD_REQUEST_KEPT = 4096 };

/* As when it was made, but for its memory. */
void cd_request_clear(struct cd_request *r);

/* A free one, or NULL, that is not yet in use. It has `kind`, `prepared`, `kept` and what belongs to an attempt from the life
 * before. */
static inline struct cd_request *cd_request_take_express(struct cd_request_pool *p)
{
	struct cd_request *r = p->free;

	if (!r)
		return NULL;
	p->free = r->next;
	if (r->kept.cap > CD_REQUEST_KEPT)
		p->large -= r->kept.cap;
	if (r->dirty)
		cd_request_clear(r);
	r->kept.len = 0;
	return r;
}

/* Gives one back that was answered and has never been anything else; its statement is the caller's. */
static inline void cd_request_give_express(struct cd_request_pool *p, struct cd_request *r)
{
	if (r->kept.cap > CD_REQUEST_KEPT || r->children.count) {
		r->prepared = NULL;
		cd_request_give(p, r);
		r->dirty = false;
		return;
	}
	if (r->alias)
		cd_request_unname(p, r);
	r->generation++;
	r->used = false;
	r->next = p->free;
	p->free = r;
}

/* Never 0, and never again another request's. */
uint64_t cd_request_id(const struct cd_request *r);
/* NULL when the request of that id is over. */
struct cd_request *cd_request_find(const struct cd_request_pool *p, uint64_t id);

/* Appends bytes to `kept`; check kept.failed at the end. */
struct cd_piece cd_request_keep(struct cd_request *r, const void *data, size_t len);
/* Copies the values, to be encoded when the types are known. */
bool cd_request_keep_args(struct cd_request *r, cql_args args, coodie_error *err);
/* Copies of values, in its arena; NULL: out of memory. */
cql_value *cd_request_copy_args(struct cd_request *r, cql_args args);
/* Says which marker an error is about: "bind 2 (age int): ...". */
void cd_request_blame(const struct coodie_prepared *p, size_t i, coodie_error *err);
/* Whether a statement has so many markers. */
bool cd_request_check_count(const struct coodie_prepared *p, size_t count, coodie_error *err);
/* Encodes values for the markers of r->prepared into `kept`. */
bool cd_request_encode(struct cd_request *r, const cql_value *values, size_t count,
		       coodie_error *err);
/* All that it keeps is an EXECUTE of this template, ready to be sent. */
static inline void cd_request_set_whole(struct cd_request *r, uint32_t load, const cql_execute *e)
{
	r->whole.bytes = (struct cd_piece){ 0, r->kept.len };
	r->whole.load = load;
	r->whole.consistency = r->params.consistency;
	r->whole.version = e->version;
	r->values = (struct cd_piece){ e->head.len, r->kept.len - e->head.len - e->tail.len };
	r->value_count = e->markers.count;
}
/* The same, where it can be with the message around them, as this version writes it: one copy when it
 * is sent. Only on the statement's own loop. */
bool cd_request_encode_whole(struct cd_request *r, const cql_value *values, size_t count,
			     unsigned version, coodie_error *err);

#endif
