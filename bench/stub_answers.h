/* SPDX-License-Identifier: MIT */
/* What a node has answered, kept to be said again: by what a request is, not by its values. */
#ifndef BENCH_STUB_ANSWERS_H
#define BENCH_STUB_ANSWERS_H

#include <coodie/codec.h>

enum { STUB_ID = 16, STUB_ANSWERS = 256 };

/* A request whose answer can be repeated: EXECUTE without a paging state, BATCH. */
struct stub_request {
	uint8_t version, opcode;
	bool skips_metadata;
	uint8_t id[STUB_ID]; /* of a BATCH: of its first statement, or zeros */
	uint16_t rows;       /* of a BATCH */
	uint16_t value_count;
	cql_blob values; /* of the (first) statement */
};

struct stub_answer {
	uint8_t version, opcode;
	bool skips_metadata;
	uint8_t id[STUB_ID];
	uint8_t *envelope; /* with its header */
	size_t len;
};

/* A prepared statement with a partition key of one column. */
struct stub_statement {
	uint8_t id[STUB_ID];
	uint16_t key_index;
};

struct stub_answers {
	struct stub_answer at[STUB_ANSWERS];
	size_t count;
	const struct stub_answer *last;
	struct stub_statement statements[STUB_ANSWERS];
	size_t statement_count;
};

/* False: it is another request, or a strange one: ask the node. */
bool stub_request_read(const cql_envelope *e, struct stub_request *out);
/* NULL: not known yet. */
const struct stub_answer *stub_find(struct stub_answers *a, const struct stub_request *q);
/* Keeps an answer that can be repeated (`q` not NULL, a RESULT), and what PREPARE says of keys. */
void stub_learn(struct stub_answers *a, const cql_envelope *request, const struct stub_request *q,
		const cql_envelope *answer);
/* The token of the partition it is for; false: not known. */
bool stub_token(const struct stub_answers *a, const struct stub_request *q, int64_t *token);
void stub_answers_deinit(struct stub_answers *a);

#endif
