/* SPDX-License-Identifier: MIT */
/* Tables beside each other: what ALTER TABLE does, and what nothing does. */
#include "orm/model/spelling.h"
#include "orm/schema/diff.h"

static void impossible(struct cd_comparing *c, coodie_change *change, const char *reason)
{
	change->safety = COODIE_CHANGE_IMPOSSIBLE;
	change->reason = reason;
	cd_change_add(c, CD_PHASE_COLUMN, change);
}

static const struct cd_udt *find_udt(const coodie_schema *s, const char *type)
{
	const struct cd_udt *t = s->types;

	while (t && !cd_type_mentions(type, t->name))
		t = t->next;
	return t;
}

/* The user type of a column that is stored cell by cell; NULL: it is no such column. */
static const char *open_udt(const struct cd_comparing *c, const struct cd_member *m)
{
	bool is_udt = !strchr(m->canon, '<') && (cd_type_has_udt(c->is, m->canon) ||
						 cd_type_has_udt(c->should, m->canon));

	return is_udt ? m->canon : NULL;
}

/* Why no column can be of a user type without being frozen; NULL: nothing is in the way. */
static const char *why_frozen_only(struct cd_comparing *c, const struct cd_member *m)
{
	const char *name = open_udt(c, m);
	const struct cd_udt *t = name ? find_udt(c->is, name) : NULL;

	for (const struct cd_member *f = t ? t->fields.first : NULL; f; f = f->next) {
		if (cd_spelling_multicell(f->type))
			return cd_change_text(c,
					      "column \"%s\" can only be frozen: its type %s has the "
					      "field %s, a collection that is not",
					      m->name, t->name, f->name);
	}
	return NULL;
}

/* ---- whole tables ------------------------------------------------------------------------------ */

static void create_table(struct cd_comparing *c, const struct cd_table *t)
{
	coodie_change change = cd_change_about(COODIE_CHANGE_CREATE_TABLE, t->name, NULL);

	for (const struct cd_member *m = t->columns.first; m; m = m->next) {
		const char *why = why_frozen_only(c, m);

		if (!why)
			why = cd_change_why_no_key(c, m);
		if (!why)
			continue;
		impossible(c, &change, why);
		cd_compare_indexes(c, NULL, t);
		return;
	}
	change.up = cd_change_cql(c, cd_put_create_table, t, NULL);
	change.down = cd_change_cql(c, cd_put_drop, "TABLE", t->name);
	cd_change_add(c, CD_PHASE_TABLE, &change);
	cd_compare_indexes(c, NULL, t);
}

static void drop_table(struct cd_comparing *c, const struct cd_table *t)
{
	coodie_change change = cd_change_about(COODIE_CHANGE_DROP_TABLE, t->name, NULL);

	cd_drop_indexes(c, t);
	change.safety = COODIE_CHANGE_DESTRUCTIVE;
	change.reason = cd_change_text(c, "table %s is not in %s; its rows are lost", t->name,
				       c->other);
	change.up = cd_change_cql(c, cd_put_drop, "TABLE", t->name);
	change.down = cd_change_cql(c, cd_put_create_table, t, NULL);
	change.no_way_back = cd_change_text(c, "the rows of table %s", t->name);
	cd_change_add(c, CD_PHASE_DROP_TABLE, &change);
}

/* ---- columns ----------------------------------------------------------------------------------- */

/* A column that was dropped once comes back as it was, or not at all: its old cells may still be in files.
 * NULL: nothing is in the way. */
static const char *why_not_added(struct cd_comparing *c, const struct cd_table *t,
				 const struct cd_member *m)
{
	const struct cd_member *was = cd_member_find(&t->dropped, m->name);
	const char *why = why_frozen_only(c, m);

	if (t->is_counter != !strcmp(m->canon, "counter"))
		return cd_change_text(c,
				      "column \"%s\" is %s, and the table %s for good; make another "
				      "table",
				      m->name, m->canon,
				      t->is_counter ? "is one of counters" : "has no counters");
	if (why)
		return why;
	if (m->role == CD_ROLE_STATIC && !cd_table_key(t, CD_ROLE_CLUSTERING, 0))
		return cd_change_text(c,
				      "column \"%s\" is static, and the table has no clustering "
				      "column",
				      m->name);
	if (!was)
		return NULL;
	if (t->is_counter || was->role != m->role ||
	    (strcmp(was->canon, m->canon) &&
	     (strcmp(was->canon, "ascii") || strcmp(m->canon, "text"))))
		return cd_change_text(c,
				      "a column \"%s\" of type %s was dropped from the table: it %s; "
				      "take another name",
				      m->name, was->canon,
				      t->is_counter ? "cannot come back"
						    : "comes back as it was or not at all");
	return NULL;
}

static void add_column(struct cd_comparing *c, const struct cd_table *t, const struct cd_member *m)
{
	coodie_change change = cd_change_about(COODIE_CHANGE_ADD_COLUMN, t->name, m->name);
	const char *reason = why_not_added(c, t, m);

	change.should = m->canon;
	if (reason) {
		impossible(c, &change, reason);
		return;
	}
	change.up = cd_change_cql(c, cd_put_add_column, t, m);
	if (open_udt(c, m))
		change.no_way_back = cd_change_text(
			c, "column %s stays: it is of a user type that is not frozen", m->name);
	else
		change.down = cd_change_cql(c, cd_put_drop_column, t, m);
	cd_change_add(c, CD_PHASE_COLUMN, &change);
}

static const char *why_not_dropped(struct cd_comparing *c, const struct cd_member *m)
{
	return open_udt(c, m) ? cd_change_text(c,
						  "column \"%s\" is of the user type %s, not frozen: "
						  "such a column stays for good; make another table",
						  m->name, m->canon)
				 : NULL;
}

static void drop_column(struct cd_comparing *c, const struct cd_table *t, const struct cd_member *m)
{
	coodie_change change = cd_change_about(COODIE_CHANGE_DROP_COLUMN, t->name, m->name);
	const char *why = why_not_dropped(c, m);

	change.is = m->canon;
	if (why) {
		impossible(c, &change, why);
		return;
	}
	change.safety = COODIE_CHANGE_DESTRUCTIVE;
	change.reason = cd_change_text(c,
				       "the table has a column \"%s\" (%s) that %s has not; dropped "
				       "with its data, it never comes back with another type",
				       m->name, m->canon, c->other);
	change.up = cd_change_cql(c, cd_put_drop_column, t, m);
	change.no_way_back = cd_change_text(c, "the data of column %s", m->name);
	if (t->is_counter || cd_type_has_udt(c->is, m->canon))
		change.no_way_back =
			cd_change_text(c, "column %s: a %s that was dropped cannot be added again",
				       m->name, t->is_counter ? "counter" : "user type");
	else
		change.down = cd_change_cql(c, cd_put_add_column, t, m);
	cd_change_add(c, CD_PHASE_DROP_COLUMN, &change);
}

static void lacks_key(struct cd_comparing *c, const struct cd_table *t, const struct cd_member *m)
{
	coodie_change change = cd_change_about(COODIE_CHANGE_KEY, t->name, m->name);

	change.should = m->canon;
	impossible(c, &change,
		   cd_change_text(c,
				  "the table has no column \"%s\", which is in %s's primary key; a "
				  "key cannot be changed: make another table",
				  m->name, c->other));
}

/* Other columns may be there that a model does not know, but not in the key: no row could be written without
 * them. */
static void has_key(struct cd_comparing *c, const struct cd_table *t, const struct cd_member *m)
{
	coodie_change change = cd_change_about(COODIE_CHANGE_KEY, t->name, m->name);
	const char *part = m->role == CD_ROLE_CLUSTERING ? "clustering_key" : "partition_key",
		   *advice = cd_change_text(c, "add it with .%s = %d", part,
					    (int)m->position + 1);

	change.is = m->canon;
	impossible(c, &change,
		   cd_change_text(c,
				  "column %s (%s) is in the table's primary key and not in %s; %s",
				  m->name, m->type, c->other, cd_change_advice(c, advice)));
}

static void compare_column(struct cd_comparing *c, const struct cd_table *t,
			   const struct cd_member *m)
{
	const struct cd_member *there = cd_member_find(&t->columns, m->name);
	struct cd_column_difference d;

	if (!there && m->position >= 0) {
		lacks_key(c, t, m);
	} else if (!there) {
		add_column(c, t, m);
	} else if (cd_compare_column(c, there, m, &d)) {
		coodie_change change = cd_change_about(d.kind, t->name, m->name);

		change.is = d.is;
		change.should = d.should;
		impossible(c, &change, cd_change_text(c, "%s; %s", d.what, d.advice));
	}
}

/* Counters make a table another kind of table. */
static bool same_kind(struct cd_comparing *c, const struct cd_table *is,
		      const struct cd_table *should)
{
	coodie_change change = cd_change_about(COODIE_CHANGE_COLUMN_KIND, is->name, NULL);

	if (!c->whole || is->is_counter == should->is_counter)
		return true;
	change.is = is->is_counter ? "counter" : NULL;
	change.should = should->is_counter ? "counter" : NULL;
	impossible(c, &change,
		   cd_change_text(c, "the table %s counters, and so for good; make another table",
				  is->is_counter ? "is one of" : "has no"));
	return false;
}

static void compare_table(struct cd_comparing *c, const struct cd_table *is,
			  const struct cd_table *should)
{
	if (!same_kind(c, is, should))
		return;
	for (const struct cd_member *m = should->columns.first; m; m = m->next)
		compare_column(c, is, m);
	for (const struct cd_member *m = is->columns.first; m; m = m->next) {
		if (cd_member_find(&should->columns, m->name))
			continue;
		if (m->position >= 0)
			has_key(c, is, m);
		else
			drop_column(c, is, m);
	}
	if (!c->d->options.keep_options)
		cd_compare_options(c, is, &is->options, &should->options);
	cd_compare_indexes(c, is, should);
}

/* The name is taken by what is no table. */
static void is_taken(struct cd_comparing *c, const struct cd_table *t)
{
	coodie_change change = cd_change_about(COODIE_CHANGE_CREATE_TABLE, t->name, NULL);

	impossible(c, &change,
		   cd_change_text(c, "%s is a materialized view; drop that first", t->name));
}

/* Those in which `coodie migrate` keeps what it has applied are of no model: dropped, all migrations would run
 * again. */
static bool is_of_migrations(const struct cd_table *t)
{
	static const char ours[] = "_coodie_migrations";

	return !strncmp(t->name, ours, sizeof(ours) - 1);
}

void cd_compare_tables(struct cd_comparing *c)
{
	for (const struct cd_table *t = c->should->tables; t; t = t->next) {
		const struct cd_table *there = cd_schema_table(c->is, t->name);

		if (t->base || (c->whole && is_of_migrations(t)))
			continue;
		if (!there || (there->base && c->d->options.drop_objects))
			create_table(c, t);
		else if (there->base)
			is_taken(c, t);
		else
			compare_table(c, there, t);
	}
	for (const struct cd_table *t = c->is->tables; t && c->d->options.drop_objects;
	     t = t->next) {
		const struct cd_table *wanted = cd_schema_table(c->should, t->name);

		if (!t->base && (!wanted || wanted->base) && !is_of_migrations(t))
			drop_table(c, t);
	}
}
