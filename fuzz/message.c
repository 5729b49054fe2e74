/* SPDX-License-Identifier: MIT */
/* A message of either direction: read, walked, written; what was written is read and written to the
 * same bytes.
 *
 * Input: a byte of terms, nine of a header (its length is ignored), the body. */
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"

struct exchange {
	enum cql_role reader;
	cql_terms terms;
	struct fuzz_budget *budget;
};

static cql_terms terms_of(uint8_t bits)
{
	return (cql_terms){
		.size = sizeof(cql_terms),
		.metadata_id = bits & 1,
		.tablets_v2 = bits & 2,
		.rate_limit_error = bits & 4 ? 0xf000 : 0,
		.max_items = bits & 8 ? 3 : 0,
		.max_depth = bits & 16 ? 2 : 0,
	};
}

static cql_envelope envelope_of(cql_blob *in)
{
	cql_envelope e = { 0 };

	e.version = fuzz_u8(in) & 0x7f;
	e.flags = fuzz_u8(in) & (uint8_t)~CQL_FLAG_COMPRESSED;
	e.stream = (int16_t)fuzz_u16(in);
	e.opcode = fuzz_u8(in);
	fuzz_take(in, 4);
	e.body = *in;
	return e;
}

/* Every cell as its type says; a cell may be broken, the rows may not. */
static void walk_rows(const cql_result *result)
{
	uint32_t columns = result->metadata.column_count;
	cql_blob rows = result->rows;
	coodie_cell *cells = calloc(columns + 1u, sizeof *cells);
	coodie_error err;
	cql_value value;

	if (!cells)
		exit(EXIT_FAILURE);
	for (uint32_t n = 0; columns && n < result->row_count; n++) {
		FUZZ_CHECK_OK(cql_rows_next(&rows, cells, columns, &err), &err);
		for (uint32_t i = 0; result->metadata.columns && i < columns; i++)
			cql_decode(result->metadata.columns[i].type,
				   (cql_blob){ cells[i].data, cells[i].len }, &value, &err);
	}
	free(cells);
}

static void walk(const cql_message *m, cql_arena *arena)
{
	cql_tablet tablet;
	coodie_error err;

	if (m->opcode == CQL_OP_RESULT && m->as.result.kind == COODIE_RESULT_ROWS) {
		walk_rows(&m->as.result);
		fuzz_rows(&m->as.result);
	}
	if (cql_message_tablet(m, arena, &tablet, &err))
		for (uint32_t i = 0; i < tablet.replica_count; i++)
			cql_shard_of_token(tablet.last_token,
					   (uint32_t)tablet.replicas[i].shard | 1, 12);
}

/* The message as the other side would send it, in memory that is exactly as long. */
static cql_envelope write(const struct exchange *x, const cql_message *m, unsigned version)
{
	enum cql_role writer = x->reader == CQL_CLIENT ? CQL_SERVER : CQL_CLIENT;
	cql_envelope e;
	coodie_error err;
	cql_outbox *out = cql_outbox_new(writer, &x->terms, &x->budget->allocator, &err);
	cql_inbox *in = cql_inbox_new(x->reader, &x->terms, &x->budget->allocator, &err);

	FUZZ_CHECK_OK(out && in, &err);
	cql_inbox_switch(in, version, CQL_COMPRESSION_NONE);
	FUZZ_CHECK_OK(cql_outbox_switch(out, version, CQL_COMPRESSION_NONE, &err), &err);
	FUZZ_CHECK_OK(cql_message_write(out, m, &x->terms, &err), &err);
	cql_blob pending = cql_outbox_pending(out, &err);
	FUZZ_CHECK_OK(pending.data, &err);
	FUZZ_CHECK_OK(cql_inbox_feed(in, pending.data, pending.len, &err), &err);
	FUZZ_CHECK_OK(cql_inbox_next(in, &e, &err) == CQL_INBOX_ENVELOPE, &err);
	e.body.data = fuzz_copy(e.body);
	cql_outbox_sent(out, pending.len);
	cql_outbox_free(out);
	cql_inbox_free(in);
	return e;
}

/* What was written means the same: it is written to the same bytes. */
static void check_again(const struct exchange *x, const cql_envelope *first)
{
	coodie_error err;
	cql_message m;
	cql_arena *arena = fuzz_arena(x->budget);

	FUZZ_CHECK_OK(cql_message_read(first, &x->terms, arena, &m, &err), &err);
	cql_envelope second = write(x, &m, first->version);
	FUZZ_CHECK(second.flags == first->flags);
	FUZZ_CHECK(second.stream == first->stream);
	FUZZ_CHECK(second.opcode == first->opcode);
	FUZZ_CHECK(fuzz_same(second.body, first->body));
	free((void *)second.body.data);
	cql_arena_free(arena);
}

/* A refusal may be of any version; what the other side may not send is nothing to write for it. */
static bool can_be_written(enum cql_role reader, const cql_envelope *e)
{
	return (e->version == 4 || e->version == 5) &&
	       cql_opcode_is_request(e->opcode) == (reader == CQL_SERVER);
}

void fuzz_message(enum cql_role reader, cql_blob in)
{
	struct exchange x = { .reader = reader, .terms = terms_of(fuzz_u8(&in)) };
	struct fuzz_budget reading, writing;
	coodie_error err;
	cql_message m;
	cql_envelope e = envelope_of(&in);

	fuzz_budget_init(&reading, e.body.len, FUZZ_TIMES);
	fuzz_budget_ours(&writing);
	x.budget = &writing;
	cql_arena *arena = fuzz_arena(&reading);
	if (cql_message_read(&e, &x.terms, arena, &m, &err)) {
		walk(&m, arena);
		if (can_be_written(reader, &e)) {
			cql_envelope first = write(&x, &m, e.version);
			check_again(&x, &first);
			free((void *)first.body.data);
		}
	}
	cql_arena_free(arena);
	fuzz_budget_end(&reading);
	fuzz_budget_end(&writing);
}
