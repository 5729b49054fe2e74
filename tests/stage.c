/* SPDX-License-Identifier: MIT */
/* The stage: a peer, a session, and what its callbacks leave behind. */
#include "tests/test.h"

#include "tests/stage.h"

/* ---- what is asked, and what came of it ----------------------------------------------------- */

static void read_value(struct ask *a, coodie_result *r)
{
	coodie_error err;

	if (coodie_result_kind(r) != COODIE_RESULT_ROWS || !coodie_result_row_count(r))
		return;
	coodie_cursor c = coodie_result_cursor(r);
	assert_true(coodie_cursor_next(&c));
	if (!coodie_cursor_int32(&c, 0, &a->value, &err))
		fail_msg("%s", err.message);
}

static void note(struct ask *a, const coodie_error *err)
{
	assert_false(a->stage->registering);
	a->called++;
	a->done = true;
	a->code = err->code;
	a->server_code = err->server_code;
	memcpy(a->message, err->message, sizeof a->message);
	if (a->then)
		a->then(a);
}

void on_result(coodie_result *take_res, const coodie_error *err, void *user)
{
	struct ask *a = user;

	assert_true((take_res != NULL) == (err->code == COODIE_OK));
	if (take_res)
		read_value(a, take_res);
	coodie_result_free(take_res);
	note(a, err);
}

void on_status(const coodie_error *err, void *user)
{
	note(user, err);
}

static void on_prepared(coodie_prepared *take_prepared, const coodie_error *err, void *user)
{
	struct ask *a = user;

	assert_true((take_prepared != NULL) == (err->code == COODIE_OK));
	a->prepared = take_prepared;
	note(a, err);
}

/* The call's own answer; a failure is in a->code too, and its callback must never run. */
static bool registered(struct ask *a, bool accepted, const coodie_error *err)
{
	a->stage->registering = false;
	if (!accepted) {
		a->code = err->code;
		memcpy(a->message, err->message, sizeof a->message);
	}
	return accepted;
}

bool ask_query(struct ask *a, const char *cql, cql_args args, uint32_t timeout_ms)
{
	coodie_error err;

	a->stage->registering = true;
	return registered(
		a,
		coodie_session_query_async(a->stage->session, cql, args,
					   COODIE_REQUEST(.timeout_ms = timeout_ms, .id = &a->id),
					   on_result, a, &err),
		&err);
}

bool ask_prepare(struct ask *a, const char *cql)
{
	coodie_error err;

	a->stage->registering = true;
	return registered(
		a, coodie_session_prepare_async(a->stage->session, cql, on_prepared, a, &err),
		&err);
}

bool ask_execute(struct ask *a, coodie_prepared *p, cql_args args)
{
	coodie_error err;

	a->stage->registering = true;
	return registered(a,
			  coodie_session_execute_async(a->stage->session, p, args,
						       COODIE_REQUEST(.id = &a->id), on_result, a,
						       &err),
			  &err);
}

bool ask_close(struct ask *a)
{
	coodie_error err;

	a->stage->registering = true;
	return registered(a, coodie_session_close_async(a->stage->session, on_status, a, &err),
			  &err);
}

/* ---- stages --------------------------------------------------------------------------------- */

coodie_options *make_options(const struct stage *st, const struct wish *w)
{
	coodie_options *o = coodie_options_new(NULL);
	coodie_error err;

	assert_non_null(o);
	coodie_options_set_single_node(o, true); /* the peer hears only what a test asks */
	if (w->allocator)
		coodie_options_set_allocator(o, w->allocator);
	coodie_options_set_connect_timeout_ms(o, PATIENT_MS);
	coodie_options_set_request_timeout_ms(o, w->timeout_ms ? w->timeout_ms : PATIENT_MS);
	if (w->first_point)
		assert_true(coodie_options_add_contact_point(o, w->first_point, &err));
	assert_true(coodie_options_add_contact_point(o, peer_address(st->peer), &err));
	assert_true(coodie_options_set_protocol_version(o, w->version, &err));
	if (w->in_flight)
		assert_true(coodie_options_set_max_in_flight(o, w->in_flight, &err));
	if (w->waiting)
		coodie_options_set_max_waiting(o, w->waiting);
	if (w->prepared)
		coodie_options_set_max_prepared(o, w->prepared);
	return o;
}

void open_stage(struct stage *st, struct wish w)
{
	coodie_error err;

	*st = (struct stage){ .peer = peer_new(&(const struct peer_options){ 0 }) };
	coodie_options *o = make_options(st, &w);
	if (w.attached) {
		coodie_loop loop;
		st->own = stage_loop_new(&loop);
		st->session = coodie_session_attach(o, &loop, &err);
	} else {
		st->session = coodie_session_new(o, &err);
	}
	coodie_options_free(o);
	if (!st->session)
		fail_msg("%s", err.message);
}

void close_stage(struct stage *st)
{
	coodie_session_free(st->session);
	if (st->own) {
		stage_loop_finish(st->own); /* comes back: nothing is left in it */
		stage_loop_free(st->own);
	}
	peer_free(st->peer);
}

/* Turns the loop until `a` is over. */
void wait_for(struct stage *st, struct ask *a)
{
	coodie_error err;

	if (!st->own) {
		if (!coodie_session_run(st->session, &a->done, &err) && !a->done)
			fail_msg("%s", err.message);
		return;
	}
	while (!a->done)
		stage_loop_turn(st->own, true);
}

void wait_all(struct stage *st, struct ask *asks, size_t count)
{
	for (size_t i = 0; i < count; i++)
		wait_for(st, &asks[i]);
}

void check_ok(const struct ask *a)
{
	if (a->called != 1 || a->code != COODIE_OK)
		fail_msg("called %d times, %s: %s", a->called, coodie_errc_name(a->code),
			 a->message);
}

void check_failed(const struct ask *a, enum coodie_errc code, const char *says)
{
	if (a->called != 1 || a->code != code || !strstr(a->message, says))
		fail_msg("called %d times, %s instead of %s: \"%s\" should say \"%s\"", a->called,
			 coodie_errc_name(a->code), coodie_errc_name(code), a->message, says);
}

/* "SELECT 17" answers 17. */
void teach_numbers(struct stage *st, int count)
{
	for (int i = 0; i < count; i++) {
		char cql[32];
		const cql_value value = cql_from_int(i);
		snprintf(cql, sizeof cql, "SELECT %d", i);
		peer_on(st->peer, cql,
			(struct peer_answer){
				.kind = PEER_ROWS, .columns = "n int", .values = { 1, &value } });
	}
}

const struct wish private_and_attached[2] = { { .attached = false }, { .attached = true } };
