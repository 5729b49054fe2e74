/* SPDX-License-Identifier: MIT */
/* CREATE, ALTER and DROP KEYSPACE. */
#include "node/ddl.h"
#include "node/options.h"

bool nd_ddl_create_keyspace(struct nd_ddl *d)
{
	const struct nd_create_keyspace *def = &d->statement->as.keyspace;
	struct nd_keyspace draft = { .name = d->keyspace_name };

	if (!nd_options_keyspace(d, &def->properties, NULL, &draft))
		return false;
	if (d->keyspace)
		return def->if_not_exists || nd_ddl_exists(d, NULL);
	return nd_schema_add_keyspace(d->schema, &draft,
				      nd_ddl_change(d, "CREATED", "KEYSPACE", NULL)) ||
	       nd_ddl_no_memory(d);
}
