/* SPDX-License-Identifier: MIT */
/* proto/tablet.c: payloads of ScyllaDB, cut anywhere. */
#include "tests/test.h"

#include <coodie/message.h>

#include "tests/failalloc.h"
#include "tests/guard.h"
#include "tests/hex.h"

static const struct {
	const char *name, *key, *value;
	int64_t first, last;
	uint32_t replicas;
	int32_t last_shard;
	uint64_t version;
} rows[] = {
#define X(name, key, value, first, last, replicas, shard, version) \
	{ name, key, value, first, last, replicas, shard, version },
#include "tests/data/tablets.inc"
#undef X
};

static bool read_one(const char *key, cql_blob value, const coodie_allocator *a, cql_tablet *out,
		     coodie_error *err)
{
	const cql_payload payload[] = {
		{ { "other", 5 }, { NULL, 0 } },
		{ cql_text_of(key), value },
	};
	const cql_message m = {
		.opcode = CQL_OP_RESULT, .has_payload = true, .payload = payload, .payload_count = 2
	};
	cql_arena *arena = cql_arena_new(a, err);
	bool ok = arena && cql_message_tablet(&m, arena, out, err);

	if (ok && out->replica_count) /* its memory is still there */
		ok = out->replicas[out->replica_count - 1].host_id.bytes[0] == 0x11;
	out->replicas = NULL;
	cql_arena_free(arena);
	return ok;
}

static void test_rows(void **state)
{
	struct cd_guard g;
	(void)state;

	assert_true(cd_guard_init(&g, 4096));
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct cd_span value = cd_unhex(rows[i].value);
		cql_blob flush = { cd_guard_copy(&g, value.at, value.len), value.len };
		coodie_error err;
		cql_tablet t;
		CD_CHECK(read_one(rows[i].key, flush, NULL, &t, &err), rows[i].name);
		CD_CHECK(t.first_token == rows[i].first && t.last_token == rows[i].last,
			 rows[i].name);
		CD_CHECK(t.replica_count == rows[i].replicas, rows[i].name);
		CD_CHECK(t.has_version == (strstr(rows[i].key, "v2") != NULL), rows[i].name);
		CD_CHECK(t.version == rows[i].version, rows[i].name);
		for (size_t len = 0; len < value.len; len++) {
			cql_blob cut = { cd_guard_copy(&g, value.at, len), len };
			CD_CHECK(!read_one(rows[i].key, cut, NULL, &t, &err), rows[i].name);
			CD_CHECK(err.code == COODIE_ERR_PROTOCOL, rows[i].name);
		}
		cd_unhex_free(value);
	}
	cd_guard_deinit(&g);
}

static void test_none(void **state)
{
	coodie_error err = { .code = COODIE_ERR_INVALID };
	cql_tablet t;
	(void)state;

	assert_false(read_one("tablets-routing-v3", (cql_blob){ NULL, 0 }, NULL, &t, &err));
	assert_int_equal(err.code, COODIE_OK);
	assert_false(read_one("tablets-routing-v1", (cql_blob){ NULL, 0 }, NULL, &t, &err));
	assert_int_equal(err.code, COODIE_ERR_PROTOCOL);
}

static void test_broken(void **state)
{
	static const struct {
		const char *name, *value;
	} broken[] = {
		{ "a token of 4 bytes", "0000000400000001"
					"000000080000000000000001"
					"0000000400000000" },
		{ "a null token", "ffffffff"
				  "000000080000000000000001"
				  "0000000400000000" },
		{ "2^32 - 1 replicas", "000000080000000000000001"
				       "000000080000000000000001"
				       "00000004ffffffff" },
		{ "a replica of nothing", "000000080000000000000001"
					  "000000080000000000000001"
					  "000000280000000100000000"
					  "00000000000000000000000000000000"
					  "00000000000000000000000000000000" },
	};
	(void)state;

	for (size_t i = 0; i < CD_COUNT(broken); i++) {
		struct cd_span value = cd_unhex(broken[i].value);
		coodie_error err;
		cql_tablet t;
		CD_CHECK(!read_one("tablets-routing-v1", (cql_blob){ value.at, value.len }, NULL,
				   &t, &err),
			 broken[i].name);
		CD_CHECK(err.code == COODIE_ERR_PROTOCOL, broken[i].name);
		cd_unhex_free(value);
	}
}

static bool with_allocator(const coodie_allocator *a, void *user)
{
	const struct cd_span *value = user;
	coodie_error err;
	cql_tablet t;

	bool ok = read_one("tablets-routing-v1", (cql_blob){ value->at, value->len }, a, &t, &err);
	assert_true(ok || err.code == COODIE_ERR_NO_MEMORY);
	return ok;
}

static void test_memory(void **state)
{
	struct cd_span value = cd_unhex(rows[0].value);
	(void)state;

	assert_true(cd_failalloc_each("a tablet", with_allocator, &value));
	cd_unhex_free(value);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_memory),
	};
	return cmocka_run_group_tests_name("tablet", tests, NULL, NULL);
}
