/* SPDX-License-Identifier: MIT */
/* What a column's index must obey (VX-02, SM-18 to SM-20). */
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "orm/model/model.h"

#define BAD_INDEX(...) (cd_fail(err, COODIE_ERR_MODEL, __VA_ARGS__), name_index(m, c, err))

static bool name_index(const struct cd_model *m, const struct cd_column *c, coodie_error *err)
{
	if (err)
		cd_error_prefix(err, "model %s, column %s, index", m->label, c->def.name);
	return false;
}

static bool is_collection(const struct cd_column *c)
{
	return c->kind == CQL_KIND_LIST || c->kind == CQL_KIND_SET || c->kind == CQL_KIND_MAP;
}

/* Where each word is legal. */
static const struct target {
	char word[8];
	bool multicell; /* or frozen */
	bool map;       /* only */
} targets[] = {
	{ "VALUES", true, false },
	{ "KEYS", true, true },
	{ "ENTRIES", true, true },
	{ "FULL", false, false },
};

static bool check_target(const struct cd_model *m, const struct cd_column *c, coodie_error *err)
{
	const char *word = c->def.index.target;

	for (size_t i = 0; word && i < sizeof(targets) / sizeof(targets[0]); i++) {
		const struct target *t = &targets[i];

		if (strcasecmp(word, t->word) != 0)
			continue;
		if (is_collection(c) && c->multicell == t->multicell &&
		    (!t->map || c->kind == CQL_KIND_MAP))
			return true;
		return BAD_INDEX("target %s is for a %s, not for %.60s; leave it out", t->word,
				 !t->multicell ? "frozen collection"
				 : t->map      ? "map that is not frozen"
					       : "collection that is not frozen",
				 c->spelling);
	}
	return !word ||
	       BAD_INDEX("target \"%.20s\" is none; write \"KEYS\", \"ENTRIES\" or \"FULL\"", word);
}

static bool check_similarity(const struct cd_model *m, const struct cd_column *c, coodie_error *err)
{
	const coodie_index *index = &c->def.index;

	if (c->kind == CQL_KIND_VECTOR && (cd_column_is_key(c) || c->role == CD_ROLE_STATIC))
		return BAD_INDEX("a vector that is indexed is no key and not static");
	if (!index->similarity)
		return true;
	if ((unsigned)index->similarity > COODIE_SIMILARITY_EUCLIDEAN)
		return BAD_INDEX(
			"similarity %d is none; write COODIE_SIMILARITY_COSINE, _DOT_PRODUCT "
			"or _EUCLIDEAN",
			(int)index->similarity);
	return c->kind == CQL_KIND_VECTOR ||
	       BAD_INDEX("similarity is for a vector, not for %.60s; leave it out", c->spelling);
}

static bool is_map(const char *text)
{
	return *text == '{' && text[strlen(text) - 1] == '}';
}

static bool check_options(const struct cd_model *m, const struct cd_column *c, coodie_error *err)
{
	const coodie_index *index = &c->def.index;

	if (!index->options)
		return true;
	if (!is_map(index->options))
		return BAD_INDEX("options are a CQL map, such as {'case_sensitive': 'false'}");
	return index->class_name || c->kind == CQL_KIND_VECTOR ||
	       BAD_INDEX("options are of a class; write .class_name = \"StorageAttachedIndex\"");
}

bool cd_model_check_index(const struct cd_model *m, const struct cd_column *c, coodie_error *err)
{
	const coodie_index *index = &c->def.index;

	if (!index->on)
		return true;
	if (c->kind == CQL_KIND_COUNTER || c->kind == CQL_KIND_DURATION)
		return BAD_INDEX("a %s cannot be indexed; leave .index out",
				 cql_kind_name(c->kind));
	if (index->name && !*index->name)
		return BAD_INDEX("its name is empty; write COODIE_INDEX() for the default one");
	if (index->class_name && !*index->class_name)
		return BAD_INDEX("its class is empty; leave .class_name out");
	return check_target(m, c, err) && check_similarity(m, c, err) && check_options(m, c, err);
}
