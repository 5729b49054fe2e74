/* SPDX-License-Identifier: MIT */
/* Permissions in the tables of system_auth. */
#include "node/auth/grant.h"

#include <string.h>

#include "node/auth/auth_table.h"
#include "node/cluster/system_parts.h"
#include "node/cql/array.h"

/* ---- reading ------------------------------------------------------------------------------------- */

static nd_permissions read_permissions(const struct nd_auth_walk *w)
{
	nd_permissions all = 0;

	for (uint32_t i = 0; i < w->row.cell_count; i++)
		all |= nd_permission_find((const char *)w->row.cells[i].path.data,
					  w->row.cells[i].path.len);
	return all;
}

nd_permissions nd_granted(struct nd_request *x, const char *role, const struct nd_resource *r)
{
	char name[ND_RESOURCE_MOST];
	struct nd_auth_walk w;

	nd_resource_name(r, name);
	nd_auth_walk(&w, x, nd_auth_partition(nd_auth_table(x->db, "role_permissions"), role));
	while (nd_auth_next(&w)) {
		cql_blob of = w.row.clustering.values[0];
		if (of.len == strlen(name) && !memcmp(of.data, name, of.len))
			return read_permissions(&w);
	}
	return 0;
}

static bool push(struct nd_request *x, struct nd_grants *to, const struct nd_granted *one)
{
	struct nd_granted *at = nd_array_push(x->arena, &x->problem, to->at, &to->count, one,
					      sizeof *one);

	to->at = at ? at : to->at;
	return at;
}

static bool read_partition(struct nd_request *x, const struct nd_partition *p,
			   struct nd_grants *out)
{
	struct nd_auth_walk w;

	nd_auth_walk(&w, x, p);
	while (nd_auth_next(&w)) {
		struct nd_granted one = { .role = nd_auth_key(x, p),
					  .name = nd_auth_clustering(&w),
					  .permissions = read_permissions(&w) };
		char *copy = one.name ? cd_arena_strndup(x->arena, one.name, strlen(one.name))
				      : NULL;
		if (!one.role || !copy)
			return nd_no_memory(&x->problem);
		if (nd_resource_parse(copy, &one.on) && !push(x, out, &one))
			return false;
	}
	return !x->problem.happened;
}

bool nd_grants_read(struct nd_request *x, const char *role, struct nd_grants *out)
{
	const struct nd_table *t = nd_auth_table(x->db, "role_permissions");
	const struct nd_partition *p = role ? nd_auth_partition(t, role) : nd_auth_after(t, NULL);

	for (; p; p = role ? NULL : nd_auth_after(t, p))
		if (!read_partition(x, p, out))
			return false;
	return true;
}

/* ---- writing ------------------------------------------------------------------------------------- */

/* The index's row. As in Cassandra it goes when something was taken, whatever is left. */
static bool index_row(struct nd_request *x, const char *role, const char *name, bool has_any)
{
	cql_value clustering = cql_from_str(role);
	struct nd_rows r;

	nd_rows_begin(&r, nd_auth_table(x->db, "resource_role_permissons_index"), x);
	nd_rows_partition(&r, cql_from_str(name));
	if (has_any)
		nd_rows_row(&r, &clustering);
	else
		nd_rows_erase(&r, &clustering);
	return nd_rows_end(&r);
}

static bool change(struct nd_request *x, const char *role, const struct nd_resource *on,
		   nd_permissions permissions, bool gives)
{
	char name[ND_RESOURCE_MOST];
	cql_value clustering;
	struct nd_rows r;

	nd_resource_name(on, name);
	clustering = cql_from_str(name);
	nd_rows_begin(&r, nd_auth_table(x->db, "role_permissions"), x);
	nd_rows_partition(&r, cql_from_str(role));
	nd_rows_at(&r, &clustering);
	for (unsigned i = 0; i < ND_PERMISSIONS; i++) {
		if (!(permissions >> i & 1))
			continue;
		(gives ? nd_rows_put_item : nd_rows_erase_item)(&r, "permissions",
								nd_permission_name(i));
	}
	return nd_rows_end(&r) && index_row(x, role, name, gives);
}

bool nd_grant(struct nd_request *x, const char *role, const struct nd_resource *r,
	      nd_permissions permissions, nd_permissions *changed)
{
	*changed = permissions & ~nd_granted(x, role, r);
	return !*changed || change(x, role, r, *changed, true);
}

bool nd_revoke(struct nd_request *x, const char *role, const struct nd_resource *r,
	       nd_permissions permissions, nd_permissions *changed)
{
	*changed = permissions & nd_granted(x, role, r);
	return !*changed || change(x, role, r, *changed, false);
}

bool nd_revoke_all_from(struct nd_request *x, const char *role)
{
	struct nd_grants all = { NULL, 0 };
	nd_permissions changed;

	if (!nd_grants_read(x, role, &all))
		return false;
	for (uint32_t i = 0; i < all.count; i++)
		if (!nd_revoke(x, role, &all.at[i].on, ND_ALL_PERMISSIONS, &changed))
			return false;
	return true;
}

bool nd_revoke_all_on(struct nd_request *x, const struct nd_resource *r)
{
	struct nd_grants all = { NULL, 0 };
	char name[ND_RESOURCE_MOST];
	nd_permissions changed;

	nd_resource_name(r, name);
	if (!nd_grants_read(x, NULL, &all))
		return false;
	for (uint32_t i = 0; i < all.count; i++)
		if (strcmp(all.at[i].name, name) == 0 &&
		    !nd_revoke(x, all.at[i].role, r, ND_ALL_PERMISSIONS, &changed))
			return false;
	return true;
}
