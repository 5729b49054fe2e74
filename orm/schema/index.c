/* SPDX-License-Identifier: MIT */
/* A column's index as a statement, and looked for among those of the table. */
#include "orm/schema/index.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "base/identifier.h"
#include "orm/schema/ddl.h"
#include "orm/value/datum.h"

bool cd_index_is_wanted(const struct cd_column *c)
{
	return c->def.index.on && !c->def.index.external;
}

bool cd_index_has_choice(const struct cd_column *c)
{
	return c->kind == CQL_KIND_VECTOR && !c->def.index.class_name;
}

bool cd_index_is_custom(const struct cd_column *c)
{
	return c->def.index.class_name || cd_index_has_choice(c);
}

/* ---- the statement --------------------------------------------------------------------------- */

/* Cassandra's own default: the table, the column, only letters, digits and underscores. */
static void put_default_name(struct cd_buffer *b, const struct cd_model *m,
			     const struct cd_column *c)
{
	const char *parts[] = { m->table_name, "_", c->name, "_idx" };

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		for (const char *at = parts[i]; *at; at++) {
			if ((*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') ||
			    (*at >= '0' && *at <= '9') || *at == '_')
				cd_buffer_u8(b, (uint8_t)*at);
		}
	}
}

/* The name as the server stores it, terminated; false when out of memory. */
static bool read_name(struct cd_buffer *b, const struct cd_model *m, const struct cd_column *c)
{
	if (c->def.index.name)
		cd_buffer_text(b, c->def.index.name);
	else
		put_default_name(b, m, c);
	cd_buffer_u8(b, '\0');
	return !b->failed;
}

static void put_name(struct cd_buffer *b, const struct cd_model *m, const struct cd_column *c)
{
	struct cd_buffer name;

	cd_buffer_init(&name, b->allocator, 0);
	if (read_name(&name, m, c))
		cd_identifier_append(b, (const char *)name.data);
	else
		b->failed = true;
	cd_buffer_deinit(&name);
}

static bool is_collection(const struct cd_column *c)
{
	return c->kind == CQL_KIND_LIST || c->kind == CQL_KIND_SET || c->kind == CQL_KIND_MAP;
}

/* What of the column: its values, keys, entries, or the whole of a frozen collection; "" for what is not
 * a collection. */
static const char *target_of(const struct cd_column *c)
{
	if (!is_collection(c))
		return "";
	if (c->def.index.target)
		return c->def.index.target;
	return c->multicell ? "VALUES" : "FULL";
}

static void put_target(struct cd_buffer *b, const struct cd_column *c)
{
	const char *target = target_of(c);
	bool plain = !*target || strcasecmp(target, "VALUES") == 0;

	cd_buffer_text(b, " (");
	if (!plain)
		cd_buffer_text(b, target);
	cd_buffer_text(b, plain ? "" : "(");
	cd_buffer_text(b, c->quoted);
	cd_buffer_text(b, plain ? ")" : "))");
}

static const char *similarity_name(enum coodie_similarity similarity)
{
	static const char *const names[] = {
		[COODIE_SIMILARITY_NONE] = NULL,
		[COODIE_SIMILARITY_COSINE] = "COSINE",
		[COODIE_SIMILARITY_DOT_PRODUCT] = "DOT_PRODUCT",
		[COODIE_SIMILARITY_EUCLIDEAN] = "EUCLIDEAN",
	};

	return names[similarity];
}

/* The user's options are a map; the similarity joins them. */
static void put_options(struct cd_buffer *b, const coodie_index *index)
{
	const char *similarity = similarity_name(index->similarity), *options = index->options;

	if (!similarity && !options)
		return;
	cd_buffer_text(b, " WITH OPTIONS = {");
	if (similarity) {
		cd_buffer_text(b, "'similarity_function': ");
		cd_ddl_put_string(b, similarity);
	}
	if (options && options[1 + strspn(options + 1, " \t\n")] == '}')
		options = NULL; /* {} */
	if (similarity && options)
		cd_buffer_text(b, ", ");
	cd_buffer_text(b, options ? options + 1 : "}");
}

void cd_index_create(struct cd_buffer *b, const struct cd_model *m, const struct cd_column *c,
		     const char *class_name)
{
	const coodie_index *index = &c->def.index;
	bool custom = cd_index_is_custom(c);

	cd_buffer_text(b, custom ? "CREATE CUSTOM INDEX IF NOT EXISTS "
				 : "CREATE INDEX IF NOT EXISTS ");
	put_name(b, m, c);
	cd_buffer_text(b, " ON ");
	cd_buffer_text(b, m->table);
	put_target(b, c);
	if (!custom)
		return;
	cd_buffer_text(b, " USING ");
	cd_ddl_put_string(b, class_name          ? class_name
			     : index->class_name ? index->class_name
						 : "StorageAttachedIndex");
	put_options(b, index);
}

/* ---- those that are there -------------------------------------------------------------------- */

/* A row of system_schema.indexes; views of the result. */
struct there {
	cql_text name, target, class_name, similarity;
};

static bool same_word(cql_text text, const char *word)
{
	return text.len == strlen(word) && !strncasecmp(text.data, word, text.len);
}

static bool read_options(cql_value options, struct there *out, coodie_error *err)
{
	const struct {
		const char *key;
		cql_text *out;
	} known[] = { { "target", &out->target },
		      { "class_name", &out->class_name },
		      { "similarity_function", &out->similarity } };
	cql_value key, value;
	cql_text name;
	cql_map map;
	cql_iter it;

	if (cql_is_null(options))
		return true;
	if (!cql_to_map(options, &map, err))
		return false;
	it = cql_map_iter(map);
	while (cql_iter_next_pair(&it, &key, &value)) {
		for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
			if (cql_to_text(key, &name, NULL) && cd_text_is(name, known[i].key) &&
			    !cql_to_text(value, known[i].out, err))
				return false;
		}
	}
	return true;
}

static bool read_there(const coodie_cursor *cursor, struct there *out, coodie_error *err)
{
	cql_value options;

	*out = (struct there){ .target = { "", 0 } };
	return coodie_cursor_text(cursor, 0, &out->name, err) &&
	       coodie_cursor_value(cursor, 1, &options, err) && read_options(options, out, err);
}

/* "target": a column, quoted or not, perhaps inside values(), keys(), entries() or full(): takes that
 * off. "" when it is not there. */
static cql_text take_part(cql_text *target)
{
	const char *open = target->len && *target->data != '"'
				   ? memchr(target->data, '(', target->len)
				   : NULL;
	cql_text part = { "", 0 };

	if (open && target->data[target->len - 1] == ')') {
		part = (cql_text){ target->data, (size_t)(open - target->data) };
		*target = (cql_text){ open + 1, target->len - part.len - 2 };
	}
	return part;
}

static bool column_is(cql_text target, const char *name, const char *quoted)
{
	return cd_text_is(target, target.len && *target.data == '"' ? quoted : name);
}

/* Older servers leave values() out. */
static bool target_is(cql_text target, const struct cd_column *c)
{
	cql_text part = take_part(&target);

	if (!part.len && is_collection(c))
		part = (cql_text){ "values", 6 };
	return same_word(part, target_of(c)) && column_is(target, c->name, c->quoted);
}

bool cd_index_is_of(const coodie_cursor *indexes, const char *name, const char *quoted, bool *is,
		    coodie_error *err)
{
	struct there t;

	*is = false;
	if (!read_there(indexes, &t, err))
		return false;
	take_part(&t.target);
	*is = column_is(t.target, name, quoted);
	return true;
}

/* A class by its last name; "sai" is what people call the other. */
static cql_text short_class(cql_text name)
{
	static const cql_text sai = { "StorageAttachedIndex", 20 };
	size_t from = name.len;

	if (same_word(name, "sai"))
		return sai;
	while (from && name.data[from - 1] != '.')
		from--;
	return (cql_text){ name.data + from, name.len - from };
}

static bool class_is(cql_text there, const char *wanted)
{
	cql_text a = short_class(there), b = short_class((cql_text){ wanted, strlen(wanted) });

	return a.len == b.len && !memcmp(a.data, b.data, a.len);
}

static bool conflict(const struct cd_model *m, const char *name, const char *what, cql_text there,
		     const char *wanted, coodie_error *err)
{
	return cd_fail(err, COODIE_ERR_CONFLICT,
		       "%s: index %s is %s %.*s in the table and %s %s in the model; give it "
		       "another name: COODIE_INDEX(.name = \"...\"), or run: DROP INDEX %s.%s",
		       m->table, name, what, (int)there.len, there.data, what, wanted,
		       m->keyspace_name, name);
}

/* What the model says of the class; nothing said is nothing to differ. A server's default is COSINE. */
static bool compare_class(const struct cd_model *m, const struct cd_column *c,
			  const struct there *t, const char *name, bool *same, coodie_error *err)
{
	const char *class_name = c->def.index.class_name,
		   *similarity = similarity_name(c->def.index.similarity);
	cql_text has = t->similarity.data ? t->similarity : (cql_text){ "COSINE", 6 };
	bool same_name = cd_text_is(t->name, name);

	*same = false;
	if (class_name && !class_is(t->class_name, class_name))
		return !same_name ||
		       conflict(m, name, "of class",
				t->class_name.data ? t->class_name : (cql_text){ "(none)", 6 },
				class_name, err);
	if (similarity && !same_word(has, similarity))
		return !same_name || conflict(m, name, "by", has, similarity, err);
	*same = true;
	return true;
}

static bool compare(const struct cd_model *m, const struct cd_column *c, const struct there *t,
		    const char *name, bool *same, coodie_error *err)
{
	const char *target = target_of(c), *open = *target ? "(" : "", *close = *target ? ")" : "";
	char wanted[160];

	*same = false;
	if (target_is(t->target, c))
		return compare_class(m, c, t, name, same, err);
	snprintf(wanted, sizeof(wanted), "%s%s%s%s", target, open, c->quoted, close);
	return !cd_text_is(t->name, name) || conflict(m, name, "on", t->target, wanted, err);
}

bool cd_index_is_there(const struct cd_model *m, const struct cd_column *c, coodie_result *indexes,
		       bool *is, coodie_error *err)
{
	coodie_cursor cursor = coodie_result_cursor(indexes);
	struct cd_buffer name;
	struct there t;
	bool ok;

	*is = false;
	cd_buffer_init(&name, &m->allocator, 0);
	ok = read_name(&name, m, c) || cd_no_memory(err, "the schema");
	while (ok && !*is && coodie_cursor_next(&cursor))
		ok = read_there(&cursor, &t, err) &&
		     compare(m, c, &t, (const char *)name.data, is, err);
	cd_buffer_deinit(&name);
	return ok;
}
