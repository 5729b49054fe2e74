/* SPDX-License-Identifier: MIT */
/* Tracked objects: making, copying and freeing them, and knowing what changed. */
#include "orm/object/object.h"

#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "orm/value/datum.h"
#include "orm/model/place.h"

#define ALIGNED(n) (((n) + (size_t)15) & ~(size_t)15)

/* ---- making ---------------------------------------------------------------------------------- */

coodie_rows *cd_rows_new(struct cd_model *m, bool single, coodie_error *err)
{
	coodie_rows *rows = cd_alloc_zero(&m->allocator, sizeof(*rows));

	if (!rows) {
		cd_no_memory(err, "the rows");
		return NULL;
	}
	rows->model = cd_model_ref(m);
	rows->single = single;
	cd_arena_init(&rows->arena, &m->allocator, 0);
	return rows;
}

static void link_object(coodie_rows *rows, struct cd_object *o)
{
	if (rows->last)
		rows->last->next = o;
	else
		rows->first = rows->next = o;
	rows->last = o;
	rows->count++;
}

struct cd_object *cd_rows_add(coodie_rows *rows, size_t count)
{
	const struct cd_model *m = rows->model;
	size_t loaded_at = ALIGNED(sizeof(struct cd_object));
	size_t touched_at = loaded_at + ALIGNED(m->column_count * sizeof(cql_value));
	size_t memory_at = touched_at + ALIGNED(m->column_count * sizeof(uint32_t));
	size_t stride = memory_at + ALIGNED(m->def.object_size);
	char *block = cd_arena_take_array(&rows->arena, count, stride);

	for (size_t i = 0; block && i < count; i++) {
		char *at = block + i * stride;
		struct cd_object *o = (struct cd_object *)(void *)at;
		coodie_row *row = (coodie_row *)(void *)(at + memory_at);

		o->home = rows;
		o->loaded = (cql_value *)(void *)(at + loaded_at);
		o->touched = (uint32_t *)(void *)(at + touched_at);
		o->state = CD_OBJECT_NEW;
		o->memory = row;
		for (uint32_t k = 0; k < m->column_count; k++)
			o->loaded[k] = cql_unset();
		*row = (coodie_row){ row, o };
		link_object(rows, o);
	}
	return (struct cd_object *)(void *)block;
}

static struct cd_object *object_new(struct cd_model *m, coodie_error *err)
{
	coodie_rows *rows = cd_rows_new(m, true, err);
	struct cd_object *o = rows ? cd_rows_add(rows, 1) : NULL;

	if (rows && !o) {
		coodie_rows_free(rows);
		cd_no_memory(err, "an object");
	}
	return o;
}

void *coodie_new(coodie_session *s, const coodie_model *m, coodie_error *err)
{
	struct cd_place place;
	struct cd_object *o;

	cd_clear(err);
	if (!cd_place_find(s, m, &place, err))
		return NULL;
	o = object_new(place.model, err);
	return o ? o->memory : NULL;
}

/* Copies a member by way of its value: what is behind pointers comes along. */
static bool copy_member(struct cd_object *to, const struct cd_column *c, const void *from,
			coodie_error *err)
{
	struct cd_arena *a = &to->home->arena;
	cql_value v;

	return cd_member_get(c, from, a, &v, err) && cd_datum_copy(a, v, &v, err) &&
	       cd_member_set(c, to->memory, v, a, err);
}

static bool copy_tracking(struct cd_object *to, const struct cd_object *from, coodie_error *err)
{
	uint32_t count = to->home->model->column_count;

	to->state = from ? from->state : CD_OBJECT_OWN;
	if (!from)
		return true;
	to->touches = from->touches;
	memcpy(to->touched, from->touched, count * sizeof(*to->touched));
	for (uint32_t i = 0; i < count; i++) {
		if (!cd_datum_copy(&to->home->arena, from->loaded[i], &to->loaded[i], err))
			return false;
	}
	return true;
}

static void *dup(struct cd_model *m, const void *memory, coodie_error *err)
{
	struct cd_object *from, *to;

	if (!cd_object_find(m, memory, &from, err))
		return NULL;
	to = object_new(m, err);
	if (!to)
		return NULL;
	/* first everything, then members one by one: members that are no column are copied as
	 * they are */
	memcpy((char *)to->memory + sizeof(coodie_row), (const char *)memory + sizeof(coodie_row),
	       m->def.object_size - sizeof(coodie_row));
	for (uint32_t i = 0; i < m->column_count; i++) {
		if (!copy_member(to, &m->columns[i], memory, err)) {
			coodie_rows_free(to->home);
			return NULL;
		}
	}
	if (!copy_tracking(to, from, err)) {
		coodie_rows_free(to->home);
		return NULL;
	}
	return to->memory;
}

void *coodie_dup(coodie_session *s, const coodie_model *m, const void *object, coodie_error *err)
{
	struct cd_place place;

	cd_clear(err);
	return cd_place_find(s, m, &place, err) ? dup(place.model, object, err) : NULL;
}

void coodie_object_free(void *object)
{
	const coodie_row *row = object;

	/* not ours to free: a struct of the caller's, a copy of one of ours, an object of rows */
	if (row && row->self == object && row->object && row->object->home->single)
		coodie_rows_free(row->object->home);
}

/* ---- knowing --------------------------------------------------------------------------------- */

bool cd_object_find(const struct cd_model *m, const void *memory, struct cd_object **out,
		    coodie_error *err)
{
	const coodie_row *row = memory;
	const struct cd_model *theirs;

	if (!memory)
		return cd_fail(err, COODIE_ERR_INVALID, "the object is NULL");
	*out = NULL;
	if (!row->self && !row->object)
		return true;
	if (row->self != memory)
		return cd_fail(
			err, COODIE_ERR_INVALID,
			"this %s was copied from a tracked object by assignment (or its row header "
			"was written to); copy with coodie_dup(), or zero .row to make it one of "
			"your own",
			m->label);
	theirs = row->object->home->model;
	if (theirs->source != m->source || theirs->digest != m->digest)
		return cd_fail(err, COODIE_ERR_INVALID, "the object is a %s, the model is for %s",
			       theirs->label, m->label);
	*out = row->object;
	return true;
}

const coodie_model *coodie_object_model(const void *object)
{
	const coodie_row *row = object;

	return row && row->self == object ? row->object->home->model->source : NULL;
}

bool coodie_touch(void *object, const char *member, coodie_error *err)
{
	const coodie_row *row = object;
	const struct cd_column *c;
	const struct cd_model *m;
	const char *near;

	cd_clear(err);
	if (!object || !member)
		return cd_fail(err, COODIE_ERR_INVALID, "coodie_touch: the %s is NULL",
			       object ? "member" : "object");
	if (!row->self)
		return cd_fail(
			err, COODIE_ERR_INVALID,
			"coodie_touch: a struct of your own is not tracked; each save writes it "
			"whole");
	if (row->self != object)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "coodie_touch: this struct was copied from a tracked object by "
			       "assignment; copy with coodie_dup()");
	m = row->object->home->model;
	c = cd_model_member(m, member, strlen(member));
	if (!c) {
		near = cd_model_nearest(m, member, strlen(member));
		return cd_fail(err, COODIE_ERR_INVALID, "coodie_touch: %s has no member %.60s%s%s",
			       m->label, member, near ? "; did you mean " : "", near ? near : "");
	}
	if (cd_column_is_key(c))
		return cd_fail(err, COODIE_ERR_INVALID,
			       "coodie_touch: %s is in the primary key, which every save names "
			       "anyway",
			       c->def.name);
	row->object->touched[cd_column_index(m, c)] = ++row->object->touches;
	return true;
}

/* A plain scalar cannot show null: read as zero, it is unchanged while it is zero. */
static bool hides_null(const struct cd_object *o, const struct cd_column *c)
{
	return o->loaded[cd_column_index(o->home->model, c)].is.tag == CQL_TAG_NULL &&
	       !c->optional && !c->codec->nullable && cd_member_is_zero(c, o->memory);
}

bool cd_object_changed(const struct cd_object *o, uint32_t column, cql_value v,
		       struct cd_arena *scratch)
{
	const struct cd_column *c = &o->home->model->columns[column];
	cql_value was = o->loaded[column];

	if (o->touched[column])
		return true;
	if (was.is.tag == CQL_TAG_UNSET)
		return false; /* not loaded: never written unless touched */
	if (hides_null(o, c))
		return false;
	if (c->multicell && cd_datum_is_empty(v) && cd_datum_is_empty(was))
		return false;
	if (v.is.tag == CQL_TAG_UNSET)
		v = cql_null();
	return !cd_datum_same(was, v, scratch);
}

bool cd_object_check_key(const struct cd_object *o, struct cd_arena *scratch, coodie_error *err)
{
	const struct cd_model *m = o->home->model;

	for (uint32_t i = 0; o->state == CD_OBJECT_LOADED && i < m->key_count; i++) {
		const struct cd_column *c = &m->columns[m->keys[i]];
		char was[48], is[48];
		cql_value v;

		if (!cd_member_get(c, o->memory, scratch, &v, err))
			return false;
		if (!cd_object_changed(o, m->keys[i], v, scratch))
			continue;
		cql_value_format(o->loaded[m->keys[i]], was, sizeof(was));
		cql_value_format(v, is, sizeof(is));
		return cd_fail(
			err, COODIE_ERR_INVALID,
			"%s: the primary key changed: %s was %s and is %s; that is another row: "
			"save it as a new object and delete the old one",
			m->label, c->def.name, was, is);
	}
	return true;
}

/* ---- after a write --------------------------------------------------------------------------- */

bool cd_object_reserve(struct cd_object *o, coodie_error *err)
{
	if (o->saved)
		return true;
	o->saved = cd_arena_take_array(&o->home->arena, o->home->model->column_count,
				       sizeof(*o->saved));
	if (!o->saved)
		return cd_no_memory(err, "what was saved");
	o->next_saved = o->home->saved;
	o->home->saved = o;
	return true;
}

void cd_object_applied(struct cd_object *o, struct cd_change *changes, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		struct cd_change *change = &changes[i];

		cd_arena_deinit(&o->saved[change->column]);
		o->saved[change->column] = change->bytes;
		change->bytes = (struct cd_arena){ 0 };
		o->loaded[change->column] = change->value;
		if (o->touched[change->column] == change->touched)
			o->touched[change->column] = 0; /* unless it was touched again meanwhile */
	}
	if (o->state == CD_OBJECT_NEW)
		o->state = CD_OBJECT_LOADED;
}
