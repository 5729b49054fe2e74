/* SPDX-License-Identifier: MIT */
/* Deleting the row of an object, or cells of it. */
#include <coodie/update.h>

#include "base/error.h"
#include "orm/write/modify.h"

/* A row without a condition: the model's constant statement. */
static bool plan_row(struct cd_write *w, const struct cd_call *call, coodie_error *err)
{
	const struct cd_model *m = w->place.model;
	cql_value *keys = cd_write_room(w, m->key_count, err);

	if (!keys || !cd_write_keys(w, call->object, m->key_count, keys, err))
		return false;
	w->cql = m->remove;
	w->args = (cql_args){ m->key_count, keys };
	return true;
}

/* What was taken out of a list by its place is another item the second time. */
static bool names_places(const struct cd_fragment *cells)
{
	for (uint32_t i = 0; cells && i < cells->bind_count; i++) {
		if (cells->binds[i].kind == CD_BIND_INDEX)
			return true;
	}
	return false;
}

static bool plan_parts(struct cd_write *w, const struct cd_call *call, coodie_error *err)
{
	struct cd_modify mod;
	bool ok = cd_modify_begin(&mod, w, call, CD_FRAGMENT_CELLS, err);

	if (ok && names_places(mod.what))
		cd_write_once(w);
	ok = ok && cd_modify_row(&mod, call->object, err);
	cd_modify_end(&mod);
	return ok;
}

static bool plan_delete(struct cd_write *w, const struct cd_call *call, coodie_error *err)
{
	struct cd_object *o;

	return cd_write_object(w, call->object, &o, err) &&
	       (call->condition ? plan_parts(w, call, err) : plan_row(w, call, err));
}

static bool plan_delete_columns(struct cd_write *w, const struct cd_call *call, coodie_error *err)
{
	struct cd_object *o;

	if (!call->text || !*call->text)
		return cd_fail(err, COODIE_ERR_QUERY,
			       "%s(%s): no column is named, which in CQL deletes the row; that is "
			       "coodie_delete()",
			       w->verb->name, w->place.model->label);
	return cd_write_object(w, call->object, &o, err) && plan_parts(w, call, err);
}

const struct cd_verb cd_delete = { "coodie_delete", CD_TAKES_TIMESTAMP | CD_TAKES_COUNTERS,
				   plan_delete };
const struct cd_verb cd_delete_if = { "coodie_delete_if", CD_TAKES_COUNTERS | CD_NEEDS_CONDITION,
				      plan_delete };
const struct cd_verb cd_delete_columns = { "coodie_delete_columns",
					   CD_TAKES_TIMESTAMP | CD_TAKES_COUNTERS,
					   plan_delete_columns };

bool coodie_delete_async(coodie_session *s, const coodie_model *m, const void *object,
			 const coodie_write *w, coodie_status_fn *done, void *user,
			 coodie_error *err)
{
	return cd_write_run_async(
		&(struct cd_call){ &cd_delete, s, m, w, object, NULL, NULL, CQL_ARGS(), NULL },
		done, user, err);
}

bool coodie_delete(coodie_session *s, const coodie_model *m, const void *object,
		   const coodie_write *w, coodie_error *err)
{
	return cd_write_run(
		&(struct cd_call){ &cd_delete, s, m, w, object, NULL, NULL, CQL_ARGS(), NULL },
		err);
}

bool coodie_delete_columns(coodie_session *s, const coodie_model *m, void *object,
			   const char *columns, cql_args args, const coodie_write *w,
			   coodie_error *err)
{
	return cd_write_run(
		&(struct cd_call){ &cd_delete_columns, s, m, w, object, columns, NULL, args, NULL },
		err);
}

bool coodie_delete_columns_async(coodie_session *s, const coodie_model *m, void *object,
				 const char *columns, cql_args args, const coodie_write *w,
				 coodie_status_fn *done, void *user, coodie_error *err)
{
	return cd_write_run_async(
		&(struct cd_call){ &cd_delete_columns, s, m, w, object, columns, NULL, args, NULL },
		done, user, err);
}

coodie_lwt *coodie_delete_if(coodie_session *s, const coodie_model *m, const void *object,
			     const char *condition, cql_args args, const coodie_write *w,
			     coodie_error *err)
{
	return cd_write_run_if(
		&(struct cd_call){ &cd_delete_if, s, m, w, object, NULL, condition, args, NULL },
		err);
}

bool coodie_delete_if_async(coodie_session *s, const coodie_model *m, const void *object,
			    const char *condition, cql_args args, const coodie_write *w,
			    coodie_lwt_fn *done, void *user, coodie_error *err)
{
	return cd_write_run_if_async(
		&(struct cd_call){ &cd_delete_if, s, m, w, object, NULL, condition, args, NULL },
		done, user, err);
}
