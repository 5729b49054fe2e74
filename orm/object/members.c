/* SPDX-License-Identifier: MIT */
/* Members by name: reading, setting, comparing and printing tracked objects. */
#include <coodie/object.h>

#include <string.h>

#include "base/error.h"
#include "orm/object/object.h"
#include "orm/value/datum.h"
#include "orm/value/show.h"

/* ---- the object and the member --------------------------------------------------------------- */

/* NULL for a struct of the caller's own, and for copies. */
static struct cd_object *tracked(const void *object)
{
	const coodie_row *row = object;

	return row && row->self == object ? row->object : NULL;
}

static bool find_object(const char *verb, const void *object, struct cd_object **out,
			coodie_error *err)
{
	const coodie_row *row = object;

	if (!object)
		return cd_fail(err, COODIE_ERR_INVALID, "%s: the object is NULL", verb);
	if (!row->self)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "%s: a struct of your own is not tracked; each save writes it whole",
			       verb);
	*out = tracked(object);
	return *out || cd_fail(err, COODIE_ERR_INVALID,
			       "%s: this struct was copied from a tracked object by assignment; "
			       "copy with coodie_dup()",
			       verb);
}

bool cd_object_member(const char *verb, const void *object, const char *member,
		      struct cd_object **out, const struct cd_column **column, coodie_error *err)
{
	const struct cd_model *m;
	const char *near;

	if (!find_object(verb, object, out, err))
		return false;
	if (!member)
		return cd_fail(err, COODIE_ERR_INVALID, "%s: the member is NULL", verb);
	m = (*out)->shape->model;
	*column = cd_model_member(m, member, strlen(member));
	if (*column)
		return true;
	near = cd_model_nearest(m, member, strlen(member));
	return cd_fail(err, COODIE_ERR_INVALID, "%s: %s has no member %.60s%s%s", verb, m->label,
		       member, near ? "; did you mean " : "", near ? near : "");
}

/* For those that have no error to give. */
static struct cd_object *find(const void *object, const char *member, uint32_t *column)
{
	struct cd_object *o = tracked(object);
	const struct cd_column *c = o && member ? cd_model_member(o->shape->model, member,
								  strlen(member))
						: NULL;

	if (!c)
		return NULL;
	*column = cd_column_index(o->shape->model, c);
	return o;
}

/* ---- one member ------------------------------------------------------------------------------ */

/* What a member says, as people and comparisons want it: floats are floats. */
static bool read_member(const struct cd_object *o, const struct cd_column *c, struct cd_arena *a,
			cql_value *out, coodie_error *err)
{
	const char *at = (const char *)cd_object_memory(o) + c->def.offset;

	if (c->def.member == COODIE_MEMBER_FLOATS)
		*out = cql_from_floats(cql_floats_of((const float *)(const void *)at,
						     c->def.size / sizeof(float)));
	else if (!cd_member_get(c, cd_object_memory(o), a, out, err))
		return false;
	if (out->is.tag == CQL_TAG_UNSET)
		*out = cql_null();
	return true;
}

bool coodie_object_value(const void *object, const char *member, cql_value *out, coodie_error *err)
{
	const struct cd_column *c;
	struct cd_object *o;

	cd_clear(err);
	return cd_has_output(out, "coodie_object_value", err) &&
	       cd_object_member("coodie_object_value", object, member, &o, &c, err) &&
	       read_member(o, c, cd_object_arena(o), out, err);
}

/* The member says it, and the next save does: touched where it was not read, as that would go unnoticed. */
static bool set_member(struct cd_object *o, const struct cd_column *c, cql_value value, coodie_error *err)
{
	uint32_t i = cd_column_index(o->shape->model, c);
	bool unread = cd_object_is_unread(o, i);

	if (unread && !cd_object_follow(o))
		return cd_no_memory(err, "a touch");
	return cd_member_set(c, cd_object_memory(o), value, cd_object_arena(o), err) &&
	       (!unread || cd_object_touch(o, i));
}

bool coodie_object_set(void *object, const char *member, cql_value value, coodie_error *err)
{
	const struct cd_column *c;
	struct cd_object *o;

	cd_clear(err);
	if (cd_datum_is_missing(value))
		return coodie_object_clear(object, member, err);
	if (!cd_object_member("coodie_object_set", object, member, &o, &c, err))
		return false;
	if (cd_datum_fits(value, c->type, err) &&
	    cd_datum_copy(cd_object_arena(o), value, &value, err))
		return set_member(o, c, value, err);
	if (err)
		cd_error_prefix(err, "column %s (%s)", c->name, c->spelling);
	return false;
}

/* Touched only where nothing would be written otherwise: it is not known that a cell is there. */
bool coodie_object_clear(void *object, const char *member, coodie_error *err)
{
	const struct cd_column *c;
	struct cd_object *o;
	uint32_t i;

	cd_clear(err);
	if (!cd_object_member("coodie_object_clear", object, member, &o, &c, err))
		return false;
	if (cd_column_is_key(c))
		return cd_fail(err, COODIE_ERR_INVALID,
			       "coodie_object_clear: %s is in the primary key, which is never null",
			       c->def.name);
	if (!c->optional && !c->codec->nullable)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "coodie_object_clear: %s is a %s, which cannot say null; make the "
			       "member a pointer",
			       c->def.name, c->codec->text);
	i = cd_column_index(o->shape->model, c);
	if (cd_object_is_unread(o, i) && !cd_object_touch(o, i))
		return cd_no_memory(err, "a touch");
	memset((char *)object + c->def.offset, 0, c->def.size);
	return true;
}

bool coodie_object_raw(const void *object, const char *member, coodie_cell *out, coodie_error *err)
{
	const struct cd_column *c;
	struct cd_object *o;
	uint32_t position;

	cd_clear(err);
	if (!cd_has_output(out, "coodie_object_raw", err) ||
	    !cd_object_member("coodie_object_raw", object, member, &o, &c, err))
		return false;
	if (!o->row || !cd_shape_position(o->shape, cd_column_index(o->shape->model, c), &position))
		return cd_fail(err, COODIE_ERR_INVALID, "coodie_object_raw: %s.%s %s",
			       o->shape->model->label, c->def.name,
			       o->row ? "was not read" : "came from no row of a result");
	*out = cd_shape_cell(o->shape, o->row, position);
	return true;
}

/* ---- what a save would do -------------------------------------------------------------------- */

bool coodie_object_is_loaded(const void *object, const char *member)
{
	uint32_t column;
	const struct cd_object *o = find(object, member, &column);

	return o && cd_object_is_loaded(o, column);
}

static bool is_changed(const struct cd_object *o, uint32_t column, struct cd_arena *scratch)
{
	const struct cd_column *c = &o->shape->model->columns[column];
	cql_value v;

	if (o->state == CD_OBJECT_LOADED && cd_object_is_as_read(o, column))
		return false;
	if (!cd_member_get(c, cd_object_memory(o), scratch, &v, NULL))
		return true; /* a save would say what is wrong */
	if (o->state == CD_OBJECT_LOADED)
		return cd_object_changed(o, column, v, scratch);
	return v.is.tag != CQL_TAG_UNSET || cd_object_touched(o, column);
}

bool coodie_object_is_changed(const void *object, const char *member)
{
	uint32_t column;
	const struct cd_object *o = find(object, member, &column);
	struct cd_arena scratch;
	bool changed;

	if (!o)
		return false;
	cd_arena_init(&scratch, &o->shape->model->allocator, 0);
	changed = is_changed(o, column, &scratch);
	cd_arena_deinit(&scratch);
	return changed;
}

size_t coodie_object_changes(const void *object, const char **names, size_t room)
{
	const struct cd_object *o = tracked(object);
	const struct cd_model *m = o ? o->shape->model : NULL;
	struct cd_arena scratch;
	size_t count = 0;

	if (!o)
		return 0;
	cd_arena_init(&scratch, &m->allocator, 0);
	for (uint32_t i = 0; i < m->column_count; i++) {
		if (!is_changed(o, i, &scratch))
			continue;
		if (names && count < room)
			names[count] = m->columns[i].def.name;
		count++;
	}
	cd_arena_deinit(&scratch);
	return count;
}

/* ---- two objects ----------------------------------------------------------------------------- */

static bool same_member(const struct cd_object *a, const struct cd_object *b, uint32_t column,
			struct cd_arena *scratch)
{
	const struct cd_column *c = &a->shape->model->columns[column];
	cql_value x, y;

	return read_member(a, c, scratch, &x, NULL) && read_member(b, c, scratch, &y, NULL) &&
	       ((c->multicell && cd_datum_is_empty(x) && cd_datum_is_empty(y)) ||
		cd_datum_same(x, y, scratch));
}

/* The same model, and equal values in its columns or in its keys. */
static bool same(const void *first, const void *second, bool keys_only)
{
	const struct cd_object *a = tracked(first), *b = tracked(second);
	const struct cd_model *m;
	struct cd_arena scratch;
	bool equal = true;
	uint32_t count;

	if (!a || !b || a->shape->model->source != b->shape->model->source ||
	    a->shape->model->digest != b->shape->model->digest)
		return false;
	m = a->shape->model;
	count = keys_only ? m->key_count : m->column_count;
	cd_arena_init(&scratch, &m->allocator, 0);
	for (uint32_t i = 0; equal && i < count; i++)
		equal = same_member(a, b, keys_only ? m->keys[i] : i, &scratch);
	cd_arena_deinit(&scratch);
	return equal;
}

bool coodie_object_equal(const void *a, const void *b)
{
	return same(a, b, false);
}

bool coodie_object_same_key(const void *a, const void *b)
{
	return same(a, b, true);
}

bool coodie_object_key(const void *object, cql_args *out, coodie_error *err)
{
	const struct cd_model *m;
	struct cd_object *o;
	cql_value *values;

	cd_clear(err);
	if (!cd_has_output(out, "coodie_object_key", err) ||
	    !find_object("coodie_object_key", object, &o, err))
		return false;
	m = o->shape->model;
	values = cd_arena_take(cd_object_arena(o), m->key_count * sizeof(*values));
	if (!values)
		return cd_no_memory(err, "a key");
	for (uint32_t i = 0; i < m->key_count; i++) {
		if (!read_member(o, &m->columns[m->keys[i]], cd_object_arena(o), &values[i], err))
			return false;
	}
	*out = (cql_args){ m->key_count, values };
	return true;
}

/* ---- for people ------------------------------------------------------------------------------ */

static void put_members(struct cd_buffer *b, const struct cd_object *o, struct cd_arena *scratch)
{
	const struct cd_model *m = o->shape->model;
	cql_value v;

	for (uint32_t i = 0; i < m->column_count; i++) {
		cd_buffer_text(b, i ? ", " : "(");
		cd_buffer_text(b, m->columns[i].def.name);
		cd_buffer_text(b, ": ");
		if (read_member(o, &m->columns[i], scratch, &v, NULL))
			cd_show_value(b, v);
		else
			cd_buffer_text(b, "?");
	}
	cd_buffer_text(b, ")");
}

size_t coodie_object_format(const void *object, char *out, size_t size)
{
	const struct cd_object *o = tracked(object);
	struct cd_arena scratch;
	struct cd_buffer b;
	size_t len;

	if (out && size)
		*out = '\0';
	if (!o)
		return 0;
	cd_arena_init(&scratch, &o->shape->model->allocator, 0);
	cd_buffer_init(&b, &o->shape->model->allocator, 0);
	cd_buffer_text(&b, o->shape->model->label);
	put_members(&b, o, &scratch);
	len = cd_show_give(&b, false, out, size);
	cd_buffer_deinit(&b);
	cd_arena_deinit(&scratch);
	return len;
}
