/* SPDX-License-Identifier: MIT */
/* Roles in the tables of system_auth. */
#include "node/auth/role.h"

#include <stdlib.h>
#include <string.h>

#include "node/auth/auth_table.h"
#include "node/auth/bcrypt.h"
#include "node/cluster/system_parts.h"
#include "node/cql/array.h"

/* ---- reading ------------------------------------------------------------------------------------- */

static bool take_members(struct nd_auth_walk *w, struct nd_role *out)
{
	const char **at = cd_arena_take_array(w->x->arena, (size_t)w->row.cell_count + 1,
					      sizeof *at);

	if (!at)
		return nd_no_memory(&w->x->problem);
	out->member_of = at;
	for (uint32_t i = 0; i < w->row.cell_count; i++)
		if (strcmp(w->row.cells[i].column->name, "member_of") == 0)
			at[out->member_of_count++] = nd_auth_text(w->x, w->row.cells[i].path);
	return !w->x->problem.happened;
}

/* Of the partition's one row. */
static bool read_role(struct nd_request *x, const struct nd_partition *p, struct nd_role *out)
{
	const struct nd_cell *hash;
	struct nd_auth_walk w;

	nd_auth_walk(&w, x, p);
	if (!nd_auth_next(&w))
		return false;
	*out = (struct nd_role){ .name = nd_auth_key(x, p),
				 .is_super = nd_auth_flag(&w, "is_superuser"),
				 .can_login = nd_auth_flag(&w, "can_login") };
	hash = nd_auth_cell(&w, "salted_hash");
	if (hash && hash->value.len)
		out->hash = nd_auth_text(x, hash->value);
	return take_members(&w, out) && !x->problem.happened;
}

bool nd_role_find(struct nd_request *x, const char *name, struct nd_role *out)
{
	const struct nd_partition *p = nd_auth_partition(nd_auth_table(x->db, "roles"), name);

	return p && read_role(x, p, out);
}

const struct nd_role *nd_roles_find(const struct nd_roles *roles, const char *name)
{
	for (uint32_t i = 0; i < roles->count; i++)
		if (strcmp(roles->at[i].name, name) == 0)
			return &roles->at[i];
	return NULL;
}

static bool add(struct nd_request *x, struct nd_roles *roles, const struct nd_role *role)
{
	struct nd_role *at = nd_array_push(x->arena, &x->problem, roles->at, &roles->count, role,
					   sizeof *role);

	roles->at = at ? at : roles->at;
	return at;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(((const struct nd_role *)a)->name, ((const struct nd_role *)b)->name);
}

static bool sort(struct nd_request *x, struct nd_roles *roles)
{
	if (roles->count)
		qsort(roles->at, roles->count, sizeof *roles->at, compare_names);
	return !x->problem.happened;
}

bool nd_roles_all(struct nd_request *x, struct nd_roles *out)
{
	const struct nd_table *t = nd_auth_table(x->db, "roles");
	const struct nd_partition *p = NULL;
	struct nd_role role;

	*out = (struct nd_roles){ NULL, 0 };
	while ((p = nd_auth_after(t, p)))
		if (read_role(x, p, &role) && !add(x, out, &role))
			return false;
	return sort(x, out);
}

/* Roles that were dropped behind the back of role_members are not there. */
static bool add_named(struct nd_request *x, struct nd_roles *roles, const char *name)
{
	struct nd_role role;

	if (nd_roles_find(roles, name) || !nd_role_find(x, name, &role))
		return !x->problem.happened;
	return add(x, roles, &role);
}

bool nd_roles_of(struct nd_request *x, const char *name, bool recursive, struct nd_roles *out)
{
	*out = (struct nd_roles){ NULL, 0 };
	if (!add_named(x, out, name))
		return false;
	for (uint32_t i = 0; i < out->count && (recursive || i == 0); i++) {
		const struct nd_role of = out->at[i];
		for (uint32_t j = 0; j < of.member_of_count; j++)
			if (!add_named(x, out, of.member_of[j]))
				return false;
	}
	return sort(x, out);
}

bool nd_role_is_super(struct nd_request *x, const char *name)
{
	struct nd_roles roles;

	if (!nd_roles_of(x, name, true, &roles))
		return false;
	for (uint32_t i = 0; i < roles.count; i++)
		if (roles.at[i].is_super)
			return true;
	return false;
}

/* ---- writing ------------------------------------------------------------------------------------- */

static void open_row(struct nd_rows *r, struct nd_request *x, const char *table, const char *key)
{
	nd_rows_begin(r, nd_auth_table(x->db, table), x);
	nd_rows_partition(r, cql_from_str(key));
}

static void put_change(struct nd_rows *r, const struct nd_role_change *change)
{
	if (change->can_login)
		nd_rows_put(r, "can_login", cql_from_bool(*change->can_login));
	if (change->is_super)
		nd_rows_put(r, "is_superuser", cql_from_bool(*change->is_super));
	if (change->hash)
		nd_rows_put(r, "salted_hash", cql_from_str(change->hash));
}

bool nd_role_create(struct nd_request *x, const struct nd_role_change *change)
{
	struct nd_rows r;

	open_row(&r, x, "roles", change->role);
	nd_rows_row(&r, NULL);
	put_change(&r, change);
	return nd_rows_end(&r);
}

bool nd_role_alter(struct nd_request *x, const struct nd_role_change *change)
{
	struct nd_rows r;

	open_row(&r, x, "roles", change->role);
	nd_rows_at(&r, NULL);
	put_change(&r, change);
	return nd_rows_end(&r);
}

bool nd_role_allow_cidrs(struct nd_request *x, const char *role)
{
	static const uint8_t none[4]; /* a set of no groups */
	struct nd_rows r;

	open_row(&r, x, "cidr_permissions", role);
	nd_rows_row(&r, NULL);
	nd_rows_put_bytes(&r, "cidr_groups", (cql_blob){ none, sizeof none });
	return nd_rows_end(&r);
}

bool nd_role_join(struct nd_request *x, const char *role, const char *member)
{
	cql_value clustering = cql_from_str(member);
	struct nd_rows r;

	open_row(&r, x, "roles", member);
	nd_rows_at(&r, NULL);
	nd_rows_put_item(&r, "member_of", role);
	if (!nd_rows_end(&r))
		return false;
	open_row(&r, x, "role_members", role);
	nd_rows_row(&r, &clustering);
	return nd_rows_end(&r);
}

bool nd_role_leave(struct nd_request *x, const char *role, const char *member)
{
	cql_value clustering = cql_from_str(member);
	struct nd_rows r;

	open_row(&r, x, "roles", member);
	nd_rows_at(&r, NULL);
	nd_rows_erase_item(&r, "member_of", role);
	if (!nd_rows_end(&r))
		return false;
	open_row(&r, x, "role_members", role);
	nd_rows_erase(&r, &clustering);
	return nd_rows_end(&r);
}

static bool clear(struct nd_request *x, const char *table, const char *key)
{
	struct nd_rows r;

	open_row(&r, x, table, key);
	nd_rows_clear(&r);
	return nd_rows_end(&r);
}

/* Names first: nothing is changed while somebody walks. */
static bool leave_members(struct nd_request *x, const char *role)
{
	struct nd_roles members = { NULL, 0 };
	struct nd_auth_walk w;

	nd_auth_walk(&w, x, nd_auth_partition(nd_auth_table(x->db, "role_members"), role));
	while (nd_auth_next(&w)) {
		struct nd_role one = { .name = nd_auth_clustering(&w) };
		if (!one.name || !add(x, &members, &one))
			return false;
	}
	for (uint32_t i = 0; i < members.count; i++)
		if (!nd_role_leave(x, role, members.at[i].name))
			return false;
	return !x->problem.happened;
}

static bool drop_identities(struct nd_request *x, const char *role)
{
	const struct nd_table *t = nd_auth_table(x->db, "identity_to_role");
	const struct nd_partition *p = NULL;
	struct nd_roles found = { NULL, 0 };

	while ((p = nd_auth_after(t, p))) {
		struct nd_role one = { .name = nd_auth_key(x, p) };
		const char *of = one.name ? nd_identity_role(x, one.name) : NULL;
		if (of && strcmp(of, role) == 0 && !add(x, &found, &one))
			return false;
	}
	for (uint32_t i = 0; i < found.count; i++)
		if (!nd_identity_set(x, found.at[i].name, NULL))
			return false;
	return !x->problem.happened;
}

bool nd_role_drop(struct nd_request *x, const char *name)
{
	struct nd_role role;

	if (!nd_role_find(x, name, &role))
		return !x->problem.happened;
	for (uint32_t i = 0; i < role.member_of_count; i++)
		if (!nd_role_leave(x, role.member_of[i], name))
			return false;
	return leave_members(x, name) && drop_identities(x, name) && clear(x, "roles", name) &&
	       clear(x, "network_permissions", name) && clear(x, "cidr_permissions", name);
}

/* ---- identities ---------------------------------------------------------------------------------- */

const char *nd_identity_role(struct nd_request *x, const char *identity)
{
	const struct nd_cell *role;
	struct nd_auth_walk w;

	nd_auth_walk(&w, x, nd_auth_partition(nd_auth_table(x->db, "identity_to_role"), identity));
	if (!nd_auth_next(&w) || !(role = nd_auth_cell(&w, "role")))
		return NULL;
	return nd_auth_text(x, role->value);
}

bool nd_identity_set(struct nd_request *x, const char *identity, const char *role)
{
	struct nd_rows r;

	if (!role)
		return clear(x, "identity_to_role", identity);
	open_row(&r, x, "identity_to_role", identity);
	nd_rows_row(&r, NULL);
	nd_rows_put(&r, "role", cql_from_str(role));
	return nd_rows_end(&r);
}

/* ---- who is there -------------------------------------------------------------------------------- */

bool nd_roles_begin(struct nd_database *db, const char *name, const char *password)
{
	static const bool yes = true;
	struct nd_role_change first = { .role = name, .can_login = &yes, .is_super = &yes };
	struct nd_request x = { .db = db, .now_us = db->clock.now_us(db->clock.user) };
	char hash[ND_BCRYPT_SIZE];
	struct cd_arena arena;
	bool ok = true;

	cd_arena_init(&arena, db->allocator, 0);
	x.arena = &arena;
	nd_problem_init(&x.problem, &arena);
	if (password) {
		ok = nd_bcrypt_new(password, strlen(password), hash);
		first.hash = hash;
	}
	ok = ok && nd_role_create(&x, &first);
	cd_arena_deinit(&arena);
	return ok;
}

bool nd_role_check_password(struct nd_request *x, const char *name, const char *password,
			    size_t len)
{
	struct nd_role role;

	return nd_role_find(x, name, &role) && role.hash &&
	       nd_bcrypt_check(password, len, role.hash);
}
