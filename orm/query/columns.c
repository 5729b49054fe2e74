/* SPDX-License-Identifier: MIT */
/* Queries that read other things than objects, and the tokens of keys. */
#include <coodie/aggregate.h>
#include <coodie/codec.h>
#include <coodie/driver.h>

#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "orm/model/place.h"
#include "orm/query/query.h"
#include "orm/run/op.h"
#include "orm/value/datum.h"

/* ---- lists, JSON ----------------------------------------------------------------------------- */

static void on_result(struct cd_op *op, coodie_result *take_res, const coodie_error *from)
{
	coodie_error err = cd_op_error(op, from);
	coodie_done_fn *done = op->done.result;
	void *user = op->user;

	cd_op_free(op);
	done(take_res, &err, user);
}

static bool send(coodie_query *q, const char *verb, const struct cd_select *s, coodie_done_fn *done,
		 void *user, coodie_error *err)
{
	struct cd_op *op = s ? cd_op_new(&q->place, verb, on_result, user, err) : NULL;

	if (!op)
		return false;
	op->done.result = done;
	if (cd_op_submit(op, s->cql, s->args, &s->request, err))
		return true;
	cd_op_free(op);
	return false;
}

bool coodie_select_async(coodie_query *q, const char *list, coodie_done_fn *done, void *user,
			 coodie_error *err)
{
	cd_clear(err);
	return send(q, "coodie_select", cd_query_select_list(q, list, err), done, user, err);
}

bool coodie_json_async(coodie_query *q, coodie_done_fn *done, void *user, coodie_error *err)
{
	cd_clear(err);
	return send(q, "coodie_json", cd_query_select(q, CD_SELECT_JSON, err), done, user, err);
}

coodie_result *coodie_select(coodie_query *q, const char *list, coodie_error *err)
{
	struct cd_wait *w = cd_query_wait(q, err), out;

	if (!w || !cd_wait_finish(w, q->place.session,
				  coodie_select_async(q, list, cd_wait_result, w, err), &out, err))
		return NULL;
	return out.result;
}

coodie_result *coodie_json(coodie_query *q, coodie_error *err)
{
	struct cd_wait *w = cd_query_wait(q, err), out;

	if (!w || !cd_wait_finish(w, q->place.session, coodie_json_async(q, cd_wait_result, w, err),
				  &out, err))
		return NULL;
	return out.result;
}

/* ---- one number ------------------------------------------------------------------------------ */

typedef bool number_fn(cql_value v, void *out, coodie_error *err);

static bool to_int64(cql_value v, void *out, coodie_error *err)
{
	return cql_to_int64(v, out, err);
}

static bool to_double(cql_value v, void *out, coodie_error *err)
{
	int64_t whole;

	if (v.is.tag == CQL_TAG_FLOAT || v.is.tag == CQL_TAG_DOUBLE)
		return cql_to_double(v, out, err);
	if (!cql_to_int64(v, &whole, err))
		return false;
	*(double *)out = (double)whole;
	return true;
}

/* The first cell; null when there is none. */
static bool first_cell(coodie_result *r, cql_value *out, coodie_error *err)
{
	coodie_cursor cursor = coodie_result_cursor(r);

	*out = cql_null();
	if (coodie_cursor_next(&cursor))
		return coodie_cursor_value(&cursor, 0, out, err);
	return !cursor.failed || cd_fail(err, COODIE_ERR_PROTOCOL, "the answer is broken");
}

static bool read_number(coodie_result *r, number_fn *read, void *out, bool *is_null,
			coodie_error *err)
{
	cql_value v;

	if (!first_cell(r, &v, err))
		return false;
	if (v.is.tag != CQL_TAG_NULL) {
		if (is_null)
			*is_null = false;
		return read(v, out, err);
	}
	if (!is_null)
		return cd_fail(err, COODIE_ERR_NOT_FOUND, "null: there is nothing to count with");
	*is_null = true;
	return true;
}

static bool select_number(coodie_query *q, const char *expression, number_fn *read, void *out,
			  bool *is_null, coodie_error *err)
{
	coodie_result *r = coodie_select(q, expression, err);
	bool ok;

	if (!r)
		return false;
	ok = read_number(r, read, out, is_null, err);
	if (!ok && err)
		cd_error_prefix(err, "coodie_select(%s), %s", q->place.model->label, expression);
	coodie_result_free(r);
	return ok;
}

bool coodie_select_int64(coodie_query *q, const char *expression, int64_t *out, bool *is_null,
			 coodie_error *err)
{
	int64_t number = 0;

	if (!cd_has_output(out, "coodie_select_int64", err) ||
	    !select_number(q, expression, to_int64, &number, is_null, err))
		return false;
	*out = number;
	return true;
}

bool coodie_select_double(coodie_query *q, const char *expression, double *out, bool *is_null,
			  coodie_error *err)
{
	double number = 0;

	if (!cd_has_output(out, "coodie_select_double", err) ||
	    !select_number(q, expression, to_double, &number, is_null, err))
		return false;
	*out = number;
	return true;
}

/* ---- one number, later ----------------------------------------------------------------------- */

struct wanted {
	coodie_allocator allocator;
	union {
		coodie_int64_fn *int64;
		coodie_double_fn *real;
	} done;
	void *user;
	char expression[];
};

static struct wanted *wanted_new(const coodie_query *q, const char *expression, void *user,
				 coodie_error *err)
{
	size_t len = expression ? strlen(expression) + 1 : 1;
	struct wanted *w;

	if (!cd_query_is_well(q, err))
		return NULL;
	w = cd_alloc_zero(&q->place.orm->allocator, sizeof(*w) + len);
	if (!w) {
		cd_no_memory(err, "a number that is asked for");
		return NULL;
	}
	w->allocator = q->place.orm->allocator;
	w->user = user;
	memcpy(w->expression, expression ? expression : "", len);
	return w;
}

/* Gives back what was wanted, which is no more. */
static struct wanted take_wanted(void *take_w)
{
	struct wanted *w = take_w, copy = *w;

	cd_release(&copy.allocator, w);
	return copy;
}

static bool select_wanted(coodie_query *q, struct wanted *take_w, coodie_done_fn *step,
			  coodie_error *err)
{
	if (take_w && coodie_select_async(q, take_w->expression, step, take_w, err))
		return true;
	if (take_w)
		take_wanted(take_w);
	return false;
}

/* Reads the answer into `out`, which stays zero when it says nothing. */
static coodie_error read_wanted(const struct wanted *w, coodie_result *take_res,
				const coodie_error *from, number_fn *read, void *out, bool *is_null)
{
	coodie_error err = *from;

	*is_null = false;
	if (err.code == COODIE_OK && !read_number(take_res, read, out, is_null, &err))
		cd_error_prefix(&err, "coodie_select, %s", w->expression);
	coodie_result_free(take_res);
	return err;
}

static void on_int64(coodie_result *take_res, const coodie_error *from, void *user)
{
	int64_t number = 0;
	bool is_null;
	coodie_error err = read_wanted(user, take_res, from, to_int64, &number, &is_null);
	struct wanted w = take_wanted(user);

	w.done.int64(number, is_null, &err, w.user);
}

static void on_double(coodie_result *take_res, const coodie_error *from, void *user)
{
	double number = 0;
	bool is_null;
	coodie_error err = read_wanted(user, take_res, from, to_double, &number, &is_null);
	struct wanted w = take_wanted(user);

	w.done.real(number, is_null, &err, w.user);
}

bool coodie_select_int64_async(coodie_query *q, const char *expression, coodie_int64_fn *done,
			       void *user, coodie_error *err)
{
	struct wanted *w;

	cd_clear(err);
	w = wanted_new(q, expression, user, err);
	if (w)
		w->done.int64 = done;
	return select_wanted(q, w, on_int64, err);
}

bool coodie_select_double_async(coodie_query *q, const char *expression, coodie_double_fn *done,
				void *user, coodie_error *err)
{
	struct wanted *w;

	cd_clear(err);
	w = wanted_new(q, expression, user, err);
	if (w)
		w->done.real = done;
	return select_wanted(q, w, on_double, err);
}

/* ---- tokens of keys -------------------------------------------------------------------------- */

static bool encode_keys(const struct cd_model *m, cql_args keys, cql_arena *a, cql_blob *out,
			coodie_error *err)
{
	if (keys.count != m->partition_count || !keys.values)
		return cd_fail(err, COODIE_ERR_QUERY,
			       "%u columns in the partition key but %zu values",
			       (unsigned)m->partition_count, keys.values ? keys.count : 0);
	for (uint32_t i = 0; i < m->partition_count; i++) {
		const struct cd_column *c = &m->columns[m->keys[i]];

		if (!cd_datum_fits(keys.values[i], c->type, err) ||
		    !cql_encode(c->type, keys.values[i], a, &out[i], err)) {
			if (err)
				cd_error_prefix(err, "value %u for %s (%s)", (unsigned)i + 1,
						c->def.name, c->spelling);
			return false;
		}
	}
	return true;
}

static bool token_of(const struct cd_model *m, cql_args keys, cql_arena *a, int64_t *token,
		     coodie_error *err)
{
	cql_blob columns[CD_FRAGMENT_MARKERS], key;

	if (m->partition_count > CD_FRAGMENT_MARKERS)
		return cd_fail(err, COODIE_ERR_LIMIT, "more than %d columns", CD_FRAGMENT_MARKERS);
	if (!encode_keys(m, keys, a, columns, err) ||
	    !cql_routing_key(columns, m->partition_count, a, &key, err))
		return false;
	*token = cql_murmur3_token(key.data, key.len);
	return true;
}

bool coodie_token(coodie_session *s, const coodie_model *m, cql_args keys, int64_t *token,
		  coodie_error *err)
{
	struct cd_place place;
	cql_arena *a;
	bool ok;

	cd_clear(err);
	if (!cd_has_output(token, "coodie_token", err) || !cd_place_find(s, m, &place, err))
		return false;
	a = cql_arena_new(&place.orm->allocator, err);
	if (!a)
		return false;
	ok = token_of(place.model, keys, a, token, err);
	if (!ok && err)
		cd_error_prefix(err, "coodie_token(%s)", place.model->label);
	cql_arena_free(a);
	return ok;
}
