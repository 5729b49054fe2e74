/* SPDX-License-Identifier: MIT */
/* A mock: what it will answer, and what it has seen. */
#include "orm/mock/mock.h"

#include <string.h>

#include "base/alloc.h"
#include "base/buffer.h"
#include "base/error.h"
#include "orm/value/show.h"

coodie_mock *cd_mock_new(const coodie_allocator *a, coodie_error *err)
{
	coodie_mock *mock = cd_alloc_zero(a, sizeof(*mock));

	if (!mock) {
		cd_no_memory(err, "a mock");
		return NULL;
	}
	mock->allocator = a ? *a : cd_malloc_allocator;
	mock->refs = 1;
	return mock;
}

coodie_mock *coodie_mock_new(coodie_error *err)
{
	cd_clear(err);
	return cd_mock_new(NULL, err);
}

void cd_mock_unref(coodie_mock *mock)
{
	coodie_allocator a = mock->allocator;

	if (--mock->refs)
		return;
	coodie_mock_clear(mock); /* sessions that are freed have left nothing that waits */
	cd_release(&a, mock->calls);
	cd_release(&a, mock);
}

void coodie_mock_free(coodie_mock *mock)
{
	if (!mock)
		return;
	mock->held = false;
	coodie_mock_clear(mock);
	cd_mock_unref(mock);
}

/* ---- answers --------------------------------------------------------------------------------- */

static bool add_answer(coodie_mock *mock, const char *prefix, coodie_result *take_res,
		       const coodie_error *failure, coodie_error *err)
{
	size_t len = strlen(prefix) + 1;
	struct cd_answer *answer = cd_alloc_zero(&mock->allocator, sizeof(*answer) + len);
	struct cd_answer **last = &mock->answers;

	if (!answer) {
		coodie_result_free(take_res);
		return cd_no_memory(err, "an answer");
	}
	memcpy(answer->prefix, prefix, len);
	answer->result = take_res;
	if (failure)
		answer->err = *failure;
	while (*last)
		last = &(*last)->next;
	*last = answer;
	return true;
}

bool coodie_mock_answer(coodie_mock *mock, const char *prefix, coodie_result *take_res,
			coodie_error *err)
{
	cd_clear(err);
	if (mock && prefix)
		return add_answer(mock, prefix, take_res, NULL, err);
	coodie_result_free(take_res);
	return cd_fail(err, COODIE_ERR_INVALID, "the %s is NULL", mock ? "prefix" : "mock");
}

bool coodie_mock_fail(coodie_mock *mock, const char *prefix, const coodie_error *failure,
		      coodie_error *err)
{
	cd_clear(err);
	if (!mock || !prefix || !failure)
		return cd_fail(err, COODIE_ERR_INVALID, "the %s is NULL",
			       !mock    ? "mock"
			       : prefix ? "failure"
					: "prefix");
	if (failure->code == COODIE_OK)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "a failure has another code than COODIE_OK");
	return add_answer(mock, prefix, NULL, failure, err);
}

void coodie_mock_hold(coodie_mock *mock, bool hold)
{
	mock->held = hold;
}

size_t coodie_mock_unused(const coodie_mock *mock)
{
	size_t count = 0;

	for (const struct cd_answer *answer = mock->answers; answer; answer = answer->next)
		count++;
	return count;
}

/* ---- records --------------------------------------------------------------------------------- */

size_t coodie_mock_count(const coodie_mock *mock)
{
	return mock ? mock->count : 0;
}

const coodie_statement *coodie_mock_at(const coodie_mock *mock, size_t i)
{
	return mock && i < mock->count ? &mock->calls[i]->st : NULL;
}

/* One that still waits goes when it is answered. */
void coodie_mock_clear(coodie_mock *mock)
{
	for (size_t i = 0; i < mock->count; i++) {
		struct cd_call *call = mock->calls[i];

		call->recorded = false;
		if (!call->lane)
			cd_call_free(&mock->allocator, call);
	}
	mock->count = 0;
	while (mock->answers) {
		struct cd_answer *answer = mock->answers;

		mock->answers = answer->next;
		coodie_result_free(answer->result);
		cd_release(&mock->allocator, answer);
	}
}

/* ---- for people ------------------------------------------------------------------------------ */

const char *cd_mock_batch_words(unsigned kind)
{
	static const char words[][24] = {
		[COODIE_BATCH_LOGGED] = "BEGIN BATCH ",
		[COODIE_BATCH_UNLOGGED] = "BEGIN UNLOGGED BATCH ",
		[COODIE_BATCH_COUNTER] = "BEGIN COUNTER BATCH ",
	};

	return words[kind <= COODIE_BATCH_COUNTER ? kind : COODIE_BATCH_LOGGED];
}

static void put_statement(struct cd_buffer *b, const coodie_statement *st)
{
	if (st->child_count == 0) {
		cd_show_statement(b, st->cql, st->args);
		return;
	}
	cd_buffer_text(b, cd_mock_batch_words(st->batch_kind));
	for (size_t i = 0; i < st->child_count; i++) {
		cd_show_statement(b, st->children[i].cql, st->children[i].args);
		cd_buffer_text(b, "; ");
	}
	cd_buffer_text(b, "APPLY BATCH");
}

size_t coodie_mock_format(const coodie_mock *mock, char *out, size_t size)
{
	struct cd_buffer b;
	size_t len;

	cd_buffer_init(&b, mock ? &mock->allocator : NULL, 0);
	for (size_t i = 0; mock && i < mock->count; i++) {
		put_statement(&b, &mock->calls[i]->st);
		cd_buffer_text(&b, "\n");
	}
	len = cd_show_give(&b, true, out, size);
	cd_buffer_deinit(&b);
	return len;
}
