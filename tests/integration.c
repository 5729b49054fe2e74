/* SPDX-License-Identifier: MIT */
/* The integration suite: every group of tests on every cell of v4/v5 x plain/LZ4 x plain/TLS,
 * against real nodes (`make check-cassandra`), or against the in-memory ones (`make check`).
 *
 * COODIE_TEST_PLAIN  address:port of a node in clear text, no password
 * COODIE_TEST_TLS    address:port of a node with TLS, role cassandra with password cassandra
 * COODIE_TEST_CERTS  the folder of make-certs that node took its certificate from
 *
 * Without the first two, nodes are started inside; without certificates, only the one in clear text.
 *
 * An argument names one variant ("v5-lz4-tls") or one group ("types") to run alone. */
#include "tests/integration.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <coodie/node.h>

static const struct integration_group *const groups[] = {
	&integration_connect, &integration_login,  &integration_types,  &integration_statements,
	&integration_errors,  &integration_orm,    &integration_schema, &integration_queries,
	&integration_batch,   &integration_builder, &integration_writes, &integration_user_types,
	&integration_family,  &integration_views,  &integration_reads,  &integration_objects,
	&integration_sync,
};

enum { GROUPS = sizeof groups / sizeof groups[0] };

/* What the group in progress runs with: cmocka's set-up functions take no argument. */
static struct integration now;

/* ---- what the parts use --------------------------------------------------------------------- */

void integration_ok(bool ok, const coodie_error *err, const char *doing)
{
	if (!ok)
		fail_msg("%s: %s (%s, server code %ld)", doing, err->message,
			 coodie_errc_name(err->code), (long)err->server_code);
}

static void set_tls(coodie_options *o, const char *certs)
{
	coodie_error err = { 0 };
	coodie_tls *tls = coodie_tls_new(&err);
	char path[512];

	integration_ok(tls, &err, "coodie_tls_new");
	snprintf(path, sizeof path, "%s/ca.pem", certs);
	integration_ok(coodie_tls_add_ca_file(tls, path, &err), &err, path);
	integration_ok(coodie_options_set_tls(o, tls, &err), &err, "coodie_options_set_tls");
	coodie_tls_free(tls);
}

coodie_options *integration_options(const struct integration *it)
{
	coodie_error err = { 0 };
	coodie_options *o = coodie_options_new(&err);

	integration_ok(o, &err, "coodie_options_new");
	integration_ok(coodie_options_add_contact_point(o, it->address, &err), &err, it->address);
	integration_ok(coodie_options_set_protocol_version(o, it->variant->version, &err), &err,
		       "version");
	coodie_options_set_compression(o, it->variant->compression);
	if (it->variant->tls) {
		set_tls(o, it->certs);
		integration_ok(coodie_options_set_credentials(o, "cassandra", "cassandra", &err),
			       &err, "credentials");
	}
	return o;
}

coodie_session *integration_open(coodie_options *take_options)
{
	coodie_error err = { 0 };
	coodie_session *s = coodie_session_new(take_options, &err);

	coodie_options_free(take_options);
	integration_ok(s, &err, "coodie_session_new");
	integration_ok(coodie_session_connect(s, &err), &err, "coodie_session_connect");
	return s;
}

coodie_result *integration_query(coodie_session *s, const char *cql, cql_args args)
{
	coodie_error err = { 0 };
	coodie_result *r = coodie_session_query(s, cql, args, NULL, &err);

	integration_ok(r, &err, cql);
	return r;
}

void integration_do(coodie_session *s, const char *cql, ...)
{
	char text[2048];
	va_list args;

	va_start(args, cql);
	vsnprintf(text, sizeof text, cql, args);
	va_end(args);
	coodie_result_free(integration_query(s, text, CQL_ARGS()));
}

void integration_refused(coodie_session *s, const char *cql, cql_args args, const coodie_request *r,
			 enum coodie_errc code, int32_t server_code, coodie_error *err)
{
	coodie_result *result = coodie_session_query(s, cql, args, r, err);

	if (result)
		fail_msg("%s: it should be refused", cql);
	if (err->code != code || err->server_code != server_code)
		fail_msg("%s: refused with %s, server code %ld: %s", cql,
			 coodie_errc_name(err->code), (long)err->server_code, err->message);
	assert_true(strlen(err->message) > 0);
}

int64_t integration_number(coodie_session *s, const char *cql, cql_args args)
{
	coodie_result *r = integration_query(s, cql, args);
	coodie_cursor c = coodie_result_cursor(r);
	coodie_error err = { 0 };
	int64_t n = 0;

	assert_true(coodie_cursor_next(&c));
	integration_ok(coodie_cursor_int64(&c, 0, &n, &err), &err, cql);
	coodie_result_free(r);
	return n;
}

void integration_shows(coodie_session *s, const char *cql, cql_args args, const char *want)
{
	coodie_result *r = integration_query(s, cql, args);
	coodie_cursor c = coodie_result_cursor(r);
	char shown[400] = "no row";
	coodie_error err = { 0 };
	cql_value v;

	if (coodie_cursor_next(&c)) {
		integration_ok(coodie_cursor_value(&c, 0, &v, &err), &err, cql);
		cql_value_format(v, shown, sizeof shown);
	}
	coodie_result_free(r);
	if (strcmp(shown, want))
		fail_msg("%s: %s, not %s", cql, shown, want);
}

void integration_await(coodie_session *s, const char *cql, cql_args args)
{
	coodie_error err = { 0 };
	coodie_result *r = NULL;

	for (int i = 0; i < 2000 && !r; i++)
		r = coodie_session_query(s, cql, args, NULL, &err);
	integration_ok(r, &err, cql);
	coodie_result_free(r);
}

static bool count_submit(void *driver, const coodie_statement *st, coodie_done_fn *done, void *user,
			 coodie_error *err)
{
	struct integration_counter *c = driver;

	c->sent += st->cql != NULL;
	return coodie_session_submit(c->real, st, done, user, err);
}

static bool count_run(void *driver, const bool *until, coodie_error *err)
{
	return coodie_session_run(((struct integration_counter *)driver)->real, until, err);
}

coodie_session *integration_count(const struct integration *it, struct integration_counter *c)
{
	const coodie_driver driver = { .size = sizeof(driver),
				       .submit = count_submit,
				       .run = count_run,
				       .keyspace = it->keyspace };
	coodie_error err = { 0 };

	c->real = it->session;
	c->sent = 0;
	c->session = coodie_session_from_driver(&driver, c, &err);
	integration_ok(c->session, &err, "coodie_session_from_driver");
	return c->session;
}

/* ---- comparing values ----------------------------------------------------------------------- */

static bool same_bytes(const void *a, size_t a_len, const void *b, size_t b_len)
{
	return a_len == b_len && (!a_len || !memcmp(a, b, a_len));
}

static bool same_items(cql_iter a, cql_iter b)
{
	cql_value x, y;

	while (cql_iter_next(&a, &x))
		if (!cql_iter_next(&b, &y) || !integration_same(x, y))
			return false;
	return !cql_iter_next(&b, &y) && !a.failed && !b.failed;
}

static bool same_pairs(cql_iter a, cql_iter b)
{
	cql_value k, v, l, w;

	while (cql_iter_next_pair(&a, &k, &v))
		if (!cql_iter_next_pair(&b, &l, &w) || !integration_same(k, l) ||
		    !integration_same(v, w))
			return false;
	return !cql_iter_next_pair(&b, &l, &w) && !a.failed && !b.failed;
}

bool integration_same(cql_value a, cql_value b)
{
	if (a.is.tag != b.is.tag)
		return false;
	switch ((enum cql_tag)a.is.tag) {
	case CQL_TAG_NULL:
	case CQL_TAG_UNSET:
	case CQL_TAG_EMPTY:
		return true;
	case CQL_TAG_BOOL:
		return a.as.boolean == b.as.boolean;
	case CQL_TAG_FLOAT:
		return !memcmp(&a.as.single, &b.as.single, sizeof a.as.single);
	case CQL_TAG_INT:
	case CQL_TAG_UINT:
	case CQL_TAG_DOUBLE:
	case CQL_TAG_TIME:
	case CQL_TAG_TIMESTAMP:
		return !memcmp(&a.as, &b.as, 8);
	case CQL_TAG_DATE:
		return a.as.date.days == b.as.date.days;
	case CQL_TAG_UUID:
		return !memcmp(&a.as.uuid, &b.as.uuid, sizeof a.as.uuid);
	case CQL_TAG_INET:
		return same_bytes(a.as.inet.address, a.as.inet.length, b.as.inet.address,
				  b.as.inet.length);
	case CQL_TAG_DURATION:
		return a.as.duration.months == b.as.duration.months &&
		       a.as.duration.days == b.as.duration.days &&
		       a.as.duration.nanoseconds == b.as.duration.nanoseconds;
	case CQL_TAG_TEXT:
		return same_bytes(a.as.text.data, a.as.text.len, b.as.text.data, b.as.text.len);
	case CQL_TAG_BLOB:
	case CQL_TAG_ENCODED:
		return same_bytes(a.as.blob.data, a.as.blob.len, b.as.blob.data, b.as.blob.len);
	case CQL_TAG_VARINT:
		return same_bytes(a.as.varint.data, a.as.varint.len, b.as.varint.data,
				  b.as.varint.len);
	case CQL_TAG_DECIMAL:
		return a.as.decimal.scale == b.as.decimal.scale &&
		       same_bytes(a.as.decimal.unscaled.data, a.as.decimal.unscaled.len,
				  b.as.decimal.unscaled.data, b.as.decimal.unscaled.len);
	case CQL_TAG_FLOATS:
		return same_bytes(a.as.floats.data, a.as.floats.len * sizeof(float),
				  b.as.floats.data, b.as.floats.len * sizeof(float));
	case CQL_TAG_TUPLE:
	case CQL_TAG_UDT:
	case CQL_TAG_VECTOR:
	case CQL_TAG_LIST:
		return same_items(cql_list_iter((cql_list){ a.as.seq }),
				  cql_list_iter((cql_list){ b.as.seq }));
	case CQL_TAG_SET:
		return same_items(cql_set_iter((cql_set){ a.as.seq }),
				  cql_set_iter((cql_set){ b.as.seq }));
	case CQL_TAG_MAP:
		return same_pairs(cql_map_iter((cql_map){ a.as.seq }),
				  cql_map_iter((cql_map){ b.as.seq }));
	case CQL_TAG_FIELDS:
		break; /* given, never read */
	}
	return false;
}

/* ---- the matrix ----------------------------------------------------------------------------- */

static int open_group(void **state)
{
	coodie_options *o = integration_options(&now);
	coodie_error err = { 0 };
	coodie_session *first = integration_open(integration_options(&now));

	integration_do(first, "DROP KEYSPACE IF EXISTS %s", now.keyspace);
	integration_do(
		first,
		"CREATE KEYSPACE %s WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}",
		now.keyspace);
	coodie_session_free(first);
	integration_ok(coodie_options_set_keyspace(o, now.keyspace, &err), &err, "keyspace");
	now.session = integration_open(o);
	*state = &now;
	return 0;
}

static int close_group(void **state)
{
	(void)state;
	integration_do(now.session, "DROP KEYSPACE %s", now.keyspace);
	coodie_session_free(now.session);
	now.session = NULL;
	return 0;
}

static int run_group(const struct integration_group *group,
		     const struct integration_variant *variant)
{
	char title[80];

	snprintf(title, sizeof title, "%s: %s", variant->name, group->name);
	now.variant = variant;
	snprintf(now.keyspace, sizeof now.keyspace, "it_v%u_%s_%s", variant->version,
		 variant->compression == COODIE_COMPRESSION_LZ4 ? "lz4" : "none",
		 variant->tls ? "tls" : "plain");
	return _cmocka_run_group_tests(title, group->tests, group->count, open_group, close_group);
}

static bool wanted(const struct integration_group *group, const struct integration_variant *variant,
		   bool first, const char *only)
{
	if (group->when == INTEGRATION_TLS_ONLY && !variant->tls)
		return false;
	if (group->when == INTEGRATION_ONCE && !first)
		return false;
	if (group->when == INTEGRATION_VERSIONS &&
	    (variant->tls || variant->compression != COODIE_COMPRESSION_NONE))
		return false;
	return !only || !strcmp(only, group->name) || !strcmp(only, variant->name);
}

static int run_matrix(const char *plain, const char *tls, const char *only)
{
	int failed = 0, ran = 0;

	for (unsigned i = 0; i < 8; i++) {
		struct integration_variant v = { .version = i & 1 ? 4 : 5, .tls = i & 4 };
		v.compression = i & 2 ? COODIE_COMPRESSION_LZ4 : COODIE_COMPRESSION_NONE;
		snprintf(v.name, sizeof v.name, "v%u-%s-%s", v.version, i & 2 ? "lz4" : "none",
			 v.tls ? "tls" : "plain");
		now.address = v.tls ? tls : plain;
		for (size_t g = 0; g < GROUPS && now.address; g++)
			if (wanted(groups[g], &v, !i, only)) {
				failed += run_group(groups[g], &v);
				ran++;
			}
	}
	if (!ran)
		fprintf(stderr, "integration: %s names no group and no variant\n",
			only ? only : "nothing");
	return failed || !ran;
}

/* ---- the nodes ------------------------------------------------------------------------------ */

/* With what real ones have: dc1, and for TLS the certificate and the password. */
static coodie_node *start_node(const char *certs)
{
	coodie_error err = { 0 };
	coodie_node_options *o = coodie_node_options_new(&err);
	char cert[512], key[512];
	coodie_node *n = NULL;
	bool ok = o && coodie_node_options_add_data_center(o, "dc1", 1, 1, &err);

	if (ok && certs) {
		snprintf(cert, sizeof cert, "%s/server.pem", certs);
		snprintf(key, sizeof key, "%s/server.key", certs);
		ok = coodie_node_options_set_tls_files(o, cert, key, NULL, &err) &&
		     coodie_node_options_set_credentials(o, "cassandra", "cassandra", &err);
	}
	if (ok)
		n = coodie_node_start(o, &err);
	if (!n)
		fprintf(stderr, "integration: no node: %s\n", err.message);
	coodie_node_options_free(o);
	return n;
}

static bool has_certificates(const char *certs)
{
	char path[512];

	snprintf(path, sizeof path, "%s/server.pem", certs ? certs : "");
	return certs && !access(path, R_OK);
}

static int run_inside(const char *only)
{
	bool with_tls = has_certificates(now.certs);
	coodie_node *plain = start_node(NULL);
	coodie_node *tls = with_tls ? start_node(now.certs) : NULL;
	int failed = 1;

	if (!with_tls)
		printf("integration: no certificates in %s: without TLS\n",
		       now.certs ? now.certs : "COODIE_TEST_CERTS");
	if (plain && (tls || !with_tls))
		failed = run_matrix(coodie_node_address(plain, 0),
				    tls ? coodie_node_address(tls, 0) : NULL, only);
	coodie_node_stop(tls);
	coodie_node_stop(plain);
	return failed;
}

static const char *setting(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

int main(int argc, char **argv)
{
	const char *only = argc > 1 ? argv[1] : NULL;
	const char *plain = setting("COODIE_TEST_PLAIN"), *tls = setting("COODIE_TEST_TLS");

	now.certs = setting("COODIE_TEST_CERTS");
	if (!plain && !tls)
		return run_inside(only);
	if (plain && tls && now.certs)
		return run_matrix(plain, tls, only);
	fputs("integration: set COODIE_TEST_PLAIN and COODIE_TEST_TLS (address:port) and "
	      "COODIE_TEST_CERTS (a folder of make-certs), or none of them\n",
	      stderr);
	return 2;
}
