/* SPDX-License-Identifier: MIT */
/* Values walked, and written as text. */
#include "fuzz/value.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"

#define DAY_NS INT64_C(86400000000000)

static bool iterate(cql_value v, cql_iter *it)
{
	switch (v.is.tag) {
	case CQL_TAG_LIST:
		*it = cql_list_iter((cql_list){ v.as.seq });
		return true;
	case CQL_TAG_SET:
		*it = cql_set_iter((cql_set){ v.as.seq });
		return true;
	case CQL_TAG_MAP:
		*it = cql_map_iter((cql_map){ v.as.seq });
		return true;
	case CQL_TAG_TUPLE:
		*it = cql_tuple_iter((cql_tuple){ v.as.seq });
		return true;
	case CQL_TAG_UDT:
		*it = cql_udt_iter((cql_udt){ v.as.seq });
		return true;
	case CQL_TAG_VECTOR:
		*it = cql_vector_iter((cql_vector){ v.as.seq });
		return true;
	default:
		return false;
	}
}

static bool is_ascii(cql_text text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] & 0x80)
			return false;
	return true;
}

bool fuzz_value_walk(cql_value v, unsigned depth)
{
	cql_value item, second;
	cql_iter it;
	bool plain = true;

	FUZZ_CHECK(depth <= 64);
	if (v.is.tag == CQL_TAG_TEXT)
		return is_ascii(v.as.text);
	if (v.is.tag == CQL_TAG_UUID)
		return cql_uuid_version(v.as.uuid) == 1;
	if (v.is.tag == CQL_TAG_TIME)
		return v.as.time.nanoseconds >= 0 && v.as.time.nanoseconds < DAY_NS;
	if (!iterate(v, &it))
		return true;
	if (v.is.tag == CQL_TAG_MAP) {
		while (cql_iter_next_pair(&it, &item, &second)) {
			plain &= fuzz_value_walk(item, depth + 1);
			plain &= fuzz_value_walk(second, depth + 1);
		}
	} else {
		while (cql_iter_next(&it, &item))
			plain &= fuzz_value_walk(item, depth + 1);
	}
	FUZZ_CHECK(!it.failed);
	return plain;
}

char *fuzz_formatted(fuzz_format_fn *format, const void *what, size_t *len)
{
	size_t need = format(what, NULL, 0), half = need / 2;
	char *text = malloc(need + 1), *cut = malloc(half + 1);

	if (!text || !cut)
		exit(EXIT_FAILURE);
	FUZZ_CHECK(format(what, text, need + 1) == need);
	FUZZ_CHECK(text[need] == '\0');
	FUZZ_CHECK(format(what, cut, half + 1) == need);
	FUZZ_CHECK(!memcmp(cut, text, half) && cut[half] == '\0');
	free(cut);
	*len = need;
	return text;
}

struct typed {
	const cql_type *type;
	cql_value value;
};

static size_t format_literal(const void *what, char *out, size_t size)
{
	const struct typed *t = what;

	return cql_literal_format(t->type, t->value, out, size);
}

/* The text is compared, not the bytes: parts left out come back as nulls, and numbers in their
 * shortest form. */
void fuzz_value_literal(const cql_type *type, cql_value value, bool is_plain, cql_arena *arena)
{
	coodie_error err;
	cql_value again;
	size_t len, len_again;
	char *text = fuzz_formatted(format_literal, &(struct typed){ type, value }, &len);

	if (strlen(text) < len) { /* a text with a NUL inside cannot be read from one */
		free(text);
		return;
	}
	if (cql_literal_parse(type, text, arena, &again, &err)) {
		char *same = fuzz_formatted(format_literal, &(struct typed){ type, again },
					    &len_again);
		FUZZ_CHECK(len == len_again && !memcmp(text, same, len));
		free(same);
	} else {
		FUZZ_CHECK_OK(!is_plain, &err);
	}
	free(text);
}
