/* SPDX-License-Identifier: MIT */
/* Saving collections by what was added to them and taken out, not whole: others may do the same at the
 * same time. */
#include "orm/write/delta.h"

#include <string.h>

#include "base/buffer.h"
#include "base/error.h"
#include "orm/value/datum.h"

/* A collection is added to and taken from where there was something and is something; of statics
 * and touched ones the whole is written. */
bool cd_delta_is(const struct cd_object *o, uint32_t i, cql_value v)
{
	const struct cd_column *c = &o->shape->model->columns[i];
	cql_value was;

	return c->multicell && c->role == CD_ROLE_REGULAR && !cd_datum_is_empty(v) &&
	       !cd_object_touched(o, i) && cd_object_loaded(o, i, &was, NULL) &&
	       was.is.tag == v.is.tag && !cd_datum_is_empty(was);
}

/* How a column is assigned: its markers, one or two, and their values. */
struct delta {
	const char *first, *second; /* what stands between the column and itself; NULL: plain */
	cql_value values[2];
};

/* A list that did more than grow is written whole (CO-11); sets and maps never are (CO-12, CO-13). */
static bool find_delta(struct cd_write *w, const struct cd_object *o, uint32_t i, cql_value now,
		       struct delta *out, coodie_error *err)
{
	const struct cd_model *m = w->place.model;
	struct cd_arena *a = &w->arena;
	cql_value was;

	*out = (struct delta){ .values = { now } };
	if (!cd_delta_is(o, i, now) || !cd_object_loaded(o, i, &was, NULL))
		return true;
	if (m->columns[i].kind == CQL_KIND_LIST) {
		if (cd_datum_grown(was, now, a, &out->values[0], &out->values[1])) {
			out->first = "? + ";
			cd_write_once(w);
		}
		return true;
	}
	out->first = "";
	out->second = " - ?";
	return cd_datum_delta(was, now, a, &out->values[0], &out->values[1]) ||
	       cd_no_memory(err, "what changed of a collection");
}

/* Both parts of a delta stand there, an empty one too: one text for each choice of columns. */
static void put_assignment(struct cd_buffer *b, const char *column, const struct delta *d)
{
	cd_buffer_text(b, column);
	cd_buffer_text(b, " = ");
	if (!d->first) {
		cd_buffer_text(b, "?");
		return;
	}
	cd_buffer_text(b, d->first);
	cd_buffer_text(b, column);
	if (!d->second) { /* c = ? + c, c = c + ? */
		cd_buffer_text(b, ", ");
		cd_buffer_text(b, column);
		cd_buffer_text(b, " = ");
		cd_buffer_text(b, column);
	}
	cd_buffer_text(b, " + ?");
	if (d->second) { /* c = c + ?, c = c - ? */
		cd_buffer_text(b, ", ");
		cd_buffer_text(b, column);
		cd_buffer_text(b, " = ");
		cd_buffer_text(b, column);
		cd_buffer_text(b, d->second);
	}
}

/* The UPDATE that is being written. */
struct update {
	struct cd_write *w;
	const struct cd_object *o;
	struct cd_buffer cql;
	cql_value *args;
	size_t count;
	coodie_error *err;
};

static bool put_columns(struct update *u, const cql_value *values)
{
	const struct cd_model *m = u->w->place.model;
	bool first = true;
	struct delta d;

	for (uint32_t i = 0; i < m->column_count; i++) {
		if (cd_column_is_key(&m->columns[i]))
			continue;
		if (!find_delta(u->w, u->o, i, *values++, &d, u->err))
			return false;
		cd_buffer_text(&u->cql, first ? "" : ", ");
		put_assignment(&u->cql, m->columns[i].quoted, &d);
		u->args[u->count++] = d.values[0];
		if (d.first)
			u->args[u->count++] = d.values[1];
		first = false;
	}
	return true;
}

static void put_keys(struct update *u, const cql_value *keys)
{
	const struct cd_model *m = u->w->place.model;

	for (uint32_t i = 0; i < m->key_count; i++) {
		cd_buffer_text(&u->cql, i ? " AND " : " WHERE ");
		cd_buffer_text(&u->cql, m->columns[m->keys[i]].quoted);
		cd_buffer_text(&u->cql, " = ?");
		u->args[u->count++] = keys[i];
	}
}

bool cd_delta_write(struct cd_write *w, const struct cd_object *o, const cql_value *values,
		    const cql_value *keys, coodie_error *err)
{
	const struct cd_model *m = w->place.model;
	struct update u = { .w = w, .o = o, .err = err };
	bool ok;

	u.args = cd_arena_take_array(&w->arena, (size_t)m->column_count * 2 + 1, sizeof(*u.args));
	if (!u.args)
		return cd_no_memory(err, "a write");
	cd_buffer_init(&u.cql, &m->allocator, 0);
	cd_buffer_text(&u.cql, "UPDATE ");
	cd_buffer_text(&u.cql, m->table);
	cd_buffer_text(&u.cql, w->ttl ? " USING TTL ? SET " : " SET ");
	cd_write_put_ttl(w, u.args, &u.count);
	ok = put_columns(&u, values);
	put_keys(&u, keys);
	w->cql = u.cql.failed ? NULL
			      : cd_arena_strndup(&w->arena, (const char *)u.cql.data, u.cql.len);
	cd_buffer_deinit(&u.cql);
	w->args = (cql_args){ u.count, u.args };
	return ok && (w->cql || cd_no_memory(err, "a write"));
}
