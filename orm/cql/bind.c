/* SPDX-License-Identifier: MIT */
/* The values beside the markers of a fragment: their number, null, type and range. */
#include "base/error.h"
#include "orm/cql/fragment.h"
#include "orm/value/datum.h"

static bool check_in(cql_value v, const cql_type *type, coodie_error *err)
{
	cql_iter it;
	cql_value item;
	unsigned i = 1;

	if (v.is.tag != CQL_TAG_LIST)
		return cd_fail(err, COODIE_ERR_TYPE, "IN takes one list; bind cql(CQL_LIST(...))");
	it = cql_list_iter((cql_list){ v.as.seq });
	for (; cql_iter_next(&it, &item); i++) {
		if (cd_datum_is_missing(item))
			return cd_fail(err, COODIE_ERR_QUERY,
				       "item %u is null, and nothing equals null", i);
		if (!cd_datum_fits(item, type, err)) {
			if (err)
				cd_error_prefix(err, "item %u", i);
			return false;
		}
	}
	return !it.failed ||
	       cd_fail(err, COODIE_ERR_PROTOCOL, "the list is broken after item %u", i - 1);
}

static bool check_token(cql_value v, coodie_error *err)
{
	int64_t token;

	if (v.is.tag != CQL_TAG_ENCODED && !cql_to_int64(v, &token, err)) {
		if (err)
			cd_error_prefix(err, "a token is a bigint, or write token(?)");
		return false;
	}
	return true;
}

/* Keys to be taken out of a map come as a set of them. */
static bool check_keys(cql_value v, const cql_type *type, coodie_error *err)
{
	cql_iter it;
	cql_value key;

	if (v.is.tag == CQL_TAG_ENCODED)
		return true;
	if (v.is.tag != CQL_TAG_SET && v.is.tag != CQL_TAG_LIST)
		return cd_fail(err, COODIE_ERR_TYPE,
			       "a set of keys is taken out of a map; bind cql(CQL_SET(...))");
	it = cql_set_iter((cql_set){ v.as.seq });
	while (cql_iter_next(&it, &key)) {
		if (cd_datum_is_missing(key))
			return cd_fail(err, COODIE_ERR_TYPE, "a key is null");
		if (!cd_datum_fits(key, type, err))
			return false;
	}
	return !it.failed || cd_fail(err, COODIE_ERR_PROTOCOL, "the set is broken");
}

static bool check_index(cql_value v, coodie_error *err)
{
	int32_t index;

	if (v.is.tag == CQL_TAG_ENCODED)
		return true;
	if (!cql_to_int32(v, &index, err))
		return false;
	return index >= 0 ||
	       cd_fail(err, COODIE_ERR_RANGE, "place %d of a list; the first is 0", (int)index);
}

/* What null and unset mean to a marker. */
enum { NULL_FITS = 1, UNSET_FITS = 2 };

static const uint8_t nothing[] = {
	[CD_BIND_COLUMN] = 0,
	[CD_BIND_IN] = 0,
	[CD_BIND_ITEM] = 0,
	[CD_BIND_KEY] = 0,
	[CD_BIND_TOKEN] = 0,
	[CD_BIND_VALUE] = NULL_FITS | UNSET_FITS,
	[CD_BIND_MATCH] = NULL_FITS,
	[CD_BIND_PART] = NULL_FITS | UNSET_FITS,
	[CD_BIND_KEYS] = NULL_FITS | UNSET_FITS,
	[CD_BIND_COUNT] = UNSET_FITS,
	[CD_BIND_INDEX] = 0,
	[CD_BIND_ELEMENT] = NULL_FITS | UNSET_FITS,
	[CD_BIND_FIELD] = NULL_FITS | UNSET_FITS,
};

static bool check_nothing(const struct cd_fragment *f, enum cd_bind_kind kind, cql_value v,
			  coodie_error *err)
{
	bool is_null = v.is.tag == CQL_TAG_NULL;
	uint8_t takes = nothing[kind];

	if (f->kind == CD_FRAGMENT_IF)
		takes &= NULL_FITS;
	if (takes & (is_null ? NULL_FITS : UNSET_FITS))
		return true;
	if (f->kind == CD_FRAGMENT_WHERE)
		return cd_fail(err, COODIE_ERR_QUERY, "%s in CQL; leave the condition out",
			       is_null ? "null finds nothing" : "unset is no condition");
	return cd_fail(err, COODIE_ERR_QUERY, "%s fits nothing here", is_null ? "null" : "unset");
}

static const cql_type *bind_type(const struct cd_column *c, const struct cd_bind *b)
{
	switch ((enum cd_bind_kind)b->kind) {
	case CD_BIND_ITEM:
	case CD_BIND_ELEMENT:
		return cql_type_at(c->type, c->kind == CQL_KIND_MAP ? 1 : 0);
	case CD_BIND_KEY:
	case CD_BIND_KEYS:
		return cql_type_at(c->type, 0);
	case CD_BIND_FIELD:
		return cql_type_at(c->type, b->field);
	default:
		return c->type;
	}
}

static bool check_bind(const struct cd_column *c, const struct cd_fragment *f,
		       const struct cd_bind *b, cql_value v, coodie_error *err)
{
	const cql_type *type = bind_type(c, b);

	if (cd_datum_is_missing(v))
		return check_nothing(f, (enum cd_bind_kind)b->kind, v, err);
	switch ((enum cd_bind_kind)b->kind) {
	case CD_BIND_IN:
		return check_in(v, type, err);
	case CD_BIND_TOKEN:
		return check_token(v, err);
	case CD_BIND_KEYS:
		return check_keys(v, type, err);
	case CD_BIND_INDEX:
		return check_index(v, err);
	default:
		return cd_datum_fits(v, type, err);
	}
}

bool cd_fragment_check(const struct cd_model *m, const struct cd_fragment *f, cql_args args,
		       coodie_error *err)
{
	if (args.count != f->bind_count)
		return cd_fail(err, COODIE_ERR_QUERY,
			       "%s, %s \"%.80s\": %u ? but %zu values; give CQL_ARGS() one for "
			       "each ?",
			       m->label, f->what, f->text, (unsigned)f->bind_count, args.count);
	if (args.count && !args.values)
		return cd_fail(err, COODIE_ERR_QUERY, "%s, %s: the array of values is NULL",
			       m->label, f->what);
	for (uint32_t i = 0; i < f->bind_count; i++) {
		const struct cd_column *c = &m->columns[f->binds[i].column];

		if (!check_bind(c, f, &f->binds[i], args.values[i], err)) {
			if (err)
				cd_error_prefix(err, "%s, %s, value %u for %s (%s)", m->label,
						f->what, (unsigned)i + 1, c->def.name, c->spelling);
			return false;
		}
	}
	return true;
}
