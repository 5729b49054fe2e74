/* SPDX-License-Identifier: MIT */
/* Events: noted where things happen, told where the user may do anything. */
#include "net/engine/events.h"

#include <string.h>

#include <coodie/events.h>

#include "base/alloc.h"
#include "base/error.h"
#include "net/engine/engine_impl.h"

enum { SCHEMA_MOST = 64, TEXTS = 4 };

/* What cannot be looked up any more when it is told. */
struct cd_event_note {
	struct cd_event_note *next;
	coodie_event event;
	coodie_host host;
	char texts[];
};

/* One of several loops speaks for the session. */
static bool is_told(const struct cd_engine *e)
{
	return e->options->events && e->loop_index == 0 && !e->closing && !e->freed;
}

/* ---- kept ------------------------------------------------------------------------------------ */

static void push(struct cd_engine *e, struct cd_event_note *n)
{
	struct cd_events *v = &e->events;

	*(v->last ? &v->last->next : &v->first) = n;
	v->last = n;
	v->due = true;
}

static struct cd_event_note *pop(struct cd_events *v)
{
	struct cd_event_note *n = v->first;

	v->first = n->next;
	v->last = v->first ? v->last : NULL;
	return n;
}

/* With copies of some texts, whose places are replaced. */
static struct cd_event_note *make_note(struct cd_engine *e, enum coodie_event_kind kind,
				       cql_text texts[TEXTS])
{
	size_t size = 0;

	for (int i = 0; i < TEXTS; i++)
		size += texts[i].len + 1;
	struct cd_event_note *n = cd_alloc_zero(e->allocator, sizeof *n + size);
	if (!n) {
		cd_log(e->options, COODIE_LOG_ERROR, "out of memory while making an event");
		return NULL;
	}
	n->event = (coodie_event){ .size = sizeof n->event, .kind = kind };
	char *at = n->texts;
	for (int i = 0; i < TEXTS; i++) {
		if (texts[i].len)
			memcpy(at, texts[i].data, texts[i].len);
		texts[i].data = at;
		at += texts[i].len + 1; /* zeroed */
	}
	return n;
}

void cd_events_deinit(struct cd_engine *e)
{
	while (e->events.first)
		cd_release(e->allocator, pop(&e->events));
}

void cd_events_hosts(struct cd_engine *e)
{
	e->events.due = e->events.due || is_told(e);
}

void cd_events_removed(struct cd_engine *e, const struct cd_host *h)
{
	cql_text texts[TEXTS] = { cql_text_of(h->view->datacenter), cql_text_of(h->view->rack),
				  cql_text_of(h->view->release) };
	struct cd_event_note *n = h->told_added && is_told(e)
					  ? make_note(e, COODIE_EVENT_NODE_REMOVED, texts)
					  : NULL;

	if (!n)
		return;
	n->host = *h->view;
	n->host.datacenter = texts[0].data;
	n->host.rack = texts[1].data;
	n->host.release = texts[2].data;
	n->host.in_flight = n->host.connections = 0;
	n->event.node = &n->host;
	push(e, n);
}

static bool is_same(const char *text, cql_text other)
{
	return text && strlen(text) == other.len && memcmp(text, other.data, other.len) == 0;
}

/* Whether it waits to be told already. */
static bool is_kept(const struct cd_events *v, const cql_text texts[TEXTS])
{
	for (const struct cd_event_note *n = v->first; n; n = n->next)
		if (is_same(n->event.keyspace, texts[0]) && is_same(n->event.name, texts[1]) &&
		    is_same(n->event.target, texts[2]) && is_same(n->event.change, texts[3]))
			return true;
	return false;
}

static void keep_all(struct cd_engine *e)
{
	cql_text none[TEXTS] = { { NULL, 0 } };
	struct cd_event_note *n = make_note(e, COODIE_EVENT_SCHEMA_CHANGED, none);

	if (!n)
		return;
	e->events.has_all = true;
	e->events.schema_count++;
	push(e, n);
}

void cd_events_schema(struct cd_engine *e, const cql_schema_change *change)
{
	struct cd_events *v = &e->events;
	struct cd_event_note *n;

	if (!is_told(e))
		return;
	if (!change || v->schema_count >= SCHEMA_MOST) {
		if (!v->has_all)
			keep_all(e);
		return;
	}
	cql_text texts[TEXTS] = { change->keyspace, change->name, change->target, change->change };
	if (is_kept(v, texts) || !(n = make_note(e, COODIE_EVENT_SCHEMA_CHANGED, texts)))
		return;
	n->event.keyspace = texts[0].data;
	n->event.name = texts[1].data;
	n->event.target = texts[2].data;
	n->event.change = texts[3].data;
	v->schema_count++;
	push(e, n);
}

/* ---- told ------------------------------------------------------------------------------------ */

static void tell(struct cd_engine *e, const coodie_event *event)
{
	e->options->events(event, e->options->events_user);
}

static void tell_host(struct cd_engine *e, const struct cd_host *h, enum coodie_event_kind kind)
{
	const coodie_event event = { .size = sizeof event, .kind = kind, .node = h->view };

	tell(e, &event);
}

/* Those that went come first: another one may have their address now. Changes of the schema wait until
 * it is read. */
static void tell_notes(struct cd_engine *e)
{
	struct cd_events *v = &e->events;
	struct cd_event_note *n = v->first, *next;

	v->first = v->last = NULL;
	for (; n; n = next) {
		bool is_schema = n->event.kind == COODIE_EVENT_SCHEMA_CHANGED;
		next = n->next;
		n->next = NULL;
		if (is_schema && is_told(e) && !cd_control_schema_is_read(e)) {
			push(e, n);
			continue;
		}
		v->schema_count -= is_schema;
		v->has_all = v->has_all && !(is_schema && !n->event.keyspace);
		if (is_told(e))
			tell(e, &n->event);
		cd_release(e->allocator, n);
	}
}

/* A host is what it is now when it is told; nothing is told of what came and went meanwhile. */
static void tell_hosts(struct cd_engine *e)
{
	for (uint32_t slot = 0; slot < e->hosts.room && is_told(e); slot++) {
		struct cd_host *h = e->hosts.at[slot];
		bool is_new = h && !h->told_added;
		if (!h || (!is_new && h->told_up == h->view->is_up))
			continue;
		h->told_added = true;
		h->told_up = h->view->is_up;
		tell_host(e, h,
			  is_new       ? COODIE_EVENT_NODE_ADDED
			  : h->told_up ? COODIE_EVENT_NODE_UP
				       : COODIE_EVENT_NODE_DOWN);
	}
}

void cd_events_tell(struct cd_engine *e)
{
	tell_notes(e);
	e->events.due = false; /* a read of the schema that ends makes it true again */
	tell_hosts(e);
}

void coodie_options_set_events(coodie_options *o, coodie_event_fn *fn, void *user)
{
	if (!o)
		return;
	o->events = fn;
	o->events_user = user;
}

void coodie_options_set_conviction(coodie_options *o, coodie_conviction_fn *fn, void *user)
{
	if (!o)
		return;
	o->conviction = fn;
	o->conviction_user = user;
}
