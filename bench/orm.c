/* SPDX-License-Identifier: MIT */
/* What the mapper costs: rows into objects beside the cursor's walk over the same rows, and saves.
 *
 * The session's driver answers from memory, so that what is measured is orm/ and nothing else. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <coodie.h>

#include "bench/bench.h"
#include "bench/item.h"

enum { ROWS = 1000 };

static const coodie_model item_model = COODIE_MODEL(item, item_columns, "items",
						    .keyspace = "bench");

/* The same with what is neither: a blob, an inet, a list of three texts. */
typedef struct mixed {
	coodie_row row;
	cql_uuid id;
	const char *name;
	int32_t age;
	int64_t score;
	bool active;
	double ratio;
	cql_timestamp created;
	cql_blob payload;
	cql_inet addr;
	cql_list tags;
} mixed;

static const coodie_column mixed_columns[COLUMNS] = {
	COODIE_COLUMN(mixed, id, "uuid", .partition_key = 1),
	COODIE_COLUMN(mixed, name, "text"),
	COODIE_COLUMN(mixed, age, "int"),
	COODIE_COLUMN(mixed, score, "bigint"),
	COODIE_COLUMN(mixed, active, "boolean"),
	COODIE_COLUMN(mixed, ratio, "double"),
	COODIE_COLUMN(mixed, created, "timestamp"),
	COODIE_COLUMN(mixed, payload, "blob"),
	COODIE_COLUMN(mixed, addr, "inet"),
	COODIE_COLUMN(mixed, tags, "list<text>"),
};
static const coodie_model mixed_model = COODIE_MODEL(mixed, mixed_columns, "mixed",
						     .keyspace = "bench");

static void need(bool worked, const coodie_error *err)
{
	if (worked)
		return;
	fprintf(stderr, "bench: %s\n", err->message);
	exit(1);
}

/* ---- memory: what the mapper has of it -------------------------------------------------------- */

static size_t taken;

static void *take(size_t size, void *user)
{
	(void)user;
	taken += size;
	return malloc(size);
}

static void *resize(void *ptr, size_t size, void *user)
{
	(void)user;
	taken += size;
	return realloc(ptr, size);
}

static void release(void *ptr, void *user)
{
	(void)user;
	free(ptr);
}

static const coodie_allocator counting = { take, resize, release, NULL };

/* ---- a driver that answers from memory -------------------------------------------------------- */

static struct {
	coodie_result *next; /* what is answered; NULL: void */
	coodie_done_fn *done;
	void *user;
	const char *cql; /* of the statement before the answer */
} driver_state;

static bool submit(void *driver, const coodie_statement *st, coodie_done_fn *done, void *user,
		   coodie_error *err)
{
	(void)driver;
	(void)err;
	driver_state.cql = st->cql;
	driver_state.done = done;
	driver_state.user = user;
	return true;
}

static bool turn(void *driver, const bool *until, coodie_error *err)
{
	coodie_done_fn *done = driver_state.done;
	coodie_result *res = driver_state.next;
	coodie_error fine = { 0 };

	(void)driver;
	(void)until;
	(void)err;
	if (!done)
		return true;
	driver_state.next = NULL;
	driver_state.done = NULL;
	done(res, &fine, driver_state.user);
	return true;
}

static void no_free(void *driver)
{
	(void)driver;
}

static const coodie_driver driver = { .size = sizeof(driver),
				      .submit = submit,
				      .run = turn,
				      .free = no_free,
				      .allocator = &counting };

static coodie_session *session;
static coodie_query *items_query, *mixed_query;
static cql_value *values;
static item own;

/* ---- rows ------------------------------------------------------------------------------------ */

static const cql_uuid id = { { 0x5a, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 } };
static const uint8_t payload[64] = { 7 };

static coodie_result *make_rows(const coodie_column *columns)
{
	coodie_column_spec specs[COLUMNS];
	coodie_error err;
	coodie_result *r;

	for (size_t i = 0; i < COLUMNS; i++)
		specs[i] = (coodie_column_spec){ columns[i].name, columns[i].type };
	r = coodie_result_new_rows(specs, COLUMNS, values, ROWS, &err);
	need(r, &err);
	return r;
}

static void fill_row(cql_value *row, bool is_mixed)
{
	static const cql_value tags[] = { { { CQL_TAG_TEXT }, { .text = { "alpha", 5 } } },
					  { { CQL_TAG_TEXT }, { .text = { "beta", 4 } } },
					  { { CQL_TAG_TEXT }, { .text = { "gamma", 5 } } } };
	const cql_value common[] = { cql(id),
				     cql("Ada Lovelace, Countess"),
				     cql(36),
				     cql(1234567890123),
				     cql((_Bool)1),
				     cql(2718.28),
				     cql(((cql_timestamp){ 1700000000000 })) };

	memcpy(row, common, sizeof(common));
	row[7] = is_mixed ? cql(cql_blob_of(payload, sizeof(payload))) : cql("ada@example.org");
	row[8] = is_mixed ? cql(((cql_inet){ { 10, 20, 30, 40 }, 4 })) : cql(1);
	row[9] = is_mixed ? cql(cql_list_of(tags, 3)) : cql("wrote the first program");
}

static void fill_values(bool is_mixed)
{
	for (size_t i = 0; i < ROWS; i++)
		fill_row(values + i * COLUMNS, is_mixed);
}

static void set_up_items(void)
{
	fill_values(false);
}

static void set_up_mixed(void)
{
	fill_values(true);
}

static volatile int64_t sink;

/* What the cursor costs that passes every cell and looks at none; counted by its name. */
__attribute__((noinline)) size_t bench_walk(coodie_result *r);
size_t bench_walk(coodie_result *r)
{
	coodie_cursor c = coodie_result_cursor(r);
	size_t rows = 0;

	while (coodie_cursor_next(&c))
		rows++;
	return rows;
}

static size_t walk(const coodie_column *columns)
{
	coodie_result *r = make_rows(columns);
	coodie_cursor c = coodie_result_cursor(r);
	size_t bytes = (size_t)(c.end - c.at);

	sink = (int64_t)bench_walk(r);
	coodie_result_free(r);
	return bytes;
}

static size_t items_walk(uint32_t i)
{
	(void)i;
	return walk(item_columns);
}

static size_t mixed_walk(uint32_t i)
{
	(void)i;
	return walk(mixed_columns);
}

/* @return all that the rows hold: what came over the wire, and what the mapper took */
static size_t load(coodie_query *q, const coodie_column *columns)
{
	coodie_error err;
	coodie_rows *rows;
	coodie_cursor c;
	size_t bytes;

	driver_state.next = make_rows(columns);
	c = coodie_result_cursor(driver_state.next);
	bytes = (size_t)(c.end - c.at);
	taken = 0;
	rows = coodie_all(q, &err);
	need(rows, &err);
	bytes += taken;
	sink = (int64_t)coodie_rows_count(rows);
	coodie_rows_free(rows);
	return bytes;
}

static size_t items_load(uint32_t i)
{
	(void)i;
	return load(items_query, item_columns);
}

static size_t mixed_load(uint32_t i)
{
	(void)i;
	return load(mixed_query, mixed_columns);
}

/* ---- saves ----------------------------------------------------------------------------------- */

static void on_saved(const coodie_error *err, void *user)
{
	(void)user;
	sink = err->code;
}

/* A save until its callback has returned; counted by its name. */
__attribute__((noinline)) void bench_save(void *object);
void bench_save(void *object)
{
	coodie_error err;

	need(coodie_save_async(session, &item_model, object, NULL, on_saved, NULL, &err), &err);
	turn(NULL, NULL, NULL);
}

static size_t save(void *object)
{
	bench_save(object);
	return sizeof(item);
}

static size_t save_own(uint32_t i)
{
	own.age = (int32_t)i;
	return save(&own);
}

/* ---- the same statement without the mapper --------------------------------------------------- */

static cql_value binds[COLUMNS];
static const char *insert;

static void on_executed(coodie_result *take_res, const coodie_error *err, void *user)
{
	(void)user;
	coodie_result_free(take_res);
	sink = err->code;
}

__attribute__((noinline)) void bench_execute(void);
void bench_execute(void)
{
	const coodie_statement st = { .size = sizeof(st),
				      .cql = insert,
				      .args = { COLUMNS, binds },
				      .prepare = true };
	coodie_error err;

	need(coodie_session_submit(session, &st, on_executed, NULL, &err), &err);
	turn(NULL, NULL, NULL);
}

static void set_up_execute(void)
{
	save(&own);
	insert = driver_state.cql;
	fill_row(binds, false);
}

static size_t execute(uint32_t i)
{
	binds[2] = cql((int32_t)i);
	bench_execute();
	return sizeof(item);
}

static coodie_rows *loaded;

static void set_up_loaded(void)
{
	coodie_error err;

	fill_values(false);
	driver_state.next = make_rows(item_columns);
	loaded = coodie_all(items_query, &err);
	need(loaded, &err);
}

static item *next_loaded(void)
{
	coodie_error err;
	item *x = coodie_next(loaded, &err);

	if (!x) {
		coodie_rows_rewind(loaded);
		x = coodie_next(loaded, &err);
	}
	return x;
}

static size_t save_clean(uint32_t i)
{
	(void)i;
	return save(next_loaded());
}

static size_t save_changed(uint32_t i)
{
	item *x = next_loaded();

	x->score = i + 2;
	x->name = i & 1 ? "Ada" : "Augusta";
	return save(x);
}

/* ---- the table ------------------------------------------------------------------------------- */

static const struct bench_case cases[] = {
	{ "orm-rows", items_load, set_up_items, 20, ROWS,
	  "row of 7 scalars and 3 texts into an object", "orm-rows-walk", "coodie_all" },
	{ "orm-rows-walk", items_walk, set_up_items, 20, ROWS, "the cursor's walk over it", NULL,
	  "bench_walk" },
	{ "orm-mixed", mixed_load, set_up_mixed, 20, ROWS,
	  "row of the ten of row-typed into an object", "orm-mixed-walk", "coodie_all" },
	{ "orm-mixed-walk", mixed_walk, set_up_mixed, 20, ROWS, "the cursor's walk over it", NULL,
	  "bench_walk" },
	{ "orm-execute", execute, set_up_execute, 2000, 1, "EXECUTE of the ten binds, no mapper",
	  NULL, "bench_execute" },
	{ "orm-save-own", save_own, NULL, 2000, 1, "INSERT of ten columns of a struct of one's own",
	  "orm-execute", "bench_save" },
	{ "orm-save-clean", save_clean, set_up_loaded, 500, 1, "a loaded object that is as it was",
	  "orm-execute", "bench_save" },
	{ "orm-save-changed", save_changed, set_up_loaded, 2000, 1,
	  "UPDATE of two columns of a loaded object", "orm-execute", "bench_save" },
};

static void init(void)
{
	coodie_error err;

	session = coodie_session_from_driver(&driver, NULL, &err);
	need(session, &err);
	items_query = coodie_find(session, &item_model, NULL, CQL_ARGS());
	mixed_query = coodie_find(session, &mixed_model, NULL, CQL_ARGS());
	values = malloc(ROWS * COLUMNS * sizeof(*values));
	if (!values || !items_query || !mixed_query)
		exit(1);
	own = make_item(id, 0);
}

static void deinit(void)
{
	coodie_rows_free(loaded);
	coodie_query_free(items_query);
	coodie_query_free(mixed_query);
	coodie_session_free(session);
	free(values);
}

int main(int argc, char **argv)
{
	const struct bench_program program = { "orm", cases, sizeof(cases) / sizeof(cases[0]),
					       16,    init,  deinit };

	return bench_main(&program, argc, argv);
}
