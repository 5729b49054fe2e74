/* SPDX-License-Identifier: MIT */
/* CQL literals: read as a value of a type, encoded, written and read again.
 *
 * Input: a type in CQL spelling, a line feed, the literal. */
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "fuzz/value.h"

static void check(const cql_type *type, const char *text)
{
	struct fuzz_budget reading, writing;
	coodie_error err;
	cql_value value, decoded;
	cql_blob bytes;

	fuzz_budget_init(&reading, strlen(text), FUZZ_TIMES);
	fuzz_budget_ours(&writing);
	cql_arena *arena = fuzz_arena(&reading), *ours = fuzz_arena(&writing);
	if (cql_literal_parse(type, text, arena, &value, &err)) {
		FUZZ_CHECK_OK(cql_encode(type, value, ours, &bytes, &err), &err);
		FUZZ_CHECK_OK(cql_decode(type, bytes, &decoded, &err), &err);
		fuzz_value_walk(decoded, 0);
		fuzz_value_literal(type, value, true, ours);
		fuzz_value_literal(type, decoded, true, ours);
	}
	cql_arena_free(arena);
	cql_arena_free(ours);
	fuzz_budget_end(&reading);
	fuzz_budget_end(&writing);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cql_blob in = { data, size };
	const uint8_t *line = size ? memchr(data, '\n', size) : NULL;

	if (!line)
		return 0;
	char *spelling = fuzz_text(fuzz_take(&in, (size_t)(line - data)));
	fuzz_u8(&in);
	char *literal = fuzz_text(in);
	cql_type *type = cql_type_parse(spelling, NULL);
	if (type)
		check(type, literal);
	cql_type_free(type);
	free(spelling);
	free(literal);
	return 0;
}
