/* SPDX-License-Identifier: MIT */
/* Where requests would go, asked and not sent. */
#include "base/alloc.h"
#include "base/error.h"
#include "base/sized.h"
#include "net/engine/engine_impl.h"
#include "net/session/route.h"
#include "net/session/session.h"

/* ---- one request ------------------------------------------------------------------------------ */

static coodie_target target_of(const struct cd_engine *e, const struct cd_replicas *replicas,
			       uint32_t slot)
{
	coodie_target t = { .host = e->hosts.views[slot], .shard = -1 };

	for (uint32_t i = 0; i < replicas->count && !t.is_replica; i++)
		if (replicas->slots[i] == slot) {
			t.is_replica = true;
			t.shard = replicas->shards[i] == CD_ANY_SHARD ? -1 : replicas->shards[i];
		}
	return t;
}

static coodie_route *explain(struct cd_engine *e, struct cd_request *r, coodie_error *err)
{
	struct cd_replicas replicas;
	size_t count = cd_engine_plan(e, r, &replicas);
	coodie_target *targets = cd_alloc_array(e->allocator, count + 1, sizeof *targets);
	const bool is_murmur3 = replicas.has_token && e->control.topology &&
				e->control.topology->partitioner == CD_PARTITIONER_MURMUR3;

	if (!targets)
		return cd_no_memory(err, "a route"), NULL;
	for (size_t i = 0; i < count; i++)
		targets[i] = target_of(e, &replicas, e->order[i]);
	coodie_route *route = cd_route_new(e->allocator, is_murmur3 ? &replicas.token.high : NULL,
					   targets, count, err);
	cd_release(e->allocator, targets);
	return route;
}

/* What is asked of an engine: about executions of a statement, or about partitions of a table. */
struct question {
	void (*answer)(struct cd_engine *e, struct cd_request *r, struct question *q);
	coodie_prepared *prepared; /* NULL: */
	const char *keyspace, *table;
	const cql_blob *columns; /* one partition key after the other */
	uint16_t key_columns;    /* of each */
	const coodie_request *request;
	const cql_args *items; /* of a statement */
	uint32_t count;
	size_t most;
	coodie_route *route;
	coodie_groups *groups;
	coodie_error *err;
};

/* A statement that is given nothing but a partition key. */
static void look_at_key(struct coodie_prepared *out, const struct question *q)
{
	*out = (struct coodie_prepared){
		.routing = { .part_count = q->key_columns,
			     .keyspace = cql_text_of(q->keyspace),
			     .table = cql_text_of(q->table) },
	};
	for (uint16_t i = 0; i < q->key_columns; i++)
		out->routing.parts[i] = (struct cd_routing_part){ i, i };
	atomic_init(&out->refs, 1);
}

/* A request as it would be sent by this engine; the statement may be another one's. */
static struct cd_request *draft(struct cd_engine *e, const struct question *q,
				struct coodie_prepared *look)
{
	if (!q->prepared)
		look_at_key(look, q);
	else if (q->prepared->engine != e)
		cd_prepared_look(look, q->prepared);
	else
		return cd_engine_draft(e, q->prepared, q->request, q->err);
	return cd_engine_draft(e, look, q->request, q->err);
}

/* ---- the values of one ------------------------------------------------------------------------- */

static bool put_key(struct cd_request *r, const cql_blob *columns, uint16_t count,
		    coodie_error *err)
{
	for (uint16_t i = 0; i < count; i++) {
		cd_buffer_be32(&r->kept, columns[i].data ? (uint32_t)columns[i].len : UINT32_MAX);
		cd_buffer_bytes(&r->kept, columns[i].data, columns[i].data ? columns[i].len : 0);
	}
	if (r->kept.failed)
		return cd_no_memory(err, "a key");
	r->values.len = r->kept.len - r->values.at;
	r->encoded = true;
	return true;
}

/* Puts the values of the i-th in the place of those that are there. */
static bool put_item(struct cd_request *r, const struct question *q, uint32_t i, coodie_error *err)
{
	cd_buffer_truncate(&r->kept, r->values.at);
	r->encoded = false;
	if (!q->prepared)
		return put_key(r, q->columns + (size_t)i * q->key_columns, q->key_columns, err);
	return cd_request_encode(r, q->items[i].values, q->items[i].count, err);
}

static void consider(void *engine, void *user)
{
	struct question *q = user;
	struct coodie_prepared look;
	struct cd_request *r = draft(engine, q, &look);

	if (!r)
		return;
	q->answer(engine, r, q);
	cd_engine_drop(engine, r);
}

static void find_route(struct cd_engine *e, struct cd_request *r, struct question *q)
{
	if (put_item(r, q, 0, q->err))
		q->route = explain(e, r, q->err);
}

coodie_route *coodie_route_prepared(coodie_session *s, coodie_prepared *p, cql_args args,
				    const coodie_request *r, coodie_error *err)
{
	coodie_request request = { 0 };
	struct question q = {
		.answer = find_route, .prepared = p, .request = &request, .items = &args, .err = err
	};

	cd_clear(err);
	if (!p)
		return cd_fail_null(err, COODIE_ERR_INVALID,
				    "route: no prepared statement was given");
	if (r && !cd_take_struct(&request, sizeof request, r, "coodie_request", err))
		return NULL;
	if (args.count && !args.values)
		return cd_fail_null(err, COODIE_ERR_INVALID,
				    "route: %zu binds, but their array is NULL", args.count);
	cd_session_ask(s, "route", consider, &q, err);
	return q.route;
}

/* ---- groups ---------------------------------------------------------------------------------- */

/* Of the replicas the first that is near, as a balancer would have it; else the first. */
static uint32_t nearest(const struct cd_engine *e, const struct cd_replicas *r)
{
	for (uint32_t i = 0; i < r->count; i++) {
		const struct cd_host *h = cd_host_at(&e->hosts, r->slots[i]);
		if (h && h->view->distance == COODIE_DISTANCE_LOCAL)
			return i;
	}
	return 0;
}

static const coodie_host *host_of(void *user, uint32_t slot)
{
	const struct cd_engine *e = user;
	const struct cd_host *h = cd_host_at(&e->hosts, slot);

	return h ? h->view : NULL;
}

static bool find_items(struct cd_engine *e, struct cd_request *r, const struct question *q,
		       struct cd_group_item *out)
{
	struct cd_replicas replicas;

	for (uint32_t i = 0; i < q->count; i++) {
		if (!put_item(r, q, i, q->err)) {
			cd_error_prefix(q->err, "item %u", (unsigned)i);
			return false;
		}
		cd_engine_route(e, r, &replicas);
		out[i] = cd_group_item_of(&replicas, nearest(e, &replicas));
	}
	return true;
}

static void find_groups(struct cd_engine *e, struct cd_request *r, struct question *q)
{
	struct cd_group_item *found = cd_alloc_array(e->allocator, q->count + 1u, sizeof *found);

	if (!found)
		cd_no_memory(q->err, "groups");
	else if (find_items(e, r, q, found))
		q->groups = cd_groups_new(e->allocator, found, q->count, q->most, host_of, e,
					  q->err);
	cd_release(e->allocator, found);
}

coodie_groups *coodie_group_prepared(coodie_session *s, coodie_prepared *p, const cql_args *items,
				     size_t count, size_t most, coodie_error *err)
{
	const coodie_request none = { .size = sizeof none };
	struct question q = { .answer = find_groups,
			      .prepared = p,
			      .request = &none,
			      .items = items,
			      .count = (uint32_t)count,
			      .most = most,
			      .err = err };

	cd_clear(err);
	if (!p || (count && !items) || count >= UINT32_MAX)
		return cd_fail_null(err, COODIE_ERR_INVALID,
				    "group: no prepared statement, or no items were given");
	for (size_t i = 0; i < count; i++)
		if (items[i].count && !items[i].values)
			return cd_fail_null(
				err, COODIE_ERR_INVALID,
				"group: item %zu has %zu binds, but their array is NULL", i + 1,
				items[i].count);
	cd_session_ask(s, "group", consider, &q, err);
	return q.groups;
}

/* ---- partitions of a table --------------------------------------------------------------------- */

static bool check_partitions(const struct question *q, size_t key_columns, size_t count,
			     coodie_error *err)
{
	if (!q->keyspace || !q->table || (count && !q->columns) || count >= UINT32_MAX)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "partitions: no keyspace, no table, or no keys were given");
	if (!key_columns || key_columns > CD_ROUTING_PARTS)
		return cd_fail(err, COODIE_ERR_INVALID, "partitions: a key of %zu columns; 1 to %d",
			       key_columns, (int)CD_ROUTING_PARTS);
	return true;
}

coodie_route *coodie_route_partition(coodie_session *s, const char *keyspace, const char *table,
				     const cql_blob *columns, size_t key_columns, coodie_error *err)
{
	struct question q = { .answer = find_route,
			      .keyspace = keyspace,
			      .table = table,
			      .columns = columns,
			      .key_columns = (uint16_t)key_columns,
			      .request = &cd_request_plain,
			      .err = err };

	cd_clear(err);
	if (check_partitions(&q, key_columns, 1, err))
		cd_session_ask(s, "route", consider, &q, err);
	return q.route;
}

coodie_groups *coodie_group_partitions(coodie_session *s, const char *keyspace, const char *table,
				       const cql_blob *columns, size_t key_columns, size_t count,
				       size_t most, coodie_error *err)
{
	struct question q = { .answer = find_groups,
			      .keyspace = keyspace,
			      .table = table,
			      .columns = columns,
			      .key_columns = (uint16_t)key_columns,
			      .request = &cd_request_plain,
			      .count = (uint32_t)count,
			      .most = most,
			      .err = err };

	cd_clear(err);
	if (check_partitions(&q, key_columns, count, err))
		cd_session_ask(s, "group", consider, &q, err);
	return q.groups;
}
