/* SPDX-License-Identifier: MIT */
/* Fragments of CQL by every grammar, against a model with a column of every kind: refused with a
 * message, or accepted, and then what is sent reads back as the same.
 *
 * Input: a letter for the grammar (where, set, if, cells, list, names, order, query, pick, token),
 * 'h' for the model with counters, the text up to a NUL, bytes that choose the values. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <coodie/aggregate.h>
#include <coodie/stream.h>
#include <coodie/udt.h>

#include "base/error.h"
#include "fuzz/fuzz.h"
#include "orm/cql/fragment.h"
#include "orm/model/place.h"

/* ---- the models ------------------------------------------------------------------------------ */

typedef struct address {
	const char *street;
	int32_t number;
	cql_list notes;
} address;

static const coodie_column address_fields[] = {
	COODIE_COLUMN(address, street, "text", .db_name = "St\"reet"),
	COODIE_COLUMN(address, number, "int"),
	COODIE_COLUMN(address, notes, "frozen<list<text>>"),
};
static const coodie_udt address_type = COODIE_TYPE(address, address_fields, "address");

typedef struct every {
	coodie_row row;
	cql_uuid id;
	int32_t day, seq;
	cql_timestamp at;
	bool flag;
	int8_t tiny;
	int16_t small;
	int64_t big, *varint_number;
	float single;
	double real;
	cql_uuid time_id;
	cql_inet inet;
	cql_date date;
	cql_time time;
	cql_duration lasted;
	cql_text text;
	cql_blob blob;
	cql_varint varint;
	cql_decimal decimal;
	cql_list list;
	cql_list frozen_list;
	cql_set set;
	cql_map map;
	cql_map deep;
	const char *str;
	char chars[8];
	float floats[3];
	const char *motto;
	int select;
	address home;
	cql_tuple pair;
} every;

static const coodie_column every_columns[] = {
	COODIE_COLUMN(every, id, "uuid", .partition_key = 1),
	COODIE_COLUMN(every, day, "int", .partition_key = 2, .db_name = "D\"ay"),
	COODIE_COLUMN(every, at, "timestamp", .clustering_key = 1, .order = COODIE_DESC),
	COODIE_COLUMN(every, seq, "int", .clustering_key = 2),
	COODIE_COLUMN(every, flag, "boolean"),
	COODIE_COLUMN(every, tiny, "tinyint"),
	COODIE_COLUMN(every, small, "smallint"),
	COODIE_COLUMN(every, big, "bigint", .index = COODIE_INDEX()),
	COODIE_COLUMN(every, varint_number, "varint"),
	COODIE_COLUMN(every, single, "float"),
	COODIE_COLUMN(every, real, "double"),
	COODIE_COLUMN(every, time_id, "timeuuid"),
	COODIE_COLUMN(every, inet, "inet"),
	COODIE_COLUMN(every, date, "date"),
	COODIE_COLUMN(every, time, "time"),
	COODIE_COLUMN(every, lasted, "duration"),
	COODIE_COLUMN(every, text, "text", .index = COODIE_INDEX(.external = true)),
	COODIE_COLUMN(every, blob, "blob"),
	COODIE_COLUMN(every, varint, "varint"),
	COODIE_COLUMN(every, decimal, "decimal"),
	COODIE_COLUMN(every, list, "list<int>"),
	COODIE_COLUMN(every, frozen_list, "frozen<list<text>>"),
	COODIE_COLUMN(every, set, "set<text>", .index = COODIE_INDEX()),
	COODIE_COLUMN(every, map, "map<text, int>"),
	COODIE_COLUMN(every, deep, "map<text, frozen<list<frozen<set<int>>>>>"),
	COODIE_COLUMN(every, str, "ascii"),
	COODIE_COLUMN(every, chars, "text"),
	COODIE_COLUMN(every, floats, "vector<float, 3>"),
	COODIE_COLUMN(every, motto, "text", .is_static = true),
	COODIE_COLUMN(every, select, "int"),
	COODIE_UDT(every, home, address, &address_type, .type = "address"),
	COODIE_COLUMN(every, pair, "tuple<int, text>"),
};
static const coodie_model every_model = COODIE_MODEL(every, every_columns, "Every",
						     .keyspace = "shop");

typedef struct hits {
	coodie_row row;
	int32_t id;
	int64_t seen, clicked;
} hits;

static const coodie_column hits_columns[] = {
	COODIE_COLUMN(hits, id, "int", .partition_key = 1),
	COODIE_COLUMN(hits, seen, "counter"),
	COODIE_COLUMN(hits, clicked, "counter"),
};
static const coodie_model hits_model = COODIE_MODEL(hits, hits_columns, "hits", .keyspace = "shop");

/* ---- a session that answers nothing ---------------------------------------------------------- */

static bool refuse(void *driver, const coodie_statement *st, coodie_done_fn *done, void *user,
		   coodie_error *err)
{
	(void)driver, (void)st, (void)done, (void)user;
	return cd_fail(err, COODIE_ERR_CLOSED, "nothing is sent here");
}

static bool run(void *driver, const bool *until, coodie_error *err)
{
	(void)driver;
	return (until && *until) || cd_fail(err, COODIE_ERR_CLOSED, "nothing comes here");
}

static coodie_session *kept; /* one for all inputs: models are resolved once */

static void end(void)
{
	coodie_session_free(kept);
}

static coodie_session *session(void)
{
	static const coodie_driver driver = { .size = sizeof(driver),
					      .submit = refuse,
					      .run = run };
	coodie_error err;

	if (kept)
		return kept;
	kept = coodie_session_from_driver(&driver, NULL, &err);
	FUZZ_CHECK(kept && atexit(end) == 0);
	return kept;
}

static struct cd_model *model_of(const coodie_model *m)
{
	struct cd_place place;
	coodie_error err;

	FUZZ_CHECK_OK(cd_place_find(session(), m, &place, &err), &err);
	return place.model;
}

/* ---- fragments ------------------------------------------------------------------------------- */

static void check_refused(const coodie_error *err)
{
	FUZZ_CHECK(err->code != COODIE_OK);
	FUZZ_CHECK(err->message[0]);
	FUZZ_CHECK(memchr(err->message, '\0', sizeof(err->message)));
}

/* A value as the input says, fitting or not. */
static cql_value some_value(cql_blob *in)
{
	static const cql_value items[] = {
		{ .is = { .tag = CQL_TAG_INT }, .as = { .integer = 7 } },
		{ .is = { .tag = CQL_TAG_NULL } },
	};
	static const float floats[] = { 1, 2, 3 };
	uint8_t n = fuzz_u8(in);
	coodie_error err;
	cql_inet inet;

	switch (fuzz_u8(in) % 16) {
	case 0:
		return cql_null();
	case 1:
		return cql_unset();
	case 2:
		return cql_from_bool(n & 1);
	case 3:
		return cql_from_double(n);
	case 4:
		return cql_from_str(n & 1 ? "a" : "");
	case 5:
		return cql_from_str("caf\xc3\xa9 is longer than most");
	case 6:
		return cql_from_blob((cql_blob){ in->data, in->len < n ? in->len : n });
	case 7:
		return cql_from_text(
			(cql_text){ (const char *)in->data, in->len < n ? in->len : n });
	case 8:
		return cql_from_list(cql_list_of(items, n % 3));
	case 9:
		return cql_from_set(cql_set_of(items, n % 3));
	case 10:
		return cql_from_map(cql_map_of(items, n % 2));
	case 11:
		return cql_from_uuid((cql_uuid){ { n } });
	case 12:
		return cql_from_floats(cql_floats_of(floats, n % 4));
	case 13:
		return cql_from_timestamp((cql_timestamp){ n });
	case 14:
		return cql_inet_parse("::1", &inet, &err) ? cql_from_inet(inet) : cql_null();
	default:
		return cql_from_llong((int64_t)fuzz_u64(in));
	}
}

static void check_values(const struct cd_model *m, const struct cd_fragment *f, cql_blob in)
{
	cql_value values[8];
	cql_args args = { f->bind_count + (fuzz_u8(&in) == 255), values };
	coodie_error err = { 0 };

	if (args.count > 8)
		return;
	for (size_t i = 0; i < args.count; i++)
		values[i] = some_value(&in);
	if (!cd_fragment_check(m, f, args, &err))
		check_refused(&err);
	else
		FUZZ_CHECK(args.count == f->bind_count);
}

/* What is sent names columns in quotes, and is a fragment too: of the same meaning. */
static void check_again(struct cd_model *m, const struct cd_fragment *f)
{
	coodie_error err = { 0 };
	struct cd_fragment *again = cd_fragment_take(m, f->kind, f->cql, &err);

	FUZZ_CHECK_OK(again, &err);
	FUZZ_CHECK(!strcmp(again->cql, f->cql));
	FUZZ_CHECK(again->bind_count == f->bind_count);
	for (uint32_t i = 0; i < f->bind_count; i++)
		FUZZ_CHECK(again->binds[i].column == f->binds[i].column &&
			   again->binds[i].kind == f->binds[i].kind);
	cd_fragment_give(m, again);
}

static void check_fragment(struct cd_model *m, enum cd_fragment_kind kind, const char *text,
			   cql_blob in)
{
	coodie_error err = { 0 };
	struct cd_fragment *f = cd_fragment_take(m, kind, text, &err);

	if (!f) {
		check_refused(&err);
		return;
	}
	FUZZ_CHECK(!strcmp(f->text, text));
	check_again(m, f);
	check_values(m, f, in);
	cd_fragment_give(m, f);
}

/* ---- lists of names -------------------------------------------------------------------------- */

static void check_names(const struct cd_model *m, bool ordered, const char *text)
{
	uint32_t columns[64], columns_again[64];
	bool down[64] = { false }, down_again[64] = { false };
	struct cd_names names = { columns, ordered ? down : NULL, 0 };
	struct cd_names again = { columns_again, ordered ? down_again : NULL, 0 };
	coodie_error err = { 0 };
	char written[4096] = "";
	size_t len = 0;

	FUZZ_CHECK(m->column_count <= 64);
	if (!cd_fragment_names(m, "fuzz", text, &names, &err)) {
		check_refused(&err);
		return;
	}
	for (uint32_t i = 0; i < names.count; i++)
		len += (size_t)snprintf(written + len, sizeof(written) - len, "%s%s%s",
					i ? ", " : "", m->columns[columns[i]].quoted,
					down[i] ? " DESC" : "");
	FUZZ_CHECK_OK(cd_fragment_names(m, "fuzz", written, &again, &err), &err);
	FUZZ_CHECK(again.count == names.count);
	FUZZ_CHECK(!memcmp(columns, columns_again, names.count * sizeof(*columns)));
	FUZZ_CHECK(!memcmp(down, down_again, names.count));
}

/* ---- whole queries --------------------------------------------------------------------------- */

/* Every builder that takes a text gets the same one. */
static void check_query(const coodie_model *m, const char *text, cql_blob in)
{
	uint8_t which = fuzz_u8(&in);
	coodie_query *q = coodie_find(session(), m, which & 1 ? text : NULL, CQL_ARGS());
	coodie_error err = { 0 };

	if (which & 2)
		coodie_only(q, text);
	if (which & 4)
		coodie_defer(q, text);
	if (which & 8)
		coodie_order_by(q, text);
	if (which & 16)
		coodie_limit(q, fuzz_u8(&in));
	if (!coodie_query_cql(q, NULL, 0, &err))
		check_refused(&err);
	coodie_query_free(q);
}

/* What is selected: whole, or a list of expressions, of groups. */
static void check_select(const coodie_model *m, const char *text, cql_blob in)
{
	uint8_t which = fuzz_u8(&in);
	coodie_query *q = coodie_find(session(), m, NULL, CQL_ARGS());
	coodie_error err = { 0 };

	if (which & 1)
		coodie_group_by(q, text);
	if (which & 2)
		coodie_distinct(q);
	FUZZ_CHECK(!coodie_select(q, text, &err));
	check_refused(&err);
	coodie_query_free(q);
}

/* A token is never one of this query, but for one in a very great many. */
static void check_token(const coodie_model *m, const char *text)
{
	uint8_t bytes[4096];
	size_t len = sizeof(bytes);
	coodie_query *q = coodie_find(session(), m, NULL, CQL_ARGS());
	coodie_error err = { 0 };

	if (!coodie_token_paging_state(text, bytes, &len, &err))
		check_refused(&err);
	else
		FUZZ_CHECK(len <= sizeof(bytes));
	coodie_after(q, text);
	FUZZ_CHECK(!coodie_page(q, &err));
	check_refused(&err);
	coodie_query_free(q);
}

/* Letters of kinds, in their order. */
static const char kinds[] = "wsicl";
_Static_assert(CD_FRAGMENT_KINDS < sizeof(kinds), "a new grammar needs a letter");

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cql_blob in = { data, size };
	char mode = (char)fuzz_u8(&in);
	const coodie_model *model = fuzz_u8(&in) == 'h' ? &hits_model : &every_model;
	struct cd_model *m = model_of(model);
	const uint8_t *end = in.len ? memchr(in.data, '\0', in.len) : NULL;
	char *text = fuzz_text(fuzz_take(&in, end ? (size_t)(end - in.data) : in.len));

	fuzz_u8(&in);
	for (unsigned kind = 0; kind < CD_FRAGMENT_KINDS; kind++) {
		if (mode == kinds[kind])
			check_fragment(m, (enum cd_fragment_kind)kind, text, in);
	}
	if (mode == 'n' || mode == 'o')
		check_names(m, mode == 'o', text);
	if (mode == 'q')
		check_query(model, text, in);
	if (mode == 'p')
		check_select(model, text, in);
	if (mode == 't')
		check_token(model, text);
	free(text);
	return 0;
}
