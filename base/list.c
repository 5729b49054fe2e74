/* SPDX-License-Identifier: MIT */
/* Items of a list, one after the other. */
#include "base/list.h"

#include <string.h>

bool cd_list_next(const char **list, const char **item, size_t *len)
{
	const char *at = *list + strspn(*list, ", \t\n");

	*item = at;
	*len = strcspn(at, ",");
	*list = at + *len;
	while (*len > 0 && strchr(" \t\n", at[*len - 1]))
		--*len;
	return *len > 0;
}
