/* SPDX-License-Identifier: MIT */
/* JSON texts to trees. */
#include "node/value/json_read.h"

#include <stdio.h>
#include <string.h>

#include "node/text/text.h"

#define CORE "com.fasterxml.jackson.core."
#define SOURCE "[Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: "

struct reader {
	struct cd_arena *arena;
	const char *at, *end, *begin;
	struct nd_json_error *err;
	bool failed; /* `err` knows why */
	unsigned depth;
};

static struct nd_json *read_value(struct reader *r);

/* ---- what is wrong ------------------------------------------------------------------------------- */

/* "line: 1, column: 9" of a place in the text; columns are of UTF-16. */
static void locate(const struct reader *r, const char *at, unsigned *line, unsigned *column)
{
	*line = *column = 1;
	for (const char *c = r->begin; c < at; c++) {
		unsigned char byte = (unsigned char)*c;
		*column += (byte & 0xC0) != 0x80;
		*column += byte >= 0xF0;
		if (byte == '\n') {
			++*line;
			*column = 1;
		}
	}
}

static struct nd_json *fail_as(struct reader *r, const char *exception, const char *what)
{
	size_t size = strlen(what) + sizeof SOURCE + 64;
	unsigned line, column;
	char *message;

	if (r->failed || !(message = cd_arena_take(r->arena, size)))
		return NULL;
	r->failed = true;
	locate(r, r->at, &line, &column);
	snprintf(message, size, "%s\n at " SOURCE "%u, column: %u]", what, line, column);
	*r->err = (struct nd_json_error){ exception, message };
	return NULL;
}

static struct nd_json *fail(struct reader *r, const char *what)
{
	return fail_as(r, CORE "JsonParseException", what);
}

/* The character at `at`, which need not be where the failure is said to be, is a wrong one. */
static struct nd_json *fail_of(struct reader *r, const char *at, const char *what)
{
	const uint8_t *behind = (const uint8_t *)at;
	uint32_t code = nd_char_next(&behind, (const uint8_t *)r->end);
	int len = (int)((const char *)behind - at);
	char text[300], hex[16] = "";

	if (code > 0xFFFF) { /* its first unit, which has no letter */
		code = 0xD800 + ((code - 0x10000) >> 10);
		at = "?";
		len = 1;
	}
	if (code > 0xFF)
		snprintf(hex, sizeof hex, " / 0x%x", (unsigned)code);
	snprintf(text, sizeof text, "Unexpected character ('%.*s' (code %u%s))%s", len, at,
		 (unsigned)code, hex, what);
	return fail(r, text);
}

static struct nd_json *fail_to_end(struct reader *r, const char *what)
{
	char text[200];

	snprintf(text, sizeof text, "Unexpected end-of-input%s", what);
	r->at = r->end;
	return fail_as(r, CORE "io.JsonEOFException", text);
}

/* The character that is here is not what was expected. */
static struct nd_json *fail_here(struct reader *r, const char *what)
{
	return r->at == r->end ? fail_to_end(r, "") : fail_of(r, r->at, what);
}

/* A bracket of the other kind closes what began at `from`. */
static struct nd_json *fail_to_close(struct reader *r, bool is_map, const char *from)
{
	char text[sizeof SOURCE + 120];
	unsigned line, column;

	locate(r, from, &line, &column);
	snprintf(text, sizeof text,
		 "Unexpected close marker '%c': expected '%c' (for %s starting at " SOURCE
		 "%u, column: %u])",
		 *r->at, is_map ? '}' : ']', is_map ? "Object" : "Array", line, column);
	return fail(r, text);
}

/* The end came inside of what began at `from`. */
static struct nd_json *fail_at_end(struct reader *r, const char *what, const char *from)
{
	char text[sizeof SOURCE + 120];
	unsigned line, column;

	locate(r, from, &line, &column);
	snprintf(text, sizeof text,
		 "Unexpected end-of-input: expected close marker for %s (start marker at " SOURCE
		 "%u, column: %u])",
		 what, line, column);
	return fail_as(r, CORE "io.JsonEOFException", text);
}

/* ---- values -------------------------------------------------------------------------------------- */

/* Memory that was taken, or NULL, which is a failure without words. */
static void *kept(struct reader *r, void *taken)
{
	r->failed |= !taken;
	return taken;
}

static struct nd_json *new_json(struct reader *r, enum nd_json_kind kind)
{
	struct nd_json *j = kept(r, cd_arena_take_zero(r->arena, sizeof *j));

	if (j)
		j->kind = kind;
	return j;
}

static void skip_blanks(struct reader *r)
{
	while (r->at < r->end &&
	       (*r->at == ' ' || *r->at == '\t' || *r->at == '\n' || *r->at == '\r'))
		r->at++;
}

/* Whether the next character is this one, which is taken then. */
static bool take(struct reader *r, char c)
{
	skip_blanks(r);
	if (r->at == r->end || *r->at != c)
		return false;
	r->at++;
	return true;
}

/* ---- strings ----------------------------------------------------------------------------------- */

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Four digits of \uXXXX; -1: they are not there. */
static int32_t read_unit(struct reader *r)
{
	int32_t unit = 0;

	if (r->end - r->at < 4)
		return -1;
	for (unsigned i = 0; i < 4; i++) {
		int digit = hex_digit(*r->at++);

		if (digit < 0)
			return -1;
		unit = unit << 4 | digit;
	}
	return unit;
}

/* A character outside the basic plane comes as two units; a lone one becomes '?', as when Java
 * writes it as UTF-8. */
static bool read_escaped_unit(struct reader *r, char **out)
{
	int32_t unit = read_unit(r), low;

	if (unit < 0)
		return false;
	if (unit >= 0xD800 && unit < 0xDC00 && r->end - r->at >= 6 && r->at[0] == '\\' &&
	    r->at[1] == 'u') {
		const char *back = r->at;

		r->at += 2;
		low = read_unit(r);
		if (low >= 0xDC00 && low < 0xE000)
			unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
		else
			r->at = back;
	}
	if (unit >= 0xD800 && unit < 0xE000)
		unit = '?';
	*out = (char *)nd_char_put((uint8_t *)*out, (uint32_t)unit);
	return true;
}

static bool read_escape(struct reader *r, char **out)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *found;

	if (r->at == r->end)
		return false;
	if (*r->at == 'u') {
		r->at++;
		return read_escaped_unit(r, out);
	}
	found = memchr(from, *r->at, sizeof from - 1);
	if (!found)
		return false;
	r->at++;
	*(*out)++ = to[found - from];
	return true;
}

/* The closing quote; NULL: there is none. */
static const char *find_quote(const struct reader *r)
{
	const char *at = r->at;

	while (at < r->end && *at != '"')
		at += *at == '\\' ? 2 : 1;
	return at < r->end ? at : NULL;
}

/* Behind the first quote. What comes out is never longer than what went in. */
static char *read_string(struct reader *r, size_t *len)
{
	const char *end = find_quote(r);
	char *out, *at;

	if (!end) {
		fail_to_end(r, ": was expecting closing quote for a string value");
		return NULL;
	}
	out = at = kept(r, cd_arena_take(r->arena, (size_t)(end - r->at) + 1));
	while (out && r->at < end) {
		char c = *r->at++;

		if (c != '\\') {
			*at++ = c;
			if ((unsigned char)c >= 0x20)
				continue;
			fail(r,
			     "Illegal unquoted character: has to be escaped using backslash to be "
			     "included in string value");
			return NULL;
		}
		if (!read_escape(r, &at)) {
			fail(r, "Unrecognized character escape");
			return NULL;
		}
	}
	if (!out)
		return NULL;
	r->at = end + 1;
	*at = 0;
	*len = (size_t)(at - out);
	return out;
}

static struct nd_json *string_value(struct reader *r)
{
	struct nd_json *j = new_json(r, ND_JSON_STRING);

	return j && (j->text = read_string(r, &j->len)) ? j : NULL;
}

/* ---- numbers and words -------------------------------------------------------------------------- */

static size_t digits(struct reader *r)
{
	const char *from = r->at;

	while (r->at < r->end && *r->at >= '0' && *r->at <= '9')
		r->at++;
	return (size_t)(r->at - from);
}

static bool is_digit(const struct reader *r, const char *at)
{
	return at < r->end && *at >= '0' && *at <= '9';
}

/* The number ends, or goes on with what it cannot: that is told of the place `from`. */
static bool fail_number(struct reader *r, const char *from, const char *at_end, const char *what)
{
	const char *wrong = r->at;

	if (wrong == r->end && at_end) {
		fail_to_end(r, at_end);
		return false;
	}
	r->at = from;
	fail_of(r, wrong == r->end ? from : wrong, what);
	return false;
}

static bool scan_whole(struct reader *r)
{
	bool is_negative = *r->at == '-';
	const char *first = r->at += is_negative;

	if (r->end - first == 1 && *first == 'I') { /* of -Infinity */
		fail_to_end(r, " in a Number value");
		return false;
	}
	if (!is_digit(r, first))
		return fail_number(r, first, "No digit following sign",
				   " in numeric value: expected digit (0-9) to follow minus sign, "
				   "for valid numeric value");
	if (*first == '0' && is_digit(r, first + 1)) {
		r->at = first + 1;
		fail(r, "Invalid numeric value: Leading zeroes not allowed");
		return false;
	}
	digits(r);
	return true;
}

/* [-]digits[.digits][e[+-]digits] */
static bool scan_number(struct reader *r, bool *is_real)
{
	const char *from;

	*is_real = false;
	if (!scan_whole(r))
		return false;
	from = r->at;
	if (r->at < r->end && *r->at == '.') {
		*is_real = true;
		r->at++;
		if (!digits(r))
			return fail_number(r, from, NULL,
					   " in numeric value: Decimal point not followed by a "
					   "digit");
	}
	from = r->at;
	if (r->at < r->end && (*r->at == 'e' || *r->at == 'E')) {
		*is_real = true;
		r->at++;
		r->at += r->at < r->end && (*r->at == '+' || *r->at == '-');
		if (!digits(r))
			return fail_number(r, from, "expected a digit for number exponent",
					   " in numeric value: Exponent indicator not followed by "
					   "a digit");
	}
	return true;
}

/* A number that is the whole text ends there, or at a blank. */
static bool check_behind(struct reader *r)
{
	if (r->depth > 1 || r->at == r->end || strchr(" \t\r\n", *r->at))
		return true;
	fail_here(r, ": Expected space separating root-level values");
	return false;
}

/* What a word may begin with, as a name in Java: nothing that is two units of UTF-16. */
static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' ||
	       ((unsigned char)c >= 0x80 && (unsigned char)c < 0xF0);
}

/* A sign that Java would write, and JSON does not. */
static struct nd_json *fail_sign(struct reader *r, const char *what)
{
	const char *sign = r->at++;

	return r->at == r->end ? fail_to_end(r, " in a Number value") : fail_of(r, sign, what);
}

static struct nd_json *unknown_word(struct reader *r)
{
	static const char *const numbers[] = { "NaN", "Infinity", "-Infinity" };
	const char *from = r->at;
	char text[160];

	if (*r->at == '+')
		return fail_sign(r,
				 " in numeric value: JSON spec does not allow numbers to have "
				 "plus signs: enable "
				 "`JsonReadFeature.ALLOW_LEADING_PLUS_SIGN_FOR_NUMBERS` to allow");
	if (*r->at == '/')
		return fail_here(r, ": maybe a (non-standard) comment? (not recognized as one "
				    "since Feature 'ALLOW_COMMENTS' not enabled for parser)");
	if (*r->at != '-' && !is_letter(*r->at))
		return fail_here(r,
				 ": expected a valid value (JSON String, Number, Array, Object or "
				 "token 'null', 'true' or 'false')");
	for (r->at++;
	     r->at < r->end && r->at - from < 60 && (is_letter(*r->at) || is_digit(r, r->at));)
		r->at++;
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		if (strlen(numbers[i]) != (size_t)(r->at - from) ||
		    memcmp(from, numbers[i], (size_t)(r->at - from)) != 0)
			continue;
		snprintf(text, sizeof text,
			 "Non-standard token '%s': enable "
			 "`JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS` to allow",
			 numbers[i]);
		return fail(r, text);
	}
	snprintf(text, sizeof text,
		 "Unrecognized token '%.*s': was expecting (JSON String, Number, Array, Object or "
		 "token 'null', 'true' or 'false')",
		 (int)(r->at - from), from);
	return fail(r, text);
}

static bool is_infinite(const struct reader *r)
{
	return r->end - r->at >= 9 && !memcmp(r->at, "-Infinity", 9);
}

static struct nd_json *number_value(struct reader *r)
{
	const char *from = r->at;
	struct nd_json *j;
	char *text;
	bool is_real;

	if (is_infinite(r))
		return unknown_word(r);
	if (!scan_number(r, &is_real) || !check_behind(r))
		return NULL;
	if (!(j = new_json(r, is_real ? ND_JSON_REAL : ND_JSON_INTEGER)) ||
	    !(text = kept(r, cd_arena_strndup(r->arena, from, (size_t)(r->at - from)))))
		return NULL;
	j->text = text;
	j->len = strlen(text);
	return j;
}

static struct nd_json *word_value(struct reader *r)
{
	static const struct {
		const char *word;
		enum nd_json_kind kind;
		bool boolean;
	} words[] = {
		{ "null", ND_JSON_NULL, false },
		{ "true", ND_JSON_BOOLEAN, true },
		{ "false", ND_JSON_BOOLEAN, false },
	};

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		size_t len = strlen(words[i].word);
		struct nd_json *j;

		if ((size_t)(r->end - r->at) < len || memcmp(r->at, words[i].word, len) != 0)
			continue;
		if (r->at + len < r->end && (is_letter(r->at[len]) || is_digit(r, r->at + len)))
			break; /* a longer word */
		r->at += len;
		if ((j = new_json(r, words[i].kind)))
			j->boolean = words[i].boolean;
		return j;
	}
	return unknown_word(r);
}

/* ---- lists and maps ----------------------------------------------------------------------------- */

static struct nd_json *read_item(struct reader *r, bool named)
{
	struct nd_json *item;
	const char *name = NULL;
	size_t len;

	if (named) {
		if (!take(r, '"'))
			return fail_here(r, ": was expecting double-quote to start field name");
		if (!find_quote(r))
			return fail_to_end(r, " in field name");
		if (!(name = read_string(r, &len)))
			return NULL;
		if (!take(r, ':'))
			return fail_here(
				r, ": was expecting a colon to separate field name and value");
	}
	if ((item = read_value(r)))
		item->name = name;
	return item;
}

/* Behind the bracket. */
static struct nd_json *read_items(struct reader *r, enum nd_json_kind kind, char end)
{
	struct nd_json *j = new_json(r, kind), **last;
	const char *from = r->at - 1;
	bool is_map = kind == ND_JSON_MAP;

	if (!j || take(r, end))
		return j;
	last = &j->first;
	do {
		struct nd_json *item;

		skip_blanks(r);
		item = r->at < r->end ? read_item(r, is_map) : NULL;
		if (!item)
			break;
		*last = item;
		last = &item->next;
		j->count++;
	} while (take(r, ','));
	if (r->failed)
		return NULL;
	if (take(r, end))
		return j;
	if (r->at == r->end)
		return fail_at_end(r, is_map ? "Object" : "Array", from);
	if (*r->at == ']' || *r->at == '}')
		return fail_to_close(r, is_map, from);
	return fail_here(r, is_map ? ": was expecting comma to separate Object entries"
				   : ": was expecting comma to separate Array entries");
}

static struct nd_json *read_value(struct reader *r)
{
	struct nd_json *out;

	if (++r->depth > ND_JSON_DEPTH)
		return fail(r, "Document nesting depth exceeds the maximum allowed");
	skip_blanks(r);
	if (r->at == r->end)
		return fail_as(r, CORE "io.JsonEOFException", "Unexpected end-of-input");
	if (take(r, '{'))
		out = read_items(r, ND_JSON_MAP, '}');
	else if (take(r, '['))
		out = read_items(r, ND_JSON_LIST, ']');
	else if (take(r, '"'))
		out = string_value(r);
	else if (*r->at == '-' || (*r->at >= '0' && *r->at <= '9'))
		out = number_value(r);
	else
		out = word_value(r);
	r->depth--;
	return out;
}

static bool is_blank(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!strchr(" \t\r\n", text[i]))
			return false;
	return true;
}

#define DATABIND "com.fasterxml.jackson.databind.exc.MismatchedInputException"

struct nd_json *nd_json_parse(struct cd_arena *a, const char *text, size_t len,
			      struct nd_json_error *err)
{
	struct reader r = { .arena = a, .at = text, .begin = text, .end = text + len, .err = err };

	*err = (struct nd_json_error){ CORE "JsonParseException", NULL };
	if (!is_blank(text, len))
		return read_value(&r);
	*err = (struct nd_json_error){ DATABIND,
				       "No content to map due to end-of-input\n at " SOURCE "1]" };
	return NULL;
}

struct nd_json *nd_json_parse_map(struct cd_arena *a, const char *text, size_t len,
				  struct nd_json_error *err)
{
	static const char *const kinds[] = {
		[ND_JSON_BOOLEAN] = "Boolean value (token `JsonToken.VALUE_TRUE`)",
		[ND_JSON_INTEGER] = "Integer value (token `JsonToken.VALUE_NUMBER_INT`)",
		[ND_JSON_REAL] = "Floating-point value (token `JsonToken.VALUE_NUMBER_FLOAT`)",
		[ND_JSON_STRING] = "String value (token `JsonToken.VALUE_STRING`)",
		[ND_JSON_LIST] = "Array value (token `JsonToken.START_ARRAY`)",
	};
	struct nd_json *j = nd_json_parse(a, text, len, err);
	struct reader r = { .arena = a, .at = text, .begin = text, .end = text + len, .err = err };
	char what[200];

	if (!j || j->kind == ND_JSON_MAP || j->kind == ND_JSON_NULL)
		return j;
	snprintf(what, sizeof what,
		 "Cannot deserialize value of type "
		 "`java.util.LinkedHashMap<java.lang.Object,java.lang.Object>` from %s",
		 j->kind == ND_JSON_BOOLEAN && !j->boolean
			 ? "Boolean value (token `JsonToken.VALUE_FALSE`)"
			 : kinds[j->kind]);
	skip_blanks(&r);
	return fail_as(&r, DATABIND, what);
}

/* ---- names -------------------------------------------------------------------------------------- */

struct nd_json *nd_json_find(const struct nd_json *map, const char *name)
{
	struct nd_json *found = NULL;

	for (struct nd_json *item = map->first; item; item = item->next)
		if (!strcmp(item->name, name))
			found = item;
	return found;
}

void nd_json_fold_names(struct nd_json *map)
{
	for (struct nd_json *item = map->first; item; item = item->next) {
		char *name = (char *)item->name;
		size_t len = strlen(name);

		if (len > 1 && name[0] == '"' && name[len - 1] == '"') {
			name[len - 1] = 0;
			item->name = name + 1;
			continue;
		}
		for (; *name; name++)
			if (*name >= 'A' && *name <= 'Z')
				*name = (char)(*name + ('a' - 'A'));
	}
}
