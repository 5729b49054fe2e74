/* SPDX-License-Identifier: MIT */
/* What a result says: its kind, columns, rows, and what came with them. */
#include <string.h>

#include <coodie/driver.h>

#include "base/error.h"
#include "net/result/result_impl.h"
#include "proto/row_reader.h"

enum coodie_result_kind coodie_result_kind(const coodie_result *r)
{
	return r ? r->kind : COODIE_RESULT_VOID;
}

size_t coodie_result_row_count(const coodie_result *r)
{
	return r ? r->row_count : 0;
}

size_t coodie_result_column_count(const coodie_result *r)
{
	return r ? r->column_count : 0;
}

const char *coodie_result_column_name(const coodie_result *r, size_t i)
{
	return r && i < r->column_count ? r->metadata->columns.at[i].name.data : NULL;
}

const cql_type *coodie_result_column_type(const coodie_result *r, size_t i)
{
	return r && i < r->column_count ? r->metadata->columns.at[i].type : NULL;
}

bool coodie_result_column_index(const coodie_result *r, const char *name, size_t *i)
{
	for (size_t at = 0; r && name && at < r->column_count; at++)
		if (strcmp(r->metadata->columns.at[at].name.data, name) == 0) {
			*i = at;
			return true;
		}
	return false;
}

bool coodie_result_has_more(const coodie_result *r)
{
	return r && r->paging_state.data;
}

cql_blob coodie_result_paging_state(const coodie_result *r)
{
	return r ? r->paging_state : (cql_blob){ NULL, 0 };
}

bool coodie_result_applied(const coodie_result *r)
{
	size_t wanted;

	if (!r)
		return false;
	if (!coodie_result_column_index(r, "[applied]", &wanted) || r->row_count == 0)
		return true;
	struct cd_reader rows = cd_reader_over(r->rows.data, r->rows.len);
	for (size_t i = 0; i < wanted; i++)
		cd_read_bytes(&rows);
	struct cd_span cell = cd_read_bytes(&rows);
	return cell.len == 1 && cell.at[0] != 0;
}

/* Ours follows the server's. */
static const char *own_warning(const coodie_result *r)
{
	return r && r->history && *r->history->warning ? r->history->warning : NULL;
}

size_t coodie_result_warning_count(const coodie_result *r)
{
	return r ? r->warning_count + (own_warning(r) ? 1u : 0u) : 0;
}

const char *coodie_result_warning(const coodie_result *r, size_t i)
{
	if (r && i < r->warning_count)
		return r->warnings[i];
	return r && i == r->warning_count ? own_warning(r) : NULL;
}

size_t coodie_result_payload_count(const coodie_result *r)
{
	return r ? r->payload_count : 0;
}

bool coodie_result_payload_at(const coodie_result *r, size_t i, cql_payload *out)
{
	if (!r || i >= r->payload_count)
		return false;
	*out = r->payload[i];
	return true;
}

bool coodie_result_node(const coodie_result *r, cql_inet *address, uint16_t *port)
{
	if (!r || !r->place.address.length)
		return false;
	if (address)
		*address = r->place.address;
	if (port)
		*port = r->place.port;
	return true;
}

size_t coodie_result_tried_count(const coodie_result *r)
{
	return r && r->history ? r->history->count : 0;
}

bool coodie_result_tried(const coodie_result *r, size_t i, coodie_tried *out)
{
	const struct cd_trial *t;

	if (i >= coodie_result_tried_count(r))
		return false;
	t = &r->history->trials[i];
	*out = (coodie_tried){ t->place.address, t->place.port, t->code, t->server_code };
	return true;
}

bool coodie_result_tracing_id(const coodie_result *r, cql_uuid *id)
{
	if (!r || !r->traced)
		return false;
	*id = r->tracing_id;
	return true;
}

void coodie_result_rows(const coodie_result *r, cql_result *out)
{
	if (!r) {
		*out = (cql_result){ .kind = COODIE_RESULT_VOID };
		return;
	}
	*out = (cql_result){
		.kind = r->kind, .row_count = r->row_count, .rows = r->rows, .spare = r->spare
	};
	out->metadata.column_count = r->column_count;
	if (r->metadata)
		out->metadata.columns = r->metadata->columns.at;
}

/* Whether these are the kinds of all columns, as they are. */
static inline bool has_kinds(const coodie_result *r, const enum cql_kind *kinds, uint32_t count)
{
	const struct cd_columns *c = r->metadata ? &r->metadata->columns : NULL;

	return c && c->kinds && count == r->column_count &&
	       memcmp(kinds, c->kinds, count * sizeof *kinds) == 0;
}

bool coodie_result_read_(const coodie_result *result, cql_row_reader *r, const enum cql_kind *kinds,
			 uint32_t count, coodie_error *err)
{
	cd_well(err);
	if (!result || !result->spare)
		return cd_fail(err, COODIE_ERR_INVALID, "the result has no rows to be read");
	if (!has_kinds(result, kinds, count) &&
	    !cd_row_check_kinds(result->metadata ? result->metadata->columns.at : NULL,
				result->column_count, kinds, count, err))
		return false;
	cd_row_begin_spared(r, result->rows, result->row_count);
	return true;
}

coodie_cursor coodie_result_cursor(coodie_result *r)
{
	if (!r)
		return (coodie_cursor){ .left = 0 };
	if (r->column_count)
		memset(r->cells, 0, r->column_count * sizeof *r->cells);
	return (coodie_cursor){
		.result = r,
		.at = r->rows.data,
		.end = r->rows.data ? r->rows.data + r->rows.len : NULL,
		.cells = r->cells,
		.left = r->row_count,
	};
}

/* The hot path of reading: a length and a skip for each column, nothing else. */
bool coodie_cursor_next(coodie_cursor *c)
{
	struct cd_reader r = { c->at, c->end, false };
	coodie_cell *cell = c->cells, *last;

	if (c->left == 0)
		return false;
	last = cell + c->result->column_count;
	for (; cell < last; cell++) {
		int32_t len = (int32_t)cd_reader_be32(&r);
		*cell = (coodie_cell){ NULL, 0 };
		if (len >= 0)
			*cell = (coodie_cell){ cd_reader_take(&r, (size_t)len), (size_t)len };
		if (r.failed)
			goto broken;
	}
	c->at = r.at;
	c->left--;
	return true;
broken: /* half a row is none */
	memset(c->cells, 0, c->result->column_count * sizeof *c->cells);
	c->left = 0;
	c->failed = true;
	return false;
}
