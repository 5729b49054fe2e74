/* SPDX-License-Identifier: MIT */
/* The grammar of what a delete takes out of a row: "age, scores[?], home.zip". */
#include "orm/cql/parser.h"

static bool check_cell(struct cd_parser *p, const struct cd_target *t)
{
	const struct cd_column *c = t->column;

	if (cd_column_is_key(c))
		return cd_parse_fail(p, &t->at,
				     "%s is in the primary key; coodie_delete() deletes the row",
				     c->def.name);
	if (c->def.discriminator)
		return cd_parse_fail(p, &t->at,
				     "%s says which struct the row is; coodie_delete() deletes the row",
				     c->def.name);
	if (t->kind == CD_ASSIGN_VALUE && c->def.required)
		return cd_parse_fail(p, &t->at,
				     "%s is required; coodie_delete() deletes the row",
				     c->def.name);
	if (t->kind == CD_ASSIGN_ELEMENT && !c->multicell)
		return cd_parse_fail(p, &t->at, "%s is frozen: its elements go only with it",
				     c->def.name);
	if (t->kind == CD_ASSIGN_FIELD && cql_type_is_frozen(c->type))
		return cd_parse_fail(p, &t->at, "%s is frozen: its fields go only with it",
				     c->def.name);
	return true;
}

/* A column is named once; of its elements there may be several. */
static bool check_twice(struct cd_parser *p, const struct cd_target *t)
{
	for (uint32_t i = 0; i < p->relation_count; i++) {
		if (&p->model->columns[p->relations[i].column] == t->column &&
		    (p->relations[i].kind == CD_ASSIGN_VALUE || t->kind == CD_ASSIGN_VALUE))
			return cd_parse_fail(p, &t->at, "%s is named twice", t->column->def.name);
	}
	return true;
}

bool cd_parse_cells(struct cd_parser *p)
{
	struct cd_target t;

	for (;;) {
		cd_parse_advance(p);
		if (p->relation_count == CD_FRAGMENT_MARKERS)
			return cd_parse_fail(p, &p->now, "more than %d cells", CD_FRAGMENT_MARKERS);
		if (!cd_parse_target(p, &t) || !check_cell(p, &t) || !check_twice(p, &t))
			return false;
		cd_parse_note(p, t.column, t.kind);
		if (p->now.kind == CD_TOKEN_END)
			return true;
		if (p->now.kind != CD_TOKEN_COMMA)
			return cd_parse_fail(
				p, &p->now,
				"a comma or the end belongs here; only names are listed");
		cd_parse_put(p, ", ");
	}
}
