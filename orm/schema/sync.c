/* SPDX-License-Identifier: MIT */
/* coodie_sync_table and coodie_create_keyspace: look, compare, and run what is missing. */
#include <string.h>

#include <coodie/driver.h>
#include <coodie/schema.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/identifier.h"
#include "base/keyspace.h"
#include "orm/run/op.h"
#include "orm/schema/schema.h"

/* A sync under way: first it reads, then it runs its statements one after the other. */
struct sync {
	coodie_sync options;
	struct cd_arena arena;
	const char **statements;
	size_t count, at;
};

static void end(struct cd_op *op, const coodie_error *from)
{
	coodie_status_fn *done = op->done.status;
	const coodie_allocator *a = &op->place.orm->allocator;
	coodie_error err = cd_op_error(op, from);
	struct sync *sync = op->state;
	void *user = op->user;

	cd_arena_deinit(&sync->arena);
	cd_release(a, sync);
	cd_op_free(op);
	done(&err, user);
}

static struct cd_op *sync_new(const struct cd_place *place, const char *verb, size_t statements,
			      coodie_status_fn *done, void *user, coodie_error *err)
{
	struct cd_op *op = cd_op_new(place, verb, NULL, user, err);
	struct sync *sync = op ? cd_alloc_zero(&place->orm->allocator, sizeof(*sync)) : NULL;

	if (sync) {
		cd_arena_init(&sync->arena, &place->orm->allocator, 0);
		sync->statements = cd_arena_take_array(&sync->arena, statements, sizeof(char *));
		op->state = sync;
		op->done.status = done;
	}
	if (op && (!sync || !sync->statements)) {
		cd_release(&place->orm->allocator, sync);
		cd_op_free(op);
		cd_no_memory(err, verb);
		return NULL;
	}
	return op;
}

static void sync_drop(struct cd_op *op)
{
	struct sync *sync = op->state;

	cd_arena_deinit(&sync->arena);
	cd_release(&op->place.orm->allocator, sync);
	cd_op_free(op);
}

/* ---- running --------------------------------------------------------------------------------- */

static bool send(struct cd_op *op, cd_step_fn *step, const char *cql, cql_args args,
		 coodie_error *err)
{
	const struct sync *sync = op->state;
	coodie_request r = { .size = sizeof(r), .timeout_ms = sync->options.timeout_ms };

	op->step = step;
	return cd_op_submit(op, cql, args, &r, err);
}

static bool add_statement(struct sync *sync, struct cd_buffer *take_b, coodie_error *err)
{
	const char *text = take_b->failed
				   ? NULL
				   : cd_arena_strndup(&sync->arena, (const char *)take_b->data,
						      take_b->len);

	cd_buffer_deinit(take_b);
	if (!text)
		return cd_no_memory(err, "a statement");
	sync->statements[sync->count++] = text;
	return true;
}

static void tell(const struct sync *sync, size_t i)
{
	if (sync->options.each)
		sync->options.each(sync->statements[i], sync->options.user);
}

static void run_next(struct cd_op *op);

static void on_ran(struct cd_op *op, coodie_result *take_res, const coodie_error *from)
{
	struct sync *sync = op->state;
	coodie_error err = *from;

	coodie_result_free(take_res);
	if (err.code != COODIE_OK) {
		cd_error_prefix(&err, "%.40s...", sync->statements[sync->at]);
		end(op, &err);
		return;
	}
	tell(sync, sync->at++);
	run_next(op);
}

static void run_next(struct cd_op *op)
{
	struct sync *sync = op->state;
	coodie_error err = { 0 };

	while (sync->options.dry_run && sync->at < sync->count)
		tell(sync, sync->at++);
	if (sync->at == sync->count ||
	    !send(op, on_ran, sync->statements[sync->at], (cql_args){ 0 }, &err))
		end(op, &err);
}

/* ---- looking --------------------------------------------------------------------------------- */

static bool look(struct cd_op *op, cd_step_fn *step, const char *cql, size_t binds,
		 coodie_error *err)
{
	const struct cd_model *m = op->place.model;
	cql_value args[2] = { cql_from_str(m->keyspace_name), cql_from_str(m->table_name) };

	return send(op, step, cql, (cql_args){ binds, args }, err);
}

static void look_or_end(struct cd_op *op, cd_step_fn *step, const char *cql, size_t binds)
{
	coodie_error err = { 0 };

	if (!look(op, step, cql, binds, &err))
		end(op, &err);
}

/* Plans the indexes; `there` is the answer about those that exist, NULL for a new table. */
static bool plan_indexes(struct cd_op *op, coodie_result *there, coodie_error *err)
{
	const struct cd_model *m = op->place.model;
	struct cd_buffer b;
	bool has = false;

	for (uint32_t i = 0; i < m->column_count; i++) {
		const struct cd_column *c = &m->columns[i];

		if (!c->def.index.on)
			continue;
		if (there && !cd_schema_has_index(m, c, there, &has, err))
			return false;
		if (has)
			continue;
		cd_buffer_init(&b, &m->allocator, 0);
		cd_schema_create_index(&b, m, c);
		if (!add_statement(op->state, &b, err))
			return false;
	}
	return true;
}

static void on_indexes(struct cd_op *op, coodie_result *take_res, const coodie_error *from)
{
	coodie_error err = *from;

	if (err.code == COODIE_OK)
		plan_indexes(op, take_res, &err);
	coodie_result_free(take_res);
	if (err.code == COODIE_OK)
		run_next(op);
	else
		end(op, &err);
}

static bool wants_indexes(const struct cd_model *m)
{
	for (uint32_t i = 0; i < m->column_count; i++) {
		if (m->columns[i].def.index.on)
			return true;
	}
	return false;
}

static void on_columns(struct cd_op *op, coodie_result *take_res, const coodie_error *from)
{
	coodie_error err = *from;

	if (err.code == COODIE_OK)
		cd_schema_compare(op->place.model, take_res, &err);
	coodie_result_free(take_res);
	if (err.code == COODIE_OK && wants_indexes(op->place.model))
		look_or_end(op, on_indexes, CD_SCHEMA_INDEXES, 2);
	else
		end(op, &err);
}

static void on_keyspace(struct cd_op *op, coodie_result *take_res, const coodie_error *from)
{
	const struct cd_model *m = op->place.model;
	coodie_error err = *from;
	struct cd_buffer b;

	if (err.code == COODIE_OK && coodie_result_row_count(take_res) == 0)
		cd_fail(&err, COODIE_ERR_CONFLICT,
			"there is no keyspace %s; make it with coodie_create_keyspace()",
			m->keyspace_name);
	coodie_result_free(take_res);
	if (err.code == COODIE_OK) {
		cd_buffer_init(&b, &m->allocator, 0);
		cd_schema_create_table(&b, m);
		if (add_statement(op->state, &b, &err) && plan_indexes(op, NULL, &err)) {
			run_next(op);
			return;
		}
	}
	end(op, &err);
}

static void on_table(struct cd_op *op, coodie_result *take_res, const coodie_error *err)
{
	bool exists = err->code == COODIE_OK && coodie_result_row_count(take_res) > 0;

	coodie_result_free(take_res);
	if (err->code != COODIE_OK)
		end(op, err);
	else if (exists)
		look_or_end(op, on_columns, CD_SCHEMA_COLUMNS, 2);
	else
		look_or_end(op, on_keyspace, CD_SCHEMA_KEYSPACE, 1);
}

static bool sync_table(const struct cd_place *place, const coodie_sync *options,
		       coodie_status_fn *done, void *user, coodie_error *err)
{
	struct cd_op *op = sync_new(place, "coodie_sync_table",
				    (size_t)place->model->column_count + 1, done, user, err);
	struct sync *sync;

	if (!op)
		return false;
	sync = op->state;
	if (options)
		memcpy(&sync->options, options,
		       options->size && options->size < sizeof(*options) ? options->size
									 : sizeof(*options));
	if (look(op, on_table, CD_SCHEMA_TABLE, 2, err))
		return true;
	sync_drop(op);
	return false;
}

bool coodie_sync_table_async(coodie_session *s, const coodie_model *m, const coodie_sync *options,
			     coodie_status_fn *done, void *user, coodie_error *err)
{
	struct cd_place place;

	cd_clear(err);
	return cd_place_find(s, m, &place, err) && sync_table(&place, options, done, user, err);
}

bool coodie_sync_table(coodie_session *s, const coodie_model *m, const coodie_sync *options,
		       coodie_error *err)
{
	struct cd_place place;
	struct cd_wait *w, out;

	cd_clear(err);
	if (!cd_place_find(s, m, &place, err))
		return false;
	w = cd_wait_new(place.session, err);
	return w && cd_wait_finish(w, place.session,
				   sync_table(&place, options, cd_wait_status, w, err), &out, err);
}

/* ---- keyspaces ------------------------------------------------------------------------------- */

/* `name` becomes the keyspace's as the server has it. */
static bool check_keyspace(const char *text, const coodie_keyspace *options,
			   char name[CD_KEYSPACE_SIZE], coodie_error *err)
{
	const char *map = options ? options->replication : NULL;

	if (!cd_keyspace_read(text, name, err)) {
		cd_error_prefix(err, "coodie_create_keyspace");
		return false;
	}
	if (map && (options->replication_factor || *map != '{' || map[strlen(map) - 1] != '}'))
		return cd_fail(
			err, COODIE_ERR_INVALID,
			"coodie_create_keyspace(%s): replication is a CQL map by itself, such as "
			"{'class': 'NetworkTopologyStrategy', 'dc1': 3}; without "
			".replication_factor",
			text);
	return true;
}

static void put(struct cd_buffer *b, const char *text)
{
	cd_buffer_bytes(b, text, strlen(text));
}

static void write_keyspace(struct cd_buffer *b, const char *name, const coodie_keyspace *options)
{
	uint32_t factor = options && options->replication_factor ? options->replication_factor : 1;
	char digits[10];
	size_t at = sizeof(digits);

	put(b, "CREATE KEYSPACE IF NOT EXISTS ");
	cd_identifier_append(b, name);
	put(b, " WITH replication = ");
	if (options && options->replication) {
		put(b, options->replication);
		return;
	}
	put(b, "{'class': 'SimpleStrategy', 'replication_factor': ");
	for (; factor; factor /= 10)
		digits[--at] = (char)('0' + factor % 10);
	cd_buffer_bytes(b, digits + at, sizeof(digits) - at);
	put(b, "}");
}

static bool create_keyspace(const struct cd_place *place, const char *name,
			    const coodie_keyspace *options, coodie_status_fn *done, void *user,
			    coodie_error *err)
{
	struct cd_op *op = sync_new(place, "coodie_create_keyspace", 1, done, user, err);
	struct sync *sync;
	struct cd_buffer b;

	if (!op)
		return false;
	sync = op->state;
	op->subject = cd_arena_strndup(&sync->arena, name, strlen(name));
	cd_buffer_init(&b, &place->orm->allocator, 0);
	write_keyspace(&b, name, options);
	if (add_statement(sync, &b, err) && (op->subject || cd_no_memory(err, "a keyspace")) &&
	    send(op, on_ran, sync->statements[0], (cql_args){ 0 }, err))
		return true;
	sync_drop(op);
	return false;
}

bool coodie_create_keyspace(coodie_session *s, const char *name, const coodie_keyspace *options,
			    coodie_error *err)
{
	struct cd_place place = { 0 };
	struct cd_wait *w, out;
	char bare[CD_KEYSPACE_SIZE];

	cd_clear(err);
	if (!s)
		return cd_fail(err, COODIE_ERR_INVALID, "the session is NULL");
	if (!check_keyspace(name, options, bare, err))
		return false;
	place.session = coodie_session_named(s, NULL, err);
	place.orm = place.session ? cd_orm_of(place.session, err) : NULL;
	if (!place.orm)
		return false;
	w = cd_wait_new(place.session, err);
	return w && cd_wait_finish(w, place.session,
				   create_keyspace(&place, bare, options, cd_wait_status, w, err),
				   &out, err);
}
