/* SPDX-License-Identifier: MIT */
/* BATCH: its statements looked up one by one, and run together. */
#include <inttypes.h>

#include "node/cql/parser.h"
#include "node/plan/batch.h"
#include "node/server/conn_statement.h"

static const struct nd_plan *plan_item(struct nd_exchange *e, const cql_batch_item *item,
				       const char *keyspace)
{
	struct nd_conn *c = e->conn;
	const struct nd_prepared_statement *s;
	struct nd_statement *tree;

	if (!item->cql.data) {
		s = nd_prepared_find(c->service->prepared, item->id);
		if (!s)
			nd_statement_unprepared(e, item->id);
		return s ? s->plan : NULL;
	}
	tree = nd_parse(&c->arena, item->cql.data, item->cql.len, &e->problem);
	return tree ? nd_plan_new(c->service->db, &c->arena, tree, keyspace, c->version,
				  &e->problem)
		    : NULL;
}

/* Room for the values of all statements. */
static struct nd_value *take_values(struct nd_exchange *e)
{
	size_t count = 1;

	for (uint16_t i = 0; i < e->request->as.batch.item_count; i++)
		count += e->request->as.batch.items[i].value_count;
	return cd_arena_take(&e->conn->arena, count * sizeof(struct nd_value));
}

/* Nothing of a batch changes the schema: what is prepared stays while it runs. */
static bool look_up(struct nd_exchange *e, const struct nd_request *x, struct nd_value *values,
		    struct nd_batch_item *to)
{
	for (uint16_t i = 0; i < e->request->as.batch.item_count; i++) {
		const cql_batch_item *item = &e->request->as.batch.items[i];
		to[i].plan = plan_item(e, item, x->keyspace);
		if (!to[i].plan)
			return false;
		if (item->value_count != to[i].plan->markers.column_count)
			return nd_refuse(
				&e->problem, ND_INVALID,
				"There were %" PRIu32 " markers(?) in CQL but %u bound variables",
				to[i].plan->markers.column_count, (unsigned)item->value_count);
		to[i].values = values;
		to[i].value_count = nd_statement_values(&to[i].plan->markers, item->values,
							item->value_count, values);
		values += item->value_count;
	}
	return true;
}

void nd_answer_batch(struct nd_exchange *e)
{
	static const enum nd_batch_type types[] = {
		[CQL_BATCH_LOGGED] = ND_BATCH_LOGGED,
		[CQL_BATCH_UNLOGGED] = ND_BATCH_UNLOGGED,
		[CQL_BATCH_COUNTER] = ND_BATCH_COUNTER,
	};
	uint16_t count = e->request->as.batch.item_count;
	struct nd_batch_item *items;
	struct nd_value *values;
	struct nd_request x;

	if (!nd_statement_begin(e, &e->request->as.batch.params, &x))
		return;
	items = cd_arena_take_array(&e->conn->arena, count + 1u, sizeof *items);
	values = take_values(e);
	if (!items || !values) {
		nd_no_memory(&e->problem);
		return;
	}
	if (!look_up(e, &x, values, items))
		return;
	nd_statement_end(e, &x, nd_batch_run(items, count, types[e->request->as.batch.type], &x));
}
