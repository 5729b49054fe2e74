/* SPDX-License-Identifier: MIT */
/* Assignments, cells, and writes by query: what is sent, what is refused, what an object follows
 * (CO, LC-09..16, LC-28, QS-33..36). */
#include <coodie/update.h>

#include "tests/orm/fixture.h"
#include "tests/orm/models.h"

typedef struct item {
	coodie_row row;
	int32_t shop;
	int32_t id;
	const char *name;
	int32_t *price;
	cql_set tags;
	cql_map stock;
	cql_list log;
	cql_list marks;
	const char *owner;
	float place[2];
	cql_duration *lasts;
} item;

static const coodie_column item_columns[] = {
	COODIE_COLUMN(item, shop, "int", .partition_key = 1),
	COODIE_COLUMN(item, id, "int", .clustering_key = 1),
	COODIE_COLUMN(item, name, "text"),
	COODIE_COLUMN(item, price, "int", .db_name = "Price"),
	COODIE_COLUMN(item, tags, "set<text>"),
	COODIE_COLUMN(item, stock, "map<text, int>"),
	COODIE_COLUMN(item, log, "list<int>"),
	COODIE_COLUMN(item, marks, "frozen<list<int>>"),
	COODIE_COLUMN(item, owner, "text", .is_static = true),
	COODIE_COLUMN(item, place, "vector<float, 2>"),
	COODIE_COLUMN(item, lasts, "duration"),
};
static const coodie_model item_model = COODIE_MODEL(item, item_columns, "items",
						    .keyspace = "shop");

#define UPDATE "UPDATE shop.items SET "
#define ROW " WHERE \"shop\" = ? AND \"id\" = ?"

static void update(void *object, const char *set, cql_args args)
{
	coodie_error err = { 0 };

	ok(coodie_update(mock.session, &item_model, object, set, args, NULL, &err), &err);
}

/* ---- assignments ----------------------------------------------------------------------------- */

/* CO-01, CO-02, CO-03, CO-04, CO-05, CO-06, CO-07, CO-08, CO-09, CO-21, LC-09, LC-28, VX-07 */
static void assignments(void **state)
{
	item i = { .shop = 1, .id = 2 };

	(void)state;
	update(&i, "name = ?, price=?", CQL_ARGS(cql("x"), cql(5)));
	mock_expect(&mock, UPDATE "\"name\" = ?, \"Price\" = ?" ROW, "'x'|5|1|2");
	assert_true(mock_last(&mock)->request.idempotent);
	update(&i, "name = ?", CQL_ARGS(cql_null()));
	mock_expect(&mock, UPDATE "\"name\" = ?" ROW, "null|1|2");
	update(&i, "tags = tags + ?", CQL_ARGS(cql(CQL_SET(cql("a")))));
	mock_expect(&mock, UPDATE "\"tags\" = \"tags\" + ?" ROW, "{'a'}|1|2");
	assert_true(mock_last(&mock)->request.idempotent);
	update(&i, "tags = tags - ?, tags = tags + ?",
	       CQL_ARGS(cql(CQL_SET(cql("a"))), cql(CQL_SET(cql("b")))));
	mock_expect(&mock, UPDATE "\"tags\" = \"tags\" - ?, \"tags\" = \"tags\" + ?" ROW,
		    "{'a'}|{'b'}|1|2");
	update(&i, "log = log + ?", CQL_ARGS(cql(CQL_LIST(cql(1), cql(2)))));
	mock_expect(&mock, UPDATE "\"log\" = \"log\" + ?" ROW, "[1, 2]|1|2");
	assert_false(mock_last(&mock)->request.idempotent);
	update(&i, "log = ? + log", CQL_ARGS(cql(CQL_LIST(cql(1), cql(2)))));
	mock_expect(&mock, UPDATE "\"log\" = ? + \"log\"" ROW, "[1, 2]|1|2");
	update(&i, "log = log - ?", CQL_ARGS(cql(CQL_LIST(cql(1)))));
	mock_expect(&mock, UPDATE "\"log\" = \"log\" - ?" ROW, "[1]|1|2");
	update(&i, "stock = stock + ?", CQL_ARGS(cql(CQL_MAP(cql("a"), cql(1)))));
	mock_expect(&mock, UPDATE "\"stock\" = \"stock\" + ?" ROW, "{'a': 1}|1|2");
	update(&i, "stock = stock - ?", CQL_ARGS(cql(CQL_SET(cql("a")))));
	mock_expect(&mock, UPDATE "\"stock\" = \"stock\" - ?" ROW, "{'a'}|1|2");
	update(&i, "stock[?] = ?, stock[?] = ?", CQL_ARGS(cql("a"), cql(3), cql("b"), cql_null()));
	mock_expect(&mock, UPDATE "\"stock\"[?] = ?, \"stock\"[?] = ?" ROW, "'a'|3|'b'|null|1|2");
	update(&i, "log[?] = ?", CQL_ARGS(cql(0), cql(9)));
	mock_expect(&mock, UPDATE "\"log\"[?] = ?" ROW, "0|9|1|2");
	update(&i, "marks = ?, \"Price\" = ?", CQL_ARGS(cql(CQL_LIST(cql(7))), cql(1)));
	mock_expect(&mock, UPDATE "\"marks\" = ?, \"Price\" = ?" ROW, "[7]|1|1|2");
	assert_null(i.name); /* a struct of one's own stays as it is */
}

/* CO-19, LC-20, LC-21: options of an update */
static void options(void **state)
{
	item i = { .shop = 1, .id = 2 };
	coodie_error err = { 0 };

	(void)state;
	ok(coodie_update(mock.session, &item_model, &i, "tags = tags + ?",
			 CQL_ARGS(cql(CQL_SET(cql("a")))),
			 COODIE_WRITE(.ttl = 60, .timestamp_us = 5, .timeout_ms = 3), &err),
	   &err);
	mock_expect(&mock, "UPDATE shop.items USING TTL ? SET \"tags\" = \"tags\" + ?" ROW,
		    "60|{'a'}|1|2");
	assert_int_equal(mock_last(&mock)->request.timestamp_us, 5);
	assert_int_equal(mock_last(&mock)->request.timeout_ms, 3);
	ok(coodie_update(mock.session, &item_model, &i, "log = log + ?",
			 CQL_ARGS(cql(CQL_LIST(cql(1)))), COODIE_WRITE(.idempotent = true), &err),
	   &err);
	assert_true(mock_last(&mock)->request.idempotent); /* told */
}

/* Statics belong to the partition. */
static void statics(void **state)
{
	item i = { .shop = 1, .id = 2 };
	coodie_error err = { 0 };

	(void)state;
	update(&i, "owner = ?", CQL_ARGS(cql("Ada")));
	mock_expect(&mock, UPDATE "\"owner\" = ? WHERE \"shop\" = ?", "'Ada'|1");
	update(&i, "owner = ?, name = ?", CQL_ARGS(cql("Ada"), cql("x")));
	mock_expect(&mock, UPDATE "\"owner\" = ?, \"name\" = ?" ROW, "'Ada'|'x'|1|2");
	ok(coodie_delete_columns(mock.session, &item_model, &i, "owner", CQL_ARGS(), NULL, &err),
	   &err);
	mock_expect(&mock, "DELETE \"owner\" FROM shop.items WHERE \"shop\" = ?", "1");
}

/* CO-14, LC-11: nothing to assign is nothing to send. */
static void nothing(void **state)
{
	item i = { .shop = 1, .id = 2 };

	(void)state;
	update(&i, "", CQL_ARGS());
	update(&i, NULL, CQL_ARGS());
	update(&i, "name = ?", CQL_ARGS(cql_unset()));
	update(&i, "tags = tags + ?, stock = stock - ?, log = ? + log, stock[?] = ?",
	       CQL_ARGS(cql(CQL_SET()), cql(CQL_SET()), cql_null(), cql("a"), cql_unset()));
	assert_int_equal(mock.sent, 0);
	assert_int_equal(mock.call_count, 4); /* each told its caller all the same */
	update(&i, "tags = tags + ?, name = ?", CQL_ARGS(cql_null(), cql("x")));
	mock_expect(&mock, UPDATE "\"tags\" = \"tags\" + ?, \"name\" = ?" ROW, "{}|'x'|1|2");
}

/* LC-12, LC-13, CO-10, CO-17, VX-06: refused before any I/O. */
static void refused_assignments(void **state)
{
	static const struct {
		const char *set;
		const char *says;
	} texts[] = {
		{ "nme = ?", "set, position 1 (nme): item has no such member; did you mean name?" },
		{ "id = ?", "id is in the primary key, which never changes" },
		{ "shop = shop + ?", "primary key" },
		{ "name = 'x'", "a literal; write ? and bind it" },
		{ "name = null", "a literal" },
		{ "price = 5", "a literal" },
		{ "name = name + ?", "name is a text; + and - are for counters, sets" },
		{ "price = price + ?", "+ and - are for counters" },
		{ "marks = marks + ?", "marks is frozen, which is only written whole" },
		{ "marks[?] = ?", "marks is frozen" },
		{ "tags = ? + tags", "tags is a set<text>; ? + tags puts before a list" },
		{ "tags[?] = ?", "an item of a set is not assigned; write tags = tags + ?" },
		{ "name[?] = ?", "name is a text, which has no elements" },
		{ "name.x = ?", "name is a text, which has no fields" },
		{ "tags = name + ?", "only tags itself can be added to" },
		{ "tags = tags ?", "a + or - belongs here" },
		{ "tags = tags * ?", "a + or - belongs here" },
		{ "name = ?, name = ?", "name is assigned twice" },
		{ "tags = ?, tags = tags + ?", "tags is assigned twice" },
		{ "stock = stock + ?, stock = ?", "stock is assigned twice" },
		{ "name ? = ?", "a = belongs here" },
		{ "name > ?", "a = belongs here" },
		{ "name = ?,", "a member's name belongs here" },
		{ "name = ? price = ?", "a `,` belongs here" },
		{ "SET name = ?", "leave it out" },
		{ "name = ? WHERE id = ?", "only assignments belong here" },
		{ "stock[? = ?", "a `]` belongs here" },
		{ "stock['a'] = ?", "a literal" },
	};
	item i = { .shop = 1, .id = 2 };
	coodie_error err = { 0 };

	(void)state;
	for (size_t k = 0; k < sizeof(texts) / sizeof(texts[0]); k++)
		refused(coodie_update(mock.session, &item_model, &i, texts[k].set,
				      CQL_ARGS(cql("a")), NULL, &err),
			&err, COODIE_ERR_QUERY, texts[k].says);
	assert_int_equal(mock.call_count, 0);
}

static void refused_values(void **state)
{
	const struct {
		const char *set;
		cql_value v;
		enum coodie_errc code;
		const char *says;
	} values[] = {
		{ "name = ?", cql(1), COODIE_ERR_TYPE, "value 1 for name (text)" },
		{ "tags = tags + ?", cql("a"), COODIE_ERR_TYPE, "for set<text>" },
		{ "tags = tags + ?", cql(CQL_SET(cql(1))), COODIE_ERR_TYPE, "for text" },
		{ "stock = stock - ?", cql(CQL_MAP(cql("a"), cql(1))), COODIE_ERR_TYPE,
		  "a set of keys is taken out of a map" },
		{ "stock = stock - ?", cql(CQL_SET(cql(1))), COODIE_ERR_TYPE, "for text" },
		{ "place = ?", cql(CQL_LIST(cql(1.0))), COODIE_ERR_RANGE,
		  "a vector of 1 elements, the type has 2" },
	};
	item i = { .shop = 1, .id = 2 };
	coodie_error err = { 0 };

	(void)state;
	for (size_t k = 0; k < sizeof(values) / sizeof(values[0]); k++)
		refused(coodie_update(mock.session, &item_model, &i, values[k].set,
				      (cql_args){ 1, &values[k].v }, NULL, &err),
			&err, values[k].code, values[k].says);
	refused(coodie_update(mock.session, &item_model, &i, "log[?] = ?",
			      CQL_ARGS(cql(-1), cql(1)), NULL, &err),
		&err, COODIE_ERR_RANGE, "place -1 of a list");
	refused(coodie_update(mock.session, &item_model, &i, "stock[?] = ?",
			      CQL_ARGS(cql_null(), cql(1)), NULL, &err),
		&err, COODIE_ERR_QUERY, "null fits nothing here");
	refused(coodie_update(mock.session, &item_model, &i, "name = ?", CQL_ARGS(), NULL, &err),
		&err, COODIE_ERR_QUERY, "1 ? but 0 values");
	refused(coodie_update(mock.session, &item_model, NULL, "name = ?", CQL_ARGS(cql("x")), NULL,
			      &err),
		&err, COODIE_ERR_INVALID, "the object is NULL");
	assert_int_equal(mock.call_count, 0);
}

/* ---- what the model demands ------------------------------------------------------------------ */

typedef struct ticket {
	coodie_row row;
	int32_t id;
	const char *code;
	cql_blob seal;
	int32_t *seats;
	const char *guest;
} ticket;

static bool even(const void *member, coodie_error *err)
{
	int32_t *const *seats = member;

	(void)err;
	return **seats % 2 == 0;
}

static bool no_digit(const void *member, coodie_error *err)
{
	const char *const *guest = member;

	if (!(*guest)[strcspn(*guest, "0123456789")])
		return true;
	err->code = COODIE_ERR_RANGE;
	strcpy(err->message, "a name has no digits");
	return false;
}

static const coodie_column ticket_columns[] = {
	COODIE_COLUMN(ticket, id, "int", .partition_key = 1),
	COODIE_COLUMN(ticket, code, "text", .required = true, .min_length = 2, .max_length = 4),
	COODIE_COLUMN(ticket, seal, "blob", .max_length = 1),
	COODIE_COLUMN(ticket, seats, "int", .validate = even),
	COODIE_COLUMN(ticket, guest, "text", .validate = no_digit),
};
static const coodie_model ticket_model = COODIE_MODEL(ticket, ticket_columns, "tickets",
						      .keyspace = "shop");

/* Every call that assigns; each of them refuses. */
static void refused_everywhere(const char *set, cql_value v, enum coodie_errc code,
			       const char *says)
{
	const cql_args args = { 1, &v };
	ticket t = { .id = 1 };
	coodie_query *q = coodie_find(mock.session, &ticket_model, "id = ?", CQL_ARGS(cql(1)));
	coodie_batch *b = coodie_batch_new(mock.session, NULL);
	coodie_error err = { 0 };

	refused(coodie_update(mock.session, &ticket_model, &t, set, args, NULL, &err), &err, code,
		says);
	refused(coodie_update_if(mock.session, &ticket_model, &t, set, "EXISTS", args, NULL, &err),
		&err, code, says);
	refused(coodie_query_update(q, set, args, NULL, &err), &err, code, says);
	coodie_batch_query_update(b, q, set, args, NULL);
	refused(coodie_batch_run(b, &err), &err, code, says);
	coodie_batch_clear(b);
	coodie_batch_update(b, &ticket_model, &t, set, args, NULL);
	refused(coodie_batch_run(b, &err), &err, code, says);
	coodie_batch_free(b);
	coodie_if(q, "EXISTS", CQL_ARGS());
	refused(coodie_query_update_if(q, set, args, NULL, &err), &err, code, says);
	coodie_query_free(q);
}

/* TY-01, TY-37, MD-33: the rules of a column hold for what is assigned to it as for what is saved. */
static void rules_of_columns(void **state)
{
	const struct {
		const char *set, *says;
		cql_value v;
		enum coodie_errc code;
	} rows[] = {
		{ "code = ?", "ticket, code (text): 5 bytes, max_length is 4", cql("abcde"),
		  COODIE_ERR_RANGE },
		{ "code = ?", "ticket, code (text): 1 bytes, min_length is 2", cql("a"),
		  COODIE_ERR_RANGE },
		{ "code = ?", "ticket, code (text): 5 bytes, max_length is 4",
		  cql_from_encoded("abcde", 5), COODIE_ERR_RANGE },
		{ "code = ?", "ticket, code (text): it is required, and null was given for it",
		  cql_null(), COODIE_ERR_INVALID },
		{ "seal = ?", "ticket, seal (blob): 2 bytes, max_length is 1",
		  cql_from_blob((cql_blob){ (const uint8_t *)"ab", 2 }), COODIE_ERR_RANGE },
		{ "seats = ?", "ticket, seats (int): its validate() refused the value", cql(3),
		  COODIE_ERR_RANGE },
		{ "guest = ?", "ticket, guest (text): a name has no digits",
		  cql_from_text((cql_text){ "r2d2", 2 }), COODIE_ERR_RANGE },
	};

	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++)
		refused_everywhere(rows[i].set, rows[i].v, rows[i].code, rows[i].says);
	assert_int_equal(mock.sent, 0);
}

/* What is required is not taken out of its row. */
static void required_cells(void **state)
{
	ticket t = { .id = 1 };
	coodie_error err = { 0 };

	(void)state;
	refused(coodie_delete_columns(mock.session, &ticket_model, &t, "seats, code", CQL_ARGS(),
				      NULL, &err),
		&err, COODIE_ERR_QUERY, "code is required; coodie_delete() deletes the row");
	assert_int_equal(mock.sent, 0);
}

/* What obeys goes, whatever form it has; null where it is not required; and unset is not looked at. */
static void within_the_rules(void **state)
{
	const cql_text guest = { "Ada1", 3 };
	ticket t = { .id = 1 };
	coodie_error err = { 0 };

	(void)state;
	ok(coodie_update(mock.session, &ticket_model, &t,
			 "code = ?, seal = ?, seats = ?, guest = ?",
			 CQL_ARGS(cql("abcd"), cql_null(), cql(4LL), cql(guest)), NULL, &err),
	   &err);
	mock_expect(&mock,
		    "UPDATE shop.tickets SET \"code\" = ?, \"seal\" = ?, \"seats\" = ?, "
		    "\"guest\" = ? WHERE \"id\" = ?",
		    "'abcd'|null|4|'Ada'|1");
	ok(coodie_update(mock.session, &ticket_model, &t, "code = ?, seats = ?",
			 CQL_ARGS(cql_unset(), cql_from_encoded("\0\0\0\3", 4)), NULL, &err),
	   &err); /* nobody knows what such bytes say */
	assert_int_equal(mock.sent, 2);
}

/* ---- what a tracked object follows ----------------------------------------------------------- */

static item *made(void)
{
	coodie_error err = { 0 };
	item *i = coodie_new(mock.session, &item_model, &err);

	ok(i, &err);
	i->shop = 1;
	i->id = 2;
	i->name = "old";
	ok(coodie_save(mock.session, &item_model, i, NULL, &err), &err);
	return i;
}

/* LC-10: plain assignments, once they were applied; and a save afterwards has nothing to say. */
static void followed(void **state)
{
	item *i = made();
	coodie_error err = { 0 };
	char name[] = "new";

	(void)state;
	update(i, "name = ?, price = ?, tags = tags + ?",
	       CQL_ARGS(cql((const char *)name), cql(5), cql(CQL_SET(cql("a")))));
	memset(name, 'x', 3);
	assert_string_equal(i->name, "new");
	assert_int_equal(*i->price, 5);
	assert_int_equal(i->tags.seq.count, 0);
	ok(coodie_save(mock.session, &item_model, i, NULL, &err), &err);
	assert_int_equal(mock.sent, 2);
	update(i, "name = ?", CQL_ARGS(cql_null()));
	assert_null(i->name);
	mock_answer_error(&mock, COODIE_ERR_TIMEOUT, "slow");
	refused(coodie_update(mock.session, &item_model, i, "price = ?", CQL_ARGS(cql(6)), NULL,
			      &err),
		&err, COODIE_ERR_TIMEOUT, "coodie_update(item): slow");
	assert_int_equal(*i->price, 5); /* nobody knows */
	i->id = 3;
	refused(coodie_update(mock.session, &item_model, i, "price = ?", CQL_ARGS(cql(6)), NULL,
			      &err),
		&err, COODIE_ERR_INVALID, "the primary key changed");
	coodie_object_free(i);
}

/* ---- cells ----------------------------------------------------------------------------------- */

/* LC-15, LC-16 */
static void cells(void **state)
{
	static const struct {
		const char *columns;
		const char *says;
	} bad[] = {
		{ "", "no column is named" },
		{ "id", "id is in the primary key; coodie_delete() deletes the row" },
		{ "nme", "did you mean name" },
		{ "name, name", "name is named twice" },
		{ "stock, stock[?]", "stock is named twice" },
		{ "marks[?]", "marks is frozen: its elements go only with it" },
		{ "name = ?", "a comma or the end belongs here" },
	};
	item i = { .shop = 1, .id = 2 };
	coodie_error err = { 0 };

	(void)state;
	ok(coodie_delete_columns(mock.session, &item_model, &i, "price, stock[?], stock[?]",
				 CQL_ARGS(cql("a"), cql("b")), COODIE_WRITE(.timestamp_us = 4),
				 &err),
	   &err);
	mock_expect(&mock, "DELETE \"Price\", \"stock\"[?], \"stock\"[?] FROM shop.items" ROW,
		    "'a'|'b'|1|2");
	assert_true(mock_last(&mock)->request.idempotent);
	assert_int_equal(mock_last(&mock)->request.timestamp_us, 4);
	ok(coodie_delete_columns(mock.session, &item_model, &i, "log[?]", CQL_ARGS(cql(0)), NULL,
				 &err),
	   &err);
	assert_false(mock_last(&mock)->request.idempotent); /* the next item moves up */
	for (size_t k = 0; k < sizeof(bad) / sizeof(bad[0]); k++)
		refused(coodie_delete_columns(mock.session, &item_model, &i, bad[k].columns,
					      CQL_ARGS(cql("a")), NULL, &err),
			&err, COODIE_ERR_QUERY, bad[k].says);
	refused(coodie_delete_columns(mock.session, &item_model, &i, "name", CQL_ARGS(),
				      COODIE_WRITE(.ttl = 4), &err),
		&err, COODIE_ERR_INVALID, "takes no ttl");
	assert_int_equal(mock.sent, 2);
}

/* ---- by query -------------------------------------------------------------------------------- */

static coodie_query *find(const char *where, cql_args args)
{
	return coodie_find(mock.session, &item_model, where, args);
}

/* QS-33, QS-34: the rows of a query are updated without being read. */
static void query_update(void **state)
{
	coodie_query *q = find("shop = ? AND id IN ?",
			       CQL_ARGS(cql(1), cql(CQL_LIST(cql(2), cql(3)))));
	coodie_error err = { 0 };

	(void)state;
	coodie_consistency(q, CQL_CONSISTENCY_ALL);
	coodie_timeout_ms(q, 9);
	ok(coodie_query_update(q, "name = ?, price = ?", CQL_ARGS(cql("x"), cql_null()),
			       COODIE_WRITE(.ttl = 7), &err),
	   &err);
	mock_expect(
		&mock,
		"UPDATE shop.items USING TTL ? SET \"name\" = ?, \"Price\" = ? WHERE \"shop\" = "
		"? AND \"id\" IN ?",
		"7|'x'|null|1|[2, 3]");
	assert_int_equal(mock_last(&mock)->request.consistency, CQL_CONSISTENCY_ALL);
	assert_int_equal(mock_last(&mock)->request.timeout_ms, 9);
	ok(coodie_query_update(q, "name = ?", CQL_ARGS(cql_unset()), NULL, &err), &err);
	assert_int_equal(mock.sent, 1);
	coodie_query_free(q);
	q = find("shop = ?", CQL_ARGS(cql(1)));
	ok(coodie_query_update(q, "owner = ?", CQL_ARGS(cql("Ada")), NULL, &err), &err);
	mock_expect(&mock, UPDATE "\"owner\" = ? WHERE \"shop\" = ?", "'Ada'|1");
	coodie_query_free(q);
}

/* QS-35: rows, ranges of clustering, partitions. */
static void query_delete(void **state)
{
	static const struct {
		const char *where;
		size_t count;
		const char *cql;
	} rows[] = {
		{ "shop = ?", 1, "DELETE FROM shop.items WHERE \"shop\" = ?" },
		{ "shop = ? AND id = ?", 2, "DELETE FROM shop.items" ROW },
		{ "shop = ? AND id > ? AND id <= ?", 3,
		  "DELETE FROM shop.items WHERE \"shop\" = ? AND \"id\" > ? AND \"id\" <= ?" },
		{ "shop = ? AND (id) > (?)", 2,
		  "DELETE FROM shop.items WHERE \"shop\" = ? AND (\"id\") > (?)" },
	};
	const cql_value values[] = { cql(1), cql(2), cql(3) };
	coodie_error err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		coodie_query *q = find(rows[i].where, (cql_args){ rows[i].count, values });

		ok(coodie_query_delete(q, COODIE_WRITE(.timestamp_us = 8), &err), &err);
		assert_string_equal(mock_last(&mock)->cql, rows[i].cql);
		assert_int_equal(mock_last(&mock)->request.timestamp_us, 8);
		coodie_query_free(q);
	}
}

/* A write by query that would hit what nobody named is refused: OPP-18 */
static void refused_queries(void **state)
{
	static const struct {
		const char *where;
		size_t count;
		bool update;
		const char *says;
	} rows[] = {
		{ "", 0, true, "no conditions, which would be every row" },
		{ "", 0, false, "that is coodie_truncate()" },
		{ "id = ?", 1, false, "the conditions do not say shop" },
		{ "shop = ?", 1, true, "the conditions do not say id" },
		{ "shop = ? AND id > ?", 2, true, "the conditions do not say id" },
		{ "shop = ? AND name = ?", 2, false, "name is not in the primary key" },
		{ "token(shop) > ?", 1, false, "it has no token()" },
	};
	const cql_value values[] = { cql(1), cql("x") }, numbers[] = { cql(1), cql(2) };
	coodie_error err = { 0 };
	coodie_query *q;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		q = find(rows[i].where,
			 (cql_args){ rows[i].count,
				     strstr(rows[i].where, "name") ? values : numbers });
		refused(rows[i].update
				? coodie_query_update(q, "name = ?", CQL_ARGS(cql("x")), NULL, &err)
				: coodie_query_delete(q, NULL, &err),
			&err, COODIE_ERR_QUERY, rows[i].says);
		coodie_query_free(q);
	}
	q = find("shop = ? AND id = ?", (cql_args){ 2, numbers });
	refused(coodie_query_update(q, "owner = ?", CQL_ARGS(cql("x")), NULL, &err), &err,
		COODIE_ERR_QUERY, "only statics are set");
	coodie_limit(q, 3);
	refused(coodie_query_delete(q, NULL, &err), &err, COODIE_ERR_QUERY, "has no limit");
	coodie_query_free(q);
	q = find("shop = ? AND nope = ?", (cql_args){ 2, numbers });
	refused(coodie_query_delete(q, NULL, &err), &err, COODIE_ERR_QUERY, "no such member");
	coodie_query_free(q);
	assert_false(coodie_query_delete(NULL, NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_NO_MEMORY);
	assert_int_equal(mock.call_count, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(assignments),    TEST(options),         TEST(statics),
		TEST(nothing),        TEST(followed),        TEST(refused_assignments),
		TEST(refused_values), TEST(cells),           TEST(query_update),
		TEST(query_delete),   TEST(refused_queries), TEST(rules_of_columns), TEST(required_cells),
		TEST(within_the_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
