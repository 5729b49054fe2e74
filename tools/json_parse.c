/* SPDX-License-Identifier: MIT */
/* Reads JSON text into a tree; a mistake is reported with its line and column. */
#include <string.h>

#include "tools/json.h"

struct parser {
	struct pool *pool;
	const char *start, *at, *end;
	int depth;
	struct json_error *err;
};

static void *refuse(struct parser *p, const char *message)
{
	struct json_error *err = p->err;

	if (err->line)
		return NULL;
	err->line = err->column = 1;
	for (const char *at = p->start; at < p->at; at++) {
		err->column = *at == '\n' ? 1 : err->column + 1;
		err->line += *at == '\n';
	}
	snprintf(err->message, sizeof err->message, "%s", message);
	return NULL;
}

static void skip_space(struct parser *p)
{
	while (p->at < p->end &&
	       (*p->at == ' ' || *p->at == '\t' || *p->at == '\n' || *p->at == '\r'))
		p->at++;
}

static bool take(struct parser *p, char c)
{
	skip_space(p);
	if (p->at == p->end || *p->at != c)
		return false;
	p->at++;
	return true;
}

/* ---- strings -------------------------------------------------------------------------------- */

static bool take_unit(struct parser *p, uint32_t *unit)
{
	*unit = 0;
	if (p->end - p->at < 4)
		return refuse(p, "\\u needs four hexadecimal digits");
	for (int i = 0; i < 4; i++, p->at++) {
		char c = *p->at;
		const char *digits = "0123456789abcdef", *d;
		if (c >= 'A' && c <= 'F')
			c = (char)(c - 'A' + 'a');
		d = c ? strchr(digits, c) : NULL;
		if (!d)
			return refuse(p, "\\u needs four hexadecimal digits");
		*unit = *unit << 4 | (uint32_t)(d - digits);
	}
	return true;
}

static bool take_code_point(struct parser *p, uint32_t *c)
{
	uint32_t low;

	if (!take_unit(p, c))
		return false;
	if (*c >= 0xdc00 && *c <= 0xdfff)
		return refuse(p, "the second half of a surrogate pair without its first");
	if (*c < 0xd800 || *c > 0xdbff)
		return true;
	if (p->end - p->at < 2 || p->at[0] != '\\' || p->at[1] != 'u')
		return refuse(p, "the first half of a surrogate pair without its second");
	p->at += 2;
	if (!take_unit(p, &low))
		return false;
	if (low < 0xdc00 || low > 0xdfff)
		return refuse(p, "the first half of a surrogate pair without its second");
	*c = 0x10000 + ((*c - 0xd800) << 10) + (low - 0xdc00);
	return true;
}

static char *put_utf8(char *out, uint32_t c)
{
	if (c < 0x80) {
		*out++ = (char)c;
		return out;
	}
	if (c < 0x800) {
		*out++ = (char)(0xc0 | c >> 6);
	} else {
		if (c < 0x10000) {
			*out++ = (char)(0xe0 | c >> 12);
		} else {
			*out++ = (char)(0xf0 | c >> 18);
			*out++ = (char)(0x80 | (c >> 12 & 0x3f));
		}
		*out++ = (char)(0x80 | (c >> 6 & 0x3f));
	}
	*out++ = (char)(0x80 | (c & 0x3f));
	return out;
}

/* After a backslash. */
static char *take_escape(struct parser *p, char *out)
{
	static const char names[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
	const char *name;
	uint32_t c;

	if (p->at == p->end)
		return refuse(p, "a string without its end");
	if (*p->at == 'u') {
		p->at++;
		return take_code_point(p, &c) ? put_utf8(out, c) : NULL;
	}
	name = *p->at ? strchr(names, *p->at) : NULL;
	if (!name)
		return refuse(p, "no such escape");
	p->at++;
	*out++ = meanings[name - names];
	return out;
}

/* After the opening quote. */
static struct json *take_string(struct parser *p)
{
	const char *close = p->at;
	struct json *j;
	char *out, *first;

	while (close < p->end && *close != '"')
		close += *close == '\\' && p->end - close > 1 ? 2 : 1;
	if (close >= p->end)
		return refuse(p, "a string without its end");
	j = json_new(p->pool, JSON_STRING);
	out = first = pool_get(p->pool, (size_t)(close - p->at) + 1, 1);
	while (*p->at != '"') {
		if ((unsigned char)*p->at < 0x20)
			return refuse(p, "a control character in a string");
		if (*p->at != '\\') {
			*out++ = *p->at++;
			continue;
		}
		p->at++;
		out = take_escape(p, out);
		if (!out)
			return NULL;
	}
	p->at++;
	j->text = first;
	j->len = (size_t)(out - first);
	return j;
}

/* ---- the rest ------------------------------------------------------------------------------- */

static size_t take_digits(struct parser *p)
{
	const char *first = p->at;

	while (p->at < p->end && *p->at >= '0' && *p->at <= '9')
		p->at++;
	return (size_t)(p->at - first);
}

static bool at_char(const struct parser *p, char a, char b)
{
	return p->at < p->end && (*p->at == a || *p->at == b);
}

static struct json *take_number(struct parser *p)
{
	const char *first = p->at;
	struct json *j;

	p->at += at_char(p, '-', '-');
	if (at_char(p, '0', '0'))
		p->at++;
	else if (!take_digits(p))
		return refuse(p, "a value was expected");
	if (at_char(p, '.', '.')) {
		p->at++;
		if (!take_digits(p))
			return refuse(p, "a digit was expected");
	}
	if (at_char(p, 'e', 'E')) {
		p->at++;
		p->at += at_char(p, '+', '-');
		if (!take_digits(p))
			return refuse(p, "a digit was expected");
	}
	j = json_text(p->pool, first, (size_t)(p->at - first));
	j->kind = JSON_NUMBER;
	return j;
}

static struct json *take_value(struct parser *p);

static struct json *take_array(struct parser *p)
{
	struct json *array = json_new(p->pool, JSON_ARRAY), *item;

	if (take(p, ']'))
		return array;
	do {
		item = take_value(p);
		if (!item)
			return NULL;
		json_add(array, item);
	} while (take(p, ','));
	return take(p, ']') ? array : refuse(p, "a comma or ] was expected");
}

static struct json *take_object(struct parser *p)
{
	struct json *object = json_new(p->pool, JSON_OBJECT), *key, *item;

	if (take(p, '}'))
		return object;
	do {
		if (!take(p, '"'))
			return refuse(p, "a name in quotes was expected");
		key = take_string(p);
		if (!key)
			return NULL;
		if (!take(p, ':'))
			return refuse(p, "a colon was expected");
		item = take_value(p);
		if (!item)
			return NULL;
		json_put(object, key->text, item);
	} while (take(p, ','));
	return take(p, '}') ? object : refuse(p, "a comma or } was expected");
}

static struct json *take_word(struct parser *p)
{
	static const char *const words[] = { "null", "false", "true" };

	for (int i = 0; i < 3; i++) {
		size_t len = strlen(words[i]);
		if ((size_t)(p->end - p->at) >= len && !memcmp(p->at, words[i], len)) {
			p->at += len;
			return json_new(p->pool, (enum json_kind)i);
		}
	}
	return take_number(p);
}

static struct json *take_value(struct parser *p)
{
	struct json *j;

	if (++p->depth > JSON_MAX_DEPTH)
		return refuse(p, "nested too deeply");
	if (take(p, '"'))
		j = take_string(p);
	else if (take(p, '['))
		j = take_array(p);
	else if (take(p, '{'))
		j = take_object(p);
	else
		j = take_word(p);
	p->depth--;
	return j;
}

struct json *json_parse(struct pool *pool, const char *text, size_t len, struct json_error *err)
{
	struct parser p = {
		.pool = pool, .start = text, .at = text, .end = text + len, .err = err
	};
	struct json *j;

	*err = (struct json_error){ 0 };
	j = take_value(&p);
	if (!j)
		return NULL;
	skip_space(&p);
	return p.at == p.end ? j : refuse(&p, "something stands behind the value");
}
