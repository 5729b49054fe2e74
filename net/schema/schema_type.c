/* SPDX-License-Identifier: MIT */
/* User types with their fields, and the types of columns and arguments that are made of them. */
#include <string.h>

#include "base/error.h"
#include "net/schema/schema.h"
#include "proto/type.h"

enum {
	/* What a type may be made of, all the way down: a copy of it has as many parts. */
	MAX_WEIGHT = 1 << 16,
	MAX_FIELDS = 4096,
	/* User types within user types. */
	MAX_DEPTH = 32
};

const struct cd_schema_type *cd_schema_type_find(const coodie_keyspace_meta *ks, const char *name)
{
	uint32_t low = 0, high = ks->type_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = strcmp(name, ks->types[middle].name);

		if (order == 0)
			return &ks->types[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

/* ---- a type's spelling ----------------------------------------------------------------------- */

static const cql_type *custom_type(coodie_keyspace_meta *ks, cql_text text)
{
	cql_type *type = cd_type_new(&ks->arena, CQL_KIND_CUSTOM, 0);

	if (type)
		type->of.class_name = cd_schema_copy(ks, text);
	return type && type->of.class_name ? type : NULL;
}

/* Without the user types' fields. NULL: out of memory. */
static const cql_type *parse(coodie_keyspace_meta *ks, cql_text text)
{
	static const char empty[] = "empty"; /* of dense tables, which have no such column */
	const cql_type *type;
	coodie_error err;

	if (!text.len)
		return custom_type(ks, text);
	if (text.len == sizeof empty - 1 && memcmp(text.data, empty, text.len) == 0)
		return custom_type(ks, cql_text_of(CD_TYPE_PACKAGE "EmptyType"));
	type = cd_type_parse(&ks->arena, text.data, text.len, CD_TYPE_DEPTH, &err);
	return type || err.code == COODIE_ERR_NO_MEMORY ? type : custom_type(ks, text);
}

/* ---- fields in their places ------------------------------------------------------------------ */

struct resolver {
	coodie_keyspace_meta *ks;
	uint32_t ordered; /* types that are done */
	unsigned depth;   /* user types that are open */
	/* of what has been put in place for the type that is open */
	uint32_t weight;
	unsigned deepest;
};

static bool open_type(struct resolver *r, struct cd_schema_type *t);

/* A reference to a user type, spelled by name: the type itself, or a frozen copy that shares its
 * fields. What is not known, or too large, stays a name. NULL: out of memory. */
static const cql_type *place(struct resolver *r, const cql_type *named)
{
	struct cd_schema_type *t = (struct cd_schema_type *)(uintptr_t)cd_schema_type_find(
		r->ks, named->of.udt->name);
	cql_type *frozen;

	if (!*named->of.udt->keyspace)
		named->of.udt->keyspace = r->ks->name;
	if (!t || strcmp(named->of.udt->keyspace, r->ks->name) != 0)
		return named;
	if (t->state == CD_SCHEMA_TYPE_NEW && r->depth < MAX_DEPTH && !open_type(r, t))
		return NULL;
	if (t->state != CD_SCHEMA_TYPE_DONE || t->depth >= MAX_DEPTH ||
	    t->weight > MAX_WEIGHT - r->weight)
		return named;
	r->weight += t->weight;
	r->deepest = t->depth > r->deepest ? t->depth : r->deepest;
	if (!named->frozen)
		return t->type;
	frozen = cd_arena_take(&r->ks->arena, sizeof *frozen);
	if (frozen) {
		*frozen = *t->type;
		frozen->frozen = true;
	}
	return frozen;
}

/* Puts user types in place all the way down. NULL: out of memory. */
static const cql_type *resolve(struct resolver *r, const cql_type *type)
{
	if (type->kind == CQL_KIND_UDT)
		return type->count ? type : place(r, type);
	for (uint32_t i = 0; i < type->count; i++)
		if (!(type->inner[i] = resolve(r, type->inner[i])))
			return NULL;
	return type;
}

/* Reads the fields of a type; those it is made of are done first. False: out of memory. */
static bool open_type(struct resolver *r, struct cd_schema_type *t)
{
	struct cd_schema_texts names, types;
	const struct resolver before = *r;
	cql_text name, type;

	t->state = CD_SCHEMA_TYPE_OPEN;
	r->depth++;
	r->weight = 1;
	r->deepest = 0;
	cd_schema_list(t->row, "field_names", &names);
	cd_schema_list(t->row, "field_types", &types);
	for (uint32_t i = 0; i < t->type->count; i++) {
		if (!cd_schema_list_next(&names, &name) || !cd_schema_list_next(&types, &type))
			return false; /* they were counted: not reached */
		t->type->of.udt->fields[i] = cd_schema_copy(r->ks, name);
		t->type->inner[i] = parse(r->ks, type);
		if (!t->type->of.udt->fields[i] || !t->type->inner[i] ||
		    !(t->type->inner[i] = resolve(r, t->type->inner[i])))
			return false;
	}
	t->weight = r->weight + t->type->count;
	t->depth = r->deepest + 1;
	r->weight = before.weight;
	r->deepest = before.deepest;
	r->depth = before.depth;
	t->state = CD_SCHEMA_TYPE_DONE;
	r->ks->ordered_types[r->ordered++] = t;
	return true;
}

const cql_type *cd_schema_type_of(coodie_keyspace_meta *ks, cql_text text)
{
	struct resolver r = { .ks = ks, .ordered = ks->type_count, .depth = MAX_DEPTH };
	const cql_type *type = parse(ks, text);

	return type ? resolve(&r, type) : NULL;
}

/* Makes a type with as many fields as its row has names and types for. */
static bool begin_type(coodie_keyspace_meta *ks, struct cd_schema_type *t,
		       const struct cd_schema_row *row)
{
	struct cd_schema_texts names, types;
	uint32_t count;

	cd_schema_list(&row->row, "field_names", &names);
	cd_schema_list(&row->row, "field_types", &types);
	count = names.count < types.count ? names.count : types.count;
	*t = (struct cd_schema_type){ .name = row->name, .row = &row->row };
	t->type = cd_type_new(&ks->arena, CQL_KIND_UDT, count < MAX_FIELDS ? count : 0);
	if (!t->type)
		return false;
	t->type->of.udt->keyspace = ks->name;
	t->type->of.udt->name = t->name;
	return true;
}

bool cd_schema_types_build(coodie_keyspace_meta *ks, coodie_error *err)
{
	uint32_t count = cd_schema_count(ks->rows[CD_SCHEMA_TYPES]), n = 0;
	struct resolver r = { .ks = ks };

	ks->types = cd_arena_take_array(&ks->arena, (size_t)count + 1, sizeof *ks->types);
	ks->ordered_types = cd_arena_take_array(&ks->arena, (size_t)count + 1,
						sizeof(*ks->ordered_types));
	if (!ks->types || !ks->ordered_types)
		return cd_schema_no_memory(err);
	for (const struct cd_schema_row *row = ks->rows[CD_SCHEMA_TYPES]; row; row = row->next)
		if (!begin_type(ks, &ks->types[n++], row))
			return cd_schema_no_memory(err);
	ks->type_count = count;
	for (uint32_t i = 0; i < count; i++)
		if (ks->types[i].state == CD_SCHEMA_TYPE_NEW && !open_type(&r, &ks->types[i]))
			return cd_schema_no_memory(err);
	return true;
}
