/* SPDX-License-Identifier: MIT */
/* Going on behind a page: tokens of queries and of plain results. */
#include "orm/query/page.h"

#include <string.h>

#include <coodie/stream.h>

#include "base/error.h"

void coodie_after(coodie_query *q, const char *token)
{
	if (!cd_query_begin(q))
		return;
	q->has_token = token != NULL;
	if (token && !cd_page_token_read(token, &q->arena, &q->token, &q->err))
		cd_error_prefix(&q->err, "%s, coodie_after", q->place.model->label);
}

struct cd_page_token cd_page_token_of(const coodie_query *q, const struct cd_select *s,
				      cql_blob state, uint32_t skip)
{
	return (struct cd_page_token){ .protocol = cd_query_protocol(q),
				       .statement = cd_select_hash(s, &q->allocator),
				       .skip = skip,
				       .state = state };
}

bool cd_page_keep_token(coodie_rows *rows, const coodie_query *q, const struct cd_select *s,
			cql_blob state, uint32_t skip, coodie_error *err)
{
	struct cd_page_token t = cd_page_token_of(q, s, state, skip);
	size_t size = cd_page_token_write(&t, NULL, 0) + 1;
	char *text = cd_arena_take(&rows->arena, size);

	if (!text)
		return cd_no_memory(err, "a token");
	cd_page_token_write(&t, text, size);
	rows->token = text;
	return true;
}

const char *coodie_rows_token(const coodie_rows *rows)
{
	return rows ? rows->token : NULL;
}

/* ---- plain results --------------------------------------------------------------------------- */

size_t coodie_result_token(const coodie_result *r, char *out, size_t size)
{
	struct cd_page_token t = { .state = coodie_result_paging_state(r) };

	if (t.state.len)
		return cd_page_token_write(&t, out, size);
	if (size)
		*out = '\0';
	return 0;
}

static bool read_state(const char *token, struct cd_arena *a, uint8_t *out, size_t *len,
		       coodie_error *err)
{
	size_t room = *len;
	struct cd_page_token t;

	if (!cd_page_token_read(token, a, &t, err))
		return false;
	if (t.skip)
		return cd_fail(err, COODIE_ERR_QUERY,
			       "this token is of a place inside a page, which no paging state can "
			       "say; give it to coodie_after()");
	*len = t.state.len;
	if (t.state.len > room)
		return cd_fail(err, COODIE_ERR_RANGE, "the paging state has %zu bytes",
			       t.state.len);
	if (t.state.len)
		memcpy(out, t.state.data, t.state.len);
	return true;
}

bool coodie_token_paging_state(const char *token, uint8_t *out, size_t *len, coodie_error *err)
{
	struct cd_arena a;
	bool ok;

	cd_clear(err);
	if (!token || !len)
		return cd_fail(err, COODIE_ERR_INVALID, "coodie_token_paging_state: the %s is NULL",
			       token ? "length" : "token");
	cd_arena_init(&a, NULL, 0);
	ok = read_state(token, &a, out, len, err);
	cd_arena_deinit(&a);
	return ok;
}
