/* SPDX-License-Identifier: MIT */
/* How much a query reads, and everything its requests say. */
#include <string.h>

#include <coodie/aggregate.h>

#include "base/error.h"
#include "base/sized.h"
#include "orm/query/query.h"

/* ---- how much -------------------------------------------------------------------------------- */

static bool check_count(coodie_query *q, const char *what, uint32_t rows)
{
	if (rows > 0 && rows <= INT32_MAX)
		return true;
	return cd_fail(&q->err, COODIE_ERR_QUERY,
		       "%s, %s(%lu): 1 to %ld rows; leave the call out for all",
		       q->place.model->label, what, (unsigned long)rows, (long)INT32_MAX);
}

void coodie_limit(coodie_query *q, uint32_t rows)
{
	if (cd_query_begin(q) && check_count(q, "coodie_limit", rows))
		q->limit = rows;
}

void coodie_per_partition_limit(coodie_query *q, uint32_t rows)
{
	if (cd_query_begin(q) && check_count(q, "coodie_per_partition_limit", rows))
		q->per_partition_limit = rows;
}

void coodie_page_rows(coodie_query *q, uint32_t rows)
{
	if (cd_query_begin(q) && check_count(q, "coodie_page_rows", rows))
		q->request.page_rows = (int32_t)rows;
}

void coodie_allow_filtering(coodie_query *q)
{
	if (cd_query_begin(q))
		q->allow_filtering = true;
}

/* ---- the request ----------------------------------------------------------------------------- */

void coodie_consistency(coodie_query *q, cql_consistency consistency)
{
	if (cd_query_begin(q))
		q->request.consistency = consistency;
}

void coodie_timeout_ms(coodie_query *q, uint32_t ms)
{
	if (cd_query_begin(q))
		q->request.timeout_ms = ms;
}

static bool copy_bytes(coodie_query *q, const void *data, size_t len, const void **out)
{
	*out = data ? cd_arena_copy(&q->arena, len ? data : "", len ? len : 1) : NULL;
	return !data || *out || cd_no_memory(&q->err, "a query");
}

static bool copy_text(coodie_query *q, const char **text)
{
	const void *out;

	if (!copy_bytes(q, *text, *text ? strlen(*text) + 1 : 0, &out))
		return false;
	*text = out;
	return true;
}

static bool copy_blob(coodie_query *q, cql_blob *blob)
{
	const void *out;

	if (!copy_bytes(q, blob->data, blob->len, &out))
		return false;
	blob->data = out;
	return true;
}

static bool copy_payload(coodie_query *q, coodie_request *r)
{
	cql_payload *out = cd_arena_take_array(&q->arena, r->payload_count, sizeof(*out));

	if (r->payload_count && !out)
		return cd_no_memory(&q->err, "a query");
	for (size_t i = 0; i < r->payload_count; i++) {
		cql_blob key = { (const uint8_t *)r->payload[i].key.data, r->payload[i].key.len };

		out[i].value = r->payload[i].value;
		if (!copy_blob(q, &key) || !copy_blob(q, &out[i].value))
			return false;
		out[i].key = (cql_text){ (const char *)key.data, key.len };
	}
	r->payload = out;
	return true;
}

static bool copy_node(coodie_query *q, coodie_request *r)
{
	const void *out;

	if (!copy_bytes(q, r->node, sizeof(*r->node), &out))
		return false;
	r->node = out;
	return true;
}

/* `id` is the caller's. */
bool cd_query_keep_request(coodie_query *q, coodie_request *r)
{
	return copy_text(q, &r->keyspace) && copy_text(q, &r->profile) &&
	       copy_blob(q, &r->paging_state) && copy_node(q, r) && copy_payload(q, r);
}

void coodie_query_request(coodie_query *q, const coodie_request *r)
{
	coodie_request own = { .size = sizeof(own) };

	if (!cd_query_begin(q))
		return;
	if (r && !cd_take_struct(&own, sizeof(own), r, "coodie_request", &q->err))
		return;
	if (cd_query_keep_request(q, &own))
		q->request = own;
}

void coodie_profile(coodie_query *q, const char *name)
{
	if (cd_query_begin(q) && copy_text(q, &name))
		q->request.profile = name;
}

void coodie_token_range(coodie_query *q, int64_t after, int64_t up_to)
{
	if (!cd_query_begin(q))
		return;
	if (after >= up_to) {
		cd_fail(&q->err, COODIE_ERR_QUERY,
			"%s, coodie_token_range: no token is after %lld and not after %lld; a range "
			"over the end of the ring is two",
			q->place.model->label, (long long)after, (long long)up_to);
		return;
	}
	q->has_range = true;
	q->range_after = after;
	q->range_up_to = up_to;
}
