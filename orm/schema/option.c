/* SPDX-License-Identifier: MIT */
/* Options, compared for what they mean. */
#include "orm/schema/option.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/identifier.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- the kinds --------------------------------------------------------------------------------- */

static const struct cd_option_kind kinds[] = {
#define X(name, shape, standard) { #name, standard, CD_SHAPE_##shape },
#include "orm/schema/options.def"
#undef X
};

const struct cd_option_kind *cd_option_kind_at(size_t i)
{
	return i < COUNT(kinds) ? &kinds[i] : NULL;
}

const struct cd_option_kind *cd_option_kind(const char *name)
{
	for (size_t i = 0; i < COUNT(kinds); i++) {
		if (!strcmp(kinds[i].name, name))
			return &kinds[i];
	}
	return NULL;
}

/* ---- lists ------------------------------------------------------------------------------------- */

struct cd_option *cd_option_add(struct cd_arena *a, struct cd_options *list, const char *name,
				enum cd_shape shape, const char *value, bool bare)
{
	struct cd_option *o = cd_arena_take_zero(a, sizeof(*o));

	if (!o)
		return NULL;
	*o = (struct cd_option){ .name = name, .shape = shape, .value = value, .bare = bare };
	o->last = &o->pairs;
	if (!cd_arena_keep(a, &o->name) || !cd_arena_keep(a, &o->value))
		return NULL;
	if (!list->last)
		list->last = &list->first;
	*list->last = o;
	list->last = &o->next;
	return o;
}

bool cd_option_put(struct cd_arena *a, struct cd_option *map, const char *key, const char *value,
		   bool bare)
{
	struct cd_pair *p = cd_arena_take_zero(a, sizeof(*p));

	if (!p)
		return false;
	*p = (struct cd_pair){ .key = key, .value = value, .bare = bare };
	*map->last = p;
	map->last = &p->next;
	return cd_arena_keep(a, &p->key) && cd_arena_keep(a, &p->value);
}

const struct cd_option *cd_options_find(const struct cd_options *list, const char *name)
{
	const struct cd_option *o = list->first;

	while (o && strcmp(o->name, name))
		o = o->next;
	return o;
}

/* What older servers call it, and what it is called now. */
static const char *key_name(const char *key)
{
	static const char *const names[][2] = { { "sstable_compression", "class" },
						{ "chunk_length_kb", "chunk_length_in_kb" } };

	for (size_t i = 0; i < COUNT(names); i++) {
		if (!strcmp(key, names[i][0]))
			return names[i][1];
	}
	return key;
}

const struct cd_pair *cd_pair_find(const struct cd_option *map, const char *key)
{
	const struct cd_pair *p = map->pairs;

	while (p && strcmp(key_name(p->key), key_name(key)))
		p = p->next;
	return p;
}

/* ---- written ----------------------------------------------------------------------------------- */

static void put_text(struct cd_buffer *b, const char *text, bool bare)
{
	if (bare)
		cd_buffer_text(b, text);
	else
		cd_string_append(b, text);
}

void cd_option_put_value(struct cd_buffer *b, const struct cd_option *o)
{
	if (o->value) {
		put_text(b, o->value, o->bare);
		return;
	}
	cd_buffer_text(b, "{");
	for (const struct cd_pair *p = o->pairs; p; p = p->next) {
		cd_buffer_text(b, p == o->pairs ? "" : ", ");
		cd_string_append(b, p->key);
		cd_buffer_text(b, ": ");
		put_text(b, p->value, p->bare);
	}
	cd_buffer_text(b, "}");
}

void cd_option_write(struct cd_buffer *b, const struct cd_option *o)
{
	cd_buffer_text(b, o->name);
	cd_buffer_text(b, " = ");
	cd_option_put_value(b, o);
}

/* ---- values ------------------------------------------------------------------------------------ */

enum { NORMAL_SIZE = 96 };

/* A run of text at the end of another, as far as there is room. */
static void append(char *out, const char *text, size_t len)
{
	size_t at = strlen(out);

	if (len > NORMAL_SIZE - 1 - at)
		len = NORMAL_SIZE - 1 - at;
	memcpy(out + at, text, len);
	out[at + len] = '\0';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Takes a number at *text: its digits without zeros at either end, and where the point is. 1.50, 150E-2 and
 * 1.5 are the same. False: it is none. */
static bool take_number(const char **text, char *out)
{
	const char *at = *text + (**text == '-');
	char digits[NORMAL_SIZE] = "";
	long point = 0;
	bool behind = false, any = false;

	for (; is_digit(*at) || (*at == '.' && !behind); at++) {
		bool zero = *at == '0' && !*digits;

		behind = behind || *at == '.';
		any = any || is_digit(*at);
		point += *at == '.' ? 0 : behind ? (zero ? -1 : 0) : (zero ? 0 : 1);
		if (is_digit(*at) && !zero)
			append(digits, at, 1);
	}
	if (!any)
		return false;
	if ((*at == 'e' || *at == 'E') && (is_digit(at[1]) || (at[1] && is_digit(at[2])))) {
		char *end;

		point += strtol(at + 1, &end, 10);
		at = end;
	}
	for (size_t len = strlen(digits); len && digits[len - 1] == '0'; len--)
		digits[len - 1] = '\0';
	if (**text == '-' && *digits)
		append(out, "-", 1);
	append(out, digits, strlen(digits));
	append(out, "E", 1);
	for (long i = 0; *digits && i < NORMAL_SIZE && (i < point || i < -point); i++)
		append(out, point > 0 ? "+" : "-", 1);
	*text = at;
	return true;
}

static char upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

/* One spelling of numbers in a text; letters in upper case, and no blanks. */
static void normalize(const char *text, char *out)
{
	*out = '\0';
	while (*text) {
		char c = upper(*text);

		if (take_number(&text, out))
			continue;
		if (c != ' ')
			append(out, &c, 1);
		text++;
	}
}

/* What is one word for several. */
static void replace(char *text, const char *word, const char *by)
{
	char *at = strstr(text, word);

	if (!at)
		return;
	memcpy(at, by, strlen(by));
	memmove(at + strlen(by), at + strlen(word), strlen(at + strlen(word)) + 1);
}

/* MIN(50ms,99p) is MIN(99p,50ms). */
static void order_policies(char *text)
{
	char *open = strchr(text, '('), *comma = strchr(text, ','), *close = strchr(text, ')');
	char swapped[NORMAL_SIZE] = "";

	if (!open || !comma || !close || comma < open || close < comma || comma[-1] != 'S')
		return;
	append(swapped, text, (size_t)(open + 1 - text));
	append(swapped, comma + 1, (size_t)(close - comma - 1));
	append(swapped, ",", 1);
	append(swapped, open + 1, (size_t)(comma - open - 1));
	append(swapped, ")", 1);
	memcpy(text, swapped, sizeof(swapped));
}

static void normalize_policy(const char *text, char *out)
{
	normalize(text, out);
	replace(out, "PERCENTILE", "P");
	if (!strcmp(out, "NONE"))
		memcpy(out, "NEVER", 6);
	order_policies(out);
}

bool cd_value_same(enum cd_shape shape, const char *a, const char *b)
{
	char x[NORMAL_SIZE], y[NORMAL_SIZE];

	if (shape == CD_SHAPE_TEXT)
		return !strcmp(a, b);
	if (strlen(a) >= NORMAL_SIZE / 2 || strlen(b) >= NORMAL_SIZE / 2)
		return !strcasecmp(a, b);
	if (shape == CD_SHAPE_POLICY) {
		normalize_policy(a, x);
		normalize_policy(b, y);
	} else {
		normalize(a, x);
		normalize(b, y);
	}
	return !strcmp(x, y);
}

const char *cd_short_class(const char *name)
{
	const char *point = strrchr(name, '.');

	if (!strcasecmp(name, "sai")) /* what people call it */
		return "StorageAttachedIndex";
	return point ? point + 1 : name;
}

/* ---- maps -------------------------------------------------------------------------------------- */

static bool pair_same(const struct cd_pair *a, const struct cd_pair *b)
{
	if (!strcmp(key_name(a->key), "class"))
		return !strcmp(cd_short_class(a->value), cd_short_class(b->value));
	return cd_value_same(CD_SHAPE_WORD, a->value, b->value);
}

/* {'enabled': 'false'}, or a class without a name, as older servers have it. */
static bool is_off(const struct cd_option *o)
{
	const struct cd_pair *enabled = cd_pair_find(o, "enabled"), *name = cd_pair_find(o, "class");

	return !strcmp(o->name, "compression") &&
	       ((enabled && !strcasecmp(enabled->value, "false")) || (name && !*name->value));
}

/* That compression is on is not stored. */
static bool goes_without_saying(const struct cd_option *o, const struct cd_pair *p)
{
	return !strcmp(o->name, "compression") && !strcmp(p->key, "enabled");
}

static bool map_says(const struct cd_option *is, const struct cd_option *should)
{
	for (const struct cd_pair *p = should->pairs; p; p = p->next) {
		const struct cd_pair *there = cd_pair_find(is, p->key);

		if (there ? !pair_same(there, p) : !goes_without_saying(should, p))
			return false;
	}
	return true;
}

bool cd_option_same(const struct cd_option *is, const struct cd_option *should, bool whole)
{
	if (should->shape != CD_SHAPE_MAP)
		return cd_value_same(should->shape, is->value, should->value);
	if (is_off(is) || is_off(should))
		return is_off(is) == is_off(should);
	return map_says(is, should) && (!whole || map_says(should, is));
}

/* What every strategy of compaction, and every compressor, has. */
static bool is_of_all_classes(const char *key)
{
	static const char *const keys[] = { "chunk_length_in_kb",
					    "chunk_length_kb",
					    "enabled",
					    "log_all",
					    "min_compress_ratio",
					    "only_purge_repaired_tombstones",
					    "tombstone_compaction_interval",
					    "tombstone_threshold",
					    "unchecked_tombstone_compaction" };

	for (size_t i = 0; i < COUNT(keys); i++) {
		if (!strcmp(key, keys[i]))
			return true;
	}
	return false;
}

static bool keeps(const struct cd_option *is, const struct cd_option *should,
		  const struct cd_pair *p)
{
	const struct cd_pair *was = cd_pair_find(is, "class"), *now = cd_pair_find(should, "class");

	if (cd_pair_find(should, p->key))
		return false;
	return !was || !now || pair_same(was, now) || is_of_all_classes(p->key);
}

const struct cd_option *cd_option_merge(struct cd_arena *a, const struct cd_option *is,
					const struct cd_option *should)
{
	struct cd_options list = { 0 };
	struct cd_option *o;

	if (should->shape != CD_SHAPE_MAP || is_off(is) || is_off(should))
		return should;
	o = cd_option_add(a, &list, should->name, CD_SHAPE_MAP, NULL, false);
	for (const struct cd_pair *p = should->pairs; o && p; p = p->next) {
		if (!cd_option_put(a, o, p->key, p->value, p->bare))
			o = NULL;
	}
	for (const struct cd_pair *p = is->pairs; o && p; p = p->next) {
		if (keeps(is, should, p) && !cd_option_put(a, o, p->key, p->value, p->bare))
			o = NULL;
	}
	return o;
}
