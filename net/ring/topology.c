/* SPDX-License-Identifier: MIT */
/* Topologies: slots that hosts keep, the orders in which they are found, and what has changed. */
#include "net/ring/topology.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "net/ring/topology_row.h"

const char *cd_topology_statement(enum cd_topology_question question, bool is_scylla)
{
#define WITHIN " USING TIMEOUT 10s"
#define TEXTS(cql) \
	{ \
		(cql), (cql WITHIN) \
	}
	static const char *const statements[][2] = {
		[CD_TOPOLOGY_LOCAL] = TEXTS("SELECT * FROM system.local WHERE key = 'local'"),
		[CD_TOPOLOGY_PEERS_V2] = TEXTS("SELECT * FROM system.peers_v2"),
		[CD_TOPOLOGY_PEERS] = TEXTS("SELECT * FROM system.peers"),
		[CD_TOPOLOGY_ROUTES] = TEXTS(
			"SELECT connection_id, host_id, address, port, tls_port "
			"FROM system.client_routes WHERE connection_id IN ?"),
	};
	return statements[question][is_scylla];
#undef TEXTS
#undef WITHIN
}

/* ---- one row per host ------------------------------------------------------------------------ */

static int compare_ids(const cql_uuid *a, const cql_uuid *b)
{
	return memcmp(a->bytes, b->bytes, sizeof a->bytes);
}

/* By host id, and in the order of the rows where two have the same. */
static int compare_by_id(const void *a, const void *b)
{
	const struct cd_topology_host *x = *(const struct cd_topology_host *const *)a,
				      *y = *(const struct cd_topology_host *const *)b;
	int order = compare_ids(&x->host_id, &y->host_id);

	return order ? order : x < y ? -1 : x > y;
}

/* Of two rows with one host id, which a change of address leaves behind for a while: the one without
 * tokens, or else the second. The host that answered knows itself best. */
static bool is_stale(const struct cd_topology_host *a, const struct cd_topology_host *b)
{
	if (a->is_local || b->is_local)
		return b->is_local;
	return !a->token_count && b->token_count;
}

/* Leaves one of each host id in `list`, which is sorted. @return how many */
static uint32_t unite(struct cd_topology_draft *d, struct cd_topology_host **list)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < d->count; i++) {
		struct cd_topology_host *kept = count ? list[count - 1] : NULL;
		if (!kept || compare_ids(&kept->host_id, &list[i]->host_id) != 0) {
			list[count++] = list[i];
			continue;
		}
		struct cd_topology_host *other = list[i];
		char text[CQL_INET_TEXT_SIZE], id[CQL_UUID_TEXT_SIZE];
		if (is_stale(kept, other)) {
			list[count - 1] = other;
			other = kept;
		}
		cd_topology_skip(d, "system.peers, %s: another row of host %s",
				 cql_inet_format(other->address, text),
				 cql_uuid_format(other->host_id, id));
	}
	return count;
}

/* ---- slots ----------------------------------------------------------------------------------- */

/* Those of `previous` go to their hosts; a host that is new gets the least that nobody has or had. */
static bool deal_slots(struct cd_topology *t, const struct cd_topology *previous,
		       struct cd_topology_host *const *list)
{
	uint32_t had = previous ? previous->slot_count : 0, next = 0, most = 0;
	const struct cd_topology_host **by_slot = cd_arena_take_array(
		&t->arena, had + t->host_count, sizeof(void *));

	if (!by_slot)
		return false;
	for (int is_new = 0; is_new <= 1; is_new++)
		for (uint32_t i = 0; i < t->host_count; i++) {
			const struct cd_topology_host *was =
				previous ? cd_topology_find(previous, &list[i]->host_id) : NULL;
			if (is_new != !was)
				continue;
			while (is_new && (by_slot[next] || (next < had && previous->by_slot[next])))
				next++;
			list[i]->slot = was ? was->slot : (uint16_t)next;
			by_slot[list[i]->slot] = list[i];
			if (list[i]->slot >= most)
				most = list[i]->slot + 1u;
		}
	t->by_slot = by_slot;
	t->slot_count = most;
	return true;
}

/* Moves the hosts to an array in the order of their slots; `list` and `by_slot` point there then. */
static bool settle(struct cd_topology *t, struct cd_topology_host **list)
{
	struct cd_topology_host *hosts = cd_arena_take_array(&t->arena, t->host_count,
							     sizeof *hosts);
	const struct cd_topology_host **by_slot = (void *)(uintptr_t)t->by_slot;
	uint32_t count = 0;

	if (!hosts)
		return false;
	for (uint32_t slot = 0; slot < t->slot_count; slot++)
		if (by_slot[slot]) {
			hosts[count] = *by_slot[slot];
			by_slot[slot] = &hosts[count++];
		}
	for (uint32_t i = 0; i < count; i++)
		list[i] = (void *)(uintptr_t)by_slot[list[i]->slot];
	t->hosts = hosts;
	return true;
}

/* ---- places ---------------------------------------------------------------------------------- */

static int compare_by_place(const void *a, const void *b)
{
	const struct cd_topology_host *x = *(const struct cd_topology_host *const *)a,
				      *y = *(const struct cd_topology_host *const *)b;
	int order = strcmp(x->datacenter, y->datacenter);

	return order ? order : strcmp(x->rack, y->rack);
}

static void number_places(struct cd_topology *t, struct cd_topology_host *const *list,
			  struct cd_topology_place *places)
{
	struct cd_topology_place *last = NULL;

	for (uint32_t i = 0; i < t->host_count; i++) {
		struct cd_topology_host *host = list[i];
		bool is_center = !last || strcmp(last->datacenter, host->datacenter) != 0;
		t->datacenter_count += is_center;
		if (is_center || strcmp(last->rack, host->rack) != 0) {
			last = &places[t->place_count++];
			last->datacenter = is_center ? host->datacenter
						     : places[t->place_count - 2].datacenter;
			last->rack = host->rack;
			last->datacenter_number = t->datacenter_count - 1;
		}
		host->place = t->place_count - 1;
		host->datacenter = last->datacenter;
		host->rack = last->rack;
	}
	t->places = places;
}

static bool find_places(struct cd_topology *t)
{
	struct cd_topology_place *places = cd_arena_take_array(&t->arena, t->host_count,
							       sizeof *places);
	struct cd_topology_host **list = cd_alloc_array(&t->allocator, t->host_count,
							sizeof(void *));

	if (places && list) {
		for (uint32_t i = 0; i < t->host_count; i++)
			list[i] = (void *)(uintptr_t)&t->hosts[i];
		qsort(list, t->host_count, sizeof(void *), compare_by_place);
		number_places(t, list, places);
	}
	cd_release(&t->allocator, list);
	return places && list;
}

/* ---- making one ------------------------------------------------------------------------------ */

static bool arrange(struct cd_topology_draft *d, const struct cd_topology *previous,
		    coodie_error *err)
{
	struct cd_topology *t = d->topology;
	struct cd_topology_host **list = cd_arena_take_array(&t->arena, d->count, sizeof(void *));

	if (!list)
		return false;
	for (uint32_t i = 0; i < d->count; i++)
		list[i] = &d->hosts[i];
	qsort(list, d->count, sizeof(void *), compare_by_id);
	t->host_count = unite(d, list);
	if (!t->host_count)
		return cd_fail(err, COODIE_ERR_PROTOCOL, "no host is known: %s",
			       t->note_count ? d->notes[0] : "system.local is empty");
	t->by_id = (void *)list;
	return !d->no_memory && deal_slots(t, previous, list) && settle(t, list) && find_places(t);
}

struct cd_topology *cd_topology_new(const coodie_allocator *a, const struct cd_topology *previous,
				    const struct cd_topology_source *source, coodie_error *err)
{
	struct cd_topology *t = cd_alloc_zero(a, sizeof *t);
	struct cd_topology_draft draft = { .topology = t, .source = source };
	coodie_error why = { 0 };

	if (!t) {
		cd_no_memory(err, "a topology");
		return NULL;
	}
	atomic_init(&t->refs, 1);
	t->allocator = a ? *a : cd_malloc_allocator;
	t->is_scylla = source->is_scylla;
	cd_arena_init(&t->arena, &t->allocator, 0);
	if (cd_topology_read(&draft, &why) && arrange(&draft, previous, &why)) {
		t->notes = cd_arena_copy(&t->arena, draft.notes, sizeof draft.notes);
		if (t->notes)
			return t;
	}
	if (why.code == COODIE_OK)
		cd_no_memory(&why, "a topology");
	cd_error_copy(err, &why);
	cd_topology_free(t);
	return NULL;
}

struct cd_topology *cd_topology_ref(struct cd_topology *t)
{
	if (t)
		atomic_fetch_add_explicit(&t->refs, 1, memory_order_relaxed);
	return t;
}

void cd_topology_free(struct cd_topology *t)
{
	if (!t || atomic_fetch_sub_explicit(&t->refs, 1, memory_order_acq_rel) != 1)
		return;
	coodie_allocator a = t->allocator;
	cd_arena_deinit(&t->arena);
	cd_release(&a, t);
}

/* ---- finding --------------------------------------------------------------------------------- */

const struct cd_topology_host *cd_topology_find(const struct cd_topology *t,
						const cql_uuid *host_id)
{
	uint32_t low = 0, high = t->host_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = compare_ids(&t->by_id[middle]->host_id, host_id);
		if (order == 0)
			return t->by_id[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static bool same_address(const cql_inet *a, const cql_inet *b)
{
	return a->length == b->length && memcmp(a->address, b->address, a->length) == 0;
}

const struct cd_topology_host *cd_topology_find_address(const struct cd_topology *t,
							const cql_inet *address, uint16_t port)
{
	for (uint32_t i = 0; i < t->host_count; i++)
		if (same_address(&t->hosts[i].address, address) &&
		    (!port || t->hosts[i].port == port))
			return &t->hosts[i];
	return NULL;
}

bool cd_topology_same_slots(const struct cd_topology *a, const struct cd_topology *b)
{
	if (a->host_count != b->host_count)
		return false;
	for (uint32_t i = 0; i < a->host_count; i++)
		if (a->by_id[i]->slot != b->by_id[i]->slot ||
		    compare_ids(&a->by_id[i]->host_id, &b->by_id[i]->host_id) != 0)
			return false;
	return true;
}

/* ---- differences ----------------------------------------------------------------------------- */

static bool same_tokens(const struct cd_topology_host *a, const struct cd_topology_host *b)
{
	if (a->token_count != b->token_count)
		return false;
	for (uint32_t i = 0; i < a->token_count; i++)
		if (a->tokens[i].high != b->tokens[i].high || a->tokens[i].low != b->tokens[i].low)
			return false;
	return true;
}

static unsigned differences(const struct cd_topology_host *a, const struct cd_topology_host *b)
{
	unsigned what = 0;

	if (a->port != b->port || !same_address(&a->address, &b->address))
		what |= CD_TOPOLOGY_MOVED;
	if (strcmp(a->datacenter, b->datacenter) != 0 || strcmp(a->rack, b->rack) != 0)
		what |= CD_TOPOLOGY_PLACED;
	if (!same_tokens(a, b))
		what |= CD_TOPOLOGY_TOKENS;
	if (strcmp(a->release, b->release) != 0)
		what |= CD_TOPOLOGY_RELEASED;
	return what;
}

struct change {
	cd_topology_change_fn *fn;
	void *user;
	unsigned all;
};

static void tell(struct change *c, const struct cd_topology_host *before,
		 const struct cd_topology_host *after, unsigned what)
{
	c->all |= what;
	if (what && c->fn)
		c->fn(before, after, what, c->user);
}

unsigned cd_topology_compare(const struct cd_topology *before, const struct cd_topology *after,
			     cd_topology_change_fn *fn, void *user)
{
	struct change c = { fn, user, 0 };

	for (uint32_t i = 0; before && i < before->host_count; i++)
		if (!cd_topology_find(after, &before->hosts[i].host_id))
			tell(&c, &before->hosts[i], NULL, CD_TOPOLOGY_REMOVED);
	for (uint32_t i = 0; i < after->host_count; i++) {
		const struct cd_topology_host *now = &after->hosts[i], *was;
		was = before ? cd_topology_find(before, &now->host_id) : NULL;
		tell(&c, was, now, was ? differences(was, now) : CD_TOPOLOGY_ADDED);
	}
	if (before && before->partitioner != after->partitioner)
		c.all |= CD_TOPOLOGY_TOKENS;
	return c.all;
}
