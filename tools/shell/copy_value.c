/* SPDX-License-Identifier: MIT */
/* Values in CSV files: as cqlsh writes and reads them, and with nothing lost where it loses something. */
#include <coodie/text.h>
#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tools/shell/copy.h"
#include "tools/shell/width.h"

/* cqlsh has no quotes around the names of fields, and takes them for a part of the name. */
static void add_name(struct bytes *out, const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)name[i]) && name[i] != '_') {
			cell_add_name(out, name);
			return;
		}
	bytes_add(out, name, len);
}

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
		cell_add_raw(out, type, v, add_name);
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
	cql_timestamp t;
	bool number;

	errno = 0;
	t.milliseconds = strtoll(text, &end, 10);
	number = end != text && !*end;
	if (number && errno == ERANGE)
		return fail(err, text, "timestamp");
	if (!number && !cql_timestamp_parse(text, &t, err)) {
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

/* Whether a field of a type, or of one inside it, has exactly this name. */
static bool has_field(const cql_type *type, const struct token *t)
{
	for (size_t i = 0; i < cql_type_count(type); i++) {
		const char *name = cql_type_field(type, i);
		if ((name && strlen(name) == t->len && !memcmp(name, t->text, t->len)) ||
		    has_field(cql_type_at(type, i), t))
			return true;
	}
	return false;
}

/* Names of fields that need quotes may have none: {Street: 'High'}. */
static bool read_literal(const cql_type *type, const char *text, cql_arena *arena, cql_value *out,
			 coodie_error *err)
{
	struct tokens tokens = { text, text + strlen(text) };
	struct bytes quoted = { 0 };
	const char *done = text;
	bool ok;

	for (struct token t = token_next(&tokens); t.kind != TOKEN_END; t = token_next(&tokens)) {
		if (t.kind != TOKEN_WORD || !has_field(type, &t))
			continue;
		bytes_add(&quoted, done, (size_t)(t.text - done));
		text_printf(&quoted, "\"%.*s\"", (int)t.len, t.text);
		done = t.text + t.len;
	}
	text_add(&quoted, done);
	ok = cql_literal_parse(type, text_of(&quoted), arena, out, err);
	bytes_free(&quoted);
	return ok;
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
		return read_literal(type, text, arena, out, err);
	}
}
