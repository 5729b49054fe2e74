/* SPDX-License-Identifier: MIT */
/* The grammar of a write's condition: `name op ?` joined by AND, or EXISTS alone. */
#include "orm/cql/parser.h"

static enum cd_bind_kind bind_of(const struct cd_target *t, bool is_equality)
{
	if (t->kind == CD_ASSIGN_FIELD)
		return CD_BIND_FIELD;
	if (t->kind == CD_ASSIGN_ELEMENT)
		return is_equality ? CD_BIND_ELEMENT : CD_BIND_ITEM;
	return is_equality ? CD_BIND_MATCH : CD_BIND_COLUMN;
}

static bool take_mark(struct cd_parser *p, const struct cd_target *t, enum cd_bind_kind kind)
{
	if (!cd_parse_mark(p, t->column, kind))
		return false;
	p->binds[p->bind_count - 1].field = t->field;
	return true;
}

static bool parse_comparison(struct cd_parser *p, const struct cd_target *t)
{
	struct cd_token op = p->now;
	bool equal = op.len == 1 && *op.text == '=';
	bool unequal = op.len == 2 && (*op.text == '!' || op.text[1] == '>');

	if (!equal && !unequal && t->column->kind == CQL_KIND_DURATION)
		return cd_parse_fail(p, &op, "%s is a duration, and durations have no order",
				     t->column->def.name);
	cd_parse_put(p, " ");
	if (unequal)
		cd_parse_put(p, "!="); /* what CQL calls <> */
	else
		cd_buffer_bytes(&p->cql, op.text, op.len);
	cd_parse_put(p, " ");
	cd_parse_advance(p);
	return take_mark(p, t, bind_of(t, equal || unequal));
}

static bool parse_in(struct cd_parser *p, const struct cd_target *t)
{
	cd_parse_advance(p);
	if (t->kind != CD_ASSIGN_VALUE)
		return cd_parse_fail(p, &t->at, "IN is for a whole column");
	if (p->now.kind == CD_TOKEN_OPEN)
		return cd_parse_fail(p, &p->now,
				     "IN takes one list; write `%s IN ?` and bind CQL_LIST(...)",
				     t->column->def.name);
	cd_parse_put(p, " IN ");
	return cd_parse_mark(p, t->column, CD_BIND_IN);
}

static bool parse_contains(struct cd_parser *p, const struct cd_target *t)
{
	const struct cd_column *c = t->column;
	bool key;

	cd_parse_advance(p);
	key = cd_token_is(&p->now, "KEY");
	if (key)
		cd_parse_advance(p);
	if (t->kind != CD_ASSIGN_VALUE ||
	    (c->kind != CQL_KIND_MAP &&
	     (key || (c->kind != CQL_KIND_SET && c->kind != CQL_KIND_LIST))))
		return cd_parse_fail(p, &t->at, "CONTAINS%s is for %s, and %s is a %s",
				     key ? " KEY" : "", key ? "maps" : "collections", c->def.name,
				     c->spelling);
	cd_parse_put(p, key ? " CONTAINS KEY " : " CONTAINS ");
	return cd_parse_mark(p, c, key ? CD_BIND_KEY : CD_BIND_ITEM);
}

static bool parse_one(struct cd_parser *p)
{
	struct cd_target t;

	if (!cd_parse_target(p, &t))
		return false;
	if (cd_column_is_key(t.column))
		return cd_parse_fail(p, &t.at,
				     "%s is in the primary key, which says which row it is; a "
				     "condition is about the others, or EXISTS",
				     t.column->def.name);
	if (t.kind == CD_ASSIGN_ELEMENT && t.column->kind == CQL_KIND_SET)
		return cd_parse_fail(p, &t.at, "a set has no places; write %s CONTAINS ?",
				     t.column->def.name);
	if (p->now.kind == CD_TOKEN_OPERATOR)
		return parse_comparison(p, &t);
	if (cd_token_is(&p->now, "IN"))
		return parse_in(p, &t);
	if (cd_token_is(&p->now, "CONTAINS"))
		return parse_contains(p, &t);
	return cd_parse_fail(p, &p->now, "an operator belongs here: = != < <= > >= IN CONTAINS");
}

/* EXISTS says everything a condition can (LW-15). */
static bool parse_exists(struct cd_parser *p)
{
	cd_parse_put(p, "EXISTS");
	cd_parse_advance(p);
	return p->now.kind == CD_TOKEN_END ||
	       cd_parse_fail(p, &p->now, "EXISTS stands alone, without other conditions");
}

bool cd_parse_condition(struct cd_parser *p)
{
	cd_parse_advance(p);
	if (cd_token_is(&p->now, "IF"))
		return cd_parse_fail(p, &p->now, "the fragment begins after IF; leave it out");
	if (cd_token_is(&p->now, "NOT"))
		return cd_parse_fail(p, &p->now,
				     "coodie_insert() writes IF NOT EXISTS; no other NOT is there");
	if (cd_token_is(&p->now, "EXISTS"))
		return parse_exists(p);
	for (;;) {
		if (!parse_one(p))
			return false;
		if (p->now.kind == CD_TOKEN_END)
			return true;
		if (!cd_token_is(&p->now, "AND"))
			return cd_parse_fail(p, &p->now, "AND or the end belongs here");
		cd_parse_put(p, " AND ");
		cd_parse_advance(p);
		if (cd_token_is(&p->now, "EXISTS"))
			return cd_parse_fail(p, &p->now,
					     "EXISTS stands alone, without other conditions");
	}
}
