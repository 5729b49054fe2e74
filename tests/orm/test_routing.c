/* SPDX-License-Identifier: MIT */
/* Where the mapper's requests go: what names one partition arrives at its replica and nowhere else,
 * without a word from the caller (MD-19). Three nodes, one replica of each key. */
#include <coodie.h>
#include <coodie/node.h>

#include "tests/test.h"

enum { NODES = 3, KEYS = 12, PATIENCE = 20000, OPCODE_EXECUTE = 10, OPCODE_BATCH = 13 };

typedef struct cell {
	coodie_row row;
	const char *tenant;
	int32_t day;
	int32_t seq;
	int32_t *value;
	const char *note;
} cell;

static const coodie_column cell_columns[] = {
	COODIE_COLUMN(cell, tenant, "text", .partition_key = 1),
	COODIE_COLUMN(cell, day, "int", .partition_key = 2),
	COODIE_COLUMN(cell, seq, "int", .clustering_key = 1),
	COODIE_COLUMN(cell, value, "int"),
	COODIE_COLUMN(cell, note, "text", .is_static = true),
};
static const coodie_model cell_model = COODIE_MODEL(cell, cell_columns, "cells", .keyspace = "ks");

typedef struct tally {
	coodie_row row;
	const char *tenant;
	int32_t day;
	int64_t count;
} tally;

static const coodie_column tally_columns[] = {
	COODIE_COLUMN(tally, tenant, "text", .partition_key = 1),
	COODIE_COLUMN(tally, day, "int", .partition_key = 2),
	COODIE_COLUMN(tally, count, "counter"),
};
static const coodie_model tally_model = COODIE_MODEL(tally, tally_columns, "tallies",
						     .keyspace = "ks");

struct ring {
	coodie_node *box;
	coodie_session *session;
	coodie_prepared *by_key; /* asks the session for the replica */
};

static void ok(bool worked, const coodie_error *err)
{
	if (!worked)
		fail_msg("%s: %s", coodie_errc_name(err->code), err->message);
}

/* ---- the ring -------------------------------------------------------------------------------- */

static bool is_connected(const struct ring *ring)
{
	coodie_error err;
	coodie_route *r = coodie_route_prepared(ring->session, ring->by_key,
						CQL_ARGS(cql("t"), cql(1)), NULL, &err);
	bool all;

	ok(r, &err);
	all = coodie_route_count(r) == NODES;
	for (size_t i = 0; i < coodie_route_count(r); i++)
		all &= coodie_route_at(r, i)->host.connections > 0;
	coodie_route_free(r);
	return all;
}

/* The loop turns only inside of calls. */
static void wait_for_all(const struct ring *ring)
{
	for (int i = 0; !is_connected(ring); i++) {
		coodie_error err;
		coodie_result *r = coodie_session_query(ring->session,
							"SELECT key FROM system.local", CQL_ARGS(),
							NULL, &err);

		ok(r, &err);
		coodie_result_free(r);
		if (i == PATIENCE)
			fail_msg("some node has no connection");
	}
}

static void open_session(struct ring *ring)
{
	coodie_options *o = coodie_options_new(NULL);
	coodie_error err;

	ok(coodie_options_add_contact_point(o, coodie_node_address(ring->box, 0), &err), &err);
	ring->session = coodie_session_new(o, &err);
	ok(ring->session, &err);
	coodie_options_free(o);
	ok(coodie_create_keyspace(ring->session, "ks", NULL, &err), &err); /* one replica */
	ok(coodie_sync_table(ring->session, &cell_model, NULL, &err), &err);
	ok(coodie_sync_table(ring->session, &tally_model, NULL, &err), &err);
	ok(coodie_session_refresh(ring->session, &err), &err);
}

static int set_up(void **state)
{
	static struct ring ring;
	coodie_node_options *no = coodie_node_options_new(NULL);
	coodie_error err;

	ok(coodie_node_options_set_nodes(no, NODES, &err), &err);
	ring.box = coodie_node_start(no, &err);
	ok(ring.box, &err);
	coodie_node_options_free(no);
	open_session(&ring);
	ring.by_key = coodie_session_prepare(
		ring.session, "SELECT value FROM ks.cells WHERE tenant = ? AND day = ?", &err);
	ok(ring.by_key, &err);
	wait_for_all(&ring);
	*state = &ring;
	return 0;
}

static int tear_down(void **state)
{
	struct ring *ring = *state;

	coodie_prepared_free(ring->by_key);
	coodie_session_free(ring->session);
	coodie_node_stop(ring->box);
	return 0;
}

/* ---- who was asked --------------------------------------------------------------------------- */

static void count_requests(const struct ring *ring, uint64_t counts[NODES])
{
	for (uint32_t i = 0; i < NODES; i++) {
		coodie_node_stats stats = { .size = sizeof stats };

		assert_true(coodie_node_get_stats(ring->box, i, &stats));
		counts[i] = stats.by_opcode[OPCODE_EXECUTE] + stats.by_opcode[OPCODE_BATCH];
	}
}

static uint32_t replica_of(const struct ring *ring, int day)
{
	coodie_error err;
	coodie_route *r = coodie_route_prepared(ring->session, ring->by_key,
						CQL_ARGS(cql("t"), cql(day)), NULL, &err);
	uint32_t i = 0;

	ok(r, &err);
	assert_true(coodie_route_at(r, 0)->is_replica && !coodie_route_at(r, 1)->is_replica);
	while (strcmp(coodie_node_address(ring->box, i), coodie_route_at(r, 0)->host.address))
		assert_true(++i < NODES);
	coodie_route_free(r);
	return i;
}

/* ---- what is asked --------------------------------------------------------------------------- */

#define BOTH "day = ? AND tenant = ?"

static coodie_query *query_of(const struct ring *ring, int day, const char *more, cql_args args)
{
	coodie_query *q = coodie_find(ring->session, &cell_model, BOTH,
				      CQL_ARGS(cql(day), cql("t")));

	if (more)
		coodie_where(q, more, args);
	return q;
}

static bool end_rows(coodie_rows *take_rows)
{
	bool there = take_rows;

	coodie_rows_free(take_rows);
	return there;
}

static bool end_lwt(coodie_lwt *take_lwt)
{
	bool there = take_lwt;

	coodie_lwt_free(take_lwt);
	return there;
}

static bool end_query(coodie_query *take_q, bool done)
{
	coodie_query_free(take_q);
	return done;
}

static cell cell_of(int day)
{
	static int32_t three = 3;

	return (cell){ .tenant = "t", .day = day, .seq = 1, .value = &three };
}

typedef bool call_fn(const struct ring *ring, int day, coodie_error *err);

static bool save(const struct ring *ring, int day, coodie_error *err)
{
	cell c = cell_of(day);

	return coodie_save(ring->session, &cell_model, &c, NULL, err);
}

static bool save_statics(const struct ring *ring, int day, coodie_error *err)
{
	cell c = { .tenant = "t", .day = day, .note = "n" };

	return coodie_update(ring->session, &cell_model, &c, "note = ?", CQL_ARGS(cql("n")), NULL,
			     err);
}

/* Loads it, and saves what changed: two requests. */
static bool get_and_save(const struct ring *ring, int day, coodie_error *err)
{
	cell *c = coodie_get(ring->session, &cell_model, CQL_ARGS(cql("t"), cql(day), cql(1)), NULL,
			     err);
	int32_t four = 4;
	bool done;

	if (c)
		c->value = &four;
	done = c && coodie_save(ring->session, &cell_model, c, NULL, err);
	coodie_object_free(c);
	return done;
}

static bool insert(const struct ring *ring, int day, coodie_error *err)
{
	cell c = cell_of(day);

	return end_lwt(coodie_insert(ring->session, &cell_model, &c, NULL, err));
}

static bool save_if(const struct ring *ring, int day, coodie_error *err)
{
	cell c = cell_of(day);

	return end_lwt(coodie_save_if(ring->session, &cell_model, &c, "value = ?", CQL_ARGS(cql(4)),
				      NULL, err));
}

static bool update(const struct ring *ring, int day, coodie_error *err)
{
	cell c = cell_of(day);

	return coodie_update(ring->session, &cell_model, &c, "value = ?", CQL_ARGS(cql(5)),
			     COODIE_WRITE(.ttl = 100), err);
}

static bool erase(const struct ring *ring, int day, coodie_error *err)
{
	cell c = cell_of(day);

	return coodie_delete(ring->session, &cell_model, &c, NULL, err);
}

static bool erase_columns(const struct ring *ring, int day, coodie_error *err)
{
	cell c = cell_of(day);

	return coodie_delete_columns(ring->session, &cell_model, &c, "value", CQL_ARGS(), NULL,
				     err);
}

static bool find(const struct ring *ring, int day, coodie_error *err)
{
	coodie_query *q = query_of(ring, day, "seq > ?", CQL_ARGS(cql(0)));

	return end_query(q, end_rows(coodie_all(q, err)));
}

static bool count(const struct ring *ring, int day, coodie_error *err)
{
	coodie_query *q = query_of(ring, day, NULL, CQL_ARGS());
	uint64_t rows;

	return end_query(q, coodie_count(q, &rows, err));
}

static bool query_update(const struct ring *ring, int day, coodie_error *err)
{
	coodie_query *q = query_of(ring, day, "seq IN ?", CQL_ARGS(cql(CQL_LIST(cql(1), cql(2)))));

	return end_query(q, coodie_query_update(q, "value = ?", CQL_ARGS(cql(1)), NULL, err));
}

static bool query_delete(const struct ring *ring, int day, coodie_error *err)
{
	coodie_query *q = query_of(ring, day, "seq > ?", CQL_ARGS(cql(7)));

	return end_query(q, coodie_query_delete(q, NULL, err));
}

static bool raw(const struct ring *ring, int day, coodie_error *err)
{
	return end_rows(coodie_raw(ring->session, &cell_model,
				   "SELECT * FROM ks.cells WHERE day = ? AND tenant = ?",
				   CQL_ARGS(cql(day), cql("t")), err));
}

static bool increment(const struct ring *ring, int day, coodie_error *err)
{
	tally t = { .tenant = "t", .day = day };

	return coodie_increment(ring->session, &tally_model, &t, "count", CQL_ARGS(cql(1)), NULL,
				err);
}

static bool batch(const struct ring *ring, int day, coodie_error *err)
{
	coodie_batch *b = coodie_batch_new(ring->session, NULL);
	cell one = cell_of(day), two = cell_of(day);
	bool done;

	two.seq = 2;
	coodie_batch_save(b, &cell_model, &one, NULL);
	coodie_batch_update(b, &cell_model, &two, "value = ?", CQL_ARGS(cql(2)),
			    COODIE_WRITE(.timestamp_us = 7));
	done = coodie_batch_run(b, err);
	coodie_batch_free(b);
	return done;
}

static const struct {
	const char *name;
	call_fn *call;
	unsigned requests;
} calls[] = {
	{ "coodie_save", save, 1 },
	{ "coodie_update of statics", save_statics, 1 },
	{ "coodie_get, coodie_save", get_and_save, 2 },
	{ "coodie_insert", insert, 1 },
	{ "coodie_save_if", save_if, 1 },
	{ "coodie_update", update, 1 },
	{ "coodie_delete_columns", erase_columns, 1 },
	{ "coodie_all", find, 1 },
	{ "coodie_count", count, 1 },
	{ "coodie_query_update", query_update, 1 },
	{ "coodie_query_delete", query_delete, 1 },
	{ "coodie_raw", raw, 1 },
	{ "coodie_increment", increment, 1 },
	{ "coodie_batch_run", batch, 1 },
	{ "coodie_delete", erase, 1 },
};

/* MD-19 */
static void to_the_replica(void **state)
{
	const struct ring *ring = *state;
	bool used[NODES] = { false };
	coodie_error err = { 0 };

	for (int day = 0; day < KEYS; day++) {
		uint32_t replica = replica_of(ring, day);

		used[replica] = true;
		for (size_t i = 0; i < CD_COUNT(calls); i++) {
			uint64_t before[NODES], after[NODES];

			count_requests(ring, before);
			ok(calls[i].call(ring, day, &err), &err);
			count_requests(ring, after);
			for (uint32_t n = 0; n < NODES; n++) {
				if (after[n] - before[n] == (n == replica ? calls[i].requests : 0))
					continue;
				fail_msg("%s, day %d: %llu requests at node %u, the replica is %u",
					 calls[i].name, day,
					 (unsigned long long)(after[n] - before[n]), (unsigned)n,
					 (unsigned)replica);
			}
		}
	}
	for (uint32_t n = 0; n < NODES; n++)
		assert_true(used[n]); /* or there was nothing to choose */
}

/* Of many keys each goes to its own. */
static void many_to_theirs(void **state)
{
	const struct ring *ring = *state;
	static cell cells[KEYS];
	void *objects[KEYS], *found[KEYS];
	cql_value values[KEYS][3];
	cql_args keys[KEYS];
	uint64_t before[NODES], after[NODES], want[NODES] = { 0 };
	coodie_error err = { 0 };

	for (int day = 0; day < KEYS; day++) {
		cells[day] = cell_of(day);
		objects[day] = &cells[day];
		values[day][0] = cql("t");
		values[day][1] = cql(day);
		values[day][2] = cql(1);
		keys[day] = (cql_args){ 3, values[day] };
		want[replica_of(ring, day)] += 2;
	}
	count_requests(ring, before);
	ok(coodie_save_many(ring->session, &cell_model, objects, KEYS, NULL, NULL, &err), &err);
	ok(coodie_get_many(ring->session, &cell_model, keys, KEYS, NULL, NULL, found, &err), &err);
	count_requests(ring, after);
	for (uint32_t n = 0; n < NODES; n++)
		assert_int_equal(after[n] - before[n], want[n]);
	coodie_objects_free(found, KEYS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(to_the_replica),
		cmocka_unit_test(many_to_theirs),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
