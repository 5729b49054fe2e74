/* SPDX-License-Identifier: MIT */
/* The rows that LIST answers with. */
#include <string.h>

#include "node/auth/auth.h"
#include "proto/type.h"

void nd_auth_rows_begin(struct nd_auth_rows *r, struct nd_auth *a)
{
	*r = (struct nd_auth_rows){ .auth = a };
	cd_buffer_init(&r->cells, a->x->db->allocator, 0);
}

static void put(struct nd_auth_rows *r, const void *data, size_t len)
{
	cd_buffer_be32(&r->cells, (uint32_t)len);
	cd_buffer_bytes(&r->cells, data, len);
}

void nd_auth_put_text(struct nd_auth_rows *r, const char *text)
{
	put(r, text, strlen(text));
}

void nd_auth_put_flag(struct nd_auth_rows *r, bool flag)
{
	uint8_t byte = flag;

	put(r, &byte, 1);
}

void nd_auth_put_nothing(struct nd_auth_rows *r)
{
	static const uint8_t no_entries[4];

	put(r, no_entries, sizeof no_entries);
}

static cql_text text_of(const char *text)
{
	return (cql_text){ text, strlen(text) };
}

static const cql_type *type_of(struct nd_auth_rows *r, enum cql_kind kind)
{
	cql_type *map;

	if (kind != CQL_KIND_MAP)
		return cd_type_native(kind);
	map = cd_type_new(r->auth->x->arena, kind, 2);
	if (map)
		map->inner[0] = map->inner[1] = cd_type_native(CQL_KIND_TEXT);
	return map;
}

static bool fill(struct nd_auth_rows *r, const char *table, const struct nd_auth_column *columns,
		 uint32_t count)
{
	struct nd_request *x = r->auth->x;
	cql_column_spec *specs = cd_arena_take_array(x->arena, count, sizeof *specs);
	void *cells = r->cells.failed ? NULL : cd_arena_copy(x->arena, r->cells.data, r->cells.len);

	if (!specs || !cells)
		return nd_no_memory(&x->problem);
	for (uint32_t i = 0; i < count; i++) {
		specs[i] = (cql_column_spec){ text_of("system_auth"), text_of(table),
					      text_of(columns[i].name),
					      type_of(r, columns[i].kind) };
		if (!specs[i].type)
			return nd_no_memory(&x->problem);
	}
	x->result.kind = COODIE_RESULT_ROWS;
	x->result.metadata = (cql_metadata){ .columns = specs, .column_count = count };
	x->result.rows = (cql_blob){ cells, r->cells.len };
	x->result.row_count = r->count;
	return true;
}

bool nd_auth_rows_end(struct nd_auth_rows *r, const char *table,
		      const struct nd_auth_column *columns, uint32_t count)
{
	bool ok = !r->auth->x->problem.happened && fill(r, table, columns, count);

	cd_buffer_deinit(&r->cells);
	return ok;
}
