/* SPDX-License-Identifier: MIT */
/* The ring and its changes. */
#include "node/cluster/ring.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

void nd_ring_init(struct nd_ring *r, const coodie_allocator *allocator)
{
	*r = (struct nd_ring){ .allocator = allocator };
}

/* What is the ring's is written through its own pointers; readers have const ones. */
static void release(const struct nd_ring *r, const void *what)
{
	cd_release(r->allocator, (void *)(uintptr_t)what);
}

static void release_node(const struct nd_ring *r, struct nd_ring_node *node)
{
	release(r, node->data_center);
	release(r, node->rack);
	release(r, node->tokens);
	release(r, node->next_tokens);
}

void nd_ring_deinit(struct nd_ring *r)
{
	for (uint32_t i = 0; i < r->count; i++)
		release_node(r, &r->nodes[i]);
	cd_release(r->allocator, r->now.at);
	cd_release(r->allocator, r->next.at);
	nd_ring_init(r, r->allocator);
}

/* ---- the order of tokens ------------------------------------------------------------------------ */

static int compare_entries(const void *a, const void *b)
{
	const struct nd_ring_entry *x = a, *y = b;

	if (x->token != y->token)
		return x->token < y->token ? -1 : 1;
	return x->node < y->node ? -1 : x->node > y->node;
}

/* The tokens that count for a node, now or next. */
static uint32_t tokens_of(const struct nd_ring_node *node, bool next, const int64_t **out)
{
	*out = node->tokens;
	if (node->state == ND_RING_LEFT)
		return 0;
	if (node->state == (next ? ND_RING_LEAVING : ND_RING_JOINING))
		return 0;
	if (next && node->state == ND_RING_MOVING) {
		*out = node->next_tokens;
		return node->next_token_count;
	}
	return node->token_count;
}

static bool make_order(const struct nd_ring *r, bool next, struct nd_ring_order *out)
{
	const int64_t *tokens;
	size_t count = 0;

	*out = (struct nd_ring_order){ NULL, 0 };
	for (uint32_t i = 0; i < r->count; i++)
		count += tokens_of(&r->nodes[i], next, &tokens);
	out->at = cd_alloc_array(r->allocator, count + 1, sizeof *out->at);
	if (!out->at)
		return false;
	for (uint32_t i = 0; i < r->count; i++) {
		uint32_t n = tokens_of(&r->nodes[i], next, &tokens);
		for (uint32_t j = 0; j < n; j++)
			out->at[out->count++] = (struct nd_ring_entry){ tokens[j], i };
	}
	qsort(out->at, out->count, sizeof *out->at, compare_entries);
	return true;
}

static bool reorder(struct nd_ring *r)
{
	struct nd_ring_order now, next;
	bool is_moving = false;

	if (!make_order(r, false, &now))
		return false;
	if (!make_order(r, true, &next)) {
		cd_release(r->allocator, now.at);
		return false;
	}
	for (uint32_t i = 0; i < r->count; i++)
		is_moving |= r->nodes[i].state != ND_RING_NORMAL &&
			     r->nodes[i].state != ND_RING_LEFT;
	cd_release(r->allocator, r->now.at);
	cd_release(r->allocator, r->next.at);
	r->now = now;
	r->next = next;
	r->is_moving = is_moving;
	r->version++;
	return true;
}

/* ---- events --------------------------------------------------------------------------------------- */

static cql_text text_of(const char *s)
{
	return (cql_text){ s, strlen(s) };
}

static void tell(const struct nd_ring *r, uint32_t i, enum cql_event_kind kind, const char *change)
{
	cql_event e = {
		.kind = kind,
		.type = text_of(kind == CQL_EVENT_STATUS_CHANGE ? "STATUS_CHANGE"
								: "TOPOLOGY_CHANGE"),
		.change = text_of(change),
		.address = r->nodes[i].address,
		.port = r->nodes[i].port,
	};

	if (r->changed)
		r->changed(r->user, &e);
}

/* ---- changes -------------------------------------------------------------------------------------- */

static int64_t *copy_tokens(const struct nd_ring *r, const int64_t *tokens, uint32_t count)
{
	int64_t *copy = cd_alloc_array(r->allocator, (size_t)count + 1, sizeof *copy);

	if (copy && count)
		memcpy(copy, tokens, count * sizeof *copy);
	return copy;
}

static bool copy_node(const struct nd_ring *r, const struct nd_ring_node *from,
		      struct nd_ring_node *to)
{
	*to = *from;
	to->data_center = cd_strndup(r->allocator, from->data_center, strlen(from->data_center));
	to->rack = cd_strndup(r->allocator, from->rack, strlen(from->rack));
	to->tokens = copy_tokens(r, from->tokens, from->token_count);
	to->next_tokens = copy_tokens(r, from->next_tokens, from->next_token_count);
	if (to->data_center && to->rack && to->tokens && to->next_tokens)
		return true;
	release_node(r, to);
	return false;
}

bool nd_ring_add(struct nd_ring *r, const struct nd_ring_node *node, uint32_t *index)
{
	uint32_t i = r->count;

	if (i == ND_RING_NODES || node->token_count > ND_RING_TOKENS ||
	    node->next_token_count > ND_RING_TOKENS || !copy_node(r, node, &r->nodes[i]))
		return false;
	r->count++;
	if (!reorder(r)) {
		r->count--;
		release_node(r, &r->nodes[i]);
		return false;
	}
	if (index)
		*index = i;
	if (node->state != ND_RING_JOINING)
		tell(r, i, CQL_EVENT_TOPOLOGY_CHANGE, "NEW_NODE");
	if (node->state != ND_RING_JOINING && node->is_up)
		tell(r, i, CQL_EVENT_STATUS_CHANGE, "UP");
	return true;
}

static bool exists(const struct nd_ring *r, uint32_t i)
{
	return i < r->count && r->nodes[i].state != ND_RING_LEFT;
}

bool nd_ring_set_up(struct nd_ring *r, uint32_t i, bool is_up)
{
	if (!exists(r, i))
		return false;
	if (r->nodes[i].is_up == is_up)
		return true;
	r->nodes[i].is_up = is_up;
	r->version++;
	if (r->nodes[i].state != ND_RING_JOINING)
		tell(r, i, CQL_EVENT_STATUS_CHANGE, is_up ? "UP" : "DOWN");
	return true;
}

/* Takes the new tokens, which are no longer new. */
static void settle(struct nd_ring_node *node)
{
	const int64_t *was = node->tokens;

	node->tokens = node->next_tokens;
	node->token_count = node->next_token_count;
	node->next_tokens = was; /* its memory; it counts for nothing */
	node->next_token_count = 0;
}

bool nd_ring_set_state(struct nd_ring *r, uint32_t i, enum nd_ring_state state)
{
	struct nd_ring_node was;

	if (!exists(r, i) || (state == ND_RING_MOVING && r->nodes[i].state != ND_RING_MOVING))
		return false;
	was = r->nodes[i];
	if (was.state == ND_RING_MOVING && state == ND_RING_NORMAL)
		settle(&r->nodes[i]);
	r->nodes[i].state = state;
	if (state == ND_RING_LEFT)
		r->nodes[i].is_up = false;
	if (!reorder(r)) {
		r->nodes[i] = was;
		return false;
	}
	if (state == ND_RING_LEFT && was.state != ND_RING_JOINING)
		tell(r, i, CQL_EVENT_TOPOLOGY_CHANGE, "REMOVED_NODE");
	if (state == ND_RING_NORMAL && was.state == ND_RING_JOINING)
		tell(r, i, CQL_EVENT_TOPOLOGY_CHANGE, "NEW_NODE");
	if (state == ND_RING_NORMAL && was.state == ND_RING_JOINING && was.is_up)
		tell(r, i, CQL_EVENT_STATUS_CHANGE, "UP");
	if (state == ND_RING_NORMAL && was.state == ND_RING_MOVING)
		tell(r, i, CQL_EVENT_TOPOLOGY_CHANGE, "MOVED_NODE");
	return true;
}

bool nd_ring_move(struct nd_ring *r, uint32_t i, const int64_t *tokens, uint32_t count)
{
	struct nd_ring_node was;
	int64_t *copy;

	if (!exists(r, i) || r->nodes[i].state != ND_RING_NORMAL || count > ND_RING_TOKENS ||
	    !(copy = copy_tokens(r, tokens, count)))
		return false;
	was = r->nodes[i];
	r->nodes[i].next_tokens = copy;
	r->nodes[i].next_token_count = count;
	r->nodes[i].state = ND_RING_MOVING;
	if (!reorder(r)) {
		r->nodes[i] = was;
		cd_release(r->allocator, copy);
		return false;
	}
	release(r, was.next_tokens);
	return true;
}

bool nd_ring_set_address(struct nd_ring *r, uint32_t i, cql_inet address, uint16_t port)
{
	if (!exists(r, i))
		return false;
	r->nodes[i].address = address;
	r->nodes[i].port = port;
	return true;
}

/* ---- tokens ---------------------------------------------------------------------------------------- */

int64_t nd_ring_even_token(uint32_t i, uint32_t count)
{
	/* 2^64 / count, without 128 bits; the least token is no node's */
	uint64_t step = count > 1 ? UINT64_MAX / count + 1 : 0;

	return (int64_t)(((uint64_t)INT64_MIN + 1) + i * step);
}

int64_t nd_ring_next_token(const struct nd_ring *r)
{
	const struct nd_ring_order *o = &r->next;
	uint64_t widest = 0, from = 0;

	if (!o->count)
		return INT64_MIN + 1;
	for (uint32_t i = 0; i < o->count; i++) {
		uint64_t here = (uint64_t)o->at[i].token;
		uint64_t gap = (uint64_t)o->at[(i + 1) % o->count].token - here - 1;
		if (gap > widest) {
			widest = gap;
			from = here;
		}
	}
	from += widest / 2 + 1;
	/* the least token is no node's: it stands in front of them all */
	return from == (uint64_t)INT64_MIN ? INT64_MIN + 1 : (int64_t)from;
}

/* ---- for the system's tables ----------------------------------------------------------------------- */

uint32_t nd_ring_index(const struct nd_ring *r, const void *coordinator)
{
	uint32_t i = r->index_of && coordinator ? r->index_of(coordinator) : 0;

	return i < r->count ? i : 0;
}

/* The i-th as `self` counts: itself, then the others. */
static const struct nd_ring_node *find(const struct nd_ring *r, uint32_t self, uint32_t i)
{
	if (i == 0)
		return self < r->count ? &r->nodes[self] : NULL;
	for (uint32_t j = 0; j < r->count; j++)
		if (j != self && r->nodes[j].state != ND_RING_LEFT &&
		    r->nodes[j].state != ND_RING_JOINING && --i == 0)
			return &r->nodes[j];
	return NULL;
}

bool nd_ring_describe(const struct nd_ring *r, const void *coordinator, uint32_t i,
		      struct nd_system_node *out)
{
	const struct nd_ring_node *node = find(r, nd_ring_index(r, coordinator), i);

	if (!node)
		return false;
	*out = (struct nd_system_node){
		.number = (uint32_t)(node - r->nodes),
		.address = node->address,
		.port = node->port,
		.data_center = node->data_center,
		.rack = node->rack,
		.host_id = node->host_id,
		.tokens = node->tokens,
		.token_count = node->token_count,
		.generation = node->generation,
	};
	return true;
}
