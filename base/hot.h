/* SPDX-License-Identifier: MIT */
/* What each request goes through is inlined, however often and wherever it is called: a compiler
 * that counts calls and sizes cannot know which of them is the one. */
#ifndef BASE_HOT_H
#define BASE_HOT_H

#define CD_HOT static inline __attribute__((always_inline))

#endif
