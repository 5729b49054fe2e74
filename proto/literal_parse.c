/* SPDX-License-Identifier: MIT */
/* CQL literals to the bytes of a value, in one pass, and a view of those. */
#include <inttypes.h>

#include "base/error.h"
#include "base/cql_arena.h"
#include "proto/literal.h"
#include "proto/text.h"
#include "proto/value_composite.h"

/* The bytes may be more than the text: six for a digit in a list of bigint, four for each field
 * left out. More than this is no honest literal, and twice this, buffer and copy, is all the
 * memory that a text can make us take. */
#define MOST_BYTES(len) (8 * (len) + 32768)

typedef bool write_fn(struct cd_literal *l, const cql_type *type);

/* ---- what all are made of ------------------------------------------------------------------- */

void cd_literal_skip_space(struct cd_literal *l)
{
	while (l->s.at < l->s.end && (*l->s.at == ' ' || (*l->s.at >= '\t' && *l->s.at <= '\r')))
		l->s.at++;
}

bool cd_literal_accept(struct cd_literal *l, char c)
{
	cd_literal_skip_space(l);
	return cd_scan_take(&l->s, c);
}

bool cd_literal_no_memory(struct cd_literal *l)
{
	return cd_no_memory(l->s.err, "a literal");
}

/* Adds the position to an error; false. */
static bool fail_position(struct cd_literal *l, const char *from)
{
	cd_error_prefix(l->s.err, "position %zu", (size_t)(from - l->s.start) + 1);
	return false;
}

/* The encoder knows ranges; the position is known here. */
static bool put(struct cd_literal *l, const cql_type *type, const char *from, cql_value v)
{
	if (cd_value_encode(&l->out, type, &v, l->s.err))
		return true;
	return fail_position(l, from);
}

void cd_literal_close(struct cd_literal *l, size_t start)
{
	cd_buffer_patch_be32(&l->out, start, (uint32_t)(l->out.len - start - 4));
}

/* ---- texts ---------------------------------------------------------------------------------- */

/* What stands between quotes, as it is there; `*doubled`: with quotes in it. */
static bool scan_quoted(struct cd_literal *l, struct cd_scan *inside, bool *doubled)
{
	const char *from = l->s.at, *at = from + 1;

	*doubled = false;
	if (!cd_scan_take(&l->s, '\''))
		return cd_scan_fail(&l->s, COODIE_ERR_TYPE, "expected a text in single quotes");
	for (;;) {
		at = memchr(at, '\'', (size_t)(l->s.end - at));
		if (!at)
			return CD_LITERAL_FAIL_AT(l, from, COODIE_ERR_TYPE,
						  "the quote is not closed");
		if (at + 1 == l->s.end || at[1] != '\'')
			break;
		*doubled = true;
		at += 2;
	}
	*inside = (struct cd_scan){ l->s.start, from + 1, at, l->s.err };
	l->s.at = at + 1;
	return true;
}

static bool scan_dollars(struct cd_literal *l, struct cd_scan *inside)
{
	const char *from = l->s.at, *at = from + 2;

	for (; at + 1 < l->s.end; at++) {
		if (at[0] != '$' || at[1] != '$')
			continue;
		*inside = (struct cd_scan){ l->s.start, from + 2, at, l->s.err };
		l->s.at = at + 2;
		return true;
	}
	return CD_LITERAL_FAIL_AT(l, from, COODIE_ERR_TYPE, "$$ is not closed");
}

/* Copies a text with one quote for two. */
static bool undouble(struct cd_literal *l, struct cd_scan *inside)
{
	size_t len = 0;
	char *copy = cd_arena_take(l->arena, cd_scan_left(inside));

	if (!copy)
		return cd_literal_no_memory(l);
	for (const char *at = inside->at; at < inside->end; at++) {
		copy[len++] = *at;
		at += *at == '\'';
	}
	inside->at = copy;
	inside->end = copy + len;
	return true;
}

static bool write_text(struct cd_literal *l, const cql_type *type)
{
	const char *from = l->s.at;
	struct cd_scan inside = l->s;
	bool doubled = false;

	if (cd_scan_left(&l->s) > 1 && from[0] == '$' && from[1] == '$') {
		if (!scan_dollars(l, &inside))
			return false;
	} else if (!scan_quoted(l, &inside, &doubled)) {
		return false;
	}
	if (doubled && !undouble(l, &inside))
		return false;
	cql_text text = { inside.at, cd_scan_left(&inside) };
	return put(l, type, from, cql_from_text(text));
}

/* ---- numbers, bytes, words ------------------------------------------------------------------ */

static bool write_integer(struct cd_literal *l, const cql_type *type)
{
	const char *from = l->s.at;
	int64_t n;

	return cd_scan_int64(&l->s, &n) && put(l, type, from, cql_from_llong(n));
}

static bool write_varint(struct cd_literal *l, const cql_type *type)
{
	const char *from = l->s.at;
	cql_varint v;

	return cd_scan_varint(&l->s, l->arena, &v) && put(l, type, from, cql_from_varint(v));
}

static bool write_decimal(struct cd_literal *l, const cql_type *type)
{
	const char *from = l->s.at;
	cql_decimal v;

	return cd_scan_decimal(&l->s, l->arena, &v) && put(l, type, from, cql_from_decimal(v));
}

static bool write_real(struct cd_literal *l, const cql_type *type)
{
	const char *from = l->s.at;
	double d;

	return cd_scan_real(&l->s, type->kind == CQL_KIND_FLOAT, &d) &&
	       put(l, type, from, cql_from_double(d));
}

static bool write_boolean(struct cd_literal *l, const cql_type *type)
{
	const char *from = l->s.at;
	bool is_true = cd_scan_word(&l->s, "true");

	if (!is_true && !cd_scan_word(&l->s, "false"))
		return cd_scan_fail(&l->s, COODIE_ERR_TYPE, "expected true or false");
	return put(l, type, from, cql_from_bool(is_true));
}

static bool write_blob(struct cd_literal *l, const cql_type *type)
{
	struct cd_scan digits;

	(void)type;
	if (!cd_scan_blob(&l->s, &digits))
		return false;
	size_t len = cd_scan_left(&digits) / 2;
	cd_buffer_be32(&l->out, (uint32_t)len);
	uint8_t *at = cd_buffer_grow(&l->out, len);
	if (at)
		cd_unhex_digits(&digits, at);
	return true;
}

static bool write_uuid(struct cd_literal *l, const cql_type *type)
{
	const char *from = l->s.at;
	char text[CQL_UUID_TEXT_SIZE + 1];
	size_t len = 0;
	cql_uuid uuid;

	while (len < CQL_UUID_TEXT_SIZE &&
	       (cd_scan_hex(cd_scan_peek(&l->s)) >= 0 || cd_scan_peek(&l->s) == '-'))
		text[len++] = *l->s.at++;
	text[len] = '\0';
	if (!cql_uuid_parse(text, &uuid, NULL))
		return CD_LITERAL_FAIL_AT(
			l, from, COODIE_ERR_TYPE,
			"expected a uuid: 32 hexadecimal digits as 8-4-4-4-12, no quotes");
	return put(l, type, from, cql_from_uuid(uuid));
}

static bool write_duration(struct cd_literal *l, const cql_type *type)
{
	const char *from = l->s.at;
	cql_duration v;

	return cd_scan_duration(&l->s, &v) && put(l, type, from, cql_from_duration(v));
}

/* ---- what stands in quotes, or is a number -------------------------------------------------- */

static bool write_inet(struct cd_literal *l, const cql_type *type)
{
	const char *from = l->s.at;
	char text[CQL_INET_TEXT_SIZE + 1] = "";
	struct cd_scan inside;
	cql_inet inet;
	bool doubled;

	if (!scan_quoted(l, &inside, &doubled))
		return false;
	if (cd_scan_left(&inside) < sizeof text)
		memcpy(text, inside.at, cd_scan_left(&inside));
	if (strlen(text) != cd_scan_left(&inside) || !cql_inet_parse(text, &inet, NULL))
		return CD_LITERAL_FAIL_AT(l, from + 1, COODIE_ERR_TYPE,
					  "expected an address: IPv4 as 127.0.0.1 or IPv6 as ::1");
	return put(l, type, from, cql_from_inet(inet));
}

/* Days beyond 2^31, as CQL counts them. */
static bool write_days(struct cd_literal *l, const cql_type *type)
{
	const char *from = l->s.at;
	int64_t n;

	if (!cd_scan_int64(&l->s, &n))
		return false;
	if (n < 0 || n > UINT32_MAX)
		return CD_LITERAL_FAIL_AT(
			l, from, COODIE_ERR_RANGE,
			"a date as a number is 0 to 4294967295; 1970-01-01 is 2147483648");
	cql_date date = { (int32_t)(n + INT32_MIN) };
	return put(l, type, from, cql_from_date(date));
}

static bool write_date(struct cd_literal *l, const cql_type *type)
{
	const char *from = l->s.at;
	struct cd_scan inside;
	cql_date date;
	bool doubled;

	if (cd_scan_peek(&l->s) != '\'')
		return write_days(l, type);
	return scan_quoted(l, &inside, &doubled) && cd_scan_date(&inside, &date) &&
	       cd_scan_end(&inside, "a date") && put(l, type, from, cql_from_date(date));
}

static bool write_time(struct cd_literal *l, const cql_type *type)
{
	const char *from = l->s.at;
	struct cd_scan inside;
	cql_time time;
	bool doubled;

	if (cd_scan_peek(&l->s) != '\'') {
		if (!cd_scan_int64(&l->s, &time.nanoseconds))
			return false;
	} else if (!scan_quoted(l, &inside, &doubled) || !cd_scan_time(&inside, &time) ||
		   !cd_scan_end(&inside, "a time")) {
		return false;
	}
	return put(l, type, from, cql_from_time(time));
}

static bool write_timestamp(struct cd_literal *l, const cql_type *type)
{
	const char *from = l->s.at;
	struct cd_scan inside;
	cql_timestamp timestamp;
	bool doubled;

	if (cd_scan_peek(&l->s) != '\'') {
		if (!cd_scan_int64(&l->s, &timestamp.milliseconds))
			return false;
	} else if (!scan_quoted(l, &inside, &doubled) || !cd_scan_timestamp(&inside, &timestamp) ||
		   !cd_scan_end(&inside, "a timestamp")) {
		return false;
	}
	return put(l, type, from, cql_from_timestamp(timestamp));
}

/* ---- collections ---------------------------------------------------------------------------- */

bool cd_literal_items(struct cd_literal *l, const cql_type *type, const char ends[2],
		      cd_literal_item_fn *item, uint32_t *count)
{
	*count = 0;
	if (!cd_literal_accept(l, ends[0]))
		return cd_scan_fail(&l->s, COODIE_ERR_TYPE, "expected '%c', where a %s begins",
				    ends[0], cql_kind_name(type->kind));
	if (cd_literal_accept(l, ends[1]))
		return true;
	do {
		if (!item(l, type, (*count)++))
			return false;
	} while (cd_literal_accept(l, ','));
	return cd_literal_accept(l, ends[1]) ||
	       cd_scan_fail(&l->s, COODIE_ERR_TYPE, "expected ',' or '%c'", ends[1]);
}

static bool write_item(struct cd_literal *l, const cql_type *type, uint32_t i)
{
	(void)i;
	return cd_literal_write(l, type->inner[0]);
}

static bool write_pair(struct cd_literal *l, const cql_type *type, uint32_t i)
{
	(void)i;
	if (!cd_literal_write(l, type->inner[0]))
		return false;
	if (!cd_literal_accept(l, ':'))
		return cd_scan_fail(&l->s, COODIE_ERR_TYPE, "expected ':' behind the key");
	return cd_literal_write(l, type->inner[1]);
}

static bool write_collection(struct cd_literal *l, const cql_type *type)
{
	size_t start = l->out.len;
	uint32_t count;

	cd_buffer_be32(&l->out, 0);
	cd_buffer_be32(&l->out, 0);
	if (!cd_literal_items(l, type, type->kind == CQL_KIND_LIST ? "[]" : "{}",
			      type->kind == CQL_KIND_MAP ? write_pair : write_item, &count))
		return false;
	cd_buffer_patch_be32(&l->out, start + 4, count);
	cd_literal_close(l, start);
	return true;
}

static bool write_element(struct cd_literal *l, const cql_type *type, uint32_t i)
{
	const char *from = (cd_literal_skip_space(l), l->s.at);
	size_t start = l->out.len;

	if (i == type->of.dimension)
		return cd_scan_fail(&l->s, COODIE_ERR_RANGE,
				    "more than the %" PRIu32 " elements of the type",
				    type->of.dimension);
	if (!cd_literal_write(l, type->inner[0]))
		return false;
	if (!l->out.failed && cd_get_be32(l->out.data + start) == UINT32_MAX)
		return CD_LITERAL_FAIL_AT(l, from, COODIE_ERR_TYPE, "a vector cannot hold null");
	if (cd_close_element(&l->out, type->inner[0]->fixed_size, start, l->s.err))
		return true;
	return fail_position(l, from);
}

static bool write_vector(struct cd_literal *l, const cql_type *type)
{
	size_t start = l->out.len;
	uint32_t count;

	cd_buffer_be32(&l->out, 0);
	if (!cd_literal_items(l, type, "[]", write_element, &count))
		return false;
	if (count != type->of.dimension)
		return cd_scan_fail(&l->s, COODIE_ERR_RANGE,
				    "a vector of %" PRIu32 " elements, the type has %" PRIu32,
				    count, type->of.dimension);
	cd_literal_close(l, start);
	return true;
}

static bool write_part(struct cd_literal *l, const cql_type *type, uint32_t i)
{
	cd_literal_skip_space(l);
	if (i == type->count)
		return cd_scan_fail(&l->s, COODIE_ERR_RANGE,
				    "more than the %" PRIu32 " parts of the type", type->count);
	return cd_literal_write(l, type->inner[i]);
}

static bool write_tuple(struct cd_literal *l, const cql_type *type)
{
	size_t start = l->out.len;
	uint32_t count;

	cd_buffer_be32(&l->out, 0);
	if (!cd_literal_items(l, type, "()", write_part, &count))
		return false;
	for (; count < type->count; count++)
		cd_buffer_be32(&l->out, UINT32_MAX);
	cd_literal_close(l, start);
	return true;
}

/* ---- any value ------------------------------------------------------------------------------ */

static write_fn *writer_of(enum cql_kind kind)
{
	static write_fn *const writers[] = {
		[CQL_KIND_CUSTOM] = write_blob,         [CQL_KIND_ASCII] = write_text,
		[CQL_KIND_BIGINT] = write_integer,      [CQL_KIND_BLOB] = write_blob,
		[CQL_KIND_BOOLEAN] = write_boolean,     [CQL_KIND_COUNTER] = write_integer,
		[CQL_KIND_DECIMAL] = write_decimal,     [CQL_KIND_DOUBLE] = write_real,
		[CQL_KIND_FLOAT] = write_real,          [CQL_KIND_INT] = write_integer,
		[CQL_KIND_TIMESTAMP] = write_timestamp, [CQL_KIND_UUID] = write_uuid,
		[CQL_KIND_TEXT] = write_text,           [CQL_KIND_VARINT] = write_varint,
		[CQL_KIND_TIMEUUID] = write_uuid,       [CQL_KIND_INET] = write_inet,
		[CQL_KIND_DATE] = write_date,           [CQL_KIND_TIME] = write_time,
		[CQL_KIND_SMALLINT] = write_integer,    [CQL_KIND_TINYINT] = write_integer,
		[CQL_KIND_DURATION] = write_duration,   [CQL_KIND_LIST] = write_collection,
		[CQL_KIND_MAP] = write_collection,      [CQL_KIND_SET] = write_collection,
		[CQL_KIND_UDT] = cd_literal_write_udt,  [CQL_KIND_TUPLE] = write_tuple,
	};

	if (kind == CQL_KIND_VECTOR)
		return write_vector;
	return (size_t)kind < sizeof writers / sizeof writers[0] && writers[kind] ? writers[kind]
										  : write_blob;
}

static bool write_one(struct cd_literal *l, const cql_type *type)
{
	if (cd_scan_word(&l->s, "null"))
		cd_buffer_be32(&l->out, UINT32_MAX);
	else if (cd_value_has_empty(type->kind) && cd_scan_word(&l->s, "empty"))
		cd_buffer_be32(&l->out, 0);
	else if (type->kind == CQL_KIND_UDT && type->count == 0) /* fields nobody told us */
		return write_blob(l, type);
	else
		return writer_of(type->kind)(l, type);
	return true;
}

bool cd_literal_write(struct cd_literal *l, const cql_type *type)
{
	cd_literal_skip_space(l);
	if (l->depth == CD_LITERAL_DEPTH)
		return cd_scan_fail(&l->s, COODIE_ERR_LIMIT, "nested deeper than %d levels",
				    CD_LITERAL_DEPTH);
	l->depth++;
	bool ok = write_one(l, type);
	l->depth--;
	char next = cd_scan_peek(&l->s);
	if (!ok || l->s.at == l->s.end || (next && strchr(" \t\n\v\f\r,:)]}", next)))
		return ok;
	return cd_scan_fail(&l->s, COODIE_ERR_TYPE, "expected the end of the %s",
			    cql_kind_name(type->kind));
}

/* So much is taken at once: twelve bytes for the shortest item, and the text itself. */
static size_t likely_bytes(const char *at, const char *end)
{
	size_t n = (size_t)(end - at) + 16;

	for (; at < end; at++)
		if (*at == ',' || *at == ':' || *at == '[' || *at == '{' || *at == '(')
			n += 12;
	return n;
}

static bool take_value(struct cd_literal *l, const cql_type *type, cql_value *out)
{
	if (l->out.failed)
		return l->out.too_long ? cd_fail(l->s.err, COODIE_ERR_LIMIT,
						 "the literal makes a value of more than %zu bytes",
						 l->out.max)
				       : cd_literal_no_memory(l);
	struct cd_span cell = { NULL, cd_get_be32(l->out.data) };
	if (cell.len != UINT32_MAX) {
		cell.at = cd_arena_copy(l->arena, l->out.data + 4, cell.len);
		if (!cell.at)
			return cd_literal_no_memory(l);
	}
	return cd_value_decode(type, cell, out, l->s.err);
}

bool cd_literal_parse(const cql_type *type, const char *text, size_t len, struct cd_arena *a,
		      cql_value *out, coodie_error *err)
{
	struct cd_literal l = { .s = { text, text, text + len, err }, .arena = a };
	size_t most = len < INT32_MAX / 16 ? MOST_BYTES(len) : INT32_MAX;
	size_t likely = likely_bytes(text, text + len);

	cd_buffer_init(&l.out, a->allocator, most);
	cd_buffer_reserve(&l.out, likely < most ? likely : most);
	bool ok = cd_literal_write(&l, type);
	cd_literal_skip_space(&l);
	ok = ok && cd_scan_end(&l.s, "the literal") && take_value(&l, type, out);
	cd_buffer_deinit(&l.out);
	return ok;
}

bool cql_literal_parse(const cql_type *type, const char *text, cql_arena *arena, cql_value *out,
		       coodie_error *err)
{
	cd_clear(err);
	if (!text)
		return cd_fail(err, COODIE_ERR_INVALID, "the literal is NULL");
	return cd_literal_parse(type, text, strlen(text), &arena->arena, out, err);
}
