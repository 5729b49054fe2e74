/* SPDX-License-Identifier: MIT */
/* The typed getters of a cursor: the column's type is checked, then the value read where it lies.
 */
#include <coodie/result.h>

#include "base/error.h"
#include "net/result/result.h"
#include "proto/type.h"
#include "proto/value.h"

static const cql_column_spec *column(const coodie_cursor *c, size_t i)
{
	return &cd_result_metadata(c->result)->columns.at[i];
}

static bool in_range(const coodie_cursor *c, size_t i, coodie_error *err)
{
	size_t count = coodie_result_column_count(c->result);

	return i < count ||
	       cd_fail(err, COODIE_ERR_INVALID, "column %zu: the result has %zu columns", i, count);
}

/* Says whose value it was. */
static bool blame(const coodie_cursor *c, size_t i, coodie_error *err)
{
	char type[64];

	cql_type_format(column(c, i)->type, type, sizeof type);
	cd_error_prefix(err, "column %s (%s)", column(c, i)->name.data, type);
	return false;
}

coodie_cell coodie_cursor_cell(const coodie_cursor *c, size_t i)
{
	return i < coodie_result_column_count(c->result) ? c->cells[i] : (coodie_cell){ NULL, 0 };
}

bool coodie_cursor_is_null(const coodie_cursor *c, size_t i)
{
	return coodie_cursor_cell(c, i).data == NULL;
}

static bool decode(const coodie_cursor *c, size_t i, cql_value *out, coodie_error *err)
{
	struct cd_span cell = { c->cells[i].data, c->cells[i].len };

	return cd_value_decode(column(c, i)->type, cell, out, err);
}

bool coodie_cursor_value(const coodie_cursor *c, size_t i, cql_value *out, coodie_error *err)
{
	cql_value v;

	cd_clear(err);
	if (!in_range(c, i, err))
		return false;
	if (!decode(c, i, &v, err))
		return blame(c, i, err);
	*out = v;
	return true;
}

/* The general way of every getter: decode, then read as the type wanted. */
#define GETTER(name, type) \
	static bool read_##name(const coodie_cursor *c, size_t i, type *out, coodie_error *err) \
	{ \
		cql_value v; \
		cd_clear(err); \
		if (!in_range(c, i, err)) \
			return false; \
		if (!decode(c, i, &v, err) || !cql_to_##name(v, out, err)) \
			return blame(c, i, err); \
		return true; \
	}

GETTER(bool, bool)
GETTER(int32, int32_t)
GETTER(int64, int64_t)
GETTER(double, double)
GETTER(text, cql_text)
GETTER(blob, cql_blob)
GETTER(uuid, cql_uuid)

#undef GETTER

/* The short way: a column of just this kind whose cell has just this length. */
static inline bool is_just(const coodie_cursor *c, size_t i, enum cql_kind kind, size_t len)
{
	return i < coodie_result_column_count(c->result) && c->cells[i].len == len &&
	       column(c, i)->type->kind == kind;
}

bool coodie_cursor_bool(const coodie_cursor *c, size_t i, bool *out, coodie_error *err)
{
	return read_bool(c, i, out, err);
}

bool coodie_cursor_int32(const coodie_cursor *c, size_t i, int32_t *out, coodie_error *err)
{
	if (!is_just(c, i, CQL_KIND_INT, 4))
		return read_int32(c, i, out, err);
	if (err)
		err->code = COODIE_OK;
	*out = (int32_t)cd_get_be32(c->cells[i].data);
	return true;
}

bool coodie_cursor_int64(const coodie_cursor *c, size_t i, int64_t *out, coodie_error *err)
{
	if (!is_just(c, i, CQL_KIND_BIGINT, 8))
		return read_int64(c, i, out, err);
	if (err)
		err->code = COODIE_OK;
	*out = (int64_t)cd_get_be64(c->cells[i].data);
	return true;
}

bool coodie_cursor_double(const coodie_cursor *c, size_t i, double *out, coodie_error *err)
{
	return read_double(c, i, out, err);
}

bool coodie_cursor_text(const coodie_cursor *c, size_t i, cql_text *out, coodie_error *err)
{
	return read_text(c, i, out, err);
}

bool coodie_cursor_blob(const coodie_cursor *c, size_t i, cql_blob *out, coodie_error *err)
{
	return read_blob(c, i, out, err);
}

bool coodie_cursor_uuid(const coodie_cursor *c, size_t i, cql_uuid *out, coodie_error *err)
{
	return read_uuid(c, i, out, err);
}
