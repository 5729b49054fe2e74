/* SPDX-License-Identifier: MIT */
/* One option to text, and what it can be. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/keyspace.h"
#include "net/options/option.h"

/* Where snprintf() goes on writing. */
struct line {
	char *out;
	size_t size, len;
};

static void add(struct line *l, const char *format, ...) COODIE_PRINTF(2, 3);
static void add(struct line *l, const char *format, ...)
{
	size_t left = l->len < l->size ? l->size - l->len : 0;
	va_list args;

	va_start(args, format);
	int len = vsnprintf(left ? l->out + l->len : NULL, left, format, args);
	va_end(args);
	l->len += len > 0 ? (size_t)len : 0;
}

/* The word for a number of a CHOICE. */
static void add_word(struct line *l, const struct cd_option *row, uint64_t value)
{
	const char *at = row->words;

	for (uint64_t i = row->least; i < value && strchr(at, ' '); i++)
		at = strchr(at, ' ') + 1;
	add(l, "%.*s", (int)strcspn(at, " "), at);
}

/* Up to three digits behind the point, none of them a last zero. */
static void add_decimal(struct line *l, const struct coodie_options *o, const struct cd_option *row)
{
	double value;

	memcpy(&value, (const char *)o + row->at, sizeof value);
	uint64_t thousandths = (uint64_t)(value * 1000 + 0.5);
	unsigned rest = (unsigned)(thousandths % 1000);
	int digits = rest % 10 ? 3 : rest % 100 ? 2 : rest ? 1 : 0;

	if (!thousandths && row->words) {
		add(l, "%s", row->words);
		return;
	}
	add(l, "%" PRIu64, thousandths / 1000);
	if (digits)
		add(l, ".%0*u", digits, digits == 3 ? rest : digits == 2 ? rest / 10 : rest / 100);
}

static void add_points(struct line *l, const struct coodie_options *o)
{
	for (size_t i = 0; i < o->point_count; i++) {
		const struct cd_endpoint *p = &o->points[i];
		bool is_v6 = strchr(p->host, ':') &&
			     strspn(p->host, "0123456789abcdefABCDEF:.") == strlen(p->host);
		add(l, is_v6 ? "%s[%s]" : "%s%s", i ? "," : "", p->host);
		if (p->port)
			add(l, ":%u", p->port);
	}
}

static void add_text(struct line *l, const struct coodie_options *o, const struct cd_option *row)
{
	const char *text = *(char *const *)(const void *)((const char *)o + row->at);
	char keyspace[CD_KEYSPACE_SIZE + 2];

	if (text && row == cd_option_at(CD_ID_keyspace)) {
		cd_keyspace_write(text, keyspace);
		text = keyspace;
	}
	if (text)
		add(l, "%s", row->kind == CD_OPTION_SECRET ? "***" : text);
}

static void add_value(struct line *l, const struct coodie_options *o, const struct cd_option *row)
{
	uint64_t value;

	switch (row->kind) {
	case CD_OPTION_NUMBER:
	case CD_OPTION_BYTES:
		value = cd_option_number(o, row);
		if (value || !row->words)
			add(l, "%" PRIu64, value);
		else
			add(l, "%s", row->words);
		return;
	case CD_OPTION_SWITCH:
		add(l, "%s", cd_option_number(o, row) ? "on" : "off");
		return;
	case CD_OPTION_CHOICE:
		add_word(l, row, cd_option_number(o, row));
		return;
	case CD_OPTION_CONSISTENCY:
		value = cd_option_number(o, row);
		if (value)
			add(l, "%s", cql_consistency_name((cql_consistency)value));
		return;
	case CD_OPTION_DECIMAL:
		add_decimal(l, o, row);
		return;
	case CD_OPTION_POINTS:
		add_points(l, o);
		return;
	case CD_OPTION_REFUSED:
		return;
	default:
		add_text(l, o, row);
	}
}

size_t cd_option_format(const struct coodie_options *o, const struct cd_option *row, char *out,
			size_t size)
{
	struct line l = { out, size, 0 };

	if (size)
		*out = '\0';
	add_value(&l, o, row);
	return l.len;
}

size_t coodie_options_get(const coodie_options *o, const char *name, char *out, size_t size,
			  coodie_error *err)
{
	const struct cd_option *row;

	cd_clear(err);
	if (!o)
		return cd_options_missing(err);
	row = cd_option_find(name, err);
	return row ? cd_option_format(o, row, out, out ? size : 0) : 0;
}

/* ---- what is legal -------------------------------------------------------------------------- */

static void add_choices(struct line *l, const struct cd_option *row)
{
	for (uint64_t i = row->least; i <= row->most; i++) {
		add(l, "%s", i == row->least ? "" : i == row->most ? " or " : ", ");
		if (row->kind == CD_OPTION_CONSISTENCY)
			add(l, "%s", cql_consistency_name((cql_consistency)i));
		else
			add_word(l, row, i);
	}
}

static void add_bounds(struct line *l, const struct cd_option *row)
{
	add(l, "%" PRIu64 " to %" PRIu64 "%s%s", row->least, row->most, *row->unit ? " " : "",
	    row->unit);
	if (row->words)
		add(l, ", or %s", row->words);
	else if (!row->fallback && row->least)
		add(l, ", or 0");
}

size_t cd_option_format_range(const struct cd_option *row, char *out, size_t size)
{
	struct line l = { out, size, 0 };

	switch (row->kind) {
	case CD_OPTION_NUMBER:
	case CD_OPTION_BYTES:
	case CD_OPTION_DECIMAL:
		add_bounds(&l, row);
		break;
	case CD_OPTION_SWITCH:
		add(&l, "on or off");
		break;
	case CD_OPTION_CHOICE:
	case CD_OPTION_CONSISTENCY:
		add_choices(&l, row);
		break;
	case CD_OPTION_POINTS:
		add(&l, "a list of up to %" PRIu64, row->most);
		break;
	case CD_OPTION_LIST:
		add(&l, "a list");
		break;
	case CD_OPTION_REFUSED:
		add(&l, "not here");
		break;
	default:
		add(&l, "%" PRIu64 " to %" PRIu64 " bytes", row->least, row->most);
	}
	return l.len;
}
