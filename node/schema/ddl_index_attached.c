/* SPDX-License-Identifier: MIT */
/* Indexes that are attached to storage: which columns and options they take. */
#include <string.h>
#include <strings.h>

#include "node/schema/ddl_index_class.h"
#include "node/schema/options.h"

/* ---- names --------------------------------------------------------------------------------------- */

static const char *const analysis_options[] = { "ascii", "case_sensitive", "normalize", NULL };
static const char *const vector_options[] = { "maximum_node_connections", "construction_beam_width",
					      "similarity_function", "optimize_for", NULL };

static bool is_among(const char *const *names, const char *name)
{
	while (*names && strcmp(*names, name) != 0)
		names++;
	return *names != NULL;
}

static bool has_any(const struct nd_index *index, const char *const *names)
{
	for (; *names; names++)
		if (nd_index_option(index, *names))
			return true;
	return false;
}

static bool check_names(struct nd_ddl *d, const struct nd_index *index)
{
	for (uint32_t i = 0; i < index->options.count; i++) {
		const char *name = index->options.at[i].name;

		if (strcmp(name, "class_name") != 0 && !is_among(analysis_options, name) &&
		    !is_among(vector_options, name))
			return nd_option_bad(d,
					     "Properties specified [%s] are not understood "
					     "by " ND_CLASS_SAI,
					     name);
	}
	return true;
}

/* ---- analysis ------------------------------------------------------------------------------------ */

/* "{'ascii': 'true', 'normalize': 'true'}" */
static const char *analysis_text(struct nd_ddl *d, const struct nd_index *index)
{
	const char *out = "";

	for (const char *const *name = analysis_options; *name && out; name++) {
		const char *value = nd_index_option(index, *name);

		if (value)
			out = nd_text(&d->x->problem, d->x->arena, "%s%s'%s': '%s'", out,
				      *out ? ", " : "", *name, value);
	}
	return out ? out : "";
}

/* "org.apache.cassandra.db.marshal.UTF8Type", of types that have no others inside. */
static const char *class_text(struct nd_ddl *d, const cql_type *type)
{
	static const struct {
		enum cql_kind kind;
		const char *name;
	} classes[] = {
#define X(id_name, id, cql, class_name, size) { CQL_KIND_##id_name, class_name },
#include <coodie/types.def>
#undef X
	};

	for (size_t i = 0; !type->count && i < sizeof classes / sizeof classes[0]; i++)
		if (classes[i].kind == type->kind)
			return nd_text(&d->x->problem, d->x->arena,
				       "org.apache.cassandra.db.marshal.%s", classes[i].name);
	return nd_type_text(d->x->arena, type);
}

static const char *term_type_text(struct nd_ddl *d, const struct nd_index *index)
{
	const cql_type *type = nd_index_type(index);

	if (index->target == ND_INDEX_ENTRIES)
		return nd_text(&d->x->problem, d->x->arena,
			       "'org.apache.cassandra.db.marshal.CompositeType(%s,%s)'",
			       class_text(d, type->inner[0]), class_text(d, type->inner[1]));
	return nd_type_text(d->x->arena, type);
}

static bool check_analysis(struct nd_ddl *d, const struct nd_index *index)
{
	enum cql_kind kind = nd_index_type(index)->kind;

	if (!has_any(index, analysis_options))
		return true;
	if (index->column->kind < ND_STATIC)
		return nd_ddl_refuse(d,
				     "Analysis options are not supported on primary key columns, "
				     "but found {%s}",
				     analysis_text(d, index));
	if (kind != CQL_KIND_TEXT && kind != CQL_KIND_ASCII)
		return nd_ddl_refuse(d, "CQL type %s cannot be analyzed.",
				     term_type_text(d, index));
	for (const char *const *name = analysis_options; *name; name++) {
		const char *value = nd_index_option(index, *name);

		if (value && !*value)
			return nd_ddl_refuse(d, "Empty value for boolean option '%s'", *name);
		if (value && strcasecmp(value, "true") != 0 && strcasecmp(value, "false") != 0)
			return nd_ddl_refuse(d, "Illegal value for boolean option '%s': %s", *name,
					     value);
	}
	return true;
}

/* ---- vectors ------------------------------------------------------------------------------------- */

static const char *upper(struct nd_ddl *d, const char *text)
{
	char *out = cd_arena_strndup(d->x->arena, text, strlen(text));

	for (char *c = out; c && *c; c++)
		*c = *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c;
	return out ? out : text;
}

/* Not given, or one of `words`, in any case. */
static bool is_word(const char *value, const char *const *words)
{
	while (value && *words && strcasecmp(value, *words) != 0)
		words++;
	return !value || *words;
}

static bool check_vector_options(struct nd_ddl *d, const struct nd_index *index)
{
	static const char *const similarities[] = { "EUCLIDEAN", "DOT_PRODUCT", "COSINE", NULL };
	static const char *const aims[] = { "LATENCY", "RECALL", NULL };
	const char *similarity = nd_index_option(index, "similarity_function");
	const char *aim = nd_index_option(index, "optimize_for");
	const cql_type *type = nd_index_type(index);

	if (!has_any(index, vector_options))
		return true;
	if (type->kind != CQL_KIND_VECTOR)
		return nd_ddl_refuse(d, "CQL type %s cannot have vector options",
				     nd_type_text(d->x->arena, type));
	if (nd_index_option(index, "maximum_node_connections"))
		return nd_ddl_refuse(d, "Maximum node connections cannot be set without enabling "
					"SAI_VECTOR_ALLOW_CUSTOM_PARAMETERS");
	if (nd_index_option(index, "construction_beam_width"))
		return nd_ddl_refuse(d, "Construction beam width cannot be set without enabling "
					"SAI_VECTOR_ALLOW_CUSTOM_PARAMETERS");
	if (!is_word(similarity, similarities))
		return nd_ddl_refuse(d,
				     "Similarity function %s was not recognized for index null. "
				     "Valid values are: EUCLIDEAN, DOT_PRODUCT, COSINE",
				     upper(d, similarity));
	return is_word(aim, aims) ||
	       nd_ddl_refuse(d,
			     "optimize_for '%s' was not recognized for index null. Valid values "
			     "are: LATENCY, RECALL",
			     upper(d, aim));
}

static bool check_vector(struct nd_ddl *d, const struct nd_index *index, const cql_type *type)
{
	const char *similarity = nd_index_option(index, "similarity_function");

	if (type->inner[0]->kind != CQL_KIND_FLOAT)
		return nd_ddl_refuse(d, "SAI ANN indexes are only allowed on vector columns with "
					"float elements");
	if (type->of.dimension == 1 && (!similarity || strcasecmp(similarity, "cosine") == 0))
		return nd_ddl_refuse(d, "Cosine similarity is not supported for single-dimension "
					"vectors");
	nd_request_warn(
		d->x,
		"SAI ANN indexes on vector columns are experimental and are not recommended for "
		"production use.\n"
		"They don't yet support SELECT queries with:\n"
		" * Consistency level higher than ONE/LOCAL_ONE.\n"
		" * Paging.\n"
		" * No LIMIT clauses.\n"
		" * PER PARTITION LIMIT clauses.\n"
		" * GROUP BY clauses.\n"
		" * Aggregation functions.\n"
		" * Filters on columns without a SAI index.");
	return true;
}

/* ---- the whole ----------------------------------------------------------------------------------- */

static bool is_supported(const cql_type *type)
{
	return type->frozen || type->kind == CQL_KIND_TUPLE || type->kind == CQL_KIND_UDT ||
	       type->kind == CQL_KIND_VECTOR ||
	       (type->kind < CQL_KIND_LIST && type->kind != CQL_KIND_BLOB);
}

static bool check_type(struct nd_ddl *d, const struct nd_index *index)
{
	const cql_type *type = nd_index_type(index);

	if (type->kind == CQL_KIND_VECTOR)
		return check_vector(d, index, type);
	if (index->target == ND_INDEX_ENTRIES || index->target == ND_INDEX_FULL) {
		for (uint32_t i = 0; index->target == ND_INDEX_ENTRIES && i < type->count; i++)
			if (!is_supported(type->inner[i]))
				return nd_ddl_refuse(d, "Unsupported type: %s",
						     nd_type_text(d->x->arena, type->inner[i]));
		return true;
	}
	return is_supported(type) ||
	       nd_ddl_refuse(d, "Unsupported type: %s", nd_type_text(d->x->arena, type));
}

const char *nd_index_columns_text(struct nd_ddl *d, const struct nd_create_index *def)
{
	const char *out = "";

	for (uint32_t i = 0; i < def->column_count && out; i++)
		out = nd_text(&d->x->problem, d->x->arena, "%s%s%s", out, i ? ", " : "",
			      def->columns[i]);
	return out ? out : "";
}

bool nd_index_check_attached(struct nd_ddl *d, const struct nd_index *index,
			     const struct nd_create_index *def)
{
	if (!check_names(d, index))
		return false;
	if (def->column_count > 1)
		return nd_ddl_refuse(d,
				     "A storage-attached index cannot be created over multiple "
				     "columns: %s",
				     nd_index_columns_text(d, def));
	if (!index->column)
		return nd_ddl_refuse(d, "Failed to retrieve target column for: ");
	return check_analysis(d, index) && check_vector_options(d, index) && check_type(d, index);
}

bool nd_index_check_others(struct nd_ddl *d, const struct nd_table *t, const struct nd_index *fresh)
{
	for (const struct nd_index *i = NULL; (i = nd_index_next_made(t, i)) != NULL;) {
		if (nd_index_kind(i) != ND_INDEX_ATTACHED)
			continue;
		if (fresh && fresh->column == i->column && fresh->target == i->target &&
		    nd_index_kind(fresh) == ND_INDEX_ATTACHED)
			return nd_ddl_refuse(
				d,
				"Cannot create more than one storage-attached index on "
				"the same column: %s",
				i->column->name);
		if (!check_type(d, i))
			return false;
	}
	return true;
}
