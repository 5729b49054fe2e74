/* SPDX-License-Identifier: MIT */
/* Saving: an INSERT of what is set, an UPDATE of what changed, or nothing at all. */
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "orm/cql/fragment.h"
#include "orm/model/family.h"
#include "orm/value/datum.h"
#include "orm/write/delta.h"
#include "orm/write/plain.h"

struct save {
	struct cd_write *w;
	const struct cd_model *m;
	const void *memory;
	struct cd_object *o; /* NULL: a struct of the caller's own */
	bool insert;         /* an INSERT, of every column */
	bool whole;          /* not only what changed */
	/* what is written of each column, as the statement has them: all of them for an INSERT, those
	 * that are no key for an UPDATE, whose keys follow; unset: nothing */
	cql_value *values, *keys;
	bool any[CD_ROLE_REGULAR + 1]; /* whether something is written, by role */
	uint64_t as_read;              /* of 64 columns, see is_as_read(); */
	uint32_t read_end;             /* the column behind them */
	bool no_row;                   /* no clustering column is set: statics only */
	bool deltas;                   /* some collection is added to or taken from, not replaced */
	coodie_error *err;
};

static bool is_loaded(const struct save *s)
{
	return s->o && s->o->state == CD_OBJECT_LOADED;
}

/* ---- what is written of a column ------------------------------------------------------------- */

static bool check_member(const struct save *s, const struct cd_column *c, cql_value v)
{
	return cd_member_check(c, s->memory, v, s->err);
}

/* What the member says now; which struct it is, the model says (PO-04). */
static bool read_member(const struct save *s, uint32_t i, cql_value *out)
{
	const struct cd_column *c = &s->m->columns[i];

	if (cd_family_says(s->m, i)) {
		*out = s->m->own_value;
		return true;
	}
	return cd_member_get(c, s->memory, &s->w->arena, out, s->err) ||
	       cd_write_fail_column(s->m, c, s->err);
}

/* The whole row, but never a column that was not loaded. A member that is not set writes null only
 * where it takes something away: a tombstone for nothing costs the reader. */
static cql_value whole_value(const struct save *s, uint32_t i, cql_value v)
{
	cql_value was;

	if (cd_object_touched(s->o, i))
		return v.is.tag == CQL_TAG_UNSET ? cql_null() : v;
	if (!is_loaded(s))
		return v;
	if (!cd_object_is_loaded(s->o, i))
		return cql_unset();
	if (v.is.tag == CQL_TAG_UNSET &&
	    (!cd_object_loaded(s->o, i, &was, NULL) || !cd_datum_is_missing(was)))
		return cql_null();
	return v;
}

static cql_value changed_value(const struct save *s, uint32_t i, cql_value v)
{
	if (!cd_object_changed(s->o, i, v, &s->w->arena))
		return cql_unset();
	return v.is.tag == CQL_TAG_UNSET ? cql_null() : v;
}

/* Whether a column of a loaded object plainly has not changed: 64 are looked at in one go. */
static inline bool is_as_read(struct save *s, uint32_t i)
{
	if (i >= s->read_end) {
		s->as_read = cd_object_as_read(s->o, i);
		s->read_end = i + 64;
	}
	return s->as_read >> (i + 64 - s->read_end) & 1;
}

static bool check_required(const struct save *s, const struct cd_column *c, cql_value v)
{
	if (!cd_datum_is_missing(v) || (is_loaded(s) && v.is.tag == CQL_TAG_UNSET))
		return true;
	cd_fail(s->err, COODIE_ERR_INVALID, "it is required and not set; give it a value");
	return cd_write_fail_column(s->m, c, s->err);
}

static bool take_value(struct save *s, uint32_t i, cql_value *out)
{
	const struct cd_column *c = &s->m->columns[i];

	if (!read_member(s, i, out))
		return false;
	if (s->o)
		*out = s->whole ? whole_value(s, i, *out) : changed_value(s, i, *out);
	/* Only what is written: a null that reads as zero need not be a value of its type. */
	if (!check_member(s, c, *out))
		return cd_write_fail_column(s->m, c, s->err);
	s->any[c->role] |= out->is.tag != CQL_TAG_UNSET;
	s->deltas |= c->multicell && !s->whole && cd_delta_is(s->o, i, *out);
	return !c->def.required || check_required(s, c, *out);
}

static bool fail_key(const struct save *s, uint32_t i)
{
	return cd_write_fail_key(s->w, &s->m->columns[i], cd_object_is_unread(s->o, i), s->err);
}

/* A clustering column may be left out where only statics are written: they belong to the partition
 * (LC-26). Of a key that was not read (coodie_distinct()) the member is zero, which is no key either. */
static bool take_key(struct save *s, uint32_t i, cql_value *out)
{
	const struct cd_column *c = &s->m->columns[i];
	bool unread = cd_object_is_unread(s->o, i);

	*out = cql_unset();
	if (!unread && !read_member(s, i, out))
		return false;
	if (!check_member(s, c, *out))
		return cd_write_fail_column(s->m, c, s->err);
	if (!cd_datum_is_missing(*out)) {
		s->any[c->role] = true;
		return true;
	}
	if (c->role != CD_ROLE_CLUSTERING || (s->o && !unread))
		return fail_key(s, i);
	s->no_row = true;
	return true;
}

/* Statics of a partition are written without a row, and without a condition. */
static bool check_no_row(const struct save *s, bool conditional)
{
	if (!s->no_row || (!conditional && s->any[CD_ROLE_STATIC] &&
			   !s->any[CD_ROLE_CLUSTERING] && !s->any[CD_ROLE_REGULAR]))
		return true;
	for (uint32_t i = s->m->partition_count; i < s->m->key_count; i++) {
		if (cd_datum_is_missing(s->insert ? s->values[s->m->keys[i]] : s->keys[i]))
			return fail_key(s, s->m->keys[i]);
	}
	return true;
}

/* ---- the statement --------------------------------------------------------------------------- */

/* All that an INSERT writes. */
static bool take_columns(struct save *s, cql_value *out)
{
	const struct cd_column *columns = s->m->columns, *end = columns + s->m->column_count;
	bool own = !s->o;

	for (const struct cd_column *c = columns; c < end; c++, out++) {
		uint32_t i;

		if (own && cd_plain_get(c, s->memory, out))
			continue;
		i = (uint32_t)(c - columns);
		if (!(cd_column_is_key(c) ? take_key(s, i, out) : take_value(s, i, out)))
			return false;
	}
	return true;
}

/* By which roles there is something: of a row with its key nobody asks. */
static void note_roles(struct save *s)
{
	for (uint32_t i = 0; i < s->m->column_count; i++)
		s->any[s->m->columns[i].role] |= s->values[i].is.tag != CQL_TAG_UNSET;
}

static bool write_insert(struct save *s)
{
	size_t count = s->m->column_count;
	cql_value *args = cd_write_room(s->w, count + 1, s->err);

	if (!args)
		return false;
	s->values = args;
	if (!take_columns(s, args))
		return false;
	if (s->no_row)
		note_roles(s);
	cd_write_put_ttl(s->w, args, &count);
	s->w->cql = s->m->insert[cd_write_shape(s->w)];
	s->w->args = (cql_args){ count, args };
	return check_no_row(s, false);
}

/* `extra` binds are to follow. */
static bool write_update(struct save *s, size_t extra)
{
	size_t count = 0;
	cql_value *args = cd_write_room(s->w, s->m->column_count + extra + 1, s->err);

	if (!args)
		return false;
	cd_write_put_ttl(s->w, args, &count);
	s->values = args + count;
	for (uint32_t i = 0; i < s->m->column_count; i++) {
		if (cd_column_is_key(&s->m->columns[i]))
			continue;
		if (!s->whole && is_as_read(s, i))
			args[count].is.tag = CQL_TAG_UNSET;
		else if (!take_value(s, i, &args[count]))
			return false;
		count++;
	}
	if (!extra && !s->any[CD_ROLE_REGULAR] && !s->any[CD_ROLE_STATIC])
		return true; /* nothing changed */
	s->keys = args + count;
	for (uint32_t i = 0; i < s->m->key_count; i++) {
		if (!take_key(s, s->m->keys[i], &args[count++]))
			return false;
	}
	/* without plain columns there is no such UPDATE: plan_save() writes the statics */
	s->w->cql = (s->m->regular_count ? s->m->update : s->m->update_static)[cd_write_shape(s->w)];
	s->w->args = (cql_args){ count, args };
	return check_no_row(s, extra > 0);
}

/* Walks the values of an INSERT or UPDATE beside the columns; NULL for a key of an UPDATE. */
static const cql_value *next_value(const struct save *s, uint32_t i, const cql_value **at)
{
	return !s->insert && cd_column_is_key(&s->m->columns[i]) ? NULL : (*at)++;
}

/* Statics alone have a statement of their own: they belong to the partition, not to the row. */
static bool write_statics(struct save *s)
{
	const struct cd_model *m = s->m;
	const cql_value *at = s->values;
	size_t count = 0;
	cql_value *args = cd_arena_take_array(
		&s->w->arena, (size_t)m->static_count + m->partition_count + 1, sizeof(*args));

	if (!args)
		return cd_no_memory(s->err, "a write");
	cd_write_put_ttl(s->w, args, &count);
	for (uint32_t i = 0; i < m->column_count; i++) {
		const cql_value *v = next_value(s, i, &at);

		if (m->columns[i].role == CD_ROLE_STATIC)
			args[count++] = *v;
	}
	for (uint32_t i = 0; i < m->partition_count; i++)
		args[count++] = s->insert ? s->values[m->keys[i]] : s->keys[i];
	s->w->cql = m->update_static[cd_write_shape(s->w)];
	s->w->args = (cql_args){ count, args };
	return true;
}

/* ---- what to remember when it was applied ---------------------------------------------------- */

/* A new row's columns that were not set count as null from then on; of a loaded row only what
 * was written changes. */
static __attribute__((noinline)) bool keep_changes(struct save *s)
{
	const cql_value *at = s->values;
	bool all = s->o->state == CD_OBJECT_NEW;

	s->w->changes = cd_changes_new(s->o, s->w->args, s->err);
	for (uint32_t i = 0; s->w->changes && i < s->m->column_count; i++) {
		const cql_value *v = next_value(s, i, &at);

		if (v && (all || v->is.tag != CQL_TAG_UNSET) &&
		    !cd_changes_add(s->w->changes, i, *v, s->err))
			return false;
	}
	for (uint32_t i = 0; s->w->changes && all && !s->insert && i < s->m->key_count; i++) {
		if (!cd_changes_add(s->w->changes, s->m->keys[i], s->keys[i], s->err))
			return false;
	}
	return s->w->changes != NULL;
}

/* ---- the whole ------------------------------------------------------------------------------- */

static bool begin(struct save *s, struct cd_write *w, const struct cd_call *call, coodie_error *err)
{
	*s = (struct save){ .w = w, .m = w->place.model, .memory = call->object, .err = err };
	if (!cd_object_is_own(call->object) && !cd_write_object(w, call->object, &s->o, err))
		return false;
	s->whole = !is_loaded(s) || w->full;
	s->insert = s->whole;
	return true;
}

static bool finish(struct save *s)
{
	return !s->w->cql || !s->o || s->o->state == CD_OBJECT_OWN || keep_changes(s);
}

static bool plan_save(struct cd_write *w, const struct cd_call *call, coodie_error *err)
{
	struct save s;

	if (!begin(&s, w, call, err) || !(s.insert ? write_insert(&s) : write_update(&s, 0)) ||
	    !finish(&s))
		return false;
	if (w->cql && (s.no_row || (!s.insert && !s.any[CD_ROLE_REGULAR])))
		return write_statics(&s);
	return !s.deltas || cd_delta_write(w, s.o, s.values, s.keys, err);
}

/* A constant statement with `more` behind it. */
static bool lengthen(struct cd_write *w, const char *more, const char *last, coodie_error *err)
{
	size_t len = strlen(w->cql) + strlen(more) + strlen(last) + 1;
	char *cql = cd_arena_take(&w->arena, len);

	if (!cql)
		return cd_no_memory(err, "a write");
	snprintf(cql, len, "%s%s%s", w->cql, more, last);
	w->cql = cql;
	return true;
}

/* The TTL comes last, behind IF NOT EXISTS. */
static bool plan_insert(struct cd_write *w, const struct cd_call *call, coodie_error *err)
{
	struct save s;
	cql_value *keys;

	if (!begin(&s, w, call, err))
		return false;
	if (is_loaded(&s))
		return cd_fail(err, COODIE_ERR_INVALID,
			       "%s(%s): the object was loaded or saved, so its row is there; "
			       "coodie_save() it, or make a new one",
			       w->verb->name, s.m->label);
	if (!write_insert(&s) || !finish(&s))
		return false;
	if (s.no_row)
		return cd_fail(err, COODIE_ERR_INVALID, "%s(%s): the clustering key is not set",
			       w->verb->name, s.m->label);
	keys = cd_arena_take_array(&w->arena, s.m->key_count, sizeof(*keys));
	if (!keys)
		return cd_no_memory(err, "a write");
	for (uint32_t i = 0; i < s.m->key_count; i++)
		keys[i] = s.values[s.m->keys[i]];
	w->cql = s.m->insert[CD_PLAIN];
	return cd_write_conditional(w, (cql_args){ s.m->key_count, keys }, err) &&
	       lengthen(w, " IF NOT EXISTS", w->ttl ? " USING TTL ?" : "", err);
}

static bool add_condition(struct save *s, const struct cd_fragment *f, cql_args args)
{
	struct cd_write *w = s->w;

	if (!cd_fragment_check(s->m, f, args, s->err) || !write_update(s, f->bind_count + 1) ||
	    !finish(s))
		return false;
	if (!s->m->regular_count)
		return cd_fail(s->err, COODIE_ERR_QUERY, "%s(%s): it has only keys%s to update",
			       w->verb->name, s->m->label, s->m->static_count ? " and statics" : "");
	/* the binds lie in room that was made for these too */
	for (size_t i = 0; i < args.count; i++)
		((cql_value *)(uintptr_t)w->args.values)[w->args.count++] = args.values[i];
	return cd_write_conditional(w, (cql_args){ s->m->key_count, s->keys }, s->err) &&
	       lengthen(w, " IF ", f->cql, s->err);
}

static bool plan_save_if(struct cd_write *w, const struct cd_call *call, coodie_error *err)
{
	struct cd_fragment *f;
	struct save s;
	bool ok;

	if (!begin(&s, w, call, err))
		return false;
	s.insert = false;
	f = cd_fragment_take(w->place.model, CD_FRAGMENT_IF, call->condition, err);
	if (!f)
		return false;
	ok = add_condition(&s, f, call->args);
	cd_fragment_give(w->place.model, f);
	return ok;
}

const struct cd_verb cd_insert = { "coodie_insert", CD_TAKES_TTL, plan_insert };
const struct cd_verb cd_save_if = { "coodie_save_if",
				    CD_TAKES_TTL | CD_TAKES_FULL | CD_NEEDS_CONDITION,
				    plan_save_if };
const struct cd_verb cd_save = { "coodie_save", CD_TAKES_TTL | CD_TAKES_TIMESTAMP | CD_TAKES_FULL,
				 plan_save };

bool coodie_save_async(coodie_session *s, const coodie_model *m, void *object,
		       const coodie_write *w, coodie_status_fn *done, void *user, coodie_error *err)
{
	return cd_write_run_async(
		&(struct cd_call){ &cd_save, s, m, w, object, NULL, NULL, CQL_ARGS(), NULL }, done,
		user, err);
}

bool coodie_save(coodie_session *s, const coodie_model *m, void *object, const coodie_write *w,
		 coodie_error *err)
{
	return cd_write_run(
		&(struct cd_call){ &cd_save, s, m, w, object, NULL, NULL, CQL_ARGS(), NULL }, err);
}

coodie_lwt *coodie_insert(coodie_session *s, const coodie_model *m, void *object,
			  const coodie_write *w, coodie_error *err)
{
	return cd_write_run_if(
		&(struct cd_call){ &cd_insert, s, m, w, object, NULL, NULL, CQL_ARGS(), NULL },
		err);
}

bool coodie_insert_async(coodie_session *s, const coodie_model *m, void *object,
			 const coodie_write *w, coodie_lwt_fn *done, void *user, coodie_error *err)
{
	return cd_write_run_if_async(
		&(struct cd_call){ &cd_insert, s, m, w, object, NULL, NULL, CQL_ARGS(), NULL },
		done, user, err);
}

coodie_lwt *coodie_save_if(coodie_session *s, const coodie_model *m, void *object,
			   const char *condition, cql_args args, const coodie_write *w,
			   coodie_error *err)
{
	return cd_write_run_if(
		&(struct cd_call){ &cd_save_if, s, m, w, object, NULL, condition, args, NULL },
		err);
}

bool coodie_save_if_async(coodie_session *s, const coodie_model *m, void *object,
			  const char *condition, cql_args args, const coodie_write *w,
			  coodie_lwt_fn *done, void *user, coodie_error *err)
{
	return cd_write_run_if_async(
		&(struct cd_call){ &cd_save_if, s, m, w, object, NULL, condition, args, NULL },
		done, user, err);
}
