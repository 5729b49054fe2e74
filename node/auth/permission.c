/* SPDX-License-Identifier: MIT */
/* The names of permissions. */
#include "node/auth/permission.h"

#include <string.h>

static const char *const names[ND_PERMISSIONS] = {
#define X(name) [ND_MAY_##name] = #name,
#include "node/auth/permission.def"
#undef X
};

const char *nd_permission_name(enum nd_permission p)
{
	return names[p];
}

nd_permissions nd_permission_find(const char *name, size_t len)
{
	for (unsigned i = 0; i < ND_PERMISSIONS; i++)
		if (strlen(names[i]) == len && !memcmp(names[i], name, len))
			return 1u << i;
	return 0;
}
