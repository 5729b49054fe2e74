/* SPDX-License-Identifier: MIT */
/* For tests of the schema: a database, and statements of DDL run in it from their text. */
#ifndef TESTS_NODE_DDL_H
#define TESTS_NODE_DDL_H

#include "node/cluster/system.h"
#include "node/server/request.h"

struct nd_ddl_test {
	struct nd_database db;
	struct cd_arena arena; /* of the last statement: reset by the next one */
	struct nd_request x;
	char keyspace[64]; /* of the session; empty: none */
	int64_t now_us;    /* of the next statement; goes on by a millisecond */
	struct nd_system_source source;
};

/* One node, in dc1. False: out of memory. */
bool nd_ddl_test_init(struct nd_ddl_test *t, const coodie_allocator *allocator);
void nd_ddl_test_deinit(struct nd_ddl_test *t);
/* Parses and runs one statement of DDL; `answer` gets it as tests/cql writes answers: "void",
 * "schema CREATED TABLE ks.t", "error 0x2200 text", with lines of warnings behind. */
void nd_ddl_test_run(struct nd_ddl_test *t, const char *cql, char *answer, size_t size);
/* The same, and the answer must be `want`. */
void nd_ddl_test_expect(struct nd_ddl_test *t, const char *cql, const char *want);

#endif
