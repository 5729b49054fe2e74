/* SPDX-License-Identifier: MIT */
/* How the rows of a page become objects: which columns they have, and a step for each. */
#ifndef ORM_OBJECT_SHAPE_H
#define ORM_OBJECT_SHAPE_H

#include <coodie/query.h>

#include "orm/model/model.h"

/* What is done with a cell. The members are those of coodie/members.def; CD_STEP_ANY is the general
 * way, which knows everything. */
enum cd_step_kind {
	CD_STEP_ANY,
	CD_STEP_SKIP, /* the struct has no such column */
	CD_STEP_BOOL,
	CD_STEP_32,
	CD_STEP_64,
	CD_STEP_UUID,
	CD_STEP_DATE,
	CD_STEP_INET,
	CD_STEP_TEXT,
	CD_STEP_BLOB,
	CD_STEP_STR
};

struct cd_step {
	enum cd_step_kind kind;
	bool optional;
	uint32_t member; /* offsets from the user's struct: of the member, */
	uint32_t to;     /* and of what the cell is decoded to: behind the struct if optional */
};

struct cd_shape {
	coodie_rows *home;
	const struct cd_model *model;
	uint32_t count;          /* of columns that were read; 0: the object came from no row */
	uint32_t texts;          /* of them that are terminated in place */
	bool large;              /* a length of CD_NULL_LENGTH may be one */
	size_t stride;           /* of objects: header, struct, and room for optional scalars */
	const uint32_t *columns; /* CD_NO_COLUMN: see CD_STEP_SKIP */
	const cql_type **types;  /* of the result */
	enum cql_kind *kinds;    /* likewise */
	struct cd_step *steps;
	/* of a base: one for each struct of its family, and the position of the cell that says which;
	 * NULL: all rows are of one struct */
	const struct cd_shape **relatives;
	uint32_t discriminator;
};

/* A null's length, -1, once its first byte is a text's NUL. No cell of a block that is smaller than
 * this is that long: a larger block is left as it came, and texts in front of a null are copied. */
#define CD_NULL_LENGTH UINT32_C(0x00FFFFFF)

/* Of an object that came from no row; NULL when out of memory. */
struct cd_shape *cd_shape_empty(coodie_rows *home);
/* Of a page's rows. COODIE_ERR_CONFLICT: a column is not what the model says; COODIE_ERR_PROTOCOL:
 * there are others than were asked for */
struct cd_shape *cd_shape_of(coodie_rows *home, const coodie_result *page, const uint32_t *columns,
			     uint32_t count, coodie_error *err);
/* Whether a page's rows have this shape. */
bool cd_shape_fits(const struct cd_shape *s, const coodie_result *page, uint32_t count);
/* Whether a page is too large to tell a null's length from another. */
bool cd_shape_is_large(const coodie_result *page);

/* Of a base: the shape of a row whose discriminator is this cell. */
const struct cd_shape *cd_shape_pick(const struct cd_shape *s, coodie_cell discriminator,
				     coodie_error *err);

/* Where a column is among those that were read; false when it was not. */
bool cd_shape_position(const struct cd_shape *s, uint32_t column, uint32_t *out);
/* A cell as it came, of a row that was decoded (and whose texts were terminated). */
coodie_cell cd_shape_cell(const struct cd_shape *s, const uint8_t *row, uint32_t position);
/* Whether a member, at `memory` the struct, is what a step made of this cell. False where only its
 * value can tell. */
bool cd_shape_same(const struct cd_shape *s, uint32_t position, coodie_cell cell,
		   const void *memory);
/* The same of the 64 columns from `first` on, in one walk over a row that was decoded: bit 0 is the
 * first. */
uint64_t cd_shape_all_same(const struct cd_shape *s, const uint8_t *row, const void *memory,
			   uint32_t first);
/* A cell as a value; what cannot be said in C reads as null. */
bool cd_shape_value(const struct cd_shape *s, uint32_t position, coodie_cell cell, cql_value *out,
		    coodie_error *err);

#endif
