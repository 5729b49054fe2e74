/* SPDX-License-Identifier: MIT */
/* proto/request.h: what clients send. */
#include "tests/test.h"

#include "base/error.h"
#include "proto/request.h"
#include "tests/message.h"

static const struct cd_message_row rows[] = {
#define X(name, hex, text) { name, hex, text, NULL },
#include "tests/data/frames_batches.inc"
#include "tests/data/frames_requests.inc"
#undef X
};

static void test_rows(void **state)
{
	(void)state;
	cd_message_check(rows, CD_COUNT(rows));
}

static void test_odd(void **state)
{
	static const struct cd_message_row odd[] = {
		{ "values said, none there",
		  "04000000070000000f"
		  "0000000453454c31"
		  "0001"
		  "01"
		  "0000",
		  "SEL1 | cl=ONE", NULL },
		{ "names without values",
		  "04000000070000000d"
		  "0000000453454c31"
		  "0001"
		  "40",
		  "SEL1 | cl=ONE", NULL },
		{ "a null keyspace flag in v4 is not read",
		  "04000000070000000d"
		  "0000000453454c31"
		  "0001"
		  "80",
		  "SEL1 | cl=ONE", NULL },
		{ "an unset value",
		  "040000000a00000000"
		  "000101"
		  "0001"
		  "01"
		  "0001fffffffe",
		  "0x01 | cl=ONE values=[unset]", NULL },
		{ "bytes behind the options",
		  "040000000100000000"
		  "0000"
		  "ffff",
		  "", NULL },
		{ "tracing adds no bytes to a request",
		  "0402000005000000"
		  "00",
		  "", NULL },
	};
	(void)state;

	cd_message_check_tolerated(odd, CD_COUNT(odd));
}

/* The pieces of EXECUTE make the same bytes as the message whole. */
static void test_execute_pieces(void **state)
{
	static const cql_params params[] = {
		{ .consistency = CQL_CONSISTENCY_ONE },
		{ .consistency = CQL_CONSISTENCY_ANY,
		  .skip_metadata = true,
		  .has_page_rows = true,
		  .page_rows = 7,
		  .paging_state = { (const uint8_t *)"p", 1 },
		  .serial_consistency = CQL_CONSISTENCY_SERIAL,
		  .has_timestamp = true,
		  .timestamp_us = -2 },
	};
	const cql_terms *terms[] = { CQL_TERMS(.max_depth = 3), CQL_TERMS(.metadata_id = true),
				     CQL_TERMS(.tablets_v2 = true) };
	const cql_result prepared = { .id = { (const uint8_t *)"id", 2 },
				      .metadata_id = { (const uint8_t *)"meta", 4 } };
	(void)state;

	for (unsigned i = 0; i < 2 * 2 * 3; i++) {
		unsigned version = 4 + i % 2;
		const cql_terms *t = terms[i / 4];
		cql_message m = { .version = (uint8_t)version, .opcode = CQL_OP_EXECUTE };
		cql_outbox *out = cql_outbox_new(CQL_CLIENT, NULL, NULL, NULL);
		struct cd_buffer b;
		coodie_error err;
		m.as.execute.id = prepared.id;
		if (version == 5 || t->metadata_id)
			m.as.execute.metadata_id = prepared.metadata_id;
		m.as.execute.params = params[i / 2 % 2];
		assert_true(cql_message_write(out, &m, t, &err));
		cql_blob whole = cql_outbox_pending(out, &err);
		cd_buffer_init(&b, NULL, 0);
		cd_write_execute_head(&b, version, t, &prepared, &params[i / 2 % 2], 0);
		size_t tail = b.len;
		ptrdiff_t at = cd_write_execute_tail(&b, version, t, &params[i / 2 % 2]);
		assert_int_equal(b.len, whole.len - CQL_HEADER_SIZE);
		assert_memory_equal(b.data, whole.data + CQL_HEADER_SIZE, b.len);
		assert_int_equal(at >= 0, params[i / 2 % 2].has_timestamp);
		if (at >= 0)
			assert_int_equal(cd_get_be64(b.data + tail + at), (uint64_t)-2);
		cd_buffer_deinit(&b);
		cql_outbox_free(out);
	}
}

/* A buffer with a maximum fails and says so; nothing is written past it. */
static void test_too_long(void **state)
{
	static const cql_params p = { .consistency = CQL_CONSISTENCY_ONE };
	cql_result prepared = { .id = { NULL, 0 } };
	struct cd_buffer b;
	char text[65536];
	(void)state;

	memset(text, 'k', sizeof text);
	prepared.id = cql_blob_of(text, 20);
	cd_buffer_init(&b, NULL, 16);
	cd_write_execute_head(&b, 5, NULL, &prepared, &p, 1);
	assert_true(b.failed && b.too_long && b.len <= 16);
	cd_buffer_deinit(&b);
	prepared.id = cql_blob_of(text, sizeof text);
	cd_buffer_init(&b, NULL, 0);
	cd_write_execute_head(&b, 5, NULL, &prepared, &p, 1);
	assert_true(b.failed && b.too_long);
	cd_buffer_deinit(&b);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_odd),
		cmocka_unit_test(test_execute_pieces),
		cmocka_unit_test(test_too_long),
	};
	return cmocka_run_group_tests_name("request", tests, NULL, NULL);
}
