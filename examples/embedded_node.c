/* SPDX-License-Identifier: MIT */
/* A test of your own service without a cluster: a node inside the program, on a free port, which
 * fails when it is told to. Link with coodie and coodie-node. */
#include <coodie.h>
#include <coodie/node.h>
#include <stdio.h>

static bool count_stock(coodie_session *s, coodie_error *err)
{
	coodie_result *r = coodie_session_query(s, "SELECT count(*) FROM shop.stock", CQL_ARGS(),
						NULL, err);
	coodie_cursor c = coodie_result_cursor(r);
	int64_t count = 0;
	bool ok = r && coodie_cursor_next(&c) && coodie_cursor_int64(&c, 0, &count, err);

	if (ok)
		printf("%lld rows\n", (long long)count);
	coodie_result_free(r);
	return ok;
}

int main(void)
{
	coodie_error err = { 0 };
	coodie_node *node = coodie_node_start(NULL, &err);
	coodie_session *s = node ? coodie_session_open(coodie_node_address(node, 0), &err) : NULL;
	int status = 1;

	/* A schema and rows, as a test would need them. */
	if (s &&
	    coodie_node_execute(node,
				"CREATE KEYSPACE shop WITH replication = "
				"{'class': 'SimpleStrategy', 'replication_factor': 1};"
				"CREATE TABLE shop.stock (id int PRIMARY KEY, pieces int);"
				"INSERT INTO shop.stock (id, pieces) VALUES (1, 12);",
				&err) &&
	    count_stock(s, &err))
		status = 0;

	/* And a bad day: the next SELECT is answered with an error that is not tried again by
	 * itself, the one behind it is not. */
	if (status == 0 &&
	    coodie_node_add_fault(node, "match=shop.stock,times=1,do=error:UNAUTHORIZED", NULL,
				  &err)) {
		if (!count_stock(s, &err))
			printf("as expected: %s\n", err.message);
		status = count_stock(s, &err) ? 0 : 1;
	}
	if (status)
		fprintf(stderr, "%s\n", err.message);
	coodie_session_free(s);
	coodie_node_stop(node);
	return status;
}
