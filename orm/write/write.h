/* SPDX-License-Identifier: MIT */
/* What a save sends: which statement, which values. */
#ifndef ORM_WRITE_WRITE_H
#define ORM_WRITE_WRITE_H

#include "orm/object/object.h"

#define CD_FIXED_VALUES 64 /* binds of a statement without an allocation */

/* One write, planned: everything is checked, nothing is sent. */
struct cd_write {
	const char *cql; /* NULL: nothing has changed */
	cql_args args;
	struct cd_change
		*changes; /* of a tracked object, to be remembered when applied; from `allocator` */
	uint32_t change_count;
	const coodie_allocator *allocator;
	struct cd_arena arena;
	cql_value fixed[CD_FIXED_VALUES];
};

bool cd_write_plan(struct cd_write *w, const struct cd_model *m, const void *memory,
		   struct cd_object *o, const coodie_write *options, coodie_error *err);
void cd_write_deinit(struct cd_write *w);
void cd_changes_free(const coodie_allocator *a, struct cd_change *changes, uint32_t count);

#endif
