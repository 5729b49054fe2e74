/* SPDX-License-Identifier: MIT */
/**
 * @file cursor.h
 * The getters a cursor does not have yet. Serves TY-13 to TY-17, Q16, Q19, Q20, Q22.
 */
#ifndef COODIE_CURSOR_H
#define COODIE_CURSOR_H

#include <coodie/result.h>

COODIE_BEGIN

/* ---- cursor ------------------------------------------------------------------------------ */

COODIE_API bool coodie_cursor_int8(const coodie_cursor *c, size_t i, int8_t *out,
				   coodie_error *err);
COODIE_API bool coodie_cursor_int16(const coodie_cursor *c, size_t i, int16_t *out,
				    coodie_error *err);
COODIE_API bool coodie_cursor_float(const coodie_cursor *c, size_t i, float *out,
				    coodie_error *err);
COODIE_API bool coodie_cursor_inet(const coodie_cursor *c, size_t i, cql_inet *out,
				   coodie_error *err);
COODIE_API bool coodie_cursor_date(const coodie_cursor *c, size_t i, cql_date *out,
				   coodie_error *err);
COODIE_API bool coodie_cursor_time(const coodie_cursor *c, size_t i, cql_time *out,
				   coodie_error *err);
COODIE_API bool coodie_cursor_timestamp(const coodie_cursor *c, size_t i, cql_timestamp *out,
					coodie_error *err);
COODIE_API bool coodie_cursor_duration(const coodie_cursor *c, size_t i, cql_duration *out,
				       coodie_error *err);
COODIE_API bool coodie_cursor_varint(const coodie_cursor *c, size_t i, cql_varint *out,
				     coodie_error *err);
COODIE_API bool coodie_cursor_decimal(const coodie_cursor *c, size_t i, cql_decimal *out,
				      coodie_error *err);
COODIE_API bool coodie_cursor_list(const coodie_cursor *c, size_t i, cql_list *out,
				   coodie_error *err);
COODIE_API bool coodie_cursor_set(const coodie_cursor *c, size_t i, cql_set *out,
				  coodie_error *err);
COODIE_API bool coodie_cursor_map(const coodie_cursor *c, size_t i, cql_map *out,
				  coodie_error *err);

COODIE_END

#endif
