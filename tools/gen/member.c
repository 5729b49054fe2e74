/* SPDX-License-Identifier: MIT */
/* What each column and field is in C: nothing is lost that the value may say, null included. */
#include <string.h>

#include "tools/gen/gen.h"
#include "tools/gen/words.h"

/* Kinds of values and the members that hold them. A scalar cannot be null by itself. */
static const struct holder {
	enum cql_kind kind;
	const char *c_type;
	bool is_scalar;
} holders[] = {
	{ CQL_KIND_ASCII, "const char *", false }, { CQL_KIND_BIGINT, "int64_t", true },
	{ CQL_KIND_BLOB, "cql_blob", false },      { CQL_KIND_BOOLEAN, "bool", true },
	{ CQL_KIND_COUNTER, "int64_t", true },     { CQL_KIND_CUSTOM, "cql_blob", false },
	{ CQL_KIND_DATE, "cql_date", true },       { CQL_KIND_DECIMAL, "cql_decimal", false },
	{ CQL_KIND_DOUBLE, "double", true },       { CQL_KIND_DURATION, "cql_duration", true },
	{ CQL_KIND_FLOAT, "float", true },         { CQL_KIND_INET, "cql_inet", false },
	{ CQL_KIND_INT, "int32_t", true },         { CQL_KIND_LIST, "cql_list", false },
	{ CQL_KIND_MAP, "cql_map", false },        { CQL_KIND_SET, "cql_set", false },
	{ CQL_KIND_SMALLINT, "int16_t", true },    { CQL_KIND_TEXT, "const char *", false },
	{ CQL_KIND_TIME, "cql_time", true },       { CQL_KIND_TIMESTAMP, "cql_timestamp", true },
	{ CQL_KIND_TIMEUUID, "cql_uuid", true },   { CQL_KIND_TINYINT, "int8_t", true },
	{ CQL_KIND_TUPLE, "cql_tuple", false },    { CQL_KIND_UDT, "cql_udt", false },
	{ CQL_KIND_UUID, "cql_uuid", true },       { CQL_KIND_VARINT, "cql_varint", false },
	{ CQL_KIND_VECTOR, "cql_vector", false },
};

static const struct holder *holder_of(enum cql_kind kind)
{
	static const struct holder unknown = { CQL_KIND_CUSTOM, "cql_blob", false };

	for (size_t i = 0; i < sizeof holders / sizeof holders[0]; i++)
		if (holders[i].kind == kind)
			return &holders[i];
	return &unknown;
}

/* ---- null ------------------------------------------------------------------------------------ */

static bool has_static(const coodie_table_meta *t)
{
	for (size_t i = 0; i < coodie_table_meta_column_count(t); i++)
		if (coodie_table_meta_column_at(t, i)->kind == COODIE_COLUMN_STATIC)
			return true;
	return false;
}

/* A key never is, but a clustering column of a partition that has static ones alone; a counter counts
 * from zero. */
static bool may_be_null(const struct record *r, const struct member *m)
{
	if (!m->column)
		return true;
	if (m->column->kind == COODIE_COLUMN_PARTITION_KEY)
		return false;
	if (m->column->kind == COODIE_COLUMN_CLUSTERING)
		return has_static(r->table);
	return cql_type_kind(m->type) != CQL_KIND_COUNTER;
}

/* ---- user types ------------------------------------------------------------------------------ */

/* Those in a type, not in one another, each once. */
struct found {
	const struct record *at[8];
	size_t count;
};

static void find_types(const struct gen *g, const cql_type *type, struct found *found)
{
	const struct record *r;

	if (cql_type_kind(type) != CQL_KIND_UDT) {
		for (size_t i = 0; i < cql_type_count(type); i++)
			find_types(g, cql_type_at(type, i), found);
		return;
	}
	r = gen_type_record(g, cql_type_name(type));
	for (size_t i = 0; i < found->count; i++)
		if (found->at[i] == r)
			return;
	if (r && found->count < sizeof found->at / sizeof found->at[0])
		found->at[found->count++] = r;
}

/* A column names two at most: of a map that of the keys and that of the values, of a tuple the first
 * two. Values of the others are read and written all the same. */
static void set_types(struct gen *g, struct record *r, struct member *m)
{
	struct found found = { .count = 0 };

	find_types(g, m->type, &found);
	if (found.count > 1)
		m->key_udt = found.at[0];
	if (found.count > 0)
		m->udt = found.at[found.count > 1];
	for (size_t i = 2; i < found.count; i++)
		gen_note(
			g, r,
			"%s: a column knows the structs of two user types, and %s is the %s one of "
			"%s; coodie_sync_type() makes it, coodie_sync_table() does not",
			m->name.c, found.at[i]->name.c, i == 2 ? "third" : "next", m->spelling);
}

/* ---- one member ------------------------------------------------------------------------------ */

/* float[N] cannot be null: inside a user type, which is written whole, and beside other rows of the
 * partition a null would become zeros. */
static bool is_array(const struct member *m)
{
	return cql_type_kind(m->type) == CQL_KIND_VECTOR && m->column &&
	       m->column->kind != COODIE_COLUMN_STATIC &&
	       cql_type_kind(cql_type_at(m->type, 0)) == CQL_KIND_FLOAT;
}

static const char *c_type_of(struct gen *g, const struct record *r, const struct member *m)
{
	const struct holder *holder = holder_of(cql_type_kind(m->type));
	bool points = may_be_null(r, m) && (holder->is_scalar || m->own);

	if (m->own)
		return pool_printf(&g->pool, "struct %s %s", m->own->name.c, points ? "*" : "");
	if (holder->c_type[strlen(holder->c_type) - 1] == '*')
		return holder->c_type;
	return pool_printf(&g->pool, "%s %s", holder->c_type, points ? "*" : "");
}

static void fill(struct gen *g, struct record *r, struct member *m)
{
	m->spelling = gen_spelling(&g->pool, m->type);
	if (cql_type_kind(m->type) == CQL_KIND_UDT)
		m->own = gen_type_record(g, cql_type_name(m->type));
	if (!m->own)
		set_types(g, r, m);
	if (is_array(m))
		m->floats = cql_type_dimension(m->type);
	m->c_type = m->floats ? "float " : c_type_of(g, r, m);
}

/* ---- all of a record ------------------------------------------------------------------------- */

static void name_members(struct gen *g, const struct record *r)
{
	static const char *const alone[] = { "", NULL };
	const struct name_rules rules = { "", alone, word_is_member_type, "_" };
	struct names names = { .pool = &g->pool };
	struct name *list = pool_get(&g->pool, r->member_count, sizeof *list);

	if (r->kind != RECORD_TYPE)
		names_reserve(&names, "row");
	for (size_t i = 0; i < r->member_count; i++)
		list[i] = r->members[i].name;
	names_assign(&names, &rules, list, r->member_count);
	for (size_t i = 0; i < r->member_count; i++)
		r->members[i].name = list[i];
}

void gen_members(struct gen *g, struct record *r)
{
	bool is_type = r->kind == RECORD_TYPE;

	r->member_count = is_type ? cql_type_count(r->type)
				  : coodie_table_meta_column_count(r->table);
	r->members = pool_get(&g->pool, r->member_count, sizeof *r->members);
	for (size_t i = 0; i < r->member_count; i++) {
		struct member *m = &r->members[i];

		m->column = is_type ? NULL : coodie_table_meta_column_at(r->table, i);
		m->name.cql = is_type ? cql_type_field(r->type, i) : m->column->name;
		m->type = is_type ? cql_type_at(r->type, i) : m->column->type;
	}
	name_members(g, r);
	for (size_t i = 0; i < r->member_count; i++)
		fill(g, r, &r->members[i]);
}
