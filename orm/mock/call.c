/* SPDX-License-Identifier: MIT */
/* A recorded statement: what was passed in lives only during the call, so all of it is copied. */
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/sized.h"
#include "orm/mock/mock.h"
#include "orm/value/datum.h"

/* Copies into an arena; after a failure nothing more is tried. */
struct copier {
	struct cd_arena *arena;
	coodie_error *err;
	bool failed;
};

static void *copied(struct copier *c, void *copy)
{
	if (!copy && !c->failed)
		c->failed = !cd_no_memory(c->err, "a recorded statement");
	return copy;
}

static const void *copy_bytes(struct copier *c, const void *at, size_t len)
{
	return at && !c->failed ? copied(c, cd_arena_copy(c->arena, at, len)) : NULL;
}

static const char *copy_text(struct copier *c, const char *text)
{
	return text ? copy_bytes(c, text, strlen(text) + 1) : NULL;
}

static void *copy_array(struct copier *c, size_t count, size_t size)
{
	return count && !c->failed ? copied(c, cd_arena_take_array(c->arena, count, size)) : NULL;
}

static void copy_args(struct copier *c, cql_args *args)
{
	cql_value *values = NULL;

	if (!c->failed && !cd_data_copy(c->arena, *args, &values, c->err))
		c->failed = true;
	args->values = values;
}

static void copy_names(struct copier *c, coodie_statement *st)
{
	const char **names = copy_array(c, st->names ? st->args.count : 0, sizeof(*names));

	for (size_t i = 0; names && i < st->args.count; i++)
		names[i] = copy_text(c, st->names[i]);
	st->names = names;
}

static void copy_payload(struct copier *c, coodie_request *r)
{
	cql_payload *payload = copy_array(c, r->payload_count, sizeof(*payload));

	for (size_t i = 0; payload && i < r->payload_count; i++) {
		payload[i] = r->payload[i];
		payload[i].key.data = copy_bytes(c, payload[i].key.data, payload[i].key.len);
		payload[i].value.data = copy_bytes(c, payload[i].value.data, payload[i].value.len);
	}
	r->payload = payload;
}

static void copy_request(struct copier *c, const coodie_request *from, coodie_request *to)
{
	*to = *from;
	to->id = NULL;
	to->paging_state.data = copy_bytes(c, to->paging_state.data, to->paging_state.len);
	to->keyspace = copy_text(c, to->keyspace);
	to->profile = copy_text(c, to->profile);
	to->node = copy_bytes(c, to->node, sizeof(*to->node));
	copy_payload(c, to);
}

/* What a statement and a child of a batch have alike. */
static void copy_body(struct copier *c, coodie_statement *st)
{
	st->request = NULL;
	st->cql = copy_text(c, st->cql);
	copy_args(c, &st->args);
	copy_names(c, st);
}

/* The array's elements have the size that their writer knew. */
static void copy_children(struct copier *c, coodie_statement *st)
{
	coodie_statement *children = copy_array(c, st->child_count, sizeof(*children));
	const char *from = (const char *)st->children;

	for (size_t i = 0; children && i < st->child_count && !c->failed; i++) {
		if (cd_take_struct(&children[i], sizeof(*children), from, "coodie_statement",
				   c->err))
			copy_body(c, &children[i]);
		else
			c->failed = true;
		from += st->children->size;
	}
	st->children = children;
}

struct cd_call *cd_call_new(const coodie_allocator *a, const coodie_statement *st,
			    coodie_error *err)
{
	struct cd_call *call = cd_alloc_zero(a, sizeof(*call));
	struct copier c = { .err = err };

	if (!call) {
		cd_no_memory(err, "a recorded statement");
		return NULL;
	}
	cd_arena_init(&call->arena, a, 0);
	c.arena = &call->arena;
	call->st = *st;
	copy_body(&c, &call->st);
	copy_children(&c, &call->st);
	copy_request(&c, st->request, &call->request);
	call->st.request = &call->request;
	if (!c.failed)
		return call;
	cd_call_free(a, call);
	return NULL;
}

void cd_call_free(const coodie_allocator *a, struct cd_call *call)
{
	coodie_result_free(call->result);
	cd_arena_deinit(&call->arena);
	cd_release(a, call);
}
