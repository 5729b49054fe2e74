/* SPDX-License-Identifier: MIT */
/* A driver that records what it is given and answers what it was told: the cluster of the
 * mapper's tests. */
#ifndef TESTS_MOCK_H
#define TESTS_MOCK_H

#include <coodie/driver.h>

#include "base/arena.h"

enum { MOCK_CALLS = 256 };

/* One statement that was submitted; everything copied. */
struct mock_call {
	const char *cql;
	cql_args args;
	coodie_request request;
	bool prepare;
	/* of a batch: its statements, of which each has only the text, the binds and `prepare` */
	struct mock_call *children;
	size_t child_count;
	enum coodie_batch_kind batch_kind;
	/* what is still to be delivered */
	coodie_done_fn *done;
	void *user;
	coodie_result *result;
	coodie_error err;
	bool delivered, empty; /* empty: no statement, only a turn of the loop */
};

struct mock_answer {
	coodie_result *result; /* NULL: the error, or a void result */
	coodie_error err;
	bool refuse; /* the submission itself fails */
};

struct mock {
	coodie_session *session;
	struct cd_arena arena;
	struct mock_call calls[MOCK_CALLS];
	size_t call_count; /* of all, empty ones too */
	size_t sent;       /* statements that would have gone out */
	struct mock_answer answers[MOCK_CALLS];
	size_t answer_count, answer_at;
	bool in_callback;
	bool interrupted; /* the next wait for an answer fails, once */
	bool freed;
	coodie_driver driver;
	char logged[256]; /* the last line */
	size_t log_count;
	uint32_t waited_ms; /* of all coodie_session_after() together; they end on the next turn */
};

/* Makes a session over the driver. `a` NULL: malloc. False when that failed. */
bool mock_open_with(struct mock *m, const coodie_allocator *a, coodie_error *err);
void mock_open(struct mock *m);
/* Frees the session (unless a registry has it) and everything recorded. */
void mock_close(struct mock *m);

/* What the next statements are answered with, in their order; without one: a void result. */
void mock_answer(struct mock *m, coodie_result *take_result);
void mock_answer_error(struct mock *m, enum coodie_errc code, const char *message);
void mock_answer_refuse(struct mock *m, enum coodie_errc code, const char *message);

/* Answers the i-th call now, before those that came earlier. */
void mock_deliver(struct mock *m, size_t i);

/* The last statement that would have been sent; fails the test when there is none. */
const struct mock_call *mock_last(const struct mock *m);
/* Fails the test unless the i-th statement of the last batch and its binds are these. */
void mock_expect_child(const struct mock *m, size_t i, const char *cql, const char *binds);
/* Fails the test unless the last statement and its binds (as cql_value_format() shows them,
 * joined by "|") are these. */
void mock_expect(const struct mock *m, const char *cql, const char *binds);

#endif
