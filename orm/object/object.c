/* SPDX-License-Identifier: MIT */
/* Tracked objects: making, copying and freeing them, and knowing what changed. */
#include "orm/object/object.h"

#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "orm/model/place.h"
#include "orm/value/datum.h"

/* ---- making ---------------------------------------------------------------------------------- */

static struct cd_object *object_new(struct cd_model *m, coodie_error *err)
{
	coodie_rows *rows = cd_rows_new(m, true, err);
	struct cd_object *o = rows ? cd_rows_add(rows, err) : NULL;

	if (!o)
		coodie_rows_free(rows);
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
	if (!o)
		return NULL;
	if (!cd_model_fill(place.model, cd_object_memory(o), err)) {
		coodie_rows_free(o->shape->home);
		return NULL;
	}
	return cd_object_memory(o);
}

/* Copies a member by way of its value: what is behind pointers comes along. */
static bool copy_member(struct cd_object *to, const struct cd_column *c, const void *from,
			coodie_error *err)
{
	struct cd_arena *a = cd_object_arena(to);
	cql_value v;

	return cd_member_get(c, from, a, &v, err) && cd_datum_copy(a, v, &v, err) &&
	       cd_member_set(c, cd_object_memory(to), v, a, err);
}

static bool copy_members(struct cd_object *to, const struct cd_model *m, const void *memory,
			 const struct cd_object *from, coodie_error *err)
{
	/* first everything, then members one by one: members that are no column are copied as
	 * they are */
	memcpy((char *)cd_object_memory(to) + sizeof(coodie_row),
	       (const char *)memory + sizeof(coodie_row), m->def.object_size - sizeof(coodie_row));
	for (uint32_t i = 0; i < m->column_count; i++) {
		if (!copy_member(to, &m->columns[i], memory, err))
			return false;
	}
	to->state = from ? from->state : CD_OBJECT_OWN;
	return !from || (cd_object_copy_track(to, from, err) &&
			 cd_rows_come_from(to->shape->home, from->shape->home->table,
					   from->shape->home->connection, err));
}

static void *dup(struct cd_model *m, const void *memory, coodie_error *err)
{
	struct cd_object *from, *to;

	if (!cd_object_find(m, memory, &from, err))
		return NULL;
	to = object_new(m, err);
	if (!to)
		return NULL;
	if (!copy_members(to, m, memory, from, err)) {
		coodie_rows_free(to->shape->home);
		return NULL;
	}
	return cd_object_memory(to);
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
	if (row && row->self == object && row->object && row->object->shape->home->single)
		coodie_rows_free(row->object->shape->home);
}

/* ---- knowing --------------------------------------------------------------------------------- */

static bool same_text(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

bool cd_object_is_from(const struct cd_object *o, const struct cd_model *m)
{
	const coodie_rows *home = o->shape->home;
	const struct cd_model *own = o->shape->model;

	if (!home->table && !home->connection && own->source == m->source)
		return true;
	return same_text(home->table ? home->table : own->table, m->table) &&
	       same_text(home->connection ? home->connection : own->def.connection,
			 m->def.connection);
}

/* What models of the same rows of columns say of them; constants are not kept, as they stay the same. */
static bool same_columns(const struct cd_model *a, const struct cd_model *b)
{
	return a->column_bytes == b->column_bytes ||
	       (a->column_bytes && b->column_bytes &&
		!memcmp(a->column_bytes, b->column_bytes,
			a->def.column_count * a->def.column_stride));
}

/* The same columns, in a model of its own: what coodie_using() advises who wants to write. */
static bool is_copy(const struct cd_model *own, const struct cd_model *m)
{
	const coodie_model *a = &own->def, *b = &m->def;

	return a->columns == b->columns && a->column_count == b->column_count &&
	       a->column_stride == b->column_stride && a->object_size == b->object_size &&
	       same_columns(own, m) &&
	       same_text(a->discriminator_value, b->discriminator_value);
}

static bool is_of(const struct cd_object *o, const struct cd_model *m)
{
	const struct cd_model *own = o->shape->model;

	return (own->source == m->source && own->digest == m->digest) ||
	       (is_copy(own, m) && cd_object_is_from(o, m));
}

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
	theirs = row->object->shape->model;
	if (!is_of(row->object, m))
		return cd_fail(err, COODIE_ERR_INVALID,
			       "the object is a %s of %s, the model given is for a %s of %s; "
			       "write it with coodie_object_model(object)",
			       theirs->label, theirs->table, m->label, m->table);
	*out = row->object;
	return true;
}

const coodie_model *coodie_object_model(const void *object)
{
	const coodie_row *row = object;

	return row && row->self == object ? row->object->shape->model->source : NULL;
}

bool coodie_touch(void *object, const char *member, coodie_error *err)
{
	const struct cd_column *c;
	struct cd_object *o;

	cd_clear(err);
	if (!cd_object_member("coodie_touch", object, member, &o, &c, err))
		return false;
	if (cd_column_is_key(c))
		return cd_fail(err, COODIE_ERR_INVALID,
			       "coodie_touch: %s is in the primary key, which every save names "
			       "anyway",
			       c->def.name);
	return cd_object_touch(o, cd_column_index(o->shape->model, c)) ||
	       cd_no_memory(err, "a touch");
}

bool cd_object_check_key(const struct cd_object *o, struct cd_arena *scratch, coodie_error *err)
{
	const struct cd_model *m = o->shape->model;

	for (uint32_t i = 0; o->state == CD_OBJECT_LOADED && i < m->key_count; i++) {
		const struct cd_column *c = &m->columns[m->keys[i]];
		char was[48], is[48];
		cql_value v, loaded;

		if (cd_object_is_as_read(o, m->keys[i]))
			continue;
		if (!cd_member_get(c, cd_object_memory(o), scratch, &v, err))
			return false;
		if (!cd_object_changed(o, m->keys[i], v, scratch))
			continue;
		if (!cd_object_loaded(o, m->keys[i], &loaded, err))
			return false;
		cql_value_format(loaded, was, sizeof(was));
		cql_value_format(v, is, sizeof(is));
		return cd_fail(
			err, COODIE_ERR_INVALID,
			"%s: the primary key changed: %s was %s and is %s; that is another row: "
			"save it as a new object and delete the old one",
			m->label, c->def.name, was, is);
	}
	return true;
}
