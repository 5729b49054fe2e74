/* SPDX-License-Identifier: MIT */
/* A table that is not there, and the one that was meant. */
#include <string.h>

#include "base/error.h"
#include "base/nearest.h"
#include "orm/schema/schema.h"

static const char *nth_name(const void *list, size_t i)
{
	return ((const char *const *)list)[i];
}

static const char **no_memory(coodie_error *err)
{
	cd_no_memory(err, "the names of tables");
	return NULL;
}

/* The names of all tables and views, and a NULL. */
static const char **list_names(coodie_schema *s, coodie_result *res, coodie_error *err)
{
	size_t count = coodie_result_row_count(res), i = 0;
	const char **list = cd_arena_take_array(&s->arena, count + 1, sizeof(*list));
	coodie_cursor rows = coodie_result_cursor(res);
	cql_text name;

	if (!list)
		return no_memory(err);
	while (coodie_cursor_next(&rows)) {
		if (!coodie_cursor_text(&rows, 0, &name, err))
			return NULL;
		list[i] = cd_arena_strndup(&s->arena, name.data, name.len);
		if (!list[i++])
			return no_memory(err);
	}
	list[i] = NULL;
	return list;
}

bool cd_take_missing(coodie_schema *s, coodie_result *res, const char *table, coodie_error *err)
{
	const char *wanted = s->tables->name, **names = list_names(s, res, err), *near;

	(void)table; /* all names were asked for */
	if (!names)
		return false;
	if (!*names)
		return cd_fail(err, COODIE_ERR_NOT_FOUND,
			       "there is no keyspace %s, or nothing in it", s->keyspace);
	near = cd_nearest(wanted, strlen(wanted), nth_name, names);
	return cd_fail(err, COODIE_ERR_NOT_FOUND, "keyspace %s has no table %s%s%s%s", s->keyspace,
		       wanted, near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
}
