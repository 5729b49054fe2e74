/* SPDX-License-Identifier: MIT */
/* How much a statement adds to a batch: the bytes of its binds, near enough to be warned by. */
#include "orm/batch/batch.h"

/* Of what has one size, whatever it says. */
static const uint8_t fixed_bytes[] = {
	[CQL_TAG_BOOL] = 1,      [CQL_TAG_INT] = 8,       [CQL_TAG_UINT] = 8,
	[CQL_TAG_FLOAT] = 4,     [CQL_TAG_DOUBLE] = 8,    [CQL_TAG_UUID] = 16,
	[CQL_TAG_INET] = 16,     [CQL_TAG_DATE] = 4,      [CQL_TAG_TIME] = 8,
	[CQL_TAG_TIMESTAMP] = 8, [CQL_TAG_DURATION] = 12, [CQL_TAG_ENCODED] = 0,
};

static size_t seq_bytes(const cql_value *v, unsigned depth);
static size_t fields_bytes(const cql_fields *f, unsigned depth);

static size_t value_bytes(const cql_value *v, unsigned depth)
{
	switch (v->is.tag) {
	case CQL_TAG_TEXT:
		return v->as.text.len;
	case CQL_TAG_BLOB:
	case CQL_TAG_ENCODED:
		return v->as.blob.len;
	case CQL_TAG_VARINT:
		return v->as.varint.len;
	case CQL_TAG_DECIMAL:
		return 4 + v->as.decimal.unscaled.len;
	case CQL_TAG_FLOATS:
		return sizeof(float) * v->as.floats.len;
	case CQL_TAG_LIST:
	case CQL_TAG_SET:
	case CQL_TAG_MAP:
	case CQL_TAG_TUPLE:
	case CQL_TAG_UDT:
	case CQL_TAG_VECTOR:
		return depth < 32 ? seq_bytes(v, depth + 1) : 0;
	case CQL_TAG_FIELDS:
		return depth < 32 ? fields_bytes(&v->as.fields, depth + 1) : 0;
	default:
		return fixed_bytes[v->is.tag];
	}
}

/* Each item has its length in front. */
static size_t seq_bytes(const cql_value *v, unsigned depth)
{
	const cql_seq *seq = &v->as.seq;
	const cql_value *items = seq->items;
	size_t count = (size_t)seq->count * (v->is.tag == CQL_TAG_MAP ? 2 : 1), bytes = 4;

	if (seq->type)
		return bytes + seq->bytes;
	for (size_t i = 0; i < count; i++)
		bytes += 4 + value_bytes(&items[i], depth);
	return bytes;
}

/* A field that cannot be read is told when the statement is written. */
static size_t fields_bytes(const cql_fields *f, unsigned depth)
{
	size_t bytes = 0;
	cql_field field;

	for (size_t i = 0; f->field(f->type, f->object, i, &field, NULL) && field.name; i++)
		bytes += 4 + value_bytes(&field.value, depth);
	return bytes;
}

size_t cd_batch_bytes(cql_args args)
{
	size_t bytes = 0;

	for (size_t i = 0; i < args.count; i++)
		bytes += 4 + value_bytes(&args.values[i], 0);
	return bytes;
}
