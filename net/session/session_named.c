/* SPDX-License-Identifier: MIT */
/* Statements with values by name: names and values apart, as a driver takes them. */
#include <coodie/named.h>

#include "base/error.h"
#include "net/engine/prepared.h"
#include "net/result/named.h"
#include "net/session/session.h"

/* The two arrays, in one arena. */
struct binds {
	struct cd_arena arena;
	const char **names;
	cql_value *values;
	size_t count;
};

static bool split(struct binds *b, coodie_session *s, const coodie_named *binds, size_t count,
		  coodie_error *err)
{
	cd_clear(err);
	*b = (struct binds){ .count = count };
	if (!s)
		return cd_fail(err, COODIE_ERR_INVALID, "the session is NULL");
	if (count && !binds)
		return cd_fail(err, COODIE_ERR_INVALID, "%zu binds, but their array is NULL",
			       count);
	cd_arena_init(&b->arena, &s->allocator, 0);
	b->names = cd_arena_take_array(&b->arena, count + 1, sizeof *b->names);
	b->values = cd_arena_take_array(&b->arena, count + 1, sizeof *b->values);
	for (size_t i = 0; b->names && b->values && i < count; i++) {
		b->names[i] = binds[i].name;
		b->values[i] = binds[i].value;
	}
	return (b->names && b->values) || cd_no_memory(err, "values by name");
}

bool coodie_session_query_named_async(coodie_session *s, const char *cql, const coodie_named *binds,
				      size_t count, const coodie_request *r, coodie_done_fn *done,
				      void *user, coodie_error *err)
{
	struct binds b;
	bool ok = split(&b, s, binds, count, err);

	if (ok && !cql)
		ok = cd_fail(err, COODIE_ERR_INVALID, "query: no statement was given");
	if (ok) {
		const coodie_statement st = { .size = sizeof st,
					      .cql = cql,
					      .args = { count, b.values },
					      .names = count ? b.names : NULL,
					      .request = r };
		ok = coodie_session_submit(s, &st, done, user, err);
	}
	cd_arena_deinit(&b.arena);
	return ok;
}

bool coodie_session_execute_named_async(coodie_session *s, coodie_prepared *p,
					const coodie_named *binds, size_t count,
					const coodie_request *r, coodie_done_fn *done, void *user,
					coodie_error *err)
{
	struct binds b;
	bool ok = split(&b, s, binds, count, err);

	if (ok && !p)
		ok = cd_fail(err, COODIE_ERR_INVALID, "execute: no prepared statement was given");
	const cql_value *values = ok ? cd_named_arrange(&b.arena, &p->binds, b.names,
							(cql_args){ count, b.values }, err)
				     : NULL;
	ok = values && coodie_session_execute_async(s, p, (cql_args){ p->binds.count, values }, r,
						    done, user, err);
	cd_arena_deinit(&b.arena);
	return ok;
}
