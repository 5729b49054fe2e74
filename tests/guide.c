/* SPDX-License-Identifier: MIT */
/* Runs the functions of a page of the guide, each on the session that the last one left. */
#include "tests/guide.h"

#include <coodie/node.h>

static coodie_session *open_session(const char *address, coodie_error *err)
{
	coodie_options *o = coodie_options_new(err);
	coodie_session *s = NULL;

	if (o && coodie_options_add_contact_point(o, address, err))
		s = coodie_session_new(o, err);
	coodie_options_free(o);
	return s;
}

static bool new_keyspace(coodie_session *s, coodie_error *err)
{
	coodie_result *r = coodie_session_query(s, "DROP KEYSPACE IF EXISTS shop", CQL_ARGS(),
						COODIE_REQUEST(.timeout_ms = 30000), err);

	coodie_result_free(r);
	return r && coodie_create_keyspace(s, "shop", NULL, err);
}

/* @return how many failed */
static int run_steps(coodie_session *s, bool real)
{
	coodie_error err = { 0 };
	int failed = 0;

	for (const struct guide_step *step = guide_steps; step->name; step++) {
		if (step->cassandra && !real) {
			printf("skipped %s: on a real Cassandra only\n", step->name);
			continue;
		}
		fflush(stdout);
		if (step->run(s, &err)) {
			printf("ok %s\n", step->name);
			continue;
		}
		printf("FAILED %s: %s %s\n", step->name, coodie_errc_name(err.code), err.message);
		failed++;
	}
	return failed;
}

int main(void)
{
	const char *address = getenv("COODIE_TEST_PLAIN");
	coodie_error err = { 0 };
	coodie_node *node = address ? NULL : coodie_node_start(NULL, &err);
	coodie_session *s = NULL;
	int failed = 1;

	if (address || node)
		s = open_session(address ? address : coodie_node_address(node, 0), &err);
	if (s && new_keyspace(s, &err))
		failed = run_steps(s, address != NULL);
	else
		printf("FAILED to begin: %s\n", err.message);
	coodie_session_free(s);
	if (node)
		coodie_node_stop(node);
	return failed != 0;
}
