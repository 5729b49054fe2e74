/* SPDX-License-Identifier: MIT */
/* What `coodie gen` writes, before it is written: user types, tables and views as structs. */
#ifndef TOOLS_GEN_GEN_H
#define TOOLS_GEN_GEN_H

#include <stdio.h>

#include <coodie.h>

#include "tools/arguments.h"
#include "tools/gen/names.h"
#include "tools/pool.h"

enum record_kind { RECORD_TYPE, RECORD_TABLE, RECORD_VIEW };

/* Lines about what could not be said in C. */
struct notes {
	const char **at;
	size_t count, room;
};

/* A struct: of a user type, or a row's. */
struct record {
	enum record_kind kind;
	struct name name;
	const cql_type *type;           /* of a user type */
	const coodie_table_meta *table; /* of a table or a view */
	const struct record *base;      /* of a view */
	bool is_wanted;
	struct member *members;
	size_t member_count;
	const char *options; /* CQL behind WITH; NULL: the server's own */
	const char *comment; /* of the table; NULL: none */
	const char *where;   /* of a view; NULL: as the mapper would write it */
	struct notes notes;
};

/* A column, or a field of a user type. */
struct member {
	struct name name;
	const cql_type *type;
	const coodie_column_meta *column; /* NULL: a field */
	const char *spelling;             /* the type in CQL */
	const char *c_type;               /* what comes before the name: "int32_t *", "cql_list " */
	uint32_t floats;                  /* an array of so many; 0: none */
	const struct record *own;         /* the user type that the member is */
	const struct record *udt, *key_udt; /* those that are in it */
	const coodie_index_meta *index;
	const char *index_options, *index_class, *index_target, *similarity; /* NULL: none */
	bool index_named; /* its name is not the default one */
};

/* What was asked for, and what came of it. */
struct gen {
	struct pool pool;
	const coodie_metadata *metadata;
	const coodie_keyspace_meta *keyspace;
	const char *prefix;
	const char *stem;       /* of the names of what is the whole keyspace's */
	bool is_plugin;         /* for `coodie sync --models` and its like */
	bool is_whole;          /* no tables were asked for: all of it */
	struct record *records; /* user types, each behind those it is made of; tables; views */
	size_t record_count;
	struct notes general; /* about none of the records */
	struct notes notes;   /* all of them, with the names of what they are about */
};

/* ---- plan.c: which structs there are --------------------------------------------------------- */

/* Makes records of the keyspace: of all in it, or of these tables and views and what they are made of. */
bool gen_plan(struct gen *g, const struct argument_list *tables, coodie_error *err);
struct record *gen_record(struct gen *g, const char *table);
const struct record *gen_type_record(const struct gen *g, const char *name);
/* A line about a record, for its place in the source and for stderr; `r` NULL: about the keyspace. */
void gen_note(struct gen *g, struct record *r, const char *format, ...) COODIE_PRINTF(3, 4);

/* ---- member.c: what a column is in C --------------------------------------------------------- */

/* Makes the members of a record. */
void gen_members(struct gen *g, struct record *r);

/* ---- spelling.c ------------------------------------------------------------------------------ */

/* A type as CQL spells it: without keyspaces, with frozen where it says something. */
const char *gen_spelling(struct pool *pool, const cql_type *type);
/* A name as CQL writes it, in quotes where it must be. */
const char *gen_identifier(struct pool *pool, const char *name);
/* Whether CQL has a type of the name. */
bool gen_is_native(const char *name);

/* ---- option.c, index.c ----------------------------------------------------------------------- */

/* Sets what a table's row says beside its columns. */
void gen_options(struct gen *g, struct record *r);
/* Gives columns their indexes. */
void gen_indexes(struct gen *g, struct record *r);

/* ---- unseen.c: what a snapshot of the schema has not ----------------------------------------- */

/* Notes what tables have that no model can say: triggers, masks. */
void gen_note_unseen(struct gen *g, coodie_session *s);

/* ---- raw fields ------------------------------------------------------------------------------ */

/* A text, or a set or map as a literal, of a row of system_schema; NULL: it is null, or not there. */
const char *gen_text(struct pool *pool, const coodie_meta_row *row, const char *name);
const char *gen_literal(struct pool *pool, const coodie_meta_row *row, const char *name);

/* ---- write.c, header.c, source.c ------------------------------------------------------------- */

/* The files: written beside their places and moved there together. A file there that is not of
 * `coodie gen` is left alone. */
bool gen_write(struct gen *g, const char *header, const char *source, coodie_error *err);
/* The first line of each file, and what it is for; `file` is its name without folders. */
void gen_put_head(const struct gen *g, FILE *to, const char *file);
/* A text as a C string, and as part of a comment. */
void gen_put_string(FILE *to, const char *text);
void gen_put_part(FILE *to, const char *text, size_t len);
void gen_put_remark(FILE *to, const char *text);
void gen_put_notes(FILE *to, const struct notes *notes);
void gen_put_header(struct gen *g, FILE *to, const char *file);
void gen_put_source(const struct gen *g, FILE *to, const char *file, const char *header);

#endif
