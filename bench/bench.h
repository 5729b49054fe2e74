/* SPDX-License-Identifier: MIT */
/* What the programs share that bench/run drives: a list of cases, each run so many times.
 *
 *     PROGRAM CASE COUNT     does it COUNT times; prints allocations of one time, and its bytes
 *     PROGRAM --list         cases, units per time, what each is compared with, and what of it counts
 */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <stddef.h>
#include <stdint.h>

struct bench_case {
	const char *name;
	size_t (*run)(uint32_t i); /* does its thing once; says how many bytes it wrote or read */
	void (*set_up)(void);      /* NULL: nothing of its own */
	uint32_t times, units;     /* for bench/run; units of one time */
	const char *unit;
	const char *floor; /* the case it is compared with; NULL: none */
	const char *only;  /* the function that counts; NULL: all of it */
};

struct bench_program {
	const char *name;
	const struct bench_case *cases;
	size_t count;
	uint32_t warm_up; /* times before what counts: buffers and arenas are warm then */
	void (*init)(void);
	void (*deinit)(void);
};

/* The program's main(). */
int bench_main(const struct bench_program *p, int argc, char **argv);

#endif
