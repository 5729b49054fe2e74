/* SPDX-License-Identifier: MIT */
/* C names for CQL names: clean, no word of the language, and no two alike. */
#ifndef TOOLS_GEN_NAMES_H
#define TOOLS_GEN_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "tools/pool.h"

/* Where names have to differ from one another. */
struct names {
	struct pool *pool;
	const char **taken;
	size_t count, room;
};

/* What a place demands of its names. */
struct name_rules {
	const char *prefix; /* "": none */
	const char *const
		*suffixes; /* names that come with each, "" itself among them; NULL ends it */
	bool (*is_word)(const char *name); /* taken by others, beside the keywords */
	const char *mend;                  /* goes behind such a word */
};

/* One name: what CQL calls it, and what it is called in C. */
struct name {
	const char *cql, *c;
};

/* Takes a name as it is. */
void names_reserve(struct names *n, const char *name);
/* Gives each a C name. Those that need no mending keep theirs, whatever comes before them. */
void names_assign(struct names *n, const struct name_rules *rules, struct name *list, size_t count);
/* A CQL name in small letters, digits and single underscores, a letter first: "userId" is user_id,
 * "2nd" n2nd, a letter beyond ASCII its number. */
const char *name_clean(struct pool *pool, const char *cql);

#endif
