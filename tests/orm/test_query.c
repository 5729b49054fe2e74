/* SPDX-License-Identifier: MIT */
/* Queries: what they become, and what is refused before any I/O, in which words. */
#include <coodie/query.h>

#include "tests/mock.h"
#include "tests/orm/models.h"
#include "tests/test.h"

static const char *cql_of(coodie_query *q, char *out, size_t size)
{
	coodie_error err = { 0 };

	if (!coodie_query_cql(q, out, size, &err))
		snprintf(out, size, "%s: %s", coodie_errc_name(err.code), err.message);
	return out;
}

static cql_uuid id_one(void)
{
	return (cql_uuid){ { 1 } };
}

/* ---- fragments ------------------------------------------------------------------------------- */

#define USER_LIST \
	"\"id\", \"bucket\", \"email\", \"age\", \"tags\", \"scores\", " \
	"\"history\", \"nick\", \"taste\", " \
	"\"active\", \"visits\", \"motto\", \"photo\""

static void good_fragments(void **state)
{
	const struct {
		const char *where;
		cql_args args;
		const char *cql;
	} rows[] = {
		{ NULL, CQL_ARGS(), "" },
		{ "", CQL_ARGS(), "" },
		{ " \n", CQL_ARGS(), "" },
		{ "id = ?", CQL_ARGS(cql(id_one())), " WHERE \"id\" = ?" },
		{ "id=? and bucket>=?", CQL_ARGS(cql(id_one()), cql(3)),
		  " WHERE \"id\" = ? AND \"bucket\" >= ?" },
		{ "age < ?\n AND\tage > ?", CQL_ARGS(cql(3), cql((short)1)),
		  " WHERE \"age\" < ? AND \"age\" > ?" },
		{ "\"email\" = ?", CQL_ARGS(cql("a@b")), " WHERE \"email\" = ?" },
		{ "id IN ?", CQL_ARGS(cql(CQL_LIST(cql(id_one())))), " WHERE \"id\" IN ?" },
		{ "id in ?", CQL_ARGS(cql(CQL_LIST())), " WHERE \"id\" IN ?" },
		{ "tags CONTAINS ?", CQL_ARGS(cql("x")), " WHERE \"tags\" CONTAINS ?" },
		{ "scores contains key ?", CQL_ARGS(cql("x")), " WHERE \"scores\" CONTAINS KEY ?" },
		{ "scores CONTAINS ?", CQL_ARGS(cql(9)), " WHERE \"scores\" CONTAINS ?" },
		{ "history = ?", CQL_ARGS(cql(CQL_LIST(cql(1)))), " WHERE \"history\" = ?" },
		{ "email LIKE ?", CQL_ARGS(cql("a%")), " WHERE \"email\" LIKE ?" },
		{ "token(id) > ?", CQL_ARGS(cql(-5L)), " WHERE token(\"id\") > ?" },
		{ "TOKEN (id) <= token(?)", CQL_ARGS(cql(id_one())),
		  " WHERE token(\"id\") <= token(?)" },
		{ "(bucket) > (?)", CQL_ARGS(cql(1)), " WHERE (\"bucket\") > (?)" },
		{ "active = ?", CQL_ARGS(cql(1)), " WHERE \"active\" = ?" },
	};
	struct mock m;
	char out[600], want[600];

	(void)state;
	mock_open(&m);
	for (size_t round = 0; round < 2; round++) { /* the second time out of the cache */
		for (size_t i = 0; i < CD_COUNT(rows); i++) {
			coodie_query *q = coodie_find(m.session, &user_model, rows[i].where,
						      rows[i].args);

			coodie_allow_filtering(q); /* what needs it is looked at in test_filter.c */
			snprintf(want, sizeof(want),
				 "SELECT " USER_LIST " FROM shop.users%s ALLOW FILTERING",
				 rows[i].cql);
			if (strcmp(cql_of(q, out, sizeof(out)), want))
				fail_msg("row \"%s\": %s", rows[i].where, out);
			coodie_query_free(q);
		}
	}
	mock_close(&m);
}

static void composite_keys(void **state)
{
	coodie_query *q;
	struct mock m;
	char out[600];

	(void)state;
	mock_open(&m);
	q = coodie_find(m.session, &event_model,
			"token(tenant, \"day\") >= token(?, ?) AND (at, seq) < (?, ?)",
			CQL_ARGS(cql("t"), cql(1), cql(((cql_timestamp){ 5 })), cql(2)));
	coodie_allow_filtering(q);
	assert_string_equal(
		cql_of(q, out, sizeof(out)),
		"SELECT \"Tenant\", \"day\", \"at\", \"seq\", \"value\", \"lasted\" FROM "
		"shop.\"Events\" WHERE token(\"Tenant\", \"day\") >= token(?, ?) AND (\"at\", "
		"\"seq\") < (?, ?) ALLOW FILTERING");
	coodie_query_free(q);
	mock_close(&m);
}

#define LONG "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

/* Every one is refused before anything is sent; the words name the place and the fix. */
struct wrong {
	const char *where;
	cql_args args;
	const char *says[3];
	enum coodie_errc code; /* 0: QUERY */
};

static void check_wrong(const struct wrong *rows, size_t count)
{
	struct mock m;

	mock_open(&m);
	for (size_t i = 0; i < count; i++) {
		coodie_query *q = coodie_find(m.session, &user_model, rows[i].where, rows[i].args);
		coodie_error err = { 0 };

		coodie_limit(q, 5); /* the first mistake is the one that is told */
		CD_CHECK(!coodie_all(q, &err), rows[i].where);
		if (err.code != (rows[i].code ? rows[i].code : COODIE_ERR_QUERY))
			fail_msg("row \"%s\": code %s: %s", rows[i].where,
				 coodie_errc_name(err.code), err.message);
		for (size_t k = 0; k < CD_COUNT(rows[i].says); k++) {
			if (rows[i].says[k] && !strstr(err.message, rows[i].says[k]))
				fail_msg("row \"%s\": \"%s\" is not in \"%s\"", rows[i].where,
					 rows[i].says[k], err.message);
		}
		CD_CHECK(!strncmp(err.message, "user, where", 11), rows[i].where);
		coodie_query_free(q);
	}
	assert_int_equal(m.call_count, 0);
	mock_close(&m);
}

/* Names, literals, and what belongs elsewhere. */
static void wrong_words(void **state)
{
	const struct wrong rows[] = {
		{ "emial = ?",
		  CQL_ARGS(cql("x")),
		  { "position 1 (emial)", "no such member", "did you mean email?" },
		  0 },
		{ "id = ? AND agee > ?",
		  CQL_ARGS(cql(id_one()), cql(1)),
		  { "position 12 (agee)", "did you mean age?" },
		  0 },
		{ "\"Email\" = ?",
		  CQL_ARGS(cql("x")),
		  { "position 1 (Email)", "did you mean email?" },
		  0 },
		{ "age = 18",
		  CQL_ARGS(),
		  { "position 7 (18)", "a literal", "write ? and bind it with cql()" },
		  0 },
		{ "email = 'ada'",
		  CQL_ARGS(),
		  { "position 9", "a literal", "write ? and bind" },
		  0 },
		{ "email = null", CQL_ARGS(), { "position 9 (null)", "a literal" }, 0 },
		{ "18 < age", CQL_ARGS(), { "position 1 (18)", "values are bound: `name = ?`" }, 0 },
		{ "age = ? OR age = ?",
		  CQL_ARGS(cql(1), cql(2)),
		  { "position 9 (OR)", "run two queries, or use IN" },
		  0 },
		{ "age = ? ALLOW FILTERING",
		  CQL_ARGS(cql(1)),
		  { "position 9 (ALLOW)", "coodie_allow_filtering()" },
		  0 },
		{ "age = ? LIMIT 3",
		  CQL_ARGS(cql(1)),
		  { "position 9 (LIMIT)", "coodie_limit()" },
		  0 },
		{ "age = ? ORDER BY bucket",
		  CQL_ARGS(cql(1)),
		  { "(ORDER)", "coodie_order_by()" },
		  0 },
		{ "WHERE age = ?",
		  CQL_ARGS(cql(1)),
		  { "position 1 (WHERE)", "leave the word out" },
		  0 },
		{ "age IS NOT NULL", CQL_ARGS(), { "position 5 (IS)", "materialized views" }, 0 },
		{ "NOT age = ?", CQL_ARGS(cql(1)), { "position 1 (NOT)", "no such member" }, 0 },
		{ "age", CQL_ARGS(), { "at the end", "an operator belongs here" }, 0 },
		{ "age = ? AND",
		  CQL_ARGS(cql(1)),
		  { "at the end", "a member's name belongs here" },
		  0 },
		{ "age = ? age = ?",
		  CQL_ARGS(cql(1)),
		  { "position 9 (age)", "AND or the end" },
		  0 },
		{ "age = ? ?", CQL_ARGS(cql(1)), { "position 9 (?)", "no operator before it" }, 0 },
		{ "age = ?; DROP TABLE x",
		  CQL_ARGS(cql(1)),
		  { "position 8 (;)", "AND or the end" },
		  0 },
		{ "age = ? -- x", CQL_ARGS(cql(1)), { "position 9 (-)", "AND or the end" }, 0 },
		{ "age == ?", CQL_ARGS(cql(1)), { "position 6 (=)", "a ? belongs here" }, 0 },
		{ "\"age = ?",
		  CQL_ARGS(cql(1)),
		  { "position 1", "a member's name belongs here" },
		  0 },
		{ LONG LONG LONG " = ?", CQL_ARGS(cql(1)), { "position 1", "no such member" }, 0 },
	};

	(void)state;
	check_wrong(rows, CD_COUNT(rows));
}

/* Operators that do not fit their column, tuples, token(). */
static void wrong_operators(void **state)
{
	const struct wrong rows[] = {
		{ "age != ?",
		  CQL_ARGS(cql(1)),
		  { "position 5 (!=)", "no != in WHERE", "use < and >" },
		  0 },
		{ "age <> ?", CQL_ARGS(cql(1)), { "position 5 (<>)", "no != in WHERE" }, 0 },
		{ "age IN (?, ?)",
		  CQL_ARGS(cql(1), cql(2)),
		  { "position 8", "write `age IN ?`", "CQL_LIST(...)" },
		  0 },
		{ "tags = ?",
		  CQL_ARGS(cql(CQL_SET())),
		  { "position 6 (=)", "use CONTAINS", "frozen<set<text>>" },
		  0 },
		{ "scores IN ?",
		  CQL_ARGS(cql(CQL_LIST())),
		  { "position 8 (IN)", "CONTAINS [KEY]" },
		  0 },
		{ "email CONTAINS ?",
		  CQL_ARGS(cql("x")),
		  { "position 7", "for collections, and email is a text", "use =" },
		  0 },
		{ "tags CONTAINS KEY ?",
		  CQL_ARGS(cql("x")),
		  { "position 6", "for maps, and tags is a set<text>" },
		  0 },
		{ "age LIKE ?",
		  CQL_ARGS(cql("1%")),
		  { "position 5", "LIKE is for text, and age is a int" },
		  0 },
		{ "taste > ?", CQL_ARGS(cql(1)), { "vectors have no order", "only = works" }, 0 },
		{ "token(bucket) > ?",
		  CQL_ARGS(cql(1)),
		  { "position 7 (bucket)", "whole partition key", "here belongs id" },
		  0 },
		{ "token(id) IN ?",
		  CQL_ARGS(cql(1)),
		  { "position 11 (IN)", "one of = < <= > >=" },
		  0 },
		{ "(email) > (?)",
		  CQL_ARGS(cql("x")),
		  { "position 2 (email)", "clustering columns, and email is none" },
		  0 },
		{ "(bucket, bucket) > (?, ?)",
		  CQL_ARGS(cql(1), cql(1)),
		  { "position 10 (bucket)", "follow each other" },
		  0 },
		{ "(bucket) > (?, ?)",
		  CQL_ARGS(cql(1), cql(1)),
		  { "more values than the 1 columns" },
		  0 },
		{ "(bucket) IN (?)", CQL_ARGS(cql(1)), { "IN over a tuple is not supported" }, 0 },
	};

	(void)state;
	check_wrong(rows, CD_COUNT(rows));
}

/* Values: their number, null, type and range. */
static void wrong_binds(void **state)
{
	const struct wrong rows[] = {
		{ "age = ?",
		  CQL_ARGS(),
		  { "where \"age = ?\"", "1 ? but 0 values", "one for each ?" },
		  0 },
		{ "age = ?", CQL_ARGS(cql(1), cql(2)), { "1 ? but 2 values" }, 0 },
		{ NULL, CQL_ARGS(cql(1)), { "0 ? but 1 values" }, 0 },
		{ "age = ?",
		  CQL_ARGS(cql_null()),
		  { "value 1 for age (int)", "null finds nothing", "leave the condition out" },
		  0 },
		{ "email = ?",
		  CQL_ARGS(cql((char *)NULL)),
		  { "value 1 for email (text)", "null finds nothing" },
		  0 },
		{ "age = ?",
		  CQL_ARGS(cql_unset()),
		  { "value 1 for age (int)", "leave the condition out" },
		  0 },
		{ "id = ? AND age = ?",
		  CQL_ARGS(cql(id_one()), cql("old")),
		  { "value 2 for age (int)", "a text was given for int" },
		  COODIE_ERR_TYPE },
		{ "id = ?",
		  CQL_ARGS(cql("x")),
		  { "value 1 for id (uuid)", "a text was given for uuid" },
		  COODIE_ERR_TYPE },
		{ "age = ?",
		  CQL_ARGS(cql(3000000000L)),
		  { "value 1 for age (int)", "3000000000 does not fit int" },
		  COODIE_ERR_RANGE },
		{ "age IN ?",
		  CQL_ARGS(cql(1)),
		  { "value 1 for age", "IN takes one list" },
		  COODIE_ERR_TYPE },
		{ "age IN ?",
		  CQL_ARGS(cql(CQL_LIST(cql(1), cql("x")))),
		  { "item 2", "a text was given for int" },
		  COODIE_ERR_TYPE },
		{ "age IN ?", CQL_ARGS(cql(CQL_LIST(cql_null()))), { "item 1 is null" }, 0 },
		{ "tags CONTAINS ?",
		  CQL_ARGS(cql(1)),
		  { "value 1 for tags", "an integer was given for text" },
		  COODIE_ERR_TYPE },
		{ "scores CONTAINS KEY ?",
		  CQL_ARGS(cql(1)),
		  { "value 1 for scores", "for text" },
		  COODIE_ERR_TYPE },
		{ "nick = ?",
		  CQL_ARGS(cql("caf\xc3\xa9")),
		  { "value 1 for nick (ascii)", "byte 3" },
		  COODIE_ERR_TYPE },
		{ "token(id) > ?",
		  CQL_ARGS(cql("x")),
		  { "a token is a bigint, or write token(?)" },
		  COODIE_ERR_TYPE },
	};

	(void)state;
	check_wrong(rows, CD_COUNT(rows));
}

/* ---- the rest of a query --------------------------------------------------------------------- */

static void set_limit_zero(coodie_query *q)
{
	coodie_limit(q, 0);
}
static void set_page_zero(coodie_query *q)
{
	coodie_page_rows(q, 0);
}
static void order_by_data(coodie_query *q)
{
	coodie_order_by(q, "value");
}
static void order_by_later(coodie_query *q)
{
	coodie_order_by(q, "seq");
}
static void order_mixed(coodie_query *q)
{
	coodie_order_by(q, "at DESC, seq DESC");
}
static void order_unknown(coodie_query *q)
{
	coodie_order_by(q, "att");
}
static void order_null(coodie_query *q)
{
	coodie_order_by(q, NULL);
}
static void only_unknown(coodie_query *q)
{
	coodie_only(q, "value, lastet");
}
static void only_empty(coodie_query *q)
{
	coodie_only(q, "");
}
static void only_order(coodie_query *q)
{
	coodie_only(q, "value DESC");
}
static void only_twice(coodie_query *q)
{
	coodie_only(q, "value");
	coodie_only(q, "lasted");
}
static void only_same(coodie_query *q)
{
	coodie_only(q, "value, value");
}
static void defer_key(coodie_query *q)
{
	coodie_defer(q, "value, seq");
}

static void wrong_builders(void **state)
{
	static const struct {
		const char *name;
		void (*build)(coodie_query *q);
		const char *says[2];
	} rows[] = {
		{ "limit 0", set_limit_zero, { "coodie_limit(0)", "leave the call out for all" } },
		{ "page rows 0", set_page_zero, { "coodie_page_rows(0)", "1 to" } },
		{ "order by data",
		  order_by_data,
		  { "coodie_order_by", "place 1 is at, not value" } },
		{ "order skips one",
		  order_by_later,
		  { "coodie_order_by", "place 1 is at, not seq" } },
		{ "order in two ways", order_mixed, { "seq turns the other way", "write ASC" } },
		{ "order by nothing known",
		  order_unknown,
		  { "position 1 (att)", "did you mean at?" } },
		{ "order by NULL", order_null, { "coodie_order_by", "the names are NULL" } },
		{ "only unknown",
		  only_unknown,
		  { "coodie_only, position 8 (lastet)", "did you mean lasted?" } },
		{ "only nothing",
		  only_empty,
		  { "coodie_only, at the end", "a member's name belongs here" } },
		{ "only with an order",
		  only_order,
		  { "position 7 (DESC)", "only names are listed" } },
		{ "only twice", only_twice, { "it was called before", "in one call" } },
		{ "a name twice", only_same, { "position 8", "value is named twice" } },
		{ "defer a key",
		  defer_key,
		  { "coodie_defer: seq is in the primary key", "leave it out of the list" } },
	};
	struct mock m;

	(void)state;
	mock_open(&m);
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		coodie_query *q = coodie_find(m.session, &event_model, NULL, CQL_ARGS());
		coodie_error err = { 0 };

		rows[i].build(q);
		CD_CHECK(!coodie_all(q, &err) && err.code == COODIE_ERR_QUERY, rows[i].name);
		for (size_t k = 0; k < CD_COUNT(rows[i].says); k++) {
			if (!strstr(err.message, rows[i].says[k]))
				fail_msg("row \"%s\": \"%s\" is not in \"%s\"", rows[i].name,
					 rows[i].says[k], err.message);
		}
		coodie_query_free(q);
	}
	mock_close(&m);
}

static void whole_statement(void **state)
{
	coodie_query *q;
	struct mock m;
	char out[400], cut[12];
	coodie_error err = { 0 };

	(void)state;
	mock_open(&m);
	q = coodie_find(m.session, &event_model, "tenant = ? AND day = ?",
			CQL_ARGS(cql("t"), cql(3)));
	coodie_only(q, "value");
	coodie_order_by(q, "at ASC, seq DESC");
	coodie_per_partition_limit(q, 2);
	coodie_limit(q, 10);
	coodie_allow_filtering(q);
	coodie_page_rows(q, 100);
	coodie_consistency(q, CQL_CONSISTENCY_QUORUM);
	coodie_timeout_ms(q, 250);
	assert_string_equal(
		cql_of(q, out, sizeof(out)),
		"SELECT \"Tenant\", \"day\", \"at\", \"seq\", \"value\" FROM shop.\"Events\" WHERE "
		"\"Tenant\" = ? AND \"day\" = ? ORDER BY \"at\" ASC, \"seq\" DESC PER PARTITION "
		"LIMIT ? LIMIT ? ALLOW FILTERING");
	assert_int_equal(coodie_query_cql(q, cut, sizeof(cut), &err), strlen(out));
	assert_string_equal(cut, "SELECT \"Ten");
	assert_int_equal(coodie_query_cql(q, NULL, 0, &err), strlen(out));
	mock_answer_error(&m, COODIE_ERR_TIMEOUT, "late");
	assert_null(coodie_all(q, &err));
	assert_int_equal(err.code, COODIE_ERR_TIMEOUT);
	assert_string_equal(err.message, "coodie_all(event): late");
	mock_expect(&m, out, "'t'|3|2|10");
	assert_int_equal(mock_last(&m)->request.page_rows, 100);
	assert_int_equal(mock_last(&m)->request.consistency, CQL_CONSISTENCY_QUORUM);
	assert_int_equal(mock_last(&m)->request.timeout_ms, 250);
	assert_true(mock_last(&m)->request.idempotent);
	coodie_query_free(q);
	mock_close(&m);
}

static void defer_and_limits(void **state)
{
	coodie_query *q;
	struct mock m;
	char out[400];
	coodie_error err = { 0 };

	(void)state;
	mock_open(&m);
	q = coodie_find(m.session, &note_model, NULL, CQL_ARGS());
	coodie_defer(q, "text");
	coodie_defer(q, "tags");
	assert_string_equal(cql_of(q, out, sizeof(out)),
			    "SELECT \"id\", \"stars\" FROM shop.notes");
	coodie_limit(q, 7); /* built on after it was written once */
	assert_string_equal(cql_of(q, out, sizeof(out)),
			    "SELECT \"id\", \"stars\" FROM shop.notes LIMIT ?");
	mock_answer_error(&m, COODIE_ERR_TIMEOUT, "late");
	assert_null(coodie_first(q, &err));
	mock_expect(&m, out, "1");
	mock_answer_error(&m, COODIE_ERR_TIMEOUT, "late");
	assert_null(coodie_one(q, &err));
	mock_expect(&m, out, "2");
	coodie_query_free(q);
	mock_close(&m);
}

/* Binds, fragments and lists are copied: the caller's may go at once. */
static void copies(void **state)
{
	char where[] = "text = ? AND tags CONTAINS ?", order[] = "text", text[] = "hello",
	     tag[] = "red";
	coodie_query *q;
	struct mock m;
	coodie_error err = { 0 };

	(void)state;
	mock_open(&m);
	{
		cql_value values[] = { cql(text), cql(tag) };

		q = coodie_find(m.session, &note_model, where, (cql_args){ 2, values });
		memset(values, 0x5a, sizeof(values));
	}
	coodie_only(q, order);
	coodie_allow_filtering(q);
	memset(where, 'x', sizeof(where) - 1);
	memset(order, 'x', sizeof(order) - 1);
	memset(text, 'x', sizeof(text) - 1);
	memset(tag, 'x', sizeof(tag) - 1);
	mock_answer_error(&m, COODIE_ERR_TIMEOUT, "late");
	assert_null(coodie_all(q, &err));
	mock_expect(&m,
		    "SELECT \"id\", \"text\" FROM shop.notes WHERE \"text\" = ? AND \"tags\" "
		    "CONTAINS ? ALLOW FILTERING",
		    "'hello'|'red'");
	coodie_query_free(q);
	mock_close(&m);
}

static void ignore_rows(coodie_rows *rows, const coodie_error *err, void *user)
{
	(void)rows, (void)err, (void)user;
}

static void null_queries(void **state)
{
	coodie_error err = { 0 };
	uint64_t count = 5;

	(void)state;
	coodie_limit(NULL, 1);
	coodie_only(NULL, "x");
	coodie_order_by(NULL, "x");
	assert_null(coodie_all(NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_NO_MEMORY);
	assert_null(coodie_first(NULL, &err));
	assert_null(coodie_one(NULL, &err));
	assert_false(coodie_count(NULL, &count, &err));
	assert_int_equal(count, 5);
	assert_false(coodie_all_async(NULL, ignore_rows, NULL, &err));
	assert_int_equal(coodie_query_cql(NULL, NULL, 0, &err), 0);
	assert_int_equal(err.code, COODIE_ERR_NO_MEMORY);
	assert_null(coodie_next(NULL, &err));
	assert_int_equal(err.code, COODIE_OK);
	assert_int_equal(coodie_rows_count(NULL), 0);
	coodie_rows_free(NULL);
	coodie_query_free(NULL);
	coodie_object_free(NULL);
}

/* A session or model that is wrong is told by the terminal. */
static void wrong_places(void **state)
{
	coodie_query *q = coodie_find(NULL, &note_model, NULL, CQL_ARGS());
	coodie_error err = { 0 };
	struct mock m;

	(void)state;
	assert_null(coodie_all(q, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	coodie_query_free(q);
	mock_open(&m);
	q = coodie_find(m.session, NULL, NULL, CQL_ARGS());
	coodie_limit(q, 0);
	assert_null(coodie_first(q, &err));
	assert_string_equal(err.message, "the model is NULL");
	coodie_query_free(q);
	mock_close(&m);
}

/* More texts than the cache holds, each right every time. */
static void bounded_cache(void **state)
{
	struct mock m;
	char where[400], out[600];

	(void)state;
	mock_open(&m);
	for (size_t round = 0; round < 3; round++) {
		for (size_t i = 0; i < 300; i++) {
			size_t spaces = i % 300;
			coodie_query *q;

			memset(where, ' ', sizeof(where));
			strcpy(where + spaces, i % 2 ? "id = ?" : "stars = ?");
			q = coodie_find(m.session, &note_model, where, CQL_ARGS(cql(1)));
			coodie_allow_filtering(q);
			cql_of(q, out, sizeof(out));
			assert_non_null(
				strstr(out, i % 2 ? "WHERE \"id\" = ?" : "WHERE \"stars\" = ?"));
			coodie_query_free(q);
		}
	}
	mock_close(&m);
}

/* Words in any order, cut anywhere: an answer or a message, never anything else. */
static void random_fragments(void **state)
{
	static const char *const words[] = {
		"id",       "age", "tags", "scores", "email", "bucket", "\"email\"", "\"",
		"'x'",      "?",   "?",    "=",      "<",     ">=",     "!=",        "IN",
		"CONTAINS", "KEY", "LIKE", "AND",    "OR",    "NOT",    "token",     "(",
		")",        ",",   "12",   "-1.5",   ";",     "\xff",   "WHERE",     "DESC"
	};
	unsigned random = 7;
	size_t worked = 0;
	struct mock m;

	(void)state;
	mock_open(&m);
	for (int i = 0; i < 20000; i++) {
		char where[256] = "";
		size_t len = 0, count = (random >> 8) % 12;
		coodie_error err = { 0 };
		coodie_query *q;

		for (size_t k = 0; k < count; k++) {
			random = random * 1664525u + 1013904223u;
			len += (size_t)snprintf(where + len, sizeof(where) - len, "%s%s",
						words[(random >> 16) % CD_COUNT(words)],
						random & 0x1000 ? " " : "");
		}
		if (len && random & 0x8000)
			where[len - 1] = '\0';
		q = coodie_find(m.session, &user_model, where, CQL_ARGS());
		coodie_order_by(q, where);
		coodie_only(q, where);
		worked += coodie_query_cql(q, NULL, 0, &err) > 0;
		assert_true(err.code == COODIE_OK || err.message[0]);
		coodie_query_free(q);
		random = random * 1664525u + 1013904223u;
	}
	assert_true(worked < 20000);
	mock_close(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_fragments),   cmocka_unit_test(composite_keys),
		cmocka_unit_test(wrong_words),      cmocka_unit_test(wrong_operators),
		cmocka_unit_test(wrong_binds),      cmocka_unit_test(wrong_builders),
		cmocka_unit_test(whole_statement),  cmocka_unit_test(defer_and_limits),
		cmocka_unit_test(copies),           cmocka_unit_test(null_queries),
		cmocka_unit_test(wrong_places),     cmocka_unit_test(bounded_cache),
		cmocka_unit_test(random_fragments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
