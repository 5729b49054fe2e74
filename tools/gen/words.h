/* SPDX-License-Identifier: MIT */
/* Words that C, C++ and their headers have taken already, and CQL's. */
#ifndef TOOLS_GEN_WORDS_H
#define TOOLS_GEN_WORDS_H

#include <stdbool.h>

/* A keyword, or a macro that headers make of a small word: no name of anything. */
bool word_is_keyword(const char *word);
/* One that CQL reserves: as a name it is in quotes. */
bool word_is_cql(const char *word);
/* A type of members: in C++ a member of its name would hide it from those that follow. */
bool word_is_member_type(const char *word);
/* A function, a type or a variable of the C library, or of a namespace that it or coodie keeps. */
bool word_is_library(const char *word);

#endif
