/* SPDX-License-Identifier: MIT */
/* Parcels: chunks that never move, so that an index stands for one for ever, and a free list of
 * indexes with a tag against the same one coming back between a look and a swap. */
#include "net/crew/parcel.h"

#include <string.h>

#include "base/alloc.h"
#include "base/budget.h"
#include "base/error.h"
#include "net/engine/engine_impl.h"
#include "net/metrics/outgoing.h"
#include "net/result/named.h"
#include "proto/value.h"

enum {
	ARENA_CHUNK = 1024,
	KEPT = 4096 /* bytes of copies that a free parcel keeps at most */
};

void cd_parcels_init(struct cd_parcels *s, const coodie_allocator *a)
{
	memset(s, 0, sizeof *s);
	s->allocator = a;
}

static uint32_t chunk_size(uint32_t chunk)
{
	return (uint32_t)CD_PARCEL_FIRST << chunk;
}

/* Chunk c holds indexes from FIRST * (2^c - 1) on. */
static struct cd_parcel *parcel_at(struct cd_parcels *s, uint32_t index)
{
	uint32_t chunk = 0;

	while (index >= chunk_size(chunk)) {
		index -= chunk_size(chunk);
		chunk++;
	}
	return &atomic_load_explicit(&s->chunks[chunk], memory_order_acquire)[index];
}

void cd_parcels_deinit(struct cd_parcels *s)
{
	uint32_t made = atomic_load(&s->made);

	for (uint32_t i = 0; i < made; i++)
		cd_arena_deinit(&parcel_at(s, i)->arena);
	for (int i = 0; i < CD_PARCEL_CHUNKS; i++)
		cd_release(s->allocator, atomic_load(&s->chunks[i]));
}

static struct cd_parcel *take_free(struct cd_parcels *s)
{
	uint64_t head = atomic_load_explicit(&s->free, memory_order_acquire);

	while ((uint32_t)head) {
		struct cd_parcel *p = parcel_at(s, (uint32_t)head - 1);
		uint64_t next = ((head >> 32) + 1) << 32 |
				atomic_load_explicit(&p->free, memory_order_relaxed);
		if (atomic_compare_exchange_weak_explicit(
			    &s->free, &head, next, memory_order_acquire, memory_order_acquire))
			return p;
	}
	return NULL;
}

/* The chunk of an index, made if nobody has. */
static bool have_chunk(struct cd_parcels *s, uint32_t chunk)
{
	struct cd_parcel *there = atomic_load_explicit(&s->chunks[chunk], memory_order_acquire);

	if (there)
		return true;
	struct cd_parcel *made = cd_alloc_array(s->allocator, chunk_size(chunk), sizeof *made);
	if (!made)
		return false;
	if (!atomic_compare_exchange_strong(&s->chunks[chunk], &there, made))
		cd_release(s->allocator, made); /* somebody was faster */
	return true;
}

static struct cd_parcel *make_parcel(struct cd_parcels *s)
{
	uint32_t index = atomic_load(&s->made), chunk, end;

	do {
		for (chunk = 0, end = chunk_size(0); index >= end; end += chunk_size(chunk))
			chunk++;
		if (chunk >= CD_PARCEL_CHUNKS || !have_chunk(s, chunk))
			return NULL;
	} while (!atomic_compare_exchange_weak(&s->made, &index, index + 1));
	struct cd_parcel *p = parcel_at(s, index);
	p->index = index;
	cd_arena_init(&p->arena, s->allocator, ARENA_CHUNK);
	return p;
}

struct cd_parcel *cd_parcel_take(struct cd_parcels *s, enum cd_parcel_kind kind)
{
	struct cd_parcel *p = take_free(s);

	if (!p)
		p = make_parcel(s);
	if (!p)
		return NULL;
	p->kind = kind;
	p->prepared = NULL;
	p->statement = (coodie_statement){ .size = sizeof p->statement };
	p->request = (coodie_request){ .size = sizeof p->request };
	p->statement.request = &p->request;
	p->id = 0;
	p->context = NULL;
	return p;
}

/* What is kept to be used again is little, and where memory is counted nothing: nobody could ask for it. */
static void drop_copies(const struct cd_parcels *s, struct cd_arena *a)
{
	cd_arena_reset(a);
	if ((size_t)(a->end - a->at) <= KEPT && !cd_budget_of(s->allocator))
		return;
	cd_arena_deinit(a);
	cd_arena_init(a, s->allocator, ARENA_CHUNK);
}

void cd_parcel_give(struct cd_parcels *s, struct cd_parcel *p)
{
	uint64_t head = atomic_load_explicit(&s->free, memory_order_relaxed), mine;

	coodie_prepared_free(p->prepared);
	for (size_t i = 0; i < p->statement.child_count; i++)
		coodie_prepared_free(p->statement.children[i].prepared);
	drop_copies(s, &p->arena);
	do {
		atomic_store_explicit(&p->free, (uint32_t)head, memory_order_relaxed);
		mine = ((head >> 32) + 1) << 32 | (p->index + 1u);
	} while (!atomic_compare_exchange_weak_explicit(&s->free, &head, mine, memory_order_release,
							memory_order_relaxed));
}

/* ---- copies ---------------------------------------------------------------------------------- */

static bool pack_text(struct cd_arena *a, const char **text)
{
	if (!*text)
		return true;
	*text = cd_arena_strndup(a, *text, strlen(*text));
	return *text != NULL;
}

static bool pack_values(struct cd_arena *a, cql_args *args)
{
	cql_value *copies = cd_arena_take_array(a, args->count + 1, sizeof *copies);

	for (size_t i = 0; copies && i < args->count; i++)
		if (!cd_value_copy(a, &copies[i], &args->values[i]))
			return false;
	args->values = copies;
	return copies != NULL;
}

static bool pack_entry(struct cd_arena *a, cql_payload *to, const cql_payload *from)
{
	*to = *from;
	if (from->key.data && !(to->key.data = cd_arena_copy(a, from->key.data, from->key.len)))
		return false;
	return !from->value.data ||
	       (to->value.data = cd_arena_copy(a, from->value.data, from->value.len));
}

static bool pack_payload(struct cd_arena *a, coodie_request *r)
{
	cql_payload *copies = NULL;

	if (r->payload_count &&
	    !(copies = cd_arena_take_array(a, r->payload_count, sizeof *copies)))
		return false;
	for (size_t i = 0; i < r->payload_count; i++)
		if (!pack_entry(a, &copies[i], &r->payload[i]))
			return false;
	r->payload = copies;
	return true;
}

static bool pack_request(struct cd_parcel *p, const coodie_request *r)
{
	struct cd_arena *a = &p->arena;

	p->request = *r;
	p->request.id = NULL;
	if (r->paging_state.len) {
		p->request.paging_state.data = cd_arena_copy(a, r->paging_state.data,
							     r->paging_state.len);
		if (!p->request.paging_state.data)
			return false;
	}
	if (r->node && !(p->request.node = cd_arena_copy(a, r->node, sizeof *r->node)))
		return false;
	return pack_text(a, &p->request.keyspace) && pack_text(a, &p->request.profile) &&
	       pack_payload(a, &p->request);
}

static bool pack_child(struct cd_arena *a, coodie_statement *to, const coodie_statement *st)
{
	*to = *st;
	to->request = NULL;
	to->prepared = NULL;
	if (!pack_text(a, &to->cql) || !pack_values(a, &to->args))
		return false;
	if (st->prepared)
		to->prepared = cd_prepared_ref(st->prepared);
	return true;
}

/* Those of a batch; `child_count` says how many hold references. */
static bool pack_children(struct cd_parcel *p, const coodie_statement *batch, coodie_error *err)
{
	coodie_statement *copies, own;

	if (!batch->child_count)
		return true;
	if (!cd_batch_check(batch, err))
		return false;
	copies = cd_arena_take_array(&p->arena, batch->child_count, sizeof *copies);
	if (!copies)
		return cd_no_memory(err, "a copy of a batch");
	p->statement.children = copies;
	for (size_t i = 0; i < batch->child_count; i++) {
		const coodie_statement *st = cd_batch_child(batch, i, &own, err);
		if (!st)
			return cd_batch_blame(i, err);
		if (!pack_child(&p->arena, &copies[i], st))
			return cd_no_memory(err, "a copy of a batch");
		p->statement.child_count++;
	}
	return true;
}

bool cd_parcel_pack(struct cd_parcel *p, const coodie_statement *st, coodie_error *err)
{
	p->statement = *st;
	p->statement.request = &p->request;
	p->statement.prepared = NULL;
	p->statement.child_count = 0;
	if (!cd_extras_check(st->request, err))
		return false;
	if (!pack_text(&p->arena, &p->statement.cql) ||
	    !pack_values(&p->arena, &p->statement.args) || !pack_request(p, st->request))
		return cd_no_memory(err, "a copy of a statement");
	if (st->names &&
	    !(p->statement.names = cd_named_copy(&p->arena, st->names, st->args.count)))
		return cd_no_memory(err, "a copy of a statement");
	if (st->prepared)
		p->statement.prepared = p->prepared = cd_prepared_ref(st->prepared);
	return pack_children(p, st, err);
}

bool cd_parcel_set_args(struct cd_parcel *p, const void *args, size_t len)
{
	void *copy = len ? cd_arena_take(&p->arena, len) : NULL;

	if (copy)
		memcpy(copy, args, len);
	p->args = copy;
	return copy || !len;
}

bool cd_parcel_adorn(struct cd_parcel *p, const char *cql, coodie_outgoing_fn *fn, void *user,
		     coodie_error *err)
{
	coodie_request *r = &p->request;
	struct coodie_outgoing out;

	if (!cd_outgoing_init(&out, &p->arena, cql, r->payload, (uint16_t)r->payload_count, err))
		return false;
	fn(&out, user);
	r->payload = out.entries;
	r->payload_count = out.count;
	p->context = out.context;
	return true;
}
