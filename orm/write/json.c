/* SPDX-License-Identifier: MIT */
/* INSERT ... JSON: the server reads the text, so that the columns are its business. */
#include <coodie/update.h>

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "orm/write/write.h"

static bool plan_json(struct cd_write *w, const struct cd_call *call, coodie_error *err)
{
	const struct cd_model *m = w->place.model;
	size_t size = strlen(m->table) + 64, count = 1;
	char *cql = cd_arena_take(&w->arena, size);
	cql_value *args = cd_write_room(w, 2, err);

	if (!cql || !args)
		return cd_no_memory(err, "a write");
	if (call->args.values->is.tag != CQL_TAG_TEXT)
		return cd_fail(err, COODIE_ERR_INVALID, "%s(%s): the text is NULL", w->verb->name,
			       m->label);
	args[0] = *call->args.values;
	cd_write_put_ttl(w, args, &count);
	snprintf(cql, size, "INSERT INTO %s JSON ? DEFAULT UNSET%s", m->table,
		 w->ttl ? " USING TTL ?" : "");
	w->cql = cql;
	w->args = (cql_args){ count, args };
	return true;
}

const struct cd_verb cd_save_json = { "coodie_save_json", CD_TAKES_TTL | CD_TAKES_TIMESTAMP,
				      plan_json };

bool coodie_save_json(coodie_session *s, const coodie_model *m, cql_text json,
		      const coodie_write *w, coodie_error *err)
{
	const cql_value text = cql_from_text(json);

	return cd_write_run(&(struct cd_call){ .verb = &cd_save_json,
					       .session = s,
					       .model = m,
					       .args = { 1, &text },
					       .options = w },
			    err);
}

bool coodie_save_json_async(coodie_session *s, const coodie_model *m, cql_text json,
			    const coodie_write *w, coodie_status_fn *done, void *user,
			    coodie_error *err)
{
	const cql_value text = cql_from_text(json);

	return cd_write_run_async(&(struct cd_call){ .verb = &cd_save_json,
						     .session = s,
						     .model = m,
						     .args = { 1, &text },
						     .options = w },
				  done, user, err);
}
