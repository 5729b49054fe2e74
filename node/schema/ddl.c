/* SPDX-License-Identifier: MIT */
/* Statements that change the schema: who may, in which keyspace, and how it is answered. */
#include "node/schema/ddl.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <coodie/token.h>

#include "base/timeuuid.h"
#include "node/auth/access.h"

enum {
	NAME_MOST = 48,     /* characters in the name of a keyspace */
	COLUMNS_MOST = 8192 /* in a table */
};

/* What a statement takes a permission on. */
enum level {
	LEVEL_ROOT,
	LEVEL_KEYSPACE,
	LEVEL_TABLES,
	LEVEL_TABLE,
	LEVEL_INDEX,     /* the table that has it */
	LEVEL_VIEW,      /* the table that a view is of */
	LEVEL_BASE,      /* that of a view to be made */
	LEVEL_FUNCTIONS, /* of the keyspace */
	LEVEL_NOTHING,   /* functions that are not there */
	LEVEL_SUPERUSER
};

static const struct {
	nd_ddl_fn *run;
	enum nd_permission right;
	enum level level;
} kinds[ND_STATEMENT_KINDS] = {
	[ND_CREATE_KEYSPACE] = { nd_ddl_create_keyspace, ND_MAY_CREATE, LEVEL_ROOT },
	[ND_ALTER_KEYSPACE] = { nd_ddl_alter_keyspace, ND_MAY_ALTER, LEVEL_KEYSPACE },
	[ND_DROP_KEYSPACE] = { nd_ddl_drop_keyspace, ND_MAY_DROP, LEVEL_KEYSPACE },
	[ND_CREATE_TABLE] = { nd_ddl_create_table, ND_MAY_CREATE, LEVEL_TABLES },
	[ND_ALTER_TABLE] = { nd_ddl_alter_table, ND_MAY_ALTER, LEVEL_TABLE },
	[ND_DROP_TABLE] = { nd_ddl_drop_table, ND_MAY_DROP, LEVEL_TABLE },
	[ND_CREATE_TYPE] = { nd_ddl_create_type, ND_MAY_CREATE, LEVEL_TABLES },
	[ND_ALTER_TYPE] = { nd_ddl_alter_type, ND_MAY_ALTER, LEVEL_TABLES },
	[ND_DROP_TYPE] = { nd_ddl_drop_type, ND_MAY_DROP, LEVEL_TABLES },
	[ND_CREATE_INDEX] = { nd_ddl_create_index, ND_MAY_ALTER, LEVEL_TABLE },
	[ND_DROP_INDEX] = { nd_ddl_drop_index, ND_MAY_ALTER, LEVEL_INDEX },
	[ND_CREATE_VIEW] = { nd_ddl_create_view, ND_MAY_ALTER, LEVEL_BASE },
	[ND_ALTER_VIEW] = { nd_ddl_alter_view, ND_MAY_ALTER, LEVEL_VIEW },
	[ND_DROP_VIEW] = { nd_ddl_drop_view, ND_MAY_ALTER, LEVEL_VIEW },
	[ND_CREATE_FUNCTION] = { nd_ddl_create_function, ND_MAY_CREATE, LEVEL_FUNCTIONS },
	[ND_DROP_FUNCTION] = { nd_ddl_drop_function, ND_MAY_DROP, LEVEL_NOTHING },
	[ND_CREATE_AGGREGATE] = { nd_ddl_create_aggregate, ND_MAY_CREATE, LEVEL_FUNCTIONS },
	[ND_DROP_AGGREGATE] = { nd_ddl_drop_aggregate, ND_MAY_DROP, LEVEL_NOTHING },
	[ND_CREATE_TRIGGER] = { nd_ddl_create_trigger, ND_MAY_CREATE, LEVEL_SUPERUSER },
	[ND_DROP_TRIGGER] = { nd_ddl_drop_trigger, ND_MAY_DROP, LEVEL_SUPERUSER },
};

/* ---- for the kinds --------------------------------------------------------------------------- */

bool nd_ddl_refuse(struct nd_ddl *d, const char *format, ...)
{
	char message[4096];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof message, format, args);
	va_end(args);
	return nd_refuse(&d->x->problem, ND_INVALID, "%s", message);
}

bool nd_ddl_no_memory(struct nd_ddl *d)
{
	return nd_no_memory(&d->x->problem);
}

static cql_text text_of(struct nd_ddl *d, const char *text)
{
	size_t len = strlen(text);
	char *copy = cd_arena_strndup(d->x->arena, text, len);

	if (!copy)
		nd_ddl_no_memory(d);
	return (cql_text){ copy, copy ? len : 0 };
}

const cql_schema_change *nd_ddl_change(struct nd_ddl *d, const char *change, const char *target,
				       const char *name)
{
	d->change = (cql_schema_change){ .change = text_of(d, change),
					 .target = text_of(d, target),
					 .keyspace = text_of(d, d->keyspace_name) };
	if (name)
		d->change.name = text_of(d, name);
	return &d->change;
}

bool nd_ddl_need_keyspace(struct nd_ddl *d)
{
	return d->keyspace || nd_ddl_refuse(d, "Keyspace '%s' doesn't exist", d->keyspace_name);
}

struct nd_table *nd_ddl_need_table(struct nd_ddl *d)
{
	const char *name = d->statement->on.name;
	struct nd_table *t = d->keyspace ? nd_keyspace_table(d->keyspace, name) : NULL;

	if (!t)
		nd_ddl_refuse(d, "Table '%s.%s' doesn't exist", d->keyspace_name, name);
	return t;
}

bool nd_ddl_check_count(struct nd_ddl *d, size_t count)
{
	return count <= COLUMNS_MOST ||
	       nd_ddl_refuse(d, "more than %d columns or fields are not supported by the node",
			     COLUMNS_MOST);
}

bool nd_ddl_check_name(struct nd_ddl *d, const char *name)
{
	return strlen(name) <= UINT16_MAX ||
	       nd_ddl_refuse(d, "names of more than %d bytes are not supported by the node",
			     UINT16_MAX);
}

int64_t nd_ddl_now_us(struct nd_ddl *d)
{
	struct nd_database *db = d->x->db;

	if (db->last_timestamp_us < d->x->now_us)
		db->last_timestamp_us = d->x->now_us;
	return db->last_timestamp_us;
}

bool nd_ddl_alter(struct nd_ddl *d, struct nd_table *t, const struct nd_table *draft)
{
	struct nd_table_change change = { t, draft };
	struct nd_table *copy = nd_table_copy(d->schema->allocator, draft);
	bool same;

	if (!copy)
		return nd_ddl_no_memory(d);
	same = memcmp(copy->digest, t->digest, sizeof copy->digest) == 0;
	nd_table_free(copy);
	return same ||
	       nd_schema_alter_tables(d->schema, &change, 1,
				      nd_ddl_change(d, "UPDATED", "TABLE", t->name)) ||
	       nd_ddl_no_memory(d);
}

bool nd_ddl_name_legal(const char *name)
{
	for (const char *c = name; *c; c++)
		if (!((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
		      (*c >= '0' && *c <= '9') || *c == '_'))
			return false;
	return *name;
}

bool nd_ddl_exists(struct nd_ddl *d, const char *table)
{
	struct nd_problem *p = &d->x->problem;

	if (table)
		nd_refuse(p, ND_ALREADY_EXISTS,
			  "Cannot add already existing table \"%s\" to keyspace \"%s\"", table,
			  d->keyspace_name);
	else
		nd_refuse(p, ND_ALREADY_EXISTS, "Cannot add existing keyspace \"%s\"",
			  d->keyspace_name);
	p->error.keyspace = text_of(d, d->keyspace_name);
	p->error.table = text_of(d, table ? table : "");
	return false;
}

cql_uuid nd_ddl_table_id(struct nd_ddl *d, const char *table)
{
	uint64_t ticks = (uint64_t)d->x->now_us * 10 + (uint64_t)CD_TICKS_TO_1970;
	uint64_t tail = (uint64_t)cql_murmur3_token(table, strlen(table)) ^ d->schema->change;

	/* two of the same name in the same microsecond: the second one comes after a change */
	return cd_timeuuid_of((ticks + d->schema->change % 10) & CD_TICKS_MOST,
			      (tail & UINT64_C(0x3fffffffffffffff)) | UINT64_C(1) << 63);
}

/* ---- rights ---------------------------------------------------------------------------------- */

static const struct nd_table *find_indexed(const struct nd_ddl *d)
{
	const struct nd_keyspace *k = d->keyspace;

	for (uint32_t i = 0; k && i < k->table_count; i++)
		for (uint32_t j = 0; j < k->tables[i]->index_count; j++)
			if (strcmp(k->tables[i]->indexes[j].name, d->statement->on.name) == 0)
				return k->tables[i];
	return NULL;
}

static const struct nd_table *find_viewed(const struct nd_ddl *d)
{
	const struct nd_table *t = d->keyspace
					   ? nd_keyspace_table(d->keyspace, d->statement->on.name)
					   : NULL;

	return t && t->view ? t->view->base : NULL;
}

/* What the statement takes a permission on; false: on nothing that is there. */
static bool find_resource(const struct nd_ddl *d, enum level level, struct nd_resource *out)
{
	static const enum nd_resource_kind resources[] = {
		[LEVEL_ROOT] = ND_ALL_KEYSPACES,
		[LEVEL_KEYSPACE] = ND_KEYSPACE,
		[LEVEL_TABLES] = ND_ALL_TABLES,
		[LEVEL_TABLE] = ND_TABLE,
		[LEVEL_INDEX] = ND_TABLE,
		[LEVEL_VIEW] = ND_TABLE,
		[LEVEL_BASE] = ND_TABLE,
		[LEVEL_FUNCTIONS] = ND_FUNCTIONS_IN,
		[LEVEL_NOTHING] = ND_RESOURCE_NONE,
		[LEVEL_SUPERUSER] = ND_RESOURCE_NONE,
	};
	const struct nd_table *of = level == LEVEL_INDEX  ? find_indexed(d)
				    : level == LEVEL_VIEW ? find_viewed(d)
							  : NULL;

	*out = (struct nd_resource){ resources[level], d->keyspace_name, d->statement->on.name };
	if (level == LEVEL_BASE)
		out->name = d->statement->as.view.base.name;
	if (of)
		out->name = of->name;
	return out->kind != ND_RESOURCE_NONE &&
	       (of || (level != LEVEL_INDEX && level != LEVEL_VIEW));
}

static bool check_superuser(struct nd_ddl *d)
{
	return !d->x->db->has_roles || nd_access_is_super(d->x) ||
	       nd_refuse(&d->x->problem, ND_UNAUTHORIZED,
			 "Only superusers are allowed to %s queries",
			 d->statement->kind == ND_CREATE_TRIGGER ? "perform CREATE TRIGGER"
								 : "perfrom DROP TRIGGER");
}

/* The keyspaces of the system are kept from everybody. */
static bool check_system(struct nd_ddl *d, enum nd_permission right, const struct nd_resource *r)
{
	char text[ND_RESOURCE_MOST];

	if (r->kind == ND_ALL_KEYSPACES || r->kind > ND_TABLE)
		return true;
	if (nd_is_local_system_keyspace(d->keyspace_name))
		return nd_refuse(&d->x->problem, ND_UNAUTHORIZED,
				 "%s keyspace is not user-modifiable.", d->keyspace_name);
	if (!nd_is_replicated_system_keyspace(d->keyspace_name) ||
	    (right == ND_MAY_ALTER && r->kind == ND_KEYSPACE))
		return true;
	nd_resource_text(r, text);
	return nd_refuse(&d->x->problem, ND_UNAUTHORIZED, "Cannot %s %s", nd_permission_name(right),
			 text);
}

static bool check_rights(struct nd_ddl *d)
{
	enum level level = kinds[d->statement->kind].level;
	enum nd_permission right = kinds[d->statement->kind].right;
	struct nd_resource on;

	if (level == LEVEL_SUPERUSER)
		return check_superuser(d);
	return !find_resource(d, level, &on) ||
	       (check_system(d, right, &on) && nd_access_need(d->x, right, &on));
}

/* Who made it may do everything with it, unless it is a view; nobody may do anything with what is
 * gone. */
static bool hand_over(struct nd_ddl *d)
{
	const cql_schema_change *c = &d->change;
	bool is_keyspace = c->target.len == strlen("KEYSPACE");
	struct nd_resource on = { is_keyspace ? ND_KEYSPACE : ND_TABLE, d->keyspace_name,
				  d->statement->on.name };
	struct nd_resource functions = { ND_FUNCTIONS_IN, d->keyspace_name, NULL };

	if (!c->change.data || d->statement->kind == ND_CREATE_TYPE ||
	    d->statement->kind == ND_DROP_TYPE)
		return true;
	if (*c->change.data == 'D')
		return nd_access_dropped(d->x, &on);
	if (*c->change.data != 'C' || d->statement->kind == ND_CREATE_VIEW)
		return true;
	return nd_access_created(d->x, &on) &&
	       (!is_keyspace || nd_access_created(d->x, &functions));
}

static bool check_keyspace_name(struct nd_ddl *d)
{
	if (nd_is_local_system_keyspace(d->keyspace_name))
		return nd_ddl_refuse(d, "System keyspace '%s' is not user-modifiable",
				     d->keyspace_name);
	if (!nd_ddl_name_legal(d->keyspace_name))
		return nd_ddl_refuse(
			d,
			"Keyspace name must not be empty and must contain alphanumeric "
			"or underscore characters only (got \"%s\")",
			d->keyspace_name);
	if (strlen(d->keyspace_name) > NAME_MOST)
		return nd_ddl_refuse(d,
				     "Keyspace name must not be more than %d characters long (got "
				     "%zu characters for \"%s\")",
				     NAME_MOST, strlen(d->keyspace_name), d->keyspace_name);
	return true;
}

/* ---- the plan -------------------------------------------------------------------------------- */

struct ddl_plan {
	struct nd_plan plan;
	const char *keyspace_name;
};

static bool run(const struct nd_plan *plan, struct nd_request *x)
{
	const struct ddl_plan *p = (const struct ddl_plan *)plan;
	struct nd_ddl d = { .statement = plan->statement,
			    .x = x,
			    .schema = &x->db->schema,
			    .keyspace_name = p->keyspace_name,
			    .keyspace = nd_schema_keyspace(&x->db->schema, p->keyspace_name) };

	if (!check_rights(&d) || !nd_ddl_guard(&d) || !check_keyspace_name(&d))
		return false;
	if (!kinds[plan->statement->kind].run(&d) || x->problem.happened || !hand_over(&d))
		return false;
	if (x->problem.happened)
		return false;
	x->result.kind = d.change.change.data ? COODIE_RESULT_SCHEMA_CHANGE : COODIE_RESULT_VOID;
	x->result.change = d.change;
	return true;
}

/* What Cassandra says when it prepares: the rest waits for the run. */
static bool check_tree(struct nd_planner *p, const struct nd_statement *s)
{
	if (s->kind == ND_CREATE_VIEW)
		return nd_ddl_check_view(p, s);
	if (s->kind != ND_CREATE_TABLE)
		return true;
	if (s->as.table.primary_key_clauses > 1)
		return nd_refuse(p->problem, ND_INVALID,
				 "Multiple PRIMARY KEY specified for table '%s' (exactly one "
				 "required)",
				 s->on.name);
	if (!s->as.table.partition_key_count)
		return nd_refuse(p->problem, ND_INVALID,
				 "No PRIMARY KEY specifed for table '%s' (exactly one required)",
				 s->on.name);
	return true;
}

struct nd_plan *nd_plan_ddl(struct nd_planner *p, const struct nd_statement *s)
{
	struct ddl_plan *plan = cd_arena_take_zero(p->arena, sizeof *plan);

	if (!plan) {
		nd_no_memory(p->problem);
		return NULL;
	}
	plan->plan = (struct nd_plan){ .statement = s, .run = run };
	plan->keyspace_name = s->on.keyspace ? s->on.keyspace : p->keyspace;
	if (!plan->keyspace_name) {
		nd_refuse(p->problem, ND_INVALID,
			  "No keyspace has been specified. USE a keyspace, or explicitly specify "
			  "keyspace.tablename");
		return NULL;
	}
	return check_tree(p, s) ? &plan->plan : NULL;
}
