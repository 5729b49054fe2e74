/* SPDX-License-Identifier: MIT */
/* The functions of dynamic data masking. */
#include <inttypes.h>
#include <string.h>

#include <coodie/uuid.h>

#include "base/digest.h"
#include "node/function/function.h"
#include "node/value/custom.h"
#include "node/value/native_text.h"

/* ---- mask_default, mask_null, mask_replace ---------------------------------------------------- */

static bool default_of(const struct nd_call *c, const cql_type *type, struct nd_value *out);

/* The parts of a tuple, user type or vector, each masked. */
static bool default_of_parts(const struct nd_call *c, const cql_type *type, struct nd_value *out)
{
	bool is_vector = type->kind == CQL_KIND_VECTOR;
	uint32_t count = is_vector ? type->of.dimension : type->count;
	struct nd_value *items = cd_arena_take_array(c->arena, (size_t)count + 1, sizeof *items);

	if (!items)
		return nd_no_memory(c->problem);
	for (uint32_t i = 0; i < count; i++)
		if (!default_of(c, type->inner[is_vector ? 0 : i], &items[i]))
			return false;
	return nd_items_write(type, items, count, c->arena, out, c->problem);
}

static bool default_of(const struct nd_call *c, const cql_type *type, struct nd_value *out)
{
	static const uint8_t zeros[16] = { 0 }, epoch[4] = { 0x80 };
	static const struct {
		enum cql_kind kind;
		uint8_t len;
		const void *data;
	} defaults[] = {
		{ CQL_KIND_ASCII, 4, "****" },   { CQL_KIND_TEXT, 4, "****" },
		{ CQL_KIND_TINYINT, 1, zeros },  { CQL_KIND_SMALLINT, 2, zeros },
		{ CQL_KIND_INT, 4, zeros },      { CQL_KIND_BIGINT, 8, zeros },
		{ CQL_KIND_COUNTER, 8, zeros },  { CQL_KIND_FLOAT, 4, zeros },
		{ CQL_KIND_DOUBLE, 8, zeros },   { CQL_KIND_VARINT, 1, zeros },
		{ CQL_KIND_DECIMAL, 5, zeros },  { CQL_KIND_BOOLEAN, 1, zeros },
		{ CQL_KIND_BLOB, 0, zeros },     { CQL_KIND_UUID, 16, zeros },
		{ CQL_KIND_INET, 4, zeros },     { CQL_KIND_TIMESTAMP, 8, zeros },
		{ CQL_KIND_TIME, 8, zeros },     { CQL_KIND_DATE, 4, epoch },
		{ CQL_KIND_DURATION, 3, zeros }, { CQL_KIND_LIST, 4, zeros },
		{ CQL_KIND_SET, 4, zeros },      { CQL_KIND_MAP, 4, zeros },
	};
	cql_uuid least = cql_timeuuid_min((cql_timestamp){ 0 });

	if (type->kind == CQL_KIND_TIMEUUID)
		return nd_value_of_bytes(c, least.bytes, sizeof least.bytes, out);
	for (size_t i = 0; i < sizeof defaults / sizeof defaults[0]; i++)
		if (defaults[i].kind == type->kind) {
			*out = (struct nd_value){ ND_VALUE, defaults[i].data, defaults[i].len };
			return true;
		}
	return default_of_parts(c, type, out);
}

static bool mask_default(const struct nd_call *c, struct nd_value *out)
{
	return default_of(c, c->function->result, out);
}

static bool mask_null(const struct nd_call *c, struct nd_value *out)
{
	(void)c;
	(void)out; /* null already */
	return true;
}

static bool mask_replace(const struct nd_call *c, struct nd_value *out)
{
	*out = c->arguments[1];
	return true;
}

static bool add_mask(struct nd_candidates *c, const cql_type *result, const cql_type *const *types,
		     uint32_t count, nd_call_fn *run)
{
	struct nd_function *f = nd_candidates_add(c, c->name, result, count, run);

	for (uint32_t i = 0; f && i < count; i++)
		f->arguments[i] = types[i];
	return f != NULL;
}

bool nd_function_mask_default(struct nd_candidates *c, const struct nd_expr *call,
			      const cql_type *const *types)
{
	(void)call;
	return add_mask(c, types[0], types, 1, mask_default);
}

bool nd_function_mask_null(struct nd_candidates *c, const struct nd_expr *call,
			   const cql_type *const *types)
{
	(void)call;
	return add_mask(c, types[0], types, 1, mask_null);
}

bool nd_function_mask_replace(struct nd_candidates *c, const struct nd_expr *call,
			      const cql_type *const *types)
{
	const cql_type *same[2] = { types[0], types[0] };
	bool is_reversed = nd_is_reversed(c, call->items[0]);

	/* a type in descending order is no collection's, which a literal would have to be of */
	if (is_reversed && nd_expr_is_collection(call->items[1]))
		return nd_refuse_argument(c->p, call, 1, c->name, types[0]);
	if (!is_reversed && call->items[1]->kind == ND_EXPR_MARKER &&
	    types[0]->kind == CQL_KIND_TIMEUUID && !(same[1] = nd_custom_timeuuid(c->p->arena)))
		return nd_no_memory(c->p->problem);
	return add_mask(c, types[0], same, 2, mask_replace);
}

/* ---- mask_inner, mask_outer ------------------------------------------------------------------- */

/* Bytes of the character at `at`, which is well-formed UTF-8. */
static size_t character(const uint8_t *at, const uint8_t *end)
{
	size_t len = 1;

	while (at + len < end && (at[len] & 0xC0) == 0x80)
		len++;
	return len;
}

/* Characters as Java counts them: one that is four bytes long here is two there. */
static int64_t count_characters(struct nd_value text)
{
	int64_t count = 0;

	for (size_t i = 0; i < text.len; i++)
		count += ((text.data[i] & 0xC0) != 0x80) + (text.data[i] >= 0xF0);
	return count;
}

/* Which of a text's characters are masked, from 0. */
struct mask {
	int64_t first, last;
	bool outer;
	struct nd_value padding;
};

static bool is_masked(const struct mask *m, int64_t i)
{
	return (i >= m->first && i <= m->last) != m->outer;
}

/* One character of the text; of half of one nothing is left that could be written. */
static uint8_t *put_character(const struct mask *m, int64_t i, const uint8_t *at, size_t len,
			      uint8_t *to)
{
	int halves = len == 4 ? 2 : 1, masked = 0;

	for (int h = 0; h < halves; h++)
		masked += is_masked(m, i + h);
	if (!masked) {
		memcpy(to, at, len);
		return to + len;
	}
	for (int h = 0; h < halves; h++) {
		if (!is_masked(m, i + h)) {
			*to++ = '?';
			continue;
		}
		memcpy(to, m->padding.data, m->padding.len);
		to += m->padding.len;
	}
	return to;
}

static bool mask_partly(const struct nd_call *c, struct nd_value *out)
{
	struct nd_value text = c->arguments[0];
	struct mask m = { .first = nd_value_integer(c->arguments[1]),
			  .outer = strcmp(c->function->name, "mask_outer") == 0,
			  .padding = { ND_VALUE, (const uint8_t *)"*", 1 } };
	const uint8_t *at, *end;
	uint8_t *to, *data;

	if (text.presence != ND_VALUE)
		return true;
	if (c->count == 4 && c->arguments[3].presence == ND_VALUE)
		m.padding = c->arguments[3];
	if (count_characters(m.padding) != 1)
		return nd_refuse(c->problem, ND_INVALID,
				 "The padding argument for function system.%s should be "
				 "single-character, but '%.*s' has %" PRId64 " characters.",
				 c->function->name, (int)m.padding.len,
				 (const char *)m.padding.data, count_characters(m.padding));
	m.last = count_characters(text) - 1 - nd_value_integer(c->arguments[2]);
	if (!(data = to = cd_arena_take(c->arena, text.len * m.padding.len + text.len + 1)))
		return nd_no_memory(c->problem);
	at = text.data;
	end = at + text.len;
	for (int64_t i = 0; at < end; i++) {
		size_t len = character(at, end);
		to = put_character(&m, i, at, len, to);
		i += len == 4;
		at += len;
	}
	*out = (struct nd_value){ ND_VALUE, data, (size_t)(to - data) };
	return true;
}

/* A parameter that wants one of two types. */
static bool check_type(struct nd_candidates *c, const struct nd_expr *call, uint32_t i,
		       const cql_type *type, const char *wanted)
{
	bool text = type->kind == CQL_KIND_TEXT || type->kind == CQL_KIND_ASCII;

	if (strcmp(wanted, "int") == 0 ? type->kind == CQL_KIND_INT : text)
		return true;
	return nd_refuse(c->p->problem, ND_INVALID,
			 "Function system.%s requires an argument of type %s, but found argument "
			 "%s of type %s",
			 c->name, wanted, nd_expr_text(c->p->arena, call->items[i]),
			 nd_type_text(c->p->arena, type));
}

bool nd_function_mask_partly(struct nd_candidates *c, const struct nd_expr *call,
			     const cql_type *const *types)
{
	static const char *const wanted[] = { "[text|varchar|ascii]", "int", "int", "text" };
	static const enum cql_kind kinds[] = { CQL_KIND_TEXT, CQL_KIND_INT, CQL_KIND_INT,
					       CQL_KIND_TEXT };
	const cql_type *arguments[4] = { NULL };

	for (uint32_t i = 0; i < call->count; i++) {
		arguments[i] = types[i] ? types[i] : cd_type_native(kinds[i]);
		if (!check_type(c, call, i, arguments[i], wanted[i]))
			return false;
	}
	return add_mask(c, arguments[0], arguments, call->count, mask_partly);
}

/* ---- mask_hash -------------------------------------------------------------------------------- */

static bool mask_hash(const struct nd_call *c, struct nd_value *out)
{
	uint8_t digest[CD_DIGEST_MOST];
	const char *name = "SHA-256";
	size_t len;

	if (c->arguments[0].presence != ND_VALUE)
		return true;
	if (c->count == 2 && c->arguments[1].presence == ND_VALUE &&
	    !(name = cd_arena_strndup(c->arena, (const char *)c->arguments[1].data,
				      c->arguments[1].len)))
		return nd_no_memory(c->problem);
	len = cd_digest(name, c->arguments[0].data, c->arguments[0].len, digest);
	if (len == 0)
		return nd_refuse(c->problem, ND_INVALID, "Hash algorithm not found: %s", name);
	return nd_value_of_bytes(c, digest, len, out);
}

bool nd_function_mask_hash(struct nd_candidates *c, const struct nd_expr *call,
			   const cql_type *const *types)
{
	const cql_type *arguments[2] = { types[0],
					 types[1] ? types[1] : cd_type_native(CQL_KIND_TEXT) };

	if (call->count == 2 && !check_type(c, call, 1, arguments[1], "text"))
		return false;
	return add_mask(c, cd_type_native(CQL_KIND_BLOB), arguments, call->count, mask_hash);
}
