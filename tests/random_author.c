/* SPDX-License-Identifier: MIT */
/* Expands rules. */
#include "tests/random_author.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "tests/random_value.h"

#define LEN(array) (sizeof(array) / sizeof *(array))

enum { DEEPEST_RULE = 8, ALL_KINDS = 15 };

/* ---- columns -------------------------------------------------------------------------------- */

typedef bool fits_fn(const struct random_column *c, unsigned what);

static bool fits_kind(const struct random_column *c, unsigned kinds)
{
	return c->kind & kinds;
}

static bool fits_shape(const struct random_column *c, unsigned shape)
{
	return c->type->shape == shape;
}

static bool fits_trait(const struct random_column *c, unsigned traits)
{
	return random_type_traits(c->type) & traits;
}

static bool fits_collection(const struct random_column *c, unsigned what)
{
	(void)what;
	return random_type_is_collection(c->type);
}

/* One of those that fit; one of all when there is none. */
static const struct random_column *choose(struct author *a, fits_fn *fits, unsigned what)
{
	const struct random_table *t = a->table;
	const struct random_column *found[RANDOM_COLUMNS];
	uint32_t count = 0;

	for (unsigned i = 0; i < t->column_count; i++)
		if (fits(&t->columns[i], what))
			found[count++] = &t->columns[i];
	if (count)
		return found[dice_below(a->dice, count)];
	return &t->columns[dice_below(a->dice, t->column_count)];
}

static void name(struct author *a, fits_fn *fits, unsigned what)
{
	a->column = choose(a, fits, what);
	a->type = a->column->type;
	fputs(dice_below(a->dice, 300) ? a->column->name : "nosuch", a->out);
}

void author_name(struct author *a, unsigned kinds)
{
	name(a, fits_kind, kinds);
}

static void name_any(struct author *a)
{
	name(a, fits_kind, ALL_KINDS);
}

static void name_regular(struct author *a)
{
	name(a, fits_kind, RANDOM_REGULAR | RANDOM_STATIC);
}

static void name_partition(struct author *a)
{
	name(a, fits_kind, RANDOM_PARTITION);
}

static void name_clustering(struct author *a)
{
	name(a, fits_kind, RANDOM_CLUSTERING);
}

static void name_number(struct author *a)
{
	name(a, fits_trait, RANDOM_NUMBER);
}

static void name_text(struct author *a)
{
	name(a, fits_trait, RANDOM_TEXT);
}

static void name_time(struct author *a)
{
	name(a, fits_trait, RANDOM_TIME);
}

static void name_list(struct author *a)
{
	name(a, fits_shape, RANDOM_LIST);
}

static void name_set(struct author *a)
{
	name(a, fits_shape, RANDOM_SET);
}

static void name_map(struct author *a)
{
	name(a, fits_shape, RANDOM_MAP);
}

static void name_collection(struct author *a)
{
	name(a, fits_collection, 0);
}

static void name_tuple(struct author *a)
{
	name(a, fits_shape, RANDOM_TUPLE);
}

static void name_user(struct author *a)
{
	name(a, fits_shape, RANDOM_USER);
}

static void name_vector(struct author *a)
{
	name(a, fits_shape, RANDOM_VECTOR);
}

/* ---- values --------------------------------------------------------------------------------- */

static void write_marker(struct author *a, const struct random_type *type)
{
	a->markers[a->marker_count++] = type;
	putc('?', a->out);
}

void author_write_value(struct author *a, const struct random_type *type)
{
	if (a->has_markers && a->marker_count < RANDOM_MARKERS && dice_chance(a->dice, 60))
		write_marker(a, type);
	else if (dice_chance(a->dice, 2))
		fputs("null", a->out);
	else if (dice_chance(a->dice, 1))
		random_value_write(a->out, a->dice, random_type_native(&a->world->types));
	else
		random_value_write(a->out, a->dice, type);
}

static const struct random_type *type_or_native(struct author *a)
{
	return a->type ? a->type : random_type_native(&a->world->types);
}

static void write_typed(struct author *a)
{
	author_write_value(a, type_or_native(a));
}

static void write_other(struct author *a)
{
	random_value_write(a->out, a->dice, random_type_any(&a->world->types));
}

/* Of a collection or a map's values; of anything else, itself. */
static void write_item(struct author *a)
{
	const struct random_type *t = type_or_native(a);

	if (t->shape == RANDOM_MAP)
		t = t->parts[1];
	else if (random_type_is_collection(t))
		t = t->parts[0];
	author_write_value(a, t);
}

static void write_item_key(struct author *a)
{
	const struct random_type *t = type_or_native(a);

	author_write_value(a, random_type_is_collection(t) ? t->parts[0] : t);
}

static void write_bigint(struct author *a)
{
	static const char *const numbers[] = { "0",
					       "1",
					       "-1",
					       "5",
					       "-4069959284402364209",
					       "9223372036854775807",
					       "-9223372036854775808",
					       "3000000000000000000",
					       "-3485513579396041028" };

	fputs(numbers[dice_below(a->dice, LEN(numbers))], a->out);
}

static void write_small(struct author *a)
{
	fprintf(a->out, "%u", dice_chance(a->dice, 3) ? 0 : 1 + dice_below(a->dice, 4));
}

/* ---- names ---------------------------------------------------------------------------------- */

static void write_table(struct author *a)
{
	fputs(a->table->name, a->out);
}

static void write_name(struct author *a)
{
	fputs(a->column ? a->column->name : "k", a->out);
}

static void write_type(struct author *a)
{
	a->type = random_type_any(&a->world->types);
	random_type_write(a->out, a->type);
}

static void write_native(struct author *a)
{
	random_type_write(a->out, random_type_native(&a->world->types));
}

static void write_field(struct author *a)
{
	const struct random_type *t = a->type;
	uint32_t which;

	if (!t || t->shape != RANDOM_USER) {
		fputs("a", a->out);
		return;
	}
	which = dice_below(a->dice, t->part_count);
	a->type = t->parts[which];
	fputs(t->fields[which], a->out);
}

static void write_user_type(struct author *a)
{
	const struct random_types *types = &a->world->types;

	fputs(types->user_count ? types->users[dice_below(a->dice, types->user_count)]->name : "ut",
	      a->out);
}

static void write_index(struct author *a)
{
	fprintf(a->out, "i%u", a->world->index_count++);
}

static void write_last_index(struct author *a)
{
	fprintf(a->out, "i%u", a->world->index_count ? a->world->index_count - 1 : 0);
}

/* When something was written, unless that is for the server to say. */
static void write_times(struct author *a)
{
	author_write(a, a->table->has_conditions || a->table->is_counter ? "ttl_of" : "times_of");
}

/* ---- rules ---------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	unsigned weight;
	const char *text;
} rules[] = {
#define X(name, weight, text) { #name, weight, text },
#include "tests/random_rules.def"
#undef X
};

static const struct {
	const char *name;
	author_fn *fn;
} words[] = {
#define X(name, fn) { #name, fn },
#include "tests/random_words.def"
#undef X
};

/* The text of a rule by chance; where rules are deep in each other, the first. */
static const char *choose_rule(struct author *a, const char *rule)
{
	unsigned sum = 0;
	uint32_t at;

	for (size_t i = 0; i < LEN(rules); i++)
		if (!strcmp(rules[i].name, rule))
			sum += rules[i].weight;
	if (!sum)
		return NULL;
	at = a->depth > DEEPEST_RULE ? 0 : dice_below(a->dice, sum);
	for (size_t i = 0;; i++) {
		if (strcmp(rules[i].name, rule) != 0)
			continue;
		if (at < rules[i].weight)
			return rules[i].text;
		at -= rules[i].weight;
	}
}

/* Writes "$word?N"; returns what is behind. */
static const char *expand_word(struct author *a, const char *at)
{
	char word[40];
	size_t len = 0;
	unsigned percent = 100;

	for (; isalpha((unsigned char)at[len]) || at[len] == '_'; len++)
		word[len] = at[len];
	word[len] = 0;
	at += len;
	if (*at == '?') {
		char *end;
		percent = (unsigned)strtoul(at + 1, &end, 10);
		at = end;
	}
	if (percent == 100 || dice_chance(a->dice, percent))
		author_write(a, word);
	return at;
}

static void expand(struct author *a, const char *text)
{
	a->depth++;
	while (*text) {
		size_t len = strcspn(text, "$");
		fwrite(text, 1, len, a->out);
		text += len;
		if (*text)
			text = expand_word(a, text + 1);
	}
	a->depth--;
}

void author_write(struct author *a, const char *rule)
{
	const char *text;

	for (size_t i = 0; i < LEN(words); i++) {
		if (!strcmp(words[i].name, rule)) {
			words[i].fn(a);
			return;
		}
	}
	text = choose_rule(a, rule);
	expand(a, text ? text : rule);
}

static void turn_to(struct author *a, struct random_table *tables, unsigned count)
{
	a->table = &tables[dice_below(a->dice, count)];
	a->column = NULL;
	a->type = NULL;
	a->prefix = 0;
}

void author_turn(struct author *a)
{
	turn_to(a, a->world->tables, a->world->table_count);
}

void author_turn_to_view(struct author *a)
{
	if (a->world->view_count)
		turn_to(a, a->world->views, a->world->view_count);
}
