/* SPDX-License-Identifier: MIT */
/* The rules of a model. Each refusal names the column, what is wrong, and the fix. */
#include <string.h>

#include "base/error.h"
#include "base/nearest.h"
#include "orm/model/model.h"
#include "orm/model/spelling.h"
#include "orm/model/udt.h"

#define BAD(...) cd_fail(err, COODIE_ERR_MODEL, __VA_ARGS__)

/* "model user, column age: ..." */
#define BAD_COLUMN(...) (cd_fail(err, COODIE_ERR_MODEL, __VA_ARGS__), name_column(m->label, c, err))
/* The same of a record's row: "type address, field street: ..." */
#define BAD_MEMBER(...) (cd_fail(err, COODIE_ERR_MODEL, __VA_ARGS__), name_member(r, c, err))

static bool name_column(const char *label, const struct cd_column *c, coodie_error *err)
{
	if (err)
		cd_error_prefix(err, "model %s, column %s", label, c->def.name);
	return false;
}

static bool name_member(const struct cd_record *r, const struct cd_column *c, coodie_error *err)
{
	if (err)
		cd_error_prefix(err, "%s %s, %s %s", r->what, r->label, r->part, c->def.name);
	return false;
}

/* ---- the table, before anything of it is used ------------------------------------------------ */

bool cd_model_check_table(const coodie_model *m, coodie_error *err)
{
	if (m->size < offsetof(coodie_model, keyspace) || m->size > 4096)
		return BAD("a model of size %zu; make it with COODIE_MODEL()", m->size);
	if (!m->object_name)
		return BAD("a model without the struct's name; make it with COODIE_MODEL()");
	if (m->size > sizeof(coodie_model) || m->column_stride > sizeof(coodie_column))
		return BAD(
			"model %s was compiled with a newer coodie than this library; update the "
			"library",
			m->object_name);
	if (m->column_stride < offsetof(coodie_column, db_name) ||
	    m->column_stride % sizeof(void *))
		return BAD("model %s: column_stride is %zu; make it with COODIE_MODEL()",
			   m->object_name, m->column_stride);
	if (!m->columns || !m->column_count || m->column_count > 65535)
		return BAD(
			"model %s has no columns; give COODIE_MODEL() a table of COODIE_COLUMN() "
			"rows",
			m->object_name);
	if (!m->table || !*m->table)
		return BAD("model %s has no table; it is the third argument of COODIE_MODEL()",
			   m->object_name);
	return true;
}

/* ---- one column ------------------------------------------------------------------------------ */

static const char *kind_name(const void *list, size_t i)
{
	static const enum cql_kind kinds[] = {
#define X(name, id, cql, class_name, size) CQL_KIND_##name,
#include <coodie/types.def>
#undef X
	};

	(void)list;
	return i < sizeof(kinds) / sizeof(kinds[0]) ? cql_kind_name(kinds[i]) : NULL;
}

/* A word that is no type parses as the name of a user type: most often it is misspelt. */
static bool check_user_type(const struct cd_record *r, const struct cd_column *c, coodie_error *err)
{
	const char *name = cql_type_name(c->type);
	const char *near = c->def.udt || r->is_read || !name
				   ? NULL
				   : cd_nearest(name, strlen(name), kind_name, NULL);

	return !near ||
	       BAD_MEMBER("\"%.40s\" is no CQL type; did you mean \"%s\"?", c->def.type, near);
}

/* A C integer knows which CQL type it fits: the other half of the fix. */
static const char *suggest_type(const struct cd_codec *codec)
{
	return codec->kind_count ? cql_kind_name(codec->kinds[0]) : "?";
}

static bool check_fit(const struct cd_record *r, const struct cd_column *c, coodie_error *err)
{
	bool points;
	const char *member = cd_codec_suggest(c->kind, &points);

	if (c->kind == CQL_KIND_UDT && !check_user_type(r, c, err))
		return false;
	if (!member)
		return BAD_MEMBER("%ss of type %.60s are not supported", r->part, c->spelling);
	if (!c->codec)
		return BAD_MEMBER("coodie does not know the member's C type; for %.60s make it %s",
				  c->spelling, member);
	if (!cd_codec_takes(c->codec, c->kind))
		return BAD_MEMBER(
			"the member is %s%s but the CQL type is %.60s; make the member %s%s, or "
			"the %s %s",
			c->codec->text, c->optional ? " *" : "", c->spelling, member,
			c->optional && points ? " *" : "", r->part, suggest_type(c->codec));
	return true;
}

/* Bytes of the member; 0: an array, of any. */
static size_t size_of(const struct cd_column *c)
{
	if (c->optional)
		return sizeof(void *);
	return c->member_udt ? c->def.udt->object_size : c->codec->size;
}

static bool check_size(const struct cd_record *r, const struct cd_column *c, coodie_error *err)
{
	size_t size = size_of(c);
	size_t end = (size_t)c->def.offset + c->def.size;

	if (!c->def.size || (size && size != c->def.size))
		return BAD_MEMBER(
			"the member has %u bytes, not %zu; make the row with COODIE_COLUMN()",
			(unsigned)c->def.size, size);
	if (c->def.offset < r->header)
		return BAD_MEMBER("the member lies in the row header; the struct's first member is "
				  "`coodie_row row`, and it is no column (offset %u)",
				  (unsigned)c->def.offset);
	if (end > r->size)
		return BAD_MEMBER("the member ends at byte %zu of %zu; give COODIE_COLUMN() and "
				  "%s() the same struct",
				  end, r->size, r->header ? "COODIE_MODEL" : "COODIE_TYPE");
	return true;
}

/* "vector<float, 8>" and float[8]: how many, and of what (VX-01). */
static bool check_vector(const struct cd_record *r, const struct cd_column *c, coodie_error *err)
{
	uint32_t dimension = cql_type_dimension(c->type);

	if (c->kind != CQL_KIND_VECTOR || c->codec->size)
		return true;
	if (cql_type_kind(cql_type_at(c->type, 0)) != CQL_KIND_FLOAT)
		return BAD_MEMBER("the member is float[] but the CQL type is %.60s; make the "
				  "member cql_vector",
				  c->spelling);
	if ((uint64_t)dimension * 4 != c->def.size)
		return BAD_MEMBER(
			"the member is float[%u] but the CQL type is %.60s; make the member float "
			"%s[%lu]",
			(unsigned)c->def.size / 4, c->spelling, c->def.name,
			(unsigned long)dimension);
	return true;
}

static bool is_text(enum cql_kind kind)
{
	return kind == CQL_KIND_TEXT || kind == CQL_KIND_ASCII;
}

/* (TY-01) */
static bool check_lengths(const struct cd_record *r, const struct cd_column *c, coodie_error *err)
{
	if (!c->def.min_length && !c->def.max_length)
		return true;
	if (!is_text(c->kind) && c->kind != CQL_KIND_BLOB)
		return BAD_MEMBER("%s_length is for text and blob, not %.60s; leave it out",
				  c->def.max_length ? "max" : "min", c->spelling);
	return !c->def.max_length || c->def.min_length <= c->def.max_length ||
	       BAD_MEMBER("min_length is %u and max_length %u: nothing fits; turn them round",
			  (unsigned)c->def.min_length, (unsigned)c->def.max_length);
}

/* What is inside something else is one value there, and says so (TY-23); a type is inside its type. */
static bool check_frozen(const struct cd_record *r, const struct cd_column *c, coodie_error *err)
{
	size_t len = 0;
	const char *inner = cd_spelling_unfrozen(c->spelling, &len);

	if (!inner && !r->header && c->kind == CQL_KIND_UDT && !strchr(c->spelling, '<')) {
		inner = c->spelling;
		len = strlen(inner);
	}
	return !inner || BAD_MEMBER("%.60s: what is inside must be frozen; write frozen<%.*s>",
				    c->spelling, (int)(len < 60 ? len : 60), inner);
}

bool cd_record_check(const struct cd_record *r, const struct cd_column *c, coodie_error *err)
{
	return check_fit(r, c, err) && check_size(r, c, err) && check_vector(r, c, err) &&
	       check_lengths(r, c, err) && check_frozen(r, c, err);
}

static bool check_options(const struct cd_model *m, const struct cd_column *c, coodie_error *err)
{
	if (c->def.order == COODIE_DESC && !c->def.clustering_key)
		return BAD_COLUMN(
			"only a clustering column has an order; leave .order out, or write "
			".clustering_key = 1");
	if (c->def.is_static && cd_column_is_key(c))
		return BAD_COLUMN("a key column cannot be static; leave .is_static out");
	return cd_model_check_index(m, c, err);
}

static bool check_key(const struct cd_model *m, const struct cd_column *c, coodie_error *err)
{
	if (c->def.partition_key && c->def.clustering_key)
		return BAD_COLUMN(
			"it is in the partition key and a clustering column; write one of "
			".partition_key = %u and .clustering_key = %u",
			c->def.partition_key, c->def.clustering_key);
	if (!cd_column_is_key(c))
		return true;
	if (c->kind == CQL_KIND_DURATION || c->kind == CQL_KIND_COUNTER)
		return BAD_COLUMN("a %s cannot be in the primary key; take another column",
				  cql_kind_name(c->kind));
	if (c->multicell || (c->kind == CQL_KIND_UDT && !strchr(c->spelling, '<')))
		return BAD_COLUMN("a %s in the primary key must be frozen; write \"frozen<%.60s>\"",
				  c->multicell ? "collection" : "user type", c->spelling);
	if (c->optional && c->role == CD_ROLE_PARTITION)
		return BAD_COLUMN(
			"a partition key is never null, so the member is no pointer; make it `%s "
			"%s`",
			c->codec->text, c->def.name);
	return true;
}

bool cd_model_check_column(const struct cd_model *m, const struct cd_column *c, coodie_error *err)
{
	struct cd_record r = { "model", "column", m->label, m->def.object_size,
			       sizeof(coodie_row), m->def.is_read };

	return cd_record_check(&r, c, err) && check_options(m, c, err) && check_key(m, c, err);
}

/* ---- the columns together -------------------------------------------------------------------- */

static bool check_names(const struct cd_model *m, coodie_error *err)
{
	for (uint32_t i = 0; i < m->column_count; i++) {
		for (uint32_t k = 0; k < i; k++) {
			const struct cd_column *a = &m->columns[k], *c = &m->columns[i];

			if (!strcmp(a->def.name, c->def.name))
				return BAD_COLUMN(
					"the member is in the table twice, rows %u and %u; leave "
					"one out",
					(unsigned)k + 1, (unsigned)i + 1);
			if (!strcmp(a->name, c->name))
				return BAD_COLUMN(
					"%s has the name %s in the table too; give one another "
					".db_name",
					a->def.name, c->quoted);
		}
	}
	return true;
}

static unsigned position_of(const struct cd_column *c, enum cd_role role)
{
	return role == CD_ROLE_PARTITION ? c->def.partition_key : c->def.clustering_key;
}

/* Collects the columns of one part of the key in their order: positions are 1, 2, 3, ... */
static bool collect_keys(struct cd_model *m, enum cd_role role, const char *option,
			 coodie_error *err)
{
	uint32_t total = 0;

	for (uint32_t i = 0; i < m->column_count; i++)
		total += m->columns[i].role == role;
	for (unsigned position = 1; position <= total; position++) {
		const struct cd_column *found = NULL;

		for (uint32_t i = 0; i < m->column_count; i++) {
			const struct cd_column *c = &m->columns[i];

			if (c->role != role || position_of(c, role) != position)
				continue;
			if (found)
				return BAD_COLUMN(".%s = %u is taken by %s; number them 1, 2, 3",
						  option, position, found->def.name);
			found = c;
		}
		if (!found)
			return BAD("model %s: no column has .%s = %u, but %u have one; number them "
				   "1, 2, 3",
				   m->label, option, position, (unsigned)total);
		m->keys[m->key_count++] = cd_column_index(m, found);
	}
	return true;
}

bool cd_model_check_keys(struct cd_model *m, coodie_error *err)
{
	if (!check_names(m, err) || !collect_keys(m, CD_ROLE_PARTITION, "partition_key", err))
		return false;
	m->partition_count = m->key_count;
	if (!m->partition_count && !m->def.is_abstract)
		return BAD("model %s has no primary key; write .partition_key = 1 at the column "
			   "that finds a row",
			   m->label);
	return collect_keys(m, CD_ROLE_CLUSTERING, "clustering_key", err);
}

static bool check_counters(const struct cd_model *m, coodie_error *err)
{
	if (!m->is_counter)
		return true;
	if (m->def.default_ttl)
		return BAD("model %s: counters do not expire; leave .default_ttl out", m->label);
	for (uint32_t i = 0; i < m->column_count; i++) {
		const struct cd_column *c = &m->columns[i];

		if (!cd_column_is_key(c) && c->kind != CQL_KIND_COUNTER)
			return BAD_COLUMN(
				"a table with counters has nothing else beside its key; move this "
				"%.60s to a table of its own",
				c->spelling);
	}
	return true;
}

static bool check_one_of_whole(const struct cd_model *m, const struct cd_column *c,
			       coodie_error *err)
{
	bool has_clustering = m->key_count > m->partition_count;

	if (c->def.is_static && !has_clustering)
		return BAD_COLUMN(
			"static is for tables with clustering columns, and %s has none; leave "
			".is_static out",
			m->table_name);
	if (c->def.index.on && c->role == CD_ROLE_PARTITION && m->partition_count == 1)
		return BAD_COLUMN(
			"it is the whole partition key, which needs no index; leave .index out");
	if (c->optional && c->role == CD_ROLE_CLUSTERING && !m->static_count)
		return BAD_COLUMN(
			"a clustering column is null only beside static ones, so the member is no "
			"pointer; make it `%s %s`",
			c->codec->text, c->def.name);
	return true;
}

bool cd_model_check_whole(const struct cd_model *m, coodie_error *err)
{
	if (m->def.serial_consistency && m->def.serial_consistency != CQL_CONSISTENCY_SERIAL &&
	    m->def.serial_consistency != CQL_CONSISTENCY_LOCAL_SERIAL)
		return BAD("model %s: serial_consistency is %s; SERIAL or LOCAL_SERIAL", m->label,
			   cql_consistency_name(m->def.serial_consistency));
	if (m->def.options && !*m->def.options)
		return BAD("model %s: .options is empty; leave it out", m->label);
	if (m->def.default_ttl > CD_MAX_TTL)
		return BAD("model %s: default_ttl is %u seconds, the most is %d (20 years)",
			   m->label, (unsigned)m->def.default_ttl, CD_MAX_TTL);
	for (uint32_t i = 0; i < m->column_count; i++) {
		if (!check_one_of_whole(m, &m->columns[i], err))
			return false;
	}
	return check_counters(m, err);
}

bool cd_model_check_family(const struct cd_model *m, coodie_error *err)
{
	const coodie_family *f = m->def.family;

	if (f->size < sizeof(*f) || !f->models || !f->model_count || f->model_count > 65535)
		return BAD("model %s: the family has no models; make it with COODIE_FAMILY()",
			   m->label);
	for (size_t i = 0; i < f->model_count; i++) {
		if (!f->models[i])
			return BAD("model %s: number %zu of the family is NULL", m->label, i + 1);
		if (!cd_model_check_table(f->models[i], err))
			return false;
		if (f->models[i] == m->source || cd_model_read(f->models[i]).family)
			return BAD("model %s: %s is in its family and has one itself; the base "
				   "alone lists the others",
				   m->label, f->models[i]->object_name);
	}
	return true;
}

bool cd_model_check_writable(const struct cd_model *m, const char *verb, coodie_error *err)
{
	return !m->def.view ||
	       cd_fail(err, COODIE_ERR_MODEL,
		       "%s(%s): %s is a materialized view, which only its base table is written "
		       "through; give the base's model",
		       verb, m->label, m->table);
}
