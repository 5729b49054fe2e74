/* SPDX-License-Identifier: MIT */
/* Changes of the schema: all that can fail is done before anything is touched. */
#include "node/schema/schema_change.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "node/store/store.h"
#include "proto/type.h"

/* Says that the schema is another one now. What was there before is given back after this.
 * `keyspace` NULL: it is no more. */
static void changed(struct nd_schema *s, struct nd_keyspace *keyspace,
		    const cql_schema_change *change, struct nd_table *table)
{
	s->change++;
	if (keyspace)
		keyspace->changed = s->change;
	if (!change)
		return;
	nd_schema_digest(s);
	if (s->listener.changed)
		s->listener.changed(s->listener.user, change, table);
}

/* ---- keyspaces ------------------------------------------------------------------------------- */

static void free_keyspace(struct nd_schema *s, struct nd_keyspace *k)
{
	for (uint32_t i = 0; i < k->table_count; i++)
		nd_table_free(k->tables[i]);
	cd_release(s->allocator, k->tables);
	cd_arena_deinit(&k->arena);
	cd_release(s->allocator, k);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct nd_user_type *)a)->name,
		      ((const struct nd_user_type *)b)->name);
}

static bool copy_types(struct nd_keyspace *k, const struct nd_keyspace *draft)
{
	k->types = cd_arena_take_array(&k->arena, (size_t)k->type_count + 1, sizeof *k->types);
	if (!k->types)
		return false;
	for (uint32_t i = 0; i < k->type_count; i++) {
		k->types[i].type = cd_type_copy(&k->arena, draft->types[i].type);
		if (!k->types[i].type)
			return false;
		k->types[i].name = k->types[i].type->of.udt->name;
	}
	qsort(k->types, k->type_count, sizeof *k->types, by_name);
	return true;
}

/* Everything but the name and the tables, in an arena of its own. */
static bool fill_keyspace(struct nd_keyspace *k, const struct nd_keyspace *draft,
			  const coodie_allocator *allocator)
{
	*k = *draft;
	cd_arena_init(&k->arena, allocator, 256);
	if (nd_properties_copy(&k->replication, &draft->replication, &k->arena) &&
	    copy_types(k, draft) && nd_keyspace_digest(k, allocator))
		return true;
	cd_arena_deinit(&k->arena);
	return false;
}

bool nd_schema_add_keyspace(struct nd_schema *s, const struct nd_keyspace *draft,
			    const cql_schema_change *change)
{
	size_t len = strlen(draft->name) + 1;
	/* the name lies behind the struct: it stays where it is when the rest is changed */
	struct nd_keyspace *k = cd_alloc(s->allocator, sizeof *k + len), **list;
	uint32_t at = 0;

	if (!k)
		return false;
	list = cd_resize(s->allocator, s->keyspaces,
			 ((size_t)s->keyspace_count + 1) * sizeof(*list));
	if (list)
		s->keyspaces = list;
	if (!list || !fill_keyspace(k, draft, s->allocator)) {
		cd_release(s->allocator, k);
		return false;
	}
	k->name = memcpy(k + 1, draft->name, len);
	k->tables = NULL;
	k->table_count = 0;
	while (at < s->keyspace_count && strcmp(list[at]->name, k->name) < 0)
		at++;
	memmove(list + at + 1, list + at, (s->keyspace_count - at) * sizeof(*list));
	list[at] = k;
	s->keyspace_count++;
	changed(s, k, change, NULL);
	return true;
}

/* Of one change of the schema, what it did to something else: a view of the table it is about, or
 * something in the keyspace. */
static void tell_too(struct nd_schema *s, const cql_schema_change *change, const char *target,
		     const char *name, struct nd_table *table)
{
	cql_schema_change other;

	if (!change || !s->listener.changed)
		return;
	other = *change;
	other.target = (cql_text){ target, strlen(target) };
	other.name = (cql_text){ name, strlen(name) };
	s->listener.changed(s->listener.user, &other, table);
}

static void tell_tables(struct nd_schema *s, const struct nd_keyspace *k,
			const cql_schema_change *change, bool views)
{
	for (uint32_t i = 0; i < k->table_count; i++)
		if (!k->tables[i]->view == !views)
			tell_too(s, change, "TABLE", k->tables[i]->name, k->tables[i]);
}

/* What goes with a keyspace, in Cassandra's order. */
static void tell_contents(struct nd_schema *s, const struct nd_keyspace *k,
			  const cql_schema_change *change)
{
	tell_tables(s, k, change, true);
	tell_tables(s, k, change, false);
	for (uint32_t i = 0; i < k->type_count; i++)
		tell_too(s, change, "TYPE", k->types[i].name, NULL);
}

void nd_schema_drop_keyspace(struct nd_schema *s, struct nd_keyspace *k,
			     const cql_schema_change *change)
{
	uint32_t at = 0;

	tell_contents(s, k, change);
	while (s->keyspaces[at] != k)
		at++;
	s->keyspace_count--;
	memmove(s->keyspaces + at, s->keyspaces + at + 1,
		(s->keyspace_count - at) * sizeof(*s->keyspaces));
	changed(s, NULL, change, NULL);
	free_keyspace(s, k);
}

/* ---- tables ---------------------------------------------------------------------------------- */

/* New contents that wait for their place. */
struct pending {
	struct nd_table **copies;
	uint32_t count;
};

static void forget(struct nd_schema *s, struct pending *p)
{
	for (uint32_t i = 0; i < p->count; i++)
		nd_table_free(p->copies[i]);
	cd_release(s->allocator, p->copies);
}

static bool copy_all(struct nd_schema *s, const struct nd_table_change *tables, uint32_t count,
		     struct pending *p)
{
	*p = (struct pending){ cd_alloc_array(s->allocator, (size_t)count + 1, sizeof(*p->copies)),
			       0 };
	if (!p->copies)
		return false;
	for (; p->count < count; p->count++) {
		p->copies[p->count] = nd_table_copy(s->allocator, tables[p->count].draft);
		if (!p->copies[p->count]) {
			forget(s, p);
			return false;
		}
	}
	return true;
}

/* The contents change places: the copy holds what was there before. The store stays. */
static void swap(struct nd_table *t, struct nd_table *copy)
{
	struct nd_table old = *t;

	copy->keyspace = old.keyspace;
	copy->store = old.store;
	copy->version = old.version + 1;
	*t = *copy;
	*copy = old;
	copy->store = NULL;
}

/* Names are not changed, so the order in the keyspace is not either. */
static void swap_all(const struct nd_table_change *tables, struct pending *p)
{
	for (uint32_t i = 0; i < p->count; i++)
		swap(tables[i].table, p->copies[i]);
}

bool nd_schema_alter_tables(struct nd_schema *s, const struct nd_table_change *tables,
			    uint32_t count, const cql_schema_change *change)
{
	struct pending p;

	if (!copy_all(s, tables, count, &p))
		return false;
	swap_all(tables, &p);
	changed(s, tables[0].table->keyspace, change, tables[0].table);
	for (uint32_t i = 1; i < count; i++)
		tell_too(s, change, "TABLE", tables[i].table->name, tables[i].table);
	forget(s, &p);
	return true;
}

bool nd_schema_alter_keyspace(struct nd_schema *s, struct nd_keyspace *k,
			      const struct nd_keyspace *draft, const struct nd_table_change *tables,
			      uint32_t count, const cql_schema_change *change)
{
	struct cd_arena old = k->arena;
	struct nd_keyspace fresh;
	struct pending p;

	if (!copy_all(s, tables, count, &p))
		return false;
	if (!fill_keyspace(&fresh, draft, s->allocator)) {
		forget(s, &p);
		return false;
	}
	fresh.name = k->name;
	fresh.tables = k->tables;
	fresh.table_count = k->table_count;
	*k = fresh;
	swap_all(tables, &p);
	changed(s, k, change, NULL);
	forget(s, &p);
	cd_arena_deinit(&old);
	return true;
}

bool nd_schema_add_table(struct nd_schema *s, struct nd_keyspace *k, const struct nd_table *draft,
			 const cql_schema_change *change)
{
	struct nd_table *t = nd_table_copy(s->allocator, draft), **list;
	uint32_t at = 0;

	if (!t)
		return false;
	t->keyspace = k;
	t->version = 1;
	t->store = nd_store_new(t, s->allocator);
	list = cd_resize(s->allocator, k->tables, ((size_t)k->table_count + 1) * sizeof(*list));
	if (list)
		k->tables = list;
	if (!list || !t->store) {
		nd_table_free(t);
		return false;
	}
	while (at < k->table_count && strcmp(list[at]->name, t->name) < 0)
		at++;
	memmove(list + at + 1, list + at, (k->table_count - at) * sizeof(*list));
	list[at] = t;
	k->table_count++;
	changed(s, k, change, t);
	return true;
}

void nd_schema_drop_table(struct nd_schema *s, struct nd_table *t, const cql_schema_change *change)
{
	struct nd_keyspace *k = t->keyspace;
	uint32_t at = 0;

	while (k->tables[at] != t)
		at++;
	k->table_count--;
	memmove(k->tables + at, k->tables + at + 1, (k->table_count - at) * sizeof(*k->tables));
	changed(s, k, change, t);
	nd_table_free(t);
}
