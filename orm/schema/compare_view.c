/* SPDX-License-Identifier: MIT */
/* Materialized views beside each other. Only their options can be changed: a view that differs is dropped
 * and made again. */
#include "orm/schema/diff.h"

/* ---- changes ----------------------------------------------------------------------------------- */

static void create_view(struct cd_comparing *c, const struct cd_table *v, bool replaces)
{
	coodie_change change = cd_change_about(COODIE_CHANGE_CREATE_VIEW, v->name, NULL);
	struct cd_change *new;

	change.up = cd_change_cql(c, cd_put_create_table, v, NULL);
	change.down = cd_change_cql(c, cd_put_drop, "MATERIALIZED VIEW", v->name);
	new = cd_change_add(c, CD_PHASE_VIEW, &change);
	if (new)
		new->replaces = replaces;
}

static void drop_view(struct cd_comparing *c, const struct cd_table *v, const char *reason,
		      bool replaces)
{
	coodie_change change = cd_change_about(COODIE_CHANGE_DROP_VIEW, v->name, NULL);
	struct cd_change *new;

	change.safety = COODIE_CHANGE_DESTRUCTIVE;
	change.reason = reason;
	change.up = cd_change_cql(c, cd_put_drop, "MATERIALIZED VIEW", v->name);
	change.down = cd_change_cql(c, cd_put_create_table, v, NULL); /* built anew of its base: nothing is lost */
	new = cd_change_add(c, CD_PHASE_DROP_VIEW, &change);
	if (new)
		new->replaces = replaces;
}

static void impossible(struct cd_comparing *c, const struct cd_table *v, const char *reason)
{
	coodie_change change = cd_change_about(COODIE_CHANGE_CREATE_VIEW, v->name, NULL);

	change.safety = COODIE_CHANGE_IMPOSSIBLE;
	change.reason = reason;
	cd_change_add(c, CD_PHASE_VIEW, &change);
}

/* ---- comparing --------------------------------------------------------------------------------- */

/* One that reads all columns has what its base has. */
static bool is_own(const struct cd_table *v, const struct cd_member *m)
{
	return !v->all_columns || m->position >= 0;
}

static const char *other_column(struct cd_comparing *c, const struct cd_table *is,
				const struct cd_table *should)
{
	for (const struct cd_member *m = should->columns.first; m; m = m->next) {
		const struct cd_member *there = cd_member_find(&is->columns, m->name);
		struct cd_column_difference d;

		if (!there && is_own(should, m))
			return cd_change_text(c, "the view has no column \"%s\"", m->name);
		if (there && is_own(should, m) && cd_compare_column(c, there, m, &d))
			return d.what;
	}
	for (const struct cd_member *m = is->columns.first; m; m = m->next) {
		if (cd_member_find(&should->columns, m->name) || !is_own(should, m))
			continue;
		if (m->position >= 0)
			return cd_change_text(c, "column %s is in the view's primary key and not in %s",
					      m->name, c->other);
		if (c->whole)
			return cd_change_text(c, "%s has no column \"%s\"", c->other, m->name);
	}
	return NULL;
}

static const char *other_rows(struct cd_comparing *c, const struct cd_table *is,
			      const struct cd_table *should)
{
	struct cd_buffer b = cd_change_buffer(c);
	const char *where;

	cd_put_where(&b, should);
	where = cd_change_statement(c, &b);
	if (!where || !is->where || !strcmp(is->where, where) || cd_where_is(is->where, where))
		return NULL;
	return cd_change_text(c, "its rows are where %.160s, and in %s where %.160s", is->where,
			      c->other, where);
}

/* What differs that no statement changes; NULL: nothing. */
static const char *difference(struct cd_comparing *c, const struct cd_table *is,
			      const struct cd_table *should)
{
	const char *what;

	if (strcmp(is->base, should->base))
		return cd_change_text(c, "its base is %s in the cluster and %s in %s", is->base,
				      should->base, c->other);
	if (c->whole && is->all_columns != should->all_columns)
		return cd_change_text(c, "it reads %s columns, and not so in %s",
				      is->all_columns ? "all" : "some", c->other);
	what = other_rows(c, is, should);
	return what ? what : other_column(c, is, should);
}

static void rebuild(struct cd_comparing *c, const struct cd_table *is,
		    const struct cd_table *should, const char *what)
{
	drop_view(c, is,
		  cd_change_text(c,
				 "%s; a view cannot be changed: coodie_drop_view(), then sync it "
				 "again",
				 what),
		  true);
	create_view(c, should, true);
}

/* What its base does not become; NULL: nothing that it needs. */
static const char *lacks(struct cd_comparing *c, const struct cd_table *v)
{
	const char *why = cd_change_in_the_way(c, v->base, v->all_columns ? NULL : "");

	for (const struct cd_member *m = v->columns.first; m && !why; m = m->next) {
		why = cd_change_in_the_way(c, v->base, m->name);
		if (!why)
			why = cd_change_why_no_key(c, m);
	}
	return why;
}

/* A view that differs and cannot be made again. */
static bool stays(struct cd_comparing *c, const struct cd_table *v)
{
	const struct cd_table *wanted = cd_schema_table(c->should, v->name);

	return wanted && wanted->base && difference(c, v, wanted) && lacks(c, wanted);
}

static bool loses_columns(const struct cd_comparing *c, const char *table)
{
	const struct cd_change *at = c->d->phases[CD_PHASE_DROP_COLUMN].first;

	while (at && strcmp(at->is.object, table))
		at = at->next;
	return at != NULL;
}

/* Cassandra drops no column of a table that has views: this one is made again for that, unless another one
 * keeps the columns all the same. */
static bool is_in_the_way(struct cd_comparing *c, const struct cd_table *v)
{
	if (c->d->is_sync || !loses_columns(c, v->base))
		return false;
	for (const struct cd_table *other = c->is->tables; other; other = other->next) {
		if (other->base && !strcmp(other->base, v->base) && stays(c, other))
			return false;
	}
	return true;
}

static void compare_view(struct cd_comparing *c, const struct cd_table *is,
			 const struct cd_table *should)
{
	const char *what = difference(c, is, should), *why = what ? lacks(c, should) : NULL;

	if (why) {
		impossible(c, should, why);
		return;
	}

	if (!what && is_in_the_way(c, is))
		what = "a column is dropped from its base";
	if (what)
		rebuild(c, is, should, what);
	else if (!c->d->options.keep_options)
		cd_compare_options(c, is, &is->options, &should->options);
}

static void want_view(struct cd_comparing *c, const struct cd_table *v)
{
	const char *why = lacks(c, v);

	if (why)
		impossible(c, v, why);
	else if (cd_schema_table(c->is, v->base) || cd_schema_table(c->should, v->base))
		create_view(c, v, false);
	else
		impossible(c, v,
			   cd_change_text(c,
					  "there is no table %s to make a view of; sync its model "
					  "first",
					  v->base));
}

void cd_compare_views(struct cd_comparing *c)
{
	for (const struct cd_table *v = c->should->tables; v; v = v->next) {
		const struct cd_table *there = cd_schema_table(c->is, v->name);

		if (!v->base)
			continue;
		if (there && there->base)
			compare_view(c, there, v);
		else if (!there || c->d->options.drop_objects)
			want_view(c, v);
		else
			impossible(c, v,
				   cd_change_text(c, "%s is a table; drop that first", v->name));
	}
	for (const struct cd_table *v = c->is->tables; v; v = v->next) {
		const struct cd_table *wanted = cd_schema_table(c->should, v->name);

		if (!v->base || (wanted && wanted->base))
			continue;
		if (c->d->options.drop_objects)
			drop_view(c, v, cd_change_text(c, "view %s is not in %s", v->name, c->other),
				  false);
		else if (is_in_the_way(c, v))
			rebuild(c, v, v, "a column is dropped from its base");
	}
}
