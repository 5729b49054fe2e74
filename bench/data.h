/* SPDX-License-Identifier: MIT */
/* The tables that the bench's workloads are about, and what is in them, as statements. */
#ifndef BENCH_DATA_H
#define BENCH_DATA_H

#include <stdbool.h>

/* @return false: stop */
typedef bool bench_statement_fn(const char *cql, void *user);

/* Calls `fn` with one statement after another. @return whether it took them all */
bool bench_data(bench_statement_fn *fn, void *user);

#endif
