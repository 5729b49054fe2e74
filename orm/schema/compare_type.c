/* SPDX-License-Identifier: MIT */
/* User types beside each other. A type only grows: CQL neither drops a field nor changes its type. */
#include "orm/schema/diff.h"
#include "orm/schema/statement.h"

static coodie_change about(enum coodie_change_kind kind, const struct cd_udt *t,
			   const struct cd_member *field)
{
	return (coodie_change){ .kind = kind,
				.object = t->name,
				.part = field ? field->name : NULL };
}

static const char *create(struct cd_comparing *c, const struct cd_udt *t)
{
	struct cd_buffer b = cd_change_buffer(c);

	cd_put_create_type(&b, c->is, t);
	return cd_change_statement(c, &b);
}

static const char *drop(struct cd_comparing *c, const struct cd_udt *t)
{
	struct cd_buffer b = cd_change_buffer(c);

	cd_put_drop(&b, c->is, "TYPE", t->name);
	return cd_change_statement(c, &b);
}

static void create_type(struct cd_comparing *c, const struct cd_udt *t)
{
	coodie_change change = about(COODIE_CHANGE_CREATE_TYPE, t, NULL);

	change.up = create(c, t);
	change.down = drop(c, t);
	cd_change_add(c, CD_PHASE_TYPE, &change);
}

/* What is made of a type, by the types in between too. */
static bool is_made_of(const coodie_schema *s, const char *type, const char *name, unsigned depth)
{
	if (cd_type_mentions(type, name))
		return true;
	for (const struct cd_udt *t = s->types; t && depth; t = t->next) {
		for (const struct cd_member *f = t->fields.first; f; f = f->next) {
			if (cd_type_mentions(type, t->name) &&
			    is_made_of(s, f->type, name, depth - 1))
				return true;
		}
	}
	return false;
}

enum { DEEPEST = 16 };

/* A table whose partition key is made of a type: that type is as it is for good. */
static const struct cd_table *keyed_by(const coodie_schema *s, const char *name)
{
	for (const struct cd_table *t = s->tables; t; t = t->next) {
		for (const struct cd_member *m = t->columns.first; m; m = m->next) {
			if (m->role == CD_ROLE_PARTITION && is_made_of(s, m->type, name, DEEPEST))
				return t;
		}
	}
	return NULL;
}

static void add_field(struct cd_comparing *c, const struct cd_udt *t, const struct cd_member *field)
{
	coodie_change change = about(COODIE_CHANGE_ADD_FIELD, t, field);
	const struct cd_table *table = keyed_by(c->is, t->name);
	struct cd_buffer up = cd_change_buffer(c);

	change.should = field->type;
	if (table) {
		change.safety = COODIE_CHANGE_IMPOSSIBLE;
		change.reason = cd_change_text(c,
					       "it gets no field %s: it is in the partition key "
					       "of table %s; make another type",
					       field->name, table->name);
	} else {
		cd_put_add_field(&up, c->is, t, field);
		change.up = cd_change_statement(c, &up);
		change.no_way_back =
			cd_change_text(c, "field %s stays: CQL drops none", field->name);
	}
	cd_change_add(c, CD_PHASE_TYPE, &change);
}

static void compare_field(struct cd_comparing *c, const struct cd_udt *t,
			  const struct cd_member *is, const struct cd_member *should)
{
	coodie_change change = about(COODIE_CHANGE_FIELD_TYPE, t, should);

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
	coodie_change change = about(COODIE_CHANGE_DROP_FIELD, t, field);

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
	change = about(COODIE_CHANGE_DROP_TYPE, t, NULL);
	change.safety = COODIE_CHANGE_DESTRUCTIVE;
	change.reason = cd_change_text(c, "type %s is not in %s", t->name, c->other);
	change.up = drop(c, t);
	change.down = create(c, t);
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
