/* SPDX-License-Identifier: MIT */
/* Many objects and scans over a ring of nodes, with and without loop threads: every row once, wherever
 * its answer comes (Q10, Q13, L11). */
#include <stdatomic.h>
#include <string.h>

#include <coodie.h>
#include <coodie/node.h>

#include "tests/test.h"

enum { NODES = 3, ROWS = 2000, OFTEN = 20 };

typedef struct row {
	coodie_row row;
	int32_t id;
	int32_t part;
	const char *text;
} row;

static const coodie_column row_columns[] = {
	COODIE_COLUMN(row, id, "int", .partition_key = 1),
	COODIE_COLUMN(row, part, "int", .clustering_key = 1),
	COODIE_COLUMN(row, text, "text"),
};
static const coodie_model row_model = COODIE_MODEL(row, row_columns, "rows", .keyspace = "ring");

static coodie_node *ring;

static void ok(bool worked, const coodie_error *err)
{
	if (!worked)
		fail_msg("%s: %s", coodie_errc_name(err->code), err->message);
}

static int start_ring(void **state)
{
	coodie_node_options *o = coodie_node_options_new(NULL);
	coodie_error err = { 0 };

	(void)state;
	ok(coodie_node_options_set_nodes(o, NODES, &err), &err);
	ring = coodie_node_start(o, &err);
	ok(ring, &err);
	coodie_node_options_free(o);
	ok(coodie_node_execute(ring,
			       "CREATE KEYSPACE ring WITH replication = {'class': "
			       "'NetworkTopologyStrategy', 'datacenter1': 1}",
			       &err),
	   &err);
	ok(coodie_node_execute(ring,
			       "CREATE TABLE ring.rows (id int, part int, text text, PRIMARY KEY "
			       "(id, part))",
			       &err),
	   &err);
	return 0;
}

static int stop_ring(void **state)
{
	(void)state;
	coodie_node_stop(ring);
	return 0;
}

static coodie_session *connect_with(unsigned loops)
{
	coodie_options *o = coodie_options_new(NULL);
	coodie_error err = { 0 };
	coodie_session *s;

	ok(coodie_options_add_contact_point(o, coodie_node_address(ring, 0), &err), &err);
	ok(coodie_options_set_loops(o, loops, &err), &err);
	s = coodie_session_new(o, &err);
	ok(s, &err);
	ok(coodie_session_connect(s, &err), &err);
	coodie_options_free(o);
	return s;
}

static struct {
	row of[ROWS];
	void *at[ROWS], *found[ROWS];
	cql_value values[ROWS][2];
	cql_args keys[ROWS];
} rows;

static void make_rows(void)
{
	for (int i = 0; i < ROWS; i++) {
		rows.of[i] = (row){ .id = i / 4, .part = i % 4, .text = "x" };
		rows.at[i] = &rows.of[i];
		rows.values[i][0] = cql(i / 4);
		rows.values[i][1] = cql(i % 4);
		rows.keys[i] = (cql_args){ 2, rows.values[i] };
	}
}

struct seen {
	atomic_int of[ROWS];
	atomic_size_t count, reports;
	size_t enough;
};

static bool see(void *object, void *user)
{
	const row *r = object;
	struct seen *seen = user;

	atomic_fetch_add(&seen->of[r->id * 4 + r->part], 1);
	return atomic_fetch_add(&seen->count, 1) + 1 != seen->enough;
}

static void report(const coodie_scan_progress *p, void *user)
{
	assert_true(p->ranges_done <= p->ranges);
	atomic_fetch_add(&((struct seen *)user)->reports, 1);
}

static void write_and_read(coodie_session *s, uint32_t batch_rows)
{
	coodie_error err = { 0 };
	size_t done = 0;

	ok(coodie_save_many(s, &row_model, rows.at, ROWS,
			    COODIE_MANY(.done = &done, .batch_rows = batch_rows), NULL, &err),
	   &err);
	assert_int_equal(done, ROWS);
	ok(coodie_get_many(s, &row_model, rows.keys, ROWS, NULL, NULL, rows.found, &err), &err);
	for (int i = 0; i < ROWS; i++) {
		const row *r = rows.found[i];

		assert_non_null(r);
		assert_true(r->id == i / 4 && r->part == i % 4);
	}
	coodie_objects_free(rows.found, ROWS);
}

static void scan(coodie_session *s, uint32_t ranges, uint32_t page_rows)
{
	static struct seen seen;
	coodie_query *q = coodie_find(s, &row_model, NULL, CQL_ARGS());
	coodie_error err = { 0 };

	memset(&seen, 0, sizeof(seen));
	coodie_page_rows(q, page_rows);
	ok(coodie_scan(q, COODIE_SCAN(.ranges = ranges, .progress = report), see, &seen, &err),
	   &err);
	coodie_query_free(q);
	assert_int_equal(seen.count, ROWS);
	assert_int_equal(seen.reports, ranges);
	for (int i = 0; i < ROWS; i++)
		assert_int_equal(seen.of[i], 1);
}

/* Q10, Q13, MG-15, MG-16 */
static void every_row_once(void **state)
{
	(void)state;
	make_rows();
	for (unsigned loops = 0; loops <= 2; loops += 2) {
		coodie_session *s = connect_with(loops);

		write_and_read(s, 0);
		write_and_read(s, 8);
		scan(s, 1, 100);
		scan(s, 64, 7);
		coodie_session_free(s);
	}
}

/* Stopped on several threads at once, it is told once, and nothing is lost. */
static void stopped(void **state)
{
	static struct seen seen;
	coodie_session *s = connect_with(2);
	coodie_error err = { 0 };

	(void)state;
	for (size_t i = 1; i <= OFTEN; i++) {
		coodie_query *q = coodie_find(s, &row_model, NULL, CQL_ARGS());

		memset(&seen, 0, sizeof(seen));
		seen.enough = i * 10;
		coodie_page_rows(q, 5);
		ok(coodie_scan(q, COODIE_SCAN(.ranges = 32), see, &seen, &err), &err);
		coodie_query_free(q);
		assert_in_range(seen.count, i * 10, ROWS);
	}
	coodie_session_free(s);
}

/* L11, Q10: where partitions are: each in one group, which is where its route begins. */
static void explained(void **state)
{
	coodie_session *s = connect_with(0);
	coodie_error err = { 0 };
	coodie_groups *groups;
	size_t count = 0;

	(void)state;
	make_rows();
	write_and_read(s, 0); /* by then the ring is known */
	groups = coodie_group_model(s, &row_model, rows.keys, ROWS, 0, &err);
	ok(groups, &err);
	assert_int_equal(coodie_groups_count(groups), NODES);
	for (size_t g = 0; g < coodie_groups_count(groups); g++) {
		const coodie_group *group = coodie_groups_at(groups, g);
		coodie_route *route = coodie_route_model(
			s, &row_model, cql_args_of(rows.values[group->items[0]], 1), &err);

		ok(route, &err);
		assert_true(group->has_host);
		assert_string_equal(coodie_route_at(route, 0)->host.address, group->host.address);
		coodie_route_free(route);
		count += group->count;
	}
	assert_int_equal(count, ROWS);
	coodie_groups_free(groups);
	coodie_session_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_once),
		cmocka_unit_test(stopped),
		cmocka_unit_test(explained),
	};

	return cmocka_run_group_tests(tests, start_ring, stop_ring);
}
