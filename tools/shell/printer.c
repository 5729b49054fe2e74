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
} forms[] = {
	[PRINTER_TABLE] = { "table", printer_table, true },
	[PRINTER_EXPANDED] = { "expanded", printer_expanded, true },
	[PRINTER_JSON] = { "json", printer_json, false },
	[PRINTER_CSV] = { "csv", printer_csv, false },
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

bool printer_page(struct printer *p, coodie_result *page, coodie_error *err)
{
	bool ok = forms[p->form].page(p, page, err);

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
