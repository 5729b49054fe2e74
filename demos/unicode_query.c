/* SPDX-License-Identifier: MIT */
/* The demo's questions, each one fragment over the model. */
#include "demos/unicode_query.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_int_list(cql_list list)
{
	cql_iter it = cql_list_iter(list);

	for (cql_value item; cql_iter_next(&it, &item);) {
		int32_t code = 0;
		if (cql_to_int32(item, &code, NULL))
			printf(" U+%04X", (unsigned)code);
	}
}

static void print_cases(cql_map cases)
{
	cql_iter it = cql_map_iter(cases);

	for (cql_value key, value; cql_iter_next_pair(&it, &key, &value);) {
		cql_text name;
		int32_t code;
		if (cql_to_text(key, &name, NULL) && cql_to_int32(value, &code, NULL))
			printf("  %.*s U+%04X", (int)name.len, name.data, (unsigned)code);
	}
}

static void print_character(const character *c)
{
	printf("U+%04X  %-2s  %-40s  %s", (unsigned)c->code, c->category ? c->category : "",
	       c->name, c->block);
	if (c->numeric)
		printf("  = %g", *c->numeric);
	if (c->decomposition.seq.count) {
		printf("  <-");
		print_int_list(c->decomposition);
	}
	print_cases(c->cases);
	putchar('\n');
}

enum { LAST_CODE = 0x10FFFF };

/* A code point in hexadecimal, up to `end` or the end of the text. */
static bool read_code(const char *text, const char *end, int32_t highest, int32_t *out,
		      coodie_error *err)
{
	size_t digits = strspn(text, "0123456789abcdefABCDEF");
	unsigned long n = strtoul(text, NULL, 16);

	if (digits == 0 || digits > 8 || (end ? text + digits != end : text[digits]) ||
	    n > (unsigned long)highest) {
		snprintf(err->message, sizeof err->message,
			 "\"%.40s\" is no hexadecimal number from 0 to %X", text,
			 (unsigned)highest);
		err->code = COODIE_ERR_INVALID;
		return false;
	}
	*out = (int32_t)n;
	return true;
}

static bool print_one(coodie_session *s, const char *text, coodie_error *err)
{
	int32_t code = (int32_t)strtoul(text, NULL, 16);
	character *c = coodie_get(s, &character_model, CQL_ARGS(cql(code / 256), cql(code)), NULL,
				  err);

	if (!c)
		return false;
	print_character(c);
	printf("        UTF-8");
	for (size_t i = 0; i < c->utf8.len; i++)
		printf(" %02X", c->utf8.data[i]);
	printf("  \"%.*s\"\n", (int)c->utf8.len, (const char *)c->utf8.data);
	coodie_object_free(c);
	return true;
}

static bool print_all(coodie_query *q, coodie_error *err)
{
	coodie_rows *rows = coodie_all(q, err);

	if (rows) {
		for (character *c; (c = coodie_next(rows, err));)
			print_character(c);
		printf("%zu rows\n", coodie_rows_count(rows));
	}
	bool ok = rows && err->code == COODIE_OK;
	coodie_rows_free(rows);
	coodie_query_free(q);
	return ok;
}

static bool print_page(coodie_session *s, const char *text, coodie_error *err)
{
	int32_t page;

	return read_code(text, NULL, LAST_CODE / 256, &page, err) &&
	       print_all(coodie_find(s, &character_model, "page = ?", CQL_ARGS(cql(page))), err);
}

static bool print_range(coodie_session *s, const char *text, coodie_error *err)
{
	const char *dash = strchr(text, '-');
	cql_value pages[64];
	int32_t first, last;
	size_t n = 0;

	if (!read_code(text, dash, LAST_CODE, &first, err) ||
	    !read_code(dash ? dash + 1 : text, NULL, LAST_CODE, &last, err))
		return false;
	for (int32_t page = first / 256; page <= last / 256 && n < 64; page++)
		pages[n++] = cql(page);
	return print_all(coodie_find(s, &character_model, "page IN ? AND code >= ? AND code <= ?",
				     CQL_ARGS(cql(cql_list_of(pages, n)), cql(first), cql(last))),
			 err);
}

static bool print_block(coodie_session *s, const char *text, coodie_error *err)
{
	return print_all(coodie_find(s, &character_model, "block = ?", CQL_ARGS(cql(text))), err);
}

static bool print_name(coodie_session *s, const char *text, coodie_error *err)
{
	return print_all(coodie_find(s, &character_model, "name = ?", CQL_ARGS(cql(text))), err);
}

static bool print_word(coodie_session *s, const char *text, coodie_error *err)
{
	coodie_query *q = coodie_find(s, &character_model, "words CONTAINS ?", CQL_ARGS(cql(text)));

	coodie_allow_filtering(q); /* no index on words: the server reads the whole table */
	return print_all(q, err);
}

static bool print_count(coodie_session *s, const char *text, coodie_error *err)
{
	uint64_t count;
	coodie_query *q = coodie_find(s, &character_model, NULL, CQL_ARGS());
	bool ok = coodie_count(q, &count, err);

	(void)text;
	coodie_query_free(q);
	if (ok)
		printf("%llu characters\n", (unsigned long long)count);
	return ok;
}

static const struct {
	const char *name;
	bool (*run)(coodie_session *s, const char *text, coodie_error *err);
} questions[] = {
	{ "code", print_one },    { "page", print_page }, { "range", print_range },
	{ "block", print_block }, { "name", print_name }, { "word", print_word },
	{ "count", print_count },
};

bool unicode_query(coodie_session *s, const char *what, coodie_error *err)
{
	size_t len = strcspn(what, "=");

	for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++)
		if (strlen(questions[i].name) == len && memcmp(questions[i].name, what, len) == 0)
			return questions[i].run(s, what[len] ? what + len + 1 : "", err);
	snprintf(err->message, sizeof err->message,
		 "no query \"%.*s\": there are code, page, range, block, name, word and count",
		 (int)len, what);
	err->code = COODIE_ERR_INVALID;
	return false;
}
