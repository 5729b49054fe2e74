/* SPDX-License-Identifier: MIT */
/* Materialized views: coodie_sync_view() and coodie_drop_view(). */
#include <coodie/view.h>

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/sized.h"
#include "orm/schema/ddl.h"
#include "orm/schema/schema.h"
#include "orm/value/datum.h"

/* A view beside its base, both resolved; lives in the job's arena. */
struct view {
	coodie_view def;
	const struct cd_model *base;
};

/* ---- the model ------------------------------------------------------------------------------- */

#define BAD_VIEW(...) cd_fail(err, COODIE_ERR_MODEL, __VA_ARGS__)

static bool check_column(const struct cd_model *m, const struct cd_model *base,
			 const struct cd_column *c, coodie_error *err)
{
	const struct cd_column *there = cd_model_column(base, c->name, strlen(c->name));

	if (!there)
		return BAD_VIEW("view %s, column %s: the base %s has no column %s", m->label,
				c->def.name, base->label, c->quoted);
	if (strcmp(there->spelling, c->spelling) != 0)
		return BAD_VIEW("view %s, column %s: it is %s, but %s in the base %s", m->label,
				c->def.name, c->spelling, there->spelling, base->label);
	if (c->role == CD_ROLE_STATIC || there->role == CD_ROLE_STATIC)
		return BAD_VIEW("view %s, column %s: a view has no static columns; leave it out",
				m->label, c->def.name);
	return true;
}

/* Each row of the base is one of the view: all of its key, and one column more at most. */
static bool check_key(const struct cd_model *m, const struct cd_model *base, coodie_error *err)
{
	for (uint32_t i = 0; i < base->key_count; i++) {
		const struct cd_column *key = &base->columns[base->keys[i]],
				       *c = cd_model_column(m, key->name, strlen(key->name));

		if (!c || !cd_column_is_key(c))
			return BAD_VIEW("view %s: %s is in the key of the base %s and must be in "
					"the view's; give it .clustering_key",
					m->label, key->quoted, base->label);
	}
	return m->key_count <= base->key_count + 1 ||
	       BAD_VIEW(
		       "view %s: its key has %u columns that are not in the key of the base %s; one "
		       "is the most",
		       m->label, (unsigned)(m->key_count - base->key_count), base->label);
}

static bool check_view(const struct cd_model *m, const struct cd_model *base, coodie_error *err)
{
	if (base->def.view)
		return BAD_VIEW("view %s: its base %s is a view itself", m->label, base->label);
	if (strcmp(m->keyspace_name, base->keyspace_name) != 0)
		return BAD_VIEW(
			"view %s is in keyspace %s and its base in %s; a view has its base's",
			m->label, m->keyspace_name, base->keyspace_name);
	if (m->def.default_ttl)
		return BAD_VIEW("view %s: a view has no default_ttl; its base may", m->label);
	for (uint32_t i = 0; i < m->column_count; i++) {
		if (!check_column(m, base, &m->columns[i], err))
			return false;
	}
	return check_key(m, base, err);
}

/* @return the view; NULL with COODIE_ERR_MODEL: it is none, or wrong */
static struct view *view_of(struct cd_op *op, coodie_error *err)
{
	const struct cd_model *m = op->place.model;
	struct view *v = cd_arena_take_zero(&cd_job(op)->arena, sizeof(*v));
	struct cd_place base;

	if (!v)
		return cd_no_memory(err, "a view"), NULL;
	if (!m->def.view)
		return cd_fail_null(err, COODIE_ERR_MODEL,
				    "%s(%s): it is no materialized view; write .view = "
				    "COODIE_VIEW(&base_model), or use coodie_sync_table()",
				    op->verb, m->label);
	if (!cd_take_struct(&v->def, sizeof(v->def), m->def.view, "coodie_view", err))
		return NULL;
	if (!v->def.base)
		return cd_fail_null(err, COODIE_ERR_MODEL,
				    "view %s has no base; write COODIE_VIEW(&base_model)",
				    m->label);
	if (!cd_place_find(op->place.session, v->def.base, &base, err) ||
	    !check_view(m, base.model, err))
		return NULL;
	v->base = base.model;
	return v;
}

/* ---- the statement --------------------------------------------------------------------------- */

static void put_columns(struct cd_buffer *b, const struct cd_model *m, const struct view *v)
{
	if (v->def.all_columns) {
		cd_buffer_text(b, "*");
		return;
	}
	for (uint32_t i = 0; i < m->column_count; i++) {
		cd_buffer_text(b, i ? ", " : "");
		cd_buffer_text(b, m->columns[i].quoted);
	}
}

static void put_where(struct cd_buffer *b, const struct cd_model *m, const struct view *v)
{
	cd_buffer_text(b, " WHERE ");
	if (v->def.where) {
		cd_buffer_text(b, v->def.where);
		return;
	}
	for (uint32_t i = 0; i < m->key_count; i++) {
		cd_buffer_text(b, i ? " AND " : "");
		cd_buffer_text(b, m->columns[m->keys[i]].quoted);
		cd_buffer_text(b, " IS NOT NULL");
	}
}

static void create_view(struct cd_buffer *b, const struct cd_model *m, const struct view *v)
{
	cd_buffer_text(b, "CREATE MATERIALIZED VIEW IF NOT EXISTS ");
	cd_buffer_text(b, m->table);
	cd_buffer_text(b, " AS SELECT ");
	put_columns(b, m, v);
	cd_buffer_text(b, " FROM ");
	cd_buffer_text(b, v->base->table);
	put_where(b, m, v);
	cd_buffer_text(b, " ");
	cd_ddl_put_key(b, m);
	cd_ddl_put_options(b, m, v->def.options);
}

/* ---- syncing --------------------------------------------------------------------------------- */

/* What is said of tables ends in what to do about it, which a view has not. */
static void mend_advice(coodie_error *err)
{
	char *advice = strstr(err->message, "; ");

	if (advice && err->code == COODIE_ERR_CONFLICT)
		snprintf(advice, sizeof(err->message) - (size_t)(advice - err->message), "%s",
			 "; a view cannot be changed: coodie_drop_view(), then sync it again");
}

static void on_columns(struct cd_op *op, coodie_result *take_res, const coodie_error *from)
{
	coodie_error err = *from;

	if (err.code == COODIE_OK && !cd_schema_compare(op->place.model, take_res, &err))
		mend_advice(&err);
	coodie_result_free(take_res);
	if (err.code == COODIE_OK)
		cd_job_run(op);
	else
		cd_job_end(op, &err);
}

static void on_base(struct cd_op *op, coodie_result *take_res, const coodie_error *from)
{
	const struct view *v = cd_job(op)->state;
	coodie_error err = *from;
	struct cd_buffer b;

	if (err.code == COODIE_OK && coodie_result_row_count(take_res) == 0)
		cd_fail(&err, COODIE_ERR_CONFLICT,
			"there is no table %s to make a view of; sync %s first", v->base->table,
			v->base->label);
	coodie_result_free(take_res);
	if (err.code == COODIE_OK) {
		cd_buffer_init(&b, &op->place.orm->allocator, 0);
		create_view(&b, op->place.model, v);
		if (cd_job_plan(op, &b, &err)) {
			cd_job_run(op);
			return;
		}
	}
	cd_job_end(op, &err);
}

static bool compare_base(const struct cd_model *m, const struct view *v, coodie_result *views,
			 coodie_error *err)
{
	coodie_cursor cursor = coodie_result_cursor(views);
	cql_text base;

	if (!coodie_cursor_next(&cursor) || !coodie_cursor_text(&cursor, 0, &base, err))
		return false;
	if (cd_text_is(base, v->base->table_name))
		return true;
	cd_fail(err, COODIE_ERR_CONFLICT,
		"%s: its base is %.*s in the cluster and %s in the model; ", m->table,
		(int)base.len, base.data, v->base->table_name);
	return false;
}

static void ask_of_base(struct cd_op *op)
{
	const struct view *v = cd_job(op)->state;
	cql_value args[2] = { cql_from_str(v->base->keyspace_name),
			      cql_from_str(v->base->table_name) };
	coodie_error err = { 0 };

	if (!cd_job_ask(op, on_base, CD_SCHEMA_TABLE, (cql_args){ 2, args }, &err))
		cd_job_end(op, &err);
}

static void on_view(struct cd_op *op, coodie_result *take_res, const coodie_error *from)
{
	coodie_error err = *from;
	bool exists = err.code == COODIE_OK && coodie_result_row_count(take_res) > 0;

	if (exists && !compare_base(op->place.model, cd_job(op)->state, take_res, &err))
		mend_advice(&err);
	coodie_result_free(take_res);
	if (err.code != COODIE_OK)
		cd_job_end(op, &err);
	else if (exists)
		cd_schema_look_or_end(op, on_columns, CD_SCHEMA_COLUMNS, 2);
	else
		ask_of_base(op);
}

static bool begin_sync(struct cd_op *op, const struct cd_target *t, coodie_error *err)
{
	(void)t;
	cd_job(op)->state = view_of(op, err);
	cd_job(op)->after = cd_schema_warm;
	return cd_job(op)->state && cd_schema_look(op, on_view, CD_SCHEMA_VIEW, 2, err);
}

static bool begin_drop(struct cd_op *op, const struct cd_target *t, coodie_error *err)
{
	struct cd_buffer b;

	(void)t;
	if (!view_of(op, err))
		return false;
	cd_buffer_init(&b, &op->place.orm->allocator, 0);
	cd_buffer_text(&b, "DROP MATERIALIZED VIEW IF EXISTS ");
	cd_buffer_text(&b, op->place.model->table);
	return cd_job_plan(op, &b, err) != NULL;
}

static const struct cd_verb sync_view = { "coodie_sync_view", begin_sync };
static const struct cd_verb drop_view = { "coodie_drop_view", begin_drop };

bool coodie_sync_view(coodie_session *s, const coodie_model *view, const coodie_sync *options,
		      coodie_error *err)
{
	return cd_verb_wait(&sync_view, CD_TARGET(s, view, options), err);
}

bool coodie_sync_view_async(coodie_session *s, const coodie_model *view, const coodie_sync *options,
			    coodie_status_fn *done, void *user, coodie_error *err)
{
	return cd_verb_start(&sync_view, CD_TARGET(s, view, options), done, user, err);
}

bool coodie_drop_view(coodie_session *s, const coodie_model *view, coodie_error *err)
{
	return cd_verb_wait(&drop_view, CD_TARGET(s, view, NULL), err);
}

bool coodie_drop_view_async(coodie_session *s, const coodie_model *view, coodie_status_fn *done,
			    void *user, coodie_error *err)
{
	return cd_verb_start(&drop_view, CD_TARGET(s, view, NULL), done, user, err);
}
