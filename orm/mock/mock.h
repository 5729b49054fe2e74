/* SPDX-License-Identifier: MIT */
/* The recording driver: what was sent, what is still to be answered, and with what. */
#ifndef ORM_MOCK_MOCK_H
#define ORM_MOCK_MOCK_H

#include <coodie/mock.h>

#include "base/arena.h"

/* A session's way to the mock. */
struct cd_lane {
	coodie_mock *mock;
	unsigned refs;       /* the session, and whoever delivers */
	bool freed;          /* the session is */
	unsigned delivering; /* callbacks that have not returned */
};

/* One statement. Everything is copied into the arena. */
struct cd_call {
	struct cd_arena arena;
	coodie_statement st;
	coodie_request request;
	bool recorded; /* the mock's list has it; one that only asks for a turn is never there */
	/* until it is answered */
	struct cd_call *next; /* sent after it */
	struct cd_lane *lane; /* NULL: answered */
	uint64_t id;
	coodie_done_fn *done;
	void *user;
	coodie_result *result;
	coodie_error err;
};

/* What some statement will be answered. */
struct cd_answer {
	struct cd_answer *next;
	coodie_result *result;
	coodie_error err;
	char prefix[];
};

struct coodie_mock {
	coodie_allocator allocator;
	unsigned refs; /* its owner, and each session */
	bool held;
	uint64_t last_id;
	struct cd_call **calls; /* recorded, in their order */
	size_t count, room;
	struct cd_call *waiting; /* the oldest first */
	struct cd_answer *answers;
};

/* coodie_mock_new() with an allocator, NULL for malloc: for tests without memory. */
coodie_mock *cd_mock_new(const coodie_allocator *a, coodie_error *err);
void cd_mock_unref(coodie_mock *mock);

/* "BEGIN BATCH " and its like: how a batch is shown. */
const char *cd_mock_batch_words(unsigned kind);

/* call.c: a copy of a statement. @return freed with cd_call_free(); NULL with COODIE_ERR_NO_MEMORY or
 * COODIE_ERR_INVALID */
struct cd_call *cd_call_new(const coodie_allocator *a, const coodie_statement *st,
			    coodie_error *err);
void cd_call_free(const coodie_allocator *a, struct cd_call *call);

#endif
