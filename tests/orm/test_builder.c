/* SPDX-License-Identifier: MIT */
/* Models made at run time: built, laid out, refused, freed and made again; looking at models. */
#include <limits.h>

#include <coodie.h>

#include "orm/model/builder.h"
#include "tests/failalloc.h"
#include "tests/orm/fixture.h"
#include "tests/orm/models.h"

static void add(coodie_model_builder *b, const char *name, const char *type)
{
	const coodie_column c = { .name = name, .type = type };

	coodie_model_builder_column(b, &c);
}

static void add_key(coodie_model_builder *b, const char *name, const char *type)
{
	const coodie_column c = { .name = name, .type = type, .partition_key = 1 };

	coodie_model_builder_column(b, &c);
}

static void in_shop(coodie_model_builder *b)
{
	const coodie_model options = { .size = sizeof(options), .keyspace = "shop" };

	coodie_model_builder_options(b, &options);
}

/* Builds, and frees the builder. */
static coodie_model *build(coodie_model_builder *take_b)
{
	coodie_error err = { 0 };
	coodie_model *m = coodie_model_builder_build(take_b, &err);

	ok(m, &err);
	coodie_model_builder_free(take_b);
	return m;
}

/* ---- with a struct --------------------------------------------------------------------------- */

static coodie_model *build_note(void)
{
	coodie_model_builder *b = coodie_model_builder_new("note", sizeof(note), "notes");

	coodie_model_builder_columns(b, note_columns, CD_COUNT(note_columns),
				     sizeof(coodie_column));
	coodie_model_builder_options(b, &note_model);
	return build(b);
}

/* MD-37, MD-01: the same columns over the same struct are the same model. */
static void with_a_struct(void **state)
{
	note mine = { .id = 1, .text = "x", .tags = CQL_SET(cql("a")) };
	coodie_model *m = build_note();
	coodie_error err = { 0 };
	char cql[200];

	(void)state;
	ok(coodie_save(mock.session, &note_model, &mine, NULL, &err), &err);
	snprintf(cql, sizeof(cql), "%s", mock_last(&mock)->cql);
	ok(coodie_save(mock.session, m, &mine, NULL, &err), &err);
	mock_expect(&mock, cql, "1|'x'|unset|{'a'}");
	assert_int_equal(m->default_ttl, 60);
	assert_string_equal(m->comment, "it's small");
	coodie_model_free(m);
}

/* What was given may go, and so may the builder, which makes several. */
static void everything_is_copied(void **state)
{
	char name[] = "person", table[] = "people", id[] = "id", type[] = "int";
	char keyspace[] = "shop";
	coodie_model_builder *b = coodie_model_builder_new(name, 0, table);
	coodie_model options = { .size = sizeof(options), .keyspace = keyspace };
	coodie_model *first, *second;
	coodie_error err = { 0 };
	char shown[40];

	(void)state;
	add_key(b, id, type);
	coodie_model_builder_options(b, &options);
	name[0] = table[0] = id[0] = type[0] = keyspace[0] = '?';
	first = coodie_model_builder_build(b, &err);
	ok(first, &err);
	add(b, "age", "int");
	second = build(b);
	assert_int_equal(coodie_model_column_count(mock.session, first), 1);
	assert_int_equal(coodie_model_column_count(mock.session, second), 2);
	coodie_model_free(first);
	assert_int_equal(coodie_model_table(mock.session, second, shown, sizeof(shown)), 11);
	assert_string_equal(shown, "shop.people");
	assert_string_equal(second->object_name, "person");
	coodie_model_free(second);
}

/* ---- laying a struct out --------------------------------------------------------------------- */

#if LONG_MAX > 2147483647L
#define INT64 COODIE_MEMBER_LONG
#else
#define INT64 COODIE_MEMBER_LLONG
#endif
#define OPTIONAL COODIE_MEMBER_OPTIONAL

/* The member that each type gets outside of a key, and in one. */
static const struct natural {
	const char *type;
	uint32_t member;
	size_t size;
} naturals[] = {
	{ "boolean", COODIE_MEMBER_BOOL, sizeof(bool) },
	{ "tinyint", COODIE_MEMBER_INT8, 1 },
	{ "smallint", COODIE_MEMBER_INT16, 2 },
	{ "int", COODIE_MEMBER_INT32, 4 },
	{ "bigint", INT64, 8 },
	{ "float", COODIE_MEMBER_FLOAT, 4 },
	{ "double", COODIE_MEMBER_DOUBLE, 8 },
	{ "uuid", COODIE_MEMBER_UUID, 16 },
	{ "timeuuid", COODIE_MEMBER_UUID, 16 },
	{ "date", COODIE_MEMBER_DATE, sizeof(cql_date) },
	{ "time", COODIE_MEMBER_TIME, sizeof(cql_time) },
	{ "timestamp", COODIE_MEMBER_TIMESTAMP, sizeof(cql_timestamp) },
	{ "inet", COODIE_MEMBER_INET, sizeof(cql_inet) },
	{ "text", COODIE_MEMBER_TEXT, sizeof(cql_text) },
	{ "varchar", COODIE_MEMBER_TEXT, sizeof(cql_text) },
	{ "ascii", COODIE_MEMBER_TEXT, sizeof(cql_text) },
	{ "blob", COODIE_MEMBER_BLOB, sizeof(cql_blob) },
	{ "'a.b.Custom'", COODIE_MEMBER_BLOB, sizeof(cql_blob) },
	{ "varint", COODIE_MEMBER_VARINT, sizeof(cql_varint) },
	{ "decimal", COODIE_MEMBER_DECIMAL, sizeof(cql_decimal) },
	{ "frozen<list<int>>", COODIE_MEMBER_LIST, sizeof(cql_list) },
	{ "frozen<set<text>>", COODIE_MEMBER_SET, sizeof(cql_set) },
	{ "frozen<map<text, int>>", COODIE_MEMBER_MAP, sizeof(cql_map) },
	{ "tuple<int, text>", COODIE_MEMBER_TUPLE, sizeof(cql_tuple) },
	{ "vector<float, 3>", COODIE_MEMBER_VECTOR, sizeof(cql_vector) },
	{ "frozen<address>", COODIE_MEMBER_UDT_VIEW, sizeof(cql_udt) },
};

static bool is_scalar(uint32_t member)
{
	return member < COODIE_MEMBER_TEXT && member != COODIE_MEMBER_INET;
}

static void check_place(const coodie_column *c, const struct natural *n, bool is_key)
{
	bool pointer = !is_key && is_scalar(n->member);

	assert_non_null(c);
	CD_CHECK(c->member == n->member + (pointer ? OPTIONAL : 0), n->type);
	CD_CHECK(c->size == (pointer ? sizeof(void *) : n->size), n->type);
	CD_CHECK(c->offset >= sizeof(coodie_row), n->type);
	CD_CHECK(c->size % 8 || c->offset % 8 == 0, n->type);
	CD_CHECK(c->size % 4 || c->offset % 4 == 0, n->type);
}

/* MD-36, MD-37, TY-28: each type has a member, a pointer where it may be null, where no other one
 * is. */
static void members_by_type(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(naturals); i++) {
		coodie_model_builder *b = coodie_model_builder_new("thing", 0, "things");
		const coodie_column *key, *value;
		coodie_model *m;
		coodie_error err = { 0 };
		void *object;

		in_shop(b);
		add(b, "odd", "tinyint");
		add_key(b, "key", naturals[i].type);
		add(b, "value", naturals[i].type);
		m = build(b);
		key = coodie_model_column_at(mock.session, m, 1);
		value = coodie_model_column_named(mock.session, m, "value");
		check_place(key, &naturals[i], true);
		check_place(value, &naturals[i], false);
		CD_CHECK(value->offset >= key->offset + key->size, naturals[i].type);
		CD_CHECK(m->object_size >= value->offset + value->size, naturals[i].type);
		object = coodie_new(mock.session, m, &err);
		ok(object, &err);
		coodie_object_free(object);
		coodie_model_free(m);
	}
}

/* Counters are pointers as well, and are counted as those of a struct are. */
static void counters(void **state)
{
	coodie_model_builder *b = coodie_model_builder_new("hits", 0, "hits");
	coodie_error err = { 0 };
	coodie_model *m;
	void *hits;

	(void)state;
	in_shop(b);
	add_key(b, "id", "int");
	add(b, "seen", "counter");
	m = build(b);
	assert_int_equal(coodie_model_column_at(mock.session, m, 1)->member, INT64 + OPTIONAL);
	assert_null(coodie_model_column_at(mock.session, m, 2));
	assert_null(coodie_model_column_named(mock.session, m, "sen"));
	assert_null(coodie_model_column_named(mock.session, m, NULL));
	hits = coodie_new(mock.session, m, &err);
	ok(hits, &err);
	ok(coodie_object_set(hits, "id", cql(1), &err), &err);
	ok(coodie_increment(mock.session, m, hits, "seen", CQL_ARGS(cql(5)), NULL, &err), &err);
	mock_expect(&mock, "UPDATE shop.hits SET \"seen\" = \"seen\" + ? WHERE \"id\" = ?", "5|1");
	coodie_object_free(hits);
	coodie_model_free(m);
}

/* Null is told from zero also in a clustering column, where there are rows without one. */
static void clustering_beside_static(void **state)
{
	const coodie_column part = { .name = "part", .type = "int", .clustering_key = 1 },
			    note = { .name = "note", .type = "text", .is_static = true };

	(void)state;
	for (int with = 0; with < 2; with++) {
		coodie_model_builder *b = coodie_model_builder_new(NULL, 0, "parts");
		coodie_model *m;

		in_shop(b);
		add_key(b, "id", "int");
		coodie_model_builder_column(b, &part);
		if (with)
			coodie_model_builder_column(b, &note);
		m = build(b);
		assert_int_equal(coodie_model_column_named(mock.session, m, "part")->member,
				 COODIE_MEMBER_INT32 + (with ? OPTIONAL : 0));
		assert_string_equal(m->object_name, "parts");
		coodie_model_free(m);
	}
}

/* MD-29: a new object, written by the names of its members. */
static void set_and_saved(void **state)
{
	coodie_model_builder *b = coodie_model_builder_new("person", 0, "people");
	coodie_error err = { 0 };
	coodie_model *m;
	cql_value v;
	void *p;

	(void)state;
	in_shop(b);
	add_key(b, "id", "bigint");
	add(b, "name", "text");
	add(b, "age", "int");
	add(b, "tags", "set<text>");
	m = build(b);
	p = coodie_new(mock.session, m, &err);
	ok(p, &err);
	ok(coodie_object_set(p, "id", cql(7), &err), &err);
	ok(coodie_object_set(p, "name", cql("Ada"), &err), &err);
	ok(coodie_object_set(p, "tags", cql(CQL_SET(cql("maths"))), &err), &err);
	ok(coodie_object_value(p, "age", &v, &err) && cql_is_null(v), &err);
	refused(coodie_object_set(p, "age", cql("old"), &err), &err, COODIE_ERR_TYPE,
		"a text was given for int");
	ok(coodie_save(mock.session, m, p, NULL, &err), &err);
	mock_expect(&mock,
		    "INSERT INTO shop.people (\"id\", \"name\", \"age\", \"tags\") VALUES (?, ?, ?, "
		    "?)",
		    "7|'Ada'|unset|{'maths'}");
	ok(coodie_object_set(p, "age", cql(36), &err), &err);
	ok(coodie_save(mock.session, m, p, NULL, &err), &err);
	assert_non_null(strstr(mock_last(&mock)->cql, "UPDATE shop.people SET "));
	coodie_object_free(p);
	coodie_model_free(m);
}

typedef struct address {
	const char *street;
	int32_t *number;
} address;

static const coodie_column address_fields[] = {
	COODIE_COLUMN(address, street, "text"),
	COODIE_COLUMN(address, number, "int"),
};
static const coodie_udt address_type = COODIE_TYPE(address, address_fields, "address");

typedef struct audit {
	cql_timestamp made_at;
	const char *made_by;
} audit;

static const coodie_column audit_columns[] = {
	COODIE_COLUMN(audit, made_at, "timestamp"),
	COODIE_COLUMN(audit, made_by, "text"),
};
static const coodie_base audit_base = { sizeof(audit_base), sizeof(coodie_column), audit_columns,
					CD_COUNT(audit_columns) };

/* Structs inside: of a user type, and one that is inherited; arrays of one's own choice. */
static void structs_and_arrays(void **state)
{
	const coodie_column columns[] = {
		{ .name = "id", .type = "int", .partition_key = 1 },
		{ .name = "home", .udt = &address_type },
		{ .name = "homes", .type = "list<frozen<address>>", .udt = &address_type },
		{ .name = "nick", .type = "text", .member = COODIE_MEMBER_CHARS, .size = 5 },
		{ .name = "audit", .inherits = &audit_base, .size = sizeof(audit) },
		{ .name = "taste",
		  .type = "vector<float, 3>",
		  .member = COODIE_MEMBER_FLOATS,
		  .size = 3 * sizeof(float) },
	};
	address home = { .street = "Main" };
	coodie_model_builder *b = coodie_model_builder_new("person", 0, "people");
	coodie_error err = { 0 };
	coodie_model *m;
	void *p;

	(void)state;
	in_shop(b);
	coodie_model_builder_columns(b, columns, CD_COUNT(columns), sizeof(columns[0]));
	m = build(b);
	assert_int_equal(coodie_model_column_count(mock.session, m), 7);
	assert_int_equal(coodie_model_column_named(mock.session, m, "home")->member,
			 COODIE_MEMBER_UDT + OPTIONAL);
	assert_int_equal(coodie_model_column_named(mock.session, m, "homes")->member,
			 COODIE_MEMBER_LIST);
	assert_int_equal(coodie_model_column_named(mock.session, m, "made_by")->offset % 8, 0);
	assert_int_equal(coodie_model_column_named(mock.session, m, "taste")->offset % 4, 0);
	p = coodie_new(mock.session, m, &err);
	ok(p, &err);
	ok(coodie_object_set(p, "home", cql_from_object(&address_type, &home), &err), &err);
	ok(coodie_object_set(p, "nick", cql("ada"), &err), &err);
	ok(coodie_object_set(p, "made_by", cql("us"), &err), &err);
	refused(coodie_object_set(p, "nick", cql("adele"), &err), &err, COODIE_ERR_RANGE,
		"does not fit char[5]");
	ok(coodie_save(mock.session, m, p, NULL, &err), &err);
	assert_int_equal(mock_last(&mock)->args.count, 7);
	coodie_object_free(p);
	coodie_model_free(m);
}

static coodie_model *build_animal(const char *name, const coodie_model *options)
{
	const coodie_column kind = { .name = "kind", .type = "text", .discriminator = true };
	coodie_model_builder *b = coodie_model_builder_new(name, 0, "animals");

	add_key(b, "id", "int");
	coodie_model_builder_column(b, &kind);
	coodie_model_builder_options(b, options);
	return build(b);
}

/* MD-10: which struct a row is, by models that were built. */
static void families(void **state)
{
	const coodie_model *members[1];
	const coodie_family family = { sizeof(family), members, 1 };
	coodie_model of_cat = { .size = sizeof(of_cat), .discriminator_value = "cat" };
	const coodie_model of_base = { .size = sizeof(of_base),
				       .keyspace = "shop",
				       .family = &family };
	coodie_error err = { 0 };
	coodie_model *base, *cat, *lost = build_animal("lost", &of_cat);
	void *c;

	(void)state;
	members[0] = lost; /* whose keyspace the session says: here nobody knows it */
	base = build_animal("animal", &of_base);
	refused(coodie_model_check(mock.session, base, &err), &err, COODIE_ERR_MODEL,
		"model lost has no keyspace");
	of_cat.keyspace = "shop";
	cat = build_animal("cat", &of_cat);
	members[0] = cat;
	ok(coodie_model_check(mock.session, base, &err), &err);
	c = coodie_new(mock.session, cat, &err);
	ok(c, &err);
	ok(coodie_object_set(c, "id", cql(1), &err), &err);
	ok(coodie_save(mock.session, cat, c, NULL, &err), &err);
	mock_expect(&mock, "INSERT INTO shop.animals (\"id\", \"kind\") VALUES (?, ?)", "1|'cat'");
	coodie_object_free(c);
	coodie_model_free(base);
	coodie_model_free(cat);
	coodie_model_free(lost);
}

/* ---- refused --------------------------------------------------------------------------------- */

#define ID { .name = "id", .type = "int", .partition_key = 1 }

/* Each rule of a model is one of a built one, before there is any session. */
static const struct wrong {
	const char *name;
	size_t object_size;
	coodie_column columns[3];
	const char *says[2];
} wrong[] = {
	{ "no columns", 0, { { 0 } }, { "model thing has no columns", "builder_column()" } },
	{ "no key",
	  0,
	  { { .name = "a", .type = "int" } },
	  { "no primary key", "partition_key = 1" } },
	{ "no type", 0, { ID, { .name = "a" } }, { "column a: no CQL type", "" } },
	{ "no name",
	  0,
	  { ID, { .type = "int", .partition_key = 2 } },
	  { "model thing: column 2 has no name", "" } },
	{ "a misspelt type",
	  0,
	  { ID, { .name = "a", .type = "txet" } },
	  { "column a: \"txet\" is no CQL type", "did you mean \"text\"" } },
	{ "a type cut off",
	  0,
	  { ID, { .name = "a", .type = "set<text" } },
	  { "column a", "set<text" } },
	{ "a collection in the key",
	  0,
	  { ID, { .name = "a", .type = "list<int>", .clustering_key = 1 } },
	  { "column a: a collection in the primary key", "write \"frozen<list<int>>\"" } },
	{ "a gap in the key",
	  0,
	  { ID, { .name = "a", .type = "int", .clustering_key = 2 } },
	  { "no column has .clustering_key = 1", "number them" } },
	{ "twice",
	  0,
	  { ID, { .name = "id", .type = "text" } },
	  { "column id: the member is in the table twice", "leave one out" } },
	{ "static without clustering",
	  0,
	  { ID, { .name = "a", .type = "int", .is_static = true } },
	  { "column a: static is for tables with clustering columns", "leave .is_static out" } },
	{ "a member of another type",
	  0,
	  { ID, { .name = "a", .type = "text", .member = COODIE_MEMBER_INT32 } },
	  { "the member is int32_t but the CQL type is text", "make the member const char *" } },
	{ "an optional key",
	  0,
	  { { .name = "id",
	      .type = "int",
	      .partition_key = 1,
	      .member = COODIE_MEMBER_INT32 + OPTIONAL } },
	  { "a partition key is never null", "" } },
	{ "an array without a size",
	  0,
	  { ID, { .name = "a", .type = "text", .member = COODIE_MEMBER_CHARS } },
	  { "column a: the member has 0 bytes", "" } },
	{ "arrays without an end",
	  0,
	  { ID,
	    { .name = "a", .type = "text", .member = COODIE_MEMBER_CHARS, .size = 0x7fffffff } },
	  { "column a: the struct would have more than 2 GiB", "make the array shorter" } },
	{ "a struct without a type",
	  0,
	  { ID, { .name = "a", .type = "frozen<b>", .member = COODIE_MEMBER_UDT } },
	  { "column a: a struct without a user type", "" } },
	{ "a struct without members",
	  sizeof(note),
	  { { .name = "id",
	      .type = "int",
	      .partition_key = 1,
	      .offset = offsetof(note, id),
	      .size = 4 } },
	  { "column id: coodie does not know the member's C type", "make it int32_t" } },
	{ "beyond the struct",
	  sizeof(note),
	  { { .name = "id",
	      .type = "int",
	      .partition_key = 1,
	      .offset = sizeof(note),
	      .size = 4,
	      .member = COODIE_MEMBER_INT32 } },
	  { "column id: the member ends at byte", "" } },
};

static void rules(void **state)
{
	(void)state;
	for (size_t i = 0; i < CD_COUNT(wrong); i++) {
		coodie_model_builder *b =
			coodie_model_builder_new("thing", wrong[i].object_size, "things");
		coodie_error err = { 0 };

		for (size_t k = 0; k < 3 && (wrong[i].columns[k].name || wrong[i].columns[k].type);
		     k++)
			coodie_model_builder_column(b, &wrong[i].columns[k]);
		CD_CHECK(!coodie_model_builder_build(b, &err), wrong[i].name);
		CD_CHECK(err.code == COODIE_ERR_MODEL, wrong[i].name);
		for (size_t k = 0; k < 2; k++) {
			if (!strstr(err.message, wrong[i].says[k]))
				fail_msg("%s: \"%s\" is not in \"%s\"", wrong[i].name,
					 wrong[i].says[k], err.message);
		}
		coodie_model_builder_free(b);
	}
}

/* What a builder is given itself: the first mistake is told, whatever follows. */
static void mistakes(void **state)
{
	coodie_model_builder *b = coodie_model_builder_new("thing", 0, NULL);
	coodie_model options = { .keyspace = "shop" };
	coodie_error err = { 0 };

	(void)state;
	in_shop(b);
	add_key(b, "id", "int");
	refused(coodie_model_builder_build(b, &err), &err, COODIE_ERR_MODEL, "the table is NULL");
	coodie_model_builder_free(b);

	b = coodie_model_builder_new("thing", 0, "things");
	coodie_model_builder_columns(b, NULL, 1, sizeof(coodie_column));
	add_key(b, "id", "int");
	refused(coodie_model_builder_build(b, &err), &err, COODIE_ERR_MODEL,
		"model thing: the coodie_column is NULL");
	coodie_model_builder_free(b);

	b = coodie_model_builder_new("thing", 0, "things");
	add_key(b, "id", "int");
	coodie_model_builder_options(b, &options);
	coodie_model_builder_options(b, NULL);
	refused(coodie_model_builder_build(b, &err), &err, COODIE_ERR_MODEL,
		"a coodie_model of 0 bytes; its size is sizeof(coodie_model)");
	coodie_model_builder_free(b);

	coodie_model_builder_options(NULL, &options);
	coodie_model_builder_columns(NULL, NULL, 1, 0);
	assert_null(coodie_model_builder_build(NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_NO_MEMORY);
	assert_null(coodie_model_builder_build(NULL, NULL));
	coodie_model_builder_free(NULL);
	coodie_model_free(NULL);
}

/* Rows and options of another version of the header: an older one is completed, a newer one
 * refused. */
static void other_versions(void **state)
{
	const size_t stride = (offsetof(coodie_column, is_static) + 7) & ~(size_t)7;
	const coodie_column full[] = { ID, { .name = "text", .type = "text", .required = true } };
	coodie_model options = { .size = offsetof(coodie_model, comment),
				 .keyspace = "shop",
				 .comment = "x" };
	coodie_model_builder *b = coodie_model_builder_new("thing", 0, "things");
	union {
		char bytes[2 * sizeof(coodie_column)];
		coodie_column aligned;
	} rows;
	coodie_error err = { 0 };
	coodie_model *m;

	(void)state;
	memcpy(rows.bytes, &full[0], stride);
	memcpy(rows.bytes + stride, &full[1], stride);
	coodie_model_builder_columns(b, &rows.aligned, 2, stride);
	coodie_model_builder_options(b, &options);
	m = coodie_model_builder_build(b, &err);
	ok(m, &err);
	assert_int_equal(coodie_model_column_count(mock.session, m), 2);
	assert_string_equal(coodie_model_column_at(mock.session, m, 1)->name, "text");
	assert_null(m->comment);
	coodie_model_free(m);
	coodie_model_builder_columns(b, &rows.aligned, 1, sizeof(coodie_column) + 8);
	refused(coodie_model_builder_build(b, &err), &err, COODIE_ERR_MODEL,
		"of this coodie or of an older one");
	coodie_model_builder_free(b);
	b = coodie_model_builder_new("thing", 0, "things");
	options.size = sizeof(options) + 8;
	coodie_model_builder_options(b, &options);
	refused(coodie_model_builder_build(b, &err), &err, COODIE_ERR_MODEL, "a coodie_model of");
	coodie_model_builder_free(b);
}

/* ---- one after the other, in one place ------------------------------------------------------- */

/* Gives the same memory again after a reset: the next model is where the last one was. */
struct bump {
	coodie_allocator allocator;
	size_t used;
	union {
		max_align_t aligned;
		char bytes[65536];
	} memory;
};

static void *bump_alloc(size_t size, void *user)
{
	struct bump *b = user;
	char *at = b->memory.bytes + b->used;

	b->used += (size + 15) & ~(size_t)15;
	return b->used <= sizeof(b->memory.bytes) ? at : NULL;
}

static void *bump_resize(void *at, size_t size, void *user)
{
	void *grown = bump_alloc(size, user);

	return at && grown ? memmove(grown, at, size) : grown;
}

static void bump_release(void *at, void *user)
{
	(void)at;
	(void)user;
}

static coodie_model *build_in(struct bump *bump, const char *table)
{
	coodie_model_builder *b;

	bump->used = 0;
	b = cd_model_builder_new(&bump->allocator, "thing", 0, table);
	in_shop(b);
	add_key(b, "id", "int");
	return build(b);
}

static void save_one(const coodie_model *m)
{
	coodie_error err = { 0 };
	void *object = coodie_new(mock.session, m, &err);

	ok(object, &err);
	ok(coodie_object_set(object, "id", cql(1), &err), &err);
	ok(coodie_save(mock.session, m, object, NULL, &err), &err);
	coodie_object_free(object);
}

/* A model where another one was is not taken for it, though every address in it is the same: its
 * texts are others. The same texts are the same model. */
static void made_again_in_its_place(void **state)
{
	struct bump *bump = calloc(1, sizeof(*bump));
	coodie_model *m;
	uint64_t content;

	(void)state;
	assert_non_null(bump);
	bump->allocator = (coodie_allocator){ .alloc = bump_alloc,
					      .resize = bump_resize,
					      .release = bump_release,
					      .user = bump };
	m = build_in(bump, "first");
	content = m->content;
	save_one(m);
	mock_expect(&mock, "INSERT INTO shop.first (\"id\") VALUES (?)", "1");
	coodie_model_free(m);
	assert_ptr_equal(build_in(bump, "other"), m);
	assert_true(m->content != content);
	save_one(m);
	mock_expect(&mock, "INSERT INTO shop.other (\"id\") VALUES (?)", "1");
	coodie_model_free(m);
	assert_ptr_equal(build_in(bump, "first"), m);
	assert_true(m->content == content);
	save_one(m);
	mock_expect(&mock, "INSERT INTO shop.first (\"id\") VALUES (?)", "1");
	coodie_model_free(m);
	mock_close(&mock); /* looks at nothing of theirs */
	free(bump);
	mock_open(&mock);
}

/* Freed models leave nothing that a session trips over, and models outlive sessions. */
static void lives_of_their_own(void **state)
{
	coodie_model *m = build_note(), *copy;

	(void)state;
	save_one(m);
	coodie_model_free(m);
	m = build_note();
	save_one(m);
	mock_close(&mock);
	mock_open(&mock);
	save_one(m);
	copy = build_note();
	save_one(copy);
	coodie_model_free(m);
	coodie_model_free(copy);
	save_one(&note_model);
	coodie_model_free((coodie_model *)(uintptr_t)&note_model); /* is nobody's to free */
}

/* ---- a key by itself ------------------------------------------------------------------------- */

/* MD-18: read, compared, bound. */
static void key_by_itself(void **state)
{
	event *e, copied;
	coodie_error err = { 0 };
	cql_args key, again;

	(void)state;
	e = coodie_new(mock.session, &event_model, &err);
	ok(e, &err);
	e->tenant = "us";
	e->day = 3;
	e->at = (cql_timestamp){ 5 };
	e->seq = 9;
	ok(coodie_object_key(e, &key, &err), &err);
	assert_int_equal(key.count, 4);
	assert_null(coodie_get(mock.session, &event_model, key, NULL, &err));
	mock_expect(&mock, mock_last(&mock)->cql, "'us'|3|'1970-01-01T00:00:00.005Z'|9");
	e->day = 4; /* what the members say now, beside what they said */
	ok(coodie_object_key(e, &again, &err), &err);
	assert_int_equal(key.values[1].as.integer, 3);
	assert_int_equal(again.values[1].as.integer, 4);
	assert_ptr_equal(again.values[0].as.text.data, e->tenant);
	memcpy(&copied, e, sizeof(copied));
	refused(coodie_object_key(&copied, &key, &err), &err, COODIE_ERR_INVALID,
		"coodie_object_key: this struct was copied");
	coodie_object_free(e);
	copied = (event){ 0 };
	refused(coodie_object_key(&copied, &key, &err), &err, COODIE_ERR_INVALID,
		"a struct of your own is not tracked");
	refused(coodie_object_key(NULL, &key, &err), &err, COODIE_ERR_INVALID,
		"coodie_object_key: the object is NULL");
	refused(coodie_object_key(&copied, NULL, &err), &err, COODIE_ERR_INVALID,
		"coodie_object_key");
}

/* ---- looking --------------------------------------------------------------------------------- */

/* MD-25, MD-26: as CQL writes it, as much as there is room for. */
static void names_of_tables(void **state)
{
	static const coodie_model quoted = COODIE_MODEL(note, note_columns, "my \"odd\"",
							.keyspace = "\"Shop\"");
	static const coodie_model reserved = COODIE_MODEL(note, note_columns, "table",
							  .keyspace = "Shop");
	coodie_error err = { 0 };
	char shown[40];

	(void)state;
	assert_int_equal(coodie_model_table(mock.session, &event_model, shown, sizeof(shown)), 13);
	assert_string_equal(shown, "shop.\"Events\"");
	assert_int_equal(coodie_model_table(mock.session, &reserved, shown, sizeof(shown)), 12);
	assert_string_equal(shown, "shop.\"table\"");
	assert_int_equal(coodie_model_table(mock.session, &note_model, shown, 6), 10);
	assert_string_equal(shown, "shop.");
	assert_int_equal(coodie_model_table(mock.session, &note_model, NULL, 5), 10);
	assert_false(coodie_model_check(mock.session, &quoted, &err)); /* no name for a table */
	assert_int_equal(coodie_model_table(mock.session, &quoted, shown, sizeof(shown)), 0);
	assert_string_equal(shown, "");
	assert_int_equal(coodie_model_column_count(mock.session, &quoted), 0);
	assert_null(coodie_model_column_at(mock.session, &quoted, 0));
	assert_null(coodie_model_column_named(NULL, &note_model, "id"));
}

/* MD-36: those of a static model, and of its embedded structs. */
static void columns_of_any_model(void **state)
{
	const coodie_column *c = coodie_model_column_named(mock.session, &user_model, "email");
	size_t count = coodie_model_column_count(mock.session, &user_model);

	(void)state;
	assert_int_equal(count, CD_COUNT(user_columns));
	for (size_t i = 0; i < count; i++)
		assert_string_equal(coodie_model_column_at(mock.session, &user_model, i)->name,
				    user_columns[i].name);
	assert_true(c->index.on);
	assert_int_equal(c->offset, offsetof(user, email));
	assert_null(coodie_model_column_at(mock.session, &user_model, count));
	c = coodie_model_column_named(mock.session, &event_model, "tenant");
	assert_string_equal(c->db_name, "Tenant");
	assert_int_equal(c->partition_key, 1);
}

/* ---- no memory ------------------------------------------------------------------------------- */

static bool build_with(const coodie_allocator *a, void *user)
{
	coodie_model_builder *b = cd_model_builder_new(a, "user", sizeof(user_columns), "users");
	coodie_error err = { 0 };
	coodie_model *m;

	(void)user;
	coodie_model_builder_columns(b, user_columns, CD_COUNT(user_columns),
				     sizeof(coodie_column));
	coodie_model_builder_options(b, &note_model);
	m = coodie_model_builder_build(b, &err);
	assert_true(m || err.code == COODIE_ERR_NO_MEMORY);
	coodie_model_builder_free(b);
	coodie_model_free(m);
	return m != NULL;
}

static void each_allocation(void **state)
{
	(void)state;
	assert_true(cd_failalloc_each("build a model", build_with, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(with_a_struct),
		TEST(everything_is_copied),
		TEST(members_by_type),
		TEST(counters),
		TEST(clustering_beside_static),
		TEST(set_and_saved),
		TEST(structs_and_arrays),
		TEST(families),
		TEST(rules),
		TEST(mistakes),
		TEST(other_versions),
		TEST(made_again_in_its_place),
		TEST(lives_of_their_own),
		TEST(key_by_itself),
		TEST(names_of_tables),
		TEST(columns_of_any_model),
		cmocka_unit_test(each_allocation),
	};

	return cmocka_run_group_tests_name("builder", tests, NULL, NULL);
}
