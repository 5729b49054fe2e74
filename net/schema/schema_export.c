/* SPDX-License-Identifier: MIT */
/* The public calls that write CQL: one statement, or a whole keyspace. */
#include "net/schema/schema_cql.h"

static struct cd_print begin(char *out, size_t size)
{
	return (struct cd_print){ out, out ? size : 0, 0 };
}

size_t coodie_keyspace_meta_cql(const coodie_keyspace_meta *ks, char *out, size_t size)
{
	struct cd_print p = begin(out, size);

	if (ks)
		cd_schema_cql_keyspace(&p, ks);
	return cd_print_end(&p);
}

size_t coodie_keyspace_meta_type_cql(const coodie_keyspace_meta *ks, const char *name, char *out,
				     size_t size)
{
	struct cd_print p = begin(out, size);
	const struct cd_schema_type *type = ks && name ? cd_schema_type_find(ks, name) : NULL;

	if (type)
		cd_schema_cql_type(&p, ks, type);
	return cd_print_end(&p);
}

size_t coodie_table_meta_cql(const coodie_table_meta *t, char *out, size_t size)
{
	struct cd_print p = begin(out, size);

	if (t)
		cd_schema_cql_table(&p, t);
	return cd_print_end(&p);
}

size_t coodie_index_meta_cql(const coodie_index_meta *index, char *out, size_t size)
{
	struct cd_print p = begin(out, size);

	if (index)
		cd_schema_cql_index(&p, (const struct cd_schema_index *)(const void *)index);
	return cd_print_end(&p);
}

size_t coodie_function_meta_cql(const coodie_function_meta *fn, char *out, size_t size)
{
	struct cd_print p = begin(out, size);

	if (fn)
		cd_schema_cql_function(&p, fn);
	return cd_print_end(&p);
}

static void put_table(struct cd_print *p, const coodie_table_meta *t)
{
	cd_print_text(p, "\n\n");
	cd_schema_cql_table(p, t);
	for (uint32_t i = 0; i < t->index_count; i++) {
		cd_print_text(p, "\n\n");
		cd_schema_cql_index(p, &t->indexes[i]);
	}
	for (uint32_t i = 0; i < t->view_count; i++) {
		cd_print_text(p, "\n\n");
		cd_schema_cql_table(p, t->views[i]);
	}
}

size_t coodie_keyspace_meta_export(const coodie_keyspace_meta *ks, char *out, size_t size)
{
	struct cd_print p = begin(out, size);

	if (!ks)
		return cd_print_end(&p);
	cd_schema_cql_keyspace(&p, ks);
	for (uint32_t i = 0; i < ks->type_count; i++) {
		cd_print_text(&p, "\n\n");
		cd_schema_cql_type(&p, ks, ks->ordered_types[i]);
	}
	for (uint32_t i = 0; i < ks->function_count; i++) {
		cd_print_text(&p, "\n\n");
		cd_schema_cql_function(&p, &ks->functions[i]);
	}
	for (uint32_t i = 0; i < ks->aggregate_count; i++) {
		cd_print_text(&p, "\n\n");
		cd_schema_cql_function(&p, &ks->aggregates[i]);
	}
	for (uint32_t i = 0; i < ks->table_count; i++)
		if (!ks->tables[i].base)
			put_table(&p, &ks->tables[i]);
	return cd_print_end(&p);
}
