/* SPDX-License-Identifier: MIT */
/* Indexes beside each other. An index is there when what it is of, and what is said of its class, are the
 * same; its name counts only where both schemas have been read. */
#include <strings.h>

#include "orm/schema/diff.h"

/* ---- changes ----------------------------------------------------------------------------------- */

/* A column that is the partition key alone. */
static bool is_whole_key(const struct cd_table *t, const char *column)
{
	const struct cd_member *first = t ? cd_table_key(t, CD_ROLE_PARTITION, 0) : NULL;

	return first && !cd_table_key(t, CD_ROLE_PARTITION, 1) && !strcmp(first->name, column);
}

/* Why a table can have no such index; NULL: nothing is in the way. */
static const char *why_not(struct cd_comparing *c, const struct cd_table *is,
			   const struct cd_table *should, const struct cd_index *i)
{
	const struct cd_member *m = cd_member_find(&should->columns, i->column);
	const char *why = cd_change_in_the_way(c, should->name, i->column);

	if (!why && is_whole_key(is, i->column))
		return cd_change_text(c,
				      "column \"%s\" is the whole partition key of the table: that "
				      "is found by it without an index",
				      i->column);
	if (!why && m && cd_change_has_durations(c, m))
		return cd_change_text(c,
				      "column \"%s\" (%s) holds durations in the cluster, and can have "
				      "no index; make another type",
				      m->name, m->type);
	return why;
}

/* `is` NULL: a new table. */
static void create_index(struct cd_comparing *c, const struct cd_table *is, const struct cd_table *t,
			 const struct cd_index *i, bool replaces)
{
	coodie_change change = { .kind = COODIE_CHANGE_CREATE_INDEX,
				 .object = t->name,
				 .part = i->name,
				 .should = cd_change_cql(c, cd_put_target, NULL, i),
				 .up = cd_change_cql(c, cd_put_create_index, t, i),
				 .down = cd_change_cql(c, cd_put_drop, "INDEX", i->name) };
	const char *why = why_not(c, is, t, i);
	struct cd_change *new;

	if (why) {
		change.safety = COODIE_CHANGE_IMPOSSIBLE;
		change.reason = why;
		change.up = change.down = NULL;
	}
	new = cd_change_add(c, CD_PHASE_INDEX, &change);
	if (!new)
		return;
	new->replaces = replaces;
	new->optional = i->class_name != NULL;
	if (i->any_class) /* a server's own is tried where Cassandra's is not known (VX-03) */
		new->instead = cd_change_cql(c, cd_put_scylla_index, t, i);
}

static void drop_index(struct cd_comparing *c, const struct cd_table *t, const struct cd_index *i,
		       const char *reason, bool replaces)
{
	coodie_change change = { .kind = COODIE_CHANGE_DROP_INDEX,
				 .safety = COODIE_CHANGE_DESTRUCTIVE,
				 .object = t->name,
				 .part = i->name,
				 .is = cd_change_cql(c, cd_put_target, NULL, i),
				 .reason = reason,
				 .up = cd_change_cql(c, cd_put_drop, "INDEX", i->name),
				 .down = cd_change_cql(c, cd_put_create_index, t, i) };
	struct cd_change *new = cd_change_add(c, CD_PHASE_DROP_INDEX, &change);

	if (new)
		new->replaces = replaces;
}

/* ---- comparing --------------------------------------------------------------------------------- */

static bool same_target(const struct cd_index *a, const struct cd_index *b)
{
	return !strcmp(a->part, b->part) && !strcmp(a->column, b->column);
}

/* Nothing said is nothing to differ, of a model. */
static bool same_class(const struct cd_comparing *c, const struct cd_index *is,
		       const struct cd_index *should)
{
	if (c->whole && !is->class_name != !should->class_name)
		return false;
	if (!should->class_name || should->any_class)
		return true;
	return is->class_name &&
	       !strcmp(cd_short_class(is->class_name), cd_short_class(should->class_name));
}

/* What a server has where nothing was said. */
static const char *default_of(const char *key)
{
	return strcmp(key, "similarity_function") ? NULL : "COSINE";
}

/* The option of an index that differs; NULL: none. */
static const struct cd_pair *other_option(const struct cd_index *is, const struct cd_index *should)
{
	for (const struct cd_pair *p = should->options ? should->options->pairs : NULL; p;
	     p = p->next) {
		const struct cd_pair *there = is->options ? cd_pair_find(is->options, p->key) : NULL;
		const char *value = there ? there->value : default_of(p->key);

		if (!value || !cd_value_same(CD_SHAPE_WORD, value, p->value))
			return p;
	}
	return NULL;
}

static bool same_index(const struct cd_comparing *c, const struct cd_index *is,
		       const struct cd_index *should)
{
	return same_target(is, should) && same_class(c, is, should) &&
	       !other_option(is, should) &&
	       (!c->whole || (!other_option(should, is) && !strcmp(is->name, should->name)));
}

/* What an index of the same name is, and should be. */
static const char *difference(struct cd_comparing *c, const struct cd_index *is,
			      const struct cd_index *should)
{
	const struct cd_pair *option = other_option(is, should), *there;
	const char *what = "of class", *a = is->class_name ? is->class_name : "(none)",
		   *b = should->class_name ? should->class_name : "(none)";

	if (!option)
		option = other_option(should, is);
	there = is->options && option ? cd_pair_find(is->options, option->key) : NULL;
	if (!same_target(is, should)) {
		what = "on";
		a = cd_change_cql(c, cd_put_target, NULL, is);
		b = cd_change_cql(c, cd_put_target, NULL, should);
	} else if (same_class(c, is, should) && option) {
		const struct cd_pair *wanted =
			should->options ? cd_pair_find(should->options, option->key) : NULL;

		what = strcmp(option->key, "similarity_function") ? "with" : "by";
		a = there ? there->value : default_of(option->key);
		b = wanted ? wanted->value : default_of(option->key);
	}
	return cd_change_text(c,
			      "index %s is %s %s in the table and %s %s in %s; give it another name: "
			      "COODIE_INDEX(.name = \"...\"), or run: DROP INDEX %s.%s",
			      is->name, what, a ? a : "(none)", what, b ? b : "(none)", c->other,
			      c->d->keyspace, is->name);
}

static bool is_there(const struct cd_comparing *c, const struct cd_table *is,
		     const struct cd_index *should)
{
	for (const struct cd_index *i = is->indexes; i; i = i->next) {
		if (same_index(c, i, should))
			return true;
	}
	return false;
}

static void compare_index(struct cd_comparing *c, const struct cd_table *is,
			  const struct cd_table *t, const struct cd_index *should)
{
	const struct cd_index *same_name = cd_index_find(is, should->name);

	if (should->external || is_there(c, is, should))
		return;
	if (same_name && !why_not(c, is, t, should))
		drop_index(c, is, same_name, difference(c, same_name, should), true);
	create_index(c, is, t, should, same_name != NULL);
}

static bool is_wanted(const struct cd_comparing *c, const struct cd_table *should,
		      const struct cd_index *is)
{
	for (const struct cd_index *i = should->indexes; i; i = i->next) {
		if (same_index(c, is, i) || !strcmp(is->name, i->name) ||
		    (i->external && !strcmp(is->column, i->column)))
			return true;
	}
	return false;
}

void cd_compare_indexes(struct cd_comparing *c, const struct cd_table *is,
			const struct cd_table *should)
{
	for (const struct cd_index *i = should->indexes; i; i = i->next) {
		if (is)
			compare_index(c, is, should, i);
		else if (!i->external)
			create_index(c, NULL, should, i, false);
	}
	for (const struct cd_index *i = is ? is->indexes : NULL; i; i = i->next) {
		if (!is_wanted(c, should, i))
			drop_index(c, is, i,
				   cd_change_text(c,
						  "the table has an index %s on %s that %s has not; "
						  "queries may rely on it",
						  i->name, cd_change_cql(c, cd_put_target, NULL, i), c->other),
				   false);
	}
}

void cd_drop_indexes(struct cd_comparing *c, const struct cd_table *is)
{
	for (const struct cd_index *i = is->indexes; i; i = i->next)
		drop_index(c, is, i, cd_change_text(c, "it goes with table %s", is->name), true);
}
