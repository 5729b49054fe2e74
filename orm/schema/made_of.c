/* SPDX-License-Identifier: MIT */
/* What a type is made of, by the user types in between too: fields that nobody wants any more stay, and what is
 * made of them is not what it should be. Of a user type that is called as one of CQL's own nothing is known:
 * servers say it without quotes. */
#include "orm/model/spelling.h"
#include "orm/schema/diff.h"

/* User types that were looked into: a look ends where types go in a circle, and takes none twice. */
struct seen {
	const struct cd_udt *type;
	const struct seen *next;
};

struct search {
	struct cd_comparing *c;
	const char *name;
	bool will;
	const struct seen *seen;
};

static bool holds(struct search *s, const char *type);

static bool is_seen(const struct search *s, const struct cd_udt *t)
{
	const struct seen *at = s->seen;

	while (at && at->type != t)
		at = at->next;
	return at != NULL;
}

static bool see(struct search *s, const struct cd_udt *t)
{
	struct seen *new = cd_arena_take(&s->c->d->arena, sizeof(*new));

	if (!new) {
		s->c->failed = true;
		return false;
	}
	*new = (struct seen){ t, s->seen };
	s->seen = new;
	return true;
}

/* A field that is there, or comes: one that is there with another type does not. */
static bool has_field(const struct search *s, const struct cd_udt *t, const struct cd_member *f)
{
	const struct cd_udt *there = cd_schema_type(s->c->is, t->name);

	return there == t || !there || !cd_member_find(&there->fields, f->name);
}

static bool holds_by(struct search *s, const coodie_schema *types, const char *type)
{
	for (const struct cd_udt *t = types->types; t; t = t->next) {
		if (cd_spelling_is_own(t->name) || !cd_type_mentions(type, t->name) ||
		    is_seen(s, t) || !see(s, t))
			continue;
		for (const struct cd_member *f = t->fields.first; f; f = f->next) {
			if (has_field(s, t, f) && holds(s, f->type))
				return true;
		}
	}
	return false;
}

static bool holds(struct search *s, const char *type)
{
	return cd_type_mentions(type, s->name) || holds_by(s, s->c->is, type) ||
	       (s->will && holds_by(s, s->c->should, type));
}

bool cd_change_type_is_made_of(struct cd_comparing *c, const char *type, const char *name)
{
	return !cd_spelling_is_own(name) &&
	       holds(&(struct search){ .c = c, .name = name }, type);
}

bool cd_change_type_will_be_made_of(struct cd_comparing *c, const char *type, const char *name)
{
	return !cd_spelling_is_own(name) &&
	       holds(&(struct search){ .c = c, .name = name, .will = true }, type);
}

bool cd_change_has_durations(struct cd_comparing *c, const struct cd_member *m)
{
	static const char duration[] = "duration";

	return !cd_schema_type(c->is, duration) && !cd_schema_type(c->should, duration) &&
	       holds(&(struct search){ .c = c, .name = duration, .will = true }, m->type);
}

const char *cd_change_why_no_key(struct cd_comparing *c, const struct cd_member *m)
{
	if (m->position < 0 || !cd_change_has_durations(c, m))
		return NULL;
	return cd_change_text(c,
			      "column \"%s\" (%s) holds durations in the cluster, and can be in no key; "
			      "make another type",
			      m->name, m->type);
}
