/* SPDX-License-Identifier: MIT */
/* User types: a struct in a row, a struct in a struct, and what costs no request: making one, its bytes,
 * its DDL. */
#include "bench/matrix/matrix.h"

#include <string.h>

#include <coodie/rows.h>
#include <coodie/wire.h>

typedef struct address {
	const char *street;
	const char *city;
	const char *postcode;
	int32_t number;
} address;

typedef struct contact {
	const char *email;
	const char *phone;
	address home;
} contact;

typedef struct customer {
	coodie_row row;
	cql_uuid id;
	const char *name;
	address home;
} customer;

static const coodie_column address_fields[] = {
	COODIE_COLUMN(address, street, "text"),
	COODIE_COLUMN(address, city, "text"),
	COODIE_COLUMN(address, postcode, "text"),
	COODIE_COLUMN(address, number, "int"),
};
static const coodie_udt address_type = COODIE_TYPE(address, address_fields, "address");

static const coodie_column contact_fields[] = {
	COODIE_COLUMN(contact, email, "text"),
	COODIE_COLUMN(contact, phone, "text"),
	COODIE_UDT(contact, home, address, &address_type),
};
static const coodie_udt contact_type = COODIE_TYPE(contact, contact_fields, "contact");

static const coodie_column customer_columns[] = {
	COODIE_COLUMN(customer, id, "uuid", .partition_key = 1),
	COODIE_COLUMN(customer, name, "text"),
	COODIE_UDT(customer, home, address, &address_type),
};
static const coodie_model customer_model = COODIE_MODEL(customer, customer_columns, "customers");

static const address ada_lives = { "St James's Square", "London", "SW1Y 4JH", 12 };
static const contact ada_is_at = { "ada@example.org",
				   "01632 960001",
				   { "St James's Square", "London", "SW1Y 4JH", 12 } };

enum { CUSTOMERS = 100, WRITTEN = 1000 };

static cql_uuid customer_id(uint32_t n)
{
	return matrix_uuid('c', n);
}

/* ---- in rows, by the mapper ------------------------------------------------------------------ */

static bool save_customer(struct matrix *m, uint32_t n, coodie_error *err)
{
	customer c = { .id = customer_id(n), .name = "Ada", .home = ada_lives };

	return coodie_save(m->session, &customer_model, &c, NULL, err);
}

static bool read_customer(struct matrix *m, uint32_t n, coodie_error *err)
{
	customer *c = coodie_get(m->session, &customer_model, CQL_ARGS(cql(customer_id(n))), NULL,
				 err);

	if (c && c->home.number != ada_lives.number)
		matrix_wrong(err, "number", c->home.number, ada_lives.number);
	return matrix_object(m, c) && err->code == COODIE_OK;
}

static bool set_up(struct matrix *m, coodie_error *err)
{
	bool worked = coodie_sync_table(m->session, &customer_model, NULL, err);

	for (uint32_t n = 0; worked && n < CUSTOMERS; n++)
		worked = save_customer(m, n, err);
	return worked;
}

static bool read(struct matrix *m, uint32_t i, coodie_error *err)
{
	return read_customer(m, i % CUSTOMERS, err);
}

static bool round_trip(struct matrix *m, uint32_t i, coodie_error *err)
{
	uint32_t n = WRITTEN + i % CUSTOMERS;

	return save_customer(m, n, err) && read_customer(m, n, err);
}

/* ---- in rows, by hand ------------------------------------------------------------------------ */

/* A field of the type: its length and its bytes, as an item of a collection. */
static bool next_text(cql_items *fields, const char **text)
{
	cql_text t;
	bool there = cql_item_text(fields, &t);

	*text = t.data;
	return there;
}

static bool read_address(cql_blob bytes, address *out)
{
	cql_items fields = { bytes.data, bytes.data + bytes.len, 4 };
	uint32_t number = 0;
	cql_blob cell;

	if (!next_text(&fields, &out->street) || !next_text(&fields, &out->city) ||
	    !next_text(&fields, &out->postcode) || !cql_item_blob(&fields, &cell) || cell.len != 4)
		return false;
	for (size_t i = 0; i < cell.len; i++)
		number = number << 8 | cell.data[i];
	out->number = (int32_t)number;
	return true;
}

static bool select_customer(struct matrix *m, uint32_t n, coodie_error *err)
{
	static const enum cql_kind kinds[] = { CQL_KIND_UUID, CQL_KIND_TEXT, CQL_KIND_BLOB };
	coodie_result *res = coodie_session_execute(m->session, m->cql[1],
						    CQL_ARGS(cql(customer_id(n))), NULL, err);
	cql_row_reader r;
	bool worked = res && coodie_result_read(res, &r, kinds, 3, err) && cql_row_next(&r);

	if (worked) {
		cql_uuid id;
		cql_text name;
		cql_blob home;
		address a;

		cql_row_uuid(&r, &id);
		cql_row_text(&r, &name);
		cql_row_blob(&r, &home);
		worked = read_address(home, &a) && a.number == ada_lives.number;
		m->rows += worked;
	}
	coodie_result_free(res);
	return worked;
}

static bool insert_customer(struct matrix *m, uint32_t n, coodie_error *err)
{
	cql_udt home = CQL_UDT(cql(ada_lives.street), cql(ada_lives.city), cql(ada_lives.postcode),
			       cql(ada_lives.number));

	return matrix_done(coodie_session_execute(
		m->session, m->cql[0], CQL_ARGS(cql(customer_id(n)), cql("Ada"), cql(home)), NULL,
		err));
}

static bool read_raw(struct matrix *m, uint32_t i, coodie_error *err)
{
	return select_customer(m, i % CUSTOMERS, err);
}

static bool round_trip_raw(struct matrix *m, uint32_t i, coodie_error *err)
{
	uint32_t n = WRITTEN + i % CUSTOMERS;

	return insert_customer(m, n, err) && select_customer(m, n, err);
}

/* ---- without a request: bytes ---------------------------------------------------------------- */

#define ADDRESS_TYPE "udt<bench.address, street:text, city:text, postcode:text, number:int>"
#define CONTACT_TYPE "udt<bench.contact, email:text, phone:text, home:frozen<" ADDRESS_TYPE ">>"

/* What the bytes and the DDL are made with. */
static struct {
	cql_type *address, *contact;
	cql_arena *arena;
	coodie_mock *mock;
	coodie_session
		*session; /* of the mock: what asks for DDL is told that there is nothing yet */
} here;

static bool here_set_up(struct matrix *m, coodie_error *err)
{
	(void)m;
	here.address = cql_type_parse(ADDRESS_TYPE, err);
	here.contact = here.address ? cql_type_parse(CONTACT_TYPE, err) : NULL;
	here.arena = here.contact ? cql_arena_new(NULL, err) : NULL;
	here.mock = here.arena ? coodie_mock_new(err) : NULL;
	here.session = here.mock ? coodie_mock_session(here.mock, "bench", err) : NULL;
	return here.session;
}

static void here_free(void)
{
	coodie_session_free(here.session);
	coodie_mock_free(here.mock);
	cql_arena_free(here.arena);
	cql_type_free(here.contact);
	cql_type_free(here.address);
}

static bool serialise(struct matrix *m, const cql_type *type, cql_value value, coodie_error *err)
{
	cql_blob bytes = { 0 };
	bool worked = cql_encode(type, value, here.arena, &bytes, err);

	matrix_keep(bytes.data);
	m->rows += bytes.len > 0;
	cql_arena_reset(here.arena);
	return worked;
}

static bool serialise_address(struct matrix *m, uint32_t i, coodie_error *err)
{
	(void)i;
	return serialise(m, here.address, cql_from_object(&address_type, &ada_lives), err);
}

static bool serialise_contact(struct matrix *m, uint32_t i, coodie_error *err)
{
	(void)i;
	return serialise(m, here.contact, cql_from_object(&contact_type, &ada_is_at), err);
}

static uint8_t *put_length(uint8_t *to, size_t len)
{
	to[0] = (uint8_t)(len >> 24);
	to[1] = (uint8_t)(len >> 16);
	to[2] = (uint8_t)(len >> 8);
	to[3] = (uint8_t)len;
	return to + 4;
}

static uint8_t *put_text(uint8_t *to, const char *text)
{
	size_t len = strlen(text);

	to = put_length(to, len);
	memcpy(to, text, len);
	return to + len;
}

static uint8_t *put_address(uint8_t *to, const address *a)
{
	to = put_text(to, a->street);
	to = put_text(to, a->city);
	to = put_text(to, a->postcode);
	to = put_length(to, 4);
	return put_length(to, (size_t)a->number);
}

static bool serialise_address_raw(struct matrix *m, uint32_t i, coodie_error *err)
{
	uint8_t bytes[256];

	(void)i;
	(void)err;
	m->rows += put_address(bytes, &ada_lives) > bytes;
	matrix_keep(bytes);
	return true;
}

static bool serialise_contact_raw(struct matrix *m, uint32_t i, coodie_error *err)
{
	uint8_t bytes[256], *home, *end;

	(void)i;
	(void)err;
	home = put_text(put_text(bytes, ada_is_at.email), ada_is_at.phone);
	end = put_address(home + 4, &ada_is_at.home);
	put_length(home, (size_t)(end - home - 4));
	m->rows += end > home;
	matrix_keep(bytes);
	return true;
}

/* ---- without a request: an object, its DDL ------------------------------------------------------ */

/* A user type is a plain struct: the mapper has no part in making one. */
static bool instantiate(struct matrix *m, uint32_t i, coodie_error *err)
{
	address a = { "St James's Square", "London", "SW1Y 4JH", (int32_t)i };

	(void)err;
	matrix_keep(&a);
	m->rows++;
	return true;
}

static void on_ddl(const char *cql, void *user)
{
	struct matrix *m = user;

	m->rows += strstr(cql, "CREATE TYPE ") != NULL;
}

static bool ddl(struct matrix *m, uint32_t i, coodie_error *err)
{
	bool worked = coodie_mock_answer(here.mock, "SELECT", NULL, err) &&
		      coodie_sync_type(here.session, &contact_type,
				       COODIE_SYNC(.dry_run = true, .each = on_ddl, .user = m),
				       err);

	(void)i;
	coodie_mock_clear(here.mock);
	return worked;
}

/* ---- rows ------------------------------------------------------------------------------------ */

#define INSERT "INSERT INTO customers (id, name, home) VALUES (?, ?, ?)"
#define SELECT "SELECT id, name, home FROM customers WHERE id = ?"

static const struct matrix_row rows[] = {
	{ .id = "BE-16",
	  .name = "udt-read",
	  .workload = "a row with a frozen type of 4 fields",
	  .times = 200,
	  .rows = 1,
	  .cql = { INSERT, SELECT },
	  .set_up = set_up,
	  .coodie = read,
	  .raw = read_raw },
	{ .id = "BE-16",
	  .name = "udt-round-trip",
	  .workload = "the same, written and read",
	  .times = 100,
	  .rows = 1,
	  .cql = { INSERT, SELECT },
	  .set_up = set_up,
	  .coodie = round_trip,
	  .raw = round_trip_raw },
	{ .id = "BE-16",
	  .name = "udt-serialise",
	  .workload = "a type of 4 fields; no I/O",
	  .times = 10000,
	  .rows = 1,
	  .set_up = here_set_up,
	  .coodie = serialise_address,
	  .raw = serialise_address_raw },
	{ .id = "BE-16",
	  .name = "udt-nested-serialise",
	  .workload = "the same in a type of 3 fields; no I/O",
	  .times = 10000,
	  .rows = 1,
	  .set_up = here_set_up,
	  .coodie = serialise_contact,
	  .raw = serialise_contact_raw },
	{ .id = "BE-16",
	  .name = "udt-instantiate",
	  .workload = "a value of 4 fields; no I/O",
	  .times = 10000,
	  .rows = 1,
	  .coodie = instantiate,
	  .raw = instantiate },
	{ .id = "BE-16",
	  .name = "udt-ddl",
	  .workload = "CREATE TYPE of both, as text; no I/O",
	  .times = 1000,
	  .rows = 2,
	  .set_up = here_set_up,
	  .coodie = ddl },
};

const struct matrix_rows matrix_types = MATRIX_ROWS(rows, here_free);
