/* SPDX-License-Identifier: MIT */
/* Rows as results have them, straight from where they are stored. */
#include "node/store/store_parts.h"

#include "base/reader.h"

/* The end of a buffer, held while a row is written. */
struct sink {
	uint8_t *at, *end;
	struct cd_buffer *out;
};

static bool make_room(struct sink *s, size_t len)
{
	struct cd_buffer *b = s->out;

	b->len = (size_t)(s->at - b->data);
	if (!cd_buffer_reserve(b, len))
		return false;
	s->at = b->data + b->len;
	s->end = b->data + b->cap;
	return true;
}

/* Most values are numbers or short. */
static inline void copy(uint8_t *to, const uint8_t *from, size_t len)
{
	if (len == 4) {
		memcpy(to, from, 4);
	} else if (len >= 8 && len <= 16) {
		memcpy(to, from, 8);
		memcpy(to + len - 8, from + len - 8, 8);
	} else if (len) {
		memcpy(to, from, len);
	}
}

static inline bool put_bytes(struct sink *s, const uint8_t *data, size_t len)
{
	if ((size_t)(s->end - s->at) < 4 + len && !make_room(s, 4 + len))
		return false;
	cd_put_be32(s->at, (uint32_t)len);
	copy(s->at + 4, data, len);
	s->at += 4 + len;
	return true;
}

static bool put_null(struct sink *s)
{
	if ((size_t)(s->end - s->at) < 4 && !make_room(s, 4))
		return false;
	cd_put_be32(s->at, UINT32_MAX);
	s->at += 4;
	return true;
}

/* A cursor over a row's cells, never inside a collection. */
struct cursor {
	struct nd_stored_cell *const *cells;
	uint32_t count, at;
	int64_t now_seconds;
};

/* Moves to the column's first cell. Columns are mostly asked for in the order in which cells are kept. */
static bool search(struct cursor *c, uint32_t column)
{
	uint32_t from = c->at;

	for (; c->at < c->count; c->at++)
		if (c->cells[c->at]->column == column)
			return true;
	for (c->at = 0; c->at < from; c->at++)
		if (c->cells[c->at]->column == column)
			return true;
	return false;
}

/* Most rows have all columns. */
static inline bool put_cell(struct sink *s, struct cursor *c, const struct nd_stored_column *of)
{
	const struct nd_stored_cell *cell = of->place < c->count ? c->cells[of->place] : NULL;

	if (!cell || cell->column != of->id) {
		if (!search(c, of->id))
			return put_null(s);
		cell = c->cells[c->at++];
	}
	return nd_cell_is_alive(cell, c->now_seconds)
		       ? put_bytes(s, cell->bytes + cell->path_len, cell->value_len)
		       : put_null(s);
}

static bool put_key(struct sink *s, const cql_blob *column)
{
	return put_bytes(s, column->data, column->len);
}

static bool put_item(struct sink *s, const struct nd_stored_cell *cell, const cql_type *type)
{
	return (type->kind == CQL_KIND_LIST || put_bytes(s, cell->bytes, cell->path_len)) &&
	       (type->kind == CQL_KIND_SET ||
		put_bytes(s, cell->bytes + cell->path_len, cell->value_len));
}

/* A collection: its items that are alive. None: null. */
static bool put_cells(struct sink *s, struct cursor *c, const struct nd_stored_column *of)
{
	uint32_t count = 0;
	size_t from;
	uint8_t *head;

	if ((size_t)(s->end - s->at) < 8 && !make_room(s, 8))
		return false;
	from = (size_t)(s->at - s->out->data);
	s->at += 8; /* the lengths, of bytes and of items */
	search(c, of->id);
	for (; c->at < c->count && c->cells[c->at]->column == of->id; c->at++) {
		if (!nd_cell_is_alive(c->cells[c->at], c->now_seconds))
			continue;
		if (!put_item(s, c->cells[c->at], of->type))
			return false;
		count++;
	}
	head = s->out->data + from;
	if (!count)
		s->at = head + 4;
	cd_put_be32(head, count ? (uint32_t)(s->at - head - 4) : UINT32_MAX);
	if (count)
		cd_put_be32(head + 4, count);
	return true;
}

static bool put_row(struct sink *s, const struct nd_stored_row *row,
		    const struct nd_stored_columns *of, int64_t now_seconds)
{
	struct cursor c = { row->contents->cells, row->contents->count, 0, now_seconds };

	for (const struct nd_stored_column *i = of->at, *end = i + of->count; i < end; i++)
		if (!(i->source == ND_FROM_CELL          ? put_cell(s, &c, i)
		      : i->source == ND_FROM_CELLS     ? put_cells(s, &c, i)
		      : i->source == ND_FROM_CLUSTERING ? put_key(s, &row->key.values[i->place])
							: put_key(s, &of->key[i->place])))
			return false;
	return true;
}

uint32_t nd_walk_put(struct nd_walk *w, const struct nd_stored_columns *of, uint32_t most,
		     struct cd_buffer *out, struct nd_clustering *last)
{
	struct sink s = { out->data + out->len, out->data + out->cap, out };
	const struct nd_stored_row *row = w->at;
	uint32_t count = 0;

	if (!out->data && !make_room(&s, 256))
		return 0;
	for (; count < most && w->at != w->end && nd_row_has_marker(row, w->now_seconds); count++) {
		if ((size_t)(s.at - out->data) >= of->enough)
			break;
		*last = row->key;
		if (!put_row(&s, row, of, w->now_seconds))
			return count;
		nd_walk_step(w);
		row = w->at;
	}
	out->len = (size_t)(s.at - out->data);
	return count;
}
