/* SPDX-License-Identifier: MIT */
/* net/options/driver_config.c: the JSON of options as they begin and as they can be, names that want to
 * break out of it, and secrets, which are not in it. */
#include "tests/test.h"

#include <stdlib.h>

#include "net/options/driver_config.h"
#include "tests/failalloc.h"
#include "tools/json.h"

static const char as_it_begins[] =
	"{\"version\":1,"
	"\"connection\":{\"requests\":{\"in-flight\":{\"max\":2048},\"orphaned\":{\"max\":1024}},"
	"\"connect\":{\"timeout-ms\":5000},\"pool\":{\"shard-aware\":{\"enabled\":true}},"
	"\"socket\":{\"tcp-no-delay\":true,\"keep-alive\":true,\"reuse-address\":true},"
	"\"reconnection\":{\"policy\":{\"type\":\"exponential\",\"base-ms\":50,\"max-ms\":10000}}},"
	"\"control-plane\":{\"queries\":{\"system\":{\"timeout\":{\"client-side-ms\":30000,"
	"\"server-side-ms\":30000}}},\"schema\":{\"agreement\":{\"timeout-ms\":10000}}},"
	"\"query\":{\"defaults\":{\"page\":{\"size\":5000},\"consistency\":\"LOCAL_ONE\","
	"\"idempotence\":false,\"client-timestamps\":false,\"request\":{\"timeout-ms\":12000}},"
	"\"retry\":{\"policy\":{\"type\":\"standard-error-aware\"}},"
	"\"load-balancing\":{\"policy\":{\"type\":\"token-aware\",\"load-distribution\":\"shuffle\","
	"\"fallback-to-non-preferred-nodes\":false,"
	"\"adaptive-ordering\":{\"signals\":[\"in-flight-requests\"]}},"
	"\"node-preference\":{\"type\":\"dc-auto\"}}}}";

/* The JSON, terminated; the options of `settings` ("name", "value", ..., NULL) are set. */
static char *json_of(const char *const *settings, const struct cd_driver_config *more)
{
	coodie_options *o = coodie_options_new(NULL);
	struct cd_buffer out;
	struct pool pool = { 0 };
	coodie_error err = { 0 };
	char *text;

	assert_non_null(o);
	for (; *settings; settings += 2)
		if (!coodie_options_set(o, settings[0], settings[1], &err))
			fail_msg("%s", err.message);
	cd_buffer_init(&out, NULL, 0);
	assert_true(cd_driver_config_write(&out, o, more, NULL));
	text = strndup((const char *)out.data, out.len);
	assert_non_null(text);
	if (!json_parse(&pool, text, strlen(text), &(struct json_error){ 0 }))
		fail_msg("no JSON: %s", text);
	pool_free(&pool);
	cd_buffer_deinit(&out);
	coodie_options_free(o);
	return text;
}

static void test_as_it_begins(void **state)
{
	static const char *const none[] = { NULL };
	const struct cd_driver_config more = { 0 };
	char *text = json_of(none, &more);
	(void)state;

	assert_string_equal(text, as_it_begins);
	free(text);
}

/* What one or two options change. */
static void test_options(void **state)
{
	static const struct {
		const char *settings[7];
		struct cd_driver_config more;
		const char *has;
	} rows[] = {
		{ { "max_in_flight", "7" }, { 0 }, "\"in-flight\":{\"max\":7}" },
		{ { "connect_timeout_ms", "none" }, { 0 }, "},\"connect\":{},\"pool\":{" },
		{ { "shard_aware", "off" },
		  { 0 },
		  "\"pool\":{\"shard-aware\":{\"enabled\":false}}" },
		{ { "tcp_keepalive_s", "off" }, { 0 }, "\"keep-alive\":false" },
		{ { "receive_buffer", "65536", "send_buffer", "4096" },
		  { 0 },
		  "\"receive-buffer\":{\"size-bytes\":65536},\"send-buffer\":{\"size-bytes\":4096}}" },
		{ { "tls", "full" },
		  { 0 },
		  "\"max-ms\":10000}},\"tls\":{\"hostname-verification\":true}}" },
		{ { "tls", "chain" }, { 0 }, "\"tls\":{\"hostname-verification\":false}" },
		{ { "page_rows", "unpaged" }, { 0 }, "\"defaults\":{\"consistency\":" },
		{ { "consistency", "QUORUM", "serial_consistency", "LOCAL_SERIAL" },
		  { 0 },
		  "\"consistency\":\"QUORUM\",\"serial-consistency\":\"LOCAL_SERIAL\"," },
		{ { "timestamps", "monotonic" }, { 0 }, "\"client-timestamps\":true" },
		{ { "request_timeout_ms", "none" },
		  { 0 },
		  "\"client-timestamps\":false},\"retry\":" },
		{ { "retry", "fallthrough" },
		  { 0 },
		  "\"retry\":{\"policy\":{\"type\":\"fallthrough\"}}" },
		{ { "retry", "downgrading" }, { 0 }, "{\"type\":\"downgrading-consistency\"}" },
		{ { NULL },
		  { .own_retry = true },
		  "\"retry\":{\"policy\":{\"type\":\"custom\",\"name\":\"of the program\"}}" },
		{ { "token_aware", "off" },
		  { 0 },
		  "\"policy\":{\"type\":\"custom\",\"name\":\"round robin\"},\"node-preference\"" },
		{ { NULL },
		  { .own_balancer = true },
		  "\"load-balancing\":{\"policy\":{\"type\":\"custom\",\"name\":\"of the program\"}" },
		{ { "shuffle", "off", "remote_hosts", "2" },
		  { 0 },
		  "\"replica-set\",\"fallback-to-non-preferred-nodes\":true" },
		{ { "latency_aware", "on" },
		  { 0 },
		  "\"signals\":[\"latency\",\"in-flight-requests\"]" },
		{ { "latency_aware", "on", "load_aware", "off" },
		  { 0 },
		  "\"signals\":[\"latency\"]" },
		{ { "load_aware", "off" },
		  { 0 },
		  "\"fallback-to-non-preferred-nodes\":false},\"node-preference\"" },
		{ { "local_datacenter", "eu" },
		  { .datacenter = "us" },
		  "\"node-preference\":{\"type\":\"dc\",\"local-dc\":\"eu\"}}}}" },
		{ { "local_datacenter", "eu", "local_rack", "r\"1" },
		  { 0 },
		  "{\"type\":\"rack\",\"local-dc\":\"eu\",\"local-rack\":\"r\\u00221\"}" },
		{ { NULL }, { .datacenter = "us" }, "{\"type\":\"dc-auto\",\"local-dc\":\"us\"}" },
		{ { "datacenter_aware", "off" },
		  { .datacenter = "us" },
		  "\"signals\":[\"in-flight-requests\"]}}}}}" },
		{ { "speculative_delay_ms", "20", "speculative_max", "2" },
		  { 0 },
		  "\"speculative-execution\":{\"policy\":{\"type\":\"constant\",\"max-executions\":2,"
		  "\"delay-ms\":20}}}}" },
		{ { "speculative_percentile", "99.5" },
		  { 0 },
		  "{\"type\":\"percentile\",\"max-executions\":1,\"percentile\":99.50}" },
		{ { NULL },
		  { .own_speculation = true },
		  "\"speculative-execution\":{\"policy\":{\"type\":\"custom\"," },
		/* what nodes and users say */
		{ { NULL },
		  { .datacenter = "a\\\n\x01" },
		  "\"local-dc\":\"a\\u005c\\u000a\\u0001\"" },
		{ { NULL }, { .datacenter = "\xc3\xa4" }, "\"local-dc\":\"\xc3\xa4\"" },
		{ { NULL }, { .datacenter = "\xe4" }, "\"local-dc\":\"?\"" },
	};
	(void)state;

	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		char *text = json_of(rows[i].settings, &rows[i].more);
		if (!strstr(text, rows[i].has))
			fail_msg("%s is not in %s", rows[i].has, text);
		free(text);
	}
}

static void test_secrets(void **state)
{
	static const char *const settings[] = { "user",
						"ada",
						"password",
						"sesame",
						"tls_key",
						"/k.pem",
						"tls_cert",
						"/c.pem",
						"tls",
						"full",
						"tls_key_passphrase",
						"open",
						"contact_points",
						"10.1.2.3",
						NULL };
	static const char *const hidden[] = { "grace", "sesame", ".pem", "open", "10.1" };
	const struct cd_driver_config more = { 0 };
	char *text = json_of(settings, &more);
	(void)state;

	for (size_t i = 0; i < CD_COUNT(hidden); i++)
		CD_CHECK(!strstr(text, hidden[i]), hidden[i]);
	free(text);
}

static bool write_it(const coodie_allocator *a, void *user)
{
	const struct cd_driver_config more = { 0 };
	struct cd_buffer out;
	coodie_error err;
	bool ok;

	cd_buffer_init(&out, a, 0);
	ok = cd_driver_config_write(&out, user, &more, &err);
	if (!ok) {
		assert_int_equal(err.code, COODIE_ERR_NO_MEMORY);
		assert_int_equal(out.len, 0);
	}
	cd_buffer_deinit(&out);
	return ok;
}

static void test_memory_and_length(void **state)
{
	struct cd_driver_config more = { .datacenter = NULL };
	coodie_options *o = coodie_options_new(NULL);
	struct cd_buffer out;
	char name[CD_DRIVER_CONFIG_MAX];
	coodie_error err;
	(void)state;

	assert_non_null(o);
	assert_true(cd_failalloc_each("DRIVER_CONFIG", write_it, o));
	memset(name, 'x', sizeof name);
	name[sizeof name - 1] = 0;
	more.datacenter = name;
	cd_buffer_init(&out, NULL, 0);
	cd_buffer_u8(&out, 'a');
	assert_false(cd_driver_config_write(&out, o, &more, &err));
	assert_int_equal(err.code, COODIE_ERR_LIMIT);
	assert_int_equal(out.len, 1);
	cd_buffer_deinit(&out);
	coodie_options_free(o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_it_begins),
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_secrets),
		cmocka_unit_test(test_memory_and_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
