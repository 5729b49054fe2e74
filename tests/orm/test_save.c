/* SPDX-License-Identifier: MIT */
/* Saving and deleting: what is sent of own, new and loaded objects, and what is remembered
 * (LC-02..06, LC-11..18). */
#include <coodie/lwt.h>
#include <coodie/query.h>

#include "tests/orm/fixture.h"
#include "tests/orm/models.h"

#define INSERT_NOTE \
	"INSERT INTO shop.notes (\"id\", \"text\", \"stars\", \"tags\") VALUES (?, ?, ?, ?)"
#define UPDATE_NOTE \
	"UPDATE shop.notes SET \"text\" = ?, \"stars\" = ?, \"tags\" = ? WHERE \"id\" = ?"

static void save(void *n, const coodie_write *w)
{
	coodie_error err = { 0 };

	ok(coodie_save(mock.session, &note_model, n, w, &err), &err);
}

/* One row of notes as a result. */
static coodie_result *note_rows(const cql_value *values, size_t rows)
{
	static const coodie_column_spec columns[] = {
		{ "id", "int" }, { "text", "text" }, { "stars", "int" }, { "tags", "set<text>" }
	};
	coodie_error err = { 0 };
	coodie_result *r = coodie_result_new_rows(columns, 4, values, rows, &err);

	ok(r, &err);
	return r;
}

static note *load(cql_value id, cql_value text, cql_value stars, cql_value tags)
{
	const cql_value row[] = { id, text, stars, tags };
	coodie_error err = { 0 };
	note *n;

	mock_answer(&mock, note_rows(row, 1));
	n = coodie_get(mock.session, &note_model, CQL_ARGS(id), NULL, &err);
	ok(n, &err);
	return n;
}

static note *load_usual(void)
{
	return load(cql(1), cql("hello"), cql(3), cql(CQL_SET(cql("blue"), cql("red"))));
}

/* ---- own objects ---------------------------------------------------------------------------- */

static void own_objects(void **state)
{
	note n = { .id = 1 };

	(void)state;
	save(&n, NULL);
	mock_expect(&mock, INSERT_NOTE, "1|unset|unset|unset");
	assert_true(mock_last(&mock)->prepare);
	n = (note){
		.id = 2, .text = "", .stars = &(int32_t){ 5 }, .tags = CQL_SET(cql("b"), cql("a"))
	};
	save(&n, NULL);
	mock_expect(&mock, INSERT_NOTE, "2|''|5|{'b', 'a'}");
	save(&n, NULL); /* each save writes it whole, and nothing about it is kept */
	mock_expect(&mock, INSERT_NOTE, "2|''|5|{'b', 'a'}");
	assert_int_equal(mock.sent, 3);
	assert_null(n.row.self);
}

static void options(void **state)
{
	note n = { .id = 1 };
	coodie_error err = { 0 };

	(void)state;
	save(&n, COODIE_WRITE(.ttl = 60, .timestamp_us = 99, .consistency = CQL_CONSISTENCY_ALL,
			      .timeout_ms = 7));
	mock_expect(&mock, INSERT_NOTE " USING TTL ?", "1|unset|unset|unset|60");
	assert_int_equal(mock_last(&mock)->request.timestamp_us, 99);
	assert_int_equal(mock_last(&mock)->request.consistency, CQL_CONSISTENCY_ALL);
	assert_int_equal(mock_last(&mock)->request.timeout_ms, 7);
	save(&n, COODIE_WRITE(.ttl = COODIE_NO_TTL));
	mock_expect(&mock, INSERT_NOTE " USING TTL ?", "1|unset|unset|unset|0");
	refused(coodie_save(mock.session, &note_model, &n, COODIE_WRITE(.ttl = -2), &err), &err,
		COODIE_ERR_RANGE, "a ttl of -2 seconds; 1 to 630720000");
	refused(coodie_delete(mock.session, &note_model, &n, COODIE_WRITE(.ttl = 2), &err), &err,
		COODIE_ERR_INVALID, "coodie_delete(note): it takes no ttl");
}

static void every_member(void **state)
{
	user u = { .id = { { 1 } },
		   .bucket = 2,
		   .email = "e",
		   .nick = "nick",
		   .taste = { 1, 2, 3 },
		   .visits = 5,
		   .active = true,
		   .motto = "m",
		   .photo = { (const uint8_t *)"\x01", 1 },
		   .scores = CQL_MAP(cql("a"), cql(1)),
		   .history = CQL_LIST(cql(4), cql(5)) };
	coodie_error err = { 0 };

	(void)state;
	ok(coodie_save(mock.session, &user_model, &u, NULL, &err), &err);
	mock_expect(
		&mock,
		"INSERT INTO shop.users (\"id\", \"bucket\", \"email\", \"age\", \"tags\", "
		"\"scores\", \"history\", \"nick\", \"taste\", \"active\", \"visits\", \"motto\", "
		"\"photo\") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		"01000000-0000-0000-0000-000000000000|2|'e'|unset|unset|{'a': 1}|[4, "
		"5]|'nick'|0x3f8000004000000040400000|true|5|'m'|0x01");
}

static void refused_values(void **state)
{
	user u = { .nick = "caf\xc3\xa9" };
	coodie_error err = { 0 };

	(void)state;
	refused(coodie_save(mock.session, &user_model, &u, NULL, &err), &err, COODIE_ERR_TYPE,
		"user, nick (ascii): byte 3");
	memcpy(u.nick, "12345678", 8);
	refused(coodie_save(mock.session, &user_model, &u, NULL, &err), &err, COODIE_ERR_RANGE,
		"char[8] has no NUL");
	strcpy(u.nick, "x");
	u.photo = cql_blob_of("123456789", 9);
	refused(coodie_save(mock.session, &user_model, &u, NULL, &err), &err, COODIE_ERR_RANGE,
		"user, photo (blob): 9 bytes, max_length is 8");
	u.photo = (cql_blob){ 0 };
	u.tags = CQL_SET(cql(1));
	refused(coodie_save(mock.session, &user_model, &u, NULL, &err), &err, COODIE_ERR_TYPE,
		"user, tags (set<text>): an integer was given for text");
	u.tags = CQL_SET(cql_null());
	refused(coodie_save(mock.session, &user_model, &u, NULL, &err), &err, COODIE_ERR_TYPE,
		"null inside a collection");
	u.tags = (cql_set){ 0 };
	u.scores = CQL_MAP(cql("a"), cql(5000000000L));
	refused(coodie_save(mock.session, &user_model, &u, NULL, &err), &err, COODIE_ERR_RANGE,
		"user, scores (map<text, int>): 5000000000 does not fit int");
	refused(coodie_save(mock.session, &user_model, NULL, NULL, &err), &err, COODIE_ERR_INVALID,
		"the object is NULL");
	assert_int_equal(mock.call_count, 0);
}

typedef struct strict {
	coodie_row row;
	const char *id;
	const char *name;
} strict;

static const coodie_column strict_columns[] = {
	COODIE_COLUMN(strict, id, "text", .partition_key = 1),
	COODIE_COLUMN(strict, name, "text", .required = true),
};
static const coodie_model strict_model = COODIE_MODEL(strict, strict_columns, "stricts",
						      .keyspace = "shop");

static void required(void **state)
{
	strict s = { .id = "a" };
	coodie_error err = { 0 };

	(void)state;
	refused(coodie_save(mock.session, &strict_model, &s, NULL, &err), &err, COODIE_ERR_INVALID,
		"strict, name (text): it is required and not set");
	s = (strict){ .name = "x" };
	refused(coodie_save(mock.session, &strict_model, &s, NULL, &err), &err, COODIE_ERR_INVALID,
		"strict, id (text): it is in the primary key and not set");
	refused(coodie_delete(mock.session, &strict_model, &s, NULL, &err), &err,
		COODIE_ERR_INVALID, "strict, id (text): it is in the primary key and not set");
}

typedef struct shelf {
	coodie_row row;
	const char *room;
	const char *label;
	const char *keeper;
	const char *book;
} shelf;

static const coodie_column shelf_columns[] = {
	COODIE_COLUMN(shelf, room, "text", .partition_key = 1),
	COODIE_COLUMN(shelf, label, "text", .clustering_key = 1),
	COODIE_COLUMN(shelf, keeper, "text", .is_static = true),
	COODIE_COLUMN(shelf, book, "text"),
};
static const coodie_model shelf_model = COODIE_MODEL(
	shelf, shelf_columns, "shelves", .keyspace = "shop", .timeout_ms = 70,
	.consistency = CQL_CONSISTENCY_QUORUM, .serial_consistency = CQL_CONSISTENCY_LOCAL_SERIAL);

/* Without a clustering key there is only the partition to write to (LC-26). */
static void statics_without_a_row(void **state)
{
	shelf x = { .room = "a", .keeper = "Ada" };
	coodie_error err = { 0 };

	(void)state;
	ok(coodie_save(mock.session, &shelf_model, &x, COODIE_WRITE(.ttl = 5), &err), &err);
	mock_expect(&mock, "UPDATE shop.shelves USING TTL ? SET \"keeper\" = ? WHERE \"room\" = ?",
		    "5|'Ada'|'a'");
	x.book = "Moby Dick";
	refused(coodie_save(mock.session, &shelf_model, &x, NULL, &err), &err, COODIE_ERR_INVALID,
		"shelf, label (text): it is in the primary key and not set");
	x.book = x.keeper = NULL;
	refused(coodie_save(mock.session, &shelf_model, &x, NULL, &err), &err, COODIE_ERR_INVALID,
		"shelf, label (text): it is in the primary key and not set");
	assert_int_equal(mock.sent, 1);
}

typedef struct sign {
	coodie_row row;
	int32_t road;
	const char *name;
	const char *keeper;
} sign;

static const coodie_column sign_columns[] = {
	COODIE_COLUMN(sign, road, "int", .partition_key = 1),
	COODIE_COLUMN(sign, name, "text", .clustering_key = 1),
	COODIE_COLUMN(sign, keeper, "text", .is_static = true),
};
static const coodie_model sign_model = COODIE_MODEL(sign, sign_columns, "signs",
						    .keyspace = "shop");

/* A table of keys and statics has no UPDATE of a row: what changed was lost without a word. */
static void statics_beside_keys_alone(void **state)
{
	static const coodie_column_spec columns[] = { { "road", "int" },
						      { "name", "text" },
						      { "keeper", "text" } };
	const cql_value row[] = { cql(1), cql("Elm Street"), cql("Ada") };
	coodie_error err = { 0 };
	sign *x;

	(void)state;
	mock_answer(&mock, coodie_result_new_rows(columns, 3, row, 1, &err));
	x = coodie_get(mock.session, &sign_model, CQL_ARGS(cql(1), cql("Elm Street")), NULL, &err);
	ok(x, &err);
	ok(coodie_save(mock.session, &sign_model, x, NULL, &err), &err);
	assert_int_equal(mock.sent, 1); /* the SELECT: there was nothing to save */
	x->keeper = "Grace";
	refused(coodie_save_if(mock.session, &sign_model, x, "keeper = ?", CQL_ARGS(cql("Ada")),
			       NULL, &err),
		&err, COODIE_ERR_QUERY, "it has only keys and statics to update");
	ok(coodie_save(mock.session, &sign_model, x, NULL, &err), &err);
	mock_expect(&mock, "UPDATE shop.signs SET \"keeper\" = ? WHERE \"road\" = ?", "'Grace'|1");
	ok(coodie_save(mock.session, &sign_model, x, COODIE_WRITE(.ttl = 5), &err), &err);
	assert_int_equal(mock.sent, 2); /* saved */
	x->keeper = NULL;
	ok(coodie_save(mock.session, &sign_model, x, COODIE_WRITE(.ttl = 5), &err), &err);
	mock_expect(&mock, "UPDATE shop.signs USING TTL ? SET \"keeper\" = ? WHERE \"road\" = ?",
		    "5|null|1");
	coodie_object_free(x);
}

/* What the model says holds where the call says nothing. */
static void model_defaults(void **state)
{
	shelf x = { .room = "a", .label = "b" };
	coodie_error err = { 0 };
	const coodie_request *r;

	(void)state;
	ok(coodie_save(mock.session, &shelf_model, &x, NULL, &err), &err);
	r = &mock_last(&mock)->request;
	assert_int_equal(r->consistency, CQL_CONSISTENCY_QUORUM);
	assert_int_equal(r->serial_consistency, CQL_CONSISTENCY_LOCAL_SERIAL);
	assert_int_equal(r->timeout_ms, 70);
	assert_true(r->idempotent);
	assert_false(r->tracing);
	ok(coodie_save(mock.session, &shelf_model, &x,
		       COODIE_WRITE(.consistency = CQL_CONSISTENCY_ONE, .timeout_ms = 7,
				    .tracing = true),
		       &err),
	   &err);
	r = &mock_last(&mock)->request;
	assert_int_equal(r->consistency, CQL_CONSISTENCY_ONE);
	assert_int_equal(r->timeout_ms, 7);
	assert_true(r->tracing);
}

/* ---- new objects ---------------------------------------------------------------------------- */

static void new_objects(void **state)
{
	coodie_error err = { 0 };
	note *n = coodie_new(mock.session, &note_model, &err);

	(void)state;
	ok(n, &err);
	assert_int_equal(n->id, 0);
	n->id = 4;
	n->text = "x";
	save(n, NULL);
	mock_expect(&mock, INSERT_NOTE, "4|'x'|unset|unset");
	save(n, NULL); /* clean */
	assert_int_equal(mock.sent, 1);
	n->stars = &(int32_t){ 2 };
	save(n, NULL);
	mock_expect(&mock, UPDATE_NOTE, "unset|2|unset|4");
	n->text = NULL;
	save(n, COODIE_WRITE(.ttl = 9));
	mock_expect(&mock,
		    "UPDATE shop.notes USING TTL ? SET \"text\" = ?, \"stars\" = ?, \"tags\" = ? "
		    "WHERE \"id\" = ?",
		    "9|null|unset|unset|4");
	save(n, NULL);
	assert_int_equal(mock.sent, 3);
	coodie_object_free(n);
}

static void touched_new(void **state)
{
	coodie_error err = { 0 };
	note *n = coodie_new(mock.session, &note_model, &err);

	(void)state;
	n->id = 1;
	ok(coodie_touch(n, "text", &err), &err);
	save(n, NULL);
	mock_expect(&mock, INSERT_NOTE, "1|null|unset|unset");
	coodie_object_free(n);
}

/* ---- loaded objects ------------------------------------------------------------------------- */

static void loaded_objects(void **state)
{
	note *n = load_usual();
	char text[] = "hello";

	(void)state;
	mock_expect(&mock,
		    "SELECT \"id\", \"text\", \"stars\", \"tags\" FROM shop.notes WHERE \"id\" = ?",
		    "1");
	assert_string_equal(n->text, "hello");
	assert_int_equal(*n->stars, 3);
	save(n, NULL);
	n->text = text; /* other memory, same text */
	n->tags = CQL_SET(cql("red"), cql("blue"));
	n->stars = &(int32_t){ 3 };
	save(n, NULL);
	assert_int_equal(mock.sent, 1); /* the SELECT: there was nothing to save */
	*n->stars = 4;
	save(n, NULL);
	mock_expect(&mock, UPDATE_NOTE, "unset|4|unset|1");
	text[0] = 'j';
	save(n, NULL);
	mock_expect(&mock, UPDATE_NOTE, "'jello'|unset|unset|1");
	n->tags = CQL_SET(cql("red"));
	n->stars = NULL;
	save(n, NULL);
	mock_expect(&mock,
		    "UPDATE shop.notes SET \"text\" = ?, \"stars\" = ?, \"tags\" = \"tags\" + ?, "
		    "\"tags\" = \"tags\" - ? WHERE \"id\" = ?",
		    "unset|null|{}|{'blue'}|1");
	n->tags = (cql_set){ 0 };
	save(n, NULL);
	mock_expect(&mock, UPDATE_NOTE, "unset|unset|null|1");
	n->tags = CQL_SET(); /* empty is null to a set that is not frozen */
	save(n, NULL);
	assert_int_equal(mock.sent, 5);
	coodie_object_free(n);
}

static void touched_loaded(void **state)
{
	note *n = load_usual();
	coodie_error err = { 0 };

	(void)state;
	ok(coodie_touch(n, "text", &err), &err);
	save(n, NULL);
	mock_expect(&mock, UPDATE_NOTE, "'hello'|unset|unset|1");
	save(n, NULL); /* once */
	assert_int_equal(mock.sent, 2);
	refused(coodie_touch(n, "txt", &err), &err, COODIE_ERR_INVALID, "did you mean text");
	refused(coodie_touch(n, "id", &err), &err, COODIE_ERR_INVALID, "primary key");
	refused(coodie_touch(NULL, "id", &err), &err, COODIE_ERR_INVALID, "object is NULL");
	refused(coodie_touch(&(note){ .id = 1 }, "text", &err), &err, COODIE_ERR_INVALID,
		"not tracked");
	coodie_object_free(n);
}

/* What was not loaded is not written, whatever is in it, until it is touched (LC-06). */
static void not_loaded(void **state)
{
	static const coodie_column_spec columns[] = { { "id", "int" }, { "text", "text" } };
	const cql_value row[] = { cql(1), cql("hello") };
	coodie_query *q = coodie_find(mock.session, &note_model, "id = ?", CQL_ARGS(cql(1)));
	coodie_error err = { 0 };
	note *n;

	(void)state;
	coodie_only(q, "text");
	mock_answer(&mock, coodie_result_new_rows(columns, 2, row, 1, &err));
	n = coodie_one(q, &err);
	ok(n, &err);
	assert_null(n->stars);
	n->text = "new";
	n->stars = &(int32_t){ 1 };
	save(n, NULL);
	mock_expect(&mock, UPDATE_NOTE, "'new'|unset|unset|1");
	save(n, COODIE_WRITE(.full = true));
	mock_expect(&mock, INSERT_NOTE, "1|'new'|unset|unset");
	ok(coodie_touch(n, "stars", &err), &err);
	save(n, NULL);
	mock_expect(&mock, UPDATE_NOTE, "unset|1|unset|1");
	ok(coodie_touch(n, "tags", &err), &err);
	save(n, NULL);
	mock_expect(&mock, UPDATE_NOTE, "unset|unset|null|1");
	n->stars = &(int32_t){ 2 }; /* known from now on */
	save(n, NULL);
	mock_expect(&mock, UPDATE_NOTE, "unset|2|unset|1");
	coodie_object_free(n);
	coodie_query_free(q);
}

static void full_save(void **state)
{
	note *n = load(cql(1), cql("hello"), cql_null(), cql_null());

	(void)state;
	n->text = NULL; /* takes something away; the others never were there */
	save(n, COODIE_WRITE(.full = true));
	mock_expect(&mock, INSERT_NOTE, "1|null|unset|unset");
	save(n, COODIE_WRITE(.full = true));
	mock_expect(&mock, INSERT_NOTE, "1|unset|unset|unset");
	coodie_object_free(n);
}

static void changed_key(void **state)
{
	note *n = load_usual();
	coodie_error err = { 0 };

	(void)state;
	n->id = 2;
	refused(coodie_save(mock.session, &note_model, n, NULL, &err), &err, COODIE_ERR_INVALID,
		"id was 1 and is 2");
	refused(coodie_delete(mock.session, &note_model, n, NULL, &err), &err, COODIE_ERR_INVALID,
		"id was 1 and is 2");
	n->id = 1;
	save(n, NULL);
	assert_int_equal(mock.sent, 1);
	coodie_object_free(n);
}

static void copied_by_value(void **state)
{
	note *n = load_usual(), copy = *n;
	coodie_error err = { 0 };

	(void)state;
	refused(coodie_save(mock.session, &note_model, &copy, NULL, &err), &err, COODIE_ERR_INVALID,
		"coodie_dup()");
	refused(coodie_delete(mock.session, &note_model, &copy, NULL, &err), &err,
		COODIE_ERR_INVALID, "coodie_dup()");
	refused(coodie_touch(&copy, "text", &err), &err, COODIE_ERR_INVALID, "coodie_dup()");
	assert_null(coodie_dup(mock.session, &note_model, &copy, &err));
	coodie_object_free(n);
	refused(coodie_save(mock.session, &note_model, &copy, NULL, &err), &err, COODIE_ERR_INVALID,
		"copied from a tracked object by assignment"); /* although the original is gone */
	copy.row = (coodie_row){ 0 };
	copy.text = NULL;
	copy.stars = NULL;
	copy.tags = (cql_set){ 0 };
	save(&copy, NULL);
	mock_expect(&mock, INSERT_NOTE, "1|unset|unset|unset");
}

static void another_model(void **state)
{
	note *n = load_usual();
	coodie_error err = { 0 };

	(void)state;
	refused(coodie_save(mock.session, &event_model, n, NULL, &err), &err, COODIE_ERR_INVALID,
		"the object is a note of shop.notes, the model given is for a event of shop.");
	coodie_object_free(n);
}

/* The object counts as saved only when the write was applied. */
static void failed_saves(void **state)
{
	note *n = load_usual();
	coodie_error err = { 0 };

	(void)state;
	n->text = "new";
	mock_answer_error(&mock, COODIE_ERR_TIMEOUT, "late");
	refused(coodie_save(mock.session, &note_model, n, NULL, &err), &err, COODIE_ERR_TIMEOUT,
		"coodie_save(note): late");
	mock_answer_refuse(&mock, COODIE_ERR_OVERLOAD, "full");
	refused(coodie_save(mock.session, &note_model, n, NULL, &err), &err, COODIE_ERR_OVERLOAD,
		"full");
	save(n, NULL);
	mock_expect(&mock, UPDATE_NOTE, "'new'|unset|unset|1");
	save(n, NULL);
	assert_int_equal(mock.sent, 3);
	coodie_object_free(n);
}

/* A plain scalar cannot show null: it reads as zero and stays null until it is something else. */
static void hidden_null(void **state)
{
	static const coodie_column_spec columns[] = {
		{ "Tenant", "text" }, { "day", "int" },      { "at", "timestamp" },
		{ "seq", "int" },     { "value", "double" }, { "lasted", "duration" }
	};
	const cql_value row[] = { cql("t"), cql(1),     cql(((cql_timestamp){ 5 })),
				  cql(2),   cql_null(), cql_null() };
	coodie_error err = { 0 };
	event *e;

	(void)state;
	mock_answer(&mock, coodie_result_new_rows(columns, 6, row, 1, &err));
	e = coodie_get(mock.session, &event_model, CQL_ARGS(row[0], row[1], row[2], row[3]), NULL,
		       &err);
	ok(e, &err);
	assert_true(e->value == 0);
	ok(coodie_save(mock.session, &event_model, e, NULL, &err), &err);
	assert_int_equal(mock.sent, 1);
	e->value = 1.5;
	ok(coodie_save(mock.session, &event_model, e, NULL, &err), &err);
	mock_expect(&mock,
		    "UPDATE shop.\"Events\" SET \"value\" = ?, \"lasted\" = ? WHERE \"Tenant\" = ? "
		    "AND \"day\" = ? AND \"at\" = ? AND \"seq\" = ?",
		    "1.5|unset|'t'|1|'1970-01-01T00:00:00.005Z'|2");
	coodie_object_free(e);
}

/* Only statics changed: the statement names the partition alone (LC-26). */
static void statics(void **state)
{
	coodie_error err = { 0 };
	user *u = coodie_new(mock.session, &user_model, &err);

	(void)state;
	u->bucket = 3;
	ok(coodie_save(mock.session, &user_model, u, NULL, &err), &err);
	u->motto = "m";
	ok(coodie_save(mock.session, &user_model, u, NULL, &err), &err);
	mock_expect(&mock, "UPDATE shop.users SET \"motto\" = ? WHERE \"id\" = ?",
		    "'m'|00000000-0000-0000-0000-000000000000");
	coodie_object_free(u);
}

typedef struct hits {
	coodie_row row;
	int32_t id;
	int64_t count;
} hits;

static const coodie_column hits_columns[] = {
	COODIE_COLUMN(hits, id, "int", .partition_key = 1),
	COODIE_COLUMN(hits, count, "counter"),
};
static const coodie_model hits_model = COODIE_MODEL(hits, hits_columns, "hits", .keyspace = "shop");

static void counters(void **state)
{
	hits h = { .id = 1 };
	coodie_error err = { 0 };

	(void)state;
	refused(coodie_save(mock.session, &hits_model, &h, NULL, &err), &err, COODIE_ERR_QUERY,
		"is only added to; call coodie_increment()");
	ok(coodie_delete(mock.session, &hits_model, &h, NULL, &err), &err);
	mock_expect(&mock, "DELETE FROM shop.hits WHERE \"id\" = ?", "1");
}

/* ---- dup ------------------------------------------------------------------------------------ */

static void dup_objects(void **state)
{
	note *n = load_usual(), *copy, *own;
	coodie_error err = { 0 };
	char text[] = "mine";
	cql_value tag;
	cql_iter it;

	(void)state;
	copy = coodie_dup(mock.session, &note_model, n, &err);
	ok(copy, &err);
	coodie_object_free(n);
	assert_string_equal(copy->text, "hello");
	it = cql_set_iter(copy->tags);
	assert_true(cql_iter_next(&it, &tag));
	assert_memory_equal(tag.as.text.data, "blue", 4);
	save(copy, NULL); /* tracked as the original was: clean */
	assert_int_equal(mock.sent, 1);
	*copy->stars = 9;
	save(copy, NULL);
	mock_expect(&mock, UPDATE_NOTE, "unset|9|unset|1");
	coodie_object_free(copy);

	own = coodie_dup(mock.session, &note_model,
			 &(note){ .id = 5, .text = text, .stars = &(int32_t){ 1 } }, &err);
	ok(own, &err);
	memset(text, 'x', 4);
	save(own, NULL);
	mock_expect(&mock, INSERT_NOTE, "5|'mine'|1|unset");
	save(own, NULL); /* whole each time, as the original would be */
	assert_int_equal(mock.sent, 4);
	coodie_object_free(own);
}

/* A member that is no column comes along as it is; the header does not. */
static void dup_other_members(void **state)
{
	user u = { .not_a_column = 77, .nick = "n", .taste = { 0.5f, 1, 2 } }, *copy;
	coodie_error err = { 0 };

	(void)state;
	copy = coodie_dup(mock.session, &user_model, &u, &err);
	ok(copy, &err);
	assert_int_equal(copy->not_a_column, 77);
	assert_string_equal(copy->nick, "n");
	assert_true(copy->taste[0] == 0.5f && copy->taste[2] == 2.0f);
	assert_ptr_equal(copy->row.self, copy);
	coodie_object_free(copy);
	coodie_object_free(&u); /* no harm: it is not the library's */
}

/* ---- asynchronous --------------------------------------------------------------------------- */

struct seen {
	int calls;
	enum coodie_errc code;
	bool inside;
};

static void on_status(const coodie_error *err, void *user)
{
	struct seen *seen = user;

	seen->calls++;
	seen->code = err->code;
	seen->inside = coodie_save(mock.session, &note_model, &(note){ .id = 1 }, NULL, NULL);
}

static void save_async(void **state)
{
	struct seen seen = { 0 };
	coodie_error err = { 0 };
	note *n = load_usual();
	uint64_t id = 0;

	(void)state;
	{
		note own = { .id = 8 };

		ok(coodie_save_async(mock.session, &note_model, &own, NULL, on_status, &seen, &err),
		   &err);
		memset(&own, 0x5a,
		       sizeof(own)); /* one's own must live only until the call returns */
	}
	assert_int_equal(seen.calls, 0);
	ok(coodie_session_run(mock.session, NULL, &err), &err);
	assert_int_equal(seen.calls, 1);
	assert_int_equal(seen.code, COODIE_OK);
	assert_false(seen.inside); /* blocking in a callback is refused */

	/* nothing to send: told on a later turn all the same */
	ok(coodie_save_async(mock.session, &note_model, n, NULL, on_status, &seen, &err), &err);
	assert_int_equal(seen.calls, 1);
	ok(coodie_session_run(mock.session, NULL, &err), &err);
	assert_int_equal(seen.calls, 2);

	/* cancelled: told once, and the object is as dirty as before */
	n->text = "new";
	ok(coodie_save_async(mock.session, &note_model, n, COODIE_WRITE(.id = &id), on_status,
			     &seen, &err),
	   &err);
	assert_true(coodie_session_cancel(mock.session, id));
	ok(coodie_session_run(mock.session, NULL, &err), &err);
	assert_int_equal(seen.calls, 3);
	assert_int_equal(seen.code, COODIE_ERR_CANCELLED);
	save(n, NULL);
	mock_expect(&mock, UPDATE_NOTE, "'new'|unset|unset|1");

	/* not accepted: never told */
	n->text = "newer";
	mock_answer_refuse(&mock, COODIE_ERR_OVERLOAD, "full");
	assert_false(coodie_save_async(mock.session, &note_model, n, NULL, on_status, &seen, &err));
	assert_int_equal(err.code, COODIE_ERR_OVERLOAD);
	ok(coodie_session_run(mock.session, NULL, &err), &err);
	assert_int_equal(seen.calls, 3);

	/* nobody to tell */
	assert_false(coodie_save_async(mock.session, &note_model, n, NULL, NULL, NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	assert_string_equal(
		err.message,
		"coodie_save(note): the callback is NULL, nobody would know how it ended");
	coodie_object_free(n);
}

/* The values that were sent are remembered, not those of the time of the answer. */
static void changed_meanwhile(void **state)
{
	struct seen seen = { 0 };
	coodie_error err = { 0 };
	note *n = load_usual();
	char text[] = "first";

	(void)state;
	n->text = text;
	ok(coodie_save_async(mock.session, &note_model, n, NULL, on_status, &seen, &err), &err);
	memcpy(text, "other", 5);
	ok(coodie_session_run(mock.session, NULL, &err), &err);
	save(n, NULL);
	mock_expect(&mock, UPDATE_NOTE, "'other'|unset|unset|1");
	coodie_object_free(n);
}

static void freed_session(void **state)
{
	struct seen seen = { 0 };
	coodie_error err = { 0 };
	note *n = load_usual();

	(void)state;
	n->text = "new";
	ok(coodie_save_async(mock.session, &note_model, n, NULL, on_status, &seen, &err), &err);
	ok(coodie_delete_async(mock.session, &note_model, n, NULL, on_status, &seen, &err), &err);
	coodie_session_free(mock.session);
	assert_int_equal(seen.calls, 2);
	assert_int_equal(seen.code, COODIE_ERR_CLOSED);
	assert_string_equal(n->text, "new"); /* an object outlives its session */
	ok(coodie_touch(n, "text", &err), &err);
	coodie_object_free(n);
}

static void deletes(void **state)
{
	event e = { .tenant = "t", .day = 1, .at = { 5 }, .seq = 2 };
	coodie_error err = { 0 };
	note *n = load_usual();

	(void)state;
	ok(coodie_delete(mock.session, &event_model, &e, COODIE_WRITE(.timestamp_us = 3), &err),
	   &err);
	mock_expect(
		&mock,
		"DELETE FROM shop.\"Events\" WHERE \"Tenant\" = ? AND \"day\" = ? AND \"at\" = ? "
		"AND \"seq\" = ?",
		"'t'|1|'1970-01-01T00:00:00.005Z'|2");
	assert_int_equal(mock_last(&mock)->request.timestamp_us, 3);
	ok(coodie_delete(mock.session, &note_model, n, NULL, &err), &err);
	mock_expect(&mock, "DELETE FROM shop.notes WHERE \"id\" = ?", "1");
	save(n, COODIE_WRITE(.full = true)); /* comes back whole */
	mock_expect(&mock, INSERT_NOTE, "1|'hello'|3|{'blue', 'red'}");
	coodie_object_free(n);
}

/* What a model says of its texts is asked before anything is sent: TY-01, MD-33. */
/* ---- partitions ------------------------------------------------------------------------------ */

#define UPDATE_MOTTO "UPDATE shop.users SET \"motto\" = ? WHERE \"id\" = ?"

/* What coodie_distinct() reads of a user: the clustering key is not there, and reads as zero. */
static user *partition(void)
{
	static const coodie_column_spec columns[] = { { "id", "uuid" }, { "motto", "text" } };
	const cql_uuid id = { { 7 } };
	const cql_value values[] = { cql(id), cql("old") };
	coodie_query *q = coodie_find(mock.session, &user_model, NULL, CQL_ARGS());
	coodie_error err = { 0 };
	coodie_result *r = coodie_result_new_rows(columns, 2, values, 1, &err);
	user *u;

	ok(r, &err);
	mock_answer(&mock, r);
	coodie_distinct(q);
	u = coodie_first(q, &err);
	ok(u, &err);
	coodie_query_free(q);
	return u;
}

/* QS-20, LC-26: a partition that was read without a row is written without one. */
static void partitions(void **state)
{
	user *u = partition(), *copy;
	coodie_batch *b = coodie_batch_new(mock.session, NULL);
	coodie_error err = { 0 };

	(void)state;
	ok(coodie_save(mock.session, &user_model, u, NULL, &err), &err);
	assert_int_equal(mock.sent, 1); /* nothing changed */
	u->motto = "new";
	ok(coodie_save(mock.session, &user_model, u, NULL, &err), &err);
	mock_expect(&mock, UPDATE_MOTTO, "'new'|07000000-0000-0000-0000-000000000000");
	ok(coodie_save(mock.session, &user_model, u, COODIE_WRITE(.full = true, .ttl = 5), &err),
	   &err);
	mock_expect(&mock,
		    "UPDATE shop.users USING TTL ? SET \"motto\" = ? WHERE \"id\" = ?",
		    "5|'new'|07000000-0000-0000-0000-000000000000");
	ok(coodie_update(mock.session, &user_model, u, "motto = ?", CQL_ARGS(cql_null()), NULL,
			 &err),
	   &err);
	mock_expect(&mock, UPDATE_MOTTO, "null|07000000-0000-0000-0000-000000000000");
	assert_null(u->motto);
	copy = coodie_dup(mock.session, &user_model, u, &err);
	ok(copy, &err);
	copy->motto = "mine";
	coodie_batch_save(b, &user_model, copy, NULL);
	ok(coodie_batch_run(b, &err), &err);
	mock_expect_child(&mock, 0, UPDATE_MOTTO, "'mine'|07000000-0000-0000-0000-000000000000");
	assert_int_equal(mock.sent, 5);
	coodie_batch_free(b);
	coodie_object_free(copy);
	coodie_object_free(u);
}

/* Which row it is nobody knows: none is written, not even the one that zero would name. */
static void rows_of_partitions(void **state)
{
	static const char says[] = "user, bucket (int): it is in the primary key and was not read";
	user *u = partition();
	coodie_error err = { 0 };

	(void)state;
	refused(coodie_delete(mock.session, &user_model, u, NULL, &err), &err, COODIE_ERR_INVALID,
		says);
	refused(coodie_delete_if(mock.session, &user_model, u, "EXISTS", CQL_ARGS(), NULL, &err),
		&err, COODIE_ERR_INVALID, says);
	refused(coodie_delete_columns(mock.session, &user_model, u, "email", CQL_ARGS(), NULL,
				      &err),
		&err, COODIE_ERR_INVALID, says);
	refused(coodie_update(mock.session, &user_model, u, "email = ?", CQL_ARGS(cql("x")), NULL,
			      &err),
		&err, COODIE_ERR_INVALID, says);
	u->motto = "new";
	refused(coodie_save_if(mock.session, &user_model, u, "motto = ?", CQL_ARGS(cql("old")),
			       NULL, &err),
		&err, COODIE_ERR_INVALID, says);
	u->email = "x";
	ok(coodie_touch(u, "email", &err), &err);
	refused(coodie_save(mock.session, &user_model, u, NULL, &err), &err, COODIE_ERR_INVALID,
		says);
	refused(coodie_save(mock.session, &user_model, u, COODIE_WRITE(.full = true), &err), &err,
		COODIE_ERR_INVALID, says);
	assert_int_equal(mock.sent, 1);
	coodie_object_free(u);
}

/* An object that is new stays so until its whole row was written. */
static void new_until_saved(void **state)
{
	coodie_error err = { 0 };
	note *n = coodie_new(mock.session, &note_model, &err);
	coodie_lwt *lwt;

	(void)state;
	ok(n, &err);
	n->id = 4;
	n->text = "x";
	ok(coodie_update(mock.session, &note_model, n, "stars = ?", CQL_ARGS(cql(3)), NULL, &err),
	   &err);
	save(n, NULL);
	mock_expect(&mock, INSERT_NOTE, "4|'x'|3|unset");
	coodie_object_free(n);
	n = coodie_new(mock.session, &note_model, &err);
	ok(n, &err);
	n->id = 4;
	n->text = "x";
	lwt = coodie_save_if(mock.session, &note_model, n, "EXISTS", CQL_ARGS(), NULL, &err);
	ok(lwt, &err);
	coodie_lwt_free(lwt);
	save(n, NULL); /* clean */
	assert_int_equal(mock.sent, 3);
	n->text = "y";
	save(n, NULL);
	mock_expect(&mock, UPDATE_NOTE, "'y'|unset|unset|4");
	n->id = 5;
	refused(coodie_save(mock.session, &note_model, n, NULL, &err), &err, COODIE_ERR_INVALID,
		"the primary key changed: id was 4 and is 5");
	coodie_object_free(n);
}

/* ---- what the model demands ------------------------------------------------------------------ */

typedef struct ticket {
	coodie_row row;
	int32_t id;
	const char *code;
	cql_blob seal;
	int32_t *seats;
} ticket;

static bool even(const void *member, coodie_error *err)
{
	(void)err;
	return **(int32_t *const *)member % 2 == 0;
}

static const coodie_column ticket_columns[] = {
	COODIE_COLUMN(ticket, id, "int", .partition_key = 1),
	COODIE_COLUMN(ticket, code, "text", .min_length = 2, .max_length = 4),
	COODIE_COLUMN(ticket, seal, "blob", .min_length = 1),
	COODIE_COLUMN(ticket, seats, "int", .validate = even),
};
static const coodie_model ticket_model = COODIE_MODEL(ticket, ticket_columns, "tickets",
						      .keyspace = "shop");

static void rules_of_columns(void **state)
{
	static const struct {
		const char *code, *says;
		int32_t seats;
	} rows[] = {
		{ "a", "ticket, code (text): 1 bytes, min_length is 2", 2 },
		{ "abcde", "ticket, code (text): 5 bytes, max_length is 4", 2 },
		{ "", "ticket, code (text): 0 bytes, min_length is 2", 2 },
		{ "ab", "ticket, seats (int): its validate() refused the value", 3 },
	};
	ticket t = { .id = 1 };
	coodie_error err = { 0 };

	(void)state;
	ok(coodie_save(mock.session, &ticket_model, &t, NULL, &err), &err); /* null is no text */
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		int32_t seats = rows[i].seats;

		t = (ticket){ .id = 1, .code = rows[i].code, .seats = &seats };
		refused(coodie_save(mock.session, &ticket_model, &t, NULL, &err), &err,
			COODIE_ERR_RANGE, rows[i].says);
		refused(coodie_insert(mock.session, &ticket_model, &t, NULL, &err) != NULL, &err,
			COODIE_ERR_RANGE, rows[i].says);
	}
	assert_int_equal(mock.sent, 1);
	t = (ticket){ .id = 1, .code = "abcd", .seal = { (const uint8_t *)"", 0 } };
	refused(coodie_save(mock.session, &ticket_model, &t, NULL, &err), &err, COODIE_ERR_RANGE,
		"seal (blob): 0 bytes, min_length is 1");
	t.seal.len = 1;
	ok(coodie_save(mock.session, &ticket_model, &t, NULL, &err), &err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(own_objects),       TEST(options),        TEST(every_member),
		TEST(refused_values),    TEST(required),       TEST(statics_without_a_row),
		TEST(statics_beside_keys_alone),
		TEST(model_defaults),    TEST(new_objects),    TEST(touched_new),
		TEST(loaded_objects),    TEST(touched_loaded), TEST(not_loaded),
		TEST(full_save),         TEST(changed_key),    TEST(copied_by_value),
		TEST(another_model),     TEST(failed_saves),   TEST(hidden_null),
		TEST(statics),           TEST(counters),       TEST(dup_objects),
		TEST(dup_other_members), TEST(save_async),     TEST(changed_meanwhile),
		TEST(deletes),           TEST(freed_session),  TEST(rules_of_columns),
		TEST(partitions),        TEST(rows_of_partitions), TEST(new_until_saved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
