/* SPDX-License-Identifier: MIT */
/* Materialized views: what they are made of, how they are compared, and that nothing writes them. */
#include <coodie/view.h>

#include "orm/schema/schema.h"

#include "tests/orm/fixture.h"
#include "tests/orm/models.h"

/* Users by their mail: its base is user_model, whose key is id and bucket. */
typedef struct by_email {
	coodie_row row;
	const char *email;
	int32_t bucket;
	cql_uuid id;
	int32_t *age;
} by_email;

static const coodie_column by_email_columns[] = {
	COODIE_COLUMN(by_email, email, "text", .partition_key = 1),
	COODIE_COLUMN(by_email, bucket, "int", .clustering_key = 1, .order = COODIE_DESC),
	COODIE_COLUMN(by_email, id, "uuid", .clustering_key = 2),
	COODIE_COLUMN(by_email, age, "int"),
};
#define BY_EMAIL(name, ...) \
	COODIE_MODEL(by_email, by_email_columns, name, .keyspace = "shop", __VA_ARGS__)
static const coodie_model by_email_model = BY_EMAIL("users_by_email",
						    .view = COODIE_VIEW(&user_model));

#define CREATE "CREATE MATERIALIZED VIEW IF NOT EXISTS shop.users_by_email AS SELECT "
#define KEY \
	"PRIMARY KEY ((\"email\"), \"bucket\", \"id\") WITH CLUSTERING ORDER BY (\"bucket\" DESC, " \
	"\"id\" ASC)"
#define NOT_NULL \
	" FROM shop.users WHERE \"email\" IS NOT NULL AND \"bucket\" IS NOT NULL AND \"id\" IS NOT " \
	"NULL "

static void answer_name(const char *name)
{
	static const coodie_column_spec spec[] = { { "name", "text" } };
	const cql_value value = cql(name);

	mock_answer(&mock, coodie_result_new_rows(spec, 1, &value, name ? 1 : 0, NULL));
}

struct there {
	const char *name, *type, *kind;
	int position;
	const char *order;
};

static const struct there as_made[] = {
	{ "email", "text", "partition_key", 0, "none" },
	{ "bucket", "int", "clustering", 0, "desc" },
	{ "id", "uuid", "clustering", 1, "asc" },
	{ "age", "int", "regular", -1, "none" },
};

static void answer_columns(const struct there *there, size_t count)
{
	static const coodie_column_spec spec[] = { { "column_name", "text" },
						   { "type", "text" },
						   { "kind", "text" },
						   { "position", "int" },
						   { "clustering_order", "text" } };
	cql_value values[5 * 8];

	for (size_t i = 0; i < count; i++) {
		values[5 * i] = cql(there[i].name);
		values[5 * i + 1] = cql(there[i].type);
		values[5 * i + 2] = cql(there[i].kind);
		values[5 * i + 3] = cql(there[i].position);
		values[5 * i + 4] = cql(there[i].order);
	}
	mock_answer(&mock, coodie_result_new_rows(spec, 5, values, count, NULL));
}

static void answer_view_where(const char *base, const char *where)
{
	static const coodie_column_spec spec[] = { { "base_table_name", "text" },
						   { "where_clause", "text" } };
	const cql_value values[] = { cql(base), cql(where) };

	mock_answer(&mock, coodie_result_new_rows(spec, 2, values, base ? 1 : 0, NULL));
}

/* The view, by its base; NULL: it is not there. */
static void answer_view(const char *base)
{
	answer_view_where(base, "email IS NOT NULL AND bucket IS NOT NULL AND id IS NOT NULL");
}

static bool sync_new(const coodie_model *m, const coodie_sync *options, coodie_error *err)
{
	answer_name(NULL);    /* no such view */
	answer_name("users"); /* its base's table */
	return coodie_sync_view(mock.session, m, options, err);
}

/* MV-01, MV-02, MV-04, MV-05, MD-11: by its base, its key and the order of the column table. */
static void creates(void **state)
{
	coodie_error err = { 0 };

	(void)state;
	ok(sync_new(&by_email_model, NULL, &err), &err);
	assert_int_equal(mock.sent, 3);
	assert_string_equal(mock.calls[0].cql, "SELECT * FROM system_schema.views "
					       "WHERE keyspace_name = ? AND view_name = ?");
	mock_expect(&mock, CREATE "\"email\", \"bucket\", \"id\", \"age\"" NOT_NULL KEY, "");
}

static const coodie_model rich = BY_EMAIL(
	"users_by_email", .comment = "it's",
	.view = COODIE_VIEW(&user_model, .all_columns = true,
			    .where = "\"email\" IS NOT NULL AND \"bucket\" > 5",
			    .options = "gc_grace_seconds = 60"));

/* MV-03, MV-04, MV-09, MV-10: all columns, one's own condition and options. */
static void with_options(void **state)
{
	coodie_error err = { 0 };

	(void)state;
	ok(sync_new(&rich, NULL, &err), &err);
	mock_expect(&mock,
		    CREATE "* FROM shop.users WHERE \"email\" IS NOT NULL AND \"bucket\" > 5 " KEY
			   " AND comment = 'it''s' AND gc_grace_seconds = 60",
		    "");
}

static void count(const char *cql, void *user)
{
	(void)cql;
	++*(int *)user;
}

/* MV-02: a view that is there is left as it is; a dry run only tells. */
static void second_sync(void **state)
{
	coodie_error err = { 0 };
	int told = 0;

	(void)state;
	answer_view("users");
	answer_columns(as_made, CD_COUNT(as_made));
	ok(coodie_sync_view(mock.session, &by_email_model,
			    COODIE_SYNC(.each = count, .user = &told), &err),
	   &err);
	assert_int_equal(mock.sent, 2);
	assert_int_equal(told, 0);
	ok(sync_new(&by_email_model, COODIE_SYNC(.each = count, .user = &told, .dry_run = true),
		    &err),
	   &err);
	assert_int_equal(told, 1);
	assert_int_equal(mock.sent, 4);
}

/* What differs is told, and that no statement mends it. */
static void differences(void **state)
{
	struct there other[CD_COUNT(as_made)];
	coodie_error err = { 0 };

	(void)state;
	memcpy(other, as_made, sizeof(other));
	other[3].type = "bigint";
	answer_view("users");
	answer_columns(other, CD_COUNT(other));
	assert_false(coodie_sync_view(mock.session, &by_email_model, NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_CONFLICT);
	assert_string_equal(err.message,
			    "coodie_sync_view(by_email): shop.users_by_email: column \"age\" is "
			    "bigint in the table and int in the model; a view cannot be changed: "
			    "coodie_drop_view(), then sync it again, or give leave with "
			    ".allow_destructive");
	answer_view("people");
	assert_false(coodie_sync_view(mock.session, &by_email_model, NULL, &err));
	assert_non_null(strstr(err.message, "its base is people in the cluster and users in the "
					    "model; a view cannot be changed"));
	answer_name(NULL);
	answer_name(NULL);
	assert_false(coodie_sync_view(mock.session, &by_email_model, NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_CONFLICT);
	assert_non_null(strstr(err.message, "shop.users_by_email: there is no table users to make a "
					    "view of; sync its model first"));
	mock_answer_error(&mock, COODIE_ERR_TIMEOUT, "late");
	assert_false(coodie_sync_view(mock.session, &by_email_model, NULL, &err));
	assert_string_equal(err.message, "coodie_sync_view(by_email): late");
}

/* ---- conditions --------------------------------------------------------------------------------- */

/* What a model says, and what Cassandra 5.0.6 says of the view then; `same` false: of another view. */
static const struct {
	const char *should, *is;
	bool same;
} conditions[] = {
	{ "a IS NOT NULL AND b IS NOT NULL", "a IS NOT NULL AND b IS NOT NULL", true },
	{ "\"C\" is not null and A IS NOT NULL\tAND b>3",
	  "\"C\" IS NOT NULL AND a IS NOT NULL AND b > 3", true },
	{ "\"a\" IS NOT NULL AND \"b\" >= 1 AND b<=5", "a IS NOT NULL AND b >= 1 AND b <= 5", true },
	{ " b IN (1,2,  3) AND a = -3 ", "b IN (1, 2, 3) AND a = -3", true },
	{ "a = -3 AND b IN (1, 2, 3)", "b IN (1, 2, 3) AND a = -3", true }, /* in any order */
	{ "b IN () AND a IS NOT NULL", "b IN () AND a IS NOT NULL", true },
	{ "a = (int) 3 AND b IS NOT NULL", "a = (int)3 AND b IS NOT NULL", true },
	{ "a IS NOT NULL AND a IS NOT NULL", "a IS NOT NULL AND a IS NOT NULL", true },
	{ "k = 'it''s AND  x' AND c IS NOT NULL", "k = 'it's AND  x' AND c IS NOT NULL", true },
	{ "k = 'it''s' AND c IS NOT NULL", "k = 'it''s' AND c IS NOT NULL", true }, /* the node */
	{ "k = '''' AND c IS NOT NULL", "k = ''' AND c IS NOT NULL", true },
	{ "k = '' AND c IS NOT NULL", "k = '' AND c IS NOT NULL", true },
	{ "k in ('a','B') AND c IS NOT NULL", "k IN ('a', 'B') AND c IS NOT NULL", true },
	{ "k = 5132b130-ae79-11e4-ab27-0800200c9a66 AND c IS NOT NULL",
	  "k = 5132B130-AE79-11E4-AB27-0800200C9A66 AND c IS NOT NULL", true },
	{ "k = 0xABCD AND c IS NOT NULL", "k = 0XaBcD AND c IS NOT NULL", true },
	{ "k = 1.50e3 AND c > -infinity", "k = 1.50E3 AND c > -Infinity", true },
	{ "k = {1:'a',  2 : 'b'} AND s = {3,1}", "k = {1: 'a', 2: 'b'} AND s = {3, 1}", true },
	{ "k IS NOT NULL AND (c,d) IN ((1,2),(3,4))",
	  "k IS NOT NULL AND (c, d) IN ((1, 2), (3, 4))", true },
	{ "k = textAsBlob('x') AND c IS NOT NULL", "k = textasblob('x') AND c IS NOT NULL", true },
	{ "b BETWEEN 1 AND 5 AND a = 1", "a = 1 AND b BETWEEN 1 AND 5", true },
	{ "b BETWEEN 1 AND 5 AND a = 1", "b BETWEEN 1 AND 5 AND a = 1", true },
	{ "\"select\" = 7 AND \"A b\" > 3", "\"select\" = 7 AND \"A b\" > 3", true },
	{ "a IS NOT NULL AND b > 3", "a IS NOT NULL AND b > 4", false },
	{ "a IS NOT NULL AND b > 3", "a IS NOT NULL AND b >= 3", false },
	{ "a IS NOT NULL AND b > 3", "a IS NOT NULL AND b > 34", false },
	{ "a IS NOT NULL AND b > 34", "a IS NOT NULL AND b > 3", false },
	{ "a IS NOT NULL", "a IS NOT NULL AND b > 3", false },
	{ "a IS NOT NULL AND b > 3", "a IS NOT NULL", false },
	{ "a IS NOT NULL AND b > 3", "a IS NOT NULL AND a IS NOT NULL", false },
	{ "k = 'a' AND c IS NOT NULL", "k = 'A' AND c IS NOT NULL", false },
	{ "k = 'a b' AND c IS NOT NULL", "k = 'ab' AND c IS NOT NULL", false },
	{ "\"C\" IS NOT NULL", "c IS NOT NULL", false },
	{ "c IS NOT NULL", "\"C\" IS NOT NULL", false },
	{ "", "a IS NOT NULL", false },
};

static void conditions_mean(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(conditions); i++) {
		CD_CHECK(cd_where_is(conditions[i].is, conditions[i].should) == conditions[i].same,
			 conditions[i].should);
	}
}

/* MV-10: a view whose rows are others is another view. */
static void other_conditions(void **state)
{
	coodie_error err = { 0 };

	(void)state;
	answer_view_where("users", "\"email\" IS NOT NULL AND bucket > 6 AND id IS NOT NULL");
	assert_false(coodie_sync_view(mock.session, &rich, NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_CONFLICT);
	assert_string_equal(
		err.message,
		"coodie_sync_view(by_email): shop.users_by_email: its rows are where \"email\" IS NOT "
		"NULL AND bucket > 6 AND id IS NOT NULL, and in the model where \"email\" IS NOT NULL "
		"AND \"bucket\" > 5; a view cannot be changed: coodie_drop_view(), then s...");
	answer_view_where("users", "email IS NOT NULL AND bucket > 5");
	assert_false(coodie_sync_view(mock.session, &by_email_model, NULL, &err));
	assert_non_null(strstr(err.message, "in the model where \"email\" IS NOT NULL AND "
					    "\"bucket\" IS NOT NULL AND \"id\" IS NOT NULL"));
	answer_view_where("users", "bucket > 5 AND email IS NOT NULL");
	answer_columns(as_made, CD_COUNT(as_made));
	ok(coodie_sync_view(mock.session, &rich, COODIE_SYNC(.keep_options = true), &err), &err);
}

/* ---- models that are no view of their base --------------------------------------------------- */

static const coodie_column no_bucket[] = {
	COODIE_COLUMN(by_email, email, "text", .partition_key = 1),
	COODIE_COLUMN(by_email, id, "uuid", .clustering_key = 1),
	COODIE_COLUMN(by_email, bucket, "int"),
};
static const coodie_column another_type[] = {
	COODIE_COLUMN(by_email, email, "text", .partition_key = 1),
	COODIE_COLUMN(by_email, bucket, "int", .clustering_key = 1),
	COODIE_COLUMN(by_email, id, "uuid", .clustering_key = 2),
	COODIE_COLUMN(by_email, age, "int", .db_name = "visits"),
};
typedef struct visits {
	coodie_row row;
	const char *email;
	int64_t visits;
	int32_t bucket;
	cql_uuid id;
	const char *motto;
} visits;
static const coodie_column keyed_by_two[] = {
	COODIE_COLUMN(visits, email, "text", .partition_key = 1),
	COODIE_COLUMN(visits, visits, "bigint", .partition_key = 2),
	COODIE_COLUMN(visits, bucket, "int", .clustering_key = 1),
	COODIE_COLUMN(visits, id, "uuid", .clustering_key = 2),
};
static const coodie_column with_static[] = {
	COODIE_COLUMN(visits, id, "uuid", .partition_key = 1),
	COODIE_COLUMN(visits, bucket, "int", .clustering_key = 1),
	COODIE_COLUMN(visits, motto, "text"),
};
static const coodie_column unknown_column[] = {
	COODIE_COLUMN(by_email, email, "text", .partition_key = 1),
	COODIE_COLUMN(by_email, bucket, "int", .clustering_key = 1),
	COODIE_COLUMN(by_email, id, "uuid", .clustering_key = 2),
	COODIE_COLUMN(by_email, age, "int", .db_name = "years"),
};

#define VISITS(columns) \
	COODIE_MODEL(visits, columns, "v", .keyspace = "shop", .view = COODIE_VIEW(&user_model))
#define OTHER(columns) \
	COODIE_MODEL(by_email, columns, "v", .keyspace = "shop", .view = COODIE_VIEW(&user_model))

static const coodie_model wrong_models[] = {
	BY_EMAIL("v", .view = COODIE_VIEW(NULL)),
	BY_EMAIL("v", .view = COODIE_VIEW(&by_email_model)),
	BY_EMAIL("v", .view = COODIE_VIEW(&user_model), .default_ttl = 5),
	COODIE_MODEL(by_email, by_email_columns, "v", .keyspace = "other",
		     .view = COODIE_VIEW(&user_model)),
	OTHER(no_bucket),
	OTHER(another_type),
	VISITS(keyed_by_two),
	VISITS(with_static),
	OTHER(unknown_column),
};
static const char *const says[] = {
	"view by_email has no base; write COODIE_VIEW(&base_model)", /* MV-01 */
	"its base by_email is a view itself",
	"a view has no default_ttl",
	"is in keyspace other and its base in shop", /* MV-09 */
	"\"bucket\" is in the key of the base user and must be in the view's",
	"column age: it is int, but bigint in the base user",
	"its key has 2 columns that are not in the key of the base user",
	"column motto: a view has no static columns",
	"column age: the base user has no column \"years\"",
};

/* MV-01, MV-09: refused before anything is sent. */
static void wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(wrong_models); i++) {
		coodie_error err = { 0 };

		CD_CHECK(!coodie_sync_view(mock.session, &wrong_models[i], NULL, &err), says[i]);
		if (err.code != COODIE_ERR_MODEL || !strstr(err.message, says[i]))
			fail_msg("\"%s\" is not in \"%s\"", says[i], err.message);
		CD_CHECK(mock.call_count == 0, says[i]);
	}
}

/* ---- other verbs ------------------------------------------------------------------------------ */

static void note_end(const coodie_error *err, void *user)
{
	*(enum coodie_errc *)user = err->code;
}

/* MV-06: drop; SA-02: both without waiting. */
static void drops(void **state)
{
	enum coodie_errc ends[2] = { COODIE_ERR_CLOSED, COODIE_ERR_CLOSED };
	coodie_error err = { 0 };

	(void)state;
	ok(coodie_drop_view(mock.session, &by_email_model, &err), &err);
	mock_expect(&mock, "DROP MATERIALIZED VIEW IF EXISTS shop.users_by_email", "");
	assert_false(coodie_drop_view(mock.session, &user_model, &err));
	assert_int_equal(err.code, COODIE_ERR_MODEL);
	assert_false(coodie_sync_view(mock.session, &user_model, NULL, &err));
	assert_non_null(strstr(err.message, "use coodie_sync_table()"));
	ok(coodie_drop_view_async(mock.session, &by_email_model, note_end, &ends[0], &err), &err);
	answer_name(NULL);
	answer_name("users");
	ok(coodie_sync_view_async(mock.session, &by_email_model, NULL, note_end, &ends[1], &err),
	   &err);
	ok(coodie_session_run(mock.session, NULL, &err), &err);
	assert_int_equal(ends[0], COODIE_OK);
	assert_int_equal(ends[1], COODIE_OK);
	assert_memory_equal(mock_last(&mock)->cql, "CREATE MATERIALIZED", 19);
}

/* MV-07: no write, and none of the table's verbs, reaches the server. */
static void read_only(void **state)
{
	by_email row = { .email = "a@b", .bucket = 1 };
	coodie_error err[5] = { 0 };

	(void)state;
	assert_false(coodie_save(mock.session, &by_email_model, &row, NULL, &err[0]));
	assert_false(coodie_delete(mock.session, &by_email_model, &row, NULL, &err[1]));
	assert_false(coodie_truncate(mock.session, &by_email_model, &err[2]));
	assert_false(coodie_drop_table(mock.session, &by_email_model, &err[3]));
	assert_false(coodie_sync_table(mock.session, &by_email_model, NULL, &err[4]));
	for (size_t i = 0; i < CD_COUNT(err); i++) {
		assert_int_equal(err[i].code, COODIE_ERR_MODEL);
		assert_non_null(strstr(err[i].message, "is a materialized view"));
	}
	assert_non_null(strstr(err[3].message, "use coodie_drop_view()")); /* never the base's */
	assert_int_equal(mock.call_count, 0);
}

/* MV-08: a view is read as a table is. */
static void reads(void **state)
{
	coodie_error err = { 0 };
	coodie_query *q = coodie_find(mock.session, &by_email_model, "email = ?",
				      CQL_ARGS(cql("a@b")));

	(void)state;
	coodie_rows_free(coodie_all(q, &err));
	coodie_query_free(q);
	mock_expect(&mock,
		    "SELECT \"email\", \"bucket\", \"id\", \"age\" FROM shop.users_by_email WHERE "
		    "\"email\" = ?",
		    "'a@b'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(creates), TEST(with_options), TEST(second_sync), TEST(differences),
		TEST(wrong),   TEST(drops),        TEST(read_only),   TEST(reads),
		TEST(conditions_mean), TEST(other_conditions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
