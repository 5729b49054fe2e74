/* SPDX-License-Identifier: MIT */
/* net/metrics/metric.c, metric_text.c, meter.c: sums by scope, rates, OpenMetrics text, docs/metrics.md. */
#include "tests/test.h"

#include <stdlib.h>

#include "net/metrics/metric.h"
#include "tests/failalloc.h"
#include "tests/openmetrics.h"

#define SECOND ((uint64_t)1000000)

/* Two loops, two hosts: the first with two shards, the second without and on both loops. */
enum { LOOP_A, LOOP_B, HOST1_SHARD0, HOST1_SHARD1, HOST2_A, HOST2_B, ROWS };

struct cluster {
	struct cd_counters counters[ROWS];
	coodie_host hosts[2];
};

static void each(const void *owner, cd_metric_row_fn *fn, void *user)
{
	const struct cluster *c = owner;

	for (int i = 0; i < ROWS; i++) {
		struct cd_metric_row row = { .shard = -1, .counters = &c->counters[i] };
		if (i >= HOST2_A)
			row.host = &c->hosts[1];
		else if (i >= HOST1_SHARD0)
			row.host = &c->hosts[0];
		if (i == HOST1_SHARD0 || i == HOST1_SHARD1)
			row.shard = i - HOST1_SHARD0;
		fn(&row, user);
	}
}

static struct cluster *make(const coodie_allocator *a, uint64_t window_us)
{
	struct cluster *c = calloc(1, sizeof *c);

	assert_non_null(c);
	for (int i = 0; i < ROWS; i++)
		cd_counters_init(&c->counters[i], a, window_us, 0);
	for (uint8_t i = 0; i < 2; i++) {
		c->hosts[i].host_id.bytes[15] = (uint8_t)(i + 1);
		snprintf(c->hosts[i].address, sizeof c->hosts[i].address, "10.0.0.%d:9042", i + 1);
		c->hosts[i].datacenter = "dc1";
	}
	return c;
}

static void unmake(struct cluster *c)
{
	for (int i = 0; i < ROWS; i++)
		cd_counters_deinit(&c->counters[i]);
	free(c);
}

static struct cd_metric_source source_of(const struct cluster *c)
{
	return (struct cd_metric_source){ .each = each, .owner = c, .session_id = "an-id" };
}

/* ---- sums ----------------------------------------------------------------------------------- */

static void test_scopes(void **state)
{
	struct cluster *c = make(NULL, 0);
	struct cd_metric_source source = source_of(c);
	const cql_uuid *one = &c->hosts[0].host_id, *two = &c->hosts[1].host_id;
	cql_uuid nobody = { { 9 } };
	const struct {
		const char *name;
		coodie_scope scope;
		bool ok;
		uint64_t requests, attempts, in_flight;
	} rows[] = {
		{ "the session", { sizeof(coodie_scope), NULL, 0 }, true, 3, 1111, 2 },
		{ "a host with shards", { sizeof(coodie_scope), one, 0 }, true, 0, 11, 2 },
		{ "shard 0", { sizeof(coodie_scope), one, 1 }, true, 0, 1, 2 },
		{ "shard 1", { sizeof(coodie_scope), one, 2 }, true, 0, 10, 0 },
		{ "a host on two loops", { sizeof(coodie_scope), two, 0 }, true, 0, 1100, 0 },
		{ "no such shard", { sizeof(coodie_scope), one, 3 }, false, 0, 0, 0 },
		{ "no such host", { sizeof(coodie_scope), &nobody, 0 }, false, 0, 0, 0 },
		{ "a shard of no host", { sizeof(coodie_scope), NULL, 1 }, false, 0, 0, 0 },
		{ "no size", { 0, NULL, 0 }, false, 0, 0, 0 },
	};
	(void)state;

	cd_counters_count(&c->counters[LOOP_A], CD_METRIC_REQUESTS);
	cd_counters_add(&c->counters[LOOP_B], CD_METRIC_REQUESTS, 2);
	for (uint64_t i = HOST1_SHARD0, n = 1; i < ROWS; i++, n *= 10)
		cd_counters_add(&c->counters[i], CD_METRIC_ATTEMPTS, n);
	for (int i = 0; i < 3; i++)
		cd_counters_count(&c->counters[HOST1_SHARD0], CD_METRIC_IN_FLIGHT);
	cd_counters_uncount(&c->counters[HOST1_SHARD0], CD_METRIC_IN_FLIGHT);
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		coodie_metrics m = { .size = sizeof m };
		coodie_error err;
		bool ok = cd_metric_sum(&source, &rows[i].scope, &m, &err);
		CD_CHECK(ok == rows[i].ok, rows[i].name);
		CD_CHECK(ok == (err.code == COODIE_OK), rows[i].name);
		CD_CHECK(m.requests == rows[i].requests, rows[i].name);
		CD_CHECK(m.attempts == rows[i].attempts, rows[i].name);
		CD_CHECK(m.in_flight == rows[i].in_flight, rows[i].name);
	}
	unmake(c);
}

static void test_sizes(void **state)
{
	struct cluster *c = make(NULL, 0);
	struct cd_metric_source source = source_of(c);
	coodie_metrics m;
	coodie_histogram h;
	coodie_error err;
	(void)state;

	cd_counters_add(&c->counters[LOOP_A], CD_METRIC_REQUESTS, 7);
	cd_counters_add(&c->counters[LOOP_A], CD_METRIC_COMPLETED, 6);
	memset(&m, 0x55, sizeof m);
	m.size = offsetof(coodie_metrics, completed); /* a program built before that field */
	assert_true(cd_metric_sum(&source, NULL, &m, &err));
	assert_int_equal(m.size, offsetof(coodie_metrics, completed));
	assert_int_equal(m.requests, 7);
	assert_int_equal(m.completed, 0x5555555555555555);
	m.size = 3;
	assert_false(cd_metric_sum(&source, NULL, &m, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	h.size = 0;
	assert_false(cd_metric_histogram(&source, NULL, COODIE_HISTOGRAM_QUEUE, &h, NULL));
	h.size = sizeof h;
	assert_false(cd_metric_histogram(&source, NULL, COODIE_HISTOGRAM_KINDS, &h, NULL));
	assert_true(cd_metric_histogram(&source, NULL, COODIE_HISTOGRAM_QUEUE, &h, NULL));
	assert_int_equal(h.count, 0);
	unmake(c);
}

/* Each counter has its field: no two share one, none is left out. */
static void test_every_field(void **state)
{
	struct cluster *c = make(NULL, 0);
	struct cd_metric_source source = source_of(c);
	(void)state;

	for (uint64_t i = 0; i < CD_METRICS; i++)
		cd_counters_add(&c->counters[HOST2_A], (enum cd_metric)i, 1000 + i);
	coodie_metrics m = { .size = sizeof m };
	assert_true(cd_metric_sum(&source, NULL, &m, NULL));
#define X(name, field, family, kind, scope, unit, help) \
	CD_CHECK(m.field == 1000 + CD_METRIC_##name, #field);
#include "net/metrics/metric.def"
#undef X
	unmake(c);
}

static void test_histograms(void **state)
{
	struct cluster *c = make(NULL, 10 * SECOND);
	struct cd_metric_source source = source_of(c);
	coodie_scope scope = { sizeof scope, &c->hosts[0].host_id, 2 };
	coodie_histogram h = { .size = sizeof h };
	(void)state;

	for (uint64_t us = 1; us <= 100; us++) {
		cd_counters_record(&c->counters[HOST1_SHARD1], COODIE_HISTOGRAM_SERVER, us, SECOND);
		cd_counters_record(&c->counters[HOST2_B], COODIE_HISTOGRAM_SERVER, 100 + us,
				   SECOND);
	}
	source.now_us = 2 * SECOND;
	assert_true(cd_metric_histogram(&source, NULL, COODIE_HISTOGRAM_SERVER, &h, NULL));
	assert_int_equal(h.count, 200);
	assert_int_equal(h.min, 1);
	assert_in_range(h.max, 199, 201);
	assert_int_equal(h.p50, 100);
	assert_in_range(h.p99, 197, 199);
	assert_true(h.mean > 100 && h.mean < 101);
	assert_true(cd_metric_histogram(&source, &scope, COODIE_HISTOGRAM_SERVER, &h, NULL));
	assert_int_equal(h.count, 100);
	assert_int_equal(h.p999, 100);
	assert_true(cd_metric_histogram(&source, NULL, COODIE_HISTOGRAM_QUEUE, &h, NULL));
	assert_int_equal(h.count, 0);
	source.now_us = 100 * SECOND; /* forgotten, though no loop has come by */
	assert_true(cd_metric_histogram(&source, NULL, COODIE_HISTOGRAM_SERVER, &h, NULL));
	assert_int_equal(h.count, 0);
	unmake(c);
}

static bool record_one(const coodie_allocator *a, void *user)
{
	struct cluster *c = make(a, 0);
	struct cd_metric_source source = source_of(c);
	coodie_histogram h = { .size = sizeof h };
	(void)user;

	cd_counters_record(&c->counters[LOOP_A], COODIE_HISTOGRAM_REQUEST, 5, 0);
	assert_true(cd_metric_histogram(&source, NULL, COODIE_HISTOGRAM_REQUEST, &h, NULL));
	unmake(c);
	return h.count == 1;
}

static void test_memory(void **state)
{
	struct cd_failalloc f;
	struct cluster *c;
	(void)state;

	assert_true(cd_failalloc_each("a histogram", record_one, NULL));
	cd_failalloc_init(&f, 0);
	c = make(&f.allocator, 0);
	assert_int_equal(f.calls, 0); /* idle: none */
	unmake(c);
}

/* ---- rates ---------------------------------------------------------------------------------- */

static bool near(double got, double want)
{
	double off = got > want ? got - want : want - got;

	return off <= want * 0.001 + 1e-9;
}

/* `per_s` responses every second of the given ones, looked at later. */
static void test_rates(void **state)
{
	static const struct {
		const char *name;
		uint64_t from_s, to_s, per_s, look_s;
		double want[3];
	} rows[] = {
		{ "none", 0, 0, 0, 1000, { 0, 0, 0 } },
		{ "before the first tick", 0, 3, 10, 4, { 0, 0, 0 } },
		{ "the first tick", 0, 5, 10, 5, { 10, 10, 10 } },
		{ "steady", 0, 1000, 7, 1000, { 7, 7, 7 } },
		{ "a minute after", 0, 600, 100, 660, { 36.78794, 81.87308, 93.55070 } },
		{ "an hour after", 0, 600, 100, 4200, { 0, 0.000614421, 1.831564 } },
		{ "long silence before", 1000, 1060, 100, 1060, { 63.21206, 18.13286, 6.51124 } },
	};
	(void)state;

	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct cluster *c = make(NULL, 0);
		struct cd_metric_source source = source_of(c);
		coodie_metrics m = { .size = sizeof m };
		if (rows[i].from_s) /* one response long ago: the first tick was one of nearly none */
			cd_counters_response(&c->counters[HOST2_A], 0);
		for (uint64_t s = rows[i].from_s; s < rows[i].to_s; s++)
			for (uint64_t n = 0; n < rows[i].per_s; n++)
				cd_counters_response(&c->counters[HOST2_A], s * SECOND);
		source.now_us = rows[i].look_s * SECOND;
		assert_true(cd_metric_sum(&source, NULL, &m, NULL));
		if (!near(m.rate_1m, rows[i].want[0]) || !near(m.rate_5m, rows[i].want[1]) ||
		    !near(m.rate_15m, rows[i].want[2]))
			fail_msg("%s: %f %f %f", rows[i].name, m.rate_1m, m.rate_5m, m.rate_15m);
		unmake(c);
	}
}

/* ---- text ----------------------------------------------------------------------------------- */

static char *text_of(const struct cd_metric_source *source)
{
	size_t len = cd_metric_text(source, NULL, 0);
	char *text = malloc(len + 1), why[512];

	assert_non_null(text);
	assert_int_equal(cd_metric_text(source, text, len + 1), len);
	assert_int_equal(strlen(text), len);
	if (!cd_openmetrics_check(text, why, sizeof why))
		fail_msg("%s", why);
	return text;
}

static void wants(const char *text, const char *sample, double want)
{
	double got = cd_openmetrics_value(text, sample);

	if (!near(got, want))
		fail_msg("%s is %f, not %f", sample, got, want);
}

static void test_text(void **state)
{
	struct cluster *c = make(NULL, 0);
	struct cd_metric_source source = source_of(c);
	char *text;
	(void)state;

	cd_counters_add(&c->counters[LOOP_A], CD_METRIC_REQUESTS, 1);
	cd_counters_add(&c->counters[LOOP_B], CD_METRIC_REQUESTS, 2);
	cd_counters_add(&c->counters[HOST1_SHARD1], CD_METRIC_BYTES_SENT, 5);
	cd_counters_add(&c->counters[HOST2_A], CD_METRIC_BYTES_SENT, 10);
	cd_counters_add(&c->counters[HOST2_B], CD_METRIC_BYTES_SENT, 20);
	cd_counters_add(&c->counters[HOST2_B], CD_METRIC_CONNECTIONS, 2);
	cd_counters_record(&c->counters[HOST1_SHARD0], COODIE_HISTOGRAM_SERVER, 90, 0);
	cd_counters_record(&c->counters[HOST1_SHARD1], COODIE_HISTOGRAM_SERVER, 9000, 0);
	cd_counters_record(&c->counters[HOST2_B], COODIE_HISTOGRAM_SERVER, 30 * SECOND, 0);
	cd_counters_record(&c->counters[LOOP_A], COODIE_HISTOGRAM_REQUEST, 100, 0);
	cd_counters_record(&c->counters[LOOP_B], COODIE_HISTOGRAM_REQUEST, 100, 0);
	text = text_of(&source);
	wants(text, "coodie_session_info{session=\"an-id\"}", 1);
	wants(text, "coodie_requests_total", 3);
	wants(text, "coodie_sent_bytes_total{host=\"10.0.0.1:9042\",dc=\"dc1\",shard=\"1\"}", 5);
	wants(text, "coodie_sent_bytes_total{host=\"10.0.0.2:9042\",dc=\"dc1\"}", 30);
	wants(text, "coodie_connections{host=\"10.0.0.2:9042\",dc=\"dc1\"}", 2);
	wants(text, "coodie_server_seconds_bucket{host=\"10.0.0.1:9042\",dc=\"dc1\",le=\"0.0001\"}",
	      1);
	wants(text, "coodie_server_seconds_bucket{host=\"10.0.0.1:9042\",dc=\"dc1\",le=\"0.01\"}",
	      2);
	wants(text, "coodie_server_seconds_bucket{host=\"10.0.0.2:9042\",dc=\"dc1\",le=\"10.0\"}",
	      0);
	wants(text, "coodie_server_seconds_count{host=\"10.0.0.2:9042\",dc=\"dc1\"}", 1);
	wants(text, "coodie_request_seconds_count", 2);
	wants(text, "coodie_request_seconds_sum", 0.0002);
	free(text);
	source.forgets = true;
	text = text_of(&source);
	wants(text, "coodie_request_seconds_gcount", 2);
	free(text);
	unmake(c);
}

static void test_text_of_hostile_names(void **state)
{
	static const struct {
		const char *name, *datacenter, *label;
	} rows[] = {
		{ "a quote", "a\"b", "a\\\"b" },
		{ "a backslash at the end", "a\\", "a\\\\" },
		{ "a line feed", "a\n# EOF", "a?# EOF" },
		{ "UTF-8", "\xc3\xa4", "\xc3\xa4" },
		{ "no UTF-8", "\xe4\xc3", "??" },
		{ "a bracket", "}{ 1", "}{ 1" },
		{ "empty", "", "" },
		{ "none", NULL, "" },
	};
	(void)state;

	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		struct cluster *c = make(NULL, 0);
		struct cd_metric_source source = source_of(c);
		char sample[256], *text;
		c->hosts[1].datacenter = rows[i].datacenter;
		cd_counters_count(&c->counters[HOST2_A], CD_METRIC_CONNECTS);
		text = text_of(&source);
		snprintf(sample, sizeof sample,
			 "coodie_connects_total{host=\"10.0.0.2:9042\",dc=\"%s\"}", rows[i].label);
		CD_CHECK(near(cd_openmetrics_value(text, sample), 1), rows[i].name);
		free(text);
		unmake(c);
	}
}

/* As snprintf() does: the length is always that of all, what fits is written and terminated. */
static void test_text_cut(void **state)
{
	struct cluster *c = make(NULL, 0);
	struct cd_metric_source source = source_of(c);
	char *text = text_of(&source), cut[400];
	(void)state;

	for (size_t size = 0; size < sizeof cut; size++) {
		memset(cut, 'x', sizeof cut);
		assert_int_equal(cd_metric_text(&source, cut, size), strlen(text));
		if (size) {
			assert_int_equal(strlen(cut), size - 1);
			assert_memory_equal(cut, text, size - 1);
		}
		assert_int_equal(cut[size], 'x');
	}
	free(text);
	unmake(c);
}

/* The reader of the tests refuses what it should. */
static void test_the_reader(void **state)
{
#define HEAD "# TYPE a counter\n# HELP a b\n"
	static const struct {
		const char *name, *text;
		bool ok;
	} rows[] = {
		{ "nothing but the end", "# EOF\n", true },
		{ "a counter", HEAD "a_total 1\n# EOF\n", true },
		{ "no end", HEAD "a_total 1\n", false },
		{ "text behind the end", "# EOF\nx\n", false },
		{ "no line feed", "# EOF", false },
		{ "no suffix", HEAD "a 1\n# EOF\n", false },
		{ "twice", HEAD "a_total 1\na_total 1\n# EOF\n", false },
		{ "another family", HEAD "b_total 1\n# EOF\n", false },
		{ "no help", "# TYPE a counter\na_total 1\n# EOF\n", false },
		{ "two pieces", HEAD "# TYPE b gauge\n# HELP b b\n" HEAD "# EOF\n", false },
		{ "an open quote", HEAD "a_total{b=\"c} 1\n# EOF\n", false },
		{ "a wrong escape", HEAD "a_total{b=\"\\c\"} 1\n# EOF\n", false },
		{ "two spaces", HEAD "a_total  1\n# EOF\n", false },
		{ "a unit that is not in the name", "# TYPE a gauge\n# UNIT a bytes\n# EOF\n",
		  false },
		{ "buckets that shrink",
		  "# TYPE a histogram\n# HELP a b\na_bucket{le=\"1.0\"} 2\na_bucket{le=\"+Inf\"} 1\n# EOF\n",
		  false },
		{ "a count of its own",
		  "# TYPE a histogram\n# HELP a b\na_bucket{le=\"+Inf\"} 1\na_count 2\n# EOF\n",
		  false },
	};
	char why[512];
	(void)state;

	for (size_t i = 0; i < CD_COUNT(rows); i++)
		CD_CHECK(cd_openmetrics_check(rows[i].text, why, sizeof why) == rows[i].ok,
			 rows[i].name);
}

/* ---- docs/metrics.md ------------------------------------------------------------------------ */

enum { COUNTER, GAUGE, SESSION, SHARD };

static char *read_docs(void)
{
	const char *top = getenv("srcdir");
	char path[1024], *text = calloc(1, 65536);
	FILE *f;

	assert_non_null(text);
	snprintf(path, sizeof path, "%s/docs/metrics.md", top ? top : ".");
	f = fopen(path, "r");
	if (!f)
		fail_msg("%s cannot be opened: run this in the source folder or set srcdir", path);
	assert_in_range(fread(text, 1, 65535, f), 1, 65534);
	fclose(f);
	return text;
}

static void test_docs(void **state)
{
	static const char *const words[] = { "counter", "gauge", "session", "host, shard" };
	char *docs = read_docs();
	size_t rows = 0;
	(void)state;

#define X(name, field, family, kind, scope, unit, help) \
	{ \
		char line[512]; \
		snprintf(line, sizeof line, "\n| `%s` | `coodie_%s%s` | %s | %s | %s |\n", #field, \
			 family, (kind) == COUNTER ? "_total" : "", words[kind], words[scope], \
			 help); \
		if (!strstr(docs, line)) \
			fail_msg("docs/metrics.md should have:%s", line); \
	}
#include "net/metrics/metric.def"
#undef X
	for (const char *at = docs; (at = strstr(at, "\n| `")); at++)
		rows += !strncmp(at + 4 + strspn(at + 4, "abcdefghijklmnopqrstuvwxyz_"),
				 "` | `coodie_", 12);
	assert_int_equal(rows, CD_METRICS);
	free(docs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scopes),      cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_every_field), cmocka_unit_test(test_histograms),
		cmocka_unit_test(test_memory),      cmocka_unit_test(test_rates),
		cmocka_unit_test(test_text),        cmocka_unit_test(test_text_of_hostile_names),
		cmocka_unit_test(test_text_cut),    cmocka_unit_test(test_the_reader),
		cmocka_unit_test(test_docs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
