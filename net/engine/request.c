/* SPDX-License-Identifier: MIT */
/* Requests: lists, the pool, and the bytes they keep. The values of an EXECUTE stay until its
 * answer, so that it can be sent again after UNPREPARED: one memcpy, no allocation, since a request
 * keeps its buffer when it is recycled. */
#include "net/engine/request.h"

#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "net/engine/prepared.h"
#include "proto/execute.h"
#include "proto/value.h"

enum {
	PER_BLOCK = 64,
	LARGE_BYTES = 2 * 1024 * 1024,
	FEW_CHILDREN = 4,
	KEPT_CHILDREN = 128,
	ARENA_CHUNK = 512
};

/* ---- lists ---------------------------------------------------------------------------------- */

void cd_requests_push(struct cd_requests *list, struct cd_request *r)
{
	r->in = list;
	r->next = NULL;
	r->prev = list->last;
	*(list->last ? &list->last->next : &list->first) = r;
	list->last = r;
	list->count++;
}

void cd_requests_push_front(struct cd_requests *list, struct cd_request *r)
{
	r->in = list;
	r->prev = NULL;
	r->next = list->first;
	*(list->first ? &list->first->prev : &list->last) = r;
	list->first = r;
	list->count++;
}

void cd_requests_remove(struct cd_request *r)
{
	struct cd_requests *list = r->in;

	if (!list)
		return;
	*(r->prev ? &r->prev->next : &list->first) = r->next;
	*(r->next ? &r->next->prev : &list->last) = r->prev;
	r->next = r->prev = NULL;
	r->in = NULL;
	list->count--;
}

struct cd_request *cd_requests_pop(struct cd_requests *list)
{
	struct cd_request *r = list->first;

	if (r)
		cd_requests_remove(r);
	return r;
}

void cd_requests_move(struct cd_requests *to, struct cd_requests *from)
{
	for (struct cd_request *r; (r = cd_requests_pop(from));)
		cd_requests_push(to, r);
}

/* ---- the pool ------------------------------------------------------------------------------- */

void cd_request_pool_init(struct cd_request_pool *p, const coodie_allocator *a)
{
	*p = (struct cd_request_pool){ .allocator = a };
	cd_slab_init(&p->slab, a, sizeof(struct cd_request), PER_BLOCK);
}

void cd_request_pool_deinit(struct cd_request_pool *p)
{
	for (uint32_t i = 0; i < p->count; i++) {
		cd_buffer_deinit(&p->all[i]->kept);
		cd_arena_deinit(&p->all[i]->arena);
		cd_release(p->allocator, p->all[i]->children.at);
	}
	cd_release(p->allocator, p->all);
	cd_release(p->allocator, p->aliases);
	cd_slab_deinit(&p->slab);
	*p = (struct cd_request_pool){ 0 };
}

void cd_request_pool_trim(struct cd_request_pool *p)
{
	for (struct cd_request *r = p->free; r; r = r->next) {
		cd_buffer_deinit(&r->kept);
		cd_buffer_init(&r->kept, p->allocator, 0);
	}
	p->large = 0;
}

static struct cd_request *make_request(struct cd_request_pool *p)
{
	if (p->count == p->size) {
		uint32_t size = p->size ? p->size * 2 : PER_BLOCK;
		struct cd_request **all = cd_resize(p->allocator, p->all, size * sizeof *all);
		if (!all)
			return NULL;
		p->all = all;
		p->size = size;
	}
	struct cd_request *r = cd_slab_take(&p->slab);
	if (!r)
		return NULL;
	memset(r, 0, sizeof *r);
	cd_buffer_init(&r->kept, p->allocator, 0);
	cd_arena_init(&r->arena, p->allocator, ARENA_CHUNK);
	r->index = p->count;
	p->all[p->count++] = r;
	return r;
}

void cd_request_clear(struct cd_request *r)
{
	r->next = r->prev = NULL;
	r->in = NULL;
	r->deadline = (struct cd_deadline){ 0 };
	r->retry.link = NULL;
	r->failed = r->dirty = r->express = false;
	r->tracing = r->encoded = r->idempotent = r->own = false;
	r->speculated = r->plain = false;
	r->is_read = r->is_lwt = r->drawn = r->has_node = false;
	r->profile = 0;
	r->pin = NULL;
	r->told = 0;
	r->first = (struct cd_attempt){ .request = r, .stream = -1 };
	r->flying = NULL;
	r->attempts = r->retries = r->stay = 0;
	r->timeout_ms = 0;
	r->began_us = 0;
	r->counters = NULL;
	r->done.result = NULL;
	r->user = NULL;
	r->prepared = NULL;
	r->next_load = NULL;
	r->waiters = (struct cd_requests){ 0 };
	r->params = (cql_params){ 0 };
	r->text = r->values = r->paging_state = r->keyspace = (struct cd_piece){ 0 };
	r->whole.bytes.len = 0;
	r->value_count = 0;
	r->args = NULL;
	r->result = NULL;
}

struct cd_request *cd_request_take(struct cd_request_pool *p, enum cd_request_kind kind)
{
	struct cd_request *r = p->free;

	if (r)
		p->free = r->next;
	else
		r = make_request(p);
	if (!r)
		return NULL;
	p->large -= r->kept.cap > CD_REQUEST_KEPT ? r->kept.cap : 0;
	cd_request_clear(r);
	r->kept.len = 0;
	r->kind = kind;
	r->used = true;
	return r;
}

struct cd_child *cd_children_add(struct cd_children *c, const coodie_allocator *a)
{
	if (c->count == c->room) {
		uint32_t room = c->room ? c->room * 2 : FEW_CHILDREN;
		struct cd_child *at = cd_resize(a, c->at, room * sizeof *at);
		if (!at)
			return NULL;
		c->at = at;
		c->room = room;
	}
	c->at[c->count] = (struct cd_child){ 0 };
	return &c->at[c->count++];
}

void cd_children_clear(struct cd_children *c)
{
	for (uint32_t i = 0; i < c->count; i++)
		coodie_prepared_free(c->at[i].prepared);
	c->count = c->known = 0;
}

static void drop_children(struct cd_request_pool *p, struct cd_children *c)
{
	cd_children_clear(c);
	if (c->room <= KEPT_CHILDREN)
		return;
	cd_release(p->allocator, c->at);
	c->at = NULL;
	c->room = 0;
}

void cd_request_give(struct cd_request_pool *p, struct cd_request *r)
{
	coodie_prepared_free(r->prepared);
	r->prepared = NULL;
	if (r->arena.chunks) {
		cd_arena_deinit(&r->arena);
		r->names = NULL;
		r->extras = NULL;
	}
	r->args = NULL;
	if (r->children.count)
		drop_children(p, &r->children);
	if (r->alias)
		cd_request_unname(p, r);
	cd_buffer_clear(&r->kept);
	if (r->kept.cap > CD_REQUEST_KEPT && p->large + r->kept.cap > LARGE_BYTES) {
		cd_buffer_deinit(&r->kept);
		cd_buffer_init(&r->kept, p->allocator, 0);
	}
	p->large += r->kept.cap > CD_REQUEST_KEPT ? r->kept.cap : 0;
	r->generation++;
	r->used = false;
	r->dirty = true;
	r->next = p->free;
	p->free = r;
}

uint64_t cd_request_id(const struct cd_request *r)
{
	return (uint64_t)r->generation << 32 | (r->index + 1u);
}

struct cd_request *cd_request_find(const struct cd_request_pool *p, uint64_t id)
{
	uint32_t index = (uint32_t)id - 1u;

	if (!(uint32_t)id || index >= p->count || p->all[index]->generation != id >> 32)
		return NULL;
	return p->all[index]->used ? p->all[index] : NULL;
}

/* ---- other ids ------------------------------------------------------------------------------ */

static struct cd_request **chain_of(const struct cd_request_pool *p, uint64_t alias)
{
	return &p->aliases[alias * UINT64_C(0x9e3779b97f4a7c15) >> 32 & (p->chains - 1)];
}

static void link_alias(struct cd_request_pool *p, struct cd_request *r)
{
	struct cd_request **chain = chain_of(p, r->alias);

	r->next_alias = *chain;
	*chain = r;
}

/* As many chains as there may be requests. Without memory they are longer, or there are none. */
static void make_chains(struct cd_request_pool *p)
{
	struct cd_request **chains = cd_alloc_array(p->allocator, p->size, sizeof *chains);

	if (!chains)
		return;
	cd_release(p->allocator, p->aliases);
	p->aliases = chains;
	p->chains = p->size;
	for (uint32_t i = 0; i < p->count; i++)
		if (p->all[i]->alias)
			link_alias(p, p->all[i]);
}

void cd_request_name(struct cd_request_pool *p, struct cd_request *r, uint64_t alias)
{
	if (p->chains < p->size)
		make_chains(p);
	r->alias = alias;
	if (p->aliases)
		link_alias(p, r);
}

void cd_request_unname(struct cd_request_pool *p, struct cd_request *r)
{
	struct cd_request **at = p->aliases ? chain_of(p, r->alias) : NULL;

	while (at && *at && *at != r)
		at = &(*at)->next_alias;
	if (at && *at)
		*at = r->next_alias;
	r->alias = 0;
}

struct cd_request *cd_request_find_alias(const struct cd_request_pool *p, uint64_t alias)
{
	struct cd_request *r = p->aliases && alias ? *chain_of(p, alias) : NULL;

	while (r && r->alias != alias)
		r = r->next_alias;
	for (uint32_t i = 0; !p->aliases && alias && i < p->count && !r; i++)
		if (p->all[i]->alias == alias)
			r = p->all[i];
	return r;
}

/* ---- bytes ---------------------------------------------------------------------------------- */

struct cd_piece cd_request_keep(struct cd_request *r, const void *data, size_t len)
{
	struct cd_piece piece = { .at = r->kept.len, .len = len };

	cd_buffer_bytes(&r->kept, data, len);
	return piece;
}

cql_value *cd_request_copy_args(struct cd_request *r, cql_args args)
{
	cql_value *copies = cd_arena_take_array(&r->arena, args.count ? args.count : 1,
						sizeof *copies);

	for (size_t i = 0; copies && i < args.count; i++)
		if (!cd_value_copy(&r->arena, &copies[i], &args.values[i]))
			copies = NULL;
	return copies;
}

bool cd_request_keep_args(struct cd_request *r, cql_args args, coodie_error *err)
{
	if (args.count > UINT16_MAX)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "%zu values are more than the protocol can carry (65535)",
			       args.count);
	r->args = cd_request_copy_args(r, args);
	r->value_count = (uint16_t)args.count;
	return r->args || cd_no_memory(err, "a copy of a statement's values");
}

void cd_request_blame(const struct coodie_prepared *p, size_t i, coodie_error *err)
{
	char type[96];

	if (!err || err->code == COODIE_ERR_NO_MEMORY)
		return;
	cql_type_format(p->binds.at[i].type, type, sizeof type);
	cd_error_prefix(err, "bind %zu (%s %s)", i + 1, p->binds.at[i].name.data, type);
}

bool cd_request_check_count(const struct coodie_prepared *p, size_t count, coodie_error *err)
{
	return count == p->binds.count ||
	       cd_fail(err, COODIE_ERR_INVALID,
		       "the statement has %" PRIu32 " marker%s, %zu value%s given", p->binds.count,
		       p->binds.count == 1 ? "" : "s", count, count == 1 ? " was" : "s were");
}

/* Bytes that a request keeps, used again by others, so that usual values are written at once. */
enum { WARM_ROOM = 4096 };

bool cd_request_encode(struct cd_request *r, const cql_value *values, size_t count,
		       coodie_error *err)
{
	const struct coodie_prepared *p = r->prepared;

	if (count != p->binds.count)
		return cd_request_check_count(p, count, err);
	uint16_t where = 0;
	r->values.at = r->kept.len;
	if (p->markers.room <= WARM_ROOM && !cd_buffer_reserve(&r->kept, p->markers.room))
		return cd_no_memory(err, "a statement's values");
	if (!cd_bind_values(&r->kept, &p->markers, values, &where, err)) {
		cd_request_blame(p, where, err);
		return false;
	}
	r->values.len = r->kept.len - r->values.at;
	r->value_count = (uint16_t)count;
	r->encoded = true;
	return true;
}

bool cd_request_encode_whole(struct cd_request *r, const cql_value *values, size_t count,
			     unsigned version, coodie_error *err)
{
	struct coodie_prepared *p = r->prepared;
	bool usual = !r->kept.len && !r->params.has_now && count == p->binds.count;
	const cql_execute *e = usual ? cd_prepared_template(p, version, &r->params) : NULL;
	const struct cd_execution x = { r->params.consistency, r->params.timestamp_us, values };
	uint16_t where = 0;

	if (!e)
		return cd_request_encode(r, values, count, err);
	if (!cd_execute_put(&r->kept, e, &x, &where, err)) {
		cd_request_blame(p, where, err);
		return false;
	}
	if (r->kept.failed)
		return cd_no_memory(err, "a statement's values");
	if (r->tracing)
		r->kept.data[1] = CQL_FLAG_TRACING;
	cd_request_set_whole(r, p->load, e);
	r->encoded = true;
	return true;
}
