/* SPDX-License-Identifier: MIT */
/* Families: resolved when their base is, checked so that a base's pointer reads any of them. */
#include "orm/model/family.h"

#include <string.h>

#include "base/error.h"
#include "orm/value/datum.h"

#define BAD(...) cd_fail(err, COODIE_ERR_MODEL, __VA_ARGS__)

/* ---- one model's value ----------------------------------------------------------------------- */

static bool is_text(enum cql_kind kind)
{
	return kind == CQL_KIND_TEXT || kind == CQL_KIND_ASCII;
}

static bool is_whole(enum cql_kind kind)
{
	return kind == CQL_KIND_TINYINT || kind == CQL_KIND_SMALLINT || kind == CQL_KIND_INT ||
	       kind == CQL_KIND_BIGINT;
}

/* The one column that says which struct a row is (PO-01, PO-13). */
static bool find_discriminator(struct cd_model *m, coodie_error *err)
{
	m->discriminator = CD_NO_COLUMN;
	for (uint32_t i = 0; i < m->column_count; i++) {
		const struct cd_column *c = &m->columns[i];

		if (!c->def.discriminator)
			continue;
		if (m->discriminator != CD_NO_COLUMN)
			return BAD("model %s: %s and %s both are .discriminator; leave it out at "
				   "one",
				   m->label, m->columns[m->discriminator].def.name, c->def.name);
		if (!is_text(c->kind) && !is_whole(c->kind))
			return BAD("model %s, column %s: a discriminator is a text, an ascii or an "
				   "integer, not %.60s",
				   m->label, c->def.name, c->spelling);
		if (c->optional)
			return BAD("model %s, column %s: every row says which struct it is, so the "
				   "member is no pointer; make it `%s %s`",
				   m->label, c->def.name, c->codec->text, c->def.name);
		m->discriminator = i;
	}
	return true;
}

static bool read_whole(const char *text, int64_t *out)
{
	bool negative = *text == '-';
	uint64_t n = 0;

	text += negative;
	if (!*text)
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9' || n > (uint64_t)INT64_MAX / 10)
			return false;
		n = n * 10 + (uint64_t)(*text - '0');
	}
	if (n > (uint64_t)INT64_MAX)
		return false;
	*out = negative ? -(int64_t)n : (int64_t)n;
	return true;
}

bool cd_family_find_value(struct cd_model *m, coodie_error *err)
{
	const char *text = m->def.discriminator_value;
	const struct cd_column *c;
	int64_t n = 0;

	m->own_value = cql_unset();
	if (!find_discriminator(m, err))
		return false;
	if (!text)
		return true;
	if (m->discriminator == CD_NO_COLUMN)
		return BAD("model %s has a .discriminator_value and no column with .discriminator "
			   "= true; mark the column, or leave the value out",
			   m->label);
	c = &m->columns[m->discriminator];
	if (!is_text(c->kind) && !read_whole(text, &n))
		return BAD("model %s: the discriminator %s is %s, and \"%.40s\" is no such number",
			   m->label, c->def.name, c->spelling, text);
	m->own_value = is_text(c->kind) ? cql_from_str(text) : cql_from_llong(n);
	if (cd_datum_fits(m->own_value, c->type, err))
		return true;
	cd_error_prefix(err, "model %s, .discriminator_value", m->label);
	if (err)
		err->code = COODIE_ERR_MODEL;
	return false;
}

/* ---- do they belong together? ---------------------------------------------------------------- */

static bool same_member(const struct cd_column *a, const struct cd_column *b)
{
	return a->def.offset == b->def.offset && a->def.size == b->def.size &&
	       a->def.member == b->def.member && !strcmp(a->spelling, b->spelling) &&
	       a->role == b->role && a->def.partition_key == b->def.partition_key &&
	       a->def.clustering_key == b->def.clustering_key && !strcmp(a->name, b->name);
}

/* What a pointer to the base reads must be there. */
static bool check_prefix(const struct cd_model *base, const struct cd_model *m, coodie_error *err)
{
	for (uint32_t i = 0; i < base->column_count; i++) {
		const struct cd_column *c = &base->columns[i];
		const struct cd_column *own = cd_model_member(m, c->def.name, strlen(c->def.name));

		if (!own || !same_member(c, own))
			return BAD("model %s: %s of the base %s is %s; begin the struct with the "
				   "base's members, and its table with the base's rows "
				   "(COODIE_INHERIT)",
				   m->label, c->def.name, base->label,
				   own ? "another member, or has another type or role"
				       : "not in it");
	}
	if (m->def.object_size < base->def.object_size)
		return BAD("model %s: the struct has %zu bytes, that of the base %s has %zu; begin "
			   "it with the base's members",
			   m->label, m->def.object_size, base->label, base->def.object_size);
	return true;
}

static bool check_relative(const struct cd_model *base, const struct cd_model *m, coodie_error *err)
{
	if (strcmp(m->table, base->table) != 0)
		return BAD("model %s: its table is %s, that of the base %s is %s; a family has one "
			   "table",
			   m->label, m->table, base->label, base->table);
	if (m->own_value.is.tag == CQL_TAG_UNSET)
		return BAD("model %s: it is in the family of %s and has no .discriminator_value; "
			   "give it one",
			   m->label, base->label);
	if (m->key_count != base->key_count)
		return BAD("model %s: its primary key has %u columns, that of the base %s has %u; "
			   "the base has the whole key",
			   m->label, (unsigned)m->key_count, base->label,
			   (unsigned)base->key_count);
	return check_prefix(base, m, err);
}

static bool check_values(const struct cd_family *f, coodie_error *err)
{
	for (uint32_t i = 1; i < f->count; i++) {
		for (uint32_t k = 0; k < i; k++) {
			if (cd_datum_same(f->members[k].value, f->members[i].value, NULL))
				return BAD("models %s and %s have the same .discriminator_value "
					   "\"%.40s\"; give each its own",
					   f->members[k].model->label, f->members[i].model->label,
					   f->members[i].model->def.discriminator_value);
		}
	}
	return true;
}

/* ---- the columns of all ---------------------------------------------------------------------- */

static struct cd_column *find_column(struct cd_model *base, const char *name)
{
	for (uint32_t i = 0; i < base->read_count; i++) {
		if (!strcmp(base->columns[i].name, name))
			return &base->columns[i];
	}
	return NULL;
}

/* Puts a relative's columns behind the base's, each name once, and notes where each is. */
static bool join_columns(struct cd_model *base, struct cd_relative *r, coodie_error *err)
{
	const struct cd_model *m = r->model;

	for (uint32_t i = 0; i < m->column_count; i++) {
		const struct cd_column *own = &m->columns[i];
		struct cd_column *c = find_column(base, own->name);

		if (!c) {
			c = &base->columns[base->read_count];
			*c = *own;
			base->all_columns[base->read_count] = base->read_count;
			base->read_count++;
		} else if (strcmp(c->spelling, own->spelling) != 0 || c->role != own->role) {
			return BAD("model %s, column %s: another struct of %s has it as %s%s, this "
				   "one as %s%s; give one another .db_name",
				   m->label, own->def.name, base->table, c->spelling,
				   c->role == CD_ROLE_STATIC ? " static" : "", own->spelling,
				   own->role == CD_ROLE_STATIC ? " static" : "");
		}
		r->columns[c - base->columns] = i;
	}
	return true;
}

/* Room for the columns of all, the base's first. */
static bool make_room(struct cd_model *base, uint32_t total)
{
	struct cd_column *columns = cd_arena_take_array(&base->arena, total, sizeof(*columns));
	uint32_t *all = cd_arena_take_array(&base->arena, total, sizeof(*all));
	struct cd_family *f = base->family;

	if (!columns || !all)
		return false;
	memcpy(columns, base->columns, base->column_count * sizeof(*columns));
	memcpy(all, base->all_columns, base->column_count * sizeof(*all));
	base->columns = columns;
	base->all_columns = all;
	for (uint32_t i = 0; i < f->count; i++) {
		f->members[i].columns = cd_arena_take_array(&base->arena, total, sizeof(uint32_t));
		if (!f->members[i].columns)
			return false;
		memset(f->members[i].columns, 0xff, total * sizeof(uint32_t));
	}
	return true;
}

/* The relatives are in the family from here on, whatever fails. */
static struct cd_family *family_new(struct cd_model *base, struct cd_model **take_relatives,
				    uint32_t count)
{
	struct cd_family *f = cd_arena_take_zero(
		&base->arena, sizeof(*f) + (count + (size_t)1) * sizeof(f->members[0]));

	if (!f) {
		for (uint32_t i = 0; i < count; i++)
			cd_model_free(take_relatives[i]);
		return NULL;
	}
	f->count = count + 1;
	f->members[0] = (struct cd_relative){ .model = base, .value = base->own_value };
	for (uint32_t i = 0; i < count; i++)
		f->members[i + 1] = (struct cd_relative){ .model = take_relatives[i],
							  .value = take_relatives[i]->own_value };
	return f;
}

bool cd_family_join(struct cd_model *base, struct cd_model **take_relatives, uint32_t count,
		    coodie_error *err)
{
	uint32_t total = base->column_count;
	struct cd_family *f = base->family = family_new(base, take_relatives, count);

	if (!f)
		return cd_no_memory(err, "a family");
	if (base->discriminator == CD_NO_COLUMN)
		return BAD("model %s has a .family and no column with .discriminator = true; mark "
			   "the column that says which struct a row is",
			   base->label);
	for (uint32_t i = 1; i < f->count; i++) {
		if (!check_relative(base, f->members[i].model, err))
			return false;
		total += f->members[i].model->column_count;
	}
	if (!check_values(f, err))
		return false;
	if (!make_room(base, total))
		return cd_no_memory(err, "a family");
	for (uint32_t i = 0; i < f->count; i++) {
		if (!join_columns(base, &f->members[i], err))
			return false;
	}
	return true;
}

void cd_family_free(struct cd_family *family)
{
	for (uint32_t i = 1; family && i < family->count; i++)
		cd_model_free(family->members[i].model);
}

/* ---- whose row it is ------------------------------------------------------------------------- */

const struct cd_relative *cd_family_pick(const struct cd_model *base, cql_value value)
{
	const struct cd_family *f = base->family;

	for (uint32_t i = 1; i < f->count; i++) {
		if (cd_datum_same(f->members[i].value, value, NULL))
			return &f->members[i];
	}
	return &f->members[0];
}

bool cd_family_owns(const struct cd_model *m, cql_value value)
{
	return !cd_model_is_relative(m) || cd_datum_same(m->own_value, value, NULL);
}
