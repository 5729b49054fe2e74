/* SPDX-License-Identifier: MIT */
/* What a column's row demands of a value before it is written: TY-01, TY-02, MD-33, UD-17. */
#include <string.h>

#include "base/error.h"
#include "orm/model/udt.h"
#include "orm/value/datum.h"

#define DEEPEST 32 /* nesting; what is deeper was refused by its type */

static size_t byte_length(cql_value v)
{
	return v.is.tag == CQL_TAG_TEXT ? v.as.text.len
	       : v.is.tag == CQL_TAG_BLOB || v.is.tag == CQL_TAG_ENCODED ? v.as.blob.len
									 : 0;
}

/* The user's own word; one who says no without a reason still gives a message. */
static bool ask(const coodie_column *def, const void *object, coodie_error *err)
{
	coodie_error why = { 0 };

	if (!def->validate || def->validate((const char *)object + def->offset, &why))
		return true;
	if (why.code == COODIE_OK)
		return cd_fail(err, COODIE_ERR_RANGE, "its validate() refused the value");
	cd_error_copy(err, &why);
	return false;
}

static bool check_row(const coodie_column *def, const void *object, cql_value v, coodie_error *err)
{
	size_t len = byte_length(v);

	if (def->max_length && len > def->max_length)
		return cd_fail(err, COODIE_ERR_RANGE, "%zu bytes, max_length is %u", len,
			       (unsigned)def->max_length);
	if (def->min_length && len < def->min_length)
		return cd_fail(err, COODIE_ERR_RANGE, "%zu bytes, min_length is %u", len,
			       (unsigned)def->min_length);
	return ask(def, object, err);
}

static bool check_structs(cql_value v, unsigned depth, coodie_error *err);

static bool check_field(const coodie_column *field, const void *object, cql_value v, unsigned depth,
			coodie_error *err)
{
	bool ok = true;

	if (cd_datum_is_missing(v))
		ok = !field->required || cd_fail(err, COODIE_ERR_INVALID,
						 "it is required and not set; give it a value");
	else
		ok = check_row(field, object, v, err) && check_structs(v, depth, err);
	if (!ok && err)
		cd_error_prefix(err, "field %s", field->name);
	return ok;
}

static bool check_struct(const coodie_udt *u, const void *object, unsigned depth, coodie_error *err)
{
	coodie_column room;
	cql_field field;

	for (size_t i = 0; i < u->field_count; i++) {
		if (!cd_udt_read(u, object, i, &field, err) ||
		    !check_field(cd_udt_field(u, i, &room), object, field.value, depth, err))
			return false;
	}
	return true;
}

/* Structs wherever they are: in a member, in a collection, in each other. */
static bool check_structs(cql_value v, unsigned depth, coodie_error *err)
{
	cql_value item, value = cql_null();
	cql_iter it;

	if (depth > DEEPEST)
		return true;
	if (v.is.tag == CQL_TAG_FIELDS)
		return v.as.fields.field != cd_udt_read ||
		       check_struct(v.as.fields.type, v.as.fields.object, depth + 1, err);
	if (v.is.tag < CQL_TAG_LIST || v.is.tag > CQL_TAG_VECTOR || v.as.seq.type)
		return true;
	it = v.is.tag == CQL_TAG_MAP ? cql_map_iter((cql_map){ v.as.seq })
				     : cql_list_iter((cql_list){ v.as.seq });
	while (v.is.tag == CQL_TAG_MAP ? cql_iter_next_pair(&it, &item, &value)
				       : cql_iter_next(&it, &item)) {
		if (!check_structs(item, depth + 1, err) || !check_structs(value, depth + 1, err))
			return false;
	}
	return true;
}

bool cd_member_check(const struct cd_column *c, const void *object, cql_value v, coodie_error *err)
{
	if (cd_datum_is_missing(v))
		return true;
	if ((c->def.min_length || c->def.max_length || c->def.validate) &&
	    !check_row(&c->def, object, v, err))
		return false;
	return (!c->checked || cd_datum_fits(v, c->type, err)) &&
	       (!c->has_udt || check_structs(v, 0, err));
}
