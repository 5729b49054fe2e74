/* SPDX-License-Identifier: MIT */
/* BATCH: statements that are made known to a server in turn, encoded together, and told again when
 * one of them was forgotten. */
#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/sized.h"
#include "net/engine/engine_impl.h"
#include "proto/batch.h"
#include "proto/error_body.h"

/* ---- what the caller has -------------------------------------------------------------------- */

const coodie_statement *cd_batch_child(const coodie_statement *batch, size_t i,
				       coodie_statement *own, coodie_error *err)
{
	const void *at = (const char *)batch->children + i * batch->children->size;
	const coodie_statement *st = at;
	size_t size;

	memcpy(&size, at, sizeof size);
	if (size != batch->children->size)
		return cd_fail_null(err, COODIE_ERR_INVALID,
				    "its `size` is %zu, that of the first is %zu", size,
				    batch->children->size);
	if (size != sizeof *st) {
		if (!cd_take_struct(own, sizeof *own, at, "coodie_statement", err))
			return NULL;
		st = own;
	}
	if (!st->cql && !st->prepared)
		return cd_fail_null(err, COODIE_ERR_INVALID, "it has no text");
	if (st->children && !st->prepared)
		return cd_fail_null(err, COODIE_ERR_INVALID, "it is a batch itself");
	if (st->names)
		return cd_fail_null(err, COODIE_ERR_INVALID, "its values are by name");
	if (st->args.count > UINT16_MAX || (st->args.count && !st->args.values))
		return cd_fail_null(err, COODIE_ERR_INVALID, "%zu binds, or their array is NULL",
				    st->args.count);
	return st;
}

bool cd_batch_blame(size_t i, coodie_error *err)
{
	if (err && err->code != COODIE_ERR_NO_MEMORY)
		cd_error_prefix(err, "statement %zu of the batch", i + 1);
	return false;
}

bool cd_batch_check(const coodie_statement *st, coodie_error *err)
{
	if (!st->children || st->children->size < sizeof(size_t))
		return cd_fail(
			err, COODIE_ERR_INVALID,
			"a batch of %zu statements, but their array is NULL, or their `size` is not set",
			st->child_count);
	if (st->child_count > UINT16_MAX)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "%zu statements are more than a batch can carry (65535)",
			       st->child_count);
	if (st->batch_kind > COODIE_BATCH_COUNTER)
		return cd_fail(err, COODIE_ERR_INVALID, "%u is no kind of batch", st->batch_kind);
	return true;
}

/* ---- encoded -------------------------------------------------------------------------------- */

static bool put_values(struct cd_request *r, struct coodie_prepared *p, cql_args args,
		       coodie_error *err)
{
	const cql_execute *item = cd_prepared_item(p);
	uint16_t where = 0;

	if (!item)
		return cd_no_memory(err, "a prepared statement");
	if (!cd_request_check_count(p, args.count, err))
		return false;
	if (cd_batch_put(&r->kept, item, args.values, &where, err))
		return true;
	cd_request_blame(p, where, err);
	return false;
}

#define UNLIKELY(what) __builtin_expect(!!(what), 0)

/* The child's bytes begin here, if they have not yet. */
static void begin_child(const struct cd_request *r, struct cd_child *child)
{
	if (child->times)
		return;
	child->at = r->kept.len;
	child->load = child->prepared ? child->prepared->load : 0;
}

/* One more of this child, behind all others. */
static bool encode(struct cd_request *r, struct cd_child *child, cql_args args, const char *cql,
		   coodie_error *err)
{
	begin_child(r, child);
	child->times++;
	if (child->prepared)
		return put_values(r, child->prepared, args, err);
	cd_batch_put_text(&r->kept, cql_text_of(cql));
	return true;
}

/* Appends the first of `left` statements and those behind it that are for the same prepared statement, with
 * usual values, while there is room, as there is for one: most of most batches. Their size is that of
 * the first, as they are in one array. @return how many are left */
static __attribute__((noinline)) size_t put_alike(struct cd_buffer *kept, const cql_execute *item,
						  const coodie_statement *st, size_t left)
{
	const uint8_t *last = kept->data + kept->cap - item->item_room;
	const coodie_prepared *const p = st->prepared;
	const size_t count = item->markers.count;
	uint8_t *at = kept->data + kept->len;

	do {
		const cql_value *values = st->args.values;
		if (UNLIKELY(!values) || UNLIKELY(st->names) || UNLIKELY(st->args.count != count))
			break;
		uint8_t *next = cd_batch_put_usual(at, item, values);
		if (UNLIKELY(!next))
			break;
		at = next;
		st++;
	} while (--left && at <= last && st->prepared == p);
	kept->len = (size_t)(at - kept->data);
	return left;
}

static size_t encode_alike(struct cd_request *r, struct cd_child *child,
			   const coodie_statement *first, size_t most)
{
	const cql_execute *item = cd_prepared_item(child->prepared);
	struct cd_buffer *kept = &r->kept;

	if (!item || !cd_batch_is_usual(item) || kept->failed ||
	    kept->cap - kept->len < item->item_room)
		return 0;
	begin_child(r, child);
	size_t n = most - put_alike(kept, item, first, most);
	child->times += (uint32_t)n;
	return n;
}

static bool encoded(struct cd_request *r, size_t start, coodie_error *err)
{
	r->values.at = start;
	r->values.len = r->kept.len - start;
	r->encoded = true;
	return !r->kept.failed || cd_no_memory(err, "the statements of a batch");
}

/* Some had to be waited for: from the copies. */
static bool encode_kept(struct cd_request *r, coodie_error *err)
{
	size_t start = r->kept.len;

	for (uint32_t i = 0; i < r->children.count; i++) {
		struct cd_child *child = &r->children.at[i];
		const cql_args args = { child->value_count, child->args };
		if (!encode(r, child, args, child->cql, err))
			return cd_batch_blame(i, err);
	}
	return encoded(r, start, err);
}

/* ---- taken over ----------------------------------------------------------------------------- */

/* What a statement is executed through; `*p` is borrowed, NULL: it goes as a text. */
static bool find_prepared(struct cd_engine *e, const coodie_statement *st, const char *keyspace,
			  struct coodie_prepared **p, coodie_error *err)
{
	*p = NULL;
	if (st->prepared)
		*p = cd_engine_own_prepared(e, st->prepared, err);
	else if (st->prepare || st->args.count)
		*p = cd_engine_find_prepared(e, st->cql, keyspace, err);
	else
		return true;
	return *p;
}

static struct cd_child *add_child(struct cd_request *r, struct coodie_prepared *p, const char *cql,
				  coodie_error *err)
{
	struct cd_child *child = cd_children_add(&r->children, r->kept.allocator);

	if (!child)
		return cd_no_memory(err, "the statements of a batch"), NULL;
	child->prepared = p ? cd_prepared_ref(p) : NULL;
	r->is_lwt |= p ? p->traits.is_lwt : cd_statement_look(cql, strlen(cql)).is_lwt;
	return child;
}

/* The last one, when the statement before was for the same. */
static struct cd_child *same_child(struct cd_request *r, struct coodie_prepared *p, const char *cql,
				   coodie_error *err)
{
	const struct cd_children *c = &r->children;
	struct cd_child *last = c->count ? &c->at[c->count - 1] : NULL;

	return last && p && last->prepared == p ? last : add_child(r, p, cql, err);
}

/* One, or several. @return how many; 0: none could be */
static size_t encode_some(struct cd_request *r, struct cd_child *child, const coodie_statement *st,
			  size_t most, coodie_error *err)
{
	size_t n = most ? encode_alike(r, child, st, most) : 0;

	return n ? n : encode(r, child, st->args, st->cql, err);
}

/* Straight from the caller's values. `*known` false: as far as one that no server knows yet. */
static bool take_known(struct cd_engine *e, struct cd_request *r, const coodie_statement *batch,
		       bool *known, coodie_error *err)
{
	size_t start = r->kept.len, count = batch->child_count;
	struct coodie_prepared *p;
	coodie_statement own;

	*known = true;
	for (size_t i = 0, n; i < count; i += n) {
		const coodie_statement *st = cd_batch_child(batch, i, &own, err);
		if (!st || !find_prepared(e, st, batch->request->keyspace, &p, err))
			return cd_batch_blame(i, err);
		*known = !p || cd_prepared_is_known(p);
		if (!*known)
			return true;
		struct cd_child *child = same_child(r, p, st->cql, err);
		size_t most = st->prepared && st != &own ? count - i : 0;
		n = child ? encode_some(r, child, st, most, err) : 0;
		if (!n)
			return cd_batch_blame(i, err);
	}
	return encoded(r, start, err);
}

static bool keep_child(struct cd_request *r, struct cd_child *child, const coodie_statement *st)
{
	if (!child->prepared) {
		child->cql = cd_arena_strndup(&r->arena, st->cql, strlen(st->cql));
		return child->cql;
	}
	child->args = cd_request_copy_args(r, st->args);
	child->value_count = (uint16_t)st->args.count;
	return child->args;
}

/* To be encoded later; what is known is checked now. */
static bool take_copies(struct cd_engine *e, struct cd_request *r, const coodie_statement *batch,
			coodie_error *err)
{
	size_t start = r->kept.len;
	struct coodie_prepared *p;
	coodie_statement own;

	for (size_t i = 0; i < batch->child_count; i++) {
		const coodie_statement *st = cd_batch_child(batch, i, &own, err);
		if (!st || !find_prepared(e, st, batch->request->keyspace, &p, err))
			return cd_batch_blame(i, err);
		struct cd_child *child = add_child(r, p, st->cql, err);
		if (!child || (p && cd_prepared_is_known(p) && !put_values(r, p, st->args, err)))
			return cd_batch_blame(i, err);
		if (!keep_child(r, child, st) || r->kept.failed)
			return cd_no_memory(err, "a copy of a batch");
		r->kept.len = start;
	}
	return true;
}

/* ---- kept whole ------------------------------------------------------------------------------ */

/* Where nothing else is kept there is room for what stands before the statements, so that the message is
 * copied once when it is sent. */
static void begin_whole(struct cd_request *r, uint8_t version)
{
	bool alone = !r->kept.len && !r->params.has_now;

	r->whole = (struct cd_whole){ .version = alone ? version : 0 };
	if (alone)
		cd_buffer_grow(&r->kept, CD_BATCH_HEAD);
}

bool cd_batch_end_whole(struct cd_request *r, coodie_error *err)
{
	struct cd_whole *w = &r->whole;
	const struct cd_batch batch = { .type = r->children.type,
					.count = r->children.statements,
					.params = &r->params };

	if (!r->encoded || !w->version)
		return true;
	if (!cd_batch_wrap(&r->kept, w->version, r->tracing ? CQL_FLAG_TRACING : 0, &batch, err))
		return false;
	w->bytes = (struct cd_piece){ 0, r->kept.len };
	w->consistency = r->params.consistency;
	return true;
}

bool cd_batch_take_alike(struct cd_request *r, const coodie_statement *batch, uint8_t version)
{
	const coodie_statement *first = batch->children;
	struct cd_children *c = &r->children;

	begin_whole(r, version);
	size_t start = r->kept.len;
	struct cd_child *child = cd_children_add(c, r->kept.allocator);
	if (!child)
		return false;
	child->prepared = cd_prepared_ref(first->prepared);
	c->type = (enum cql_batch_type)batch->batch_kind;
	c->statements = (uint16_t)batch->child_count;
	return encode_alike(r, child, first, batch->child_count) == batch->child_count &&
	       encoded(r, start, NULL) && cd_batch_end_whole(r, NULL) && !r->kept.failed;
}

/* ---- what must be known first ---------------------------------------------------------------- */

static void wait_for(struct cd_request *r, struct coodie_prepared *p)
{
	if (p)
		cd_prepared_ref(p);
	coodie_prepared_free(r->prepared);
	r->prepared = p;
}

/* The first that no server knows yet; they stay known. */
static struct coodie_prepared *first_unknown(struct cd_children *c)
{
	for (; c->known < c->count; c->known++) {
		struct coodie_prepared *p = c->at[c->known].prepared;
		if (p && !cd_prepared_is_known(p))
			return p;
	}
	return NULL;
}

enum cd_batch_state cd_batch_make_ready(struct cd_engine *e, struct cd_request *r,
					coodie_error *err)
{
	struct coodie_prepared *p = r->encoded ? NULL : first_unknown(&r->children);

	wait_for(r, p);
	if (p)
		return cd_engine_await_prepare(e, r, NULL, err) ? CD_BATCH_WAITS : CD_BATCH_FAILED;
	return r->encoded || encode_kept(r, err) ? CD_BATCH_READY : CD_BATCH_FAILED;
}

/* In `r` already: the options, and nothing else. */
bool cd_batch_take(struct cd_engine *e, struct cd_request *r, const coodie_statement *st,
		   coodie_error *err)
{
	size_t start;
	bool known;

	if (!cd_batch_check(st, err))
		return false;
	begin_whole(r, e->version);
	start = r->kept.len;
	r->children.type = (enum cql_batch_type)st->batch_kind;
	r->children.statements = (uint16_t)st->child_count;
	r->params.has_page_rows = false;
	r->is_lwt = false; /* one condition makes all of it conditional */
	if (!take_known(e, r, st, &known, err))
		return false;
	if (known)
		return true;
	cd_children_clear(&r->children);
	r->kept.len = start;
	return take_copies(e, r, st, err);
}

/* ---- sent ----------------------------------------------------------------------------------- */

static bool change_ids(struct cd_buffer *items, const struct cd_child *child)
{
	const cql_blob id = { child->prepared->id, child->prepared->id_len };
	size_t at = child->at;

	for (uint32_t i = 0; i < child->times; i++, at = cd_batch_next(items, at))
		if (!cd_batch_change_id(items, at, id))
			return false;
	return true;
}

/* Statements have new ids when they were prepared again since. */
static bool renew(struct cd_request *r, coodie_error *err)
{
	for (uint32_t i = 0; i < r->children.count; i++) {
		struct cd_child *child = &r->children.at[i];
		const struct coodie_prepared *p = child->prepared;
		if (!p || p->load == child->load)
			continue;
		if (!change_ids(&r->kept, child))
			return cd_fail(
				err, COODIE_ERR_CONFLICT,
				"the server has another kind of id for a statement of the batch: %.120s",
				p->cql);
		child->load = p->load;
	}
	return true;
}

bool cd_batch_send(struct cd_conn *c, struct cd_request *r, uint8_t flags, int16_t stream,
		   coodie_error *err)
{
	const struct cd_whole *w = &r->whole;

	if (!renew(r, err))
		return false;
	if (w->bytes.len && w->version == c->version && w->consistency == r->params.consistency)
		return cd_outbox_put(&c->out,
				     (struct cd_span){ r->kept.data + w->bytes.at, w->bytes.len },
				     stream, err);
	const struct cd_batch batch = { .type = r->children.type,
					.count = r->children.statements,
					.items = { r->kept.data + r->values.at, r->values.len },
					.params = &r->params };
	return cd_batch_write(&c->out, flags, stream, &batch, err);
}

struct cd_routing *cd_batch_routing(const struct cd_request *r, struct cd_span *values)
{
	for (uint32_t i = 0; r->encoded && i < r->children.count; i++) {
		const struct cd_child *child = &r->children.at[i];
		if (!child->prepared || !child->prepared->routing.part_count)
			continue;
		*values = cd_batch_values(&r->kept, child->at);
		return &child->prepared->routing;
	}
	return NULL;
}

static const struct cd_child *find_child(const struct cd_request *r, cql_blob id)
{
	for (uint32_t i = 0; i < r->children.count; i++) {
		const struct cd_child *child = &r->children.at[i];
		cql_blob own = child->prepared ? cd_batch_id(&r->kept, child->at)
					       : (cql_blob){ NULL, 0 };
		if (own.len && own.len == id.len && memcmp(own.data, id.data, id.len) == 0)
			return child;
	}
	return NULL;
}

bool cd_batch_forgotten(struct cd_engine *e, struct cd_request *r, const struct cd_wire *w,
			const cql_envelope *answer, uint32_t *load)
{
	const struct cd_child *child = NULL;
	struct cd_arena arena;
	cql_message m;

	cd_arena_init(&arena, e->allocator, 0);
	if (cd_message_read(answer, NULL, &arena, &m, NULL))
		child = find_child(r, m.as.error.unprepared_id);
	cd_arena_deinit(&arena);
	if (!child || child->told == w->number)
		return false;
	*load = child->load;
	wait_for(r, child->prepared);
	r->told = 0; /* its children count for themselves */
	for (uint32_t i = 0; i < r->children.count; i++)
		if (r->children.at[i].prepared == r->prepared)
			r->children.at[i].told = w->number;
	return true;
}
