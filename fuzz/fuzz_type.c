/* SPDX-License-Identifier: MIT */
/* Types from CQL spelling, class names and [option]s, to each of them and back.
 *
 * Input: a byte that says which of the three, then the text or bytes. */
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "fuzz/value.h"
#include "proto/type.h"

enum form { SPELLING, CLASS_NAME, OPTION, FORM_COUNT };

static size_t format_spelling(const void *what, char *out, size_t size)
{
	return cql_type_format(what, out, size);
}

static size_t format_class(const void *what, char *out, size_t size)
{
	return cql_type_format_class(what, out, size);
}

/* An [option] that names a class. */
static const cql_type *read_class(const char *name, size_t len, cql_arena *arena, coodie_error *err)
{
	uint8_t *option = malloc(len + 4);

	if (!option)
		exit(EXIT_FAILURE);
	option[0] = option[1] = 0;
	option[2] = (uint8_t)(len >> 8);
	option[3] = (uint8_t)len;
	if (len)
		memcpy(option + 4, name, len);
	const cql_type *type = cql_type_read((cql_blob){ option, len + 4 }, NULL, arena, err);
	free(option);
	return type;
}

/* All inner types and names are there. */
static void walk(const cql_type *type)
{
	size_t count = cql_type_count(type);

	FUZZ_CHECK(cql_type_at(type, count) == NULL);
	for (size_t i = 0; i < count; i++) {
		FUZZ_CHECK(cql_type_at(type, i));
		FUZZ_CHECK(!cql_type_field(type, i) == (cql_type_kind(type) != CQL_KIND_UDT));
		walk(cql_type_at(type, i));
	}
}

/* CQL spelling knows neither the fields of a user type, nor every byte of a class name, nor a tuple
 * of nothing or a type without a name. */
static bool has_spelling(const cql_type *type)
{
	enum cql_kind kind = cql_type_kind(type);
	const char *name = cql_type_name(type);
	bool has = kind != CQL_KIND_CUSTOM &&
		   (kind != CQL_KIND_UDT || (cql_type_count(type) == 0 && name && *name)) &&
		   (kind != CQL_KIND_TUPLE || cql_type_count(type));

	for (size_t i = 0; i < cql_type_count(type); i++)
		has = has && has_spelling(cql_type_at(type, i));
	return has;
}

static void check_spelling(const cql_type *type)
{
	coodie_error err;
	size_t len;
	char *text = fuzz_formatted(format_spelling, type, &len);

	if (has_spelling(type)) {
		cql_type *again = cql_type_parse(text, &err);
		FUZZ_CHECK_OK(again, &err);
		FUZZ_CHECK(cql_type_equal(type, again));
		FUZZ_CHECK(cql_type_is_frozen(type) == cql_type_is_frozen(again));
		cql_type_free(again);
	}
	free(text);
}

/* A class name is no place for every name: keyspaces and custom classes stand in it as they are. */
static bool has_class(const cql_type *type)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
	enum cql_kind kind = cql_type_kind(type);
	const char *keyspace = cql_type_keyspace(type), *word = keyspace ? keyspace : "";
	bool has = kind != CQL_KIND_CUSTOM && strspn(word, plain) == strlen(word) &&
		   (kind != CQL_KIND_UDT || *cql_type_name(type)) &&
		   (kind != CQL_KIND_TUPLE || cql_type_count(type));

	for (size_t i = 0; i < cql_type_count(type); i++)
		has = has && has_class(cql_type_at(type, i)) &&
		      (kind != CQL_KIND_UDT || *cql_type_field(type, i));
	return has;
}

/* FrozenType( is a level of nesting too. */
static void check_again(const cql_type *type, const cql_type *again, const coodie_error *err)
{
	if (again)
		FUZZ_CHECK(cql_type_equal(type, again));
	else
		FUZZ_CHECK_OK(err->code == COODIE_ERR_LIMIT, err);
}

static void check_class(const cql_type *type, cql_arena *arena)
{
	coodie_error err;
	size_t len;
	char *text = fuzz_formatted(format_class, type, &len);

	if (len <= UINT16_MAX && has_class(type))
		check_again(type, read_class(text, len, arena, &err), &err);
	free(text);
}

static void check_option(const cql_type *type, unsigned version, cql_arena *arena)
{
	coodie_error err;
	cql_blob option;

	if (!cql_type_write(type, version, arena, &option, &err)) {
		FUZZ_CHECK(err.code == COODIE_ERR_INVALID || err.code == COODIE_ERR_RANGE);
		return;
	}
	if (has_class(type)) /* what it holds may have to travel as a class name */
		check_again(type, cql_type_read(option, NULL, arena, &err), &err);
}

static void check(const cql_type *type)
{
	struct fuzz_budget budget;

	fuzz_budget_ours(&budget);
	cql_arena *arena = fuzz_arena(&budget);
	cql_type *copy = cql_type_dup(type, NULL);
	FUZZ_CHECK(cql_type_equal(type, copy));
	cql_type_free(copy);
	walk(type);
	check_spelling(type);
	check_class(type, arena);
	check_option(type, 4, arena);
	check_option(type, 5, arena);
	cql_arena_free(arena);
	fuzz_budget_end(&budget);
}

/* The parser of the library, whose arena is counted; cql_type_parse() has malloc(). */
static void spelling(const char *text)
{
	struct fuzz_budget budget;
	struct cd_arena arena;

	fuzz_budget_init(&budget, strlen(text), FUZZ_TIMES);
	cd_arena_init(&arena, &budget.allocator, 0);
	const cql_type *counted = cd_type_parse(&arena, text, strlen(text), CD_TYPE_DEPTH, NULL);
	cql_type *type = cql_type_parse(text, NULL);
	FUZZ_CHECK(!type == !counted);
	if (type) {
		FUZZ_CHECK(cql_type_equal(type, counted));
		check(type);
	}
	cql_type_free(type);
	cd_arena_deinit(&arena);
	fuzz_budget_end(&budget);
}

static void wire(bool is_class, cql_blob in)
{
	struct fuzz_budget budget;
	coodie_error err;

	fuzz_budget_init(&budget, in.len, FUZZ_TIMES);
	cql_arena *arena = fuzz_arena(&budget);
	uint8_t *bytes = fuzz_copy(in);
	const cql_type *type = is_class
				       ? read_class((char *)bytes, in.len & UINT16_MAX, arena, &err)
				       : cql_type_read((cql_blob){ bytes, in.len }, NULL, arena,
						       &err);
	if (type)
		check(type);
	free(bytes);
	cql_arena_free(arena);
	fuzz_budget_end(&budget);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cql_blob in = { data, size };
	enum form form = fuzz_u8(&in) % FORM_COUNT;

	if (form != SPELLING) {
		wire(form == CLASS_NAME, in);
		return 0;
	}
	char *text = fuzz_text(in);
	spelling(text);
	free(text);
	return 0;
}
