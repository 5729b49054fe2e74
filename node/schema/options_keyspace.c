/* SPDX-License-Identifier: MIT */
/* The options of keyspaces: replication, durable_writes and, of ScyllaDB, tablets. */
#include <string.h>
#include <strings.h>

#include "node/cluster/system.h"
#include "node/schema/options.h"

#define PACKAGE "org.apache.cassandra.locator."

static const char factor_name[] = "replication_factor";

/* A factor: a number from 0. Transient replicas ("3/1") are switched off, as they are by default. */
static bool check_factor(struct nd_ddl *d, const char *text, int32_t *out)
{
	const char *slash = strchr(text, '/');

	if (slash)
		return nd_option_bad(d, "Transient replication is not enabled on this node");
	if (!nd_option_int(text, out))
		return nd_option_bad(d, "For input string: \"%s\"", text);
	if (*out < 0)
		return nd_option_bad(d, "Replication factor must be non-negative, found %d",
				     (int)*out);
	return true;
}

/* How many nodes there are, in one data center or (`name` NULL) in all. */
static int32_t count_nodes(const struct nd_request *x, const char *name)
{
	struct nd_system_node node;
	int32_t count = 0;

	for (uint32_t i = 0; nd_system_node(x, i, &node); i++)
		count += !name || strcmp(node.data_center, name) == 0;
	return count;
}

/* ---- the strategies ----------------------------------------------------------------------------- */

struct replication {
	struct nd_option_map map;
	const struct nd_keyspace *previous; /* NULL: a new keyspace */
};

static bool simple(struct replication *r)
{
	struct nd_option_map *m = &r->map;
	struct nd_ddl *d = m->d;
	const struct nd_property *old = r->previous ? nd_properties_find(&r->previous->replication,
									 factor_name)
						    : NULL;
	int32_t factor, nodes;

	if (!nd_option_map_get(m, factor_name))
		nd_option_map_set(m, factor_name, old ? old->text : "1");
	for (uint32_t i = 0; i < m->count; i++)
		if (strcmp(m->pairs[2 * i], factor_name) != 0)
			return nd_option_bad(d,
					     "Unrecognized strategy option {%s} passed to "
					     "SimpleStrategy for keyspace %s",
					     m->pairs[2 * i], d->keyspace_name);
	if (!check_factor(d, nd_option_map_get(m, factor_name), &factor))
		return false;
	if (!nd_ddl_guard_factor(d, factor))
		return false;
	nodes = count_nodes(d->x, NULL);
	if (factor > nodes)
		nd_request_warn(d->x,
				"Your replication factor %d for keyspace %s is higher than the "
				"number of nodes %d",
				(int)factor, d->keyspace_name, (int)nodes);
	return true;
}

/* What the keyspace had in its data centers stays as it is, for safety. */
static void keep_previous(struct nd_option_map *m, const struct nd_keyspace *previous)
{
	for (uint32_t i = 1; previous && i < previous->replication.count; i++) {
		const struct nd_property *p = &previous->replication.at[i];

		if (strcmp(p->name, factor_name) != 0 && !nd_option_map_get(m, p->name))
			nd_option_map_set(m, p->name, p->text);
	}
}

static bool add_data_centers(struct nd_option_map *m, const char *factor)
{
	struct nd_system_node node;

	for (uint32_t i = 0; nd_system_node(m->d->x, i, &node); i++) {
		size_t len = strlen(node.data_center);
		const char *name = cd_arena_strndup(m->d->x->arena, node.data_center, len);

		if (!name)
			return nd_ddl_no_memory(m->d);
		if (!nd_option_map_get(m, name))
			nd_option_map_set(m, name, factor);
	}
	return true;
}

static void remove_zeros(struct nd_option_map *m)
{
	for (uint32_t i = m->count; i-- > 0;)
		if (strcmp(m->pairs[2 * i + 1], "0") == 0)
			nd_option_map_remove(m, m->pairs[2 * i]);
}

/* replication_factor stands for all data centers that are not named. */
static bool expand_factor(struct replication *r)
{
	struct nd_option_map *m = &r->map, more;
	const char *factor = nd_option_map_remove(m, factor_name);
	struct nd_property now = { .count = m->count, .pairs = m->pairs };
	struct nd_system_node node;
	uint32_t nodes = 0, before = r->previous ? r->previous->replication.count : 0;
	int32_t n;

	while (nd_system_node(m->d->x, nodes, &node))
		nodes++;
	if (factor && !check_factor(m->d, factor, &n))
		return false;
	if (factor || !m->count) {
		if (!nd_option_map_init(&more, m->d, &now, nodes + before))
			return false;
		if (factor)
			keep_previous(&more, r->previous);
		/* a strategy that says nothing has the default of cassandra.yaml */
		if (!add_data_centers(&more, factor ? factor : "1"))
			return false;
		*m = more;
	}
	remove_zeros(m);
	return true;
}

static bool topology(struct replication *r)
{
	struct nd_option_map *m = &r->map;
	struct nd_ddl *d = m->d;
	int32_t factor, nodes;

	if (!expand_factor(r))
		return false;
	if (!m->count)
		return nd_option_bad(d,
				     "Configuration for at least one datacenter must be present");
	for (uint32_t i = 0; i < m->count; i++) {
		nodes = count_nodes(d->x, m->pairs[2 * i]);
		if (!nodes)
			return nd_option_bad(d,
					     "Unrecognized strategy option {%s} passed to "
					     "NetworkTopologyStrategy for keyspace %s",
					     m->pairs[2 * i], d->keyspace_name);
		if (!check_factor(d, m->pairs[2 * i + 1], &factor) ||
		    !nd_ddl_guard_factor(d, factor))
			return false;
		if (factor > nodes)
			nd_request_warn(d->x,
					"Your replication factor %d for keyspace %s is higher than "
					"the number of nodes %d for datacenter %s",
					(int)factor, d->keyspace_name, (int)nodes, m->pairs[2 * i]);
	}
	return true;
}

static bool local(struct replication *r)
{
	return nd_ddl_refuse(r->map.d, "Unable to use given strategy class: LocalStrategy is "
				       "reserved for internal use.");
}

static bool everywhere(struct replication *r)
{
	return nd_option_bad(r->map.d, "EverywhereStrategy is not supported by the node");
}

static const struct {
	const char *class_name;
	bool (*read)(struct replication *r);
} strategies[] = {
	{ PACKAGE "SimpleStrategy", simple },
	{ PACKAGE "NetworkTopologyStrategy", topology },
	{ PACKAGE "LocalStrategy", local },
	{ PACKAGE "EverywhereStrategy", everywhere },
};

static bool read_strategy(struct replication *r, const char *class_name)
{
	for (size_t i = 0; i < sizeof strategies / sizeof strategies[0]; i++)
		if (strcmp(class_name, strategies[i].class_name) == 0)
			return strategies[i].read(r);
	return nd_option_bad(r->map.d, "Unable to find replication strategy class '%s'",
			     class_name);
}

/* ---- all of it ---------------------------------------------------------------------------------- */

/* class first, then the others: the map of a struct nd_keyspace. */
static bool keep(struct replication *r, const char *class_name, struct nd_keyspace *draft)
{
	struct nd_property *at = cd_arena_take_array(r->map.d->x->arena, (size_t)r->map.count + 1,
						     sizeof *at);

	if (!at)
		return nd_ddl_no_memory(r->map.d);
	at[0] = (struct nd_property){ "class", ND_EXPR_STRING, class_name, 0, NULL };
	for (uint32_t i = 0; i < r->map.count; i++)
		at[i + 1] = (struct nd_property){ r->map.pairs[2 * i], ND_EXPR_STRING,
						  r->map.pairs[2 * i + 1], 0, NULL };
	draft->replication = (struct nd_properties){ at, r->map.count + 1 };
	return true;
}

static bool read_replication(struct nd_ddl *d, const struct nd_property *p,
			     const struct nd_keyspace *previous, struct nd_keyspace *draft)
{
	struct replication r = { .previous = previous };
	const char *name;

	if (p->kind != ND_EXPR_MAP)
		return nd_option_syntax(d, "Invalid value for property '%s'. It should be a map.",
					p->name);
	if (!nd_option_map_init(&r.map, d, p, 1 + (previous ? previous->replication.count : 0)))
		return false;
	name = nd_option_map_remove(&r.map, "class");
	if (!name && previous) {
		for (uint32_t i = 1; i < previous->replication.count; i++)
			nd_option_map_set(&r.map, previous->replication.at[i].name,
					  previous->replication.at[i].text);
		name = previous->replication.at[0].text;
	}
	if (!name)
		return nd_refuse(
			&d->x->problem, ND_SERVER_ERROR,
			"java.lang.NullPointerException: Cannot invoke "
			"\"String.contains(java.lang.CharSequence)\" because \"cls\" is null");
	name = nd_option_class(d, PACKAGE, name);
	return name && read_strategy(&r, name) && keep(&r, name, draft);
}

static bool read_durable(struct nd_ddl *d, const struct nd_property *p, bool *out)
{
	static const char *const words[] = { "1", "true", "yes", "0", "false", "no" };

	if (!p->text)
		return nd_option_syntax(d, "Invalid value for property '%s'. It should be a string",
					p->name);
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (strcmp(words[i], p->text) != 0)
			continue;
		*out = i < 3;
		return true;
	}
	return nd_option_syntax(d,
				"Invalid boolean value %s for '%s'. Positive values can be '1', "
				"'true' or 'yes'. Negative values can be '0', 'false' or 'no'.",
				p->text, p->name);
}

static bool is_word(const char *text, const char *word)
{
	return strcasecmp(text, word) == 0;
}

/* {'enabled': true, 'initial': 8}; how many there are in the beginning is the node's to say. */
static bool read_tablets(struct nd_ddl *d, const struct nd_property *p, const char *class_name,
			 bool *none)
{
	struct nd_option_map map;
	const char *enabled, *initial;
	int32_t n;

	if (p->kind != ND_EXPR_MAP)
		return nd_option_syntax(d, "Invalid value for property '%s'. It should be a map.",
					p->name);
	if (!nd_option_map_init(&map, d, p, 0))
		return false;
	enabled = nd_option_map_remove(&map, "enabled");
	initial = nd_option_map_remove(&map, "initial");
	if (enabled && !is_word(enabled, "true") && !is_word(enabled, "false"))
		return nd_option_bad(d, "Tablets enabled value must be true or false; found: %s",
				     enabled);
	if (initial && !nd_option_int(initial, &n))
		return nd_option_bad(d, "Initial tablets value should be numeric; found %s",
				     initial);
	if (map.count)
		return nd_option_bad(d, "Unrecognized tablets option %s", map.pairs[0]);
	*none = enabled && is_word(enabled, "false");
	return *none || strcmp(class_name, PACKAGE "SimpleStrategy") != 0 ||
	       nd_option_bad(d, "SimpleStrategy doesn't support tablet replication");
}

bool nd_options_check_keyspace(struct nd_ddl *d, const struct nd_properties *given)
{
	static const char *const names[] = { "replication", "durable_writes", NULL },
				 *const of_scylla[] = { "replication", "durable_writes", "tablets",
							NULL };
	const struct nd_property *p = nd_properties_find(given, "replication");
	bool has_class = false;

	if (!nd_option_check_names(d, given, d->x->db->is_scylla ? of_scylla : names))
		return false;
	if (!p)
		return true;
	if (p->kind != ND_EXPR_MAP)
		return nd_option_syntax(d, "Invalid value for property '%s'. It should be a map.",
					p->name);
	for (uint32_t i = 0; i < p->count; i++)
		has_class = has_class || strcmp(p->pairs[2 * i], "class") == 0;
	return has_class || !p->count || nd_option_bad(d, "Missing replication strategy class");
}

bool nd_options_keyspace(struct nd_ddl *d, const struct nd_properties *given,
			 const struct nd_keyspace *previous, struct nd_keyspace *draft)
{
	static const struct nd_property nothing = { "replication", ND_EXPR_MAP, NULL, 0, NULL };
	const struct nd_property *durable = nd_properties_find(given, "durable_writes");
	const struct nd_property *replication = nd_properties_find(given, "replication");
	const struct nd_property *tablets = nd_properties_find(given, "tablets");

	draft->durable_writes = previous ? previous->durable_writes : true;
	if ((durable && !read_durable(d, durable, &draft->durable_writes)) ||
	    !read_replication(d, replication ? replication : &nothing, previous, draft) ||
	    (tablets &&
	     !read_tablets(d, tablets, draft->replication.at[0].text, &draft->has_no_tablets)))
		return false;
	return !previous || previous->has_no_tablets == draft->has_no_tablets ||
	       nd_ddl_refuse(d, "Cannot alter replication strategy vnode/tablets flavor");
}
