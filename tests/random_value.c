/* SPDX-License-Identifier: MIT */
/* Literals from the lists of natives, nested as their types are. */
#include "tests/random_value.h"

#include <ctype.h>
#include <string.h>

struct value {
	FILE *out;
	struct dice *dice;
	bool is_json;
};

static void write_value(struct value *v, const struct random_type *type);

/* ---- natives -------------------------------------------------------------------------------- */

static uint32_t count_literals(const struct random_native *native)
{
	uint32_t count = 0;

	while (native->literals[count])
		count++;
	return count;
}

static const char *pick(struct value *v, const struct random_native *native)
{
	return native->literals[dice_small(v->dice, count_literals(native))];
}

/* 'a' is "a", numbers and booleans are as they are, and all else is a string. */
static void write_json_native(struct value *v, const struct random_native *native,
			      const char *literal, bool is_string)
{
	size_t len = strlen(literal);
	bool is_quoted = *literal == '\'';
	bool is_bare = (native->traits & RANDOM_NUMBER &&
			isdigit((unsigned char)literal[len - 1])) ||
		       !strcmp(native->name, "boolean");

	if (is_bare && !is_string)
		fputs(literal, v->out);
	else
		fprintf(v->out, "\"%.*s\"", (int)(len - 2 * is_quoted), literal + is_quoted);
}

static void write_native(struct value *v, const struct random_native *native)
{
	const char *literal = pick(v, native);

	if (v->is_json)
		write_json_native(v, native, literal, dice_chance(v->dice, 5));
	else
		fputs(literal, v->out);
}

/* ---- what has parts ------------------------------------------------------------------------- */

static void write_items(struct value *v, const struct random_type *item, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		fputs(i ? ", " : "", v->out);
		write_value(v, item);
	}
}

/* The n-th key of a map: no key is there twice, because which value wins is chance in Cassandra. */
static void write_key(struct value *v, const struct random_native *native, uint32_t first,
		      uint32_t n)
{
	const char *literal = native->literals[(first + n) % count_literals(native)];

	if (v->is_json)
		write_json_native(v, native, literal, true);
	else
		fputs(literal, v->out);
}

static void write_map(struct value *v, const struct random_type *type, unsigned count)
{
	const struct random_native *native = type->parts[0]->native;
	uint32_t first = native ? dice_small(v->dice, count_literals(native)) : 0;

	if (native && count > count_literals(native))
		count = count_literals(native);
	if (!native) /* in JSON such a key is a string with JSON inside */
		count = v->is_json ? 0 : dice_below(v->dice, 2);
	putc('{', v->out);
	for (unsigned i = 0; i < count; i++) {
		fputs(i ? ", " : "", v->out);
		if (native)
			write_key(v, native, first, i);
		else
			write_value(v, type->parts[0]);
		fputs(": ", v->out);
		write_value(v, type->parts[1]);
	}
	putc('}', v->out);
}

static void write_field(struct value *v, const struct random_type *type)
{
	if (dice_chance(v->dice, 10))
		fputs("null", v->out);
	else
		write_value(v, type);
}

static void write_tuple(struct value *v, const struct random_type *type)
{
	unsigned count = type->part_count;

	if (dice_chance(v->dice, 3) && count > 1)
		count--; /* a short one is fine, and means nulls */
	putc(v->is_json ? '[' : '(', v->out);
	for (unsigned i = 0; i < count; i++) {
		fputs(i ? ", " : "", v->out);
		write_field(v, type->parts[i]);
	}
	putc(v->is_json ? ']' : ')', v->out);
}

static void write_field_name(struct value *v, const char *name)
{
	if (!v->is_json)
		fputs(name, v->out);
	else if (*name == '"')
		fprintf(v->out, "\"\\\"%.*s\\\"\"", (int)strlen(name) - 2, name + 1);
	else
		fprintf(v->out, "\"%s\"", name);
}

static void write_user(struct value *v, const struct random_type *type)
{
	const char *between = "";

	putc('{', v->out);
	for (unsigned i = 0; i < type->part_count; i++) {
		if (dice_chance(v->dice, 10))
			continue;
		fputs(between, v->out);
		between = ", ";
		write_field_name(v, type->fields[i]);
		fputs(": ", v->out);
		write_field(v, type->parts[i]);
	}
	putc('}', v->out);
}

static void write_value(struct value *v, const struct random_type *type)
{
	unsigned count = dice_below(v->dice, 4);

	switch (type->shape) {
	case RANDOM_NATIVE:
		write_native(v, type->native);
		break;
	case RANDOM_COUNTER:
		fprintf(v->out, "%u", count);
		break;
	case RANDOM_LIST:
	case RANDOM_VECTOR:
		putc('[', v->out);
		write_items(v, type->parts[0],
			    type->shape == RANDOM_LIST ? count : type->part_count);
		putc(']', v->out);
		break;
	case RANDOM_SET:
		putc(v->is_json ? '[' : '{', v->out);
		write_items(v, type->parts[0], count);
		putc(v->is_json ? ']' : '}', v->out);
		break;
	case RANDOM_MAP:
		write_map(v, type, count);
		break;
	case RANDOM_TUPLE:
		write_tuple(v, type);
		break;
	case RANDOM_USER:
		write_user(v, type);
		break;
	}
}

void random_value_write(FILE *out, struct dice *dice, const struct random_type *type)
{
	write_value(&(struct value){ .out = out, .dice = dice }, type);
}

void random_value_write_json(FILE *out, struct dice *dice, const struct random_type *type)
{
	write_value(&(struct value){ .out = out, .dice = dice, .is_json = true }, type);
}
