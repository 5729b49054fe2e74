/* SPDX-License-Identifier: MIT */
/* CREATE, ALTER and DROP KEYSPACE. */
#include <string.h>

#include "node/schema/ddl.h"
#include "node/schema/options.h"

bool nd_ddl_create_keyspace(struct nd_ddl *d)
{
	const struct nd_create_keyspace *def = &d->statement->as.keyspace;
	struct nd_keyspace draft = { .name = d->keyspace_name };

	if (!nd_options_check_keyspace(d, &def->properties))
		return false;
	if (!nd_properties_find(&def->properties, "replication"))
		return nd_ddl_refuse(d, "Missing mandatory option 'replication'");
	if (!nd_ddl_guard_strategy(d, &def->properties))
		return false;
	if (d->keyspace)
		return def->if_not_exists || nd_ddl_exists(d, NULL);
	if (!nd_options_keyspace(d, &def->properties, NULL, &draft))
		return false;
	return nd_schema_add_keyspace(d->schema, &draft,
				      nd_ddl_change(d, "CREATED", "KEYSPACE", NULL)) ||
	       nd_ddl_no_memory(d);
}

/* Replicas in all: of a strategy that names data centers, the sum. */
static int64_t replicas(const struct nd_keyspace *k)
{
	int64_t sum = 0;
	int32_t n;

	for (uint32_t i = 1; i < k->replication.count; i++)
		if (nd_option_int(k->replication.at[i].text, &n))
			sum += n;
	return sum;
}

bool nd_ddl_alter_keyspace(struct nd_ddl *d)
{
	const struct nd_create_keyspace *def = &d->statement->as.keyspace;
	struct nd_keyspace draft = { .name = d->keyspace_name };
	int64_t before;

	if (d->keyspace)
		draft = *d->keyspace;
	if (!nd_options_check_keyspace(d, &def->properties))
		return false;
	if (!d->keyspace)
		return def->if_exists || nd_ddl_need_keyspace(d);
	if (!nd_ddl_guard_strategy(d, &def->properties) ||
	    !nd_options_keyspace(d, &def->properties, d->keyspace, &draft))
		return false;
	if (!nd_keyspace_digest(&draft, d->schema->allocator))
		return nd_ddl_no_memory(d);
	if (memcmp(draft.digest, d->keyspace->digest, sizeof draft.digest) == 0)
		return true;
	before = replicas(d->keyspace);
	if (!nd_schema_alter_keyspace(d->schema, d->keyspace, &draft, NULL, 0,
				      nd_ddl_change(d, "UPDATED", "KEYSPACE", NULL)))
		return nd_ddl_no_memory(d);
	if (replicas(d->keyspace) > before)
		nd_request_warn(d->x, "When increasing replication factor you need to run a full "
				      "(-full) repair to distribute the data.");
	return true;
}

bool nd_ddl_drop_keyspace(struct nd_ddl *d)
{
	const cql_schema_change *change;

	if (!d->keyspace && d->statement->as.drop.if_exists)
		return true;
	if (!nd_ddl_need_keyspace(d))
		return false;
	change = nd_ddl_change(d, "DROPPED", "KEYSPACE", NULL);
	if (d->x->problem.happened)
		return false;
	nd_schema_drop_keyspace(d->schema, d->keyspace, change);
	return true;
}
