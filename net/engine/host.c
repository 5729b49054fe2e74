/* SPDX-License-Identifier: MIT */
/* Hosts: the table by slot, and what happens to a pool when its host comes, moves or goes. */
#include "net/engine/host.h"

#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "net/engine/engine_impl.h"
#include "net/engine/pool.h"

enum { FIRST_ROOM = 8 };

static bool grow(struct cd_engine *e, uint32_t least)
{
	struct cd_hosts *t = &e->hosts;
	uint32_t room = t->room ? t->room : FIRST_ROOM;

	while (room < least)
		room *= 2;
	struct cd_host **at = cd_resize(e->allocator, t->at, room * sizeof(void *));
	if (!at)
		return false;
	t->at = at;
	coodie_host *views = cd_resize(e->allocator, t->views, room * sizeof *views);
	if (!views)
		return false;
	t->views = views;
	memset(at + t->room, 0, (room - t->room) * sizeof(void *));
	memset(views + t->room, 0, (room - t->room) * sizeof *views);
	t->room = room;
	for (uint32_t i = 0; i < room; i++)
		if (at[i])
			at[i]->view = &views[i];
	return true;
}

static void free_host(struct cd_host *h)
{
	const coodie_allocator *a = h->engine->allocator;

	for (uint32_t i = 0; i < h->shard_count; i++)
		cd_release(a, h->shards[i].wires);
	cd_release(a, h->shards);
	cd_release(a, h->name);
	cd_release(a, h);
}

static void set_address(struct cd_host *h, const struct cd_address *address)
{
	size_t len = strnlen(address->text, sizeof h->view->address - 1);

	h->address = *address;
	memcpy(h->view->address, address->text, len);
	h->view->address[len] = '\0';
}

static void set_view(struct cd_host *h)
{
	*h->view = (coodie_host){ .size = sizeof *h->view, .is_up = true };
	h->view->datacenter = h->view->rack = h->view->release = "";
}

static bool is_number(const char *name)
{
	cql_inet inet;

	return cql_inet_parse(name, &inet, NULL);
}

struct cd_host *cd_host_add(struct cd_engine *e, uint32_t slot, const struct cd_address *address,
			    const char *name, coodie_error *err)
{
	struct cd_hosts *t = &e->hosts;

	if (slot >= t->room && !grow(e, slot + 1))
		return cd_no_memory(err, "a host"), NULL;
	struct cd_host *h = cd_alloc_zero(e->allocator, sizeof *h);
	if (!h)
		return cd_no_memory(err, "a host"), NULL;
	h->engine = e;
	h->slot = slot;
	h->retry.kind = CD_DEADLINE_HOST;
	h->name = cd_strndup(e->allocator, name, strlen(name));
	h->by_number = is_number(name);
	h->shards = cd_alloc_zero(e->allocator, sizeof *h->shards);
	h->shard_count = h->shards != NULL;
	if (!h->name || !h->shards) {
		free_host(h);
		return cd_no_memory(err, "a host"), NULL;
	}
	cd_limit_set(&h->limit, e->options->max_in_flight_host);
	h->view = &t->views[slot];
	set_view(h);
	set_address(h, address);
	t->at[slot] = h;
	t->count++;
	cd_engine_hosts_changed(e);
	return h;
}

/* It drains when it is up, else it is closed. */
static void end_wire(struct cd_host *h, struct cd_wire *w)
{
	if (w->state == CD_WIRE_UP) {
		cd_wire_retire(w);
	} else if (w->state == CD_WIRE_OPENING) {
		cd_pool_drop(h, w);
		cd_wire_close(w);
	}
}

/* Those that are up drain, the others are closed; none of them is the host's any more. */
static void disown(struct cd_host *h, bool all)
{
	struct cd_engine *e = h->engine;

	for (struct cd_wire *w = e->wires, *next; w; w = next) {
		next = w->next;
		if (w->host != h)
			continue;
		end_wire(h, w);
		if (all)
			w->host = NULL;
		cd_wire_end_if_drained(w);
	}
}

void cd_host_remove(struct cd_host *h)
{
	struct cd_engine *e = h->engine;
	struct cd_hosts *t = &e->hosts;

	h->leaving = true;
	cd_log_settle(e->options, &h->said);
	cd_events_removed(e, h);
	disown(h, true);
	cd_wheel_remove(&e->wheel, &h->retry);
	t->at[h->slot] = NULL;
	t->views[h->slot] = (coodie_host){ 0 };
	t->count--;
	free_host(h);
	cd_engine_hosts_changed(e);
}

void cd_host_ignore(struct cd_host *h)
{
	struct cd_engine *e = h->engine;

	cd_wheel_remove(&e->wheel, &h->retry);
	for (struct cd_wire *w = e->wires, *next; w; w = next) {
		next = w->next;
		if (w->host != h || w == e->control.wire)
			continue;
		end_wire(h, w);
		cd_wire_end_if_drained(w);
	}
}

static bool set_name(struct cd_host *h, const char *name)
{
	const coodie_allocator *a = h->engine->allocator;
	char *copy = strcmp(h->name, name) == 0 ? h->name : cd_strndup(a, name, strlen(name));

	if (copy && copy != h->name) {
		cd_release(a, h->name);
		h->name = copy;
	}
	return copy != NULL;
}

bool cd_host_rename(struct cd_host *h, const char *name)
{
	if (!set_name(h, name))
		return false;
	h->by_number = is_number(name);
	h->named = false;
	return true;
}

void cd_host_named(struct cd_host *h, const char *name)
{
	h->named = true;
	if (name && !set_name(h, name))
		h->named = false; /* the next connection asks again */
}

void cd_host_move(struct cd_host *h, const struct cd_address *address)
{
	set_address(h, address);
	disown(h, false);
	cd_pool_hurry(h);
	cd_pool_fill(h);
}

void cd_hosts_deinit(struct cd_engine *e)
{
	struct cd_hosts *t = &e->hosts;

	for (uint32_t i = 0; i < t->room; i++)
		if (t->at[i])
			free_host(t->at[i]);
	cd_release(e->allocator, t->at);
	cd_release(e->allocator, t->views);
	*t = (struct cd_hosts){ 0 };
}
