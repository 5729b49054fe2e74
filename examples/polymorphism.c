/* SPDX-License-Identifier: MIT */
/* Cats and dogs in one table: a query of the base yields objects of the struct each row is. */
#include <coodie.h>
#include <coodie/polymorphism.h>
#include <coodie/stream.h>

#include <stdio.h>

typedef struct animal_part { /* what all of them have */
	cql_uuid id;
	const char *kind;
	const char *name;
} animal_part;

static const coodie_column animal_part_columns[] = {
	COODIE_COLUMN(animal_part, id, "uuid", .partition_key = 1),
	COODIE_COLUMN(animal_part, kind, "text", .discriminator = true),
	COODIE_COLUMN(animal_part, name, "text"),
};

typedef struct animal {
	coodie_row row;
	animal_part animal;
} animal;

typedef struct cat {
	coodie_row row;
	animal_part animal;
	int32_t lives;
} cat;

typedef struct dog {
	coodie_row row;
	animal_part animal;
	cql_list tricks;
} dog;

static const coodie_column animal_columns[] = {
	COODIE_INHERIT(animal, animal, animal_part_columns),
};
static const coodie_column cat_columns[] = {
	COODIE_INHERIT(cat, animal, animal_part_columns),
	COODIE_COLUMN(cat, lives, "int"),
};
static const coodie_column dog_columns[] = {
	COODIE_INHERIT(dog, animal, animal_part_columns),
	COODIE_COLUMN(dog, tricks, "list<text>"),
};
static const coodie_model cat_model = COODIE_MODEL(cat, cat_columns, "animals", .keyspace = "zoo",
						   .discriminator_value = "cat");
static const coodie_model dog_model = COODIE_MODEL(dog, dog_columns, "animals", .keyspace = "zoo",
						   .discriminator_value = "dog");
static const coodie_model animal_model = COODIE_MODEL(
	animal, animal_columns, "animals", .keyspace = "zoo",
	.family = COODIE_FAMILY(&cat_model, &dog_model));

static bool list(coodie_session *s, coodie_error *err)
{
	coodie_query *q = coodie_find(s, &animal_model, NULL, CQL_ARGS());
	coodie_stream *stream = coodie_stream_new(q, NULL, err);
	bool ok = stream != NULL;

	for (animal *a; stream && (a = coodie_stream_next(stream, err));) {
		if (coodie_object_model(a) == &cat_model)
			printf("%s, %d lives\n", a->animal.name,
			       ((const cat *)(const void *)a)->lives);
		else
			printf("%s, a %s\n", a->animal.name,
			       a->animal.kind ? a->animal.kind : "thing");
	}
	ok = ok && err->code == COODIE_OK;
	coodie_stream_free(stream);
	coodie_query_free(q);
	return ok;
}

int main(void)
{
	coodie_error err;
	coodie_options *o = coodie_options_new(&err);
	coodie_session *s = NULL;
	cat tom = { .animal = { .id = cql_uuid_random(), .name = "Tom" }, .lives = 9 };
	dog rex = { .animal = { .id = cql_uuid_random(), .name = "Rex" },
		    .tricks = CQL_LIST(cql("sit"), cql("roll")) };
	bool ok;

	if (o && coodie_options_add_contact_point(o, "127.0.0.1", &err))
		s = coodie_session_new(o, &err);
	ok = s && coodie_create_keyspace(s, "zoo", NULL, &err) &&
	     coodie_sync_table(s, &animal_model, NULL, &err) && /* with the columns of the family */
	     coodie_save(s, &cat_model, &tom, NULL, &err) &&
	     coodie_save(s, &dog_model, &rex, NULL, &err) && list(s, &err);
	if (!ok)
		fprintf(stderr, "%s\n", err.message);
	coodie_session_free(s);
	coodie_options_free(o);
	return ok ? 0 : 1;
}
