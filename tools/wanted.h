/* SPDX-License-Identifier: MIT */
/* The schema that a keyspace should have: of models in this program, of a plug-in's, or of a file of CQL. */
#ifndef TOOLS_WANTED_H
#define TOOLS_WANTED_H

#include <coodie/diff.h>
#include <coodie/main.h>

#include "tools/arguments.h"

enum { WANTED_ARGUMENTS = 2 };

struct wanted {
	const coodie_models *linked; /* of this program, or NULL */
	const char *plugin, *file;
	bool is_bare; /* the file that was read makes tables, and no keyspace */
	bool keeps_options; /* of tables: nobody compares them */
	struct argument rows[WANTED_ARGUMENTS];
	void *handle; /* of the plug-in: its models live as long */
};

/* The table of --models and --schema, which write to `w`. */
struct argument_table wanted_arguments(struct wanted *w, const coodie_models *linked);
/* What the environment says too; false when nobody says what is wanted, which has been reported. */
bool wanted_check(struct wanted *w, const char *command);
/**
 * Reads it. Of a file: in a node of this process, which is there for that alone.
 * @param s            the session that models belong to
 * @param keyspace     as CQL writes it; a file may have another one, if it has only one
 * @param replication  that the keyspace should have; NULL: the file's, none of models
 * @return freed with coodie_schema_free(); NULL on error
 */
coodie_schema *wanted_read(struct wanted *w, coodie_session *s, const char *keyspace,
			   const char *replication, coodie_error *err);
/* After the last schema is freed. */
void wanted_close(struct wanted *w);

/* A file of CQL (wanted_file.c). Of one that is bare the keyspace's options are nobody's. */
struct wanted_file {
	const char *path, *keyspace, *replication; /* as above */
	bool keeps_options;
	bool is_bare;
};
coodie_schema *wanted_read_file(struct wanted_file *f, coodie_error *err);

#endif
