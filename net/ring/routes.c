/* SPDX-License-Identifier: MIT */
/* Rows of system.client_routes to one route per host. */
#include "net/ring/routes.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"

enum { CONNECTION, HOST, ADDRESS, PORT, TLS_PORT, COLUMNS };

static bool find_columns(const coodie_result *rows, size_t columns[COLUMNS], coodie_error *err)
{
	static const char *const names[] = { "connection_id", "host_id", "address", "port",
					     "tls_port" };

	for (size_t i = 0; i < COLUMNS; i++)
		if (!coodie_result_column_index(rows, names[i], &columns[i]))
			return cd_fail(err, COODIE_ERR_PROTOCOL,
				       "system.client_routes: the answer has no column %s",
				       names[i]);
	return true;
}

static uint16_t read_port(const coodie_cursor *c, size_t column)
{
	int32_t port;

	return coodie_cursor_int32(c, column, &port, NULL) && port > 0 && port <= UINT16_MAX
		       ? (uint16_t)port
		       : 0;
}

static bool find_rank(cql_text id, const char *const *ids, uint32_t count, uint32_t *out)
{
	for (uint32_t i = 0; i < count; i++)
		if (strlen(ids[i]) == id.len && memcmp(ids[i], id.data, id.len) == 0) {
			*out = i;
			return true;
		}
	return false;
}

/* False: out of memory; a row that is of no use has no address. */
static bool read_route(struct cd_routes *r, const coodie_cursor *c, const size_t columns[COLUMNS],
		       struct cd_routes_route *out)
{
	cql_text address;

	out->address = NULL;
	out->inet = (cql_inet){ .length = 0 };
	out->port = read_port(c, columns[PORT]);
	out->tls_port = read_port(c, columns[TLS_PORT]);
	if (!coodie_cursor_uuid(c, columns[HOST], &out->host_id, NULL) ||
	    !coodie_cursor_text(c, columns[ADDRESS], &address, NULL) || !address.len ||
	    memchr(address.data, '\0', address.len) || (!out->port && !out->tls_port))
		return true;
	out->address = cd_arena_strndup(&r->arena, address.data, address.len);
	return out->address;
}

static int compare_ids(const cql_uuid *a, const cql_uuid *b)
{
	return memcmp(a->bytes, b->bytes, sizeof a->bytes);
}

static int compare_routes(const void *a, const void *b)
{
	const struct cd_routes_route *x = a, *y = b;
	int order = compare_ids(&x->host_id, &y->host_id);

	return order ? order : x->rank < y->rank ? -1 : x->rank > y->rank;
}

/* Leaves the best of each host. */
static uint32_t unite(struct cd_routes_route *list, uint32_t count)
{
	uint32_t kept = 0;

	qsort(list, count, sizeof *list, compare_routes);
	for (uint32_t i = 0; i < count; i++)
		if (!kept || compare_ids(&list[kept - 1].host_id, &list[i].host_id) != 0)
			list[kept++] = list[i];
	return kept;
}

static int compare_addresses(const void *a, const void *b)
{
	const struct cd_routes_route *x = *(struct cd_routes_route *const *)a,
				     *y = *(struct cd_routes_route *const *)b;

	return strcmp(x->address, y->address);
}

/* False: out of memory. */
static bool sort_addresses(struct cd_routes *r)
{
	r->by_address = cd_arena_take_array(&r->arena, r->count, sizeof(void *));
	if (!r->by_address)
		return false;
	for (uint32_t i = 0; i < r->count; i++)
		r->by_address[i] = &r->at[i];
	qsort(r->by_address, r->count, sizeof(void *), compare_addresses);
	return true;
}

static bool read_rows(struct cd_routes *r, coodie_result *rows, const size_t columns[COLUMNS],
		      const char *const *ids, uint32_t id_count)
{
	size_t most = coodie_result_row_count(rows);
	struct cd_routes_route *list = cd_arena_take_array(&r->arena, most, sizeof *list);
	coodie_cursor c = coodie_result_cursor(rows);
	uint32_t count = 0;
	cql_text id;

	if (!list)
		return false;
	while (count < most && coodie_cursor_next(&c)) {
		struct cd_routes_route *route = &list[count];
		bool is_ours = coodie_cursor_text(&c, columns[CONNECTION], &id, NULL) &&
			       find_rank(id, ids, id_count, &route->rank);
		if (is_ours && !read_route(r, &c, columns, route))
			return false;
		if (is_ours && route->address)
			count++;
		else
			r->skipped++;
	}
	r->count = unite(list, count);
	r->at = list;
	return sort_addresses(r);
}

struct cd_routes *cd_routes_new(const coodie_allocator *a, coodie_result *rows,
				const char *const *connection_ids, uint32_t id_count,
				coodie_error *err)
{
	size_t columns[COLUMNS];
	struct cd_routes *r;

	if (!find_columns(rows, columns, err))
		return NULL;
	r = cd_alloc_zero(a, sizeof *r);
	if (r) {
		atomic_init(&r->refs, 1);
		r->allocator = a ? *a : cd_malloc_allocator;
		cd_arena_init(&r->arena, &r->allocator, 0);
		if (read_rows(r, rows, columns, connection_ids, id_count))
			return r;
	}
	cd_no_memory(err, "client routes");
	cd_routes_free(r);
	return NULL;
}

struct cd_routes *cd_routes_ref(struct cd_routes *r)
{
	if (r)
		atomic_fetch_add_explicit(&r->refs, 1, memory_order_relaxed);
	return r;
}

void cd_routes_free(struct cd_routes *r)
{
	if (!r || atomic_fetch_sub_explicit(&r->refs, 1, memory_order_acq_rel) != 1)
		return;
	coodie_allocator a = r->allocator;
	cd_arena_deinit(&r->arena);
	cd_release(&a, r);
}

const struct cd_routes_route *cd_routes_find(const struct cd_routes *r, const cql_uuid *host_id)
{
	uint32_t low = 0, high = r->count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = compare_ids(&r->at[middle].host_id, host_id);
		if (order == 0)
			return &r->at[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static bool same_route(const struct cd_routes_route *a, const struct cd_routes_route *b)
{
	return compare_ids(&a->host_id, &b->host_id) == 0 && a->port == b->port &&
	       a->tls_port == b->tls_port && a->inet.length == b->inet.length &&
	       memcmp(a->inet.address, b->inet.address, a->inet.length) == 0 &&
	       strcmp(a->address, b->address) == 0;
}

bool cd_routes_same(const struct cd_routes *a, const struct cd_routes *b)
{
	if (a->count != b->count)
		return false;
	for (uint32_t i = 0; i < a->count; i++)
		if (!same_route(&a->at[i], &b->at[i]))
			return false;
	return true;
}
