/* SPDX-License-Identifier: MIT */
/* The tables of w1 to w4, BENCH_KEYS rows for w2, and the page of w3. */
#include "bench/data.h"

#include <stdio.h>

#include "bench/workload.h"

enum { PAGE_ROWS = 5000, PAYLOAD = 64 };

static const char *const tables[] = {
	"CREATE KEYSPACE bench_cql WITH replication = "
	"{'class': 'SimpleStrategy', 'replication_factor': 1}",
	"CREATE TABLE bench_cql.w1 (id uuid PRIMARY KEY, body text, n int, ts timestamp)",
	"CREATE TABLE bench_cql.w2 (id uuid PRIMARY KEY, name text, age int, score bigint, "
	"active boolean, ratio double, created timestamp, payload blob, addr inet, "
	"tags list<text>)",
	"CREATE TABLE bench_cql.w3 (pk text, ck int, body text, n bigint, ratio double, "
	"PRIMARY KEY (pk, ck))",
	"CREATE TABLE bench_cql.w4 (pk text, ck int, body text, n bigint, PRIMARY KEY (pk, ck))",
};

static bool fill_rows(bench_statement_fn *fn, void *user)
{
	char cql[512], payload[2 * PAYLOAD + 1];

	for (unsigned i = 0; i < PAYLOAD; i++)
		snprintf(payload + 2 * i, 3, "%02x", i);
	for (unsigned i = 0; i < BENCH_KEYS; i++) {
		snprintf(cql, sizeof cql,
			 "INSERT INTO bench_cql.w2 (id, name, age, score, active, ratio, created, "
			 "payload, addr, tags) VALUES (00000000-0000-4000-8000-%012llx, "
			 "'Ada Lovelace, Countess', 36, 1234567890123, true, 2718.28, "
			 "1767323045678, 0x%s, '10.20.30.40', ['alpha', 'beta', 'gamma'])",
			 (unsigned long long)bench_key(i), payload);
		if (!fn(cql, user))
			return false;
	}
	return true;
}

static bool fill_page(bench_statement_fn *fn, void *user)
{
	char cql[256];

	for (unsigned i = 0; i < PAGE_ROWS; i++) {
		snprintf(cql, sizeof cql,
			 "INSERT INTO bench_cql.w3 (pk, ck, body, n, ratio) VALUES "
			 "('" BENCH_PARTITION
			 "', %u, 'row body %06u of the wide partition', %llu, %.2f)",
			 i, i, i * 1000003ull, i / 4.0);
		if (!fn(cql, user))
			return false;
	}
	return true;
}

bool bench_data(bench_statement_fn *fn, void *user)
{
	for (unsigned i = 0; i < sizeof tables / sizeof tables[0]; i++)
		if (!fn(tables[i], user))
			return false;
	return fill_rows(fn, user) && fill_page(fn, user);
}
