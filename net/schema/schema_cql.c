/* SPDX-License-Identifier: MIT */
/* Keyspaces, types, functions and indexes as the statements that make them. */
#include "net/schema/schema_cql.h"

#include <math.h>

#include <coodie/text.h>

#include "base/identifier.h"

void cd_schema_cql_name(struct cd_print *p, const char *name)
{
	if (!name || cd_identifier_plain(name)) {
		cd_print_text(p, name ? name : "");
		return;
	}
	cd_print_char(p, '"');
	for (; *name; name++) {
		if (*name == '"')
			cd_print_char(p, '"');
		cd_print_char(p, *name);
	}
	cd_print_char(p, '"');
}

void cd_schema_cql_qualified(struct cd_print *p, const coodie_keyspace_meta *ks, const char *name)
{
	cd_schema_cql_name(p, ks->name);
	cd_print_char(p, '.');
	cd_schema_cql_name(p, name);
}

void cd_schema_cql_text(struct cd_print *p, cql_text text)
{
	cd_print_bytes(p, text.data, text.len);
}

/* "0.01", "1.0" */
static void put_real(struct cd_print *p, double d)
{
	cd_print_real(p, d, false);
	if (isfinite(d) && fabs(d) < 1e15 && d == (double)(int64_t)d)
		cd_print_text(p, ".0");
}

void cd_schema_cql_value(struct cd_print *p, const coodie_meta_field *field)
{
	size_t room = p->len < p->size ? p->size - p->len : 0;
	double d;

	if (cql_type_kind(field->type) == CQL_KIND_DOUBLE && cql_to_double(field->value, &d, NULL))
		put_real(p, d);
	else
		p->len += cql_literal_format(field->type, field->value,
					     room ? p->out + p->len : NULL, room);
}

/* ---- keyspaces ------------------------------------------------------------------------------- */

static void put_pair(struct cd_print *p, const char *key, const char *value)
{
	cd_print_quoted(p, key, strlen(key));
	cd_print_text(p, ": ");
	cd_print_quoted(p, value, strlen(value));
}

/* The class in front, without its package. */
static void put_replication(struct cd_print *p, const coodie_keyspace_meta *ks)
{
	static const char package[] = "org.apache.cassandra.locator.";
	const char *name = coodie_keyspace_meta_replication(ks, "class");
	const char *key, *value, *before = name ? ", " : "";

	cd_print_char(p, '{');
	if (name && strncmp(name, package, sizeof package - 1) == 0)
		name += sizeof package - 1;
	if (name)
		put_pair(p, "class", name);
	for (size_t i = 0; coodie_keyspace_meta_replication_at(ks, i, &key, &value); i++) {
		if (strcmp(key, "class") == 0)
			continue;
		cd_print_text(p, before);
		put_pair(p, key, value);
		before = ", ";
	}
	cd_print_char(p, '}');
}

static void put_tablets(struct cd_print *p, const coodie_keyspace_meta *ks)
{
	const struct cd_schema_row *row = ks->rows[CD_SCHEMA_SCYLLA_KEYSPACES];
	int32_t initial = row ? cd_schema_int(&row->row, "initial_tablets", 0) : 0;

	if (!ks->has_tablets)
		return;
	cd_print_text(p, " AND tablets = {");
	cd_print_text(p, initial > 0 ? "'initial': " : "'enabled': true");
	if (initial > 0)
		cd_print_integer(p, initial);
	cd_print_char(p, '}');
}

void cd_schema_cql_keyspace(struct cd_print *p, const coodie_keyspace_meta *ks)
{
	if (ks->is_virtual) {
		cd_print_text(p, "/*\nWarning: Keyspace ");
		cd_schema_cql_name(p, ks->name);
		cd_print_text(p, " is a virtual keyspace and cannot be recreated with CQL.\n"
				 "Structure, for reference:\nVIRTUAL KEYSPACE ");
		cd_schema_cql_name(p, ks->name);
		cd_print_text(p, ";\n*/");
		return;
	}
	cd_print_text(p, "CREATE KEYSPACE ");
	cd_schema_cql_name(p, ks->name);
	cd_print_text(p, " WITH replication = ");
	put_replication(p, ks);
	cd_print_text(p, "  AND durable_writes = ");
	cd_print_text(p, ks->durable_writes ? "true" : "false");
	put_tablets(p, ks);
	cd_print_char(p, ';');
}

/* ---- types ----------------------------------------------------------------------------------- */

void cd_schema_cql_type(struct cd_print *p, const coodie_keyspace_meta *ks,
			const struct cd_schema_type *type)
{
	struct cd_schema_texts types;
	cql_text text;

	cd_schema_list(type->row, "field_types", &types);
	cd_print_text(p, "CREATE TYPE ");
	cd_schema_cql_qualified(p, ks, type->name);
	cd_print_text(p, " (");
	for (size_t i = 0; i < cql_type_count(type->type); i++) {
		cd_print_text(p, i ? ",\n    " : "\n    ");
		cd_schema_cql_name(p, cql_type_field(type->type, i));
		cd_print_char(p, ' ');
		if (cd_schema_list_next(&types, &text))
			cd_schema_cql_text(p, text);
	}
	cd_print_text(p, "\n);");
}

/* ---- functions and aggregates ---------------------------------------------------------------- */

static void put_arguments(struct cd_print *p, const coodie_function_meta *fn)
{
	struct cd_schema_texts types;
	cql_text type;

	cd_schema_list(fn->row, "argument_types", &types);
	cd_schema_cql_qualified(p, fn->keyspace, fn->name);
	cd_print_char(p, '(');
	for (size_t i = 0; cd_schema_list_next(&types, &type); i++) {
		cd_print_text(p, i ? ", " : "");
		if (!fn->is_aggregate) {
			cd_schema_cql_name(p, coodie_function_meta_argument_name(fn, i));
			cd_print_char(p, ' ');
		}
		cd_schema_cql_text(p, cd_schema_unfrozen(type));
	}
	cd_print_char(p, ')');
}

static void put_clause(struct cd_print *p, const char *clause, cql_text text)
{
	if (!text.data)
		return;
	cd_print_text(p, clause);
	cd_schema_cql_text(p, text);
}

static void put_aggregate(struct cd_print *p, const coodie_function_meta *fn)
{
	cd_print_text(p, "CREATE AGGREGATE ");
	put_arguments(p, fn);
	cd_print_text(p, "\n    SFUNC ");
	cd_schema_cql_name(p, fn->state_function);
	put_clause(p, "\n    STYPE ", cd_schema_unfrozen(cd_schema_text(fn->row, "state_type")));
	if (fn->final_function) {
		cd_print_text(p, "\n    FINALFUNC ");
		cd_schema_cql_name(p, fn->final_function);
	}
	put_clause(p, "\n    INITCOND ", cql_text_of(fn->initial));
	cd_print_char(p, ';');
}

static void put_body(struct cd_print *p, const char *body)
{
	if (strstr(body, "$$") || (*body && body[strlen(body) - 1] == '$')) {
		cd_print_quoted(p, body, strlen(body));
		return;
	}
	cd_print_text(p, "$$");
	cd_print_text(p, body);
	cd_print_text(p, "$$");
}

void cd_schema_cql_function(struct cd_print *p, const coodie_function_meta *fn)
{
	if (fn->is_aggregate) {
		put_aggregate(p, fn);
		return;
	}
	cd_print_text(p, "CREATE FUNCTION ");
	put_arguments(p, fn);
	cd_print_text(p, fn->called_on_null ? "\n    CALLED ON NULL INPUT"
					    : "\n    RETURNS NULL ON NULL INPUT");
	put_clause(p, "\n    RETURNS ", cd_schema_unfrozen(cd_schema_text(fn->row, "return_type")));
	put_clause(p, "\n    LANGUAGE ", cql_text_of(fn->language));
	cd_print_text(p, "\n    AS ");
	put_body(p, fn->body ? fn->body : "");
	cd_print_char(p, ';');
}

/* ---- indexes --------------------------------------------------------------------------------- */

static bool is(cql_text text, const char *name)
{
	return text.len == strlen(name) && text.data && memcmp(text.data, name, text.len) == 0;
}

/* What is left of the options. */
static void put_index_options(struct cd_print *p, const coodie_meta_row *row)
{
	struct cd_schema_texts options;
	cql_text key, value;
	const char *before = " WITH OPTIONS = {";

	cd_schema_map(row, "options", &options);
	while (cd_schema_map_next(&options, &key, &value)) {
		if (is(key, "target") || is(key, "class_name"))
			continue;
		cd_print_text(p, before);
		cd_print_quoted(p, key.data, key.len);
		cd_print_text(p, ": ");
		cd_print_quoted(p, value.data, value.len);
		before = ", ";
	}
	if (*before == ',')
		cd_print_char(p, '}');
}

void cd_schema_cql_index(struct cd_print *p, const struct cd_schema_index *index)
{
	cd_print_text(p, index->is.class_name ? "CREATE CUSTOM INDEX " : "CREATE INDEX ");
	cd_schema_cql_name(p, index->is.name);
	cd_print_text(p, " ON ");
	cd_schema_cql_qualified(p, index->table->keyspace, index->table->name);
	cd_print_text(p, " (");
	cd_print_text(p, index->is.target);
	cd_print_char(p, ')');
	if (index->is.class_name) {
		cd_print_text(p, " USING ");
		cd_print_quoted(p, index->is.class_name, strlen(index->is.class_name));
		put_index_options(p, index->row);
	}
	cd_print_char(p, ';');
}
