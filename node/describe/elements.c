/* SPDX-License-Identifier: MIT */
/* Lists of what there is to describe. */
#include "node/auth/access.h"
#include "node/describe/describe.h"

const char *nd_element_kind_name(enum nd_element_kind kind)
{
	static const char *const names[] = {
		[ND_ELEMENT_KEYSPACE] = "keyspace",
		[ND_ELEMENT_TYPE] = "type",
		[ND_ELEMENT_TABLE] = "table",
		[ND_ELEMENT_INDEX] = "index",
		[ND_ELEMENT_VIEW] = "materialized_view",
	};

	return names[kind];
}

void nd_elements_init(struct nd_elements *list, struct cd_arena *arena)
{
	*list = (struct nd_elements){ .arena = arena };
}

void nd_elements_add(struct nd_elements *list, const struct nd_element *element)
{
	if (list->count == list->room && !list->failed) {
		uint32_t room = list->room ? 2 * list->room : 16;
		struct nd_element *at = cd_arena_take_array(list->arena, room, sizeof *at);

		list->failed = !at;
		if (at && list->count)
			memcpy(at, list->at, list->count * sizeof *at);
		list->at = at;
		list->room = room;
	}
	if (!list->failed)
		list->at[list->count++] = *element;
}

/* ---- order ------------------------------------------------------------------------------------ */

static int folded(char c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : (unsigned char)c;
}

static int compare(const char *a, const char *b)
{
	while (*a && folded(*a) == folded(*b))
		a++, b++;
	return folded(*a) - folded(*b);
}

void nd_elements_sort(struct nd_elements *list, uint32_t from)
{
	for (uint32_t i = from; !list->failed && i < list->count; i++) {
		struct nd_element moved = list->at[i];
		uint32_t at = i;

		for (; at > from && compare(moved.name, list->at[at - 1].name) < 0; at--)
			list->at[at] = list->at[at - 1];
		list->at[at] = moved;
	}
}

/* ---- tables ------------------------------------------------------------------------------------ */

void nd_elements_add_table(struct nd_elements *list, const struct nd_table *t)
{
	struct nd_element e = { ND_ELEMENT_TABLE, t->keyspace, t->name, NULL, t, NULL };
	const struct nd_keyspace *k = t->keyspace;
	uint32_t from;

	nd_elements_add(list, &e);
	from = list->count;
	e.kind = ND_ELEMENT_INDEX;
	for (uint32_t i = 0; i < t->index_count; i++) {
		e.index = &t->indexes[i];
		e.name = e.index->name;
		nd_elements_add(list, &e);
	}
	nd_elements_sort(list, from);
	from = list->count;
	for (uint32_t i = 0; i < k->table_count; i++) {
		const struct nd_table *view = k->tables[i];

		if (view->view && view->view->base == t)
			nd_elements_add(list, &(struct nd_element){ .kind = ND_ELEMENT_VIEW,
								    .keyspace = k,
								    .name = view->name,
								    .table = view });
	}
	nd_elements_sort(list, from);
}

static void add_tables(struct nd_elements *list, const struct nd_keyspace *k)
{
	struct nd_elements tables;

	nd_elements_init(&tables, list->arena);
	for (uint32_t i = 0; i < k->table_count; i++)
		if (!k->tables[i]->view)
			nd_elements_add(&tables, &(struct nd_element){ .name = k->tables[i]->name,
								       .table = k->tables[i] });
	nd_elements_sort(&tables, 0);
	for (uint32_t i = 0; i < tables.count; i++)
		nd_elements_add_table(list, tables.at[i].table);
	list->failed = list->failed || tables.failed;
}

/* ---- types ------------------------------------------------------------------------------------- */

/* The types of a keyspace being listed, from the `from`-th element on. */
struct types {
	struct nd_elements *list;
	uint32_t from;
	const struct nd_keyspace *keyspace;
};

static bool has_type(const struct types *t, const struct nd_user_type *type)
{
	for (uint32_t i = t->from; i < t->list->count; i++)
		if (t->list->at[i].type == type)
			return true;
	return false;
}

static void add_types_of(struct types *t, const cql_type *type);

/* What it is made of, then itself; a type knows only types that were there before it. */
static void add_type(struct types *t, const struct nd_user_type *type)
{
	if (has_type(t, type))
		return;
	for (uint32_t i = 0; i < type->type->count; i++)
		add_types_of(t, type->type->inner[i]);
	nd_elements_add(t->list, &(struct nd_element){ .kind = ND_ELEMENT_TYPE,
						       .keyspace = t->keyspace,
						       .name = type->name,
						       .type = type });
}

static void add_types_of(struct types *t, const cql_type *type)
{
	const struct nd_user_type *known;

	if (type->kind == CQL_KIND_UDT) {
		known = nd_keyspace_type(t->keyspace, type->of.udt->name);
		if (known)
			add_type(t, known);
		return;
	}
	for (uint32_t i = 0; i < type->count; i++)
		add_types_of(t, type->inner[i]);
}

/* ---- keyspaces --------------------------------------------------------------------------------- */

static void add_keyspace_alone(struct nd_elements *list, const struct nd_keyspace *k)
{
	nd_elements_add(list, &(struct nd_element){ .kind = ND_ELEMENT_KEYSPACE,
						    .keyspace = k,
						    .name = k->name });
}

void nd_elements_add_keyspace(struct nd_elements *list, const struct nd_keyspace *k)
{
	struct types types = { list, list->count, k };

	add_keyspace_alone(list, k);
	for (uint32_t i = 0; i < k->type_count; i++)
		add_type(&types, &k->types[i]);
	add_tables(list, k);
}

void nd_elements_add_keyspaces(struct nd_elements *list, const struct nd_schema *s,
			       bool with_system)
{
	uint32_t from = list->count;

	for (uint32_t i = 0; i < s->keyspace_count; i++)
		if (with_system || !nd_is_system_keyspace(s->keyspaces[i]->name))
			add_keyspace_alone(list, s->keyspaces[i]);
	nd_elements_sort(list, from);
}

void nd_elements_add_schema(struct nd_elements *list, const struct nd_schema *s, bool with_system)
{
	struct nd_elements keyspaces;

	nd_elements_init(&keyspaces, list->arena);
	nd_elements_add_keyspaces(&keyspaces, s, with_system);
	for (uint32_t i = 0; i < keyspaces.count; i++)
		nd_elements_add_keyspace(list, keyspaces.at[i].keyspace);
	list->failed = list->failed || keyspaces.failed;
}
