/* SPDX-License-Identifier: MIT */
/* Structs as values of user types and back, field by field, by name. */
#include "orm/model/udt.h"

#include <stdio.h>
#include <string.h>

#include "base/cql_arena.h"
#include "base/error.h"
#include "base/identifier.h"
#include "orm/model/spelling.h"
#include "orm/value/datum.h"

/* ---- the table ------------------------------------------------------------------------------- */

const coodie_column *cd_udt_field(const coodie_udt *u, size_t i, coodie_column *room)
{
	if (u->column_stride == sizeof(coodie_column))
		return &u->fields[i];
	*room = cd_column_read(u->fields, u->column_stride, i);
	return room;
}

const char *cd_udt_field_name(const coodie_column *field)
{
	return field->db_name ? field->db_name : field->name;
}

/* ---- out of a struct ------------------------------------------------------------------------- */

bool cd_udt_read(const void *type, const void *object, size_t i, cql_field *out, coodie_error *err)
{
	const coodie_udt *u = type;
	coodie_column room;
	const coodie_column *field;
	const struct cd_codec *codec;

	*out = (cql_field){ 0 };
	if (i >= u->field_count)
		return true;
	field = cd_udt_field(u, i, &room);
	out->name = cd_udt_field_name(field);
	codec = cd_codec_of(field->member);
	if (!codec)
		return cd_fail(err, COODIE_ERR_MODEL,
			       "type %s, field %s: coodie does not know the member's C type",
			       u->object_name, field->name);
	if (!cd_row_get(field, codec, object, NULL, &out->value, err))
		return false;
	out->is_zero = !codec->nullable && !(field->member & COODIE_MEMBER_OPTIONAL) &&
		       cd_row_is_zero(field, object);
	return true;
}

bool cd_udt_is_zero(const coodie_udt *u, const void *object)
{
	cql_field field;

	for (size_t i = 0; i < u->field_count; i++) {
		if (!cd_udt_read(u, object, i, &field, NULL) ||
		    (!cd_datum_is_missing(field.value) && !field.is_zero))
			return false;
	}
	return true;
}

bool cd_udt_get(const coodie_udt *u, const void *object, cql_value *out, coodie_error *err)
{
	cql_field field;

	*out = cql_unset();
	for (size_t i = 0; i < u->field_count; i++) {
		if (!cd_udt_read(u, object, i, &field, err))
			return false;
		if (cd_datum_is_missing(field.value))
			continue;
		*out = cql_from_object(u, object);
		break;
	}
	return true;
}

cql_value cql_from_object(const coodie_udt *type, const void *object)
{
	return type && object ? (cql_value){ .is = { CQL_TAG_FIELDS },
					     .as.fields = { cd_udt_read, type, object } }
			      : cql_null();
}

/* ---- into a struct --------------------------------------------------------------------------- */

/* Texts of a value end where the next thing begins: a `char *` wants a copy that ends in NUL. */
static bool set_text(const coodie_column *field, void *object, cql_value v, struct cd_arena *a,
		     coodie_error *err)
{
	cql_text text;
	char *copy;

	if (!cql_to_text(v, &text, err))
		return false;
	if (!a)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "the member is a char *, which needs an arena for its text");
	copy = cd_arena_strndup(a, text.len ? text.data : "", text.len);
	if (!copy)
		return cd_no_memory(err, "a text");
	v = cql_from_text((cql_text){ copy, text.len });
	return cd_row_set(field, cd_codec_of(field->member), object, v, a, err);
}

static bool set_field(const coodie_udt *u, const coodie_column *field, void *object, cql_value v,
		      struct cd_arena *a, coodie_error *err)
{
	const struct cd_codec *codec = cd_codec_of(field->member);
	bool ok;

	if (!codec)
		ok = cd_fail(err, COODIE_ERR_MODEL, "coodie does not know the member's C type");
	else if (field->member == COODIE_MEMBER_STR && !cd_datum_is_missing(v))
		ok = set_text(field, object, v, a, err);
	else
		ok = cd_row_set(field, codec, object, v, a, err);
	if (!ok && err)
		cd_error_prefix(err, "type %s, field %s", u->object_name, field->name);
	return ok;
}

/* The struct's field of a name; most often the one at the same place. */
static const coodie_column *find_field(const coodie_udt *u, const char *name, size_t likely,
				       coodie_column *room)
{
	const coodie_column *field;

	if (likely < u->field_count) {
		field = cd_udt_field(u, likely, room);
		if (!strcmp(cd_udt_field_name(field), name))
			return field;
	}
	for (size_t i = 0; i < u->field_count; i++) {
		field = cd_udt_field(u, i, room);
		if (!strcmp(cd_udt_field_name(field), name))
			return field;
	}
	return NULL;
}

/* A value that came from a result knows its fields' names; one of C values has places only. */
static bool set_parts(const coodie_udt *u, void *object, cql_value v, struct cd_arena *a,
		      coodie_error *err)
{
	cql_iter it = cql_udt_iter((cql_udt){ v.as.seq });
	const coodie_column *field;
	coodie_column room;
	cql_value part;

	for (size_t i = 0; cql_iter_next(&it, &part); i++) {
		const char *name = v.as.seq.type ? cql_type_field(v.as.seq.type, i) : NULL;

		if (name)
			field = find_field(u, name, i, &room);
		else if (i < u->field_count)
			field = cd_udt_field(u, i, &room);
		else
			return cd_fail(err, COODIE_ERR_RANGE,
				       "type %s: a value of %u fields, the struct has %zu",
				       u->object_name, (unsigned)v.as.seq.count, u->field_count);
		if (field && !set_field(u, field, object, part, a, err))
			return false;
	}
	return !it.failed ||
	       cd_fail(err, COODIE_ERR_PROTOCOL, "type %s: the value is broken", u->object_name);
}

static bool set_fields(const coodie_udt *u, void *object, const cql_fields *from,
		       struct cd_arena *a, coodie_error *err)
{
	const coodie_column *to;
	coodie_column room;
	cql_field field;

	for (size_t i = 0;; i++) {
		if (!from->field(from->type, from->object, i, &field, err))
			return false;
		if (!field.name)
			return true;
		to = find_field(u, field.name, i, &room);
		if (to && !set_field(u, to, object, field.value, a, err))
			return false;
	}
}

bool cd_udt_set(const coodie_udt *u, void *object, cql_value v, struct cd_arena *a,
		coodie_error *err)
{
	bool ok;

	memset(object, 0, u->object_size);
	if (v.is.tag == CQL_TAG_UDT)
		ok = set_parts(u, object, v, a, err);
	else if (v.is.tag == CQL_TAG_FIELDS)
		ok = set_fields(u, object, &v.as.fields, a, err);
	else
		return cd_fail(err, COODIE_ERR_TYPE, "type %s: the value is no user type's",
			       u->object_name);
	if (!ok)
		memset(object, 0, u->object_size);
	return ok;
}

bool cql_to_object(cql_value v, const coodie_udt *type, void *object, cql_arena *arena,
		   coodie_error *err)
{
	cd_clear(err);
	if (!type || !object)
		return cd_fail(err, COODIE_ERR_INVALID, "cql_to_object: the %s is NULL",
			       type ? "object" : "type");
	return cd_udt_set(type, object, v, arena ? &arena->arena : NULL, err);
}

/* ---- the type's text ------------------------------------------------------------------------- */

void cd_udt_frozen(struct cd_buffer *out, const coodie_udt *u)
{
	cd_buffer_text(out, "frozen<");
	cd_spelling_append_name(out, u->name);
	cd_buffer_text(out, ">");
}

/* Runs `append` over the text of a type, also where it is that of the struct. */
static void append_type(struct cd_buffer *out, const coodie_column *def, cd_word_fn *word)
{
	struct cd_buffer own;

	if (def->type) {
		cd_spelling_append_words(out, def->type, word, def);
		return;
	}
	cd_buffer_init(&own, out->allocator, 0);
	cd_udt_frozen(&own, def->udt);
	cd_buffer_u8(&own, '\0');
	if (own.failed)
		out->failed = true;
	else
		cd_spelling_append_words(out, (const char *)own.data, word, def);
	cd_buffer_deinit(&own);
}

void cd_udt_spelling(struct cd_buffer *out, const coodie_column *def)
{
	append_type(out, def, NULL);
}

static bool is_named(struct cd_buffer *out, const coodie_udt *u, const char *word)
{
	size_t begin = out->len, len = strlen(word);
	bool same;

	cd_spelling_append_name(out, u->name);
	same = !out->failed && out->len - begin == len && !memcmp(out->data + begin, word, len);
	if (!out->failed)
		cd_buffer_truncate(out, begin);
	return same;
}

/* Writes a user type's name with its fields, where the column knows them. */
static bool put_fields(struct cd_buffer *out, const char *word, const void *column)
{
	const coodie_column *def = column, *field;
	const coodie_udt *u = NULL;
	coodie_column room;

	if (def->udt && is_named(out, def->udt, word))
		u = def->udt;
	else if (def->key_udt && is_named(out, def->key_udt, word))
		u = def->key_udt;
	if (!u)
		return false;
	cd_buffer_text(out, "udt<");
	cd_buffer_text(out, word);
	for (size_t i = 0; i < u->field_count; i++) {
		field = cd_udt_field(u, i, &room);
		cd_buffer_text(out, ", ");
		cd_identifier_append_quoted(out, cd_udt_field_name(field));
		cd_buffer_text(out, ":");
		cd_udt_expand(out, field);
	}
	cd_buffer_text(out, ">");
	return true;
}

void cd_udt_expand(struct cd_buffer *out, const coodie_column *def)
{
	append_type(out, def, put_fields);
}

/* ---- the types a type is made of ------------------------------------------------------------- */

struct collection {
	struct cd_arena *arena;
	const coodie_udt **at;
	uint32_t count, room;
	bool failed;
};

static bool has(const struct collection *c, const coodie_udt *u)
{
	for (uint32_t i = 0; i < c->count; i++) {
		if (c->at[i] == u)
			return true;
	}
	return false;
}

static void append(struct collection *c, const coodie_udt *u)
{
	if (c->count == c->room) {
		uint32_t room = c->room ? 2 * c->room : 8;
		const coodie_udt **grown = cd_arena_take_array(c->arena, room, sizeof(*grown));

		if (!grown) {
			c->failed = true;
			return;
		}
		if (c->count)
			memcpy(grown, c->at, c->count * sizeof(*grown));
		c->at = grown;
		c->room = room;
	}
	c->at[c->count++] = u;
}

/* Depth first: what it is made of comes before it. No type is inside itself, that was checked. */
static void collect(struct collection *c, const coodie_udt *u)
{
	const coodie_column *field;
	coodie_column room;

	if (!u || c->failed || has(c, u))
		return;
	for (size_t i = 0; i < u->field_count; i++) {
		field = cd_udt_field(u, i, &room);
		collect(c, field->key_udt);
		collect(c, field->udt);
	}
	append(c, u);
}

static const coodie_udt *const *collected(const struct collection *c, uint32_t *count)
{
	static const coodie_udt *const none[1];

	*count = c->failed ? 0 : c->count;
	return c->failed ? NULL : c->at ? c->at : none;
}

const coodie_udt *const *cd_udt_of_type(struct cd_arena *a, const coodie_udt *u, uint32_t *count)
{
	struct collection c = { .arena = a };

	collect(&c, u);
	return collected(&c, count);
}

const coodie_udt *const *cd_udt_of_model(struct cd_arena *a, const struct cd_model *m,
					 uint32_t *count)
{
	struct collection c = { .arena = a };

	for (uint32_t i = 0; i < m->read_count; i++) {
		collect(&c, m->columns[i].def.key_udt);
		collect(&c, m->columns[i].def.udt);
	}
	return collected(&c, count);
}

/* ---- checks ---------------------------------------------------------------------------------- */

#define BAD(...) cd_fail(err, COODIE_ERR_MODEL, __VA_ARGS__)

/* The types around the one that is looked at. */
struct chain {
	const struct chain *outer;
	const coodie_udt *udt;
};

static bool check_type(const coodie_udt *u, const struct chain *outer,
		       const coodie_allocator *allocator, coodie_error *err);

static bool check_table(const coodie_udt *u, coodie_error *err)
{
	if (u->size < offsetof(coodie_udt, keyspace) || u->size > sizeof(*u) || !u->object_name ||
	    u->column_stride < offsetof(coodie_column, db_name) ||
	    u->column_stride > sizeof(coodie_column) || u->column_stride % sizeof(void *))
		return BAD("a user type that COODIE_TYPE() did not make");
	if (!u->fields || !u->field_count || u->field_count > 65535)
		return BAD("type %s has no fields; give COODIE_TYPE() a table of COODIE_COLUMN() "
			   "rows",
			   u->object_name);
	return (u->name && cd_identifier_valid(u->name)) ||
	       BAD("type %s: %.60s is no name for a type; it is the third argument of "
		   "COODIE_TYPE()",
		   u->object_name, u->name ? u->name : "NULL");
}

/* "city in address in city": a type is never inside itself (UD-06). */
static bool check_chain(const coodie_udt *u, const struct chain *outer, coodie_error *err)
{
	const struct chain *at = outer;
	char text[160] = "";
	size_t len;

	while (at && at->udt != u)
		at = at->outer;
	if (!at)
		return true;
	for (const struct chain *c = outer; c != at->outer; c = c->outer) {
		len = strlen(text);
		snprintf(text + len, sizeof(text) - len, " in %s", c->udt->object_name);
	}
	return BAD("%s%s: a type cannot be inside itself; take one of them out", u->object_name,
		   text);
}

static bool check_option(const coodie_udt *u, const coodie_column *field, coodie_error *err)
{
	const char *option = field->partition_key || field->clustering_key ? "a key"
			     : field->is_static                            ? "static"
			     : field->index.on                             ? "an index"
			     : field->discriminator                        ? "a discriminator"
			     : field->inherits                             ? "inherited columns"
									   : NULL;

	return !option || BAD("type %s, field %s: %s is for columns; leave it out", u->object_name,
			      field->name ? field->name : "?", option);
}

static bool check_names(const coodie_udt *u, size_t count, coodie_error *err)
{
	coodie_column room, other_room;
	const coodie_column *field = cd_udt_field(u, count, &room), *other;

	for (size_t i = 0; i < count; i++) {
		other = cd_udt_field(u, i, &other_room);
		if (!strcmp(cd_udt_field_name(field), cd_udt_field_name(other)))
			return BAD(
				"type %s, field %s: %s has the name \"%s\" in the type too; give "
				"one another .db_name",
				u->object_name, field->name, other->name, cd_udt_field_name(other));
	}
	return true;
}

static bool check_field(const coodie_udt *u, const coodie_column *field, struct cd_arena *a,
			coodie_error *err)
{
	struct cd_record r = { "type", "field", u->object_name, u->object_size, 0, false };
	struct cd_column c = { .def = *field };
	bool ok = cd_column_resolve(&c, &r, a, err) && cd_record_check(&r, &c, err);

	if (ok && c.kind == CQL_KIND_COUNTER)
		ok = BAD("type %s, field %s: a counter is a column of its own; take bigint",
			 u->object_name, field->name);
	cql_type_free(c.type);
	return ok;
}

static bool check_fields(const coodie_udt *u, const struct chain *chain, struct cd_arena *a,
			 coodie_error *err)
{
	coodie_column room;

	for (size_t i = 0; i < u->field_count; i++) {
		const coodie_column *field = cd_udt_field(u, i, &room);

		if (!field->name || !*field->name)
			return BAD("type %s: field %zu has no name; make it with COODIE_COLUMN()",
				   u->object_name, i + 1);
		if (!check_option(u, field, err) || !check_names(u, i, err) ||
		    (field->udt && !check_type(field->udt, chain, a->allocator, err)) ||
		    (field->key_udt && !check_type(field->key_udt, chain, a->allocator, err)) ||
		    !check_field(u, field, a, err))
			return false;
	}
	return true;
}

static bool check_type(const coodie_udt *u, const struct chain *outer,
		       const coodie_allocator *allocator, coodie_error *err)
{
	struct chain chain = { outer, u };
	struct cd_arena a;
	bool ok;

	if (!check_table(u, err) || !check_chain(u, outer, err))
		return false;
	cd_arena_init(&a, allocator, 0);
	ok = check_fields(u, &chain, &a, err);
	cd_arena_deinit(&a);
	return ok;
}

bool cd_udt_check(const coodie_udt *u, const coodie_allocator *a, coodie_error *err)
{
	return check_type(u, NULL, a, err);
}
