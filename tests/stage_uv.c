/* SPDX-License-Identifier: MIT */
/* The loop of a stage: the one of examples/loop_uv.c. */
#include "tests/test.h"

int loop_uv_example(int argc, char **argv);
#define main loop_uv_example
#include "examples/loop_uv.c"
#undef main

#include "tests/stage.h"

struct stage_loop {
	uv_loop_t uv;
};

struct stage_loop *stage_loop_new(coodie_loop *out)
{
	struct stage_loop *l = calloc(1, sizeof *l);

	assert_non_null(l);
	assert_int_equal(uv_loop_init(&l->uv), 0);
	*out = loop_of(&l->uv);
	return l;
}

void stage_loop_turn(struct stage_loop *l, bool sleep)
{
	uv_run(&l->uv, sleep ? UV_RUN_ONCE : UV_RUN_NOWAIT);
}

void stage_loop_finish(struct stage_loop *l)
{
	uv_run(&l->uv, UV_RUN_DEFAULT);
}

void stage_loop_free(struct stage_loop *l)
{
	assert_int_equal(uv_loop_close(&l->uv), 0);
	free(l);
}
