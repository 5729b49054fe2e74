/* SPDX-License-Identifier: MIT */
/* What a loop takes from its mailbox. */
#include "base/error.h"
#include "net/crew/crew_impl.h"
#include "net/engine/engine_impl.h"

static void refuse(const struct cd_parcel *p, const coodie_error *err)
{
	if (p->kind == CD_PARCEL_PREPARE)
		p->done.prepared(NULL, err, p->user);
	else if (p->kind == CD_PARCEL_START || p->kind == CD_PARCEL_CLOSE)
		p->done.status(err, p->user);
	else
		p->done.result(NULL, err, p->user);
}

typedef bool take_fn(struct cd_engine *e, struct cd_parcel *p, coodie_error *err);

static bool take_statement(struct cd_engine *e, struct cd_parcel *p, coodie_error *err)
{
	return cd_engine_submit(e, &p->statement, p->done.result, p->user, err);
}

static bool take_execute(struct cd_engine *e, struct cd_parcel *p, coodie_error *err)
{
	return cd_engine_execute(e, p->prepared, p->statement.args, &p->request, p->done.result,
				 p->user, err);
}

static bool take_prepare(struct cd_engine *e, struct cd_parcel *p, coodie_error *err)
{
	return cd_engine_prepare(e, p->statement.cql, &p->request, p->done.prepared, p->user, err);
}

static bool take_start(struct cd_engine *e, struct cd_parcel *p, coodie_error *err)
{
	return p->start(e, p->args, p->done.status, p->user, err);
}

static bool take_close(struct cd_engine *e, struct cd_parcel *p, coodie_error *err)
{
	return cd_engine_close(e, p->done.status, p->user, err);
}

static bool take_cancel(struct cd_engine *e, struct cd_parcel *p, coodie_error *err)
{
	(void)err;
	if (e)
		cd_engine_cancel_alias(e, p->id);
	return true;
}

static bool take_call(struct cd_engine *e, struct cd_parcel *p, coodie_error *err)
{
	(void)err;
	p->done.call(e, p->user);
	return true;
}

static bool take_news(struct cd_engine *e, struct cd_parcel *p, coodie_error *err)
{
	(void)err;
	if (e && !e->freed)
		p->done.news(e, p->args);
	return true;
}

static bool take_stop(struct cd_engine *e, struct cd_parcel *p, coodie_error *err)
{
	(void)p;
	(void)err;
	if (e)
		cd_engine_driver.free(e);
	return true;
}

/* Requests have an engine; the others may find none. */
static take_fn *const take[] = {
	[CD_PARCEL_STATEMENT] = take_statement, [CD_PARCEL_EXECUTE] = take_execute,
	[CD_PARCEL_PREPARE] = take_prepare,     [CD_PARCEL_START] = take_start,
	[CD_PARCEL_CLOSE] = take_close,         [CD_PARCEL_CANCEL] = take_cancel,
	[CD_PARCEL_CALL] = take_call,           [CD_PARCEL_NEWS] = take_news,
	[CD_PARCEL_STOP] = take_stop,
};

/* What the next request that an engine takes is called outside. */
static void name_next(struct cd_engine *e, uint64_t alias, void *context)
{
	e->alias = alias;
	e->context = context;
}

static void open_parcel(struct cd_worker *w, struct cd_parcel *p)
{
	bool is_request = cd_parcel_is_request(p);
	coodie_error err;

	if (!w->engine && is_request) {
		cd_fail(&err, COODIE_ERR_CLOSED, "the session was freed");
		refuse(p, &err);
	} else {
		if (is_request)
			name_next(w->engine, p->id, p->context);
		if (!take[p->kind](w->engine, p, &err) && is_request)
			refuse(p, &err);
		if (is_request && w->engine) /* where it was not taken */
			name_next(w->engine, 0, NULL);
	}
	cd_parcel_give(&w->crew->parcels, p);
}

/* How many there were of each kind that is counted. */
struct taken {
	uint32_t requests, news;
};

static struct taken open_all(struct cd_worker *w, struct cd_letter *at)
{
	struct taken taken = { 0, 0 };

	for (struct cd_letter *next; at; at = next) {
		struct cd_parcel *p = (struct cd_parcel *)(void *)at;
		next = at->next;
		taken.requests += cd_parcel_is_request(p);
		taken.news += p->kind == CD_PARCEL_NEWS;
		open_parcel(w, p);
	}
	return taken;
}

void cd_crew_on_mail(void *worker)
{
	struct cd_worker *w = worker;
	struct cd_engine *entered = w->engine;

	if (entered)
		cd_engine_enter(entered);
	struct cd_letter *letters = cd_mailbox_take(&w->mailbox);
	cd_crew_hear(w); /* who sent them may know already what was published before */
	struct taken taken = open_all(w, letters);
	atomic_fetch_sub_explicit(&w->waiting, taken.requests, memory_order_relaxed);
	if (taken.news)
		atomic_fetch_sub_explicit(&w->hearsay, taken.news, memory_order_relaxed);
	if (entered)
		cd_engine_leave(entered);
}

void cd_crew_post(struct cd_worker *w, struct cd_parcel *p)
{
	if (cd_parcel_is_request(p))
		atomic_fetch_add_explicit(&w->waiting, 1, memory_order_relaxed);
	cd_mailbox_send(&w->mailbox, &p->letter);
}
