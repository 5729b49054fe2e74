/* SPDX-License-Identifier: MIT */
/* Whether a consistency level can be had: Cassandra's checks before it asks any replica. */
#include <stdio.h>
#include <string.h>

#include "node/cluster/ring.h"

/* One token of one request. */
struct question {
	const struct nd_ring *ring;
	const struct nd_keyspace *keyspace;
	struct nd_request *x;
	const char *here; /* the coordinator's data center */
	cql_consistency consistency;
	struct nd_replicas natural; /* who keeps it */
	struct nd_replicas pending; /* who is about to: writes only */
};

static bool is_local(cql_consistency c)
{
	return c == CQL_CONSISTENCY_LOCAL_ONE || c == CQL_CONSISTENCY_LOCAL_QUORUM ||
	       c == CQL_CONSISTENCY_LOCAL_SERIAL;
}

/* Nodes of a data center (NULL: of all), those that are up or all of them. */
static uint32_t count_in(const struct question *q, const struct nd_replicas *of,
			 const char *data_center, bool up)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < of->count; i++) {
		const struct nd_ring_node *n = &q->ring->nodes[of->at[i]];
		count += (n->is_up || !up) &&
			 (!data_center || strcmp(n->data_center, data_center) == 0);
	}
	return count;
}

static uint32_t live_in(const struct question *q, const char *data_center)
{
	return count_in(q, &q->natural, data_center, true) +
	       count_in(q, &q->pending, data_center, true);
}

static bool unavailable(const struct question *q, const char *data_center, uint32_t required,
			uint32_t alive)
{
	cql_error_message *e = &q->x->problem.error;
	const char *name = cql_consistency_name(q->consistency);

	if (data_center)
		nd_refuse(&q->x->problem, ND_UNAVAILABLE,
			  "Cannot achieve consistency level %s in DC %s", name, data_center);
	else
		nd_refuse(&q->x->problem, ND_UNAVAILABLE, "Cannot achieve consistency level %s",
			  name);
	if (e->code == ND_UNAVAILABLE) {
		e->consistency = q->consistency;
		e->required = (int32_t)required;
		e->alive = (int32_t)alive;
	}
	return false;
}

/* ---- how many ------------------------------------------------------------------------------------- */

static uint32_t quorum(uint32_t factor)
{
	return factor / 2 + 1;
}

static uint32_t factor(const struct question *q, const char *data_center)
{
	return nd_ring_factor(q->ring, q->keyspace, data_center);
}

static uint32_t quorum_here(const struct question *q)
{
	return quorum(factor(q, nd_ring_is_by_data_center(q->keyspace) ? q->here : NULL));
}

/* The data centers a keyspace names, of those there are: the first node of each stands for it. */
static bool stands_for(const struct question *q, uint32_t node)
{
	const char *name = q->ring->nodes[node].data_center;

	for (uint32_t i = 0; i < node; i++)
		if (strcmp(q->ring->nodes[i].data_center, name) == 0)
			return false;
	return factor(q, name) > 0;
}

static uint32_t quorum_of_each(const struct question *q)
{
	uint32_t sum = 0;

	if (!nd_ring_is_by_data_center(q->keyspace))
		return quorum(factor(q, NULL));
	for (uint32_t i = 0; i < q->ring->count; i++)
		if (stands_for(q, i))
			sum += quorum(factor(q, q->ring->nodes[i].data_center));
	return sum;
}

static uint32_t required(const struct question *q)
{
	uint32_t pending = count_in(q, &q->pending, is_local(q->consistency) ? q->here : NULL,
				    false);

	switch (q->consistency) {
	case CQL_CONSISTENCY_TWO:
		return 2 + pending;
	case CQL_CONSISTENCY_THREE:
		return 3 + pending;
	case CQL_CONSISTENCY_QUORUM:
	case CQL_CONSISTENCY_SERIAL:
		return quorum(factor(q, NULL)) + pending;
	case CQL_CONSISTENCY_ALL:
		return factor(q, NULL) + pending;
	case CQL_CONSISTENCY_LOCAL_QUORUM:
	case CQL_CONSISTENCY_LOCAL_SERIAL:
		return quorum_here(q) + pending;
	case CQL_CONSISTENCY_EACH_QUORUM:
		return quorum_of_each(q) + pending;
	default: /* ONE, LOCAL_ONE */
		return 1 + pending;
	}
}

/* ---- enough ---------------------------------------------------------------------------------------- */

/* A quorum in every data center. */
static bool check_each(const struct question *q)
{
	uint32_t sum = 0;

	for (uint32_t i = 0; i < q->ring->count; i++) {
		const char *name = q->ring->nodes[i].data_center;
		uint32_t alive = stands_for(q, i) ? live_in(q, name) : 0;
		if (!stands_for(q, i))
			continue;
		if (alive < quorum(factor(q, name)))
			return unavailable(q, name, quorum(factor(q, name)), alive);
		sum += alive;
	}
	return sum >= required(q) || unavailable(q, NULL, required(q), sum);
}

static bool check_level(const struct question *q)
{
	uint32_t need = required(q);

	if (q->consistency == CQL_CONSISTENCY_ANY)
		return true; /* the coordinator keeps it for later */
	if (q->consistency == CQL_CONSISTENCY_LOCAL_ONE)
		return live_in(q, q->here) > 0 || unavailable(q, NULL, 1, 0);
	if (q->consistency == CQL_CONSISTENCY_EACH_QUORUM && nd_ring_is_by_data_center(q->keyspace))
		return check_each(q);
	uint32_t alive = live_in(q, is_local(q->consistency) ? q->here : NULL);
	return alive >= need || unavailable(q, NULL, need, alive);
}

static bool check_at(struct question *q, cql_consistency consistency)
{
	q->consistency = consistency == CQL_CONSISTENCY_UNSET ? CQL_CONSISTENCY_ONE : consistency;
	return check_level(q);
}

/* Paxos: a majority of those there are, however many there should be; then the row is read. */
static bool check_paxos(struct question *q, cql_consistency serial)
{
	bool local = serial == CQL_CONSISTENCY_LOCAL_SERIAL;
	const char *where = local ? q->here : NULL;
	uint32_t all = count_in(q, &q->natural, where, false) +
		       count_in(q, &q->pending, where, false);

	q->consistency = local ? CQL_CONSISTENCY_LOCAL_SERIAL : CQL_CONSISTENCY_SERIAL;
	if (live_in(q, where) < quorum(all))
		return unavailable(q, NULL, quorum(all), live_in(q, where));
	q->pending.count = 0; /* is not read from */
	return check_at(q, local ? CQL_CONSISTENCY_LOCAL_QUORUM : CQL_CONSISTENCY_QUORUM);
}

/* What a level of a conditional write has to be, whether it comes to a write or not. */
static bool check_commit_level(const struct question *q)
{
	if (q->x->consistency != CQL_CONSISTENCY_EACH_QUORUM ||
	    nd_ring_is_by_data_center(q->keyspace))
		return true;
	return nd_refuse(&q->x->problem, ND_INVALID,
			 "consistency level EACH_QUORUM not compatible with replication strategy "
			 "(%s)",
			 nd_ring_strategy(q->keyspace));
}

static void find_replicas(struct question *q, int64_t token, uint32_t self, bool is_write)
{
	struct nd_replicas next;

	nd_ring_replicas(q->ring, q->keyspace, token, self, false, &q->natural);
	q->pending.count = 0;
	if (!q->ring->is_moving || !is_write)
		return;
	nd_ring_replicas(q->ring, q->keyspace, token, self, true, &next);
	for (uint32_t i = 0; i < next.count; i++) {
		bool is_new = true;
		for (uint32_t j = 0; j < q->natural.count; j++)
			is_new = is_new && q->natural.at[j] != next.at[i];
		if (is_new)
			q->pending.at[q->pending.count++] = next.at[i];
	}
}

/* TRUNCATE asks every node. */
static bool check_all_nodes(struct question *q)
{
	uint32_t all = 0, alive = 0;

	for (uint32_t i = 0; i < q->ring->count; i++) {
		all += q->ring->nodes[i].state != ND_RING_LEFT;
		alive += q->ring->nodes[i].state != ND_RING_LEFT && q->ring->nodes[i].is_up;
	}
	q->consistency = CQL_CONSISTENCY_ALL;
	return alive == all || unavailable(q, NULL, all, alive);
}

/* ---- what was found out once ---------------------------------------------------------------------- */

/* While everybody is up and stays where it is, tokens do not matter but where copies are counted by
 * data centers and are not spread so. */
static bool is_the_same_for_all_tokens(const struct nd_ring *r, const struct nd_keyspace *k)
{
	for (uint32_t i = 0; i < r->count; i++)
		if (r->nodes[i].state != ND_RING_LEFT &&
		    (!r->nodes[i].is_up ||
		     strcmp(r->nodes[i].data_center, r->nodes[0].data_center) != 0))
			return false;
	return !r->is_moving && !k->is_system;
}

static struct nd_ring_memory *memory_of(struct nd_ring *r, const struct nd_request *x,
					const struct nd_keyspace *k, uint32_t self)
{
	struct nd_ring_memory *m =
		&r->known[((uintptr_t)k >> 6) % (sizeof r->known / sizeof *r->known)];
	uint64_t change = x->db ? x->db->schema.change : 0;

	if (m->keyspace != k || m->change != change || m->version != r->version || m->self != self)
		*m = (struct nd_ring_memory){ k, change, r->version, self, 0 };
	return m;
}

static uint32_t bit_of(cql_consistency level)
{
	return UINT32_C(1) << (level & 31);
}

/* Plain reads and writes. */
static bool is_by_level(enum nd_access access)
{
	return access != ND_TRUNCATION && access != ND_CAS && access != ND_SERIAL_READ;
}

static bool is_known(struct nd_ring *r, const struct nd_request *x, const struct nd_keyspace *k,
		     uint32_t self, enum nd_access access)
{
	return is_by_level(access) &&
	       memory_of(r, x, k, self)->levels & bit_of(x->consistency);
}

static bool check_once(struct question *q, struct nd_ring *r, int64_t token, uint32_t self,
		       bool is_write)
{
	find_replicas(q, token, self, is_write);
	if (!check_at(q, q->x->consistency))
		return false;
	if (is_the_same_for_all_tokens(r, q->keyspace))
		memory_of(r, q->x, q->keyspace, self)->levels |= bit_of(q->x->consistency);
	return true;
}

static bool check(struct nd_ring *r, struct nd_request *x, const struct nd_keyspace *keyspace,
		  int64_t token, uint32_t self, enum nd_access access)
{
	struct question q = {
		.ring = r, .keyspace = keyspace, .x = x, .here = r->nodes[self].data_center
	};

	if (access == ND_TRUNCATION)
		return check_all_nodes(&q);
	if (is_by_level(access))
		return check_once(&q, r, token, self, access != ND_READ);
	find_replicas(&q, token, self, true);
	if (access == ND_SERIAL_READ)
		return check_paxos(&q, x->consistency);
	return check_commit_level(&q) && check_paxos(&q, x->serial_consistency);
}

bool nd_ring_admit(void *ring, struct nd_request *x, const struct nd_keyspace *keyspace,
		   int64_t token, enum nd_access access)
{
	struct nd_ring *r = ring;
	uint32_t self = nd_ring_index(r, x->coordinator);

	return keyspace->is_virtual || !r->count || is_known(r, x, keyspace, self, access) ||
	       check(r, x, keyspace, token, self, access);
}
