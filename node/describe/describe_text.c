/* SPDX-License-Identifier: MIT */
/* Names, texts, types and maps, as descriptions spell them. */
#include "node/describe/describe_text.h"

void nd_describe_put_full_name(struct cd_buffer *out, const char *keyspace, const char *name)
{
	nd_name_put(out, keyspace);
	cd_buffer_text(out, ".");
	nd_name_put(out, name);
}

void nd_describe_put_quoted(struct cd_buffer *out, const char *text)
{
	cd_buffer_text(out, "'");
	for (size_t part; *text; text += part) {
		part = strcspn(text, "'");
		cd_buffer_bytes(out, text, part);
		if (text[part] == '\'') {
			cd_buffer_text(out, "''");
			part++;
		}
	}
	cd_buffer_text(out, "'");
}

/* The pair with the least key above `last`; NULL: there is none. */
static const char *const *next_pair(const char *const *pairs, uint32_t count, const char *last)
{
	const char *const *next = NULL;

	for (uint32_t i = 0; i < count; i++)
		if ((!last || strcmp(pairs[2 * i], last) > 0) &&
		    (!next || strcmp(pairs[2 * i], *next) < 0))
			next = &pairs[2 * i];
	return next;
}

void nd_describe_put_pairs(struct cd_buffer *out, const char *const *pairs, uint32_t count)
{
	const char *const *pair = next_pair(pairs, count, NULL);

	cd_buffer_text(out, "{");
	for (bool first = true; pair; first = false, pair = next_pair(pairs, count, pair[0])) {
		if (!first)
			cd_buffer_text(out, ", ");
		nd_describe_put_quoted(out, pair[0]);
		cd_buffer_text(out, ": ");
		nd_describe_put_quoted(out, pair[1]);
	}
	cd_buffer_text(out, "}");
}

void nd_describe_put_columns(struct cd_buffer *out, struct nd_column *const *columns,
			     uint32_t count, nd_describe_put_fn *put)
{
	for (uint32_t i = 0; i < count; i++) {
		if (i)
			cd_buffer_text(out, ", ");
		put(out, columns[i]);
	}
}

void nd_describe_put_column_name(struct cd_buffer *out, const struct nd_column *c)
{
	nd_name_put(out, c->name);
}
