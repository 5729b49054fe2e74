/* SPDX-License-Identifier: MIT */
/* WHERE clauses: the rules of each statement for what must, may and must not be restricted. */
#include <string.h>

#include "node/function/term_parts.h"
#include "node/plan/where_plan.h"

static const char filtering_message[] =
	"Cannot execute this query as it might involve data filtering and thus may have "
	"unpredictable performance. If you want to execute this query despite the performance "
	"unpredictability, use ALLOW FILTERING";

static const char *const statement_names[] = {
	[ND_WHERE_SELECT] = "SELECT",
	[ND_WHERE_UPDATE] = "UPDATE",
	[ND_WHERE_DELETE] = "DELETE",
};

static const char *statement_name(const struct nd_where *w)
{
	return statement_names[w->options.use];
}

static const struct nd_column *row_column(const struct nd_table *t, uint32_t i)
{
	return t->columns[t->partition_key_count + i];
}

/* The names of those of `count` columns from `first` on that have no restriction: "a, b". */
static const char *missing_names(struct nd_planner *p, const struct nd_table *t, uint32_t first,
				 uint32_t count, struct nd_restriction *const *have)
{
	const char *out = "";

	for (uint32_t i = 0; i < count && out; i++)
		if (!have[i])
			out = nd_text(p->problem, p->problem->arena, "%s%s%s", out,
				      *out ? ", " : "", t->columns[first + i]->name);
	return out ? out : "";
}

/* ---- making ------------------------------------------------------------------------------------- */

static struct nd_where *where_alloc(struct nd_planner *p, struct nd_table *t,
				    const struct nd_where_options *options, uint32_t relations)
{
	struct nd_where *w = cd_arena_take_zero(p->arena, sizeof *w);

	if (w) {
		*w = (struct nd_where){ .table = t, .options = *options };
		w->key = cd_arena_take_array(p->arena, t->partition_key_count + 1u, sizeof(void *));
		w->rows = cd_arena_take_array(p->arena, t->clustering_count + 1u, sizeof(void *));
		w->others = cd_arena_take_array(p->arena, relations + 1u, sizeof(void *));
	}
	if (!p->key_markers) {
		p->key_markers = cd_arena_take_array(p->arena, t->partition_key_count + 1u,
						     sizeof *p->key_markers);
		for (uint32_t i = 0; p->key_markers && i < t->partition_key_count; i++)
			p->key_markers[i] = -1;
	}
	if (!w || !w->key || !w->rows || !w->others || !p->key_markers) {
		nd_no_memory(p->problem);
		return NULL;
	}
	return w;
}

static bool add_relation(struct nd_planner *p, struct nd_where *w, const struct nd_relation *rel)
{
	bool select = w->options.use == ND_WHERE_SELECT;
	struct nd_restriction *r;

	if (!select && (rel->op == ND_OP_CONTAINS || rel->op == ND_OP_CONTAINS_KEY))
		return nd_refuse(p->problem, ND_INVALID, "Cannot use %s with %s", statement_name(w),
				 nd_operator_name(rel->op));
	if (rel->op == ND_OP_IS_NOT_NULL)
		return nd_refuse(p->problem, ND_INVALID, "Unsupported restriction: %s",
				 nd_where_spell(p->problem->arena, rel));
	if (rel->target == ND_TARGET_TOKEN)
		return nd_where_token_relation(p, w, rel);
	r = nd_where_relation(p, w->table, rel);
	if (!r)
		return false;
	if (r->kind == ND_WHERE_LIKE && !(select && nd_where_is_indexed(w->table, r)))
		return nd_refuse(p->problem, ND_INVALID,
				 "LIKE restriction is only supported on properly indexed columns. "
				 "%s is not valid.",
				 nd_where_spell(p->problem->arena, rel));
	return nd_where_add(p, w, r);
}

/* ---- the partition key -------------------------------------------------------------------------- */

static bool key_needs_filtering(const struct nd_where *w)
{
	return w->key_count && (w->key_count < w->table->partition_key_count || w->has_key_slice ||
				w->has_key_contains);
}

/* Whether token() is what names the partitions. */
static bool is_on_token(const struct nd_where *w)
{
	return w->token.is_set && w->key_count < w->table->partition_key_count;
}

static bool check_named_key(struct nd_planner *p, const struct nd_where *w)
{
	const struct nd_table *t = w->table;

	if (is_on_token(w))
		return nd_refuse(p->problem, ND_INVALID,
				 "The token function cannot be used in WHERE clauses for %s "
				 "statements",
				 statement_name(w));
	if (w->key_count < t->partition_key_count)
		return nd_refuse(p->problem, ND_INVALID, "Some partition key parts are missing: %s",
				 missing_names(p, t, 0, t->partition_key_count, w->key));
	if (w->has_key_slice)
		return nd_refuse(p->problem, ND_INVALID,
				 "Only EQ and IN relation are supported on the partition key "
				 "(unless you use the token() function) for %s statements",
				 statement_name(w));
	return true;
}

static bool check_key(struct nd_planner *p, struct nd_where *w, bool has_index)
{
	if (w->options.use != ND_WHERE_SELECT)
		return check_named_key(p, w);
	if (is_on_token(w))
		w->is_key_range = true;
	if (!w->key_count && !w->token.is_set) {
		w->is_key_range = true;
		w->uses_index = has_index;
	}
	if (!key_needs_filtering(w))
		return true;
	if (!w->options.allow_filtering && !has_index && !w->table->keyspace->is_virtual)
		return nd_refuse(p->problem, ND_INVALID, "%s", filtering_message);
	w->is_key_range = true;
	w->uses_index = has_index;
	return true;
}

/* ---- clustering columns ------------------------------------------------------------------------- */

/* Whether rows have to be asked, wherever the column stands. */
static bool is_no_slice(const struct nd_restriction *r)
{
	return r->kind == ND_WHERE_CONTAINS || r->kind == ND_WHERE_LIKE;
}

/* Whether a restriction cannot be part of a slice that begins with `position` columns. */
static bool is_filter(const struct nd_restriction *r, uint32_t position)
{
	return is_no_slice(r) || r->columns[0]->position != position;
}

/* How many leading columns make slices; whether some others are left to filter by. */
static bool rows_need_filtering(struct nd_where *w)
{
	uint32_t position = 0;

	w->bound_rows = 0;
	for (uint32_t i = 0; i < w->table->clustering_count; i++) {
		const struct nd_restriction *r = w->rows[i];

		if (!r)
			continue;
		if (is_filter(r, position))
			return true;
		i = r->columns[0]->position + r->count - 1;
		if (w->bound_rows == position)
			w->bound_rows = i + 1;
		if (r->kind != ND_WHERE_SLICE)
			position = i + 1;
	}
	return w->has_row_contains;
}

static bool check_rows_order(struct nd_planner *p, const struct nd_where *w)
{
	const struct nd_table *t = w->table;
	uint32_t seen = 0;

	for (uint32_t i = 0; i < t->clustering_count; i++) {
		if (!w->rows[i])
			continue;
		if (i != seen)
			return nd_refuse(p->problem, ND_INVALID,
					 "PRIMARY KEY column \"%s\" cannot be restricted as "
					 "preceding column \"%s\" is not restricted",
					 row_column(t, i)->name, row_column(t, seen)->name);
		seen++;
	}
	return true;
}

static bool check_rows(struct nd_planner *p, struct nd_where *w, bool has_index)
{
	const struct nd_table *t = w->table;
	bool filtering = w->options.allow_filtering, update = w->options.use == ND_WHERE_UPDATE;
	bool need = rows_need_filtering(w);

	if (update && w->has_row_slice)
		return nd_refuse(p->problem, ND_INVALID,
				 "Slice restrictions are not supported on the clustering columns "
				 "in %s statements",
				 statement_name(w));
	if (update && !(t->is_compact && w->row_count)) {
		if (!w->options.static_only && w->row_count < t->clustering_count)
			return nd_refuse(p->problem, ND_INVALID,
					 "Some clustering keys are missing: %s",
					 missing_names(p, t, t->partition_key_count,
						       t->clustering_count, w->rows));
		return true;
	}
	if (w->has_row_contains && !has_index && !filtering)
		return nd_refuse(p->problem, ND_INVALID,
				 "Clustering columns can only be restricted with CONTAINS with a "
				 "secondary index or filtering");
	if (!w->row_count || !need)
		return true;
	if (has_index) {
		w->uses_index = true;
		return true;
	}
	return filtering || check_rows_order(p, w);
}

static bool check_static(struct nd_planner *p, const struct nd_where *w)
{
	if (!w->options.static_only || !w->row_count)
		return true;
	if (w->options.use == ND_WHERE_SELECT)
		return nd_refuse(p->problem, ND_INVALID,
				 "Cannot restrict clustering columns when selecting only static "
				 "columns");
	return nd_refuse(p->problem, ND_INVALID,
			 "Invalid restrictions on clustering columns since the %s statement "
			 "modifies only static columns",
			 statement_name(w));
}

/* ---- other columns ------------------------------------------------------------------------------ */

/* ORDER BY c ANN OF: what else may be restricted. */
static bool check_nearest(struct nd_planner *p, const struct nd_where *w)
{
	const struct nd_column *c = w->options.ann;
	bool rows_named = w->key_count == w->table->partition_key_count && w->row_count;
	bool unindexed_row = false, unindexed = key_needs_filtering(w);

	if (c->type->kind != CQL_KIND_VECTOR || c->type->inner[0]->kind != CQL_KIND_FLOAT)
		return nd_refuse(p->problem, ND_INVALID,
				 "ANN ordering is only supported on float vector indexes");
	if (!nd_table_has_index_of(w->table, c))
		return nd_refuse(p->problem, ND_INVALID,
				 "ANN ordering by vector requires the column to be indexed");
	for (uint32_t i = 0; i < w->other_count; i++) {
		const struct nd_column *other = w->others[i]->columns[0];

		if (other == c)
			return nd_refuse(p->problem, ND_INVALID,
					 "%s cannot be restricted by more than one relation if it "
					 "includes an Equal",
					 c->name);
		unindexed |= !nd_table_has_index_of(w->table, other);
	}
	for (uint32_t i = 0; i < w->table->clustering_count; i++)
		if (w->rows[i] && !nd_table_has_index_of(w->table, row_column(w->table, i)))
			unindexed_row = true;
	if (unindexed_row && (!rows_named || w->needs_filtering))
		unindexed = true;
	return !unindexed ||
	       nd_refuse(p->problem, ND_INVALID,
			 "ANN ordering by vector requires all restricted column(s) to be indexed");
}

static bool check_vectors(struct nd_planner *p, const struct nd_where *w)
{
	for (uint32_t i = 0; i < w->other_count; i++) {
		const struct nd_column *c = w->others[i]->columns[0];

		if (c->type->kind == CQL_KIND_VECTOR && nd_table_has_index_of(w->table, c))
			return nd_refuse(p->problem, ND_INVALID,
					 "Vector indexes only support ANN queries");
	}
	return true;
}

static bool check_others(struct nd_planner *p, struct nd_where *w, bool has_index)
{
	const char *names = "";

	if (w->options.ann) {
		w->uses_index = true;
		return check_nearest(p, w);
	}
	if (!w->other_count)
		return true;
	if (w->options.use != ND_WHERE_SELECT) {
		for (uint32_t i = 0; i < w->other_count && names; i++)
			names = nd_text(p->problem, p->problem->arena, "%s%s%s", names,
					i ? ", " : "", w->others[i]->columns[0]->name);
		return nd_refuse(p->problem, ND_INVALID,
				 "Non PRIMARY KEY columns found in where clause: %s ",
				 names ? names : "");
	}
	if (!check_vectors(p, w))
		return false;
	if (has_index)
		w->uses_index = true;
	else if (!w->options.allow_filtering && !w->table->keyspace->is_virtual)
		return nd_refuse(p->problem, ND_INVALID, "%s", filtering_message);
	return true;
}

/* ---- the whole ---------------------------------------------------------------------------------- */

static bool any_indexed(const struct nd_where *w, struct nd_restriction *const *at, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		if (at[i] && nd_where_is_indexed(w->table, at[i]))
			return true;
	return false;
}

/* Chains a restriction to what rows are asked, unless it is there already: a tuple's is in more
 * than one place. */
static void add_filter(struct nd_where *w, struct nd_restriction *r, struct nd_restriction ***last)
{
	for (const struct nd_restriction *at = w->filters; at; at = at->next)
		if (at == r)
			return;
	r->next = NULL;
	**last = r;
	*last = &r->next;
}

/* Of clustering columns, those that make no slices; and those with an index (`rows`: one may be asked),
 * behind which, in Cassandra's eyes, no slice can go on: that a filter is asked as well shows where it
 * refuses a null, in words of its own. */
static void collect_rows(struct nd_where *w, bool rows, struct nd_restriction ***last)
{
	uint32_t position = 0;

	for (uint32_t i = 0; i < w->table->clustering_count; i++) {
		struct nd_restriction *r = w->rows[i];

		if (!r)
			continue;
		if (is_filter(r, position) || (rows && nd_where_is_indexed(w->table, r)))
			add_filter(w, r, last);
		else if (r->kind != ND_WHERE_SLICE)
			position = r->columns[0]->position + r->count;
		i = r->columns[0]->position + r->count - 1;
	}
}

static void collect_filters(struct nd_where *w, bool keys, bool rows)
{
	struct nd_restriction **last = &w->filters;

	for (uint32_t i = 0; keys && i < w->table->partition_key_count; i++)
		if (w->key[i])
			add_filter(w, w->key[i], &last);
	collect_rows(w, rows, &last);
	for (uint32_t i = 0; i < w->other_count; i++)
		add_filter(w, w->others[i], &last);
}

/* What Cassandra would put into its row filter, and whether an index answers all of that. */
static bool involves_filtering(const struct nd_where *w, bool keys_in, bool rows_in)
{
	if (w->options.ann && !nd_table_attached_index(w->table, w->options.ann))
		return true;
	if (w->options.ann)
		return !nd_where_is_attached(w, keys_in, rows_in);
	if (!w->other_count && !rows_in && !keys_in)
		return w->row_count > 0;
	return !nd_where_is_answered(w, keys_in, rows_in);
}

/* `*_uses_index`: what was known when the columns of the key, and the clustering columns, were looked
 * at. An index that other columns bring in changes nothing about those. */
static void settle(struct nd_where *w, bool key_uses_index, bool rows_use_index, bool need)
{
	const struct nd_table *t = w->table;
	bool keys_filter = key_needs_filtering(w);
	bool keys_in = (key_uses_index || keys_filter) && w->key_count;
	bool rows_in = (rows_use_index || need) && w->row_count;
	bool only_equal = !w->has_row_slice && !w->has_row_contains;

	w->needs_filtering = involves_filtering(w, keys_in, rows_in);
	w->names_rows = w->row_count == t->clustering_count && only_equal &&
			w->bound_rows == t->clustering_count;
	w->simple_key = w->key_count == t->partition_key_count && !w->has_key_in && !keys_filter &&
			!w->token.is_set;
	collect_filters(w, keys_filter, rows_in);
}

struct nd_where *nd_where_new(struct nd_planner *p, struct nd_table *table,
			      const struct nd_relations *relations,
			      const struct nd_where_options *options)
{
	struct nd_where *w = where_alloc(p, table, options, relations->count);
	bool rows_indexed, has_index, key_uses_index, rows_use_index, need;

	for (uint32_t i = 0; w && i < relations->count; i++)
		if (!add_relation(p, w, &relations->at[i]))
			return NULL;
	if (!w)
		return NULL;
	rows_indexed = any_indexed(w, w->rows, table->clustering_count);
	has_index = options->use == ND_WHERE_SELECT && !options->is_view &&
		    (rows_indexed || any_indexed(w, w->key, table->partition_key_count) ||
		     any_indexed(w, w->others, w->other_count) || options->ann);
	if (!check_key(p, w, has_index))
		return NULL;
	key_uses_index = w->uses_index;
	if (!check_static(p, w) || !check_rows(p, w, has_index))
		return NULL;
	if (w->is_key_range && rows_indexed && has_index)
		w->uses_index = true;
	rows_use_index = w->uses_index;
	need = rows_need_filtering(w);
	w->uses_index |= options->is_view && need;
	w->needs_filtering = need; /* for check_others() */
	if (!check_others(p, w, has_index))
		return NULL;
	if (w->uses_index && w->has_key_in) {
		nd_refuse(
			p->problem, ND_INVALID,
			"Select on indexed columns and with IN clause for the PRIMARY KEY are not "
			"supported");
		return NULL;
	}
	settle(w, key_uses_index, rows_use_index, need);
	return w;
}

bool nd_where_check_filtering(const struct nd_where *w, struct nd_problem *p)
{
	if (w->options.allow_filtering || w->table->keyspace->is_virtual ||
	    !(w->is_key_range || w->uses_index) || !w->needs_filtering)
		return true;
	return nd_refuse(p, ND_INVALID, "%s", filtering_message);
}

bool nd_where_is_whole_partitions(const struct nd_where *w)
{
	return !w->row_count && !w->has_regular;
}

bool nd_where_is_key_range(const struct nd_where *w)
{
	return w->is_key_range;
}

bool nd_where_has_key_in(const struct nd_where *w)
{
	return w->has_key_in;
}

bool nd_where_is_only_row(const struct nd_where *w)
{
	return w->simple_key && w->names_rows && !w->has_row_in;
}

bool nd_where_has_row_in(const struct nd_where *w)
{
	return w->has_row_in;
}

bool nd_where_restricts_key(const struct nd_where *w)
{
	return w->key_count || w->token.is_set;
}

bool nd_where_restricts_rows(const struct nd_where *w)
{
	return w->row_count > 0;
}

bool nd_where_is_nearest(const struct nd_where *w)
{
	return w->options.ann != NULL;
}

bool nd_where_uses_index(const struct nd_where *w)
{
	return w->uses_index;
}

bool nd_where_is_exact(const struct nd_where *w)
{
	return !is_on_token(w) && w->key_count == w->table->partition_key_count &&
	       !w->has_key_slice && !w->has_key_contains &&
	       w->row_count == w->table->clustering_count && !w->has_row_slice &&
	       !w->has_row_contains;
}

bool nd_where_is_equal(const struct nd_where *w, const struct nd_column *c)
{
	if (c->kind == ND_PARTITION_KEY)
		return w->key[c->position] && w->key[c->position]->kind == ND_WHERE_EQ;
	if (c->kind == ND_CLUSTERING)
		return w->rows[c->position] && w->rows[c->position]->kind == ND_WHERE_EQ;
	for (uint32_t i = 0; i < w->other_count; i++)
		if (w->others[i]->columns[0] == c)
			return w->others[i]->kind == ND_WHERE_EQ;
	return false;
}

bool nd_where_note_others(const struct nd_where *w, bool *asked)
{
	for (uint32_t i = 0; i < w->other_count; i++)
		asked[w->others[i]->columns[0]->id] = true;
	if (w->options.ann)
		asked[w->options.ann->id] = true;
	return w->other_count || w->options.ann;
}

bool nd_where_only_static_others(const struct nd_where *w)
{
	return !w->has_regular;
}
