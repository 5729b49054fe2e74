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
		if (item.is.tag == CQL_TAG_NULL || item.is.tag == CQL_TAG_UNSET)
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

static bool check_bind(const struct cd_column *c, enum cd_bind_kind kind, cql_value v,
		       coodie_error *err)
{
	if (v.is.tag == CQL_TAG_NULL)
		return cd_fail(err, COODIE_ERR_QUERY,
			       "null finds nothing in CQL; leave the condition out");
	if (v.is.tag == CQL_TAG_UNSET)
		return cd_fail(err, COODIE_ERR_QUERY,
			       "unset in a condition; leave the condition out");
	switch (kind) {
	case CD_BIND_COLUMN:
		return cd_datum_fits(v, c->type, err);
	case CD_BIND_IN:
		return check_in(v, c->type, err);
	case CD_BIND_ITEM:
		return cd_datum_fits(v, cql_type_at(c->type, c->kind == CQL_KIND_MAP ? 1 : 0), err);
	case CD_BIND_KEY:
		return cd_datum_fits(v, cql_type_at(c->type, 0), err);
	case CD_BIND_TOKEN:
		return check_token(v, err);
	}
	return false;
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

		if (!check_bind(c, (enum cd_bind_kind)f->binds[i].kind, args.values[i], err)) {
			if (err)
				cd_error_prefix(err, "%s, %s, value %u for %s (%s)", m->label,
						f->what, (unsigned)i + 1, c->def.name, c->spelling);
			return false;
		}
	}
	return true;
}
