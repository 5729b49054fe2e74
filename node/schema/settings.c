/* SPDX-License-Identifier: MIT */
/* Settings by their names: a table of where each one is, and a reader for each kind. */
#include "node/schema/settings.h"

#include <coodie/message.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "base/nearest.h"

enum kind { BOOL, COUNT, SIZE, TIME, LEVELS, WORDS, KINDS };

static const struct setting {
	const char *name;
	enum kind kind;
	size_t offset;
	const char *value; /* the default */
} settings[] = {
#define X(kind, name, value) { #name, kind, offsetof(struct nd_settings, name), value },
#include "node/schema/settings.def"
#undef X
};

enum { SETTINGS = sizeof settings / sizeof settings[0] };

/* ---- one value ------------------------------------------------------------------------------ */

static bool read_bool(const char *text, void *to)
{
	bool yes = !strcmp(text, "true");

	if (!yes && strcmp(text, "false") != 0)
		return false;
	memcpy(to, &yes, sizeof yes);
	return true;
}

static bool read_count(const char *text, void *to)
{
	char *end;
	long long n = strtoll(text, &end, 10);
	int64_t count = n;

	if (end == text || *end || n < -1 || n > INT32_MAX)
		return false;
	memcpy(to, &count, sizeof count);
	return true;
}

struct unit {
	const char *name;
	int64_t factor;
};

/* A number and a unit, or null. */
static bool read_quantity(const char *text, const struct unit *units, void *to)
{
	char *end;
	int64_t quantity = -1;
	unsigned long long n;

	if (strcmp(text, "null") != 0) {
		if (!isdigit((unsigned char)*text))
			return false;
		n = strtoull(text, &end, 10);
		while (units->name && strcmp(units->name, end) != 0)
			units++;
		if (!units->name || n > (unsigned long long)(INT64_MAX / units->factor))
			return false;
		quantity = (int64_t)n * units->factor;
	}
	memcpy(to, &quantity, sizeof quantity);
	return true;
}

static bool read_size(const char *text, void *to)
{
	static const struct unit units[] = {
		{ "B", 1 }, { "KiB", 1 << 10 }, { "MiB", 1 << 20 }, { "GiB", 1 << 30 }, { NULL, 0 },
	};

	return read_quantity(text, units, to);
}

static bool read_time(const char *text, void *to)
{
	static const struct unit units[] = {
		{ "us", 1 },         { "ms", 1000 },        { "s", 1000000 },
		{ "m", 60000000LL }, { "h", 3600000000LL }, { "d", 86400000000LL },
		{ NULL, 0 },
	};

	return read_quantity(text, units, to);
}

/* ---- lists ---------------------------------------------------------------------------------- */

/* The next word of "[a, b]" or "a,b", in quotes or not; NULL at the end. */
static const char *next_word(const char **at, size_t *len)
{
	static const char between[] = " ,[]'\"";
	const char *word = *at + strspn(*at, between);

	*len = strcspn(word, between);
	*at = word + *len;
	return *len ? word : NULL;
}

static bool find_level(const char *word, size_t len, uint32_t *level)
{
	static const struct {
		const char *name;
		uint32_t level;
	} levels[] = {
#define X(name, value) { #name, CQL_CONSISTENCY_##name },
#include <coodie/consistencies.def>
#undef X
	};

	for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++)
		if (strlen(levels[i].name) == len && !strncasecmp(word, levels[i].name, len)) {
			*level = levels[i].level;
			return true;
		}
	return false;
}

static bool read_levels(const char *text, void *to)
{
	uint32_t mask = 0, level;
	const char *word;
	size_t len;

	while ((word = next_word(&text, &len))) {
		if (!find_level(word, len, &level))
			return false;
		mask |= UINT32_C(1) << level;
	}
	memcpy(to, &mask, sizeof mask);
	return true;
}

static bool read_words(const char *text, void *to)
{
	struct nd_words words = { "" };
	size_t used = 0, len;
	const char *word;

	while ((word = next_word(&text, &len))) {
		if (len + 3 > sizeof words.text - used)
			return false;
		words.text[used++] = ' ';
		for (size_t i = 0; i < len; i++)
			words.text[used++] = (char)tolower((unsigned char)word[i]);
		words.text[used] = ' '; /* the next word's, too */
		words.text[used + 1] = '\0';
	}
	memcpy(to, &words, sizeof words);
	return true;
}

bool nd_words_have(const struct nd_words *w, const char *word)
{
	char wanted[sizeof w->text] = " ";
	size_t len = strlen(word);

	if (len + 3 > sizeof wanted)
		return false;
	for (size_t i = 0; i < len; i++)
		wanted[i + 1] = (char)tolower((unsigned char)word[i]);
	wanted[len + 1] = ' ';
	return strstr(w->text, wanted);
}

/* ---- by name -------------------------------------------------------------------------------- */

static const struct reader {
	bool (*read)(const char *text, void *to);
	const char *allowed;
} readers[KINDS] = {
	[BOOL] = { read_bool, "true or false" },
	[COUNT] = { read_count, "a number; -1: no limit" },
	[SIZE] = { read_size, "a number with B, KiB, MiB or GiB, as 5KiB; null: no limit" },
	[TIME] = { read_time, "a number with us, ms, s, m, h or d, as 5s; null: no limit" },
	[LEVELS] = { read_levels, "consistency levels, as [ONE, LOCAL_QUORUM]" },
	[WORDS] = { read_words, "names, as [comment, compaction]; up to 250 letters" },
};

static bool read_setting(struct nd_settings *s, const struct setting *which, const char *value)
{
	return readers[which->kind].read(value, (char *)s + which->offset);
}

void nd_settings_init(struct nd_settings *s)
{
	*s = (struct nd_settings){ 0 };
	for (size_t i = 0; i < SETTINGS; i++)
		read_setting(s, &settings[i], settings[i].value);
}

const char *nd_settings_name(size_t i)
{
	return i < SETTINGS ? settings[i].name : NULL;
}

static const char *nth_name(const void *list, size_t i)
{
	(void)list;
	return nd_settings_name(i);
}

static bool fail_name(const char *name, coodie_error *err)
{
	const char *near = cd_nearest(name, strlen(name), nth_name, NULL);

	if (near)
		return cd_fail(err, COODIE_ERR_INVALID, "no setting %.60s: did you mean %s?", name,
			       near);
	return cd_fail(err, COODIE_ERR_INVALID, "no setting %.60s: docs/node.md has them all",
		       name);
}

bool nd_settings_set(struct nd_settings *s, const char *name, const char *value, coodie_error *err)
{
	size_t i = 0;

	while (i < SETTINGS && strcmp(settings[i].name, name) != 0)
		i++;
	if (i == SETTINGS)
		return fail_name(name, err);
	if (read_setting(s, &settings[i], value))
		return true;
	return cd_fail(err, COODIE_ERR_INVALID, "%s cannot be %.40s: it takes %s", name, value,
		       readers[settings[i].kind].allowed);
}
