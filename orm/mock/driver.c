/* SPDX-License-Identifier: MIT */
/* The mock as a driver: statements wait until their session turns, and are answered then, once. */
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "orm/mock/mock.h"

static void lane_unref(struct cd_lane *lane)
{
	coodie_mock *mock = lane->mock;

	if (--lane->refs)
		return;
	cd_release(&mock->allocator, lane);
	cd_mock_unref(mock);
}

/* ---- what waits ------------------------------------------------------------------------------ */

static void wait_for_turn(coodie_mock *mock, struct cd_call *call)
{
	struct cd_call **last = &mock->waiting;

	while (*last)
		last = &(*last)->next;
	*last = call;
}

/* Takes the oldest statement of a session out of those that wait; NULL: there is none. */
static struct cd_call *take_waiting(const struct cd_lane *lane)
{
	for (struct cd_call **at = &lane->mock->waiting; *at; at = &(*at)->next) {
		struct cd_call *call = *at;

		if (call->lane == lane) {
			*at = call->next;
			return call;
		}
	}
	return NULL;
}

static void deliver(struct cd_lane *lane, struct cd_call *call)
{
	const coodie_allocator *a = &lane->mock->allocator;
	coodie_error err = call->err;
	coodie_result *result = call->result;
	coodie_done_fn *done = call->done;
	void *user = call->user;

	call->lane = NULL;
	call->result = NULL;
	if (!call->recorded)
		cd_call_free(a, call);
	lane->delivering++;
	done(result, &err, user);
	lane->delivering--;
}

static void end_call(struct cd_call *call, enum coodie_errc code, const char *why)
{
	coodie_result_free(call->result);
	call->result = NULL;
	cd_fail(&call->err, code, "%s", why);
}

/* ---- the driver ------------------------------------------------------------------------------ */

/* What a statement's text begins with, as answers see it. */
static const char *beginning(const coodie_statement *st)
{
	return st->child_count ? cd_mock_batch_words(st->batch_kind) : st->cql;
}

/* "SELECT", in any case: its answer is rows. */
static bool is_select(const coodie_statement *st)
{
	static const char word[] = "select";
	size_t i = 0;

	while (st->cql && !st->child_count && word[i] && (st->cql[i] | 0x20) == word[i])
		i++;
	return !word[i];
}

/* Moves the first answer that fits into the call. @return whether there was one */
static bool take_answer(coodie_mock *mock, struct cd_call *call)
{
	const char *text = beginning(&call->st);

	for (struct cd_answer **at = &mock->answers; text && *at; at = &(*at)->next) {
		struct cd_answer *answer = *at;

		if (strncmp(text, answer->prefix, strlen(answer->prefix)) != 0)
			continue;
		*at = answer->next;
		call->result = answer->result;
		call->err = answer->err;
		cd_release(&mock->allocator, answer);
		return true;
	}
	return false;
}

/* Room for one more record, and a result that says nothing. */
static bool prepare(coodie_mock *mock, struct cd_call *call, coodie_error *err)
{
	size_t room = mock->room ? mock->room * 2 : 16;
	struct cd_call **grown;

	if (mock->count == mock->room) {
		grown = cd_resize(&mock->allocator, mock->calls, room * sizeof(struct cd_call *));
		if (!grown)
			return cd_no_memory(err, "a recorded statement");
		mock->calls = grown;
		mock->room = room;
	}
	call->result = is_select(&call->st) ? coodie_result_new_rows(NULL, 0, NULL, 0, err)
					    : coodie_result_new_void(err);
	return call->result != NULL;
}

/* Whoever reads in a test has something to read in mind: a table that is empty by accident would hide
 * that nobody said what. */
static void fail_unanswered(struct cd_call *call)
{
	cd_fail(&call->err, COODIE_ERR_INVALID,
		"the mock has no answer for: %.120s; give it one: coodie_mock_answer(mock, "
		"\"SELECT\", rows, &err), NULL for no rows",
		call->st.cql);
}

static void send(struct cd_lane *lane, struct cd_call *call)
{
	coodie_mock *mock = lane->mock;
	coodie_result *nothing = call->result;

	call->result = NULL;
	if (!take_answer(mock, call) && is_select(&call->st))
		fail_unanswered(call);
	if (!call->result && call->err.code == COODIE_OK)
		call->result = nothing;
	else
		coodie_result_free(nothing);
	call->lane = lane;
	call->id = ++mock->last_id;
	call->recorded = call->st.cql || call->st.child_count;
	if (call->recorded)
		mock->calls[mock->count++] = call;
	wait_for_turn(mock, call);
}

static bool submit(void *driver, const coodie_statement *st, coodie_done_fn *done, void *user,
		   coodie_error *err)
{
	struct cd_lane *lane = driver;
	coodie_mock *mock = lane->mock;
	struct cd_call *call;

	if (lane->freed)
		return cd_fail(err, COODIE_ERR_CLOSED, "the session was freed");
	call = cd_call_new(&mock->allocator, st, err);
	if (!call)
		return false;
	if (!prepare(mock, call, err)) {
		cd_call_free(&mock->allocator, call);
		return false;
	}
	call->done = done;
	call->user = user;
	send(lane, call);
	if (st->request->id)
		*st->request->id = call->id;
	return true;
}

static bool run(void *driver, const bool *until, coodie_error *err)
{
	struct cd_lane *lane = driver;
	struct cd_call *call;
	bool done;

	if (lane->delivering)
		return cd_fail(err, COODIE_ERR_WOULD_BLOCK,
			       "a blocking call inside a callback: use its _async twin");
	lane->refs++; /* a callback may free the session */
	while (!(until ? *until : lane->mock->held) && (call = take_waiting(lane)))
		deliver(lane, call);
	done = !until || *until || cd_fail(err, COODIE_ERR_CLOSED, "nothing is left to wait for");
	lane_unref(lane);
	return done;
}

static bool cancel(void *driver, uint64_t id)
{
	const struct cd_lane *lane = driver;

	for (struct cd_call *call = lane->mock->waiting; call; call = call->next) {
		if (call->lane != lane || call->id != id)
			continue;
		end_call(call, COODIE_ERR_CANCELLED, "the request was cancelled");
		return true;
	}
	return false;
}

static void end(void *driver)
{
	struct cd_lane *lane = driver;
	struct cd_call *call;

	lane->freed = true;
	while ((call = take_waiting(lane))) {
		end_call(call, COODIE_ERR_CLOSED, "the session was freed");
		deliver(lane, call);
	}
	lane_unref(lane);
}

coodie_session *coodie_mock_session(coodie_mock *mock, const char *keyspace, coodie_error *err)
{
	coodie_driver table = { .size = sizeof(table),
				.submit = submit,
				.run = run,
				.cancel = cancel,
				.free = end,
				.keyspace = keyspace };
	coodie_session *s;
	struct cd_lane *lane;

	cd_clear(err);
	if (!mock)
		return cd_fail_null(err, COODIE_ERR_INVALID, "the mock is NULL");
	lane = cd_alloc_zero(&mock->allocator, sizeof(*lane));
	if (!lane) {
		cd_no_memory(err, "a session");
		return NULL;
	}
	*lane = (struct cd_lane){ .mock = mock, .refs = 1 };
	table.allocator = &mock->allocator;
	s = coodie_session_from_driver(&table, lane, err);
	if (s)
		mock->refs++;
	else
		cd_release(&mock->allocator, lane);
	return s;
}
