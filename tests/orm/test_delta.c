/* SPDX-License-Identifier: MIT */
/* Collections of loaded objects are saved by what was added and taken out (CO-11..13, LC-04). */
#include <coodie/query.h>

#include "tests/orm/fixture.h"

typedef struct bag {
	coodie_row row;
	int32_t id;
	const char *name;
	cql_set tags;
	cql_map stock;
	cql_list log;
} bag;

static const coodie_column bag_columns[] = {
	COODIE_COLUMN(bag, id, "int", .partition_key = 1),
	COODIE_COLUMN(bag, name, "text"),
	COODIE_COLUMN(bag, tags, "set<text>"),
	COODIE_COLUMN(bag, stock, "map<text, int>"),
	COODIE_COLUMN(bag, log, "list<int>"),
};
static const coodie_model bag_model = COODIE_MODEL(bag, bag_columns, "bags", .keyspace = "shop");

#define NAME "UPDATE shop.bags SET \"name\" = ?, "
#define TAGS "\"tags\" = ?, "
#define TAGS_DELTA "\"tags\" = \"tags\" + ?, \"tags\" = \"tags\" - ?, "
#define STOCK "\"stock\" = ?, "
#define STOCK_DELTA "\"stock\" = \"stock\" + ?, \"stock\" = \"stock\" - ?, "
#define LOG "\"log\" = ? WHERE \"id\" = ?"
#define LOG_DELTA "\"log\" = ? + \"log\", \"log\" = \"log\" + ? WHERE \"id\" = ?"

static bag *load(cql_value tags, cql_value stock, cql_value log)
{
	static const coodie_column_spec columns[] = { { "id", "int" },
						      { "name", "text" },
						      { "tags", "set<text>" },
						      { "stock", "map<text, int>" },
						      { "log", "list<int>" } };
	const cql_value row[] = { cql(1), cql("x"), tags, stock, log };
	coodie_error err = { 0 };
	bag *b;

	mock_answer(&mock, coodie_result_new_rows(columns, 5, row, 1, &err));
	b = coodie_get(mock.session, &bag_model, CQL_ARGS(cql(1)), NULL, &err);
	assert_non_null(b);
	return b;
}

static bag *load_usual(void)
{
	return load(cql(CQL_SET(cql("a"), cql("b"))),
		    cql(CQL_MAP(cql("k"), cql(1), cql("l"), cql(2), cql("m"), cql(3))),
		    cql(CQL_LIST(cql(1), cql(2))));
}

static void save(bag *b, const coodie_write *w)
{
	coodie_error err = { 0 };

	if (!coodie_save(mock.session, &bag_model, b, w, &err))
		fail_msg("%s", err.message);
}

/* CO-12 */
static void sets(void **state)
{
	bag *b = load_usual();

	(void)state;
	b->tags = CQL_SET(cql("c"), cql("b"), cql("d"));
	save(b, COODIE_WRITE(.ttl = 5));
	mock_expect(&mock, "UPDATE shop.bags USING TTL ? SET \"name\" = ?, " TAGS_DELTA STOCK LOG,
		    "5|unset|{'c', 'd'}|{'a'}|unset|unset|1");
	assert_true(mock_last(&mock)->request.idempotent);
	save(b, NULL);
	assert_int_equal(mock.sent, 2); /* what was sent counts as loaded */
	b->tags = CQL_SET(cql("c"), cql("b"), cql("d"), cql("e"));
	save(b, NULL);
	mock_expect(&mock, NAME TAGS_DELTA STOCK LOG, "unset|{'e'}|{}|unset|unset|1");
	coodie_object_free(b);
}

/* CO-13 */
static void maps(void **state)
{
	bag *b = load_usual();

	(void)state;
	b->stock = CQL_MAP(cql("n"), cql(4), cql("m"), cql(9), cql("k"), cql(1));
	b->name = "y";
	save(b, NULL);
	mock_expect(&mock, NAME TAGS STOCK_DELTA LOG, "'y'|unset|{'m': 9, 'n': 4}|{'l'}|unset|1");
	coodie_object_free(b);
}

/* CO-11 */
static void lists(void **state)
{
	bag *b = load_usual();

	(void)state;
	b->log = CQL_LIST(cql(8), cql(9), cql(1), cql(2), cql(3));
	save(b, NULL);
	mock_expect(&mock, NAME TAGS STOCK LOG_DELTA, "unset|unset|unset|[8, 9]|[3]|1");
	assert_false(mock_last(&mock)->request.idempotent);        /* twice would add twice */
	b->log = CQL_LIST(cql(9), cql(1), cql(2), cql(3), cql(4)); /* did not just grow */
	save(b, NULL);
	mock_expect(&mock, NAME TAGS STOCK LOG, "unset|unset|unset|[9, 1, 2, 3, 4]|1");
	b->log = CQL_LIST(cql(9));
	save(b, NULL);
	mock_expect(&mock, NAME TAGS STOCK LOG, "unset|unset|unset|[9]|1");
	coodie_object_free(b);
}

/* Nothing before, nothing now, touched, or asked for: the whole is written. */
static void wholes(void **state)
{
	bag *b = load(cql_null(), cql(CQL_MAP(cql("k"), cql(1))), cql_null());
	coodie_error err = { 0 };

	(void)state;
	b->tags = CQL_SET(cql("a"));
	b->log = CQL_LIST(cql(1));
	save(b, NULL);
	mock_expect(&mock, NAME TAGS STOCK LOG, "unset|{'a'}|unset|[1]|1");
	b->stock = CQL_MAP();
	save(b, NULL);
	mock_expect(&mock, NAME TAGS STOCK LOG, "unset|unset|{}|unset|1");
	b->tags = CQL_SET(cql("b"));
	assert_true(coodie_touch(b, "tags", &err));
	save(b, NULL);
	mock_expect(&mock, NAME TAGS STOCK LOG, "unset|{'b'}|unset|unset|1");
	b->tags = CQL_SET(cql("b"), cql("c"));
	save(b, COODIE_WRITE(.full = true));
	mock_expect(&mock,
		    "INSERT INTO shop.bags (\"id\", \"name\", \"tags\", \"stock\", \"log\") VALUES "
		    "(?, ?, ?, ?, ?)",
		    "1|'x'|{'b', 'c'}|{}|[1]");
	coodie_object_free(b);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(sets),
		TEST(maps),
		TEST(lists),
		TEST(wholes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
