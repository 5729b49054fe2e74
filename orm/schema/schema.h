/* SPDX-License-Identifier: MIT */
/* A schema as a value: what a keyspace has, or what models want it to have. */
#ifndef ORM_SCHEMA_SCHEMA_H
#define ORM_SCHEMA_SCHEMA_H

#include <stdatomic.h>

#include <coodie/diff.h>

#include "orm/model/model.h"
#include "orm/schema/option.h"

/* A field of a user type, or a column. */
struct cd_member {
	struct cd_member *next;
	const char *name;  /* as stored */
	const char *type;  /* for statements */
	const char *canon; /* to be compared */
	enum cd_role role; /* of a column */
	int32_t position;  /* in its part of the key; -1: in none */
	bool desc;
};

struct cd_members {
	struct cd_member *first, **last;
};

struct cd_udt {
	struct cd_udt *next;
	const char *name;
	struct cd_members fields;
};

struct cd_index {
	struct cd_index *next;
	const char *name;
	const char *target;         /* as the server says it; NULL: of a model */
	const char *column;         /* as stored */
	const char *part;           /* "VALUES", "KEYS", "ENTRIES", "FULL"; "": a column that is whole */
	const char *class_name;     /* NULL: the server's own */
	struct cd_option *options;  /* a map: of a class, without what is above; NULL: none */
	bool any_class;             /* another class does as well: a vector's */
	bool external;              /* made by others: neither made nor dropped */
};

/* A table, or a materialized view. */
struct cd_table {
	struct cd_table *next;
	const char *name;
	struct cd_members columns;
	struct cd_members dropped; /* columns that were there once, of the types they had */
	struct cd_options options;
	struct cd_index *indexes, **last_index;
	bool is_counter;
	/* a view */
	const char *base; /* NULL: it is a table */
	const char *where; /* NULL: each column of the key is not null */
	bool all_columns;
};

struct coodie_schema {
	atomic_uint refs;
	coodie_allocator allocator;
	struct cd_arena arena;
	const char *keyspace;
	bool exists;
	bool is_live; /* read: whole, and not only what models say */
	struct cd_options options;
	struct cd_udt *types, **last_type;
	struct cd_table *tables, **last_table; /* and views */
};

/* @return an empty schema; NULL when out of memory. `keyspace` as stored. */
coodie_schema *cd_schema_new(const coodie_allocator *a, const char *keyspace, bool is_live,
			     coodie_error *err);
coodie_schema *cd_schema_hold(const coodie_schema *s);

/* They add; NULL when out of memory. Texts are copied. */
struct cd_udt *cd_schema_add_type(coodie_schema *s, const char *name);
struct cd_table *cd_schema_add_table(coodie_schema *s, const char *name);
struct cd_index *cd_schema_add_index(coodie_schema *s, struct cd_table *t, const char *name);
/* Also finds out how its type is compared. */
struct cd_member *cd_schema_add_member(coodie_schema *s, struct cd_members *list, const char *name,
				       const char *type);
/* The same of a field: what is frozen says nothing there. */
struct cd_member *cd_schema_add_field(coodie_schema *s, struct cd_members *list, const char *name,
				      const char *type);

/* They look; NULL: it is not there. */
struct cd_udt *cd_schema_type(const coodie_schema *s, const char *name);
struct cd_table *cd_schema_table(const coodie_schema *s, const char *name);
struct cd_member *cd_member_find(const struct cd_members *list, const char *name);
struct cd_index *cd_index_find(const struct cd_table *t, const char *name);
/* "KEYS" and the like of a word in any case; "" of another. */
const char *cd_index_part(const char *word, size_t len);
/* The column at a place of the key. */
const struct cd_member *cd_table_key(const struct cd_table *t, enum cd_role role, int32_t position);
/* Whether a type is, or is made of, the user type of this name. */
bool cd_type_mentions(const char *type, const char *name);
/* Whether it is made of any user type of a schema. */
bool cd_type_has_udt(const coodie_schema *s, const char *type);

/* Puts the types in an order in which each comes behind those it is made of. */
void cd_schema_sort_types(coodie_schema *s);

/* The bytes of a buffer as a text of an arena, and its end; NULL when out of memory. */
const char *cd_keep_text(struct cd_arena *a, struct cd_buffer *take_b);

/* ---- wanted.c: of models ----------------------------------------------------------------------- */

bool cd_want_type(coodie_schema *s, const coodie_udt *type, coodie_error *err);
/* A table with its types and indexes, or a view. */
bool cd_want_model(coodie_schema *s, coodie_session *session, const struct cd_model *m,
		   coodie_error *err);
/* A view's base, resolved, and that the view can be made of it. COODIE_ERR_MODEL */
const struct cd_model *cd_view_base(coodie_session *s, const struct cd_model *m, coodie_view *def,
				    coodie_error *err);
/* The options of a keyspace. COODIE_ERR_INVALID: they exclude one another. */
bool cd_want_keyspace(coodie_schema *s, const coodie_keyspace *options, coodie_error *err);

/* where.c: whether conditions are those that a model wants, however a server says them. */
bool cd_where_is(const char *is, const char *should);

/* ---- live.c: of the cluster's own tables ------------------------------------------------------- */

/* They take the answers to the questions of look.c. `table` is what was asked about; NULL: all. */
typedef bool cd_take_fn(coodie_schema *s, coodie_result *res, const char *table, coodie_error *err);

cd_take_fn cd_take_keyspace, cd_take_types, cd_take_tables, cd_take_columns,
	cd_take_indexes, cd_take_views, cd_take_dropped;
/* missing.c: of the names of all, that the one asked about is not among them. COODIE_ERR_NOT_FOUND */
cd_take_fn cd_take_missing;

#endif
