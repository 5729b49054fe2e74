/* SPDX-License-Identifier: MIT */
/* A model's table as DDL, and the comparison with the one in the cluster. */
#include "orm/schema/schema.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/identifier.h"
#include "orm/model/spelling.h"

/* ---- DDL ------------------------------------------------------------------------------------- */

static void put(struct cd_buffer *b, const char *text)
{
	cd_buffer_bytes(b, text, strlen(text));
}

static void put_string(struct cd_buffer *b, const char *text)
{
	put(b, "'");
	for (; *text; text++) {
		if (*text == '\'')
			cd_buffer_u8(b, '\'');
		cd_buffer_u8(b, (uint8_t)*text);
	}
	put(b, "'");
}

static void put_key(struct cd_buffer *b, const struct cd_model *m)
{
	put(b, "PRIMARY KEY ((");
	for (uint32_t i = 0; i < m->key_count; i++) {
		if (i)
			put(b, i == m->partition_count ? "), " : ", ");
		put(b, m->columns[m->keys[i]].quoted);
	}
	put(b, m->key_count == m->partition_count ? ")))" : "))");
}

static void put_clustering_order(struct cd_buffer *b, const struct cd_model *m)
{
	for (uint32_t i = m->partition_count; i < m->key_count; i++) {
		const struct cd_column *c = &m->columns[m->keys[i]];

		put(b, i == m->partition_count ? "CLUSTERING ORDER BY (" : ", ");
		put(b, c->quoted);
		put(b, c->def.order == COODIE_DESC ? " DESC" : " ASC");
	}
	if (m->key_count > m->partition_count)
		put(b, ")");
}

void cd_schema_create_table(struct cd_buffer *b, const struct cd_model *m)
{
	const char *join = " WITH ";
	char ttl[64];

	put(b, "CREATE TABLE IF NOT EXISTS ");
	put(b, m->table);
	put(b, " (");
	for (uint32_t i = 0; i < m->column_count; i++) {
		put(b, m->columns[i].quoted);
		put(b, " ");
		put(b, m->columns[i].spelling);
		put(b, m->columns[i].def.is_static ? " STATIC, " : ", ");
	}
	put_key(b, m);
	if (m->key_count > m->partition_count) {
		put(b, join);
		put_clustering_order(b, m);
		join = " AND ";
	}
	if (m->def.default_ttl) {
		put(b, join);
		snprintf(ttl, sizeof(ttl), "default_time_to_live = %u",
			 (unsigned)m->def.default_ttl);
		put(b, ttl);
		join = " AND ";
	}
	if (m->def.comment) {
		put(b, join);
		put(b, "comment = ");
		put_string(b, m->def.comment);
	}
}

/* Cassandra's own default: the table, the column, only letters, digits and underscores. */
static void put_default_index_name(struct cd_buffer *b, const struct cd_model *m,
				   const struct cd_column *c)
{
	const char *parts[] = { m->table_name, "_", c->name, "_idx" };

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		for (const char *at = parts[i]; *at; at++) {
			if ((*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') ||
			    (*at >= '0' && *at <= '9') || *at == '_')
				cd_buffer_u8(b, (uint8_t)*at);
		}
	}
}

/* The name as the server stores it, terminated; false when out of memory. */
static bool index_name(struct cd_buffer *b, const struct cd_model *m, const struct cd_column *c)
{
	if (c->def.index.name)
		put(b, c->def.index.name);
	else
		put_default_index_name(b, m, c);
	cd_buffer_u8(b, '\0');
	return !b->failed;
}

void cd_schema_create_index(struct cd_buffer *b, const struct cd_model *m,
			    const struct cd_column *c)
{
	bool whole = !c->multicell && (c->kind == CQL_KIND_LIST || c->kind == CQL_KIND_SET ||
				       c->kind == CQL_KIND_MAP);
	struct cd_buffer name;

	put(b, "CREATE INDEX IF NOT EXISTS ");
	cd_buffer_init(&name, b->allocator, 0);
	if (index_name(&name, m, c))
		cd_identifier_append(b, (const char *)name.data);
	else
		b->failed = true;
	cd_buffer_deinit(&name);
	put(b, " ON ");
	put(b, m->table);
	put(b, whole ? " (FULL(" : " (");
	put(b, c->quoted);
	put(b, whole ? "))" : ")");
}

/* ---- comparing columns ----------------------------------------------------------------------- */

/* A row of system_schema.columns; views of the result. */
struct there {
	cql_text name, type, kind, order;
	int32_t position;
};

static bool read_there(const coodie_cursor *cursor, struct there *out, coodie_error *err)
{
	return coodie_cursor_text(cursor, 0, &out->name, err) &&
	       coodie_cursor_text(cursor, 1, &out->type, err) &&
	       coodie_cursor_text(cursor, 2, &out->kind, err) &&
	       coodie_cursor_int32(cursor, 3, &out->position, err) &&
	       coodie_cursor_text(cursor, 4, &out->order, err);
}

static bool text_is(cql_text text, const char *word)
{
	return text.len == strlen(word) && !memcmp(text.data, word, text.len);
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
			"%s: column %s is %s in the table and %s in the model; write \"%s\" in the "
			"model, or lose its data: ALTER TABLE %s DROP %s",
			m->table, c->quoted, (const char *)spelling.data, c->spelling,
			(const char *)spelling.data, m->table, c->quoted);
	cd_buffer_deinit(&text);
	cd_buffer_deinit(&spelling);
	return ok;
}

static bool compare_column(const struct cd_model *m, const struct cd_column *c,
			   const struct there *t, coodie_error *err)
{
	int32_t position = c->role == CD_ROLE_PARTITION ? c->def.partition_key - 1
							: c->def.clustering_key - 1;
	const char *order = c->def.order == COODIE_DESC ? "desc" : "asc";

	if (!text_is(t->kind, role_name(c->role)))
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
	if (c->role == CD_ROLE_CLUSTERING && !text_is(t->order, order))
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
	struct there t;

	while (coodie_cursor_next(&cursor)) {
		if (!read_there(&cursor, &t, err))
			return false;
		if (text_is(t.name, c->name))
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
	struct there t;

	while (coodie_cursor_next(&cursor)) {
		if (!read_there(&cursor, &t, err))
			return false;
		if (t.position >= 0 && !cd_model_column(m, t.name.data, t.name.len))
			return CONFLICT(
				"%s: column %.*s (%.*s) is in the table's primary key and not in "
				"the model; add it with .%s = %d",
				m->table, (int)t.name.len, t.name.data, (int)t.type.len,
				t.type.data,
				text_is(t.kind, "clustering") ? "clustering_key" : "partition_key",
				(int)t.position + 1);
	}
	return true;
}

bool cd_schema_compare(const struct cd_model *m, coodie_result *columns, coodie_error *err)
{
	for (uint32_t i = 0; i < m->column_count; i++) {
		if (!compare_one(m, &m->columns[i], columns, err))
			return false;
	}
	return compare_keys(m, columns, err);
}

/* ---- comparing indexes ----------------------------------------------------------------------- */

/* "target" of an index: a column, quoted or not, perhaps inside values() or full(). */
static bool target_is(cql_text target, const struct cd_column *c)
{
	const char *open = memchr(target.data, '(', target.len);

	if (open && target.len && target.data[target.len - 1] == ')') {
		size_t skip = (size_t)(open - target.data) + 1;

		target = (cql_text){ open + 1, target.len - skip - 1 };
	}
	return text_is(target, target.len && *target.data == '"' ? c->quoted : c->name);
}

static bool read_target(const coodie_cursor *cursor, cql_text *out, coodie_error *err)
{
	cql_value options, key, value;
	cql_text name;
	cql_map map;
	cql_iter it;

	*out = (cql_text){ "", 0 };
	if (!coodie_cursor_value(cursor, 1, &options, err))
		return false;
	if (cql_is_null(options))
		return true;
	if (!cql_to_map(options, &map, err))
		return false;
	it = cql_map_iter(map);
	while (cql_iter_next_pair(&it, &key, &value)) {
		if (cql_to_text(key, &name, NULL) && text_is(name, "target"))
			return cql_to_text(value, out, err);
	}
	return true;
}

bool cd_schema_has_index(const struct cd_model *m, const struct cd_column *c,
			 coodie_result *indexes, bool *has, coodie_error *err)
{
	coodie_cursor cursor = coodie_result_cursor(indexes);
	cql_text there, target;
	struct cd_buffer name;
	bool ok = true;

	cd_buffer_init(&name, &m->allocator, 0);
	*has = false;
	if (!index_name(&name, m, c))
		ok = cd_no_memory(err, "the schema");
	while (ok && !*has && coodie_cursor_next(&cursor)) {
		bool same_name, same_column;

		ok = coodie_cursor_text(&cursor, 0, &there, err) &&
		     read_target(&cursor, &target, err);
		if (!ok)
			break;
		same_name = text_is(there, (const char *)name.data);
		same_column = target_is(target, c);
		if (same_name && !same_column)
			ok = CONFLICT(
				"%s: index %s is on %.*s in the table and on %s in the model; give "
				"it another name: COODIE_INDEX(.name = \"...\")",
				m->table, (const char *)name.data, (int)target.len, target.data,
				c->quoted);
		*has = same_column && (same_name || !c->def.index.name);
	}
	cd_buffer_deinit(&name);
	return ok;
}
