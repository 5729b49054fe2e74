/* SPDX-License-Identifier: MIT */
/* Some cases of a test program, by name, and what each of them did: tests/check-rows asks.
 *
 * COODIE_TEST_CASES   names of cases with commas between them: only these run; "*": all
 * COODIE_TEST_COUNTS  a file that gets a line for each: group, case, statements and messages
 *                     sent, local errors met; with tabs between them
 *
 * The linker leads calls of the layers and of the programs here (--wrap, TEST_COUNTERS of
 * configure.ac). Without these settings all is as ever. */
#include <stdatomic.h>

#include <coodie/driver.h>

#include "base/error.h"
#include "proto/outbox.h"
#include "tests/test.h"

static atomic_size_t sent, errors;

/* ---- what is counted ------------------------------------------------------------------------- */

/* Errors that say something about the call, or about what was found. The others come from memory,
 * peers and servers. */
static bool is_local(enum coodie_errc code)
{
	return code != COODIE_ERR_NO_MEMORY && code != COODIE_ERR_PROTOCOL &&
	       code != COODIE_ERR_SERVER;
}

/* The linker's names for what it leads here and for where that led before; weak where a program may
 * be without that layer. */
bool __real_cd_fail(coodie_error *err, enum coodie_errc code, const char *format, ...)
	COODIE_PRINTF(3, 4);
bool __wrap_cd_fail(coodie_error *err, enum coodie_errc code, const char *format, ...)
	COODIE_PRINTF(3, 4);
void *__wrap_cd_fail_null(coodie_error *err, enum coodie_errc code, const char *format, ...)
	COODIE_PRINTF(3, 4);
__attribute__((weak)) bool __real_coodie_session_submit(coodie_session *s,
							const coodie_statement *st,
							coodie_done_fn *done, void *user,
							coodie_error *err);
bool __wrap_coodie_session_submit(coodie_session *s, const coodie_statement *st,
				  coodie_done_fn *done, void *user, coodie_error *err);
__attribute__((weak)) void __real_cd_outbox_sent(struct cd_outbox *out, size_t n);
void __wrap_cd_outbox_sent(struct cd_outbox *out, size_t n);
int __real__cmocka_run_group_tests(const char *name, const struct CMUnitTest *tests, size_t count,
				   CMFixtureFunction setup, CMFixtureFunction teardown);
int __wrap__cmocka_run_group_tests(const char *name, const struct CMUnitTest *tests, size_t count,
				   CMFixtureFunction setup, CMFixtureFunction teardown);

static void fail_with(coodie_error *err, enum coodie_errc code, const char *format, va_list args)
	COODIE_PRINTF(3, 0);
static void fail_with(coodie_error *err, enum coodie_errc code, const char *format, va_list args)
{
	/* longer than a message may be: the real one cuts it, where it always does */
	char text[2 * COODIE_ERROR_MESSAGE_SIZE];

	errors += is_local(code);
	vsnprintf(text, sizeof(text), format, args);
	__real_cd_fail(err, code, "%s", text);
}

bool __wrap_cd_fail(coodie_error *err, enum coodie_errc code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fail_with(err, code, format, args);
	va_end(args);
	return false;
}

void *__wrap_cd_fail_null(coodie_error *err, enum coodie_errc code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fail_with(err, code, format, args);
	va_end(args);
	return NULL;
}

/* Statements of the mapper; one without text and children is only a turn of the loop. */
bool __wrap_coodie_session_submit(coodie_session *s, const coodie_statement *st,
				  coodie_done_fn *done, void *user, coodie_error *err)
{
	bool is_empty = st && !st->cql && !st->prepared && !st->child_count;
	bool worked = __real_coodie_session_submit(s, st, done, user, err);

	sent += worked && !is_empty;
	return worked;
}

/* Bytes of connections on their way. */
void __wrap_cd_outbox_sent(struct cd_outbox *out, size_t n)
{
	sent += n > 0;
	__real_cd_outbox_sent(out, n);
}

/* ---- the cases ------------------------------------------------------------------------------- */

/* What runs now: the fixtures of a case take no argument that would say. */
static struct {
	FILE *counts;
	const char *group;
	const struct CMUnitTest *cases;
	size_t at; /* of the case in progress */
} now;

static bool is_wanted(const char *name, const char *list)
{
	size_t len = strlen(name);

	if (!strcmp(list, "*"))
		return true;
	for (const char *at = list; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL) {
		if (!strncmp(at, name, len) && (!at[len] || at[len] == ','))
			return true;
	}
	return false;
}

static int begin_case(void **state)
{
	const struct CMUnitTest *one = &now.cases[now.at];

	if (one->setup_func && one->setup_func(state))
		return 1;
	sent = errors = 0; /* what the set-up did does not count */
	return 0;
}

static int end_case(void **state)
{
	const struct CMUnitTest *one = &now.cases[now.at++];

	fprintf(now.counts, "%s\t%s\t%zu\t%zu\n", now.group, one->name, (size_t)sent,
		(size_t)errors);
	return one->teardown_func ? one->teardown_func(state) : 0;
}

static int run_wanted(const char *list, const struct CMUnitTest *tests, size_t count,
		      CMFixtureFunction setup, CMFixtureFunction teardown)
{
	struct CMUnitTest *wanted = calloc(count + 1, sizeof(*wanted));
	struct CMUnitTest *run = calloc(count + 1, sizeof(*run));
	size_t n = 0;
	int failed = 0;

	for (size_t i = 0; i < count && wanted && run; i++) {
		if (!is_wanted(tests[i].name, list))
			continue;
		wanted[n] = run[n] = tests[i];
		run[n].setup_func = begin_case;
		run[n++].teardown_func = end_case;
	}
	now.cases = wanted;
	now.at = 0;
	if (n)
		failed = __real__cmocka_run_group_tests(now.group, run, n, setup, teardown);
	free(wanted);
	free(run);
	return failed;
}

int __wrap__cmocka_run_group_tests(const char *name, const struct CMUnitTest *tests, size_t count,
				   CMFixtureFunction setup, CMFixtureFunction teardown)
{
	const char *list = getenv("COODIE_TEST_CASES"), *path = getenv("COODIE_TEST_COUNTS");
	int failed;

	if (!list || !path)
		return __real__cmocka_run_group_tests(name, tests, count, setup, teardown);
	now.group = name;
	now.counts = fopen(path, "a");
	if (!now.counts)
		return 1;
	failed = run_wanted(list, tests, count, setup, teardown);
	fclose(now.counts);
	return failed;
}
