/* SPDX-License-Identifier: MIT */
/* Rows of a result as objects: an array for each page, texts where they lie in the received block. */
#include <string.h>

#include <coodie/driver.h>
#include <coodie/rows.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/reader.h"
#include "orm/model/family.h"
#include "orm/object/object.h"
#include "orm/value/show.h"

#define FIRST_CHUNK ((size_t)1024)

/* Objects that lie one behind the other, unless they are of several structs. */
struct cd_page {
	struct cd_page *next;
	coodie_result *result; /* NULL: of no rows */
	const struct cd_shape *shape;
	char *objects;
	struct cd_object **each; /* of several; NULL */
	size_t count;
};

/* ---- making ---------------------------------------------------------------------------------- */

/* They lie in their own arena: one allocation less. */
coodie_rows *cd_rows_new(struct cd_model *m, bool single, coodie_error *err)
{
	struct cd_arena arena;
	coodie_rows *rows;

	cd_arena_init(&arena, &m->allocator, FIRST_CHUNK);
	rows = cd_arena_take_zero(&arena, sizeof(*rows));
	if (!rows) {
		cd_no_memory(err, "the rows");
		return NULL;
	}
	rows->model = cd_model_ref(m);
	rows->single = single;
	rows->arena = arena;
	return rows;
}

bool cd_rows_come_from(coodie_rows *rows, const char *table, const char *connection,
		       coodie_error *err)
{
	rows->table = table;
	rows->connection = connection;
	return (cd_arena_keep(&rows->arena, &rows->table) &&
		cd_arena_keep(&rows->arena, &rows->connection)) ||
	       cd_no_memory(err, "the rows");
}

static struct cd_page *page_new(coodie_rows *rows, coodie_result *take_result)
{
	struct cd_page *page = cd_arena_take_zero(&rows->arena, sizeof(*page));

	if (!page) {
		coodie_result_free(take_result);
		return NULL;
	}
	page->result = take_result;
	if (rows->last)
		rows->last->next = page;
	else
		rows->pages = rows->page = page;
	rows->last = page;
	return page;
}

static struct cd_object *object_at(const struct cd_page *page, size_t i)
{
	return page->each ? page->each[i]
			  : (struct cd_object *)(void *)(page->objects + i * page->shape->stride);
}

static char *take_objects(struct cd_arena *a, size_t count, size_t stride)
{
	return count <= SIZE_MAX / stride ? cd_arena_take(a, count * stride) : NULL;
}

/* Room for a page's objects. */
static bool make_objects(coodie_rows *rows, struct cd_page *page, const struct cd_shape *shape,
			 size_t count)
{
	page->shape = shape;
	if (shape->relatives)
		page->each = cd_arena_take_array(&rows->arena, count, sizeof(*page->each));
	else
		page->objects = take_objects(&rows->arena, count, shape->stride);
	return page->objects || page->each;
}

static void begin_object(struct cd_object *o, const struct cd_shape *shape, const uint8_t *row,
			 enum cd_object_state state)
{
	coodie_row *seen = cd_object_memory(o);

	memset(o, 0, shape->stride);
	o->shape = shape;
	o->row = row;
	o->state = state;
	*seen = (coodie_row){ seen, o };
}

struct cd_object *cd_rows_add(coodie_rows *rows, coodie_error *err)
{
	const struct cd_shape *shape = cd_shape_empty(rows);
	struct cd_page *page = page_new(rows, NULL);

	if (!shape || !page || !make_objects(rows, page, shape, 1)) {
		cd_no_memory(err, "an object");
		return NULL;
	}
	begin_object(object_at(page, 0), shape, NULL, CD_OBJECT_NEW);
	page->count = rows->count = 1;
	return object_at(page, 0);
}

/* ---- decoding -------------------------------------------------------------------------------- */

struct decoding {
	coodie_rows *rows;
	const struct cd_shape *shape; /* of the row */
	/* NULs that must wait: in front of a null, whose length has not been read yet */
	uint8_t **late;
	uint32_t late_count;
	coodie_error *err;
};

/* Behind a text there is the next cell's length, whose first byte is 0 already but for a null. */
static bool end_late(struct decoding *d, const char **member, cql_text text)
{
	if (!d->shape->large) {
		d->late[d->late_count++] = (uint8_t *)(uintptr_t)text.data + text.len;
		return true;
	}
	*member = cd_arena_strndup(&d->rows->arena, text.data, text.len);
	return *member || cd_no_memory(d->err, "a text");
}

/* Those whose null has been read, which is all but one at the end of a row. */
static void end_texts(struct decoding *d, const uint8_t *at)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < d->late_count; i++) {
		if (d->late[i] == at)
			d->late[kept++] = d->late[i];
		else
			memcpy(d->late[i], "\0\xff\xff\xff", 4); /* CD_NULL_LENGTH */
	}
	d->late_count = kept;
}

static bool read_any(struct decoding *d, uint32_t i, cql_blob bytes, void *memory)
{
	const struct cd_shape *s = d->shape;
	coodie_cell cell = { bytes.data, bytes.len };
	cql_value v;

	/* the first time without `err`, which costs to clear */
	return (cd_shape_value(s, i, cell, &v, NULL) || cd_shape_value(s, i, cell, &v, d->err)) &&
	       cd_member_set(&s->model->columns[s->columns[i]], memory, v, &d->rows->arena, d->err);
}

/* One cell into its member; null leaves that zero. The readers are inline: `r` stays in registers. */
static inline bool read_cell(struct decoding *d, cql_row_reader *r, uint32_t i, char *memory)
{
	const struct cd_step *step = &d->shape->steps[i];
	void *to = memory + step->to;
	bool there = false;
	int32_t narrow;
	int64_t wide;
	cql_text text;
	cql_blob bytes;

	switch (step->kind) {
	case CD_STEP_BOOL:
		there = cql_row_bool(r, to);
		break;
	case CD_STEP_32:
		there = cql_row_int32(r, &narrow);
		memcpy(to, &narrow, sizeof(narrow));
		break;
	case CD_STEP_64:
		there = cql_row_int64(r, &wide);
		memcpy(to, &wide, sizeof(wide));
		break;
	case CD_STEP_UUID:
		there = cql_row_uuid(r, to);
		break;
	case CD_STEP_INET:
		there = cql_row_inet(r, to);
		break;
	case CD_STEP_DATE: /* days are counted from the middle of 32 bits */
		there = cql_row_int32(r, &narrow);
		((cql_date *)to)->days = there ? (int32_t)((uint32_t)narrow ^ 0x80000000u) : 0;
		break;
	case CD_STEP_TEXT:
		cql_row_text(r, to);
		return true;
	case CD_STEP_BLOB:
		cql_row_blob(r, to);
		return true;
	case CD_STEP_STR:
		if (!cql_row_text(r, &text))
			return true;
		if (memchr(text.data, '\0', text.len)) /* refused there */
			return read_any(d, i, cql_blob_of(text.data, text.len), memory);
		*(const char **)to = text.data;
		return text.data[text.len] == '\0' || end_late(d, to, text);
	case CD_STEP_SKIP:
		cql_row_skip(r);
		return true;
	case CD_STEP_ANY:
		return !cql_row_blob(r, &bytes) || read_any(d, i, bytes, memory);
	}
	if (step->optional && there)
		memcpy(memory + step->member, &to, sizeof(to));
	return true;
}

/* Of several structs the row says which: the object is made when that is known. */
static bool make_relative(struct decoding *d, struct cd_page *page, cql_row_reader r)
{
	const struct cd_shape *base = page->shape;
	cql_blob bytes = { NULL, 0 };
	struct cd_object *o;

	for (uint32_t i = 0; i < base->count && i <= base->discriminator; i++)
		cql_row_blob(&r, &bytes);
	d->shape = cd_shape_pick(base, (coodie_cell){ bytes.data, bytes.len }, d->err);
	if (!d->shape)
		return false;
	o = cd_arena_take(&d->rows->arena, d->shape->stride);
	page->each[page->count] = o;
	return o || cd_no_memory(d->err, "an object");
}

/* " (id = 7, at = ...)": as much of the key as is among the first `read` columns, which are members now. */
static void show_key(struct decoding *d, struct cd_object *o, uint32_t read, struct cd_buffer *out)
{
	const struct cd_model *m = d->shape->model;
	const char *before = " (";
	cql_value v;

	for (uint32_t i = 0; i < read; i++) {
		uint32_t column = d->shape->columns[i];
		const struct cd_column *c = column == CD_NO_COLUMN ? NULL : &m->columns[column];
		if (!c || !(c->def.partition_key || c->def.clustering_key) ||
		    !cd_member_get(c, cd_object_memory(o), &d->rows->arena, &v, NULL))
			continue;
		cd_buffer_bytes(out, before, 2);
		cd_buffer_text(out, c->def.name);
		cd_buffer_bytes(out, " = ", 3);
		cd_show_value(out, v);
		before = ", ";
	}
	cd_buffer_bytes(out, ")", out->len ? 1 : 0);
}

static __attribute__((noinline)) bool fail_row(struct decoding *d, const struct cd_page *page,
					       struct cd_object *o, uint32_t read,
					       const uint8_t *at)
{
	struct cd_buffer key;
	char shown[96] = "";

	if (!d->err)
		return false;
	cd_buffer_init(&key, &d->rows->model->allocator, 0);
	end_texts(d, at);
	show_key(d, o, read, &key);
	cd_show_give(&key, false, shown, sizeof(shown));
	cd_buffer_deinit(&key);
	cd_error_prefix(d->err, "%s, row %zu%s", page->shape->model->label, page->count + 1, shown);
	return false;
}

static bool decode_rows(struct decoding *d, struct cd_page *page)
{
	const struct cd_shape *shape = page->shape;
	cql_row_reader r;

	if (!coodie_result_read(page->result, &r, shape->kinds, shape->count, d->err))
		return false;
	for (d->shape = shape; cql_row_next(&r); page->count++) {
		struct cd_object *o;

		if (shape->relatives && !make_relative(d, page, r))
			return fail_row(d, page, NULL, 0, r.at);
		o = object_at(page, page->count);
		begin_object(o, d->shape, r.at, CD_OBJECT_LOADED);
		for (uint32_t i = 0; i < shape->count; i++) {
			if (!read_cell(d, &r, i, cd_object_memory(o)))
				return fail_row(d, page, o, i, r.at);
		}
		if (d->late_count)
			end_texts(d, r.at);
	}
	return !cql_row_failed(&r) ||
	       cd_fail(d->err, COODIE_ERR_PROTOCOL, "%s: the answer is broken in row %zu",
		       shape->model->label, page->count);
}

/* As many rows as were announced must have a length for each cell at least. */
static bool check_row_count(const struct cd_model *m, const coodie_result *page, uint32_t columns,
			    coodie_error *err)
{
	cql_result rows;

	coodie_result_rows(page, &rows);
	return rows.row_count <= rows.rows.len / 4 / columns ||
	       cd_fail(err, COODIE_ERR_PROTOCOL, "%s: %u rows in %zu bytes", m->label,
		       (unsigned)rows.row_count, rows.rows.len);
}

/* The shape of a page: as a rule that of the one before. */
static const struct cd_shape *shape_of(coodie_rows *rows, const struct cd_page *before,
				       const coodie_result *page, const uint32_t *columns,
				       uint32_t count, coodie_error *err)
{
	if (before && cd_shape_fits(before->shape, page, count))
		return before->shape;
	return cd_shape_of(rows, page, columns, count, err);
}

/* No rows of no columns: what a driver says that knows no tables, as the mock does. */
static bool says_nothing(const coodie_result *page)
{
	return coodie_result_kind(page) == COODIE_RESULT_ROWS &&
	       !coodie_result_column_count(page) && !coodie_result_row_count(page) &&
	       !coodie_result_has_more(page);
}

bool cd_rows_add_page(coodie_rows *rows, coodie_result *take_page, const uint32_t *columns,
		      uint32_t count, coodie_error *err)
{
	const struct cd_page *before = rows->last;
	struct decoding d = { .rows = rows, .err = err };
	const struct cd_shape *shape;
	struct cd_page *page;

	if (says_nothing(take_page)) {
		coodie_result_free(take_page);
		return true;
	}
	page = page_new(rows, take_page);
	if (!page)
		return cd_no_memory(err, "a page of rows");
	shape = shape_of(rows, before, take_page, columns, count, err);
	if (!shape || !check_row_count(rows->model, take_page, count, err))
		return false;
	d.late = cd_arena_take_array(&rows->arena, shape->texts + 1, sizeof(*d.late));
	if (!d.late || !make_objects(rows, page, shape, coodie_result_row_count(take_page)))
		return cd_no_memory(err, "the objects of a page");
	coodie_result_own_block(take_page);
	if (!decode_rows(&d, page))
		return false;
	rows->count += page->count;
	return true;
}

uint32_t cd_rows_skip(coodie_rows *rows, uint32_t count)
{
	uint32_t left = count;

	for (struct cd_page *page = rows->pages; page && left; page = page->next) {
		size_t n = left < page->count ? left : page->count;

		if (page->each)
			page->each += n;
		else
			page->objects += n * page->shape->stride;
		page->count -= n;
		rows->count -= n;
		left -= (uint32_t)n;
	}
	return count - left;
}

/* ---- the user's side ------------------------------------------------------------------------- */

void *coodie_next(coodie_rows *rows, coodie_error *err)
{
	cd_clear(err);
	if (!rows || !rows->page)
		return NULL;
	while (rows->at == rows->page->count) {
		if (!rows->page->next)
			return NULL;
		rows->page = rows->page->next;
		rows->at = 0;
	}
	return cd_object_memory(object_at(rows->page, rows->at++));
}

void *coodie_rows_at(const coodie_rows *rows, size_t i, coodie_error *err)
{
	const struct cd_page *page = rows ? rows->pages : NULL;

	cd_clear(err);
	for (; page && i >= page->count; page = page->next)
		i -= page->count;
	return page ? cd_object_memory(object_at(page, i)) : NULL;
}

void coodie_rows_rewind(coodie_rows *rows)
{
	if (!rows)
		return;
	rows->page = rows->pages;
	rows->at = 0;
}

size_t coodie_rows_count(const coodie_rows *rows)
{
	return rows ? rows->count : 0;
}

void coodie_rows_free(coodie_rows *rows)
{
	struct cd_arena arena;
	struct cd_model *m;

	if (!rows)
		return;
	cd_tracks_free(rows->tracks);
	for (struct cd_page *page = rows->pages; page; page = page->next)
		coodie_result_free(page->result);
	m = rows->model;
	arena = rows->arena; /* the rows lie in it */
	cd_arena_deinit(&arena);
	cd_model_free(m);
}
