/* SPDX-License-Identifier: MIT */
/* Counters: an update that adds integers to members of one row. */
#include <coodie/counter.h>

#include <string.h>

#include "base/error.h"
#include "orm/write/update.h"

static bool is_integer(cql_value v)
{
	return v.is.tag == CQL_TAG_INT || v.is.tag == CQL_TAG_UINT || v.is.tag == CQL_TAG_VARINT;
}

static bool read_names(struct cd_write *w, const struct cd_call *call, struct cd_names *names,
		       coodie_error *err)
{
	const struct cd_model *m = w->place.model;

	names->columns = cd_arena_take_array(&w->arena, m->column_count, sizeof(uint32_t));
	if (!names->columns)
		return cd_no_memory(err, "a write");
	if (!cd_fragment_names(m, w->verb->name, call->text ? call->text : "", names, err))
		return false;
	if (call->args.count && !call->args.values)
		return cd_fail(err, COODIE_ERR_QUERY, "%s(%s): %zu numbers, but their array is NULL",
			       w->verb->name, m->label, call->args.count);
	if (names->count != call->args.count)
		return cd_fail(err, COODIE_ERR_QUERY, "%s(%s): %u members but %zu numbers",
			       w->verb->name, m->label, (unsigned)names->count, call->args.count);
	for (uint32_t i = 0; i < names->count; i++) {
		const struct cd_column *c = &m->columns[names->columns[i]];

		if (c->kind != CQL_KIND_COUNTER)
			return cd_fail(err, COODIE_ERR_QUERY,
				       "%s(%s): %s is of type %s; only counters are added to",
				       w->verb->name, m->label, c->def.name, c->spelling);
	}
	return true;
}

/* "a" = "a" + ?, ... */
static const char *write_set(struct cd_write *w, const struct cd_names *names)
{
	const struct cd_model *m = w->place.model;
	struct cd_buffer b;
	const char *set;

	cd_buffer_init(&b, &m->allocator, 0);
	for (uint32_t i = 0; i < names->count; i++) {
		const char *quoted = m->columns[names->columns[i]].quoted;

		cd_buffer_bytes(&b, i ? ", " : "", i ? 2 : 0);
		cd_buffer_text(&b, quoted);
		cd_buffer_bytes(&b, " = ", 3);
		cd_buffer_text(&b, quoted);
		cd_buffer_bytes(&b, " + ?", 4);
	}
	set = b.failed ? NULL : cd_arena_strndup(&w->arena, (const char *)b.data, b.len);
	cd_buffer_deinit(&b);
	return set;
}

/* The numbers, their signs turned to subtract. */
static cql_value *read_numbers(struct cd_write *w, cql_args by, bool minus, coodie_error *err)
{
	cql_value *out = cd_arena_take_array(&w->arena, by.count + 1, sizeof(*out));
	int64_t n;

	if (!out)
		cd_no_memory(err, "a write");
	for (size_t i = 0; out && i < by.count; i++) {
		if (!is_integer(by.values[i]) || !cql_to_int64(by.values[i], &n, NULL))
			return cd_fail_null(err, COODIE_ERR_TYPE,
					    "%s(%s): value %zu is no integer of 64 bits",
					    w->verb->name, w->place.model->label, i + 1);
		if (minus && n == INT64_MIN)
			return cd_fail_null(err, COODIE_ERR_RANGE,
					    "%s(%s): value %zu has no negative of 64 bits; "
					    "increment by it instead",
					    w->verb->name, w->place.model->label, i + 1);
		out[i] = cql_from_llong(minus ? -n : n);
	}
	return out;
}

static bool plan(struct cd_write *w, const struct cd_call *call, bool minus, coodie_error *err)
{
	struct cd_call update = *call;
	struct cd_names names = { 0 };

	if (!read_names(w, call, &names, err))
		return false;
	update.text = write_set(w, &names);
	update.args.values = read_numbers(w, call->args, minus, err);
	if (!update.text)
		return cd_no_memory(err, "a write");
	return update.args.values && cd_update.plan(w, &update, err);
}

static bool plan_increment(struct cd_write *w, const struct cd_call *call, coodie_error *err)
{
	return plan(w, call, false, err);
}

static bool plan_decrement(struct cd_write *w, const struct cd_call *call, coodie_error *err)
{
	return plan(w, call, true, err);
}

const struct cd_verb cd_increment = { "coodie_increment", CD_TAKES_COUNTERS, plan_increment };
const struct cd_verb cd_decrement = { "coodie_decrement", CD_TAKES_COUNTERS, plan_decrement };

static struct cd_call call_of(const struct cd_verb *verb, coodie_session *s, const coodie_model *m,
			      const void *object, const char *members, cql_args by,
			      const coodie_write *w)
{
	return (struct cd_call){ .verb = verb,
				 .session = s,
				 .model = m,
				 .object = object,
				 .text = members,
				 .args = by,
				 .options = w };
}

bool coodie_increment(coodie_session *s, const coodie_model *m, const void *object,
		      const char *members, cql_args by, const coodie_write *w, coodie_error *err)
{
	struct cd_call call = call_of(&cd_increment, s, m, object, members, by, w);

	return cd_write_run(&call, err);
}

bool coodie_increment_async(coodie_session *s, const coodie_model *m, const void *object,
			    const char *members, cql_args by, const coodie_write *w,
			    coodie_status_fn *done, void *user, coodie_error *err)
{
	struct cd_call call = call_of(&cd_increment, s, m, object, members, by, w);

	return cd_write_run_async(&call, done, user, err);
}

bool coodie_decrement(coodie_session *s, const coodie_model *m, const void *object,
		      const char *members, cql_args by, const coodie_write *w, coodie_error *err)
{
	struct cd_call call = call_of(&cd_decrement, s, m, object, members, by, w);

	return cd_write_run(&call, err);
}

bool coodie_decrement_async(coodie_session *s, const coodie_model *m, const void *object,
			    const char *members, cql_args by, const coodie_write *w,
			    coodie_status_fn *done, void *user, coodie_error *err)
{
	struct cd_call call = call_of(&cd_decrement, s, m, object, members, by, w);

	return cd_write_run_async(&call, done, user, err);
}
