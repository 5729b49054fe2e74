/* SPDX-License-Identifier: MIT */
/* coodie/rows.h: pages of every shape, whole and cut anywhere, flush against no memory. */
#include "tests/test.h"

#include <coodie/rows.h>

#include "base/buffer.h"
#include "tests/failalloc.h"
#include "tests/guard.h"

static const enum cql_kind kinds[] = { CQL_KIND_UUID,    CQL_KIND_TEXT,   CQL_KIND_INT,
				       CQL_KIND_BIGINT,  CQL_KIND_DOUBLE, CQL_KIND_TIMESTAMP,
				       CQL_KIND_BOOLEAN, CQL_KIND_FLOAT,  CQL_KIND_BLOB };
enum { COLUMNS = CD_COUNT(kinds) };

static uint32_t seed;

static uint32_t dice(uint32_t sides)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % sides;
}

/* Bytes of a value of a kind; sometimes null, sometimes empty. */
static void put_cell(struct cd_buffer *b, enum cql_kind kind, uint32_t nulls)
{
	static const uint8_t sizes[0x30] = {
		[CQL_KIND_UUID] = 16,     [CQL_KIND_INT] = 4,   [CQL_KIND_BIGINT] = 8,
		[CQL_KIND_DOUBLE] = 8,    [CQL_KIND_FLOAT] = 4, [CQL_KIND_BOOLEAN] = 1,
		[CQL_KIND_TIMESTAMP] = 8,
	};
	uint32_t size = sizes[kind] ? sizes[kind] : dice(30);

	if (dice(100) < nulls) {
		cd_buffer_be32(b, UINT32_MAX - dice(2) * 7);
		return;
	}
	cd_buffer_be32(b, size);
	for (uint32_t i = 0; i < size; i++)
		cd_buffer_u8(b, (uint8_t)dice(256));
}

static void put_rows(struct cd_buffer *b, uint32_t rows, uint32_t nulls)
{
	for (uint32_t i = 0; i < rows; i++)
		for (size_t k = 0; k < COLUMNS; k++)
			put_cell(b, kinds[k], nulls);
}

/* Writes what was read back, as the server had written it. */
static void write_back(struct cd_buffer *b, bool there, const void *data, size_t len)
{
	if (!there) {
		cd_buffer_be32(b, UINT32_MAX);
		return;
	}
	cd_buffer_be32(b, (uint32_t)len);
	cd_buffer_bytes(b, data, len);
}

static void write_be(struct cd_buffer *b, bool there, const void *value, size_t len)
{
	const uint8_t *from = value;
	const uint16_t one = 1;
	const bool little = *(const uint8_t *)&one == 1;
	uint8_t bytes[8];

	for (size_t i = 0; i < len; i++)
		bytes[i] = from[little ? len - 1 - i : i];
	write_back(b, there, bytes, len);
}

static bool read_row(cql_row_reader *r, struct cd_buffer *out)
{
	cql_uuid id;
	cql_text text;
	int32_t number;
	int64_t large;
	double real;
	cql_timestamp when;
	bool flag;
	float single;
	cql_blob blob;

	bool there = cql_row_uuid(r, &id);
	write_back(out, there, id.bytes, 16);
	there = cql_row_text(r, &text);
	write_back(out, there, text.data, text.len);
	there = cql_row_int32(r, &number);
	write_be(out, there, &number, 4);
	there = cql_row_int64(r, &large);
	write_be(out, there, &large, 8);
	there = cql_row_double(r, &real);
	write_be(out, there, &real, 8);
	there = cql_row_timestamp(r, &when);
	write_be(out, there, &when.milliseconds, 8);
	there = cql_row_bool(r, &flag);
	write_be(out, there, &flag, 1);
	there = cql_row_float(r, &single);
	write_be(out, there, &single, 4);
	there = cql_row_blob(r, &blob);
	write_back(out, there, blob.data, blob.len);
	return !cql_row_failed(r);
}

/* Null lengths in their usual form, booleans 0 or 1. */
static void normalise(struct cd_buffer *b)
{
	size_t column = 0;

	for (size_t at = 0; at < b->len; column++) {
		int32_t len = (int32_t)((uint32_t)b->data[at] << 24 |
					(uint32_t)b->data[at + 1] << 16 |
					(uint32_t)b->data[at + 2] << 8 | b->data[at + 3]);
		if (len < 0)
			cd_put_be32(b->data + at, UINT32_MAX);
		if (len == 1 && kinds[column % COLUMNS] == CQL_KIND_BOOLEAN)
			b->data[at + 4] = b->data[at + 4] != 0;
		at += 4 + (len < 0 ? 0 : (size_t)len);
	}
}

/* Where rows lie: just these bytes, or with those behind them that cql_result.spare tells of, and not
 * one more. */
struct place {
	struct cd_guard guard;
	uint32_t spare;
};

static void place_init(struct place *p, bool is_spared)
{
	assert_true(cd_guard_init(&p->guard, 65536));
	p->spare = is_spared ? COLUMNS * CQL_ROWS_SPARE : 0;
}

static const uint8_t *put_there(struct place *p, const struct cd_buffer *page, size_t len)
{
	uint8_t bytes[65536];

	assert_true(len + p->spare <= sizeof bytes);
	if (len)
		memcpy(bytes, page->data, len);
	memset(bytes + len, CQL_ROWS_NO_LENGTH, p->spare);
	if (p->spare)
		bytes[len] = 0;
	return cd_guard_copy(&p->guard, bytes, len + p->spare);
}

/* @return how many rows came out, into `got` */
static uint32_t read_page(struct place *p, const struct cd_buffer *page, size_t len, uint32_t rows,
			  struct cd_buffer *got, bool *failed)
{
	cql_result result = { .kind = COODIE_RESULT_ROWS,
			      .metadata.column_count = COLUMNS,
			      .row_count = rows,
			      .rows = { put_there(p, page, len), len },
			      .spare = p->spare };
	cql_arena *arena = p->spare ? NULL : cql_arena_new(NULL, NULL);
	cql_row_reader r;
	uint32_t read = 0;

	assert_true(cql_row_reader_init(&r, &result, kinds, COLUMNS, arena, NULL));
	while (cql_row_next(&r)) {
		size_t before = got->len;
		if (!read_row(&r, got)) {
			cd_buffer_truncate(got, before);
			break;
		}
		read++;
	}
	*failed = cql_row_failed(&r);
	assert_false(cql_row_next(&r));
	cql_arena_free(arena);
	return read;
}

static void check_pages(struct place *p)
{
	struct cd_buffer page, got;
	bool failed;

	cd_buffer_init(&page, NULL, 0);
	cd_buffer_init(&got, NULL, 0);
	for (seed = 1; seed < 400; seed++) {
		uint32_t round = seed, rows = dice(20), nulls = round % 4 * 33;
		cd_buffer_clear(&page);
		cd_buffer_clear(&got);
		put_rows(&page, rows, nulls);
		size_t len = page.len;
		for (uint32_t i = dice(3) * 50; i; i--) /* bytes behind the rows are legal */
			cd_buffer_u8(&page, (uint8_t)dice(256));
		assert_int_equal(read_page(p, &page, page.len, rows, &got, &failed), rows);
		assert_false(failed);
		page.len = len;
		normalise(&page);
		assert_int_equal(got.len, len);
		assert_true(len == 0 || memcmp(got.data, page.data, len) == 0);
		seed = round;
	}
	cd_buffer_deinit(&page);
	cd_buffer_deinit(&got);
}

/* Cut anywhere: the rows before the cut come out, then it has failed. */
static void check_cut(struct place *p)
{
	struct cd_buffer page, got;
	bool failed;

	cd_buffer_init(&page, NULL, 0);
	cd_buffer_init(&got, NULL, 0);
	for (uint32_t nulls = 0; nulls <= 100; nulls += 25) {
		seed = 7 + nulls;
		cd_buffer_clear(&page);
		put_rows(&page, 5, nulls);
		normalise(&page);
		for (size_t len = 0; len <= page.len; len++) {
			cd_buffer_clear(&got);
			uint32_t read = read_page(p, &page, len, 5, &got, &failed);
			assert_true(failed == (len < page.len));
			assert_true((read < 5) == failed);
			assert_true(got.len <= len);
			assert_true(!got.len || !memcmp(got.data, page.data, got.len));
		}
	}
	cd_buffer_deinit(&page);
	cd_buffer_deinit(&got);
}

/* Lengths changed at random: never a byte too far, and an end. */
static void check_damage(struct place *p)
{
	struct cd_buffer page, got;
	bool failed;

	cd_buffer_init(&page, NULL, 0);
	cd_buffer_init(&got, NULL, 0);
	for (uint32_t round = 1; round < 3000; round++) {
		seed = round;
		cd_buffer_clear(&page);
		cd_buffer_clear(&got);
		put_rows(&page, 4, 20);
		for (uint32_t i = 1 + dice(4); i; i--)
			page.data[dice((uint32_t)page.len)] ^= (uint8_t)(1u << dice(8));
		uint32_t read = read_page(p, &page, page.len, 4, &got, &failed);
		assert_true(read == 4 || failed);
	}
	cd_buffer_deinit(&page);
	cd_buffer_deinit(&got);
}

static void in_both_places(void (*check)(struct place *p))
{
	struct place p;

	for (int is_spared = 0; is_spared < 2; is_spared++) {
		place_init(&p, is_spared);
		check(&p);
		cd_guard_deinit(&p.guard);
	}
}

static void test_pages(void **state)
{
	(void)state;
	in_both_places(check_pages);
}

static void test_cut(void **state)
{
	(void)state;
	in_both_places(check_cut);
}

static void test_damage(void **state)
{
	(void)state;
	in_both_places(check_damage);
}

static void test_kinds(void **state)
{
	static const enum cql_kind wrong[] = { CQL_KIND_INT };
	cql_result result = { .kind = COODIE_RESULT_VOID };
	cql_arena *arena = cql_arena_new(NULL, NULL);
	cql_type *text = cql_type_parse("text", NULL);
	cql_column_spec column = { .name = { "title", 5 }, .type = text };
	cql_row_reader r;
	coodie_error err;
	(void)state;

	assert_false(cql_row_reader_init(&r, &result, wrong, 1, arena, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	result.kind = COODIE_RESULT_ROWS;
	result.metadata = (cql_metadata){ .columns = &column, .column_count = 1 };
	assert_false(cql_row_reader_init(&r, &result, kinds, 2, arena, &err));
	assert_non_null(strstr(err.message, "1 columns, 2 kinds"));
	assert_false(cql_row_reader_init(&r, &result, wrong, 1, arena, &err));
	assert_string_equal(err.message, "column title is text, not int");
	assert_true(cql_row_reader_init(&r, &result, &kinds[1], 1, arena, &err));
	cql_type_free(text);
	cql_arena_free(arena);
}

/* A column of any kind, and one that is passed over. */
static void test_value_and_skip(void **state)
{
	static const uint8_t row[] = {
		0, 0, 0, 4, 0, 0, 0, 5, 0, 0, 0, 2, 'h', 'i', 0, 0, 0, 1, 9
	};
	static const enum cql_kind three[] = { CQL_KIND_INT, CQL_KIND_TEXT, CQL_KIND_TINYINT };
	cql_result result = { .kind = COODIE_RESULT_ROWS,
			      .metadata.column_count = 3,
			      .row_count = 1,
			      .rows = { row, sizeof row } };
	cql_arena *arena = cql_arena_new(NULL, NULL);
	cql_type *integer = cql_type_parse("int", NULL), *tiny = cql_type_parse("tinyint", NULL);
	cql_row_reader r;
	cql_value v;
	(void)state;

	assert_true(cql_row_reader_init(&r, &result, three, 3, arena, NULL));
	assert_true(cql_row_next(&r));
	assert_true(cql_row_value(&r, integer, &v));
	assert_int_equal(v.as.integer, 5);
	assert_true(cql_row_skip(&r));
	assert_true(cql_row_value(&r, tiny, &v));
	assert_int_equal(v.as.integer, 9);
	assert_false(cql_row_next(&r));
	assert_false(cql_row_failed(&r));
	cql_type_free(integer);
	cql_type_free(tiny);
	cql_arena_free(arena);
}

static bool read_all(const coodie_allocator *allocator, void *user)
{
	const struct cd_buffer *page = user;
	cql_result result = { .kind = COODIE_RESULT_ROWS,
			      .metadata.column_count = COLUMNS,
			      .row_count = 6,
			      .rows = { page->data, page->len } };
	struct cd_buffer got;
	cql_row_reader r;
	bool ok = false;

	cql_arena *arena = cql_arena_new(allocator, NULL);
	if (!arena)
		return false;
	cd_buffer_init(&got, NULL, 0);
	if (cql_row_reader_init(&r, &result, kinds, COLUMNS, arena, NULL)) {
		while (cql_row_next(&r) && read_row(&r, &got)) {
		}
		ok = !cql_row_failed(&r);
	}
	cd_buffer_deinit(&got);
	cql_arena_free(arena);
	return ok;
}

static void test_no_memory(void **state)
{
	struct cd_buffer page;
	(void)state;

	seed = 3;
	cd_buffer_init(&page, NULL, 0);
	put_rows(&page, 6, 10);
	assert_true(cd_failalloc_each("a page", read_all, &page));
	cd_buffer_deinit(&page);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pages),          cmocka_unit_test(test_cut),
		cmocka_unit_test(test_damage),         cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_value_and_skip), cmocka_unit_test(test_no_memory),
	};
	return cmocka_run_group_tests_name("row_reader", tests, NULL, NULL);
}
