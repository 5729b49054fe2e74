/* SPDX-License-Identifier: MIT */
/* What the views of a table have to say when it is altered or dropped. */
#ifndef NODE_DDL_VIEW_H
#define NODE_DDL_VIEW_H

#include "node/schema/ddl.h"

/* Whether DROP TABLE may have it: it is no view, and no view depends on it. */
bool nd_ddl_check_drop(struct nd_ddl *d, const struct nd_table *t);
/* Whether ALTER TABLE may have it: it is no view. */
bool nd_ddl_check_alter(struct nd_ddl *d, const struct nd_table *t);
/* Whether a table may get these options, may lose this column. */
bool nd_ddl_check_base_options(struct nd_ddl *d, const struct nd_table *base,
			       const struct nd_table *draft);
bool nd_ddl_check_column_drop(struct nd_ddl *d, const struct nd_table *base, const char *column);
/* As nd_ddl_alter(), for new columns and other names (from, to, from, to): the table's views follow. */
bool nd_ddl_alter_base(struct nd_ddl *d, struct nd_table *base, struct nd_table *draft,
		       const char *const *renames, uint32_t rename_count);

#endif
