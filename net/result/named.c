/* SPDX-License-Identifier: MIT */
/* Names of markers, read as CQL reads them. */
#include "net/result/named.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"

#define NOBODY UINT32_MAX

/* ---- one name -------------------------------------------------------------------------------- */

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* A name in quotes, behind the first of them: "" stands for one. */
static bool is_quoted_name(const char *name, const char *marker)
{
	for (;; name++, marker++) {
		if (*name == '"' && *++name != '"')
			return !*name && !*marker;
		if (!*name || *name != *marker)
			return false;
	}
}

static bool is_name(const char *name, const char *marker)
{
	if (*name == '"')
		return is_quoted_name(name + 1, marker);
	for (; *name && lower(*name) == *marker; name++)
		marker++;
	return !*name && !*marker;
}

/* ---- all of them ----------------------------------------------------------------------------- */

/* Says what it could have been. */
static bool no_such_marker(const struct cd_columns *markers, const char *name, coodie_error *err)
{
	enum { SHOWN = 8 };
	char known[160] = "none";
	size_t len = 0;

	for (uint32_t i = 0; i < markers->count && i < SHOWN && len < sizeof known; i++)
		len += (size_t)snprintf(known + len, sizeof known - len, "%s%.64s", i ? ", " : "",
					markers->at[i].name.data);
	return cd_fail(err, COODIE_ERR_INVALID, "no marker is called %.100s; there are: %s%s", name,
		       known, markers->count > SHOWN ? ", ..." : "");
}

/* Gives all markers of that name the i-th value. */
static bool fill(const struct cd_columns *markers, const char *name, uint32_t i, uint32_t *from,
		 coodie_error *err)
{
	bool found = false;

	for (uint32_t at = 0; at < markers->count; at++) {
		if (!is_name(name, markers->at[at].name.data))
			continue;
		if (from[at] != NOBODY)
			return cd_fail(err, COODIE_ERR_INVALID,
				       "%.100s is given twice: values %u and %u", name,
				       (unsigned)from[at] + 1, (unsigned)i + 1);
		from[at] = i;
		found = true;
	}
	return found || no_such_marker(markers, name, err);
}

const cql_value *cd_named_arrange(struct cd_arena *a, const struct cd_columns *markers,
				  const char *const *names, cql_args args, coodie_error *err)
{
	uint32_t *from = cd_arena_take_array(a, markers->count + 1u, sizeof *from);
	cql_value *out = cd_arena_take_array(a, markers->count + 1u, sizeof *out);

	if (!from || !out)
		return cd_no_memory(err, "values by name"), NULL;
	for (uint32_t m = 0; m < markers->count; m++)
		from[m] = NOBODY;
	for (size_t i = 0; i < args.count; i++)
		if (!names[i])
			return cd_fail_null(err, COODIE_ERR_INVALID, "value %zu has no name",
					    i + 1);
		else if (!fill(markers, names[i], (uint32_t)i, from, err))
			return NULL;
	for (uint32_t m = 0; m < markers->count; m++) {
		if (from[m] == NOBODY)
			return cd_fail_null(err, COODIE_ERR_INVALID,
					    "no value was given for %.100s (cql_unset leaves it as "
					    "it is)",
					    markers->at[m].name.data);
		out[m] = args.values[from[m]];
	}
	return out;
}

const char *const *cd_named_copy(struct cd_arena *a, const char *const *names, size_t count)
{
	const char **copies = cd_arena_take_array(a, count + 1, sizeof *copies);

	for (size_t i = 0; copies && i < count; i++)
		if (names[i] && !(copies[i] = cd_arena_strndup(a, names[i], strlen(names[i]))))
			return NULL;
	return copies;
}
