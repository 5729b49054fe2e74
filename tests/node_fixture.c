/* SPDX-License-Identifier: MIT */
/* The node's executor without a node. */
#include "tests/node_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <coodie/result.h>
#include <coodie/text.h>

#include "base/cql_arena.h"
#include "node/cql/parser.h"
#include "tests/test.h"

enum { TEXT_SIZE = 1 << 16 };

static int64_t clock_now(void *user)
{
	return ((struct fixture *)user)->now_us;
}

void fixture_begin(struct fixture *f, const coodie_allocator *allocator)
{
	*f = (struct fixture){ .version = 5,
			       .consistency = CQL_CONSISTENCY_ONE,
			       .serial_consistency = CQL_CONSISTENCY_UNSET,
			       .now_us = INT64_C(1795262400000000) };
	f->text = malloc(TEXT_SIZE);
	f->values = cql_arena_new(NULL, NULL);
	assert_true(f->text && f->values);
	cd_arena_init(&f->arena, NULL, 0);
	assert_true(nd_database_init(&f->db, allocator, (struct nd_clock){ clock_now, f }));
	assert_string_equal(fixture_run(f, "CREATE KEYSPACE ks WITH replication = {'class': "
					   "'SimpleStrategy', 'replication_factor': 1}"),
			    "schema CREATED KEYSPACE ks");
	f->keyspace = "ks";
}

void fixture_end(struct fixture *f)
{
	nd_database_deinit(&f->db);
	cd_arena_deinit(&f->arena);
	cql_arena_free(f->values);
	free(f->text);
}

struct fixture *fixture_with(const char *const *statements, size_t count)
{
	struct fixture *f = malloc(sizeof *f);

	assert_non_null(f);
	fixture_begin(f, NULL);
	for (size_t i = 0; i < count; i++)
		if (*fixture_run(f, statements[i]) == '0')
			fail_msg("%s: %s", statements[i], f->text);
	return f;
}

int fixture_teardown(void **state)
{
	fixture_end(*state);
	free(*state);
	return 0;
}

void fixture_forget(struct fixture *f)
{
	cd_arena_reset(&f->arena);
	cql_arena_reset(f->values);
	f->paging_state = (cql_blob){ NULL, 0 };
}

void fixture_sleep(struct fixture *f, int64_t seconds)
{
	f->now_us += seconds * 1000000;
}

/* ---- answers as text --------------------------------------------------------------------------- */

static void COODIE_PRINTF(2, 3) say(struct fixture *f, const char *format, ...)
{
	size_t len = strlen(f->text);
	va_list args;

	va_start(args, format);
	vsnprintf(f->text + len, TEXT_SIZE - len, format, args);
	va_end(args);
}

static const char *say_problem(struct fixture *f, const struct nd_problem *p)
{
	say(f, "0x%04X %.*s", (unsigned)p->error.code, (int)p->error.message.len,
	    p->error.message.data);
	return f->text;
}

static void say_text(struct fixture *f, cql_text text)
{
	say(f, "%.*s", (int)text.len, text.data);
}

static void say_value(struct fixture *f, const cql_type *type, cql_blob bytes)
{
	char literal[4096];
	cql_value v;

	if (!cql_decode(type, bytes, &v, NULL)) {
		say(f, "?");
		return;
	}
	cql_literal_format(type, v, literal, sizeof literal);
	say(f, "%s", literal);
}

static void say_rows(struct fixture *f, const cql_result *r)
{
	const cql_metadata *m = &r->metadata;
	coodie_cell *cells = calloc(m->column_count + 1, sizeof *cells);
	cql_blob rows = r->rows;
	const char *between = " ";
	uint32_t count = 0;

	assert_non_null(cells);
	say(f, "rows:");
	while (cql_rows_next(&rows, cells, m->column_count, NULL)) {
		say(f, "%s", between);
		for (uint32_t i = 0; i < m->column_count; i++) {
			say(f, "%s", i ? " " : "");
			say_text(f, m->columns[i].name);
			say(f, "=");
			say_value(f, m->columns[i].type, (cql_blob){ cells[i].data, cells[i].len });
		}
		between = " | ";
		count++;
	}
	assert_int_equal(count, r->row_count);
	free(cells);
}

static void say_change(struct fixture *f, const cql_schema_change *c)
{
	say(f, "schema ");
	say_text(f, c->change);
	say(f, " ");
	say_text(f, c->target);
	say(f, " ");
	say_text(f, c->keyspace);
	if (c->name.data) {
		say(f, ".");
		say_text(f, c->name);
	}
}

static const char *say_answer(struct fixture *f, const struct nd_request *x)
{
	for (uint16_t i = 0; i < x->warning_count; i++) {
		say(f, "warning ");
		say_text(f, x->warnings[i]);
		say(f, "; ");
	}
	if (x->result.kind == COODIE_RESULT_ROWS) {
		say_rows(f, &x->result);
	} else if (x->result.kind == COODIE_RESULT_SET_KEYSPACE) {
		say(f, "keyspace ");
		say_text(f, x->result.keyspace);
	} else if (x->result.kind == COODIE_RESULT_SCHEMA_CHANGE) {
		say_change(f, &x->result.change);
	} else {
		say(f, "void");
	}
	return f->text;
}

/* ---- values ------------------------------------------------------------------------------------ */

static struct nd_value read_value(struct fixture *f, const cql_type *type, const char *text)
{
	struct nd_value out = { ND_VALUE, NULL, 0 };
	coodie_error err = { 0 };
	cql_value v;
	cql_blob bytes;
	bool ok;

	if (!strcmp(text, "unset") || !strcmp(text, "null")) {
		out.presence = *text == 'u' ? ND_UNSET : ND_NULL;
		return out;
	}
	if (!strncmp(text, "raw ", 4))
		ok = cql_blob_parse(text + 4, f->values, &bytes, &err);
	else
		ok = cql_literal_parse(type, text, f->values, &v, &err) &&
		     cql_encode(type, v, f->values, &bytes, &err);
	if (!ok)
		fail_msg("the test's value %s: %s", text, err.message);
	out.data = bytes.data ? bytes.data : (const uint8_t *)"";
	out.len = bytes.len;
	return out;
}

/* Takes "a | b" apart; the values live as long as plans do. */
static struct nd_value *read_values(struct fixture *f, const cql_markers *markers, const char *text,
				    uint32_t *count)
{
	struct cd_arena *arena = &f->values->arena; /* which does not run out of memory with f->arena */
	char *copy = cd_arena_strndup(arena, text ? text : "", text ? strlen(text) : 0);
	struct nd_value *out = cd_arena_take_array(arena, 64, sizeof *out);

	assert_true(copy && out);
	for (*count = 0; text && copy; ++*count) {
		char *end = strstr(copy, " | ");

		if (end)
			*end = 0;
		assert_true(*count < 64);
		out[*count] = read_value(f,
					 *count < markers->column_count
						 ? markers->columns[*count].type
						 : cd_type_native(CQL_KIND_INT),
					 copy);
		copy = end ? end + 3 : NULL;
	}
	return out;
}

/* ---- running ----------------------------------------------------------------------------------- */

static struct nd_plan *make_plan(struct fixture *f, const char *cql, struct nd_problem *p)
{
	struct nd_statement *s;

	nd_problem_init(p, &f->arena);
	s = nd_parse(&f->arena, cql, strlen(cql), p);
	return s ? nd_plan_new(&f->db, &f->arena, s, f->keyspace, f->version, p) : NULL;
}

struct nd_plan *fixture_plan(struct fixture *f, const char *cql)
{
	struct nd_problem p;
	struct nd_plan *plan = make_plan(f, cql, &p);

	*f->text = 0;
	if (!plan)
		say_problem(f, &p);
	return plan;
}

static struct nd_request new_request(struct fixture *f)
{
	struct nd_request x = { .db = &f->db,
				.arena = &f->arena,
				.keyspace = f->keyspace,
				.role = f->role,
				.version = f->version,
				.consistency = f->consistency,
				.serial_consistency = f->serial_consistency,
				.is_ordinary_user = f->is_ordinary_user,
				.has_timestamp = f->has_timestamp,
				.timestamp_us = f->timestamp_us,
				.has_page_rows = f->has_page_rows,
				.page_rows = f->page_rows,
				.paging_state = f->paging_state,
				.now_us = f->now_us };

	nd_problem_init(&x.problem, &f->arena);
	return x;
}

const char *fixture_bind(struct fixture *f, const char *cql, const char *values)
{
	struct nd_request x = new_request(f);
	struct nd_plan *plan = fixture_plan(f, cql);

	if (!plan)
		return f->text;
	x.values = read_values(f, &plan->markers, values, &x.value_count);
	if (!nd_plan_run(plan, &x))
		return say_problem(f, &x.problem);
	f->paging_state = x.result.metadata.paging_state;
	return say_answer(f, &x);
}

const char *fixture_run(struct fixture *f, const char *cql)
{
	return fixture_bind(f, cql, NULL);
}

const char *fixture_try(struct fixture *f, const coodie_allocator *a, const char *cql)
{
	struct nd_request x = new_request(f);
	struct nd_statement *s;
	struct nd_plan *plan;
	struct cd_arena arena;
	bool ok;

	cd_arena_init(&arena, a, 256);
	x.arena = &arena;
	nd_problem_init(&x.problem, &arena);
	ok = (s = nd_parse(&arena, cql, strlen(cql), &x.problem)) &&
	     (plan = nd_plan_new(&f->db, &arena, s, f->keyspace, f->version, &x.problem)) &&
	     nd_plan_run(plan, &x);
	*f->text = 0;
	if (!ok)
		say_problem(f, &x.problem);
	cd_arena_deinit(&arena);
	return ok ? NULL : f->text;
}

const char *fixture_batch(struct fixture *f, enum nd_batch_type type, uint32_t count,
			  const char *const (*statements)[2])
{
	struct nd_batch_item items[CD_FIXTURE_STATEMENTS];
	struct nd_request x = new_request(f);

	assert_true(count <= CD_FIXTURE_STATEMENTS);
	*f->text = 0;
	for (uint32_t i = 0; i < count; i++) {
		struct nd_plan *plan = fixture_plan(f, statements[i][0]);

		if (!plan)
			return f->text;
		items[i].plan = plan;
		items[i].values = read_values(f, &plan->markers, statements[i][1],
					      &items[i].value_count);
	}
	return nd_batch_run(items, count, type, &x) ? say_answer(f, &x)
						    : say_problem(f, &x.problem);
}

static void say_specs(struct fixture *f, const char *what, const cql_column_spec *specs,
		      uint32_t count)
{
	char type[256];

	say(f, "%s:", what);
	for (uint32_t i = 0; i < count; i++) {
		cql_type_format(specs[i].type, type, sizeof type);
		say(f, "%s ", i ? "," : "");
		say_text(f, specs[i].name);
		say(f, " %s", type);
	}
}

const char *fixture_prepare(struct fixture *f, const char *cql)
{
	struct nd_plan *plan = fixture_plan(f, cql);

	if (!plan)
		return f->text;
	say_specs(f, "markers", plan->markers.columns, plan->markers.column_count);
	for (uint16_t i = 0; i < plan->markers.key_count; i++)
		say(f, "%s %u", i ? "" : "; key", plan->markers.key_indexes[i]);
	if (plan->metadata.columns) {
		say(f, "; ");
		say_specs(f, "columns", plan->metadata.columns, plan->metadata.column_count);
	}
	return f->text;
}

void fixture_rows(struct fixture *f, const struct fixture_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *got = fixture_bind(f, rows[i].cql, rows[i].values);

		if (strcmp(got, rows[i].answer) != 0)
			fail_msg("%s: %s\nwanted %s\ngot    %s", rows[i].name, rows[i].cql,
				 rows[i].answer, got);
	}
	fixture_forget(f);
}
