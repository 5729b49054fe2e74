/* SPDX-License-Identifier: MIT */
/* The outcome of a conditional write: whether it was applied, and the rows that were in the way.
 *
 * Their objects come from a result of their own, with the model's columns and no others: decoding
 * writes to the block it reads, and the answer stays as it came. */
#include "orm/write/lwt.h"

#include <stdio.h>
#include <string.h>

#include <coodie/driver.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/identifier.h"
#include "orm/model/family.h"
#include "orm/object/object.h"

struct coodie_lwt {
	coodie_allocator allocator;
	coodie_result *result;
	coodie_rows *rows; /* NULL: no row was in the way */
	void **existing;   /* one for each row; NULL: it was not there */
	size_t count;
	bool applied;
	char shown[120]; /* some of what was in the way, for a message */
};

/* ---- reading the answer ---------------------------------------------------------------------- */

struct reading {
	struct cd_model *m;
	const struct cd_write *write;
	coodie_result *result;
	cql_args keys;
	struct cd_arena arena;
	/* the columns of the objects; first those of the answer, at these places of it */
	uint32_t *columns;
	uint32_t *places;
	coodie_column_spec *specs;
	uint32_t sent, count;
	cql_value *values;
};

/* The server says what was in the way by rows whose first column is "[applied]". */
static bool was_applied(coodie_result *r)
{
	coodie_cursor cursor;
	bool applied = true;
	const char *name;

	if (coodie_result_kind(r) != COODIE_RESULT_ROWS || !coodie_result_row_count(r))
		return true;
	name = coodie_result_column_name(r, 0);
	cursor = coodie_result_cursor(r);
	if (!name || strcmp(name, "[applied]") || !coodie_cursor_next(&cursor))
		return true;
	return coodie_cursor_bool(&cursor, 0, &applied, NULL) && applied;
}

static void put_type(struct cd_buffer *out, const cql_type *type);

/* udt<shop.address, street:text>: rows are read by the fields, for which CQL has no spelling. */
static void put_user_type(struct cd_buffer *out, const cql_type *type)
{
	const char *keyspace = cql_type_keyspace(type);

	cd_buffer_text(out, "udt<");
	if (keyspace) {
		cd_identifier_append_quoted(out, keyspace);
		cd_buffer_text(out, ".");
	}
	cd_identifier_append_quoted(out, cql_type_name(type));
	for (size_t i = 0; i < cql_type_count(type); i++) {
		cd_buffer_text(out, ", ");
		cd_identifier_append_quoted(out, cql_type_field(type, i));
		cd_buffer_text(out, ":");
		put_type(out, cql_type_at(type, i));
	}
	cd_buffer_text(out, ">");
}

static void put_type(struct cd_buffer *out, const cql_type *type)
{
	char text[256]; /* more would be a class of one's own with a very long name */

	if (cql_type_kind(type) == CQL_KIND_UDT) {
		put_user_type(out, type);
		return;
	}
	if (!cql_type_count(type)) {
		cql_type_format(type, text, sizeof(text));
		cd_buffer_text(out, text);
		return;
	}
	cd_buffer_text(out, cql_kind_name(cql_type_kind(type)));
	for (size_t i = 0; i < cql_type_count(type); i++) {
		cd_buffer_text(out, i ? ", " : "<");
		put_type(out, cql_type_at(type, i));
	}
	if (cql_type_kind(type) == CQL_KIND_VECTOR) {
		snprintf(text, sizeof(text), ", %u", (unsigned)cql_type_dimension(type));
		cd_buffer_text(out, text);
	}
	cd_buffer_text(out, ">");
}

static const char *spell(struct reading *r, const cql_type *type)
{
	struct cd_buffer text;
	char *copy;

	cd_buffer_init(&text, &r->m->allocator, 0);
	put_type(&text, type);
	copy = text.failed ? NULL
			   : cd_arena_strndup(&r->arena, (const char *)text.data, text.len);
	cd_buffer_deinit(&text);
	return copy;
}

static bool add_column(struct reading *r, const struct cd_column *c, uint32_t place,
		       const char *type)
{
	r->columns[r->count] = cd_column_index(r->m, c);
	r->places[r->count] = place;
	r->specs[r->count++] = (coodie_column_spec){ c->name, type };
	return type != NULL;
}

static bool is_sent(const struct reading *r, uint32_t column)
{
	for (uint32_t i = 0; i < r->count; i++) {
		if (r->columns[i] == column)
			return true;
	}
	return false;
}

/* What the answer has of the model, and behind it the keys it leaves out. */
static bool find_columns(struct reading *r)
{
	const struct cd_model *m = r->m;

	r->columns = cd_arena_take_array(&r->arena, m->column_count, sizeof(*r->columns));
	r->places = cd_arena_take_array(&r->arena, m->column_count, sizeof(*r->places));
	r->specs = cd_arena_take_array(&r->arena, m->column_count, sizeof(*r->specs));
	if (!r->columns || !r->places || !r->specs)
		return false;
	for (uint32_t i = 0; i < coodie_result_column_count(r->result); i++) {
		const char *name = coodie_result_column_name(r->result, i);
		const struct cd_column *c = name ? cd_model_column(m, name, strlen(name)) : NULL;

		if (c && !is_sent(r, cd_column_index(m, c)) &&
		    !add_column(r, c, i, spell(r, coodie_result_column_type(r->result, i))))
			return false;
	}
	r->sent = r->count;
	for (uint32_t i = 0; r->sent && i < r->keys.count; i++) {
		if (!is_sent(r, m->keys[i]) &&
		    !add_column(r, &m->columns[m->keys[i]], i, m->columns[m->keys[i]].spelling))
			return false;
	}
	return true;
}

/* @return whether the row is there: all its columns are null where it is not */
static bool read_row(const struct reading *r, const coodie_cursor *cursor, cql_value *values,
		     bool *there, coodie_error *err)
{
	*there = r->sent == 0;
	for (uint32_t i = 0; i < r->count; i++) {
		if (i >= r->sent)
			values[i] = r->keys.values[r->places[i]];
		else if (!coodie_cursor_value(cursor, r->places[i], &values[i], err))
			return false;
		else if (cd_column_is_key(&r->m->columns[r->columns[i]]))
			*there |= values[i].is.tag != CQL_TAG_NULL;
	}
	return true;
}

/* Whether the rows name their keys: then a null one means that there is no row. */
static bool names_keys(const struct reading *r)
{
	for (uint32_t i = 0; i < r->sent; i++) {
		if (cd_column_is_key(&r->m->columns[r->columns[i]]))
			return true;
	}
	return false;
}

/* "email" = 'ada', age = null: so much as the message takes. */
static void show(const struct reading *r, const cql_value *values, coodie_lwt *lwt)
{
	size_t len = 0;

	for (uint32_t i = 0; i < r->sent && len < sizeof(lwt->shown); i++) {
		char value[40];

		cql_value_format(values[i], value, sizeof(value));
		len += (size_t)snprintf(lwt->shown + len, sizeof(lwt->shown) - len, "%s%s = %s",
					i ? ", " : "; there is ",
					r->m->columns[r->columns[i]].def.name, value);
	}
}

/* Whether the row may become an object of the model: not when it says that it is another struct's. */
static bool is_own(const struct reading *r, const cql_value *values)
{
	for (uint32_t i = 0; i < r->sent; i++) {
		if (r->columns[i] == r->m->discriminator)
			return cd_family_owns(r->m, values[i]);
	}
	return true;
}

/* The values of the rows that are there; those become objects, marked in `existing` until then. */
static bool read_rows(struct reading *r, coodie_lwt *lwt, size_t *row_count, coodie_error *err)
{
	coodie_cursor cursor = coodie_result_cursor(r->result);
	bool keyed = names_keys(r);

	r->values = cd_arena_take_array(&r->arena, lwt->count * r->count + 1, sizeof(*r->values));
	if (!r->values)
		return cd_no_memory(err, "the rows in the way");
	for (size_t i = 0; coodie_cursor_next(&cursor) && i < lwt->count; i++) {
		cql_value *values = r->values + *row_count * r->count;
		bool there;

		if (!read_row(r, &cursor, values, &there, err))
			return false;
		there |= !keyed;
		if (there && !lwt->shown[0])
			show(r, values, lwt);
		lwt->existing[i] = there && is_own(r, values) ? lwt : NULL;
		*row_count += lwt->existing[i] != NULL;
	}
	return true;
}

static bool make_objects(struct reading *r, coodie_lwt *lwt, size_t row_count, coodie_error *err)
{
	coodie_result *page = coodie_result_new_rows(r->specs, r->count, r->values, row_count, err);

	if (!page)
		return false;
	lwt->rows = cd_rows_new(r->m, false, err);
	if (!lwt->rows) {
		coodie_result_free(page);
		return false;
	}
	if (!cd_rows_add_page(lwt->rows, page, r->columns, r->count, err) ||
	    !cd_rows_come_from(lwt->rows, r->write->table, r->write->connection, err))
		return false;
	for (size_t i = 0; i < lwt->count; i++) {
		if (lwt->existing[i])
			lwt->existing[i] = coodie_next(lwt->rows, NULL);
	}
	return true;
}

static bool read_existing(coodie_lwt *lwt, struct reading *r, coodie_error *err)
{
	size_t row_count = 0;

	lwt->existing = cd_alloc_array(&lwt->allocator, lwt->count, sizeof(*lwt->existing));
	if (!lwt->existing || !find_columns(r))
		return cd_no_memory(err, "the rows in the way");
	if (!r->sent)
		return true; /* there was no row */
	if (!read_rows(r, lwt, &row_count, err))
		return false;
	return !row_count || make_objects(r, lwt, row_count, err);
}

coodie_lwt *cd_lwt_new(const struct cd_write *w, coodie_result *take_res, cql_args keys,
		       coodie_error *err)
{
	struct cd_model *m = w->place.model;
	coodie_lwt *lwt = cd_alloc_zero(&m->allocator, sizeof(*lwt));
	struct reading r = { .m = m, .write = w, .result = take_res, .keys = keys };
	bool ok = true;

	if (!lwt) {
		coodie_result_free(take_res);
		cd_no_memory(err, "an outcome");
		return NULL;
	}
	lwt->allocator = m->allocator;
	lwt->result = take_res;
	lwt->applied = was_applied(take_res);
	lwt->count = coodie_result_kind(take_res) == COODIE_RESULT_ROWS
			     ? coodie_result_row_count(take_res)
			     : 0;
	if (!lwt->applied) {
		cd_arena_init(&r.arena, &m->allocator, 0);
		ok = read_existing(lwt, &r, err);
		cd_arena_deinit(&r.arena);
	}
	if (ok)
		return lwt;
	coodie_lwt_free(lwt);
	return NULL;
}

bool cd_lwt_fail(const coodie_lwt *lwt, coodie_error *err)
{
	return cd_fail(err, COODIE_ERR_NOT_APPLIED, "the condition did not hold%s", lwt->shown);
}

/* ---- the user's side ------------------------------------------------------------------------- */

void coodie_lwt_free(coodie_lwt *lwt)
{
	coodie_allocator a;

	if (!lwt)
		return;
	a = lwt->allocator;
	coodie_rows_free(lwt->rows);
	coodie_result_free(lwt->result);
	cd_release(&a, lwt->existing);
	cd_release(&a, lwt);
}

bool coodie_lwt_applied(const coodie_lwt *lwt)
{
	return lwt && lwt->applied;
}

size_t coodie_lwt_count(const coodie_lwt *lwt)
{
	return lwt ? lwt->count : 0;
}

void *coodie_lwt_existing_at(const coodie_lwt *lwt, size_t i)
{
	return lwt && lwt->existing && i < lwt->count ? lwt->existing[i] : NULL;
}

void *coodie_lwt_existing(const coodie_lwt *lwt)
{
	return coodie_lwt_existing_at(lwt, 0);
}

const coodie_result *coodie_lwt_result(const coodie_lwt *lwt)
{
	return lwt ? lwt->result : NULL;
}
