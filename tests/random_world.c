/* SPDX-License-Identifier: MIT */
/* Makes tables and writes them. */
#include "tests/random_world.h"

static const char *const table_names[RANDOM_TABLES] = { "t", "u", "\"V\"" };
static const char *const type_names[] = { "ut", "vt" };

static struct random_column *add(struct random_table *table, enum random_kind kind,
				 const char *name, const struct random_type *type)
{
	struct random_column *c = &table->columns[table->column_count++];

	*c = (struct random_column){ .name = name, .kind = kind, .type = type };
	return c;
}

static void add_keys(struct random_world *world, struct random_table *table)
{
	static const char *const partition[] = { "k", "k2", "\"K 3\"" };
	static const char *const clustering[] = { "c", "d", "e" };
	struct dice *dice = world->types.dice;
	uint32_t partition_count = dice_chance(dice, 70) ? 1 : 1 + dice_below(dice, 3);
	uint32_t clustering_count = dice_below(dice, 4);

	for (uint32_t i = 0; i < partition_count; i++)
		add(table, RANDOM_PARTITION, partition[i], random_type_key(&world->types));
	for (uint32_t i = 0; i < clustering_count; i++)
		add(table, RANDOM_CLUSTERING, clustering[i], random_type_key(&world->types))
			->is_descending = dice_chance(dice, 30);
}

static void add_others(struct random_world *world, struct random_table *table)
{
	static const char *const statics[] = { "s", "s2" };
	static const char *const regular[] = { "v", "w", "x", "\"Y\"", "z", "v6", "v7", "v8" };
	struct dice *dice = world->types.dice;
	uint32_t statics_count = dice_below(dice, 3), regular_count = dice_below(dice, 9);

	if (!random_table_count(table, RANDOM_CLUSTERING))
		statics_count = 0;
	if (table->is_counter && !regular_count)
		regular_count = 1;
	for (uint32_t i = 0; i < statics_count; i++)
		add(table, RANDOM_STATIC, statics[i],
		    table->is_counter ? random_type_counter(&world->types)
				      : random_type_any(&world->types));
	for (uint32_t i = 0; i < regular_count; i++)
		add(table, RANDOM_REGULAR, regular[i],
		    table->is_counter ? random_type_counter(&world->types)
				      : random_type_any(&world->types));
}

static bool is_whole(const struct random_table *table)
{
	for (unsigned i = 0; i < table->column_count; i++)
		if (!table->columns[i].type)
			return false;
	return true;
}

bool random_world_make(struct random_world *world)
{
	struct dice *dice = world->types.dice;
	uint32_t users = dice_below(dice, 3);

	world->has_ttl = dice_chance(dice, 30);
	while (world->types.user_count < users) {
		const struct random_type *user = random_type_user(
			&world->types, type_names[world->types.user_count]);
		if (!user)
			return false;
		world->types.users[world->types.user_count++] = user;
	}
	world->table_count = 1 + dice_below(dice, RANDOM_TABLES);
	for (unsigned i = 0; i < world->table_count; i++) {
		struct random_table *table = &world->tables[i];
		table->name = table_names[i];
		table->is_counter = dice_chance(dice, 10);
		table->has_conditions = !table->is_counter && dice_chance(dice, 30);
		add_keys(world, table);
		add_others(world, table);
		if (!is_whole(table))
			return false;
	}
	return true;
}

unsigned random_table_count(const struct random_table *table, unsigned kinds)
{
	unsigned count = 0;

	for (unsigned i = 0; i < table->column_count; i++)
		count += (table->columns[i].kind & kinds) != 0;
	return count;
}

/* ---- writing -------------------------------------------------------------------------------- */

static void write_names(FILE *out, const struct random_table *table, enum random_kind kind,
			const char *between)
{
	for (unsigned i = 0; i < table->column_count; i++) {
		if (table->columns[i].kind != kind)
			continue;
		fprintf(out, "%s%s", between, table->columns[i].name);
		between = ", ";
	}
}

static void write_order(FILE *out, const struct random_table *table)
{
	const char *between = " WITH CLUSTERING ORDER BY (";

	for (unsigned i = 0; i < table->column_count; i++) {
		const struct random_column *c = &table->columns[i];
		if (c->kind != RANDOM_CLUSTERING)
			continue;
		fprintf(out, "%s%s %s", between, c->name, c->is_descending ? "DESC" : "ASC");
		between = ", ";
	}
	putc(')', out);
}

static bool has_descending(const struct random_table *table)
{
	for (unsigned i = 0; i < table->column_count; i++)
		if (table->columns[i].is_descending)
			return true;
	return false;
}

void random_table_create(FILE *out, const struct random_table *table)
{
	fprintf(out, "CREATE TABLE %s (", table->name);
	for (unsigned i = 0; i < table->column_count; i++) {
		fprintf(out, "%s ", table->columns[i].name);
		random_type_write(out, table->columns[i].type);
		fputs(table->columns[i].kind == RANDOM_STATIC ? " STATIC, " : ", ", out);
	}
	fputs("PRIMARY KEY ((", out);
	write_names(out, table, RANDOM_PARTITION, "");
	putc(')', out);
	write_names(out, table, RANDOM_CLUSTERING, ", ");
	fputs("))", out);
	if (has_descending(table))
		write_order(out, table);
}
