/* SPDX-License-Identifier: MIT */
/* Resolving models: the user's table checked and understood; a digest of its content tells when it
 * has changed. */
#include "orm/model/model.h"

#include <string.h>

#include "base/alloc.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/identifier.h"
#include "base/keyspace.h"
#include "base/nearest.h"
#include "orm/model/family.h"
#include "orm/model/spelling.h"
#include "orm/model/udt.h"
#include "orm/value/datum.h"

/* ---- the user's table, whatever version of the header wrote it ------------------------------- */

coodie_model cd_model_read(const coodie_model *m)
{
	coodie_model def = { 0 };

	memcpy(&def, m, m->size < sizeof(def) ? m->size : sizeof(def));
	return def;
}

static uint64_t mix(uint64_t h, uint64_t x)
{
	h = (h ^ x) * UINT64_C(0x9E3779B97F4A7C15);
	return h ^ h >> 29;
}

static uint64_t mix_pointer(uint64_t h, const void *p)
{
	return mix(h, (uintptr_t)p);
}

static uint64_t mix_index(uint64_t h, const coodie_index *index)
{
	h = mix(h, (uint64_t)index->similarity << 2 | (uint64_t)index->external << 1 | index->on);
	h = mix_pointer(h, index->name);
	h = mix_pointer(h, index->class_name);
	h = mix_pointer(h, index->options);
	return mix_pointer(h, index->target);
}

static uint64_t mix_column(uint64_t h, const coodie_column *c)
{
	h = mix_pointer(h, c->name);
	h = mix(h, (uint64_t)c->offset << 32 | c->size);
	h = mix_pointer(h, c->type);
	h = mix_pointer(h, c->db_name);
	h = mix(h,
		(uint64_t)c->partition_key << 48 | (uint64_t)c->clustering_key << 32 | c->member);
	h = mix(h, (uint64_t)c->max_length << 32 | c->min_length);
	h = mix(h, (uint64_t)c->order << 3 | (uint64_t)c->discriminator << 2 |
			   (uint64_t)c->required << 1 | c->is_static);
	h = mix(h, (uintptr_t)c->make_default);
	h = mix(h, (uintptr_t)c->validate);
	h = mix_pointer(h, c->udt);
	h = mix_pointer(h, c->key_udt);
	h = mix_pointer(h, c->inherits);
	return mix_index(h, &c->index);
}

static uint64_t mix_options(uint64_t h, const coodie_model *def)
{
	h = mix_pointer(h, def->keyspace);
	h = mix_pointer(h, def->connection);
	h = mix_pointer(h, def->comment);
	h = mix(h, (uint64_t)def->default_ttl << 32 | (uint64_t)def->consistency);
	h = mix(h, (uint64_t)def->timeout_ms << 32 | (uint64_t)def->serial_consistency << 2 |
			   (uint64_t)def->idempotent << 1 | def->is_abstract);
	h = mix_pointer(h, def->options);
	h = mix_pointer(h, def->discriminator_value);
	h = mix_pointer(h, def->family);
	h = mix(h, def->content + def->is_read);
	return mix_pointer(h, def->view);
}

/* Field by field, not byte by byte: padding has no value. Texts count by address, they are
 * constants. */
static uint64_t digest_of(const coodie_model *m)
{
	coodie_model def = cd_model_read(m);
	uint64_t h = mix(def.column_stride, def.column_count);

	h = mix_pointer(h, def.columns);
	h = mix(h, def.object_size);
	h = mix_pointer(h, def.object_name);
	h = mix_pointer(h, def.table);
	h = mix_options(h, &def);
	for (size_t i = 0; i < def.column_count; i++) {
		if (def.column_stride == sizeof(coodie_column)) {
			h = mix_column(h, &def.columns[i]);
		} else {
			coodie_column c = cd_column_read(def.columns, def.column_stride, i);

			h = mix_column(h, &c);
		}
	}
	return h;
}

/* ---- resolving ------------------------------------------------------------------------------- */

static const char *finish_text(struct cd_arena *a, struct cd_buffer *b)
{
	const char *text = b->failed ? NULL : cd_arena_strndup(a, (const char *)b->data, b->len);

	cd_buffer_deinit(b);
	return text;
}

/* ---- one row --------------------------------------------------------------------------------- */

typedef void append_fn(struct cd_buffer *out, const coodie_column *def);

static const char *keep_text(struct cd_arena *a, append_fn *append, const coodie_column *def)
{
	struct cd_buffer b;

	cd_buffer_init(&b, a->allocator, 0);
	append(&b, def);
	return finish_text(a, &b);
}

/* "model user, column age: "int3": ..." */
static bool fail_type(const struct cd_column *c, const struct cd_record *r, coodie_error *err)
{
	if (err && err->code != COODIE_ERR_NO_MEMORY) {
		err->code = COODIE_ERR_MODEL;
		cd_error_prefix(err, "%s %s, %s %s: \"%.60s\"", r->what, r->label, r->part,
				c->def.name, c->def.type);
	}
	return false;
}

/* A user type is known by name, until the column says what struct it is. */
static bool parse_type(struct cd_column *c, const struct cd_record *r, struct cd_arena *a,
		       coodie_error *err)
{
	const char *expanded;

	c->type = cql_type_parse(c->def.type, err);
	if (!c->type)
		return fail_type(c, r, err);
	c->spelling = keep_text(a, cd_udt_spelling, &c->def);
	if (!c->spelling)
		return cd_no_memory(err, "a model");
	if (!c->def.udt && !c->def.key_udt)
		return true;
	expanded = keep_text(a, cd_udt_expand, &c->def);
	if (!expanded)
		return cd_no_memory(err, "a model");
	cql_type_free(c->type);
	c->type = cql_type_parse(expanded, err);
	return c->type || fail_type(c, r, err);
}

/* Whether there is a user type in it, or one whose fields are known. */
static bool has_udt(const cql_type *type, bool known)
{
	bool has = cql_type_kind(type) == CQL_KIND_UDT && (!known || cql_type_count(type));

	for (size_t i = 0; !has && i < cql_type_count(type); i++)
		has = has_udt(cql_type_at(type, i), known);
	return has;
}

static bool check_udts(struct cd_column *c, const struct cd_record *r, const coodie_allocator *a,
		       coodie_error *err)
{
	const coodie_udt *udts[] = { c->def.udt, c->def.key_udt };

	if (c->member_udt && !c->def.udt)
		return cd_fail(err, COODIE_ERR_MODEL,
			       "%s %s, %s %s: a struct without a user type; make the row with "
			       "COODIE_UDT()",
			       r->what, r->label, r->part, c->def.name);
	for (size_t i = 0; i < 2; i++) {
		if (udts[i] && !cd_udt_check(udts[i], a, err)) {
			if (err)
				cd_error_prefix(err, "%s %s, %s %s", r->what, r->label, r->part,
						c->def.name);
			return false;
		}
	}
	return true;
}

bool cd_column_resolve(struct cd_column *c, const struct cd_record *r, struct cd_arena *a,
		       coodie_error *err)
{
	c->codec = cd_codec_of(c->def.member);
	c->optional = (c->def.member & COODIE_MEMBER_OPTIONAL) != 0;
	c->member_udt = (c->def.member & ~(uint32_t)COODIE_MEMBER_OPTIONAL) == COODIE_MEMBER_UDT;
	if (!check_udts(c, r, a->allocator, err))
		return false;
	if (!c->def.type && c->member_udt) {
		c->def.type = keep_text(a, cd_udt_spelling, &c->def);
		if (!c->def.type)
			return cd_no_memory(err, "a model");
	}
	if (!c->def.type || !*c->def.type)
		return cd_fail(err, COODIE_ERR_MODEL,
			       "%s %s, %s %s: no CQL type; it is the third argument of "
			       "COODIE_COLUMN(%s, %s, \"...\")",
			       r->what, r->label, r->part, c->def.name, r->label, c->def.name);
	if (!parse_type(c, r, a, err))
		return false;
	c->kind = cql_type_kind(c->type);
	c->checked = cd_datum_needs_check(c->kind);
	c->multicell = cd_spelling_multicell(c->spelling);
	c->has_udt = has_udt(c->type, false);
	if ((c->def.udt || c->def.key_udt) && !has_udt(c->type, true))
		return cd_fail(err, COODIE_ERR_MODEL,
			       "%s %s, %s %s: %.60s has no %.60s in it; name the type of .udt",
			       r->what, r->label, r->part, c->def.name, c->spelling,
			       (c->def.udt ? c->def.udt : c->def.key_udt)->name);
	return true;
}

/* ---- the columns ----------------------------------------------------------------------------- */

static bool resolve_names(struct cd_model *m, struct cd_column *c, coodie_error *err)
{
	struct cd_buffer b;

	c->name = c->def.db_name ? c->def.db_name : c->def.name;
	cd_buffer_init(&b, &m->allocator, 0);
	cd_identifier_append_quoted(&b, c->name);
	c->quoted = finish_text(&m->arena, &b);
	return c->quoted || cd_no_memory(err, "a model");
}

static enum cd_role role_of(const coodie_column *def)
{
	if (def->partition_key)
		return CD_ROLE_PARTITION;
	if (def->clustering_key)
		return CD_ROLE_CLUSTERING;
	return def->is_static ? CD_ROLE_STATIC : CD_ROLE_REGULAR;
}

static bool has_rules(const struct cd_column *c)
{
	const coodie_column *def = &c->def;

	return c->checked || c->has_udt || def->required || def->max_length || def->min_length ||
	       def->validate || def->discriminator;
}

static bool resolve_column(struct cd_model *m, struct cd_column *c, size_t i, coodie_error *err)
{
	struct cd_record r = { "model", "column", m->label, m->def.object_size,
			       sizeof(coodie_row), m->def.is_read };

	if (!c->def.name || !*c->def.name)
		return cd_fail(err, COODIE_ERR_MODEL,
			       "model %s: column %zu has no name; make it with COODIE_COLUMN()",
			       m->label, i + 1);
	c->role = role_of(&c->def);
	if (!cd_column_resolve(c, &r, &m->arena, err) || !resolve_names(m, c, err) ||
	    !cd_model_check_column(m, c, err))
		return false;
	c->plain = has_rules(c) ? 0 : (uint8_t)(c->def.member & ~(uint32_t)COODIE_MEMBER_OPTIONAL);
	return true;
}

static bool resolve_columns(struct cd_model *m, coodie_error *err)
{
	if (!cd_model_take_columns(m, err))
		return false;
	for (uint32_t i = 0; i < m->column_count; i++) {
		struct cd_column *c = &m->columns[i];

		m->all_columns[i] = i;
		if (!resolve_column(m, c, i, err))
			return false;
		m->static_count += c->role == CD_ROLE_STATIC;
		m->regular_count += c->role == CD_ROLE_REGULAR;
		m->is_counter |= c->kind == CQL_KIND_COUNTER;
	}
	m->read_count = m->column_count;
	return true;
}

/* "keyspace.table" as CQL writes it, and both names as the server stores them. Without a session
 * the model is only checked: any keyspace will do. */
static bool resolve_table(struct cd_model *m, const coodie_session *s, coodie_error *err)
{
	const char *keyspace = m->def.keyspace ? m->def.keyspace
			       : s	       ? coodie_session_keyspace(s)
					       : "any";
	char name[CD_KEYSPACE_SIZE];
	struct cd_buffer b;

	if (!keyspace)
		return cd_fail(
			err, COODIE_ERR_MODEL,
			"model %s has no keyspace; write .keyspace = \"...\" in COODIE_MODEL(), or "
			"set the session's with coodie_options_set_keyspace()",
			m->label);
	if (!cd_keyspace_read(keyspace, name, err)) {
		cd_error_prefix(err, "model %s", m->label);
		if (err)
			err->code = COODIE_ERR_MODEL;
		return false;
	}
	if (!cd_identifier_valid(m->def.table))
		return cd_fail(err, COODIE_ERR_MODEL,
			       "model %s: %.60s is no name; write it without quotes, or in whole "
			       "ones with every quote inside doubled",
			       m->label, m->def.table);
	cd_buffer_init(&b, &m->allocator, 0);
	cd_identifier_append(&b, name);
	cd_buffer_u8(&b, '.');
	cd_identifier_append(&b, m->def.table);
	m->table = finish_text(&m->arena, &b);
	m->keyspace_name = cd_arena_strndup(&m->arena, name, strlen(name));
	m->table_name = cd_identifier_name(&m->arena, m->def.table);
	if (!m->table || !m->keyspace_name || !m->table_name)
		return cd_no_memory(err, "a model");
	if (!cd_identifier_legal(m->table_name))
		return cd_fail(err, COODIE_ERR_MODEL,
			       "model %s: %.60s is no name for a table; use letters, digits and "
			       "underscores",
			       m->label, m->table_name);
	return true;
}

/* The models of a base's family, resolved for it alone: its objects may outlive the session. */
static bool resolve_family(struct cd_model *m, coodie_session *s, coodie_error *err)
{
	const coodie_family *f = m->def.family;
	struct cd_model **relatives;
	uint32_t count = 0;

	if (!f)
		return true;
	if (!cd_model_check_family(m, err))
		return false;
	if (!s)
		return true; /* whose keyspaces are not known */
	relatives = cd_arena_take_array(&m->arena, f->model_count, sizeof(*relatives));
	if (!relatives)
		return cd_no_memory(err, "a family");
	for (; count < f->model_count; count++) {
		relatives[count] = cd_model_new(s, &m->allocator, f->models[count], err);
		if (relatives[count])
			continue;
		while (count)
			cd_model_free(relatives[--count]);
		return false;
	}
	return cd_family_join(m, relatives, count, err);
}

static bool resolve(struct cd_model *m, coodie_session *s, coodie_error *err)
{
	return resolve_table(m, s, err) && resolve_columns(m, err) && cd_model_check_keys(m, err) &&
	       cd_model_check_whole(m, err) && cd_family_find_value(m, err) &&
	       resolve_family(m, s, err) &&
	       (cd_model_write_texts(m) || cd_no_memory(err, "a model"));
}

/* What digest_of() looks at, as it lies there. */
static bool keep_bytes(struct cd_model *m)
{
	const coodie_model *now = m->source;
	size_t size = now->column_count * now->column_stride;

	bool same_columns = cd_is_constant(now->columns, size);

	m->watched = same_columns && cd_is_constant(now, now->size)
			     ? offsetof(coodie_model, keyspace)
			     : now->size;
	m->model_bytes = cd_arena_copy(&m->arena, now, m->watched);
	if (!same_columns)
		m->column_bytes = cd_arena_copy(&m->arena, now->columns, size);
	return m->model_bytes && (same_columns || m->column_bytes);
}

bool cd_model_is_current(const struct cd_model *m)
{
	return cd_model_is_same(m) ||
	       (cd_model_check_table(m->source, NULL) && m->digest == digest_of(m->source));
}

struct cd_model *cd_model_new(coodie_session *s, const coodie_allocator *a,
			      const coodie_model *source, coodie_error *err)
{
	struct cd_model *m;

	if (!cd_model_check_table(source, err))
		return NULL;
	m = cd_alloc_zero(a, sizeof(*m));
	if (!m) {
		cd_no_memory(err, "a model");
		return NULL;
	}
	atomic_init(&m->refs, 1);
	m->allocator = *a;
	cd_arena_init(&m->arena, &m->allocator, 4096);
	m->source = source;
	m->digest = digest_of(source);
	m->def = cd_model_read(source);
	m->write_request =
		(coodie_request){ .size = sizeof(m->write_request),
				  .consistency = m->def.consistency,
				  .serial_consistency = m->def.serial_consistency,
				  .timeout_ms = m->def.timeout_ms,
				  .idempotent = true };
	m->label = m->def.object_name;
	if (!(keep_bytes(m) || cd_no_memory(err, "a model")) || !resolve(m, s, err)) {
		cd_model_free(m);
		return NULL;
	}
	return m;
}

struct cd_model *cd_model_ref(struct cd_model *m)
{
	atomic_fetch_add_explicit(&m->refs, 1, memory_order_relaxed);
	return m;
}

void cd_model_free(struct cd_model *m)
{
	coodie_allocator a;

	if (!m || atomic_fetch_sub_explicit(&m->refs, 1, memory_order_acq_rel) != 1)
		return;
	for (uint32_t i = 0; i < m->column_count; i++)
		cql_type_free(m->columns[i].type);
	cd_family_free(m->family);
	for (size_t i = 0; i < CD_FRAGMENTS; i++)
		cd_release(&m->allocator,
			   atomic_load_explicit(&m->fragments[i], memory_order_relaxed));
	cd_arena_deinit(&m->arena);
	a = m->allocator;
	cd_release(&a, m);
}

/* ---- names ----------------------------------------------------------------------------------- */

static bool same(const char *text, const char *name, size_t len)
{
	return strlen(text) == len && !memcmp(text, name, len);
}

const struct cd_column *cd_model_member(const struct cd_model *m, const char *name, size_t len)
{
	for (uint32_t i = 0; i < m->column_count; i++) {
		if (same(m->columns[i].def.name, name, len))
			return &m->columns[i];
	}
	return NULL;
}

const struct cd_column *cd_model_column(const struct cd_model *m, const char *name, size_t len)
{
	for (uint32_t i = 0; i < m->column_count; i++) {
		if (same(m->columns[i].name, name, len))
			return &m->columns[i];
	}
	return NULL;
}

static const char *member_name(const void *list, size_t i)
{
	const struct cd_model *m = list;

	return i < m->column_count ? m->columns[i].def.name : NULL;
}

const char *cd_model_nearest(const struct cd_model *m, const char *name, size_t len)
{
	return cd_nearest(name, len, member_name, m);
}
