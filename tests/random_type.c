/* SPDX-License-Identifier: MIT */
/* Makes types and writes them. */
#include "tests/random_type.h"

#include <string.h>

#define LEN(array) (sizeof(array) / sizeof *(array))

enum {
	NUMBER = RANDOM_NUMBER,
	INTEGER = RANDOM_INTEGER,
	TEXT = RANDOM_TEXT,
	TIME = RANDOM_TIME,
	NO_ORDER = RANDOM_NO_ORDER,
	DEEPEST = 2,
};

static const struct {
	const char *name;
	unsigned traits;
	const char *literals;
} natives[] = {
#define X(name, traits, literals) { #name, traits, literals },
#include "tests/random_natives.def"
#undef X
};

/* ---- making --------------------------------------------------------------------------------- */

static struct random_type *new_type(struct random_types *types, enum random_shape shape)
{
	struct random_type *t = cd_arena_take_zero(types->arena, sizeof *t);

	if (t)
		t->shape = shape;
	return t;
}

/* Literals are cut at blanks outside of quotes. */
static const struct random_native *new_native(struct random_types *types, size_t which)
{
	struct random_native *n = cd_arena_take_zero(types->arena, sizeof *n);
	const char *at = natives[which].literals;
	size_t count = 0;

	if (!n)
		return NULL;
	n->name = natives[which].name;
	n->traits = natives[which].traits;
	while (*at && count + 1 < LEN(n->literals)) {
		bool in_quotes = false;
		size_t len = 0;
		for (; at[len] && (in_quotes || at[len] != ' '); len++)
			in_quotes ^= at[len] == '\'';
		n->literals[count++] = cd_arena_strndup(types->arena, at, len);
		at += len;
		at += *at == ' ';
	}
	return n;
}

static const struct random_type *native_without(struct random_types *types, unsigned traits)
{
	struct random_type *t = new_type(types, RANDOM_NATIVE);
	size_t which;

	do
		which = dice_chance(types->dice, 40) ? dice_below(types->dice, 2)
						     : dice_below(types->dice, LEN(natives));
	while (natives[which].traits & traits);
	if (t)
		t->native = new_native(types, which);
	return t;
}

const struct random_type *random_type_native(struct random_types *types)
{
	return native_without(types, 0);
}

const struct random_type *random_type_counter(struct random_types *types)
{
	return new_type(types, RANDOM_COUNTER);
}

static const struct random_type *make(struct random_types *types, unsigned depth, unsigned without);

static const struct random_type *make_parts(struct random_types *types, struct random_type *t,
					    unsigned depth, unsigned without)
{
	/* no duration among the items of a set and the keys of a map */
	unsigned first = t->shape == RANDOM_SET || t->shape == RANDOM_MAP ? NO_ORDER : 0;

	for (unsigned i = 0; i < t->part_count; i++)
		t->parts[i] = make(types, depth + 1, without | (i ? 0 : first));
	return t;
}

static const struct random_type *make_vector(struct random_types *types, struct random_type *t,
					     unsigned without)
{
	t->part_count = 1;
	make_parts(types, t, DEEPEST - 1, without);
	if (dice_chance(types->dice, 60))
		while (strcmp(t->parts[0]->native ? t->parts[0]->native->name : "", "float") != 0)
			t->parts[0] = native_without(types, without);
	t->part_count = 1 + dice_below(types->dice, 3);
	return t;
}

static const struct random_type *make_user(struct random_types *types, struct random_type *t)
{
	bool is_frozen = t->is_frozen;

	*t = *types->users[dice_below(types->dice, types->user_count)];
	t->is_frozen = is_frozen;
	return t;
}

static bool has_trait(const struct random_type *type, unsigned trait)
{
	if (type->native)
		return type->native->traits & trait;
	for (unsigned i = 0; i < RANDOM_PARTS; i++)
		if (type->parts[i] && has_trait(type->parts[i], trait))
			return true;
	return false;
}

static const struct random_type *make(struct random_types *types, unsigned depth, unsigned without)
{
	static const enum random_shape shapes[] = { RANDOM_LIST,  RANDOM_SET,    RANDOM_MAP,
						    RANDOM_TUPLE, RANDOM_VECTOR, RANDOM_USER };
	static const unsigned part_counts[] = {
		[RANDOM_LIST] = 1, [RANDOM_SET] = 1, [RANDOM_MAP] = 2
	};
	struct random_type *t;

	if (depth >= DEEPEST || dice_chance(types->dice, depth ? 70 : 45))
		return native_without(types, without);
	t = new_type(types, shapes[dice_below(types->dice, LEN(shapes))]);
	if (!t)
		return NULL;
	t->is_frozen = depth || without || dice_chance(types->dice, 30);
	if (t->shape == RANDOM_VECTOR)
		return make_vector(types, t, without);
	if (t->shape == RANDOM_USER && types->user_count &&
	    !has_trait(make_user(types, t), without))
		return t;
	if (t->shape == RANDOM_USER || t->shape == RANDOM_TUPLE) {
		*t = (struct random_type){ .shape = RANDOM_TUPLE,
					   .part_count = 1 + dice_below(types->dice, 3) };
		return make_parts(types, t, depth, without);
	}
	t->part_count = part_counts[t->shape];
	return make_parts(types, t, depth, without);
}

const struct random_type *random_type_any(struct random_types *types)
{
	return make(types, 0, 0);
}

const struct random_type *random_type_key(struct random_types *types)
{
	if (dice_chance(types->dice, 75))
		return native_without(types, NO_ORDER);
	return make(types, 0, NO_ORDER);
}

const struct random_type *random_type_user(struct random_types *types, const char *name)
{
	static const char *const fields[] = { "a", "b", "\"C\"", "d" };
	struct random_type *t = new_type(types, RANDOM_USER);

	if (!t)
		return NULL;
	t->name = name;
	t->part_count = 1 + dice_below(types->dice, RANDOM_PARTS);
	memcpy(t->fields, fields, sizeof fields);
	return make_parts(types, t, 0, 0);
}

/* ---- writing -------------------------------------------------------------------------------- */

static void write_inside(FILE *out, const struct random_type *type);

static void write_parts(FILE *out, const struct random_type *type)
{
	for (unsigned i = 0; i < type->part_count; i++) {
		fputs(i ? ", " : "<", out);
		write_inside(out, type->parts[i]);
	}
	putc('>', out);
}

static void write_bare(FILE *out, const struct random_type *type)
{
	static const char *const names[] = { [RANDOM_COUNTER] = "counter",
					     [RANDOM_LIST] = "list",
					     [RANDOM_SET] = "set",
					     [RANDOM_MAP] = "map",
					     [RANDOM_TUPLE] = "tuple" };

	if (type->shape == RANDOM_NATIVE) {
		fputs(type->native->name, out);
	} else if (type->shape == RANDOM_USER) {
		fputs(type->name, out);
	} else if (type->shape == RANDOM_VECTOR) {
		fputs("vector<", out);
		write_inside(out, type->parts[0]);
		fprintf(out, ", %u>", type->part_count);
	} else {
		fputs(names[type->shape], out);
		if (type->part_count)
			write_parts(out, type);
	}
}

static void write_frozen(FILE *out, const struct random_type *type, bool is_frozen)
{
	bool may_be = random_type_is_collection(type) || type->shape == RANDOM_USER;

	if (is_frozen && may_be)
		fputs("frozen<", out);
	write_bare(out, type);
	if (is_frozen && may_be)
		putc('>', out);
}

static void write_inside(FILE *out, const struct random_type *type)
{
	write_frozen(out, type, true);
}

void random_type_write(FILE *out, const struct random_type *type)
{
	write_frozen(out, type, type->is_frozen);
}

void random_type_create(FILE *out, const struct random_type *type)
{
	fprintf(out, "CREATE TYPE %s (", type->name);
	for (unsigned i = 0; i < type->part_count; i++) {
		fprintf(out, "%s%s ", i ? ", " : "", type->fields[i]);
		write_inside(out, type->parts[i]);
	}
	putc(')', out);
}

/* ---- asking --------------------------------------------------------------------------------- */

bool random_type_is_collection(const struct random_type *type)
{
	return type->shape == RANDOM_LIST || type->shape == RANDOM_SET || type->shape == RANDOM_MAP;
}

unsigned random_type_traits(const struct random_type *type)
{
	return type->native ? type->native->traits : 0;
}

bool random_type_may_be_key(const struct random_type *type)
{
	bool is_whole = type->is_frozen || type->shape == RANDOM_NATIVE ||
			type->shape == RANDOM_TUPLE || type->shape == RANDOM_VECTOR;

	return is_whole && !has_trait(type, NO_ORDER);
}
