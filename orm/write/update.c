/* SPDX-License-Identifier: MIT */
/* Updating the row of an object by assignments. */
#include <coodie/update.h>

#include "base/error.h"
#include "orm/value/datum.h"
#include "orm/write/update.h"

/* ---- what an assignment says ----------------------------------------------------------------- */

/* Whether the value leaves the column as it is: unset, or an empty addition (CO-14). */
static bool says_nothing(const struct cd_bind *b, cql_value v)
{
	if (b->kind == CD_BIND_PART || b->kind == CD_BIND_KEYS)
		return cd_datum_is_empty(v);
	return v.is.tag == CQL_TAG_UNSET;
}

/* The key or place of an element says only which. */
static bool is_key(const struct cd_bind *b)
{
	return b->kind == CD_BIND_KEY || b->kind == CD_BIND_INDEX;
}

static bool any_assigned(const struct cd_modify *mod)
{
	for (uint32_t i = 0; i < mod->what->bind_count; i++) {
		if (!is_key(&mod->what->binds[i]) &&
		    !says_nothing(&mod->what->binds[i], mod->what_args.values[i]))
			return true;
	}
	return false;
}

/* A counter grows each time, a list too. */
static bool is_idempotent(const struct cd_model *m, const struct cd_fragment *set)
{
	for (uint32_t i = 0; i < set->relation_count; i++) {
		const struct cd_relation *r = &set->relations[i];
		enum cql_kind kind = m->columns[r->column].kind;

		if (kind == CQL_KIND_COUNTER ||
		    (kind == CQL_KIND_LIST &&
		     (r->kind == CD_ASSIGN_ADD || r->kind == CD_ASSIGN_PREPEND)))
			return false;
	}
	return true;
}

bool cd_update_check(struct cd_modify *mod, bool *nothing, coodie_error *err)
{
	struct cd_write *w = mod->w;

	*nothing = !mod->what || (!mod->condition && !any_assigned(mod));
	if (!mod->what && mod->condition)
		return cd_fail(err, COODIE_ERR_QUERY, "%s(%s): a condition, but nothing to assign",
			       w->verb->name, w->place.model->label);
	if (mod->what && w->place.model->is_counter && (w->ttl || w->request.timestamp_us))
		return cd_fail(err, COODIE_ERR_QUERY, "%s(%s): counters take no %s", w->verb->name,
			       w->place.model->label, w->ttl ? "ttl" : "timestamp_us");
	if (mod->what && !is_idempotent(w->place.model, mod->what))
		cd_write_once(w);
	return !mod->what || cd_assigned_check(mod, err);
}

/* ---- what a tracked object follows ----------------------------------------------------------- */

/* Plain assignments only: of the others nobody here knows the outcome (LC-10). Members are made now,
 * so that nothing can fail later. */
static bool follow(struct cd_modify *mod, struct cd_object *o, coodie_error *err)
{
	struct cd_write *w = mod->w;
	const struct cd_model *m = w->place.model;
	/* the bytes live as long as the object: it may be shown for that long */
	struct cd_arena *bytes = &o->shape->home->arena;

	w->follows = cd_arena_take_array(&w->arena, mod->what->bind_count, sizeof(*w->follows));
	if (!w->follows)
		return cd_no_memory(err, "what is assigned");
	w->changes = cd_changes_new(o, mod->what_args, err);
	if (!w->changes)
		return false;
	for (uint32_t i = 0; i < mod->what->bind_count; i++) {
		const struct cd_bind *b = &mod->what->binds[i];
		const struct cd_column *c = &m->columns[b->column];
		cql_value v = mod->what_args.values[i];
		const char *image;

		if (b->kind != CD_BIND_VALUE || v.is.tag == CQL_TAG_UNSET)
			continue;
		image = cd_assigned_object(w, c, m->def.object_size, v, bytes, err);
		if (!image)
			return cd_write_fail_column(m, c, err);
		if (!cd_changes_add(w->changes, b->column, v, err))
			return false;
		w->follows[w->follow_count++] = (struct cd_follow){ c, image + c->def.offset };
	}
	return true;
}

/* ---- the verb -------------------------------------------------------------------------------- */

static bool plan_parts(struct cd_modify *mod, const struct cd_call *call, struct cd_object *o,
		       coodie_error *err)
{
	bool nothing;

	if (!cd_update_check(mod, &nothing, err))
		return false;
	if (nothing)
		return true;
	return cd_modify_row(mod, call->object, err) &&
	       (!o || o->state == CD_OBJECT_OWN || follow(mod, o, err));
}

static bool plan_update(struct cd_write *w, const struct cd_call *call, coodie_error *err)
{
	struct cd_modify mod;
	struct cd_object *o;
	bool ok;

	if (!cd_write_object(w, call->object, &o, err))
		return false;
	ok = cd_modify_begin(&mod, w, call, CD_FRAGMENT_SET, err) && plan_parts(&mod, call, o, err);
	cd_modify_end(&mod);
	return ok;
}

const struct cd_verb cd_update = { "coodie_update",
				   CD_TAKES_TTL | CD_TAKES_TIMESTAMP | CD_TAKES_COUNTERS,
				   plan_update };
const struct cd_verb cd_update_if = { "coodie_update_if",
				      CD_TAKES_TTL | CD_TAKES_COUNTERS | CD_NEEDS_CONDITION,
				      plan_update };

bool coodie_update(coodie_session *s, const coodie_model *m, void *object, const char *set,
		   cql_args args, const coodie_write *w, coodie_error *err)
{
	return cd_write_run(&(struct cd_call){ &cd_update, s, m, w, object, set, NULL, args, NULL },
			    err);
}

bool coodie_update_async(coodie_session *s, const coodie_model *m, void *object, const char *set,
			 cql_args args, const coodie_write *w, coodie_status_fn *done, void *user,
			 coodie_error *err)
{
	return cd_write_run_async(
		&(struct cd_call){ &cd_update, s, m, w, object, set, NULL, args, NULL }, done, user,
		err);
}

coodie_lwt *coodie_update_if(coodie_session *s, const coodie_model *m, void *object,
			     const char *set, const char *condition, cql_args args,
			     const coodie_write *w, coodie_error *err)
{
	return cd_write_run_if(
		&(struct cd_call){ &cd_update_if, s, m, w, object, set, condition, args, NULL },
		err);
}

bool coodie_update_if_async(coodie_session *s, const coodie_model *m, void *object, const char *set,
			    const char *condition, cql_args args, const coodie_write *w,
			    coodie_lwt_fn *done, void *user, coodie_error *err)
{
	return cd_write_run_if_async(
		&(struct cd_call){ &cd_update_if, s, m, w, object, set, condition, args, NULL },
		done, user, err);
}
