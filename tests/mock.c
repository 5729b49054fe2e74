/* SPDX-License-Identifier: MIT */
/* The recording driver: submissions are kept, answers wait for the next turn. */
#include "tests/mock.h"

#include "base/error.h"
#include "orm/value/datum.h"
#include "tests/test.h"

/* copied with malloc: what is recorded is no part of what is tested */
static void record(struct mock *m, const coodie_statement *st, struct mock_call *out)
{
	coodie_error err;
	cql_value *values;

	assert_int_equal(st->size, sizeof(*st));
	assert_true(cd_data_copy(&m->arena, st->args, &values, &err));
	out->cql = st->cql ? cd_arena_strndup(&m->arena, st->cql, strlen(st->cql)) : NULL;
	out->args = (cql_args){ st->args.count, values };
	out->prepare = st->prepare;
	out->batch_kind = (enum coodie_batch_kind)st->batch_kind;
	out->child_count = st->child_count;
	if (st->child_count)
		out->children = cd_arena_take_array(&m->arena, st->child_count,
						    sizeof(*out->children));
	for (size_t i = 0; i < st->child_count; i++)
		record(m, &st->children[i], &out->children[i]);
}

static bool mock_submit(void *driver, const coodie_statement *st, coodie_done_fn *done, void *user,
			coodie_error *err)
{
	struct mock *m = driver;
	struct mock_call *call = &m->calls[m->call_count];
	struct mock_answer answer = { 0 };
	bool empty = !st->cql && !st->child_count;

	assert_true(m->call_count < MOCK_CALLS);
	assert_non_null(st->request);
	if (!empty && m->answer_at < m->answer_count)
		answer = m->answers[m->answer_at++];
	if (answer.refuse) {
		cd_error_copy(err, &answer.err);
		return false;
	}
	*call = (struct mock_call){
		.request = *st->request,
		.done = done,
		.user = user,
		.result = answer.result,
		.err = answer.err,
		.empty = empty,
	};
	record(m, st, call);
	if (st->request->id)
		*st->request->id = m->call_count + 1;
	if (!call->result && call->err.code == COODIE_OK)
		call->result = coodie_result_new_void(NULL);
	m->call_count++;
	m->sent += !call->empty;
	return true;
}

static void deliver(struct mock *m, struct mock_call *call)
{
	coodie_result *result = call->result;

	call->delivered = true;
	call->result = NULL;
	m->in_callback = true;
	call->done(result, &call->err, call->user);
	m->in_callback = false;
}

void mock_deliver(struct mock *m, size_t i)
{
	deliver(m, &m->calls[i]);
}

static bool mock_run(void *driver, const bool *until, coodie_error *err)
{
	struct mock *m = driver;

	if (m->in_callback)
		return cd_fail(err, COODIE_ERR_WOULD_BLOCK, "inside a callback");
	if (m->interrupted && until && !*until) {
		m->interrupted = false;
		return cd_fail(err, COODIE_ERR_CONNECT, "the loop has ended");
	}
	for (size_t i = 0; i < m->call_count && !(until && *until); i++) {
		if (!m->calls[i].delivered)
			deliver(m, &m->calls[i]);
	}
	return !until || *until || cd_fail(err, COODIE_ERR_CLOSED, "nothing is left to wait for");
}

static bool mock_cancel(void *driver, uint64_t id)
{
	struct mock *m = driver;

	if (!id || id > m->call_count || m->calls[id - 1].delivered)
		return false;
	coodie_result_free(m->calls[id - 1].result);
	m->calls[id - 1].result = NULL;
	cd_fail(&m->calls[id - 1].err, COODIE_ERR_CANCELLED, "cancelled");
	return true;
}

static void mock_log(void *driver, enum coodie_log_level level, const char *message)
{
	struct mock *m = driver;

	assert_int_equal(level, COODIE_LOG_WARN);
	snprintf(m->logged, sizeof(m->logged), "%s", message);
	m->log_count++;
}

/* Somebody waits: an empty call, whose answer is told as a status. */
struct waiter {
	coodie_status_fn *done;
	void *user;
};

static void on_waited(coodie_result *take_res, const coodie_error *err, void *user)
{
	struct waiter *w = user;

	coodie_result_free(take_res);
	w->done(err, w->user);
}

static bool mock_after(void *driver, uint32_t ms, coodie_status_fn *done, void *user,
		       coodie_error *err)
{
	static const coodie_request plain = { .size = sizeof(plain) };
	const coodie_statement nothing = { .size = sizeof(nothing), .request = &plain };
	struct mock *m = driver;
	struct waiter *w = cd_arena_take(&m->arena, sizeof(*w));

	assert_non_null(w);
	*w = (struct waiter){ done, user };
	m->waited_ms += ms;
	return mock_submit(driver, &nothing, on_waited, w, err);
}

/* The session ends: what is under way is told so. */
static void mock_free(void *driver)
{
	struct mock *m = driver;

	for (size_t i = 0; i < m->call_count; i++) {
		if (m->calls[i].delivered)
			continue;
		coodie_result_free(m->calls[i].result);
		m->calls[i].result = NULL;
		cd_fail(&m->calls[i].err, COODIE_ERR_CLOSED, "the session was freed");
		deliver(m, &m->calls[i]);
	}
	m->freed = true;
}

bool mock_open_with(struct mock *m, const coodie_allocator *a, coodie_error *err)
{
	*m = (struct mock){ 0 };
	m->driver = (coodie_driver){ .size = sizeof(coodie_driver),
				     .submit = mock_submit,
				     .run = mock_run,
				     .cancel = mock_cancel,
				     .free = mock_free,
				     .log = mock_log,
				     .after = mock_after,
				     .allocator = a };
	cd_arena_init(&m->arena, NULL, 0);
	m->session = coodie_session_from_driver(&m->driver, m, err);
	return m->session != NULL;
}

void mock_open(struct mock *m)
{
	coodie_error err = { 0 };

	if (!mock_open_with(m, NULL, &err))
		fail_msg("%s", err.message);
}

void mock_close(struct mock *m)
{
	if (!m->freed)
		coodie_session_free(m->session);
	for (; m->answer_at < m->answer_count; m->answer_at++)
		coodie_result_free(m->answers[m->answer_at].result);
	cd_arena_deinit(&m->arena);
}

void mock_answer(struct mock *m, coodie_result *take_result)
{
	assert_true(m->answer_count < MOCK_CALLS);
	m->answers[m->answer_count++] = (struct mock_answer){ .result = take_result };
}

void mock_answer_error(struct mock *m, enum coodie_errc code, const char *message)
{
	mock_answer(m, NULL);
	cd_fail(&m->answers[m->answer_count - 1].err, code, "%s", message);
}

void mock_answer_refuse(struct mock *m, enum coodie_errc code, const char *message)
{
	mock_answer_error(m, code, message);
	m->answers[m->answer_count - 1].refuse = true;
}

const struct mock_call *mock_last(const struct mock *m)
{
	for (size_t i = m->call_count; i-- > 0;) {
		if (!m->calls[i].empty)
			return &m->calls[i];
	}
	fail_msg("nothing was sent");
	return NULL;
}

static void expect(const struct mock_call *call, const char *cql, const char *binds)
{
	char shown[1024] = "";
	size_t len = 0;

	for (size_t i = 0; i < call->args.count; i++) {
		char value[200];

		if (call->args.values[i].is.tag == CQL_TAG_UNSET)
			strcpy(value, "unset");
		else
			cql_value_format(call->args.values[i], value, sizeof(value));
		len += (size_t)snprintf(shown + len, sizeof(shown) - len, "%s%s", i ? "|" : "",
					value);
		assert_true(len < sizeof(shown));
	}
	assert_non_null(call->cql);
	assert_string_equal(call->cql, cql);
	assert_string_equal(shown, binds);
}

void mock_expect(const struct mock *m, const char *cql, const char *binds)
{
	expect(mock_last(m), cql, binds);
}

void mock_expect_child(const struct mock *m, size_t i, const char *cql, const char *binds)
{
	const struct mock_call *call = mock_last(m);

	assert_true(i < call->child_count);
	expect(&call->children[i], cql, binds);
}
