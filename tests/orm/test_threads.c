/* SPDX-License-Identifier: MIT */
/* The mapper called from many threads at once, on a session with loop threads: models are resolved
 * and conditions are parsed by whoever comes first, and nobody gets another's. */
#include "tests/test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#include <coodie/query.h>

#include "tests/peer.h"

enum { THREADS = 6, EACH = 150, MODELS = 40 };

typedef struct thing {
	coodie_row row;
	int32_t id;
	int32_t n;
} thing;

static const coodie_column columns[] = {
	COODIE_COLUMN(thing, id, "int", .partition_key = 1),
	COODIE_COLUMN(thing, n, "int"),
};

struct crowd {
	coodie_session *session;
	coodie_model models[MODELS]; /* equal ones: each address is a model of its own */
	_Atomic unsigned begun, wrong;
};

static struct peer *teach(void)
{
	struct peer *p = peer_new(&(const struct peer_options){ 0 });
	const cql_value row[] = { cql_from_int(1), cql_from_int(7) };

	peer_on(p, "SELECT*",
		(struct peer_answer){ .kind = PEER_ROWS,
				      .binds = "id int",
				      .columns = "id int, n int",
				      .values = { .count = 2, .values = row } });
	peer_on(p, "INSERT*", (struct peer_answer){ .binds = "id int, n int" });
	return p;
}

static coodie_session *open_session(struct peer *p)
{
	coodie_error err;
	coodie_options *o = coodie_options_new(&err);

	assert_true(coodie_options_add_contact_point(o, peer_address(p), &err));
	assert_true(coodie_options_set_loops(o, 2, &err));
	coodie_session *s = coodie_session_new(o, &err);
	coodie_options_free(o);
	if (!s)
		fail_msg("%s", err.message);
	return s;
}

/* The same condition, written in more ways than the cache has places. */
static bool find(struct crowd *c, const coodie_model *m, unsigned i)
{
	char where[300];
	coodie_error err;

	snprintf(where, sizeof where, "id%*s= ?", (int)(i % 200), "");
	coodie_query *q = coodie_find(c->session, m, where, CQL_ARGS(cql(1)));
	coodie_rows *rows = coodie_all(q, &err);
	const thing *t = coodie_next(rows, NULL);
	bool good = t && t->id == 1 && t->n == 7;

	if (!rows)
		fprintf(stderr, "%s\n", err.message);
	coodie_rows_free(rows);
	coodie_query_free(q);
	return good;
}

static void *caller(void *user)
{
	struct crowd *c = user;
	unsigned me = atomic_fetch_add(&c->begun, 1);
	coodie_error err;

	for (unsigned i = 0; i < EACH; i++) {
		const coodie_model *m = &c->models[(i + me * 7) % MODELS];
		thing own = { .id = 1, .n = 7 };

		if (!(i % 2 ? find(c, m, i * THREADS + me)
			    : coodie_save(c->session, m, &own, NULL, &err)))
			atomic_fetch_add(&c->wrong, 1);
	}
	return NULL;
}

static void many_threads(void **state)
{
	struct peer *p = teach();
	struct crowd c = { .session = open_session(p) };
	pthread_t threads[THREADS];

	(void)state;
	for (unsigned i = 0; i < MODELS; i++)
		c.models[i] = (coodie_model)COODIE_MODEL(thing, columns, "things",
							 .keyspace = "shop");
	for (unsigned i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, caller, &c), 0);
	for (unsigned i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(c.wrong, 0);
	coodie_session_free(c.session);
	peer_free(p);
}

int main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(many_threads) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
