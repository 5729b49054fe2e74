/* SPDX-License-Identifier: MIT */
/* Requests begun while there is room, and begun again as others end; told once when all have. */
#include "orm/many/crowd.h"

#include <string.h>

#include "base/alloc.h"
#include "base/error.h"

/* Requests at once when nobody says. */
enum { USUAL_MOST = 128 };

/* ---- made and ended -------------------------------------------------------------------------- */

void *cd_crowd_new(size_t size, const struct cd_place *place, const char *verb,
		   coodie_status_fn *done, void *user, coodie_error *err)
{
	struct cd_crowd *c;

	if (!done)
		return cd_fail_null(err, COODIE_ERR_INVALID,
				    "%s: the callback is NULL, nobody would know how it ended",
				    verb);
	c = cd_alloc_zero(&place->orm->allocator, size);
	if (!c)
		return cd_no_memory(err, verb), NULL;
	c->op = cd_op_new(place, verb, NULL, user, err);
	if (!c->op) {
		cd_release(&place->orm->allocator, c);
		return NULL;
	}
	c->op->done.status = done;
	cd_arena_init(&c->arena, &place->orm->allocator, 0);
	pthread_mutex_init(&c->lock, NULL);
	return c;
}

static void release(struct cd_crowd *c, bool worked)
{
	struct cd_op *op = c->op;

	if (c->settle)
		c->settle(c, worked);
	pthread_mutex_destroy(&c->lock);
	cd_arena_deinit(&c->arena);
	cd_release(&op->place.orm->allocator, c);
	cd_op_free(op);
}

bool cd_crowd_free(struct cd_crowd *c)
{
	release(c, false);
	return false;
}

bool cd_crowd_keep(struct cd_crowd *c, const uint64_t *id, const char **profile, coodie_error *err)
{
	if (id)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "many requests have no one id; leave it out");
	return cd_arena_keep(&c->arena, profile) || cd_no_memory(err, "options");
}

static bool make_tasks(struct cd_crowd *c, uint32_t in_flight, coodie_error *err)
{
	size_t most = in_flight ? in_flight : USUAL_MOST;

	most = most < c->count ? most : c->count;
	c->tasks = cd_arena_take_array(&c->arena, most + 1, sizeof(*c->tasks));
	if (!c->tasks)
		return cd_no_memory(err, c->op->verb);
	for (size_t i = 0; i < most; i++) {
		c->tasks[i] = (struct cd_task){ .crowd = c, .next = c->idle };
		c->idle = &c->tasks[i];
	}
	return true;
}

/* ---- under the lock -------------------------------------------------------------------------- */

static void note_failure(struct cd_crowd *c, size_t item, const coodie_error *err)
{
	if (err->code == COODIE_OK)
		return;
	if (c->err.code == COODIE_OK) {
		c->err = *err;
		cd_error_prefix(&c->err, "%s %zu of %zu", c->what, item + 1, c->count);
	}
	c->stopped |= !c->go_on;
}

static struct cd_task *take_idle(struct cd_crowd *c)
{
	struct cd_task *task = c->idle;

	if (c->stopped || c->next >= c->count || !task)
		return NULL;
	c->idle = task->next;
	c->under_way++;
	task->first = task->item = c->next;
	task->count = 1;
	return task;
}

static void put_idle(struct cd_crowd *c, struct cd_task *task)
{
	task->next = c->idle;
	c->idle = task;
	c->under_way--;
}

/* ---- beginning requests ---------------------------------------------------------------------- */

bool cd_crowd_is_open(const struct cd_crowd *c, coodie_error *err)
{
	return cd_orm_is_open(c->op->place.orm, err);
}

/* Without the lock: who is called may call us. */
static void begin_one(struct cd_crowd *c, struct cd_task *task)
{
	coodie_error err = { 0 };
	bool begun;

	pthread_mutex_unlock(&c->lock);
	begun = cd_crowd_is_open(c, &err) && c->start(c, task, &err);
	pthread_mutex_lock(&c->lock);
	if (begun)
		return;
	note_failure(c, task->item, &err);
	put_idle(c, task);
}

/* As many as there is room for. Only one thread does this at a time, those that come meanwhile
 * leave it to that one. @return whether all is over; the crowd is then the caller's alone */
static bool pump(struct cd_crowd *c)
{
	struct cd_task *task;

	if (c->busy)
		return false;
	c->busy = true;
	while ((task = take_idle(c))) {
		begin_one(c, task);
		c->next = task->first + task->count;
	}
	c->busy = false;
	return !c->under_way;
}

/* Everything is over: the last thing is to tell. */
static void finish(struct cd_crowd *c)
{
	coodie_status_fn *done = c->op->done.status;
	coodie_error err = cd_op_error(c->op, &c->err);
	void *user = c->op->user;

	if (c->worked)
		*c->worked = c->done;
	release(c, err.code == COODIE_OK);
	done(&err, user);
}

/* One that was under way is not any more. */
static void leave(struct cd_crowd *c)
{
	bool over = pump(c);

	pthread_mutex_unlock(&c->lock);
	if (over)
		finish(c);
}

void cd_crowd_end(struct cd_task *take_task, size_t item, const coodie_error *err)
{
	struct cd_crowd *c = take_task->crowd;

	pthread_mutex_lock(&c->lock);
	if (err->code == COODIE_OK)
		c->done += take_task->count;
	note_failure(c, item, err);
	put_idle(c, take_task);
	leave(c);
}

void cd_crowd_stop(struct cd_crowd *c)
{
	pthread_mutex_lock(&c->lock);
	c->stopped = true;
	pthread_mutex_unlock(&c->lock);
}

/* ---- the beginning --------------------------------------------------------------------------- */

/* The turn after the first requests were begun: from now on it may be over. */
static void on_turn(struct cd_op *op, coodie_result *take_res, const coodie_error *err)
{
	struct cd_crowd *c = op->state;

	coodie_result_free(take_res);
	pthread_mutex_lock(&c->lock);
	if (err->code != COODIE_OK && c->err.code == COODIE_OK)
		c->err = *err;
	c->under_way--;
	leave(c);
}

/* Whether all that was begun failed before anything was sent. */
static bool is_stillborn(const struct cd_crowd *c)
{
	return c->under_way == 1 && !c->done && c->err.code != COODIE_OK;
}

/* Lets go of what is left to those under way. @return whether there are any */
static bool hand_over(struct cd_crowd *c, const coodie_error *err)
{
	bool others;

	pthread_mutex_lock(&c->lock);
	if (c->err.code == COODIE_OK)
		c->err = *err;
	c->stopped = true;
	others = --c->under_way;
	pthread_mutex_unlock(&c->lock);
	return others;
}

/* Who begins holds the crowd, so that the user is told on a loop, on a later turn, whatever ends
 * meanwhile. */
static bool begin(struct cd_crowd *c, coodie_error *err)
{
	bool stillborn;

	c->op->step = on_turn;
	c->op->state = c;
	c->under_way = 1;
	pthread_mutex_lock(&c->lock);
	pump(c);
	stillborn = is_stillborn(c);
	if (stillborn)
		*err = c->err;
	pthread_mutex_unlock(&c->lock);
	return !stillborn &&
	       (cd_op_submit(c->op, NULL, (cql_args){ 0 }, NULL, err) || hand_over(c, err));
}

bool cd_crowd_run(struct cd_crowd *c, uint32_t in_flight, coodie_error *err)
{
	coodie_error own = { 0 };

	if (make_tasks(c, in_flight, &own) && begin(c, &own))
		return true;
	own = cd_op_error(c->op, &own);
	cd_error_copy(err, &own);
	return cd_crowd_free(c);
}
