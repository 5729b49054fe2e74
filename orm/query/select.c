/* SPDX-License-Identifier: MIT */
/* The calls that run a query, and coodie_get: pages are fetched until there is enough, then the
 * user is told. */
#include <string.h>

#include <coodie/driver.h>
#include <coodie/stream.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/sized.h"
#include "orm/model/family.h"
#include "orm/object/object.h"
#include "orm/query/page.h"
#include "orm/query/query.h"
#include "orm/run/op.h"
#include "orm/value/datum.h"

/* Rows on their way. */
struct fetch {
	coodie_query *query; /* a reference; NULL for coodie_get() */
	const struct cd_select *select;
	coodie_rows *rows; /* NULL for a count */
	uint64_t count;
	size_t enough; /* rows that suffice; 0: all */
	uint32_t skip; /* rows to come that were seen already: coodie_after() */
	void (*finish)(struct cd_op *op, struct fetch *f, coodie_error *err);
	struct cd_select by_key; /* of coodie_get(), which has no query to keep it */
};

static void fetch_free(const struct cd_op *op, struct fetch *f)
{
	coodie_rows_free(f->rows);
	coodie_query_free(f->query);
	cd_release(&op->place.orm->allocator, f);
}

/* ---- endings: each frees the operation and tells the user ------------------------------------ */

static void finish_rows(struct cd_op *op, struct fetch *f, coodie_error *err)
{
	coodie_rows *rows = err->code == COODIE_OK ? f->rows : NULL;
	coodie_rows_fn *done = op->done.rows;
	void *user = op->user;

	if (rows)
		f->rows = NULL;
	fetch_free(op, f);
	cd_op_free(op);
	done(rows, err, user);
}

static void finish_object(struct cd_op *op, struct fetch *f, coodie_error *err)
{
	coodie_rows *rows = err->code == COODIE_OK && f->rows->count ? f->rows : NULL;
	coodie_object_fn *done = op->done.object;
	void *user = op->user;

	if (rows) {
		rows->single = true;
		f->rows = NULL;
	}
	fetch_free(op, f);
	cd_op_free(op);
	done(rows ? coodie_rows_at(rows, 0, NULL) : NULL, err, user);
}

/* Whether the row is the model's: a key has no room for the value that says which struct it is. */
static bool has_own_row(const struct cd_model *m, coodie_rows *rows)
{
	struct cd_object *o = NULL;
	cql_value v;

	if (!rows->count || !cd_model_is_relative(m))
		return rows->count > 0;
	return cd_object_find(m, coodie_rows_at(rows, 0, NULL), &o, NULL) && o &&
	       cd_object_loaded(o, m->discriminator, &v, NULL) && cd_family_owns(m, v);
}

static void finish_get(struct cd_op *op, struct fetch *f, coodie_error *err)
{
	if (err->code == COODIE_OK && !has_own_row(op->place.model, f->rows))
		cd_fail(err, COODIE_ERR_NOT_FOUND, "%s(%s): no row has this key", op->verb,
			op->place.model->label);
	finish_object(op, f, err);
}

static void finish_one(struct cd_op *op, struct fetch *f, coodie_error *err)
{
	if (err->code == COODIE_OK && f->rows->count == 0)
		cd_fail(err, COODIE_ERR_NOT_FOUND, "%s(%s): no row matches", op->verb,
			op->place.model->label);
	else if (err->code == COODIE_OK && f->rows->count > 1)
		cd_fail(err, COODIE_ERR_MULTIPLE_FOUND,
			"%s(%s): more than one row matches; coodie_first() takes any", op->verb,
			op->place.model->label);
	finish_object(op, f, err);
}

static void finish_exists(struct cd_op *op, struct fetch *f, coodie_error *err)
{
	bool exists = err->code == COODIE_OK && f->rows->count;
	coodie_exists_fn *done = op->done.exists;
	void *user = op->user;

	fetch_free(op, f);
	cd_op_free(op);
	done(exists, err, user);
}

static void finish_count(struct cd_op *op, struct fetch *f, coodie_error *err)
{
	coodie_count_fn *done = op->done.count;
	uint64_t count = err->code == COODIE_OK ? f->count : 0;
	void *user = op->user;

	fetch_free(op, f);
	cd_op_free(op);
	done(count, err, user);
}

static void end(struct cd_op *op, const coodie_error *from)
{
	struct fetch *f = op->state;
	coodie_error err = cd_op_error(op, from);

	f->finish(op, f, &err);
}

/* ---- pages ----------------------------------------------------------------------------------- */

static void on_page(struct cd_op *op, coodie_result *take_res, const coodie_error *err)
{
	struct fetch *f = op->state;
	coodie_request r = f->select->request;
	coodie_error failed = *err;
	bool more;

	if (err->code != COODIE_OK) {
		coodie_result_free(take_res);
		end(op, err);
		return;
	}
	more = coodie_result_has_more(take_res);
	r.id = NULL; /* the caller's, who has got it */
	r.paging_state = coodie_result_paging_state(
		take_res); /* lies before the rows: decoding them leaves it alone */
	if (!cd_rows_add_page(f->rows, take_res, f->select->columns, f->select->column_count,
			      &failed)) {
		end(op, &failed);
		return;
	}
	if (f->skip)
		f->skip -= cd_rows_skip(f->rows, f->skip);
	/* coodie_get() asks for no pages, and its keys are gone */
	if (!more || f->select == &f->by_key || (f->enough && f->rows->count >= f->enough) ||
	    !cd_op_submit(op, f->select->cql, f->select->args, &r, &failed))
		end(op, &failed);
}

/* One page, and where the next begins: its state lies before the rows too. */
static void on_single_page(struct cd_op *op, coodie_result *take_res, const coodie_error *err)
{
	struct fetch *f = op->state;
	cql_blob state = coodie_result_paging_state(take_res);
	coodie_error failed = *err;

	if (err->code != COODIE_OK)
		coodie_result_free(take_res);
	else if (cd_rows_add_page(f->rows, take_res, f->select->columns, f->select->column_count,
				  &failed)) {
		f->skip -= cd_rows_skip(f->rows, f->skip);
		if (state.len)
			cd_page_keep_token(f->rows, f->query, f->select, state, f->skip, &failed);
	}
	end(op, &failed);
}

static void on_count(struct cd_op *op, coodie_result *take_res, const coodie_error *err)
{
	struct fetch *f = op->state;
	coodie_error failed = *err;
	int64_t count = 0;

	if (err->code == COODIE_OK) {
		coodie_cursor cursor = coodie_result_cursor(take_res);

		if (!coodie_cursor_next(&cursor))
			cd_fail(&failed, COODIE_ERR_PROTOCOL, "a count without a row");
		else if (coodie_cursor_int64(&cursor, 0, &count, &failed))
			f->count = (uint64_t)count;
	}
	coodie_result_free(take_res);
	end(op, &failed);
}

/* ---- starting -------------------------------------------------------------------------------- */

/* What differs between the terminals. */
struct terminal {
	const char *verb;
	enum cd_select_kind kind;
	size_t enough;
	cd_step_fn *step;
	void (*finish)(struct cd_op *op, struct fetch *f, coodie_error *err);
};

static const struct terminal all_terminal = { "coodie_all", CD_SELECT_ALL, 0, on_page,
					      finish_rows };
static const struct terminal page_terminal = { "coodie_page", CD_SELECT_ALL, 0, on_single_page,
					       finish_rows };
static const struct terminal first_terminal = { "coodie_first", CD_SELECT_FIRST, 1, on_page,
						finish_object };
static const struct terminal one_terminal = { "coodie_one", CD_SELECT_ONE, 2, on_page, finish_one };
static const struct terminal count_terminal = { "coodie_count", CD_SELECT_COUNT, 0, on_count,
						finish_count };
static const struct terminal exists_terminal = { "coodie_exists", CD_SELECT_EXISTS, 1, on_page,
						 finish_exists };
static const struct terminal get_terminal = { "coodie_get", CD_SELECT_ALL, 1, on_page, finish_get };

/* An operation with room for the rows; the caller sets the callback and sends. */
static struct cd_op *fetch_new(const struct cd_place *place, const coodie_query *q,
			       const struct terminal *t, void *user, coodie_error *err)
{
	struct cd_op *op = cd_op_new(place, t->verb, t->step, user, err);
	struct fetch *f;

	if (!op)
		return NULL;
	f = cd_alloc_zero(&place->orm->allocator, sizeof(*f));
	if (!f) {
		cd_op_free(op);
		cd_no_memory(err, t->verb);
		return NULL;
	}
	f->enough = t->enough;
	f->finish = t->finish;
	op->state = f;
	if (t->kind != CD_SELECT_COUNT) {
		f->rows = q ? cd_query_rows(q, err) : cd_rows_new(place->model, false, err);
		if (!f->rows) {
			fetch_free(op, f);
			cd_op_free(op);
			return NULL;
		}
	}
	return op;
}

static bool fetch_send(struct cd_op *op, const struct cd_select *select, coodie_error *err)
{
	struct fetch *f = op->state;

	f->select = select;
	if (cd_op_submit(op, select->cql, select->args, &select->request, err))
		return true;
	fetch_free(op, f);
	cd_op_free(op);
	return false;
}

static struct cd_op *query_op(coodie_query *q, const struct terminal *t,
			      const struct cd_select **select, void *user, coodie_error *err)
{
	struct cd_op *op;

	cd_clear(err);
	*select = cd_query_select(q, t->kind, err);
	if (!*select)
		return NULL;
	op = fetch_new(&q->place, q, t, user, err);
	if (op) {
		((struct fetch *)op->state)->query = cd_query_ref(q);
		((struct fetch *)op->state)->skip = q->has_token ? q->token.skip : 0;
	}
	return op;
}

static bool rows_async(coodie_query *q, const struct terminal *t, coodie_rows_fn *done, void *user,
		       coodie_error *err)
{
	const struct cd_select *select;
	struct cd_op *op = query_op(q, t, &select, user, err);

	if (!op)
		return false;
	op->done.rows = done;
	return fetch_send(op, select, err);
}

bool coodie_all_async(coodie_query *q, coodie_rows_fn *done, void *user, coodie_error *err)
{
	return rows_async(q, &all_terminal, done, user, err);
}

bool coodie_page_async(coodie_query *q, coodie_rows_fn *done, void *user, coodie_error *err)
{
	return rows_async(q, &page_terminal, done, user, err);
}

static bool object_async(coodie_query *q, const struct terminal *t, coodie_object_fn *done,
			 void *user, coodie_error *err)
{
	const struct cd_select *select;
	struct cd_op *op = query_op(q, t, &select, user, err);

	if (!op)
		return false;
	op->done.object = done;
	return fetch_send(op, select, err);
}

bool coodie_first_async(coodie_query *q, coodie_object_fn *done, void *user, coodie_error *err)
{
	return object_async(q, &first_terminal, done, user, err);
}

bool coodie_one_async(coodie_query *q, coodie_object_fn *done, void *user, coodie_error *err)
{
	return object_async(q, &one_terminal, done, user, err);
}

bool coodie_count_async(coodie_query *q, coodie_count_fn *done, void *user, coodie_error *err)
{
	const struct cd_select *select;
	struct cd_op *op = query_op(q, &count_terminal, &select, user, err);

	if (!op)
		return false;
	op->done.count = done;
	return fetch_send(op, select, err);
}

bool coodie_exists_async(coodie_query *q, coodie_exists_fn *done, void *user, coodie_error *err)
{
	const struct cd_select *select;
	struct cd_op *op = query_op(q, &exists_terminal, &select, user, err);

	if (!op)
		return false;
	op->done.exists = done;
	return fetch_send(op, select, err);
}

/* ---- the blocking twins ---------------------------------------------------------------------- */

struct cd_wait *cd_query_wait(coodie_query *q, coodie_error *err)
{
	cd_clear(err);
	if (!cd_query_is_well(q, err))
		return NULL;
	return cd_wait_new(q->place.session, err);
}

static coodie_rows *rows_blocking(coodie_query *q, const struct terminal *t, coodie_error *err)
{
	struct cd_wait *w = cd_query_wait(q, err), out;

	if (!w ||
	    !cd_wait_finish(w, q->place.session, rows_async(q, t, cd_wait_rows, w, err), &out, err))
		return NULL;
	return out.rows;
}

coodie_rows *coodie_all(coodie_query *q, coodie_error *err)
{
	return rows_blocking(q, &all_terminal, err);
}

coodie_rows *coodie_page(coodie_query *q, coodie_error *err)
{
	return rows_blocking(q, &page_terminal, err);
}

static void *object_blocking(coodie_query *q, const struct terminal *t, coodie_error *err)
{
	struct cd_wait *w = cd_query_wait(q, err), out;

	if (!w || !cd_wait_finish(w, q->place.session, object_async(q, t, cd_wait_object, w, err),
				  &out, err))
		return NULL;
	return out.object;
}

void *coodie_first(coodie_query *q, coodie_error *err)
{
	return object_blocking(q, &first_terminal, err);
}

void *coodie_one(coodie_query *q, coodie_error *err)
{
	return object_blocking(q, &one_terminal, err);
}

bool coodie_count(coodie_query *q, uint64_t *count, coodie_error *err)
{
	struct cd_wait *w, out;

	if (!cd_has_output(count, "coodie_count", err))
		return false;
	w = cd_query_wait(q, err);
	if (!w || !cd_wait_finish(w, q->place.session, coodie_count_async(q, cd_wait_count, w, err),
				  &out, err))
		return false;
	*count = out.count;
	return true;
}

static void wait_exists(bool exists, const coodie_error *err, void *user)
{
	cd_wait_count(exists, err, user);
}

bool coodie_exists(coodie_query *q, bool *exists, coodie_error *err)
{
	struct cd_wait *w, out;

	if (!cd_has_output(exists, "coodie_exists", err))
		return false;
	w = cd_query_wait(q, err);
	if (!w || !cd_wait_finish(w, q->place.session, coodie_exists_async(q, wait_exists, w, err),
				  &out, err))
		return false;
	*exists = out.count;
	return true;
}

/* ---- by key ---------------------------------------------------------------------------------- */

static bool check_keys(const struct cd_model *m, cql_args keys, coodie_error *err)
{
	if (keys.count != m->key_count)
		return cd_fail(
			err, COODIE_ERR_QUERY,
			"coodie_get(%s): %u columns in the primary key but %zu values; give them "
			"from %s to %s",
			m->label, (unsigned)m->key_count, keys.count,
			m->columns[m->keys[0]].def.name,
			m->columns[m->keys[m->key_count - 1]].def.name);
	if (!keys.values)
		return cd_fail(err, COODIE_ERR_QUERY, "coodie_get(%s): the array of keys is NULL",
			       m->label);
	for (uint32_t i = 0; i < m->key_count; i++) {
		const struct cd_column *c = &m->columns[m->keys[i]];
		cql_value v = keys.values[i];

		if (cd_datum_is_missing(v))
			return cd_fail(err, COODIE_ERR_QUERY,
				       "coodie_get(%s): the value for %s is null, and no key is",
				       m->label, c->def.name);
		if (!cd_datum_fits(v, c->type, err)) {
			if (err)
				cd_error_prefix(err, "coodie_get(%s): value %u for %s (%s)",
						m->label, (unsigned)i + 1, c->def.name,
						c->spelling);
			return false;
		}
	}
	return true;
}

/* One row: no page follows, so the keys need not be kept. */
static bool get(const struct cd_place *place, cql_args keys, const coodie_read *options,
		coodie_object_fn *done, void *user, coodie_error *err)
{
	const struct cd_model *m = place->model;
	coodie_read o = { 0 };
	coodie_request r = { .size = sizeof(r), .page_rows = -1, .idempotent = true };
	struct cd_op *op;
	struct fetch *f;

	if (!check_keys(m, keys, err) ||
	    (options && !cd_take_struct(&o, sizeof(o), options, "coodie_read", err)))
		return false;
	r.consistency = o.consistency ? o.consistency : m->def.consistency;
	r.timeout_ms = o.timeout_ms ? o.timeout_ms : m->def.timeout_ms;
	r.id = o.id;
	r.profile = o.profile;
	r.tracing = o.tracing;
	op = fetch_new(place, NULL, &get_terminal, user, err);
	if (!op)
		return false;
	op->done.object = done;
	f = op->state;
	f->by_key = (struct cd_select){ m->select_by_key, keys, m->all_columns, m->read_count, r };
	return fetch_send(op, &f->by_key, err);
}

bool coodie_get_async(coodie_session *s, const coodie_model *m, cql_args keys, const coodie_read *r,
		      coodie_object_fn *done, void *user, coodie_error *err)
{
	struct cd_place place;

	cd_clear(err);
	return cd_place_find(s, m, &place, err) && get(&place, keys, r, done, user, err);
}

void *coodie_get(coodie_session *s, const coodie_model *m, cql_args keys, const coodie_read *r,
		 coodie_error *err)
{
	struct cd_place place;
	struct cd_wait *w, out;

	cd_clear(err);
	if (!cd_place_find(s, m, &place, err))
		return NULL;
	w = cd_wait_new(place.session, err);
	if (!w || !cd_wait_finish(w, place.session, get(&place, keys, r, cd_wait_object, w, err),
				  &out, err))
		return NULL;
	return out.object;
}
