/* SPDX-License-Identifier: MIT */
/* Named sessions: lazily made, looked up from many threads, one default; models go where they say. */
#include <pthread.h>

#include <coodie/mock.h>
#include <coodie/node.h>

#include "tests/orm/models.h"
#include "tests/test.h"

struct world {
	coodie_session *registry;
	coodie_mock *main, *archive;
	coodie_error err;
};

static int open_world(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	w->registry = coodie_session_new_registry(&w->err);
	w->main = coodie_mock_new(&w->err);
	w->archive = coodie_mock_new(&w->err);
	assert_true(coodie_session_register(
		w->registry, "main", coodie_mock_session(w->main, "shop", &w->err), &w->err));
	assert_true(coodie_session_register(
		w->registry, "archive", coodie_mock_session(w->archive, "shop", &w->err), &w->err));
	*state = w;
	return 0;
}

static int close_world(void **state)
{
	struct world *w = *state;

	coodie_session_free(w->registry);
	coodie_mock_free(w->main);
	coodie_mock_free(w->archive);
	free(w);
	return 0;
}

static bool save_note(coodie_session *s, coodie_error *err)
{
	note mine = { .id = 1, .text = "x" };

	return coodie_save(s, &note_model, &mine, NULL, err);
}

static const coodie_model archived_model = COODIE_MODEL(note, note_columns, "old_notes",
							.connection = "archive");

/* CN-05, CN-06, CN-27, MD-06: sessions of one's own; a model is saved to one and read from another, by its
 * connection. */
static void two_clusters(void **state)
{
	static const coodie_column_spec columns[] = { { "id", "int" },
						      { "text", "text" },
						      { "stars", "int" },
						      { "tags", "set<text>" } };
	struct world *w = *state;

	assert_true(coodie_mock_answer(w->archive, "SELECT",
				       coodie_result_new_rows(columns, 4, NULL, 0, &w->err),
				       &w->err));
	assert_true(save_note(w->registry, &w->err));
	assert_null(coodie_get(w->registry, &archived_model, CQL_ARGS(cql(1)), NULL, &w->err));
	assert_int_equal(w->err.code, COODIE_ERR_NOT_FOUND);
	assert_int_equal(coodie_mock_count(w->main), 1);
	assert_int_equal(coodie_mock_count(w->archive), 1);
	assert_memory_equal(coodie_mock_at(w->main, 0)->cql, "INSERT", 6);
	assert_memory_equal(coodie_mock_at(w->archive, 0)->cql, "SELECT", 6);
}

/* CN-07: one that is not there is told with those that are. */
static void unknown_names(void **state)
{
	static const coodie_model lost = COODIE_MODEL(note, note_columns, "notes",
						      .connection = "nowhere");
	struct world *w = *state;
	note mine = { .id = 1 };

	assert_false(coodie_save(w->registry, &lost, &mine, NULL, &w->err));
	assert_int_equal(w->err.code, COODIE_ERR_INVALID);
	assert_non_null(strstr(w->err.message,
			       "no session is named \"nowhere\"; there are: main, archive"));
	assert_false(coodie_session_set_default(w->registry, "nowhere", &w->err));
	assert_non_null(strstr(w->err.message, "there are: main, archive"));
	assert_false(coodie_session_unregister(w->registry, "nowhere", &w->err));
	assert_non_null(strstr(w->err.message, "there are: main, archive"));
	assert_false(coodie_session_set_default(NULL, "main", &w->err));
	assert_false(coodie_session_unregister(w->registry, NULL, &w->err));
	assert_int_equal(w->err.code, COODIE_ERR_INVALID);
}

/* CN-08: the default changes, and goes with its session. */
static void defaults(void **state)
{
	struct world *w = *state;
	coodie_session *again;

	assert_true(coodie_session_set_default(w->registry, "archive", &w->err));
	assert_true(save_note(w->registry, &w->err));
	assert_int_equal(coodie_mock_count(w->archive), 1);
	assert_true(coodie_session_unregister(w->registry, "archive", &w->err));
	assert_false(save_note(w->registry, &w->err));
	assert_non_null(strstr(w->err.message, "the registry has no default session"));
	assert_non_null(strstr(w->err.message, "there are: main"));
	assert_true(coodie_session_set_default(w->registry, "main", &w->err));
	assert_true(save_note(w->registry, &w->err));
	assert_int_equal(coodie_mock_count(w->main), 1);
	again = coodie_mock_session(w->archive, NULL, &w->err);
	assert_true(coodie_session_register(w->registry, "archive", again, &w->err));
	assert_ptr_equal(coodie_session_named(w->registry, "archive", &w->err), again);
	assert_true(coodie_session_unregister(w->registry, "archive", &w->err));
	assert_true(coodie_session_unregister(w->registry, "main", &w->err));
	assert_null(coodie_session_named(w->registry, "main", &w->err));
	assert_non_null(strstr(w->err.message, "the registry has no session"));
	/* CN-06: the first one of an empty registry is the default again */
	assert_true(coodie_session_register(
		w->registry, "main", coodie_mock_session(w->main, "shop", &w->err), &w->err));
	assert_true(save_note(w->registry, &w->err));
}

/* ---- sessions by their options ---------------------------------------------------------------- */

static coodie_options *options_for(const char *address)
{
	coodie_options *o = coodie_options_new(NULL);

	assert_true(coodie_options_add_contact_point(o, address, NULL));
	coodie_options_set_connect_timeout_ms(o, 300);
	return o;
}

/* What was taken of an allocator that begins to fail when told. */
struct purse {
	unsigned taken;
	bool empty;
};

static void *take(size_t size, void *user)
{
	struct purse *p = user;

	p->taken++;
	return p->empty ? NULL : malloc(size);
}

static void *take_more(void *ptr, size_t size, void *user)
{
	struct purse *p = user;

	return p->empty ? NULL : realloc(ptr, size);
}

static void give_back(void *ptr, void *user)
{
	(void)user;
	free(ptr);
}

/* CN-09, CN-10, CN-11: made when it is asked for, not before, and once; what failed is tried again. */
static void lazily(void **state)
{
	struct world *w = *state;
	struct purse purse = { 0 };
	const coodie_allocator a = { take, take_more, give_back, &purse };
	coodie_options *o = options_for("127.0.0.1:1"), *none = coodie_options_new(NULL);
	coodie_session *s;
	unsigned before;

	coodie_options_set_allocator(o, &a);
	assert_true(coodie_session_register_options(w->registry, "lazy", o, &w->err));
	assert_false(coodie_session_register_options(w->registry, "lazy", o, &w->err));
	assert_non_null(strstr(w->err.message, "already"));
	assert_false(coodie_session_register_options(w->registry, "more", none, &w->err));
	assert_non_null(strstr(w->err.message, "session more: no contact point"));
	assert_false(coodie_session_register_options(w->registry, "more", NULL, &w->err));
	coodie_options_free(none);
	coodie_options_free(o); /* it was copied */
	before = purse.taken;
	purse.empty = true;
	assert_null(coodie_session_named(w->registry, "lazy", &w->err));
	assert_int_equal(w->err.code, COODIE_ERR_NO_MEMORY);
	assert_non_null(strstr(w->err.message, "session lazy: "));
	assert_true(purse.taken > before); /* nothing was made before it was asked for */
	purse.empty = false;
	s = coodie_session_named(w->registry, "lazy", &w->err);
	assert_non_null(s);
	assert_ptr_equal(coodie_session_named(w->registry, "lazy", &w->err), s);
	/* closed before it was ever used: nothing happens */
	assert_true(coodie_session_unregister(w->registry, "lazy", &w->err));
}

static void keep_line(enum coodie_log_level level, const char *message, void *user)
{
	(void)level;
	snprintf(user, 200, "%s", message);
}

/* CN-11: no node, an error; the next request connects, when there is one. CN-26: log lines carry the
 * session's name. */
static void connects_later(void **state)
{
	struct world *w = *state;
	coodie_node_options *no = coodie_node_options_new(NULL);
	coodie_node *node;
	coodie_options *o;
	char address[64], line[200] = "";

	/* a port that is free when the node has left it */
	assert_true(coodie_node_options_add_data_center(no, "dc1", 1, 1, NULL));
	node = coodie_node_start(no, &w->err);
	assert_non_null(node);
	snprintf(address, sizeof(address), "%s", coodie_node_address(node, 0));
	o = options_for(address);
	coodie_options_set_log(o, COODIE_LOG_DEBUG, keep_line, line);
	assert_true(coodie_session_register_options(w->registry, "later", o, &w->err));
	coodie_options_free(o);
	coodie_node_stop(node);
	assert_null(coodie_session_query(coodie_session_named(w->registry, "later", &w->err),
					 "SELECT key FROM system.local", CQL_ARGS(), NULL,
					 &w->err));
	assert_int_equal(w->err.code, COODIE_ERR_CONNECT);
	assert_memory_equal(line, "later: ", 7);
	assert_true(coodie_node_options_set_address(no, address, &w->err));
	node = coodie_node_start(no, &w->err);
	assert_non_null(node);
	coodie_result_free(coodie_session_query(coodie_session_named(w->registry, "later", &w->err),
						"SELECT key FROM system.local", CQL_ARGS(), NULL,
						&w->err));
	assert_int_equal(w->err.code, COODIE_OK);
	assert_true(coodie_session_unregister(w->registry, "later", &w->err));
	coodie_node_stop(node);
	coodie_node_options_free(no);
}

/* Counts what has come, and by which name. */
static void on_answer(coodie_result *take_res, const coodie_error *err, void *user)
{
	unsigned *answers = user;

	assert_int_equal(err->code, COODIE_OK);
	coodie_result_free(take_res);
	++*answers;
}

static void on_first(coodie_result *take_res, const coodie_error *err, void *user)
{
	bool *came = user;

	assert_int_equal(err->code, COODIE_OK);
	coodie_result_free(take_res);
	*came = true;
}

static void ask_node(struct world *w, const char *name, coodie_done_fn *done, void *user)
{
	coodie_session *s = coodie_session_named(w->registry, name, &w->err);

	assert_true(coodie_session_query_async(s, "SELECT key FROM system.local", CQL_ARGS(), NULL,
					       done, user, &w->err));
}

/* The registry's run turns the loops of all members: those of the default, of others, and the mocks. */
static void runs_all(void **state)
{
	struct world *w = *state;
	coodie_node_options *no = coodie_node_options_new(NULL);
	coodie_node *node;
	coodie_options *o;
	unsigned answers = 0;
	bool came = false;

	assert_true(coodie_node_options_add_data_center(no, "dc1", 1, 1, NULL));
	node = coodie_node_start(no, &w->err);
	assert_non_null(node);
	o = options_for(coodie_node_address(node, 0));
	coodie_options_set_connect_timeout_ms(o, 10000);
	assert_true(coodie_session_register_options(w->registry, "near", o, &w->err));
	assert_true(coodie_session_register_options(w->registry, "far", o, &w->err));
	coodie_options_free(o);
	assert_true(coodie_session_set_default(w->registry, "near", &w->err));
	ask_node(w, "near", on_answer, &answers);
	ask_node(w, "far", on_answer, &answers);
	assert_true(coodie_session_query_async(
		coodie_session_named(w->registry, "archive", &w->err), "UPDATE t", CQL_ARGS(), NULL,
		on_answer, &answers, &w->err));
	assert_true(coodie_session_run(w->registry, NULL, &w->err));
	assert_int_equal(answers, 3);
	ask_node(w, "far", on_first, &came);
	assert_true(coodie_session_run(w->registry, &came, &w->err));
	assert_true(came);
	came = false;
	assert_false(coodie_session_run(w->registry, &came, &w->err));
	assert_int_equal(w->err.code, COODIE_ERR_CLOSED);
	assert_true(coodie_session_unregister(w->registry, "far", &w->err));
	assert_true(coodie_session_unregister(w->registry, "near", &w->err));
	coodie_node_stop(node);
	coodie_node_options_free(no);
}

enum { THREADS = 8 };

struct asker {
	coodie_session *registry, *got;
	pthread_t thread;
};

static void *ask(void *user)
{
	struct asker *a = user;

	for (int i = 0; i < 1000; i++) {
		coodie_session *s = coodie_session_named(a->registry, "lazy", NULL);

		if (!s || (a->got && s != a->got))
			return NULL; /* got stays what it was: the test compares */
		a->got = s;
		coodie_session_named(a->registry, "no such", NULL);
	}
	return a;
}

/* CN-10: many threads ask at once, and one session is made; others come and go meanwhile. */
static void many_threads(void **state)
{
	struct world *w = *state;
	struct asker askers[THREADS];
	coodie_options *o = options_for("127.0.0.1:1");

	assert_true(coodie_session_register_options(w->registry, "lazy", o, &w->err));
	coodie_options_free(o);
	for (int i = 0; i < THREADS; i++) {
		askers[i] = (struct asker){ .registry = w->registry };
		assert_int_equal(pthread_create(&askers[i].thread, NULL, ask, &askers[i]), 0);
	}
	for (int i = 0; i < 50; i++) {
		coodie_session *s = coodie_mock_session(w->main, NULL, &w->err);

		assert_true(coodie_session_register(w->registry, "guest", s, &w->err));
		assert_true(coodie_session_set_default(w->registry, "guest", &w->err));
		assert_true(coodie_session_unregister(w->registry, "guest", &w->err));
	}
	for (int i = 0; i < THREADS; i++) {
		void *whole;

		pthread_join(askers[i].thread, &whole);
		assert_non_null(whole);
		assert_ptr_equal(askers[i].got, askers[0].got);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(two_clusters), TEST(unknown_names),  TEST(defaults),
		TEST(lazily),       TEST(connects_later), TEST(many_threads),
		TEST(runs_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
