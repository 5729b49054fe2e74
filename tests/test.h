/* SPDX-License-Identifier: MIT */
/* What every test program starts with: cmocka, and a check that names the row of a table that
 * failed. */
#ifndef TESTS_TEST_H
#define TESTS_TEST_H

/* cmocka.h wants these four first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CD_COUNT(table) (sizeof(table) / sizeof *(table))

/* assert_true() for a row of a table: the message says which. */
#define CD_CHECK(condition, row) \
	do { \
		if (!(condition)) \
			fail_msg("row \"%s\": %s", (row), #condition); \
	} while (0)

/* Under valgrind (make check-valgrind) all takes thirty times as long: long tests look at a sample. */
static inline bool test_samples(void)
{
	return getenv("COODIE_VALGRIND") != NULL;
}

#endif
