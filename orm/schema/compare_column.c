/* SPDX-License-Identifier: MIT */
/* Two columns beside each other, and the options of two tables. */
#include <stdio.h>

#include "orm/schema/diff.h"

/* ---- columns ----------------------------------------------------------------------------------- */

static const char *role_name(enum cd_role role)
{
	static const char *const names[] = {
		[CD_ROLE_PARTITION] = "partition_key",
		[CD_ROLE_CLUSTERING] = "clustering",
		[CD_ROLE_STATIC] = "static",
		[CD_ROLE_REGULAR] = "regular",
	};

	return names[role];
}

static const char *order_name(const struct cd_member *m)
{
	return m->desc ? "desc" : "asc";
}

static void compare_type(struct cd_comparing *c, const struct cd_member *is,
			 const struct cd_member *should, struct cd_column_difference *out)
{
	bool key = is->position >= 0;

	*out = (struct cd_column_difference){
		.kind = COODIE_CHANGE_COLUMN_TYPE,
		.is = is->canon,
		.should = should->canon,
		.what = cd_change_text(c, "%scolumn \"%s\" is %s in the table and %s in %s",
				       key ? "key " : "", is->name, is->canon, should->canon,
				       c->other),
	};
	out->advice = cd_change_advice(
		c, cd_change_text(c,
				  key ? "write \"%s\" in the model, or make another table"
				      : "a column keeps its type for good: write \"%s\" in the "
					"model, or give the member another .db_name",
				  is->canon));
}

bool cd_compare_column(struct cd_comparing *c, const struct cd_member *is,
		       const struct cd_member *should, struct cd_column_difference *out)
{
	const char *advice = cd_change_advice(c, "change the model, or make another table");

	if (is->role != should->role) {
		*out = (struct cd_column_difference){
			COODIE_CHANGE_COLUMN_KIND, role_name(is->role), role_name(should->role),
			cd_change_text(c, "column \"%s\" is %s in the table and %s in %s", is->name,
				       role_name(is->role), role_name(should->role), c->other),
			advice
		};
	} else if (!is->canon || !should->canon || strcmp(is->canon, should->canon)) {
		compare_type(c, is, should, out);
	} else if (is->position != should->position) {
		*out = (struct cd_column_difference){
			COODIE_CHANGE_KEY, cd_change_text(c, "%d", (int)is->position + 1),
			cd_change_text(c, "%d", (int)should->position + 1),
			cd_change_text(c, "column \"%s\" has place %d in the table's %s and %d in %s",
				       is->name, (int)is->position + 1, role_name(is->role),
				       (int)should->position + 1, c->other),
			advice
		};
	} else if (is->role == CD_ROLE_CLUSTERING && is->desc != should->desc) {
		*out = (struct cd_column_difference){
			COODIE_CHANGE_ORDER, order_name(is), order_name(should),
			cd_change_text(c, "column \"%s\" is ordered %s in the table and %s in %s",
				       is->name, order_name(is), order_name(should), c->other),
			cd_change_advice(c, is->desc ? "write .order = COODIE_DESC, or make "
						       "another table"
						     : "write .order = COODIE_ASC, or make another "
						       "table")
		};
	} else {
		return false;
	}
	return true;
}

/* ---- options ----------------------------------------------------------------------------------- */

/* What differs, gathered: it is one statement. */
struct altered {
	struct cd_comparing *c;
	struct cd_options up, down; /* as they are to be written */
	struct cd_options is, should;
	char names[200];
	char lost[100]; /* those whose value before is not known */
};

static void append(char *to, size_t size, const char *name)
{
	size_t len = strlen(to);

	snprintf(to + len, size - len, "%s%s", len ? ", " : "", name);
}

static struct cd_option *copy(struct altered *a, struct cd_options *list,
			      const struct cd_option *from)
{
	struct cd_arena *arena = &a->c->d->arena;
	struct cd_option *o =
		from ? cd_option_add(arena, list, from->name, from->shape, from->value, from->bare)
		     : NULL;

	for (const struct cd_pair *p = from ? from->pairs : NULL; o && p; p = p->next) {
		if (!cd_option_put(arena, o, p->key, p->value, p->bare))
			o = NULL;
	}
	a->c->failed = a->c->failed || !o;
	return o;
}

static void add_option(struct altered *a, const struct cd_option *is,
		       const struct cd_option *should)
{
	append(a->names, sizeof(a->names), should->name);
	copy(a, &a->should, should);
	copy(a, &a->up,
	     is && !a->c->whole ? cd_option_merge(&a->c->d->arena, is, should) : should);
	if (is) {
		copy(a, &a->is, is);
		copy(a, &a->down, is);
	} else {
		append(a->lost, sizeof(a->lost), should->name);
	}
}

/* An option where nobody said anything; NULL: what it is then is not known. */
static const struct cd_option *standard(struct cd_comparing *c, const char *name)
{
	const struct cd_option_kind *kind = cd_option_kind(name);
	struct cd_options list = { 0 };
	const struct cd_option *o;

	if (!kind || !*kind->standard)
		return NULL;
	o = cd_option_add(&c->d->arena, &list, name, kind->shape, kind->standard,
			  kind->shape == CD_SHAPE_NUMBER || kind->shape == CD_SHAPE_BOOLEAN);
	c->failed = c->failed || !o;
	return o;
}

/* Replicas by data center, where the server has made them of one number. */
static bool replication_same(const struct cd_option *is, const struct cd_option *should)
{
	const struct cd_pair *all = cd_pair_find(should, "replication_factor"),
			     *name = cd_pair_find(should, "class");

	if (!all || !name || strcmp(cd_short_class(name->value), "NetworkTopologyStrategy"))
		return cd_option_same(is, should, true);
	for (const struct cd_pair *p = is->pairs; p; p = p->next) {
		const struct cd_pair *own = cd_pair_find(should, p->key);

		if (!cd_value_same(CD_SHAPE_WORD, cd_short_class(p->value),
				   cd_short_class(own ? own->value : all->value)))
			return false;
	}
	for (const struct cd_pair *p = should->pairs; p; p = p->next) {
		if (p != all && !cd_pair_find(is, p->key))
			return false;
	}
	return true;
}

static bool same(const struct cd_comparing *c, const struct cd_option *is,
		 const struct cd_option *should)
{
	if (is->shape == CD_SHAPE_MAP && should->shape == CD_SHAPE_MAP &&
	    !strcmp(is->name, "replication"))
		return replication_same(is, should);
	return (is->shape == CD_SHAPE_MAP) == (should->shape == CD_SHAPE_MAP) &&
	       cd_option_same(is, should, c->whole);
}

static void compare_option(struct altered *a, const struct cd_options *is,
			   const struct cd_option *should)
{
	const struct cd_option *there = cd_options_find(is, should->name);

	if (!there && a->c->is->is_live) {
		there = standard(a->c, should->name);
		if (!there)
			return; /* the server does not say */
	}
	if (should->shape != CD_SHAPE_OBSOLETE && (!there || !same(a->c, there, should)))
		add_option(a, there, should);
}

/* What the other does not say of a whole schema is as nobody said anything. */
static void compare_silence(struct altered *a, const struct cd_options *should,
			    const struct cd_option *is)
{
	const struct cd_option *wanted =
		cd_options_find(should, is->name) ? NULL : standard(a->c, is->name);

	if (wanted && !same(a->c, is, wanted))
		add_option(a, is, wanted);
}

static const char *options_text(struct cd_comparing *c, const struct cd_options *list)
{
	struct cd_buffer b = cd_change_buffer(c);

	for (const struct cd_option *o = list->first; o; o = o->next) {
		cd_buffer_text(&b, o == list->first ? "" : " AND ");
		cd_option_write(&b, o);
	}
	return cd_change_statement(c, &b);
}

void cd_compare_options(struct cd_comparing *c, const struct cd_table *t,
			const struct cd_options *is, const struct cd_options *should)
{
	struct altered a = { .c = c };
	coodie_change change = { .kind = !t        ? COODIE_CHANGE_KEYSPACE_OPTION
					 : t->base ? COODIE_CHANGE_VIEW_OPTION
						   : COODIE_CHANGE_TABLE_OPTION };

	for (const struct cd_option *o = should->first; o; o = o->next)
		compare_option(&a, is, o);
	for (const struct cd_option *o = is->first; o && c->whole; o = o->next)
		compare_silence(&a, should, o);
	if (!a.up.first)
		return;
	change.object = t ? t->name : NULL;
	change.part = a.names;
	change.is = a.is.first ? options_text(c, &a.is) : NULL;
	change.should = options_text(c, &a.should);
	change.up = cd_change_cql(c, cd_put_alter, t, &a.up);
	change.down = a.down.first ? cd_change_cql(c, cd_put_alter, t, &a.down) : NULL;
	if (*a.lost)
		change.no_way_back = cd_change_text(c, "what %s was before", a.lost);
	if (!t && strstr(a.names, "replication"))
		change.reason = "replicas that are new have no rows yet: run a repair afterwards";
	cd_change_add(c, t ? CD_PHASE_OPTION : CD_PHASE_KEYSPACE, &change);
}
