/* SPDX-License-Identifier: MIT */
/* Requests told apart as cheaply as can be, and a short list of answers. */
#include "bench/stub_answers.h"

#include <stdlib.h>
#include <string.h>

#include "base/reader.h"
#include "proto/frame.h"

enum { WITH_VALUES = 0x01, SKIP_METADATA = 0x02, WITH_STATE = 0x08 };

static bool read_id(struct cd_reader *r, uint8_t id[STUB_ID])
{
	const uint8_t *at = cd_reader_be16(r) == STUB_ID ? cd_reader_take(r, STUB_ID) : NULL;

	if (at)
		memcpy(id, at, STUB_ID);
	return at;
}

static void read_values(struct cd_reader *r, struct stub_request *out)
{
	out->value_count = cd_reader_be16(r);
	out->values = (cql_blob){ r->at, cd_reader_left(r) };
}

static bool read_execute(struct cd_reader *r, struct stub_request *out)
{
	if (!read_id(r, out->id))
		return false;
	if (out->version >= 5)
		cd_reader_take(r, cd_reader_be16(r));
	cd_reader_be16(r); /* the consistency */
	uint32_t flags = out->version >= 5 ? cd_reader_be32(r) : cd_reader_u8(r);
	out->skips_metadata = flags & SKIP_METADATA;
	if (flags & WITH_VALUES)
		read_values(r, out);
	return !r->failed && !(flags & WITH_STATE);
}

static bool read_batch(struct cd_reader *r, struct stub_request *out)
{
	cd_reader_u8(r); /* the type */
	out->rows = cd_reader_be16(r);
	if (out->rows && cd_reader_u8(r) == 1 && read_id(r, out->id))
		read_values(r, out);
	return !r->failed;
}

bool stub_request_read(const cql_envelope *e, struct stub_request *out)
{
	struct cd_reader r = cd_reader_over(e->body.data, e->body.len);

	*out = (struct stub_request){ .version = e->version, .opcode = e->opcode };
	if (e->flags & ~(unsigned)CQL_FLAG_BETA) /* tracing, payloads: the node's */
		return false;
	if (e->opcode == CQL_OP_EXECUTE)
		return read_execute(&r, out);
	return e->opcode == CQL_OP_BATCH && read_batch(&r, out);
}

static bool fits(const struct stub_answer *a, const struct stub_request *q)
{
	return a->version == q->version && a->opcode == q->opcode &&
	       a->skips_metadata == q->skips_metadata && !memcmp(a->id, q->id, STUB_ID);
}

const struct stub_answer *stub_find(struct stub_answers *a, const struct stub_request *q)
{
	if (a->last && fits(a->last, q))
		return a->last;
	for (size_t i = 0; i < a->count; i++)
		if (fits(&a->at[i], q))
			return a->last = &a->at[i];
	return NULL;
}

static void keep(struct stub_answers *a, const struct stub_request *q, const cql_envelope *answer)
{
	size_t len = CQL_HEADER_SIZE + answer->body.len;
	uint8_t *envelope = a->count < STUB_ANSWERS ? malloc(len) : NULL;

	if (!envelope)
		return;
	cd_header_write(envelope, &(struct cd_header){ .version = answer->version | 0x80,
						       .flags = answer->flags,
						       .opcode = answer->opcode,
						       .length = (int32_t)answer->body.len });
	if (answer->body.len)
		memcpy(envelope + CQL_HEADER_SIZE, answer->body.data, answer->body.len);
	struct stub_answer *to = &a->at[a->count++];
	*to = (struct stub_answer){ .version = q->version,
				    .opcode = q->opcode,
				    .skips_metadata = q->skips_metadata,
				    .envelope = envelope,
				    .len = len };
	memcpy(to->id, q->id, STUB_ID);
}

static void keep_statement(struct stub_answers *a, const cql_envelope *answer)
{
	cql_arena *arena = cql_arena_new(NULL, NULL);
	cql_message m;

	if (!arena || a->statement_count == STUB_ANSWERS ||
	    !cql_message_read(answer, NULL, arena, &m, NULL))
		goto out;
	const cql_result *r = &m.as.result;
	if (r->kind == COODIE_RESULT_PREPARED && r->id.len == STUB_ID &&
	    r->markers.key_count == 1) {
		struct stub_statement *to = &a->statements[a->statement_count++];
		memcpy(to->id, r->id.data, STUB_ID);
		to->key_index = r->markers.key_indexes[0];
	}
out:
	cql_arena_free(arena);
}

void stub_learn(struct stub_answers *a, const cql_envelope *request, const struct stub_request *q,
		const cql_envelope *answer)
{
	if (answer->opcode != CQL_OP_RESULT)
		return;
	if (q)
		keep(a, q, answer);
	else if (request->opcode == CQL_OP_PREPARE)
		keep_statement(a, answer);
}

bool stub_token(const struct stub_answers *a, const struct stub_request *q, int64_t *token)
{
	struct cd_reader r = cd_reader_over(q->values.data, q->values.len);

	for (size_t i = 0; i < a->statement_count; i++) {
		const struct stub_statement *s = &a->statements[i];
		if (memcmp(s->id, q->id, STUB_ID) != 0 || s->key_index >= q->value_count)
			continue;
		for (uint16_t k = 0; k < s->key_index; k++) {
			int32_t len = (int32_t)cd_reader_be32(&r);
			cd_reader_take(&r, len > 0 ? (size_t)len : 0);
		}
		uint32_t len = cd_reader_be32(&r);
		const uint8_t *key = cd_reader_take(&r, len);
		if (!key)
			return false;
		*token = cql_murmur3_token(key, len);
		return true;
	}
	return false;
}

void stub_answers_deinit(struct stub_answers *a)
{
	for (size_t i = 0; i < a->count; i++)
		free(a->at[i].envelope);
}
