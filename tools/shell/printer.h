/* SPDX-License-Identifier: MIT */
/* Results as tables, rows one below the other, JSON and CSV: a page at a time, in constant memory. */
#ifndef TOOLS_SHELL_PRINTER_H
#define TOOLS_SHELL_PRINTER_H

#include <coodie/metadata.h>
#include <coodie/result.h>

#include "tools/shell/cell.h"
#include "tools/shell/out.h"

enum printer_form { PRINTER_TABLE, PRINTER_EXPANDED, PRINTER_JSON, PRINTER_CSV };

/* Zeroed but for form and out: before the first page. */
struct printer {
	enum printer_form form;
	struct out *out;
	const coodie_metadata *schema; /* tells which columns are keys; NULL: nobody does */
	size_t rows;                   /* printed so far */
	bool begun;           /* a header is there, and its columns are those of the page */
	struct bytes columns; /* the names of the page before, each with its end */
	struct bytes widths; /* of a table's columns: a size_t each */
	struct bytes page;   /* what is to be written */
};

/* Prints the rows of a page. */
bool printer_page(struct printer *p, coodie_result *page, coodie_error *err);
/* Behind the last page. */
void printer_end(struct printer *p);
void printer_free(struct printer *p);
/* "table", "json", "csv". False: no such form. */
bool printer_form_parse(const char *text, enum printer_form *form);

/* ---- its parts ---------------------------------------------------------------------------------- */

typedef bool printer_page_fn(struct printer *p, coodie_result *page, coodie_error *err);
printer_page_fn printer_table, printer_expanded, printer_json, printer_csv;

/* Writes `page`, and clears it. */
void printer_flush(struct printer *p);
/* In the colour of a column: of a key, or any other. */
void printer_header(struct printer *p, const coodie_result *page, size_t column);
/* A value in its colour, which takes so many columns of it. */
void printer_coloured(struct printer *p, enum cell_colour colour, const char *text, size_t len);

#endif
