/* SPDX-License-Identifier: MIT */
/* Every kind of member x every CQL type x { null, unset, not loaded, empty, changed, unchanged },
 * as a column and as the one field of a user type, over protocol v5 and v4: a wrong pair is refused
 * with the column, both types and the fix; a right one goes to the table and comes back. The tables
 * are in torture_kinds.c and torture_types.c.
 *
 * Runs on a node of its own, or on the one that COODIE_TEST_PLAIN names (make check-cassandra).
 * The last line is the number of cells. */
#include "tests/torture.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <coodie/node.h>
#include <coodie/wire.h>

typedef struct thing {
	coodie_row row;
	int32_t id;
	union member m; /* with a user type around it or without: its field has no offset */
} thing;

/* ---- one pair ------------------------------------------------------------------------------ */

enum { STATES = 6 };

/* A user type of one field. */
struct box {
	coodie_column field;
	coodie_udt type;
	char name[16];
};

struct torture {
	coodie_session *real;    /* to the node */
	coodie_session *session; /* the same, counted */
	unsigned version;        /* of the protocol */
	const struct kind *kind;
	const struct type *type;
	struct box *box; /* NULL: the member is the column's */
	const char *state;
	coodie_column columns[2];
	coodie_model model;
	char table[32];
	coodie_result *probe;  /* knows the type in the table */
	const cql_type *there; /* that of the member */
	int32_t id;
	size_t sent; /* statements of the mapper */
	size_t cells, refused, failed;
};

static void failed(struct torture *t, const char *format, ...) COODIE_PRINTF(2, 3);
static void failed(struct torture *t, const char *format, ...)
{
	va_list args;

	printf("v%u: %s%s as %s%s, %s: ", t->version, t->kind->text, t->kind->pointer ? " *" : "",
	       t->type->cql, t->box ? " in a type" : "", t->state);
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

static coodie_column member_column(const struct kind *k, const struct type *type, size_t offset)
{
	return (coodie_column){ .name = "m",
				.offset = (uint32_t)offset,
				.size = k->size,
				.member = k->member,
				.type = type->cql,
				.udt = k->udt ? k->udt : type->udt,
				.key_udt = type->key_udt };
}

/* Types and their fields live as long as the session. */
static void make_box(struct box *box, const struct kind *k, const struct type *type, int number)
{
	snprintf(box->name, sizeof(box->name), "box_%d", number);
	box->field = member_column(k, type, 0);
	box->type = (coodie_udt){ .size = sizeof(coodie_udt),
				  .column_stride = sizeof(coodie_column),
				  .fields = &box->field,
				  .field_count = 1,
				  .object_size = k->size,
				  .object_name = "box",
				  .name = box->name };
}

/* @param box  NULL: a column; else what the member is put into */
static void begin_pair(struct torture *t, const struct kind *k, int number, struct box *box)
{
	int count;

	t->kind = k;
	t->type = torture_types(&count) + number;
	t->box = box;
	t->state = "model";
	snprintf(t->table, sizeof(t->table), "%s_%d", box ? "boxed" : "plain", number);
	t->columns[0] = (coodie_column)COODIE_COLUMN(thing, id, "int", .partition_key = 1);
	t->columns[1] = member_column(k, t->type, offsetof(thing, m));
	if (box) {
		make_box(box, k, t->type, number);
		t->columns[1].member = COODIE_MEMBER_UDT;
		t->columns[1].type = NULL;
		t->columns[1].udt = &box->type;
		t->columns[1].key_udt = NULL;
	}
	t->model = (coodie_model)COODIE_MODEL(thing, t->columns, t->table, .keyspace = "torture");
}

/* What the table has for a type. */
static bool look_at_table(struct torture *t)
{
	char text[96];
	coodie_error err = { 0 };

	snprintf(text, sizeof(text), "SELECT m FROM torture.%s WHERE id = 0", t->table);
	t->probe = coodie_session_query(t->real, text, CQL_ARGS(), NULL, &err);
	if (!t->probe) {
		failed(t, "the table: %s", err.message);
		return false;
	}
	t->there = coodie_result_column_type(t->probe, 0);
	if (t->box)
		t->there = cql_type_at(t->there, 0);
	return true;
}

/* A struct of the caller's own. */
static thing own(struct torture *t, const void *value)
{
	thing o = { .id = t->id };

	if (value)
		memcpy(&o.m, value, t->kind->size);
	return o;
}

static void set(struct torture *t, thing *o, int which)
{
	memcpy(&o->m, torture_sample(t->kind, t->type, which), t->kind->size);
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
	o = own(t, torture_sample(t->kind, t->type, which));
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

/* A value as the type in the table has it, so that a view, a struct and what was read are one. */
static void format(const struct torture *t, cql_value v, char *out, size_t size)
{
	cql_arena *arena = cql_arena_new(NULL, NULL);
	coodie_error err = { 0 };
	cql_blob encoded;
	cql_value read;

	if (cql_encode(t->there, v, arena, &encoded, &err) &&
	    cql_decode(t->there, encoded, &read, &err))
		cql_value_format(read, out, size);
	else
		snprintf(out, size, "%s", err.message);
	cql_arena_free(arena);
}

/* The member's value out of the row's: its field of a type. */
static cql_value out_of_box(const struct torture *t, cql_value v)
{
	coodie_error err;
	cql_value field = cql_null();
	cql_udt box;

	if (!t->box || cql_is_null(v))
		return v;
	if (cql_to_udt(v, &box, &err))
		(void)cql_udt_field(box, "m", &field, &err);
	return field;
}

/* What is in the table, past the mapper; null and empty are one where they are. */
static bool is_there(struct torture *t, cql_value want)
{
	char text[96], there[400] = "no row", wanted[400];
	coodie_error err = { 0 };
	coodie_result *r;
	coodie_cursor c;
	cql_value v;

	snprintf(text, sizeof(text), "SELECT \"m\" FROM torture.%s WHERE id = ?", t->table);
	r = coodie_session_query(t->real, text, CQL_ARGS(cql(t->id)), NULL, &err);
	c = coodie_result_cursor(r);
	if (r && coodie_cursor_next(&c) && coodie_cursor_value(&c, 0, &v, &err))
		format(t, out_of_box(t, v), there, sizeof(there));
	coodie_result_free(r);
	format(t, want, wanted, sizeof(wanted));
	if (strcmp(there, wanted))
		failed(t, "%s is in the table, not %s %s", there, wanted, err.message);
	return !strcmp(there, wanted);
}

static bool holds(struct torture *t, const thing *o, cql_value want)
{
	char there[400], wanted[400];

	if (!o)
		return false;
	format(t, t->kind->value(&o->m), there, sizeof(there));
	format(t, want, wanted, sizeof(wanted));
	if (strcmp(there, wanted))
		failed(t, "%s was read, not %s", there, wanted);
	return !strcmp(there, wanted);
}

static cql_value sample(const struct torture *t, int which)
{
	return t->kind->value(torture_sample(t->kind, t->type, which));
}

/* What a member is when its cell is null: null; a collection of nothing; zero. */
static bool is_nothing(struct torture *t, const thing *o)
{
	static const union member zeroes;
	char there[400];

	if (!o || !memcmp(&o->m, &zeroes, t->kind->size))
		return o != NULL;
	format(t, t->kind->value(&o->m), there, sizeof(there));
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

/* ---- the states ---------------------------------------------------------------------------- */

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

/* A collection of cells: none of them is null. A user type has it whole. */
static bool is_multicell(const struct torture *t)
{
	return t->type->multicell && !t->box;
}

static void check_empty(struct torture *t)
{
	thing *o;

	save_sample(t, EMPTY);
	CHECK(t, is_there(t, is_multicell(t) ? cql_null() : sample(t, EMPTY)));
	o = get(t);
	if (is_multicell(t))
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
	o = own(t, torture_sample(t->kind, t->type, FIRST));
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

/* ---- the matrix ---------------------------------------------------------------------------- */

/* Whether some kind of member fits: then a refusal must name it. */
static bool has_member(const struct torture *t)
{
	int count;
	const struct kind *kinds = torture_kinds(&count);

	for (int i = 0; i < count; i++) {
		if (torture_fits(&kinds[i], t->type))
			return true;
	}
	return false;
}

/* "; make the member X" and perhaps ", or the ...": X is one that fits, a pointer only where
 * there are some. */
static bool advises(const struct torture *t, const char *message)
{
	const char *member = strstr(message, "; make the member "), *end;
	bool star;
	int count;
	const struct kind *kinds = torture_kinds(&count);

	if (!member)
		return false;
	member += strlen("; make the member ");
	end = strstr(member, ", or the ");
	if (!end)
		end = member + strlen(member);
	star = end[-1] == '*' && strncmp(member, "const char *, ", 14);
	for (int i = 0; i < count; i++) {
		if (torture_fits(&kinds[i], t->type) && (!star || kinds[i].pointer))
			return true;
	}
	return false;
}

/* What was given, and what to do: another member, or another user type. */
static bool names_both(const struct torture *t, const char *message)
{
	if (strstr(message, "; take bigint"))
		return t->box && t->type->kind == CQL_KIND_COUNTER;
	if (strstr(message, "must be frozen; write frozen<spot>"))
		return t->box && !strcmp(t->type->cql, "spot");
	if (strstr(message, "; name the type of .udt"))
		return t->kind->udt != NULL;
	return !has_member(t) || (strstr(message, t->kind->text) && advises(t, message));
}

/* Refused before anything is sent, with the column, both types and what to do. */
static void check_wrong(struct torture *t)
{
	coodie_error err = { 0 };
	size_t before = t->sent;
	const char *type = t->type->shown ? t->type->shown : t->type->cql;

	CHECK(t, !coodie_model_check(t->session, &t->model, &err));
	CHECK(t, err.code == COODIE_ERR_MODEL);
	if (!strstr(err.message, "column m") || (t->box && !strstr(err.message, "field m")) ||
	    !names_both(t, err.message))
		failed(t, "the refusal: %s", err.message);
	if (!strstr(err.message, type) && !strstr(err.message, "; take bigint"))
		failed(t, "no %s in the refusal: %s", type, err.message);
	CHECK(t, t->sent == before);
	t->refused++;
	t->cells += STATES;
}

static void check_states(struct torture *t)
{
	for (int i = 0; i < STATES; i++) {
		t->state = states[i].name;
		if (t->type->kind == CQL_KIND_COUNTER)
			check_counter(t);
		else
			states[i].check(t);
		t->cells++;
	}
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
	if (!torture_sample(t->kind, t->type, FIRST)) {
		failed(t, "there are no samples");
		return;
	}
	if (!coodie_sync_table(t->session, &t->model, NULL, &err)) {
		failed(t, "sync: %s", err.message);
		return;
	}
	if (look_at_table(t))
		check_states(t);
	coodie_result_free(t->probe);
	t->probe = NULL;
}

/* Counters are no fields, nor are user types that are not frozen. */
static bool is_right(const struct torture *t)
{
	return torture_fits(t->kind, t->type) &&
	       !(t->box && (t->type->kind == CQL_KIND_COUNTER || !strcmp(t->type->cql, "spot")));
}

/* @param boxes  NULL, or one for each pair */
static void run_matrix(struct torture *t, struct box *boxes)
{
	int kind_count, type_count;
	const struct kind *kinds = torture_kinds(&kind_count);
	const struct type *types = torture_types(&type_count);

	for (int i = 0; i < kind_count * type_count; i++) {
		if (torture_is_bare(&types[i % type_count]))
			continue;
		begin_pair(t, &kinds[i / type_count], i % type_count, boxes ? &boxes[i] : NULL);
		if (is_right(t))
			check_right(t);
		else
			check_wrong(t);
	}
}

/* ---- where it runs ------------------------------------------------------------------------- */

static coodie_session *connect_to(const char *address, unsigned version, coodie_error *err)
{
	coodie_options *o = coodie_options_new(err);
	coodie_session *s = NULL;

	if (o && coodie_options_add_contact_point(o, address, err) &&
	    coodie_options_set_protocol_version(o, version, err))
		s = coodie_session_new(o, err);
	coodie_options_free(o);
	if (s && !coodie_session_connect(s, err)) {
		coodie_session_free(s);
		s = NULL;
	}
	return s;
}

static bool make_keyspace(const char *address, coodie_error *err)
{
	static const char *const statements[] = {
		"DROP KEYSPACE IF EXISTS torture",
		"CREATE KEYSPACE torture WITH replication = "
		"{'class': 'SimpleStrategy', 'replication_factor': 1}",
	};
	coodie_session *s = connect_to(address, 5, err);
	bool ok = s != NULL;

	for (size_t i = 0; ok && i < sizeof(statements) / sizeof(statements[0]); i++) {
		coodie_result *r = coodie_session_query(s, statements[i], CQL_ARGS(), NULL, err);

		ok = r != NULL;
		coodie_result_free(r);
	}
	coodie_session_free(s);
	return ok;
}

/* The tables are there for the second version. */
static bool run_with(const char *address, unsigned version, struct torture *t, coodie_error *err)
{
	const coodie_driver driver = { .size = sizeof(driver),
				       .submit = count_submit,
				       .run = count_run };
	int kinds, types;
	struct box *boxes;
	bool ran;

	torture_kinds(&kinds);
	torture_types(&types);
	boxes = calloc((size_t)kinds * (size_t)types, sizeof(*boxes));
	t->version = version;
	t->real = connect_to(address, version, err);
	t->session = boxes && t->real ? coodie_session_from_driver(&driver, t, err) : NULL;
	ran = t->session != NULL;
	if (ran) {
		run_matrix(t, NULL);
		run_matrix(t, boxes);
	}
	coodie_session_free(t->session);
	coodie_session_free(t->real);
	free(boxes);
	return ran;
}

int main(void)
{
	static struct torture t;
	const char *address = getenv("COODIE_TEST_PLAIN");
	coodie_error err = { 0 };
	coodie_node_options *o = NULL;
	coodie_node *node = NULL;
	bool ran;

	torture_fill_kinds();
	torture_fill_types();
	if (!address || !*address) {
		o = coodie_node_options_new(&err);
		node = coodie_node_start(o, &err);
		address = node ? coodie_node_address(node, 0) : "";
		coodie_node_options_free(o);
	}
	ran = make_keyspace(address, &err) && run_with(address, 5, &t, &err) &&
	      run_with(address, 4, &t, &err);
	coodie_node_stop(node);
	if (!ran)
		printf("model_torture: %s\n", err.message);
	printf("model_torture: %zu cells, %zu pairs of kinds and types refused, %zu failed\n",
	       t.cells, t.refused, t.failed);
	return !ran || t.failed;
}
