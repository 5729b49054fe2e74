/* SPDX-License-Identifier: MIT */
/* What both files of the tracker know: how it is done by hand, and who is written. */
#ifndef BENCH_MATRIX_ARGUS_H
#define BENCH_MATRIX_ARGUS_H

#include "bench/matrix/argus_model.h"

matrix_fn argus_raw_get_or_create, argus_raw_by_state, argus_raw_latest,
	argus_raw_append_and_remove, argus_raw_add_events, argus_raw_feed, argus_raw_update_state,
	argus_raw_comment, argus_raw_show_run, argus_raw_build_large;

uint32_t argus_user_number(uint32_t i);

static inline cql_uuid argus_comment_id(uint32_t i)
{
	return matrix_uuid('k', ARGUS_COMMENTS + i % 100);
}

static inline cql_uuid argus_event_run(uint32_t i)
{
	return matrix_uuid('e', i % 100);
}

#endif
