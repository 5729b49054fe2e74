/* SPDX-License-Identifier: MIT */
/* Which types take values of which others (AbstractType.isValueCompatibleWith). */
#include "node/value/type_fit.h"

#include <string.h>

#include "proto/type.h"

enum nd_fit nd_fit_least(enum nd_fit a, enum nd_fit b)
{
	return a < b ? a : b;
}

/* Pairs of native types: where the first is wanted, the second will do. */
static const struct {
	enum cql_kind want, have;
} compatible[] = {
	{ CQL_KIND_TEXT, CQL_KIND_ASCII },       { CQL_KIND_BIGINT, CQL_KIND_TIMESTAMP },
	{ CQL_KIND_TIMESTAMP, CQL_KIND_BIGINT }, { CQL_KIND_VARINT, CQL_KIND_INT },
	{ CQL_KIND_VARINT, CQL_KIND_BIGINT },    { CQL_KIND_UUID, CQL_KIND_TIMEUUID },
	{ CQL_KIND_TIME, CQL_KIND_BIGINT },      { CQL_KIND_VARINT, CQL_KIND_TIMESTAMP },
	{ CQL_KIND_DATE, CQL_KIND_INT },
};

static bool takes(const cql_type *want, const cql_type *have);

static bool takes_inner(const cql_type *want, const cql_type *have)
{
	/* a tuple, or user type, may have got more parts since */
	if (have->count > want->count)
		return false;
	for (uint32_t i = 0; i < have->count; i++)
		if (!takes(want->inner[i], have->inner[i]))
			return false;
	return true;
}

static bool takes(const cql_type *want, const cql_type *have)
{
	if (want->kind == CQL_KIND_BLOB || cql_type_equal(want, have))
		return true;
	for (size_t i = 0; i < sizeof compatible / sizeof compatible[0]; i++)
		if (compatible[i].want == want->kind && compatible[i].have == have->kind)
			return true;
	if (want->kind == CQL_KIND_TUPLE && have->kind == CQL_KIND_UDT)
		return takes_inner(want, have);
	if (want->kind != have->kind || want->count == 0 || want->kind == CQL_KIND_VECTOR)
		return false;
	if (want->kind == CQL_KIND_UDT &&
	    strcmp(want->of.udt->keyspace, have->of.udt->keyspace) != 0)
		return false;
	return takes_inner(want, have);
}

enum nd_fit nd_type_fit(const cql_type *have, const cql_type *want)
{
	if (cql_type_equal(have, want))
		return ND_FIT_EXACT;
	return takes(want, have) ? ND_FIT_WEAK : ND_FIT_NONE;
}
