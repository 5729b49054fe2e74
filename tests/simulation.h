/* SPDX-License-Identifier: MIT */
/* A world in one thread: a loop whose clock jumps to the next thing that happens, a network without
 * sockets, and a seed that decides everything that is left open - what is late, cut, lost, and which
 * of two ready things comes first. The same seed gives the same run, to the byte. */
#ifndef TESTS_SIMULATION_H
#define TESTS_SIMULATION_H

#include <coodie/loop.h>
#include <coodie/transport.h>

struct simulation;

/* What goes wrong: of 1,000 calls, so many. May be changed while it runs. */
struct simulation_faults {
	unsigned refuse;     /* of connect() */
	unsigned reset;      /* of send(): the connection is lost, and what was under way */
	unsigned short_send; /* takes less than it could */
	unsigned short_read; /* gives less than there is */
	uint64_t delay_us;   /* bytes arrive up to this much later */
	size_t window;       /* bytes under way on a connection each way; 0: 64 KiB */
};

/* NULL: out of memory. */
struct simulation *simulation_new(uint64_t seed);
void simulation_free(struct simulation *s);
void simulation_set_faults(struct simulation *s, const struct simulation_faults *faults);

/* One goes with the other. They live as long as the simulation. */
coodie_loop simulation_loop(struct simulation *s);
coodie_transport simulation_transport(struct simulation *s);
/* Microseconds since 1970 by the simulation's clock; `user` is the simulation. */
int64_t simulation_clock(void *user);

/* One turn of the loop, like run_once(). False: nothing is ready and nothing ever will be. */
bool simulation_turn(struct simulation *s);
/* A number below `below`, from the seed. */
uint32_t simulation_draw(struct simulation *s, uint32_t below);

/* A digest of all that has happened: when, in which order, and which bytes. */
uint64_t simulation_trace(const struct simulation *s);
/* Connections, listeners, watches that were not given back. */
size_t simulation_open(const struct simulation *s);

#endif
