/* SPDX-License-Identifier: MIT */
/* net/ring/extensions.c: what is offered, what is taken, what is asked for. */
#include "tests/test.h"

#include "net/ring/extensions.h"

static const struct {
	const char *name;
	const char *pairs[14];
	unsigned version;
	uint32_t lwt_mask;
	int32_t rate_limit;
	bool metadata_id, v1, v2;
	const char *asked; /* keys and values of STARTUP */
} rows[] = {
	{ "Cassandra", { "COMPRESSION", "lz4" }, 4, 0, 0, false, false, false, "" },
	{ "all",
	  { "SCYLLA_LWT_ADD_METADATA_MARK", "LWT_OPTIMIZATION_META_BIT_MASK=2147483648",
	    "SCYLLA_RATE_LIMIT_ERROR", "ERROR_CODE=61440", "SCYLLA_USE_METADATA_ID", "",
	    "TABLETS_ROUTING_V1", "", "TABLETS_ROUTING_V2_EXPERIMENTAL", "" },
	  4,
	  0x80000000u,
	  61440,
	  true,
	  false,
	  true,
	  "SCYLLA_LWT_ADD_METADATA_MARK LWT_OPTIMIZATION_META_BIT_MASK=2147483648;"
	  "SCYLLA_RATE_LIMIT_ERROR ;SCYLLA_USE_METADATA_ID ;TABLETS_ROUTING_V2_EXPERIMENTAL ;" },
	{ "tablets as they were first",
	  { "TABLETS_ROUTING_V1", "" },
	  4,
	  0,
	  0,
	  false,
	  true,
	  false,
	  "TABLETS_ROUTING_V1 ;" },
	{ "a format of tomorrow",
	  { "TABLETS_ROUTING_V2_EXPERIMENTAL_V2", "" },
	  4,
	  0,
	  0,
	  false,
	  false,
	  false,
	  "" },
	{ "nothing of it in v5",
	  { "SCYLLA_USE_METADATA_ID", "", "TABLETS_ROUTING_V1", "" },
	  5,
	  0,
	  0,
	  false,
	  false,
	  false,
	  "" },
	{ "numbers that are none",
	  { "SCYLLA_LWT_ADD_METADATA_MARK", "LWT_OPTIMIZATION_META_BIT_MASK=x",
	    "SCYLLA_RATE_LIMIT_ERROR", "ERROR_CODE=" },
	  4,
	  0,
	  0,
	  false,
	  false,
	  false,
	  "" },
	{ "numbers that are too large",
	  { "SCYLLA_LWT_ADD_METADATA_MARK", "LWT_OPTIMIZATION_META_BIT_MASK=4294967296",
	    "SCYLLA_RATE_LIMIT_ERROR", "ERROR_CODE=99999999999999999999" },
	  4,
	  0,
	  0,
	  false,
	  false,
	  false,
	  "" },
	{ "other words",
	  { "SCYLLA_LWT_ADD_METADATA_MARK", "7", "SCYLLA_RATE_LIMIT_ERROR", "7" },
	  4,
	  0,
	  0,
	  false,
	  false,
	  false,
	  "" },
	{ "a code below nothing",
	  { "SCYLLA_RATE_LIMIT_ERROR", "ERROR_CODE=-7" },
	  4,
	  0,
	  -7,
	  false,
	  false,
	  false,
	  "SCYLLA_RATE_LIMIT_ERROR ;" },
};

static void say(const struct cd_extensions *x, char *out, size_t size)
{
	const char *key, *value;
	size_t len = 0;

	*out = '\0';
	for (unsigned i = 0; i < CD_EXTENSIONS; i++)
		if ((key = cd_extensions_key(x, i, &value)))
			len += (size_t)snprintf(out + len, size - len, "%s %s;", key, value);
}

static void test_choices(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct cd_extensions x = { .lwt_mask = 0 };
		cql_option options[7];
		cql_text values[7];
		uint16_t count = 0;
		char asked[256];
		for (; count < 7 && rows[i].pairs[2 * count]; count++) {
			values[count] = cql_text_of(rows[i].pairs[2 * count + 1]);
			options[count] = (cql_option){ cql_text_of(rows[i].pairs[2 * count]),
						       &values[count], 1 };
		}
		cd_extensions_choose(&x, options, count, rows[i].version);
		CD_CHECK(x.lwt_mask == rows[i].lwt_mask, rows[i].name);
		CD_CHECK(x.terms.rate_limit_error == rows[i].rate_limit, rows[i].name);
		CD_CHECK(x.terms.metadata_id == rows[i].metadata_id, rows[i].name);
		CD_CHECK(x.tablets_v1 == rows[i].v1, rows[i].name);
		CD_CHECK(x.terms.tablets_v2 == rows[i].v2, rows[i].name);
		say(&x, asked, sizeof asked);
		assert_string_equal(asked, rows[i].asked);
	}
}

static void test_lwt_marks(void **state)
{
	struct cd_extensions x = { .lwt_mask = 0 };

	(void)state;
	assert_false(cd_extensions_is_lwt(&x, UINT32_MAX));
	x.lwt_mask = 0x80000001u;
	assert_false(cd_extensions_is_lwt(&x, 0x80000000u));
	assert_true(cd_extensions_is_lwt(&x, 0x80000003u));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_choices),
		cmocka_unit_test(test_lwt_marks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
