/* SPDX-License-Identifier: MIT */
/* Tokens of pages: where to go on, as text for a URL. */
#ifndef ORM_QUERY_TOKEN_H
#define ORM_QUERY_TOKEN_H

#include <coodie/value.h>

#include "base/arena.h"

struct cd_page_token {
	uint8_t protocol;   /* version the state is of; 0: not known */
	uint64_t statement; /* cd_select_hash(); 0: not known */
	uint32_t skip;      /* rows of the page that were seen already */
	cql_blob state;     /* `len` 0: the first page */
};

/* Its text, as snprintf() writes it. */
size_t cd_page_token_write(const struct cd_page_token *t, char *out, size_t size);
/* Reads it; the state lies in the arena. COODIE_ERR_QUERY for what is no token. */
bool cd_page_token_read(const char *text, struct cd_arena *a, struct cd_page_token *out,
			coodie_error *err);
/* Moves the state into another arena; false when out of memory. */
bool cd_page_token_copy(struct cd_page_token *t, struct cd_arena *a);

#endif
