/* SPDX-License-Identifier: MIT */
/* Parts of INSERT, UPDATE, DELETE and ALTER TABLE that rules cannot say. */
#include <string.h>

#include "tests/random_author.h"
#include "tests/random_value.h"

/* ---- what a row is made of ------------------------------------------------------------------ */

/* Keys, with few exceptions, and some of the others; a bit for each. */
static unsigned choose_columns(struct author *a)
{
	unsigned chosen = 0;

	for (unsigned i = 0; i < a->table->column_count; i++) {
		bool is_key = a->table->columns[i].kind & (RANDOM_PARTITION | RANDOM_CLUSTERING);
		if (is_key ? dice_below(a->dice, 100) > 0 : dice_chance(a->dice, 60))
			chosen |= 1U << i;
	}
	return chosen;
}

void author_columns_and_values(struct author *a)
{
	unsigned chosen = choose_columns(a);
	const char *between = "(";

	for (unsigned i = 0; i < a->table->column_count; i++) {
		if (!(chosen >> i & 1))
			continue;
		fprintf(a->out, "%s%s", between, a->table->columns[i].name);
		between = ", ";
	}
	fputs(chosen ? ") VALUES " : "() VALUES (", a->out);
	between = "(";
	for (unsigned i = 0; i < a->table->column_count; i++) {
		if (!(chosen >> i & 1))
			continue;
		fputs(between, a->out);
		author_write_value(a, a->table->columns[i].type);
		between = ", ";
	}
	putc(')', a->out);
	if (a->table->has_conditions && dice_chance(a->dice, 30))
		fputs(" IF NOT EXISTS", a->out);
	author_using(a);
}

/* A name as JSON has it: "k", or "\"K 3\"". */
static void write_json_name(FILE *out, const char *name)
{
	if (*name == '"')
		fprintf(out, "\"\\\"%.*s\\\"\"", (int)strlen(name) - 2, name + 1);
	else
		fprintf(out, "\"%s\"", name);
}

void author_json(struct author *a)
{
	unsigned chosen = choose_columns(a);
	const char *between = "{";

	for (unsigned i = 0; i < a->table->column_count; i++) {
		if (!(chosen >> i & 1))
			continue;
		fputs(between, a->out);
		between = ", ";
		write_json_name(a->out, a->table->columns[i].name);
		fputs(": ", a->out);
		if (dice_chance(a->dice, 4))
			fputs("null", a->out);
		else
			random_value_write_json(a->out, a->dice, a->table->columns[i].type);
	}
	fputs(chosen ? "}" : "{}", a->out);
}

/* ---- when and whether ----------------------------------------------------------------------- */

enum { TIMESTAMPS = 40 };

/* Few, so that some are equal. Beside views that see markers expire they rise: Cassandra's would go on
 * to hide a row for a marker that is gone. */
static unsigned choose_timestamp(struct author *a)
{
	struct random_world *world = a->world;

	return world->has_ttl && world->view_count ? TIMESTAMPS + ++world->clock
						   : 1 + dice_below(a->dice, TIMESTAMPS);
}

/* Where there are conditions, the server's count. */
void author_timestamp(struct author *a)
{
	if (!a->table->has_conditions && !a->table->is_counter)
		fprintf(a->out, " USING TIMESTAMP %u", choose_timestamp(a));
}

void author_using(struct author *a)
{
	bool has_timestamp = !a->table->has_conditions && !a->table->is_counter;

	author_timestamp(a);
	if (a->world->has_ttl && dice_chance(a->dice, 30))
		fprintf(a->out, " %s TTL %u", has_timestamp ? "AND" : "USING",
			1 + dice_below(a->dice, 60));
}

void author_if(struct author *a)
{
	if (!a->table->has_conditions || dice_chance(a->dice, 50))
		return;
	fputs(" IF ", a->out);
	author_write(a, dice_chance(a->dice, 30) ? "EXISTS" : "conditions");
}

/* A counter that is deleted and then added to is what Cassandra's cache has of it, and is not written. */
void author_delete_or_count(struct author *a)
{
	author_write(a, a->table->is_counter ? "count" : "delete");
}

/* ---- ALTER TABLE ---------------------------------------------------------------------------- */

void author_add_column(struct author *a)
{
	static const char *const names[] = { "added", "added2", "added3" };
	struct random_table *t = a->table;
	struct random_column *c = &t->columns[t->column_count];

	if (t->column_count == RANDOM_COLUMNS || t->added == sizeof names / sizeof *names) {
		author_write(a, "$any $type");
		return;
	}
	*c = (struct random_column){ .name = names[t->added++], .kind = RANDOM_REGULAR };
	c->type = t->is_counter ? random_type_counter(&a->world->types)
				: random_type_any(&a->world->types);
	t->column_count++;
	fprintf(a->out, "%s ", c->name);
	random_type_write(a->out, c->type);
}

/* What was dropped is still named now and then. */
void author_drop_column(struct author *a)
{
	struct random_table *t = a->table;
	unsigned at;

	author_name(a, RANDOM_REGULAR);
	at = (unsigned)(a->column - t->columns);
	if (a->column->kind != RANDOM_REGULAR || dice_chance(a->dice, 20))
		return;
	t->column_count--;
	memmove(&t->columns[at], &t->columns[at + 1], (t->column_count - at) * sizeof *t->columns);
	a->column = NULL;
}
