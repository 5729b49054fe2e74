/* SPDX-License-Identifier: MIT */
/* Models that `coodie gen` wrote, tried on a server: round_trip make | check | drop HOST:PORT,
 * round_trip execute HOST:PORT STATEMENT.
 *
 * `make` makes the keyspace and all that is in it from the models. `check` asks whether each model is
 * right and the schema what it says, and then writes random objects and reads them back. Compiled with
 * -DHEADER='"x.h"' -DMODELS=x_models. The last line is the number of cases. */
#include HEADER

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/gen/random_literal.h"

enum { OBJECTS = 6, WAIT_MS = 10000 };

struct run {
	coodie_session *session;
	coodie_metadata *metadata;
	cql_arena *arena;
	const char *statement;
	int cases, failed;
};

/* ---- cases ----------------------------------------------------------------------------------- */

static bool judge(struct run *r, bool ok, const char *model, const char *what,
		  const coodie_error *err)
{
	r->cases++;
	if (ok)
		return true;
	r->failed++;
	printf("FAILED %s, %s: %s %s\n", model, what, coodie_errc_name(err->code), err->message);
	return false;
}

/* A keyspace's name of a model, without quotes. */
static const char *bare(const char *name)
{
	static char text[64];

	if (*name != '"')
		return name;
	snprintf(text, sizeof text, "%.*s", (int)strlen(name) - 2, name + 1);
	return text;
}

static const coodie_table_meta *table_of(const struct run *r, const coodie_model *m)
{
	return coodie_keyspace_meta_table(coodie_metadata_keyspace(r->metadata, bare(m->keyspace)),
					  m->table);
}

static const cql_type *type_of(const struct run *r, const coodie_model *m, const coodie_column *c)
{
	return coodie_table_meta_column(table_of(r, m), c->db_name ? c->db_name : c->name)->type;
}

static bool is_counter(const coodie_model *m)
{
	for (size_t i = 0; i < m->column_count; i++)
		if (strcmp(m->columns[i].type ? m->columns[i].type : "", "counter") == 0)
			return true;
	return false;
}

/* ---- the schema ------------------------------------------------------------------------------ */

struct said {
	int count;
	char first[200];
};

/* Of an index that is left out of a model a sync says that it is there. */
static bool is_left_out(const char *cql)
{
	return strncmp(cql, "-- ", 3) == 0 && strstr(cql, "has an index") &&
	       strstr(cql, "that the model has not");
}

static void note_said(const char *cql, void *user)
{
	struct said *said = user;

	if (!is_left_out(cql) && !said->count++)
		snprintf(said->first, sizeof said->first, "%s", cql);
}

static bool nothing_said(const struct said *said, coodie_error *err)
{
	if (!said->count)
		return true;
	err->code = COODIE_ERR_CONFLICT;
	snprintf(err->message, sizeof err->message, "%.200s", said->first);
	return false;
}

static bool sync(struct run *r, const coodie_model *m, const coodie_sync *options,
		 coodie_error *err)
{
	return m->view ? coodie_sync_view(r->session, m, options, err)
		       : coodie_sync_table(r->session, m, options, err);
}

static bool check_schema(struct run *r, const coodie_model *m)
{
	struct said said = { 0 };
	coodie_error err = { 0 };
	bool ok = judge(r, coodie_model_check(r->session, m, &err), m->object_name, "the model",
			&err);

	return ok &&
	       judge(r,
		     sync(r, m, COODIE_SYNC(.dry_run = true, .each = note_said, .user = &said),
			  &err) &&
			     nothing_said(&said, &err),
		     m->object_name, "a sync has nothing to do", &err);
}

static void check_type(struct run *r, const coodie_udt *t)
{
	struct said said = { 0 };
	coodie_error err = { 0 };

	judge(r,
	      coodie_sync_type(r->session, t,
			       COODIE_SYNC(.dry_run = true, .each = note_said, .user = &said),
			       &err) &&
		      nothing_said(&said, &err),
	      t->object_name, "a sync has nothing to do", &err);
}

/* ---- objects --------------------------------------------------------------------------------- */

static bool set_member(struct run *r, const coodie_model *m, const coodie_column *c, void *object,
		       coodie_error *err)
{
	char *text = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);
	cql_value value;
	bool ok;

	random_literal(to, type_of(r, m, c));
	fclose(to);
	ok = cql_literal_parse(type_of(r, m, c), text, r->arena, &value, err) &&
	     coodie_object_set(object, c->name, value, err);
	if (!ok)
		printf("# %s.%s = %s\n", m->object_name, c->name, text);
	free(text);
	return ok;
}

static bool is_key(const coodie_column *c)
{
	return c->partition_key || c->clustering_key;
}

/* A float[N] has no null; a column that says so is always set. */
static bool always_set(const coodie_column *c)
{
	return is_key(c) || c->member == COODIE_MEMBER_FLOATS;
}

/* A new object, with some members left out. */
static void *new_object(struct run *r, const coodie_model *m, coodie_error *err)
{
	void *object = coodie_new(r->session, m, err);
	bool ok = object;

	for (size_t i = 0; ok && i < m->column_count; i++) {
		const coodie_column *c = &m->columns[i];

		if (always_set(c) || random_next() % 4)
			ok = set_member(r, m, c, object, err);
	}
	if (!ok)
		coodie_object_free(object);
	return ok ? object : NULL;
}

static void *read_again(struct run *r, const coodie_model *m, const void *object, coodie_error *err)
{
	cql_args key;

	return coodie_object_key(object, &key, err) ? coodie_get(r->session, m, key, NULL, err)
						    : NULL;
}

static bool is_equal(const void *a, const void *b, coodie_error *err)
{
	char text[2][4096];

	if (coodie_object_equal(a, b))
		return true;
	coodie_object_format(a, text[0], sizeof text[0]);
	coodie_object_format(b, text[1], sizeof text[1]);
	printf("# wrote %s\n# read  %s\n", text[0], text[1]);
	err->code = COODIE_ERR_CONFLICT;
	snprintf(err->message, sizeof err->message, "what is read is not what was written");
	return false;
}

static bool save_and_compare(struct run *r, const coodie_model *m, void *object, coodie_error *err)
{
	void *again = coodie_save(r->session, m, object, NULL, err) ? read_again(r, m, object, err)
								    : NULL;
	bool ok = again && is_equal(object, again, err);

	coodie_object_free(again);
	return ok;
}

/* Each member that is no key: another value, null, or as it is. */
static bool change(struct run *r, const coodie_model *m, void *object, coodie_error *err)
{
	bool ok = true;

	for (size_t i = 0; ok && i < m->column_count; i++) {
		const coodie_column *c = &m->columns[i];
		uint32_t chance = random_next() % 4;

		if (is_key(c) || chance == 3)
			continue;
		ok = chance || always_set(c) ? set_member(r, m, c, object, err)
					     : coodie_object_clear(object, c->name, err);
	}
	return ok;
}

/* Whether two objects by chance may be of one partition, where there are statics and what was. */
static bool may_meet(const struct run *r, const coodie_model *m)
{
	for (size_t i = 0; i < m->column_count; i++)
		if (m->columns[i].partition_key && !random_is_small(type_of(r, m, &m->columns[i])))
			return false;
	return true;
}

static void check_object(struct run *r, const coodie_model *m)
{
	coodie_error err = { 0 };
	bool alone = !may_meet(r, m) || coodie_truncate(r->session, m, &err);
	void *object = new_object(r, m, &err), *again;
	bool ok = alone && object && save_and_compare(r, m, object, &err);

	judge(r, ok, m->object_name, "a new object", &err);
	again = ok ? read_again(r, m, object, &err) : NULL;
	if (ok)
		judge(r, again && change(r, m, again, &err) && save_and_compare(r, m, again, &err),
		      m->object_name, "a changed object", &err);
	coodie_object_free(again);
	coodie_object_free(object);
	cql_arena_reset(r->arena);
}

/* ---- counters -------------------------------------------------------------------------------- */

static bool add_and_read(struct run *r, const coodie_model *m, const coodie_column *c, void *object,
			 coodie_error *err)
{
	int64_t wanted = random_next(), got = 0;
	void *again = coodie_increment(r->session, m, object, c->name, CQL_ARGS(cql(wanted)), NULL,
				       err)
			      ? read_again(r, m, object, err)
			      : NULL;
	cql_value v;
	bool ok = again && coodie_object_value(again, c->name, &v, err) &&
		  cql_to_int64(v, &got, err);

	coodie_object_free(again);
	if (ok && got != wanted)
		snprintf(err->message, sizeof err->message, "%" PRId64 " is read as %" PRId64,
			 wanted, got);
	return ok && got == wanted;
}

/* Statics after the others, which make the row that they are read with. */
static void check_counters(struct run *r, const coodie_model *m)
{
	coodie_error err = { 0 };
	void *object = coodie_new(r->session, m, &err);
	bool ok = object, has_row = false;

	for (size_t i = 0; ok && i < m->column_count; i++)
		if (is_key(&m->columns[i]))
			ok = set_member(r, m, &m->columns[i], object, &err);
	for (size_t i = 0; i < 2 * m->column_count; i++) {
		const coodie_column *c = &m->columns[i % m->column_count];
		bool statics = i >= m->column_count;

		if (is_key(c) || c->is_static != statics || (statics && !has_row))
			continue;
		has_row = judge(r, ok && add_and_read(r, m, c, object, &err), m->object_name,
				c->name, &err);
	}
	coodie_object_free(object);
}

/* ---- views ----------------------------------------------------------------------------------- */

static const coodie_column *member_of(const coodie_model *m, const coodie_column *other)
{
	const char *name = other->db_name ? other->db_name : other->name;

	for (size_t i = 0; i < m->column_count; i++)
		if (strcmp(m->columns[i].db_name ? m->columns[i].db_name : m->columns[i].name,
			   name) == 0)
			return &m->columns[i];
	return NULL;
}

/* The row of the base that a view's row is of, by the values of its key. */
static void *base_of(struct run *r, const coodie_model *view, const void *row, coodie_error *err)
{
	const coodie_model *base = view->view->base;
	cql_value key[32] = { { { 0 }, { 0 } } };
	size_t count = 0;
	bool ok = true;

	for (size_t i = 0; ok && i < base->column_count; i++)
		if (is_key(&base->columns[i]))
			ok = coodie_object_value(row, member_of(view, &base->columns[i])->name,
						 &key[count++], err);
	return ok ? coodie_get(r->session, base, cql_args_of(key, count), NULL, err) : NULL;
}

static bool same_values(const coodie_model *view, const void *row, const void *base,
			coodie_error *err)
{
	char text[2][2048];
	cql_value a, b;

	for (size_t i = 0; i < view->column_count; i++) {
		const coodie_column *c = &view->columns[i];

		if (!coodie_object_value(row, c->name, &a, err) ||
		    !coodie_object_value(base, member_of(view->view->base, c)->name, &b, err))
			return false;
		cql_value_format(a, text[0], sizeof text[0]);
		cql_value_format(b, text[1], sizeof text[1]);
		if (strcmp(text[0], text[1]) != 0) {
			snprintf(err->message, sizeof err->message, "%s: %.80s, in the base %.80s",
				 c->name, text[0], text[1]);
			return false;
		}
	}
	return true;
}

/* A view follows its base after a while. */
static void *first_of(struct run *r, const coodie_model *view, coodie_error *err)
{
	void *found = NULL;

	for (int waited = 0; !found && waited < WAIT_MS; waited += 20) {
		coodie_query *q = coodie_find(r->session, view, NULL, CQL_ARGS());

		coodie_limit(q, 1);
		found = coodie_first(q, err);
		coodie_query_free(q);
		if (!found)
			nanosleep(&(struct timespec){ 0, 20000000 }, NULL);
	}
	return found;
}

static void check_view(struct run *r, const coodie_model *view)
{
	coodie_error err = { 0 };
	void *row = first_of(r, view, &err), *base = row ? base_of(r, view, row, &err) : NULL;

	judge(r, base && same_values(view, row, base, &err), view->object_name,
	      "a row and its base", &err);
	coodie_object_free(base);
	coodie_object_free(row);
}

/* ---- the verbs ------------------------------------------------------------------------------- */

static bool check(struct run *r, coodie_error *err)
{
	r->metadata = coodie_session_refresh(r->session, err)
			      ? coodie_session_metadata(r->session, err)
			      : NULL;
	if (!r->metadata)
		return false;
	for (size_t i = 0; i < MODELS.type_count; i++)
		check_type(r, MODELS.types[i]);
	for (size_t i = 0; i < MODELS.model_count; i++) {
		const coodie_model *m = MODELS.models[i];

		if (!check_schema(r, m))
			continue;
		for (int k = 0; k < OBJECTS && !m->view && !is_counter(m); k++)
			check_object(r, m);
		if (is_counter(m))
			check_counters(r, m);
		if (m->view)
			check_view(r, m);
	}
	coodie_metadata_free(r->metadata);
	return true;
}

static bool drop(struct run *r, coodie_error *err)
{
	return coodie_drop_keyspace(r->session, MODELS.models[0]->keyspace, err);
}

/* The statement behind the address. */
static bool execute(struct run *r, coodie_error *err)
{
	coodie_result *result = coodie_session_query(r->session, r->statement, CQL_ARGS(), NULL,
						     err);

	coodie_result_free(result);
	return result;
}

static bool make(struct run *r, coodie_error *err)
{
	if (!drop(r, err) ||
	    !coodie_create_keyspace(r->session, MODELS.models[0]->keyspace, NULL, err))
		return false;
	for (size_t i = 0; i < MODELS.type_count; i++)
		judge(r, coodie_sync_type(r->session, MODELS.types[i], NULL, err),
		      MODELS.types[i]->object_name, "made", err);
	for (size_t i = 0; i < MODELS.model_count; i++)
		judge(r, sync(r, MODELS.models[i], NULL, err), MODELS.models[i]->object_name,
		      "made", err);
	return true;
}

static const struct verb {
	const char *name;
	bool (*run)(struct run *r, coodie_error *err);
} verbs[] = { { "make", make }, { "check", check }, { "drop", drop }, { "execute", execute } };

static coodie_session *open_session(const char *address, coodie_error *err)
{
	coodie_options *o = coodie_options_new(err);
	coodie_session *s = NULL;

	if (o && coodie_options_add_contact_point(o, address, err)) {
		coodie_options_set_request_timeout_ms(o, 60000);
		s = coodie_session_new(o, err);
	}
	coodie_options_free(o);
	return s;
}

int main(int argc, char **argv)
{
	struct run r = { .failed = 1 };
	coodie_error err = { 0 };

	random_seed(20261122);
	if (argc > 2)
		r.session = open_session(argv[2], &err);
	r.statement = argc > 3 ? argv[3] : "";
	r.arena = cql_arena_new(NULL, NULL);
	for (size_t i = 0; r.session && i < sizeof verbs / sizeof verbs[0]; i++)
		if (strcmp(verbs[i].name, argv[1]) == 0)
			r.failed = verbs[i].run(&r, &err) ? r.failed - 1 : 1;
	if (r.failed && err.code != COODIE_OK)
		printf("# %s %s\n", coodie_errc_name(err.code), err.message);
	cql_arena_free(r.arena);
	coodie_session_free(r.session);
	printf("%d cases, %d failed\n", r.cases, r.failed);
	return r.failed ? 1 : 0;
}
