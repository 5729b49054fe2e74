/* SPDX-License-Identifier: MIT */
/* A statement of a batch with a time of its own: alone it travels beside the statement, but a batch has
 * one for all, so that here it is in the text. */
#include <string.h>

#include "base/error.h"
#include "orm/batch/batch.h"

/* What stands behind the USING of each statement, by its first letter. */
static const char *behind_using(char verb)
{
	return verb == 'U' ? " SET " : verb == 'D' ? " WHERE " : "";
}

/* Where USING ends, or would begin; `binds` are those before it. */
static size_t find_using(const char *cql, size_t *binds)
{
	const char *behind = behind_using(*cql);
	bool quoted = false;
	size_t at;

	*binds = 0;
	for (at = 0; cql[at]; at++) {
		quoted ^= cql[at] == '"';
		if (!quoted && *behind && !strncmp(cql + at, behind, strlen(behind)))
			break;
		*binds += !quoted && cql[at] == '?';
	}
	return at;
}

static bool put_text(struct cd_write *w, size_t at)
{
	struct cd_buffer text;
	const char *more = w->ttl ? " AND TIMESTAMP ?" : " USING TIMESTAMP ?";

	cd_buffer_init(&text, &w->place.model->allocator, 0);
	cd_buffer_bytes(&text, w->cql, at);
	cd_buffer_text(&text, more);
	cd_buffer_bytes(&text, w->cql + at, strlen(w->cql + at));
	w->cql = text.failed ? NULL
			     : cd_arena_strndup(&w->arena, (const char *)text.data, text.len);
	cd_buffer_deinit(&text);
	return w->cql;
}

static bool put_bind(struct cd_write *w, size_t at)
{
	cql_value *args = cd_arena_take_array(&w->arena, w->args.count + 1, sizeof(*args));

	if (!args)
		return false;
	memcpy(args, w->args.values, at * sizeof(*args));
	args[at] = cql_from_llong(w->request.timestamp_us);
	memcpy(args + at + 1, w->args.values + at, (w->args.count - at) * sizeof(*args));
	w->args = (cql_args){ w->args.count + 1, args };
	return true;
}

bool cd_batch_stamp(struct cd_write *w, coodie_error *err)
{
	size_t binds, at;

	if (!w->cql || !w->request.timestamp_us)
		return true;
	if (w->place.model->is_counter)
		return cd_fail(err, COODIE_ERR_QUERY, "%s(%s): counters take no timestamp_us",
			       w->verb->name, w->place.model->label);
	at = find_using(w->cql, &binds);
	return (put_text(w, at) && put_bind(w, binds)) || cd_no_memory(err, "a batch");
}
