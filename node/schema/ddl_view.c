/* SPDX-License-Identifier: MIT */
/* Materialized views, which Cassandra has switched off unless cassandra.yaml says otherwise: so has
 * the node, and no view exists. */
#include "node/schema/ddl.h"

bool nd_ddl_create_view(struct nd_ddl *d)
{
	return nd_ddl_refuse(d,
			     "Materialized views are disabled. Enable in cassandra.yaml to use.");
}

static bool missing(struct nd_ddl *d, bool if_exists)
{
	return if_exists || nd_ddl_refuse(d, "Materialized view '%s.%s' doesn't exist",
					  d->keyspace_name, d->statement->on.name);
}

bool nd_ddl_alter_view(struct nd_ddl *d)
{
	return missing(d, d->statement->as.alter_view.if_exists);
}

bool nd_ddl_drop_view(struct nd_ddl *d)
{
	return missing(d, d->statement->as.drop.if_exists);
}
