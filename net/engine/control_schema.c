/* SPDX-License-Identifier: MIT */
/* When the schema is read, a few statements at a time, and what becomes of it. */
#include "net/engine/control_schema.h"

#include <string.h>

#include "base/error.h"
#include "net/engine/engine_impl.h"

enum {
	DEBOUNCE_MS = 200,
	AT_ONCE = 4, /* statements: requests of the session share the connection */
	FIRST_PAUSE_MS = 1000,
	TRIES = 6 /* in a row; then it waits for an event or another connection */
};

/* ---- the snapshot ---------------------------------------------------------------------------- */

void cd_control_publish(struct cd_engine *e)
{
	coodie_metadata *before = e->snapshot;
	coodie_error err;
	coodie_metadata *md = cd_snapshot_new(e->allocator, before, e->control.topology,
					      e->control.schema.known, &err);

	if (!md) {
		cd_log(e->options, COODIE_LOG_ERROR, "%s", err.message);
		return;
	}
	md->routes = cd_routes_ref(e->control.routes.known);
	e->snapshot = md;
	coodie_metadata_free(before);
	if (md->map && !cd_engine_set_map(e, md->map, &err))
		cd_log(e->options, COODIE_LOG_ERROR, "%s", err.message);
	cd_fellows_publish(e);
}

/* Keyspaces that have not changed are the same ones. */
static bool is_same(const struct cd_schema *a, const struct cd_schema *b)
{
	return a && a->keyspace_count == b->keyspace_count &&
	       memcmp(a->keyspaces, b->keyspaces, a->keyspace_count * sizeof *a->keyspaces) == 0;
}

/* ---- when ------------------------------------------------------------------------------------ */

/* While the session closes it is only read for those who still wait for it. */
static bool is_needed(const struct cd_engine *e)
{
	return !e->closing || e->control.schema.waiting.count;
}

static void come_back(struct cd_engine *e, uint32_t ms)
{
	struct cd_control_schema *s = &e->control.schema;

	cd_wheel_remove(&e->wheel, &s->again);
	if (is_needed(e))
		cd_engine_add_deadline(e, &s->again, ms);
}

/* What there is to do when nothing is read: changes that came meanwhile, or, some day, all of it. */
static void rest(struct cd_engine *e)
{
	struct cd_control_schema *s = &e->control.schema;

	if (s->changes.any)
		come_back(e, DEBOUNCE_MS);
	else if (e->options->refresh_s)
		come_back(e, e->options->refresh_s * 1000);
}

static void end_waiters(struct cd_engine *e, struct cd_requests *list, const coodie_error *why)
{
	for (struct cd_request *r; (r = cd_requests_pop(list));) {
		if (why)
			cd_engine_fail(e, r, why);
		else
			cd_engine_finish(e, r);
	}
}

/* ---- the read -------------------------------------------------------------------------------- */

static bool is_lost(const struct cd_engine *e)
{
	const struct cd_wire *w = e->control.wire;

	return !w || w->number != e->control.schema.asked_on;
}

static void end_read(struct cd_control_schema *s)
{
	cd_schema_reader_free(s->reader);
	s->reader = NULL;
	for (int i = 0; i < CD_SCHEMA_ROWS; i++)
		s->questions[i].waiting = false;
}

/* All is read again, then: what has been read of it is not known. */
static void fail_read(struct cd_engine *e, const coodie_error *why)
{
	struct cd_control_schema *s = &e->control.schema;

	end_read(s);
	cd_schema_changes_add_all(&s->changes);
	if (is_lost(e)) { /* who takes the role reads it */
		cd_requests_move(&s->waiting, &s->served);
		return;
	}
	cd_log(e->options, COODIE_LOG_WARN, "the schema could not be read: %s", why->message);
	end_waiters(e, &s->served, why);
	if (++s->failed < TRIES)
		come_back(e, (uint32_t)FIRST_PAUSE_MS << s->failed);
	else if (e->options->refresh_s)
		come_back(e, e->options->refresh_s * 1000);
}

static void end_well(struct cd_engine *e, struct cd_schema *take_schema)
{
	struct cd_control_schema *s = &e->control.schema;
	bool same = is_same(s->known, take_schema), first = !s->known;

	end_read(s);
	s->failed = 0;
	if (take_schema->skipped)
		cd_log(e->options, COODIE_LOG_WARN, "%u rows of the schema make no sense",
		       (unsigned)take_schema->skipped);
	if (same) {
		cd_schema_free(take_schema);
	} else {
		cd_schema_free(s->known);
		s->known = take_schema;
		cd_control_publish(e);
		if (!first && (s->missed || !e->events.schema_count))
			cd_events_schema(e, NULL);
	}
	s->missed = false;
	e->events.due = true;
	end_waiters(e, &s->served, NULL);
	rest(e);
}

static void pump(struct cd_engine *e);

static void on_page(coodie_result *take_page, const coodie_error *why, void *user)
{
	const struct cd_schema_question *q = user;
	struct cd_engine *e = q->engine;
	struct cd_control_schema *s = &e->control.schema;
	coodie_error err;

	s->asked--;
	if (s->reader && !e->freed) {
		bool ok = cd_schema_reader_answer(s->reader, q->rows, take_page,
						  take_page ? NULL : why, &err);
		if (ok)
			pump(e);
		else
			fail_read(e, &err);
	}
	coodie_result_free(take_page);
	if (e->freed)
		return;
	if (!s->reader && !s->asked && s->changes.any && !s->again.link && e->control.wire &&
	    s->failed < TRIES)
		come_back(e, DEBOUNCE_MS);
	cd_engine_arm(e);
}

static bool send_question(struct cd_engine *e, struct cd_schema_question *q, coodie_error *err)
{
	const char *cql = (const char *)q->text.data;
	size_t len = q->text.len - q->cql_len;
	const cql_blob state = { len ? q->text.data + q->cql_len : NULL, len };

	q->waiting = false;
	if (!cd_engine_ask(e, e->control.wire, cql, state, on_page, q, err))
		return false;
	e->control.schema.asked++;
	return true;
}

/* Sends what waits, as far as there is room. */
static void pump(struct cd_engine *e)
{
	struct cd_control_schema *s = &e->control.schema;
	coodie_error err;
	bool any = false;

	for (int i = 0; i < CD_SCHEMA_ROWS && s->asked < AT_ONCE; i++) {
		struct cd_schema_question *q = &s->questions[i];
		if (!q->waiting)
			continue;
		any = true;
		if (is_lost(e))
			cd_fail(&err, COODIE_ERR_CLOSED, "the connection is lost");
		else if (!cd_wire_has_room(e->control.wire))
			cd_fail(&err, COODIE_ERR_OVERLOAD, "the connection has no room");
		else if (send_question(e, q, &err))
			continue;
		break;
	}
	if (any && !s->asked)
		fail_read(e, &err);
}

static bool on_ask(enum cd_schema_rows rows, cql_text cql, cql_blob paging_state, void *user,
		   coodie_error *err)
{
	struct cd_engine *e = user;
	struct cd_schema_question *q = &e->control.schema.questions[rows];

	cd_buffer_clear(&q->text);
	cd_buffer_bytes(&q->text, cql.data, cql.len);
	cd_buffer_u8(&q->text, 0);
	cd_buffer_bytes(&q->text, paging_state.data, paging_state.len);
	if (q->text.failed)
		return cd_no_memory(err, "a read of the schema");
	q->cql_len = cql.len + 1;
	q->waiting = true;
	return true;
}

static bool start(struct cd_engine *e, const struct cd_schema_scope *scope, coodie_error *err)
{
	struct cd_control_schema *s = &e->control.schema;
	const struct cd_schema_reader_options options = {
		.scope = *scope,
		.is_scylla = cd_control_is_scylla(e->control.wire),
		.timeout_ms = e->options->metadata_timeout_ms,
		.ask = on_ask,
		.user = e,
	};

	s->reader = cd_schema_reader_new(e->allocator, s->known, &options, err);
	return s->reader && cd_schema_reader_ask(s->reader, err);
}

bool cd_control_schema_is_read(const struct cd_engine *e)
{
	const struct cd_control_schema *s = &e->control.schema;

	return !s->reader && !s->asked && !s->changes.any;
}

void cd_control_schema_begin(struct cd_engine *e)
{
	struct cd_control_schema *s = &e->control.schema;
	struct cd_schema_scope scope;
	coodie_error err;

	if (!e->control.wire || e->options->single_node || !is_needed(e) || s->reader || s->asked ||
	    !cd_schema_changes_scope(&s->changes, &s->filter, s->known, &scope))
		return;
	cd_wheel_remove(&e->wheel, &s->again);
	cd_requests_move(&s->served, &s->waiting);
	s->asked_on = e->control.wire->number;
	bool started = start(e, &scope, &err);
	s->changes = (struct cd_schema_changes){ 0 };
	if (started)
		pump(e);
	else
		fail_read(e, &err);
}

void cd_control_schema_settle(struct cd_engine *e)
{
	struct cd_control_schema *s = &e->control.schema;
	struct cd_schema *schema = NULL;
	coodie_error err;

	if (!s->reader || !cd_schema_reader_ready(s->reader))
		return;
	cd_engine_arm(e);
	if (!cd_schema_reader_step(s->reader, &schema, &err))
		fail_read(e, &err);
	else if (schema)
		end_well(e, schema);
}

/* ---- what asks for it ------------------------------------------------------------------------ */

void cd_control_schema_missed(struct cd_engine *e)
{
	struct cd_control_schema *s = &e->control.schema;

	s->failed = 0;
	s->missed = true;
	cd_schema_changes_add_all(&s->changes);
}

static bool is_word(cql_text text, const char *word)
{
	return text.len == strlen(word) && memcmp(text.data, word, text.len) == 0;
}

bool cd_control_schema_forgets(const cql_schema_change *change)
{
	return is_word(change->change, "DROPPED") &&
	       (is_word(change->target, "TABLE") || is_word(change->target, "KEYSPACE"));
}

void cd_control_schema_changed(struct cd_engine *e, const cql_schema_change *change)
{
	struct cd_control_schema *s = &e->control.schema;
	struct cd_arena arena;

	cd_arena_init(&arena, e->allocator, 0);
	const char *target = cd_arena_strndup(&arena, change->target.data, change->target.len);
	const char *keyspace = cd_arena_strndup(&arena, change->keyspace.data,
						change->keyspace.len);
	const char *name = cd_arena_strndup(&arena, change->name.data, change->name.len);
	if (target && keyspace && name)
		cd_schema_changes_add(&s->changes, &s->filter, target, keyspace, name);
	else
		cd_schema_changes_add_all(&s->changes);
	if (cd_control_schema_forgets(change))
		cd_tablets_forget(&e->router.tablets, change->keyspace, change->name);
	cd_arena_deinit(&arena);
	s->failed = 0;
	if (s->changes.any && !s->reader && !s->asked)
		come_back(e, DEBOUNCE_MS);
}

void cd_control_schema_due(struct cd_engine *e)
{
	struct cd_control_schema *s = &e->control.schema;

	if (!s->changes.any) /* the time for all of it has come */
		cd_control_refresh(e);
	else
		cd_control_schema_begin(e);
}

bool cd_engine_reread(struct cd_engine *e, coodie_status_fn *done, void *user, coodie_error *err)
{
	if (e->options->single_node)
		return cd_fail(err, COODIE_ERR_UNSUPPORTED,
			       "single_node: nothing is read of the cluster");
	struct cd_request *r = cd_engine_begin_wait(e, e->options->metadata_timeout_ms, done, user,
						    err);
	if (!r)
		return false;
	cd_requests_push(&e->control.schema.waiting, r);
	cd_control_refresh(e);
	cd_engine_arm(e);
	return true;
}

/* ---- life ------------------------------------------------------------------------------------ */

bool cd_control_schema_init(struct cd_engine *e, coodie_error *err)
{
	struct cd_control_schema *s = &e->control.schema;

	s->again.kind = CD_DEADLINE_SCHEMA;
	cd_arena_init(&s->names, e->allocator, 0);
	for (int i = 0; i < CD_SCHEMA_ROWS; i++) {
		s->questions[i].engine = e;
		s->questions[i].rows = (enum cd_schema_rows)i;
		cd_buffer_init(&s->questions[i].text, e->allocator, 0);
	}
	if (!cd_schema_filter_parse(&s->filter, &s->names, e->options->schema_keyspaces, err))
		return false;
	s->filter.off = !e->options->schema_metadata;
	return true;
}

void cd_control_schema_deinit(struct cd_engine *e)
{
	struct cd_control_schema *s = &e->control.schema;

	cd_schema_reader_free(s->reader);
	cd_schema_free(s->known);
	for (int i = 0; i < CD_SCHEMA_ROWS; i++)
		cd_buffer_deinit(&s->questions[i].text);
	cd_arena_deinit(&s->names);
	coodie_metadata_free(e->snapshot);
	e->snapshot = NULL;
}

void cd_control_schema_end(struct cd_engine *e, const coodie_error *why)
{
	struct cd_control_schema *s = &e->control.schema;

	cd_wheel_remove(&e->wheel, &s->again);
	end_read(s);
	end_waiters(e, &s->served, why);
	end_waiters(e, &s->waiting, why);
}
