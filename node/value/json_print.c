/* SPDX-License-Identifier: MIT */
/* Values as JSON (AbstractType.toJSONString). */
#include "node/value/json_print.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "node/function/term.h"
#include "node/value/custom.h"
#include "node/value/native_print.h"

/* ---- texts ------------------------------------------------------------------------------------ */

void nd_json_text(struct cd_buffer *out, const char *text, size_t len)
{
	static const char named[] = "\bb\tt\nn\ff\rr\"\"\\\\";
	char code[8];

	cd_buffer_u8(out, '"');
	for (size_t i = 0; i < len; i++) {
		const char *at = named;
		while (*at && *at != text[i])
			at += 2;
		if (*at && text[i]) {
			cd_buffer_u8(out, '\\');
			cd_buffer_u8(out, (uint8_t)at[1]);
		} else if ((uint8_t)text[i] < 0x20) {
			snprintf(code, sizeof code, "\\u%04X", (unsigned)(uint8_t)text[i]);
			cd_buffer_bytes(out, code, 6);
		} else {
			cd_buffer_u8(out, (uint8_t)text[i]);
		}
	}
	cd_buffer_u8(out, '"');
}

void nd_json_name(struct cd_buffer *out, const char *name)
{
	bool capitals = false;

	for (const char *at = name; *at; at++)
		capitals |= *at >= 'A' && *at <= 'Z';
	if (!capitals) {
		nd_json_text(out, name, strlen(name));
		return;
	}
	cd_buffer_bytes(out, "\"\\\"", 3);
	size_t start = out->len;
	nd_json_text(out, name, strlen(name));
	if (out->failed)
		return;
	/* without the quotes it has now, inside of those that are there */
	memmove(out->data + start, out->data + start + 1, out->len - start - 2);
	cd_buffer_truncate(out, out->len - 2);
	cd_buffer_bytes(out, "\\\"\"", 3);
}

/* ---- native types ----------------------------------------------------------------------------- */

/* How a type's text form stands in JSON. */
static bool is_bare(enum cql_kind kind)
{
	static const enum cql_kind bare[] = {
		CQL_KIND_BIGINT,   CQL_KIND_BOOLEAN, CQL_KIND_COUNTER, CQL_KIND_DECIMAL,
		CQL_KIND_DOUBLE,   CQL_KIND_FLOAT,   CQL_KIND_INT,     CQL_KIND_VARINT,
		CQL_KIND_SMALLINT, CQL_KIND_TINYINT,
	};

	for (size_t i = 0; i < sizeof bare / sizeof bare[0]; i++)
		if (bare[i] == kind)
			return true;
	return false;
}

/* No bytes at all, of types whose values always have some: a selection's literal may hold those. */
static const char *text_of_nothing(enum cql_kind kind)
{
	return kind == CQL_KIND_SMALLINT || kind == CQL_KIND_DATE ? "\"\""
	       : kind == CQL_KIND_TIME                            ? "\"null\""
								  : NULL;
}

static bool put_native(struct cd_buffer *out, const cql_type *type, struct nd_value value,
		       struct cd_arena *a, struct nd_problem *p)
{
	const char *nothing = value.len ? NULL : text_of_nothing(type->kind);
	cql_text text;

	if (nothing) {
		cd_buffer_text(out, nothing);
		return true;
	}
	if (type->kind == CQL_KIND_TEXT || type->kind == CQL_KIND_ASCII) {
		nd_json_text(out, (const char *)value.data, value.len);
		return true;
	}
	if (!nd_custom_takes_constants(type)) {
		cd_buffer_bytes(out, "\"\"", 2); /* EmptyType's one value */
		return true;
	}
	if (!nd_native_print(type, value, ND_PRINT_JSON, a, &text, p))
		return false;
	if (!is_bare(type->kind))
		nd_json_text(out, text.data, text.len);
	else if (text.len == 0)
		cd_buffer_bytes(out, "\"\"", 2);
	else if (memchr(text.data, 'N', text.len) || memchr(text.data, 'I', text.len))
		cd_buffer_bytes(out, "null", 4); /* JSON knows no NaN and no Infinity */
	else
		cd_buffer_bytes(out, text.data, text.len);
	return true;
}

/* ---- the others ------------------------------------------------------------------------------- */

/* Keys of maps are texts in JSON: what is none yet gets quotes. */
static bool put_key(struct cd_buffer *out, const cql_type *type, struct nd_value value,
		    struct cd_arena *a, struct nd_problem *p)
{
	size_t start = out->len;
	char *copy;

	if (!nd_json_value(out, type, value, a, p))
		return false;
	if (out->failed || out->data[start] == '"')
		return true;
	size_t len = out->len - start;
	if (!(copy = cd_arena_strndup(a, (const char *)out->data + start, len)))
		return nd_no_memory(p);
	cd_buffer_truncate(out, start);
	nd_json_text(out, copy, len);
	return true;
}

/* A null among the items of a literal; of most types Cassandra fails over it. */
static bool is_null_decimal(const cql_type *type, struct nd_value value)
{
	return type->kind == CQL_KIND_DECIMAL && value.presence != ND_VALUE;
}

static bool put_items(struct cd_buffer *out, const cql_type *type, const struct nd_items *items,
		      struct cd_arena *a, struct nd_problem *p)
{
	bool is_map = type->kind == CQL_KIND_MAP, is_udt = type->kind == CQL_KIND_UDT;
	bool positional = is_udt || type->kind == CQL_KIND_TUPLE;

	for (uint32_t i = 0; i < items->count; i++) {
		const cql_type *inner = type->inner[positional ? i : is_map ? i % 2 : 0];
		bool is_key = is_map && i % 2 == 0;
		if (i && (!is_map || is_key))
			cd_buffer_bytes(out, ", ", 2);
		if (is_udt)
			nd_json_name(out, type->of.udt->fields[i]);
		if (is_udt || (is_map && !is_key))
			cd_buffer_bytes(out, ": ", 2);
		if (!positional && is_null_decimal(inner, items->at[i]))
			cd_buffer_bytes(out, "\"\"", 2);
		else if (!(is_key ? put_key : nd_json_value)(out, inner, items->at[i], a, p))
			return false;
	}
	return true;
}

/* The depth is that of the type. */
bool nd_json_value(struct cd_buffer *out, const cql_type *type, struct nd_value value,
		   struct cd_arena *a, struct nd_problem *p)
{
	bool braces = type->kind == CQL_KIND_MAP || type->kind == CQL_KIND_UDT;
	struct nd_items items;

	if (value.presence != ND_VALUE) {
		cd_buffer_bytes(out, "null", 4);
		return true;
	}
	if (type->count == 0)
		return put_native(out, type, value, a, p);
	if (!nd_items_read(type, value, a, &items, p))
		return false;
	cd_buffer_u8(out, braces ? '{' : '[');
	if (!put_items(out, type, &items, a, p))
		return false;
	cd_buffer_u8(out, braces ? '}' : ']');
	return true;
}
