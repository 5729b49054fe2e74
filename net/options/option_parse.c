/* SPDX-License-Identifier: MIT */
/* One option from text. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/endpoint.h"
#include "base/error.h"
#include "net/options/option.h"

typedef bool set_fn(struct coodie_options *o, const struct cd_option *row, const char *text,
		    coodie_error *err);

static bool wrong(const struct cd_option *row, const char *text, coodie_error *err)
{
	char range[160];

	cd_option_format_range(row, range, sizeof range);
	return cd_fail(err, COODIE_ERR_INVALID, "%s: \"%.40s\" is wrong; it can be %s", row->name,
		       text, range);
}

/* ---- numbers -------------------------------------------------------------------------------- */

/* What may follow a number of a unit, and how many of the unit it is. */
static const struct {
	const char *unit, *suffix;
	uint64_t times;
} suffixes[] = {
	{ "ms", "ms", 1 },
	{ "ms", "s", 1000 },
	{ "ms", "m", 60000 },
	{ "ms", "h", 3600000 },
	{ "s", "s", 1 },
	{ "s", "m", 60 },
	{ "s", "h", 3600 },
	{ "bytes", "k", 1 << 10 },
	{ "bytes", "KiB", 1 << 10 },
	{ "bytes", "M", 1 << 20 },
	{ "bytes", "MiB", 1 << 20 },
	{ "bytes", "G", 1 << 30 },
	{ "bytes", "GiB", 1 << 30 },
	{ "%", "%", 1 },
};

/* 0: the suffix is none of the unit's. */
static uint64_t times_of(const char *unit, const char *suffix)
{
	if (!*suffix)
		return 1;
	for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
		if (!strcmp(suffixes[i].unit, unit) && !strcasecmp(suffixes[i].suffix, suffix))
			return suffixes[i].times;
	return 0;
}

/* Too large a number is the largest there is, which is out of every bound. */
static bool read_number(const char *text, const char *unit, uint64_t *out)
{
	const char *at = text;
	uint64_t value = 0;

	for (; *at >= '0' && *at <= '9'; at++)
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(*at - '0'), &value))
			value = UINT64_MAX;
	uint64_t times = at > text ? times_of(unit, at) : 0;
	if (!times)
		return false;
	if (__builtin_mul_overflow(value, times, &value))
		value = UINT64_MAX;
	*out = value;
	return true;
}

static bool set_quantity(struct coodie_options *o, const struct cd_option *row, const char *text,
			 coodie_error *err)
{
	uint64_t value = 0;

	if (!(row->words && !strcasecmp(text, row->words)) && !read_number(text, row->unit, &value))
		return wrong(row, text, err);
	return cd_option_set_number(o, row, value, err);
}

/* Digits with a point, whatever the locale is. */
static bool read_decimal(const char *text, double *out)
{
	const char *at = text;
	double value = 0, place = 1;

	for (; *at >= '0' && *at <= '9'; at++)
		value = value * 10 + (*at - '0');
	if (at == text)
		return false;
	if (*at == '.' && at[1])
		for (at++; *at >= '0' && *at <= '9'; at++)
			value += (place /= 10) * (*at - '0');
	*out = value;
	return !*at || !strcmp(at, "%");
}

static bool set_decimal(struct coodie_options *o, const struct cd_option *row, const char *text,
			coodie_error *err)
{
	double value = 0;

	if (!(row->words && !strcasecmp(text, row->words)) &&
	    !(read_decimal(text, &value) && value >= (double)row->least &&
	      value <= (double)row->most))
		return wrong(row, text, err);
	memcpy((char *)o + row->at, &value, sizeof value);
	return true;
}

/* ---- words ---------------------------------------------------------------------------------- */

static bool set_switch(struct coodie_options *o, const struct cd_option *row, const char *text,
		       coodie_error *err)
{
	static const char words[][8] = { "off", "on", "false", "true", "no", "yes", "0", "1" };

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (!strcasecmp(text, words[i]))
			return cd_option_set_number(o, row, i % 2, err);
	return wrong(row, text, err);
}

static bool set_choice(struct coodie_options *o, const struct cd_option *row, const char *text,
		       coodie_error *err)
{
	uint64_t value = row->least;
	size_t len = strlen(text);

	for (const char *at = row->words; len; value++) {
		size_t word = strcspn(at, " ");
		if (word == len && !strncasecmp(at, text, len))
			return cd_option_set_number(o, row, value, err);
		if (!at[word])
			break;
		at += word + 1;
	}
	return wrong(row, text, err);
}

static bool set_consistency(struct coodie_options *o, const struct cd_option *row, const char *text,
			    coodie_error *err)
{
	uint64_t value = cql_consistency_parse(text);

	if (!value || value < row->least || value > row->most)
		return wrong(row, text, err);
	return cd_option_set_number(o, row, value, err);
}

/* ---- texts ---------------------------------------------------------------------------------- */

static bool set_text(struct coodie_options *o, const struct cd_option *row, const char *text,
		     coodie_error *err)
{
	enum cd_option_id id = cd_option_id_of(row);
	cql_uuid uuid;
	cql_inet inet;

	if (id == CD_ID_keyspace)
		return coodie_options_set_keyspace(o, text, err);
	if ((id == CD_ID_client_id && !cql_uuid_parse(text, &uuid, err)) ||
	    (id == CD_ID_local_address && !cql_inet_parse(text, &inet, err))) {
		cd_error_prefix(err, "%s: \"%.40s\"", row->name, text);
		return false;
	}
	return cd_option_set_text(o, row, text, err);
}

/* The next of a list's entries, without the blanks around it; false at the end. An empty one has no
 * length. */
static bool next_entry(const char **at, const char **entry, size_t *len)
{
	if (!*at)
		return false;
	const char *comma = strchr(*at, ','), *end = comma ? comma : *at + strlen(*at);
	*entry = *at + strspn(*at, " \t");
	while (end > *entry && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	*len = end > *entry ? (size_t)(end - *entry) : 0;
	*at = comma ? comma + 1 : NULL;
	return true;
}

static bool set_list(struct coodie_options *o, const struct cd_option *row, const char *text,
		     coodie_error *err)
{
	const char *at = text, *entry;
	size_t len, i = 0;

	while (i++, next_entry(&at, &entry, &len))
		if (!len)
			return cd_fail(err, COODIE_ERR_INVALID,
				       "%s: entry %zu of \"%.60s\" is empty", row->name, i, text);
	return cd_option_set_text(o, row, text, err);
}

/* In the place of those there are: all or none. */
static bool set_points(struct coodie_options *o, const struct cd_option *row, const char *text,
		       coodie_error *err)
{
	struct coodie_options next = { 0 };
	const char *at = text, *entry;
	char one[CD_HOST_SIZE + 16];
	bool ok = true;
	size_t len;

	while (ok && next_entry(&at, &entry, &len)) {
		if (len >= sizeof one)
			ok = cd_fail(err, COODIE_ERR_INVALID, "%s: \"%.40s...\" is too long",
				     row->name, entry);
		if (ok) {
			memcpy(one, entry, len);
			one[len] = '\0';
			ok = coodie_options_add_contact_point(&next, one, err);
		}
	}
	if (ok)
		cd_option_swap(o, &next, row);
	cd_options_drop_points(&next, 0);
	return ok;
}

static bool refuse(struct coodie_options *o, const struct cd_option *row, const char *text,
		   coodie_error *err)
{
	(void)o;
	return !cd_option_refused(row, text, err);
}

/* ---- any of them ---------------------------------------------------------------------------- */

static set_fn *const sets[] = {
	[CD_OPTION_NUMBER] = set_quantity, [CD_OPTION_BYTES] = set_quantity,
	[CD_OPTION_SWITCH] = set_switch,   [CD_OPTION_CHOICE] = set_choice,
	[CD_OPTION_DECIMAL] = set_decimal, [CD_OPTION_CONSISTENCY] = set_consistency,
	[CD_OPTION_TEXT] = set_text,       [CD_OPTION_SECRET] = cd_option_set_text,
	[CD_OPTION_LIST] = set_list,       [CD_OPTION_POINTS] = set_points,
	[CD_OPTION_REFUSED] = refuse,
};

static bool set_default(struct coodie_options *o, const struct cd_option *row, coodie_error *err)
{
	double decimal = (double)row->fallback;

	switch (row->kind) {
	case CD_OPTION_TEXT:
	case CD_OPTION_SECRET:
	case CD_OPTION_LIST:
		return cd_option_set_text(o, row, NULL, err);
	case CD_OPTION_POINTS:
		cd_options_drop_points(o, 0);
		return true;
	case CD_OPTION_DECIMAL:
		memcpy((char *)o + row->at, &decimal, sizeof decimal);
		return true;
	case CD_OPTION_REFUSED:
		return true;
	default:
		return cd_option_set_number(o, row, row->fallback, err);
	}
}

bool cd_option_set(struct coodie_options *o, const struct cd_option *row, const char *text,
		   coodie_error *err)
{
	if (!text)
		return set_default(o, row, err);
	if (cd_option_refused(row, text, err))
		return false;
	return sets[row->kind](o, row, text, err);
}

bool coodie_options_set(coodie_options *o, const char *name, const char *value, coodie_error *err)
{
	const struct cd_option *row;

	cd_clear(err);
	if (!o)
		return cd_options_missing(err);
	row = cd_option_find(name, err);
	return row && cd_option_set(o, row, value, err);
}
