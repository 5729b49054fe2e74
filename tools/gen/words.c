/* SPDX-License-Identifier: MIT */
/* The lists, and how they are looked through: once a name, so one after the other. */
#include <string.h>

#include "tools/gen/words.h"

/* C11, C23, C++20 and what compilers add; then macros of <stdbool.h>, <assert.h>, <errno.h>,
 * <setjmp.h>, <stdio.h>, <stddef.h>, <stdarg.h>, <stdalign.h>, <stdnoreturn.h>, <threads.h>, <complex.h>,
 * <iso646.h>, and of compilers. */
static const char *const keywords[] = {
	" alignas alignof asm atomic_cancel atomic_commit atomic_noexcept auto bool break case catch ",
	" char char8_t char16_t char32_t class co_await co_return co_yield concept const const_cast ",
	" consteval constexpr constinit continue decltype default delete do double dynamic_cast else ",
	" enum explicit export extern false float for fortran friend goto if import inline int long ",
	" module mutable namespace new noexcept nullptr operator private protected public reflexpr ",
	" register reinterpret_cast requires restrict return short signed sizeof static static_assert ",
	" static_cast struct switch synchronized template this thread_local throw true try typedef ",
	" typeid typename typeof typeof_unqual union unsigned using virtual void volatile wchar_t ",
	" while ",
	" and and_eq bitand bitor compl not not_eq or or_eq xor xor_eq ",
	" assert complex errno i386 imaginary linux noreturn offsetof setjmp stderr stdin stdout unix ",
	" va_arg va_copy va_end va_start ",
};

/* CQL's reserved words. */
static const char *const cql[] = {
	" add allow alter and apply asc authorize batch begin by columnfamily create default delete ",
	" desc describe drop entries execute from full grant if in index infinity insert into is ",
	" keyspace limit materialized mbean mbeans modify nan norecursive not null of on or order ",
	" primary rename replace revoke schema select set table to token truncate unlogged unset ",
	" update use using view where with ",
};

static const char *const member_types[] = {
	" coodie_row int8_t int16_t int32_t int64_t ",
#define X(name, c_type, text) " " #c_type " ",
#include <coodie/members.def>
#include <coodie/views.def>
#undef X
};

static const char *const library[] = {
#include "tools/gen/library.def"
};

static bool is_among(const char *const *lines, size_t count, const char *word)
{
	size_t len = strlen(word);

	for (size_t i = 0; i < count; i++)
		for (const char *at = strstr(lines[i], word); at; at = strstr(at + 1, word))
			if (at[-1] == ' ' && at[len] == ' ')
				return true;
	return false;
}

#define IS_AMONG(lines, word) (*(word) && is_among(lines, sizeof(lines) / sizeof((lines)[0]), word))

bool word_is_keyword(const char *word)
{
	return IS_AMONG(keywords, word);
}

bool word_is_cql(const char *word)
{
	return IS_AMONG(cql, word);
}

bool word_is_member_type(const char *word)
{
	return IS_AMONG(member_types, word);
}

static bool begins(const char *word, const char *with)
{
	return strncmp(word, with, strlen(with)) == 0;
}

static bool ends(const char *word, const char *with)
{
	size_t len = strlen(word), tail = strlen(with);

	return len > tail && strcmp(word + len - tail, with) == 0;
}

bool word_is_library(const char *word)
{
	return begins(word, "coodie_") || begins(word, "cql_") || begins(word, "pthread_") ||
	       ends(word, "_t") || IS_AMONG(library, word);
}
