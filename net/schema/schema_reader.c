/* SPDX-License-Identifier: MIT */
/* Statements out, pages in: counts what is missing. */
#include "net/schema/schema_reader.h"

#include "base/alloc.h"
#include "base/buffer.h"
#include "base/error.h"

enum { SERVER_INVALID = 0x2200 }; /* v4 section 9: no such table, among others */

struct cd_schema_reader {
	coodie_allocator allocator;
	struct cd_schema_builder *builder;
	struct cd_schema_reader_options options;
	uint32_t missing; /* answers */
	bool asked;
};

struct cd_schema_reader *cd_schema_reader_new(const coodie_allocator *a, struct cd_schema *previous,
					      const struct cd_schema_reader_options *options,
					      coodie_error *err)
{
	struct cd_schema_reader *r = cd_alloc_zero(a, sizeof *r);

	if (!r) {
		cd_schema_no_memory(err);
		return NULL;
	}
	r->allocator = a ? *a : cd_malloc_allocator;
	r->builder = cd_schema_builder_new(a, previous, &options->scope, err);
	if (!r->builder) {
		cd_schema_reader_free(r);
		return NULL;
	}
	r->options = *options;
	r->options.scope = *cd_schema_builder_scope(r->builder);
	return r;
}

void cd_schema_reader_free(struct cd_schema_reader *r)
{
	if (!r)
		return;
	coodie_allocator a = r->allocator;
	cd_schema_builder_free(r->builder);
	cd_release(&a, r);
}

static bool ask(struct cd_schema_reader *r, enum cd_schema_rows rows, cql_blob paging_state,
		coodie_error *err)
{
	const struct cd_schema_reader_options *o = &r->options;
	struct cd_buffer cql;
	bool ok;

	cd_buffer_init(&cql, &r->allocator, 0);
	if (!cd_schema_rows_statement(rows, &o->scope, o->is_scylla, o->timeout_ms, &cql))
		ok = cd_schema_no_memory(err);
	else
		ok = o->ask(rows, (cql_text){ (const char *)cql.data, cql.len }, paging_state,
			    o->user, err);
	cd_buffer_deinit(&cql);
	r->missing += ok;
	return ok;
}

bool cd_schema_reader_ask(struct cd_schema_reader *r, coodie_error *err)
{
	cd_clear(err);
	for (int i = 0; i < CD_SCHEMA_ROWS; i++) {
		enum cd_schema_rows rows = (enum cd_schema_rows)i;

		if (cd_schema_rows_wanted(rows, &r->options.scope, r->options.is_scylla) &&
		    !ask(r, rows, (cql_blob){ NULL, 0 }, err))
			return false;
	}
	r->asked = true;
	return true;
}

bool cd_schema_reader_answer(struct cd_schema_reader *r, enum cd_schema_rows rows,
			     coodie_result *page, const coodie_error *failure, coodie_error *err)
{
	const struct cd_schema_rows_info *info = &cd_schema_rows_infos[rows];

	cd_clear(err);
	r->missing--;
	if (page)
		return cd_schema_builder_feed(r->builder, rows, page, err) &&
		       (!coodie_result_has_more(page) ||
			ask(r, rows, coodie_result_paging_state(page), err));
	if (info->optional && failure && failure->server_code == SERVER_INVALID)
		return true;
	if (failure)
		cd_error_copy(err, failure);
	else
		cd_fail(err, COODIE_ERR_PROTOCOL, "no answer");
	cd_error_prefix(err, "%s.%s", info->keyspace, info->table);
	return false;
}

bool cd_schema_reader_ready(const struct cd_schema_reader *r)
{
	return r->asked && !r->missing;
}

bool cd_schema_reader_step(struct cd_schema_reader *r, struct cd_schema **out, coodie_error *err)
{
	return cd_schema_builder_step(r->builder, out, err);
}
