/* SPDX-License-Identifier: MIT */
/* Rows of the system tables that ScyllaDB has and Cassandra has not. */
#include "node/cluster/scylla.h"
#include "node/cluster/system_parts.h"

bool nd_system_versions(struct nd_table *t, struct nd_request *x)
{
	struct nd_rows r;

	nd_store_truncate(t->store);
	nd_rows_begin(&r, t, x);
	nd_rows_partition(&r, cql_from_str("local"));
	nd_rows_row(&r, NULL);
	nd_rows_put(&r, "build_mode", cql_from_str("release"));
	nd_rows_put(&r, "version", cql_from_str("2025.1.0-coodie"));
	return nd_rows_end(&r);
}

/* Those with tablets. */
bool nd_system_scylla_keyspaces(struct nd_table *t, struct nd_request *x)
{
	const struct nd_schema *s = &x->db->schema;
	struct nd_rows r;

	nd_store_truncate(t->store);
	nd_rows_begin(&r, t, x);
	for (uint32_t i = 0; !r.failed && i < s->keyspace_count; i++) {
		if (!nd_scylla_has_tablets(s->keyspaces[i]))
			continue;
		nd_rows_partition(&r, cql_from_str(s->keyspaces[i]->name));
		nd_rows_row(&r, NULL);
		nd_rows_put(&r, "initial_tablets", cql_from_int(ND_SCYLLA_TABLETS));
	}
	return nd_rows_end(&r);
}

bool nd_system_scylla_tables(struct nd_table *t, struct nd_request *x)
{
	const struct nd_schema *s = &x->db->schema;
	struct nd_rows r;

	nd_store_truncate(t->store);
	nd_rows_begin(&r, t, x);
	for (uint32_t i = 0; !r.failed && i < s->keyspace_count; i++) {
		const struct nd_keyspace *k = s->keyspaces[i];
		nd_rows_partition(&r, cql_from_str(k->name));
		for (uint32_t j = 0; !r.failed && j < k->table_count; j++) {
			cql_value name = cql_from_str(k->tables[j]->name);
			nd_rows_row(&r, &name);
		}
	}
	return nd_rows_end(&r);
}
