/* SPDX-License-Identifier: MIT */
/* What is written about keys: restrictions in their order, ORDER BY, GROUP BY. */
#include "tests/random_author.h"

/* The n-th column of a kind; NULL: there are not so many. */
static const struct random_column *nth(const struct author *a, enum random_kind kind, unsigned n)
{
	for (unsigned i = 0; i < a->table->column_count; i++)
		if (a->table->columns[i].kind == kind && n-- == 0)
			return &a->table->columns[i];
	return NULL;
}

static void take(struct author *a, const struct random_column *c)
{
	a->column = c;
	a->type = c->type;
}

void author_partition_equal(struct author *a)
{
	const struct random_column *c;
	const char *between = "";

	for (unsigned i = 0; (c = nth(a, RANDOM_PARTITION, i)); i++) {
		if (!dice_below(a->dice, 80))
			continue;
		take(a, c);
		fputs(between, a->out);
		author_write(a, "equal");
		between = " AND ";
	}
	if (!*between)
		author_write(a, "relation");
}

static void write_prefix(struct author *a, unsigned length)
{
	const struct random_column *c;

	for (a->prefix = 0; a->prefix < length; a->prefix++) {
		c = nth(a, RANDOM_CLUSTERING, a->prefix);
		if (!c)
			return;
		take(a, c);
		fputs(" AND ", a->out);
		author_write(a, "equal");
	}
}

void author_clustering_prefix(struct author *a)
{
	write_prefix(a, dice_below(a->dice, 1 + random_table_count(a->table, RANDOM_CLUSTERING)));
}

void author_clustering_equal(struct author *a)
{
	write_prefix(a, RANDOM_COLUMNS);
}

/* " AND c > 1 AND c < 3" for the column behind the prefix. */
void author_range(struct author *a)
{
	const struct random_column *c = nth(a, RANDOM_CLUSTERING, a->prefix);

	if (!c)
		return;
	take(a, c);
	author_write(a, dice_chance(a->dice, 50) ? " AND $name $compare $value"
						 : " AND $name > $value AND $name <= $value");
}

static void write_tuple(struct author *a, unsigned first, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		fputs(i ? ", " : "(", a->out);
		author_write_value(a, nth(a, RANDOM_CLUSTERING, first + i)->type);
	}
	putc(')', a->out);
}

static void write_multi_names(struct author *a, unsigned first, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		fprintf(a->out, "%s%s", i ? ", " : "(", nth(a, RANDOM_CLUSTERING, first + i)->name);
	putc(')', a->out);
}

/* "(c, d) > (1, 'a')" */
void author_multi(struct author *a)
{
	unsigned all = random_table_count(a->table, RANDOM_CLUSTERING);
	unsigned first = dice_chance(a->dice, 90) || !all ? 0 : dice_below(a->dice, all);
	unsigned count = all ? 1 + dice_below(a->dice, all - first) : 0;

	if (!count) {
		author_write(a, "relation");
		return;
	}
	write_multi_names(a, first, count);
	if (dice_chance(a->dice, 30)) {
		fputs(" IN (", a->out);
		write_tuple(a, first, count);
		fputs(", ", a->out);
		write_tuple(a, first, count);
		putc(')', a->out);
		return;
	}
	author_write(a, " $compare ");
	write_tuple(a, first, count);
	if (dice_chance(a->dice, 25)) {
		fputs(" AND ", a->out);
		write_multi_names(a, first, count);
		author_write(a, " $compare ");
		write_tuple(a, first, count);
	}
}

void author_partitions(struct author *a)
{
	const struct random_column *c;

	for (unsigned i = 0; (c = nth(a, RANDOM_PARTITION, i)); i++)
		fprintf(a->out, "%s%s", i ? ", " : "", c->name);
}

void author_partition_values(struct author *a)
{
	const struct random_column *c;

	for (unsigned i = 0; (c = nth(a, RANDOM_PARTITION, i)); i++) {
		fputs(i ? ", " : "", a->out);
		author_write_value(a, c->type);
	}
}

/* All in the table's order or all against it, mostly. */
void author_order(struct author *a)
{
	unsigned count = 1 + dice_below(a->dice, 3);
	bool is_reversed = dice_chance(a->dice, 60);
	const struct random_column *c;

	if (!nth(a, RANDOM_CLUSTERING, 0) || dice_chance(a->dice, 5)) {
		author_write(a, "$any DESC");
		return;
	}
	for (unsigned i = 0; i < count && (c = nth(a, RANDOM_CLUSTERING, i)); i++) {
		bool is_descending = c->is_descending != is_reversed;
		if (dice_chance(a->dice, 5))
			is_descending = !is_descending;
		fprintf(a->out, "%s%s %s", i ? ", " : "", c->name, is_descending ? "DESC" : "ASC");
	}
}

void author_group(struct author *a)
{
	unsigned partitions = random_table_count(a->table, RANDOM_PARTITION);
	unsigned keys = partitions + random_table_count(a->table, RANDOM_CLUSTERING);
	unsigned count = dice_chance(a->dice, 90)
				 ? partitions + dice_below(a->dice, keys - partitions + 1)
				 : 1 + dice_below(a->dice, a->table->column_count);

	for (unsigned i = 0; i < count; i++) /* keys are the first columns, in their order */
		fprintf(a->out, "%s%s", i ? ", " : "", a->table->columns[i].name);
}
