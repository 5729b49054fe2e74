/* SPDX-License-Identifier: MIT */
/* The life of a plan: begun, filled by its verb, kept or sent, applied, ended. */
#include "orm/write/write.h"

#include "base/error.h"
#include "orm/value/datum.h"

bool cd_write_begin(struct cd_write *w, const struct cd_call *call, cql_value *room,
		    coodie_error *err)
{
	const struct cd_model *m;

	w->verb = call->verb;
	w->cql = NULL;
	w->args = (cql_args){ 0 };
	w->changes = NULL;
	w->arena = (struct cd_arena){ 0 };
	w->room = room;
	if (!cd_place_find(call->session, call->model, &w->place, err))
		return false;
	m = w->place.model;
	cd_arena_init(&w->arena, &m->allocator, 0);
	if (!cd_model_check_writable(m, call->verb->name, err))
		return false;
	if (m->is_counter && !(call->verb->takes & CD_TAKES_COUNTERS))
		return cd_fail(err, COODIE_ERR_QUERY,
			       "%s(%s): it is a table of counters, which are added to, not saved",
			       call->verb->name, m->label);
	return cd_write_options(w, call->options, err);
}

bool cd_write_plan(struct cd_write *w, const struct cd_call *call, cql_value *room,
		   coodie_error *err)
{
	return cd_write_begin(w, call, room, err) && call->verb->plan(w, call, err);
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
}

void cd_write_deinit(struct cd_write *w)
{
	cd_changes_free(w->changes);
	w->changes = NULL;
	cd_arena_deinit(&w->arena);
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

bool cd_write_fail_column(const struct cd_model *m, const struct cd_column *c, coodie_error *err)
{
	if (err)
		cd_error_prefix(err, "%s, %s (%s)", m->label, c->def.name, c->spelling);
	return false;
}
