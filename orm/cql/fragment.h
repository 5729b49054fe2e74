/* SPDX-License-Identifier: MIT */
/* Fragments of CQL: parsed once for each text and model, checked against the model, rewritten with
 * the table's names. */
#ifndef ORM_CQL_FRAGMENT_H
#define ORM_CQL_FRAGMENT_H

#include "orm/model/model.h"

/* Which grammar a fragment has. */
enum cd_fragment_kind {
	CD_FRAGMENT_WHERE, /* conditions of a query */
	CD_FRAGMENT_SET,   /* assignments of an update */
	CD_FRAGMENT_IF,    /* conditions of a write */
	CD_FRAGMENT_CELLS, /* what a delete takes out of a row */
	CD_FRAGMENT_LIST,  /* what is read instead of objects */
	CD_FRAGMENT_KINDS
};

/* What a marker of a fragment takes. */
enum cd_bind_kind {
	CD_BIND_COLUMN, /* a value of the column's type */
	CD_BIND_IN,     /* a list of values of the column's type */
	CD_BIND_ITEM,   /* an item of the collection, the value of a map */
	CD_BIND_KEY,    /* a key of the map */
	CD_BIND_TOKEN,  /* a bigint */
	/* of writes; null and unset where CQL has them */
	CD_BIND_VALUE,   /* a value of the column's type, null, or unset */
	CD_BIND_MATCH,   /* a value of the column's type, or null */
	CD_BIND_PART,    /* a value of the collection's type, to add or take out; or nothing */
	CD_BIND_KEYS,    /* a set of keys of the map; or nothing */
	CD_BIND_COUNT,   /* what a counter grows or shrinks by, or unset */
	CD_BIND_INDEX,   /* a place in the list */
	CD_BIND_ELEMENT, /* what stands at a key or place: an item, null, or unset */
	CD_BIND_FIELD    /* a value of one field of the user type, null, or unset */
};

struct cd_bind {
	uint16_t column;
	uint16_t field; /* of CD_BIND_FIELD */
	uint8_t kind;
};

/* How a relation restricts its columns. */
enum cd_relation_kind {
	CD_RELATION_EQUAL,
	CD_RELATION_IN,
	CD_RELATION_SLICE, /* < <= > >= */
	CD_RELATION_CONTAINS,
	CD_RELATION_CONTAINS_KEY,
	CD_RELATION_LIKE,
	CD_RELATION_TOKEN /* of the partition key, by any comparison */
};

/* What an assignment does to its column, or a delete takes out of it. */
enum cd_assign_kind {
	CD_ASSIGN_VALUE, /* all of it */
	CD_ASSIGN_ADD,
	CD_ASSIGN_PREPEND,
	CD_ASSIGN_SUBTRACT,
	CD_ASSIGN_ELEMENT,
	CD_ASSIGN_FIELD
};

struct cd_relation {
	uint16_t column; /* the first */
	uint16_t count;  /* more than one: clustering columns that follow each other, a tuple */
	uint8_t kind;    /* enum cd_relation_kind; of SET and CELLS enum cd_assign_kind */
};

/* One block of memory: the structure, the binds, the relations, both texts. */
struct cd_fragment {
	uint64_t hash;
	enum cd_fragment_kind kind;
	const char *what; /* "where": for messages */
	const char *text; /* what the user wrote */
	const char *cql;  /* what is sent, without WHERE, SET or IF */
	struct cd_bind *binds;
	struct cd_relation *relations; /* what must hold or is assigned, in the order of the text */
	uint32_t bind_count, relation_count;
	bool aggregates; /* of a list: it makes one row of many */
};

#define CD_FRAGMENT_MARKERS 256 /* the most in one fragment; no relation has none */

/* The parsed form of a fragment, taken out of the model's cache or made; to be given back,
 * from the same thread or not. NULL with COODIE_ERR_QUERY. */
struct cd_fragment *cd_fragment_take(struct cd_model *m, enum cd_fragment_kind kind,
				     const char *text, coodie_error *err);
/* Puts it into the cache, where the one it meets there goes. */
void cd_fragment_give(struct cd_model *m, struct cd_fragment *take_f);
/* Checks the values against the fragment's markers: their number, null, type and range. */
bool cd_fragment_check(const struct cd_model *m, const struct cd_fragment *f, cql_args args,
		       coodie_error *err);

/* A list of columns by name. */
struct cd_names {
	uint32_t *columns; /* room for column_count of the model */
	bool *descending;  /* NULL: "DESC" is no word of this list */
	uint32_t count;
};

/* Reads "a, b DESC"; `what` names the call in messages. COODIE_ERR_QUERY. */
bool cd_fragment_names(const struct cd_model *m, const char *what, const char *text,
		       struct cd_names *out, coodie_error *err);

#endif
