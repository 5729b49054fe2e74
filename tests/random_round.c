/* SPDX-License-Identifier: MIT */
/* Puts statements together: a schema, then writes and reads in turn, and what changes the schema. */
#include "tests/random_round.h"

#include <stdlib.h>
#include <string.h>

#include "tests/random_author.h"
#include "tests/random_breakage.h"
#include "tests/random_value.h"

enum { NOW = 2000000000, INDEXES = 3 };

struct making {
	struct random_round *round;
	struct random_world world;
	struct dice dice;
	struct author author;
	char *text; /* of what is being written */
	size_t len;
	bool is_v4;
	unsigned sleep_ms; /* before the next statement: Cassandra builds behind our back */
	unsigned room;
	bool failed;
};

/* ---- one statement -------------------------------------------------------------------------- */

/* Where the text of a statement is written to, and then kept. */
static FILE *begin(struct making *m)
{
	m->text = NULL;
	m->author.out = open_memstream(&m->text, &m->len);
	m->failed |= !m->author.out;
	return m->author.out;
}

/* Returns what was written, in the round's arena. */
static const char *end(struct making *m)
{
	const char *kept = NULL;

	if (!fclose(m->author.out))
		kept = cd_arena_strndup(&m->round->arena, m->text, m->len);
	m->failed |= !kept;
	free(m->text);
	return kept;
}

static const char *written(struct making *m, const char *rule)
{
	if (!begin(m))
		return NULL;
	m->author.marker_count = 0;
	author_write(&m->author, rule);
	return end(m);
}

static struct script_statement *add(struct making *m, const char *cql)
{
	struct script_statement *s;

	if (!cql || m->round->count == m->room) {
		m->failed |= !cql;
		return NULL;
	}
	s = &m->round->statements[m->round->count++];
	*s = (struct script_statement){ .line = m->round->count,
					.cql = cql,
					.consistency = CQL_CONSISTENCY_ONE,
					.serial = CQL_CONSISTENCY_UNSET,
					.is_v4 = m->is_v4,
					.has_now = m->world.has_ttl,
					.now_seconds = NOW + (int32_t)m->round->count,
					.sleep_ms = m->sleep_ms };
	m->sleep_ms = 0;
	return s;
}

/* ---- prepared ones -------------------------------------------------------------------------- */

static void write_bind(struct making *m, const struct random_type *type)
{
	if (dice_chance(&m->dice, 8))
		fputs(dice_chance(&m->dice, 50) ? "null" : "unset", m->author.out);
	else
		random_value_write(m->author.out, &m->dice, type);
}

static const char *write_binds(struct making *m)
{
	unsigned count = m->author.marker_count;

	if (!dice_below(&m->dice, 60) && count)
		count--;
	if (!count)
		return "none";
	if (!begin(m))
		return NULL;
	for (unsigned i = 0; i < count; i++) {
		fputs(i ? " | " : "", m->author.out);
		write_bind(m, m->author.markers[i]);
	}
	return end(m);
}

static void prepare(struct making *m, struct script_statement *s)
{
	s->how = SCRIPT_PREPARE;
	s->bind_count = 1 + dice_below(&m->dice, 3);
	for (uint32_t i = 0; i < s->bind_count; i++)
		s->binds[i] = write_binds(m);
}

/* ---- kinds of them -------------------------------------------------------------------------- */

static const char *rule_of_write(struct making *m)
{
	return m->author.table->is_counter ? "count" : "write";
}

static void add_ordinary(struct making *m, const char *rule)
{
	struct script_statement *s;

	m->author.has_markers = dice_chance(&m->dice, 25);
	s = add(m, written(m, rule));
	if (s && m->author.has_markers)
		prepare(m, s);
	if (s && dice_chance(&m->dice, 20))
		s->page_rows = (int32_t)dice_below(&m->dice, 4) + 1;
	m->author.has_markers = false;
}

static void add_write(struct making *m)
{
	add_ordinary(m, rule_of_write(m));
}

static void add_select(struct making *m)
{
	if (dice_chance(&m->dice, 35))
		author_turn_to_view(&m->author);
	add_ordinary(m, "select");
}

static void add_batch(struct making *m)
{
	add_ordinary(m, "batch");
}

static void add_change(struct making *m)
{
	add(m, written(m, "change"));
}

static void add_index(struct making *m)
{
	bool is_sasi = dice_chance(&m->dice, 35);

	add(m, written(m, is_sasi ? "create_sasi" : "create_index"));
	m->sleep_ms = 300;
}

static void add_view(struct making *m)
{
	add(m, written(m, "create_view"));
	m->sleep_ms = 300;
}

/* Only what has no timestamps of its own to lose. */
static void add_broken(struct making *m)
{
	const char *text = written(m, m->author.table->has_conditions && dice_chance(&m->dice, 40)
					      ? "write"
					      : "select");
	struct script_statement *s;

	for (uint32_t i = dice_below(&m->dice, 2); text && i < 2; i++)
		text = random_break(text, &m->dice, &m->round->arena);
	s = add(m, text);
	if (s)
		s->is_loose = true;
}

static const struct {
	unsigned weight;
	void (*fn)(struct making *m);
	bool is_change; /* of the schema */
} kinds[] = {
	{ 450, add_write, false }, { 455, add_select, false }, { 30, add_batch, false },
	{ 20, add_change, true },  { 5, add_index, true },     { 5, add_view, true },
	{ 35, add_broken, false },
};

/* Where rows have a time to live the schema stays as it is: a change flushes a table, and which cells
 * Cassandra shows of a row whose marker has expired depends on that (docs/node.md); an index of keys
 * counts the time to live from the server's own clock, and SASI looks at it, not at the request's. */
static void add_any(struct making *m)
{
	uint32_t at = dice_below(&m->dice, 1000);
	size_t i = 0;

	while (at >= kinds[i].weight)
		at -= kinds[i++].weight;
	author_turn(&m->author);
	if (m->world.has_ttl && kinds[i].is_change)
		i = 0;
	kinds[i].fn(m);
}

/* ---- the schema ----------------------------------------------------------------------------- */

static void add_type(struct making *m, const struct random_type *type)
{
	if (!begin(m))
		return;
	random_type_create(m->author.out, type);
	add(m, end(m));
}

static void add_table(struct making *m, const struct random_table *table)
{
	if (!begin(m))
		return;
	random_table_create(m->author.out, table);
	add(m, end(m));
}

static void add_schema(struct making *m)
{
	uint32_t indexes = dice_chance(&m->dice, 40) ? 1 + dice_below(&m->dice, INDEXES) : 0;
	uint32_t views = dice_chance(&m->dice, 40) ? 1 + dice_below(&m->dice, RANDOM_VIEWS) : 0;

	if (m->world.has_ttl)
		indexes = 0;

	for (unsigned i = 0; i < m->world.types.user_count; i++)
		add_type(m, m->world.types.users[i]);
	for (unsigned i = 0; i < m->world.table_count; i++)
		add_table(m, &m->world.tables[i]);
	while (indexes--) {
		author_turn(&m->author);
		add_index(m);
	}
	while (views--) {
		author_turn(&m->author);
		add_view(m);
	}
}

bool random_round_make(struct random_round *r, uint64_t seed, unsigned statement_count)
{
	struct making m = { .round = r, .dice = { .state = seed }, .room = statement_count };

	*r = (struct random_round){ 0 };
	cd_arena_init(&r->arena, NULL, 0);
	r->statements = cd_arena_take_array(&r->arena, statement_count, sizeof *r->statements);
	m.world.types.arena = &r->arena;
	m.world.types.dice = &m.dice;
	if (!r->statements || !random_world_make(&m.world))
		return false;
	m.author = (struct author){ .world = &m.world, .dice = &m.dice };
	m.is_v4 = !m.world.has_ttl && dice_chance(&m.dice, 10);
	add_schema(&m);
	while (!m.failed && r->count < statement_count)
		add_any(&m);
	return !m.failed;
}

void random_round_deinit(struct random_round *r)
{
	cd_arena_deinit(&r->arena);
}

/* ---- writing -------------------------------------------------------------------------------- */

void random_statement_write(FILE *out, const struct script_statement *s)
{
	if (s->how == SCRIPT_PREPARE)
		fputs("-- prepare\n", out);
	for (uint32_t i = 0; i < s->bind_count; i++)
		fprintf(out, "-- bind %s\n", s->binds[i]);
	if (s->page_rows)
		fprintf(out, "-- page %d\n", (int)s->page_rows);
	if (s->is_v4)
		fputs("-- v4\n", out);
	if (s->has_now)
		fprintf(out, "-- now %d\n", (int)s->now_seconds);
	if (s->sleep_ms)
		fprintf(out, "-- sleep %u\n", s->sleep_ms);
	if (s->is_loose)
		fputs("-- loose\n", out);
	fprintf(out, "%s\n", s->cql);
}
