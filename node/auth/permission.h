/* SPDX-License-Identifier: MIT */
/* Permissions, and sets of them as bits. */
#ifndef NODE_PERMISSION_H
#define NODE_PERMISSION_H

#include <stddef.h>

enum nd_permission {
#define X(name) ND_MAY_##name,
#include "node/auth/permission.def"
#undef X
	ND_PERMISSIONS
};

typedef unsigned nd_permissions;
#define ND_PERMISSION(name) (1u << ND_MAY_##name)
enum { ND_ALL_PERMISSIONS = (1 << ND_PERMISSIONS) - 1 };

const char *nd_permission_name(enum nd_permission p);
/* As a bit; 0: there is none of that name. */
nd_permissions nd_permission_find(const char *name, size_t len);

#endif
