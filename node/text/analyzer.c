/* SPDX-License-Identifier: MIT */
/* Cuts a text into tokens, and folds them. */
#include <string.h>

#include "node/text/analyzer.h"

bool nd_analyzer_is_plain(const struct nd_analyzer *z)
{
	return z->cut == ND_CUT_NOTHING && !z->steps[0] && !z->drops_empty;
}

static bool next_part(cql_blob text, uint8_t delimiter, size_t *at, cql_blob *part)
{
	size_t from = *at, to;

	while (from < text.len && text.data[from] == delimiter)
		from++;
	for (to = from; to < text.len && text.data[to] != delimiter; to++)
		;
	*at = to;
	*part = (cql_blob){ text.data + from, to - from };
	return to > from;
}

/* The next token as it stands in the text. */
static bool next_token(const struct nd_analyzer *z, cql_blob text, size_t *at, cql_blob *token)
{
	if (z->cut == ND_CUT_WORDS)
		return nd_word_next(text, at, token);
	if (z->cut == ND_CUT_DELIMITED)
		return next_part(text, z->delimiter, at, token);
	if (*at > text.len || (z->drops_empty && !text.len))
		return false;
	*at = text.len + 1;
	*token = text;
	return true;
}

static bool fold(const struct nd_analyzer *z, struct cd_arena *a, cql_blob *token)
{
	for (size_t i = 0; i < sizeof z->steps / sizeof z->steps[0] && z->steps[i]; i++)
		if (!z->steps[i](*token, a, token))
			return false;
	return true;
}

bool nd_analyze(const struct nd_analyzer *z, cql_blob text, struct cd_arena *a,
		struct nd_tokens *out)
{
	size_t at = 0;
	uint32_t count = 0, i = 0;
	cql_blob token;

	while (next_token(z, text, &at, &token))
		count++;
	*out = (struct nd_tokens){ count, cd_arena_take_array(a, count + 1u, sizeof *out->at) };
	if (!out->at)
		return false;
	for (at = 0; i < count && next_token(z, text, &at, &out->at[i]); i++)
		if (!fold(z, a, &out->at[i]))
			return false;
	return true;
}
