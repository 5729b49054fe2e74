/* SPDX-License-Identifier: MIT */
/* CQL of the user's own, whose rows become objects: columns are matched by name. */
#include <string.h>

#include <coodie/driver.h>
#include <coodie/stream.h>

#include "base/alloc.h"
#include "base/error.h"
#include "orm/model/family.h"
#include "orm/object/object.h"
#include "orm/query/query.h"
#include "orm/run/op.h"
#include "orm/value/datum.h"

/* What is needed for the pages to come: a copy of the statement. */
struct raw {
	struct cd_arena arena;
	const char *cql;
	cql_args args;
	coodie_rows *rows;
	uint32_t *columns; /* of the first page, which all others are like */
	uint32_t column_count;
};

static void raw_free(const struct cd_op *op, struct raw *raw)
{
	coodie_rows_free(raw->rows);
	cd_arena_deinit(&raw->arena);
	cd_release(&op->place.orm->allocator, raw);
}

static void end(struct cd_op *op, const coodie_error *from)
{
	struct raw *raw = op->state;
	coodie_error err = cd_op_error(op, from);
	coodie_rows *rows = err.code == COODIE_OK ? raw->rows : NULL;
	coodie_rows_fn *done = op->done.rows;
	void *user = op->user;

	if (rows)
		raw->rows = NULL;
	raw_free(op, raw);
	cd_op_free(op);
	done(rows, &err, user);
}

/* ---- columns --------------------------------------------------------------------------------- */

static uint32_t column_named(const struct cd_model *m, const char *name)
{
	for (uint32_t i = 0; i < m->read_count; i++) {
		if (!strcmp(m->columns[i].name, name))
			return i;
	}
	return CD_NO_COLUMN;
}

static bool check_keys(const struct cd_model *m, const struct raw *raw, coodie_error *err)
{
	for (uint32_t k = 0; k < m->key_count; k++) {
		bool found = false;

		for (uint32_t i = 0; i < raw->column_count; i++)
			found |= raw->columns[i] == m->keys[k];
		if (!found)
			return cd_fail(err, COODIE_ERR_QUERY,
				       "the rows have no column \"%s\", and without its whole "
				       "primary key an object is not known; select it too",
				       m->columns[m->keys[k]].name);
	}
	return true;
}

static bool match_columns(const struct cd_model *m, struct raw *raw, const coodie_result *page,
			  coodie_error *err)
{
	size_t count = coodie_result_column_count(page);

	if (raw->columns && raw->column_count == count)
		return true;
	if (!count && !coodie_result_row_count(page) && !coodie_result_has_more(page))
		return true; /* what the mock says of nothing */
	raw->columns = cd_arena_take_array(&raw->arena, count, sizeof(*raw->columns));
	if (!raw->columns)
		return cd_no_memory(err, "the columns of a page");
	raw->column_count = (uint32_t)count;
	for (uint32_t i = 0; i < raw->column_count; i++)
		raw->columns[i] = column_named(m, coodie_result_column_name(page, i));
	return check_keys(m, raw, err);
}

/* ---- pages ----------------------------------------------------------------------------------- */

static bool submit(struct cd_op *op, cql_blob state, coodie_error *err)
{
	const struct raw *raw = op->state;
	const coodie_model *def = &op->place.model->def;
	coodie_request r = { .size = sizeof(r),
			     .paging_state = state,
			     .consistency = def->consistency,
			     .timeout_ms = def->timeout_ms };

	return cd_op_submit(op, raw->cql, raw->args, &r, err);
}

static bool take_page(struct cd_op *op, coodie_result *take_res, coodie_error *err)
{
	struct raw *raw = op->state;

	if (match_columns(op->place.model, raw, take_res, err))
		return cd_rows_add_page(raw->rows, take_res, raw->columns, raw->column_count, err);
	coodie_result_free(take_res);
	return false;
}

static void on_page(struct cd_op *op, coodie_result *take_res, const coodie_error *err)
{
	cql_blob state = coodie_result_paging_state(take_res); /* lies before the rows */
	coodie_error failed = *err;

	if (err->code != COODIE_OK || coodie_result_kind(take_res) != COODIE_RESULT_ROWS) {
		coodie_result_free(take_res);
		end(op, err);
		return;
	}
	if (!take_page(op, take_res, &failed) || !state.len || !submit(op, state, &failed))
		end(op, &failed);
}

/* ---- starting -------------------------------------------------------------------------------- */

static bool keep(struct raw *raw, const struct cd_place *place, const char *cql, cql_args args,
		 coodie_error *err)
{
	cql_value *values = NULL;

	cd_arena_init(&raw->arena, &place->orm->allocator, 0);
	raw->cql = cd_arena_strndup(&raw->arena, cql, strlen(cql));
	if (!raw->cql)
		return cd_no_memory(err, "coodie_raw");
	if (args.count && !cd_data_copy(&raw->arena, args, &values, err))
		return false;
	raw->args = (cql_args){ args.count, values };
	raw->rows = cd_rows_new(place->model, false, err);
	return raw->rows != NULL;
}

static bool start(const struct cd_place *place, const char *cql, cql_args args,
		  coodie_rows_fn *done, void *user, coodie_error *err)
{
	struct cd_op *op = cd_op_new(place, "coodie_raw", on_page, user, err);
	struct raw *raw = op ? cd_alloc_zero(&place->orm->allocator, sizeof(*raw)) : NULL;

	if (!raw) {
		if (op) {
			cd_op_free(op);
			cd_no_memory(err, "coodie_raw");
		}
		return false;
	}
	op->state = raw;
	op->done.rows = done;
	if (keep(raw, place, cql, args, err) && submit(op, (cql_blob){ NULL, 0 }, err))
		return true;
	raw_free(op, raw);
	cd_op_free(op);
	return false;
}

bool coodie_raw_async(coodie_session *s, const coodie_model *m, const char *cql, cql_args args,
		      coodie_rows_fn *done, void *user, coodie_error *err)
{
	struct cd_place place;

	cd_clear(err);
	if (!cd_place_find(s, m, &place, err))
		return false;
	if (!cql || (args.count && !args.values))
		return cd_fail(err, COODIE_ERR_INVALID, "coodie_raw(%s): the %s is NULL",
			       place.model->label, cql ? "array of values" : "text");
	return start(&place, cql, args, done, user, err);
}

coodie_rows *coodie_raw(coodie_session *s, const coodie_model *m, const char *cql, cql_args args,
			coodie_error *err)
{
	struct cd_place place;
	struct cd_wait *w, out;

	cd_clear(err);
	if (!cd_place_find(s, m, &place, err))
		return NULL;
	w = cd_wait_new(place.session, err);
	if (!w ||
	    !cd_wait_finish(w, place.session,
			    coodie_raw_async(s, m, cql, args, cd_wait_rows, w, err), &out, err))
		return NULL;
	return out.rows;
}
