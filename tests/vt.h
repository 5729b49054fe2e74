/* SPDX-License-Identifier: MIT */
/* A terminal in memory: takes what would be sent to one, and says what it shows. */
#ifndef TESTS_VT_H
#define TESTS_VT_H

#include <stdbool.h>
#include <stddef.h>

enum { VT_COLUMNS = 80, VT_ROWS = 24 };

struct vt {
	size_t columns, rows, row, column;
	bool wraps;                          /* the next character begins a new row */
	char cells[VT_ROWS][VT_COLUMNS][16]; /* UTF-8; "" is right of a wide one */
	char *text;                          /* what vt_text() gave last */
};

void vt_init(struct vt *t, size_t columns, size_t rows);
/* Escape sequences: only those that are used, others fail the test. */
void vt_write(struct vt *t, const void *bytes, size_t len);
/* Rows with newlines between, without blanks at their ends and empty rows at the end; `|` is where the cursor is. */
const char *vt_text(struct vt *t);
void vt_free(struct vt *t);

#endif
