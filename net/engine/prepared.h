/* SPDX-License-Identifier: MIT */
/* Prepared statements and their cache: by keyspace and text, the least recently used is forgotten
 * first. */
#ifndef NET_PREPARED_H
#define NET_PREPARED_H

#include <stdatomic.h>

#include <coodie/execute.h>

#include "net/engine/request.h"
#include "net/policy/balancer.h"
#include "net/result/statement.h"
#include "net/ring/extensions.h"
#include "net/ring/routing.h"
#include "proto/bind.h"

/* The parameters that an EXECUTE's template has in it. */
struct cd_shape {
	cql_consistency serial_consistency;
	int32_t page_rows;
	uint8_t version;
	bool has_page_rows, has_timestamp;
};

/* Where and how it goes when a request has the session's defaults: worked out by net/engine/engine_express.c
 * for a generation of what its engine goes by. */
struct cd_express {
	uint64_t generation;
	const cql_execute *execute; /* the statement's; NULL: it takes the long way */
	bool by_token;              /* its hosts are to be found for each request */
	struct cd_choices choices;  /* otherwise */
};

/* The public type. One thread, that of its engine, but for its references, its texts, and what the
 * server said first: the binds. */
struct coodie_prepared {
	struct cd_express express;
	coodie_allocator allocator; /* a copy, so that it can be freed after its session */
	atomic_uint refs;           /* counted by any thread */
	uint32_t load;              /* PREPAREs answered so far */
	uint64_t loaded_on;         /* the number of the connection the last one was answered on */
	char *cql, *keyspace;       /* keyspace "": none */
	size_t cql_len;
	bool own_keyspace; /* the request named its keyspace: it goes along with PREPARE (v5) */
	uint64_t hash;
	struct coodie_prepared *chain;         /* of its bucket */
	struct coodie_prepared *newer, *older; /* by use */
	bool cached;
	const void *engine; /* whose it is: only compared */
	struct cd_request
		*loads; /* PREPAREs under way, by next_load; who waits is in their `waiters` */
	/* what the server said; binds never change, as callers may hold their names and types */
	struct cd_metadata *home; /* holds the binds; NULL before the first answer */
	struct cd_columns binds;
	bool outgrown; /* user types of its binds have got fields since: values without them will do */
	struct cd_markers markers; /* how they are written */
	const uint16_t *key; /* which of them are the partition key, in its order; in `home` */
	uint16_t key_count;
	struct cd_metadata *result; /* the columns of its rows */
	uint8_t *id;                /* id, then metadata id, in one piece */
	size_t id_len, metadata_id_len;
	bool skip_metadata;                /* a response may leave its columns out */
	struct cd_statement_traits traits; /* what its text says */
	bool is_lwt;                       /* it is conditional */
	struct cd_routing routing;         /* where its partition key is */
	cql_execute *execute;              /* all of EXECUTE but the values; NULL: to be made */
	struct cd_shape shape;
	uint8_t misfits; /* asked for in other shapes in a row */
};

struct cd_prepared_cache {
	const coodie_allocator *allocator;
	struct coodie_prepared **buckets;
	size_t size; /* of buckets: a power of two */
	uint32_t count, max;
	uint64_t evicted; /* to make room */
	struct coodie_prepared *newest, *oldest;
	/* the statement last asked for, by the address of its text: programs ask with the same
	 * literal again */
	const char *last_text;
	struct coodie_prepared *last;
};

void cd_prepared_cache_init(struct cd_prepared_cache *c, const coodie_allocator *a, uint32_t max);
void cd_prepared_cache_deinit(struct cd_prepared_cache *c);
/* Finds or adds a statement; borrowed from the cache. `own_keyspace` as in the struct. NULL: out of
 * memory. */
struct coodie_prepared *cd_prepared_get(struct cd_prepared_cache *c, const char *cql,
					const char *keyspace, bool own_keyspace, coodie_error *err);
/* Forgets one; those who hold it keep it. */
void cd_prepared_forget(struct cd_prepared_cache *c, struct coodie_prepared *p);
/* The schema has changed: the markers of what is cached may have other types now. Those who hold a
 * statement keep it, and hear of it from the server. */
void cd_prepared_cache_flush(struct cd_prepared_cache *c);
static inline coodie_prepared *cd_prepared_ref(coodie_prepared *p)
{
	atomic_fetch_add_explicit(&p->refs, 1, memory_order_relaxed);
	return p;
}
/* The last reference is gone. */
void cd_prepared_end(coodie_prepared *p);
/* coodie_prepared_free() of what is not NULL. */
static inline void cd_prepared_unref(coodie_prepared *p)
{
	if (atomic_fetch_sub_explicit(&p->refs, 1, memory_order_acq_rel) == 1)
		cd_prepared_end(p);
}

/* Makes a look at another engine's statement: what never changes of it, as long as `p` lives. It is not
 * freed. */
void cd_prepared_look(struct coodie_prepared *out, const struct coodie_prepared *p);

/* Whether its markers are known, so that values can be encoded. */
static inline bool cd_prepared_is_known(const struct coodie_prepared *p)
{
	return p->home != NULL;
}

/* Whether its writes, or a read of that consistency, wait for others (S8). */
static inline bool cd_prepared_is_lwt(const struct coodie_prepared *p, cql_consistency c)
{
	return p->is_lwt || p->traits.is_lwt || (p->traits.is_read && cd_consistency_is_serial(c));
}

/* Takes the answer to PREPARE. COODIE_ERR_CONFLICT when the markers changed. */
bool cd_prepared_load(struct coodie_prepared *p, const cql_envelope *answer,
		      const struct cd_extensions *x, coodie_error *err);
/* Its template for such parameters, which have neither paging state nor keyspace nor time. NULL: there is
 * none, or no memory for one. */
const cql_execute *cd_prepared_template(struct coodie_prepared *p, unsigned version,
					const cql_params *params);
/* Its template for use in a BATCH. NULL: out of memory. */
const cql_execute *cd_prepared_item(struct coodie_prepared *p);

/* The server sent new columns under a new id along with rows. False: out of memory, and all is as
 * before. */
bool cd_prepared_changed(struct coodie_prepared *p, cql_blob metadata_id,
			 struct cd_metadata *columns);

#endif
