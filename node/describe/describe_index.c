/* SPDX-License-Identifier: MIT */
/* An index as the statement that makes it. */
#include "node/describe/describe_text.h"
#include "node/schema/schema_change.h"

/* values(c), or the column alone. */
static void put_target(struct cd_buffer *out, const struct nd_index *index)
{
	static const char *const called[] = {
		[ND_INDEX_SIMPLE] = NULL,  [ND_INDEX_VALUES] = "values(",
		[ND_INDEX_KEYS] = "keys(", [ND_INDEX_ENTRIES] = "entries(",
		[ND_INDEX_FULL] = "full(",
	};

	if (called[index->target])
		cd_buffer_text(out, called[index->target]);
	nd_name_put(out, index->column->name);
	if (called[index->target])
		cd_buffer_text(out, ")");
}

/* The option with the least name above `last`, but for the class; NULL: there is none. */
static const struct nd_property *next_option(const struct nd_properties *p, const char *last)
{
	const struct nd_property *next = NULL;

	for (uint32_t i = 0; i < p->count; i++) {
		const struct nd_property *o = &p->at[i];

		if (strcmp(o->name, "class_name") != 0 && (!last || strcmp(o->name, last) > 0) &&
		    (!next || strcmp(o->name, next->name) < 0))
			next = o;
	}
	return next;
}

/* USING 'class' WITH OPTIONS = {...} */
static void put_class(struct cd_buffer *out, const struct nd_index *index)
{
	const struct nd_property *class_name = nd_properties_find(&index->options, "class_name");
	const struct nd_property *o = next_option(&index->options, NULL);

	cd_buffer_text(out, " USING ");
	nd_describe_put_quoted(out, class_name ? class_name->text : index->class_name);
	if (!o)
		return;
	cd_buffer_text(out, " WITH OPTIONS = {");
	for (bool first = true; o; first = false, o = next_option(&index->options, o->name)) {
		if (!first)
			cd_buffer_text(out, ", ");
		nd_describe_put_quoted(out, o->name);
		cd_buffer_text(out, ": ");
		nd_describe_put_quoted(out, o->text);
	}
	cd_buffer_text(out, "}");
}

void nd_describe_index(struct cd_buffer *out, const struct nd_table *t,
		       const struct nd_index *index)
{
	cd_buffer_text(out, index->class_name ? "CREATE CUSTOM INDEX " : "CREATE INDEX ");
	nd_name_put(out, index->name);
	cd_buffer_text(out, " ON ");
	nd_describe_put_full_name(out, t->keyspace->name, t->name);
	cd_buffer_text(out, " (");
	put_target(out, index);
	cd_buffer_text(out, ")");
	if (index->class_name)
		put_class(out, index);
	cd_buffer_text(out, ";");
}
