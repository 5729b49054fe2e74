/* SPDX-License-Identifier: MIT */
/* A resolved model: the user's table checked, its types parsed, its statements written; once for
 * each session (place.h). */
#ifndef ORM_MODEL_MODEL_H
#define ORM_MODEL_MODEL_H

#include <stdatomic.h>
#include <string.h>

#include <coodie/polymorphism.h>

#include "base/arena.h"
#include "orm/model/codec.h"

struct cd_family;
struct cd_fragment;

#define CD_FRAGMENTS 128     /* parsed conditions kept for each model */
#define CD_MAX_TTL 630720000 /* seconds, Cassandra's limit: twenty years */

enum cd_role { CD_ROLE_PARTITION, CD_ROLE_CLUSTERING, CD_ROLE_STATIC, CD_ROLE_REGULAR };

struct cd_column {
	coodie_column def;    /* the user's row; what an older program does not have is zero */
	const char *name;     /* in the table */
	const char *quoted;   /* the same in quotes */
	const char *spelling; /* canonical CQL type */
	const struct cd_codec *codec;
	cql_type *type;
	enum cql_kind kind;
	enum cd_role role;
	bool inherited;  /* from an embedded struct */
	bool optional;   /* the member is a pointer to a scalar or a struct */
	bool member_udt; /* the member is a struct of a user type, or a pointer to one */
	bool has_udt;    /* the type has user types in it */
	bool multicell;  /* a collection that is not frozen */
	/* a member of the right C type may still not fit: ranges, items of collections */
	bool checked;
	/* enum coodie_member, without COODIE_MEMBER_OPTIONAL, where any value that the member can have
	 * may be written; 0: the column has rules */
	uint8_t plain;
};

/* What a table of rows describes: a model's struct, or a user type's. */
struct cd_record {
	const char *what, *part; /* "model" and "column", "type" and "field": for messages */
	const char *label;       /* the struct's name */
	size_t size, header;     /* of the struct, and of what comes before the first member */
	bool is_read;            /* its types are the cluster's: no word is misspelt */
};

/* With and without "USING TTL ?". */
enum { CD_PLAIN = 0, CD_WITH_TTL, CD_TTL_SHAPES };

struct cd_model {
	atomic_uint refs; /* the session's table, and every object that came from it */
	coodie_allocator allocator;
	struct cd_arena arena;
	const coodie_model *source;
	uint64_t digest;
	/* the user's tables when they were resolved, as far as they are watched: of constants of the program
	 * only what says which model it is, and no columns (NULL) */
	const void *model_bytes, *column_bytes;
	size_t watched; /* bytes of the model */
	coodie_model def;
	coodie_request write_request; /* of a write that says nothing else */
	const char *label;            /* the struct's name */
	const char *table;         /* qualified, as CQL writes it */
	const char *keyspace_name; /* as the server's tables have them */
	const char *table_name;
	/* its own columns; of a base with a family, those of the others follow (family.h) */
	struct cd_column *columns;
	uint32_t column_count;
	uint32_t *keys; /* partition key, then clustering columns */
	uint32_t partition_count, key_count;
	uint32_t static_count, regular_count;
	bool is_counter;
	/* constant statements: the session caches what it prepared by their text */
	const char *insert[CD_TTL_SHAPES];
	const char *update[CD_TTL_SHAPES];        /* NULL without regular columns */
	const char *update_static[CD_TTL_SHAPES]; /* NULL without static columns */
	const char *remove;
	const char *select_by_key;
	/* 0, 1, 2, ...: what select_by_key reads, and a query that leaves nothing out */
	uint32_t *all_columns;
	uint32_t read_count; /* of them: column_count, or more for a base with a family */
	/* several structs in one table (family.h) */
	uint32_t discriminator;   /* the column that says which; CD_NO_COLUMN: none */
	cql_value own_value;      /* what it says of this struct; unset: nothing */
	struct cd_family *family; /* of a base; NULL */
	/* parsed conditions; who needs one takes it out, and puts it back */
	_Atomic(struct cd_fragment *) fragments[CD_FRAGMENTS];
	struct cd_model *older; /* what was resolved before the user's table changed */
};

/* The user's table; what an older program does not have is zero. */
coodie_model cd_model_read(const coodie_model *m);
/* Checks and resolves it; without a session only to see whether it can be. @return one reference;
 * NULL with COODIE_ERR_MODEL or COODIE_ERR_NO_MEMORY */
struct cd_model *cd_model_new(coodie_session *s, const coodie_allocator *a,
			      const coodie_model *source, coodie_error *err);
/* constant.c: whether memory lies among the constants of the program or of a library it has loaded, which
 * nobody writes to. False: that is not known. */
bool cd_is_constant(const void *at, size_t size);
/* Whether the user's table plainly is as it was: the same bytes are the same model. Others may be as well. */
static inline bool cd_model_is_same(const struct cd_model *m)
{
	const coodie_model *now = m->source;

	return now->size == m->def.size && memcmp(now, m->model_bytes, m->watched) == 0 &&
	       (!m->column_bytes || memcmp(now->columns, m->column_bytes,
					   now->column_count * now->column_stride) == 0);
}
/* Whether the user's table still says what it did. */
bool cd_model_is_current(const struct cd_model *m);
struct cd_model *cd_model_ref(struct cd_model *m);
void cd_model_free(struct cd_model *m); /* gives one reference back; NULL is fine */

/* Understands one row, c->def, in the record's name: type, spelling, codec. The column's type is the
 * caller's to free, also on failure; texts go to `a`. COODIE_ERR_MODEL. */
bool cd_column_resolve(struct cd_column *c, const struct cd_record *r, struct cd_arena *a,
		       coodie_error *err);
/* A row of a user's table of columns, whatever version of the header wrote it. */
coodie_column cd_column_read(const coodie_column *columns, size_t stride, size_t i);
/* inherit.c: fills m->columns with the user's rows, those of embedded structs in their places. */
bool cd_model_take_columns(struct cd_model *m, coodie_error *err);

/* defaults.c: fills the members that have a default, and the discriminator. */
bool cd_model_fill(const struct cd_model *m, void *object, coodie_error *err);

/* check.c: every rule a model must obey, in the order a reader would find them. */
bool cd_model_check_table(const coodie_model *m, coodie_error *err);
bool cd_record_check(const struct cd_record *r, const struct cd_column *c, coodie_error *err);
bool cd_model_check_column(const struct cd_model *m, const struct cd_column *c, coodie_error *err);
/* check_index.c */
bool cd_model_check_index(const struct cd_model *m, const struct cd_column *c, coodie_error *err);
bool cd_model_check_keys(struct cd_model *m, coodie_error *err);
bool cd_model_check_whole(const struct cd_model *m, coodie_error *err);
/* That the family of a base is one of models without families: what resolving them relies on. */
bool cd_model_check_family(const struct cd_model *m, coodie_error *err);

/* Whether its rows are there to be written: those of a view are the server's (MV-07). `verb`, "coodie_save",
 * is for the message. */
bool cd_model_check_writable(const struct cd_model *m, const char *verb, coodie_error *err);

/* texts.c: the constant statements; false when out of memory. */
bool cd_model_write_texts(struct cd_model *m);

/* The column of a member's name of `len` bytes, or of its name in the table; NULL when there is
 * none. */
const struct cd_column *cd_model_member(const struct cd_model *m, const char *name, size_t len);
const struct cd_column *cd_model_column(const struct cd_model *m, const char *name, size_t len);
/* The nearest member's name to a wrong one; NULL when none is near. */
const char *cd_model_nearest(const struct cd_model *m, const char *name, size_t len);

static inline uint32_t cd_column_index(const struct cd_model *m, const struct cd_column *c)
{
	return (uint32_t)(c - m->columns);
}

static inline bool cd_column_is_key(const struct cd_column *c)
{
	return c->role == CD_ROLE_PARTITION || c->role == CD_ROLE_CLUSTERING;
}

#endif
