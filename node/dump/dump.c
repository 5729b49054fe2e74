/* SPDX-License-Identifier: MIT */
/* Keyspace after keyspace, table after table, partition after partition. */
#include "node/dump/dump.h"

#include "node/describe/describe.h"
#include "node/dump/row.h"

struct dump {
	struct nd_database *db;
	const struct nd_dump_sink *sink;
	struct nd_problem *problem;
	int64_t now_seconds;
	struct cd_buffer out;  /* not handed to the sink yet */
	struct cd_arena arena; /* of one partition */
};

static bool flush(struct dump *d)
{
	if (d->out.failed)
		return nd_no_memory(d->problem);
	if (d->out.len && !d->sink->write(d->sink->user, d->out.data, d->out.len))
		return false;
	cd_buffer_clear(&d->out);
	return true;
}

static bool dump_row(struct dump *d, struct nd_row_dump *to, const struct nd_row *row)
{
	to->row = row;
	return nd_dump_row(to, &d->out) && flush(d);
}

static bool dump_partition(struct dump *d, const struct nd_table *t, const struct nd_partition *p)
{
	cql_blob *key = cd_arena_take_array(&d->arena, t->partition_key_count, sizeof *key);
	struct nd_row_dump to = { .table = t,
				  .key = key,
				  .now_seconds = d->now_seconds,
				  .arena = &d->arena,
				  .problem = d->problem };
	const struct nd_bound all = { .inclusive = true };
	bool no_memory = false, ok = key;
	struct nd_walk walk;
	struct nd_row row;

	if (!key)
		return nd_no_memory(d->problem);
	nd_partition_key_columns(p, key, t->partition_key_count);
	to.is_static = true;
	if (nd_partition_static(p, d->now_seconds, &d->arena, &row, &no_memory))
		ok = dump_row(d, &to, &row);
	to.is_static = false;
	nd_walk_init(&walk, p, all, all, false, d->now_seconds, &d->arena);
	while (ok && !no_memory && nd_walk_next(&walk, &row, &no_memory))
		ok = dump_row(d, &to, &row);
	return no_memory ? nd_no_memory(d->problem) : ok;
}

static bool dump_table(struct dump *d, const struct nd_table *t)
{
	const struct nd_partition *p = nd_store_after(t->store, INT64_MIN, (cql_blob){ NULL, 0 });
	bool ok = true;

	for (; p && ok; p = nd_store_after(t->store, nd_partition_token(p), nd_partition_key(p))) {
		cd_arena_reset(&d->arena);
		ok = dump_partition(d, t, p);
	}
	return ok;
}

/* Views are filled by what is written to their tables. */
static bool dump_rows(struct dump *d)
{
	struct nd_elements list;
	struct cd_arena arena;
	bool ok = true;

	cd_arena_init(&arena, d->db->allocator, 0);
	nd_elements_init(&list, &arena);
	nd_elements_add_schema(&list, &d->db->schema, false);
	for (uint32_t i = 0; i < list.count && ok; i++)
		if (list.at[i].kind == ND_ELEMENT_TABLE)
			ok = dump_table(d, list.at[i].table);
	if (list.failed)
		ok = nd_no_memory(d->problem);
	cd_arena_deinit(&arena);
	return ok;
}

bool nd_dump(struct nd_database *db, int64_t now_us, const struct nd_dump_sink *sink,
	     struct nd_problem *p)
{
	struct dump d = { .db = db, .sink = sink, .problem = p, .now_seconds = now_us / 1000000 };
	bool ok;

	cd_buffer_init(&d.out, db->allocator, 0);
	cd_arena_init(&d.arena, db->allocator, 0);
	cd_buffer_text(&d.out,
		       "-- What a node of coodie held: `coodie node --load` and cqlsh's SOURCE "
		       "make it again.\n\n");
	ok = nd_describe_schema(&db->schema, &d.out);
	cd_buffer_u8(&d.out, '\n');
	ok = (ok || nd_no_memory(p)) && flush(&d) && dump_rows(&d);
	cd_buffer_deinit(&d.out);
	cd_arena_deinit(&d.arena);
	return ok;
}
