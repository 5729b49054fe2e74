/* SPDX-License-Identifier: MIT */
/* What most of the mapper's tests begin with: a session over the recording driver, new for each
 * case, and two ways to look at how a call ended. */
#ifndef TESTS_ORM_FIXTURE_H
#define TESTS_ORM_FIXTURE_H

#include "tests/mock.h"
#include "tests/test.h"

static struct mock mock;

static inline int open_mock(void **state)
{
	(void)state;
	mock_open(&mock);
	return 0;
}

static inline int close_mock(void **state)
{
	(void)state;
	mock_close(&mock);
	return 0;
}

/* A case with a session of its own. */
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_mock, close_mock)

static inline void ok(bool worked, const coodie_error *err)
{
	if (!worked)
		fail_msg("%s: %s", coodie_errc_name(err->code), err->message);
}

/* It was refused with this code, and the message says this. */
static inline void refused(bool worked, const coodie_error *err, enum coodie_errc code,
			   const char *says)
{
	assert_false(worked);
	if (err->code != code || !strstr(err->message, says))
		fail_msg("%s: \"%s\" is not in \"%s\"", coodie_errc_name(err->code), says,
			 err->message);
}

#endif
