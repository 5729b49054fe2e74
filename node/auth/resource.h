/* SPDX-License-Identifier: MIT */
/* What permissions are about: data, roles, functions, MBeans, each with what it belongs to. */
#ifndef NODE_RESOURCE_H
#define NODE_RESOURCE_H

#include "node/auth/permission.h"
#include "proto/type.h"

struct nd_schema;

enum nd_resource_kind {
	ND_RESOURCE_NONE,
	ND_ALL_KEYSPACES,
	ND_KEYSPACE,
	ND_ALL_TABLES, /* of a keyspace */
	ND_TABLE,
	ND_ALL_ROLES,
	ND_ROLE,
	ND_ALL_FUNCTIONS,
	ND_FUNCTIONS_IN, /* a keyspace */
	ND_FUNCTION,
	ND_ALL_MBEANS,
	ND_MBEAN, /* or a pattern of them */
	ND_RESOURCE_KINDS
};

struct nd_resource {
	enum nd_resource_kind kind;
	const char *keyspace; /* NULL: none was said */
	const char *name;     /* of a table, role, function or MBean */
};

enum { ND_RESOURCE_MOST = 600 }; /* bytes of its name or text; longer ones are cut off */

/* As the tables of system_auth call it: "data/ks/t", "roles/r". */
void nd_resource_name(const struct nd_resource *r, char out[ND_RESOURCE_MOST]);
/* And back: `name` is changed, and `out` lives in it. False: it is none of ours. */
bool nd_resource_parse(char *name, struct nd_resource *out);
/* As messages call it: "<table ks.t>". */
void nd_resource_text(const struct nd_resource *r, char out[ND_RESOURCE_MOST]);
/* What may be granted on it. */
nd_permissions nd_resource_permissions(const struct nd_resource *r);
/* "DataResource", for messages. */
const char *nd_resource_class(const struct nd_resource *r);
/* What it belongs to; false: it is the root of its kind. */
bool nd_resource_parent(struct nd_resource *r);
/* Keyspaces that a schema has not: for "doesn't exist". Roles are role.h's. */
bool nd_resource_exists(const struct nd_resource *r, const struct nd_schema *schema);
/* Whether a text could be the name of an MBean: "domain:key=value". */
bool nd_mbean_name_legal(const char *name);

#endif
