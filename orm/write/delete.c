/* SPDX-License-Identifier: MIT */
/* Deleting the row of an object. */
#include "base/error.h"
#include "orm/write/write.h"

/* The primary key as binds, in the order of the model's keys. */
static bool read_keys(struct cd_write *w, const void *object, cql_value *keys, coodie_error *err)
{
	const struct cd_model *m = w->place.model;

	for (uint32_t i = 0; i < m->key_count; i++) {
		const struct cd_column *c = &m->columns[m->keys[i]];

		if (!cd_member_get(c, object, &w->arena, &keys[i], err))
			return false;
		if (keys[i].is.tag != CQL_TAG_UNSET)
			continue;
		cd_fail(err, COODIE_ERR_INVALID,
			"it is in the primary key and not set; give it a value");
		return cd_write_fail_column(m, c, err);
	}
	return true;
}

static bool plan_delete(struct cd_write *w, const struct cd_call *call, coodie_error *err)
{
	const struct cd_model *m = w->place.model;
	struct cd_object *o;
	cql_value *keys;

	if (!cd_object_find(m, call->object, &o, err) ||
	    (o && !cd_object_check_key(o, &w->arena, err)))
		return false;
	keys = cd_write_room(w, m->key_count, err);
	if (!keys || !read_keys(w, call->object, keys, err))
		return false;
	w->cql = m->remove;
	w->args = (cql_args){ m->key_count, keys };
	return true;
}

const struct cd_verb cd_delete = { "coodie_delete", CD_TAKES_TIMESTAMP | CD_TAKES_COUNTERS,
				   plan_delete };

bool coodie_delete_async(coodie_session *s, const coodie_model *m, const void *object,
			 const coodie_write *w, coodie_status_fn *done, void *user,
			 coodie_error *err)
{
	return cd_write_run_async(&(struct cd_call){ &cd_delete, s, m, w, object }, done, user,
				  err);
}

bool coodie_delete(coodie_session *s, const coodie_model *m, const void *object,
		   const coodie_write *w, coodie_error *err)
{
	return cd_write_run(&(struct cd_call){ &cd_delete, s, m, w, object }, err);
}
