/* SPDX-License-Identifier: MIT */
/* proto/snappy.h: blocks of every tag, and everything that is no block. */
#include "tests/test.h"

#include "proto/snappy.h"
#include "tests/failalloc.h"
#include "tests/guard.h"
#include "tests/hex.h"

static const struct {
	const char *name, *block, *plain; /* plain NULL: refused */
} rows[] = {
	{ "nothing", "00", "" },
	{ "a literal", "0308616263", "616263" },
	{ "a literal counted in a byte behind its tag", "03f002616263", "616263" },
	{ "in two bytes", "03f40200616263", "616263" },
	{ "in three bytes", "03f8020000616263", "616263" },
	{ "in four bytes", "03fc02000000616263", "616263" },
	{ "a copy with a short offset", "08086162630503", "6162636162636162" },
	{ "a copy that overlaps itself", "0500610101", "6161616161" },
	{ "an offset of two bytes", "0508616263060300", "6162636162" },
	{ "an offset of four bytes", "05086162630703000000", "6162636162" },
	{ "64 times one byte", "410061fe0100",
	  "61616161616161616161616161616161616161616161616161616161616161616161616161616161616161"
	  "61616161616161616161616161616161616161616161" },
	{ "no bytes at all", "", NULL },
	{ "a length without an end", "8080808080", NULL },
	{ "a length of six bytes", "808080808000", NULL },
	{ "a length beyond 32 bits", "ffffffff7f", NULL },
	{ "a claim beyond its bytes", "ff0108616263", NULL },
	{ "fewer bytes than claimed", "0408616263", NULL },
	{ "more bytes than claimed", "0208616263", NULL },
	{ "a literal without its bytes", "03086162", NULL },
	{ "a literal of 4 GiB", "03fcffffffff616263", NULL },
	{ "a literal whose length is cut", "03f80200", NULL },
	{ "a copy of nothing yet", "040101", NULL },
	{ "an offset of 0", "0500610100", NULL },
	{ "an offset before the start", "0500610102", NULL },
	{ "an offset of 4 GiB", "0500610fffffffff", NULL },
	{ "a copy beyond the end", "0400610101", NULL },
	{ "an offset that is cut", "0500610201", NULL },
};

static bool same(const struct cd_buffer *got, struct cd_span want)
{
	return got->len == want.len && (!want.len || memcmp(got->data, want.at, want.len) == 0);
}

static void test_rows(void **state)
{
	struct cd_guard g;
	(void)state;

	assert_true(cd_guard_init(&g, 4096));
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct cd_span block = cd_unhex(rows[i].block);
		struct cd_span plain = cd_unhex(rows[i].plain ? rows[i].plain : "");
		struct cd_buffer out;
		coodie_error err = { 0 };
		cd_buffer_init(&out, NULL, 0);
		cd_buffer_u8(&out, 7);
		bool ok = cd_snappy_unpack(
			&out, (struct cd_span){ cd_guard_copy(&g, block.at, block.len), block.len },
			1000, &err);
		CD_CHECK(ok == (rows[i].plain != NULL), rows[i].name);
		CD_CHECK(ok || err.code == COODIE_ERR_PROTOCOL, rows[i].name);
		cd_buffer_consume(&out, 1);
		CD_CHECK(same(&out, plain), rows[i].name);
		for (size_t len = 0; ok && len < block.len; len++)
			CD_CHECK(!cd_snappy_unpack(
					 &out,
					 (struct cd_span){ cd_guard_copy(&g, block.at, len), len },
					 1000, NULL),
				 rows[i].name);
		cd_buffer_deinit(&out);
		cd_unhex_free(block);
		cd_unhex_free(plain);
	}
	cd_guard_deinit(&g);
}

static void test_limit(void **state)
{
	struct cd_span block = cd_unhex("0308616263");
	struct cd_buffer out;
	coodie_error err;
	(void)state;

	cd_buffer_init(&out, NULL, 0);
	assert_false(cd_snappy_unpack(&out, block, 2, &err));
	assert_non_null(strstr(err.message, "claim to unpack to 3 (limit 2)"));
	cd_buffer_deinit(&out);
	cd_unhex_free(block);
}

static bool unpack(const coodie_allocator *a, void *user)
{
	struct cd_buffer out;
	coodie_error err = { 0 };

	cd_buffer_init(&out, a, 0);
	bool ok = cd_snappy_unpack(&out, *(struct cd_span *)user, 1000, &err);
	assert_true(ok || err.code == COODIE_ERR_NO_MEMORY);
	cd_buffer_deinit(&out);
	return ok;
}

static void test_memory(void **state)
{
	struct cd_span block = cd_unhex("0308616263");
	(void)state;

	assert_true(cd_failalloc_each("snappy", unpack, &block));
	cd_unhex_free(block);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_memory),
	};
	return cmocka_run_group_tests_name("snappy", tests, NULL, NULL);
}
