/* SPDX-License-Identifier: MIT */
/* The system's keyspaces and tables, made from their definitions when a node starts. */
#include "node/cluster/system.h"

#include <string.h>

#include "node/cluster/system_parts.h"
#include "node/cql/parser.h"
#include "node/schema/ddl.h"

/* Tables that are empty, or filled by clients or other parts. */
#define nd_system_none NULL

static const struct definition {
	const char *keyspace, *name, *id;
	nd_refresh_fn *refresh;
	const char *columns, *options;
} definitions[] = {
#define X(keyspace, name, id, refresh, columns, options) \
	{ keyspace, name, id, nd_system_##refresh, columns, options },
#include "node/cluster/system_tables.def"
#undef X
};

/* They take the places of Cassandra's of the same names. */
static const struct definition scylla_definitions[] = {
#define X(keyspace, name, id, refresh, columns, options) \
	{ keyspace, name, id, nd_system_##refresh, columns, options },
#include "node/cluster/scylla_tables.def"
#undef X
};

static const struct {
	const char *name, *class_name, *factor; /* factor NULL: none */
	bool is_system, is_virtual;
} keyspaces[] = {
	{ "system", "LocalStrategy", NULL, true, false },
	{ "system_auth", "SimpleStrategy", "1", false, false },
	{ "system_distributed", "SimpleStrategy", "3", false, false },
	{ "system_schema", "LocalStrategy", NULL, true, false },
	{ "system_traces", "SimpleStrategy", "2", false, false },
	{ "system_views", "LocalStrategy", NULL, true, true },
	{ "system_virtual_schema", "LocalStrategy", NULL, true, true },
};

/* A request that nobody made, to run the definitions with. */
struct maker {
	struct nd_database *db;
	struct cd_arena arena; /* of one table at a time */
	struct nd_request x;
};

static void begin(struct maker *m)
{
	cd_arena_reset(&m->arena);
	m->x = (struct nd_request){ .db = m->db, .arena = &m->arena };
	nd_problem_init(&m->x.problem, &m->arena);
}

static bool make_keyspaces(struct maker *m)
{
	for (size_t i = 0; i < sizeof keyspaces / sizeof keyspaces[0]; i++) {
		struct nd_property replication[] = {
			{ "class", ND_EXPR_STRING, NULL, 0, NULL },
			{ "replication_factor", ND_EXPR_STRING, keyspaces[i].factor, 0, NULL },
		};
		struct nd_keyspace draft = { .name = keyspaces[i].name,
					     .durable_writes = true,
					     .is_system = keyspaces[i].is_system,
					     .is_virtual = keyspaces[i].is_virtual };
		char class_name[64] = "org.apache.cassandra.locator.";

		strcat(class_name, keyspaces[i].class_name);
		replication[0].text = class_name;
		draft.replication = (struct nd_properties){ replication,
							    keyspaces[i].factor ? 2 : 1 };
		if (!nd_schema_add_keyspace(&m->db->schema, &draft, NULL))
			return false;
	}
	return true;
}

static const struct nd_statement *parse(struct maker *m, const struct definition *d)
{
	const struct nd_statement *s = NULL;
	struct cd_buffer text;

	cd_buffer_init(&text, m->db->allocator, 0);
	cd_buffer_text(&text, "CREATE TABLE ");
	cd_buffer_text(&text, d->keyspace);
	cd_buffer_text(&text, ".\"");
	cd_buffer_text(&text, d->name);
	cd_buffer_text(&text, "\" (");
	cd_buffer_text(&text, d->columns);
	cd_buffer_text(&text, ") WITH ");
	cd_buffer_text(&text, d->options);
	if (!text.failed)
		s = nd_parse(&m->arena, (const char *)text.data, text.len, &m->x.problem);
	cd_buffer_deinit(&text);
	return s;
}

static bool make_table(struct maker *m, const struct definition *d)
{
	struct nd_schema *schema = &m->db->schema;
	struct nd_keyspace *k = nd_schema_keyspace(schema, d->keyspace);
	const struct nd_statement *s;
	struct nd_table draft;

	begin(m);
	if (!(s = parse(m, d)))
		return false;
	struct nd_ddl ddl = { .statement = s,
			      .x = &m->x,
			      .schema = schema,
			      .keyspace_name = d->keyspace,
			      .keyspace = k,
			      .properties = s->as.table.properties };
	if (!nd_ddl_draft_table(&ddl, &draft) || !cql_uuid_parse(d->id, &draft.id, NULL))
		return false;
	draft.refresh = d->refresh;
	draft.is_read_only =
		k->is_virtual || (k->is_system && (d->refresh || m->db->is_scylla));
	return nd_schema_add_table(schema, k, &draft, NULL);
}

enum { SCYLLA_DEFINITIONS = sizeof scylla_definitions / sizeof scylla_definitions[0] };

/* Whether ScyllaDB has a table of Cassandra's as it is. */
static bool is_of_scylla(const struct definition *d)
{
	for (size_t i = 0; i < SCYLLA_DEFINITIONS; i++)
		if (strcmp(scylla_definitions[i].name, d->name) == 0 &&
		    strcmp(scylla_definitions[i].keyspace, d->keyspace) == 0)
			return false;
	return strcmp(d->name, "peers_v2") != 0;
}

bool nd_system_init(struct nd_database *db)
{
	struct maker m = { .db = db };
	bool ok;

	cd_arena_init(&m.arena, db->allocator, 16 * 1024);
	ok = make_keyspaces(&m);
	for (size_t i = 0; ok && i < sizeof definitions / sizeof definitions[0]; i++)
		ok = (db->is_scylla && !is_of_scylla(&definitions[i])) ||
		     make_table(&m, &definitions[i]);
	for (size_t i = 0; ok && db->is_scylla && i < SCYLLA_DEFINITIONS; i++)
		ok = make_table(&m, &scylla_definitions[i]);
	nd_schema_digest(&db->schema);
	cd_arena_deinit(&m.arena);
	return ok;
}
