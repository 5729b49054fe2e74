/* SPDX-License-Identifier: MIT */
/* Results a row at a time: columns one below the other, objects of JSON, lines of CSV. */
#include <stdint.h>
#include <string.h>

#include "tools/shell/csv.h"
#include "tools/shell/printer.h"
#include "tools/shell/width.h"

typedef bool row_fn(struct printer *p, const coodie_result *page, const coodie_cursor *c,
		    coodie_error *err);

static bool each_row(struct printer *p, coodie_result *page, row_fn *row, coodie_error *err)
{
	coodie_cursor c = coodie_result_cursor(page);

	while (out_goes_on(p->out) && coodie_cursor_next(&c)) {
		p->rows++;
		if (!row(p, page, &c, err))
			return false;
		printer_flush(p);
	}
	return true;
}

/* ---- one below the other ----------------------------------------------------------------------- */

static size_t widest_name(const coodie_result *page)
{
	size_t widest = 0;

	for (size_t i = 0; i < coodie_result_column_count(page); i++) {
		const char *name = coodie_result_column_name(page, i);
		size_t width = width_text(name, strlen(name));
		widest = width > widest ? width : widest;
	}
	return widest;
}

static bool expanded_row(struct printer *p, const coodie_result *page, const coodie_cursor *c,
			 coodie_error *err)
{
	size_t widest = widest_name(page);
	struct bytes text = { 0 };
	bool ok = true;

	text_printf(&p->page, "\n@ Row %zu\n", p->rows);
	text_fill(&p->page, '-', widest + 2);
	text_add(&p->page, "+----\n");
	for (size_t i = 0; ok && i < coodie_result_column_count(page); i++) {
		const char *name = coodie_result_column_name(page, i);
		const cql_type *type = coodie_result_column_type(page, i);
		cql_value v;
		ok = coodie_cursor_value(c, i, &v, err);
		if (!ok)
			break;
		text_add(&p->page, " ");
		printer_header(p, page, i);
		text_fill(&p->page, ' ', widest - width_text(name, strlen(name)));
		text_add(&p->page, " | ");
		text_clear(&text);
		cell_add(&text, type, v);
		printer_coloured(p, cell_colour_of(type, v), (const char *)text.at, text.len);
		text_add(&p->page, "\n");
	}
	bytes_free(&text);
	return ok;
}

bool printer_expanded(struct printer *p, coodie_result *page, coodie_error *err)
{
	return each_row(p, page, expanded_row, err);
}

/* ---- JSON --------------------------------------------------------------------------------------- */

static bool json_row(struct printer *p, const coodie_result *page, const coodie_cursor *c,
		     coodie_error *err)
{
	struct pool pool = { 0 };
	struct json *row = json_new(&pool, JSON_OBJECT);
	bool ok = true;

	for (size_t i = 0; ok && i < coodie_result_column_count(page); i++) {
		cql_value v;
		ok = coodie_cursor_value(c, i, &v, err);
		if (ok)
			json_put(row, coodie_result_column_name(page, i),
				 cell_json(&pool, coodie_result_column_type(page, i), v));
	}
	if (ok) {
		text_add(&p->page, json_line(&pool, row, SIZE_MAX));
		text_add(&p->page, "\n");
	}
	pool_free(&pool);
	return ok;
}

bool printer_json(struct printer *p, coodie_result *page, coodie_error *err)
{
	return each_row(p, page, json_row, err);
}

/* ---- CSV ----------------------------------------------------------------------------------------- */

static const struct csv_format rfc4180 = { ',', '"', '"' };

/* An empty text is in quotes, null is nothing at all. */
static bool csv_row(struct printer *p, const coodie_result *page, const coodie_cursor *c,
		    coodie_error *err)
{
	struct bytes text = { 0 };
	bool ok = true;

	for (size_t i = 0; ok && i < coodie_result_column_count(page); i++) {
		cql_value v;
		ok = coodie_cursor_value(c, i, &v, err);
		if (!ok)
			break;
		text_clear(&text);
		if (v.is.tag != CQL_TAG_NULL)
			cell_add_raw(&text, coodie_result_column_type(page, i), v, cell_add_name);
		if (i)
			text_add(&p->page, ",");
		csv_write(&p->page, &rfc4180, (const char *)text.at, text.len,
			  v.is.tag != CQL_TAG_NULL && !text.len);
	}
	text_add(&p->page, "\n");
	bytes_free(&text);
	return ok;
}

bool printer_csv(struct printer *p, coodie_result *page, coodie_error *err)
{
	for (size_t i = 0; !p->begun && i < coodie_result_column_count(page); i++) {
		const char *name = coodie_result_column_name(page, i);
		if (i)
			text_add(&p->page, ",");
		csv_write(&p->page, &rfc4180, name, strlen(name), false);
	}
	if (!p->begun)
		text_add(&p->page, "\n");
	return each_row(p, page, csv_row, err);
}
