/* SPDX-License-Identifier: MIT */
/* Trees as S-expressions: (insert ks.t (a b) values (1 ?0)). */
#include "tests/ast_print.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

static void put(struct cd_buffer *b, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	int len = vsnprintf(text, sizeof text, format, args);
	va_end(args);
	cd_buffer_bytes(b, text, (size_t)len < sizeof text ? (size_t)len : sizeof text - 1);
}

/* ---- expressions ------------------------------------------------------------------------------ */

static void put_expr(struct cd_buffer *b, const struct nd_expr *e);

static void put_items(struct cd_buffer *b, const struct nd_expr *e, uint32_t from)
{
	for (uint32_t i = from; i < e->count; i++) {
		if (i > from)
			put(b, " ");
		put_expr(b, e->items[i]);
	}
}

static void put_type(struct cd_buffer *b, const cql_type *type)
{
	char text[256];

	cql_type_format(type, text, sizeof text);
	put(b, "%s", text);
}

static void put_pairs(struct cd_buffer *b, const struct nd_expr *e)
{
	bool udt = e->kind == ND_EXPR_UDT;

	put(b, udt ? "{udt" : "{map");
	for (uint32_t i = 0; i < e->count; i += udt ? 1 : 2) {
		put(b, " ");
		if (udt)
			put(b, "%s", e->names[i]);
		else
			put_expr(b, e->items[i]);
		put(b, "=");
		put_expr(b, e->items[udt ? i : i + 1]);
	}
	put(b, "}");
}

static void put_slice(struct cd_buffer *b, const struct nd_expr *e)
{
	put(b, "[");
	if (e->items[1])
		put_expr(b, e->items[1]);
	if (e->kind == ND_EXPR_SLICE) {
		put(b, "..");
		if (e->items[2])
			put_expr(b, e->items[2]);
	}
	put(b, "]");
}

static void put_call(struct cd_buffer *b, const struct nd_expr *e)
{
	put(b, "(%s%s%s", e->keyspace ? e->keyspace : "", e->keyspace ? "." : "", e->name);
	if (e->count)
		put(b, " ");
	put_items(b, e, 0);
	put(b, ")");
}

static void put_cast(struct cd_buffer *b, const struct nd_expr *e)
{
	put(b, e->is_hint ? "(hint " : "(cast ");
	put_type(b, e->type);
	put(b, " ");
	put_items(b, e, 0);
	put(b, ")");
}

static void put_enclosed(struct cd_buffer *b, const struct nd_expr *e, const char *open,
			 const char *close)
{
	put(b, "%s", open);
	put_items(b, e, 0);
	put(b, "%s", close);
}

static void put_expr(struct cd_buffer *b, const struct nd_expr *e)
{
	switch (e->kind) {
	case ND_EXPR_NULL:
		put(b, "null");
		break;
	case ND_EXPR_STRING:
		put(b, "'%.*s'", (int)e->text_len, e->text);
		break;
	case ND_EXPR_INTEGER:
		put(b, "%s", e->text);
		break;
	case ND_EXPR_FLOAT:
		put(b, "float:%s", e->text);
		break;
	case ND_EXPR_BOOLEAN:
		put(b, "bool:%s", e->text);
		break;
	case ND_EXPR_UUID:
		put(b, "uuid:%s", e->text);
		break;
	case ND_EXPR_HEX:
		put(b, "hex:%s", e->text);
		break;
	case ND_EXPR_DURATION:
		put(b, "duration:%s", e->text);
		break;
	case ND_EXPR_MARKER:
		put(b, "?%u", e->marker);
		break;
	case ND_EXPR_LIST:
		put_enclosed(b, e, "[", "]");
		break;
	case ND_EXPR_SET:
		put_enclosed(b, e, "{", "}");
		break;
	case ND_EXPR_MAP:
	case ND_EXPR_UDT:
		put_pairs(b, e);
		break;
	case ND_EXPR_TUPLE:
		put_enclosed(b, e, "(tuple ", ")");
		break;
	case ND_EXPR_COLUMN:
		put(b, "%s", e->name);
		break;
	case ND_EXPR_FIELD:
		put_expr(b, e->items[0]);
		put(b, ".%s", e->name);
		break;
	case ND_EXPR_ELEMENT:
	case ND_EXPR_SLICE:
		put_expr(b, e->items[0]);
		put_slice(b, e);
		break;
	case ND_EXPR_CALL:
		put_call(b, e);
		break;
	case ND_EXPR_CAST:
		put_cast(b, e);
		break;
	case ND_EXPR_BINARY:
		put(b, "(%c ", e->op);
		put_items(b, e, 0);
		put(b, ")");
		break;
	case ND_EXPR_NEGATE:
		put_enclosed(b, e, "(neg ", ")");
		break;
	}
}

static void put_optional(struct cd_buffer *b, const char *what, const struct nd_expr *e)
{
	if (e) {
		put(b, " %s ", what);
		put_expr(b, e);
	}
}

/* ---- parts --------------------------------------------------------------------------------------- */

static void put_names(struct cd_buffer *b, const char *const *names, uint32_t count)
{
	put(b, "(");
	for (uint32_t i = 0; i < count; i++)
		put(b, "%s%s", i ? " " : "", names[i]);
	put(b, ")");
}

static void put_flag(struct cd_buffer *b, bool flag, const char *name)
{
	if (flag)
		put(b, " %s", name);
}

static void put_on(struct cd_buffer *b, const struct nd_table_name *on)
{
	put(b, " %s%s%s", on->keyspace ? on->keyspace : "", on->keyspace && on->name ? "." : "",
	    on->name ? on->name : "");
}

static void put_target(struct cd_buffer *b, const struct nd_relation *r)
{
	static const char *const kinds[] = { "", "", "", "tuple", "token" };

	if (r->target == ND_TARGET_TUPLE || r->target == ND_TARGET_TOKEN) {
		put(b, "%s", kinds[r->target]);
		put_names(b, r->names, r->name_count);
		return;
	}
	put(b, "%s", r->names[0]);
	if (r->target == ND_TARGET_FIELD)
		put(b, ".%s", r->field);
	if (r->target == ND_TARGET_ELEMENT) {
		put(b, "[");
		put_expr(b, r->element);
		put(b, "]");
	}
}

static void put_relations(struct cd_buffer *b, const char *what, const struct nd_relations *all)
{
	static const char *const operators[] = {
		"=",        "!=",           "<",    "<=",      ">", ">=", "in",
		"contains", "contains-key", "like", "not-null"
	};

	for (uint32_t i = 0; i < all->count; i++) {
		const struct nd_relation *r = &all->at[i];
		put(b, " (%s ", what);
		put_target(b, r);
		put(b, " %s%s", operators[r->op], r->is_in_marker ? "-marker" : "");
		for (uint32_t j = 0; j < r->value_count; j++) {
			put(b, " ");
			put_expr(b, r->values[j]);
		}
		put(b, ")");
	}
}

static void put_using(struct cd_buffer *b, const struct nd_using *u)
{
	put_optional(b, "timestamp", u->timestamp);
	put_optional(b, "ttl", u->ttl);
	put_optional(b, "timeout", u->timeout);
}

static void put_properties(struct cd_buffer *b, const struct nd_properties *all)
{
	for (uint32_t i = 0; i < all->count; i++) {
		const struct nd_property *p = &all->at[i];
		put(b, " (%s", p->name);
		if (p->kind != ND_EXPR_MAP)
			put(b, " %s", p->text);
		else
			put(b, " {");
		for (uint32_t j = 0; j < p->count; j++)
			put(b, "%s%s=%s", j ? " " : "", p->pairs[2 * j], p->pairs[2 * j + 1]);
		put(b, p->kind == ND_EXPR_MAP ? "})" : ")");
	}
}

static void put_columns(struct cd_buffer *b, const struct nd_column_def *at, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		put(b, " (%s", at[i].name);
		if (at[i].type) {
			put(b, " ");
			put_type(b, at[i].type);
		}
		put_flag(b, at[i].is_static, "static");
		put_flag(b, at[i].is_primary_key, "key");
		put_flag(b, at[i].is_masked, "masked");
		put(b, ")");
	}
}

static void put_orders(struct cd_buffer *b, const struct nd_order *at, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		put(b, " (order %s%s", at[i].column, at[i].descending ? " desc" : "");
		put_optional(b, "ann", at[i].ann_of);
		put(b, ")");
	}
}

static void put_keys(struct cd_buffer *b, const char *const *partition, uint32_t partition_count,
		     const char *const *clustering, uint32_t clustering_count)
{
	put(b, " (key ");
	put_names(b, partition, partition_count);
	for (uint32_t i = 0; i < clustering_count; i++)
		put(b, " %s", clustering[i]);
	put(b, ")");
}

/* ---- statements ------------------------------------------------------------------------------------ */

static void put_statement(struct cd_buffer *b, const struct nd_statement *s);

static void put_select(struct cd_buffer *b, const struct nd_statement *statement)
{
	const struct nd_select *s = &statement->as.select;

	put_flag(b, s->json, "json");
	put_flag(b, s->distinct, "distinct");
	for (uint32_t i = 0; i < s->selection_count; i++) {
		put(b, " ");
		put_expr(b, s->selections[i].expr);
		if (s->selections[i].alias)
			put(b, ":%s", s->selections[i].alias);
	}
	put_relations(b, "where", &s->where);
	for (uint32_t i = 0; i < s->group_count; i++) {
		put(b, " (group ");
		put_expr(b, s->group_by[i]);
		put(b, ")");
	}
	put_orders(b, s->order_by, s->order_count);
	put_optional(b, "per-partition", s->per_partition_limit);
	put_optional(b, "limit", s->limit);
	put_flag(b, s->allow_filtering, "filtering");
	put_flag(b, s->bypass_cache, "bypass-cache");
	put_using(b, &s->using);
}

static void put_insert(struct cd_buffer *b, const struct nd_statement *statement)
{
	const struct nd_insert *s = &statement->as.insert;

	put(b, " ");
	if (s->json)
		put(b, "json");
	else
		put_names(b, s->columns, s->column_count);
	put_flag(b, s->json_default_unset, "unset");
	for (uint32_t i = 0; i < s->value_count; i++) {
		put(b, " ");
		put_expr(b, s->values[i]);
	}
	put_flag(b, s->if_not_exists, "if-not-exists");
	put_using(b, &s->using);
}

static void put_assign(struct cd_buffer *b, const struct nd_assign *a)
{
	static const char *const kinds[] = { "set",         "add",   "prepend", "subtract",
					     "element",     "field", "delete",  "delete-element",
					     "delete-field" };

	put(b, " (%s %s", kinds[a->kind], a->column);
	if (a->key) {
		put(b, "[");
		put_expr(b, a->key);
		put(b, "]");
	}
	if (a->field)
		put(b, ".%s", a->field);
	if (a->value) {
		put(b, " ");
		put_expr(b, a->value);
	}
	put(b, ")");
}

static void put_modify(struct cd_buffer *b, const struct nd_statement *statement)
{
	const struct nd_modify *s = &statement->as.modify;

	for (uint32_t i = 0; i < s->assign_count; i++)
		put_assign(b, &s->assigns[i]);
	put_relations(b, "where", &s->where);
	put_flag(b, s->if_exists, "if-exists");
	put_relations(b, "if", &s->conditions);
	put_using(b, &s->using);
}

static void put_batch(struct cd_buffer *b, const struct nd_statement *statement)
{
	const struct nd_batch *s = &statement->as.batch;

	put_flag(b, s->type == ND_BATCH_UNLOGGED, "unlogged");
	put_flag(b, s->type == ND_BATCH_COUNTER, "counter");
	put_using(b, &s->using);
	for (uint32_t i = 0; i < s->count; i++) {
		put(b, " ");
		put_statement(b, s->statements[i]);
	}
}

static void put_nothing(struct cd_buffer *b, const struct nd_statement *statement)
{
	(void)b;
	(void)statement;
}

static void put_keyspace(struct cd_buffer *b, const struct nd_statement *statement)
{
	const struct nd_create_keyspace *s = &statement->as.keyspace;

	put_flag(b, s->if_not_exists, "if-not-exists");
	put_flag(b, s->if_exists, "if-exists");
	put_properties(b, &s->properties);
}

static void put_drop(struct cd_buffer *b, const struct nd_statement *statement)
{
	put_flag(b, statement->as.drop.if_exists, "if-exists");
}

static void put_table(struct cd_buffer *b, const struct nd_statement *statement)
{
	const struct nd_create_table *s = &statement->as.table;

	put_flag(b, s->if_not_exists, "if-not-exists");
	put_columns(b, s->columns, s->column_count);
	if (s->partition_key_count)
		put_keys(b, s->partition_key, s->partition_key_count, s->clustering,
			 s->clustering_count);
	put_flag(b, s->compact_storage, "compact");
	put_orders(b, s->clustering_order, s->order_count);
	put_properties(b, &s->properties);
}

static void put_renames(struct cd_buffer *b, const char *const *renames, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		put(b, " %s>%s", renames[2 * i], renames[2 * i + 1]);
}

static void put_alter_table(struct cd_buffer *b, const struct nd_statement *statement)
{
	static const char *const kinds[] = { "add",  "drop", "rename",      "type",
					     "mask", "with", "drop-compact" };
	const struct nd_alter_table *s = &statement->as.alter;

	put_flag(b, s->if_exists, "if-exists");
	put(b, " %s", kinds[s->alter]);
	put_flag(b, s->column_if_exists, "column-if-exists");
	put_flag(b, s->column_if_not_exists, "column-if-not-exists");
	put_columns(b, s->columns, s->column_count);
	put_optional(b, "timestamp", s->timestamp);
	put_renames(b, s->renames, s->rename_count);
	put_properties(b, &s->properties);
}

static void put_type_def(struct cd_buffer *b, const struct nd_statement *statement)
{
	const struct nd_type_def *s = &statement->as.type;

	put_flag(b, s->if_not_exists, "if-not-exists");
	put_flag(b, s->if_exists, "if-exists");
	put_flag(b, s->is_alter_of, "type");
	put_flag(b, s->field_if_exists, "field-if-exists");
	put_flag(b, s->field_if_not_exists, "field-if-not-exists");
	put_columns(b, s->fields, s->field_count);
	put_renames(b, s->renames, s->rename_count);
}

static void put_index(struct cd_buffer *b, const struct nd_statement *statement)
{
	static const char *const targets[] = { "simple", "values", "keys", "entries", "full" };
	const struct nd_create_index *s = &statement->as.index;

	put_flag(b, s->custom, "custom");
	put_flag(b, s->if_not_exists, "if-not-exists");
	put(b, " %s %s", s->name ? s->name : "-", targets[s->target]);
	put_names(b, s->columns, s->column_count);
	if (s->class_name)
		put(b, " using %s", s->class_name);
	put_properties(b, &s->properties);
}

static void put_view(struct cd_buffer *b, const struct nd_statement *statement)
{
	const struct nd_create_view *s = &statement->as.view;

	put_flag(b, s->if_not_exists, "if-not-exists");
	put(b, " of");
	put_on(b, &s->base);
	put(b, " ");
	put_names(b, s->columns, s->column_count);
	put_relations(b, "where", &s->where);
	put_keys(b, s->partition_key, s->partition_key_count, s->clustering, s->clustering_count);
	put_orders(b, s->clustering_order, s->order_count);
	put_properties(b, &s->properties);
}

static void put_alter_view(struct cd_buffer *b, const struct nd_statement *statement)
{
	put_flag(b, statement->as.alter_view.if_exists, "if-exists");
	put_properties(b, &statement->as.alter_view.properties);
}

static void put_describe(struct cd_buffer *b, const struct nd_statement *s)
{
	static const char *const whats[] = {
		"cluster",   "keyspaces", "schema",     "full-schema", "keyspace", "only-keyspace",
		"tables",    "table",     "index",      "view",        "types",    "type",
		"functions", "function",  "aggregates", "aggregate",   "name"
	};

	put(b, " %s", whats[s->as.describe.what]);
	put_flag(b, s->as.describe.with_internals, "internals");
}

/* ---- roles, permissions, functions ----------------------------------------------------------------- */

static void put_texts(struct cd_buffer *b, const char *name, const char *const *texts,
		      uint32_t count)
{
	if (count)
		put(b, " (%s", name);
	for (uint32_t i = 0; i < count; i++)
		put(b, " '%s'", texts[i]);
	if (count)
		put(b, ")");
}

static void put_text(struct cd_buffer *b, const char *name, const char *text)
{
	if (text)
		put(b, " %s '%s'", name, text);
}

static void put_spaced(struct cd_buffer *b, const cql_type *type)
{
	put(b, " ");
	put_type(b, type);
}

static void put_role_def(struct cd_buffer *b, const struct nd_statement *statement)
{
	const struct nd_role_def *s = &statement->as.role;

	put(b, " '%s'", s->role);
	put_flag(b, s->if_not_exists, "if-not-exists");
	put_flag(b, s->if_exists, "if-exists");
	put_text(b, "password", s->password);
	put_text(b, "hashed", s->hashed_password);
	put_flag(b, s->has_login, s->login ? "login" : "no-login");
	put_flag(b, s->has_superuser, s->superuser ? "superuser" : "no-superuser");
	put_flag(b, s->has_options, "options");
	put_flag(b, s->all_datacenters, "all-datacenters");
	put_flag(b, s->all_cidrs, "all-cidrs");
	put_texts(b, "datacenters", s->datacenters, s->datacenter_count);
	put_texts(b, "cidrs", s->cidrs, s->cidr_count);
}

static void put_role_use(struct cd_buffer *b, const struct nd_statement *statement)
{
	const struct nd_role_use *s = &statement->as.role_use;

	put_text(b, "role", s->role);
	put_text(b, "grantee", s->grantee);
	put_flag(b, s->if_exists, "if-exists");
	put_flag(b, s->no_recursive, "no-recursive");
}

static void put_grant(struct cd_buffer *b, const struct nd_statement *statement)
{
	const struct nd_grant *s = &statement->as.grant;
	char resource[ND_RESOURCE_MOST];

	for (unsigned i = 0; i < ND_PERMISSIONS; i++)
		if (s->permissions >> i & 1)
			put(b, " %s", nd_permission_name(i));
	if (s->on.kind != ND_RESOURCE_NONE && s->on.kind != ND_TABLE) {
		nd_resource_name(&s->on, resource);
		put_text(b, "on", resource);
	}
	for (uint32_t i = 0; i < s->argument_count; i++)
		put_spaced(b, s->arguments[i]);
	put_text(b, "grantee", s->grantee);
	put_flag(b, s->no_recursive, "no-recursive");
}

static void put_identity(struct cd_buffer *b, const struct nd_statement *statement)
{
	const struct nd_identity *s = &statement->as.identity;

	put(b, " '%s'", s->identity);
	put_text(b, "role", s->role);
	put_flag(b, s->if_not_exists, "if-not-exists");
	put_flag(b, s->if_exists, "if-exists");
}

static void put_function(struct cd_buffer *b, const struct nd_statement *statement)
{
	const struct nd_function_def *s = &statement->as.function;

	put_flag(b, s->or_replace, "or-replace");
	put_flag(b, s->if_not_exists, "if-not-exists");
	put_flag(b, s->if_exists, "if-exists");
	put_flag(b, s->has_arguments, "of");
	for (uint32_t i = 0; i < s->argument_count; i++) {
		if (s->names)
			put(b, " %s", s->names[i]);
		put_spaced(b, s->arguments[i]);
	}
	if (s->returns)
		put_spaced(b, s->returns);
	put_text(b, "language", s->language);
	put_text(b, "body", s->body);
	put_text(b, "state", s->state_function);
	if (s->state_type)
		put_spaced(b, s->state_type);
	put_text(b, "final", s->final_function);
	if (s->initial) {
		put(b, " initial ");
		put_expr(b, s->initial);
	}
}

static void put_trigger(struct cd_buffer *b, const struct nd_statement *statement)
{
	const struct nd_trigger_def *s = &statement->as.trigger;

	put(b, " '%s'", s->name);
	put_text(b, "class", s->class_name);
	put_flag(b, s->if_not_exists, "if-not-exists");
	put_flag(b, s->if_exists, "if-exists");
}

static void put_statement(struct cd_buffer *b, const struct nd_statement *s)
{
	static const struct {
		const char *name;
		void (*put)(struct cd_buffer *b, const struct nd_statement *s);
	} kinds[] = {
		[ND_SELECT] = { "select", put_select },
		[ND_INSERT] = { "insert", put_insert },
		[ND_UPDATE] = { "update", put_modify },
		[ND_DELETE] = { "delete", put_modify },
		[ND_BATCH] = { "batch", put_batch },
		[ND_USE] = { "use", put_nothing },
		[ND_TRUNCATE] = { "truncate", put_nothing },
		[ND_CREATE_KEYSPACE] = { "create-keyspace", put_keyspace },
		[ND_ALTER_KEYSPACE] = { "alter-keyspace", put_keyspace },
		[ND_DROP_KEYSPACE] = { "drop-keyspace", put_drop },
		[ND_CREATE_TABLE] = { "create-table", put_table },
		[ND_ALTER_TABLE] = { "alter-table", put_alter_table },
		[ND_DROP_TABLE] = { "drop-table", put_drop },
		[ND_CREATE_TYPE] = { "create-type", put_type_def },
		[ND_ALTER_TYPE] = { "alter-type", put_type_def },
		[ND_DROP_TYPE] = { "drop-type", put_drop },
		[ND_CREATE_INDEX] = { "create-index", put_index },
		[ND_DROP_INDEX] = { "drop-index", put_drop },
		[ND_CREATE_VIEW] = { "create-view", put_view },
		[ND_ALTER_VIEW] = { "alter-view", put_alter_view },
		[ND_DROP_VIEW] = { "drop-view", put_drop },
		[ND_DESCRIBE] = { "describe", put_describe },
		[ND_CREATE_ROLE] = { "create-role", put_role_def },
		[ND_ALTER_ROLE] = { "alter-role", put_role_def },
		[ND_DROP_ROLE] = { "drop-role", put_role_use },
		[ND_LIST_ROLES] = { "list-roles", put_role_use },
		[ND_LIST_USERS] = { "list-users", put_role_use },
		[ND_GRANT_ROLE] = { "grant-role", put_role_use },
		[ND_REVOKE_ROLE] = { "revoke-role", put_role_use },
		[ND_GRANT] = { "grant", put_grant },
		[ND_REVOKE] = { "revoke", put_grant },
		[ND_LIST_PERMISSIONS] = { "list-permissions", put_grant },
		[ND_ADD_IDENTITY] = { "add-identity", put_identity },
		[ND_DROP_IDENTITY] = { "drop-identity", put_identity },
		[ND_CREATE_FUNCTION] = { "create-function", put_function },
		[ND_DROP_FUNCTION] = { "drop-function", put_function },
		[ND_CREATE_AGGREGATE] = { "create-aggregate", put_function },
		[ND_DROP_AGGREGATE] = { "drop-aggregate", put_function },
		[ND_CREATE_TRIGGER] = { "create-trigger", put_trigger },
		[ND_DROP_TRIGGER] = { "drop-trigger", put_trigger },
	};

	put(b, "(%s", kinds[s->kind].name);
	if (s->on.keyspace || s->on.name)
		put_on(b, &s->on);
	kinds[s->kind].put(b, s);
	put(b, ")");
}

void nd_ast_print(struct cd_buffer *out, const struct nd_statement *s)
{
	put_statement(out, s);
	for (uint32_t i = 0; i < s->marker_count; i++)
		if (s->markers[i])
			put(out, " ?%u=%s", i, s->markers[i]);
	cd_buffer_u8(out, 0);
}
