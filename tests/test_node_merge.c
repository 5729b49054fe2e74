/* SPDX-License-Identifier: MIT */
/* node/store/merge.c and the store behind it, held against a model that keeps every change ever made and
 * works out from all of them, each time, what is alive: any order, any doubling and any grouping of
 * the same changes give the same rows. A seed that fails is printed. */
#include "tests/test.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "tests/failalloc.h"
#include "tests/node_table.h"

enum { PARTITIONS = 2, AS = 3, BS = 3, PATHS = 3, CHANGES = 40, SEEDS = 400, NOW = 1000 };

static const struct cd_node_column columns[] = {
	{ "k", "int", ND_PARTITION_KEY, false },
	{ "a", "int", ND_CLUSTERING, false },
	{ "b", "text", ND_CLUSTERING, true },
	{ "s", "set<text>", ND_STATIC, false },
	{ "t", "int", ND_STATIC, false },
	{ "l", "list<int>", ND_REGULAR, false },
	{ "m", "map<text, text>", ND_REGULAR, false },
	{ "v", "text", ND_REGULAR, false },
	{ "w", "text", ND_REGULAR, false },
};

static const char *const texts[BS] = { "", "x", "xy" };

/* ---- random changes -------------------------------------------------------------------------- */

static uint32_t draw(uint64_t *seed, uint32_t below)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(*seed >> 33) % below;
}

/* A change in the words of the model: numbers instead of bytes. */
struct drawn {
	enum nd_change_kind kind;
	int partition, a, b; /* the row */
	int from[2], to[2];  /* a range's ends: -1 is "not said" */
	bool from_inclusive, to_inclusive;
	bool is_static;
	int column, path, value; /* indexes */
	int64_t timestamp_us;
	int ttl;
};

static void draw_column(struct drawn *d, uint64_t *seed)
{
	d->column = 3 + (int)draw(seed, 6);
	d->is_static = d->column < 5;
	d->path = d->column == 3 || d->column == 5 || d->column == 6 ? (int)draw(seed, PATHS) : -1;
	if (d->kind == ND_CHANGE_ERASE_ALL) {
		d->column = (const int[]){ 3, 5, 6 }[draw(seed, 3)];
		d->is_static = d->column == 3;
		d->path = -1;
	}
}

static void draw_end(int end[2], bool *inclusive, uint64_t *seed)
{
	end[0] = (int)draw(seed, AS + 1) - 1;
	end[1] = end[0] < 0 ? -1 : (int)draw(seed, BS + 1) - 1;
	*inclusive = end[0] < 0 || draw(seed, 2);
}

/* `narrow`: nearly all in one place, where they meet. */
static struct drawn draw_change(uint64_t *seed, bool narrow)
{
	static const enum nd_change_kind kinds[] = {
		ND_CHANGE_ROW,          ND_CHANGE_ROW,          ND_CHANGE_CELL,
		ND_CHANGE_CELL,         ND_CHANGE_CELL,         ND_CHANGE_CELL,
		ND_CHANGE_CELL,         ND_CHANGE_CELL,         ND_CHANGE_ERASE,
		ND_CHANGE_ERASE,        ND_CHANGE_ERASE_ALL,    ND_CHANGE_DELETE_ROW,
		ND_CHANGE_DELETE_RANGE, ND_CHANGE_DELETE_RANGE, ND_CHANGE_DELETE_PARTITION,
	};
	struct drawn d = { .kind = kinds[draw(seed, CD_COUNT(kinds))] };

	d.partition = (int)draw(seed, PARTITIONS);
	d.a = narrow ? 1 : (int)draw(seed, AS);
	d.b = narrow ? 1 : (int)draw(seed, BS);
	d.timestamp_us = 1 + draw(seed, d.kind == ND_CHANGE_DELETE_PARTITION || narrow ? 5 : 12);
	d.ttl = (int)draw(seed, 3) * 5;
	d.value = (int)draw(seed, BS);
	if (d.kind >= ND_CHANGE_CELL && d.kind <= ND_CHANGE_ERASE_ALL)
		draw_column(&d, seed);
	draw_end(d.from, &d.from_inclusive, seed);
	draw_end(d.to, &d.to_inclusive, seed);
	return d;
}

/* ---- the model ------------------------------------------------------------------------------- */

struct model {
	struct drawn changes[CHANGES];
	size_t count;
};

/* Where a row is as a number: b is descending. */
static int position(int a, int b)
{
	return a * BS + (BS - 1 - b);
}

/* The positions an end lets in: from `first` on, up to `last`. */
static int first_in(const int from[2], bool inclusive)
{
	if (from[0] < 0)
		return 0;
	if (from[1] < 0)
		return inclusive ? from[0] * BS : (from[0] + 1) * BS;
	return position(from[0], from[1]) + !inclusive;
}

static int last_in(const int to[2], bool inclusive)
{
	if (to[0] < 0)
		return AS * BS;
	if (to[1] < 0)
		return inclusive ? to[0] * BS + BS - 1 : to[0] * BS - 1;
	return position(to[0], to[1]) - !inclusive;
}

/* Whether a deletion is about this row; the static row's position is -1. */
static bool covers(const struct drawn *d, int partition, int at)
{
	if (d->partition != partition)
		return false;
	if (d->kind == ND_CHANGE_DELETE_PARTITION)
		return true;
	if (d->kind == ND_CHANGE_DELETE_ROW)
		return position(d->a, d->b) == at;
	return d->kind == ND_CHANGE_DELETE_RANGE && at >= 0 &&
	       at >= first_in(d->from, d->from_inclusive) && at <= last_in(d->to, d->to_inclusive);
}

static bool about_row(const struct drawn *d, int partition, int at)
{
	return d->partition == partition && (d->is_static ? -1 : position(d->a, d->b)) == at;
}

static int64_t deleted_until(const struct model *m, int partition, int at)
{
	int64_t until = 0;

	for (size_t i = 0; i < m->count; i++)
		if (covers(&m->changes[i], partition, at) && m->changes[i].timestamp_us > until)
			until = m->changes[i].timestamp_us;
	return until;
}

static int64_t erased_until(const struct model *m, int partition, int at, int column)
{
	int64_t until = deleted_until(m, partition, at);

	for (size_t i = 0; i < m->count; i++) {
		const struct drawn *d = &m->changes[i];
		if (d->kind == ND_CHANGE_ERASE_ALL && d->column == column &&
		    about_row(d, partition, at) && d->timestamp_us > until)
			until = d->timestamp_us;
	}
	return until;
}

/* One number that orders what is written at the same time. */
static int strength(const struct drawn *d)
{
	return d->kind == ND_CHANGE_ERASE ? 1000 : d->ttl * 10 + d->value;
}

static const struct drawn *strongest(const struct model *m, int partition, int at, int column,
				     int path)
{
	int64_t until = column < 0 ? deleted_until(m, partition, at)
				   : erased_until(m, partition, at, column);
	const struct drawn *best = NULL;

	for (size_t i = 0; i < m->count; i++) {
		const struct drawn *d = &m->changes[i];
		bool fits = column < 0
				    ? d->kind == ND_CHANGE_ROW
				    : (d->kind == ND_CHANGE_CELL || d->kind == ND_CHANGE_ERASE) &&
					      d->column == column && d->path == path;
		if (!fits || !about_row(d, partition, at) || d->timestamp_us <= until)
			continue;
		if (!best || d->timestamp_us > best->timestamp_us ||
		    (d->timestamp_us == best->timestamp_us &&
		     (column < 0 ? d->ttl > best->ttl : strength(d) > strength(best))))
			best = d;
	}
	return best;
}

static bool is_live(const struct drawn *d, int64_t now)
{
	return d && d->kind != ND_CHANGE_ERASE && (!d->ttl || now < NOW + d->ttl);
}

static void print(struct cd_buffer *out, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void print(struct cd_buffer *out, const char *format, ...)
{
	char text[128];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	cd_buffer_bytes(out, text, strlen(text));
}

static void model_row(const struct model *m, int partition, int at, int64_t now,
		      struct cd_buffer *out)
{
	const struct drawn *marker = at < 0 ? NULL : strongest(m, partition, at, -1, -1);
	size_t start = out->len;
	bool alive = is_live(marker, now);

	print(out, "row %d", at);
	if (alive)
		print(out, " marker %" PRId64 " %d", marker->timestamp_us, marker->ttl);
	for (int column = at < 0 ? 3 : 5; column < (at < 0 ? 5 : 9); column++) {
		for (int path = -1; path < PATHS; path++) {
			const struct drawn *d = strongest(m, partition, at, column, path);
			if (!is_live(d, now))
				continue;
			alive = true;
			print(out, " %s[%d]=%d@%" PRId64 "/%d", columns[column].name, path,
			      d->value, d->timestamp_us, d->ttl);
		}
	}
	print(out, "\n");
	if (!alive)
		out->len = start;
}

/* ---- the store in the same words ------------------------------------------------------------- */

/* Bytes of everything a change can name. */
struct bytes {
	uint8_t ints[AS][4];
	uint8_t uuids[PATHS][16];
	cql_blob rows[AS][BS][2];
};

static void make_bytes(struct bytes *b)
{
	for (int i = 0; i < PATHS; i++) {
		memset(b->uuids[i], 0, 16);
		b->uuids[i][3] = (uint8_t)i;
		b->uuids[i][6] = 0x10;
		b->uuids[i][8] = (uint8_t)(0x80 | (PATHS - i));
	}
	for (uint32_t a = 0; a < AS; a++) {
		cd_put_be32(b->ints[a], a);
		for (int t = 0; t < BS; t++) {
			b->rows[a][t][0] = (cql_blob){ b->ints[a], 4 };
			b->rows[a][t][1] = (cql_blob){ (const uint8_t *)texts[t],
						       strlen(texts[t]) };
		}
	}
}

static struct nd_bound bound_of(struct bytes *b, const int end[2], bool inclusive)
{
	int a = end[0] < 0 ? 0 : end[0], t = end[1] < 0 ? 0 : end[1];

	return (struct nd_bound){ { (uint32_t)((end[0] >= 0) + (end[1] >= 0)), b->rows[a][t] },
				  inclusive };
}

static struct nd_change change_of(struct cd_node_table *t, struct bytes *b, const struct drawn *d)
{
	cql_blob text = { (const uint8_t *)texts[d->value], strlen(texts[d->value]) };
	struct nd_change c = {
		.kind = d->kind,
		.is_static = d->is_static,
		.row = { 2, b->rows[d->a][d->b] },
		.from = bound_of(b, d->from, d->from_inclusive),
		.to = bound_of(b, d->to, d->to_inclusive),
		.column = &t->columns[d->column],
		.value = text,
		.timestamp_us = d->timestamp_us,
		.ttl = d->kind == ND_CHANGE_ERASE ? 0 : d->ttl,
	};

	if (d->path >= 0)
		c.path = d->column == 5 ? (cql_blob){ b->uuids[d->path], 16 }
					: (cql_blob){ (const uint8_t *)texts[d->path],
						      strlen(texts[d->path]) };
	return c;
}

/* Applies `count` changes as one call: a mutation for each change, or one for all of a partition. */
static bool apply(struct cd_node_table *t, struct bytes *b, const struct drawn *drawn, size_t count,
		  bool together)
{
	static const uint8_t keys[PARTITIONS][4] = { { 0, 0, 0, 1 }, { 0, 0, 0, 2 } };
	struct nd_change changes[CHANGES];
	struct nd_mutation mutations[CHANGES], *first = NULL, **last = &first;

	for (size_t i = 0; i < count; i++) {
		struct nd_mutation *m = NULL;
		for (m = together ? first : NULL; m; m = m->next)
			if (m->key.data == keys[drawn[i].partition])
				break;
		if (!m) {
			m = &mutations[i];
			*m = (struct nd_mutation){ .table = &t->table,
						   .key = { keys[drawn[i].partition], 4 },
						   .token = -drawn[i].partition };
			m->last = &m->first;
			*last = m;
			last = &m->next;
		}
		changes[i] = change_of(t, b, &drawn[i]);
		*m->last = &changes[i];
		m->last = &changes[i].next;
	}
	return nd_store_apply(first, NOW);
}

static int index_of_text(cql_blob v)
{
	for (int i = 0; i < BS; i++)
		if (v.len == strlen(texts[i]) && memcmp(v.data, texts[i], v.len) == 0)
			return i;
	fail_msg("%zu bytes that nobody wrote", v.len);
	return -1;
}

static int index_of_path(const struct nd_cell *cell)
{
	if (!cell->column->is_multi_cell)
		return -1;
	return cell->column->type->kind == CQL_KIND_LIST ? cell->path.data[3]
							 : index_of_text(cell->path);
}

static void print_row(const struct nd_row *row, struct cd_buffer *out)
{
	int at = -1;

	if (row->clustering.count)
		at = position((int)cd_get_be32(row->clustering.values[0].data),
			      index_of_text(row->clustering.values[1]));
	print(out, "row %d", at);
	if (row->has_marker) {
		print(out, " marker %" PRId64 " %d", row->marker_us, row->marker_ttl);
		assert_int_equal(row->marker_expires, row->marker_ttl ? NOW + row->marker_ttl : 0);
	}
	for (uint32_t i = 0; i < row->cell_count; i++) {
		const struct nd_cell *c = &row->cells[i];
		print(out, " %s[%d]=%d@%" PRId64 "/%d", c->column->name, index_of_path(c),
		      index_of_text(c->value), c->timestamp_us, c->ttl);
		assert_int_equal(c->expires, c->ttl ? NOW + c->ttl : 0);
	}
	print(out, "\n");
}

/* All that is alive, partition by partition. */
static void dump_store(const struct cd_node_table *t, int64_t now, struct cd_buffer *out)
{
	static const struct nd_bound all = { .inclusive = true };
	struct nd_store *s = t->table.store;
	struct cd_arena arena;
	struct nd_row row;
	bool no_memory;

	cd_arena_init(&arena, NULL, 0);
	for (struct nd_partition *p = nd_store_after(s, INT64_MIN, (cql_blob){ NULL, 0 }); p;
	     p = nd_store_after(s, nd_partition_token(p), nd_partition_key(p))) {
		struct nd_walk w;
		size_t start = out->len, empty;
		print(out, "partition %d\n", (int)-nd_partition_token(p));
		empty = out->len;
		if (nd_partition_static(p, now, &arena, &row, &no_memory))
			print_row(&row, out);
		nd_walk_init(&w, p, all, all, false, now, &arena);
		while (nd_walk_next(&w, &row, &no_memory))
			print_row(&row, out);
		if (out->len == empty)
			out->len = start;
	}
	cd_arena_deinit(&arena);
	cd_buffer_u8(out, 0);
}

static void dump_model(const struct model *m, int64_t now, struct cd_buffer *out)
{
	for (int partition = PARTITIONS; partition-- > 0;) {
		size_t start = out->len, empty;
		print(out, "partition %d\n", partition);
		empty = out->len;
		for (int at = -1; at < AS * BS; at++)
			model_row(m, partition, at, now, out);
		if (out->len == empty)
			out->len = start;
	}
	cd_buffer_u8(out, 0);
}

static void check_at(const struct cd_node_table *t, const struct model *m, uint64_t seed,
		     const char *what, int64_t now)
{
	struct cd_buffer have, want;

	cd_buffer_init(&have, NULL, 0);
	cd_buffer_init(&want, NULL, 0);
	dump_store(t, now, &have);
	dump_model(m, now, &want);
	if (strcmp((char *)have.data, (char *)want.data) != 0)
		fail_msg("seed %" PRIu64 ", %s, at %" PRId64 ": the store has\n%sthe model\n%s",
			 seed, what, now, have.data, want.data);
	cd_buffer_deinit(&have);
	cd_buffer_deinit(&want);
}

static void check_equal(const struct cd_node_table *t, const struct model *m, uint64_t seed,
			const char *what)
{
	static const int64_t times[] = { NOW, NOW + 4, NOW + 5, NOW + 10, NOW + 5000 };

	for (size_t i = 0; i < CD_COUNT(times); i++)
		check_at(t, m, seed, what, times[i]);
}

/* ---- tests ----------------------------------------------------------------------------------- */

static void shuffle(struct drawn *d, size_t count, uint64_t *seed)
{
	for (size_t i = count; i > 1; i--) {
		size_t other = draw(seed, (uint32_t)i);
		struct drawn kept = d[i - 1];
		d[i - 1] = d[other];
		d[other] = kept;
	}
}

static void draw_model(struct model *m, uint64_t *seed)
{
	bool narrow = draw(seed, 2);

	m->count = 1 + draw(seed, CHANGES);
	for (size_t i = 0; i < m->count; i++)
		m->changes[i] = draw_change(seed, narrow);
}

/* In any order, in groups of any size, some of them twice. */
static void test_any_order(void **state)
{
	struct bytes bytes;
	(void)state;

	make_bytes(&bytes);
	for (uint64_t n = 0; n < SEEDS; n++) {
		uint64_t seed = n;
		struct model m;
		draw_model(&m, &seed);
		for (int round = 0; round < 4; round++) {
			struct cd_node_table t;
			struct cd_failalloc f;
			cd_failalloc_init(&f, 0);
			assert_true(
				cd_node_table_init(&t, columns, CD_COUNT(columns), &f.allocator));
			for (size_t i = 0, size; i < m.count; i += size) {
				size = 1 + draw(&seed, (uint32_t)(m.count - i));
				assert_true(apply(&t, &bytes, m.changes + i, size, draw(&seed, 2)));
				if (draw(&seed, 2))
					assert_true(apply(&t, &bytes, m.changes, i + size, true));
				nd_store_sweep(t.table.store, NOW + 500);
			}
			check_equal(&t, &m, n, "all orders");
			cd_node_table_deinit(&t);
			assert_int_equal(f.live, 0);
			shuffle(m.changes, m.count, &seed);
		}
	}
}

/* Every slice, both ways, is what it is of all rows. */
static void check_slice(const struct cd_node_table *t, struct bytes *b, const struct model *m,
			int partition, const struct drawn *d)
{
	static const uint8_t keys[PARTITIONS][4] = { { 0, 0, 0, 1 }, { 0, 0, 0, 2 } };
	struct nd_partition *p = nd_store_partition(t->table.store,
						    (cql_blob){ keys[partition], 4 });
	int first = first_in(d->from, d->from_inclusive), last = last_in(d->to, d->to_inclusive);
	struct cd_buffer have, want;
	struct cd_arena arena;

	cd_buffer_init(&have, NULL, 0);
	cd_buffer_init(&want, NULL, 0);
	cd_arena_init(&arena, NULL, 0);
	for (int reversed = 0; reversed < 2; reversed++) {
		struct nd_walk w;
		struct nd_row row;
		bool no_memory;
		nd_walk_init(&w, p, bound_of(b, d->from, d->from_inclusive),
			     bound_of(b, d->to, d->to_inclusive), reversed, NOW, &arena);
		while (nd_walk_next(&w, &row, &no_memory))
			print_row(&row, &have);
		for (int i = 0; i < AS * BS; i++) {
			int at = reversed ? AS * BS - 1 - i : i;
			if (at >= first && at <= last)
				model_row(m, partition, at, NOW, &want);
		}
	}
	for (int at = 0; p && at < AS * BS; at++) {
		struct nd_row row;
		bool no_memory;
		if (nd_partition_row(
			    p, (struct nd_clustering){ 2, b->rows[at / BS][BS - 1 - at % BS] }, NOW,
			    &arena, &row, &no_memory))
			print_row(&row, &have);
		model_row(m, partition, at, NOW, &want);
	}
	cd_buffer_u8(&have, 0);
	cd_buffer_u8(&want, 0);
	assert_string_equal((char *)have.data, (char *)want.data);
	cd_arena_deinit(&arena);
	cd_buffer_deinit(&have);
	cd_buffer_deinit(&want);
}

static void test_slices(void **state)
{
	struct bytes bytes;
	(void)state;

	make_bytes(&bytes);
	for (uint64_t n = 0; n < SEEDS; n++) {
		uint64_t seed = ~n;
		struct cd_node_table t;
		struct model m;
		draw_model(&m, &seed);
		assert_true(cd_node_table_init(&t, columns, CD_COUNT(columns), NULL));
		assert_true(apply(&t, &bytes, m.changes, m.count, true));
		for (int i = 0; i < 20; i++) {
			struct drawn d = draw_change(&seed, false);
			check_slice(&t, &bytes, &m, i % PARTITIONS, &d);
		}
		cd_node_table_deinit(&t);
	}
}

/* Each allocation of a second batch fails in turn: the first is still there, whole, and alone. */
static void test_no_memory(void **state)
{
	struct bytes bytes;
	(void)state;

	make_bytes(&bytes);
	for (uint64_t n = 0; n < SEEDS / 8; n++) {
		uint64_t seed = n << 32;
		struct model m;
		size_t first;
		draw_model(&m, &seed);
		first = draw(&seed, (uint32_t)m.count);
		for (size_t fail = 1;; fail++) {
			struct cd_node_table t;
			struct cd_failalloc f;
			struct model half = m;
			bool worked;
			half.count = first;
			cd_failalloc_init(&f, 0);
			assert_true(
				cd_node_table_init(&t, columns, CD_COUNT(columns), &f.allocator));
			assert_true(!first || apply(&t, &bytes, m.changes, first, true));
			f.fail_at = f.calls + fail;
			f.fail_on = fail % 2;
			worked = apply(&t, &bytes, m.changes + first, m.count - first, fail % 3);
			f.fail_at = 0;
			check_equal(&t, worked ? &m : &half, n, "half applied");
			assert_true(apply(&t, &bytes, m.changes, m.count, true));
			check_equal(&t, &m, n, "after a failure");
			cd_node_table_deinit(&t);
			assert_int_equal(f.live, 0);
			if (f.failed == 0)
				break;
		}
	}
}

/* When all is over, a sweep after gc_grace leaves what is alive and no more. */
static void test_sweep(void **state)
{
	struct bytes bytes;
	(void)state;

	make_bytes(&bytes);
	for (uint64_t n = 0; n < SEEDS; n++) {
		uint64_t seed = n * 7919;
		struct drawn whole = { .kind = ND_CHANGE_DELETE_PARTITION, .timestamp_us = 100 };
		struct cd_node_table t;
		struct cd_failalloc f;
		struct model m;
		size_t live;
		draw_model(&m, &seed);
		cd_failalloc_init(&f, 0);
		assert_true(cd_node_table_init(&t, columns, CD_COUNT(columns), &f.allocator));
		live = f.live;
		assert_true(apply(&t, &bytes, m.changes, m.count, true));
		for (int i = 0; i < 100; i++)
			nd_store_sweep(t.table.store, NOW + 864000 + (i < 50 ? 11 : 1000));
		check_at(&t, &m, n, "swept", NOW + 864011);
		for (whole.partition = 0; whole.partition < PARTITIONS; whole.partition++)
			assert_true(apply(&t, &bytes, &whole, 1, true));
		for (int i = 0; i < 100; i++)
			nd_store_sweep(t.table.store, NOW + 864000 + (i < 50 ? 11 : 1000));
		assert_int_equal(f.live, live + 2); /* and the ranks of columns, and slots */
		cd_node_table_deinit(&t);
		assert_int_equal(f.live, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_order),
		cmocka_unit_test(test_slices),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_sweep),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
