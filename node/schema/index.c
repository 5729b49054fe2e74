/* SPDX-License-Identifier: MIT */
/* Indexes by their options. */
#include <string.h>
#include <strings.h>

#include "node/schema/index.h"
#include "node/schema/schema_change.h"

#define ANALYZERS "org.apache.cassandra.index.sasi.analyzer."

static const struct nd_analyzer_class analyzer_classes[] = {
	{ "NonTokenizingAnalyzer", ND_CUT_NOTHING, true },
	{ "StandardAnalyzer", ND_CUT_WORDS, true },
	{ "DelimiterAnalyzer", ND_CUT_DELIMITED, true },
	{ "NoOpAnalyzer", ND_CUT_NOTHING, false },
};

const struct nd_analyzer_class *nd_analyzer_class(const char *name)
{
	size_t len = sizeof ANALYZERS - 1;

	if (strncmp(name, ANALYZERS, len) != 0)
		return NULL;
	for (size_t i = 0; i < sizeof analyzer_classes / sizeof analyzer_classes[0]; i++)
		if (strcmp(analyzer_classes[i].name, name + len) == 0)
			return &analyzer_classes[i];
	return NULL;
}

enum nd_index_kind nd_index_kind(const struct nd_index *index)
{
	if (!index->class_name)
		return ND_INDEX_ORDINARY;
	if (strcmp(index->class_name, ND_CLASS_VECTOR) == 0)
		return ND_INDEX_VECTOR;
	return strcmp(index->class_name, ND_CLASS_SASI) == 0 ? ND_INDEX_SASI : ND_INDEX_ATTACHED;
}

const struct nd_index *nd_index_next_made(const struct nd_table *t, const struct nd_index *last)
{
	const struct nd_index *next = NULL;

	for (uint32_t i = 0; i < t->index_count; i++)
		if ((!last || t->indexes[i].number > last->number) &&
		    (!next || t->indexes[i].number < next->number))
			next = &t->indexes[i];
	return next;
}

const char *nd_index_option(const struct nd_index *index, const char *name)
{
	const struct nd_property *p = nd_properties_find(&index->options, name);

	return p ? p->text : NULL;
}

bool nd_index_flag(const struct nd_index *index, const char *name, bool otherwise)
{
	const char *value = nd_index_option(index, name);

	return value ? strcasecmp(value, "true") == 0 : otherwise;
}

const cql_type *nd_index_type(const struct nd_index *index)
{
	const cql_type *type = index->column->type;

	switch (index->target) {
	case ND_INDEX_KEYS:
		return type->inner[0];
	case ND_INDEX_VALUES:
		return type->inner[type->count - 1];
	default:
		return type;
	}
}

/* ---- SASI ---------------------------------------------------------------------------------------- */

static bool is_text(const cql_type *type)
{
	return type->kind == CQL_KIND_TEXT || type->kind == CQL_KIND_ASCII;
}

/* Without an analyzer's name, texts that are to be analyzed are cut into words. */
static const struct nd_analyzer_class *sasi_analyzer(const struct nd_index *index)
{
	const char *name = nd_index_option(index, "analyzer_class");

	if (!nd_index_flag(index, "analyzed", name != NULL))
		return NULL;
	if (name)
		return nd_analyzer_class(name);
	return is_text(index->column->type) ? &analyzer_classes[1] : NULL;
}

bool nd_sasi_is_literal(const struct nd_column *c)
{
	return is_text(c->type) && !c->descending;
}

bool nd_sasi_read(const struct nd_index *index, struct nd_sasi *out)
{
	static const char *const modes[] = { "PREFIX", "CONTAINS", "SPARSE" };
	const char *mode = nd_index_option(index, "mode");
	const struct nd_analyzer_class *class = sasi_analyzer(index);

	*out = (struct nd_sasi){
		.is_literal = nd_index_flag(index, "is_literal", nd_sasi_is_literal(index->column)),
		.is_analyzed = nd_index_flag(index, "analyzed",
					     nd_index_option(index, "analyzer_class") != NULL),
		.is_tokenized = class && class->cut != ND_CUT_NOTHING,
	};
	for (size_t i = 0; mode && i < sizeof modes / sizeof modes[0]; i++)
		if (strcasecmp(mode, modes[i]) == 0) {
			out->mode = (enum nd_sasi_mode)i;
			return true;
		}
	return mode == NULL;
}

bool nd_sasi_answers(const struct nd_sasi *s, enum nd_like like)
{
	static const bool answers[][4] = {
		[ND_SASI_PREFIX] = { [ND_LIKE_PREFIX] = true, [ND_LIKE_MATCHES] = true },
		[ND_SASI_CONTAINS] = { true, true, true, true },
		[ND_SASI_SPARSE] = { false },
	};

	if (s->is_tokenized && s->mode == ND_SASI_CONTAINS && like == ND_LIKE_PREFIX)
		return false;
	return answers[s->mode][like];
}

static struct nd_analyzer sasi_steps(const struct nd_index *index)
{
	const struct nd_analyzer_class *class = sasi_analyzer(index);
	struct nd_analyzer z = { .cut = ND_CUT_NOTHING, .drops_empty = true };
	const char *delimiter = nd_index_option(index, "delimiter"), *prefix;
	char lower[64], upper[64];
	size_t count = 0;

	if (!class || !class->texts_only)
		return z;
	z.cut = class->cut;
	z.delimiter = delimiter ? (uint8_t)*delimiter : ',';
	if (z.cut == ND_CUT_DELIMITED)
		return z;
	prefix = z.cut == ND_CUT_WORDS ? "tokenization_" : "";
	strcat(strcpy(lower, prefix), "normalize_lowercase");
	strcat(strcpy(upper, prefix), "normalize_uppercase");
	if (nd_index_flag(index, lower, false) ||
	    (z.cut == ND_CUT_NOTHING && !nd_index_flag(index, "case_sensitive", true)))
		z.steps[count++] = nd_text_lower;
	else if (nd_index_flag(index, upper, false))
		z.steps[count++] = nd_text_upper;
	z.steps[count] = nd_text_nfc;
	return z;
}

/* ---- attached ------------------------------------------------------------------------------------ */

struct nd_analyzer nd_index_analyzer(const struct nd_index *index)
{
	struct nd_analyzer z = { .cut = ND_CUT_NOTHING };
	size_t count = 0;

	if (nd_index_kind(index) == ND_INDEX_SASI)
		return sasi_steps(index);
	if (!nd_index_flag(index, "case_sensitive", true))
		z.steps[count++] = nd_text_lower;
	if (nd_index_flag(index, "normalize", false))
		z.steps[count++] = nd_text_nfc;
	if (nd_index_flag(index, "ascii", false))
		z.steps[count] = nd_text_ascii;
	return z;
}
