/* SPDX-License-Identifier: MIT */
/* Results: the response's body in one allocation with everything that points into it. */
#include <string.h>

#include <coodie/driver.h>

#include "base/alloc.h"
#include "base/error.h"
#include "net/result/result_impl.h"

static bool too_large(coodie_error *err)
{
	return cd_fail(err, COODIE_ERR_LIMIT, "a result that does not fit into memory");
}

coodie_result *cd_result_make(const coodie_allocator *a, const struct cd_result_sizes *s,
			      coodie_error *err)
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
		*out = cd_metadata_adopt(a, &in->arena, m);
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
	const struct cd_result_sizes sizes = { .columns = columns,
					       .block = e->body.len,
					       .spare = cd_result_spare(columns),
					       .warnings = warnings->count,
					       .payload = in->message.payload_count,
					       .texts = measure_warnings(warnings) };
	coodie_result *r = cd_result_make(a, &sizes, err);
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
	coodie_result *r = cd_result_make(a, &(struct cd_result_sizes){ 0 }, err);

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
