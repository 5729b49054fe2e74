/* SPDX-License-Identifier: MIT */
/* User types: structs in columns, in collections, in each other; tuples and vectors beside them. */
#include <coodie.h>

#include "orm/model/place.h"
#include "orm/model/udt.h"
#include "orm/value/datum.h"

#include "tests/mock.h"
#include "tests/test.h"

static struct mock mock;

static int setup(void **state)
{
	(void)state;
	mock_open(&mock);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	mock_close(&mock);
	return 0;
}

/* ---- the types ------------------------------------------------------------------------------- */

typedef struct city {
	const char *name;
	int32_t *zip;
} city;

static const coodie_column city_fields[] = {
	COODIE_COLUMN(city, name, "text"),
	COODIE_COLUMN(city, zip, "int"),
};
static const coodie_udt city_type = COODIE_TYPE(city, city_fields, "city");

typedef struct address {
	const char *street;
	city city;
	cql_list notes;
	char country[3];
	float at[2];
	cql_text raw;
} address;

static bool no_number_9(const void *member, coodie_error *err)
{
	const char *const *street = member;

	if (!strchr(*street, '9'))
		return true;
	err->code = COODIE_ERR_RANGE;
	strcpy(err->message, "there is no number 9");
	return false;
}

static const coodie_column address_fields[] = {
	COODIE_COLUMN(address, street, "text", .required = true, .max_length = 20,
		      .validate = no_number_9),
	COODIE_UDT(address, city, city, &city_type),
	COODIE_COLUMN(address, notes, "frozen<list<text>>"),
	COODIE_COLUMN(address, country, "ascii"),
	COODIE_COLUMN(address, at, "vector<float, 2>", .db_name = "At"),
	COODIE_COLUMN(address, raw, "text"),
};
static const coodie_udt address_type = COODIE_TYPE(address, address_fields, "Address");

/* As the cluster has it: in another order, and with a field more. */
#define ADDRESS \
	"udt<shop.Address, country:ascii, street:text, extra:int, city:udt<shop.city, zip:int, " \
	"name:text>, notes:list<text>, At:vector<float, 2>, raw:text>"

typedef struct person {
	coodie_row row;
	int32_t id;
	address *home;
	city born;
	cql_list homes;
	cql_map cities;
	cql_tuple pair;
	cql_udt loose;
	cql_vector words;
} person;

static const coodie_column person_columns[] = {
	COODIE_COLUMN(person, id, "int", .partition_key = 1),
	COODIE_UDT(person, home, address, &address_type),
	COODIE_UDT(person, born, city, &city_type),
	COODIE_COLUMN(person, homes, "list<frozen<\"Address\">>", .udt = &address_type),
	COODIE_COLUMN(person, cities, "map<frozen<city>, text>", .key_udt = &city_type),
	COODIE_COLUMN(person, pair, "tuple<int, text>"),
	COODIE_COLUMN(person, loose, "frozen<city>"),
	COODIE_COLUMN(person, words, "vector<text, 2>"),
};
static const coodie_model person_model = COODIE_MODEL(person, person_columns, "people",
						      .keyspace = "shop");

static void ok(bool worked, const coodie_error *err)
{
	if (!worked)
		fail_msg("%s", err->message);
}

static const struct cd_model *resolved(const coodie_model *m)
{
	struct cd_place place;
	coodie_error err;

	if (!cd_place_look(mock.session, m, &place, &err))
		fail_msg("%s", err.message);
	return place.model;
}

static void save(void *object)
{
	coodie_error err;

	if (!coodie_save(mock.session, &person_model, object, NULL, &err))
		fail_msg("%s", err.message);
}

/* One row of people; NULL where a value is null. */
static person *load(const cql_value values[8])
{
	static const coodie_column_spec columns[] = {
		{ "id", "int" },
		{ "home", ADDRESS },
		{ "born", "udt<shop.city, name:text, zip:int>" },
		{ "homes", "list<" ADDRESS ">" },
		{ "cities", "map<udt<shop.city, name:text, zip:int>, text>" },
		{ "pair", "tuple<int, text>" },
		{ "loose", "udt<shop.city, name:text, zip:int>" },
		{ "words", "vector<text, 2>" },
	};
	coodie_error err;
	coodie_result *r = coodie_result_new_rows(columns, 8, values, 1, &err);
	person *p;

	if (!r)
		fail_msg("%s", err.message);
	mock_answer(&mock, r);
	p = coodie_get(mock.session, &person_model, CQL_ARGS(cql(1)), NULL, &err);
	if (!p)
		fail_msg("%s", err.message);
	return p;
}

/* ---- writing --------------------------------------------------------------------------------- */

/* UD-01, UD-03, UD-09: a struct goes by its fields, and UD-11: NULL is not set. */
static void a_struct_is_written_by_its_fields(void **state)
{
	int32_t zip = 8001;
	address home = { .street = "Main", .city = { "Z\xc3\xbcrich", &zip }, .country = "CH" };
	person p = { .id = 1, .home = &home };

	(void)state;
	save(&p);
	mock_expect(
		&mock,
		"INSERT INTO shop.people (\"id\", \"home\", \"born\", \"homes\", \"cities\", "
		"\"pair\", \"loose\", \"words\") VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		"1|{street: 'Main', city: {name: 'Z\xc3\xbcrich', zip: 8001}, notes: null, country: "
		"'CH', \"At\": [0, 0], raw: null}|unset|unset|unset|unset|unset|unset");
}

/* UD-12: in collections; UD-16 keys of maps; TY-22 tuples; TY-30 vectors of texts. */
static void structs_are_items_and_keys(void **state)
{
	address a = { .street = "A" }, b = { .street = "B" };
	city c = { .name = "C" };
	person p = { .id = 1 };

	(void)state;
	p.homes = CQL_LIST(cql_from_object(&address_type, &a), cql_from_object(&address_type, &b));
	p.cities = CQL_MAP(cql_from_object(&city_type, &c), cql("x"));
	p.pair = CQL_TUPLE(cql(1), cql_null());
	p.loose = CQL_UDT(cql("Bern"));
	p.words = CQL_VECTOR(cql("a"), cql("b"));
	save(&p);
	mock_expect(
		&mock, mock_last(&mock)->cql,
		"1|unset|unset|[{street: 'A', city: null, notes: null, country: '', \"At\": [0, 0], "
		"raw: null}, {street: 'B', city: null, notes: null, country: '', \"At\": [0, 0], raw: "
		"null}]|{{name: 'C', zip: null}: 'x'}|(1, null)|('Bern')|['a', 'b']");
}

static void a_struct_is_a_bind(void **state) /* Q17 */
{
	city c = { .name = "Bern" };
	coodie_query *q = coodie_find(mock.session, &person_model, "born = ?",
				      CQL_ARGS(cql_from_object(&city_type, &c)));
	coodie_error err;
	coodie_rows *rows;

	(void)state;
	c.name = "gone"; /* the query has a copy */
	coodie_allow_filtering(q);
	rows = coodie_all(q, &err);
	if (!rows)
		assert_int_equal(err.code, COODIE_ERR_PROTOCOL); /* a void result is no rows */
	coodie_rows_free(rows);
	coodie_query_free(q);
	assert_non_null(strstr(mock_last(&mock)->cql, "WHERE \"born\" = ?"));
	assert_int_equal(mock_last(&mock)->args.count, 1);
	assert_true(cql_is_null(cql_from_object(NULL, &c)));
	assert_true(cql_is_null(cql_from_object(&city_type, NULL)));
}

/* UD-17: a wrong value is refused before anything is sent. */
static const struct {
	const char *street, *country;
	const char *says;
	enum coodie_errc code;
} bad[] = {
	{ NULL, "CH", "field street: it is required and not set", COODIE_ERR_INVALID },
	{ "longer than twenty bytes", "CH", "field street: 24 bytes, max_length is 20",
	  COODIE_ERR_RANGE },
	{ "Main 9", "CH", "field street: there is no number 9", COODIE_ERR_RANGE },
	{ "Main", "\xc3\xbc", "byte 0 of an ascii text is 0xc3", COODIE_ERR_TYPE }, /* TY-02 */
};

static void wrong_fields_are_refused(void **state)
{
	coodie_error err;

	(void)state;
	for (size_t i = 0; i < CD_COUNT(bad); i++) {
		address home = { .street = bad[i].street };
		person in_member = { .id = 1, .home = &home }, in_list = { .id = 1 };

		memcpy(home.country, bad[i].country, strlen(bad[i].country));
		in_list.homes = CQL_LIST(cql_from_object(&address_type, &home));
		assert_false(coodie_save(mock.session, &person_model, &in_member, NULL, &err));
		CD_CHECK(strstr(err.message, bad[i].says), err.message);
		CD_CHECK(strstr(err.message, "person, home"), err.message);
		assert_int_equal(err.code, bad[i].code);
		assert_false(coodie_save(mock.session, &person_model, &in_list, NULL, &err));
		CD_CHECK(strstr(err.message, bad[i].says), err.message);
		CD_CHECK(strstr(err.message, "person, homes"), err.message);
		assert_int_equal(err.code, bad[i].code);
	}
	assert_int_equal(mock.sent, 0);
}

/* TY-22: more parts than the type, parts of another type. */
static void wrong_tuples_and_vectors_are_refused(void **state)
{
	person p = { .id = 1 };
	coodie_error err;

	(void)state;
	p.pair = CQL_TUPLE(cql(1), cql("a"), cql(2));
	assert_false(coodie_save(mock.session, &person_model, &p, NULL, &err));
	assert_non_null(strstr(err.message, "a tuple of 3 parts, the type has 2"));
	p.pair = CQL_TUPLE(cql("a"));
	assert_false(coodie_save(mock.session, &person_model, &p, NULL, &err));
	assert_non_null(strstr(err.message, "a text was given for int"));
	p.pair = (cql_tuple){ { 0 } };
	p.words = CQL_VECTOR(cql("a"));
	assert_false(coodie_save(mock.session, &person_model, &p, NULL, &err));
	assert_non_null(strstr(err.message, "a vector of 1 elements, the type has 2"));
	assert_int_equal(mock.sent, 0);
}

/* ---- field by field -------------------------------------------------------------------------- */

/* A user type that is not frozen. */
typedef struct guest {
	coodie_row row;
	int32_t id;
	address *home;
	cql_udt loose;
} guest;

static const coodie_column guest_columns[] = {
	COODIE_COLUMN(guest, id, "int", .partition_key = 1),
	COODIE_UDT(guest, home, address, &address_type, .type = "\"Address\""),
	COODIE_COLUMN(guest, loose, "city"),
};
static const coodie_model guest_model = COODIE_MODEL(guest, guest_columns, "guests",
						     .keyspace = "shop");

#define GUEST " WHERE \"id\" = ?"

/* UD-21: fields by the member's name, or in quotes by the name in the type. */
static void fields_one_by_one(void **state)
{
	guest g = { .id = 1 };
	coodie_error err = { 0 };
	coodie_lwt *lwt;

	(void)state;
	ok(coodie_update(mock.session, &guest_model, &g,
			 "home.street = ?, home.at = ?, home.city = ?",
			 CQL_ARGS(cql("Main"), cql_null(), cql_unset()), NULL, &err),
	   &err);
	mock_expect(&mock,
		    "UPDATE shop.guests SET \"home\".\"street\" = ?, \"home\".\"At\" = ?, "
		    "\"home\".\"city\" = ?" GUEST,
		    "'Main'|null|unset|1");
	assert_true(mock_last(&mock)->request.idempotent);
	ok(coodie_update(mock.session, &guest_model, &g, "home.\"At\" = ?",
			 CQL_ARGS(cql(CQL_LIST(cql(1.0), cql(2.0)))), NULL, &err),
	   &err);
	mock_expect(&mock, "UPDATE shop.guests SET \"home\".\"At\" = ?" GUEST, "[1, 2]|1");
	ok(coodie_delete_columns(mock.session, &guest_model, &g, "home.at, home.street",
				 CQL_ARGS(), NULL, &err),
	   &err);
	mock_expect(&mock,
		    "DELETE \"home\".\"At\", \"home\".\"street\" FROM shop.guests" GUEST, "1");
	lwt = coodie_update_if(mock.session, &guest_model, &g, "home.country = ?",
			       "home.street = ? AND home.raw != ?",
			       CQL_ARGS(cql("CH"), cql("Main"), cql_null()), NULL, &err);
	ok(lwt, &err);
	coodie_lwt_free(lwt);
	mock_expect(&mock,
		    "UPDATE shop.guests SET \"home\".\"country\" = ?" GUEST
		    " IF \"home\".\"street\" = ? AND \"home\".\"raw\" != ?",
		    "'CH'|1|'Main'|null");
	ok(coodie_update(mock.session, &guest_model, &g, "home.street = ?", CQL_ARGS(cql_unset()),
			 NULL, &err),
	   &err);
	assert_int_equal(mock.sent, 4);
}

/* UD-17, UD-21: what is wrong about a field is told before anything is sent. */
static void wrong_fields_one_by_one(void **state)
{
	const struct {
		const char *set, *says;
		cql_value v;
	} rows[] = {
		{ "home.street = ?",
		  "guest, home (\"Address\"): field street: 24 bytes, max_length is 20",
		  cql("longer than twenty bytes") },
		{ "home.street = ?", "field street: it is required, and null was given",
		  cql_null() },
		{ "home.street = ?", "field street: there is no number 9", cql("Main 9") },
		{ "home.street = ?", "guest, set, value 1 for home (\"Address\"): an integer was given",
		  cql(1) },
		{ "home.nowhere = ?", "home (\"Address\") has no such field", cql("x") },
		{ "home.\"at\" = ?", "home (\"Address\") has no such field", cql("x") },
		{ "home.street = ?, home.street = ?", "home is assigned twice", cql("x") },
		{ "home = ?, home.street = ?", "home is assigned twice", cql("x") },
		{ "id.street = ?", "id is a int, which has no fields", cql("x") },
	};
	guest g = { .id = 1 };
	coodie_error err = { 0 };

	(void)state;
	for (size_t i = 0; i < CD_COUNT(rows); i++) {
		assert_false(coodie_update(mock.session, &guest_model, &g, rows[i].set,
					   (cql_args){ 1, &rows[i].v }, NULL, &err));
		CD_CHECK(strstr(err.message, rows[i].says), err.message);
	}
	assert_false(coodie_update(mock.session, &person_model, &(person){ .id = 1 },
				   "home.street = ?", CQL_ARGS(cql("x")), NULL, &err));
	CD_CHECK(strstr(err.message, "home is frozen, which is only written whole"), err.message);
	assert_false(coodie_delete_columns(mock.session, &person_model, &(person){ .id = 1 },
					   "home.street", CQL_ARGS(), NULL, &err));
	CD_CHECK(strstr(err.message, "home is frozen: its fields go only with it"), err.message);
	assert_int_equal(mock.sent, 0);
}

/* ---- reading --------------------------------------------------------------------------------- */

static cql_value home_of(cql_value street, cql_value zip)
{
	static cql_value fields[8][5], cities[8][2];
	static unsigned turn;
	cql_value *f = fields[++turn % 8], *c = cities[turn % 8];

	c[0] = zip;
	c[1] = cql("Bern");
	f[0] = cql("CH");
	f[1] = street;
	f[2] = cql(7);
	f[3] = cql(cql_udt_of(c, 2));
	f[4] = cql_null();
	return cql(cql_udt_of(f, 5));
}

/* UD-10, UD-19: by name, trailing fields that are not there are null, texts are terminated. */
static void a_struct_is_read_by_its_names(void **state)
{
	person *p = load((cql_value[]){ cql(1), home_of(cql("Main"), cql(8001)), cql_null(),
					cql_null(), cql_null(), cql(CQL_TUPLE(cql(5), cql("x"))),
					cql(CQL_UDT(cql("Basel"))),
					cql(CQL_VECTOR(cql("a"), cql("b"))) });
	cql_value v;
	cql_iter it;
	int32_t five = 0;

	(void)state;
	assert_non_null(p->home);
	assert_string_equal(p->home->street, "Main");
	assert_string_equal(p->home->country, "CH");
	assert_string_equal(p->home->city.name, "Bern");
	assert_int_equal(*p->home->city.zip, 8001);
	assert_null(p->home->notes.seq.items);
	assert_null(p->home->raw.data);
	assert_null(p->born.name);
	it = cql_tuple_iter(p->pair);
	assert_true(cql_iter_next(&it, &v) && cql_to_int32(v, &five, NULL));
	assert_int_equal(five, 5);
	assert_true(cql_udt_field(p->loose, "name", &v, NULL));
	assert_int_equal(v.as.text.len, 5);
	assert_int_equal(p->words.seq.count, 2);
	coodie_object_free(p);
}

/* LW-01, LW-02: the row in the way of a conditional write has its structs, in the server's order. */
static void a_row_in_the_way_has_structs(void **state)
{
	static const coodie_column_spec columns[] = {
		{ "[applied]", "boolean" },
		{ "id", "int" },
		{ "home", ADDRESS },
		{ "cities", "map<udt<shop.city, name:text, zip:int>, text>" },
		{ "pair", "tuple<int, text>" },
		{ "words", "vector<text, 2>" },
	};
	const cql_value values[] = { cql(false),
				     cql(1),
				     home_of(cql("Main"), cql(8001)),
				     cql(CQL_MAP(cql(CQL_UDT(cql("Bern"), cql(3000))), cql("x"))),
				     cql(CQL_TUPLE(cql(5), cql("y"))),
				     cql(CQL_VECTOR(cql("a"), cql("b"))) };
	coodie_error err = { 0 };
	coodie_result *r = coodie_result_new_rows(columns, 6, values, 1, &err);
	cql_arena *arena = cql_arena_new(NULL, NULL);
	person p = { .id = 1 }, *there;
	cql_value key, value;
	coodie_lwt *lwt;
	cql_iter it;
	city town;

	(void)state;
	ok(r, &err);
	mock_answer(&mock, r);
	lwt = coodie_insert(mock.session, &person_model, &p, NULL, &err);
	ok(lwt, &err);
	there = coodie_lwt_existing(lwt);
	assert_non_null(there);
	assert_string_equal(there->home->street, "Main");
	assert_string_equal(there->home->city.name, "Bern");
	it = cql_map_iter(there->cities);
	assert_true(cql_iter_next_pair(&it, &key, &value));
	assert_true(cql_to_object(key, &city_type, &town, arena, &err));
	assert_string_equal(town.name, "Bern");
	assert_int_equal(there->words.seq.count, 2);
	cql_arena_free(arena);
	coodie_lwt_free(lwt);
}

/* UD-12, UD-18: items are read into structs of the caller's, with an arena behind them. */
static void items_become_structs(void **state)
{
	cql_value items[] = { home_of(cql("A"), cql(1)), home_of(cql("B"), cql_null()) };
	person *p = load((cql_value[]){ cql(1), cql_null(), cql_null(), cql(cql_list_of(items, 2)),
					cql_null(), cql_null(), cql_null(), cql_null() });
	cql_iter it = cql_list_iter(p->homes);
	cql_arena *arena = cql_arena_new(NULL, NULL);
	coodie_error err;
	address a, b;
	cql_value v;

	(void)state;
	assert_null(p->home);
	assert_true(cql_iter_next(&it, &v));
	if (!cql_to_object(v, &address_type, &a, arena, &err))
		fail_msg("%s", err.message);
	assert_true(cql_iter_next(&it, &v));
	assert_true(cql_to_object(v, &address_type, &b, arena, &err));
	assert_string_equal(a.street, "A");
	assert_int_equal(*a.city.zip, 1);
	assert_string_equal(b.street, "B");
	assert_null(b.city.zip);
	memset(&b, 1, sizeof(b));
	assert_false(cql_to_object(v, &address_type, &b, NULL, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	assert_non_null(strstr(err.message, "needs an arena"));
	assert_null(b.street);
	assert_false(cql_to_object(cql(1), &address_type, &b, arena, &err));
	assert_int_equal(err.code, COODIE_ERR_TYPE);
	assert_false(cql_to_object(v, NULL, &b, arena, &err));
	assert_int_equal(err.code, COODIE_ERR_INVALID);
	/* by place, where there are no names */
	assert_true(cql_to_object(cql(CQL_UDT(cql("Thun"), cql(3600))), &city_type, &a.city, arena,
				  &err));
	assert_string_equal(a.city.name, "Thun");
	assert_false(cql_to_object(cql(CQL_UDT(cql("T"), cql(1), cql(2))), &city_type, &a.city,
				   arena, &err));
	assert_int_equal(err.code, COODIE_ERR_RANGE);
	assert_false(cql_to_object(cql(CQL_UDT(cql(1))), &city_type, &a.city, arena, &err));
	assert_non_null(strstr(err.message, "type city, field name"));
	cql_arena_free(arena);
	coodie_object_free(p);
}

/* ---- change ---------------------------------------------------------------------------------- */

/* UD-14: what is in the struct counts; the whole value is written. */
static void a_field_that_changed_writes_the_struct(void **state)
{
	person *p = load((cql_value[]){ cql(1), home_of(cql("Main"), cql(1)), cql_null(),
					cql_null(), cql_null(), cql_null(), cql_null(),
					cql_null() });
	size_t sent = mock.sent;

	(void)state;
	save(p);
	assert_int_equal(mock.sent, sent); /* nothing changed */
	p->home->city.name = "Basel";
	save(p);
	assert_int_equal(mock.sent, sent + 1);
	assert_non_null(strstr(mock_last(&mock)->cql, "UPDATE shop.people SET "));
	assert_int_equal(mock_last(&mock)->args.values[0].is.tag, CQL_TAG_FIELDS);
	assert_int_equal(mock_last(&mock)->args.values[1].is.tag, CQL_TAG_UNSET);
	save(p);
	assert_int_equal(mock.sent, sent + 1); /* saved */
	p->born.name = "Chur";
	p->home = NULL;
	save(p);
	assert_int_equal(mock.sent, sent + 2);
	assert_int_equal(mock_last(&mock)->args.values[0].is.tag, CQL_TAG_NULL);
	assert_int_equal(mock_last(&mock)->args.values[1].is.tag, CQL_TAG_FIELDS);
	coodie_object_free(p);
}

/* A plain scalar shows null as zero, and is unchanged while it is. */
static void null_in_a_plain_field_is_unchanged_as_zero(void **state)
{
	typedef struct point {
		int32_t x;
		int32_t *y;
	} point;
	static const coodie_column fields[] = { COODIE_COLUMN(point, x, "int"),
						COODIE_COLUMN(point, y, "int") };
	static const coodie_udt type = COODIE_TYPE(point, fields, "point");
	cql_type *there = cql_type_parse("udt<point, y:int, x:int>", NULL);
	int32_t zero = 0;
	point p = { 0 };
	struct cd_arena a;
	cql_value was = { .is = { CQL_TAG_UDT } };

	(void)state;
	cd_arena_init(&a, NULL, 0);
	was.as.seq = (cql_seq){
		.type = there, .items = "\377\377\377\377\377\377\377\377", .count = 2, .bytes = 8
	};
	assert_true(cd_datum_same(cql_from_object(&type, &p), was, &a));
	assert_true(cd_datum_same(was, cql_from_object(&type, &p), &a));
	p.y = &zero; /* this one can say null, and says zero */
	assert_false(cd_datum_same(cql_from_object(&type, &p), was, &a));
	p.y = NULL;
	p.x = 1;
	assert_false(cd_datum_same(cql_from_object(&type, &p), was, &a));
	was.as.seq.count = 0; /* written before the type had fields */
	was.as.seq.bytes = 0;
	p.x = 0;
	assert_true(cd_datum_same(cql_from_object(&type, &p), was, &a));
	cd_arena_deinit(&a);
	cql_type_free(there);
}

/* A copy lives on, with all that is inside. */
static void a_copy_has_structs_of_its_own(void **state)
{
	person *p = load((cql_value[]){ cql(1), home_of(cql("Main"), cql(1)), cql_null(),
					cql_null(), cql_null(), cql_null(), cql_null(),
					cql_null() });
	coodie_error err;
	person *copy = coodie_dup(mock.session, &person_model, p, &err);

	(void)state;
	assert_non_null(copy);
	coodie_object_free(p);
	assert_string_equal(copy->home->street, "Main");
	assert_string_equal(copy->home->city.name, "Bern");
	assert_int_equal(*copy->home->city.zip, 1);
	coodie_object_free(copy);
}

/* ---- types of types -------------------------------------------------------------------------- */

/* UD-06, UD-07, UD-20: what others are made of comes first, each once. */
static void types_are_listed_in_the_order_of_need(void **state)
{
	struct cd_arena a;
	uint32_t count;
	const coodie_udt *const *all;

	(void)state;
	cd_arena_init(&a, NULL, 0);
	all = cd_udt_of_model(&a, resolved(&person_model), &count);
	assert_int_equal(count, 2);
	assert_ptr_equal(all[0], &city_type);
	assert_ptr_equal(all[1], &address_type);
	all = cd_udt_of_type(&a, &address_type, &count);
	assert_int_equal(count, 2);
	assert_ptr_equal(all[1], &address_type);
	cd_arena_deinit(&a);
}

static void spellings_are_what_the_cluster_says(void **state) /* UD-02 UD-03 TY-29 */
{
	const struct cd_model *m = resolved(&person_model);
	char whole[200];

	(void)state;
	assert_string_equal(m->columns[1].spelling, "frozen<\"Address\">");
	assert_string_equal(m->columns[2].spelling, "frozen<city>");
	assert_string_equal(m->columns[3].spelling, "list<frozen<\"Address\">>");
	cql_type_format(m->columns[2].type, whole, sizeof(whole));
	assert_int_equal(cql_type_count(m->columns[2].type), 2);
	assert_int_equal(cql_type_count(m->columns[6].type), 0); /* by name only */
}

/* What a compiler puts between fields is no value: a struct in a struct is zero when its fields are. */
static void padding_is_no_value(void **state)
{
	typedef struct inner {
		int8_t small;
		int64_t large;
	} inner;
	typedef struct outer {
		inner in;
	} outer;
	static const coodie_column inner_fields[] = { COODIE_COLUMN(inner, small, "tinyint"),
						      COODIE_COLUMN(inner, large, "bigint") };
	static const coodie_udt inner_type = COODIE_TYPE(inner, inner_fields, "inner");
	static const coodie_column outer_fields[] = { COODIE_UDT(outer, in, inner, &inner_type) };
	static const coodie_udt outer_type = COODIE_TYPE(outer, outer_fields, "outer");
	cql_field field;
	outer o;

	(void)state;
	memset(&o, 0xff, sizeof(o));
	o.in.small = 0;
	o.in.large = 0;
	assert_true(cd_udt_is_zero(&inner_type, &o.in));
	assert_true(cd_udt_read(&outer_type, &o, 0, &field, NULL) && field.is_zero);
	assert_true(cd_row_is_zero(&outer_fields[0], &o));
	o.in.large = 1;
	assert_false(cd_row_is_zero(&outer_fields[0], &o));
}

/* ---- what is refused ------------------------------------------------------------------------- */

typedef struct knot knot;
struct knot {
	int64_t n;
	knot *other;
	char *odd;
};

static const coodie_udt knot_type;
static const coodie_column string_fields[] = {
	{ .name = "other",
	  .offset = offsetof(knot, other),
	  .size = sizeof(knot *),
	  .member = COODIE_MEMBER_UDT + COODIE_MEMBER_OPTIONAL,
	  .udt = &knot_type },
};
static const coodie_udt string_type = COODIE_TYPE(knot, string_fields, "string");
static const coodie_column knot_fields[] = { COODIE_UDT(knot, other, knot, &string_type) };
static const coodie_udt knot_type = COODIE_TYPE(knot, knot_fields, "knot");

typedef struct county {
	city seat;
} county;

static const coodie_column county_fields[] = {
	COODIE_UDT(county, seat, city, &city_type, .type = "city"),
};
static const coodie_udt county_type = COODIE_TYPE(county, county_fields, "county");

#define TYPE_OF(...) COODIE_TYPE(knot, ((const coodie_column[]){ __VA_ARGS__ }), "t")

static const struct {
	coodie_udt type;
	const char *says[2];
} wrong[] = {
	{ TYPE_OF(COODIE_COLUMN(knot, n, "int")),
	  { "type knot, field n: the member is int64_t",
	    "make the member int32_t, or the field bigint" } },
	{ TYPE_OF(COODIE_COLUMN(knot, n, "bigint", .partition_key = 1)),
	  { "field n: a key is for columns", "leave it out" } },
	{ TYPE_OF(COODIE_COLUMN(knot, n, "bigint", .is_static = true)),
	  { "static is for columns", "" } },
	{ TYPE_OF(COODIE_COLUMN(knot, n, "bigint", .index = COODIE_INDEX())),
	  { "an index is for columns", "" } },
	{ TYPE_OF(COODIE_COLUMN(knot, n, "counter")),
	  { "a counter is a column of its own", "take bigint" } },
	{ TYPE_OF(COODIE_COLUMN(knot, n, "bigint"),
		  COODIE_COLUMN(knot, odd, "text", .db_name = "n")),
	  { "field odd: n has the name \"n\" in the type too", ".db_name" } }, /* UD-15 */
	{ TYPE_OF(COODIE_COLUMN(knot, n, "bigint", .min_length = 1)),
	  { "min_length is for text and blob", "" } },
	{ TYPE_OF(COODIE_COLUMN(knot, odd, "text", .min_length = 3, .max_length = 2)),
	  { "nothing fits", "turn them round" } },
	{ TYPE_OF({ .name = "far",
		    .offset = 400,
		    .size = 4,
		    .member = COODIE_MEMBER_INT32,
		    .type = "int" }),
	  { "ends at byte 404", "COODIE_TYPE() the same struct" } },
	{ TYPE_OF({ .offset = 0 }), { "field 1 has no name", "COODIE_COLUMN()" } },
	{ TYPE_OF({ .name = "s", .size = 8, .member = COODIE_MEMBER_UDT }),
	  { "a struct without a user type", "COODIE_UDT()" } },
	{ TYPE_OF(COODIE_COLUMN(knot, odd, "txet")), { "did you mean \"text\"", "" } },
	{ COODIE_TYPE(knot, knot_fields, ""), { "is no name for a type", "" } },
	{ { .size = 8 }, { "COODIE_TYPE() did not make", "" } },
	{ COODIE_TYPE(knot, knot_fields, "knot"),
	  { "knot in knot in knot", "cannot be inside itself" } },
};

static void wrong_types_are_refused(void **state) /* UD-06 UD-15 UD-17 */
{
	coodie_error err;

	(void)state;
	for (size_t i = 0; i < CD_COUNT(wrong); i++) {
		if (cd_udt_check(&wrong[i].type, NULL, &err))
			fail_msg("%zu: accepted", i);
		assert_int_equal(err.code, COODIE_ERR_MODEL);
		for (size_t k = 0; k < 2; k++) {
			if (!strstr(err.message, wrong[i].says[k]))
				fail_msg("%zu: \"%s\" is not in \"%s\"", i, wrong[i].says[k],
					 err.message);
		}
	}
}

#define PERSON_ID COODIE_COLUMN(person, id, "int", .partition_key = 1)
#define PEOPLE(...) \
	COODIE_MODEL(person, ((const coodie_column[]){ PERSON_ID, __VA_ARGS__ }), "people", \
		     .keyspace = "shop")

static const struct {
	coodie_model model;
	const char *says[2];
} wrong_columns[] = {
	{ PEOPLE(COODIE_COLUMN(person, homes, "list<\"Address\">",
			       .udt = &address_type)), /* TY-23 */
	  { "column homes: list<\"Address\">", "write frozen<\"Address\">" } },
	{ PEOPLE(COODIE_COLUMN(person, homes, "list<text>", .udt = &address_type)),
	  { "list<text> has no Address in it", "name the type of .udt" } },
	{ PEOPLE(COODIE_UDT(person, home, address, &knot_type)),
	  { "column home: knot in knot in knot", "inside itself" } },
	{ PEOPLE(COODIE_UDT(person, born, city, &address_type)),
	  { "the member has 16 bytes, not", "" } },
	{ PEOPLE(COODIE_UDT(person, born, city, &city_type, .type = "list<frozen<city>>")),
	  { "the member is a struct but the CQL type is list<frozen<city>>", "cql_list" } },
	{ PEOPLE(COODIE_UDT(person, born, city, &city_type, .type = "city", .clustering_key = 1)),
	  { "a user type in the primary key must be frozen", "frozen<city>" } },
	{ PEOPLE(COODIE_UDT(person, born, city, &county_type)), /* UD-03 */
	  { "type county, field seat: city: what is inside must be frozen",
	    "write frozen<city>" } },
	{ PEOPLE(COODIE_COLUMN(person, born, "frozen<city>")),
	  { "does not know the member's C type", "COODIE_UDT" } },
	{ PEOPLE(COODIE_COLUMN(person, words, "list<text>")),
	  { "the member is cql_vector but the CQL type is list<text>",
	    "make the member cql_list" } },
	{ PEOPLE(COODIE_COLUMN(person, words, "vector<text, 2>",
			       .index = COODIE_INDEX(.similarity = 9))), /* VX-02 */
	  { "similarity 9 is none", "" } },
	{ PEOPLE(COODIE_COLUMN(person, homes, "list<text>",
			       .index = COODIE_INDEX(.similarity = COODIE_SIMILARITY_COSINE))),
	  { "similarity is for a vector", "not for list<text>" } },
	{ PEOPLE(COODIE_COLUMN(person, words, "vector<text, 2>", .clustering_key = 1,
			       .index = COODIE_INDEX())),
	  { "a vector that is indexed is no key", "" } },
};

static void wrong_columns_are_refused(void **state) /* TY-22 TY-23 TY-29 VX-01 VX-02 */
{
	coodie_error err;

	(void)state;
	for (size_t i = 0; i < CD_COUNT(wrong_columns); i++) {
		if (coodie_model_check(mock.session, &wrong_columns[i].model, &err))
			fail_msg("%zu: accepted", i);
		assert_int_equal(err.code, COODIE_ERR_MODEL);
		for (size_t k = 0; k < 2; k++) {
			if (!strstr(err.message, wrong_columns[i].says[k]))
				fail_msg("%zu: \"%s\" is not in \"%s\"", i,
					 wrong_columns[i].says[k], err.message);
		}
	}
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_struct_is_written_by_its_fields),
		T(structs_are_items_and_keys),
		T(a_struct_is_a_bind),
		T(wrong_fields_are_refused),
		T(wrong_tuples_and_vectors_are_refused),
		T(fields_one_by_one),
		T(wrong_fields_one_by_one),
		T(a_struct_is_read_by_its_names),
		T(a_row_in_the_way_has_structs),
		T(items_become_structs),
		T(a_field_that_changed_writes_the_struct),
		T(null_in_a_plain_field_is_unchanged_as_zero),
		T(padding_is_no_value),
		T(a_copy_has_structs_of_its_own),
		T(types_are_listed_in_the_order_of_need),
		T(spellings_are_what_the_cluster_says),
		T(wrong_types_are_refused),
		T(wrong_columns_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
