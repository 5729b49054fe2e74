/* SPDX-License-Identifier: MIT */
/* Differences: changes added, counted, told, freed. */
#include "orm/schema/diff.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/alloc.h"
#include "base/error.h"

const char *coodie_change_kind_name(enum coodie_change_kind kind)
{
	static const char *const names[] = {
#define X(name, what) #name,
#include <coodie/changes.def>
#undef X
	};

	return (unsigned)kind < COODIE_CHANGE_KINDS ? names[kind] : NULL;
}

const char *coodie_safety_name(enum coodie_safety safety)
{
	static const char *const names[] = { "safe", "destructive", "impossible" };

	return (unsigned)safety < 3 ? names[safety] : NULL;
}

size_t coodie_diff_count(const coodie_diff *d)
{
	return d->count;
}

const coodie_change *coodie_diff_at(const coodie_diff *d, size_t i)
{
	return i < d->count ? &d->all[i]->is : NULL;
}

size_t coodie_diff_safety_count(const coodie_diff *d, enum coodie_safety safety)
{
	size_t n = 0;

	for (size_t i = 0; i < d->count; i++)
		n += d->all[i]->is.safety == safety;
	return n;
}

void coodie_diff_free(coodie_diff *d)
{
	coodie_allocator a;

	if (!d)
		return;
	a = d->allocator;
	coodie_schema_free(d->should);
	cd_arena_deinit(&d->arena);
	cd_release(&a, d);
}

/* ---- putting it together ----------------------------------------------------------------------- */

coodie_change cd_change_about(enum coodie_change_kind kind, const char *object, const char *part)
{
	return (coodie_change){ .kind = kind, .object = object, .part = part };
}

static bool keep_texts(struct cd_comparing *c, coodie_change *change)
{
	const char **const texts[] = { &change->object, &change->part, &change->is,
				       &change->should };
	struct cd_arena *a = &c->d->arena;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (!cd_arena_keep(a, texts[i]))
			return false;
	}
	return true;
}

struct cd_change *cd_change_add(struct cd_comparing *c, enum cd_phase phase,
				const coodie_change *change)
{
	struct cd_changes *list = &c->d->phases[phase];
	struct cd_change *new = cd_arena_take_zero(&c->d->arena, sizeof(*new));

	if (new) {
		new->is = *change;
		new->is.size = sizeof(new->is);
		new->is.keyspace = c->d->keyspace;
	}
	if (!new || !keep_texts(c, &new->is)) {
		c->failed = true;
		return NULL;
	}
	if (!list->last)
		list->last = &list->first;
	*list->last = new;
	list->last = &new->next;
	return new;
}

const char *cd_change_text(struct cd_comparing *c, const char *format, ...)
{
	char text[512];
	const char *kept;
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	kept = cd_arena_strndup(&c->d->arena, text, strlen(text));
	c->failed = c->failed || !kept;
	return kept;
}

struct cd_buffer cd_change_buffer(const struct cd_comparing *c)
{
	struct cd_buffer b;

	cd_buffer_init(&b, &c->d->allocator, 0);
	return b;
}

const char *cd_change_statement(struct cd_comparing *c, struct cd_buffer *take_b)
{
	const char *text = cd_keep_text(&c->d->arena, take_b);

	c->failed = c->failed || !text;
	return text;
}

const char *cd_change_cql(struct cd_comparing *c, cd_put_fn *put, const void *of, const void *part)
{
	struct cd_buffer b = cd_change_buffer(c);

	put(&b, c->is, of, part);
	return cd_change_statement(c, &b);
}

const char *cd_change_in_the_way(const struct cd_comparing *c, const char *table,
				 const char *column)
{
	for (const struct cd_change *at = c->d->phases[CD_PHASE_COLUMN].first; at; at = at->next) {
		bool key = at->is.kind == COODIE_CHANGE_KEY ||
			   at->is.kind == COODIE_CHANGE_COLUMN_KIND;

		if (at->is.safety == COODIE_CHANGE_IMPOSSIBLE && !strcmp(at->is.object, table) &&
		    (!column || !at->is.part || (key && !*column) || !strcmp(at->is.part, column)))
			return at->is.reason;
	}
	return NULL;
}

const char *cd_change_advice(const struct cd_comparing *c, const char *of_model)
{
	return c->should->is_live ? "make another one, and copy what is in it" : of_model;
}
