/* SPDX-License-Identifier: MIT */
/* coodie_model_read(): what the cluster says of a table or a view, as a model. */
#include <string.h>

#include <coodie/view.h>

#include "base/error.h"
#include "base/identifier.h"
#include "base/keyspace.h"
#include "base/nearest.h"
#include "orm/model/builder.h"
#include "orm/schema/job.h"
#include "orm/schema/questions.h"
#include "orm/value/datum.h"

/* Tables and views by name, for a table that is not there. */
#define NAMES \
	"SELECT table_name FROM system_schema.columns WHERE keyspace_name = ? GROUP BY " \
	"keyspace_name, table_name"

/* The state of a cd_op; in the builder's arena. */
struct reading {
	coodie_model_builder *builder;
	const char *names[2]; /* of the keyspace and the table, as the cluster has them */
	coodie_schema *schema; /* what has been read */
	struct cd_table *table;
	const struct question *asked;
};

/* ---- columns --------------------------------------------------------------------------------- */

/* Indexes are the cluster's, and let queries ask whatever they can answer (TY-34). */
static bool is_indexed(const struct cd_table *t, const char *column)
{
	const struct cd_index *i = t->indexes;

	while (i && strcmp(i->column, column))
		i = i->next;
	return i != NULL;
}

static bool add_column(coodie_model_builder *b, const struct cd_table *t, const struct cd_member *m)
{
	uint16_t position = (uint16_t)(m->position + 1);
	bool indexed = is_indexed(t, m->name);
	coodie_column c = {
		.name = m->name,
		.type = m->type,
		.partition_key = m->role == CD_ROLE_PARTITION ? position : 0,
		.clustering_key = m->role == CD_ROLE_CLUSTERING ? position : 0,
		.order = m->desc ? COODIE_DESC : COODIE_ASC,
		.is_static = m->role == CD_ROLE_STATIC,
		.index = { .on = indexed, .external = indexed },
	};

	return cd_arena_keep(&b->arena, &c.name) && cd_arena_keep(&b->arena, &c.type) &&
	       cd_model_builder_add(b, &c);
}

/* The primary key first, in its order. */
static coodie_model *build(struct reading *r, coodie_error *err)
{
	static const coodie_view of_the_cluster = { .size = sizeof(of_the_cluster) };

	for (const struct cd_member *m = r->table->columns.first; m; m = m->next) {
		if (!add_column(r->builder, r->table, m))
			return cd_no_memory(err, "a model"), NULL;
	}
	if (r->table->base)
		r->builder->def.view = &of_the_cluster;
	return coodie_model_builder_build(r->builder, err);
}

/* ---- a table that is not there --------------------------------------------------------------- */

static const char *nth_name(const void *list, size_t i)
{
	return ((const char *const *)list)[i];
}

static bool take_names(struct reading *r, coodie_result *names, coodie_error *err)
{
	struct cd_arena *a = &r->builder->arena;
	size_t count = coodie_result_row_count(names), i = 0;
	const char **list = cd_arena_take_array(a, count + 1, sizeof(*list)), *near;
	coodie_cursor cursor = coodie_result_cursor(names);
	cql_text name;

	if (!list)
		return cd_no_memory(err, "the names of tables");
	while (coodie_cursor_next(&cursor)) {
		if (!coodie_cursor_text(&cursor, 0, &name, err))
			return false;
		list[i] = cd_arena_strndup(a, name.data, name.len);
		if (!list[i++])
			return cd_no_memory(err, "the names of tables");
	}
	near = cd_nearest(r->names[1], strlen(r->names[1]), nth_name, list);
	if (!count)
		return cd_fail(err, COODIE_ERR_NOT_FOUND,
			       "there is no keyspace %s, or nothing in it", r->names[0]);
	return cd_fail(err, COODIE_ERR_NOT_FOUND, "keyspace %s has no table %s%s%s%s", r->names[0],
		       r->names[1], near ? "; did you mean " : "", near ? near : "",
		       near ? "?" : "");
}

/* ---- asking ---------------------------------------------------------------------------------- */

/* What is asked, one after the other, with the first `binds` of the names. */
static const struct question {
	const char *cql;
	size_t binds;
	cd_take_fn *take; /* NULL: it is of the names of other tables */
} questions[] = {
	{ CD_COLUMNS, 2, cd_take_columns },
	{ CD_INDEXES, 2, cd_take_indexes },
	{ CD_VIEW, 2, cd_take_views },
	{ NULL, 0, NULL },
}, of_names = { NAMES, 1, NULL };

static cd_step_fn on_answer;

static bool ask(struct cd_op *op, const struct question *q, coodie_error *err)
{
	static const coodie_request whole = { .size = sizeof(whole), .page_rows = -1 };
	struct reading *r = op->state;
	cql_value args[2] = { cql_from_str(r->names[0]), cql_from_str(r->names[1]) };

	r->asked = q;
	op->step = on_answer;
	return cd_op_submit(op, q->cql, (cql_args){ q->binds, args }, &whole, err);
}

static void end(struct cd_op *op, coodie_model *take_model, const coodie_error *from)
{
	struct reading *r = op->state;
	coodie_model_fn *done = op->done.model;
	coodie_error err = cd_op_error(op, from);
	void *user = op->user;

	coodie_schema_free(r->schema);
	coodie_model_builder_free(r->builder);
	cd_op_free(op);
	done(take_model, &err, user);
}

static bool take(struct reading *r, coodie_result *res, coodie_error *err)
{
	return r->asked->take ? r->asked->take(r->schema, res, r->names[1], err)
			      : take_names(r, res, err);
}

static void on_answer(struct cd_op *op, coodie_result *take_res, const coodie_error *from)
{
	struct reading *r = op->state;
	coodie_error err = *from;
	bool ok = err.code == COODIE_OK && take(r, take_res, &err);
	const struct question *next = r->table->columns.first ? r->asked + 1 : &of_names;
	coodie_model *m = NULL;

	coodie_result_free(take_res);
	if (ok && next->cql && ask(op, next, &err))
		return;
	if (ok && !next->cql)
		m = build(r, &err);
	end(op, m, &err);
}

/* ---- beginning ------------------------------------------------------------------------------- */

static bool check_names(const char *keyspace, const char *table, char name[CD_KEYSPACE_SIZE],
			coodie_error *err)
{
	if (!keyspace)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "coodie_model_read: no keyspace; give one, or set the session's "
			       "with coodie_options_set_keyspace()");
	if (!table || !cd_identifier_valid(table))
		return cd_fail(err, COODIE_ERR_INVALID,
			       "coodie_model_read: %.60s is no name of a table",
			       table ? table : "NULL");
	return cd_keyspace_read(keyspace, name, err);
}

static bool prepare(struct cd_op *op, coodie_model_builder *b, const char *keyspace,
		    const char name[CD_KEYSPACE_SIZE], coodie_error *err)
{
	struct reading *r = cd_arena_take_zero(&b->arena, sizeof(*r));
	coodie_model options = { .size = sizeof(options), .keyspace = keyspace, .is_read = true };

	if (!r)
		return cd_no_memory(err, op->verb);
	coodie_model_builder_options(b, &options);
	r->builder = b;
	r->names[0] = cd_arena_strndup(&b->arena, name, strlen(name));
	r->names[1] = cd_identifier_name(&b->arena, b->def.table);
	op->subject = b->def.object_name;
	op->state = r;
	if (!r->names[0] || !r->names[1])
		return cd_no_memory(err, op->verb);
	r->schema = cd_schema_new(&op->place.orm->allocator, r->names[0], true, err);
	r->table = r->schema ? cd_schema_add_table(r->schema, r->names[1]) : NULL;
	return r->table || cd_no_memory(err, op->verb);
}

static bool start(const struct cd_place *place, const char *keyspace, const char *table,
		  coodie_model_fn *done, void *user, coodie_error *err)
{
	coodie_model_builder *b;
	char name[CD_KEYSPACE_SIZE];
	struct cd_op *op;

	if (!keyspace)
		keyspace = coodie_session_keyspace(place->session);
	if (!check_names(keyspace, table, name, err))
		return false;
	op = cd_op_new(place, "coodie_model_read", on_answer, user, err);
	if (!op)
		return false;
	op->done.model = done;
	b = cd_model_builder_new(&place->orm->allocator, NULL, 0, table);
	if (b && b->err.code == COODIE_OK && prepare(op, b, keyspace, name, err) &&
	    ask(op, questions, err))
		return true;
	if (!b || b->err.code != COODIE_OK)
		cd_no_memory(err, op->verb);
	if (op->state)
		coodie_schema_free(((struct reading *)op->state)->schema);
	coodie_model_builder_free(b);
	cd_op_free(op);
	return false;
}

bool coodie_model_read_async(coodie_session *s, const char *keyspace, const char *table,
			     coodie_model_fn *done, void *user, coodie_error *err)
{
	const struct cd_target target = { .session = s };
	struct cd_place place;

	cd_clear(err);
	return cd_target_place(&target, &place, err) &&
	       start(&place, keyspace, table, done, user, err);
}

coodie_model *coodie_model_read(coodie_session *s, const char *keyspace, const char *table,
				coodie_error *err)
{
	const struct cd_target target = { .session = s };
	struct cd_place place;
	struct cd_wait *w, out;

	cd_clear(err);
	if (!cd_target_place(&target, &place, err))
		return NULL;
	w = cd_wait_new(place.session, err);
	if (!w)
		return NULL;
	cd_wait_finish(w, place.session, start(&place, keyspace, table, cd_wait_model, w, err),
		       &out, err);
	return out.model;
}
