/* SPDX-License-Identifier: MIT */
/* Values in CSV files: as cqlsh writes and reads them, and with nothing lost where it loses something. */
#include <coodie/text.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tools/shell/copy.h"
#include "tools/shell/width.h"

/* An empty text, and one that says what null does, are told from null by their quotes. */
void copy_add_value(struct bytes *out, const struct copy *c, const cql_type *type, cql_value v,
		    bool *quoted)
{
	size_t before = out->len;

	*quoted = false;
	if (v.is.tag == CQL_TAG_NULL) {
		text_add(out, c->null);
		return;
	}
	if (v.is.tag == CQL_TAG_BOOL)
		text_add(out, v.as.boolean ? c->true_text : c->false_text);
	else
		cell_add_raw(out, type, v);
	*quoted = out->len - before == strlen(c->null) &&
		  !memcmp(out->at + before, c->null, out->len - before);
}

static bool fail(coodie_error *err, const char *text, const char *what)
{
	*err = (coodie_error){ .code = COODIE_ERR_TYPE, .server_code = -1 };
	snprintf(err->message, sizeof err->message, "'%.100s' is no %s", text, what);
	return false;
}

static bool read_bool(const struct copy *c, const char *text, cql_value *out, coodie_error *err)
{
	bool yes = text_same(text, strlen(text), c->true_text);

	if (!yes && !text_same(text, strlen(text), c->false_text))
		return fail(err, text, "boolean");
	*out = cql_from_bool(yes);
	return true;
}

/* Milliseconds, or a time; one that does not say its offset is of UTC, as all that is written. */
static bool read_timestamp(const char *text, cql_value *out, coodie_error *err)
{
	char zoned[80], *end;
	cql_timestamp t = { strtoll(text, &end, 10) };

	if (*end && !cql_timestamp_parse(text, &t, err)) {
		snprintf(zoned, sizeof zoned, "%.70sZ", text);
		if (!cql_timestamp_parse(zoned, &t, NULL))
			return false;
		*err = (coodie_error){ 0 };
	}
	*out = cql_from_timestamp(t);
	return true;
}

static bool read_unquoted(const cql_type *type, const char *text, cql_value *out, coodie_error *err)
{
	cql_inet inet;
	cql_date date;
	cql_time time;

	switch (cql_type_kind(type)) {
	case CQL_KIND_INET:
		if (!cql_inet_parse(text, &inet, err))
			return false;
		*out = cql_from_inet(inet);
		return true;
	case CQL_KIND_DATE:
		if (!cql_date_parse(text, &date, err))
			return false;
		*out = cql_from_date(date);
		return true;
	case CQL_KIND_TIME:
		if (!cql_time_parse(text, &time, err))
			return false;
		*out = cql_from_time(time);
		return true;
	default:
		return read_timestamp(text, out, err);
	}
}

static bool is_text(const cql_type *type)
{
	return cql_type_kind(type) == CQL_KIND_TEXT || cql_type_kind(type) == CQL_KIND_ASCII;
}

static bool read_text(const struct csv_field *f, cql_value *out, coodie_error *err)
{
	if (!width_is_utf8(f->text, f->len))
		return fail(err, "what is there", "UTF-8");
	*out = cql_from_text((cql_text){ f->text, f->len });
	return true;
}

/* Blanks around what is no text are passed over. */
static const char *trimmed(const struct csv_field *f)
{
	char *text = (char *)(uintptr_t)f->text, *end = text + f->len; /* the reader's own bytes */

	while (*text == ' ' || *text == '\t')
		text++;
	while (end > text && (end[-1] == ' ' || end[-1] == '\t'))
		*--end = '\0';
	return text;
}

bool copy_read_value(const struct copy *c, const struct csv_field *f, const cql_type *type,
		     cql_arena *arena, cql_value *out, coodie_error *err)
{
	const char *text;

	if (!strcmp(f->text, c->null) && strlen(f->text) == f->len &&
	    !(f->quoted && is_text(type))) {
		*out = cql_null();
		return true;
	}
	if (is_text(type))
		return read_text(f, out, err);
	if (strlen(f->text) != f->len)
		return fail(err, f->text, "text without a NUL");
	text = trimmed(f);
	switch (cql_type_kind(type)) {
	case CQL_KIND_BOOLEAN:
		return read_bool(c, text, out, err);
	case CQL_KIND_INET:
	case CQL_KIND_DATE:
	case CQL_KIND_TIME:
	case CQL_KIND_TIMESTAMP:
		return read_unquoted(type, text, out, err);
	default:
		return cql_literal_parse(type, text, arena, out, err);
	}
}
