/* SPDX-License-Identifier: MIT */
/* Lists of rows in order: halves are sorted and merged. */
#include "net/schema/schema_sort.h"

#include <string.h>

int cd_schema_order(const char *name, size_t len, const char *other)
{
	int order = strncmp(name, other, len);

	return order ? order : -(other[len] != '\0');
}

static int compare(const struct cd_schema_row *a, const struct cd_schema_row *b)
{
	size_t shorter = a->row.len < b->row.len ? a->row.len : b->row.len;
	int order = strcmp(a->name, b->name);

	if (!order)
		order = strcmp(a->second, b->second);
	if (!order)
		order = memcmp(a->row.cells, b->row.cells, shorter);
	if (!order)
		order = (a->row.len > b->row.len) - (a->row.len < b->row.len);
	return order;
}

static struct cd_schema_row *merge(struct cd_schema_row *a, struct cd_schema_row *b)
{
	struct cd_schema_row *first = NULL, **end = &first;

	while (a && b) {
		struct cd_schema_row **less = compare(a, b) <= 0 ? &a : &b;

		*end = *less;
		end = &(*less)->next;
		*less = *end;
	}
	*end = a ? a : b;
	return first;
}

struct cd_schema_row *cd_schema_sort_unique(struct cd_schema_row *rows)
{
	struct cd_schema_row *runs[32] = { NULL }; /* the i-th has 2^i rows */
	struct cd_schema_row *sorted = NULL;
	size_t i;

	while (rows) {
		struct cd_schema_row *run = rows;

		rows = rows->next;
		run->next = NULL;
		for (i = 0; i < 31 && runs[i]; i++) {
			run = merge(runs[i], run);
			runs[i] = NULL;
		}
		runs[i] = merge(runs[i], run);
	}
	for (i = 0; i < 32; i++)
		sorted = merge(runs[i], sorted);
	for (struct cd_schema_row *row = sorted; row && row->next;)
		if (compare(row, row->next) == 0)
			row->next = row->next->next;
		else
			row = row->next;
	return sorted;
}
