/* SPDX-License-Identifier: MIT */
/* Statements as one would type them. For logs and tests: nothing of it is ever sent. */
#include "orm/value/show.h"

#include <stdio.h>
#include <string.h>

void cd_show_value(struct cd_buffer *b, cql_value v)
{
	static const char unset[] = "UNSET";
	uint8_t *at;
	size_t len;

	if (v.is.tag == CQL_TAG_UNSET) {
		cd_buffer_bytes(b, unset, sizeof(unset) - 1);
		return;
	}
	len = cql_value_format(v, NULL, 0);
	at = cd_buffer_grow(b, len + 1); /* its NUL has to go somewhere */
	if (!at)
		return;
	cql_value_format(v, (char *)at, len + 1);
	cd_buffer_truncate(b, b->len - 1);
}

/* The end of what begins at `at`: a text or a name in quotes, up to its other quote, or one byte. A doubled
 * quote is two of them, one after the other. */
static const char *piece_end(const char *at)
{
	const char *other = *at == '\'' || *at == '"' ? strchr(at + 1, *at) : at;

	return other ? other + 1 : at + strlen(at);
}

void cd_show_statement(struct cd_buffer *b, const char *cql, cql_args args)
{
	size_t bind = 0;

	for (const char *at = cql, *end; *at; at = end) {
		end = piece_end(at);
		if (*at == '?' && bind < args.count)
			cd_show_value(b, args.values[bind++]);
		else
			cd_buffer_bytes(b, at, (size_t)(end - at));
	}
}

static size_t escape(uint8_t byte, char out[5])
{
	if (byte == '\n')
		return (size_t)snprintf(out, 5, "\\n");
	return (size_t)snprintf(out, 5, "\\x%02x", byte);
}

size_t cd_show_give(const struct cd_buffer *b, bool lines, char *out, size_t size)
{
	size_t need = 0, end = 0;

	for (size_t i = 0; !b->failed && i < b->len; i++) {
		char shown[5] = { (char)b->data[i] };
		bool plain = (b->data[i] >= ' ' && b->data[i] != 0x7f) ||
			     (lines && b->data[i] == '\n');
		size_t len = plain ? 1 : escape(b->data[i], shown);

		if (out && need + len < size) {
			memcpy(out + need, shown, len);
			end = need + len;
		}
		need += len;
	}
	if (out && size)
		out[end] = '\0';
	return need;
}
