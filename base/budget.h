/* SPDX-License-Identifier: MIT */
/* An allocator over another one that knows how much is held. */
#ifndef BASE_BUDGET_H
#define BASE_BUDGET_H

#include <coodie/alloc.h>

struct cd_budget;

/* `out` counts from now on, on any thread; pieces may be given back after cd_budget_drop(). NULL: out of
 * memory. */
struct cd_budget *cd_budget_new(const coodie_allocator *below, coodie_allocator *out);
/* Nothing is asked of it any more; it goes with the last piece. NULL is fine. */
void cd_budget_drop(struct cd_budget *b);
/* The one behind an allocator; NULL: there is none. */
const struct cd_budget *cd_budget_of(const coodie_allocator *a);
/* Bytes that are held now. */
size_t cd_budget_held(const struct cd_budget *b);

#endif
