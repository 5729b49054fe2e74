/* SPDX-License-Identifier: MIT */
/* CREATE MATERIALIZED VIEW: keys in another order, one more of them, and which rows. */
#include <string.h>

#include "tests/random_author.h"
#include "tests/random_value.h"

static const char *const names[RANDOM_VIEWS] = { "mv", "mw", "\"MX\"" };

/* A view that is being written. */
struct making {
	struct author *a;
	struct random_table *view;
	unsigned key_count, partition_count;
	bool is_flawed; /* Cassandra will refuse it */
};

/* One way in so many to be refused. */
static bool is_flaw(struct making *m, uint32_t one_in)
{
	bool is = !dice_below(m->a->dice, one_in);

	m->is_flawed |= is;
	return is;
}

/* ---- columns -------------------------------------------------------------------------------- */

static bool is_key(const struct random_column *c)
{
	return c->kind & (RANDOM_PARTITION | RANDOM_CLUSTERING);
}

static void add(struct making *m, const struct random_column *c)
{
	m->view->columns[m->view->column_count++] = *c;
}

/* One that is no key of the base may be one here. */
static void add_new_key(struct making *m)
{
	const struct random_table *base = m->a->table;
	const struct random_column *c = &base->columns[dice_below(m->a->dice, base->column_count)];

	if (is_key(c) || (!random_type_may_be_key(c->type) && !is_flaw(m, 10)))
		return;
	m->is_flawed |= c->kind == RANDOM_STATIC;
	add(m, c);
}

static void shuffle_keys(struct making *m)
{
	struct random_column *keys = m->view->columns;

	for (unsigned i = m->view->column_count; i > 1; i--) {
		unsigned other = dice_below(m->a->dice, i);
		struct random_column kept = keys[i - 1];
		keys[i - 1] = keys[other];
		keys[other] = kept;
	}
}

static void add_keys(struct making *m)
{
	const struct random_table *base = m->a->table;

	for (unsigned i = 0; i < base->column_count; i++)
		if (is_key(&base->columns[i]) && !is_flaw(m, 60))
			add(m, &base->columns[i]);
	if (dice_chance(m->a->dice, 70))
		add_new_key(m);
	if (is_flaw(m, 40))
		add_new_key(m);
	if (!m->view->column_count)
		add(m, &base->columns[0]);
	shuffle_keys(m);
	m->key_count = m->view->column_count;
	m->partition_count = 1 + dice_small(m->a->dice, m->key_count);
	for (unsigned i = 0; i < m->key_count; i++) {
		struct random_column *c = &m->view->columns[i];
		c->kind = i < m->partition_count ? RANDOM_PARTITION : RANDOM_CLUSTERING;
		c->is_descending = c->kind == RANDOM_CLUSTERING && dice_chance(m->a->dice, 30);
	}
}

static bool has_column(const struct random_table *t, const char *name)
{
	for (unsigned i = 0; i < t->column_count; i++)
		if (!strcmp(t->columns[i].name, name))
			return true;
	return false;
}

static void add_others(struct making *m, bool has_all)
{
	const struct random_table *base = m->a->table;

	for (unsigned i = 0; i < base->column_count; i++) {
		const struct random_column *c = &base->columns[i];
		if (is_key(c) || has_column(m->view, c->name))
			continue;
		if (c->kind == RANDOM_STATIC && !has_all && !is_flaw(m, 30))
			continue;
		m->is_flawed |= c->kind == RANDOM_STATIC;
		if (has_all || dice_chance(m->a->dice, 60))
			add(m, c);
	}
}

/* ---- writing -------------------------------------------------------------------------------- */

static void write_selection(struct making *m, bool has_all)
{
	FILE *out = m->a->out;

	if (has_all) {
		putc('*', out);
		return;
	}
	for (unsigned i = 0; i < m->view->column_count; i++)
		fprintf(out, "%s%s", i ? ", " : "", m->view->columns[i].name);
	if (is_flaw(m, 80))
		author_write(m->a, ", $selector");
}

/* No null: Cassandra takes it and fails each write of the base. */
static void write_literal(struct making *m, const struct random_column *c)
{
	random_value_write(m->a->out, m->a->dice, c->type);
}

static void write_restriction(struct making *m, const struct random_column *c)
{
	static const char *const operators[] = { "=", ">", ">=", "<", "<=" };
	FILE *out = m->a->out;

	if (dice_chance(m->a->dice, 80)) {
		fprintf(out, "%s IS NOT NULL", c->name);
	} else if (dice_chance(m->a->dice, 80)) {
		fprintf(out, "%s %s ", c->name, operators[dice_below(m->a->dice, 5)]);
		write_literal(m, c);
	} else {
		fprintf(out, "%s IN (", c->name);
		write_literal(m, c);
		fputs(", ", out);
		write_literal(m, c);
		putc(')', out);
	}
}

static void write_where(struct making *m)
{
	const char *before = " WHERE ";

	for (unsigned i = 0; i < m->key_count; i++) {
		if (is_flaw(m, 60))
			continue;
		fputs(before, m->a->out);
		write_restriction(m, &m->view->columns[i]);
		before = " AND ";
	}
	if (is_flaw(m, 30)) {
		fputs(before, m->a->out);
		author_write(m->a, "relation");
	}
}

static void write_key(struct making *m)
{
	FILE *out = m->a->out;

	fputs(" PRIMARY KEY ((", out);
	for (unsigned i = 0; i < m->key_count; i++)
		fprintf(out, "%s%s%s", i ? ", " : "", m->view->columns[i].name,
			i + 1 == m->partition_count ? ")" : "");
	putc(')', out);
}

static void write_order(struct making *m)
{
	const char *before = " WITH CLUSTERING ORDER BY (";

	for (unsigned i = m->partition_count; i < m->key_count; i++) {
		const struct random_column *c = &m->view->columns[i];
		fprintf(m->a->out, "%s%s %s", before, c->name, c->is_descending ? "DESC" : "ASC");
		before = ", ";
	}
	if (m->key_count > m->partition_count)
		putc(')', m->a->out);
}

void author_create_view(struct author *a)
{
	struct random_world *world = a->world;
	const struct random_table *base = a->table;
	bool has_room = world->view_count < RANDOM_VIEWS;
	struct random_table view = { .name = has_room ? names[world->view_count] : names[0],
				     .has_conditions = base->has_conditions };
	struct making m = { .a = a, .view = &view, .is_flawed = !has_room || base->is_counter };
	bool has_all = dice_chance(a->dice, random_table_count(base, RANDOM_STATIC) ? 5 : 40);

	add_keys(&m);
	add_others(&m, has_all);
	fprintf(a->out, "CREATE MATERIALIZED VIEW %s AS SELECT ", view.name);
	write_selection(&m, has_all);
	fprintf(a->out, " FROM %s", base->name);
	write_where(&m);
	write_key(&m);
	write_order(&m);
	if (!m.is_flawed)
		world->views[world->view_count++] = view;
}

void author_view(struct author *a)
{
	uint32_t count = a->world->view_count;

	fputs(count ? a->world->views[dice_below(a->dice, count)].name : "mv", a->out);
}

/* Of those that are there, the one made last. */
void author_last_view(struct author *a)
{
	fputs(a->world->view_count ? a->world->views[--a->world->view_count].name : "mv", a->out);
}
