/* SPDX-License-Identifier: MIT */
/* JSON as a tree: building, asking, printing, comparing. Reading it is in json_parse.c. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tools/json.h"

struct json *json_new(struct pool *pool, enum json_kind kind)
{
	struct json *j = pool_get(pool, 1, sizeof *j);

	j->kind = kind;
	return j;
}

struct json *json_bool(struct pool *pool, bool value)
{
	return json_new(pool, value ? JSON_TRUE : JSON_FALSE);
}

struct json *json_int(struct pool *pool, int64_t value)
{
	struct json *j = json_new(pool, JSON_NUMBER);

	j->text = pool_printf(pool, "%" PRId64, value);
	j->len = strlen(j->text);
	return j;
}

struct json *json_text(struct pool *pool, const char *text, size_t len)
{
	struct json *j = json_new(pool, JSON_STRING);
	char *copy = pool_get(pool, len + 1, 1);

	if (len)
		memcpy(copy, text, len);
	j->text = copy;
	j->len = len;
	return j;
}

struct json *json_hex(struct pool *pool, const void *data, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	struct json *j = json_new(pool, JSON_STRING);
	const uint8_t *at = data;
	char *text = pool_get(pool, len + 1, 2);

	for (size_t i = 0; i < len; i++) {
		text[2 * i] = digits[at[i] >> 4];
		text[2 * i + 1] = digits[at[i] & 15];
	}
	j->text = text;
	j->len = 2 * len;
	return j;
}

struct json *json_add(struct json *array, struct json *item)
{
	if (array->last)
		array->last->next = item;
	else
		array->first = item;
	array->last = item;
	array->len++;
	return item;
}

struct json *json_put(struct json *object, const char *key, struct json *item)
{
	item->key = key;
	return json_add(object, item);
}

const struct json *json_get(const struct json *object, const char *key)
{
	if (!json_is(object, JSON_OBJECT))
		return NULL;
	for (const struct json *item = object->first; item; item = item->next)
		if (!strcmp(item->key, key))
			return item;
	return NULL;
}

const char *json_string_at(const struct json *object, const char *key)
{
	const struct json *j = json_get(object, key);

	return json_is(j, JSON_STRING) ? j->text : NULL;
}

bool json_is(const struct json *j, enum json_kind kind)
{
	return j && j->kind == kind;
}

bool json_to_int(const struct json *j, int64_t *out)
{
	char *end;
	long long n;

	if (!j || (j->kind != JSON_NUMBER && j->kind != JSON_STRING) || !j->len)
		return false;
	if (j->text[0] != '-' && (j->text[0] < '0' || j->text[0] > '9'))
		return false;
	errno = 0;
	n = strtoll(j->text, &end, 10);
	if (errno || end != j->text + j->len)
		return false;
	*out = n;
	return true;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool json_to_hex(struct pool *pool, const struct json *j, const uint8_t **data, size_t *len)
{
	uint8_t *out;

	if (!json_is(j, JSON_STRING) || j->len % 2)
		return false;
	out = pool_get(pool, j->len / 2 + 1, 1);
	for (size_t i = 0; i < j->len; i += 2) {
		int high = digit(j->text[i]), low = digit(j->text[i + 1]);
		if (high < 0 || low < 0)
			return false;
		out[i / 2] = (uint8_t)(high << 4 | low);
	}
	*data = out;
	*len = j->len / 2;
	return true;
}

/* ---- printing ------------------------------------------------------------------------------- */

size_t json_character(const char *text, size_t left)
{
	const unsigned char *at = (const unsigned char *)text;
	static const struct {
		unsigned char mask, lead;
		uint32_t least;
	} forms[] = { { 0x80, 0x00, 0 },
		      { 0xe0, 0xc0, 0x80 },
		      { 0xf0, 0xe0, 0x800 },
		      { 0xf8, 0xf0, 0x10000 } };

	for (size_t n = 1; n <= 4 && n <= left; n++) {
		uint32_t c = at[0] & (unsigned char)~forms[n - 1].mask;
		size_t i = 1;
		if ((at[0] & forms[n - 1].mask) != forms[n - 1].lead)
			continue;
		for (; i < n && (at[i] & 0xc0) == 0x80; i++)
			c = c << 6 | (at[i] & 0x3f);
		return i == n && c >= forms[n - 1].least && c <= 0x10ffff &&
				       (c < 0xd800 || c > 0xdfff)
			       ? n
			       : 0;
	}
	return 0;
}

static void print_string(FILE *to, const char *text, size_t len)
{
	const unsigned char *at = (const unsigned char *)text;

	putc('"', to);
	for (size_t i = 0, n; i < len; i += n ? n : 1) {
		n = json_character(text + i, len - i);
		if (at[i] == '"' || at[i] == '\\')
			fprintf(to, "\\%c", at[i]);
		else if (at[i] == '\n')
			fputs("\\n", to);
		else if (at[i] < 0x20 || at[i] == 0x7f)
			fprintf(to, "\\u%04x", at[i]);
		else if (n)
			fwrite(at + i, 1, n, to);
		else
			fputs("\\ufffd", to);
	}
	putc('"', to);
}

void json_print(FILE *to, const struct json *j)
{
	static const char *const words[] = { "null", "false", "true" };
	const char *comma = "";

	if (j->kind <= JSON_TRUE) {
		fputs(words[j->kind], to);
	} else if (j->kind == JSON_NUMBER) {
		fputs(j->text, to);
	} else if (j->kind == JSON_STRING) {
		print_string(to, j->text, j->len);
	} else {
		putc(j->kind == JSON_ARRAY ? '[' : '{', to);
		for (const struct json *item = j->first; item; item = item->next) {
			fputs(comma, to);
			comma = ", ";
			if (j->kind == JSON_OBJECT) {
				print_string(to, item->key, strlen(item->key));
				fputs(": ", to);
			}
			json_print(to, item);
		}
		putc(j->kind == JSON_ARRAY ? ']' : '}', to);
	}
}

char *json_line(struct pool *pool, const struct json *j, size_t most)
{
	char *text = NULL, *line;
	size_t len = 0;
	FILE *to;

	if (!j)
		return pool_printf(pool, "nothing");
	to = open_memstream(&text, &len);
	if (!to)
		return pool_printf(pool, "?");
	json_print(to, j);
	fclose(to);
	line = len > most ? pool_printf(pool, "%.*s...", (int)most, text)
			  : pool_printf(pool, "%s", text);
	free(text);
	return line;
}

/* ---- comparing ------------------------------------------------------------------------------ */

static bool differ(struct json_difference *d, const struct json *wanted, const struct json *got)
{
	d->wanted = wanted;
	d->got = got;
	return false;
}

static bool same_at(const struct json *wanted, const struct json *got, struct json_difference *d);

static bool same_items(const struct json *wanted, const struct json *got, struct json_difference *d)
{
	size_t end = strlen(d->path), i = 0;
	const struct json *w = wanted->first, *g = got->first;

	for (; w && g; w = w->next, g = g->next, i++) {
		snprintf(d->path + end, sizeof d->path - end, "[%zu]", i);
		if (!same_at(w, g, d))
			return false;
		d->path[end] = '\0';
	}
	if (!w && !g)
		return true;
	snprintf(d->path + end, sizeof d->path - end, "[%zu]", i);
	return differ(d, w, g);
}

static bool same_keys(const struct json *wanted, const struct json *got, struct json_difference *d)
{
	size_t end = strlen(d->path);

	for (const struct json *w = wanted->first; w; w = w->next) {
		snprintf(d->path + end, sizeof d->path - end, "%s%s", end ? "." : "", w->key);
		if (!same_at(w, json_get(got, w->key), d))
			return false;
		d->path[end] = '\0';
	}
	for (const struct json *g = got->first; g; g = g->next) {
		if (json_get(wanted, g->key))
			continue;
		snprintf(d->path + end, sizeof d->path - end, "%s%s", end ? "." : "", g->key);
		return differ(d, NULL, g);
	}
	return true;
}

static bool same_at(const struct json *wanted, const struct json *got, struct json_difference *d)
{
	int64_t a, b;

	if (!got || wanted->kind != got->kind)
		return differ(d, wanted, got);
	if (wanted->kind == JSON_ARRAY)
		return same_items(wanted, got, d);
	if (wanted->kind == JSON_OBJECT)
		return same_keys(wanted, got, d);
	if (wanted->kind == JSON_NUMBER && json_to_int(wanted, &a) && json_to_int(got, &b))
		return a == b || differ(d, wanted, got);
	if (wanted->len == got->len && (!wanted->len || !memcmp(wanted->text, got->text, got->len)))
		return true;
	return differ(d, wanted, got);
}

bool json_same(const struct json *wanted, const struct json *got, struct json_difference *d)
{
	*d = (struct json_difference){ 0 };
	return same_at(wanted, got, d);
}
