/* SPDX-License-Identifier: MIT */
/* One function a kind. Numbers are such as any server keeps to the last digit. */
#include "tests/gen/random_literal.h"

#include <inttypes.h>
#include <stdbool.h>

static uint32_t state = 1;

void random_seed(uint32_t seed)
{
	state = seed * 2654435761U + 1;
}

uint32_t random_next(void)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}

/* ---- scalars --------------------------------------------------------------------------------- */

typedef void literal_fn(FILE *to, const cql_type *type);

static literal_fn put_ascii, put_bigint, put_blob, put_boolean, put_class, put_date, put_decimal,
	put_duration, put_inet, put_int, put_list, put_map, put_real, put_set, put_smallint,
	put_text, put_time, put_timeuuid, put_tinyint, put_tuple, put_udt, put_uuid, put_varint,
	put_vector;

static void put_ascii(FILE *to, const cql_type *type)
{
	(void)type;
	fprintf(to, "'it''s %08" PRIx32 " \"?\\'", random_next());
}

static void put_text(FILE *to, const cql_type *type)
{
	(void)type;
	fprintf(to, "'größe 日本 %08" PRIx32 "'", random_next());
}

static void put_bigint(FILE *to, const cql_type *type)
{
	(void)type;
	fprintf(to, "%s%" PRIu32 "%09" PRIu32, random_next() % 2 ? "-" : "",
		random_next() % 1000000000, random_next() % 1000000000);
}

static void put_int(FILE *to, const cql_type *type)
{
	(void)type;
	fprintf(to, "%" PRId32, (int32_t)random_next());
}

static void put_smallint(FILE *to, const cql_type *type)
{
	(void)type;
	fprintf(to, "%d", (int)(random_next() % 65536) - 32768);
}

static void put_tinyint(FILE *to, const cql_type *type)
{
	(void)type;
	fprintf(to, "%d", (int)(random_next() % 256) - 128);
}

static void put_varint(FILE *to, const cql_type *type)
{
	put_bigint(to, type);
	for (uint32_t more = random_next() % 4; more; more--)
		fprintf(to, "%09" PRIu32, random_next() % 1000000000);
}

static void put_decimal(FILE *to, const cql_type *type)
{
	put_varint(to, type);
	fprintf(to, ".%03" PRIu32, random_next() % 1000);
}

static void put_real(FILE *to, const cql_type *type)
{
	(void)type;
	fprintf(to, "%d.%s", (int)(random_next() % 20001) - 10000,
		(const char *[]){ "0", "25", "5", "125" }[random_next() % 4]);
}

static void put_blob(FILE *to, const cql_type *type)
{
	(void)type;
	fputs("0x", to);
	for (uint32_t len = 1 + random_next() % 12; len; len--)
		fprintf(to, "%02" PRIx32, random_next() % 256);
}

/* What classes of Java there are is not known: sixteen bytes are some, and a uuid. */
static void put_class(FILE *to, const cql_type *type)
{
	(void)type;
	fprintf(to, "0x%08" PRIx32 "%08" PRIx32 "%08" PRIx32 "%08" PRIx32, random_next(),
		random_next(), random_next(), random_next());
}

static void put_boolean(FILE *to, const cql_type *type)
{
	(void)type;
	fputs(random_next() % 2 ? "true" : "false", to);
}

static void put_date(FILE *to, const cql_type *type)
{
	(void)type;
	fprintf(to, "'%04" PRIu32 "-%02" PRIu32 "-%02" PRIu32 "'", 1800 + random_next() % 400,
		1 + random_next() % 12, 1 + random_next() % 28);
}

static void put_time(FILE *to, const cql_type *type)
{
	(void)type;
	fprintf(to, "'%02" PRIu32 ":%02" PRIu32 ":%02" PRIu32 ".%09" PRIu32 "'", random_next() % 24,
		random_next() % 60, random_next() % 60, random_next() % 1000000000);
}

static void put_duration(FILE *to, const cql_type *type)
{
	(void)type;
	fprintf(to, "%s%" PRIu32 "mo%" PRIu32 "d%" PRIu32 "ns", random_next() % 2 ? "-" : "",
		random_next() % 100, random_next() % 100, random_next());
}

static void put_inet(FILE *to, const cql_type *type)
{
	(void)type;
	if (random_next() % 2)
		fprintf(to, "'10.%" PRIu32 ".%" PRIu32 ".%" PRIu32 "'", random_next() % 256,
			random_next() % 256, random_next() % 256);
	else
		fprintf(to, "'2001:db8::%" PRIx32 ":%" PRIx32 "'", 1 + random_next() % 65535,
			1 + random_next() % 65535);
}

static void put_version(FILE *to, unsigned version)
{
	fprintf(to,
		"%08" PRIx32 "-%04" PRIx32 "-%u%03" PRIx32 "-8%03" PRIx32 "-%04" PRIx32
		"%08" PRIx32,
		random_next(), random_next() % 65536, version, random_next() % 4096,
		random_next() % 4096, random_next() % 65536, random_next());
}

static void put_uuid(FILE *to, const cql_type *type)
{
	(void)type;
	put_version(to, 4);
}

static void put_timeuuid(FILE *to, const cql_type *type)
{
	(void)type;
	put_version(to, 1);
}

/* ---- what is made of others -------------------------------------------------------------------- */

static void put_items(FILE *to, const cql_type *type, const char *ends, uint32_t count)
{
	fputc(ends[0], to);
	for (uint32_t i = 0; i < count; i++) {
		fputs(i ? ", " : "", to);
		random_literal(to, cql_type_at(type, 0));
		if (cql_type_kind(type) == CQL_KIND_MAP) {
			fputs(": ", to);
			random_literal(to, cql_type_at(type, 1));
		}
	}
	fputc(ends[1], to);
}

/* Whether there are so few values that two by chance may be one. */
bool random_is_small(const cql_type *type)
{
	bool small = cql_type_count(type) > 0;

	for (size_t i = 0; small && i < cql_type_count(type); i++)
		small = random_is_small(cql_type_at(type, i));
	return small || cql_type_kind(type) == CQL_KIND_BOOLEAN ||
	       cql_type_kind(type) == CQL_KIND_TINYINT;
}

/* An empty one that is not frozen is null to the server, and to the mapper: one item at least. */
static void put_list(FILE *to, const cql_type *type)
{
	put_items(to, type, "[]", 1 + random_next() % 3);
}

static void put_set(FILE *to, const cql_type *type)
{
	put_items(to, type, "{}",
		  random_is_small(cql_type_at(type, 0)) ? 1 : 1 + random_next() % 3);
}

static void put_map(FILE *to, const cql_type *type)
{
	put_set(to, type);
}

static void put_vector(FILE *to, const cql_type *type)
{
	put_items(to, type, "[]", cql_type_dimension(type));
}

/* The first is never null: what is all null may be null itself, or another's twin. */
static void put_part(FILE *to, const cql_type *type, size_t i)
{
	if (!i || random_next() % 4)
		random_literal(to, cql_type_at(type, i));
	else
		fputs("null", to);
}

static void put_tuple(FILE *to, const cql_type *type)
{
	for (size_t i = 0; i < cql_type_count(type); i++) {
		fputs(i ? ", " : "(", to);
		put_part(to, type, i);
	}
	fputc(')', to);
}

static void put_name(FILE *to, const char *name)
{
	fputc('"', to);
	for (; *name; name++)
		fprintf(to, "%s%c", *name == '"' ? "\"" : "", *name);
	fputc('"', to);
}

static void put_udt(FILE *to, const cql_type *type)
{
	for (size_t i = 0; i < cql_type_count(type); i++) {
		fputs(i ? ", " : "{", to);
		put_name(to, cql_type_field(type, i));
		fputs(": ", to);
		put_part(to, type, i);
	}
	fputc('}', to);
}

/* ---- the table --------------------------------------------------------------------------------- */

static const struct {
	enum cql_kind kind;
	literal_fn *put;
} literals[] = {
	{ CQL_KIND_ASCII, put_ascii },       { CQL_KIND_BIGINT, put_bigint },
	{ CQL_KIND_BLOB, put_blob },         { CQL_KIND_BOOLEAN, put_boolean },
	{ CQL_KIND_CUSTOM, put_class },      { CQL_KIND_DATE, put_date },
	{ CQL_KIND_DECIMAL, put_decimal },   { CQL_KIND_DOUBLE, put_real },
	{ CQL_KIND_DURATION, put_duration }, { CQL_KIND_FLOAT, put_real },
	{ CQL_KIND_INET, put_inet },         { CQL_KIND_INT, put_int },
	{ CQL_KIND_LIST, put_list },         { CQL_KIND_MAP, put_map },
	{ CQL_KIND_SET, put_set },           { CQL_KIND_SMALLINT, put_smallint },
	{ CQL_KIND_TEXT, put_text },         { CQL_KIND_TIME, put_time },
	{ CQL_KIND_TIMESTAMP, put_bigint },  { CQL_KIND_TIMEUUID, put_timeuuid },
	{ CQL_KIND_TINYINT, put_tinyint },   { CQL_KIND_TUPLE, put_tuple },
	{ CQL_KIND_UDT, put_udt },           { CQL_KIND_UUID, put_uuid },
	{ CQL_KIND_VARINT, put_varint },     { CQL_KIND_VECTOR, put_vector },
};

void random_literal(FILE *to, const cql_type *type)
{
	for (size_t i = 0; i < sizeof literals / sizeof literals[0]; i++)
		if (literals[i].kind == cql_type_kind(type))
			literals[i].put(to, type);
}
