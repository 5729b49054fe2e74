/* SPDX-License-Identifier: MIT */
/* Queries made in steps, copied, sent elsewhere, shown for a log. */
#include <coodie.h>

#include "tests/orm/fixture.h"
#include "tests/orm/models.h"

/* Runs the query against an answer of nothing; what was sent is mock_last(). */
static void send(coodie_query *q)
{
	coodie_error err = { 0 };

	mock_answer_error(&mock, COODIE_ERR_TIMEOUT, "late");
	coodie_all(q, &err);
	if (err.code != COODIE_ERR_TIMEOUT)
		fail_msg("%s", err.message);
}

static coodie_query *events(void)
{
	return coodie_find(mock.session, &event_model, "tenant = ?", CQL_ARGS(cql("t")));
}

#define EVENTS \
	"SELECT \"Tenant\", \"day\", \"at\", \"seq\", \"value\", \"lasted\" FROM shop.\"Events\""

/* QS-02: conditions add up, the same column may be there twice. */
static void more_conditions(void **state)
{
	coodie_query *q = coodie_find(mock.session, &event_model, NULL, CQL_ARGS());

	(void)state;
	coodie_where(q, "tenant = ?", CQL_ARGS(cql("t")));
	coodie_where(q, NULL, CQL_ARGS());
	coodie_where(q, "day = ? AND at > ?", CQL_ARGS(cql(3), cql(((cql_timestamp){ 5 }))));
	coodie_where(q, "at <= ?", CQL_ARGS(cql(((cql_timestamp){ 9 }))));
	coodie_limit(q, 4);
	send(q);
	mock_expect(&mock,
		    EVENTS " WHERE \"Tenant\" = ? AND \"day\" = ? AND \"at\" > ? AND \"at\" <= ? "
			   "LIMIT ?",
		    "'t'|3|'1970-01-01T00:00:00.005Z'|'1970-01-01T00:00:00.009Z'|4");
	coodie_where(q, "seq = ", CQL_ARGS(cql(3))); /* a mistake, kept */
	coodie_where(q, "nothing", CQL_ARGS());
	coodie_error err = { 0 };
	assert_null(coodie_all(q, &err));
	assert_non_null(strstr(err.message, "event, where, at the end: a ? belongs here"));
	coodie_query_free(q);
}

/* QS-01: a copy goes its own way, whatever becomes of the first. */
static void copies(void **state)
{
	coodie_query *q = events(), *copy;

	(void)state;
	coodie_where(q, "day = ?", CQL_ARGS(cql(3)));
	coodie_only(q, "value");
	coodie_order_by(q, "at ASC");
	coodie_query_request(q, COODIE_REQUEST(.profile = "slow", .timeout_ms = 7));
	copy = coodie_query_dup(q);
	assert_true(coodie_query_equal(q, copy));
	coodie_where(copy, "at > ?", CQL_ARGS(cql(((cql_timestamp){ 5 }))));
	coodie_defer(copy, "value");
	assert_false(coodie_query_equal(q, copy));
	send(q);
	mock_expect(&mock,
		    "SELECT \"Tenant\", \"day\", \"at\", \"seq\", \"value\" FROM shop.\"Events\" "
		    "WHERE \"Tenant\" = ? AND \"day\" = ? ORDER BY \"at\" ASC",
		    "'t'|3");
	coodie_query_free(q);
	send(copy);
	mock_expect(&mock,
		    "SELECT \"Tenant\", \"day\", \"at\", \"seq\" FROM shop.\"Events\" WHERE "
		    "\"Tenant\" = ? AND \"day\" = ? AND \"at\" > ? ORDER BY \"at\" ASC",
		    "'t'|3|'1970-01-01T00:00:00.005Z'");
	assert_string_equal(mock_last(&mock)->request.profile, "slow");
	assert_int_equal(mock_last(&mock)->request.timeout_ms, 7);
	coodie_query_free(copy);
	assert_null(coodie_query_dup(NULL));
}

/* A mistake is copied too. */
static void wrong_copies(void **state)
{
	coodie_query *q = coodie_find(mock.session, &event_model, "tennant = ?",
				      CQL_ARGS(cql("t")));
	coodie_query *copy = coodie_query_dup(q), *nowhere;
	coodie_error err = { 0 };

	(void)state;
	coodie_query_free(q);
	assert_null(coodie_all(copy, &err));
	assert_non_null(strstr(err.message, "did you mean tenant?"));
	assert_false(coodie_query_equal(copy, copy));
	coodie_query_free(copy);
	q = coodie_find(NULL, &event_model, NULL, CQL_ARGS());
	nowhere = coodie_query_dup(q);
	coodie_using(nowhere, "other", "other");
	assert_null(coodie_all(nowhere, &err));
	assert_string_equal(err.message, "the session is NULL");
	coodie_query_free(nowhere);
	coodie_query_free(q);
}

/* QS-49: the same statement with the same binds. */
static void equal(void **state)
{
	coodie_query *a = events(), *b = events(), *c;

	(void)state;
	coodie_allow_filtering(a);
	assert_false(coodie_query_equal(a, b));
	coodie_allow_filtering(b);
	assert_true(coodie_query_equal(a, b));
	coodie_limit(a, 3);
	coodie_limit(b, 4); /* one text, two values */
	assert_false(coodie_query_equal(a, b));
	coodie_limit(b, 3);
	assert_true(coodie_query_equal(a, b));
	c = coodie_find(mock.session, &event_model, "tenant = ?", CQL_ARGS(cql("u")));
	coodie_allow_filtering(c);
	coodie_limit(c, 3);
	assert_false(coodie_query_equal(a, c));
	assert_false(coodie_query_equal(a, NULL));
	coodie_query_free(a);
	coodie_query_free(b);
	coodie_query_free(c);
}

/* QS-40, QS-41, MD-06, CN-27: another keyspace, another session of the registry. */
static void elsewhere(void **state)
{
	coodie_session *registry = coodie_session_new_registry(NULL);
	coodie_error err = { 0 };
	struct mock other;
	coodie_query *q;

	(void)state;
	mock_open(&other);
	assert_true(coodie_session_register(registry, "main", mock.session, &err));
	assert_true(coodie_session_register(registry, "archive", other.session, &err));
	q = coodie_find(registry, &note_model, "id = ?", CQL_ARGS(cql(1)));
	coodie_using(q, NULL, NULL);
	coodie_using(q, "\"Old\"", "archive");
	mock_answer_error(&other, COODIE_ERR_TIMEOUT, "late");
	assert_null(coodie_first(q, &err));
	assert_int_equal(mock.call_count, 0);
	mock_expect(
		&other,
		"SELECT \"id\", \"text\", \"stars\", \"tags\" FROM \"Old\".notes WHERE \"id\" = "
		"? LIMIT ?",
		"1|1");
	coodie_using(q, NULL, "main");
	mock_answer_error(&mock, COODIE_ERR_TIMEOUT, "late");
	assert_null(coodie_first(q, &err));
	assert_int_equal(mock.sent, 1);
	coodie_using(q, "not a name", NULL);
	assert_null(coodie_first(q, &err));
	assert_non_null(strstr(err.message, "note, coodie_using"));
	coodie_query_free(q);
	q = coodie_find(registry, &note_model, NULL, CQL_ARGS());
	coodie_using(q, NULL, "archvie");
	assert_null(coodie_first(q, &err));
	assert_non_null(strstr(err.message, "archvie"));
	coodie_query_free(q);
	coodie_session_free(registry);
	mock.freed = other.freed = true;
	mock_close(&other);
}

/* QS-37, QS-38, CN-14: everything a request says, copied; reads are idempotent all the same. */
static void requests(void **state)
{
	char profile[] = "slow", keyspace[] = "shop", key[] = "k", value[] = "v";
	const coodie_model model = COODIE_MODEL(note, note_columns, "notes", .keyspace = "shop",
						.consistency = CQL_CONSISTENCY_QUORUM,
						.timeout_ms = 90);
	coodie_query *q = coodie_find(mock.session, &model, NULL, CQL_ARGS());
	const coodie_request *sent;

	(void)state;
	send(q);
	assert_int_equal(mock_last(&mock)->request.consistency, CQL_CONSISTENCY_QUORUM);
	assert_int_equal(mock_last(&mock)->request.timeout_ms, 90);
	{
		cql_payload payload = { { key, 1 }, { (const uint8_t *)value, 1 } };
		cql_inet node = { { 127, 0, 0, 1 }, 4 };

		coodie_consistency(q, CQL_CONSISTENCY_ALL);
		coodie_query_request(q, COODIE_REQUEST(.profile = profile, .keyspace = keyspace,
						       .payload = &payload, .payload_count = 1,
						       .node = &node, .timeout_ms = 5,
						       .tracing = true));
		memset(&payload, 0x5a, sizeof(payload));
		memset(&node, 0x5a, sizeof(node));
	}
	profile[0] = keyspace[0] = key[0] = value[0] = 'x';
	send(q);
	sent = &mock_last(&mock)->request;
	assert_string_equal(sent->profile, "slow");
	assert_string_equal(sent->keyspace, "shop");
	assert_memory_equal(sent->payload[0].key.data, "k", 1);
	assert_memory_equal(sent->payload[0].value.data, "v", 1);
	assert_int_equal(sent->node->address[3], 1);
	assert_int_equal(sent->timeout_ms, 5);
	assert_true(sent->tracing && sent->idempotent);
	assert_int_equal(sent->consistency, CQL_CONSISTENCY_QUORUM); /* the model's again */
	coodie_profile(q, "fast");
	send(q);
	assert_string_equal(mock_last(&mock)->request.profile, "fast");
	coodie_query_request(q, NULL);
	send(q);
	assert_null(mock_last(&mock)->request.profile);
	coodie_query_free(q);
}

/* LG-02: values in the place of their markers, and a ? of a name left alone. */
static void shown(void **state)
{
	static const coodie_column columns[] = {
		COODIE_COLUMN(note, id, "int", .partition_key = 1),
		COODIE_COLUMN(note, text, "text", .db_name = "what?"),
	};
	static const coodie_model model = COODIE_MODEL(note, columns, "notes", .keyspace = "shop");
	static const char want[] = "SELECT \"id\", \"what?\" FROM shop.notes WHERE \"id\" = 7 AND "
				   "\"what?\" = 'it''s ?' LIMIT 5 ALLOW FILTERING";
	coodie_query *q = coodie_find(mock.session, &model, "id = ? AND text = ?",
				      CQL_ARGS(cql(7), cql("it's ?")));
	coodie_error err = { 0 };
	char out[200], cut[8];

	(void)state;
	assert_int_equal(coodie_query_format(q, out, sizeof(out), &err), 0);
	assert_int_equal(err.code, COODIE_ERR_QUERY);
	coodie_allow_filtering(q);
	coodie_limit(q, 5);
	assert_int_equal(coodie_query_format(q, out, sizeof(out), &err), sizeof(want) - 1);
	assert_string_equal(out, want);
	assert_int_equal(coodie_query_format(q, cut, sizeof(cut), &err), sizeof(want) - 1);
	assert_string_equal(cut, "SELECT ");
	assert_int_equal(coodie_query_format(NULL, NULL, 0, &err), 0);
	assert_int_equal(mock.call_count, 0);
	coodie_query_free(q);
}

static coodie_result *one_key(size_t rows)
{
	static const coodie_column_spec columns[] = { { "id", "int" } };
	const cql_value id = cql(1);

	return coodie_result_new_rows(columns, 1, &id, rows, NULL);
}

static void count_told(bool exists, const coodie_error *err, void *user)
{
	int *told = user;

	assert_int_equal(err->code, COODIE_OK);
	*told += exists ? 1 : 100;
}

/* QS-08: the key of one row, nothing else. */
static void existence(void **state)
{
	coodie_query *q = coodie_find(mock.session, &note_model, "id = ?", CQL_ARGS(cql(1)));
	coodie_error err = { 0 };
	bool exists = false;
	int told = 0;

	(void)state;
	coodie_only(q, "text");
	mock_answer(&mock, one_key(1));
	assert_true(coodie_exists(q, &exists, &err));
	assert_true(exists);
	mock_expect(&mock, "SELECT \"id\" FROM shop.notes WHERE \"id\" = ? LIMIT ?", "1|1");
	mock_answer(&mock, one_key(0));
	assert_true(coodie_exists(q, &exists, &err));
	assert_false(exists);
	mock_answer(&mock, one_key(1));
	assert_true(coodie_exists_async(q, count_told, &told, &err));
	assert_int_equal(told, 0);
	assert_true(coodie_session_run(mock.session, NULL, &err));
	assert_int_equal(told, 1);
	mock_answer_error(&mock, COODIE_ERR_TIMEOUT, "late");
	assert_false(coodie_exists(q, &exists, &err));
	assert_string_equal(err.message, "coodie_exists(note): late");
	assert_false(coodie_exists(NULL, &exists, &err));
	coodie_query_free(q);
}

typedef struct pet {
	coodie_row row;
	int32_t id;
	const char *kind, *name;
} pet;

static const coodie_column pet_columns[] = {
	COODIE_COLUMN(pet, id, "int", .partition_key = 1),
	COODIE_COLUMN(pet, kind, "text", .discriminator = true, .index = COODIE_INDEX()),
	COODIE_COLUMN(pet, name, "text"),
};
static const coodie_model cat_model = COODIE_MODEL(pet, pet_columns, "pets", .keyspace = "shop",
						   .discriminator_value = "cat");

static coodie_result *one_pet(const char *kind)
{
	static const coodie_column_spec columns[] = { { "id", "int" },
						      { "kind", "text" },
						      { "name", "text" } };
	const cql_value cells[] = { cql(1), cql(kind), cql("Tom") };

	return coodie_result_new_rows(columns, 3, cells, 1, NULL);
}

/* PO-05: a struct among others reads its own rows; a key alone may find another's. */
static void rows_of_its_own(void **state)
{
	coodie_query *q = coodie_find(mock.session, &cat_model, NULL, CQL_ARGS());
	coodie_error err = { 0 };
	pet *tom;

	(void)state;
	send(q);
	mock_expect(&mock, "SELECT \"id\", \"kind\", \"name\" FROM shop.pets WHERE \"kind\" = ?",
		    "'cat'");
	coodie_where(q, "id = ?", CQL_ARGS(cql(1)));
	coodie_limit(q, 2);
	send(q);
	mock_expect(
		&mock,
		"SELECT \"id\", \"kind\", \"name\" FROM shop.pets WHERE \"kind\" = ? AND \"id\" = ? "
		"LIMIT ?",
		"'cat'|1|2");
	coodie_where(q, "name = ?", CQL_ARGS(cql("Tom")));
	assert_null(coodie_all(q, &err));
	assert_non_null(strstr(err.message, "no index of name answers ="));
	coodie_query_free(q);
	mock_answer(&mock, one_pet("cat"));
	tom = coodie_get(mock.session, &cat_model, CQL_ARGS(cql(1)), NULL, &err);
	assert_string_equal(tom->name, "Tom");
	coodie_object_free(tom);
	mock_answer(&mock, one_pet("dog"));
	assert_null(coodie_get(mock.session, &cat_model, CQL_ARGS(cql(1)), NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(more_conditions), TEST(copies),    TEST(wrong_copies),
		TEST(equal),           TEST(elsewhere), TEST(requests),
		TEST(shown),           TEST(existence), TEST(rows_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
