/* SPDX-License-Identifier: MIT */
/* coodie_schema_compare(): the keyspace, its types, tables, indexes and views, one after the other. */
#include "base/alloc.h"
#include "base/error.h"
#include "base/sized.h"
#include "orm/schema/diff.h"

/* ---- the keyspace ------------------------------------------------------------------------------ */

static void create_keyspace(struct cd_comparing *c)
{
	coodie_change change = { .kind = COODIE_CHANGE_CREATE_KEYSPACE };
	struct cd_buffer up = cd_change_buffer(c), down = cd_change_buffer(c);

	cd_put_create_keyspace(&up, c->d->keyspace, &c->should->options);
	cd_put_drop_keyspace(&down, c->d->keyspace);
	change.up = cd_change_statement(c, &up);
	change.down = cd_change_statement(c, &down);
	cd_change_add(c, CD_PHASE_KEYSPACE, &change);
}

static void compare_keyspace(struct cd_comparing *c)
{
	if (c->is->exists && c->d->options.keep_keyspace) {
		return;
	} else if (c->is->exists) {
		cd_compare_options(c, NULL, &c->is->options, &c->should->options);
	} else if (c->should->options.first) {
		create_keyspace(c);
	} else if (c->should->tables || c->should->types) {
		cd_change_add(c, CD_PHASE_KEYSPACE,
			      &(coodie_change){
				      .kind = COODIE_CHANGE_CREATE_KEYSPACE,
				      .safety = COODIE_CHANGE_IMPOSSIBLE,
				      .reason = cd_change_text(
					      c, "there is no keyspace %s; make it with "
						 "coodie_create_keyspace()",
					      c->d->keyspace) });
	}
}

/* ---- all of it --------------------------------------------------------------------------------- */

/* The changes of all phases, one behind the other. */
static bool gather(coodie_diff *d)
{
	size_t count = 0;

	for (size_t p = 0; p < CD_PHASES; p++) {
		for (const struct cd_change *at = d->phases[p].first; at; at = at->next)
			count++;
	}
	d->all = cd_arena_take_array(&d->arena, count + 1, sizeof(*d->all));
	for (size_t p = 0; d->all && p < CD_PHASES; p++) {
		for (const struct cd_change *at = d->phases[p].first; at; at = at->next)
			d->all[d->count++] = at;
	}
	return d->all != NULL;
}

static bool compare(coodie_diff *d, const coodie_schema *is)
{
	struct cd_comparing c = { .d = d,
				  .is = is,
				  .should = d->should,
				  .other = d->should->is_live ? "the other" : "the model",
				  .whole = is->is_live && d->should->is_live };

	d->keyspace = cd_arena_strndup(&d->arena, is->keyspace, strlen(is->keyspace));
	if (!d->keyspace)
		return false;
	compare_keyspace(&c);
	cd_compare_types(&c);
	cd_compare_tables(&c);
	cd_compare_views(&c);
	cd_compare_obstacles(&c);
	return !c.failed && gather(d);
}

coodie_diff *cd_compare(const coodie_schema *is, const coodie_schema *should,
			const coodie_diff_options *options, bool is_sync, coodie_error *err)
{
	coodie_diff *d = cd_alloc_zero(&is->allocator, sizeof(*d));

	if (!d) {
		cd_no_memory(err, "a difference");
		return NULL;
	}
	d->allocator = is->allocator;
	cd_arena_init(&d->arena, &d->allocator, 0);
	d->should = cd_schema_hold(should);
	d->is_sync = is_sync;
	if (options && !cd_take_struct(&d->options, sizeof(d->options), options,
				       "coodie_diff_options", err)) {
		coodie_diff_free(d);
		return NULL;
	}
	if (compare(d, is))
		return d;
	cd_no_memory(err, "a difference");
	coodie_diff_free(d);
	return NULL;
}

coodie_diff *coodie_schema_compare(const coodie_schema *is, const coodie_schema *should,
				   const coodie_diff_options *options, coodie_error *err)
{
	cd_clear(err);
	if (!is || !should)
		return cd_fail_null(err, COODIE_ERR_INVALID,
				    "coodie_schema_compare: a schema is NULL");
	return cd_compare(is, should, options, false, err);
}
