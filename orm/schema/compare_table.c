/* SPDX-License-Identifier: MIT */
/* Tables beside each other: what ALTER TABLE does, and what nothing does. */
#include "orm/schema/diff.h"
#include "orm/schema/statement.h"

static coodie_change about(enum coodie_change_kind kind, const struct cd_table *t,
			   const struct cd_member *column)
{
	return (coodie_change){ .kind = kind,
				.object = t->name,
				.part = column ? column->name : NULL };
}

static void impossible(struct cd_comparing *c, coodie_change *change, const char *reason)
{
	change->safety = COODIE_CHANGE_IMPOSSIBLE;
	change->reason = reason;
	cd_change_add(c, CD_PHASE_COLUMN, change);
}

/* ---- statements -------------------------------------------------------------------------------- */

static const char *create(struct cd_comparing *c, const struct cd_table *t)
{
	struct cd_buffer b = cd_change_buffer(c);

	cd_put_create_table(&b, c->is, t);
	return cd_change_statement(c, &b);
}

static const char *drop(struct cd_comparing *c, const struct cd_table *t)
{
	struct cd_buffer b = cd_change_buffer(c);

	cd_put_drop(&b, c->is, "TABLE", t->name);
	return cd_change_statement(c, &b);
}

static const char *add(struct cd_comparing *c, const struct cd_table *t, const struct cd_member *m)
{
	struct cd_buffer b = cd_change_buffer(c);

	cd_put_add_column(&b, c->is, t, m);
	return cd_change_statement(c, &b);
}

static const char *take_out(struct cd_comparing *c, const struct cd_table *t,
			    const struct cd_member *m)
{
	struct cd_buffer b = cd_change_buffer(c);

	cd_put_drop_column(&b, c->is, t, m);
	return cd_change_statement(c, &b);
}

/* ---- whole tables ------------------------------------------------------------------------------ */

static void create_table(struct cd_comparing *c, const struct cd_table *t)
{
	coodie_change change = about(COODIE_CHANGE_CREATE_TABLE, t, NULL);

	change.up = create(c, t);
	change.down = drop(c, t);
	cd_change_add(c, CD_PHASE_TABLE, &change);
	cd_compare_indexes(c, NULL, t);
}

static void drop_table(struct cd_comparing *c, const struct cd_table *t)
{
	coodie_change change = about(COODIE_CHANGE_DROP_TABLE, t, NULL);

	cd_drop_indexes(c, t);
	change.safety = COODIE_CHANGE_DESTRUCTIVE;
	change.reason = cd_change_text(c, "table %s is not in %s; its rows are lost", t->name,
				       c->other);
	change.up = drop(c, t);
	change.down = create(c, t);
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

	if (t->is_counter != !strcmp(m->canon, "counter"))
		return cd_change_text(c,
				      "column \"%s\" is %s, and the table %s for good; make another "
				      "table",
				      m->name, m->canon,
				      t->is_counter ? "is one of counters" : "has no counters");
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
	coodie_change change = about(COODIE_CHANGE_ADD_COLUMN, t, m);
	const char *reason = why_not_added(c, t, m);

	change.should = m->canon;
	if (reason) {
		impossible(c, &change, reason);
		return;
	}
	change.up = add(c, t, m);
	change.down = take_out(c, t, m);
	cd_change_add(c, CD_PHASE_COLUMN, &change);
}

/* A user type that is stored cell by cell. */
static bool is_open_udt(const struct cd_comparing *c, const struct cd_member *m)
{
	return !strchr(m->canon, '<') && cd_type_has_udt(c->is, m->canon);
}

/* A view that stays, and reads the column. */
static const struct cd_table *reader_of(const struct cd_comparing *c, const struct cd_table *t,
					const struct cd_member *m)
{
	for (const struct cd_table *v = c->is->tables; v; v = v->next) {
		if (v->base && !strcmp(v->base, t->name) && !v->all_columns &&
		    cd_member_find(&v->columns, m->name) && !cd_schema_table(c->should, v->name) &&
		    !c->d->options.drop_objects)
			return v;
	}
	return NULL;
}

static const char *why_not_dropped(struct cd_comparing *c, const struct cd_table *t,
				   const struct cd_member *m)
{
	const struct cd_table *view = reader_of(c, t, m);

	if (view)
		return cd_change_text(c, "column \"%s\" is read by view %s; drop that first",
				      m->name, view->name);
	return is_open_udt(c, m) ? cd_change_text(c,
						  "column \"%s\" is of the user type %s, not frozen: "
						  "such a column stays for good; make another table",
						  m->name, m->canon)
				 : NULL;
}

static void drop_column(struct cd_comparing *c, const struct cd_table *t, const struct cd_member *m)
{
	coodie_change change = about(COODIE_CHANGE_DROP_COLUMN, t, m);
	const char *why = why_not_dropped(c, t, m);

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
	change.up = take_out(c, t, m);
	change.no_way_back = cd_change_text(c, "the data of column %s", m->name);
	if (t->is_counter || cd_type_has_udt(c->is, m->canon))
		change.no_way_back =
			cd_change_text(c, "column %s: a %s that was dropped cannot be added again",
				       m->name, t->is_counter ? "counter" : "user type");
	else
		change.down = add(c, t, m);
	cd_change_add(c, CD_PHASE_DROP_COLUMN, &change);
}

static void lacks_key(struct cd_comparing *c, const struct cd_table *t, const struct cd_member *m)
{
	coodie_change change = about(COODIE_CHANGE_KEY, t, m);

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
	coodie_change change = about(COODIE_CHANGE_KEY, t, m);
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
		coodie_change change = about(d.kind, t, m);

		change.is = d.is;
		change.should = d.should;
		impossible(c, &change, cd_change_text(c, "%s; %s", d.what, d.advice));
	}
}

static void compare_table(struct cd_comparing *c, const struct cd_table *is,
			  const struct cd_table *should)
{
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
	coodie_change change = about(COODIE_CHANGE_CREATE_TABLE, t, NULL);

	impossible(c, &change,
		   cd_change_text(c, "%s is a materialized view; drop that first", t->name));
}

void cd_compare_tables(struct cd_comparing *c)
{
	for (const struct cd_table *t = c->should->tables; t; t = t->next) {
		const struct cd_table *there = cd_schema_table(c->is, t->name);

		if (t->base)
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

		if (!t->base && (!wanted || wanted->base))
			drop_table(c, t);
	}
}
