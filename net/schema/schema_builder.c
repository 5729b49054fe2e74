/* SPDX-License-Identifier: MIT */
/* Collects rows by keyspace, takes over what has not changed, and has the rest built. */
#include "net/schema/schema_builder.h"

#include <string.h>

#include "base/alloc.h"
#include "base/buffer.h"
#include "base/error.h"
#include "net/schema/schema_sort.h"

struct cd_schema_builder {
	coodie_allocator allocator;
	struct cd_arena arena; /* of the scope's names */
	struct cd_schema *previous;
	struct cd_schema_scope scope;
	coodie_keyspace_meta **drafts; /* by name */
	uint32_t count, room;
	uint32_t built; /* of the drafts, from the first one */
	uint32_t rows, skipped;
	coodie_keyspace_meta *last; /* the one that a row was added to */
};

/* Rows of virtual tables are those of tables, in keyspaces that are marked. */
static enum cd_schema_rows list_of(enum cd_schema_rows rows)
{
	switch (rows) {
	case CD_SCHEMA_VIRTUAL_KEYSPACES:
		return CD_SCHEMA_KEYSPACES;
	case CD_SCHEMA_VIRTUAL_TABLES:
		return CD_SCHEMA_TABLES;
	case CD_SCHEMA_VIRTUAL_COLUMNS:
		return CD_SCHEMA_COLUMNS;
	default:
		return rows;
	}
}

/* ---- drafts ---------------------------------------------------------------------------------- */

/* Where a keyspace is, or belongs. */
static uint32_t place_of(const struct cd_schema_builder *b, const char *name, size_t len)
{
	uint32_t low = 0, high = b->count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (cd_schema_order(name, len, b->drafts[middle]->name) <= 0)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static bool has_room(struct cd_schema_builder *b)
{
	uint32_t room = b->room ? 2 * b->room : 16;
	coodie_keyspace_meta **grown;

	if (b->count < b->room)
		return true;
	grown = cd_resize(&b->allocator, b->drafts, room * sizeof(coodie_keyspace_meta *));
	if (!grown)
		return false;
	b->drafts = grown;
	b->room = room;
	return true;
}

/* The draft of a keyspace, made when there is none. NULL: out of memory. */
static coodie_keyspace_meta *draft_of(struct cd_schema_builder *b, const char *name, size_t len)
{
	uint32_t at = place_of(b, name, len);
	coodie_keyspace_meta *ks = at < b->count ? b->drafts[at] : NULL;

	if (ks && cd_schema_order(name, len, ks->name) == 0)
		return ks;
	if (!has_room(b) || !(ks = cd_alloc_zero(&b->allocator, sizeof *ks)))
		return NULL;
	ks->allocator = b->allocator;
	cd_arena_init(&ks->arena, &ks->allocator, 0);
	atomic_init(&ks->refs, 1);
	ks->name = cd_arena_strndup(&ks->arena, name, len);
	if (!ks->name) {
		cd_schema_keyspace_free(ks);
		return NULL;
	}
	memmove(b->drafts + at + 1, b->drafts + at, (b->count - at) * sizeof(*b->drafts));
	b->drafts[at] = ks;
	b->count++;
	return ks;
}

/* Keeps the columns that rows point to; NULL: out of memory. */
static const struct cd_columns *hold(coodie_keyspace_meta *ks, struct cd_metadata *metadata)
{
	struct cd_schema_held *h = ks->held;

	while (h && h->metadata != metadata)
		h = h->next;
	if (!h) {
		h = cd_arena_take(&ks->arena, sizeof *h);
		if (!h)
			return NULL;
		*h = (struct cd_schema_held){ cd_metadata_ref(metadata), ks->held };
		ks->held = h;
	}
	return &metadata->columns;
}

/* ---- what an earlier schema has -------------------------------------------------------------- */

/* The metadata that a row's columns lie in. */
static struct cd_metadata *metadata_of(const coodie_keyspace_meta *ks,
				       const struct cd_schema_row *row)
{
	const struct cd_schema_held *h = ks->held;

	while (&h->metadata->columns != row->row.columns)
		h = h->next;
	return h->metadata;
}

static bool copy_row(coodie_keyspace_meta *ks, enum cd_schema_rows rows,
		     const coodie_keyspace_meta *from, const struct cd_schema_row *row)
{
	struct cd_schema_row *copy = cd_arena_take(&ks->arena, sizeof *copy);

	if (!copy)
		return false;
	*copy = (struct cd_schema_row){
		.row = { hold(ks, metadata_of(from, row)),
			 cd_arena_copy(&ks->arena, row->row.cells, row->row.len), row->row.len },
		.next = ks->rows[rows],
		.name = cd_arena_strndup(&ks->arena, row->name, strlen(row->name)),
		.second = cd_arena_strndup(&ks->arena, row->second, strlen(row->second)),
	};
	ks->rows[rows] = copy;
	return copy->row.columns && copy->row.cells && copy->name && copy->second;
}

/* Starts the keyspace of a narrow scope with all but what is read again. */
static bool begin_narrow(struct cd_schema_builder *b, coodie_error *err)
{
	const struct cd_schema_scope *scope = &b->scope;
	const coodie_keyspace_meta *from = cd_schema_keyspace(b->previous, scope->keyspaces[0]);
	coodie_keyspace_meta *ks;

	if (!from)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "schema: %s of keyspace %s, which is not known", scope->name,
			       scope->keyspaces[0]);
	ks = draft_of(b, from->name, strlen(from->name));
	if (!ks)
		return cd_schema_no_memory(err);
	ks->is_virtual = from->is_virtual;
	for (int i = 0; i < CD_SCHEMA_ROWS; i++)
		for (const struct cd_schema_row *row = from->rows[i]; row; row = row->next)
			if ((cd_schema_rows_infos[i].target != scope->target ||
			     strcmp(row->name, scope->name) != 0) &&
			    !copy_row(ks, (enum cd_schema_rows)i, from, row))
				return cd_schema_no_memory(err);
	return true;
}

/* NULL: out of memory. */
static const char *const *copy_names(struct cd_arena *a, const char *const *names, uint32_t count)
{
	const char **copies = cd_arena_take_array(a, (size_t)count + 1, sizeof(*copies));

	for (uint32_t i = 0; copies && i < count; i++)
		if (!(copies[i] = cd_arena_strndup(a, names[i], strlen(names[i]))))
			return NULL;
	return (const char *const *)copies;
}

static bool copy_scope(struct cd_schema_builder *b, const struct cd_schema_scope *scope)
{
	const char *name = scope->name ? scope->name : "";
	struct cd_schema_scope *to = &b->scope;

	*to = *scope;
	to->keyspaces = copy_names(&b->arena, scope->keyspaces, scope->keyspace_count);
	to->filter.names = copy_names(&b->arena, scope->filter.names, scope->filter.count);
	to->name = cd_arena_strndup(&b->arena, name, strlen(name));
	return to->keyspaces && to->filter.names && to->name;
}

struct cd_schema_builder *cd_schema_builder_new(const coodie_allocator *a,
						struct cd_schema *previous,
						const struct cd_schema_scope *scope,
						coodie_error *err)
{
	struct cd_schema_builder *b;

	cd_clear(err);
	if (scope->target != CD_SCHEMA_ALL && !scope->keyspace_count)
		return cd_fail_null(err, COODIE_ERR_INVALID, "schema: which keyspace is not said");
	b = cd_alloc_zero(a, sizeof *b);
	if (!b) {
		cd_schema_no_memory(err);
		return NULL;
	}
	b->allocator = a ? *a : cd_malloc_allocator;
	cd_arena_init(&b->arena, &b->allocator, 256);
	b->previous = cd_schema_ref(previous);
	if (copy_scope(b, scope) ? scope->target <= CD_SCHEMA_KEYSPACE || begin_narrow(b, err)
				 : cd_schema_no_memory(err))
		return b;
	cd_schema_builder_free(b);
	return NULL;
}

void cd_schema_builder_free(struct cd_schema_builder *b)
{
	if (!b)
		return;
	coodie_allocator a = b->allocator;
	for (uint32_t i = 0; i < b->count; i++)
		cd_schema_keyspace_free(b->drafts[i]);
	cd_release(&a, b->drafts);
	cd_schema_free(b->previous);
	cd_arena_deinit(&b->arena);
	cd_release(&a, b);
}

const struct cd_schema_scope *cd_schema_builder_scope(const struct cd_schema_builder *b)
{
	return &b->scope;
}

/* ---- rows ------------------------------------------------------------------------------------ */

/* A page while it is taken in. */
struct feed {
	struct cd_schema_builder *b;
	coodie_cursor cursor;
	struct cd_metadata *metadata;
	enum cd_schema_rows asked, rows; /* `rows`: the list they go to */
	bool is_virtual, has_second;
	size_t columns, keyspace, name, second;
};

static bool find_name(const coodie_result *page, const struct cd_schema_rows_info *info,
		      const char *column, size_t *out, coodie_error *err)
{
	const cql_type *type;

	if (!column || !coodie_result_column_index(page, column, out))
		return cd_fail(err, COODIE_ERR_PROTOCOL, "%s.%s: no column %s", info->keyspace,
			       info->table, column);
	type = coodie_result_column_type(page, *out);
	return cql_type_kind(type) == CQL_KIND_TEXT || cql_type_kind(type) == CQL_KIND_ASCII ||
	       cd_fail(err, COODIE_ERR_PROTOCOL, "%s.%s: %s is not a text", info->keyspace,
		       info->table, column);
}

static bool begin_feed(struct feed *f, enum cd_schema_rows rows, coodie_result *page,
		       coodie_error *err)
{
	const struct cd_schema_rows_info *info = &cd_schema_rows_infos[rows];

	f->asked = rows;
	f->rows = list_of(rows);
	f->is_virtual = f->rows != rows;
	f->metadata = cd_result_metadata(page);
	f->columns = coodie_result_column_count(page);
	f->has_second = info->second != NULL;
	f->cursor = coodie_result_cursor(page);
	if (!find_name(page, info, "keyspace_name", &f->keyspace, err))
		return false;
	f->name = f->keyspace;
	return (!info->key || find_name(page, info, info->key, &f->name, err)) &&
	       (!info->second || find_name(page, info, info->second, &f->second, err));
}

/* A name that can be one: there, and without zero bytes. */
static bool is_name(coodie_cell cell)
{
	return cell.data && cell.len && !memchr(cell.data, '\0', cell.len);
}

static bool same(coodie_cell cell, const char *name)
{
	return cell.len == strlen(name) && memcmp(cell.data, name, cell.len) == 0;
}

/* Whether the row is of what was asked: a server may answer anything. */
static bool is_asked(const struct feed *f, coodie_cell keyspace, coodie_cell name)
{
	const struct cd_schema_scope *scope = &f->b->scope;
	const cql_text of = { (const char *)keyspace.data, keyspace.len };

	if (!cd_schema_rows_asked(f->asked, scope, of))
		return false;
	return scope->target <= CD_SCHEMA_KEYSPACE ||
	       (cd_schema_rows_infos[f->rows].target == scope->target && same(name, scope->name));
}

/* The cells of a row as they were on the wire. NULL: out of memory. */
static const uint8_t *copy_cells(const struct feed *f, struct cd_arena *a, size_t *len)
{
	uint8_t *cells, *at;
	coodie_cell cell;

	*len = 0;
	for (size_t i = 0; i < f->columns; i++)
		*len += 4 + coodie_cursor_cell(&f->cursor, i).len;
	at = cells = cd_arena_take(a, *len);
	for (size_t i = 0; cells && i < f->columns; i++, at += 4 + cell.len) {
		cell = coodie_cursor_cell(&f->cursor, i);
		if (!cell.data)
			cell.len = 0;
		cd_put_be32(at, cell.data ? (uint32_t)cell.len : UINT32_MAX);
		if (cell.len)
			memcpy(at + 4, cell.data, cell.len);
	}
	return cells;
}

static const char *copy_name(struct cd_arena *a, const struct feed *f, bool is_there, size_t i)
{
	coodie_cell cell = coodie_cursor_cell(&f->cursor, i);

	return is_there ? cd_arena_strndup(a, (const char *)cell.data, cell.len) : "";
}

static bool add_row(struct feed *f, coodie_keyspace_meta *ks, bool has_name)
{
	struct cd_schema_row *row = cd_arena_take(&ks->arena, sizeof *row);

	if (!row)
		return false;
	row->next = ks->rows[f->rows];
	row->name = copy_name(&ks->arena, f, has_name, f->name);
	row->second = copy_name(&ks->arena, f, f->has_second, f->second);
	row->row.columns = hold(ks, f->metadata);
	row->row.cells = copy_cells(f, &ks->arena, &row->row.len);
	if (!row->name || !row->second || !row->row.columns || !row->row.cells)
		return false;
	ks->rows[f->rows] = row;
	ks->is_virtual |= f->is_virtual;
	return true;
}

static bool take_row(struct feed *f, bool has_name, coodie_error *err)
{
	struct cd_schema_builder *b = f->b;
	coodie_cell keyspace = coodie_cursor_cell(&f->cursor, f->keyspace);
	coodie_cell name = coodie_cursor_cell(&f->cursor, f->name);

	if (!is_name(keyspace) || !is_name(name) ||
	    (f->has_second && !is_name(coodie_cursor_cell(&f->cursor, f->second))) ||
	    !is_asked(f, keyspace, name)) {
		b->skipped++;
		return true;
	}
	if (b->rows++ >= CD_SCHEMA_MAX_ROWS)
		return cd_fail(err, COODIE_ERR_LIMIT, "schema: more than %d rows",
			       (int)CD_SCHEMA_MAX_ROWS);
	if (!b->last || !same(keyspace, b->last->name))
		b->last = draft_of(b, (const char *)keyspace.data, keyspace.len);
	return (b->last && add_row(f, b->last, has_name)) || cd_schema_no_memory(err);
}

bool cd_schema_builder_feed(struct cd_schema_builder *b, enum cd_schema_rows rows,
			    coodie_result *page, coodie_error *err)
{
	const struct cd_schema_rows_info *info = &cd_schema_rows_infos[rows];
	struct feed f = { .b = b };

	cd_clear(err);
	if (coodie_result_kind(page) != COODIE_RESULT_ROWS)
		return cd_fail(err, COODIE_ERR_PROTOCOL, "%s.%s: the answer has no rows",
			       info->keyspace, info->table);
	if (!begin_feed(&f, rows, page, err))
		return false;
	while (coodie_cursor_next(&f.cursor))
		if (!take_row(&f, info->key != NULL, err))
			return false;
	return !f.cursor.failed || cd_fail(err, COODIE_ERR_PROTOCOL, "%s.%s: its rows are broken",
					   info->keyspace, info->table);
}

/* ---- keyspaces ------------------------------------------------------------------------------- */

static bool same_columns(const struct cd_columns *a, const struct cd_columns *b)
{
	if (a == b)
		return true;
	if (a->count != b->count)
		return false;
	for (uint32_t i = 0; i < a->count; i++)
		if (strcmp(a->at[i].name.data, b->at[i].name.data) != 0 ||
		    !cql_type_equal(a->at[i].type, b->at[i].type))
			return false;
	return true;
}

static bool same_row(const struct cd_schema_row *a, const struct cd_schema_row *b)
{
	return a->row.len == b->row.len && memcmp(a->row.cells, b->row.cells, a->row.len) == 0 &&
	       same_columns(a->row.columns, b->row.columns);
}

/* Whether two keyspaces were made of the same rows. */
static bool same_keyspace(const coodie_keyspace_meta *a, const coodie_keyspace_meta *b)
{
	if (a->is_virtual != b->is_virtual)
		return false;
	for (int i = 0; i < CD_SCHEMA_ROWS; i++) {
		const struct cd_schema_row *x = a->rows[i], *y = b->rows[i];

		for (; x && y && same_row(x, y); x = x->next)
			y = y->next;
		if (x || y)
			return false;
	}
	return true;
}

static coodie_keyspace_meta *keyspace_ref(const coodie_keyspace_meta *known)
{
	coodie_keyspace_meta *ks = (coodie_keyspace_meta *)(uintptr_t)known;

	atomic_fetch_add_explicit(&ks->refs, 1, memory_order_relaxed);
	return ks;
}

static bool build_next(struct cd_schema_builder *b, coodie_error *err)
{
	coodie_keyspace_meta *ks = b->drafts[b->built];
	const coodie_keyspace_meta *known = cd_schema_keyspace(b->previous, ks->name);

	for (int i = 0; i < CD_SCHEMA_ROWS; i++)
		ks->rows[i] = cd_schema_sort_unique(ks->rows[i]);
	if (known && same_keyspace(known, ks)) {
		cd_schema_keyspace_free(ks);
		b->drafts[b->built] = keyspace_ref(known);
	} else if (!cd_schema_keyspace_build(ks, err)) {
		return false;
	}
	b->built++;
	return true;
}

/* Whether a keyspace of the schema before stays as it was, because it was not asked for. */
static bool stays(const struct cd_schema_builder *b, const char *name)
{
	for (uint32_t i = 0; i < b->scope.keyspace_count; i++)
		if (strcmp(b->scope.keyspaces[i], name) == 0)
			return false;
	return b->scope.target != CD_SCHEMA_ALL;
}

/* Both lists in one, by name. A keyspace without a row of its own was made, or dropped, between two
 * statements: an event will tell. */
static void merge(const struct cd_schema_builder *b, struct cd_schema *s)
{
	uint32_t old = 0, olds = b->previous ? b->previous->keyspace_count : 0;

	for (uint32_t i = 0; i <= b->count; i++) {
		coodie_keyspace_meta *ks = i < b->count ? b->drafts[i] : NULL;

		for (; old < olds; old++) {
			const coodie_keyspace_meta *known = b->previous->keyspaces[old];

			if (ks && strcmp(known->name, ks->name) >= 0)
				break;
			if (stays(b, known->name))
				s->keyspaces[s->keyspace_count++] = keyspace_ref(known);
		}
		if (ks && ks->rows[CD_SCHEMA_KEYSPACES])
			s->keyspaces[s->keyspace_count++] = keyspace_ref(ks);
	}
}

bool cd_schema_builder_step(struct cd_schema_builder *b, struct cd_schema **out, coodie_error *err)
{
	uint32_t olds = b->previous ? b->previous->keyspace_count : 0;
	struct cd_schema *s;

	cd_clear(err);
	*out = NULL;
	if (b->built < b->count)
		return build_next(b, err);
	s = cd_alloc_zero(&b->allocator,
			  sizeof *s + ((size_t)olds + b->count) * sizeof(coodie_keyspace_meta *));
	if (!s)
		return cd_schema_no_memory(err);
	atomic_init(&s->refs, 1);
	s->allocator = b->allocator;
	s->version = b->previous ? b->previous->version + 1 : 1;
	s->skipped = b->skipped;
	merge(b, s);
	*out = s;
	return true;
}
