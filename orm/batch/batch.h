/* SPDX-License-Identifier: MIT */
/* A batch being filled: plans that are kept until they are sent together. */
#ifndef ORM_BATCH_BATCH_H
#define ORM_BATCH_BATCH_H

#include <coodie/batch.h>

#include "orm/write/write.h"

/* One statement: the plan of a verb, or what the caller wrote. */
struct cd_entry {
	bool planned;
	struct cd_write write;
	const char *cql; /* of the caller's, as `prepared` and `args`; in the batch's arena */
	coodie_prepared *prepared;
	cql_args args;
};

/* Who is told that a batch was applied. */
struct cd_listener {
	struct cd_listener *next;
	void (*fn)(void *user);
	void *user;
};

struct coodie_batch {
	atomic_uint refs; /* the user, and a run under way */
	coodie_allocator allocator;
	coodie_session *given; /* a session or a registry; that of the options, if they name one */
	coodie_session *session; /* where it goes: that of the first statement; NULL: not known */
	coodie_batch_options options; /* its profile in `lasting` */
	struct cd_arena lasting;      /* what is kept by a clear */
	struct cd_listener *listeners, **last_listener;
	struct cd_arena arena; /* texts and binds of the caller's statements */
	struct cd_entry *entries;
	size_t count, room;
	size_t bytes;     /* of the binds, about */
	bool running;     /* until the answer nothing is added, sent or forgotten */
	coodie_error err; /* the first mistake made while adding */
};

coodie_batch *cd_batch_ref(coodie_batch *b);
/* Forgets the statements, and with them where they go; not a mistake. */
void cd_batch_empty(coodie_batch *b);
/* About how many bytes values take on the wire. */
size_t cd_batch_bytes(cql_args args);
/* stamp.c: puts the plan's own timestamp, if it has one, into its text. */
bool cd_batch_stamp(struct cd_write *w, coodie_error *err);

#endif
