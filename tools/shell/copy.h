/* SPDX-License-Identifier: MIT */
/* COPY: what is said in the command, for those who carry it out. */
#ifndef TOOLS_SHELL_COPY_H
#define TOOLS_SHELL_COPY_H

#include "tools/shell/shell.h"

struct copy {
	bool from;                   /* FROM; otherwise TO */
	const char *table;           /* as it is written: "Shop".users */
	const char *keyspace, *name; /* as they are stored; keyspace NULL: that of USE */
	const char *const *columns;  /* as they are written */
	size_t column_count;         /* 0: all */
	const char *file;            /* NULL: the standard input, or output */
	struct csv_format format;
	const char *null, *true_text, *false_text, *skip_columns, *error_file;
	bool header;
	int64_t page_size, max_requests, max_rows, skip_rows, max_errors, ttl;
};

/* Reads the command. False: it is wrong, which has been told. */
bool copy_parse(struct shell *sh, const struct words *w, struct copy *c);
bool copy_to(struct shell *sh, const struct copy *c);
bool copy_from(struct shell *sh, const struct copy *c);

/* All columns of a table, as CQL writes them, in the order of cqlsh's files. NULL: it failed. */
const char **copy_all_columns(struct shell *sh, const char *table, struct pool *pool, size_t *count,
			      coodie_error *err);
/* A name as CQL writes it. */
const char *copy_quoted_name(struct pool *pool, const char *name);
/* A column as the CSV file has it; `quoted` is set for a text that would be read as null otherwise. */
void copy_add_value(struct bytes *out, const struct copy *c, const cql_type *type, cql_value v,
		    bool *quoted);
/* What a field is as a value of a type. `out` lives as long as the arena's content and the field. */
bool copy_read_value(const struct copy *c, const struct csv_field *field, const cql_type *type,
		     cql_arena *arena, cql_value *out, coodie_error *err);

#endif
