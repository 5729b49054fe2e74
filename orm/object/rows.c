/* SPDX-License-Identifier: MIT */
/* Rows of a result as objects: one arena for all, texts where they lie in the received block. */
#include <string.h>

#include <coodie/driver.h>

#include "base/alloc.h"
#include "base/error.h"
#include "orm/object/object.h"

struct cd_page {
	struct cd_page *next;
	coodie_result *result;
};

/* ---- does the result have what the model says? ----------------------------------------------- */

static bool same_type(const cql_type *a, const cql_type *b, unsigned depth)
{
	if (!a || !b || depth > 32 || cql_type_kind(a) != cql_type_kind(b) ||
	    cql_type_count(a) != cql_type_count(b))
		return false;
	for (size_t i = 0; i < cql_type_count(a); i++) {
		if (!same_type(cql_type_at(a, i), cql_type_at(b, i), depth + 1))
			return false;
	}
	return true;
}

static bool check_type(const struct cd_model *m, const struct cd_column *c, const cql_type *type,
		       coodie_error *err)
{
	char spelling[80];

	/* a scalar of another kind that the member holds as well (text for ascii) does no harm */
	if (type && (same_type(c->type, type, 0) ||
		     (cql_type_count(type) == 0 && cd_codec_takes(c->codec, cql_type_kind(type)))))
		return true;
	spelling[0] = '\0';
	if (type)
		cql_type_format(type, spelling, sizeof(spelling));
	return cd_fail(err, COODIE_ERR_CONFLICT,
		       "%s: column %s is %s in the cluster and %s in the model; make the model say "
		       "what the table has (coodie_sync_table() shows all differences)",
		       m->label, c->name, spelling, c->spelling);
}

static bool check_columns(const struct cd_model *m, const coodie_result *page,
			  const uint32_t *columns, uint32_t count, coodie_error *err)
{
	if (coodie_result_kind(page) != COODIE_RESULT_ROWS ||
	    coodie_result_column_count(page) != count)
		return cd_fail(err, COODIE_ERR_PROTOCOL,
			       "%s: %u columns were asked for, the answer has %zu", m->label,
			       (unsigned)count, coodie_result_column_count(page));
	for (uint32_t i = 0; i < count; i++) {
		if (!check_type(m, &m->columns[columns[i]], coodie_result_column_type(page, i),
				err))
			return false;
	}
	return true;
}

/* ---- decoding -------------------------------------------------------------------------------- */

/* Into what is remembered as loaded, and from there into the member. */
static bool decode_cell(const coodie_cursor *cursor, uint32_t i, struct cd_object *o,
			uint32_t column, coodie_error *err)
{
	const struct cd_column *c = &o->home->model->columns[column];
	coodie_cell cell;

	if (c->codec->size || c->kind != CQL_KIND_VECTOR) {
		if (!coodie_cursor_value(cursor, i, &o->loaded[column], err))
			return false;
		if (cql_is_empty(o->loaded[column]))
			o->loaded[column] = cql_null();
	} else {
		cell = coodie_cursor_cell(cursor, i); /* a float[]: its wire form is all it needs */
		o->loaded[column] = cell.data ? cql_from_encoded(cell.data, cell.len) : cql_null();
	}
	return cd_member_set(c, o->memory, o->loaded[column], &o->home->arena, err);
}

static bool decode_rows(coodie_rows *rows, coodie_result *page, struct cd_object *o,
			const uint32_t *columns, uint32_t count, coodie_error *err)
{
	coodie_cursor cursor = coodie_result_cursor(page);
	size_t row = 1;

	for (; coodie_cursor_next(&cursor); row++, o = o->next) {
		if (!o)
			return cd_fail(err, COODIE_ERR_PROTOCOL, "%s: more rows than announced",
				       rows->model->label);
		for (uint32_t i = 0; i < count; i++) {
			if (!decode_cell(&cursor, i, o, columns[i], err)) {
				if (err)
					cd_error_prefix(err, "%s, row %zu", rows->model->label,
							row);
				return false;
			}
		}
		o->state = CD_OBJECT_LOADED;
	}
	return (!cursor.failed && !o) ||
	       cd_fail(err, COODIE_ERR_PROTOCOL, "%s: the answer is broken after row %zu",
		       rows->model->label, row - 1);
}

/* A NUL goes over the first byte of the next cell's length: only when every cell has been read. */
static void terminate_texts(const struct cd_model *m, struct cd_object *o, const uint32_t *columns,
			    uint32_t count)
{
	for (; o; o = o->next) {
		for (uint32_t i = 0; i < count; i++) {
			const cql_value *v = &o->loaded[columns[i]];

			if (v->is.tag == CQL_TAG_TEXT && cd_member_is_str(&m->columns[columns[i]]))
				*((char *)(uintptr_t)v->as.text.data + v->as.text.len) = '\0';
		}
	}
}

bool cd_rows_add_page(coodie_rows *rows, coodie_result *take_page, const uint32_t *columns,
		      uint32_t count, coodie_error *err)
{
	struct cd_page *page = cd_arena_take(&rows->arena, sizeof(*page));
	struct cd_object *first = NULL;
	size_t row_count;

	if (!page) {
		coodie_result_free(take_page);
		return cd_no_memory(err, "a page of rows");
	}
	*page = (struct cd_page){ rows->pages, take_page };
	rows->pages = page;
	if (!check_columns(rows->model, take_page, columns, count, err))
		return false;
	row_count = coodie_result_row_count(take_page);
	if (row_count) {
		first = cd_rows_add(rows, row_count);
		if (!first)
			return cd_no_memory(err, "the objects of a page");
	}
	if (!decode_rows(rows, take_page, first, columns, count, err))
		return false;
	coodie_result_own_block(take_page);
	terminate_texts(rows->model, first, columns, count);
	return true;
}

/* ---- the user's side ------------------------------------------------------------------------- */

void *coodie_next(coodie_rows *rows, coodie_error *err)
{
	struct cd_object *o = rows ? rows->next : NULL;

	cd_clear(err);
	if (!o)
		return NULL;
	rows->next = o->next;
	return o->memory;
}

size_t coodie_rows_count(const coodie_rows *rows)
{
	return rows ? rows->count : 0;
}

void coodie_rows_free(coodie_rows *rows)
{
	struct cd_model *m;

	if (!rows)
		return;
	m = rows->model;
	for (struct cd_object *o = rows->saved; o; o = o->next_saved) {
		for (uint32_t i = 0; i < m->column_count; i++)
			cd_arena_deinit(&o->saved[i]);
	}
	for (struct cd_page *page = rows->pages; page; page = page->next)
		coodie_result_free(page->result);
	cd_arena_deinit(&rows->arena);
	cd_release(&m->allocator, rows);
	cd_model_free(m);
}
