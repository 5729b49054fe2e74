/* SPDX-License-Identifier: MIT */
/* Types on the wire: the [option] of metadata (v4 section 4.2.5.2). */
#include "proto/type.h"

#include <coodie/wire.h>

#include "base/alloc.h"
#include "base/error.h"
#include "proto/notation.h"

static const cql_type natives[] = {
#define X(id_name, id, cql, class_name, size) { .kind = CQL_KIND_##id_name, .fixed_size = size },
#include <coodie/types.def>
#undef X
};

static bool has_parts(enum cql_kind kind)
{
	return kind == CQL_KIND_CUSTOM || kind >= CQL_KIND_LIST;
}

const cql_type *cd_type_native(enum cql_kind kind)
{
	for (size_t i = 0; i < sizeof natives / sizeof natives[0]; i++)
		if (natives[i].kind == kind && !has_parts(kind))
			return &natives[i];
	return NULL;
}

static struct cd_type_udt *new_udt(struct cd_arena *a, uint32_t count)
{
	struct cd_type_udt *udt = cd_arena_take_zero(a, sizeof *udt);

	if (udt && count && !(udt->fields = cd_arena_take_array(a, count, sizeof *udt->fields)))
		return NULL;
	return udt;
}

cql_type *cd_type_new(struct cd_arena *a, enum cql_kind kind, uint32_t count)
{
	cql_type *t = cd_arena_take_zero(a, sizeof *t);

	if (!t)
		return NULL;
	t->kind = kind;
	t->fixed_size = -1;
	t->count = count;
	if (kind == CQL_KIND_LIST || kind == CQL_KIND_SET)
		t->inner = &t->of.only;
	else if (count && !(t->inner = cd_arena_take_array(a, count, sizeof *t->inner)))
		return NULL;
	if (kind == CQL_KIND_UDT && !(t->of.udt = new_udt(a, count)))
		return NULL;
	return t;
}

struct decoder {
	struct cd_reader *r;
	struct cd_arena *arena;
	unsigned max_depth;
	coodie_error *err;
};

static const cql_type *decode(struct decoder *d, unsigned depth);

static const cql_type *no_memory(struct decoder *d)
{
	return cd_fail_null(d->err, COODIE_ERR_NO_MEMORY, "out of memory while reading a type");
}

static const cql_type *cut_short(struct decoder *d)
{
	d->r->failed = true;
	return cd_fail_null(d->err, COODIE_ERR_PROTOCOL, "type: the body ends inside an [option]");
}

static const cql_type *has_nul(struct decoder *d)
{
	d->r->failed = true;
	return cd_fail_null(d->err, COODIE_ERR_PROTOCOL, "type: a name with a zero byte in it");
}

/* NULL with err set. */
static const char *read_name(struct decoder *d)
{
	struct cd_span s = cd_read_string(d->r);
	const char *text = (const char *)s.at, *name;

	if (d->r->failed)
		cut_short(d);
	else if (s.len && memchr(text, '\0', s.len))
		has_nul(d);
	else if ((name = cd_arena_strndup(d->arena, text, s.len)))
		return name;
	else
		no_memory(d);
	return NULL;
}

/* A class name nobody can read is that of a custom type: its values are bytes. */
static const cql_type *decode_custom(struct decoder *d, unsigned depth)
{
	struct cd_span class_name = cd_read_string(d->r);
	const char *text = (const char *)class_name.at;
	coodie_error err;

	if (d->r->failed)
		return cut_short(d);
	if (class_name.len && memchr(text, '\0', class_name.len))
		return has_nul(d);
	const cql_type *known = cd_type_parse_class(d->arena, text, class_name.len,
						    d->max_depth - depth, &err);
	if (!known && err.code != COODIE_ERR_TYPE) {
		cd_error_copy(d->err, &err);
		return NULL;
	}
	if (known)
		return known;
	cql_type *custom = cd_type_new(d->arena, CQL_KIND_CUSTOM, 0);
	if (custom)
		custom->of.class_name = cd_arena_strndup(d->arena, text, class_name.len);
	return custom && custom->of.class_name ? custom : no_memory(d);
}

/* A count is a claim: each inner type takes at least `least` bytes. */
static bool plausible(const struct decoder *d, uint32_t count, size_t least)
{
	return count <= cd_reader_left(d->r) / least;
}

static const cql_type *decode_inner(struct decoder *d, cql_type *t, unsigned depth)
{
	const char **fields = t->kind == CQL_KIND_UDT ? t->of.udt->fields : NULL;

	for (uint32_t i = 0; i < t->count; i++) {
		if (fields && !(fields[i] = read_name(d)))
			return NULL;
		t->inner[i] = decode(d, depth + 1);
		if (!t->inner[i])
			return NULL;
	}
	return t;
}

static const cql_type *decode_udt(struct decoder *d, unsigned depth)
{
	const char *keyspace = read_name(d);
	const char *name = keyspace ? read_name(d) : NULL;
	uint16_t count = cd_reader_be16(d->r);

	if (!name)
		return NULL;
	if (d->r->failed || !plausible(d, count, 4))
		return cut_short(d);
	cql_type *t = cd_type_new(d->arena, CQL_KIND_UDT, count);
	if (!t)
		return no_memory(d);
	t->of.udt->keyspace = keyspace;
	t->of.udt->name = name;
	return decode_inner(d, t, depth);
}

static const cql_type *decode_counted(struct decoder *d, enum cql_kind kind, uint32_t count,
				      unsigned depth)
{
	if (d->r->failed || !plausible(d, count, 2))
		return cut_short(d);
	cql_type *t = cd_type_new(d->arena, kind, count);
	return t ? decode_inner(d, t, depth) : no_memory(d);
}

static const cql_type *decode(struct decoder *d, unsigned depth)
{
	enum cql_kind kind = (enum cql_kind)cd_reader_be16(d->r);

	if (d->r->failed)
		return cut_short(d);
	if (depth > d->max_depth)
		return cd_fail_null(d->err, COODIE_ERR_LIMIT, "type: nested deeper than %u levels",
				    d->max_depth);
	if (kind == 0x000A) /* text of v1: known to servers, never sent */
		kind = CQL_KIND_TEXT;
	switch (kind) {
	case CQL_KIND_CUSTOM:
		return decode_custom(d, depth);
	case CQL_KIND_LIST:
	case CQL_KIND_SET:
		return decode_counted(d, kind, 1, depth);
	case CQL_KIND_MAP:
		return decode_counted(d, kind, 2, depth);
	case CQL_KIND_TUPLE:
		return decode_counted(d, kind, cd_reader_be16(d->r), depth);
	case CQL_KIND_UDT:
		return decode_udt(d, depth);
	default:
		break;
	}
	const cql_type *native = cd_type_native(kind);
	if (!native)
		cd_fail(d->err, COODIE_ERR_PROTOCOL, "type: unknown id 0x%04x", (unsigned)kind);
	return native;
}

const cql_type *cd_type_decode(struct cd_reader *r, struct cd_arena *a, unsigned max_depth,
			       coodie_error *err)
{
	struct decoder d = { .r = r, .arena = a, .max_depth = max_depth, .err = err };

	return decode(&d, 0);
}

static void encode_class(struct cd_buffer *out, const cql_type *type)
{
	size_t len = cql_type_format_class(type, NULL, 0);

	if (len > UINT16_MAX)
		out->failed = out->too_long = true;
	cd_buffer_be16(out, CQL_KIND_CUSTOM);
	cd_buffer_be16(out, (uint16_t)len);
	uint8_t *at = cd_buffer_grow(out, len + 1);
	if (!at)
		return;
	cql_type_format_class(type, (char *)at, len + 1);
	out->len--; /* the NUL */
}

void cd_type_encode(struct cd_buffer *out, const cql_type *type, unsigned version)
{
	bool as_class = type->kind == CQL_KIND_CUSTOM || type->kind == CQL_KIND_VECTOR ||
			(type->kind == CQL_KIND_DURATION && version < 5);

	if (as_class) {
		encode_class(out, type);
		return;
	}
	cd_buffer_be16(out, (uint16_t)type->kind);
	if (type->kind == CQL_KIND_UDT) {
		cd_write_str(out, type->of.udt->keyspace);
		cd_write_str(out, type->of.udt->name);
	}
	if (type->kind == CQL_KIND_UDT || type->kind == CQL_KIND_TUPLE)
		cd_buffer_be16(out, (uint16_t)type->count);
	for (uint32_t i = 0; i < type->count; i++) {
		if (type->kind == CQL_KIND_UDT)
			cd_write_str(out, type->of.udt->fields[i]);
		cd_type_encode(out, type->inner[i], version);
	}
}

/* What is not an inner type; the kinds and counts are the same. */
static bool same_names(const cql_type *a, const cql_type *b)
{
	if (a->kind == CQL_KIND_VECTOR)
		return a->of.dimension == b->of.dimension;
	if (a->kind == CQL_KIND_CUSTOM)
		return strcmp(a->of.class_name, b->of.class_name) == 0;
	if (a->kind != CQL_KIND_UDT)
		return true;
	const struct cd_type_udt *u = a->of.udt, *v = b->of.udt;
	if (strcmp(u->keyspace, v->keyspace) != 0 || strcmp(u->name, v->name) != 0)
		return false;
	for (uint32_t i = 0; i < a->count; i++)
		if (strcmp(u->fields[i], v->fields[i]) != 0)
			return false;
	return true;
}

/* `may_grow`: the user types in `b` may have more fields behind those they have in `a`. */
static bool is_same(const cql_type *a, const cql_type *b, bool may_grow)
{
	bool grown = may_grow && a->kind == CQL_KIND_UDT && a->count < b->count;

	if (a == b)
		return true;
	if (a->kind != b->kind || (a->count != b->count && !grown) || !same_names(a, b))
		return false;
	for (uint32_t i = 0; i < a->count; i++)
		if (!is_same(a->inner[i], b->inner[i], may_grow))
			return false;
	return true;
}

bool cql_type_equal(const cql_type *a, const cql_type *b)
{
	return is_same(a, b, false);
}

bool cd_type_is_grown(const cql_type *was, const cql_type *now)
{
	return is_same(was, now, true);
}

/* ---- the public form: a type that owns its arena -------------------------------------------- */

/* In front of every type that cql_type_parse() gives out. */
struct owned {
	struct cd_arena arena;
	cql_type type; /* a copy of the root: what the caller holds */
};

/* Takes the arena over; `root` NULL: it failed already. */
static cql_type *own(struct cd_arena *arena, const cql_type *root, coodie_error *err)
{
	struct owned *o = root ? cd_alloc(NULL, sizeof *o) : NULL;

	if (!o) {
		if (root)
			cd_no_memory(err, "a type");
		cd_arena_deinit(arena);
		return NULL;
	}
	o->arena = *arena;
	o->type = *root;
	return &o->type;
}

cql_type *cql_type_parse(const char *text, coodie_error *err)
{
	struct cd_arena arena;

	cd_clear(err);
	if (!text)
		return cd_fail_null(err, COODIE_ERR_INVALID, "the type is NULL");
	cd_arena_init(&arena, NULL, 256);
	return own(&arena, cd_type_parse(&arena, text, strlen(text), CD_TYPE_DEPTH, err), err);
}

static const char *copy_text(struct cd_arena *a, const char *text)
{
	return cd_arena_strndup(a, text, strlen(text));
}

/* What of a copy still points to the original; false when out of memory. */
static bool copy_names(struct cd_arena *a, const cql_type *type, cql_type *to)
{
	if (type->kind == CQL_KIND_CUSTOM)
		return (to->of.class_name = copy_text(a, type->of.class_name)) != NULL;
	if (type->kind == CQL_KIND_VECTOR)
		to->of.dimension = type->of.dimension;
	if (type->kind != CQL_KIND_UDT)
		return true;
	const struct cd_type_udt *udt = type->of.udt;
	to->of.udt->keyspace = copy_text(a, udt->keyspace);
	to->of.udt->name = copy_text(a, udt->name);
	for (uint32_t i = 0; i < type->count; i++)
		if (!(to->of.udt->fields[i] = copy_text(a, udt->fields[i])))
			return false;
	return to->of.udt->keyspace && to->of.udt->name;
}

const cql_type *cd_type_copy(struct cd_arena *a, const cql_type *type)
{
	const cql_type *native = type->frozen ? NULL : cd_type_native(type->kind);

	if (native)
		return native;
	cql_type *to = cd_type_new(a, type->kind, type->count);
	if (!to || !copy_names(a, type, to))
		return NULL;
	to->frozen = type->frozen;
	to->multicell = type->multicell;
	to->fixed_size = type->fixed_size;
	for (uint32_t i = 0; i < type->count; i++)
		if (!(to->inner[i] = cd_type_copy(a, type->inner[i])))
			return NULL;
	return to;
}

cql_type *cql_type_dup(const cql_type *type, coodie_error *err)
{
	struct cd_arena arena;

	cd_clear(err);
	cd_arena_init(&arena, NULL, 256);
	const cql_type *root = cd_type_copy(&arena, type);
	if (!root)
		cd_no_memory(err, "a type");
	return own(&arena, root, err);
}

void cql_type_free(cql_type *type)
{
	if (!type)
		return;
	struct owned *o = (struct owned *)(void *)((char *)type - offsetof(struct owned, type));
	cd_arena_deinit(&o->arena);
	cd_release(NULL, o);
}

enum cql_kind cql_type_kind(const cql_type *type)
{
	return type->kind;
}

size_t cql_type_count(const cql_type *type)
{
	return type->count;
}

const cql_type *cql_type_at(const cql_type *type, size_t i)
{
	return i < type->count ? type->inner[i] : NULL;
}

const char *cql_type_field(const cql_type *type, size_t i)
{
	return type->kind == CQL_KIND_UDT && i < type->count ? type->of.udt->fields[i] : NULL;
}

uint32_t cql_type_dimension(const cql_type *type)
{
	return type->kind == CQL_KIND_VECTOR ? type->of.dimension : 0;
}

const char *cql_type_keyspace(const cql_type *type)
{
	return type->kind == CQL_KIND_UDT && *type->of.udt->keyspace ? type->of.udt->keyspace
								     : NULL;
}

const char *cql_type_name(const cql_type *type)
{
	return type->kind == CQL_KIND_UDT      ? type->of.udt->name
	       : type->kind == CQL_KIND_CUSTOM ? type->of.class_name
					       : NULL;
}

bool cql_type_is_frozen(const cql_type *type)
{
	return type->frozen || type->kind == CQL_KIND_TUPLE;
}
