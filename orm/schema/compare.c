/* SPDX-License-Identifier: MIT */
/* The columns of a table beside those of its model. */
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "orm/model/spelling.h"
#include "orm/schema/schema.h"
#include "orm/value/datum.h"

bool cd_schema_read_column(const coodie_cursor *cursor, struct cd_column_there *out,
			   coodie_error *err)
{
	return coodie_cursor_text(cursor, 0, &out->name, err) &&
	       coodie_cursor_text(cursor, 1, &out->type, err) &&
	       coodie_cursor_text(cursor, 2, &out->kind, err) &&
	       coodie_cursor_int32(cursor, 3, &out->position, err) &&
	       coodie_cursor_text(cursor, 4, &out->order, err);
}

#define CONFLICT(...) cd_fail(err, COODIE_ERR_CONFLICT, __VA_ARGS__)

static const char *role_name(enum cd_role role)
{
	static const char names[][16] = {
		[CD_ROLE_PARTITION] = "partition_key",
		[CD_ROLE_CLUSTERING] = "clustering",
		[CD_ROLE_STATIC] = "static",
		[CD_ROLE_REGULAR] = "regular",
	};

	return names[role];
}

static bool compare_type(const struct cd_model *m, const struct cd_column *c, cql_text type,
			 coodie_error *err)
{
	struct cd_buffer text, spelling;
	bool ok;

	cd_buffer_init(&text, &m->allocator, 0);
	cd_buffer_init(&spelling, &m->allocator, 0);
	cd_buffer_bytes(&text, type.data, type.len);
	cd_buffer_u8(&text, '\0');
	if (!text.failed)
		cd_spelling_append(&spelling, (const char *)text.data);
	cd_buffer_u8(&spelling, '\0');
	if (text.failed || spelling.failed)
		ok = cd_no_memory(err, "the schema");
	else if (!strcmp((const char *)spelling.data, c->spelling))
		ok = true;
	else if (cd_column_is_key(c))
		ok = CONFLICT(
			"%s: key column %s is %s in the table and %s in the model; write \"%s\" in "
			"the model, or make another table",
			m->table, c->quoted, (const char *)spelling.data, c->spelling,
			(const char *)spelling.data);
	else
		ok = CONFLICT(
			"%s: column %s is %s in the table and %s in the model; a column keeps its "
			"type for good: write \"%s\" in the model, or give the member another "
			".db_name",
			m->table, c->quoted, (const char *)spelling.data, c->spelling,
			(const char *)spelling.data);
	cd_buffer_deinit(&text);
	cd_buffer_deinit(&spelling);
	return ok;
}

static bool compare_column(const struct cd_model *m, const struct cd_column *c,
			   const struct cd_column_there *t, coodie_error *err)
{
	int32_t position = c->role == CD_ROLE_PARTITION ? c->def.partition_key - 1
							: c->def.clustering_key - 1;
	const char *order = c->def.order == COODIE_DESC ? "desc" : "asc";

	if (!cd_text_is(t->kind, role_name(c->role)))
		return CONFLICT(
			"%s: column %s is %.*s in the table and %s in the model; change the model, "
			"or make another table",
			m->table, c->quoted, (int)t->kind.len, t->kind.data, role_name(c->role));
	if (!compare_type(m, c, t->type, err))
		return false;
	if (cd_column_is_key(c) && t->position != position)
		return CONFLICT("%s: column %s has place %d in the table's %s and %d in the model; "
				"change the model, or make another table",
				m->table, c->quoted, (int)t->position + 1, role_name(c->role),
				(int)position + 1);
	if (c->role == CD_ROLE_CLUSTERING && !cd_text_is(t->order, order))
		return CONFLICT(
			"%s: column %s is ordered %.*s in the table and %s in the model; write "
			".order = COODIE_%s, or make another table",
			m->table, c->quoted, (int)t->order.len, t->order.data, order,
			c->def.order == COODIE_DESC ? "ASC" : "DESC");
	return true;
}

/* Looks one column of the model up among the table's. */
static bool compare_one(const struct cd_model *m, const struct cd_column *c, coodie_result *columns,
			coodie_error *err)
{
	coodie_cursor cursor = coodie_result_cursor(columns);
	struct cd_column_there t;

	while (coodie_cursor_next(&cursor)) {
		if (!cd_schema_read_column(&cursor, &t, err))
			return false;
		if (cd_text_is(t.name, c->name))
			return compare_column(m, c, &t, err);
	}
	if (cd_column_is_key(c))
		return CONFLICT(
			"%s: the table has no column %s, which is in the model's primary key; a "
			"key cannot be changed: make another table",
			m->table, c->quoted);
	return CONFLICT("%s: the table has no column %s; run: ALTER TABLE %s ADD %s %s%s", m->table,
			c->quoted, m->table, c->quoted, c->spelling,
			c->def.is_static ? " STATIC" : "");
}

/* Other columns may be there that the model does not know, but not in the key: no row could be
 * written without them. */
static bool compare_keys(const struct cd_model *m, coodie_result *columns, coodie_error *err)
{
	coodie_cursor cursor = coodie_result_cursor(columns);
	struct cd_column_there t;

	while (coodie_cursor_next(&cursor)) {
		if (!cd_schema_read_column(&cursor, &t, err))
			return false;
		if (t.position >= 0 && !cd_model_column(m, t.name.data, t.name.len))
			return CONFLICT(
				"%s: column %.*s (%.*s) is in the table's primary key and not in "
				"the model; add it with .%s = %d",
				m->table, (int)t.name.len, t.name.data, (int)t.type.len,
				t.type.data,
				cd_text_is(t.kind, "clustering") ? "clustering_key"
								 : "partition_key",
				(int)t.position + 1);
	}
	return true;
}

/* The first difference in full, and what columns differ as well. */
struct differences {
	coodie_error first;
	size_t len;
	char names[200];
};

/* @return false when it is no difference, but why none can be told */
static bool add_difference(struct differences *d, const coodie_error *one, const char *name)
{
	bool known = d->first.code != COODIE_OK;

	if (one->code != COODIE_ERR_CONFLICT || !known)
		d->first = *one;
	else if (d->len < sizeof(d->names))
		d->len += (size_t)snprintf(d->names + d->len, sizeof(d->names) - d->len, "%s%s",
					   d->len ? ", " : "", name);
	return one->code == COODIE_ERR_CONFLICT;
}

static bool compare_all(const struct cd_model *m, coodie_result *columns, struct differences *d)
{
	coodie_error one;

	for (uint32_t i = 0; i < m->read_count; i++) {
		if (!compare_one(m, &m->columns[i], columns, &one) &&
		    !add_difference(d, &one, m->columns[i].quoted))
			return false;
	}
	return compare_keys(m, columns, &one) || add_difference(d, &one, "the primary key");
}

bool cd_schema_compare(const struct cd_model *m, coodie_result *columns, coodie_error *err)
{
	struct differences d = { 0 };

	if (compare_all(m, columns, &d) && d.first.code == COODIE_OK)
		return true;
	return cd_fail(err, d.first.code, d.len ? "%s (also different: %s)" : "%s%s",
		       d.first.message, d.names);
}
