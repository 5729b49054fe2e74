/* SPDX-License-Identifier: MIT */
/* ALTER and DROP MATERIALIZED VIEW, and what changes of a table mean for its views. */
#include <string.h>

#include "node/plan/guardrail.h"
#include "node/plan/view.h"
#include "node/schema/ddl_view.h"
#include "node/schema/options.h"

#define GC_GRACE \
	"Cannot alter gc_grace_seconds of %s to 0, since this value is used to TTL undelivered " \
	"updates. Setting gc_grace_seconds too low might cause undelivered updates to expire " \
	"before being replayed."

/* ---- the statements ------------------------------------------------------------------------------ */

/* The statement's view; NULL: refused, or (`if_exists`) there is none. */
static struct nd_table *find(struct nd_ddl *d, bool if_exists)
{
	const char *name = d->statement->on.name;
	struct nd_table *t = d->keyspace ? nd_keyspace_table(d->keyspace, name) : NULL;

	if (t && t->view)
		return t;
	if (!if_exists)
		nd_ddl_refuse(d, "Materialized view '%s.%s' doesn't exist", d->keyspace_name, name);
	return NULL;
}

bool nd_ddl_alter_view(struct nd_ddl *d)
{
	const struct nd_alter_view *def = &d->statement->as.alter_view;
	struct nd_table *t = find(d, def->if_exists);
	struct nd_table draft;

	if (!t)
		return !d->x->problem.happened;
	draft = *t;
	if (!nd_guard_properties(d->x, &def->properties, &d->properties) ||
	    !nd_options_table(d, &d->properties, &t->options, &draft))
		return false;
	if (draft.gc_grace == 0)
		return nd_ddl_refuse(d, GC_GRACE, "a materialized view");
	if (draft.default_ttl > 0)
		return nd_ddl_refuse(
			d, "Forbidden default_time_to_live detected for a materialized view. Data "
			   "in a materialized view always expire at the same time than the "
			   "corresponding data in the parent table. default_time_to_live must be "
			   "set to zero, see CASSANDRA-12868 for more information");
	return nd_ddl_alter(d, t, &draft);
}

bool nd_ddl_drop_view(struct nd_ddl *d)
{
	struct nd_table *t = find(d, d->statement->as.drop.if_exists);
	const cql_schema_change *change;

	if (!t)
		return !d->x->problem.happened;
	change = nd_ddl_change(d, "DROPPED", "TABLE", t->name);
	if (d->x->problem.happened)
		return false;
	t->view->base->view_count--;
	nd_schema_drop_table(d->schema, t, change);
	return true;
}

/* ---- what a table's views say to its changes ----------------------------------------------------- */

bool nd_ddl_check_drop(struct nd_ddl *d, const struct nd_table *t)
{
	if (t->view)
		return nd_ddl_refuse(d, "Cannot use DROP TABLE on a materialized view. Please use "
					"DROP MATERIALIZED VIEW instead.");
	return !t->view_count || nd_ddl_refuse(d,
					       "Cannot drop a table when materialized views still "
					       "depend on it (%s)",
					       d->keyspace_name);
}

bool nd_ddl_check_alter(struct nd_ddl *d, const struct nd_table *t)
{
	return !t->view || nd_ddl_refuse(d, "Cannot use ALTER TABLE on a materialized view; use "
					    "ALTER MATERIALIZED VIEW instead");
}

bool nd_ddl_check_base_options(struct nd_ddl *d, const struct nd_table *base,
			       const struct nd_table *draft)
{
	return !base->view_count || draft->gc_grace != 0 ||
	       nd_ddl_refuse(d, GC_GRACE, "the base table of a materialized view");
}

bool nd_ddl_check_column_drop(struct nd_ddl *d, const struct nd_table *base, const char *column)
{
	return !base->view_count || nd_ddl_refuse(d,
						  "Cannot drop column %s on base table %s with "
						  "materialized views",
						  column, base->name);
}

/* ---- what becomes of them ------------------------------------------------------------------------ */

/* The columns that the base has new; false when the view has not all of its base. */
static bool take_columns(const struct nd_table *base, struct nd_table *view)
{
	uint32_t before = view->column_count;

	view->next_column_id = base->next_column_id;
	for (uint32_t i = 0; i < base->column_count && view->view->includes_all; i++) {
		const struct nd_column *c = base->columns[i];

		if (c->kind == ND_REGULAR && !nd_table_column(view, c->name))
			*view->columns[view->column_count++] = *c;
	}
	/* a column that comes back may have cells already */
	view->is_stale = view->is_stale || view->column_count > before;
	return view->column_count > before;
}

static bool rename_columns(struct nd_ddl *d, const char *const *renames, uint32_t count,
			   struct nd_table *draft)
{
	struct nd_view *view = cd_arena_take(d->x->arena, sizeof *view);

	if (!view)
		return nd_ddl_no_memory(d);
	*view = *draft->view;
	draft->view = view;
	for (uint32_t i = 0; i < draft->column_count; i++)
		for (uint32_t k = 0; k < count; k++)
			if (strcmp(draft->columns[i]->name, renames[2 * k]) == 0) {
				draft->columns[i]->name = renames[2 * k + 1];
				break;
			}
	view->where = nd_view_where_rename(d->x, view->where, renames, count);
	return view->where != NULL;
}

/* The draft of a view; `*follows` false: it stays as it is. */
static bool draft_view(struct nd_ddl *d, const struct nd_table *view, const struct nd_table *base,
		       const char *const *renames, uint32_t rename_count, struct nd_table *draft,
		       bool *follows)
{
	*draft = *view;
	draft->columns = nd_table_columns(view, base->column_count, d->x->arena);
	if (!draft->columns)
		return nd_ddl_no_memory(d);
	if (rename_count) {
		*follows = true;
		return rename_columns(d, renames, rename_count, draft);
	}
	*follows = take_columns(base, draft);
	return true;
}

bool nd_ddl_alter_base(struct nd_ddl *d, struct nd_table *base, struct nd_table *draft,
		       const char *const *renames, uint32_t rename_count)
{
	struct nd_table_change *changes = cd_arena_take_array(
		d->x->arena, (size_t)base->view_count + 1, sizeof *changes);
	struct nd_table *drafts = cd_arena_take_array(d->x->arena, (size_t)base->view_count + 1,
						      sizeof *drafts);
	uint32_t count = 1;

	if (!changes || !drafts)
		return nd_ddl_no_memory(d);
	if (!rename_count && draft->column_count == base->column_count)
		return true;
	/* the views' columns are to have the same ids */
	for (uint32_t i = 0; i < draft->column_count; i++)
		if (draft->columns[i]->id == ND_NEW_COLUMN)
			draft->columns[i]->id = draft->next_column_id++;
	changes[0] = (struct nd_table_change){ base, draft };
	for (uint32_t i = 0; i < base->keyspace->table_count; i++) {
		struct nd_table *t = base->keyspace->tables[i];
		bool follows;

		if (!t->view || t->view->base != base)
			continue;
		if (!draft_view(d, t, draft, renames, rename_count, &drafts[count], &follows))
			return false;
		changes[count] = (struct nd_table_change){ t, &drafts[count] };
		count += follows;
	}
	return nd_schema_alter_tables(d->schema, changes, count,
				      nd_ddl_change(d, "UPDATED", "TABLE", base->name)) ||
	       nd_ddl_no_memory(d);
}
