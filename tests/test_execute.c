/* SPDX-License-Identifier: MIT */
/* coodie/execute.h: from a template the bytes are those that cql_message_write() gives. */
#include "tests/test.h"

#include <stdlib.h>

#include <coodie/execute.h>

#include "proto/execute.h"
#include "proto/framing.h"
#include "tests/failalloc.h"

enum { MARKERS = 9 };

static const char *const type_names[MARKERS] = { "uuid",      "text",   "int",
						 "bigint",    "double", "boolean",
						 "timestamp", "blob",   "list<int>" };

/* What a test starts from: a prepared statement and its values. */
struct fixture {
	cql_type *types[MARKERS];
	cql_column_spec columns[MARKERS];
	cql_result prepared;
	cql_value values[MARKERS], items[2];
	cql_arena *arena;
};

static void setup(struct fixture *f)
{
	static const cql_uuid id = { { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 } };

	memset(f, 0, sizeof *f);
	f->arena = cql_arena_new(NULL, NULL);
	for (int i = 0; i < MARKERS; i++) {
		f->types[i] = cql_type_parse(type_names[i], NULL);
		f->columns[i] = (cql_column_spec){ .keyspace = cql_text_of("shop"),
						   .table = cql_text_of("users"),
						   .name = cql_text_of(type_names[i]),
						   .type = f->types[i] };
	}
	f->prepared = (cql_result){
		.kind = COODIE_RESULT_PREPARED,
		.id = cql_blob_of("0123456789abcdef", 16),
		.metadata_id = cql_blob_of("fedcba9876543210", 16),
		.markers = { .columns = f->columns, .column_count = MARKERS },
	};
	f->items[0] = cql(1);
	f->items[1] = cql(2);
	f->values[0] = cql(id);
	f->values[1] = cql("one hundred bytes or fewer, caf\xc3\xa9");
	f->values[2] = cql(-5);
	f->values[3] = cql_from_llong(INT64_MIN);
	f->values[4] = cql(2.5);
	f->values[5] = cql_from_bool(true);
	f->values[6] = cql(((cql_timestamp){ 1767225600000 }));
	f->values[7] = cql(cql_blob_of("\0\1\2", 3));
	f->values[8] = cql(cql_list_of(f->items, 2));
}

static void teardown(struct fixture *f)
{
	for (int i = 0; i < MARKERS; i++)
		cql_type_free(f->types[i]);
	cql_arena_free(f->arena);
}

/* The same by cql_message_write(). */
static bool write_message(cql_outbox *out, struct fixture *f, unsigned version,
			  const cql_params *params, const cql_terms *terms)
{
	cql_bound bound[MARKERS] = { { .is_unset = false } };
	cql_message m = { .version = (uint8_t)version, .opcode = CQL_OP_EXECUTE, .stream = 77 };

	for (int i = 0; i < MARKERS; i++)
		assert_true(cql_encode(f->types[i], f->values[i], f->arena, &bound[i].value, NULL));
	m.as.execute.id = f->prepared.id;
	if (version >= 5 || (terms && terms->metadata_id))
		m.as.execute.metadata_id = f->prepared.metadata_id;
	m.as.execute.params = *params;
	m.as.execute.params.values = bound;
	m.as.execute.params.value_count = MARKERS;
	coodie_error err;
	bool ok = cql_message_write(out, &m, terms, &err);
	if (!ok)
		print_error("%s\n", err.message);
	return ok;
}

/* The same from bytes that were kept, sent twice; another consistency is said when it is written. */
static bool write_kept(cql_outbox *out, struct fixture *f, unsigned version,
		       const cql_params *params, const cql_terms *terms)
{
	cql_params other = *params;
	struct cd_markers markers;
	struct cd_buffer kept;
	struct cd_arena a;
	bool ok = true;

	cd_arena_init(&a, NULL, 0);
	cd_buffer_init(&kept, NULL, 0);
	assert_true(cd_markers_init(&markers, (const cql_type *const *)f->types, MARKERS, &a));
	other.consistency = CQL_CONSISTENCY_ANY;
	const struct cd_execute_parts parts = { f->prepared.id, f->prepared.metadata_id,
						&markers,       &other,
						version,        terms };
	const struct cd_execution x = { params->consistency, params->timestamp_us, f->values };
	cql_execute *e = cd_execute_new(&parts, NULL);
	cd_buffer_bytes(&kept, "before", 6);
	for (int i = 0; ok && i < 2; i++) { /* the second one is behind, in a warm buffer */
		size_t start = kept.len;
		ok = cd_execute_put(&kept, e, &x, NULL, NULL) && !kept.failed;
		struct cd_span all = { kept.data + start, kept.len - start };
		ok = ok && cd_outbox_put(&out->out, all, 77, NULL);
	}
	cql_execute_free(e);
	cd_buffer_deinit(&kept);
	cd_arena_deinit(&a);
	return ok;
}

static const struct {
	const char *name;
	unsigned version;
	bool lz4;
	cql_params params;
	cql_terms terms;
} rows[] = {
	{ "plain v4", 4, false, { .consistency = CQL_CONSISTENCY_ONE }, { 0 } },
	{ "plain v5", 5, false, { .consistency = CQL_CONSISTENCY_ONE }, { 0 } },
	{ "v4 LZ4", 4, true, { .consistency = CQL_CONSISTENCY_QUORUM }, { 0 } },
	{ "v5 LZ4", 5, true, { .consistency = CQL_CONSISTENCY_QUORUM }, { 0 } },
	{ "paged, timed, serial",
	  4,
	  false,
	  { .consistency = CQL_CONSISTENCY_ALL,
	    .serial_consistency = CQL_CONSISTENCY_LOCAL_SERIAL,
	    .skip_metadata = true,
	    .has_page_rows = true,
	    .page_rows = 500,
	    .paging_state = { (const uint8_t *)"state", 5 },
	    .has_timestamp = true,
	    .timestamp_us = 1234567890123456 },
	  { 0 } },
	{ "all of v5",
	  5,
	  false,
	  { .consistency = CQL_CONSISTENCY_ALL,
	    .serial_consistency = CQL_CONSISTENCY_SERIAL,
	    .has_page_rows = true,
	    .page_rows = 1,
	    .paging_state = { (const uint8_t *)"st", 2 },
	    .has_timestamp = true,
	    .timestamp_us = 1234567890123456,
	    .keyspace = { "shop", 4 },
	    .has_now = true,
	    .now_in_seconds = 5 },
	  { 0 } },
	{ "metadata id in v4",
	  4,
	  false,
	  { .consistency = CQL_CONSISTENCY_ONE },
	  { .size = sizeof(cql_terms), .metadata_id = true } },
	{ "tablets v2",
	  4,
	  false,
	  { .consistency = CQL_CONSISTENCY_ONE },
	  { .size = sizeof(cql_terms), .tablets_v2 = true } },
};

static cql_outbox *new_outbox(unsigned version, bool lz4)
{
	cql_outbox *out = cql_outbox_new(CQL_CLIENT, NULL, NULL, NULL);

	assert_non_null(out);
	assert_true(cql_outbox_switch(out, version,
				      lz4 ? CQL_COMPRESSION_LZ4 : CQL_COMPRESSION_NONE, NULL));
	return out;
}

static void test_same_bytes(void **state)
{
	struct fixture f;
	(void)state;

	setup(&f);
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		const cql_terms *terms = rows[i].terms.size ? &rows[i].terms : NULL;
		cql_outbox *out[3];
		cql_blob got[3];
		for (int k = 0; k < 3; k++)
			out[k] = new_outbox(rows[i].version, rows[i].lz4);
		cql_execute *e = cql_execute_new(&f.prepared, &rows[i].params, rows[i].version,
						 terms, NULL, NULL);
		assert_non_null(e);
		for (int times = 0; times < 4; times++) {
			CD_CHECK(write_message(out[0], &f, rows[i].version, &rows[i].params, terms),
				 rows[i].name);
			CD_CHECK(cql_execute_write(out[1], e, 77, rows[i].params.timestamp_us,
						   cql_args_of(f.values, MARKERS), NULL),
				 rows[i].name);
		}
		for (int times = 0; times < 2; times++)
			CD_CHECK(write_kept(out[2], &f, rows[i].version, &rows[i].params, terms),
				 rows[i].name);
		for (int k = 0; k < 3; k++) {
			got[k] = cql_outbox_pending(out[k], NULL);
			CD_CHECK(got[k].len && got[k].len == got[0].len &&
					 !memcmp(got[k].data, got[0].data, got[0].len),
				 rows[i].name);
		}
		for (int k = 0; k < 3; k++)
			cql_outbox_free(out[k]);
		cql_execute_free(e);
	}
	teardown(&f);
}

/* A value that needs more room than there is, after others. */
static void test_large_values(void **state)
{
	struct fixture f;
	char *large = malloc(300000);
	(void)state;

	setup(&f);
	memset(large, 'y', 300000);
	for (size_t len = 1; len < 300000; len = len * 3 + 1) {
		cql_outbox *out[2] = { new_outbox(4, false), new_outbox(4, false) };
		cql_execute *e = cql_execute_new(&f.prepared, NULL, 4, NULL, NULL, NULL);
		cql_params params = { .consistency = CQL_CONSISTENCY_ONE };
		f.values[1] = cql_from_text((cql_text){ large, len });
		f.values[7] = cql_from_blob((cql_blob){ (const uint8_t *)large, len / 2 });
		assert_true(write_message(out[0], &f, 4, &params, NULL));
		assert_true(
			cql_execute_write(out[1], e, 77, 0, cql_args_of(f.values, MARKERS), NULL));
		cql_blob want = cql_outbox_pending(out[0], NULL);
		cql_blob got = cql_outbox_pending(out[1], NULL);
		assert_int_equal(got.len, want.len);
		assert_memory_equal(got.data, want.data, want.len);
		cql_outbox_free(out[0]);
		cql_outbox_free(out[1]);
		cql_execute_free(e);
	}
	free(large);
	teardown(&f);
}

/* What cannot be kept leaves the buffer as it was. */
static void test_kept_wrong(void **state)
{
	struct fixture f;
	struct cd_markers markers;
	struct cd_buffer kept;
	struct cd_arena a;
	coodie_error err;
	uint16_t where = 99;
	(void)state;

	setup(&f);
	cd_arena_init(&a, NULL, 0);
	cd_buffer_init(&kept, NULL, 0);
	assert_true(cd_markers_init(&markers, (const cql_type *const *)f.types, MARKERS, &a));
	const cql_params params = { .consistency = CQL_CONSISTENCY_ONE };
	const struct cd_execute_parts parts = {
		.id = f.prepared.id, .markers = &markers, .params = &params, .version = 4
	};
	const struct cd_execution x = { .values = f.values };
	cql_execute *e = cd_execute_new(&parts, NULL);
	for (int i = 0; i < 2; i++) { /* the second time the buffer is warm */
		f.values[2] = cql("five");
		assert_false(cd_execute_put(&kept, e, &x, &where, &err));
		assert_int_equal(where, 2);
		assert_int_equal(err.code, COODIE_ERR_TYPE);
		assert_int_equal(kept.len, 0);
		f.values[2] = cql(5);
		assert_true(cd_execute_put(&kept, e, &x, &where, &err));
		cd_buffer_clear(&kept);
	}
	cql_execute_free(e);
	cd_buffer_deinit(&kept);
	cd_arena_deinit(&a);
	teardown(&f);
}

static bool keep_some(const coodie_allocator *allocator, void *user)
{
	struct fixture *f = user;
	struct cd_markers markers;
	struct cd_buffer kept;
	struct cd_arena a;
	bool ok = false;

	cd_arena_init(&a, allocator, 0);
	cd_buffer_init(&kept, allocator, 0);
	if (cd_markers_init(&markers, (const cql_type *const *)f->types, MARKERS, &a)) {
		const cql_params params = { .consistency = CQL_CONSISTENCY_ONE };
		const struct cd_execute_parts parts = {
			.id = f->prepared.id, .markers = &markers, .params = &params, .version = 4
		};
		const struct cd_execution x = { .values = f->values };
		cql_execute *e = cd_execute_new(&parts, allocator);
		ok = e && cd_execute_put(&kept, e, &x, NULL, NULL) && !kept.failed;
		cql_execute_free(e);
	}
	cd_buffer_deinit(&kept);
	cd_arena_deinit(&a);
	return ok;
}

/* Whatever is wrong, nothing is written, and the next one is as if nothing had been. */
static void test_wrong(void **state)
{
	struct fixture f;
	coodie_error err;
	(void)state;

	setup(&f);
	cql_execute *e = cql_execute_new(&f.prepared, NULL, 4, NULL, NULL, &err);
	cql_outbox *out = new_outbox(4, false), *five = new_outbox(5, false);

	assert_false(cql_execute_write(out, e, 1, 0, cql_args_of(f.values, 3), &err));
	assert_string_equal(err.message, "the statement has 9 markers, 3 values were given");
	f.values[2] = cql("five");
	assert_false(cql_execute_write(out, e, 1, 0, cql_args_of(f.values, MARKERS), &err));
	assert_int_equal(err.code, COODIE_ERR_TYPE);
	assert_non_null(strstr(err.message, "value 3 (int)"));
	assert_false(cql_execute_write(five, e, 1, 0, cql_args_of(f.values, MARKERS), &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);

	/* and in a warm outbox, which is another way through */
	f.values[2] = cql(5);
	assert_true(cql_execute_write(out, e, 1, 0, cql_args_of(f.values, MARKERS), &err));
	size_t len = cql_outbox_pending(out, NULL).len;
	f.values[1] = cql("caf\xc3(");
	assert_false(cql_execute_write(out, e, 1, 0, cql_args_of(f.values, MARKERS), &err));
	assert_int_equal(err.code, COODIE_ERR_RANGE);
	assert_false(cql_execute_write(out, e, 1, 0, cql_args_of(f.values, 3), &err));
	assert_int_equal(cql_outbox_pending(out, NULL).len, len);
	cql_outbox_sent(out, len);

	assert_null(cql_outbox_pending(out, NULL).data);
	assert_null(cql_outbox_pending(five, NULL).data);
	cql_outbox_free(out);
	cql_outbox_free(five);
	cql_execute_free(e);
	teardown(&f);
}

static void test_not_made(void **state)
{
	struct fixture f;
	coodie_error err;
	cql_params params = { .consistency = CQL_CONSISTENCY_ONE, .keyspace = { "k", 1 } };
	(void)state;

	setup(&f);
	assert_null(cql_execute_new(&f.prepared, &params, 4, NULL, NULL, &err));
	assert_non_null(strstr(err.message, "needs protocol v5"));
	assert_null(cql_execute_new(&f.prepared, NULL, 3, NULL, NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	params = (cql_params){ 0 };
	assert_null(cql_execute_new(&f.prepared, &params, 4, NULL, NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	f.prepared.kind = COODIE_RESULT_VOID;
	assert_null(cql_execute_new(&f.prepared, NULL, 4, NULL, NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	cql_execute_free(NULL);
	teardown(&f);
}

/* Values of other C types than usual, null and unset, where the usual ones have gone before. */
static void test_other_types(void **state)
{
	struct fixture f;
	(void)state;

	setup(&f);
	cql_execute *e = cql_execute_new(&f.prepared, NULL, 4, NULL, NULL, NULL);
	cql_outbox *out = new_outbox(4, false);
	for (int times = 0; times < 3; times++)
		assert_true(cql_execute_write(out, e, 1, 0, cql_args_of(f.values, MARKERS), NULL));
	cql_outbox_sent(out, cql_outbox_pending(out, NULL).len);
	f.values[1] = cql((const char *)NULL);
	f.values[5] = cql(1);
	f.values[7] = cql_null();
	f.values[8] = cql_unset();
	assert_true(cql_execute_write(out, e, 1, 0, cql_args_of(f.values, MARKERS), NULL));
	assert_int_equal(cql_outbox_pending(out, NULL).len,
			 9 + 18 + 3 + 2 + 20 + 4 + 8 + 12 + 12 + 5 + 12 + 4 + 4);
	cql_outbox_free(out);
	cql_execute_free(e);
	teardown(&f);
}

/* Many at once: v5 segments fill up and are closed, by either way. */
static void test_many(void **state)
{
	struct fixture f;
	const cql_params params = { .consistency = CQL_CONSISTENCY_ONE };
	(void)state;

	setup(&f);
	for (unsigned version = 4; version <= 5; version++) {
		cql_outbox *out[2] = { new_outbox(version, false), new_outbox(version, false) };
		cql_execute *e = cql_execute_new(&f.prepared, &params, version, NULL, NULL, NULL);
		for (int i = 0; i < 3000; i++) {
			assert_true(write_message(out[0], &f, version, &params, NULL));
			assert_true(cql_execute_write(out[1], e, 77, 0,
						      cql_args_of(f.values, MARKERS), NULL));
			cql_arena_reset(f.arena);
		}
		cql_blob want = cql_outbox_pending(out[0], NULL);
		cql_blob got = cql_outbox_pending(out[1], NULL);
		assert_int_equal(got.len, want.len);
		assert_memory_equal(got.data, want.data, want.len);
		cql_outbox_free(out[0]);
		cql_outbox_free(out[1]);
		cql_execute_free(e);
	}
	teardown(&f);
}

static bool write_some(const coodie_allocator *allocator, void *user)
{
	struct fixture *f = user;
	bool ok = false;

	cql_outbox *out = cql_outbox_new(CQL_CLIENT, NULL, allocator, NULL);
	cql_execute *e = cql_execute_new(&f->prepared, NULL, 5, NULL, allocator, NULL);
	if (out && e && cql_outbox_switch(out, 5, CQL_COMPRESSION_LZ4, NULL)) {
		ok = cql_execute_write(out, e, 1, 0, cql_args_of(f->values, MARKERS), NULL) &&
		     cql_execute_write(out, e, 2, 0, cql_args_of(f->values, MARKERS), NULL) &&
		     cql_outbox_pending(out, NULL).data;
	}
	cql_execute_free(e);
	cql_outbox_free(out);
	return ok;
}

static void test_no_memory(void **state)
{
	struct fixture f;
	(void)state;

	setup(&f);
	assert_true(cd_failalloc_each("EXECUTE", write_some, &f));
	assert_true(cd_failalloc_each("kept EXECUTE", keep_some, &f));
	teardown(&f);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_bytes), cmocka_unit_test(test_large_values),
		cmocka_unit_test(test_wrong),      cmocka_unit_test(test_kept_wrong),
		cmocka_unit_test(test_not_made),   cmocka_unit_test(test_other_types),
		cmocka_unit_test(test_many),       cmocka_unit_test(test_no_memory),
	};
	return cmocka_run_group_tests_name("execute", tests, NULL, NULL);
}
