/* SPDX-License-Identifier: MIT */
/* Changes that others are in the way of, looked at when all are known: Cassandra drops no column of a table
 * that has views, nor the table, and no type that is used. */
#include "orm/model/spelling.h"
#include "orm/schema/diff.h"

static bool is_dropped(const struct cd_comparing *c, enum cd_phase phase, const char *object,
		       const char *part)
{
	for (const struct cd_change *at = c->d->phases[phase].first; at; at = at->next) {
		if (at->is.safety != COODIE_CHANGE_IMPOSSIBLE && !strcmp(at->is.object, object) &&
		    (!part || !strcmp(at->is.part, part)))
			return true;
	}
	return false;
}

static void forbid(struct cd_change *change, const char *reason)
{
	change->is.safety = COODIE_CHANGE_IMPOSSIBLE;
	change->is.reason = reason;
	change->is.up = change->is.down = change->is.no_way_back = NULL;
}

/* A view of a table that is there now, and stays. */
static const struct cd_table *view_of(const struct cd_comparing *c, const char *table)
{
	for (const struct cd_table *v = c->is->tables; v; v = v->next) {
		if (v->base && !strcmp(v->base, table) &&
		    !is_dropped(c, CD_PHASE_DROP_VIEW, v->name, NULL))
			return v;
	}
	return NULL;
}

/* An index of a column that stays. */
static const struct cd_index *index_on(const struct cd_comparing *c, const char *table,
				       const char *column)
{
	const struct cd_index *i = cd_schema_table(c->is, table)->indexes;

	while (i && (strcmp(i->column, column) ||
		     is_dropped(c, CD_PHASE_DROP_INDEX, table, i->name)))
		i = i->next;
	return i;
}

static void look_at_columns(struct cd_comparing *c)
{
	for (struct cd_change *at = c->d->phases[CD_PHASE_DROP_COLUMN].first; at; at = at->next) {
		const struct cd_table *v = view_of(c, at->is.object);

		if (index_on(c, at->is.object, at->is.part))
			forbid(at, cd_change_text(c, "column \"%s\" has the index %s; drop that first",
						  at->is.part,
						  index_on(c, at->is.object, at->is.part)->name));
		else if (v && !c->d->is_sync)
			forbid(at, cd_change_text(c,
						  "column \"%s\" stays while the table has the view "
						  "%s; drop that first",
						  at->is.part, v->name));
	}
	for (struct cd_change *at = c->d->phases[CD_PHASE_COLUMN].first; at; at = at->next) {
		const struct cd_table *v = at->is.down ? view_of(c, at->is.object) : NULL;

		if (!v)
			continue;
		at->is.down = NULL;
		at->is.no_way_back = cd_change_text(c,
						    "column %s stays while the table has the view "
						    "%s",
						    at->is.part, v->name);
	}
}

static void look_at_tables(struct cd_comparing *c)
{
	for (struct cd_change *at = c->d->phases[CD_PHASE_DROP_TABLE].first; at; at = at->next) {
		const struct cd_table *v = view_of(c, at->is.object);

		if (v)
			forbid(at, cd_change_text(c, "table %s has the view %s; drop that first",
						  at->is.object, v->name));
	}
}

/* What still uses a type; NULL: nothing, or it cannot be told from one of CQL's own. */
static const char *user_of(const struct cd_comparing *c, const char *type)
{
	if (cd_spelling_is_own(type))
		return NULL;
	for (const struct cd_table *t = c->is->tables; t; t = t->next) {
		for (const struct cd_member *m = t->columns.first; m; m = m->next) {
			if (!t->base && cd_type_mentions(m->type, type) &&
			    !is_dropped(c, CD_PHASE_DROP_TABLE, t->name, NULL) &&
			    !is_dropped(c, CD_PHASE_DROP_COLUMN, t->name, m->name))
				return t->name;
		}
	}
	for (const struct cd_udt *t = c->is->types; t; t = t->next) {
		for (const struct cd_member *f = t->fields.first; f; f = f->next) {
			if (cd_type_mentions(f->type, type) &&
			    !is_dropped(c, CD_PHASE_DROP_TYPE, t->name, NULL))
				return t->name;
		}
	}
	return NULL;
}

/* Those that are made of others come first, so that what stays holds what it is made of. */
static void look_at_types(struct cd_comparing *c)
{
	for (struct cd_change *at = c->d->phases[CD_PHASE_DROP_TYPE].first; at; at = at->next) {
		const char *user = user_of(c, at->is.object);

		if (user)
			forbid(at, cd_change_text(c, "type %s is still used by %s; drop that first",
						  at->is.object, user));
	}
}

/* A table whose partition key is made of a type: that type is as it is for good. */
static const struct cd_table *keyed_by(struct cd_comparing *c, const char *name)
{
	for (const struct cd_table *t = c->is->tables; t; t = t->next) {
		if (is_dropped(c, t->base ? CD_PHASE_DROP_VIEW : CD_PHASE_DROP_TABLE, t->name, NULL))
			continue;
		for (const struct cd_member *m = t->columns.first; m; m = m->next) {
			if (m->role == CD_ROLE_PARTITION &&
			    cd_change_type_is_made_of(c, m->type, name))
				return t;
		}
	}
	return NULL;
}

static void look_at_field(struct cd_comparing *c, struct cd_change *at)
{
	const struct cd_table *t = keyed_by(c, at->is.object);

	if (t)
		forbid(at, cd_change_text(c,
					  "it gets no field %s: it is in the partition key of table "
					  "%s; make another type",
					  at->is.part, t->name));
	else if (cd_change_type_will_be_made_of(c, at->is.should, at->is.object))
		forbid(at, cd_change_text(c,
					  "it gets no field %s: %s is made of it, by a field that "
					  "stays for good; make another type",
					  at->is.part, at->is.should));
}

static void look_at_fields(struct cd_comparing *c)
{
	for (struct cd_change *at = c->d->phases[CD_PHASE_TYPE].first; at; at = at->next) {
		if (at->is.kind == COODIE_CHANGE_ADD_FIELD)
			look_at_field(c, at);
	}
}

/* Names of indexes are the keyspace's: IF NOT EXISTS would pass over one that another table has. */
static void look_at_indexes(struct cd_comparing *c)
{
	for (struct cd_change *at = c->d->phases[CD_PHASE_INDEX].first; at; at = at->next) {
		for (const struct cd_table *t = c->is->tables; t; t = t->next) {
			if (cd_index_find(t, at->is.part) && strcmp(t->name, at->is.object) &&
			    !is_dropped(c, CD_PHASE_DROP_INDEX, t->name, at->is.part))
				forbid(at, cd_change_text(c,
							  "table %s has an index %s already; give "
							  "this one another name",
							  t->name, at->is.part));
		}
	}
}

void cd_compare_obstacles(struct cd_comparing *c)
{
	look_at_columns(c);
	look_at_tables(c);
	look_at_types(c);
	look_at_fields(c);
	look_at_indexes(c);
}
