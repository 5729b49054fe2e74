/* SPDX-License-Identifier: MIT */
/* Every row of option.def: what it begins with, a legal value, one too low, one too high, one that
 * makes no sense, and back to text. */
#include "tests/test.h"

#include <inttypes.h>
#include <stdlib.h>
#include <strings.h>

#include "net/options/option.h"

static coodie_options *make(void)
{
	coodie_options *o = coodie_options_new(NULL);

	assert_non_null(o);
	return o;
}

static const char *get(const coodie_options *o, const char *name, char out[256])
{
	coodie_error err;

	size_t len = coodie_options_get(o, name, out, 256, &err);
	assert_int_equal(err.code, COODIE_OK);
	assert_int_equal(len, strlen(out));
	return out;
}

static void expect_refused(coodie_options *o, const struct cd_option *row, const char *value,
			   const char *what)
{
	char before[256], after[256];
	coodie_error err;

	get(o, row->name, before);
	if (coodie_options_set(o, row->name, value, &err))
		fail_msg("%s = %.40s (%s) is not refused", row->name, value, what);
	if (!err.code || !strstr(err.message, row->kind == CD_OPTION_TEXT ? "" : row->name))
		fail_msg("%s = %.40s: %s", row->name, value, err.message);
	assert_string_equal(get(o, row->name, after), before);
}

static void expect_taken(coodie_options *o, const struct cd_option *row, const char *value)
{
	char out[256];
	coodie_error err;

	if (!coodie_options_set(o, row->name, value, &err))
		fail_msg("%s = %s: %s", row->name, value, err.message);
	if (strcasecmp(get(o, row->name, out), value) != 0)
		fail_msg("%s = %s is read as %s", row->name, value, out);
	assert_true(coodie_options_set(o, row->name, NULL, NULL));
	assert_true(cd_option_is_default(o, row));
}

static bool is_quantity(const struct cd_option *row)
{
	return row->kind == CD_OPTION_NUMBER || row->kind == CD_OPTION_BYTES ||
	       row->kind == CD_OPTION_DECIMAL;
}

/* Every row: NULL, its bounds, beyond them, and nonsense. */
static void test_bounds(void **state)
{
	coodie_options *o = make();
	const struct cd_option *row;
	char text[32];
	size_t quantities = 0;

	(void)state;
	for (size_t i = 0; (row = cd_option_at(i)); i++) {
		assert_true(cd_option_is_default(o, row));
		assert_int_equal(cd_option_id_of(row), i);
		assert_ptr_equal(cd_option_find(row->name, NULL), row);
		if (!is_quantity(row))
			continue;
		quantities++;
		snprintf(text, sizeof text, "%" PRIu64, row->least);
		expect_taken(o, row, text);
		snprintf(text, sizeof text, "%" PRIu64, row->most);
		expect_taken(o, row, text);
		if (row->least > 1 || !row->words) {
			snprintf(text, sizeof text, "%" PRIu64, row->least - 1);
			expect_refused(o, row, text, "too low");
		}
		if (row->words)
			expect_taken(o, row, row->words);
		snprintf(text, sizeof text, "%" PRIu64, row->most + 1);
		expect_refused(o, row, text, "too high");
		expect_refused(o, row, "99999999999999999999999", "far too high");
		expect_refused(o, row, "many", "nonsense");
		expect_refused(o, row, "", "empty");
		expect_refused(o, row, "-1", "negative");
		expect_refused(o, row, "1 ", "a blank");
	}
	assert_true(quantities > 40);
	coodie_options_free(o);
}

/* Every CHOICE, SWITCH and CONSISTENCY: each of its words, and others. */
static void test_words(void **state)
{
	coodie_options *o = make();
	const struct cd_option *row;
	char out[256];

	(void)state;
	for (size_t i = 0; (row = cd_option_at(i)); i++) {
		bool is_level = row->kind == CD_OPTION_CONSISTENCY;
		if (row->kind == CD_OPTION_SWITCH) {
			expect_taken(o, row, "on");
			expect_taken(o, row, "OFF");
		} else if (row->kind != CD_OPTION_CHOICE && !is_level) {
			continue;
		}
		for (uint64_t value = row->least; value <= row->most; value++) {
			assert_true(cd_option_set_number(o, row, value, NULL));
			assert_int_equal(cd_option_number(o, row), value);
			char word[256];
			expect_taken(o, row, get(o, row->name, word));
		}
		expect_refused(o, row, "perhaps", "nonsense");
		expect_refused(o, row, "", "empty");
		expect_refused(o, row, "on off", "two words");
		assert_false(cd_option_set_number(o, row, row->most + 1, NULL));
		cd_option_force_number(o, row, row->most + 1);
		assert_int_equal(cd_option_number(o, row), row->most);
		assert_true(coodie_options_set(o, row->name, NULL, NULL));
		assert_true(strlen(get(o, row->name, out)) || is_level);
	}
	coodie_options_free(o);
}

/* Every TEXT, SECRET and LIST: too short, too long. */
static void test_lengths(void **state)
{
	coodie_options *o = make();
	const struct cd_option *row;
	char *longest = calloc(1, 65537);

	(void)state;
	assert_non_null(longest);
	memset(longest, 'x', 65536);
	for (size_t i = 0; (row = cd_option_at(i)); i++) {
		if (row->kind != CD_OPTION_TEXT && row->kind != CD_OPTION_SECRET &&
		    row->kind != CD_OPTION_LIST)
			continue;
		coodie_error err;
		assert_false(coodie_options_set(o, row->name, longest, &err));
		assert_true(err.code == COODIE_ERR_LIMIT || err.code == COODIE_ERR_INVALID);
		if (row->kind == CD_OPTION_SECRET)
			assert_null(strstr(err.message, "xx"));
		if (row->least || row->kind == CD_OPTION_LIST)
			assert_false(coodie_options_set(o, row->name, "", NULL));
		assert_true(cd_option_is_default(o, row));
	}
	free(longest);
	coodie_options_free(o);
}

/* Values as people write them, and as they come back. */
static const struct {
	const char *name, *value, *want;
} read_as[] = {
	{ "request_timeout_ms", "2s", "2000" },
	{ "request_timeout_ms", "250ms", "250" },
	{ "request_timeout_ms", "1m", "60000" },
	{ "request_timeout_ms", "1h", "3600000" },
	{ "request_timeout_ms", "None", "none" },
	{ "request_timeout_ms", "0", "none" },
	{ "tcp_keepalive_s", "2m", "120" },
	{ "max_response", "64k", "65536" },
	{ "max_response", "1MiB", "1048576" },
	{ "memory_budget", "16G", "17179869184" },
	{ "retry_budget_percent", "20%", "20" },
	{ "speculative_percentile", "99.9", "99.9" },
	{ "speculative_percentile", "99.95", "99.95" },
	{ "speculative_percentile", "50%", "50" },
	{ "speculative_percentile", "off", "off" },
	{ "latency_exclusion", "2.125", "2.125" },
	{ "protocol_version", "5", "5" },
	{ "protocol_version", "negotiate", "negotiate" },
	{ "compression", "LZ4", "lz4" },
	{ "consistency", "local_quorum", "LOCAL_QUORUM" },
	{ "shard_aware", "no", "off" },
	{ "shard_aware", "TRUE", "on" },
	{ "keyspace", "Shop", "shop" },
	{ "keyspace", "\"Shop\"", "\"Shop\"" },
	{ "keyspace", "\"shop\"", "shop" },
	{ "keyspace", "Order", "\"order\"" },
	{ "contact_points", "a, [::1]:9043 ,10.0.0.1", "a,[::1]:9043,10.0.0.1" },
	{ "contact_points", "b:1", "b:1" },
	{ "contact_points", "srv:db.example,unix:/run/cql.sock",
	  "srv:db.example,unix:/run/cql.sock" },
	{ "allow", "10.0.0.1, 10.1.0.0/16", "10.0.0.1, 10.1.0.0/16" },
	{ "password", "secret", "***" },
	{ "client_id", "6ab09bec-e68e-48d9-a5f8-97e6fb4c9b47",
	  "6ab09bec-e68e-48d9-a5f8-97e6fb4c9b47" },
	{ "local_address", "::1", "::1" },
	{ "tls", "full", "full" },
	{ "tls_lowest", "1.3", "1.3" },
	{ "user", "", "" },
};

static void test_read_as(void **state)
{
	coodie_options *o = make();
	coodie_error err;
	char out[256];

	(void)state;
	for (size_t i = 0; i < sizeof read_as / sizeof *read_as; i++) {
		if (!coodie_options_set(o, read_as[i].name, read_as[i].value, &err))
			fail_msg("%s = %s: %s", read_as[i].name, read_as[i].value, err.message);
		if (strcmp(get(o, read_as[i].name, out), read_as[i].want) != 0)
			fail_msg("%s = %s is %s", read_as[i].name, read_as[i].value, out);
	}
	coodie_options_free(o);
}

static const struct {
	const char *name, *value;
	enum coodie_errc code;
	const char *message;
} refused[] = {
	{ "max_in_fligth", "1", COODIE_ERR_INVALID,
	  "max_in_fligth: there is no such option; did you mean max_in_flight?" },
	{ "Keyspace", "x", COODIE_ERR_INVALID, "did you mean keyspace?" },
	{ "nothing_like_it_at_all", "x", COODIE_ERR_INVALID, "there is no such option" },
	{ "", "x", COODIE_ERR_INVALID, "without a name" },
	{ NULL, "x", COODIE_ERR_INVALID, "without a name" },
	{ "max_in_flight", "40000", COODIE_ERR_INVALID,
	  "max_in_flight: 40000 is too high; it can be 1 to 32768" },
	{ "max_in_flight", "0", COODIE_ERR_INVALID,
	  "max_in_flight: 0 is too low; it can be 1 to 32768" },
	{ "heartbeat_ms", "1 day", COODIE_ERR_INVALID,
	  "heartbeat_ms: \"1 day\" is wrong; it can be 1 to 86400000 ms, or off" },
	{ "heartbeat_ms", "2k", COODIE_ERR_INVALID, "1 to 86400000 ms" },
	{ "compression", "lz5", COODIE_ERR_INVALID,
	  "compression: \"lz5\" is wrong; it can be none or lz4" },
	{ "compression", "snappy", COODIE_ERR_UNSUPPORTED, "snappy is not supported" },
	{ "protocol_version", "3", COODIE_ERR_UNSUPPORTED, "version 3 is for servers before" },
	{ "protocol_version", "6", COODIE_ERR_UNSUPPORTED, "version 6 is a beta" },
	{ "protocol_version", "7", COODIE_ERR_INVALID, "4 to 5, or negotiate" },
	{ "cloud_bundle", "/tmp/bundle.zip", COODIE_ERR_UNSUPPORTED, "unpack it" },
	{ "consistency", "MOST", COODIE_ERR_INVALID, "ANY, ONE, TWO" },
	{ "serial_consistency", "QUORUM", COODIE_ERR_INVALID, "it can be SERIAL or LOCAL_SERIAL" },
	{ "shard_aware", "2", COODIE_ERR_INVALID, "it can be on or off" },
	{ "speculative_percentile", "100.1", COODIE_ERR_INVALID, "1 to 100 %, or off" },
	{ "speculative_percentile", "0.5", COODIE_ERR_INVALID, "1 to 100 %, or off" },
	{ "speculative_percentile", "9.", COODIE_ERR_INVALID, "1 to 100 %, or off" },
	{ "allow", "a,,b", COODIE_ERR_INVALID, "allow: entry 2 of \"a,,b\" is empty" },
	{ "keyspace", "", COODIE_ERR_INVALID, "an empty name" },
	{ "keyspace", "a b", COODIE_ERR_INVALID, "letters, digits and underscores" },
	{ "keyspace", "x; DROP KEYSPACE y", COODIE_ERR_INVALID, "letters, digits" },
	{ "keyspace", "\"x", COODIE_ERR_INVALID, "letters, digits" },
	{ "contact_points", "a,b:0", COODIE_ERR_INVALID, "\"b:0\"" },
	{ "contact_points", "a,,b", COODIE_ERR_INVALID, "no host was given" },
	{ "client_id", "0f8fad5b", COODIE_ERR_INVALID, "is no uuid" },
	{ "local_address", "localhost", COODIE_ERR_INVALID, "localhost" },
	{ "tls", "true", COODIE_ERR_INVALID, "it can be off, full, chain or unverified" },
};

static void test_refused(void **state)
{
	coodie_options *o = make();
	coodie_error err;

	(void)state;
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		if (coodie_options_set(o, refused[i].name, refused[i].value, &err))
			fail_msg("%s = %s is not refused", refused[i].name, refused[i].value);
		if (err.code != refused[i].code || !strstr(err.message, refused[i].message))
			fail_msg("%s = %s: code %d, %s", refused[i].name, refused[i].value,
				 err.code, err.message);
	}
	assert_false(coodie_options_set(NULL, "keyspace", "x", &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	assert_int_equal(coodie_options_get(o, "keyspac", NULL, 0, &err), 0);
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	assert_int_equal(coodie_options_get(NULL, "keyspace", NULL, 0, &err), 0);
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	coodie_options_free(o);
}

/* As snprintf(): what fits, terminated, and the length of all. */
static void test_get_cut(void **state)
{
	coodie_options *o = make();
	char out[4] = "zzz";

	(void)state;
	assert_true(coodie_options_set(o, "contact_points", "first,second", NULL));
	assert_int_equal(coodie_options_get(o, "contact_points", NULL, 0, NULL), 12);
	assert_int_equal(coodie_options_get(o, "contact_points", out, sizeof out, NULL), 12);
	assert_string_equal(out, "fir");
	assert_int_equal(coodie_options_get(o, "user", out, sizeof out, NULL), 0);
	assert_string_equal(out, "");
	coodie_options_free(o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bounds),  cmocka_unit_test(test_words),
		cmocka_unit_test(test_lengths), cmocka_unit_test(test_read_as),
		cmocka_unit_test(test_refused), cmocka_unit_test(test_get_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
