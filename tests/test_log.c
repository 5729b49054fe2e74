/* SPDX-License-Identifier: MIT */
/* net/metrics/log.c: levels that cost nothing, lines that are cut, lines that repeat. */
#include "tests/test.h"

#include "net/metrics/log.h"

struct heard {
	size_t lines;
	char last[1024], before[1024];
	enum coodie_log_level level;
};

static void hear(enum coodie_log_level level, const char *message, void *user)
{
	struct heard *h = user;

	memcpy(h->before, h->last, sizeof h->last);
	snprintf(h->last, sizeof h->last, "%s", message);
	h->level = level;
	h->lines++;
}

static int counted(int *n)
{
	return ++*n;
}

static void test_levels(void **state)
{
	struct heard h = { .lines = 0 };
	struct coodie_options o = { .log = hear, .log_user = &h, .log_level = COODIE_LOG_WARN };
	int evaluated = 0;
	(void)state;

	cd_log(&o, COODIE_LOG_WARN, "one %d", counted(&evaluated));
	assert_string_equal(h.last, "one 1");
	assert_int_equal(h.level, COODIE_LOG_WARN);
	cd_log(&o, COODIE_LOG_INFO, "two %d", counted(&evaluated));
	assert_int_equal(h.lines, 1);
	o.log = NULL;
	cd_log(&o, COODIE_LOG_ERROR, "three %d", counted(&evaluated));
	assert_int_equal(h.lines, 1);
	assert_int_equal(evaluated, 1);
}

static void test_long_lines(void **state)
{
	struct heard h = { .lines = 0 };
	struct coodie_options o = { .log = hear, .log_user = &h, .log_level = COODIE_LOG_DEBUG };
	char text[2000];
	(void)state;

	memset(text, 'x', sizeof text);
	text[sizeof text - 1] = 0;
	cd_log(&o, COODIE_LOG_DEBUG, "%s", text);
	assert_int_equal(strlen(h.last), 511);
}

/* Lines of one host: when, of which kind, how many come out, and what the last two are. */
static void test_repeated_lines(void **state)
{
	static const struct {
		const char *name;
		uint64_t at_s;
		enum cd_log_kind kind;
		size_t lines;
		const char *before, *last;
	} rows[] = {
		{ "the first", 100, CD_LOG_CONNECT, 1, "", "line 0" },
		{ "again", 100, CD_LOG_CONNECT, 1, "", "line 0" },
		{ "another kind", 101, CD_LOG_LOST, 2, "line 0", "line 2" },
		{ "at the end of the minute", 159, CD_LOG_CONNECT, 2, "line 0", "line 2" },
		{ "after it", 160, CD_LOG_CONNECT, 4,
		  "... and 2 more like it within 60 s (connecting failed)", "line 4" },
		{ "the next minute", 219, CD_LOG_CONNECT, 4,
		  "... and 2 more like it within 60 s (connecting failed)", "line 4" },
		{ "nothing was counted of the other", 300, CD_LOG_LOST, 5, "line 4", "line 6" },
	};
	struct heard h = { .lines = 0 };
	struct coodie_options o = { .log = hear, .log_user = &h, .log_level = COODIE_LOG_INFO };
	struct cd_log_limits limits = { 0 };
	(void)state;

	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		cd_log_limited(&o, &limits, rows[i].kind, rows[i].at_s * 1000000, COODIE_LOG_WARN,
			       "line %zu", i);
		cd_log_limited(&o, &limits, rows[i].kind, rows[i].at_s * 1000000, COODIE_LOG_DEBUG,
			       "nobody wants this");
		CD_CHECK(h.lines == rows[i].lines, rows[i].name);
		CD_CHECK(!strcmp(h.before, rows[i].before), rows[i].name);
		CD_CHECK(!strcmp(h.last, rows[i].last), rows[i].name);
	}
	cd_log_settle(&o, &limits);
	assert_int_equal(h.lines, 6);
	assert_string_equal(h.last, "... and 1 more like it within 60 s (connecting failed)");
	assert_int_equal(h.level, COODIE_LOG_WARN);
	cd_log_settle(&o, &limits);
	assert_int_equal(h.lines, 6);
	/* the host is well: the next line is a first one */
	cd_log_limited(&o, &limits, CD_LOG_CONNECT, 220000000, COODIE_LOG_WARN, "again");
	assert_int_equal(h.lines, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_levels),
		cmocka_unit_test(test_long_lines),
		cmocka_unit_test(test_repeated_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
