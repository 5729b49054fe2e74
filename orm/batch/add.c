/* SPDX-License-Identifier: MIT */
/* Additions: every verb plans as it does alone; here it is checked that the plans fit together. */
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/sized.h"
#include "orm/batch/batch.h"
#include "orm/value/datum.h"

/* ---- room ------------------------------------------------------------------------------------ */

/* Whether something may be added. */
static bool begin(coodie_batch *b)
{
	if (!b || b->err.code != COODIE_OK)
		return false;
	return !b->running || cd_fail(&b->err, COODIE_ERR_INVALID,
				      "the batch is under way; add when its callback has run");
}

/* The next entry, empty; it counts when it is filled. */
static struct cd_entry *next_entry(coodie_batch *b)
{
	size_t room = b->room ? b->room * 2 : 8;
	struct cd_entry *entries;

	if (b->count == b->room) {
		entries = cd_resize(&b->allocator, b->entries, room * sizeof(*entries));
		if (!entries) {
			cd_no_memory(&b->err, "a batch");
			return NULL;
		}
		b->entries = entries;
		b->room = room;
	}
	b->entries[b->count] = (struct cd_entry){ 0 };
	return &b->entries[b->count];
}

/* Keeps the first mistake, with its place. */
static void blame(coodie_batch *b)
{
	cd_error_prefix(&b->err, "statement %zu of the batch", b->count + 1);
}

/* ---- plans ----------------------------------------------------------------------------------- */

/* What is said of a whole request cannot be said of one of its statements. */
static bool check_options(const coodie_write *options, coodie_error *err)
{
	coodie_write o = { 0 };

	if (options && !cd_take_struct(&o, sizeof(o), options, "coodie_write", err))
		return false;
	if (o.consistency || o.serial_consistency || o.timeout_ms || o.must_apply || o.tracing ||
	    o.profile || o.id)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "of coodie_write a batch takes ttl, timestamp_us, full and "
			       "idempotent; the others are of the batch: COODIE_BATCH(...)");
	return true;
}

/* Counters and other columns never share a batch (CT-08, BA-17). */
static bool check_counter(const coodie_batch *b, const struct cd_model *m, coodie_error *err)
{
	bool counters = b->options.kind == COODIE_BATCH_COUNTER;

	if (m->is_counter == counters)
		return true;
	return cd_fail(err, COODIE_ERR_QUERY,
		       counters ? "%s has no counters, and a counter batch takes nothing else"
				: "%s is a table of counters: COODIE_BATCH(.kind = "
				  "COODIE_BATCH_COUNTER)",
		       m->label);
}

static bool check_session(coodie_batch *b, const struct cd_place *place, coodie_error *err)
{
	if (!b->session)
		b->session = place->session;
	if (b->session == place->session)
		return true;
	return cd_fail(err, COODIE_ERR_INVALID,
		       "%s is of another connection than the statements before it; a batch goes to "
		       "one: COODIE_BATCH(.connection = ...)",
		       place->model->label);
}

/* Takes the plan over when it is one of this batch; one that has nothing to send ends here. */
static bool take_plan(coodie_batch *b, struct cd_entry *e)
{
	struct cd_write *w = &e->write;

	if (!check_counter(b, w->place.model, &b->err) || !check_session(b, &w->place, &b->err) ||
	    !cd_batch_stamp(w, &b->err) || !cd_write_keep(w, &b->err))
		return false;
	if (!w->cql) {
		cd_write_deinit(w);
		return true;
	}
	e->planned = true;
	cd_orm_ref(w->place.orm);
	b->bytes += cd_batch_bytes(w->args);
	b->count++;
	return true;
}

static void add(coodie_batch *b, struct cd_call call)
{
	struct cd_entry *e = begin(b) ? next_entry(b) : NULL;

	if (!e)
		return;
	call.session = b->given;
	if (!check_options(call.options, &b->err)) {
		blame(b);
		return;
	}
	if (!cd_write_plan(&e->write, &call, NULL, &b->err) || !take_plan(b, e)) {
		cd_write_deinit(&e->write);
		blame(b);
	}
}

void coodie_batch_save(coodie_batch *b, const coodie_model *m, void *object, const coodie_write *w)
{
	add(b, (struct cd_call){ .verb = &cd_save, .model = m, .options = w, .object = object });
}

void coodie_batch_insert(coodie_batch *b, const coodie_model *m, void *object,
			 const coodie_write *w)
{
	add(b, (struct cd_call){ .verb = &cd_insert, .model = m, .options = w, .object = object });
}

void coodie_batch_save_if(coodie_batch *b, const coodie_model *m, void *object,
			  const char *condition, cql_args args, const coodie_write *w)
{
	add(b, (struct cd_call){ .verb = &cd_save_if,
				 .model = m,
				 .options = w,
				 .object = object,
				 .condition = condition,
				 .args = args });
}

void coodie_batch_update(coodie_batch *b, const coodie_model *m, void *object, const char *set,
			 cql_args args, const coodie_write *w)
{
	add(b, (struct cd_call){ .verb = &cd_update,
				 .model = m,
				 .options = w,
				 .object = object,
				 .text = set,
				 .args = args });
}

void coodie_batch_delete(coodie_batch *b, const coodie_model *m, const void *object,
			 const coodie_write *w)
{
	add(b, (struct cd_call){ .verb = &cd_delete, .model = m, .options = w, .object = object });
}

void coodie_batch_delete_columns(coodie_batch *b, const coodie_model *m, void *object,
				 const char *columns, cql_args args, const coodie_write *w)
{
	add(b, (struct cd_call){ .verb = &cd_delete_columns,
				 .model = m,
				 .options = w,
				 .object = object,
				 .text = columns,
				 .args = args });
}

void coodie_batch_increment(coodie_batch *b, const coodie_model *m, void *object,
			    const char *members, cql_args by)
{
	add(b, (struct cd_call){ .verb = &cd_increment,
				 .model = m,
				 .object = object,
				 .text = members,
				 .args = by });
}

void coodie_batch_query_update(coodie_batch *b, coodie_query *q, const char *set, cql_args args,
			       const coodie_write *w)
{
	add(b, (struct cd_call){ .verb = &cd_query_update,
				 .options = w,
				 .text = set,
				 .args = args,
				 .query = q });
}

void coodie_batch_query_delete(coodie_batch *b, coodie_query *q, const coodie_write *w)
{
	add(b, (struct cd_call){ .verb = &cd_query_delete, .options = w, .query = q });
}

/* ---- what the caller wrote ------------------------------------------------------------------- */

static void add_own(coodie_batch *b, struct cd_entry own, cql_args args)
{
	struct cd_entry *e = next_entry(b);
	cql_value *values;

	if (!e)
		return;
	if (args.count && !args.values) {
		cd_fail(&b->err, COODIE_ERR_INVALID, "%zu binds, but their array is NULL",
			args.count);
		blame(b);
	} else if (cd_data_copy(&b->arena, args, &values, &b->err)) {
		*e = own;
		e->args = (cql_args){ args.count, values };
		b->bytes += cd_batch_bytes(args) + (own.cql && !args.count ? strlen(own.cql) : 0);
		b->count++;
	}
}

void coodie_batch_cql(coodie_batch *b, const char *cql, cql_args args)
{
	const char *copy;

	if (!begin(b))
		return;
	if (!cql) {
		cd_fail(&b->err, COODIE_ERR_INVALID, "it has no text");
		blame(b);
		return;
	}
	copy = cd_arena_strndup(&b->arena, cql, strlen(cql));
	if (copy)
		add_own(b, (struct cd_entry){ .cql = copy }, args);
	else
		cd_no_memory(&b->err, "a batch");
}

void coodie_batch_execute(coodie_batch *b, coodie_prepared *p, cql_args args)
{
	if (!begin(b))
		return;
	if (p) {
		add_own(b, (struct cd_entry){ .prepared = p }, args);
		return;
	}
	cd_fail(&b->err, COODIE_ERR_INVALID, "the prepared statement is NULL");
	blame(b);
}
