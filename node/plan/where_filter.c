/* SPDX-License-Identifier: MIT */
/* Relations asked of each row: those that no key or slice answers. */
#include <string.h>

#include "node/plan/guardrail.h"
#include "node/plan/where_question.h"
#include "node/value/hex.h"

enum { INDEX_VALUE_MAX = 65535 };

/* ---- making ------------------------------------------------------------------------------------- */

static struct nd_question *ask(struct nd_filter *f, struct nd_request *x, const struct nd_column *c,
			       enum nd_operator op, uint32_t count)
{
	struct nd_question *q = cd_arena_take_zero(x->arena, sizeof *q);

	if (q)
		q->values = cd_arena_take_array(x->arena, count + 1u, sizeof *q->values);
	if (!q || !q->values) {
		nd_no_memory(&x->problem);
		return NULL;
	}
	q->column = c;
	q->op = op;
	q->count = count;
	if (f->looking && nd_index_kind(f->looking) == ND_INDEX_ATTACHED)
		q->longest = nd_index_longest(x, f->looking);
	*f->last = q;
	f->last = &q->next;
	return q;
}

static bool check_value(struct nd_request *x, const struct nd_column *c, const char *what,
			struct nd_value v)
{
	if (v.presence == ND_NULL)
		return nd_refuse(&x->problem, ND_INVALID, "Unsupported null %s for column %s", what,
				 c->name);
	if (v.presence == ND_UNSET)
		return nd_refuse(&x->problem, ND_INVALID, "Unsupported unset %s for column %s",
				 what, c->name);
	return true;
}

/* Makes tokens of a question's one value, where an index does so. */
static bool analyze(struct nd_question *q, const struct nd_index *index, struct nd_request *x)
{
	struct nd_tokens tokens;

	if (!index)
		return true;
	q->analyzer = nd_index_analyzer(index);
	q->is_analyzed = !nd_analyzer_is_plain(&q->analyzer);
	if (!q->is_analyzed)
		return true;
	if (!nd_analyze(&q->analyzer, q->values[0], x->arena, &tokens))
		return nd_no_memory(&x->problem);
	q->count = tokens.count;
	q->values = tokens.at;
	if (q->count > 1)
		q->seen = cd_arena_take_array(x->arena, q->count, sizeof *q->seen);
	return q->count < 2 || q->seen || nd_no_memory(&x->problem);
}

static bool ask_one(struct nd_filter *f, struct nd_request *x, const struct nd_column *c,
		    enum nd_operator op, struct nd_value v)
{
	struct nd_question *q;

	if (!check_value(x, c, "value", v) || !(q = ask(f, x, c, op, 1)))
		return false;
	q->values[0] = nd_value_blob(v);
	/* of a tuple the index is of one column only */
	return analyze(q, f->looking && f->looking->column == c ? f->looking : NULL, x);
}

static bool ask_term(struct nd_filter *f, struct nd_request *x, const struct nd_column *c,
		     enum nd_operator op, const struct nd_term *t)
{
	struct nd_value v;

	return nd_term_value(t, x, &v) && ask_one(f, x, c, op, v);
}

/* (a, b) = (1, 2): each column for itself. */
static bool ask_columns(struct nd_filter *f, struct nd_request *x, const struct nd_restriction *r)
{
	for (uint32_t i = 0; i < r->count; i++) {
		struct nd_value v;

		if (!nd_term_value(r->values[0].terms[i], x, &v))
			return false;
		if (v.presence == ND_UNSET)
			return nd_refuse(&x->problem, ND_INVALID,
					 "Invalid unset value for tuple field number %u", i);
		if (!ask_one(f, x, r->columns[i], ND_OP_EQ, v))
			return false;
	}
	return true;
}

static bool ask_equal(struct nd_filter *f, struct nd_request *x, const struct nd_restriction *r)
{
	struct nd_tuples t;

	if (!r->is_multi)
		return ask_term(f, x, r->columns[0], ND_OP_EQ, r->values[0].terms[0]);
	if (!r->values[0].whole)
		return ask_columns(f, x, r);
	if (!nd_where_tuples(r, x, &t))
		return false;
	for (uint32_t i = 0; i < r->count; i++)
		if (!ask_one(f, x, r->columns[i], ND_OP_EQ, t.at[i]))
			return false;
	return true;
}

/* Whether no tuple was bound as a whole. */
static bool are_listed(const struct nd_restriction *r)
{
	for (uint32_t i = 0; i < r->value_count; i++)
		if (r->values[i].whole)
			return false;
	return true;
}

/* The values of IN (a, b): an unset one is as if it were not there, a null ends them. */
static bool ask_listed(struct nd_filter *f, struct nd_request *x, const struct nd_restriction *r)
{
	struct nd_question *q = ask(f, x, r->columns[0], ND_OP_IN, r->value_count);
	struct nd_value v;

	if (!q)
		return false;
	q->count = 0;
	for (uint32_t i = 0; i < r->value_count; i++) {
		if (!nd_term_value(r->values[i].terms[0], x, &v))
			return false;
		if (v.presence == ND_NULL)
			return true;
		if (v.presence == ND_VALUE)
			q->values[q->count++] = nd_value_blob(v);
	}
	return true;
}

static bool ask_in(struct nd_filter *f, struct nd_request *x, const struct nd_restriction *r)
{
	struct nd_question *q;
	struct nd_tuples t;

	if (r->count > 1)
		return nd_refuse(&x->problem, ND_INVALID,
				 "Multicolumn IN filters are not supported");
	if (!r->in && are_listed(r))
		return ask_listed(f, x, r);
	if (!nd_where_tuples(r, x, &t) || !(q = ask(f, x, r->columns[0], ND_OP_IN, t.count)))
		return false;
	for (uint32_t i = 0; i < t.count; i++)
		q->values[i] = nd_value_blob(t.at[i]);
	return true;
}

static bool ask_slice(struct nd_filter *f, struct nd_request *x, const struct nd_restriction *r)
{
	static const enum nd_operator ops[2][2] = { { ND_OP_GT, ND_OP_GE },
						    { ND_OP_LT, ND_OP_LE } };

	if (r->is_multi)
		return nd_refuse(&x->problem, ND_INVALID,
				 "Multi-column slice restrictions cannot be used for filtering.");
	for (int i = ND_WHERE_START; i <= ND_WHERE_END; i++)
		if (r->ends[i].is_set &&
		    !ask_term(f, x, r->columns[0], ops[i][r->ends[i].inclusive],
			      r->ends[i].value.terms[0]))
			return false;
	return true;
}

static bool ask_entry(struct nd_filter *f, struct nd_request *x, const struct nd_column *c,
		      const struct nd_where_item *item)
{
	struct nd_value key, value;
	struct nd_question *q;

	if (!nd_term_value(item->key, x, &key) || !nd_term_value(item->value, x, &value) ||
	    !check_value(x, c, "map key", key) || !check_value(x, c, "map value", value) ||
	    !(q = ask(f, x, c, ND_OP_EQ, 1)))
		return false;
	q->has_key = true;
	q->key = nd_value_blob(key);
	q->values[0] = nd_value_blob(value);
	return true;
}

/* All CONTAINS, then all CONTAINS KEY, then the entries: the first mistake is told. */
static bool ask_contains(struct nd_filter *f, struct nd_request *x, const struct nd_restriction *r)
{
	for (int pass = 0; pass < 3; pass++)
		for (uint32_t i = 0; i < r->item_count; i++) {
			const struct nd_where_item *item = &r->items[i];
			int kind = item->key ? item->value ? 2 : 1 : 0;
			bool ok = true;

			if (kind != pass)
				continue;
			f->looking = nd_where_looking(f->where, r, item);
			if (kind == 2)
				ok = ask_entry(f, x, r->columns[0], item);
			else if (kind == 1)
				ok = ask_term(f, x, r->columns[0], ND_OP_CONTAINS_KEY, item->key);
			else
				ok = ask_term(f, x, r->columns[0], ND_OP_CONTAINS, item->value);
			if (!ok)
				return false;
		}
	return true;
}

/* ---- LIKE --------------------------------------------------------------------------------------- */

/* Cuts the '%' off: where they stood is what is asked. False: nothing is left. */
static bool read_like(struct nd_value v, enum nd_like *like, cql_blob *term)
{
	static const enum nd_like likes[2][2] = { { ND_LIKE_MATCHES, ND_LIKE_PREFIX },
						  { ND_LIKE_SUFFIX, ND_LIKE_CONTAINS } };
	size_t from, to;

	if (v.presence != ND_VALUE || !v.len)
		return false;
	to = v.data[v.len - 1] == '%';
	from = v.data[0] == '%' && (!to || v.len > 1);
	*like = likes[from][to];
	*term = (cql_blob){ v.data + from, v.len - from - to };
	return term->len > 0;
}

/* A term in a message: what are no texts are blobs. */
static const char *term_text(struct nd_request *x, const cql_type *type, cql_blob term)
{
	char *out;

	if (type->kind != CQL_KIND_BLOB) {
		out = cd_arena_strndup(x->arena, (const char *)term.data, term.len);
	} else {
		out = cd_arena_take_array(x->arena, term.len + 1, 2);
		if (out)
			nd_hex(out, term.data, term.len);
	}
	return out ? out : "";
}

static bool ask_like(struct nd_filter *f, struct nd_request *x, const struct nd_restriction *r)
{
	static const char *const forms[] = {
		[ND_LIKE_PREFIX] = "'<term>%'",
		[ND_LIKE_SUFFIX] = "'%<term>'",
		[ND_LIKE_CONTAINS] = "'%<term>%'",
		[ND_LIKE_MATCHES] = "'<term>'",
	};
	const struct nd_column *c = r->columns[0];
	const struct nd_index *index;
	struct nd_question *q;
	enum nd_like like;
	struct nd_value v;
	cql_blob term;

	if (!nd_term_value(r->values[0].terms[0], x, &v))
		return false;
	if (!read_like(v, &like, &term))
		return nd_refuse(&x->problem, ND_INVALID, "LIKE value can't be empty.");
	index = nd_where_like_index(f->where->table, c, like);
	if (!index)
		return nd_refuse(&x->problem, ND_INVALID,
				 "%s LIKE %s %s is only supported on properly indexed columns",
				 c->name, forms[like], term_text(x, c->type, term));
	if (!(q = ask(f, x, c, ND_OP_LIKE, 1)))
		return false;
	q->like = like;
	q->values[0] = term;
	return analyze(q, index, x);
}

typedef bool ask_fn(struct nd_filter *f, struct nd_request *x, const struct nd_restriction *r);

static ask_fn *const asks[] = {
	[ND_WHERE_EQ] = ask_equal,    [ND_WHERE_IN] = ask_in,
	[ND_WHERE_SLICE] = ask_slice, [ND_WHERE_CONTAINS] = ask_contains,
	[ND_WHERE_LIKE] = ask_like,
};

bool nd_where_has_filters(const struct nd_where *w)
{
	return w->filters != NULL;
}

struct nd_filter *nd_where_filter(const struct nd_where *w, struct nd_request *x)
{
	struct nd_filter *f = cd_arena_take_zero(x->arena, sizeof *f);

	if (!f) {
		nd_no_memory(&x->problem);
		return NULL;
	}
	f->last = &f->first;
	f->where = w;
	for (const struct nd_restriction *r = w->filters; r; r = r->next) {
		f->looking = nd_where_looking(w, r, NULL);
		if (!asks[r->kind](f, x, r))
			return NULL;
	}
	if (nd_where_asks_sasi(w))
		nd_filter_as_sasi(f);
	for (const struct nd_question *q = f->first; q; q = q->next)
		for (uint32_t i = 0; i < q->count && nd_where_uses_index(w); i++)
			if (!q->longest && q->values[i].len > INDEX_VALUE_MAX) {
				nd_refuse(&x->problem, ND_INVALID,
					  "Index expression values may not be larger than 64K");
				return NULL;
			}
	return f;
}
