/* SPDX-License-Identifier: MIT */
/* Contact points taken apart, and names of the hosts file. */
#include "tests/test.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/endpoint.h"
#include "net/dns/hosts.h"

static const struct {
	const char *text, *host;
	uint16_t port; /* 0: refused */
} endpoints[] = {
	{ "10.0.0.1", "10.0.0.1", 9042 },
	{ "10.0.0.1:19042", "10.0.0.1", 19042 },
	{ "node.example", "node.example", 9042 },
	{ "node.example:1", "node.example", 1 },
	{ "node.example:65535", "node.example", 65535 },
	{ "[::1]", "::1", 9042 },
	{ "[::1]:9043", "::1", 9043 },
	{ "::1", "::1", 9042 },
	{ "fe80::1:2", "fe80::1:2", 9042 },
	{ "", NULL, 0 },
	{ ":9042", NULL, 0 },
	{ "node:", NULL, 0 },
	{ "node:0", NULL, 0 },
	{ "node:65536", NULL, 0 },
	{ "node:99999999999999999999", NULL, 0 },
	{ "node:90a", NULL, 0 },
	{ "node:-1", NULL, 0 },
	{ "[::1", NULL, 0 },
	{ "[::1]x", NULL, 0 },
	{ "[]", NULL, 0 },
	{ "[node]:1", NULL, 0 },
	{ "1:2:3", NULL, 0 },
	{ "a b", NULL, 0 },
	{ " node", NULL, 0 },
	{ "srv:cluster.example", "srv:cluster.example", 9042 },
	{ "srv:9043", "srv", 9043 },
	{ "srv:", NULL, 0 },
	{ "srv:cluster:9042", NULL, 0 },
	{ "srv:[::1]", NULL, 0 },
	{ "unix:/run/cql.sock", "unix:/run/cql.sock", 9042 },
	{ "/run/cql.sock", "unix:/run/cql.sock", 9042 },
	{ "unix:run", NULL, 0 },
	{ "cql://node", NULL, 0 },
	{ "user@node", NULL, 0 },
	{ "node/9042", NULL, 0 },
};

static void test_endpoint_parse(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(endpoints); i++) {
		char host[CD_HOST_SIZE] = "untouched";
		uint16_t port = 7;
		coodie_error err = { 0 };
		bool ok = cd_endpoint_parse(endpoints[i].text, 9042, host, &port, &err);
		CD_CHECK(ok == (endpoints[i].port != 0), endpoints[i].text);
		if (ok) {
			CD_CHECK(strcmp(host, endpoints[i].host) == 0, endpoints[i].text);
			CD_CHECK(port == endpoints[i].port, endpoints[i].text);
		} else {
			CD_CHECK(err.code == COODIE_ERR_INVALID, endpoints[i].text);
			CD_CHECK(strcmp(host, "untouched") == 0 && port == 7, endpoints[i].text);
		}
	}
	assert_false(
		cd_endpoint_parse(NULL, 9042, (char[CD_HOST_SIZE]){ 0 }, &(uint16_t){ 0 }, NULL));
}

static void test_endpoint_name(void **state)
{
	(void)state;
	assert_string_equal(cd_endpoint_name("node.example"), "node.example");
	assert_string_equal(cd_endpoint_name("srv:cluster.example"), "cluster.example");
	assert_string_equal(cd_endpoint_name("srv"), "srv");
	assert_null(cd_endpoint_name("unix:/run/cql.sock"));
}

static void test_endpoint_length(void **state)
{
	char text[CD_HOST_SIZE + 8], host[CD_HOST_SIZE];
	uint16_t port;

	(void)state;
	for (size_t len = CD_HOST_SIZE - 3; len < CD_HOST_SIZE + 3; len++) {
		memset(text, 'a', len);
		text[len] = '\0';
		assert_int_equal(cd_endpoint_parse(text, 1, host, &port, NULL), len < CD_HOST_SIZE);
		text[0] = '/'; /* a path has less room than a name */
		assert_false(cd_endpoint_parse(text, 1, host, &port, NULL));
		text[0] = 'a';
	}
}

static char hosts_path[] = "/tmp/coodie-hosts-XXXXXX";

static int write_hosts(void **state)
{
	static const char hosts[] = "# comment\n"
				    "\n"
				    "127.0.0.1\tlocalhost\n"
				    "::1 localhost ip6-localhost\n"
				    "  10.1.2.3   node1.example   Node1 # trailing node9\n"
				    "::9 both\n"
				    "10.9.9.9 both\n"
				    "fd00::5 six\n"
				    "not-an-address broken\n"
				    "10.0.0.7\n"
				    "10.0.0.8 last";
	/* A line is read as far as there is room; its rest is no line of its own. */
	char line[2000];
	int fd = mkstemp(hosts_path);

	(void)state;
	memset(line, ' ', sizeof line);
	memcpy(line, "#", 1);
	memcpy(line + 1023, "10.6.6.6 long\n", 14);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, line, 1023 + 14), 1023 + 14);
	assert_int_equal(write(fd, hosts, sizeof hosts - 1), sizeof hosts - 1);
	close(fd);
	return 0;
}

static int remove_hosts(void **state)
{
	(void)state;
	return unlink(hosts_path);
}

static const struct {
	const char *host, *text; /* every address of it */
} names[] = {
	{ "localhost", "127.0.0.1:9042 [::1]:9042 " },
	{ "LOCALHOST", "127.0.0.1:9042 [::1]:9042 " },
	{ "ip6-localhost", "[::1]:9042 " },
	{ "node1.example", "10.1.2.3:9042 " },
	{ "node1", "10.1.2.3:9042 " },
	{ "both", "[::9]:9042 10.9.9.9:9042 " },
	{ "six", "[fd00::5]:9042 " },
	{ "last", "10.0.0.8:9042 " },
	{ "node", "" }, /* not by its beginning */
	{ "node9", "" },
	{ "broken", "" },
	{ "comment", "" },
	{ "long", "" },
	{ "10.1.2.3", "" },
	{ "nowhere.invalid", "" },
};

static void find(const char *path, const char *name, char text[200])
{
	struct cd_addresses found = { .allocator = NULL };

	text[0] = '\0';
	CD_CHECK(cd_hosts_find(path, name, 9042, &found), name);
	for (size_t i = 0; i < found.count; i++) {
		strcat(text, found.at[i].text);
		strcat(text, " ");
	}
	cd_addresses_deinit(&found);
}

static void test_hosts(void **state)
{
	char text[200];

	(void)state;
	for (size_t i = 0; i < CD_COUNT(names); i++) {
		find(hosts_path, names[i].host, text);
		CD_CHECK(!strcmp(text, names[i].text), names[i].host);
	}
}

/* Without a hosts file localhost is known all the same (RFC 6761 section 6.3). */
static void test_localhost(void **state)
{
	static const char *const local[] = { "localhost", "node.LocalHost" };
	char text[200];

	(void)state;
	for (size_t i = 0; i < CD_COUNT(local); i++) {
		find("/nonexistent/hosts", local[i], text);
		CD_CHECK(!strcmp(text, "[::1]:9042 127.0.0.1:9042 "), local[i]);
	}
	find("/nonexistent/hosts", "elsewhere", text);
	assert_string_equal(text, "");
	find("/nonexistent/hosts", "mylocalhost", text);
	assert_string_equal(text, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_endpoint_parse), cmocka_unit_test(test_endpoint_length),
		cmocka_unit_test(test_endpoint_name),  cmocka_unit_test(test_hosts),
		cmocka_unit_test(test_localhost),
	};

	return cmocka_run_group_tests(tests, write_hosts, remove_hosts);
}
