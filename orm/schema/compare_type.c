/* SPDX-License-Identifier: MIT */
/* User types beside each other. A type only grows: CQL neither drops a field nor changes its type. */
#include "orm/schema/diff.h"

static void create_type(struct cd_comparing *c, const struct cd_udt *t)
{
	coodie_change change = cd_change_about(COODIE_CHANGE_CREATE_TYPE, t->name, NULL);

	change.up = cd_change_cql(c, cd_put_create_type, t, NULL);
	change.down = cd_change_cql(c, cd_put_drop, "TYPE", t->name);
	cd_change_add(c, CD_PHASE_TYPE, &change);
}

static void add_field(struct cd_comparing *c, const struct cd_udt *t, const struct cd_member *field)
{
	coodie_change change = cd_change_about(COODIE_CHANGE_ADD_FIELD, t->name, field->name);

	change.should = field->type;
	change.up = cd_change_cql(c, cd_put_add_field, t, field);
	change.no_way_back = cd_change_text(c, "field %s stays: CQL drops none", field->name);
	cd_change_add(c, CD_PHASE_TYPE, &change);
}

static void compare_field(struct cd_comparing *c, const struct cd_udt *t,
			  const struct cd_member *is, const struct cd_member *should)
{
	coodie_change change = cd_change_about(COODIE_CHANGE_FIELD_TYPE, t->name, should->name);

	if (!strcmp(is->canon, should->canon))
		return;
	change.safety = COODIE_CHANGE_IMPOSSIBLE;
	change.is = is->type;
	change.should = should->type;
	change.reason = cd_change_text(c,
				       "field %s is %s in the cluster and %s in %s; a field keeps its "
				       "type for good: add one of another name",
				       is->name, is->type, should->type, c->other);
	cd_change_add(c, CD_PHASE_TYPE, &change);
}

static void lacks_field(struct cd_comparing *c, const struct cd_udt *t,
			const struct cd_member *field)
{
	coodie_change change = cd_change_about(COODIE_CHANGE_DROP_FIELD, t->name, field->name);

	change.safety = COODIE_CHANGE_IMPOSSIBLE;
	change.is = field->type;
	change.reason = cd_change_text(c,
				       "it has a field %s that %s has not; a field stays for good: make "
				       "another type",
				       field->name, c->other);
	cd_change_add(c, CD_PHASE_TYPE, &change);
}

static void compare_type(struct cd_comparing *c, const struct cd_udt *is,
			 const struct cd_udt *should)
{
	for (const struct cd_member *f = should->fields.first; f; f = f->next) {
		const struct cd_member *there = cd_member_find(&is->fields, f->name);

		if (there)
			compare_field(c, is, there, f);
		else
			add_field(c, is, f);
	}
	for (const struct cd_member *f = is->fields.first; f; f = f->next) {
		if (!cd_member_find(&should->fields, f->name))
			lacks_field(c, is, f);
	}
}

/* Those that others are made of go last. */
static void drop_types(struct cd_comparing *c, const struct cd_udt *t)
{
	coodie_change change;

	if (!t)
		return;
	drop_types(c, t->next);
	if (cd_schema_type(c->should, t->name))
		return;
	change = cd_change_about(COODIE_CHANGE_DROP_TYPE, t->name, NULL);
	change.safety = COODIE_CHANGE_DESTRUCTIVE;
	change.reason = cd_change_text(c, "type %s is not in %s", t->name, c->other);
	change.up = cd_change_cql(c, cd_put_drop, "TYPE", t->name);
	change.down = cd_change_cql(c, cd_put_create_type, t, NULL);
	cd_change_add(c, CD_PHASE_DROP_TYPE, &change);
}

void cd_compare_types(struct cd_comparing *c)
{
	for (const struct cd_udt *t = c->should->types; t; t = t->next) {
		const struct cd_udt *there = cd_schema_type(c->is, t->name);

		if (there)
			compare_type(c, there, t);
		else
			create_type(c, t);
	}
	if (c->d->options.drop_objects)
		drop_types(c, c->is->types);
}
