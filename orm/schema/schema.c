/* SPDX-License-Identifier: MIT */
/* Schemas: put together, looked into, freed. */
#include "orm/schema/schema.h"

#include <strings.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/identifier.h"
#include "orm/model/spelling.h"

/* ---- the whole of it --------------------------------------------------------------------------- */

coodie_schema *cd_schema_new(const coodie_allocator *a, const char *keyspace, bool is_live,
			     coodie_error *err)
{
	coodie_schema *s = cd_alloc_zero(a, sizeof(*s));

	if (s) {
		atomic_init(&s->refs, 1);
		s->allocator = *a;
		cd_arena_init(&s->arena, &s->allocator, 0);
		s->keyspace = keyspace;
		s->is_live = is_live;
		s->exists = !is_live;
		s->last_type = &s->types;
		s->last_table = &s->tables;
	}
	if (s && cd_arena_keep(&s->arena, &s->keyspace))
		return s;
	coodie_schema_free(s);
	cd_no_memory(err, "a schema");
	return NULL;
}

coodie_schema *cd_schema_hold(const coodie_schema *s)
{
	coodie_schema *own = (coodie_schema *)(uintptr_t)s; /* only the count changes */

	atomic_fetch_add_explicit(&own->refs, 1, memory_order_relaxed);
	return own;
}

void coodie_schema_free(coodie_schema *s)
{
	coodie_allocator a;

	if (!s || atomic_fetch_sub_explicit(&s->refs, 1, memory_order_acq_rel) != 1)
		return;
	a = s->allocator;
	cd_arena_deinit(&s->arena);
	cd_release(&a, s);
}

bool coodie_schema_exists(const coodie_schema *s)
{
	return s->exists;
}

const char *coodie_schema_keyspace(const coodie_schema *s)
{
	return s->keyspace;
}

const char *cd_keep_text(struct cd_arena *a, struct cd_buffer *take_b)
{
	const char *text = take_b->failed ? NULL
					  : cd_arena_strndup(a, (const char *)take_b->data,
							     take_b->len);

	cd_buffer_deinit(take_b);
	return text;
}

/* ---- its parts --------------------------------------------------------------------------------- */

struct cd_udt *cd_schema_add_type(coodie_schema *s, const char *name)
{
	struct cd_udt *t = cd_arena_take_zero(&s->arena, sizeof(*t));

	if (!t)
		return NULL;
	t->name = name;
	t->fields.last = &t->fields.first;
	*s->last_type = t;
	s->last_type = &t->next;
	return cd_arena_keep(&s->arena, &t->name) ? t : NULL;
}

struct cd_table *cd_schema_add_table(coodie_schema *s, const char *name)
{
	struct cd_table *t = cd_arena_take_zero(&s->arena, sizeof(*t));

	if (!t)
		return NULL;
	t->name = name;
	t->columns.last = &t->columns.first;
	t->dropped.last = &t->dropped.first;
	t->last_index = &t->indexes;
	*s->last_table = t;
	s->last_table = &t->next;
	return cd_arena_keep(&s->arena, &t->name) ? t : NULL;
}

struct cd_index *cd_schema_add_index(coodie_schema *s, struct cd_table *t, const char *name)
{
	struct cd_index *i = cd_arena_take_zero(&s->arena, sizeof(*i));

	if (!i)
		return NULL;
	i->name = name;
	i->part = "";
	*t->last_index = i;
	t->last_index = &i->next;
	return cd_arena_keep(&s->arena, &i->name) ? i : NULL;
}

/* A name in quotes that needs none. */
static bool without_quotes(struct cd_buffer *out, const char *word, const void *user)
{
	size_t len = strlen(word);
	char name[256];

	(void)user;
	if (len < 3 || len > sizeof(name) || *word != '"')
		return false;
	memcpy(name, word + 1, len - 2);
	name[len - 2] = '\0';
	if (!cd_identifier_plain(name))
		return false;
	cd_buffer_text(out, name);
	return true;
}

static const char *canonical(coodie_schema *s, const char *type, bool is_field)
{
	struct cd_buffer frozen, b;

	cd_buffer_init(&frozen, &s->allocator, 0);
	cd_buffer_init(&b, &s->allocator, 0);
	cd_buffer_text(&frozen, is_field ? "frozen<" : "");
	cd_buffer_text(&frozen, type);
	cd_buffer_bytes(&frozen, ">", is_field ? 2 : 0);
	cd_buffer_u8(&frozen, '\0');
	if (frozen.failed)
		b.failed = true;
	else
		cd_spelling_append_words(&b, (const char *)frozen.data, without_quotes, NULL);
	cd_buffer_deinit(&frozen);
	return cd_keep_text(&s->arena, &b);
}

static struct cd_member *add_member(coodie_schema *s, struct cd_members *list, const char *name,
				    const char *type, bool is_field)
{
	struct cd_member *m = cd_arena_take_zero(&s->arena, sizeof(*m));

	if (!m)
		return NULL;
	*m = (struct cd_member){ .name = name, .type = type, .role = CD_ROLE_REGULAR, .position = -1 };
	m->canon = canonical(s, type, is_field);
	*list->last = m;
	list->last = &m->next;
	return m->canon && cd_arena_keep(&s->arena, &m->name) &&
			       cd_arena_keep(&s->arena, &m->type)
		       ? m
		       : NULL;
}

struct cd_member *cd_schema_add_member(coodie_schema *s, struct cd_members *list, const char *name,
				       const char *type)
{
	return add_member(s, list, name, type, false);
}

struct cd_member *cd_schema_add_field(coodie_schema *s, struct cd_members *list, const char *name,
				      const char *type)
{
	return add_member(s, list, name, type, true);
}

/* ---- looking ----------------------------------------------------------------------------------- */

struct cd_udt *cd_schema_type(const coodie_schema *s, const char *name)
{
	struct cd_udt *t = s->types;

	while (t && strcmp(t->name, name))
		t = t->next;
	return t;
}

struct cd_table *cd_schema_table(const coodie_schema *s, const char *name)
{
	struct cd_table *t = s->tables;

	while (t && strcmp(t->name, name))
		t = t->next;
	return t;
}

struct cd_member *cd_member_find(const struct cd_members *list, const char *name)
{
	struct cd_member *m = list->first;

	while (m && strcmp(m->name, name))
		m = m->next;
	return m;
}

struct cd_index *cd_index_find(const struct cd_table *t, const char *name)
{
	struct cd_index *i = t->indexes;

	while (i && strcmp(i->name, name))
		i = i->next;
	return i;
}

const char *cd_index_part(const char *word, size_t len)
{
	static const char parts[][8] = { "VALUES", "KEYS", "ENTRIES", "FULL", "" };
	size_t i = 0;

	while (*parts[i] && (strlen(parts[i]) != len || strncasecmp(parts[i], word, len)))
		i++;
	return parts[i];
}

const struct cd_member *cd_table_key(const struct cd_table *t, enum cd_role role, int32_t position)
{
	const struct cd_member *m = t->columns.first;

	while (m && (m->role != role || m->position != position))
		m = m->next;
	return m;
}

/* ---- types of types ---------------------------------------------------------------------------- */

/* A word of a type beside a name, or the types of a schema. */
struct mention {
	const char *name;
	const coodie_schema *schema;
	bool *found;
};

static bool look_at(struct cd_buffer *out, const char *word, const void *user)
{
	const struct mention *m = user;
	size_t len = strlen(word);
	char name[256];
	bool own = !m->name && cd_spelling_is_own(word); /* and not one in quotes */

	(void)out;
	if (*word == '"' && len > 2 && len < sizeof(name)) {
		memcpy(name, word + 1, len - 2);
		name[len - 2] = '\0';
		word = name;
	}
	if (m->name ? !strcmp(word, m->name) : !own && cd_schema_type(m->schema, word))
		*m->found = true;
	return true; /* nothing is written */
}

static bool mentions(const struct mention *m, const char *type)
{
	struct cd_buffer nowhere = { .failed = true };

	*m->found = false;
	cd_spelling_append_words(&nowhere, type, look_at, m);
	return *m->found;
}

bool cd_type_mentions(const char *type, const char *name)
{
	bool found;

	return mentions(&(struct mention){ name, NULL, &found }, type);
}

bool cd_type_has_udt(const coodie_schema *s, const char *type)
{
	bool found;

	return mentions(&(struct mention){ NULL, s, &found }, type);
}

static bool is_made_of(const struct cd_udt *t, const struct cd_udt *others)
{
	for (; others; others = others->next) {
		for (const struct cd_member *f = t->fields.first; f && others != t; f = f->next) {
			if (cd_type_mentions(f->type, others->name))
				return true;
		}
	}
	return false;
}

void cd_schema_sort_types(coodie_schema *s)
{
	struct cd_udt *left = s->types, **at = &left;

	s->last_type = &s->types;
	while (left) {
		struct cd_udt *t;

		while (*at && is_made_of(*at, left))
			at = &(*at)->next;
		if (!*at)
			at = &left; /* a circle, which no server has */
		t = *at;
		*at = t->next;
		*s->last_type = t;
		s->last_type = &t->next;
		t->next = NULL;
		at = &left;
	}
	*s->last_type = NULL;
}
