/* SPDX-License-Identifier: MIT */
/* base/loop_ev.c: descriptors, timers and the hook before sleep, each freed from its own callback
 * too. */
#include "tests/test.h"

#include <ev.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/loop_ev.h"

struct world {
	coodie_loop loop;
	int fds[2];
	coodie_watch *watch;
	int events, calls;
	bool free_inside;
};

static void setup(struct world *w)
{
	memset(w, 0, sizeof *w);
	assert_true(cd_loop_ev_new(&w->loop, NULL));
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, w->fds), 0);
}

static void teardown(struct world *w)
{
	close(w->fds[0]);
	close(w->fds[1]);
	cd_loop_ev_free(&w->loop);
	cd_loop_ev_free(&w->loop); /* a freed one is an empty one */
}

static void on_io(int events, void *user)
{
	struct world *w = user;

	w->events |= events;
	w->calls++;
	if (w->free_inside)
		w->loop.vtable->io_free(w->loop.state, w->watch);
}

static void test_io(void **state)
{
	struct world w;
	(void)state;

	setup(&w);
	const coodie_loop_vtable *v = w.loop.vtable;
	assert_int_equal(v->size, sizeof *v);
	w.watch = v->io_new(w.loop.state, w.fds[0], COODIE_IO_WRITE, on_io, &w);
	assert_non_null(w.watch);
	v->run_once(w.loop.state);
	assert_int_equal(w.events, COODIE_IO_WRITE);

	w.events = 0;
	v->io_set(w.loop.state, w.watch, COODIE_IO_READ);
	assert_int_equal(write(w.fds[1], "x", 1), 1);
	v->run_once(w.loop.state);
	assert_int_equal(w.events, COODIE_IO_READ);

	w.events = 0;
	v->io_set(w.loop.state, w.watch, COODIE_IO_READ | COODIE_IO_WRITE);
	v->io_set(w.loop.state, w.watch, COODIE_IO_READ | COODIE_IO_WRITE);
	v->run_once(w.loop.state);
	assert_int_equal(w.events, COODIE_IO_READ | COODIE_IO_WRITE);

	w.calls = 0;
	v->io_set(w.loop.state, w.watch,
		  0); /* nothing is watched: the turn has nothing to wait for */
	v->run_once(w.loop.state);
	assert_int_equal(w.calls, 0);
	v->io_set(w.loop.state, w.watch, COODIE_IO_READ);
	w.free_inside = true;
	v->run_once(w.loop.state);
	v->run_once(w.loop.state);
	assert_int_equal(w.calls, 1);

	w.watch = v->io_new(w.loop.state, w.fds[0], 0, on_io, &w); /* made idle */
	v->run_once(w.loop.state);
	assert_int_equal(w.calls, 1);
	v->io_free(w.loop.state, w.watch);
	v->io_free(w.loop.state, NULL);
	teardown(&w);
}

static void test_peer_hung_up(void **state)
{
	struct world w;
	(void)state;

	setup(&w);
	const coodie_loop_vtable *v = w.loop.vtable;
	w.watch = v->io_new(w.loop.state, w.fds[0], COODIE_IO_READ, on_io, &w);
	shutdown(w.fds[1], SHUT_RDWR);
	v->run_once(w.loop.state);
	assert_true(w.events & COODIE_IO_READ);
	v->io_free(w.loop.state, w.watch);
	teardown(&w);
}

static void on_timer(void *user)
{
	struct world *w = user;

	w->calls++;
	if (w->free_inside)
		w->loop.vtable->timer_free(w->loop.state, w->watch);
}

static void test_timer(void **state)
{
	static const struct {
		const char *name;
		uint64_t delay_us;
		useconds_t away_us;
	} rows[] = {
		{ "at once", 0, 0 },
		{ "a microsecond", 1, 0 },
		{ "20 ms", 20000, 0 },
		{ "20 ms after 50 ms away from the loop", 20000, 50000 },
	};
	struct world w;
	(void)state;

	setup(&w);
	const coodie_loop_vtable *v = w.loop.vtable;
	w.watch = v->timer_new(w.loop.state, on_timer, &w);
	v->run_once(w.loop.state);
	assert_int_equal(w.calls, 0); /* not armed */
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		w.calls = 0;
		usleep(rows[i].away_us);
		uint64_t start = v->now_us(w.loop.state);
		v->timer_set(w.loop.state, w.watch, rows[i].delay_us);
		while (!w.calls)
			v->run_once(w.loop.state);
		/* libev may be early by its own resolution, never by more */
		CD_CHECK(v->now_us(w.loop.state) - start + 1000 >= rows[i].delay_us, rows[i].name);
		v->run_once(w.loop.state);
		CD_CHECK(w.calls == 1, rows[i].name); /* once */
	}
	w.calls = 0;
	v->timer_set(w.loop.state, w.watch, 1000);
	v->timer_stop(w.loop.state, w.watch);
	v->run_once(w.loop.state);
	assert_int_equal(w.calls, 0);

	v->timer_set(w.loop.state, w.watch, 60000000);
	v->timer_set(w.loop.state, w.watch, 1000); /* moved nearer */
	w.free_inside = true;
	v->run_once(w.loop.state);
	assert_int_equal(w.calls, 1);
	v->timer_free(w.loop.state, NULL);
	teardown(&w);
}

static void on_turn(void *user)
{
	struct world *w = user;

	w->calls++;
	if (w->free_inside)
		w->loop.vtable->turn_free(w->loop.state, w->watch);
	else if (w->calls == 3)
		w->loop.vtable->turn_set(w->loop.state, w->watch, false);
}

static void test_turn(void **state)
{
	struct world w;
	(void)state;

	setup(&w);
	const coodie_loop_vtable *v = w.loop.vtable;
	w.watch = v->turn_new(w.loop.state, on_turn, &w);
	v->run_once(w.loop.state);
	assert_int_equal(w.calls, 0);

	/* armed: runs each turn, and no turn sleeps though nothing can be read */
	coodie_watch *io = v->io_new(w.loop.state, w.fds[0], COODIE_IO_READ, on_io, &w);
	v->turn_set(w.loop.state, w.watch, true);
	v->turn_set(w.loop.state, w.watch, true);
	v->run_once(w.loop.state);
	v->run_once(w.loop.state);
	assert_int_equal(w.calls, 2);

	/* the third run disarms itself; from then on the loop sleeps until the descriptor is ready
	 */
	assert_int_equal(write(w.fds[1], "x", 1), 1);
	v->run_once(w.loop.state);
	assert_int_equal(w.calls, 3 + 1); /* and the descriptor's callback */
	v->run_once(w.loop.state);
	assert_int_equal(w.calls, 3 + 2);
	v->io_free(w.loop.state, io);

	w.free_inside = true;
	v->turn_set(w.loop.state, w.watch, true);
	v->run_once(w.loop.state);
	v->run_once(w.loop.state);
	assert_int_equal(w.calls, 3 + 3);
	v->turn_free(w.loop.state, NULL);
	teardown(&w);
}

static void test_attached(void **state)
{
	struct ev_loop *own = ev_loop_new(EVFLAG_AUTO);
	struct world w = { 0 };
	(void)state;

	w.loop = coodie_loop_libev(own);
	w.watch = w.loop.vtable->timer_new(own, on_timer, &w);
	w.loop.vtable->timer_set(own, w.watch, 1000);
	ev_run(own, 0); /* returns by itself when the only timer has fired */
	assert_int_equal(w.calls, 1);
	w.loop.vtable->timer_free(own, w.watch);
	ev_loop_destroy(own);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_io),       cmocka_unit_test(test_peer_hung_up),
		cmocka_unit_test(test_timer),    cmocka_unit_test(test_turn),
		cmocka_unit_test(test_attached),
	};
	return cmocka_run_group_tests_name("loop_ev", tests, NULL, NULL);
}
