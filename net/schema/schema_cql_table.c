/* SPDX-License-Identifier: MIT */
/* Tables and views as the statements that make them. */
#include "net/schema/schema_cql.h"

/* A table while it is written. */
struct described {
	struct cd_print *p;
	const coodie_table_meta *t;
	bool is_compact; /* of COMPACT STORAGE, which columns nobody made belong to */
	bool is_dense;
	bool is_virtual;
	uint32_t clustering; /* columns that were asked for */
	const char *before;  /* what the next option is written behind */
};

/* ---- compact storage, of Cassandra 3 and before ------------------------------------------------ */

static void read_flags(struct described *d)
{
	cql_value item, flags = cd_schema_value(d->t->row, "flags");
	bool compound = false, dense = false, super = false;
	cql_text flag;
	cql_set set;

	d->clustering = d->t->clustering_count;
	if (!cql_to_set(flags, &set, NULL))
		return;
	for (cql_iter it = cql_set_iter(set); cql_iter_next(&it, &item);) {
		if (!cql_to_text(item, &flag, NULL))
			continue;
		compound |= flag.len == 8 && memcmp(flag.data, "compound", 8) == 0;
		dense |= flag.len == 5 && memcmp(flag.data, "dense", 5) == 0;
		super |= flag.len == 5 && memcmp(flag.data, "super", 5) == 0;
	}
	d->is_dense = dense;
	d->is_compact = dense || super || !compound;
	if (d->is_compact && !dense)
		d->clustering = 0;
}

/* Whether somebody made the column. */
static bool is_shown(const struct described *d, const coodie_column_meta *c)
{
	const char *class_name = cql_type_name(c->type);

	if (!d->is_compact || c->kind == COODIE_COLUMN_PARTITION_KEY)
		return true;
	if (!d->is_dense)
		return c->kind == COODIE_COLUMN_STATIC;
	return c->kind != COODIE_COLUMN_REGULAR || !class_name || !strstr(class_name, "EmptyType");
}

/* ---- columns --------------------------------------------------------------------------------- */

/* Of the key, then static ones, plain ones, and those that are stored in pieces: collections and user
 * types that are not frozen. */
static unsigned group_of(const coodie_column_meta *c)
{
	enum cql_kind kind = cql_type_kind(c->type);
	bool in_pieces = !cql_type_is_frozen(c->type) &&
			 (kind == CQL_KIND_LIST || kind == CQL_KIND_SET || kind == CQL_KIND_MAP ||
			  kind == CQL_KIND_UDT);

	if (c->kind == COODIE_COLUMN_PARTITION_KEY || c->kind == COODIE_COLUMN_CLUSTERING)
		return 0;
	return (c->kind == COODIE_COLUMN_STATIC ? 1U : 3U) + in_pieces;
}

enum { GROUPS = 5 };

static bool is_sole_key(const struct described *d)
{
	return d->t->partition_key_count == 1 && !d->clustering;
}

static void put_column(const struct described *d, const coodie_column_meta *c)
{
	cd_schema_cql_name(d->p, c->name);
	cd_print_char(d->p, ' ');
	cd_schema_cql_text(d->p, cd_schema_text(coodie_column_meta_row(c), "type"));
	if (c->kind == COODIE_COLUMN_STATIC && !d->is_compact)
		cd_print_text(d->p, " static");
	if (c->kind == COODIE_COLUMN_PARTITION_KEY && is_sole_key(d))
		cd_print_text(d->p, " PRIMARY KEY");
}

typedef void column_fn(const struct described *d, const coodie_column_meta *c);

static void name_column(const struct described *d, const coodie_column_meta *c)
{
	cd_schema_cql_name(d->p, c->name);
}

static void put_columns(const struct described *d, column_fn *put, const char *between)
{
	const char *before = "";

	for (unsigned group = 0; group < GROUPS; group++)
		for (uint32_t i = 0; i < d->t->column_count; i++) {
			const coodie_column_meta *c = &d->t->columns[i]->is;

			if (group_of(c) != group || !is_shown(d, c))
				continue;
			cd_print_text(d->p, before);
			put(d, c);
			before = between;
		}
}

/* "((a, b), c)" */
static void put_primary_key(const struct described *d)
{
	uint32_t keys = d->t->partition_key_count;

	cd_print_text(d->p, keys > 1 ? "PRIMARY KEY ((" : "PRIMARY KEY (");
	for (uint32_t i = 0; i < keys + d->clustering; i++) {
		cd_print_text(d->p, i == 0 ? "" : i == keys && keys > 1 ? "), " : ", ");
		cd_schema_cql_name(d->p, d->t->columns[i]->is.name);
	}
	cd_print_text(d->p, keys > 1 && !d->clustering ? "))" : ")");
}

/* ---- options --------------------------------------------------------------------------------- */

/* The words in front of the next option. */
static void next_option(struct described *d)
{
	cd_print_text(d->p, d->before);
	d->before = "\n    AND ";
}

static void put_clustering_order(struct described *d)
{
	const struct cd_schema_column *const *c = d->t->columns + d->t->partition_key_count;

	if (!d->clustering)
		return;
	next_option(d);
	cd_print_text(d->p, "CLUSTERING ORDER BY (");
	for (uint32_t i = 0; i < d->clustering; i++) {
		cd_print_text(d->p, i ? ", " : "");
		cd_schema_cql_name(d->p, c[i]->is.name);
		cd_print_text(d->p, c[i]->is.order == COODIE_CLUSTERING_DESC ? " DESC" : " ASC");
	}
	cd_print_char(d->p, ')');
}

static const struct option {
	const char *name, *otherwise;
	enum { ALWAYS, NOT_ZERO, OF_TABLES, OF_CASSANDRA } when;
} options[] = {
#define X(name, otherwise, when) { #name, otherwise, when },
#include "net/schema/schema_option.def"
#undef X
};

static bool is_said(const struct described *d, const struct option *o,
		    const coodie_meta_field *field)
{
	double d_value = 0;

	switch (o->when) {
	case ALWAYS:
		break;
	case NOT_ZERO:
		return cql_to_double(field->value, &d_value, NULL) && d_value > 0;
	case OF_TABLES:
		return !d->t->base;
	case OF_CASSANDRA:
		return !d->t->keyspace->rows[CD_SCHEMA_SCYLLA_TABLES];
	}
	return true;
}

static void put_options(struct described *d)
{
	coodie_meta_field field;

	for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
		const struct option *o = &options[i];
		bool found = coodie_meta_row_find(d->t->row, o->name, &field);
		bool is_null = found && cql_is_null(field.value);

		if (!found || !is_said(d, o, &field) || (is_null && !o->otherwise))
			continue;
		next_option(d);
		cd_print_text(d->p, o->name);
		cd_print_text(d->p, " = ");
		if (is_null)
			cd_print_text(d->p, o->otherwise);
		else
			cd_schema_cql_value(d->p, &field);
	}
}

/* ---- statements ------------------------------------------------------------------------------ */

static void put_table(struct described *d)
{
	cd_print_text(d->p, d->is_virtual ? "VIRTUAL TABLE " : "CREATE TABLE ");
	cd_schema_cql_qualified(d->p, d->t->keyspace, d->t->name);
	cd_print_text(d->p, " (\n    ");
	put_columns(d, put_column, ",\n    ");
	if (!is_sole_key(d)) {
		cd_print_text(d->p, ",\n    ");
		put_primary_key(d);
	}
	cd_print_text(d->p, "\n)");
	if (d->is_compact) {
		next_option(d);
		cd_print_text(d->p, "COMPACT STORAGE");
	}
}

static void put_view(struct described *d)
{
	cql_text where = cd_schema_text(d->t->row, "where_clause");

	cd_print_text(d->p, "CREATE MATERIALIZED VIEW ");
	cd_schema_cql_qualified(d->p, d->t->keyspace, d->t->name);
	cd_print_text(d->p, " AS\n    SELECT ");
	if (cd_schema_bool(d->t->row, "include_all_columns", false))
		cd_print_char(d->p, '*');
	else
		put_columns(d, name_column, ", ");
	cd_print_text(d->p, "\n    FROM ");
	cd_schema_cql_qualified(d->p, d->t->keyspace, d->t->base);
	cd_print_text(d->p, "\n    WHERE ");
	cd_schema_cql_text(d->p, where);
	cd_print_text(d->p, "\n    ");
	put_primary_key(d);
	cd_print_char(d->p, '\n');
}

void cd_schema_cql_table(struct cd_print *p, const coodie_table_meta *t)
{
	struct described d = {
		.p = p, .t = t, .is_virtual = t->keyspace->is_virtual, .before = " WITH "
	};

	read_flags(&d);
	if (d.is_virtual) {
		cd_print_text(p, "/*\nWarning: Table ");
		cd_schema_cql_qualified(p, t->keyspace, t->name);
		cd_print_text(p, " is a virtual table and cannot be recreated with CQL.\n"
				 "Structure, for reference:\n");
	}
	if (t->base)
		put_view(&d);
	else
		put_table(&d);
	put_clustering_order(&d);
	put_options(&d);
	cd_print_text(p, d.is_virtual ? ";\n*/" : ";");
}
