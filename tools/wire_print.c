/* SPDX-License-Identifier: MIT */
/* Trees for people: a line for each field, lists under their names. */
#include <string.h>

#include "tools/wire_print.h"

void wire_print_text(FILE *to, const char *text, size_t len)
{
	for (size_t i = 0, n; i < len; i += n ? n : 1) {
		unsigned char c = (unsigned char)text[i];
		n = json_character(text + i, len - i);
		if (c == '\n')
			fputs("\\n", to);
		else if (c < 0x20 || c == 0x7f || !n ||
			 (n == 2 && c == 0xc2 && (unsigned char)text[i + 1] < 0xa0))
			for (size_t k = 0; k < (n ? n : 1); k++)
				fprintf(to, "\\x%02x", (unsigned char)text[i + k]);
		else
			fwrite(text + i, 1, n, to);
	}
}

static bool is_list(const struct json *j)
{
	return j->kind == JSON_ARRAY || j->kind == JSON_OBJECT;
}

static void print_scalar(FILE *to, const struct json *j)
{
	if (j->kind == JSON_STRING)
		wire_print_text(to, j->text, j->len);
	else
		json_print(to, j);
}

static void start_line(FILE *to, int indent)
{
	fprintf(to, "%*s", indent, "");
}

/* [key, value] or [key, [value, ...]] as "key: value, ...". */
static void print_pair(FILE *to, const struct json *pair, int indent)
{
	const char *comma = ": ";

	start_line(to, indent);
	print_scalar(to, pair->first);
	if (!is_list(pair->last)) {
		fputs(comma, to);
		print_scalar(to, pair->last);
	}
	for (const struct json *j = pair->last->first; j; j = j->next, comma = ", ") {
		fputs(comma, to);
		print_scalar(to, j);
	}
	putc('\n', to);
}

static void print_item(FILE *to, const struct json *item, int indent)
{
	if (item->kind == JSON_ARRAY && item->len == 2 && !is_list(item->first)) {
		print_pair(to, item, indent);
	} else if (item->kind == JSON_OBJECT) {
		start_line(to, indent);
		fputs("-\n", to);
		wire_print_fields(to, item, indent + 2);
	} else {
		start_line(to, indent);
		print_scalar(to, item);
		putc('\n', to);
	}
}

void wire_print_fields(FILE *to, const struct json *object, int indent)
{
	for (const struct json *item = object->first; item; item = item->next) {
		start_line(to, indent);
		fprintf(to, "%s:", item->key);
		if (!is_list(item)) {
			putc(' ', to);
			print_scalar(to, item);
			putc('\n', to);
		} else if (!item->len) {
			fputs(" none\n", to);
		} else if (item->kind == JSON_ARRAY && item->first->kind == JSON_NUMBER) {
			for (const struct json *j = item->first; j; j = j->next)
				fprintf(to, "%s %s", j == item->first ? "" : ",", j->text);
			putc('\n', to);
		} else if (item->kind == JSON_OBJECT) {
			putc('\n', to);
			wire_print_fields(to, item, indent + 2);
		} else {
			putc('\n', to);
			for (const struct json *j = item->first; j; j = j->next)
				print_item(to, j, indent + 2);
		}
	}
}
