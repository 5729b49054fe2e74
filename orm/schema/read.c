/* SPDX-License-Identifier: MIT */
/* coodie_model_read(): what the cluster says of a table or a view, as a model. */
#include <string.h>

#include <coodie/view.h>

#include "base/error.h"
#include "base/identifier.h"
#include "base/keyspace.h"
#include "orm/model/builder.h"
#include "orm/schema/job.h"

/* What it is called with. */
struct names {
	const char *keyspace, *table;
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
static coodie_model *build(coodie_model_builder *b, const struct cd_table *t, coodie_error *err)
{
	static const coodie_view of_the_cluster = { .size = sizeof(of_the_cluster) };

	for (const struct cd_member *m = t->columns.first; m; m = m->next) {
		if (!add_column(b, t, m))
			return cd_no_memory(err, "a model"), NULL;
	}
	if (t->base)
		b->def.view = &of_the_cluster;
	return coodie_model_builder_build(b, err);
}

static void on_looked(struct cd_op *op, coodie_result *take_res, const coodie_error *from)
{
	struct cd_job *job = cd_job(op);
	coodie_error err = *from;

	(void)take_res; /* none: it follows no statement */
	job->model = build(job->builder, job->is->tables, &err);
	cd_job_end(op, &err);
}

/* ---- beginning ------------------------------------------------------------------------------- */

static bool check_names(const struct cd_op *op, const struct names *n, char name[CD_KEYSPACE_SIZE],
			coodie_error *err)
{
	bool ok = n->table && cd_identifier_valid(n->table);

	if (!ok)
		cd_fail(err, COODIE_ERR_INVALID, "%.60s is no name of a table",
			n->table ? n->table : "NULL");
	if (ok && cd_job_keyspace(op->place.session, n->keyspace, name, err))
		return true;
	cd_error_prefix(err, "%s", op->verb);
	return false;
}

static bool begin_read(struct cd_op *op, const struct cd_target *t, coodie_error *err)
{
	struct names n = *(const struct names *)t->what;
	struct cd_job *job = cd_job(op);
	char name[CD_KEYSPACE_SIZE];
	coodie_model_builder *b;
	coodie_model options = { .size = sizeof(options), .is_read = true };
	const char *table;

	if (!n.keyspace)
		n.keyspace = coodie_session_keyspace(op->place.session);
	if (!check_names(op, &n, name, err))
		return false;
	b = cd_model_builder_new(&op->place.orm->allocator, NULL, 0, n.table);
	job->builder = b;
	job->brings = CD_BRINGS_MODEL;
	if (!b || b->err.code != COODIE_OK)
		return cd_no_memory(err, op->verb);
	options.keyspace = n.keyspace;
	coodie_model_builder_options(b, &options);
	op->subject = b->def.object_name;
	table = cd_identifier_name(&b->arena, b->def.table);
	if (!table)
		return cd_no_memory(err, op->verb);
	return cd_look(op, CD_SCOPE_MODEL, name, table, NULL, on_looked, err);
}

static const struct cd_verb model_read = { "coodie_model_read", begin_read };

#define NAMED(k, t) (&(struct cd_target){ .session = s, .what = &(struct names){ k, t } })

bool coodie_model_read_async(coodie_session *s, const char *keyspace, const char *table,
			     coodie_model_fn *done, void *user, coodie_error *err)
{
	return cd_verb_start_for(&model_read, NAMED(keyspace, table),
				 (union cd_done){ .model = done }, user, err);
}

coodie_model *coodie_model_read(coodie_session *s, const char *keyspace, const char *table,
				coodie_error *err)
{
	struct cd_wait out;

	cd_verb_wait_for(&model_read, NAMED(keyspace, table), (union cd_done){ .model = cd_wait_model },
			 &out, err);
	return out.model;
}
