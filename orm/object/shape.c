/* SPDX-License-Identifier: MIT */
/* Shapes: the columns of a page checked against the model, and a step for each. */
#include "orm/object/shape.h"

#include <stdalign.h>

#include <coodie/rows.h>

#include "base/error.h"
#include "base/reader.h"
#include "orm/model/family.h"
#include "orm/object/object.h"

/* ---- does the result have what the model says? ----------------------------------------------- */

/* A user type is known to a model by its name, to the server with its fields. */
static bool same_name(const cql_type *a, const cql_type *b)
{
	const char *x = cql_type_name(a), *y = cql_type_name(b);

	return x && y && strcmp(x, y) == 0;
}

static bool same_type(const cql_type *a, const cql_type *b, unsigned depth)
{
	if (!a || !b || depth > 32 || cql_type_kind(a) != cql_type_kind(b))
		return false;
	if (cql_type_kind(a) == CQL_KIND_UDT)
		return same_name(a, b);
	if (cql_type_count(a) != cql_type_count(b))
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
		       "what the table has (coodie_sync_table() says what else differs)",
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
		if (columns[i] != CD_NO_COLUMN &&
		    !check_type(m, &m->columns[columns[i]], coodie_result_column_type(page, i),
				err))
			return false;
	}
	return true;
}

/* ---- steps ----------------------------------------------------------------------------------- */

/* The short ways: what a member takes straight from a cell of such a kind. Where there is none, the general
 * way knows everything. */
static const uint8_t short_ways[COODIE_MEMBER_STR + 1][CQL_KIND_DURATION + 1] = {
	[COODIE_MEMBER_BOOL] = { [CQL_KIND_BOOLEAN] = CD_STEP_BOOL },
	[COODIE_MEMBER_INT32] = { [CQL_KIND_INT] = CD_STEP_32 },
	[COODIE_MEMBER_LONG] = { [CQL_KIND_INT] = CD_STEP_32,
				 [CQL_KIND_BIGINT] = CD_STEP_64,
				 [CQL_KIND_COUNTER] = CD_STEP_64 },
	[COODIE_MEMBER_LLONG] = { [CQL_KIND_BIGINT] = CD_STEP_64, [CQL_KIND_COUNTER] = CD_STEP_64 },
	[COODIE_MEMBER_FLOAT] = { [CQL_KIND_FLOAT] = CD_STEP_32 },
	[COODIE_MEMBER_DOUBLE] = { [CQL_KIND_DOUBLE] = CD_STEP_64 },
	[COODIE_MEMBER_TIMESTAMP] = { [CQL_KIND_TIMESTAMP] = CD_STEP_64 },
	[COODIE_MEMBER_TIME] = { [CQL_KIND_TIME] = CD_STEP_64 },
	[COODIE_MEMBER_UUID] = { [CQL_KIND_UUID] = CD_STEP_UUID, [CQL_KIND_TIMEUUID] = CD_STEP_UUID },
	[COODIE_MEMBER_DATE] = { [CQL_KIND_DATE] = CD_STEP_DATE },
	[COODIE_MEMBER_INET] = { [CQL_KIND_INET] = CD_STEP_INET },
	[COODIE_MEMBER_TEXT] = { [CQL_KIND_TEXT] = CD_STEP_TEXT, [CQL_KIND_ASCII] = CD_STEP_TEXT },
	[COODIE_MEMBER_BLOB] = { [CQL_KIND_BLOB] = CD_STEP_BLOB },
	[COODIE_MEMBER_STR] = { [CQL_KIND_TEXT] = CD_STEP_STR, [CQL_KIND_ASCII] = CD_STEP_STR },
};

static enum cd_step_kind step_kind(const struct cd_column *c, enum cql_kind kind)
{
	static const uint8_t sizes[] = {
		[CD_STEP_BOOL] = 1,
		[CD_STEP_32] = 4,
		[CD_STEP_64] = 8,
		[CD_STEP_UUID] = sizeof(cql_uuid),
		[CD_STEP_DATE] = sizeof(cql_date),
		[CD_STEP_INET] = sizeof(cql_inet),
		[CD_STEP_TEXT] = sizeof(cql_text),
		[CD_STEP_BLOB] = sizeof(cql_blob),
		[CD_STEP_STR] = sizeof(char *),
	};
	uint32_t member = c->def.member & ~(uint32_t)COODIE_MEMBER_OPTIONAL;
	enum cd_step_kind step = CD_STEP_ANY;

	if (member <= COODIE_MEMBER_STR && kind <= CQL_KIND_DURATION)
		step = (enum cd_step_kind)short_ways[member][kind];
	/* a long is of 4 bytes here and of 8 there */
	return sizes[step] == c->codec->size ? step : CD_STEP_ANY;
}

/* Scalars behind pointers lie behind the struct, each aligned as its size asks. */
static uint32_t take_room(size_t *end, size_t size)
{
	size_t align = size % alignof(max_align_t) == 0 ? alignof(max_align_t)
		       : size % 8 == 0                  ? 8
							: size & (~size + 1);
	size_t at = (*end + align - 1) / align * align;

	*end = at + size;
	return (uint32_t)at;
}

static size_t aligned(size_t n)
{
	return (n + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);
}

static void write_step(struct cd_shape *s, uint32_t i, size_t *end)
{
	struct cd_step *step = &s->steps[i];
	const struct cd_column *c;

	if (s->columns[i] == CD_NO_COLUMN) {
		*step = (struct cd_step){ .kind = CD_STEP_SKIP };
		return;
	}
	c = &s->model->columns[s->columns[i]];
	*step = (struct cd_step){ .kind = step_kind(c, s->kinds[i]),
				  .member = c->def.offset,
				  .to = c->def.offset };
	if (c->optional && step->kind != CD_STEP_ANY) {
		step->optional = true;
		step->to = take_room(end, c->codec->size);
	}
	s->texts += step->kind == CD_STEP_STR;
}

/* ---- shapes ---------------------------------------------------------------------------------- */

static struct cd_shape *shape_new(coodie_rows *home, const struct cd_model *m, uint32_t count)
{
	struct cd_arena *a = &home->arena;
	struct cd_shape *s = cd_arena_take_zero(a, sizeof(*s));

	if (!s)
		return NULL;
	s->home = home;
	s->model = m;
	s->count = count;
	s->stride = aligned(sizeof(struct cd_object) + m->def.object_size);
	return s;
}

struct cd_shape *cd_shape_empty(coodie_rows *home)
{
	return shape_new(home, home->model, 0);
}

bool cd_shape_is_large(const coodie_result *page)
{
	cql_result rows;

	coodie_result_rows(page, &rows);
	return rows.rows.len >= CD_NULL_LENGTH;
}

/* What does not differ between the structs of a family. */
static bool read_types(struct cd_shape *s, const coodie_result *page)
{
	struct cd_arena *a = &s->home->arena;

	s->types = cd_arena_take_array(a, s->count, sizeof(*s->types));
	s->kinds = cd_arena_take_array(a, s->count, sizeof(*s->kinds));
	if (!s->types || !s->kinds)
		return false;
	for (uint32_t i = 0; i < s->count; i++) {
		s->types[i] = coodie_result_column_type(page, i);
		s->kinds[i] = cql_type_kind(s->types[i]);
	}
	s->large = cd_shape_is_large(page);
	return true;
}

/* `own`: NULL, or the struct's column for each of the base's. */
static bool write_steps(struct cd_shape *s, const uint32_t *columns, const uint32_t *own)
{
	uint32_t *mine = cd_arena_take_array(&s->home->arena, s->count, sizeof(*mine));
	size_t end = s->model->def.object_size;

	s->columns = mine;
	s->steps = cd_arena_take_array(&s->home->arena, s->count, sizeof(*s->steps));
	if (!mine || !s->steps)
		return false;
	for (uint32_t i = 0; i < s->count; i++) {
		mine[i] = own ? own[columns[i]] : columns[i];
		write_step(s, i, &end);
	}
	s->stride = aligned(sizeof(struct cd_object) + end);
	return true;
}

static struct cd_shape *shape_of_relative(const struct cd_shape *base, const struct cd_relative *r,
					  const uint32_t *columns)
{
	struct cd_shape *s = shape_new(base->home, r->model, base->count);

	if (!s)
		return NULL;
	s->types = base->types;
	s->kinds = base->kinds;
	s->large = base->large;
	return write_steps(s, columns, r->columns) ? s : NULL;
}

/* Without the discriminator all are the base's. */
static bool write_relatives(struct cd_shape *s, const uint32_t *columns)
{
	const struct cd_family *family = s->model->family;

	s->relatives = cd_arena_take_array(&s->home->arena, family->count, sizeof(*s->relatives));
	s->discriminator = s->count;
	for (uint32_t i = 0; i < s->count; i++) {
		if (columns[i] == s->model->discriminator)
			s->discriminator = i;
	}
	for (uint32_t i = 0; s->relatives && i < family->count; i++) {
		s->relatives[i] = shape_of_relative(s, &family->members[i], columns);
		if (!s->relatives[i])
			return false;
		if (s->relatives[i]->texts > s->texts)
			s->texts = s->relatives[i]->texts;
	}
	return s->relatives != NULL;
}

struct cd_shape *cd_shape_of(coodie_rows *home, const coodie_result *page, const uint32_t *columns,
			     uint32_t count, coodie_error *err)
{
	struct cd_shape *s;

	if (!check_columns(home->model, page, columns, count, err))
		return NULL;
	s = shape_new(home, home->model, count);
	if (!s || !read_types(s, page) ||
	    !(s->model->family ? write_relatives(s, columns) : write_steps(s, columns, NULL))) {
		cd_no_memory(err, "a page of rows");
		return NULL;
	}
	return s;
}

const struct cd_shape *cd_shape_pick(const struct cd_shape *s, coodie_cell discriminator,
				     coodie_error *err)
{
	const struct cd_model *base = s->model;
	cql_value v = cql_null();

	if (s->discriminator < s->count &&
	    !coodie_cell_value(discriminator, s->types[s->discriminator], &v, err))
		return NULL;
	return s->relatives[cd_family_pick(base, v) - base->family->members];
}

/* The very types: those of one prepared statement are shared by its results. */
bool cd_shape_fits(const struct cd_shape *s, const coodie_result *page, uint32_t count)
{
	if (s->count != count || coodie_result_kind(page) != COODIE_RESULT_ROWS ||
	    coodie_result_column_count(page) != count || s->large != cd_shape_is_large(page))
		return false;
	for (uint32_t i = 0; i < count; i++) {
		if (coodie_result_column_type(page, i) != s->types[i])
			return false;
	}
	return true;
}

/* ---- reading a row again --------------------------------------------------------------------- */

bool cd_shape_position(const struct cd_shape *s, uint32_t column, uint32_t *out)
{
	uint32_t i = column < s->count && s->columns[column] == column ? column : 0;

	for (; i < s->count; i++) {
		if (s->columns[i] == column) {
			*out = i;
			return true;
		}
	}
	return false;
}

static bool is_null(const struct cd_shape *s, uint32_t length)
{
	return length > INT32_MAX || (length == CD_NULL_LENGTH && !s->large);
}

static inline coodie_cell next_cell(const struct cd_shape *s, const uint8_t **at)
{
	uint32_t length = cd_get_be32(*at);
	coodie_cell cell = { NULL, 0 };

	*at += 4;
	if (is_null(s, length))
		return cell;
	cell = (coodie_cell){ *at, length };
	*at += length;
	return cell;
}

coodie_cell cd_shape_cell(const struct cd_shape *s, const uint8_t *row, uint32_t position)
{
	coodie_cell cell;

	do
		cell = next_cell(s, &row);
	while (position--);
	return cell;
}

static bool same_number(const void *at, coodie_cell cell, size_t size)
{
	uint64_t wide;
	uint32_t narrow;

	if (cell.len != size)
		return false;
	if (size == sizeof(narrow)) {
		memcpy(&narrow, at, size);
		return narrow == cd_get_be32(cell.data);
	}
	memcpy(&wide, at, size);
	return wide == cd_get_be64(cell.data);
}

/* The pointer that a member is. */
static const char *pointer_at(const char *member)
{
	const char *p;

	memcpy(&p, member, sizeof(p));
	return p;
}

bool cd_shape_same(const struct cd_shape *s, uint32_t position, coodie_cell cell,
		   const void *memory)
{
	const struct cd_step *step = &s->steps[position];
	const char *at = (const char *)memory + step->member;
	cql_blob view;

	if (step->optional) {
		at = pointer_at(at);
		if (!at || !cell.data)
			return !at && !cell.data;
	}
	if (!cell.data)
		return false;
	switch (step->kind) {
	case CD_STEP_BOOL:
		return cell.len == 1 && *(const bool *)(const void *)at == (cell.data[0] != 0);
	case CD_STEP_32:
		return same_number(at, cell, 4);
	case CD_STEP_64:
		return same_number(at, cell, 8);
	case CD_STEP_UUID:
		return cell.len == sizeof(cql_uuid) && memcmp(at, cell.data, cell.len) == 0;
	case CD_STEP_TEXT: /* views are compared, not what they see: that is shared with the row */
	case CD_STEP_BLOB:
		memcpy(&view, at, sizeof(view));
		return view.data == cell.data && view.len == cell.len;
	case CD_STEP_STR:
		return (const uint8_t *)pointer_at(at) == cell.data;
	default:
		return false;
	}
}

uint64_t cd_shape_all_same(const struct cd_shape *s, const uint8_t *row, const void *memory,
			   uint32_t first)
{
	uint64_t same = 0;

	for (uint32_t i = 0; i < s->count; i++) {
		coodie_cell cell = next_cell(s, &row);
		uint32_t bit = s->columns[i] - first;

		if (bit < 64 && cd_shape_same(s, i, cell, memory))
			same |= UINT64_C(1) << bit;
	}
	return same;
}

bool cd_shape_value(const struct cd_shape *s, uint32_t position, coodie_cell cell, cql_value *out,
		    coodie_error *err)
{
	const struct cd_column *c = &s->model->columns[s->columns[position]];

	*out = cql_null();
	if (!cell.data)
		return true;
	if (!c->codec->size && c->kind == CQL_KIND_VECTOR) {
		*out = cql_from_encoded(cell.data, cell.len); /* all that a float[] needs */
		return true;
	}
	if (!coodie_cell_value(cell, s->types[position], out, err))
		return false;
	if (cql_is_empty(*out))
		*out = cql_null();
	return true;
}
