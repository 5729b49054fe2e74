/* SPDX-License-Identifier: MIT */
/* What is in no snapshot of a schema, and who reads a table should know: asked of the server. */
#include <string.h>

#include "tools/gen/gen.h"

/* Older servers have some of the tables only. */
static const struct unseen {
	const char *query, *note;
} unseen[] = {
	{ "SELECT table_name, trigger_name FROM system_schema.triggers WHERE keyspace_name = ?",
	  "trigger %s is left out: models have none" },
	{ "SELECT table_name, column_name FROM system_schema.column_masks WHERE keyspace_name = ?",
	  "the mask of column %s is left out: models have none" },
};

static const char *column_text(struct gen *g, const coodie_cursor *c, size_t i)
{
	cql_text text = { "", 0 };

	coodie_cursor_text(c, i, &text, NULL);
	return pool_printf(&g->pool, "%.*s", (int)text.len, text.data ? text.data : "");
}

static void ask(struct gen *g, coodie_session *s, const struct unseen *u)
{
	const cql_value keyspace = cql_from_str(coodie_keyspace_meta_name(g->keyspace));
	coodie_error err = { 0 };
	coodie_result *res = coodie_session_query(s, u->query, cql_args_of(&keyspace, 1), NULL,
						  &err);
	coodie_cursor c;

	if (!res) {
		if (err.code != COODIE_ERR_SERVER)
			gen_note(g, NULL, "not known: %s", err.message);
		return;
	}
	c = coodie_result_cursor(res);
	while (coodie_cursor_next(&c)) {
		struct record *r = gen_record(g, column_text(g, &c, 0));

		if (r)
			gen_note(g, r, u->note, column_text(g, &c, 1));
	}
	coodie_result_free(res);
}

void gen_note_unseen(struct gen *g, coodie_session *s)
{
	for (size_t i = 0; i < sizeof unseen / sizeof unseen[0]; i++)
		ask(g, s, &unseen[i]);
}
