/* SPDX-License-Identifier: MIT */
/* Every kind of member x every CQL type x { null, unset, not loaded, empty, changed, unchanged }:
 * a wrong pair is refused with the column, both types and the fix; a right one goes to the table
 * and comes back. Made from members.def, views.def and types.def; what is right is said here.
 *
 * Runs on a node of its own, or on the one that COODIE_TEST_PLAIN names (make check-cassandra).
 * The last line is the number of cells. */
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <coodie.h>
#include <coodie/node.h>

/* ---- kinds of members ------------------------------------------------------------------------ */

enum { FIRST, SECOND, EMPTY, SAMPLES };

union member {
#define X(name, type, text) \
	type name; \
	type *name##_p;
#include <coodie/members.def>
#undef X
#define X(name, type, text) type name;
#include <coodie/views.def>
#undef X
	const char *STR;
	char CHARS[8];
	float FLOATS[3];
};

typedef struct thing {
	coodie_row row;
	int32_t id;
	union member m;
} thing;

/* What a member says, by cql(): null where it points nowhere. */
#define X(name, type, text) \
	static cql_value value_of_##name(const void *at) \
	{ \
		return cql(*(const type *)at); \
	} \
	static cql_value value_of_##name##_p(const void *at) \
	{ \
		const type *const *member = at; \
		return *member ? cql(**member) : cql_null(); \
	}
#include <coodie/members.def>
#undef X

#define X(name, type, text) \
	static cql_value value_of_##name(const void *at) \
	{ \
		static const type nothing; \
		return memcmp(at, &nothing, sizeof(type)) ? cql(*(const type *)at) : cql_null(); \
	}
#include <coodie/views.def>
#undef X

static cql_value value_of_STR(const void *at)
{
	const char *const *member = at;

	return *member ? cql(*member) : cql_null();
}

static cql_value value_of_CHARS(const void *at)
{
	return cql((const char *)at);
}

static cql_value value_of_FLOATS(const void *at)
{
	return cql_from_floats(cql_floats_of(at, 3));
}

struct kind {
	const char *name; /* of the .def files */
	const char *text; /* as messages have it */
	uint32_t member, size;
	bool pointer;  /* to a scalar */
	bool nullable; /* can say null */
	bool filled;
	cql_value (*value)(const void *at);
	union member samples[SAMPLES];
};

#define KIND(kind, words, c_type, reads, ...) \
	{ \
		.name = #kind, .text = (words), .size = sizeof(c_type), .value = (reads), \
		.member = COODIE_MEMBER_##kind __VA_ARGS__ \
	}

static struct kind kinds[] = {
#define X(name, type, text) \
	KIND(name, text, type, value_of_##name, ), \
		KIND(name, text, type *, value_of_##name##_p, +COODIE_MEMBER_OPTIONAL, \
		     .pointer = true, .nullable = true),
#include <coodie/members.def>
#undef X
#define X(name, type, text) KIND(name, text, type, value_of_##name, , .nullable = true),
#include <coodie/views.def>
#undef X
	KIND(STR, "const char *", char *, value_of_STR, , .nullable = true),
	KIND(CHARS, "char[", char[8], value_of_CHARS, ),
	KIND(FLOATS, "float[", float[3], value_of_FLOATS, ),
};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

/* ---- samples: two values of each kind, and an empty one --------------------------------------- */

/* Copies a sample to the kinds of this name; for a pointer, to a place that stays. */
static void put(const char *name, int which, const void *value, size_t size)
{
	for (int i = 0; i < KINDS; i++) {
		struct kind *k = &kinds[i];
		void *place;

		if (strcmp(k->name, name))
			continue;
		k->filled = true;
		k->nullable |= !strcmp(name, "INET"); /* of no length */
		if (!k->pointer) {
			memcpy(&k->samples[which], value, size);
			continue;
		}
		place = malloc(size);
		if (!place)
			exit(1);
		memcpy(place, value, size);
		memcpy(&k->samples[which], &place, sizeof(place));
	}
}

#define SAMPLES_OF(name, type, ...) \
	do { \
		const type values[SAMPLES] = { __VA_ARGS__ }; \
		for (int which = 0; which < SAMPLES; which++) \
			put(#name, which, &values[which], sizeof(type)); \
	} while (0)

static const uint8_t bytes[] = { 0x01, 0x7f, 0xff };
static const uint8_t zero[] = { 0 };

static void fill_scalars(void)
{
	SAMPLES_OF(BOOL, bool, true, false, false);
	SAMPLES_OF(INT8, int8_t, -128, 127, 0);
	SAMPLES_OF(INT16, int16_t, -32768, 9, 0);
	SAMPLES_OF(INT32, int32_t, INT32_MIN, 70000, 0);
	SAMPLES_OF(LONG, long, LONG_MIN, 99, 0);
	SAMPLES_OF(LLONG, long long, INT64_MAX, -1, 0);
	SAMPLES_OF(FLOAT, float, 1.5f, -0.25f, 0);
	SAMPLES_OF(DOUBLE, double, 1e300, -0.1, 0);
	SAMPLES_OF(UUID, cql_uuid, { { 1, 2, 3, 4, 5, 6, 0x17, 8, 0x89, 10 } },
		   { { 9, 2, 3, 4, 5, 6, 0x11, 8, 0x90 } },
		   { { 0, 0, 0, 0, 0, 0, 0x10, 0, 0x80 } });
	SAMPLES_OF(INET, cql_inet, { { 127, 0, 0, 1 }, 4 }, { { 0xfe, 0x80 }, 16 }, { { 0 }, 4 });
	SAMPLES_OF(DATE, cql_date, { -719162 }, { 20000 }, { 0 });
	SAMPLES_OF(TIME, cql_time, { 86399999999999 }, { 1 }, { 0 });
	SAMPLES_OF(TIMESTAMP, cql_timestamp, { -1 }, { 253402300799999 }, { 0 });
	SAMPLES_OF(DURATION, cql_duration, { -1, -2, -3 }, { 12, 0, 1000000000 }, { 0, 0, 0 });
}

static void fill_views(void)
{
	static cql_value numbers[3], pairs[4], parts[2][2], floats[2][3];

	for (int i = 0; i < 3; i++) {
		numbers[i] = cql(i - 1);
		floats[0][i] = cql((float)i);
		floats[1][i] = cql(0.5f - (float)i);
	}
	for (int i = 0; i < 2; i++) {
		pairs[2 * i] = cql(i ? "b" : "a");
		pairs[2 * i + 1] = cql(i);
		parts[i][0] = cql(i);
		parts[i][1] = cql(i ? "one" : "");
	}
	SAMPLES_OF(TEXT, cql_text, { "first", 5 }, { "caf\xc3\xa9", 3 }, { "", 0 });
	SAMPLES_OF(BLOB, cql_blob, { bytes, 3 }, { bytes, 1 }, { bytes, 0 });
	SAMPLES_OF(VARINT, cql_varint, { bytes, 3 }, { bytes + 1, 2 }, { zero, 1 });
	SAMPLES_OF(DECIMAL, cql_decimal, { { bytes, 3 }, -3 }, { { bytes + 2, 1 }, 7 },
		   { { zero, 1 }, 0 });
	SAMPLES_OF(LIST, cql_list, cql_list_of(numbers, 3), cql_list_of(numbers + 1, 2),
		   cql_list_of(numbers, 0));
	SAMPLES_OF(SET, cql_set, cql_set_of(numbers, 3), cql_set_of(numbers + 1, 2),
		   cql_set_of(numbers, 0));
	SAMPLES_OF(MAP, cql_map, cql_map_of(pairs, 1), cql_map_of(pairs, 2), cql_map_of(pairs, 0));
	SAMPLES_OF(TUPLE, cql_tuple, cql_tuple_of(parts[0], 2), cql_tuple_of(parts[1], 2),
		   cql_tuple_of(parts[0], 2));
	SAMPLES_OF(UDT_VIEW, cql_udt, cql_udt_of(parts[0], 2), cql_udt_of(parts[1], 2),
		   cql_udt_of(parts[0], 2));
	SAMPLES_OF(VECTOR, cql_vector, cql_vector_of(floats[0], 3), cql_vector_of(floats[1], 3),
		   cql_vector_of(floats[0], 3));
}

static void fill_others(void)
{
	SAMPLES_OF(STR, char *, (char *)"first", (char *)"second", (char *)"");
	SAMPLES_OF(CHARS, union member, { .CHARS = "first" }, { .CHARS = "seven77" },
		   { .CHARS = "" });
	SAMPLES_OF(FLOATS, union member, { .FLOATS = { 1, -2.5f, 3 } }, { .FLOATS = { 4, 5, 6 } },
		   { .FLOATS = { 0 } });
}

/* ---- types ------------------------------------------------------------------------------------ */

static const struct type {
	enum cql_kind kind;
	const char *cql;
	bool multicell;
	bool only_checked; /* no server has it by itself */
} types[] = {
#define X(name, id, text, class_name, size) { CQL_KIND_##name, text, false, false },
#include <coodie/types.def>
#undef X
	/* those that need more than their name */
	{ CQL_KIND_LIST, "list<int>", true, false },
	{ CQL_KIND_SET, "set<int>", true, false },
	{ CQL_KIND_MAP, "map<text, int>", true, false },
	{ CQL_KIND_LIST, "frozen<list<int>>", false, false },
	{ CQL_KIND_SET, "frozen<set<int>>", false, false },
	{ CQL_KIND_MAP, "frozen<map<text, int>>", false, false },
	{ CQL_KIND_TUPLE, "tuple<int, text>", false, false },
	{ CQL_KIND_VECTOR, "vector<float, 3>", false, false },
	{ CQL_KIND_CUSTOM, "'com.example.Odd'", false, true },
};

enum { TYPES = sizeof(types) / sizeof(types[0]) };

/* Which member fits which types. */
static const struct {
	const char *name, *types;
} right[] = {
	{ "BOOL", "boolean" },
	{ "INT8", "tinyint" },
	{ "INT16", "smallint" },
	{ "INT32", "int" },
	{ "LONG", sizeof(long) == 8 ? "bigint counter varint" : "int" },
	{ "LLONG", "bigint counter varint" },
	{ "FLOAT", "float" },
	{ "DOUBLE", "double" },
	{ "UUID", "uuid timeuuid" },
	{ "INET", "inet" },
	{ "DATE", "date" },
	{ "TIME", "time" },
	{ "TIMESTAMP", "timestamp" },
	{ "DURATION", "duration" },
	{ "TEXT", "text ascii" },
	{ "BLOB", "blob custom" },
	{ "VARINT", "varint" },
	{ "DECIMAL", "decimal" },
	{ "LIST", "list" },
	{ "SET", "set" },
	{ "MAP", "map" },
	{ "TUPLE", "tuple" },
	{ "UDT_VIEW", "udt" },
	{ "VECTOR", "vector" },
	{ "STR", "text ascii" },
	{ "CHARS", "text ascii" },
	{ "FLOATS", "vector" },
};

static bool fits(const struct kind *k, const struct type *t)
{
	const char *name = cql_kind_name(t->kind);
	size_t len = strlen(name);

	for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++) {
		if (strcmp(right[i].name, k->name))
			continue;
		for (const char *at = right[i].types; at; at = strchr(at, ' ')) {
			at += *at == ' ';
			if (!strncmp(at, name, len) && (!at[len] || at[len] == ' '))
				return true;
		}
	}
	return false;
}

/* Whether some kind of member fits: then a refusal must name it. */
static bool has_member(const struct type *t)
{
	for (int i = 0; i < KINDS; i++) {
		if (fits(&kinds[i], t))
			return true;
	}
	return false;
}

/* "list" alone is no type; "list<int>" is beside it in the table. */
static bool is_bare(const struct type *t)
{
	return !strchr(t->cql, '<') && !strchr(t->cql, '\'') &&
	       (t->kind == CQL_KIND_LIST || t->kind == CQL_KIND_SET || t->kind == CQL_KIND_MAP ||
		t->kind == CQL_KIND_TUPLE || t->kind == CQL_KIND_VECTOR ||
		t->kind == CQL_KIND_UDT || t->kind == CQL_KIND_CUSTOM);
}

/* ---- one pair ---------------------------------------------------------------------------------- */

enum { STATES = 6 };

struct torture {
	coodie_session *real;    /* to the node */
	coodie_session *session; /* the same, counted */
	const struct kind *kind;
	const struct type *type;
	const char *state;
	coodie_column columns[2];
	coodie_model model;
	char table[32];
	int32_t id;
	size_t sent; /* statements of the mapper */
	size_t cells, refused, failed;
};

static void failed(struct torture *t, const char *format, ...) COODIE_PRINTF(2, 3);
static void failed(struct torture *t, const char *format, ...)
{
	va_list args;

	printf("%s%s as %s, %s: ", t->kind->text, t->kind->pointer ? " *" : "", t->type->cql,
	       t->state);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	t->failed++;
}

#define CHECK(t, condition) \
	do { \
		if (!(condition)) \
			failed((t), "%s", #condition); \
	} while (0)

/* Statements are counted on their way to the session. */
static bool count_submit(void *driver, const coodie_statement *st, coodie_done_fn *done, void *user,
			 coodie_error *err)
{
	struct torture *t = driver;

	t->sent += st->cql != NULL;
	return coodie_session_submit(t->real, st, done, user, err);
}

static bool count_run(void *driver, const bool *until, coodie_error *err)
{
	return coodie_session_run(((struct torture *)driver)->real, until, err);
}

static void begin_pair(struct torture *t, const struct kind *k, const struct type *type)
{
	t->kind = k;
	t->type = type;
	t->state = "model";
	snprintf(t->table, sizeof(t->table), "torture_%d", (int)(type - types));
	t->columns[0] = (coodie_column)COODIE_COLUMN(thing, id, "int", .partition_key = 1);
	t->columns[1] = (coodie_column){ .name = "m",
					 .offset = offsetof(thing, m),
					 .size = k->size,
					 .member = k->member,
					 .type = type->cql };
	t->model = (coodie_model)COODIE_MODEL(thing, t->columns, t->table, .keyspace = "torture");
}

/* A struct of the caller's own. */
static thing own(struct torture *t, const union member *value)
{
	thing o = { .id = t->id };

	if (value)
		memcpy(&o.m, value, t->kind->size);
	return o;
}

static void set(struct torture *t, thing *o, int which)
{
	memcpy(&o->m, &t->kind->samples[which], t->kind->size);
}

static size_t save(struct torture *t, thing *o)
{
	coodie_error err = { 0 };
	size_t before = t->sent;

	if (!coodie_save(t->session, &t->model, o, NULL, &err))
		failed(t, "save: %s", err.message);
	return t->sent - before;
}

/* A new row with a sample in it. */
static void save_sample(struct torture *t, int which)
{
	thing o;

	t->id++;
	o = own(t, &t->kind->samples[which]);
	CHECK(t, save(t, &o) == 1);
}

static thing *get(struct torture *t)
{
	coodie_error err = { 0 };
	thing *o = coodie_get(t->session, &t->model, CQL_ARGS(cql(t->id)), NULL, &err);

	if (!o)
		failed(t, "get: %s", err.message);
	return o;
}

static void format(cql_value v, char *out, size_t size)
{
	cql_value_format(v, out, size);
}

/* What is in the table, past the mapper; null and empty are one where they are. */
static bool is_there(struct torture *t, cql_value want)
{
	char text[96], there[200] = "no row", wanted[200];
	coodie_error err = { 0 };
	coodie_result *r;
	coodie_cursor c;
	cql_value v;

	snprintf(text, sizeof(text), "SELECT \"m\" FROM torture.%s WHERE id = ?", t->table);
	r = coodie_session_query(t->real, text, CQL_ARGS(cql(t->id)), NULL, &err);
	c = coodie_result_cursor(r);
	if (r && coodie_cursor_next(&c) && coodie_cursor_value(&c, 0, &v, &err))
		format(v, there, sizeof(there));
	coodie_result_free(r);
	format(want, wanted, sizeof(wanted));
	if (strcmp(there, wanted))
		failed(t, "%s is in the table, not %s %s", there, wanted, err.message);
	return !strcmp(there, wanted);
}

static bool holds(struct torture *t, const thing *o, cql_value want)
{
	char there[200], wanted[200];

	if (!o)
		return false;
	format(t->kind->value(&o->m), there, sizeof(there));
	format(want, wanted, sizeof(wanted));
	if (strcmp(there, wanted))
		failed(t, "%s was read, not %s", there, wanted);
	return !strcmp(there, wanted);
}

static cql_value sample(const struct torture *t, int which)
{
	return t->kind->value(&t->kind->samples[which]);
}

/* What a member is when its cell is null: null; a collection of nothing; zero. */
static bool is_nothing(struct torture *t, const thing *o)
{
	static const union member zeroes;
	char there[200];

	if (!o || !memcmp(&o->m, &zeroes, t->kind->size))
		return o != NULL;
	format(t->kind->value(&o->m), there, sizeof(there));
	return !strcmp(there, "null") || !strcmp(there, "[]") || !strcmp(there, "{}");
}

static void write_null(struct torture *t)
{
	char text[96];
	coodie_error err = { 0 };
	coodie_result *r;

	snprintf(text, sizeof(text), "UPDATE torture.%s SET m = null WHERE id = ?", t->table);
	r = coodie_session_query(t->real, text, CQL_ARGS(cql(t->id)), NULL, &err);
	CHECK(t, r != NULL);
	coodie_result_free(r);
}

/* ---- the states -------------------------------------------------------------------------------- */

/* Null is written where the member can say it, and reads as nothing everywhere. */
static void check_null(struct torture *t)
{
	thing *o;

	save_sample(t, FIRST);
	if (t->kind->nullable) {
		o = get(t);
		if (o)
			memset(&o->m, 0, t->kind->size);
		CHECK(t, o && save(t, o) == 1);
		coodie_object_free(o);
		CHECK(t, is_there(t, cql_null()));
	} else {
		write_null(t);
	}
	o = get(t);
	CHECK(t, is_nothing(t, o));
	CHECK(t, o && save(t, o) == 0);
	CHECK(t, is_there(t, cql_null()));
	coodie_object_free(o);
}

/* What is not set is not written: the cell stays as it is. */
static void check_unset(struct torture *t)
{
	coodie_error err = { 0 };
	thing o, *made;

	save_sample(t, FIRST);
	if (t->kind->nullable) {
		o = own(t, NULL);
		CHECK(t, save(t, &o) == 1);
		CHECK(t, is_there(t, sample(t, FIRST)));
	}
	if (t->type->kind == CQL_KIND_TIMEUUID && !t->kind->nullable)
		return; /* a struct of zeroes holds no timeuuid, and says so when it is saved */
	t->id++;
	made = coodie_new(t->session, &t->model, &err);
	CHECK(t, made != NULL);
	if (!made)
		return;
	made->id = t->id;
	CHECK(t, save(t, made) == 1);
	coodie_object_free(made);
	made = get(t);
	CHECK(t, is_nothing(t, made));
	coodie_object_free(made);
}

/* What was not read is not written, until it is touched. */
static void check_not_loaded(struct torture *t)
{
	coodie_query *q;
	coodie_error err = { 0 };
	thing *o;

	save_sample(t, FIRST);
	q = coodie_find(t->session, &t->model, "id = ?", CQL_ARGS(cql(t->id)));
	coodie_only(q, "id");
	o = coodie_one(q, &err);
	coodie_query_free(q);
	CHECK(t, is_nothing(t, o));
	if (!o)
		return;
	set(t, o, SECOND);
	CHECK(t, save(t, o) == 0);
	CHECK(t, is_there(t, sample(t, FIRST)));
	CHECK(t, coodie_touch(o, "m", &err));
	CHECK(t, save(t, o) == 1);
	CHECK(t, is_there(t, sample(t, SECOND)));
	coodie_object_free(o);
}

static void check_empty(struct torture *t)
{
	thing *o;

	save_sample(t, EMPTY);
	CHECK(t, is_there(t, t->type->multicell ? cql_null() : sample(t, EMPTY)));
	o = get(t);
	if (t->type->multicell)
		CHECK(t, is_nothing(t, o));
	else
		CHECK(t, holds(t, o, sample(t, EMPTY)));
	CHECK(t, o && save(t, o) == 0);
	coodie_object_free(o);
}

static void check_changed(struct torture *t)
{
	thing *o;

	save_sample(t, FIRST);
	o = get(t);
	CHECK(t, holds(t, o, sample(t, FIRST)));
	if (o)
		set(t, o, SECOND);
	CHECK(t, o && save(t, o) == 1);
	CHECK(t, o && save(t, o) == 0);
	coodie_object_free(o);
	CHECK(t, is_there(t, sample(t, SECOND)));
	o = get(t);
	CHECK(t, holds(t, o, sample(t, SECOND)));
	coodie_object_free(o);
}

/* The same value, here and elsewhere, is no change. */
static void check_unchanged(struct torture *t)
{
	thing *o;

	save_sample(t, SECOND);
	o = get(t);
	CHECK(t, o && save(t, o) == 0);
	if (o)
		set(t, o, SECOND);
	CHECK(t, o && save(t, o) == 0);
	coodie_object_free(o);
	CHECK(t, is_there(t, sample(t, SECOND)));
}

/* Counters are read, and never saved. */
static void check_counter(struct torture *t)
{
	char text[96];
	coodie_error err = { 0 };
	coodie_result *r;
	thing o, *read;

	t->id++;
	snprintf(text, sizeof(text), "UPDATE torture.%s SET m = m + 5 WHERE id = ?", t->table);
	r = coodie_session_query(t->real, text, CQL_ARGS(cql(t->id)), NULL, &err);
	CHECK(t, r != NULL);
	coodie_result_free(r);
	o = own(t, &t->kind->samples[FIRST]);
	CHECK(t, !coodie_save(t->session, &t->model, &o, NULL, &err) &&
			 strstr(err.message, "counter"));
	read = get(t);
	CHECK(t, holds(t, read, cql(5)));
	if (read)
		set(t, read, SECOND);
	CHECK(t, !coodie_save(t->session, &t->model, read, NULL, &err) &&
			 strstr(err.message, "counter"));
	coodie_object_free(read);
	CHECK(t, is_there(t, cql(5)));
}

static const struct {
	const char *name;
	void (*check)(struct torture *t);
} states[STATES] = {
	{ "null", check_null },   { "unset", check_unset },     { "not loaded", check_not_loaded },
	{ "empty", check_empty }, { "changed", check_changed }, { "unchanged", check_unchanged },
};

/* ---- the matrix -------------------------------------------------------------------------------- */

/* Refused before anything is sent, with the column, both types and what to do. */
static void check_wrong(struct torture *t)
{
	coodie_error err = { 0 };
	size_t before = t->sent;

	CHECK(t, !coodie_model_check(t->session, &t->model, &err));
	CHECK(t, err.code == COODIE_ERR_MODEL);
	if (!strstr(err.message, "column m") || !strstr(err.message, t->type->cql) ||
	    (has_member(t->type) &&
	     (!strstr(err.message, t->kind->text) || !strstr(err.message, "; make the member "))))
		failed(t, "the refusal: %s", err.message);
	CHECK(t, t->sent == before);
	t->refused++;
	t->cells += STATES;
}

static void check_right(struct torture *t)
{
	coodie_error err = { 0 };

	if (!coodie_model_check(t->session, &t->model, &err)) {
		failed(t, "%s", err.message);
		return;
	}
	if (t->type->only_checked)
		return;
	if (!coodie_sync_table(t->session, &t->model, NULL, &err)) {
		failed(t, "sync: %s", err.message);
		return;
	}
	for (int i = 0; i < STATES; i++) {
		t->state = states[i].name;
		if (t->type->kind == CQL_KIND_COUNTER)
			check_counter(t);
		else
			states[i].check(t);
		t->cells++;
	}
}

static void run_matrix(struct torture *t)
{
	for (int k = 0; k < KINDS; k++) {
		if (!kinds[k].filled) {
			printf("there are no samples of %s\n", kinds[k].name);
			t->failed++;
			continue;
		}
		for (int i = 0; i < TYPES; i++) {
			if (is_bare(&types[i]))
				continue;
			begin_pair(t, &kinds[k], &types[i]);
			if (fits(&kinds[k], &types[i]))
				check_right(t);
			else
				check_wrong(t);
		}
	}
}

static coodie_session *connect_to(const char *address, coodie_error *err)
{
	coodie_options *o = coodie_options_new(err);
	coodie_session *s = NULL;

	if (o && coodie_options_add_contact_point(o, address, err))
		s = coodie_session_new(o, err);
	coodie_options_free(o);
	if (s && !coodie_session_connect(s, err)) {
		coodie_session_free(s);
		s = NULL;
	}
	return s;
}

static bool make_keyspace(coodie_session *s, coodie_error *err)
{
	static const char *const statements[] = {
		"DROP KEYSPACE IF EXISTS torture",
		"CREATE KEYSPACE torture WITH replication = "
		"{'class': 'SimpleStrategy', 'replication_factor': 1}",
	};

	for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]); i++) {
		coodie_result *r = coodie_session_query(s, statements[i], CQL_ARGS(), NULL, err);

		coodie_result_free(r);
		if (!r)
			return false;
	}
	return true;
}

static bool run_on(const char *address, struct torture *t, coodie_error *err)
{
	const coodie_driver driver = { .size = sizeof(driver),
				       .submit = count_submit,
				       .run = count_run };

	t->real = connect_to(address, err);
	if (!t->real || !make_keyspace(t->real, err))
		return false;
	t->session = coodie_session_from_driver(&driver, t, err);
	if (!t->session)
		return false;
	run_matrix(t);
	coodie_session_free(t->session);
	coodie_session_free(t->real);
	return true;
}

int main(void)
{
	static struct torture t;
	const char *address = getenv("COODIE_TEST_PLAIN");
	coodie_error err = { 0 };
	coodie_node_options *o = NULL;
	coodie_node *node = NULL;
	bool ran;

	fill_scalars();
	fill_views();
	fill_others();
	if (!address || !*address) {
		o = coodie_node_options_new(&err);
		node = coodie_node_start(o, &err);
		address = node ? coodie_node_address(node, 0) : "";
		coodie_node_options_free(o);
	}
	ran = run_on(address, &t, &err);
	coodie_node_stop(node);
	if (!ran)
		printf("model_torture: %s\n", err.message);
	printf("model_torture: %zu cells, %zu pairs of %d kinds and types refused, %zu failed\n",
	       t.cells, t.refused, KINDS, t.failed);
	return !ran || t.failed;
}
