/* SPDX-License-Identifier: MIT */
/* User types: coodie_sync_type(), coodie_drop_type(), and the types of a table before it. */
#include "orm/schema/types.h"

#include <string.h>

#include "base/error.h"
#include "base/identifier.h"
#include "base/keyspace.h"
#include "orm/model/spelling.h"
#include "orm/model/udt.h"
#include "orm/schema/ddl.h"
#include "orm/value/datum.h"

/* The types of a keyspace, and the step that follows; lives in the job's arena. */
struct cd_types {
	const char *keyspace;        /* as the server has it */
	const coodie_udt *const *at; /* those that others are made of first */
	uint32_t count;
	cd_step_fn *next;
	void *kept; /* the state of the job before */
};

/* ---- statements -------------------------------------------------------------------------------- */

static void put_name(struct cd_buffer *b, const struct cd_types *t, const coodie_udt *u)
{
	cd_identifier_append(b, t->keyspace);
	cd_buffer_text(b, ".");
	cd_identifier_append(b, u->name);
}

static void put_field(struct cd_buffer *b, const coodie_column *field)
{
	cd_identifier_append_quoted(b, cd_udt_field_name(field));
	cd_buffer_text(b, " ");
	cd_udt_spelling(b, field);
}

static bool plan_create(struct cd_op *op, const struct cd_types *t, const coodie_udt *u,
			coodie_error *err)
{
	struct cd_buffer b;
	coodie_column room;

	cd_buffer_init(&b, &op->place.orm->allocator, 0);
	cd_buffer_text(&b, "CREATE TYPE IF NOT EXISTS ");
	put_name(&b, t, u);
	for (size_t i = 0; i < u->field_count; i++) {
		cd_buffer_text(&b, i ? ", " : " (");
		put_field(&b, cd_udt_field(u, i, &room));
	}
	cd_buffer_text(&b, ")");
	return cd_job_plan(op, &b, err) != NULL;
}

static bool plan_add(struct cd_op *op, const struct cd_types *t, const coodie_udt *u,
		     const coodie_column *field, coodie_error *err)
{
	struct cd_buffer b;

	cd_buffer_init(&b, &op->place.orm->allocator, 0);
	cd_buffer_text(&b, "ALTER TYPE ");
	put_name(&b, t, u);
	cd_buffer_text(&b, " ADD ");
	put_field(&b, field);
	return cd_job_plan(op, &b, err) != NULL;
}

/* ---- comparing --------------------------------------------------------------------------------- */

/* A row of system_schema.types; views of the result. */
struct there {
	cql_text name;
	cql_list names, types;
};

static bool read_there(const coodie_cursor *cursor, struct there *out, coodie_error *err)
{
	cql_value names, types;

	return coodie_cursor_text(cursor, 0, &out->name, err) &&
	       coodie_cursor_value(cursor, 1, &names, err) &&
	       coodie_cursor_value(cursor, 2, &types, err) &&
	       cql_to_list(names, &out->names, err) && cql_to_list(types, &out->types, err);
}

/* The type of a field that is there; data NULL: it is not. */
static cql_text type_there(const struct there *there, const char *field)
{
	cql_iter names = cql_list_iter(there->names), types = cql_list_iter(there->types);
	cql_text name, type = { NULL, 0 };
	cql_value n, t;

	while (cql_iter_next(&names, &n) && cql_iter_next(&types, &t)) {
		if (cql_to_text(n, &name, NULL) && cd_text_is(name, field) &&
		    cql_to_text(t, &type, NULL))
			return type;
	}
	return (cql_text){ NULL, 0 };
}

/* The canonical type inside another: frozen says nothing there. */
static void put_inside(struct cd_buffer *out, const char *type, size_t len)
{
	struct cd_buffer text;

	cd_buffer_init(&text, out->allocator, 0);
	cd_buffer_text(&text, "frozen<");
	cd_buffer_bytes(&text, type, len);
	cd_buffer_bytes(&text, ">", 2); /* and its NUL */
	if (text.failed)
		out->failed = true;
	else
		cd_spelling_append(out, (const char *)text.data);
	cd_buffer_deinit(&text);
}

/* Whether both are one type (UD-05). Without memory they count as one: nothing is done then. */
static bool same_type(struct cd_op *op, cql_text there, const coodie_column *field)
{
	struct cd_buffer mine, a, b;
	bool same;

	cd_buffer_init(&mine, &op->place.orm->allocator, 0);
	cd_buffer_init(&a, mine.allocator, 0);
	cd_buffer_init(&b, mine.allocator, 0);
	cd_udt_spelling(&mine, field);
	put_inside(&a, there.data, there.len);
	put_inside(&b, (const char *)mine.data, mine.len);
	same = mine.failed || a.failed || b.failed ||
	       (a.len == b.len && !memcmp(a.data, b.data, a.len));
	cd_buffer_deinit(&mine);
	cd_buffer_deinit(&a);
	cd_buffer_deinit(&b);
	return same;
}

static bool has_field(const coodie_udt *u, cql_text name)
{
	coodie_column room;

	for (size_t i = 0; i < u->field_count; i++) {
		if (cd_text_is(name, cd_udt_field_name(cd_udt_field(u, i, &room))))
			return true;
	}
	return false;
}

static void note_removed(struct cd_op *op, const struct cd_types *t, const coodie_udt *u,
			 const struct there *there)
{
	cql_iter names = cql_list_iter(there->names);
	cql_text name;
	cql_value n;

	while (cql_iter_next(&names, &n)) {
		if (cql_to_text(n, &name, NULL) && !has_field(u, name))
			cd_job_note(op, "type %s.%s has a field %.*s that %s has not; it is left",
				    t->keyspace, u->name, (int)name.len, name.data, u->object_name);
	}
}

/* Adds fields that are missing; what no statement does is told and left. */
static bool compare(struct cd_op *op, const struct cd_types *t, const coodie_udt *u,
		    const struct there *there, coodie_error *err)
{
	coodie_column room;

	for (size_t i = 0; i < u->field_count; i++) {
		const coodie_column *field = cd_udt_field(u, i, &room);
		const char *name = cd_udt_field_name(field);
		cql_text type = type_there(there, name);

		if (!type.data && !plan_add(op, t, u, field, err))
			return false;
		if (type.data && !same_type(op, type, field))
			cd_job_note(
				op,
				"type %s.%s: field %s is %.*s in the cluster, and of another type in %s; it is left",
				t->keyspace, u->name, name, (int)type.len, type.data,
				u->object_name);
	}
	note_removed(op, t, u, there);
	return true;
}

/* ---- the answer -------------------------------------------------------------------------------- */

static bool plan_type(struct cd_op *op, const struct cd_types *t, const coodie_udt *u,
		      coodie_result *types, coodie_error *err)
{
	coodie_cursor cursor = coodie_result_cursor(types);
	const char *name = cd_identifier_name(&cd_job(op)->arena, u->name);
	struct there there;

	if (!name)
		return cd_no_memory(err, "a type");
	while (coodie_cursor_next(&cursor)) {
		if (!read_there(&cursor, &there, err))
			return false;
		if (cd_text_is(there.name, name))
			return compare(op, t, u, &there, err);
	}
	return plan_create(op, t, u, err);
}

static void on_types(struct cd_op *op, coodie_result *take_res, const coodie_error *from)
{
	struct cd_job *job = cd_job(op);
	const struct cd_types *t = job->state;
	coodie_error err = *from;

	job->state = t->kept;
	for (uint32_t i = 0; i < t->count && err.code == COODIE_OK; i++)
		plan_type(op, t, t->at[i], take_res, &err);
	coodie_result_free(take_res);
	if (err.code != COODIE_OK)
		cd_job_end(op, &err);
	else
		t->next(op, NULL, &err);
}

#define TYPES \
	"SELECT type_name, field_names, field_types FROM system_schema.types WHERE keyspace_name = ?"

/* Asks of a keyspace's types; the step goes on when those that are missing are planned. */
static bool ask(struct cd_op *op, const char *keyspace, const coodie_udt *const *at, uint32_t count,
		cd_step_fn *next, coodie_error *err)
{
	struct cd_job *job = cd_job(op);
	struct cd_types *t = cd_arena_take_zero(&job->arena, sizeof(*t));
	cql_value arg = cql_from_str(keyspace);

	if (!t)
		return cd_no_memory(err, "types");
	*t = (struct cd_types){ keyspace, at, count, next, job->state };
	job->state = t;
	return cd_job_ask(op, on_types, TYPES, (cql_args){ 1, &arg }, err);
}

bool cd_types_ask(struct cd_op *op, cd_step_fn *next, bool *asked, coodie_error *err)
{
	const struct cd_model *m = op->place.model;
	uint32_t count;
	const coodie_udt *const *at = cd_udt_of_model(&cd_job(op)->arena, m, &count);

	*asked = false;
	if (!at)
		return cd_no_memory(err, "types");
	if (!count)
		return true;
	*asked = true;
	return ask(op, m->keyspace_name, at, count, next, err);
}

/* ---- the verbs --------------------------------------------------------------------------------- */

/* The type's keyspace, or the session's (UD-04, UD-18); kept in the arena. */
static const char *keyspace_of(struct cd_op *op, const coodie_udt *u, coodie_error *err)
{
	const char *text = u->keyspace ? u->keyspace : coodie_session_keyspace(op->place.session);
	char name[CD_KEYSPACE_SIZE];
	const char *kept;

	if (!text)
		return cd_fail_null(err, COODIE_ERR_MODEL,
				    "type %s has no keyspace; write .keyspace = \"...\" in "
				    "COODIE_TYPE(), or set the session's with "
				    "coodie_options_set_keyspace()",
				    u->object_name);
	if (!cd_keyspace_read(text, name, err)) {
		cd_error_prefix(err, "type %s", u->object_name);
		return NULL;
	}
	kept = cd_arena_strndup(&cd_job(op)->arena, name, strlen(name));
	if (!kept)
		cd_no_memory(err, "types");
	return kept;
}

/* @return its keyspace; NULL: there is none, or the type is wrong */
static const char *begin(struct cd_op *op, const struct cd_target *t, coodie_error *err)
{
	const coodie_udt *u = t->what;

	if (!u)
		return cd_fail_null(err, COODIE_ERR_INVALID, "%s: the type is NULL", op->verb);
	if (!cd_udt_check(u, &op->place.orm->allocator, err))
		return NULL;
	op->subject = u->object_name;
	return keyspace_of(op, u, err);
}

static void on_planned(struct cd_op *op, coodie_result *take_res, const coodie_error *err)
{
	(void)take_res; /* none: it follows no statement */
	(void)err;
	cd_job_run(op);
}

static bool begin_sync(struct cd_op *op, const struct cd_target *t, coodie_error *err)
{
	const char *keyspace = begin(op, t, err);
	const coodie_udt *const *at;
	uint32_t count;

	if (!keyspace)
		return false;
	at = cd_udt_of_type(&cd_job(op)->arena, t->what, &count);
	return at ? ask(op, keyspace, at, count, on_planned, err) : cd_no_memory(err, "types");
}

static bool begin_drop(struct cd_op *op, const struct cd_target *t, coodie_error *err)
{
	const char *keyspace = begin(op, t, err);
	const struct cd_types in = { .keyspace = keyspace };
	struct cd_buffer b;

	if (!keyspace)
		return false;
	cd_buffer_init(&b, &op->place.orm->allocator, 0);
	cd_buffer_text(&b, "DROP TYPE IF EXISTS ");
	put_name(&b, &in, t->what);
	return cd_job_plan(op, &b, err) != NULL;
}

static const struct cd_verb sync_type = { "coodie_sync_type", begin_sync };
static const struct cd_verb drop_type = { "coodie_drop_type", begin_drop };

#define TYPE(o) (&(struct cd_target){ .session = s, .options = (o), .what = type })

bool coodie_sync_type(coodie_session *s, const coodie_udt *type, const coodie_sync *options,
		      coodie_error *err)
{
	return cd_verb_wait(&sync_type, TYPE(options), err);
}

bool coodie_sync_type_async(coodie_session *s, const coodie_udt *type, const coodie_sync *options,
			    coodie_status_fn *done, void *user, coodie_error *err)
{
	return cd_verb_start(&sync_type, TYPE(options), done, user, err);
}

bool coodie_drop_type(coodie_session *s, const coodie_udt *type, coodie_error *err)
{
	return cd_verb_wait(&drop_type, TYPE(NULL), err);
}

bool coodie_drop_type_async(coodie_session *s, const coodie_udt *type, coodie_status_fn *done,
			    void *user, coodie_error *err)
{
	return cd_verb_start(&drop_type, TYPE(NULL), done, user, err);
}
