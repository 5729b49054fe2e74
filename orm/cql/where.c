/* SPDX-License-Identifier: MIT */
/* The grammar of conditions: `name op ?`, tokens and tuples, joined by AND. */
#include "orm/cql/parser.h"

/* Called when the relation has its markers, of which there are no more than there is room. */
static bool note_relation(struct cd_parser *p, const struct cd_column *first, uint32_t count,
			  enum cd_relation_kind kind)
{
	p->relations[p->relation_count++] = (struct cd_relation){
		(uint16_t)cd_column_index(p->model, first), (uint16_t)count, (uint8_t)kind
	};
	return true;
}

/* ---- operators ------------------------------------------------------------------------------- */

static enum cd_relation_kind kind_of(const struct cd_token *op)
{
	return op->len == 1 && *op->text == '=' ? CD_RELATION_EQUAL : CD_RELATION_SLICE;
}

static bool is_collection(const struct cd_column *c)
{
	return c->kind == CQL_KIND_LIST || c->kind == CQL_KIND_SET || c->kind == CQL_KIND_MAP;
}

static bool refuse_multicell(struct cd_parser *p, const struct cd_token *op,
			     const struct cd_column *c)
{
	return cd_parse_fail(
		p, op,
		"%s is a %s, which is not compared whole; use CONTAINS%s, or make the column "
		"frozen<%s>",
		c->def.name, c->spelling, c->kind == CQL_KIND_MAP ? " [KEY]" : "", c->spelling);
}

static bool relation_comparison(struct cd_parser *p, const struct cd_token *op,
				const struct cd_column *c)
{
	bool equal = kind_of(op) == CD_RELATION_EQUAL;

	if (c->multicell)
		return refuse_multicell(p, op, c);
	if (!equal && c->kind == CQL_KIND_DURATION)
		return cd_parse_fail(p, op,
				     "%s is a duration, and durations have no order; only = works",
				     c->def.name);
	if (!equal && c->kind == CQL_KIND_VECTOR)
		return cd_parse_fail(p, op, "%s is a %s, and vectors have no order; only = works",
				     c->def.name, c->spelling);
	cd_parse_put(p, " ");
	cd_buffer_bytes(&p->cql, op->text, op->len);
	cd_parse_put(p, " ");
	return cd_parse_mark(p, c, CD_BIND_COLUMN) && note_relation(p, c, 1, kind_of(op));
}

static bool relation_in(struct cd_parser *p, const struct cd_token *op, const struct cd_column *c)
{
	if (c->multicell)
		return refuse_multicell(p, op, c);
	if (p->now.kind == CD_TOKEN_OPEN)
		return cd_parse_fail(p, &p->now,
				     "IN takes one list; write `%s IN ?` and bind CQL_LIST(...)",
				     c->def.name);
	cd_parse_put(p, " IN ");
	return cd_parse_mark(p, c, CD_BIND_IN) && note_relation(p, c, 1, CD_RELATION_IN);
}

static bool relation_contains(struct cd_parser *p, const struct cd_token *op,
			      const struct cd_column *c)
{
	bool key = cd_token_is(&p->now, "KEY");

	if (key) {
		cd_parse_advance(p);
		if (c->kind != CQL_KIND_MAP)
			return cd_parse_fail(p, op, "CONTAINS KEY is for maps, and %s is a %s",
					     c->def.name, c->spelling);
	} else if (!is_collection(c)) {
		return cd_parse_fail(p, op, "CONTAINS is for collections, and %s is a %s; use =",
				     c->def.name, c->spelling);
	}
	cd_parse_put(p, key ? " CONTAINS KEY " : " CONTAINS ");
	return cd_parse_mark(p, c, key ? CD_BIND_KEY : CD_BIND_ITEM) &&
	       note_relation(p, c, 1, key ? CD_RELATION_CONTAINS_KEY : CD_RELATION_CONTAINS);
}

static bool relation_like(struct cd_parser *p, const struct cd_token *op, const struct cd_column *c)
{
	if (c->kind != CQL_KIND_TEXT && c->kind != CQL_KIND_ASCII)
		return cd_parse_fail(p, op, "LIKE is for text, and %s is a %s; use =", c->def.name,
				     c->spelling);
	cd_parse_put(p, " LIKE ");
	return cd_parse_mark(p, c, CD_BIND_COLUMN) && note_relation(p, c, 1, CD_RELATION_LIKE);
}

static bool relation_is(struct cd_parser *p, const struct cd_token *op, const struct cd_column *c)
{
	return cd_parse_fail(
		p, op, "IS [NOT] NULL is only for materialized views; nothing finds %s by null",
		c->def.name);
}

static bool relation_not(struct cd_parser *p, const struct cd_token *op, const struct cd_column *c)
{
	return cd_parse_fail(p, op, "CQL has no NOT; read %s and skip what does not fit",
			     c->def.name);
}

typedef bool relation_fn(struct cd_parser *p, const struct cd_token *op, const struct cd_column *c);

static const struct {
	char word[12];
	relation_fn *parse;
} relations[] = {
	{ "IN", relation_in }, { "CONTAINS", relation_contains }, { "LIKE", relation_like },
	{ "IS", relation_is }, { "NOT", relation_not },
};

static bool is_not_equal(const struct cd_token *t)
{
	return t->kind == CD_TOKEN_OPERATOR && t->len == 2 &&
	       (*t->text == '!' || t->text[1] == '>');
}

/* The operator of a relation that only comparisons fit: tuples and token(). */
static bool take_comparison(struct cd_parser *p)
{
	if (is_not_equal(&p->now))
		return cd_parse_fail(p, &p->now,
				     "CQL has no != in WHERE; use < and >, or skip those rows");
	if (p->now.kind != CD_TOKEN_OPERATOR)
		return cd_parse_fail(p, &p->now, "one of = < <= > >= belongs here");
	cd_parse_put(p, " ");
	cd_buffer_bytes(&p->cql, p->now.text, p->now.len);
	cd_parse_put(p, " ");
	cd_parse_advance(p);
	return true;
}

static bool parse_plain(struct cd_parser *p)
{
	const struct cd_column *c;
	struct cd_token op;

	if (!cd_parse_column(p, &c))
		return false;
	op = p->now;
	cd_parse_put(p, c->quoted);
	if (is_not_equal(&op))
		return take_comparison(p);
	if (op.kind == CD_TOKEN_OPERATOR) {
		cd_parse_advance(p);
		return relation_comparison(p, &op, c);
	}
	for (size_t i = 0; i < sizeof(relations) / sizeof(relations[0]); i++) {
		if (cd_token_is(&op, relations[i].word)) {
			cd_parse_advance(p);
			return relations[i].parse(p, &op, c);
		}
	}
	return cd_parse_fail(p, &op, "an operator belongs here: = < <= > >= IN CONTAINS LIKE");
}

/* ---- token() and tuples ---------------------------------------------------------------------- */

bool cd_parse_token_columns(struct cd_parser *p)
{
	const struct cd_model *m = p->model;

	cd_parse_put(p, "token");
	if (!cd_parse_expect(p, CD_TOKEN_OPEN, "("))
		return false;
	for (uint32_t i = 0; i < m->partition_count; i++) {
		const struct cd_column *want = &m->columns[m->keys[i]], *c;
		struct cd_token at;

		if (i && !cd_parse_expect(p, CD_TOKEN_COMMA, ","))
			return false;
		cd_parse_put(p, i ? " " : "");
		at = p->now;
		if (!cd_parse_column(p, &c))
			return false;
		if (c != want)
			return cd_parse_fail(
				p, &at,
				"token() takes the whole partition key in its order: here "
				"belongs %s",
				want->def.name);
		cd_parse_put(p, c->quoted);
	}
	return cd_parse_expect(p, CD_TOKEN_CLOSE, ")");
}

/* token(?, ?): one marker for each column of the partition key. */
static bool take_token_marks(struct cd_parser *p)
{
	const struct cd_model *m = p->model;

	cd_parse_put(p, "token");
	cd_parse_advance(p);
	if (!cd_parse_expect(p, CD_TOKEN_OPEN, "("))
		return false;
	for (uint32_t i = 0; i < m->partition_count; i++) {
		if (i && !cd_parse_expect(p, CD_TOKEN_COMMA, ","))
			return false;
		cd_parse_put(p, i ? " " : "");
		if (!cd_parse_mark(p, &m->columns[m->keys[i]], CD_BIND_COLUMN))
			return false;
	}
	return cd_parse_expect(p, CD_TOKEN_CLOSE, ")");
}

static bool parse_token(struct cd_parser *p)
{
	const struct cd_column *first = &p->model->columns[p->model->keys[0]];

	if (!cd_parse_token_columns(p) || !take_comparison(p))
		return false;
	if (!(cd_token_is(&p->now, "TOKEN") ? take_token_marks(p)
					    : cd_parse_mark(p, first, CD_BIND_TOKEN)))
		return false;
	return note_relation(p, first, 1, CD_RELATION_TOKEN);
}

/* (a, b) > (?, ?): clustering columns one after the other. */
static bool take_tuple_columns(struct cd_parser *p, const struct cd_column **columns,
			       uint32_t *count)
{
	const struct cd_model *m = p->model;

	do {
		const struct cd_column *c;
		struct cd_token at;

		cd_parse_put(p, *count ? ", " : "(");
		cd_parse_advance(p);
		at = p->now;
		if (!cd_parse_column(p, &c))
			return false;
		if (c->role != CD_ROLE_CLUSTERING)
			return cd_parse_fail(
				p, &at,
				"a tuple is of clustering columns, and %s is none; write it by "
				"itself with AND",
				c->def.name);
		if (*count && c->def.clustering_key != columns[*count - 1]->def.clustering_key + 1)
			return cd_parse_fail(
				p, &at,
				"the columns of a tuple follow each other as they cluster; after "
				"%s comes no %s",
				columns[*count - 1]->def.name, c->def.name);
		if (*count == m->key_count - m->partition_count)
			return cd_parse_fail(p, &at, "the tuple is longer than the clustering key");
		columns[(*count)++] = c;
		cd_parse_put(p, c->quoted);
	} while (p->now.kind == CD_TOKEN_COMMA);
	return cd_parse_expect(p, CD_TOKEN_CLOSE, ")");
}

static bool parse_tuple(struct cd_parser *p)
{
	const struct cd_column *columns[64];
	struct cd_token op;
	uint32_t count = 0;

	if (p->model->key_count - p->model->partition_count > 64)
		return cd_parse_fail(p, &p->now, "more than 64 clustering columns");
	if (!take_tuple_columns(p, columns, &count))
		return false;
	if (cd_token_is(&p->now, "IN"))
		return cd_parse_fail(p, &p->now,
				     "IN over a tuple is not supported; run one query for each");
	op = p->now;
	if (!take_comparison(p))
		return false;
	for (uint32_t i = 0; i < count; i++) {
		if (!cd_parse_expect(p, i ? CD_TOKEN_COMMA : CD_TOKEN_OPEN, i ? "," : "("))
			return false;
		cd_parse_put(p, i ? " " : "");
		if (!cd_parse_mark(p, columns[i], CD_BIND_COLUMN))
			return false;
	}
	if (p->now.kind == CD_TOKEN_COMMA)
		return cd_parse_fail(p, &p->now, "more values than the %u columns of the tuple",
				     (unsigned)count);
	return cd_parse_expect(p, CD_TOKEN_CLOSE, ")") &&
	       note_relation(p, columns[0], count, kind_of(&op));
}

/* ---- the whole ------------------------------------------------------------------------------- */

static bool parse_condition(struct cd_parser *p)
{
	if (p->now.kind == CD_TOKEN_OPEN)
		return parse_tuple(p);
	if (cd_token_is(&p->now, "TOKEN") && cd_parse_next_is(p, CD_TOKEN_OPEN)) {
		cd_parse_advance(p);
		return parse_token(p);
	}
	if (cd_token_is(&p->now, "WHERE"))
		return cd_parse_fail(p, &p->now,
				     "the fragment begins after WHERE; leave the word out");
	return parse_plain(p);
}

/* What people write after the conditions, and the call that does it. */
static const struct {
	char word[12];
	char fix[72];
} after[] = {
	{ "OR", "CQL has no OR; run two queries, or use IN" },
	{ "ALLOW", "leave it out and call coodie_allow_filtering()" },
	{ "ORDER", "leave it out and call coodie_order_by()" },
	{ "LIMIT", "leave it out and call coodie_limit()" },
	{ "PER", "leave it out and call coodie_per_partition_limit()" },
	{ "GROUP", "leave it out and call coodie_group_by()" },
	{ "IF", "a condition on the old values belongs to a write, not to a query" },
	{ "USING", "USING belongs to a write, not to a query" },
};

static bool fail_after(struct cd_parser *p)
{
	for (size_t i = 0; i < sizeof(after) / sizeof(after[0]); i++) {
		if (cd_token_is(&p->now, after[i].word))
			return cd_parse_fail(p, &p->now, "%s", after[i].fix);
	}
	if (p->now.kind == CD_TOKEN_MARK)
		return cd_parse_fail(p, &p->now, "a ? with no operator before it");
	return cd_parse_fail(p, &p->now, "AND or the end belongs here");
}

bool cd_parse_where(struct cd_parser *p)
{
	cd_parse_advance(p);
	for (;;) {
		if (!parse_condition(p))
			return false;
		if (p->now.kind == CD_TOKEN_END)
			return true;
		if (!cd_token_is(&p->now, "AND"))
			return fail_after(p);
		cd_parse_put(p, " AND ");
		cd_parse_advance(p);
	}
}
