/* SPDX-License-Identifier: MIT */
/* The skeleton of a program that bench/run drives. Allocations are counted by name: glibc's malloc
 * under ours. */
#include "bench/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t allocations;

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *ptr, size_t size);

void *malloc(size_t size)
{
	allocations++;
	return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	allocations++;
	return __libc_calloc(count, size);
}

void *realloc(void *ptr, size_t size)
{
	allocations++;
	return __libc_realloc(ptr, size);
}

static int list(const struct bench_program *p)
{
	for (const struct bench_case *c = p->cases; c < p->cases + p->count; c++)
		printf("%s|%u|%u|%s|%s|%s\n", c->name, c->times, c->units, c->unit,
		       c->floor ? c->floor : "", c->only ? c->only : "");
	return 0;
}

static int run(const struct bench_program *p, const struct bench_case *c, uint32_t count)
{
	size_t before, bytes = 0;

	p->init();
	if (c->set_up)
		c->set_up();
	for (uint32_t i = 0; i < p->warm_up; i++)
		c->run(i);
	before = allocations;
	for (uint32_t i = 0; i < count; i++)
		bytes = c->run(i);
	before = allocations - before;
	printf("%zu %zu\n", count ? before / count : 0, bytes);
	p->deinit();
	return 0;
}

int bench_main(const struct bench_program *p, int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "--list"))
		return list(p);
	for (size_t i = 0; argc == 3 && i < p->count; i++)
		if (!strcmp(argv[1], p->cases[i].name))
			return run(p, &p->cases[i], (uint32_t)strtoul(argv[2], NULL, 10));
	fprintf(stderr, "usage: %s CASE COUNT | %s --list\n", p->name, p->name);
	return 2;
}
