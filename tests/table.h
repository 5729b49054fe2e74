/* SPDX-License-Identifier: MIT */
/* A result of rows, written as texts: what a server would have answered. */
#ifndef TESTS_TABLE_H
#define TESTS_TABLE_H

#include <coodie/alloc.h>
#include <coodie/result.h>

/* Columns as "host_id uuid, tokens set<text>", each row as "0x... | {'a', 'b'} | null": literals of
 * those types. What is not one fails the test. The result's own memory comes from `a`; NULL: it
 * had none. */
coodie_result *table_result(const coodie_allocator *a, const char *columns, const char *const *rows,
			    size_t count);

#endif
