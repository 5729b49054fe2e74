/* SPDX-License-Identifier: MIT */
/* Constants: which kinds of literals each type takes, and their bytes. */
#include <string.h>

#include "node/function/term_parts.h"
#include "node/value/custom.h"
#include "node/value/native_print.h"
#include "node/value/native_text.h"
#include "proto/text.h"

/* ---- the type of a literal on its own --------------------------------------------------------- */

static bool is_ascii(const struct nd_expr *e)
{
	for (size_t i = 0; i < e->text_len; i++)
		if (e->text[i] & '\x80')
			return false;
	return true;
}

static enum cql_kind string_kind(const struct nd_expr *e)
{
	return is_ascii(e) ? CQL_KIND_ASCII : CQL_KIND_TEXT;
}

/* The smallest of int, bigint and varint. */
static enum cql_kind integer_kind(const struct nd_expr *e)
{
	struct cd_scan s = { e->text, e->text, e->text + e->text_len, NULL };
	int64_t n;

	if (!cd_scan_int64(&s, &n))
		return CQL_KIND_VARINT;
	return n >= INT32_MIN && n <= INT32_MAX ? CQL_KIND_INT : CQL_KIND_BIGINT;
}

static enum cql_kind uuid_kind(const struct nd_expr *e)
{
	return e->text_len > 14 && e->text[14] == '1' ? CQL_KIND_TIMEUUID : CQL_KIND_UUID;
}

/* The digits of a number up to its exponent, without point, sign, and zeros at the ends. */
static size_t significant(const char *text, size_t len, char *out, size_t size)
{
	size_t n = 0, zeros = 0;

	for (size_t i = 0; i < len && text[i] != 'e' && text[i] != 'E'; i++) {
		if (!cd_scan_is_digit(text[i]) || (text[i] == '0' && n == 0))
			continue;
		zeros = text[i] == '0' ? zeros + 1 : 0;
		if (n < size)
			out[n] = text[i];
		n++;
	}
	return n - (n > zeros ? zeros : n);
}

/* A double where none of its digits is lost, otherwise a decimal. */
static enum cql_kind float_kind(const struct nd_expr *e)
{
	enum { MOST = 17 }; /* digits a double can have */
	char wanted[MOST], text[64], had[MOST];
	struct cd_print p = { text, sizeof text, 0 };
	struct cd_scan s = { e->text, e->text, e->text + e->text_len, NULL };
	double d;

	if (!cd_scan_real(&s, false, &d))
		return CQL_KIND_DECIMAL;
	if (!cd_scan_is_digit(e->text[e->text_len - 1])) /* NaN, Infinity */
		return CQL_KIND_DOUBLE;
	size_t digits = significant(e->text, e->text_len, wanted, sizeof wanted);
	nd_print_java_real(&p, d, false);
	if (digits > MOST || digits != significant(text, cd_print_end(&p), had, sizeof had))
		return CQL_KIND_DECIMAL;
	return memcmp(wanted, had, digits) == 0 ? CQL_KIND_DOUBLE : CQL_KIND_DECIMAL;
}

/* Cassandra cannot even parse a number that a double cannot hold. */
static bool is_finite(const struct nd_expr *e)
{
	struct cd_scan s = { e->text, e->text, e->text + e->text_len, NULL };
	double d;

	return !cd_scan_is_digit(e->text[e->text_len - 1]) || cd_scan_real(&s, false, &d);
}

static enum cql_kind boolean_kind(const struct nd_expr *e)
{
	(void)e;
	return CQL_KIND_BOOLEAN;
}

/* Cassandra has it so, though it means a blob. */
static enum cql_kind hex_kind(const struct nd_expr *e)
{
	(void)e;
	return CQL_KIND_TINYINT;
}

static enum cql_kind duration_kind(const struct nd_expr *e)
{
	(void)e;
	return CQL_KIND_DURATION;
}

/* ---- what takes what -------------------------------------------------------------------------- */

enum { TAKERS = 14 };

static const struct literal {
	const char *name; /* in messages */
	enum cql_kind (*kind)(const struct nd_expr *e);
	enum cql_kind takers[TAKERS]; /* up to the first CUSTOM */
} literals[] = {
	[ND_EXPR_STRING] = { "STRING",
			     string_kind,
			     { CQL_KIND_ASCII, CQL_KIND_TEXT, CQL_KIND_INET, CQL_KIND_DATE,
			       CQL_KIND_TIME, CQL_KIND_TIMESTAMP } },
	[ND_EXPR_INTEGER] = { "INTEGER",
			      integer_kind,
			      { CQL_KIND_BIGINT, CQL_KIND_COUNTER, CQL_KIND_DATE, CQL_KIND_DECIMAL,
				CQL_KIND_DOUBLE, CQL_KIND_DURATION, CQL_KIND_FLOAT, CQL_KIND_INT,
				CQL_KIND_SMALLINT, CQL_KIND_TIME, CQL_KIND_TIMESTAMP,
				CQL_KIND_TINYINT, CQL_KIND_VARINT } },
	[ND_EXPR_FLOAT] = { "FLOAT",
			    float_kind,
			    { CQL_KIND_DECIMAL, CQL_KIND_DOUBLE, CQL_KIND_FLOAT } },
	[ND_EXPR_BOOLEAN] = { "BOOLEAN", boolean_kind, { CQL_KIND_BOOLEAN } },
	[ND_EXPR_UUID] = { "UUID", uuid_kind, { CQL_KIND_UUID, CQL_KIND_TIMEUUID } },
	[ND_EXPR_HEX] = { "HEX", hex_kind, { CQL_KIND_BLOB } },
	[ND_EXPR_DURATION] = { "DURATION", duration_kind, { CQL_KIND_DURATION } },
};

const cql_type *nd_literal_type(const struct nd_expr *e)
{
	if ((size_t)e->kind >= sizeof literals / sizeof literals[0] || !literals[e->kind].kind)
		return NULL;
	return cd_type_native(literals[e->kind].kind(e));
}

enum nd_fit nd_literal_fit(struct nd_planner *p, const struct nd_expr *e,
			   const struct nd_receiver *receiver)
{
	const struct literal *l = &literals[e->kind];
	enum cql_kind kind = receiver->type->kind;

	(void)p;
	/* Cassandra reads any constant as a tuple, or as what a custom type makes of it */
	if (kind == CQL_KIND_TUPLE ||
	    (kind == CQL_KIND_CUSTOM && nd_custom_takes_constants(receiver->type)))
		return ND_FIT_WEAK;
	if (l->kind(e) == kind)
		return ND_FIT_EXACT;
	for (size_t i = 0; i < TAKERS && l->takers[i] != CQL_KIND_CUSTOM; i++)
		if (l->takers[i] == kind)
			return ND_FIT_WEAK;
	return ND_FIT_NONE;
}

/* ---- bytes ------------------------------------------------------------------------------------ */

/* Takes the next part of "1:a\:b:@" off, without its backslashes. NULL: out of memory. */
static char *next_part(const char **at, const char *end, struct cd_arena *a)
{
	const char *from = *at, *to = from;
	char *out;
	size_t len = 0;

	while (to < end && (*to != ':' || (to > from && to[-1] == '\\')))
		to++;
	*at = to < end ? to + 1 : to;
	if (!(out = cd_arena_take(a, (size_t)(to - from) + 1)))
		return NULL;
	for (; from < to; from++)
		if (*from != '\\' || from + 1 == to || (from[1] != ':' && from[1] != '@'))
			out[len++] = *from;
	out[len] = '\0';
	return out;
}

/* Of an empty text none: not one that is empty. */
static uint32_t count_parts(const char *text, size_t len)
{
	uint32_t count = len > 0;

	for (size_t i = 0; i < len; i++)
		count += text[i] == ':' && (i == 0 || text[i - 1] != '\\');
	return count;
}

static bool read_tuple(struct nd_planner *p, const char *text, size_t len, const cql_type *type,
		       struct nd_value *out);

static bool read_part(struct nd_planner *p, const char *text, const cql_type *type,
		      struct nd_value *out)
{
	size_t len = strlen(text);

	if (type->kind == CQL_KIND_TUPLE || type->kind == CQL_KIND_UDT)
		return read_tuple(p, text, len, type, out);
	return nd_native_read(type, text, len, p->arena, out, p->problem);
}

/* A tuple from its parts with colons between them; @ is a null. */
static bool read_tuple(struct nd_planner *p, const char *text, size_t len, const cql_type *type,
		       struct nd_value *out)
{
	const char *at = text, *end = text + len;
	uint32_t count = count_parts(text, len);
	struct nd_value *items;

	if (count > type->count)
		return nd_refuse(p->problem, ND_INVALID,
				 "Invalid tuple literal: too many elements. Type %s expects %u but "
				 "got %u",
				 nd_type_text(p->arena, type), (unsigned)type->count,
				 (unsigned)count);
	if (!(items = cd_arena_take_array(p->arena, count + 1u, sizeof *items)))
		return nd_no_memory(p->problem);
	for (uint32_t i = 0; i < count; i++) {
		const char *from = at, *part = next_part(&at, end, p->arena);
		if (!part)
			return nd_no_memory(p->problem);
		if (from < end && from[0] == '@' && strcmp(part, "@") == 0)
			items[i].presence = ND_NULL;
		else if (!read_part(p, part, type->inner[i], &items[i]))
			return false;
	}
	return nd_items_write(type, items, count, p->arena, out, p->problem);
}

/* 'now' is the time at which the statement is planned. */
static bool is_now(const struct nd_expr *e, const cql_type *type)
{
	struct cd_scan s = { e->text, e->text, e->text + e->text_len, NULL };

	return e->kind == ND_EXPR_STRING && type->kind == CQL_KIND_TIMESTAMP &&
	       cd_scan_word(&s, "now") && s.at == s.end;
}

static bool read_now(struct nd_planner *p, struct nd_value *out)
{
	int64_t now_us = p->db->clock.now_us(p->db->clock.user);
	uint8_t *bytes = cd_arena_take(p->arena, 8);

	if (!bytes)
		return nd_no_memory(p->problem);
	cd_put_be64(bytes, (uint64_t)(now_us / 1000));
	*out = (struct nd_value){ ND_VALUE, bytes, 8 };
	return true;
}

/* A tinyint takes bytes too, however many, of which the first is what it says. */
static bool read_hex(struct nd_planner *p, const struct nd_expr *e, const cql_type *type,
		     struct nd_value *out)
{
	if (!nd_native_read(cd_type_native(CQL_KIND_BLOB), e->text + 2, e->text_len - 2, p->arena,
			    out, p->problem))
		return false;
	if (type->kind == CQL_KIND_TINYINT && out->len > 1)
		out->len = 1;
	return true;
}

static bool read_literal(struct nd_planner *p, const struct nd_expr *e, const cql_type *type,
			 struct nd_value *out)
{
	if (e->kind == ND_EXPR_HEX)
		return read_hex(p, e, type, out);
	if (is_now(e, type))
		return read_now(p, out);
	if (type->kind == CQL_KIND_TUPLE)
		return read_tuple(p, e->text, e->text_len, type, out);
	return nd_native_read(type, e->text, e->text_len, p->arena, out, p->problem);
}

struct nd_term *nd_literal_new(struct nd_planner *p, const struct nd_expr *e,
			       const struct nd_receiver *receiver)
{
	struct nd_value value;

	if (e->kind == ND_EXPR_FLOAT && !is_finite(e)) {
		nd_refuse(
			p->problem, ND_SYNTAX_ERROR,
			"Failed parsing statement: [%s] reason: NumberFormatException Character I "
			"is neither a decimal digit number, decimal point, nor \"e\" notation "
			"exponential mark.",
			p->statement->text);
		return NULL;
	}
	if (!nd_literal_fit(p, e, receiver)) {
		nd_refuse(p->problem, ND_INVALID, "Invalid %s constant (%s) for \"%s\" of type %s",
			  literals[e->kind].name, e->text, receiver->name,
			  nd_type_text(p->arena, receiver->type));
		return NULL;
	}
	if (!read_literal(p, e, receiver->type, &value))
		return NULL;
	return nd_term_constant(p, receiver, value);
}
