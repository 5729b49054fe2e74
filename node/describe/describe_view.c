/* SPDX-License-Identifier: MIT */
/* A materialized view as the statement that makes it. */
#include "node/describe/describe_text.h"

static void put_selection(struct cd_buffer *out, const struct nd_table *t)
{
	if (t->view->includes_all)
		cd_buffer_text(out, "*");
	else
		nd_describe_put_columns(out, t->columns, t->column_count,
					nd_describe_put_column_name);
}

void nd_describe_view(struct cd_buffer *out, const struct nd_table *t, bool internals)
{
	cd_buffer_text(out, "CREATE MATERIALIZED VIEW ");
	nd_describe_put_full_name(out, t->keyspace->name, t->name);
	cd_buffer_text(out, " AS\n    SELECT ");
	put_selection(out, t);
	cd_buffer_text(out, "\n    FROM ");
	nd_describe_put_full_name(out, t->keyspace->name, t->view->base->name);
	cd_buffer_text(out, "\n    WHERE ");
	cd_buffer_text(out, t->view->where);
	cd_buffer_text(out, "\n");
	nd_describe_put_primary_key(out, t);
	cd_buffer_text(out, " WITH ");
	nd_describe_put_options(out, t, internals);
}
