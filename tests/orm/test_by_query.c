/* SPDX-License-Identifier: MIT */
/* Writes by query: what each builder of a query means to them, and queries of one struct among
 * several in a table. */
#include <stdio.h>
#include <stdlib.h>

#include <coodie.h>

#include "orm/query/token.h"
#include "tests/orm/fixture.h"

typedef struct film {
	coodie_row row;
	int32_t shop;
	int32_t id;
	const char *name;
	const char *owner;
	float taste[2];
} film;

static const coodie_column film_columns[] = {
	COODIE_COLUMN(film, shop, "int", .partition_key = 1),
	COODIE_COLUMN(film, id, "int", .clustering_key = 1),
	COODIE_COLUMN(film, name, "text", .db_name = "nm"),
	COODIE_COLUMN(film, owner, "text", .is_static = true),
	COODIE_COLUMN(film, taste, "vector<float, 2>", .index = COODIE_INDEX()),
};
static const coodie_model film_model = COODIE_MODEL(film, film_columns, "films",
						    .keyspace = "shop");

/* ---- every builder --------------------------------------------------------------------------- */

static void limit(coodie_query *q)
{
	coodie_limit(q, 1);
}

static void per_partition_limit(coodie_query *q)
{
	coodie_per_partition_limit(q, 1);
}

static void order_by(coodie_query *q)
{
	coodie_order_by(q, "id DESC");
}

static void only(coodie_query *q)
{
	coodie_only(q, "name");
}

static void defer(coodie_query *q)
{
	coodie_defer(q, "name");
}

static void page_rows(coodie_query *q)
{
	coodie_page_rows(q, 10);
}

static void request(coodie_query *q)
{
	coodie_query_request(q, COODIE_REQUEST(.page_rows = 10));
}

static void paging_state(coodie_query *q)
{
	coodie_query_request(q, COODIE_REQUEST(.paging_state = cql_blob_of("x", 1)));
}

static void group_by(coodie_query *q)
{
	coodie_group_by(q, "shop");
}

static void token_range(coodie_query *q)
{
	coodie_token_range(q, 0, 5);
}

static void nearest(coodie_query *q)
{
	static const float to[] = { 1, 2 };

	coodie_nearest(q, "taste", cql_floats_of(to, 2));
}

static void after(coodie_query *q)
{
	const struct cd_page_token t = { .state = cql_blob_of("state", 5) };
	char token[64];

	assert_in_range(cd_page_token_write(&t, token, sizeof(token)), 1, sizeof(token) - 1);
	coodie_after(q, token);
}

static void where(coodie_query *q)
{
	coodie_where(q, "id < ?", CQL_ARGS(cql(9)));
}

static void using(coodie_query *q)
{
	coodie_using(q, "other", NULL);
}

static void consistency(coodie_query *q)
{
	coodie_consistency(q, CQL_CONSISTENCY_ALL);
}

static void timeout_ms(coodie_query *q)
{
	coodie_timeout_ms(q, 77);
}

static void profile(coodie_query *q)
{
	coodie_profile(q, "slow");
}

static void condition(coodie_query *q)
{
	coodie_if(q, "EXISTS", CQL_ARGS());
}

/* Each builder of a query: refused by a write with these words, or obeyed: NULL. */
static const struct builder {
	const char *name;
	void (*call)(coodie_query *q);
	const char *says;
} builders[] = {
	{ "coodie_limit", limit, "a write has no limit; leave it out" },
	{ "coodie_per_partition_limit", per_partition_limit, "a write has no limit" },
	{ "coodie_order_by", order_by, "a write has no order; leave it out" },
	{ "coodie_only", only, "only() and defer() are for reading" },
	{ "coodie_defer", defer, "only() and defer() are for reading" },
	{ "coodie_allow_filtering", coodie_allow_filtering, "a write does not filter" },
	{ "coodie_page_rows", page_rows, "a write has no pages; leave coodie_page_rows() out" },
	{ "coodie_query_request", request, "a write has no pages" },
	{ "coodie_query_request", paging_state, "a write has no page to go on from" },
	{ "coodie_after", after, "a write has no page to go on from; leave coodie_after() out" },
	{ "coodie_group_by", group_by, "a write has no groups; leave coodie_group_by() out" },
	{ "coodie_distinct", coodie_distinct, "a write is not distinct" },
	{ "coodie_token_range", token_range, "leave coodie_token_range() out" },
	{ "coodie_nearest", nearest, "a write has no neighbours; leave coodie_nearest() out" },
	{ "coodie_where", where, NULL },
	{ "coodie_using", using, NULL },
	{ "coodie_consistency", consistency, NULL },
	{ "coodie_timeout_ms", timeout_ms, NULL },
	{ "coodie_profile", profile, NULL },
	{ "coodie_if", condition, NULL },
};

static coodie_query *built(const struct builder *b, const char *where_text, cql_args args)
{
	coodie_query *q = coodie_find(mock.session, &film_model, where_text, args);

	b->call(q);
	return q;
}

static bool batch(coodie_query *q, bool update, coodie_error *err)
{
	coodie_batch *b = coodie_batch_new(mock.session, NULL);
	bool worked;

	if (update)
		coodie_batch_query_update(b, q, "name = ?", CQL_ARGS(cql("x")), NULL);
	else
		coodie_batch_query_delete(b, q, NULL);
	worked = coodie_batch_run(b, err);
	coodie_batch_free(b);
	return worked;
}

/* QS-35, OPP-18: what a write ignored, it would write beyond. In all its forms. */
static void refused_builders(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(builders); i++) {
		const struct builder *b = &builders[i];
		coodie_error err = { 0 };
		coodie_query *q;

		if (!b->says)
			continue;
		q = built(b, "shop = ? AND id = ?", CQL_ARGS(cql(1), cql(2)));
		refused(coodie_query_delete(q, NULL, &err), &err, COODIE_ERR_QUERY, b->says);
		refused(coodie_query_update(q, "name = ?", CQL_ARGS(cql("x")), NULL, &err), &err,
			COODIE_ERR_QUERY, b->says);
		refused(batch(q, true, &err), &err, COODIE_ERR_QUERY, b->says);
		refused(batch(q, false, &err), &err, COODIE_ERR_QUERY, b->says);
		coodie_if(q, "EXISTS", CQL_ARGS());
		refused(coodie_query_delete_if(q, NULL, &err), &err, COODIE_ERR_QUERY, b->says);
		refused(coodie_query_update_if(q, "name = ?", CQL_ARGS(cql("x")), NULL, &err), &err,
			COODIE_ERR_QUERY, b->says);
		coodie_query_free(q);
	}
	assert_int_equal(mock.sent, 0);
}

/* The others say something of the statement or of its request. */
static void obeyed_builders(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(builders); i++) {
		const struct builder *b = &builders[i];
		bool whole = b->call == condition; /* which is about one row */
		coodie_error err = { 0 };
		const struct mock_call *call;
		coodie_query *q;

		if (b->says)
			continue;
		q = built(b, whole ? "shop = ? AND id = ?" : "shop = ?",
			  whole ? CQL_ARGS(cql(1), cql(2)) : CQL_ARGS(cql(1)));
		ok(coodie_query_delete(q, NULL, &err), &err);
		call = mock_last(&mock);
		if (!strcmp(call->cql, "DELETE FROM shop.films WHERE \"shop\" = ?") &&
		    !call->request.consistency && !call->request.timeout_ms &&
		    !call->request.profile)
			fail_msg("%s is ignored", b->name);
		coodie_query_free(q);
	}
}

/* Everything a request can say, but for pages. */
static void obeyed_requests(void **state)
{
	const coodie_request *sent;
	coodie_error err = { 0 };
	uint64_t id = 0;
	coodie_query *q = coodie_find(mock.session, &film_model, "shop = ?", CQL_ARGS(cql(1)));

	(void)state;
	coodie_query_request(q, COODIE_REQUEST(.timestamp_us = 5, .tracing = true, .shard = 3,
					       .keyspace = "k", .now_in_seconds = 9, .id = &id,
					       .serial_consistency = CQL_CONSISTENCY_SERIAL));
	ok(coodie_query_delete(q, NULL, &err), &err);
	sent = &mock_last(&mock)->request;
	assert_int_equal(sent->timestamp_us, 5);
	assert_true(sent->tracing);
	assert_int_equal(sent->shard, 3);
	assert_int_equal(sent->now_in_seconds, 9);
	assert_int_equal(sent->serial_consistency, CQL_CONSISTENCY_SERIAL);
	assert_ptr_equal(sent->id, &id);
	coodie_query_free(q);
}

/* The table above has every builder the headers have. */
static void no_builder_is_forgotten(void **state)
{
	static const char *const headers[] = { "query", "refine",  "aggregate",
					       "vector", "stream", "lwt" };
	static const char begin[] = "COODIE_API void ", end[] = "(coodie_query *q";
	const char *srcdir = getenv("srcdir");
	size_t found = 0;

	(void)state;
	for (size_t i = 0; i < CD_COUNT(headers); i++) {
		char path[1024], line[512];
		FILE *f;

		snprintf(path, sizeof(path), "%s/include/coodie/%s.h", srcdir ? srcdir : ".",
			 headers[i]);
		f = fopen(path, "r");
		if (!f)
			fail_msg("%s cannot be opened", path);
		while (fgets(line, sizeof(line), f)) {
			char *at = strstr(line, end), *name = line + sizeof(begin) - 1;
			bool known = false;

			if (!at || strncmp(line, begin, sizeof(begin) - 1) || *name == '*')
				continue;
			*at = '\0';
			for (size_t k = 0; k < CD_COUNT(builders); k++)
				known |= !strcmp(builders[k].name, name);
			if (!known && strcmp(name, "coodie_query_free") != 0)
				fail_msg("%s: does a write obey it, or refuse it?", name);
			found += known;
		}
		fclose(f);
	}
	assert_int_equal(found, CD_COUNT(builders) - 1); /* one of them is there twice */
}

/* The name a column has in the table is not its member's: told how either is written. */
static void a_column_is_told_from_a_member(void **state)
{
	coodie_query *q = coodie_find(mock.session, &film_model, "nm = ?", CQL_ARGS(cql("x")));
	coodie_error err = { 0 };

	(void)state;
	refused(coodie_query_delete(q, NULL, &err), &err, COODIE_ERR_QUERY,
		"position 1 (nm): nm is the column of member name; write name, or \"nm\"");
	coodie_query_free(q);
}

/* QS-07: a count is of rows; what would count something else is refused. */
static void a_count_is_of_rows(void **state)
{
	coodie_query *q = coodie_find(mock.session, &film_model, NULL, CQL_ARGS());
	coodie_query *twin = coodie_query_dup(q);
	coodie_error err = { 0 };
	uint64_t count;

	(void)state;
	coodie_distinct(q);
	refused(coodie_count(q, &count, &err), &err, COODIE_ERR_QUERY,
		"film, coodie_count: it counts rows, not partitions");
	coodie_query_free(q);
	coodie_group_by(twin, "shop");
	refused(coodie_count(twin, &count, &err), &err, COODIE_ERR_QUERY,
		"film, coodie_count: it counts no groups; call coodie_select()");
	coodie_query_free(twin);
	assert_int_equal(mock.sent, 0);
}

/* ---- one struct among several ---------------------------------------------------------------- */

typedef struct beast {
	coodie_row row;
	int32_t id;
	int32_t nr;
	const char *kind;
	const char *name;
	const char *home;
} beast;

typedef struct cat {
	coodie_row row;
	int32_t id;
	int32_t nr;
	const char *kind;
	const char *name;
	const char *home;
	bool indoor;
} cat;

#define BEAST(T) \
	COODIE_COLUMN(T, id, "int", .partition_key = 1), \
		COODIE_COLUMN(T, nr, "int", .clustering_key = 1), \
		COODIE_COLUMN(T, kind, "text", .discriminator = true, .index = COODIE_INDEX()), \
		COODIE_COLUMN(T, name, "text"), COODIE_COLUMN(T, home, "text", .is_static = true)

static const coodie_column beast_columns[] = { BEAST(beast) };
static const coodie_column cat_columns[] = { BEAST(cat), COODIE_COLUMN(cat, indoor, "boolean") };
static const coodie_model cat_model = COODIE_MODEL(cat, cat_columns, "beasts", .keyspace = "shop",
						   .discriminator_value = "cat");
static const coodie_model beast_model = COODIE_MODEL(beast, beast_columns, "beasts",
						     .keyspace = "shop",
						     .family = COODIE_FAMILY(&cat_model));

#define ROW " WHERE \"id\" = ? AND \"nr\" = ?"

static coodie_query *find_cats(const char *where_text, cql_args args)
{
	return coodie_find(mock.session, &cat_model, where_text, args);
}

/* PO-05: rows of the struct are written, and no others: the row is asked. */
static void a_row_is_asked_which_struct_it_is(void **state)
{
	coodie_query *q = find_cats("id = ? AND nr = ?", CQL_ARGS(cql(1), cql(2)));
	coodie_error err = { 0 };
	coodie_lwt *lwt;

	(void)state;
	ok(coodie_query_update(q, "indoor = ?", CQL_ARGS(cql((bool)true)), NULL, &err), &err);
	mock_expect(&mock, "UPDATE shop.beasts SET \"indoor\" = ?" ROW " IF \"kind\" = ?",
		    "true|1|2|'cat'");
	assert_false(mock_last(&mock)->request.idempotent);
	ok(coodie_query_delete(q, NULL, &err), &err);
	mock_expect(&mock, "DELETE FROM shop.beasts" ROW " IF \"kind\" = ?", "1|2|'cat'");
	lwt = coodie_query_delete_if(q, NULL, &err); /* its outcome, without a coodie_if() */
	ok(lwt && coodie_lwt_applied(lwt), &err);
	coodie_lwt_free(lwt);
	coodie_if(q, "name = ?", CQL_ARGS(cql("Tom")));
	ok(coodie_query_delete(q, NULL, &err), &err);
	mock_expect(&mock, "DELETE FROM shop.beasts" ROW " IF \"name\" = ? AND \"kind\" = ?",
		    "1|2|'Tom'|'cat'");
	coodie_if(q, "EXISTS", CQL_ARGS());
	ok(batch(q, true, &err), &err);
	mock_expect_child(&mock, 0,
			  "UPDATE shop.beasts SET \"name\" = ?" ROW " IF \"kind\" = ?",
			  "'x'|1|2|'cat'");
	assert_int_equal(mock.sent, 5);
	coodie_query_free(q);
}

/* Nothing to assign is nothing to ask. */
static void nothing_is_not_asked(void **state)
{
	coodie_query *q = find_cats("id = ? AND nr = ?", CQL_ARGS(cql(1), cql(2)));
	coodie_error err = { 0 };

	(void)state;
	ok(coodie_query_update(q, "indoor = ?", CQL_ARGS(cql_unset()), NULL, &err), &err);
	assert_int_equal(mock.sent, 0);
	coodie_query_free(q);
}

/* Statics are of the partition, whose rows are of any struct. */
static void statics_are_not_asked(void **state)
{
	coodie_query *q = find_cats("id = ?", CQL_ARGS(cql(1)));
	coodie_error err = { 0 };

	(void)state;
	ok(coodie_query_update(q, "home = ?", CQL_ARGS(cql("x")), NULL, &err), &err);
	mock_expect(&mock, "UPDATE shop.beasts SET \"home\" = ? WHERE \"id\" = ?", "'x'|1");
	coodie_query_free(q);
}

static void several_rows_cannot_be_asked(void **state)
{
	static const struct {
		const char *where;
		size_t count;
		const char *says;
	} rows[] = {
		{ "", 0, "no conditions, which would be every row" },
		{ "id = ?", 1, "one row at a time can be asked which struct it is" },
		{ "id = ? AND nr > ?", 2, "name its whole key with =, or write by the base's" },
		{ "nr = ?", 1, "the conditions do not say id" },
		{ "id = ? AND kind = ?", 2, "kind is not in the primary key" },
	};
	const cql_value numbers[] = { cql(1), cql(2) }, kinds[] = { cql(1), cql("dog") };
	coodie_error err = { 0 };
	coodie_query *q;

	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		q = find_cats(rows[i].where,
			      (cql_args){ rows[i].count,
					  strstr(rows[i].where, "kind") ? kinds : numbers });
		refused(coodie_query_delete(q, NULL, &err), &err, COODIE_ERR_QUERY, rows[i].says);
		coodie_query_free(q);
	}
	q = find_cats("id = ? AND nr = ?", (cql_args){ 2, numbers });
	refused(coodie_query_delete(q, COODIE_WRITE(.timestamp_us = 5), &err), &err,
		COODIE_ERR_INVALID, "a conditional write has no timestamp_us");
	coodie_query_free(q);
	assert_int_equal(mock.sent, 0);
}

/* A row that is another struct's, or is not there, is left alone, and that is told. */
static void anothers_row_is_left_alone(void **state)
{
	const coodie_column_spec columns[] = { { "[applied]", "boolean" }, { "kind", "text" } };
	const cql_value row[] = { cql(false), cql("dog") };
	coodie_query *q = find_cats("id = ? AND nr = ?", CQL_ARGS(cql(1), cql(2)));
	coodie_error err = { 0 };
	coodie_lwt *lwt;

	(void)state;
	mock_answer(&mock, coodie_result_new_rows(columns, 2, row, 1, &err));
	refused(coodie_query_delete(q, NULL, &err), &err, COODIE_ERR_NOT_APPLIED, "kind = 'dog'");
	mock_answer(&mock, coodie_result_new_rows(columns, 2, row, 1, &err));
	lwt = coodie_query_update_if(q, "indoor = ?", CQL_ARGS(cql((bool)true)), NULL, &err);
	ok(lwt, &err);
	assert_false(coodie_lwt_applied(lwt));
	assert_null(coodie_lwt_existing(lwt)); /* which would be a cat */
	assert_int_equal(coodie_lwt_count(lwt), 1);
	coodie_lwt_free(lwt);
	coodie_query_free(q);
}

static coodie_result *cat_in_the_way(const char *kind)
{
	static const coodie_column_spec columns[] = { { "[applied]", "boolean" },
						      { "id", "int" },
						      { "nr", "int" },
						      { "home", "text" },
						      { "indoor", "boolean" },
						      { "kind", "text" },
						      { "name", "text" } };
	const cql_value row[] = { cql((bool)false), cql(1), cql(2),    cql_null(),
				  cql_null(),       cql(kind), cql("Tom") };
	coodie_error err = { 0 };
	coodie_result *r = coodie_result_new_rows(columns, CD_COUNT(columns), row, 1, &err);

	ok(r, &err);
	return r;
}

/* LW-04: what is in the way of an insert is an object of its struct, or none. */
static void what_is_in_the_way(void **state)
{
	static const struct {
		const char *kind;
		bool by_base;
		const coodie_model *is; /* NULL: no object */
	} rows[] = {
		{ "cat", false, &cat_model },
		{ "dog", false, NULL },
		{ "cat", true, &cat_model },
		{ "dog", true, &beast_model },
	};
	coodie_error err = { 0 };

	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		cat tom = { .id = 1, .nr = 2 };
		beast any = { .id = 1, .nr = 2 };
		coodie_lwt *lwt;

		mock_answer(&mock, cat_in_the_way(rows[i].kind));
		lwt = rows[i].by_base
			      ? coodie_insert(mock.session, &beast_model, &any, NULL, &err)
			      : coodie_insert(mock.session, &cat_model, &tom, NULL, &err);
		ok(lwt, &err);
		assert_false(coodie_lwt_applied(lwt));
		assert_ptr_equal(coodie_object_model(coodie_lwt_existing(lwt)), rows[i].is);
		coodie_lwt_free(lwt);
	}
	mock_answer(&mock, cat_in_the_way("dog"));
	refused(coodie_insert(mock.session, &cat_model, &(cat){ .id = 1, .nr = 2 },
			      COODIE_WRITE(.must_apply = true), &err),
		&err, COODIE_ERR_NOT_APPLIED, "kind = 'dog', name = 'Tom'");
}

/* What a base read is saved as what it is: the message says how. */
static void an_object_names_its_model(void **state)
{
	coodie_error err = { 0 };
	cat *tom = coodie_new(mock.session, &cat_model, &err);

	(void)state;
	ok(tom, &err);
	refused(coodie_save(mock.session, &beast_model, tom, NULL, &err), &err, COODIE_ERR_INVALID,
		"the object is a cat of shop.beasts, the model given is for a beast of shop.beasts; "
		"write it with coodie_object_model(object)");
	ok(coodie_save(mock.session, coodie_object_model(tom), tom, NULL, &err), &err);
	coodie_object_free(tom);
}

/* The base's rows are of any struct: it has nothing to ask. */
static void a_base_does_not_ask(void **state)
{
	coodie_query *q = coodie_find(mock.session, &beast_model, "id = ?", CQL_ARGS(cql(1)));
	coodie_error err = { 0 };

	(void)state;
	ok(coodie_query_delete(q, NULL, &err), &err);
	mock_expect(&mock, "DELETE FROM shop.beasts WHERE \"id\" = ?", "1");
	coodie_query_free(q);
}

/* What is in the key says which struct it is already. */
static const coodie_column keyed_columns[] = {
	COODIE_COLUMN(cat, kind, "text", .partition_key = 1, .discriminator = true),
	COODIE_COLUMN(cat, id, "int", .clustering_key = 1),
	COODIE_COLUMN(cat, name, "text"),
};
static const coodie_model keyed_model = COODIE_MODEL(cat, keyed_columns, "keyed",
						     .keyspace = "shop",
						     .discriminator_value = "cat");

static void a_key_needs_no_asking(void **state)
{
	coodie_query *q = coodie_find(mock.session, &keyed_model, "id = ?", CQL_ARGS(cql(1)));
	coodie_error err = { 0 };

	(void)state;
	ok(coodie_query_delete(q, NULL, &err), &err);
	mock_expect(&mock, "DELETE FROM shop.keyed WHERE \"kind\" = ? AND \"id\" = ?", "'cat'|1");
	coodie_query_free(q);
}

/* ---- which struct a row is, is not assigned -------------------------------------------------- */

/* PO-04: the other struct's columns would be left behind, and this one's be missing. */
static void a_row_stays_the_struct_it_is(void **state)
{
	static const char says[] = "position 1 (kind): kind says which struct the row is";
	const cql_args dog = CQL_ARGS(cql("dog"));
	coodie_query *q = coodie_find(mock.session, &beast_model, "id = ? AND nr = ?",
				      CQL_ARGS(cql(1), cql(2)));
	coodie_batch *b = coodie_batch_new(mock.session, NULL);
	coodie_error err = { 0 };
	cat tom = { .id = 1, .nr = 2 };

	(void)state;
	refused(coodie_update(mock.session, &cat_model, &tom, "kind = ?", dog, NULL, &err), &err,
		COODIE_ERR_QUERY, says);
	refused(coodie_update_if(mock.session, &cat_model, &tom, "kind = ?", "EXISTS", dog, NULL,
				 &err),
		&err, COODIE_ERR_QUERY, "delete the row, and save an object of the other struct");
	refused(coodie_query_update(q, "kind = ?", dog, NULL, &err), &err, COODIE_ERR_QUERY, says);
	coodie_batch_update(b, &cat_model, &tom, "kind = ?", dog, NULL);
	refused(coodie_batch_run(b, &err), &err, COODIE_ERR_QUERY, says);
	coodie_batch_clear(b);
	coodie_batch_query_update(b, q, "kind = ?", dog, NULL);
	refused(coodie_batch_run(b, &err), &err, COODIE_ERR_QUERY, says);
	coodie_batch_free(b);
	refused(coodie_delete_columns(mock.session, &cat_model, &tom, "kind", CQL_ARGS(), NULL,
				      &err),
		&err, COODIE_ERR_QUERY, says);
	coodie_query_free(q);
	assert_int_equal(mock.sent, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(refused_builders),
		TEST(obeyed_builders),
		TEST(obeyed_requests),
		TEST(no_builder_is_forgotten),
		TEST(a_column_is_told_from_a_member),
		TEST(a_count_is_of_rows),
		TEST(a_row_is_asked_which_struct_it_is),
		TEST(nothing_is_not_asked),
		TEST(statics_are_not_asked),
		TEST(several_rows_cannot_be_asked),
		TEST(anothers_row_is_left_alone),
		TEST(what_is_in_the_way),
		TEST(an_object_names_its_model),
		TEST(a_base_does_not_ask),
		TEST(a_key_needs_no_asking),
		TEST(a_row_stays_the_struct_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
