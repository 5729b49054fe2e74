/* SPDX-License-Identifier: MIT */
/* The one rule for names of keyspaces: as CQL has it, case counts only in quotes. */
#ifndef BASE_KEYSPACE_H
#define BASE_KEYSPACE_H

#include <coodie/error.h>

enum { CD_KEYSPACE_SIZE = 256 };

/* `text` as a user writes it: shop, Shop (which is shop), "Shop". `name` becomes what the server's
 * tables have. COODIE_ERR_INVALID: not letters, digits and underscores; COODIE_ERR_LIMIT. */
bool cd_keyspace_read(const char *text, char name[CD_KEYSPACE_SIZE], coodie_error *err);
/* Back again: a name of the server's tables as CQL writes it, in quotes where it needs them. */
void cd_keyspace_write(const char *name, char text[CD_KEYSPACE_SIZE + 2]);

#endif
