/* SPDX-License-Identifier: MIT */
/* Models made at run time: collected, laid out where there is no struct, checked, and kept in one
 * arena. */
#include "orm/model/builder.h"

#include <coodie/udt.h>

#include <stdalign.h>
#include <stddef.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "orm/model/model.h"

#define BAD(...) cd_fail(err, COODIE_ERR_MODEL, __VA_ARGS__)

/* What the user sees is its beginning. */
struct built {
	coodie_model model;
	coodie_allocator allocator;
	struct cd_arena arena; /* columns and texts */
};

/* ---- texts ----------------------------------------------------------------------------------- */

#define COUNT_OF(list) (sizeof(list) / sizeof((list)[0]))

static const size_t model_texts[] = {
	offsetof(coodie_model, object_name), offsetof(coodie_model, table),
	offsetof(coodie_model, keyspace),    offsetof(coodie_model, connection),
	offsetof(coodie_model, comment),     offsetof(coodie_model, options),
	offsetof(coodie_model, discriminator_value),
};
static const size_t column_texts[] = {
	offsetof(coodie_column, name),          offsetof(coodie_column, type),
	offsetof(coodie_column, db_name),       offsetof(coodie_column, index.name),
	offsetof(coodie_column, index.options), offsetof(coodie_column, index.class_name),
	offsetof(coodie_column, index.target),
};

static uint64_t mix_text(uint64_t h, const char *text)
{
	do
		h = (h ^ (unsigned char)*text) * UINT64_C(0x100000001B3);
	while (*text++);
	return h;
}

/* Copies the texts of a row, and adds them to a digest. */
static bool keep_texts(struct cd_arena *a, void *row, const size_t *texts, size_t count,
		       uint64_t *digest)
{
	for (size_t i = 0; i < count; i++) {
		const char **at = (const char **)(void *)((char *)row + texts[i]);

		if (!*at)
			continue;
		if (!cd_arena_keep(a, at))
			return false;
		*digest = mix_text(*digest, *at);
	}
	return true;
}

/* ---- collecting ------------------------------------------------------------------------------ */

/* Whether more can be taken: there is a builder, and nothing has been wrong. */
static bool is_open(const coodie_model_builder *b)
{
	return b && b->err.code == COODIE_OK;
}

coodie_model_builder *cd_model_builder_new(const coodie_allocator *a, const char *object_name,
					   size_t object_size, const char *table)
{
	coodie_model_builder *b = cd_alloc_zero(a, sizeof(*b));
	uint64_t digest = 0;

	if (!b)
		return NULL;
	b->allocator = a ? *a : cd_malloc_allocator;
	cd_arena_init(&b->arena, &b->allocator, 0);
	cd_buffer_init(&b->columns, &b->allocator, 0);
	b->def = (coodie_model){ .size = sizeof(b->def),
				 .column_stride = sizeof(coodie_column),
				 .object_size = object_size,
				 .object_name = object_name ? object_name : table,
				 .table = table };
	if (!table)
		cd_fail(&b->err, COODIE_ERR_MODEL, "coodie_model_builder_new: the table is NULL");
	else if (!keep_texts(&b->arena, &b->def, model_texts, COUNT_OF(model_texts), &digest))
		cd_no_memory(&b->err, "a model");
	return b;
}

coodie_model_builder *coodie_model_builder_new(const char *object_name, size_t object_size,
					       const char *table)
{
	return cd_model_builder_new(NULL, object_name, object_size, table);
}

void coodie_model_builder_free(coodie_model_builder *b)
{
	coodie_allocator a;

	if (!b)
		return;
	a = b->allocator;
	cd_buffer_deinit(&b->columns);
	cd_arena_deinit(&b->arena);
	cd_release(&a, b);
}

bool cd_model_builder_add(coodie_model_builder *b, const coodie_column *column)
{
	cd_buffer_bytes(&b->columns, column, sizeof(*column));
	return !b->columns.failed;
}

/* Whether a caller's size is one this library knows: as old as the first, as new as its own. */
static bool check_size(coodie_model_builder *b, const char *what, const void *given, size_t size,
		       size_t least, size_t most)
{
	if (!given)
		return cd_fail(&b->err, COODIE_ERR_MODEL, "model %s: the %s is NULL",
			       b->def.object_name, what);
	return (size >= least && size <= most && size % sizeof(void *) == 0) ||
	       cd_fail(&b->err, COODIE_ERR_MODEL,
		       "model %s: a %s of %zu bytes; its size is sizeof(%s), of this coodie or of "
		       "an older one",
		       b->def.object_name, what, size, what);
}

void coodie_model_builder_columns(coodie_model_builder *b, const coodie_column *columns,
				  size_t count, size_t stride)
{
	uint64_t digest = 0;

	if (!is_open(b) || !check_size(b, "coodie_column", columns, stride,
				       offsetof(coodie_column, db_name), sizeof(*columns)))
		return;
	for (size_t i = 0; i < count && is_open(b); i++) {
		coodie_column row = cd_column_read(columns, stride, i);

		if (!keep_texts(&b->arena, &row, column_texts, COUNT_OF(column_texts), &digest) ||
		    !cd_model_builder_add(b, &row))
			cd_no_memory(&b->err, "a model");
	}
}

void coodie_model_builder_options(coodie_model_builder *b, const coodie_model *options)
{
	coodie_model def = { 0 };
	uint64_t digest = 0;

	if (!is_open(b) || !check_size(b, "coodie_model", options, options ? options->size : 0,
				       offsetof(coodie_model, keyspace), sizeof(def)))
		return;
	def = cd_model_read(options);
	memcpy(&def, &b->def, offsetof(coodie_model, keyspace));
	if (keep_texts(&b->arena, &def, model_texts, COUNT_OF(model_texts), &digest))
		b->def = def;
	else
		cd_no_memory(&b->err, "a model");
}

/* ---- laying a struct out --------------------------------------------------------------------- */

/* The first member that holds a type: the narrowest, and of texts the one that takes any. */
static uint32_t natural_member(enum cql_kind kind)
{
	if (kind == CQL_KIND_VARINT)
		return COODIE_MEMBER_VARINT; /* an int64_t does for some */
	for (uint32_t member = 1; member < COODIE_MEMBER_OPTIONAL; member++) {
		const struct cd_codec *codec = cd_codec_of(member);

		if (codec && cd_codec_takes(codec, kind))
			return member;
	}
	return COODIE_MEMBER_UNKNOWN;
}

/* A type that is none is found by the check, which can say it. */
static void choose_member(coodie_column *c, bool may_be_null)
{
	cql_type *type = c->type ? cql_type_parse(c->type, NULL) : NULL;
	enum cql_kind kind = type ? cql_type_kind(type) : CQL_KIND_UDT;
	const struct cd_codec *codec;

	cql_type_free(type);
	c->member = kind == CQL_KIND_UDT && c->udt ? COODIE_MEMBER_UDT : natural_member(kind);
	codec = cd_codec_of(c->member);
	if (may_be_null && codec && !codec->nullable)
		c->member |= COODIE_MEMBER_OPTIONAL;
}

static bool has_static(const coodie_model *m)
{
	bool has = false;

	for (size_t i = 0; !has && i < m->column_count; i++)
		has = m->columns[i].is_static;
	return has;
}

/* The rules of check.c: a pointer is what may be null. */
static bool may_be_null(const coodie_column *c, bool beside_static)
{
	return !c->partition_key && !c->discriminator && (!c->clustering_key || beside_static);
}

static size_t size_of(const coodie_column *c)
{
	const struct cd_codec *codec = cd_codec_of(c->member);

	if (c->member & COODIE_MEMBER_OPTIONAL)
		return sizeof(void *);
	if (c->member == COODIE_MEMBER_UDT && c->udt)
		return c->udt->object_size;
	return codec && codec->size ? codec->size : c->size; /* an array, or an embedded struct */
}

/* The size of a type is a multiple of its alignment: the lowest bit is enough for any. */
static size_t align(size_t end, size_t size)
{
	size_t to = size & (~size + 1);

	if (to > alignof(max_align_t))
		to = alignof(max_align_t);
	return to ? (end + to - 1) & ~(to - 1) : end;
}

static bool lay_out(coodie_model *m, coodie_column *columns, coodie_error *err)
{
	bool beside_static = has_static(m);
	size_t end = sizeof(coodie_row);

	for (size_t i = 0; i < m->column_count; i++) {
		coodie_column *c = &columns[i];
		size_t size;

		if (!c->member && !c->inherits)
			choose_member(c, may_be_null(c, beside_static));
		size = size_of(c);
		end = align(end, size);
		if (size > INT32_MAX || end + size > INT32_MAX)
			return BAD("model %s, column %s: the struct would have more than 2 GiB; "
				   "make the array shorter",
				   m->object_name, c->name ? c->name : "?");
		c->offset = (uint32_t)end;
		c->size = (uint32_t)size;
		end += size;
	}
	m->object_size = align(end, alignof(max_align_t));
	return true;
}

/* ---- building -------------------------------------------------------------------------------- */

static bool copy_all(struct built *made, const coodie_model_builder *b)
{
	coodie_model *m = &made->model;
	uint64_t digest = UINT64_C(0xCBF29CE484222325);
	const coodie_column *from = cd_model_builder_rows(b, &m->column_count);
	coodie_column *columns =
		cd_arena_take_array(&made->arena, m->column_count, sizeof(*columns));
	bool ok = columns &&
		  keep_texts(&made->arena, m, model_texts, COUNT_OF(model_texts), &digest);

	if (ok)
		memcpy(columns, from, m->column_count * sizeof(*columns));
	for (size_t i = 0; ok && i < m->column_count; i++)
		ok = keep_texts(&made->arena, &columns[i], column_texts, COUNT_OF(column_texts),
				&digest);
	m->columns = columns;
	m->content = digest | 1;
	return ok;
}

/* Without a session: what it would be refused for. */
static bool check(const struct built *made, coodie_error *err)
{
	struct cd_model *m = cd_model_new(NULL, &made->allocator, &made->model, err);

	cd_model_free(m);
	return m != NULL;
}

static bool build(struct built *made, const coodie_model_builder *b, coodie_error *err)
{
	if (!b->columns.len)
		return BAD("model %s has no columns; give it some with "
			   "coodie_model_builder_column()",
			   b->def.object_name);
	made->allocator = b->allocator;
	cd_arena_init(&made->arena, &made->allocator, 0);
	made->model = b->def;
	if (!copy_all(made, b))
		return cd_no_memory(err, "a model");
	/* the columns are in the arena: nobody else knows them yet */
	return (b->def.object_size ||
		lay_out(&made->model, (coodie_column *)(uintptr_t)made->model.columns, err)) &&
	       check(made, err);
}

coodie_model *coodie_model_builder_build(coodie_model_builder *b, coodie_error *err)
{
	struct built *made;

	cd_clear(err);
	if (b && b->err.code != COODIE_OK) {
		cd_error_copy(err, &b->err);
		return NULL;
	}
	made = b ? cd_alloc_zero(&b->allocator, sizeof(*made)) : NULL;
	if (!made) {
		cd_no_memory(err, "a model");
		return NULL;
	}
	if (build(made, b, err))
		return &made->model;
	cd_arena_deinit(&made->arena);
	cd_release(&b->allocator, made);
	return NULL;
}

void coodie_model_free(coodie_model *m)
{
	struct built *made = (struct built *)m;
	coodie_allocator a;

	if (!m || !cd_model_read(m).content)
		return;
	a = made->allocator;
	cd_arena_deinit(&made->arena);
	cd_release(&a, made);
}
