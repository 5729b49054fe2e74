/* SPDX-License-Identifier: MIT */
/* What Tab offers: keywords by their place, and the names of the cluster. */
#ifndef TOOLS_SHELL_COMPLETE_H
#define TOOLS_SHELL_COMPLETE_H

#include <coodie/metadata.h>

#include "tools/shell/editor.h"

/* What goes on in the place of the word that ends at `at`.
 * @param schema    NULL: no names are known
 * @param keyspace  of names without one; NULL: there is none */
void complete_find(const coodie_metadata *schema, const char *keyspace, const char *text, size_t at,
		   struct candidates *found);

#endif
