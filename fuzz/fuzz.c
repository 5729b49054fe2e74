/* SPDX-License-Identifier: MIT */
/* Input, budget and objections of the fuzz targets. */
#include "fuzz/fuzz.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- objections ----------------------------------------------------------------------------- */

void fuzz_object(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
	abort();
}

const char *fuzz_failure(const char *call, const coodie_error *err)
{
	fprintf(stderr, "%s: %s\n", coodie_errc_name(err->code), err->message);
	return call;
}

/* ---- input ---------------------------------------------------------------------------------- */

cql_blob fuzz_take(cql_blob *in, size_t len)
{
	cql_blob front = { in->data, len < in->len ? len : in->len };

	in->data += front.len;
	in->len -= front.len;
	return front;
}

static uint64_t number(cql_blob *in, size_t size)
{
	cql_blob bytes = fuzz_take(in, size);
	uint64_t n = 0;

	for (size_t i = 0; i < bytes.len; i++)
		n = n << 8 | bytes.data[i];
	return n;
}

uint8_t fuzz_u8(cql_blob *in)
{
	return (uint8_t)number(in, 1);
}

uint16_t fuzz_u16(cql_blob *in)
{
	return (uint16_t)number(in, 2);
}

uint64_t fuzz_u64(cql_blob *in)
{
	return number(in, 8);
}

uint8_t *fuzz_copy(cql_blob bytes)
{
	uint8_t *copy = malloc(bytes.len ? bytes.len : 1);

	if (!copy)
		exit(EXIT_FAILURE);
	if (bytes.len)
		memcpy(copy, bytes.data, bytes.len);
	return copy;
}

char *fuzz_text(cql_blob bytes)
{
	char *text = malloc(bytes.len + 1);

	if (!text)
		exit(EXIT_FAILURE);
	if (bytes.len)
		memcpy(text, bytes.data, bytes.len);
	text[bytes.len] = '\0';
	return text;
}

bool fuzz_same(cql_blob a, cql_blob b)
{
	return a.len == b.len && !a.data == !b.data && (!a.len || !memcmp(a.data, b.data, a.len));
}

/* ---- budget --------------------------------------------------------------------------------- */

/* What an inbox and an arena take before they have seen anything, and what is still free in the
 * newest chunk of an arena: as much as all others hold, and never more than that. */
#define FUZZ_CONSTANT ((size_t)4096)
#define FUZZ_CHUNK ((size_t)64 * 1024)

static void *account(struct fuzz_budget *b, void *piece)
{
	if (piece)
		b->held += malloc_usable_size(piece);
	FUZZ_CHECK(b->held <= b->most);
	return piece;
}

static void *budget_alloc(size_t size, void *user)
{
	struct fuzz_budget *b = user;

	FUZZ_CHECK(size <= b->most);
	return account(b, malloc(size));
}

static void *budget_resize(void *ptr, size_t size, void *user)
{
	struct fuzz_budget *b = user;

	FUZZ_CHECK(size <= b->most);
	b->held -= malloc_usable_size(ptr);
	return account(b, realloc(ptr, size));
}

static void budget_release(void *ptr, void *user)
{
	struct fuzz_budget *b = user;

	b->held -= malloc_usable_size(ptr);
	free(ptr);
}

void fuzz_budget_init(struct fuzz_budget *b, size_t input_len, unsigned times)
{
	size_t most = times * input_len;

	*b = (struct fuzz_budget){
		.allocator = { budget_alloc, budget_resize, budget_release, b },
		.most = FUZZ_CONSTANT + most + (most < FUZZ_CHUNK ? most : FUZZ_CHUNK),
	};
}

void fuzz_budget_ours(struct fuzz_budget *b)
{
	fuzz_budget_init(b, 0, 0);
	b->most = SIZE_MAX;
}

void fuzz_budget_end(const struct fuzz_budget *b)
{
	FUZZ_CHECK(b->held == 0);
}

cql_arena *fuzz_arena(struct fuzz_budget *b)
{
	coodie_error err;
	cql_arena *arena = cql_arena_new(&b->allocator, &err);

	FUZZ_CHECK_OK(arena, &err);
	return arena;
}
