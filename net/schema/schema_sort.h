/* SPDX-License-Identifier: MIT */
/* Rows by their names: a merge sort over their list, which needs no memory. */
#ifndef NET_SCHEMA_SORT_H
#define NET_SCHEMA_SORT_H

#include "net/schema/schema.h"

/* As strcmp(); `name` is not terminated. */
int cd_schema_order(const char *name, size_t len, const char *other);
/* By name, second and cells; of rows with the same names and cells one stays. */
struct cd_schema_row *cd_schema_sort_unique(struct cd_schema_row *rows);

#endif
