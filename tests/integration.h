/* SPDX-License-Identifier: MIT */
/* What the parts of the integration suite share: the matrix, a session per variant, and how a
 * group is registered.
 *
 * To add a part: write tests/integration_x.c with a `const struct integration_group
 * integration_x`, declare it below, add it to `groups` in integration.c and to
 * tests_integration_SOURCES in tests/node.mk. */
#ifndef TESTS_INTEGRATION_H
#define TESTS_INTEGRATION_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <coodie.h>

/* One cell of the matrix. */
struct integration_variant {
	unsigned version;
	enum coodie_compression compression;
	bool tls; /* the node that speaks TLS also wants a password */
	char name[24];
};

/* The *state of every test. The keyspace exists while a group runs and is dropped after it. */
struct integration {
	const struct integration_variant *variant;
	coodie_session *session; /* connected, in `keyspace` */
	char keyspace[48];
	const char *address; /* of the node */
	const char *certs;   /* the folder of make-certs */
};

enum integration_when {
	INTEGRATION_ALWAYS = 0,
	INTEGRATION_TLS_ONLY,
	INTEGRATION_ONCE,
	INTEGRATION_VERSIONS /* v4 and v5, neither compressed nor with TLS */
};

/* Tests that run on every variant (or as `when` says), in order, on one session. */
struct integration_group {
	const char *name;
	const struct CMUnitTest *tests;
	size_t count;
	enum integration_when when;
};

#define INTEGRATION_GROUP(name, tests, when) \
	{ \
		name, tests, sizeof(tests) / sizeof((tests)[0]), when \
	}

extern const struct integration_group integration_connect, integration_login, integration_types,
	integration_statements, integration_errors, integration_orm, integration_schema, integration_sync,
	integration_queries, integration_batch, integration_builder, integration_writes,
	integration_user_types, integration_family, integration_views, integration_reads,
	integration_objects;

/* Options that lead to the variant's node; not in any keyspace. Never NULL. */
coodie_options *integration_options(const struct integration *it);
/* A session of these options, which are freed; connected. Fails the test otherwise. */
coodie_session *integration_open(coodie_options *take_options);
/* Runs a statement that must work; the message is printed when it does not. */
coodie_result *integration_query(coodie_session *s, const char *cql, cql_args args);
/* The same for statements without a result worth looking at. `cql` may have printf's %s for one
 * name. */
void integration_do(coodie_session *s, const char *cql, ...) COODIE_PRINTF(2, 3);
/* Runs a statement that must fail with this code. */
void integration_refused(coodie_session *s, const char *cql, cql_args args, const coodie_request *r,
			 enum coodie_errc code, int32_t server_code, coodie_error *err);
/* The one number that a statement answers. */
int64_t integration_number(coodie_session *s, const char *cql, cql_args args);
/* The first value of the first row that a statement answers is this, as CQL writes it ("no row":
 * none). */
void integration_shows(coodie_session *s, const char *cql, cql_args args, const char *want);
/* Runs a statement until it works: one that wants an index, which is built after it was made. */
void integration_await(coodie_session *s, const char *cql, cql_args args);
/* A session of the mapper's over that of the test, which counts the statements it is given. */
struct integration_counter {
	coodie_session *real, *session;
	size_t sent;
};
coodie_session *integration_count(const struct integration *it, struct integration_counter *c);
/* Fails the test with the error's message when `ok` is false. */
void integration_ok(bool ok, const coodie_error *err, const char *doing);
/* Whether two values are the same to the last bit, collections item by item. */
bool integration_same(cql_value a, cql_value b);

#endif
