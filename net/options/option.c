/* SPDX-License-Identifier: MIT */
/* The table of options: rows by name, values by row, bounds. */
#include "net/options/option.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/nearest.h"
#include "base/secret.h"

#define AT_FIELD(name) offsetof(struct coodie_options, name)
#define AT_NUMBER(name) AT_FIELD(name)
#define AT_BYTES(name) AT_FIELD(name)
#define AT_SWITCH(name) AT_FIELD(name)
#define AT_CHOICE(name) AT_FIELD(name)
#define AT_CONSISTENCY(name) AT_FIELD(name)
#define AT_DECIMAL(name) AT_FIELD(name)
#define AT_TEXT(name) AT_FIELD(name)
#define AT_SECRET(name) AT_FIELD(name)
#define AT_LIST(name) AT_FIELD(name)
#define AT_POINTS(name) AT_FIELD(points)
#define AT_REFUSED(name) 0

#define TUNED_NUMBER_LIVE(name) offsetof(coodie_tune, name)
#define TUNED_BYTES_LIVE(name) offsetof(coodie_tune, name)
#define TUNED_CHOICE_LIVE(name) 0
#define TUNED_NUMBER_FIXED(name) 0
#define TUNED_SWITCH_FIXED(name) 0
#define TUNED_CHOICE_FIXED(name) 0
#define TUNED_CONSISTENCY_FIXED(name) 0
#define TUNED_DECIMAL_FIXED(name) 0
#define TUNED_TEXT_FIXED(name) 0
#define TUNED_SECRET_FIXED(name) 0
#define TUNED_LIST_FIXED(name) 0
#define TUNED_POINTS_FIXED(name) 0
#define TUNED_REFUSED_FIXED(name) 0

enum { FIXED = false, LIVE = true };

static const struct cd_option rows[] = {
#define G(title)
#define X(kind, name, fallback, least, most, words, change, unit, help) \
	{ #name, \
	  words, \
	  unit, \
	  (help), \
	  CD_OPTION_##kind, \
	  change, \
	  AT_##kind(name), \
	  TUNED_##kind##_##change(name), \
	  (fallback), \
	  (least), \
	  (most) },
#include "net/options/option.def"
#undef X
#undef G
};

const struct cd_option *cd_option_at(size_t i)
{
	return i < CD_OPTION_COUNT ? &rows[i] : NULL;
}

enum cd_option_id cd_option_id_of(const struct cd_option *row)
{
	return (enum cd_option_id)(row - rows);
}

static const char *nth_name(const void *list, size_t i)
{
	(void)list;
	return i < CD_OPTION_COUNT ? rows[i].name : NULL;
}

const struct cd_option *cd_option_find(const char *name, coodie_error *err)
{
	for (size_t i = 0; name && i < CD_OPTION_COUNT; i++)
		if (!strcmp(rows[i].name, name))
			return &rows[i];
	if (!name || !*name)
		return cd_fail_null(err, COODIE_ERR_INVALID, "an option without a name");
	const char *near = cd_nearest(name, strlen(name), nth_name, NULL);
	return cd_fail_null(err, COODIE_ERR_INVALID, "%.64s: there is no such option%s%s%s", name,
			    near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
}

/* ---- values --------------------------------------------------------------------------------- */

_Static_assert(sizeof(cql_consistency) == sizeof(uint32_t), "kept as the other numbers");

static void *value_of(struct coodie_options *o, const struct cd_option *row)
{
	return (char *)o + row->at;
}

uint64_t cd_option_number(const struct coodie_options *o, const struct cd_option *row)
{
	const void *at = (const char *)o + row->at;
	uint64_t bytes;
	uint32_t number;

	switch (row->kind) {
	case CD_OPTION_SWITCH:
		return *(const bool *)at;
	case CD_OPTION_BYTES:
		memcpy(&bytes, at, sizeof bytes);
		return bytes;
	default:
		memcpy(&number, at, sizeof number);
		return number;
	}
}

static void put_number(struct coodie_options *o, const struct cd_option *row, uint64_t value)
{
	void *at = value_of(o, row);
	uint32_t number = (uint32_t)value;

	switch (row->kind) {
	case CD_OPTION_SWITCH:
		*(bool *)at = value;
		return;
	case CD_OPTION_BYTES:
		memcpy(at, &value, sizeof value);
		return;
	default:
		memcpy(at, &number, sizeof number);
	}
}

/* What has a name elsewhere and is refused here, with what to do instead. */
static const struct {
	enum cd_option_id id;
	const char *word, *why;
} refusals[] = {
	{ CD_ID_protocol_version, "3",
	  "version 3 is for servers before Cassandra 2.2, which are not supported; 4, 5 or negotiate" },
	{ CD_ID_protocol_version, "6",
	  "version 6 is a beta that servers change at will, and is not spoken; 4, 5 or negotiate" },
	{ CD_ID_compression, "snappy",
	  "snappy is not supported; every server that has it has lz4 too" },
};

bool cd_option_refused(const struct cd_option *row, const char *word, coodie_error *err)
{
	if (row->kind == CD_OPTION_REFUSED) {
		cd_fail(err, COODIE_ERR_UNSUPPORTED, "%s: %s", row->name, row->help);
		return true;
	}
	for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++)
		if (row == &rows[refusals[i].id] && !strcasecmp(word, refusals[i].word)) {
			cd_fail(err, COODIE_ERR_UNSUPPORTED, "%s: %s", row->name, refusals[i].why);
			return true;
		}
	return false;
}

/* 0 is legal where it has a word of its own, and where it is how the option begins. */
static bool is_zero_legal(const struct cd_option *row)
{
	return !row->fallback || (row->words && row->kind != CD_OPTION_CHOICE);
}

bool cd_option_set_number(struct coodie_options *o, const struct cd_option *row, uint64_t value,
			  coodie_error *err)
{
	char range[160], word[24];

	if ((value >= row->least && value <= row->most) || (!value && is_zero_legal(row))) {
		put_number(o, row, value);
		return true;
	}
	bool is_level = row->kind == CD_OPTION_CONSISTENCY;
	const char *wrong = is_level || row->kind == CD_OPTION_CHOICE ? "wrong"
			    : value < row->least                      ? "too low"
								      : "too high";
	if (is_level)
		snprintf(word, sizeof word, "%s", cql_consistency_name((cql_consistency)value));
	else
		snprintf(word, sizeof word, "%" PRIu64, value);
	if (cd_option_refused(row, word, err))
		return false;
	cd_option_format_range(row, range, sizeof range);
	return cd_fail(err, COODIE_ERR_INVALID, "%s: %s is %s; it can be %s", row->name, word,
		       wrong, range);
}

void cd_option_force_number(struct coodie_options *o, const struct cd_option *row, uint64_t value)
{
	if (!value && is_zero_legal(row))
		put_number(o, row, 0);
	else
		put_number(o, row,
			   value < row->least  ? row->least
			   : value > row->most ? row->most
					       : value);
}

void cd_option_release_text(const coodie_allocator *a, char *text)
{
	if (text)
		cd_wipe(text, strlen(text));
	cd_release(a, text);
}

bool cd_option_set_text(struct coodie_options *o, const struct cd_option *row, const char *text,
			coodie_error *err)
{
	char **to = value_of(o, row), *copy = NULL;
	size_t len = text ? strlen(text) : 0;

	if (text && (len < row->least || len > row->most))
		return cd_fail(err, len > row->most ? COODIE_ERR_LIMIT : COODIE_ERR_INVALID,
			       "%s: %zu bytes; it can have %" PRIu64 " to %" PRIu64, row->name, len,
			       row->least, row->most);
	if (text && !(copy = cd_strndup(NULL, text, len)))
		return cd_no_memory(err, row->name);
	cd_option_release_text(NULL, *to);
	*to = copy;
	return true;
}

static void swap(void *a, void *b, size_t len)
{
	unsigned char *one = a, *other = b;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = one[i];
		one[i] = other[i];
		other[i] = c;
	}
}

void cd_option_swap(struct coodie_options *a, struct coodie_options *b, const struct cd_option *row)
{
	static const size_t widths[] = {
		[CD_OPTION_NUMBER] = sizeof(uint32_t),
		[CD_OPTION_BYTES] = sizeof(uint64_t),
		[CD_OPTION_SWITCH] = sizeof(bool),
		[CD_OPTION_CHOICE] = sizeof(uint32_t),
		[CD_OPTION_DECIMAL] = sizeof(double),
		[CD_OPTION_CONSISTENCY] = sizeof(uint32_t),
		[CD_OPTION_TEXT] = sizeof(char *),
		[CD_OPTION_SECRET] = sizeof(char *),
		[CD_OPTION_LIST] = sizeof(char *),
		[CD_OPTION_POINTS] = sizeof a->points,
		[CD_OPTION_REFUSED] = 0,
	};

	swap(value_of(a, row), value_of(b, row), widths[row->kind]);
	if (row->kind == CD_OPTION_POINTS)
		swap(&a->point_count, &b->point_count, sizeof a->point_count);
}

bool cd_option_is_default(const struct coodie_options *o, const struct cd_option *row)
{
	const void *at = (const char *)o + row->at;
	double decimal;

	switch (row->kind) {
	case CD_OPTION_TEXT:
	case CD_OPTION_SECRET:
	case CD_OPTION_LIST:
		return !*(char *const *)at;
	case CD_OPTION_POINTS:
		return o->point_count == 0;
	case CD_OPTION_DECIMAL:
		memcpy(&decimal, at, sizeof decimal);
		return decimal >= (double)row->fallback && decimal <= (double)row->fallback;
	case CD_OPTION_REFUSED:
		return true;
	default:
		return cd_option_number(o, row) == row->fallback;
	}
}
