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

/* As cql_is_null() of its value: zero bytes of a type that wants some are nothing to read. */
bool coodie_cursor_is_null(const coodie_cursor *c, size_t i)
{
	coodie_cell cell = coodie_cursor_cell(c, i);

	return !cell.data || (cell.len == 0 && cd_value_has_empty(column(c, i)->type->kind));
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

bool coodie_cell_value(coodie_cell cell, const cql_type *type, cql_value *out, coodie_error *err)
{
	cd_clear(err);
	return cd_value_decode(type, (struct cd_span){ cell.data, cell.len }, out, err);
}

/* The general way: decode, then read as the type wanted. `out` is of that type. */
static bool read_as(const coodie_cursor *c, size_t i, void *out,
		    bool (*to)(cql_value v, void *out, coodie_error *err), coodie_error *err)
{
	cql_value v;

	cd_clear(err);
	if (!in_range(c, i, err))
		return false;
	return (decode(c, i, &v, err) && to(v, out, err)) || blame(c, i, err);
}

#define READER(name) \
	static bool to_##name(cql_value v, void *out, coodie_error *err) \
	{ \
		return cql_to_##name(v, out, err); \
	}

/* `bool` is a macro: neither name goes through another one. */
#define GETTER(name, type) \
	static bool to_##name(cql_value v, void *out, coodie_error *err) \
	{ \
		return cql_to_##name(v, out, err); \
	} \
	bool coodie_cursor_##name(const coodie_cursor *c, size_t i, type *out, coodie_error *err) \
	{ \
		return read_as(c, i, out, to_##name, err); \
	}

GETTER(bool, bool)
GETTER(int8, int8_t)
GETTER(int16, int16_t)
READER(int32)
READER(int64)
GETTER(float, float)
GETTER(double, double)
GETTER(text, cql_text)
GETTER(blob, cql_blob)
GETTER(uuid, cql_uuid)
GETTER(inet, cql_inet)
GETTER(date, cql_date)
GETTER(time, cql_time)
GETTER(timestamp, cql_timestamp)
GETTER(duration, cql_duration)
GETTER(varint, cql_varint)
GETTER(decimal, cql_decimal)
GETTER(list, cql_list)
GETTER(set, cql_set)
GETTER(map, cql_map)
GETTER(tuple, cql_tuple)
GETTER(udt, cql_udt)
GETTER(vector, cql_vector)

#undef GETTER
#undef READER

/* The short way: a column of just this kind whose cell has just this length. */
static inline bool is_just(const coodie_cursor *c, size_t i, enum cql_kind kind, size_t len)
{
	return i < coodie_result_column_count(c->result) && c->cells[i].len == len &&
	       column(c, i)->type->kind == kind;
}

bool coodie_cursor_int32(const coodie_cursor *c, size_t i, int32_t *out, coodie_error *err)
{
	if (!is_just(c, i, CQL_KIND_INT, 4))
		return read_as(c, i, out, to_int32, err);
	if (err)
		err->code = COODIE_OK;
	*out = (int32_t)cd_get_be32(c->cells[i].data);
	return true;
}

bool coodie_cursor_int64(const coodie_cursor *c, size_t i, int64_t *out, coodie_error *err)
{
	if (!is_just(c, i, CQL_KIND_BIGINT, 8))
		return read_as(c, i, out, to_int64, err);
	if (err)
		err->code = COODIE_OK;
	*out = (int64_t)cd_get_be64(c->cells[i].data);
	return true;
}
