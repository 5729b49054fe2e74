/* SPDX-License-Identifier: MIT */
/* proto/batch.h and the BATCH of coodie/execute.h: the bytes are those that cql_message_write()
 * gives. */
#include "tests/test.h"

#include <stdlib.h>

#include <coodie/execute.h>

#include "proto/batch.h"
#include "proto/framing.h"
#include "tests/failalloc.h"

enum { MARKERS = 5, ROWS = 40 };

static const char *const type_names[MARKERS] = { "text", "int", "text", "bigint", "list<int>" };

struct fixture {
	cql_type *types[MARKERS];
	cql_column_spec columns[MARKERS];
	cql_result prepared;
	cql_value values[MARKERS], items[2];
	cql_arena *arena;
};

static void setup(struct fixture *f)
{
	memset(f, 0, sizeof *f);
	f->arena = cql_arena_new(NULL, NULL);
	for (int i = 0; i < MARKERS; i++) {
		f->types[i] = cql_type_parse(type_names[i], NULL);
		f->columns[i] = (cql_column_spec){ .name = cql_text_of(type_names[i]),
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
	f->values[0] = cql("partition-0");
	f->values[2] = cql("forty bytes of a text or some more, caf\xc3\xa9");
	f->values[3] = cql_from_llong(INT64_MIN);
	f->values[4] = cql(cql_list_of(f->items, 2));
}

static void teardown(struct fixture *f)
{
	for (int i = 0; i < MARKERS; i++)
		cql_type_free(f->types[i]);
	cql_arena_free(f->arena);
}

/* Row i: every third one has a null where others have a list, which takes the long way. */
static cql_args values_of(struct fixture *f, int i)
{
	f->values[1] = cql(i);
	f->values[4] = i % 3 ? cql_null() : cql(cql_list_of(f->items, 2));
	return cql_args_of(f->values, MARKERS);
}

/* The batch by cql_message_write(): `count` rows, then a text. */
static bool write_message(cql_outbox *out, struct fixture *f, int count, unsigned version,
			  const cql_params *params)
{
	cql_bound *bound = calloc((size_t)count * MARKERS + 1, sizeof *bound);
	cql_batch_item *items = calloc((size_t)count + 1, sizeof *items);
	cql_message m = { .version = (uint8_t)version, .opcode = CQL_OP_BATCH, .stream = 77 };

	for (int i = 0; i < count; i++) {
		cql_bound *at = bound + i * MARKERS;
		cql_args args = values_of(f, i);
		for (int k = 0; k < MARKERS; k++)
			assert_true(cql_encode(f->types[k], args.values[k], f->arena, &at[k].value,
					       NULL));
		items[i] = (cql_batch_item){ .id = f->prepared.id,
					     .values = at,
					     .value_count = MARKERS };
	}
	items[count].cql = cql_text_of("DELETE FROM t WHERE k = 1");
	m.as.batch.type = CQL_BATCH_UNLOGGED;
	m.as.batch.items = items;
	m.as.batch.item_count = (uint16_t)(count + 1);
	m.as.batch.params = *params;
	coodie_error err;
	bool ok = cql_message_write(out, &m, NULL, &err);
	if (!ok)
		print_error("%s\n", err.message);
	free(bound);
	free(items);
	return ok;
}

/* The same from a template. */
static bool write_batch(cql_outbox *out, struct fixture *f, const cql_execute *e, int count,
			unsigned version, const cql_params *params)
{
	const cql_batch_item last = { .cql = cql_text_of("DELETE FROM t WHERE k = 1") };
	coodie_error err;
	cql_batch b;

	if (!cql_batch_begin(&b, out, CQL_BATCH_UNLOGGED, version, 77, &err))
		return false;
	bool ok = true;
	for (int i = 0; ok && i < count; i++)
		ok = cql_batch_add(&b, e, values_of(f, i), i % 2 ? &err : NULL);
	if (ok && cql_batch_add_item(&b, &last, &err))
		return cql_batch_end(&b, params, &err);
	cql_batch_abort(&b);
	return false;
}

/* The same from statements that were kept. */
static bool write_kept(cql_outbox *out, struct fixture *f, const cql_execute *e, int count,
		       const cql_params *params)
{
	struct cd_buffer kept;

	cd_buffer_init(&kept, NULL, 0);
	for (int i = 0; i < count; i++)
		assert_true(cd_batch_put(&kept, e, values_of(f, i).values, NULL, NULL));
	cd_batch_put_text(&kept, cql_text_of("DELETE FROM t WHERE k = 1"));
	assert_false(kept.failed);
	const struct cd_batch batch = {
		CQL_BATCH_UNLOGGED, (uint16_t)(count + 1), { kept.data, kept.len }, params
	};
	bool ok = cd_batch_write(&out->out, 0, 77, &batch, NULL);
	cd_buffer_deinit(&kept);
	return ok;
}

static cql_outbox *new_outbox(unsigned version, bool lz4)
{
	cql_outbox *out = cql_outbox_new(CQL_CLIENT, NULL, NULL, NULL);

	assert_non_null(out);
	assert_true(cql_outbox_switch(out, version,
				      lz4 ? CQL_COMPRESSION_LZ4 : CQL_COMPRESSION_NONE, NULL));
	return out;
}

static const struct {
	const char *name;
	unsigned version;
	bool lz4;
	int count;
	cql_params params;
} rows[] = {
	{ "plain v4", 4, false, ROWS, { .consistency = CQL_CONSISTENCY_ONE } },
	{ "plain v5", 5, false, ROWS, { .consistency = CQL_CONSISTENCY_ONE } },
	{ "v4 LZ4", 4, true, ROWS, { .consistency = CQL_CONSISTENCY_QUORUM } },
	{ "v5 LZ4", 5, true, ROWS, { .consistency = CQL_CONSISTENCY_QUORUM } },
	{ "only a text", 4, false, 0, { .consistency = CQL_CONSISTENCY_ONE } },
	{ "more than a segment", 5, false, 2000, { .consistency = CQL_CONSISTENCY_ONE } },
	{ "timed, serial",
	  4,
	  false,
	  ROWS,
	  { .consistency = CQL_CONSISTENCY_ALL,
	    .serial_consistency = CQL_CONSISTENCY_LOCAL_SERIAL,
	    .has_timestamp = true,
	    .timestamp_us = 1234567890123456 } },
	{ "all of v5",
	  5,
	  false,
	  ROWS,
	  { .consistency = CQL_CONSISTENCY_ALL,
	    .serial_consistency = CQL_CONSISTENCY_SERIAL,
	    .has_timestamp = true,
	    .timestamp_us = 1234567890123456,
	    .keyspace = { "shop", 4 },
	    .has_now = true,
	    .now_in_seconds = 5 } },
};

static void test_same_bytes(void **state)
{
	struct fixture f;
	(void)state;

	setup(&f);
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		unsigned version = rows[i].version;
		const cql_params *params = &rows[i].params;
		cql_outbox *out[3];
		for (int k = 0; k < 3; k++)
			out[k] = new_outbox(version, rows[i].lz4);
		cql_execute *e = cql_execute_new(&f.prepared, NULL, version, NULL, NULL, NULL);
		for (int times = 0; times < 2; times++) { /* the second time the buffers are warm */
			cql_blob want, got;
			CD_CHECK(write_message(out[0], &f, rows[i].count, version, params),
				 rows[i].name);
			CD_CHECK(write_batch(out[1], &f, e, rows[i].count, version, params),
				 rows[i].name);
			CD_CHECK(write_kept(out[2], &f, e, rows[i].count, params), rows[i].name);
			want = cql_outbox_pending(out[0], NULL);
			for (int k = 1; k < 3; k++) {
				got = cql_outbox_pending(out[k], NULL);
				CD_CHECK(got.len == want.len && want.len &&
						 !memcmp(got.data, want.data, want.len),
					 rows[i].name);
				cql_outbox_sent(out[k], got.len);
			}
			cql_outbox_sent(out[0], want.len);
		}
		for (int k = 0; k < 3; k++)
			cql_outbox_free(out[k]);
		cql_execute_free(e);
	}
	teardown(&f);
}

/* A statement that cannot be added leaves the batch as it was; one that cannot end leaves the outbox
 * so. */
static void test_wrong(void **state)
{
	const cql_params paged = { .consistency = CQL_CONSISTENCY_ONE, .has_page_rows = true };
	const cql_params v5_only = { .consistency = CQL_CONSISTENCY_ONE, .has_now = true };
	const cql_params none = { .consistency = CQL_CONSISTENCY_UNSET };
	const cql_params *const refused[] = { &paged, &v5_only, &none };
	struct fixture f;
	coodie_error err;
	cql_batch b;
	(void)state;

	setup(&f);
	cql_execute *e = cql_execute_new(&f.prepared, NULL, 4, NULL, NULL, NULL);
	cql_outbox *want = new_outbox(4, false), *out = new_outbox(4, false);
	cql_params params = { .consistency = CQL_CONSISTENCY_ONE };
	assert_true(write_batch(want, &f, e, 2, 4, &params));
	for (size_t i = 0; i < CD_COUNT(refused); i++) {
		assert_true(cql_batch_begin(&b, out, CQL_BATCH_UNLOGGED, 4, 77, &err));
		assert_true(cql_batch_add(&b, e, values_of(&f, 0), &err));
		assert_false(cql_batch_end(&b, refused[i], &err));
		assert_int_equal(err.code, COODIE_ERR_INVALID);
		assert_null(cql_outbox_pending(out, NULL).data);
	}
	assert_true(cql_batch_begin(&b, out, CQL_BATCH_UNLOGGED, 4, 77, &err));
	for (int i = 0; i < 2; i++) {
		assert_true(cql_batch_add(&b, e, values_of(&f, i), &err));
		assert_false(cql_batch_add(&b, e, cql_args_of(f.values, 3), &err));
		assert_string_equal(err.message,
				    "the statement has 5 markers, 3 values were given");
		f.values[1] = cql("five");
		assert_false(cql_batch_add(&b, e, cql_args_of(f.values, MARKERS), NULL));
		assert_false(cql_batch_add(&b, e, cql_args_of(f.values, MARKERS), &err));
		assert_int_equal(err.code, COODIE_ERR_TYPE);
		assert_non_null(strstr(err.message, "value 2 (int)"));
		cql_batch_item broken = { .id = { (const uint8_t *)"", 70000 } };
		assert_false(cql_batch_add_item(&b, &broken, &err));
		assert_int_equal(err.code, COODIE_ERR_INVALID);
	}
	cql_batch_item last = { .cql = cql_text_of("DELETE FROM t WHERE k = 1") };
	assert_true(cql_batch_add_item(&b, &last, &err) && cql_batch_end(&b, NULL, &err));
	cql_blob w = cql_outbox_pending(want, NULL), g = cql_outbox_pending(out, NULL);
	assert_int_equal(g.len, w.len);
	assert_memory_equal(g.data, w.data, w.len);
	cql_outbox_sent(out, g.len);

	assert_true(cql_batch_begin(&b, out, CQL_BATCH_LOGGED, 0, 1, &err));
	cql_batch_abort(&b);
	assert_null(cql_outbox_pending(out, NULL).data);
	assert_false(cql_batch_begin(&b, out, CQL_BATCH_LOGGED, 5, 1, &err));
	assert_false(cql_batch_begin(&b, out, (enum cql_batch_type)3, 4, 1, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	assert_null(cql_outbox_pending(out, NULL).data);
	cql_outbox_free(want);
	cql_outbox_free(out);
	cql_execute_free(e);
	teardown(&f);
}

/* The protocol counts statements in 16 bits. */
static void test_too_many(void **state)
{
	cql_batch_item item = { .cql = { "x", 1 } };
	cql_outbox *out = new_outbox(4, false);
	coodie_error err;
	cql_batch b;
	(void)state;

	assert_true(cql_batch_begin(&b, out, CQL_BATCH_LOGGED, 4, 1, &err));
	for (int i = 0; i < UINT16_MAX; i++)
		assert_true(cql_batch_add_item(&b, &item, NULL));
	assert_false(cql_batch_add_item(&b, &item, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	assert_true(cql_batch_end(&b, NULL, &err));
	assert_int_equal(cql_outbox_pending(out, NULL).len, 9 + 3 + 8 * UINT16_MAX + 3);
	cql_outbox_free(out);
}

static void test_change_id(void **state)
{
	struct cd_buffer items;
	cql_blob a = cql_blob_of("aaaa", 4), b = cql_blob_of("bbbb", 4), c = cql_blob_of("cc", 2);
	(void)state;

	cd_buffer_init(&items, NULL, 0);
	cd_buffer_bytes(&items, "in front", 8);
	cd_batch_put_head(&items, a, 0);
	cd_batch_put_text(&items, cql_text_of("aaaa"));
	cd_batch_put_head(&items, b, 2);
	cd_buffer_bytes(&items, "\0\0\0\4aaaa\xff\xff\xff\xff", 12);
	size_t third = items.len;
	cd_batch_put_head(&items, a, 0);
	assert_int_equal(cd_batch_id(&items, 8).len, 4);
	assert_memory_equal(cd_batch_id(&items, 8).data, "aaaa", 4);
	assert_ptr_equal(cd_batch_values(&items, 8).at, items.data + 8 + 9);
	assert_int_equal(cd_batch_values(&items, 8).len, items.len - 8 - 9);
	assert_false(cd_batch_change_id(&items, third, c));
	assert_true(cd_batch_change_id(&items, third, cql_blob_of("dddd", 4)));
	static const char want[] = "in front"
				   "\1\0\4aaaa\0\0"
				   "\0\0\0\0\4aaaa\0\0"
				   "\1\0\4bbbb\0\2\0\0\0\4aaaa\xff\xff\xff\xff"
				   "\1\0\4dddd\0\0";
	assert_int_equal(items.len, sizeof want - 1);
	assert_memory_equal(items.data, want, items.len);
	cd_buffer_deinit(&items);
}

/* A value that is none of its marker's leaves what was kept as it was. */
static void test_kept_wrong(void **state)
{
	struct fixture f;
	struct cd_buffer kept;
	coodie_error err;
	uint16_t where = 99;
	(void)state;

	setup(&f);
	cql_execute *e = cql_execute_new(&f.prepared, NULL, 4, NULL, NULL, NULL);
	cd_buffer_init(&kept, NULL, 0);
	for (int i = 0; i < 3; i++) {
		size_t len = kept.len;
		values_of(&f, i);
		f.values[1] = cql("five");
		assert_false(cd_batch_put(&kept, e, f.values, &where, &err));
		assert_int_equal(where, 1);
		assert_int_equal(err.code, COODIE_ERR_TYPE);
		assert_int_equal(kept.len, len);
		assert_true(cd_batch_put(&kept, e, values_of(&f, i).values, &where, &err));
	}
	cd_buffer_deinit(&kept);
	cql_execute_free(e);
	teardown(&f);
}

static bool write_some(const coodie_allocator *allocator, void *user)
{
	struct fixture *f = user;
	const cql_params params = { .consistency = CQL_CONSISTENCY_ONE };
	bool ok = false;

	cql_outbox *out = cql_outbox_new(CQL_CLIENT, NULL, allocator, NULL);
	cql_execute *e = cql_execute_new(&f->prepared, NULL, 5, NULL, allocator, NULL);
	if (out && e && cql_outbox_switch(out, 5, CQL_COMPRESSION_LZ4, NULL))
		ok = write_batch(out, f, e, 3, 5, &params) &&
		     write_batch(out, f, e, 30, 5, &params) && cql_outbox_pending(out, NULL).data;
	cql_execute_free(e);
	cql_outbox_free(out);
	return ok;
}

static void test_no_memory(void **state)
{
	struct fixture f;
	(void)state;

	setup(&f);
	assert_true(cd_failalloc_each("BATCH", write_some, &f));
	teardown(&f);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_bytes), cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_too_many),   cmocka_unit_test(test_change_id),
		cmocka_unit_test(test_kept_wrong), cmocka_unit_test(test_no_memory),
	};
	return cmocka_run_group_tests_name("batch", tests, NULL, NULL);
}
