/* SPDX-License-Identifier: MIT */
/* Changes of many options at once: made in a copy, checked there, then taken over. */
#include "net/options/tune.h"

#include <string.h>

#include "base/error.h"

/* coodie_tune is the NUMBER and BYTES rows that are LIVE, in their order. */
struct rows_of_tune {
	size_t size;
#define G(title)
#define X(kind, name, fallback, least, most, words, change, ...) FIELD_##kind##_##change(name)
#define FIELD_NUMBER_LIVE(name) uint32_t name;
#define FIELD_BYTES_LIVE(name) uint64_t name;
#define FIELD_CHOICE_LIVE(name)
#define FIELD_NUMBER_FIXED(name)
#define FIELD_SWITCH_FIXED(name)
#define FIELD_CHOICE_FIXED(name)
#define FIELD_CONSISTENCY_FIXED(name)
#define FIELD_DECIMAL_FIXED(name)
#define FIELD_TEXT_FIXED(name)
#define FIELD_SECRET_FIXED(name)
#define FIELD_LIST_FIXED(name)
#define FIELD_POINTS_FIXED(name)
#define FIELD_REFUSED_FIXED(name)
#include "net/options/option.def"
#undef X
#undef G
};

_Static_assert(sizeof(struct rows_of_tune) == sizeof(coodie_tune), "a field for every row");
static size_t width_of(const struct cd_option *row)
{
	return row->kind == CD_OPTION_BYTES ? sizeof(uint64_t) : sizeof(uint32_t);
}

/* Whether the caller's struct, which may be older, has this row. */
static bool has(size_t size, const struct cd_option *row)
{
	return row->tune_at && size >= row->tune_at + width_of(row);
}

static uint64_t off_of(const struct cd_option *row)
{
	return row->kind == CD_OPTION_BYTES ? UINT64_MAX : COODIE_TUNE_OFF;
}

static uint64_t value_in(const coodie_tune *t, const struct cd_option *row)
{
	const char *at = (const char *)t + row->tune_at;
	uint64_t bytes;
	uint32_t number;

	if (row->kind == CD_OPTION_BYTES) {
		memcpy(&bytes, at, sizeof bytes);
		return bytes;
	}
	memcpy(&number, at, sizeof number);
	return number;
}

/* Takes over what is LIVE. */
static void take(struct coodie_options *live, const struct coodie_options *from,
		 struct cd_changes *changed)
{
	const struct cd_option *row;

	if (changed)
		*changed = (struct cd_changes){ 0 };
	for (size_t i = 0; (row = cd_option_at(i)); i++) {
		if (!row->live || cd_option_number(live, row) == cd_option_number(from, row))
			continue;
		cd_option_force_number(live, row, cd_option_number(from, row));
		if (changed)
			changed->bits[i / 64] |= (uint64_t)1 << (i % 64);
	}
}

bool cd_options_tune(struct coodie_options *live, const coodie_tune *t, struct cd_changes *changed,
		     coodie_error *err)
{
	struct coodie_options next = *live; /* its texts are only borrowed */
	const struct cd_option *row;

	if (!t || t->size < sizeof t->size)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "coodie_tune: it is written as COODIE_TUNE(...)");
	for (size_t i = 0; (row = cd_option_at(i)); i++) {
		uint64_t value = has(t->size, row) ? value_in(t, row) : 0;
		if (value &&
		    !cd_option_set_number(&next, row, value == off_of(row) ? 0 : value, err))
			return false;
	}
	if (!cd_options_check_bounds(&next, err))
		return false;
	take(live, &next, changed);
	return true;
}

bool cd_options_tune_by_name(struct coodie_options *live, const char *name, const char *value,
			     struct cd_changes *changed, coodie_error *err)
{
	struct coodie_options next = *live;
	const struct cd_option *row = cd_option_find(name, err);

	if (!row)
		return false;
	if (!row->live)
		return cd_fail(err, COODIE_ERR_INVALID,
			       "%s: it cannot be changed while a session runs", row->name);
	if (!cd_option_set(&next, row, value, err) || !cd_options_check_bounds(&next, err))
		return false;
	take(live, &next, changed);
	return true;
}

void cd_options_tuning(const struct coodie_options *o, coodie_tune *out)
{
	const struct cd_option *row;

	for (size_t i = 0; out && (row = cd_option_at(i)); i++) {
		if (!has(out->size, row))
			continue;
		uint64_t value = cd_option_number(o, row);
		value = value ? value : off_of(row);
		uint32_t number = (uint32_t)value;
		char *at = (char *)out + row->tune_at;
		if (row->kind == CD_OPTION_BYTES)
			memcpy(at, &value, sizeof value);
		else
			memcpy(at, &number, sizeof number);
	}
}

bool coodie_options_tune(coodie_options *o, const coodie_tune *tune, coodie_error *err)
{
	cd_clear(err);
	return o ? cd_options_tune(o, tune, NULL, err) : cd_options_missing(err);
}
