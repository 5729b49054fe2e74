/* SPDX-License-Identifier: MIT */
/* Results as tables, aligned by what a terminal shows. Widths are those of the pages so far: where one has a wider
 * cell than all before it, the header comes again. */
#include <string.h>

#include "tools/shell/printer.h"
#include "tools/shell/width.h"

/* A cell of the page: its text lies in `texts`. */
struct cell {
	size_t from, len, width;
	enum cell_colour colour;
};

/* A page of cells. */
struct grid {
	struct bytes texts, cells;
	size_t columns, rows;
};

static bool read_cell(struct grid *g, const coodie_cursor *c, const cql_type *type, size_t column,
		      coodie_error *err)
{
	struct cell cell = { .from = g->texts.len };
	cql_value v;

	if (!coodie_cursor_value(c, column, &v, err))
		return false;
	cell_add(&g->texts, type, v);
	cell.len = g->texts.len - cell.from;
	cell.width = width_text((const char *)g->texts.at + cell.from, cell.len);
	cell.colour = cell_colour_of(type, v);
	bytes_add(&g->cells, &cell, sizeof cell);
	return true;
}

static bool read_page(struct grid *g, coodie_result *page, coodie_error *err)
{
	coodie_cursor c = coodie_result_cursor(page);

	for (; coodie_cursor_next(&c); g->rows++)
		for (size_t i = 0; i < g->columns; i++)
			if (!read_cell(g, &c, coodie_result_column_type(page, i), i, err))
				return false;
	return true;
}

static const struct cell *cell_at(const struct grid *g, size_t row, size_t column)
{
	return (const struct cell *)(void *)g->cells.at + row * g->columns + column;
}

static size_t *widths(struct printer *p)
{
	return (size_t *)(void *)p->widths.at;
}

static void begin_widths(struct printer *p, const coodie_result *page, size_t columns)
{
	text_clear(&p->widths);
	for (size_t i = 0; i < columns; i++) {
		const char *name = coodie_result_column_name(page, i);
		struct bytes safe = { 0 };
		size_t width;
		cell_add_safe(&safe, name, strlen(name));
		width = width_text((const char *)safe.at, safe.len);
		bytes_add(&p->widths, &width, sizeof width);
		bytes_free(&safe);
	}
}

/* Whether a column got wider. */
static bool widen(struct printer *p, const struct grid *g)
{
	bool wider = false;

	for (size_t row = 0; row < g->rows; row++)
		for (size_t i = 0; i < g->columns; i++) {
			size_t width = cell_at(g, row, i)->width;
			if (width > widths(p)[i]) {
				widths(p)[i] = width;
				wider = true;
			}
		}
	return wider;
}

/* What goes between the columns, and not behind the last. */
static void end_column(struct printer *p, bool last, const char *between)
{
	text_add(&p->page, last ? "\n" : between);
}

static void add_header(struct printer *p, const coodie_result *page, size_t columns)
{
	text_add(&p->page, "\n");
	for (size_t i = 0; i < columns; i++) {
		size_t before, width;
		text_add(&p->page, " ");
		before = p->page.len;
		printer_header(p, page, i);
		width = width_text((const char *)p->page.at + before, p->page.len - before);
		if (i + 1 < columns)
			text_fill(&p->page, ' ', widths(p)[i] - width);
		end_column(p, i + 1 == columns, " |");
	}
	for (size_t i = 0; i < columns; i++) {
		text_fill(&p->page, '-', widths(p)[i] + 2);
		end_column(p, i + 1 == columns, "+");
	}
}

static void add_row(struct printer *p, const struct grid *g, const coodie_result *page, size_t row)
{
	for (size_t i = 0; i < g->columns; i++) {
		const struct cell *cell = cell_at(g, row, i);
		size_t room = widths(p)[i] - cell->width;
		bool right = cell_is_number(coodie_result_column_type(page, i)),
		     last = i + 1 == g->columns;
		text_fill(&p->page, ' ', right ? room + 1 : 1);
		printer_coloured(p, cell->colour, (const char *)g->texts.at + cell->from,
				 cell->len);
		if (!right && !last)
			text_fill(&p->page, ' ', room);
		end_column(p, last, " |");
	}
}

bool printer_table(struct printer *p, coodie_result *page, coodie_error *err)
{
	struct grid g = { .columns = coodie_result_column_count(page) };
	bool ok = read_page(&g, page, err);

	if (!p->begun)
		begin_widths(p, page, g.columns);
	if (ok && (widen(p, &g) || !p->begun))
		add_header(p, page, g.columns);
	for (size_t row = 0; ok && row < g.rows && out_goes_on(p->out); row++) {
		add_row(p, &g, page, row);
		printer_flush(p);
		p->rows++;
	}
	bytes_free(&g.texts);
	bytes_free(&g.cells);
	return ok;
}
