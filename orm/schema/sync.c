/* SPDX-License-Identifier: MIT */
/* coodie_sync_table(): looks, compares, and runs what is missing. */
#include <coodie/schema.h>

#include "base/error.h"
#include "orm/schema/ddl.h"
#include "orm/schema/index.h"
#include "orm/schema/schema.h"
#include "orm/schema/types.h"

/* ---- looking --------------------------------------------------------------------------------- */

bool cd_schema_look(struct cd_op *op, cd_step_fn *step, const char *cql, size_t binds,
		    coodie_error *err)
{
	const struct cd_model *m = op->place.model;
	cql_value args[2] = { cql_from_str(m->keyspace_name), cql_from_str(m->table_name) };

	return cd_job_ask(op, step, cql, (cql_args){ binds, args }, err);
}

void cd_schema_look_or_end(struct cd_op *op, cd_step_fn *step, const char *cql, size_t binds)
{
	coodie_error err = { 0 };

	if (!cd_schema_look(op, step, cql, binds, &err))
		cd_job_end(op, &err);
}

bool cd_schema_no_keyspace(const char *name, coodie_error *err)
{
	return cd_fail(err, COODIE_ERR_CONFLICT,
		       "there is no keyspace %s; make it with coodie_create_keyspace()", name);
}

/* ---- indexes --------------------------------------------------------------------------------- */

/* A server's own class is tried where Cassandra's is not known (VX-03). */
static bool plan_other_class(struct cd_op *op, struct cd_planned *p, const struct cd_column *c,
			     coodie_error *err)
{
	struct cd_job *job = cd_job(op);
	struct cd_buffer b;

	cd_buffer_init(&b, &op->place.orm->allocator, 0);
	cd_index_create(&b, op->place.model, c, CD_INDEX_SCYLLA_VECTOR);
	p->instead = b.failed ? NULL : cd_arena_strndup(&job->arena, (const char *)b.data, b.len);
	cd_buffer_deinit(&b);
	return p->instead || cd_no_memory(err, "a statement");
}

static bool plan_index(struct cd_op *op, const struct cd_column *c, coodie_error *err)
{
	struct cd_planned *p;
	struct cd_buffer b;

	cd_buffer_init(&b, &op->place.orm->allocator, 0);
	cd_index_create(&b, op->place.model, c, NULL);
	p = cd_job_plan(op, &b, err);
	if (!p)
		return false;
	p->optional = cd_index_is_custom(c);
	return !cd_index_has_choice(c) || plan_other_class(op, p, c, err);
}

/* `there` is the answer about those that exist, NULL for a new table. */
static bool plan_indexes(struct cd_op *op, coodie_result *there, coodie_error *err)
{
	const struct cd_model *m = op->place.model;

	for (uint32_t i = 0; i < m->read_count; i++) {
		const struct cd_column *c = &m->columns[i];
		bool is_there = !cd_index_is_wanted(c);

		if (!is_there && there && !cd_index_is_there(m, c, there, &is_there, err))
			return false;
		if (!is_there && !plan_index(op, c, err))
			return false;
	}
	return true;
}

static bool wants_indexes(const struct cd_model *m)
{
	for (uint32_t i = 0; i < m->read_count; i++) {
		if (cd_index_is_wanted(&m->columns[i]))
			return true;
	}
	return false;
}

/* ---- the table ------------------------------------------------------------------------------- */

static void run_or_end(struct cd_op *op, const coodie_error *err)
{
	if (err->code == COODIE_OK)
		cd_job_run(op);
	else
		cd_job_end(op, err);
}

static void on_indexes(struct cd_op *op, coodie_result *take_res, const coodie_error *from)
{
	coodie_error err = *from;

	if (err.code == COODIE_OK)
		plan_indexes(op, take_res, &err);
	coodie_result_free(take_res);
	run_or_end(op, &err);
}

static void on_columns(struct cd_op *op, coodie_result *take_res, const coodie_error *from)
{
	coodie_error err = *from;

	if (err.code == COODIE_OK)
		cd_schema_compare(op->place.model, take_res, &err);
	coodie_result_free(take_res);
	if (err.code == COODIE_OK && wants_indexes(op->place.model))
		cd_schema_look_or_end(op, on_indexes, CD_INDEXES, 2);
	else
		run_or_end(op, &err);
}

static bool plan_table(struct cd_op *op, coodie_error *err)
{
	struct cd_buffer b;

	cd_buffer_init(&b, &op->place.orm->allocator, 0);
	cd_ddl_create_table(&b, op->place.model);
	return cd_job_plan(op, &b, err) && plan_indexes(op, NULL, err);
}

static void on_keyspace(struct cd_op *op, coodie_result *take_res, const coodie_error *from)
{
	coodie_error err = *from;

	if (err.code == COODIE_OK && coodie_result_row_count(take_res) == 0)
		cd_schema_no_keyspace(op->place.model->keyspace_name, &err);
	coodie_result_free(take_res);
	if (err.code == COODIE_OK)
		plan_table(op, &err);
	run_or_end(op, &err);
}

static void on_table(struct cd_op *op, coodie_result *take_res, const coodie_error *err)
{
	bool exists = err->code == COODIE_OK && coodie_result_row_count(take_res) > 0;

	coodie_result_free(take_res);
	if (err->code != COODIE_OK)
		cd_job_end(op, err);
	else if (exists)
		cd_schema_look_or_end(op, on_columns, CD_SCHEMA_COLUMNS, 2);
	else
		cd_schema_look_or_end(op, on_keyspace, CD_SCHEMA_KEYSPACE, 1);
}

/* The table's types are planned: they go first (UD-07). */
static void look_at_table(struct cd_op *op, coodie_result *take_res, const coodie_error *err)
{
	(void)take_res; /* none: it follows no statement */
	(void)err;
	cd_schema_look_or_end(op, on_table, CD_SCHEMA_TABLE, 2);
}

static bool begin(struct cd_op *op, const struct cd_target *t, coodie_error *err)
{
	const struct cd_model *m = op->place.model;
	bool asked;

	(void)t;
	if (m->def.view)
		return cd_fail(err, COODIE_ERR_MODEL,
			       "%s(%s): it is a materialized view; use coodie_sync_view()",
			       op->verb, op->subject);
	cd_job(op)->after = cd_schema_warm;
	if (!cd_types_ask(op, look_at_table, &asked, err))
		return false;
	return asked || cd_schema_look(op, on_table, CD_SCHEMA_TABLE, 2, err);
}

static const struct cd_verb sync_table = { "coodie_sync_table", begin };

bool coodie_sync_table(coodie_session *s, const coodie_model *m, const coodie_sync *options,
		       coodie_error *err)
{
	return cd_verb_wait(&sync_table, CD_TARGET(s, m, options), err);
}

bool coodie_sync_table_async(coodie_session *s, const coodie_model *m, const coodie_sync *options,
			     coodie_status_fn *done, void *user, coodie_error *err)
{
	return cd_verb_start(&sync_table, CD_TARGET(s, m, options), done, user, err);
}
