/* SPDX-License-Identifier: MIT */
/* base/openssl.h: a process has no OpenSSL in it until TLS is asked for, then one; what is said
 * where there is none, or not the right one. */
#include "tests/test.h"

#include <pthread.h>

#include <coodie.h>

#include "base/md5.h"
#include "base/openssl.h"
#include "base/tls_options.h"

enum { THREADS = 8 };

#ifdef CD_OPENSSL_LIBRARY
static const bool is_linked = false;
#else
static const bool is_linked = true;
#endif

/* Whether a library of this name is in this process. */
static bool is_mapped(const char *name)
{
	char line[4096];
	bool found = false;
	FILE *maps = fopen("/proc/self/maps", "r");

	if (!maps)
		skip();
	while (fgets(line, sizeof line, maps))
		found = found || strstr(line, name);
	fclose(maps);
	return found;
}

static void *first_tls(void *unused)
{
	coodie_error err;
	coodie_tls *tls = coodie_tls_new(&err);
	bool ok = tls && coodie_tls_set_ciphers(tls, "ECDHE-ECDSA-AES256-GCM-SHA384", NULL, &err);

	(void)unused;
	coodie_tls_free(tls);
	return ok ? NULL : "failed";
}

/* Runs first. */
static void test_loaded_by_who_wants_it(void **state)
{
	pthread_t threads[THREADS];
	coodie_error err;
	coodie_options *o = coodie_options_new(&err);
	(void)state;

	assert_non_null(o);
	assert_true(coodie_options_add_contact_point(o, "127.0.0.1", &err));
	coodie_session *s = coodie_session_new(o, &err); /* lazy: connects to nothing */
	assert_non_null(s);
	assert_int_equal(is_mapped("libssl"), is_linked);
	assert_int_equal(is_mapped("libcrypto"), is_linked);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, first_tls, NULL), 0);
	for (int i = 0; i < THREADS; i++) {
		void *failed;
		assert_int_equal(pthread_join(threads[i], &failed), 0);
		assert_null(failed);
	}
	assert_true(is_mapped("libssl"));
	assert_true(is_mapped("libcrypto"));
	coodie_session_free(s);
	coodie_options_free(o);
}

static void test_md5(void **state)
{
	static const uint8_t wanted[CD_MD5_SIZE] = {
		0x90, 0x01, 0x50, 0x98, 0x3c, 0xd2, 0x4f, 0xb0,
		0xd6, 0x96, 0x3f, 0x7d, 0x28, 0xe1, 0x7f, 0x72
	};
	uint8_t got[CD_MD5_SIZE];
	(void)state;

	assert_true(cd_md5("abc", 3, got)); /* RFC 1321, A.5 */
	assert_memory_equal(got, wanted, sizeof got);
}

/* Of another library, or of a program that has one in itself. */
static void test_foreign_context(void **state)
{
	void *foreign[128] = { NULL };
	coodie_error err;
	(void)state;

	coodie_tls *tls = coodie_tls_new(&err);
	assert_non_null(tls);
	for (size_t i = 0; i < CD_COUNT(foreign); i++)
		foreign[i] = foreign;
	assert_false(coodie_tls_set_context(tls, (SSL_CTX *)(void *)foreign, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	assert_non_null(strstr(err.message, "of another OpenSSL"));
	assert_null(tls->context);
	assert_true(cd_openssl_owns(TLS_client_method()));
	assert_false(cd_openssl_owns(NULL));
	coodie_tls_free(tls);
}

#ifdef CD_OPENSSL_LIBRARY
static void test_not_there(void **state)
{
	static const struct {
		const char *library, *says;
	} rows[] = {
		{ "libssl.so.nowhere", "TLS needs OpenSSL (Debian: libssl3): libssl.so.nowhere: " },
		{ "libc.so.6", "TLS needs OpenSSL " OPENSSL_FULL_VERSION_STR
			       " or newer: libc.so.6 has no ASN1_INTEGER_set_uint64()" },
	};
	(void)state;

	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct cd_openssl table = { 0 };
		coodie_error err = { 0 };
		CD_CHECK(!cd_openssl_fill(&table, rows[i].library, &err), rows[i].library);
		CD_CHECK(err.code == COODIE_ERR_TLS, rows[i].library);
		CD_CHECK(strncmp(err.message, rows[i].says, strlen(rows[i].says)) == 0,
			 err.message);
		CD_CHECK(!cd_openssl_fill(&table, rows[i].library, NULL), rows[i].library);
	}
}
#endif

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_loaded_by_who_wants_it),
		cmocka_unit_test(test_md5),
		cmocka_unit_test(test_foreign_context),
#ifdef CD_OPENSSL_LIBRARY
		cmocka_unit_test(test_not_there),
#endif
	};
	return cmocka_run_group_tests_name("openssl", tests, NULL, NULL);
}
