/* SPDX-License-Identifier: MIT */
/* A session on the scripted peer, private or on a loop of the test, and requests that remember what
 * came of them. */
#ifndef TESTS_STAGE_H
#define TESTS_STAGE_H

#include <coodie/session.h>

#include "tests/peer.h"

enum { OP_QUERY = 0x07, OP_PREPARE = 0x09, OP_EXECUTE = 0x0a, PATIENT_MS = 60000, FEW = 20 };

/* The loop of a test, of which there is more than one kind: stage_ev.c, stage_epoll.c. */
struct stage_loop;
struct stage_loop *stage_loop_new(coodie_loop *out);
/* One turn; `sleep` false: what is ready. */
void stage_loop_turn(struct stage_loop *l, bool sleep);
/* Turns until nobody has anything in it. */
void stage_loop_finish(struct stage_loop *l);
void stage_loop_free(struct stage_loop *l);

struct stage {
	struct peer *peer;
	coodie_session *session;
	struct stage_loop *own; /* NULL: a private loop */
	bool registering;       /* an _async call is on the stack: no callback may run */
};

/* One request. */
struct ask {
	struct stage *stage;
	int called;
	enum coodie_errc code;
	int32_t server_code;
	char message[COODIE_ERROR_MESSAGE_SIZE];
	int32_t value; /* of the first column of the first row */
	coodie_prepared *prepared;
	bool done; /* for coodie_session_run() */
	uint64_t id;
	void (*then)(struct ask *a); /* runs inside the callback */
};

/* How the session should be. */
struct wish {
	uint32_t in_flight, waiting, prepared, timeout_ms;
	unsigned version;
	bool attached;
	const char *first_point; /* one more contact point, before the peer */
	const coodie_allocator *allocator;
};

extern const struct wish private_and_attached[2];

/* The _async calls: each checks that its callback does not run before it returns. False: a->code
 * says why. */
bool ask_query(struct ask *a, const char *cql, cql_args args, uint32_t timeout_ms);
bool ask_prepare(struct ask *a, const char *cql);
bool ask_execute(struct ask *a, coodie_prepared *p, cql_args args);
bool ask_close(struct ask *a);
/* The callbacks they use; `user` is the ask. */
void on_result(coodie_result *take_res, const coodie_error *err, void *user);
void on_status(const coodie_error *err, void *user);

coodie_options *make_options(const struct stage *st, const struct wish *w);
void open_stage(struct stage *st, struct wish w);
/* Checks too that nothing is left in an attached loop. */
void close_stage(struct stage *st);
/* Turns the loop until it is over. */
void wait_for(struct stage *st, struct ask *a);
void wait_all(struct stage *st, struct ask *asks, size_t count);
/* It ended once, and well, or with this error. */
void check_ok(const struct ask *a);
void check_failed(const struct ask *a, enum coodie_errc code, const char *says);
/* "SELECT 17" answers 17. */
void teach_numbers(struct stage *st, int count);

#endif
