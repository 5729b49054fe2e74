/* SPDX-License-Identifier: MIT */
/* A column, one element of a collection, or one field of a user type. */
#include <string.h>

#include "base/identifier.h"
#include "orm/cql/parser.h"
#include "orm/model/udt.h"

static bool parse_element(struct cd_parser *p, struct cd_target *t)
{
	const struct cd_column *c = t->column;
	bool is_map = c->kind == CQL_KIND_MAP;

	if (!is_map && c->kind != CQL_KIND_LIST && c->kind != CQL_KIND_SET)
		return cd_parse_fail(p, &p->now, "%s is a %s, which has no elements", c->def.name,
				     c->spelling);
	cd_parse_put(p, "[");
	cd_parse_advance(p);
	if (!cd_parse_mark(p, c,
			   is_map                     ? CD_BIND_KEY
			   : c->kind == CQL_KIND_LIST ? CD_BIND_INDEX
						      : CD_BIND_ITEM))
		return false;
	if (!cd_parse_at(p, ']'))
		return cd_parse_fail(p, &p->now, "a `]` belongs here");
	cd_parse_put(p, "]");
	cd_parse_advance(p);
	t->kind = CD_ASSIGN_ELEMENT;
	return true;
}

static bool is_text(const struct cd_token *t, const char *text)
{
	char name[CD_TOKEN_NAME_SIZE];
	size_t len = cd_token_unquote(t, name);

	return strlen(text) == len && !memcmp(text, name, len);
}

/* A field's name in the type; a bare word may be the member's, as it is for columns. */
static const char *name_in_type(const struct cd_parser *p, const coodie_udt *u,
				coodie_column *room)
{
	for (size_t i = 0; u && p->now.kind == CD_TOKEN_NAME && i < u->field_count; i++) {
		const coodie_column *field = cd_udt_field(u, i, room);

		if (is_text(&p->now, field->name))
			return cd_udt_field_name(field);
	}
	return NULL;
}

static bool find_field(const struct cd_parser *p, const struct cd_column *c, uint16_t *out)
{
	coodie_column room;
	const char *member = name_in_type(p, c->def.udt, &room);

	for (size_t i = 0; i < cql_type_count(c->type); i++) {
		const char *name = cql_type_field(c->type, i);

		if (name && (member ? !strcmp(name, member) : is_text(&p->now, name))) {
			*out = (uint16_t)i;
			return true;
		}
	}
	return false;
}

static bool parse_field(struct cd_parser *p, struct cd_target *t)
{
	const struct cd_column *c = t->column;

	if (c->kind != CQL_KIND_UDT)
		return cd_parse_fail(p, &p->now, "%s is a %s, which has no fields", c->def.name,
				     c->spelling);
	cd_parse_advance(p);
	if ((p->now.kind != CD_TOKEN_NAME && p->now.kind != CD_TOKEN_QUOTED) ||
	    !find_field(p, c, &t->field))
		return cd_parse_fail(p, &p->now, "%s (%s) has no such field", c->def.name,
				     c->spelling);
	cd_parse_put(p, ".");
	cd_identifier_append_quoted(&p->cql, cql_type_field(c->type, t->field));
	cd_parse_advance(p);
	t->kind = CD_ASSIGN_FIELD;
	return true;
}

bool cd_parse_target(struct cd_parser *p, struct cd_target *out)
{
	*out = (struct cd_target){ .at = p->now };
	if (!cd_parse_column(p, &out->column))
		return false;
	cd_parse_put(p, out->column->quoted);
	if (cd_parse_at(p, '['))
		return parse_element(p, out);
	return !cd_parse_at(p, '.') || parse_field(p, out);
}
