/* SPDX-License-Identifier: MIT */
/* Planning writes: an INSERT of what is set, an UPDATE of what changed, or nothing at all. */
#include "orm/write/write.h"

#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "orm/value/datum.h"

struct plan {
	struct cd_write *w;
	const struct cd_model *m;
	const void *memory;
	struct cd_object *o; /* NULL: a struct of the caller's own */
	cql_value *members;  /* what each member says now */
	cql_value *writes;   /* what is written of each column; unset: nothing */
	const coodie_write *options;
	coodie_error *err;
};

/* ---- what each member says ------------------------------------------------------------------- */

static bool fail_column(struct plan *p, const struct cd_column *c)
{
	if (p->err)
		cd_error_prefix(p->err, "%s, %s (%s)", p->m->label, c->def.name, c->spelling);
	return false;
}

static size_t byte_length(cql_value v)
{
	return v.is.tag == CQL_TAG_TEXT   ? v.as.text.len
	       : v.is.tag == CQL_TAG_BLOB ? v.as.blob.len
					  : 0;
}

static bool is_missing(cql_value v)
{
	return v.is.tag == CQL_TAG_UNSET || v.is.tag == CQL_TAG_NULL;
}

static bool check_member(struct plan *p, const struct cd_column *c, cql_value v)
{
	if (is_missing(v))
		return true;
	if (c->def.max_length && byte_length(v) > c->def.max_length)
		return cd_fail(p->err, COODIE_ERR_RANGE, "%zu bytes, max_length is %u",
			       byte_length(v), (unsigned)c->def.max_length);
	return !c->checked || cd_datum_fits(v, c->type, p->err);
}

static bool read_members(struct plan *p)
{
	for (uint32_t i = 0; i < p->m->column_count; i++) {
		const struct cd_column *c = &p->m->columns[i];

		if (!cd_member_get(c, p->memory, &p->w->arena, &p->members[i], p->err) ||
		    !check_member(p, c, p->members[i]))
			return fail_column(p, c);
		if (cd_column_is_key(c) && is_missing(p->members[i])) {
			cd_fail(p->err, COODIE_ERR_INVALID,
				"it is in the primary key and not set; give it a value");
			return fail_column(p, c);
		}
	}
	return true;
}

/* ---- what is written ------------------------------------------------------------------------- */

/* The whole row, but never a column that was not loaded. A member that is not set writes null only
 * where it takes
 * something away: a tombstone for nothing costs the reader. */
static cql_value whole_value(const struct plan *p, uint32_t i)
{
	const struct cd_object *o = p->o;
	bool loaded = o && o->state == CD_OBJECT_LOADED;
	cql_value v = p->members[i];

	if (!o || (o->state == CD_OBJECT_OWN && !o->touched[i]))
		return v;
	if (o->touched[i])
		return v.is.tag == CQL_TAG_UNSET ? cql_null() : v;
	if (loaded && o->loaded[i].is.tag == CQL_TAG_UNSET)
		return cql_unset();
	if (v.is.tag == CQL_TAG_UNSET && loaded && !is_missing(o->loaded[i]))
		return cql_null();
	return v;
}

static cql_value changed_value(const struct plan *p, uint32_t i)
{
	cql_value v = p->members[i];

	if (cd_column_is_key(&p->m->columns[i]) || !cd_object_changed(p->o, i, v, &p->w->arena))
		return cql_unset();
	return v.is.tag == CQL_TAG_UNSET ? cql_null() : v;
}

static bool plan_values(struct plan *p, bool whole)
{
	for (uint32_t i = 0; i < p->m->column_count; i++) {
		const struct cd_column *c = &p->m->columns[i];
		bool loaded = p->o && p->o->state == CD_OBJECT_LOADED;

		p->writes[i] = whole ? whole_value(p, i) : changed_value(p, i);
		if (!c->def.required || (loaded && p->writes[i].is.tag == CQL_TAG_UNSET))
			continue;
		if (is_missing(p->writes[i])) {
			cd_fail(p->err, COODIE_ERR_INVALID,
				"it is required and not set; give it a value");
			return fail_column(p, c);
		}
	}
	return true;
}

/* ---- the statement --------------------------------------------------------------------------- */

static bool check_options(const struct plan *p)
{
	int32_t ttl = p->options ? p->options->ttl : 0;

	if (ttl < COODIE_NO_TTL || ttl > CD_MAX_TTL)
		return cd_fail(p->err, COODIE_ERR_RANGE,
			       "%s: a ttl of %d seconds; 1 to %d, or COODIE_NO_TTL", p->m->label,
			       (int)ttl, CD_MAX_TTL);
	return true;
}

/* Appends the TTL where its marker is: at the end of an INSERT, at the front of an UPDATE. */
static void put_ttl(const struct plan *p, cql_value *args, size_t *count)
{
	if (p->options && p->options->ttl)
		args[(*count)++] = cql_from_int(p->options->ttl == COODIE_NO_TTL ? 0
										 : p->options->ttl);
}

static int shape_of(const struct plan *p)
{
	return p->options && p->options->ttl ? CD_WITH_TTL : CD_PLAIN;
}

static void write_insert(struct plan *p, cql_value *args)
{
	size_t count = p->m->column_count;

	memcpy(args, p->writes, count * sizeof(*args));
	put_ttl(p, args, &count);
	p->w->cql = p->m->insert[shape_of(p)];
	p->w->args = (cql_args){ count, args };
}

static bool any_written(const struct plan *p, enum cql_role role)
{
	for (uint32_t i = 0; i < p->m->column_count; i++) {
		if (p->m->columns[i].role == role && p->writes[i].is.tag != CQL_TAG_UNSET)
			return true;
	}
	return false;
}

/* Statics alone have a statement of their own: they belong to the partition, not to the row. */
static void write_update(struct plan *p, cql_value *args)
{
	bool regular = any_written(p, CD_ROLE_REGULAR);
	uint32_t keys = regular ? p->m->key_count : p->m->partition_count;
	size_t count = 0;

	if (!regular && !any_written(p, CD_ROLE_STATIC))
		return; /* nothing changed */
	put_ttl(p, args, &count);
	for (uint32_t i = 0; i < p->m->column_count; i++) {
		enum cql_role role = p->m->columns[i].role;

		if (role == CD_ROLE_STATIC || (regular && role == CD_ROLE_REGULAR))
			args[count++] = p->writes[i];
	}
	for (uint32_t i = 0; i < keys; i++)
		args[count++] = p->members[p->m->keys[i]];
	p->w->cql = (regular ? p->m->update : p->m->update_static)[shape_of(p)];
	p->w->args = (cql_args){ count, args };
}

/* ---- what to remember when it was applied ---------------------------------------------------- */

void cd_changes_free(const coodie_allocator *a, struct cd_change *changes, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		cd_arena_deinit(&changes[i].bytes);
	cd_release(a, changes);
}

/* A new row's columns that were not set count as null from then on; of a loaded row only what
 * was written changes. */
static bool to_remember(const struct plan *p, uint32_t i)
{
	return p->writes[i].is.tag != CQL_TAG_UNSET || p->o->state == CD_OBJECT_NEW;
}

static bool keep_changes(struct plan *p)
{
	const coodie_allocator *a = &p->m->allocator;
	struct cd_change *changes;

	if (!p->o || p->o->state == CD_OBJECT_OWN || !p->w->cql)
		return true;
	changes = cd_alloc_array(a, p->m->column_count, sizeof(*changes));
	if (!changes || !cd_object_reserve(p->o, p->err)) {
		cd_release(a, changes);
		return cd_no_memory(p->err, "what is saved");
	}
	p->w->changes = changes;
	p->w->allocator = a;
	for (uint32_t i = 0; i < p->m->column_count; i++) {
		struct cd_change *change = &changes[p->w->change_count];

		if (!to_remember(p, i))
			continue;
		cd_arena_init(&change->bytes, a, 0);
		change->column = i;
		change->touched = p->o->touched[i];
		p->w->change_count++;
		if (p->writes[i].is.tag == CQL_TAG_UNSET)
			change->value = cql_null();
		else if (!cd_datum_copy(&change->bytes, p->writes[i], &change->value, p->err))
			return false;
	}
	return true;
}

/* ---- the whole ------------------------------------------------------------------------------- */

void cd_write_deinit(struct cd_write *w)
{
	if (w->changes)
		cd_changes_free(w->allocator, w->changes, w->change_count);
	w->changes = NULL;
	cd_arena_deinit(&w->arena);
}

/* Members, writes and binds: three runs of values, on the stack when they are few. */
static cql_value *plan_room(struct plan *p)
{
	size_t count = p->m->column_count;
	size_t values = 3 * count + 1;
	cql_value *room = values <= CD_FIXED_VALUES
				  ? p->w->fixed
				  : cd_arena_take_array(&p->w->arena, values, sizeof(cql_value));

	p->members = room;
	p->writes = room ? room + count : NULL;
	return room ? room + 2 * count : NULL;
}

bool cd_write_plan(struct cd_write *w, const struct cd_model *m, const void *memory,
		   struct cd_object *o, const coodie_write *options, coodie_error *err)
{
	struct plan p = {
		.w = w, .m = m, .memory = memory, .o = o, .options = options, .err = err
	};
	bool whole = !o || o->state != CD_OBJECT_LOADED || (options && options->full);
	cql_value *args;

	w->cql = NULL;
	w->args = (cql_args){ 0 };
	w->changes = NULL;
	w->change_count = 0;
	cd_arena_init(&w->arena, &m->allocator, 0);
	if (m->is_counter)
		return cd_fail(err, COODIE_ERR_QUERY,
			       "%s is a table of counters, which are added to, not saved",
			       m->label);
	args = plan_room(&p);
	if (!args)
		return cd_no_memory(err, "a write");
	if (!check_options(&p) || (o && !cd_object_check_key(o, &w->arena, err)) ||
	    !read_members(&p) || !plan_values(&p, whole))
		return false;
	if (whole)
		write_insert(&p, args);
	else
		write_update(&p, args);
	return keep_changes(&p);
}
