/* SPDX-License-Identifier: MIT */
/* The columns of a table in cqlsh's order: the key, then all others by their names, static ones among them. */
#include <coodie/cluster.h>
#include <stdlib.h>
#include <string.h>

#include "tools/shell/copy.h"

/* How many columns of the table that a statement is of are its key; 0: it is not known. */
static size_t known_keys(struct shell *sh, const coodie_prepared *select)
{
	coodie_metadata *schema = coodie_session_metadata(sh->cluster.session, NULL);
	const coodie_table_meta *table = NULL;
	size_t count;

	if (schema)
		table = coodie_keyspace_meta_table(
			coodie_metadata_keyspace(schema, coodie_prepared_keyspace(select)),
			coodie_prepared_table(select));
	count = coodie_table_meta_partition_key_count(table) +
		coodie_table_meta_clustering_count(table);
	coodie_metadata_free(schema);
	return count;
}

/* How many columns at the front of SELECT * are the key; where nobody knows, all stay where they are. */
static size_t key_count(struct shell *sh, const coodie_prepared *select)
{
	size_t count = known_keys(sh, select);

	if (!count) {
		cluster_learn(&sh->cluster);
		count = known_keys(sh, select);
	}
	return count ? count : coodie_prepared_column_count(select);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char *copy_quoted_name(struct pool *pool, const char *name)
{
	struct bytes text = { 0 };
	const char *copy;

	cell_add_name(&text, name);
	copy = pool_printf(pool, "%s", text_of(&text));
	bytes_free(&text);
	return copy;
}

const char **copy_all_columns(struct shell *sh, const char *table, struct pool *pool, size_t *count,
			      coodie_error *err)
{
	const char *cql = pool_printf(pool, "SELECT * FROM %s", table), **names;
	coodie_prepared *select = cluster_prepare(&sh->cluster, cql, err);
	size_t keys;

	if (!select)
		return NULL;
	*count = coodie_prepared_column_count(select);
	names = pool_get(pool, *count, sizeof *names);
	for (size_t i = 0; i < *count; i++)
		names[i] = pool_printf(pool, "%s", coodie_prepared_column_name(select, i));
	keys = key_count(sh, select);
	if (keys < *count)
		qsort(names + keys, *count - keys, sizeof *names, by_name);
	for (size_t i = 0; i < *count; i++)
		names[i] = copy_quoted_name(pool, names[i]);
	coodie_prepared_free(select);
	return names;
}
