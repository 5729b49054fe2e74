/* SPDX-License-Identifier: MIT */
/**
 * @file mock.h
 * A driver that records statements and answers with what it was told: for tests of services that
 * use the mapper, without a cluster or a socket.
 *
 *     coodie_mock *mock = coodie_mock_new(&err);
 *     coodie_session *s = coodie_mock_session(mock, &err);
 *     coodie_mock_answer(mock, "SELECT", coodie_result_new_rows(...), &err);
 *     ... the code under test ...
 *     assert(coodie_mock_count(mock) == 1);
 *
 * Answers are delivered on a later turn, as the callback contract wants. Serves H10, CN-15.
 */
#ifndef COODIE_MOCK_H
#define COODIE_MOCK_H

#include <coodie/driver.h>

COODIE_BEGIN

typedef struct coodie_mock coodie_mock;

COODIE_API coodie_mock *coodie_mock_new(coodie_error *err);
/** Frees a mock, its records and the answers that were not used; after its sessions. */
COODIE_API void coodie_mock_free(coodie_mock *mock);
/** A session over the mock, freed with coodie_session_free() as any other. */
COODIE_API coodie_session *coodie_mock_session(coodie_mock *mock, coodie_error *err);

/**
 * Answers the next statement that begins with `prefix` ("" for any); answers are used up in the
 * order they were given. A statement without one gets a void result.
 */
COODIE_API bool coodie_mock_answer(coodie_mock *mock, const char *prefix,
				   coodie_result *take_res, coodie_error *err);
/** The same with a failure. `failure` is copied. */
COODIE_API bool coodie_mock_fail(coodie_mock *mock, const char *prefix,
				 const coodie_error *failure, coodie_error *err);
/** Keeps statements unanswered until told: for tests of what happens meanwhile. */
COODIE_API void coodie_mock_hold(coodie_mock *mock, bool hold);

/** @return statements since the mock was made or cleared */
COODIE_API size_t coodie_mock_count(const coodie_mock *mock);
/** The i-th, with its options and a copy of its binds; borrowed until clear. NULL past the end. */
COODIE_API const coodie_statement *coodie_mock_at(const coodie_mock *mock, size_t i);
/** Writes all statements, one a line, with binds as literals, as snprintf() does. */
COODIE_API size_t coodie_mock_format(const coodie_mock *mock, char *out, size_t size);
COODIE_API void coodie_mock_clear(coodie_mock *mock);

COODIE_END

#endif
