/* SPDX-License-Identifier: MIT */
/* The common form of what is not an INSERT: what is done, to which rows, on which condition. */
#ifndef ORM_WRITE_MODIFY_H
#define ORM_WRITE_MODIFY_H

#include "base/buffer.h"
#include "orm/cql/fragment.h"
#include "orm/write/write.h"

struct cd_modify {
	struct cd_write *w;
	/* assignments, or cells that are deleted; NULL: the row */
	struct cd_fragment *what;
	struct cd_fragment *condition; /* NULL: none */
	cql_args what_args, condition_args;
	const char *table; /* as it is written */
	struct cd_buffer cql;
};

/* Takes both fragments and checks their binds, which stand one after the other in call->args.
 * @param kind  CD_FRAGMENT_SET or CD_FRAGMENT_CELLS, of call->text when that is not NULL
 * @return false with the mistake; cd_modify_end() all the same */
bool cd_modify_begin(struct cd_modify *mod, struct cd_write *w, const struct cd_call *call,
		     enum cd_fragment_kind kind, coodie_error *err);
/* Begins from fragments whose binds stand apart. */
bool cd_modify_condition(struct cd_modify *mod, const char *condition, cql_args args,
			 coodie_error *err);
void cd_modify_end(struct cd_modify *mod);

/* How many columns of the primary key say where: the partition's where only statics are meant. */
uint32_t cd_modify_key_count(const struct cd_modify *mod);
/* Writes the statement: the rows of a WHERE, or of an object's keys where it is NULL. */
bool cd_modify_write(struct cd_modify *mod, const char *where, cql_args where_args,
		     coodie_error *err);
/* The rows of an object. */
bool cd_modify_row(struct cd_modify *mod, const void *object, coodie_error *err);

#endif
