/* SPDX-License-Identifier: MIT */
/* Prints results: what all forms have in common. */
#include <coodie/rows.h>
#include <stdio.h>
#include <string.h>

#include "tools/shell/printer.h"

static const struct {
	const char *name;
	printer_page_fn *page;
	bool people; /* for them: safe for a terminal, and says how many rows there were */
	bool fixed;  /* all rows have the columns of the first */
} forms[] = {
	[PRINTER_TABLE] = { "table", printer_table, true, false },
	[PRINTER_EXPANDED] = { "expanded", printer_expanded, true, false },
	[PRINTER_JSON] = { "json", printer_json, false, false },
	[PRINTER_CSV] = { "csv", printer_csv, false, true },
};

bool printer_form_parse(const char *text, enum printer_form *form)
{
	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
		if (!strcmp(forms[i].name, text)) {
			*form = (enum printer_form)i;
			return true;
		}
	return false;
}

/* Somebody may alter the table between two of its pages. */
static bool follow_columns(struct printer *p, const coodie_result *page)
{
	struct bytes columns = { 0 };
	bool same;

	for (size_t i = 0; i < coodie_result_column_count(page); i++) {
		const char *name = coodie_result_column_name(page, i);
		bytes_add(&columns, name, strlen(name) + 1);
	}
	same = columns.len == p->columns.len &&
	       (!columns.len || !memcmp(columns.at, p->columns.at, columns.len));
	bytes_free(&p->columns);
	p->columns = columns;
	return same;
}

static bool fail_altered(coodie_error *err)
{
	*err = (coodie_error){ .code = COODIE_ERR_UNSUPPORTED, .server_code = -1 };
	snprintf(err->message, sizeof err->message,
		 "the table was altered: the rows to come have other columns than those before");
	return false;
}

bool printer_page(struct printer *p, coodie_result *page, coodie_error *err)
{
	bool same = follow_columns(p, page), ok;

	if (!same && p->begun && forms[p->form].fixed)
		return fail_altered(err);
	p->begun = p->begun && same;
	ok = forms[p->form].page(p, page, err);
	p->begun = true;
	printer_flush(p);
	return ok;
}

void printer_end(struct printer *p)
{
	if (!forms[p->form].people)
		return;
	text_printf(&p->page, "\n(%zu row%s)\n", p->rows, p->rows == 1 ? "" : "s");
	printer_flush(p);
}

void printer_free(struct printer *p)
{
	bytes_free(&p->columns);
	bytes_free(&p->widths);
	bytes_free(&p->page);
}

void printer_flush(struct printer *p)
{
	(forms[p->form].people ? out_write : out_write_foreign)(
		p->out, (const char *)p->page.at, p->page.len);
	text_clear(&p->page);
}

void printer_coloured(struct printer *p, enum cell_colour colour, const char *text, size_t len)
{
	bool colours = out_has_colours(p->out) && *cell_colour(colour);

	if (colours)
		text_add(&p->page, cell_colour(colour));
	bytes_add(&p->page, text, len);
	if (colours)
		text_add(&p->page, cell_colour_off());
}

static enum cell_colour colour_of_kind(enum coodie_column_kind kind)
{
	static const enum cell_colour of[] = {
		[COODIE_COLUMN_REGULAR] = CELL_REGULAR,
		[COODIE_COLUMN_PARTITION_KEY] = CELL_PARTITION_KEY,
		[COODIE_COLUMN_CLUSTERING] = CELL_CLUSTERING,
		[COODIE_COLUMN_STATIC] = CELL_STATIC,
	};

	return of[kind];
}

static enum cell_colour header_colour(const struct printer *p, const coodie_result *page,
				      size_t column)
{
	const coodie_table_meta *table;
	const coodie_column_meta *meta;
	const cql_column_spec *spec;
	cql_result rows;
	char keyspace[64], name[64];

	coodie_result_rows(page, &rows);
	if (!p->schema || !rows.metadata.columns)
		return CELL_REGULAR;
	spec = &rows.metadata.columns[column];
	snprintf(keyspace, sizeof keyspace, "%.*s", (int)spec->keyspace.len, spec->keyspace.data);
	snprintf(name, sizeof name, "%.*s", (int)spec->table.len, spec->table.data);
	table = coodie_keyspace_meta_table(coodie_metadata_keyspace(p->schema, keyspace), name);
	meta = coodie_table_meta_column(table, coodie_result_column_name(page, column));
	return meta ? colour_of_kind(meta->kind) : CELL_REGULAR;
}

void printer_header(struct printer *p, const coodie_result *page, size_t column)
{
	struct bytes name = { 0 };
	const char *raw = coodie_result_column_name(page, column);

	cell_add_safe(&name, raw, strlen(raw));
	printer_coloured(p, header_colour(p, page, column), (const char *)name.at, name.len);
	bytes_free(&name);
}
