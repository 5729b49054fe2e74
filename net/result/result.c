/* SPDX-License-Identifier: MIT */
/* Results: the response's body in one allocation with everything that points into it. */
#include <string.h>

#include <coodie/driver.h>

#include "base/alloc.h"
#include "base/error.h"
#include "net/result/result_impl.h"
#include "proto/notation.h"
#include "proto/row_reader.h"
#include "proto/value.h"

/* ---- metadata ------------------------------------------------------------------------------- */

struct cd_metadata *cd_metadata_new(const coodie_allocator *a)
{
	struct cd_metadata *m = cd_alloc_zero(a, sizeof *m);

	if (!m)
		return NULL;
	atomic_init(&m->refs, 1);
	m->allocator = a ? *a : cd_malloc_allocator;
	cd_arena_init(&m->arena, &m->allocator, 0);
	return m;
}

void cd_metadata_end(struct cd_metadata *m)
{
	coodie_allocator a = m->allocator;
	cd_arena_deinit(&m->arena);
	cd_release(&a, m);
}

/* A text of `from`, now in `copy`, with a NUL in the place of what follows it. */
static cql_text own_text(char *copy, const char *from, cql_text text)
{
	char *at = copy + (text.data - from);

	at[text.len] = '\0';
	return (cql_text){ at, text.len };
}

bool cd_columns_set_kinds(struct cd_columns *c, struct cd_arena *a)
{
	enum cql_kind *kinds = cd_arena_take_array(a, c->count, sizeof *kinds);

	for (uint32_t i = 0; kinds && i < c->count; i++)
		kinds[i] = c->at[i].type->kind;
	c->kinds = kinds;
	return kinds;
}

/* The texts stand in the body in the order of the columns, a length in front of each: they are copied
 * in one piece. */
bool cd_columns_own(struct cd_columns *out, const cql_column_spec *columns, uint32_t count,
		    struct cd_arena *a)
{
	cql_column_spec *at = (cql_column_spec *)(uintptr_t)columns;

	*out = (struct cd_columns){ .at = at, .count = count };
	if (!count)
		return true;
	if (!cd_columns_set_kinds(out, a))
		return false;
	const char *from = at->keyspace.data,
		   *end = at[count - 1].name.data + at[count - 1].name.len;
	char *copy = cd_arena_take(a, (size_t)(end - from) + 1);
	if (!copy)
		return false;
	memcpy(copy, from, (size_t)(end - from));
	for (uint32_t i = 0; i < count; i++) {
		at[i].keyspace = own_text(copy, from, at[i].keyspace);
		at[i].table = own_text(copy, from, at[i].table);
		at[i].name = own_text(copy, from, at[i].name);
	}
	return true;
}

/* Takes over the arena that the columns lie in. */
static struct cd_metadata *adopt(const coodie_allocator *a, struct cd_arena *take_arena,
				 const cql_metadata *from)
{
	struct cd_metadata *m = cd_metadata_new(a);

	if (!m)
		return NULL;
	m->arena = *take_arena;
	m->arena.allocator = &m->allocator;
	cd_arena_init(take_arena, a, 0);
	m->known.count = from->column_count;
	if (cd_columns_own(&m->columns, from->columns, from->column_count, &m->arena))
		return m;
	cd_metadata_free(m);
	return NULL;
}

/* ---- making one ----------------------------------------------------------------------------- */

static bool too_large(coodie_error *err)
{
	return cd_fail(err, COODIE_ERR_LIMIT, "a result that does not fit into memory");
}

/* How much of everything there is. */
struct sizes {
	size_t columns, block;
	uint32_t spare; /* behind the block */
	uint16_t warnings, payload;
	size_t texts; /* bytes of the warnings' */
};

/* An empty result with room for that. Its block starts at r->rows.data; in front of it stand the cells
 * and lists, behind it spare bytes and the texts. */
static coodie_result *make(const coodie_allocator *a, const struct sizes *s, coodie_error *err)
{
	size_t head = CD_RESULT_HEAD;
	size_t cells = s->columns * sizeof(coodie_cell), payload = s->payload * sizeof(cql_payload),
	       list = s->warnings * sizeof(char *);

	if (s->columns > SIZE_MAX / 8 / sizeof(coodie_cell) || s->block > SIZE_MAX / 4 ||
	    s->texts > SIZE_MAX / 4) {
		too_large(err);
		return NULL;
	}
	uint8_t *at = cd_alloc(a,
			       head + cells + payload + list + s->block + 1 + s->spare + s->texts);
	if (!at) {
		cd_no_memory(err, "a result");
		return NULL;
	}
	coodie_result *r = (void *)at;
	memset(r, 0, sizeof *r); /* cells are the cursor's */
	atomic_init(&r->refs, 1);
	r->allocator = a ? *a : cd_malloc_allocator;
	r->column_count = (uint32_t)s->columns;
	r->cells = (void *)(at + head);
	r->payload = (void *)(at + head + cells);
	r->payload_count = s->payload;
	r->warnings = (void *)(at + head + cells + payload);
	r->warning_count = s->warnings;
	r->rows = (cql_blob){ at + head + cells + payload + list, s->block };
	cd_result_end_block(r, at + head + cells + payload + list + s->block, s->spare);
	return r;
}

/* Bytes the warnings need as terminated texts. */
static size_t measure_warnings(const cql_texts *warnings)
{
	size_t size = 0;

	for (uint16_t i = 0; i < warnings->count; i++)
		size += warnings->at[i].len + 1;
	return size;
}

/* Moves a text, terminated, to `*to`. */
static const char *put_text(char **to, cql_text from)
{
	char *copy = *to;

	if (from.len)
		memcpy(copy, from.data, from.len);
	copy[from.len] = '\0';
	*to += from.len + 1;
	return copy;
}

static void copy_warnings(coodie_result *r, const cql_texts *warnings)
{
	char *to = (char *)r->block_end + 1 + r->spare;

	for (uint16_t i = 0; i < r->warning_count; i++)
		r->warnings[i] = put_text(&to, warnings->at[i]);
}

/* Bytes of the envelope's body, moved to where the body was copied. */
static cql_blob moved(cql_blob from, const cql_envelope *e, const uint8_t *block)
{
	return from.data ? (cql_blob){ block + (from.data - e->body.data), from.len } : from;
}

static cql_text moved_text(cql_text from, const cql_envelope *e, const uint8_t *block)
{
	cql_blob to = moved((cql_blob){ (const uint8_t *)from.data, from.len }, e, block);

	return (cql_text){ (const char *)to.data, to.len };
}

static void copy_payload(coodie_result *r, const cql_envelope *e, const cql_payload *from)
{
	const uint8_t *block = r->block_end - e->body.len;

	for (uint16_t i = 0; i < r->payload_count; i++) {
		r->payload[i].key = moved_text(from[i].key, e, block);
		r->payload[i].value = moved(from[i].value, e, block);
	}
}

/* What was read of a response, before a result is made of it. */
struct reading {
	cql_message message;
	struct cd_arena arena; /* of its lists and types */
};

/* The columns of the rows: the response's own, or those of the prepared statement. */
static bool find_metadata(const coodie_allocator *a, struct reading *in, struct cd_metadata *shared,
			  struct cd_metadata **out, coodie_error *err)
{
	const cql_result *result = &in->message.as.result;
	const cql_metadata *m = &result->metadata;

	*out = NULL;
	if (result->kind != COODIE_RESULT_ROWS)
		return true;
	if (m->columns) {
		*out = adopt(a, &in->arena, m);
		return *out || cd_no_memory(err, "the columns of a result");
	}
	if (!shared && m->column_count)
		return cd_fail(err, COODIE_ERR_PROTOCOL,
			       "RESULT: the columns were left out, which was not asked for");
	if (shared && shared->columns.count != m->column_count)
		return cd_fail(err, COODIE_ERR_PROTOCOL,
			       "RESULT: %u columns; the prepared statement has %u",
			       (unsigned)m->column_count, (unsigned)shared->columns.count);
	*out = cd_metadata_ref(shared);
	return true;
}

static coodie_result *keep(const coodie_allocator *a, const cql_envelope *e, struct reading *in,
			   struct cd_metadata *shared, cql_blob *new_id, coodie_error *err)
{
	const cql_result *from = &in->message.as.result;
	const cql_texts *warnings = &in->message.warnings;
	bool is_rows = from->kind == COODIE_RESULT_ROWS;
	struct cd_metadata *metadata;

	if (!find_metadata(a, in, shared, &metadata, err))
		return NULL;
	const size_t columns = is_rows ? from->metadata.column_count : 0;
	const struct sizes sizes = { .columns = columns,
				     .block = e->body.len,
				     .spare = cd_result_spare(columns),
				     .warnings = warnings->count,
				     .payload = in->message.payload_count,
				     .texts = measure_warnings(warnings) };
	coodie_result *r = make(a, &sizes, err);
	if (!r) {
		cd_metadata_free(metadata);
		return NULL;
	}
	uint8_t *block = r->block_end - e->body.len;
	if (e->body.len)
		memcpy(block, e->body.data, e->body.len);
	copy_warnings(r, warnings);
	copy_payload(r, e, in->message.payload);
	r->kind = from->kind;
	r->metadata = metadata;
	r->traced = in->message.has_tracing_id;
	r->tracing_id = in->message.tracing_id;
	r->rows = moved(from->rows, e, block);
	r->keyspace = moved_text(from->keyspace, e, block);
	if (is_rows) {
		r->row_count = from->row_count;
		r->paging_state = moved(from->metadata.paging_state, e, block);
		if (new_id)
			*new_id = moved(from->metadata.new_metadata_id, e, block);
	}
	return r;
}

coodie_result *cd_result_new(const coodie_allocator *a, const cql_envelope *e,
			     const cql_terms *terms, struct cd_metadata *shared, cql_blob *new_id,
			     coodie_error *err)
{
	coodie_result *r = NULL;
	struct reading in;
	cql_result rows;

	if (new_id)
		*new_id = (cql_blob){ NULL, 0 };
	if (shared && cd_result_open(e, &shared->known, &rows)) {
		r = cd_result_keep_usual(a, e, &rows, shared);
		if (!r)
			cd_no_memory(err, "a result");
		return r;
	}
	cd_arena_init(&in.arena, a, 0);
	if (!cd_message_read(e, terms, &in.arena, &in.message, err))
		goto out;
	if (in.message.as.result.kind == COODIE_RESULT_PREPARED) {
		cd_fail(err, COODIE_ERR_PROTOCOL, "RESULT of kind prepared, but nothing was");
		goto out;
	}
	r = keep(a, e, &in, shared, new_id, err);
out:
	cd_arena_deinit(&in.arena);
	return r;
}

coodie_result *cd_result_new_void(const coodie_allocator *a, coodie_error *err)
{
	coodie_result *r = make(a, &(struct sizes){ 0 }, err);

	if (r) {
		r->kind = COODIE_RESULT_VOID;
		r->rows = (cql_blob){ NULL, 0 };
	}
	return r;
}

coodie_result *cd_result_ref(coodie_result *r)
{
	atomic_fetch_add_explicit(&r->refs, 1, memory_order_relaxed);
	return r;
}

void coodie_result_free(coodie_result *r)
{
	if (!r || (atomic_load_explicit(&r->refs, memory_order_acquire) != 1 &&
		   atomic_fetch_sub_explicit(&r->refs, 1, memory_order_acq_rel) != 1))
		return;
	cd_metadata_free(r->metadata);
	if (r->pool) {
		cd_result_pool_give(r->pool, r);
		return;
	}
	coodie_allocator a = r->allocator;
	cd_release(&a, r->history);
	cd_release(&a, r);
}

void cd_result_place(coodie_result *r, const struct cd_place *place)
{
	r->place = *place;
}

coodie_result *cd_result_remember(coodie_result *take_result, const coodie_allocator *a,
				  const struct cd_history_notes *notes)
{
	struct cd_history *history = cd_history_new(a, notes);
	bool shared = atomic_load_explicit(&take_result->refs, memory_order_relaxed) > 1;
	coodie_result *own = history && shared ? cd_result_new_void(a, NULL) : take_result;

	if (!history || !own) {
		cd_release(a, history);
		return take_result;
	}
	if (own != take_result) {
		own->place = take_result->place;
		coodie_result_free(take_result);
	}
	own->history = history;
	return own;
}

struct cd_metadata *cd_result_metadata(const coodie_result *r)
{
	return r->metadata;
}

void cd_result_disagree(coodie_result *r)
{
	r->disagreed = true;
}

bool coodie_result_schema_agreed(const coodie_result *r)
{
	return !r || !r->disagreed;
}

cql_text cd_result_keyspace(const coodie_result *r)
{
	return r->keyspace;
}

/* ---- results made by hand ------------------------------------------------------------------- */

coodie_result *coodie_result_new_void(coodie_error *err)
{
	cd_clear(err);
	return cd_result_new_void(NULL, err);
}

static bool parse_columns(struct cd_metadata *m, const coodie_column_spec *columns, size_t count,
			  coodie_error *err)
{
	cql_column_spec *at = cd_arena_take_array(&m->arena, count ? count : 1, sizeof *at);

	if (!at)
		return cd_no_memory(err, "the columns of a result");
	m->columns = (struct cd_columns){ .at = at, .count = (uint32_t)count };
	for (size_t i = 0; i < count; i++) {
		const char *type = columns[i].type, *name = columns[i].name;
		at[i].keyspace = at[i].table = cql_text_of("");
		at[i].name = cql_text_of(cd_arena_strndup(&m->arena, name, strlen(name)));
		if (!at[i].name.data)
			return cd_no_memory(err, "the columns of a result");
		at[i].type = cd_type_parse(&m->arena, type, strlen(type), CD_TYPE_DEPTH, err);
		if (!at[i].type) {
			cd_error_prefix(err, "column %s", at[i].name.data);
			return false;
		}
	}
	return !count || cd_columns_set_kinds(&m->columns, &m->arena) ||
	       cd_no_memory(err, "the columns of a result");
}

static bool encode_rows(struct cd_buffer *out, const struct cd_columns *columns,
			const cql_value *values, size_t row_count, coodie_error *err)
{
	for (size_t row = 0; row < row_count; row++)
		for (uint32_t i = 0; i < columns->count; i++)
			if (!cd_value_encode(out, columns->at[i].type, values++, err)) {
				cd_error_prefix(err, "row %zu, column %s", row,
						columns->at[i].name.data);
				return false;
			}
	return true;
}

coodie_result *coodie_result_new_rows(const coodie_column_spec *columns, size_t column_count,
				      const cql_value *values, size_t row_count, coodie_error *err)
{
	struct cd_buffer rows;
	coodie_result *r = NULL;
	struct cd_metadata *m;

	cd_clear(err);
	if (column_count > UINT16_MAX || row_count > INT32_MAX)
		return cd_fail_null(err, COODIE_ERR_LIMIT, "a result of %zu columns and %zu rows",
				    column_count, row_count);
	cd_buffer_init(&rows, NULL, 0);
	m = cd_metadata_new(NULL);
	if (!m) {
		cd_no_memory(err, "a result");
		return NULL;
	}
	if (!parse_columns(m, columns, column_count, err) ||
	    !encode_rows(&rows, &m->columns, values, row_count, err))
		goto out;
	const struct sizes sizes = { .columns = column_count,
				     .block = rows.len,
				     .spare = cd_result_spare(column_count) };
	r = make(NULL, &sizes, err);
	if (!r)
		goto out;
	if (rows.len)
		memcpy(r->block_end - rows.len, rows.data, rows.len);
	r->kind = COODIE_RESULT_ROWS;
	r->row_count = (uint32_t)row_count;
	r->metadata = cd_metadata_ref(m);
out:
	cd_buffer_deinit(&rows);
	cd_metadata_free(m);
	return r;
}

uint8_t *coodie_result_own_block(coodie_result *r)
{
	return r->block_end;
}

/* ---- reading -------------------------------------------------------------------------------- */

enum coodie_result_kind coodie_result_kind(const coodie_result *r)
{
	return r->kind;
}

size_t coodie_result_row_count(const coodie_result *r)
{
	return r->row_count;
}

size_t coodie_result_column_count(const coodie_result *r)
{
	return r->column_count;
}

const char *coodie_result_column_name(const coodie_result *r, size_t i)
{
	return i < r->column_count ? r->metadata->columns.at[i].name.data : NULL;
}

const cql_type *coodie_result_column_type(const coodie_result *r, size_t i)
{
	return i < r->column_count ? r->metadata->columns.at[i].type : NULL;
}

bool coodie_result_column_index(const coodie_result *r, const char *name, size_t *i)
{
	for (size_t at = 0; at < r->column_count; at++)
		if (strcmp(r->metadata->columns.at[at].name.data, name) == 0) {
			*i = at;
			return true;
		}
	return false;
}

bool coodie_result_has_more(const coodie_result *r)
{
	return r->paging_state.data != NULL;
}

cql_blob coodie_result_paging_state(const coodie_result *r)
{
	return r->paging_state;
}

bool coodie_result_applied(const coodie_result *r)
{
	struct cd_reader rows = cd_reader_over(r->rows.data, r->rows.len);
	size_t wanted;

	if (!coodie_result_column_index(r, "[applied]", &wanted) || r->row_count == 0)
		return true;
	for (size_t i = 0; i < wanted; i++)
		cd_read_bytes(&rows);
	struct cd_span cell = cd_read_bytes(&rows);
	return cell.len == 1 && cell.at[0] != 0;
}

/* Ours follows the server's. */
static const char *own_warning(const coodie_result *r)
{
	return r->history && *r->history->warning ? r->history->warning : NULL;
}

size_t coodie_result_warning_count(const coodie_result *r)
{
	return r->warning_count + (own_warning(r) ? 1u : 0u);
}

const char *coodie_result_warning(const coodie_result *r, size_t i)
{
	if (i < r->warning_count)
		return r->warnings[i];
	return i == r->warning_count ? own_warning(r) : NULL;
}

size_t coodie_result_payload_count(const coodie_result *r)
{
	return r ? r->payload_count : 0;
}

bool coodie_result_payload_at(const coodie_result *r, size_t i, cql_payload *out)
{
	if (!r || i >= r->payload_count)
		return false;
	*out = r->payload[i];
	return true;
}

bool coodie_result_node(const coodie_result *r, cql_inet *address, uint16_t *port)
{
	if (!r || !r->place.address.length)
		return false;
	if (address)
		*address = r->place.address;
	if (port)
		*port = r->place.port;
	return true;
}

size_t coodie_result_tried_count(const coodie_result *r)
{
	return r && r->history ? r->history->count : 0;
}

bool coodie_result_tried(const coodie_result *r, size_t i, coodie_tried *out)
{
	const struct cd_trial *t;

	if (i >= coodie_result_tried_count(r))
		return false;
	t = &r->history->trials[i];
	*out = (coodie_tried){ t->place.address, t->place.port, t->code, t->server_code };
	return true;
}

bool coodie_result_tracing_id(const coodie_result *r, cql_uuid *id)
{
	if (r->traced)
		*id = r->tracing_id;
	return r->traced;
}

void coodie_result_rows(const coodie_result *r, cql_result *out)
{
	*out = (cql_result){
		.kind = r->kind, .row_count = r->row_count, .rows = r->rows, .spare = r->spare
	};
	out->metadata.column_count = r->column_count;
	if (r->metadata)
		out->metadata.columns = r->metadata->columns.at;
}

/* Whether these are the kinds of all columns, as they are. */
static inline bool has_kinds(const coodie_result *r, const enum cql_kind *kinds, uint32_t count)
{
	const struct cd_columns *c = r->metadata ? &r->metadata->columns : NULL;

	return c && c->kinds && count == r->column_count &&
	       memcmp(kinds, c->kinds, count * sizeof *kinds) == 0;
}

bool coodie_result_read_(const coodie_result *result, cql_row_reader *r, const enum cql_kind *kinds,
			 uint32_t count, coodie_error *err)
{
	cd_well(err);
	if (!result || !result->spare)
		return cd_fail(err, COODIE_ERR_INVALID, "the result has no rows to be read");
	if (!has_kinds(result, kinds, count) &&
	    !cd_row_check_kinds(result->metadata ? result->metadata->columns.at : NULL,
				result->column_count, kinds, count, err))
		return false;
	cd_row_begin_spared(r, result->rows, result->row_count);
	return true;
}

coodie_cursor coodie_result_cursor(coodie_result *r)
{
	if (!r)
		return (coodie_cursor){ .left = 0 };
	if (r->column_count)
		memset(r->cells, 0, r->column_count * sizeof *r->cells);
	return (coodie_cursor){
		.result = r,
		.at = r->rows.data,
		.end = r->rows.data ? r->rows.data + r->rows.len : NULL,
		.cells = r->cells,
		.left = r->row_count,
	};
}

/* The hot path of reading: a length and a skip for each column, nothing else. */
bool coodie_cursor_next(coodie_cursor *c)
{
	struct cd_reader r = { c->at, c->end, false };
	coodie_cell *cell = c->cells, *last;

	if (c->left == 0)
		return false;
	last = cell + c->result->column_count;
	for (; cell < last; cell++) {
		int32_t len = (int32_t)cd_reader_be32(&r);
		*cell = (coodie_cell){ NULL, 0 };
		if (len >= 0)
			*cell = (coodie_cell){ cd_reader_take(&r, (size_t)len), (size_t)len };
		if (r.failed)
			goto broken;
	}
	c->at = r.at;
	c->left--;
	return true;
broken: /* half a row is none */
	memset(c->cells, 0, c->result->column_count * sizeof *c->cells);
	c->left = 0;
	c->failed = true;
	return false;
}
