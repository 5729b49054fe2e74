/* SPDX-License-Identifier: MIT */
/**
 * @file mock.h
 * A driver that records statements and answers what it was told: for tests of services that use the
 * mapper or sessions, without a cluster or a socket.
 *
 *     coodie_mock *mock = coodie_mock_new(&err);
 *     coodie_session *s = coodie_mock_session(mock, "shop", &err);
 *     coodie_mock_answer(mock, "SELECT", coodie_result_new_rows(...), &err);
 *     ... the code under test ...
 *     assert(coodie_mock_count(mock) == 1);
 *     assert(strcmp(coodie_mock_at(mock, 0)->cql, "SELECT ...") == 0);
 *     coodie_session_free(s);
 *     coodie_mock_free(mock);
 *
 * A session of a mock behaves as one with a private loop: answers are delivered by blocking calls
 * and coodie_session_run(), never from inside the call that sent the statement. What needs a server
 * (coodie_session_prepare() and the like) answers COODIE_ERR_UNSUPPORTED. One thread at a time.
 * docs/guide/testing.md says when a node in the process (coodie/node.h) is the better choice. Serves H10,
 * CN-15.
 */
#ifndef COODIE_MOCK_H
#define COODIE_MOCK_H

#include <coodie/driver.h>

COODIE_BEGIN

typedef struct coodie_mock coodie_mock;

COODIE_API coodie_mock *coodie_mock_new(coodie_error *err);
/** Frees a mock, its records and the answers that were not used. What its sessions still need of it
 * lives as long as they do: the order does not matter. NULL is fine. */
COODIE_API void coodie_mock_free(coodie_mock *mock);
/**
 * A session over the mock. Several share its answers and its records.
 * @param keyspace  of models without one; NULL: none
 * @return freed with coodie_session_free(), or given to a registry
 */
COODIE_API coodie_session *coodie_mock_session(coodie_mock *mock, const char *keyspace,
					       coodie_error *err);

/**
 * Answers the next statement that begins with `prefix` (in the same case; "" for any). Each answer
 * is used once; of those that fit, the one that was given first. A statement without one gets a
 * void result; a SELECT fails, with COODIE_ERR_INVALID and its text. A batch begins with "BEGIN BATCH",
 * "BEGIN UNLOGGED BATCH" or "BEGIN COUNTER BATCH".
 * @param take_res  the mock's, whatever is returned; NULL: no rows to a SELECT, a void result to others
 */
COODIE_API bool coodie_mock_answer(coodie_mock *mock, const char *prefix, coodie_result *take_res,
				   coodie_error *err);
/** The same with a failure, which is copied; its code is not COODIE_OK. */
COODIE_API bool coodie_mock_fail(coodie_mock *mock, const char *prefix, const coodie_error *failure,
				 coodie_error *err);
/** Keeps statements unanswered until told: for tests of what happens meanwhile. A blocking call,
 * which would wait for ever, is answered all the same, after what was sent before it. */
COODIE_API void coodie_mock_hold(coodie_mock *mock, bool hold);
/** @return answers that no statement has asked for yet */
COODIE_API size_t coodie_mock_unused(const coodie_mock *mock);

/** @return statements since the mock was made or cleared; a batch is one */
COODIE_API size_t coodie_mock_count(const coodie_mock *mock);
/** The i-th, with copies of its binds, its options (`id` is NULL) and, in a batch, its children;
 * borrowed until the mock is cleared or freed. NULL past the end. */
COODIE_API const coodie_statement *coodie_mock_at(const coodie_mock *mock, size_t i);
/** Writes all statements, one a line, with binds as literals in the places of their markers, as
 * snprintf() does. 0 also when there is no memory for it. */
COODIE_API size_t coodie_mock_format(const coodie_mock *mock, char *out, size_t size);
/** Forgets what was recorded, and the answers that were not used. Statements without an answer keep
 * theirs. */
COODIE_API void coodie_mock_clear(coodie_mock *mock);

COODIE_END

#endif
