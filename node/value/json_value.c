/* SPDX-License-Identifier: MIT */
/* Trees of JSON to values of CQL. */
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "node/function/term_parts.h"
#include "node/value/custom.h"
#include "node/value/json_read.h"
#include "node/value/native_print.h"
#include "node/value/native_text.h"

/* ---- as Java shows it --------------------------------------------------------------------------- */

/* The double of a number that was written with a point, as Double.toString() has it. */
static const char *real_text(struct cd_arena *a, const struct nd_json *j)
{
	struct nd_problem p;
	struct nd_value v;
	cql_text text;

	nd_problem_init(&p, a);
	if (!nd_native_read(cd_type_native(CQL_KIND_DOUBLE), j->text, j->len, a, &v, &p) ||
	    !nd_native_print(cd_type_native(CQL_KIND_DOUBLE), v, ND_PRINT_CAST, a, &text, &p))
		return j->text;
	return text.data;
}

static void print(struct cd_buffer *out, struct cd_arena *a, const struct nd_json *j);

static void print_text(struct cd_buffer *out, const char *text)
{
	cd_buffer_bytes(out, text, strlen(text));
}

static void print_items(struct cd_buffer *out, struct cd_arena *a, const struct nd_json *j,
			const char *brackets)
{
	cd_buffer_u8(out, (uint8_t)brackets[0]);
	for (const struct nd_json *item = j->first; item; item = item->next) {
		if (item != j->first)
			print_text(out, ", ");
		if (item->name) {
			print_text(out, item->name);
			cd_buffer_u8(out, '=');
		}
		print(out, a, item);
	}
	cd_buffer_u8(out, (uint8_t)brackets[1]);
}

static void print(struct cd_buffer *out, struct cd_arena *a, const struct nd_json *j)
{
	if (j->kind == ND_JSON_LIST || j->kind == ND_JSON_MAP)
		print_items(out, a, j, j->kind == ND_JSON_LIST ? "[]" : "{}");
	else if (j->kind == ND_JSON_NULL)
		print_text(out, "null");
	else if (j->kind == ND_JSON_BOOLEAN)
		print_text(out, j->boolean ? "true" : "false");
	else
		print_text(out, j->kind == ND_JSON_REAL ? real_text(a, j) : j->text);
}

const char *nd_json_text_of(struct cd_arena *a, const struct nd_json *j)
{
	struct cd_buffer out;
	const char *copy;

	cd_buffer_init(&out, a->allocator, 0);
	print(&out, a, j);
	copy = out.failed ? NULL : cd_arena_strndup(a, (const char *)out.data, out.len);
	cd_buffer_deinit(&out);
	return copy ? copy : "";
}

/* Whether an integer, as it is written, lies between two. */
static bool fits(const struct nd_json *j, int64_t least, int64_t most)
{
	const char *most_text = *j->text == '-' ? "-9223372036854775808" : "9223372036854775807";
	size_t len = strlen(most_text);
	long long n;

	if (j->len > len || (j->len == len && strcmp(j->text, most_text) > 0))
		return false;
	n = strtoll(j->text, NULL, 10);
	return n >= least && n <= most;
}

static const char *class_of(const struct nd_json *j)
{
	static const char *const names[] = {
		[ND_JSON_NULL] = "null",         [ND_JSON_BOOLEAN] = "Boolean",
		[ND_JSON_INTEGER] = "Long",      [ND_JSON_REAL] = "Double",
		[ND_JSON_STRING] = "String",     [ND_JSON_LIST] = "ArrayList",
		[ND_JSON_MAP] = "LinkedHashMap",
	};

	if (j->kind != ND_JSON_INTEGER)
		return names[j->kind];
	if (fits(j, INT32_MIN, INT32_MAX))
		return "Integer";
	return fits(j, INT64_MIN, INT64_MAX) ? "Long" : "BigInteger";
}

/* ---- natives ------------------------------------------------------------------------------------ */

struct decoder {
	const cql_type *type;
	struct cd_arena *arena;
	struct nd_value *out;
	struct nd_problem *problem;
};

static bool expected(const struct decoder *d, const struct nd_json *j, const char *what)
{
	return nd_refuse(d->problem, ND_INVALID, "Expected %s, but got a %s: %s", what, class_of(j),
			 nd_json_text_of(d->arena, j));
}

static bool from_text(const struct decoder *d, const char *text, size_t len)
{
	return nd_native_read(d->type, text, len, d->arena, d->out, d->problem);
}

/* What Cassandra takes for each type, beside a string. */
struct native {
	enum cql_kind kind;
	const char *expected;
	bool strings;
	int64_t least, most; /* of integers; none: 0, 0 */
	bool any_number;     /* by its text */
	bool reals;          /* by its double */
};

static const struct native natives[] = {
	{ CQL_KIND_ASCII, "an ascii string", true, 0, 0, false, false },
	{ CQL_KIND_TEXT, "a UTF-8 string", true, 0, 0, false, false },
	{ CQL_KIND_BOOLEAN, "a boolean value", true, 0, 0, false, false },
	{ CQL_KIND_INT, "an int value", true, INT32_MIN, INT32_MAX, false, false },
	{ CQL_KIND_BIGINT, "a bigint value", true, INT64_MIN, INT64_MAX, false, false },
	{ CQL_KIND_SMALLINT, "a short value", true, 0, 0, true, false },
	{ CQL_KIND_TINYINT, "a byte value", true, 0, 0, true, false },
	{ CQL_KIND_DOUBLE, "a double value", true, 0, 0, false, true },
	{ CQL_KIND_FLOAT, "a float value", true, 0, 0, false, true },
	{ CQL_KIND_UUID, "a string representation of a uuid", true, 0, 0, false, false },
	{ CQL_KIND_TIMEUUID, "a string representation of a timeuuid", true, 0, 0, false, false },
	{ CQL_KIND_INET, "a string representation of an inet value", true, 0, 0, false, false },
	{ CQL_KIND_DATE, "a string representation of a date value", true, 0, 0, false, false },
	{ CQL_KIND_TIME, "a string representation of a time value", true, 0, 0, false, false },
	{ CQL_KIND_DURATION, "a string representation of a duration", true, 0, 0, false, false },
};

static bool put_byte(const struct decoder *d, uint8_t byte)
{
	uint8_t *data = cd_arena_copy(d->arena, &byte, 1);

	*d->out = (struct nd_value){ ND_VALUE, data, 1 };
	return data || nd_no_memory(d->problem);
}

static bool native_value(const struct decoder *d, const struct nd_json *j, const struct native *n)
{
	bool is_number = j->kind == ND_JSON_INTEGER || j->kind == ND_JSON_REAL;

	if (j->kind == ND_JSON_STRING)
		return from_text(d, j->text, j->len);
	if (j->kind == ND_JSON_BOOLEAN && n->kind == CQL_KIND_BOOLEAN)
		return put_byte(d, j->boolean);
	if (is_number && n->reals)
		return from_text(d, j->text, j->len);
	if (is_number && n->any_number) {
		const char *text = nd_json_text_of(d->arena, j);

		return from_text(d, text, strlen(text));
	}
	if (j->kind == ND_JSON_INTEGER && n->most && fits(j, n->least, n->most))
		return from_text(d, j->text, j->len);
	return expected(d, j, n->expected);
}

/* By the text of whatever it is; the reason is not told. */
static bool big_value(const struct decoder *d, const struct nd_json *j)
{
	const char *text = nd_json_text_of(d->arena, j);
	struct nd_problem inner;

	nd_problem_init(&inner, d->arena);
	if (nd_native_read(d->type, text, strlen(text), d->arena, d->out, &inner))
		return true;
	return nd_refuse(d->problem, ND_INVALID,
			 "Value '%s' is not a valid representation of a %s value", text,
			 d->type->kind == CQL_KIND_VARINT ? "varint" : "decimal");
}

static bool timestamp_value(const struct decoder *d, const struct nd_json *j)
{
	if (j->kind == ND_JSON_STRING ||
	    (j->kind == ND_JSON_INTEGER && !strcmp(class_of(j), "Long")))
		return from_text(d, j->text, j->len);
	return expected(d, j, "a long or a datestring representation of a timestamp value");
}

/* What Java says where a string is wanted. */
static const char *cast_refusal(const struct decoder *d, const struct nd_json *j)
{
	const char *name = class_of(j);
	const char *package = j->kind == ND_JSON_LIST || j->kind == ND_JSON_MAP ? "java.util"
			      : !strcmp(name, "BigInteger")                     ? "java.math"
										: "java.lang";

	return nd_text(d->problem, d->arena,
		       "class %s.%s cannot be cast to class java.lang.String (%s.%s and "
		       "java.lang.String are in module java.base of loader 'bootstrap')",
		       package, name, package, name);
}

static bool blob_value(const struct decoder *d, const struct nd_json *j)
{
	const char *text = nd_json_text_of(d->arena, j), *why;
	struct nd_problem inner;

	nd_problem_init(&inner, d->arena);
	if (j->kind != ND_JSON_STRING)
		why = cast_refusal(d, j);
	else if (strncmp(text, "0x", 2) != 0)
		why = nd_text(d->problem, d->arena,
			      "String representation of blob is missing 0x prefix: %s", text);
	else if (nd_native_read(d->type, j->text + 2, j->len - 2, d->arena, d->out, &inner))
		return true;
	else
		why = cd_arena_strndup(d->arena, inner.error.message.data, inner.error.message.len);
	return nd_refuse(d->problem, ND_INVALID,
			 "Value '%s' is not a valid blob representation: %s", text, why ? why : "");
}

/* ---- lists and maps ----------------------------------------------------------------------------- */

/* Collections may come as strings of JSON, as in the keys of maps. */
static const struct nd_json *unwrap(const struct decoder *d, const struct nd_json *j)
{
	struct nd_json_error err;
	struct nd_json *inner;

	if (j->kind != ND_JSON_STRING)
		return j;
	if ((inner = nd_json_parse(d->arena, j->text, j->len, &err)))
		return inner;
	if (err.message)
		nd_refuse(d->problem, ND_INVALID, "Error decoding JSON string: %s", err.message);
	else
		nd_no_memory(d->problem);
	return NULL;
}

static bool take_items(const struct decoder *d, size_t count, struct nd_items *items)
{
	items->count = 0;
	items->at = cd_arena_take_array(d->arena, count + 1, sizeof *items->at);
	return items->at || nd_no_memory(d->problem);
}

static bool put_items(const struct decoder *d, struct nd_items *items)
{
	return nd_items_join(d->type, items, d->arena, d->out, d->problem);
}

/* A list, a set or a vector. */
static bool list_value(const struct decoder *d, const struct nd_json *j)
{
	bool is_set = d->type->kind == CQL_KIND_SET;
	struct nd_items items;

	if (j->kind != ND_JSON_LIST)
		return expected(d, j, is_set ? "a list (representing a set)" : "a list");
	if (d->type->kind == CQL_KIND_VECTOR && j->count != d->type->of.dimension)
		return nd_refuse(d->problem, ND_INVALID,
				 "List had incorrect size: expected %u but given %u; %s",
				 d->type->of.dimension, j->count, nd_json_text_of(d->arena, j));
	if (!take_items(d, j->count, &items))
		return false;
	for (const struct nd_json *item = j->first; item; item = item->next) {
		if (item->kind == ND_JSON_NULL)
			return nd_refuse(d->problem, ND_INVALID, "Invalid null element in %s",
					 is_set ? "set" : "list");
		if (!nd_json_decode(item, d->type->inner[0], d->arena, &items.at[items.count++],
				    d->problem))
			return false;
	}
	return put_items(d, &items);
}

static bool map_value(const struct decoder *d, const struct nd_json *j)
{
	struct nd_items items;

	if (j->kind != ND_JSON_MAP)
		return expected(d, j, "a map");
	if (!take_items(d, 2 * (size_t)j->count, &items))
		return false;
	for (const struct nd_json *item = j->first; item; item = item->next) {
		const struct nd_json key = { .kind = ND_JSON_STRING,
					     .text = item->name,
					     .len = strlen(item->name) };

		if (item->kind == ND_JSON_NULL)
			return nd_refuse(d->problem, ND_INVALID, "Invalid null value in map");
		if (!nd_json_decode(&key, d->type->inner[0], d->arena, &items.at[items.count++],
				    d->problem) ||
		    !nd_json_decode(item, d->type->inner[1], d->arena, &items.at[items.count++],
				    d->problem))
			return false;
	}
	return put_items(d, &items);
}

static bool tuple_value(const struct decoder *d, const struct nd_json *j)
{
	struct nd_items items;

	if (j->kind != ND_JSON_LIST)
		return expected(d, j, "a list representation of a tuple");
	if (j->count != d->type->count)
		return nd_refuse(d->problem, ND_INVALID, "Tuple %s items (expected %u): %s",
				 j->count > d->type->count ? "contains extra" : "is missing",
				 d->type->count, nd_json_text_of(d->arena, j));
	if (!take_items(d, j->count, &items))
		return false;
	for (const struct nd_json *item = j->first; item; item = item->next, items.count++)
		if (!nd_json_decode(item, d->type->inner[items.count], d->arena,
				    &items.at[items.count], d->problem))
			return false;
	return put_items(d, &items);
}

static bool has_field(const cql_type *type, const char *name)
{
	for (uint32_t i = 0; i < type->count; i++)
		if (!strcmp(type->of.udt->fields[i], name))
			return true;
	return false;
}

static bool udt_value(const struct decoder *d, const struct nd_json *given)
{
	const cql_type *type = d->type;
	struct nd_json map = *given;
	struct nd_items items;

	if (given->kind != ND_JSON_MAP)
		return expected(d, given, "a map");
	nd_json_fold_names(&map);
	if (!take_items(d, type->count, &items))
		return false;
	for (; items.count < type->count; items.count++) {
		const struct nd_json *item = nd_json_find(&map, type->of.udt->fields[items.count]);

		items.at[items.count] = (struct nd_value){ ND_NULL, NULL, 0 };
		if (item && !nd_json_decode(item, type->inner[items.count], d->arena,
					    &items.at[items.count], d->problem))
			return false;
	}
	for (const struct nd_json *item = map.first; item; item = item->next)
		if (!has_field(type, item->name))
			return nd_refuse(d->problem, ND_INVALID,
					 "Unknown field '%s' in value of user defined type %s",
					 item->name, type->of.udt->name);
	return put_items(d, &items);
}

/* EmptyType's one value; of other classes of Cassandra's there is no JSON. */
static bool custom_value(const struct decoder *d, const struct nd_json *j)
{
	const char *text = nd_json_text_of(d->arena, j);

	if (nd_custom_takes_constants(d->type))
		return nd_refuse(d->problem, ND_INVALID,
				 "JSON of type %s is not supported by the node",
				 nd_type_text(d->arena, d->type));
	if (j->kind != ND_JSON_STRING)
		return nd_refuse(d->problem, ND_INVALID, "Expected an empty string, but got: %s",
				 text);
	if (*text)
		return nd_refuse(d->problem, ND_INVALID, "'%s' is not empty", text);
	*d->out = (struct nd_value){ ND_VALUE, (const uint8_t *)"", 0 };
	return true;
}

/* ---- all of them -------------------------------------------------------------------------------- */

typedef bool decode_fn(const struct decoder *d, const struct nd_json *j);

static const struct {
	enum cql_kind kind;
	decode_fn *decode;
	bool unwraps;
} others[] = {
	{ CQL_KIND_VARINT, big_value, false },    { CQL_KIND_DECIMAL, big_value, false },
	{ CQL_KIND_BLOB, blob_value, false },     { CQL_KIND_TIMESTAMP, timestamp_value, false },
	{ CQL_KIND_LIST, list_value, true },      { CQL_KIND_SET, list_value, true },
	{ CQL_KIND_VECTOR, list_value, true },    { CQL_KIND_MAP, map_value, true },
	{ CQL_KIND_TUPLE, tuple_value, true },    { CQL_KIND_UDT, udt_value, true },
	{ CQL_KIND_CUSTOM, custom_value, false },
};

bool nd_json_decode(const struct nd_json *j, const cql_type *type, struct cd_arena *a,
		    struct nd_value *out, struct nd_problem *p)
{
	const struct decoder d = { type, a, out, p };

	*out = (struct nd_value){ ND_NULL, NULL, 0 };
	if (j->kind == ND_JSON_NULL)
		return true;
	for (size_t i = 0; i < sizeof natives / sizeof natives[0]; i++)
		if (natives[i].kind == type->kind)
			return native_value(&d, j, &natives[i]);
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		if (others[i].kind != type->kind)
			continue;
		if (others[i].unwraps && !(j = unwrap(&d, j)))
			return false;
		return others[i].decode(&d, j);
	}
	return nd_refuse(p, ND_INVALID, "JSON of type %s is not supported by the node",
			 nd_type_text(a, type));
}
