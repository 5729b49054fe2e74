/* SPDX-License-Identifier: MIT */
/* A model's constant statements. Their addresses never change, so that each is prepared once. */
#include <string.h>

#include "base/buffer.h"
#include "orm/model/model.h"

static bool is_any(const struct cd_column *c)
{
	(void)c;
	return true;
}

static bool is_not_key(const struct cd_column *c)
{
	return !cd_column_is_key(c);
}

static bool is_static(const struct cd_column *c)
{
	return c->role == CD_ROLE_STATIC;
}

/* "a", "b": those of the first `count` columns that a rule picks, each followed by `after`. */
static void put_first(struct cd_buffer *b, const struct cd_model *m, uint32_t count,
		      bool (*picks)(const struct cd_column *), const char *after)
{
	bool first = true;

	for (uint32_t i = 0; i < count; i++) {
		if (!picks(&m->columns[i]))
			continue;
		cd_buffer_text(b, first ? "" : ", ");
		cd_buffer_text(b, m->columns[i].quoted);
		cd_buffer_text(b, after);
		first = false;
	}
}

static void put_columns(struct cd_buffer *b, const struct cd_model *m,
			bool (*picks)(const struct cd_column *), const char *after)
{
	put_first(b, m, m->column_count, picks, after);
}

static void put_where(struct cd_buffer *b, const struct cd_model *m, uint32_t key_count)
{
	for (uint32_t i = 0; i < key_count; i++) {
		cd_buffer_text(b, i ? " AND " : " WHERE ");
		cd_buffer_text(b, m->columns[m->keys[i]].quoted);
		cd_buffer_text(b, " = ?");
	}
}

static void write_insert(struct cd_buffer *b, const struct cd_model *m, int shape)
{
	cd_buffer_text(b, "INSERT INTO ");
	cd_buffer_text(b, m->table);
	cd_buffer_text(b, " (");
	put_columns(b, m, is_any, "");
	cd_buffer_text(b, ") VALUES (");
	for (uint32_t i = 0; i < m->column_count; i++)
		cd_buffer_text(b, i ? ", ?" : "?");
	cd_buffer_text(b, shape == CD_WITH_TTL ? ") USING TTL ?" : ")");
}

static void write_update(struct cd_buffer *b, const struct cd_model *m, int shape)
{
	cd_buffer_text(b, "UPDATE ");
	cd_buffer_text(b, m->table);
	cd_buffer_text(b, shape == CD_WITH_TTL ? " USING TTL ? SET " : " SET ");
	put_columns(b, m, is_not_key, " = ?");
	put_where(b, m, m->key_count);
}

/* Statics belong to the partition: a WHERE with the whole key is refused when nothing else is
 * set. */
static void write_update_static(struct cd_buffer *b, const struct cd_model *m, int shape)
{
	cd_buffer_text(b, "UPDATE ");
	cd_buffer_text(b, m->table);
	cd_buffer_text(b, shape == CD_WITH_TTL ? " USING TTL ? SET " : " SET ");
	put_columns(b, m, is_static, " = ?");
	put_where(b, m, m->partition_count);
}

static void write_remove(struct cd_buffer *b, const struct cd_model *m, int shape)
{
	(void)shape;
	cd_buffer_text(b, "DELETE FROM ");
	cd_buffer_text(b, m->table);
	put_where(b, m, m->key_count);
}

static void write_select(struct cd_buffer *b, const struct cd_model *m, int shape)
{
	(void)shape;
	cd_buffer_text(b, "SELECT ");
	put_first(b, m, m->read_count, is_any, "");
	cd_buffer_text(b, " FROM ");
	cd_buffer_text(b, m->table);
	put_where(b, m, m->key_count);
}

typedef void write_fn(struct cd_buffer *b, const struct cd_model *m, int shape);

static bool keep(struct cd_model *m, write_fn *write, int shape, const char **out)
{
	struct cd_buffer b;

	cd_buffer_init(&b, &m->allocator, 0);
	write(&b, m, shape);
	*out = b.failed ? NULL : cd_arena_strndup(&m->arena, (const char *)b.data, b.len);
	cd_buffer_deinit(&b);
	return *out != NULL;
}

bool cd_model_write_texts(struct cd_model *m)
{
	bool ok = keep(m, write_remove, 0, &m->remove) &&
		  keep(m, write_select, 0, &m->select_by_key);

	for (int shape = CD_PLAIN; ok && shape < CD_TTL_SHAPES; shape++) {
		ok = keep(m, write_insert, shape, &m->insert[shape]);
		if (ok && m->regular_count)
			ok = keep(m, write_update, shape, &m->update[shape]);
		if (ok && m->static_count)
			ok = keep(m, write_update_static, shape, &m->update_static[shape]);
	}
	return ok;
}
