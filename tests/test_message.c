/* SPDX-License-Identifier: MIT */
/* coodie/message.h: ScyllaDB's extensions, what cannot be sent, limits, and rows cut short. */
#include "tests/test.h"

#include <coodie/message.h>

#include "proto/type.h"
#include "tests/message.h"

/* ---- ScyllaDB ------------------------------------------------------------------------------- */

static void test_scylla(void **state)
{
	static const struct {
		const char *name, *hex, *text;
		bool metadata_id, tablets_v2;
		int32_t rate_limit;
	} rows[] = {
#define X(name, id, tablets, rate_limit, hex, text) { name, hex, text, id, tablets, rate_limit },
#include "tests/data/frames_scylla.inc"
#undef X
	};
	(void)state;

	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		const struct cd_message_row row = {
			rows[i].name, rows[i].hex, rows[i].text,
			CQL_TERMS(.metadata_id = rows[i].metadata_id,
				  .tablets_v2 = rows[i].tablets_v2,
				  .rate_limit_error = rows[i].rate_limit)
		};
		cd_message_check(&row, 1);
	}
}

/* ---- what cannot be sent -------------------------------------------------------------------- */

static const char long_text[65537];

#define TEXT(text) \
	{ \
		(text), sizeof(text) - 1 \
	}
#define TOO_LONG \
	{ \
		long_text, 65536 \
	}

static const cql_option two_values = { TEXT("k"), (const cql_text[]){ TEXT("a"), TEXT("b") }, 2 };
static const cql_option long_key = { TOO_LONG, (const cql_text[]){ TEXT("a") }, 1 };
static const cql_bound mixed[] = { { .name = TEXT("a") }, { .is_unset = true } };
static const cql_bound named[] = { { .name = TEXT("a") } };
static const cql_bound nowhere[] = { { .value = { NULL, 4 } } };
static const cql_batch_item named_item = { .cql = TEXT("x"), .values = named, .value_count = 1 };
static const cql_batch_item long_id = { .id = { (const uint8_t *)long_text, 65536 } };
static const cql_payload long_payload = { TOO_LONG, { NULL, 0 } };
static const cql_text long_texts[] = { TOO_LONG };
static const cql_column_spec no_type = { TEXT("k"), TEXT("t"), TEXT("c"), NULL };

#define ONE .params.consistency = CQL_CONSISTENCY_ONE

static const struct {
	const char *name;
	cql_message m;
	const char *says;
} refused[] = {
	{ "an opcode that is none", { .version = 4, .opcode = 4 }, "opcode" },
	{ "a version that is none", { .version = 3, .opcode = CQL_OP_READY }, "version 3" },
	{ "STARTUP: two values",
	  { .version = 4, .opcode = CQL_OP_STARTUP, .as.options = { &two_values, 1 } },
	  "STARTUP: option k has 2 values" },
	{ "STARTUP: a key",
	  { .version = 4, .opcode = CQL_OP_STARTUP, .as.options = { &long_key, 1 } },
	  "65536 bytes; at most 65535" },
	{ "SUPPORTED: a key",
	  { .version = 4, .opcode = CQL_OP_SUPPORTED, .as.options = { &long_key, 1 } },
	  "65536 bytes" },
	{ "QUERY: no consistency",
	  { .version = 4, .opcode = CQL_OP_QUERY, .as.query.cql = TEXT("x") },
	  "QUERY: consistency: not set" },
	{ "QUERY: keyspace in v4",
	  { .version = 4,
	    .opcode = CQL_OP_QUERY,
	    .as.query = { ONE, .params.keyspace = TEXT("k") } },
	  "keyspace: needs protocol version 5" },
	{ "QUERY: now_in_seconds in v4",
	  { .version = 4, .opcode = CQL_OP_QUERY, .as.query = { ONE, .params.has_now = true } },
	  "now_in_seconds: needs" },
	{ "QUERY: a long keyspace",
	  { .version = 5,
	    .opcode = CQL_OP_QUERY,
	    .as.query = { ONE, .params.keyspace = TOO_LONG } },
	  "keyspace" },
	{ "QUERY: some names",
	  { .version = 4,
	    .opcode = CQL_OP_QUERY,
	    .as.query = { ONE, .params.values = mixed, .params.value_count = 2 } },
	  "value 2 has no name, others have" },
	{ "QUERY: a value nowhere",
	  { .version = 4,
	    .opcode = CQL_OP_QUERY,
	    .as.query = { ONE, .params.values = nowhere, .params.value_count = 1 } },
	  "a value: 4 bytes at NULL" },
	{ "QUERY: warnings",
	  { .version = 4, .opcode = CQL_OP_QUERY, .has_warnings = true, .as.query = { ONE } },
	  "warnings: of responses only" },
	{ "QUERY: a tracing id",
	  { .version = 4, .opcode = CQL_OP_QUERY, .has_tracing_id = true, .as.query = { ONE } },
	  "tracing_id: of responses only" },
	{ "PREPARE: keyspace in v4",
	  { .version = 4, .opcode = CQL_OP_PREPARE, .as.prepare.keyspace = TEXT("k") },
	  "keyspace: needs protocol version 5" },
	{ "EXECUTE: metadata id in v4",
	  { .version = 4,
	    .opcode = CQL_OP_EXECUTE,
	    .as.execute = { ONE, .metadata_id = { (const uint8_t *)"m", 1 } } },
	  "metadata id: needs" },
	{ "EXECUTE: a long id",
	  { .version = 4,
	    .opcode = CQL_OP_EXECUTE,
	    .as.execute = { ONE, .id = { (const uint8_t *)long_text, 65536 } } },
	  "id: 65536 bytes" },
	{ "BATCH: type",
	  { .version = 4,
	    .opcode = CQL_OP_BATCH,
	    .as.batch = { ONE, .type = (enum cql_batch_type)3 } },
	  "BATCH: type: 3" },
	{ "BATCH: paging",
	  { .version = 4,
	    .opcode = CQL_OP_BATCH,
	    .as.batch = { ONE, .params.has_page_rows = true } },
	  "not a batch's" },
	{ "BATCH: values of no statement",
	  { .version = 4,
	    .opcode = CQL_OP_BATCH,
	    .as.batch = { ONE, .params.values = mixed, .params.value_count = 1 } },
	  "not a batch's" },
	{ "BATCH: a named value",
	  { .version = 4,
	    .opcode = CQL_OP_BATCH,
	    .as.batch = { ONE, .items = &named_item, .item_count = 1 } },
	  "value 1 has a name" },
	{ "BATCH: a long id",
	  { .version = 4,
	    .opcode = CQL_OP_BATCH,
	    .as.batch = { ONE, .items = &long_id, .item_count = 1 } },
	  "a statement's id: 65536" },
	{ "READY: a key of the payload",
	  { .version = 4,
	    .opcode = CQL_OP_READY,
	    .has_payload = true,
	    .payload = &long_payload,
	    .payload_count = 1 },
	  "a key of the payload" },
	{ "AUTHENTICATE",
	  { .version = 4, .opcode = CQL_OP_AUTHENTICATE, .as.authenticator = TOO_LONG },
	  "the class name" },
	{ "ERROR: no consistency",
	  { .version = 4, .opcode = CQL_OP_ERROR, .as.error.code = 0x1000 },
	  "ERROR: consistency: not set" },
	{ "ERROR: failures without nodes",
	  { .version = 5,
	    .opcode = CQL_OP_ERROR,
	    .as.error = { .code = 0x1300, .consistency = CQL_CONSISTENCY_ONE, .num_failures = 1 } },
	  "failures" },
	{ "ERROR: an address",
	  { .version = 5,
	    .opcode = CQL_OP_ERROR,
	    .as.error = { .code = 0x1300,
			  .consistency = CQL_CONSISTENCY_ONE,
			  .num_failures = 1,
			  .failures = &(const cql_failure){ .code = 1 } } },
	  "an address of 0 bytes" },
	{ "ERROR: contentions in v4",
	  { .version = 4,
	    .opcode = CQL_OP_ERROR,
	    .as.error = { .code = 0x1100,
			  .consistency = CQL_CONSISTENCY_ONE,
			  .write_type = TEXT("CAS"),
			  .contentions = 1 } },
	  "contentions" },
	{ "ERROR: arguments",
	  { .version = 4,
	    .opcode = CQL_OP_ERROR,
	    .as.error = { .code = 0x1400, .arguments = { long_texts, 1 } } },
	  "arguments" },
	{ "ERROR: an id",
	  { .version = 4,
	    .opcode = CQL_OP_ERROR,
	    .as.error = { .code = 0x2500,
			  .unprepared_id = { (const uint8_t *)long_text, 65536 } } },
	  "unprepared_id" },
	{ "EVENT: kind",
	  { .version = 4, .opcode = CQL_OP_EVENT, .as.event.kind = (enum cql_event_kind)9 },
	  "EVENT: kind: 9" },
	{ "EVENT: no address",
	  { .version = 4, .opcode = CQL_OP_EVENT, .as.event.kind = CQL_EVENT_STATUS_CHANGE },
	  "an address of 0 bytes" },
	{ "EVENT: the name of a keyspace",
	  { .version = 4,
	    .opcode = CQL_OP_EVENT,
	    .as.event = { .kind = CQL_EVENT_SCHEMA_CHANGE,
			  .schema = { .target = TEXT("KEYSPACE"), .name = TEXT("t") } } },
	  "a keyspace has no other" },
	{ "EVENT: arguments of a table",
	  { .version = 4,
	    .opcode = CQL_OP_EVENT,
	    .as.event = { .kind = CQL_EVENT_SCHEMA_CHANGE,
			  .schema = { .target = TEXT("TABLE"),
				      .name = TEXT("t"),
				      .arguments = { long_texts, 1 } } } },
	  "only functions" },
	{ "RESULT: kind", { .version = 4, .opcode = CQL_OP_RESULT }, "RESULT: kind: 0" },
	{ "RESULT: a new metadata id in v4",
	  { .version = 4,
	    .opcode = CQL_OP_RESULT,
	    .as.result = { .kind = COODIE_RESULT_ROWS,
			   .metadata.new_metadata_id = { (const uint8_t *)"m", 1 } } },
	  "new_metadata_id: needs" },
	{ "RESULT: a metadata id in v4",
	  { .version = 4,
	    .opcode = CQL_OP_RESULT,
	    .as.result = { .kind = COODIE_RESULT_PREPARED,
			   .metadata_id = { (const uint8_t *)"m", 1 } } },
	  "metadata_id: needs" },
	{ "RESULT: rows",
	  { .version = 4,
	    .opcode = CQL_OP_RESULT,
	    .as.result = { .kind = COODIE_RESULT_ROWS, .row_count = 0x80000000 } },
	  "row_count" },
	{ "RESULT: columns",
	  { .version = 4,
	    .opcode = CQL_OP_RESULT,
	    .as.result = { .kind = COODIE_RESULT_ROWS, .metadata.column_count = 0x80000000 } },
	  "column_count" },
	{ "RESULT: markers",
	  { .version = 4,
	    .opcode = CQL_OP_RESULT,
	    .as.result = { .kind = COODIE_RESULT_PREPARED,
			   .markers = { .columns = &no_type, .column_count = 1 } } },
	  "a column's type: missing" },
};

static void test_refused(void **state)
{
	(void)state;

	for (size_t i = 0; i < CD_COUNT(refused); i++) {
		bool request = cql_opcode_is_request(refused[i].m.opcode);
		cql_outbox *out = cql_outbox_new(request ? CQL_CLIENT : CQL_SERVER, NULL, NULL,
						 NULL);
		const cql_message ok = { .version = 4,
					 .opcode = request ? CQL_OP_OPTIONS : CQL_OP_READY };
		coodie_error err;
		CD_CHECK(!cql_message_write(out, &refused[i].m, NULL, &err), refused[i].name);
		CD_CHECK(err.code == COODIE_ERR_INVALID, refused[i].name);
		CD_CHECK(strstr(err.message, refused[i].says), err.message);
		CD_CHECK(!cql_outbox_pending(out, &err).data, refused[i].name);
		CD_CHECK(cql_message_write(out, &ok, NULL, &err), refused[i].name);
		CD_CHECK(cql_outbox_pending(out, &err).len == 9, refused[i].name);
		cql_outbox_free(out);
	}
}

static void test_direction(void **state)
{
	cql_outbox *out = cql_outbox_new(CQL_CLIENT, NULL, NULL, NULL);
	const cql_message ready = { .version = 4, .opcode = CQL_OP_READY };
	coodie_error err;
	(void)state;

	assert_false(cql_message_write(out, &ready, NULL, &err));
	assert_non_null(strstr(err.message, "a client does not send READY"));
	cql_outbox_free(out);
}

/* In segments as well: a refused message leaves nothing behind, and version 0 is the outbox's. */
static void test_segments(void **state)
{
	cql_outbox *out = cql_outbox_new(CQL_CLIENT, NULL, NULL, NULL);
	cql_inbox *in = cql_inbox_new(CQL_SERVER, NULL, NULL, NULL);
	cql_message m = { .opcode = CQL_OP_QUERY, .as.query.cql = TEXT("x") };
	cql_envelope e;
	coodie_error err;
	(void)state;

	assert_true(cql_outbox_switch(out, 5, CQL_COMPRESSION_LZ4, &err));
	assert_false(cql_message_write(out, &m, NULL, &err));
	m.as.query.params.consistency = CQL_CONSISTENCY_ONE;
	assert_true(cql_message_write(out, &m, NULL, &err));
	m.as.query.params.consistency = CQL_CONSISTENCY_UNSET;
	assert_false(cql_message_write(out, &m, NULL, &err));
	cql_blob bytes = cql_outbox_pending(out, &err);
	cql_inbox_switch(in, 5, CQL_COMPRESSION_LZ4);
	assert_true(cql_inbox_feed(in, bytes.data, bytes.len, &err));
	assert_int_equal(cql_inbox_next(in, &e, &err), CQL_INBOX_ENVELOPE);
	assert_int_equal(e.version, 5);
	assert_int_equal(cql_inbox_next(in, &e, &err), CQL_INBOX_MORE);
	assert_true(cql_inbox_is_empty(in));
	cql_inbox_free(in);
	cql_outbox_free(out);
}

/* A message of many segments, between two small ones. */
static void test_large(void **state)
{
	enum { LEN = 300000 };
	static uint8_t data[LEN];
	const cql_bound value = { .value = { data, LEN } };
	cql_message m = { .opcode = CQL_OP_QUERY, .as.query = { ONE } }, back;
	const cql_message small = { .opcode = CQL_OP_OPTIONS };
	cql_arena *arena = cql_arena_new(NULL, NULL);
	coodie_error err;
	cql_envelope e;
	(void)state;

	for (size_t i = 0; i < LEN; i++)
		data[i] = (uint8_t)(i * i / 7);
	m.as.query.params.values = &value;
	m.as.query.params.value_count = 1;
	for (unsigned i = 0; i < 4; i++) {
		enum cql_compression c = i & 1 ? CQL_COMPRESSION_LZ4 : CQL_COMPRESSION_NONE;
		cql_outbox *out = cql_outbox_new(CQL_CLIENT, NULL, NULL, NULL);
		cql_inbox *in = cql_inbox_new(CQL_SERVER, NULL, NULL, NULL);
		assert_true(cql_outbox_switch(out, 4 + i / 2, c, &err));
		cql_inbox_switch(in, 4 + i / 2, c);
		assert_true(cql_message_write(out, &small, NULL, &err));
		assert_true(cql_message_write(out, &m, NULL, &err));
		assert_true(cql_message_write(out, &small, NULL, &err));
		cql_blob bytes = cql_outbox_pending(out, &err);
		assert_true(cql_inbox_feed(in, bytes.data, bytes.len, &err));
		assert_int_equal(cql_inbox_next(in, &e, &err), CQL_INBOX_ENVELOPE);
		assert_int_equal(e.opcode, CQL_OP_OPTIONS);
		assert_int_equal(cql_inbox_next(in, &e, &err), CQL_INBOX_ENVELOPE);
		assert_true(cql_message_read(&e, NULL, arena, &back, &err));
		assert_int_equal(back.as.query.params.values->value.len, LEN);
		assert_memory_equal(back.as.query.params.values->value.data, data, LEN);
		assert_int_equal(cql_inbox_next(in, &e, &err), CQL_INBOX_ENVELOPE);
		assert_int_equal(cql_inbox_next(in, &e, &err), CQL_INBOX_MORE);
		assert_true(cql_inbox_is_empty(in));
		cql_inbox_free(in);
		cql_outbox_free(out);
	}
	cql_arena_free(arena);
}

/* ---- limits --------------------------------------------------------------------------------- */

static bool read_hex(const char *hex, const cql_terms *terms, cql_message *out, coodie_error *err)
{
	struct cd_span bytes = cd_unhex(hex);
	cql_envelope e = cd_message_envelope(bytes);
	cql_arena *arena = cql_arena_new(NULL, NULL);
	bool ok = cql_message_read(&e, terms, arena, out, err);

	cql_arena_free(arena);
	cd_unhex_free(bytes);
	return ok;
}

static void test_limits(void **state)
{
	static const char two_events[] = "040000000b00000000"
					 "0002"
					 "0000"
					 "0000";
	static const char list_of_list[] = "840000000800000000"
					   "00000002"
					   "00000001"
					   "00000001"
					   "00000000"
					   "0000"
					   "002000200009"
					   "00000000";
	cql_terms older = { .size = offsetof(cql_terms, max_items), .max_items = 1 };
	coodie_error err;
	cql_message m;
	(void)state;

	assert_true(read_hex(two_events, NULL, &m, &err));
	assert_true(read_hex(two_events, CQL_TERMS(.max_items = 2), &m, &err));
	assert_true(read_hex(two_events, &older, &m, &err));
	assert_false(read_hex(two_events, CQL_TERMS(.max_items = 1), &m, &err));
	assert_int_equal(err.code, COODIE_ERR_LIMIT);
	assert_non_null(strstr(err.message, "REGISTER: 2 events; the limit is 1"));
	assert_false(read_hex(two_events, CQL_TERMS(.max_body = 5), &m, &err));
	assert_int_equal(err.code, COODIE_ERR_LIMIT);
	assert_true(read_hex(list_of_list, CQL_TERMS(.max_depth = 3), &m, &err));
	assert_false(read_hex(list_of_list, CQL_TERMS(.max_depth = 1), &m, &err));
	assert_non_null(strstr(err.message, "RESULT: column 1 ()"));
}

static void test_unknown_opcode(void **state)
{
	coodie_error err;
	cql_message m;
	(void)state;

	assert_false(read_hex("040000000400000000", NULL, &m, &err));
	assert_non_null(strstr(err.message, "opcode 0x04 is unknown"));
	assert_false(read_hex("04000000ff00000000", NULL, &m, &err));
	assert_int_equal(err.code, COODIE_ERR_PROTOCOL);
}

/* ---- rows ----------------------------------------------------------------------------------- */

static void test_rows_next(void **state)
{
	struct cd_span bytes = cd_unhex("00000001aaffffffff"
					"00000000fffffffe"
					"00000002aa");
	cql_blob rows = { bytes.at, bytes.len };
	coodie_cell cells[2];
	coodie_error err;
	(void)state;

	assert_false(cql_rows_next(&rows, cells, 0, &err));
	assert_true(cql_rows_next(&rows, cells, 2, &err));
	assert_int_equal(cells[0].len, 1);
	assert_null(cells[1].data);
	assert_true(cql_rows_next(&rows, cells, 2, &err));
	assert_non_null(cells[0].data);
	assert_int_equal(cells[0].len, 0);
	assert_null(cells[1].data);
	assert_false(cql_rows_next(&rows, cells, 1, &err));
	assert_int_equal(err.code, COODIE_ERR_PROTOCOL);
	rows.len = 0;
	assert_false(cql_rows_next(&rows, cells, 1, &err));
	assert_int_equal(err.code, COODIE_OK);
	cd_unhex_free(bytes);
}

/* What is behind the rows is no row, and is not written again. */
static void test_rows_are_walked(void **state)
{
	static const char one_row[] = "840000000800000000"
				      "00000002"
				      "00000004"
				      "00000001"
				      "00000001"
				      "00000001aa";
	coodie_error err;
	cql_message m;
	char hex[100];
	(void)state;

	assert_true(read_hex(one_row, NULL, &m, &err));
	assert_int_equal(m.as.result.rows.len, 5);
	snprintf(hex, sizeof hex, "%sbbcc", one_row);
	assert_true(read_hex(hex, NULL, &m, &err));
	assert_int_equal(m.as.result.rows.len, 5);
	snprintf(hex, sizeof hex, "%.*s", (int)sizeof one_row - 3, one_row);
	assert_false(read_hex(hex, NULL, &m, &err));
	assert_non_null(strstr(err.message, "RESULT: the body ends inside its rows"));

	/* or not walked, as those wish who read them once */
	const cql_terms lazy = { .size = sizeof lazy, .lazy_rows = true };
	assert_true(read_hex(hex, &lazy, &m, &err));
	assert_int_equal(m.as.result.rows.len, 4);
}

/* Columns of several tables, no columns, and a bit of the markers' flags that is not ours. */
static void test_prepared_again(void **state)
{
	const cql_column_spec specs[] = {
		{ TEXT("ks"), TEXT("a"), TEXT("x"), cd_type_native(CQL_KIND_INT) },
		{ TEXT("ks"), TEXT("b"), TEXT("y"), cd_type_native(CQL_KIND_TEXT) },
	};
	const uint16_t keys[] = { 1 };
	cql_message m = { .version = 5, .opcode = CQL_OP_RESULT }, back;
	cql_outbox *out = cql_outbox_new(CQL_SERVER, NULL, NULL, NULL);
	cql_arena *arena = cql_arena_new(NULL, NULL);
	coodie_error err;
	(void)state;

	m.as.result = (cql_result){
		.kind = COODIE_RESULT_PREPARED,
		.id = { (const uint8_t *)"id", 2 },
		.markers = { 0x80000001, specs, 2, keys, 1 },
		.metadata = { .columns = specs },
	};
	assert_true(cql_message_write(out, &m, NULL, &err));
	cql_blob bytes = cql_outbox_pending(out, &err);
	cql_envelope e = cd_message_envelope((struct cd_span){ bytes.data, bytes.len });
	assert_true(cql_message_read(&e, NULL, arena, &back, &err));
	const cql_result *r = &back.as.result;
	assert_int_equal(r->markers.extra_flags, 0x80000000);
	assert_memory_equal(r->markers.columns[1].table.data, "b", 1);
	assert_int_equal(r->markers.key_indexes[0], 1);
	assert_int_equal(r->metadata_id.len, 0);
	assert_non_null(r->metadata.columns);
	assert_int_equal(r->metadata.column_count, 0);
	cql_arena_free(arena);
	cql_outbox_free(out);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scylla),         cmocka_unit_test(test_refused),
		cmocka_unit_test(test_direction),      cmocka_unit_test(test_segments),
		cmocka_unit_test(test_limits),         cmocka_unit_test(test_unknown_opcode),
		cmocka_unit_test(test_rows_next),      cmocka_unit_test(test_rows_are_walked),
		cmocka_unit_test(test_prepared_again), cmocka_unit_test(test_large),
	};
	return cmocka_run_group_tests_name("message", tests, NULL, NULL);
}
