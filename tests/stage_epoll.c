/* SPDX-License-Identifier: MIT */
/* The loop of a stage: the one of examples/loop_epoll.c. */
#include "tests/test.h"

int loop_epoll_example(int argc, char **argv);
#define main loop_epoll_example
#include "examples/loop_epoll.c"
#undef main

#include "tests/stage.h"

struct stage_loop {
	struct loop of;
};

struct stage_loop *stage_loop_new(coodie_loop *out)
{
	struct stage_loop *l = calloc(1, sizeof *l);

	assert_non_null(l);
	assert_true(loop_open(&l->of, out));
	return l;
}

void stage_loop_turn(struct stage_loop *l, bool sleep)
{
	turn(&l->of, sleep);
}

void stage_loop_finish(struct stage_loop *l)
{
	while (l->of.watches)
		turn(&l->of, true);
}

void stage_loop_free(struct stage_loop *l)
{
	close(l->of.fd);
	free(l);
}
