/* SPDX-License-Identifier: MIT */
/* What the model demands of values, asked of those that assignments give: TY-01, TY-37, MD-33, UD-17. */
#include <string.h>

#include "base/error.h"
#include "orm/model/udt.h"
#include "orm/value/datum.h"
#include "orm/write/update.h"

void *cd_assigned_object(struct cd_write *w, const struct cd_column *c, size_t size, cql_value v,
			 struct cd_arena *bytes, coodie_error *err)
{
	void *object = cd_arena_take_zero(&w->arena, size);

	if (!object)
		cd_no_memory(err, "what is assigned");
	return object && cd_datum_copy(bytes, v, &v, err) &&
			       cd_row_set(&c->def, c->codec, object, v, bytes, err)
		       ? object
		       : NULL;
}

/* A member of a struct of `size` bytes. The user's own check sees it as it does on a save; of bytes in the
 * wire form nobody knows what they say. */
static bool check_value(struct cd_write *w, const struct cd_column *of, size_t size, cql_value v,
			coodie_error *err)
{
	struct cd_column c = *of;
	const void *object = NULL;

	if (v.is.tag == CQL_TAG_NULL)
		return !c.def.required || cd_fail(err, COODIE_ERR_INVALID,
						  "it is required, and null was given for it");
	if (v.is.tag == CQL_TAG_ENCODED)
		c.def.validate = NULL;
	if (c.def.validate)
		object = cd_assigned_object(w, &c, size, v, &w->arena, err);
	return (object || !c.def.validate) && cd_member_check(&c, object, v, err);
}

/* `u.f = ?`: the field's own row; of a user type that has no struct here nothing is known. */
static bool check_field(struct cd_write *w, const struct cd_column *c, const struct cd_bind *b,
			cql_value v, coodie_error *err)
{
	const char *name = cql_type_field(c->type, b->field);
	const coodie_udt *u = c->def.udt;
	coodie_column room;

	for (size_t i = 0; u && i < u->field_count; i++) {
		const coodie_column *def = cd_udt_field(u, i, &room);
		struct cd_column field = { .def = *def,
					   .codec = cd_codec_of(def->member),
					   .has_udt = true };

		if (strcmp(cd_udt_field_name(def), name) != 0)
			continue;
		if (check_value(w, &field, u->object_size, v, err))
			return true;
		if (err)
			cd_error_prefix(err, "field %s", def->name);
		return false;
	}
	return true;
}

/* What is taken away need not obey: it may be older than the rule. */
static bool check_bind(struct cd_write *w, const struct cd_column *c, const struct cd_relation *r,
		       const struct cd_bind *b, cql_value v, coodie_error *err)
{
	const struct cd_column items = { .has_udt = c->has_udt };

	if (v.is.tag == CQL_TAG_UNSET || r->kind == CD_ASSIGN_SUBTRACT)
		return true;
	if (r->kind == CD_ASSIGN_VALUE)
		return check_value(w, c, w->place.model->def.object_size, v, err);
	if (r->kind == CD_ASSIGN_FIELD)
		return check_field(w, c, b, v, err);
	return cd_member_check(&items, NULL, v, err);
}

bool cd_assigned_check(struct cd_modify *mod, coodie_error *err)
{
	const struct cd_model *m = mod->w->place.model;
	uint32_t bind = 0;

	for (uint32_t i = 0; i < mod->what->relation_count; i++) {
		const struct cd_relation *r = &mod->what->relations[i];
		const struct cd_column *c = &m->columns[r->column];
		uint32_t end = bind + (r->kind == CD_ASSIGN_ELEMENT ? 2 : 1);

		for (; bind < end; bind++) {
			if (!check_bind(mod->w, c, r, &mod->what->binds[bind],
					mod->what_args.values[bind], err))
				return cd_write_fail_column(m, c, err);
		}
	}
	return true;
}
