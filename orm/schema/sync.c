/* SPDX-License-Identifier: MIT */
/* The verbs of the engine: each reads, compares, and runs what differs. */
#include "base/error.h"
#include "base/identifier.h"
#include "base/keyspace.h"
#include "base/sized.h"
#include "orm/model/spelling.h"
#include "orm/model/udt.h"
#include "orm/schema/job.h"
#include "orm/schema/statement.h"

/* An empty schema of what is wanted. */
static coodie_schema *want(struct cd_op *op, const char *keyspace, coodie_error *err)
{
	struct cd_job *job = cd_job(op);

	job->should = cd_schema_new(&op->place.orm->allocator, keyspace, false, err);
	return job->should;
}

/* ---- tables and views -------------------------------------------------------------------------- */

const char *cd_job_home(const struct cd_op *op, const struct cd_target *t,
			char room[CD_KEYSPACE_SIZE], coodie_error *err)
{
	if (!t->keyspace)
		return op->place.model->keyspace_name;
	return cd_keyspace_read(t->keyspace, room, err) ? room : NULL;
}

/* What a model wants in that keyspace. */
static coodie_schema *want_at_home(struct cd_op *op, const struct cd_target *t, coodie_error *err)
{
	char room[CD_KEYSPACE_SIZE];
	const char *home = cd_job_home(op, t, room, err);
	coodie_schema *should = home ? want(op, home, err) : NULL;

	cd_job(op)->after = t->keyspace ? NULL : cd_schema_warm; /* which is of the model's own */
	return should && cd_want_model(should, op->place.session, op->place.model, err) ? should
											: NULL;
}

static bool begin_table(struct cd_op *op, const struct cd_target *t, coodie_error *err)
{
	const struct cd_model *m = op->place.model;
	coodie_schema *should;

	if (m->def.view)
		return cd_fail(err, COODIE_ERR_MODEL,
			       "%s(%s): it is a materialized view; use coodie_sync_view()",
			       op->verb, op->subject);
	should = want_at_home(op, t, err);
	return should && cd_look(op, should->types ? CD_SCOPE_TABLE_WITH_TYPES : CD_SCOPE_TABLE,
				 should->keyspace, m->table_name, NULL, cd_apply_looked, err);
}

/* It is one, and may be made of its base. */
static const struct cd_model *check_view(struct cd_op *op, coodie_error *err)
{
	const struct cd_model *m = op->place.model;
	coodie_view def = { 0 };

	if (!m->def.view)
		return cd_fail_null(err, COODIE_ERR_MODEL,
				    "%s(%s): it is no materialized view; write .view = "
				    "COODIE_VIEW(&base_model), or use coodie_sync_table()",
				    op->verb, m->label);
	return cd_view_base(op->place.session, m, &def, err);
}

static bool begin_view(struct cd_op *op, const struct cd_target *t, coodie_error *err)
{
	const struct cd_model *m = op->place.model, *base = check_view(op, err);
	coodie_schema *should = base ? want_at_home(op, t, err) : NULL;

	return should && cd_look(op, CD_SCOPE_VIEW, should->keyspace, m->table_name,
				 base->table_name, cd_apply_looked, err);
}

static bool begin_drop_view(struct cd_op *op, const struct cd_target *t, coodie_error *err)
{
	return check_view(op, err) &&
	       cd_job_plan_drop(op, t, "DROP MATERIALIZED VIEW IF EXISTS ", err);
}

const struct cd_verb cd_sync_table = { "coodie_sync_table", begin_table },
		     cd_sync_view = { "coodie_sync_view", begin_view },
		     cd_drop_view = { "coodie_drop_view", begin_drop_view };

bool coodie_sync_table(coodie_session *s, const coodie_model *m, const coodie_sync *options,
		       coodie_error *err)
{
	return cd_verb_wait(&cd_sync_table, CD_TARGET(s, m, options), err);
}

bool coodie_sync_table_async(coodie_session *s, const coodie_model *m, const coodie_sync *options,
			     coodie_status_fn *done, void *user, coodie_error *err)
{
	return cd_verb_start(&cd_sync_table, CD_TARGET(s, m, options), done, user, err);
}

bool coodie_sync_view(coodie_session *s, const coodie_model *view, const coodie_sync *options,
		      coodie_error *err)
{
	return cd_verb_wait(&cd_sync_view, CD_TARGET(s, view, options), err);
}

bool coodie_sync_view_async(coodie_session *s, const coodie_model *view, const coodie_sync *options,
			    coodie_status_fn *done, void *user, coodie_error *err)
{
	return cd_verb_start(&cd_sync_view, CD_TARGET(s, view, options), done, user, err);
}

bool coodie_drop_view(coodie_session *s, const coodie_model *view, coodie_error *err)
{
	return cd_verb_wait(&cd_drop_view, CD_TARGET(s, view, NULL), err);
}

bool coodie_drop_view_async(coodie_session *s, const coodie_model *view, coodie_status_fn *done,
			    void *user, coodie_error *err)
{
	return cd_verb_start(&cd_drop_view, CD_TARGET(s, view, NULL), done, user, err);
}

/* ---- types ------------------------------------------------------------------------------------- */

/* The type's keyspace, or the session's (UD-04, UD-18), as stored. */
static bool keyspace_of(struct cd_op *op, const coodie_udt *u, char name[CD_KEYSPACE_SIZE],
			coodie_error *err)
{
	const char *text = u->keyspace ? u->keyspace : coodie_session_keyspace(op->place.session);

	if (!text)
		return cd_fail(err, COODIE_ERR_MODEL,
			       "type %s has no keyspace; write .keyspace = \"...\" in "
			       "COODIE_TYPE(), or set the session's with "
			       "coodie_options_set_keyspace()",
			       u->object_name);
	if (cd_keyspace_read(text, name, err))
		return true;
	cd_error_prefix(err, "type %s", u->object_name);
	return false;
}

static bool check_type(struct cd_op *op, const coodie_udt *u, char name[CD_KEYSPACE_SIZE],
		       coodie_error *err)
{
	if (!u)
		return cd_fail(err, COODIE_ERR_INVALID, "%s: the type is NULL", op->verb);
	if (!cd_udt_check(u, &op->place.orm->allocator, err))
		return false;
	op->subject = u->object_name;
	return keyspace_of(op, u, name, err);
}

static bool begin_type(struct cd_op *op, const struct cd_target *t, coodie_error *err)
{
	char keyspace[CD_KEYSPACE_SIZE];
	coodie_schema *should;

	if (!check_type(op, t->what, keyspace, err))
		return false;
	should = want(op, keyspace, err);
	return should && cd_want_type(should, t->what, err) &&
	       cd_look(op, CD_SCOPE_TYPES, keyspace, NULL, NULL, cd_apply_looked, err);
}

static bool begin_drop_type(struct cd_op *op, const struct cd_target *t, coodie_error *err)
{
	char keyspace[CD_KEYSPACE_SIZE];
	struct cd_buffer b;

	if (!check_type(op, t->what, keyspace, err))
		return false;
	cd_buffer_init(&b, &op->place.orm->allocator, 0);
	cd_buffer_text(&b, "DROP TYPE IF EXISTS ");
	cd_identifier_append(&b, keyspace);
	cd_buffer_u8(&b, '.');
	cd_spelling_append_name(&b, ((const coodie_udt *)t->what)->name);
	return cd_job_plan(op, &b, err) != NULL;
}

static const struct cd_verb sync_type = { "coodie_sync_type", begin_type },
			    drop_type = { "coodie_drop_type", begin_drop_type };

#define TARGET(o, about) (&(struct cd_target){ .session = s, .options = (o), .what = (about) })

bool coodie_sync_type(coodie_session *s, const coodie_udt *type, const coodie_sync *options,
		      coodie_error *err)
{
	return cd_verb_wait(&sync_type, TARGET(options, type), err);
}

bool coodie_sync_type_async(coodie_session *s, const coodie_udt *type, const coodie_sync *options,
			    coodie_status_fn *done, void *user, coodie_error *err)
{
	return cd_verb_start(&sync_type, TARGET(options, type), done, user, err);
}

bool coodie_drop_type(coodie_session *s, const coodie_udt *type, coodie_error *err)
{
	return cd_verb_wait(&drop_type, TARGET(NULL, type), err);
}

bool coodie_drop_type_async(coodie_session *s, const coodie_udt *type, coodie_status_fn *done,
			    void *user, coodie_error *err)
{
	return cd_verb_start(&drop_type, TARGET(NULL, type), done, user, err);
}

/* ---- whole schemas ----------------------------------------------------------------------------- */

bool cd_job_keyspace(coodie_session *s, const char *text, char name[CD_KEYSPACE_SIZE],
		     coodie_error *err)
{
	if (!text)
		text = coodie_session_keyspace(s);
	if (!text)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "no keyspace; give one, or set the session's with "
			       "coodie_options_set_keyspace()");
	return cd_keyspace_read(text, name, err);
}

static bool want_model(coodie_schema *should, coodie_session *s, const coodie_model *m,
		       coodie_error *err)
{
	struct cd_place place;

	if (m && cd_model_read(m).is_abstract)
		return true;
	if (!cd_place_find(s, m, &place, err))
		return false;
	return strcmp(place.model->keyspace_name, should->keyspace) != 0 ||
	       cd_schema_table(should, place.model->table_name) ||
	       cd_want_model(should, s, place.model, err);
}

static coodie_schema *of_models(coodie_session *s, const coodie_allocator *a,
				const coodie_schema_source *from, coodie_error *err)
{
	coodie_schema_source source = { 0 };
	char keyspace[CD_KEYSPACE_SIZE];
	coodie_schema *should;
	bool ok;

	if (!from)
		return cd_fail_null(err, COODIE_ERR_INVALID, "the source is NULL");
	if (!cd_take_struct(&source, sizeof(source), from, "coodie_schema_source", err) ||
	    !cd_job_keyspace(s, source.keyspace, keyspace, err))
		return NULL;
	should = cd_schema_new(a, keyspace, false, err);
	ok = should && (!source.options || cd_want_keyspace(should, source.options, err));
	for (size_t i = 0; ok && i < source.type_count; i++)
		ok = cd_want_type(should, source.types[i], err);
	for (size_t i = 0; ok && i < source.model_count; i++)
		ok = want_model(should, s, source.models[i], err);
	if (ok)
		return should;
	coodie_schema_free(should);
	return NULL;
}

coodie_schema *coodie_schema_of_models(coodie_session *s, const coodie_schema_source *source,
				       coodie_error *err)
{
	const struct cd_target target = { .session = s };
	struct cd_place place;
	coodie_schema *schema;

	cd_clear(err);
	if (!cd_target_place(&target, &place, err))
		return NULL;
	schema = of_models(place.session, &place.orm->allocator, source, err);
	if (!schema && err)
		cd_error_prefix(err, "coodie_schema_of_models");
	return schema;
}

static bool begin_schema(struct cd_op *op, const struct cd_target *t, coodie_error *err)
{
	struct cd_job *job = cd_job(op);

	job->should = of_models(op->place.session, &op->place.orm->allocator, t->what, err);
	if (!job->should)
		return false;
	op->subject = job->should->keyspace;
	return cd_look(op, CD_SCOPE_WHOLE, job->should->keyspace, NULL, NULL, cd_apply_looked, err);
}

static const struct cd_verb sync_schema = { "coodie_sync_schema", begin_schema };

bool coodie_sync_schema(coodie_session *s, const coodie_schema_source *source,
			const coodie_sync *options, coodie_error *err)
{
	return cd_verb_wait(&sync_schema, TARGET(options, source), err);
}

bool coodie_sync_schema_async(coodie_session *s, const coodie_schema_source *source,
			      const coodie_sync *options, coodie_status_fn *done, void *user,
			      coodie_error *err)
{
	return cd_verb_start(&sync_schema, TARGET(options, source), done, user, err);
}

/* ---- reading, and applying --------------------------------------------------------------------- */

static void on_read(struct cd_op *op, coodie_result *take_res, const coodie_error *err)
{
	(void)take_res; /* none: it follows no statement */
	cd_job_end(op, err);
}

static bool begin_read(struct cd_op *op, const struct cd_target *t, coodie_error *err)
{
	struct cd_job *job = cd_job(op);
	char keyspace[CD_KEYSPACE_SIZE];

	job->brings = CD_BRINGS_SCHEMA;
	if (!cd_job_keyspace(op->place.session, t->what, keyspace, err)) {
		cd_error_prefix(err, "%s", op->verb);
		return false;
	}
	op->subject = cd_arena_strndup(&job->arena, keyspace, strlen(keyspace));
	return op->subject ? cd_look(op, CD_SCOPE_WHOLE, keyspace, NULL, NULL, on_read, err)
			   : cd_no_memory(err, op->verb);
}

static const struct cd_verb schema_read = { "coodie_schema_read", begin_read };

coodie_schema *coodie_schema_read(coodie_session *s, const char *keyspace, coodie_error *err)
{
	struct cd_wait out;

	cd_verb_wait_for(&schema_read, TARGET(NULL, keyspace),
			 (union cd_done){ .schema = cd_wait_schema }, &out, err);
	return out.schema;
}

bool coodie_schema_read_async(coodie_session *s, const char *keyspace, coodie_schema_fn *done,
			      void *user, coodie_error *err)
{
	return cd_verb_start_for(&schema_read, TARGET(NULL, keyspace),
				 (union cd_done){ .schema = done }, user, err);
}

/* What there is to be run is in the difference; what another has run meanwhile is looked at. */
static bool begin_apply(struct cd_op *op, const struct cd_target *t, coodie_error *err)
{
	const coodie_diff *d = t->what;

	if (!d)
		return cd_fail(err, COODIE_ERR_INVALID, "%s: the difference is NULL", op->verb);
	op->subject = d->keyspace;
	if (cd_apply_diff(op, d, err))
		return cd_look_later(op, CD_SCOPE_WHOLE, d->keyspace, NULL, NULL, err);
	cd_error_prefix(err, "%s(%s)", op->verb, op->subject);
	return false;
}

static const struct cd_verb diff_apply = { "coodie_diff_apply", begin_apply };

bool coodie_diff_apply(coodie_session *s, const coodie_diff *d, const coodie_sync *options,
		       coodie_error *err)
{
	return cd_verb_wait(&diff_apply, TARGET(options, d), err);
}

bool coodie_diff_apply_async(coodie_session *s, const coodie_diff *d, const coodie_sync *options,
			     coodie_status_fn *done, void *user, coodie_error *err)
{
	return cd_verb_start(&diff_apply, TARGET(options, d), done, user, err);
}
