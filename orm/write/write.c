/* SPDX-License-Identifier: MIT */
/* The life of a plan: begun, filled by its verb, kept or sent, applied, ended. */
#include "orm/write/write.h"

#include <string.h>

#include "base/error.h"
#include "orm/value/datum.h"

static bool find_place(struct cd_write *w, const struct cd_call *call, coodie_error *err)
{
	if (!(call->verb->takes & CD_OF_QUERY))
		return cd_place_find(call->session, call->model, &w->place, err);
	if (!cd_query_is_well(call->query, err))
		return false;
	w->place = call->query->place;
	return true;
}

/* Views and counters are not written by everyone, and some verbs need a condition. */
static bool check_verb(const struct cd_model *m, const struct cd_call *call, coodie_error *err)
{
	if (!cd_model_check_writable(m, call->verb->name, err))
		return false;
	if (m->is_counter && !(call->verb->takes & CD_TAKES_COUNTERS))
		return cd_fail(err, COODIE_ERR_QUERY,
			       "%s(%s): a table of counters is only added to; call "
			       "coodie_increment()",
			       call->verb->name, m->label);
	if ((call->verb->takes & CD_NEEDS_CONDITION) &&
	    (!call->condition || !call->condition[strspn(call->condition, " \t\r\n")]))
		return cd_fail(err, COODIE_ERR_QUERY,
			       "%s(%s): no condition is given; \"EXISTS\" is one", call->verb->name,
			       m->label);
	return true;
}

bool cd_write_begin(struct cd_write *w, const struct cd_call *call, cql_value *room,
		    coodie_error *err)
{
	const struct cd_model *m;

	w->verb = call->verb;
	w->table = w->connection = w->cql = NULL;
	w->args = w->keys = (cql_args){ 0 };
	w->ttl = 0;
	w->full = w->conditional = w->must_apply = false;
	w->object = NULL;
	w->changes = NULL;
	w->follow_count = 0;
	w->arena = (struct cd_arena){ 0 };
	w->room = room;
	if (!find_place(w, call, err))
		return false;
	m = w->place.model;
	w->arena.allocator = &m->allocator;
	w->request = m->write_request;
	w->told_idempotent = m->def.idempotent;
	if ((m->def.view || m->is_counter || call->verb->takes & CD_NEEDS_CONDITION) &&
	    !check_verb(m, call, err))
		return false;
	return (!call->options && !call->query) || cd_write_options(w, call, err);
}

bool cd_write_keep(struct cd_write *w, coodie_error *err)
{
	cql_value *values;

	if (!cd_data_copy(&w->arena, w->args, &values, err))
		return false;
	w->args.values = values;
	w->room = NULL;
	return true;
}

void cd_write_applied(struct cd_write *w)
{
	if (w->changes)
		cd_changes_applied(w->changes);
	w->changes = NULL;
	for (uint32_t i = 0; i < w->follow_count; i++) {
		const coodie_column *def = &w->follows[i].column->def;

		memcpy((char *)cd_object_memory(w->object) + def->offset, w->follows[i].member,
		       def->size);
	}
}

cql_value *cd_write_room(struct cd_write *w, size_t count, coodie_error *err)
{
	cql_value *room = w->room;

	w->room = NULL;
	if (room && count <= CD_FIXED_VALUES)
		return room;
	room = cd_arena_take_array(&w->arena, count + 1, sizeof(*room));
	if (!room)
		cd_no_memory(err, "a write");
	return room;
}

/* ---- what planners share --------------------------------------------------------------------- */

bool cd_write_keys(struct cd_write *w, const void *object, uint32_t count, cql_value *out,
		   coodie_error *err)
{
	const struct cd_model *m = w->place.model;

	for (uint32_t i = 0; i < count; i++) {
		const struct cd_column *c = &m->columns[m->keys[i]];

		if (cd_object_is_unread(w->object, m->keys[i]))
			return cd_write_fail_key(w, c, true, err);
		if (!cd_member_get(c, object, &w->arena, &out[i], err))
			return false;
		if (out[i].is.tag == CQL_TAG_UNSET)
			return cd_write_fail_key(w, c, false, err);
		if (c->checked && !cd_datum_fits(out[i], c->type, err))
			return cd_write_fail_column(m, c, err);
	}
	return true;
}

/* Written where its model says, what changed of a row would be a new row there, of nothing else. */
static bool fail_elsewhere(const struct cd_write *w, const struct cd_object *o, coodie_error *err)
{
	const struct cd_model *m = w->place.model;
	const coodie_rows *home = o->shape->home;

	return cd_fail(err, COODIE_ERR_INVALID,
		       "the object was read from %s%s%s (coodie_using()), the model is for %s; copy "
		       "the model, give the copy that .%s, and write with the copy",
		       home->table ? home->table : m->table, home->connection ? " of " : "",
		       home->connection ? home->connection : "", m->table,
		       home->connection ? "connection" : "keyspace");
}

bool cd_write_object(struct cd_write *w, const void *memory, struct cd_object **out,
		     coodie_error *err)
{
	if (!cd_object_find(w->place.model, memory, out, err))
		return false;
	w->object = *out;
	if (*out && !cd_object_is_from(*out, w->place.model))
		return fail_elsewhere(w, *out, err);
	return !*out || cd_object_check_key(*out, &w->arena, err);
}

void cd_write_once(struct cd_write *w)
{
	w->request.idempotent = w->told_idempotent;
}

bool cd_write_conditional(struct cd_write *w, cql_args keys, coodie_error *err)
{
	cql_value *copy;

	w->conditional = true;
	cd_write_once(w);
	if (w->request.timestamp_us)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "%s(%s): a conditional write has no timestamp_us; leave it out",
			       w->verb->name, w->place.model->label);
	if (w->place.model->is_counter)
		return cd_fail(err, COODIE_ERR_QUERY, "%s(%s): counters have no conditions",
			       w->verb->name, w->place.model->label);
	if (!cd_data_copy(&w->arena, keys, &copy, err))
		return false;
	w->keys = (cql_args){ keys.count, copy };
	return true;
}

bool cd_write_fail_key(const struct cd_write *w, const struct cd_column *c, bool unread,
		       coodie_error *err)
{
	cd_fail(err, COODIE_ERR_INVALID,
		unread ? "it is in the primary key and was not read, so nobody knows which row it "
			 "is; get the row itself"
		       : "it is in the primary key and not set; give it a value");
	return cd_write_fail_column(w->place.model, c, err);
}

bool cd_write_fail_column(const struct cd_model *m, const struct cd_column *c, coodie_error *err)
{
	if (err)
		cd_error_prefix(err, "%s, %s (%s)", m->label, c->def.name, c->spelling);
	return false;
}
