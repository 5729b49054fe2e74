/* SPDX-License-Identifier: MIT */
/* The directory of migrations: files named YYYYMMDD_NNN_description, sorted. Files of one name are one
 * migration, whatever language they are in. */
#ifndef MIGRATE_FILES_H
#define MIGRATE_FILES_H

#include "migrate/migrator.h"

enum mg_language { MG_PY, MG_CQL, MG_C, MG_LANGUAGES };

enum { MG_DIGEST_SIZE = 65, MG_PREFIX = 12 /* YYYYMMDD_NNN */ };

struct mg_file {
	const char *name;               /* without its ending */
	const char *path[MG_LANGUAGES]; /* NULL: there is no such file */
};

struct mg_files {
	struct mg_file *all;
	size_t count;
};

/* Whether it is a migration's name with its ending; `language` and the length of its name. */
bool mg_file_named(const char *file, enum mg_language *language, size_t *len);
/* By the first 12 characters, then by all. */
int mg_name_compare(const char *a, const char *b);

/* Reads the directory into `m->work`. One that is not there is empty. */
bool mg_files_read(coodie_migrator *m, struct mg_files *out, coodie_error *err);
/* NULL: no such migration. */
const struct mg_file *mg_files_find(const struct mg_files *files, const char *name);
/* The whole text, NUL behind it, in `m->work`. */
bool mg_file_text(coodie_migrator *m, const char *path, const char **text, size_t *len,
		  coodie_error *err);
/* SHA-256 of bytes, in small hexadecimal letters. */
bool mg_digest(const void *data, size_t len, char out[MG_DIGEST_SIZE], coodie_error *err);
/* Of a file. */
bool mg_file_digest(coodie_migrator *m, const char *path, char out[MG_DIGEST_SIZE],
		    coodie_error *err);

#endif
