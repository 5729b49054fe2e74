/* SPDX-License-Identifier: MIT */
/* Blocking calls: the asynchronous one, and the private loop turned until its callback has run. */
#include <coodie/cluster.h>
#include <coodie/named.h>
#include <coodie/trace.h>

#include "base/error.h"
#include "net/session/session.h"

/* What a callback leaves behind for the call that waits for it. */
struct wait {
	bool done;
	coodie_result *result;
	coodie_result *events; /* of a trace */
	coodie_prepared *prepared;
	coodie_error err;
};

/* Asked before anything is submitted: nothing may be left behind that points to the stack. */
static bool may_block(coodie_session *s, coodie_error *err)
{
	static const bool yes = true;

	return coodie_session_run(s, &yes, err);
}

/* The session may be gone when this returns: a callback can have freed it. */
static bool wait_for(coodie_session *s, struct wait *w, coodie_error *err)
{
	if (!coodie_session_run(s, &w->done, err) && !w->done)
		return false;
	cd_error_copy(err, &w->err);
	return w->err.code == COODIE_OK;
}

/* The last thing: another thread may be waiting for it. */
static void tell(struct wait *w)
{
	__atomic_store_n(&w->done, true, __ATOMIC_RELEASE);
}

static void on_result(coodie_result *take_res, const coodie_error *err, void *user)
{
	struct wait *w = user;

	w->result = take_res;
	w->err = *err;
	tell(w);
}

static void on_status(const coodie_error *err, void *user)
{
	on_result(NULL, err, user);
}

static void on_prepared(coodie_prepared *take_prepared, const coodie_error *err, void *user)
{
	struct wait *w = user;

	w->prepared = take_prepared;
	w->err = *err;
	tell(w);
}

static void on_trace(coodie_result *take_session, coodie_result *take_events,
		     const coodie_error *err, void *user)
{
	struct wait *w = user;

	w->events = take_events;
	on_result(take_session, err, user);
}

/* A session over a driver has nothing to connect or to close. */
static bool is_driven(coodie_session *s)
{
	coodie_session *carrier = cd_session_carrier(s, NULL);

	return carrier && !carrier->engine && !carrier->crew;
}

bool coodie_session_connect(coodie_session *s, coodie_error *err)
{
	struct wait w = { 0 };

	return may_block(s, err) &&
	       (is_driven(s) ||
		(coodie_session_connect_async(s, on_status, &w, err) && wait_for(s, &w, err)));
}

bool coodie_session_close(coodie_session *s, coodie_error *err)
{
	struct wait w = { 0 };

	return may_block(s, err) &&
	       (is_driven(s) ||
		(coodie_session_close_async(s, on_status, &w, err) && wait_for(s, &w, err)));
}

bool coodie_session_refresh(coodie_session *s, coodie_error *err)
{
	struct wait w = { 0 };

	return may_block(s, err) && coodie_session_refresh_async(s, on_status, &w, err) &&
	       wait_for(s, &w, err);
}

bool coodie_schema_agreement(coodie_session *s, uint32_t timeout_ms, coodie_error *err)
{
	struct wait w = { 0 };

	return may_block(s, err) &&
	       coodie_schema_agreement_async(s, timeout_ms, on_status, &w, err) &&
	       wait_for(s, &w, err);
}

coodie_result *coodie_session_query(coodie_session *s, const char *cql, cql_args args,
				    const coodie_request *r, coodie_error *err)
{
	struct wait w = { 0 };

	if (may_block(s, err) && coodie_session_query_async(s, cql, args, r, on_result, &w, err))
		wait_for(s, &w, err);
	return w.result;
}

coodie_result *coodie_session_batch(coodie_session *s, enum coodie_batch_kind kind,
				    const coodie_statement *statements, size_t count,
				    const coodie_request *r, coodie_error *err)
{
	struct wait w = { 0 };

	if (may_block(s, err) &&
	    coodie_session_batch_async(s, kind, statements, count, r, on_result, &w, err))
		wait_for(s, &w, err);
	return w.result;
}

coodie_prepared *coodie_session_prepare(coodie_session *s, const char *cql, coodie_error *err)
{
	struct wait w = { 0 };

	if (may_block(s, err) && coodie_session_prepare_async(s, cql, on_prepared, &w, err))
		wait_for(s, &w, err);
	return w.prepared;
}

coodie_result *coodie_session_execute(coodie_session *s, coodie_prepared *p, cql_args args,
				      const coodie_request *r, coodie_error *err)
{
	struct wait w = { 0 };

	if (may_block(s, err) && coodie_session_execute_async(s, p, args, r, on_result, &w, err))
		wait_for(s, &w, err);
	return w.result;
}

coodie_result *coodie_session_query_named(coodie_session *s, const char *cql,
					  const coodie_named *binds, size_t count,
					  const coodie_request *r, coodie_error *err)
{
	struct wait w = { 0 };

	if (may_block(s, err) &&
	    coodie_session_query_named_async(s, cql, binds, count, r, on_result, &w, err))
		wait_for(s, &w, err);
	return w.result;
}

coodie_result *coodie_session_execute_named(coodie_session *s, coodie_prepared *p,
					    const coodie_named *binds, size_t count,
					    const coodie_request *r, coodie_error *err)
{
	struct wait w = { 0 };

	if (may_block(s, err) &&
	    coodie_session_execute_named_async(s, p, binds, count, r, on_result, &w, err))
		wait_for(s, &w, err);
	return w.result;
}

bool coodie_session_trace(coodie_session *s, cql_uuid id, uint32_t timeout_ms,
			  coodie_result **take_session, coodie_result **take_events,
			  coodie_error *err)
{
	struct wait w = { 0 };

	if (!take_session || !take_events)
		return cd_fail(err, COODIE_ERR_INVALID, "trace: no place for its results");
	bool ok = may_block(s, err) &&
		  coodie_session_trace_async(s, id, timeout_ms, on_trace, &w, err) &&
		  wait_for(s, &w, err);

	*take_session = w.result;
	*take_events = w.events;
	return ok;
}
