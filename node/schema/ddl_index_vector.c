/* SPDX-License-Identifier: MIT */
/* ScyllaDB's indexes of vectors: which columns and options they take. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "node/cluster/scylla.h"
#include "node/schema/ddl_index_class.h"
#include "proto/text.h"

enum { WORDS_MOST = 6 };

struct option {
	const char *name;
	const char *words[WORDS_MOST]; /* in any case; none: a whole number, or, of `least`, any */
	const char *shown;
	long most;   /* of a whole number, from 1 */
	double last; /* of a number, from 1 */
};

static const struct option options[] = {
	{ "similarity_function",
	  { "cosine", "euclidean", "dot_product" },
	  "cosine, euclidean, dot_product",
	  0,
	  0 },
	{ "maximum_node_connections", { NULL }, NULL, 512, 0 },
	{ "construction_beam_width", { NULL }, NULL, 4096, 0 },
	{ "search_beam_width", { NULL }, NULL, 4096, 0 },
	{ "quantization", { "f32", "f16", "bf16", "i8", "b1" }, "f32, f16, bf16, i8, b1", 0, 0 },
	{ "oversampling", { NULL }, NULL, 0, 100 },
	{ "rescoring", { "false", "true" }, "false, true", 0, 0 },
	{ "source_model", { NULL }, NULL, 0, 0 },
};

static bool check_word(struct nd_ddl *d, const struct option *o, const char *value)
{
	for (size_t i = 0; i < WORDS_MOST && o->words[i]; i++)
		if (strcasecmp(value, o->words[i]) == 0)
			return true;
	return nd_ddl_refuse(d,
			     "Invalid value in option '%s' for vector index: '%s'. Supported are "
			     "case-insensitive: %s",
			     o->name, value, o->shown);
}

static bool read_number(const struct option *o, const char *value, double *out)
{
	struct cd_scan s = { value, value, value + strlen(value), NULL };
	char *end;

	if (!o->most)
		return cd_scan_real(&s, false, out) && s.at == s.end;
	*out = (double)strtol(value, &end, 10);
	return end > value && !*end;
}

static bool check_number(struct nd_ddl *d, const struct option *o, const char *value)
{
	double most = o->most ? (double)o->most : o->last, n;

	if (!read_number(o, value, &n))
		return nd_ddl_refuse(
			d, "Invalid value in option '%s' for vector index: '%s' is not %s", o->name,
			value, o->most ? "an integer" : "a float");
	return (n >= 1 && n <= most) ||
	       nd_ddl_refuse(d,
			     "Invalid value in option '%s' for vector index: '%s' is out of valid "
			     "range [1 - %.0f]",
			     o->name, value, most);
}

static bool check_option(struct nd_ddl *d, const struct nd_property *p)
{
	const struct option *o = options, *end = options + sizeof options / sizeof *options;

	if (strcmp(p->name, "class_name") == 0)
		return true;
	while (o < end && strcmp(o->name, p->name) != 0)
		o++;
	if (o == end)
		return nd_ddl_refuse(d, "Unsupported option %s for vector index", p->name);
	if (o->shown)
		return check_word(d, o, p->text);
	return (!o->most && o->last == 0) || check_number(d, o, p->text);
}

bool nd_index_check_vector(struct nd_ddl *d, const struct nd_index *index,
			   const struct nd_create_index *def)
{
	const cql_type *type = index->column ? index->column->type : NULL;

	if (!nd_scylla_has_tablets(d->keyspace))
		return nd_ddl_refuse(d,
				     "Vector index requires the base table's keyspace to use "
				     "tablets.\nPlease alter the keyspace to use tablets and try "
				     "again.");
	if (def->column_count > 1)
		return nd_ddl_refuse(d, "columns to filter by are not supported by the node");
	if (!type || type->kind != CQL_KIND_VECTOR || type->inner[0]->kind != CQL_KIND_FLOAT)
		return nd_ddl_refuse(d, "Vector indexes are only supported on columns of vectors "
					"of floats");
	for (uint32_t i = 0; i < index->options.count; i++)
		if (!check_option(d, &index->options.at[i]))
			return false;
	return true;
}
