/* SPDX-License-Identifier: MIT */
/* Schemas as statements. */
#include "orm/schema/statement.h"

#include "base/error.h"
#include "base/identifier.h"
#include "orm/model/spelling.h"

static void put_name(struct cd_buffer *b, const coodie_schema *s, const char *name)
{
	cd_identifier_append(b, s->keyspace);
	cd_buffer_u8(b, '.');
	cd_identifier_append(b, name);
}

static void put_type_name(struct cd_buffer *b, const coodie_schema *s, const char *name)
{
	cd_identifier_append(b, s->keyspace);
	cd_buffer_u8(b, '.');
	cd_spelling_append_name(b, name);
}

static void put_column(struct cd_buffer *b, const char *name)
{
	cd_identifier_append_quoted(b, name);
}

/* What a server says is frozen, and has no types inside, is a user type; it says no quotes. */
static void put_type(struct cd_buffer *b, const char *type)
{
	static const char frozen[] = "frozen<";
	const char *at;

	while ((at = strstr(type, frozen))) {
		size_t len = strcspn(at += sizeof(frozen) - 1, "<>\"");
		char name[64];

		cd_buffer_bytes(b, type, (size_t)(at - type));
		type = at;
		if (at[len] != '>' || len >= sizeof(name))
			continue;
		memcpy(name, at, len);
		name[len] = '\0';
		cd_spelling_append_name(b, name);
		type += len;
	}
	cd_buffer_text(b, type);
}

static void put_member(struct cd_buffer *b, const struct cd_member *m)
{
	put_column(b, m->name);
	cd_buffer_u8(b, ' ');
	put_type(b, m->type);
}

void cd_put_drop(struct cd_buffer *b, const coodie_schema *s, const void *of, const void *part)
{
	const char *what = of, *name = part;

	cd_buffer_text(b, "DROP ");
	cd_buffer_text(b, what);
	cd_buffer_text(b, " IF EXISTS ");
	(strcmp(what, "TYPE") ? put_name : put_type_name)(b, s, name);
}

/* ---- keyspaces --------------------------------------------------------------------------------- */

/* That writes are durable needs no word. */
static bool goes_without_saying(const struct cd_option *o)
{
	return !strcmp(o->name, "durable_writes") && cd_value_same(o->shape, o->value, "true");
}

void cd_put_create_keyspace(struct cd_buffer *b, const char *name, const struct cd_options *options)
{
	const char *join = " WITH ";

	cd_buffer_text(b, "CREATE KEYSPACE IF NOT EXISTS ");
	cd_identifier_append(b, name);
	for (const struct cd_option *o = options->first; o; o = o->next) {
		if (goes_without_saying(o))
			continue;
		cd_buffer_text(b, join);
		cd_option_write(b, o);
		join = " AND ";
	}
}

void cd_put_drop_keyspace(struct cd_buffer *b, const char *name)
{
	cd_buffer_text(b, "DROP KEYSPACE IF EXISTS ");
	cd_identifier_append(b, name);
}

/* ---- types ------------------------------------------------------------------------------------- */

void cd_put_create_type(struct cd_buffer *b, const coodie_schema *s, const void *of,
			const void *part)
{
	const struct cd_udt *t = of;

	(void)part;
	cd_buffer_text(b, "CREATE TYPE IF NOT EXISTS ");
	put_type_name(b, s, t->name);
	for (const struct cd_member *m = t->fields.first; m; m = m->next) {
		cd_buffer_text(b, m == t->fields.first ? " (" : ", ");
		put_member(b, m);
	}
	cd_buffer_u8(b, ')');
}

void cd_put_add_field(struct cd_buffer *b, const coodie_schema *s, const void *of, const void *part)
{
	const struct cd_udt *t = of;

	cd_buffer_text(b, "ALTER TYPE ");
	put_type_name(b, s, t->name);
	cd_buffer_text(b, " ADD ");
	put_member(b, part);
}

/* ---- tables and views -------------------------------------------------------------------------- */

/* PRIMARY KEY (("a", "b"), "c") */
static void put_key(struct cd_buffer *b, const struct cd_table *t)
{
	const struct cd_member *m;

	cd_buffer_text(b, "PRIMARY KEY ((");
	for (int32_t i = 0; (m = cd_table_key(t, CD_ROLE_PARTITION, i)); i++) {
		cd_buffer_text(b, i ? ", " : "");
		put_column(b, m->name);
	}
	cd_buffer_u8(b, ')');
	for (int32_t i = 0; (m = cd_table_key(t, CD_ROLE_CLUSTERING, i)); i++) {
		cd_buffer_text(b, ", ");
		put_column(b, m->name);
	}
	cd_buffer_u8(b, ')');
}

static const char *put_order(struct cd_buffer *b, const struct cd_table *t)
{
	const struct cd_member *m;
	int32_t i;

	for (i = 0; (m = cd_table_key(t, CD_ROLE_CLUSTERING, i)); i++) {
		cd_buffer_text(b, i ? ", " : " WITH CLUSTERING ORDER BY (");
		put_column(b, m->name);
		cd_buffer_text(b, m->desc ? " DESC" : " ASC");
	}
	if (!i)
		return " WITH ";
	cd_buffer_u8(b, ')');
	return " AND ";
}

static void put_options(struct cd_buffer *b, const struct cd_table *t)
{
	const char *join = put_order(b, t);

	for (const struct cd_option *o = t->options.first; o; o = o->next) {
		/* a view cannot be told that it has none */
		if (t->base && !strcmp(o->name, "default_time_to_live"))
			continue;
		cd_buffer_text(b, join);
		cd_option_write(b, o);
		join = " AND ";
	}
}

static void put_selection(struct cd_buffer *b, const struct cd_table *t)
{
	for (const struct cd_member *m = t->columns.first; m && !t->all_columns; m = m->next) {
		cd_buffer_text(b, m == t->columns.first ? "" : ", ");
		put_column(b, m->name);
	}
	cd_buffer_text(b, t->all_columns ? "*" : "");
}

void cd_put_where(struct cd_buffer *b, const struct cd_table *t)
{
	const char *join = "";

	cd_buffer_text(b, t->where ? t->where : "");
	for (int role = CD_ROLE_PARTITION; !t->where && role <= CD_ROLE_CLUSTERING; role++) {
		const struct cd_member *m;

		for (int32_t i = 0; (m = cd_table_key(t, (enum cd_role)role, i)); i++) {
			cd_buffer_text(b, join);
			put_column(b, m->name);
			cd_buffer_text(b, " IS NOT NULL");
			join = " AND ";
		}
	}
}

static void put_create_view(struct cd_buffer *b, const coodie_schema *s, const struct cd_table *t)
{
	cd_buffer_text(b, "CREATE MATERIALIZED VIEW IF NOT EXISTS ");
	put_name(b, s, t->name);
	cd_buffer_text(b, " AS SELECT ");
	put_selection(b, t);
	cd_buffer_text(b, " FROM ");
	put_name(b, s, t->base);
	cd_buffer_text(b, t->where && !*t->where ? "" : " WHERE ");
	cd_put_where(b, t);
	cd_buffer_u8(b, ' ');
	put_key(b, t);
	put_options(b, t);
}

void cd_put_create_table(struct cd_buffer *b, const coodie_schema *s, const void *of,
			 const void *part)
{
	const struct cd_table *t = of;

	(void)part;
	if (t->base) {
		put_create_view(b, s, t);
		return;
	}
	cd_buffer_text(b, "CREATE TABLE IF NOT EXISTS ");
	put_name(b, s, t->name);
	cd_buffer_text(b, " (");
	for (const struct cd_member *m = t->columns.first; m; m = m->next) {
		put_member(b, m);
		cd_buffer_text(b, m->role == CD_ROLE_STATIC ? " STATIC, " : ", ");
	}
	put_key(b, t);
	cd_buffer_u8(b, ')');
	put_options(b, t);
}

static void put_alter_table(struct cd_buffer *b, const coodie_schema *s, const struct cd_table *t)
{
	cd_buffer_text(b, t->base ? "ALTER MATERIALIZED VIEW " : "ALTER TABLE ");
	put_name(b, s, t->name);
}

void cd_put_add_column(struct cd_buffer *b, const coodie_schema *s, const void *of,
		       const void *part)
{
	const struct cd_member *column = part;

	put_alter_table(b, s, of);
	cd_buffer_text(b, " ADD ");
	put_member(b, column);
	cd_buffer_text(b, column->role == CD_ROLE_STATIC ? " STATIC" : "");
}

void cd_put_drop_column(struct cd_buffer *b, const coodie_schema *s, const void *of,
			const void *part)
{
	const struct cd_member *column = part;

	put_alter_table(b, s, of);
	cd_buffer_text(b, " DROP ");
	put_column(b, column->name);
}

void cd_put_alter(struct cd_buffer *b, const coodie_schema *s, const void *of, const void *part)
{
	const struct cd_options *options = part;
	const char *join = " WITH ";

	if (of) {
		put_alter_table(b, s, of);
	} else {
		cd_buffer_text(b, "ALTER KEYSPACE ");
		cd_identifier_append(b, s->keyspace);
	}
	for (const struct cd_option *o = options->first; o; o = o->next) {
		cd_buffer_text(b, join);
		cd_option_write(b, o);
		join = " AND ";
	}
}

/* ---- indexes ----------------------------------------------------------------------------------- */

void cd_put_target(struct cd_buffer *b, const coodie_schema *s, const void *of, const void *part)
{
	const struct cd_index *i = part;

	(void)s;
	(void)of;
	if (i->target) { /* as the server says it */
		cd_buffer_text(b, i->target);
		return;
	}
	cd_buffer_text(b, i->part);
	cd_buffer_text(b, *i->part ? "(" : "");
	put_column(b, i->column);
	cd_buffer_text(b, *i->part ? ")" : "");
}

static void put_create_index(struct cd_buffer *b, const coodie_schema *s, const struct cd_table *t,
			     const struct cd_index *i, const char *class_name)
{
	const struct cd_index target = { .column = i->column,
					 .part = strcmp(i->part, "VALUES") ? i->part : "" };

	cd_buffer_text(b, class_name ? "CREATE CUSTOM INDEX IF NOT EXISTS "
				     : "CREATE INDEX IF NOT EXISTS ");
	cd_identifier_append(b, i->name);
	cd_buffer_text(b, " ON ");
	put_name(b, s, t->name);
	cd_buffer_text(b, " (");
	cd_put_target(b, s, t, &target);
	cd_buffer_u8(b, ')');
	if (!class_name)
		return;
	cd_buffer_text(b, " USING ");
	cd_string_append(b, class_name);
	if (i->options && i->options->pairs) {
		cd_buffer_text(b, " WITH OPTIONS = ");
		cd_option_put_value(b, i->options);
	}
}

void cd_put_create_index(struct cd_buffer *b, const coodie_schema *s, const void *of,
			 const void *part)
{
	put_create_index(b, s, of, part, ((const struct cd_index *)part)->class_name);
}

void cd_put_scylla_index(struct cd_buffer *b, const coodie_schema *s, const void *of,
			 const void *part)
{
	put_create_index(b, s, of, part, "vector_index");
}

/* ---- all of it --------------------------------------------------------------------------------- */

/* Whom each statement is told. */
struct teller {
	const coodie_schema *schema;
	coodie_cql_fn *each;
	void *user;
	struct cd_buffer b;
};

/* What has been written, and then nothing. */
static void tell(struct teller *t)
{
	cd_buffer_u8(&t->b, '\0');
	if (t->b.failed)
		return;
	t->each((const char *)t->b.data, t->user);
	cd_buffer_clear(&t->b);
}

static void tell_table(struct teller *to, const struct cd_table *t)
{
	cd_put_create_table(&to->b, to->schema, t, NULL);
	tell(to);
	for (const struct cd_index *i = t->indexes; i; i = i->next) {
		if (i->external)
			continue;
		cd_put_create_index(&to->b, to->schema, t, i);
		tell(to);
	}
}

bool coodie_schema_statements(const coodie_schema *s, coodie_cql_fn *each, void *user,
			      coodie_error *err)
{
	struct teller to = { .schema = s, .each = each, .user = user };
	bool ok;

	cd_clear(err);
	if (!s || !each)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "coodie_schema_statements: the schema or the callback is NULL");
	cd_buffer_init(&to.b, &s->allocator, 0);
	if (s->options.first) {
		cd_put_create_keyspace(&to.b, s->keyspace, &s->options);
		tell(&to);
	}
	for (const struct cd_udt *t = s->types; t; t = t->next) {
		cd_put_create_type(&to.b, s, t, NULL);
		tell(&to);
	}
	for (int views = 0; views < 2; views++) {
		for (const struct cd_table *t = s->tables; t; t = t->next) {
			if (!!t->base == views)
				tell_table(&to, t);
		}
	}
	ok = !to.b.failed || cd_no_memory(err, "a statement");
	cd_buffer_deinit(&to.b);
	return ok;
}
