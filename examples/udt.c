/* SPDX-License-Identifier: MIT */
/* A user type as a struct: as a column, in a list, and as a bind. */
#include <coodie.h>

#include <stdio.h>

typedef struct address {
	const char *street;
	int32_t *number;
} address;

static const coodie_column address_fields[] = {
	COODIE_COLUMN(address, street, "text"),
	COODIE_COLUMN(address, number, "int"),
};
static const coodie_udt address_type = COODIE_TYPE(address, address_fields, "address");

typedef struct person {
	coodie_row row;
	const char *name;
	address home;
	address *office; /* optional: NULL is null */
	cql_list earlier;
} person;

static const coodie_column person_columns[] = {
	COODIE_COLUMN(person, name, "text", .partition_key = 1),
	COODIE_UDT(person, home, address, &address_type),
	COODIE_UDT(person, office, address, &address_type),
	COODIE_COLUMN(person, earlier, "list<frozen<address>>", .udt = &address_type),
};
static const coodie_model person_model = COODIE_MODEL(person, person_columns, "people",
						      .keyspace = "town");

static bool move_in(coodie_session *s, coodie_error *err)
{
	address before = { "St James's Square", &(int32_t){ 12 } };
	person ada = { .name = "ada",
		       .home = { "Dorset Street", NULL },
		       .earlier = CQL_LIST(cql_from_object(&address_type, &before)) };

	return coodie_save(s, &person_model, &ada, NULL, err);
}

static bool show(coodie_session *s, coodie_error *err)
{
	person *p = coodie_get(s, &person_model, CQL_ARGS(cql("ada")), NULL, err);
	cql_arena *texts = p ? cql_arena_new(NULL, err) : NULL; /* of the structs in the list */
	cql_iter it;
	address a;

	if (!texts) {
		coodie_object_free(p);
		return false;
	}
	printf("%s lives in %s\n", p->name, p->home.street);
	it = cql_list_iter(p->earlier);
	for (cql_value v;
	     cql_iter_next(&it, &v) && cql_to_object(v, &address_type, &a, texts, err);)
		printf("  before: %s %d\n", a.street, a.number ? *a.number : 0);
	cql_arena_free(texts);
	coodie_object_free(p);
	return err->code == COODIE_OK;
}

int main(void)
{
	coodie_error err;
	coodie_options *o = coodie_options_new(&err);
	coodie_session *s = NULL;
	bool ok = false;

	if (o && coodie_options_add_contact_point(o, "127.0.0.1", &err))
		s = coodie_session_new(o, &err);
	/* The table's sync makes its types first. */
	if (s && coodie_create_keyspace(s, "town", NULL, &err) &&
	    coodie_sync_table(s, &person_model, NULL, &err))
		ok = move_in(s, &err) && show(s, &err);
	if (!ok)
		fprintf(stderr, "%s\n", err.message);
	coodie_session_free(s);
	coodie_options_free(o);
	return ok ? 0 : 1;
}
