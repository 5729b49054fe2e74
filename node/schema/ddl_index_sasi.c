/* SPDX-License-Identifier: MIT */
/* Indexes of SASI's: which columns and options they take. */
#include <string.h>

#include "node/schema/ddl_index_class.h"
#include "node/schema/options.h"

/* What Cassandra says when something inside of it broke: all options as Java prints a map. */
static bool fail(struct nd_ddl *d, const struct nd_index *index)
{
	const char *out = "";

	for (uint32_t i = 0; i < index->options.count && out; i++)
		out = nd_text(&d->x->problem, d->x->arena, "%s%s=%s, ", out,
			      index->options.at[i].name, index->options.at[i].text);
	return nd_option_bad(d, "Failed to validate custom indexer options: {%starget=%s}",
			     out ? out : "", index->column->name);
}

static bool check_case(struct nd_ddl *d, const struct nd_index *index)
{
	if (nd_index_option(index, "case_sensitive") &&
	    (nd_index_option(index, "normalize_lowercase") ||
	     nd_index_option(index, "normalize_uppercase")))
		return nd_option_bad(d, "case_sensitive option cannot be specified together with "
					"either normalize_lowercase or normalize_uppercase");
	return true;
}

/* Options that Cassandra finds out about only when the index is there, and cannot be used. */
static bool check_late(struct nd_ddl *d, const struct nd_index *index, enum nd_cut cut)
{
	const char *prefix = cut == ND_CUT_WORDS ? "tokenization_" : "";
	const char *delimiter = nd_index_option(index, "delimiter");
	char lower[64], upper[64];

	strcat(strcpy(lower, prefix), "normalize_lowercase");
	strcat(strcpy(upper, prefix), "normalize_uppercase");
	if (cut == ND_CUT_DELIMITED)
		return !delimiter || strlen(delimiter) == 1 ||
		       nd_option_bad(d, "Only single character delimiters supported, was %s",
				     delimiter);
	if (nd_index_flag(index, lower, false) && nd_index_flag(index, upper, false))
		return nd_option_bad(d, "Options to normalize terms cannot be both uppercase and "
					"lowercase at the same time");
	if (cut == ND_CUT_WORDS && nd_index_option(index, "tokenization_locale") &&
	    (nd_index_flag(index, "tokenization_enable_stemming", false) ||
	     nd_index_flag(index, "tokenization_skip_stop_words", false)))
		return nd_option_bad(d, "stems and stop words of a language are not supported by "
					"the node");
	return true;
}

static bool check_analyzer(struct nd_ddl *d, const struct nd_index *index)
{
	const char *name = nd_index_option(index, "analyzer_class");
	const struct nd_analyzer_class *class = name ? nd_analyzer_class(name) : NULL;
	const cql_type *type = index->column->type;

	if (!name)
		return true;
	if (!class)
		return strncmp(name, "java.", 5) == 0
			       ? fail(d, index)
			       : nd_option_bad(d, "Invalid analyzer class option specified [%s]",
					       name);
	/* a type in descending order is another one */
	if (class->texts_only && ((type->kind != CQL_KIND_TEXT && type->kind != CQL_KIND_ASCII) ||
				  index->column->descending))
		return nd_option_bad(d, "%s does not support type %s", class->name,
				     nd_type_text(d->x->arena, type));
	return (class->cut != ND_CUT_NOTHING || !class->texts_only || check_case(d, index)) &&
	       check_late(d, index, class->cut);
}

static bool check_mode(struct nd_ddl *d, const struct nd_index *index)
{
	const char *memory = nd_index_option(index, "max_compaction_flush_memory_in_mb");
	struct nd_sasi s;
	int32_t megabytes;

	if (!nd_sasi_read(index, &s))
		return nd_option_bad(d, "Incorrect index mode: %s", nd_index_option(index, "mode"));
	if (memory && !nd_option_int(memory, &megabytes))
		return fail(d, index);
	if (s.mode == ND_SASI_SPARSE && s.is_literal)
		return nd_option_bad(d, "SPARSE mode is only supported on non-literal columns.");
	if (s.mode == ND_SASI_SPARSE && s.is_analyzed)
		return nd_option_bad(d, "SPARSE mode doesn't support analyzers.");
	return true;
}

bool nd_index_check_sasi(struct nd_ddl *d, const struct nd_index *index,
			 const struct nd_create_index *def)
{
	if (!index->column)
		return nd_option_bad(d, "failed to retrieve target column for: %s",
				     nd_index_columns_text(d, def));
	if (index->column->is_multi_cell)
		return nd_option_bad(d, "complex columns are not yet supported by SASI");
	if (index->column->kind == ND_PARTITION_KEY)
		return nd_option_bad(d, "partition key columns are not yet supported by SASI");
	return check_analyzer(d, index) && check_mode(d, index);
}
