/* SPDX-License-Identifier: MIT */
/* Values in collections as literals of CQL. Only timestamps are not as cql_literal_format() has them: a blank is
 * between day and time, and the offset is in digits, or cqlsh would read the day alone. */
#include <coodie/text.h>
#include <ctype.h>
#include <string.h>

#include "tools/shell/cell.h"

void cell_add_timestamp(struct bytes *out, cql_timestamp t)
{
	char text[64];
	size_t len = cql_timestamp_format(t, text, sizeof text);
	char *day_ends = strchr(text, 'T');

	if (day_ends)
		*day_ends = ' ';
	if (len && text[len - 1] == 'Z')
		len--;
	bytes_add(out, text, len);
	text_add(out, "+0000");
}

void cell_add_name(struct bytes *out, const char *name)
{
	bool plain = islower((unsigned char)*name) &&
		     strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(name);

	if (plain) {
		text_add(out, name);
		return;
	}
	text_add(out, "\"");
	for (; *name; name++)
		text_printf(out, "%s%c", *name == '"' ? "\"" : "", *name);
	text_add(out, "\"");
}

/* Items between brackets; those of a list have one type, those of a tuple one each. */
static void add_items(struct bytes *out, const cql_type *type, cql_iter it, const char *brackets,
		      bool same, cell_name_fn *name)
{
	cql_value item;

	text_add_char(out, brackets[0]);
	for (size_t i = 0; cql_iter_next(&it, &item); i++) {
		text_add(out, i ? ", " : "");
		cell_add_literal(out, cql_type_at(type, same ? 0 : i), item, name);
	}
	text_add_char(out, brackets[1]);
}

static void add_pairs(struct bytes *out, const cql_type *type, cql_iter it, cell_name_fn *name)
{
	cql_value key, value;

	text_add(out, "{");
	for (size_t i = 0; cql_iter_next_pair(&it, &key, &value); i++) {
		text_add(out, i ? ", " : "");
		cell_add_literal(out, cql_type_at(type, 0), key, name);
		text_add(out, ": ");
		cell_add_literal(out, cql_type_at(type, 1), value, name);
	}
	text_add(out, "}");
}

/* Fields that are missing at the end are null. */
static void add_fields(struct bytes *out, const cql_type *type, cql_iter it, cell_name_fn *name)
{
	text_add(out, "{");
	for (size_t i = 0; i < cql_type_count(type); i++) {
		cql_value field;
		if (!cql_iter_next(&it, &field))
			field = cql_null();
		text_add(out, i ? ", " : "");
		name(out, cql_type_field(type, i));
		text_add(out, ": ");
		cell_add_literal(out, cql_type_at(type, i), field, name);
	}
	text_add(out, "}");
}

static void add_plain(struct bytes *out, const cql_type *type, cql_value v)
{
	size_t before = out->len, len = cql_literal_format(type, v, NULL, 0);

	text_fill(out, ' ', len + 1);
	cql_literal_format(type, v, (char *)out->at + before, len + 1);
	out->len = before + len;
}

void cell_add_literal(struct bytes *out, const cql_type *type, cql_value v, cell_name_fn *name)
{
	switch (v.is.tag) {
	case CQL_TAG_TIMESTAMP:
		text_add(out, "'");
		cell_add_timestamp(out, v.as.timestamp);
		text_add(out, "'");
		break;
	case CQL_TAG_LIST:
		add_items(out, type, cql_list_iter((cql_list){ v.as.seq }), "[]", true, name);
		break;
	case CQL_TAG_SET:
		add_items(out, type, cql_set_iter((cql_set){ v.as.seq }), "{}", true, name);
		break;
	case CQL_TAG_VECTOR:
		add_items(out, type, cql_vector_iter((cql_vector){ v.as.seq }), "[]", true, name);
		break;
	case CQL_TAG_TUPLE:
		add_items(out, type, cql_tuple_iter((cql_tuple){ v.as.seq }), "()", false, name);
		break;
	case CQL_TAG_UDT:
		add_fields(out, type, cql_udt_iter((cql_udt){ v.as.seq }), name);
		break;
	case CQL_TAG_MAP:
		add_pairs(out, type, cql_map_iter((cql_map){ v.as.seq }), name);
		break;
	default:
		add_plain(out, type, v);
	}
}
