/* SPDX-License-Identifier: MIT */
/* Connection strings: what they say, and where they are wrong. */
#include "tests/test.h"

#include <stdlib.h>

#include "net/options/options.h"

/* Options as "name=value" of those that are asked for. */
static void expect(const coodie_options *o, const char *uri, const char *name, const char *want)
{
	char out[256];

	coodie_options_get(o, name, out, sizeof out, NULL);
	if (strcmp(out, want) != 0)
		fail_msg("%s: %s is \"%s\", not \"%s\"", uri, name, out, want);
}

static const struct {
	const char *uri, *points, *user, *password, *keyspace, *name, *value;
} good[] = {
	{ "cassandra://h", "h", "", "", "", "port", "9042" },
	{ "CQL://h/", "h", "", "", "", "port", "9042" },
	{ "cql://h?", "h", "", "", "", "port", "9042" },
	{ "cassandra://a:1,[::1]:9043,10.0.0.1/shop?consistency=QUORUM&request_timeout_ms=2s",
	  "a:1,[::1]:9043,10.0.0.1", "", "", "shop", "consistency", "QUORUM" },
	{ "cassandra://ada:se%3Acret%40%2f@h/Shop", "h", "ada", "se:cret@/", "shop", "tls", "off" },
	{ "cassandra://ada@h/%22Shop%22?tls=full", "h", "ada", NULL, "\"Shop\"", "tls", "full" },
	{ "cassandra://ada:@h?application_name=a%20b", "h", "ada", "", "", "application_name",
	  "a b" },
	{ "cassandra://h?request_timeout%5Fms=1&local_datacenter=caf%C3%A9", "h", "", NULL, "",
	  "local_datacenter", "caf\xc3\xa9" },
	{ "cassandra://h?application_name=a@b:c/d?e", "h", "", NULL, "", "application_name",
	  "a@b:c/d?e" },
	{ "cassandra://h?application_name=a=b", "h", "", NULL, "", "application_name", "a=b" },
	{ "cql://[::1]", "[::1]", "", NULL, "", "port", "9042" },
};

static void test_good(void **state)
{
	coodie_error err;

	(void)state;
	for (size_t i = 0; i < CD_COUNT(good); i++) {
		coodie_options *o = coodie_options_new(NULL);
		if (!coodie_options_set_uri(o, good[i].uri, &err))
			fail_msg("%s: %s", good[i].uri, err.message);
		expect(o, good[i].uri, "contact_points", good[i].points);
		expect(o, good[i].uri, "user", good[i].user);
		expect(o, good[i].uri, "keyspace", good[i].keyspace);
		expect(o, good[i].uri, good[i].name, good[i].value);
		const char *want = good[i].password && *good[i].user ? good[i].password : NULL;
		CD_CHECK(!want == !o->password, good[i].uri);
		CD_CHECK(!want || !strcmp(want, o->password), good[i].uri);
		coodie_options_free(o);
	}
}

static const struct {
	const char *uri, *message;
} bad[] = {
	{ "", "connection string: it is empty" },
	{ "h", "position 1: it begins with cassandra://" },
	{ "http://h", "position 1: it begins with" },
	{ "cassandra:/h", "position 1: it begins with" },
	{ "cassandra://", "position 13: a host is missing" },
	{ "cassandra:///ks", "position 13: a host is missing" },
	{ "cassandra://u@/ks", "position 15: a host is missing" },
	{ "cassandra://@h", "position 13: a user is missing before @" },
	{ "cassandra://:p@h", "position 13: a user is missing before @" },
	{ "cassandra://u:p@w@h", "position 16: @ in a user or password is written %40" },
	{ "cassandra://u:p:w@h", "position 16: : in a password is written %3A" },
	{ "cassandra://u:p/w@h/ks", "position 16: / in a user or password is written %2F" },
	{ "cassandra://h,,g", "position 13: contact point: no host was given" },
	{ "cassandra://h:0", "position 13: contact point \"h:0\": the port must be" },
	{ "cassandra://h:99999", "the port must be 1 to 65535" },
	{ "cassandra://[::1", "position 13: contact point \"[::1\"" },
	{ "cassandra://h/a/b", "position 16: after the keyspace comes ? or the end" },
	{ "cassandra://h/a-b", "position 15: keyspace a-b" },
	{ "cassandra://h?tls", "position 15: an option is name=value" },
	{ "cassandra://h?=x", "position 15: an option is name=value" },
	{ "cassandra://h?tls=full&", "position 24: an option is name=value" },
	{ "cassandra://h?&tls=full", "position 15: an option is name=value" },
	{ "cassandra://h?tls=full&tls=off", "position 24: tls: it is given twice" },
	{ "cassandra://h/a?keyspace=b", "position 17: keyspace: it is given twice" },
	{ "cassandra://u@h?user=v", "position 17: user: it is given twice" },
	{ "cassandra://h?contact_points=g", "position 15: contact_points: it is given twice" },
	{ "cassandra://h?consistancy=ONE", "there is no such option; did you mean consistency?" },
	{ "cassandra://h?max_in_flight=0", "position 15: max_in_flight: 0 is too low" },
	{ "cassandra://h?password=%zz", "position 24: % is followed by two hexadecimal digits" },
	{ "cassandra://h?password=%4", "position 24: % is followed by two" },
	{ "cassandra://%00", "position 13: %00 ends a text" },
	{ "cassandra://h?application_name=a b", "position 33: a blank or control character" },
	{ "cassandra://h\n", "position 14: a blank or control character" },
	{ "cassandra://h#top", "position 14: # is written %23" },
	{ "cassandra://h?cloud_bundle=x", "cloud_bundle: secure connect bundles are not read" },
	{ "cassandra+srv://a,b", "position 18: +srv takes one name" },
	{ "cassandra+srv://a:1", "position 18: +srv takes one name" },
	{ "cql+srv://", "position 11: a host is missing" },
};

/* Nothing is changed, whatever was right before the mistake. */
static void test_bad(void **state)
{
	coodie_options *o = coodie_options_new(NULL);
	coodie_error err;

	(void)state;
	assert_true(coodie_options_set_uri(o, "cql://first/one?page_rows=7", NULL));
	for (size_t i = 0; i < CD_COUNT(bad); i++) {
		if (coodie_options_set_uri(o, bad[i].uri, &err))
			fail_msg("%s is not refused", bad[i].uri);
		if (!strstr(err.message, bad[i].message))
			fail_msg("%s: %s", bad[i].uri, err.message);
		expect(o, bad[i].uri, "contact_points", "first");
		expect(o, bad[i].uri, "keyspace", "one");
		expect(o, bad[i].uri, "tls", "off");
		expect(o, bad[i].uri, "user", "");
		expect(o, bad[i].uri, "page_rows", "7");
	}
	assert_false(coodie_options_set_uri(o, NULL, &err));
	assert_false(coodie_options_set_uri(NULL, "cql://h", &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	coodie_options_free(o);
}

/* A secret is in no message. */
static void test_secrets(void **state)
{
	static const char *const uris[] = {
		"cassandra://ada:hunter2@h:0",   "cassandra://ada:hunter2@h/a-b",
		"cassandra://ada:hunter2@h?x=1", "cassandra://ada:hunter2@h?password=hunter2",
		"cassandra://ada:hun/ter2@h",    "cassandra://ada:hun%ter2@h",
	};
	coodie_options *o = coodie_options_new(NULL);
	coodie_error err;

	(void)state;
	for (size_t i = 0; i < CD_COUNT(uris); i++) {
		CD_CHECK(!coodie_options_set_uri(o, uris[i], &err), uris[i]);
		CD_CHECK(!strstr(err.message, "hun"), uris[i]);
	}
	coodie_options_free(o);
}

/* Every beginning of a good one, and one that is too long. */
static void test_prefixes(void **state)
{
	coodie_options *o = coodie_options_new(NULL);
	char *longest = malloc(65537);
	coodie_error err;

	(void)state;
	for (size_t i = 0; i < CD_COUNT(good); i++) {
		for (size_t len = 0; len < strlen(good[i].uri); len++) {
			char *cut = malloc(len + 1); /* exactly as long, for the sanitizers */
			memcpy(cut, good[i].uri, len);
			cut[len] = '\0';
			bool ok = coodie_options_set_uri(o, cut, &err);
			CD_CHECK(ok == (err.code == COODIE_OK), good[i].uri);
			free(cut);
		}
	}
	memset(longest, 'a', 65536);
	longest[65536] = '\0';
	assert_false(coodie_options_set_uri(o, longest, &err));
	assert_int_equal(err.code, COODIE_ERR_LIMIT);
	free(longest);
	coodie_options_free(o);
}

/* A later string wins, also over contact points; what it does not name stays. */
static void test_order(void **state)
{
	coodie_options *o = coodie_options_new(NULL);

	(void)state;
	assert_true(coodie_options_add_contact_point(o, "old", NULL));
	assert_true(coodie_options_set(o, "page_rows", "7", NULL));
	assert_true(coodie_options_set_uri(o, "cql://a,b/ks?heartbeat_ms=off", NULL));
	assert_true(coodie_options_set_uri(o, "cql://c?heartbeat_ms=5s", NULL));
	expect(o, "c", "contact_points", "c");
	expect(o, "c", "heartbeat_ms", "5000");
	expect(o, "c", "keyspace", "ks");
	expect(o, "c", "page_rows", "7");
	assert_true(coodie_options_add_contact_point(o, "d", NULL));
	expect(o, "d", "contact_points", "c,d");
	coodie_options_free(o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),    cmocka_unit_test(test_bad),
		cmocka_unit_test(test_secrets), cmocka_unit_test(test_prefixes),
		cmocka_unit_test(test_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
