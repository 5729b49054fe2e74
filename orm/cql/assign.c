/* SPDX-License-Identifier: MIT */
/* The grammar of assignments: `c = ?`, `c = c + ?`, `c = ? + c`, `c = c - ?`, `m[?] = ?`, `u.f = ?`,
 * joined by commas. */
#include "orm/cql/parser.h"

static bool is_frozen(const struct cd_column *c)
{
	return c->kind == CQL_KIND_UDT ? cql_type_is_frozen(c->type) : !c->multicell;
}

static bool is_collection(const struct cd_column *c)
{
	return c->kind == CQL_KIND_LIST || c->kind == CQL_KIND_SET || c->kind == CQL_KIND_MAP;
}

static bool refuse_frozen(struct cd_parser *p, const struct cd_token *at, const struct cd_column *c)
{
	return cd_parse_fail(p, at, "%s is frozen, which is only written whole: %s = ?",
			     c->def.name, c->def.name);
}

/* ---- what was assigned before ---------------------------------------------------------------- */

/* How many markers an assignment has: the bind of a later one follows. */
static uint32_t marker_count(unsigned kind)
{
	return kind == CD_ASSIGN_ELEMENT ? 2 : 1;
}

/* The server takes several additions to a column, but no cell twice. */
static bool check_twice(struct cd_parser *p, const struct cd_target *t)
{
	uint32_t bind = 0;

	for (uint32_t i = 0; i < p->relation_count; i++) {
		const struct cd_relation *r = &p->relations[i];
		bool same_field = r->kind == CD_ASSIGN_FIELD && t->kind == CD_ASSIGN_FIELD &&
				  p->binds[bind].field == t->field;

		if (&p->model->columns[r->column] == t->column &&
		    (r->kind == CD_ASSIGN_VALUE || t->kind == CD_ASSIGN_VALUE || same_field ||
		     t->column->kind == CQL_KIND_COUNTER))
			return cd_parse_fail(p, &t->at, "%s is assigned twice",
					     t->column->def.name);
		bind += marker_count(r->kind);
	}
	return true;
}

static bool note(struct cd_parser *p, struct cd_target *t, enum cd_assign_kind kind)
{
	t->kind = kind;
	if (!check_twice(p, t))
		return false;
	cd_parse_note(p, t->column, kind);
	return true;
}

/* ---- the right side -------------------------------------------------------------------------- */

static bool next_is(const struct cd_parser *p, char sign)
{
	struct cd_parser ahead = { .lexer = p->lexer };

	cd_parse_advance(&ahead);
	return cd_parse_at(&ahead, sign);
}

/* The column again, beside a `+` or `-`. */
static bool take_same(struct cd_parser *p, const struct cd_column *want)
{
	struct cd_token at = p->now;
	const struct cd_column *c;

	if (p->now.kind != CD_TOKEN_NAME && p->now.kind != CD_TOKEN_QUOTED)
		return cd_parse_fail(p, &p->now, "%s belongs here", want->def.name);
	if (cd_token_is(&p->now, "NULL") || cd_token_is(&p->now, "TRUE") ||
	    cd_token_is(&p->now, "FALSE"))
		return cd_parse_mark(p, want,
				     CD_BIND_VALUE); /* says what is wrong with a literal */
	if (!cd_parse_column(p, &c))
		return false;
	if (c != want)
		return cd_parse_fail(p, &at, "only %s itself can be added to, or a ? assigned",
				     want->def.name);
	cd_parse_put(p, c->quoted);
	return true;
}

static bool check_sum(struct cd_parser *p, const struct cd_token *at, const struct cd_column *c)
{
	if (c->kind == CQL_KIND_COUNTER || c->multicell)
		return true;
	if (is_collection(c))
		return refuse_frozen(p, at, c);
	return cd_parse_fail(p, at, "%s is a %s; + and - are for counters, sets, lists and maps",
			     c->def.name, c->spelling);
}

/* `c = c + ?`, `c = c - ?` */
static bool parse_sum(struct cd_parser *p, struct cd_target *t)
{
	const struct cd_column *c = t->column;
	struct cd_token at;
	bool minus;

	if (!take_same(p, c))
		return false;
	at = p->now;
	minus = cd_parse_at(p, '-');
	if (!minus && !cd_parse_at(p, '+'))
		return cd_parse_fail(p, &p->now, "a + or - belongs here, or write `%s = ?`",
				     c->def.name);
	if (!check_sum(p, &at, c))
		return false;
	cd_parse_put(p, minus ? " - " : " + ");
	cd_parse_advance(p);
	return cd_parse_mark(p, c,
			     c->kind == CQL_KIND_COUNTER        ? CD_BIND_COUNT
			     : minus && c->kind == CQL_KIND_MAP ? CD_BIND_KEYS
								: CD_BIND_PART) &&
	       note(p, t, minus ? CD_ASSIGN_SUBTRACT : CD_ASSIGN_ADD);
}

/* `c = ? + c` */
static bool parse_prepend(struct cd_parser *p, struct cd_target *t)
{
	const struct cd_column *c = t->column;

	if (c->kind != CQL_KIND_LIST)
		return cd_parse_fail(
			p, &p->now, "%s is a %s; ? + %s puts before a list, write %s = %s + ?",
			c->def.name, c->spelling, c->def.name, c->def.name, c->def.name);
	if (!c->multicell)
		return refuse_frozen(p, &p->now, c);
	if (!cd_parse_mark(p, c, CD_BIND_PART))
		return false;
	cd_parse_put(p, " + ");
	cd_parse_advance(p);
	return take_same(p, c) && note(p, t, CD_ASSIGN_PREPEND);
}

static bool parse_value(struct cd_parser *p, struct cd_target *t)
{
	if (t->column->kind == CQL_KIND_COUNTER)
		return cd_parse_fail(p, &p->now,
				     "%s is a counter, which is only added to: %s = %s + ?",
				     t->column->def.name, t->column->def.name, t->column->def.name);
	return cd_parse_mark(p, t->column, CD_BIND_VALUE) && note(p, t, CD_ASSIGN_VALUE);
}

static bool parse_part(struct cd_parser *p, struct cd_target *t)
{
	bool is_field = t->kind == CD_ASSIGN_FIELD;

	if (is_frozen(t->column))
		return refuse_frozen(p, &t->at, t->column);
	if (t->column->kind == CQL_KIND_SET)
		return cd_parse_fail(p, &t->at,
				     "an item of a set is not assigned; write %s = %s + ?",
				     t->column->def.name, t->column->def.name);
	if (!cd_parse_mark(p, t->column, is_field ? CD_BIND_FIELD : CD_BIND_ELEMENT))
		return false;
	p->binds[p->bind_count - 1].field = t->field;
	return note(p, t, t->kind);
}

/* ---- the whole ------------------------------------------------------------------------------- */

static bool parse_assignment(struct cd_parser *p)
{
	struct cd_target t;

	if (!cd_parse_target(p, &t))
		return false;
	if (cd_column_is_key(t.column))
		return cd_parse_fail(p, &t.at,
				     "%s is in the primary key, which never changes; save another "
				     "row and delete this one",
				     t.column->def.name);
	if (t.column->def.discriminator)
		return cd_parse_fail(p, &t.at,
				     "%s says which struct the row is, which never changes; delete "
				     "the row, and save an object of the other struct",
				     t.column->def.name);
	if (!cd_parse_at(p, '='))
		return cd_parse_fail(p, &p->now, "a = belongs here");
	cd_parse_put(p, " = ");
	cd_parse_advance(p);
	if (t.kind != CD_ASSIGN_VALUE)
		return parse_part(p, &t);
	if (p->now.kind == CD_TOKEN_MARK && next_is(p, '+'))
		return parse_prepend(p, &t);
	if (p->now.kind == CD_TOKEN_NAME || p->now.kind == CD_TOKEN_QUOTED)
		return parse_sum(p, &t);
	return parse_value(p, &t);
}

bool cd_parse_assignments(struct cd_parser *p)
{
	cd_parse_advance(p);
	if (cd_token_is(&p->now, "SET"))
		return cd_parse_fail(p, &p->now, "the fragment begins after SET; leave it out");
	for (;;) {
		if (!parse_assignment(p))
			return false;
		if (p->now.kind == CD_TOKEN_END)
			return true;
		if (cd_token_is(&p->now, "WHERE") || cd_token_is(&p->now, "IF"))
			return cd_parse_fail(p, &p->now, "only assignments belong here");
		if (!cd_parse_expect(p, CD_TOKEN_COMMA, ","))
			return false;
		cd_parse_put(p, " ");
	}
}
