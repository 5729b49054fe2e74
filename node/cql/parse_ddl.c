/* SPDX-License-Identifier: MIT */
/* Keyspaces, user types, indexes and views; DROP of everything. */
#include "node/cql/parse.h"

bool nd_parse_keyspace_with(struct nd_parse *p, struct nd_statement *statement)
{
	struct nd_create_keyspace *s = &statement->as.keyspace;

	*s = (struct nd_create_keyspace){ .if_exists = false };
	if (statement->kind == ND_CREATE_KEYSPACE ? !nd_parse_if_not_exists(p, &s->if_not_exists)
						  : !nd_parse_if_exists(p, &s->if_exists))
		return false;
	statement->on.keyspace = nd_parse_keyspace_name(p);
	return statement->on.keyspace && nd_parse_expect_word(p, ND_KW_WITH) &&
	       nd_parse_properties(p, &s->properties);
}

/* ---- user types -------------------------------------------------------------------------------------- */

static bool parse_field(struct nd_parse *p, struct nd_type_def *s)
{
	struct nd_column_def one = { .name = nd_parse_name(p, ND_NAME_ANY) };

	if (!one.name)
		return false;
	one.type = nd_parse_type(p);
	if (!one.type)
		return false;
	s->fields = nd_parse_push(p, s->fields, &s->field_count, &one, sizeof one);
	return s->fields;
}

bool nd_parse_create_type(struct nd_parse *p, struct nd_statement *statement)
{
	struct nd_type_def *s = &statement->as.type;

	*s = (struct nd_type_def){ .if_exists = false };
	if (!nd_parse_if_not_exists(p, &s->if_not_exists) ||
	    !nd_parse_user_type_name(p, &statement->on) ||
	    !nd_parse_expect(p, ND_PUNCTUATION('(')) || !parse_field(p, s))
		return false;
	while (nd_parse_accept(p, ND_PUNCTUATION(','))) {
		if (nd_parse_starts_name(&p->tok, ND_NAME_ANY) && !parse_field(p, s))
			return false;
	}
	return nd_parse_expect(p, ND_PUNCTUATION(')'));
}

bool nd_parse_alter_type(struct nd_parse *p, struct nd_statement *statement)
{
	struct nd_type_def *s = &statement->as.type;

	*s = (struct nd_type_def){ .if_exists = false };
	if (!nd_parse_if_exists(p, &s->if_exists) || !nd_parse_user_type_name(p, &statement->on))
		return false;
	if (nd_parse_accept_word(p, ND_KW_ADD))
		return nd_parse_if_not_exists(p, &s->field_if_not_exists) && parse_field(p, s);
	if (nd_parse_accept_word(p, ND_KW_RENAME))
		return nd_parse_if_exists(p, &s->field_if_exists) &&
		       nd_parse_renames(p, &s->renames, &s->rename_count);
	if (!nd_parse_accept_word(p, ND_KW_ALTER))
		return nd_parse_stuck(p);
	s->is_alter_of = true;
	s->fields = nd_parse_take(p, 1, sizeof *s->fields);
	if (!s->fields || !(s->fields->name = nd_parse_name(p, ND_NAME_ANY)) ||
	    !nd_parse_expect_word(p, ND_KW_TYPE))
		return false;
	s->field_count = 1;
	s->fields->type = nd_parse_type(p);
	return s->fields->type;
}

/* ---- indexes ----------------------------------------------------------------------------------------- */

/* c, values(c), keys(c), entries(c), full(c) */
static bool parse_index_target(struct nd_parse *p, struct nd_create_index *s)
{
	static const struct {
		enum nd_keyword keyword;
		enum nd_index_target target;
	} targets[] = {
		{ ND_KW_VALUES, ND_INDEX_VALUES },
		{ ND_KW_KEYS, ND_INDEX_KEYS },
		{ ND_KW_ENTRIES, ND_INDEX_ENTRIES },
		{ ND_KW_FULL, ND_INDEX_FULL },
	};
	/* the reserved ones are always called */
	bool called = nd_parse_peek(p).kind == ND_PUNCTUATION('(') || p->tok.use == ND_USE_RESERVED;
	bool enclosed = false;
	const char *name;

	s->target = ND_INDEX_SIMPLE;
	for (size_t i = 0; called && i < sizeof targets / sizeof targets[0]; i++) {
		if (!nd_parse_accept_word(p, targets[i].keyword))
			continue;
		s->target = targets[i].target;
		enclosed = true;
		if (!nd_parse_expect(p, ND_PUNCTUATION('(')))
			return false;
		break;
	}
	name = nd_parse_name(p, ND_NAME_COLUMN);
	if (!name)
		return false;
	s->columns = nd_parse_push(p, s->columns, &s->column_count, &name, sizeof name);
	return s->columns && (!enclosed || nd_parse_expect(p, ND_PUNCTUATION(')')));
}

static bool parse_index_targets(struct nd_parse *p, struct nd_create_index *s)
{
	if (!nd_parse_expect(p, ND_PUNCTUATION('(')))
		return false;
	if (nd_parse_accept(p, ND_PUNCTUATION(')')))
		return true;
	do {
		if (!parse_index_target(p, s))
			return false;
	} while (nd_parse_accept(p, ND_PUNCTUATION(',')));
	return nd_parse_expect(p, ND_PUNCTUATION(')'));
}

static bool parse_index_class(struct nd_parse *p, struct nd_create_index *s)
{
	struct nd_token t = p->tok;
	size_t len;

	if (!nd_parse_expect(p, ND_TOKEN_STRING))
		return false;
	s->class_name = nd_parse_text(p, &t, &len);
	return s->class_name;
}

bool nd_parse_create_index(struct nd_parse *p, struct nd_statement *statement)
{
	struct nd_create_index *s = &statement->as.index;

	*s = (struct nd_create_index){ .custom = s->custom };
	if (!nd_parse_if_not_exists(p, &s->if_not_exists))
		return false;
	if ((nd_parse_starts_name(&p->tok, ND_NAME_ANY) || nd_parse_is(p, ND_TOKEN_MARKER)) &&
	    !(s->name = nd_parse_single_name(p, "index")))
		return false;
	if (!nd_parse_expect_word(p, ND_KW_ON) ||
	    !nd_parse_table_name(p, "table", &statement->on) || !parse_index_targets(p, s))
		return false;
	if (nd_parse_accept_word(p, ND_KW_USING) && !parse_index_class(p, s))
		return false;
	return !nd_parse_accept_word(p, ND_KW_WITH) || nd_parse_properties(p, &s->properties);
}

/* ---- views ------------------------------------------------------------------------------------------- */

static bool take_columns(struct nd_parse *p, struct nd_create_view *s,
			 const struct nd_selection *selections, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		const struct nd_selection *one = &selections[i];
		if (one->alias)
			s->no_column = nd_text(p->problem, p->arena,
					       "Cannot use aliases when defining a materialized "
					       "view (got %s AS %s)",
					       one->text, one->alias);
		else if (one->expr->kind != ND_EXPR_COLUMN)
			s->no_column = nd_text(p->problem, p->arena,
					       "Can only select columns by name when defining a "
					       "materialized view (got %s)",
					       one->text);
		if (s->no_column)
			return true;
		if (p->problem->happened)
			return false;
		s->columns = nd_parse_push(p, s->columns, &s->column_count, &one->expr->name,
					   sizeof one->expr->name);
		if (!s->columns)
			return false;
	}
	return true;
}

static bool parse_view_property(struct nd_parse *p, struct nd_create_view *s)
{
	enum nd_keyword then = nd_parse_peek(p).keyword;

	if (nd_parse_is_word(p, ND_KW_COMPACT) && then == ND_KW_STORAGE)
		return nd_parse_refuse(p, "COMPACT STORAGE tables are not allowed starting with "
					  "version 4.0");
	if (nd_parse_is_word(p, ND_KW_CLUSTERING) && then == ND_KW_ORDER)
		return nd_parse_clustering_order(p, &s->clustering_order, &s->order_count);
	return nd_parse_property(p, &s->properties);
}

static bool parse_view_properties(struct nd_parse *p, struct nd_create_view *s)
{
	if (!nd_parse_accept_word(p, ND_KW_WITH))
		return true;
	do {
		if (!parse_view_property(p, s))
			return false;
	} while (nd_parse_accept_word(p, ND_KW_AND));
	return true;
}

bool nd_parse_create_view(struct nd_parse *p, struct nd_statement *statement)
{
	struct nd_create_view *s = &statement->as.view;
	struct nd_selection *selections = NULL;
	uint32_t count = 0;

	*s = (struct nd_create_view){ .column_count = 0 };
	if (!nd_parse_if_not_exists(p, &s->if_not_exists) ||
	    !nd_parse_table_name(p, "table", &statement->on) ||
	    !nd_parse_expect_word(p, ND_KW_AS) || !nd_parse_expect_word(p, ND_KW_SELECT) ||
	    !nd_parse_selectors(p, &selections, &count) || !nd_parse_expect_word(p, ND_KW_FROM) ||
	    !nd_parse_table_name(p, "table", &s->base))
		return false;
	if (nd_parse_accept_word(p, ND_KW_WHERE) && !nd_parse_where(p, &s->where))
		return false;
	return nd_parse_primary_key(p, &s->partition_key, &s->partition_key_count, &s->clustering,
				    &s->clustering_count) &&
	       parse_view_properties(p, s) && take_columns(p, s, selections, count);
}

bool nd_parse_alter_view(struct nd_parse *p, struct nd_statement *s)
{
	bool if_exists;

	s->as.alter_view = (struct nd_alter_view){ .if_exists = false };
	if (!nd_parse_if_exists(p, &if_exists) || !nd_parse_table_name(p, "table", &s->on) ||
	    !nd_parse_expect_word(p, ND_KW_WITH))
		return false;
	s->as.alter_view.if_exists = if_exists;
	return nd_parse_properties(p, &s->as.alter_view.properties);
}

/* ---- DROP --------------------------------------------------------------------------------------------- */

bool nd_parse_drop(struct nd_parse *p, struct nd_statement *s)
{
	s->as.drop = (struct nd_drop){ .if_exists = false };
	if (!nd_parse_if_exists(p, &s->as.drop.if_exists))
		return false;
	switch (s->kind) {
	case ND_DROP_KEYSPACE:
		s->on.keyspace = nd_parse_keyspace_name(p);
		return s->on.keyspace;
	case ND_DROP_TYPE:
		return nd_parse_user_type_name(p, &s->on);
	default:
		return nd_parse_table_name(p, s->kind == ND_DROP_INDEX ? "index" : "table", &s->on);
	}
}
