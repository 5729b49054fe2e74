/* SPDX-License-Identifier: MIT */
/* Tracked objects: the struct the user sees, and beside it what was loaded and what was touched. */
#ifndef ORM_OBJECT_OBJECT_H
#define ORM_OBJECT_OBJECT_H

#include <coodie/query.h>

#include "orm/model/model.h"

enum cd_object_state {
	CD_OBJECT_OWN,   /* a copy of a struct of the caller's: saved whole each time, as that is */
	CD_OBJECT_NEW,   /* made by coodie_new(), not saved yet */
	CD_OBJECT_LOADED /* the row is in the cluster */
};

struct cd_object {
	coodie_rows *home;
	struct cd_object *next;       /* in its rows */
	struct cd_object *next_saved; /* those with memory of their own */
	struct cd_arena *
		/* bytes of values written since, one for each column; NULL before the first save */
		saved;
	cql_value *loaded; /* as in the cluster, one for each column; CQL_TAG_UNSET: not known */
	uint32_t *touched; /* the number of the last coodie_touch(); 0: none */
	uint32_t touches;
	enum cd_object_state state;
	void *memory; /* the user's struct */
};

/* Objects with one arena, and the results their texts lie in. */
struct coodie_rows {
	struct cd_model *model; /* a reference */
	struct cd_arena arena;
	struct cd_page *pages;
	struct cd_object *first, *last, *next, *saved;
	size_t count;
	bool single; /* stands behind one object of coodie_object_free() */
};

coodie_rows *cd_rows_new(struct cd_model *m, bool single, coodie_error *err);
/* Adds `count` zeroed objects that know nothing yet. @return the first; NULL when out of memory */
struct cd_object *cd_rows_add(coodie_rows *rows, size_t count);
/* Decodes a page of rows with these columns into objects. The rows own the result afterwards,
 * also on failure. */
bool cd_rows_add_page(coodie_rows *rows, coodie_result *take_page, const uint32_t *columns,
		      uint32_t count, coodie_error *err);

/* The tracked object behind a struct; NULL in `out` for one of the caller's own. Refuses copies
 * and other models. */
bool cd_object_find(const struct cd_model *m, const void *memory, struct cd_object **out,
		    coodie_error *err);
/* Whether the member differs from what was loaded (or was touched); `v` is its value now. */
bool cd_object_changed(const struct cd_object *o, uint32_t column, cql_value v,
		       struct cd_arena *scratch);
/* Refuses an object whose primary key is not the one it was loaded with. */
bool cd_object_check_key(const struct cd_object *o, struct cd_arena *scratch, coodie_error *err);

/* What a write will have made true of one column. */
struct cd_change {
	uint32_t column, touched;
	cql_value value;
	struct cd_arena bytes; /* of the value */
};

/* Makes room for what cd_object_applied() keeps, so that it cannot fail. */
bool cd_object_reserve(struct cd_object *o, coodie_error *err);
/* The write was applied: the values become what is loaded. Takes the bytes of the changes over. */
void cd_object_applied(struct cd_object *o, struct cd_change *changes, uint32_t count);

#endif
