/* SPDX-License-Identifier: MIT */
/* The loop of a stage: libev's. */
#include <ev.h>

#include "tests/test.h"

#include <coodie/libev.h>

#include "tests/stage.h"

struct stage_loop *stage_loop_new(coodie_loop *out)
{
	struct ev_loop *ev = ev_loop_new(EVFLAG_NOENV);

	assert_non_null(ev);
	*out = coodie_loop_libev(ev);
	return (struct stage_loop *)ev;
}

void stage_loop_turn(struct stage_loop *l, bool sleep)
{
	ev_run((struct ev_loop *)l, sleep ? EVRUN_ONCE : EVRUN_NOWAIT);
}

void stage_loop_finish(struct stage_loop *l)
{
	ev_run((struct ev_loop *)l, 0);
}

void stage_loop_free(struct stage_loop *l)
{
	ev_loop_destroy((struct ev_loop *)l);
}
