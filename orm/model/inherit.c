/* SPDX-License-Identifier: MIT */
/* Columns of embedded structs, in the places where their models inherit them (MD-16). Each model
 * has a list of its own (MD-17). */
#include <string.h>

#include "base/error.h"
#include "orm/model/model.h"

#define DEEPEST 8 /* structs inside structs */
#define BAD(...) cd_fail(err, COODIE_ERR_MODEL, __VA_ARGS__)

coodie_column cd_column_read(const coodie_column *columns, size_t stride, size_t i)
{
	coodie_column def = { 0 };

	memcpy(&def, (const char *)columns + i * stride,
	       stride < sizeof(def) ? stride : sizeof(def));
	return def;
}

static bool check_base(const struct cd_model *m, const coodie_column *row, coodie_error *err)
{
	const coodie_base *base = row->inherits;

	if (base->size < sizeof(*base) || !base->columns || !base->column_count ||
	    base->column_count > 65535 || base->column_stride < offsetof(coodie_column, db_name) ||
	    base->column_stride > sizeof(coodie_column) || base->column_stride % sizeof(void *))
		return BAD("model %s, %s: it inherits no table of columns; make the row with "
			   "COODIE_INHERIT()",
			   m->label, row->name ? row->name : "?");
	return true;
}

/* How many columns a table comes to. */
static bool count_columns(const struct cd_model *m, const coodie_column *columns, size_t stride,
			  size_t count, unsigned depth, size_t *total, coodie_error *err)
{
	if (depth > DEEPEST)
		return BAD("model %s inherits through more than %d structs", m->label, DEEPEST);
	for (size_t i = 0; i < count; i++) {
		coodie_column row = cd_column_read(columns, stride, i);

		if (!row.inherits) {
			++*total;
			continue;
		}
		if (!check_base(m, &row, err) ||
		    !count_columns(m, row.inherits->columns, row.inherits->column_stride,
				   row.inherits->column_count, depth + 1, total, err))
			return false;
	}
	return *total <= 65535 || BAD("model %s has more than 65535 columns", m->label);
}

/* "audit.made_by" names the member of a struct inside. */
static const char *last_name(const char *name)
{
	const char *dot = name ? strrchr(name, '.') : NULL;

	return dot ? dot + 1 : name;
}

/* A row for an inherited member takes the place of the one before it; what is in the key stays
 * there. */
static bool override(struct cd_model *m, const coodie_column *own)
{
	for (uint32_t i = 0; i < m->column_count; i++) {
		struct cd_column *c = &m->columns[i];
		coodie_column was = c->def;

		if (!c->inherited || was.offset != own->offset || was.size != own->size)
			continue;
		c->def = *own;
		c->inherited = false;
		if (!own->partition_key && !own->clustering_key) {
			c->def.partition_key = was.partition_key;
			c->def.clustering_key = was.clustering_key;
			c->def.order = was.order;
		}
		return true;
	}
	return false;
}

static bool add_columns(struct cd_model *m, const coodie_column *columns, size_t stride,
			size_t count, const coodie_column *inside, coodie_error *err)
{
	for (size_t i = 0; i < count; i++) {
		coodie_column row = cd_column_read(columns, stride, i);

		if (inside && (size_t)row.offset + row.size > inside->size)
			return BAD("model %s, %s.%s: the member ends at byte %zu of %u; give "
				   "COODIE_INHERIT() the columns of the member's own struct",
				   m->label, inside->name, row.name ? row.name : "?",
				   (size_t)row.offset + row.size, (unsigned)inside->size);
		if (inside)
			row.offset += inside->offset;
		if (row.inherits) {
			if (!add_columns(m, row.inherits->columns, row.inherits->column_stride,
					 row.inherits->column_count, &row, err))
				return false;
			continue;
		}
		row.name = last_name(row.name);
		if (!inside && override(m, &row))
			continue;
		m->columns[m->column_count].inherited = inside != NULL;
		m->columns[m->column_count++].def = row;
	}
	return true;
}

bool cd_model_take_columns(struct cd_model *m, coodie_error *err)
{
	size_t total = 0;

	if (!count_columns(m, m->def.columns, m->def.column_stride, m->def.column_count, 0, &total,
			   err))
		return false;
	m->columns = cd_arena_take_array(&m->arena, total, sizeof(*m->columns));
	m->keys = cd_arena_take_array(&m->arena, total, sizeof(*m->keys));
	m->all_columns = cd_arena_take_array(&m->arena, total, sizeof(*m->all_columns));
	if (!m->columns || !m->keys || !m->all_columns)
		return cd_no_memory(err, "a model");
	return add_columns(m, m->def.columns, m->def.column_stride, m->def.column_count, NULL, err);
}
