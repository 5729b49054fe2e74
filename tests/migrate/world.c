/* SPDX-License-Identifier: MIT */
/* What tests of migrations begin with. */
#include "tests/migrate/world.h"

#include <dirent.h>
#include <unistd.h>

#include "tests/test.h"

static void add(struct world *w, const char *format, ...) COODIE_PRINTF(2, 3);

static void add(struct world *w, const char *format, ...)
{
	const size_t len = strlen(w->told);
	va_list args;

	va_start(args, format);
	vsnprintf(w->told + len, sizeof w->told - len, format, args);
	va_end(args);
}

static void on_event(const coodie_migrate_event *e, void *user)
{
	static const char *const steps[] = { "plan", "begin", "run", "skip" };
	struct world *w = user;

	switch (e->kind) {
	case COODIE_MIGRATE_BEGIN:
		add(w, "%s %s%s%s\n", e->downgrade ? "down" : "up", e->migration,
		    *e->description ? ": " : "", e->description);
		break;
	case COODIE_MIGRATE_STATEMENT:
		if (e->step != COODIE_MIGRATE_BEGUN)
			add(w, " %s %u: %s\n", steps[e->step], (unsigned)e->statement, e->cql);
		break;
	case COODIE_MIGRATE_END:
		add(w, "end %s\n", e->migration);
		break;
	case COODIE_MIGRATE_NOTE:
		add(w, "note: %s\n", e->text);
		break;
	case COODIE_MIGRATE_SCAN:
		break;
	}
}

/* ---- the world ------------------------------------------------------------------------------- */

bool world_is_real(void)
{
	return getenv("COODIE_TEST_PLAIN");
}

const char *world_address(const struct world *w)
{
	return w->node ? coodie_node_address(w->node, 0) : getenv("COODIE_TEST_PLAIN");
}

coodie_session *world_session(const struct world *w, unsigned loops)
{
	coodie_error err = { 0 };
	coodie_options *o = coodie_options_new(&err);
	coodie_session *s = NULL;

	if (o && coodie_options_add_contact_point(o, world_address(w), &err) &&
	    coodie_options_set_keyspace(o, "shop", &err) &&
	    coodie_options_set_loops(o, loops, &err)) {
		coodie_options_set_request_timeout_ms(o, world_is_real()  ? 30000
							 : test_samples() ? 6000
									  : 1500);
		s = coodie_session_new(o, &err);
	}
	coodie_options_free(o);
	if (!s)
		fail_msg("%s", err.message);
	return s;
}

static void start_node(struct world *w, uint32_t nodes)
{
	coodie_node_options *o = coodie_node_options_new(NULL);

	assert_true(coodie_node_options_set_nodes(o, nodes, &w->err));
	w->node = coodie_node_start(o, &w->err);
	coodie_node_options_free(o);
	if (!w->node)
		fail_msg("%s", w->err.message);
}

static void make_keyspace(struct world *w)
{
	const char *replicas = world_is_real() ? getenv("COODIE_TEST_REPLICAS") : NULL;
	char cql[120];

	snprintf(cql, sizeof cql,
		 "CREATE KEYSPACE shop WITH replication = {'class': 'SimpleStrategy', "
		 "'replication_factor': %s}",
		 replicas ? replicas : "1");
	world_execute(w, "DROP KEYSPACE IF EXISTS shop");
	world_execute(w, cql);
}

struct world *world_begin(uint32_t nodes, unsigned loops)
{
	struct world *w = calloc(1, sizeof *w);

	assert_non_null(w);
	if (!world_is_real())
		start_node(w, nodes);
	w->session = world_session(w, loops);
	make_keyspace(w);
	world_execute(w, "CREATE TABLE shop.reviews (id int PRIMARY KEY, text text)");
	strcpy(w->directory, "/tmp/coodie-test-migrate.XXXXXX");
	assert_non_null(mkdtemp(w->directory));
	w->options = *COODIE_MIGRATE(.directory = w->directory, .event = on_event, .user = w);
	return w;
}

void world_end(struct world *w)
{
	DIR *d = opendir(w->directory);

	for (const struct dirent *e; d && (e = readdir(d));)
		if (*e->d_name != '.')
			world_remove(w, e->d_name);
	closedir(d);
	rmdir(w->directory);
	coodie_session_free(w->session);
	coodie_node_stop(w->node);
	free(w);
}

int world_setup(void **state)
{
	*state = world_begin(1, 0);
	return 0;
}

int world_teardown(void **state)
{
	world_end(*state);
	return 0;
}

void world_file(struct world *w, const char *name, const char *text)
{
	char path[200];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", w->directory, name);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
	assert_int_equal(fclose(f), 0);
}

void world_remove(struct world *w, const char *name)
{
	char path[400];

	snprintf(path, sizeof path, "%s/%s", w->directory, name);
	assert_int_equal(unlink(path), 0);
}

/* ---- runs ------------------------------------------------------------------------------------ */

static bool run(struct world *w, bool (*fn)(coodie_migrator *m, coodie_error *err))
{
	coodie_migrator *m;
	bool ok;

	*w->told = '\0';
	m = coodie_migrator_new(w->session, &w->options, &w->err);
	if (!m)
		fail_msg("%s", w->err.message);
	ok = fn(m, &w->err);
	w->cause = coodie_migrator_cause(m);
	coodie_migrator_free(m);
	assert_int_equal(ok, w->err.code == COODIE_OK);
	assert_int_equal(ok, w->cause == COODIE_CAUSE_NONE);
	return ok;
}

bool world_apply(struct world *w)
{
	return run(w, coodie_migrator_apply);
}

bool world_rollback(struct world *w, uint32_t steps)
{
	w->options.steps = steps;
	return run(w, coodie_migrator_rollback);
}

static void on_status(const coodie_migration_status *s, void *user)
{
	static const char *const matches[] = { "PENDING", "SAME", "CHANGED", "ELSEWHERE" };
	struct world *w = user;

	add(w, "%s %s%s%s%s", s->name, matches[s->match], s->has_py ? " py" : "",
	    s->has_cql ? " cql" : "", s->has_c ? " c" : "");
	if (*s->description)
		add(w, " \"%s\"", s->description);
	if (s->in_progress)
		add(w, " %s: %u done%s%s", s->downgrade ? "down" : "up",
		    (unsigned)s->statements_done, s->statement ? ", at " : "",
		    s->statement ? s->statement : "");
	if (s->rolled_back)
		add(w, " rolled back");
	add(w, "\n");
}

const char *world_status(struct world *w)
{
	coodie_migrator *m = coodie_migrator_new(w->session, &w->options, &w->err);

	*w->told = '\0';
	if (!m || !coodie_migrator_status(m, on_status, w, &w->err))
		fail_msg("%s", w->err.message);
	coodie_migrator_free(m);
	return w->told;
}

void world_ok(struct world *w, bool worked)
{
	if (!worked)
		fail_msg("%s: %s", coodie_migrate_cause_name(w->cause), w->err.message);
}

void world_failed(struct world *w, bool worked, enum coodie_migrate_cause cause, const char *says)
{
	if (worked)
		fail_msg("it worked, and should have failed: %s", says);
	if (w->cause != cause || !strstr(w->err.message, says))
		fail_msg("%s: \"%s\" is not in \"%s\"", coodie_migrate_cause_name(w->cause), says,
			 w->err.message);
}

/* ---- the node -------------------------------------------------------------------------------- */

/* A session that has no keyspace yet. */
static void execute_there(const char *cql)
{
	coodie_error err = { 0 };
	coodie_session *s = coodie_session_open(getenv("COODIE_TEST_PLAIN"), &err);
	coodie_result *r = s ? coodie_session_query(s, cql, CQL_ARGS(),
						    COODIE_REQUEST(.timeout_ms = 60000), &err)
			     : NULL;

	if (!r)
		fail_msg("%s: %s", cql, err.message);
	coodie_result_free(r);
	coodie_session_free(s);
}

void world_execute(struct world *w, const char *cql)
{
	coodie_error err = { 0 };

	if (!w->node)
		execute_there(cql);
	else if (!coodie_node_execute(w->node, cql, &err))
		fail_msg("%s", err.message);
}

const char *world_rows(struct world *w, const char *cql)
{
	coodie_result *r = coodie_session_query(
		w->session, cql, CQL_ARGS(), COODIE_REQUEST(.consistency = CQL_CONSISTENCY_QUORUM),
		&w->err);
	coodie_cursor c = coodie_result_cursor(r);
	size_t len = 0;

	*w->text = '\0';
	if (!r)
		fail_msg("%s: %s", cql, w->err.message);
	while (coodie_cursor_next(&c)) {
		for (size_t i = 0; i < coodie_result_column_count(r); i++) {
			cql_value v;

			assert_true(coodie_cursor_value(&c, i, &v, &w->err));
			len += (size_t)snprintf(w->text + len, sizeof w->text - len, "%s",
						i     ? ", "
						: len ? "; "
						      : "");
			len += cql_value_format(v, w->text + len, sizeof w->text - len);
			assert_true(len < sizeof w->text);
		}
	}
	coodie_result_free(r);
	return w->text;
}

uint32_t world_fault(struct world *w, const char *spec)
{
	uint32_t id = 0;

	if (!coodie_node_add_fault(w->node, spec, &id, &w->err))
		fail_msg("%s: %s", spec, w->err.message);
	return id;
}
