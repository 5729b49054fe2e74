/* SPDX-License-Identifier: MIT */
/* Options of keyspaces, tables, views and indexes: read from CQL, written as CQL, and compared for
 * what they mean: '99p' is '99PERCENTILE', 0.10 is 0.1, a class is its last name. */
#ifndef ORM_SCHEMA_OPTION_H
#define ORM_SCHEMA_OPTION_H

#include <coodie/error.h>

#include "base/arena.h"
#include "base/buffer.h"

/* What a value is, and so how it is compared. */
enum cd_shape {
	CD_SHAPE_TEXT, /* to the letter */
	CD_SHAPE_WORD, /* in any case */
	CD_SHAPE_BOOLEAN,
	CD_SHAPE_NUMBER,
	CD_SHAPE_POLICY, /* speculative_retry */
	CD_SHAPE_MAP,
	CD_SHAPE_OBSOLETE /* said when something is made, and never looked at */
};

struct cd_option_kind {
	char name[28];
	char standard[8]; /* "": none */
	uint8_t shape;
};

/* An entry of a map. Texts are without quotes; `bare` ones had none in CQL. */
struct cd_pair {
	struct cd_pair *next;
	const char *key, *value;
	bool bare;
};

struct cd_option {
	struct cd_option *next;
	const char *name;
	enum cd_shape shape;
	const char *value; /* of all but maps */
	bool bare;
	struct cd_pair *pairs, **last; /* of a map */
};

/* A list of them, in their order. */
struct cd_options {
	struct cd_option *first, **last;
};

/* Of tables and views; NULL: there is none of that name. */
const struct cd_option_kind *cd_option_kind(const char *name);
/* The same by number, for all; NULL past the end. */
const struct cd_option_kind *cd_option_kind_at(size_t i);

/* Adds an option, and a pair to a map; NULL and false when out of memory. Texts are copied. */
struct cd_option *cd_option_add(struct cd_arena *a, struct cd_options *list, const char *name,
				enum cd_shape shape, const char *value, bool bare);
bool cd_option_put(struct cd_arena *a, struct cd_option *map, const char *key, const char *value,
		   bool bare);
const struct cd_option *cd_options_find(const struct cd_options *list, const char *name);
const struct cd_pair *cd_pair_find(const struct cd_option *map, const char *key);

/* "compaction = {...} AND gc_grace_seconds = 60", added to a list. COODIE_ERR_MODEL names the option and
 * the position. */
bool cd_options_parse(struct cd_arena *a, struct cd_options *list, const char *text,
		      coodie_error *err);
/* A CQL map; `*text` of an error's position. */
bool cd_option_parse_map(struct cd_arena *a, struct cd_option *map, const char *text,
			 coodie_error *err);

/* {'a': 'b', 'c': 1}, or the value alone. */
void cd_option_put_value(struct cd_buffer *b, const struct cd_option *o);
/* name = value */
void cd_option_write(struct cd_buffer *b, const struct cd_option *o);

/* The last name of a class: behind the last point, of what has one. */
const char *cd_short_class(const char *name);
/* Whether two values of a shape are one. */
bool cd_value_same(enum cd_shape shape, const char *a, const char *b);
/* Whether `is` says what `should` says; with `whole` it says no more either. */
bool cd_option_same(const struct cd_option *is, const struct cd_option *should, bool whole);
/* What has to be written so that `is` becomes `should`, and keeps what that does not name: maps are
 * replaced as a whole. NULL when out of memory. */
const struct cd_option *cd_option_merge(struct cd_arena *a, const struct cd_option *is,
					const struct cd_option *should);

#endif
