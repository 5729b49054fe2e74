/* SPDX-License-Identifier: MIT */
/* Resources, by a table of their kinds. */
#include "node/auth/resource.h"

#include <stdio.h>
#include <string.h>

#include "node/schema/schema.h"

#define ON_DATA \
	(ND_PERMISSION(ALTER) | ND_PERMISSION(DROP) | ND_PERMISSION(SELECT) | \
	 ND_PERMISSION(MODIFY) | ND_PERMISSION(AUTHORIZE) | ND_PERMISSION(UNMASK) | \
	 ND_PERMISSION(SELECT_MASKED))
#define ON_ROLES \
	(ND_PERMISSION(ALTER) | ND_PERMISSION(DROP) | ND_PERMISSION(AUTHORIZE) | \
	 ND_PERMISSION(DESCRIBE))
#define ON_FUNCTIONS \
	(ND_PERMISSION(ALTER) | ND_PERMISSION(DROP) | ND_PERMISSION(AUTHORIZE) | \
	 ND_PERMISSION(EXECUTE))
#define ON_MBEANS \
	(ND_PERMISSION(SELECT) | ND_PERMISSION(MODIFY) | ND_PERMISSION(AUTHORIZE) | \
	 ND_PERMISSION(DESCRIBE) | ND_PERMISSION(EXECUTE))

/* `name` and `text` have a place each for keyspace and name; where there is one only, it is for the
 * one that the kind has. */
static const struct kind {
	const char *name, *text, *class_name;
	nd_permissions permissions;
	enum nd_resource_kind parent;
	bool has_keyspace, has_name;
} kinds[ND_RESOURCE_KINDS] = {
	[ND_ALL_KEYSPACES] = { "data", "<all keyspaces>", "DataResource",
			       ON_DATA | ND_PERMISSION(CREATE), ND_RESOURCE_NONE, false, false },
	[ND_KEYSPACE] = { "data/%s", "<keyspace %s>", "DataResource",
			  ON_DATA | ND_PERMISSION(CREATE), ND_ALL_KEYSPACES, true, false },
	[ND_ALL_TABLES] = { "data/%s/*", "<all tables in %s>", "DataResource",
			    ON_DATA | ND_PERMISSION(CREATE), ND_KEYSPACE, true, false },
	[ND_TABLE] = { "data/%s/%s", "<table %s.%s>", "DataResource", ON_DATA, ND_ALL_TABLES, true,
		       true },
	[ND_ALL_ROLES] = { "roles", "<all roles>", "RoleResource", ON_ROLES | ND_PERMISSION(CREATE),
			   ND_RESOURCE_NONE, false, false },
	[ND_ROLE] = { "roles/%s", "<role %s>", "RoleResource", ON_ROLES, ND_ALL_ROLES, false,
		      true },
	[ND_ALL_FUNCTIONS] = { "functions", "<all functions>", "FunctionResource",
			       ON_FUNCTIONS | ND_PERMISSION(CREATE), ND_RESOURCE_NONE, false,
			       false },
	[ND_FUNCTIONS_IN] = { "functions/%s", "<all functions in %s>", "FunctionResource",
			      ON_FUNCTIONS | ND_PERMISSION(CREATE), ND_ALL_FUNCTIONS, true, false },
	[ND_FUNCTION] = { "functions/%s/%s", "<function %s.%s>", "FunctionResource", ON_FUNCTIONS,
			  ND_FUNCTIONS_IN, true, true },
	[ND_ALL_MBEANS] = { "mbean", "<all mbeans>", "JMXResource", ON_MBEANS, ND_RESOURCE_NONE,
			    false, false },
	[ND_MBEAN] = { "mbean/%s", "<mbean %s>", "JMXResource", ON_MBEANS, ND_ALL_MBEANS, false,
		       true },
};

/* The form with `first` and `second` in its places. */
static void fill(const char *form, const char *first, const char *second,
		 char out[ND_RESOURCE_MOST])
{
	size_t n = 0;

	for (const char *next = first; *form && n + 1 < ND_RESOURCE_MOST; form++) {
		if (*form != '%') {
			out[n++] = *form;
			continue;
		}
		n += (size_t)snprintf(out + n, ND_RESOURCE_MOST - n, "%s", next);
		next = second;
		form++;
	}
	out[n < ND_RESOURCE_MOST ? n : ND_RESOURCE_MOST - 1] = '\0';
}

static void format(const struct nd_resource *r, const char *form, char out[ND_RESOURCE_MOST])
{
	const char *name = r->name ? r->name : "";

	if (kinds[r->kind].has_keyspace)
		fill(form, r->keyspace ? r->keyspace : "", name, out);
	else
		fill(form, name, "", out);
}

void nd_resource_name(const struct nd_resource *r, char out[ND_RESOURCE_MOST])
{
	format(r, kinds[r->kind].name, out);
}

void nd_resource_text(const struct nd_resource *r, char out[ND_RESOURCE_MOST])
{
	format(r, kinds[r->kind].text, out);
}

/* The kind whose name has this root and so many parts behind it. */
static enum nd_resource_kind find_kind(const char *root, unsigned parts, bool is_star)
{
	size_t len = strlen(root);

	for (unsigned i = ND_RESOURCE_NONE + 1; i < ND_RESOURCE_KINDS; i++) {
		const struct kind *k = &kinds[i];
		unsigned wants = (unsigned)k->has_keyspace + k->has_name + (i == ND_ALL_TABLES);
		if (strncmp(k->name, root, len) == 0 && (!k->name[len] || k->name[len] == '/') &&
		    wants == parts && (i == ND_ALL_TABLES) == is_star)
			return (enum nd_resource_kind)i;
	}
	return ND_RESOURCE_NONE;
}

bool nd_resource_parse(char *name, struct nd_resource *out)
{
	char *first = strchr(name, '/'), *second = NULL;

	if (first)
		*first++ = '\0';
	/* the names of roles and MBeans may hold slashes themselves */
	if (first && (strcmp(name, "data") == 0 || strcmp(name, "functions") == 0))
		second = strchr(first, '/');
	if (second)
		*second++ = '\0';
	*out = (struct nd_resource){ .kind = find_kind(name, (unsigned)(!!first + !!second),
						       second && strcmp(second, "*") == 0) };
	if (kinds[out->kind].has_keyspace)
		out->keyspace = first;
	if (kinds[out->kind].has_name)
		out->name = kinds[out->kind].has_keyspace ? second : first;
	return out->kind != ND_RESOURCE_NONE;
}

nd_permissions nd_resource_permissions(const struct nd_resource *r)
{
	return kinds[r->kind].permissions;
}

const char *nd_resource_class(const struct nd_resource *r)
{
	return kinds[r->kind].class_name;
}

bool nd_resource_parent(struct nd_resource *r)
{
	r->kind = kinds[r->kind].parent;
	return r->kind != ND_RESOURCE_NONE;
}

/* There are no MBeans here: only patterns fit those that a node of Cassandra has. */
static bool mbean_exists(const char *name)
{
	static const char *const domains[] = { "org.apache.cassandra.", "java.lang:" };

	for (size_t i = 0; i < sizeof domains / sizeof domains[0]; i++)
		if (strncmp(name, domains[i], strlen(domains[i])) == 0)
			return strchr(name, '*');
	return strcmp(name, "*:*") == 0;
}

bool nd_resource_exists(const struct nd_resource *r, const struct nd_schema *schema)
{
	const struct nd_keyspace *k = r->keyspace ? nd_schema_keyspace(schema, r->keyspace) : NULL;

	if (kinds[r->kind].has_keyspace && !k)
		return false;
	if (r->kind == ND_TABLE)
		return nd_keyspace_table(k, r->name);
	return r->kind != ND_FUNCTION && (r->kind != ND_MBEAN || mbean_exists(r->name));
}

bool nd_mbean_name_legal(const char *name)
{
	const char *colon = strchr(name, ':');

	return colon && (strchr(colon, '=') || strchr(colon, '*'));
}
