/* SPDX-License-Identifier: MIT */
/* What every value must take: to be walked, and to be written as text and read again. */
#ifndef FUZZ_VALUE_H
#define FUZZ_VALUE_H

#include <coodie/codec.h>

/* Walks all items, which were checked when the value was decoded. @return whether all of it
 * can be written for sure: other texts than ASCII may be no UTF-8, other uuids no timeuuids, and
 * a time may be beyond its day */
bool fuzz_value_walk(cql_value v, unsigned depth);
/* As a CQL literal of its type and back: the same text. What is not plain may have none. */
void fuzz_value_literal(const cql_type *type, cql_value value, bool is_plain, cql_arena *arena);
/* What a writer like snprintf() gives with no room, little room and enough is consistent. */
typedef size_t fuzz_format_fn(const void *what, char *out, size_t size);
/* @return its text, freed with free() */
char *fuzz_formatted(fuzz_format_fn *format, const void *what, size_t *len);

#endif
