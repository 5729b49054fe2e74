/* SPDX-License-Identifier: MIT */
/* Partition keys encoded, and asked about. */
#include "orm/many/partition.h"

#include <coodie/explain.h>

#include "base/alloc.h"
#include "base/error.h"
#include "orm/model/place.h"
#include "orm/value/datum.h"

bool cd_partition_encode(const struct cd_model *m, const cql_value *values, cql_arena *arena,
			 cql_blob *columns, coodie_error *err)
{
	for (uint32_t i = 0; i < m->partition_count; i++) {
		const struct cd_column *c = &m->columns[m->keys[i]];

		if (cd_datum_is_missing(values[i]))
			return cd_fail(err, COODIE_ERR_QUERY,
				       "%s: the value for %s is null, and no key is", m->label,
				       c->def.name);
		if (cql_encode(c->type, values[i], arena, &columns[i], err))
			continue;
		cd_error_prefix(err, "%s, %s (%s)", m->label, c->def.name, c->spelling);
		return false;
	}
	return true;
}

static bool check_count(const struct cd_model *m, cql_args key, coodie_error *err)
{
	if (key.values && key.count >= m->partition_count)
		return true;
	return cd_fail(err, COODIE_ERR_QUERY,
		       "%s: %u columns in the partition key but %zu values; give them in its order",
		       m->label, (unsigned)m->partition_count, key.values ? key.count : 0);
}

cql_blob *cd_partition_encode_all(const struct cd_model *m, const cql_args *keys, size_t count,
				  cql_arena *arena, coodie_error *err)
{
	cql_blob *columns = cd_alloc_array(&m->allocator, count * m->partition_count + 1,
					   sizeof(*columns));

	if (!columns)
		return cd_no_memory(err, "partition keys"), NULL;
	for (size_t i = 0; i < count; i++) {
		if (check_count(m, keys[i], err) &&
		    cd_partition_encode(m, keys[i].values, arena, columns + i * m->partition_count,
					err))
			continue;
		cd_error_prefix(err, "key %zu", i + 1);
		cd_release(&m->allocator, columns);
		return NULL;
	}
	return columns;
}

/* ---- where they are -------------------------------------------------------------------------- */

/* The keys of a question, encoded. */
struct asked {
	struct cd_place place;
	cql_arena *arena;
	cql_blob *columns;
};

static bool ask(struct asked *a, coodie_session *s, const coodie_model *m, const cql_args *keys,
		size_t count, coodie_error *err)
{
	*a = (struct asked){ 0 };
	cd_clear(err);
	if (!cd_place_find(s, m, &a->place, err))
		return false;
	if (count && !keys)
		return cd_fail(err, COODIE_ERR_INVALID, "%s: the array of keys is NULL",
			       a->place.model->label);
	a->arena = cql_arena_new(&a->place.orm->allocator, err);
	if (a->arena)
		a->columns = cd_partition_encode_all(a->place.model, keys, count, a->arena, err);
	return a->columns;
}

static void forget(struct asked *a)
{
	if (a->columns)
		cd_release(&a->place.model->allocator, a->columns);
	cql_arena_free(a->arena);
}

coodie_route *coodie_route_model(coodie_session *s, const coodie_model *m, cql_args keys,
				 coodie_error *err)
{
	coodie_route *route = NULL;
	struct asked a;

	if (ask(&a, s, m, &keys, 1, err))
		route = coodie_route_partition(a.place.session, a.place.model->keyspace_name,
					       a.place.model->table_name, a.columns,
					       a.place.model->partition_count, err);
	forget(&a);
	return route;
}

coodie_groups *coodie_group_model(coodie_session *s, const coodie_model *m, const cql_args *keys,
				  size_t count, size_t most, coodie_error *err)
{
	coodie_groups *groups = NULL;
	struct asked a;

	if (ask(&a, s, m, keys, count, err))
		groups = coodie_group_partitions(a.place.session, a.place.model->keyspace_name,
						 a.place.model->table_name, a.columns,
						 a.place.model->partition_count, count, most, err);
	forget(&a);
	return groups;
}
