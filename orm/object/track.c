/* SPDX-License-Identifier: MIT */
/* What is known of an object's row: as it was read, until something was saved or touched. */
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "orm/object/object.h"
#include "orm/value/datum.h"

#define ALIGNMENTS ((size_t)64) /* of a few values, to 16 */

/* One column, from its first save or touch on. */
struct mark {
	cql_value loaded;        /* CQL_TAG_UNSET: see the row */
	struct cd_changes *from; /* whose memory it lies in; NULL: the arena of the rows */
	uint64_t order;          /* of the save it came with */
	uint32_t touched;
};

struct cd_track {
	struct cd_track *next; /* of the rows */
	uint64_t saves;
	uint32_t touches, count;
	struct mark marks[]; /* for each column */
};

/* One column of a save. */
struct change {
	uint32_t column, touched;
	cql_value value;
};

struct cd_changes {
	struct cd_arena arena; /* of the values, and of this */
	struct cd_object *object;
	uint64_t order;
	uint32_t live; /* marks whose value lies here */
	uint32_t count;
	struct change at[];
};

/* The object's track, made the first time; NULL when out of memory. */
static struct cd_track *track_of(struct cd_object *o)
{
	coodie_rows *rows = o->shape->home;
	uint32_t count = o->shape->model->column_count;
	struct cd_track *t = o->track;

	if (t)
		return t;
	t = cd_arena_take_zero(&rows->arena, sizeof(*t) + count * sizeof(t->marks[0]));
	if (!t)
		return NULL;
	t->count = count;
	for (uint32_t i = 0; i < count; i++)
		t->marks[i].loaded = cql_unset();
	t->next = rows->tracks;
	rows->tracks = o->track = t;
	return t;
}

/* ---- what is loaded -------------------------------------------------------------------------- */

static const struct mark *mark_of(const struct cd_object *o, uint32_t column)
{
	return o->track ? &o->track->marks[column] : NULL;
}

/* Whether a save has said since what the column is. */
static bool is_marked(const struct cd_object *o, uint32_t column)
{
	const struct mark *mark = mark_of(o, column);

	return mark && mark->loaded.is.tag != CQL_TAG_UNSET;
}

bool cd_object_is_loaded(const struct cd_object *o, uint32_t column)
{
	uint32_t position;

	return is_marked(o, column) || (o->row && cd_shape_position(o->shape, column, &position));
}

bool cd_object_loaded(const struct cd_object *o, uint32_t column, cql_value *out, coodie_error *err)
{
	uint32_t position;

	*out = cql_unset();
	if (is_marked(o, column)) {
		*out = o->track->marks[column].loaded;
		return true;
	}
	if (!o->row || !cd_shape_position(o->shape, column, &position))
		return true;
	return cd_shape_value(o->shape, position, cd_shape_cell(o->shape, o->row, position), out,
			      err);
}

uint32_t cd_object_touched(const struct cd_object *o, uint32_t column)
{
	const struct mark *mark = mark_of(o, column);

	return mark ? mark->touched : 0;
}

bool cd_object_is_as_read(const struct cd_object *o, uint32_t column)
{
	const struct cd_shape *s = o->shape;
	uint32_t position;

	return o->row && !is_marked(o, column) && !cd_object_touched(o, column) &&
	       cd_shape_position(s, column, &position) &&
	       cd_shape_same(s, position, cd_shape_cell(s, o->row, position), cd_object_memory(o));
}

uint64_t cd_object_as_read(const struct cd_object *o, uint32_t first)
{
	const struct cd_track *t = o->track;
	uint64_t same = o->row ? cd_shape_all_same(o->shape, o->row, cd_object_memory(o), first)
			       : 0;

	for (uint32_t i = first; t && i < t->count && i - first < 64; i++) {
		if (t->marks[i].touched || t->marks[i].loaded.is.tag != CQL_TAG_UNSET)
			same &= ~(UINT64_C(1) << (i - first));
	}
	return same;
}

/* ---- what changed ---------------------------------------------------------------------------- */

bool cd_object_follow(struct cd_object *o)
{
	return track_of(o) != NULL;
}

bool cd_object_touch(struct cd_object *o, uint32_t column)
{
	struct cd_track *t = track_of(o);

	if (!t)
		return false;
	t->marks[column].touched = ++t->touches;
	return true;
}

/* A plain scalar cannot show null: read as zero, it is unchanged while it is zero. */
static bool hides_null(const struct cd_object *o, const struct cd_column *c, cql_value was)
{
	return was.is.tag == CQL_TAG_NULL && !c->optional && !c->codec->nullable &&
	       cd_member_is_zero(c, cd_object_memory(o));
}

bool cd_object_changed(const struct cd_object *o, uint32_t column, cql_value v,
		       struct cd_arena *scratch)
{
	const struct cd_column *c = &o->shape->model->columns[column];
	cql_value was;

	if (cd_object_touched(o, column) || !cd_object_loaded(o, column, &was, NULL))
		return true;
	if (was.is.tag == CQL_TAG_UNSET)
		return false; /* not loaded: never written unless touched */
	if (hides_null(o, c, was))
		return false;
	if (c->multicell && cd_datum_is_empty(v) && cd_datum_is_empty(was))
		return false;
	if (v.is.tag == CQL_TAG_UNSET)
		v = cql_null();
	return !cd_datum_same(was, v, scratch);
}

bool cd_object_copy_track(struct cd_object *to, const struct cd_object *from, coodie_error *err)
{
	struct cd_track *t = track_of(to);
	struct cd_arena *a = cd_object_arena(to);
	cql_value v;

	if (!t)
		return cd_no_memory(err, "a copy of an object");
	t->touches = from->track ? from->track->touches : 0;
	for (uint32_t i = 0; i < t->count; i++) {
		t->marks[i].touched = cd_object_touched(from, i);
		if (!cd_object_loaded(from, i, &v, err) ||
		    !cd_datum_copy(a, v, &t->marks[i].loaded, err))
			return false;
	}
	return true;
}

/* ---- saves ----------------------------------------------------------------------------------- */

/* One mark less whose value lies in them. */
static void let_go(struct cd_changes *changes)
{
	struct cd_arena arena;

	if (!changes || --changes->live)
		return;
	arena = changes->arena; /* they lie in it */
	cd_arena_deinit(&arena);
}

void cd_tracks_free(struct cd_track *tracks)
{
	for (struct cd_track *t = tracks; t; t = t->next) {
		for (uint32_t i = 0; i < t->count; i++)
			let_go(t->marks[i].from);
	}
}

/* What a copy of it takes, as a rule: nested values may take more. */
static size_t bytes_of(cql_value v)
{
	switch ((enum cql_tag)v.is.tag) {
	case CQL_TAG_TEXT:
	case CQL_TAG_BLOB:
	case CQL_TAG_ENCODED:
	case CQL_TAG_VARINT:
		return v.as.blob.len + 1;
	case CQL_TAG_DECIMAL:
		return v.as.decimal.unscaled.len + 1;
	case CQL_TAG_FLOATS:
		return (v.as.floats.len + 2) * sizeof(float);
	default:
		return v.is.tag >= CQL_TAG_LIST && v.is.tag <= CQL_TAG_VECTOR
			       ? ((size_t)v.as.seq.count * 2 + 1) * sizeof(v) + v.as.seq.bytes
			       : 0;
	}
}

struct cd_changes *cd_changes_new(struct cd_object *o, cql_args expected, coodie_error *err)
{
	const struct cd_model *m = o->shape->model;
	size_t size = sizeof(struct cd_changes) + m->column_count * sizeof(struct change);
	size_t room = size;
	struct cd_track *t = track_of(o);
	struct cd_changes *changes;
	struct cd_arena arena;

	for (size_t i = 0; i < expected.count; i++)
		room += bytes_of(expected.values[i]);
	cd_arena_init(&arena, &m->allocator, room + ALIGNMENTS);
	changes = t ? cd_arena_take(&arena, size) : NULL;
	if (!changes) {
		cd_no_memory(err, "what is saved");
		return NULL;
	}
	*changes = (struct cd_changes){
		.arena = arena,
		.object = o,
		.order = ++t->saves,
		.live = 1 /* until it is answered */
	};
	return changes;
}

bool cd_changes_add(struct cd_changes *changes, uint32_t column, cql_value v, coodie_error *err)
{
	struct change *change = &changes->at[changes->count];

	if (v.is.tag == CQL_TAG_UNSET)
		v = cql_null();
	if (!cd_datum_copy(&changes->arena, v, &change->value, err))
		return false;
	change->column = column;
	change->touched = cd_object_touched(changes->object, column);
	changes->count++;
	return true;
}

static void apply(struct cd_changes *changes, const struct change *change)
{
	struct mark *mark = &changes->object->track->marks[change->column];

	if (mark->touched == change->touched)
		mark->touched = 0; /* unless it was touched again meanwhile */
	if (mark->order > changes->order)
		return; /* what was submitted later is in the cluster already */
	let_go(mark->from);
	mark->loaded = change->value;
	mark->from = changes;
	mark->order = changes->order;
	changes->live++;
}

void cd_changes_applied(struct cd_changes *take_changes)
{
	struct cd_object *o = take_changes->object;

	for (uint32_t i = 0; i < take_changes->count; i++)
		apply(take_changes, &take_changes->at[i]);
	/* of a row that was only updated the rest is still to be written */
	if (o->state == CD_OBJECT_NEW && take_changes->count == o->shape->model->column_count)
		o->state = CD_OBJECT_LOADED;
	let_go(take_changes);
}

void cd_changes_free(struct cd_changes *take_changes)
{
	let_go(take_changes);
}
