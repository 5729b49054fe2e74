/* SPDX-License-Identifier: MIT */
/* Tracked objects: a header, and behind it the struct the user sees.
 *
 * What was loaded is not kept: it is read again from the row's bytes when a save asks. Only what was
 * saved or touched since has memory of its own (track.c). */
#ifndef ORM_OBJECT_OBJECT_H
#define ORM_OBJECT_OBJECT_H

#include <stdalign.h>

#include <coodie/query.h>

#include "orm/model/model.h"
#include "orm/object/shape.h"

enum cd_object_state {
	CD_OBJECT_OWN,   /* a copy of a struct of the caller's: saved whole each time, as that is */
	CD_OBJECT_NEW,   /* made by coodie_new(), not saved yet */
	CD_OBJECT_LOADED /* the row is in the cluster */
};

struct cd_track;

struct cd_object {
	alignas(max_align_t) const struct cd_shape *shape; /* what it is, and of whose rows */
	const uint8_t *row;     /* its cells in the received block; NULL: it came from no row */
	struct cd_track *track; /* NULL: neither saved nor touched */
	enum cd_object_state state;
};

static inline void *cd_object_memory(const struct cd_object *o)
{
	return (void *)(uintptr_t)(o + 1);
}

/* ---- objects with one arena, and the results their texts lie in (rows.c) --------------------- */

struct coodie_rows {
	struct cd_model *model; /* a reference */
	struct cd_arena arena;  /* of the objects, and of this */
	struct cd_page *pages, *last, *page;
	size_t at; /* in `page`: what coodie_next() gives */
	size_t count;
	struct cd_track *tracks;
	const char *token; /* of the page behind these rows; NULL: none */
	/* where they were read, when that is not where the model says: coodie_using(); NULL */
	const char *table, *connection;
	bool single; /* stands behind one object of coodie_object_free() */
};

/* For what is to live as long as the object. */
static inline struct cd_arena *cd_object_arena(const struct cd_object *o)
{
	return &o->shape->home->arena;
}

coodie_rows *cd_rows_new(struct cd_model *m, bool single, coodie_error *err);
/* Notes where they are read; NULL: where the model says. */
bool cd_rows_come_from(coodie_rows *rows, const char *table, const char *connection,
		       coodie_error *err);
/* A zeroed object that came from no row. NULL: no memory */
struct cd_object *cd_rows_add(coodie_rows *rows, coodie_error *err);
/* Decodes a page of rows with these columns into objects. The rows own the result afterwards,
 * also on failure. */
bool cd_rows_add_page(coodie_rows *rows, coodie_result *take_page, const uint32_t *columns,
		      uint32_t count, coodie_error *err);
/* Drops the first objects, before any was given. @return how many there were to drop */
uint32_t cd_rows_skip(coodie_rows *rows, uint32_t count);

/* ---- knowing an object (object.c) ------------------------------------------------------------ */

/* Whether a struct plainly is one of the caller's own. */
static inline bool cd_object_is_own(const void *memory)
{
	const coodie_row *row = memory;

	return row && !row->self && !row->object;
}
/* The tracked object behind a struct; NULL in `out` for one of the caller's own. Refuses copies
 * and other models, but for a copy of its model that says where it was read. */
bool cd_object_find(const struct cd_model *m, const void *memory, struct cd_object **out,
		    coodie_error *err);
/* The tracked object behind a struct and its member of a name (members.c); `verb`, "coodie_touch", is for
 * the message. */
bool cd_object_member(const char *verb, const void *object, const char *member,
		      struct cd_object **out, const struct cd_column **column, coodie_error *err);
/* Whether an object was read where this model, its own or a copy of that, says. */
bool cd_object_is_from(const struct cd_object *o, const struct cd_model *m);
/* Refuses an object whose primary key is not the one it was loaded with. */
bool cd_object_check_key(const struct cd_object *o, struct cd_arena *scratch, coodie_error *err);

/* ---- what is known of its row (track.c) ------------------------------------------------------ */

/* What the row is known to have: CQL_TAG_UNSET in `out` where that is not known, because the column
 * was not read. A view, until the object is saved again. Fails on bytes that are no value. */
bool cd_object_loaded(const struct cd_object *o, uint32_t column, cql_value *out,
		      coodie_error *err);
/* Whether the column was, without reading it. */
bool cd_object_is_loaded(const struct cd_object *o, uint32_t column);
/* Whether its row is there, but what that has in the column is not known. NULL, a struct of the caller's
 * own: no. */
static inline bool cd_object_is_unread(const struct cd_object *o, uint32_t column)
{
	return o && o->state == CD_OBJECT_LOADED && !cd_object_is_loaded(o, column);
}
/* The number of the last coodie_touch() of a column; 0: none since it was written. */
uint32_t cd_object_touched(const struct cd_object *o, uint32_t column);
/* Whether the member plainly is what was read and left alone since, which costs little to see; false
 * says nothing: ask cd_object_changed(). */
bool cd_object_is_as_read(const struct cd_object *o, uint32_t column);
/* The same of the 64 columns from `first` on, which costs little more: bit 0 is the first. */
uint64_t cd_object_as_read(const struct cd_object *o, uint32_t first);
/* Whether the member differs from what was loaded (or was touched); `v` is its value now. */
bool cd_object_changed(const struct cd_object *o, uint32_t column, cql_value v,
		       struct cd_arena *scratch);
/* Room for touches, none of which fails then; false when out of memory. */
bool cd_object_follow(struct cd_object *o);
/* Marks a column as changed; false when out of memory. */
bool cd_object_touch(struct cd_object *o, uint32_t column);
/* Takes over what is known of another object's row; the values are copied. */
bool cd_object_copy_track(struct cd_object *to, const struct cd_object *from, coodie_error *err);
void cd_tracks_free(struct cd_track *tracks);

/* What a write will have made true of an object, once it is applied. */
struct cd_changes;

/* Begins: what counts as loaded is what was begun last, whatever order the answers come in.
 * @param expected  about what will be added: sizes the memory
 * @return ends in exactly one of cd_changes_applied() and cd_changes_free(), while the object
 * lives; NULL with COODIE_ERR_NO_MEMORY */
struct cd_changes *cd_changes_new(struct cd_object *o, cql_args expected, coodie_error *err);
/* What a column will be, copied; unset is null. Each column at most once. */
bool cd_changes_add(struct cd_changes *changes, uint32_t column, cql_value v, coodie_error *err);
/* The write was applied: the values become what is loaded. */
void cd_changes_applied(struct cd_changes *take_changes);
/* It was not. NULL is fine. */
void cd_changes_free(struct cd_changes *take_changes);

#endif
