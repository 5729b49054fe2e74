/* SPDX-License-Identifier: MIT */
/* Names of types, consistency levels and server errors: one table each. */
#include <coodie/type.h>

#include <strings.h>

const char *cql_kind_name(enum cql_kind kind)
{
	static const struct {
		enum cql_kind kind;
		const char *name;
	} kinds[] = {
#define X(name, id, cql, class_name, size) { CQL_KIND_##name, cql },
#include <coodie/types.def>
#undef X
	};

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (kinds[i].kind == kind)
			return kinds[i].name;
	return "unknown";
}

static const char *const consistencies[] = {
#define X(name, wire) [wire] = #name,
#include <coodie/consistencies.def>
#undef X
};

#define CONSISTENCIES ((int)(sizeof consistencies / sizeof consistencies[0]))

const char *cql_consistency_name(cql_consistency consistency)
{
	int i = (int)consistency - 1;

	return i >= 0 && i < CONSISTENCIES ? consistencies[i] : "UNKNOWN";
}

cql_consistency cql_consistency_parse(const char *name)
{
	for (int i = 0; name && i < CONSISTENCIES; i++)
		if (strcasecmp(name, consistencies[i]) == 0)
			return (cql_consistency)(i + 1);
	return CQL_CONSISTENCY_UNSET;
}

const char *cql_error_name(int32_t server_code)
{
	static const struct {
		int32_t code;
		const char *text;
	} errors[] = {
#define X(name, code, text, body) { code, text },
#include "proto/server_error.def"
#undef X
	};

	for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++)
		if (errors[i].code == server_code)
			return errors[i].text;
	return "unknown error";
}
